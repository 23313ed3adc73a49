/* DEPTHWISE_CONV_2D: in [N, H, W, I], weights [1, kernel_h, kernel_w, O], bias [O] or absent -> out [N, out_h, out_w, O].
 * O = I * depth_multiplier; output channel o reads input channel o / depth_multiplier.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/depthwise_conv_2d.h"

#include "ops/convolution.h"
#include "ops/depthwise_conv_2d_i8.h"

enum { CHANNEL_AXIS = 3 };

/* ---- shapes ---- */

/* The shapes decide the multiplier; files may leave it 0, but not contradict. */
static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1);
    int32_t           *multiplier = &node->as.depthwise_conv_2d.depth_multiplier;

    if (in->rank != 4 || w->rank != 4 || w->dim[0] != 1)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s and weights %s: [N,H,W,I] and [1,h,w,O] expected",
                            mote_shape_show(in).text, mote_shape_show(w).text);
    if (in->dim[3] < 1 || w->dim[3] < 1 || w->dim[3] % in->dim[3] != 0)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input has %d channels, weights %d, which is no multiple",
                            in->dim[3], w->dim[3]);
    if (*multiplier != 0 && *multiplier != w->dim[3] / in->dim[3])
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "depth multiplier %d, but input has %d channels, weights %d",
                            *multiplier, in->dim[3], w->dim[3]);
    *multiplier = w->dim[3] / in->dim[3];
    return mote_convolution_infer(graph, node, w->dim[3], err);
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    return mote_convolution_macs(graph, node, 1);
}

/* ---- training ---- */

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_conv shape = mote_convolution_shape(graph, node, batch);

    return math->depthwise_scratch(&shape);
}

static void forward(const mote_call *call)
{
    mote_math_conv shape = mote_convolution_shape(call->graph, call->node, call->batch);
    const float   *bias = call->node->in_count > 2 ? call->in[2] : NULL;

    call->math->depthwise_forward(&shape, call->in[0], call->in[1], bias, call->out[0],
                                  (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    mote_math_conv  shape = mote_convolution_shape(call->graph, call->node, call->batch);
    mote_math_grads grads = mote_convolution_grads(call);

    call->math->depthwise_backward(&shape, &grads, (mote_math_work){call->pool, call->scratch});
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    mote_convolution_quantize(node, CHANNEL_AXIS, want);
}

/* ---- kernels ---- */

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_f32(params, io->in[0], io->out[0]);
}

/* ---- the operator ---- */

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_depthwise_conv_2d_f32",
     .params = "mrt_conv_f32_params",
     .header = "kernels/depthwise_conv_2d.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_conv_f32_params),
     .fields = mote_convolution_fields_f32,
     .overlap = mote_depthwise_conv_2d_overlap,
     .prepare = mote_convolution_prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8,
     .in = {MOTE_I8, MOTE_I8, MOTE_I32},
     .in_count = 3,
     .version_min = 3,
     .version_max = 7,
     .kernels = mote_depthwise_conv_2d_kernels_i8},
    {.out = MOTE_F32,
     .in = {MOTE_F32, MOTE_F32, MOTE_F32},
     .in_count = 3,
     .version_min = 1,
     .version_max = 7,
     .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_depthwise_conv_2d = {
    .in_min = 2,
    .in_max = 3,
    .out_count = 1,
    .fuses_activation = true,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
    .scratch = train_scratch,
    .macs = macs,
};
