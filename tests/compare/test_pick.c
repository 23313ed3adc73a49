/* Samples to show: mistakes first, as many classes as there is room for. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "compare/pick.h"

enum { COUNT = 100, LIMIT = 12 };

static size_t pick(size_t *picked, const mote_pick_from *from)
{
    mote_error err = {0};
    size_t     count;

    assert_int_equal(mote_pick_samples(picked, LIMIT, &count, from, &err), MOTE_OK);
    return count;
}

/* As a class-folder set lies: ten of each class in a row. */
static void fill(int32_t *labels, bool *is_right, int per_class)
{
    int i;

    for (i = 0; i < COUNT; i++) {
        labels[i] = i / per_class;
        is_right[i] = true;
    }
}

static void mistakes_come_first_and_then_every_class(void **state)
{
    int32_t              labels[COUNT];
    bool                 is_right[COUNT];
    const mote_pick_from from = {COUNT, labels, is_right, 10};
    size_t               picked[LIMIT], i;

    (void)state;
    fill(labels, is_right, 10);
    is_right[57] = is_right[93] = false;
    assert_int_equal(pick(picked, &from), LIMIT);
    assert_true(picked[0] == 57 && picked[1] == 93);
    for (i = 2; i < LIMIT; i++)
        assert_int_equal(labels[picked[i]], i - 2);
}

static void mistakes_are_spread_over_their_classes(void **state)
{
    int32_t              labels[COUNT];
    bool                 is_right[COUNT];
    const mote_pick_from from = {COUNT, labels, is_right, 10};
    size_t               picked[LIMIT], i;

    (void)state;
    fill(labels, is_right, 10);
    for (i = 0; i < COUNT; i++)
        is_right[i] = false;
    assert_int_equal(pick(picked, &from), LIMIT);
    for (i = 0; i < 10; i++)
        assert_int_equal(labels[picked[i]], i);
    assert_true(labels[picked[10]] != labels[picked[11]]);
}

static void where_there_are_more_classes_than_places_they_are_taken_from_all_over(void **state)
{
    int32_t              labels[COUNT];
    bool                 is_right[COUNT];
    const mote_pick_from from = {COUNT, labels, is_right, 100};
    size_t               picked[LIMIT], i;

    (void)state;
    fill(labels, is_right, 1);
    assert_int_equal(pick(picked, &from), LIMIT);
    for (i = 0; i < LIMIT; i++)
        assert_int_equal(labels[picked[i]], i * COUNT / LIMIT);
}

static void fewer_samples_than_places_are_all_taken_once(void **state)
{
    const int32_t        labels[] = {3, 3, 0};
    const bool           is_right[] = {true, false, true};
    const mote_pick_from from = {3, labels, is_right, 4};
    size_t               picked[LIMIT];

    (void)state;
    assert_int_equal(pick(picked, &from), 3);
    assert_true(picked[0] == 1 && picked[1] == 2 && picked[2] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_come_first_and_then_every_class),
        cmocka_unit_test(mistakes_are_spread_over_their_classes),
        cmocka_unit_test(where_there_are_more_classes_than_places_they_are_taken_from_all_over),
        cmocka_unit_test(fewer_samples_than_places_are_all_taken_once),
    };
    return cmocka_run_group_tests_name("pick", tests, NULL, NULL);
}
