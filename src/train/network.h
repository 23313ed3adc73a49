/* A model at stage TRAIN with memory for a batch: values forward, gradients backward.
 *
 * Everything is allocated once; a step allocates nothing. A view (RESHAPE) shares its input's buffers. An activation that
 * several nodes read gets its gradient from the last of them first; the others' parts are added. Operators without forward
 * and backward run by their inference kernels where nothing before them is trained.
 *
 * With fake quantization an operator writes what it computes into a buffer of its own (raw), which its backward reads; its
 * readers have what fake.h makes of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_NETWORK_H
#define MOTE_TRAIN_NETWORK_H

#include "ops/op.h"
#include "train/fake.h"

/* A gradient that must be added to what is there already. */
typedef struct mote_grad_add {
    const float *part;
    float       *sum;
    size_t       count; /* of one sample */
} mote_grad_add;

/* An operator that training has no way of its own for: the kernel that runs it, sample by sample. */
typedef struct mote_network_kernel {
    const mote_kernel *kernel;
    mote_prepared      prepared;
    void              *scratch;
    mote_id            in[MOTE_NODE_IN_MAX]; /* operands as the kernel wants them */
    int32_t            in_count;
} mote_network_kernel;

typedef struct mote_network_node {
    mote_call            call;
    mote_network_kernel *kernel;  /* NULL: forward of the operator */
    uint32_t             dropout; /* which of the dropouts it is */
    bool                 is_view;
    bool                 is_skipped;   /* a loss sees through it, and nothing else reads what it makes */
    bool                 has_backward; /* something before it, or in it, is trained */
    mote_grad_add        adds[2];
    int32_t              add_count;
} mote_network_node;

typedef struct mote_network {
    mote_arena         arena;
    mote_model        *model;
    const mote_math   *math;
    mote_pool         *pool;
    int32_t            capacity; /* the largest batch */
    float            **value;    /* [tensor_count]: of capacity samples; constants as the model holds them */
    float            **grad;     /* [tensor_count]: NULL where no gradient is wanted */
    mote_fake         *fake;     /* the caller's; NULL: nothing is quantized */
    float            **raw;      /* with fake, [tensor_count]: as computed; value where nothing is kept of it */
    mote_network_node *nodes;
    float             *param_grads; /* flat, as model->params */
} mote_network;

/* Where a loss is taken. */
typedef struct mote_score_place {
    mote_id scores;
    int32_t skipped; /* the node that the loss stands in for; MOTE_NONE: none */
} mote_score_place;

typedef struct mote_network_options {
    const mote_math        *math;
    mote_pool              *pool;
    int32_t                 capacity;
    const mote_score_place *places; /* of each loss: gradients of scores come from outside, before backward */
    int32_t                 place_count;
    mote_fake              *fake; /* of the model; NULL: none */
} mote_network_options;

mote_status mote_network_create(mote_network **out, mote_model *model, const mote_network_options *options, mote_error *err);
void        mote_network_destroy(mote_network *network); /* NULL is fine */

/* What changes from call to call. */
typedef struct mote_network_pass {
    int32_t  batch;
    bool     is_training;
    uint64_t seed; /* of dropout */
    uint32_t step;
} mote_network_pass;

/* Runs all nodes that are not skipped over the batch that lies in the inputs' values. */
void mote_network_forward(mote_network *network, const mote_network_pass *pass);
/* From the gradients at the scores back to the parameters, whose gradients are ADDED to param_grads. */
void mote_network_backward(mote_network *network, const mote_network_pass *pass);

#endif
