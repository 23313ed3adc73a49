/* What passes ask before they change anything, and how an operator goes. When in doubt the answer is no.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "passes/passes.h"

/* ---- tensors ---- */

bool mote_same_quant(const mote_quant *a, const mote_quant *b)
{
    const size_t count = a && b ? (size_t)a->count : 0;

    if (!a || !b)
        return a == b;
    return a->axis == b->axis && a->count == b->count && memcmp(a->scale, b->scale, count * sizeof *a->scale) == 0 &&
           memcmp(a->zero_point, b->zero_point, count * sizeof *a->zero_point) == 0;
}

bool mote_same_meaning(const mote_tensor *a, const mote_tensor *b)
{
    return a->dtype == b->dtype && mote_same_quant(a->quant, b->quant) && a->narrowing == b->narrowing;
}

bool mote_same_tensor(const mote_tensor *a, const mote_tensor *b)
{
    return mote_same_meaning(a, b) && mote_tensor_same_shape(a, b) && a->is_batched == b->is_batched;
}

/* ---- operators ---- */

mote_status mote_edit_forgive(mote_error *err)
{
    if (err->code != MOTE_ERR_MEMORY)
        *err = (mote_error){0};
    return err->code;
}

/* IF, WHILE, CALL_ONCE: what their subgraphs change is not said here. */
static bool names_subgraph(const mote_node *node)
{
    const mrt_operator *description = mote_ops[node->op]->description;
    int                 i;

    for (i = 0; description && i < description->attribute_count; i++)
        if (strstr(description->attributes[i].name, "subgraph_index"))
            return true;
    return false;
}

static bool touches_state(const mote_graph *graph, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (mote_node_in(graph, node, i) && mote_node_in(graph, node, i)->kind == MOTE_STATE)
            return true;
    for (i = 0; i < node->out_count; i++)
        if (mote_node_out(graph, node, i)->kind == MOTE_STATE)
            return true;
    return false;
}

/* Nothing outlives an invoke. */
static bool keeps_nothing(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mote_op_row *row = mote_op_find_row(graph, node, err);
    mote_arena         arena = {0};
    mote_prepared      prepared = {.arena = &arena};
    bool               keeps = true;

    if (row && row->kernels->is_view)
        return true;
    if (row && row->kernels->prepare && row->kernels->prepare(graph, node, &prepared, err) == MOTE_OK)
        keeps = prepared.state_bytes > 0;
    mote_arena_destroy(&arena);
    mote_edit_forgive(err);
    return !keeps;
}

bool mote_edit_is_plain(const mote_edit *edit, const mote_node *node)
{
    return node->in_count > 0 && node->out_count > 0 && !names_subgraph(node) && !touches_state(edit->graph, node);
}

bool mote_edit_is_pure(const mote_edit *edit, const mote_node *node, mote_error *err)
{
    return mote_edit_is_plain(edit, node) && keeps_nothing(edit->graph, node, err);
}

/* SVDF clamps float only. */
bool mote_op_clamps(mote_op_kind kind)
{
    switch (kind) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
    case MOTE_OP_TRANSPOSE_CONV:
    case MOTE_OP_FULLY_CONNECTED:
    case MOTE_OP_ADD:
    case MOTE_OP_SUB:
    case MOTE_OP_MUL:
    case MOTE_OP_DIV:
    case MOTE_OP_MAX_POOL_2D:
    case MOTE_OP_AVERAGE_POOL_2D:
    case MOTE_OP_L2_POOL_2D:
        return true;
    default:
        return false;
    }
}

/* An open batch is part of what outputs are. */
bool mote_edit_is_right(mote_edit *edit, mote_node *node)
{
    mote_graph *graph = edit->graph;
    mote_tensor stored[MOTE_NODE_OUT_MAX];
    mote_error  ignored = {0};
    bool        is_right;
    int32_t     i;

    for (i = 0; i < node->out_count; i++)
        stored[i] = graph->tensors[node->out[i]];
    is_right = mote_op_verify_node(edit->model, graph, node, &ignored) == MOTE_OK && mote_op_find_row(graph, node, &ignored);
    for (i = 0; i < node->out_count; i++) {
        is_right = is_right && graph->tensors[node->out[i]].is_batched == stored[i].is_batched;
        graph->tensors[node->out[i]] = stored[i];
    }
    return is_right;
}

/* ---- all values of a type ---- */

static size_t value_count(const mote_tensor *tensor)
{
    const bool has_one_scale = tensor->quant && tensor->quant->count == 1;

    if (!has_one_scale || (tensor->dtype != MOTE_I8 && tensor->dtype != MOTE_U8 && tensor->dtype != MOTE_I16))
        return 0;
    return tensor->dtype == MOTE_I16 ? 65536 : 256;
}

/* A model of one constant, which has all values in rising order. Its texts and scales are those of the tensor. */
static mote_id add_values(mote_model *model, const mote_tensor *like, mote_error *err)
{
    const int32_t count = (int32_t)value_count(like);
    const size_t  bytes = (size_t)count * (size_t)mote_dtype_bits(like->dtype) / 8;
    uint8_t      *values = mote_arena_alloc(&model->arena, bytes, 1, err);
    mote_tensor   tensor = {.name = "",
                            .dtype = like->dtype,
                            .rank = 1,
                            .dim = {count},
                            .kind = MOTE_CONST,
                            .quant = like->quant,
                            .data = values};
    int32_t       i;

    for (i = 0; values && i < count; i++)
        if (like->dtype == MOTE_I16)
            ((int16_t *)(void *)values)[i] = (int16_t)(i - 32768);
        else
            values[i] = (uint8_t)(like->dtype == MOTE_I8 ? i - 128 : i);
    return values ? mote_graph_add_tensor(model, &model->graphs[0], &tensor, err) : MOTE_NONE;
}

/* The node for the values instead of its operand: its output becomes a constant. */
static mote_id apply(mote_edit *edit, mote_model *model, const mote_node *node, mote_id in, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    mote_tensor made = *mote_node_out(edit->graph, node, 0);
    mote_node   copy = *node, *added;
    mote_id     out;

    made.rank = 1;
    made.dim[0] = graph->tensors[in].dim[0];
    made.is_batched = false;
    out = mote_graph_add_tensor(model, graph, &made, err);
    copy.in = &in;
    copy.out = &out;
    added = out == MOTE_NONE ? NULL : mote_graph_add_node(model, graph, &copy, err);
    return added && mote_op_evaluate(model, graph, added, &edit->work, err) == MOTE_OK ? out : MOTE_NONE;
}

/* What the reference kernels make of each value, in rising order; NULL where that cannot be found out. */
static const void *tabulate(mote_edit *edit, const mote_tensor *in, const mote_node *const *chain, int32_t count,
                            mote_arena *arena, mote_error *err)
{
    mote_model *model;
    mote_id     at;
    int32_t     i;
    void       *table = NULL;

    if (value_count(in) == 0 || mote_model_create(&model, edit->model->stage, arena->cap_bytes, err) != MOTE_OK)
        return NULL;
    at = add_values(model, in, err);
    for (i = 0; i < count && at != MOTE_NONE; i++)
        at = chain[i]->in_count == 1 && chain[i]->out_count == 1 ? apply(edit, model, chain[i], at, err) : MOTE_NONE;
    if (at != MOTE_NONE)
        table = mote_arena_copy(arena, model->graphs[0].tensors[at].data, mote_tensor_bytes(&model->graphs[0].tensors[at]),
                                1, err);
    mote_model_destroy(model);
    if (!table)
        mote_edit_forgive(err);
    return table;
}

bool mote_edit_same_for_all(mote_edit *edit, const mote_node *const *a, int32_t a_count, const mote_node *const *b,
                            int32_t b_count, mote_error *err)
{
    const mote_tensor *in = mote_node_in(edit->graph, a[0], 0), *out = mote_node_out(edit->graph, a[a_count - 1], 0);
    mote_arena         arena = {.cap_bytes = edit->arena.cap_bytes};
    const void        *one = tabulate(edit, in, a, a_count, &arena, err);
    const void        *two = one ? tabulate(edit, in, b, b_count, &arena, err) : NULL;
    const bool         same = two && memcmp(one, two, value_count(in) * (size_t)mote_dtype_bits(out->dtype) / 8) == 0;

    mote_arena_destroy(&arena);
    return same;
}

/* ---- how an operator goes ---- */

void mote_edit_tell(mote_edit *edit, const mote_node *node, const char *why)
{
    const mote_tensor *out = mote_node_out(edit->graph, node, 0);
    const mote_change  change = {.pass = edit->pass,
                                 .op = mote_op_kind_name(node->op),
                                 .number = node->origin,
                                 .tensor = out ? out->name : "",
                                 .why = why,
                                 .tensor_bytes = out && !mote_op_is_view(node->op) ? mote_tensor_bytes(out) : 0};

    edit->change_count++;
    if (edit->options && edit->options->explain)
        edit->options->explain(edit->options->user, &change);
}

/* Whose tensor can be another's name: it is no end of the graph, and one live node computes it. */
static bool may_be_renamed(mote_edit *edit, mote_id id)
{
    return !mote_edit_is_output(edit, id) && mote_edit_producer(edit, id);
}

static void rename_output(mote_edit *edit, mote_node *maker, mote_id from, mote_id to)
{
    int32_t i;

    for (i = 0; i < maker->out_count; i++)
        if (maker->out[i] == from)
            maker->out[i] = to;
    edit->maker[to] = (int32_t)(maker - edit->graph->nodes) + 1;
    edit->maker[from] = 0;
}

bool mote_edit_bypass(mote_edit *edit, mote_node *node, mote_id id, const char *why)
{
    const mote_id      out = node->out[0];
    const mote_tensor *from = &edit->graph->tensors[out], *to = &edit->graph->tensors[id];
    const bool         is_end = mote_edit_is_output(edit, out);
    mote_node         *maker = mote_edit_producer(edit, id);

    if (from->kind != MOTE_ACTIVATION || to->kind != MOTE_ACTIVATION || !mote_same_tensor(from, to) ||
        (is_end && !may_be_renamed(edit, id)))
        return false;
    mote_edit_tell(edit, node, why);
    mote_edit_kill(edit, node);
    if (is_end) {
        rename_output(edit, maker, id, out);
        mote_edit_redirect(edit, id, out);
    } else
        mote_edit_redirect(edit, out, id);
    return true;
}

mote_node_text mote_done_by(const mote_node *node)
{
    mote_node_text why;

    snprintf(why.text, sizeof why.text, "done by operator %u (%s)", (unsigned)node->origin, mote_op_kind_name(node->op));
    return why;
}
