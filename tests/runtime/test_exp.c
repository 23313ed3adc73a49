/* The runtime's own exp, logistic and tanh against the C library's in double, and fixed-point functions at their ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>

#include "runtime/kernels/exp.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/quantize.h"
#include "testing.h"

enum { STEPS = 200000 };

/* Units in the last place of a float near the expected value; subnormal ones have those of the smallest normal. */
static double ulps(float got, double expected)
{
    int exponent;

    frexp(fmax(fabs(expected), (double)FLT_MIN), &exponent);
    return fabs((double)got - expected) / ldexp(1.0, exponent - 24);
}

typedef struct function {
    const char *name;
    float (*mine)(float);
    double (*reference)(double);
    float  low, high;
    double ulps;
} function;

static float exp_f32(float x)
{
    return mrt_exp_f32(x);
}

static float logistic_f32(float x)
{
    return mrt_logistic_one_f32(x);
}

static float tanh_f32(float x)
{
    return mrt_tanh_one_f32(x);
}

static double logistic_f64(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static const function functions[] = {
    {"exp", exp_f32, exp, -105.0f, 88.72f, 1.0},
    {"exp near 0", exp_f32, exp, -1.0f, 1.0f, 1.0},
    {"logistic", logistic_f32, logistic_f64, -87.0f, 40.0f, 2.5},
    {"logistic near 0", logistic_f32, logistic_f64, -2.0f, 2.0f, 2.5},
    {"tanh", tanh_f32, tanh, -12.0f, 12.0f, 1.5},
    {"tanh near 0", tanh_f32, tanh, -0.01f, 0.01f, 1.5},
};

static void functions_are_within_their_stated_error(void **state)
{
    size_t f;
    int    i;

    (void)state;
    for (f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        const function *fn = &functions[f];
        for (i = 0; i <= STEPS; i++) {
            const float x = fn->low + (fn->high - fn->low) * ((float)i / STEPS);
            if (!(ulps(fn->mine(x), fn->reference((double)x)) <= fn->ulps))
                fail_msg("%s(%.9g) is %.9g, %.9g expected", fn->name, (double)x, (double)fn->mine(x),
                         fn->reference((double)x));
        }
    }
}

static void functions_take_any_float(void **state)
{
    (void)state;
    assert_true(isnan(mrt_exp_f32(NAN)) && isnan(mrt_logistic_one_f32(NAN)) && isnan(mrt_tanh_one_f32(NAN)));
    assert_true(mrt_exp_f32(INFINITY) == INFINITY && mrt_exp_f32(-INFINITY) == 0.0f);
    assert_true(mrt_exp_f32(FLT_MAX) == INFINITY && mrt_exp_f32(-FLT_MAX) == 0.0f && mrt_exp_f32(0.0f) == 1.0f);
    assert_true(mrt_logistic_one_f32(INFINITY) == 1.0f && mrt_logistic_one_f32(-INFINITY) == 0.0f);
    assert_true(mrt_tanh_one_f32(INFINITY) == 1.0f && mrt_tanh_one_f32(-INFINITY) == -1.0f);
}

static void fixed_point_functions_follow_the_real_ones(void **state)
{
    const double one = 2147483648.0;
    int32_t      i;

    (void)state;
    for (i = -(1 << 20); i <= 1 << 20; i++) {
        const int32_t raw = i * 2047; /* Q4.27 */
        const double  x = raw / 134217728.0;
        if (!(fabs(mrt_fixed_logistic(raw) / one - logistic_f64(x)) < 1e-6) ||
            !(fabs(mrt_fixed_tanh(raw) / one - tanh(x)) < 1e-6))
            fail_msg("%d (%g)", raw, x);
    }
    assert_int_equal(mrt_fixed_logistic(0), 1 << 30);
    assert_int_equal(mrt_fixed_tanh(0), 0);
    assert_int_equal(mrt_fixed_exp(0, 5), INT32_MAX);
    assert_int_equal(mrt_fixed_one_over_one_plus(0), INT32_MAX);
}

static void quantizing_rounds_halves_away_from_zero_and_saturates(void **state)
{
    const mrt_quantize_f32_params p = {.count = 1, .scale = 0.5f, .zero = -3, .low = -128, .high = 127};

    (void)state;
    assert_int_equal(mrt_quantize_one_f32(&p, 0.25f), -2);
    assert_int_equal(mrt_quantize_one_f32(&p, -0.25f), -4);
    assert_int_equal(mrt_quantize_one_f32(&p, 0.24999999f), -3);
    assert_int_equal(mrt_quantize_one_f32(&p, 1e30f), 127);
    assert_int_equal(mrt_quantize_one_f32(&p, -1e30f), -128);
    assert_int_equal(mrt_quantize_one_f32(&p, INFINITY), 127);
    assert_int_equal(mrt_quantize_one_f32(&p, -INFINITY), -128);
    assert_int_equal(mrt_quantize_one_f32(&p, NAN), -128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_within_their_stated_error),
        cmocka_unit_test(functions_take_any_float),
        cmocka_unit_test(fixed_point_functions_follow_the_real_ones),
        cmocka_unit_test(quantizing_rounds_halves_away_from_zero_and_saturates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
