/* ELU, HARD_SWISH, GELU, RELU_N1_TO_1, RELU_0_TO_1, LOG_SOFTMAX, L2_NORMALIZATION.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

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

/* ---- ELU and GELU in training ---- */

static mote_math_function function_of(const mote_node *node)
{
    if (node->op == MOTE_OP_ELU)
        return MOTE_MATH_ELU;
    return node->as.gelu.approximate ? MOTE_MATH_GELU_TANH : MOTE_MATH_GELU;
}

static void forward_function(const mote_call *call)
{
    call->math->function_forward(function_of(call->node), mote_call_count(call), call->in[0], call->out[0]);
}

static void backward_function(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->function_backward(function_of(call->node), mote_call_count(call), call->in[0], call->out[0],
                                      call->grad_out[0], call->grad_in[0]);
}

/* ---- clamps in training: the ends themselves let a gradient through, as TensorFlow's clip_by_value does ---- */

static float low_of(const mote_node *node)
{
    return node->op == MOTE_OP_RELU_0_TO_1 ? 0.0f : -1.0f;
}

static void forward_clamp(const mote_call *call)
{
    const float  low = low_of(call->node), *x = call->in[0];
    float       *y = call->out[0];
    const size_t count = mote_call_count(call);
    size_t       i;

    for (i = 0; i < count; i++)
        y[i] = mrt_clamp_f32(x[i], low, 1.0f);
}

static void backward_clamp(const mote_call *call)
{
    const float  low = low_of(call->node), *x = call->in[0], *dy = call->grad_out[0];
    float       *dx = call->grad_in[0];
    const size_t count = dx ? mote_call_count(call) : 0;
    size_t       i;

    for (i = 0; i < count; i++)
        dx[i] = x[i] >= low && x[i] <= 1.0f ? dy[i] : 0.0f;
}

/* ---- over the last axis in training ---- */

/* How long a row is, and how many there are. */
static int32_t row_of(const mote_call *call, size_t *rows)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, 0);
    const int32_t      length = in->dim[in->rank - 1];

    *rows = mote_call_count(call) / (size_t)length;
    return length;
}

static void forward_log_softmax(const mote_call *call)
{
    size_t        rows;
    const int32_t classes = row_of(call, &rows);

    call->math->log_softmax_forward(rows, classes, call->in[0], call->out[0]);
}

static void backward_log_softmax(const mote_call *call)
{
    size_t        rows;
    const int32_t classes = row_of(call, &rows);

    if (call->grad_in[0])
        call->math->log_softmax_backward(rows, classes, call->out[0], call->grad_out[0], call->grad_in[0]);
}

/* As the kernel divides: by 1e-6 at least. */
static float length_of(const mote_call *call, const float *x, int32_t length)
{
    return fmaxf(sqrtf((float)call->math->sum_of_squares((size_t)length, x)), 1e-6f);
}

static void forward_l2_normalization(const mote_call *call)
{
    size_t        rows, r;
    const int32_t length = row_of(call, &rows);

    for (r = 0; r < rows; r++) {
        const float *x = call->in[0] + r * (size_t)length;
        call->math->scale((size_t)length, 1.0f / length_of(call, x, length), x, call->out[0] + r * (size_t)length);
    }
}

/* dx = (dy - y (y dy)) / |x|; where x is too short to be divided by, y is no more than x times a number. */
static void backward_l2_normalization(const mote_call *call)
{
    size_t        rows, r;
    const int32_t length = row_of(call, &rows);
    int32_t       i;

    for (r = 0; call->grad_in[0] && r < rows; r++) {
        const size_t at = r * (size_t)length;
        const float *y = call->out[0] + at, *dy = call->grad_out[0] + at;
        const float  size = length_of(call, call->in[0] + at, length);
        float       *dx = call->grad_in[0] + at;
        double       along = 0;
        for (i = 0; i < length && size > 1e-6f; i++)
            along += (double)y[i] * (double)dy[i];
        for (i = 0; i < length; i++)
            dx[i] = (dy[i] - y[i] * (float)along) / size;
    }
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

#define TRAINED(name) .forward = forward_##name, .backward = backward_##name

const mote_op mote_op_elu = {.description = &mrt_operator_elu, .quantize = mote_quantize_rescaled, TRAINED(function)};
const mote_op mote_op_hard_swish = {
    .description = &mrt_operator_hard_swish, .quantize = mote_quantize_rescaled, TRAINED(hard_swish)};
const mote_op mote_op_gelu = {.description = &mrt_operator_gelu, .quantize = mote_quantize_rescaled, TRAINED(function)};
const mote_op mote_op_relu_n1_to_1 = {
    .description = &mrt_operator_relu_n1_to_1, .quantize = mote_quantize_rescaled, TRAINED(clamp)};
const mote_op mote_op_relu_0_to_1 = {
    .description = &mrt_operator_relu_0_to_1, .quantize = mote_quantize_rescaled, TRAINED(clamp)};
const mote_op mote_op_log_softmax = {
    .description = &mrt_operator_log_softmax, .quantize = quantize_log_softmax, TRAINED(log_softmax)};
const mote_op mote_op_l2_normalization = {
    .description = &mrt_operator_l2_normalization, .quantize = quantize_l2_normalization, TRAINED(l2_normalization)};
