/* Every operator that the interpreter has; only those that are named are linked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_H
#define MRT_INTERPRETER_OPERATORS_H

#include "interpreter.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OPERATOR(name, KIND, builtin code, source below operators/) */
#define MRT_OPERATORS(OPERATOR)                                                                                             \
    OPERATOR(add, ADD, 0, "add.c")                                                                                          \
    OPERATOR(average_pool_2d, AVERAGE_POOL_2D, 1, "average_pool_2d.c")                                                      \
    OPERATOR(conv_2d, CONV_2D, 3, "conv_2d.c")                                                                              \
    OPERATOR(depthwise_conv_2d, DEPTHWISE_CONV_2D, 4, "depthwise_conv_2d.c")                                                \
    OPERATOR(dequantize, DEQUANTIZE, 6, "dequantize.c")                                                                     \
    OPERATOR(fully_connected, FULLY_CONNECTED, 9, "fully_connected.c")                                                      \
    OPERATOR(logistic, LOGISTIC, 14, "logistic.c")                                                                          \
    OPERATOR(max_pool_2d, MAX_POOL_2D, 17, "max_pool_2d.c")                                                                 \
    OPERATOR(relu, RELU, 19, "relu.c")                                                                                      \
    OPERATOR(relu6, RELU6, 21, "relu6.c")                                                                                   \
    OPERATOR(reshape, RESHAPE, 22, "reshape.c")                                                                             \
    OPERATOR(softmax, SOFTMAX, 25, "softmax.c")                                                                             \
    OPERATOR(tanh, TANH, 28, "tanh.c")                                                                                      \
    OPERATOR(mean, MEAN, 40, "mean.c")                                                                                      \
    OPERATOR(leaky_relu, LEAKY_RELU, 98, "leaky_relu.c")                                                                    \
    OPERATOR(quantize, QUANTIZE, 114, "quantize.c")

#if !defined(MRT_ONE_SOURCE) /* where each operator's source stands in front of the list that names it */
#define MRT_OPERATOR(name, KIND, code, source) extern const mrt_operator mrt_operator_##name;
MRT_OPERATORS(MRT_OPERATOR)
#undef MRT_OPERATOR
#endif

#ifdef __cplusplus
}
#endif
#endif
