/* Activations that are operators, element by element (ELU, GELU, HARD_SWISH, clamps) and over the last axis (LOG_SOFTMAX,
 * L2_NORMALIZATION). All may run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ACTIVATION_H
#define MRT_ACTIVATION_H

#include "flip.h"
#include "unary.h"

/* ---- float32, element by element; in, out [count] ---- */

/* x, and e^x - 1 below 0. */
MRT_INLINE void mrt_elu_f32(const mrt_unary_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      i;

    for (i = 0; i < p->count; i++)
        out[i] = in[i] < 0.0f ? mrt_exp_f32(in[i]) - 1.0f : in[i];
}

/* x clamp(x + 3, 0, 6) / 6. */
MRT_INLINE void mrt_hard_swish_f32(const mrt_unary_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      i;

    for (i = 0; i < p->count; i++)
        out[i] = in[i] * mrt_clamp_f32(in[i] + 3.0f, 0.0f, 6.0f) / 6.0f;
}

/* x / 2 (1 + erf(x / sqrt 2)); or by_tanh: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). in, out [count]. */
typedef struct mrt_gelu_f32_params {
    int32_t count;
    int32_t by_tanh;
} mrt_gelu_f32_params;

MRT_INLINE void mrt_gelu_f32(const mrt_gelu_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      i;

    for (i = 0; i < p->count; i++) {
        const float x = in[i];
        const float y =
            p->by_tanh ? mrt_tanh_one_f32(0.797884561f * (x + 0.044715f * x * x * x)) : mrt_erf_one_f32(x * 0.707106781f);
        out[i] = 0.5f * x * (1.0f + y);
    }
}

/* ---- HARD_SWISH of one int8 value ----
 *
 *   x     = (in - in_zero) 2^7, 16 bits
 *   ramp  = clamp(x * ramp_mult * 2^ramp_shift, -1, 1) / 2 + 1/2            16 bits; its multiplier is for in_scale / 3
 *   out   = clamp(ramp * (x * mult) * 2^shift + out_zero, -128, 127)
 *
 * shift is at most 0. Source: TensorFlow Lite's reference kernel (reference/hard_swish.h): 16-bit arithmetic, rounded where
 * that rounds, and cut where it cuts. */
typedef struct mrt_hard_swish_scales {
    int32_t in_zero, out_zero;
    int32_t mult, shift, ramp_mult, ramp_shift;
} mrt_hard_swish_scales;

MRT_INLINE int32_t mrt_high_mul_16(int32_t a, int32_t b)
{
    return (a * b + 16384) >> 15;
}

MRT_INLINE int32_t mrt_saturate_16(int32_t x)
{
    return mrt_clamp_i32(x, -32768, 32767);
}

/* x / 2^right to nearest, halves away from zero, as 16-bit arithmetic gives it: beyond 15 bits its mask has all bits set. */
MRT_INLINE int32_t mrt_divide_pot_16(int32_t x, int32_t right)
{
    if (right > 15)
        return x < 0 ? -1 : 1;
    return mrt_divide_pot(x, (int)right);
}

MRT_INLINE int32_t mrt_hard_swish_ramp(const mrt_hard_swish_scales *p, int32_t x)
{
    if (p->ramp_shift > 0) /* the last bit after the product: only there may saturating show */
        x = mrt_saturate_16(x * ((int32_t)1 << (mrt_min_i32(p->ramp_shift, 16) - 1)));
    x = mrt_high_mul_16(x, p->ramp_mult);
    if (p->ramp_shift > 0)
        x = mrt_saturate_16(2 * x);
    if (p->ramp_shift < 0)
        x = mrt_divide_pot_16(x, -p->ramp_shift);
    return (x + 32768) >> 1;
}

MRT_INLINE int32_t mrt_hard_swish_one(const mrt_hard_swish_scales *p, int32_t in)
{
    const int32_t x = (in - p->in_zero) * 128;
    const int32_t y = mrt_hard_swish_ramp(p, x) * mrt_high_mul_16(x, p->mult) / 32768;

    return mrt_clamp_i32(mrt_divide_pot_16(y, -p->shift) + p->out_zero, -128, 127);
}

#if !defined(__AVR__)
/* The upper 16 bits, rounded. */
static MRT_COLD int32_t mrt_upper_16(int32_t mult)
{
    return mult >= INT32_MAX - 32768 ? 32767 : (mult + 32768) >> 16;
}

/* Fills the multipliers; 0: the output is finer than the kernel can tell. */
static MRT_COLD int mrt_hard_swish_prepare(mrt_hard_swish_scales *p, float in_scale, float out_scale)
{
    const float fine = in_scale * (1.0f / 128.0f);

    mrt_quantize_multiplier((double)(fine / out_scale), &p->mult, &p->shift);
    mrt_quantize_multiplier((double)(fine / (3.0f / 32768.0f)), &p->ramp_mult, &p->ramp_shift);
    p->mult = mrt_upper_16(p->mult);
    p->ramp_mult = mrt_upper_16(p->ramp_mult);
    return p->shift <= 0;
}

/* ---- real functions, for tables ---- */

static MRT_COLD float mrt_elu_one(float x)
{
    return x < 0.0f ? mrt_exp_exact_f32(x) - 1.0f : x;
}

static MRT_COLD float mrt_gelu_one(float x)
{
    return 0.5f * x * (float)(1.0 + mrt_erf_f64((double)(x * 0.707106781f)));
}

static MRT_COLD float mrt_gelu_by_tanh_one(float x)
{
    return 0.5f * x * (1.0f + mrt_tanh_exact_f32(0.797884561f * (x + 0.044715f * x * x * x)));
}
#endif

/* ---- over the last axis; in, out [rows, depth], depth at least 1 ---- */

typedef struct mrt_rows_f32_params {
    int32_t rows, depth;
} mrt_rows_f32_params;

/* LOG_SOFTMAX: in - max - ln(sum of e^(in - max)). */
MRT_INLINE void mrt_log_softmax_f32(const mrt_rows_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      r, c;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        float largest = in[0], sum = 0.0f;
        for (c = 1; c < p->depth; c++)
            largest = in[c] > largest ? in[c] : largest;
        for (c = 0; c < p->depth; c++)
            sum += mrt_exp_f32(in[c] - largest);
        sum = mrt_log_one_f32(sum);
        for (c = 0; c < p->depth; c++)
            out[c] = in[c] - largest - sum;
    }
}

/* L2_NORMALIZATION: in / max(sqrt(sum of in^2), 10^-6). */
MRT_INLINE void mrt_l2_normalization_f32(const mrt_rows_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      r, c;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        float sum = 0.0f;
        for (c = 0; c < p->depth; c++)
            sum += in[c] * in[c];
        sum = mrt_sqrt_one_f32(sum);
        sum = sum < 1e-6f ? 1e-6f : sum;
        for (c = 0; c < p->depth; c++)
            out[c] = in[c] / sum;
    }
}

/* L2_NORMALIZATION, int8 to steps of 1/128: rescale(in - in_zero, 128 / sqrt(sum of (in - in_zero)^2)). Rows have at most
 * 2^15 values, so that the sum does not overflow.
 * Source: TensorFlow Lite's reference kernel (reference/integer_ops/l2normalization.h). */
typedef struct mrt_l2_normalization_i8_params {
    int32_t rows, depth;
    int32_t in_zero;
} mrt_l2_normalization_i8_params;

/* The factor 128 is 2^before, multiplied by before rescaling, times 2^(7 - before). */
MRT_INLINE void mrt_l2_normalization_rows_i8(const mrt_l2_normalization_i8_params *p, const int8_t *in, int8_t *out,
                                             int before)
{
    int32_t r, c, mult, shift;

    for (r = 0; r < p->rows; r++, in += p->depth, out += p->depth) {
        int32_t sum = 0;
        for (c = 0; c < p->depth; c++)
            sum += (in[c] - p->in_zero) * (in[c] - p->in_zero);
        mrt_fixed_inv_sqrt(sum, &mult, &shift);
        for (c = 0; c < p->depth; c++)
            out[c] = (int8_t)mrt_clamp_i32(
                mrt_rescale((in[c] - p->in_zero) * ((int32_t)1 << before), mult, (int)shift + 7 - before), -128, 127);
    }
}

MRT_INLINE void mrt_l2_normalization_i8(const mrt_l2_normalization_i8_params *p, const mrt_io *io)
{
    mrt_l2_normalization_rows_i8(p, (const int8_t *)io->in[0], (int8_t *)io->out[0], 0);
}

/* uint8 to uint8, in steps of 1/128, around 128; Source: reference/l2normalization.h. */
MRT_INLINE void mrt_l2_normalization_u8(const mrt_l2_normalization_i8_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];

    mrt_flip((const uint8_t *)io->in[0], out, p->rows * p->depth);
    mrt_l2_normalization_rows_i8(p, (const int8_t *)out, (int8_t *)out, 7);
    mrt_flip(out, out, p->rows * p->depth);
}

/* LOG_SOFTMAX, int8 to steps of 1/16 below 127:
 *
 *   x[c] = rescale(in[c] - max in, mult, shift)         in_scale * difference in Q5.26
 *   out  = x[c] - ln(sum of e^x) + 127                  the sum in Q12.19
 *
 * Differences below diff_min are left out of the sum; the outputs of those, and of those whose x minus the logarithm would
 * leave Q5.26 (which back_mult, back_shift, the inverse of mult and shift, find), are -128.
 * Source: TensorFlow Lite's reference kernel (reference/log_softmax.h). */
typedef struct mrt_log_softmax_i8_params {
    int32_t rows, depth;
    int32_t mult, shift, diff_min;
    int32_t back_mult, back_shift;
} mrt_log_softmax_i8_params;

MRT_INLINE int32_t mrt_log_softmax_log_sum_i8(const mrt_log_softmax_i8_params *p, const int8_t *in, int32_t largest)
{
    uint32_t sum = 0;
    int32_t  c;

    for (c = 0; c < p->depth; c++)
        if (in[c] - largest >= p->diff_min && sum < 0x7ff80000u) /* longer rows: as far as the sum goes */
            sum += (uint32_t)mrt_divide_pot(mrt_fixed_exp(mrt_rescale(in[c] - largest, p->mult, (int)p->shift), 5), 12);
    return mrt_fixed_log((int32_t)(sum < 0x7fffffffu ? sum : 0x7fffffffu));
}

MRT_INLINE void mrt_log_softmax_row_i8(const mrt_log_softmax_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t largest = in[0], log_sum, least, c;

    for (c = 1; c < p->depth; c++)
        largest = mrt_max_i32(largest, in[c]);
    log_sum = mrt_log_softmax_log_sum_i8(p, in, largest);
    least = mrt_rescale((int32_t)((uint32_t)log_sum + 0x80000000u), p->back_mult, (int)p->back_shift);
    least = mrt_max_i32(p->diff_min - 1, least);
    for (c = 0; c < p->depth; c++) {
        const int32_t diff = in[c] - largest;
        int32_t       y = -128;
        if (diff > least) {
            y = (int32_t)((uint32_t)mrt_rescale(diff, p->mult, (int)p->shift) - (uint32_t)log_sum);
            y = mrt_clamp_i32(mrt_divide_pot(y, 22) + 127, -128, 127);
        }
        out[c] = (int8_t)y;
    }
}

MRT_INLINE void mrt_log_softmax_rows_i8(const mrt_log_softmax_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t r;

    for (r = 0; r < p->rows; r++)
        mrt_log_softmax_row_i8(p, in + r * p->depth, out + r * p->depth);
}

MRT_INLINE void mrt_log_softmax_i8(const mrt_log_softmax_i8_params *p, const mrt_io *io)
{
    mrt_log_softmax_rows_i8(p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

/* uint8 to uint8, in steps of 1/16 below 255. */
MRT_INLINE void mrt_log_softmax_u8(const mrt_log_softmax_i8_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];

    mrt_flip((const uint8_t *)io->in[0], out, p->rows * p->depth);
    mrt_log_softmax_rows_i8(p, (const int8_t *)out, (int8_t *)out);
    mrt_flip(out, out, p->rows * p->depth);
}

#if !defined(__AVR__)
/* Fills the multipliers and diff_min; 0: the scale is too fine. From an in_scale of 16 on, one step down leaves Q5.26. */
static MRT_COLD int mrt_log_softmax_i8_prepare(mrt_log_softmax_i8_params *p, float in_scale)
{
    const double real = (double)in_scale * 67108864.0; /* 2^26 */

    mrt_quantize_multiplier(real, &p->mult, &p->shift);
    if (p->shift < 1)
        return 0;
    mrt_quantize_multiplier((double)(1u << (31 - p->shift)) / (double)p->mult, &p->back_mult, &p->back_shift);
    p->diff_min = real >= 1073741824.0 ? 0 : -(((int32_t)31 << 26) >> p->shift);
    return 1;
}
#endif

#endif
