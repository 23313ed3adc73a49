/* Planning a file's tensors for TensorFlow Lite Micro, anew: its kernels may not compute in place as mote's do, and have
 * scratch of their own.
 *
 * Lives are those that its allocator finds: inputs from before the first operator, outputs to behind the last, others from
 * the operator that computes them to the last that reads them. Only the output of a RESHAPE takes its input's place: that
 * kernel alone looks whether both are the same memory. It would take a file's plan whatever it says, so it must be right.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "emit/micro.h"
#include "formats/tflite/tflite.h"
#include "plan/place.h"

enum { ALIGN = 16, TENSORS_MOST = 10000 };

static size_t align_up(size_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- lives ---- */

/* A tensor that is planned, by its place in the file; those with the same root lie in the same place. */
typedef struct life {
    mote_id id, root;
    int32_t index; /* in the file */
    size_t  bytes;
    int32_t first_step, last_step;
    int32_t last_of_all; /* of a root: of all that share its place */
    bool    is_planned;
} life;

typedef struct planning {
    const mote_graph   *graph;
    mote_arena          scratch;
    mote_tflite_numbers numbers;
    life               *lives;    /* [graph->tensor_count] */
    int32_t            *in_order; /* planned tensors as the file has them */
    int32_t             count;
    mote_micro_buffer  *buffers; /* [count + requests] */
    int32_t             request_count;
    mote_block         *blocks;
    mote_span          *spans;
} planning;

/* It gives values of 4 bits a byte each. */
static size_t planned_bytes(const mote_tensor *tensor)
{
    return tensor->dtype == MOTE_I4 ? mote_tensor_count(tensor) : mote_tensor_bytes(tensor);
}

static void begin_life(planning *p, mote_id id, int32_t step)
{
    life *l = &p->lives[id];

    if (p->graph->tensors[id].kind != MOTE_ACTIVATION || p->numbers.index[id] == MOTE_NONE || l->is_planned)
        return;
    l->bytes = align_up(planned_bytes(&p->graph->tensors[id]));
    l->is_planned = l->bytes > 0;
    l->first_step = l->last_step = step;
}

static void extend_life(planning *p, mote_id id, int32_t step)
{
    if (id != MOTE_NONE && p->lives[id].last_step < step)
        p->lives[id].last_step = step;
}

static void find_lives(planning *p)
{
    const mote_graph *graph = p->graph;
    int32_t           n, i;

    for (i = 0; i < graph->tensor_count; i++)
        p->lives[i] = (life){.id = i, .root = i, .index = p->numbers.index[i]};
    for (i = 0; i < graph->input_count; i++)
        begin_life(p, graph->inputs[i], -1);
    for (n = 0; n < graph->node_count; n++) {
        for (i = 0; i < graph->nodes[n].in_count; i++)
            extend_life(p, graph->nodes[n].in[i], n);
        for (i = 0; i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] != MOTE_NONE)
                begin_life(p, graph->nodes[n].out[i], n);
    }
    for (i = 0; i < graph->output_count; i++)
        extend_life(p, graph->outputs[i], graph->node_count - 1);
    for (i = 0; i < graph->tensor_count; i++)
        p->lives[i].last_of_all = p->lives[i].last_step;
}

/* Both have the same bytes for as long as one of them lives. */
static void share_reshapes(planning *p)
{
    int32_t n;

    for (n = 0; n < p->graph->node_count; n++) {
        const mote_node *node = &p->graph->nodes[n];
        life            *in, *out, *root;
        if (node->op != MOTE_OP_RESHAPE || node->in[0] == MOTE_NONE)
            continue;
        in = &p->lives[node->in[0]];
        out = &p->lives[node->out[0]];
        if (!in->is_planned || !out->is_planned || in->bytes != out->bytes)
            continue;
        out->root = in->root;
        root = &p->lives[in->root];
        root->last_of_all = root->last_of_all > out->last_step ? root->last_of_all : out->last_step;
    }
}

static mote_status list_planned(planning *p, mote_error *err)
{
    int32_t *at = MOTE_NEW(&p->scratch, int32_t, p->numbers.tensor_count, err), i;

    p->in_order = MOTE_NEW(&p->scratch, int32_t, p->graph->tensor_count, err);
    if (!at || !p->in_order)
        return err->code;
    for (i = 0; i < p->numbers.tensor_count; i++)
        at[i] = MOTE_NONE;
    for (i = 0; i < p->graph->tensor_count; i++)
        if (p->lives[i].is_planned)
            at[p->lives[i].index] = i;
    for (i = 0; i < p->numbers.tensor_count; i++)
        if (at[i] != MOTE_NONE)
            p->in_order[p->count++] = at[i];
    for (i = 0; i < p->graph->node_count; i++)
        p->request_count += mote_micro_kernel_of(p->graph, &p->graph->nodes[i]).requests;
    return MOTE_OK;
}

/* ---- their planner ----
 * What the file places comes first, then the largest first; each takes the lowest gap among those that live with it. */

typedef struct greedy {
    mote_micro_buffer **order, **placed; /* placed: by offset */
    int32_t             fixed_count, placed_count;
} greedy;

/* Where two are equally large, the later comes first. */
static int larger_first(const void *a, const void *b)
{
    const mote_micro_buffer *x = *(mote_micro_buffer *const *)a, *y = *(mote_micro_buffer *const *)b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x > y ? -1 : 1;
}

static void order_buffers(greedy *g, mote_micro_buffer *buffers, int32_t count)
{
    int32_t i, free_count = 0;

    for (i = 0; i < count; i++)
        if (buffers[i].offset != MOTE_MICRO_FREE)
            g->order[g->fixed_count++] = &buffers[i];
    for (i = 0; i < count; i++)
        if (buffers[i].offset == MOTE_MICRO_FREE)
            g->order[g->fixed_count + free_count++] = &buffers[i];
    qsort(g->order + g->fixed_count, (size_t)free_count, sizeof *g->order, larger_first);
}

static int64_t lowest_gap(const greedy *g, const mote_micro_buffer *wanted)
{
    int64_t offset = 0;
    int32_t i;

    for (i = 0; i < g->placed_count; i++) {
        const mote_micro_buffer *other = g->placed[i];
        const int64_t            end = other->offset + (int64_t)other->bytes;
        if (other->first_step > wanted->last_step || wanted->first_step > other->last_step)
            continue;
        if (other->offset - offset >= (int64_t)wanted->bytes)
            break;
        offset = end > offset ? end : offset;
    }
    return offset;
}

static void insert(greedy *g, mote_micro_buffer *buffer)
{
    int32_t at = g->placed_count++;

    for (; at > 0 && g->placed[at - 1]->offset > buffer->offset; at--)
        g->placed[at] = g->placed[at - 1];
    g->placed[at] = buffer;
}

mote_status mote_micro_plan_greedily(mote_micro_buffer *buffers, int32_t count, size_t *bytes, mote_error *err)
{
    mote_arena scratch = {0};
    greedy     g = {.order = MOTE_NEW(&scratch, mote_micro_buffer *, count, err),
                    .placed = MOTE_NEW(&scratch, mote_micro_buffer *, count, err)};
    int32_t    i;

    *bytes = 0;
    if (g.order && g.placed) {
        order_buffers(&g, buffers, count);
        for (i = 0; i < count; i++) {
            if (i >= g.fixed_count)
                g.order[i]->offset = lowest_gap(&g, g.order[i]);
            insert(&g, g.order[i]);
            if ((size_t)g.order[i]->offset + g.order[i]->bytes > *bytes)
                *bytes = (size_t)g.order[i]->offset + g.order[i]->bytes;
        }
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- what they would make of it ---- */

typedef enum scratch_of { OF_NONE, OF_REFERENCE, OF_CMSIS } scratch_of;

static size_t scratch_bytes(const planning *p, int32_t node, scratch_of of)
{
    const mote_micro_kernel kernel = mote_micro_kernel_of(p->graph, &p->graph->nodes[node]);

    if (of == OF_NONE)
        return 0;
    return align_up(of == OF_CMSIS ? kernel.cmsis_scratch_bytes : kernel.scratch_bytes);
}

/* As it would be called: tensors in the file's order, then scratch. A root's life is its own here. */
static int32_t list_buffers(planning *p, const int64_t *offsets, scratch_of of)
{
    int32_t count = 0, i;

    for (i = 0; i < p->count; i++) {
        const life *l = &p->lives[p->in_order[i]];
        p->buffers[count++] =
            (mote_micro_buffer){l->bytes, l->first_step, l->last_step, offsets ? offsets[l->root] : MOTE_MICRO_FREE};
    }
    for (i = 0; i < p->graph->node_count; i++) {
        const size_t bytes = scratch_bytes(p, i, of);
        if (bytes > 0)
            p->buffers[count++] = (mote_micro_buffer){bytes, i, i, MOTE_MICRO_FREE};
    }
    return count;
}

/* Highest ends, by whose scratch there is. */
typedef struct heights {
    size_t of[OF_CMSIS + 1];
} heights;

static mote_status measure(planning *p, const int64_t *offsets, heights *out, mote_error *err)
{
    scratch_of of;

    for (of = OF_NONE; of <= OF_CMSIS; of++)
        MOTE_TRY(mote_micro_plan_greedily(p->buffers, list_buffers(p, offsets, of), &out->of[of], err));
    return MOTE_OK;
}

static bool is_as_small(const heights *ours, const heights *theirs)
{
    return ours->of[OF_NONE] <= theirs->of[OF_NONE] && ours->of[OF_REFERENCE] <= theirs->of[OF_REFERENCE] &&
           ours->of[OF_CMSIS] <= theirs->of[OF_CMSIS];
}

static void tell(mote_micro_plan *out, const heights *h)
{
    out->tensor_bytes = h->of[OF_NONE];
    out->reference_bytes = h->of[OF_REFERENCE];
    out->head_bytes = h->of[OF_CMSIS];
}

/* ---- our plan ---- */

static void add_block(planning *p, int32_t *count, mote_span span)
{
    p->spans[*count] = span;
    p->blocks[*count] = (mote_block){.spans = &p->spans[*count], .span_count = 1, .runs_over = MOTE_NONE};
    (*count)++;
}

/* offsets: of each root, by its tensor. */
static mote_status place(planning *p, scratch_of of, int64_t *offsets, mote_error *err)
{
    mote_placing placing = {.blocks = p->blocks, .step_count = p->graph->node_count, .align = ALIGN};
    int32_t      i, at = 0;

    for (i = 0; i < p->count; i++) {
        const life *l = &p->lives[p->in_order[i]];
        if (l->root == l->id)
            add_block(p, &placing.count, (mote_span){l->bytes, l->first_step, l->last_of_all});
    }
    for (i = 0; i < p->graph->node_count; i++) {
        const size_t bytes = scratch_bytes(p, i, of);
        if (bytes > 0)
            add_block(p, &placing.count, (mote_span){bytes, i, i});
    }
    MOTE_TRY(mote_place_blocks(&placing, err));
    for (i = 0; i < p->count; i++)
        if (p->lives[p->in_order[i]].root == p->in_order[i])
            offsets[p->in_order[i]] = (int64_t)p->blocks[at++].offset;
    return MOTE_OK;
}

/* First the tensors alone, since many kernels have no scratch; then with it. */
static mote_status find_offsets(planning *p, const heights *theirs, heights *ours, int64_t *offsets, bool *is_found,
                                mote_error *err)
{
    static const scratch_of attempts[] = {OF_NONE, OF_REFERENCE, OF_CMSIS};
    size_t                  i;

    *is_found = false;
    for (i = 0; i < sizeof attempts / sizeof *attempts && !*is_found; i++) {
        MOTE_TRY(place(p, attempts[i], offsets, err));
        MOTE_TRY(measure(p, offsets, ours, err));
        *is_found = is_as_small(ours, theirs);
    }
    return MOTE_OK;
}

static mote_status keep_offsets(const planning *p, mote_micro_plan *out, const int64_t *offsets, mote_arena *arena,
                                mote_error *err)
{
    int32_t i;

    out->offsets = MOTE_NEW(arena, int32_t, p->numbers.tensor_count, err);
    if (!out->offsets)
        return err->code;
    for (i = 0; i < p->numbers.tensor_count; i++)
        out->offsets[i] = -1;
    for (i = 0; i < p->count; i++) {
        const life *l = &p->lives[p->in_order[i]];
        out->offsets[l->index] = (int32_t)offsets[l->root];
    }
    return MOTE_OK;
}

static mote_status choose(planning *p, mote_micro_plan *out, mote_arena *arena, mote_error *err)
{
    int64_t *offsets = MOTE_NEW(&p->scratch, int64_t, p->graph->tensor_count, err);
    heights  ours = {0}, theirs = {0};
    bool     is_found;

    if (!offsets)
        return err->code;
    MOTE_TRY(measure(p, NULL, &theirs, err));
    out->greedy_tensor_bytes = theirs.of[OF_NONE];
    tell(out, &theirs);
    MOTE_TRY(find_offsets(p, &theirs, &ours, offsets, &is_found, err));
    if (p->count == 0)
        return snprintf(out->why, sizeof out->why, "there is no tensor to plan"), MOTE_OK;
    if (!is_found)
        return snprintf(out->why, sizeof out->why, "the interpreter's own plan leaves more room for kernels' scratch"),
               MOTE_OK;
    if (ours.of[OF_NONE] > INT32_MAX)
        return snprintf(out->why, sizeof out->why, "the tensors take more than 2 GB"), MOTE_OK;
    tell(out, &ours);
    return keep_offsets(p, out, offsets, arena, err);
}

/* ---- models that have none ---- */

/* Nothing shared: more than any planner takes. */
static void bound_without_plan(mote_micro_plan *out, const mote_model *model)
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++) {
        const mote_graph *graph = &model->graphs[g];
        for (i = 0; i < graph->tensor_count; i++)
            if (graph->tensors[i].kind == MOTE_ACTIVATION) {
                out->tensor_bytes += align_up(planned_bytes(&graph->tensors[i]));
                out->buffer_count++;
            }
        for (i = 0; i < graph->node_count; i++) {
            const mote_micro_kernel kernel = mote_micro_kernel_of(graph, &graph->nodes[i]);
            out->reference_bytes += align_up(kernel.scratch_bytes);
            out->head_bytes += align_up(kernel.cmsis_scratch_bytes);
            out->request_count += kernel.requests;
        }
    }
    out->greedy_tensor_bytes = out->tensor_bytes;
    out->reference_bytes += out->tensor_bytes;
    out->head_bytes += out->tensor_bytes;
}

static mote_status make_plan(planning *p, mote_micro_plan *out, mote_arena *arena, mote_error *err)
{
    const size_t tensors = (size_t)p->graph->tensor_count, nodes = (size_t)p->graph->node_count;

    p->lives = MOTE_NEW(&p->scratch, life, tensors, err);
    if (!p->lives)
        return err->code;
    find_lives(p);
    share_reshapes(p);
    MOTE_TRY(list_planned(p, err));
    out->buffer_count = p->count;
    out->request_count = p->request_count;
    p->buffers = MOTE_NEW(&p->scratch, mote_micro_buffer, (size_t)p->count + (size_t)p->request_count, err);
    p->blocks = MOTE_NEW(&p->scratch, mote_block, tensors + nodes, err);
    p->spans = MOTE_NEW(&p->scratch, mote_span, tensors + nodes, err);
    return p->buffers && p->blocks && p->spans ? choose(p, out, arena, err) : err->code;
}

mote_status mote_micro_make_plan(mote_micro_plan *out, const mote_model *model, mote_arena *arena, mote_error *err)
{
    planning p = {.graph = &model->graphs[0]};

    *out = (mote_micro_plan){0};
    MOTE_TRY(mote_tflite_number(&p.numbers, model, arena, err));
    out->tensor_count = p.numbers.tensor_count;
    if (model->graph_count > 1 || p.numbers.variables_set > 0)
        snprintf(out->why, sizeof out->why, "the model has several subgraphs, whose plans versions of it read differently");
    else if (p.numbers.tensor_count > TENSORS_MOST)
        snprintf(out->why, sizeof out->why, "the model has more than %d tensors", (int)TENSORS_MOST);
    if (out->why[0])
        bound_without_plan(out, model);
    else
        make_plan(&p, out, arena, err);
    mote_arena_destroy(&p.scratch);
    return err->code;
}
