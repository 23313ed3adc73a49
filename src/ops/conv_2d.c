/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/conv_2d.h"

#include "ops/conv_2d_i8.h"
#include "ops/convolution.h"

enum { CHANNEL_AXIS = 0 };

/* ---- shapes ---- */

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1);

    if (in->rank != 4 || w->rank != 4)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s and weights %s must have 4 dimensions",
                            mote_shape_show(in).text, mote_shape_show(w).text);
    if (w->dim[3] > 0 && w->dim[3] < in->dim[3] && in->dim[3] % w->dim[3] == 0)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "input has %d channels, weights %d: grouped convolution has no kernel", in->dim[3], w->dim[3]);
    if (in->dim[3] != w->dim[3])
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input has %d channels, weights %d", in->dim[3], w->dim[3]);
    return mote_convolution_infer(graph, node, w->dim[0], err);
}

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
    mote_convolution_quantize(node, CHANNEL_AXIS, want);
}

/* ---- kernels ---- */

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_conv_2d_f32(params, io->in[0], io->out[0]);
}

/* ---- the operator ---- */

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_conv_2d_f32",
     .params = "mrt_conv_f32_params",
     .header = "kernels/conv_2d.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_conv_f32_params),
     .fields = mote_convolution_fields_f32,
     .overlap = mote_conv_2d_overlap,
     .prepare = mote_convolution_prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8,
     .in = {MOTE_I8, MOTE_I8, MOTE_I32},
     .in_count = 3,
     .version_min = 3,
     .version_max = 8,
     .kernels = mote_conv_2d_kernels_i8},
    {.out = MOTE_F32,
     .in = {MOTE_F32, MOTE_F32, MOTE_F32},
     .in_count = 3,
     .version_min = 1,
     .version_max = 8,
     .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_conv_2d = {
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
