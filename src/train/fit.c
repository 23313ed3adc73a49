/* The training loop: epochs of shuffled batches, validation after each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/state.h"

enum { EVALUATION_BATCH = 256, EVALUATION_FLOATS = 1 << 20 };

/* ---- one epoch ---- */

/* The batch that begins with this sample of the epoch; none beyond the last. */
static mote_dataset_pick batch_at(const mote_fit *s, size_t first)
{
    const size_t count = s->set->split[MOTE_SPLIT_TRAIN].count, left = first < count ? count - first : 0;
    const size_t size = left < (size_t)s->options.batch_size ? left : (size_t)s->options.batch_size;

    return s->options.keeps_order ? mote_dataset_in_row(first, size) : mote_dataset_picked(s->order + first, size);
}

/* Samples that do not fit into memory are on their way from the disk while the batches before them are computed. */
static void expect(const mote_fit *s, size_t first)
{
    enum { AHEAD = 8 };
    const size_t batch = (size_t)s->options.batch_size;
    size_t       i;

    for (i = first == 0 ? 1 : AHEAD; i <= AHEAD; i++)
        mote_dataset_expect(&s->set->split[MOTE_SPLIT_TRAIN], batch_at(s, first + i * batch));
}

/* From where it is to its end, or until it is stopped. */
static mote_status train_epoch(mote_fit *s, mote_error *err)
{
    const size_t count = s->set->split[MOTE_SPLIT_TRAIN].count;
    const int    epoch = (int)s->now.epoch;

    if (!s->options.keeps_order)
        mote_random_permutation(
            mote_random_make(s->options.seed, MOTE_RANDOM_SHUFFLE, s->epochs_before + (uint32_t)epoch, 0), s->order,
            (uint32_t)count);
    while ((size_t)s->now.done < count && !s->public.is_stopped) {
        const size_t            first = (size_t)s->now.done;
        const mote_dataset_pick pick = batch_at(s, first);
        expect(s, first);
        MOTE_TRY(mote_fit_step(s, pick, epoch, err));
        s->now.done = (int64_t)(first + pick.count);
        MOTE_TRY(mote_fit_report_batch(s, epoch, err));
        if (!mote_fit_wants_stop(s, true))
            mote_fit_checkpoint_step(s);
    }
    return MOTE_OK;
}

/* ---- all of them ---- */

/* The last update is followed by no step that would see what it did to the loss. Where there is validation, that has seen
 * it; else the first samples tell. */
static mote_status check_end(mote_fit *s, mote_error *err)
{
    const mote_params        *params = &s->model->params;
    mote_dataset_split        first = s->set->split[MOTE_SPLIT_TRAIN];
    const mote_dataset_split *seen = &s->set->split[MOTE_SPLIT_VALIDATION];
    bool                      is_finite = true;
    char                      before[80];
    size_t                    i;

    for (i = 0; i < params->count; i++)
        is_finite = is_finite && isfinite(params->values[i]);
    if (first.count > (size_t)s->network->capacity)
        first.count = (size_t)s->network->capacity;
    if (s->validation.count == 0) {
        seen = &first;
        mote_fit_evaluate(s, seen);
    }
    if (is_finite && isfinite(s->validation.loss))
        return MOTE_OK;
    snprintf(before, sizeof before, "the loss is not finite after the last step, %u", s->step);
    return mote_fit_blame(s, mote_fit_find_failure(s, seen), before, err);
}

/* From here on the network computes with the numbers of its integers; weights, order and optimizer go on. */
static mote_status begin_quantized(mote_fit *s, mote_error *err)
{
    s->network_options.fake = s->fake;
    mote_network_destroy(s->network);
    return mote_network_create(&s->network, s->model, &s->network_options, err);
}

/* What is left of an epoch, its validation and its row of the history. Stopped in between, it is where it was after its last
 * step: validation begins anew. */
static mote_status run_epoch(mote_fit *s, mote_error *err)
{
    const bool has_validation = s->set->split[MOTE_SPLIT_VALIDATION].count > 0;
    const int  epoch = (int)s->now.epoch;

    if (s->public.quantized_from > 0 && epoch + 1 >= s->public.quantized_from && !s->network->fake)
        MOTE_TRY(begin_quantized(s, err));
    MOTE_TRY(train_epoch(s, err));
    if (s->public.is_stopped || (has_validation && !mote_fit_evaluate(s, &s->set->split[MOTE_SPLIT_VALIDATION])))
        return MOTE_OK;
    mote_fit_record(s, epoch);
    s->now = (mote_fit_place){.epoch = epoch + 1};
    memset(&s->sums, 0, sizeof s->sums);
    MOTE_TRY(mote_fit_report_epoch(s, epoch, err));
    mote_fit_decide(s, epoch); /* before the checkpoint, which has what it decided */
    mote_fit_checkpoint_epoch(s);
    return MOTE_OK;
}

static mote_status run_epochs(mote_fit *s, mote_error *err)
{
    while (s->now.epoch < s->options.epochs && !s->public.is_stopped && s->control.stopped_epoch == 0)
        MOTE_TRY(run_epoch(s, err));
    return s->public.is_stopped ? MOTE_OK : check_end(s, err);
}

/* Whoever may stop it is told of its end, whichever that is. */
static mote_status run(mote_fit *s, mote_error *err)
{
    mote_fit_wants_stop(s, true);
    run_epochs(s, err);
    if (mote_fit_wants_stop(s, false) && err->code == MOTE_OK)
        mote_fit_checkpoint_stop(s);
    return err->code;
}

/* ---- before the first ---- */

/* What there is to say of it becomes the warning: the caller's set has its own notes. */
static mote_status take_validation(mote_fit *s, mote_error *err)
{
    const int notes = s->set->note_count;

    if (s->options.validation_split > 0)
        MOTE_TRY(mote_dataset_take_validation(s->set, s->options.validation_split, err));
    if (s->set->note_count > notes)
        s->public.warning = s->set->notes[notes];
    return MOTE_OK;
}

/* Samples that the network has memory for. Validation takes more at once than a step where the network is small: that is
 * faster as long as its values stay in the cache, and takes too much memory beyond. */
static size_t choose_capacity(const mote_fit *s)
{
    const mote_graph *graph = &s->model->graphs[0];
    size_t            batch = (size_t)s->options.batch_size, floats = 1, fit;
    int32_t           i;

    if (s->set->split[MOTE_SPLIT_VALIDATION].count == 0)
        return batch;
    for (i = 0; i < graph->tensor_count; i++)
        floats += graph->tensors[i].kind == MOTE_CONST ? 0 : mote_tensor_count(&graph->tensors[i]);
    fit = EVALUATION_FLOATS / floats < EVALUATION_BATCH ? EVALUATION_FLOATS / floats : EVALUATION_BATCH;
    return fit > batch ? fit : batch;
}

static bool shares_scores(const mote_fit *s, int output)
{
    int k;

    for (k = 0; k < output; k++)
        if (s->network->grad[s->place[k].scores] == s->network->grad[s->place[output].scores])
            return true;
    return false;
}

static mote_status make_targets(mote_fit *s, size_t most, mote_error *err)
{
    int k;

    for (k = 0; k < s->output_count; k++) {
        mote_fit_output *output = &s->output[k];
        MOTE_TRY(mote_targets_create(&output->targets, &output->objective, most, &s->arena, err));
        if (shares_scores(s, k))
            output->part = MOTE_NEW(&s->arena, float, mote_size_mul(most, (size_t)output->objective.width), err);
        MOTE_TRY(err->code);
        if (!s->public.warning)
            s->public.warning = output->objective.warning;
    }
    return MOTE_OK;
}

/* ---- going on ---- */

/* Of the same kind, and with the same arrays; numbers may be others, as those of a smaller learning rate. */
static bool can_go_on(const mote_fit *s, const mote_optimizer *now)
{
    const mote_optimizer *before = &s->model->optimizer;

    return s->model->memory.is_there && before->kind == now->kind && before->amsgrad == now->amsgrad &&
           before->use_ema == now->use_ema && s->model->memory.slot_count == mote_optimizer_list_slots(now).count;
}

static void begin_where_it_ended(mote_fit *s)
{
    const size_t   samples = s->set->split[MOTE_SPLIT_TRAIN].count, batch = (size_t)s->options.batch_size;
    const uint64_t steps = (samples + batch - 1) / batch;

    mote_optimizer_recall(&s->optimizer, &s->model->memory, s->model->params.count);
    s->step = (uint32_t)s->optimizer.step;
    s->epochs_before = (uint32_t)(s->optimizer.step / steps);
}

/* A copy that lives as long as the model, with the steps of this training where none are given. */
static mote_status take_schedule(mote_fit *s, mote_error *err)
{
    const size_t   samples = s->set->split[MOTE_SPLIT_TRAIN].count, batch = (size_t)s->options.batch_size;
    mote_schedule *own;

    if (!s->options.optimizer.schedule)
        return MOTE_OK;
    own = (mote_schedule *)mote_schedule_copy(s->options.optimizer.schedule, &s->model->arena, err);
    if (!own)
        return err->code;
    mote_schedule_complete(own, (uint64_t)s->options.epochs * ((samples + batch - 1) / batch));
    s->options.optimizer.schedule = own;
    return MOTE_OK;
}

static mote_status start_optimizer(mote_fit *s, mote_error *err)
{
    mote_model *model = s->model;

    MOTE_TRY(take_schedule(s, err));
    MOTE_TRY(mote_optimizer_init(&s->optimizer, &s->options.optimizer, model->params.count, &s->arena, err));
    MOTE_TRY(mote_optimizer_take_parts(&s->optimizer, model, &s->arena, err));
    if (s->options.goes_on && can_go_on(s, &s->optimizer.options))
        begin_where_it_ended(s);
    else if (s->options.goes_on && model->is_trained && !s->public.warning)
        s->public.warning = model->memory.is_there ? "the optimizer begins anew: the training before had another one"
                                                   : "the optimizer begins anew: nothing is left of the training before";
    model->optimizer = s->optimizer.options;
    model->is_trained = true;
    return mote_optimizer_make_memory(&model->memory, &s->optimizer, model->params.count, &model->arena, err);
}

/* ---- quantized training ---- */

static mote_status check_epoch(const mote_fit *s, mote_error *err)
{
    const int32_t from = s->options.quantize.from_epoch;

    if (from < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "from_epoch is %d; 1 is the first epoch", (int)from);
    if (from > s->options.epochs)
        return mote_fail(err, MOTE_ERR_USAGE, "quantized training would begin with epoch %d, and there are %d", (int)from,
                         (int)s->options.epochs);
    return MOTE_OK;
}

/* What is refused is refused before the first epoch. */
static mote_status prepare_quantized(mote_fit *s, mote_error *err)
{
    const mote_train_quantize *quantize = &s->options.quantize;
    int32_t                    i;

    for (i = 0; !quantize->is_on && i < s->model->graphs[0].tensor_count; i++)
        s->model->graphs[0].tensors[i].range = (mote_range){0}; /* of a training before */
    if (!quantize->is_on)
        return MOTE_OK;
    MOTE_TRY(check_epoch(s, err));
    s->public.quantized_from = quantize->from_epoch   ? quantize->from_epoch
                               : s->model->is_trained ? 1
                                                      : s->options.epochs / 2 + 1;
    snprintf(s->scheme, sizeof s->scheme, " %s", mote_scheme_name(quantize->scheme));
    return mote_fake_create(&s->fake, s->model, quantize, s->math, err);
}

/* ---- the whole ---- */

static mote_status start_pruning(mote_fit *s, mote_error *err)
{
    const size_t           samples = s->set->split[MOTE_SPLIT_TRAIN].count, batch = (size_t)s->options.batch_size;
    const mote_pruner_span span = {s->options.epochs, (samples + batch - 1) / batch};

    return mote_pruner_create(&s->pruner, s->model, s->options.pruning, span, &s->arena, err);
}

static mote_status prepare(mote_fit *s, mote_error *err)
{
    size_t most;

    MOTE_TRY(mote_fit_check(s, err));
    MOTE_TRY(mote_fit_set_objectives(s, err));
    MOTE_TRY(mote_fit_take_targets(s, err));
    MOTE_TRY(take_validation(s, err));
    MOTE_TRY(mote_fit_take_recipe(s, err));
    MOTE_TRY(mote_pool_create(&s->pool, s->options.threads, err));
    MOTE_TRY(mote_fit_adapt(s, err));
    most = choose_capacity(s);
    MOTE_TRY(prepare_quantized(s, err));
    s->network_options = (mote_network_options){s->math, s->pool, (int32_t)most, s->place, s->output_count, NULL};
    MOTE_TRY(mote_network_create(&s->network, s->model, &s->network_options, err));
    MOTE_TRY(make_targets(s, most, err));
    MOTE_TRY(start_optimizer(s, err));
    MOTE_TRY(start_pruning(s, err));
    MOTE_TRY(mote_fit_start_augmenting(s, err));
    s->order = MOTE_NEW(&s->arena, uint32_t, s->set->split[MOTE_SPLIT_TRAIN].count, err);
    s->public.isa = s->math->name;
    MOTE_TRY(err->code);
    MOTE_TRY(mote_fit_init_history(s, err));
    MOTE_TRY(mote_fit_start_control(s, err));
    return mote_fit_begin_checkpoints(s, err);
}

mote_status mote_train(mote_training **out, mote_model *model, const mote_dataset *set, const mote_train_options *options,
                       mote_error *err)
{
    static const mote_train_options defaults = {0};
    mote_fit                       *s;

    *out = NULL;
    if (!model || !set)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_train: %s is NULL", model ? "set" : "model");
    s = calloc(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    s->options = options ? *options : defaults;
    s->model = model;
    s->started = s->reported = mote_fit_now();
    if (mote_dataset_view(&s->set, set, err) == MOTE_OK && prepare(s, err) == MOTE_OK)
        run(s, err);
    if (err->code == MOTE_OK)
        mote_optimizer_remember(&s->model->memory, &s->optimizer, s->model->params.count);
    if (err->code == MOTE_OK)
        mote_fit_end_control(s);
    s->public.seconds = s->seconds_before + mote_fit_now() - s->started;
    s->public.pruned = mote_pruner_tell(s->pruner);
    mote_network_destroy(s->network);
    mote_pool_destroy(s->pool);
    mote_fake_destroy(s->fake);
    s->network = NULL;
    s->pool = NULL;
    s->fake = NULL;
    if (err->code != MOTE_OK) {
        mote_training_destroy(&s->public);
        return err->code;
    }
    *out = &s->public;
    return MOTE_OK;
}

void mote_training_destroy(mote_training *training)
{
    mote_fit *s = (mote_fit *)training; /* public is the first member */

    if (!s)
        return;
    mote_dataset_destroy(s->set);
    mote_arena_destroy(&s->arena);
    free(s);
}
