/* Two models layer by layer; join.h says which tensor is which.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <mote/evaluate.h>

#include "compare/feed.h"
#include "compare/join.h"

typedef struct layer_pair {
    mote_id a, b;
    double  sum_abs, sum_square, signal;
    size_t  count;
} layer_pair;

typedef struct layer_work {
    mote_runner              *a, *b;
    const mote_dataset_split *split;
    layer_pair               *pairs;
    int                       pair_count;
    float                    *sample, *real_a, *real_b;
    mote_arena                arena;
} layer_work;

static int16_t channel_at(const mote_narrowing *narrowing, size_t i)
{
    return narrowing ? narrowing->value[i % (size_t)narrowing->channels] : MOTE_CHANNEL_KEPT;
}

/* In the order of a's operators. */
static mote_status join(layer_work *w, const mote_model *model_a, const mote_model *model_b, mote_error *err)
{
    const mote_graph *a = &model_a->graphs[0];
    mote_join         joined;
    size_t            largest = 1;
    int32_t           n, i;

    MOTE_TRY(mote_join_tensors(&joined, model_a, model_b, &w->arena, err));
    w->pairs = MOTE_NEW(&w->arena, layer_pair, joined.count, err);
    for (n = 0; w->pairs && n < a->node_count; n++)
        for (i = 0; i < a->nodes[n].out_count; i++) {
            const mote_id id = a->nodes[n].out[i];
            const size_t  count = id == MOTE_NONE ? 0 : mote_join_full_count(&a->tensors[id]);
            if (id == MOTE_NONE || joined.b[id] == MOTE_NONE)
                continue;
            w->pairs[w->pair_count++] = (layer_pair){.a = id, .b = joined.b[id]};
            largest = count > largest ? count : largest;
        }
    w->real_a = MOTE_NEW(&w->arena, float, largest, err);
    w->real_b = MOTE_NEW(&w->arena, float, largest, err);
    w->sample = MOTE_NEW(&w->arena, float, mote_feed_width(w->split->set), err);
    return err->code;
}

/* From the channels that are there to all that were, from the back, in place. Those that are gone have their value; what
 * nobody reads is left out of every measure. */
static void spread(const mote_tensor *tensor, const mote_tensor_info *info, float *real)
{
    size_t i = mote_join_full_count(tensor), k = mote_tensor_count(tensor);

    while (i-- > 0) {
        const int16_t value = channel_at(tensor->narrowing, i);
        const int8_t  stored = (int8_t)value;
        if (value == MOTE_CHANNEL_KEPT)
            real[i] = real[--k];
        else
            mote_load_real(info, &stored, &real[i], 1);
    }
}

static void load_tensor(const mote_runner *runner, mote_id id, float *real)
{
    const mote_tensor *tensor = &runner->program->model->graphs[0].tensors[id];
    mote_tensor_info   info = {.dtype = tensor->dtype, .is_quantized = tensor->quant != NULL};

    if (tensor->quant) {
        info.scale = tensor->quant->scale[0];
        info.zero_point = tensor->quant->zero_point[0];
    }
    mote_load_real(&info, mote_runner_tensor(runner, id), real, mote_tensor_count(tensor));
    if (tensor->narrowing)
        spread(tensor, &info, real);
}

static void measure(layer_work *w, layer_pair *pair, mote_layer_difference *out)
{
    const mote_tensor *a = &w->a->program->model->graphs[0].tensors[pair->a];
    const mote_tensor *b = &w->b->program->model->graphs[0].tensors[pair->b];
    const size_t       count = mote_join_full_count(a);
    size_t             i;

    load_tensor(w->a, pair->a, w->real_a);
    load_tensor(w->b, pair->b, w->real_b);
    for (i = 0; i < count; i++) {
        double gap = fabs((double)w->real_a[i] - (double)w->real_b[i]);
        if (channel_at(a->narrowing, i) == MOTE_CHANNEL_UNREAD || channel_at(b->narrowing, i) == MOTE_CHANNEL_UNREAD)
            continue;
        if (gap > out->max_abs || isnan(gap)) /* and once NaN, it stays */
            out->max_abs = gap;
        pair->sum_abs += gap;
        pair->sum_square += gap * gap;
        pair->signal += (double)w->real_a[i] * (double)w->real_a[i];
        pair->count++;
    }
}

static mote_status run_samples(layer_work *w, size_t limit, mote_layer_difference *out, int capacity, mote_error *err)
{
    size_t count = limit && limit < w->split->count ? limit : w->split->count, i;
    int    k;

    for (i = 0; i < count; i++) {
        mote_feed_runner(w->a, w->split, i, w->sample);
        mote_feed_runner(w->b, w->split, i, w->sample);
        MOTE_TRY(mote_runner_invoke(w->a, err));
        MOTE_TRY(mote_runner_invoke(w->b, err));
        for (k = 0; k < w->pair_count && k < capacity; k++)
            measure(w, &w->pairs[k], &out[k]);
    }
    for (k = 0; k < w->pair_count && k < capacity; k++) {
        const layer_pair *pair = &w->pairs[k];
        out[k].name = w->a->program->model->graphs[0].tensors[pair->a].name;
        out[k].name_in_b = w->b->program->model->graphs[0].tensors[pair->b].name;
        out[k].mean_abs = pair->sum_abs / (double)pair->count;
        out[k].root_mean_square = sqrt(pair->sum_square / (double)pair->count);
        out[k].signal = sqrt(pair->signal / (double)pair->count);
    }
    return MOTE_OK;
}

mote_status mote_compare_layers(mote_layer_difference *out, int32_t capacity, int32_t *count, const mote_model *a,
                                const mote_model *b, const mote_dataset_split *split, size_t limit, mote_error *err)
{
    const mote_runner_options all = {.keeps_all = true};
    layer_work                w = {.split = split};

    *count = 0;
    memset(out, 0, (size_t)capacity * sizeof *out);
    MOTE_TRY(mote_feed_check(a, split, err));
    MOTE_TRY(mote_feed_check(b, split, err));
    if (mote_runner_create(&w.a, a, &all, err) == MOTE_OK && mote_runner_create(&w.b, b, &all, err) == MOTE_OK &&
        join(&w, a, b, err) == MOTE_OK) {
        run_samples(&w, limit, out, capacity, err);
        *count = w.pair_count;
    }
    mote_runner_destroy(w.a);
    mote_runner_destroy(w.b);
    mote_arena_destroy(&w.arena);
    return err->code;
}
