/* RELU and RELU6: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/relu.h"

#include "ops/op.h"

static mote_activation activation_of(const mote_node *node)
{
    return node->op == MOTE_OP_RELU ? MOTE_ACT_RELU : MOTE_ACT_RELU6;
}

/* ---- training ---- */

static size_t value_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));
}

static void forward(const mote_call *call)
{
    call->math->activation_forward(value_count(call), mote_math_activation_of(activation_of(call->node)), call->in[0],
                                   call->out[0]);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->activation_backward(value_count(call), mote_math_activation_of(activation_of(call->node)), call->out[0],
                                        call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

/* RELU rescales, so its output has the range that it was seen to have. */
static void quantize_relu(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_RANGE;
}

/* The reference RELU6 does not rescale: with two scales its answers would be wrong. */
static void quantize_relu6(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_SAME;
}

/* ---- kernels ---- */

static mote_status prepare_relu_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor  *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    mrt_relu_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = (int32_t)mote_tensor_count(in);
    p->in_zero = mote_zero_of(in);
    p->out_zero = mote_zero_of(out);
    mrt_relu_i8_prepare(p, mote_scale_of(in), mote_scale_of(out));
    return MOTE_OK;
}

static void run_relu_i8(const void *params, const mrt_io *io)
{
    mrt_relu_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_relu_i8[] = {
    MOTE_FIELD(mrt_relu_i8_params, count),
    MOTE_FIELD(mrt_relu_i8_params, in_zero),
    MOTE_FIELD(mrt_relu_i8_params, out_zero),
    MOTE_FIELD(mrt_relu_i8_params, mult),
    MOTE_FIELD(mrt_relu_i8_params, shift),
    MOTE_FIELD(mrt_relu_i8_params, act_min),
    {0},
};

static mote_status prepare_relu6_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor   *in = mote_node_in(graph, node, 0);
    mrt_relu6_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = (int32_t)mote_tensor_count(in);
    mrt_relu6_i8_prepare(p, mote_scale_of(in), mote_zero_of(in));
    return MOTE_OK;
}

static void run_relu6_i8(const void *params, const mrt_io *io)
{
    mrt_relu6_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_relu6_i8[] = {
    MOTE_FIELD(mrt_relu6_i8_params, count),
    MOTE_FIELD(mrt_relu6_i8_params, act_min),
    MOTE_FIELD(mrt_relu6_i8_params, act_max),
    {0},
};

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_relu_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->count = (int32_t)mote_tensor_count(mote_node_in(graph, node, 0));
    mrt_relu_f32_prepare(p, node->op == MOTE_OP_RELU6);
    return MOTE_OK;
}

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_relu_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_relu_f32_params, count),
    MOTE_FIELD(mrt_relu_f32_params, act_min),
    MOTE_FIELD(mrt_relu_f32_params, act_max),
    {0},
};

/* ---- the operators ---- */

static const mote_kernel kernels_relu_i8[] = {
    {.symbol = "mrt_relu_i8",
     .params = "mrt_relu_i8_params",
     .header = "kernels/relu.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_relu_i8_params),
     .fields = fields_relu_i8,
     .in_place = mote_op_always,
     .prepare = prepare_relu_i8,
     .run = run_relu_i8},
    {0},
};

static const mote_kernel kernels_relu6_i8[] = {
    {.symbol = "mrt_relu6_i8",
     .params = "mrt_relu6_i8_params",
     .header = "kernels/relu.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_relu6_i8_params),
     .fields = fields_relu6_i8,
     .in_place = mote_op_always,
     .prepare = prepare_relu6_i8,
     .run = run_relu6_i8},
    {0},
};

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_relu_f32",
     .params = "mrt_relu_f32_params",
     .header = "kernels/relu.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_relu_f32_params),
     .fields = fields_f32,
     .in_place = mote_op_always,
     .prepare = prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows_relu[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 2, .version_max = 3, .kernels = kernels_relu_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32},
    {0},
};

static const mote_op_row rows_relu6[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 2, .version_max = 3, .kernels = kernels_relu6_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_relu = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_relu,
    .infer = mote_op_infer_same,
    .quantize = quantize_relu,
    .forward = forward,
    .backward = backward,
};

const mote_op mote_op_relu6 = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_relu6,
    .infer = mote_op_infer_same,
    .quantize = quantize_relu6,
    .forward = forward,
    .backward = backward,
};
