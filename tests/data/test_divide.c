/* Sets that are divided and written, and samples of a test that training saw.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "divide"
#include "data/files.h"

#include <stdlib.h>
#include <unistd.h>

#include <mote/mote.h>

#include "base/random.h"

enum { COUNT = 40, SIDE = 8, WIDTH = SIDE * SIDE };

/* Two classes, 30 and 10 of 40; sample i has noise of number i, and its last byte is i. */
static void put_arrays(const char *folder)
{
    const int64_t dim[] = {COUNT, SIDE, SIDE};
    mote_array    x, y;
    char          path[128];
    size_t        i, k;

    assert_works(mote_make_dirs(folder, err));
    assert_works(mote_array_create(&x, MOTE_U8, 3, dim, err));
    assert_works(mote_array_create(&y, MOTE_U8, 1, dim, err));
    for (i = 0; i < COUNT; i++) {
        for (k = 0; k < WIDTH; k++)
            ((uint8_t *)x.bytes)[i * WIDTH + k] =
                (uint8_t)(mote_random_unit_f32(mote_random_make(1, MOTE_RANDOM_TEST, (uint32_t)i, 0), k) * 256);
        ((uint8_t *)x.bytes)[i * WIDTH + WIDTH - 1] = (uint8_t)i;
        ((uint8_t *)y.bytes)[i] = i % 4 == 3;
    }
    snprintf(path, sizeof path, "%s/x.npy", folder);
    assert_works(mote_npy_save(&x, path, err));
    snprintf(path, sizeof path, "%s/y.npy", folder);
    assert_works(mote_npy_save(&y, path, err));
    mote_array_free(&x);
    mote_array_free(&y);
}

static mote_dataset *load(const char *path)
{
    mote_dataset *set = NULL;

    assert_works(mote_dataset_load(&set, path, NULL, err));
    return set;
}

static size_t count_class(const mote_dataset_split *split, int32_t label)
{
    size_t i, count = 0;

    for (i = 0; i < split->count; i++)
        count += split->labels[0][i] == label;
    return count;
}

static void a_divided_set_has_the_same_part_of_each_class_and_every_sample_once(void **state)
{
    const mote_split_options options = {.test = 0.2, .validation = 0.2, .seed = 7};
    mote_dataset            *set, *again;
    bool                     is_seen[COUNT] = {false};
    size_t                   i;
    int                      s;
    (void)state;
    put_arrays(SCRATCH "/arrays");
    set = load(SCRATCH "/arrays");
    assert_works(mote_dataset_divide(set, &options, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 24);
    for (s = MOTE_SPLIT_VALIDATION; s <= MOTE_SPLIT_TEST; s++) {
        assert_int_equal(count_class(&set->split[s], 0), 6);
        assert_int_equal(count_class(&set->split[s], 1), 2);
    }
    assert_works(mote_dataset_save_splits(set, SCRATCH "/divided", err));
    again = load(SCRATCH "/divided");
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            const uint8_t *sample = mote_dataset_sample(&set->split[s], 0, i);
            const int      number = atoi(set->split[s].names[i]);
            assert_int_equal(sample[WIDTH - 1], number); /* names went with their samples */
            assert_false(is_seen[number]);
            is_seen[number] = true;
            assert_memory_equal(sample, mote_dataset_sample(&again->split[s], 0, i), WIDTH);
            assert_int_equal(set->split[s].labels[0][i], again->split[s].labels[0][i]);
        }
    assert_fails(mote_dataset_divide(again, &options, err), MOTE_ERR_USAGE, "has a test split already");
    assert_fails(mote_dataset_save_splits(set, SCRATCH "/divided", err), MOTE_ERR_USAGE, "is there already");
    mote_dataset_destroy(set);
    mote_dataset_destroy(again);
}

/* In the test: an equal one, one nearly so, one of another class, one that is too far, one of its own. */
static void samples_that_training_saw_are_found(void **state)
{
    const int64_t     dim[] = {5, SIDE, SIDE};
    mote_dataset     *set = load(SCRATCH "/arrays");
    mote_array        x, y;
    mote_near_samples near;
    size_t            k;
    (void)state;
    assert_works(mote_array_create(&x, MOTE_U8, 3, dim, err));
    assert_works(mote_array_create(&y, MOTE_U8, 1, dim, err));
    for (k = 0; k < 4 * WIDTH; k++)
        ((uint8_t *)x.bytes)[k] =
            ((const uint8_t *)mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 4 * (k / WIDTH)))[k % WIDTH];
    for (k = 0; k < WIDTH; k++) {
        uint8_t *near_one = (uint8_t *)x.bytes + WIDTH + k, *far = (uint8_t *)x.bytes + 3 * WIDTH + k;
        *near_one = (uint8_t)(*near_one < 250 ? *near_one + (k % 2 ? 5 : 3) : *near_one);
        *far = (uint8_t)(*far < 240 ? *far + 15 : *far);
        ((uint8_t *)x.bytes)[4 * WIDTH + k] = (uint8_t)(k * 4);
    }
    ((uint8_t *)y.bytes)[2] = 1;
    mote_dataset_destroy(set);
    put_arrays(SCRATCH "/near");
    assert_works(mote_npy_save(&x, SCRATCH "/near/x_test.npy", err));
    assert_works(mote_npy_save(&y, SCRATCH "/near/y_test.npy", err));
    set = load(SCRATCH "/near");
    assert_works(mote_dataset_find_near(&near, set, MOTE_SPLIT_TEST, err));
    assert_int_equal(near.count, 3);
    assert_int_equal(near.equal, 2);
    assert_int_equal(near.other_class, 1);
    for (k = 0; k < 3; k++) {
        assert_int_equal(near.first[k].sample, k);
        assert_int_equal(near.first[k].train, 4 * k);
    }
    assert_true(near.first[1].distance > 0 && near.first[1].distance < 0.1);
    assert_works(mote_dataset_find_near(&near, set, MOTE_SPLIT_VALIDATION, err));
    assert_int_equal(near.count, 0);
    assert_fails(mote_dataset_find_near(&near, set, MOTE_SPLIT_TRAIN, err), MOTE_ERR_USAGE, "in another split");
    mote_dataset_destroy(set);
    mote_array_free(&x);
    mote_array_free(&y);
}

/* Rows of a table are near only when they are equal. */
static void rows_of_a_table_are_found_when_they_are_equal(void **state)
{
    const float       x[] = {1, 2, 3, 4, 5, 6}, tested[] = {3, 4, 5.001f, 6};
    mote_array        train = {.dtype = MOTE_F32, .rank = 2, .dim = {3, 2}, .count = 6, .bytes = (void *)(uintptr_t)x};
    mote_array        test = {.dtype = MOTE_F32, .rank = 2, .dim = {2, 2}, .count = 4, .bytes = (void *)(uintptr_t)tested};
    mote_near_samples near;
    mote_dataset     *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/rows", err));
    assert_works(mote_npy_save(&train, SCRATCH "/rows/x_train.npy", err));
    assert_works(mote_npy_save(&test, SCRATCH "/rows/x_test.npy", err));
    set = load(SCRATCH "/rows");
    assert_works(mote_dataset_find_near(&near, set, MOTE_SPLIT_TEST, err));
    assert_int_equal(near.count, 1);
    assert_int_equal(near.first[0].train, 1);
    mote_dataset_destroy(set);
}

static void pictures_are_divided_as_copies_in_class_folders(void **state)
{
    const mote_split_options options = {.test = 0.25, .seed = 1};
    mote_dataset            *set, *again;
    mote_file                picture;
    char                     path[160];
    int                      c, i;
    (void)state;
    assert_works(mote_file_open(&picture, "tests/golden/data/rgb.png", err));
    for (c = 0; c < 2; c++)
        for (i = 0; i < 8; i++) {
            snprintf(path, sizeof path, SCRATCH "/pictures/%c/deep", 'a' + c);
            assert_works(mote_make_dirs(path, err));
            snprintf(path, sizeof path, SCRATCH "/pictures/%c%s/%d.png", 'a' + c, i % 2 ? "/deep" : "", i / 2);
            put_file(path, picture.bytes, picture.count);
        }
    mote_file_close(&picture);
    set = load(SCRATCH "/pictures");
    assert_works(mote_dataset_divide(set, &options, err));
    assert_works(mote_dataset_save_splits(set, SCRATCH "/copies", err));
    again = load(SCRATCH "/copies");
    assert_int_equal(again->split[MOTE_SPLIT_TRAIN].count, 12);
    assert_int_equal(again->split[MOTE_SPLIT_TEST].count, 4);
    assert_int_equal(count_class(&again->split[MOTE_SPLIT_TEST], 1), 2);
    assert_non_null(strstr(again->split[MOTE_SPLIT_TRAIN].names[0], "/copies/train/a/"));
    assert_int_equal(access(SCRATCH "/pictures/a/deep/0.png", F_OK), 0);
    assert_true(access(SCRATCH "/copies/train/a/deep-0.png", F_OK) == 0 ||
                access(SCRATCH "/copies/test/a/deep-0.png", F_OK) == 0);
    mote_dataset_destroy(set);
    mote_dataset_destroy(again);
}

static void packages_that_are_not_the_known_ones_are_refused(void **state)
{
    (void)state;
    put_file(SCRATCH "/other.whl", "no wheel", 8);
    assert_fails(mote_dataset_fetch("iris", SCRATCH "/iris", SCRATCH "/other.whl", NULL, err), MOTE_ERR_FORMAT,
                 "other.whl: is not the scikit_learn-1.5.2");
    assert_int_equal(access(SCRATCH "/iris", F_OK), -1);
    assert_works(mote_make_dirs(SCRATCH "/elpv", err));
    assert_fails(mote_dataset_fetch("elpv", SCRATCH "/elpv", SCRATCH "/other.whl", NULL, err), MOTE_ERR_USAGE,
                 "/elpv is there, and is not ELPV");
    assert_fails(mote_dataset_fetch("nothing", SCRATCH "/x", NULL, NULL, err), MOTE_ERR_USAGE,
                 "data set nothing cannot be fetched; these can: mnist, fashion-mnist, ");
    assert_string_equal(mote_dataset_fetchable(0)->name, "mnist");
    assert_null(mote_dataset_fetchable(1000));
    assert_null(mote_dataset_fetchable(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_divided_set_has_the_same_part_of_each_class_and_every_sample_once),
        cmocka_unit_test(samples_that_training_saw_are_found),
        cmocka_unit_test(rows_of_a_table_are_found_when_they_are_equal),
        cmocka_unit_test(pictures_are_divided_as_copies_in_class_folders),
        cmocka_unit_test(packages_that_are_not_the_known_ones_are_refused),
    };

    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
