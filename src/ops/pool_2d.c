/* MAX_POOL_2D, AVERAGE_POOL_2D: in [N, H, W, C] -> out [N, out_h, out_w, C], the greatest or mean value under each window.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"
#include "ops/host.h"
#include "runtime/arch/pool_2d_dsp.h"
#include "runtime/arch/pool_2d_four.h"
#include "runtime/ops/pool_2d.h"

/* Shapes were checked: this cannot fail. */
static mrt_window prepared_window(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    mrt_window     window = {0};

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_pool_2d_window(&call.c, &window);
    return window;
}

/* ---- training ---- */

static mote_math_pool pool_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mrt_window window = prepared_window(graph, node);

    return (mote_math_pool){.n = batch * window.batch,
                            .in_h = window.in_h,
                            .in_w = window.in_w,
                            .channels = window.in_c,
                            .out_h = window.out_h,
                            .out_w = window.out_w,
                            .kernel_h = window.kernel_h,
                            .kernel_w = window.kernel_w,
                            .stride_h = window.stride_h,
                            .stride_w = window.stride_w,
                            .pad_top = window.pad_top,
                            .pad_left = window.pad_left};
}

static size_t out_count(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), (size_t)batch);
}

/* Which of the window's values was the greatest: the same at every instruction-set level. */
static size_t max_saved(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_pool shape = pool_shape(graph, node, batch);

    return mote_math_select(NULL)->max_pool_saved(&shape);
}

/* Pooling has no activation of its own: a fused one needs the gradient before it. */
static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    (void)math;
    return node->activation == MRT_ACT_NONE ? 0 : mote_size_mul(out_count(graph, node, batch), sizeof(float));
}

static void activate(const mote_call *call)
{
    if (call->node->activation != MRT_ACT_NONE)
        call->math->activation_forward(out_count(call->graph, call->node, call->batch),
                                       mote_math_activation_of(call->node->activation), call->out[0], call->out[0]);
}

static const float *gradient_before_activation(const mote_call *call)
{
    float *dy = call->scratch;

    if (call->node->activation == MRT_ACT_NONE)
        return call->grad_out[0];
    call->math->activation_backward(out_count(call->graph, call->node, call->batch),
                                    mote_math_activation_of(call->node->activation), call->out[0], call->grad_out[0], dy,
                                    false);
    return dy;
}

static void max_forward(const mote_call *call)
{
    mote_math_pool shape = pool_shape(call->graph, call->node, call->batch);

    call->math->max_pool_forward(&shape, call->in[0], call->out[0], call->saved, call->pool);
    activate(call);
}

static void max_backward(const mote_call *call)
{
    mote_math_pool shape = pool_shape(call->graph, call->node, call->batch);

    if (call->grad_in[0])
        call->math->max_pool_backward(&shape, call->saved, gradient_before_activation(call), call->grad_in[0], false,
                                      call->pool);
}

static void average_forward(const mote_call *call)
{
    mote_math_pool shape = pool_shape(call->graph, call->node, call->batch);

    call->math->average_pool_forward(&shape, call->in[0], call->out[0], call->pool);
    activate(call);
}

static void average_backward(const mote_call *call)
{
    mote_math_pool shape = pool_shape(call->graph, call->node, call->batch);

    if (call->grad_in[0])
        call->math->average_pool_backward(&shape, gradient_before_activation(call), call->grad_in[0], false, call->pool);
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[node->in_count].rule = MOTE_QUANT_SAME;
}

/* ---- kernels ---- */

/* Channels enough for the kernels of runtime/arch. */
static bool has_four(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mote_node_in(graph, node, 0)->dim[3] >= 4;
}

static bool has_small_sums(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mrt_window window = prepared_window(graph, node);

    return has_four(graph, node, err) &&
           (int64_t)mrt_min_i32(window.kernel_h, window.in_h) * mrt_min_i32(window.kernel_w, window.in_w) <=
               MRT_POOL_2D_DSP_WINDOW;
}

static void run_max_four(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_four(params, io->in[0], io->out[0]);
}

static void run_average_four(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_i8_four(params, io->in[0], io->out[0]);
}

static void run_max_dsp(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_dsp(params, io->in[0], io->out[0]);
}

static void run_average_dsp(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_i8_dsp(params, io->in[0], io->out[0]);
}

/* ---- the operators ---- */

#define FAST(SYMBOL, HEADER, TARGETS, APPLIES, RUN)                                                                         \
    {                                                                                                                       \
        .symbol = SYMBOL, .params = "mrt_pool_2d_i8_params", .header = HEADER, .targets = TARGETS,                          \
        .param_bytes = sizeof(mrt_pool_2d_i8_params), .fields = mrt_pool_2d_i8_params_fields, .applies = APPLIES,           \
        .overlap = mote_described_overlap, .prepare = mote_described_prepare, .run = RUN                                    \
    }
#define FOUR(SYMBOL, RUN)         FAST(SYMBOL, "arch/pool_2d_four.h", MOTE_TARGET_PORTABLE, has_four, RUN)
#define DSP(SYMBOL, APPLIES, RUN) FAST(SYMBOL, "arch/pool_2d_dsp.h", MOTE_TARGET_ARM_DSP, APPLIES, RUN)

const mote_kernel mrt_max_pool_2d_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_max_pool_2d_i8, mrt_pool_2d_i8_params, "kernels/pool_2d.h", mrt_max_pool_2d_i8_run)},
    FOUR("mrt_max_pool_2d_i8_four", run_max_four),
    DSP("mrt_max_pool_2d_i8_dsp", has_four, run_max_dsp),
    {0},
};

const mote_kernel mrt_average_pool_2d_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_average_pool_2d_i8, mrt_pool_2d_i8_params, "kernels/pool_2d.h", mrt_average_pool_2d_i8_run)},
    FOUR("mrt_average_pool_2d_i8_four", run_average_four),
    DSP("mrt_average_pool_2d_i8_dsp", has_small_sums, run_average_dsp),
    MOTE_HOST_KERNELS("mote_host_average_pool_2d_i8", mrt_pool_2d_i8_params, mrt_pool_2d_i8_params_fields, NULL,
                      &mote_host_average_pool_2d),
    {0},
};

const mote_op mote_op_max_pool_2d = {
    .description = &mrt_operator_max_pool_2d,
    .quantize = quantize,
    .forward = max_forward,
    .backward = max_backward,
    .saved = max_saved,
    .scratch = train_scratch,
};

const mote_op mote_op_average_pool_2d = {
    .description = &mrt_operator_average_pool_2d,
    .quantize = quantize,
    .forward = average_forward,
    .backward = average_backward,
    .scratch = train_scratch,
};
