/* MAX_POOL_2D, AVERAGE_POOL_2D: in [N, H, W, C] -> out [N, out_h, out_w, C], the greatest or mean value under each window.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/arch/pool_2d_dsp.h"
#include "runtime/arch/pool_2d_four.h"
#include "runtime/kernels/pool_2d.h"

#include <math.h>

#include "ops/host.h"
#include "ops/window.h"

/* Both operators' member of the union is the same struct. */
static mote_pool_attrs *attrs_of(mote_node *node)
{
    return node->op == MOTE_OP_MAX_POOL_2D ? &node->as.max_pool_2d : &node->as.average_pool_2d;
}

static mote_pool_attrs attrs(const mote_node *node)
{
    return node->op == MOTE_OP_MAX_POOL_2D ? node->as.max_pool_2d : node->as.average_pool_2d;
}

static mote_window window_of(const mote_node *node)
{
    mote_pool_attrs as = attrs(node);

    return (mote_window){as.filter_h, as.filter_w, as.stride_h, as.stride_w, 1, 1};
}

static mrt_window prepared_window(const mote_graph *graph, const mote_node *node)
{
    mote_pool_attrs as = attrs(node);
    mote_window     window = window_of(node);

    return mote_window_prepare(graph, node, &window, &as.padding);
}

/* ---- shapes ---- */

/* int8 averages add up a window in 32 bits, and then half its size. */
enum { WINDOW_MAX = 1 << 23 };

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);
    mote_window        window = window_of(node);

    MOTE_TRY(mote_window_infer(graph, node, &window, &attrs_of(node)->padding, in->rank == 4 ? in->dim[3] : 0, err));
    if ((int64_t)mrt_min_i32(window.kernel_h, in->dim[1]) * mrt_min_i32(window.kernel_w, in->dim[2]) > WINDOW_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "a window of %d x %d values is larger than %d",
                            window.kernel_h, window.kernel_w, WINDOW_MAX);
    return MOTE_OK;
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
    return node->activation == MOTE_ACT_NONE ? 0 : mote_size_mul(out_count(graph, node, batch), sizeof(float));
}

static void activate(const mote_call *call)
{
    if (call->node->activation != MOTE_ACT_NONE)
        call->math->activation_forward(out_count(call->graph, call->node, call->batch),
                                       mote_math_activation_of(call->node->activation), call->out[0], call->out[0]);
}

static const float *gradient_before_activation(const mote_call *call)
{
    float *dy = call->scratch;

    if (call->node->activation == MOTE_ACT_NONE)
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

/* The kernels do not rescale. Source of the tolerance: TensorFlow Lite's pooling.cc. */
static mote_status check_scales(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);

    MOTE_TRY(mote_op_check_scales(graph, node, err));
    if (fabsf(mote_scale_of(in) - mote_scale_of(out)) > 1e-6f || mote_zero_of(in) != mote_zero_of(out))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "output has scale %g and zero point %d, the input's %g and %d expected",
                            (double)mote_scale_of(out), mote_zero_of(out), (double)mote_scale_of(in), mote_zero_of(in));
    return MOTE_OK;
}

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor     *out = mote_node_out(graph, node, 0);
    mrt_pool_2d_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(check_scales(graph, node, err));
    p->window = prepared_window(graph, node);
    mrt_pool_2d_i8_prepare(p, mote_scale_of(out), mote_zero_of(out), (mrt_activation)node->activation);
    return MOTE_OK;
}

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_pool_2d_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->window = prepared_window(graph, node);
    mote_activation_range_f32(node->activation, &p->act_min, &p->act_max);
    return MOTE_OK;
}

static void run_max_i8(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8(params, io->in[0], io->out[0]);
}

static void run_max_f32(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_f32(params, io->in[0], io->out[0]);
}

static void run_average_i8(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_i8(params, io->in[0], io->out[0]);
}

static void run_average_f32(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_f32(params, io->in[0], io->out[0]);
}

/* Channel by channel, each from its own. */
static ptrdiff_t overlap(const mote_graph *graph, const mote_node *node)
{
    mrt_window window = prepared_window(graph, node);

    return mote_window_overlap(&window, (size_t)mote_dtype_bits(mote_node_in(graph, node, 0)->dtype) / 8, 0);
}

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

static const mote_field fields_i8[] = {
    MOTE_WINDOW_FIELDS(mrt_pool_2d_i8_params),
    MOTE_FIELD(mrt_pool_2d_i8_params, act_min),
    MOTE_FIELD(mrt_pool_2d_i8_params, act_max),
    {0},
};

static const mote_field fields_f32[] = {
    MOTE_WINDOW_FIELDS(mrt_pool_2d_f32_params),
    MOTE_FIELD(mrt_pool_2d_f32_params, act_min),
    MOTE_FIELD(mrt_pool_2d_f32_params, act_max),
    {0},
};

/* ---- the operators ---- */

#define KERNEL(SYMBOL, HEADER, TARGETS, TYPE, APPLIES, RUN)                                                                 \
    {                                                                                                                       \
        .symbol = SYMBOL, .params = "mrt_pool_2d_" #TYPE "_params", .header = HEADER, .targets = TARGETS,                   \
        .param_bytes = sizeof(mrt_pool_2d_##TYPE##_params), .fields = fields_##TYPE, .applies = APPLIES,                    \
        .overlap = overlap, .prepare = prepare_##TYPE, .run = RUN                                                           \
    }
#define REFERENCE(SYMBOL, TYPE, RUN) KERNEL(SYMBOL, "kernels/pool_2d.h", MOTE_TARGET_ANY, TYPE, NULL, RUN)
#define FOUR(SYMBOL, RUN)            KERNEL(SYMBOL, "arch/pool_2d_four.h", MOTE_TARGET_PORTABLE, i8, has_four, RUN)
#define DSP(SYMBOL, APPLIES, RUN)    KERNEL(SYMBOL, "arch/pool_2d_dsp.h", MOTE_TARGET_ARM_DSP, i8, APPLIES, RUN)

static const mote_kernel max_kernels_i8[] = {REFERENCE("mrt_max_pool_2d_i8", i8, run_max_i8),
                                             FOUR("mrt_max_pool_2d_i8_four", run_max_four),
                                             DSP("mrt_max_pool_2d_i8_dsp", has_four, run_max_dsp),
                                             {0}};
static const mote_kernel average_kernels_i8[] = {REFERENCE("mrt_average_pool_2d_i8", i8, run_average_i8),
                                                 FOUR("mrt_average_pool_2d_i8_four", run_average_four),
                                                 DSP("mrt_average_pool_2d_i8_dsp", has_small_sums, run_average_dsp),
                                                 MOTE_HOST_PLAIN(average_pool_2d, mrt_pool_2d_i8_params, fields_i8, NULL),
                                                 {0}};
static const mote_kernel max_kernels_f32[] = {REFERENCE("mrt_max_pool_2d_f32", f32, run_max_f32), {0}};
static const mote_kernel average_kernels_f32[] = {REFERENCE("mrt_average_pool_2d_f32", f32, run_average_f32), {0}};

#define ROW(DTYPE, VERSION, KERNELS)                                                                                        \
    {                                                                                                                       \
        .out = DTYPE, .in = {DTYPE}, .in_count = 1, .version_min = VERSION, .version_max = 3, .kernels = KERNELS            \
    }

static const mote_op_row max_rows[] = {ROW(MOTE_I8, 2, max_kernels_i8), ROW(MOTE_F32, 1, max_kernels_f32), {0}};
static const mote_op_row average_rows[] = {ROW(MOTE_I8, 2, average_kernels_i8), ROW(MOTE_F32, 1, average_kernels_f32), {0}};

const mote_op mote_op_max_pool_2d = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .fuses_activation = true,
    .rows = max_rows,
    .infer = infer,
    .quantize = quantize,
    .forward = max_forward,
    .backward = max_backward,
    .saved = max_saved,
    .scratch = train_scratch,
};

const mote_op mote_op_average_pool_2d = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .fuses_activation = true,
    .rows = average_rows,
    .infer = infer,
    .quantize = quantize,
    .forward = average_forward,
    .backward = average_backward,
    .scratch = train_scratch,
};
