/* ADD: a, b -> a + b, where an operand repeats along axes in which it has one element, as NumPy does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/channels.h"
#include "ops/described.h"
#include "ops/host.h"
#include "ops/pairs.h"
#include "runtime/arch/add_dsp.h"
#include "runtime/arch/add_fast.h"
#include "runtime/ops/add.h"

/* ---- training ---- */

static size_t out_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_out(call->graph, call->node, 0));
}

static mrt_walk_axes walk_of_call(const mote_call *call)
{
    mote_host_call described;
    mrt_walk_axes  walk;

    mote_host_call_begin(&described, call->graph, call->node, NULL, &(mote_error){0});
    mrt_find_walk(&described.in[0], &described.in[1], call->batch, &walk);
    return walk;
}

static void forward(const mote_call *call)
{
    if (walk_of_call(call).rank > 0)
        mote_pairs_forward(call, MOTE_MATH_SUM);
    else
        call->math->add(out_count(call), mote_math_activation_of(call->node->activation), call->in[0], call->in[1],
                        call->out[0]);
}

/* What passes through the fused activation; math.h has the same rule. */
static float pass_back(mrt_activation activation, float y, float dy)
{
    if (activation != MRT_ACT_NONE && !(y > 0.0f))
        return 0.0f;
    return activation == MRT_ACT_RELU6 && !(y < 6.0f) ? 0.0f : dy;
}

/* A repeated operand's gradient is the sum over its repetitions. */
static void backward_repeated(const mote_call *call, const mrt_walk_axes *walk, int32_t operand)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);
    const size_t       count = out_count(call);
    float             *dx = call->grad_in[operand];
    mrt_pair           at;

    if (in->kind != MOTE_CONST)
        memset(dx, 0, mote_tensor_count(in) * (in->is_batched ? (size_t)call->batch : 1) * sizeof *dx);
    for (mrt_pairs_begin(&at); (size_t)at.i < count; mrt_pairs_next(&at, walk->axis[0], walk->rank))
        dx[operand == 0 ? at.a : at.b] += pass_back(call->node->activation, call->out[0][at.i], call->grad_out[0][at.i]);
}

static size_t operand_count(const mote_call *call, int32_t operand)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);

    return mote_tensor_count(in) * (in->is_batched ? (size_t)call->batch : 1);
}

static void backward(const mote_call *call)
{
    const mrt_walk_axes walk = walk_of_call(call);
    int32_t             i;

    for (i = 0; i < 2; i++) {
        const bool adds = mote_node_in(call->graph, call->node, i)->kind == MOTE_CONST;
        if (!call->grad_in[i])
            continue;
        if (operand_count(call, i) == out_count(call))
            call->math->activation_backward(out_count(call), mote_math_activation_of(call->node->activation), call->out[0],
                                            call->grad_out[0], call->grad_in[i], adds);
        else
            backward_repeated(call, &walk, i);
    }
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_RANGE;
}

/* ---- kernels ---- */

static bool has_constant(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mote_node_in(graph, node, 0)->kind == MOTE_CONST || mote_node_in(graph, node, 1)->kind == MOTE_CONST;
}

/* ---- kernels of runtime/arch: int8 of equal shapes, neither a constant ---- */

static mote_status prepare_channel(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_prepared           reference = {.arena = prepared->arena};
    mrt_add_channel_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    if (!mrt_add_channel_prepare(p, reference.params))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "scales or shapes that only the reference kernel has");
    return MOTE_OK;
}

static bool applies_channel(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    failure = {0};
    bool          does = !has_constant(graph, node, err) && prepare_channel(graph, node, &prepared, &failure) == MOTE_OK;

    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

static void run_fast(const void *params, const mrt_io *io)
{
    mrt_add_i8_fast(params, io->in[0], io->in[1], io->out[0]);
}

static void run_dsp(const void *params, const mrt_io *io)
{
    mrt_add_i8_dsp(params, io->in[0], io->in[1], io->out[0]);
}

static const mote_field channel_fields[] = {
    MOTE_FIELD(mrt_add_channel_params, count),     MOTE_FIELD(mrt_add_channel_params, is_swapped),
    MOTE_FIELD(mrt_add_channel_params, a_zero),    MOTE_FIELD(mrt_add_channel_params, b_zero),
    MOTE_FIELD(mrt_add_channel_params, b_mult),    MOTE_FIELD(mrt_add_channel_params, b_shift),
    MOTE_OUTPUT_FIELDS(mrt_add_channel_params),    MOTE_FIELD(mrt_add_channel_params, out_mult),
    MOTE_FIELD(mrt_add_channel_params, out_shift), {0},
};

/* ---- the operator ---- */

/* On the host the reference does both; compiled code needs the constant's own function, which reads it from flash. */
#define CONSTANT(TYPE)                                                                                                      \
    MOTE_REFERENCE_KERNEL(mrt_add_const_##TYPE, mrt_add_##TYPE##_params, "kernels/add.h", mrt_add_##TYPE##_run),            \
        .applies = has_constant

#define CHANNEL                                                                                                             \
    .params = "mrt_add_channel_params", .param_bytes = sizeof(mrt_add_channel_params), .fields = channel_fields,            \
    .applies = applies_channel, .in_place = mote_described_in_place, .prepare = prepare_channel

const mote_kernel mrt_add_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_add_i8, mrt_add_i8_params, "kernels/add.h", mrt_add_i8_run)},
    {CONSTANT(i8)},
    {.symbol = "mrt_add_i8_fast", .header = "arch/add_fast.h", .targets = MOTE_TARGET_PORTABLE, CHANNEL, .run = run_fast},
    {.symbol = "mrt_add_i8_dsp", .header = "arch/add_dsp.h", .targets = MOTE_TARGET_ARM_DSP, CHANNEL, .run = run_dsp},
    MOTE_HOST_KERNELS("mote_host_add_i8", mrt_add_i8_params, mrt_add_i8_params_fields, mote_described_in_place,
                      &mote_host_add),
    {0},
};

const mote_kernel mrt_add_f32_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_add_f32, mrt_add_f32_params, "kernels/add.h", mrt_add_f32_run)},
    {CONSTANT(f32)},
    {0},
};

const mote_op mote_op_add = {
    .description = &mrt_operator_add,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
