/* FULLY_CONNECTED, int8: the fast kernels of each machine. They need symmetric weights.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_FULLY_CONNECTED_H
#include "../../ops/fully_connected.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_FULLY_CONNECTED_H)
#define MRT_INTERPRETER_FAST_FULLY_CONNECTED_H

#include "../../arch/fully_connected_dsp.h"
#include "../../arch/fully_connected_rows.h"
#include "../../arch/fully_connected_rows_8.h"
#include "channels.h"

static void mrt_fully_connected_run_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_dsp((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                               (int8_t *)io->out[0]);
}

/* The same where the clamps are those of int8, as they are in most layers. */
static void mrt_fully_connected_run_dsp_fast(const void *params, const mrt_io *io)
{
    mrt_fully_connected_channels_params p = *(const mrt_fully_connected_channels_params *)params;

    p.output.act_min = -128;
    p.output.act_max = 127;
    p.output.is_fast = 1;
    if (p.output.is_relu) {
        p.output.is_relu = 1; /* now a constant */
        mrt_fully_connected_i8_dsp(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
    } else {
        mrt_fully_connected_i8_dsp(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
    }
}

static void mrt_fully_connected_run_rows_8(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows_8((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                                  (int8_t *)io->out[0]);
}

static void mrt_fully_connected_run_rows(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                                (int8_t *)io->out[0]);
}

static void mrt_fully_connected_choose(mrt_call *c, const mrt_output *output)
{
    const int is_clamped = output->is_fast && output->act_min == -128 && output->act_max == 127;

    if (mrt_arch_of(c) == MRT_ARCH_RISCV)
        mrt_choose(c, MRT_VARIANT_FULLY_CONNECTED, mrt_fully_connected_run_rows_8);
    else if (mrt_arch_of(c) != MRT_ARCH_ARM_DSP)
        mrt_choose(c, MRT_VARIANT_FULLY_CONNECTED, mrt_fully_connected_run_rows);
    else if (MRT_HAS_VARIANT(MRT_VARIANT_FULLY_CONNECTED_CLAMPED) && is_clamped)
        mrt_choose(c, MRT_VARIANT_FULLY_CONNECTED_CLAMPED, mrt_fully_connected_run_dsp_fast);
    else
        mrt_choose(c, MRT_VARIANT_FULLY_CONNECTED,
                   MRT_HAS_VARIANT(MRT_VARIANT_FULLY_CONNECTED) ? mrt_fully_connected_run_dsp : NULL);
}

static MRT_COLD mrt_fold mrt_fully_connected_fold(const mrt_fully_connected_i8_params *p)
{
    mrt_fold fold;

    fold.count = p->out_count;
    fold.channel_step = fold.tap_count = p->in_count;
    fold.tap_step = 1;
    fold.w = p->w;
    fold.bias = p->bias;
    fold.in_zero = p->in_zero;
    fold.folds_zero = 1;
    return fold;
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_fast(mrt_call *c)
{
    mrt_scales                          scales = mrt_scales_of(c);
    mrt_fully_connected_i8_params       reference;
    mrt_fully_connected_channels_params p;
    mrt_fold                            fold;

    if (MRT_HAS_VARIANT(MRT_VARIANT_FULLY_CONNECTED_REFERENCE) && mrt_zero(&c->in[1]) != 0) {
        /* only the oldest files have such weights */
        mrt_choose(c, MRT_VARIANT_FULLY_CONNECTED_REFERENCE, MRT_RUN(mrt_fully_connected_i8));
        return mrt_fully_connected_prepare_i8(c);
    }
    MRT_TRY(mrt_fully_connected_fill_common(c, &reference));
    if (reference.out_count > MRT_CHANNELS_MAX)
        return MRT_REASON_SIZE;
    p.rows = reference.rows;
    p.in_count = reference.in_count;
    p.out_count = reference.out_count;
    p.w = reference.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    p.output.zero = reference.out_zero;
    p.output.act_min = reference.act_min;
    p.output.act_max = reference.act_max;
    fold = mrt_fully_connected_fold(&reference);
    mrt_channels_choose(c, &fold, &scales, &p.output);
    p.channels = mrt_channels_take(c, &fold, &scales, &p.output);
    mrt_fully_connected_choose(c, &p.output);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

#endif
