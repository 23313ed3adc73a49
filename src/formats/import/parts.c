/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/import/parts.h"

#include <string.h>

/* ---- elements ---- */

mote_id mote_import_as_held(mote_import_call *c, int32_t i)
{
    const mote_import_value *x = mote_import_in(c, i);

    return x && !x->known && x->id != MOTE_NONE ? x->id : mote_import_as_file(c, x);
}

void mote_import_give_like(mote_import_call *c, int32_t i, mote_id id)
{
    const mote_import_value *x = mote_import_in(c, 0);
    mote_import_value       *y;

    if (!x || mote_import_failed(c) || !mote_import_wants(c, i))
        return;
    if (x->known) {
        mote_import_give(c, i, id, NULL);
        return;
    }
    mote_import_give(c, i, id, x->order);
    y = mote_import_out(c, i);
    y->shape = x->shape; /* what waits goes on waiting */
    y->held = x->held;
}

mote_id mote_import_cast(mote_import_call *c, mote_id x, mote_dtype to)
{
    mote_import_op op = {.op = MOTE_OP_CAST, .in = &x, .in_count = 1, .dtype = to};

    if (mote_import_tensor_at(c, x)->dtype == to)
        return x;
    op.as.cast.in_type = (int32_t)mote_import_tensor_at(c, x)->dtype;
    op.as.cast.out_type = (int32_t)to;
    return mote_import_add(c, &op);
}

mote_id mote_import_select(mote_import_call *c, mote_id condition, mote_id a, mote_id b)
{
    const mote_id in[] = {condition, a, b};

    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_SELECT_V2, .in = in, .in_count = 3});
}

int32_t mote_import_highest_rank(const mote_import_call *c)
{
    int32_t i, rank = 0;

    for (i = 0; i < c->in_count; i++)
        if (c->in[i] && c->in[i]->shape.rank > rank)
            rank = c->in[i]->shape.rank;
    return rank;
}

void mote_import_give_ranked(mote_import_call *c, int32_t i, mote_id id, const mote_import_order *order)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, id);
    int32_t            dim[MOTE_RANK_MAX], k;

    if (mote_import_failed(c))
        return;
    if (tensor->rank == order->rank) {
        mote_import_give(c, i, id, order->axis);
        return;
    }
    for (k = 0; k < order->rank; k++) /* of constants alone, whose leading axes of 1 were left out */
        dim[k] = k < order->rank - tensor->rank ? 1 : tensor->dim[k - (order->rank - tensor->rank)];
    mote_import_give(c, i, mote_import_reshape(c, id, order->rank, dim), order->axis);
}

/* ---- movers ---- */

mote_id mote_import_slice(mote_import_call *c, mote_id x, const int32_t *begin, const int32_t *size)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    int32_t            sizes[MOTE_RANK_MAX], i;
    bool               is_whole = true;
    mote_id            in[3];

    for (i = 0; i < tensor->rank; i++) {
        is_whole &= begin[i] == 0 && size[i] == tensor->dim[i];
        sizes[i] = i == 0 && tensor->is_batched && size[i] == 1 ? -1 : size[i];
    }
    if (is_whole)
        return x;
    in[0] = x;
    in[1] = mote_import_const_ints(c, begin, tensor->rank);
    in[2] = mote_import_const_ints(c, sizes, mote_import_tensor_at(c, x)->rank);
    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_SLICE, .in = in, .in_count = 3});
}

static mote_id paddings(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind)
{
    const int32_t rank = mote_import_tensor_at(c, x)->rank, dim[] = {rank, 2};
    int32_t       pairs[2 * MOTE_RANK_MAX], i;

    for (i = 0; i < rank; i++) {
        pairs[2 * i] = before[i];
        pairs[2 * i + 1] = behind[i];
    }
    return mote_import_const(c, MOTE_I32, 2, dim, pairs);
}

mote_id mote_import_pad_zero(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind)
{
    return mote_import_binary(c, MOTE_OP_PAD, x, paddings(c, x, before, behind));
}

mote_id mote_import_pad_like(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind, mote_id value)
{
    const mote_id in[] = {x, paddings(c, x, before, behind), value};

    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_PADV2, .in = in, .in_count = 3});
}

mote_id mote_import_pad_with(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind, float value)
{
    return mote_import_pad_like(c, x, before, behind, mote_import_const_float(c, value));
}

mote_id mote_import_pad_mirror(mote_import_call *c, mote_id x, const int32_t *before, const int32_t *behind,
                               bool is_symmetric)
{
    const mote_id  in[] = {x, paddings(c, x, before, behind)};
    mote_import_op op = {.op = MOTE_OP_MIRROR_PAD, .in = in, .in_count = 2};

    op.as.mirror_pad.mode = is_symmetric;
    return mote_import_add(c, &op);
}

mote_id mote_import_gather(mote_import_call *c, mote_id x, int32_t axis, const int32_t *numbers, int32_t count)
{
    const mote_id  in[] = {x, mote_import_const_ints(c, numbers, count)};
    mote_import_op op = {.op = MOTE_OP_GATHER, .in = in, .in_count = 2};

    op.as.gather.axis = axis;
    return mote_import_add(c, &op);
}

mote_id mote_import_concat(mote_import_call *c, const mote_id *in, int32_t count, int32_t axis)
{
    mote_import_op op = {.op = MOTE_OP_CONCATENATION, .in = in, .in_count = count};

    op.as.concatenation.axis = axis;
    return count == 1 ? in[0] : mote_import_add(c, &op);
}

void mote_import_known_only(mote_import_call *c)
{
    mote_import_refuse(c, "its operands must be constants, or follow from shapes");
}

void mote_import_give_reshaped(mote_import_call *c, int32_t i, const mote_import_value *x, const mote_import_shape *shape)
{
    mote_import_order order;
    int32_t           dim[MOTE_RANK_MAX], k;
    mote_id           id;

    if (mote_import_failed(c))
        return;
    if (mote_import_count(shape) != mote_import_count(&x->shape)) {
        mote_import_wrong(c, "%zu elements become %zu", mote_import_count(&x->shape), mote_import_count(shape));
    } else if (x->known) {
        mote_import_give_known(c, i, x->dtype, shape, x->known);
    } else if (mote_import_carry_order(c, x, shape, &order)) {
        for (k = 0; k < shape->rank; k++)
            dim[k] = shape->dim[order.axis[k]];
        id = mote_import_reshape(c, x->id, shape->rank, dim);
        if (id == x->id)
            mote_import_give_view(c, i, x, shape, shape, order.axis);
        else
            mote_import_give(c, i, id, order.axis);
    } else
        mote_import_give_view(c, i, x, shape, &x->held, x->order);
}

/* ---- reductions ---- */

mote_id mote_import_reduce(mote_import_call *c, mote_op_kind op, mote_id x, uint32_t axes, bool keeps)
{
    mote_import_op node = {.op = op, .in_count = 2};
    int32_t        list[MOTE_RANK_MAX], count = 0, i;
    mote_id        in[2];

    for (i = 0; i < MOTE_RANK_MAX; i++)
        if (axes >> i & 1u)
            list[count++] = i;
    in[0] = x;
    in[1] = mote_import_const_ints(c, list, count);
    node.in = in;
    node.as.mean.keep_dims = keeps;
    return mote_import_add(c, &node);
}

uint32_t mote_import_turned(const mote_import_order *order, uint32_t axes)
{
    uint32_t turned = 0;
    int32_t  i;

    for (i = 0; i < order->rank; i++)
        turned |= (axes >> order->axis[i] & 1u) << i;
    return turned;
}

/* ---- recurrent layers ---- */

static mote_import_call *call_of(void *by)
{
    return ((mote_import_cell *)by)->c;
}

static void enter_graph(void *by, int32_t graph)
{
    mote_import_enter(call_of(by)->im, graph);
}

static void add_node(void *by, const mote_node *node, mote_id *out)
{
    const mote_import_op op = {
        .op = node->op, .in = node->in, .in_count = node->in_count, .as = node->as, .activation = node->activation};

    mote_import_add_many(call_of(by), &op, out, node->out_count);
}

static mote_id add_ints(void *by, int32_t rank, const int32_t *dim, const int32_t *values)
{
    return mote_import_const(call_of(by), MOTE_I32, rank, dim, values);
}

static mote_id add_zeros(void *by, int32_t rank, const int32_t *dim)
{
    return mote_import_zeros(call_of(by), MOTE_F32, rank, dim);
}

mote_cell_maker mote_import_cell_maker(mote_import_cell *by)
{
    return (mote_cell_maker){.model = by->c->im->model,
                             .name = mote_import_own_name(by->c),
                             .has_no_loops = by->c->im->options && by->c->im->options->has_no_loops,
                             .err = by->c->err,
                             .by = by,
                             .enter = enter_graph,
                             .add = add_node,
                             .ints = add_ints,
                             .zeros = add_zeros};
}

/* ---- products ---- */

mote_id mote_import_dense(mote_import_call *c, mote_id x, const float *weights, int32_t depth, int32_t count, bool is_turned,
                          const float *bias, bool is_operand_1)
{
    const int32_t  dim[] = {count, depth}, rank = mote_import_tensor_at(c, x)->rank;
    float         *to = mote_import_take(c, (size_t)depth * (size_t)count, sizeof *to);
    mote_import_op op = {.op = MOTE_OP_FULLY_CONNECTED, .in_count = 3};
    int32_t        i, o;
    mote_id        in[3];

    for (o = 0; to && o < count; o++)
        for (i = 0; i < depth; i++)
            to[(size_t)o * (size_t)depth + (size_t)i] =
                weights[is_turned ? (size_t)o * (size_t)depth + (size_t)i : (size_t)i * (size_t)count + (size_t)o];
    in[0] = x;
    in[1] = to ? mote_import_const(c, MOTE_F32, 2, dim, to) : MOTE_NONE;
    in[2] = bias ? mote_import_const(c, MOTE_F32, 1, &count, bias) : MOTE_NONE;
    if (is_operand_1)
        mote_import_keep_scales(c, in[1], 1);
    op.in = in;
    op.as.fully_connected.keep_num_dims = rank != 2;
    return mote_import_add(c, &op);
}

mote_id mote_import_batch_matmul(mote_import_call *c, mote_id a, mote_id b, bool turn_a, bool turn_b)
{
    const mote_id  in[] = {a, b};
    mote_import_op op = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    op.as.batch_matmul.adj_x = turn_a;
    op.as.batch_matmul.adj_y = turn_b;
    return mote_import_add(c, &op);
}
