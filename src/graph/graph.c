/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

mote_status mote_model_create(mote_model **out, mote_stage stage, size_t memory_cap_bytes, mote_error *err)
{
    mote_model *model = calloc(1, sizeof *model);

    *out = NULL;
    if (!model)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    model->arena.cap_bytes = memory_cap_bytes;
    model->stage = stage;
    model->name = model->description = "";
    model->graphs = MOTE_NEW(&model->arena, mote_graph, 1, err);
    if (!model->graphs) {
        mote_model_destroy(model);
        return err->code;
    }
    model->graph_count = 1;
    *out = model;
    return MOTE_OK;
}

mote_graph *mote_model_add_graph(mote_model *model, mote_error *err)
{
    mote_graph *graphs = MOTE_NEW(&model->arena, mote_graph, model->graph_count + 1, err);

    if (!graphs)
        return NULL;
    memcpy(graphs, model->graphs, (size_t)model->graph_count * sizeof *graphs);
    model->graphs = graphs;
    return &graphs[model->graph_count++];
}

void mote_model_destroy(mote_model *model)
{
    if (!model)
        return;
    mote_arena_destroy(&model->arena);
    free(model);
}

/* Room for one more element; arrays double, so the arena holds at most twice what is used. */
static mote_status grow(mote_arena *arena, void **elements, int32_t count, int32_t *capacity, size_t size, mote_error *err)
{
    int32_t wider = *capacity ? *capacity * 2 : 16;
    void   *moved;

    if (count < *capacity)
        return MOTE_OK;
    moved = mote_arena_alloc(arena, (size_t)wider, size, err);
    if (!moved)
        return err->code;
    if (count > 0)
        memcpy(moved, *elements, (size_t)count * size);
    *elements = moved;
    *capacity = wider;
    return MOTE_OK;
}

mote_id mote_graph_add_tensor(mote_model *model, mote_graph *graph, const mote_tensor *spec, mote_error *err)
{
    mote_tensor tensor = *spec;
    void       *tensors = graph->tensors;

    tensor.name = mote_arena_strdup(&model->arena, spec->name ? spec->name : "", err);
    if (spec->variable && !(tensor.variable = mote_arena_strdup(&model->arena, spec->variable, err)))
        return MOTE_NONE;
    if (!tensor.name ||
        grow(&model->arena, &tensors, graph->tensor_count, &graph->tensor_capacity, sizeof tensor, err) != MOTE_OK)
        return MOTE_NONE;
    graph->tensors = tensors;
    graph->tensors[graph->tensor_count] = tensor;
    return graph->tensor_count++;
}

static mote_status copy_ids(mote_arena *arena, mote_id **out, const mote_id *ids, int32_t count, mote_error *err)
{
    *out = mote_arena_copy(arena, ids, (size_t)count, sizeof *ids, err);
    return *out ? MOTE_OK : err->code;
}

mote_node *mote_graph_add_node(mote_model *model, mote_graph *graph, const mote_node *spec, mote_error *err)
{
    mote_node node = *spec;
    void     *nodes = graph->nodes;

    if (spec->name && !(node.name = mote_arena_strdup(&model->arena, spec->name, err)))
        return NULL;
    if (spec->options && !(node.options = mote_arena_copy(&model->arena, spec->options, spec->option_bytes, 1, err)))
        return NULL;
    if (copy_ids(&model->arena, &node.in, spec->in, spec->in_count, err) != MOTE_OK ||
        copy_ids(&model->arena, &node.out, spec->out, spec->out_count, err) != MOTE_OK ||
        grow(&model->arena, &nodes, graph->node_count, &graph->node_capacity, sizeof node, err) != MOTE_OK)
        return NULL;
    graph->nodes = nodes;
    graph->nodes[graph->node_count] = node;
    return &graph->nodes[graph->node_count++];
}

mote_status mote_graph_set_inputs(mote_model *model, mote_graph *graph, const mote_id *ids, int32_t count, mote_error *err)
{
    graph->input_count = count;
    return copy_ids(&model->arena, &graph->inputs, ids, count, err);
}

mote_status mote_graph_set_outputs(mote_model *model, mote_graph *graph, const mote_id *ids, int32_t count, mote_error *err)
{
    graph->output_count = count;
    return copy_ids(&model->arena, &graph->outputs, ids, count, err);
}

mote_id mote_graph_add_const(mote_model *model, mote_graph *graph, const char *name, mote_dtype dtype, int32_t rank,
                             const int32_t *dim, const void *bytes, mote_error *err)
{
    mote_tensor tensor = {.name = name, .dtype = dtype, .rank = rank, .kind = MOTE_CONST};

    if (rank > 0)
        memcpy(tensor.dim, dim, (size_t)rank * sizeof *dim);
    tensor.data = mote_arena_copy(&model->arena, bytes, mote_tensor_bytes(&tensor), 1, err);
    return tensor.data ? mote_graph_add_tensor(model, graph, &tensor, err) : MOTE_NONE;
}

mote_quant *mote_quant_create(mote_model *model, int32_t axis, int32_t count, const float *scale, const int32_t *zero_point,
                              mote_error *err)
{
    mote_quant *quant = MOTE_NEW(&model->arena, mote_quant, 1, err);

    if (!quant)
        return NULL;
    quant->axis = axis;
    quant->count = count;
    quant->scale = MOTE_NEW(&model->arena, float, count, err);
    quant->zero_point = MOTE_NEW(&model->arena, int32_t, count, err);
    if (!quant->scale || !quant->zero_point)
        return NULL;
    if (scale)
        memcpy(quant->scale, scale, (size_t)count * sizeof *scale);
    if (zero_point)
        memcpy(quant->zero_point, zero_point, (size_t)count * sizeof *zero_point);
    return quant;
}

const mote_narrowing *mote_narrowing_create(mote_model *model, int32_t channels, const int16_t *value, mote_error *err)
{
    mote_narrowing *narrowing = MOTE_NEW(&model->arena, mote_narrowing, 1, err);

    if (!narrowing)
        return NULL;
    narrowing->channels = channels;
    narrowing->value = mote_arena_copy(&model->arena, value, (size_t)channels, sizeof *value, err);
    return narrowing->value ? narrowing : NULL;
}

const mote_tensor *mote_node_in(const mote_graph *graph, const mote_node *node, int32_t index)
{
    return index < node->in_count && node->in[index] != MOTE_NONE ? &graph->tensors[node->in[index]] : NULL;
}

const mote_tensor *mote_node_out(const mote_graph *graph, const mote_node *node, int32_t index)
{
    return index < node->out_count && node->out[index] != MOTE_NONE ? &graph->tensors[node->out[index]] : NULL;
}

const mote_tensor *mote_node_result(const mote_graph *graph, const mote_node *node)
{
    return node->out_count > 0 ? mote_node_out(graph, node, 0) : mote_node_in(graph, node, 0);
}

size_t mote_tensor_count(const mote_tensor *tensor)
{
    size_t  count = 1;
    int32_t i;

    for (i = 0; i < tensor->rank; i++)
        count = mote_size_mul(count, tensor->dim[i] > 0 ? (size_t)tensor->dim[i] : 0);
    return count;
}

size_t mote_tensor_bytes(const mote_tensor *tensor)
{
    size_t bits = mote_size_mul(mote_tensor_count(tensor), (size_t)mote_dtype_bits(tensor->dtype));

    return bits == SIZE_MAX ? SIZE_MAX : bits / 8 + (bits % 8 != 0);
}

bool mote_tensor_same_shape(const mote_tensor *a, const mote_tensor *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof a->dim[0]) == 0;
}

static mote_shape_text show_shape(int32_t rank, const int32_t *dim, bool is_open)
{
    mote_shape_text shape;
    int             used = snprintf(shape.text, sizeof shape.text, is_open ? "[?" : "[");
    int32_t         i;

    for (i = is_open; i < rank; i++)
        used += snprintf(shape.text + used, sizeof shape.text - (size_t)used, "%s%d", i ? "," : "", dim[i]);
    snprintf(shape.text + used, sizeof shape.text - (size_t)used, "]");
    return shape;
}

mote_shape_text mote_shape_show(const mote_tensor *tensor)
{
    return show_shape(tensor->rank, tensor->dim, false);
}

mote_shape_text mote_info_shape(const mote_tensor_info *tensor)
{
    return show_shape(tensor->rank, tensor->dim, tensor->is_batched && tensor->rank > 0);
}

int32_t mote_graph_use_count(const mote_graph *graph, mote_id id)
{
    int32_t n, i, count = 0;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            count += graph->nodes[n].in[i] == id;
    for (i = 0; i < graph->output_count; i++)
        count += graph->outputs[i] == id;
    return count;
}

const char *mote_op_kind_name(mote_op_kind kind)
{
    static const char *const names[MOTE_OP_COUNT] = {
#define OP(KIND, name, attributes, header)              [MOTE_OP_##KIND] = #KIND,
#define CUSTOM_OP(KIND, name, attributes, header, code) [MOTE_OP_##KIND] = code,
#include "runtime/operators.def"
#undef OP
    };
    return names[kind];
}

const char *mote_node_kind_name(const mote_node *node)
{
    static const char *const marks[] = {"",
                                        [MRT_CONTROL_IF] = "IF",
                                        [MRT_CONTROL_ELSE] = "ELSE",
                                        [MRT_CONTROL_END_IF] = "END_IF",
                                        [MRT_CONTROL_LOOP] = "WHILE",
                                        [MRT_CONTROL_LEAVE] = "LEAVE_UNLESS",
                                        [MRT_CONTROL_REPEAT] = "REPEAT"};

    return node->op == MOTE_OP_CONTROL ? marks[node->as.control.what] : mote_op_kind_name(node->op);
}

mote_node_text mote_node_show(const mote_graph *graph, const mote_node *node)
{
    mote_node_text shown;
    int            index = (int)(node - graph->nodes);

    if (node->name)
        snprintf(shown.text, sizeof shown.text, "operator %d (%s \"%s\")", index, mote_node_kind_name(node),
                 mote_show_string(node->name).text);
    else
        snprintf(shown.text, sizeof shown.text, "operator %d (%s)", index, mote_node_kind_name(node));
    return shown;
}

static bool reads_state(const mote_graph *graph, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (mote_node_in(graph, node, i) && mote_node_in(graph, node, i)->kind == MOTE_STATE)
            return true;
    return false;
}

bool mote_graph_forgets(const mote_graph *graph)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++) {
        const mote_tensor *out = mote_node_out(graph, &graph->nodes[n], 0);
        if (out && out->is_batched && reads_state(graph, &graph->nodes[n]))
            return true;
    }
    return false;
}

int32_t mote_table_bits(int32_t values)
{
    int32_t bits = 1;

    while (1 << bits < values)
        bits++;
    return bits;
}

size_t mote_table_bytes(const mote_tensor *tensor, int32_t values)
{
    enum { OPERATOR_BYTES = 256 }; /* about what a head, an operator and two more tensors take */
    const size_t channels = tensor->quant ? (size_t)tensor->quant->count : 1;
    const size_t bits = mote_size_mul(mote_tensor_count(tensor), (size_t)mote_table_bits(values));

    return mote_size_add(mote_size_add(bits, 7) / 8, mote_size_add(mote_size_mul(channels, (size_t)values), OPERATOR_BYTES));
}
