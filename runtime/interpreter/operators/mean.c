/* MEAN: in, axes (int32 constant, or absent: none) -> the mean along these axes, which keep_dims leaves in the shape as 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/mean_four.h"
#include "../../kernels/mean.h"
#include "../build.h"
#include "../operators.h"

/* Bit i: axis i is reduced. */
static mrt_reason mrt_mean_axes(const mrt_build *b, uint32_t *axes)
{
    const mrt_tensor *operand = mrt_operand(b, 1);
    mrt_vector        values;
    uint32_t          i;

    *axes = 0;
    if (!operand)
        return MRT_REASON_NONE;
    if (operand->kind != MRT_CONST || operand->type != MRT_I32)
        return MRT_REASON_CONSTANT;
    values.at = operand->data;
    values.count = operand->count;
    for (i = 0; i < values.count; i++) {
        const int32_t axis = (int32_t)mrt_element(&b->m->r, &values, i);
        const int32_t from_front = axis < 0 ? axis + b->in[0].rank : axis;
        if (from_front < 0 || from_front >= b->in[0].rank)
            return MRT_REASON_OPTIONS;
        *axes |= 1u << from_front;
    }
    return MRT_REASON_NONE;
}

/* Merges axes into [outer, first, middle, second, inner]. 0: more than two runs of reduced axes. */
static int mrt_mean_merge(const mrt_tensor *in, uint32_t axes, mrt_mean_shape *shape)
{
    int32_t part[5] = {1, 1, 1, 1, 1}, at = 0, i;

    for (i = 0; i < in->rank; i++) {
        if (in->dim[i] == 1)
            continue;
        if ((uint32_t)at % 2 != (axes >> i & 1u))
            at++;
        if (at > 4)
            return 0;
        part[at] *= in->dim[i];
    }
    if (at == 2) { /* one run: what follows it is the inner part */
        part[4] = part[2];
        part[2] = 1;
    }
    shape->outer = part[0];
    shape->first = part[1];
    shape->middle = part[2];
    shape->second = part[3];
    shape->inner = part[4];
    return 1;
}

static MRT_COLD mrt_reason mrt_mean_check(mrt_build *b)
{
    const mrt_tensor *in = &b->in[0];
    const uint32_t    keeps_dims = mrt_option(b, 0, 1, 0);
    uint32_t          axes;
    mrt_mean_shape    shape;
    int32_t           dim[MRT_RANK_MAX], rank = 0, i;

    if (in->count == 0)
        return MRT_REASON_SHAPE;
    MRT_TRY(mrt_mean_axes(b, &axes));
    if ((in->is_batched && (axes & 1u)) || !mrt_mean_merge(in, axes, &shape))
        return MRT_REASON_AXES;
    for (i = 0; i < in->rank; i++)
        if (!(axes >> i & 1u))
            dim[rank++] = in->dim[i];
        else if (keeps_dims)
            dim[rank++] = 1;
    return mrt_check_shape(b, rank, dim);
}

/* Both went well in check. */
static mrt_mean_shape mrt_mean_shape_of(const mrt_build *b)
{
    mrt_mean_shape shape;
    uint32_t       axes;

    mrt_mean_axes(b, &axes);
    mrt_mean_merge(&b->in[0], axes, &shape);
    return shape;
}

static MRT_COLD mrt_reason mrt_mean_prepare_i8(mrt_build *b)
{
    mrt_mean_i8_params p;

    MRT_TRY(mrt_check_scale(&b->in[0]));
    MRT_TRY(mrt_check_scale(&b->out));
    p.shape = mrt_mean_shape_of(b);
    p.out_zero = mrt_zero_of(b->m, &b->out, 0);
    mrt_mean_i8_prepare(&p, mrt_scale_of(b->m, &b->in[0]), mrt_zero_of(b->m, &b->in[0], 0), mrt_scale_of(b->m, &b->out));
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_mean_prepare_f32(mrt_build *b)
{
    mrt_mean_f32_params p;

    p.shape = mrt_mean_shape_of(b);
    p.factor = 1.0f / ((float)p.shape.first * (float)p.shape.second);
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}
#endif

static void mrt_mean_run_i8(const void *params, const mrt_io *io)
{
    mrt_mean_i8_four((const mrt_mean_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_mean_run_f32(const void *params, const mrt_io *io)
{
    mrt_mean_f32((const mrt_mean_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_mean_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, mrt_mean_prepare_i8, mrt_mean_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32, MRT_I32}, mrt_mean_prepare_f32, mrt_mean_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_mean = {40,           3, 27, 1, 2, MRT_ROWS(mrt_mean_rows), mrt_mean_check,
                                                     mrt_mean_rows};
