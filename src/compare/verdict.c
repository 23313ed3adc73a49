/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ops/op.h"

/* A layer goes wrong where it loses so much against the worst before it, and ends below what a class still stands. */
#define LOSS_DB 9.0
#define GOOD_DB 32.0
#define BEST_DB 38.0 /* as int8 mostly is */

/* ---- figures ---- */

static double decibels(double signal, double noise)
{
    return noise > 0 ? 10 * log10(signal / noise) : HUGE_VAL;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int32_t count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

/* Channels that are 0 throughout have nothing to lose. */
static double channel_sqnr(const mote_layer_sums *s, double *scratch)
{
    int32_t c, count = 0;

    for (c = 0; c < s->channels; c++)
        if (s->channel_signal[c] > 0)
            scratch[count++] = decibels(s->channel_signal[c], s->channel_square[c]);
    return count > 0 ? median(scratch, count) : HUGE_VAL;
}

void mote_layer_take_sums(mote_layer_difference *out, const mote_layer_sums *s, double *scratch)
{
    const double count = s->count > 0 ? (double)s->count : 1; /* nothing counts where all is masked, or nobody reads it */

    out->mean_abs = s->absolute / count;
    out->root_mean_square = sqrt(s->square / count);
    out->signal = sqrt(s->signal / count);
    out->cosine = s->signal > 0 && s->signal_b > 0 ? s->product / sqrt(s->signal * s->signal_b) : 1;
    out->beyond = (double)s->beyond / count;
    out->channel_sqnr = channel_sqnr(s, scratch);
}

/* ---- reasons ---- */

typedef struct judging {
    const mote_graph      *graph; /* b's */
    const mote_layer_sums *sums;
    mote_layer_difference *layer;
    const mote_node       *node; /* of b, that computes it; NULL: none */
} judging;

static const mote_node *maker_of(const mote_graph *graph, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] == id)
                return &graph->nodes[n];
    return NULL;
}

static void say(judging *j, const char *format, ...) MOTE_PRINTF(2, 3);

static void say(judging *j, const char *format, ...)
{
    const size_t used = strlen(j->layer->verdict);
    va_list      list;

    va_start(list, format);
    vsnprintf(j->layer->verdict + used, sizeof j->layer->verdict - used, format, list);
    va_end(list);
}

/* The node's int8 weights, where they have one scale for several output channels. */
static const mote_tensor *weights_of_one_scale(const judging *j, int32_t *axis)
{
    mote_quant_want    wants[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    const mote_tensor *w;
    int32_t            i;

    if (!j->node || !mote_ops[j->node->op]->quantize)
        return NULL;
    mote_ops[j->node->op]->quantize(j->graph, j->node, wants);
    for (i = 0; i < j->node->in_count; i++) {
        w = mote_node_in(j->graph, j->node, i);
        if (!w || wants[i].rule != MOTE_QUANT_WEIGHTS || w->kind != MOTE_CONST || w->dtype != MOTE_I8)
            continue;
        *axis = wants[i].axis;
        return wants[i].axis >= 0 && w->quant && w->quant->count == 1 && w->dim[wants[i].axis] > 1 &&
                       w->dim[wants[i].axis] <= j->sums->channels
                   ? w
                   : NULL;
    }
    return NULL;
}

/* How much greater the greatest weight of all is than the greatest of half of the channels. */
static double weight_span(const mote_tensor *w, int32_t axis, double *most)
{
    const int32_t channels = w->dim[axis];
    double        largest = 0, middle;
    size_t        inner = 1, i;
    int32_t       d;

    for (d = 0; d < channels; d++)
        most[d] = 0;
    for (d = axis + 1; d < w->rank; d++)
        inner *= (size_t)w->dim[d];
    for (i = 0; i < mote_tensor_count(w); i++) {
        const int32_t c = (int32_t)(i / inner % (size_t)channels);
        const double  size = abs(((const int8_t *)w->data)[i]);
        most[c] = size > most[c] ? size : most[c];
        largest = size > largest ? size : largest;
    }
    middle = median(most, channels);
    return largest / (middle > 0.5 ? middle : 0.5); /* that are all 0 were less than half a step */
}

static bool blame_weights(judging *j, double *scratch)
{
    int32_t            axis = -1;
    const mote_tensor *w = weights_of_one_scale(j, &axis);
    const double       span = w ? weight_span(w, axis, scratch) : 1;

    if (span < 8)
        return false;
    say(j, "its weights span %.0fx between channels and the file has one scale for all; use --granularity channel", span);
    return true;
}

static bool blame_few_bits(judging *j)
{
    const mote_tensor *w = j->node && j->node->in_count > 1 ? mote_node_in(j->graph, j->node, 1) : NULL;

    if (!w || w->dtype != MOTE_I4)
        return false;
    say(j, "its weights have 4 bits; use --quantize int8");
    return true;
}

static bool blame_range(judging *j)
{
    const mote_tensor *b = &j->graph->tensors[j->sums->b];
    long long          low, high;

    if (j->layer->beyond < 0.002)
        return false;
    mote_dtype_limits(b->dtype, &low, &high);
    say(j,
        "%.1f %% of its values, which are %.4g to %.4g, lie outside of %.4g to %.4g, the range that calibration saw; "
        "calibrate "
        "on data like these",
        100 * j->layer->beyond, (double)j->sums->low, (double)j->sums->high,
        (double)b->quant->scale[0] * (double)(low - b->quant->zero_point[0]),
        (double)b->quant->scale[0] * (double)(high - b->quant->zero_point[0]));
    return true;
}

static bool blame_channel(judging *j, double *scratch)
{
    const mote_layer_sums *s = j->sums;
    int32_t                c, largest = 0;
    double                 middle;

    for (c = 0; c < s->channels; c++) {
        scratch[c] = (double)s->channel_most[c];
        largest = s->channel_most[c] > s->channel_most[largest] ? c : largest;
    }
    if (s->channels < 2)
        return false;
    middle = median(scratch, s->channels);
    if (!(middle > 0) || (double)s->channel_most[largest] < 16 * middle)
        return false;
    say(j,
        "its channel %d is %.0fx larger than most, and all share one scale; use --quantize int16x8, or scale that channel "
        "down before it",
        (int)largest, (double)s->channel_most[largest] / middle);
    return true;
}

/* Behind an activation that is flat but for a few units around 0. */
static bool blame_flat_activation(judging *j)
{
    const bool         is_flat = j->node && (j->node->op == MOTE_OP_LOGISTIC || j->node->op == MOTE_OP_TANH);
    const mote_tensor *in = is_flat ? mote_node_in(j->graph, j->node, 0) : NULL;

    if (!in || !in->quant || in->quant->scale[0] < 0.2f)
        return false;
    say(j,
        "%s changes within a few units of 0, and reads steps of %.3g, as its input reaches so far that it saturates; use "
        "--quantize int16x8, or keep that input small",
        mote_op_kind_name(j->node->op), (double)in->quant->scale[0]);
    return true;
}

static bool blame_steps(judging *j)
{
    const double step = (double)j->graph->tensors[j->sums->b].quant->scale[0];

    if (j->layer->signal > 6 * step)
        return false;
    say(j,
        "its values, %.3g in the root of their mean square, have steps of %.3g: a few that are far greater set the range; "
        "try "
        "--method percentile or mse, or --quantize int16x8",
        j->layer->signal, step);
    return true;
}

/* ---- the verdict ---- */

/* Of probabilities most are next to 0 and less than a step, as they should be: only the whole counts. */
static double quality(const mote_layer_difference *layer, const mote_node *node)
{
    const double all = decibels(layer->signal * layer->signal, layer->root_mean_square * layer->root_mean_square);

    return all < layer->channel_sqnr || (node && node->op == MOTE_OP_SOFTMAX) ? all : layer->channel_sqnr;
}

static void judge(judging *j, double lost, double *scratch)
{
    say(j, "%.60s (%s) loses %.0f dB: ", mote_show_string(j->layer->name).text,
        j->node ? mote_node_kind_name(j->node) : "input", lost);
    if (!blame_range(j) && !blame_weights(j, scratch) && !blame_few_bits(j) && !blame_flat_activation(j) &&
        !blame_channel(j, scratch) && !blame_steps(j))
        say(j, "no single cause shows; what layers before it are off by adds up in it");
}

void mote_layers_judge(mote_layer_difference *layers, const mote_layer_sums *sums, int32_t count, const mote_model *b,
                       double *scratch)
{
    judging j = {.graph = &b->graphs[0]};
    double  worst = BEST_DB;
    int32_t i;

    for (i = 0; i < count; i++) {
        double here;
        j.node = maker_of(j.graph, sums[i].b);
        here = quality(&layers[i], j.node);
        if (here < worst - LOSS_DB && here < GOOD_DB && j.graph->tensors[sums[i].b].quant) {
            j.layer = &layers[i];
            j.sums = &sums[i];
            judge(&j, worst - here, scratch);
            break;
        }
        worst = here < worst ? here : worst;
    }
}
