/* ABS, CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/unary.h"

#define TRAINED_FUNCTION(name, FUNCTION)                                                                                    \
    static void forward_##name(const mote_call *call)                                                                       \
    {                                                                                                                       \
        call->math->function_forward(MOTE_MATH_##FUNCTION, mote_call_count(call), call->in[0], call->out[0]);               \
    }                                                                                                                       \
    static void backward_##name(const mote_call *call)                                                                      \
    {                                                                                                                       \
        if (call->grad_in[0])                                                                                               \
            call->math->function_backward(MOTE_MATH_##FUNCTION, mote_call_count(call), call->in[0], call->out[0],           \
                                          call->grad_out[0], call->grad_in[0]);                                             \
    }
TRAINED_FUNCTION(abs, ABS)
TRAINED_FUNCTION(exp, EXP)
TRAINED_FUNCTION(log, LOG)
TRAINED_FUNCTION(neg, NEG)
TRAINED_FUNCTION(rsqrt, RSQRT)
TRAINED_FUNCTION(sqrt, SQRT)
TRAINED_FUNCTION(square, SQUARE)
#undef TRAINED_FUNCTION

#define TRAINED(name) .forward = forward_##name, .backward = backward_##name

const mote_op mote_op_abs = {.description = &mrt_operator_abs, .quantize = mote_quantize_rescaled, TRAINED(abs)};
const mote_op mote_op_ceil = {.description = &mrt_operator_ceil};
const mote_op mote_op_cos = {.description = &mrt_operator_cos};
const mote_op mote_op_exp = {.description = &mrt_operator_exp, TRAINED(exp)};
const mote_op mote_op_floor = {.description = &mrt_operator_floor};
const mote_op mote_op_log = {.description = &mrt_operator_log, TRAINED(log)};
const mote_op mote_op_neg = {.description = &mrt_operator_neg, TRAINED(neg)};
const mote_op mote_op_round = {.description = &mrt_operator_round};
const mote_op mote_op_rsqrt = {.description = &mrt_operator_rsqrt, .quantize = mote_quantize_rescaled, TRAINED(rsqrt)};
const mote_op mote_op_sin = {.description = &mrt_operator_sin};
const mote_op mote_op_sqrt = {.description = &mrt_operator_sqrt, TRAINED(sqrt)};
const mote_op mote_op_square = {.description = &mrt_operator_square, TRAINED(square)};
