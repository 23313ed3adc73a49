/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

/* One block of memory over a span of steps: a tensor with all that share its place, or a step's scratch. */
typedef struct plan_block {
    size_t  bytes, offset;
    int32_t first_step, last_step;
    mote_id tensor; /* MOTE_NONE: scratch of first_step */
} plan_block;

typedef struct planning {
    mote_program            *program;
    const mote_plan_options *options;
    size_t                   align;
    plan_block              *blocks;
    int32_t                  block_count;
} planning;

static mote_id root_of(const mote_program *program, mote_id id)
{
    while (program->places[id].shares != MOTE_NONE)
        id = program->places[id].shares;
    return id;
}

const mote_place *mote_plan_place(const mote_program *program, mote_id id)
{
    return &program->places[root_of(program, id)];
}

/* ---- how long each tensor lives ---- */

static void begin_life(mote_program *program, mote_id id, int32_t step)
{
    mote_place *place = &program->places[id];

    place->is_placed = true;
    place->first_step = place->last_step = step;
    place->bytes = mote_tensor_bytes(&program->model->graphs[0].tensors[id]);
}

static void extend_life(mote_program *program, mote_id id, int32_t step)
{
    if (program->places[id].is_placed && program->places[id].last_step < step)
        program->places[id].last_step = step;
}

static void find_lives(mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           s, i;

    for (i = 0; i < graph->tensor_count; i++)
        program->places[i] = (mote_place){.shares = MOTE_NONE};
    for (i = 0; i < graph->input_count; i++)
        begin_life(program, graph->inputs[i], -1);
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE) {
            begin_life(program, i, -1);
            extend_life(program, i, program->step_count);
        }
    for (s = 0; s < program->step_count; s++) {
        for (i = 0; i < program->steps[s].in_count; i++)
            extend_life(program, program->steps[s].in[i], s);
        for (i = 0; i < program->steps[s].out_count; i++)
            begin_life(program, program->steps[s].out[i], s);
    }
    for (i = 0; i < graph->output_count; i++)
        extend_life(program, graph->outputs[i], program->step_count);
}

/* ---- which tensors share one place ---- */

static bool is_graph_input(const mote_graph *graph, mote_id id)
{
    int32_t i;

    for (i = 0; i < graph->input_count; i++)
        if (graph->inputs[i] == id)
            return true;
    return false;
}

/* The output may take over the input's place when nobody reads the input afterwards, in its own or another's name. */
static bool can_take_over(const mote_program *program, const mote_step *step, int32_t s)
{
    const mote_graph *graph = &program->model->graphs[0];
    mote_id           in = step->in_count > 0 ? step->in[0] : MOTE_NONE;

    if (in == MOTE_NONE || graph->tensors[in].kind != MOTE_ACTIVATION)
        return false;
    if (step->kernel->is_view)
        return true;
    in = root_of(program, in);
    return step->may_work_in_place && program->places[in].last_step == s &&
           program->places[step->out[0]].bytes <= program->places[in].bytes && !is_graph_input(graph, in);
}

static void share_places(mote_program *program)
{
    int32_t s;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        if (!can_take_over(program, step, s))
            continue;
        program->places[step->out[0]].shares = step->in[0];
        extend_life(program, root_of(program, step->in[0]), program->places[step->out[0]].last_step);
    }
}

/* ---- blocks and the bound ---- */

static mote_status collect_blocks(planning *work, mote_arena *scratch, mote_error *err)
{
    mote_program *program = work->program;
    int32_t       tensor_count = program->model->graphs[0].tensor_count, i;

    work->blocks = MOTE_NEW(scratch, plan_block, tensor_count + program->step_count, err);
    if (!work->blocks)
        return err->code;
    for (i = 0; i < tensor_count; i++) {
        const mote_place *place = &program->places[i];
        if (place->is_placed && place->shares == MOTE_NONE)
            work->blocks[work->block_count++] = (plan_block){place->bytes, 0, place->first_step, place->last_step, i};
    }
    for (i = 0; i < program->step_count; i++)
        if (program->steps[i].scratch_bytes > 0)
            work->blocks[work->block_count++] = (plan_block){program->steps[i].scratch_bytes, 0, i, i, MOTE_NONE};
    return MOTE_OK;
}

static void find_lower_bound(planning *work)
{
    mote_program *program = work->program;
    int32_t       s, i;

    program->lower_bound = 0;
    for (s = -1; s <= program->step_count; s++) {
        size_t live = 0;
        for (i = 0; i < work->block_count; i++)
            if (work->blocks[i].first_step <= s && s <= work->blocks[i].last_step)
                live += work->blocks[i].bytes;
        if (live > program->lower_bound)
            program->lower_bound = live;
    }
}

/* ---- placing ---- */

static bool live_together(const plan_block *a, const plan_block *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

/* The lowest aligned offset at which `fresh` overlaps none of the placed blocks that live with it. */
static size_t first_fit(const planning *work, const plan_block *fresh, const int32_t *order, int32_t placed)
{
    size_t offset = 0;
    bool   moved = true;

    while (moved) {
        int32_t i;
        moved = false;
        for (i = 0; i < placed; i++) {
            const plan_block *other = &work->blocks[order[i]];
            if (live_together(fresh, other) && offset < other->offset + other->bytes &&
                other->offset < offset + fresh->bytes) {
                offset = (other->offset + other->bytes + work->align - 1) / work->align * work->align;
                moved = true;
            }
        }
    }
    return offset;
}

static size_t place_in_order(planning *work, const int32_t *order)
{
    size_t  end = 0;
    int32_t i;

    for (i = 0; i < work->block_count; i++) {
        plan_block *fresh = &work->blocks[order[i]];
        fresh->offset = first_fit(work, fresh, order, i);
        if (fresh->offset + fresh->bytes > end)
            end = fresh->offset + fresh->bytes;
    }
    return end;
}

typedef int (*block_order)(const plan_block *a, const plan_block *b);

static int by_size(const plan_block *a, const plan_block *b)
{
    return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

static int by_start(const plan_block *a, const plan_block *b)
{
    return a->first_step != b->first_step ? (a->first_step < b->first_step ? -1 : 1) : by_size(a, b);
}

static int by_life(const plan_block *a, const plan_block *b)
{
    int32_t la = a->last_step - a->first_step, lb = b->last_step - b->first_step;

    return la != lb ? (la > lb ? -1 : 1) : by_size(a, b);
}

/* Insertion sort: stable, and a model has a few hundred blocks at most. */
static void sort_blocks(const planning *work, int32_t *order, block_order compare)
{
    int32_t i, j;

    for (i = 0; i < work->block_count; i++) {
        for (j = i; j > 0 && compare(&work->blocks[i], &work->blocks[order[j - 1]]) < 0; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
}

static mote_status place_blocks(planning *work, mote_arena *scratch, mote_error *err)
{
    static const block_order orders[] = {by_size, by_start, by_life};
    mote_program            *program = work->program;
    int32_t                 *order = MOTE_NEW(scratch, int32_t, work->block_count, err);
    size_t                   o;
    int32_t                  i;

    if (!order)
        return err->code;
    program->memory_bytes = SIZE_MAX;
    for (o = 0; o < sizeof orders / sizeof *orders; o++) {
        size_t end;
        sort_blocks(work, order, orders[o]);
        end = place_in_order(work, order);
        if (end >= program->memory_bytes)
            continue;
        program->memory_bytes = end;
        for (i = 0; i < work->block_count; i++) {
            const plan_block *placed = &work->blocks[i];
            if (placed->tensor == MOTE_NONE)
                program->scratch[placed->first_step] = placed->offset;
            else
                program->places[placed->tensor].offset = placed->offset;
        }
    }
    return MOTE_OK;
}

static void keep_all_alive(mote_program *program)
{
    int32_t i;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        program->places[i].first_step = -1;
        program->places[i].last_step = program->step_count;
    }
}

mote_status mote_plan(mote_program *program, const mote_plan_options *options, mote_error *err)
{
    static const mote_plan_options defaults = {0};
    mote_arena                     scratch = {0};
    planning                       work = {.program = program, .options = options ? options : &defaults};

    work.align = work.options->align_bytes ? work.options->align_bytes : 4;
    find_lives(program);
    if (work.options->keeps_all)
        keep_all_alive(program);
    share_places(program);
    if (collect_blocks(&work, &scratch, err) == MOTE_OK) {
        find_lower_bound(&work);
        place_blocks(&work, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_plan_verify(const mote_program *program, mote_error *err)
{
    int32_t count = program->model->graphs[0].tensor_count, a, b;

    for (a = 0; a < count; a++) {
        const mote_place *p = &program->places[a];
        if (!p->is_placed || p->shares != MOTE_NONE)
            continue;
        if (p->offset + p->bytes > program->memory_bytes)
            return mote_fail(err, MOTE_ERR_LIMIT, "plan: tensor %d lies outside", a);
        for (b = a + 1; b < count; b++) {
            const mote_place *q = &program->places[b];
            if (q->is_placed && q->shares == MOTE_NONE && p->first_step <= q->last_step && q->first_step <= p->last_step &&
                p->offset < q->offset + q->bytes && q->offset < p->offset + p->bytes)
                return mote_fail(err, MOTE_ERR_LIMIT, "plan: tensors %d and %d overlap", a, b);
        }
    }
    return MOTE_OK;
}
