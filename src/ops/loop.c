/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/loop.h"

#include <string.h>

#include "graph/control.h"

/* WHILE, what it counts with, and what puts a step's result among the others. */
enum { LOOP_NODES = 4 };

bool mote_loop_is_shorter(int64_t steps, int64_t nodes_a_step)
{
    return steps * nodes_a_step > nodes_a_step + LOOP_NODES;
}

static const char *name_of(const mote_loop *loop, const char *what, mote_error *err)
{
    return mote_arena_printf(&loop->model->arena, err, "%s/%s", loop->name, what);
}

static mote_graph *graph_at(const mote_loop *loop, int32_t index)
{
    return &loop->model->graphs[index];
}

/* An int32 of the shape that t has. */
static mote_id add_number(const mote_loop *loop, int32_t graph, const char *what, int32_t value, mote_error *err)
{
    const int32_t one = 1;
    const char   *name = name_of(loop, what, err);
    mote_id       id =
        name ? mote_graph_add_const(loop->model, graph_at(loop, graph), name, MOTE_I32, loop->is_vector, &one, &value, err)
                   : MOTE_NONE;

    if (id != MOTE_NONE)
        graph_at(loop, graph)->tensors[id].origin = (uint32_t)id;
    return id;
}

static mote_id add_tensor(const mote_loop *loop, int32_t graph, mote_tensor tensor, mote_error *err)
{
    tensor.kind = MOTE_ACTIVATION;
    tensor.data = NULL;
    tensor.is_trainable = false;
    tensor.origin = (uint32_t)graph_at(loop, graph)->tensor_count;
    return mote_graph_add_tensor(loop->model, graph_at(loop, graph), &tensor, err);
}

/* One output, whose shape follows. */
static mote_id add_node(const mote_loop *loop, int32_t graph, mote_op_kind op, const char *what, mote_dtype dtype, mote_id a,
                        mote_id b, mote_error *err)
{
    mote_id     in[2] = {a, b}, out = MOTE_NONE;
    mote_node   node = {.op = op, .name = loop->name, .in = in, .out = &out, .in_count = 2, .out_count = 1}, *added;
    mote_tensor tensor = {.name = name_of(loop, what, err), .dtype = dtype};

    if (tensor.name)
        out = add_tensor(loop, graph, tensor, err);
    node.origin = (uint32_t)graph_at(loop, graph)->node_count;
    if (err->code != MOTE_OK || !(added = mote_graph_add_node(loop->model, graph_at(loop, graph), &node, err)))
        return MOTE_NONE;
    return mote_op_infer(loop->model, graph_at(loop, graph), added, err) == MOTE_OK ? out : MOTE_NONE;
}

static mote_status add_condition(mote_loop *loop, mote_error *err)
{
    const mote_id end = add_number(loop, loop->cond, "end", loop->counts_down ? 0 : loop->steps, err);
    mote_id       go_on;

    MOTE_TRY(err->code);
    go_on = add_node(loop, loop->cond, loop->counts_down ? MOTE_OP_GREATER_EQUAL : MOTE_OP_LESS, "go_on", MOTE_BOOL,
                     loop->cond_in[0], end, err);
    MOTE_TRY(err->code);
    return mote_graph_set_outputs(loop->model, graph_at(loop, loop->cond), &go_on, 1, err);
}

mote_status mote_loop_begin(mote_loop *loop, mote_model *model, int32_t outer, mote_error *err)
{
    mote_id first;

    loop->model = model;
    loop->outer = outer;
    loop->count = 0;
    if (model->graph_count + 2 > MOTE_GRAPHS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: more than %d loops", loop->name, (MOTE_GRAPHS_MAX - 1) / 2);
    loop->cond = model->graph_count;
    loop->body = loop->cond + 1;
    if (!mote_model_add_graph(model, err) || !mote_model_add_graph(model, err))
        return err->code;
    first = add_number(loop, outer, "first", loop->counts_down ? loop->steps - 1 : 0, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_loop_carry(loop, first, err));
    return add_condition(loop, err);
}

mote_status mote_loop_carry(mote_loop *loop, mote_id value, mote_error *err)
{
    const mote_tensor tensor = graph_at(loop, loop->outer)->tensors[value];

    if (loop->count == MOTE_NODE_OUT_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: a loop carries more than %d values", loop->name, MOTE_NODE_OUT_MAX);
    loop->given[loop->count] = value;
    loop->cond_in[loop->count] = add_tensor(loop, loop->cond, tensor, err);
    loop->in[loop->count++] = add_tensor(loop, loop->body, tensor, err);
    return err->code;
}

/* What the carried values are behind the loop. */
static mote_status add_outputs(const mote_loop *loop, mote_id *out, mote_error *err)
{
    int32_t i;

    for (i = 0; i < loop->count; i++) {
        mote_tensor tensor = graph_at(loop, loop->outer)->tensors[loop->given[i]];
        tensor.name = loop->name;
        if ((out[i] = add_tensor(loop, loop->outer, tensor, err)) == MOTE_NONE)
            return err->code;
    }
    return MOTE_OK;
}

mote_status mote_loop_end(const mote_loop *loop, mote_id *results, mote_id *out, mote_error *err)
{
    const mote_id step = add_number(loop, loop->body, "step", loop->counts_down ? -1 : 1, err);
    mote_id       given[MOTE_NODE_OUT_MAX];
    mote_node     node = {.op = MOTE_OP_WHILE, .name = loop->name, .in = given, .out = out}, *added;
    mote_graph   *outer = graph_at(loop, loop->outer);

    MOTE_TRY(err->code);
    results[0] = add_node(loop, loop->body, MOTE_OP_ADD, "next", MOTE_I32, loop->in[0], step, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_graph_set_inputs(loop->model, graph_at(loop, loop->cond), loop->cond_in, loop->count, err));
    MOTE_TRY(mote_graph_set_inputs(loop->model, graph_at(loop, loop->body), loop->in, loop->count, err));
    MOTE_TRY(mote_graph_set_outputs(loop->model, graph_at(loop, loop->body), results, loop->count, err));
    MOTE_TRY(add_outputs(loop, out, err));
    memcpy(given, loop->given, sizeof given);
    node.in_count = node.out_count = loop->count;
    node.origin = (uint32_t)outer->node_count;
    node.as.control_while.cond_subgraph_index = loop->cond;
    node.as.control_while.body_subgraph_index = loop->body;
    if (!(added = mote_graph_add_node(loop->model, outer, &node, err)))
        return err->code;
    return mote_op_infer(loop->model, outer, added, err);
}
