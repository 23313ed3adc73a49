/* ADD, int8, of equal shapes, neither a constant: the fast kernels of each machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ADD_H
#include "../../ops/add.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_ADD_H)
#define MRT_INTERPRETER_FAST_ADD_H

#include "../../arch/add_dsp.h"
#include "../../arch/add_fast.h"
#include "../build.h"

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

static MRT_COLD mrt_reason mrt_add_prepare_fast(mrt_call *c)
{
    mrt_add_i8_params      p;
    mrt_add_channel_params fast;

    MRT_TRY(mrt_add_fill_i8(c, &p));
    if (mrt_add_has_constant(c) || !mrt_add_channel_prepare(&fast, &p)) {
        c->side->store(c, &p, sizeof p, 2);
        return MRT_REASON_NONE;
    }
    c->run = mrt_arch_of(c) == MRT_ARCH_ARM_DSP ? mrt_add_run_dsp : mrt_add_run_fast;
    c->side->store(c, &fast, sizeof fast, 0);
    return MRT_REASON_NONE;
}

#endif
