/* Predictions, losses and metrics, and how two models' answers are compared.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include <mote/evaluate.h>

/* ---- predictions ---- */

static void the_number_of_threads_changes_nothing(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 6; number++) {
        mote_model *real = network_infer(network_random(number)), *model = number % 2 ? network_quantize(real, NULL) : real;
        mote_dataset    *set = network_data(real, 97, 0, number);
        mote_predictions one, many;
        mote_error       err = {0};
        int              threads;
        assert_int_equal(
            mote_predict(&one, model, &set->split[MOTE_SPLIT_TRAIN], &(mote_predict_options){.threads = 1}, &err), MOTE_OK);
        assert_int_equal(one.count, 97);
        for (threads = 2; threads < 6; threads++) {
            assert_int_equal(
                mote_predict(&many, model, &set->split[MOTE_SPLIT_TRAIN], &(mote_predict_options){.threads = threads}, &err),
                MOTE_OK);
            assert_int_equal(many.outputs[0].width, one.outputs[0].width);
            assert_memory_equal(many.outputs[0].stored, one.outputs[0].stored, one.count * one.outputs[0].stored_bytes);
            assert_memory_equal(many.outputs[0].real, one.outputs[0].real, one.count * one.outputs[0].width * sizeof(float));
            mote_predictions_free(&many);
        }
        mote_predictions_free(&one);
        mote_predictions_free(&one);
        if (model != real)
            mote_model_destroy(model);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
}

static void outputs_of_another_model_are_no_predictions(void **state)
{
    mote_model      *model = network_infer(network_random(1));
    mote_tensor_info info = mote_model_output(model, 0);
    uint8_t          byte = 0;
    mote_samples     samples = {.count = 1, .sample_bytes = info.bytes - 1, .bytes = &byte};
    mote_predictions p;
    mote_error       err = {0};

    (void)state;
    assert_int_equal(mote_predictions_of_samples(&p, model, &samples, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "is none of this model's"));
    mote_error_clear(&err);
    samples = (mote_samples){.count = 1, .sample_bytes = info.bytes};
    assert_int_equal(mote_predictions_of_samples(&p, model, &samples, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

static bool stop_at_once(void *user, const mote_progress_event *event)
{
    (void)user;
    (void)event;
    return false;
}

static void limits_progress_and_misfits_are_obeyed(void **state)
{
    mote_model          *model = network_infer(network_random(1)), *other = network_infer(network_random(2));
    mote_dataset        *set = network_data(model, 20, 0, 1);
    mote_predictions     p;
    mote_error           err = {0};
    mote_predict_options stopping = {.progress = {.report = stop_at_once}};

    (void)state;
    assert_int_equal(mote_predict(&p, model, &set->split[MOTE_SPLIT_TRAIN], &(mote_predict_options){.limit = 7}, &err),
                     MOTE_OK);
    assert_int_equal(p.count, 7);
    mote_predictions_free(&p);
    assert_int_equal(mote_predict(&p, model, &set->split[MOTE_SPLIT_TRAIN], &(mote_predict_options){.limit = 700}, &err),
                     MOTE_OK);
    assert_int_equal(p.count, 20);
    mote_predictions_free(&p);
    assert_int_equal(mote_predict(&p, model, &set->split[MOTE_SPLIT_TRAIN], &stopping, &err), MOTE_ERR_USAGE);
    assert_null(p.outputs);
    mote_error_clear(&err);
    assert_int_equal(mote_predict(&p, other, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_predict(&p, model, &set->split[MOTE_SPLIT_TEST], NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
    mote_model_destroy(other);
    mote_dataset_destroy(set);
}

/* ---- evaluation ---- */

/* Answers given by hand beside targets given by hand: a data set of `count` samples of one number. */
typedef struct judged {
    mote_dataset     set;
    mote_answers     answers;
    mote_predictions all; /* of judging: these answers alone */
} judged;

static judged judge(float *answers, size_t count, size_t width, const int32_t *labels, int classes, const float *values)
{
    judged j = {.set = {.feature_count = 1,
                        .target_count = 1,
                        .target = {{.kind = labels ? MOTE_TARGETS_CLASSES : MOTE_TARGETS_VALUES,
                                    .class_count = classes,
                                    .width = labels ? 1 : width}}},
                .answers = {.count = count,
                            .width = width,
                            .real = answers,
                            .stored = (uint8_t *)answers,
                            .stored_bytes = width * sizeof(float),
                            .dtype = MOTE_F32}};

    j.set.split[MOTE_SPLIT_TRAIN] =
        (mote_dataset_split){.id = MOTE_SPLIT_TRAIN, .count = count, .labels = {labels}, .values = {values}};
    return j;
}

/* MOTE_LOSS_COUNT: what goes with the targets. */
static mote_evaluation evaluate(judged *j, mote_loss loss)
{
    const mote_goal goal = {.loss = loss};
    mote_evaluation e;
    mote_error      err = {0};

    j->set.split[MOTE_SPLIT_TRAIN].set = &j->set;
    j->all = (mote_predictions){.count = j->answers.count, .outputs = &j->answers, .output_count = 1};
    if (mote_evaluate(&e, &j->all, &j->set.split[MOTE_SPLIT_TRAIN], loss == MOTE_LOSS_COUNT ? NULL : &goal, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return e;
}

static mote_status try_evaluate(judged *j, mote_loss loss)
{
    const mote_goal goal = {.loss = loss};
    mote_evaluation e;
    mote_error      err = {0};

    j->set.split[MOTE_SPLIT_TRAIN].set = &j->set;
    j->all = (mote_predictions){.count = j->answers.count, .outputs = &j->answers, .output_count = 1};
    return mote_evaluate(&e, &j->all, &j->set.split[MOTE_SPLIT_TRAIN], loss == MOTE_LOSS_COUNT ? NULL : &goal, &err);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * fmax(1, fabs(wanted))))
        fail_msg("%.9g, %.9g expected", got, wanted);
}

/* Every `probabilities` case, and mse and mae, of Keras' golden losses. */
static void losses_and_metrics_are_keras_own(void **state)
{
    mote_npz  *npz;
    mote_error err = {0};
    int        i, done = 0;

    (void)state;
    assert_int_equal(mote_npz_open(&npz, "tests/golden/losses.npz", &err), MOTE_OK);
    for (i = 0; i < mote_npz_count(npz); i++) {
        static const struct {
            const char *prefix;
            mote_loss   loss;
        } kinds[] = {{"mse_", MOTE_LOSS_MSE},
                     {"mae_", MOTE_LOSS_MAE},
                     {"binary_crossentropy_probabilities_", MOTE_LOSS_BINARY_CROSSENTROPY},
                     {"categorical_crossentropy_probabilities_", MOTE_LOSS_CATEGORICAL_CROSSENTROPY},
                     {"sparse_categorical_crossentropy_probabilities_", MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY}};
        const char     *name = mote_npz_name(npz, i), *slash = strchr(name, '/');
        char            key[120];
        mote_array      predictions, target, loss, metric;
        mote_evaluation e;
        judged          j;
        size_t          k;
        for (k = 0; k < 5 && strncmp(name, kinds[k].prefix, strlen(kinds[k].prefix)) != 0; k++) {
        }
        if (k == 5 || strcmp(slash, "/predictions") != 0)
            continue;
#define LOAD(array, what)                                                                                                   \
    snprintf(key, sizeof key, "%.*s/" what, (int)(slash - name), name);                                                     \
    assert_int_equal(mote_npz_load(&array, npz, key, 0, &err), MOTE_OK)
        LOAD(predictions, "predictions");
        LOAD(target, "target");
        LOAD(loss, "loss");
        LOAD(metric, "metric");
        if (predictions.rank == 2) { /* one answer a sample; more positions are training's business */
            const bool is_sparse = kinds[k].loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
            j = judge(predictions.bytes, (size_t)predictions.dim[0], (size_t)predictions.dim[1],
                      is_sparse ? target.bytes : NULL, (int)predictions.dim[1], is_sparse ? NULL : target.bytes);
            e = evaluate(&j, kinds[k].loss);
            assert_near(mote_evaluation_metric(&e, "loss"), (double)((float *)loss.bytes)[0]);
            if (is_sparse)
                assert_near(mote_evaluation_metric(&e, "accuracy"), (double)((float *)metric.bytes)[0]);
            else if (k < 2)
                assert_near(mote_evaluation_metric(&e, "mae"), (double)((float *)metric.bytes)[0]);
            done++;
        }
        mote_array_free(&predictions);
        mote_array_free(&target);
        mote_array_free(&loss);
        mote_array_free(&metric);
    }
    mote_npz_close(npz);
    print_message("%d golden losses\n", done);
    assert_true(done >= 8);
}

static void known_answers_give_known_figures(void **state)
{
    float                classes[] = {0.5f, 0.25f, 0.25f, 0.1f, 0.8f, 0.1f, 0.25f, 0.25f, 0.5f, 0.4f, 0.4f, 0.2f};
    static const int32_t labels[] = {0, 1, 0, 1};
    judged               j = judge(classes, 4, 3, labels, 3, NULL);
    mote_evaluation      e = evaluate(&j, MOTE_LOSS_COUNT);
    size_t               confusion[9];
    mote_error           err = {0};
    static const size_t  wanted[9] = {1, 0, 1, 1, 1, 0, 0, 0, 0};

    (void)state;
    assert_int_equal(e.loss_kind[0], MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    assert_near(mote_evaluation_metric(&e, "accuracy"), 0.5); /* of equal ones the first answers */
    assert_near(mote_evaluation_metric(&e, "loss"), -(log(0.5) + log(0.8) + log(0.25) + log(0.4)) / 4);
    assert_true(isnan(mote_evaluation_metric(&e, "mae")));
    assert_int_equal(mote_confusion(confusion, &j.answers, &j.set.split[MOTE_SPLIT_TRAIN], &err), MOTE_OK);
    assert_memory_equal(confusion, wanted, sizeof wanted);
    e = evaluate(&j, MOTE_LOSS_CATEGORICAL_CROSSENTROPY); /* labels made one-hot */
    assert_near(mote_evaluation_metric(&e, "loss"), -(log(0.5) + log(0.8) + log(0.25) + log(0.4)) / 4);
}

static void one_number_a_sample_decides_between_two_classes(void **state)
{
    float                answers[] = {0.9f, 0.2f, 0.5f, 0.6f};
    static const int32_t labels[] = {1, 0, 1, 0};
    judged               j = judge(answers, 4, 1, labels, 2, NULL);
    mote_evaluation      e = evaluate(&j, MOTE_LOSS_COUNT);

    (void)state;
    assert_int_equal(e.loss_kind[0], MOTE_LOSS_BINARY_CROSSENTROPY);
    assert_near(mote_evaluation_metric(&e, "accuracy"), 0.5);
    assert_near(mote_evaluation_metric(&e, "loss"), -(log(0.9) + log(0.8) + log(0.5) + log(0.4)) / 4);
}

static void answers_and_targets_that_do_not_fit_are_refused(void **state)
{
    float                answers[] = {0.9f, 0.1f, 0.5f, 0.5f};
    static const int32_t labels[] = {1, 0, 2, 0};
    static const float   values[] = {1, 2, 3, 4};
    static const char   *words[] = {"a", "b", "c"};
    judged               j = judge(answers, 2, 2, labels, 3, NULL);
    size_t               counts[9];
    mote_error           err = {0};

    (void)state;
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_COUNT), MOTE_ERR_USAGE); /* three classes, two numbers */
    j = judge(answers, 4, 1, labels, 3, NULL);
    j.set.target[0].class_names = words;
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_COUNT), MOTE_ERR_USAGE); /* one number cannot tell three words apart */
    j.set.target[0].class_names = NULL;
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_COUNT), MOTE_OK); /* a regression on whole numbers */
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_BINARY_CROSSENTROPY), MOTE_ERR_USAGE);
    j = judge(answers, 4, 1, labels, 2, NULL);
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY), MOTE_ERR_USAGE);
    j = judge(answers, 2, 2, NULL, 0, values);
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY), MOTE_ERR_USAGE);
    assert_int_equal(mote_confusion(counts, &j.answers, &j.set.split[MOTE_SPLIT_TRAIN], &err), MOTE_ERR_USAGE);
    j.set.target[0].width = 3;
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_MSE), MOTE_ERR_USAGE);
    j.set.target[0].kind = MOTE_TARGETS_NONE;
    assert_int_equal(try_evaluate(&j, MOTE_LOSS_COUNT), MOTE_ERR_USAGE);
}

/* ---- comparing ---- */

static mote_answers answers_of(float *values, size_t count, size_t width)
{
    return (mote_answers){.count = count,
                          .width = width,
                          .real = values,
                          .stored = (uint8_t *)values,
                          .stored_bytes = width * sizeof(float),
                          .dtype = MOTE_F32};
}

static void compare_counts_values_samples_and_winners(void **state)
{
    float           x[] = {1, 2, 3, 6, 5, 4}, y[] = {1, 2.5f, 3, 4, 5, 7};
    mote_answers    a = answers_of(x, 2, 3), b = answers_of(y, 2, 3);
    mote_comparison gap;
    mote_error      err = {0};

    (void)state;
    assert_int_equal(mote_compare(&gap, &a, &b, &err), MOTE_OK);
    assert_true(gap.is_same_type && gap.different_values == 3 && gap.different_samples == 2 && gap.same_argmax == 1);
    assert_near(gap.max_abs, 3);
    assert_near(gap.mean_abs, 5.5 / 6);
    assert_int_equal(mote_compare(&gap, &a, &a, &err), MOTE_OK);
    assert_true(gap.different_values == 0 && gap.max_abs == 0);
    y[0] = NAN; /* is told, not lost behind the next difference */
    assert_int_equal(mote_compare(&gap, &a, &b, &err), MOTE_OK);
    assert_true(isnan(gap.max_abs));
    b.width = 2;
    assert_int_equal(mote_compare(&gap, &a, &b, &err), MOTE_ERR_USAGE);
}

static void layers_are_joined_by_name_and_measured(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 12; number++) {
        mote_model *real = network_infer(network_random(number)),
                   *int8 =
                       network_quantize(real, &(mote_quantize_options){.io = (mote_dtype)(number % 2 ? MOTE_I8 : MOTE_F32)});
        mote_dataset         *set = network_data(real, 10, 0, number);
        mote_layer_difference layers[64];
        mote_error            err = {0};
        int                   count, i;
        assert_int_equal(mote_compare_layers(layers, 64, &count, real, int8, &set->split[MOTE_SPLIT_TRAIN], 0, &err),
                         MOTE_OK);
        assert_int_equal(count, real->graphs[0].node_count);
        for (i = 0; i < count; i++) {
            assert_true(layers[i].max_abs >= layers[i].root_mean_square &&
                        layers[i].root_mean_square >= layers[i].mean_abs * 0.999999);
            assert_true(layers[i].root_mean_square < 0.25 * layers[i].signal + 0.02);
        }
        assert_int_equal(mote_compare_layers(layers, 64, &count, real, real, &set->split[MOTE_SPLIT_TRAIN], 3, &err),
                         MOTE_OK);
        for (i = 0; i < count; i++)
            assert_true(layers[i].max_abs == 0);
        mote_model_destroy(int8);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
}

/* Channels that were dropped count with the values that they have in the whole model. */
static void layers_that_lost_channels_are_compared_as_they_were(void **state)
{
    mote_model           *model = network_with_constant_channels(), *pruned;
    mote_dataset         *set = network_data(model, 10, 0, 3);
    mote_prune_result     result;
    mote_layer_difference whole[8], with[8], from[8];
    mote_error            err = {0};
    int                   whole_count, with_count, from_count, i;

    (void)state;
    assert_int_equal(mote_model_prune_constant(&pruned, model, NULL, &result, &err), MOTE_OK);
    assert_int_equal(result.dropped_channels, 5);
    assert_int_equal(mote_compare_layers(whole, 8, &whole_count, model, model, &set->split[MOTE_SPLIT_TRAIN], 0, &err),
                     MOTE_OK);
    assert_int_equal(mote_compare_layers(with, 8, &with_count, model, pruned, &set->split[MOTE_SPLIT_TRAIN], 0, &err),
                     MOTE_OK);
    assert_int_equal(mote_compare_layers(from, 8, &from_count, pruned, model, &set->split[MOTE_SPLIT_TRAIN], 0, &err),
                     MOTE_OK);
    assert_int_equal(whole_count, 5);
    assert_int_equal(with_count, 5);
    assert_int_equal(from_count, 5);
    for (i = 0; i < 5; i++) {
        assert_true(with[i].max_abs == 0 && from[i].max_abs == 0);
        assert_true(with[i].signal == whole[i].signal && from[i].signal == whole[i].signal);
    }
    mote_model_destroy(model);
    mote_model_destroy(pruned);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(outputs_of_another_model_are_no_predictions),
        cmocka_unit_test(limits_progress_and_misfits_are_obeyed),
        cmocka_unit_test(losses_and_metrics_are_keras_own),
        cmocka_unit_test(known_answers_give_known_figures),
        cmocka_unit_test(one_number_a_sample_decides_between_two_classes),
        cmocka_unit_test(answers_and_targets_that_do_not_fit_are_refused),
        cmocka_unit_test(compare_counts_values_samples_and_winners),
        cmocka_unit_test(layers_are_joined_by_name_and_measured),
        cmocka_unit_test(layers_that_lost_channels_are_compared_as_they_were),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
