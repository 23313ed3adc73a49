/* mote build, mote train.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Stages are results and go to stdout, unless that is JSON; warnings go to stderr. */
static void say_line(void *user, const char *line)
{
    const bool *is_json = user;
    const bool  is_warning = strncmp(line, "warning:", 8) == 0;

    cli_progress_end();
    if (is_warning)
        fprintf(stderr, "mote: %s\n", line);
    else if (!*is_json)
        cli_print_line(11, "%s", line);
    fflush(stdout);
}

/* ---- the closing table ---- */

enum { ROWS_MAX = 40 + 2 * MOTE_EVALUATION_METRICS_MAX, CELL = 96 };

typedef struct table_text {
    char        cell[ROWS_MAX][2][CELL];
    const char *cells[ROWS_MAX * 2];
    size_t      row_count;
} table_text;

static void add_row(table_text *t, const char *name, const char *format, ...) MOTE_PRINTF(3, 4);

static void add_row(table_text *t, const char *name, const char *format, ...)
{
    va_list args;

    assert(t->row_count < ROWS_MAX);
    va_start(args, format);
    snprintf(t->cell[t->row_count][0], CELL, "%s", name);
    vsnprintf(t->cell[t->row_count][1], CELL, format, args);
    va_end(args);
    t->cells[2 * t->row_count] = t->cell[t->row_count][0];
    t->cells[2 * t->row_count + 1] = t->cell[t->row_count][1];
    t->row_count++;
}

static void add_model(table_text *t, const char *type, const mote_model_figures *figures)
{
    const mote_evaluation *e = &figures->evaluation;
    char                   name[64];
    int                    i;

    for (i = 0; i < e->metric_count; i++) {
        snprintf(name, sizeof name, "%s %s", type, e->metric[i].name);
        add_row(t, name, "%s", mote_number_metric(e->metric[i].name, e->metric[i].value).text);
    }
    snprintf(name, sizeof name, "%s file", type);
    add_row(t, name, "%zu bytes", figures->file_bytes);
}

static void add_chip(table_text *t, const mote_summary *s)
{
    add_row(t, "chip", "%s", s->chip);
    add_row(t, "firmware = host", "%s (%zu samples, %zu values differ)", s->chip_different_values ? "NO" : "yes",
            s->chip_samples, s->chip_different_values);
    add_row(t, s->count_unit, "%llu an inference", (unsigned long long)s->count);
    add_row(t, "flash", "%u bytes (model code %u, constants %u)", s->flash_bytes, s->code_bytes, s->weight_bytes);
    add_row(t, "RAM", "%u bytes (arena %u)", s->ram_bytes, s->chip_arena_bytes);
    add_row(t, "stack", "%u bytes", s->stack_bytes);
}

static void add_pruning(table_text *t, const mote_summary *s)
{
    add_row(t, "pruned", "%.1f %% of %zu weights are 0", 100.0 * (double)s->pruned_zeros / (double)s->pruned_weights,
            s->pruned_weights);
    if (s->pruned_channels == 0)
        return;
    add_row(t, "", "%d of %d channels are left out", s->dropped_channels, s->pruned_channels);
    add_row(t, "", "%zu multiply-accumulates are left", s->pruned_macs);
    add_row(t, "", "float32 file before: %zu bytes", s->unpruned_file_bytes);
}

static mote_status print_summary(const mote_build_result *result, bool only_train, mote_error *err)
{
    const mote_summary *s = &result->summary;
    const bool          has_quantized = s->scheme[0] && !only_train;
    table_text          rows = {.row_count = 0};
    mote_table          table = {.cells = rows.cells, .column_count = 2, .width = cli_width()};
    mote_text           text = {0};

    add_row(&rows, "network", "%zu parameters, %zu multiply-accumulates", s->parameters, s->macs);
    add_row(&rows, "trained", "%d epochs in %.2f s (%s), evaluated on %s", s->epochs, s->seconds, s->isa, s->split);
    if (s->stopped_early > 0)
        add_row(&rows, "stopped early", "after epoch %d", (int)s->stopped_early);
    if (s->best_epoch > 0)
        add_row(&rows, "best weights", "of epoch %d", (int)s->best_epoch);
    if (s->quantized_from > 0)
        add_row(&rows, "quantized", "%s in training, from epoch %d", s->trained_scheme, (int)s->quantized_from);
    if (s->pruned_weights > 0)
        add_pruning(&rows, s);
    add_model(&rows, "float32", &s->real);
    if (!only_train && s->scheme[0])
        add_model(&rows, s->scheme, &s->quantized);
    if (!only_train)
        add_row(&rows, "arena", "%zu bytes (bound %zu)", s->arena_bytes, s->arena_bound_bytes);
    if (!only_train && s->chip[0])
        add_chip(&rows, s);
    table.row_count = rows.row_count;
    mote_table_put(&text, &table);
    if (mote_text_status(&text, err) == MOTE_OK)
        printf("\n%s\n%s", s->name, text.bytes);
    mote_text_free(&text);
    if (err->code != MOTE_OK)
        return err->code;
    printf("\n%s/\n", result->folder);
    cli_print_line(2, "  model.tflite%s%s%s%s  history.csv  history.json  plots/%s%s%s  summary.json",
                   has_quantized ? "  model_" : "", has_quantized ? s->scheme : "", has_quantized ? ".tflite" : "",
                   result->has_keras ? "  model.keras" : "", only_train ? "" : "  ", only_train ? "" : result->firmware,
                   only_train ? "" : "/");
    return MOTE_OK;
}

static mote_status print_result(const mote_build_result *result, bool only_train, bool as_json, mote_error *err)
{
    json_error_t problem;
    char        *text;
    json_t      *root;

    if (!as_json)
        return print_summary(result, only_train, err);
    text = mote_summary_json(&result->summary);
    root = text ? json_loads(text, 0, &problem) : NULL;
    free(text);
    if (only_train) /* train's own keys stand at the top: seconds, and the last epoch's figures */
        mote_json_complete(&root, json_object_get(root, "train"));
    mote_json_set(&root, "folder", mote_json_text(result->folder));
    return cli_print_json(root, err);
}

/* How to go on, where something was begun. */
static mote_status tell_stopped(const mote_build_result *result, bool only_train, mote_error *err)
{
    mote_error stopped = *err;

    mote_error_clear(err);
    return mote_fail(err, stopped.code, "%s; %s", stopped.text,
                     !result->can_go_on ? "there is no checkpoint to go on from"
                     : only_train       ? "the same command with --resume goes on"
                                        : "the same command goes on");
}

static mote_status take_resume(mote_build_options *options, const cli_args *args, bool only_train, mote_error *err)
{
    const bool is_forced = cli_has(args, "force");

    options->resumes = cli_has(args, "resume");
    options->force = is_forced || (only_train && !options->resumes);
    if (is_forced && options->resumes)
        return mote_fail(err, MOTE_ERR_USAGE, "--force begins anew, --resume goes on; leave one out");
    return MOTE_OK;
}

static mote_status run_build(const cli_args *args, bool only_train, mote_error *err)
{
    mote_build_options options = {.folder = cli_value(args, "output"), .only_train = only_train};
    mote_build_result  result;
    mote_spec         *spec;
    bool               is_json = cli_has(args, "json");
    long long          seed, threads;

    MOTE_TRY(take_resume(&options, args, only_train, err));
    MOTE_TRY(cli_take_progress(args, err));
    options.progress = cli_progress();
    options.say = say_line;
    options.wants_stop = cli_wants_stop;
    options.user = &is_json;
    MOTE_TRY(cli_integer(args, "seed", 0, INT64_MAX, -1, &seed, err));
    MOTE_TRY(cli_integer(args, "threads", 1, 64, 0, &threads, err));
    if (!only_train)
        MOTE_TRY(cli_timeout(args, &options.time_limit_seconds, err));
    MOTE_TRY(mote_spec_load(&spec, args->positional[0], err));
    if (seed >= 0)
        spec->train.seed = (uint64_t)seed;
    if (threads > 0)
        spec->train.threads = (int)threads;
    if (mote_build(&result, spec, &options, err) == MOTE_OK) {
        cli_progress_end();
        print_result(&result, only_train, is_json, err); /* before the spec goes: the folder's name is its own */
    } else if (result.is_stopped) {
        tell_stopped(&result, only_train, err);
    }
    mote_spec_destroy(spec);
    return err->code;
}

static mote_status build(const cli_args *args, mote_error *err)
{
    return run_build(args, false, err);
}

static mote_status train(const cli_args *args, mote_error *err)
{
    return run_build(args, true, err);
}

static const cli_option build_options[] = {
    {"output", 'o', "DIR", "where everything goes (default runs/NAME)"},
    {"force", 0, NULL, "do all stages, changed or not"},
    {"resume", 0, NULL, "refuse a checkpoint that is damaged or of another training, instead of beginning anew"},
    CLI_PROGRESS_ROW,
    {"seed", 0, "N", "instead of the spec's train.seed"},
    {"threads", 0, "N", "instead of the spec's train.threads; the result is the same bytes"},
    CLI_TIMEOUT_ROW,
    {"json", 0, NULL, "print the summary as JSON"},
    {0},
};

const cli_command cli_build = {
    .name = "build",
    .operands = "SPEC.yaml [-o DIR] [--force]",
    .summary = "the whole way: train, convert, compile, emulate; does only what has changed or was lost",
    .examples = "  mote build examples/sine/sine.yaml\n  mote build examples/mnist/mnist.yaml -o /tmp/mnist --json\n",
    .positional_min = 1,
    .positional_max = 1,
    .options = build_options,
    .run = build,
};

static const cli_option train_options[] = {
    {"output", 'o', "RUN", "where everything goes (default runs/NAME)"},
    {"seed", 0, "N", "instead of the spec's train.seed"},
    {"threads", 0, "N", "instead of the spec's train.threads; the result is the same bytes"},
    {"resume", 0, NULL, "go on from the checkpoint of a training that was ended"},
    CLI_PROGRESS_ROW,
    {"json", 0, NULL, "print seconds and the last epoch's figures as JSON"},
    {0},
};

const cli_command cli_train = {
    .name = "train",
    .operands = "SPEC.yaml [-o RUN] [--seed N] [--threads N] [--resume]",
    .summary = "train a network: model.tflite, model.keras, history and plots",
    .examples =
        "  mote train examples/sine/sine.yaml\n  mote train examples/mnist/mnist.yaml -o /tmp/run --seed 7 --threads 2\n",
    .positional_min = 1,
    .positional_max = 1,
    .options = train_options,
    .run = train,
};
