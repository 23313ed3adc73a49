/* mote_train refuses options that mean nothing, tells of each epoch once, and does not call a ruined network trained.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "data/raw.h"

/* ---- helpers ---- */

static mote_dataset *sine(void)
{
    mote_dataset *set;
    mote_error    err = {0};

    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 100, .seed = 1}, &err), MOTE_OK);
    return set;
}

static mote_model *linear(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){1});
    mote_model   *model;

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_status try_train(mote_train_options options, mote_error *err)
{
    mote_dataset  *set = sine();
    mote_model    *model = linear();
    mote_training *training;
    mote_status    status = mote_train(&training, model, set, &options, err);

    assert_true((training == NULL) == (status != MOTE_OK));
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    return status;
}

/* ---- tests ---- */

static void options_that_mean_nothing_are_refused_by_name(void **state)
{
    static const struct {
        const char        *named;
        mote_train_options options;
    } cases[] = {
        {"learning_rate", {.optimizer = {.learning_rate = NAN}}},
        {"learning_rate", {.optimizer = {.learning_rate = -1}}},
        {"learning_rate", {.optimizer = {.learning_rate = INFINITY}}},
        {"momentum", {.optimizer = {.momentum = NAN}}},
        {"momentum", {.optimizer = {.momentum = 2}}},
        {"rho", {.optimizer = {.rho = 1}}},
        {"beta_1", {.optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .beta_1 = -0.5}}},
        {"beta_2", {.optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .beta_2 = NAN}}},
        {"epsilon", {.optimizer = {.epsilon = -1e-7f}}},
        {"optimizer 99", {.optimizer = {.kind = (mote_optimizer_kind)99}}},
        {"loss 99", {.loss = (mote_loss)99}},
        {"metrics", {.metrics = 1u << 20}},
        {"batch_size", {.batch_size = -1}},
        {"epochs", {.epochs = -1}},
        {"threads", {.threads = -1}},
        {"validation_split", {.validation_split = (double)NAN}},
        {"validation_split", {.validation_split = 1.5}},
        {"validation_split", {.validation_split = -0.1}},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_error err = {0};
        if (try_train(cases[i].options, &err) != MOTE_ERR_USAGE || !strstr(err.text, cases[i].named))
            fail_msg("%s: status %d, \"%s\"", cases[i].named, (int)err.code, err.text);
    }
}

static void null_options_are_the_defaults_and_other_nulls_are_refused(void **state)
{
    mote_dataset  *set = sine();
    mote_model    *model = linear();
    mote_training *training;
    mote_error     err = {0};

    (void)state;
    assert_int_equal(mote_train(&training, model, set, NULL, &err), MOTE_OK);
    assert_int_equal(training->history.row_count, 1);
    mote_training_destroy(training);
    assert_int_equal(mote_train(&training, NULL, set, NULL, &err), MOTE_ERR_USAGE);
    err = (mote_error){0};
    assert_int_equal(mote_train(&training, model, NULL, NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

/* ---- validation ---- */

static mote_dataset *digits(bool is_by_class)
{
    mote_dataset *set;
    mote_error    err = {0};

    if (mote_dataset_load(&set, "examples/mnist/subset", &(mote_dataset_options){.scale = 255, .flatten = true}, &err) !=
        MOTE_OK)
        fail_msg("%s", err.text);
    set->state->is_by_class = is_by_class;
    return set;
}

/* Loss and validation loss of an epoch. */
static void train_digits(double losses[2], const mote_dataset *set, double validation_split, bool keeps_order)
{
    const mote_train_options options = {.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        .from_logits = true,
                                        .validation_split = validation_split,
                                        .keeps_order = keeps_order};
    mote_error               err = {0};
    mote_builder            *b = mote_builder_create(&(mote_builder_options){.seed = 3}, &err);
    mote_layer_id            x = mote_layer_input(b, 1, (int[]){784});
    mote_model              *model;
    mote_training           *training = NULL;

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK ||
        mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_string_equal(training->history.names[2], "val_loss");
    losses[0] = training->history.columns[1][0];
    losses[1] = training->history.columns[2][0];
    mote_training_destroy(training);
    mote_model_destroy(model);
}

/* Samples that are kept aside are those of mote_dataset_take_validation, in the same order: drawn ones, too. */
static void training_leaves_the_set_as_it_was(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 4; i++) {
        const bool    is_by_class = i & 1, keeps_order = i & 2;
        mote_dataset *set = digits(is_by_class), *same = digits(is_by_class);
        const size_t  count = set->split[MOTE_SPLIT_TRAIN].count;
        double        once[2], again[2], taken[2];
        mote_error    err = {0};
        train_digits(once, set, 0.25, keeps_order);
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, count);
        assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 0);
        assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].x[0], same->split[MOTE_SPLIT_TRAIN].x[0], count * 784);
        assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], same->split[MOTE_SPLIT_TRAIN].labels[0],
                            count * sizeof(int32_t));
        train_digits(again, set, 0.25, keeps_order);
        assert_memory_equal(once, again, sizeof once);
        assert_int_equal(mote_dataset_take_validation(same, 0.25, &err), MOTE_OK);
        train_digits(taken, same, 0, keeps_order);
        assert_memory_equal(once, taken, sizeof once);
        mote_dataset_destroy(set);
        mote_dataset_destroy(same);
    }
}

static void whole_numbers_stay_classes_of_the_set_after_a_regression(void **state)
{
    mote_dataset            *set = digits(false);
    mote_dataset_split      *train = &set->split[MOTE_SPLIT_TRAIN];
    mote_error               err = {0};
    mote_builder            *b = mote_builder_create(NULL, &err);
    mote_layer_id            x = mote_layer_input(b, 1, (int[]){784});
    mote_model              *model = NULL, *network = NULL;
    mote_training           *training = NULL;
    mote_predictions         predictions;
    mote_evaluation          evaluation;
    const mote_train_options options = {.optimizer = {.learning_rate = 1e-5f}};

    (void)state;
    train->count = 64;
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK ||
        mote_train(&training, model, set, &options, &err) != MOTE_OK ||
        mote_model_freeze(&network, model, &err) != MOTE_OK ||
        mote_predict(&predictions, network, train, NULL, &err) != MOTE_OK ||
        mote_evaluate(&evaluation, &predictions, train, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_CLASSES);
    assert_int_equal(set->target[0].class_count, 10);
    assert_non_null(train->labels[0]);
    assert_int_equal(evaluation.loss_kind[0], MOTE_LOSS_MSE);
    assert_true(evaluation.metric[0].value > 0 && evaluation.metric[0].value < 100);
    mote_predictions_free(&predictions);
    mote_training_destroy(training);
    mote_model_destroy(network);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

/* One step an epoch, one epoch: no later step sees what the update did. The learning rate makes the squares overflow. */
static void a_loss_that_the_last_update_ruined_is_an_error(void **state)
{
    mote_train_options options = {.optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 1e30f}, .batch_size = 1000};
    mote_error         err = {0};

    (void)state;
    assert_int_equal(try_train(options, &err), MOTE_ERR_NUMERIC);
    assert_non_null(strstr(err.text, "after the last step"));
}

typedef struct heard {
    int     marks;
    int64_t last_done, total;
} heard;

static bool hear(void *user, const mote_progress_event *event)
{
    heard *h = user;

    assert_true(event->done >= h->last_done && event->done <= event->total);
    h->last_done = event->done;
    h->total = event->total;
    if (event->is_mark) {
        h->marks++;
        assert_int_equal(event->done, h->marks * event->total / 7);
    }
    return true;
}

static void each_epoch_is_told_once_and_the_last_is_the_whole(void **state)
{
    heard              h = {0};
    mote_train_options options = {.epochs = 7, .progress = {hear, &h}};
    mote_error         err = {0};

    (void)state;
    assert_int_equal(try_train(options, &err), MOTE_OK);
    assert_int_equal(h.marks, 7);
    assert_true(h.total > 0 && h.last_done == h.total);
}

/* ---- several inputs and outputs ---- */

/* Features left and right, targets price and kind, in this order or the other. */
static mote_dataset *two_ends(bool is_turned)
{
    const mote_feature_options inputs[] = {{.name = is_turned ? "right" : "left"}, {.name = is_turned ? "left" : "right"}};
    const mote_target_options  outputs[] = {{.name = "price"}, {.name = "kind"}};
    const mote_dataset_options options = {.inputs = inputs, .input_count = 2, .outputs = outputs, .output_count = 2};
    mote_dataset              *set;
    mote_error                 err = {0};

    if (mote_dataset_load(&set, "tests/golden/specs/ends.npz", &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

/* inputs: 1 or 2. */
static mote_model *two_ended(int inputs, const char *second_output)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id left = mote_layer_named_input(b, "left", 1, (int[]){3}), x = left, ends[2];
    mote_model   *model;

    if (inputs == 2) {
        const mote_layer_id right = mote_layer_named_input(b, "right", 1, (int[]){1});
        x = mote_layer_concatenate(b, (mote_layer_id[]){left, right}, 2, NULL);
    }
    ends[0] = mote_layer_dense(b, x, &(mote_dense_options){.units = 1, .name = "price"});
    ends[1] = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .name = second_output});
    if (mote_builder_finish(&model, b, ends, 2, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static void ends_that_do_not_fit_each_other_are_told_by_name(void **state)
{
    const mote_output_goal price = {"price", {.loss = MOTE_LOSS_MSE}}, nothing = {"weight", {0}},
                           negative = {"price", {.loss = MOTE_LOSS_MSE, .weight = -1}};
    const struct {
        int                     inputs;
        bool                    is_turned;
        const char             *second;
        const mote_output_goal *goal;
        const char             *text;
    } cases[] = {
        {1, false, "kind", &price, "the network has 1 input (left), the data feed 2"},
        {2, true, "kind", &price, "left takes [1,3] (3 numbers), a sample of the data has 1"},
        {2, false, "price_2", &nothing, "no output named \"weight\"; it has price, price_2"},
        {2, false, "kind", &negative, "output \"price\": a loss weight of -1"},
        {2, false, "kind", &price, "output \"kind\": the metrics mae and mse compare numbers"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_dataset            *set = two_ends(cases[i].is_turned);
        mote_model              *model = two_ended(cases[i].inputs, cases[i].second);
        const mote_train_options options = {.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                            .from_logits = true,
                                            .metrics = MOTE_METRIC_MAE,
                                            .outputs = cases[i].goal,
                                            .output_count = 1};
        mote_training           *training = NULL;
        mote_error               err = {0};
        assert_int_equal(mote_train(&training, model, set, &options, &err), MOTE_ERR_USAGE);
        if (!strstr(err.text, cases[i].text))
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].text);
        mote_model_destroy(model);
        mote_dataset_destroy(set);
    }
}

static void data_in_another_order_than_the_network_are_refused(void **state)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_named_input(b, "left", 1, (int[]){1}),
                  y = mote_layer_named_input(b, "right", 1, (int[]){3});
    mote_dataset  *set = two_ends(true); /* the shapes fit, the names do not */
    mote_model    *model;
    mote_training *training;
    mote_layer_id  ends[2];

    (void)state;
    x = mote_layer_concatenate(b, (mote_layer_id[]){x, y}, 2, NULL);
    ends[0] = mote_layer_dense(b, x, &(mote_dense_options){.units = 1, .name = "price"});
    ends[1] = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .name = "kind"});
    assert_int_equal(mote_builder_finish(&model, b, ends, 2, &err), MOTE_OK);
    assert_int_equal(mote_train(&training, model, set, NULL, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "the data's feature 0 is \"right\", and the network's input 0 is \"left\""));
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_that_do_not_fit_each_other_are_told_by_name),
        cmocka_unit_test(data_in_another_order_than_the_network_are_refused),
        cmocka_unit_test(options_that_mean_nothing_are_refused_by_name),
        cmocka_unit_test(null_options_are_the_defaults_and_other_nulls_are_refused),
        cmocka_unit_test(training_leaves_the_set_as_it_was),
        cmocka_unit_test(whole_numbers_stay_classes_of_the_set_after_a_regression),
        cmocka_unit_test(a_loss_that_the_last_update_ruined_is_an_error),
        cmocka_unit_test(each_epoch_is_told_once_and_the_last_is_the_whole),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
