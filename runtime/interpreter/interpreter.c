/* One walk over the operators does everything: it checks, counts, plans, and where memory is given fills it. Walks differ in
 * the plan's rule only; open and bytes choose the rule by the same walks, so that they agree.
 *
 *     arena   [ activations and scratch | interpreter | ends | states | step, parameters | step, parameters ... ]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "build.h"
#include "plan.h"

enum { MRT_ARENA_ALIGN = 16, MRT_OPERATORS_MAX = 1024 };

/* One operator, ready to run. */
typedef struct mrt_step {
    struct mrt_step  *next;
    mrt_run_function *run;
    const void       *params;
    uint32_t          in[MRT_STEP_IN_MAX], out, scratch; /* in the arena */
    uint16_t          index;                             /* the operator's, in the file */
} mrt_step;

/* What outlives an invoke, and the byte that it is filled with at first. */
typedef struct mrt_state {
    struct mrt_state *next;
    uint32_t          offset, bytes;
    uint8_t           first;
} mrt_state;

struct mrt_interpreter {
    uint8_t        *arena;
    mrt_step       *steps;
    mrt_state      *states;
    const uint32_t *ends; /* offsets of inputs, then of outputs */
    mrt_model       model;
};

typedef struct mrt_walk {
    mrt_model                  model;
    const mrt_operator *const *operators;
    int32_t                    operator_count;
    mrt_memory                 memory;
    mrt_plan                   plan;
    uint64_t                   work, work_limit;
    int32_t                    step_count;
    mrt_interpreter           *net; /* and the places to put what follows; NULL while only counting */
    mrt_step                 **next_step;
    mrt_state                **next_state;
    uint32_t                  *ends;
    mrt_failure                why;
} mrt_walk;

/* ---- the file's tensors, looked at once ---- */

static mrt_reason mrt_walk_check_tensors(mrt_walk *w)
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
    return w->model.inputs.count == 0 || w->model.outputs.count == 0 ? MRT_REASON_OPERAND_COUNT : MRT_REASON_NONE;
}

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
        if (tensor.kind == MRT_CONST)
            return MRT_REASON_OPERAND;
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

/* TensorFlow Lite's reset: every byte the zero point of an int8 tensor, 0 of others. */
static mrt_reason mrt_walk_add_state(mrt_walk *w, uint32_t id, const mrt_tensor *tensor)
{
    mrt_live  *live = mrt_plan_find(&w->plan, id);
    mrt_state *state = (mrt_state *)mrt_take(&w->memory, sizeof *state, 1);

    if (!live)
        live = mrt_plan_add(&w->plan, id, tensor->bytes, (int32_t)w->model.operators.count, NULL);
    if (!live)
        return MRT_REASON_TOO_MANY;
    if (state) {
        state->next = NULL;
        state->offset = live->offset;
        state->bytes = tensor->bytes;
        state->first = tensor->type == MRT_I8 ? (uint8_t)mrt_zero_of(&w->model, tensor, 0) : 0;
        *w->next_state = state;
        w->next_state = &state->next;
    }
    return MRT_REASON_NONE;
}

static mrt_reason mrt_walk_add_states(mrt_walk *w)
{
    mrt_tensor tensor;
    uint32_t   i;

    for (i = 0; i < w->model.tensors.count; i++) {
        MRT_TRY(mrt_model_tensor(&w->model, i, &tensor));
        if (tensor.kind == MRT_STATE)
            MRT_TRY(mrt_walk_add_state(w, i, &tensor));
    }
    return MRT_REASON_NONE;
}

/* ---- one operator ---- */

static const mrt_operator *mrt_walk_find_operator(const mrt_walk *w, int32_t builtin_code)
{
    int32_t i;

    for (i = 0; i < w->operator_count; i++)
        if (w->operators[i]->builtin_code == builtin_code)
            return w->operators[i];
    return NULL;
}

/* An operand: computed before, or a constant. One of no values at all has no bytes in the file either. */
static mrt_reason mrt_walk_read_operand(mrt_walk *w, uint32_t id, mrt_tensor *out)
{
    const mrt_live *live = mrt_plan_find(&w->plan, id);

    MRT_TRY(mrt_model_tensor(&w->model, id, out));
    if (live) {
        out->is_batched = live->is_batched;
        return MRT_REASON_NONE;
    }
    if (out->kind == MRT_ACTIVATION && out->count == 0 && mrt_model_producer(&w->model, id) < 0)
        out->kind = MRT_CONST;
    return out->kind == MRT_CONST ? MRT_REASON_NONE : MRT_REASON_OPERAND;
}

static int mrt_is_input(const mrt_model *m, uint32_t id)
{
    uint32_t i;

    for (i = 0; i < m->inputs.count; i++)
        if (mrt_element(&m->r, &m->inputs, i) == id)
            return 1;
    return 0;
}

static mrt_reason mrt_walk_read_operands(mrt_walk *w, mrt_build *b, int32_t index)
{
    mrt_model *m = &w->model;
    uint32_t   i, id;
    int32_t    computed = 0;

    b->in_count = (int32_t)b->node.in.count;
    b->has_in = 0;
    for (i = 0; i < b->node.in.count; i++) {
        id = mrt_element(&m->r, &b->node.in, i);
        if (id == UINT32_MAX)
            continue;
        MRT_TRY(mrt_walk_read_operand(w, id, &b->in[i]));
        b->has_in |= 1 << i;
        computed += b->in[i].kind != MRT_CONST;
    }
    id = mrt_element(&m->r, &b->node.out, 0);
    if (id == UINT32_MAX)
        return MRT_REASON_OPERAND;
    MRT_TRY(mrt_model_tensor(m, id, &b->out));
    if (b->out.kind != MRT_ACTIVATION || mrt_is_input(m, id) || mrt_model_producer(m, id) != index)
        return MRT_REASON_OPERAND;
    return computed == 0 ? MRT_REASON_CONSTANT : MRT_REASON_NONE;
}

static int mrt_row_matches(const mrt_operator_row *row, const mrt_build *b)
{
    int32_t i;

    if (row->out != b->out.type)
        return 0;
    for (i = 0; i < b->in_count; i++)
        if (mrt_operand(b, i) && b->in[i].type != row->in[i])
            return 0;
    return 1;
}

static mrt_reason mrt_walk_check(mrt_walk *w, const mrt_operator *op, mrt_build *b, int32_t index)
{
    int32_t i;

    if (b->node.version < 1 || b->node.version > op->version_max)
        return MRT_REASON_VERSION;
    if (b->node.in.count < op->in_min || b->node.in.count > op->in_max || b->node.out.count != 1)
        return MRT_REASON_OPERAND_COUNT;
    if (op->options_type != 0) {
        if (b->node.options_type != op->options_type && b->node.options_type != 0)
            return MRT_REASON_OPTIONS;
        if (b->node.options_type == 0)
            b->node.options.field_count = 0;
    }
    MRT_TRY(mrt_walk_read_operands(w, b, index));
    for (i = 0; i < op->in_min; i++)
        if (!mrt_operand(b, i))
            return MRT_REASON_OPERAND_COUNT;
    b->activation = MRT_ACT_NONE;
    b->scratch_bytes = b->in_place = 0;
    b->is_view = 0;
    b->work = 0;
    b->params = NULL;
    MRT_TRY(op->check(b));
    for (i = 0; i < op->row_count; i++)
        if (mrt_row_matches(&op->rows[i], b)) {
            b->run = op->rows[i].run;
            return op->rows[i].prepare ? op->rows[i].prepare(b) : MRT_REASON_NONE;
        }
    return MRT_REASON_TYPES;
}

/* The operand whose place the output takes over; NULL: it gets its own. */
static const mrt_live *mrt_walk_shared(mrt_walk *w, const mrt_build *b, int32_t index)
{
    int32_t i;

    for (i = 0; i < b->in_count; i++) {
        mrt_live *live = mrt_operand(b, i) && b->in[i].kind != MRT_CONST
                             ? mrt_plan_find(&w->plan, mrt_element(&w->model.r, &b->node.in, (uint32_t)i))
                             : NULL;
        if (live && b->is_view)
            return live;
        if (live && (b->in_place >> i & 1u) && live->last == index && live->bytes >= b->out.bytes &&
            mrt_plan_is_alone(&w->plan, live))
            return live;
    }
    return NULL;
}

static void mrt_walk_fill_step(mrt_walk *w, const mrt_build *b, mrt_step *step, uint32_t scratch)
{
    int32_t i, used = 0;

    step->next = NULL;
    step->index = (uint16_t)w->why.operator_index;
    step->run = b->run;
    step->params = b->params;
    step->scratch = scratch;
    step->out = mrt_plan_find(&w->plan, mrt_element(&w->model.r, &b->node.out, 0))->offset;
    for (i = 0; i < MRT_STEP_IN_MAX; i++)
        step->in[i] = 0;
    for (i = 0; i < b->in_count && used < MRT_STEP_IN_MAX; i++)
        if (mrt_operand(b, i) && b->in[i].kind != MRT_CONST)
            step->in[used++] = mrt_plan_find(&w->plan, mrt_element(&w->model.r, &b->node.in, (uint32_t)i))->offset;
    *w->next_step = step;
    w->next_step = &step->next;
}

static mrt_reason mrt_walk_place(mrt_walk *w, mrt_build *b, int32_t index)
{
    const uint32_t id = mrt_element(&w->model.r, &b->node.out, 0);
    int32_t        last = mrt_model_last_use(&w->model, id), i;
    mrt_live      *out = mrt_plan_add(&w->plan, id, b->out.bytes, last < index ? index : last, mrt_walk_shared(w, b, index));
    mrt_step      *step;
    uint32_t       scratch;

    if (!out)
        return MRT_REASON_TOO_MANY;
    for (i = 0; i < b->in_count; i++)
        if (mrt_operand(b, i) && b->in[i].is_batched)
            out->is_batched = 1;
    scratch = mrt_plan_scratch(&w->plan, b->scratch_bytes);
    if (b->is_view)
        return MRT_REASON_NONE;
    step = (mrt_step *)mrt_take(&w->memory, sizeof *step, 3);
    if (step)
        mrt_walk_fill_step(w, b, step, scratch);
    w->step_count++;
    return MRT_REASON_NONE;
}

static mrt_reason mrt_walk_count_work(mrt_walk *w, const mrt_build *b)
{
    uint64_t work = b->work;

    if (work < b->out.count)
        work = b->out.count;
    if (work < b->in[0].count)
        work = b->in[0].count;
    w->work = work > UINT64_MAX - w->work ? UINT64_MAX : w->work + work;
    return w->work_limit > 0 && w->work > w->work_limit ? MRT_REASON_WORK : MRT_REASON_NONE;
}

static mrt_reason mrt_walk_operator(mrt_walk *w, int32_t index)
{
    mrt_build           b;
    const mrt_operator *op;

    w->why.operator_index = index;
    b.m = &w->model;
    b.memory = &w->memory;
    w->memory.work_used = 0;
    MRT_TRY(mrt_model_node(&w->model, (uint32_t)index, &b.node));
    w->why.builtin_code = b.node.builtin_code;
    op = mrt_walk_find_operator(w, b.node.builtin_code);
    if (!op)
        return MRT_REASON_OPERATOR;
    MRT_TRY(mrt_walk_check(w, op, &b, index));
    if (w->model.r.is_bad)
        return MRT_REASON_BROKEN;
    if (w->memory.is_full)
        return MRT_REASON_SIZE;
    MRT_TRY(mrt_walk_count_work(w, &b));
    MRT_TRY(mrt_walk_place(w, &b, index));
    mrt_plan_expire(&w->plan, index);
    w->why.operator_index = w->why.builtin_code = -1;
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
        if (!live && tensor.kind != MRT_CONST)
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

    w->memory.used = w->memory.work_most = 0;
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
    w->next_step = &net->steps;
    w->next_state = &net->states;
}

static mrt_reason mrt_walk_all(mrt_walk *w, uint32_t height, int is_from_top)
{
    int32_t i;

    mrt_plan_begin(&w->plan, height, is_from_top);
    mrt_walk_begin_memory(w);
    w->work = 0;
    w->step_count = 0;
    MRT_TRY(mrt_walk_add_inputs(w));
    MRT_TRY(mrt_walk_add_states(w));
    mrt_plan_scratch(&w->plan, 0);
    mrt_plan_expire(&w->plan, -1);
    for (i = 0; i < (int32_t)w->model.operators.count; i++)
        MRT_TRY(mrt_walk_operator(w, i));
    return mrt_walk_find_outputs(w);
}

/* How the best plan that was found is made, and what it takes. */
typedef struct mrt_choice {
    uint32_t height, end, bound;
    uint32_t work_bytes; /* while opening */
    int      is_from_top;
} mrt_choice;

static size_t mrt_arena_up(size_t bytes)
{
    return (bytes + MRT_ARENA_ALIGN - 1) / MRT_ARENA_ALIGN * MRT_ARENA_ALIGN;
}

/* What is in front of the lasting memory: activations, but first what opening needs. */
static size_t mrt_choice_bytes(const mrt_choice *choice)
{
    return mrt_arena_up(choice->end > choice->work_bytes ? choice->end : choice->work_bytes);
}

static mrt_reason mrt_walk_choose(mrt_walk *w, mrt_choice *best)
{
    int is_from_top;

    MRT_TRY(mrt_walk_check_tensors(w));
    MRT_TRY(mrt_walk_all(w, 0, 0));
    if (w->plan.is_failed)
        return MRT_REASON_SIZE;
    best->height = 0;
    best->is_from_top = 0;
    best->end = w->plan.end;
    best->bound = w->plan.bound;
    best->work_bytes = (uint32_t)w->memory.work_most;
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
    w->memory.machine = machine;
    w->why.operator_index = w->why.builtin_code = w->why.tensor = -1;
    MRT_TRY(mrt_model_open(&w->model, file));
    return mrt_walk_choose(w, choice);
}

/* ---- failures ---- */

static mrt_status mrt_status_of(mrt_reason reason)
{
    if (reason == MRT_REASON_NONE)
        return MRT_OK;
    if (reason < MRT_REASON_SCHEMA)
        return MRT_ERR_FORMAT;
    if (reason < MRT_REASON_SIZE)
        return MRT_ERR_UNSUPPORTED;
    return reason < MRT_REASON_ALIGNMENT ? MRT_ERR_LIMIT : MRT_ERR_USAGE;
}

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
    w->memory.work = arena;
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

MRT_API void mrt_interpreter_invoke(mrt_interpreter *net)
{
    uint8_t *const  arena = net->arena;
    const mrt_step *step;

    for (step = net->steps; step; step = step->next) {
        mrt_io  io;
        int32_t i;
        MRT_STEP(step->index);
        for (i = 0; i < MRT_STEP_IN_MAX; i++)
            io.in[i] = arena + step->in[i];
        io.out[0] = arena + step->out;
        io.scratch = arena + step->scratch;
        step->run(step->params, &io);
    }
}

MRT_API void mrt_interpreter_reset(mrt_interpreter *net)
{
    const mrt_state *state;
    uint32_t         i;

    for (state = net->states; state; state = state->next)
        for (i = 0; i < state->bytes; i++)
            net->arena[state->offset + i] = state->first;
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
    return m.r.bytes + tensor.data;
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
    out->is_quantized = tensor.scales.count > 0;
    out->scale = mrt_scale_of(&m, &tensor);
    out->zero_point = mrt_zero_of(&m, &tensor, 0);
}

MRT_API void mrt_interpreter_input(const mrt_interpreter *net, int32_t index, mrt_end *out)
{
    mrt_interpreter_end(net, &net->model.inputs, index, net->arena + net->ends[index], out);
}

MRT_API void mrt_interpreter_output(const mrt_interpreter *net, int32_t index, mrt_end *out)
{
    mrt_interpreter_end(net, &net->model.outputs, index, mrt_interpreter_output_data(net, index), out);
}
