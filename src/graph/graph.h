/* The one in-memory model. Every reader fills it, every pass maps it to a new one, every writer reads it.
 *
 *     model ── graphs[0] ── nodes[]     in topological order; each names its operands by tensor index
 *       │          └─────── tensors[]   activations, constants, states
 *       ├─ params           all trainable values in one flat buffer (stage TRAIN)
 *       └─ recipe           how an input is prepared, what an output's classes are called
 *
 * A model owns one arena, and everything in it lives there: nothing points into a mapped file, nobody frees a node.
 * Tensors and nodes are named by index; a pointer to one is good until the next is added.
 *
 * A model is at one of three stages and knows which:
 *     TRAIN      BatchNormalization, Dropout are legal; trainable constants lie in params
 *     INFER      float only: what passes/ makes of a trained model, and what float files hold
 *     QUANTIZED  what quantize/ makes of an INFER model, and what quantized files hold
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_GRAPH_GRAPH_H
#define MOTE_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/dtype.h>
#include <mote/model.h>
#include <mote/layers.h>
#include <mote/train.h>

#include "base/arena.h"
#include "base/text.h"

#define MRT_SENTENCES 1 /* operators say why they refuse */
#include "runtime/attributes.h"
#include "runtime/op.h"

typedef int32_t mote_id; /* index of a tensor */
#define MOTE_NONE ((mote_id)-1)

typedef enum mote_op_kind {
#define OP(KIND, name, attributes, header) MOTE_OP_##KIND,
#include "runtime/operators.def"
#undef OP
    MOTE_OP_COUNT
} mote_op_kind;

typedef union mote_attrs {
#define OP(KIND, name, attributes, header) attributes name;
#include "runtime/operators.def"
#undef OP
} mote_attrs;

/* Behind the name of a tensor whose channels were multiplied with factors of their own (quantize/equalize.c): it is not what
 * it is called any more. */
#define MOTE_EQUALIZED " (equalized)"

typedef enum mote_tensor_kind {
    MOTE_ACTIVATION = 0, /* computed, or given by the caller */
    MOTE_CONST,          /* data is its value */
    MOTE_STATE           /* outlives an invoke; data is its reset value */
} mote_tensor_kind;

/* real = scale[c] * (q - zero_point[c]), c the index along axis. */
typedef struct mote_quant {
    int32_t  axis;  /* -1: one scale for the whole tensor */
    int32_t  count; /* 1, or the tensor's size along axis */
    float   *scale;
    int32_t *zero_point;
} mote_quant;

/* What values an activation takes: observed by calibration, or learned. */
typedef struct mote_range {
    float min, max;
    bool  is_known;
} mote_range;

/* What a pass left of a tensor's last axis, so that the model can still be compared with the one it was made of. */
typedef struct mote_narrowing {
    int32_t        channels; /* there were */
    const int16_t *value;    /* [channels]: of one that is gone its value, as stored; or one of these two */
} mote_narrowing;
enum { MOTE_CHANNEL_KEPT = INT16_MAX, MOTE_CHANNEL_UNREAD = INT16_MIN }; /* unread: gone, and its value was not one */

typedef struct mote_tensor {
    const char       *name;
    uint32_t          origin; /* the source tensor's id: every pass copies it; comparing layer by layer joins on it */
    mote_dtype        dtype;
    int32_t           rank; /* 0 is a scalar */
    int32_t           dim[MOTE_RANK_MAX];
    bool              is_batched; /* dim[0] counts samples: 1 here, the batch while training */
    mote_tensor_kind  kind;
    const mote_quant *quant; /* NULL: real numbers */
    mote_range        range;
    void             *data; /* CONST and STATE only; TensorFlow Lite's layout: dense [O,I], conv OHWI, depthwise 1HWO */
    /* Float constants: MOTE_F16 where files hold the values in that type, with DEQUANTIZE behind it; MOTE_F32: as they are.
     * Whoever changes values need not care: writers see whether they still are that type's. */
    mote_dtype       stored;
    int32_t          table_values; /* int8 constants: files hold tables of so many values a channel (TFLM_DECODE); 0: none */
    bool             is_trainable;
    mote_regularizer regularizer; /* of a weight while it is trained */
    bool             is_frozen;   /* a weight that could be trained, and is left as it is */
    const char      *variable;    /* STATE: the name that VAR_HANDLE gives it; NULL: it has none */

    const mote_narrowing *narrowing; /* NULL: all channels are there */
} mote_tensor;

enum { MOTE_NODE_IN_MAX = 64, MOTE_NODE_OUT_MAX = 16 };

typedef struct mote_node {
    mote_op_kind   op;
    const char    *name; /* the layer's; NULL: unnamed */
    uint32_t       origin;
    mote_id       *in, *out; /* TensorFlow Lite's operand order; MOTE_NONE where an optional one is absent */
    int32_t        in_count, out_count;
    mrt_activation activation; /* the fused one */
    mote_attrs     as;
    const uint8_t *options; /* a custom operator's, as the file has them; `as` is what they say */
    size_t         option_bytes;
} mote_node;

typedef struct mote_graph {
    mote_tensor *tensors;
    mote_node   *nodes;
    mote_id     *inputs, *outputs;
    int32_t      tensor_count, node_count, input_count, output_count;
    int32_t      tensor_capacity, node_capacity;
} mote_graph;

typedef enum mote_stage { MOTE_STAGE_TRAIN = 0, MOTE_STAGE_INFER, MOTE_STAGE_QUANTIZED } mote_stage;

/* How raw samples become an input. */
typedef struct mote_input_recipe {
    bool               is_prepared; /* preparation says something */
    mote_preparation   preparation; /* how stored numbers become the input: see mote/dataset.h */
    bool               has_dtype;
    mote_dtype         dtype;   /* of the stored samples that it was trained on */
    const char *const *columns; /* of the table that it was trained on, by name */
    int32_t            column_count;
    int32_t            image[3];         /* height, width, channels of pictures that a flat input takes; 0: it takes none */
    mote_crop          crop;             /* what is taken of a picture */
    bool               exif_orientation; /* pictures are turned first, as EXIF says */
    mote_range         range;            /* what prepared samples took */
} mote_input_recipe;

/* What the classes of an output are called, and what it was trained for. */
typedef struct mote_output_recipe {
    const char *const *labels;
    int32_t            label_count;
    bool               has_goal;
    mote_goal          goal;
    const char *const *columns; /* of the table that it was trained on: its targets */
    int32_t            column_count;
} mote_output_recipe;

/* What somebody who has new data must know of each input and output, in the graph's order; of further ones nothing is known.
 * Travels with the model: .tflite metadata "mote.recipe", in .keras an asset. */
typedef struct mote_recipe {
    mote_input_recipe  input[MOTE_FEATURES_MAX];
    mote_output_recipe output[MOTE_TARGETS_MAX];
} mote_recipe;

/* What whoever made the file calls the main graph's inputs and outputs: a SignatureDef. One name each, in the graph's order;
 * NULL where it has none. Passes keep that order, so they keep the names. */
typedef struct mote_signature {
    const char        *key;                     /* "serving_default" */
    const char *const *inputs, *const *outputs; /* [input_count], [output_count]; both NULL: there is no signature */
} mote_signature;

/* How a weight lies in Keras' files: axis i of mote's is the file's axis order[i] - '0'; several of the file's axes side by
 * side may be one of mote's, and mote's may have axes of 1 between. */
enum { MOTE_LAYOUT_RANK_MAX = 8 };
typedef struct mote_weight_layout {
    int32_t rank, dim[MOTE_LAYOUT_RANK_MAX]; /* of the file's array */
    char    order[MOTE_LAYOUT_RANK_MAX + 1];
} mote_weight_layout;

enum { MOTE_LAYER_WEIGHTS_MAX = 8 };

/* A layer as a file of Keras has it: kept so that it can be written again. */
typedef struct mote_keras_record {
    const char *class_name, *config; /* config: JSON */
    int32_t     listed;              /* its place among the layers that the file lists */
    bool        is_inferring;        /* it is called with training=False, and heeds it */
} mote_keras_record;

/* A layer that the model was built of, in Keras' words: what a .keras says that operators do not. Weights are in Keras'
 * order: kernel, bias; gamma, beta, moving mean, moving variance. */
typedef struct mote_layer_record {
    const struct mote_layer_type *type;    /* of layers/layer.h, which this room does not know; NULL: not one of mote's */
    const mote_keras_record      *keras;   /* of a file; NULL, and type NULL: an input */
    const void                   *options; /* complete; the first member is the name */
    size_t                        options_bytes;
    const char                   *name;
    mote_id                      *in, out;                            /* of graph 0, as weights are */
    int32_t                       in_count, weight_count, node_count; /* so many operators are the layer */
    mote_id                       weight[MOTE_LAYER_WEIGHTS_MAX];     /* no layer that is recorded has more */
    mote_weight_layout            layout[MOTE_LAYER_WEIGHTS_MAX];     /* rank 0: outputs come last in the file */
} mote_layer_record;

typedef struct mote_blob {
    const char    *name;
    const uint8_t *bytes;
    size_t         count;
} mote_blob;

/* All trainable values: tensors with is_trainable have their data in here. */
typedef struct mote_params {
    float *values;
    size_t count; /* floats; each tensor's part begins at a multiple of 16 */
} mote_params;

/* What an optimizer remembers of the steps that it has made: what training that goes on begins from. */
enum { MOTE_SLOTS_MAX = 4 };
typedef struct mote_optimizer_memory {
    uint64_t step;                 /* so many were made */
    int32_t  slot_count;           /* of the optimizer's kind and arguments: mote_optimizer_list_slots */
    float   *slot[MOTE_SLOTS_MAX]; /* [params.count] each */
    float    product;              /* Nadam's, of its momentums */
    bool     is_there;
} mote_optimizer_memory;

struct mote_model {
    mote_arena     arena;
    mote_stage     stage;
    const char    *name, *description;
    mote_graph    *graphs; /* [0] is the main one; the others are bodies of control flow */
    int32_t        graph_count;
    mote_params    params;
    mote_recipe    recipe;
    mote_signature signature;
    mote_blob     *metadata; /* what mote does not know is kept byte for byte */
    int32_t        metadata_count;

    mote_layer_record    *layers; /* stage TRAIN, inputs among them; none where the model was not built of layers */
    int32_t               layer_count, layer_capacity;
    mote_optimizer        optimizer; /* that trained it last, its numbers complete; a schedule in the arena */
    bool                  is_trained;
    mote_optimizer_memory memory; /* that optimizer's */

    mote_name_row
           *sources; /* what its file calls things, and what they were when it was read; none: tensors' names say it */
    int32_t source_count, source_capacity;

    const char *const *left_out; /* what else its file can run: names of its other subgraphs */
    int32_t            left_out_count;
    const char *const *notes; /* mote_model_note */
    int32_t            note_count;
    bool               differs; /* its file has operators or kinds of tensors that were left out when it was read */
};

/* ---- making one ---- */

/* An empty model with one empty graph. memory_cap_bytes 0: the arena's default. */
mote_status mote_model_create(mote_model **out, mote_stage stage, size_t memory_cap_bytes, mote_error *err);

/* One more empty graph, graphs[graph_count - 1]: a body of control flow. Graphs move: pointers to them are good until the
 * next is added. NULL with err filled on failure. */
mote_graph *mote_model_add_graph(mote_model *model, mote_error *err);

/* Copies *spec (its name too; not data or quant) in as a new tensor. Returns its id, or MOTE_NONE with err filled. */
mote_id mote_graph_add_tensor(mote_model *model, mote_graph *graph, const mote_tensor *spec, mote_error *err);

/* Copies *spec (its operand lists and name too) in as the last node. NULL with err filled on failure. */
mote_node *mote_graph_add_node(mote_model *model, mote_graph *graph, const mote_node *spec, mote_error *err);

mote_status mote_graph_set_inputs(mote_model *model, mote_graph *graph, const mote_id *ids, int32_t count, mote_error *err);
mote_status mote_graph_set_outputs(mote_model *model, mote_graph *graph, const mote_id *ids, int32_t count, mote_error *err);

/* A constant of the given shape with a copy of bytes as its data. */
mote_id mote_graph_add_const(mote_model *model, mote_graph *graph, const char *name, mote_dtype dtype, int32_t rank,
                             const int32_t *dim, const void *bytes, mote_error *err);

/* A copy of a quantization in the model's arena, with room for count scales (values copied when given). */
mote_quant *mote_quant_create(mote_model *model, int32_t axis, int32_t count, const float *scale, const int32_t *zero_point,
                              mote_error *err);

/* A copy of value in the model's arena. */
const mote_narrowing *mote_narrowing_create(mote_model *model, int32_t channels, const int16_t *value, mote_error *err);

/* Copies *record (its list of inputs and its options too) in as the last layer. */
mote_status mote_model_add_layer(mote_model *model, const mote_layer_record *record, mote_error *err);

/* A line that whoever uses the model should know. */
mote_status mote_model_add_note(mote_model *model, mote_error *err, const char *format, ...) MOTE_PRINTF(3, 4);

/* A deep copy, constants and params included. */
mote_status mote_model_copy(mote_model **out, const mote_model *from, mote_error *err);
/* What is said of a model as a whole: its name, description, recipe, and its signature, whose names go by position. */
mote_status mote_model_copy_facts(mote_model *to, const mote_model *from, mote_error *err);
mote_status mote_recipe_copy(mote_recipe *out, const mote_recipe *from, mote_arena *arena, mote_error *err);

/* A deep copy; NULL where there is none, or with err filled. */
const mote_schedule *mote_schedule_copy(const mote_schedule *schedule, mote_arena *arena, mote_error *err);

/* One more of the model's sources; its texts are the model's. */
mote_status mote_model_add_source(mote_model *model, const mote_name_row *row, mote_error *err);
/* `to`, which was made of `from`, gets the sources of that, as far as they have come. */
mote_status mote_model_follow_sources(mote_model *to, const mote_model *from, mote_error *err);

/* Moves every trainable tensor's data into one flat buffer, model->params, and what the optimizer remembers with it; of a
 * weight that was not trained so far it remembers nothing, and then has to begin anew. */
mote_status mote_model_gather_params(mote_model *model, mote_error *err);

/* Leaves what these tensors are computed of; they become the outputs, and ends their new numbers. What the file says of the
 * whole (signature, recipe, metadata, optimizer) goes. UNSUPPORTED where there are other graphs that it runs. */
mote_status mote_model_cut(mote_model *model, mote_id *ends, int32_t count, mote_error *err);

/* Layers whose name a pattern (as a shell's) matches are left as they are in training: their weights, and of
 * BatchNormalization the statistics; all others are trained. A name before a slash is one, too: "inner" is all of
 * "inner/dense". The first `nodes` nodes are left, too. Errors: USAGE where a pattern matches no layer; LIMIT. */
mote_status mote_model_set_frozen(mote_model *model, const char *const *patterns, int32_t count, int32_t nodes,
                                  mote_error *err);
/* Whether a pattern (as a shell's) matches the name of the node's layer, or one of the names before its slashes. */
bool mote_node_is_layer(const mote_node *node, const char *pattern);
/* The tensor that a layer of that name makes, or that is called so; MOTE_NONE: there is none. */
mote_id mote_model_find_layer(const mote_model *model, const char *name);
/* Names of its layers, for a message: "conv2d, dense ..." */
mote_status mote_model_list_layers(mote_text *out, const mote_model *model, mote_error *err);

/* ---- asking ---- */

/* The operand at a position, or NULL where it is absent. */
const mote_tensor *mote_node_in(const mote_graph *graph, const mote_node *node, int32_t index);
const mote_tensor *mote_node_out(const mote_graph *graph, const mote_node *node, int32_t index);

/* Output 0, or, of a node that has none, what it writes to: operand 0. NULL where that is absent, too. */
const mote_tensor *mote_node_result(const mote_graph *graph, const mote_node *node);

/* Elements of one sample (batch 1) and their bytes; both saturate at SIZE_MAX. */
size_t mote_tensor_count(const mote_tensor *tensor);
size_t mote_tensor_bytes(const mote_tensor *tensor);
bool   mote_tensor_same_shape(const mote_tensor *a, const mote_tensor *b);

/* "[1,28,28,1]" */
mote_shape_text mote_shape_show(const mote_tensor *tensor);

/* Bits of an index into tables of so many values; bytes that indices and tables of a constant take in a file. */
int32_t mote_table_bits(int32_t values);
size_t  mote_table_bytes(const mote_tensor *tensor, int32_t values);

/* The number of operands (and graph outputs) that read the tensor. */
int32_t mote_graph_use_count(const mote_graph *graph, mote_id id);

/* Whether every invoke begins with states at their reset values: where operators with states compute samples of their own
 * (is_batched), nothing of one is to reach the next, as in Keras' layers that are not stateful. With a fixed batch states
 * last until somebody resets them. */
bool mote_graph_forgets(const mote_graph *graph);

/* "operator 3 (CONV_2D "stem")": how every message names a node. */
typedef struct mote_node_text {
    char text[160];
} mote_node_text;
mote_node_text mote_node_show(const mote_graph *graph, const mote_node *node);
const char    *mote_op_kind_name(mote_op_kind kind);
const char    *mote_node_kind_name(const mote_node *node); /* the same, and what a mark of a program says */

/* Checks all that can be checked without knowing the operators: ids in range, topological order, every activation computed
 * once or given, shapes positive, constants with data, quantization that fits its tensor, the stage's rules on types.
 * ops/ops.h's mote_model_verify adds each operator's own rules. */
mote_status mote_graph_verify(const mote_model *model, const mote_graph *graph, mote_error *err);

#endif
