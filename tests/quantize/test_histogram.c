/* Which ranges histograms give, beside the values themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>

#include "base/random.h"
#include "quantize/histogram.h"

enum { COUNT = 20000 };

static mote_histogram h;
static float          values[COUNT];

static void draw_normal(float mean)
{
    const mote_random_key key = mote_random_make(7, MOTE_RANDOM_DATA, 0, 0);
    size_t                i;

    for (i = 0; i < COUNT; i++) {
        const double u = ((double)mote_random_unit_f32(key, 2 * i) + 1e-9), v = (double)mote_random_unit_f32(key, 2 * i + 1);
        values[i] = mean + (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
    }
}

static void count_values(void)
{
    mote_range seen = {.min = values[0], .max = values[0], .is_known = true};
    size_t     i;

    for (i = 0; i < COUNT; i++) {
        seen.min = values[i] < seen.min ? values[i] : seen.min;
        seen.max = values[i] > seen.max ? values[i] : seen.max;
    }
    mote_histogram_begin(&h, seen);
    mote_histogram_add(&h, values, COUNT / 2);
    mote_histogram_add(&h, values + COUNT / 2, COUNT - COUNT / 2);
    assert_int_equal(h.count, COUNT);
}

/* Of the values themselves, quantized one by one. */
static double error_of(const mote_scheme_row *scheme, mote_range range)
{
    const mote_affine a = mote_affine_of(scheme, range.min, range.max);
    double            sum = 0;
    size_t            i;

    for (i = 0; i < COUNT; i++) {
        double q = round((double)values[i] / (double)a.scale) + a.zero_point, off;
        q = q < scheme->low ? scheme->low : q > scheme->high ? scheme->high : q;
        off = (double)values[i] - (double)a.scale * (q - a.zero_point);
        sum += off * off;
    }
    return sum / COUNT;
}

static void percentile_cuts_a_share_off(void **state)
{
    mote_range range;
    size_t     i;

    (void)state;
    for (i = 0; i < COUNT; i++)
        values[i] = (float)i - COUNT / 2;
    count_values();
    range = mote_histogram_percentile(&h, 0.1);
    assert_true(fabsf(range.min + 0.45f * COUNT) < 2.1f * COUNT / MOTE_HISTOGRAM_BINS);
    assert_true(fabsf(range.max - 0.45f * COUNT) < 2.1f * COUNT / MOTE_HISTOGRAM_BINS);
    range = mote_histogram_percentile(&h, 0);
    assert_true(range.min == h.range.min && range.max == h.range.max);
    for (i = 0; i < COUNT; i++) /* nothing below 0: zero stays in the range */
        values[i] = 100 + (float)i;
    count_values();
    assert_true(mote_histogram_percentile(&h, 0.5).min == 0);
}

static void least_squares_are_least(void **state)
{
    mote_scheme_row few = mote_schemes[MOTE_SCHEME_INT8], *scheme = &few;
    mote_range      range, all;
    double          least = HUGE_VAL, found;
    int             low, high;

    (void)state;
    few.low = -8; /* sixteen steps: cutting pays */
    few.high = 7;
    draw_normal(0.5f);
    values[17] = 12; /* two that are far out */
    values[1717] = -9;
    count_values();
    all = h.range;
    for (low = 1; low <= 40; low++)
        for (high = 1; high <= 40; high++) {
            const double here =
                error_of(scheme, (mote_range){.min = all.min * (float)low / 40, .max = all.max * (float)high / 40});
            least = here < least ? here : least;
        }
    range = mote_histogram_mse(&h, scheme);
    found = error_of(scheme, range);
    if (!(found < least * 1.05))
        fail_msg("%g..%g: %g, could be %g", (double)range.min, (double)range.max, found, least);
    assert_true(found < error_of(scheme, all) / 2);
}

static void entropy_cuts_what_is_far_out(void **state)
{
    const mote_scheme_row *scheme = &mote_schemes[MOTE_SCHEME_INT8];
    mote_range             range;

    (void)state;
    draw_normal(0);
    count_values();
    range = mote_histogram_entropy(&h, scheme);
    assert_true(range.max > 2.0f && range.min < -2.0f);
    values[17] = 60;
    count_values();
    range = mote_histogram_entropy(&h, scheme);
    if (!(range.max > 2.0f && range.max < 30))
        fail_msg("%g..%g", (double)range.min, (double)range.max);
}

/* What a relu makes 0, and a relu6 makes 6, has an integer of its own and asks for no narrower range. */
static void entropy_is_not_led_by_spikes(void **state)
{
    const mote_scheme_row *scheme = &mote_schemes[MOTE_SCHEME_INT8];
    mote_range             range;
    size_t                 i;

    (void)state;
    draw_normal(0);
    for (i = 0; i < COUNT; i++)
        values[i] = values[i] > 0 ? values[i] : 0;
    count_values();
    range = mote_histogram_entropy(&h, scheme);
    if (!(range.min == 0 && range.max > 2.0f))
        fail_msg("relu: %g..%g", (double)range.min, (double)range.max);
    for (i = 0; i < COUNT; i += 2)
        values[i] = 0.3f;
    count_values();
    range = mote_histogram_entropy(&h, scheme);
    if (!(range.min == 0 && range.max > 2.0f))
        fail_msg("a background: %g..%g", (double)range.min, (double)range.max);
    for (i = 0; i < COUNT; i++)
        values[i] = (float)i / COUNT * 2.5f;
    for (i = 0; i < COUNT; i++)
        values[i] = 4 * values[i] < 6 ? 4 * values[i] : 6;
    count_values();
    range = mote_histogram_entropy(&h, scheme);
    if (!(range.min == 0 && range.max == 6.0f))
        fail_msg("relu6: %g..%g", (double)range.min, (double)range.max);
}

/* Steps of int16 are so fine that hardly anything is worth cutting. */
static void int16_keeps_all(void **state)
{
    mote_range range;

    (void)state;
    draw_normal(0);
    count_values();
    range = mote_histogram_mse(&h, &mote_schemes[MOTE_SCHEME_INT16X8]);
    assert_true(range.max == h.range.max || range.min == h.range.min);
    range = mote_histogram_entropy(&h, &mote_schemes[MOTE_SCHEME_INT16X8]);
    assert_true(range.max == h.range.max && range.min == h.range.min);
}

static void constants_have_the_range_that_they_have(void **state)
{
    mote_range range;
    size_t     i;

    (void)state;
    for (i = 0; i < COUNT; i++)
        values[i] = 0;
    count_values();
    range = mote_histogram_mse(&h, &mote_schemes[MOTE_SCHEME_INT8]);
    assert_true(range.min == 0 && range.max == 0);
    range = mote_histogram_entropy(&h, &mote_schemes[MOTE_SCHEME_INT8]);
    assert_true(range.min == 0 && range.max == 0);
    range = mote_histogram_percentile(&h, 0.01);
    assert_true(range.min == 0 && range.max == 0);
    for (i = 0; i < COUNT; i++)
        values[i] = 3;
    count_values();
    range = mote_histogram_mse(&h, &mote_schemes[MOTE_SCHEME_INT8]);
    assert_true(range.min == 0 && range.max == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(percentile_cuts_a_share_off),
                                       cmocka_unit_test(least_squares_are_least),
                                       cmocka_unit_test(entropy_cuts_what_is_far_out),
                                       cmocka_unit_test(entropy_is_not_led_by_spikes),
                                       cmocka_unit_test(int16_keeps_all),
                                       cmocka_unit_test(constants_have_the_range_that_they_have)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
