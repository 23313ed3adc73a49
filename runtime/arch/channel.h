/* From a sum to an output, with one high multiplication: what convolutions and FULLY_CONNECTED do last, channel by channel.
 *
 * An entry of the table `channels` has three words for a channel: mult, bias, and (shift << 16 | round & 0xffff).
 *
 *   fast     out = clamp(floor((x mult / 2^31 rounded once more to 2^shift) ...)), x = sum + bias: equal, bit for bit, to
 *            rescale(x, mult, -shift) + out_zero (kernels/rescale.h) while |x| < 2^29 and 1 <= shift <= 20.
 *            With r = 2 out_zero + 1, both roundings and the zero point are one constant, and the second rounding's care for
 *            negative numbers is one more at x < 0:
 *                t = (floor(4 x mult / 2^32) + 1 + (r << shift) - (x < 0 ? 2 : 0)) >> (shift + 1)
 *            A channel whose output is v whatever its input is: mult 0, r = 2 v + 1, shift 1.
 *   relu     act_min >= out_zero: what is below out_zero is clamped anyway, and (x < 0 ...) drops out.
 *   literal  rescale itself, shift as it has it: for layers in which one channel breaks the preconditions above.
 *
 * mrt_channels_fold proves the preconditions for every channel from its weights.
 * Source: nested floor divisions merge; floor((y - [y < 0] + 2^(s-1)) / 2^s) is RoundingDivideByPOT, and [y < 0] may be [x <
 * 0], as they differ only where both give 0. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CHANNEL_H
#define MRT_ARCH_CHANNEL_H

#include "../kernels/ratio.h"
#include "../kernels/rescale.h"
#include "word.h"

/* A table has room for a multiple of 4 channels, so that tiles may look at entries that are not there. */
enum { MRT_CHANNEL_WORDS = 3, MRT_CHANNELS_MULTIPLE = 4 };

/* What all channels of a layer have in common. */
typedef struct mrt_output {
    int32_t zero, act_min, act_max;
    int32_t is_fast, is_relu; /* as above; is_relu only where is_fast */
} mrt_output;

typedef struct mrt_channel {
    int32_t mult, bias, round;
    int     shift;
} mrt_channel;

MRT_INLINE mrt_channel mrt_channel_at(const MRT_FLASH int32_t *entry)
{
    mrt_channel channel;
    int32_t     last = entry[2];

    channel.mult = entry[0];
    channel.bias = entry[1];
    channel.round = (int16_t)last;
    channel.shift = (int)(last >> 16);
    return channel;
}

/* The upper half of a 64-bit product. */
MRT_INLINE int32_t mrt_mulh(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b) >> 32);
}

MRT_INLINE int8_t mrt_output_literal(const mrt_output *output, const mrt_channel *c, uint32_t x)
{
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)x, c->mult, c->shift) + (uint32_t)output->zero;

    return (int8_t)mrt_clamp_i32((int32_t)y, output->act_min, output->act_max);
}

/* The output for a sum with its bias. */
MRT_INLINE int8_t mrt_output_of_biased(const mrt_output *output, const mrt_channel *c, uint32_t x)
{
    const int32_t x4 = (int32_t)(x << 2);
    int32_t       y;

    if (!output->is_fast)
        return mrt_output_literal(output, c, x);
    y = mrt_mulh(x4, c->mult) + (1 + (int32_t)((uint32_t)c->round << c->shift));
    if (!output->is_relu)
        y += (x4 >> 31) & -2;
    return (int8_t)mrt_clamp_i32(y >> (c->shift + 1), output->act_min, output->act_max);
}

/* The output for a sum without bias. */
MRT_INLINE int8_t mrt_output_of(const mrt_output *output, const mrt_channel *c, uint32_t sum)
{
    return mrt_output_of_biased(output, c, sum + (uint32_t)c->bias);
}

#if !defined(__AVR__)
/* The tables of a layer with int8 weights, symmetric: weight k of channel o is w[o * channel_step + k * tap_step]. */
typedef struct mrt_fold {
    int32_t        count;                             /* channels */
    int32_t        channel_step, tap_step, tap_count; /* of w */
    const int8_t  *w;
    const int32_t *bias;       /* [count]; NULL: none */
    const int32_t *mult;       /* of mrt_channels_fold only: [count], or [1] where mult_step is 0 */
    const int8_t  *shift;      /* as mult; rescale's */
    int32_t        mult_step;  /* 1 or 0 */
    int32_t        in_zero;    /* of the input, an int8 */
    int32_t        folds_zero; /* the kernel sums in * w; else (in - in_zero) * w */
} mrt_fold;

/* What a channel's sum can become: of (in - in_zero) * w, padding included, without bias. */
typedef struct mrt_sum_range {
    int64_t low, high;
} mrt_sum_range;

MRT_INLINE mrt_sum_range mrt_fold_range(const mrt_fold *f, int32_t o)
{
    const int8_t *w = f->w + o * f->channel_step;
    const int32_t low = -128 - f->in_zero, high = 127 - f->in_zero;
    int32_t       positive = 0, negative = 0, k;
    mrt_sum_range range;

    for (k = 0; k < f->tap_count; k++) {
        const int32_t v = w[k * f->tap_step];
        if (v > 0)
            positive += v;
        else
            negative += v;
    }
    range.low = (int64_t)positive * low + (int64_t)negative * high;
    range.high = (int64_t)positive * high + (int64_t)negative * low;
    return range;
}

/* The same whatever the weights are, for whom they need not be read. */
MRT_INLINE mrt_sum_range mrt_fold_loose_range(const mrt_fold *f)
{
    mrt_sum_range range;

    range.high = (int64_t)f->tap_count * (128 * 255);
    range.low = -range.high;
    return range;
}

/* How far from 0 a bias may be for |x| < 2^29, whatever the weights are; -1: no bias is near enough. */
MRT_INLINE int32_t mrt_fold_room(const mrt_fold *f)
{
    const int32_t most = 128 * 255; /* of one product */

    return f->tap_count <= ((1 << 29) - 1) / most ? (1 << 29) - 1 - f->tap_count * most : -1;
}

MRT_INLINE void mrt_fold_put(int32_t *entry, int32_t mult, int32_t bias, int32_t round, int32_t shift)
{
    entry[0] = mult;
    entry[1] = bias;
    entry[2] = (int32_t)((uint32_t)shift << 16 | ((uint32_t)round & 0xffffu));
}

MRT_INLINE int mrt_fold_has_fast_multiplier(mrt_multiplier m)
{
    return m.mult > 0 && m.shift <= -1 && m.shift >= -20;
}

MRT_INLINE int32_t mrt_fold_bias(const mrt_fold *f, int32_t o)
{
    return f->bias ? f->bias[o] : 0;
}

/* Whether a channel is fast whatever its weights are. room: mrt_fold_room's. */
MRT_INLINE int mrt_fold_is_plain(mrt_multiplier m, int32_t bias, int32_t room)
{
    return mrt_fold_has_fast_multiplier(m) && room >= 0 && (uint32_t)bias + (uint32_t)room <= 2u * (uint32_t)room;
}

MRT_INLINE void mrt_fold_put_fast(int32_t *entry, const mrt_output *output, mrt_multiplier m, int32_t bias)
{
    mrt_fold_put(entry, m.mult, bias, 2 * output->zero + 1, -m.shift);
}

/* Whether sums in the range, which has the bias, all give the output *value. */
static MRT_COLD int mrt_fold_is_constant(const mrt_output *output, mrt_multiplier m, const mrt_sum_range *range,
                                         int8_t *value)
{
    mrt_channel literal;

    if (range->low < INT32_MIN || range->high > INT32_MAX || m.mult < 0)
        return 0;
    if (m.shift > 0 && (range->low < (INT32_MIN >> m.shift) || range->high > (INT32_MAX >> m.shift)))
        return 0;
    literal.mult = m.mult;
    literal.bias = literal.round = 0;
    literal.shift = (int)m.shift;
    *value = mrt_output_literal(output, &literal, (uint32_t)(int32_t)range->low); /* monotone between the two */
    return *value == mrt_output_literal(output, &literal, (uint32_t)(int32_t)range->high);
}

/* Whether a channel, whose multiplier is at most 1, is clamped by RELU whatever its weights are: its sum is negative, and
 * far from wrapping. Pruned channels have such biases. */
MRT_INLINE int mrt_fold_is_clamped(const mrt_output *output, int32_t bias, int32_t room)
{
    return bias < -(1 << 29) && bias >= -(3 << 29) && room >= 0 && output->act_min >= output->zero;
}

MRT_INLINE void mrt_fold_put_constant(int32_t *entry, int32_t value)
{
    mrt_fold_put(entry, 0, 0, 2 * value + 1, 1);
}

/* The sum with its bias. */
MRT_INLINE mrt_sum_range mrt_fold_add_bias(mrt_sum_range range, int32_t bias)
{
    range.low += bias;
    range.high += bias;
    return range;
}

/* The entry for the fast way of a channel that is not plain: its weights may make it fast, or constant; else 0. */
static MRT_COLD int mrt_fold_rare(const mrt_fold *f, const mrt_output *output, int32_t o, mrt_multiplier m, int32_t *entry)
{
    const int     may_be_fast = mrt_fold_has_fast_multiplier(m);
    const int32_t bias = mrt_fold_bias(f, o);
    mrt_sum_range range = mrt_fold_add_bias(mrt_fold_loose_range(f), bias);
    int8_t        value;

    if (may_be_fast || !mrt_fold_is_constant(output, m, &range, &value)) {
        range = mrt_fold_add_bias(mrt_fold_range(f, o), bias);
        if (may_be_fast && range.low > -((int64_t)1 << 29) && range.high < (int64_t)1 << 29) {
            mrt_fold_put_fast(entry, output, m, bias);
            return 1;
        }
        if (!mrt_fold_is_constant(output, m, &range, &value))
            return 0;
    }
    mrt_fold_put_constant(entry, value);
    return 1;
}

/* ---- the zero point as part of the biases ---- */

/* Of `count` bytes in a row, four at a time: as two and two halfwords that hold 128 more than each. */
MRT_INLINE int32_t mrt_sum_row(const int8_t *w, int32_t count)
{
    const int32_t whole = MRT_HAS_UNALIGNED || (uintptr_t)w % 4 == 0 ? count & ~3 : 0;
    uint32_t      sum = 0;
    int32_t       k = 0, rest = -128 * whole;

    while (k < whole) {
        const int32_t end = mrt_min_i32(whole, k + 4 * 256);
        uint32_t      even = 0, odd = 0;
        for (; k < end; k += 4) {
            const uint32_t word = (MRT_HAS_UNALIGNED ? mrt_load_word(w + k) : mrt_load_aligned_word(w + k)) ^ 0x80808080u;
            even += word & 0xff00ffu;
            odd += word >> 8 & 0xff00ffu;
        }
        sum += (even & 0xffffu) + (even >> 16) + (odd & 0xffffu) + (odd >> 16);
    }
    for (; k < count; k++)
        rest += w[k];
    return (int32_t)sum + rest;
}

/* The same for four columns of at most 256 bytes: sums 0 and 2 in even's halves, 1 and 3 in odd's, 128 * count more each. */
typedef struct mrt_column_sums {
    uint32_t even, odd;
} mrt_column_sums;

MRT_INLINE mrt_column_sums mrt_sum_columns(const int8_t *w, int32_t step, int32_t count)
{
    mrt_column_sums sums = {0, 0};

    for (; count > 0; count--, w += step) {
        const uint32_t word = mrt_load_aligned_word(w) ^ 0x80808080u;
        sums.even += word & 0xff00ffu;
        sums.odd += word >> 8 & 0xff00ffu;
    }
    return sums;
}

MRT_INLINE void mrt_fold_zero_into(int32_t *entry, int32_t in_zero, int32_t weight_sum)
{
    entry[1] = (int32_t)((uint32_t)entry[1] - (uint32_t)in_zero * (uint32_t)weight_sum);
}

/* Channels that lie side by side, four by four; how many that were. */
static MRT_UNUSED int32_t mrt_fold_zero_columns(const mrt_fold *f, int32_t *entry)
{
    const int32_t more = 128 * f->tap_count;
    int32_t       o;

    if (f->channel_step != 1 || f->tap_count > 256 || ((uintptr_t)f->w | (uint32_t)f->tap_step) % 4 != 0 ||
        !mrt_is_little_endian())
        return 0;
    for (o = 0; o + 4 <= f->count; o += 4, entry += 4 * MRT_CHANNEL_WORDS) {
        const mrt_column_sums sums = mrt_sum_columns(f->w + o, f->tap_step, f->tap_count);
        mrt_fold_zero_into(entry, f->in_zero, (int32_t)(sums.even & 0xffffu) - more);
        mrt_fold_zero_into(entry + MRT_CHANNEL_WORDS, f->in_zero, (int32_t)(sums.odd & 0xffffu) - more);
        mrt_fold_zero_into(entry + 2 * MRT_CHANNEL_WORDS, f->in_zero, (int32_t)(sums.even >> 16) - more);
        mrt_fold_zero_into(entry + 3 * MRT_CHANNEL_WORDS, f->in_zero, (int32_t)(sums.odd >> 16) - more);
    }
    return o;
}

/* A table's biases take up the input's zero point, where the kernel does not. A constant channel's bias means nothing. */
static MRT_UNUSED void mrt_fold_zero(const mrt_fold *f, int32_t *channels)
{
    int32_t o, k;

    if (!f->folds_zero || f->in_zero == 0)
        return;
    for (o = mrt_fold_zero_columns(f, channels); o < f->count; o++) {
        const int8_t *w = f->w + o * f->channel_step;
        int32_t       sum = 0;
        if (f->tap_step == 1)
            sum = mrt_sum_row(w, f->tap_count);
        for (k = 0; f->tap_step != 1 && k < f->tap_count; k++)
            sum += w[k * f->tap_step];
        mrt_fold_zero_into(channels + o * MRT_CHANNEL_WORDS, f->in_zero, sum);
    }
}

/* ---- a whole table ---- */

MRT_INLINE mrt_multiplier mrt_fold_multiplier(const mrt_fold *f, int32_t o)
{
    mrt_multiplier m;

    m.mult = f->mult[o * f->mult_step];
    m.shift = f->shift[o * f->mult_step];
    return m;
}

/* Without zero points; 0 where a channel is neither fast nor constant. */
static MRT_COLD int mrt_channels_fold_fast(const mrt_fold *f, const mrt_output *output, int32_t *entry)
{
    const int32_t room = mrt_fold_room(f);
    int32_t       o;

    for (o = 0; o < f->count; o++, entry += MRT_CHANNEL_WORDS) {
        const mrt_multiplier m = mrt_fold_multiplier(f, o);
        if (mrt_fold_is_plain(m, mrt_fold_bias(f, o), room))
            mrt_fold_put_fast(entry, output, m, mrt_fold_bias(f, o));
        else if (!mrt_fold_rare(f, output, o, m, entry))
            return 0;
    }
    return 1;
}

/* Fills channels [count * MRT_CHANNEL_WORDS] and output's is_fast and is_relu (the rest of output is read). */
static MRT_COLD void mrt_channels_fold(const mrt_fold *f, mrt_output *output, int32_t *channels)
{
    int32_t o;

    output->is_fast = mrt_channels_fold_fast(f, output, channels);
    output->is_relu = output->is_fast && output->act_min >= output->zero;
    for (o = 0; o < f->count && !output->is_fast; o++) {
        const mrt_multiplier m = mrt_fold_multiplier(f, o);
        mrt_fold_put(channels + o * MRT_CHANNEL_WORDS, m.mult, mrt_fold_bias(f, o), 0, m.shift);
    }
    mrt_fold_zero(f, channels);
}
#endif

#endif
