/* Elementwise functions, softmax, dropout, sums; error bounds of exp, log, sigmoid and tanh by sampling all exponents.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fence.h"

#include <float.h>

enum { COUNT = 1003 };

/* Distance in units of the last place of the exact value. */
static double ulps(float got, double exact)
{
    int    exponent;
    double unit;

    if (isnan(exact))
        return isnan(got) ? 0 : INFINITY;
    if (fabs(exact) >= 0x1p128 - 0x1p103 || isinf(exact))
        return (double)got == (exact > 0 ? INFINITY : -INFINITY) ? 0 : INFINITY;
    frexp(exact, &exponent);
    unit = ldexp(1, exponent < -125 ? -149 : exponent - 24);
    return fabs((double)got - exact) / unit;
}

typedef void unary(size_t count, const float *x, float *y);

/* Samples every 2^bits-th float of both signs within [-limit, limit]. */
static double worst_ulps(unary *function, double (*exact)(double), float limit)
{
    enum { CHUNK = 4096 };
    static float x[CHUNK], y[CHUNK];
    double       worst = 0;
    uint32_t     bits = 0;

    while (bits < 0x7f800000u) {
        for (int i = 0; i < CHUNK; i++, bits += 1361) {
            uint32_t word = bits < 0x7f800000u ? bits | (uint32_t)(i & 1) << 31 : 0;
            memcpy(&x[i], &word, 4);
            if (!(fabsf(x[i]) <= limit))
                x[i] = fmodf(x[i], limit);
        }
        function(CHUNK, x, y);
        for (int i = 0; i < CHUNK; i++) {
            double error = ulps(y[i], exact((double)x[i]));
            worst = error > worst ? error : worst;
        }
    }
    return worst;
}

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void functions_at_level(const mote_math *math)
{
    static const float special[] = {0,      -0.0f,   INFINITY, -INFINITY, NAN,    88.72f,
                                    88.73f, -103.9f, -104.1f,  FLT_MIN,   1e-45f, FLT_MAX};
    float              y[12];

    assert_true(worst_ulps(math->exp, exp, 150) <= 1.5);
    assert_true(worst_ulps(math->log, log, FLT_MAX) <= 1.5);
    assert_true(worst_ulps(math->sigmoid_forward, exact_sigmoid, 85) <= 2.5);
    assert_true(worst_ulps(math->tanh_forward, tanh, FLT_MAX) <= 1.5);
    math->exp(12, special, y);
    for (int i = 0; i < 12; i++)
        assert_true(ulps(y[i], exp((double)special[i])) <= 1.5);
    math->log(12, special, y);
    for (int i = 0; i < 12; i++)
        assert_true(ulps(y[i], log((double)special[i])) <= 1.5);
    math->tanh_forward(12, special, y);
    for (int i = 0; i < 12; i++)
        assert_true(ulps(y[i], tanh((double)special[i])) <= 1.5);
    assert_true(signbit(y[1]));
    math->sigmoid_forward(12, special, y);
    assert_true(y[2] == 1 && y[3] == 0 && isnan(y[4]));
}

static void functions_keep_their_error_bounds(void **state)
{
    (void)state;
    for_each_level(functions_at_level);
}

/* y = f(a, b) elementwise, with every count near a vector's end. */
static void simple_at_level(const mote_math *math)
{
    for (size_t count = 0; count <= 70; count++) {
        float *a = fenced_random(count, -8, 8), *b = fenced_random(count, -8, 8), *y = fenced(count),
              *z = fenced_random(count, -1, 1);
        float *first = fenced(count);
        memcpy(first, z, count * sizeof *z);
        math->add(count, MOTE_MATH_RELU6, a, b, y);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(y[i], fminf(6, fmaxf(0, a[i] + b[i])), 0);
        math->add(count, MOTE_MATH_LINEAR, a, b, y);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(y[i], a[i] + b[i], 0);
        math->multiply(count, a, b, y, false);
        math->multiply(count, a, b, z, true);
        for (size_t i = 0; i < count; i++) {
            assert_float_equal(y[i], a[i] * b[i], 0);
            assert_float_equal(z[i], first[i] + a[i] * b[i], 1e-5f);
        }
        math->scale(count, 0.5f, a, y);
        memcpy(z, b, count * sizeof *z);
        math->axpy(count, -2, a, z);
        for (size_t i = 0; i < count; i++) {
            assert_float_equal(y[i], a[i] / 2, 0);
            assert_float_equal(z[i], b[i] - 2 * a[i], 0x1p-19f);
        }
        for (int kind = 0; kind < 3; kind++) {
            math->activation_forward(count, (mote_math_activation)kind, a, y);
            memcpy(z, first, count * sizeof *z);
            math->activation_backward(count, (mote_math_activation)kind, y, b, z, kind & 1);
            for (size_t i = 0; i < count; i++) {
                float want = kind == 0 ? a[i] : kind == 1 ? fmaxf(0, a[i]) : fminf(6, fmaxf(0, a[i]));
                bool  passes = kind == 0 || (want > 0 && (kind == 1 || want < 6));
                assert_float_equal(y[i], want, 0);
                assert_float_equal(z[i], (passes ? b[i] : 0) + (kind & 1 ? first[i] : 0), 0);
            }
        }
        math->leaky_relu_forward(count, 0.25f, a, y);
        math->leaky_relu_backward(count, 0.25f, y, b, z, false);
        for (size_t i = 0; i < count; i++) {
            assert_float_equal(y[i], a[i] > 0 ? a[i] : a[i] / 4, 0);
            assert_float_equal(z[i], a[i] > 0 ? b[i] : b[i] / 4, 0);
        }
        math->sigmoid_forward(count, a, y);
        math->sigmoid_backward(count, y, b, z, false);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(z[i], b[i] * y[i] * (1 - y[i]), 1e-6f);
        memcpy(z, first, count * sizeof *z);
        math->tanh_forward(count, a, y);
        math->tanh_backward(count, y, b, z, true);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(z[i], first[i] + b[i] * (1 - y[i] * y[i]), 2e-6f);
        close_fences();
    }
}

static void simple_functions_do_every_count(void **state)
{
    (void)state;
    for_each_level(simple_at_level);
}

static void rows_at_level(const mote_math *math)
{
    for (int32_t channels = 1; channels < 40; channels++) {
        size_t  rows = 1 + (size_t)channels * 37 % 700, count = rows * (size_t)channels;
        float  *x = fenced_random(count, -5, 5), *b = fenced_random((size_t)channels, -1, 1), *y = fenced(count);
        float  *db = fenced_random((size_t)channels, -1, 1), *dy = fenced_random(count, -1, 1), *dx = fenced(count);
        double *want_db = doubles((size_t)channels), *want = doubles(count), *want_dx = doubles(count);
        for (size_t i = 0; i < count; i++)
            want_db[i % (size_t)channels] += (double)x[i] + (i < (size_t)channels ? (double)db[i] : 0);
        math->bias_add(rows, channels, x, b, y);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(y[i], x[i] + b[i % (size_t)channels], 0);
        math->bias_grad(rows, channels, x, db);
        assert_near("db", (size_t)channels, db, want_db, 2e-6);
        for (size_t row = 0; row < rows; row++) {
            const float *xs = x + row * (size_t)channels, *gs = dy + row * (size_t)channels;
            double       total = 0, dot = 0, *p = want + row * (size_t)channels;
            for (int32_t c = 0; c < channels; c++)
                total += p[c] = exp(1.5 * (double)xs[c]);
            for (int32_t c = 0; c < channels; c++)
                dot += (p[c] /= total) * (double)gs[c];
            for (int32_t c = 0; c < channels; c++)
                want_dx[row * (size_t)channels + (size_t)c] = 1.5 * p[c] * ((double)gs[c] - dot);
        }
        math->softmax_forward(rows, channels, 1.5f, x, y);
        assert_near("softmax", count, y, want, 1e-6);
        math->softmax_backward(rows, channels, 1.5f, y, dy, dx, false);
        assert_near("softmax dx", count, dx, want_dx, 2e-6);
        free(want_db), free(want), free(want_dx);
        close_fences();
    }
}

static void row_functions_match_plain_loops(void **state)
{
    (void)state;
    for_each_level(rows_at_level);
}

static void dropout_at_level(const mote_math *math)
{
    mote_random_key key = mote_random_make(5, MOTE_RANDOM_DROPOUT, 3, 4);

    for (size_t count = 0; count < 200; count += 7) {
        float *x = fenced_random(count, 1, 2), *y = fenced(count), *z = fenced_random(count, 0, 1), *first = fenced(count);
        memcpy(first, z, count * sizeof *z);
        math->dropout(count, 0.25f, key, x, y, false);
        math->dropout(count, 0.25f, key, x, z, true);
        for (size_t i = 0; i < count; i++) {
            float want = mote_random_unit_f32(key, i) >= 0.25f ? x[i] * (1 / 0.75f) : 0;
            assert_float_equal(y[i], want, 0);
            assert_float_equal(z[i], first[i] + want, 0);
        }
        close_fences();
    }
}

/* Phi(x): what lies below x of a standard normal. */
static double below(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static void gaussian_at_level(const mote_math *math)
{
    mote_random_key key = mote_random_make(5, MOTE_RANDOM_DROPOUT, 3, 4);

    for (size_t count = 0; count < 300; count += 7) {
        float *x = fenced_random(count, 1, 2), *y = fenced(count), *z = fenced_random(count, 0, 1), *first = fenced(count);
        float *n = fenced(count);
        memset(n, 0, count * sizeof *n);
        memcpy(first, z, count * sizeof *z);
        math->gaussian(count, false, 1, key, n, n, false);
        math->gaussian(count, true, 0.5f, key, x, y, false);
        math->gaussian(count, false, 0.25f, key, x, z, true);
        for (size_t i = 0; i < count; i++) {
            const double unit = (double)mote_random_unit_f32(key, i) + 0x1p-25;
            assert_true(fabs(below((double)n[i]) - unit) < 5e-7); /* the quantile within 6e-7, the density at most 0.4 */
            assert_float_equal(y[i], x[i] * (1 + 0.5f * n[i]), 2e-6f);
            assert_float_equal(z[i], first[i] + x[i] + 0.25f * n[i], 2e-6f);
        }
        close_fences();
    }
}

static void gaussian_is_the_normal_quantile_of_key_and_index(void **state)
{
    (void)state;
    for_each_level(gaussian_at_level);
}

static void dropout_is_a_function_of_key_and_index(void **state)
{
    (void)state;
    for_each_level(dropout_at_level);
}

static void sums_at_level(const mote_math *math)
{
    size_t counts[] = {0, 1, 17, COUNT, 100000};

    for (size_t k = 0; k < 5; k++) {
        float *x = fenced_random(counts[k], 0, 1);
        double sum = 0, squares = 0;
        for (size_t i = 0; i < counts[k]; i++) {
            sum += (double)x[i];
            squares += (double)x[i] * (double)x[i];
        }
        assert_true(fabs(math->sum(counts[k], x) - sum) <= 1e-6 * (1 + sum));
        assert_true(fabs(math->sum_of_squares(counts[k], x) - squares) <= 1e-6 * (1 + squares));
        close_fences();
    }
}

static void sums_are_exact_to_a_millionth(void **state)
{
    (void)state;
    for_each_level(sums_at_level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_keep_their_error_bounds),
        cmocka_unit_test(simple_functions_do_every_count),
        cmocka_unit_test(row_functions_match_plain_loops),
        cmocka_unit_test(dropout_is_a_function_of_key_and_index),
        cmocka_unit_test(gaussian_is_the_normal_quantile_of_key_and_index),
        cmocka_unit_test(sums_are_exact_to_a_millionth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
