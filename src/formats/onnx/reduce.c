/* Reductions and what looks along an axis: any order of axes will do, but Softmax wants its axis last.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/operators.h"

/* Without the axes, those behind them counted anew. */
static mote_import_order without(const mote_import_order *order, uint32_t axes)
{
    mote_import_order out = {0};
    int32_t           i, k, axis;

    for (i = 0; i < order->rank; i++) {
        if (axes >> order->axis[i] & 1u)
            continue;
        for (axis = order->axis[i], k = 0; k < order->axis[i]; k++)
            axis -= (int32_t)(axes >> k & 1u);
        out.axis[out.rank++] = axis;
    }
    return out;
}

/* What is done before, with the kind of the reduction, and after. */
typedef enum reduction { PLAIN, L1, L2, LOG_SUM, LOG_SUM_EXP, SUM_SQUARE } reduction;

static mote_id before(mote_import_call *c, reduction how, mote_id x)
{
    return how == L1 ? mote_import_unary(c, MOTE_OP_ABS, x) : how == L2 || how == SUM_SQUARE ? mote_import_square(c, x) : x;
}

static mote_id after(mote_import_call *c, reduction how, mote_id x)
{
    return how == L2 ? mote_import_unary(c, MOTE_OP_SQRT, x) : how == LOG_SUM ? mote_import_unary(c, MOTE_OP_LOG, x) : x;
}

/* log(sum(exp(x - max))) + max */
static mote_id log_sum_exp(mote_import_call *c, mote_id x, uint32_t axes, bool keeps)
{
    const mote_id most = mote_import_reduce(c, MOTE_OP_REDUCE_MAX, x, axes, true);
    mote_id       y = mote_import_unary(c, MOTE_OP_EXP, mote_import_binary(c, MOTE_OP_SUB, x, most));

    y = mote_import_unary(c, MOTE_OP_LOG, mote_import_reduce(c, MOTE_OP_SUM, y, axes, keeps));
    return mote_import_binary(c, MOTE_OP_ADD, y, keeps ? most : mote_import_reduce(c, MOTE_OP_REDUCE_MAX, x, axes, false));
}

static void reduce(mote_import_call *c, mote_op_kind op, reduction how)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const bool               keeps = mote_import_int(c, "keepdims", 1) != 0;
    const bool               is_noop = mote_import_int(c, "noop_with_empty_axes", 0) != 0;
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank), left = order;
    const uint32_t           all = is_noop ? 0 : (1u << x->shape.rank) - 1u;
    const uint32_t           axes = mote_import_axes(c, mote_import_operand_ints(c, 1, "axes"), x->shape.rank, all);
    const uint32_t           turned = mote_import_turned(&order, axes);
    const mote_import_order  short_order = without(&order, axes);
    mote_id                  y = mote_import_as(c, x, &order);

    if (how == LOG_SUM_EXP && axes != 0)
        y = log_sum_exp(c, y, turned, keeps);
    else if (how != LOG_SUM_EXP) {
        y = before(c, how, y);
        if (axes != 0)
            y = mote_import_reduce(c, op, y, turned, keeps);
        y = after(c, how, y);
    }
    if (!mote_import_failed(c) && !x->known && y == mote_import_as(c, x, &order))
        mote_import_give_view(c, 0, x, &x->shape, &x->held, x->order);
    else
        mote_import_give(c, 0, y, keeps ? left.axis : short_order.axis);
}

static void import_reduce(mote_import_call *c)
{
    reduce(c, (mote_op_kind)c->row->kind, PLAIN);
}

static void import_sum_of(mote_import_call *c)
{
    reduce(c, MOTE_OP_SUM, (reduction)c->row->kind);
}

/* ---- Softmax ---- */

/* The order with the axis moved last. */
static mote_import_order with_last(mote_import_order order, int32_t axis)
{
    int32_t place = mote_import_place(&order, axis);

    for (; place + 1 < order.rank; place++)
        order.axis[place] = order.axis[place + 1];
    order.axis[place] = axis;
    return order;
}

static mote_id softmax_of(mote_import_call *c, mote_id x)
{
    mote_import_op op = {.op = (mote_op_kind)c->row->kind, .in = &x, .in_count = 1};

    if (op.op == MOTE_OP_SOFTMAX)
        op.as.softmax.beta = 1;
    return mote_import_add(c, &op);
}

/* Before opset 13 over all axes from the named one on, together. */
static void softmax_of_rest(mote_import_call *c, const mote_import_value *x, int32_t axis)
{
    mote_import_shape flat = {.rank = 2, .dim = {1, 1}};
    int32_t           i;
    mote_id           y;

    for (i = 0; i < x->shape.rank; i++)
        flat.dim[i >= axis] *= x->shape.dim[i];
    y = mote_import_reshape(c, mote_import_as_file(c, x), 2, flat.dim);
    mote_import_give(c, 0, mote_import_reshape(c, softmax_of(c, y), x->shape.rank, x->shape.dim), NULL);
}

static void import_softmax(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const bool               is_old = c->im->file.opset < 13;
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", is_old ? 1 : -1), x->shape.rank);
    mote_import_order        order = mote_import_common_order(c, 0, 1, x->shape.rank);
    int32_t                  i, behind = 1;

    for (i = axis + 1; i < x->shape.rank; i++)
        behind *= x->shape.dim[i] == 1;
    if (mote_import_failed(c))
        return;
    if (is_old && !behind) {
        softmax_of_rest(c, x, axis);
        return;
    }
    order = with_last(order, axis);
    mote_import_give(c, 0, softmax_of(c, mote_import_as(c, x, &order)), order.axis);
}

/* ---- ArgMax, ArgMin, TopK, CumSum ---- */

static void import_arg(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", 0), x->shape.rank);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank), left = without(&order, 1u << axis);
    const int32_t            place = mote_import_place(&order, axis);
    const bool               takes_last = mote_import_int(c, "select_last_index", 0) != 0; /* of equal values */
    const int32_t            last = x->shape.rank > 0 ? x->shape.dim[axis] - 1 : 0;
    mote_import_op           op = {.op = (mote_op_kind)c->row->kind, .in_count = 2};
    int32_t                  dim[MOTE_RANK_MAX];
    mote_id                  in[2], y;

    in[0] = mote_import_as(c, x, &order);
    if (takes_last)
        in[0] = mote_import_binary(c, MOTE_OP_REVERSE_V2, in[0], mote_import_const_ints(c, &place, 1));
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &place);
    op.in = in;
    op.dtype = takes_last ? MOTE_I32 : MOTE_I64;
    op.as.arg_max.out_type = (int32_t)op.dtype;
    y = mote_import_add(c, &op);
    if (takes_last) {
        y = mote_import_binary(c, MOTE_OP_SUB, mote_import_const(c, MOTE_I32, 0, NULL, &last), y);
        y = mote_import_cast(c, y, MOTE_I64);
    }
    if (mote_import_int(c, "keepdims", 1) == 0) {
        mote_import_give(c, 0, y, left.axis);
        return;
    }
    memcpy(dim, mote_import_tensor_at(c, in[0])->dim, sizeof dim);
    dim[place] = 1;
    mote_import_give(c, 0, mote_import_reshape(c, y, order.rank, dim), order.axis);
}

static void import_top_k(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   k = mote_import_operand_ints(c, 1, NULL);
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", -1), x->shape.rank);
    const mote_import_order  order = with_last(mote_import_file_order(x->shape.rank), axis);
    mote_import_op           op = {.op = MOTE_OP_TOPK_V2, .in_count = 2};
    const bool               is_least = mote_import_int(c, "largest", 1) == 0;
    mote_id                  in[2], out[2];
    int32_t                  count;

    if (mote_import_failed(c) || k.count != 1 || k.n[0] < 1 || k.n[0] > x->shape.dim[axis]) {
        mote_import_wrong(c, "k is not 1 to the axis' length");
        return;
    }
    count = (int32_t)k.n[0];
    in[0] = mote_import_as(c, x, &order);
    if (is_least)
        in[0] = mote_import_unary(c, MOTE_OP_NEG, in[0]);
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &count);
    op.in = in;
    mote_import_add_many(c, &op, out, 2);
    if (is_least)
        out[0] = mote_import_unary(c, MOTE_OP_NEG, out[0]);
    mote_import_give(c, 0, out[0], order.axis);
    if (mote_import_wants(c, 1))
        mote_import_give(c, 1, mote_import_cast(c, out[1], MOTE_I64), order.axis);
}

static void import_cumsum(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const mote_import_list   list = mote_import_operand_ints(c, 1, NULL);
    mote_import_op           op = {.op = MOTE_OP_CUMSUM, .in_count = 2};
    int32_t                  place;
    mote_id                  in[2];

    if (mote_import_failed(c) || list.count != 1)
        return;
    place = mote_import_place(&order, mote_import_axis(c, list.n[0], x->shape.rank));
    in[0] = mote_import_as(c, x, &order);
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &place);
    op.in = in;
    op.as.cumsum.exclusive = mote_import_int(c, "exclusive", 0) != 0;
    op.as.cumsum.reverse = mote_import_int(c, "reverse", 0) != 0;
    mote_import_give(c, 0, mote_import_add(c, &op), order.axis);
}

/* 1 at the first of the greatest values along an axis. */
static void import_hardmax(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const bool               is_old = c->im->file.opset < 13;
    const int32_t            axis = mote_import_axis(c, mote_import_int(c, "axis", is_old ? 1 : -1), x->shape.rank);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);
    const int32_t            place = mote_import_place(&order, axis);
    mote_import_op           op = {.op = MOTE_OP_ARG_MAX, .in_count = 2, .dtype = MOTE_I32};
    int32_t                  dim[MOTE_RANK_MAX], *numbers, i, size = x->shape.dim[axis];
    mote_id                  in[2], y;

    if (is_old && axis != x->shape.rank - 1)
        mote_import_refuse(c, "before opset 13, along another axis than the last");
    in[0] = mote_import_as(c, x, &order);
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &place);
    op.in = in;
    op.as.arg_max.out_type = MOTE_I32;
    y = mote_import_add(c, &op);
    numbers = mote_import_take(c, (size_t)size, sizeof *numbers);
    if (!numbers)
        return;
    for (i = 0; i < size; i++)
        numbers[i] = i;
    memcpy(dim, mote_import_tensor_at(c, in[0])->dim, sizeof dim);
    dim[place] = 1;
    y = mote_import_reshape(c, y, order.rank, dim);
    for (i = 0; i < order.rank; i++)
        dim[i] = i == place ? size : 1;
    y = mote_import_binary(c, MOTE_OP_EQUAL, y, mote_import_const(c, MOTE_I32, order.rank, dim, numbers));
    mote_import_give(c, 0, mote_import_cast(c, y, MOTE_F32), order.axis);
}

const mote_import_row mote_onnx_reductions[] = {
    {"ReduceMean", MOTE_IMPORT_ANY, 1, 2, 1, import_reduce, MOTE_OP_MEAN},
    {"ReduceSum", MOTE_IMPORT_ANY, 1, 2, 1, import_reduce, MOTE_OP_SUM},
    {"ReduceMax", MOTE_IMPORT_ANY, 1, 2, 1, import_reduce, MOTE_OP_REDUCE_MAX},
    {"ReduceMin", MOTE_IMPORT_ANY, 1, 2, 1, import_reduce, MOTE_OP_REDUCE_MIN},
    {"ReduceProd", MOTE_IMPORT_ANY, 1, 2, 1, import_reduce, MOTE_OP_REDUCE_PROD},
    {"ReduceL1", MOTE_IMPORT_ANY, 1, 2, 1, import_sum_of, L1},
    {"ReduceL2", MOTE_IMPORT_ANY, 1, 2, 1, import_sum_of, L2},
    {"ReduceLogSum", MOTE_IMPORT_ANY, 1, 2, 1, import_sum_of, LOG_SUM},
    {"ReduceLogSumExp", MOTE_IMPORT_ANY, 1, 2, 1, import_sum_of, LOG_SUM_EXP},
    {"ReduceSumSquare", MOTE_IMPORT_ANY, 1, 2, 1, import_sum_of, SUM_SQUARE},
    {"Softmax", MOTE_IMPORT_ANY, 1, 1, 1, import_softmax, MOTE_OP_SOFTMAX},
    {"LogSoftmax", MOTE_IMPORT_ANY, 1, 1, 1, import_softmax, MOTE_OP_LOG_SOFTMAX},
    {"Hardmax", MOTE_IMPORT_ANY, 1, 1, 1, import_hardmax, 0},
    {"ArgMax", MOTE_IMPORT_ANY, 1, 1, 1, import_arg, MOTE_OP_ARG_MAX},
    {"ArgMin", MOTE_IMPORT_ANY, 1, 1, 1, import_arg, MOTE_OP_ARG_MIN},
    {"TopK", MOTE_IMPORT_FILE, 2, 2, 2, import_top_k, 0},
    {"CumSum", MOTE_IMPORT_ANY, 2, 2, 1, import_cumsum, 0},
    {"NonZero", MOTE_IMPORT_FILE, 1, 1, 1, mote_import_known_only, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
