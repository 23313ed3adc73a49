/* What operators are told besides their operands: one struct for each kind of attribute set.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_GRAPH_ATTRS_H
#define MOTE_GRAPH_ATTRS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mote_no_attrs {
    char none;
} mote_no_attrs;

/* How a writer names the padding; the four numbers are what counts. */
typedef enum mote_padding_mode { MOTE_PADDING_VALID = 0, MOTE_PADDING_SAME } mote_padding_mode;

typedef struct mote_padding {
    mote_padding_mode mode;
    int32_t           top, bottom, left, right; /* resolved by the operator's infer; SAME puts the odd one at the end */
} mote_padding;

typedef struct mote_conv_attrs {
    int32_t      stride_h, stride_w;
    int32_t      dilation_h, dilation_w; /* 1: dense */
    int32_t      depth_multiplier;       /* depthwise only: output channels a input channel */
    mote_padding padding;
} mote_conv_attrs;

typedef struct mote_pool_attrs {
    int32_t      filter_h, filter_w;
    int32_t      stride_h, stride_w;
    mote_padding padding;
} mote_pool_attrs;

typedef struct mote_fully_connected_attrs {
    bool keep_num_dims; /* output keeps the input's leading dimensions instead of flattening them to one */
} mote_fully_connected_attrs;

typedef struct mote_softmax_attrs {
    float beta;
} mote_softmax_attrs;

typedef struct mote_leaky_relu_attrs {
    float alpha; /* slope below zero */
} mote_leaky_relu_attrs;

/* Reductions; axes counted from the front after loading. */
typedef struct mote_reduce_attrs {
    int32_t axis[8];
    int32_t axis_count;
    bool    keep_dims;
} mote_reduce_attrs;

typedef struct mote_batch_normalization_attrs {
    float momentum, epsilon;
} mote_batch_normalization_attrs;

typedef struct mote_dropout_attrs {
    float rate;
} mote_dropout_attrs;

#endif
