/* Operators that move values: shapes, axes, parts, padding.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/writing.h"

/* ---- shapes ---- */

/* Whether a form's values lie as ours do: at most axes of length 1 are elsewhere. */
static bool lies_as_ours(const mote_tensor *tensor, const mote_ox_order *order)
{
    int32_t k, last = -1;

    for (k = 0; k < order->rank; k++) {
        const int32_t axis = order->axis[k];
        if (tensor->dim[axis] == 1 && !(axis == 0 && tensor->is_batched))
            continue;
        if (axis < last)
            return false;
        last = axis;
    }
    return true;
}

/* [N, H, W, C], channels second, to [N, H * W * C]. */
static bool is_flattening(const mote_ox_call *c, const mote_ox_order *order)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order second = mote_ox_channels_second(4);

    return in->kind == MOTE_ACTIVATION && mote_ox_same_order(order, &second) && out->rank == 2 &&
           out->dim[0] == in->dim[0] && out->is_batched == in->is_batched && mote_ox_feeds_dense_only(c->x, c->node->out[0]);
}

/* A length that counts: not 1, or of samples. */
static int32_t next_axis(const mote_tensor *tensor, int32_t axis)
{
    while (axis < tensor->rank && tensor->dim[axis] == 1 && !(axis == 0 && tensor->is_batched))
        axis++;
    return axis;
}

/* Which of the output's axes that count each of the operand's becomes, -1 of the others. False: the shape is another one. */
static bool match_axes(const mote_tensor *in, const mote_tensor *out, int32_t *to)
{
    int32_t a = next_axis(in, 0), b = next_axis(out, 0), k;

    for (k = 0; k < in->rank; k++)
        to[k] = -1;
    for (; a < in->rank && b < out->rank; a = next_axis(in, a + 1), b = next_axis(out, b + 1)) {
        if (in->dim[a] != out->dim[b] || (a == 0 && in->is_batched) != (b == 0 && out->is_batched))
            return false;
        to[a] = b;
    }
    return a == in->rank && b == out->rank;
}

/* Where axes of length 1 alone come and go, the others keep their order among each other; one that comes lies before the
 * axis that follows it in ours. */
static bool carry_order(const mote_ox_call *c, const mote_ox_order *order, mote_ox_order *carried)
{
    const mote_tensor *out = mote_ox_result(c, 0);
    int32_t            to[MOTE_RANK_MAX], k, i;

    *carried = (mote_ox_order){0};
    if (!match_axes(mote_ox_operand(c, 0), out, to))
        return false;
    for (k = 0; k < order->rank; k++)
        for (i = 0; to[order->axis[k]] >= 0 && i <= to[order->axis[k]]; i++)
            if (next_axis(out, i) == to[order->axis[k]])
                carried->axis[carried->rank++] = i;
    for (i = 0; i < out->rank; i++)
        if (next_axis(out, i) == out->rank)
            carried->axis[carried->rank++] = i;
    return true;
}

static void write_reshape(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order ours = mote_ox_ours(in->rank), given = mote_ox_given_order(c, 0);
    mote_ox_order       to = mote_ox_ours(out->rank), from = ours;
    int32_t             k;

    for (k = 0; k < out->rank; k++)
        if (out->dim[k] == 0)
            mote_ox_refuse(c, "its output is empty");
    if (lies_as_ours(in, &given)) {
        from = given;
    } else if (is_flattening(c, &given)) {
        mote_ox_give_flat(c, mote_ox_binary(c, "Reshape", mote_ox_in(c, 0, &given), mote_ox_shape(c, out, &to)), in);
        return;
    } else if (carry_order(c, &given, &to)) {
        from = given;
    } else {
        to = mote_ox_ours(out->rank);
    }
    mote_ox_give(c, 0, mote_ox_binary(c, "Reshape", mote_ox_in(c, 0, &from), mote_ox_shape(c, out, &to)), &to);
}

/* The same values in another order of axes: no node, before somebody wants them in ours. */
static void write_transpose(mote_ox_call *c)
{
    const mote_tensor *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    mote_ox_order      order = mote_ox_given_order(c, 0), turned = {.rank = order.rank};
    size_t             count;
    const int64_t     *perm = mote_ox_numbers(c, 1, &count);
    int32_t            k, i;

    if (!perm)
        return;
    for (k = 0; k < order.rank; k++)
        for (i = 0; i < (int32_t)count; i++)
            if ((perm[i] < 0 ? perm[i] + order.rank : perm[i]) == order.axis[k])
                turned.axis[k] = i;
    if (in->quant && out->quant &&
        (in->quant->scale[0] != out->quant->scale[0] || in->quant->zero_point[0] != out->quant->zero_point[0]))
        mote_ox_give(c, 0, mote_ox_in(c, 0, &order), &turned);
    else
        mote_ox_give_stored(c, 0, mote_ox_in_stored(c, 0, &order), &turned);
}

static void write_shape(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order ours = mote_ox_ours(in->rank);
    mote_ox_value      *value;

    if (in->is_batched)
        value = mote_ox_unary(c, "Shape", mote_ox_in_ours(c, 0));
    else
        value = mote_ox_unary(c, "Identity", mote_ox_shape(c, in, &ours));
    if (out->dtype != MOTE_I64)
        value = mote_ox_cast(c, value, out->dtype);
    mote_ox_give(c, 0, value, NULL);
}

static void write_rank(mote_ox_call *c)
{
    const int32_t rank = mote_ox_operand(c, 0)->rank;

    mote_ox_give(c, 0, mote_ox_const(c, MOTE_I32, 0, NULL, &rank), NULL);
}

/* ---- putting together, taking apart ---- */

static int64_t place_of_axis(const mote_ox_order *order, int64_t axis)
{
    return mote_ox_place(order, (int32_t)(axis < 0 ? axis + order->rank : axis));
}

static void write_concatenation(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, c->node->in_count);
    mote_ox_value      *in[MOTE_NODE_IN_MAX], *out;
    int32_t             i;

    for (i = 0; i < c->node->in_count; i++)
        in[i] = mote_ox_in(c, i, &order);
    out = mote_ox_add(c, "Concat", in, c->node->in_count);
    mote_ox_set_int(c, "axis", place_of_axis(&order, c->node->as.concatenation.axis));
    mote_ox_give(c, 0, out, &order);
}

static void write_pack(mote_ox_call *c)
{
    const int32_t  rank = mote_ox_result(c, 0)->rank, given = c->node->as.pack.axis;
    const int64_t  axis = given < 0 ? given + rank : given;
    mote_ox_value *in[MOTE_NODE_IN_MAX], *axes = mote_ox_ints(c, &axis, 1), *out;
    int32_t        i;

    for (i = 0; i < c->node->in_count; i++)
        in[i] = mote_ox_binary(c, "Unsqueeze", mote_ox_in_ours(c, i), axes);
    out = mote_ox_add(c, "Concat", in, c->node->in_count);
    mote_ox_set_int(c, "axis", axis);
    mote_ox_give(c, 0, out, NULL);
}

static void write_unpack(mote_ox_call *c)
{
    mote_ox_value *x = mote_ox_in_ours(c, 0), *out;
    int64_t        i;

    for (i = 0; i < c->node->out_count; i++) {
        out = mote_ox_binary(c, "Gather", x, mote_ox_const(c, MOTE_I64, 0, NULL, &i));
        mote_ox_set_int(c, "axis", c->node->as.unpack.axis);
        mote_ox_give(c, (int32_t)i, out, NULL);
    }
}

static void write_split(mote_ox_call *c)
{
    const bool          has_sizes = c->node->op == MOTE_OP_SPLIT_V;
    const int32_t       x = has_sizes ? 0 : 1;
    const mote_ox_order order = mote_ox_given_order(c, x);
    size_t              count;
    const int64_t      *axis = mote_ox_numbers(c, has_sizes ? 2 : 0, &count);
    int64_t             sizes[MOTE_NODE_OUT_MAX];
    const int64_t       place = axis && count == 1 ? place_of_axis(&order, axis[0]) : 0;
    mote_ox_value      *out[MOTE_NODE_OUT_MAX];
    int32_t             i;

    for (i = 0; i < c->node->out_count; i++)
        sizes[i] = mote_ox_result(c, i)->dim[order.axis[place]];
    out[0] = mote_ox_binary(c, "Split", mote_ox_in(c, x, &order), mote_ox_ints(c, sizes, (size_t)c->node->out_count));
    mote_ox_set_int(c, "axis", place);
    for (i = 1; i < c->node->out_count; i++)
        out[i] = mote_ox_more(c);
    for (i = 0; i < c->node->out_count; i++)
        mote_ox_give(c, i, out[i], &order);
}

/* ---- parts ---- */

/* Of each axis of ours: from begin on, count values, a stride apart. */
typedef struct part {
    int64_t begin[MOTE_RANK_MAX], count[MOTE_RANK_MAX], stride[MOTE_RANK_MAX];
} part;

static mote_ox_value *add_slice(mote_ox_call *c, const mote_tensor *in, const mote_ox_order *order, const part *p)
{
    int64_t starts[MOTE_RANK_MAX], ends[MOTE_RANK_MAX], axes[MOTE_RANK_MAX], steps[MOTE_RANK_MAX];
    size_t  count = 0;
    int32_t k;

    for (k = 0; k < order->rank; k++) {
        const int32_t axis = order->axis[k];
        if ((axis == 0 && in->is_batched) ||
            (p->begin[axis] == 0 && p->count[axis] == in->dim[axis] && p->stride[axis] == 1))
            continue;
        starts[count] = p->begin[axis];
        ends[count] = p->begin[axis] + p->count[axis] * p->stride[axis];
        if (ends[count] < 0) /* before the first; else it would count from the end */
            ends[count] = -(int64_t)in->dim[axis] - 1;
        axes[count] = k;
        steps[count++] = p->stride[axis];
    }
    if (count == 0)
        return mote_ox_unary(c, "Identity", mote_ox_in(c, 0, order));
    return mote_ox_add(c, "Slice",
                       (mote_ox_value *[]){mote_ox_in(c, 0, order), mote_ox_ints(c, starts, count),
                                           mote_ox_ints(c, ends, count), mote_ox_ints(c, axes, count),
                                           mote_ox_ints(c, steps, count)},
                       5);
}

static void write_slice(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order order = mote_ox_given_order(c, 0);
    size_t              count;
    const int64_t      *begin = mote_ox_numbers(c, 1, &count);
    part                p;
    int32_t             k;

    for (k = 0; begin && k < in->rank; k++) {
        p.begin[k] = begin[k];
        p.count[k] = out->dim[k];
        p.stride[k] = 1;
    }
    if (begin)
        mote_ox_give(c, 0, add_slice(c, in, &order, &p), &order);
}

typedef struct strides {
    const int64_t *begin, *end, *stride;
    size_t         count;
} strides;

static bool has(int32_t mask, size_t i)
{
    return (uint32_t)mask >> i & 1u;
}

/* A place along an axis: negative ones count from its end, those beyond it stop there. */
static int64_t place_along(int64_t place, int64_t size, int64_t stride)
{
    const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;

    place = place < 0 ? place + size : place;
    return place < low ? low : place > high ? high : place;
}

/* What number i takes of an axis: runtime/ops/slice.h says the rules. */
static void set_along(const mote_ox_call *c, const strides *s, size_t i, int32_t axis, part *p)
{
    const mrt_strided_slice_attributes *as = &c->node->as.strided_slice;
    const int64_t                       size = mote_ox_operand(c, 0)->dim[axis], stride = s->stride[i];
    int64_t                             begin = place_along(s->begin[i], size, stride), end, way;

    if (has(as->begin_mask, i))
        begin = stride > 0 ? 0 : size - 1;
    end = place_along(s->end[i] + (as->offset ? begin : 0), size, stride);
    if (has(as->end_mask, i))
        end = stride > 0 ? size : -1;
    way = stride > 0 ? end - begin : begin - end;
    p->begin[axis] = begin;
    p->stride[axis] = stride;
    p->count[axis] = way <= 0 ? 0 : (way + (stride > 0 ? stride : -stride) - 1) / (stride > 0 ? stride : -stride);
    if (has(as->shrink_axis_mask, i))
        p->count[axis] = 1;
}

static void find_part(const mote_ox_call *c, const strides *s, part *p)
{
    const mrt_strided_slice_attributes *as = &c->node->as.strided_slice;
    const mote_tensor                  *in = mote_ox_operand(c, 0);
    int32_t                             axis, claimed = 0;
    size_t                              i;

    for (axis = 0; axis < in->rank; axis++) {
        p->begin[axis] = 0;
        p->count[axis] = in->dim[axis];
        p->stride[axis] = 1;
    }
    for (i = 0; i < s->count; i++)
        claimed += !has(as->new_axis_mask, i) && !has(as->ellipsis_mask, i);
    for (axis = 0, i = 0; i < s->count; i++) {
        if (has(as->ellipsis_mask, i))
            axis += in->rank - claimed;
        else if (!has(as->new_axis_mask, i) && axis < in->rank)
            set_along(c, s, i, axis++, p);
    }
}

static void write_strided_slice(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const bool          keeps = !c->node->as.strided_slice.new_axis_mask && !c->node->as.strided_slice.shrink_axis_mask;
    const mote_ox_order order = keeps ? mote_ox_given_order(c, 0) : mote_ox_ours(in->rank), ours = mote_ox_ours(out->rank);
    strides             s;
    part                p;
    mote_ox_value      *value;

    s.begin = mote_ox_numbers(c, 1, &s.count);
    s.end = mote_ox_numbers(c, 2, &s.count);
    s.stride = mote_ox_numbers(c, 3, &s.count);
    if (mote_ox_failed(c))
        return;
    find_part(c, &s, &p);
    value = add_slice(c, in, &order, &p);
    if (!keeps)
        value = mote_ox_binary(c, "Reshape", value, mote_ox_shape(c, out, &ours));
    mote_ox_give(c, 0, value, keeps ? &order : NULL);
}

/* Of each axis the last value first. */
static void write_reverse(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0);
    const mote_ox_order order = mote_ox_given_order(c, 0);
    size_t              count, i;
    const int64_t      *axes = mote_ox_numbers(c, 1, &count);
    part                p;
    int32_t             k;

    for (k = 0; k < in->rank; k++) {
        p.begin[k] = 0;
        p.count[k] = in->dim[k];
        p.stride[k] = 1;
    }
    for (i = 0; i < count; i++) {
        k = (int32_t)(axes[i] < 0 ? axes[i] + in->rank : axes[i]);
        p.begin[k] = in->dim[k] - 1;
        p.stride[k] = -1;
    }
    if (axes)
        mote_ox_give(c, 0, add_slice(c, in, &order, &p), &order);
}

/* ---- padding ---- */

/* Pad's numbers: in front of each axis of the file, then behind each. */
static const int64_t *pads_of(mote_ox_call *c, const mote_ox_order *order)
{
    size_t         count;
    const int64_t *given = mote_ox_numbers(c, 1, &count);
    int64_t       *pads = mote_ox_take(c, 2 * (size_t)order->rank, sizeof *pads);
    int32_t        k;

    for (k = 0; given && pads && k < order->rank; k++) {
        pads[k] = given[2 * order->axis[k]];
        pads[order->rank + k] = given[2 * order->axis[k] + 1];
    }
    return given ? pads : NULL;
}

/* A tensor of one value as one of rank 0. */
static mote_ox_value *take_number(mote_ox_call *c, int32_t i)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    const int32_t      none = 0;
    const mote_ox_view view = {.order = mote_ox_ours(tensor->rank), .out_dim = &none};

    if (tensor->kind != MOTE_CONST)
        mote_ox_refuse(c, "the value that it pads with is computed");
    return mote_ox_in_view(c, i, &view);
}

static void write_pad(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    const int64_t      *pads = pads_of(c, &order);
    mote_ox_value      *value = mote_ox_operand(c, 2) ? take_number(c, 2) : NULL, *out;

    if (!pads)
        return;
    out = mote_ox_ternary(c, "Pad", mote_ox_in(c, 0, &order), mote_ox_ints(c, pads, 2 * (size_t)order.rank), value);
    mote_ox_give(c, 0, out, &order);
}

/* Mirrored with the edge itself, which Pad has not: each axis is gathered. */
static mote_ox_value *add_symmetric(mote_ox_call *c, mote_ox_value *x, const mote_ox_order *order, const int64_t *pads)
{
    const mote_tensor *in = mote_ox_operand(c, 0);
    int32_t            k;

    for (k = 0; k < order->rank; k++) {
        const int64_t size = in->dim[order->axis[k]], all = pads[k] + size + pads[order->rank + k];
        int64_t      *from, i;
        if (all == size)
            continue;
        from = mote_ox_take(c, (size_t)all, sizeof *from);
        for (i = 0; from && i < all; i++)
            from[i] = i < pads[k] ? pads[k] - 1 - i : i < pads[k] + size ? i - pads[k] : 2 * size - 1 - (i - pads[k]);
        if (!from)
            return NULL;
        x = mote_ox_binary(c, "Gather", x, mote_ox_ints(c, from, (size_t)all));
        mote_ox_set_int(c, "axis", k);
    }
    return x;
}

static void write_mirror_pad(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    const int64_t      *pads = pads_of(c, &order);
    mote_ox_value      *x = mote_ox_in(c, 0, &order);

    if (!pads)
        return;
    if (c->node->as.mirror_pad.mode == 0) {
        x = mote_ox_binary(c, "Pad", x, mote_ox_ints(c, pads, 2 * (size_t)order.rank));
        mote_ox_set_string(c, "mode", "reflect");
    } else {
        x = mote_ox_unary(c, "Identity", add_symmetric(c, x, &order, pads));
    }
    mote_ox_give(c, 0, x, &order);
}

/* ---- repeating ---- */

static void write_tile(mote_ox_call *c)
{
    size_t         count;
    const int64_t *times = mote_ox_numbers(c, 1, &count);

    if (times)
        mote_ox_give(c, 0, mote_ox_binary(c, "Tile", mote_ox_in_ours(c, 0), mote_ox_ints(c, times, count)), NULL);
}

/* Expand keeps what is longer than 1, samples among it. */
static void write_broadcast_to(mote_ox_call *c)
{
    const mote_tensor *out = mote_ox_result(c, 0);
    int64_t            dim[MOTE_RANK_MAX];
    int32_t            k;

    for (k = 0; k < out->rank; k++)
        dim[k] = out->dim[k];
    mote_ox_give(c, 0, mote_ox_binary(c, "Expand", mote_ox_in_ours(c, 0), mote_ox_ints(c, dim, (size_t)out->rank)), NULL);
}

/* ---- looking up ---- */

static mote_ox_value *take_indices(mote_ox_call *c, int32_t i)
{
    const mote_ox_order ours = mote_ox_ours(mote_ox_operand(c, i)->rank);

    return mote_ox_in_stored(c, i, &ours);
}

static void write_gather(mote_ox_call *c)
{
    mote_ox_value *out;

    if (c->node->as.gather.batch_dims != 0)
        mote_ox_refuse(c, "batch_dims is %d", (int)c->node->as.gather.batch_dims);
    out = mote_ox_binary(c, "Gather", mote_ox_in_ours(c, 0), take_indices(c, 1));
    mote_ox_set_int(c, "axis", c->node->as.gather.axis);
    mote_ox_give(c, 0, out, NULL);
}

static void write_gather_nd(mote_ox_call *c)
{
    mote_ox_value *indices = take_indices(c, 1);

    if (mote_ox_operand(c, 1)->dtype != MOTE_I64)
        indices = mote_ox_cast(c, indices, MOTE_I64);
    mote_ox_give(c, 0, mote_ox_binary(c, "GatherND", mote_ox_in_ours(c, 0), indices), NULL);
}

static void write_embedding_lookup(mote_ox_call *c)
{
    mote_ox_give(c, 0, mote_ox_binary(c, "Gather", mote_ox_in_ours(c, 1), take_indices(c, 0)), NULL);
}

/* ---- blocks to samples, and back ---- */

/* [N, H, W, C] (or [N, H, C]): what of each axis between is a block, and what is added or cut. */
typedef struct blocks {
    const int64_t *size, *margins;
    int32_t        axes;
} blocks;

static bool read_blocks(mote_ox_call *c, blocks *b)
{
    size_t count;

    b->axes = mote_ox_operand(c, 0)->rank - 2;
    b->size = mote_ox_numbers(c, 1, &count);
    b->margins = mote_ox_numbers(c, 2, &count);
    return !mote_ox_failed(c);
}

static mote_ox_value *reshape_to(mote_ox_call *c, mote_ox_value *x, const int64_t *dim, int32_t rank)
{
    return mote_ox_binary(c, "Reshape", x, mote_ox_ints(c, dim, (size_t)rank));
}

/* int8 is padded with stored zeros, whatever its zero point (runtime/ops/space.h). */
static mote_ox_value *padding_of(mote_ox_call *c, const mote_tensor *in)
{
    if (!in->quant || in->dtype != MOTE_I8)
        return NULL;
    return mote_ox_float(c, in->quant->scale[0] * (float)-in->quant->zero_point[0]);
}

/* Pad, [N, H / b, b, W / b, b, C], blocks first. */
static void write_space_to_batch(mote_ox_call *c)
{
    const mote_tensor  *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order ours = mote_ox_ours(out->rank);
    blocks              b;
    int64_t             pads[2 * MOTE_RANK_MAX] = {0}, dim[MOTE_RANK_MAX];
    int32_t             perm[MOTE_RANK_MAX], rank = 0, i;
    mote_ox_value      *x;

    if (!read_blocks(c, &b))
        return;
    for (i = 0; i < b.axes; i++) {
        pads[1 + i] = b.margins[2 * i];
        pads[in->rank + 1 + i] = b.margins[2 * i + 1];
    }
    x = mote_ox_ternary(c, "Pad", mote_ox_in_ours(c, 0), mote_ox_ints(c, pads, 2 * (size_t)in->rank), padding_of(c, in));
    dim[rank++] = in->is_batched ? -1 : in->dim[0];
    for (i = 0; i < b.axes; i++) {
        dim[rank++] = out->dim[1 + i];
        dim[rank++] = b.size[i];
        perm[i] = 2 + 2 * i;
        perm[b.axes + 1 + i] = 1 + 2 * i;
    }
    dim[rank++] = in->dim[in->rank - 1];
    perm[b.axes] = 0;
    perm[rank - 1] = rank - 1;
    x = mote_ox_transpose(c, reshape_to(c, x, dim, rank), perm, rank);
    mote_ox_give(c, 0, mote_ox_binary(c, "Reshape", x, mote_ox_shape(c, out, &ours)), NULL);
}

static void write_batch_to_space(mote_ox_call *c)
{
    const mote_tensor *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    blocks             b;
    int64_t            dim[MOTE_RANK_MAX], starts[2], ends[2], axes[2];
    int32_t            perm[MOTE_RANK_MAX], rank = 0, i;
    mote_ox_value     *x;

    if (!read_blocks(c, &b))
        return;
    for (i = 0; i < b.axes; i++)
        dim[rank++] = b.size[i];
    dim[rank++] = out->is_batched ? -1 : out->dim[0];
    for (i = 1; i < in->rank; i++)
        dim[rank++] = in->dim[i];
    perm[0] = b.axes;
    for (i = 0; i < b.axes; i++) {
        perm[1 + 2 * i] = b.axes + 1 + i;
        perm[2 + 2 * i] = i;
        starts[i] = b.margins[2 * i];
        ends[i] = starts[i] + out->dim[1 + i];
        axes[i] = 1 + i;
    }
    perm[rank - 1] = rank - 1;
    x = mote_ox_transpose(c, reshape_to(c, mote_ox_in_ours(c, 0), dim, rank), perm, rank);
    rank = 0;
    dim[rank++] = out->is_batched ? -1 : out->dim[0];
    for (i = 0; i < b.axes; i++)
        dim[rank++] = in->dim[1 + i] * b.size[i];
    dim[rank++] = in->dim[in->rank - 1];
    x = mote_ox_add(c, "Slice",
                    (mote_ox_value *[]){reshape_to(c, x, dim, rank), mote_ox_ints(c, starts, (size_t)b.axes),
                                        mote_ox_ints(c, ends, (size_t)b.axes), mote_ox_ints(c, axes, (size_t)b.axes)},
                    4);
    mote_ox_give(c, 0, x, NULL);
}

const mote_ox_row mote_ox_moves[] = {{MOTE_OP_RESHAPE, MOTE_OX_OURS, write_reshape, NULL},
                                     {MOTE_OP_EXPAND_DIMS, MOTE_OX_OURS, write_reshape, NULL},
                                     {MOTE_OP_SQUEEZE, MOTE_OX_OURS, write_reshape, NULL},
                                     {MOTE_OP_TRANSPOSE, MOTE_OX_OURS, write_transpose, NULL},
                                     {MOTE_OP_SHAPE, MOTE_OX_OURS, write_shape, NULL},
                                     {MOTE_OP_RANK, MOTE_OX_OURS, write_rank, NULL},
                                     {MOTE_OP_CONCATENATION, MOTE_OX_ANY, write_concatenation, NULL},
                                     {MOTE_OP_PACK, MOTE_OX_OURS, write_pack, NULL},
                                     {MOTE_OP_UNPACK, MOTE_OX_OURS, write_unpack, NULL},
                                     {MOTE_OP_SPLIT, MOTE_OX_ANY, write_split, NULL},
                                     {MOTE_OP_SPLIT_V, MOTE_OX_ANY, write_split, NULL},
                                     {MOTE_OP_SLICE, MOTE_OX_ANY, write_slice, NULL},
                                     {MOTE_OP_STRIDED_SLICE, MOTE_OX_ANY, write_strided_slice, NULL},
                                     {MOTE_OP_REVERSE_V2, MOTE_OX_ANY, write_reverse, NULL},
                                     {MOTE_OP_PAD, MOTE_OX_ANY, write_pad, NULL},
                                     {MOTE_OP_PADV2, MOTE_OX_ANY, write_pad, NULL},
                                     {MOTE_OP_MIRROR_PAD, MOTE_OX_ANY, write_mirror_pad, NULL},
                                     {MOTE_OP_TILE, MOTE_OX_OURS, write_tile, NULL},
                                     {MOTE_OP_BROADCAST_TO, MOTE_OX_OURS, write_broadcast_to, NULL},
                                     {MOTE_OP_GATHER, MOTE_OX_OURS, write_gather, NULL},
                                     {MOTE_OP_GATHER_ND, MOTE_OX_OURS, write_gather_nd, NULL},
                                     {MOTE_OP_EMBEDDING_LOOKUP, MOTE_OX_OURS, write_embedding_lookup, NULL},
                                     {MOTE_OP_SPACE_TO_BATCH_ND, MOTE_OX_OURS, write_space_to_batch, NULL},
                                     {MOTE_OP_BATCH_TO_SPACE_ND, MOTE_OX_OURS, write_batch_to_space, NULL},
                                     {0}};
