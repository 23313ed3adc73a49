/* LOGISTIC and TANH: x of any shape -> y of the same shape, in [0, 1] or [-1, 1].
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/squash.h"

#include "ops/op.h"
#include "runtime/kernels/lookup.h"

/* ---- training ---- */

static size_t value_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));
}

static void forward_logistic(const mote_call *call)
{
    call->math->sigmoid_forward(value_count(call), call->in[0], call->out[0]);
}

static void backward_logistic(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->sigmoid_backward(value_count(call), call->out[0], call->grad_out[0], call->grad_in[0], false);
}

static void forward_tanh(const mote_call *call)
{
    call->math->tanh_forward(value_count(call), call->in[0], call->out[0]);
}

static void backward_tanh(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->tanh_backward(value_count(call), call->out[0], call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

static mote_quant_want output_want(const mote_node *node)
{
    if (node->op == MOTE_OP_LOGISTIC)
        return (mote_quant_want){.rule = MOTE_QUANT_FIXED, .scale = 1.0f / 256.0f, .zero_point = -128};
    return (mote_quant_want){.rule = MOTE_QUANT_FIXED, .scale = 1.0f / 128.0f, .zero_point = 0};
}

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[1] = output_want(node);
}

/* ---- kernels ---- */

static mote_status fill_i8(const mote_graph *graph, const mote_node *node, mrt_squash_i8_params *p, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);

    MOTE_TRY(mote_op_check_fixed(graph, node, output_want(node), err));
    p->count = (int32_t)mote_tensor_count(in);
    p->in_zero = mote_zero_of(in);
    mrt_squash_i8_prepare(p, mote_scale_of(in));
    return MOTE_OK;
}

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_squash_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    return p ? fill_i8(graph, node, p, err) : err->code;
}

static void run_logistic_i8(const void *params, const mrt_io *io)
{
    mrt_logistic_i8(params, io->in[0], io->out[0]);
}

static void run_tanh_i8(const void *params, const mrt_io *io)
{
    mrt_tanh_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_i8[] = {
    MOTE_FIELD(mrt_squash_i8_params, count),  MOTE_FIELD(mrt_squash_i8_params, in_zero),
    MOTE_FIELD(mrt_squash_i8_params, radius), MOTE_FIELD(mrt_squash_i8_params, mult),
    MOTE_FIELD(mrt_squash_i8_params, shift),  {0},
};

/* The table is what the reference kernel makes of every int8 value. */
static mote_status prepare_lookup(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_lookup_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);
    int8_t               *table = p ? MOTE_NEW(prepared->arena, int8_t, 256, err) : NULL;
    mrt_squash_i8_params  squash;
    int32_t               i;

    if (!table)
        return err->code;
    MOTE_TRY(fill_i8(graph, node, &squash, err));
    p->count = squash.count;
    p->table = table;
    for (i = 0; i < 256; i++)
        table[i] = node->op == MOTE_OP_LOGISTIC ? mrt_logistic_one_i8(&squash, (int8_t)(i - 128))
                                                : mrt_tanh_one_i8(&squash, (int8_t)(i - 128));
    return mote_prepared_add(prepared, "table", table, MOTE_I8, 256, err);
}

static void run_lookup(const void *params, const mrt_io *io)
{
    mrt_lookup_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_lookup[] = {
    MOTE_FIELD(mrt_lookup_i8_params, count),
    MOTE_FIELD(mrt_lookup_i8_params, table),
    {0},
};

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_squash_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->count = (int32_t)mote_tensor_count(mote_node_in(graph, node, 0));
    return MOTE_OK;
}

static void run_logistic_f32(const void *params, const mrt_io *io)
{
    mrt_logistic_f32(params, io->in[0], io->out[0]);
}

static void run_tanh_f32(const void *params, const mrt_io *io)
{
    mrt_tanh_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_squash_f32_params, count),
    {0},
};

/* ---- the operators ---- */

#define LOOKUP_KERNEL                                                                                                       \
    {                                                                                                                       \
        .symbol = "mrt_lookup_i8", .params = "mrt_lookup_i8_params", .header = "kernels/lookup.h",                          \
        .targets = MOTE_TARGET_ANY, .param_bytes = sizeof(mrt_lookup_i8_params), .fields = fields_lookup,                   \
        .in_place = mote_op_always, .prepare = prepare_lookup, .run = run_lookup                                            \
    }

static const mote_kernel kernels_logistic_i8[] = {
    {.symbol = "mrt_logistic_i8",
     .params = "mrt_squash_i8_params",
     .header = "kernels/squash.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_squash_i8_params),
     .fields = fields_i8,
     .in_place = mote_op_always,
     .prepare = prepare_i8,
     .run = run_logistic_i8},
    LOOKUP_KERNEL,
    {0},
};

static const mote_kernel kernels_tanh_i8[] = {
    {.symbol = "mrt_tanh_i8",
     .params = "mrt_squash_i8_params",
     .header = "kernels/squash.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_squash_i8_params),
     .fields = fields_i8,
     .in_place = mote_op_always,
     .prepare = prepare_i8,
     .run = run_tanh_i8},
    LOOKUP_KERNEL,
    {0},
};

static const mote_kernel kernels_logistic_f32[] = {
    {.symbol = "mrt_logistic_f32",
     .params = "mrt_squash_f32_params",
     .header = "kernels/squash.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_squash_f32_params),
     .fields = fields_f32,
     .in_place = mote_op_always,
     .prepare = prepare_f32,
     .run = run_logistic_f32},
    {0},
};

static const mote_kernel kernels_tanh_f32[] = {
    {.symbol = "mrt_tanh_f32",
     .params = "mrt_squash_f32_params",
     .header = "kernels/squash.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_squash_f32_params),
     .fields = fields_f32,
     .in_place = mote_op_always,
     .prepare = prepare_f32,
     .run = run_tanh_f32},
    {0},
};

static const mote_op_row rows_logistic[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 2, .version_max = 3, .kernels = kernels_logistic_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_logistic_f32},
    {0},
};

static const mote_op_row rows_tanh[] = {
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 2, .version_max = 3, .kernels = kernels_tanh_i8},
    {.out = MOTE_F32, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_tanh_f32},
    {0},
};

const mote_op mote_op_logistic = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_logistic,
    .infer = mote_op_infer_same,
    .quantize = quantize,
    .forward = forward_logistic,
    .backward = backward_logistic,
};

const mote_op mote_op_tanh = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_tanh,
    .infer = mote_op_infer_same,
    .quantize = quantize,
    .forward = forward_tanh,
    .backward = backward_tanh,
};
