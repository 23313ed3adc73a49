/* The channels' table that the kernels of arch/ read in place of bias, multipliers and shifts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_FAST_CHANNELS_H
#define MRT_INTERPRETER_FAST_CHANNELS_H

#include "../../arch/channel.h"
#include "../build.h"

/* Where multipliers come from: the weights' scales, as they are in the file. */
typedef struct mrt_scales {
    const uint8_t *at;
    uint32_t       step; /* bytes from channel to channel; 0: one for all */
    mrt_ratio      ratio;
    int32_t        are_plain; /* result of mrt_channels_choose: every channel is fast whatever its weights are */
} mrt_scales;

static MRT_COLD mrt_scales mrt_scales_of(const mrt_call *c)
{
    mrt_scales scales;

    scales.at = c->in[1].scales;
    scales.step = c->in[1].scale_count > 1 ? 4 : 0;
    scales.ratio = mrt_ratio_of(mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    scales.are_plain = 0;
    return scales;
}

/* Channels, and taps of one, whose tables and panels 32 bits measure. */
enum { MRT_CHANNELS_MAX = 1 << 24 };

MRT_INLINE uint32_t mrt_channels_padded(int32_t count)
{
    return ((uint32_t)count + MRT_CHANNELS_MULTIPLE - 1) / MRT_CHANNELS_MULTIPLE * MRT_CHANNELS_MULTIPLE;
}

MRT_INLINE size_t mrt_channels_bytes(int32_t count)
{
    return (size_t)mrt_channels_padded(count) * MRT_CHANNEL_WORDS * sizeof(int32_t);
}

/* Fills the table of a layer for which the way has been chosen. Of fold mult and shift are not looked at. */
static MRT_NOINLINE void mrt_channels_fill(const mrt_fold *fold, const mrt_scales *scales, const mrt_output *output,
                                           int32_t *table)
{
    const int32_t   round = output->is_fast ? 2 * output->zero + 1 : 0, sign = output->is_fast ? -1 : 1;
    const int32_t   asks = output->is_fast && !scales->are_plain, room = mrt_fold_room(fold), count = fold->count;
    const int32_t  *bias = fold->bias;
    const mrt_ratio ratio = scales->ratio;
    const uint8_t  *scale = scales->at;
    const uint32_t  step = scales->step;
    int32_t        *entry = table, o;

    for (o = 0; o < count; o++, entry += MRT_CHANNEL_WORDS, scale += step) {
        const uint32_t w_scale = mrt_load_u32(scale);
        const int32_t  b = bias ? bias[o] : 0;
        mrt_multiplier m;
        if (asks && mrt_fold_is_clamped(output, b, room) && mrt_ratio_is_below_1(&ratio, w_scale)) {
            mrt_fold_put_constant(entry, output->act_min);
            continue;
        }
        m = mrt_ratio_multiplier(&ratio, w_scale);
        if (asks && !mrt_fold_is_plain(m, b, room))
            mrt_fold_rare(fold, output, o, m, entry);
        else
            mrt_fold_put(entry, m.mult, b, round, sign * m.shift);
    }
    for (; o < (int32_t)mrt_channels_padded(count); o++, entry += MRT_CHANNEL_WORDS)
        mrt_fold_put(entry, 0, 0, 0, 0);
    mrt_fold_zero(fold, table);
}

/* Whether every channel is fast or constant. */
static MRT_COLD int mrt_channels_are_fast(const mrt_fold *fold, mrt_scales *scales, const mrt_output *output)
{
    const int32_t room = mrt_fold_room(fold);
    int32_t       passing[MRT_CHANNEL_WORDS], o;

    scales->are_plain = 1;
    for (o = 0; o < fold->count; o++) {
        const mrt_multiplier m = mrt_ratio_multiplier(&scales->ratio, mrt_load_u32(scales->at + (uint32_t)o * scales->step));
        if (mrt_fold_is_plain(m, mrt_fold_bias(fold, o), room))
            continue;
        scales->are_plain = 0;
        if (!mrt_fold_rare(fold, output, o, m, passing))
            return 0;
    }
    return 1;
}

/* Output's flags; its other members are given. Where there is no kernel to choose, or copies of constants are not there as
 * they are only counted, both are 0; then it may be any kernel. */
static MRT_COLD void mrt_channels_choose(const mrt_call *c, const mrt_fold *fold, mrt_scales *scales, mrt_output *output)
{
    const int is_known = fold->w && (fold->bias || !mrt_has(c, 2));

    if (!is_known)
        ((mrt_build *)c->owner)->variants = UINT32_MAX;
    output->is_fast = is_known && mrt_is_choosing(c) && mrt_channels_are_fast(fold, scales, output);
    output->is_relu = output->is_fast && output->act_min >= output->zero;
}

/* A table that lasts; NULL while only counting. */
static MRT_COLD const int32_t *mrt_channels_take(mrt_call *c, const mrt_fold *fold, const mrt_scales *scales,
                                                 const mrt_output *output)
{
    int32_t *table = (int32_t *)c->side->take(c, "channels", MRT_I32, mrt_channels_bytes(fold->count) / sizeof *table);

    if (table)
        mrt_channels_fill(fold, scales, output, table);
    return table;
}

#endif
