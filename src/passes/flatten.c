/* IF and WHILE as a program runs them: one graph, in which the graphs that they run stand where they stood, between marks
 * (mrt_control in runtime/attributes.h). So one plan of memory serves all.
 *
 *     IF c                        values -> carried (COPY)
 *       then's nodes              LOOP
 *       results -> outputs          cond's nodes
 *     ELSE                          LEAVE unless c
 *       else's nodes                body's nodes
 *       results -> outputs          results -> carried
 *     END_IF                      REPEAT
 *
 * What a graph takes is read where it lies; it is copied where the graph reads its bytes in another scale, or where it is a
 * constant, since kernels are chosen for computed operands. What a body hands on as it took it is not carried at all, and
 * what it computes after the last look at the value before is computed in that one's place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "graph/control.h"
#include "passes/passes.h"

/* Nodes and tensors that one model may expand to. */
enum { FLAT_MAX = 1 << 20 };

typedef struct flattening {
    const mote_model *from;
    mote_model       *to;
    mote_graph       *graph;                   /* of to */
    mote_id          *states[MOTE_GRAPHS_MAX]; /* of each graph's tensors: the state that it became, counted from 1 */
    mote_flat_source *sources;                 /* of the tensors so far; NULL: nobody asks */
    int32_t           source_capacity;
    bool              tells_sources;
    int32_t           budget;
} flattening;

/* A graph of the model that is being written, and what its tensors are called here. */
typedef struct instance {
    const mote_graph *graph;
    mote_id          *map;
} instance;

static mote_status flatten_nodes(flattening *f, const instance *in, mote_error *err);

/* ---- nodes ---- */

static mote_status spend(flattening *f, int32_t count, mote_error *err)
{
    if (count > f->budget)
        return mote_fail(err, MOTE_ERR_LIMIT, "IF and WHILE expand to more than %d operators and tensors", FLAT_MAX);
    f->budget -= count;
    return MOTE_OK;
}

/* Its index, or -1. operand: what it decides by, or one that lives there anyway. */
static int32_t add_control(flattening *f, const mote_node *at, mrt_control what, mote_id operand, mote_error *err)
{
    const mote_node node = {.op = MOTE_OP_CONTROL,
                            .name = at->name,
                            .origin = at->origin,
                            .in = &operand,
                            .in_count = 1,
                            .as.control.what = (int32_t)what};

    return mote_graph_add_node(f->to, f->graph, &node, err) ? f->graph->node_count - 1 : -1;
}

static void lead(flattening *f, int32_t control, int32_t target)
{
    f->graph->nodes[control].as.control.target = target;
}

static mote_status add_copy(flattening *f, const mote_node *at, mote_id from, mote_id to, mote_error *err)
{
    const mote_node node = {
        .op = MOTE_OP_COPY, .name = at->name, .origin = at->origin, .in = &from, .in_count = 1, .out = &to, .out_count = 1};

    MOTE_TRY(spend(f, 1, err));
    return mote_graph_add_node(f->to, f->graph, &node, err) ? MOTE_OK : err->code;
}

/* ---- tensors ---- */

static mote_status tell_source(flattening *f, mote_id id, mote_flat_source source, mote_error *err)
{
    if (id >= f->source_capacity) {
        const int32_t     capacity = 2 * id + 64;
        mote_flat_source *more = MOTE_NEW(&f->to->arena, mote_flat_source, capacity, err);
        if (!more)
            return err->code;
        if (f->sources)
            memcpy(more, f->sources, (size_t)f->source_capacity * sizeof *more);
        f->sources = more;
        f->source_capacity = capacity;
    }
    f->sources[id] = source;
    return MOTE_OK;
}

/* Data and scales stay the source's. */
static mote_id add_tensor_of(flattening *f, const mote_tensor *tensor, mote_flat_source source, mote_error *err)
{
    const mote_id id = mote_graph_add_tensor(f->to, f->graph, tensor, err);

    return id == MOTE_NONE || !f->tells_sources || tell_source(f, id, source, err) == MOTE_OK ? id : MOTE_NONE;
}

static mote_id add_tensor(flattening *f, const mote_tensor *tensor, mote_error *err)
{
    return add_tensor_of(f, tensor, (mote_flat_source){-1, MOTE_NONE}, err);
}

/* A variable that is there already, by its name; else MOTE_NONE. */
static mote_id find_variable(const flattening *f, const mote_tensor *tensor, mote_error *err)
{
    int32_t i;

    for (i = 0; tensor->variable && i < f->graph->tensor_count; i++) {
        const mote_tensor *known = &f->graph->tensors[i];
        if (!known->variable || strcmp(known->variable, tensor->variable) != 0)
            continue;
        if (known->dtype != tensor->dtype || !mote_tensor_same_shape(known, tensor))
            mote_fail(err, MOTE_ERR_FORMAT, "variable %s is %s%s in one subgraph and %s%s in another", known->variable,
                      mote_dtype_name(known->dtype), mote_shape_show(known).text, mote_dtype_name(tensor->dtype),
                      mote_shape_show(tensor).text);
        return i;
    }
    return MOTE_NONE;
}

/* A state is one, however often its graph is run. */
static mote_id map_state(flattening *f, mote_id *known, const mote_tensor *tensor, mote_flat_source source, mote_error *err)
{
    if (*known == 0) {
        const mote_id variable = find_variable(f, tensor, err);
        *known = 1 + (variable != MOTE_NONE ? variable : add_tensor_of(f, tensor, source, err));
    }
    return *known - 1;
}

/* What an input of a graph is called here, when `given` goes in. */
static mote_id bind(flattening *f, const mote_node *at, const mote_tensor *input, mote_id given, mote_error *err)
{
    const mote_tensor *tensor = &f->graph->tensors[given];
    mote_id            own;

    if (tensor->kind != MOTE_CONST && mote_same_quant(tensor->quant, input->quant))
        return given;
    own = add_tensor(f, input, err);
    return own != MOTE_NONE && add_copy(f, at, given, own, err) == MOTE_OK ? own : MOTE_NONE;
}

/* A graph to be written for `at`, which gives it given[]. */
static mote_status begin_instance(flattening *f, instance *out, const mote_node *at, int32_t index, const mote_id *given,
                                  mote_error *err)
{
    const mote_graph *graph = &f->from->graphs[index];
    int32_t           i;

    MOTE_TRY(spend(f, graph->tensor_count + graph->node_count + 8, err));
    out->graph = graph;
    out->map = MOTE_NEW(&f->to->arena, mote_id, graph->tensor_count, err);
    if (!f->states[index])
        f->states[index] = MOTE_NEW(&f->to->arena, mote_id, graph->tensor_count, err);
    if (!out->map || !f->states[index])
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        out->map[i] = MOTE_NONE;
    for (i = 0; i < graph->input_count && err->code == MOTE_OK; i++)
        out->map[graph->inputs[i]] = bind(f, at, &graph->tensors[graph->inputs[i]], given[i], err);
    for (i = 0; i < graph->tensor_count && err->code == MOTE_OK; i++)
        if (graph->tensors[i].kind == MOTE_STATE)
            out->map[i] = map_state(f, &f->states[index][i], &graph->tensors[i], (mote_flat_source){index, i}, err);
        else if (out->map[i] == MOTE_NONE)
            out->map[i] = add_tensor_of(f, &graph->tensors[i], (mote_flat_source){index, i}, err);
    return err->code;
}

/* ---- IF ---- */

static mote_status flatten_branch(flattening *f, const mote_node *at, int32_t index, const mote_id *given,
                                  const mote_id *outputs, mote_error *err)
{
    instance branch;
    int32_t  i;

    MOTE_TRY(begin_instance(f, &branch, at, index, given, err));
    MOTE_TRY(flatten_nodes(f, &branch, err));
    for (i = 0; i < branch.graph->output_count; i++)
        MOTE_TRY(add_copy(f, at, branch.map[branch.graph->outputs[i]], outputs[i], err));
    return MOTE_OK;
}

static mote_status flatten_if(flattening *f, const mote_node *node, const mote_id *in, const mote_id *out, mote_error *err)
{
    const int32_t begin = add_control(f, node, MRT_CONTROL_IF, in[0], err);
    int32_t       middle;

    MOTE_TRY(err->code);
    MOTE_TRY(flatten_branch(f, node, node->as.control_if.then_subgraph_index, in + 1, out, err));
    middle = add_control(f, node, MRT_CONTROL_ELSE, in[0], err);
    MOTE_TRY(err->code);
    lead(f, begin, middle + 1);
    MOTE_TRY(flatten_branch(f, node, node->as.control_if.else_subgraph_index, in + 1, out, err));
    lead(f, middle, f->graph->node_count);
    add_control(f, node, MRT_CONTROL_END_IF, in[0], err);
    return err->code;
}

/* ---- WHILE ---- */

/* The tensor is computed by a node from `first` on that is no view, or is a constant: writing carried values leaves it. */
static bool is_fresh(const flattening *f, int32_t first, mote_id id)
{
    int32_t n, i;

    if (f->graph->tensors[id].kind == MOTE_CONST)
        return true;
    for (n = first; n < f->graph->node_count; n++) {
        const mote_node *node = &f->graph->nodes[n];
        for (i = 0; i < node->out_count; i++)
            if (node->out[i] == id)
                return node->op == MOTE_OP_COPY || !mote_op_is_view(node->op);
    }
    return false;
}

/* The node of a body that computes a tensor, outside of what the body itself runs; -1: there is none, or it is a view. */
static int32_t find_maker(const flattening *f, int32_t first, mote_id id)
{
    int32_t n, i, depth = 0, maker = -1;

    for (n = first; n < f->graph->node_count; n++) {
        const mote_node *node = &f->graph->nodes[n];
        const bool       is_mark = node->op == MOTE_OP_CONTROL;
        if (is_mark && (node->as.control.what == MRT_CONTROL_IF || node->as.control.what == MRT_CONTROL_LOOP))
            depth++;
        if (is_mark && (node->as.control.what == MRT_CONTROL_END_IF || node->as.control.what == MRT_CONTROL_REPEAT))
            depth--;
        for (i = 0; i < node->out_count; i++)
            if (node->out[i] == id) {
                if (maker >= 0 || depth > 0 || node->op == MOTE_OP_COPY || mote_op_is_view(node->op))
                    return -1;
                maker = n;
            }
    }
    return maker;
}

static bool reads(const mote_node *node, mote_id id, int32_t from)
{
    int32_t i;

    for (i = from; i < node->in_count; i++)
        if (node->in[i] == id)
            return true;
    return false;
}

/* Whether node `maker` of a body may write its output over the carried value: nobody looks at that one any more, by its own
 * name or through a view. DYNAMIC_UPDATE_SLICE changes its operand in place. */
static bool may_write_over(const flattening *f, int32_t first, int32_t maker, mote_id carried)
{
    const bool is_update = f->graph->nodes[maker].op == MOTE_OP_DYNAMIC_UPDATE_SLICE;
    int32_t    n;

    if (reads(&f->graph->nodes[maker], carried, is_update ? 1 : 0))
        return false;
    for (n = first; n < f->graph->node_count; n++)
        if (reads(&f->graph->nodes[n], carried, 0) && (n > maker || mote_op_is_view(f->graph->nodes[n].op)))
            return false;
    return true;
}

static void rename_from(flattening *f, int32_t first, mote_id from, mote_id to)
{
    int32_t n, i;

    for (n = first; n < f->graph->node_count; n++) {
        mote_node *node = &f->graph->nodes[n];
        for (i = 0; i < node->in_count; i++)
            node->in[i] = node->in[i] == from ? to : node->in[i];
        for (i = 0; i < node->out_count; i++)
            node->out[i] = node->out[i] == from ? to : node->out[i];
    }
}

/* Results that can be computed where they are carried. */
static void compute_in_place(flattening *f, const mote_node *node, int32_t first, mote_id *results, const mote_id *carried)
{
    int32_t i, k, maker;

    for (i = 0; i < node->out_count; i++) {
        const mote_id result = results[i];
        const bool    is_same =
            mote_same_quant(f->graph->tensors[result].quant, f->graph->tensors[carried[i]].quant); /* and the same shape */
        bool is_handed_on = false;
        for (k = 0; k < node->out_count; k++)
            is_handed_on |= results[k] == carried[i];
        maker = is_same && !is_handed_on ? find_maker(f, first, result) : -1;
        if (maker < 0 || !may_write_over(f, first, maker, carried[i]))
            continue;
        rename_from(f, maker, result, carried[i]);
        for (k = 0; k < node->out_count; k++)
            results[k] = results[k] == result ? carried[i] : results[k];
    }
}

/* What lies in a carried value's place is set aside before any of them is written. */
static mote_status set_aside(flattening *f, const mote_node *node, int32_t first, mote_id *results, const mote_id *carried,
                             mote_error *err)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++) {
        mote_tensor aside = f->graph->tensors[results[i]];
        mote_id     own;
        if (results[i] == carried[i] || is_fresh(f, first, results[i]))
            continue;
        aside.kind = MOTE_ACTIVATION;
        aside.data = NULL;
        aside.variable = NULL;
        if ((own = add_tensor(f, &aside, err)) == MOTE_NONE)
            return err->code;
        MOTE_TRY(add_copy(f, node, results[i], own, err));
        results[i] = own;
    }
    return MOTE_OK;
}

static mote_status flatten_body(flattening *f, const mote_node *node, const mote_id *carried, mote_error *err)
{
    const int32_t first = f->graph->node_count;
    mote_id       results[MOTE_NODE_OUT_MAX];
    instance      body;
    int32_t       i;

    MOTE_TRY(begin_instance(f, &body, node, node->as.control_while.body_subgraph_index, carried, err));
    MOTE_TRY(flatten_nodes(f, &body, err));
    for (i = 0; i < node->out_count; i++)
        results[i] = body.map[body.graph->outputs[i]];
    compute_in_place(f, node, first, results, carried);
    MOTE_TRY(set_aside(f, node, first, results, carried, err));
    for (i = 0; i < node->out_count; i++)
        if (results[i] != carried[i])
            MOTE_TRY(add_copy(f, node, results[i], carried[i], err));
    return MOTE_OK;
}

/* The body hands value i on as it took it, and nobody wants it afterwards: it is read where it lies. */
static bool is_unchanged(const flattening *f, const mote_graph *graph, const mote_node *node, int32_t i, mote_id given)
{
    const mote_graph *body = &f->from->graphs[node->as.control_while.body_subgraph_index];

    return body->outputs[i] == body->inputs[i] && mote_graph_use_count(graph, node->out[i]) == 0 &&
           f->graph->tensors[given].kind == MOTE_ACTIVATION &&
           mote_same_quant(f->graph->tensors[given].quant, graph->tensors[node->out[i]].quant);
}

static mote_status flatten_while(flattening *f, const mote_graph *graph, const mote_node *node, const mote_id *in,
                                 const mote_id *out, mote_error *err)
{
    mote_id  carried[MOTE_NODE_OUT_MAX];
    instance cond;
    int32_t  i, begin, leave, repeat;

    for (i = 0; i < node->out_count; i++) {
        carried[i] = is_unchanged(f, graph, node, i, in[i]) ? in[i] : out[i];
        if (carried[i] != in[i])
            MOTE_TRY(add_copy(f, node, in[i], carried[i], err));
    }
    begin = add_control(f, node, MRT_CONTROL_LOOP, carried[0], err);
    MOTE_TRY(err->code);
    MOTE_TRY(begin_instance(f, &cond, node, node->as.control_while.cond_subgraph_index, carried, err));
    MOTE_TRY(flatten_nodes(f, &cond, err));
    leave = add_control(f, node, MRT_CONTROL_LEAVE, cond.map[cond.graph->outputs[0]], err);
    MOTE_TRY(err->code);
    MOTE_TRY(flatten_body(f, node, carried, err));
    repeat = add_control(f, node, MRT_CONTROL_REPEAT, carried[0], err);
    MOTE_TRY(err->code);
    lead(f, begin, repeat);
    lead(f, repeat, begin);
    lead(f, leave, repeat + 1);
    return MOTE_OK;
}

/* ---- the graph ---- */

static void map_ids(const instance *in, const mote_id *ids, int32_t count, mote_id *out)
{
    int32_t i;

    for (i = 0; i < count; i++)
        out[i] = ids[i] == MOTE_NONE ? MOTE_NONE : in->map[ids[i]];
}

static mote_status flatten_node(flattening *f, const instance *in, const mote_node *node, mote_error *err)
{
    mote_id   operands[MOTE_NODE_IN_MAX], outputs[MOTE_NODE_OUT_MAX];
    mote_node mapped = *node;

    map_ids(in, node->in, node->in_count, operands);
    map_ids(in, node->out, node->out_count, outputs);
    if (node->op == MOTE_OP_IF)
        return flatten_if(f, node, operands, outputs, err);
    if (node->op == MOTE_OP_WHILE)
        return flatten_while(f, in->graph, node, operands, outputs, err);
    mapped.in = operands;
    mapped.out = outputs;
    return mote_graph_add_node(f->to, f->graph, &mapped, err) ? MOTE_OK : err->code;
}

static mote_status flatten_nodes(flattening *f, const instance *in, mote_error *err)
{
    int32_t n;

    for (n = 0; n < in->graph->node_count; n++)
        MOTE_TRY(flatten_node(f, in, &in->graph->nodes[n], err));
    return MOTE_OK;
}

/* The main graph's tensors keep their numbers. */
static mote_status flatten_main(flattening *f, mote_error *err)
{
    const mote_graph *graph = &f->from->graphs[0];
    instance          whole = {.graph = graph, .map = MOTE_NEW(&f->to->arena, mote_id, graph->tensor_count, err)};
    int32_t           i;

    for (i = 0; whole.map && i < graph->tensor_count && err->code == MOTE_OK; i++)
        whole.map[i] = add_tensor_of(f, &graph->tensors[i], (mote_flat_source){0, i}, err);
    MOTE_TRY(err->code);
    MOTE_TRY(flatten_nodes(f, &whole, err));
    MOTE_TRY(mote_graph_set_inputs(f->to, f->graph, graph->inputs, graph->input_count, err));
    return mote_graph_set_outputs(f->to, f->graph, graph->outputs, graph->output_count, err);
}

mote_status mote_model_flatten(mote_model **out, const mote_model *model, const mote_flat_source **sources, mote_error *err)
{
    flattening f = {.from = model, .budget = FLAT_MAX, .tells_sources = sources != NULL};

    *out = NULL;
    MOTE_TRY(mote_model_create(&f.to, model->stage, model->arena.cap_bytes, err));
    f.graph = &f.to->graphs[0];
    f.to->name = model->name;
    f.to->description = model->description;
    f.to->recipe = model->recipe;
    f.to->signature = model->signature;
    if (flatten_main(&f, err) != MOTE_OK) {
        mote_model_destroy(f.to);
        return err->code;
    }
    if (sources)
        *sources = f.sources;
    *out = f.to;
    return MOTE_OK;
}
