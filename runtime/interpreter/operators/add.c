/* ADD: a, b -> a + b, where an operand repeats along axes in which it has one element, as NumPy does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/add_dsp.h"
#include "../../arch/add_fast.h"
#include "../../kernels/add.h"
#include "../build.h"
#include "../operators.h"

/* Size along an axis counted from the last one; 1 beyond the first. */
static int32_t mrt_add_size_at(const mrt_tensor *tensor, int32_t from_last)
{
    return from_last < tensor->rank ? tensor->dim[tensor->rank - 1 - from_last] : 1;
}

/* An open batch multiplies dim[0]: that axis can neither be repeated nor stand in another's middle. */
static int mrt_add_keeps_samples(const mrt_build *b, const mrt_tensor *in)
{
    return !in->is_batched || (in->rank == b->out.rank && b->out.dim[0] == in->dim[0]);
}

static MRT_COLD mrt_reason mrt_add_check(mrt_build *b)
{
    const mrt_tensor *x = &b->in[0], *y = &b->in[1];
    const int32_t     rank = mrt_max_i32(x->rank, y->rank);
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_TRY(mrt_fused_activation(b, 0));
    for (i = 0; i < rank; i++) {
        const int32_t x_size = mrt_add_size_at(x, i), y_size = mrt_add_size_at(y, i);
        if (x_size != y_size && x_size != 1 && y_size != 1)
            return MRT_REASON_SHAPE;
        dim[rank - 1 - i] = x_size == 1 ? y_size : x_size;
    }
    MRT_TRY(mrt_check_shape(b, rank, dim));
    return mrt_add_keeps_samples(b, x) && mrt_add_keeps_samples(b, y) ? MRT_REASON_NONE : MRT_REASON_AXES;
}

/* The operands as the kernel takes them: a constant is always the second. */
typedef struct mrt_add_operands {
    const mrt_tensor *a, *b;
    const void       *constant; /* NULL: computed, or only counting */
    const int32_t    *walk;     /* see kernels/add.h; NULL where rank is 0 */
    int32_t           rank;
} mrt_add_operands;

/* Neighbouring axes that step alike become one, from the last one on. Returns how many of axis[] are used, at its end. */
static int32_t mrt_add_axes(const mrt_tensor *a, const mrt_tensor *b, int32_t axis[MRT_ADD_RANK_MAX][3])
{
    const int32_t rank = mrt_max_i32(a->rank, b->rank);
    int32_t       a_count = 1, b_count = 1, used = MRT_ADD_RANK_MAX, i;

    for (i = 0; i < rank; i++) {
        const int32_t a_size = mrt_add_size_at(a, i), b_size = mrt_add_size_at(b, i);
        const int32_t size = a_size == 1 ? b_size : a_size;
        const int32_t a_step = a_size == 1 ? 0 : a_count, b_step = b_size == 1 ? 0 : b_count;
        if (size == 1)
            continue;
        if (used < MRT_ADD_RANK_MAX && a_step == axis[used][0] * axis[used][1] && b_step == axis[used][0] * axis[used][2]) {
            axis[used][0] *= size; /* goes on where the axis inside it ends */
        } else {
            used--;
            axis[used][0] = size;
            axis[used][1] = a_step;
            axis[used][2] = b_step;
        }
        a_count *= a_size;
        b_count *= b_size;
    }
    return MRT_ADD_RANK_MAX - used;
}

static void mrt_add_find_operands(mrt_build *b, mrt_add_operands *o)
{
    const int32_t constant = b->in[0].kind == MRT_CONST ? 0 : b->in[1].kind == MRT_CONST ? 1 : -1;
    int32_t       axis[MRT_ADD_RANK_MAX][3], *walk, i;

    o->a = &b->in[constant == 0 ? 1 : 0];
    o->b = &b->in[constant == 0 ? 0 : 1];
    o->constant = constant < 0 ? NULL : mrt_constant_operand(b, constant, b->out.type == MRT_F32 ? 4 : 1);
    o->rank = mrt_add_axes(o->a, o->b, axis);
    o->walk = NULL;
    if (o->rank == 1 && axis[MRT_ADD_RANK_MAX - 1][1] == 1 && axis[MRT_ADD_RANK_MAX - 1][2] == 1)
        o->rank = 0;
    if (o->rank == 0)
        return;
    walk = (int32_t *)mrt_take(b->memory, 12 * (size_t)o->rank, 0);
    for (i = 0; walk && i < 3 * o->rank; i++)
        walk[i] = axis[MRT_ADD_RANK_MAX - o->rank + i / 3][i % 3];
    o->walk = walk;
}

/* An operand may be written over when it is computed and not repeated; then its elements are read in the output's order. */
static uint32_t mrt_add_in_place(const mrt_build *b)
{
    return (b->in[0].count == b->out.count ? 1u : 0u) | (b->in[1].count == b->out.count ? 2u : 0u);
}

static void mrt_add_run_i8(const void *params, const mrt_io *io)
{
    mrt_add_i8((const mrt_add_i8_params *)params, (const int8_t *)io->in[0], (const int8_t *)io->in[1],
               (int8_t *)io->out[0]);
}

static void mrt_add_run_const_i8(const void *params, const mrt_io *io)
{
    mrt_add_const_i8((const mrt_add_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_add_run_f32(const void *params, const mrt_io *io)
{
    mrt_add_f32((const mrt_add_f32_params *)params, (const float *)io->in[0], (const float *)io->in[1], (float *)io->out[0]);
}

static void mrt_add_run_const_f32(const void *params, const mrt_io *io)
{
    mrt_add_const_f32((const mrt_add_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static void mrt_add_run_dsp(const void *params, const mrt_io *io)
{
    mrt_add_i8_dsp((const mrt_add_channel_params *)params, (const int8_t *)io->in[0], (const int8_t *)io->in[1],
                   (int8_t *)io->out[0]);
}

static void mrt_add_run_fast(const void *params, const mrt_io *io)
{
    mrt_add_i8_fast((const mrt_add_channel_params *)params, (const int8_t *)io->in[0], (const int8_t *)io->in[1],
                    (int8_t *)io->out[0]);
}

static MRT_COLD mrt_reason mrt_add_fill_i8(mrt_build *b, const mrt_add_operands *o, mrt_add_i8_params *p)
{
    mrt_add_i8_scales scales;

    p->count = (int32_t)b->out.count;
    p->rank = o->rank;
    p->walk = o->walk;
    p->constant = (const int8_t *)o->constant;
    p->a_zero = mrt_zero_of(b->m, o->a, 0);
    p->b_zero = mrt_zero_of(b->m, o->b, 0);
    p->out_zero = mrt_zero_of(b->m, &b->out, 0);
    scales.a = mrt_scale_of(b->m, o->a);
    scales.b = mrt_scale_of(b->m, o->b);
    scales.out = mrt_scale_of(b->m, &b->out);
    scales.activation = b->activation;
    return mrt_add_i8_prepare(p, &scales) ? MRT_REASON_NONE : MRT_REASON_SCALES;
}

static MRT_COLD mrt_reason mrt_add_prepare_i8(mrt_build *b)
{
    mrt_add_operands       o;
    mrt_add_i8_params      p;
    mrt_add_channel_params fast;

    MRT_TRY(mrt_check_scales(b));
    mrt_add_find_operands(b, &o);
    MRT_TRY(mrt_add_fill_i8(b, &o, &p));
    b->in_place = mrt_add_in_place(b);
    if (o.b->kind != MRT_CONST && mrt_add_channel_prepare(&fast, &p)) {
        b->run = mrt_arch_of(b) == MRT_ARCH_ARM_DSP ? mrt_add_run_dsp : mrt_add_run_fast;
        mrt_store(b, &fast, sizeof fast, 0);
        return MRT_REASON_NONE;
    }
    if (o.b->kind == MRT_CONST)
        b->run = mrt_add_run_const_i8;
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_add_prepare_f32(mrt_build *b)
{
    mrt_add_operands   o;
    mrt_add_f32_params p;

    mrt_add_find_operands(b, &o);
    p.count = (int32_t)b->out.count;
    p.rank = o.rank;
    p.walk = o.walk;
    p.constant = (const float *)o.constant;
    mrt_activation_range_f32(b->activation, &p.act_min, &p.act_max);
    if (o.b->kind == MRT_CONST)
        b->run = mrt_add_run_const_f32;
    b->in_place = mrt_add_in_place(b);
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}
#endif

static const mrt_operator_row mrt_add_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8}, mrt_add_prepare_i8, mrt_add_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32, MRT_F32}, mrt_add_prepare_f32, mrt_add_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_add = {0, 5, 11, 2, 2, MRT_ROWS(mrt_add_rows), mrt_add_check, mrt_add_rows};
