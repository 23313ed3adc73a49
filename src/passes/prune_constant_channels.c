/* Channels that no input can change are dropped, and what they would have added goes into the bias of whoever reads them.
 * The answer stays the same, byte for byte, for every input.
 *
 *     conv ── c constant ── conv                   output c of the first goes, and column c of the second, whose bias gets
 *                                                  (value - zero point) * sum of that column's weights
 *     conv ── c ── depthwise ── c constant ── conv the same across operators that take each channel by itself
 *
 * channel_ranges.h finds the constant channels. Those that an operator takes one by one are tied: they go together or stay.
 * At first all are taken to go; then tied channels are kept, step by step, while somebody cannot do without one of them:
 *   - the graph's ends, and operators that are in none of channel_ranges.h's rules;
 *   - a layer with weights, unless the channel adds the same at every position: it is constant, and no weight of it meets
 *     input at some positions and padding at others (or it is at the zero point, as padding is); or all its weights are 0,
 *     not counting those of outputs that go themselves;
 *   - a layer whose bias would leave int32;
 *   - the tensor itself, if it would lose its last channel; then as many as make a multiple of four, for the kernels' sake.
 * Keeping one never makes another dispensable, so this ends, with the most that can go.
 *
 * A model of real numbers loses the channels that are 0, as their weights are, in the same way; nothing is folded then. Sums
 * have fewer terms, all of them 0, so that answers stay what they were but for the order of adding.
 *
 * The trap: TFLM's FULLY_CONNECTED rounds the multiplier of a layer with one weight scale otherwise than those of one with
 * several, so a layer that had several keeps two outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/channel_ranges.h"
#include "passes/passes.h"

enum { SWEEPS_MAX = 16 }; /* three are usual; a file that was made to need more keeps its channels */

typedef struct pruning {
    mote_graph         *graph; /* of the working copy */
    mote_channel_ranges ranges;
    int32_t            *parent;  /* [slot_count]: tied slots form trees, */
    bool               *is_kept; /* [slot_count]: whose roots say whether they stay */
    mote_arena         *arena, scratch;
    int32_t             multiple; /* channels that stay, in each tensor, unless all do */
    bool                has_changed;
} pruning;

/* ---- ties ---- */

static int32_t root_of(pruning *p, int32_t slot)
{
    while (p->parent[slot] != slot)
        slot = p->parent[slot] = p->parent[p->parent[slot]];
    return slot;
}

static void tie(pruning *p, int32_t a, int32_t b)
{
    a = root_of(p, a);
    b = root_of(p, b);
    p->parent[b] = a;
    p->is_kept[a] |= p->is_kept[b];
}

static bool is_dropped(pruning *p, mote_id id, int32_t channel)
{
    return p->ranges.count[id] > 0 && !p->is_kept[root_of(p, mote_channel_slot(&p->ranges, id, channel))];
}

static void keep(pruning *p, mote_id id, int32_t channel)
{
    const int32_t root = root_of(p, mote_channel_slot(&p->ranges, id, channel));

    p->has_changed |= !p->is_kept[root];
    p->is_kept[root] = true;
}

static void keep_all(pruning *p, mote_id id)
{
    int32_t c;

    for (c = 0; id != MOTE_NONE && c < p->ranges.count[id]; c++)
        keep(p, id, c);
}

/* Channels of b go with those of a: the tensor of fewer is gone round in that of more. `run` of b's neighbours belong to one
 * channel of a. False: they cannot be told apart. */
static bool tie_tensors(pruning *p, mote_id a, mote_id b, int32_t run)
{
    const int32_t a_count = p->ranges.count[a], b_count = p->ranges.count[b];
    const int32_t more = a_count > b_count ? a_count : b_count, less = a_count > b_count ? b_count : a_count;
    int32_t       c;

    if (a_count != mote_channel_count(&p->graph->tensors[a]) || b_count != mote_channel_count(&p->graph->tensors[b]) ||
        less == 0 || more % less != 0)
        return false;
    for (c = 0; c < more; c++)
        tie(p, p->ranges.first[a] + c / run % a_count, p->ranges.first[b] + c % b_count);
    return true;
}

/* An operand that repeats along the channels (or is a constant) is tied to nothing. */
static bool tie_term(pruning *p, mote_id in, mote_id out)
{
    const mote_tensor *tensor = &p->graph->tensors[in];
    const int32_t      channels = mote_channel_count(tensor);

    if (tensor->kind == MOTE_CONST)
        return p->ranges.count[out] == mote_channel_count(&p->graph->tensors[out]);
    if (tensor->kind != MOTE_ACTIVATION)
        return false;
    if (channels == mote_channel_count(&p->graph->tensors[out]))
        return tie_tensors(p, in, out, 1);
    keep_all(p, in);
    return channels == 1 && p->ranges.count[out] == mote_channel_count(&p->graph->tensors[out]);
}

/* Ties what the node works on one by one. False: it needs all of its channels, and none of what it computes can go. */
static bool tie_node(pruning *p, const mote_node *node, mote_error *err)
{
    const mote_channel_rule rule = mote_channel_rule_of(p->graph, node);
    mote_weighted           layer;
    mote_id                 in, out;

    if (rule == MOTE_CHANNELS_OTHER || mote_node_out(p->graph, node, 0)->dtype != p->ranges.type)
        return false; /* it may have no inputs, or no outputs */
    in = node->in[0];
    out = node->out[0];
    switch (rule) {
    case MOTE_CHANNELS_WEIGHT:
        return mote_weighted_of(&layer, p->graph, node, &p->scratch, err);
    case MOTE_CHANNELS_DEPTHWISE:
        return mote_weighted_of(&layer, p->graph, node, &p->scratch, err) &&
               tie_tensors(p, in, out, p->graph->tensors[out].dim[3] / p->graph->tensors[in].dim[3]);
    case MOTE_CHANNELS_MAP:
    case MOTE_CHANNELS_POOL:
        return tie_tensors(p, in, out, 1);
    case MOTE_CHANNELS_MEAN:
        return mote_channel_mean_is_each(p->graph, node) && tie_tensors(p, in, out, 1);
    case MOTE_CHANNELS_ADD:
        return tie_term(p, in, out) && tie_term(p, node->in[1], out);
    case MOTE_CHANNELS_RESHAPE:
        return p->graph->tensors[in].rank > 0 && p->graph->tensors[out].rank > 0 && tie_tensors(p, in, out, 1);
    case MOTE_CHANNELS_OTHER:
        break;
    }
    return false;
}

static mote_status tie_all(pruning *p, bool *is_understood, mote_error *err)
{
    const mote_graph *graph = p->graph;
    int32_t           n, i;

    for (n = 0; n < graph->node_count; n++) {
        is_understood[n] = tie_node(p, &graph->nodes[n], err);
        mote_arena_destroy(&p->scratch);
        for (i = 0; !is_understood[n] && i < graph->nodes[n].in_count; i++)
            keep_all(p, graph->nodes[n].in[i]);
        for (i = 0; !is_understood[n] && i < graph->nodes[n].out_count; i++)
            keep_all(p, graph->nodes[n].out[i]);
    }
    for (i = 0; i < graph->input_count; i++)
        keep_all(p, graph->inputs[i]);
    for (i = 0; i < graph->output_count; i++)
        keep_all(p, graph->outputs[i]);
    return err->code;
}

/* ---- what readers need ---- */

/* What a dropped channel asks of the weights that read it. */
typedef enum demand {
    DEMAND_NOTHING = 0, /* it is what padding is */
    DEMAND_STEADY,      /* constant: no weight where the window's tap is in the input at some positions only */
    DEMAND_ZERO         /* it varies: no weight at all */
} demand;

static demand demand_of(const pruning *p, const mote_weighted *layer, int32_t slot)
{
    if (p->ranges.low[slot] != p->ranges.high[slot])
        return DEMAND_ZERO;
    return p->ranges.low[slot] == layer->in_zero ? DEMAND_NOTHING : DEMAND_STEADY;
}

/* Whether a weight that is not zero, at such a tap, does not meet the demand. */
static bool breaks(uint8_t asked, uint8_t tap)
{
    return asked == DEMAND_STEADY ? tap == MOTE_TAP_SOMETIMES : asked == DEMAND_ZERO && tap != MOTE_TAP_NEVER;
}

/* Keeps the input channels that a convolution or dense layer cannot fold. */
static void keep_inputs(pruning *p, const mote_node *node, const mote_weighted *layer, uint8_t *asked)
{
    const mote_id in = node->in[0], out = node->out[0];
    int32_t       open = 0, o, t, c;

    for (c = 0; c < layer->channels; c++) {
        asked[c] = DEMAND_NOTHING;
        if (is_dropped(p, in, c))
            asked[c] = (uint8_t)demand_of(p, layer, mote_channel_slot(&p->ranges, in, c));
        open += asked[c] != DEMAND_NOTHING;
    }
    for (o = 0; o < layer->outs && open > 0; o++) {
        const int8_t *w = layer->w + (size_t)o * (size_t)layer->taps * (size_t)layer->channels;
        if (is_dropped(p, out, o))
            continue;
        for (t = 0; t < layer->taps; t++, w += layer->channels)
            for (c = 0; c < layer->channels; c++)
                if (w[c] != layer->w_zero && breaks(asked[c], layer->tap[t])) {
                    asked[c] = DEMAND_NOTHING;
                    open--;
                    keep(p, in, c);
                }
    }
}

/* What the dropped input channels add to output o. */
static int64_t folded(pruning *p, const mote_node *node, const mote_weighted *layer, int32_t o)
{
    const int8_t *w = layer->w + (size_t)o * (size_t)layer->taps * (size_t)layer->channels;
    int64_t       sum = 0;
    int32_t       t, c;

    for (c = 0; c < layer->channels; c++) {
        const int32_t slot = mote_channel_slot(&p->ranges, node->in[0], c), value = p->ranges.low[slot] - layer->in_zero;
        if (!is_dropped(p, node->in[0], c) || p->ranges.low[slot] != p->ranges.high[slot] || value == 0)
            continue;
        for (t = 0; t < layer->taps; t++)
            if (layer->tap[t] == MOTE_TAP_ALWAYS)
                sum += (int64_t)value * (w[(size_t)t * (size_t)layer->channels + (size_t)c] - layer->w_zero);
    }
    return sum;
}

static bool may_fold(pruning *p, const mote_node *node, const mote_weighted *layer)
{
    int32_t o;

    for (o = 0; o < layer->outs; o++) {
        int64_t bias = layer->bias ? layer->bias[o] : 0;
        if (is_dropped(p, node->out[0], o))
            continue;
        bias += folded(p, node, layer, o);
        if (bias < INT32_MIN || bias > INT32_MAX)
            return false;
    }
    return true;
}

static mote_status sweep_layer(pruning *p, const mote_node *node, bool checks_bias, mote_error *err)
{
    mote_weighted layer;
    uint8_t      *asked;

    if (!mote_weighted_of(&layer, p->graph, node, &p->scratch, err) || layer.is_depthwise)
        return err->code;
    asked = MOTE_NEW(&p->scratch, uint8_t, layer.channels, err);
    if (!asked)
        return err->code;
    keep_inputs(p, node, &layer, asked);
    if (checks_bias && !may_fold(p, node, &layer))
        keep_all(p, node->in[0]);
    return MOTE_OK;
}

static int32_t kept_count(pruning *p, mote_id id)
{
    int32_t count = 0, c;

    for (c = 0; c < p->ranges.count[id]; c++)
        count += !is_dropped(p, id, c);
    return count;
}

/* How many more of a tensor's channels must stay. */
static int32_t missing_count(pruning *p, mote_id id, int32_t least)
{
    const int32_t kept = kept_count(p, id), wanted = kept < least ? least : kept, rest = wanted % p->multiple;

    return wanted - kept + (rest ? p->multiple - rest : 0);
}

static void keep_some(pruning *p, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(p->graph, node, 1);
    const bool         has_many_scales = node->op == MOTE_OP_FULLY_CONNECTED && w->quant && w->quant->count > 1;
    int32_t            i, c;

    for (i = 0; i < node->out_count; i++) {
        int32_t missing = missing_count(p, node->out[i], has_many_scales ? 2 : 1);
        for (c = 0; c < p->ranges.count[node->out[i]] && missing > 0; c++) {
            missing -= is_dropped(p, node->out[i], c);
            keep(p, node->out[i], c);
        }
    }
}

/* Readers stand behind what they read, so going backwards settles most at once. */
static mote_status sweep(pruning *p, const bool *is_understood, bool checks_bias, mote_error *err)
{
    int32_t n;

    p->has_changed = false;
    for (n = p->graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = &p->graph->nodes[n];
        keep_some(p, node);
        if (is_understood[n])
            MOTE_TRY(sweep_layer(p, node, checks_bias, err));
        mote_arena_destroy(&p->scratch);
    }
    return MOTE_OK;
}

static mote_status decide(pruning *p, mote_error *err)
{
    bool   *is_understood = MOTE_NEW(p->arena, bool, p->graph->node_count, err);
    bool    checks_bias = false;
    int32_t i;

    p->parent = MOTE_NEW(p->arena, int32_t, p->ranges.slot_count, err);
    p->is_kept = MOTE_NEW(p->arena, bool, p->ranges.slot_count, err);
    if (!is_understood || !p->parent || !p->is_kept)
        return err->code;
    for (i = 0; i < p->ranges.slot_count; i++)
        p->parent[i] = i;
    MOTE_TRY(tie_all(p, is_understood, err));
    for (i = 0; i < SWEEPS_MAX; i++) {
        MOTE_TRY(sweep(p, is_understood, checks_bias, err));
        if (!p->has_changed && checks_bias)
            return MOTE_OK;
        checks_bias |= !p->has_changed;
    }
    memset(p->is_kept, true, (size_t)p->ranges.slot_count * sizeof *p->is_kept);
    return MOTE_OK;
}

/* ---- narrowing ---- */

static bool loses_channels(pruning *p, mote_id id)
{
    return p->ranges.count[id] > 1 && kept_count(p, id) < p->ranges.count[id];
}

/* The channels of a tensor that stay. */
typedef struct kept_list {
    int32_t *channel, count, all;
} kept_list;

static mote_status list_kept(pruning *p, mote_id id, kept_list *out, mote_error *err)
{
    int32_t c;

    *out = (kept_list){.all = mote_channel_count(&p->graph->tensors[id])};
    out->channel = MOTE_NEW(&p->scratch, int32_t, out->all, err);
    for (c = 0; out->channel && c < out->all; c++)
        if (!is_dropped(p, id, c))
            out->channel[out->count++] = c;
    return err->code;
}

/* The scales that stay of a constant's. Those of a bias are only said; where they do not go by channels they are left out.
 */
static mote_status take_quant(mote_model *model, const mote_quant *from, int32_t axis, const kept_list *kept,
                              const mote_quant **out, mote_error *err)
{
    mote_quant *quant;
    int32_t     k;

    *out = from;
    if (!from || from->count == 1)
        return MOTE_OK;
    *out = NULL;
    if (from->count != kept->all)
        return MOTE_OK;
    *out = quant = mote_quant_create(model, axis, kept->count, NULL, NULL, err);
    for (k = 0; quant && k < kept->count; k++) {
        quant->scale[k] = from->scale[kept->channel[k]];
        quant->zero_point[k] = from->zero_point[kept->channel[k]];
    }
    return err->code;
}

/* A constant like `from`, but for the data, the shape and the scales along `axis`; it has its name and origin. */
typedef struct constant {
    mote_id          from;
    void            *data;
    int32_t          rank, dim[MOTE_RANK_MAX], axis;
    const kept_list *scales;
} constant;

static mote_id add_constant(mote_model *model, const constant *like, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    mote_tensor tensor = graph->tensors[like->from];

    tensor.rank = like->rank;
    memcpy(tensor.dim, like->dim, sizeof tensor.dim);
    tensor.data = like->data;
    if (take_quant(model, tensor.quant, like->axis, like->scales, &tensor.quant, err) != MOTE_OK)
        return MOTE_NONE;
    return mote_graph_add_tensor(model, graph, &tensor, err);
}

static mote_status set_operand(mote_model *model, mote_node *node, int32_t index, mote_id id, mote_error *err)
{
    const int32_t count = index < node->in_count ? node->in_count : index + 1;
    mote_id      *in = MOTE_NEW(&model->arena, mote_id, count, err);
    int32_t       i;

    if (!in || id == MOTE_NONE)
        return err->code;
    for (i = 0; i < count; i++)
        in[i] = i == index ? id : i < node->in_count ? node->in[i] : MOTE_NONE;
    node->in = in;
    node->in_count = count;
    return MOTE_OK;
}

/* Rows of values, of which those that are kept stay. */
typedef struct value_rows {
    const char *from; /* [.., kept->all] */
    char       *to;
    size_t      bytes; /* of a value */
} value_rows;

static void take_row(value_rows *rows, const kept_list *kept)
{
    int32_t k;

    for (k = 0; k < kept->count; k++, rows->to += rows->bytes)
        memcpy(rows->to, rows->from + (size_t)kept->channel[k] * rows->bytes, rows->bytes);
}

/* [outs, taps, channels] of what stays. */
static void *take_weights(mote_model *model, const mote_tensor *w, const mote_weighted *layer, const kept_list *in,
                          const kept_list *out, mote_error *err)
{
    const size_t bytes = (size_t)mote_dtype_bits(w->dtype) / 8;
    const size_t count = mote_size_mul((size_t)out->count * (size_t)layer->taps, (size_t)in->count);
    char        *values = MOTE_NEW(&model->arena, char, mote_size_mul(count, bytes), err);
    value_rows   rows = {.to = values, .bytes = bytes};
    int32_t      o, t;

    for (o = 0; values && o < out->count; o++)
        for (t = 0; t < layer->taps; t++) {
            rows.from = (const char *)w->data +
                        ((size_t)out->channel[o] * (size_t)layer->taps + (size_t)t) * (size_t)layer->channels * bytes;
            take_row(&rows, in);
        }
    return values;
}

/* [taps, outs] */
static void *take_depthwise_weights(mote_model *model, const mote_tensor *w, const mote_weighted *layer,
                                    const kept_list *out, mote_error *err)
{
    const size_t bytes = (size_t)mote_dtype_bits(w->dtype) / 8;
    char        *values = MOTE_NEW(&model->arena, char, mote_size_mul((size_t)out->count * (size_t)layer->taps, bytes), err);
    value_rows   rows = {w->data, values, bytes};
    int32_t      t;

    for (t = 0; values && t < layer->taps; t++, rows.from += (size_t)layer->outs * bytes)
        take_row(&rows, out);
    return values;
}

/* Of real numbers nothing is folded: what goes is 0. */
static mote_status narrow_real_bias(mote_model *model, mote_node *node, const kept_list *out, mote_error *err)
{
    const mote_tensor *bias = mote_node_in(&model->graphs[0], node, 2);
    constant           like = {.rank = 1, .dim = {out->count}, .scales = out};
    value_rows         rows = {.bytes = sizeof(float)};

    if (!bias)
        return MOTE_OK;
    like.from = node->in[2];
    like.data = rows.to = MOTE_NEW(&model->arena, char, (size_t)out->count *rows.bytes, err);
    if (!rows.to)
        return err->code;
    rows.from = bias->data;
    take_row(&rows, out);
    return set_operand(model, node, 2, add_constant(model, &like, err), err);
}

/* Adds what is folded; a missing bias is made only where that is not 0. */
static mote_status narrow_bias(pruning *p, mote_model *model, mote_node *node, const mote_weighted *layer,
                               const kept_list *out, mote_error *err)
{
    constant like = {.from = layer->bias ? node->in[2] : node->in[1], .rank = 1, .dim = {out->count}, .scales = out};
    int32_t *values = MOTE_NEW(&model->arena, int32_t, out->count, err);
    bool     is_needed = layer->bias != NULL;
    mote_id  id;
    int32_t  k;

    if (!values)
        return err->code;
    for (k = 0; k < out->count; k++) {
        const int32_t o = out->channel[k];
        const int64_t sum = layer->is_depthwise ? 0 : folded(p, node, layer, o);
        values[k] = (int32_t)((layer->bias ? layer->bias[o] : 0) + sum);
        is_needed |= sum != 0;
    }
    if (!is_needed)
        return MOTE_OK;
    like.data = values;
    id = add_constant(model, &like, err);
    if (id != MOTE_NONE && !layer->bias) { /* what it has of the weights but for this was right */
        const float  in_scale = mote_scale_of(mote_node_in(p->graph, node, 0));
        mote_tensor *bias = &p->graph->tensors[id];
        mote_quant  *quant =
            mote_quant_create(model, bias->quant->count > 1 ? 0 : -1, bias->quant->count, bias->quant->scale, NULL, err);
        for (k = 0; quant && k < quant->count; k++)
            quant->scale[k] *= in_scale;
        bias->dtype = MOTE_I32;
        bias->quant = quant;
    }
    return set_operand(model, node, 2, id, err);
}

static mote_status narrow_layer(pruning *p, mote_model *model, mote_node *node, const mote_weighted *layer, mote_error *err)
{
    const mote_tensor *w = mote_node_in(p->graph, node, 1);
    constant           like = {.from = node->in[1], .rank = w->rank, .axis = layer->is_depthwise ? 3 : 0};
    kept_list          in, out;

    if (!loses_channels(p, node->in[0]) && !loses_channels(p, node->out[0]))
        return MOTE_OK;
    MOTE_TRY(list_kept(p, node->in[0], &in, err));
    MOTE_TRY(list_kept(p, node->out[0], &out, err));
    like.scales = &out;
    memcpy(like.dim, w->dim, sizeof like.dim);
    like.dim[like.axis] = out.count;
    if (!layer->is_depthwise)
        like.dim[w->rank - 1] = in.count * (w->rank == 2 ? layer->taps : 1);
    like.data = layer->is_depthwise ? take_depthwise_weights(model, w, layer, &out, err)
                                    : take_weights(model, w, layer, &in, &out, err);
    if (!like.data)
        return err->code;
    if (p->ranges.type == MOTE_F32)
        MOTE_TRY(narrow_real_bias(model, node, &out, err));
    else
        MOTE_TRY(narrow_bias(p, model, node, layer, &out, err));
    return set_operand(model, node, 1, add_constant(model, &like, err), err);
}

/* A constant term loses the channels that the sum loses. */
static mote_status narrow_term(pruning *p, mote_model *model, mote_node *node, int32_t index, mote_error *err)
{
    const mote_tensor *term = mote_node_in(p->graph, node, index);
    constant           like = {.from = node->in[index], .rank = term->rank};
    value_rows         rows = {.from = term->data, .bytes = (size_t)mote_dtype_bits(term->dtype) / 8};
    kept_list          out;
    size_t             count, r;

    if (term->kind != MOTE_CONST || !loses_channels(p, node->out[0]) ||
        mote_channel_count(term) != p->ranges.count[node->out[0]])
        return MOTE_OK;
    MOTE_TRY(list_kept(p, node->out[0], &out, err));
    count = mote_tensor_count(term) / (size_t)out.all;
    like.data = rows.to = MOTE_NEW(&model->arena, char, mote_size_mul(count, (size_t)out.count * rows.bytes), err);
    if (!rows.to)
        return err->code;
    for (r = 0; r < count; r++, rows.from += (size_t)out.all * rows.bytes)
        take_row(&rows, &out);
    memcpy(like.dim, term->dim, sizeof like.dim);
    like.dim[like.rank - 1] = out.count;
    like.scales = &out;
    return set_operand(model, node, index, add_constant(model, &like, err), err);
}

/* A constant that says the new shape must say the narrow one. */
static mote_status narrow_shape(pruning *p, mote_model *model, mote_node *node, mote_error *err)
{
    const mote_tensor *shape = mote_node_in(p->graph, node, 1);
    constant           like = {.rank = 1};
    int32_t           *values;
    kept_list          out;

    if (!shape || shape->kind != MOTE_CONST || !loses_channels(p, node->out[0]))
        return MOTE_OK;
    MOTE_TRY(list_kept(p, node->out[0], &out, err));
    like.from = node->in[1];
    like.scales = &out;
    like.dim[0] = shape->dim[0];
    like.data = values = mote_arena_copy(&model->arena, shape->data, (size_t)shape->dim[0], sizeof *values, err);
    if (!values)
        return err->code;
    if (values[shape->dim[0] - 1] != -1)
        values[shape->dim[0] - 1] = out.count;
    return set_operand(model, node, 1, add_constant(model, &like, err), err);
}

static mote_status narrow_node(pruning *p, mote_model *model, mote_node *node, mote_error *err)
{
    mote_weighted layer;

    if (node->op == MOTE_OP_ADD) {
        MOTE_TRY(narrow_term(p, model, node, 0, err));
        return narrow_term(p, model, node, 1, err);
    }
    if (node->op == MOTE_OP_RESHAPE)
        return narrow_shape(p, model, node, err);
    if (mote_weighted_of(&layer, p->graph, node, &p->scratch, err))
        return narrow_layer(p, model, node, &layer, err);
    return err->code;
}

/* The value of a channel that goes is worth telling: a real model's zeros are not, which another type stores in another way.
 */
static bool is_told(const pruning *p, int32_t slot)
{
    return p->ranges.type == MOTE_I8 && p->ranges.low[slot] == p->ranges.high[slot];
}

/* Whoever compares the model with another one learns what is not there. A tensor may have been narrowed before. */
static mote_status narrow_tensor(pruning *p, mote_model *model, mote_id id, mote_error *err)
{
    mote_tensor          *tensor = &p->graph->tensors[id];
    const mote_narrowing *before = tensor->narrowing;
    const int32_t         channels = before ? before->channels : mote_channel_count(tensor);
    int32_t               kept = kept_count(p, id), c, k = 0;
    int16_t              *value;

    if (!loses_channels(p, id))
        return MOTE_OK;
    value = MOTE_NEW(&p->scratch, int16_t, channels, err);
    for (c = 0; value && c < channels; c++) {
        const int32_t slot = p->ranges.first[id] + k;
        value[c] = before ? before->value[c] : MOTE_CHANNEL_KEPT;
        if (value[c] != MOTE_CHANNEL_KEPT)
            continue;
        if (is_dropped(p, id, k))
            value[c] = is_told(p, slot) ? p->ranges.low[slot] : MOTE_CHANNEL_UNREAD;
        k++;
    }
    tensor->dim[tensor->rank - 1] = kept;
    tensor->narrowing = value ? mote_narrowing_create(model, channels, value, err) : NULL;
    return err->code;
}

/* Nodes first: they look at the tensors as they were. */
static mote_status narrow_all(pruning *p, mote_model *model, mote_error *err)
{
    const int32_t tensor_count = p->graph->tensor_count;
    int32_t       i;

    for (i = 0; i < p->graph->node_count; i++) {
        MOTE_TRY(narrow_node(p, model, &p->graph->nodes[i], err));
        mote_arena_destroy(&p->scratch);
    }
    for (i = 0; i < tensor_count; i++) {
        MOTE_TRY(narrow_tensor(p, model, i, err));
        mote_arena_destroy(&p->scratch);
    }
    return MOTE_OK;
}

/* ---- the account ---- */

static void count_costs(const mote_graph *graph, size_t *macs, size_t *weights)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++) {
        const mote_node   *node = &graph->nodes[n];
        const mote_tensor *w = mote_ops[node->op]->macs ? mote_node_in(graph, node, 1) : NULL;
        *macs = mote_size_add(*macs, mote_op_macs(graph, node));
        if (w && w->kind == MOTE_CONST)
            *weights = mote_size_add(*weights, mote_tensor_bytes(w));
    }
}

static void count_channels(pruning *p, mote_prune_result *result)
{
    int32_t n, c;

    for (n = 0; n < p->graph->node_count; n++) {
        const mote_node *node = &p->graph->nodes[n];
        const mote_id    id = mote_ops[node->op]->macs ? node->out[0] : MOTE_NONE;
        for (c = 0; id != MOTE_NONE && c < p->ranges.count[id]; c++) {
            const int32_t slot = p->ranges.first[id] + c;
            result->channels++;
            result->constant_channels += p->ranges.low[slot] == p->ranges.high[slot];
            result->dropped_channels += is_dropped(p, id, c);
        }
    }
}

static mote_status prune(mote_edit *edit, mote_dtype type, int32_t multiple, mote_prune_result *result, mote_error *err)
{
    pruning p = {.graph = &edit->model->graphs[0],
                 .arena = &edit->arena,
                 .scratch = {.cap_bytes = edit->model->arena.cap_bytes},
                 .multiple = multiple};

    count_costs(p.graph, &result->macs, &result->weight_bytes);
    if (mote_channel_ranges_find(&p.ranges, p.graph, type, &edit->arena, err) == MOTE_OK && decide(&p, err) == MOTE_OK) {
        count_channels(&p, result);
        narrow_all(&p, edit->model, err);
    }
    mote_arena_destroy(&p.scratch);
    return err->code;
}

/* Of a model at that stage; another one is copied. */
static mote_status prune_stage(mote_model **out, const mote_model *model, mote_stage stage,
                               const mote_prune_options *options, mote_prune_result *result, mote_error *err)
{
    const int32_t     multiple = options && options->multiple > 0 ? options->multiple : 4;
    mote_prune_result own = {0};
    mote_edit         edit;

    *out = NULL;
    if (model->stage == stage) {
        MOTE_TRY(mote_edit_begin(&edit, model, err));
        if (prune(&edit, stage == MOTE_STAGE_INFER ? MOTE_F32 : MOTE_I8, multiple, &own, err) == MOTE_OK)
            mote_edit_end(&edit, stage, out, err);
        else
            mote_edit_abandon(&edit);
    } else {
        count_costs(&model->graphs[0], &own.macs, &own.weight_bytes);
        mote_model_copy(out, model, err);
    }
    if (err->code == MOTE_OK)
        count_costs(&(*out)->graphs[0], &own.macs_left, &own.weight_bytes_left);
    if (result)
        *result = own;
    return err->code;
}

mote_status mote_model_prune_constant(mote_model **out, const mote_model *model, const mote_prune_options *options,
                                      mote_prune_result *result, mote_error *err)
{
    return prune_stage(out, model, MOTE_STAGE_QUANTIZED, options, result, err);
}

mote_status mote_model_drop_zero_channels(mote_model **out, const mote_model *model, const mote_prune_options *options,
                                          mote_prune_result *result, mote_error *err)
{
    return prune_stage(out, model, MOTE_STAGE_INFER, options, result, err);
}
