/* exp, log, tanh and the logistic function on vectors: polynomials fitted for the least relative error over the reduced
 * range, no call into the C library. The error bounds stand in math.h; tests/math measures them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_FUNCTIONS_H
#define MOTE_MATH_ISA_FUNCTIONS_H

#include "math/isa/vector.h"

/* e^x = 2^n e^r, n the integer nearest to x / ln 2, |r| <= ln(2) / 2; e^r = 1 + r + r^2 p(r). The power is applied in two
 * halves, so that results below 2^-126 come out too. */
INLINE vf exp_(vf x)
{
    const vf round = set1(0x1.8p23f), ln2_high = set1(0x1.63p-1f), ln2_low = set1(-0x1.bd0106p-13f);
    vf       clamped = min_(set1(89.0f), max_(set1(-105.0f), x));
    vf       shifted = fma_(clamped, set1(0x1.715476p0f), round), n = shifted - round;
    vf       r = fma_(n, -ln2_low, fma_(n, -ln2_high, clamped));
    vi       power = (vi)((vu)shifted - (vu)round), half = power >> 1;
    vf       p = set1(0x1.6a107cp-10f);

    p = fma_(p, r, set1(0x1.1245c8p-7f));
    p = fma_(p, r, set1(0x1.55593cp-5f));
    p = fma_(p, r, set1(0x1.555482p-3f));
    p = fma_(p, r, set1(0x1.fffffcp-2f));
    p = fma_(r * r, p, r) + 1.0f;
    return p * (vf)((vu)(half + 127) << 23) * (vf)((vu)(power - half + 127) << 23);
}

/* log(2^e m) = e ln 2 + log(1 + f), m = 1 + f in [sqrt(1/2), sqrt(2)); log(1 + f) = f - f^2/2 + f^3 p(f). */
INLINE vf log_(vf x)
{
    const float infinity = __builtin_inff();
    vmask       tiny = greater(set1(0x1p-126f), x);
    vi          bits = (vi)select_(tiny, x * 0x1p25f, x);
    vi          exponent = (vi)((vu)bits - 0x3f3504f3u) >> 23; /* unsigned where it may wrap */
    vf          f = (vf)((vu)bits - ((vu)exponent << 23)) - 1.0f;
    vf          e = __builtin_convertvector(exponent, vf) - select_(tiny, set1(25), set1(0));
    vf          p = set1(0x1.14573ep-4f), y;

    p = fma_(p, f, set1(-0x1.de3bf8p-4f));
    p = fma_(p, f, set1(0x1.e6f08cp-4f));
    p = fma_(p, f, set1(-0x1.fc220ep-4f));
    p = fma_(p, f, set1(0x1.233766p-3f));
    p = fma_(p, f, set1(-0x1.555c4ep-3f));
    p = fma_(p, f, set1(0x1.99a4b6p-3f));
    p = fma_(p, f, set1(-0x1.000006p-2f));
    p = fma_(p, f, set1(0x1.555548p-2f));
    y = fma_(f * f, fma_(p, f, set1(-0.5f)), e * -0x1.bd0106p-13f);
    y = e * 0x1.63p-1f + (f + y);
    y = select_(greater(x, set1(0)), y, set1(-infinity));
    y = select_(greater(set1(0), x), set1(__builtin_nanf("")), y);
    return select_(greater(set1(infinity), x), y, x + x); /* +inf and NaN stay what they are */
}

INLINE vf absolute(vf x)
{
    return (vf)((vi)x & 0x7fffffff);
}

/* 1 / (1 + e^-x) */
INLINE vf sigmoid_(vf x)
{
    return 1.0f / (exp_(-x) + 1.0f);
}

/* x + x^3 p(x^2) near zero, elsewhere 1 - 2 / (e^2|x| + 1) with the sign of x. */
INLINE vf tanh_(vf x)
{
    vf size = absolute(x), u = x * x, far = 1.0f - 2.0f / (exp_(size + size) + 1.0f), p = set1(-0x1.76abf6p-8f);

    p = fma_(p, u, set1(0x1.5256cep-6f));
    p = fma_(p, u, set1(-0x1.b84448p-5f));
    p = fma_(p, u, set1(0x1.110768p-3f));
    p = fma_(p, u, set1(-0x1.555534p-2f));
    p = select_(greater(set1(0.625f), size), fma_(size * u, p, size), far);
    return (vf)((vi)p | ((vi)x & (int32_t)0x80000000u));
}

/* e^x - 1 for x <= 0: 2 t / (1 - t) with t = tanh(x / 2), which loses nothing near 0. */
INLINE vf expm1_below(vf x)
{
    const vf t = tanh_(x * 0.5f);
    return (t + t) / (1.0f - t);
}

/* x p(x^2) for |x| < 1, elsewhere 1 - e^-q(|x|), q fitted to -log(1 - erf); from 4 on it is 1. */
INLINE vf erf_(vf x)
{
    const vf u = x * x, size = min_(absolute(x), set1(4));
    vf       p = set1(0x1.4ae4bep-14f), q = set1(0x1.6bd896p-16f), far;

    p = fma_(p, u, set1(-0x1.a485e6p-11f));
    p = fma_(p, u, set1(0x1.5419f4p-8f));
    p = fma_(p, u, set1(-0x1.b7fbb4p-6f));
    p = fma_(p, u, set1(0x1.ce2d20p-4f));
    p = fma_(p, u, set1(-0x1.81273ep-2f));
    p = fma_(p, u, set1(0x1.20dd74p+0f));
    q = fma_(q, size, set1(-0x1.cec68cp-12f));
    q = fma_(q, size, set1(0x1.138ceap-8f));
    q = fma_(q, size, set1(-0x1.9d0324p-6f));
    q = fma_(q, size, set1(0x1.bc1524p-4f));
    q = fma_(q, size, set1(0x1.443566p-1f));
    q = fma_(q, size, set1(0x1.212c0ep+0f));
    q = fma_(q, size, set1(-0x1.8a5a80p-13f));
    far = 1.0f - exp_(-q);
    far = (vf)((vi)far | ((vi)x & (int32_t)0x80000000u));
    return select_(greater(set1(1), absolute(x)), x * p, far);
}

/* log(1 + u) for 0 <= u <= 1: what rounding 1 + u lost is put back. */
INLINE vf log1p_(vf u)
{
    vf whole = u + 1.0f;
    return log_(whole) - ((whole - 1.0f) - u) / whole;
}

#endif
