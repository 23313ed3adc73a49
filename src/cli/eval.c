/* mote eval.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

typedef struct evaluation {
    const char               *model_path, *data_path;
    const char *const        *data;
    int                       data_count;
    mote_model               *model;
    mote_dataset             *set;
    const mote_dataset_split *split;
    mote_predictions          predictions;
    mote_evaluation           result;
    size_t                   *confusion[MOTE_TARGETS_MAX]; /* [class_count][class_count] of each output; NULL: none */
} evaluation;

static int class_count(const evaluation *e, int output)
{
    const mote_dataset_target *target = &e->set->target[output];

    return output < e->set->target_count && target->kind == MOTE_TARGETS_CLASSES ? target->class_count : 0;
}

static mote_status confuse_output(evaluation *e, int output, mote_error *err)
{
    const size_t classes = (size_t)class_count(e, output);

    e->confusion[output] = calloc(classes * classes + 1, sizeof *e->confusion[output]);
    if (!e->confusion[output])
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    return mote_confusion(e->confusion[output], &e->predictions.outputs[output], e->split, err);
}

/* Of every output that answers classes. */
static mote_status confuse(evaluation *e, mote_error *err)
{
    const int count = e->predictions.output_count;
    int       i, done = 0;

    for (i = 0; i < count; i++)
        if (class_count(e, i) > 0 && (count == 1 || mote_answers_are_classes(&e->predictions.outputs[i]))) {
            MOTE_TRY(confuse_output(e, i, err));
            done++;
        }
    if (done == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: has no classes, so there is no confusion matrix", e->data_path);
    return MOTE_OK;
}

static mote_status evaluate(evaluation *e, const cli_args *args, mote_error *err)
{
    const cli_data_request request = {.args = args,
                                      .values = e->data,
                                      .value_count = e->data_count,
                                      .split_name = cli_value(args, "split"),
                                      .preferred = MOTE_SPLIT_TEST,
                                      .model = e->model};
    mote_predict_options   predict = {.progress = cli_progress()};
    long long              limit;

    MOTE_TRY(cli_integer(args, "limit", 1, INT64_MAX, 0, &limit, err));
    predict.limit = (size_t)limit;
    MOTE_TRY(cli_load_data(&e->set, &e->split, &request, err));
    if (mote_predict(&e->predictions, e->model, e->split, &predict, err) != MOTE_OK)
        return mote_context(err, "%s", e->model_path);
    if (mote_evaluate(&e->result, &e->predictions, e->split, NULL, err) != MOTE_OK)
        return mote_context(err, "%s", e->data_path);
    return cli_has(args, "confusion") ? confuse(e, err) : MOTE_OK;
}

/* ---- printing ---- */

static mote_status print_confusion(const evaluation *e, int output, mote_error *err)
{
    enum { MATRIX_MAX = 30 };
    const mote_dataset_target *target = &e->set->target[output];
    const int                  classes = target->class_count;
    const char                *headings[MATRIX_MAX + 1] = {"true \\ answered"};
    char                       numbers[MATRIX_MAX][16];
    cli_table                  table = {.headings = headings, .column_count = classes + 1};
    int                        t, a;

    if (classes > MATRIX_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "a matrix of %d classes does not fit a screen; add --json", classes);
    for (a = 0; a < classes; a++) {
        snprintf(numbers[a], sizeof numbers[a], "%d", a);
        headings[a + 1] = target->class_names ? target->class_names[a] : numbers[a];
    }
    for (t = 0; t < classes; t++) {
        cli_cell(&table, "%s", headings[t + 1]);
        for (a = 0; a < classes; a++)
            cli_cell(&table, "%zu", e->confusion[output][t * classes + a]);
    }
    puts("");
    if (e->predictions.output_count > 1)
        printf("%s\n", mote_show_string(e->predictions.outputs[output].name).text);
    return cli_table_print(&table, err);
}

static mote_status print_table(const evaluation *e, mote_error *err)
{
    cli_table table = {.column_count = 2};
    int       i;

    cli_cell(&table, "samples");
    cli_cell(&table, "%zu (%s)", e->result.count, mote_split_name(e->split->id));
    for (i = 0; i < e->result.metric_count; i++) {
        cli_cell(&table, "%s", e->result.metric[i].name);
        cli_cell(&table, "%s", mote_number_metric(e->result.metric[i].name, e->result.metric[i].value).text);
    }
    MOTE_TRY(cli_table_print(&table, err));
    for (i = 0; i < e->predictions.output_count && i < MOTE_TARGETS_MAX; i++)
        if (e->confusion[i])
            MOTE_TRY(print_confusion(e, i, err));
    return MOTE_OK;
}

static json_t *json_confusion(const evaluation *e, int output)
{
    json_t *rows = json_array();
    int     classes = class_count(e, output), t, a;

    for (t = 0; t < classes; t++) {
        json_t *row = json_array();
        for (a = 0; a < classes; a++)
            mote_json_append(&row, json_integer((json_int_t)e->confusion[output][t * classes + a]));
        mote_json_append(&rows, row);
    }
    return rows;
}

/* Of one output the name of its loss and its matrix, of several an entry each. */
static void put_output(json_t **object, const evaluation *e, int output)
{
    mote_json_set(object, "loss_name", json_string(mote_loss_name(e->result.loss_kind[output])));
    if (e->confusion[output])
        mote_json_set(object, "confusion", json_confusion(e, output));
}

static mote_status print_json(const evaluation *e, mote_error *err)
{
    json_t *object = cli_json_evaluation(&e->result), *list;
    int     i;

    mote_json_set(&object, "split", json_string(mote_split_name(e->split->id)));
    cli_json_warnings(&object, e->set);
    if (e->predictions.output_count == 1) {
        put_output(&object, e, 0);
        return cli_print_json(object, err);
    }
    list = json_array();
    for (i = 0; i < e->predictions.output_count; i++) {
        json_t *output = json_object();
        if (i >= e->set->target_count || e->set->target[i].kind == MOTE_TARGETS_NONE) {
            json_decref(output);
            continue;
        }
        mote_json_set(&output, "name", mote_json_text(e->predictions.outputs[i].name));
        put_output(&output, e, i);
        mote_json_append(&list, output);
    }
    mote_json_set(&object, "outputs", list);
    return cli_print_json(object, err);
}

static mote_status run_eval(const cli_args *args, mote_error *err)
{
    evaluation e = {.model_path = args->positional[0], .data_path = cli_value(args, "data")};
    int        i;

    if (!e.data_path)
        return mote_fail(err, MOTE_ERR_USAGE, "name the data to evaluate on: --data DATA");
    e.data_count = cli_values(args, "data", &e.data);
    if (cli_load_model(&e.model, args, e.model_path, err) == MOTE_OK && evaluate(&e, args, err) == MOTE_OK)
        cli_has(args, "json") ? print_json(&e, err) : print_table(&e, err);
    for (i = 0; i < MOTE_TARGETS_MAX; i++)
        free(e.confusion[i]);
    mote_predictions_free(&e.predictions);
    mote_dataset_destroy(e.set);
    mote_model_destroy(e.model);
    return err->code;
}

const cli_command cli_eval = {
    .name = "eval",
    .operands = "MODEL --data DATA",
    .summary = "loss and metrics of a model on a data set",
    .examples = "  mote eval mnist_int8.tflite --data data/mnist --confusion\n"
                "  mote eval sine.tflite --data sine.npz --split train --limit 100 --json\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"data", 'd', "DATA", "a data set (docs/DATA.md) or a spec; or NAME=FILE.npy of each input and output"},
            {"split", 0, "train|validation|test", "which samples (test, or what there is)"},
            CLI_DATA_OPTIONS,
            {"limit", 0, "N", "the first N samples only"},
            {"confusion", 0, NULL, "which class was taken for which"},
            CLI_INPUT_SHAPE_ROW,
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_eval,
};
