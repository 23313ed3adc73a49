/* Runs a float model on samples and keeps the smallest and largest value that each tensor takes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/text.h"
#include "exec/exec.h"
#include "quantize/quantize.h"

enum { SAMPLES_DEFAULT = 100 };

static bool observe(mote_range *range, const float *values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return false;
        if (!range->is_known || values[i] < range->min)
            range->min = values[i];
        if (!range->is_known || values[i] > range->max)
            range->max = values[i];
        range->is_known = true;
    }
    return true;
}

static mote_status observe_all(mote_range *ranges, const mote_runner *runner, size_t sample, mote_error *err)
{
    const mote_graph *graph = &runner->program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++) {
        const mote_tensor *tensor = &graph->tensors[i];
        if (tensor->kind == MOTE_CONST || tensor->dtype != MOTE_F32 || !runner->program->places[i].is_placed)
            continue;
        if (!observe(&ranges[i], mote_runner_tensor(runner, i), mote_tensor_count(tensor)))
            return mote_fail(err, MOTE_ERR_NUMERIC, "calibration sample %zu makes tensor %d (%s) infinite or NaN", sample, i,
                             tensor->name);
    }
    return MOTE_OK;
}

static mote_status run_samples(mote_range *ranges, mote_runner *runner, const mote_dataset_split *samples,
                               const mote_quantize_options *options, mote_error *err)
{
    size_t wanted = options->samples > 0 ? (size_t)options->samples : SAMPLES_DEFAULT;
    size_t count = samples->count < wanted ? samples->count : wanted, i;
    int    f;

    for (i = 0; i < count; i++) {
        const mote_progress_event event = {.stage = "calibrate", .done = (int64_t)i + 1, .total = (int64_t)count};
        /* spread over the split: files sorted by class would show the first class only */
        for (f = 0; f < samples->set->feature_count; f++)
            mote_dataset_gather(samples, f, mote_dataset_in_row(i * samples->count / count, 1),
                                mote_runner_input(runner, f));
        MOTE_TRY(mote_runner_invoke(runner, err));
        MOTE_TRY(observe_all(ranges, runner, i, err));
        if (options->progress.report && !options->progress.report(options->progress.user, &event))
            return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    }
    return MOTE_OK;
}

static mote_status check_input(const mote_model *model, int32_t index, const mote_dataset *set, mote_error *err)
{
    const mote_tensor_info in = mote_model_input(model, index);

    if (in.dtype != MOTE_F32)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "input \"%s\" is %s; calibration takes float32 inputs",
                         mote_show_string(in.name).text, mote_dtype_name(in.dtype));
    if (in.count == set->feature[index].width)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s takes %s, a calibration sample has %zu numbers",
                     set->feature_count > 1 ? mote_show_string(in.name).text : "the model",
                     mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[index]]).text,
                     set->feature[index].width);
}

mote_status mote_calibrate(mote_range *ranges, const mote_model *model, const mote_dataset_split *samples,
                           const mote_quantize_options *options, mote_error *err)
{
    const mote_runner_options all = {.keeps_all = true};
    const mote_graph         *graph = &model->graphs[0];
    mote_runner              *runner;
    int32_t                   i;

    if (!samples || samples->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "quantizing needs calibration samples; give some with --calibrate");
    if (graph->input_count != samples->set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has %d inputs (%s), the calibration samples feed %d",
                         graph->input_count, mote_model_show_ends(model, true).text, samples->set->feature_count);
    for (i = 0; i < graph->input_count; i++)
        MOTE_TRY(check_input(model, i, samples->set, err));
    MOTE_TRY(mote_runner_create(&runner, model, &all, err));
    run_samples(ranges, runner, samples, options, err);
    mote_runner_destroy(runner);
    return err->code;
}
