/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>

#include "plan/split.h"

static mote_id root_of(const mote_program *program, mote_id id)
{
    return program->places[id].root;
}

const mote_place *mote_plan_place(const mote_program *program, mote_id id)
{
    return &program->places[root_of(program, id)];
}

/* ---- how long each tensor lives ---- */

static void extend_life(mote_program *program, mote_id id, int32_t step)
{
    if (program->places[id].is_placed && program->places[id].last_step < step)
        program->places[id].last_step = step;
}

/* Branches and loops write a tensor more than once: it lives from the first time to the last. */
static void begin_life(mote_program *program, mote_id id, int32_t step)
{
    mote_place *place = &program->places[id];

    if (place->is_placed) {
        extend_life(program, id, step);
        return;
    }
    place->is_placed = true;
    place->first_step = place->last_step = step;
    place->bytes = mote_tensor_bytes(&program->model->graphs[0].tensors[id]);
}

/* What a loop reads and what was there before it is read again in each round. Inner loops end first. */
static void extend_through_loops(mote_program *program)
{
    int32_t i, loop;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        const mote_place *place = &program->places[i];
        if (!place->is_placed || place->last_step < 0 || place->last_step >= program->step_count)
            continue;
        for (loop = program->steps[place->last_step].loop; loop >= 0; loop = program->steps[loop].loop)
            if (place->first_step < loop)
                extend_life(program, i, program->steps[loop].target);
    }
}

static void find_lives(mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           s, i;

    for (i = 0; i < graph->tensor_count; i++)
        program->places[i] = (mote_place){.shares = MOTE_NONE, .root = i, .runs_over = MOTE_NONE};
    for (i = 0; i < graph->input_count; i++)
        begin_life(program, graph->inputs[i], -1);
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE) {
            begin_life(program, i, -1);
            extend_life(program, i, program->step_count);
        }
    for (s = 0; s < program->step_count; s++) {
        for (i = 0; i < program->steps[s].in_count; i++)
            if (program->steps[s].in[i] != MOTE_NONE)
                extend_life(program, program->steps[s].in[i], s);
        for (i = 0; i < program->steps[s].out_count; i++)
            if (graph->tensors[program->steps[s].out[i]].kind != MOTE_STATE)
                begin_life(program, program->steps[s].out[i], s);
    }
    for (i = 0; i < graph->output_count; i++)
        extend_life(program, graph->outputs[i], program->step_count);
    extend_through_loops(program);
}

/* ---- which tensors share one place ---- */

/* Besides states only they live before the first step. */
static bool is_graph_input(const mote_program *program, mote_id id)
{
    return program->places[id].first_step < 0;
}

/* A graph's own inputs are left as the caller gave them while their step runs, unless that makes the network's numbers of
 * them. */
static bool may_use_up(const mote_program *program, int32_t s, mote_id root)
{
    const mote_graph  *graph = &program->model->graphs[0];
    const mote_op_kind op = graph->nodes[program->steps[s].node].op;

    return op == MOTE_OP_QUANTIZE || op == MOTE_OP_DEQUANTIZE || !is_graph_input(program, root);
}

/* Nobody reads the operand after step s, in its own or another's name: ends holds the last step of each place. Nor does the
 * step read it in another operand's name. */
static bool dies_here(const mote_program *program, const int32_t *ends, int32_t s, int32_t operand)
{
    const mote_graph *graph = &program->model->graphs[0];
    const mote_step  *step = &program->steps[s];
    mote_id           root;

    if (step->in[operand] == MOTE_NONE)
        return false;
    root = root_of(program, step->in[operand]);
    return graph->tensors[step->in[operand]].kind == MOTE_ACTIVATION && ends[root] == s && may_use_up(program, s, root);
}

/* The operand whose place the output takes, or -1. */
static int32_t find_host(const mote_program *program, const int32_t *ends, int32_t s)
{
    const mote_graph *graph = &program->model->graphs[0];
    const mote_step  *step = &program->steps[s];
    int32_t           i;

    if (step->kernel->is_view)
        return graph->tensors[step->in[0]].kind == MOTE_ACTIVATION ? 0 : -1;
    for (i = 0; i < step->in_count && i < 32; i++)
        if ((step->in_place >> i & 1u) && dies_here(program, ends, s, i) &&
            program->places[step->out[0]].bytes <= program->places[step->in[i]].bytes)
            return i;
    return -1;
}

/* In another operand's name than its first one. */
static bool reads_again(const mote_program *program, const mote_step *step, mote_id root)
{
    int32_t i, times = 0;

    for (i = 0; i < step->in_count; i++)
        times += step->in[i] != MOTE_NONE && root_of(program, step->in[i]) == root;
    return times > 1;
}

/* Where the first computed operand stands in step->in. */
static int32_t first_place(const mote_step *step)
{
    int32_t i = 0;

    while (step->in[i] != step->first)
        i++;
    return i;
}

/* Step s is the first that writes it: where loops write a value anew, it has its place. Only a loop's steps can be second.
 */
static bool is_first(const mote_program *program, int32_t s, mote_id out)
{
    int32_t before;

    if (program->steps[s].loop < 0)
        return true;
    for (before = program->steps[s].loop - 1; before >= 0 && !program->steps[before].control; before--)
        if (program->steps[before].out_count > 0 && program->steps[before].out[0] == out)
            return false;
    return true;
}

/* Decides which outputs take their input's place, and which may run over it. */
static void share_places(mote_program *program, int32_t *ends)
{
    int32_t s, i, host;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++)
        ends[i] = program->places[i].last_step;
    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        const mote_id    out = step->out_count > 0 && step->in_count > 0 ? step->out[0] : MOTE_NONE;
        if (out == MOTE_NONE || !is_first(program, s, out))
            continue;
        if ((host = find_host(program, ends, s)) >= 0) {
            const mote_id root = root_of(program, step->in[host]);
            program->places[out].shares = step->in[host];
            program->places[out].root = root;
            ends[root] = ends[root] > ends[out] ? ends[root] : ends[out];
        } else if (step->may_overlap && dies_here(program, ends, s, first_place(step)) &&
                   !reads_again(program, step, root_of(program, step->first))) {
            program->places[out].runs_over = step->first;
        }
    }
}

/* ---- blocks ---- */

typedef struct blocks {
    mote_placing placing;
    mote_span   *spans;
    int32_t      span_count;
    mote_id     *next, *last; /* of each place: the tensors that share it, in the order of their first steps */
    int32_t     *block_of;    /* of each place */
    double      *heat;        /* of each block; of tensors found only where it is asked for */
} blocks;

static void list_sharers(blocks *b, const mote_program *program)
{
    int32_t i, s;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        b->next[i] = MOTE_NONE;
        b->last[i] = i;
    }
    for (s = 0; s < program->step_count; s++) {
        const mote_id out = program->steps[s].out_count > 0 ? program->steps[s].out[0] : MOTE_NONE;
        if (out != MOTE_NONE && program->places[out].shares != MOTE_NONE) {
            const mote_id root = root_of(program, out);
            b->next[b->last[root]] = out;
            b->last[root] = out;
        }
    }
}

/* Those of equal size that follow each other are one. */
static void add_span(blocks *b, mote_block *block, mote_span fresh)
{
    mote_span *last = block->span_count > 0 ? &b->spans[b->span_count - 1] : NULL;

    if (last && last->bytes == fresh.bytes) {
        last->last_step = fresh.last_step > last->last_step ? fresh.last_step : last->last_step;
        return;
    }
    b->spans[b->span_count++] = fresh;
    block->span_count++;
}

static mote_block *begin_block(blocks *b, size_t *result)
{
    mote_block *block = &b->placing.blocks[b->placing.count++];

    *block = (mote_block){.spans = &b->spans[b->span_count], .runs_over = MOTE_NONE, .result = result};
    return block;
}

static void add_place(blocks *b, mote_program *program, mote_id root)
{
    mote_block *block = begin_block(b, &program->places[root].offset);
    mote_id     id;

    b->block_of[root] = b->placing.count - 1;
    for (id = root; id != MOTE_NONE; id = b->next[id]) {
        const mote_place *place = &program->places[id];
        add_span(b, block, (mote_span){place->bytes, place->first_step, place->last_step});
    }
}

static void link_overlaps(blocks *b, const mote_program *program)
{
    int32_t s;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        const mote_id    over = step->out_count > 0 ? program->places[step->out[0]].runs_over : MOTE_NONE;
        if (over != MOTE_NONE) {
            mote_block *block = &b->placing.blocks[b->block_of[step->out[0]]];
            block->runs_over = b->block_of[root_of(program, over)];
            block->distance = step->overlap;
        }
    }
}

static mote_status check_total(const mote_placing *placing, mote_error *err)
{
    size_t  total = 0;
    int32_t i;

    for (i = 0; i < placing->count; i++)
        total = mote_size_add(total, mote_size_add(placing->blocks[i].spans[0].bytes, placing->align));
    if (total > SIZE_MAX / 4)
        return mote_fail(err, MOTE_ERR_LIMIT, "activations need more memory than there can be");
    return MOTE_OK;
}

/* Scratch lives while its step runs, and nothing is hotter; a state lives always, and is read and written once. */
static void add_memory_of_step(blocks *b, mote_program *program, int32_t i)
{
    const size_t scratch = program->steps[i].scratch_bytes, state = program->steps[i].prepared.state_bytes;

    if (scratch > 0) {
        add_span(b, begin_block(b, &program->scratch[i]), (mote_span){scratch, i, i});
        b->heat[b->placing.count - 1] = INFINITY;
    }
    if (state > 0) {
        add_span(b, begin_block(b, &program->states[i]), (mote_span){state, -1, program->step_count});
        b->heat[b->placing.count - 1] = 2;
    }
}

static mote_status collect_blocks(blocks *b, mote_program *program, mote_arena *scratch, mote_error *err)
{
    const int32_t tensor_count = program->model->graphs[0].tensor_count, most = tensor_count + 2 * program->step_count;
    int32_t       i;

    b->placing.blocks = MOTE_NEW(scratch, mote_block, most, err);
    b->spans = MOTE_NEW(scratch, mote_span, most, err);
    b->next = MOTE_NEW(scratch, mote_id, tensor_count, err);
    b->last = MOTE_NEW(scratch, mote_id, tensor_count, err);
    b->block_of = MOTE_NEW(scratch, int32_t, tensor_count, err);
    b->heat = MOTE_NEW(scratch, double, most, err);
    if (err->code != MOTE_OK)
        return err->code;
    list_sharers(b, program);
    for (i = 0; i < tensor_count; i++)
        if (program->places[i].is_placed && program->places[i].shares == MOTE_NONE)
            add_place(b, program, i);
    for (i = 0; i < program->step_count; i++)
        add_memory_of_step(b, program, i);
    link_overlaps(b, program);
    return check_total(&b->placing, err);
}

/* As C's types are: to 4 bytes, to 8 where something has elements of 64 bits. */
static size_t natural_align(const mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind != MOTE_CONST && program->places[i].bytes > 0 &&
            mote_dtype_bits(graph->tensors[i].dtype) == 64)
            return 8;
    return 4;
}

/* ---- several regions ---- */

static void add_heat(blocks *b, const mote_program *program, mote_id id, double bytes)
{
    if (id != MOTE_NONE && program->places[id].is_placed)
        b->heat[b->block_of[root_of(program, id)]] += bytes;
}

/* What is multiplied is read once a multiplication, unless it comes by way of scratch; all else once. Outputs are written
 * once. */
static void add_heat_of_step(blocks *b, const mote_program *program, const mote_step *step)
{
    const mote_graph *graph = &program->model->graphs[0];
    const double      macs = (double)mote_op_macs(graph, &graph->nodes[step->node]);
    int32_t           i;

    for (i = 0; i < step->in_count; i++)
        if (step->in[i] != MOTE_NONE) {
            const mote_tensor *tensor = &graph->tensors[step->in[i]];
            const double       once = (double)mote_tensor_bytes(tensor), each = macs * mote_dtype_bits(tensor->dtype) / 8;
            add_heat(b, program, step->in[i],
                     step->in[i] == step->first && step->scratch_bytes == 0 && each > once ? each : once);
        }
    for (i = 0; i < step->out_count; i++)
        add_heat(b, program, step->out[i], (double)mote_tensor_bytes(&graph->tensors[step->out[i]]));
}

/* How often each byte of a tensor is touched in an invoke; what loops repeat counts once. */
static void find_heat(blocks *b, const mote_program *program)
{
    int32_t i;

    for (i = 0; i < program->step_count; i++)
        if (!program->steps[i].control && !program->steps[i].kernel->is_view)
            add_heat_of_step(b, program, &program->steps[i]);
    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        const mote_place *place = &program->places[i];
        const size_t      bytes = b->placing.blocks[b->block_of[i]].bytes;
        if (place->is_placed && place->shares == MOTE_NONE && bytes > 0)
            b->heat[b->block_of[i]] /= (double)bytes;
    }
}

static mote_status split_over_regions(mote_program *program, blocks *b, const mote_plan_options *options, mote_error *err)
{
    mote_splitting splitting = {.placing = &b->placing,
                                .heat = b->heat,
                                .region_bytes = options->region_bytes,
                                .region_count = options->region_count};
    int32_t        i;

    find_heat(b, program);
    MOTE_TRY(mote_split_blocks(&splitting, err));
    for (i = 0; i < options->region_count; i++)
        program->regions[i] = splitting.regions[i];
    return MOTE_OK;
}

/* Where all fits into the first one, the others are empty. */
static mote_status fill_regions(mote_program *program, blocks *b, const mote_plan_options *options, mote_error *err)
{
    const size_t all = b->placing.memory_bytes;
    int32_t      i;

    program->regions[0] = (mote_program_region){0, all};
    program->region_count = options->region_count > 0 ? options->region_count : 1;
    for (i = 1; i < program->region_count; i++)
        program->regions[i] = (mote_program_region){all, 0};
    if (options->region_count == 0 || all <= options->region_bytes[0] / b->placing.align * b->placing.align)
        return MOTE_OK;
    return split_over_regions(program, b, options, err);
}

int32_t mote_plan_region(const mote_program *program, size_t offset)
{
    int32_t i = program->region_count - 1;

    while (i > 0 && offset < program->regions[i].offset)
        i--;
    return i;
}

/* ---- all ---- */

static mote_status place_all(mote_program *program, const mote_plan_options *options, mote_arena *scratch, mote_error *err)
{
    blocks        b = {.placing = {.align = options->align_bytes ? options->align_bytes : natural_align(program)}};
    mote_placing *placing = &b.placing;
    int32_t       i;

    placing->step_count = program->step_count;
    MOTE_TRY(collect_blocks(&b, program, scratch, err));
    MOTE_TRY(mote_place_blocks(placing, err));
    MOTE_TRY(fill_regions(program, &b, options, err));
    for (i = 0; i < placing->count; i++)
        *placing->blocks[i].result = placing->blocks[i].offset;
    program->memory_bytes = placing->memory_bytes;
    program->align_bytes = placing->align;
    program->lower_bound = placing->lower_bound;
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
    int32_t                       *ends;

    options = options ? options : &defaults;
    if (options->region_count < 0 || options->region_count > MOTE_REGIONS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "memory of %d regions; 1 to %d are possible", options->region_count,
                         MOTE_REGIONS_MAX);
    find_lives(program);
    if (options->keeps_all)
        keep_all_alive(program);
    ends = MOTE_NEW(&scratch, int32_t, program->model->graphs[0].tensor_count, err);
    if (ends) {
        share_places(program, ends);
        place_all(program, options, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- checking ---- */

/* A tensor, or a step's scratch or state (tensor MOTE_NONE). */
typedef struct lodger {
    size_t  offset, bytes;
    int32_t first_step, last_step;
    mote_id tensor;
} lodger;

/* in is what the step that writes out reads last, and lies far enough above. */
static bool may_run_over(const mote_program *program, const lodger *out, const lodger *in)
{
    const mote_step *step = &program->steps[out->first_step];
    mote_id          root;

    if (out->tensor == MOTE_NONE || in->tensor == MOTE_NONE || out->first_step < 0 || step->out_count == 0 ||
        step->out[0] != out->tensor)
        return false;
    root = root_of(program, in->tensor);
    return step->may_overlap && root_of(program, step->first) == root && !reads_again(program, step, root) &&
           program->model->graphs[0].tensors[step->first].kind == MOTE_ACTIVATION &&
           may_use_up(program, out->first_step, root) && in->last_step == out->first_step &&
           in->offset >= out->offset + step->overlap;
}

static bool clash(const mote_program *program, const lodger *a, const lodger *b)
{
    if (a->first_step > b->last_step || b->first_step > a->last_step || a->offset >= b->offset + b->bytes ||
        b->offset >= a->offset + a->bytes)
        return false;
    if (a->tensor != MOTE_NONE && b->tensor != MOTE_NONE && root_of(program, a->tensor) == root_of(program, b->tensor))
        return false;
    return !may_run_over(program, a, b) && !may_run_over(program, b, a);
}

static int32_t list_lodgers(lodger *out, const mote_program *program)
{
    int32_t i, count = 0;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        const mote_place *own = &program->places[i];
        if (own->is_placed)
            out[count++] = (lodger){mote_plan_place(program, i)->offset, own->bytes, own->first_step, own->last_step, i};
    }
    for (i = 0; i < program->step_count; i++) {
        const size_t scratch = program->steps[i].scratch_bytes, state = program->steps[i].prepared.state_bytes;
        if (scratch > 0)
            out[count++] = (lodger){program->scratch[i], scratch, i, i, MOTE_NONE};
        if (state > 0)
            out[count++] = (lodger){program->states[i], state, -1, program->step_count, MOTE_NONE};
    }
    return count;
}

static int by_first_step(const void *a, const void *b)
{
    const lodger *x = a, *y = b;

    return (x->first_step > y->first_step) - (x->first_step < y->first_step);
}

/* all is sorted by first steps: whoever may clash with `a` and comes behind it begins before `a` ends. */
static mote_status verify_lodger(const mote_program *program, const lodger *all, int32_t count, int32_t a, mote_error *err)
{
    const mote_program_region *region = &program->regions[mote_plan_region(program, all[a].offset)];
    int32_t                    b;

    if (all[a].bytes > 0 && all[a].offset + all[a].bytes > region->offset + region->bytes)
        return mote_fail(err, MOTE_ERR_LIMIT, "plan: tensor %d lies outside", all[a].tensor);
    for (b = a + 1; b < count && all[b].first_step <= all[a].last_step; b++)
        if (clash(program, &all[a], &all[b]))
            return mote_fail(err, MOTE_ERR_LIMIT, "plan: tensors %d and %d overlap at step %d", all[a].tensor, all[b].tensor,
                             all[b].first_step);
    return MOTE_OK;
}

mote_status mote_plan_verify(const mote_program *program, mote_error *err)
{
    mote_arena scratch = {0};
    lodger    *all = MOTE_NEW(&scratch, lodger, program->model->graphs[0].tensor_count + 2 * program->step_count, err);
    int32_t    count = all ? list_lodgers(all, program) : 0, i;

    if (all)
        qsort(all, (size_t)count, sizeof *all, by_first_step);
    for (i = 0; i < count && err->code == MOTE_OK; i++)
        verify_lodger(program, all, count, i, err);
    mote_arena_destroy(&scratch);
    return err->code;
}
