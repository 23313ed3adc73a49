/* Layers that have no numbers of their own take them from the samples: Keras' Normalization, adapted before the first epoch
 * to what reaches it. Sums run in double, one sample after the other: mean first, then squares of what is left.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/scaling.h"
#include "train/state.h"

enum { ADAPT_BATCH = 64 };

/* One layer, and the network that computes what reaches it. */
typedef struct adaption {
    mote_fit                *s;
    mote_network            *network;
    mote_layer_record       *record;
    mote_normalization_shape shape;
    double                  *mean, *variance;
} adaption;

/* Calls `see` for every batch of what the layer reads. */
static void walk(adaption *a, void (*see)(adaption *a, const float *x, size_t count))
{
    const mote_dataset_split *split = &a->s->set->split[MOTE_SPLIT_TRAIN];
    const mote_graph         *graph = &a->s->model->graphs[0];
    const size_t              each = mote_tensor_count(&graph->tensors[a->record->in[0]]);
    size_t                    first;
    int32_t                   i;

    for (first = 0; first < split->count; first += ADAPT_BATCH) {
        const size_t            left = split->count - first, batch = left < ADAPT_BATCH ? left : ADAPT_BATCH;
        const mote_network_pass pass = {.batch = (int32_t)batch};
        const mote_dataset_pick pick = mote_dataset_in_row(first, batch);
        for (i = 0; i < graph->input_count; i++)
            mote_dataset_gather(split, i, pick, a->network->value[graph->inputs[i]]);
        mote_network_forward(a->network, &pass);
        see(a, a->network->value[a->record->in[0]], batch * each);
    }
}

static size_t channel_of(const adaption *a, size_t i)
{
    return i / a->shape.inner % (size_t)a->shape.channels;
}

static void add_values(adaption *a, const float *x, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        a->mean[channel_of(a, i)] += (double)x[i];
}

static void add_squares(adaption *a, const float *x, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const double rest = (double)x[i] - a->mean[channel_of(a, i)];
        a->variance[channel_of(a, i)] += rest * rest;
    }
}

/* Of each channel; all have as many values. */
static void divide(const adaption *a, double *sums)
{
    const mote_tensor *in = &a->s->model->graphs[0].tensors[a->record->in[0]];
    const double       count =
        (double)a->s->set->split[MOTE_SPLIT_TRAIN].count * (double)(mote_tensor_count(in) / (size_t)a->shape.channels);
    int32_t i;

    for (i = 0; i < a->shape.channels; i++)
        sums[i] /= count;
}

static mote_status adapt_layer(adaption *a, mote_error *err)
{
    mote_arena *arena = &a->s->arena;
    float      *mean, *variance;
    int32_t     i;

    a->mean = MOTE_NEW(arena, double, a->shape.channels, err);
    a->variance = MOTE_NEW(arena, double, a->shape.channels, err);
    mean = MOTE_NEW(arena, float, a->shape.channels, err);
    variance = MOTE_NEW(arena, float, a->shape.channels, err);
    if (!a->mean || !a->variance || !mean || !variance)
        return err->code;
    walk(a, add_values);
    divide(a, a->mean);
    walk(a, add_squares);
    divide(a, a->variance);
    for (i = 0; i < a->shape.channels; i++) {
        mean[i] = (float)a->mean[i];
        variance[i] = (float)a->variance[i];
    }
    mote_normalization_set(a->s->model, a->record, mean, variance);
    return MOTE_OK;
}

mote_status mote_fit_adapt(mote_fit *s, mote_error *err)
{
    mote_network_options options = {.math = s->math, .pool = s->pool, .capacity = ADAPT_BATCH};
    adaption             a = {.s = s};
    int32_t              i;

    for (i = 0; i < s->model->layer_count && err->code == MOTE_OK; i++) {
        a.record = &s->model->layers[i];
        if (!mote_normalization_lacks_numbers(s->model, a.record, &a.shape))
            continue;
        if (!a.network)
            MOTE_TRY(mote_network_create(&a.network, s->model, &options, err));
        adapt_layer(&a, err);
    }
    mote_network_destroy(a.network);
    return err->code;
}
