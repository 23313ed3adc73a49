/* Cross-layer equalization: channels of a layer get weights of like size, and the layer that reads them the inverse.
 *
 * Between a layer a and the layer b that alone reads it lies nothing but what hands a positive factor of a channel on: a
 * relu, pooling, padding with zeros, a change of shape. So channel c of a may be divided by s and what b multiplies it with
 * be multiplied by s, and the network computes the same, up to float rounding. With
 *
 *     s = sqrt(max |weights of channel c in a| / max |weights of channel c in b|)
 *
 * both get the same largest weight, and one scale for all channels of a layer serves them all. Pairs overlap (the b of one
 * is the a of the next), so that is repeated until nothing moves.
 *
 * Relu6 and sigmoids hand no factor on, nor does a sum: such layers are left. What lies between a and b has other numbers
 * than before; its tensors are marked (MOTE_EQUALIZED), so that nobody compares them.
 *
 * Source: Nagel et al. 2019 (arXiv:1906.04721), section 4.1. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "passes/passes.h"
#include "quantize/quantize.h"
#include "quantize/weighted.h"

typedef struct pair {
    int32_t       a, b; /* nodes */
    mote_weighted first, second;
    int32_t       next; /* of a's channels there are as many; the index of b's input channel modulo this is a's channel */
} pair;

typedef struct equalizing {
    mote_edit edit;
    int32_t  *reader; /* [tensors]: the one node that reads it; -1: none, or several */
    pair     *pairs;
    int32_t   pair_count;
    float    *first_max, *second_max; /* [the most channels] */
} equalizing;

/* ---- finding pairs ---- */

static mote_status find_readers(equalizing *e, mote_error *err)
{
    const mote_graph *graph = e->edit.graph;
    int32_t           n, i;

    e->reader = MOTE_NEW(&e->edit.arena, int32_t, graph->tensor_count, err);
    for (i = 0; e->reader && i < graph->tensor_count; i++)
        e->reader[i] = -1;
    for (n = 0; e->reader && n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++) {
            const mote_id id = graph->nodes[n].in[i];
            if (id != MOTE_NONE && mote_edit_use_count(&e->edit, id) == 1)
                e->reader[id] = n;
        }
    return err->code;
}

/* A factor above 0 goes through. */
static bool is_scaled_by(mrt_activation activation)
{
    return activation == MRT_ACT_NONE || activation == MRT_ACT_RELU;
}

/* Over height and width, not over channels. */
static bool is_spatial_mean(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *axes = mote_node_in(graph, node, 1);
    size_t             i;

    if (node->op != MOTE_OP_MEAN || in->rank != 4 || !axes || axes->kind != MOTE_CONST || axes->dtype != MOTE_I32)
        return false;
    for (i = 0; i < mote_tensor_count(axes); i++)
        if (((const int32_t *)axes->data)[i] != 1 && ((const int32_t *)axes->data)[i] != 2)
            return false;
    return true;
}

/* Of zeros, and not of channels. */
static bool is_spatial_pad(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);

    return node->op == MOTE_OP_PAD && in->rank == out->rank && in->dim[in->rank - 1] == out->dim[out->rank - 1];
}

/* Its output's channels are its input's, each times what the input's was multiplied with. */
static bool hands_factors_on(const mote_graph *graph, const mote_node *node)
{
    const bool is_pool = node->op == MOTE_OP_MAX_POOL_2D || node->op == MOTE_OP_AVERAGE_POOL_2D;

    return is_scaled_by(node->activation) &&
           (is_pool || node->op == MOTE_OP_RELU || node->op == MOTE_OP_LEAKY_RELU || node->op == MOTE_OP_RESHAPE ||
            node->op == MOTE_OP_SQUEEZE || node->op == MOTE_OP_EXPAND_DIMS || is_spatial_mean(graph, node) ||
            is_spatial_pad(graph, node));
}

/* Weights and bias are real numbers of its own. */
static bool is_free(equalizing *e, const mote_node *node)
{
    const mote_graph *graph = e->edit.graph;
    int32_t           i;

    for (i = 1; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE &&
            (graph->tensors[node->in[i]].dtype != MOTE_F32 || mote_edit_use_count(&e->edit, node->in[i]) != 1))
            return false;
    return true;
}

/* The layer that alone reads what node n gives, maybe through others; -1: there is none. */
static int32_t follow(const equalizing *e, int32_t n, mote_weighted *layer)
{
    const mote_graph *graph = e->edit.graph;
    const mote_node  *node;

    for (;;) {
        const mote_id out = graph->nodes[n].out[0];
        n = e->reader[out];
        if (n < 0)
            return -1;
        node = &graph->nodes[n];
        if (node->in[0] != out)
            return -1;
        if (mote_weighted_find(layer, graph, node))
            return n;
        if (!hands_factors_on(graph, node))
            return -1;
    }
}

static mote_status find_pairs(equalizing *e, mote_error *err)
{
    const mote_graph *graph = e->edit.graph;
    int32_t           n, most = 1;

    e->pairs = MOTE_NEW(&e->edit.arena, pair, graph->node_count, err);
    for (n = 0; e->pairs && n < graph->node_count; n++) {
        pair p = {.a = n};
        if (!mote_weighted_find(&p.first, graph, &graph->nodes[n]) || !is_scaled_by(graph->nodes[n].activation) ||
            !is_free(e, &graph->nodes[n]) || (p.b = follow(e, n, &p.second)) < 0 || !is_free(e, &graph->nodes[p.b]) ||
            p.second.window.in_c % p.first.channels != 0)
            continue;
        most = p.first.channels > most ? p.first.channels : most;
        e->pairs[e->pair_count++] = p;
    }
    e->first_max = MOTE_NEW(&e->edit.arena, float, most, err);
    e->second_max = MOTE_NEW(&e->edit.arena, float, most, err);
    return err->code;
}

/* ---- equalizing ---- */

static float *weights_of(const equalizing *e, int32_t n)
{
    return e->edit.graph->tensors[e->edit.graph->nodes[n].in[1]].data;
}

/* a's channel that tap k of b's channel c reads. */
static int32_t read_channel(const pair *p, int32_t c, int32_t k)
{
    return mote_weighted_source(&p->second, c, k) % p->first.channels;
}

static void find_sizes(const equalizing *e, const pair *p)
{
    const float *a = weights_of(e, p->a), *b = weights_of(e, p->b);
    int32_t      c, k;

    memset(e->first_max, 0, (size_t)p->first.channels * sizeof(float));
    memset(e->second_max, 0, (size_t)p->first.channels * sizeof(float));
    for (c = 0; c < p->first.channels; c++)
        for (k = 0; k < p->first.taps; k++)
            e->first_max[c] =
                fmaxf(e->first_max[c], fabsf(a[(size_t)c * p->first.channel_step + (size_t)k * p->first.tap_step]));
    for (c = 0; c < p->second.channels; c++)
        for (k = 0; k < p->second.taps; k++) {
            const int32_t from = read_channel(p, c, k);
            e->second_max[from] =
                fmaxf(e->second_max[from], fabsf(b[(size_t)c * p->second.channel_step + (size_t)k * p->second.tap_step]));
        }
}

/* 1 for a channel that is never there or never read. */
static float factor_of(float first, float second)
{
    const double factor = sqrt((double)first / (double)second);

    return first > 0 && second > 0 && isfinite(factor) && factor > 1e-4 && factor < 1e4 ? (float)factor : 1;
}

/* Divides a's channels, and multiplies what reads them. The largest change. */
static double equalize_pair(equalizing *e, const pair *p)
{
    const mote_node *first = &e->edit.graph->nodes[p->a];
    float           *a = weights_of(e, p->a), *b = weights_of(e, p->b), *factor = e->first_max;
    float  *bias = first->in_count > 2 && first->in[2] != MOTE_NONE ? e->edit.graph->tensors[first->in[2]].data : NULL;
    double  most = 0;
    int32_t c, k;

    find_sizes(e, p);
    for (c = 0; c < p->first.channels; c++) {
        factor[c] = factor_of(e->first_max[c], e->second_max[c]);
        most = fmax(most, fabs(log((double)factor[c])));
        for (k = 0; k < p->first.taps; k++)
            a[(size_t)c * p->first.channel_step + (size_t)k * p->first.tap_step] /= factor[c];
        if (bias)
            bias[c] /= factor[c];
    }
    for (c = 0; c < p->second.channels; c++)
        for (k = 0; k < p->second.taps; k++)
            b[(size_t)c * p->second.channel_step + (size_t)k * p->second.tap_step] *= factor[read_channel(p, c, k)];
    return most;
}

/* What lies between the two has other numbers now. */
static mote_status mark(equalizing *e, const pair *p, mote_error *err)
{
    mote_graph *graph = e->edit.graph;
    int32_t     n = p->a;

    for (; n != p->b; n = e->reader[graph->nodes[n].out[0]]) {
        mote_tensor *tensor = &graph->tensors[graph->nodes[n].out[0]];
        if (!(tensor->name = mote_arena_printf(&e->edit.model->arena, err, "%s%s", tensor->name, MOTE_EQUALIZED)))
            return err->code;
    }
    return MOTE_OK;
}

static mote_status equalize(equalizing *e, mote_error *err)
{
    enum { ROUNDS = 40 };
    double  most = 1;
    int32_t round, i;

    for (round = 0; most > 1e-3 && round < ROUNDS; round++)
        for (most = 0, i = 0; i < e->pair_count; i++)
            most = fmax(most, equalize_pair(e, &e->pairs[i]));
    for (i = 0; i < e->pair_count; i++)
        MOTE_TRY(mark(e, &e->pairs[i], err));
    return MOTE_OK;
}

mote_status mote_equalize(mote_model **out, const mote_model *model, mote_error *err)
{
    equalizing e = {0};

    MOTE_TRY(mote_edit_begin(&e.edit, model, err));
    if (find_readers(&e, err) == MOTE_OK && find_pairs(&e, err) == MOTE_OK && equalize(&e, err) == MOTE_OK &&
        mote_edit_end(&e.edit, model->stage, out, err) == MOTE_OK)
        return MOTE_OK;
    mote_edit_abandon(&e.edit);
    return err->code;
}
