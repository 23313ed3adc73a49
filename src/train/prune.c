/* SPDX-License-Identifier: Apache-2.0 */
#include "train/prune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/convolution.h"
#include "ops/op.h"
#include "ops/reduce.h"

enum { FREQUENCY = 100, CHOICES = 10, MULTIPLE = 4 };

/* What a channel's neighbours behind it add to it: zero with it. */
typedef struct channel_vector {
    float                 *values; /* [channels] */
    struct channel_vector *next;
} channel_vector;

/* A layer that is pruned. */
typedef struct pruned_layer {
    float               *w; /* [outs, taps] */
    int32_t              outs;
    size_t               taps;
    const float         *gamma;   /* [outs]: what its channels are judged by; NULL: their weights */
    channel_vector      *vectors; /* CHANNELS: biases, and what normalizations add */
    bool                *is_zero; /* WEIGHTS: [outs, taps]; CHANNELS: [outs] */
    struct pruned_layer *next;
} pruned_layer;

/* What there is to choose from: equal magnitudes are told apart by their place. */
typedef struct candidate {
    float   magnitude;
    int32_t place;
} candidate;

struct mote_pruner {
    mote_train_pruning options;
    mote_model        *model;
    mote_arena        *arena;
    pruned_layer      *layers;
    candidate         *candidates; /* as many as the largest layer has */
    bool              *is_seen;    /* [tensor_count]: on the way along a layer's channels */
    uint64_t           from, until, frequency, step;
    int32_t            last_epoch;
};

/* ---- the schedule ---- */

/* Source: Zhu and Gupta 2017 (arXiv:1710.01878), equation 1. */
double mote_pruning_share(double initial, double sparsity, uint64_t from, uint64_t until, uint64_t step)
{
    double left;

    if (step < from)
        return 0;
    left = step >= until ? 0 : 1 - (double)(step - from) / (double)(until - from);
    return sparsity + (initial - sparsity) * left * left * left;
}

static void set_schedule(mote_pruner *p, mote_pruner_span span)
{
    const int32_t quarter = span.epochs - span.epochs / 4;
    const int32_t until = p->options.until_epoch            ? p->options.until_epoch
                          : quarter > p->options.from_epoch ? quarter
                                                            : p->options.from_epoch;
    uint64_t      tenth;

    p->from = (uint64_t)(p->options.from_epoch - 1) * span.steps;
    p->until = (uint64_t)until * span.steps - 1;
    p->last_epoch = until;
    tenth = (p->until - p->from) / CHOICES;
    p->frequency = p->options.frequency ? (uint64_t)p->options.frequency : tenth < FREQUENCY ? tenth : FREQUENCY;
    p->frequency = p->frequency ? p->frequency : 1;
}

static bool is_due(const mote_pruner *p)
{
    return p->step == p->until || (p->step >= p->from && p->step < p->until && (p->step - p->from) % p->frequency == 0);
}

/* ---- choosing ---- */

static int compare_candidates(const void *a, const void *b)
{
    const candidate *x = a, *y = b;

    if (x->magnitude != y->magnitude)
        return x->magnitude < y->magnitude ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* The least of them are zero. A magnitude that is no number is judged the greatest: training ends with its own word on it.
 */
static void mark_least(mote_pruner *p, size_t count, size_t least, bool *is_zero)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (isnan(p->candidates[i].magnitude))
            p->candidates[i].magnitude = INFINITY;
    qsort(p->candidates, count, sizeof *p->candidates, compare_candidates);
    for (i = 0; i < count; i++)
        is_zero[p->candidates[i].place] = i < least;
}

static size_t weight_count(const pruned_layer *layer)
{
    return (size_t)layer->outs * layer->taps;
}

/* Kept are, as with TensorFlow, round(count * (1 - share)). */
static void choose_weights(mote_pruner *p, const pruned_layer *layer, double share)
{
    const size_t count = weight_count(layer), kept = (size_t)rint((double)count * (1 - share));
    size_t       i;

    for (i = 0; i < count; i++)
        p->candidates[i] = (candidate){fabsf(layer->w[i]), (int32_t)i};
    mark_least(p, count, count - kept, layer->is_zero);
}

static float channel_magnitude(const pruned_layer *layer, int32_t o)
{
    double sum = 0;
    size_t i;

    if (layer->gamma)
        return fabsf(layer->gamma[o]);
    for (i = 0; i < layer->taps; i++)
        sum += fabs((double)layer->w[(size_t)o * layer->taps + i]);
    return (float)sum;
}

/* So many stay, a multiple, and at least one such. */
static int32_t kept_channels(const mote_pruner *p, int32_t outs, double share)
{
    const int32_t multiple = p->options.multiple;
    int32_t       kept = (int32_t)ceil((double)outs * (1 - share) - 1e-9);

    kept = kept < 1 ? 1 : kept;
    kept = (kept + multiple - 1) / multiple * multiple;
    return kept < outs ? kept : outs;
}

static void choose_channels(mote_pruner *p, const pruned_layer *layer, double share)
{
    int32_t o;

    for (o = 0; o < layer->outs; o++)
        p->candidates[o] = (candidate){channel_magnitude(layer, o), o};
    mark_least(p, (size_t)layer->outs, (size_t)(layer->outs - kept_channels(p, layer->outs, share)), layer->is_zero);
}

/* ---- zeros ---- */

static void clear_weights(const pruned_layer *layer)
{
    const size_t count = weight_count(layer);
    size_t       i;

    for (i = 0; i < count; i++)
        layer->w[i] = layer->is_zero[i] ? 0.0f : layer->w[i];
}

static void clear_channels(const pruned_layer *layer)
{
    const channel_vector *v;
    int32_t               o;

    for (o = 0; o < layer->outs; o++)
        if (layer->is_zero[o]) {
            memset(layer->w + (size_t)o * layer->taps, 0, layer->taps * sizeof *layer->w);
            for (v = layer->vectors; v; v = v->next)
                v->values[o] = 0;
        }
}

void mote_pruner_step(mote_pruner *p)
{
    const pruned_layer *layer;
    const bool          is_by_channels = p && p->options.structure == MOTE_PRUNE_CHANNELS;

    for (layer = p ? p->layers : NULL; layer; layer = layer->next) {
        if (is_due(p))
            (is_by_channels ? choose_channels : choose_weights)(
                p, layer, mote_pruning_share(p->options.initial, p->options.sparsity, p->from, p->until, p->step));
        (is_by_channels ? clear_channels : clear_weights)(layer);
    }
    if (p)
        p->step++;
}

mote_status mote_pruner_keep(mote_pruner *p, mote_kept *kept, mote_error *err)
{
    pruned_layer *layer;
    char          name[40];
    int           i = 0;

    if (!p)
        return MOTE_OK;
    for (layer = p->layers; layer; layer = layer->next) {
        const bool is_by_channels = p->options.structure == MOTE_PRUNE_CHANNELS;
        snprintf(name, sizeof name, "pruned.%d", i++);
        MOTE_TRY(mote_keep(kept, name, MOTE_BOOL, layer->is_zero, is_by_channels ? (size_t)layer->outs : weight_count(layer),
                           err));
    }
    return mote_keep(kept, "pruned.step", MOTE_U64, &p->step, 1, err);
}

int32_t mote_pruner_last_epoch(const mote_pruner *p)
{
    return p ? p->last_epoch : 0;
}

mote_pruned mote_pruner_tell(const mote_pruner *p)
{
    const pruned_layer *layer;
    mote_pruned         told = {0};
    size_t              i;
    int32_t             o;

    for (layer = p ? p->layers : NULL; layer; layer = layer->next) {
        told.layers++;
        told.weights += weight_count(layer);
        for (i = 0; i < weight_count(layer); i++)
            told.zeros += layer->w[i] == 0.0f;
        if (p->options.structure != MOTE_PRUNE_CHANNELS)
            continue;
        told.channels += layer->outs;
        for (o = 0; o < layer->outs; o++)
            told.dropped_channels += layer->is_zero[o];
    }
    return told;
}

/* ---- where channels go ----
 * A channel can go where zero stays zero: through operators that take each channel by itself, up to those that sum over all
 * of them. On the way what is added to a channel must be zero with it. */

static mote_status add_vector(mote_pruner *p, pruned_layer *layer, mote_id id, mote_error *err)
{
    channel_vector *v;

    if (id == MOTE_NONE)
        return MOTE_OK;
    v = MOTE_NEW(p->arena, channel_vector, 1, err);
    if (!v)
        return err->code;
    *v = (channel_vector){p->model->graphs[0].tensors[id].data, layer->vectors};
    layer->vectors = v;
    return MOTE_OK;
}

/* A constant of the layer's channels that may be changed; there may be none. */
static bool may_clear(const mote_pruner *p, const pruned_layer *layer, const mote_node *node, int32_t operand)
{
    const mote_tensor *v = mote_node_in(&p->model->graphs[0], node, operand);

    return !v || (v->kind == MOTE_CONST && v->is_trainable && mote_tensor_count(v) == (size_t)layer->outs);
}

enum { X, GAMMA, BETA, MOVING_MEAN }; /* of BATCH_NORMALIZATION */

/* Without a beta it is the mean that must be 0, which the moving one comes to by itself, but never quite. */
static mote_status pass_normalization(mote_pruner *p, pruned_layer *layer, const mote_node *node, const char **why,
                                      mote_error *err)
{
    const mote_graph *graph = &p->model->graphs[0];

    if (node->as.batch_normalization.is_frozen || !may_clear(p, layer, node, GAMMA) || !may_clear(p, layer, node, BETA) ||
        mote_node_in(graph, node, X)->dim[mote_node_in(graph, node, X)->rank - 1] != layer->outs) {
        *why = "a normalization follows that is frozen or has other channels";
        return MOTE_OK;
    }
    MOTE_TRY(add_vector(p, layer, node->in[GAMMA], err));
    MOTE_TRY(add_vector(p, layer, node->in[BETA], err));
    MOTE_TRY(add_vector(p, layer, node->in[MOVING_MEAN], err));
    if (!layer->gamma && node->in[GAMMA] != MOTE_NONE)
        layer->gamma = graph->tensors[node->in[GAMMA]].data;
    return MOTE_OK;
}

static mote_status pass_depthwise(mote_pruner *p, pruned_layer *layer, const mote_node *node, const char **why,
                                  mote_error *err)
{
    const mote_tensor *w = mote_node_in(&p->model->graphs[0], node, 1);

    if (!may_clear(p, layer, node, 2) || w->dim[3] != layer->outs) {
        *why = "a depthwise convolution follows that is frozen or makes more channels";
        return MOTE_OK;
    }
    return node->in_count > 2 ? add_vector(p, layer, node->in[2], err) : MOTE_OK;
}

typedef enum passage { PASSAGE_NONE = 0, PASSAGE_EACH, PASSAGE_SUM, PASSAGE_NORMALIZATION, PASSAGE_DEPTHWISE } passage;

static passage passage_of(const mote_graph *graph, const mote_node *node)
{
    switch (node->op) {
    case MOTE_OP_RELU:
    case MOTE_OP_RELU6:
    case MOTE_OP_LEAKY_RELU:
    case MOTE_OP_TANH:
    case MOTE_OP_MAX_POOL_2D:
    case MOTE_OP_AVERAGE_POOL_2D:
    case MOTE_OP_DROPOUT:
    case MOTE_OP_RESHAPE:
        return PASSAGE_EACH;
    case MOTE_OP_MEAN:
        return mote_reduced_axes(graph, node) >> (mote_node_in(graph, node, 0)->rank - 1) & 1u ? PASSAGE_NONE : PASSAGE_EACH;
    case MOTE_OP_BATCH_NORMALIZATION:
        return PASSAGE_NORMALIZATION;
    case MOTE_OP_DEPTHWISE_CONV_2D:
        return PASSAGE_DEPTHWISE;
    case MOTE_OP_CONV_2D:
        return mote_conv_2d_is_grouped(graph, node) ? PASSAGE_NONE : PASSAGE_SUM;
    case MOTE_OP_FULLY_CONNECTED:
        return PASSAGE_SUM;
    default:
        return PASSAGE_NONE;
    }
}

static bool reads(const mote_node *node, mote_id id)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] == id)
            return true;
    return false;
}

static bool is_output(const mote_graph *graph, mote_id id)
{
    int32_t i;

    for (i = 0; i < graph->output_count; i++)
        if (graph->outputs[i] == id)
            return true;
    return false;
}

/* Nodes stand in the order in which they run, so that one walk sees each behind what it reads. why: NULL if the layer's
 * channels can go. */
static mote_status follow_channels(mote_pruner *p, pruned_layer *layer, int32_t first, const char **why, mote_error *err)
{
    const mote_graph *graph = &p->model->graphs[0];
    int32_t           n;

    memset(p->is_seen, 0, (size_t)graph->tensor_count * sizeof *p->is_seen);
    p->is_seen[graph->nodes[first].out[0]] = true;
    for (n = first; n < graph->node_count && !*why; n++) {
        const mote_node *node = &graph->nodes[n];
        const passage    how = passage_of(graph, node);
        bool             is_met = n == first;
        int32_t          i;
        for (i = 0; i < graph->tensor_count && !is_met; i++)
            is_met = p->is_seen[i] && reads(node, i);
        if (!is_met)
            continue;
        if (n > first && (how == PASSAGE_NONE || !p->is_seen[node->in[0]]))
            *why = "its channels meet others, or become something else than 0, in an operator behind it";
        else if (n > first && how == PASSAGE_NORMALIZATION)
            MOTE_TRY(pass_normalization(p, layer, node, why, err));
        else if (n > first && how == PASSAGE_DEPTHWISE)
            MOTE_TRY(pass_depthwise(p, layer, node, why, err));
        if (n > first && how != PASSAGE_SUM)
            p->is_seen[node->out[0]] = true;
        if ((n == first || how != PASSAGE_SUM) && is_output(graph, node->out[0]))
            *why = "its channels are an output of the network";
    }
    return MOTE_OK;
}

/* ---- which layers ---- */

/* The kernel of a layer that is trained, else NULL. */
static const mote_tensor *kernel_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w;

    if (node->op != MOTE_OP_CONV_2D && node->op != MOTE_OP_FULLY_CONNECTED)
        return NULL;
    w = mote_node_in(graph, node, 1);
    return w->kind == MOTE_CONST && w->is_trainable ? w : NULL;
}

static bool is_wanted(const mote_train_pruning *o, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < o->layer_count; i++)
        if (mote_node_is_layer(node, o->layers[i]))
            return true;
    return !o->layers;
}

/* Layers that share a kernel are one. */
static int32_t count_readers(const mote_graph *graph, mote_id kernel)
{
    int32_t n, count = 0;

    for (n = 0; n < graph->node_count; n++)
        count += reads(&graph->nodes[n], kernel);
    return count;
}

static bool is_listed(const mote_pruner *p, const float *w)
{
    const pruned_layer *layer;

    for (layer = p->layers; layer; layer = layer->next)
        if (layer->w == w)
            return true;
    return false;
}

static mote_status link_channels(mote_pruner *p, pruned_layer *layer, int32_t n, const char **why, mote_error *err)
{
    const mote_node *node = &p->model->graphs[0].nodes[n];

    if (layer->outs <= p->options.multiple)
        *why = "it has no more channels than stay";
    else if (count_readers(&p->model->graphs[0], node->in[1]) > 1)
        *why = "its weights are shared";
    else if (!may_clear(p, layer, node, 2))
        *why = "its bias is frozen";
    else
        MOTE_TRY(follow_channels(p, layer, n, why, err));
    if (*why || node->in_count < 3)
        return MOTE_OK;
    return add_vector(p, layer, node->in[2], err);
}

/* One that is named and cannot be pruned is a mistake; of all, those that cannot are left. */
static mote_status add_layer(mote_pruner *p, int32_t n, mote_error *err)
{
    const mote_graph  *graph = &p->model->graphs[0];
    const mote_node   *node = &graph->nodes[n];
    const mote_tensor *w = kernel_of(graph, node);
    const bool         is_by_channels = p->options.structure == MOTE_PRUNE_CHANNELS;
    const char        *why = NULL;
    pruned_layer      *layer;

    if (!w || !is_wanted(&p->options, node) || is_listed(p, w->data))
        return MOTE_OK;
    layer = MOTE_NEW(p->arena, pruned_layer, 1, err);
    if (!layer)
        return err->code;
    *layer = (pruned_layer){.w = w->data, .outs = w->dim[0], .taps = mote_tensor_count(w) / (size_t)w->dim[0]};
    if (weight_count(layer) > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "prune: it has more than 2^31 weights");
    if (is_by_channels)
        MOTE_TRY(link_channels(p, layer, n, &why, err));
    if (why && p->options.layers)
        return mote_op_fail(graph, node, MOTE_ERR_USAGE, err, "prune: its channels cannot be pruned: %s", why);
    if (why)
        return MOTE_OK;
    layer->is_zero = MOTE_NEW(p->arena, bool, is_by_channels ? (size_t)layer->outs : weight_count(layer), err);
    layer->next = p->layers;
    p->layers = layer;
    return err->code;
}

/* Each pattern must mean something. */
static mote_status check_patterns(const mote_pruner *p, mote_error *err)
{
    const mote_graph *graph = &p->model->graphs[0];
    int32_t           i, n;

    for (i = 0; i < p->options.layer_count; i++) {
        for (n = 0; n < graph->node_count; n++)
            if (kernel_of(graph, &graph->nodes[n]) && mote_node_is_layer(&graph->nodes[n], p->options.layers[i]))
                break;
        if (n == graph->node_count)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "prune: layers: no convolution or dense layer that is trained is called \"%s\"",
                             mote_show_string(p->options.layers[i]).text);
    }
    return MOTE_OK;
}

static mote_status find_layers(mote_pruner *p, mote_error *err)
{
    const mote_graph   *graph = &p->model->graphs[0];
    const pruned_layer *layer;
    size_t              most = 0;
    int32_t             n;

    MOTE_TRY(check_patterns(p, err));
    p->is_seen = MOTE_NEW(p->arena, bool, graph->tensor_count, err);
    if (!p->is_seen)
        return err->code;
    for (n = 0; n < graph->node_count; n++)
        MOTE_TRY(add_layer(p, n, err));
    if (!p->layers)
        return mote_fail(err, MOTE_ERR_USAGE, "prune: no layer has %s that can be pruned",
                         p->options.structure == MOTE_PRUNE_CHANNELS ? "channels" : "weights");
    for (layer = p->layers; layer; layer = layer->next)
        most = weight_count(layer) > most ? weight_count(layer) : most;
    p->candidates = MOTE_NEW(p->arena, candidate, most, err);
    return err->code;
}

/* ---- options ---- */

/* Comparisons are written so that NaN fails them. */
static mote_status check_shares(const mote_train_pruning *o, mote_error *err)
{
    if (!(o->sparsity > 0 && o->sparsity < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "prune: sparsity is %g; a number above 0 and below 1 is expected",
                         o->sparsity);
    if (!(o->initial >= 0 && o->initial <= o->sparsity))
        return mote_fail(err, MOTE_ERR_USAGE, "prune: initial is %g; a number from 0 to the sparsity, %g, is expected",
                         o->initial, o->sparsity);
    if ((unsigned)o->structure > MOTE_PRUNE_CHANNELS)
        return mote_fail(err, MOTE_ERR_USAGE, "prune: structure %d does not exist", (int)o->structure);
    if (o->frequency < 0 || o->multiple < 1 || o->layer_count < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "prune: frequency, multiple and layer_count are not negative");
    return MOTE_OK;
}

static mote_status check_epochs(const mote_train_pruning *o, int32_t epochs, mote_error *err)
{
    if (o->from_epoch < 1 || o->from_epoch > epochs)
        return mote_fail(err, MOTE_ERR_USAGE, "prune: from_epoch is %d; there are epochs 1 to %d", o->from_epoch, epochs);
    if (o->until_epoch && (o->until_epoch < o->from_epoch || o->until_epoch > epochs))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "prune: until_epoch is %d; from_epoch, %d, to the last epoch, %d, are possible", o->until_epoch,
                         o->from_epoch, epochs);
    return MOTE_OK;
}

mote_status mote_pruner_create(mote_pruner **out, mote_model *model, const mote_train_pruning *options,
                               mote_pruner_span span, mote_arena *arena, mote_error *err)
{
    mote_pruner *p;

    *out = NULL;
    if (!options)
        return MOTE_OK;
    p = MOTE_NEW(arena, mote_pruner, 1, err);
    if (!p)
        return err->code;
    *p = (mote_pruner){.options = *options, .model = model, .arena = arena};
    p->options.from_epoch = p->options.from_epoch ? p->options.from_epoch : 1;
    p->options.multiple = p->options.multiple ? p->options.multiple : MULTIPLE;
    MOTE_TRY(check_shares(&p->options, err));
    MOTE_TRY(check_epochs(&p->options, span.epochs, err));
    set_schedule(p, span);
    MOTE_TRY(find_layers(p, err));
    *out = p;
    return MOTE_OK;
}
