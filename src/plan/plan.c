/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "plan/place.h"

/* More are refused: placing takes time in the square of them. */
enum { BLOCKS_MAX = 20000 };

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

static mote_status collect_blocks(mote_placing *placing, const mote_program *program, mote_arena *scratch, mote_error *err)
{
    int32_t tensor_count = program->model->graphs[0].tensor_count, i;
    size_t  total = 0;

    placing->blocks = MOTE_NEW(scratch, mote_block, tensor_count + program->step_count, err);
    if (!placing->blocks)
        return err->code;
    for (i = 0; i < tensor_count; i++) {
        const mote_place *place = &program->places[i];
        if (place->is_placed && place->shares == MOTE_NONE)
            placing->blocks[placing->count++] = (mote_block){place->bytes, 0, place->first_step, place->last_step, i};
    }
    for (i = 0; i < program->step_count; i++)
        if (program->steps[i].scratch_bytes > 0)
            placing->blocks[placing->count++] = (mote_block){program->steps[i].scratch_bytes, 0, i, i, MOTE_NONE};
    for (i = 0; i < placing->count; i++)
        total = mote_size_add(total, mote_size_add(placing->blocks[i].bytes, placing->align));
    if (total > SIZE_MAX / 4)
        return mote_fail(err, MOTE_ERR_LIMIT, "activations need more memory than there can be");
    if (placing->count > BLOCKS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d activations; at most %d can be planned", placing->count, BLOCKS_MAX);
    return MOTE_OK;
}

/* What is live at one step, each block but one padded to the alignment. */
static size_t live_bytes(const mote_placing *placing, int32_t step)
{
    size_t  live = 0, most_padding = 0;
    int32_t i;

    for (i = 0; i < placing->count; i++) {
        const mote_block *block = &placing->blocks[i];
        size_t            padded = (block->bytes + placing->align - 1) / placing->align * placing->align;
        if (block->first_step > step || step > block->last_step)
            continue;
        live += padded;
        if (padded - block->bytes > most_padding)
            most_padding = padded - block->bytes;
    }
    return live - most_padding;
}

static void find_lower_bound(mote_placing *placing, int32_t step_count)
{
    int32_t s;

    for (s = -1; s <= step_count; s++) {
        size_t live = live_bytes(placing, s);
        if (live > placing->lower_bound)
            placing->lower_bound = live;
    }
}

static mote_status place_all(mote_program *program, const mote_plan_options *options, mote_arena *scratch, mote_error *err)
{
    mote_placing placing = {.align = options->align_bytes ? options->align_bytes : 4};
    int32_t      i;

    MOTE_TRY(collect_blocks(&placing, program, scratch, err));
    find_lower_bound(&placing, program->step_count);
    MOTE_TRY(mote_place_blocks(&placing, err));
    for (i = 0; i < placing.count; i++) {
        const mote_block *placed = &placing.blocks[i];
        if (placed->tensor == MOTE_NONE)
            program->scratch[placed->first_step] = placed->offset;
        else
            program->places[placed->tensor].offset = placed->offset;
    }
    program->memory_bytes = placing.count > 0 ? placing.memory_bytes : 0;
    program->lower_bound = placing.lower_bound;
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

    options = options ? options : &defaults;
    find_lives(program);
    if (options->keeps_all)
        keep_all_alive(program);
    share_places(program);
    place_all(program, options, &scratch, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- checking ---- */

static bool overlap(const mote_block *a, const mote_block *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step && a->offset < b->offset + b->bytes &&
           b->offset < a->offset + a->bytes;
}

mote_status mote_plan_verify(const mote_program *program, mote_error *err)
{
    mote_arena   scratch = {0};
    mote_placing placing = {.align = 1};
    int32_t      a, b;

    collect_blocks(&placing, program, &scratch, err);
    for (a = 0; a < placing.count && err->code == MOTE_OK; a++) {
        mote_block *block = &placing.blocks[a];
        block->offset =
            block->tensor == MOTE_NONE ? program->scratch[block->first_step] : program->places[block->tensor].offset;
        if (block->offset + block->bytes > program->memory_bytes)
            mote_fail(err, MOTE_ERR_LIMIT, "plan: tensor %d lies outside", block->tensor);
        for (b = 0; b < a; b++)
            if (overlap(block, &placing.blocks[b]))
                mote_fail(err, MOTE_ERR_LIMIT, "plan: tensors %d and %d overlap at step %d", placing.blocks[b].tensor,
                          block->tensor, block->first_step);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
