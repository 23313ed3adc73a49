/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/control.h"

#include <string.h>

_Static_assert(offsetof(mrt_if_attributes, else_subgraph_index) == sizeof(int32_t) &&
                   offsetof(mrt_while_attributes, body_subgraph_index) == sizeof(int32_t),
               "both name two graphs, one after the other");

const int32_t *mote_node_graphs_of(const mote_node *node)
{
    if (node->op == MOTE_OP_IF)
        return &node->as.control_if.then_subgraph_index;
    return node->op == MOTE_OP_WHILE ? &node->as.control_while.cond_subgraph_index : NULL;
}

int32_t *mote_node_graphs(mote_node *node)
{
    return (int32_t *)(uintptr_t)mote_node_graphs_of(node);
}

bool mote_model_has_control(const mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n;

    for (n = 0; n < graph->node_count; n++)
        if (mote_node_graphs_of(&graph->nodes[n]))
            return true;
    return false;
}

/* ---- no graph runs itself ---- */

typedef struct chain {
    const mote_model *model;
    int32_t           depth_of[MOTE_GRAPHS_MAX]; /* -1: not seen; else how deep is nested what the graph runs */
    bool              is_open[MOTE_GRAPHS_MAX];  /* it is being looked at */
} chain;

static mote_status measure_depth(chain *c, int32_t index, mote_error *err);

static mote_status measure_node(chain *c, int32_t index, const mote_node *node, mote_error *err)
{
    const int32_t *called = mote_node_graphs_of(node);
    int32_t        i;

    for (i = 0; called && i < 2; i++) {
        if (called[i] < 1 || called[i] >= c->model->graph_count)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: it runs subgraph %d of %d",
                             mote_node_show(&c->model->graphs[index], node).text, called[i], c->model->graph_count);
        if (c->is_open[called[i]])
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: subgraph %d runs itself",
                             mote_node_show(&c->model->graphs[index], node).text, called[i]);
        MOTE_TRY(measure_depth(c, called[i], err));
        if (c->depth_of[called[i]] >= c->depth_of[index])
            c->depth_of[index] = c->depth_of[called[i]] + 1;
    }
    if (c->depth_of[index] > MOTE_CONTROL_DEPTH_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: subgraphs are nested deeper than %d",
                         mote_node_show(&c->model->graphs[index], node).text, MOTE_CONTROL_DEPTH_MAX);
    return MOTE_OK;
}

/* The recursion is as deep as there are graphs, at most MOTE_GRAPHS_MAX. */
static mote_status measure_depth(chain *c, int32_t index, mote_error *err)
{
    const mote_graph *graph = &c->model->graphs[index];
    int32_t           n;

    if (c->depth_of[index] >= 0)
        return MOTE_OK;
    c->depth_of[index] = 0;
    c->is_open[index] = true;
    for (n = 0; n < graph->node_count; n++)
        MOTE_TRY(measure_node(c, index, &graph->nodes[n], err));
    c->is_open[index] = false;
    return MOTE_OK;
}

/* ---- what goes in and comes out ---- */

typedef struct call {
    const mote_graph *graph;
    const mote_node  *node;
    int32_t           index; /* of the graph that it runs */
    const mote_graph *called;
} call;

static mote_status agree(const call *c, const char *what, int32_t i, mote_id own, mote_id other, mote_error *err)
{
    const mote_tensor *a = own == MOTE_NONE ? NULL : &c->graph->tensors[own], *b = &c->called->tensors[other];

    if (!a || a->dtype != b->dtype || !mote_tensor_same_shape(a, b))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: %s %d is %s%s, subgraph %d's is %s%s",
                         mote_node_show(c->graph, c->node).text, what, i, a ? mote_dtype_name(a->dtype) : "left out",
                         a ? mote_shape_show(a).text : "", c->index, mote_dtype_name(b->dtype), mote_shape_show(b).text);
    if (a->variable || b->variable)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "%s: %s %d is a variable's handle; name the variable in subgraph %d by a VAR_HANDLE of its own",
                         mote_node_show(c->graph, c->node).text, what, i, c->index);
    return MOTE_OK;
}

static mote_status check_count(const call *c, const char *what, int32_t own, int32_t other, mote_error *err)
{
    if (own != other)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: %d %s, subgraph %d has %d", mote_node_show(c->graph, c->node).text, own,
                         what, c->index, other);
    return MOTE_OK;
}

/* skipped: operands in front that do not go in. */
static mote_status check_inputs(const call *c, int32_t skipped, mote_error *err)
{
    int32_t i;

    MOTE_TRY(check_count(c, "values go in", c->node->in_count - skipped, c->called->input_count, err));
    for (i = 0; i < c->called->input_count; i++)
        MOTE_TRY(agree(c, "input", i + skipped, c->node->in[i + skipped], c->called->inputs[i], err));
    return MOTE_OK;
}

static mote_status check_outputs(const call *c, mote_error *err)
{
    int32_t i;

    MOTE_TRY(check_count(c, "values come out", c->node->out_count, c->called->output_count, err));
    for (i = 0; i < c->called->output_count; i++)
        MOTE_TRY(agree(c, "output", i, c->node->out[i], c->called->outputs[i], err));
    return MOTE_OK;
}

static mote_status check_condition(const call *c, mote_error *err)
{
    const mote_tensor *result = c->called->output_count == 1 ? &c->called->tensors[c->called->outputs[0]] : NULL;

    if (!result || result->dtype != MOTE_BOOL || mote_tensor_count(result) != 1)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: its condition, subgraph %d, gives no single bool",
                         mote_node_show(c->graph, c->node).text, c->index);
    return MOTE_OK;
}

static mote_status check_node(const mote_model *model, const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const int32_t *called = mote_node_graphs_of(node);
    const bool     is_loop = node->op == MOTE_OP_WHILE;
    int32_t        i, k;

    for (i = 0; called && i < 2; i++) {
        const call c = {graph, node, called[i], &model->graphs[called[i]]};
        MOTE_TRY(check_inputs(&c, is_loop ? 0 : 1, err));
        MOTE_TRY(is_loop && i == 0 ? check_condition(&c, err) : check_outputs(&c, err));
    }
    for (k = 0; is_loop && k < node->out_count; k++) {
        const call c = {graph, node, called[1], &model->graphs[called[1]]};
        MOTE_TRY(agree(&c, "operand", k, node->in[k], c.called->outputs[k], err));
    }
    return MOTE_OK;
}

mote_status mote_control_verify(const mote_model *model, mote_error *err)
{
    chain   c = {.model = model};
    int32_t g, n;

    memset(c.depth_of, -1, sizeof c.depth_of);
    for (g = 0; g < model->graph_count; g++)
        MOTE_TRY(measure_depth(&c, g, err));
    for (g = 0; g < model->graph_count; g++)
        for (n = 0; n < model->graphs[g].node_count; n++)
            MOTE_TRY(check_node(model, &model->graphs[g], &model->graphs[g].nodes[n], err));
    return MOTE_OK;
}
