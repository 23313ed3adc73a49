/* The builder from inside: what readers of other programs' models need beside layer.h. Whoever sets `source` has the
 * weights' values and knows which layers share them; unread layers are then no mistake. SPDX-License-Identifier: Apache-2.0
 */
#ifndef MOTE_LAYERS_BUILDER_H
#define MOTE_LAYERS_BUILDER_H

#include "layers/layer.h"

enum {
#define LAYER(name, options)         COUNT_OF_##name,
#define LAYER_OF_MANY(name, options) COUNT_OF_##name,
#include "layers/layers.def"
#undef LAYER
#undef LAYER_OF_MANY
    MOTE_LAYER_TYPE_COUNT
};

/* Where values of weights come from, in the place of initial ones. */
typedef struct mote_weight_source {
    /* The tensor where the weight is there already; MOTE_NONE: it is not. */
    mote_id (*find)(struct mote_weight_source *source, const mote_weight *weight);
    /* Fills the data of the new tensor; failures are the builder's. */
    void (*fill)(struct mote_weight_source *source, const mote_layer_call *call, const mote_weight *weight, mote_id id);
    bool is_frozen; /* the layer that is being added is not trained for now */
} mote_weight_source;

struct mote_builder {
    mote_model         *model;
    int32_t             graph; /* that layers are added to, by number: 0, or the body of a loop (ops/loop.h) */
    mote_error          err;   /* the first failure of any call */
    uint64_t            seed;
    size_t              max_parameters, parameter_count;
    uint32_t            weight_count;                 /* the index of the next weight's random stream */
    int                 named[MOTE_LAYER_TYPE_COUNT]; /* how many default names each type has used */
    mote_id             inputs[MOTE_FEATURES_MAX];
    int                 input_count;
    mote_id             weights[MOTE_LAYER_WEIGHTS_MAX]; /* of the layer that is being added */
    mote_weight_layout  layouts[MOTE_LAYER_WEIGHTS_MAX];
    int32_t             weights_of_layer;
    mote_weight_source *source;    /* NULL: initial values */
    mote_id             first_own; /* tensors before it were there when it began */
};

/* The graph that layers are added to. */
mote_graph *mote_builder_graph(const mote_builder *builder);

/* One that adds layers to a model, which it takes over, also where it fails: NULL then. */
mote_builder *mote_builder_continue(mote_model *model, const mote_builder_options *options, mote_error *err);

/* mote_layer_named_input of another type; batch over 0: dimension 0 is that, and counts no samples. */
mote_layer_id mote_layer_typed_input(mote_builder *builder, const char *name, mote_dtype dtype, int32_t batch, int32_t rank,
                                     const int32_t *dims);

/* A node of the layer with node->out_count outputs, which are called out_name; dtype is that of operators that keep the
 * type of what is stored. Fills out, with MOTE_NO_LAYER on failure. */
mote_status mote_layer_node_of_many(const mote_layer_call *call, const mote_node *node, const char *out_name,
                                    mote_dtype dtype, mote_id *out);

#endif
