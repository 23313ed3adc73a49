/* RELU6: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/relu.h"
#include "../build.h"
#include "../operators.h"

static MRT_COLD mrt_reason mrt_relu6_prepare_i8(mrt_build *b)
{
    mrt_relu6_i8_params p;

    MRT_TRY(mrt_check_scales(b));
    p.count = (int32_t)b->in[0].count;
    mrt_relu6_i8_prepare(&p, mrt_scale_of(b->m, &b->in[0]), mrt_zero_of(b->m, &b->in[0], 0));
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_relu6_prepare_f32(mrt_build *b)
{
    mrt_relu_f32_params p;

    p.count = (int32_t)b->in[0].count;
    mrt_relu_f32_prepare(&p, 1);
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}
#endif

static void mrt_relu6_run_i8(const void *params, const mrt_io *io)
{
    mrt_relu6_i8((const mrt_relu6_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_relu6_run_f32(const void *params, const mrt_io *io)
{
    mrt_relu_f32((const mrt_relu_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_relu6_rows[] = {
    {MRT_I8, {MRT_I8}, mrt_relu6_prepare_i8, mrt_relu6_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32}, mrt_relu6_prepare_f32, mrt_relu6_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_relu6 = {
    21, 3, 0, 1, 1, MRT_ROWS(mrt_relu6_rows), mrt_check_same, mrt_relu6_rows};
