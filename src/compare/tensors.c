/* Two models layer by layer; join.h says which tensor is which.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <mote/evaluate.h>

#include "compare/feed.h"
#include "compare/join.h"
#include "compare/verdict.h"
#include "quantize/masks.h"

typedef struct layer_work {
    mote_runner              *a, *b;
    const mote_dataset_split *split;
    mote_layer_sums          *pairs;
    uint8_t                  *roles;   /* of a's tensors: masked scores do not count */
    double                   *scratch; /* of as many as channels of the widest */
    int                       pair_count;
    float                    *sample, *real_a, *real_b;
    mote_arena                arena;
} layer_work;

static int16_t channel_at(const mote_narrowing *narrowing, size_t i)
{
    return narrowing ? narrowing->value[i % (size_t)narrowing->channels] : MOTE_CHANNEL_KEPT;
}

static int32_t channels_of(const mote_tensor *tensor)
{
    return tensor->rank == 0 ? 1 : tensor->narrowing ? tensor->narrowing->channels : tensor->dim[tensor->rank - 1];
}

static mote_status add_pair(layer_work *w, mote_id a, mote_id b, int32_t channels, mote_error *err)
{
    mote_layer_sums *pair = &w->pairs[w->pair_count++];

    *pair = (mote_layer_sums){.a = a, .b = b, .channels = channels, .low = INFINITY, .high = -INFINITY};
    pair->channel_square = MOTE_NEW(&w->arena, double, channels, err);
    pair->channel_signal = MOTE_NEW(&w->arena, double, channels, err);
    pair->channel_most = MOTE_NEW(&w->arena, float, channels, err);
    return err->code;
}

/* In the order of a's operators. */
static mote_status join(layer_work *w, const mote_model *model_a, const mote_model *model_b, mote_error *err)
{
    const mote_graph *a = &model_a->graphs[0];
    mote_join         joined;
    size_t            largest = 1;
    int32_t           n, i, widest = 1;

    MOTE_TRY(mote_join_tensors(&joined, model_a, model_b, &w->arena, err));
    w->pairs = MOTE_NEW(&w->arena, mote_layer_sums, joined.count, err);
    for (n = 0; w->pairs && n < a->node_count; n++)
        for (i = 0; i < a->nodes[n].out_count; i++) {
            const mote_id id = a->nodes[n].out[i];
            const size_t  count = id == MOTE_NONE ? 0 : mote_join_full_count(&a->tensors[id]);
            if (id == MOTE_NONE || joined.b[id] == MOTE_NONE)
                continue;
            MOTE_TRY(add_pair(w, id, joined.b[id], channels_of(&a->tensors[id]), err));
            widest = channels_of(&a->tensors[id]) > widest ? channels_of(&a->tensors[id]) : widest;
            largest = count > largest ? count : largest;
        }
    w->roles = MOTE_NEW(&w->arena, uint8_t, a->tensor_count, err);
    if (w->roles)
        mote_mask_find(a, w->roles);
    w->scratch = MOTE_NEW(&w->arena, double, widest, err);
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

/* The least and greatest value that a tensor of integers stands for, and a step more, as fixed ranges end a step below 1; of
 * real numbers there is no bound. */
static void find_reach(const mote_tensor *tensor, double *low, double *high)
{
    long long least, most;
    double    scale;

    *low = -INFINITY;
    *high = INFINITY;
    if (!tensor->quant || tensor->quant->count != 1 || mote_dtype_is_float(tensor->dtype))
        return;
    mote_dtype_limits(tensor->dtype, &least, &most);
    scale = (double)tensor->quant->scale[0];
    *low = scale * ((double)(least - tensor->quant->zero_point[0]) - 1.01);
    *high = scale * ((double)(most - tensor->quant->zero_point[0]) + 1.01);
}

static void add_value(mote_layer_sums *pair, int32_t channel, float a, float b)
{
    const double gap = fabs((double)a - (double)b), signal = (double)a * (double)a;

    pair->absolute += gap;
    pair->square += gap * gap;
    pair->signal += signal;
    pair->signal_b += (double)b * (double)b;
    pair->product += (double)a * (double)b;
    pair->channel_square[channel] += gap * gap;
    pair->channel_signal[channel] += signal;
    pair->channel_most[channel] = fabsf(a) > pair->channel_most[channel] ? fabsf(a) : pair->channel_most[channel];
    pair->low = a < pair->low ? a : pair->low;
    pair->high = a > pair->high ? a : pair->high;
    pair->count++;
}

static void measure(layer_work *w, mote_layer_sums *pair, mote_layer_difference *out)
{
    const mote_tensor *a = &w->a->program->model->graphs[0].tensors[pair->a];
    const mote_tensor *b = &w->b->program->model->graphs[0].tensors[pair->b];
    const size_t       count = mote_join_full_count(a);
    double             low, high;
    size_t             i;

    find_reach(b, &low, &high);
    load_tensor(w->a, pair->a, w->real_a);
    load_tensor(w->b, pair->b, w->real_b);
    for (i = 0; i < count; i++) {
        double gap = fabs((double)w->real_a[i] - (double)w->real_b[i]);
        if (channel_at(a->narrowing, i) == MOTE_CHANNEL_UNREAD || channel_at(b->narrowing, i) == MOTE_CHANNEL_UNREAD ||
            (w->roles[pair->a] == MOTE_MASK_SCORES && w->real_a[i] < MOTE_MASK / 2))
            continue;
        if (gap > out->max_abs || isnan(gap)) /* and once NaN, it stays */
            out->max_abs = gap;
        pair->beyond += (double)w->real_a[i] < low || (double)w->real_a[i] > high;
        add_value(pair, (int32_t)(i % (size_t)pair->channels), w->real_a[i], w->real_b[i]);
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
        const mote_layer_sums *pair = &w->pairs[k];
        out[k].name = w->a->program->model->graphs[0].tensors[pair->a].name;
        out[k].name_in_b = w->b->program->model->graphs[0].tensors[pair->b].name;
        mote_layer_take_sums(&out[k], pair, w->scratch);
    }
    mote_layers_judge(out, w->pairs, w->pair_count < capacity ? w->pair_count : capacity, w->b->program->model, w->scratch);
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

double mote_layer_sqnr(const mote_layer_difference *layer)
{
    return layer->root_mean_square > 0 ? 20 * log10(layer->signal / layer->root_mean_square) : (double)INFINITY;
}
