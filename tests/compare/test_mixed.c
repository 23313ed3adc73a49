/* Layers raised and lowered for a goal, and what is lost as one number. SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>
#include <string.h>

#include <mote/mixed.h>

static mote_model *network(uint64_t number)
{
    return network_infer(network_random(number));
}

static mote_status mix(mote_model **out, mote_mixed *report, const mote_model *real, const mote_mixed_options *options,
                       mote_error *err)
{
    mote_dataset *set = network_data(real, 60, 0, 5);
    mote_status   status = mote_model_quantize_mixed(out, report, real, &set->split[MOTE_SPLIT_TRAIN],
                                                     &set->split[MOTE_SPLIT_TRAIN], options, err);

    mote_dataset_destroy(set);
    return status;
}

/* ---- goals ---- */

static void layers_are_raised_until_the_goal_is_met(void **state)
{
    mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT4}, .has_max_drop = true};
    int                raised = 0;
    uint64_t           number;

    (void)state;
    for (number = 0; number < 12; number++) {
        mote_model *real = network(number), *made;
        mote_mixed  report;
        mote_error  err = {0};
        int32_t     i;
        if (mix(&made, &report, real, &options, &err) != MOTE_OK)
            fail_msg("network %d: %s", (int)number, err.text);
        assert_true(report.is_met && report.point_count > 0);
        assert_int_equal(report.kind, MOTE_DROP_AGREEMENT); /* there are no targets */
        assert_true(report.points[report.chosen].drop <= 0);
        for (i = 0; i < report.chosen; i++) /* what was raised and is not wanted went back */
            assert_true(report.points[i].raised > 0 || i == 0);
        raised += report.points[report.chosen].raised;
        mote_mixed_free(&report);
        mote_model_destroy(made);
        mote_model_destroy(real);
    }
    print_message("%d layers raised in 12 networks\n", raised);
    assert_in_range(raised, 1, 60);
}

static void layers_that_the_goal_is_met_without_go_back(void **state)
{
    mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT4}, .has_max_drop = true};
    uint64_t           number;
    int                checked = 0;

    (void)state;
    for (number = 0; number < 40; number++) {
        mote_model *real = network(number), *made;
        mote_mixed  report;
        mote_error  err = {0};
        int32_t     p;
        assert_int_equal(mix(&made, &report, real, &options, &err), MOTE_OK);
        assert_int_equal(report.chosen, report.point_count - 1);
        for (p = 1; p < report.point_count; p++)
            checked += report.points[p].raised < report.points[p - 1].raised;
        mote_mixed_free(&report);
        mote_model_destroy(made);
        mote_model_destroy(real);
    }
    print_message("%d layers went back in 40 networks\n", checked);
    assert_true(checked > 0);
}

static void the_same_again_gives_the_same(void **state)
{
    mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT4}, .has_max_drop = true, .max_drop = 1};
    mote_model        *real = network(4), *made[2];
    mote_mixed         report[2];
    mote_error         err = {0};
    int32_t            i;

    (void)state;
    for (i = 0; i < 2; i++)
        assert_int_equal(mix(&made[i], &report[i], real, &options, &err), MOTE_OK);
    assert_int_equal(report[0].point_count, report[1].point_count);
    for (i = 0; i < report[0].point_count; i++) {
        assert_string_equal(report[0].points[i].layer, report[1].points[i].layer);
        assert_true(report[0].points[i].drop == report[1].points[i].drop);
        assert_int_equal(report[0].points[i].bytes, report[1].points[i].bytes);
    }
    for (i = 0; i < 2; i++) {
        mote_mixed_free(&report[i]);
        mote_model_destroy(made[i]);
    }
    mote_model_destroy(real);
}

/* A net with weights enough for bytes to count. */
static mote_model *wide(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    network_dice  dice = network_dice_of(9);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){40}), out;

    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "one", .units = 64, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "two", .units = 64, .activation = MOTE_ACTIVATION_RELU});
    out = mote_layer_dense(b, x, &(mote_dense_options){.name = "three", .units = 4, .activation = MOTE_ACTIVATION_SOFTMAX});
    return network_infer(network_finish(b, &out, 1, &dice));
}

static size_t bytes_of(const mote_model *real, mote_scheme scheme)
{
    mote_mixed_options options = {.quantize = {.scheme = scheme}, .has_max_drop = true, .max_drop = 100};
    mote_model        *made;
    mote_mixed         report;
    mote_error         err = {0};
    size_t             bytes;

    assert_int_equal(mix(&made, &report, real, &options, &err), MOTE_OK);
    assert_int_equal(report.point_count, 1); /* the goal is met to begin with */
    bytes = report.points[0].bytes;
    mote_mixed_free(&report);
    mote_model_destroy(made);
    return bytes;
}

static void files_are_shortened_to_a_size(void **state)
{
    mote_model        *real = wide(), *made;
    const size_t       int8 = bytes_of(real, MOTE_SCHEME_INT8), int4 = bytes_of(real, MOTE_SCHEME_INT4);
    mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT8}, .max_bytes = (int8 + int4) / 2};
    mote_mixed         report;
    mote_error         err = {0};

    (void)state;
    assert_true(int4 + 2000 < int8);
    assert_int_equal(mix(&made, &report, real, &options, &err), MOTE_OK);
    assert_true(report.points[report.chosen].bytes <= options.max_bytes);
    assert_in_range(report.points[report.chosen].lowered, 1, 2);
    mote_mixed_free(&report);
    mote_model_destroy(made);
    options.max_bytes = 1000; /* no mixture is so short */
    assert_int_equal(mix(&made, &report, real, &options, &err), MOTE_ERR_LIMIT);
    assert_null(made);
    assert_false(report.is_met);
    assert_true(report.points[report.chosen].bytes <= int4 && report.points[report.chosen].bytes > 1000);
    assert_non_null(strstr(err.text, "more than 1000"));
    mote_mixed_free(&report);
    mote_error_clear(&err);
    options = (mote_mixed_options){.quantize = {.scheme = MOTE_SCHEME_INT8}, .max_bytes = 10 * int8};
    assert_int_equal(mix(&made, &report, real, &options, &err), MOTE_OK); /* there is room for real numbers */
    assert_int_equal(report.points[report.chosen].lowered, 0);
    assert_true(report.points[report.chosen].drop <= report.points[0].drop);
    mote_mixed_free(&report);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

static void a_goal_out_of_reach_says_what_comes_nearest(void **state)
{
    mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT4}, .has_max_drop = true, .finest = "int4"};
    uint64_t           number;
    int                missed = 0;

    (void)state;
    for (number = 0; number < 12; number++) {
        mote_model *real = network(number), *made;
        mote_mixed  report;
        mote_error  err = {0};
        if (mix(&made, &report, real, &options, &err) == MOTE_ERR_LIMIT) {
            missed++;
            assert_null(made);
            assert_non_null(strstr(err.text, "the best loses "));
            assert_non_null(strstr(err.text, "more than 0;"));
        }
        mote_mixed_free(&report);
        mote_model_destroy(made);
        mote_model_destroy(real);
    }
    assert_true(missed > 0);
}

static void fixed_layers_stay_what_was_said(void **state)
{
    const mote_layer_scheme layer = {.pattern = "two", .scheme = MOTE_SCHEME_INT4};
    mote_mixed_options      options = {.quantize = {.layers = &layer, .layer_count = 1}, .has_max_drop = true};
    mote_model             *real = wide(), *made;
    mote_mixed              report;
    mote_error              err = {0};
    int32_t                 i;

    (void)state;
    mix(&made, &report, real, &options, &err); /* met or not */
    for (i = 0; i < report.layer_count; i++)
        if (strcmp(report.layers[i].name, "two") == 0)
            assert_string_equal(report.layers[i].scheme, "int4");
    mote_mixed_free(&report);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

static void wrong_goals_are_refused(void **state)
{
    static const mote_mixed_options wrong[] = {
        {.max_bytes = 0},
        {.has_max_drop = true, .max_drop = -1},
        {.has_max_drop = true, .max_drop = NAN},
        {.has_max_drop = true, .finest = "float"},
        {.has_max_drop = true, .quantize = {.scheme = MOTE_SCHEME_INT16X8}, .finest = "int8"},
        {.has_max_drop = true, .quantize = {.scheme = MOTE_SCHEME_DYNAMIC}},
    };
    mote_model *real = wide(), *made;
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        mote_mixed report;
        mote_error err = {0};
        assert_int_equal(mix(&made, &report, real, &wrong[i], &err), MOTE_ERR_USAGE);
        assert_null(made);
        mote_mixed_free(&report);
    }
    mote_model_destroy(real);
}

/* ---- what is lost ---- */

/* Answers of one output that are given. */
static mote_predictions answers_of(mote_answers *answers, float *values, size_t count, size_t width, mote_answer_kind kind)
{
    *answers = (mote_answers){
        .name = "y", .count = count, .width = width, .real = values, .kind = kind, .rank = 1, .dim = {(int32_t)width}};
    return (mote_predictions){.count = count, .outputs = answers, .output_count = 1};
}

static mote_drop drop_between(float *a, float *b, size_t count, size_t width, mote_answer_kind kind)
{
    mote_answers       of_a, of_b;
    mote_predictions   from = answers_of(&of_a, a, count, width, kind), to = answers_of(&of_b, b, count, width, kind);
    mote_dataset       set = {.target_count = 1};
    mote_dataset_split split = {.set = &set, .count = count};
    mote_drop          drop;
    mote_error         err = {0};

    assert_int_equal(mote_measure_drop(&drop, &from, &to, &split, NULL, &err), MOTE_OK);
    return drop;
}

static void a_drop_is_what_its_kind_says(void **state)
{
    float     a[] = {0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.3f, 0.7f}, b[] = {0.6f, 0.4f, 0.7f, 0.3f, 0.6f, 0.4f, 0.1f, 0.9f};
    float     c[] = {3, 4, 0, 0}, d[] = {3, 4.5f, 0, 0};
    mote_drop drop = drop_between(a, b, 4, 2, MOTE_ANSWERS_PROBABILITIES);

    (void)state;
    assert_int_equal(drop.kind, MOTE_DROP_AGREEMENT);
    assert_true(drop.points == 25); /* the second of four */
    drop = drop_between(a, b, 8, 1, MOTE_ANSWERS_SIGMOIDS);
    assert_true(drop.points == 25); /* two of eight change sides */
    drop = drop_between(a, b, 4, 2, MOTE_ANSWERS_SIGMOIDS);
    assert_true(drop.points == 25);
    drop = drop_between(c, d, 2, 2, MOTE_ANSWERS_NUMBERS);
    assert_int_equal(drop.kind, MOTE_DROP_DIFFERENCE);
    assert_true(fabs(drop.points - 10) < 1e-9); /* 0.5 of 5 */
    drop = drop_between(c, c, 2, 2, MOTE_ANSWERS_NUMBERS);
    assert_true(drop.points == 0);
}

static void accuracy_counts_where_there_are_classes(void **state)
{
    mote_model               *real = network(3), *made;
    const int                 classes = (int)mote_model_output(real, 0).count;
    mote_dataset             *set = network_data(real, 50, classes, 5);
    const mote_dataset_split *split = &set->split[MOTE_SPLIT_TRAIN];
    mote_predictions          a, b;
    mote_evaluation           of_a, of_b;
    mote_drop                 drop;
    mote_error                err = {0};

    (void)state;
    assert_int_equal(mote_model_quantize(&made, real, split, &(mote_quantize_options){.scheme = MOTE_SCHEME_INT4}, &err),
                     MOTE_OK);
    assert_int_equal(mote_predict(&a, real, split, NULL, &err), MOTE_OK);
    assert_int_equal(mote_predict(&b, made, split, NULL, &err), MOTE_OK);
    assert_int_equal(mote_evaluate(&of_a, &a, split, NULL, &err), MOTE_OK);
    assert_int_equal(mote_evaluate(&of_b, &b, split, NULL, &err), MOTE_OK);
    assert_int_equal(mote_measure_drop(&drop, &a, &b, split, NULL, &err), MOTE_OK);
    assert_int_equal(drop.kind, MOTE_DROP_ACCURACY);
    assert_true(fabs(drop.points -
                     100 * (mote_evaluation_metric(&of_a, "accuracy") - mote_evaluation_metric(&of_b, "accuracy"))) < 1e-9);
    mote_predictions_free(&a);
    mote_predictions_free(&b);
    mote_dataset_destroy(set);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_raised_until_the_goal_is_met),
        cmocka_unit_test(layers_that_the_goal_is_met_without_go_back),
        cmocka_unit_test(the_same_again_gives_the_same),
        cmocka_unit_test(files_are_shortened_to_a_size),
        cmocka_unit_test(a_goal_out_of_reach_says_what_comes_nearest),
        cmocka_unit_test(fixed_layers_stay_what_was_said),
        cmocka_unit_test(wrong_goals_are_refused),
        cmocka_unit_test(a_drop_is_what_its_kind_says),
        cmocka_unit_test(accuracy_counts_where_there_are_classes),
    };
    return cmocka_run_group_tests_name("mixed", tests, NULL, NULL);
}
