/* MAX_POOL_2D and AVERAGE_POOL_2D, int8: the fast kernels of each machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_POOL_2D_H
#include "../../ops/pool_2d.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_POOL_2D_H)
#define MRT_INTERPRETER_FAST_POOL_2D_H

#include "../../arch/pool_2d_dsp.h"
#include "../../arch/pool_2d_four.h"
#include "../build.h"

static void mrt_max_pool_2d_run_four(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_four((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_max_pool_2d_run_dsp(const void *params, const mrt_io *io)
{
    mrt_max_pool_2d_i8_dsp((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_average_pool_2d_run_four(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_i8_four((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_average_pool_2d_run_dsp(const void *params, const mrt_io *io)
{
    mrt_average_pool_2d_i8_dsp((const mrt_pool_2d_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static MRT_COLD mrt_reason mrt_max_pool_2d_prepare_fast(mrt_call *c)
{
    c->run = mrt_arch_of(c) == MRT_ARCH_ARM_DSP ? mrt_max_pool_2d_run_dsp : mrt_max_pool_2d_run_four;
    return mrt_pool_2d_prepare_i8(c);
}

static MRT_COLD mrt_reason mrt_average_pool_2d_prepare_fast(mrt_call *c)
{
    /* work: values of a window for each output */
    if (mrt_arch_of(c) == MRT_ARCH_ARM_DSP && c->work <= (uint64_t)c->out[0].count * MRT_POOL_2D_DSP_WINDOW &&
        MRT_HAS_VARIANT(MRT_VARIANT_AVERAGE_POOL_2D_SMALL))
        mrt_choose(c, MRT_VARIANT_AVERAGE_POOL_2D_SMALL, mrt_average_pool_2d_run_dsp);
    else
        mrt_choose(c, MRT_VARIANT_AVERAGE_POOL_2D,
                   MRT_HAS_VARIANT(MRT_VARIANT_AVERAGE_POOL_2D) ? mrt_average_pool_2d_run_four : NULL);
    return mrt_pool_2d_prepare_i8(c);
}

#endif
