/* mote compare: two models on the same samples, on the host or one of them on an emulated chip or a board.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { LAYERS_MAX = 4096 };

/* One of the two: a model file, chip:NAME:MODEL, or serial:DEV, where the model is the other's. */
typedef struct side {
    const char      *given, *path;
    const char      *chip;   /* NULL: none */
    const char      *device; /* NULL: none */
    char            *chip_name;
    mote_model      *model;
    bool             is_others_model;
    cli_board        board;
    mote_predictions predictions;
    mote_evaluation  evaluation;
    bool             is_evaluated;
} side;

typedef struct comparing {
    side                      a, b;
    mote_dataset             *set;
    const mote_dataset_split *split;
    size_t                    limit;
    int                       timeout_seconds;
    mote_comparison          *results;                 /* of each output */
    int32_t                   order[MOTE_TARGETS_MAX]; /* which of b's outputs each of a's is */
    int                       output_count;
    bool                      wants_layers;
    mote_layer_difference    *layers; /* of two model files */
    int                       layer_count;
    mote_link_layers          board_layers; /* of a board */
    mote_drop                 drop;         /* from a's answers to b's */
    bool                      is_gate;      /* with a limit to that */
    double                    drop_max;
    const char               *plot; /* NULL: none */
} comparing;

static mote_status parse_side(side *s, const char *given, mote_error *err)
{
    const char *colon;

    s->given = s->path = given;
    s->device = cli_board_device(given);
    if (s->device)
        return MOTE_OK;
    if (strncmp(given, "chip:", 5) != 0)
        return MOTE_OK;
    colon = strchr(given + 5, ':');
    if (!colon || colon[1] == '\0')
        return mote_fail(err, MOTE_ERR_USAGE, "%s: firmware on a chip is named chip:NAME:MODEL",
                         mote_show_string(given).text);
    s->path = colon + 1;
    s->chip_name = strndup(given + 5, (size_t)(colon - given - 5));
    s->chip = s->chip_name;
    return s->chip ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

/* Both are asked the same questions: those that either was trained for; NULL: what goes with the targets. */
static const mote_goal *common_goals(const comparing *c, mote_goal goals[MOTE_TARGETS_MAX])
{
    const mote_model *model = mote_model_goal(&goals[0], c->a.model, 0)             ? c->a.model
                              : mote_model_goal(&goals[0], c->b.model, c->order[0]) ? c->b.model
                                                                                    : NULL;
    int32_t           i;

    for (i = 0; model && i < MOTE_TARGETS_MAX; i++)
        mote_model_goal(&goals[i], model, model == c->b.model ? c->order[i] : i);
    return model ? goals : NULL;
}

/* A sample's arrays go to both in one order. */
static mote_status check_inputs(const comparing *c, mote_error *err)
{
    const int32_t count = mote_model_input_count(c->a.model);
    int32_t       i;

    for (i = 0; count == mote_model_input_count(c->b.model) && i < count; i++) {
        const mote_tensor_info a = mote_model_input(c->a.model, i);
        const int32_t          place = mote_model_find_input(c->b.model, a.name);
        if (place >= 0 && place != i)
            return mote_fail(
                err, MOTE_ERR_UNSUPPORTED,
                "input \"%s\" is number %d of %s and number %d of %s; models whose inputs stand in another order "
                "cannot be compared yet",
                mote_show_string(a.name).text, (int)i, c->a.given, (int)place, c->b.given);
    }
    return MOTE_OK;
}

/* b's outputs in the order of a's. */
static mote_status match_outputs(comparing *c, mote_error *err)
{
    int32_t i;

    for (i = 0; i < MOTE_TARGETS_MAX; i++)
        c->order[i] = i;
    if (mote_model_output_count(c->a.model) <= MOTE_TARGETS_MAX && !mote_match_outputs(c->order, c->a.model, c->b.model))
        return mote_fail(err, MOTE_ERR_USAGE, "%s has %d outputs, %s has %d", c->a.given,
                         (int)mote_model_output_count(c->a.model), c->b.given, (int)mote_model_output_count(c->b.model));
    return MOTE_OK;
}

static void order_predictions(side *s, const int32_t *order)
{
    mote_answers given[MOTE_TARGETS_MAX];
    int32_t      i, count = s->predictions.output_count;

    for (i = 0; i < count && i < MOTE_TARGETS_MAX; i++)
        given[i] = s->predictions.outputs[i];
    for (i = 0; i < count && i < MOTE_TARGETS_MAX; i++)
        s->predictions.outputs[i] = given[order[i]];
}

static mote_status predict_on_board(side *s, comparing *c, const mote_predict_options *options, mote_error *err)
{
    mote_link *link;

    MOTE_TRY(cli_board_open(&link, s->device, c->timeout_seconds, err));
    if (mote_predict_on_board(&s->predictions, s->model, link, c->split, options, &s->board.times, err) == MOTE_OK &&
        c->wants_layers)
        mote_compare_layers_on_board(&c->board_layers, s->model, link, c->split, c->limit, err);
    cli_board_close(&s->board, link);
    return err->code;
}

static mote_status predict(side *s, comparing *c, mote_error *err)
{
    const mote_predict_options options = {
        .limit = c->limit, .time_limit_seconds = c->timeout_seconds, .progress = cli_progress()};
    const mote_device device = {.chip = s->chip};
    mote_goal         goals[MOTE_TARGETS_MAX];

    if (s->device) /* whose errors name it */
        MOTE_TRY(predict_on_board(s, c, &options, err));
    else if (s->chip)
        mote_predict_on_chip(&s->predictions, s->model, &device, c->split, &options, NULL, err);
    else
        mote_predict(&s->predictions, s->model, c->split, &options, err);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", s->given);
    if (s == &c->b)
        order_predictions(s, c->order);
    if (mote_dataset_has_targets(c->set)) {
        if (mote_evaluate(&s->evaluation, &s->predictions, c->split, common_goals(c, goals), err) != MOTE_OK)
            return mote_context(err, "%s", s->given);
        s->is_evaluated = true;
    }
    return MOTE_OK;
}

static mote_status compare_layers(comparing *c, mote_error *err)
{
    if (c->a.device || c->b.device) /* told while it predicts */
        return MOTE_OK;
    if (c->a.chip || c->b.chip)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "--layers compares two model files; a chip gives its outputs only");
    c->layers = calloc(LAYERS_MAX, sizeof *c->layers);
    if (!c->layers)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    MOTE_TRY(mote_compare_layers(c->layers, LAYERS_MAX, &c->layer_count, c->a.model, c->b.model, c->split, c->limit, err));
    c->layer_count = c->layer_count < LAYERS_MAX ? c->layer_count : LAYERS_MAX;
    return MOTE_OK;
}

static mote_status load_models(side *a, side *b, const cli_args *args, mote_error *err)
{
    if (a->device && b->device)
        return mote_fail(err, MOTE_ERR_USAGE, "name the model that the board runs: mote compare %s MODEL --data DATA",
                         mote_show_string(a->given).text);
    if (!a->device)
        MOTE_TRY(cli_load_model(&a->model, args, a->path, err));
    if (!b->device)
        MOTE_TRY(cli_load_model(&b->model, args, b->path, err));
    a->is_others_model = a->device != NULL;
    b->is_others_model = b->device != NULL;
    a->model = a->device ? b->model : a->model;
    b->model = b->device ? a->model : b->model;
    return MOTE_OK;
}

/* Samples are prepared as a's recipe says, or as b's where a has none. */
static mote_status load(comparing *c, const cli_args *args, mote_error *err)
{
    cli_data_request request = {.args = args, .split_name = cli_value(args, "split"), .preferred = MOTE_SPLIT_TEST};
    mote_preparation ignored;
    long long        limit;
    bool             is_prepared_by_b;

    request.value_count = cli_values(args, "data", &request.values);
    MOTE_TRY(cli_integer(args, "limit", 1, INT64_MAX, 0, &limit, err));
    c->limit = (size_t)limit;
    MOTE_TRY(cli_timeout(args, &c->timeout_seconds, err));
    if (c->timeout_seconds > 0 && !c->a.chip && !c->b.chip && !c->a.device && !c->b.device)
        return mote_fail(err, MOTE_ERR_USAGE, "--timeout goes with a chip:NAME:MODEL or a serial:DEV");
    MOTE_TRY(load_models(&c->a, &c->b, args, err));
    is_prepared_by_b = !mote_model_preparation(&ignored, c->a.model, 0) && mote_model_preparation(&ignored, c->b.model, 0);
    request.model = is_prepared_by_b ? c->b.model : c->a.model;
    return cli_load_data(&c->set, &c->split, &request, err);
}

/* Output by output, in their order. */
static mote_status compare_outputs(comparing *c, mote_error *err)
{
    const mote_predictions *a = &c->a.predictions, *b = &c->b.predictions;
    int                     i;

    if (a->output_count != b->output_count)
        return mote_fail(err, MOTE_ERR_USAGE, "%s has %d outputs, %s has %d", c->a.given, a->output_count, c->b.given,
                         b->output_count);
    c->results = calloc((size_t)a->output_count + 1, sizeof *c->results);
    if (!c->results)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    c->output_count = a->output_count;
    for (i = 0; i < c->output_count; i++)
        MOTE_TRY(mote_compare(&c->results[i], &a->outputs[i], &b->outputs[i], err));
    return MOTE_OK;
}

static mote_status measure_drop(comparing *c, mote_error *err)
{
    mote_goal goals[MOTE_TARGETS_MAX];

    return mote_measure_drop(&c->drop, &c->a.predictions, &c->b.predictions, c->split, common_goals(c, goals), err);
}

static mote_status read_gate(comparing *c, const cli_args *args, mote_error *err)
{
    c->is_gate = cli_has(args, "fail-over");
    c->plot = cli_value(args, "plot");
    c->wants_layers = cli_has(args, "layers");
    MOTE_TRY(cli_points(args, "fail-over", &c->drop_max, err));
    if (c->plot && (!c->wants_layers || c->a.chip || c->b.chip || c->a.device || c->b.device))
        return mote_fail(err, MOTE_ERR_USAGE, "--plot draws the layers of two model files; it goes with --layers");
    return MOTE_OK;
}

static mote_status compare(comparing *c, const cli_args *args, mote_error *err)
{
    MOTE_TRY(read_gate(c, args, err));
    MOTE_TRY(load(c, args, err));
    MOTE_TRY(check_inputs(c, err));
    MOTE_TRY(match_outputs(c, err));
    if (c->wants_layers)
        MOTE_TRY(compare_layers(c, err));
    MOTE_TRY(predict(&c->a, c, err));
    MOTE_TRY(predict(&c->b, c, err));
    MOTE_TRY(compare_outputs(c, err));
    MOTE_TRY(measure_drop(c, err));
    return c->plot ? mote_layers_save_chart(c->layers, c->layer_count, c->plot, err) : MOTE_OK;
}

/* NaN is not within any limit. */
static bool is_within(const comparing *c)
{
    /* A share of samples is a quotient, and a limit in decimals another: they are equal up to rounding. */
    return c->drop.points <= c->drop_max + 1e-6;
}

/* The last word, once all is shown. */
static mote_status judge(const comparing *c, mote_error *err)
{
    if (!c->is_gate || is_within(c))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_LIMIT, "%s loses %.4g %s against %s on %zu samples, more than --fail-over %g",
                     mote_show_string(c->b.given).text, c->drop.points, mote_drop_unit(c->drop.kind),
                     mote_show_string(c->a.given).text, c->a.predictions.count, c->drop_max);
}

/* ---- printing ---- */

static bool are_renamed(const comparing *c)
{
    int i;

    for (i = 0; i < c->layer_count; i++)
        if (strcmp(c->layers[i].name, c->layers[i].name_in_b) != 0)
            return true;
    return false;
}

/* A converter's list of names: the first is enough. */
static void name_cell(cli_table *table, const char *name)
{
    cli_cell(table, "%.*s", (int)strcspn(name, ";"), name);
}

/* NULL: nothing goes wrong. */
static const mote_layer_difference *judged_layer(const comparing *c)
{
    int i;

    for (i = 0; i < c->layer_count; i++)
        if (c->layers[i].verdict[0])
            return &c->layers[i];
    return NULL;
}

static void print_verdict(const comparing *c)
{
    const mote_layer_difference *layer = judged_layer(c);

    if (layer)
        printf("\nfirst to go wrong: %s\n", layer->verdict);
}

static mote_status print_layers(const comparing *c, mote_error *err)
{
    static const char *const headings[] = {"layer", "signal", "rms error", "SQNR dB", "max error", "in the other"};
    cli_table                table = {.headings = headings, .column_count = are_renamed(c) ? 6 : 5};
    int                      i;

    for (i = 0; i < c->layer_count; i++) {
        const mote_layer_difference *layer = &c->layers[i];
        name_cell(&table, layer->name);
        cli_cell(&table, "%.4g", layer->signal);
        cli_cell(&table, "%.4g", layer->root_mean_square);
        cli_cell(&table, isfinite(mote_layer_sqnr(layer)) ? "%.1f" : "equal", mote_layer_sqnr(layer));
        cli_cell(&table, "%.4g", layer->max_abs);
        if (table.column_count == 6)
            name_cell(&table, layer->name_in_b);
    }
    puts("");
    if (c->layer_count == 0)
        puts("no layer of the one is found in the other");
    MOTE_TRY(cli_table_print(&table, err));
    print_verdict(c);
    return MOTE_OK;
}

static int first_wrong(const mote_link_layers *l)
{
    int i = 0;

    while (i < l->layer_count && l->layers[i].different_samples == 0)
        i++;
    return i < l->layer_count ? i : -1;
}

static mote_status print_board_layers(const mote_link_layers *l, mote_error *err)
{
    static const char *const headings[] = {"layer", "operator", "output", "different samples"};
    cli_table                table = {.headings = headings, .column_count = 4};
    const int                wrong = first_wrong(l);
    int                      i;

    for (i = 0; i < l->layer_count; i++) {
        cli_cell(&table, "%s", mote_show_string(l->layers[i].name).text);
        cli_cell(&table, "%s", l->layers[i].op);
        cli_cell(&table, "%s", l->layers[i].shape);
        cli_cell(&table, "%zu of %zu", l->layers[i].different_samples, l->sample_count);
    }
    puts("");
    MOTE_TRY(cli_table_print(&table, err));
    if (wrong < 0)
        puts("every layer gives the host's bytes");
    else
        printf("first wrong layer: %s (%s %s)\n", mote_show_string(l->layers[wrong].name).text, l->layers[wrong].op,
               l->layers[wrong].shape);
    return MOTE_OK;
}

static void add_metrics(cli_table *table, const comparing *c)
{
    int i;

    for (i = 0; c->a.is_evaluated && i < c->a.evaluation.metric_count; i++) {
        const char *name = c->a.evaluation.metric[i].name;
        cli_cell(table, "%s", name);
        cli_cell(table, "%s and %s", mote_number_metric(name, c->a.evaluation.metric[i].value).text,
                 mote_number_metric(name, c->b.evaluation.metric[i].value).text);
    }
}

static void add_comparison(cli_table *table, const mote_comparison *r)
{
    cli_cell(table, "samples");
    cli_cell(table, "%zu of %zu values", r->count, r->width);
    cli_cell(table, "different values");
    cli_cell(table, "%zu of %zu (%s)", r->different_values, r->count * r->width,
             r->is_same_type ? "as stored" : "as real numbers");
    cli_cell(table, "different samples");
    cli_cell(table, "%zu of %zu", r->different_samples, r->count);
    cli_cell(table, "largest difference");
    cli_cell(table, "%.6g", r->max_abs);
    cli_cell(table, "mean difference");
    cli_cell(table, "%.6g", r->mean_abs);
    if (r->width > 1) {
        cli_cell(table, "same largest value");
        cli_cell(table, "%zu of %zu samples", r->same_argmax, r->count);
    }
}

static void add_drop(cli_table *table, const comparing *c)
{
    cli_cell(table, "lost");
    cli_cell(table, "%.4g %s%s", c->drop.points, mote_drop_unit(c->drop.kind),
             !c->is_gate    ? ""
             : is_within(c) ? ", within the limit"
                            : ", over the limit");
}

static mote_status print_table(const comparing *c, mote_error *err)
{
    cli_table table = {.column_count = 2};
    int       i;

    for (i = 0; i < c->output_count; i++) {
        if (c->output_count > 1) {
            cli_cell(&table, "output");
            cli_cell(&table, "%s", c->a.predictions.outputs[i].name);
        }
        add_comparison(&table, &c->results[i]);
    }
    add_metrics(&table, c);
    if (c->is_gate)
        add_drop(&table, c);
    cli_board_add(&table, &c->a.board);
    cli_board_add(&table, &c->b.board);
    MOTE_TRY(cli_table_print(&table, err));
    if (c->board_layers.layer_count > 0)
        return print_board_layers(&c->board_layers, err);
    return c->layers ? print_layers(c, err) : MOTE_OK;
}

static json_t *json_layers(const comparing *c)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < c->layer_count; i++) {
        const mote_layer_difference *layer = &c->layers[i];
        mote_json_append(
            &list, json_pack("{so so so so so so so so so so so*}", "name", mote_json_text(layer->name), "name_in_b",
                             mote_json_text(layer->name_in_b), "signal", mote_json_number(layer->signal), "rms_error",
                             mote_json_number(layer->root_mean_square), "sqnr_db", mote_json_number(mote_layer_sqnr(layer)),
                             "max_error", mote_json_number(layer->max_abs), "mean_error", mote_json_number(layer->mean_abs),
                             "cosine", mote_json_number(layer->cosine), "channel_sqnr_db",
                             mote_json_number(layer->channel_sqnr), "beyond", mote_json_number(layer->beyond), "verdict",
                             layer->verdict[0] ? mote_json_text(layer->verdict) : NULL));
    }
    return list;
}

static json_t *json_board_layers(const mote_link_layers *l)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < l->layer_count; i++)
        mote_json_append(&list, json_pack("{so ss ss sI}", "name", mote_json_text(l->layers[i].name), "op", l->layers[i].op,
                                          "shape", l->layers[i].shape, "different_samples",
                                          (json_int_t)l->layers[i].different_samples));
    return list;
}

static json_t *json_side(const side *s)
{
    json_t *object = json_object();

    mote_json_set(&object, "model", mote_json_text(s->given));
    if (s->is_evaluated)
        cli_json_metrics(&object, &s->evaluation);
    cli_board_json(&object, &s->board);
    return object;
}

static json_t *json_comparison(const mote_comparison *r)
{
    return json_pack("{sI sI sb sI sI so so sI}", "samples", (json_int_t)r->count, "values_per_sample", (json_int_t)r->width,
                     "same_type", r->is_same_type, "different_values", (json_int_t)r->different_values, "different_samples",
                     (json_int_t)r->different_samples, "max_difference", mote_json_number(r->max_abs), "mean_difference",
                     mote_json_number(r->mean_abs), "same_argmax", (json_int_t)r->same_argmax);
}

/* Of one output its figures, of several a list. */
static mote_status print_json(const comparing *c, mote_error *err)
{
    json_t *object = c->output_count == 1 ? json_comparison(&c->results[0]) : json_object(), *list;
    int     i;

    if (c->output_count > 1) {
        list = json_array();
        for (i = 0; i < c->output_count; i++) {
            json_t *output = json_comparison(&c->results[i]);
            mote_json_set(&output, "name", mote_json_text(c->a.predictions.outputs[i].name));
            mote_json_append(&list, output);
        }
        mote_json_set(&object, "outputs", list);
    }
    mote_json_set(&object, "lost", mote_json_number(c->drop.points));
    mote_json_set(&object, "lost_in", mote_json_text(mote_drop_unit(c->drop.kind)));
    if (c->is_gate)
        mote_json_set(&object, "fail_over", mote_json_number(c->drop_max));
    if (c->is_gate)
        mote_json_set(&object, "is_within", json_boolean(is_within(c)));
    mote_json_set(&object, "a", json_side(&c->a));
    mote_json_set(&object, "b", json_side(&c->b));
    cli_json_warnings(&object, c->set);
    if (c->board_layers.layer_count > 0)
        mote_json_set(&object, "layers", json_board_layers(&c->board_layers));
    else if (c->layers)
        mote_json_set(&object, "layers", json_layers(c));
    return cli_print_json(object, err);
}

static void release_side(side *s)
{
    mote_predictions_free(&s->predictions);
    if (!s->is_others_model)
        mote_model_destroy(s->model);
    free(s->chip_name);
}

static mote_status run_compare(const cli_args *args, mote_error *err)
{
    comparing c = {.limit = 0};

    if (!cli_has(args, "data"))
        return mote_fail(err, MOTE_ERR_USAGE, "name the samples to compare on: --data DATA");
    if (parse_side(&c.a, args->positional[0], err) == MOTE_OK && parse_side(&c.b, args->positional[1], err) == MOTE_OK &&
        compare(&c, args, err) == MOTE_OK && (cli_has(args, "json") ? print_json(&c, err) : print_table(&c, err)) == MOTE_OK)
        judge(&c, err);
    release_side(&c.a);
    release_side(&c.b);
    mote_dataset_destroy(c.set);
    mote_link_layers_free(&c.board_layers);
    free(c.layers);
    free(c.results);
    return err->code;
}

const cli_command cli_compare = {
    .name = "compare",
    .operands = "A B --data DATA",
    .summary = "how far two models' answers lie apart",
    .examples = "  mote compare mnist.tflite mnist_int8.tflite --data data/mnist --layers\n"
                "  mote compare mnist.tflite mnist_int8.tflite --data data/mnist --fail-over 0.2\n"
                "  mote compare mnist_int8.tflite chip:cortex-m4:mnist_int8.tflite --data data/mnist --limit 20\n"
                "  mote compare model.keras converted_by_tensorflow.tflite --data x.npz --layers\n"
                "  mote compare serial:/dev/ttyUSB0 mnist_int8.tflite --data data/mnist --limit 20\n",
    .positional_min = 2,
    .positional_max = 2,
    .options =
        (const cli_option[]){
            {"data", 'd', "DATA", "the samples: a data set (docs/DATA.md) or a spec; or NAME=FILE.npy of each input"},
            {"split", 0, "train|validation|test", "which of them (test, or what there is)"},
            CLI_DATA_OPTIONS,
            {"limit", 0, "N", "the first N samples only"},
            CLI_TIMEOUT_ROW,
            CLI_INPUT_SHAPE_ROW,
            {"layers", 0, NULL, "layer by layer: signal, error, signal to noise; of a board which layer is wrong first"},
            {"fail-over", 0, "POINTS",
             "fail (exit 1) where B loses more than so many points of accuracy against A; without classes to compare with, "
             "more than so many per cent of A's answers (docs/QUANTIZATION.md)"},
            {"plot", 'p', "FILE.svg|FILE.png", "draw the layers' signal to noise, with --layers"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_compare,
};
