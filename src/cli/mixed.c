/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/mixed.h"

/* ---- what is asked for ---- */

static mote_status read_layers(cli_mixed *mixed, mote_quantize_options *quantize, const cli_args *args, mote_error *err)
{
    const char *const *given;
    int                i, count = cli_values(args, "keep", &given);

    if (count > CLI_KEEPS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "--keep: more than %d times; a pattern names many layers: conv_*",
                         CLI_KEEPS_MAX);
    for (i = 0; i < count; i++)
        if (mote_layer_scheme_parse(&mixed->layers[i], given[i], err) != MOTE_OK)
            return mote_context(err, "--keep");
    quantize->layers = mixed->layers;
    quantize->layer_count = count;
    return MOTE_OK;
}

mote_status cli_mixed_read(cli_mixed *mixed, mote_quantize_options *quantize, const cli_args *args, mote_error *err)
{
    static const char *const of_goals[] = {"finest", "data", "limit", "plot"};
    double                   drop;
    long long                bytes, limit;
    size_t                   i;

    MOTE_TRY(read_layers(mixed, quantize, args, err));
    MOTE_TRY(cli_points(args, "max-drop", &drop, err));
    MOTE_TRY(cli_integer(args, "max-bytes", 1, INT64_MAX, 0, &bytes, err));
    MOTE_TRY(cli_integer(args, "limit", 1, INT64_MAX, 0, &limit, err));
    mixed->is_wanted = cli_has(args, "max-drop") || bytes > 0;
    mixed->plot = cli_value(args, "plot");
    mixed->options = (mote_mixed_options){.has_max_drop = cli_has(args, "max-drop"),
                                          .max_drop = drop,
                                          .max_bytes = (size_t)bytes,
                                          .finest = cli_value(args, "finest"),
                                          .limit = (size_t)limit,
                                          .keeps_operators = cli_has(args, "keep-operators")};
    for (i = 0; !mixed->is_wanted && i < sizeof of_goals / sizeof *of_goals; i++)
        if (cli_has(args, of_goals[i]))
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with --max-drop or --max-bytes", of_goals[i]);
    return MOTE_OK;
}

/* ---- what is scored ---- */

/* Samples with which nothing was calibrated, where there are any. */
static const mote_dataset_split *other_split(const mote_dataset_split *calibration)
{
    static const mote_split_id order[] = {MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TEST};
    size_t                     i;

    for (i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] != calibration->id && calibration->set->split[order[i]].count > 0)
            return &calibration->set->split[order[i]];
    return NULL;
}

static mote_status find_scored(const mote_dataset_split **out, cli_mixed *mixed, const mote_model *model,
                               const mote_dataset_split *calibration, const cli_args *args, mote_error *err)
{
    cli_data_request request = {
        .args = args, .preferred = MOTE_SPLIT_TEST, .model = model, .are_prepared = cli_has(args, "prepared")};

    if (cli_has(args, "data")) {
        request.value_count = cli_values(args, "data", &request.values);
        return cli_load_data(&mixed->set, out, &request, err);
    }
    *out = other_split(calibration);
    if (!*out) {
        *out = calibration;
        fprintf(stderr,
                "mote: note: layers are chosen by the samples that calibrate, on which every model looks better than "
                "it is; --data DATA takes others\n");
    }
    if (!mote_dataset_has_targets((*out)->set))
        fprintf(stderr, "mote: note: the samples have no targets: what counts is how far answers differ from the float "
                        "model's\n");
    return MOTE_OK;
}

mote_status cli_mixed_quantize(mote_model **out, cli_mixed *mixed, const mote_model *model,
                               const mote_dataset_split *calibration, const cli_args *args, mote_error *err)
{
    const mote_dataset_split *scored = NULL;
    mote_error                other = {0};

    MOTE_TRY(find_scored(&scored, mixed, model, calibration, args, err));
    mote_model_quantize_mixed(out, &mixed->report, model, calibration, scored, &mixed->options, err);
    if (err->code == MOTE_ERR_LIMIT && mixed->report.point_count > 0) { /* what comes nearest is worth seeing, too */
        cli_progress_end();
        if (cli_has(args, "json"))
            cli_print_json(json_pack("{so}", "mixed", cli_mixed_json(mixed)), &other);
        else
            cli_mixed_print(mixed, &other);
        if (mixed->plot)
            mote_mixed_save_chart(&mixed->report, mixed->plot, &other);
    }
    return err->code;
}

mote_status cli_mixed_save(const cli_mixed *mixed, const mote_model *model, const char *path, mote_error *err)
{
    if (mixed->plot)
        MOTE_TRY(mote_mixed_save_chart(&mixed->report, mixed->plot, err));
    if (mote_model_save(model, path, err) != MOTE_OK && mixed->plot)
        remove(mixed->plot); /* both, or neither */
    return err->code;
}

/* ---- what came of it ---- */

static mote_status print_points(const mote_mixed *report, mote_error *err)
{
    static const char *const headings[] = {"step", "layer",     "becomes", "raised",  "lowered", "bytes",
                                           "drop", "MACs int8", "int16",   "float32", ""};
    cli_table                table = {.headings = headings, .column_count = 11};
    int32_t                  i;

    for (i = 0; i < report->point_count; i++) {
        const mote_mixed_point *p = &report->points[i];
        cli_cell(&table, "%d", (int)i);
        cli_cell(&table, "%.*s", (int)strcspn(p->layer, ";"), p->layer);
        cli_cell(&table, "%s", p->scheme);
        cli_cell(&table, "%d", (int)p->raised);
        cli_cell(&table, "%d", (int)p->lowered);
        cli_cell(&table, "%zu", p->bytes);
        cli_cell(&table, "%.3f", p->drop);
        cli_cell(&table, "%zu", p->macs_int8);
        cli_cell(&table, "%zu", p->macs_int16);
        cli_cell(&table, "%zu", p->macs_real);
        cli_cell(&table, "%s", i != report->chosen ? "" : report->is_met ? "chosen" : "nearest");
    }
    return cli_table_print(&table, err);
}

/* What gives the same model without a search. */
static void print_kept(const mote_mixed *report)
{
    mote_text line = {0};
    int32_t   i;

    for (i = 0; i < report->layer_count; i++)
        if (report->layers[i].is_changed)
            mote_text_printf(&line, " --keep '%s:%.*s'", report->layers[i].scheme, (int)strcspn(report->layers[i].name, ";"),
                             report->layers[i].name);
    if (line.count > 0 && !line.failed)
        cli_print_line(2, "the same without a search:%s", line.bytes);
    mote_text_free(&line);
}

mote_status cli_mixed_print(const cli_mixed *mixed, mote_error *err)
{
    MOTE_TRY(print_points(&mixed->report, err));
    printf("drop: %s, against the float model on %zu samples\n", mote_drop_unit(mixed->report.kind),
           mixed->report.sample_count);
    if (mixed->report.is_met)
        print_kept(&mixed->report);
    return MOTE_OK;
}

static json_t *json_points(const mote_mixed *report)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < report->point_count; i++) {
        const mote_mixed_point *p = &report->points[i];
        mote_json_append(&list, json_pack("{so so si si sI so sI sI sI}", "layer", mote_json_text(p->layer), "becomes",
                                          mote_json_text(p->scheme), "raised", (int)p->raised, "lowered", (int)p->lowered,
                                          "bytes", (json_int_t)p->bytes, "drop", mote_json_number(p->drop), "macs_int8",
                                          (json_int_t)p->macs_int8, "macs_int16", (json_int_t)p->macs_int16, "macs_float32",
                                          (json_int_t)p->macs_real));
    }
    return list;
}

static json_t *json_layers(const mote_mixed *report)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < report->layer_count; i++) {
        const mote_mixed_layer *layer = &report->layers[i];
        mote_json_append(&list, json_pack("{so so so sb so}", "name", mote_json_text(layer->name), "op",
                                          mote_json_text(layer->op), "scheme", mote_json_text(layer->scheme), "is_changed",
                                          layer->is_changed, "error", mote_json_number(layer->error)));
    }
    return list;
}

json_t *cli_mixed_json(const cli_mixed *mixed)
{
    const mote_mixed *report = &mixed->report;
    json_t           *object = json_pack("{so sb sI si}", "drop_in", mote_json_text(mote_drop_unit(report->kind)), "is_met",
                                         report->is_met, "samples", (json_int_t)report->sample_count, "chosen", (int)report->chosen);

    mote_json_set(&object, "points", json_points(report));
    mote_json_set(&object, "layers", json_layers(report));
    return object;
}

void cli_mixed_free(cli_mixed *mixed)
{
    mote_mixed_free(&mixed->report);
    mote_dataset_destroy(mixed->set);
}
