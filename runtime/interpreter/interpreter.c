/* One walk over the operators does everything: it checks, counts, plans, and where memory is given fills it. Walks differ in
 * the plan's rule only; open and bytes choose the rule by the same walks, so that they agree.
 *
 *     arena   [ activations and scratch | interpreter | ends | states | step, parameters, state | step ... ]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"
#if !defined(MRT_NO_VARIABLES)
#include "variables.h"
#endif
#include "control.h"
#if defined(MRT_NO_CONTROL)
#define mrt_is_control(op)                  ((void)(op), 0)
#define mrt_walk_control(w, node, index)    MRT_REASON_NONE
#define mrt_walk_find_others(w)             MRT_REASON_NONE
#define mrt_walk_add_states_of_others(w)    MRT_REASON_NONE
#define mrt_walk_add_variables_of_others(w) MRT_REASON_NONE
#endif

enum { MRT_ARENA_ALIGN = 16 };

/* ---- the file's tensors, looked at once ---- */

#if defined(MRT_TRUSTED)
MRT_API mrt_reason mrt_walk_check_tensors(mrt_walk *w)
{
    (void)w;
    return MRT_REASON_NONE;
}

static mrt_reason mrt_walk_check_ends(const mrt_walk *w)
{
    (void)w;
    return MRT_REASON_NONE;
}
#else
static mrt_reason mrt_walk_check_ends(const mrt_walk *w)
{
    return w->model.inputs.count == 0 || w->model.outputs.count == 0 ? MRT_REASON_OPERAND_COUNT : MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_walk_check_tensors(mrt_walk *w)
{
    mrt_tensor tensor;
    uint32_t   i;

    for (i = 0; i < w->model.tensors.count; i++) {
        w->why.tensor = (int32_t)i;
        MRT_TRY(mrt_model_tensor(&w->model, i, &tensor));
        MRT_TRY(mrt_check_quantization(&w->model, &tensor));
    }
    w->why.tensor = -1;
    if (w->model.operators.count > MRT_OPERATORS_MAX || w->model.inputs.count > MRT_LIVE_MAX ||
        w->model.outputs.count > MRT_LIVE_MAX)
        return MRT_REASON_TOO_MANY;
    return MRT_REASON_NONE;
}
#endif

/* ---- what is there before the first operator ---- */

static mrt_reason mrt_walk_add_inputs(mrt_walk *w)
{
    mrt_model *m = &w->model;
    mrt_tensor tensor;
    mrt_live  *live;
    uint32_t   i;

    for (i = 0; i < m->inputs.count; i++) {
        const uint32_t id = mrt_element(&m->r, &m->inputs, i);
        if (id >= m->tensors.count)
            return MRT_REASON_OPERAND;
        MRT_TRY(mrt_model_tensor(m, id, &tensor));
        if (tensor.kind == MRT_CONST || tensor.type == MRT_RESOURCE)
            return MRT_REASON_OPERAND;
        if (tensor.is_open)
            return MRT_REASON_OPEN_SHAPE;
        live = mrt_plan_find(&w->plan, id);
        if (!live)
            live = mrt_plan_add(&w->plan, id, tensor.bytes,
                                tensor.kind == MRT_STATE ? (int32_t)m->operators.count : mrt_model_last_use(m, id), NULL);
        if (!live)
            return MRT_REASON_TOO_MANY;
        live->is_batched = (uint8_t)tensor.is_batched;
        if (w->ends)
            w->ends[i] = live->offset;
    }
    return MRT_REASON_NONE;
}

/* The state's values are there already. */
static void mrt_walk_list_state(mrt_walk *w, mrt_state *state, uint32_t offset, uint32_t bytes)
{
    state->next = NULL;
    state->offset = offset;
    state->bytes = bytes;
    *w->next_state = state;
    w->next_state = &state->next;
}

/* TensorFlow Lite's reset: every byte the zero point of an int8 tensor, 0 of others. */
static mrt_reason mrt_walk_add_state(mrt_walk *w, uint32_t id, const mrt_tensor *tensor, const uint8_t *values)
{
    mrt_live  *live = mrt_plan_find(&w->plan, id);
    mrt_state *state = (mrt_state *)mrt_take(&w->memory, sizeof *state, 2);

    if (!live)
        live = mrt_plan_add(&w->plan, id, tensor->bytes, (int32_t)w->model.operators.count, NULL);
    if (!live)
        return MRT_REASON_TOO_MANY;
    if (state) {
        state->values = values;
        state->first = tensor->type == MRT_I8 ? (uint8_t)mrt_zero(tensor) : 0;
        mrt_walk_list_state(w, state, live->offset, tensor->bytes);
    }
    return MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_walk_add_states(mrt_walk *w)
{
    mrt_tensor tensor;
    uint32_t   i;

    for (i = 0; i < w->model.tensors.count; i++) {
        if (mrt_model_is_plain(&w->model, i))
            continue;
        MRT_TRY(mrt_model_tensor(&w->model, i, &tensor));
        if (tensor.kind != MRT_CONST && mrt_type_bits(tensor.type) == 64)
            w->plan.align = 8;
        if (tensor.kind == MRT_STATE)
            MRT_TRY(mrt_walk_add_state(w, i, &tensor, NULL));
    }
    return MRT_REASON_NONE;
}

#if defined(MRT_NO_VARIABLES)
MRT_API mrt_reason mrt_walk_add_variables(mrt_walk *w)
{
    (void)w;
    return MRT_REASON_NONE;
}
#else
/* The first handle of its name in the subgraph that the VAR_HANDLE at `index` makes: another subgraph may have the variable.
 */
static mrt_reason mrt_walk_add_first_handle(mrt_walk *w, uint32_t index, const mrt_variable *v)
{
#if !defined(MRT_NO_CONTROL)
    const mrt_live *known = NULL;

    MRT_TRY(mrt_walk_find_variable(w, index, &known));
    if (known) {
        if (known->bytes != v->value.bytes)
            return MRT_REASON_SHAPE;
        return mrt_plan_add(&w->plan, v->handle, known->bytes, INT16_MAX, known) ? MRT_REASON_NONE : MRT_REASON_TOO_MANY;
    }
#else
    (void)index;
#endif
    return mrt_walk_add_state(w, v->handle, &v->value, v->first);
}

/* Each handle is live from first to last, those of one name at one place. */
MRT_API mrt_reason mrt_walk_add_variables(mrt_walk *w)
{
    const int32_t last = (int32_t)w->model.operators.count;
    mrt_variable  v;
    mrt_tensor    handle;
    mrt_node      node;
    uint32_t      i, id;
    int32_t       count = 0;

    for (i = 0; i < w->model.operators.count; i++) {
        MRT_TRY(mrt_model_node(&w->model, i, &node));
        if (node.builtin_code != MRT_CODE_VAR_HANDLE)
            continue;
        if (++count > MRT_VARIABLES_MAX)
            return MRT_REASON_TOO_MANY;
        MRT_TRY(mrt_find_variable(&w->model, i, &v));
        id = mrt_element(&w->model.r, &node.out, 0);
        if (node.out.count != 1 || id >= w->model.tensors.count)
            return MRT_REASON_OPERAND;
        MRT_TRY(mrt_model_tensor(&w->model, id, &handle));
        if (handle.type != MRT_RESOURCE || mrt_plan_find(&w->plan, id))
            return MRT_REASON_OPERAND;
        if (id == v.handle)
            MRT_TRY(mrt_walk_add_first_handle(w, i, &v));
        else if (!mrt_plan_add(&w->plan, id, v.value.bytes, last, mrt_plan_find(&w->plan, v.handle)))
            return MRT_REASON_TOO_MANY;
        mrt_plan_find(&w->plan, id)->value = v.value_id;
    }
    return MRT_REASON_NONE;
}
#endif

/* ---- one operator ---- */

/* The file's name of a custom operator has no end of its own. */
static MRT_UNUSED int mrt_is_named(const mrt_reader *r, const mrt_vector *code, const char *name)
{
    uint32_t i;

    for (i = 0; i < code->count && name[i] != 0; i++)
        if (r->bytes[code->at + i] != (uint8_t)name[i])
            return 0;
    return i == code->count && name[i] == 0;
}

static const mrt_operator *mrt_walk_find_operator(const mrt_walk *w, const mrt_node *node)
{
    int32_t i;

    for (i = 0; i < w->operator_count; i++) {
        const mrt_operator *op = w->operators[i];
        if (op->builtin_code == node->builtin_code &&
            (!mrt_is_custom(op) || mrt_is_named(&w->model.r, &node->custom_code, op->names[0])))
            return op;
    }
    return NULL;
}

/* IF and WHILE take handles for the subgraphs that they run, and WHILE gives them back: to a description they are values of
 * no elements. */
static mrt_reason mrt_hand_on_as_nothing(const mrt_walk *w, mrt_tensor *out)
{
#if defined(MRT_NO_CONTROL)
    (void)w, (void)out;
    return MRT_REASON_OPERAND;
#else
    out->type = MRT_I32;
    return w->why.builtin_code == MRT_CODE_IF || w->why.builtin_code == MRT_CODE_WHILE ? MRT_REASON_NONE
                                                                                       : MRT_REASON_OPERAND;
#endif
}

/* A handle stands for its variable. */
static mrt_reason mrt_walk_read_handle(mrt_walk *w, uint32_t id, const mrt_live *live, mrt_tensor *out)
{
#if defined(MRT_NO_VARIABLES)
    (void)w, (void)id, (void)live, (void)out;
    return MRT_REASON_OPERAND;
#else
    (void)id;
    if (!live)
        return MRT_REASON_OPERAND;
    if (live->value < 0)
        return mrt_hand_on_as_nothing(w, out);
    MRT_TRY(mrt_model_tensor(&w->model, (uint32_t)live->value, out));
    out->kind = MRT_STATE;
    out->is_batched = 0;
    return MRT_REASON_NONE;
#endif
}

/* An operand: computed before, or a constant. One of no values at all has no bytes in the file either. */
static mrt_reason mrt_walk_read_operand(mrt_walk *w, uint32_t id, mrt_tensor *out)
{
    const mrt_live *live = mrt_plan_find(&w->plan, id);

    MRT_TRY(mrt_model_tensor(&w->model, id, out));
    if (out->type == MRT_RESOURCE)
        return mrt_walk_read_handle(w, id, live, out);
    if (live) {
        out->is_batched = live->is_batched;
        return MRT_REASON_NONE;
    }
    if (out->kind == MRT_ACTIVATION && out->count == 0 && mrt_model_producer(&w->model, id) < 0)
        out->kind = MRT_CONST;
    return out->kind == MRT_CONST ? MRT_REASON_NONE : MRT_REASON_OPERAND;
}

static MRT_COLD int mrt_is_input(const mrt_model *m, uint32_t id)
{
    uint32_t i;

    for (i = 0; i < m->inputs.count; i++)
        if (mrt_element(&m->r, &m->inputs, i) == id)
            return 1;
    return 0;
}

/* Computed here, and by nobody else. */
static mrt_reason mrt_walk_read_output(mrt_walk *w, uint32_t id, mrt_tensor *out, int32_t index)
{
    mrt_model *m = &w->model;

    if (id == UINT32_MAX)
        return MRT_REASON_OPERAND;
    MRT_TRY(mrt_model_tensor(m, id, out));
    if (out->type == MRT_RESOURCE)
        MRT_TRY(mrt_hand_on_as_nothing(w, out));
#if defined(MRT_TRUSTED)
    (void)index;
    return MRT_REASON_NONE;
#else
    if (out->kind != MRT_ACTIVATION || mrt_is_input(m, id) || mrt_model_producer(m, id) != index)
        return MRT_REASON_OPERAND;
    return MRT_REASON_NONE;
#endif
}

static mrt_reason mrt_walk_read_operands(mrt_walk *w, mrt_call *c, const mrt_node *node, int32_t index)
{
    mrt_model *m = &w->model;
    uint32_t   i, id;

    for (i = 0; i < node->in.count; i++) {
        id = mrt_element(&m->r, &node->in, i);
        w->in[i].kind = MRT_ABSENT;
        if (id == UINT32_MAX)
            continue;
        MRT_TRY(mrt_walk_read_operand(w, id, &w->in[i]));
    }
    for (i = 0; i < node->out.count; i++)
        MRT_TRY(mrt_walk_read_output(w, mrt_element(&m->r, &node->out, i), &w->out[i], index));
    c->in = w->in;
    c->out = w->out;
    c->in_count = (int32_t)node->in.count;
    c->out_count = (int32_t)node->out.count;
    w->in_most = mrt_max_i32(w->in_most, c->in_count);
    w->out_most = mrt_max_i32(w->out_most, c->out_count);
    return MRT_REASON_NONE;
}

#if defined(MRT_TRUSTED)
#define mrt_reads_constants_only(c) ((void)(c), 0)
#else
static MRT_COLD int mrt_reads_constants_only(const mrt_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (mrt_has(c, i) && !mrt_is_const(c, i))
            return 0;
    return 1;
}
#endif

static const mrt_row *mrt_walk_find_row(const mrt_operator *op, const mrt_call *c)
{
    const mrt_row *row;

    for (row = op->rows; row->in_count > 0; row++)
        if (mrt_row_matches(row, c))
            return row;
    return NULL;
}

#if defined(MRT_TRUSTED)
static mrt_reason mrt_walk_check_node(const mrt_operator *op, mrt_node *node)
{
    (void)op, (void)node;
    return MRT_REASON_NONE;
}
#else
static int32_t mrt_newest_version(const mrt_operator *op)
{
    const mrt_row *row;
    int32_t        newest = 0;

    for (row = op->rows; row->in_count > 0; row++)
        if (!MRT_KEEPS(mrt_conv_i16x16) || row->version_max != MRT_OWN_VERSION)
            newest = mrt_max_i32(newest, row->version_max);
    return newest;
}

static int mrt_has_own_version(const mrt_operator *op)
{
    const mrt_row *row;

    for (row = op->rows; row->in_count > 0; row++)
        if (row->version_max == MRT_OWN_VERSION)
            return 1;
    return 0;
}

static mrt_reason mrt_walk_check_node(const mrt_operator *op, mrt_node *node)
{
    if (node->version < 0 || (node->version > mrt_newest_version(op) &&
                              !(MRT_KEEPS(mrt_conv_i16x16) && node->version == MRT_OWN_VERSION && mrt_has_own_version(op))))
        return MRT_REASON_VERSION;
    if (node->in.count < op->in_min || node->in.count > op->in_max || node->out.count < op->out_min ||
        node->out.count > op->out_max)
        return MRT_REASON_OPERAND_COUNT;
    if (node->in.count > MRT_IN_MAX || node->out.count > MRT_OUT_MAX)
        return MRT_REASON_TOO_MANY;
    if (op->attribute_count > 0 && !mrt_is_custom(op)) {
        if (node->options_type != op->options_type && node->options_type != 0)
            return MRT_REASON_OPTIONS;
        if (node->options_type == 0)
            node->options.field_count = 0;
    }
    return MRT_REASON_NONE;
}
#endif

static mrt_reason mrt_walk_check(mrt_walk *w, const mrt_operator *op, mrt_call *c, int32_t index)
{
    mrt_node      *node = &((mrt_build *)c->owner)->node;
    const mrt_row *row;
    int32_t        i;

    MRT_TRY(mrt_walk_check_node(op, node));
    MRT_TRY(mrt_walk_read_operands(w, c, node, index));
    for (i = 0; i < op->in_min; i++)
        MRT_REQUIRE(c, mrt_has(c, i), OPERAND_COUNT, "an operand is missing");
    MRT_TRY(mrt_read_attributes(c, op, w->attributes));
    MRT_TRY(op->shape(c));
    MRT_TRY(mrt_check_batch(c));
    if (!(row = mrt_walk_find_row(op, c)))
        return MRT_REASON_TYPES;
    c->run = row->kernels;
    c->is_view = row->prepare == NULL;
    MRT_TRY(row->prepare ? row->prepare(c) : MRT_REASON_NONE);
    return c->may_be_constant || !mrt_reads_constants_only(c) ? MRT_REASON_NONE : MRT_REASON_CONSTANT;
}

/* ---- its place, and its step ---- */

static uint32_t mrt_walk_id(const mrt_walk *w, const mrt_vector *ids, int32_t i)
{
    return mrt_element(&w->model.r, ids, (uint32_t)i);
}

static const mrt_build *mrt_build_of(const mrt_call *c)
{
    return (const mrt_build *)c->owner;
}

/* The operand whose place output 0 takes over; NULL: it gets its own. */
static const mrt_live *mrt_walk_shared(mrt_walk *w, const mrt_call *c, int32_t index)
{
    int32_t i;

    for (i = 0; i < c->in_count && i < 32; i++) {
        mrt_live *live = mrt_has(c, i) && !mrt_is_const(c, i)
                             ? mrt_plan_find(&w->plan, mrt_walk_id(w, &mrt_build_of(c)->node.in, i))
                             : NULL;
        if (live && c->is_view)
            return live;
        if (live && (c->in_place >> i & 1u) && live->last == index && live->bytes >= c->out[0].bytes &&
            mrt_plan_is_alone(&w->plan, live))
            return live;
    }
    return NULL;
}

/* Whether the kernel is called with operand i. */
static int mrt_comes(const mrt_call *c, int32_t i)
{
    return mrt_has(c, i) && (!mrt_is_const(c, i) || (i < 64 && (c->constants >> i & 1u)));
}

static int32_t mrt_count_pointers(const mrt_call *c)
{
    int32_t i, count = c->by_number ? c->in_count : 0;

    for (i = 0; i < c->in_count && !c->by_number; i++)
        count += mrt_comes(c, i);
    return count;
}

static const void *mrt_walk_operand_at(mrt_walk *w, mrt_call *c, int32_t i)
{
    if (!mrt_comes(c, i))
        return NULL;
    if (mrt_is_const(c, i))
        return c->side->constant(c, &c->in[i], "", 0);
    return w->arena + mrt_plan_find(&w->plan, mrt_walk_id(w, &mrt_build_of(c)->node.in, i))->offset;
}

MRT_API void mrt_walk_link(mrt_walk *w, mrt_step *step)
{
    if (!step)
        return;
    step->next = NULL;
    *w->next_step = step;
    w->next_step = &step->next;
}

/* While only counting, constants that must be copied are counted. */
static void mrt_walk_fill_step(mrt_walk *w, mrt_call *c, mrt_step *step, uint32_t scratch, void *state)
{
    const void **pointers = step ? (const void **)(void *)(step + 1) : NULL;
    int32_t      i, used = 0;

    for (i = 0; i < c->in_count; i++) {
        const void *at;
        if (!c->by_number && !mrt_comes(c, i))
            continue;
        at = step || mrt_is_const(c, i) ? mrt_walk_operand_at(w, c, i) : NULL;
        if (step)
            pointers[used++] = at;
    }
    if (!step)
        return;
#if defined(MRT_NO_VARIABLES)
    step->index = (uint16_t)w->why.operator_index;
#else
    step->index = (uint16_t)(w->why.operator_index - w->calls_once);
#endif
    step->run = c->run;
    step->params = c->params;
    step->scratch = scratch;
    step->in_count = (uint8_t)used;
    step->out_count = (uint8_t)c->out_count;
    for (i = 0; i < c->out_count; i++)
        pointers[used++] = w->arena + mrt_plan_find(&w->plan, mrt_walk_id(w, &mrt_build_of(c)->node.out, i))->offset;
    if (mrt_keeps_state(c) && state) {
        step->index |= MRT_KEEPS_STATE;
        pointers[used] = state;
    }
    mrt_walk_link(w, step);
}

#if defined(MRT_NO_CUSTOM)
static MRT_UNUSED void *mrt_walk_take_state(mrt_walk *w, uint32_t bytes)
{
    (void)w, (void)bytes;
    return NULL;
}
#else
/* Lasting memory, and that a reset zeroes it. */
static void *mrt_walk_take_state(mrt_walk *w, uint32_t bytes)
{
    mrt_state *state = (mrt_state *)mrt_take(&w->memory, sizeof *state, 2);
    uint8_t   *at = (uint8_t *)mrt_take(&w->memory, bytes, 0);

    if (at) {
        state->values = NULL;
        state->first = 0;
        mrt_walk_list_state(w, state, (uint32_t)(at - w->arena), bytes);
    }
    return at;
}
#endif

static mrt_reason mrt_walk_place(mrt_walk *w, mrt_call *c, int32_t index)
{
    uint32_t  pointers, scratch;
    mrt_step *step;
    void     *state = NULL;
    int32_t   i;

    for (i = 0; i < c->out_count; i++) {
        const uint32_t id = mrt_walk_id(w, &mrt_build_of(c)->node.out, i);
        const int32_t  last = mrt_max_i32(mrt_model_last_use(&w->model, id), index);
        mrt_live      *out = mrt_plan_add(&w->plan, id, c->out[i].bytes, last, i == 0 ? mrt_walk_shared(w, c, index) : NULL);
        if (!out)
            return MRT_REASON_TOO_MANY;
        out->is_batched = (uint8_t)c->out[i].is_batched;
    }
    scratch = mrt_plan_scratch(&w->plan, c->scratch_bytes);
    if (c->is_view)
        return MRT_REASON_NONE;
    if (mrt_keeps_state(c))
        state = mrt_walk_take_state(w, c->state_bytes);
    pointers = (uint32_t)(mrt_count_pointers(c) + c->out_count + mrt_keeps_state(c));
    step = (mrt_step *)mrt_take(&w->memory, sizeof *step + pointers * sizeof(void *), 3 + pointers);
    mrt_walk_fill_step(w, c, step, scratch, state);
    w->step_count++;
    return MRT_REASON_NONE;
}

/* Who trusts his file needs no limit. */
static mrt_reason mrt_walk_count_work(mrt_walk *w, const mrt_call *c)
{
#if defined(MRT_TRUSTED)
    (void)w, (void)c;
    return MRT_REASON_NONE;
#else
    uint64_t work = c->work;

    if (c->out_count > 0 && work < c->out[0].count)
        work = c->out[0].count;
    if (c->in_count > 0 && mrt_has(c, 0) && work < c->in[0].count)
        work = c->in[0].count;
    w->work = work > UINT64_MAX - w->work ? UINT64_MAX : w->work + work;
    return w->work_limit > 0 && w->work > w->work_limit ? MRT_REASON_WORK : MRT_REASON_NONE;
#endif
}

static void mrt_walk_begin_call(mrt_walk *w, mrt_call *c, mrt_build *b)
{
    b->m = &w->model;
    b->memory = &w->memory;
    b->variants = 0;
    c->side = mrt_chip_side();
    c->owner = b;
    c->is_checking = 1;
    c->mixes = c->by_number = c->may_be_constant = 0;
    c->params = NULL;
    c->scratch_bytes = c->state_bytes = c->in_place = 0;
    c->constants = c->work = 0;
}

/* What made states is done when the walk begins, without the operator. */
static int mrt_is_done_before(mrt_walk *w, int32_t builtin_code)
{
#if defined(MRT_NO_VARIABLES)
    (void)w, (void)builtin_code;
    return 0;
#else
    w->calls_once += builtin_code == MRT_CODE_CALL_ONCE;
    return builtin_code == MRT_CODE_VAR_HANDLE || builtin_code == MRT_CODE_CALL_ONCE;
#endif
}

/* Failures name an operator of the main subgraph: of another one, the operator that runs it. */
static void mrt_walk_name_operator(mrt_walk *w, int32_t index)
{
#if !defined(MRT_NO_CONTROL)
    if (w->depth > 0)
        return;
#endif
    w->why.operator_index = index;
}

static mrt_reason mrt_walk_operator(mrt_walk *w, int32_t index)
{
    mrt_build           b;
    mrt_call            c;
    const mrt_operator *op;

    mrt_walk_name_operator(w, index);
    mrt_walk_begin_call(w, &c, &b);
    MRT_TRY(mrt_model_node(&w->model, (uint32_t)index, &b.node));
    w->why.builtin_code = b.node.builtin_code;
    if (mrt_is_done_before(w, b.node.builtin_code))
        return MRT_REASON_NONE;
    op = mrt_walk_find_operator(w, &b.node);
    if (!op)
        return MRT_REASON_OPERATOR;
    MRT_TRY(mrt_walk_check(w, op, &c, index));
    w->variants |= b.variants;
    if (w->model.r.is_bad)
        return MRT_REASON_BROKEN;
    MRT_TRY(mrt_walk_count_work(w, &c));
    MRT_TRY(mrt_is_control(op) ? mrt_walk_control(w, &b.node, index) : mrt_walk_place(w, &c, index));
    if (w->memory.is_full)
        return MRT_REASON_SIZE;
    mrt_plan_expire(&w->plan, index);
    return MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_walk_operators(mrt_walk *w)
{
    int32_t i;

    for (i = 0; i < (int32_t)w->model.operators.count; i++)
        MRT_TRY(mrt_walk_operator(w, i));
    mrt_walk_name_operator(w, -1);
    w->why.builtin_code = -1;
    return MRT_REASON_NONE;
}

/* ---- the whole walk ---- */

static const uint32_t mrt_in_file = UINT32_MAX; /* an output that is a constant of the file */

static mrt_reason mrt_walk_find_outputs(mrt_walk *w)
{
    mrt_model *m = &w->model;
    mrt_tensor tensor;
    uint32_t   i;

    for (i = 0; i < m->outputs.count; i++) {
        const uint32_t  id = mrt_element(&m->r, &m->outputs, i);
        const mrt_live *live = mrt_plan_find(&w->plan, id);
        if (id >= m->tensors.count)
            return MRT_REASON_OPERAND;
        MRT_TRY(mrt_model_tensor(m, id, &tensor));
        if ((!live && tensor.kind != MRT_CONST) || tensor.type == MRT_RESOURCE)
            return MRT_REASON_OPERAND;
        if (w->ends)
            w->ends[m->inputs.count + i] = live ? live->offset : mrt_in_file;
    }
    return MRT_REASON_NONE;
}

static void mrt_walk_begin_memory(mrt_walk *w)
{
    const size_t     end_count = (size_t)w->model.inputs.count + w->model.outputs.count;
    mrt_interpreter *net;

    w->memory.used = 0;
    w->memory.is_full = 0;
    net = (mrt_interpreter *)mrt_take(&w->memory, sizeof *net, 5);
    w->ends = (uint32_t *)mrt_take(&w->memory, end_count * sizeof *w->ends, 0);
    w->net = net;
    if (!net)
        return;
    net->steps = NULL;
    net->states = NULL;
    net->ends = w->ends;
    net->model = w->model;
#if !defined(MRT_NO_CONTROL)
    net->work_limit = w->work_limit < UINT32_MAX ? (uint32_t)w->work_limit : UINT32_MAX;
#endif
    w->next_step = &net->steps;
    w->next_state = &net->states;
}

static mrt_reason mrt_walk_all(mrt_walk *w, uint32_t height, int is_from_top)
{
    mrt_plan_begin(&w->plan, height, is_from_top);
    mrt_walk_begin_memory(w);
    w->work = 0;
    w->step_count = w->calls_once = 0;
    MRT_TRY(mrt_walk_add_states(w));
    MRT_TRY(mrt_walk_add_states_of_others(w));
    MRT_TRY(mrt_walk_add_inputs(w));
    MRT_TRY(mrt_walk_add_variables(w));
    MRT_TRY(mrt_walk_add_variables_of_others(w));
    mrt_plan_scratch(&w->plan, 0);
    mrt_plan_expire(&w->plan, -1);
    MRT_TRY(mrt_walk_operators(w));
    return mrt_walk_find_outputs(w);
}

/* How the best plan that was found is made, and what it takes. */
typedef struct mrt_choice {
    uint32_t height, end, bound;
    int      is_from_top;
} mrt_choice;

static size_t mrt_arena_up(size_t bytes)
{
    return (bytes + MRT_ARENA_ALIGN - 1) / MRT_ARENA_ALIGN * MRT_ARENA_ALIGN;
}

/* Activations and scratch, which stand in front of the lasting memory. */
static size_t mrt_choice_bytes(const mrt_choice *choice)
{
    return mrt_arena_up(choice->end);
}

static mrt_reason mrt_walk_choose(mrt_walk *w, mrt_choice *best)
{
    int is_from_top;

    MRT_TRY(mrt_walk_check_ends(w));
    MRT_TRY(mrt_walk_check_tensors(w));
    MRT_TRY(mrt_walk_find_others(w));
    MRT_TRY(mrt_walk_all(w, 0, 0));
    if (w->plan.is_failed)
        return MRT_REASON_SIZE;
    best->height = 0;
    best->is_from_top = 0;
    best->end = w->plan.end;
    best->bound = w->plan.bound;
    for (is_from_top = 0; is_from_top < 2 && best->end > best->bound; is_from_top++) {
        MRT_TRY(mrt_walk_all(w, best->bound, is_from_top));
        if (w->plan.is_failed)
            continue;
        best->height = best->end = best->bound;
        best->is_from_top = is_from_top;
    }
    return MRT_REASON_NONE;
}

static mrt_reason mrt_walk_begin(mrt_walk *w, const mrt_file *file, const mrt_operator *const *operators, int32_t count,
                                 mrt_machine machine, mrt_choice *choice)
{
    w->operators = operators;
    w->operator_count = count;
    w->work_limit = file->work_limit;
    w->memory.at = NULL;
    w->arena = NULL;
    w->in_most = w->out_most = 0;
    w->variants = 0;
    w->memory.machine = machine;
    w->why.operator_index = w->why.builtin_code = w->why.tensor = -1;
    MRT_TRY(mrt_model_open(&w->model, file));
    return mrt_walk_choose(w, choice);
}

/* ---- failures ---- */

static mrt_status mrt_walk_end(mrt_walk *w, mrt_reason reason, mrt_failure *why)
{
    w->why.reason = reason;
    if (why)
        *why = w->why;
    return mrt_status_of(reason);
}

/* ---- opening ---- */

static const mrt_machine mrt_this_machine = {sizeof(void *), MRT_ARCH};

MRT_API mrt_status mrt_interpreter_measure(const mrt_file *file, const mrt_operator *const *operators, int32_t count,
                                           mrt_machine machine, mrt_sizes *sizes, mrt_failure *why)
{
    mrt_walk   w;
    mrt_choice choice;
    mrt_reason reason = mrt_walk_begin(&w, file, operators, count, machine, &choice);

    sizes->arena_bytes = 0;
    if (reason != MRT_REASON_NONE)
        return mrt_walk_end(&w, reason, why);
    sizes->activation_bytes = mrt_choice_bytes(&choice);
    sizes->bound_bytes = choice.bound;
    sizes->work = w.work;
    sizes->step_count = w.step_count;
    sizes->live_most = mrt_max_i32(w.plan.count_most, (int32_t)w.model.inputs.count);
    sizes->live_most = mrt_max_i32(sizes->live_most, (int32_t)w.model.outputs.count);
    sizes->variants = w.variants;
    sizes->in_most = w.in_most;
    sizes->out_most = w.out_most;
    if (w.memory.used > INT32_MAX - sizes->activation_bytes)
        return mrt_walk_end(&w, MRT_REASON_SIZE, why);
    sizes->arena_bytes = sizes->activation_bytes + w.memory.used;
    return mrt_walk_end(&w, MRT_REASON_NONE, why);
}

MRT_API mrt_status mrt_interpreter_bytes(const mrt_file *file, const mrt_operator *const *operators, int32_t count,
                                         size_t *arena_bytes, mrt_failure *why)
{
    mrt_sizes        sizes;
    const mrt_status status = mrt_interpreter_measure(file, operators, count, mrt_this_machine, &sizes, why);

    *arena_bytes = sizes.arena_bytes;
    return status;
}

static mrt_reason mrt_walk_fill(mrt_walk *w, const mrt_choice *choice, uint8_t *arena, size_t arena_bytes)
{
    const size_t activation_bytes = mrt_choice_bytes(choice);

    if ((uintptr_t)arena % MRT_ARENA_ALIGN != 0)
        return MRT_REASON_ALIGNMENT;
    if (activation_bytes > arena_bytes || w->memory.used > arena_bytes - activation_bytes)
        return MRT_REASON_ARENA;
    w->memory.at = arena + activation_bytes;
    w->arena = arena;
    MRT_TRY(mrt_walk_all(w, choice->height, choice->is_from_top));
    w->net->arena = arena;
    return MRT_REASON_NONE;
}

MRT_API mrt_status mrt_interpreter_open(mrt_interpreter **out, const mrt_file *file, const mrt_operator *const *operators,
                                        int32_t count, void *arena, size_t arena_bytes, mrt_failure *why)
{
    mrt_walk   w;
    mrt_choice choice;
    mrt_reason reason = mrt_walk_begin(&w, file, operators, count, mrt_this_machine, &choice);

    *out = NULL;
    if (reason == MRT_REASON_NONE)
        reason = mrt_walk_fill(&w, &choice, (uint8_t *)arena, arena_bytes);
    if (reason == MRT_REASON_NONE) {
        mrt_interpreter_reset(w.net);
        *out = w.net;
    }
    return mrt_walk_end(&w, reason, why);
}

/* ---- running ---- */

/* One that is no mark. */
static void mrt_run_step(uint8_t *arena, const mrt_step *step)
{
    void *const *pointers = (void *const *)(const void *)(step + 1);
    mrt_io       io;
    int32_t      i;

    MRT_STEP(mrt_step_index(step));
    for (i = 0; i < step->in_count; i++)
        io.in[i] = *pointers++;
    for (i = 0; i < step->out_count; i++)
        io.out[i] = *pointers++;
    io.scratch = arena + step->scratch;
#if !defined(MRT_NO_CUSTOM)
    io.state = step->index & MRT_KEEPS_STATE ? *pointers : NULL;
#endif
    step->run(step->params, &io);
}

#if defined(MRT_NO_CONTROL)
MRT_API mrt_status mrt_interpreter_invoke(mrt_interpreter *net)
{
    const mrt_step *step;

    for (step = net->steps; step; step = step->next)
        mrt_run_step(net->arena, step);
    return MRT_OK;
}
#else
MRT_API mrt_status mrt_interpreter_invoke(mrt_interpreter *net)
{
    const mrt_step *step = net->steps;
    uint32_t        left = net->work_limit;

    while (step) {
        if (step->run) {
            mrt_run_step(net->arena, step);
            step = step->next;
            continue;
        }
        if (net->work_limit > 0 && step->scratch > left)
            return MRT_ERR_LIMIT;
        left -= step->scratch;
        step = mrt_step_behind(step);
    }
    return MRT_OK;
}
#endif

MRT_API void mrt_interpreter_reset(mrt_interpreter *net)
{
    const mrt_state *state;
    uint32_t         i;

    for (state = net->states; state; state = state->next)
        for (i = 0; i < state->bytes; i++)
            net->arena[state->offset + i] = state->values ? state->values[i] : state->first;
}

MRT_API int32_t mrt_interpreter_input_count(const mrt_interpreter *net)
{
    return (int32_t)net->model.inputs.count;
}

MRT_API int32_t mrt_interpreter_output_count(const mrt_interpreter *net)
{
    return (int32_t)net->model.outputs.count;
}

MRT_API void *mrt_interpreter_input_data(mrt_interpreter *net, int32_t index)
{
    return net->arena + net->ends[index];
}

MRT_API const void *mrt_interpreter_output_data(const mrt_interpreter *net, int32_t index)
{
    const uint32_t offset = net->ends[net->model.inputs.count + (uint32_t)index];
    mrt_model      m = net->model;
    mrt_tensor     tensor;

    if (offset != mrt_in_file)
        return net->arena + offset;
    mrt_model_tensor(&m, mrt_element(&m.r, &m.outputs, (uint32_t)index), &tensor); /* went well at open */
    return tensor.data;
}

static void mrt_interpreter_end(const mrt_interpreter *net, const mrt_vector *ids, int32_t index, const void *data,
                                mrt_end *out)
{
    mrt_model  m = net->model;
    mrt_tensor tensor;
    int32_t    i;

    mrt_model_tensor(&m, mrt_element(&m.r, ids, (uint32_t)index), &tensor);
    out->data = (void *)(uintptr_t)data;
    out->bytes = tensor.bytes;
    out->type = tensor.type;
    out->rank = tensor.rank;
    for (i = 0; i < MRT_RANK_MAX; i++)
        out->dim[i] = i < tensor.rank ? tensor.dim[i] : 0;
    out->is_quantized = tensor.scale_count > 0;
    out->scale = mrt_scale(&tensor);
    out->zero_point = mrt_zero(&tensor);
}

MRT_API void mrt_interpreter_input(const mrt_interpreter *net, int32_t index, mrt_end *out)
{
    mrt_interpreter_end(net, &net->model.inputs, index, net->arena + net->ends[index], out);
}

MRT_API void mrt_interpreter_output(const mrt_interpreter *net, int32_t index, mrt_end *out)
{
    mrt_interpreter_end(net, &net->model.outputs, index, mrt_interpreter_output_data(net, index), out);
}
