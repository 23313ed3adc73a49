/* A model's answers to the samples of a split: on the host in several threads, by firmware on an emulated chip, or on a
 * board.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/thread.h"
#include "compare/feed.h"
#include "train/objective.h"

static mote_status init_answers(mote_answers *out, const mote_model *model, int output, size_t count, mote_arena *owner,
                                mote_error *err)
{
    const mote_tensor_info info = mote_model_output(model, output);
    const mote_judged      judged = mote_judged_make(model, output);

    *out = (mote_answers){.name = mote_arena_strdup(owner, info.name, err),
                          .output = output,
                          .count = count,
                          .width = info.count,
                          .stored_bytes = info.bytes,
                          .dtype = info.dtype,
                          .kind = judged.kind,
                          .rank = judged.rank};
    memcpy(out->dim, judged.dim, sizeof out->dim);
    out->has_goal = mote_model_goal(&out->goal, model, output);
    out->real = MOTE_NEW(owner, float, mote_size_mul(count, out->width), err);
    out->stored = MOTE_NEW(owner, uint8_t, mote_size_mul(count, out->stored_bytes), err);
    return err->code;
}

static mote_status allocate(mote_predictions *out, const mote_model *model, size_t count, mote_error *err)
{
    int i;

    *out = (mote_predictions){.count = count, .owner = calloc(1, sizeof *out->owner)};
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    out->outputs = MOTE_NEW(out->owner, mote_answers, mote_model_output_count(model), err);
    if (!out->outputs)
        return err->code;
    out->output_count = mote_model_output_count(model);
    for (i = 0; i < out->output_count; i++)
        MOTE_TRY(init_answers(&out->outputs[i], model, i, count, out->owner, err));
    return MOTE_OK;
}

static size_t count_wanted(const mote_dataset_split *split, const mote_predict_options *options)
{
    return options->limit && options->limit < split->count ? options->limit : split->count;
}

/* The outputs of this model, and not of another one. */
static mote_status check_outputs(const mote_model *model, const mote_samples *outputs, mote_error *err)
{
    size_t  wanted = 0;
    int32_t i;

    for (i = 0; i < mote_model_output_count(model); i++)
        wanted += mote_model_output(model, i).bytes;
    if (outputs->sample_bytes == wanted && (outputs->bytes || outputs->count == 0))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "a sample of %zu bytes is none of this model's: its outputs take %zu",
                     outputs->sample_bytes, wanted);
}

/* From samples whose outputs stand in a row, as mote_samples and firmware have them. */
static void take_outputs(mote_predictions *out, const mote_model *model, const uint8_t *bytes, size_t sample_bytes)
{
    size_t offset = 0, i;
    int    k;

    for (k = 0; k < out->output_count; k++) {
        const mote_tensor_info info = mote_model_output(model, k);
        mote_answers          *answers = &out->outputs[k];
        for (i = 0; i < out->count; i++)
            memcpy(answers->stored + i * info.bytes, bytes + i * sample_bytes + offset, info.bytes);
        mote_load_real(&info, answers->stored, answers->real, out->count * answers->width);
        offset += info.bytes;
    }
}

mote_status mote_predictions_of_samples(mote_predictions *out, const mote_model *model, const mote_samples *outputs,
                                        mote_error *err)
{
    *out = (mote_predictions){0};
    MOTE_TRY(check_outputs(model, outputs, err));
    if (allocate(out, model, outputs->count, err) != MOTE_OK) {
        mote_predictions_free(out);
        return err->code;
    }
    take_outputs(out, model, outputs->bytes, outputs->sample_bytes);
    return MOTE_OK;
}

void mote_predictions_free(mote_predictions *predictions)
{
    if (predictions->owner)
        mote_arena_destroy(predictions->owner);
    free(predictions->owner);
    *predictions = (mote_predictions){0};
}

/* ---- on the host: each task runs a part of the samples with a runner of its own ---- */

typedef struct host_job {
    mote_predictions         *out;
    const mote_dataset_split *split;
    mote_runner             **runners;
    float                   **samples; /* room for the widest feature */
    size_t                    first, last;
    int                       task_count;
    const mote_logits        *logits; /* [output_count] */
    mote_error               *errors; /* a task's */
} host_job;

/* Logits are looked at before the step that makes answers of them, in their place perhaps. */
static void keep_logits(mote_runner *runner, const host_job *job, int32_t step, size_t sample)
{
    int k;

    for (k = 0; k < job->out->output_count; k++) {
        mote_answers *answers = &job->out->outputs[k];
        if (answers->logits && job->logits[k].node == runner->program->steps[step].node)
            memcpy(answers->logits + sample * answers->width, mote_runner_tensor(runner, job->logits[k].id),
                   answers->width * sizeof(float));
    }
}

static mote_status invoke(mote_runner *runner, const host_job *job, size_t sample, mote_error *err)
{
    int32_t s;

    if (runner->work)
        return mote_runner_invoke(runner, err);
    mote_runner_begin(runner);
    for (s = 0; s < runner->program->step_count;) {
        keep_logits(runner, job, s, sample);
        s = mote_runner_step(runner, s);
    }
    return MOTE_OK;
}

static void predict_part(void *context, int task)
{
    host_job    *job = context;
    size_t       span = job->last - job->first;
    size_t       i = job->first + span * (size_t)task / (size_t)job->task_count;
    size_t       end = job->first + span * ((size_t)task + 1) / (size_t)job->task_count;
    mote_runner *runner = job->runners[task];
    int          k;

    for (; i < end && job->errors[task].code == MOTE_OK; i++) {
        mote_feed_runner(runner, job->split, i, job->samples[task]);
        invoke(runner, job, i, &job->errors[task]);
        for (k = 0; k < job->out->output_count; k++) {
            mote_answers *answers = &job->out->outputs[k];
            memcpy(answers->stored + i * answers->stored_bytes, mote_runner_output(runner, k), answers->stored_bytes);
            mote_runner_get_real(runner, k, answers->real + i * answers->width);
        }
    }
}

static mote_status first_error(const host_job *job, mote_error *err)
{
    int t;

    for (t = 0; t < job->task_count; t++)
        if (job->errors[t].code != MOTE_OK)
            return mote_fail(err, job->errors[t].code, "%s", job->errors[t].text);
    return MOTE_OK;
}

static mote_status run_parts(host_job *job, mote_pool *pool, const mote_predict_options *options, mote_error *err)
{
    enum { REPORTS = 50 };
    size_t done = 0, part = job->out->count / REPORTS + 1;

    while (done < job->out->count) {
        mote_progress_event event = {.stage = "predict", .total = (int64_t)job->out->count};
        job->first = done;
        job->last = done = job->out->count - done > part ? done + part : job->out->count;
        mote_pool_run(pool, predict_part, job, job->task_count);
        MOTE_TRY(first_error(job, err));
        event.done = (int64_t)done;
        if (options->progress.report && !options->progress.report(options->progress.user, &event))
            return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    }
    return MOTE_OK;
}

static const mote_logits *find_logits(mote_predictions *out, const mote_model *model, mote_arena *scratch, mote_error *err)
{
    mote_logits *logits = MOTE_NEW(scratch, mote_logits, out->output_count, err);
    int          k;

    for (k = 0; logits && k < out->output_count; k++) {
        mote_answers *answers = &out->outputs[k];
        logits[k] = mote_find_logits(model, k);
        if (logits[k].id != MOTE_NONE)
            answers->logits = MOTE_NEW(out->owner, float, mote_size_mul(out->count, answers->width), err);
    }
    return logits;
}

static mote_status predict_with_pool(mote_predictions *out, const mote_model *model, const mote_dataset_split *split,
                                     const mote_predict_options *options, mote_pool *pool, mote_error *err)
{
    host_job   job = {.out = out, .split = split, .task_count = mote_pool_thread_count(pool)};
    mote_arena scratch = {0};
    int        t;

    job.logits = find_logits(out, model, &scratch, err);
    job.runners = MOTE_NEW(&scratch, mote_runner *, job.task_count, err);
    job.samples = MOTE_NEW(&scratch, float *, job.task_count, err);
    job.errors = MOTE_NEW(&scratch, mote_error, job.task_count, err);
    for (t = 0; t < job.task_count && err->code == MOTE_OK; t++) {
        job.samples[t] = MOTE_NEW(&scratch, float, mote_feed_width(split->set), err);
        if (job.samples[t])
            mote_runner_create(&job.runners[t], model, NULL, err);
    }
    if (err->code == MOTE_OK)
        run_parts(&job, pool, options, err);
    for (t = 0; job.runners && t < job.task_count; t++)
        mote_runner_destroy(job.runners[t]);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_predict(mote_predictions *out, const mote_model *model, const mote_dataset_split *split,
                         const mote_predict_options *options, mote_error *err)
{
    static const mote_predict_options defaults = {0};
    mote_pool                        *pool = NULL;

    *out = (mote_predictions){0};
    options = options ? options : &defaults;
    MOTE_TRY(mote_feed_check(model, split, err));
    if (allocate(out, model, count_wanted(split, options), err) == MOTE_OK &&
        mote_pool_create(&pool, options->threads, err) == MOTE_OK)
        predict_with_pool(out, model, split, options, pool, err);
    mote_pool_destroy(pool);
    if (err->code != MOTE_OK)
        mote_predictions_free(out);
    return err->code;
}

/* ---- on a chip ---- */

static mote_status emulate_samples(mote_predictions *out, const mote_model *model, const mote_device *device,
                                   const mote_emulate_options *options, mote_emulation *figures, mote_error *err)
{
    if (device->folder)
        MOTE_TRY(mote_emulate(figures, device->folder, device->name, options, err));
    else
        MOTE_TRY(mote_emulate_model(figures, model, NULL, options, err));
    take_outputs(out, model, figures->outputs, figures->sample_output_bytes);
    return MOTE_OK;
}

mote_status mote_predict_on_chip(mote_predictions *out, const mote_model *model, const mote_device *device,
                                 const mote_dataset_split *split, const mote_predict_options *options,
                                 mote_emulation *figures, mote_error *err)
{
    static const mote_predict_options defaults = {0};
    mote_emulate_options              emulate = {.chip = device->chip};
    mote_emulation                    own = {0};
    mote_arena                        scratch = {0};
    size_t                            sample_bytes;

    *out = (mote_predictions){0};
    options = options ? options : &defaults;
    MOTE_TRY(mote_feed_check(model, split, err));
    if (allocate(out, model, count_wanted(split, options), err) == MOTE_OK &&
        (emulate.inputs = mote_feed_store(model, split, out->count, &sample_bytes, &scratch, err)) != NULL) {
        emulate.input_bytes = sample_bytes * out->count;
        emulate.progress = options->progress;
        emulate.time_limit_seconds = options->time_limit_seconds;
        emulate_samples(out, model, device, &emulate, figures ? figures : &own, err);
    }
    mote_emulation_free(&own);
    mote_arena_destroy(&scratch);
    if (err->code != MOTE_OK)
        mote_predictions_free(out);
    return err->code;
}

/* ---- on a board ---- */

/* The first samples as the board takes them; in the arena. */
static mote_status store_inputs(mote_samples *out, const mote_model *model, const mote_dataset_split *split, size_t limit,
                                mote_arena *arena, mote_error *err)
{
    MOTE_TRY(mote_feed_check(model, split, err));
    *out = (mote_samples){.count = limit && limit < split->count ? limit : split->count};
    out->bytes = mote_feed_store(model, split, out->count, &out->sample_bytes, arena, err);
    return err->code;
}

mote_status mote_predict_on_board(mote_predictions *out, const mote_model *model, mote_link *link,
                                  const mote_dataset_split *split, const mote_predict_options *options,
                                  mote_link_times *times, mote_error *err)
{
    mote_samples inputs, outputs = {0};
    mote_arena   scratch = {0};

    *out = (mote_predictions){0};
    if (store_inputs(&inputs, model, split, options ? options->limit : 0, &scratch, err) == MOTE_OK &&
        mote_link_run_samples(&outputs, model, &inputs, link, times, err) == MOTE_OK)
        mote_predictions_of_samples(out, model, &outputs, err);
    mote_samples_free(&outputs);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_compare_layers_on_board(mote_link_layers *out, const mote_model *model, mote_link *link,
                                         const mote_dataset_split *split, size_t limit, mote_error *err)
{
    mote_samples inputs;
    mote_arena   scratch = {0};

    *out = (mote_link_layers){0};
    if (store_inputs(&inputs, model, split, limit, &scratch, err) == MOTE_OK)
        mote_link_compare_layers(out, model, &inputs, link, err);
    mote_arena_destroy(&scratch);
    return err->code;
}
