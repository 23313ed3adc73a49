/* ELU, HARD_SWISH, GELU, RELU_N1_TO_1, RELU_0_TO_1, LOG_SOFTMAX, L2_NORMALIZATION.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/activation.h"

/* ---- HARD_SWISH in training: x clamp(x + 3, 0, 6) / 6 ---- */

static void forward_hard_swish(const mote_call *call)
{
    const float *x = call->in[0];
    float       *y = call->out[0];
    size_t       count = mote_call_count(call), i;

    for (i = 0; i < count; i++)
        y[i] = x[i] * mrt_clamp_f32(x[i] + 3.0f, 0.0f, 6.0f) / 6.0f;
}

/* At the bends the ramp has no slope, as in TensorFlow. */
static void backward_hard_swish(const mote_call *call)
{
    const float *x = call->in[0], *dy = call->grad_out[0];
    float       *dx = call->grad_in[0];
    size_t       count = dx ? mote_call_count(call) : 0, i;

    for (i = 0; i < count; i++)
        dx[i] = dy[i] * (mrt_clamp_f32(x[i] + 3.0f, 0.0f, 6.0f) + (x[i] > -3.0f && x[i] < 3.0f ? x[i] : 0.0f)) / 6.0f;
}

/* ---- quantization ---- */

/* The reference gives -255/16 to 0. */
static void quantize_log_softmax(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = -255.0f / 16.0f, .high = 1.0f / 16.0f};
}

static void quantize_l2_normalization(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = -1.0f, .high = 1.0f};
}

const mote_op mote_op_elu = {.description = &mrt_operator_elu, .quantize = mote_quantize_rescaled};
const mote_op mote_op_hard_swish = {.description = &mrt_operator_hard_swish,
                                    .quantize = mote_quantize_rescaled,
                                    .forward = forward_hard_swish,
                                    .backward = backward_hard_swish};
const mote_op mote_op_gelu = {.description = &mrt_operator_gelu, .quantize = mote_quantize_rescaled};
const mote_op mote_op_relu_n1_to_1 = {.description = &mrt_operator_relu_n1_to_1, .quantize = mote_quantize_rescaled};
const mote_op mote_op_relu_0_to_1 = {.description = &mrt_operator_relu_0_to_1, .quantize = mote_quantize_rescaled};
const mote_op mote_op_log_softmax = {.description = &mrt_operator_log_softmax, .quantize = quantize_log_softmax};
const mote_op mote_op_l2_normalization = {.description = &mrt_operator_l2_normalization,
                                          .quantize = quantize_l2_normalization};
