/* Elementwise functions, softmax and sums. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/functions.h"
#include "math/isa/kernels.h"

/* Runs the statement for each vector of count floats: i is where it begins, left how many floats remain (at least 1). */
INLINE void put(float *y, vf value, bool adds, ptrdiff_t left)
{
    store_up_to(y, adds ? load_up_to(y, left) + value : value, left);
}

void ISA(add)(size_t count, activation_kind activation, const float *a, const float *b, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, apply_activation(load_up_to(a + i, left) + load_up_to(b + i, left), activation), left);
    }
}

void ISA(multiply)(size_t count, const float *a, const float *b, float *y, bool adds)
{
    FOR_VECTORS(i, left, count)
    {
        put(y + i, load_up_to(a + i, left) * load_up_to(b + i, left), adds, left);
    }
}

void ISA(scale)(size_t count, float factor, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, load_up_to(x + i, left) * factor, left);
    }
}

void ISA(axpy)(size_t count, float factor, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, fma_(set1(factor), load_up_to(x + i, left), load_up_to(y + i, left)), left);
    }
}

void ISA(bias_add)(size_t rows, int32_t channels, const float *x, const float *b, float *y)
{
    size_t row;

    for (row = 0; row < rows; row++, x += channels, y += channels)
        FOR_VECTORS(i, left, channels)
        {
            store_up_to(y + i, load_up_to(x + i, left) + load_up_to(b + i, left), left);
        }
}

void ISA(bias_grad)(size_t rows, int32_t channels, const float *dy, float *db)
{
    enum { BLOCK = 256 }; /* rows summed before they meet the total: keeps long sums exact enough */

    for (size_t begin = 0; begin < rows; begin += BLOCK) {
        size_t end = rows - begin < BLOCK ? rows : begin + BLOCK;
        FOR_VECTORS(i, left, channels)
        {
            vf sum = set1(0);
            if (left >= LANES)
                for (size_t row = begin; row < end; row++)
                    sum += load(dy + (ptrdiff_t)row * channels + i);
            else
                for (size_t row = begin; row < end; row++)
                    sum += load_part(dy + (ptrdiff_t)row * channels + i, (int)left);
            put(db + i, sum, true, left);
        }
    }
}

void ISA(activation_forward)(size_t count, activation_kind activation, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, apply_activation(load_up_to(x + i, left), activation), left);
    }
}

void ISA(activation_backward)(size_t count, activation_kind activation, const float *y, const float *dy, float *dx,
                              bool adds)
{
    FOR_VECTORS(i, left, count)
    {
        put(dx + i, mask_gradient(load_up_to(dy + i, left), load_up_to(y + i, left), activation), adds, left);
    }
}

void ISA(leaky_relu_forward)(size_t count, float alpha, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        vf v = load_up_to(x + i, left);
        store_up_to(y + i, select_(greater(v, set1(0)), v, v * alpha), left);
    }
}

void ISA(leaky_relu_backward)(size_t count, float alpha, const float *y, const float *dy, float *dx, bool adds)
{
    FOR_VECTORS(i, left, count)
    {
        vf g = load_up_to(dy + i, left);
        put(dx + i, select_(greater(load_up_to(y + i, left), set1(0)), g, g * alpha), adds, left);
    }
}

void ISA(exp)(size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, exp_(load_up_to(x + i, left)), left);
    }
}

void ISA(log)(size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, log_(load_up_to(x + i, left)), left);
    }
}

void ISA(sigmoid_forward)(size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, sigmoid_(load_up_to(x + i, left)), left);
    }
}

void ISA(sigmoid_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds)
{
    FOR_VECTORS(i, left, count)
    {
        vf v = load_up_to(y + i, left);
        put(dx + i, load_up_to(dy + i, left) * v * (1.0f - v), adds, left);
    }
}

void ISA(tanh_forward)(size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(y + i, tanh_(load_up_to(x + i, left)), left);
    }
}

void ISA(tanh_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds)
{
    FOR_VECTORS(i, left, count)
    {
        vf v = load_up_to(y + i, left);
        put(dx + i, load_up_to(dy + i, left) * (1.0f - v * v), adds, left);
    }
}

void ISA(softmax_forward)(size_t rows, int32_t classes, float beta, const float *x, float *y)
{
    for (; rows > 0; rows--, x += classes, y += classes) {
        float top = x[0], factor;
        vf    total = set1(0);
        for (int32_t c = 1; c < classes; c++)
            top = x[c] > top ? x[c] : top;
        FOR_VECTORS(i, left, classes)
        {
            const vf e = without_rest(exp_((load_up_to(x + i, left) - top) * beta), left);
            store_up_to(y + i, e, left);
            total += e;
        }
        factor = 1.0f / sum_lanes(total);
        ISA(scale)((size_t)classes, factor, y, y);
    }
}

void ISA(softmax_backward)(size_t rows, int32_t classes, float beta, const float *y, const float *dy, float *dx, bool adds)
{
    for (; rows > 0; rows--, y += classes, dy += classes, dx += classes) {
        vf    product = set1(0);
        float dot;
        FOR_VECTORS(i, left, classes)
        {
            product += load_up_to(y + i, left) * load_up_to(dy + i, left);
        }
        dot = sum_lanes(product);
        FOR_VECTORS(i, left, classes)
        {
            put(dx + i, load_up_to(y + i, left) * (load_up_to(dy + i, left) - dot) * beta, adds, left);
        }
    }
}

enum { POSITIONS = 16, UNITS = 4 * POSITIONS }; /* of the generator, in step with each other */

/* unit[k] = mote_random_unit_f32(key, 4 * position + k): base/random.c's rounds on many positions side by side, in loops
 * that the compiler turns into vectors. */
static void random_units(mote_random_key key, uint64_t position, float unit[UNITS])
{
    uint32_t c[4][POSITIONS], k0 = key.word[0], k1 = key.word[1];

    for (int p = 0; p < POSITIONS; p++) {
        c[0][p] = (uint32_t)(position + (uint64_t)p);
        c[1][p] = (uint32_t)((position + (uint64_t)p) >> 32);
        c[2][p] = key.word[2];
        c[3][p] = key.word[3];
    }
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (int p = 0; p < POSITIONS; p++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c[0][p], p1 = (uint64_t)0xCD9E8D57u * c[2][p];
            c[0][p] = (uint32_t)(p1 >> 32) ^ c[1][p] ^ k0;
            c[2][p] = (uint32_t)(p0 >> 32) ^ c[3][p] ^ k1;
            c[1][p] = (uint32_t)p1;
            c[3][p] = (uint32_t)p0;
        }
    for (int p = 0; p < POSITIONS; p++)
        for (int j = 0; j < 4; j++)
            unit[4 * p + j] = (float)(int32_t)(c[j][p] >> 8) * 0x1p-24f;
}

void ISA(dropout)(size_t count, float rate, mote_random_key key, const float *x, float *y, bool adds)
{
    const float keep = 1.0f / (1.0f - rate);
    float       unit[UNITS];

    for (size_t begin = 0; begin < count; begin += UNITS, x += UNITS, y += UNITS) {
        random_units(key, begin / 4, unit);
        for (ptrdiff_t i = 0, left = (ptrdiff_t)(count - begin); left > 0 && i < UNITS; i += LANES, left -= LANES)
            put(y + i, select_(greater(set1(rate), load(unit + i)), set1(0), load_up_to(x + i, left) * keep), adds, left);
    }
}

/* The standard normal's quantile at unit + 2^-25, within 6e-7. Source: Wichura 1988, "Algorithm AS 241", PPND7, whose last
 * branch 24 bits never reach. */
INLINE vf normal_of(vf unit)
{
    const vf q = unit - 0.5f + 0x1p-25f, size = absolute(q), middle = fma_(-q, q, set1(0.180625f));
    const vf tail = sqrt_(-log_(0.5f - size)) - 1.6f;
    vf       over = set1(59.10937472f), under = set1(67.187563600f), far_over = set1(0.17023821103f), far_under, far;

    over = fma_(fma_(fma_(over, middle, set1(159.29113202f)), middle, set1(50.434271938f)), middle, set1(3.3871327179f));
    under = fma_(fma_(fma_(under, middle, set1(78.757757664f)), middle, set1(17.895169469f)), middle, set1(1.0f));
    far_over = fma_(fma_(fma_(far_over, tail, set1(1.3067284816f)), tail, set1(2.7568153900f)), tail, set1(1.4234372777f));
    far_under = fma_(fma_(set1(0.12021132975f), tail, set1(0.73700164250f)), tail, set1(1.0f));
    far = (vf)((vi)(far_over / far_under) | ((vi)q & (int32_t)0x80000000u));
    return select_(greater(size, set1(0.425f)), far, q * over / under);
}

void ISA(gaussian)(size_t count, bool multiplies, float stddev, mote_random_key key, const float *x, float *y, bool adds)
{
    float unit[UNITS];

    for (size_t begin = 0; begin < count; begin += UNITS, x += UNITS, y += UNITS) {
        random_units(key, begin / 4, unit);
        for (ptrdiff_t i = 0, left = (ptrdiff_t)(count - begin); left > 0 && i < UNITS; i += LANES, left -= LANES) {
            const vf in = load_up_to(x + i, left), noise = normal_of(load(unit + i)) * stddev;
            put(y + i, multiplies ? fma_(in, noise, in) : in + noise, adds, left);
        }
    }
}

/* ---- fake quantization ---- */

/* x / scale, at least low and at most high; NaN stays. */
INLINE vf steps_of(fake_options *fake, vf x)
{
    return min_(set1(fake->high), max_(set1(fake->low), x / fake->scale));
}

/* To the nearest whole number, halves away from zero: as runtime/kernels/quantize.h has it. */
INLINE vf round_away(vf x)
{
    const vf whole = __builtin_convertvector(__builtin_convertvector(x, vi), vf), rest = x - whole;

    return whole + select_(greater(rest, set1(0x1.fffffep-2f)), set1(1), set1(0)) -
           select_(greater(set1(-0x1.fffffep-2f), rest), set1(1), set1(0));
}

void ISA(fake_quantize)(fake_options *fake, size_t count, const float *x, float *y)
{
    FOR_VECTORS(i, left, count)
    {
        vf steps = steps_of(fake, load_up_to(x + i, left));
        store_up_to(y + i, round_away(steps) * fake->scale + (steps - steps), left);
    }
}

void ISA(fake_quantize_backward)(fake_options *fake, size_t count, const float *x, const float *dy, float *dx)
{
    const vf low = set1(fake->low - 0.5f), high = set1(fake->high + 0.5f);

    FOR_VECTORS(i, left, count)
    {
        vf steps = load_up_to(x + i, left) / fake->scale, g = load_up_to(dy + i, left);
        g = select_(greater(low, steps), set1(0), g);
        store_up_to(dx + i, select_(greater(steps, high), set1(0), g), left);
    }
}

void ISA(widen)(size_t count, const float *x, float *min, float *max)
{
    vf low = set1(*min), high = set1(*max);

    FOR_VECTORS(i, left, count)
    {
        vf v = left >= LANES ? load(x + i) : load_part(x + i, (int)left);
        if (left < LANES) /* the other lanes are zero, which may lie outside */
            for (int k = (int)left; k < LANES; k++)
                v[k] = x[i];
        low = min_(v, low);
        high = max_(v, high);
    }
    *min = -max_lanes(-low);
    *max = max_lanes(high);
}

enum { SUM_BLOCK = 4096 }; /* floats summed in float lanes before they are added in double */

double ISA(sum)(size_t count, const float *x)
{
    double total = 0;

    for (; count > 0; x += SUM_BLOCK) {
        size_t block = count < SUM_BLOCK ? count : SUM_BLOCK;
        vf     sum = set1(0);
        FOR_VECTORS(i, left, block)
        {
            sum += load_up_to(x + i, left);
        }
        total += sum_lanes_f64(sum);
        count -= block;
    }
    return total;
}

double ISA(sum_of_squares)(size_t count, const float *x)
{
    double total = 0;

    for (; count > 0; x += SUM_BLOCK) {
        size_t block = count < SUM_BLOCK ? count : SUM_BLOCK;
        vf     sum = set1(0);
        FOR_VECTORS(i, left, block)
        {
            vf v = load_up_to(x + i, left);
            sum = fma_(v, v, sum);
        }
        total += sum_lanes_f64(sum);
        count -= block;
    }
    return total;
}
