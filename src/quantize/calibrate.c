/* Runs a float model on samples and keeps the smallest and largest value that each tensor takes, those of loops' bodies in
 * all their rounds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/text.h"
#include "exec/exec.h"
#include "passes/passes.h"
#include "quantize/histogram.h"
#include "quantize/masks.h"
#include "quantize/quantize.h"

#define PERCENTILE_DEFAULT 99.99

/* Arrays have an entry for each of the flat form's tensors. */
typedef struct calibration {
    mote_model                  *flat;
    const mote_flat_source      *sources;
    const mote_quantize_options *options;
    mote_runner                 *runner;
    mote_range                  *ranges;
    uint8_t                     *roles;     /* mote_mask_role */
    bool                        *is_masked; /* of scores: some are */
    mote_range                  *now;       /* AVERAGE: of this sample */
    mote_histogram             **counts;    /* the second time; NULL: the first */
    size_t                       sample;
    mote_error                  *err;
} calibration;

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

/* The value as it counts; false: it does not. */
static bool counts_as(calibration *c, mote_id id, float *value)
{
    if (c->roles[id] == MOTE_MASK_TERM && *value < MOTE_MASK)
        *value = MOTE_MASK;
    if (c->roles[id] != MOTE_MASK_SCORES || !(*value < MOTE_MASK / 2))
        return true;
    c->is_masked[id] = true;
    return false;
}

/* Scores and masks, one by one. */
static bool see_scores(calibration *c, mote_id id, const float *values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        float value = values[i];
        if (!isfinite(value))
            return false;
        if (!counts_as(c, id, &value))
            continue;
        if (c->counts)
            mote_histogram_add(c->counts[id], &value, 1);
        else
            observe(&c->now[id], &value, 1);
    }
    return true;
}

static void see(void *calibrating, mote_id id, const float *values, size_t count)
{
    calibration *c = calibrating;
    bool         is_finite = true;

    if (c->counts && !c->counts[id])
        return;
    if (c->roles[id] != MOTE_MASK_NONE)
        is_finite = see_scores(c, id, values, count);
    else if (c->counts)
        mote_histogram_add(c->counts[id], values, count);
    else
        is_finite = observe(&c->now[id], values, count);
    if (!is_finite && c->err->code == MOTE_OK)
        mote_fail(c->err, MOTE_ERR_NUMERIC, "calibration sample %zu makes tensor %d (%s) infinite or NaN", c->sample,
                  c->sources[id].graph == 0 ? c->sources[id].id : id,
                  mote_show_string(c->flat->graphs[0].tensors[id].name).text);
}

static void see_tensor(calibration *c, mote_id id)
{
    const mote_tensor *tensor = &c->flat->graphs[0].tensors[id];

    if (tensor->kind != MOTE_CONST && tensor->dtype == MOTE_F32 && c->runner->program->places[id].is_placed)
        see(c, id, mote_runner_tensor(c->runner, id), mote_tensor_count(tensor));
}

/* What a step has computed, and what its states went through. */
static void see_step(void *calibrating, int32_t s)
{
    calibration      *c = calibrating;
    const mote_graph *graph = &c->flat->graphs[0];
    const mote_node  *node = &graph->nodes[c->runner->program->steps[s].node];
    const void       *in[MOTE_NODE_IN_MAX], *out[MOTE_NODE_OUT_MAX];
    int32_t           i;

    for (i = 0; i < node->out_count; i++)
        see_tensor(c, node->out[i]);
    if (!mote_ops[node->op]->trace)
        return;
    for (i = 0; i < node->in_count; i++)
        in[i] = mote_runner_tensor(c->runner, node->in[i]);
    for (i = 0; i < node->out_count; i++)
        out[i] = mote_runner_tensor(c->runner, node->out[i]);
    mote_ops[node->op]->trace(graph, node, &(mote_trace){in, out, see, c});
}

static mote_status feed(calibration *c, const mote_dataset_split *samples, size_t row, float *values, mote_error *err)
{
    int f;

    for (f = 0; f < samples->set->feature_count; f++) {
        mote_dataset_gather(samples, f, mote_dataset_in_row(row, 1), values);
        mote_runner_set_real(c->runner, f, values);
    }
    for (f = 0; f < c->flat->graphs[0].input_count; f++)
        see_tensor(c, c->flat->graphs[0].inputs[f]);
    return err->code;
}

static mote_status run_sample(calibration *c, const mote_dataset_split *samples, size_t row, float *values, mote_error *err)
{
    int32_t i;

    MOTE_TRY(feed(c, samples, row, values, err));
    MOTE_TRY(mote_runner_invoke(c->runner, err));
    for (i = 0; i < c->flat->graphs[0].tensor_count; i++)
        if (c->flat->graphs[0].tensors[i].kind == MOTE_STATE)
            see_tensor(c, i);
    return err->code;
}

/* After a sample: its range counts by itself, or as one of many. */
static void take_range(mote_range *range, mote_range now, double share)
{
    if (!now.is_known)
        return;
    if (!range->is_known || share >= 1) {
        range->min = range->is_known && range->min < now.min ? range->min : now.min;
        range->max = range->is_known && range->max > now.max ? range->max : now.max;
    } else {
        range->min = (float)((double)range->min + share * ((double)now.min - (double)range->min));
        range->max = (float)((double)range->max + share * ((double)now.max - (double)range->max));
    }
    range->is_known = true;
}

static void take_ranges(calibration *c)
{
    const double share = c->options->method == MOTE_CALIBRATE_AVERAGE ? 1.0 / (double)(c->sample + 1) : 1;
    int32_t      i;

    for (i = 0; i < c->flat->graphs[0].tensor_count; i++) {
        take_range(&c->ranges[i], c->now[i], share);
        c->now[i].is_known = false;
    }
}

/* Of the widest input. */
static float *take_room(calibration *c, mote_arena *arena, mote_error *err)
{
    size_t  most = 1, count;
    int32_t i;

    for (i = 0; i < c->flat->graphs[0].input_count; i++) {
        count = mote_tensor_count(&c->flat->graphs[0].tensors[c->flat->graphs[0].inputs[i]]);
        most = count > most ? count : most;
    }
    return MOTE_NEW(arena, float, most, err);
}

static mote_status run_samples(calibration *c, const mote_dataset_split *samples, const mote_quantize_options *options,
                               mote_error *err)
{
    const size_t count = mote_calibration_count(samples, options);
    mote_arena   arena = {0};
    float       *values = take_room(c, &arena, err);
    size_t       i;

    for (i = 0; values && i < count && err->code == MOTE_OK; i++) {
        const mote_progress_event event = {.stage = "calibrate", .done = (int64_t)i + 1, .total = (int64_t)count};
        c->sample = i;
        if (run_sample(c, samples, mote_calibration_row(samples, count, i), values, err) == MOTE_OK &&
            options->progress.report && !options->progress.report(options->progress.user, &event))
            mote_fail(err, MOTE_ERR_USAGE, "stopped");
        if (!c->counts)
            take_ranges(c);
    }
    mote_arena_destroy(&arena);
    return err->code;
}

static mote_status check_input(const mote_model *model, int32_t index, const mote_dataset *set, mote_error *err)
{
    const mote_tensor_info in = mote_model_input(model, index);

    if (in.dtype != MOTE_F32 && in.dtype != MOTE_I32 && in.dtype != MOTE_I16 && in.dtype != MOTE_I8 && in.dtype != MOTE_U8)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "input \"%s\" is %s; calibration takes float32 and integers to int32",
                         mote_show_string(in.name).text, mote_dtype_name(in.dtype));
    if (in.count == set->feature[index].width)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s takes %s, a calibration sample has %zu numbers",
                     set->feature_count > 1 ? mote_show_string(in.name).text : "the model",
                     mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[index]]).text,
                     set->feature[index].width);
}

static void widen(mote_range *range, mote_range by)
{
    if (!by.is_known)
        return;
    range->min = !range->is_known || by.min < range->min ? by.min : range->min;
    range->max = !range->is_known || by.max > range->max ? by.max : range->max;
    range->is_known = true;
}

/* ---- ranges that leave something out ---- */

static mote_status begin_counting(calibration *c, mote_error *err)
{
    const int32_t count = c->flat->graphs[0].tensor_count;
    int32_t       i;

    c->counts = MOTE_NEW(&c->flat->arena, mote_histogram *, count, err);
    for (i = 0; c->counts && i < count; i++) {
        if (!c->ranges[i].is_known)
            continue;
        if (!(c->counts[i] = MOTE_NEW(&c->flat->arena, mote_histogram, 1, err)))
            return err->code;
        mote_histogram_begin(c->counts[i], c->ranges[i]);
    }
    return err->code;
}

static mote_range choose_range(const calibration *c, const mote_histogram *histogram)
{
    const mote_scheme_row *scheme = &mote_schemes[c->options->scheme];

    if (c->options->method == MOTE_CALIBRATE_PERCENTILE)
        return mote_histogram_percentile(
            histogram, 1 - (c->options->percentile > 0 ? c->options->percentile : PERCENTILE_DEFAULT) / 100);
    return c->options->method == MOTE_CALIBRATE_ENTROPY ? mote_histogram_entropy(histogram, scheme)
                                                        : mote_histogram_mse(histogram, scheme);
}

/* The samples once more, now that it is known where values lie. */
static mote_status narrow_ranges(calibration *c, const mote_dataset_split *samples, mote_error *err)
{
    int32_t i;

    if (c->options->method == MOTE_CALIBRATE_MINMAX || c->options->method == MOTE_CALIBRATE_AVERAGE)
        return MOTE_OK;
    MOTE_TRY(begin_counting(c, err));
    mote_runner_reset(c->runner);
    MOTE_TRY(run_samples(c, samples, c->options, err));
    for (i = 0; i < c->flat->graphs[0].tensor_count; i++)
        if (c->counts[i] && c->counts[i]->count > 0)
            c->ranges[i] = choose_range(c, c->counts[i]);
    return MOTE_OK;
}

/* What is masked comes below the least score. */
static void leave_room_for_masks(calibration *c)
{
    int32_t i;

    for (i = 0; i < c->flat->graphs[0].tensor_count; i++)
        if (c->is_masked[i] && c->ranges[i].is_known)
            c->ranges[i].min -= MOTE_MASKED_BELOW;
}

/* A subgraph that is run in several places has the ranges of all of them. */
static void give_ranges(const calibration *c, mote_range *const *ranges)
{
    int32_t i;

    for (i = 0; i < c->flat->graphs[0].tensor_count; i++)
        if (c->sources[i].graph >= 0)
            widen(&ranges[c->sources[i].graph][c->sources[i].id], c->ranges[i]);
}

static mote_status take_arrays(calibration *c, mote_error *err)
{
    const int32_t count = c->flat->graphs[0].tensor_count;

    c->ranges = MOTE_NEW(&c->flat->arena, mote_range, count, err);
    c->now = MOTE_NEW(&c->flat->arena, mote_range, count, err);
    c->roles = MOTE_NEW(&c->flat->arena, uint8_t, count, err);
    c->is_masked = MOTE_NEW(&c->flat->arena, bool, count, err);
    if (c->is_masked && c->roles)
        mote_mask_find(&c->flat->graphs[0], c->roles);
    return err->code;
}

/* On the flat form of the model, in which loops' bodies have tensors of their own. */
static mote_status calibrate(mote_range *const *ranges, const mote_model *model, const mote_dataset_split *samples,
                             const mote_quantize_options *options, mote_error *err)
{
    const mote_runner_options all = {.keeps_all = true};
    calibration               c = {.options = options, .err = err};

    MOTE_TRY(mote_model_flatten(&c.flat, model, &c.sources, err));
    if (take_arrays(&c, err) == MOTE_OK && mote_runner_create(&c.runner, c.flat, &all, err) == MOTE_OK) {
        c.runner->watch = see_step;
        c.runner->watcher = &c;
        if (run_samples(&c, samples, options, err) == MOTE_OK && narrow_ranges(&c, samples, err) == MOTE_OK) {
            leave_room_for_masks(&c);
            give_ranges(&c, ranges);
        }
        mote_runner_destroy(c.runner);
    }
    mote_model_destroy(c.flat);
    return err->code;
}

mote_status mote_calibrate(mote_range *const *ranges, const mote_model *model, const mote_dataset_split *samples,
                           const mote_quantize_options *options, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    if (!samples || samples->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "quantizing needs calibration samples; give some with --calibrate");
    if (graph->input_count != samples->set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has %d inputs (%s), the calibration samples feed %d",
                         graph->input_count, mote_model_show_ends(model, true).text, samples->set->feature_count);
    for (i = 0; i < graph->input_count; i++)
        MOTE_TRY(check_input(model, i, samples->set, err));
    return calibrate(ranges, model, samples, options, err);
}
