/* MEAN and SUM, int8: four means at once, where they lie side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_MEAN_H
#include "../../ops/mean.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_MEAN_H)
#define MRT_INTERPRETER_FAST_MEAN_H

#include "../../arch/mean_four.h"
#include "../build.h"

static void mrt_mean_run_four(const void *params, const mrt_io *io)
{
    const mrt_mean_i8_params *p = (const mrt_mean_i8_params *)params;

    if (p->axes)
        mrt_mean_axes_i8(p, io);
    else
        mrt_mean_i8_four(p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static MRT_COLD mrt_reason mrt_mean_prepare_fast(mrt_call *c)
{
    c->run = mrt_mean_run_four;
    return mrt_mean_prepare_i8(c);
}

static MRT_COLD mrt_reason mrt_sum_prepare_fast(mrt_call *c)
{
    c->run = mrt_mean_run_four;
    return mrt_sum_prepare_i8(c);
}

#endif
