/* SUB, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, FLOOR_DIV, FLOOR_MOD, ADD_N, PRELU.
 *
 * ADD_N has no integer form of its own: the reference's int8 sum begins at the output's zero point taken away, which is
 * wrong wherever that is not 0, and its rule here (runtime/kernels/add_n.h). SPDX-License-Identifier: Apache-2.0 */
#include "ops/pairs.h"
#include "ops/wishes.h"
#include "runtime/ops/binary.h"

#define TRAINED_PAIRS(name, PAIRING)                                                                                        \
    static void forward_##name(const mote_call *call)                                                                       \
    {                                                                                                                       \
        mote_pairs_forward(call, MOTE_MATH_##PAIRING);                                                                      \
    }                                                                                                                       \
    static void backward_##name(const mote_call *call)                                                                      \
    {                                                                                                                       \
        mote_pairs_backward(call, MOTE_MATH_##PAIRING);                                                                     \
    }
TRAINED_PAIRS(sub, DIFFERENCE)
TRAINED_PAIRS(div, QUOTIENT)
TRAINED_PAIRS(maximum, MAXIMUM)
TRAINED_PAIRS(minimum, MINIMUM)
TRAINED_PAIRS(prelu, PRELU)
#undef TRAINED_PAIRS

#define TRAINED(name) .forward = forward_##name, .backward = backward_##name, .scratch = mote_pairs_scratch

const mote_op mote_op_sub = {.description = &mrt_operator_sub, .quantize = mote_quantize_rescaled, TRAINED(sub)};
const mote_op mote_op_div = {.description = &mrt_operator_div, .quantize = mote_quantize_rescaled, TRAINED(div)};
const mote_op mote_op_maximum = {.description = &mrt_operator_maximum, .quantize = mote_quantize_joined, TRAINED(maximum)};
const mote_op mote_op_minimum = {.description = &mrt_operator_minimum, .quantize = mote_quantize_joined, TRAINED(minimum)};
const mote_op mote_op_squared_difference = {.description = &mrt_operator_squared_difference,
                                            .quantize = mote_quantize_rescaled};
const mote_op mote_op_floor_div = {.description = &mrt_operator_floor_div};
const mote_op mote_op_floor_mod = {.description = &mrt_operator_floor_mod};
const mote_op mote_op_add_n = {.description = &mrt_operator_add_n};
const mote_op mote_op_prelu = {.description = &mrt_operator_prelu, .quantize = mote_quantize_rescaled, TRAINED(prelu)};
