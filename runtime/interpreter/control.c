/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "../attributes.h"
#include "../kernels/variable.h"
#include "variables.h"

#if !defined(MRT_NO_CONTROL)

/* States of subgraph g are of scope MRT_STATES + g; what is computed at depth d, of scope d. */
enum { MRT_STATES = 16 };

/* ---- which subgraphs there are ---- */

static mrt_reason mrt_enter(mrt_walk *w, uint32_t graph)
{
    w->graph = graph;
    w->plan.states = (uint8_t)(graph > 0 ? MRT_STATES + graph : 0);
    return mrt_model_enter(&w->model, graph);
}

static mrt_reason mrt_note_graphs(mrt_walk *w)
{
    mrt_node node;
    uint32_t i, k, graph;

    for (i = 0; i < w->model.operators.count; i++) {
        MRT_TRY(mrt_model_node(&w->model, i, &node));
        for (k = 0; k < 2 && (node.builtin_code == MRT_CODE_IF || node.builtin_code == MRT_CODE_WHILE); k++) {
            graph = mrt_read_field(&w->model.r, &node.options, k, 4, 0);
            if (graph >= w->model.subgraphs.count || graph == 0)
                return MRT_REASON_OPTIONS;
            if (graph >= MRT_GRAPHS_MAX)
                return MRT_REASON_TOO_MANY;
            w->graphs |= (uint64_t)1 << graph;
        }
    }
    return MRT_REASON_NONE;
}

/* Graph is one, of those that are run. */
static int mrt_is_run(const mrt_walk *w, uint32_t graph)
{
    return (int)(w->graphs >> graph & 1u);
}

MRT_API mrt_reason mrt_walk_find_others(mrt_walk *w)
{
    uint64_t seen = 0;
    uint32_t graph = 0;

    w->graphs = 1;
    while (seen != w->graphs) {
        for (graph = 0; (seen >> graph & 1u) || !mrt_is_run(w, graph);)
            graph++;
        seen |= (uint64_t)1 << graph;
        MRT_TRY(mrt_enter(w, graph));
        if (graph > 0)
            MRT_TRY(mrt_walk_check_tensors(w));
        MRT_TRY(mrt_note_graphs(w));
    }
    return mrt_enter(w, 0);
}

/* ---- what lives from first to last ---- */

static mrt_reason mrt_for_others(mrt_walk *w, mrt_reason (*add)(mrt_walk *w))
{
    uint32_t graph;

    for (graph = 1; graph < MRT_GRAPHS_MAX; graph++) {
        if (!mrt_is_run(w, graph))
            continue;
        MRT_TRY(mrt_enter(w, graph));
        w->plan.scope = w->plan.states;
        MRT_TRY(add(w));
    }
    w->plan.scope = 0;
    return mrt_enter(w, 0);
}

MRT_API mrt_reason mrt_walk_add_states_of_others(mrt_walk *w)
{
    w->depth = w->operators_walked = 0;
    return mrt_for_others(w, mrt_walk_add_states);
}

MRT_API mrt_reason mrt_walk_add_variables_of_others(mrt_walk *w)
{
    return mrt_for_others(w, mrt_walk_add_variables);
}

#if !defined(MRT_NO_VARIABLES)
MRT_API mrt_reason mrt_walk_find_variable(mrt_walk *w, uint32_t index, const mrt_live **out)
{
    const uint8_t scope = w->plan.scope, states = w->plan.states;
    mrt_model     other = w->model;
    uint32_t      graph, handle;

    for (graph = 0; graph < w->graph && !*out; graph++) {
        if (!mrt_is_run(w, graph))
            continue;
        MRT_TRY(mrt_model_enter(&other, graph));
        if (!mrt_has_variable(&other, &w->model, index, &handle))
            continue;
        w->plan.scope = w->plan.states = (uint8_t)(graph > 0 ? MRT_STATES + graph : 0);
        *out = mrt_plan_find(&w->plan, handle);
        w->plan.scope = scope;
        w->plan.states = states;
    }
    return MRT_REASON_NONE;
}
#endif

/* ---- steps ---- */

/* A mark; with a condition there is a pointer behind it. */
static mrt_step *mrt_take_mark(mrt_walk *w, const uint8_t *condition, int has_condition)
{
    const uint32_t pointers = (uint32_t)has_condition;
    mrt_step      *mark = (mrt_step *)mrt_take(&w->memory, sizeof *mark + pointers * sizeof(void *), 3 + pointers);

    if (!mark)
        return NULL;
    mark->run = NULL;
    mark->params = condition;
    mark->scratch = 0;
    mark->index = 0;
    mark->in_count = mark->out_count = 0;
    if (has_condition)
        *(mrt_step **)(void *)(mark + 1) = NULL;
    mrt_walk_link(w, mark);
    return mark;
}

/* Steps that follow are what a false condition leads to. */
static void mrt_begin_otherwise(mrt_walk *w, mrt_step *mark)
{
    if (mark)
        w->next_step = (mrt_step **)(void *)(mark + 1);
}

static void mrt_copy_run(const void *params, const mrt_io *io)
{
    mrt_copy_value((const mrt_variable_params *)params, io);
}

static void mrt_add_copy(mrt_walk *w, const uint8_t *from, uint32_t to, uint32_t bytes)
{
    mrt_step            *step = (mrt_step *)mrt_take(&w->memory, sizeof *step + 2 * sizeof(void *), 5);
    mrt_variable_params *params = (mrt_variable_params *)mrt_take(&w->memory, sizeof *params, 0);
    const void         **pointers;

    w->step_count++;
    if (!step || !params)
        return;
    params->bytes = (int32_t)bytes;
    step->run = mrt_copy_run;
    step->params = params;
    step->scratch = 0;
    step->index = (uint16_t)(w->why.operator_index - w->calls_once);
    step->in_count = step->out_count = 1;
    pointers = (const void **)(void *)(step + 1);
    pointers[0] = from;
    pointers[1] = mrt_walk_at(w, to);
    mrt_walk_link(w, step);
}

/* ---- what goes in and comes out ---- */

/* Where the bytes of a tensor are: computed at `live`, or in the file. */
typedef struct mrt_value {
    mrt_live       live; /* a copy */
    int            is_live;
    const uint8_t *data;
} mrt_value;

static mrt_reason mrt_value_of_tensor(mrt_walk *w, uint32_t id, mrt_tensor *tensor, mrt_value *out)
{
    const mrt_live *live;

    if (id >= w->model.tensors.count)
        return MRT_REASON_OPERAND;
    MRT_TRY(mrt_model_tensor(&w->model, id, tensor));
    live = mrt_plan_find(&w->plan, id);
    if (!live && tensor->kind != MRT_CONST)
        return MRT_REASON_OPERAND;
    out->is_live = live != NULL;
    if (live)
        out->live = *live;
    out->data = live ? mrt_walk_at(w, live->offset) : tensor->data;
    return MRT_REASON_NONE;
}

static int mrt_same_kind(const mrt_tensor *a, const mrt_tensor *b)
{
    return a->type == b->type && mrt_same_shape(a, b);
}

#if defined(MRT_NO_VARIABLES)
static mrt_reason mrt_hand_on(mrt_walk *w, mrt_model *to, uint32_t handle, uint32_t given, uint8_t scope)
{
    (void)w, (void)to, (void)handle, (void)given, (void)scope;
    return MRT_REASON_OPERAND;
}
#else
/* What is given is a handle: `handle` of the model `to` stands for the same variable. */
static mrt_reason mrt_hand_on(mrt_walk *w, mrt_model *to, uint32_t handle, uint32_t given, uint8_t scope)
{
    const uint8_t own = w->plan.scope;
    const int32_t value = mrt_value_of_handle(to, handle);
    mrt_live     *outside = mrt_plan_find(&w->plan, given), *made;
    mrt_tensor    tensor;

    MRT_TRY(mrt_model_tensor(&w->model, given, &tensor));
    if (!outside || tensor.type != MRT_RESOURCE)
        return MRT_REASON_OPERAND;
    tensor.bytes = outside->bytes;
    if (value >= 0)
        MRT_TRY(mrt_model_tensor(to, (uint32_t)value, &tensor));
    if (tensor.bytes != outside->bytes)
        return MRT_REASON_SHAPE;
    w->plan.scope = scope;
    made = mrt_plan_add(&w->plan, handle, outside->bytes, INT16_MAX, outside);
    w->plan.scope = own;
    if (!made)
        return MRT_REASON_TOO_MANY;
    made->value = value;
    return MRT_REASON_NONE;
}
#endif

/* Quantized bytes that are read in another scale are read as they are, which in-place kernels and views do not mind. */
static mrt_reason mrt_bind(mrt_walk *w, const mrt_model *inner, uint32_t input, uint32_t given)
{
    const uint8_t scope = w->plan.scope;
    mrt_model     m = *inner;
    mrt_tensor    outside, inside;
    mrt_value     value;
    mrt_live     *own;

    MRT_TRY(mrt_value_of_tensor(w, given, &outside, &value));
    if (input >= m.tensors.count)
        return MRT_REASON_OPERAND;
    MRT_TRY(mrt_model_tensor(&m, input, &inside));
    if (inside.type == MRT_RESOURCE)
        return mrt_hand_on(w, &m, input, given, (uint8_t)(w->depth + 1));
    if (inside.kind != MRT_ACTIVATION || inside.is_open)
        return MRT_REASON_OPERAND;
    if (!mrt_same_kind(&outside, &inside))
        return MRT_REASON_SHAPE;
    w->plan.scope = (uint8_t)(w->depth + 1);
    own = mrt_plan_add(&w->plan, input, inside.bytes, mrt_model_last_use(&m, input), value.is_live ? &value.live : NULL);
    w->plan.scope = scope;
    if (!own)
        return MRT_REASON_TOO_MANY;
    own->is_batched = (uint8_t)inside.is_batched;
    if (!value.is_live)
        mrt_add_copy(w, value.data, own->offset, inside.bytes);
    return MRT_REASON_NONE;
}

static void mrt_leave(mrt_walk *w, uint32_t outer)
{
    mrt_plan_expire(&w->plan, INT16_MAX);
    w->depth--;
    w->plan.scope = (uint8_t)w->depth;
    mrt_enter(w, outer);
}

/* Walks subgraph `graph`, which takes the tensors that ids names from `first` on. It is left by mrt_leave. */
static mrt_reason mrt_walk_body(mrt_walk *w, uint32_t graph, const mrt_vector *ids, uint32_t first)
{
    mrt_model inner = w->model;
    uint32_t  i;

    if (graph == 0 || !mrt_is_run(w, graph))
        return MRT_REASON_OPTIONS;
    MRT_TRY(mrt_model_enter(&inner, graph));
    if (ids->count - first != inner.inputs.count)
        return MRT_REASON_OPERAND_COUNT;
    w->operators_walked += (int32_t)inner.operators.count;
    if (w->depth == MRT_DEPTH_MAX || w->operators_walked > MRT_OPERATORS_MAX)
        return MRT_REASON_TOO_MANY;
    for (i = 0; i < inner.inputs.count; i++)
        MRT_TRY(mrt_bind(w, &inner, mrt_element(&inner.r, &inner.inputs, i), mrt_element(&w->model.r, ids, i + first)));
    w->depth++;
    w->plan.scope = (uint8_t)w->depth;
    MRT_TRY(mrt_enter(w, graph));
    mrt_plan_scratch(&w->plan, 0);
    mrt_plan_expire(&w->plan, -1);
    return mrt_walk_operators(w);
}

/* ---- outputs ---- */

static mrt_reason mrt_add_outputs(mrt_walk *w, const mrt_node *node, int32_t index)
{
    mrt_tensor tensor;
    mrt_live  *live;
    uint32_t   i;

    for (i = 0; i < node->out.count; i++) {
        const uint32_t id = mrt_element(&w->model.r, &node->out, i);
        MRT_TRY(mrt_model_tensor(&w->model, id, &tensor));
        if (tensor.type == MRT_RESOURCE) {
            if (node->builtin_code != MRT_CODE_WHILE || i >= node->in.count)
                return MRT_REASON_OPERAND;
            MRT_TRY(mrt_hand_on(w, &w->model, id, mrt_element(&w->model.r, &node->in, i), w->plan.scope));
            continue;
        }
        live = mrt_plan_add(&w->plan, id, tensor.bytes, mrt_max_i32(mrt_model_last_use(&w->model, id), index), NULL);
        if (!live)
            return MRT_REASON_TOO_MANY;
    }
    mrt_plan_scratch(&w->plan, 0);
    return MRT_REASON_NONE;
}

/* Of the operator that runs the subgraph being walked. */
static mrt_reason mrt_outer_output(mrt_walk *w, uint32_t outer, uint32_t id, mrt_tensor *tensor, mrt_value *out)
{
    mrt_model     whole = w->model;
    const uint8_t scope = w->plan.scope, states = w->plan.states;
    mrt_live     *live;

    MRT_TRY(mrt_model_enter(&whole, outer));
    MRT_TRY(mrt_model_tensor(&whole, id, tensor));
    w->plan.scope = w->plan.states = (uint8_t)(w->depth - 1);
    live = mrt_plan_find(&w->plan, id);
    w->plan.scope = scope;
    w->plan.states = states;
    if (!live)
        return MRT_REASON_OPERAND;
    out->live = *live;
    out->is_live = 1;
    out->data = mrt_walk_at(w, live->offset);
    return MRT_REASON_NONE;
}

/* The subgraph's result i and where it goes. */
typedef struct mrt_result {
    mrt_value from, to;
    uint32_t  bytes;
} mrt_result;

static mrt_reason mrt_result_of(mrt_walk *w, uint32_t outer, const mrt_vector *outputs, uint32_t i, mrt_result *out)
{
    mrt_tensor inside, outside;

    MRT_TRY(mrt_value_of_tensor(w, mrt_element(&w->model.r, &w->model.outputs, i), &inside, &out->from));
    MRT_TRY(mrt_outer_output(w, outer, mrt_element(&w->model.r, outputs, i), &outside, &out->to));
    out->bytes = inside.bytes;
    if (inside.type == MRT_RESOURCE && (!out->from.is_live || out->from.live.alias != out->to.live.alias))
        return MRT_REASON_OPERAND;
    return mrt_same_kind(&inside, &outside) ? MRT_REASON_NONE : MRT_REASON_SHAPE;
}

/* Results to the operator's outputs. */
static mrt_reason mrt_copy_results(mrt_walk *w, uint32_t outer, const mrt_vector *outputs)
{
    mrt_result result;
    uint32_t   i;

    if (w->model.outputs.count != outputs->count)
        return MRT_REASON_OPERAND_COUNT;
    for (i = 0; i < outputs->count; i++) {
        MRT_TRY(mrt_result_of(w, outer, outputs, i, &result));
        mrt_add_copy(w, result.from.data, result.to.live.offset, result.bytes);
    }
    return MRT_REASON_NONE;
}

/* ---- IF ---- */

static mrt_reason mrt_walk_branch(mrt_walk *w, const mrt_node *node, uint32_t graph)
{
    const uint32_t outer = w->graph;

    MRT_TRY(mrt_walk_body(w, graph, &node->in, 1));
    MRT_TRY(mrt_copy_results(w, outer, &node->out));
    mrt_leave(w, outer);
    return MRT_REASON_NONE;
}

static mrt_reason mrt_walk_if(mrt_walk *w, const mrt_node *node, int32_t index)
{
    mrt_if_attributes of;
    mrt_tensor        tensor;
    mrt_value         condition;
    mrt_step         *mark, *end, **then_end;

    mrt_copy(&of, w->attributes, sizeof of);
    MRT_TRY(mrt_add_outputs(w, node, index));
    MRT_TRY(mrt_value_of_tensor(w, mrt_element(&w->model.r, &node->in, 0), &tensor, &condition));
    mark = mrt_take_mark(w, condition.data, 1);
    MRT_TRY(mrt_walk_branch(w, node, (uint32_t)of.then_subgraph_index));
    then_end = w->next_step;
    mrt_begin_otherwise(w, mark);
    MRT_TRY(mrt_walk_branch(w, node, (uint32_t)of.else_subgraph_index));
    end = mrt_take_mark(w, NULL, 0);
    if (end)
        *then_end = end;
    return MRT_REASON_NONE;
}

/* ---- WHILE ---- */

/* Whether the result lies in the place of something that is carried, but its own. */
static mrt_reason mrt_is_in_the_way(mrt_walk *w, uint32_t outer, const mrt_vector *outputs, const mrt_result *result,
                                    int *out)
{
    mrt_tensor tensor;
    mrt_value  carried;
    uint32_t   i;

    *out = 0;
    if (!result->from.is_live || result->from.live.alias == result->to.live.alias)
        return MRT_REASON_NONE;
    for (i = 0; i < outputs->count; i++) {
        MRT_TRY(mrt_outer_output(w, outer, mrt_element(&w->model.r, outputs, i), &tensor, &carried));
        *out |= carried.live.alias == result->from.live.alias;
    }
    return MRT_REASON_NONE;
}

/* Results become what is carried: first those are set aside that lie where others will be written. The places for that are
 * called by numbers that no tensor has. */
static mrt_reason mrt_carry(mrt_walk *w, uint32_t outer, const mrt_vector *outputs)
{
    const uint32_t beyond = w->model.tensors.count;
    mrt_result     result;
    mrt_live      *aside;
    uint32_t       i;
    int            is_in_the_way;

    if (w->model.outputs.count != outputs->count)
        return MRT_REASON_OPERAND_COUNT;
    for (i = 0; i < outputs->count; i++) {
        MRT_TRY(mrt_result_of(w, outer, outputs, i, &result));
        MRT_TRY(mrt_is_in_the_way(w, outer, outputs, &result, &is_in_the_way));
        if (!is_in_the_way)
            continue;
        if (!(aside = mrt_plan_add(&w->plan, beyond + i, result.bytes, INT16_MAX, NULL)))
            return MRT_REASON_TOO_MANY;
        mrt_add_copy(w, result.from.data, aside->offset, result.bytes);
    }
    mrt_plan_scratch(&w->plan, 0);
    for (i = 0; i < outputs->count; i++) {
        MRT_TRY(mrt_result_of(w, outer, outputs, i, &result));
        aside = mrt_plan_find(&w->plan, beyond + i);
        if (aside || !result.from.is_live || result.from.live.alias != result.to.live.alias)
            mrt_add_copy(w, aside ? mrt_walk_at(w, aside->offset) : result.from.data, result.to.live.offset, result.bytes);
    }
    return MRT_REASON_NONE;
}

static mrt_reason mrt_begin_loop(mrt_walk *w, const mrt_node *node, int32_t index)
{
    mrt_tensor outside, carried;
    mrt_value  from, to;
    uint32_t   i;

    MRT_TRY(mrt_add_outputs(w, node, index));
    for (i = 0; i < node->out.count; i++) {
        MRT_TRY(mrt_value_of_tensor(w, mrt_element(&w->model.r, &node->in, i), &outside, &from));
        MRT_TRY(mrt_value_of_tensor(w, mrt_element(&w->model.r, &node->out, i), &carried, &to));
        if (!mrt_same_kind(&outside, &carried))
            return MRT_REASON_SHAPE;
        if (outside.type != MRT_RESOURCE)
            mrt_add_copy(w, from.data, to.live.offset, outside.bytes);
    }
    return MRT_REASON_NONE;
}

/* The subgraph that says whether there is another round; *mark: where that is decided. */
static mrt_reason mrt_walk_condition(mrt_walk *w, const mrt_node *node, uint32_t graph, mrt_step **mark)
{
    const uint32_t outer = w->graph;
    mrt_tensor     tensor;
    mrt_value      condition;

    MRT_TRY(mrt_walk_body(w, graph, &node->out, 0));
    if (w->model.outputs.count != 1)
        return MRT_REASON_OPERAND_COUNT;
    MRT_TRY(mrt_value_of_tensor(w, mrt_element(&w->model.r, &w->model.outputs, 0), &tensor, &condition));
    if (tensor.type != MRT_BOOL || tensor.count != 1)
        return MRT_REASON_SHAPE;
    *mark = mrt_take_mark(w, condition.data, 1);
    mrt_leave(w, outer);
    return MRT_REASON_NONE;
}

/* Each round is some work, even where nothing is done in it. */
static uint32_t mrt_work_of_round(uint64_t work)
{
    enum { MRT_WORK_OF_ROUND = 16 };

    return work < UINT32_MAX - MRT_WORK_OF_ROUND ? (uint32_t)work + MRT_WORK_OF_ROUND : UINT32_MAX;
}

static mrt_reason mrt_walk_while(mrt_walk *w, const mrt_node *node, int32_t index)
{
    const uint32_t       outer = w->graph;
    const uint64_t       work = w->work;
    mrt_while_attributes of;
    mrt_step            *head, *mark;

    mrt_copy(&of, w->attributes, sizeof of);
    MRT_TRY(mrt_begin_loop(w, node, index));
    head = mrt_take_mark(w, NULL, 0);
    MRT_TRY(mrt_walk_condition(w, node, (uint32_t)of.cond_subgraph_index, &mark));
    MRT_TRY(mrt_walk_body(w, (uint32_t)of.body_subgraph_index, &node->out, 0));
    MRT_TRY(mrt_carry(w, outer, &node->out));
    mrt_leave(w, outer);
    if (mark) {
        *w->next_step = head;
        mark->scratch = mrt_work_of_round(w->work - work);
    }
    mrt_begin_otherwise(w, mark);
    return MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_walk_control(mrt_walk *w, const mrt_node *node, int32_t index)
{
    return node->builtin_code == MRT_CODE_IF ? mrt_walk_if(w, node, index) : mrt_walk_while(w, node, index);
}

#endif
