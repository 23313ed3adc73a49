/* Normalizations. What a BatchNormalization does is known: it goes into the convolution or dense layer before it, or becomes
 * a multiplication and an addition. The others are made of mean, difference, square and reciprocal root.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/operators.h"

/* ---- BatchNormalization ---- */

typedef struct affine {
    float  *scale, *shift; /* [channels] */
    int32_t channels;
} affine;

static bool read_affine(mote_import_call *c, affine *a)
{
    const float  epsilon = mote_import_float(c, "epsilon", 1e-5f);
    const float *of[4];
    int32_t      i;

    a->channels = mote_import_in(c, 0)->shape.rank > 1 ? mote_import_in(c, 0)->shape.dim[1] : 1;
    for (i = 0; i < 4; i++) {
        if (!(of[i] = mote_import_floats(c, 1 + i)))
            return false;
        if (mote_import_count(&mote_import_in(c, 1 + i)->shape) != (size_t)a->channels) {
            mote_import_wrong(c, "operand %d has %zu values for %d channels", 1 + i,
                              mote_import_count(&mote_import_in(c, 1 + i)->shape), a->channels);
            return false;
        }
    }
    a->scale = mote_import_take(c, (size_t)a->channels, sizeof *a->scale);
    a->shift = mote_import_take(c, (size_t)a->channels, sizeof *a->shift);
    for (i = 0; a->scale && a->shift && i < a->channels; i++) {
        a->scale[i] = of[0][i] / sqrtf(of[3][i] + epsilon);
        a->shift[i] = of[1][i] - of[2][i] * a->scale[i];
    }
    return !mote_import_failed(c);
}

/* Weights by output channel, whose axis is the first, or of DEPTHWISE_CONV_2D the last. */
static mote_id scaled_weights(mote_import_call *c, const mote_tensor *w, const affine *a, bool is_last)
{
    const size_t count = mote_tensor_count(w), run = is_last ? 1 : count / (size_t)a->channels;
    const float *from = w->data;
    float       *to = mote_import_take(c, count, sizeof *to);
    size_t       i;

    for (i = 0; to && i < count; i++)
        to[i] = from[i] * a->scale[i / run % (size_t)a->channels];
    return to ? mote_import_const(c, MOTE_F32, w->rank, w->dim, to) : MOTE_NONE;
}

static mote_id shifted_bias(mote_import_call *c, const mote_tensor *bias, const affine *a)
{
    float  *to = mote_import_take(c, (size_t)a->channels, sizeof *to);
    int32_t i;

    for (i = 0; to && i < a->channels; i++)
        to[i] = a->shift[i] + (bias ? ((const float *)bias->data)[i] * a->scale[i] : 0);
    return to ? mote_import_const(c, MOTE_F32, 1, &a->channels, to) : MOTE_NONE;
}

static bool takes_scales(const mote_node *node)
{
    return node->activation == MRT_ACT_NONE && (node->op == MOTE_OP_CONV_2D || node->op == MOTE_OP_DEPTHWISE_CONV_2D ||
                                                node->op == MOTE_OP_FULLY_CONNECTED || node->op == MOTE_OP_TRANSPOSE_CONV);
}

/* axis: of the operand, along which the channels are. */
static bool fold_into_maker(mote_import_call *c, const mote_import_value *x, int32_t axis, const affine *a)
{
    mote_node         *maker = mote_import_sole_maker(c, x);
    const int32_t      bias_place = maker && maker->op == MOTE_OP_TRANSPOSE_CONV ? 3 : 2;
    const mote_tensor *w = maker ? mote_node_in(c->im->graph, maker, 1) : NULL, *bias, *made;
    mote_id            ids[4] = {MOTE_NONE, MOTE_NONE, MOTE_NONE, MOTE_NONE};

    if (!maker || !takes_scales(maker) || !w || w->kind != MOTE_CONST || w->dtype != MOTE_F32)
        return false;
    made = mote_import_tensor_at(c, maker->out[0]);
    if (made->rank < 1 || made->dim[made->rank - 1] != a->channels || x->order[made->rank - 1] != axis)
        return false;
    bias = mote_node_in(c->im->graph, maker, bias_place);
    memcpy(ids, maker->in, (size_t)maker->in_count * sizeof *ids);
    ids[1] = scaled_weights(c, w, a, maker->op == MOTE_OP_DEPTHWISE_CONV_2D);
    ids[bias_place] = shifted_bias(c, bias ? mote_node_in(c->im->graph, maker, bias_place) : NULL, a);
    if (mote_import_failed(c) ||
        !(maker->in = mote_arena_copy(&c->im->model->arena, ids, (size_t)bias_place + 1, sizeof *ids, c->err)))
        return true;
    maker->in_count = bias_place + 1;
    c->is_fused = true;
    mote_import_give(c, 0, x->id, x->order);
    return true;
}

bool mote_onnx_scale_maker(mote_import_call *c, const mote_import_value *x, int32_t axis, const float *scale)
{
    affine a = {.channels = x->shape.dim[axis]};

    a.scale = mote_import_take(c, (size_t)a.channels, sizeof *a.scale);
    a.shift = mote_import_take(c, (size_t)a.channels, sizeof *a.shift);
    if (a.scale && a.shift)
        memcpy(a.scale, scale, (size_t)a.channels * sizeof *scale);
    return !mote_import_failed(c) && fold_into_maker(c, x, axis, &a);
}

/* Channel by channel, axis 1 of the file's. */
static mote_id channel_numbers(mote_import_call *c, const float *numbers, const mote_import_order *order, int32_t channels)
{
    const int32_t place = mote_import_place(order, order->rank > 1), rank = order->rank - place;
    int32_t       dim[MOTE_RANK_MAX], i;

    for (i = 0; i < rank; i++)
        dim[i] = i == 0 ? channels : 1;
    return mote_import_const(c, MOTE_F32, rank, dim, numbers);
}

static void import_batch_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    affine                   a;
    mote_id                  y;

    if (mote_import_int(c, "training_mode", 0) != 0)
        mote_import_refuse(c, "it is in training mode: export the model in evaluation mode");
    if (!read_affine(c, &a) || fold_into_maker(c, x, 1, &a))
        return;
    y = mote_import_binary(c, MOTE_OP_MUL, mote_import_as(c, x, &order), channel_numbers(c, a.scale, &order, a.channels));
    y = mote_import_binary(c, MOTE_OP_ADD, y, channel_numbers(c, a.shift, &order, a.channels));
    mote_import_give(c, 0, y, order.axis);
}

/* ---- by what there is in the sample ---- */

typedef struct normalized {
    mote_id y, mean, factor; /* y = (x - mean) * factor */
} normalized;

static normalized normalize(mote_import_call *c, mote_id x, uint32_t axes, float epsilon)
{
    normalized n;
    mote_id    y;

    n.mean = mote_import_reduce(c, MOTE_OP_MEAN, x, axes, true);
    y = mote_import_binary(c, MOTE_OP_SUB, x, n.mean);
    n.factor = mote_import_binary(c, MOTE_OP_SQUARED_DIFFERENCE, x, n.mean);
    n.factor = mote_import_reduce(c, MOTE_OP_MEAN, n.factor, axes, true);
    n.factor = mote_import_unary(c, MOTE_OP_RSQRT, mote_import_with(c, MOTE_OP_ADD, n.factor, epsilon));
    n.y = mote_import_binary(c, MOTE_OP_MUL, y, n.factor);
    return n;
}

static bool all_are(const float *numbers, size_t count, float number)
{
    size_t i;

    for (i = 0; numbers && i < count; i++)
        if (numbers[i] != number)
            return false;
    return true;
}

/* Operand i's numbers, one a channel (or, `repeat` times, one a group), multiplied by or added. */
static mote_id with_channels(mote_import_call *c, mote_op_kind op, mote_id y, int32_t i, const mote_import_order *order,
                             int32_t channels)
{
    const float *given = mote_import_in(c, i) ? mote_import_floats(c, i) : NULL;
    const size_t count = given ? mote_import_count(&mote_import_in(c, i)->shape) : 0;
    float       *numbers;
    int32_t      k;

    if (!given)
        return y;
    if (count == 0 || (size_t)channels % count != 0) {
        mote_import_wrong(c, "operand %d has %zu values for %d channels", i, count, channels);
        return MOTE_NONE;
    }
    numbers = mote_import_take(c, (size_t)channels, sizeof *numbers);
    for (k = 0; numbers && k < channels; k++)
        numbers[k] = given[(size_t)k / ((size_t)channels / count)];
    if (!numbers || all_are(numbers, (size_t)channels, op == MOTE_OP_MUL ? 1 : 0))
        return y;
    return mote_import_binary(c, op, y, channel_numbers(c, numbers, order, channels));
}

/* x [N, ..., C]: over everything but samples, channels of a group together. */
static mote_id normalize_groups(mote_import_call *c, mote_id x, int32_t groups, float epsilon)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    const int32_t      rank = tensor->rank, channels = tensor->dim[rank - 1];
    int32_t            whole[MOTE_RANK_MAX], dim[MOTE_RANK_MAX];
    uint32_t           axes = ((1u << (rank - 1)) - 1u) & ~1u;

    memcpy(whole, tensor->dim, sizeof whole);
    if (groups == channels)
        return normalize(c, x, axes, epsilon).y;
    if (rank + 1 > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX - 1);
        return MOTE_NONE;
    }
    memcpy(dim, whole, sizeof dim);
    dim[rank - 1] = groups;
    dim[rank] = channels / groups;
    x = mote_import_reshape(c, x, rank + 1, dim);
    return mote_import_reshape(c, normalize(c, x, axes | 1u << rank, epsilon).y, rank, whole);
}

/* As PyTorch writes GroupNorm: an image [N, C, ...] is looked at as [N, groups, rest] and normalized so. */
static bool is_group_view(const mote_import_value *x)
{
    const mote_import_order last = mote_import_channels_last(x->held.rank);

    return !x->known && mote_import_is_waiting(x) && x->shape.rank == 3 && x->held.rank >= 3 &&
           x->shape.dim[0] == x->held.dim[0] && x->shape.dim[1] > 0 && x->held.dim[1] % x->shape.dim[1] == 0 &&
           memcmp(x->order, last.axis, (size_t)last.rank * sizeof *last.axis) == 0;
}

static void import_instance_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const float              epsilon = mote_import_float(c, "epsilon", 1e-5f);
    const bool               is_view = is_group_view(x);
    const int32_t            groups = x->shape.rank > 1 ? x->shape.dim[1] : 0;
    const mote_import_order  order = mote_import_channels_last(is_view ? x->held.rank : x->shape.rank);
    mote_id                  y;

    if (x->shape.rank < 3) {
        mote_import_wrong(c, "%d dimensions", x->shape.rank);
        return;
    }
    y = normalize_groups(c, is_view ? x->id : mote_import_as(c, x, &order), groups, epsilon);
    if (mote_import_failed(c))
        return;
    y = with_channels(c, MOTE_OP_MUL, y, 1, &order, is_view ? x->held.dim[1] : groups);
    y = with_channels(c, MOTE_OP_ADD, y, 2, &order, is_view ? x->held.dim[1] : groups);
    if (is_view)
        mote_import_give_like(c, 0, y);
    else
        mote_import_give(c, 0, y, order.axis);
}

static void import_group_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            groups = mote_import_small(c, "num_groups", 0);
    const mote_import_order  order = mote_import_channels_last(x->shape.rank);
    mote_id                  y;

    if (x->shape.rank < 3 || groups < 1 || x->shape.dim[1] % groups != 0) {
        mote_import_wrong(c, "%d groups in %d dimensions", groups, x->shape.rank);
        return;
    }
    y = normalize_groups(c, mote_import_as(c, x, &order), groups, mote_import_float(c, "epsilon", 1e-5f));
    if (mote_import_failed(c))
        return;
    y = with_channels(c, MOTE_OP_MUL, y, 1, &order, x->shape.dim[1]);
    mote_import_give(c, 0, with_channels(c, MOTE_OP_ADD, y, 2, &order, x->shape.dim[1]), order.axis);
}

static uint32_t axes_from(mote_import_call *c, int32_t rank)
{
    return ((1u << rank) - 1u) & ~((1u << mote_import_axis(c, mote_import_int(c, "axis", -1), rank)) - 1u);
}

static void import_layer_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const uint32_t           axes = axes_from(c, x->shape.rank);
    normalized               n =
        normalize(c, mote_import_as(c, x, &order), mote_import_turned(&order, axes), mote_import_float(c, "epsilon", 1e-5f));

    n.y = mote_import_binary(c, MOTE_OP_MUL, n.y, mote_import_as_operand(c, mote_import_in(c, 1), &order));
    if (mote_import_in(c, 2))
        n.y = mote_import_binary(c, MOTE_OP_ADD, n.y, mote_import_as_operand(c, mote_import_in(c, 2), &order));
    mote_import_give(c, 0, n.y, order.axis);
    mote_import_give(c, 1, n.mean, order.axis);
    mote_import_give(c, 2, n.factor, order.axis);
}

static void import_rms_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const uint32_t           axes = mote_import_turned(&order, axes_from(c, x->shape.rank));
    const mote_id            id = mote_import_as(c, x, &order);
    mote_id                  y = mote_import_reduce(c, MOTE_OP_MEAN, mote_import_square(c, id), axes, true);

    y = mote_import_unary(c, MOTE_OP_RSQRT, mote_import_with(c, MOTE_OP_ADD, y, mote_import_float(c, "epsilon", 1e-5f)));
    y = mote_import_binary(c, MOTE_OP_MUL, id, y);
    mote_import_give(c, 0, mote_import_binary(c, MOTE_OP_MUL, y, mote_import_as_operand(c, mote_import_in(c, 1), &order)),
                     order.axis);
}

static void import_lp_normalization(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const int64_t            p = mote_import_int(c, "p", 2);
    const uint32_t           axes =
        1u << mote_import_place(&order, mote_import_axis(c, mote_import_int(c, "axis", -1), x->shape.rank));
    const mote_id id = mote_import_as(c, x, &order);
    mote_id       y;

    if (p != 1 && p != 2) {
        mote_import_refuse(c, "p is %lld", (long long)p);
        return;
    }
    y = mote_import_reduce(c, MOTE_OP_SUM, p == 1 ? mote_import_unary(c, MOTE_OP_ABS, id) : mote_import_square(c, id), axes,
                           true);
    if (p == 2)
        y = mote_import_unary(c, MOTE_OP_SQRT, y);
    /* Nothing but zeros stays that: they are divided by the least number instead of by 0. */
    y = mote_import_with(c, MOTE_OP_MAXIMUM, y, 1e-30f);
    mote_import_give(c, 0, mote_import_binary(c, MOTE_OP_DIV, id, y), order.axis);
}

static void import_mean_variance(mote_import_call *c)
{
    static const int64_t     standard[] = {0, 2, 3};
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const mote_import_list   list = mote_import_ints(c, "axes");
    const uint32_t axes = mote_import_axes(c, list.count >= 0 ? list : (mote_import_list){standard, 3}, x->shape.rank, 0);
    mote_id        id = mote_import_as(c, x, &order), y, root;

    y = mote_import_binary(c, MOTE_OP_SUB, id,
                           mote_import_reduce(c, MOTE_OP_MEAN, id, mote_import_turned(&order, axes), true));
    root = mote_import_reduce(c, MOTE_OP_MEAN, mote_import_square(c, y), mote_import_turned(&order, axes), true);
    root = mote_import_with(c, MOTE_OP_ADD, mote_import_unary(c, MOTE_OP_SQRT, root), 1e-9f);
    mote_import_give(c, 0, mote_import_binary(c, MOTE_OP_DIV, y, root), order.axis);
}

/* ---- LRN: x / (bias + alpha / size * the sum of squares of neighbouring channels) ^ beta ---- */

/* The sum as a convolution of 1x1, whose weights are a band. */
static mote_id sum_of_neighbours(mote_import_call *c, mote_id squares, int32_t size, float alpha, float bias)
{
    const int32_t  channels = mote_import_tensor_at(c, squares)->dim[3], dim[] = {channels, 1, 1, channels};
    float         *w = mote_import_take(c, (size_t)channels * (size_t)channels, sizeof *w);
    float         *b = mote_import_take(c, (size_t)channels, sizeof *b);
    mote_import_op op = {.op = MOTE_OP_CONV_2D, .in_count = 3};
    int32_t        o, i;
    mote_id        in[3];

    for (o = 0; w && b && o < channels; o++) {
        b[o] = bias;
        for (i = 0; i < channels; i++)
            if (i >= o - (size - 1) / 2 && i <= o + size / 2)
                w[(size_t)o * (size_t)channels + (size_t)i] = alpha / (float)size;
    }
    if (mote_import_failed(c))
        return MOTE_NONE;
    in[0] = squares;
    in[1] = mote_import_const(c, MOTE_F32, 4, dim, w);
    in[2] = mote_import_const(c, MOTE_F32, 1, &channels, b);
    op.in = in;
    op.as.conv_2d = (mrt_conv_attributes){.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1};
    return mote_import_add(c, &op);
}

static void import_lrn(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_channels_last(4);
    const int32_t            size = mote_import_small(c, "size", 0);
    const float              beta = mote_import_float(c, "beta", 0.75f);
    mote_id                  id, y;

    if (x->shape.rank != 4 || size < 1) {
        mote_import_refuse(c, "%d channels together, in %d dimensions", size, x->shape.rank);
        return;
    }
    id = mote_import_as(c, x, &order);
    y = sum_of_neighbours(c, mote_import_square(c, id), size, mote_import_float(c, "alpha", 1e-4f),
                          mote_import_float(c, "bias", 1));
    y = mote_import_unary(c, MOTE_OP_EXP, mote_import_with(c, MOTE_OP_MUL, mote_import_unary(c, MOTE_OP_LOG, y), -beta));
    mote_import_give(c, 0, mote_import_binary(c, MOTE_OP_MUL, id, y), order.axis);
}

const mote_import_row mote_onnx_norms[] = {
    {"BatchNormalization", MOTE_IMPORT_IMAGE, 5, 5, 1, import_batch_normalization, 0},
    {"InstanceNormalization", MOTE_IMPORT_IMAGE, 3, 3, 1, import_instance_normalization, 0},
    {"GroupNormalization", MOTE_IMPORT_IMAGE, 3, 3, 1, import_group_normalization, 0},
    {"LayerNormalization", MOTE_IMPORT_ANY, 2, 3, 3, import_layer_normalization, 0},
    {"RMSNormalization", MOTE_IMPORT_ANY, 2, 2, 1, import_rms_normalization, 0},
    {"LpNormalization", MOTE_IMPORT_ANY, 1, 1, 1, import_lp_normalization, 0},
    {"MeanVarianceNormalization", MOTE_IMPORT_ANY, 1, 1, 1, import_mean_variance, 0},
    {"LRN", MOTE_IMPORT_IMAGE, 1, 1, 1, import_lrn, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
