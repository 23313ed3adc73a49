/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"
#include "runtime/ops/conv_2d.h"

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    return mote_convolution_macs(graph, node, mote_node_in(graph, node, 1)->dim[3]);
}

/* ---- training ---- */

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_conv shape = mote_convolution_shape(graph, node, batch);

    return math->conv2d_scratch(&shape);
}

static void forward(const mote_call *call)
{
    mote_math_conv shape = mote_convolution_shape(call->graph, call->node, call->batch);
    const float   *bias = call->node->in_count > 2 ? call->in[2] : NULL;

    call->math->conv2d_forward(&shape, call->in[0], call->in[1], bias, call->out[0],
                               (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    mote_math_conv  shape = mote_convolution_shape(call->graph, call->node, call->batch);
    mote_math_grads grads = mote_convolution_grads(call);

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
