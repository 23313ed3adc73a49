/* What operators are told besides their operands: one struct for each kind of attribute set. runtime/ops/NAME.h says which
 * fields of a TensorFlow Lite file fill them. Truth values are int32_t, 0 or 1.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ATTRIBUTES_H
#define MRT_ATTRIBUTES_H

#include <stdint.h>

typedef struct mrt_no_attributes {
    char none;
} mrt_no_attributes;

enum { MRT_PADDING_VALID = 0, MRT_PADDING_SAME = 1 };

typedef struct mrt_conv_attributes {
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* 1: dense */
    int32_t depth_multiplier;       /* depthwise only: output channels a input channel; 0: as the shapes say */
    int32_t padding;
} mrt_conv_attributes;

typedef struct mrt_pool_attributes {
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t padding;
} mrt_pool_attributes;

typedef struct mrt_fully_connected_attributes {
    int32_t keep_num_dims;  /* output keeps the input's leading dimensions instead of flattening them to one */
    int32_t weights_format; /* 0; others are shuffled, and refused */
} mrt_fully_connected_attributes;

typedef struct mrt_softmax_attributes {
    float beta;
} mrt_softmax_attributes;

typedef struct mrt_leaky_relu_attributes {
    float alpha; /* slope below zero */
} mrt_leaky_relu_attributes;

/* Reductions. axis: where there is no operand that says them. */
typedef struct mrt_reduce_attributes {
    int32_t axis[8];
    int32_t axis_count;
    int32_t keep_dims;
} mrt_reduce_attributes;

typedef struct mrt_batch_normalization_attributes {
    float momentum, epsilon;
} mrt_batch_normalization_attributes;

typedef struct mrt_dropout_attributes {
    float rate;
} mrt_dropout_attributes;

#endif
