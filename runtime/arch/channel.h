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

#include "../kernels/rescale.h"

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
    const int32_t *mult;       /* [count], or [1] where mult_step is 0 */
    const int8_t  *shift;      /* as mult; rescale's */
    int32_t        mult_step;  /* 1 or 0 */
    int32_t        in_zero;    /* of the input, an int8 */
    int32_t        folds_zero; /* the kernel sums in * w; else (in - in_zero) * w */
} mrt_fold;

/* What a channel's sum can become: of (in - in_zero) * w, padding included, without bias. */
typedef struct mrt_sum_range {
    int64_t low, high;
    int32_t weight_sum;
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
    range.weight_sum = positive + negative;
    return range;
}

MRT_INLINE void mrt_fold_put(int32_t *entry, int32_t mult, int32_t bias, int32_t round, int32_t shift)
{
    entry[0] = mult;
    entry[1] = bias;
    entry[2] = (int32_t)((uint32_t)shift << 16 | ((uint32_t)round & 0xffffu));
}

MRT_INLINE int32_t mrt_fold_bias(const mrt_fold *f, int32_t o, const mrt_sum_range *range)
{
    const uint32_t bias = f->bias ? (uint32_t)f->bias[o] : 0u;

    return (int32_t)(f->folds_zero ? bias - (uint32_t)f->in_zero * (uint32_t)range->weight_sum : bias);
}

/* The entry of channel o for the fast way; 0 where it is neither fast nor constant. */
MRT_INLINE int mrt_fold_fast(const mrt_fold *f, const mrt_output *output, int32_t o, int32_t *entry)
{
    const mrt_sum_range range = mrt_fold_range(f, o);
    const int32_t       mult = f->mult[o * f->mult_step], shift = f->shift[o * f->mult_step];
    const int64_t       bias = f->bias ? f->bias[o] : 0, low = bias + range.low, high = bias + range.high;
    mrt_channel         literal;
    int8_t              least, most;

    if (mult > 0 && shift <= -1 && shift >= -20 && low > -((int64_t)1 << 29) && high < (int64_t)1 << 29) {
        mrt_fold_put(entry, mult, mrt_fold_bias(f, o, &range), 2 * output->zero + 1, -shift);
        return 1;
    }
    if (low < INT32_MIN || high > INT32_MAX || mult < 0)
        return 0;
    literal.mult = mult;
    literal.bias = literal.round = 0;
    literal.shift = (int)shift;
    if (shift > 0 && (low < (INT32_MIN >> shift) || high > (INT32_MAX >> shift)))
        return 0;
    least = mrt_output_literal(output, &literal, (uint32_t)(int32_t)low); /* monotone between the two */
    most = mrt_output_literal(output, &literal, (uint32_t)(int32_t)high);
    if (least != most)
        return 0;
    mrt_fold_put(entry, 0, 0, 2 * least + 1, 1);
    return 1;
}

/* Fills channels [count * MRT_CHANNEL_WORDS] and output's is_fast and is_relu (the rest of output is read). */
static MRT_COLD void mrt_channels_fold(const mrt_fold *f, mrt_output *output, int32_t *channels)
{
    int32_t o;

    output->is_fast = 1;
    for (o = 0; o < f->count && output->is_fast; o++)
        output->is_fast = mrt_fold_fast(f, output, o, channels + o * MRT_CHANNEL_WORDS);
    output->is_relu = output->is_fast && output->act_min >= output->zero;
    for (o = 0; o < f->count && !output->is_fast; o++) {
        const mrt_sum_range range = mrt_fold_range(f, o);
        mrt_fold_put(channels + o * MRT_CHANNEL_WORDS, f->mult[o * f->mult_step], mrt_fold_bias(f, o, &range), 0,
                     f->shift[o * f->mult_step]);
    }
}
#endif

#endif
