/* Fourier transforms of real signals, in int16 and int32, by way of a complex one of half the length:
 *     SignalRfft    in [outer, in_count] and zeros to 2 length -> [outer, length + 1, 2], frequencies 0 to half the sampling
 *     SignalIrfft   in [outer, length + 1, 2] -> [outer, 2 length]
 *
 * The complex transform of `length` points has stages of radix 2 to 5: radix[0] is the last that is computed. Before each
 * stage numbers are divided by its radix, so that they stay within their type; a transform's result is divided by 2 length
 * in all. A product is rounded to 15 (31) fractional bits, and sums wrap; 1 is 32767 (2^31 - 1), so that not even a turn by
 * nothing keeps a number.
 *
 * turns [length, 2]: cos and sin of 2 pi i / length, the sine negative for SignalRfft; ends [length / 2, 2]: the same of
 * pi ((i + 1) / length + 1 / 2).
 * Source: KISS FFT by M. Borgerding, in fixed point, which tflite-micro's signal/src/{rfft,irfft}_int*.cc call: its results
 * are the reference, bit for bit. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FFT_H
#define MRT_FFT_H

#include "../mrt.h"

enum { MRT_FFT_STAGES_MAX = 16, MRT_FFT_RADIX_MAX = 5 };

typedef struct mrt_fft_shape {
    int32_t outer, in_count;
    int32_t length, stages;
    int8_t  radix[MRT_FFT_STAGES_MAX];
} mrt_fft_shape;

/* The place in a stage's order of inputs that comes after `at`; digit [stages] counts, from zeros. */
MRT_INLINE int32_t mrt_fft_next(const mrt_fft_shape *s, int8_t *digit, int32_t at)
{
    int32_t k, stride = s->length;

    for (k = s->stages - 1; k >= 0; k--) {
        stride /= s->radix[k];
        at += stride;
        if (++digit[k] < s->radix[k])
            break;
        digit[k] = 0;
        at -= s->radix[k] * stride;
    }
    return at;
}

MRT_INLINE void mrt_fft_begin(int8_t *digit)
{
    int32_t k;

    for (k = 0; k < MRT_FFT_STAGES_MAX; k++)
        digit[k] = 0;
}

/* ---- numbers of 16 or 32 bits ---- */

typedef struct mrt_fft_number {
    int32_t re, im;
} mrt_fft_number;

/* What a transform works with: bits, a constant in each kernel, says which of two pointers is one. */
typedef struct mrt_fft {
    const mrt_fft_shape     *shape;
    int32_t                  bits, is_inverse;
    const MRT_FLASH int16_t *turns_i16;
    const MRT_FLASH int32_t *turns_i32;
    int16_t                 *at_i16; /* [length, 2] that are transformed */
    int32_t                 *at_i32;
} mrt_fft;

MRT_INLINE int32_t mrt_fft_wrap(int32_t bits, uint32_t x)
{
    return bits == 16 ? (int32_t)(int16_t)(uint16_t)x : (int32_t)x;
}

MRT_INLINE int32_t mrt_fft_sum(int32_t bits, int32_t a, int32_t b)
{
    return mrt_fft_wrap(bits, (uint32_t)a + (uint32_t)b);
}

MRT_INLINE int32_t mrt_fft_difference(int32_t bits, int32_t a, int32_t b)
{
    return mrt_fft_wrap(bits, (uint32_t)a - (uint32_t)b);
}

/* a b + c d, rounded. */
MRT_INLINE int32_t mrt_fft_products(int32_t bits, int32_t a, int32_t b, int32_t c, int32_t d)
{
    if (bits == 16)
        return (int16_t)((int32_t)((uint32_t)(a * b) + (uint32_t)(c * d) + (1u << 14)) >> 15);
    return (int32_t)(((int64_t)a * b + (int64_t)c * d + ((int64_t)1 << 30)) >> 31);
}

MRT_INLINE int32_t mrt_fft_divide(int32_t bits, int32_t x, int32_t divisor)
{
    return mrt_fft_products(bits, x, (bits == 16 ? INT16_MAX : INT32_MAX) / divisor, 0, 0);
}

MRT_INLINE mrt_fft_number mrt_fft_add(int32_t bits, mrt_fft_number a, mrt_fft_number b)
{
    a.re = mrt_fft_sum(bits, a.re, b.re);
    a.im = mrt_fft_sum(bits, a.im, b.im);
    return a;
}

MRT_INLINE mrt_fft_number mrt_fft_subtract(int32_t bits, mrt_fft_number a, mrt_fft_number b)
{
    a.re = mrt_fft_difference(bits, a.re, b.re);
    a.im = mrt_fft_difference(bits, a.im, b.im);
    return a;
}

/* a + i b, and a - i b. */
MRT_INLINE mrt_fft_number mrt_fft_add_turned(int32_t bits, mrt_fft_number a, mrt_fft_number b)
{
    a.re = mrt_fft_difference(bits, a.re, b.im);
    a.im = mrt_fft_sum(bits, a.im, b.re);
    return a;
}

MRT_INLINE mrt_fft_number mrt_fft_subtract_turned(int32_t bits, mrt_fft_number a, mrt_fft_number b)
{
    a.re = mrt_fft_sum(bits, a.re, b.im);
    a.im = mrt_fft_difference(bits, a.im, b.re);
    return a;
}

MRT_INLINE mrt_fft_number mrt_fft_multiply(int32_t bits, mrt_fft_number a, mrt_fft_number b)
{
    mrt_fft_number y;

    y.re = mrt_fft_products(bits, a.re, b.re, a.im, -b.im);
    y.im = mrt_fft_products(bits, a.re, b.im, a.im, b.re);
    return y;
}

MRT_INLINE mrt_fft_number mrt_fft_scale(int32_t bits, mrt_fft_number a, int32_t factor)
{
    a.re = mrt_fft_products(bits, a.re, factor, 0, 0);
    a.im = mrt_fft_products(bits, a.im, factor, 0, 0);
    return a;
}

MRT_INLINE mrt_fft_number mrt_fft_divide_both(int32_t bits, mrt_fft_number a, int32_t divisor)
{
    a.re = mrt_fft_divide(bits, a.re, divisor);
    a.im = mrt_fft_divide(bits, a.im, divisor);
    return a;
}

/* ---- where they lie ---- */

MRT_INLINE mrt_fft_number mrt_fft_load(const mrt_fft *f, int32_t i)
{
    mrt_fft_number y;

    y.re = f->bits == 16 ? f->at_i16[2 * i] : f->at_i32[2 * i];
    y.im = f->bits == 16 ? f->at_i16[2 * i + 1] : f->at_i32[2 * i + 1];
    return y;
}

MRT_INLINE void mrt_fft_store(const mrt_fft *f, int32_t i, mrt_fft_number x)
{
    if (f->bits == 16) {
        f->at_i16[2 * i] = (int16_t)x.re;
        f->at_i16[2 * i + 1] = (int16_t)x.im;
    } else {
        f->at_i32[2 * i] = x.re;
        f->at_i32[2 * i + 1] = x.im;
    }
}

MRT_INLINE mrt_fft_number mrt_fft_turn(const mrt_fft *f, int32_t i)
{
    mrt_fft_number y;

    y.re = f->bits == 16 ? f->turns_i16[2 * i] : f->turns_i32[2 * i];
    y.im = f->bits == 16 ? f->turns_i16[2 * i + 1] : f->turns_i32[2 * i + 1];
    return y;
}

/* ---- radix by radix: v [radix], turned already, becomes its own transform ---- */

MRT_INLINE void mrt_fft_radix_2(const mrt_fft *f, mrt_fft_number *v)
{
    const mrt_fft_number a = v[0];

    v[0] = mrt_fft_add(f->bits, a, v[1]);
    v[1] = mrt_fft_subtract(f->bits, a, v[1]);
}

/* third: the turn by a third. */
MRT_INLINE void mrt_fft_radix_3(const mrt_fft *f, mrt_fft_number *v, mrt_fft_number third)
{
    const mrt_fft_number sum = mrt_fft_add(f->bits, v[1], v[2]);
    const mrt_fft_number turned = mrt_fft_scale(f->bits, mrt_fft_subtract(f->bits, v[1], v[2]), third.im);
    mrt_fft_number       middle;

    middle.re = mrt_fft_difference(f->bits, v[0].re, sum.re >> 1);
    middle.im = mrt_fft_difference(f->bits, v[0].im, sum.im >> 1);
    v[0] = mrt_fft_add(f->bits, v[0], sum);
    v[1] = mrt_fft_add_turned(f->bits, middle, turned);
    v[2] = mrt_fft_subtract_turned(f->bits, middle, turned);
}

MRT_INLINE void mrt_fft_radix_4(const mrt_fft *f, mrt_fft_number *v)
{
    const mrt_fft_number even = mrt_fft_add(f->bits, v[0], v[2]), odd = mrt_fft_subtract(f->bits, v[0], v[2]);
    const mrt_fft_number sum = mrt_fft_add(f->bits, v[1], v[3]), turned = mrt_fft_subtract(f->bits, v[1], v[3]);

    v[0] = mrt_fft_add(f->bits, even, sum);
    v[2] = mrt_fft_subtract(f->bits, even, sum);
    v[f->is_inverse ? 1 : 3] = mrt_fft_add_turned(f->bits, odd, turned);
    v[f->is_inverse ? 3 : 1] = mrt_fft_subtract_turned(f->bits, odd, turned);
}

/* a + b x + c y, where x and y are real: each product is rounded. */
MRT_INLINE mrt_fft_number mrt_fft_blend(int32_t bits, mrt_fft_number a, mrt_fft_number b, int32_t x, mrt_fft_number c,
                                        int32_t y)
{
    return mrt_fft_add(bits, a, mrt_fft_add(bits, mrt_fft_scale(bits, b, x), mrt_fft_scale(bits, c, y)));
}

/* one, two: the turns by one and two fifths. */
MRT_INLINE void mrt_fft_radix_5(const mrt_fft *f, mrt_fft_number *v, mrt_fft_number one, mrt_fft_number two)
{
    const int32_t        bits = f->bits;
    const mrt_fft_number outer = mrt_fft_add(bits, v[1], v[4]), inner = mrt_fft_add(bits, v[2], v[3]);
    const mrt_fft_number across = mrt_fft_subtract(bits, v[1], v[4]), within = mrt_fft_subtract(bits, v[2], v[3]);
    const mrt_fft_number by_one = mrt_fft_blend(bits, v[0], outer, one.re, inner, two.re);
    const mrt_fft_number by_two = mrt_fft_blend(bits, v[0], outer, two.re, inner, one.re);
    const mrt_fft_number turned =
        mrt_fft_add(bits, mrt_fft_scale(bits, across, one.im), mrt_fft_scale(bits, within, two.im));
    const mrt_fft_number two_turned =
        mrt_fft_subtract(bits, mrt_fft_scale(bits, across, two.im), mrt_fft_scale(bits, within, one.im));

    v[0] = mrt_fft_add(bits, v[0], mrt_fft_add(bits, outer, inner));
    v[1] = mrt_fft_add_turned(bits, by_one, turned);
    v[4] = mrt_fft_subtract_turned(bits, by_one, turned);
    v[2] = mrt_fft_add_turned(bits, by_two, two_turned);
    v[3] = mrt_fft_subtract_turned(bits, by_two, two_turned);
}

/* Points first, first + step ...: radix of them, which are point `turn` of `step`, where turns by 1 are `stride` apart. */
MRT_INLINE void mrt_fft_butterfly(const mrt_fft *f, int32_t radix, int32_t first, int32_t step, int32_t stride, int32_t turn)
{
    mrt_fft_number v[MRT_FFT_RADIX_MAX];
    int32_t        q;

    for (q = 0; q < radix; q++)
        v[q] = mrt_fft_divide_both(f->bits, mrt_fft_load(f, first + q * step), radix);
    for (q = 1; q < radix; q++)
        v[q] = mrt_fft_multiply(f->bits, v[q], mrt_fft_turn(f, q * turn * stride));
    if (radix == 4)
        mrt_fft_radix_4(f, v);
    else if (radix == 2)
        mrt_fft_radix_2(f, v);
    else if (radix == 3)
        mrt_fft_radix_3(f, v, mrt_fft_turn(f, stride * step));
    else
        mrt_fft_radix_5(f, v, mrt_fft_turn(f, stride * step), mrt_fft_turn(f, 2 * stride * step));
    for (q = 0; q < radix; q++)
        mrt_fft_store(f, first + q * step, v[q]);
}

/* In place, of points that lie in the stages' order. */
MRT_INLINE void mrt_fft_transform(const mrt_fft *f)
{
    int32_t k, step = 1, stride = f->shape->length, block, i;

    for (k = f->shape->stages - 1; k >= 0; k--) {
        const int32_t radix = f->shape->radix[k];
        stride /= radix;
        for (block = 0; block < stride; block++)
            for (i = 0; i < step; i++)
                mrt_fft_butterfly(f, radix, block * radix * step + i, step, stride, i);
        step *= radix;
    }
}

/* ---- real signals ---- */

MRT_INLINE mrt_fft_number mrt_fft_conjugate(mrt_fft_number a)
{
    a.im = (int32_t)(0u - (uint32_t)a.im);
    return a;
}

/* Halves of sums, which 16 bits hold in 32. */
MRT_INLINE int32_t mrt_fft_half_sum(int32_t bits, int32_t a, int32_t b)
{
    return mrt_fft_wrap(bits, (uint32_t)((int32_t)((uint32_t)a + (uint32_t)b) >> 1));
}

/* From the transform of pairs to frequencies 0 .. length in out. */
MRT_INLINE void mrt_fft_part(const mrt_fft *f, const mrt_fft *out, const mrt_fft *ends)
{
    const int32_t  bits = f->bits, length = f->shape->length;
    mrt_fft_number a = mrt_fft_divide_both(bits, mrt_fft_load(f, 0), 2), b;
    int32_t        k;

    b.re = mrt_fft_difference(bits, a.re, a.im);
    a.re = mrt_fft_sum(bits, a.re, a.im);
    a.im = b.im = 0;
    mrt_fft_store(out, 0, a);
    mrt_fft_store(out, length, b);
    for (k = 1; k <= length / 2; k++) {
        const mrt_fft_number low = mrt_fft_divide_both(bits, mrt_fft_load(f, k), 2);
        mrt_fft_number       high = mrt_fft_conjugate(mrt_fft_load(f, length - k)), sum, turned;
        high.im = mrt_fft_wrap(bits, (uint32_t)high.im);
        high = mrt_fft_divide_both(bits, high, 2);
        sum = mrt_fft_add(bits, low, high);
        turned = mrt_fft_multiply(bits, mrt_fft_subtract(bits, low, high), mrt_fft_turn(ends, k - 1));
        a.re = mrt_fft_half_sum(bits, sum.re, turned.re);
        a.im = mrt_fft_half_sum(bits, sum.im, turned.im);
        b.re = mrt_fft_half_sum(bits, sum.re, -turned.re);
        b.im = mrt_fft_half_sum(bits, turned.im, -sum.im);
        mrt_fft_store(out, k, a);
        mrt_fft_store(out, length - k, b);
    }
}

/* From frequencies in `in` to what transforms to pairs. */
MRT_INLINE void mrt_fft_join(const mrt_fft *f, const mrt_fft *in, const mrt_fft *ends)
{
    const int32_t        bits = f->bits, length = f->shape->length;
    const mrt_fft_number first = mrt_fft_load(in, 0), last = mrt_fft_load(in, length);
    mrt_fft_number       a;
    int32_t              k;

    a.re = mrt_fft_sum(bits, first.re, last.re);
    a.im = mrt_fft_difference(bits, first.re, last.re);
    mrt_fft_store(f, 0, mrt_fft_divide_both(bits, a, 2));
    for (k = 1; k <= length / 2; k++) {
        const mrt_fft_number low = mrt_fft_divide_both(bits, mrt_fft_load(in, k), 2);
        mrt_fft_number       high = mrt_fft_conjugate(mrt_fft_load(in, length - k)), sum, turned;
        high.im = mrt_fft_wrap(bits, (uint32_t)high.im);
        high = mrt_fft_divide_both(bits, high, 2);
        sum = mrt_fft_add(bits, low, high);
        turned = mrt_fft_multiply(bits, mrt_fft_subtract(bits, low, high), mrt_fft_turn(ends, k - 1));
        mrt_fft_store(f, k, mrt_fft_add(bits, sum, turned));
        mrt_fft_store(f, length - k, mrt_fft_conjugate(mrt_fft_subtract(bits, sum, turned)));
    }
}

/* f's numbers are in's, in the stages' order; in has `count` of real ones, and zeros. */
MRT_INLINE void mrt_fft_gather(const mrt_fft *f, const mrt_fft *in, int32_t count)
{
    int8_t         digit[MRT_FFT_STAGES_MAX];
    mrt_fft_number x;
    int32_t        i, from = 0;

    mrt_fft_begin(digit);
    for (i = 0; i < f->shape->length; i++, from = mrt_fft_next(f->shape, digit, from)) {
        x.re = 2 * from >= count ? 0 : f->bits == 16 ? in->at_i16[2 * from] : in->at_i32[2 * from];
        x.im = 2 * from + 1 >= count ? 0 : f->bits == 16 ? in->at_i16[2 * from + 1] : in->at_i32[2 * from + 1];
        mrt_fft_store(f, i, x);
    }
}

/* ---- the kernels: work is scratch [length, 2] ---- */

MRT_INLINE void mrt_fft_real(const mrt_fft *work, const mrt_fft *in, const mrt_fft *out, const mrt_fft *ends)
{
    mrt_fft_gather(work, in, work->shape->in_count);
    mrt_fft_transform(work);
    mrt_fft_part(work, out, ends);
}

MRT_INLINE void mrt_fft_real_inverse(const mrt_fft *work, const mrt_fft *in, const mrt_fft *out, const mrt_fft *ends)
{
    mrt_fft_join(work, in, ends);
    mrt_fft_gather(out, work, 2 * work->shape->length);
    mrt_fft_transform(out);
}

typedef struct mrt_fft_i16_params {
    mrt_fft_shape            shape;
    const MRT_FLASH int16_t *turns, *ends;
} mrt_fft_i16_params;

typedef struct mrt_fft_i32_params {
    mrt_fft_shape            shape;
    const MRT_FLASH int32_t *turns, *ends;
} mrt_fft_i32_params;

MRT_INLINE mrt_fft mrt_fft_of_i16(const mrt_fft_shape *shape, const MRT_FLASH int16_t *turns, const void *at,
                                  int32_t is_inverse)
{
    mrt_fft f;

    f.shape = shape;
    f.bits = 16;
    f.is_inverse = is_inverse;
    f.turns_i16 = turns;
    f.turns_i32 = NULL;
    f.at_i16 = (int16_t *)(uintptr_t)at;
    f.at_i32 = NULL;
    return f;
}

MRT_INLINE mrt_fft mrt_fft_of_i32(const mrt_fft_shape *shape, const MRT_FLASH int32_t *turns, const void *at,
                                  int32_t is_inverse)
{
    mrt_fft f;

    f.shape = shape;
    f.bits = 32;
    f.is_inverse = is_inverse;
    f.turns_i16 = NULL;
    f.turns_i32 = turns;
    f.at_i16 = NULL;
    f.at_i32 = (int32_t *)(uintptr_t)at;
    return f;
}

MRT_INLINE void mrt_signal_rfft_i16(const mrt_fft_i16_params *p, const mrt_io *io)
{
    const mrt_fft_shape *s = &p->shape;
    mrt_fft              work = mrt_fft_of_i16(s, p->turns, io->scratch, 0), in = mrt_fft_of_i16(s, p->turns, io->in[0], 0);
    mrt_fft              out = mrt_fft_of_i16(s, p->turns, io->out[0], 0), ends = mrt_fft_of_i16(s, p->ends, NULL, 0);
    int32_t              o;

    for (o = 0; o < s->outer; o++, in.at_i16 += s->in_count, out.at_i16 += 2 * (s->length + 1))
        mrt_fft_real(&work, &in, &out, &ends);
}

MRT_INLINE void mrt_signal_irfft_i16(const mrt_fft_i16_params *p, const mrt_io *io)
{
    const mrt_fft_shape *s = &p->shape;
    mrt_fft              work = mrt_fft_of_i16(s, p->turns, io->scratch, 1), in = mrt_fft_of_i16(s, p->turns, io->in[0], 1);
    mrt_fft              out = mrt_fft_of_i16(s, p->turns, io->out[0], 1), ends = mrt_fft_of_i16(s, p->ends, NULL, 1);
    int32_t              o;

    for (o = 0; o < s->outer; o++, in.at_i16 += 2 * (s->length + 1), out.at_i16 += 2 * s->length)
        mrt_fft_real_inverse(&work, &in, &out, &ends);
}

MRT_INLINE void mrt_signal_rfft_i32(const mrt_fft_i32_params *p, const mrt_io *io)
{
    const mrt_fft_shape *s = &p->shape;
    mrt_fft              work = mrt_fft_of_i32(s, p->turns, io->scratch, 0), in = mrt_fft_of_i32(s, p->turns, io->in[0], 0);
    mrt_fft              out = mrt_fft_of_i32(s, p->turns, io->out[0], 0), ends = mrt_fft_of_i32(s, p->ends, NULL, 0);
    int32_t              o;

    for (o = 0; o < s->outer; o++, in.at_i32 += s->in_count, out.at_i32 += 2 * (s->length + 1))
        mrt_fft_real(&work, &in, &out, &ends);
}

MRT_INLINE void mrt_signal_irfft_i32(const mrt_fft_i32_params *p, const mrt_io *io)
{
    const mrt_fft_shape *s = &p->shape;
    mrt_fft              work = mrt_fft_of_i32(s, p->turns, io->scratch, 1), in = mrt_fft_of_i32(s, p->turns, io->in[0], 1);
    mrt_fft              out = mrt_fft_of_i32(s, p->turns, io->out[0], 1), ends = mrt_fft_of_i32(s, p->ends, NULL, 1);
    int32_t              o;

    for (o = 0; o < s->outer; o++, in.at_i32 += 2 * (s->length + 1), out.at_i32 += 2 * s->length)
        mrt_fft_real_inverse(&work, &in, &out, &ends);
}

#endif
