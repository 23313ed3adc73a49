/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/convolution.h"
#include "runtime/ops/conv_2d.h"

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    return mote_convolution_macs(graph, node, mote_node_in(graph, node, 1)->dim[3]);
}

/* ---- training ---- */

/* Grouped convolutions go group by group: a group's channels are gathered, and scattered. */
typedef struct grouped {
    mote_math_conv shape; /* of one group */
    int32_t        groups;
    float         *x, *dx, *y, *dy; /* a group's channels alone; the first two [.., in_c], the others [.., out_c] */
    void          *work;
} grouped;

static size_t in_positions(const mote_math_conv *s)
{
    return (size_t)s->n * (size_t)s->in_h * (size_t)s->in_w;
}

static size_t out_positions(const mote_math_conv *s)
{
    return (size_t)s->n * (size_t)s->out_h * (size_t)s->out_w;
}

/* Rounded, so that what follows is aligned. */
static size_t float_bytes(size_t rows, int32_t width)
{
    return mote_size_mul((mote_size_mul(rows, (size_t)width) + 15) / 16 * 16, sizeof(float));
}

static grouped take_group(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch,
                          void *scratch)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    grouped            g = {.shape = mote_convolution_shape(graph, node, batch), .work = scratch};
    char              *at = scratch;

    g.groups = g.shape.in_c / w->dim[3];
    g.shape.in_c = w->dim[3];
    g.shape.out_c = w->dim[0] / g.groups;
    if (!scratch)
        return g;
    at += (math->conv2d_scratch(&g.shape) + 63) / 64 * 64;
    g.x = (float *)(void *)at;
    at += float_bytes(in_positions(&g.shape), g.shape.in_c);
    g.dx = (float *)(void *)at;
    at += float_bytes(in_positions(&g.shape), g.shape.in_c);
    g.y = (float *)(void *)at;
    at += float_bytes(out_positions(&g.shape), g.shape.out_c);
    g.dy = (float *)(void *)at;
    return g;
}

static size_t grouped_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const grouped g = take_group(math, graph, node, batch, NULL);

    return mote_size_add((math->conv2d_scratch(&g.shape) + 63) / 64 * 64,
                         mote_size_mul(2, mote_size_add(float_bytes(in_positions(&g.shape), g.shape.in_c),
                                                        float_bytes(out_positions(&g.shape), g.shape.out_c))));
}

/* Channels `first` to first + width of all that there are, alone; and back. */
static void gather(const float *all, size_t rows, int32_t channels, int32_t first, int32_t width, float *part)
{
    for (all += first; rows > 0; rows--, all += channels, part += width)
        memcpy(part, all, (size_t)width * sizeof *part);
}

static void scatter(const float *part, size_t rows, int32_t channels, int32_t first, int32_t width, float *all)
{
    for (all += first; rows > 0; rows--, all += channels, part += width)
        memcpy(all, part, (size_t)width * sizeof *part);
}

static size_t group_weights(const mote_math_conv *s)
{
    return (size_t)s->out_c * (size_t)s->kernel_h * (size_t)s->kernel_w * (size_t)s->in_c;
}

static void forward_grouped(const mote_call *call)
{
    const grouped         g = take_group(call->math, call->graph, call->node, call->batch, call->scratch);
    const mote_math_conv *s = &g.shape;
    const float          *bias = call->node->in_count > 2 ? call->in[2] : NULL;
    int32_t               i;

    for (i = 0; i < g.groups; i++) {
        gather(call->in[0], in_positions(s), s->in_c * g.groups, i * s->in_c, s->in_c, g.x);
        call->math->conv2d_forward(s, g.x, call->in[1] + (size_t)i * group_weights(s), bias ? bias + i * s->out_c : NULL,
                                   g.y, (mote_math_work){call->pool, g.work});
        scatter(g.y, out_positions(s), s->out_c * g.groups, i * s->out_c, s->out_c, call->out[0]);
    }
}

static void backward_grouped(const mote_call *call)
{
    const grouped         g = take_group(call->math, call->graph, call->node, call->batch, call->scratch);
    const mote_math_conv *s = &g.shape;
    const mote_math_grads all = mote_convolution_grads(call);
    int32_t               i;

    for (i = 0; i < g.groups; i++) {
        const size_t    weights = (size_t)i * group_weights(s);
        mote_math_grads one = {.x = g.x, .w = all.w + weights, .y = g.y, .dy = g.dy, .dx = all.dx ? g.dx : NULL};
        one.dw = all.dw ? all.dw + weights : NULL;
        one.db = all.db ? all.db + i * s->out_c : NULL;
        gather(all.x, in_positions(s), s->in_c * g.groups, i * s->in_c, s->in_c, g.x);
        gather(all.y, out_positions(s), s->out_c * g.groups, i * s->out_c, s->out_c, g.y);
        gather(all.dy, out_positions(s), s->out_c * g.groups, i * s->out_c, s->out_c, g.dy);
        call->math->conv2d_backward(s, &one, (mote_math_work){call->pool, g.work});
        if (all.dx)
            scatter(g.dx, in_positions(s), s->in_c * g.groups, i * s->in_c, s->in_c, all.dx);
    }
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_conv shape = mote_convolution_shape(graph, node, batch);

    return mote_conv_2d_is_grouped(graph, node) ? grouped_scratch(math, graph, node, batch) : math->conv2d_scratch(&shape);
}

static void forward(const mote_call *call)
{
    mote_math_conv shape = mote_convolution_shape(call->graph, call->node, call->batch);
    const float   *bias = call->node->in_count > 2 ? call->in[2] : NULL;

    if (mote_conv_2d_is_grouped(call->graph, call->node)) {
        forward_grouped(call);
        return;
    }
    call->math->conv2d_forward(&shape, call->in[0], call->in[1], bias, call->out[0],
                               (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    mote_math_conv  shape = mote_convolution_shape(call->graph, call->node, call->batch);
    mote_math_grads grads = mote_convolution_grads(call);

    if (mote_conv_2d_is_grouped(call->graph, call->node)) {
        backward_grouped(call);
        return;
    }
    call->math->conv2d_backward(&shape, &grads, (mote_math_work){call->pool, call->scratch});
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    mote_convolution_quantize(node, MRT_CONV_2D_CHANNEL_AXIS, want);
}

/* ---- the operator ---- */

const mote_kernel mrt_conv_2d_f32_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_conv_2d_f32, mrt_conv_f32_params, "kernels/conv_2d.h", mrt_conv_2d_f32_run)},
    {MOTE_CONV_2D_GROUPED(f32)},
    {0},
};

const mote_op mote_op_conv_2d = {
    .description = &mrt_operator_conv_2d,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
    .scratch = train_scratch,
    .macs = macs,
};
