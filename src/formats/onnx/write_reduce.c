/* Reductions, and what says where a value is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/writing.h"

/* ---- reductions ---- */

/* Bit i: axis i of ours goes. */
static uint32_t reduced_axes(mote_ox_call *c)
{
    const mrt_reduce_attributes *as = &c->node->as.mean;
    const int32_t                rank = mote_ox_operand(c, 0)->rank;
    size_t                       count = (size_t)as->axis_count, i;
    const int64_t               *numbers = mote_ox_operand(c, 1) ? mote_ox_numbers(c, 1, &count) : NULL;
    uint32_t                     axes = 0;

    for (i = 0; i < count; i++) {
        const int64_t axis = numbers ? numbers[i] : as->axis[i];
        axes |= 1u << (axis < 0 ? axis + rank : axis);
    }
    return axes;
}

/* The order of what is left: of the output's axes. */
static mote_ox_order order_left(const mote_ox_order *order, uint32_t axes, bool keeps)
{
    mote_ox_order left = {0};
    int32_t       k, before, axis;

    if (keeps)
        return *order;
    for (k = 0; k < order->rank; k++) {
        if (axes >> order->axis[k] & 1u)
            continue;
        for (before = axis = 0; axis < order->axis[k]; axis++)
            before += !(axes >> axis & 1u);
        left.axis[left.rank++] = before;
    }
    return left;
}

/* ReduceSum has its axes as an operand since opset 13, the others since opset 18, before as an attribute. */
static mote_ox_value *add_reduce(mote_ox_call *c, const char *type, mote_ox_value *x, const mote_ox_order *order,
                                 uint32_t axes)
{
    int64_t        places[MOTE_RANK_MAX];
    size_t         count = 0;
    int32_t        k;
    mote_ox_value *out;

    for (k = 0; k < order->rank; k++)
        if (axes >> order->axis[k] & 1u)
            places[count++] = k;
    if (count == 0)
        return mote_ox_unary(c, "Identity", x);
    if (c->node->op == MOTE_OP_SUM || c->x->opset >= 18) {
        out = mote_ox_binary(c, type, x, mote_ox_ints(c, places, count));
    } else {
        out = mote_ox_unary(c, type, x);
        mote_ox_set_ints(c, "axes", places, count);
    }
    mote_ox_set_int(c, "keepdims", c->node->as.mean.keep_dims ? 1 : 0);
    return out;
}

static void write_reduce(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_given_order(c, 0);
    const uint32_t      axes = reduced_axes(c);
    const mote_ox_order left = order_left(&order, axes, c->node->as.mean.keep_dims);
    mote_ox_value      *x = mote_ox_in(c, 0, &order);

    mote_ox_give(c, 0, add_reduce(c, mote_ox_find_row(c->node->op)->onnx, x, &order, axes), &left);
}

/* Of truth values: all are true where the least is 1, any where the most is. */
static void write_reduce_bool(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_given_order(c, 0);
    const uint32_t      axes = reduced_axes(c);
    const mote_ox_order left = order_left(&order, axes, c->node->as.mean.keep_dims);
    mote_ox_value      *x = mote_ox_cast(c, mote_ox_in(c, 0, &order), MOTE_I32);

    x = add_reduce(c, mote_ox_find_row(c->node->op)->onnx, x, &order, axes);
    mote_ox_give(c, 0, mote_ox_cast(c, x, MOTE_BOOL), &left);
}

/* ---- where a value is ---- */

static void write_arg(mote_ox_call *c)
{
    const mote_tensor  *x = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const mote_ox_order order = mote_ox_given_order(c, 0);
    size_t              count;
    const int64_t      *axis = mote_ox_numbers(c, 1, &count);
    const int32_t       ours = axis && count == 1 ? (int32_t)(axis[0] < 0 ? axis[0] + x->rank : axis[0]) : 0;
    const mote_ox_order left = order_left(&order, 1u << ours, false);
    mote_ox_value      *value = mote_ox_unary(c, mote_ox_find_row(c->node->op)->onnx, mote_ox_in(c, 0, &order));

    mote_ox_set_int(c, "axis", mote_ox_place(&order, ours));
    mote_ox_set_int(c, "keepdims", 0);
    if (out->dtype != MOTE_I64)
        value = mote_ox_cast(c, value, out->dtype);
    mote_ox_give(c, 0, value, &left);
}

static void write_topk(mote_ox_call *c)
{
    const mote_tensor *indices = mote_ox_result(c, 1);
    size_t             count;
    const int64_t     *k = mote_ox_numbers(c, 1, &count);
    mote_ox_value     *values, *at;

    values = mote_ox_binary(c, "TopK", mote_ox_in_ours(c, 0), mote_ox_ints(c, k ? k : (const int64_t[]){1}, 1));
    mote_ox_set_int(c, "axis", -1);
    at = mote_ox_more(c);
    if (indices->dtype != MOTE_I64)
        at = mote_ox_cast(c, at, indices->dtype);
    mote_ox_give(c, 0, values, NULL);
    mote_ox_give(c, 1, at, NULL);
}

static void write_cumsum(mote_ox_call *c)
{
    size_t         count;
    const int64_t *axis = mote_ox_numbers(c, 1, &count);
    mote_ox_value *out;

    if (mote_ox_operand(c, 0)->quant && mote_ox_operand(c, 0)->quant->zero_point[0] != 0)
        mote_ox_refuse(c, "TensorFlow Lite's sum of int8 with a zero point is not the real numbers' sum");
    out = mote_ox_binary(c, "CumSum", mote_ox_in_ours(c, 0),
                         mote_ox_const(c, MOTE_I64, 0, NULL, axis ? axis : (const int64_t[]){0}));
    if (c->node->as.cumsum.exclusive)
        mote_ox_set_int(c, "exclusive", 1);
    if (c->node->as.cumsum.reverse)
        mote_ox_set_int(c, "reverse", 1);
    mote_ox_give(c, 0, out, NULL);
}

const mote_ox_row mote_ox_reductions[] = {{MOTE_OP_MEAN, MOTE_OX_ANY, write_reduce, "ReduceMean"},
                                          {MOTE_OP_SUM, MOTE_OX_ANY, write_reduce, "ReduceSum"},
                                          {MOTE_OP_REDUCE_MAX, MOTE_OX_ANY, write_reduce, "ReduceMax"},
                                          {MOTE_OP_REDUCE_MIN, MOTE_OX_ANY, write_reduce, "ReduceMin"},
                                          {MOTE_OP_REDUCE_PROD, MOTE_OX_ANY, write_reduce, "ReduceProd"},
                                          {MOTE_OP_REDUCE_ALL, MOTE_OX_ANY, write_reduce_bool, "ReduceMin"},
                                          {MOTE_OP_REDUCE_ANY, MOTE_OX_ANY, write_reduce_bool, "ReduceMax"},
                                          {MOTE_OP_ARG_MAX, MOTE_OX_ANY, write_arg, "ArgMax"},
                                          {MOTE_OP_ARG_MIN, MOTE_OX_ANY, write_arg, "ArgMin"},
                                          {MOTE_OP_TOPK_V2, MOTE_OX_OURS, write_topk, NULL},
                                          {MOTE_OP_CUMSUM, MOTE_OX_OURS, write_cumsum, NULL},
                                          {0}};
