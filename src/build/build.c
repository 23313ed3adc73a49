/* The stages of a build.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <mote/boards.h>
#include <mote/inspect.h>
#include <mote/mixed.h>
#include <mote/run.h>
#include <mote/text.h>

#include "base/file.h"
#include "build/folder.h"
#include "build/keys.h"
#include "build/outputs.h"
#include "build/plots.h"
#include "build/pruned.h"
#include "build/spec.h"
#include "compare/feed.h"
#include "ops/op.h"
#include "report/history.h"

enum { CHIP_SAMPLES = 100 };

typedef struct build_work {
    const mote_spec          *spec;
    const mote_build_options *options;
    mote_build_result        *result;
    mote_summary             *summary; /* of this build; keys are set when a stage is done */
    mote_build_keys           keys;
    mote_run_folder           folder;
    mote_outputs              outputs;
    mote_arena                arena;
    mote_dataset             *set; /* loaded when the first stage needs it */
    const mote_dataset_split *split;
    mote_model               *real, *quantized;
    mote_predictions          trained, real_answers, quantized_answers;
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

static size_t file_bytes(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (size_t)info.st_size : 0;
}

static mote_status save_summary(build_work *w, mote_error *err)
{
    char *path = path_of(w, "summary.json", err);

    return path ? mote_run_save(path, w->summary, &w->outputs, err) : err->code;
}

/* Before a stage touches its files: if it is cut short, no key says that they are what they were made from. */
static mote_status forget_stage(build_work *w, char *key, mote_error *err)
{
    key[0] = '\0';
    return save_summary(w, err);
}

static void say_notes(const build_work *w, const mote_dataset *set)
{
    int i;

    for (i = 0; i < set->note_count; i++)
        say(w, "warning: %s", set->notes[i]);
}

/* The data as training has them, also where nothing is trained: what it takes for validation is taken here, so that the
 * figures can be measured on it. */
static mote_status load_data(build_work *w, mote_error *err)
{
    int s;

    if (w->set)
        return MOTE_OK;
    MOTE_TRY(mote_spec_load_data(&w->set, w->spec, err));
    MOTE_TRY(mote_spec_take_targets(w->spec, w->set, err));
    MOTE_TRY(mote_spec_take_validation(w->spec, w->set, err));
    say_notes(w, w->set);
    for (s = MOTE_SPLIT_TEST; s >= 0; s--) /* test, else validation, else train */
        if (w->set->split[s].count > 0)
            break;
    if (s < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no samples");
    w->split = &w->set->split[s];
    snprintf(w->summary->split, sizeof w->summary->split, "%s", mote_split_name((mote_split_id)s));
    return MOTE_OK;
}

/* "accuracy 97.34 %" or "mae 0.0312" */
typedef struct figure_text {
    char text[160];
} figure_text;

static bool is_loss(const char *metric)
{
    const size_t length = strlen(metric);

    return length >= 4 && strcmp(metric + length - 4, "loss") == 0;
}

static figure_text main_figure(const mote_evaluation *e)
{
    figure_text figure = {""};

    int i, main = e->metric_count > 1 ? 1 : -1;

    for (i = e->metric_count - 1; i > 0; i--) /* of several outputs their losses stand first */
        if (!is_loss(e->metric[i].name))
            main = i;
    if (main > 0)
        snprintf(figure.text, sizeof figure.text, "%.40s %s", e->metric[main].name,
                 mote_number_metric(e->metric[main].name, e->metric[main].value).text);
    return figure;
}

/* "a.svg", or "a.svg and 3 more" */
typedef struct lost_text {
    char text[160];
} lost_text;

static lost_text show_lost(const mote_lost_outputs *lost)
{
    lost_text text;

    if (lost->count > 1)
        snprintf(text.text, sizeof text.text, "%s and %d more", lost->first, lost->count - 1);
    else
        snprintf(text.text, sizeof text.text, "%s", lost->first);
    return text;
}

/* Whether the stage's key is as it was, so that only its files need a look. */
static bool is_current(const build_work *w, const char *made_from, const char *wanted)
{
    return !w->options->force && strcmp(made_from, wanted) == 0;
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

/* The row of history whose weights the model has, the last one or the best: metrics without and with "val_". */
static void take_last_epoch(mote_summary *summary, const mote_history *history, int32_t best_epoch)
{
    size_t row = best_epoch > 0 ? (size_t)best_epoch - 1 : history->row_count - 1;
    int    c;

    for (c = 1; c < history->column_count; c++) {
        const bool       is_val = strncmp(history->names[c], "val_", 4) == 0;
        const char      *name = history->names[c] + (is_val ? 4 : 0);
        mote_evaluation *e = is_val ? &summary->last_validation : &summary->last_epoch;
        if (mote_summary_is_metric(name))
            mote_evaluation_add(e, name, history->columns[c][row]);
    }
}

/* What has lost its layers, or has some that mote cannot write again, is there as .tflite alone. */
static mote_status save_for_keras(build_work *w, const mote_model *trained, mote_error *err)
{
    char *keras = path_of(w, "model.keras", err);

    MOTE_TRY(err->code);
    if (mote_model_save(trained, keras, err) == MOTE_OK)
        return mote_outputs_add(&w->outputs, "model.keras", err);
    if (err->code != MOTE_ERR_UNSUPPORTED || !w->spec->state->start.path)
        return err->code;
    say(w, "           no model.keras: %s", err->text);
    *err = (mote_error){0};
    return MOTE_OK;
}

static mote_status save_training(build_work *w, const mote_model *trained, const mote_training *training, mote_error *err)
{
    char *model = path_of(w, "model.tflite", err), *csv = path_of(w, "history.csv", err);
    char *json = path_of(w, "history.json", err);

    MOTE_TRY(err->code);
    if (w->spec->state->start.path)
        MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_MODEL, err));
    MOTE_TRY(mote_model_save(w->real, model, err));
    MOTE_TRY(save_for_keras(w, trained, err));
    MOTE_TRY(mote_history_save_csv(&training->history, csv, err));
    MOTE_TRY(mote_history_save_json(&training->history, json, err));
    MOTE_TRY(mote_outputs_add(&w->outputs, "model.tflite", err));
    MOTE_TRY(mote_outputs_add(&w->outputs, "history.csv", err));
    MOTE_TRY(mote_outputs_add(&w->outputs, "history.json", err));
    MOTE_TRY(mote_plot_history(&w->outputs, w->spec->name, &training->history, err));
    w->summary->seconds = training->seconds;
    w->summary->epochs = (int)training->history.row_count;
    snprintf(w->summary->isa, sizeof w->summary->isa, "%s", training->isa);
    w->summary->quantized_from = training->quantized_from;
    w->summary->best_epoch = training->best_epoch;
    w->summary->stopped_early = training->stopped_early;
    if (training->quantized_from > 0)
        snprintf(w->summary->trained_scheme, sizeof w->summary->trained_scheme, "%s",
                 mote_scheme_name(w->spec->train.quantize.scheme));
    take_last_epoch(w->summary, &training->history, training->best_epoch);
    w->summary->real.file_bytes = file_bytes(model);
    return MOTE_OK;
}

static mote_status evaluate_answers(build_work *w, const mote_predictions *answers, mote_model_figures *figures,
                                    mote_error *err)
{
    if (!mote_dataset_has_targets(w->set))
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

static mote_status make_plots_folder(build_work *w, mote_error *err)
{
    char *plots = path_of(w, "plots", err);

    return plots ? mote_make_dirs(plots, err) : err->code;
}

/* What was made from the model before must not be taken for this one's. */
static mote_status forget_training(build_work *w, mote_error *err)
{
    MOTE_TRY(forget_stage(w, w->summary->train_key, err));
    MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_QUANTIZED, err));
    MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_ANSWER_PLOT, err));
    MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_FIRMWARE, err));
    return make_plots_folder(w, err);
}

/* ---- checkpoints ---- */

static void tell_of_training(void *user, const char *line)
{
    const build_work *w = user;

    say(w, strncmp(line, "warning:", 8) == 0 ? "%s" : "train      %s", line);
}

/* How often is the spec's to say; the rest is known here. */
static mote_status plan_checkpoints(mote_train_checkpoint *out, build_work *w, mote_error *err)
{
    if (w->spec->train.checkpoint)
        *out = *w->spec->train.checkpoint;
    out->path = out->is_off ? NULL : path_of(w, "checkpoint.npz", err);
    out->key = w->keys.train;
    out->resume = w->options->force ? MOTE_RESUME_NEVER : w->options->resumes ? MOTE_RESUME_ALWAYS : MOTE_RESUME_IF_SAME;
    out->wants_stop = w->options->wants_stop;
    out->user = w->options->user;
    out->say = tell_of_training;
    out->say_user = w;
    return err->code;
}

static const char *const unfinished[] = {"checkpoint.npz", "stopped.keras", "stopped.tflite"};

/* When it is done, and that stands in summary.json. */
static mote_status remove_unfinished(build_work *w, mote_error *err)
{
    size_t i;

    for (i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
        const char *path = path_of(w, unfinished[i], err);
        if (path)
            (void)remove(path);
    }
    return err->code;
}

/* For Keras, and for whatever else reads it; as .tflite where there is no such form. *name is the one that was written. */
static mote_status save_stopped(build_work *w, const mote_model *model, const char **name, mote_error *err)
{
    const char *keras = path_of(w, *name = "stopped.keras", err), *tflite = path_of(w, "stopped.tflite", err);

    MOTE_TRY(err->code);
    if (mote_model_save(model, keras, err) != MOTE_ERR_UNSUPPORTED)
        return err->code;
    *err = (mote_error){0};
    *name = "stopped.tflite";
    MOTE_TRY(mote_model_freeze(&w->real, model, err));
    return mote_model_save(w->real, tflite, err);
}

/* The files of a training that is done stay as they are: what it has come to lies beside them. */
static mote_status end_stopped(build_work *w, const mote_model *model, const mote_training *training, mote_error *err)
{
    const char *name;

    w->result->is_stopped = true;
    w->result->can_go_on = training->has_checkpoint;
    if (save_stopped(w, model, &name, err) != MOTE_OK)
        return mote_context(err, "stopped in epoch %d of %d, and the weights could not be kept",
                            (int)training->stopped_epoch, w->spec->train.epochs > 0 ? (int)w->spec->train.epochs : 1);
    return mote_fail(err, MOTE_ERR_USAGE, "stopped in epoch %d of %d, after step %u; its weights are in %s/%s",
                     (int)training->stopped_epoch, w->spec->train.epochs > 0 ? (int)w->spec->train.epochs : 1,
                     (unsigned)training->stopped_step, w->result->folder, name);
}

/* Where it was not the last of the epochs that were asked for. */
static void say_end(build_work *w, const mote_training *training)
{
    if (training->stopped_early > 0)
        say(w, "           stopped early, after epoch %d of %d", (int)training->stopped_early, (int)w->spec->train.epochs);
    if (training->best_epoch > 0)
        say(w, "           the weights are those of epoch %d, the best", (int)training->best_epoch);
}

static mote_status run_training(build_work *w, mote_model *model, mote_error *err)
{
    mote_train_options    options = w->spec->train;
    mote_train_checkpoint checkpoint = {0};
    mote_training        *training;

    options.progress = w->options->progress;
    options.validation_split = 0; /* load_data took it */
    MOTE_TRY(plan_checkpoints(&checkpoint, w, err));
    options.checkpoint = &checkpoint;
    count_network(w, model);
    MOTE_TRY(mote_train(&training, model, w->set, &options, err));
    if (training->warning)
        say(w, "warning: %s", training->warning);
    if (training->is_stopped) {
        end_stopped(w, model, training, err);
        mote_training_destroy(training);
        return err->code;
    }
    say_end(w, training);
    w->summary->train_samples = w->set->split[MOTE_SPLIT_TRAIN].count;
    w->summary->validation_samples = w->set->split[MOTE_SPLIT_VALIDATION].count;
    w->summary->test_samples = w->set->split[MOTE_SPLIT_TEST].count;
    if (mote_pruned_freeze(&w->real, model, options.pruning, &training->pruned, w->summary, err) == MOTE_OK &&
        forget_training(w, err) == MOTE_OK)
        save_training(w, model, training, err);
    mote_training_destroy(training);
    return err->code;
}

/* Values of all outputs in which two differ. */
static mote_status count_differences(size_t *out, const mote_predictions *a, const mote_predictions *b, mote_error *err)
{
    mote_comparison gap;
    int             i;

    for (*out = 0, i = 0; i < a->output_count && i < b->output_count; i++) {
        MOTE_TRY(mote_compare(&gap, &a->outputs[i], &b->outputs[i], err));
        *out += gap.different_values;
    }
    return MOTE_OK;
}

/* What was trained answers as its file does. */
static mote_status check_file(build_work *w, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};
    size_t                     different;

    MOTE_TRY(mote_predict(&w->trained, w->real, w->split, &predict, err));
    mote_model_destroy(w->real);
    w->real = NULL;
    MOTE_TRY(need_real(w, err));
    MOTE_TRY(mote_predict(&w->real_answers, w->real, w->split, &predict, err));
    MOTE_TRY(count_differences(&different, &w->trained, &w->real_answers, err));
    if (different > 0)
        return mote_fail(err, MOTE_ERR_NUMERIC, "%s/model.tflite does not answer as the trained network does",
                         w->result->folder);
    MOTE_TRY(evaluate_answers(w, &w->real_answers, &w->summary->real, err));
    if (w->summary->real.evaluation.metric_count > 0 && !isfinite(w->summary->real.evaluation.metric[0].value))
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "the trained network's loss on %s is not finite; try a smaller learning_rate or scale the data",
                         w->summary->split);
    return MOTE_OK;
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

/* No board fits what others compile. */
static bool is_for_board(const build_work *w)
{
    const char *target = w->spec->deploy.options.target;

    return w->spec->deploy.board && !(target && strcmp(target, "array") == 0);
}

/* No region but one. */
static bool takes_one_block(const build_work *w)
{
    const char *target = w->spec->deploy.options.target;

    return target && (strcmp(target, "interpreter") == 0 || strcmp(target, "micropython") == 0);
}

static mote_status judge(const build_work *w, const mote_fit *fit, mote_error *err)
{
    const mote_fit_way *way = fit->ways;

    if (fit->answer == MOTE_FIT_HEAP)
        say(w, "warning: %s: %s", w->spec->name, fit->verdict);
    while (way < fit->ways + fit->way_count && way->answer != MOTE_FIT_YES)
        way++;
    if (fit->answer == MOTE_FIT_SPLIT && takes_one_block(w))
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "%s: %s; target %s has one block of memory: leave target out, for compiled code", w->spec->name,
                         fit->verdict, w->spec->deploy.options.target);
    if (fit->answer != MOTE_FIT_NO)
        return MOTE_OK;
    if (way < fit->ways + fit->way_count)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: %s; it fits with %s", w->spec->name, fit->verdict, way->what);
    return mote_fail(err, MOTE_ERR_LIMIT, "%s: %s", w->spec->name, fit->verdict);
}

/* The deployed model on the spec's board; NULL: the network, before it is trained. The board goes; texts and numbers of
 * the fit stay. */
static mote_status check_board(mote_fit *fit, const build_work *w, const mote_model *model, mote_error *err)
{
    mote_fit_options  options = {.optimize = w->spec->deploy.options.optimize, .leaves_ways = true};
    mote_boards      *boards;
    const mote_board *board;

    MOTE_TRY(mote_boards_load(&boards, err));
    options.inspect.keeps_constant_channels = w->spec->deploy.options.keeps_constant_channels;
    board = mote_boards_find(boards, w->spec->deploy.board, err);
    if (board && model)
        mote_board_fit(fit, model, board, &options, err);
    else if (board)
        mote_spec_fit(fit, w->spec, w->set, board, NULL, err);
    if (err->code == MOTE_OK)
        judge(w, fit, err);
    mote_boards_destroy(boards);
    fit->board = NULL;
    return err->code;
}

/* What cannot be deployed is said before the time of training is spent. */
static mote_status check_before_training(const build_work *w, const mote_model *model, mote_error *err)
{
    const mote_inspect_options deployed = mote_spec_deployed(w->spec);
    mote_inspection            in = {0};
    mote_fit                   fit;

    if (w->options->only_train)
        return MOTE_OK;
    if (is_for_board(w))
        MOTE_TRY(check_board(&fit, w, NULL, err));
    if (!w->spec->deploy.chip)
        return MOTE_OK;
    if (mote_inspect(&in, model, &deployed, err) == MOTE_OK)
        check_sizes(w, in.memory.constant_bytes, in.memory.arena_bytes, err);
    mote_inspection_free(&in);
    return err->code;
}

/* Else every build would change what the next one begins with. */
static mote_status check_start(build_work *w, mote_error *err)
{
    const char *start = w->spec->state->start.path, *const own[] = {"model.keras", "model.tflite"};
    struct stat from, to;
    size_t      i;

    for (i = 0; start && i < sizeof own / sizeof *own; i++) {
        const char *path = path_of(w, own[i], err);
        if (path && stat(start, &from) == 0 && stat(path, &to) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
            return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: start: %s is what this build writes; give the run another name",
                             w->spec->path, w->spec->state->start.line, start);
    }
    return err->code;
}

/* What a file's network does otherwise in training here, and which layers got no weights. */
static void say_start(const build_work *w, const mote_model *model)
{
    int32_t i;

    for (i = 0; w->spec->state->start.path && i < mote_model_note_count(model); i++)
        say(w, "warning: %s", mote_model_note(model, i));
}

/* ", int8 from epoch 3", or nothing. */
typedef struct trained_text {
    char text[64];
} trained_text;

static trained_text show_trained(const mote_summary *summary)
{
    trained_text text = {""};

    if (summary->quantized_from > 0)
        snprintf(text.text, sizeof text.text, ", %s from epoch %d", summary->trained_scheme, (int)summary->quantized_from);
    return text;
}

static mote_status train(build_work *w, mote_error *err)
{
    mote_model *model;

    *w->summary = (mote_summary){0};
    snprintf(w->summary->name, sizeof w->summary->name, "%s", w->spec->name);
    MOTE_TRY(check_start(w, err));
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(mote_spec_build_model(&model, w->spec, w->set, err));
    say_start(w, model);
    if (check_before_training(w, model, err) == MOTE_OK)
        run_training(w, model, err);
    mote_model_destroy(model);
    MOTE_TRY(err->code);
    MOTE_TRY(check_file(w, err));
    memcpy(w->summary->train_key, w->keys.train, sizeof w->summary->train_key);
    say(w, "train      %d epochs in %.2f s%s; %s %s", w->summary->epochs, w->summary->seconds, show_trained(w->summary).text,
        w->summary->split, main_figure(&w->summary->real.evaluation).text);
    if (w->summary->pruned_weights > 0)
        say(w, "%s", mote_pruned_show(w->summary).text);
    if (w->split->id == MOTE_SPLIT_TRAIN)
        say(w, "           on what it was trained with: add validation_split or test_split");
    return save_summary(w, err);
}

static mote_status train_again(build_work *w, const mote_lost_outputs *lost, mote_error *err)
{
    say(w, "train      %s missing or damaged; training again", show_lost(lost).text);
    w->result->train = MOTE_STAGE_RAN;
    return train(w, err);
}

/* The other of the two that hold a history. */
static const char *twin_of(const char *history)
{
    return strcmp(history, "history.csv") == 0 ? "history.json" : "history.csv";
}

/* Writes the lost one from the other, which is whole; whether it holds what it held before is for the caller to look at. */
static mote_status restore_history(build_work *w, const char *lost, mote_error *err)
{
    char        *from = path_of(w, twin_of(lost), err), *to = path_of(w, lost, err);
    mote_history history;

    MOTE_TRY(err->code);
    MOTE_TRY(mote_history_load(&history, from, &w->arena, err));
    return mote_path_has_suffix(lost, ".csv") ? mote_history_save_csv(&history, to, err)
                                              : mote_history_save_json(&history, to, err);
}

static mote_status restore_history_plot(build_work *w, mote_error *err)
{
    char        *from = path_of(w, "history.csv", err);
    mote_history history;

    MOTE_TRY(err->code);
    MOTE_TRY(mote_history_load(&history, from, &w->arena, err));
    mote_outputs_forget(&w->outputs, MOTE_OUTPUT_HISTORY_PLOT);
    MOTE_TRY(make_plots_folder(w, err));
    MOTE_TRY(mote_plot_history(&w->outputs, w->spec->name, &history, err));
    return save_summary(w, err);
}

/* What the trained model and its history are enough for is made from them; only what is gone altogether is trained again. */
static mote_status restore_training(build_work *w, mote_error *err)
{
    mote_lost_outputs model, history, plots, still;

    MOTE_TRY(mote_outputs_find_lost(&model, &w->outputs, MOTE_OUTPUT_MODEL, err));
    MOTE_TRY(mote_outputs_find_lost(&history, &w->outputs, MOTE_OUTPUT_HISTORY, err));
    MOTE_TRY(mote_outputs_find_lost(&plots, &w->outputs, MOTE_OUTPUT_HISTORY_PLOT, err));
    if (model.count > 0)
        return train_again(w, &model, err);
    if (history.count > 1)
        return train_again(w, &history, err);
    if (history.count == 1)
        MOTE_TRY(restore_history(w, history.first, err));
    MOTE_TRY(mote_outputs_find_lost(&still, &w->outputs, MOTE_OUTPUT_HISTORY, err));
    if (still.count > 0) /* infinity, which JSON has not */
        return train_again(w, &still, err);
    if (plots.count > 0)
        MOTE_TRY(restore_history_plot(w, err));
    if (history.count + plots.count == 0) {
        w->result->train = MOTE_STAGE_UP_TO_DATE;
        say(w, "train      up to date; %s %s", w->summary->split, main_figure(&w->summary->real.evaluation).text);
        return MOTE_OK;
    }
    w->result->train = MOTE_STAGE_RESTORED;
    history.first = history.first ? history.first : plots.first;
    history.count += plots.count;
    say(w, "train      %s made again, from what was kept", show_lost(&history).text);
    return MOTE_OK;
}

static mote_status have_training(build_work *w, mote_error *err)
{
    if (is_current(w, w->summary->train_key, w->keys.train) && mote_outputs_find(&w->outputs, "model.tflite") &&
        (mote_outputs_find(&w->outputs, "model.keras") || w->spec->state->start.path) &&
        mote_outputs_find(&w->outputs, "history.csv") && mote_outputs_find(&w->outputs, "history.json"))
        return restore_training(w, err);
    w->result->train = MOTE_STAGE_RAN;
    return train(w, err);
}

static mote_status train_stage(build_work *w, mote_error *err)
{
    MOTE_TRY(have_training(w, err));
    return remove_unfinished(w, err);
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

static const char *scheme_of(const build_work *w)
{
    return w->spec->convert.is_quantized ? mote_scheme_name(w->spec->convert.options.scheme) : "";
}

static char *quantized_path(char name[MOTE_QUANTIZED_FILE_BYTES], build_work *w, mote_error *err)
{
    mote_quantized_file(name, scheme_of(w));
    return path_of(w, name, err);
}

/* Samples that cannot be right, those that figures are measured on among them. */
static void say_of_calibration(const build_work *w, const mote_dataset_split *samples, const mote_quantize_options *options)
{
    const mote_calibration_text told = mote_calibration_tell(samples, options);

    if (told.text[0])
        say(w, "warning: convert: %s", told.text);
    else if (samples == w->split && samples->id == MOTE_SPLIT_VALIDATION)
        say(w, "warning: convert: calibrated on the %s samples, on which its figures are measured, too",
            mote_split_name(samples->id));
}

/* Validation samples choose, as they do in training; where there are none, those that calibrate. */
static void quantize_mixed(build_work *w, const mote_dataset_split *calibration, const mote_quantize_options *options,
                           mote_error *err)
{
    const mote_spec_convert  *convert = &w->spec->convert;
    const mote_dataset_split *validation = &w->set->split[MOTE_SPLIT_VALIDATION];
    const mote_mixed_options  mixed = {.quantize = *options,
                                       .has_max_drop = convert->has_max_drop,
                                       .max_drop = convert->max_drop,
                                       .max_bytes = convert->max_bytes,
                                       .finest = convert->finest,
                                       .keeps_operators = true};
    mote_mixed                report = {0};

    if (validation->count == 0)
        say(w, "convert    layers are chosen by the samples that calibrate: there is no validation split");
    if (mote_model_quantize_mixed(&w->quantized, &report, w->real, calibration,
                                  validation->count > 0 ? validation : calibration, &mixed, err) == MOTE_OK)
        say(w, "convert    %d layers raised, %d lowered: %.4g %s lost on %zu samples",
            (int)report.points[report.chosen].raised, (int)report.points[report.chosen].lowered,
            report.points[report.chosen].drop, mote_drop_unit(report.kind), report.sample_count);
    else
        mote_context(err, "%s: convert", w->spec->path);
    mote_mixed_free(&report);
}

/* From the samples that the spec names: a split of its own data, or other data. Some schemes take none, nor does what was
 * trained quantized. */
static mote_status quantize_real(build_work *w, const mote_quantize_options *options, mote_error *err)
{
    const mote_spec_convert   *convert = &w->spec->convert;
    const mote_dataset_request request = {.path = convert->calibration_data, .model = w->real};
    mote_dataset              *set = w->set, *other = NULL;

    if (w->spec->train.quantize.is_on && (convert->has_max_drop || convert->max_bytes > 0))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: convert: max_drop and max_bytes do not go with train: quantize; leave one out", w->spec->path);
    if (!mote_scheme_is_calibrated(options->scheme) || w->spec->train.quantize.is_on)
        return mote_model_quantize(&w->quantized, w->real, NULL, options, err);
    if (request.path && mote_dataset_open(&other, &request, err) != MOTE_OK)
        return mote_context(err, "%s: convert: calibrate", w->spec->path);
    if (other)
        say_notes(w, other);
    set = other ? other : set;
    if (set->split[convert->calibration_split].count == 0)
        mote_fail(err, MOTE_ERR_USAGE, "%s: convert: calibrate: %s has no %s samples", w->spec->path,
                  request.path ? request.path : "the data", mote_split_name(convert->calibration_split));
    else {
        say_of_calibration(w, &set->split[convert->calibration_split], options);
        if (convert->has_max_drop || convert->max_bytes > 0)
            quantize_mixed(w, &set->split[convert->calibration_split], options, err);
        else
            mote_model_quantize(&w->quantized, w->real, &set->split[convert->calibration_split], options, err);
    }
    mote_dataset_destroy(other);
    return err->code;
}

static mote_status quantize(build_work *w, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};
    mote_quantize_options      options = w->spec->convert.options;
    char                       name[MOTE_QUANTIZED_FILE_BYTES];
    char                      *path = quantized_path(name, w, err);

    if (!path)
        return err->code;
    options.progress = w->options->progress;
    MOTE_TRY(quantize_real(w, &options, err));
    MOTE_TRY(mote_model_save(w->quantized, path, err));
    MOTE_TRY(mote_outputs_add(&w->outputs, name, err));
    snprintf(w->summary->scheme, sizeof w->summary->scheme, "%s", scheme_of(w));
    w->summary->quantized.file_bytes = file_bytes(path);
    MOTE_TRY(mote_predict(&w->quantized_answers, w->quantized, w->split, &predict, err));
    return evaluate_answers(w, &w->quantized_answers, &w->summary->quantized, err);
}

static mote_status plot_output(build_work *w, int output, mote_error *err)
{
    const mote_dataset_target *target = &w->set->target[output];
    /* check_file found the two equal when the network was trained */
    mote_plot_answers answers = {.set = w->set,
                                 .split = w->split,
                                 .trained =
                                     w->trained.count ? &w->trained.outputs[output] : &w->real_answers.outputs[output],
                                 .real = &w->real_answers.outputs[output],
                                 .scheme = scheme_of(w),
                                 .quantized = w->quantized ? &w->quantized_answers.outputs[output] : NULL,
                                 .suffix = ""};

    if (target->kind == MOTE_TARGETS_NONE)
        return MOTE_OK;
    if (target->kind == MOTE_TARGETS_CLASSES && target->class_count > MOTE_PLOT_CONFUSION_MAX)
        say(w, "convert    no plots/confusion: %d classes, and it shows at most %d", target->class_count,
            MOTE_PLOT_CONFUSION_MAX);
    if (w->set->target_count > 1)
        answers.suffix = mote_arena_printf(&w->arena, err, "-%s", target->name);
    return answers.suffix ? mote_plot_answers_save(&w->outputs, w->spec->name, &answers, err) : err->code;
}

static mote_status plot(build_work *w, mote_error *err)
{
    int i;

    MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_ANSWER_PLOT, err));
    mote_outputs_forget(&w->outputs, MOTE_OUTPUT_ANSWER_PLOT);
    if (!mote_dataset_has_targets(w->set))
        return MOTE_OK;
    MOTE_TRY(make_plots_folder(w, err));
    for (i = 0; i < w->set->target_count && i < w->real_answers.output_count; i++)
        MOTE_TRY(plot_output(w, i, err));
    return MOTE_OK;
}

/* What an earlier spec asked for and this one does not, as it was written or changed since. A file that no build wrote
 * stays, and the one that is made anew, until then. */
static mote_status remove_others(build_work *w, mote_error *err)
{
    char name[MOTE_QUANTIZED_FILE_BYTES];

    mote_quantized_file(name, scheme_of(w));
    if (mote_outputs_find(&w->outputs, name))
        return MOTE_OK;
    MOTE_TRY(mote_outputs_remove_whole(&w->outputs, MOTE_OUTPUT_QUANTIZED, err));
    return mote_outputs_remove_lost(&w->outputs, MOTE_OUTPUT_QUANTIZED, err);
}

static mote_status convert(build_work *w, mote_error *err)
{
    w->summary->quantized = (mote_model_figures){0};
    w->summary->scheme[0] = '\0';
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(need_answers(w, err));
    MOTE_TRY(forget_stage(w, w->summary->convert_key, err));
    MOTE_TRY(remove_others(w, err));
    if (w->spec->convert.is_quantized)
        MOTE_TRY(quantize(w, err));
    MOTE_TRY(plot(w, err));
    memcpy(w->summary->convert_key, w->keys.convert, sizeof w->summary->convert_key);
    if (w->quantized)
        say(w, "convert    %s, %zu bytes; %s %s", w->summary->scheme, w->summary->quantized.file_bytes, w->summary->split,
            main_figure(&w->summary->quantized.evaluation).text);
    else
        say(w, "convert    float32, %zu bytes", w->summary->real.file_bytes);
    return save_summary(w, err);
}

static mote_status load_deployed(build_work *w, const mote_model **model, mote_error *err)
{
    char  name[MOTE_QUANTIZED_FILE_BYTES];
    char *path;

    if (!w->spec->convert.is_quantized) {
        MOTE_TRY(need_real(w, err));
        *model = w->real;
        return MOTE_OK;
    }
    if (!w->quantized && (path = quantized_path(name, w, err)) != NULL)
        mote_model_load(&w->quantized, path, NULL, err);
    *model = w->quantized;
    return err->code;
}

/* The firmware was made from the quantized model that was lost; the new one is the same, unless this machine's kernels
 * differ. */
static mote_status convert_again(build_work *w, const mote_lost_outputs *lost, mote_error *err)
{
    const mote_output_file before = *mote_outputs_find(&w->outputs, lost->first);
    char                   deploy_key[sizeof w->summary->deploy_key];

    say(w, "convert    %s missing or damaged; quantizing again", show_lost(lost).text);
    memcpy(deploy_key, w->summary->deploy_key, sizeof deploy_key);
    w->summary->deploy_key[0] = '\0';
    w->result->convert = MOTE_STAGE_RAN;
    MOTE_TRY(convert(w, err));
    if (strcmp(mote_outputs_find(&w->outputs, before.path)->sha256.text, before.sha256.text) != 0)
        return MOTE_OK;
    memcpy(w->summary->deploy_key, deploy_key, sizeof deploy_key);
    return save_summary(w, err);
}

static mote_status restore_plots(build_work *w, const mote_lost_outputs *lost, mote_error *err)
{
    const mote_predict_options predict = {.progress = w->options->progress};
    const mote_model          *deployed;

    MOTE_TRY(load_data(w, err));
    MOTE_TRY(need_answers(w, err));
    MOTE_TRY(load_deployed(w, &deployed, err));
    if (w->quantized)
        MOTE_TRY(mote_predict(&w->quantized_answers, w->quantized, w->split, &predict, err));
    w->result->convert = MOTE_STAGE_RESTORED;
    MOTE_TRY(plot(w, err));
    say(w, "convert    %s made again, from what was kept", show_lost(lost).text);
    return save_summary(w, err);
}

static mote_status convert_stage(build_work *w, mote_error *err)
{
    const bool        is_quantized = w->spec->convert.is_quantized;
    mote_lost_outputs quantized, plots;
    char              name[MOTE_QUANTIZED_FILE_BYTES];

    mote_quantized_file(name, scheme_of(w));
    MOTE_TRY(mote_outputs_find_lost(&quantized, &w->outputs, MOTE_OUTPUT_QUANTIZED, err));
    MOTE_TRY(mote_outputs_find_lost(&plots, &w->outputs, MOTE_OUTPUT_ANSWER_PLOT, err));
    if (!is_current(w, w->summary->convert_key, w->keys.convert) ||
        (is_quantized && !mote_outputs_find(&w->outputs, name))) {
        w->result->convert = MOTE_STAGE_RAN;
        return convert(w, err);
    }
    if (quantized.count > 0)
        return convert_again(w, &quantized, err);
    if (plots.count > 0)
        return restore_plots(w, &plots, err);
    w->result->convert = MOTE_STAGE_UP_TO_DATE;
    say(w, "convert    up to date%s%s%s%s", is_quantized ? "; " : "", scheme_of(w), is_quantized ? " " : "",
        is_quantized ? main_figure(&w->summary->quantized.evaluation).text : "");
    return MOTE_OK;
}

/* ---- deploy ---- */

/* The first samples as the model stores them: for the self-test. */
static mote_status store_golden(build_work *w, const mote_model *model, mote_compile_options *options, mote_error *err)
{
    enum { GOLDEN = 3 };
    const size_t count = w->split->count < GOLDEN ? w->split->count : GOLDEN;
    size_t       sample_bytes;

    options->golden = mote_feed_store(model, w->split, count, &sample_bytes, &w->arena, err);
    options->golden_count = (int32_t)count;
    return err->code;
}

/* Of samples that are bytes, as they are stored. */
static mote_status store_raw(mote_samples *out, const mote_model *model, const mote_dataset_split *split, mote_arena *arena,
                             mote_error *err)
{
    const mote_dataset_feature *feature = &split->set->feature[0];
    uint8_t                    *raw;
    size_t                      i;

    if (mote_model_input_count(model) != 1 || feature->dtype != MOTE_U8)
        return MOTE_OK;
    out->raw_bytes = feature->width;
    out->raw = raw = MOTE_NEW(arena, uint8_t, mote_size_mul(out->count, out->raw_bytes), err);
    for (i = 0; raw && i < out->count; i++)
        memcpy(raw + i * out->raw_bytes, mote_dataset_sample(split, 0, i), out->raw_bytes);
    return err->code;
}

static mote_status name_samples(mote_samples *out, const mote_dataset_split *split, mote_arena *arena, mote_error *err)
{
    const char **names = MOTE_NEW(arena, const char *, out->count, err);
    size_t       i;

    for (i = 0; names && i < out->count; i++)
        names[i] = split->names ? split->names[i] : mote_arena_printf(arena, err, "%s[%zu]", mote_split_name(split->id), i);
    out->names = names;
    return err->code;
}

/* The samples that a spec asks for, of the split that training did not see: for NAME_samples.h. */
static mote_status store_samples(build_work *w, const mote_model *model, mote_compile_options *options, mote_error *err)
{
    const mote_dataset_split *of = &w->split->set->split[MOTE_SPLIT_VALIDATION];
    mote_samples             *samples = MOTE_NEW(&w->arena, mote_samples, 1, err);
    const size_t              wanted = (size_t)w->spec->deploy.sample_count;

    if (!samples)
        return err->code;
    of = of->count > 0 ? of : w->split;
    samples->count = of->count < wanted ? of->count : wanted;
    samples->bytes = mote_feed_store(model, of, samples->count, &samples->sample_bytes, &w->arena, err);
    options->samples = samples;
    MOTE_TRY(err->code);
    MOTE_TRY(store_raw(samples, model, of, &w->arena, err));
    return name_samples(samples, of, &w->arena, err);
}

/* All outputs of all samples. */
static size_t count_values(const mote_predictions *p)
{
    size_t values = 0;
    int    i;

    for (i = 0; i < p->output_count; i++)
        values += p->count * p->outputs[i].width;
    return values;
}

/* sources: where the compiled model stands, below the run's folder. */
static mote_status emulate(build_work *w, const mote_model *model, const char *sources, mote_error *err)
{
    const mote_predict_options options = {
        .limit = CHIP_SAMPLES, .time_limit_seconds = w->options->time_limit_seconds, .progress = w->options->progress};
    mote_predictions  host = {0}, chip = {0};
    mote_emulation    figures = {0};
    size_t            different;
    mote_summary     *s = w->summary;
    const mote_device device = {
        .chip = w->spec->deploy.chip, .folder = path_of(w, sources, err), .name = w->summary->firmware_name};

    if (mote_predict(&host, model, w->split, &options, err) == MOTE_OK &&
        mote_predict_on_chip(&chip, model, &device, w->split, &options, &figures, err) == MOTE_OK &&
        count_differences(&different, &host, &chip, err) == MOTE_OK) {
        snprintf(s->chip, sizeof s->chip, "%s", w->spec->deploy.chip);
        snprintf(s->count_unit, sizeof s->count_unit, "%s", figures.chip->count_unit);
        s->count = figures.count;
        s->flash_bytes = figures.flash_bytes;
        s->code_bytes = figures.code_bytes;
        s->weight_bytes = figures.weight_bytes;
        s->ram_bytes = figures.ram_bytes;
        s->chip_arena_bytes = figures.arena_bytes;
        s->stack_bytes = figures.stack_bytes;
        s->chip_samples = host.count;
        s->chip_different_values = different;
        if (different > 0 && mote_model_is_quantized(model))
            mote_fail(err, MOTE_ERR_NUMERIC, "firmware on %s and host differ in %zu of %zu values", s->chip, different,
                      count_values(&host));
    }
    mote_emulation_free(&figures);
    mote_predictions_free(&host);
    mote_predictions_free(&chip);
    return err->code;
}

static void tell_kept(build_work *w, const char *to, const mote_compile_result *compiled)
{
    int i;

    for (i = 0; i < compiled->kept_count && i < MOTE_COMPILE_KEPT_MAX; i++)
        say(w, "deploy     %s/%s is kept, which you changed", to, compiled->kept[i]);
}

static mote_status deploy(build_work *w, mote_error *err)
{
    mote_compile_options options = w->spec->deploy.options;
    mote_compile_result  compiled;
    const mote_chip     *chip =
        w->spec->deploy.chip ? mote_chip_find(w->spec->deploy.chip) : NULL; /* the spec's reader knows it */
    const mote_compiled_chips *of;
    const mote_model          *model;
    const char                *to = w->result->firmware;
    char                      *folder = path_of(w, to, err), *sources, name[MOTE_COMPILE_NAME];
    mote_memory_region         regions[MOTE_FIT_PARTS];
    mote_fit                   fit;

    w->summary->chip[0] = '\0';
    if (!folder)
        return err->code;
    if (!options.name && !(options.target && strcmp(options.target, "array") == 0)) {
        mote_compile_name(name, w->spec->name);
        options.name = name;
    }
    MOTE_TRY(load_data(w, err));
    MOTE_TRY(load_deployed(w, &model, err));
    MOTE_TRY((w->spec->deploy.sample_count > 0 ? store_samples : store_golden)(w, model, &options, err));
    MOTE_TRY(forget_stage(w, w->summary->deploy_key, err));
    if (is_for_board(w)) {
        MOTE_TRY(check_board(&fit, w, model, err));
        options.region_count = mote_fit_regions(&fit, regions);
        options.regions = regions;
    }
    /* mote_compile would not know them for its own */
    MOTE_TRY(mote_outputs_remove_lost(&w->outputs, MOTE_OUTPUT_FIRMWARE, err));
    MOTE_TRY(mote_compile(&compiled, model, folder, &options, err));
    mote_outputs_forget(&w->outputs, MOTE_OUTPUT_FIRMWARE);
    sources = compiled.code[0] ? mote_path_join(&w->arena, to, compiled.code, err) : mote_arena_strdup(&w->arena, to, err);
    if (!sources)
        return err->code;
    MOTE_TRY(mote_outputs_add_folder(&w->outputs, sources, err)); /* the rest of a project is its user's to change */
    tell_kept(w, to, &compiled);
    snprintf(w->summary->firmware_name, sizeof w->summary->firmware_name, "%s", compiled.name);
    of = mote_compiled_for(&compiled, chip ? chip->kernels : NULL);
    MOTE_TRY(check_sizes(w, of->constant_bytes, of->arena_bytes, err));
    if (is_for_board(w))
        say(w, "board      %s", fit.verdict);
    w->summary->arena_bytes = of->arena_bytes;
    w->summary->arena_bound_bytes = of->arena_bound_bytes;
    w->summary->constant_bytes = of->constant_bytes;
    w->summary->zero_bytes = of->zero_bytes;
    if (chip)
        MOTE_TRY(emulate(w, model, sources, err));
    memcpy(w->summary->deploy_key, w->keys.deploy, sizeof w->summary->deploy_key);
    if (w->summary->chip[0])
        say(w, "deploy     %s: %zu samples, %zu values differ from the host's; %llu %s an inference", w->summary->chip,
            w->summary->chip_samples, w->summary->chip_different_values, (unsigned long long)w->summary->count,
            w->summary->count_unit);
    else
        say(w, "deploy     compiled to C: %zu bytes of memory, %zu of constants", w->summary->arena_bytes,
            w->summary->constant_bytes);
    if (mote_pruned_show_code(w->summary).text[0])
        say(w, "%s", mote_pruned_show_code(w->summary).text);
    return save_summary(w, err);
}

static mote_status deploy_stage(build_work *w, mote_error *err)
{
    mote_lost_outputs lost;

    MOTE_TRY(mote_outputs_find_lost(&lost, &w->outputs, MOTE_OUTPUT_FIRMWARE, err));
    if (is_current(w, w->summary->deploy_key, w->keys.deploy) && lost.count == 0 && lost.listed > 0) {
        w->result->deploy = MOTE_STAGE_UP_TO_DATE;
        say(w, "deploy     up to date");
        return MOTE_OK;
    }
    if (is_current(w, w->summary->deploy_key, w->keys.deploy) && lost.count > 0)
        say(w, "deploy     %s missing or damaged; compiling again", show_lost(&lost).text);
    w->result->deploy = MOTE_STAGE_RAN;
    return deploy(w, err);
}

/* ---- all ---- */

static mote_status check_spec(const build_work *w, mote_error *err)
{
    if (!w->spec->has_train)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: has no train section; add one, as in train: {loss: categorical_crossentropy, epochs: 10}",
                         w->spec->path);
    return MOTE_OK;
}

static void tell_of_waiting(void *user)
{
    const build_work *w = user;

    say(w, "warning: waiting until another build has ended in %s", w->folder.path);
}

/* A summary that is damaged, or of another version, is as good as none; where memory is lacking, nobody knows. */
static mote_status load_summary(build_work *w, mote_error *err)
{
    mote_error reason = {0};
    char      *path = path_of(w, "summary.json", err);

    if (!path || !mote_path_exists(path) || mote_run_load(w->summary, &w->outputs, path, &reason) == MOTE_OK)
        return err->code;
    if (reason.code != MOTE_ERR_FORMAT && reason.code != MOTE_ERR_IO)
        return mote_fail(err, reason.code, "%s", reason.text);
    say(w, "train      summary.json is damaged; all is made again");
    *w->summary = (mote_summary){0};
    return MOTE_OK;
}

static mote_status open_folder(build_work *w, mote_error *err)
{
    const mote_run_wait wait = {tell_of_waiting, w, w->options->progress};

    w->result->firmware =
        mote_compile_is_project(w->spec->deploy.options.target) ? w->spec->deploy.options.target : "firmware";
    MOTE_TRY(mote_run_folder_open(&w->folder, w->result->folder, &wait, &w->arena, err));
    return load_summary(w, err);
}

static mote_status run_stages(build_work *w, mote_error *err)
{
    MOTE_TRY(check_spec(w, err));
    MOTE_TRY(open_folder(w, err));
    MOTE_TRY(mote_build_keys_find(&w->keys, w->spec, err));
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
    out->folder = w.outputs.folder = w.options->folder ? w.options->folder : spec->folder;
    run_stages(&w, err);
    out->has_keras = mote_outputs_find(&w.outputs, "model.keras") != NULL;
    mote_run_folder_close(&w.folder);
    mote_predictions_free(&w.trained);
    mote_predictions_free(&w.real_answers);
    mote_predictions_free(&w.quantized_answers);
    mote_model_destroy(w.real);
    mote_model_destroy(w.quantized);
    mote_dataset_destroy(w.set);
    mote_arena_destroy(&w.outputs.arena);
    mote_arena_destroy(&w.arena);
    return err->code;
}
