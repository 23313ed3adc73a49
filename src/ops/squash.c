/* LOGISTIC and TANH: x of any shape -> y of the same shape, in [0, 1] or [-1, 1].
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/lookup.h"
#include "runtime/ops/squash.h"

/* ---- training ---- */

static void forward_logistic(const mote_call *call)
{
    call->math->sigmoid_forward(mote_call_count(call), call->in[0], call->out[0]);
}

static void backward_logistic(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->sigmoid_backward(mote_call_count(call), call->out[0], call->grad_out[0], call->grad_in[0], false);
}

static void forward_tanh(const mote_call *call)
{
    call->math->tanh_forward(mote_call_count(call), call->in[0], call->out[0]);
}

static void backward_tanh(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->tanh_backward(mote_call_count(call), call->out[0], call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = node->op == MOTE_OP_LOGISTIC ? 0.0f : -1.0f, .high = 1.0f};
}

/* ---- a table in place of the reference: what that makes of every int8 value ---- */

static mote_status prepare_lookup(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_prepared               reference = {.arena = prepared->arena};
    mrt_lookup_i8_params       *p = mote_prepared_params(prepared, sizeof *p, err);
    int8_t                     *table = p ? MOTE_NEW(prepared->arena, int8_t, 256, err) : NULL;
    const mrt_squash_i8_params *squash;
    int32_t                     i;

    if (!table)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    squash = reference.params;
    p->count = squash->count;
    p->table = table;
    for (i = 0; i < 256; i++)
        table[i] = node->op == MOTE_OP_LOGISTIC ? mrt_logistic_one_i8(squash, (int8_t)(i - 128))
                                                : mrt_tanh_one_i8(squash, (int8_t)(i - 128));
    return mote_prepared_add(prepared, "table", table, MOTE_I8, 256, err);
}

/* ---- the operators ---- */

#define LOOKUP_KERNEL                                                                                                       \
    {                                                                                                                       \
        .symbol = "mrt_lookup_i8", .params = "mrt_lookup_i8_params", .header = "kernels/lookup.h",                          \
        .targets = MOTE_TARGET_ANY, .param_bytes = sizeof(mrt_lookup_i8_params), .fields = mrt_lookup_i8_params_fields,     \
        .in_place = mote_described_in_place, .prepare = prepare_lookup, .run = mrt_lookup_i8_run                            \
    }

const mote_kernel mrt_logistic_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_logistic_i8, mrt_squash_i8_params, "kernels/squash.h", mrt_logistic_i8_run)},
    LOOKUP_KERNEL,
    {0},
};

const mote_kernel mrt_tanh_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_tanh_i8, mrt_squash_i8_params, "kernels/squash.h", mrt_tanh_i8_run)},
    LOOKUP_KERNEL,
    {0},
};

const mote_op mote_op_logistic = {
    .description = &mrt_operator_logistic,
    .quantize = quantize,
    .forward = forward_logistic,
    .backward = backward_logistic,
};

const mote_op mote_op_tanh = {
    .description = &mrt_operator_tanh,
    .quantize = quantize,
    .forward = forward_tanh,
    .backward = backward_tanh,
};
