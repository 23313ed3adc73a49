/* LEAKY_RELU: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/leaky_relu.h"

#include <math.h>

#include "ops/op.h"

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const float alpha = node->as.leaky_relu.alpha;

    if (!isfinite(alpha))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "alpha is %g, a finite number expected", (double)alpha);
    return mote_op_infer_same(graph, node, err);
}

/* ---- training ---- */

static size_t value_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));
}

static void forward(const mote_call *call)
{
    call->math->leaky_relu_forward(value_count(call), call->node->as.leaky_relu.alpha, call->in[0], call->out[0]);
}

/* It looks at the sign of what is y elsewhere: x has the same, and has it also where alpha is not positive. */
static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->leaky_relu_backward(value_count(call), call->node->as.leaky_relu.alpha, call->in[0], call->grad_out[0],
                                        call->grad_in[0], false);
}

/* ---- quantization ---- */

/* It rescales, so its output has the range that it was seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_RANGE;
}

/* ---- kernels ---- */

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor        *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    mrt_leaky_relu_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = (int32_t)mote_tensor_count(in);
    p->in_zero = mote_zero_of(in);
    p->out_zero = mote_zero_of(out);
    mrt_leaky_relu_i8_prepare(p, mote_scale_of(in), mote_scale_of(out), node->as.leaky_relu.alpha);
    return MOTE_OK;
}

static void run_i8(const void *params, const mrt_io *io)
{
    mrt_leaky_relu_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_i8[] = {
    MOTE_FIELD(mrt_leaky_relu_i8_params, count),       MOTE_FIELD(mrt_leaky_relu_i8_params, in_zero),
    MOTE_FIELD(mrt_leaky_relu_i8_params, out_zero),    MOTE_FIELD(mrt_leaky_relu_i8_params, mult),
    MOTE_FIELD(mrt_leaky_relu_i8_params, shift),       MOTE_FIELD(mrt_leaky_relu_i8_params, alpha_mult),
    MOTE_FIELD(mrt_leaky_relu_i8_params, alpha_shift), {0},
};

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_leaky_relu_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->count = (int32_t)mote_tensor_count(mote_node_in(graph, node, 0));
    p->alpha = node->as.leaky_relu.alpha;
    return MOTE_OK;
}

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_leaky_relu_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_leaky_relu_f32_params, count),
    MOTE_FIELD(mrt_leaky_relu_f32_params, alpha),
    {0},
};

/* ---- the operator ---- */

static const mote_kernel kernels_i8[] = {
    {.symbol = "mrt_leaky_relu_i8",
     .params = "mrt_leaky_relu_i8_params",
     .header = "kernels/leaky_relu.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_leaky_relu_i8_params),
     .fields = fields_i8,
     .in_place = mote_op_always,
     .prepare = prepare_i8,
     .run = run_i8},
    {0},
};

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_leaky_relu_f32",
     .params = "mrt_leaky_relu_f32_params",
     .header = "kernels/leaky_relu.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_leaky_relu_f32_params),
     .fields = fields_f32,
     .in_place = mote_op_always,
     .prepare = prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 1, .version_max = 2, .kernels = kernels_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 2, .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_leaky_relu = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
