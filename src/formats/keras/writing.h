/* Inside keras/: what the parts of writing share. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_KERAS_WRITING_H
#define MOTE_FORMATS_KERAS_WRITING_H

#include "base/arena.h"
#include "base/json.h"
#include "formats/hdf5/write.h"
#include "graph/graph.h"

/* The group of a .h5 that has what the optimizer remembers, as Keras' "optimizer_weights". */
#define MOTE_KERAS_OWN_OPTIMIZER "mote.optimizer_weights"

/* A layer in Keras' words. */
typedef struct mote_keras_written {
    const mote_layer_record *record;
    const char              *name; /* Keras' own rules kept */
    const char              *class_name;
    const char              *path; /* its class in snake case, counted: "conv2d_1" */
    int32_t depth, turn;           /* what Keras orders layers by: steps to an output; when a walk from there meets it */
} mote_keras_written;

typedef struct mote_keras_writing {
    const mote_model   *model;
    bool                is_version_2; /* .h5 has Keras 2's words, which Keras 3 reads as well */
    bool                is_sequential;
    const char         *name;
    mote_keras_written *layers;    /* [model->layer_count], in the order in which Keras lists them */
    int32_t            *by_tensor; /* the layer that computes a tensor; -1: none does */
    mote_arena          arena;
} mote_keras_writing;

bool mote_keras_is_input(const mote_layer_record *record);
/* MultiHeadAttention is called with a query and a value, also where both are the same. */
bool mote_keras_is_attention(const mote_layer_record *record);
/* Whether training leaves the layer as it is: Keras' trainable=False. */
bool mote_keras_is_frozen(const mote_keras_writing *w, const mote_layer_record *record);

/* The order of layers, their names and paths. */
mote_status mote_keras_writing_init(mote_keras_writing *w, mote_error *err);

/* What becomes config.json, or the attribute model_config; NULL where memory lacks. */
json_t *mote_keras_model_config(const mote_keras_writing *w);
/* NULL where the model was not trained; is_known tells. */
json_t *mote_keras_compile_config(const mote_keras_writing *w);
bool    mote_keras_is_compiled(const mote_keras_writing *w);

/* The arrays. */
void mote_keras_put_weights(mote_keras_writing *w, mote_hdf5_tree *tree);    /* model.weights.h5 */
void mote_keras_put_weights_h5(mote_keras_writing *w, mote_hdf5_tree *tree); /* the group model_weights */

/* Whether variable `weight` of a layer is trained. */
bool mote_keras_is_trainable(const mote_keras_writing *w, const mote_keras_written *layer, int32_t weight);

#endif
