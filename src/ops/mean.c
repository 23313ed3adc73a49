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

/* Shapes were checked: this cannot fail. */
static mrt_mean_shape mean_shape(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    mrt_mean_shape shape = {1, 1, 1, 1, 1};
    uint32_t       axes;

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_mean_shape_of(&call.c, &axes, &shape);
    return shape;
}

/* ---- training: one run of axes, merged, is the mean over positions ---- */

static void forward(const mote_call *call)
{
    mrt_mean_shape shape = mean_shape(call->graph, call->node);

    if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_forward(call->batch * shape.outer, shape.first, shape.inner, call->in[0], call->out[0]);
    } else {
        mrt_mean_f32_params p = {shape, 1.0f / ((float)shape.first * (float)shape.second)};
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

static void backward(const mote_call *call)
{
    mrt_mean_shape shape = mean_shape(call->graph, call->node);
    const float   *dy = call->grad_out[0];
    float         *dx = call->grad_in[0];
    size_t         slice = (size_t)shape.first * (size_t)shape.middle * (size_t)shape.second * (size_t)shape.inner;
    int32_t        n;

    if (!dx)
        return;
    if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_backward(call->batch * shape.outer, shape.first, shape.inner, dy, dx, false);
        return;
    }
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

/* Whose means lie side by side. */
static bool applies_four(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mean_shape(graph, node).inner >= 4;
}

static void run_i8_four(const void *params, const mrt_io *io)
{
    mrt_mean_i8_four(params, io->in[0], io->out[0]);
}

/* ---- the operator ---- */

const mote_kernel mrt_mean_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_mean_i8, mrt_mean_i8_params, "kernels/mean.h", mrt_mean_i8_run)},
    {.symbol = "mrt_mean_i8_four",
     .params = "mrt_mean_i8_params",
     .header = "arch/mean_four.h",
     .targets = MOTE_TARGET_PORTABLE,
     .param_bytes = sizeof(mrt_mean_i8_params),
     .fields = mrt_mean_i8_params_fields,
     .applies = applies_four,
     .prepare = mote_described_prepare,
     .run = run_i8_four},
    MOTE_HOST_PLAIN(mean, mrt_mean_i8_params, mrt_mean_i8_params_fields, NULL),
    {0},
};

const mote_op mote_op_mean = {
    .description = &mrt_operator_mean,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
