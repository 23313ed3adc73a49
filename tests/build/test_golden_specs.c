/* Specs against Keras: every optimizer with each of its keys, every loss with its metrics and the forms that targets come
 * in. Training's history, build's summary and a later evaluation of the saved model must each say what Keras says, and so
 * agree with each other. tests/golden/gen_specs.py made the data, the specs and Keras' figures.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/build.h>

#include "base/file.h"
#include "base/text.h"
#include "build/spec.h"
#include "layers/optimizers.h"

#define FOLDER "build/tests/golden_specs"

/* fontconfig keeps its patterns by encoded offsets, which the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

typedef struct golden {
    const char *name, *spec;
    json_t     *history, *evaluate;
} golden;

/* Keras adds in another order, over up to twelve steps. Accuracies are counts of samples: equal, but for their rounding. */
static void assert_near(const golden *g, const char *who, const char *metric, double got, double wanted)
{
    const double tolerance = strstr(metric, "accuracy") ? 1e-6 : 2e-5 * fmax(1, fabs(wanted));

    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%s: %s: %s is %.8g, Keras says %.8g", g->name, who, metric, got, wanted);
}

static mote_spec *parse(const golden *g)
{
    mote_spec *spec;
    mote_error err = {0};

    if (mote_spec_parse(&spec, "golden.yaml", g->spec, strlen(g->spec), &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    return spec;
}

static const double *column(const mote_history *history, const char *name)
{
    int i;

    for (i = 0; i < history->column_count; i++)
        if (strcmp(history->names[i], name) == 0)
            return history->columns[i];
    return NULL;
}

static void check_history(const golden *g)
{
    mote_spec     *spec = parse(g);
    mote_dataset  *set;
    mote_model    *model;
    mote_training *training;
    mote_error     err = {0};
    const char    *name;
    json_t        *values;

    if (mote_spec_load_data(&set, spec, &err) != MOTE_OK || mote_spec_build_model(&model, spec, set, &err) != MOTE_OK ||
        mote_train(&training, model, set, &spec->train, &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    json_object_foreach(g->history, name, values)
    {
        const double *got = column(&training->history, name);
        size_t        i;
        if (!got)
            fail_msg("%s: history has no %s", g->name, name);
        assert_int_equal(training->history.row_count, json_array_size(values));
        for (i = 0; i < json_array_size(values); i++)
            assert_near(g, "history", name, got[i], json_number_value(json_array_get(values, i)));
    }
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
}

static void check_evaluation(const golden *g, const char *who, const mote_evaluation *evaluation)
{
    const char *name;
    json_t     *value;

    json_object_foreach(g->evaluate, name, value)
        assert_near(g, who, name, mote_evaluation_metric(evaluation, name), json_number_value(value));
}

/* The model as somebody else finds it: the file, the data, and no spec. */
static void check_saved_model(const golden *g, const mote_spec *spec)
{
    mote_model               *model;
    mote_dataset             *set = NULL;
    mote_predictions          predictions;
    mote_evaluation           evaluation;
    const mote_dataset_split *split;
    mote_error                err = {0};

    if (mote_model_load(&model, FOLDER "/model.tflite", NULL, &err) != MOTE_OK ||
        mote_dataset_load(&set, spec->data.path, &spec->data.options, &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    if (spec->train.validation_split > 0)
        assert_int_equal(mote_dataset_take_validation(set, spec->train.validation_split, &err), MOTE_OK);
    split = &set->split[spec->train.validation_split > 0 ? MOTE_SPLIT_VALIDATION : MOTE_SPLIT_TEST];
    if (mote_predict(&predictions, model, split, NULL, &err) != MOTE_OK ||
        mote_evaluate(&evaluation, &predictions, split, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    check_evaluation(g, "the saved model", &evaluation);
    mote_predictions_free(&predictions);
    mote_dataset_destroy(set);
    mote_model_destroy(model);
}

static void check_build(const golden *g)
{
    mote_spec         *spec = parse(g);
    mote_build_result  result;
    mote_build_options options = {.folder = FOLDER, .only_train = true};
    mote_error         err = {0};

    assert_int_equal(mote_remove_tree(FOLDER, &err), MOTE_OK);
    if (mote_build(&result, spec, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    if (spec->train.validation_split == 0)
        check_evaluation(g, "build", &result.summary.real.evaluation);
    check_saved_model(g, spec);
    mote_spec_destroy(spec);
}

static void specs_give_keras_figures(void **state)
{
    json_error_t problem;
    json_t      *root = json_load_file("tests/golden/specs/golden.json", 0, &problem), *one;
    const char  *name;
    int          count = 0;

    (void)state;
    if (!root)
        fail_msg("golden.json:%d: %s", problem.line, problem.text);
    json_object_foreach(root, name, one)
    {
        const golden g = {name, json_string_value(json_object_get(one, "spec")), json_object_get(one, "history"),
                          json_object_get(one, "evaluate")};
        check_history(&g);
        check_build(&g);
        count++;
    }
    json_decref(root);
    print_message("%d specs\n", count);
    assert_true(count > 50);
}

/* A key that no golden spec names would go unchecked: the spec's own message lists all that there are. */
static void every_key_of_every_optimizer_is_checked(void **state)
{
    static const char *const optimizers[] = {"sgd", "rmsprop", "adam"};
    mote_text                all = {0};
    mote_file                file;
    mote_error               err = {0};
    size_t                   i;

    (void)state;
    assert_int_equal(mote_file_open(&file, "tests/golden/specs/golden.json", &err), MOTE_OK);
    mote_text_add(&all, (const char *)file.bytes, file.count);
    mote_file_close(&file);
    for (i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        mote_spec *spec;
        char       text[256], *keys, *key, *rest;
        int        count =
            snprintf(text, sizeof text,
                     "model: {input: [1], layers: [{dense: 1}]}\ntrain: {loss: mse, optimizer: {%s: {zzzzzzzz: 1}}}\n",
                     optimizers[i]);
        assert_int_equal(mote_spec_parse(&spec, "x.yaml", text, (size_t)count, &err), MOTE_ERR_USAGE);
        keys = strstr(err.text, "it takes ");
        assert_non_null(keys);
        for (key = strtok_r(keys + strlen("it takes "), ", ", &rest); key; key = strtok_r(NULL, ", ", &rest)) {
            char setting[160];
            if (mote_key_find(mote_optimizer_types[mote_optimizer_find(optimizers[i])].more, key))
                continue; /* what all optimizers have is held to Keras by tests/train/test_loop.c */
            snprintf(setting, sizeof setting, "%s: {%s: ", optimizers[i], key);
            if (!strstr(all.bytes, setting) && !(strcmp(key, "nesterov") == 0 && strstr(all.bytes, "nesterov: true")))
                fail_msg("no golden spec has %s...", setting);
        }
        mote_error_clear(&err);
    }
    mote_text_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(specs_give_keras_figures),
                                       cmocka_unit_test(every_key_of_every_optimizer_is_checked)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
