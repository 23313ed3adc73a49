/* LEAKY_RELU: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/leaky_relu.h"
#include "../build.h"
#include "../operators.h"

static MRT_COLD mrt_reason mrt_leaky_relu_check(mrt_build *b)
{
    const float alpha = mrt_option_f32(b, 0);

    if (!(alpha >= -MRT_F32_MAX && alpha <= MRT_F32_MAX))
        return MRT_REASON_OPTIONS;
    return mrt_check_same(b);
}

static MRT_COLD mrt_reason mrt_leaky_relu_prepare_i8(mrt_build *b)
{
    mrt_leaky_relu_i8_params p;

    MRT_TRY(mrt_check_scales(b));
    p.count = (int32_t)b->in[0].count;
    p.in_zero = mrt_zero_of(b->m, &b->in[0], 0);
    p.out_zero = mrt_zero_of(b->m, &b->out, 0);
    mrt_leaky_relu_i8_prepare(&p, mrt_scale_of(b->m, &b->in[0]), mrt_scale_of(b->m, &b->out), mrt_option_f32(b, 0));
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_leaky_relu_prepare_f32(mrt_build *b)
{
    mrt_leaky_relu_f32_params p;

    p.count = (int32_t)b->in[0].count;
    p.alpha = mrt_option_f32(b, 0);
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}
#endif

static void mrt_leaky_relu_run_i8(const void *params, const mrt_io *io)
{
    mrt_leaky_relu_i8((const mrt_leaky_relu_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_leaky_relu_run_f32(const void *params, const mrt_io *io)
{
    mrt_leaky_relu_f32((const mrt_leaky_relu_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_leaky_relu_rows[] = {
    {MRT_I8, {MRT_I8}, mrt_leaky_relu_prepare_i8, mrt_leaky_relu_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32}, mrt_leaky_relu_prepare_f32, mrt_leaky_relu_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_leaky_relu = {
    98, 2, 75, 1, 1, MRT_ROWS(mrt_leaky_relu_rows), mrt_leaky_relu_check, mrt_leaky_relu_rows};
