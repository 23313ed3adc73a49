/* What a layer is, and what layers are made with.
 *
 * A layer's file has one function that adds it to the graph, its table of keys, and the constant that joins them; its row in
 * layers.def makes it known to C programs (mote_layer_NAME) and to specs. Before the function runs, options are complete:
 * defaults set, ranges checked, the input's rank too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_LAYER_H
#define MOTE_LAYERS_LAYER_H

#include <mote/layers.h>

#include "graph/graph.h"
#include "layers/key.h"

/* One layer being added. */
typedef struct mote_layer_call {
    mote_builder        *builder;
    const char          *name; /* unique in the model */
    const mote_layer_id *in;
    int                  in_count;
} mote_layer_call;

typedef struct mote_layer_type {
    const char     *name, *keras_class; /* "conv2d", "Conv2D" */
    size_t          options_bytes;
    const mote_key *keys;        /* the first is what a spec's shorthand `- dropout: 0.5` gives */
    bool            is_image;    /* inputs must be [height, width, channels] */
    bool            is_sequence; /* inputs must be [steps, channels] */
    bool            has_format;  /* of a sequence: Keras says data_format, as it does of all images */
    int             in_min;      /* 0: exactly one input; else at least so many */
    mote_layer_id (*add)(const mote_layer_call *call, const void *options);
} mote_layer_type;

#define LAYER(name, options)         extern const mote_layer_type mote_layer_type_##name;
#define LAYER_OF_MANY(name, options) extern const mote_layer_type mote_layer_type_##name;
#include "layers/layers.def"
#undef LAYER
#undef LAYER_OF_MANY

/* Ends with NULL. */
extern const mote_layer_type *const mote_layer_types[];

const mote_layer_type *mote_layer_type_find(const char *name); /* NULL when there is none of that name */

/* Any layer; options NULL or the type's struct, which begins with the name. */
mote_layer_id mote_builder_add(mote_builder *builder, const mote_layer_type *type, const mote_layer_id *in, int in_count,
                               const void *options);

/* ---- for layers' files ---- */

extern const mote_word mote_activation_words[], mote_padding_words[], mote_causal_padding_words[], mote_initializer_words[];
extern const mote_word mote_matrix_initializer_words[]; /* of weights that have two dimensions: orthogonal, too */

/* Layers' numbers: what a size, a count of channels may be. */
#define MOTE_LAYER_SIZE_MAX    4096
#define MOTE_LAYER_CHANNEL_MAX 1048576

const mote_tensor *mote_layer_in(const mote_layer_call *call, int index);
const mote_tensor *mote_layer_tensor(const mote_layer_call *call, mote_layer_id id); /* after a failure some tensor */
int32_t            mote_layer_channels(const mote_layer_call *call);                 /* of input 0 */
mote_shape_text    mote_layer_shape(const mote_layer_call *call, int index);         /* an input's, without the batch */

/* layer "NAME": text. Returns MOTE_NO_LAYER. */
mote_layer_id mote_layer_fail(const mote_layer_call *call, mote_status code, const char *format, ...) MOTE_PRINTF(3, 4);

/* A weight in TensorFlow Lite's layout, named "NAME/name". Kernels give their fans as Keras computes them. */
enum { MOTE_WEIGHT_RANK_MAX = 4 };
typedef struct mote_weight {
    const char      *name;
    int              rank;
    int32_t          dim[MOTE_WEIGHT_RANK_MAX];
    mote_initializer initializer;
    double           fan_in, fan_out;
    bool             is_fixed;  /* never trained */
    bool             is_frozen; /* not trained for now */
    mote_regularizer regularizer;

    mote_weight_layout keras; /* how it lies in Keras' files; rank 0: its outputs, the first axis here, are the last one */
} mote_weight;
mote_id mote_layer_weight(const mote_layer_call *call, const mote_weight *weight);

mote_id mote_layer_bias(const mote_layer_call *call, int32_t count, mote_initializer initializer,
                        mote_regularizer regularizer);

/* An operand of int32 constants: axes, a shape. */
mote_id mote_layer_integers(const mote_layer_call *call, const char *name, const int32_t *values, int32_t count);
mote_id mote_layer_integers_of(const mote_layer_call *call, const char *name, int32_t rank, const int32_t *dim,
                               const int32_t *values);

/* Adds the node that computes the layer's output; the caller gives op, operands, attributes. A last operand of MOTE_NONE is
 * left out. After any failure these do nothing, so that operands need no check. */
mote_layer_id mote_layer_node(const mote_layer_call *call, const mote_node *node);
mote_layer_id mote_layer_simple_node(const mote_layer_call *call, mote_op_kind op, mote_attrs attributes); /* one input */

/* A node on the way to it, whose output is "NAME/suffix". */
mote_layer_id mote_layer_inner_node(const mote_layer_call *call, const mote_node *node, const char *suffix);

/* The same, of another type. */
mote_layer_id mote_layer_inner_node_of(const mote_layer_call *call, const mote_node *node, const char *suffix,
                                       mote_dtype dtype);

/* An activation (not linear) of x; a node with an activation: relu and relu6 are fused, the others follow as nodes. */
mote_layer_id mote_layer_activation_node(const mote_layer_call *call, mote_layer_id x, mote_activation activation);
mote_layer_id mote_layer_activated_node(const mote_layer_call *call, const mote_node *node, mote_activation activation);

/* Fills values as the initializer says; index counts the model's weights. */
typedef struct mote_initialization {
    mote_initializer initializer;
    double           fan_in, fan_out;
    uint64_t         seed;
    uint32_t         index;
} mote_initialization;
void mote_initialize(const mote_initialization *initialization, float *values, size_t count);

#endif
