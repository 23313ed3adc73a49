/* From a file's graph to mote's, node by node: what all formats share whose operators become ours one by one (ONNX,
 * TensorFlow), and all families of their operators.
 *
 * Values. Whatever a node names is a value. Of some the contents are known (initializers, and what follows from those and
 * from shapes): such values are worked out here, and become constants of the graph only when an operator there reads them.
 * The others have a tensor.
 *
 * Layout. ONNX has channels second, and TensorFlow may; mote has them last. A value's shape is the file's; its tensor may
 * hold it in another order of axes, and each value knows in which: our axis k is the file's axis order[k]. Operators on
 * images want channels last; most others take any order and hand it on; so the whole graph turns at once, and a TRANSPOSE in
 * the file is only another order. Where an operator needs an order that its operand has not, mote_import_as puts a TRANSPOSE
 * (a RESHAPE, where only axes of length 1 move) in front of it, and counts it.
 *
 *     file  [N, C, H, W] --Conv--> [N, O, h, w] --Transpose(0,2,3,1)--> [N, h, w, O]
 *     ours  [N, H, W, C]           [N, h, w, O]                         the same tensor
 *     order  0, 2, 3, 1             0, 2, 3, 1                           0, 1, 2, 3
 *
 * A Reshape that an order stands against (Flatten of an image) waits: the tensor stays as it is (`held`), and whoever reads
 * the value decides. A dense layer then has its weights' rows permuted, and nothing moves.
 *
 * Errors stay: after the first failure all of these do nothing and give MOTE_NONE or NULL, so that operators' functions need
 * one check at their end; mote_import_tensor_at never gives NULL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IMPORT_IMPORT_H
#define MOTE_FORMATS_IMPORT_IMPORT_H

#include "base/index.h"
#include "base/text.h"
#include "formats/import/nodes.h"
#include "ops/op.h"

/* A value in another order, made once. */
typedef struct mote_import_form {
    struct mote_import_form *next;
    int32_t                  rank, order[MOTE_RANK_MAX];
    mote_id                  id;
} mote_import_form;

typedef struct mote_import_shape {
    int32_t rank, dim[MOTE_RANK_MAX];
} mote_import_shape;

typedef struct mote_import_value {
    const char                     *name;
    mote_dtype                      dtype;
    mote_import_shape               shape; /* the file's */
    const void                     *known; /* its contents in the file's order; NULL: computed */
    mote_id                         id;    /* of a computed one: its tensor */
    mote_import_shape               held; /* what the tensor holds, in the file's order of axes: shape, or what becomes it */
    int32_t                         order[MOTE_RANK_MAX]; /* the tensor's axis k is axis order[k] of held */
    int32_t                         uses;                 /* by nodes and as outputs */
    bool                            is_infinite;          /* infinite constants went into it */
    const float                    *scales;               /* of floats that were integers: one, or one a channel */
    int32_t                         scale_count;
    mote_dtype                      scaled_from; /* which integers those were */
    mote_import_form               *forms;
    int32_t                         number; /* among all values */
    const struct mote_import_items *items;  /* of a list of tensors: its items, and it has no tensor; NULL: it is no list */
    struct mote_import_value *const *parts; /* of computed numbers that were packed: each; NULL: they were not */
} mote_import_value;

/* The items of a list, as the format keeps them. */
typedef struct mote_import_items mote_import_items;

struct mote_import_row;

/* A constant of the graph, floats that are whole multiples of scales: one, or one a channel. */
typedef struct mote_import_scaled {
    struct mote_import_scaled *next;
    mote_id                    id;
    const float               *scales;
    int32_t                    count;
    mote_dtype                 dtype; /* of the integers */
} mote_import_scaled;

typedef struct mote_import_format mote_import_format;

typedef struct mote_importer {
    const mote_import_format *format;
    const void               *source; /* what the format reads */
    mote_import_file          file;
    mote_model               *model;
    mote_graph               *graph;   /* that nodes go into */
    mote_arena                scratch; /* the file's parts, known contents, values: gone when the model is there */
    const mote_load_options  *options;
    mote_import_value       **values;
    int32_t                   value_count, value_capacity;
    mote_index                by_name;
    size_t                    work;          /* what is left for computing constants */
    bool                      is_one_sample; /* open batches are 1 */
    bool                      has_batch;     /* an input's first dimension is open, and counts samples */
    mote_text                 notes;         /* a line each */
    mote_import_scaled       *scaled;        /* constants whose integers are known */
} mote_importer;

/* A node being imported. in: NULL where an operand is absent. */
typedef struct mote_import_call {
    mote_importer                *im;
    const mote_import_node       *node;
    const struct mote_import_row *row;
    int32_t                       index;
    mote_import_value           **in;
    int32_t                       in_count, out_count;
    int32_t                       made;         /* tensors so far */
    mote_id                       first_tensor; /* that this call makes */
    bool                          is_fused;     /* into the node before, whose output it takes over */
    mote_import_value            *result;       /* what output 0 is, of a part of a node; NULL: the file's */
    mote_error                   *err;
} mote_import_call;

/* Which order of axes an operator's first operand wants. */
typedef enum mote_import_layout {
    MOTE_IMPORT_FILE = 0, /* as in the file */
    MOTE_IMPORT_IMAGE,    /* channels last */
    MOTE_IMPORT_ANY       /* any; outputs have the same */
} mote_import_layout;

/* An operator of a format; tables of these end with a NULL name. */
typedef struct mote_import_row {
    const char        *name;
    mote_import_layout layout;
    int32_t            in_min, in_max, out_max;
    void (*import)(mote_import_call *c);
    int32_t kind; /* what the function wants to know: mostly a mote_op_kind */
} mote_import_row;

/* How known values are computed: fold.h. */
struct mote_import_fold_row;

/* What a format says of itself. */
struct mote_import_format {
    const char *page; /* of docs/, which lists what is read */
    /* Fills im->file, whose nodes stand behind those that they read; constants and all else that lasts no longer than the
     * import in im->scratch. */
    mote_status (*parse)(mote_importer *im, const void *source, size_t cap_most, mote_error *err);
    const mote_import_row *(*find_row)(const mote_import_node *node); /* NULL: it is not read */
    const char *(*type_name)(int32_t file_type);
    void (*rewrite)(mote_import_file *file);                   /* before nodes are read; NULL: nothing */
    mote_status (*finish)(mote_importer *im, mote_error *err); /* when all of them are there; NULL: nothing */
    const struct mote_import_fold_row *folds;                  /* a NULL name at the end */
    const char *const                 *hand_on_infinity;       /* operators, NULL at the end */
};

/* As mote_model_read. source is what format->parse reads; count: bytes that justify memory. */
mote_status mote_import_read(mote_model **out, const mote_import_format *format, const void *source, size_t count,
                             const mote_load_options *options, mote_error *err);

/* The value of that name; NULL: there is none. */
mote_import_value *mote_import_find_value(const mote_importer *im, const char *name);

/* Reads the graph's nodes now, its operands being those values; gives what comes out, with memory that lasts as long as the
 * import. prefix: goes before all names within, and is another one each time. */
mote_import_value **mote_import_run(mote_import_call *c, const mote_import_graph *graph, mote_import_value *const *in,
                                    const char *prefix);

/* Output i is the value, whatever it is. */
void mote_import_give_value(mote_import_call *c, int32_t i, const mote_import_value *value);

/* A value that only the call knows, as an operand of a part of it. */
mote_import_value *mote_import_new_value(mote_import_call *c);

/* Works the node's outputs out where that can be done from what is known; false: it must be imported. */
bool mote_import_fold(mote_import_call *c);

/* ---- failing ---- */

/* "node 3 (Conv "stem"): text". Nothing after a failure. */
void mote_import_refuse(mote_import_call *c, const char *format, ...) MOTE_PRINTF(2, 3);
void mote_import_wrong(mote_import_call *c, const char *format, ...) MOTE_PRINTF(2, 3); /* the same: FORMAT */
bool mote_import_failed(const mote_import_call *c);

/* ---- what a node says ---- */

int64_t     mote_import_int(mote_import_call *c, const char *name, int64_t standard);
int32_t     mote_import_small(mote_import_call *c, const char *name, int32_t standard); /* refused beyond 31 bits */
float       mote_import_float(mote_import_call *c, const char *name, float standard);
const char *mote_import_string(mote_import_call *c, const char *name, const char *standard);
bool        mote_import_has(const mote_import_call *c, const char *name);

/* A list of whole numbers. count -1: there is none. */
typedef struct mote_import_list {
    const int64_t *n;
    int32_t        count;
} mote_import_list;
mote_import_list mote_import_ints(mote_import_call *c, const char *name);
/* Of operand i where it is there, which must be known then, else of the attribute (NULL: no attribute). */
mote_import_list mote_import_operand_ints(mote_import_call *c, int32_t i, const char *name);
/* Axes made positive and checked against a rank; a bit each. An absent list gives all axes, or, of an empty one, `if_empty`.
 */
uint32_t mote_import_axes(mote_import_call *c, mote_import_list list, int32_t rank, uint32_t if_none);
int32_t  mote_import_axis(mote_import_call *c, int64_t axis, int32_t rank);

/* ---- values ---- */

const mote_import_value *mote_import_in(const mote_import_call *c, int32_t i); /* NULL: absent */
size_t                   mote_import_count(const mote_import_shape *shape);    /* of elements; saturates */
/* Contents of a known value: floats, converted from whatever it is. NULL with a refusal where it is not known. */
const float *mote_import_floats(mote_import_call *c, int32_t i);
/* One element, of any type. */
double  mote_import_number_at(const mote_import_value *value, size_t i);
int64_t mote_import_integer_at(const mote_import_value *value, size_t i);
/* Memory that lasts as long as the import. */
void *mote_import_take(mote_import_call *c, size_t count, size_t size);

/* ---- outputs ---- */

/* Output i is known. The contents are the caller's, in scratch. */
void mote_import_give_known(mote_import_call *c, int32_t i, mote_dtype dtype, const mote_import_shape *shape,
                            const void *known);
/* Output i is a tensor, whose axis k is the file's axis order[k] (NULL: k). */
void mote_import_give(mote_import_call *c, int32_t i, mote_id id, const int32_t *order);
/* Output i is operand 0's values under another shape, `like` saying how its tensor holds them. */
void mote_import_give_view(mote_import_call *c, int32_t i, const mote_import_value *of, const mote_import_shape *shape,
                           const mote_import_shape *held, const int32_t *order);
bool mote_import_wants(const mote_import_call *c, int32_t i); /* output i has a name, and somebody reads it */

/* ---- orders ---- */

typedef struct mote_import_order {
    int32_t rank, axis[MOTE_RANK_MAX];
} mote_import_order;

mote_import_order mote_import_file_order(int32_t rank);
mote_import_order mote_import_channels_last(int32_t rank);
bool              mote_import_is_waiting(const mote_import_value *value); /* it is held in another shape */
/* The order of the first computed operand of the highest rank; of one that waits the natural one. */
mote_import_order mote_import_common_order(const mote_import_call *c, int32_t first, int32_t count, int32_t rank);
int32_t           mote_import_place(const mote_import_order *order, int32_t axis); /* where the file's axis lies */

/* Where the axes of the file's new shape lie when the value's tensor is only looked at in another way. False: some that
 * become one axis do not lie together. */
bool mote_import_carry_order(const mote_import_call *c, const mote_import_value *x, const mote_import_shape *shape,
                             mote_import_order *out);
/* Of a value that waits: the order of its axes that takes the least moving, and the order of held that leads to it. */
bool mote_import_natural_order(const mote_import_call *c, const mote_import_value *x, mote_import_order *order,
                               mote_import_order *held);

/* The value as a tensor in the order. A value of lower rank gets leading axes of 1, as both formats repeat it. */
mote_id mote_import_as(mote_import_call *c, const mote_import_value *value, const mote_import_order *order);
mote_id mote_import_as_file(mote_import_call *c, const mote_import_value *value);
/* The same, without axes of length 1 in front where the value is known: an operand that repeats. */
mote_id mote_import_as_operand(mote_import_call *c, const mote_import_value *value, const mote_import_order *order);

/* ---- tensors and nodes of ours ---- */

const mote_tensor *mote_import_tensor_at(const mote_import_call *c, mote_id id);

mote_id mote_import_const(mote_import_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *values);
mote_id mote_import_const_ints(mote_import_call *c, const int32_t *values, int32_t count); /* int32 [count] */
mote_id mote_import_const_float(mote_import_call *c, float value);                         /* of rank 0 */

/* Adds a node with one output and works its shape out; of constants only, it is computed at once. ids: MOTE_NONE at the end
 * is left out. dtype: the output's, where the operator leaves it open. */
typedef struct mote_import_op {
    mote_op_kind   op;
    const mote_id *in;
    int32_t        in_count;
    mote_attrs     as;
    mrt_activation activation;
    mote_dtype     dtype;
    mote_quant    *quant; /* the output's; NULL: none, or of what only moves values the operand's */
} mote_import_op;
mote_id mote_import_add(mote_import_call *c, const mote_import_op *op);
void    mote_import_add_many(mote_import_call *c, const mote_import_op *op, mote_id *out, int32_t out_count);
mote_id mote_import_unary(mote_import_call *c, mote_op_kind op, mote_id x);
mote_id mote_import_binary(mote_import_call *c, mote_op_kind op, mote_id a, mote_id b);
mote_id mote_import_with(mote_import_call *c, mote_op_kind op, mote_id a, float b); /* b, an element, repeats */
mote_id mote_import_square(mote_import_call *c, mote_id x); /* as a product: SQUARE has no integer form */
mote_id mote_import_reshape(mote_import_call *c, mote_id x, int32_t rank, const int32_t *dim);
mote_id mote_import_transpose(mote_import_call *c, mote_id x, const int32_t *perm);

mote_id mote_import_zeros(mote_import_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim);

/* What is added goes into graphs[number] from now on: a loop's body (ops/loop.h), or what is around it. Pointers to graphs
 * are only good until another graph is added; then the one of the moment has to be entered again. */
void    mote_import_enter(mote_importer *im, int32_t number);
int32_t mote_import_graph_number(const mote_importer *im);
/* A name that no other tensor has. */
const char *mote_import_own_name(mote_import_call *c);

/* Notes that the constant has operand i's elements, which are multiples of scales. */
void mote_import_keep_scales(mote_import_call *c, mote_id id, int32_t i);

/* The value of output i; NULL: it has none. */
mote_import_value *mote_import_out(const mote_import_call *c, int32_t i);

/* The node that made a tensor, where it is the only reader's: NULL where the value is read elsewhere, too, or no node made
 * it. Good until the next node is added. */
mote_node *mote_import_sole_maker(mote_import_call *c, const mote_import_value *value);

/* Adds a line to what the reader tells. */
void mote_import_note(mote_importer *im, const char *format, ...) MOTE_PRINTF(2, 3);

#endif
