/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/arena.h"
#include "base/thread.h"
#include "exec/exec.h"
#include "train/objective.h"

static mote_status check_samples(const mote_model *model, const mote_data_split *split, mote_error *err)
{
    mote_tensor_info in;

    if (mote_model_input_count(model) != 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; a data set feeds models with one",
                         mote_model_input_count(model));
    in = mote_model_input(model, 0);
    if (in.count != split->set->sample_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the model takes %s, a sample of the data has %zu numbers",
                         mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[0]]).text,
                         split->set->sample_count);
    if (split->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the %s split is empty", mote_split_name(split->id));
    return MOTE_OK;
}

static void take_shape(mote_predictions *out, const mote_model *model)
{
    const mote_judged judged = mote_judged_make(model);

    out->kind = judged.kind;
    out->rank = judged.rank;
    memcpy(out->dim, judged.dim, sizeof out->dim);
    out->has_goal = mote_model_goal(model, &out->goal);
}

static mote_status allocate(mote_predictions *out, const mote_model *model, size_t count, mote_error *err)
{
    mote_tensor_info info = mote_model_output(model, 0);

    *out = (mote_predictions){.count = count, .width = info.count, .stored_bytes = info.bytes, .dtype = info.dtype};
    take_shape(out, model);
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    out->real = MOTE_NEW(out->owner, float, mote_size_mul(out->count, out->width), err);
    out->stored = MOTE_NEW(out->owner, uint8_t, mote_size_mul(out->count, out->stored_bytes), err);
    return err->code;
}

static size_t count_wanted(const mote_data_split *split, const mote_predict_options *options)
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

mote_status mote_predictions_of_samples(mote_predictions *out, const mote_model *model, const mote_samples *outputs,
                                        mote_error *err)
{
    const mote_tensor_info info = mote_model_output(model, 0);
    size_t                 i;

    *out = (mote_predictions){0};
    MOTE_TRY(check_outputs(model, outputs, err));
    if (allocate(out, model, outputs->count, err) != MOTE_OK) {
        mote_predictions_free(out);
        return err->code;
    }
    for (i = 0; i < out->count; i++)
        memcpy(out->stored + i * info.bytes, outputs->bytes + i * outputs->sample_bytes, info.bytes);
    mote_load_real(&info, out->stored, out->real, out->count * out->width);
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
    mote_predictions      *out;
    const mote_data_split *split;
    mote_runner          **runners;
    float                **samples;
    size_t                 first, last;
    int                    task_count;
    mote_id                logits; /* MOTE_NONE: nobody wants them */
    mote_error            *errors; /* a task's */
} host_job;

/* All steps, with a look at the logits before the last one makes answers of them, in their place perhaps. */
static mote_status invoke(mote_runner *runner, const host_job *job, size_t sample, mote_error *err)
{
    const int32_t last = runner->program->step_count - 1;
    int32_t       s;

    if (job->logits == MOTE_NONE || runner->work)
        return mote_runner_invoke(runner, err);
    for (s = 0; s < last; s = mote_runner_step(runner, s)) {
    }
    memcpy(job->out->logits + sample * job->out->width, mote_runner_tensor(runner, job->logits),
           job->out->width * sizeof(float));
    mote_runner_step(runner, last);
    return MOTE_OK;
}

static void predict_part(void *context, int task)
{
    host_job    *job = context;
    size_t       span = job->last - job->first;
    size_t       i = job->first + span * (size_t)task / (size_t)job->task_count;
    size_t       end = job->first + span * ((size_t)task + 1) / (size_t)job->task_count;
    mote_runner *runner = job->runners[task];

    for (; i < end && job->errors[task].code == MOTE_OK; i++) {
        mote_data_gather(job->split, mote_data_in_row(i, 1), job->samples[task]);
        mote_runner_set_real(runner, 0, job->samples[task]);
        invoke(runner, job, i, &job->errors[task]);
        memcpy(job->out->stored + i * job->out->stored_bytes, mote_runner_output(runner, 0), job->out->stored_bytes);
        mote_runner_get_real(runner, 0, job->out->real + i * job->out->width);
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

static mote_status predict_with_pool(mote_predictions *out, const mote_model *model, const mote_data_split *split,
                                     const mote_predict_options *options, mote_pool *pool, mote_error *err)
{
    host_job job = {
        .out = out, .split = split, .task_count = mote_pool_thread_count(pool), .logits = mote_find_logits(model)};
    mote_arena scratch = {0};
    int        t;

    if (job.logits != MOTE_NONE)
        out->logits = MOTE_NEW(out->owner, float, mote_size_mul(out->count, out->width), err);

    job.runners = MOTE_NEW(&scratch, mote_runner *, job.task_count, err);
    job.samples = MOTE_NEW(&scratch, float *, job.task_count, err);
    job.errors = MOTE_NEW(&scratch, mote_error, job.task_count, err);
    for (t = 0; t < job.task_count && err->code == MOTE_OK; t++) {
        job.samples[t] = MOTE_NEW(&scratch, float, split->set->sample_count, err);
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

mote_status mote_predict(mote_predictions *out, const mote_model *model, const mote_data_split *split,
                         const mote_predict_options *options, mote_error *err)
{
    static const mote_predict_options defaults = {0};
    mote_pool                        *pool = NULL;

    *out = (mote_predictions){0};
    options = options ? options : &defaults;
    MOTE_TRY(check_samples(model, split, err));
    if (allocate(out, model, count_wanted(split, options), err) == MOTE_OK &&
        mote_pool_create(&pool, options->threads, err) == MOTE_OK)
        predict_with_pool(out, model, split, options, pool, err);
    mote_pool_destroy(pool);
    if (err->code != MOTE_OK)
        mote_predictions_free(out);
    return err->code;
}

/* ---- on a chip ---- */

static uint8_t *store_samples(const mote_predictions *out, const mote_model *model, const mote_data_split *split,
                              mote_arena *scratch, mote_error *err)
{
    mote_tensor_info in = mote_model_input(model, 0);
    float           *sample = MOTE_NEW(scratch, float, in.count, err);
    uint8_t         *stored = MOTE_NEW(scratch, uint8_t, mote_size_mul(in.bytes, out->count), err);
    size_t           i;

    for (i = 0; sample && stored && i < out->count; i++) {
        mote_data_gather(split, mote_data_in_row(i, 1), sample);
        mote_store_real(&in, sample, stored + i * in.bytes, in.count);
    }
    return sample ? stored : NULL;
}

static mote_status emulate_samples(mote_predictions *out, const mote_model *model, const mote_device *device,
                                   const mote_emulate_options *options, mote_emulation *figures, mote_error *err)
{
    mote_tensor_info info = mote_model_output(model, 0);
    size_t           i;

    if (device->folder)
        MOTE_TRY(mote_emulate(device->folder, device->name, options, figures, err));
    else
        MOTE_TRY(mote_emulate_model(model, NULL, options, figures, err));
    for (i = 0; i < out->count; i++) /* the first output is the first in a sample */
        memcpy(out->stored + i * out->stored_bytes, figures->outputs + i * figures->sample_output_bytes, out->stored_bytes);
    mote_load_real(&info, out->stored, out->real, out->count * out->width);
    return MOTE_OK;
}

mote_status mote_predict_on_chip(mote_predictions *out, const mote_model *model, const mote_device *device,
                                 const mote_data_split *split, const mote_predict_options *options, mote_emulation *figures,
                                 mote_error *err)
{
    static const mote_predict_options defaults = {0};
    mote_emulate_options              emulate = {.chip = device->chip};
    mote_emulation                    own = {0};
    mote_arena                        scratch = {0};

    *out = (mote_predictions){0};
    options = options ? options : &defaults;
    MOTE_TRY(check_samples(model, split, err));
    if (allocate(out, model, count_wanted(split, options), err) == MOTE_OK &&
        (emulate.inputs = store_samples(out, model, split, &scratch, err)) != NULL) {
        emulate.input_bytes = mote_model_input(model, 0).bytes * out->count;
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
