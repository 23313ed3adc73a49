/* Operators that move elements or only look at shapes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/operators.h"
#include "formats/tensorflow/lists.h"
#include "formats/tensorflow/types.h"

/* ---- shapes ---- */

static void import_reshape(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("allowzero", 1), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"Reshape", attributes, c->in, 2});
}

static void import_squeeze(mote_import_call *c)
{
    mote_import_list   axes = mote_import_ints(c, "squeeze_dims");
    mote_import_value *in[] = {c->in[0], NULL};

    if (axes.count < 0)
        axes = mote_import_ints(c, "axis");
    if (axes.count > 0)
        in[1] = mote_tf_known_ints(c, axes.n, axes.count);
    mote_tf_all(c, (mote_tf_told){"Squeeze", NULL, in, in[1] ? 2 : 1});
}

static void import_expand_dims(mote_import_call *c)
{
    mote_tf_apply_all(c, "Unsqueeze", c->in[0], c->in[1]);
}

static void import_transpose(mote_import_call *c)
{
    const mote_import_list      perm = mote_import_operand_ints(c, 1, NULL);
    const mote_import_attribute attributes[] = {MOTE_TF_INTS("perm", perm.n, perm.count), MOTE_TF_END};

    if (!mote_import_failed(c))
        mote_tf_all(c, (mote_tf_told){"Transpose", attributes, c->in, 1});
}

static void import_shape(mote_import_call *c)
{
    const mote_dtype   to = mote_tf_dtype(mote_import_small(c, "out_type", 3));
    mote_import_value *x;
    int32_t            i;

    for (i = 0; i < c->in_count && i < c->out_count; i++) {
        x = mote_tf_apply(c, c->row->kind ? "Size" : "Shape", c->in[i], NULL);
        x = mote_import_failed(c) ? NULL : mote_tf_cast(c, x, to);
        if (!mote_import_failed(c))
            mote_import_give_value(c, i, x);
    }
}

static void import_rank(mote_import_call *c)
{
    int32_t *rank = mote_import_take(c, 1, sizeof *rank);

    if (rank) {
        *rank = c->in[0]->shape.rank;
        mote_import_give_known(c, 0, MOTE_I32, &(mote_import_shape){0}, rank);
    }
}

/* The shape of what repeats along each other's axes of 1. */
static void import_broadcast_args(mote_import_call *c)
{
    const mote_import_list a = mote_import_operand_ints(c, 0, NULL), b = mote_import_operand_ints(c, 1, NULL);
    const int32_t          count = a.count > b.count ? a.count : b.count;
    int64_t                n[MOTE_RANK_MAX];
    mote_import_value     *known;
    int32_t                i;

    if (mote_import_failed(c) || count > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    for (i = 1; i <= count; i++) {
        const int64_t of_a = i <= a.count ? a.n[a.count - i] : 1, of_b = i <= b.count ? b.n[b.count - i] : 1;
        n[count - i] = of_a == 1 ? of_b : of_a;
    }
    known = mote_tf_cast(c, mote_tf_known_ints(c, n, count), c->in[0]->dtype);
    if (known)
        mote_import_give_value(c, 0, known);
}

static void import_fill(mote_import_call *c)
{
    mote_tf_apply_all(c, "Expand", c->in[1], c->in[0]);
}

static void import_like(mote_import_call *c)
{
    mote_tf_apply_all(c, "Expand", mote_tf_number(c, c->in[0], c->row->kind), mote_tf_apply(c, "Shape", c->in[0], NULL));
}

static void import_broadcast_to(mote_import_call *c)
{
    mote_tf_apply_all(c, "Expand", c->in[0], c->in[1]);
}

static void import_range(mote_import_call *c)
{
    mote_tf_all(c, (mote_tf_told){"Range", NULL, c->in, 3});
}

/* ---- several tensors ---- */

/* Operands first to first + count - 1, along an axis. */
static void concat(mote_import_call *c, mote_import_value *const *in, int32_t count, int64_t axis)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("axis", axis), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"Concat", attributes, in, count});
}

static void import_concat(mote_import_call *c)
{
    const int32_t          last = c->row->kind ? 0 : c->in_count - 1;
    const mote_import_list axis = mote_import_operand_ints(c, last, NULL);

    if (!mote_import_failed(c) && axis.count != 1)
        mote_import_wrong(c, "%d axes", axis.count);
    if (!mote_import_failed(c))
        concat(c, c->in + (last == 0), c->in_count - 1, axis.n[0]);
}

static mote_import_value *with_axis(mote_import_call *c, mote_import_value *x, int64_t axis)
{
    return mote_tf_apply(c, "Unsqueeze", x, mote_tf_known_ints(c, &axis, 1));
}

static bool all_known(mote_import_value *const *in, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (!in[i]->known)
            return false;
    return true;
}

/* Tensors of one rank, at most as many as a node takes. */
static mote_id pack_some(mote_import_call *c, const mote_id *in, int32_t count, int32_t place)
{
    mote_import_op op = {.op = MOTE_OP_PACK, .in = in, .in_count = count};

    op.as.pack.count = count;
    op.as.pack.axis = place;
    return mote_import_add(c, &op);
}

/* Where samples are counted, their axis stays first. */
static void pack_computed(mote_import_call *c, mote_import_value *const *in, int32_t count, int32_t axis)
{
    mote_id *ids = mote_import_take(c, (size_t)count, sizeof *ids),
            *parts = mote_import_take(c, (size_t)count, sizeof *parts);
    mote_import_order order = {.rank = in[0]->shape.rank + 1};
    bool              is_batched = false;
    int32_t           i, place, part_count = 0, k = 0;

    for (i = 0; ids && i < count && !mote_import_failed(c); i++) {
        if (in[i]->shape.rank != in[0]->shape.rank)
            mote_import_wrong(c, "operands of %d and of %d dimensions", in[0]->shape.rank, in[i]->shape.rank);
        ids[i] = mote_import_as_file(c, in[i]);
        is_batched |= mote_import_tensor_at(c, ids[i])->is_batched;
    }
    if (mote_import_failed(c) || order.rank > MOTE_RANK_MAX) {
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
        return;
    }
    place = is_batched && axis == 0 ? 1 : axis;
    for (i = 0; i < order.rank; i++)
        if (i == place)
            order.axis[i] = axis;
        else {
            order.axis[i] = k + (k >= axis);
            k++;
        }
    if (count == 1 && parts && !mote_import_failed(c)) { /* an axis of length 1 more */
        int32_t dim[MOTE_RANK_MAX];
        for (i = 0; i < order.rank; i++)
            dim[i] = i == place ? 1 : in[0]->shape.dim[order.axis[i] - (order.axis[i] > axis)];
        mote_import_give(c, 0, mote_import_reshape(c, ids[0], order.rank, dim), order.axis);
        return;
    }
    for (i = 0; parts && i < count; i += MOTE_NODE_IN_MAX)
        parts[part_count++] = pack_some(c, ids + i, count - i < MOTE_NODE_IN_MAX ? count - i : MOTE_NODE_IN_MAX, place);
    if (parts)
        mote_import_give(c, 0, mote_import_concat(c, parts, part_count, place), order.axis);
}

void mote_tf_pack(mote_import_call *c, mote_import_value *const *in, int32_t count, int32_t axis)
{
    mote_import_value **with = all_known(in, count) ? mote_import_take(c, (size_t)count, sizeof *with) : NULL;
    int32_t             i;

    for (i = 0; with && i < count && !mote_import_failed(c); i++)
        with[i] = with_axis(c, in[i], axis);
    if (with && !mote_import_failed(c))
        concat(c, with, count, axis);
    else if (!mote_import_failed(c))
        pack_computed(c, in, count, axis);
}

static void import_pack(mote_import_call *c)
{
    const int32_t axis = mote_import_axis(c, mote_import_int(c, "axis", 0), c->in[0]->shape.rank + 1);

    if (mote_import_failed(c))
        return;
    mote_tf_pack(c, c->in, c->in_count, axis);
    if (c->in[0]->shape.rank == 0 && mote_import_out(c, 0) && !mote_import_failed(c))
        mote_import_out(c, 0)->parts = c->in;
}

static void import_split(mote_import_call *c)
{
    const bool                  has_sizes = c->row->kind != 0;
    const mote_import_list      axis = mote_import_operand_ints(c, has_sizes ? 2 : 0, NULL);
    const mote_import_attribute attributes[] = {MOTE_TF_INT("axis", axis.count == 1 ? axis.n[0] : 0), MOTE_TF_END};
    mote_import_value          *in[] = {c->in[has_sizes ? 0 : 1], NULL};
    mote_import_list            sizes;
    int64_t                    *n, left;
    int32_t                     i, open = -1, at;

    if (mote_import_failed(c) || axis.count != 1) {
        mote_import_wrong(c, "%d axes", axis.count);
        return;
    }
    if (!has_sizes) {
        mote_tf_all(c, (mote_tf_told){"Split", attributes, in, 1});
        return;
    }
    sizes = mote_import_operand_ints(c, 1, NULL);
    at = mote_import_axis(c, axis.n[0], in[0]->shape.rank);
    n = mote_import_failed(c) ? NULL : mote_import_take(c, (size_t)sizes.count, sizeof *n);
    if (!n)
        return;
    left = in[0]->shape.dim[at];
    for (i = 0; i < sizes.count; i++) {
        n[i] = sizes.n[i];
        if (n[i] < 0)
            open = i;
        else if (n[i] <= left)
            left -= n[i];
    }
    if (open >= 0)
        n[open] = left;
    in[1] = mote_tf_known_ints(c, n, sizes.count);
    mote_tf_all(c, (mote_tf_told){"Split", attributes, in, 2});
}

/* ---- parts ---- */

typedef struct cut {
    int64_t starts[MOTE_RANK_MAX], ends[MOTE_RANK_MAX], steps[MOTE_RANK_MAX], axes[MOTE_RANK_MAX];
    int32_t count;
} cut;

static mote_import_value *cut_out(mote_import_call *c, mote_import_value *x, const cut *k)
{
    mote_import_value *in[] = {x, mote_tf_known_ints(c, k->starts, k->count), mote_tf_known_ints(c, k->ends, k->count),
                               mote_tf_known_ints(c, k->axes, k->count), mote_tf_known_ints(c, k->steps, k->count)};

    return mote_import_failed(c) ? NULL : mote_tf_part(c, (mote_tf_told){"Slice", NULL, in, 5});
}

static void add_cut(cut *k, int32_t axis, int64_t start, int64_t end, int64_t step)
{
    k->starts[k->count] = start;
    k->ends[k->count] = end;
    k->steps[k->count] = step;
    k->axes[k->count++] = axis;
}

static void import_slice(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   begin = mote_import_operand_ints(c, 1, NULL), size = mote_import_operand_ints(c, 2, NULL);
    mote_import_value       *y;
    cut                      k = {.count = 0};
    int32_t                  i;

    if (mote_import_failed(c) || begin.count != x->shape.rank || size.count != x->shape.rank) {
        mote_import_wrong(c, "%d begins and %d sizes of %d axes", begin.count, size.count, x->shape.rank);
        return;
    }
    for (i = 0; i < x->shape.rank; i++) {
        if (begin.n[i] < 0 || begin.n[i] > x->shape.dim[i] || size.n[i] < -1 || size.n[i] > x->shape.dim[i] - begin.n[i]) {
            mote_import_wrong(c, "axis %d from %lld, %lld elements", i, (long long)begin.n[i], (long long)size.n[i]);
            return;
        }
        add_cut(&k, i, begin.n[i], size.n[i] < 0 ? x->shape.dim[i] : begin.n[i] + size.n[i], 1);
    }
    if ((y = cut_out(c, c->in[0], &k)) != NULL)
        mote_import_give_value(c, 0, y);
}

/* A list of ranges, of which some are one number (and its axis goes), a new axis, or all axes that no other names. */
typedef struct ranges {
    mote_import_list begin, end, step;
    uint32_t         begins, ends, ellipsis, new_axis, shrink; /* masks */
} ranges;

static bool read_ranges(mote_import_call *c, ranges *r)
{
    r->begin = mote_import_operand_ints(c, 1, NULL);
    r->end = mote_import_operand_ints(c, 2, NULL);
    r->step = mote_import_operand_ints(c, 3, NULL);
    r->begins = (uint32_t)mote_import_small(c, "begin_mask", 0);
    r->ends = (uint32_t)mote_import_small(c, "end_mask", 0);
    r->ellipsis = (uint32_t)mote_import_small(c, "ellipsis_mask", 0);
    r->new_axis = (uint32_t)mote_import_small(c, "new_axis_mask", 0);
    r->shrink = (uint32_t)mote_import_small(c, "shrink_axis_mask", 0);
    if (!mote_import_failed(c) && (r->begin.count > 31 || r->begin.count != r->end.count || r->begin.count != r->step.count))
        mote_import_wrong(c, "begin, end and strides do not go together");
    return !mote_import_failed(c);
}

/* How many axes the ellipsis stands for. */
static int32_t rest_of(const ranges *r, int32_t rank)
{
    int32_t i, named = 0;

    for (i = 0; i < r->begin.count; i++)
        named += !((r->ellipsis | r->new_axis) >> i & 1u);
    return rank - named;
}

/* x[:, i], as loops have it: one computed number, and everything of the other axes. */
static void import_counted_part(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0), *begin = mote_import_in(c, 1);
    const mote_import_list   step = mote_import_operand_ints(c, 3, NULL);
    const uint32_t           begins = (uint32_t)mote_import_small(c, "begin_mask", 0),
                   ends = (uint32_t)mote_import_small(c, "end_mask", 0),
                   shrink = (uint32_t)mote_import_small(c, "shrink_axis_mask", 0);
    const bool has_others = mote_import_int(c, "ellipsis_mask", 0) != 0 || mote_import_int(c, "new_axis_mask", 0) != 0;
    int32_t    i, axis = -1;

    if (mote_import_failed(c))
        return;
    for (i = 0; i < begin->shape.dim[0] && i < x->shape.rank && !has_others; i++) {
        const bool is_whole = begins >> i & 1u && ends >> i & 1u && !(shrink >> i & 1u) && i < step.count && step.n[i] == 1;
        if (!begin->parts[i]->known && shrink >> i & 1u && axis < 0)
            axis = i;
        else if (!is_whole)
            break;
    }
    if (axis < 0 || i < begin->shape.dim[0])
        mote_import_refuse(c, "which part it takes depends on an input");
    else
        mote_tf_give_part(c, x, axis, mote_tf_counted(c, begin->parts[axis]));
}

static void import_strided_slice(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    mote_import_shape        shape = {0};
    mote_import_value       *y;
    int32_t kept[MOTE_RANK_MAX], i, axis = 0, rest, count = 0; /* kept[i]: the result's axis; -1: a new one */
    ranges  r;
    cut     k = {.count = 0};

    if (!c->in[1]->known && c->in[1]->parts) {
        import_counted_part(c);
        return;
    }
    if (!read_ranges(c, &r))
        return;
    rest = rest_of(&r, x->shape.rank);
    for (i = 0; i < r.begin.count && !mote_import_failed(c); i++) {
        const bool shrinks = r.shrink >> i & 1u;
        int64_t    begin = r.begin.n[i], end = r.end.n[i], step = r.step.n[i];
        if (r.ellipsis >> i & 1u) {
            for (; rest > 0 && count < MOTE_RANK_MAX; rest--)
                kept[count++] = axis++;
            continue;
        }
        if (r.new_axis >> i & 1u) {
            if (count < MOTE_RANK_MAX)
                kept[count++] = -1;
            continue;
        }
        if (axis >= x->shape.rank || count >= MOTE_RANK_MAX || step == 0) {
            mote_import_wrong(c, "more ranges than axes, or a stride of 0");
            return;
        }
        if (shrinks) {
            begin += begin < 0 ? x->shape.dim[axis] : 0;
            end = begin + 1;
            step = 1;
            if (begin < 0 || begin >= x->shape.dim[axis])
                mote_import_wrong(c, "element %lld of %d", (long long)begin, x->shape.dim[axis]);
        } else {
            begin = r.begins >> i & 1u ? (step > 0 ? 0 : x->shape.dim[axis] - 1) : begin;
            end = r.ends >> i & 1u ? (step > 0 ? INT64_MAX / 2 : -INT64_MAX / 2) : end;
            kept[count++] = axis;
        }
        add_cut(&k, axis++, begin, end, step);
    }
    for (; axis < x->shape.rank && count < MOTE_RANK_MAX; axis++)
        kept[count++] = axis;
    if (axis < x->shape.rank)
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
    if (mote_import_failed(c) || !(y = k.count > 0 ? cut_out(c, c->in[0], &k) : c->in[0]))
        return;
    for (i = 0; i < count; i++)
        shape.dim[shape.rank++] = kept[i] < 0 ? 1 : y->shape.dim[kept[i]];
    mote_import_give_reshaped(c, 0, y, &shape);
}

/* One operator for all parts. */
static void unpack_computed(mote_import_call *c, mote_import_value *x, int32_t axis, mote_import_value **out, int32_t count)
{
    const mote_import_order order = mote_import_common_order(
        &(mote_import_call){.in = &x, .in_count = 1, .im = c->im, .err = c->err}, 0, 1, x->shape.rank);
    const mote_id  id = mote_import_as(c, x, &order);
    mote_import_op op = {.op = MOTE_OP_UNPACK, .in = &id, .in_count = 1};
    int32_t        axes[MOTE_RANK_MAX], i, rank = 0;
    mote_id        ids[MOTE_NODE_OUT_MAX];

    op.as.unpack.count = count;
    op.as.unpack.axis = mote_import_place(&order, axis);
    mote_import_add_many(c, &op, ids, count);
    for (i = 0; i < order.rank; i++)
        if (order.axis[i] != axis)
            axes[rank++] = order.axis[i] - (order.axis[i] > axis);
    for (i = 0; i < count && !mote_import_failed(c); i++) {
        mote_import_call part = *c;
        if (!(out[i] = part.result = mote_import_new_value(c)))
            return;
        mote_import_give(&part, 0, ids[i], axes);
        c->made = part.made;
    }
}

void mote_tf_unpack(mote_import_call *c, mote_import_value *x, int32_t axis, mote_import_value **out, int32_t count)
{
    mote_import_shape shape = {0};
    int32_t           i;

    if (!x->known && count > 1 && count <= MOTE_NODE_OUT_MAX) {
        unpack_computed(c, x, axis, out, count);
        return;
    }
    for (i = 0; i < x->shape.rank; i++)
        if (i != axis)
            shape.dim[shape.rank++] = x->shape.dim[i];
    for (i = 0; i < count && !mote_import_failed(c); i++) {
        cut                k = {.count = 0};
        mote_import_value *y;
        add_cut(&k, axis, i, i + 1, 1);
        if ((y = cut_out(c, x, &k)) != NULL && (out[i] = mote_tf_reshaped(c, y, &shape)) != NULL)
            out[i]->uses = 2; /* who reads it is not known */
    }
}

static void import_unpack(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank);
    const int32_t            count = mote_import_failed(c) ? 0 : x->shape.dim[axis];
    mote_import_value      **parts = mote_import_take(c, (size_t)count, sizeof *parts);
    int32_t                  i;

    if (parts)
        mote_tf_unpack(c, c->in[0], axis, parts, count);
    for (i = 0; i < count && i < c->out_count && !mote_import_failed(c); i++)
        mote_import_give_value(c, i, parts[i]);
}

/* ---- by numbers ---- */

static void import_gather(mote_import_call *c)
{
    const mote_import_list      axis = c->in_count > 2 ? mote_import_operand_ints(c, 2, NULL) : (mote_import_list){NULL, 0};
    const mote_import_attribute attributes[] = {MOTE_TF_INT("axis", axis.count == 1 ? axis.n[0] : 0), MOTE_TF_END};

    if (mote_import_int(c, "batch_dims", 0) != 0)
        mote_import_refuse(c, "batch_dims");
    if (!mote_import_failed(c))
        mote_tf_all(c, (mote_tf_told){"Gather", attributes, c->in, 2});
}

static void import_gather_nd(mote_import_call *c)
{
    mote_tf_all(c, (mote_tf_told){"GatherND", NULL, c->in, 2});
}

static void import_one_hot(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("axis", mote_import_int(c, "axis", -1)), MOTE_TF_END};
    const int64_t               one = 1;
    mote_import_value          *in[] = {c->in[0], c->in[1], NULL};
    mote_import_value          *pair[2];
    int32_t                     i;

    for (i = 0; i < 2; i++) /* off, on */
        pair[i] = mote_tf_apply(c, "Expand", c->in[3 - i], mote_tf_known_ints(c, &one, 1));
    if (mote_import_failed(c))
        return;
    in[2] =
        mote_tf_part(c, (mote_tf_told){"Concat", (mote_import_attribute[]){MOTE_TF_INT("axis", 0), MOTE_TF_END}, pair, 2});
    mote_tf_all(c, (mote_tf_told){"OneHot", attributes, in, 3});
}

static void import_reverse(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const uint32_t           axes = mote_import_axes(c, mote_import_operand_ints(c, 1, NULL), x->shape.rank, 0);
    mote_import_value       *y;
    cut                      k = {.count = 0};
    int32_t                  i;

    for (i = 0; i < x->shape.rank; i++)
        if (axes >> i & 1u)
            add_cut(&k, i, x->shape.dim[i] - 1, -INT64_MAX / 2, -1);
    if (!mote_import_failed(c) && (y = k.count > 0 ? cut_out(c, c->in[0], &k) : c->in[0]) != NULL)
        mote_import_give_value(c, 0, y);
}

static void import_tile(mote_import_call *c)
{
    mote_tf_apply_all(c, "Tile", c->in[0], c->in[1]);
}

/* ---- Pad ---- */

/* ONNX has all paddings in front first, then all behind. */
static void import_pad(mote_import_call *c)
{
    const mote_import_list      pads = mote_import_operand_ints(c, 1, NULL);
    const char                 *mode = c->row->kind == 0                                                    ? "constant"
                                       : strcmp(mote_import_string(c, "mode", "REFLECT"), "SYMMETRIC") == 0 ? "symmetric"
                                                                                                            : "reflect";
    const mote_import_attribute attributes[] = {MOTE_TF_STRING("mode", mode), MOTE_TF_END};
    mote_import_value          *in[] = {c->in[0], NULL, mote_tf_in(c, 2)};
    const int32_t               rank = c->in[0]->shape.rank;
    int64_t                     n[2 * MOTE_RANK_MAX];
    int32_t                     before[MOTE_RANK_MAX], behind[MOTE_RANK_MAX], i;

    if (mote_import_failed(c) || pads.count != 2 * rank) {
        mote_import_wrong(c, "%d paddings of %d axes", pads.count, rank);
        return;
    }
    for (i = 0; i < rank; i++) {
        if (pads.n[2 * i] < 0 || pads.n[2 * i + 1] < 0 || pads.n[2 * i] > 1 << 24 || pads.n[2 * i + 1] > 1 << 24) {
            mote_import_wrong(c, "paddings %lld and %lld", (long long)pads.n[2 * i], (long long)pads.n[2 * i + 1]);
            return;
        }
        n[i] = before[i] = (int32_t)pads.n[2 * i];
        n[i + rank] = behind[i] = (int32_t)pads.n[2 * i + 1];
    }
    if (mode[0] == 's') {
        mote_import_give(c, 0, mote_import_pad_mirror(c, mote_import_as_file(c, c->in[0]), before, behind, true), NULL);
        return;
    }
    in[1] = mote_tf_known_ints(c, n, 2 * rank);
    mote_tf_all(c, (mote_tf_told){"Pad", attributes, in, in[2] ? 3 : 2});
}

const mote_import_row mote_tf_shapes[] = {
    {"Reshape", MOTE_IMPORT_FILE, 2, 2, 1, import_reshape, 0},
    {"Squeeze", MOTE_IMPORT_FILE, 1, 1, 1, import_squeeze, 0},
    {"ExpandDims", MOTE_IMPORT_FILE, 2, 2, 1, import_expand_dims, 0},
    {"Transpose", MOTE_IMPORT_FILE, 2, 2, 1, import_transpose, 0},
    {"Shape", MOTE_IMPORT_FILE, 1, 1, 1, import_shape, 0},
    {"ShapeN", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_shape, 0},
    {"Size", MOTE_IMPORT_FILE, 1, 1, 1, import_shape, 1},
    {"Rank", MOTE_IMPORT_FILE, 1, 1, 1, import_rank, 0},
    {"Fill", MOTE_IMPORT_FILE, 2, 2, 1, import_fill, 0},
    {"ZerosLike", MOTE_IMPORT_FILE, 1, 1, 1, import_like, 0},
    {"OnesLike", MOTE_IMPORT_FILE, 1, 1, 1, import_like, 1},
    {"BroadcastTo", MOTE_IMPORT_FILE, 2, 2, 1, import_broadcast_to, 0},
    {"BroadcastArgs", MOTE_IMPORT_FILE, 2, 2, 1, import_broadcast_args, 0},
    {"Range", MOTE_IMPORT_FILE, 3, 3, 1, import_range, 0},
    {"ConcatV2", MOTE_IMPORT_ANY, 2, INT32_MAX, 1, import_concat, 0},
    {"Concat", MOTE_IMPORT_FILE, 2, INT32_MAX, 1, import_concat, 1},
    {"Pack", MOTE_IMPORT_FILE, 1, INT32_MAX, 1, import_pack, 0},
    {"Unpack", MOTE_IMPORT_FILE, 1, 1, INT32_MAX, import_unpack, 0},
    {"Split", MOTE_IMPORT_FILE, 2, 2, INT32_MAX, import_split, 0},
    {"SplitV", MOTE_IMPORT_ANY, 3, 3, INT32_MAX, import_split, 1},
    {"Slice", MOTE_IMPORT_ANY, 3, 3, 1, import_slice, 0},
    {"StridedSlice", MOTE_IMPORT_FILE, 4, 4, 1, import_strided_slice, 0},
    {"Gather", MOTE_IMPORT_FILE, 2, 2, 1, import_gather, 0},
    {"GatherV2", MOTE_IMPORT_FILE, 3, 3, 1, import_gather, 0},
    {"ResourceGather", MOTE_IMPORT_FILE, 2, 2, 1, import_gather, 0},
    {"GatherNd", MOTE_IMPORT_FILE, 2, 2, 1, import_gather_nd, 0},
    {"OneHot", MOTE_IMPORT_FILE, 4, 4, 1, import_one_hot, 0},
    {"ReverseV2", MOTE_IMPORT_ANY, 2, 2, 1, import_reverse, 0},
    {"Tile", MOTE_IMPORT_ANY, 2, 2, 1, import_tile, 0},
    {"Pad", MOTE_IMPORT_ANY, 2, 2, 1, import_pad, 0},
    {"PadV2", MOTE_IMPORT_ANY, 3, 3, 1, import_pad, 0},
    {"MirrorPad", MOTE_IMPORT_ANY, 2, 2, 1, import_pad, 1},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};
