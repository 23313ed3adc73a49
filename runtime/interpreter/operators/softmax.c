/* SOFTMAX over the last axis: x [..., C] -> y of the same shape, rows that sum to 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/softmax.h"
#include "../build.h"
#include "../operators.h"

static MRT_COLD mrt_reason mrt_softmax_check(mrt_build *b)
{
    const float beta = mrt_option_f32(b, 0);

    if (b->in[0].rank < 1 || b->in[0].dim[b->in[0].rank - 1] < 1)
        return MRT_REASON_SHAPE;
    if (!(beta > 0.0f && beta <= MRT_F32_MAX))
        return MRT_REASON_OPTIONS;
    return mrt_check_same(b);
}

static MRT_COLD mrt_reason mrt_softmax_prepare_i8(mrt_build *b)
{
    mrt_softmax_i8_params p;

    MRT_TRY(mrt_check_fixed(b, 1.0f / 256.0f, -128));
    p.depth = b->in[0].dim[b->in[0].rank - 1];
    p.rows = (int32_t)b->in[0].count / p.depth;
    mrt_softmax_i8_prepare(&p, mrt_scale_of(b->m, &b->in[0]), mrt_option_f32(b, 0));
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_softmax_prepare_f32(mrt_build *b)
{
    mrt_softmax_f32_params p;

    p.depth = b->in[0].dim[b->in[0].rank - 1];
    p.rows = (int32_t)b->in[0].count / p.depth;
    p.beta = mrt_option_f32(b, 0);
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}
#endif

static void mrt_softmax_run_i8(const void *params, const mrt_io *io)
{
    mrt_softmax_i8((const mrt_softmax_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_softmax_run_f32(const void *params, const mrt_io *io)
{
    mrt_softmax_f32((const mrt_softmax_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_softmax_rows[] = {
    {MRT_I8, {MRT_I8}, mrt_softmax_prepare_i8, mrt_softmax_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32}, mrt_softmax_prepare_f32, mrt_softmax_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_softmax = {
    25, 3, 9, 1, 1, MRT_ROWS(mrt_softmax_rows), mrt_softmax_check, mrt_softmax_rows};
