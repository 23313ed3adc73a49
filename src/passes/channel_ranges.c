/* SPDX-License-Identifier: Apache-2.0 */
#include "passes/channel_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "ops/convolution.h"
#include "ops/reduce.h"

#include "runtime/kernels/add.h"
#include "runtime/kernels/conv_params.h"
#include "runtime/kernels/fully_connected.h"
#include "runtime/kernels/mean.h"
#include "runtime/kernels/pool_2d.h"

enum { SLOTS_MAX = 1 << 20, I8_VALUES = 256 };

typedef struct range {
    int32_t low, high;
} range;

typedef struct sum_range {
    int64_t low, high;
} sum_range;

static const range everything = {-128, 127}, nothing = {0, 0};

static const uint8_t rules[MOTE_OP_COUNT] = {
    [MOTE_OP_CONV_2D] = MOTE_CHANNELS_WEIGHT,
    [MOTE_OP_FULLY_CONNECTED] = MOTE_CHANNELS_WEIGHT,
    [MOTE_OP_DEPTHWISE_CONV_2D] = MOTE_CHANNELS_DEPTHWISE,
    [MOTE_OP_MAX_POOL_2D] = MOTE_CHANNELS_POOL,
    [MOTE_OP_AVERAGE_POOL_2D] = MOTE_CHANNELS_POOL,
    [MOTE_OP_RELU] = MOTE_CHANNELS_MAP,
    [MOTE_OP_RELU6] = MOTE_CHANNELS_MAP,
    [MOTE_OP_LEAKY_RELU] = MOTE_CHANNELS_MAP,
    [MOTE_OP_LOGISTIC] = MOTE_CHANNELS_MAP,
    [MOTE_OP_TANH] = MOTE_CHANNELS_MAP,
    [MOTE_OP_QUANTIZE] = MOTE_CHANNELS_MAP,
    [MOTE_OP_MEAN] = MOTE_CHANNELS_MEAN,
    [MOTE_OP_ADD] = MOTE_CHANNELS_ADD,
    [MOTE_OP_RESHAPE] = MOTE_CHANNELS_RESHAPE,
};

/* ---- slots ---- */

int32_t mote_channel_count(const mote_tensor *tensor)
{
    return tensor->rank > 0 ? tensor->dim[tensor->rank - 1] : 1;
}

int32_t mote_channel_slot(const mote_channel_ranges *ranges, mote_id id, int32_t channel)
{
    return ranges->first[id] + (ranges->count[id] == 1 ? 0 : channel);
}

static bool has_channels(const mote_tensor *tensor, mote_dtype type)
{
    return tensor->dtype == type && (!tensor->quant || tensor->quant->count == 1) && mote_tensor_count(tensor) > 0;
}

static bool is_computed(const mote_graph *graph, mote_id id, mote_dtype type)
{
    return graph->tensors[id].kind == MOTE_ACTIVATION && has_channels(&graph->tensors[id], type);
}

mote_channel_rule mote_channel_rule_of(const mote_graph *graph, const mote_node *node)
{
    const mote_channel_rule rule = (mote_channel_rule)rules[node->op];
    mote_dtype              type;

    if (rule == MOTE_CHANNELS_OTHER)
        return MOTE_CHANNELS_OTHER;
    type = mote_node_out(graph, node, 0)->dtype;
    if ((type != MOTE_I8 && type != MOTE_F32) || !is_computed(graph, node->out[0], type))
        return MOTE_CHANNELS_OTHER;
    if (rule == MOTE_CHANNELS_ADD)
        return has_channels(mote_node_in(graph, node, 0), type) && has_channels(mote_node_in(graph, node, 1), type)
                   ? rule
                   : MOTE_CHANNELS_OTHER;
    return is_computed(graph, node->in[0], type) ? rule : MOTE_CHANNELS_OTHER;
}

static mote_status number_slots(mote_channel_ranges *r, mote_arena *arena, mote_error *err)
{
    int32_t i;

    r->first = MOTE_NEW(arena, int32_t, r->graph->tensor_count, err);
    r->count = MOTE_NEW(arena, int32_t, r->graph->tensor_count, err);
    if (!r->first || !r->count)
        return err->code;
    for (i = 0; i < r->graph->tensor_count; i++) {
        const mote_tensor *tensor = &r->graph->tensors[i];
        r->first[i] = r->slot_count;
        if (tensor->kind != MOTE_ACTIVATION)
            continue;
        r->count[i] = has_channels(tensor, r->type) ? mote_channel_count(tensor) : 1;
        if (r->count[i] > SLOTS_MAX - r->slot_count)
            r->count[i] = 1;
        r->slot_count += r->count[i];
    }
    r->low = MOTE_NEW(arena, int8_t, r->slot_count, err);
    r->high = MOTE_NEW(arena, int8_t, r->slot_count, err);
    r->sums = MOTE_NEW(arena, mote_sums, r->graph->node_count, err);
    return err->code;
}

/* A state's value, and what no node computes, may be anything. */
static range range_at(const mote_channel_ranges *r, mote_id id, int32_t channel)
{
    int32_t slot;

    if (r->count[id] == 0)
        return everything;
    slot = mote_channel_slot(r, id, channel);
    return (range){r->low[slot], r->high[slot]};
}

static range join(range a, range b)
{
    return (range){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

/* Of the channels from..., step apart. */
static range join_channels(const mote_channel_ranges *r, mote_id id, int32_t from, int32_t step)
{
    const int32_t count = mote_channel_count(&r->graph->tensors[id]);
    range         all = range_at(r, id, from);
    int32_t       c;

    if (r->count[id] > 1)
        for (c = from; c < count - step; c += step)
            all = join(all, range_at(r, id, c + step));
    return all;
}

static range join_all(const mote_channel_ranges *r, mote_id id)
{
    return join_channels(r, id, 0, 1);
}

/* What slot c of an output is made of, where output channel c is made of input channel c. */
static range range_of_slot(const mote_channel_ranges *r, mote_id out, mote_id in, int32_t c)
{
    return r->count[out] == 1 ? join_all(r, in) : range_at(r, in, c);
}

/* Slots of an output are written in ascending channels; an output without channels gets the hull of all. */
static void set_range(mote_channel_ranges *r, mote_id id, int32_t channel, range value)
{
    const int32_t slot = mote_channel_slot(r, id, channel);

    if (channel > 0 && r->count[id] == 1)
        value = join(value, range_at(r, id, 0));
    r->low[slot] = (int8_t)value.low;
    r->high[slot] = (int8_t)value.high;
}

static void set_all(mote_channel_ranges *r, mote_id id, range value)
{
    if (r->count[id] == 0)
        return;
    memset(r->low + r->first[id], value.low, (size_t)r->count[id]);
    memset(r->high + r->first[id], value.high, (size_t)r->count[id]);
}

/* ---- windows ---- */

/* Tap k of one direction reads input row o * stride + start, start = k * dilation - padding; which rises with o. */
static mote_tap tap_along(int64_t start, int32_t stride, int32_t out, int32_t in)
{
    const int64_t last = start + ((int64_t)out - 1) * stride;
    const int64_t first_inside = start >= 0 ? start : start + (-start + stride - 1) / stride * stride;

    if (start >= 0 && last < in)
        return MOTE_TAP_ALWAYS;
    return first_inside <= last && first_inside < in ? MOTE_TAP_SOMETIMES : MOTE_TAP_NEVER;
}

static uint8_t *find_taps(const mote_graph *graph, const mote_node *node, mote_arena *arena, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const mrt_window   window = mote_convolution_window(graph, node);
    uint8_t           *taps = MOTE_NEW(arena, uint8_t, mote_size_mul((size_t)w->dim[1], (size_t)w->dim[2]), err);
    int32_t            y, x;

    for (y = 0; taps && y < w->dim[1]; y++) {
        const mote_tap row =
            tap_along((int64_t)y * window.dilation_h - window.pad_top, window.stride_h, out->dim[1], in->dim[1]);
        for (x = 0; x < w->dim[2]; x++) {
            const mote_tap column =
                tap_along((int64_t)x * window.dilation_w - window.pad_left, window.stride_w, out->dim[2], in->dim[2]);
            taps[y * w->dim[2] + x] = (uint8_t)(row < column ? row : column);
        }
    }
    return taps;
}

/* ---- layers with weights ---- */

static bool has_constants(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1), *bias = mote_node_in(graph, node, 2);
    const mote_dtype   type = mote_node_out(graph, node, 0)->dtype;

    return w->kind == MOTE_CONST && w->dtype == type &&
           (!bias || (bias->kind == MOTE_CONST && bias->dtype == (type == MOTE_I8 ? MOTE_I32 : type)));
}

/* Scales along another axis than the outputs', or zero points that differ, are nothing that one could take apart. */
static bool has_plain_scales(const mote_tensor *w, int32_t channel_axis)
{
    int32_t i;

    if (w->dtype == MOTE_F32)
        return !w->quant;
    if (!w->quant || (w->quant->count > 1 && w->quant->axis != channel_axis))
        return false;
    for (i = 1; i < w->quant->count; i++)
        if (w->quant->zero_point[i] != w->quant->zero_point[0])
            return false;
    return true;
}

/* What is not 0 becomes 1: no number, too. */
static bool mark_floats(mote_weighted *out, const mote_tensor *w, const mote_tensor *bias, mote_arena *arena,
                        mote_error *err)
{
    const size_t count = mote_tensor_count(w);
    const float *from = w->data, *bias_from = bias ? bias->data : NULL;
    int8_t      *marks = MOTE_NEW(arena, int8_t, count, err);
    int32_t     *bias_marks = bias ? MOTE_NEW(arena, int32_t, out->outs, err) : NULL;
    size_t       i;

    if (!marks || (bias && !bias_marks))
        return false;
    for (i = 0; i < count; i++)
        marks[i] = from[i] != 0.0f;
    for (i = 0; bias && i < (size_t)out->outs; i++)
        bias_marks[i] = bias_from[i] != 0.0f;
    out->w = marks;
    out->bias = bias_marks;
    return true;
}

bool mote_weighted_of(mote_weighted *out, const mote_graph *graph, const mote_node *node, mote_arena *arena, mote_error *err)
{
    const mote_channel_rule rule = mote_channel_rule_of(graph, node);
    const bool              is_dense = node->op == MOTE_OP_FULLY_CONNECTED, is_depthwise = rule == MOTE_CHANNELS_DEPTHWISE;
    const mote_tensor      *w, *bias;
    uint8_t                *taps;

    if ((rule != MOTE_CHANNELS_WEIGHT && !is_depthwise) || !has_constants(graph, node))
        return false;
    w = mote_node_in(graph, node, 1);
    bias = mote_node_in(graph, node, 2);
    if (!has_plain_scales(w, is_depthwise ? 3 : 0) || (node->op == MOTE_OP_CONV_2D && mote_conv_2d_is_grouped(graph, node)))
        return false;
    *out = (mote_weighted){.is_depthwise = is_depthwise,
                           .w = w->data,
                           .bias = bias ? bias->data : NULL,
                           .outs = w->dim[is_depthwise ? 3 : 0],
                           .channels = is_depthwise ? 1 : mote_channel_count(mote_node_in(graph, node, 0)),
                           .in_zero = mote_zero_of(mote_node_in(graph, node, 0)),
                           .w_zero = is_dense ? mote_zero_of(w) : 0};
    if (is_dense) {
        if (w->dim[1] % out->channels != 0)
            return false;
        out->taps = w->dim[1] / out->channels;
        taps = MOTE_NEW(arena, uint8_t, out->taps, err);
        if (taps)
            memset(taps, MOTE_TAP_ALWAYS, (size_t)out->taps);
    } else {
        out->taps = w->dim[1] * w->dim[2];
        taps = find_taps(graph, node, arena, err);
    }
    out->tap = taps;
    if (taps && w->dtype == MOTE_F32)
        return mark_floats(out, w, bias, arena, err);
    return taps != NULL;
}

/* How an accumulator becomes an output, of any layer that requantizes. */
typedef struct requantization {
    int32_t mult, shift, zero, act_min, act_max;
} requantization;

static bool fits_i32(int64_t x)
{
    return x >= INT32_MIN && x <= INT32_MAX;
}

/* One end; false where a step could wrap. Without wrapping each step is monotone. */
static bool requantize(const requantization *q, int64_t acc, int32_t *out)
{
    const int left = q->shift > 0 ? q->shift : 0;
    int64_t   y;

    if (q->mult < 0 || !fits_i32(acc) || !fits_i32(acc * ((int64_t)1 << left)))
        return false;
    y = (int64_t)mrt_rescale((int32_t)acc, q->mult, q->shift) + q->zero;
    if (!fits_i32(y))
        return false;
    *out = mrt_clamp_i32((int32_t)y, q->act_min, q->act_max);
    return true;
}

static range requantize_range(const requantization *q, sum_range acc)
{
    range out;

    if (requantize(q, acc.low, &out.low) && requantize(q, acc.high, &out.high))
        return out;
    return (range){mrt_clamp_i32(-128, q->act_min, q->act_max), mrt_clamp_i32(127, q->act_min, q->act_max)};
}

static int32_t farthest(range x)
{
    return abs(x.low) > abs(x.high) ? abs(x.low) : abs(x.high);
}

static void add_product(sum_range *sum, int32_t w, range x)
{
    sum->low += w * (w > 0 ? x.low : x.high);
    sum->high += w * (w > 0 ? x.high : x.low);
}

/* All channels of a tap in the padding add 0 together. */
static void add_tap(sum_range *sum, sum_range tap, uint8_t presence)
{
    if (presence == MOTE_TAP_NEVER)
        return;
    sum->low += presence == MOTE_TAP_SOMETIMES && tap.low > 0 ? 0 : tap.low;
    sum->high += presence == MOTE_TAP_SOMETIMES && tap.high < 0 ? 0 : tap.high;
}

/* x [channels]: of the inputs, less their zero point. */
static sum_range sum_channels(const mote_weighted *layer, int32_t o, const range *x)
{
    const int32_t bias = layer->bias ? layer->bias[o] : 0;
    const int8_t *w = layer->w + (size_t)o * (size_t)layer->taps * (size_t)layer->channels;
    sum_range     sum = {bias, bias};
    int32_t       t, c;

    for (t = 0; t < layer->taps; t++, w += layer->channels) {
        sum_range tap = {0, 0};
        for (c = 0; c < layer->channels; c++)
            add_product(&tap, w[c] - layer->w_zero, x[c]);
        add_tap(&sum, tap, layer->tap[t]);
    }
    return sum;
}

static sum_range sum_depthwise(const mote_weighted *layer, int32_t o, range x)
{
    const int32_t bias = layer->bias ? layer->bias[o] : 0;
    sum_range     sum = {bias, bias};
    int32_t       t;

    for (t = 0; t < layer->taps; t++) {
        sum_range tap = {0, 0};
        add_product(&tap, layer->w[(size_t)t * (size_t)layer->outs + (size_t)o], x);
        add_tap(&sum, tap, layer->tap[t]);
    }
    return sum;
}

/* Products may be taken of inputs less their zero point, or of inputs as they are stored, the rest being in the bias. */
static int64_t most_of(const mote_weighted *layer, int32_t o, const range *x)
{
    const size_t  w_step = layer->is_depthwise ? (size_t)layer->outs : 1;
    const int8_t *w =
        layer->w + (layer->is_depthwise ? (size_t)o : (size_t)o * (size_t)layer->taps * (size_t)layer->channels);
    const int64_t bias = layer->bias ? layer->bias[o] : 0;
    int64_t       products = 0, stored = 0, folded = bias, a, b;
    int32_t       t, c;

    for (t = 0; t < layer->taps; t++)
        for (c = 0; c < layer->channels; c++, w += w_step) {
            const int32_t factor = *w - layer->w_zero;
            const range   raw = {x[c].low + layer->in_zero, x[c].high + layer->in_zero};
            products += abs(factor) * (int64_t)farthest(x[c]);
            stored += abs(factor) * (int64_t)farthest(raw);
            folded -= (int64_t)factor * layer->in_zero;
        }
    a = products + llabs(bias);
    b = stored + llabs(folded);
    return a > b ? a : b;
}

/* ---- operators ---- */

typedef struct analysis {
    mote_channel_ranges ranges;
    mote_arena          scratch; /* emptied after each node */
} analysis;

/* The reference kernel's parameters; NULL where the node has none of that struct: nothing is known of it then. Only a lack
 * of memory is an error. */
static const void *prepare(const mote_graph *graph, const mote_node *node, const char *params, mote_arena *arena,
                           const mote_kernel **chosen, mote_error *err)
{
    mote_error         failure = {0};
    const mote_op_row *row = mote_op_find_row(graph, node, &failure);
    mote_prepared      prepared = {.arena = arena};
    const mote_kernel *kernel = row ? &row->kernels[0] : NULL;

    if (!kernel || !kernel->prepare || (params && (!kernel->params || strcmp(kernel->params, params) != 0)))
        return NULL;
    if (kernel->prepare(graph, node, &prepared, &failure) != MOTE_OK) {
        if (failure.code == MOTE_ERR_MEMORY || failure.code == MOTE_ERR_LIMIT)
            *err = failure;
        return NULL;
    }
    if (chosen)
        *chosen = kernel;
    return prepared.params;
}

static range less_zero(range x, int32_t zero)
{
    return (range){x.low - zero, x.high - zero};
}

/* The multipliers of a layer's outputs, and the rest of how they are requantized. */
typedef struct layer_scales {
    requantization rest;
    const int32_t *mult;
    const int8_t  *shift;
    int32_t        step; /* 0: one multiplier for all outputs */
} layer_scales;

static bool find_scales(analysis *a, const mote_node *node, layer_scales *out, mote_error *err)
{
    const mote_graph *graph = a->ranges.graph;

    if (node->op == MOTE_OP_FULLY_CONNECTED) {
        const mrt_fully_connected_i8_params *p =
            prepare(graph, node, "mrt_fully_connected_i8_params", &a->scratch, NULL, err);
        if (p)
            *out = (layer_scales){{0, 0, p->out_zero, p->act_min, p->act_max}, p->mult, p->shift, p->step};
        return p != NULL;
    } else {
        const mrt_conv_i8_params *p = prepare(graph, node, "mrt_conv_i8_params", &a->scratch, NULL, err);
        if (p)
            *out = (layer_scales){{0, 0, p->out_zero, p->act_min, p->act_max}, p->mult, p->shift, p->step};
        return p != NULL;
    }
}

static void note_sum(mote_sums *sums, sum_range acc, int64_t most, bool is_first)
{
    sums->is_known = true;
    sums->low = is_first || acc.low < sums->low ? acc.low : sums->low;
    sums->high = is_first || acc.high > sums->high ? acc.high : sums->high;
    sums->most = most > sums->most ? most : sums->most;
}

static bool find_weighted(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges *r = &a->ranges;
    const mote_id        in = node->in[0], out = node->out[0];
    const int32_t        in_channels = mote_channel_count(&r->graph->tensors[in]);
    mote_weighted        layer;
    layer_scales         scales;
    mote_sums           *sums = &r->sums[node - r->graph->nodes];
    range               *x;
    int32_t              o, c;

    if (!mote_weighted_of(&layer, r->graph, node, &a->scratch, err) || !find_scales(a, node, &scales, err))
        return false;
    x = MOTE_NEW(&a->scratch, range, in_channels, err);
    if (!x)
        return false;
    for (c = 0; c < in_channels; c++)
        x[c] = less_zero(range_at(r, in, c), layer.in_zero);
    sums->act_min = scales.rest.act_min;
    sums->act_max = scales.rest.act_max;
    for (o = 0; o < layer.outs; o++) {
        const range    *own = layer.is_depthwise ? &x[o / (layer.outs / in_channels)] : x;
        const sum_range acc = layer.is_depthwise ? sum_depthwise(&layer, o, *own) : sum_channels(&layer, o, x);
        note_sum(sums, acc, most_of(&layer, o, own), o == 0);
        scales.rest.mult = scales.mult[o * scales.step];
        scales.rest.shift = scales.shift[o * scales.step];
        set_range(r, out, o, requantize_range(&scales.rest, acc));
    }
    return true;
}

/* What a kernel that maps each value by itself makes of all 256: it is asked, on a tensor that holds them. */
static bool tabulate(analysis *a, const mote_node *node, int8_t *table, mote_error *err)
{
    mote_tensor        tensors[2];
    mote_id            in = 0, out = 1;
    mote_node          alone = *node;
    const mote_graph   graph = {.tensors = tensors, .nodes = &alone, .tensor_count = 2, .node_count = 1};
    const mote_kernel *kernel;
    const void        *params;
    mrt_io             io = {.out = {table}};
    int8_t             values[I8_VALUES];
    int32_t            i;

    tensors[0] = a->ranges.graph->tensors[node->in[0]];
    tensors[1] = a->ranges.graph->tensors[node->out[0]];
    tensors[0].rank = tensors[1].rank = 1;
    tensors[0].dim[0] = tensors[1].dim[0] = I8_VALUES;
    alone.in = &in;
    alone.out = &out;
    params = prepare(&graph, &alone, NULL, &a->scratch, &kernel, err);
    if (!params || kernel->scratch)
        return false;
    for (i = 0; i < I8_VALUES; i++)
        values[i] = (int8_t)(i - 128);
    io.in[0] = values;
    kernel->run(params, &io);
    return true;
}

static bool find_by_table(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges *r = &a->ranges;
    const mote_id        in = node->in[0], out = node->out[0];
    int8_t               table[I8_VALUES];
    int32_t              c, x;

    if (!tabulate(a, node, table, err))
        return false;
    for (c = 0; c < r->count[out]; c++) {
        const range from = range_of_slot(r, out, in, c);
        range       to = {table[from.low + 128], table[from.low + 128]};
        for (x = from.low + 1; x <= from.high; x++)
            to = join(to, (range){table[x + 128], table[x + 128]});
        set_range(r, out, c, to);
    }
    return true;
}

/* The mean of values within a range lies in it, and so does the greatest. */
static bool find_pooled(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges         *r = &a->ranges;
    const mrt_pool_2d_i8_params *p = prepare(r->graph, node, "mrt_pool_2d_i8_params", &a->scratch, NULL, err);
    int32_t                      c;

    if (!p)
        return false;
    for (c = 0; c < r->count[node->out[0]]; c++) {
        const range x = range_of_slot(r, node->out[0], node->in[0], c);
        set_range(r, node->out[0], c,
                  (range){mrt_clamp_i32(x.low, p->act_min, p->act_max), mrt_clamp_i32(x.high, p->act_min, p->act_max)});
    }
    return true;
}

bool mote_channel_mean_is_each(const mote_graph *graph, const mote_node *node)
{
    const int32_t last = mote_node_in(graph, node, 0)->rank - 1;

    return last >= 0 && !(mote_reduced_axes(graph, node) >> last & 1u);
}

static bool find_mean(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges      *r = &a->ranges;
    const mote_tensor        *in = mote_node_in(r->graph, node, 0);
    const mrt_mean_i8_params *p = prepare(r->graph, node, "mrt_mean_i8_params", &a->scratch, NULL, err);
    const bool                is_each = mote_channel_mean_is_each(r->graph, node);
    range                     all;
    int64_t                   count;
    int32_t                   c;

    if (!p)
        return false;
    all = join_all(r, node->in[0]);
    count = (int64_t)(mote_tensor_count(in) / mote_tensor_count(mote_node_out(r->graph, node, 0)));
    for (c = 0; c < r->count[node->out[0]]; c++) {
        const requantization q = {p->mult, p->shift, p->out_zero, -128, 127};
        const range          x =
            less_zero(is_each && r->count[node->out[0]] > 1 ? range_at(r, node->in[0], c) : all, mote_zero_of(in));
        set_range(r, node->out[0], c, requantize_range(&q, (sum_range){count * x.low, count * x.high}));
    }
    return true;
}

/* Of a constant: the values in channel c; in all of them where it is one slot. */
static range range_of_const(const mote_tensor *tensor, int32_t c, bool is_one_slot)
{
    const int8_t *values = tensor->data;
    const size_t  count = mote_tensor_count(tensor), step = is_one_slot ? 1 : (size_t)mote_channel_count(tensor);
    size_t        i = is_one_slot ? 0 : (size_t)c;
    range         all = {values[i], values[i]};

    for (; i < count; i += step)
        all = join(all, (range){values[i], values[i]});
    return all;
}

/* What slot c of the output adds from an operand. */
static range range_of_term(const mote_channel_ranges *r, mote_id out, mote_id in, int32_t c)
{
    const mote_tensor *tensor = &r->graph->tensors[in];
    const bool is_each = r->count[out] > 1 && mote_channel_count(tensor) == mote_channel_count(&r->graph->tensors[out]);

    if (tensor->kind == MOTE_CONST)
        return range_of_const(tensor, c, !is_each);
    return is_each ? range_at(r, in, c) : join_all(r, in);
}

/* A constant of many values that repeats along the channels would be gone through for each. */
static bool is_repeated_const(const mote_channel_ranges *r, mote_id out, mote_id in)
{
    const mote_tensor *tensor = &r->graph->tensors[in];

    return tensor->kind == MOTE_CONST && mote_tensor_count(tensor) > 1 && r->count[out] > 1 &&
           mote_channel_count(tensor) != mote_channel_count(&r->graph->tensors[out]);
}

/* Both multipliers are positive, so the sum rises with either term. */
static bool find_sum(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges     *r = &a->ranges;
    const mrt_add_i8_params *p = prepare(r->graph, node, "mrt_add_i8_params", &a->scratch, NULL, err);
    const bool               is_swapped = mote_node_in(r->graph, node, 0)->kind == MOTE_CONST;
    const mote_id            x_id = node->in[is_swapped], y_id = node->in[!is_swapped]; /* the kernel's a and b */
    int32_t                  c;

    if (!p || is_repeated_const(r, node->out[0], y_id))
        return false;
    for (c = 0; c < r->count[node->out[0]]; c++) {
        const range x = range_of_term(r, node->out[0], x_id, c), y = range_of_term(r, node->out[0], y_id, c);
        set_range(
            r, node->out[0], c,
            (range){mrt_add_one_i8(p, (int8_t)x.low, (int8_t)y.low), mrt_add_one_i8(p, (int8_t)x.high, (int8_t)y.high)});
    }
    return true;
}

static int32_t common_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        const int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Element e is in channel e mod C before and e mod C' after: channels meet where they agree modulo the common divisor. */
static bool find_reshaped(analysis *a, const mote_node *node, mote_error *err)
{
    mote_channel_ranges *r = &a->ranges;
    const mote_id        in = node->in[0], out = node->out[0];
    const int32_t        from = mote_channel_count(&r->graph->tensors[in]);
    const int32_t        to = mote_channel_count(&r->graph->tensors[out]);
    int32_t              step, c;
    range               *joined;

    step = r->count[in] == 1 || r->count[out] == 1 ? 1 : common_divisor(from, to);
    joined = MOTE_NEW(&a->scratch, range, step, err);
    if (!joined)
        return false;
    for (c = 0; c < step; c++)
        joined[c] = join_channels(r, in, c, step);
    for (c = 0; c < r->count[out]; c++)
        set_range(r, out, c, joined[c % step]);
    return true;
}

/* ---- zeros of float32 ---- */

static bool is_zero(range x)
{
    return x.low == 0 && x.high == 0;
}

/* Every product of output o is 0, whatever the rest of its factors: these are finite numbers in a network that works. */
static bool sums_to_zero(const mote_channel_ranges *r, const mote_node *node, const mote_weighted *layer, int32_t o)
{
    const int32_t step = layer->is_depthwise ? layer->outs : 1;
    const int8_t *w =
        layer->w + (layer->is_depthwise ? (size_t)o : (size_t)o * (size_t)layer->taps * (size_t)layer->channels);
    const int32_t repeat = layer->is_depthwise ? layer->outs / mote_channel_count(mote_node_in(r->graph, node, 0)) : 1;
    int32_t       t, c;

    if (layer->bias && layer->bias[o] != 0)
        return false;
    for (t = 0; t < layer->taps; t++)
        for (c = 0; c < layer->channels; c++, w += step)
            if (*w != 0 && !is_zero(range_at(r, node->in[0], layer->is_depthwise ? o / repeat : c)))
                return false;
    return true;
}

static bool find_zero_sums(analysis *a, const mote_node *node, mote_error *err)
{
    mote_weighted layer;
    int32_t       o;

    if (!mote_weighted_of(&layer, a->ranges.graph, node, &a->scratch, err))
        return false;
    for (o = 0; o < layer.outs; o++)
        set_range(&a->ranges, node->out[0], o, sums_to_zero(&a->ranges, node, &layer, o) ? nothing : everything);
    return true;
}

/* Of what works on each channel alone and makes 0 of zeros. */
static bool find_zeros_of_each(analysis *a, const mote_node *node)
{
    mote_channel_ranges *r = &a->ranges;
    int32_t              c;

    for (c = 0; c < r->count[node->out[0]]; c++)
        set_range(r, node->out[0], c, range_of_slot(r, node->out[0], node->in[0], c));
    return true;
}

static bool find_zero_terms(analysis *a, const mote_node *node)
{
    mote_channel_ranges *r = &a->ranges;
    const mote_graph    *graph = r->graph;
    const mote_id        out = node->out[0];
    int32_t              c;

    if (graph->tensors[node->in[0]].kind != MOTE_ACTIVATION || graph->tensors[node->in[1]].kind != MOTE_ACTIVATION)
        return false;
    for (c = 0; c < r->count[out]; c++)
        set_range(r, out, c, join(range_of_term(r, out, node->in[0], c), range_of_term(r, out, node->in[1], c)));
    return true;
}

/* Of the operators that map each value by itself, those that map 0 to 0. */
static bool keeps_zero(mote_op_kind op)
{
    return op == MOTE_OP_RELU || op == MOTE_OP_RELU6 || op == MOTE_OP_LEAKY_RELU || op == MOTE_OP_TANH;
}

/* Every fused activation maps 0 to 0. */
static bool find_zeros(analysis *a, const mote_node *node, mote_error *err)
{
    switch (mote_channel_rule_of(a->ranges.graph, node)) {
    case MOTE_CHANNELS_WEIGHT:
    case MOTE_CHANNELS_DEPTHWISE:
        return find_zero_sums(a, node, err);
    case MOTE_CHANNELS_MAP:
        return keeps_zero(node->op) && find_zeros_of_each(a, node);
    case MOTE_CHANNELS_POOL:
        return find_zeros_of_each(a, node);
    case MOTE_CHANNELS_MEAN:
        return mote_channel_mean_is_each(a->ranges.graph, node) && find_zeros_of_each(a, node);
    case MOTE_CHANNELS_ADD:
        return find_zero_terms(a, node);
    case MOTE_CHANNELS_RESHAPE:
        return find_reshaped(a, node, err);
    case MOTE_CHANNELS_OTHER:
        break;
    }
    return false;
}

/* ---- all ---- */

/* False: nothing is known of what the node computes. */
static bool find_node(analysis *a, const mote_node *node, mote_error *err)
{
    if (node->out_count == 0 || mote_node_out(a->ranges.graph, node, 0)->dtype != a->ranges.type)
        return false;
    if (a->ranges.type == MOTE_F32)
        return find_zeros(a, node, err);
    switch (mote_channel_rule_of(a->ranges.graph, node)) {
    case MOTE_CHANNELS_WEIGHT:
    case MOTE_CHANNELS_DEPTHWISE:
        return find_weighted(a, node, err);
    case MOTE_CHANNELS_MAP:
        return find_by_table(a, node, err);
    case MOTE_CHANNELS_POOL:
        return find_pooled(a, node, err);
    case MOTE_CHANNELS_MEAN:
        return find_mean(a, node, err);
    case MOTE_CHANNELS_ADD:
        return find_sum(a, node, err);
    case MOTE_CHANNELS_RESHAPE:
        return find_reshaped(a, node, err);
    case MOTE_CHANNELS_OTHER:
        break;
    }
    return false;
}

mote_status mote_channel_ranges_find(mote_channel_ranges *out, const mote_graph *graph, mote_dtype type, mote_arena *arena,
                                     mote_error *err)
{
    analysis a = {.ranges = {.graph = graph, .type = type}};
    int32_t  i, k;

    MOTE_TRY(number_slots(&a.ranges, arena, err));
    for (i = 0; i < graph->tensor_count; i++)
        set_all(&a.ranges, i, everything);
    for (i = 0; i < graph->node_count && err->code == MOTE_OK; i++) {
        const mote_node *node = &graph->nodes[i];
        if (!find_node(&a, node, err))
            for (k = 0; k < node->out_count; k++)
                set_all(&a.ranges, node->out[k], everything);
        mote_arena_destroy(&a.scratch);
    }
    mote_arena_destroy(&a.scratch);
    *out = a.ranges;
    return err->code;
}
