/* Layers that are one operator while they are trained become what readers make of them: RECURRENT an LSTM, or a cell in a
 * WHILE or step by step (ops/recurrent.h); ATTENTION products and a softmax (ops/heads.h); EMBEDDING a CAST and a GATHER.
 *
 * The nodes of the graph are added anew, in their order; the last one of a layer computes the tensor that the layer had.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "ops/heads.h"
#include "ops/recurrent.h"
#include "passes/passes.h"

/* A layer that is lowered. */
typedef struct lowering {
    mote_model     *model;
    mote_error     *err;
    mote_node       node; /* as it was */
    int32_t         graph;
    mote_cell_maker maker;
    mote_cell       cell;
} lowering;

static mote_graph *graph_of(const lowering *l)
{
    return &l->model->graphs[l->graph];
}

static void enter(void *by, int32_t graph)
{
    ((lowering *)by)->graph = graph;
}

/* ---- nodes ---- */

static mote_id add_tensor(lowering *l, mote_dtype dtype)
{
    const mote_tensor tensor = {.name = l->node.name,
                                .dtype = dtype,
                                .kind = MOTE_ACTIVATION,
                                .is_batched = true,
                                .origin = (uint32_t)graph_of(l)->tensor_count};

    return mote_graph_add_tensor(l->model, graph_of(l), &tensor, l->err);
}

static void add_node(void *by, const mote_node *spec, mote_id *out)
{
    lowering  *l = by;
    mote_node  node = *spec, *added;
    mote_dtype dtype = spec->op == MOTE_OP_CAST ? MOTE_I32 : MOTE_F32;
    int32_t    i;

    for (i = 0; i < node.out_count && l->err->code == MOTE_OK; i++)
        out[i] = add_tensor(l, dtype);
    while (node.in_count > 0 && node.in[node.in_count - 1] == MOTE_NONE)
        node.in_count--;
    node.name = l->node.name;
    node.origin = l->node.origin;
    node.out = out;
    added = l->err->code == MOTE_OK ? mote_graph_add_node(l->model, graph_of(l), &node, l->err) : NULL;
    if (added)
        mote_op_infer(l->model, graph_of(l), added, l->err);
}

static mote_id add_const(lowering *l, const char *what, mote_dtype dtype, int32_t rank, const int32_t *dim,
                         const void *values)
{
    const char *name = mote_arena_printf(&l->model->arena, l->err, "%s/%s", l->node.name ? l->node.name : "layer", what);

    return name ? mote_graph_add_const(l->model, graph_of(l), name, dtype, rank, dim, values, l->err) : MOTE_NONE;
}

static mote_id add_ints(void *by, int32_t rank, const int32_t *dim, const int32_t *values)
{
    return add_const(by, "shape", MOTE_I32, rank, dim, values);
}

static mote_id add_floats(void *by, int32_t rank, const int32_t *dim, const float *values)
{
    return add_const(by, "values", MOTE_F32, rank, dim, values);
}

static mote_id add_zeros(void *by, int32_t rank, const int32_t *dim)
{
    lowering     *l = by;
    mote_tensor   shape = {.rank = rank};
    const float  *zeros;
    const int32_t scalar = 0;

    memcpy(shape.dim, dim ? dim : &scalar, (size_t)rank * sizeof *dim);
    zeros = MOTE_NEW(&l->model->arena, float, mote_tensor_count(&shape), l->err);
    return zeros ? add_floats(by, rank, dim, zeros) : MOTE_NONE;
}

/* ---- recurrent layers ---- */

enum { X, KERNEL, RECURRENT, BIAS };

/* Which rows of which operand a weight is; in units. */
typedef struct weight_part {
    const char *name; /* NULL: there is none */
    int32_t     operand, first, count;
} weight_part;

static weight_part part_of_gates(int which)
{
    static const char *const names[MOTE_LSTM_GATES][3] = {
        {"input_kernel", "input_recurrent_kernel", "input_bias"},
        {"forget_kernel", "forget_recurrent_kernel", "forget_bias"},
        {"candidate_kernel", "candidate_recurrent_kernel", "candidate_bias"},
        {"output_kernel", "output_recurrent_kernel", "output_bias"}};
    const int gate = which / 3, part = which % 3;

    return (weight_part){names[gate][part], KERNEL + part, gate, 1};
}

static weight_part find_part(const lowering *l, int which)
{
    const bool    is_gru = l->cell.kind == MOTE_CELL_GRU, has_own = is_gru && l->cell.resets_after;
    const int32_t gates = is_gru ? 3 : l->cell.kind == MOTE_CELL_LSTM ? 4 : 1;

    switch (which) {
    case MOTE_CELL_KERNEL:
        return (weight_part){"kernel", KERNEL, 0, gates};
    case MOTE_CELL_BIAS:
        return (weight_part){"bias", BIAS, 0, gates};
    case MOTE_CELL_RECURRENT:
        return (weight_part){is_gru ? "recurrent_gates" : "recurrent_kernel", RECURRENT, 0, is_gru ? 2 : gates};
    case MOTE_CELL_CANDIDATE:
        return (weight_part){is_gru ? "recurrent_candidate" : NULL, RECURRENT, 2, 1};
    case MOTE_CELL_GATE_BIAS:
        return (weight_part){has_own ? "recurrent_gate_bias" : NULL, BIAS, 3, 2};
    case MOTE_CELL_CANDIDATE_BIAS:
        return (weight_part){has_own ? "recurrent_candidate_bias" : NULL, BIAS, 5, 1};
    default:
        return which >= MOTE_CELL_GATES ? part_of_gates(which - MOTE_CELL_GATES) : (weight_part){0};
    }
}

static mote_id add_weight(void *by, mote_cell_weight which)
{
    lowering          *l = by;
    const weight_part  part = find_part(l, (int)which);
    const mote_tensor *from = part.name ? mote_node_in(&l->model->graphs[0], &l->node, part.operand) : NULL;
    const size_t       units = (size_t)l->cell.units;
    size_t             row;
    int32_t            dim[2];

    if (!from)
        return MOTE_NONE;
    row = from->rank == 2 ? (size_t)from->dim[1] : 1;
    dim[0] = part.count * l->cell.units;
    dim[1] = (int32_t)row;
    return add_const(l, part.name, MOTE_F32, from->rank, dim, (const float *)from->data + (size_t)part.first * units * row);
}

static mote_id add_activation(void *by, mote_cell_activation which, mote_id x)
{
    static const mote_op_kind       kinds[MOTE_MATH_CURVE_COUNT] = {[MOTE_MATH_CURVE_TANH] = MOTE_OP_TANH,
                                                                    [MOTE_MATH_CURVE_SIGMOID] = MOTE_OP_LOGISTIC,
                                                                    [MOTE_MATH_CURVE_RELU] = MOTE_OP_RELU};
    const lowering                 *l = by;
    const mrt_recurrent_attributes *as = &l->node.as.recurrent;
    const int32_t                   curve = which == MOTE_CELL_GATE ? as->recurrent_activation : as->activation;
    mote_id                         out = x;

    if (curve != MOTE_MATH_CURVE_LINEAR)
        add_node(by, &(mote_node){.op = kinds[curve], .in = &x, .in_count = 1, .out_count = 1}, &out);
    return out;
}

static mote_id lower_recurrent(lowering *l)
{
    static const mote_cell_kind kinds[MOTE_MATH_CELL_COUNT] = {
        [MOTE_MATH_RNN] = MOTE_CELL_RNN, [MOTE_MATH_GRU] = MOTE_CELL_GRU, [MOTE_MATH_LSTM] = MOTE_CELL_LSTM};
    const mrt_recurrent_attributes *as = &l->node.as.recurrent;
    const mote_recurrent            layer = {.steps = mote_node_in(graph_of(l), &l->node, X)->dim[1],
                                             .is_one_operator = as->cell == MOTE_MATH_LSTM && as->activation == MOTE_MATH_CURVE_TANH &&
                                                                as->recurrent_activation == MOTE_MATH_CURVE_SIGMOID,
                                             .is_backward = as->goes_backwards,
                                             .wants_sequence = as->returns_sequences,
                                             .keeps_time = as->keeps_time};

    l->cell = (mote_cell){.maker = &l->maker,
                          .kind = kinds[as->cell],
                          .units = mote_node_in(graph_of(l), &l->node, RECURRENT)->dim[1],
                          .resets_after = as->resets_after};
    return mote_recurrent_add(&l->cell, &layer, l->node.in[X], 0);
}

/* ---- the others ---- */

static mote_id lower_embedding(lowering *l)
{
    mote_id in[2] = {l->node.in[1], MOTE_NONE}, out = MOTE_NONE;

    add_node(l, &(mote_node){.op = MOTE_OP_CAST, .in = l->node.in, .in_count = 1, .out_count = 1}, &in[1]);
    if (l->err->code == MOTE_OK)
        add_node(l, &(mote_node){.op = MOTE_OP_GATHER, .in = in, .in_count = 2, .out_count = 1}, &out);
    return out;
}

static mote_id lower_attention(lowering *l)
{
    const mote_heads heads = {.maker = &l->maker, .floats = add_floats, .heads = l->node.as.attention.heads};

    return mote_heads_add(&heads, l->node.in[0], l->node.in[1], l->node.in[2], 0);
}

/* ---- the graph ---- */

static mote_id (*way_of(mote_op_kind op))(lowering *)
{
    switch (op) {
    case MOTE_OP_RECURRENT:
        return lower_recurrent;
    case MOTE_OP_EMBEDDING:
        return lower_embedding;
    case MOTE_OP_ATTENTION:
        return lower_attention;
    default:
        return NULL;
    }
}

/* The node that computes `made` computes `out` instead, which is alike. */
static void give_name(mote_graph *graph, mote_id made, mote_id out)
{
    int32_t n, i;

    for (n = graph->node_count - 1; n >= 0; n--)
        for (i = 0; i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] == made) {
                graph->nodes[n].out[i] = out;
                return;
            }
}

static mote_status lower(mote_model *model, const mote_node *node, mote_error *err)
{
    lowering l = {.model = model, .err = err, .node = *node};
    mote_id  made;

    l.maker = (mote_cell_maker){.model = model,
                                .name = node->name ? node->name : "layer",
                                .err = err,
                                .by = &l,
                                .enter = enter,
                                .add = add_node,
                                .ints = add_ints,
                                .zeros = add_zeros,
                                .weight = add_weight,
                                .activate = add_activation};
    made = way_of(node->op)(&l);
    MOTE_TRY(err->code);
    give_name(&model->graphs[0], made, node->out[0]);
    return MOTE_OK;
}

static bool has_any(const mote_graph *graph)
{
    int32_t n = 0;

    while (n < graph->node_count && !way_of(graph->nodes[n].op))
        n++;
    return n < graph->node_count;
}

mote_status mote_pass_lower_layers(mote_edit *edit, mote_error *err)
{
    const int32_t    count = edit->graph->node_count;
    const mote_node *nodes;
    int32_t          n;

    if (!has_any(edit->graph))
        return MOTE_OK;
    nodes = mote_arena_copy(&edit->arena, edit->graph->nodes, (size_t)count, sizeof *nodes, err);
    if (!nodes)
        return err->code;
    edit->graph->node_count = 0;
    for (n = 0; n < count; n++)
        if (way_of(nodes[n].op))
            MOTE_TRY(lower(edit->model, &nodes[n], err));
        else if (!mote_graph_add_node(edit->model, &edit->model->graphs[0], &nodes[n], err))
            return err->code;
    edit->graph = &edit->model->graphs[0]; /* loops move graphs */
    return mote_edit_index(edit, err);
}
