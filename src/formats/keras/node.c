/* Operators of layers that src/layers/ has not: each is a node of the layer's name, its output "NAME/2"; the last one is
 * called as the layer. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/keras/layer.h"

enum { NAME_BYTES = 160, LOOK_BACK = 8 };

static mote_graph *graph_of(const mote_keras_call *k)
{
    return mote_builder_graph(k->base.builder);
}

const mote_tensor *mote_keras_tensor(const mote_keras_call *k, mote_id id)
{
    static const mote_tensor none = {.name = "", .rank = 4, .dim = {1, 1, 1, 1}};

    return id < 0 || mote_keras_failed(k) ? &none : &graph_of(k)->tensors[id];
}

static void next_name(mote_keras_call *k, char *name)
{
    snprintf(name, NAME_BYTES, "%.100s/%d", k->base.name, (int)k->node_count++);
}

static mote_id add(mote_keras_call *k, const mote_node *node, mote_dtype dtype)
{
    char      name[NAME_BYTES];
    mote_node one = *node;
    mote_id   out = MOTE_NO_LAYER;

    one.out_count = 1;
    if (mote_keras_failed(k))
        return MOTE_NO_LAYER;
    next_name(k, name);
    mote_layer_node_of_many(&k->base, &one, name, dtype, &out);
    return out;
}

mote_id mote_keras_node(mote_keras_call *k, const mote_node *node)
{
    return add(k, node, MOTE_F32);
}

mote_id mote_keras_unary(mote_keras_call *k, mote_op_kind op, mote_id x)
{
    return mote_keras_node(k, &(mote_node){.op = op, .in = &x, .in_count = 1});
}

mote_id mote_keras_binary(mote_keras_call *k, mote_op_kind op, mote_id a, mote_id b)
{
    mote_id in[2] = {a, b};

    return mote_keras_node(k, &(mote_node){.op = op, .in = in, .in_count = 2});
}

mote_id mote_keras_cast(mote_keras_call *k, mote_id x, mote_dtype dtype)
{
    mote_node node = {.op = MOTE_OP_CAST, .in = &x, .in_count = 1};

    if (mote_keras_tensor(k, x)->dtype == dtype)
        return x;
    return add(k, &node, dtype);
}

static mote_id add_const(mote_keras_call *k, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *values)
{
    char    name[NAME_BYTES];
    mote_id id;

    if (mote_keras_failed(k))
        return MOTE_NONE;
    next_name(k, name);
    id = mote_graph_add_const(k->base.builder->model, graph_of(k), name, dtype, rank, dim, values, &k->base.builder->err);
    if (id != MOTE_NONE)
        graph_of(k)->tensors[id].origin = (uint32_t)id;
    return id;
}

mote_id mote_keras_ints_const(mote_keras_call *k, const int32_t *values, int32_t count)
{
    return add_const(k, MOTE_I32, 1, &count, values);
}

mote_id mote_keras_ints_of(mote_keras_call *k, int32_t rank, const int32_t *dim, const int32_t *values)
{
    return add_const(k, MOTE_I32, rank, dim, values);
}

mote_id mote_keras_floats_const(mote_keras_call *k, int32_t rank, const int32_t *dim, const float *values)
{
    return add_const(k, MOTE_F32, rank, dim, values);
}

mote_id mote_keras_zeros(mote_keras_call *k, int32_t rank, const int32_t *dim)
{
    size_t       count = 1;
    const float *values;
    int32_t      i;

    for (i = 0; i < rank; i++)
        count = mote_size_mul(count, (size_t)dim[i]);
    values = MOTE_NEW(&k->reader->arena, float, count, &k->base.builder->err);
    return values ? mote_keras_floats_const(k, rank, dim, values) : MOTE_NONE;
}

mote_id mote_keras_scalar(mote_keras_call *k, double value)
{
    const float real = (float)value;

    return mote_keras_floats_const(k, 0, NULL, &real);
}

mote_id mote_keras_int_scalar(mote_keras_call *k, int32_t value)
{
    return add_const(k, MOTE_I32, 0, NULL, &value);
}

mote_id mote_keras_reshape(mote_keras_call *k, mote_id x, int32_t rank, const int32_t *dim)
{
    const mote_tensor *in = mote_keras_tensor(k, x);
    int32_t            shape[MOTE_RANK_MAX] = {in->is_batched ? -1 : in->dim[0]};
    mote_id            operands[2] = {x, MOTE_NONE};

    if (rank > MOTE_RANK_MAX - 1) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%d dimensions, more than %d", (int)rank, MOTE_RANK_MAX - 1);
        return MOTE_NO_LAYER;
    }
    if (rank + 1 == in->rank && memcmp(dim, in->dim + 1, (size_t)rank * sizeof *dim) == 0)
        return x;
    memcpy(shape + 1, dim, (size_t)rank * sizeof *dim);
    operands[1] = mote_keras_ints_const(k, shape, rank + 1);
    return mote_keras_node(k, &(mote_node){.op = MOTE_OP_RESHAPE, .in = operands, .in_count = 2});
}

mote_id mote_keras_transpose(mote_keras_call *k, mote_id x, const int32_t *order)
{
    return mote_keras_binary(k, MOTE_OP_TRANSPOSE, x, mote_keras_ints_const(k, order, mote_keras_tensor(k, x)->rank));
}

mote_id mote_keras_slice(mote_keras_call *k, mote_id x, int32_t axis, int32_t begin, int32_t end)
{
    return mote_keras_slices(k, x, axis, 1, (const int32_t[][2]){{begin, end}});
}

mote_id mote_keras_slices(mote_keras_call *k, mote_id x, int32_t axis, int32_t count, const int32_t (*parts)[2])
{
    const int32_t rank = mote_keras_tensor(k, x)->rank, *dim = mote_keras_tensor(k, x)->dim;
    int32_t       from[MOTE_RANK_MAX] = {0}, to[MOTE_RANK_MAX] = {0}, by[MOTE_RANK_MAX], i, whole = (1 << rank) - 1;
    mote_id       operands[4] = {x, MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_STRIDED_SLICE, .in = operands, .in_count = 4};

    for (i = 0; i < rank; i++)
        by[i] = 1;
    for (i = 0; i < count && axis + i < rank; i++) {
        if (parts[i][0] == 0 && parts[i][1] == dim[axis + i])
            continue;
        from[axis + i] = parts[i][0];
        to[axis + i] = parts[i][1];
        whole &= ~(1 << (axis + i));
    }
    if (whole == (1 << rank) - 1)
        return x;
    operands[1] = mote_keras_ints_const(k, from, rank);
    operands[2] = mote_keras_ints_const(k, to, rank);
    operands[3] = mote_keras_ints_const(k, by, rank);
    node.as.strided_slice.begin_mask = node.as.strided_slice.end_mask = whole;
    return mote_keras_node(k, &node);
}

mote_id mote_keras_pad(mote_keras_call *k, mote_id x, const int32_t (*pads)[2], double value)
{
    const int32_t rank = mote_keras_tensor(k, x)->rank, dim[2] = {rank, 2};
    mote_id       operands[3] = {x, add_const(k, MOTE_I32, 2, dim, pads), MOTE_NONE};
    const bool    is_zero = value == 0;

    operands[2] = is_zero ? MOTE_NONE : mote_keras_scalar(k, value);
    return mote_keras_node(
        k, &(mote_node){.op = is_zero ? MOTE_OP_PAD : MOTE_OP_PADV2, .in = operands, .in_count = is_zero ? 2 : 3});
}

mote_id mote_keras_reduce(mote_keras_call *k, mote_op_kind op, mote_id x, const int32_t *axes, int32_t count,
                          bool keeps_dims)
{
    mote_id   operands[2] = {x, mote_keras_ints_const(k, axes, count)};
    mote_node node = {.op = op, .in = operands, .in_count = 2};

    node.as.mean = (mrt_reduce_attributes){.axis_count = count, .keep_dims = keeps_dims};
    memcpy(node.as.mean.axis, axes, (size_t)count * sizeof *axes);
    return mote_keras_node(k, &node);
}

mote_id mote_keras_concat(mote_keras_call *k, const mote_id *in, int32_t count, int32_t axis)
{
    mote_id   operands[MOTE_NODE_IN_MAX];
    mote_node node = {.op = MOTE_OP_CONCATENATION, .in = operands, .in_count = count, .as.concatenation.axis = axis};

    if (count > MOTE_NODE_IN_MAX) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%d tensors side by side, more than %d", (int)count, MOTE_NODE_IN_MAX);
        return MOTE_NO_LAYER;
    }
    memcpy(operands, in, (size_t)count * sizeof *in);
    return mote_keras_node(k, &node);
}

/* SOFTMAX is over the last axis. */
mote_id mote_keras_softmax(mote_keras_call *k, mote_id x, int32_t axis)
{
    const int32_t rank = mote_keras_tensor(k, x)->rank, at = mote_keras_axis(k, axis, rank);
    int32_t       order[MOTE_RANK_MAX], i;
    mote_node     node = {.op = MOTE_OP_SOFTMAX, .in = &x, .in_count = 1, .as.softmax.beta = 1};

    for (i = 0; i < rank; i++)
        order[i] = i;
    order[at] = rank - 1;
    order[rank - 1] = at;
    if (at == rank - 1)
        return mote_keras_node(k, &node);
    x = mote_keras_transpose(k, x, order);
    return mote_keras_transpose(k, mote_keras_node(k, &node), order);
}

mote_id mote_keras_clip(mote_keras_call *k, mote_id x, double low, double high)
{
    if (low == 0 && high == 6)
        return mote_keras_unary(k, MOTE_OP_RELU6, x);
    if (low == 0 && high == 1)
        return mote_keras_unary(k, MOTE_OP_RELU_0_TO_1, x);
    if (low == -1 && high == 1)
        return mote_keras_unary(k, MOTE_OP_RELU_N1_TO_1, x);
    if (low == 0)
        x = mote_keras_unary(k, MOTE_OP_RELU, x);
    else if (isfinite(low))
        x = mote_keras_binary(k, MOTE_OP_MAXIMUM, x, mote_keras_scalar(k, low));
    return isfinite(high) ? mote_keras_binary(k, MOTE_OP_MINIMUM, x, mote_keras_scalar(k, high)) : x;
}

void mote_keras_node_of_many(mote_keras_call *k, const mote_node *spec, int32_t count, mote_id *out)
{
    mote_node node = *spec;
    char      name[NAME_BYTES];
    int32_t   i;

    for (i = 0; i < count && i < MOTE_NODE_OUT_MAX; i++)
        out[i] = MOTE_NO_LAYER;
    if (mote_keras_failed(k))
        return;
    if (count < 1 || count > MOTE_NODE_OUT_MAX) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%d outputs; 1 to %d are possible", (int)count, MOTE_NODE_OUT_MAX);
        return;
    }
    node.out_count = count;
    next_name(k, name);
    mote_layer_node_of_many(&k->base, &node, name, MOTE_F32, out);
}

void mote_keras_split(mote_keras_call *k, mote_id x, int32_t axis, int32_t count, mote_id *out)
{
    mote_id operands[2] = {add_const(k, MOTE_I32, 0, NULL, &axis), x};

    mote_keras_node_of_many(k, &(mote_node){.op = MOTE_OP_SPLIT, .in = operands, .in_count = 2, .as.split.count = count},
                            count, out);
}

void mote_keras_split_sizes(mote_keras_call *k, mote_id x, int32_t axis, const int32_t *sizes, int32_t count, mote_id *out)
{
    mote_id operands[3] = {x, mote_keras_ints_const(k, sizes, count), add_const(k, MOTE_I32, 0, NULL, &axis)};

    mote_keras_node_of_many(k, &(mote_node){.op = MOTE_OP_SPLIT_V, .in = operands, .in_count = 3, .as.split_v.count = count},
                            count, out);
}

void mote_keras_return(mote_keras_call *k, mote_id x)
{
    if (k->out_count < MOTE_KERAS_OUT_MAX)
        k->out[k->out_count++] = x;
    else if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "more than %d outputs", MOTE_KERAS_OUT_MAX);
}

/* ---- loops ---- */

void mote_keras_begin_loop(mote_keras_call *k, mote_loop *loop, mote_id x)
{
    mote_builder *b = k->base.builder;

    loop->name = k->base.name;
    loop->in[0] = loop->in[1] = MOTE_NO_LAYER;
    if (mote_keras_failed(k) || mote_loop_begin(loop, b->model, b->graph, &b->err) != MOTE_OK ||
        mote_loop_carry(loop, x, &b->err) != MOTE_OK)
        return;
    b->graph = loop->body;
}

mote_id mote_keras_carry(mote_keras_call *k, mote_loop *loop, mote_id x)
{
    if (mote_keras_failed(k) || mote_loop_carry(loop, x, &k->base.builder->err) != MOTE_OK)
        return MOTE_NO_LAYER;
    return loop->in[loop->count - 1];
}

mote_id mote_keras_carry_zeros(mote_keras_call *k, mote_loop *loop, int32_t rank, const int32_t *dim)
{
    mote_builder *b = k->base.builder;
    mote_id       value;

    if (mote_keras_failed(k))
        return MOTE_NO_LAYER;
    b->graph = loop->outer;
    value = mote_keras_zeros(k, rank, dim);
    b->graph = loop->body;
    return mote_keras_carry(k, loop, value);
}

void mote_keras_end_loop(mote_keras_call *k, const mote_loop *loop, mote_id *results, mote_id *out)
{
    mote_builder *b = k->base.builder;

    if (mote_keras_failed(k))
        return;
    b->graph = loop->outer;
    mote_loop_end(loop, results, out, &b->err);
}

/* ---- channels first ---- */

/* Of rank axes, the second to the end, or back. */
static void channel_order(int32_t rank, bool is_to_last, int32_t *order)
{
    int32_t i;

    order[0] = 0;
    for (i = 1; i < rank; i++)
        order[i] = is_to_last ? (i + 1 < rank ? i + 1 : 1) : (i == 1 ? rank - 1 : i - 1);
}

static const mote_node *maker_of(const mote_keras_call *k, mote_id x)
{
    const mote_graph *graph = graph_of(k);
    int32_t           n;

    for (n = graph->node_count - 1; n >= 0 && graph->node_count - n < LOOK_BACK && !mote_keras_failed(k); n--)
        if (graph->nodes[n].out[0] == x)
            return &graph->nodes[n];
    return NULL;
}

mote_id mote_keras_before(const mote_keras_call *k, mote_id x, mote_op_kind op)
{
    const mote_node *node = maker_of(k, x);

    return node && node->op == op ? node->in[0] : MOTE_NONE;
}

mote_id mote_keras_before_by(const mote_keras_call *k, mote_id x, mote_op_kind op, const int32_t *list, int32_t count)
{
    const mote_node   *node = maker_of(k, x);
    const mote_tensor *by = node && node->op == op ? mote_node_in(graph_of(k), node, 1) : NULL;

    return by && by->kind == MOTE_CONST && by->dtype == MOTE_I32 && mote_tensor_count(by) == (size_t)count &&
                   memcmp(by->data, list, (size_t)count * sizeof *list) == 0
               ? node->in[0]
               : MOTE_NONE;
}

static mote_id move_channels(mote_keras_call *k, mote_id x, bool is_to_last)
{
    const int32_t rank = mote_keras_tensor(k, x)->rank;
    int32_t       order[MOTE_RANK_MAX], back[MOTE_RANK_MAX];
    mote_id       before;

    if (rank < 3 || mote_keras_failed(k))
        return x;
    channel_order(rank, is_to_last, order);
    channel_order(rank, !is_to_last, back);
    before = mote_keras_before_by(k, x, MOTE_OP_TRANSPOSE, back, rank);
    return before != MOTE_NONE ? before : mote_keras_transpose(k, x, order);
}

mote_id mote_keras_before_turn(const mote_keras_call *k, mote_id x)
{
    const int32_t rank = mote_keras_tensor(k, x)->rank;
    int32_t       order[MOTE_RANK_MAX];

    if (rank < 3 || mote_keras_failed(k))
        return MOTE_NONE;
    channel_order(rank, false, order);
    return mote_keras_before_by(k, x, MOTE_OP_TRANSPOSE, order, rank);
}

mote_id mote_keras_to_last(mote_keras_call *k, mote_id x, bool is_first)
{
    return is_first ? move_channels(k, x, true) : x;
}

mote_id mote_keras_to_first(mote_keras_call *k, mote_id x, bool is_first)
{
    return is_first ? move_channels(k, x, false) : x;
}
