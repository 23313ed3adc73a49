/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/refine.h"

#include <string.h>

#include "base/text.h"
#include "exec/exec.h"

/* Of what a layer reads, at most so many values are kept; and of a sum of products over them at most so many are added. */
enum { SEEN_VALUES = 1 << 24, SEEN_MOST = 4096 };

typedef struct walk {
    mote_refining                r;
    const mote_quantized_layer  *layers;
    int32_t                      count;
    const mote_dataset_split    *samples;
    const mote_quantize_options *options;
    size_t                       sample_count;
    mote_arena                   arena;      /* of the whole walk */
    mote_arena                   scratch;    /* of a layer */
    float                       *fed;        /* an input, of the widest */
    double                     **real_means; /* of each layer */
} walk;

/* ---- running up to a layer ---- */

static void feed(const walk *w, mote_runner *runner, size_t sample)
{
    const size_t row = mote_calibration_row(w->samples, w->sample_count, sample);
    int32_t      f;

    for (f = 0; f < w->samples->set->feature_count; f++) {
        mote_dataset_gather(w->samples, f, mote_dataset_in_row(row, 1), w->fed);
        mote_runner_set_real(runner, f, w->fed);
    }
    mote_runner_begin(runner);
}

/* Steps have their nodes' numbers: the model has no loops. */
static void run_until(mote_runner *runner, int32_t from, int32_t node)
{
    while (from < node)
        from = mote_runner_step(runner, from);
}

/* What operand 0 of a node is by now, as real numbers. */
static void read_input(const mote_runner *runner, const mote_graph *graph, const mote_node *node, float *x)
{
    const mote_tensor     *tensor = mote_node_in(graph, node, 0);
    const mote_tensor_info info = {.dtype = tensor->dtype,
                                   .is_quantized = tensor->quant != NULL,
                                   .scale = tensor->quant ? tensor->quant->scale[0] : 1,
                                   .zero_point = tensor->quant ? tensor->quant->zero_point[0] : 0};

    mote_load_real(&info, mote_runner_tensor(runner, node->in[0]), x, mote_tensor_count(tensor));
}

/* ---- what layers read ---- */

static size_t row_count(const mote_weighted *layer)
{
    return (size_t)layer->groups * (size_t)layer->taps;
}

/* Adds all that the layer reads in a sample to the sums. */
static void add_patches(const mote_weighted *layer, const float *x, float *patch, double *sums)
{
    size_t  p;
    int32_t g, k;

    for (p = 0; p < layer->positions; p++)
        for (g = 0; g < layer->groups; g++) {
            double *sum = sums + (size_t)g * (size_t)layer->taps;
            mote_weighted_patch(layer, x, p, g, patch);
            for (k = 0; k < layer->taps; k++)
                sum[k] += (double)patch[k];
        }
}

static void divide(const walk *w, const mote_weighted *layer, double *sums)
{
    size_t i;

    for (i = 0; i < row_count(layer); i++)
        sums[i] /= (double)w->sample_count * (double)layer->positions;
}

/* Positions of a sample that are kept, spread over it, others in each sample. */
static size_t kept_positions(const walk *w, const mote_weighted *layer)
{
    size_t most = SEEN_VALUES / row_count(layer);

    most = most > SEEN_MOST ? SEEN_MOST : most;
    most = most < w->sample_count ? 1 : most / w->sample_count;
    return most < layer->positions ? most : layer->positions;
}

static void keep_patches(const walk *w, const float *x, size_t sample, size_t kept, float *patch)
{
    const mote_weighted *layer = &w->r.layer;
    size_t               i;
    int32_t              g, k;

    for (i = 0; i < kept; i++) {
        const size_t position = (i * layer->positions / kept + sample * 7) % layer->positions;
        for (g = 0; g < layer->groups; g++) {
            float *seen = w->r.seen + (size_t)g * (size_t)layer->taps * w->r.seen_count + sample * kept + i;
            mote_weighted_patch(layer, x, position, g, patch);
            for (k = 0; k < layer->taps; k++)
                seen[(size_t)k * w->r.seen_count] = patch[k];
        }
    }
}

static size_t input_count(const mote_graph *graph, const mote_node *node)
{
    return mote_tensor_count(mote_node_in(graph, node, 0));
}

/* ---- the real model ---- */

static mote_status sum_real_sample(walk *w, mote_runner *runner, size_t sample, float *x, float *patch)
{
    const mote_graph *graph = &w->r.from->graphs[0];
    mote_weighted     layer;
    int32_t           i, at = 0;

    feed(w, runner, sample);
    for (i = 0; i < w->count; i++) {
        const mote_node *node = &graph->nodes[w->layers[i].from];
        run_until(runner, at, w->layers[i].from);
        at = w->layers[i].from;
        read_input(runner, graph, node, x);
        mote_weighted_find(&layer, graph, node);
        add_patches(&layer, x, patch, w->real_means[i]);
    }
    return MOTE_OK;
}

/* Takes room for what all layers read in the mean; the longest input and the longest patch. */
static mote_status take_real_room(walk *w, size_t *longest_input, size_t *longest_patch, mote_error *err)
{
    const mote_graph *graph = &w->r.from->graphs[0];
    mote_weighted     layer;
    int32_t           i;

    w->real_means = MOTE_NEW(&w->arena, double *, w->count, err);
    for (i = 0; w->real_means && i < w->count; i++) {
        const mote_node *node = &graph->nodes[w->layers[i].from];
        mote_weighted_find(&layer, graph, node);
        *longest_input = input_count(graph, node) > *longest_input ? input_count(graph, node) : *longest_input;
        *longest_patch = (size_t)layer.taps > *longest_patch ? (size_t)layer.taps : *longest_patch;
        if (!(w->real_means[i] = MOTE_NEW(&w->arena, double, row_count(&layer), err)))
            return err->code;
    }
    return err->code;
}

static mote_status find_real_means(walk *w, mote_error *err)
{
    mote_runner  *runner;
    mote_weighted layer;
    size_t        longest_input = 1, longest_patch = 1, s;
    float        *x, *patch;
    int32_t       i;

    MOTE_TRY(take_real_room(w, &longest_input, &longest_patch, err));
    x = MOTE_NEW(&w->arena, float, longest_input, err);
    patch = MOTE_NEW(&w->arena, float, longest_patch, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_runner_create(&runner, w->r.from, NULL, err));
    for (s = 0; s < w->sample_count; s++)
        sum_real_sample(w, runner, s, x, patch);
    mote_runner_destroy(runner);
    for (i = 0; i < w->count; i++) {
        mote_weighted_find(&layer, &w->r.from->graphs[0], &w->r.from->graphs[0].nodes[w->layers[i].from]);
        divide(w, &layer, w->real_means[i]);
    }
    return MOTE_OK;
}

/* ---- the integers ---- */

static int8_t int4_at(const uint8_t *packed, size_t i)
{
    const int32_t half = packed[i / 2] >> (i % 2 ? 4 : 0) & 15;

    return (int8_t)(half < 8 ? half : half - 16);
}

static mote_status open_layer(walk *w, int32_t i, mote_error *err)
{
    const mote_graph  *from = &w->r.from->graphs[0];
    const mote_node   *real = &from->nodes[w->layers[i].from];
    const mote_tensor *q, *bias = real->in_count > 2 ? mote_node_in(from, real, 2) : NULL;
    size_t             count, k;

    mote_weighted_find(&w->r.layer, from, real);
    w->r.node = &w->r.to->graphs[0].nodes[w->layers[i].to];
    q = mote_node_in(&w->r.to->graphs[0], w->r.node, 1);
    count = mote_tensor_count(q);
    w->r.w = mote_node_in(from, real, 1)->data;
    w->r.bias = bias ? bias->data : NULL;
    w->r.scheme = w->layers[i].scheme;
    w->r.limit = w->r.scheme->weight_limit;
    w->r.in_scale = (double)mote_node_in(&w->r.to->graphs[0], w->r.node, 0)->quant->scale[0];
    w->r.quant = mote_quant_create(w->r.to, q->quant->axis, q->quant->count, q->quant->scale, q->quant->zero_point, err);
    w->r.q = MOTE_NEW(&w->scratch, int8_t, count, err);
    w->r.real_mean = w->real_means ? w->real_means[i] : NULL;
    w->r.mean = MOTE_NEW(&w->scratch, double, row_count(&w->r.layer), err);
    for (k = 0; w->r.q && k < count; k++)
        w->r.q[k] = q->dtype == MOTE_I4 ? int4_at(q->data, k) : ((const int8_t *)q->data)[k];
    return err->code;
}

static mote_status watch_layer(walk *w, mote_error *err)
{
    const mote_graph *graph = &w->r.to->graphs[0];
    const size_t      kept = w->options->rounding == MOTE_ROUND_ADAPTIVE ? kept_positions(w, &w->r.layer) : 0;
    float            *x = MOTE_NEW(&w->scratch, float, input_count(graph, w->r.node), err);
    float            *patch = MOTE_NEW(&w->scratch, float, w->r.layer.taps, err);
    mote_runner      *runner;
    size_t            s;

    w->r.seen_count = kept * w->sample_count;
    w->r.seen = kept > 0 ? MOTE_NEW(&w->scratch, float, mote_size_mul(row_count(&w->r.layer), w->r.seen_count), err) : NULL;
    MOTE_TRY(err->code);
    MOTE_TRY(mote_runner_create(&runner, w->r.to, NULL, err));
    for (s = 0; s < w->sample_count; s++) {
        feed(w, runner, s);
        run_until(runner, 0, (int32_t)(w->r.node - graph->nodes));
        read_input(runner, graph, w->r.node, x);
        add_patches(&w->r.layer, x, patch, w->r.mean);
        keep_patches(w, x, s, kept, patch);
    }
    mote_runner_destroy(runner);
    divide(w, &w->r.layer, w->r.mean);
    return MOTE_OK;
}

/* ---- writing it back ---- */

static void store_weights(const walk *w)
{
    mote_tensor *q = &w->r.to->graphs[0].tensors[w->r.node->in[1]];

    q->quant = w->r.quant;
    if (q->dtype == MOTE_I4)
        mote_pack_int4(w->r.q, mote_tensor_count(q), q->data);
    else
        memcpy(q->data, w->r.q, mote_tensor_count(q));
}

/* A node without a bias gets one. */
static mote_status add_bias_operand(walk *w, mote_dtype dtype, mote_error *err)
{
    mote_graph *graph = &w->r.to->graphs[0];
    mote_tensor bias = {.dtype = dtype, .rank = 1, .dim = {w->r.layer.channels}, .kind = MOTE_CONST};
    mote_id    *in = MOTE_NEW(&w->r.to->arena, mote_id, 3, err);
    mote_id     id;

    bias.name = mote_arena_printf(&w->r.to->arena, err, "%s/bias", graph->tensors[w->r.node->in[1]].name);
    bias.data = mote_arena_alloc(&w->r.to->arena, mote_tensor_bytes(&bias), 1, err);
    MOTE_TRY(err->code);
    if ((id = mote_graph_add_tensor(w->r.to, graph, &bias, err)) == MOTE_NONE)
        return err->code;
    in[0] = w->r.node->in[0];
    in[1] = w->r.node->in[1];
    in[2] = id;
    w->r.node->in = in;
    w->r.node->in_count = 3;
    return MOTE_OK;
}

static mote_status store_biases(walk *w, const double *bias, mote_dtype dtype, mote_error *err)
{
    const mote_quant *weights = w->r.quant;
    mote_quant       *quant = mote_quant_create(w->r.to, weights->count > 1 ? 0 : -1, weights->count, NULL, NULL, err);
    mote_tensor      *tensor;
    int32_t           c;

    if (!quant)
        return err->code;
    if (w->r.node->in_count < 3 || w->r.node->in[2] == MOTE_NONE)
        MOTE_TRY(add_bias_operand(w, dtype, err));
    tensor = &w->r.to->graphs[0].tensors[w->r.node->in[2]];
    for (c = 0; c < weights->count; c++)
        quant->scale[c] = (float)w->r.in_scale * weights->scale[c];
    for (c = 0; c < w->r.layer.channels; c++)
        mote_store_bias(tensor, c,
                        mote_quantize_bias(w->r.scheme, bias[c], (double)quant->scale[weights->count > 1 ? c : 0]));
    tensor->quant = quant;
    return MOTE_OK;
}

static mote_status store_layer(walk *w, const mote_scheme_row *scheme, mote_error *err)
{
    double *bias = MOTE_NEW(&w->scratch, double, w->r.layer.channels, err);
    int32_t c;

    if (!bias)
        return err->code;
    store_weights(w);
    if (w->options->corrects_bias)
        mote_correct_bias(&w->r, bias);
    else if (w->r.bias)
        for (c = 0; c < w->r.layer.channels; c++)
            bias[c] = (double)w->r.bias[c];
    return w->options->corrects_bias || w->r.bias ? store_biases(w, bias, scheme->bias, err) : MOTE_OK;
}

/* ---- all layers ---- */

/* Its weights and what it reads are integers of 8 bits or fewer, and 16. */
static bool can_refine(const walk *w, int32_t i)
{
    const mote_graph  *graph = &w->r.to->graphs[0];
    const mote_node   *node = &graph->nodes[w->layers[i].to];
    const mote_tensor *weights = mote_node_in(graph, node, 1), *in = mote_node_in(graph, node, 0);

    return weights->quant && in->quant && (weights->dtype == MOTE_I8 || weights->dtype == MOTE_I4);
}

static mote_status refine_layer(walk *w, int32_t i, mote_error *err)
{
    MOTE_TRY(open_layer(w, i, err));
    MOTE_TRY(watch_layer(w, err));
    if (w->options->rounding == MOTE_ROUND_ADAPTIVE)
        MOTE_TRY(mote_round_weights(&w->r, w->options->corrects_bias, err));
    return store_layer(w, w->layers[i].scheme, err);
}

static mote_status report(const walk *w, int32_t done, mote_error *err)
{
    const mote_progress      *progress = &w->options->progress;
    const mote_progress_event event = {.stage = "refine", .done = done, .total = w->count};

    return progress->report && !progress->report(progress->user, &event) ? mote_fail(err, MOTE_ERR_USAGE, "stopped")
                                                                         : MOTE_OK;
}

static mote_status refine_layers(walk *w, mote_error *err)
{
    int32_t i;

    if (w->options->corrects_bias)
        MOTE_TRY(find_real_means(w, err));
    for (i = 0; i < w->count && err->code == MOTE_OK; i++) {
        if (can_refine(w, i))
            refine_layer(w, i, err);
        mote_arena_destroy(&w->scratch);
        if (err->code == MOTE_OK)
            report(w, i + 1, err);
    }
    return err->code;
}

static mote_status take_room(walk *w, mote_error *err)
{
    size_t  most = 1;
    int32_t f;

    for (f = 0; f < w->samples->set->feature_count; f++)
        most = w->samples->set->feature[f].width > most ? w->samples->set->feature[f].width : most;
    w->fed = MOTE_NEW(&w->arena, float, most, err);
    return w->fed ? mote_pool_create(&w->r.pool, 0, err) : err->code;
}

mote_status mote_refine(mote_model *to, const mote_model *from, const mote_quantized_layer *layers, int32_t count,
                        const mote_dataset_split *samples, const mote_quantize_options *options, mote_error *err)
{
    walk w = {.r = {.to = to, .from = from}, .layers = layers, .count = count, .samples = samples, .options = options};

    if (!options->corrects_bias && options->rounding == MOTE_ROUND_NEAREST)
        return MOTE_OK;
    if (!samples || samples->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s needs calibration samples; give some with --calibrate",
                         options->corrects_bias ? "bias correction" : "adaptive rounding");
    if (from->graph_count > 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "the model has loops, through which biases and rounding are not followed: leave out %s",
                         options->corrects_bias ? "bias correction" : "adaptive rounding");
    w.sample_count = mote_calibration_count(samples, options);
    if (take_room(&w, err) == MOTE_OK && refine_layers(&w, err) == MOTE_OK)
        mote_model_verify(to, err);
    mote_pool_destroy(w.r.pool);
    mote_arena_destroy(&w.arena);
    mote_arena_destroy(&w.scratch);
    return err->code;
}
