/* Functions of one value with their slopes, and LOG_SOFTMAX. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/functions.h"
#include "math/isa/kernels.h"

/* tanh's argument, and its slope. */
INLINE vf gelu_inner(vf x)
{
    return 0.797884561f * (x + 0.044715f * x * x * x);
}

INLINE vf gelu_inner_slope(vf x)
{
    return 0.797884561f * (1.0f + 0.134145f * x * x);
}

INLINE vf value_of(mote_math_function function, vf x)
{
    switch (function) {
    case MOTE_MATH_EXP:
        return exp_(x);
    case MOTE_MATH_LOG:
        return log_(x);
    case MOTE_MATH_ABS:
        return absolute(x);
    case MOTE_MATH_NEG:
        return -x;
    case MOTE_MATH_SQUARE:
        return x * x;
    case MOTE_MATH_SQRT:
        return sqrt_(x);
    case MOTE_MATH_RSQRT:
        return 1.0f / sqrt_(x);
    case MOTE_MATH_ELU:
        return select_(greater(set1(0), x), expm1_below(x), x);
    case MOTE_MATH_GELU:
        return 0.5f * x * (1.0f + erf_(x * 0.707106781f));
    default:
        return 0.5f * x * (1.0f + tanh_(gelu_inner(x)));
    }
}

/* x / 2 (1 + erf) has the slope (1 + erf) / 2 + x e^(-x^2 / 2) / sqrt(2 pi). */
INLINE vf gelu_slope(vf x)
{
    return fma_(x, 0.398942280f * exp_(-0.5f * x * x), 0.5f * (1.0f + erf_(x * 0.707106781f)));
}

INLINE vf gelu_tanh_slope(vf x)
{
    const vf t = tanh_(gelu_inner(x));

    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * gelu_inner_slope(x);
}

INLINE vf slope_of(mote_math_function function, vf x, vf y)
{
    switch (function) {
    case MOTE_MATH_EXP:
        return y;
    case MOTE_MATH_LOG:
        return 1.0f / x;
    case MOTE_MATH_ABS:
        return select_(greater(x, set1(0)), set1(1), select_(greater(set1(0), x), set1(-1), set1(0)));
    case MOTE_MATH_NEG:
        return set1(-1);
    case MOTE_MATH_SQUARE:
        return x + x;
    case MOTE_MATH_SQRT:
        return 0.5f / y;
    case MOTE_MATH_RSQRT:
        return -0.5f * (y * y * y);
    case MOTE_MATH_ELU:
        return select_(greater(set1(0), x), y + 1.0f, set1(1));
    case MOTE_MATH_GELU:
        return gelu_slope(x);
    default:
        return gelu_tanh_slope(x);
    }
}

INLINE void forward(mote_math_function function, size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, value_of(function, load_up_to(x + i, left)), left);
    }
}

INLINE void backward(mote_math_function function, size_t count, const float *x, const float *y, const float *dy, float *dx)
{
    FOR_VECTORS(i, left, count)
    {
        const vf slope = slope_of(function, load_up_to(x + i, left), load_up_to(y + i, left));
        store_up_to(dx + i, load_up_to(dy + i, left) * slope, left);
    }
}

#define FOR_EACH_FUNCTION(DO)                                                                                               \
    DO(MOTE_MATH_EXP)                                                                                                       \
    DO(MOTE_MATH_LOG)                                                                                                       \
    DO(MOTE_MATH_ABS)                                                                                                       \
    DO(MOTE_MATH_NEG)                                                                                                       \
    DO(MOTE_MATH_SQUARE)                                                                                                    \
    DO(MOTE_MATH_SQRT)                                                                                                      \
    DO(MOTE_MATH_RSQRT)                                                                                                     \
    DO(MOTE_MATH_ELU)                                                                                                       \
    DO(MOTE_MATH_GELU)                                                                                                      \
    DO(MOTE_MATH_GELU_TANH)

void ISA(function_forward)(mote_math_function function, size_t count, const float *x, float *y)
{
#define CASE(f)                                                                                                             \
    case f:                                                                                                                 \
        forward(f, count, x, y);                                                                                            \
        break;
    switch (function) {
        FOR_EACH_FUNCTION(CASE)
    }
#undef CASE
}

void ISA(function_backward)(mote_math_function function, size_t count, const float *x, const float *y, const float *dy,
                            float *dx)
{
#define CASE(f)                                                                                                             \
    case f:                                                                                                                 \
        backward(f, count, x, y, dy, dx);                                                                                   \
        break;
    switch (function) {
        FOR_EACH_FUNCTION(CASE)
    }
#undef CASE
}

/* ---- LOG_SOFTMAX ---- */

void ISA(log_softmax_forward)(size_t rows, int32_t classes, const float *x, float *y)
{
    for (; rows > 0; rows--, x += classes, y += classes) {
        float top = x[0], shift;
        vf    total = set1(0);
        for (int32_t c = 1; c < classes; c++)
            top = x[c] > top ? x[c] : top;
        FOR_VECTORS(i, left, classes)
        {
            total += without_rest(exp_(load_up_to(x + i, left) - top), left);
        }
        shift = log_(set1(sum_lanes(total)))[0];
        FOR_VECTORS(i, left, classes)
        {
            store_up_to(y + i, (load_up_to(x + i, left) - top) - shift, left);
        }
    }
}

void ISA(log_softmax_backward)(size_t rows, int32_t classes, const float *y, const float *dy, float *dx)
{
    for (; rows > 0; rows--, y += classes, dy += classes, dx += classes) {
        vf    total = set1(0);
        float sum;
        FOR_VECTORS(i, left, classes)
        {
            total += load_up_to(dy + i, left);
        }
        sum = sum_lanes(total);
        FOR_VECTORS(i, left, classes)
        {
            store_up_to(dx + i, load_up_to(dy + i, left) - exp_(load_up_to(y + i, left)) * sum, left);
        }
    }
}
