/* MEAN: in, axes (an int32 constant, or absent: the attributes' own) -> the mean along these axes, which keep_dims leaves in
 * the shape as 1. Over axes 1 and 2 of [N, H, W, C] it is global average pooling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"
#include "ops/host.h"
#include "ops/reduce.h"
#include "runtime/arch/mean_four.h"
#include "runtime/ops/mean.h"

uint32_t mote_reduced_axes(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    uint32_t       axes = 0;

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_reduced_axes(&call.c, &axes);
    return axes;
}

/* Shapes were checked: this cannot fail. False: the axes lie in more than two runs. */
static bool find_shape(const mote_graph *graph, const mote_node *node, mrt_mean_shape *shape)
{
    mote_host_call call;
    uint32_t       axes;

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    return mrt_reduced_axes(&call.c, &axes) == MRT_REASON_NONE && mrt_mean_merge(&call.in[0], axes, shape);
}

bool mote_reduces_two_runs(const mote_graph *graph, const mote_node *node)
{
    return find_shape(graph, node, &(mrt_mean_shape){0});
}

/* ---- training: one run of axes, merged, is the mean over positions ---- */

/* How to step through one sample, and what its means are divided by. */
typedef struct mean_steps {
    int32_t axes[MRT_REDUCE_AXES];
    size_t  in_count, out_count; /* a sample's */
    float   factor;
} mean_steps;

static mean_steps find_steps(const mote_graph *graph, const mote_node *node)
{
    const uint32_t axes = mote_reduced_axes(graph, node);
    mote_host_call call;
    mean_steps     steps;

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_find_reduction(&call.in[0], axes, 0, steps.axes + MRT_REDUCE_KEPT);
    mrt_find_reduction(&call.in[0], axes, 1, steps.axes + MRT_REDUCE_TAKEN);
    steps.in_count = call.in[0].count;
    steps.out_count = call.out[0].count;
    steps.factor = 1.0f / (float)mrt_mean_count(&call.c);
    return steps;
}

static void forward_by_axes(const mote_call *call)
{
    const mean_steps    steps = find_steps(call->graph, call->node);
    mrt_mean_f32_params p = {.factor = steps.factor, .axes = steps.axes};
    int32_t             n;

    for (n = 0; n < call->batch; n++) {
        mrt_io io;
        io.in[0] = call->in[0] + (size_t)n * steps.in_count;
        io.out[0] = call->out[0] + (size_t)n * steps.out_count;
        mrt_mean_axes_f32(&p, &io);
    }
}

static void forward(const mote_call *call)
{
    mrt_mean_shape shape;

    if (!find_shape(call->graph, call->node, &shape)) {
        forward_by_axes(call);
    } else if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_forward(call->batch * shape.outer, shape.first, shape.inner, call->in[0], call->out[0]);
    } else {
        mrt_mean_f32_params p = {shape, 1.0f / ((float)shape.first * (float)shape.second), NULL};
        p.shape.outer *= call->batch;
        mrt_mean_f32(&p, call->in[0], call->out[0]);
    }
}

/* dx of every value is dy of its mean, divided by the count. */
static void spread(const mrt_mean_shape *shape, float factor, const float *dy, float *dx)
{
    int32_t a, m, b, i;

    for (a = 0; a < shape->first; a++)
        for (m = 0; m < shape->middle; m++)
            for (b = 0; b < shape->second; b++)
                for (i = 0; i < shape->inner; i++)
                    *dx++ = factor * dy[m * shape->inner + i];
}

static void spread_by_axes(const mean_steps *steps, const float *dy, float *dx)
{
    mrt_steps kept, taken;

    mrt_steps_begin(&kept);
    do {
        const float x = *dy++ * steps->factor;
        mrt_steps_begin(&taken);
        do {
            dx[kept.offset + taken.offset] = x;
        } while (mrt_steps_next(&taken, steps->axes + MRT_REDUCE_TAKEN));
    } while (mrt_steps_next(&kept, steps->axes + MRT_REDUCE_KEPT));
}

static void backward_by_axes(const mote_call *call)
{
    const mean_steps steps = find_steps(call->graph, call->node);
    int32_t          n;

    for (n = 0; n < call->batch; n++)
        spread_by_axes(&steps, call->grad_out[0] + (size_t)n * steps.out_count,
                       call->grad_in[0] + (size_t)n * steps.in_count);
}

static void backward(const mote_call *call)
{
    const float   *dy = call->grad_out[0];
    float         *dx = call->grad_in[0];
    mrt_mean_shape shape;
    size_t         slice;
    int32_t        n;

    if (!dx)
        return;
    if (!find_shape(call->graph, call->node, &shape)) {
        backward_by_axes(call);
        return;
    }
    if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_backward(call->batch * shape.outer, shape.first, shape.inner, dy, dx, false);
        return;
    }
    slice = (size_t)shape.first * (size_t)shape.middle * (size_t)shape.second * (size_t)shape.inner;
    for (n = 0; n < call->batch * shape.outer; n++, dy += shape.middle * shape.inner, dx += slice)
        spread(&shape, 1.0f / ((float)shape.first * (float)shape.second), dy, dx);
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    if (node->in_count > 1)
        want[1].rule = MOTE_QUANT_KEEP;
}

/* ---- kernels ---- */

/* SUM has these kernels, too. */
static bool has_more_runs(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return !mote_reduces_two_runs(graph, node);
}

/* Whose means lie side by side. */
static bool applies_four(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mrt_mean_shape shape;

    (void)err;
    return find_shape(graph, node, &shape) && shape.inner >= 4;
}

static void run_i8_four(const void *params, const mrt_io *io)
{
    mrt_mean_i8_four(params, io->in[0], io->out[0]);
}

/* ---- the operator ---- */

/* On the host the reference does both; compiled code has a function for any axes. */
#define BY_AXES(TYPE)                                                                                                       \
    MOTE_REFERENCE_KERNEL(mrt_mean_axes_##TYPE, mrt_mean_##TYPE##_params, "kernels/mean.h", mrt_mean_##TYPE##_run),         \
        .applies = has_more_runs, .takes_io = true

const mote_kernel mrt_mean_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_mean_i8, mrt_mean_i8_params, "kernels/mean.h", mrt_mean_i8_run)},
    {BY_AXES(i8)},
    {.symbol = "mrt_mean_i8_four",
     .params = "mrt_mean_i8_params",
     .header = "arch/mean_four.h",
     .targets = MOTE_TARGET_PORTABLE,
     .param_bytes = sizeof(mrt_mean_i8_params),
     .fields = mrt_mean_i8_params_fields,
     .applies = applies_four,
     .prepare = mote_described_prepare,
     .run = run_i8_four},
    MOTE_HOST_KERNELS("mote_host_mean_i8", mrt_mean_i8_params, mrt_mean_i8_params_fields, NULL, &mote_host_mean),
    {0},
};

const mote_kernel mrt_mean_f32_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_mean_f32, mrt_mean_f32_params, "kernels/mean.h", mrt_mean_f32_run)},
    {BY_AXES(f32)},
    {0},
};

const mote_op mote_op_mean = {
    .description = &mrt_operator_mean,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
