/* One batch: its samples gathered, forward, losses, backward, an update; and an evaluation, which goes forward alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train/state.h"

static void gather(mote_fit *s, const mote_dataset_split *split, mote_dataset_pick pick)
{
    const mote_graph *graph = &s->model->graphs[0];
    const double      before = mote_fit_now();
    int               i;

    for (i = 0; i < graph->input_count; i++)
        mote_dataset_gather(split, i, pick, s->network->value[graph->inputs[i]]);
    for (i = 0; i < s->output_count; i++)
        mote_targets_gather(&s->output[i].targets, &s->output[i].objective, split, pick);
    s->public.data_seconds += mote_fit_now() - before;
}

/* What regularizers of the weights add to each sample's loss. */
static double penalty_of(mote_fit *s, bool with_grads)
{
    const mote_graph *graph = &s->model->graphs[0];
    double            sum = 0;
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++) {
        const mote_tensor     *tensor = &graph->tensors[i];
        const mote_regularizer r = tensor->regularizer;
        if (!tensor->is_trainable || (r.l1 == 0 && r.l2 == 0))
            continue;
        sum += s->math->penalty(mote_tensor_count(tensor), r.l1, r.l2, tensor->data,
                                with_grads ? s->network->param_grads + ((float *)tensor->data - s->model->params.values)
                                           : NULL);
    }
    return sum;
}

/* Keras' total: the sum of the weighted losses. with_grads: each at its scores, where any are wanted. */
static void score(mote_fit *s, size_t batch, bool with_grads, mote_fit_scores *sums)
{
    int k;

    sums->loss = 0;
    for (k = 0; k < s->output_count; k++) {
        const mote_fit_output *output = &s->output[k];
        const mote_objective  *o = &output->objective;
        float                 *grad = with_grads ? s->network->grad[s->place[k].scores] : NULL;
        mote_objective_score(o, s->math, s->network->value[s->place[k].scores], batch, &output->targets,
                             grad && output->part ? output->part : grad, &sums->output[k]);
        if (grad && output->part)
            s->math->axpy(batch * (size_t)o->width, 1.0f, output->part, grad);
        sums->loss += (double)o->weight * sums->output[k].loss;
    }
    sums->penalty += penalty_of(s, with_grads) * (double)batch;
    sums->loss += sums->penalty;
    sums->count += batch;
}

static mote_status fail_step(const mote_fit *s, size_t batch, int epoch, mote_error *err)
{
    char before[80];

    snprintf(before, sizeof before, "the loss is not finite at epoch %d, step %u", epoch + 1, s->step);
    return mote_fit_blame(s, batch, before, err);
}

mote_status mote_fit_step(mote_fit *s, mote_dataset_pick pick, int epoch, mote_error *err)
{
    const mote_network_pass pass = {(int32_t)pick.count, true, s->options.seed, s->step++};

    gather(s, &s->set->split[MOTE_SPLIT_TRAIN], pick);
    mote_fit_augment(s, pick.count, pass.step);
    mote_network_forward(s->network, &pass);
    mote_fit_weigh(s, pick.count, true);
    score(s, pick.count, true, &s->sums);
    if (!isfinite(s->sums.loss))
        return fail_step(s, pick.count, epoch, err);
    mote_network_backward(s->network, &pass);
    s->rate = mote_optimizer_rate(&s->optimizer);
    mote_optimizer_step(&s->optimizer, s->math, &s->model->params, s->network->param_grads);
    mote_pruner_step(s->pruner);
    return MOTE_OK;
}

size_t mote_fit_find_failure(mote_fit *s, const mote_dataset_split *split)
{
    const size_t capacity = (size_t)s->network->capacity;
    size_t       first, size = 0;

    for (first = 0; first < split->count; first += size) {
        memset(&s->validation, 0, sizeof s->validation);
        size = split->count - first < capacity ? split->count - first : capacity;
        gather(s, split, mote_dataset_in_row(first, size));
        mote_network_forward(s->network, &(mote_network_pass){.batch = (int32_t)size});
        score(s, size, false, &s->validation);
        if (!isfinite(s->validation.loss))
            break;
    }
    return size;
}

bool mote_fit_evaluate(mote_fit *s, const mote_dataset_split *split)
{
    size_t first;

    memset(&s->validation, 0, sizeof s->validation);
    for (first = 0; first < split->count; first += (size_t)s->network->capacity) {
        size_t            left = split->count - first;
        mote_dataset_pick pick =
            mote_dataset_in_row(first, left < (size_t)s->network->capacity ? left : (size_t)s->network->capacity);
        const mote_network_pass pass = {.batch = (int32_t)pick.count};
        gather(s, split, pick);
        mote_network_forward(s->network, &pass);
        mote_fit_weigh(s, pick.count, false);
        score(s, pick.count, false, &s->validation);
        if (mote_fit_wants_stop(s, true))
            return false;
    }
    return true;
}
