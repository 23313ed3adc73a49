/* Operators that move elements or only look at shapes. Of known values everything is worked out here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"

enum { KNOWN_BYTES_MAX = 1 << 28 };

/* ---- known values ---- */

/* How the elements of a result lie in what they are taken from: start, and a step an axis of the result. */
typedef struct walk {
    int64_t start, step[MOTE_RANK_MAX];
} walk;

static void steps_of(const mote_import_shape *shape, int64_t *step)
{
    int64_t run = 1;
    int32_t i;

    for (i = shape->rank - 1; i >= 0; i--) {
        step[i] = run;
        run *= shape->dim[i];
    }
}

static void give_walk(mote_import_call *c, int32_t out, const mote_import_value *x, const mote_import_shape *shape,
                      const walk *w)
{
    const size_t width = (size_t)mote_dtype_bits(x->dtype) / 8, count = mote_import_count(shape);
    uint8_t     *to = mote_size_mul(count, width) > KNOWN_BYTES_MAX ? NULL : mote_import_take(c, count, width);
    size_t       k, left;
    int32_t      i;

    if (!to) {
        mote_import_refuse(c, "a constant of %zu elements", count);
        return;
    }
    for (k = 0; k < count; k++) {
        int64_t place = w->start;
        for (left = k, i = shape->rank - 1; i >= 0; i--) {
            place += (int64_t)(left % (size_t)shape->dim[i]) * w->step[i];
            left /= (size_t)shape->dim[i];
        }
        memcpy(to + k * width, (const uint8_t *)x->known + (size_t)place * width, width);
    }
    mote_import_give_known(c, out, x->dtype, shape, to);
}

/* ---- Reshape and its like ---- */

/* 0: as it was (unless allowzero); -1: what is left over. */
static void import_reshape(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   list = mote_import_operand_ints(c, 1, "shape");
    const bool               zero_is_zero = mote_import_int(c, "allowzero", 0) != 0;
    const size_t             count = mote_import_count(&x->shape);
    mote_import_shape        shape = {.rank = list.count};
    size_t                   known = 1;
    int32_t                  i, open = -1;

    if (mote_import_failed(c) || list.count < 0 || list.count > MOTE_RANK_MAX) {
        mote_import_refuse(c, "a shape of %d dimensions; at most %d are supported", list.count, MOTE_RANK_MAX);
        return;
    }
    for (i = 0; i < list.count; i++) {
        const int64_t n = list.n[i] == 0 && !zero_is_zero ? (i < x->shape.rank ? x->shape.dim[i] : -2) : list.n[i];
        if (n < -1 || n > INT32_MAX || (n == -1 && open >= 0)) {
            mote_import_wrong(c, "dimension %d of the new shape is %lld", i, (long long)list.n[i]);
            return;
        }
        open = n == -1 ? i : open;
        shape.dim[i] = (int32_t)n;
        known = n == -1 ? known : mote_size_mul(known, (size_t)n);
    }
    if (open >= 0)
        shape.dim[open] = known > 0 && count % known == 0 ? (int32_t)(count / known) : 0;
    mote_import_give_reshaped(c, 0, x, &shape);
}

static void import_flatten(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int64_t            given = mote_import_int(c, "axis", 1);
    const int32_t            axis = given == x->shape.rank ? x->shape.rank : mote_import_axis(c, given, x->shape.rank);
    mote_import_shape        shape = {.rank = 2, .dim = {1, 1}};
    int32_t                  i;

    for (i = 0; i < x->shape.rank; i++)
        shape.dim[i >= axis] *= x->shape.dim[i];
    mote_import_give_reshaped(c, 0, x, &shape);
}

static void import_squeeze(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    mote_import_shape        shape = {0};
    uint32_t                 ones = 0, axes;
    int32_t                  i;

    for (i = 0; i < x->shape.rank; i++)
        ones |= (uint32_t)(x->shape.dim[i] == 1) << i;
    axes = mote_import_axes(c, mote_import_operand_ints(c, 1, "axes"), x->shape.rank, ones);
    if (axes & ~ones)
        mote_import_wrong(c, "an axis that is longer than 1");
    for (i = 0; i < x->shape.rank; i++)
        if (!(axes >> i & 1u))
            shape.dim[shape.rank++] = x->shape.dim[i];
    mote_import_give_reshaped(c, 0, x, &shape);
}

static void import_unsqueeze(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   list = mote_import_operand_ints(c, 1, "axes");
    mote_import_shape        shape = {.rank = x->shape.rank + (list.count > 0 ? list.count : 0)};
    uint32_t                 axes;
    int32_t                  i, used = 0;

    if (shape.rank > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    axes = mote_import_axes(c, list, shape.rank, 0);
    for (i = 0; i < shape.rank; i++)
        if (axes >> i & 1u)
            shape.dim[i] = 1;
        else if (used < x->shape.rank)
            shape.dim[i] = x->shape.dim[used++];
        else
            mote_import_wrong(c, "an axis is named twice");
    mote_import_give_reshaped(c, 0, x, &shape);
}

/* ---- Transpose ---- */

/* perm: each axis once; absent: all of them turned round. */
static void read_perm(mote_import_call *c, int32_t rank, int32_t *perm)
{
    const mote_import_list list = mote_import_ints(c, "perm");
    uint32_t               seen = 0;
    int32_t                i;

    if (list.count >= 0 && list.count != rank)
        mote_import_wrong(c, "perm has %d axes, the operand %d", list.count, rank);
    for (i = 0; i < rank && !mote_import_failed(c); i++) {
        perm[i] = list.count < 0 ? rank - 1 - i : mote_import_axis(c, list.n[i], rank);
        if (seen >> perm[i] & 1u)
            mote_import_wrong(c, "perm names axis %d twice", perm[i]);
        seen |= 1u << perm[i];
    }
}

static void import_transpose(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    mote_import_value        file = *x;
    mote_import_shape        shape = x->shape;
    mote_import_order        order = mote_import_file_order(x->shape.rank);
    int32_t                  perm[MOTE_RANK_MAX] = {0}, i, k;
    int64_t                  step[MOTE_RANK_MAX];
    walk                     w = {0};

    read_perm(c, x->shape.rank, perm);
    if (mote_import_failed(c))
        return;
    steps_of(&x->shape, step);
    for (i = 0; i < shape.rank; i++) {
        shape.dim[i] = x->shape.dim[perm[i]];
        w.step[i] = step[perm[i]];
    }
    if (x->known) {
        give_walk(c, 0, x, &shape, &w);
        return;
    }
    if (mote_import_is_waiting(x)) {
        file.id = mote_import_as_file(c, x);
        memcpy(file.order, order.axis, sizeof file.order);
    }
    for (k = 0; k < shape.rank; k++)
        for (i = 0; i < shape.rank; i++)
            if (perm[i] == file.order[k])
                order.axis[k] = i;
    mote_import_give_view(c, 0, &file, &shape, &shape, order.axis);
}

/* ---- Concat, Split, Slice ---- */

static bool all_known(const mote_import_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (c->in[i] && !c->in[i]->known)
            return false;
    return true;
}

static void concat_known(mote_import_call *c, int32_t axis)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const size_t             width = (size_t)mote_dtype_bits(x->dtype) / 8;
    mote_import_shape        shape = x->shape;
    size_t                   outer = 1, inner = width, at = 0, o;
    uint8_t                 *to;
    int32_t                  i;

    for (i = 0; i < shape.rank; i++)
        if (i < axis)
            outer *= (size_t)shape.dim[i];
        else if (i > axis)
            inner *= (size_t)shape.dim[i];
    for (i = 1; i < c->in_count; i++) {
        const int64_t size = (int64_t)shape.dim[axis] + c->in[i]->shape.dim[axis];
        if (c->in[i]->dtype != x->dtype || size > INT32_MAX ||
            mote_import_count(&c->in[i]->shape) * width != outer * inner * (size_t)c->in[i]->shape.dim[axis]) {
            mote_import_wrong(c, "operands that do not go together");
            return;
        }
        shape.dim[axis] = (int32_t)size;
    }
    to = mote_import_take(c, mote_import_count(&shape), width);
    for (o = 0; to && o < outer; o++)
        for (i = 0; i < c->in_count; i++) {
            const size_t run = inner * (size_t)c->in[i]->shape.dim[axis];
            memcpy(to + at, (const uint8_t *)c->in[i]->known + o * run, run);
            at += run;
        }
    mote_import_give_known(c, 0, x->dtype, &shape, to);
}

static void import_concat(mote_import_call *c)
{
    const int32_t rank = mote_import_in(c, 0)->shape.rank, axis = mote_import_axis(c, mote_import_int(c, "axis", 0), rank);
    const mote_import_order order = mote_import_common_order(c, 0, c->in_count, rank);
    mote_id                 in[MOTE_NODE_IN_MAX];
    int32_t                 i;

    for (i = 0; i < c->in_count && !mote_import_failed(c); i++)
        if (!c->in[i] || c->in[i]->shape.rank != rank)
            mote_import_wrong(c, "operand %d has another number of dimensions than operand 0", i);
    if (mote_import_failed(c))
        return;
    if (all_known(c)) {
        concat_known(c, axis);
        return;
    }
    for (i = 0; i < c->in_count; i++)
        in[i] = mote_import_as(c, c->in[i], &order);
    if (c->in_count == 1)
        mote_import_give_view(c, 0, c->in[0], &c->in[0]->shape, &c->in[0]->held, c->in[0]->order);
    else
        mote_import_give(c, 0, mote_import_concat(c, in, c->in_count, mote_import_place(&order, axis)), order.axis);
}

/* Sizes of the parts: given, or equal ones, the last smaller. */
static int32_t read_split(mote_import_call *c, int32_t length, int32_t *sizes)
{
    const mote_import_list list = mote_import_operand_ints(c, 1, "split");
    const int32_t          count = list.count > 0 ? list.count : c->node->out_count;
    const int32_t          part = count > 0 ? (length + count - 1) / count : 0;
    int64_t                sum = 0;
    int32_t                i;

    if (count < 1 || count > MOTE_NODE_IN_MAX || count < c->out_count) {
        mote_import_refuse(c, "%d parts", count);
        return 0;
    }
    for (i = 0; i < count; i++) {
        sizes[i] = list.count > 0 ? (int32_t)list.n[i] : i + 1 < count ? part : length - part * (count - 1);
        if (sizes[i] < 0 || (list.count > 0 && list.n[i] > length))
            mote_import_wrong(c, "part %d has %d elements", i, sizes[i]);
        sum += sizes[i];
    }
    if (sum != length)
        mote_import_wrong(c, "parts of %lld elements together, the axis has %d", (long long)sum, length);
    return mote_import_failed(c) ? 0 : count;
}

static mote_id split_node(mote_import_call *c, mote_id x, int32_t place, const int32_t *sizes, int32_t count, mote_id *out)
{
    const mote_id  in[] = {x, mote_import_const_ints(c, sizes, count), mote_import_const(c, MOTE_I32, 0, NULL, &place)};
    mote_import_op op = {.op = MOTE_OP_SPLIT_V, .in = in, .in_count = 3};

    op.as.split_v.count = count;
    mote_import_add_many(c, &op, out, count);
    return out[0];
}

static void split_known(mote_import_call *c, const mote_import_value *x, int32_t axis, const int32_t *sizes, int32_t count)
{
    mote_import_shape shape = x->shape;
    walk              w = {0};
    int32_t           i;

    steps_of(&x->shape, w.step);
    for (i = 0; i < count; i++) {
        shape.dim[axis] = sizes[i];
        give_walk(c, i, x, &shape, &w);
        w.start += sizes[i] * w.step[axis];
    }
}

static void split_by_slices(mote_import_call *c, const mote_import_value *x, const mote_import_order *order, int32_t place,
                            const int32_t *sizes, int32_t count)
{
    const mote_id id = mote_import_as(c, x, order);
    int32_t       begin[MOTE_RANK_MAX] = {0}, size[MOTE_RANK_MAX], i;

    memcpy(size, mote_import_tensor_at(c, id)->dim, sizeof size);
    for (i = 0; i < count; i++) {
        size[place] = sizes[i];
        if (mote_import_wants(c, i))
            mote_import_give(c, i, mote_import_slice(c, id, begin, size), order->axis);
        begin[place] += sizes[i];
    }
}

static void import_split(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    int32_t sizes[MOTE_NODE_IN_MAX], i, count = mote_import_failed(c) ? 0 : read_split(c, x->shape.dim[axis], sizes);
    mote_id out[MOTE_NODE_OUT_MAX];

    if (count == 0)
        return;
    if (x->known)
        split_known(c, x, axis, sizes, count);
    else if (count == 1)
        mote_import_give_view(c, 0, x, &x->shape, &x->held, x->order);
    else if (count > MOTE_NODE_OUT_MAX)
        split_by_slices(c, x, &order, mote_import_place(&order, axis), sizes, count);
    else {
        split_node(c, mote_import_as(c, x, &order), mote_import_place(&order, axis), sizes, count, out);
        for (i = 0; i < count && i < c->node->out_count; i++)
            mote_import_give(c, i, out[i], order.axis);
    }
}

/* Of each axis of the file: where it begins, its step, how many. */
typedef struct cut_axes {
    int32_t begin[MOTE_RANK_MAX], step[MOTE_RANK_MAX], count[MOTE_RANK_MAX];
} cut_axes;

static int64_t clamp(int64_t n, int64_t low, int64_t high)
{
    return n < low ? low : n > high ? high : n;
}

static void cut_axis(mote_import_call *c, cut_axes *cut, int32_t axis, int32_t size, int64_t start, int64_t end,
                     int64_t step)
{
    const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    int64_t       count;

    if (step == 0 || step < -INT32_MAX || step > INT32_MAX) {
        mote_import_wrong(c, "a step of %lld", (long long)step);
        return;
    }
    start = clamp(start < 0 ? start + size : start, step > 0 ? 0 : low, high);
    end = clamp(end < 0 && end >= -(int64_t)size ? end + size : end, low, high);
    count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
    cut->begin[axis] = (int32_t)clamp(start, 0, size);
    cut->step[axis] = (int32_t)step;
    cut->count[axis] = (int32_t)clamp(count, 0, size);
}

static void read_cut(mote_import_call *c, const mote_import_shape *shape, cut_axes *cut)
{
    const mote_import_list starts = mote_import_operand_ints(c, 1, "starts"), ends = mote_import_operand_ints(c, 2, "ends"),
                           axes = mote_import_operand_ints(c, 3, "axes"), steps = mote_import_operand_ints(c, 4, NULL);
    int32_t i;

    for (i = 0; i < shape->rank; i++) {
        cut->begin[i] = 0;
        cut->step[i] = 1;
        cut->count[i] = shape->dim[i];
    }
    if (starts.count < 0 || starts.count != ends.count || (axes.count >= 0 && axes.count != starts.count) ||
        (steps.count >= 0 && steps.count != starts.count) || starts.count > shape->rank) {
        mote_import_wrong(c, "starts, ends, axes and steps do not go together");
        return;
    }
    for (i = 0; i < starts.count && !mote_import_failed(c); i++) {
        const int32_t axis = axes.count >= 0 ? mote_import_axis(c, axes.n[i], shape->rank) : i;
        cut_axis(c, cut, axis, shape->dim[axis], starts.n[i], ends.n[i], steps.count >= 0 ? steps.n[i] : 1);
    }
}

/* Ends of steps backwards may lie before the first element: then a mask says so. */
static mote_id strided_slice(mote_import_call *c, mote_id x, const cut_axes *cut, const mote_import_order *order)
{
    const bool     is_batched = mote_import_tensor_at(c, x)->is_batched;
    int32_t        begin[MOTE_RANK_MAX], end[MOTE_RANK_MAX], step[MOTE_RANK_MAX], i;
    mote_import_op op = {.op = MOTE_OP_STRIDED_SLICE, .in_count = 4};
    mote_id        in[4];

    for (i = 0; i < order->rank; i++) {
        const int32_t axis = order->axis[i];
        begin[i] = cut->begin[axis];
        step[i] = cut->step[axis];
        end[i] = begin[i] + step[i] * cut->count[axis];
        if (end[i] < 0 || (i == 0 && is_batched && begin[i] == 0 && step[i] == 1))
            op.as.strided_slice.end_mask |= 1 << i;
        if (i == 0 && is_batched && begin[i] == 0)
            op.as.strided_slice.begin_mask |= 1 << i;
    }
    in[0] = x;
    in[1] = mote_import_const_ints(c, begin, order->rank);
    in[2] = mote_import_const_ints(c, end, order->rank);
    in[3] = mote_import_const_ints(c, step, order->rank);
    op.in = in;
    return mote_import_add(c, &op);
}

static void import_slice(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    mote_import_shape        shape = x->shape;
    int32_t                  begin[MOTE_RANK_MAX], size[MOTE_RANK_MAX], i;
    bool                     is_plain = true, is_whole = true;
    cut_axes                 cut;
    walk                     w = {0};

    read_cut(c, &x->shape, &cut);
    if (mote_import_failed(c))
        return;
    steps_of(&x->shape, w.step);
    for (i = 0; i < shape.rank; i++) {
        shape.dim[i] = cut.count[i];
        w.start += cut.begin[i] * w.step[i];
        w.step[i] *= cut.step[i];
        is_plain &= cut.step[i] == 1;
        is_whole &= cut.step[i] == 1 && cut.count[i] == x->shape.dim[i];
        begin[i] = cut.begin[order.axis[i]];
        size[i] = cut.count[order.axis[i]];
    }
    if (x->known)
        give_walk(c, 0, x, &shape, &w);
    else if (is_whole)
        mote_import_give_view(c, 0, x, &x->shape, &x->held, x->order);
    else if (mote_import_count(&shape) == 0)
        mote_import_refuse(c, "nothing is left");
    else if (is_plain)
        mote_import_give(c, 0, mote_import_slice(c, mote_import_as(c, x, &order), begin, size), order.axis);
    else
        mote_import_give(c, 0, strided_slice(c, mote_import_as(c, x, &order), &cut, &order), order.axis);
}

/* ---- Expand, Tile ---- */

static void import_expand(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   list = mote_import_operand_ints(c, 1, NULL);
    const int32_t            rank = list.count > x->shape.rank ? list.count : x->shape.rank;
    const mote_import_order  order = mote_import_common_order(c, 0, 1, rank);
    mote_import_shape        shape = {.rank = rank};
    int32_t                  dim[MOTE_RANK_MAX], i;
    int64_t                  step[MOTE_RANK_MAX];
    walk                     w = {0};
    mote_id                  in[2];

    if (mote_import_failed(c) || rank > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    steps_of(&x->shape, step);
    for (i = 1; i <= rank; i++) {
        const int64_t own = i <= x->shape.rank ? x->shape.dim[x->shape.rank - i] : 1,
                      asked = i <= list.count ? list.n[list.count - i] : 1;
        if ((own != asked && own != 1 && asked != 1) || asked < 0 || asked > INT32_MAX) {
            mote_import_wrong(c, "%lld elements along an axis cannot be repeated to %lld", (long long)own, (long long)asked);
            return;
        }
        shape.dim[rank - i] = (int32_t)(own == 1 ? asked : own);
        w.step[rank - i] = own == 1 ? 0 : step[x->shape.rank - i];
    }
    if (x->known) {
        give_walk(c, 0, x, &shape, &w);
        return;
    }
    for (i = 0; i < rank; i++)
        dim[i] = shape.dim[order.axis[i]];
    in[0] = mote_import_as(c, x, &order);
    if (!mote_import_failed(c) && memcmp(mote_import_tensor_at(c, in[0])->dim, dim, (size_t)rank * sizeof *dim) == 0) {
        mote_import_give_reshaped(c, 0, x, &shape);
        return;
    }
    in[1] = mote_import_const_ints(c, dim, rank);
    mote_import_give(c, 0, mote_import_add(c, &(mote_import_op){.op = MOTE_OP_BROADCAST_TO, .in = in, .in_count = 2}),
                     order.axis);
}

static void import_tile(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   list = mote_import_operand_ints(c, 1, NULL);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    int32_t                  times[MOTE_RANK_MAX], i;

    if (!mote_import_failed(c) && list.count != x->shape.rank)
        mote_import_wrong(c, "%d repeats of %d axes", list.count, x->shape.rank);
    for (i = 0; i < x->shape.rank && !mote_import_failed(c); i++) {
        times[i] = (int32_t)list.n[order.axis[i]];
        if (list.n[order.axis[i]] < 0 || list.n[order.axis[i]] > INT32_MAX)
            mote_import_wrong(c, "%lld repeats", (long long)list.n[order.axis[i]]);
    }
    if (!mote_import_failed(c))
        mote_import_give(c, 0,
                         mote_import_binary(c, MOTE_OP_TILE, mote_import_as(c, x, &order),
                                            mote_import_const_ints(c, times, x->shape.rank)),
                         order.axis);
}

/* ---- Gather ---- */

/* Numbers of elements along an axis of `size`; negative ones count from its end. NULL: none, or a failure. */
static const int32_t *read_indices(mote_import_call *c, const mote_import_value *value, int32_t size)
{
    const size_t count = mote_import_count(&value->shape);
    int32_t     *out = mote_import_take(c, count, sizeof *out);
    size_t       i;

    for (i = 0; out && i < count; i++) {
        const int64_t n = mote_import_integer_at(value, i);
        if (n < -(int64_t)size || n >= size) {
            mote_import_wrong(c, "index %lld of %d", (long long)n, size);
            return NULL;
        }
        out[i] = (int32_t)(n < 0 ? n + size : n);
    }
    return out;
}

static void gather_known(mote_import_call *c, const mote_import_value *x, const mote_import_value *indices, int32_t axis)
{
    const int32_t    *numbers = read_indices(c, indices, x->shape.dim[axis]);
    const size_t      width = (size_t)mote_dtype_bits(x->dtype) / 8, count = mote_import_count(&indices->shape);
    mote_import_shape shape = {0};
    size_t            outer = 1, run = width, o, k;
    uint8_t          *to;
    int32_t           i;

    for (i = 0; i < axis; i++)
        outer *= (size_t)(shape.dim[shape.rank++] = x->shape.dim[i]);
    for (i = 0; i < indices->shape.rank; i++)
        shape.dim[shape.rank++] = indices->shape.dim[i];
    for (i = axis + 1; i < x->shape.rank; i++)
        run *= (size_t)(shape.dim[shape.rank++] = x->shape.dim[i]);
    if (mote_size_mul(mote_size_mul(outer, run), count) > KNOWN_BYTES_MAX) {
        mote_import_refuse(c, "a constant that is too large");
        return;
    }
    to = numbers ? mote_import_take(c, outer * count, run) : NULL;
    for (o = 0; to && o < outer; o++)
        for (k = 0; k < count; k++)
            memcpy(to + (o * count + k) * run,
                   (const uint8_t *)x->known + (o * (size_t)x->shape.dim[axis] + (size_t)numbers[k]) * run, run);
    mote_import_give_known(c, 0, x->dtype, &shape, to);
}

/* Computed indices may be negative: they are counted from the end by a remainder. */
static mote_id computed_indices(mote_import_call *c, const mote_import_value *indices, int32_t size)
{
    const mote_id id = mote_import_cast(c, mote_import_as_file(c, indices), MOTE_I32);

    return mote_import_binary(c, MOTE_OP_FLOOR_MOD, id, mote_import_const(c, MOTE_I32, 0, NULL, &size));
}

static mote_id index_operand(mote_import_call *c, const mote_import_value *indices, int32_t size)
{
    if (!indices->known)
        return computed_indices(c, indices, size);
    return mote_import_const(c, MOTE_I32, indices->shape.rank, indices->shape.dim, read_indices(c, indices, size));
}

/* One index, or a list of them, leaves the other axes in their order. */
static mote_import_order order_of_gathered(const mote_import_order *order, int32_t axis, int32_t index_rank)
{
    mote_import_order out = {0};
    int32_t           i;

    for (i = 0; i < order->rank; i++)
        if (index_rank == 1 || order->axis[i] != axis)
            out.axis[out.rank++] = order->axis[i] - (index_rank == 0 && order->axis[i] > axis);
    return out;
}

static void import_gather(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *indices = mote_import_in(c, 1);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank);
    const bool               keeps_order = indices->shape.rank <= 1;
    const mote_import_order  order =
        keeps_order ? mote_import_common_order(c, 0, 1, x->shape.rank) : mote_import_file_order(x->shape.rank);
    const mote_import_order made = keeps_order ? order_of_gathered(&order, axis, indices->shape.rank)
                                               : mote_import_file_order(x->shape.rank - 1 + indices->shape.rank);
    mote_import_op          op = {.op = MOTE_OP_GATHER, .in_count = 2};
    mote_id                 in[2];

    if (mote_import_failed(c) || x->shape.rank - 1 + indices->shape.rank > MOTE_RANK_MAX ||
        mote_dtype_is_float(indices->dtype)) {
        mote_import_refuse(c, "indices that are no whole numbers, or more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    if (x->known && indices->known) {
        gather_known(c, x, indices, axis);
        return;
    }
    in[0] = mote_import_as(c, x, &order);
    in[1] = index_operand(c, indices, x->shape.dim[axis]);
    op.in = in;
    op.as.gather.axis = mote_import_place(&order, axis);
    mote_import_give(c, 0, mote_import_add(c, &op), made.axis);
}

/* Known indices: elements of the operand, laid out as one row, by their numbers. */
static void gather_flat(mote_import_call *c, const mote_import_value *x, const int32_t *numbers,
                        const mote_import_shape *shape, int32_t run)
{
    const int32_t count = (int32_t)(mote_import_count(&x->shape) / (size_t)(run > 0 ? run : 1)), dim[] = {count, run};
    mote_id       id = mote_import_as_file(c, x);

    if (run < 1 || mote_import_count(shape) == 0) {
        mote_import_refuse(c, "nothing is gathered");
        return;
    }
    id = mote_import_reshape(c, id, 2, dim);
    id = mote_import_gather(c, id, 0, numbers, (int32_t)(mote_import_count(shape) / (size_t)run));
    mote_import_give(c, 0, mote_import_reshape(c, id, shape->rank, shape->dim), NULL);
}

static void import_gather_elements(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *indices = mote_import_in(c, 1);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank);
    const int32_t           *numbers;
    int64_t                  step[MOTE_RANK_MAX];
    size_t                   k, left, count = mote_import_count(&indices->shape);
    int32_t                 *flat, i;

    if (!indices->known || indices->shape.rank != x->shape.rank || mote_dtype_is_float(indices->dtype)) {
        mote_import_refuse(c, "indices must be constants");
        return;
    }
    for (i = 0; i < x->shape.rank; i++)
        if (i != axis && indices->shape.dim[i] > x->shape.dim[i])
            mote_import_wrong(c, "indices beyond axis %d", i);
    numbers = read_indices(c, indices, x->shape.dim[axis]);
    steps_of(&x->shape, step);
    flat = numbers ? mote_import_take(c, count, sizeof *flat) : NULL;
    for (k = 0; flat && k < count; k++) {
        int64_t place = 0;
        for (left = k, i = x->shape.rank - 1; i >= 0; i--) {
            place += (i == axis ? numbers[k] : (int64_t)(left % (size_t)indices->shape.dim[i])) * step[i];
            left /= (size_t)indices->shape.dim[i];
        }
        flat[k] = (int32_t)place;
    }
    if (flat)
        gather_flat(c, x, flat, &indices->shape, 1);
}

static void import_gather_nd(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *indices = mote_import_in(c, 1);
    const int32_t            batch = mote_import_small(c, "batch_dims", 0), rank = indices->shape.rank;
    const int32_t            depth = rank > 0 ? indices->shape.dim[rank - 1] : 0;
    mote_import_shape        shape = {0};
    size_t                   slices = 1, per_batch = 1, k;
    int32_t                  run = 1, *flat, i;

    if (!indices->known || mote_dtype_is_float(indices->dtype) || rank < 1 || batch < 0 || batch >= rank || depth < 1 ||
        batch + depth > x->shape.rank || rank - 1 + x->shape.rank - batch - depth > MOTE_RANK_MAX) {
        mote_import_refuse(c, "indices must be constants that fit the operand");
        return;
    }
    for (i = 0; i < rank - 1; i++) {
        slices *= (size_t)(shape.dim[shape.rank++] = indices->shape.dim[i]);
        per_batch *= i >= batch ? (size_t)indices->shape.dim[i] : 1;
        if (i < batch && indices->shape.dim[i] != x->shape.dim[i])
            mote_import_wrong(c, "batches of indices and of the operand differ");
    }
    for (i = batch + depth; i < x->shape.rank; i++)
        run *= shape.dim[shape.rank++] = x->shape.dim[i];
    flat = mote_import_take(c, slices, sizeof *flat);
    for (k = 0; flat && k < slices && !mote_import_failed(c); k++) {
        int64_t place = batch > 0 ? (int64_t)(k / per_batch) : 0;
        for (i = 0; i < depth; i++) {
            const int64_t n = mote_import_integer_at(indices, k * (size_t)depth + (size_t)i), size = x->shape.dim[batch + i];
            if (n < -size || n >= size) {
                mote_import_wrong(c, "index %lld of %lld", (long long)n, (long long)size);
                return;
            }
            place = place * size + (n < 0 ? n + size : n);
        }
        flat[k] = (int32_t)place;
    }
    if (!mote_import_failed(c))
        gather_flat(c, x, flat, &shape, run);
}

/* ---- Pad ---- */

typedef struct padding {
    int32_t before[MOTE_RANK_MAX], behind[MOTE_RANK_MAX]; /* of the file's axes; below 0: cut off */
    bool    cuts, pads;
} padding;

static void read_padding(mote_import_call *c, int32_t rank, padding *p)
{
    const mote_import_list pads = mote_import_operand_ints(c, 1, "pads"), axes = mote_import_operand_ints(c, 3, NULL);
    const int32_t          count = axes.count >= 0 ? axes.count : rank;
    int32_t                i;

    *p = (padding){.cuts = false};
    if (!mote_import_failed(c) && pads.count != 2 * count)
        mote_import_wrong(c, "%d paddings of %d axes", pads.count, count);
    for (i = 0; i < count && !mote_import_failed(c); i++) {
        const int32_t axis = axes.count >= 0 ? mote_import_axis(c, axes.n[i], rank) : i;
        const int64_t before = pads.n[i], behind = pads.n[i + count];
        if (before < -INT32_MAX || before > INT32_MAX || behind < -INT32_MAX || behind > INT32_MAX) {
            mote_import_wrong(c, "paddings %lld and %lld", (long long)before, (long long)behind);
            return;
        }
        p->before[axis] = (int32_t)before;
        p->behind[axis] = (int32_t)behind;
        p->cuts |= before < 0 || behind < 0;
        p->pads |= before > 0 || behind > 0;
    }
}

static mote_id cut_off(mote_import_call *c, mote_id x, const padding *p, const mote_import_order *order)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    int32_t            begin[MOTE_RANK_MAX], size[MOTE_RANK_MAX], i;

    for (i = 0; i < order->rank; i++) {
        const int32_t before = p->before[order->axis[i]], behind = p->behind[order->axis[i]];
        begin[i] = before < 0 ? -before : 0;
        size[i] = tensor->dim[i] - begin[i] - (behind < 0 ? -behind : 0);
        if (size[i] < 1) {
            mote_import_refuse(c, "nothing is left");
            return MOTE_NONE;
        }
    }
    return mote_import_slice(c, x, begin, size);
}

typedef enum pad_mode { CONSTANT, REFLECT, EDGE, WRAP } pad_mode;

static int32_t source_of(int64_t i, int32_t size, pad_mode mode)
{
    const int64_t period = mode == REFLECT ? 2 * (int64_t)size - 2 : size;

    if (mode == EDGE || (mode == REFLECT && size == 1))
        return i < 0 ? 0 : i >= size ? (mode == EDGE ? size - 1 : 0) : (int32_t)i;
    i = (i % period + period) % period;
    return (int32_t)(i < size ? i : period - i);
}

/* Any mode that repeats elements, one axis after the other. */
static mote_id pad_by_gather(mote_import_call *c, mote_id x, const padding *p, const mote_import_order *order, pad_mode mode)
{
    int32_t i, k;

    for (i = 0; i < order->rank && !mote_import_failed(c); i++) {
        const int32_t before = p->before[order->axis[i]], behind = p->behind[order->axis[i]];
        const int32_t size = mote_import_tensor_at(c, x)->dim[i], low = before > 0 ? before : 0,
                      high = behind > 0 ? behind : 0;
        int32_t *numbers;
        if (low + high == 0)
            continue;
        numbers = mote_import_take(c, (size_t)size + (size_t)low + (size_t)high, sizeof *numbers);
        for (k = 0; numbers && k < size + low + high; k++)
            numbers[k] = source_of((int64_t)k - low, size, mode);
        if (numbers)
            x = mote_import_gather(c, x, i, numbers, size + low + high);
    }
    return x;
}

static bool fits_mirror(const mote_tensor *tensor, const padding *p, const mote_import_order *order, pad_mode mode)
{
    const int32_t most = mode == EDGE ? 1 : INT32_MAX;
    int32_t       i;

    for (i = 0; i < order->rank; i++)
        if (p->before[order->axis[i]] > most || p->behind[order->axis[i]] > most ||
            p->before[order->axis[i]] > tensor->dim[i] - (mode == REFLECT) ||
            p->behind[order->axis[i]] > tensor->dim[i] - (mode == REFLECT))
            return false;
    return mode != WRAP;
}

static mote_id pad_in_mode(mote_import_call *c, mote_id x, const padding *p, const mote_import_order *order, pad_mode mode)
{
    const mote_import_value *value = mote_import_in(c, 2);
    int32_t                  before[MOTE_RANK_MAX], behind[MOTE_RANK_MAX], i;
    const float              given = value && value->known ? 0 : mote_import_float(c, "value", 0);

    for (i = 0; i < order->rank; i++) {
        before[i] = p->before[order->axis[i]] > 0 ? p->before[order->axis[i]] : 0;
        behind[i] = p->behind[order->axis[i]] > 0 ? p->behind[order->axis[i]] : 0;
    }
    if (mode != CONSTANT && !fits_mirror(mote_import_tensor_at(c, x), p, order, mode))
        return pad_by_gather(c, x, p, order, mode);
    if (mode != CONSTANT)
        return mote_import_pad_mirror(c, x, before, behind, mode == EDGE);
    if (value && !(value->known && mote_import_number_at(value, 0) == 0))
        return mote_import_pad_like(c, x, before, behind, mote_import_reshape(c, mote_import_as_file(c, value), 0, NULL));
    return given != 0 ? mote_import_pad_with(c, x, before, behind, given) : mote_import_pad_zero(c, x, before, behind);
}

static mote_id pad_with_zeros(mote_import_call *c, mote_id x, const padding *p, const mote_import_order *order)
{
    int32_t before[MOTE_RANK_MAX], behind[MOTE_RANK_MAX], i;

    for (i = 0; i < order->rank; i++) {
        before[i] = p->before[order->axis[i]] > 0 ? p->before[order->axis[i]] : 0;
        behind[i] = p->behind[order->axis[i]] > 0 ? p->behind[order->axis[i]] : 0;
    }
    return mote_import_pad_zero(c, x, before, behind);
}

static void import_pad(mote_import_call *c)
{
    static const char *const names[] = {"constant", "reflect", "edge", "wrap"};
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const char              *mode = mote_import_string(c, "mode", "constant");
    mote_id                  y = mote_import_as(c, x, &order);
    padding                  p;
    int32_t                  i = 0;

    while (i < 4 && strcmp(mode, names[i]) != 0)
        i++;
    read_padding(c, x->shape.rank, &p);
    if (i == 4)
        mote_import_refuse(c, "mode \"%s\"", mote_show_string(mode).text);
    if (p.cuts && !mote_import_failed(c))
        y = cut_off(c, y, &p, &order);
    if (p.pads && !mote_import_failed(c))
        y = pad_in_mode(c, y, &p, &order, (pad_mode)i);
    if (!p.cuts && !p.pads)
        mote_import_give_reshaped(c, 0, x, &x->shape);
    else
        mote_import_give(c, 0, y, order.axis);
}

/* ---- DepthToSpace, SpaceToDepth ---- */

/* CRD has a channel's block together, mote (and DCR) a block's channels. Numbers of channels in the one order by those in
 * the other. */
static mote_id between_orders(mote_import_call *c, mote_id x, int32_t block, bool is_to_crd)
{
    const int32_t channels = mote_import_tensor_at(c, x)->dim[3], outs = channels / (block * block);
    int32_t      *numbers = mote_import_take(c, (size_t)channels, sizeof *numbers), b, o;

    for (b = 0; numbers && b < block * block; b++)
        for (o = 0; o < outs; o++)
            if (is_to_crd)
                numbers[o * block * block + b] = b * outs + o;
            else
                numbers[b * outs + o] = o * block * block + b;
    return numbers ? mote_import_gather(c, x, 3, numbers, channels) : MOTE_NONE;
}

static void import_blocks(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_channels_last(4);
    const int32_t            block = mote_import_small(c, "blocksize", 0);
    const bool               is_crd = strcmp(mote_import_string(c, "mode", "DCR"), "CRD") == 0;
    const bool               is_to_space = c->row->kind == MOTE_OP_DEPTH_TO_SPACE;
    mote_import_op           op = {.op = (mote_op_kind)c->row->kind, .in_count = 1};
    mote_id                  y;

    if (x->shape.rank != 4 || block < 1 || block > 1024 || (is_to_space && x->shape.dim[1] % (block * block) != 0)) {
        mote_import_wrong(c, "blocks of %d in %d dimensions", block, x->shape.rank);
        return;
    }
    y = mote_import_as(c, x, &order);
    if (is_to_space && is_crd)
        y = between_orders(c, y, block, false);
    op.in = &y;
    if (is_to_space)
        op.as.depth_to_space.block_size = block;
    else
        op.as.space_to_depth.block_size = block;
    y = mote_import_add(c, &op);
    if (!is_to_space && is_crd)
        y = between_orders(c, y, block, true);
    mote_import_give(c, 0, y, order.axis);
}

/* ---- what only shapes say ---- */

static void give_ints(mote_import_call *c, int32_t rank, const int64_t *n, int32_t count)
{
    const mote_import_shape shape = {.rank = rank, .dim = {count}};
    int64_t                *known = mote_import_take(c, (size_t)count, sizeof *known);

    if (known && count > 0)
        memcpy(known, n, (size_t)count * sizeof *n);
    mote_import_give_known(c, 0, MOTE_I64, &shape, known);
}

static void import_shape(mote_import_call *c)
{
    const mote_import_shape *shape = &mote_import_in(c, 0)->shape;
    int64_t                  start = mote_import_int(c, "start", 0), end = mote_import_int(c, "end", shape->rank);
    int64_t                  n[MOTE_RANK_MAX];
    int32_t                  i;

    start = clamp(start < 0 ? start + shape->rank : start, 0, shape->rank);
    end = clamp(end < 0 ? end + shape->rank : end, start, shape->rank);
    for (i = 0; i < shape->rank; i++)
        n[i] = shape->dim[i];
    give_ints(c, 1, n + start, (int32_t)(end - start));
}

static void import_size(mote_import_call *c)
{
    const int64_t count = (int64_t)mote_import_count(&mote_import_in(c, 0)->shape);

    give_ints(c, 0, &count, 1);
}

static void give_tensor(mote_import_call *c, const mote_import_tensor *tensor)
{
    mote_import_shape shape = {.rank = tensor->rank};

    memcpy(shape.dim, tensor->dim, sizeof shape.dim);
    if (tensor->dtype == MOTE_DTYPE_COUNT)
        mote_import_refuse(c, "values of type %s", mote_onnx_type_name(tensor->file_type));
    mote_import_give_known(c, 0, tensor->dtype, &shape, tensor->values);
}

static void import_constant(mote_import_call *c)
{
    const mote_import_attribute *value = mote_import_attribute_find(c->node, "value"),
                                *f = mote_import_attribute_find(c->node, "value_float"),
                                *fs = mote_import_attribute_find(c->node, "value_floats"),
                                *i = mote_import_attribute_find(c->node, "value_int"),
                                *is = mote_import_attribute_find(c->node, "value_ints");

    if (value && value->t)
        give_tensor(c, value->t);
    else if (f)
        mote_import_give_known(c, 0, MOTE_F32, &(mote_import_shape){0}, &f->f);
    else if (fs)
        mote_import_give_known(c, 0, MOTE_F32, &(mote_import_shape){1, {fs->float_count}}, fs->floats);
    else if (i)
        give_ints(c, 0, &i->i, 1);
    else if (is)
        give_ints(c, 1, is->ints, is->int_count);
    else
        mote_import_refuse(c, "a constant that is no tensor of numbers");
}

static void import_constant_of_shape(mote_import_call *c)
{
    static const float           zero = 0;
    const mote_import_list       list = mote_import_operand_ints(c, 0, NULL);
    const mote_import_attribute *a = mote_import_attribute_find(c->node, "value");
    mote_import_value            x = {.dtype = MOTE_F32, .known = &zero};
    mote_import_shape            shape = {.rank = list.count};
    const walk                   w = {0};
    int32_t                      i;

    if (a && a->t && a->t->values) {
        x.dtype = a->t->dtype;
        x.known = a->t->values;
    }
    if (mote_import_failed(c) || list.count > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    for (i = 0; i < list.count; i++) {
        if (list.n[i] < 0 || list.n[i] > INT32_MAX)
            mote_import_wrong(c, "dimension %d is %lld", i, (long long)list.n[i]);
        shape.dim[i] = (int32_t)list.n[i];
    }
    if (!mote_import_failed(c))
        give_walk(c, 0, &x, &shape, &w);
}

static void import_range(mote_import_call *c)
{
    const mote_import_value *start = mote_import_in(c, 0), *limit = mote_import_in(c, 1), *delta = mote_import_in(c, 2);
    const bool               is_float = start->dtype == MOTE_F32;
    mote_import_shape        shape = {.rank = 1};
    double                   count;
    void                    *out;
    int32_t                  i;

    if (!all_known(c) || (!is_float && start->dtype != MOTE_I64 && start->dtype != MOTE_I32) ||
        limit->dtype != start->dtype || delta->dtype != start->dtype || mote_import_number_at(delta, 0) == 0) {
        mote_import_refuse(c, "start, limit and delta must be constants of float32, int32 or int64");
        return;
    }
    count = (mote_import_number_at(limit, 0) - mote_import_number_at(start, 0)) / mote_import_number_at(delta, 0);
    if (!(count < KNOWN_BYTES_MAX / 8)) {
        mote_import_refuse(c, "%g numbers", count);
        return;
    }
    shape.dim[0] = count > 0 ? (int32_t)count + (count > (double)(int32_t)count) : 0;
    out = mote_import_take(c, (size_t)shape.dim[0], 8);
    for (i = 0; out && i < shape.dim[0]; i++)
        if (is_float)
            ((float *)out)[i] = (float)(mote_import_number_at(start, 0) + i * mote_import_number_at(delta, 0));
        else if (start->dtype == MOTE_I32)
            ((int32_t *)out)[i] = (int32_t)(mote_import_integer_at(start, 0) + i * mote_import_integer_at(delta, 0));
        else
            ((int64_t *)out)[i] = mote_import_integer_at(start, 0) + i * mote_import_integer_at(delta, 0);
    mote_import_give_known(c, 0, start->dtype, &shape, out);
}

/* The part of a matrix on one side of a diagonal: by a mask, since the rest becomes 0 whatever it is. */
static void import_trilu(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_file_order(x->shape.rank);
    const mote_import_list   k = mote_import_operand_ints(c, 1, NULL);
    const bool               upper = mote_import_int(c, "upper", 1) != 0;
    const int64_t            shift = k.count == 1 ? k.n[0] : 0, zero = 0;
    const int32_t            rank = x->shape.rank;
    uint8_t                 *mask;
    int32_t                  y, i, dim[2];

    if (mote_import_failed(c) || rank < 2) {
        mote_import_wrong(c, "no matrix");
        return;
    }
    dim[0] = x->shape.dim[rank - 2];
    dim[1] = x->shape.dim[rank - 1];
    mask = mote_import_take(c, (size_t)dim[0] * (size_t)dim[1], 1);
    for (y = 0; mask && y < dim[0]; y++)
        for (i = 0; i < dim[1]; i++)
            mask[(size_t)y * (size_t)dim[1] + (size_t)i] = upper ? i - y >= shift : i - y <= shift;
    if (!mask)
        return;
    mote_import_give(c, 0,
                     mote_import_select(c, mote_import_const(c, MOTE_BOOL, 2, dim, mask), mote_import_as(c, x, &order),
                                        mote_import_const(c, x->dtype, 0, NULL, &zero)),
                     NULL);
}

/* ---- OneHot, EyeLike, Compress, CenterCropPad ---- */

/* on where the index is the number of the place along a new axis, else off. Negative indices count from the end; others out
 * of range are nowhere. */
static void import_one_hot(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *values = mote_import_in(c, 2);
    const mote_import_value *depth = mote_import_in(c, 1);
    const double  depths = depth->known && mote_import_count(&depth->shape) == 1 ? mote_import_number_at(depth, 0) : 0;
    const int32_t rank = x->shape.rank + 1, axis = mote_import_axis(c, mote_import_int(c, "axis", -1), rank);
    const int32_t size = depths >= 1 && depths < 1 << 20 ? (int32_t)depths : 0;
    int32_t       dim[MOTE_RANK_MAX], places[MOTE_RANK_MAX], *numbers, i, k;
    mote_id       id, on[2];

    if (mote_import_failed(c) || rank > MOTE_RANK_MAX || size == 0 || !values->known ||
        mote_import_count(&values->shape) != 2 ||
        (values->dtype != MOTE_F32 && values->dtype != MOTE_I32 && values->dtype != MOTE_I64)) {
        mote_import_refuse(c, "depth and values must be constants");
        return;
    }
    for (i = 0, k = 0; i < rank; i++) {
        dim[i] = i == axis ? 1 : x->shape.dim[k++];
        places[i] = i == axis ? size : 1;
    }
    numbers = mote_import_take(c, (size_t)size, sizeof *numbers);
    for (i = 0; numbers && i < size; i++)
        numbers[i] = i;
    id = mote_import_reshape(c, mote_import_cast(c, mote_import_as_file(c, x), MOTE_I32), rank, dim);
    id = mote_import_select(c,
                            mote_import_binary(c, MOTE_OP_LESS, id, mote_import_const(c, MOTE_I32, 0, NULL, &(int32_t){0})),
                            mote_import_binary(c, MOTE_OP_ADD, id, mote_import_const(c, MOTE_I32, 0, NULL, &size)), id);
    id = numbers ? mote_import_binary(c, MOTE_OP_EQUAL, id, mote_import_const(c, MOTE_I32, rank, places, numbers))
                 : MOTE_NONE;
    for (i = 0; i < 2; i++)
        on[i] = mote_import_const(c, values->dtype, 0, NULL,
                                  (const uint8_t *)values->known + (size_t)i * (size_t)mote_dtype_bits(values->dtype) / 8);
    mote_import_give(c, 0, mote_import_select(c, id, on[1], on[0]), NULL);
}

static void import_eye_like(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            to = mote_import_small(c, "dtype", 0);
    const mote_dtype         dtype = to ? mote_onnx_dtype(to) : x->dtype;
    const int64_t            shift = mote_import_int(c, "k", 0);
    const float              one = 1;
    const int64_t            whole = 1;
    uint8_t                 *out;
    int32_t                  y, i;

    if (x->shape.rank != 2 || dtype == MOTE_DTYPE_COUNT || dtype == MOTE_F16 || dtype == MOTE_F64 ||
        !(out = mote_import_take(c, mote_import_count(&x->shape), (size_t)mote_dtype_bits(dtype) / 8))) {
        mote_import_refuse(c, "no matrix, or of a type that is not supported");
        return;
    }
    for (y = 0; y < x->shape.dim[0]; y++)
        for (i = 0; i < x->shape.dim[1]; i++)
            if (i - y == shift) {
                const size_t width = (size_t)mote_dtype_bits(dtype) / 8;
                memcpy(out + ((size_t)y * (size_t)x->shape.dim[1] + (size_t)i) * width,
                       dtype == MOTE_F32 ? (const void *)&one : &whole, width);
            }
    mote_import_give_known(c, 0, dtype, &x->shape, out);
}

/* Elements along an axis, or of all as one row, whose truth values say so. */
static void import_compress(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *condition = mote_import_in(c, 1);
    const bool               has_axis = mote_import_has(c, "axis");
    const int32_t            axis = has_axis ? mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank) : 0;
    const mote_import_order  order = has_axis ? mote_import_common_order(c, 0, 1, x->shape.rank) : mote_import_file_order(1);
    const size_t             given = mote_import_count(&condition->shape), all = mote_import_count(&x->shape);
    const int32_t            size = has_axis ? x->shape.dim[axis] : (int32_t)all;
    int32_t                 *numbers = mote_import_take(c, given, sizeof *numbers), i, count = 0;
    mote_id                  id;

    if (!numbers || !condition->known || condition->dtype != MOTE_BOOL || given > (size_t)size) {
        mote_import_refuse(c, "the condition must be a constant, and no longer than the axis");
        return;
    }
    for (i = 0; i < (int32_t)given; i++)
        if (mote_import_integer_at(condition, (size_t)i))
            numbers[count++] = i;
    if (count == 0) {
        mote_import_refuse(c, "nothing is left");
        return;
    }
    id = has_axis ? mote_import_as(c, x, &order) : mote_import_reshape(c, mote_import_as_file(c, x), 1, &size);
    mote_import_give(c, 0, mote_import_gather(c, id, has_axis ? mote_import_place(&order, axis) : 0, numbers, count),
                     order.axis);
}

/* Cut off or padded with zeros on both sides, the odd element behind. */
static void import_center_crop_pad(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   sizes = mote_import_operand_ints(c, 1, NULL), axes = mote_import_ints(c, "axes");
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    padding                  p = {.cuts = false};
    mote_id                  y = mote_import_as(c, x, &order);
    int32_t                  i;

    if (!mote_import_failed(c) && sizes.count != (axes.count >= 0 ? axes.count : x->shape.rank))
        mote_import_wrong(c, "%d sizes", sizes.count);
    for (i = 0; i < sizes.count && !mote_import_failed(c); i++) {
        const int32_t axis = axes.count >= 0 ? mote_import_axis(c, axes.n[i], x->shape.rank) : i;
        const int64_t more = sizes.n[i] - x->shape.dim[axis];
        if (sizes.n[i] < 1 || sizes.n[i] > 1 << 24) {
            mote_import_wrong(c, "size %lld", (long long)sizes.n[i]);
            return;
        }
        p.before[axis] = (int32_t)(more > 0 ? more / 2 : -(-more / 2));
        p.behind[axis] = (int32_t)(more - p.before[axis]);
        p.cuts |= more < 0;
        p.pads |= more > 0;
    }
    if (p.cuts && !mote_import_failed(c))
        y = cut_off(c, y, &p, &order);
    if (p.pads && !mote_import_failed(c))
        y = pad_with_zeros(c, y, &p, &order);
    if (!p.cuts && !p.pads)
        mote_import_give_reshaped(c, 0, x, &x->shape);
    else
        mote_import_give(c, 0, y, order.axis);
}

const mote_import_row mote_onnx_shapes[] = {
    {"Reshape", MOTE_IMPORT_FILE, 1, 2, 1, import_reshape, 0},
    {"Flatten", MOTE_IMPORT_FILE, 1, 1, 1, import_flatten, 0},
    {"Squeeze", MOTE_IMPORT_FILE, 1, 2, 1, import_squeeze, 0},
    {"Unsqueeze", MOTE_IMPORT_FILE, 1, 2, 1, import_unsqueeze, 0},
    {"Transpose", MOTE_IMPORT_FILE, 1, 1, 1, import_transpose, 0},
    {"Concat", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_concat, 0},
    {"Split", MOTE_IMPORT_ANY, 1, 2, MOTE_NODE_IN_MAX, import_split, 0},
    {"Slice", MOTE_IMPORT_ANY, 1, 5, 1, import_slice, 0},
    {"Expand", MOTE_IMPORT_FILE, 2, 2, 1, import_expand, 0},
    {"Tile", MOTE_IMPORT_ANY, 2, 2, 1, import_tile, 0},
    {"Gather", MOTE_IMPORT_FILE, 2, 2, 1, import_gather, 0},
    {"GatherElements", MOTE_IMPORT_FILE, 2, 2, 1, import_gather_elements, 0},
    {"GatherND", MOTE_IMPORT_FILE, 2, 2, 1, import_gather_nd, 0},
    {"Pad", MOTE_IMPORT_ANY, 1, 4, 1, import_pad, 0},
    {"DepthToSpace", MOTE_IMPORT_IMAGE, 1, 1, 1, import_blocks, MOTE_OP_DEPTH_TO_SPACE},
    {"SpaceToDepth", MOTE_IMPORT_IMAGE, 1, 1, 1, import_blocks, MOTE_OP_SPACE_TO_DEPTH},
    {"Shape", MOTE_IMPORT_FILE, 1, 1, 1, import_shape, 0},
    {"Size", MOTE_IMPORT_FILE, 1, 1, 1, import_size, 0},
    {"Constant", MOTE_IMPORT_FILE, 0, 0, 1, import_constant, 0},
    {"ConstantOfShape", MOTE_IMPORT_FILE, 1, 1, 1, import_constant_of_shape, 0},
    {"Range", MOTE_IMPORT_FILE, 3, 3, 1, import_range, 0},
    {"OneHot", MOTE_IMPORT_FILE, 3, 3, 1, import_one_hot, 0},
    {"EyeLike", MOTE_IMPORT_FILE, 1, 1, 1, import_eye_like, 0},
    {"Compress", MOTE_IMPORT_ANY, 2, 2, 1, import_compress, 0},
    {"CenterCropPad", MOTE_IMPORT_ANY, 2, 2, 1, import_center_crop_pad, 0},
    {"Trilu", MOTE_IMPORT_FILE, 1, 2, 1, import_trilu, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
