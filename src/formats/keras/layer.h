/* What a Keras layer is to its reader: a row of the table in layers.c, whose function adds operators to the builder.
 *
 * One call of a layer (a shared layer has several) is a mote_keras_call. Its functions do nothing once the builder has
 * failed, so that nobody need check in between; tensors are then MOTE_NO_LAYER, and mote_keras_tensor answers with one of
 * rank 4 all the same. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_KERAS_LAYER_H
#define MOTE_FORMATS_KERAS_LAYER_H

#include "base/json.h"
#include "base/text.h"
#include "formats/hdf5/hdf5.h"
#include "layers/builder.h"
#include "ops/loop.h"

typedef struct mote_keras_call  mote_keras_call;
typedef struct mote_keras_model mote_keras_model;

enum { MOTE_KERAS_OUT_MAX = MOTE_NODE_OUT_MAX, MOTE_KERAS_WEIGHT_MAX = 40, MOTE_KERAS_DEPTH_MAX = 16 };

/* Where a layer's arrays are. */
typedef struct mote_keras_place {
    const char        *path;  /* of Keras 3's own way: "layers/dense_1/", to which "vars/0" is added */
    const char *const *names; /* of .h5: paths from the root, in the order of the layer's weights */
    int32_t            name_count;
    int32_t            first; /* the array that counts as 0: of a wrapper's second layer */
} mote_keras_place;

/* How an array becomes a weight of layers/: which one, and in what order of axes it has to be read. */
typedef struct mote_keras_array {
    const char *name;        /* of the weight */
    int         index;       /* among the arrays of its layer */
    const char *order;       /* "3012": axis 3 of the file comes first; NULL: as it is */
    int         part, parts; /* part of so many along the file's last axis; 0, 0: the whole */
    int         part_count;  /* so many of them; 0: one */
    bool        is_flat;     /* the file's array counts as one row */
    const char *sub;         /* a layer of its own inside: "query_dense/", which counts from index_in_sub */
    int         index_in_sub;
} mote_keras_array;

typedef struct mote_keras_type {
    const char *class_name;
    void (*add)(mote_keras_call *k);
    bool is_operator;  /* takes its operands from the call's arguments, not from in */
    bool reads_mask;   /* what it computes depends on a mask */
    bool has_cell;     /* its arrays are a layer's inside it */
    bool has_no_layer; /* keras.ops and TFOpLambda: no weights, and not counted among layers */
} mote_keras_type;

typedef struct mote_keras_layer {
    const char            *class_name, *name; /* with the names of the models around it before: "inner/dense" */
    const char            *own_name;
    json_t                *config, *nodes; /* of the file; nodes: the calls; NULL in Sequential */
    const mote_keras_type *type;           /* NULL: an input, or a model */
    mote_keras_model      *model;
    bool                   is_input;
    mote_keras_place       place;
    int32_t                first_node; /* the number by which the file names its first call */
    int32_t                call_count; /* so far, over all calls of the models around it */
    int32_t                listed;     /* its place among all layers of the file */
    struct {
        const char        *name;
        int32_t            graph; /* where it is; a body of a loop has its own */
        mote_id            id;
        mote_weight_layout layout;
        bool               is_whole; /* it is one array of the file, the one of its own number */
    } weights[MOTE_KERAS_WEIGHT_MAX];
    int32_t weight_count;
} mote_keras_layer;

struct mote_keras_model {
    const char       *prefix;                      /* "inner/", or "" */
    bool              is_sequential, is_version_3; /* 3: calls are objects of args and kwargs */
    mote_keras_layer *layers;
    int32_t           layer_count;

    const mote_keras_layer **by_name; /* sorted; Functional, once it is called */

    json_t *inputs, *outputs; /* where they are, as the file says; Functional */
    json_t *build_shape;      /* Sequential without an input layer */
};

/* What a call computed. */
typedef struct mote_keras_value {
    mote_id ids[MOTE_KERAS_OUT_MAX];
    int32_t count;
    bool    is_done, is_masked;
} mote_keras_value;

/* One call of a model: what its layers computed. */
typedef struct mote_keras_scope {
    mote_keras_model  *model;
    mote_keras_value **values; /* [layer][call] */
} mote_keras_scope;

typedef struct mote_keras_reader {
    mote_weight_source       source; /* the builder's; first, so that one is the other */
    mote_builder            *builder;
    mote_arena               arena; /* lives as long as reading does */
    json_t                  *root;
    mote_hdf5                weights;
    bool                     is_h5; /* a whole model in HDF5; else model.weights.h5 */
    bool                     is_version_3;
    bool                     is_to_run; /* nobody will train it: operators may do what only a running model needs */
    const mote_load_options *options;
    mote_keras_call         *call; /* that weights are read for */
    json_t                  *made; /* arrays of arguments in version 3's form */
    int32_t                  layer_total, listed;
    bool                     is_inferring; /* inside a call with training=False, in Keras 2 */
    const char              *recipe;       /* mote's own, in files that it wrote; NULL: none */
    size_t                   recipe_bytes;
    json_t                  *training;  /* what the file says of its training; NULL: nothing */
    mote_text                untrained; /* what does in training as if the model ran, a line each */
    mote_text                lacks;     /* layers that there are not */
    int                      lack_count;
    mote_keras_value         out; /* of the whole model */
} mote_keras_reader;

struct mote_keras_call {
    mote_keras_reader      *reader;
    const mote_keras_scope *scope;
    mote_keras_layer       *layer;
    mote_layer_call         base; /* the name is the call's */
    json_t                 *config;
    json_t                 *args, *kwargs; /* kwargs may be NULL */
    mote_keras_place        place;
    const mote_keras_array *arrays; /* none: weights are the file's, in their order, as they say that they lie */
    int32_t                 array_count;
    bool                    is_masked;
    int32_t                 node_count;
    const char             *weight_prefix; /* of the weights' names: "forward_"; NULL: none */
    mote_id                 out[MOTE_KERAS_OUT_MAX];
    int32_t                 out_count;
};

const mote_keras_type *mote_keras_find_type(const char *class_name, bool is_operator);

#define MOTE_KERAS_FAIL(k, ...) ((void)mote_layer_fail(&(k)->base, __VA_ARGS__))
bool mote_keras_failed(const mote_keras_call *k);

/* ---- arguments (config.c) ---- */

#define MOTE_KERAS_REQUIRED INT32_MIN

json_t     *mote_keras_get(const mote_keras_call *k, const char *key); /* NULL: absent, or null */
int32_t     mote_keras_int(mote_keras_call *k, const char *key, int32_t standard, int32_t min, int32_t max);
double      mote_keras_number(mote_keras_call *k, const char *key, double standard);
bool        mote_keras_flag(mote_keras_call *k, const char *key, bool standard);
const char *mote_keras_text(mote_keras_call *k, const char *key, const char *standard);
/* An integer or a list of them; the count, at most max. Absent: 0. */
int32_t mote_keras_ints(mote_keras_call *k, const char *key, int32_t *out, int32_t max);
/* n sizes of 1 to 4096; one number stands for all. Absent: standard; 0: must be there. */
void mote_keras_sizes(mote_keras_call *k, const char *key, int32_t n, int32_t *out, int32_t standard);
/* Numbers in nested lists, or as NumPy's are written; in the reader's arena. False: it is something else. */
bool mote_keras_numbers(mote_keras_call *k, json_t *value, mote_tensor *out);
/* A number of 32 bits that is a whole one, from a value of any kind; fails naming what. */
int32_t mote_keras_whole(mote_keras_call *k, json_t *value, const char *what);
bool    mote_keras_is_channels_first(mote_keras_call *k);
/* Fails where the key has another value than absent, null, false, 0 or `only`. */
void mote_keras_refuse_other(mote_keras_call *k, const char *key, const char *only);
/* An axis of a tensor of that rank, negative ones counted from the end; 1 to rank - 1. */
int32_t mote_keras_axis(mote_keras_call *k, int32_t axis, int32_t rank);

/* ---- operators (node.c) ---- */

const mote_tensor *mote_keras_tensor(const mote_keras_call *k, mote_id id);
#define MOTE_KERAS_IN(k) ((k)->base.in[0])

mote_id mote_keras_node(mote_keras_call *k, const mote_node *node); /* one output */
void    mote_keras_node_of_many(mote_keras_call *k, const mote_node *node, int32_t count, mote_id *out);
mote_id mote_keras_unary(mote_keras_call *k, mote_op_kind op, mote_id x);
mote_id mote_keras_binary(mote_keras_call *k, mote_op_kind op, mote_id a, mote_id b);
mote_id mote_keras_cast(mote_keras_call *k, mote_id x, mote_dtype dtype);
mote_id mote_keras_ints_const(mote_keras_call *k, const int32_t *values, int32_t count);
mote_id mote_keras_ints_of(mote_keras_call *k, int32_t rank, const int32_t *dim, const int32_t *values);
mote_id mote_keras_floats_const(mote_keras_call *k, int32_t rank, const int32_t *dim, const float *values);
mote_id mote_keras_zeros(mote_keras_call *k, int32_t rank, const int32_t *dim);
mote_id mote_keras_scalar(mote_keras_call *k, double value);
mote_id mote_keras_int_scalar(mote_keras_call *k, int32_t value);
/* To a shape without the batch. */
mote_id mote_keras_reshape(mote_keras_call *k, mote_id x, int32_t rank, const int32_t *dim);
/* order: all axes, the batch's first. */
mote_id mote_keras_transpose(mote_keras_call *k, mote_id x, const int32_t *order);
/* begin and end of axis; the others whole. */
mote_id mote_keras_slice(mote_keras_call *k, mote_id x, int32_t axis, int32_t begin, int32_t end);
/* parts: begin and end of `count` axes from `axis` on; x itself where that is all of it. */
mote_id mote_keras_slices(mote_keras_call *k, mote_id x, int32_t axis, int32_t count, const int32_t (*parts)[2]);
/* pads: before and after of each axis. */
mote_id mote_keras_pad(mote_keras_call *k, mote_id x, const int32_t (*pads)[2], double value);
mote_id mote_keras_reduce(mote_keras_call *k, mote_op_kind op, mote_id x, const int32_t *axes, int32_t count,
                          bool keeps_dims);
mote_id mote_keras_concat(mote_keras_call *k, const mote_id *in, int32_t count, int32_t axis);
mote_id mote_keras_softmax(mote_keras_call *k, mote_id x, int32_t axis);
mote_id mote_keras_clip(mote_keras_call *k, mote_id x, double low, double high); /* infinite: none */
/* Parts of equal size along an axis; and of these sizes. */
void mote_keras_split(mote_keras_call *k, mote_id x, int32_t axis, int32_t count, mote_id *out);
void mote_keras_split_sizes(mote_keras_call *k, mote_id x, int32_t axis, const int32_t *sizes, int32_t count, mote_id *out);
void mote_keras_return(mote_keras_call *k, mote_id x);
/* Steps in a WHILE: what the call adds from begin to end is the loop's body (ops/loop.h), which sees x. */
void mote_keras_begin_loop(mote_keras_call *k, mote_loop *loop, mote_id x);
/* A carried value that begins as x, or with zeros, as the body sees it. */
mote_id mote_keras_carry(mote_keras_call *k, mote_loop *loop, mote_id x);
mote_id mote_keras_carry_zeros(mote_keras_call *k, mote_loop *loop, int32_t rank, const int32_t *dim);
void    mote_keras_end_loop(mote_keras_call *k, const mote_loop *loop, mote_id *results, mote_id *out);

/* Axes in the order that operators want, [.., channels], and back, where the layer's data_format is channels_first; a
 * transposition that undoes the one before it is none. */
mote_id mote_keras_to_last(mote_keras_call *k, mote_id x, bool is_first);
mote_id mote_keras_to_first(mote_keras_call *k, mote_id x, bool is_first);
/* What x was before it was turned to channels first; MOTE_NONE: it was not turned. */
mote_id mote_keras_before_turn(const mote_keras_call *k, mote_id x);
/* The operand of the node that computes x, where that is of the kind and among the last ones; MOTE_NONE: it is not. */
mote_id mote_keras_before(const mote_keras_call *k, mote_id x, mote_op_kind op);
/* The same, where the node's other operand is this list. */
mote_id mote_keras_before_by(const mote_keras_call *k, mote_id x, mote_op_kind op, const int32_t *list, int32_t count);

/* ---- weights (weights.c) ---- */

/* The weight as mote_layer_weight has it, with the array that k->arrays says. */
mote_id mote_keras_weight(mote_keras_call *k, const char *name, int32_t rank, const int32_t *dim, bool is_fixed);
/* How many arrays the layer has; in .h5. -1: not known. */
#define MOTE_KERAS_ARRAYS(k, table) ((k)->arrays = (table), (k)->array_count = (int32_t)(sizeof(table) / sizeof *(table)))

mote_id mote_keras_weight_find(mote_weight_source *source, const mote_weight *weight);
void mote_keras_weight_fill(mote_weight_source *source, const mote_layer_call *call, const mote_weight *weight, mote_id id);

/* ---- for training (trained.c) ---- */

/* A call of a layer becomes a record of the model's, where it can be written again: its nodes are those from first_node on.
 */
void mote_keras_record_call(mote_keras_call *k, mote_id first_tensor, int32_t first_node);
/* The layer is called with training=False. Keras 2 runs it so whatever happens around it; in Keras 3 fit passes over that.
 */
void mote_keras_infer(mote_keras_reader *r, const mote_keras_layer *layer);
/* What the layer does in Keras' training, and not here, is noted. */
void mote_keras_note_untrained(mote_keras_call *k);
/* The optimizer and what it remembers, the recipe, and what there is to say of them. */
mote_status mote_keras_take_training(mote_keras_reader *r, mote_model *model, mote_error *err);

/* ---- mote's own layers (own.c) ---- */

/* The layer as the file says it, on x, whose channels come last; and on the call's input, however that lies, as its result.
 */
mote_id mote_keras_own(mote_keras_call *k, const mote_layer_type *type, mote_id x);
/* The same, but the file's `key` says `value`, which is taken over. */
mote_id mote_keras_own_but(mote_keras_call *k, const mote_layer_type *type, mote_id x, const char *key, json_t *value);
void    mote_keras_add_own(mote_keras_call *k, const mote_layer_type *type);

/* ---- activations (activation.c) ---- */

/* By the key of the configuration: a name, or a layer. */
mote_id mote_keras_activate(mote_keras_call *k, const char *key, mote_id x);
/* By name, with its defaults. */
mote_id mote_keras_activate_by_name(mote_keras_call *k, const char *name, mote_id x);

/* ---- calls (graph.c) ---- */

/* The tensor that an argument names, a constant of the numbers that it is, or MOTE_NO_LAYER after failing. */
mote_id mote_keras_operand(mote_keras_call *k, json_t *argument);
bool    mote_keras_names_tensor(const mote_keras_call *k, json_t *argument);
/* Argument by place, or by name. NULL: absent or null. */
json_t *mote_keras_argument(const mote_keras_call *k, size_t place, const char *name);

/* A layer inside another one, as its configuration says, on x. sub: what to add to the place of arrays. */
mote_id mote_keras_call_inner(mote_keras_call *k, json_t *layer, const char *sub, int32_t first, mote_id x);

/* Names of arrays. An attribute that is too long for one header stands in parts: "weight_names0", "weight_names1" ... NULL
 * where it is not there, and on failure. */
const char **mote_keras_names(mote_keras_reader *r, mote_hdf5_object object, const char *attribute, int32_t *count,
                              mote_error *err);

/* The layers of a model into the builder; what the model answers is in reader->out. Failures are the builder's. */
mote_status mote_keras_build(mote_keras_reader *reader, json_t *config);

/* ---- layers, in a file a family ---- */

#define MOTE_KERAS_FUNCTION(name)       void mote_keras_add_##name(mote_keras_call *k)
#define LAYER(name, function)           MOTE_KERAS_FUNCTION(function);
#define LAYER_WITH(name, function, ...) MOTE_KERAS_FUNCTION(function);
#define OPERATOR(name, function)        MOTE_KERAS_FUNCTION(function);
#include "formats/keras/layers.def"
#undef LAYER
#undef LAYER_WITH
#undef OPERATOR
#endif
