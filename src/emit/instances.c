/* Which steps share an instance of their kernel.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "emit/emit.h"

/* Less than this part of all work is not worth code of its own. */
enum { USUAL_CODE_BYTES = 250, USUAL_SAVED_PER_OUTPUT = 4, WORK_PER_OUTPUT = 16, SMALL_PART = 256 };

/* Steps that agree in all scalars, with the instructions that an instance of their own saves. Those that agree in what
 * decides are a family, which the first of them has the name and the counts of. */
typedef struct group {
    int32_t first_step, family; /* family: a group's index, maybe its own */
    size_t  saving;
    bool    is_shared;
    int32_t kin_count, shared_count; /* of the family: its groups, and those of them that share */
    int32_t instance_plus_1;         /* of its own, 0: none yet; */
    int32_t shared_instance_plus_1;  /* the family's */
} group;

typedef struct grouping {
    const mote_variant *variant;
    group              *groups;
    int32_t            *group_of; /* [step_count] */
    int32_t             count;
    size_t              work;      /* instructions of all, about */
    mote_index          by_all;    /* groups, by all scalars */
    mote_index          by_family; /* families, by what decides */
    mote_arena         *arena;
} grouping;

static bool is_null(const uint8_t *at)
{
    void *pointer;

    memcpy(&pointer, at, sizeof pointer);
    return pointer == NULL;
}

static mote_dtype type_of(const grouping *g, mote_id id)
{
    return id == MOTE_NONE ? MOTE_DTYPE_COUNT : g->variant->program->model->graphs[0].tensors[id].dtype;
}

/* As many, of the same types: they are a function's arguments. */
static bool same_operands(const grouping *g, const mote_step *a, const mote_step *b)
{
    int32_t i;

    if (a->in_count != b->in_count || a->out_count != b->out_count || (a->scratch_bytes > 0) != (b->scratch_bytes > 0) ||
        (a->prepared.state_bytes > 0) != (b->prepared.state_bytes > 0))
        return false;
    for (i = 0; i < a->in_count; i++)
        if (type_of(g, a->in[i]) != type_of(g, b->in[i]))
            return false;
    for (i = 0; i < a->out_count; i++)
        if (type_of(g, a->out[i]) != type_of(g, b->out[i]))
            return false;
    return true;
}

/* Whether two steps have the same constants: all scalars, or those that decide; pointers count as NULL or not. */
static bool agree(const grouping *g, const mote_step *a, const mote_step *b, bool in_all)
{
    const mote_field *field;

    if (a->kernel != b->kernel || !same_operands(g, a, b))
        return false;
    for (field = a->kernel->fields; field->name; field++) {
        const uint8_t *pa = (const uint8_t *)a->prepared.params + field->offset;
        const uint8_t *pb = (const uint8_t *)b->prepared.params + field->offset;
        if (field->is_pointer) {
            if (in_all && is_null(pa) != is_null(pb))
                return false;
        } else if ((in_all || field->decides) && memcmp(pa, pb, field->bytes * field->count) != 0) {
            return false;
        }
    }
    return true;
}

/* Equal where steps agree. */
static uint64_t hash_step(const mote_step *step, bool in_all)
{
    uint64_t          hash = mote_hash_bytes(MOTE_HASH_SEED, &step->kernel, sizeof step->kernel);
    const mote_field *field;

    for (field = step->kernel->fields; field->name; field++)
        if (!field->is_pointer && (in_all || field->decides))
            hash =
                mote_hash_bytes(hash, (const uint8_t *)step->prepared.params + field->offset, field->bytes * field->count);
    return hash;
}

static const mote_step *step_of(const grouping *g, int32_t index)
{
    return &g->variant->program->steps[g->groups[index].first_step];
}

/* The first group that agrees with the step, or -1. */
static int32_t find_group(const grouping *g, const mote_index *index, uint64_t hash, const mote_step *step)
{
    int32_t at;

    for (at = mote_index_first(index, hash); at >= 0; at = mote_index_next(index, at))
        if (agree(g, step_of(g, mote_index_value(index, at)), step, index == &g->by_all))
            return mote_index_value(index, at);
    return -1;
}

static mote_status add_group(grouping *g, int32_t s, uint64_t hash, mote_error *err)
{
    const mote_step *step = &g->variant->program->steps[s];
    const uint64_t   family_hash = hash_step(step, false);
    const int32_t    family = find_group(g, &g->by_family, family_hash, step), added = g->count++;

    g->groups[added] = (group){.first_step = s, .family = family < 0 ? added : family};
    g->groups[g->groups[added].family].kin_count++;
    if (!mote_index_add(&g->by_all, hash, added) || (family < 0 && !mote_index_add(&g->by_family, family_hash, added)))
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    return MOTE_OK;
}

/* Constants save little in a tile's inner loop: what they save goes with the outputs. */
static void add_work(grouping *g, group *to, const mote_step *step)
{
    const mote_graph *graph = &g->variant->program->model->graphs[0];
    const size_t      outputs = mote_tensor_count(mote_node_result(graph, &graph->nodes[step->node]));
    const int32_t     saved = step->kernel->saved_per_output ? step->kernel->saved_per_output : USUAL_SAVED_PER_OUTPUT;

    to->saving = mote_size_add(to->saving, mote_size_mul(outputs, (size_t)saved));
    g->work = mote_size_add(g->work, mote_op_macs(graph, &graph->nodes[step->node]));
    g->work = mote_size_add(g->work, mote_size_mul(outputs, WORK_PER_OUTPUT));
}

static mote_status collect(grouping *g, mote_error *err)
{
    const mote_program *program = g->variant->program;
    int32_t             s;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        uint64_t         hash;
        if (step->kernel->is_view)
            continue;
        hash = hash_step(step, true);
        g->group_of[s] = find_group(g, &g->by_all, hash, step);
        if (g->group_of[s] < 0) {
            g->group_of[s] = g->count;
            MOTE_TRY(add_group(g, s, hash, err));
        }
        add_work(g, &g->groups[g->group_of[s]], step);
    }
    return MOTE_OK;
}

static int32_t code_of(const grouping *g, int32_t index, bool is_shared)
{
    const mote_kernel *kernel = step_of(g, index)->kernel;
    const int32_t      bytes = is_shared ? kernel->shared_code_bytes : kernel->code_bytes;

    return bytes ? bytes : USUAL_CODE_BYTES;
}

static group *family_of(grouping *g, int32_t index)
{
    return &g->groups[g->groups[index].family];
}

/* Returns the code, in bytes, that there is more of: a family's shared instance counts once. */
static int64_t share(grouping *g, int32_t index)
{
    g->groups[index].is_shared = true;
    return (family_of(g, index)->shared_count++ == 0 ? code_of(g, index, true) : 0) - code_of(g, index, false);
}

/* A group with an instance of its own, and somebody to share with. */
typedef struct candidate {
    double  worth; /* saving for its code */
    int32_t group;
} candidate;

static int by_worth(const void *a, const void *b)
{
    const candidate *x = a, *y = b;

    return x->worth != y->worth ? (x->worth > y->worth) - (x->worth < y->worth)
                                : (x->group > y->group) - (x->group < y->group);
}

static int32_t list_candidates(grouping *g, candidate *out)
{
    int32_t i, count = 0;

    for (i = 0; i < g->count; i++)
        if (!g->groups[i].is_shared && family_of(g, i)->kin_count > 1)
            out[count++] = (candidate){(double)g->groups[i].saving / code_of(g, i, false), i};
    qsort(out, (size_t)count, sizeof *out, by_worth);
    return count;
}

/* Sharing with nobody saves nothing. */
static void free_the_lonely(grouping *g)
{
    int32_t i;

    for (i = 0; i < g->count; i++)
        if (g->groups[i].is_shared && family_of(g, i)->shared_count == 1)
            g->groups[i].is_shared = false;
}

/* What is worth least shares, until all code is within the budget. */
static mote_status decide(grouping *g, mote_optimize optimize, mote_error *err)
{
    const int32_t budget = g->variant->program->target->code_bytes;
    candidate    *candidates = MOTE_NEW(g->arena, candidate, g->count, err);
    int64_t       code = 0;
    int32_t       count, i;

    if (!candidates)
        return err->code;
    for (i = 0; i < g->count; i++) {
        code += code_of(g, i, false);
        if (optimize == MOTE_OPTIMIZE_SIZE || g->groups[i].saving < g->work / SMALL_PART)
            code += share(g, i);
    }
    count = optimize == MOTE_OPTIMIZE_SPEED && budget > 0 ? list_candidates(g, candidates) : 0;
    for (i = 0; i < count && code > budget; i++)
        code += share(g, candidates[i].group);
    free_the_lonely(g);
    return MOTE_OK;
}

static void number_instances(mote_variant *variant, grouping *g)
{
    int32_t s;

    for (s = 0; s < variant->program->step_count; s++) {
        const mote_kernel *kernel = variant->program->steps[s].kernel;
        group             *of = &g->groups[g->group_of[s]];
        int32_t           *instance_plus_1;
        if (kernel->is_view)
            continue;
        instance_plus_1 = of->is_shared ? &g->groups[of->family].shared_instance_plus_1 : &of->instance_plus_1;
        if (*instance_plus_1 == 0) {
            variant->instances[variant->instance_count++] = (mote_instance){kernel, s, 0, of->is_shared};
            variant->shared_count += of->is_shared;
            *instance_plus_1 = variant->instance_count;
        }
        variant->instance_of[s] = *instance_plus_1 - 1;
        variant->instances[variant->instance_of[s]].use_count++;
    }
}

mote_status mote_choose_instances(mote_variant *variant, mote_optimize optimize, mote_arena *arena, mote_error *err)
{
    const int32_t count = variant->program->step_count;
    grouping      g = {.variant = variant, .arena = arena};

    variant->instances = MOTE_NEW(arena, mote_instance, count, err);
    variant->instance_of = MOTE_NEW(arena, int32_t, count, err);
    g.groups = MOTE_NEW(arena, group, count, err);
    g.group_of = MOTE_NEW(arena, int32_t, count, err);
    if (!variant->instances || !variant->instance_of || !g.groups || !g.group_of)
        return err->code;
    if (collect(&g, err) == MOTE_OK && decide(&g, optimize, err) == MOTE_OK)
        number_instances(variant, &g);
    mote_index_free(&g.by_all);
    mote_index_free(&g.by_family);
    return err->code;
}
