/* SOFTMAX over the last axis: x [..., C] -> y of the same shape, rows that sum to 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/softmax.h"

#include <math.h>

#include "ops/op.h"

/* ---- shapes ---- */

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);
    const float        beta = node->as.softmax.beta;

    if (in->rank < 1 || in->dim[in->rank - 1] < 1)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s has no last dimension to sum over",
                            mote_shape_show(in).text);
    if (!isfinite(beta) || !(beta > 0))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "beta is %g, a positive number expected", (double)beta);
    return mote_op_infer_same(graph, node, err);
}

static int32_t depth_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);

    return in->dim[in->rank - 1];
}

static size_t row_count(const mote_graph *graph, const mote_node *node)
{
    return mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)depth_of(graph, node);
}

/* ---- training ---- */

static void forward(const mote_call *call)
{
    call->math->softmax_forward((size_t)call->batch * row_count(call->graph, call->node), depth_of(call->graph, call->node),
                                call->node->as.softmax.beta, call->in[0], call->out[0]);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->softmax_backward((size_t)call->batch * row_count(call->graph, call->node),
                                     depth_of(call->graph, call->node), call->node->as.softmax.beta, call->out[0],
                                     call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

static const mote_quant_want output_want = {.rule = MOTE_QUANT_FIXED, .scale = 1.0f / 256.0f, .zero_point = -128};

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = output_want;
}

/* ---- kernels ---- */

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_softmax_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_fixed(graph, node, output_want, err));
    p->rows = (int32_t)row_count(graph, node);
    p->depth = depth_of(graph, node);
    mrt_softmax_i8_prepare(p, mote_scale_of(mote_node_in(graph, node, 0)), node->as.softmax.beta);
    return MOTE_OK;
}

static void run_i8(const void *params, const mrt_io *io)
{
    mrt_softmax_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_i8[] = {
    MOTE_FIELD(mrt_softmax_i8_params, rows),     MOTE_FIELD(mrt_softmax_i8_params, depth),
    MOTE_FIELD(mrt_softmax_i8_params, mult),     MOTE_FIELD(mrt_softmax_i8_params, shift),
    MOTE_FIELD(mrt_softmax_i8_params, diff_min), {0},
};

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_softmax_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->rows = (int32_t)row_count(graph, node);
    p->depth = depth_of(graph, node);
    p->beta = node->as.softmax.beta;
    return MOTE_OK;
}

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_softmax_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_softmax_f32_params, rows),
    MOTE_FIELD(mrt_softmax_f32_params, depth),
    MOTE_FIELD(mrt_softmax_f32_params, beta),
    {0},
};

/* ---- the operator ---- */

static const mote_kernel kernels_i8[] = {
    {.symbol = "mrt_softmax_i8",
     .code_bytes = 700,
     .shared_code_bytes = 700,
     .params = "mrt_softmax_i8_params",
     .header = "kernels/softmax.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_softmax_i8_params),
     .fields = fields_i8,
     .in_place = mote_op_always,
     .prepare = prepare_i8,
     .run = run_i8},
    {0},
};

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_softmax_f32",
     .params = "mrt_softmax_f32_params",
     .header = "kernels/softmax.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_softmax_f32_params),
     .fields = fields_f32,
     .in_place = mote_op_always,
     .prepare = prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 2, .version_max = 3, .kernels = kernels_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_softmax = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
