/* The stages of a build.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <mote/inspect.h>
#include <mote/run.h>

#include "base/file.h"
#include "build/keys.h"
#include "build/plots.h"
#include "ops/op.h"

enum { CHIP_SAMPLES = 100 };

typedef struct build_work {
    const mote_spec          *spec;
    const mote_build_options *options;
    mote_build_result        *result;
    mote_summary             *summary; /* of this build; keys are set when a stage is done */
    mote_build_keys           keys;
    mote_arena                arena;
    mote_dataset             *set; /* loaded when the first stage needs it */
    const mote_data_split    *split;
    mote_model               *real, *int8;
    mote_predictions          trained, real_answers, int8_answers;
} build_work;

/* ---- small pieces ---- */

static void say(const build_work *w, const char *format, ...) MOTE_PRINTF(2, 3);

static void say(const build_work *w, const char *format, ...)
{
    char    line[400];
    va_list args;

    if (!w->options->say)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    w->options->say(w->options->user, line);
}

static char *path_of(build_work *w, const char *name, mote_error *err)
{
    return mote_path_join(&w->arena, w->result->folder, name, err);
}

static bool has_file(build_work *w, const char *name)
{
    mote_error ignored = {0};
    char      *path = path_of(w, name, &ignored);

    return path && mote_path_exists(path);
}

static size_t file_bytes(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (size_t)info.st_size : 0;
}

static mote_status save_summary(build_work *w, mote_error *err)
{
    char *text = mote_summary_json(w->summary), *path = path_of(w, "summary.json", err);

    if (!text || !path)
        mote_fail(err, MOTE_ERR_LIMIT, "out of memory");
    else
        mote_file_write(path, text, strlen(text), err);
    free(text);
    return err->code;
}

/* Before a stage touches its files: if it is cut short, no key says that they are what they were made from. */
static mote_status forget_stage(build_work *w, char *key, mote_error *err)
{
    key[0] = '\0';
    return save_summary(w, err);
}

static mote_status load_data(build_work *w, mote_error *err)
{
    int s;

    if (w->set)
        return MOTE_OK;
    MOTE_TRY(mote_spec_load_data(&w->set, w->spec, err));
    for (s = MOTE_TEST; s >= 0; s--) /* test, else validation, else train */
        if (w->set->split[s].count > 0)
            break;
    if (s < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no samples");
    w->split = &w->set->split[s];
    snprintf(w->summary->split, sizeof w->summary->split, "%s", mote_split_name((mote_split_id)s));
    return MOTE_OK;
}

/* "accuracy 0.9734" or "mae 0.0312" */
typedef struct figure_text {
    char text[48];
} figure_text;

static figure_text main_figure(const mote_evaluation *e)
{
    figure_text figure = {""};

    if (e->metric_count > 1)
        snprintf(figure.text, sizeof figure.text, "%s %.4f", e->metric[1].name, e->metric[1].value);
    return figure;
}

/* ---- train ---- */

static void count_network(build_work *w, const mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    w->summary->parameters = w->summary->macs = 0;
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST && graph->tensors[i].dtype == MOTE_F32)
            w->summary->parameters += mote_tensor_count(&graph->tensors[i]);
    for (i = 0; i < graph->node_count; i++)
        w->summary->macs += mote_op_macs(graph, &graph->nodes[i]);
}

/* The last row of history: metrics without and with "val_". */
static void take_last_epoch(mote_summary *summary, const mote_history *history)
{
    size_t row = history->row_count - 1;
    int    c, m;

    for (c = 1; c < history->column_count; c++) {
        static const char *const names[] = {"loss", "accuracy", "mae", "mse"};
        bool                     is_val = strncmp(history->names[c], "val_", 4) == 0;
        mote_evaluation         *e = is_val ? &summary->last_validation : &summary->last_epoch;
        for (m = 0; m < 4; m++)
            if (strcmp(history->names[c] + (is_val ? 4 : 0), names[m]) == 0 &&
                e->metric_count < MOTE_EVALUATION_METRICS_MAX) {
                e->metric[e->metric_count].name = names[m];
                e->metric[e->metric_count++].value = history->columns[c][row];
            }
    }
}

static mote_status save_training(build_work *w, const mote_training *training, mote_error *err)
{
    char *model = path_of(w, "model.tflite", err), *csv = path_of(w, "history.csv", err);
    char *json = path_of(w, "history.json", err);

    MOTE_TRY(err->code);
    MOTE_TRY(mote_model_save(w->real, model, err));
    MOTE_TRY(mote_history_save_csv(&training->history, csv, err));
    MOTE_TRY(mote_history_save_json(&training->history, json, err));
    MOTE_TRY(mote_plot_history(w->result->folder, w->spec->name, &training->history, err));
    w->summary->seconds = training->seconds;
    w->summary->epochs = (int)training->history.row_count;
    snprintf(w->summary->isa, sizeof w->summary->isa, "%s", training->isa);
    take_last_epoch(w->summary, &training->history);
    w->summary->real.file_bytes = file_bytes(model);
    return MOTE_OK;
}

static mote_status evaluate_answers(build_work *w, const mote_predictions *answers, mote_model_figures *figures,
                                    mote_error *err)
{
    if (w->set->targets == MOTE_TARGETS_NONE)
        return MOTE_OK;
    return mote_evaluate(&figures->evaluation, answers, w->split, NULL, err);
}

static mote_status need_real(build_work *w, mote_error *err)
{
    char *path = path_of(w, "model.tflite", err);

    if (w->real || !path)
        return err->code;
    return mote_model_load(&w->real, path, NULL, err);
}

static mote_status run_training(build_work *w, mote_model *model, mote_error *err)
{
    mote_train_options options = w->spec->train;
    mote_training     *training;
    char              *plots = path_of(w, "plots", err);

    options.progress = w->options->progress;
    count_network(w, model);
    MOTE_TRY(mote_train(&training, model, w->set, &options, err));
    if (training->warning)
        say(w, "warning: %s", training->warning);
    w->summary->train_samples = w->set->split[MOTE_TRAIN].count;
    w->summary->validation_samples = w->set->split[MOTE_VALIDATION].count;
    w->summary->test_samples = w->set->split[MOTE_TEST].count;
    if (plots && mote_model_infer(&w->real, model, err) == MOTE_OK && mote_make_dirs(plots, err) == MOTE_OK &&
        forget_stage(w, w->summary->train_key, err) == MOTE_OK)
        save_training(w, training, err);
    mote_training_destroy(training);
    return err->code;
}

/* What was trained answers as its file does. */
static mote_status check_file(build_work *w, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};
    mote_comparison            gap;

    MOTE_TRY(mote_predict(&w->trained, w->real, w->split, &predict, err));
    mote_model_destroy(w->real);
    w->real = NULL;
    MOTE_TRY(need_real(w, err));
    MOTE_TRY(mote_predict(&w->real_answers, w->real, w->split, &predict, err));
    MOTE_TRY(mote_compare(&gap, &w->trained, &w->real_answers, err));
    if (gap.different_values > 0)
        return mote_fail(err, MOTE_ERR_NUMERIC, "%s/model.tflite does not answer as the trained network does",
                         w->result->folder);
    return evaluate_answers(w, &w->real_answers, &w->summary->real, err);
}

/* Constants and arena against the chip's memories; code and stack come on top, which mote_emulate measures. */
static mote_status check_sizes(const build_work *w, size_t constant_bytes, size_t arena_bytes, mote_error *err)
{
    const mote_chip *chip = w->spec->deploy.chip ? mote_chip_find(w->spec->deploy.chip) : NULL;

    if (chip && constant_bytes > chip->flash_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "%s does not fit %s: its constants take %zu bytes, the chip has %u bytes of flash", w->spec->name,
                         chip->name, constant_bytes, chip->flash_bytes);
    if (chip && arena_bytes > chip->ram_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s does not fit %s: its arena takes %zu bytes, the chip has %u bytes of RAM",
                         w->spec->name, chip->name, arena_bytes, chip->ram_bytes);
    return MOTE_OK;
}

/* What cannot be deployed is said before the time of training is spent. */
static mote_status check_before_training(const build_work *w, const mote_model *model, mote_error *err)
{
    mote_inspection in = {0};

    if (w->options->only_train || !w->spec->deploy.chip)
        return MOTE_OK;
    if (w->spec->convert.quantize == MOTE_QUANTIZE_INT8)
        mote_inspect_int8(&in, model, err);
    else
        mote_inspect(&in, model, err);
    if (err->code == MOTE_OK)
        check_sizes(w, in.memory.constant_bytes, in.memory.arena_bytes, err);
    mote_inspection_free(&in);
    return err->code;
}

static mote_status train(build_work *w, mote_error *err)
{
    mote_model *model;

    *w->summary = (mote_summary){0};
    snprintf(w->summary->name, sizeof w->summary->name, "%s", w->spec->name);
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(mote_spec_build_model(w->spec, w->set, &model, err));
    if (check_before_training(w, model, err) == MOTE_OK)
        run_training(w, model, err);
    mote_model_destroy(model);
    MOTE_TRY(err->code);
    MOTE_TRY(check_file(w, err));
    memcpy(w->summary->train_key, w->keys.train, sizeof w->summary->train_key);
    say(w, "train      %d epochs in %.2f s; %s %s", w->summary->epochs, w->summary->seconds, w->summary->split,
        main_figure(&w->summary->real.evaluation).text);
    return save_summary(w, err);
}

static mote_status train_stage(build_work *w, mote_error *err)
{
    if (!w->options->force && strcmp(w->summary->train_key, w->keys.train) == 0 && has_file(w, "model.tflite") &&
        has_file(w, "history.csv") && has_file(w, "history.json")) {
        w->result->train = MOTE_STAGE_UP_TO_DATE;
        say(w, "train      up to date; %s %s", w->summary->split, main_figure(&w->summary->real.evaluation).text);
        return MOTE_OK;
    }
    w->result->train = MOTE_STAGE_RAN;
    return train(w, err);
}

/* ---- convert ---- */

static mote_status need_answers(build_work *w, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};

    MOTE_TRY(need_real(w, err));
    if (w->real_answers.count > 0)
        return MOTE_OK;
    return mote_predict(&w->real_answers, w->real, w->split, &predict, err);
}

static mote_status quantize(build_work *w, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};
    mote_quantize_options      options = w->spec->convert.options;
    char                      *path = path_of(w, "model_int8.tflite", err);

    if (!path)
        return err->code;
    options.progress = w->options->progress;
    MOTE_TRY(mote_model_quantize(&w->int8, w->real, &w->set->split[MOTE_TRAIN], &options, err));
    MOTE_TRY(mote_model_save(w->int8, path, err));
    w->summary->int8.file_bytes = file_bytes(path);
    MOTE_TRY(mote_predict(&w->int8_answers, w->int8, w->split, &predict, err));
    return evaluate_answers(w, &w->int8_answers, &w->summary->int8, err);
}

static mote_status plot(build_work *w, mote_error *err)
{
    /* check_file found the two equal when the network was trained */
    const mote_plot_answers answers = {w->set, w->split, w->trained.count ? &w->trained : &w->real_answers, &w->real_answers,
                                       w->int8 ? &w->int8_answers : NULL};

    return w->set->targets == MOTE_TARGETS_NONE ? MOTE_OK
                                                : mote_plot_answers_save(w->result->folder, w->spec->name, &answers, err);
}

/* What an earlier spec asked for and this one does not. */
static mote_status remove_stale(build_work *w, const char *name, mote_error *err)
{
    char *path = path_of(w, name, err);

    return path ? mote_remove_tree(path, err) : err->code;
}

static mote_status convert(build_work *w, mote_error *err)
{
    w->summary->int8 = (mote_model_figures){0};
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(need_answers(w, err));
    MOTE_TRY(forget_stage(w, w->summary->convert_key, err));
    if (w->spec->convert.quantize == MOTE_QUANTIZE_INT8)
        MOTE_TRY(quantize(w, err));
    else
        MOTE_TRY(remove_stale(w, "model_int8.tflite", err));
    MOTE_TRY(plot(w, err));
    memcpy(w->summary->convert_key, w->keys.convert, sizeof w->summary->convert_key);
    if (w->int8)
        say(w, "convert    int8, %zu bytes; %s %s", w->summary->int8.file_bytes, w->summary->split,
            main_figure(&w->summary->int8.evaluation).text);
    else
        say(w, "convert    float32, %zu bytes", w->summary->real.file_bytes);
    return save_summary(w, err);
}

static mote_status convert_stage(build_work *w, mote_error *err)
{
    bool is_quantized = w->spec->convert.quantize == MOTE_QUANTIZE_INT8;

    if (!w->options->force && strcmp(w->summary->convert_key, w->keys.convert) == 0 &&
        (!is_quantized || has_file(w, "model_int8.tflite"))) {
        w->result->convert = MOTE_STAGE_UP_TO_DATE;
        say(w, "convert    up to date%s%s", is_quantized ? "; int8 " : "",
            is_quantized ? main_figure(&w->summary->int8.evaluation).text : "");
        return MOTE_OK;
    }
    w->result->convert = MOTE_STAGE_RAN;
    return convert(w, err);
}

/* ---- deploy ---- */

static mote_status load_deployed(build_work *w, const mote_model **model, mote_error *err)
{
    char *path = path_of(w, "model_int8.tflite", err);

    if (w->spec->convert.quantize != MOTE_QUANTIZE_INT8) {
        MOTE_TRY(need_real(w, err));
        *model = w->real;
        return MOTE_OK;
    }
    if (!w->int8)
        MOTE_TRY(mote_model_load(&w->int8, path, NULL, err));
    *model = w->int8;
    return MOTE_OK;
}

/* The first samples as the model stores them: for the self-test. */
static mote_status store_golden(build_work *w, const mote_model *model, mote_compile_options *options, mote_error *err)
{
    enum { GOLDEN = 3 };
    mote_tensor_info info = mote_model_input(model, 0);
    size_t           count = w->split->count < GOLDEN ? w->split->count : GOLDEN, i;
    float           *sample = MOTE_NEW(&w->arena, float, info.count, err);
    uint8_t         *stored = MOTE_NEW(&w->arena, uint8_t, info.bytes * count, err);

    if (!sample || !stored)
        return err->code;
    for (i = 0; i < count; i++) {
        mote_data_gather(w->split, mote_data_in_row(i, 1), sample);
        mote_store_real(&info, sample, stored + i * info.bytes, info.count);
    }
    options->golden = stored;
    options->golden_count = (int32_t)count;
    return MOTE_OK;
}

static mote_status emulate(build_work *w, const mote_model *model, mote_error *err)
{
    const mote_predict_options options = {
        .limit = CHIP_SAMPLES, .time_limit_seconds = w->options->time_limit_seconds, .progress = w->options->progress};
    mote_predictions  host = {0}, chip = {0};
    mote_emulation    figures = {0};
    mote_comparison   gap;
    mote_summary     *s = w->summary;
    const mote_device device = {w->spec->deploy.chip, path_of(w, "firmware", err), w->summary->firmware_name};

    if (mote_predict(&host, model, w->split, &options, err) == MOTE_OK &&
        mote_predict_on_chip(&chip, model, &device, w->split, &options, &figures, err) == MOTE_OK &&
        mote_compare(&gap, &host, &chip, err) == MOTE_OK) {
        snprintf(s->chip, sizeof s->chip, "%s", w->spec->deploy.chip);
        snprintf(s->count_unit, sizeof s->count_unit, "%s", figures.chip->count_unit);
        s->count = figures.count;
        s->flash_bytes = figures.flash_bytes;
        s->code_bytes = figures.code_bytes;
        s->weight_bytes = figures.weight_bytes;
        s->ram_bytes = figures.ram_bytes;
        s->chip_arena_bytes = figures.arena_bytes;
        s->stack_bytes = figures.stack_bytes;
        s->chip_samples = gap.count;
        s->chip_different_values = gap.different_values;
        if (gap.different_values > 0 && mote_model_is_quantized(model))
            mote_fail(err, MOTE_ERR_NUMERIC, "firmware on %s and host differ in %zu of %zu values", s->chip,
                      gap.different_values, gap.count * gap.width);
    }
    mote_emulation_free(&figures);
    mote_predictions_free(&host);
    mote_predictions_free(&chip);
    return err->code;
}

static mote_status deploy(build_work *w, mote_error *err)
{
    mote_compile_options options = w->spec->deploy.options;
    mote_compile_result  compiled;
    const mote_chip     *chip =
        w->spec->deploy.chip ? mote_chip_find(w->spec->deploy.chip) : NULL; /* the spec's reader knows it */
    const mote_compiled_chips *of;
    const mote_model          *model;
    char                      *folder = path_of(w, "firmware", err), name[MOTE_COMPILE_NAME];

    w->summary->chip[0] = '\0';
    if (!folder)
        return err->code;
    if (!options.name) {
        mote_compile_name(name, w->spec->name);
        options.name = name;
    }
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(load_deployed(w, &model, err));
    MOTE_TRY(store_golden(w, model, &options, err));
    MOTE_TRY(forget_stage(w, w->summary->deploy_key, err));
    MOTE_TRY(mote_compile(model, folder, &options, &compiled, err));
    snprintf(w->summary->firmware_name, sizeof w->summary->firmware_name, "%s", compiled.name);
    of = mote_compiled_for(&compiled, chip ? chip->kernels : NULL);
    MOTE_TRY(check_sizes(w, of->constant_bytes, of->arena_bytes, err));
    w->summary->arena_bytes = of->arena_bytes;
    w->summary->arena_bound_bytes = of->arena_bound_bytes;
    w->summary->constant_bytes = of->constant_bytes;
    if (chip)
        MOTE_TRY(emulate(w, model, err));
    memcpy(w->summary->deploy_key, w->keys.deploy, sizeof w->summary->deploy_key);
    if (w->summary->chip[0])
        say(w, "deploy     %s: %zu samples, %zu values differ from the host's; %llu %s an inference", w->summary->chip,
            w->summary->chip_samples, w->summary->chip_different_values, (unsigned long long)w->summary->count,
            w->summary->count_unit);
    else
        say(w, "deploy     compiled to C: %zu bytes of memory, %zu of constants", w->summary->arena_bytes,
            w->summary->constant_bytes);
    return save_summary(w, err);
}

static mote_status deploy_stage(build_work *w, mote_error *err)
{
    if (!w->options->force && strcmp(w->summary->deploy_key, w->keys.deploy) == 0 && has_file(w, "firmware")) {
        w->result->deploy = MOTE_STAGE_UP_TO_DATE;
        say(w, "deploy     up to date");
        return MOTE_OK;
    }
    w->result->deploy = MOTE_STAGE_RAN;
    return deploy(w, err);
}

/* ---- all ---- */

static mote_status open_folder(build_work *w, mote_error *err)
{
    mote_error ignored = {0};
    char      *summary;

    if (w->options->folder)
        snprintf(w->result->folder, sizeof w->result->folder, "%s", w->options->folder);
    else
        snprintf(w->result->folder, sizeof w->result->folder, "runs/%s", w->spec->name);
    summary = path_of(w, "summary.json", err);
    if (!summary)
        return err->code;
    if (mote_path_exists(summary)) /* damaged or of another version: all is made anew */
        mote_summary_load(w->summary, summary, &ignored);
    return MOTE_OK;
}

static mote_status run_stages(build_work *w, mote_error *err)
{
    MOTE_TRY(mote_build_keys_find(&w->keys, w->spec, err));
    MOTE_TRY(open_folder(w, err));
    MOTE_TRY(train_stage(w, err));
    if (w->options->only_train)
        return MOTE_OK;
    MOTE_TRY(convert_stage(w, err));
    return deploy_stage(w, err);
}

mote_status mote_build(mote_build_result *out, const mote_spec *spec, const mote_build_options *options, mote_error *err)
{
    static const mote_build_options defaults = {0};
    build_work w = {.spec = spec, .options = options ? options : &defaults, .result = out, .summary = &out->summary};

    memset(out, 0, sizeof *out);
    run_stages(&w, err);
    mote_predictions_free(&w.trained);
    mote_predictions_free(&w.real_answers);
    mote_predictions_free(&w.int8_answers);
    mote_model_destroy(w.real);
    mote_model_destroy(w.int8);
    mote_dataset_destroy(w.set);
    mote_arena_destroy(&w.arena);
    return err->code;
}
