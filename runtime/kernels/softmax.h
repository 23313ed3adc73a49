/* SOFTMAX over the last axis: out[r,c] = exp(beta in[r,c]) / sum_k exp(beta in[r,k]). May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SOFTMAX_H
#define MRT_SOFTMAX_H

#include "exp.h"
#include "fixed_point.h"
#include "flip.h"
#include "lookup.h"

/* int8, out in steps of 1/256 from -128; or in steps of 1/65536 from -32768, as int16:
 *
 *   x[c] = rescale(in[c] - max in, mult, shift)         beta * in_scale * difference in Q5.26
 *   out  = exp(x[c]) * (1 / sum exp(x)) - 128           exps in Q0.31, their sum in Q12.19
 *
 * in, out [rows, depth], depth at least 1. What lies more than -diff_min below the maximum counts as 0.
 * Cannot fail, no scratch: exps are computed twice. int8 only may run in place.
 * Source: TensorFlow Lite Micro's reference kernel (reference/softmax.h), which stops when the sum reaches 512; here all
 * results are 0 then, as its formula says, and beyond 4096 the sum stays where it is. */
typedef struct mrt_softmax_i8_params {
    int32_t rows, depth;
    int32_t mult, shift, diff_min;
} mrt_softmax_i8_params;

MRT_INLINE int32_t mrt_softmax_exp_i8(const mrt_softmax_i8_params *p, int32_t diff)
{
    return mrt_fixed_exp(mrt_rescale(diff, p->mult, (int)p->shift), 5);
}

/* 1 / sum in Q0.31 once its leading bit is gone; lead counts the zeros in front of it. */
MRT_INLINE int32_t mrt_softmax_scale_i8(uint32_t sum, int *lead)
{
    *lead = 0;
    while (sum < 0x80000000u) {
        sum <<= 1;
        (*lead)++;
    }
    return mrt_fixed_one_over_one_plus((int32_t)(sum - 0x80000000u));
}

/* Twice over the row, first for the sum: one loop, so that the exp is in the code but once. */
MRT_INLINE void mrt_softmax_row_i8(const mrt_softmax_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t  largest = in[0], scale = 0, c;
    int      lead = 0, is_last;
    uint32_t sum = 0;

    for (c = 1; c < p->depth; c++)
        largest = mrt_max_i32(largest, in[c]);
    for (is_last = 0; is_last < 2; is_last++) {
        for (c = 0; c < p->depth; c++) {
            const int32_t difference = in[c] - largest;
            const int32_t e = difference >= p->diff_min ? mrt_softmax_exp_i8(p, difference) : 0;
            if (!is_last && sum < 0x80000000u)
                sum += (uint32_t)mrt_divide_pot(e, 12);
            else if (is_last)
                out[c] = (int8_t)mrt_min_i32((lead < 4 ? 0 : mrt_divide_pot(mrt_high_mul(scale, e), 35 - lead)) - 128, 127);
        }
        if (!is_last)
            scale = mrt_softmax_scale_i8(sum, &lead);
    }
}

MRT_INLINE void mrt_softmax_i8(const mrt_softmax_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t r;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth)
        mrt_softmax_row_i8(p, in, out);
}

/* uint8, out in steps of 1/256 from 0. */
MRT_INLINE void mrt_softmax_u8(const mrt_softmax_i8_params *p, const uint8_t *in, uint8_t *out)
{
    mrt_flip(in, out, p->rows * p->depth);
    mrt_softmax_i8(p, (const int8_t *)out, (int8_t *)out);
    mrt_flip(out, out, p->rows * p->depth);
}

/* The same in finer steps; a loop of its own, so that the one above keeps its code. */
MRT_INLINE void mrt_softmax_row_i8_i16(const mrt_softmax_i8_params *p, const int8_t *in, int16_t *out)
{
    int32_t  largest = in[0], scale, c;
    int      lead;
    uint32_t sum = 0;

    for (c = 1; c < p->depth; c++)
        largest = mrt_max_i32(largest, in[c]);
    for (c = 0; c < p->depth && sum < 0x80000000u; c++)
        if (in[c] - largest >= p->diff_min)
            sum += (uint32_t)mrt_divide_pot(mrt_softmax_exp_i8(p, in[c] - largest), 12);
    scale = mrt_softmax_scale_i8(sum, &lead);
    for (c = 0; c < p->depth; c++) {
        const int32_t e = in[c] - largest >= p->diff_min ? mrt_softmax_exp_i8(p, in[c] - largest) : 0;
        out[c] = (int16_t)mrt_min_i32(mrt_divide_pot(mrt_high_mul(scale, e), 27 - lead) - 32768, 32767);
    }
}

MRT_INLINE void mrt_softmax_i8_i16(const mrt_softmax_i8_params *p, const int8_t *in, int16_t *out)
{
    int32_t r;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth)
        mrt_softmax_row_i8_i16(p, in, out);
}

#if !defined(__AVR__)
/* Fills mult, shift and diff_min. From beta * in_scale = 16 on, one step down is as good as 0. */
static MRT_COLD void mrt_softmax_i8_prepare(mrt_softmax_i8_params *p, float in_scale, float beta)
{
    const double real = (double)beta * (double)in_scale * 67108864.0; /* 2^26: into Q5.26 */

    mrt_quantize_multiplier(real, &p->mult, &p->shift);
    if (real >= 1073741824.0)
        p->diff_min = 0;
    else
        p->diff_min = p->shift < 0 ? INT32_MIN : -(((int32_t)31 << 26) >> p->shift);
}
#endif

/* int16, out in steps of 2^-15:
 *
 *   x[c] = rescale(in[c] - max in, mult, shift) + 32767     beta * in_scale * difference, -10 to 0 in 16 bits
 *   e    = exp_table(x), 2^-15                              lookup.h says how
 *   out  = e * one_over(sum e)                              by a table of 1 / (1 + x) once the sum's leading bit is gone
 *
 * in, out [rows, depth], depth at least 1; tables [513]. A difference of less than diff_min counts as that.
 * Cannot fail, no scratch: exps are kept in out.
 * Source: TensorFlow Lite Micro's reference kernel (reference/softmax.h). */
typedef struct mrt_softmax_i16_params {
    int32_t                  rows, depth;
    int32_t                  mult, shift, diff_min;
    const MRT_FLASH int16_t *exp_table, *reciprocal_table;
} mrt_softmax_i16_params;

MRT_INLINE int32_t mrt_softmax_exp_i16(const mrt_softmax_i16_params *p, int32_t diff)
{
    const int32_t x = mrt_rescale(mrt_max_i32(diff, p->diff_min), p->mult, (int)p->shift);

    return mrt_lookup_one_i16(p->exp_table, mrt_max_i32(x, -65535) + 32767);
}

MRT_INLINE void mrt_softmax_row_i16(const mrt_softmax_i16_params *p, const int16_t *in, int16_t *out)
{
    int32_t  largest = in[0], lead, shifted, one_over, c;
    uint32_t sum = 0;

    for (c = 1; c < p->depth; c++)
        largest = mrt_max_i32(largest, in[c]);
    for (c = 0; c < p->depth; c++) {
        const int32_t e = mrt_softmax_exp_i16(p, in[c] - largest);
        out[c] = (int16_t)e;
        if (sum < 0x7fff0000u) /* in rows longer than the sum bears all is next to 0 anyway */
            sum += (uint32_t)e;
    }
    lead = mrt_leading_zeros(sum);
    shifted = (int32_t)(((sum << (lead - 1)) + 8192u) >> 14);
    one_over = mrt_lookup_one_i16(p->reciprocal_table, mrt_min_i32(shifted - 98304, 32767));
    for (c = 0; c < p->depth; c++) {
        const int32_t y = (out[c] * one_over + ((int32_t)1 << (30 - lead))) >> (31 - lead);
        out[c] = (int16_t)mrt_clamp_i32(y, 0, 32767);
    }
}

MRT_INLINE void mrt_softmax_i16(const mrt_softmax_i16_params *p, const int16_t *in, int16_t *out)
{
    int32_t r;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth)
        mrt_softmax_row_i16(p, in, out);
}

#if !defined(__AVR__)
static MRT_COLD float mrt_softmax_reciprocal(float x)
{
    return 1.0f / (1.0f + x);
}

/* Fill the tables, and mult, shift and diff_min. */
static MRT_COLD void mrt_softmax_i16_fill(int16_t *exp_table, int16_t *reciprocal_table)
{
    mrt_lookup_fill_i16(exp_table, mrt_exp_exact_f32, -10.0f, 0.0f);
    mrt_lookup_fill_i16(reciprocal_table, mrt_softmax_reciprocal, 0.0f, 1.0f);
}

static MRT_COLD void mrt_softmax_i16_prepare(mrt_softmax_i16_params *p, float in_scale, float beta)
{
    mrt_quantize_multiplier((double)in_scale * (double)beta / (10.0 / 65535.0), &p->mult, &p->shift);
    p->diff_min = p->shift > 0 ? -(INT32_MAX >> p->shift) : INT32_MIN;
}
#endif

/* float32. in, out [rows, depth], depth at least 1. */
typedef struct mrt_softmax_f32_params {
    int32_t rows, depth;
    float   beta;
} mrt_softmax_f32_params;

MRT_INLINE void mrt_softmax_f32(const mrt_softmax_f32_params *p, const float *in, float *out)
{
    int32_t r, c;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        float largest = in[0], sum = 0.0f;
        for (c = 1; c < p->depth; c++)
            largest = in[c] > largest ? in[c] : largest;
        for (c = 0; c < p->depth; c++)
            sum += out[c] = mrt_exp_f32((in[c] - largest) * p->beta);
        for (c = 0; c < p->depth; c++)
            out[c] = out[c] / sum;
    }
}

#endif
