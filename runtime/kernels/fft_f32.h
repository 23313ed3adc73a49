/* Fourier transforms of real signals in float32: what fft.h says, without dividing; SignalIrfft divides by 2 length at the
 * end. Source: as there. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FFT_F32_H
#define MRT_FFT_F32_H

#include "fft.h"

typedef struct mrt_fft_f32_params {
    mrt_fft_shape          shape;
    const MRT_FLASH float *turns, *ends;
} mrt_fft_f32_params;

/* x [2] turned: complex product. */
MRT_INLINE void mrt_fft_multiply_f32(float *x, const MRT_FLASH float *turn)
{
    const float re = x[0] * turn[0] - x[1] * turn[1], im = x[0] * turn[1] + x[1] * turn[0];

    x[0] = re;
    x[1] = im;
}

/* v [4, 2] */
MRT_INLINE void mrt_fft_radix_4_f32(float v[][2], float *const *at, int32_t is_inverse)
{
    const int32_t one = is_inverse ? 1 : 3, three = is_inverse ? 3 : 1;
    int32_t       c;

    for (c = 0; c < 2; c++) {
        const float turned = c == 0 ? v[3][1] - v[1][1] : v[1][0] - v[3][0]; /* i (v1 - v3) */
        at[0][c] = (v[0][c] + v[2][c]) + (v[1][c] + v[3][c]);
        at[2][c] = (v[0][c] + v[2][c]) - (v[1][c] + v[3][c]);
        at[one][c] = (v[0][c] - v[2][c]) + turned;
        at[three][c] = (v[0][c] - v[2][c]) - turned;
    }
}

/* Any radix, as its definition says; a turn by 1 / radix is `whole` apart. */
MRT_INLINE void mrt_fft_radix_f32(const mrt_fft_f32_params *p, float v[][2], float *const *at, int32_t radix, int32_t whole)
{
    int32_t k, q;

    for (k = 0; k < radix; k++) {
        float sum[2];
        sum[0] = v[0][0];
        sum[1] = v[0][1];
        for (q = 1; q < radix; q++) {
            float x[2];
            x[0] = v[q][0];
            x[1] = v[q][1];
            mrt_fft_multiply_f32(x, p->turns + 2 * (k * q % radix) * whole);
            sum[0] += x[0];
            sum[1] += x[1];
        }
        at[k][0] = sum[0];
        at[k][1] = sum[1];
    }
}

MRT_INLINE void mrt_fft_butterfly_f32(const mrt_fft_f32_params *p, float *first, int32_t radix, int32_t step, int32_t stride,
                                      int32_t turn, int32_t is_inverse)
{
    float   v[MRT_FFT_RADIX_MAX][2], *at[MRT_FFT_RADIX_MAX];
    int32_t q;

    for (q = 0; q < radix; q++) {
        at[q] = first + 2 * q * step;
        v[q][0] = at[q][0];
        v[q][1] = at[q][1];
        mrt_fft_multiply_f32(v[q], p->turns + 2 * q * turn * stride);
    }
    if (radix == 4)
        mrt_fft_radix_4_f32(v, at, is_inverse);
    else
        mrt_fft_radix_f32(p, v, at, radix, stride * step);
}

MRT_INLINE void mrt_fft_transform_f32(const mrt_fft_f32_params *p, float *at, int32_t is_inverse)
{
    int32_t k, step = 1, stride = p->shape.length, block, i;

    for (k = p->shape.stages - 1; k >= 0; k--) {
        const int32_t radix = p->shape.radix[k];
        stride /= radix;
        for (block = 0; block < stride; block++)
            for (i = 0; i < step; i++)
                mrt_fft_butterfly_f32(p, at + 2 * (block * radix * step + i), radix, step, stride, i, is_inverse);
        step *= radix;
    }
}

MRT_INLINE void mrt_fft_gather_f32(const mrt_fft_shape *s, float *to, const float *in, int32_t count)
{
    int8_t  digit[MRT_FFT_STAGES_MAX];
    int32_t i, from = 0;

    mrt_fft_begin(digit);
    for (i = 0; i < s->length; i++, from = mrt_fft_next(s, digit, from)) {
        to[2 * i] = 2 * from < count ? in[2 * from] : 0.0f;
        to[2 * i + 1] = 2 * from + 1 < count ? in[2 * from + 1] : 0.0f;
    }
}

MRT_INLINE void mrt_fft_part_f32(const mrt_fft_f32_params *p, const float *from, float *out)
{
    const int32_t length = p->shape.length;
    int32_t       k;

    out[0] = from[0] + from[1];
    out[2 * length] = from[0] - from[1];
    out[1] = out[2 * length + 1] = 0.0f;
    for (k = 1; k <= length / 2; k++) {
        const float *low = from + 2 * k, *high = from + 2 * (length - k);
        const float  re = low[0] + high[0], im = low[1] - high[1];
        float        turned[2];
        turned[0] = low[0] - high[0];
        turned[1] = low[1] + high[1];
        mrt_fft_multiply_f32(turned, p->ends + 2 * (k - 1));
        out[2 * k] = 0.5f * (re + turned[0]);
        out[2 * k + 1] = 0.5f * (im + turned[1]);
        out[2 * (length - k)] = 0.5f * (re - turned[0]);
        out[2 * (length - k) + 1] = 0.5f * (turned[1] - im);
    }
}

MRT_INLINE void mrt_fft_join_f32(const mrt_fft_f32_params *p, const float *in, float *to)
{
    const int32_t length = p->shape.length;
    int32_t       k;

    to[0] = in[0] + in[2 * length];
    to[1] = in[0] - in[2 * length];
    for (k = 1; k <= length / 2; k++) {
        const float *low = in + 2 * k, *high = in + 2 * (length - k);
        const float  re = low[0] + high[0], im = low[1] - high[1];
        float        turned[2];
        turned[0] = low[0] - high[0];
        turned[1] = low[1] + high[1];
        mrt_fft_multiply_f32(turned, p->ends + 2 * (k - 1));
        to[2 * k] = re + turned[0];
        to[2 * k + 1] = im + turned[1];
        to[2 * (length - k)] = re - turned[0];
        to[2 * (length - k) + 1] = turned[1] - im;
    }
}

MRT_INLINE void mrt_signal_rfft_f32(const mrt_fft_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0], *work = (float *)io->scratch;
    int32_t      o;

    for (o = 0; o < p->shape.outer; o++, in += p->shape.in_count, out += 2 * (p->shape.length + 1)) {
        mrt_fft_gather_f32(&p->shape, work, in, p->shape.in_count);
        mrt_fft_transform_f32(p, work, 0);
        mrt_fft_part_f32(p, work, out);
    }
}

MRT_INLINE void mrt_signal_irfft_f32(const mrt_fft_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0], *work = (float *)io->scratch;
    int32_t      count = 2 * p->shape.length, o, i;

    for (o = 0; o < p->shape.outer; o++, in += count + 2, out += count) {
        mrt_fft_join_f32(p, in, work);
        mrt_fft_gather_f32(&p->shape, out, work, count);
        mrt_fft_transform_f32(p, out, 1);
        for (i = 0; i < count; i++)
            out[i] /= (float)count;
    }
}

#endif
