/* report/: ranges, ticks and thinning.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "report/axes.h"
#include "report/thin.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static void expect_labels(const mote_axis *axis, const char *const *labels, int count)
{
    int i;

    assert_int_equal(axis->tick_count, count);
    for (i = 0; i < count; i++)
        assert_string_equal(axis->label[i].text, labels[i]);
}

static void ticks_are_round_numbers(void **state)
{
    static const struct {
        mote_scale  scale;
        double      low, high;
        int         count_max;
        const char *labels[8];
    } cases[] = {
        {MOTE_SCALE_LINEAR, 0, 1, 5, {"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
        {MOTE_SCALE_LINEAR,
         -0.12,
         0.31,
         5,
         {"\xe2\x88\x92"
          "0.1",
          "0.0", "0.1", "0.2", "0.3"}},
        {MOTE_SCALE_LINEAR, 0, 48210, 5, {"0", "10,000", "20,000", "30,000", "40,000"}},
        {MOTE_SCALE_LINEAR,
         0,
         3e-6,
         3,
         {"0",
          "1e\xe2\x88\x92"
          "6",
          "2e\xe2\x88\x92"
          "6",
          "3e\xe2\x88\x92"
          "6"}},
        {MOTE_SCALE_INTEGER, 1, 3, 9, {"1", "2", "3"}},
        {MOTE_SCALE_INTEGER, 1, 40, 5, {"10", "20", "30", "40"}},
        {MOTE_SCALE_BYTES, 0, 30000, 4, {"0", "8 KiB", "16 KiB", "24 KiB"}},
        {MOTE_SCALE_LOG, 0.02, 2, 8, {"0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"}},
        {MOTE_SCALE_LOG,
         1e-9,
         1e9,
         5,
         {"1e\xe2\x88\x92"
          "8",
          "0.0001", "1", "10,000", "1e8"}},
        {MOTE_SCALE_LOG, 31, 44, 4, {"35", "40"}},
    };
    int i;
    (void)state;
    for (i = 0; i < COUNT(cases); i++) {
        mote_axis axis = {.scale = cases[i].scale, .low = cases[i].low, .high = cases[i].high};
        int       count = 0;
        while (count < 8 && cases[i].labels[count])
            count++;
        mote_axis_choose_ticks(&axis, cases[i].count_max);
        expect_labels(&axis, cases[i].labels, count);
    }
}

/* Any two finite ends give an ordered, finite range and ticks inside of it. */
static void any_range_gives_usable_ticks(void **state)
{
    static const double ends[] = {0,      -0.0,   1,    1 + 1e-15,   -1,  1e300,     -1e300,
                                  1e-300, 5e-324, 1e10, 1e10 + 1e-6, 0.1, 123456.789};
    int                 i, j, scale, t;
    (void)state;
    for (scale = MOTE_SCALE_LINEAR; scale <= MOTE_SCALE_LOG; scale++)
        for (i = 0; i < COUNT(ends); i++)
            for (j = 0; j < COUNT(ends); j++) {
                mote_axis     axis = {.scale = (mote_scale)scale, .pixel_low = 0, .pixel_high = 500};
                mote_range_of range = {0};
                mote_range_add(&range, ends[i], axis.scale);
                mote_range_add(&range, ends[j], axis.scale);
                mote_axis_cover(&axis, &range, (mote_cover){0.05, 0.05, true});
                assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
                mote_axis_choose_ticks(&axis, 6);
                assert_in_range(axis.tick_count, 0, MOTE_TICKS_MAX);
                for (t = 0; t < axis.tick_count; t++) {
                    double at = mote_axis_at(&axis, axis.tick[t]);
                    assert_true(at > -1 && at < 501);
                    assert_true(t == 0 || axis.tick[t] > axis.tick[t - 1]);
                }
            }
}

static void what_is_not_finite_has_no_place(void **state)
{
    mote_range_of range = {0};
    (void)state;
    mote_range_add(&range, NAN, MOTE_SCALE_LINEAR);
    mote_range_add(&range, INFINITY, MOTE_SCALE_LINEAR);
    mote_range_add(&range, -1e305, MOTE_SCALE_LINEAR);
    mote_range_add(&range, 0, MOTE_SCALE_LOG);
    mote_range_add(&range, -2, MOTE_SCALE_LOG);
    assert_false(range.is_known);
    mote_range_add(&range, -2, MOTE_SCALE_LINEAR);
    assert_true(range.is_known && range.is_whole && range.low == -2 && range.high == -2);
}

static void thinned_line_keeps_ends_and_extremes(void **state)
{
    enum { COUNT_IN = 100000, COLUMNS = 500 };
    static mote_point points[COUNT_IN];
    double            low = 1e9, high = -1e9;
    size_t            kept, i;
    (void)state;
    for (i = 0; i < COUNT_IN; i++)
        points[i] = (mote_point){(double)i * COLUMNS / COUNT_IN, 100 + 50 * sin((double)i * 0.7)};
    points[777].y = 1000;
    points[778].y = -1000;
    points[COUNT_IN - 1].y = 55;
    kept = mote_thin_line(points, COUNT_IN, 1);
    assert_in_range(kept, COLUMNS, 4 * COLUMNS);
    for (i = 0; i < kept; i++) {
        low = fmin(low, points[i].y);
        high = fmax(high, points[i].y);
        assert_true(i == 0 || points[i].x > points[i - 1].x);
    }
    assert_true(low == -1000 && high == 1000);
    assert_true(points[0].x == 0 && points[kept - 1].y == 55);
}

static void short_lines_are_not_thinned(void **state)
{
    mote_point points[] = {{0, 5}, {1, 5}, {2, 5}, {3, 6}};
    (void)state;
    assert_int_equal(mote_thin_line(points, 4, 1), 4);
    assert_int_equal(mote_thin_line(points, 1, 1), 1);
    assert_int_equal(mote_thin_line(points, 0, 1), 0);
}

static void thinned_markers_keep_extremes_and_fill_the_same_cells(void **state)
{
    enum { COUNT_IN = 50000 };
    static mote_point points[COUNT_IN];
    const mote_box    box = {10, 20, 100, 50};
    mote_arena        arena = {0};
    mote_error        err = {0};
    bool              is_filled[50][100] = {{false}};
    size_t            kept = COUNT_IN, i, filled = 0;
    (void)state;
    for (i = 0; i < COUNT_IN; i++)
        points[i] =
            (mote_point){10.5 + 98.9 * fmod((double)i * 0.6180339887, 1), 20.5 + 48.9 * fmod((double)i * 0.7548776662, 1)};
    points[COUNT_IN - 1] = (mote_point){109.9, 69.99}; /* in a cell that is taken already */
    points[COUNT_IN - 2] = (mote_point){109.1, 69.1};
    for (i = 0; i < COUNT_IN; i++) {
        bool *cell = &is_filled[(int)(points[i].y - 20)][(int)(points[i].x - 10)];
        filled += !*cell;
        *cell = true;
    }
    assert_int_equal(mote_thin_markers(points, &kept, box, 1, &arena, &err), MOTE_OK);
    assert_in_range(kept, filled, filled + 4);
    assert_true(points[kept - 1].x == 109.9);
    mote_arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(any_range_gives_usable_ticks),
        cmocka_unit_test(what_is_not_finite_has_no_place),
        cmocka_unit_test(thinned_line_keeps_ends_and_extremes),
        cmocka_unit_test(short_lines_are_not_thinned),
        cmocka_unit_test(thinned_markers_keep_extremes_and_fill_the_same_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
