/* data/: assembling, splitting, preparing and gathering.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "dataset"
#include "files.h"

#include <math.h>
#include <stdlib.h>

#include <mote/dataset.h>

#include "data/array.h"
#include "data/raw.h"

/* A raw set with one array of samples; element i is pattern(i). */
static mote_array make_array(mote_dtype dtype, int rank, const int64_t *dim)
{
    mote_array array;
    size_t     i;

    assert_works(mote_array_create(&array, dtype, rank, dim, err));
    for (i = 0; i < array.count; i++) {
        int64_t value = (int64_t)(i * 37 % 251);
        switch (dtype) {
        case MOTE_U8:
            ((uint8_t *)array.bytes)[i] = (uint8_t)value;
            break;
        case MOTE_I8:
            ((int8_t *)array.bytes)[i] = (int8_t)(value - 128);
            break;
        case MOTE_I16:
            ((int16_t *)array.bytes)[i] = (int16_t)(value * 100 - 5000);
            break;
        case MOTE_U16:
            ((uint16_t *)array.bytes)[i] = (uint16_t)(value * 200);
            break;
        case MOTE_I32:
            ((int32_t *)array.bytes)[i] = (int32_t)value;
            break;
        case MOTE_I64:
            ((int64_t *)array.bytes)[i] = value;
            break;
        case MOTE_F64:
            ((double *)array.bytes)[i] = (double)value / 7;
            break;
        default:
            ((float *)array.bytes)[i] = (float)value / 7 - 10;
        }
    }
    return array;
}

static mote_raw_split raw_split(mote_array x, mote_array y, const char *x_name, const char *y_name)
{
    return (mote_raw_split){.x = {x}, .y = {y}, .x_name = {x_name}, .y_name = {y_name}};
}

static mote_status assemble(mote_dataset **set, mote_array x, mote_array y, const mote_dataset_options *options,
                            mote_error *err)
{
    const mote_dataset_options plain = {0};
    mote_raw_set               raw;

    mote_raw_set_init(&raw, options ? options : &plain);
    raw.source = "test";
    raw.split[MOTE_SPLIT_TRAIN] = raw_split(x, y, "x_train", "y_train");
    return mote_dataset_assemble(set, &raw, options ? options : &plain, err);
}

static mote_array labels_of(size_t count, int classes)
{
    const int64_t dim = (int64_t)count;
    mote_array    y = make_array(MOTE_I32, 1, &dim);
    size_t        i;

    for (i = 0; i < count; i++)
        ((int32_t *)y.bytes)[i] = (int32_t)(i % (size_t)classes);
    return y;
}

/* ---- gathering ---- */

static void gathered_bytes_equal_one_float_division_for_every_value(void **state)
{
    static const float scales[] = {255, 256, 127.5f, 1, 3, 0.1f, -7.7f, 1e-3f, 1e30f, 1e-40f, 254.99998f, 16711935.0f};
    const int64_t      dim[2] = {1, 256};
    size_t             s, type;
    int                i;
    (void)state;
    for (s = 0; s < sizeof scales / sizeof *scales; s++)
        for (type = 0; type < 2; type++) {
            mote_dataset_options options = {.scale = scales[s], .offset = s % 3 == 1 ? -0.5f : 0};
            mote_array           x = make_array(type ? MOTE_I8 : MOTE_U8, 2, dim);
            mote_dataset        *set;
            float                out[256];
            for (i = 0; i < 256; i++)
                ((uint8_t *)x.bytes)[i] = (uint8_t)i;
            assert_works(assemble(&set, x, (mote_array){0}, &options, err));
            mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 1), out);
            for (i = 0; i < 256; i++) {
                float stored = type ? (float)(int8_t)(uint8_t)i : (float)i, expected = stored / scales[s] + options.offset;
                if (memcmp(&out[i], &expected, sizeof expected) != 0)
                    fail_msg("%g / %g is %.9g, gathered as %.9g", (double)stored, (double)scales[s], (double)expected,
                             (double)out[i]);
            }
            mote_dataset_destroy(set);
        }
}

/* All stored types, all preparations: the fast ways equal the plain formula, in a row and picked. */
static void every_way_of_gathering_equals_the_plain_formula(void **state)
{
    static const mote_dtype       types[] = {MOTE_U8, MOTE_I8, MOTE_I16, MOTE_U16, MOTE_F32};
    static const mote_standardize ways[] = {MOTE_STANDARDIZE_NONE, MOTE_STANDARDIZE_ALL, MOTE_STANDARDIZE_CHANNELS};
    const int64_t                 dims[2][4] = {{7, 5, 3, 3}, {7, 3, 2, 100}}; /* with a table, and too wide for one */
    const uint32_t                picked[4] = {6, 0, 3, 3};
    size_t                        t, w, d, i;
    (void)state;
    for (t = 0; t < sizeof types / sizeof *types; t++)
        for (w = 0; w < 3; w++)
            for (d = 0; d < 4; d++) {
                mote_dataset_options options = {
                    .standardize = ways[w], .scale = d % 2 ? 13.7f : 0, .offset = d % 2 ? 0.3f : 0};
                mote_dataset *set;
                float         row[7 * 600], plain[7 * 600], some[4 * 600];
                assert_works(assemble(&set, make_array(types[t], 4, dims[d / 2]), (mote_array){0}, &options, err));
                mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 7), row);
                mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 4), some);
                mote_gather_plain(&set->state->plan[0], set->split[MOTE_SPLIT_TRAIN].x[0], 7 * set->feature[0].width, plain);
                for (i = 0; i < 7 * set->feature[0].width; i++)
                    assert_true(row[i] == plain[i]);
                for (i = 0; i < 4; i++)
                    assert_memory_equal(some + i * set->feature[0].width, row + picked[i] * set->feature[0].width,
                                        set->feature[0].width * sizeof *row);
                mote_dataset_destroy(set);
            }
}

static void standardized_training_samples_have_mean_0_and_deviation_1(void **state)
{
    const int64_t        dim[3] = {40, 6, 2};
    mote_dataset_options options = {.standardize = MOTE_STANDARDIZE_CHANNELS, .scale = 10, .offset = 3};
    mote_dataset        *set;
    float                x[480];
    size_t               c, i;
    (void)state;
    assert_works(assemble(&set, make_array(MOTE_F32, 3, dim), (mote_array){0}, &options, err));
    assert_int_equal(set->feature[0].preparation.channels, 2);
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 40), x);
    for (c = 0; c < 2; c++) {
        double sum = 0, squares = 0;
        for (i = c; i < 480; i += 2) {
            sum += (double)x[i];
            squares += (double)x[i] * (double)x[i];
        }
        assert_true(fabs(sum / 240) < 1e-5); /* float32 rounding of mean and samples */
        assert_true(fabs(squares / 240 - 1) < 1e-5);
    }
    mote_dataset_destroy(set);
}

static void a_constant_column_stays_finite(void **state)
{
    const int64_t        dim[2] = {4, 1};
    mote_dataset_options options = {.standardize = MOTE_STANDARDIZE_ALL};
    mote_array           x = make_array(MOTE_F32, 2, dim);
    mote_dataset        *set;
    float                out[4];
    size_t               i;
    (void)state;
    for (i = 0; i < 4; i++)
        ((float *)x.bytes)[i] = 3;
    assert_works(assemble(&set, x, (mote_array){0}, &options, err));
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 4), out);
    assert_true(out[0] == 0 && out[3] == 0);
    mote_dataset_destroy(set);
}

static void an_array_from_elsewhere_is_prepared_the_same_way(void **state)
{
    const int64_t        dim[2] = {3, 5};
    mote_dataset_options options = {.scale = 255, .standardize = MOTE_STANDARDIZE_CHANNELS};
    mote_array    x = make_array(MOTE_U8, 2, dim), same = make_array(MOTE_U8, 2, dim), wide = make_array(MOTE_I64, 2, dim);
    mote_dataset *set;
    float         gathered[15], prepared[15];
    (void)state;
    assert_works(assemble(&set, x, (mote_array){0}, &options, err));
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 3), gathered);
    mote_preparation_apply(&set->feature[0].preparation, &same, prepared);
    assert_memory_equal(gathered, prepared, sizeof prepared);
    mote_preparation_apply(&set->feature[0].preparation, &wide, prepared);
    assert_memory_equal(gathered, prepared, sizeof prepared);
    mote_array_free(&same);
    mote_array_free(&wide);
    mote_dataset_destroy(set);
}

static void another_preparation_replaces_the_first_and_its_arrays_are_copied(void **state)
{
    const int64_t        dim[2] = {4, 2};
    float                mean[2] = {1, 2}, std[2] = {2, 4}, gathered[8];
    mote_preparation     p = {.scale = 2, .offset = 1, .channels = 2, .mean = mean, .std = std}, odd = p, flat = p;
    mote_array           x = make_array(MOTE_U8, 2, dim);
    mote_dataset_options options = {.scale = 255};
    mote_dataset        *set;
    size_t               i;
    (void)state;
    for (i = 0; i < 8; i++)
        ((uint8_t *)x.bytes)[i] = (uint8_t)(i * 2);
    assert_works(assemble(&set, x, labels_of(4, 3), &options, err));
    assert_works(mote_dataset_prepare(set, 0, &p, err));
    mean[0] = std[0] = 99;
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 4), gathered);
    for (i = 0; i < 8; i++)
        assert_true(gathered[i] == (i % 2 ? ((float)i + 1 - 2) / 4 : ((float)i + 1 - 1) / 2));
    odd.channels = 3;
    assert_fails(mote_dataset_prepare(set, 0, &odd, err), MOTE_ERR_USAGE, "3 channels do not fit samples of 2 elements");
    std[0] = 0;
    assert_fails(mote_dataset_prepare(set, 0, &flat, err), MOTE_ERR_USAGE, "std above 0");
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(1, 1),
                        gathered); /* a refusal changes nothing */
    assert_true(gathered[0] == 1);
    mote_dataset_destroy(set);
}

static void targets_come_as_labels_one_hot_rows_or_values(void **state)
{
    const int64_t  dim[2] = {6, 2};
    const uint32_t picked[3] = {5, 1, 0};
    mote_dataset  *set;
    int32_t        labels[3];
    float          rows[12], values[3];
    (void)state;
    assert_works(assemble(&set, make_array(MOTE_F32, 2, dim), labels_of(6, 3), NULL, err));
    mote_dataset_gather_labels(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), labels);
    assert_int_equal(labels[0] * 100 + labels[1] * 10 + labels[2], 210);
    mote_dataset_gather_one_hot(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), 4, rows);
    assert_memory_equal(rows, ((float[12]){0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0}), sizeof rows);
    mote_dataset_gather_values(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(3, 3), values);
    assert_true(values[0] == 0 && values[1] == 1 && values[2] == 2);
    mote_dataset_destroy(set);
    assert_works(assemble(&set, make_array(MOTE_F32, 2, dim), make_array(MOTE_F64, 2, dim), NULL, err));
    assert_int_equal(set->target[0].width, 2);
    mote_dataset_gather_values(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), rows);
    assert_true(rows[0] == (float)(370 % 251 / 7.0) && rows[5] == (float)(37 / 7.0));
    mote_dataset_destroy(set);
}

/* ---- assembling ---- */

static void one_hot_rows_are_classes(void **state)
{
    const int64_t dim[2] = {4, 3};
    mote_array    y = make_array(MOTE_F32, 2, dim);
    mote_dataset *set;
    size_t        i;
    (void)state;
    for (i = 0; i < 12; i++)
        ((float *)y.bytes)[i] = i == 1 || i == 3 || i == 7 || i == 10;
    assert_works(assemble(&set, make_array(MOTE_U8, 2, dim), y, NULL, err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_CLASSES);
    assert_int_equal(set->target[0].class_count, 3);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[4]){1, 0, 1, 1}), 16);
    mote_dataset_destroy(set);
}

static void nan_infinity_and_overflow_are_named_by_array_and_index(void **state)
{
    const int64_t dim[2] = {4, 3};
    mote_array    x;
    mote_dataset *set;
    (void)state;
    x = make_array(MOTE_F32, 2, dim);
    ((float *)x.bytes)[7] = NAN;
    assert_fails(assemble(&set, x, (mote_array){0}, NULL, err), MOTE_ERR_NUMERIC, "x_train[2, 1] is NaN");
    x = make_array(MOTE_F64, 2, dim);
    ((double *)x.bytes)[11] = -INFINITY;
    assert_fails(assemble(&set, x, (mote_array){0}, NULL, err), MOTE_ERR_NUMERIC, "x_train[3, 2] is -infinity");
    x = make_array(MOTE_F64, 2, dim);
    ((double *)x.bytes)[0] = 1e300;
    assert_fails(assemble(&set, x, (mote_array){0}, NULL, err), MOTE_ERR_LIMIT, "x_train[0, 0] is 1e+300");
    x = make_array(MOTE_F32, 2, dim);
    ((float *)x.bytes)[1] = INFINITY;
    assert_fails(assemble(&set, make_array(MOTE_F32, 2, dim), x, NULL, err), MOTE_ERR_NUMERIC, "y_train[0, 1] is infinity");
}

static void labels_out_of_range_are_named(void **state)
{
    const int64_t        dim[2] = {6, 2};
    mote_dataset_options two = {.class_count = 2}, classes = {.targets = MOTE_TARGETS_CLASSES}, many = {.class_count = 12};
    mote_array           y = labels_of(6, 3);
    mote_dataset        *set;
    (void)state;
    assert_fails(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(6, 3), &two, err), MOTE_ERR_FORMAT,
                 "y_train[2] is 2: class labels run from 0 to 1");
    ((int32_t *)y.bytes)[4] = -1;
    assert_fails(assemble(&set, make_array(MOTE_U8, 2, dim), y, &classes, err), MOTE_ERR_FORMAT, "y_train[4] is -1");
    assert_fails(assemble(&set, make_array(MOTE_U8, 2, dim), make_array(MOTE_F32, 2, dim), &classes, err), MOTE_ERR_FORMAT,
                 "y_train has shape (6, 2)");
    assert_works(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(6, 3), &many, err));
    assert_int_equal(set->target[0].class_count, 12);
    mote_dataset_destroy(set);
}

static void counts_and_shapes_must_agree(void **state)
{
    const int64_t dim[2] = {6, 2}, other[2] = {6, 3}, empty[2] = {0, 2};
    mote_raw_set  raw = {.feature_count = 1, .target_count = 1, .source = "test"};
    mote_dataset *set;
    (void)state;
    assert_fails(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(5, 3), NULL, err), MOTE_ERR_FORMAT,
                 "x_train has 6 samples, but y_train has 5 targets");
    assert_fails(assemble(&set, make_array(MOTE_U8, 2, empty), labels_of(0, 3), NULL, err), MOTE_ERR_FORMAT,
                 "x_train is empty: its shape is (0, 2)");
    assert_fails(assemble(&set, make_array(MOTE_U8, 0, NULL), (mote_array){0}, NULL, err), MOTE_ERR_FORMAT, "single number");
    raw.split[MOTE_SPLIT_TRAIN] = raw_split(make_array(MOTE_U8, 2, dim), labels_of(6, 2), "x_train", "y_train");
    raw.split[MOTE_SPLIT_TEST] = raw_split(make_array(MOTE_U8, 2, other), labels_of(6, 2), "x_test", "y_test");
    assert_fails(mote_dataset_assemble(&set, &raw, &(mote_dataset_options){0}, err), MOTE_ERR_FORMAT,
                 "x_train has shape (6, 2), but x_test has (6, 3)");
    raw = (mote_raw_set){.feature_count = 1, .target_count = 1, .source = "test"};
    raw.split[MOTE_SPLIT_TRAIN] = raw_split(make_array(MOTE_U8, 2, dim), labels_of(6, 2), "x_train", "y_train");
    raw.split[MOTE_SPLIT_TEST] = raw_split(make_array(MOTE_F32, 2, dim), labels_of(6, 2), "x_test", "y_test");
    assert_fails(mote_dataset_assemble(&set, &raw, &(mote_dataset_options){0}, err), MOTE_ERR_FORMAT,
                 "x_train is uint8, but x_test is float32");
    raw = (mote_raw_set){.feature_count = 1, .target_count = 1, .source = "test"};
    raw.split[MOTE_SPLIT_TRAIN] = raw_split(make_array(MOTE_U8, 2, dim), labels_of(6, 2), "x_train", "y_train");
    raw.split[MOTE_SPLIT_TEST] = raw_split(make_array(MOTE_U8, 2, dim), (mote_array){0}, "x_test", "y_test");
    assert_fails(mote_dataset_assemble(&set, &raw, &(mote_dataset_options){0}, err), MOTE_ERR_FORMAT,
                 "x_test has no targets");
}

static void samples_take_another_shape_of_the_same_size_only(void **state)
{
    const int64_t dim[3] = {5, 4, 6}, image[3] = {4, 6, 1}, open[2] = {-1, 3}, wrong[2] = {5, 5}, two_open[2] = {-1, -1};
    mote_dataset_options flat = {.flatten = true}, shaped = {.rank = 2, .shape = {8, -1}};
    mote_dataset        *set;
    (void)state;
    assert_works(assemble(&set, make_array(MOTE_U8, 3, dim), (mote_array){0}, &flat, err));
    assert_int_equal(set->feature[0].rank * 1000 + set->feature[0].dim[0], 1024);
    assert_works(mote_dataset_reshape(set, 0, 3, image, err));
    assert_int_equal(set->feature[0].rank, 3);
    assert_works(mote_dataset_reshape(set, 0, 2, open, err));
    assert_int_equal(set->feature[0].dim[0], 8);
    assert_fails(mote_dataset_reshape(set, 0, 2, wrong, err), MOTE_ERR_USAGE,
                 "(8, 3) (24 elements) cannot take the shape (5, 5)");
    assert_fails(mote_dataset_reshape(set, 0, 2, two_open, err), MOTE_ERR_USAGE, "(-1, -1)");
    mote_dataset_destroy(set);
    assert_works(assemble(&set, make_array(MOTE_U8, 3, dim), (mote_array){0}, &shaped, err));
    assert_int_equal(set->feature[0].dim[1], 3);
    mote_dataset_destroy(set);
}

/* ---- splitting ---- */

/* keras/src/trainers/data_adapters/array_slicing.py: int(math.floor(n * (1.0 - split))) stay, the last ones go. */
static void validation_takes_the_last_samples_as_keras_does(void **state)
{
    static const struct {
        int64_t count;
        double  fraction;
        size_t  kept;
    } cases[] = {{10, 0.2, 8}, {10, 0.25, 7},   {60000, 0.2, 48000}, {1000, 0.1, 900},
                 {10, 0.9, 0}, {7, 1.0 / 3, 4}, {3, 0.3, 2}};
    size_t i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t dim[2] = {cases[i].count, 2};
        mote_dataset *set;
        assert_works(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of((size_t)cases[i].count, 7), NULL, err));
        if (cases[i].kept == 0) {
            assert_fails(mote_dataset_take_validation(set, cases[i].fraction, err), MOTE_ERR_USAGE, "leaves one of the two");
        } else {
            const mote_dataset_split *validation = &set->split[MOTE_SPLIT_VALIDATION];
            assert_works(mote_dataset_take_validation(set, cases[i].fraction, err));
            assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, cases[i].kept);
            assert_int_equal(validation->count, (size_t)cases[i].count - cases[i].kept);
            assert_int_equal(validation->labels[0][0], cases[i].kept % 7);
            assert_int_equal(*(const uint8_t *)mote_dataset_sample(validation, 0, 0), cases[i].kept * 2 * 37 % 251);
            assert_fails(mote_dataset_take_validation(set, 0.5, err), MOTE_ERR_USAGE, "has a validation split already");
        }
        assert_fails(mote_dataset_take_validation(set, 1, err), MOTE_ERR_USAGE, "not between 0 and 1");
        mote_dataset_destroy(set);
    }
}

/* Sample i holds i in every element, and its label is i % 5. */
static void a_test_split_is_shuffled_with_targets_beside_their_samples(void **state)
{
    const int64_t        dim[2] = {200, 3};
    mote_dataset_options options = {.test_split = 0.25, .seed = 7}, other = {.test_split = 0.25, .seed = 8};
    bool                 seen[200] = {false};
    size_t               moved = 0, i;
    int                  s;
    uint8_t              order[200];
    mote_dataset        *set;
    mote_array           x;
    (void)state;
    for (s = 0; s < 3; s++) {
        x = make_array(MOTE_U8, 2, dim);
        for (i = 0; i < 600; i++)
            ((uint8_t *)x.bytes)[i] = (uint8_t)(i / 3);
        assert_works(assemble(&set, x, labels_of(200, 5), s == 2 ? &other : &options, err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 150);
        assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 50);
        for (i = 0; i < 200; i++) {
            const mote_dataset_split *split = &set->split[i < 150 ? MOTE_SPLIT_TRAIN : MOTE_SPLIT_TEST];
            const uint8_t            *sample = mote_dataset_sample(split, 0, i < 150 ? i : i - 150);
            assert_int_equal(sample[0], sample[2]);
            assert_int_equal(split->labels[0][i < 150 ? i : i - 150], sample[0] % 5);
            if (s == 0) {
                assert_false(seen[sample[0]]);
                seen[sample[0]] = true;
                order[i] = sample[0];
                moved += sample[0] != i;
            } else if (s == 1) {
                assert_int_equal(order[i], sample[0]); /* the same seed, the same order */
            } else {
                moved += order[i] != sample[0];
            }
        }
        assert_true(moved > 150);
        moved = s == 1 ? 0 : moved;
        mote_dataset_destroy(set);
    }
}

/* From class folders the same part of every class goes, whichever samples the seed draws; the rest keep their order, and
 * what goes is mixed, so that its first samples are no class alone. */
static void class_folders_give_the_same_part_of_each_class(void **state)
{
    static const int sizes[4] = {60, 30, 10, 1};
    enum { TOTAL = 101, KEPT = 80, SEEDS = 3 };
    const int64_t dim[2] = {TOTAL, 2};
    uint8_t       drawn[SEEDS][TOTAL];
    int           s, c, i, at;
    (void)state;
    for (s = 0; s < SEEDS; s++) {
        mote_dataset_options options = {.seed = s == 2 ? 6 : 5};
        mote_array           x = make_array(MOTE_U8, 2, dim), y = labels_of(TOTAL, 4);
        int                  left[4] = {0}, gone[4] = {0};
        mote_dataset        *set;
        for (c = 0, i = 0; c < 4; c++)
            for (at = 0; at < sizes[c]; at++, i++) {
                memset((uint8_t *)x.bytes + 2 * i, i, 2);
                ((int32_t *)y.bytes)[i] = c;
            }
        assert_works(assemble(&set, x, y, &options, err));
        set->state->is_by_class = true;
        assert_works(mote_dataset_take_validation(set, 0.2, err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, KEPT);
        assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, TOTAL - KEPT);
        memset(drawn[s], 0, TOTAL);
        for (i = 0; i < TOTAL; i++) {
            const mote_dataset_split *split = &set->split[i < KEPT ? MOTE_SPLIT_TRAIN : MOTE_SPLIT_VALIDATION];
            const uint8_t            *sample = mote_dataset_sample(split, 0, (size_t)(i < KEPT ? i : i - KEPT));
            c = sample[0] < 60 ? 0 : sample[0] < 90 ? 1 : sample[0] < 100 ? 2 : 3;
            assert_int_equal(sample[0], sample[1]);
            assert_int_equal(split->labels[0][i < KEPT ? i : i - KEPT], c);
            (i < KEPT ? left : gone)[c]++;
            drawn[s][sample[0]] = i >= KEPT;
            if (i > 0 && i < KEPT)
                assert_true(*(const uint8_t *)mote_dataset_sample(split, 0, (size_t)(i < KEPT ? i : i - KEPT) - 1) <
                            sample[0]);
        }
        for (i = 1, c = 0; i < TOTAL - KEPT; i++)
            c += set->split[MOTE_SPLIT_VALIDATION].labels[0][i] != set->split[MOTE_SPLIT_VALIDATION].labels[0][i - 1];
        assert_true(c > 3);
        /* 21 of 101: 12.48, 6.24, 2.08 and 0.21: by largest remainders 13, 6, 2, 0 */
        assert_memory_equal(gone, ((int[4]){13, 6, 2, 0}), sizeof gone);
        assert_int_equal(left[3], 1);
        mote_dataset_destroy(set);
    }
    assert_memory_equal(drawn[0], drawn[1], TOTAL);
    assert_memory_not_equal(drawn[0], drawn[2], TOTAL);
}

static void test_and_validation_are_drawn_apart(void **state)
{
    const int64_t        dim[2] = {90, 1};
    mote_dataset_options options = {.seed = 1};
    mote_array           x = make_array(MOTE_U8, 2, dim), y = labels_of(90, 3);
    int                  counts[MOTE_SPLIT_COUNT][3] = {{0}}, i, k;
    mote_dataset        *set;
    (void)state;
    assert_works(assemble(&set, x, y, &options, err));
    set->state->is_by_class = true;
    assert_works(mote_dataset_take_test(set, 1.0 / 3, 1, err));
    assert_works(mote_dataset_take_validation(set, 0.5, err));
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        for (k = 0; k < (int)set->split[i].count; k++)
            counts[i][set->split[i].labels[0][k]]++;
    assert_memory_equal(counts, ((int[3][3]){{10, 10, 10}, {10, 10, 10}, {10, 10, 10}}), sizeof counts);
    mote_dataset_destroy(set);
}

static void a_class_that_the_last_samples_take_from_training_is_told(void **state)
{
    const int64_t dim[2] = {9, 1};
    mote_array    x = make_array(MOTE_U8, 2, dim), y = labels_of(9, 3);
    mote_dataset *set;
    int           i;
    (void)state;
    for (i = 0; i < 9; i++)
        ((int32_t *)y.bytes)[i] = i / 3;
    assert_works(assemble(&set, x, y, NULL, err));
    assert_int_equal(set->note_count, 0);
    assert_works(mote_dataset_take_validation(set, 1.0 / 3, err));
    assert_true(has_note(set, "validation split, and class 2 has none left to train on"));
    mote_dataset_destroy(set);
}

static void labels_that_begin_at_1_are_told(void **state)
{
    const int64_t dim[2] = {6, 1};
    mote_array    x = make_array(MOTE_U8, 2, dim), y = labels_of(6, 3);
    mote_dataset *set;
    int           i;
    (void)state;
    for (i = 0; i < 6; i++)
        ((int32_t *)y.bytes)[i]++;
    assert_works(assemble(&set, x, y, NULL, err));
    assert_int_equal(set->target[0].class_count, 4);
    assert_true(has_note(set, "class labels run from 1 to 3: a network needs 4 outputs"));
    mote_dataset_destroy(set);
}

/* ---- what callers may get wrong ---- */

static void indices_beyond_a_split_give_nan_and_label_minus_1(void **state)
{
    static const uint32_t picked[3] = {1, 9, 0};
    const int64_t         dim[2] = {4, 2};
    float                 x[6], y[9];
    int32_t               labels[3];
    mote_dataset         *set;
    (void)state;
    assert_works(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(4, 3), NULL, err));
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), x);
    assert_true(x[0] == 74 && isnan(x[2]) && isnan(x[3]) && x[5] == 37);
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(3, 3), x);
    assert_true(!isnan(x[1]) && isnan(x[2]) && isnan(x[5]));
    mote_dataset_gather(&set->split[MOTE_SPLIT_TEST], 0, mote_dataset_in_row(0, 1), x);
    assert_true(isnan(x[0]));
    mote_dataset_gather_labels(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), labels);
    assert_memory_equal(labels, ((int32_t[3]){1, -1, 0}), sizeof labels);
    mote_dataset_gather_one_hot(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), 3, y);
    assert_true(y[1] == 1 && y[2] == 0 && isnan(y[3]) && y[6] == 1);
    mote_dataset_gather_one_hot(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 1), 1, y);
    assert_true(isnan(y[0]));
    mote_dataset_gather_values(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(picked, 3), y);
    assert_true(y[0] == 1 && isnan(y[1]) && y[2] == 0);
    assert_null(mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 4));
    assert_fails(mote_dataset_check_pick(&set->split[MOTE_SPLIT_TRAIN], mote_dataset_picked(picked, 3), err), MOTE_ERR_USAGE,
                 "sample 9 is asked for; the train split has 4");
    assert_fails(mote_dataset_check_pick(&set->split[MOTE_SPLIT_TRAIN], mote_dataset_in_row(SIZE_MAX, 2), err),
                 MOTE_ERR_USAGE, "the train split has 4");
    assert_works(mote_dataset_check_pick(&set->split[MOTE_SPLIT_TRAIN], mote_dataset_in_row(1, 3), err));
    mote_dataset_destroy(set);
}

static void options_that_do_not_exist_are_wrong_usage(void **state)
{
    const int64_t        dim[2] = {4, 2}, negative[1] = {-1};
    mote_dataset_options options[4] = {{.targets = (mote_target_kind)99},
                                       {.standardize = (mote_standardize)-1},
                                       {.header = (mote_header)3},
                                       {.test_split = NAN}};
    mote_preparation     half = {.channels = 1};
    mote_dataset        *set;
    mote_array           array;
    size_t               i;
    (void)state;
    for (i = 0; i < 4; i++)
        assert_fails(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(4, 3), &options[i], err), MOTE_ERR_USAGE,
                     i < 3 ? "is none that there is" : "not between 0 and 1");
    assert_fails(mote_dataset_load(&set, NULL, NULL, err), MOTE_ERR_USAGE, "needs a path");
    assert_works(assemble(&set, make_array(MOTE_U8, 2, dim), labels_of(4, 3), NULL, err));
    assert_fails(mote_dataset_prepare(set, 0, &half, err), MOTE_ERR_USAGE, "both mean and std");
    assert_fails(mote_dataset_reshape(set, 0, 1, NULL, err), MOTE_ERR_USAGE, "axes");
    assert_fails(mote_dataset_take_validation(set, NAN, err), MOTE_ERR_USAGE, "not between 0 and 1");
    assert_string_equal(mote_split_name((mote_split_id)99), "");
    assert_int_equal(mote_split_find(NULL), MOTE_SPLIT_COUNT);
    mote_dataset_destroy(set);
    assert_fails(mote_array_create(&array, MOTE_F32, 99, dim, err), MOTE_ERR_USAGE, "0 to 8 dimensions, not 99");
    assert_fails(mote_array_create(&array, MOTE_F32, -1, dim, err), MOTE_ERR_USAGE, "not -1");
    assert_fails(mote_array_create(&array, MOTE_I4, 2, dim, err), MOTE_ERR_USAGE, "no elements of type");
    assert_fails(mote_array_create(&array, (mote_dtype)99, 2, dim, err), MOTE_ERR_USAGE, "no elements of type");
    assert_fails(mote_array_create(&array, MOTE_F32, 1, negative, err), MOTE_ERR_USAGE, "dimension 0 of the array is -1");
    assert_fails(mote_array_create(&array, MOTE_F32, 1, NULL, err), MOTE_ERR_USAGE, "dimensions");
    array = make_array(MOTE_U8, 2, dim);
    assert_true(isnan(mote_array_at(&array, 8)));
    mote_array_free(&array);
}

/* ---- sources ---- */

/* Writes x (counts rows of 2) under a name. */
static void put_npy(const char *folder, const char *name, int64_t rows, bool is_labels)
{
    const int64_t dim[2] = {rows, 2};
    mote_array    array = is_labels ? labels_of((size_t)rows, 3) : make_array(MOTE_U8, 2, dim);
    char          path[256];

    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    assert_works(mote_make_dirs(folder, err));
    assert_works(mote_npy_save(&array, path, err));
    mote_array_free(&array);
}

static void arrays_are_found_under_the_names_that_people_give(void **state)
{
    static const struct {
        const char *x, *y;
        int         split;
    } names[] = {{"x_train", "y_train", 0},
                 {"X_train", "Y_train", 0},
                 {"train_x", "train_y", 0},
                 {"train_images", "train_labels", 0},
                 {"xtrain", "ytrain", 0},
                 {"trainX", "trainY", 0},
                 {"X", "y", 0},
                 {"data", "labels", 0},
                 {"features", "targets", 0},
                 {"x_validation", "y_validation", 1},
                 {"x_valid", "y_valid", 1},
                 {"x_dev", "y_dev", 1},
                 {"x_val", "y_val", 1},
                 {"val-data", "val-labels", 1},
                 {"x_test", "y_test", 2},
                 {"testImages", "testLabels", 2},
                 {"x_testing", "y_testing", 2}};
    mote_dataset *set;
    char          folder[64];
    size_t        i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(folder, sizeof folder, SCRATCH "/names%zu", i);
        put_npy(folder, names[i].x, 6, false);
        put_npy(folder, names[i].y, 6, true);
        assert_works(mote_dataset_load(&set, folder, NULL, err));
        assert_int_equal(set->split[names[i].split].count, 6);
        assert_int_equal(set->target[0].class_count, 3);
        assert_int_equal(set->note_count, 0);
        mote_dataset_destroy(set);
    }
}

static void arrays_that_are_not_used_are_named_and_two_for_one_place_refused(void **state)
{
    mote_dataset *set;
    (void)state;
    put_npy(SCRATCH "/more", "x_train", 6, false);
    put_npy(SCRATCH "/more", "y_train", 6, true);
    put_npy(SCRATCH "/more", "ids", 6, true);
    put_npy(SCRATCH "/more", "y_test", 6, true);
    assert_works(mote_dataset_load(&set, SCRATCH "/more", NULL, err));
    assert_true(has_note(set, "/more: not used, by their names: ids, y_test"));
    mote_dataset_destroy(set);
    put_npy(SCRATCH "/more", "x_val", 6, false);
    put_npy(SCRATCH "/more", "x_validation", 6, false);
    assert_fails(mote_dataset_load(&set, SCRATCH "/more", NULL, err), MOTE_ERR_USAGE,
                 "/more: both x_val and x_validation may be the samples of the validation split");
}

static void a_packed_npy_is_read_and_a_header_alone_tells_the_shape(void **state)
{
    const int64_t dim[3] = {3, 4, 2};
    mote_array    array = make_array(MOTE_I16, 3, dim), read;
    mote_file     file;
    mote_text     plain = {0}, packed;
    mote_dataset *set;
    (void)state;
    assert_works(mote_npy_save(&array, SCRATCH "/peek.npy", err));
    assert_works(mote_file_open(&file, SCRATCH "/peek.npy", err));
    mote_text_add(&plain, (const char *)file.bytes, file.count);
    mote_file_close(&file);
    packed = gzip(&plain);
    put_file(SCRATCH "/peek.npy.gz", packed.bytes, packed.count);
    assert_works(mote_npy_load(&read, SCRATCH "/peek.npy.gz", 0, err));
    assert_memory_equal(read.bytes, array.bytes, 48);
    mote_array_free(&read);
    assert_works(mote_dataset_load(&set, SCRATCH "/peek.npy.gz", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 3);
    mote_dataset_destroy(set);
    assert_works(mote_array_peek(&read, SCRATCH "/peek.npy", NULL, err));
    assert_int_equal(read.dtype, MOTE_I16);
    assert_int_equal(read.rank * 100 + read.dim[1] * 10 + read.dim[2], 342);
    assert_int_equal(read.count, 24);
    assert_null(read.bytes);
    assert_works(mote_array_peek(&read, "tests/golden/data/deflated.npz", "y_train", err));
    assert_int_equal(read.count, 10);
    assert_fails(mote_array_peek(&read, "tests/golden/data/deflated.npz", NULL, err), MOTE_ERR_USAGE, "name one");
    plain.bytes[plain.count - 1] = 0;
    put_file(SCRATCH "/cut.npy", plain.bytes, plain.count - 1);
    assert_fails(mote_array_peek(&read, SCRATCH "/cut.npy", NULL, err), MOTE_ERR_FORMAT, "cut.npy: truncated or damaged");
    mote_text_free(&plain);
    mote_text_free(&packed);
    mote_array_free(&array);
}

static void an_npz_with_keras_names_is_a_data_set(void **state)
{
    mote_dataset_options options = {.test_split = 0.5};
    mote_dataset        *set;
    (void)state;
    assert_works(mote_dataset_load(&set, "tests/golden/data/deflated.npz", NULL, err));
    assert_string_equal(set->source, "NumPy archive");
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count * 100 + set->split[MOTE_SPLIT_TEST].count, 1006);
    assert_int_equal(set->target[0].class_count, 3);
    assert_int_equal(set->feature[0].dtype, MOTE_U8);
    mote_dataset_destroy(set);
    assert_fails(mote_dataset_load(&set, "tests/golden/data/deflated.npz", &options, err), MOTE_ERR_USAGE,
                 "deflated.npz: has a test split already");
}

static void a_data_set_knows_the_files_that_it_reads(void **state)
{
    static const struct {
        const char *path, *file;
        bool        reads;
    } cases[] = {
        {"examples/mnist/subset", "examples/mnist/../mnist/subset/train-images-idx3-ubyte.gz", true},
        {SCRATCH "/idx/fashion", SCRATCH "/idx/fashion-train-images-idx3-ubyte", true},
        {"examples/mnist/subset", "examples/mnist/seven.png", false},
        {"examples/mnist", "examples/mnist/seven.png", true},
        {"examples/mnist", "examples/mnist/README.md", false},
        {"examples/mnist/seven.png", "./examples/mnist/seven.png", true},
        {SCRATCH "/arrays", SCRATCH "/arrays/x_train.npy", true},
        {SCRATCH "/arrays", SCRATCH "/arrays/out.npy", true},
        {SCRATCH "/arrays", SCRATCH "/arrays/deeper/x.npy", false},
        {SCRATCH "/arrays", SCRATCH "/arrays/absent.npy", false},
        {SCRATCH "/absent", SCRATCH "/arrays/out.npy", false},
        {NULL, SCRATCH "/arrays/out.npy", false},
    };
    size_t i;

    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/idx", err));
    put_file(SCRATCH "/idx/fashion-train-images-idx3-ubyte", "x", 1);
    put_npy(SCRATCH "/arrays", "x_train", 3, false);
    put_npy(SCRATCH "/arrays", "out", 3, false);
    put_npy(SCRATCH "/arrays/deeper", "x", 3, false);
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        if (mote_dataset_reads(cases[i].path, cases[i].file) != cases[i].reads)
            fail_msg("%s, %s: %d expected", cases[i].path, cases[i].file, cases[i].reads);
}

static void npy_files_alone_in_pairs_and_in_folders_are_data_sets(void **state)
{
    const int64_t        dim[2] = {6, 4};
    mote_dataset_options options = {.targets_path = SCRATCH "/y.npy"};
    mote_array           x = make_array(MOTE_F64, 2, dim), y = labels_of(6, 3);
    mote_dataset        *set;
    (void)state;
    assert_works(mote_npy_save(&x, SCRATCH "/x.npy", err));
    assert_works(mote_npy_save(&y, SCRATCH "/y.npy", err));
    assert_works(mote_dataset_load(&set, SCRATCH "/x.npy", NULL, err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_NONE);
    assert_int_equal(set->feature[0].dtype, MOTE_F32);
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH "/x.npy", &options, err));
    assert_int_equal(set->target[0].class_count, 3);
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH, NULL, err));
    assert_string_equal(set->source, "NumPy files");
    assert_int_equal(set->target[0].class_count, 3);
    mote_dataset_destroy(set);
    mote_array_free(&x);
    mote_array_free(&y);
}

static void an_unknown_kind_of_file_is_one_clear_line(void **state)
{
    mote_dataset *set;
    (void)state;
    put_file(SCRATCH "/what.bin", "hello", 5);
    put_file(SCRATCH "/what.npz", "hello", 5);
    assert_works(mote_make_dirs(SCRATCH "/nothing", err));
    assert_fails(mote_dataset_load(&set, SCRATCH "/what.bin", NULL, err), MOTE_ERR_UNSUPPORTED, "not a kind of data set");
    assert_fails(mote_dataset_load(&set, SCRATCH "/what.npz", NULL, err), MOTE_ERR_FORMAT, "not what its name says");
    assert_fails(mote_dataset_load(&set, SCRATCH "/nothing", NULL, err), MOTE_ERR_FORMAT, "/nothing: is no data set");
    assert_fails(mote_dataset_load(&set, SCRATCH "/none.csv", NULL, err), MOTE_ERR_IO, "/none.csv: No such file");
}

/* From nothing up to enough: each allocation is the first that does not fit once, and nothing leaks (make check). */
static void every_allocation_beyond_the_memory_limit_ends_in_one_line(void **state)
{
    static const char *const paths[] = {"tests/golden/data/deflated.npz", SCRATCH "/limit.csv", SCRATCH "/limit"};
    const char              *table = "a,b,c\n1,2,x\n3,4,y\n5,6,x\n";
    const int64_t            dim[2] = {6, 4};
    mote_array               x = make_array(MOTE_F64, 2, dim);
    size_t                   i;
    (void)state;
    put_file(SCRATCH "/limit.csv", table, strlen(table));
    assert_works(mote_make_dirs(SCRATCH "/limit", err));
    assert_works(mote_npy_save(&x, SCRATCH "/limit/x_train.npy", err));
    mote_array_free(&x);
    for (i = 0; i < 3; i++) {
        mote_dataset_options options = {.max_bytes = 1, .standardize = MOTE_STANDARDIZE_CHANNELS};
        mote_dataset        *set;
        mote_error           failure = {0};
        while (mote_dataset_load(&set, paths[i], &options, &failure) != MOTE_OK) {
            if (failure.code != MOTE_ERR_LIMIT || !strstr(failure.text, "memory limit") || options.max_bytes > 100000)
                fail_msg("%zu bytes: %s", options.max_bytes, failure.text);
            assert_null(set);
            mote_error_clear(&failure);
            options.max_bytes += 8;
        }
        assert_true(options.max_bytes > 100);
        mote_dataset_destroy(set);
    }
}

static void a_generated_sine_is_split_60_20_20_and_repeats_with_its_seed(void **state)
{
    mote_sine_options    options = {.count = 1000, .noise = 0.1f, .seed = 1}, quiet = {.seed = 1}, few = {.count = 4};
    mote_dataset        *set, *again, *plain;
    mote_dataset_summary summary;
    int                  s;
    size_t               i;
    (void)state;
    assert_works(mote_dataset_sine(&set, &options, err));
    assert_works(mote_dataset_sine(&again, &options, err));
    assert_works(mote_dataset_sine(&plain, &quiet, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 600);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 200);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 200);
    assert_int_equal(set->feature[0].rank * 10 + set->feature[0].dim[0], 11);
    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        const float *x = set->split[s].x[0], *y = set->split[s].values[0];
        assert_memory_equal(again->split[s].x[0], x, set->split[s].count * sizeof *x);
        assert_memory_equal(again->split[s].values[0], y, set->split[s].count * sizeof *x);
        for (i = 0; i < set->split[s].count; i++) {
            assert_true(x[i] >= 0 && x[i] <= 6.2831855f);
            assert_true(plain->split[s].values[0][i] == (float)sin((double)x[i]));
            assert_true(y[i] >= plain->split[s].values[0][i] && y[i] <= plain->split[s].values[0][i] + 0.1f + 1e-6f);
        }
    }
    for (i = 0; i < 3; i++) { /* no split repeats the draws of another */
        const mote_dataset_split *train = &set->split[MOTE_SPLIT_TRAIN], *test = &set->split[MOTE_SPLIT_TEST];
        float                     train_sine = (float)sin((double)((const float *)train->x[0])[i]);
        float                     test_sine = (float)sin((double)((const float *)test->x[0])[i]);
        assert_true(((const float *)train->x[0])[i] != ((const float *)test->x[0])[i]);
        assert_true(fabsf(train->values[0][i] - train_sine - (test->values[0][i] - test_sine)) > 1e-5f);
    }
    assert_works(mote_dataset_describe(&summary, set, err));
    assert_true(fabs(summary.split[MOTE_SPLIT_TRAIN].feature[0].mean - 3.14159265) <
                0.25);                                                              /* 3.4 sigma of 600 uniform draws */
    assert_true(fabs(summary.split[MOTE_SPLIT_TRAIN].target[0].mean - 0.05) < 0.1); /* 3.5 sigma of a sine's mean */
    mote_dataset_destroy(set);
    mote_dataset_destroy(again);
    mote_dataset_destroy(plain);
    assert_fails(mote_dataset_sine(&set, &few, err), MOTE_ERR_USAGE, "needs 5 to");
}

static void a_summary_has_the_moments_and_the_classes(void **state)
{
    const int64_t        dim[2] = {4, 2};
    mote_array           x = make_array(MOTE_U8, 2, dim);
    mote_dataset_summary summary;
    mote_dataset        *set;
    size_t               i;
    (void)state;
    for (i = 0; i < 8; i++)
        ((uint8_t *)x.bytes)[i] = (uint8_t)(i * 2);
    assert_works(assemble(&set, x, labels_of(4, 3), NULL, err));
    assert_works(mote_dataset_describe(&summary, set, err));
    assert_int_equal(summary.sample_bytes, 2);
    assert_int_equal(summary.memory_bytes, 8 + 16);
    assert_true(summary.split[MOTE_SPLIT_TRAIN].feature[0].min == 0 && summary.split[MOTE_SPLIT_TRAIN].feature[0].max == 14);
    assert_true(summary.split[MOTE_SPLIT_TRAIN].feature[0].mean == 7 &&
                fabs(summary.split[MOTE_SPLIT_TRAIN].feature[0].std - sqrt(21.0)) < 1e-12);
    assert_int_equal(summary.split[MOTE_SPLIT_TRAIN].target[0].class_counts[0], 2);
    assert_int_equal(summary.split[MOTE_SPLIT_TEST].target[0].class_counts[0], 0);
    mote_dataset_destroy(set);
}

/* ---- several inputs and outputs ---- */

#define ENDS "tests/golden/specs/ends.npz"

static const mote_feature_options ends_inputs[] = {{.name = "right", .scale = 2}, {.name = "left"}};
static const mote_target_options  ends_outputs[] = {{.name = "kind"}, {.name = "price"}};

static void arrays_are_found_by_the_names_of_inputs_and_outputs(void **state)
{
    const mote_dataset_options options = {
        .offset = 1, .inputs = ends_inputs, .input_count = 2, .outputs = ends_outputs, .output_count = 2};
    mote_array    right, left;
    mote_dataset *set;
    float         x[3];
    (void)state;
    assert_works(mote_dataset_load(&set, ENDS, &options, err));
    assert_int_equal(set->feature_count, 2);
    assert_int_equal(set->target_count, 2);
    assert_string_equal(set->feature[0].name, "right");
    assert_int_equal(set->feature[0].width, 1);
    assert_int_equal(set->feature[1].width, 3);
    assert_true(set->target[0].kind == MOTE_TARGETS_CLASSES && set->target[1].kind == MOTE_TARGETS_VALUES);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 24);
    assert_works(mote_array_load(&right, ENDS, "right_test", 0, err));
    assert_works(mote_array_load(&left, ENDS, "left_test", 0, err));
    mote_dataset_gather(&set->split[MOTE_SPLIT_TEST], 0, mote_dataset_in_row(5, 1), x);
    assert_true(x[0] == ((const float *)right.bytes)[5] / 2); /* its own scale, and so not the offset of all */
    mote_dataset_gather(&set->split[MOTE_SPLIT_TEST], 1, mote_dataset_in_row(5, 1), x);
    assert_true(x[2] == ((const float *)left.bytes)[17] + 1);
    assert_non_null(strstr(set->notes[0], "samples: right, left; targets: kind, price"));
    mote_array_free(&right);
    mote_array_free(&left);
    mote_dataset_destroy(set);
}

static void validation_and_test_samples_take_all_their_arrays_along(void **state)
{
    const mote_dataset_file    files[] = {{"left", "build/tests/ends_left.npy"}, {"right", "build/tests/ends_right.npy"}};
    const mote_dataset_options options = {.inputs = ends_inputs, .input_count = 2, .test_split = 0.25, .seed = 3};
    mote_array    left = make_array(MOTE_F32, 2, (int64_t[]){40, 3}), right = make_array(MOTE_I16, 1, (int64_t[]){40});
    mote_dataset *set;
    int           i, s, k;
    (void)state;
    for (i = 0; i < 40; i++) {
        ((int16_t *)right.bytes)[i] = (int16_t)i;
        for (k = 0; k < 3; k++)
            ((float *)left.bytes)[3 * i + k] = (float)i;
    }
    assert_works(mote_npy_save(&left, files[0].path, err));
    assert_works(mote_npy_save(&right, files[1].path, err));
    assert_works(mote_dataset_load_files(&set, files, 2, &options, err));
    assert_works(mote_dataset_take_validation(set, 0.5, err));
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 10);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 15);
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < (int)set->split[s].count; i++)
            assert_true((float)((const int16_t *)set->split[s].x[0])[i] == ((const float *)set->split[s].x[1])[3 * i + 2]);
    mote_dataset_destroy(set);
    mote_array_free(&left);
    mote_array_free(&right);
}

static void arrays_that_do_not_belong_together_are_refused_by_name(void **state)
{
    const mote_feature_options missing[] = {{.name = "left"}, {.name = "middle"}},
                               none[] = {{.name = "up"}, {.name = "down"}};
    const mote_dataset_file    unknown[] = {{"left", "build/tests/ends_left.npy"}, {"top", "build/tests/ends_right.npy"}};
    const mote_dataset_options with_missing = {.inputs = missing, .input_count = 2};
    const mote_dataset_options with_none = {.inputs = none, .input_count = 2};
    const mote_dataset_options two = {.inputs = ends_inputs, .input_count = 2};
    const mote_dataset_options many = {.inputs = ends_inputs, .input_count = MOTE_FEATURES_MAX + 1};
    mote_dataset              *set;
    (void)state;
    assert_fails(mote_dataset_load(&set, ENDS, &with_missing, err), MOTE_ERR_FORMAT,
                 "input \"middle\" has no samples in the train split");
    assert_fails(mote_dataset_load(&set, ENDS, &with_none, err), MOTE_ERR_FORMAT,
                 "no array of an input's name (up, down); its arrays: left_train");
    assert_fails(mote_dataset_load(&set, "examples/mnist/subset", &two, err), MOTE_ERR_USAGE,
                 "gives one array of samples, and the network has 2 inputs");
    assert_fails(mote_dataset_load_files(&set, unknown, 2, &two, err), MOTE_ERR_USAGE, "top=build/tests/ends_right.npy");
    assert_fails(mote_dataset_load(&set, ENDS, &many, err), MOTE_ERR_LIMIT, "a data set has at most 16");
    assert_works(mote_dataset_sine(&set, NULL, err));
    assert_fails(mote_dataset_reshape(set, 1, 0, NULL, err), MOTE_ERR_USAGE, "feature 1 does not exist; the data has 1");
    assert_fails(mote_dataset_take_values(set, -1, err), MOTE_ERR_USAGE, "target -1 does not exist");
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_found_by_the_names_of_inputs_and_outputs),
        cmocka_unit_test(validation_and_test_samples_take_all_their_arrays_along),
        cmocka_unit_test(arrays_that_do_not_belong_together_are_refused_by_name),
        cmocka_unit_test(gathered_bytes_equal_one_float_division_for_every_value),
        cmocka_unit_test(every_way_of_gathering_equals_the_plain_formula),
        cmocka_unit_test(standardized_training_samples_have_mean_0_and_deviation_1),
        cmocka_unit_test(a_constant_column_stays_finite),
        cmocka_unit_test(an_array_from_elsewhere_is_prepared_the_same_way),
        cmocka_unit_test(another_preparation_replaces_the_first_and_its_arrays_are_copied),
        cmocka_unit_test(targets_come_as_labels_one_hot_rows_or_values),
        cmocka_unit_test(one_hot_rows_are_classes),
        cmocka_unit_test(nan_infinity_and_overflow_are_named_by_array_and_index),
        cmocka_unit_test(labels_out_of_range_are_named),
        cmocka_unit_test(counts_and_shapes_must_agree),
        cmocka_unit_test(samples_take_another_shape_of_the_same_size_only),
        cmocka_unit_test(validation_takes_the_last_samples_as_keras_does),
        cmocka_unit_test(a_test_split_is_shuffled_with_targets_beside_their_samples),
        cmocka_unit_test(class_folders_give_the_same_part_of_each_class),
        cmocka_unit_test(test_and_validation_are_drawn_apart),
        cmocka_unit_test(a_class_that_the_last_samples_take_from_training_is_told),
        cmocka_unit_test(labels_that_begin_at_1_are_told),
        cmocka_unit_test(indices_beyond_a_split_give_nan_and_label_minus_1),
        cmocka_unit_test(options_that_do_not_exist_are_wrong_usage),
        cmocka_unit_test(arrays_are_found_under_the_names_that_people_give),
        cmocka_unit_test(arrays_that_are_not_used_are_named_and_two_for_one_place_refused),
        cmocka_unit_test(a_packed_npy_is_read_and_a_header_alone_tells_the_shape),
        cmocka_unit_test(an_npz_with_keras_names_is_a_data_set),
        cmocka_unit_test(npy_files_alone_in_pairs_and_in_folders_are_data_sets),
        cmocka_unit_test(a_data_set_knows_the_files_that_it_reads),
        cmocka_unit_test(an_unknown_kind_of_file_is_one_clear_line),
        cmocka_unit_test(every_allocation_beyond_the_memory_limit_ends_in_one_line),
        cmocka_unit_test(a_generated_sine_is_split_60_20_20_and_repeats_with_its_seed),
        cmocka_unit_test(a_summary_has_the_moments_and_the_classes),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
