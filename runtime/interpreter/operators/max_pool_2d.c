/* MAX_POOL_2D: in [N, H, W, C] -> out [N, out_h, out_w, C].
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/pool_2d_dsp.h"
#include "../../arch/pool_2d_four.h"
#include "../operators.h"
#include "pool_2d.h"

static void mrt_max_pool_2d_run_four(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_four((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_max_pool_2d_run_dsp(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_dsp((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static MRT_COLD mrt_reason mrt_max_pool_2d_prepare_i8(mrt_build *b)
{
    MRT_TRY(mrt_pool_2d_prepare_i8(b));
    b->run = mrt_arch_of(b) == MRT_ARCH_ARM_DSP ? mrt_max_pool_2d_run_dsp : mrt_max_pool_2d_run_four;
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
static void mrt_max_pool_2d_run_f32(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_f32((const mrt_pool_2d_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_max_pool_2d_rows[] = {
    {MRT_I8, {MRT_I8}, mrt_max_pool_2d_prepare_i8, NULL},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32}, mrt_pool_2d_prepare_f32, mrt_max_pool_2d_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_max_pool_2d = {
    17, 3, 5, 1, 1, MRT_ROWS(mrt_max_pool_2d_rows), mrt_pool_2d_check, mrt_max_pool_2d_rows};
