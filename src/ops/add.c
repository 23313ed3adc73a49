/* ADD: a, b -> a + b, where an operand repeats along axes in which it has one element, as NumPy does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/add.h"

#include <string.h>

#include "ops/channels.h"
#include "ops/host.h"
#include "runtime/arch/add_dsp.h"
#include "runtime/arch/add_fast.h"

/* ---- shapes ---- */

/* Size along an axis counted from the last one; 1 beyond the first. */
static int32_t size_at(const mote_tensor *tensor, int32_t from_last)
{
    return from_last < tensor->rank ? tensor->dim[tensor->rank - 1 - from_last] : 1;
}

/* The batch multiplies dim[0] while training, so that axis can neither be repeated nor stand in another's middle. */
static bool keeps_samples(const mote_tensor *in, int32_t rank, const int32_t *dim)
{
    return !in->is_batched || (in->rank == rank && dim[0] == in->dim[0]);
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *a = mote_node_in(graph, node, 0), *b = mote_node_in(graph, node, 1);
    const int32_t      rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t            dim[MOTE_RANK_MAX], i;

    if (a->kind == MOTE_CONST && b->kind == MOTE_CONST)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "both operands are constants; store their sum instead");
    for (i = 0; i < rank; i++) {
        const int32_t a_size = size_at(a, i), b_size = size_at(b, i);
        if (a_size != b_size && a_size != 1 && b_size != 1)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%s cannot be added to %s", mote_shape_show(b).text,
                                mote_shape_show(a).text);
        dim[rank - 1 - i] = a_size == 1 ? b_size : a_size;
    }
    if (!keeps_samples(a, rank, dim) || !keeps_samples(b, rank, dim))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "adding %s to %s would mix samples: an operand repeats along the batch", mote_shape_show(b).text,
                            mote_shape_show(a).text);
    mote_set_output(graph, node, 0, a->dtype, rank, dim);
    if (mote_tensor_bytes(mote_node_out(graph, node, 0)) > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "output %s is larger than 2 GiB",
                            mote_shape_show(mote_node_out(graph, node, 0)).text);
    return MOTE_OK;
}

/* How the kernels walk operands of different shapes: see runtime/kernels/add.h. */
typedef struct add_walk {
    int32_t rank;
    int32_t axis[MRT_ADD_RANK_MAX][3]; /* size, a's step, b's step */
} add_walk;

static add_walk walk_of(const mote_tensor *a, const mote_tensor *b, int32_t batch)
{
    const int32_t rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t       a_count = 1, b_count = 1, used = MRT_ADD_RANK_MAX, i;
    int32_t       axis[MRT_ADD_RANK_MAX][3];
    add_walk      walk = {0};

    for (i = 0; i < rank; i++) {
        const int32_t a_size = size_at(a, i) * (a->is_batched && i == a->rank - 1 ? batch : 1);
        const int32_t b_size = size_at(b, i) * (b->is_batched && i == b->rank - 1 ? batch : 1);
        const int32_t size = a_size == 1 ? b_size : a_size;
        const int32_t a_step = a_size == 1 ? 0 : a_count, b_step = b_size == 1 ? 0 : b_count;
        if (size == 1)
            continue;
        if (used < MRT_ADD_RANK_MAX && a_step == axis[used][0] * axis[used][1] && b_step == axis[used][0] * axis[used][2])
            axis[used][0] *= size; /* goes on where the axis inside it ends */
        else
            memcpy(axis[--used], ((const int32_t[]){size, a_step, b_step}), sizeof axis[0]);
        a_count *= a_size;
        b_count *= b_size;
    }
    walk.rank = MRT_ADD_RANK_MAX - used;
    memcpy(walk.axis, axis + used, (size_t)walk.rank * sizeof axis[0]);
    if (walk.rank == 0 || (walk.rank == 1 && walk.axis[0][1] == 1 && walk.axis[0][2] == 1))
        walk.rank = 0;
    return walk;
}

/* ---- training ---- */

static size_t out_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_out(call->graph, call->node, 0));
}

static add_walk walk_of_call(const mote_call *call)
{
    return walk_of(mote_node_in(call->graph, call->node, 0), mote_node_in(call->graph, call->node, 1), call->batch);
}

static void forward(const mote_call *call)
{
    const add_walk     walk = walk_of_call(call);
    mrt_add_f32_params p = {.count = (int32_t)out_count(call), .rank = walk.rank, .walk = walk.axis[0]};

    if (walk.rank == 0) {
        call->math->add(out_count(call), mote_math_activation_of(call->node->activation), call->in[0], call->in[1],
                        call->out[0]);
        return;
    }
    mote_activation_range_f32(call->node->activation, &p.act_min, &p.act_max);
    mrt_add_f32(&p, call->in[0], call->in[1], call->out[0]);
}

/* What passes through the fused activation; math.h has the same rule. */
static float pass_back(mote_activation activation, float y, float dy)
{
    if (activation != MOTE_ACT_NONE && !(y > 0.0f))
        return 0.0f;
    return activation == MOTE_ACT_RELU6 && !(y < 6.0f) ? 0.0f : dy;
}

/* A repeated operand's gradient is the sum over its repetitions. */
static void backward_repeated(const mote_call *call, const add_walk *walk, int32_t operand)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);
    const size_t       count = out_count(call);
    float             *dx = call->grad_in[operand];
    mrt_add_place      place;
    size_t             i;

    if (in->kind != MOTE_CONST)
        memset(dx, 0, mote_tensor_count(in) * (in->is_batched ? (size_t)call->batch : 1) * sizeof *dx);
    mrt_add_begin(&place);
    for (i = 0; i < count; i++, mrt_add_step(&place, walk->axis[0], walk->rank))
        dx[operand == 0 ? place.a : place.b] += pass_back(call->node->activation, call->out[0][i], call->grad_out[0][i]);
}

static void backward(const mote_call *call)
{
    const add_walk walk = walk_of_call(call);
    int32_t        i;

    for (i = 0; i < 2; i++) {
        const bool adds = mote_node_in(call->graph, call->node, i)->kind == MOTE_CONST;
        if (!call->grad_in[i])
            continue;
        if (walk.rank == 0)
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

/* The operand that the kernel calls a (b: the other): a constant is always b. */
static const mote_tensor *operand_a(const mote_graph *graph, const mote_node *node)
{
    return mote_node_in(graph, node, mote_node_in(graph, node, 0)->kind == MOTE_CONST ? 1 : 0);
}

static const mote_tensor *operand_b(const mote_graph *graph, const mote_node *node)
{
    return mote_node_in(graph, node, mote_node_in(graph, node, 0)->kind == MOTE_CONST ? 0 : 1);
}

/* An operand that is not repeated is read, value by value, just before its place is written. */
static bool in_place(const mote_graph *graph, const mote_node *node)
{
    return mote_tensor_count(operand_a(graph, node)) == mote_tensor_count(mote_node_out(graph, node, 0));
}

static bool in_place_of_second(const mote_graph *graph, const mote_node *node)
{
    return operand_b(graph, node)->kind != MOTE_CONST &&
           mote_tensor_count(operand_b(graph, node)) == mote_tensor_count(mote_node_out(graph, node, 0));
}

/* The walk as an array of its own; NULL when element goes with element. */
static mote_status add_walk_array(const add_walk *walk, mote_prepared *prepared, const int32_t **out, mote_error *err)
{
    const size_t count = (size_t)walk->rank * 3;

    *out = NULL;
    if (walk->rank == 0)
        return MOTE_OK;
    *out = mote_arena_copy(prepared->arena, walk->axis, count, sizeof(int32_t), err);
    return *out ? mote_prepared_add(prepared, "walk", *out, MOTE_I32, count, err) : err->code;
}

static mote_status add_constant(const mote_tensor *b, mote_prepared *prepared, mote_error *err)
{
    if (b->kind != MOTE_CONST)
        return MOTE_OK;
    return mote_prepared_add(prepared, "constant", b->data, b->dtype, mote_tensor_count(b), err);
}

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor *a = operand_a(graph, node), *b = operand_b(graph, node), *out = mote_node_out(graph, node, 0);
    const add_walk     walk = walk_of(a, b, 1);
    mrt_add_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);
    mrt_add_i8_scales  scales;

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    scales = (mrt_add_i8_scales){mote_scale_of(a), mote_scale_of(b), mote_scale_of(out), (mrt_activation)node->activation};
    p->count = (int32_t)mote_tensor_count(out);
    p->rank = walk.rank;
    p->a_zero = mote_zero_of(a);
    p->b_zero = mote_zero_of(b);
    p->out_zero = mote_zero_of(out);
    p->constant = b->kind == MOTE_CONST ? b->data : NULL;
    if (!mrt_add_i8_prepare(p, &scales))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "output scale %g is too fine for input scales %g and %g",
                            (double)scales.out, (double)scales.a, (double)scales.b);
    MOTE_TRY(add_walk_array(&walk, prepared, &p->walk, err));
    return add_constant(b, prepared, err);
}

static void run_const_i8(const void *params, const mrt_io *io)
{
    mrt_add_const_i8(params, io->in[0], io->out[0]);
}

static void run_i8(const void *params, const mrt_io *io)
{
    if (((const mrt_add_i8_params *)params)->constant)
        run_const_i8(params, io);
    else
        mrt_add_i8(params, io->in[0], io->in[1], io->out[0]);
}

static const mote_field fields_i8[] = {
    MOTE_FIELD(mrt_add_i8_params, count),     MOTE_FIELD(mrt_add_i8_params, rank),
    MOTE_FIELD(mrt_add_i8_params, a_zero),    MOTE_FIELD(mrt_add_i8_params, a_mult),
    MOTE_FIELD(mrt_add_i8_params, a_shift),   MOTE_FIELD(mrt_add_i8_params, b_zero),
    MOTE_FIELD(mrt_add_i8_params, b_mult),    MOTE_FIELD(mrt_add_i8_params, b_shift),
    MOTE_FIELD(mrt_add_i8_params, out_zero),  MOTE_FIELD(mrt_add_i8_params, out_mult),
    MOTE_FIELD(mrt_add_i8_params, out_shift), MOTE_FIELD(mrt_add_i8_params, act_min),
    MOTE_FIELD(mrt_add_i8_params, act_max),   MOTE_FIELD(mrt_add_i8_params, walk),
    MOTE_FIELD(mrt_add_i8_params, constant),  {0},
};

/* ---- kernels of runtime/arch: int8 of equal shapes, neither a constant ---- */

static mote_status prepare_channel(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_prepared           reference = {.arena = prepared->arena};
    mrt_add_channel_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(prepare_i8(graph, node, &reference, err));
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

/* ---- float ---- */

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor  *a = operand_a(graph, node), *b = operand_b(graph, node);
    const add_walk      walk = walk_of(a, b, 1);
    mrt_add_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->count = (int32_t)mote_tensor_count(mote_node_out(graph, node, 0));
    p->rank = walk.rank;
    mote_activation_range_f32(node->activation, &p->act_min, &p->act_max);
    p->constant = b->kind == MOTE_CONST ? b->data : NULL;
    MOTE_TRY(add_walk_array(&walk, prepared, &p->walk, err));
    return add_constant(b, prepared, err);
}

static void run_const_f32(const void *params, const mrt_io *io)
{
    mrt_add_const_f32(params, io->in[0], io->out[0]);
}

static void run_f32(const void *params, const mrt_io *io)
{
    if (((const mrt_add_f32_params *)params)->constant)
        run_const_f32(params, io);
    else
        mrt_add_f32(params, io->in[0], io->in[1], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_add_f32_params, count),
    MOTE_FIELD(mrt_add_f32_params, rank),
    MOTE_FIELD(mrt_add_f32_params, act_min),
    MOTE_FIELD(mrt_add_f32_params, act_max),
    MOTE_FIELD(mrt_add_f32_params, walk),
    MOTE_FIELD(mrt_add_f32_params, constant),
    {0},
};

/* ---- the operator ---- */

/* On the host the reference does both; compiled code needs the constant's own function, which reads it from flash. */
static const mote_kernel kernels_i8[] = {
    {.symbol = "mrt_add_i8",
     .params = "mrt_add_i8_params",
     .header = "kernels/add.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_add_i8_params),
     .fields = fields_i8,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_i8,
     .run = run_i8},
    {.symbol = "mrt_add_const_i8",
     .params = "mrt_add_i8_params",
     .header = "kernels/add.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_add_i8_params),
     .fields = fields_i8,
     .applies = has_constant,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_i8,
     .run = run_const_i8},
    {.symbol = "mrt_add_i8_fast",
     .params = "mrt_add_channel_params",
     .header = "arch/add_fast.h",
     .targets = MOTE_TARGET_PORTABLE,
     .param_bytes = sizeof(mrt_add_channel_params),
     .fields = channel_fields,
     .applies = applies_channel,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_channel,
     .run = run_fast},
    {.symbol = "mrt_add_i8_dsp",
     .params = "mrt_add_channel_params",
     .header = "arch/add_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     .param_bytes = sizeof(mrt_add_channel_params),
     .fields = channel_fields,
     .applies = applies_channel,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_channel,
     .run = run_dsp},
    MOTE_HOST_PLAIN(add, mrt_add_i8_params, fields_i8, mote_op_always),
    {0},
};

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_add_f32",
     .params = "mrt_add_f32_params",
     .header = "kernels/add.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_add_f32_params),
     .fields = fields_f32,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_f32,
     .run = run_f32},
    {.symbol = "mrt_add_const_f32",
     .params = "mrt_add_f32_params",
     .header = "kernels/add.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_add_f32_params),
     .fields = fields_f32,
     .applies = has_constant,
     .in_place = in_place,
     .in_place_of_second = in_place_of_second,
     .prepare = prepare_f32,
     .run = run_const_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8, .in = {MOTE_I8, MOTE_I8}, .in_count = 2, .version_min = 2, .version_max = 5, .kernels = kernels_i8},
    {.out = MOTE_F32, .in = {MOTE_F32, MOTE_F32}, .in_count = 2, .version_min = 1, .version_max = 5, .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_add = {
    .in_min = 2,
    .in_max = 2,
    .out_count = 1,
    .fuses_activation = true,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
