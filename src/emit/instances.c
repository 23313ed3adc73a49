/* Which steps share an instance of their kernel.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"

/* Less than this part of all work is not worth code of its own. */
enum { USUAL_CODE_BYTES = 250, USUAL_SAVED_PER_OUTPUT = 4, WORK_PER_OUTPUT = 16, SMALL_PART = 256 };

/* Steps that agree in all scalars, with the instructions that an instance of their own saves. */
typedef struct group {
    int32_t first_step, family; /* family: the first group that agrees in what decides */
    size_t  saving;
    bool    is_shared;
} group;

typedef struct grouping {
    const mote_variant *variant;
    group              *groups;
    int32_t            *group_of; /* [step_count] */
    int32_t             count;
    size_t              work; /* instructions of all, about */
} grouping;

static bool is_null(const uint8_t *at)
{
    void *pointer;

    memcpy(&pointer, at, sizeof pointer);
    return pointer == NULL;
}

/* Whether two steps have the same constants: all scalars, or those that decide; pointers count as NULL or not. */
static bool agree(const mote_step *a, const mote_step *b, bool in_all)
{
    const mote_field *field;

    if (a->kernel != b->kernel)
        return false;
    for (field = a->kernel->fields; field->name; field++) {
        const uint8_t *pa = (const uint8_t *)a->prepared.params + field->offset;
        const uint8_t *pb = (const uint8_t *)b->prepared.params + field->offset;
        if (field->kind == MOTE_FIELD_POINTER) {
            if (in_all && is_null(pa) != is_null(pb))
                return false;
        } else if ((in_all || field->decides) && memcmp(pa, pb, field->bytes) != 0) {
            return false;
        }
    }
    return true;
}

static const mote_step *step_of(const grouping *g, int32_t index)
{
    return &g->variant->program->steps[g->groups[index].first_step];
}

static int32_t find_group(const grouping *g, const mote_step *step, bool in_all)
{
    int32_t i;

    for (i = 0; i < g->count; i++)
        if (agree(step_of(g, i), step, in_all))
            return i;
    return -1;
}

/* Constants save little in a tile's inner loop: what they save goes with the outputs. */
static void add_work(grouping *g, group *to, const mote_step *step)
{
    const mote_graph *graph = &g->variant->program->model->graphs[0];
    const size_t      outputs = mote_tensor_count(&graph->tensors[step->out[0]]);
    const int32_t     saved = step->kernel->saved_per_output ? step->kernel->saved_per_output : USUAL_SAVED_PER_OUTPUT;

    to->saving = mote_size_add(to->saving, mote_size_mul(outputs, (size_t)saved));
    g->work = mote_size_add(g->work, mote_op_macs(graph, &graph->nodes[step->node]));
    g->work = mote_size_add(g->work, mote_size_mul(outputs, WORK_PER_OUTPUT));
}

static void collect(grouping *g)
{
    const mote_program *program = g->variant->program;
    int32_t             s;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        int32_t          found;
        if (step->kernel->is_view)
            continue;
        found = find_group(g, step, true);
        if (found < 0) {
            const int32_t family = find_group(g, step, false);
            found = g->count++;
            g->groups[found] = (group){.first_step = s, .family = family < 0 ? found : family};
        }
        g->group_of[s] = found;
        add_work(g, &g->groups[found], step);
    }
}

static int32_t code_of(const grouping *g, int32_t index)
{
    const mote_kernel *kernel = step_of(g, index)->kernel;
    const int32_t      bytes = g->groups[index].is_shared ? kernel->shared_code_bytes : kernel->code_bytes;

    return bytes ? bytes : USUAL_CODE_BYTES;
}

static int32_t total_code(const grouping *g)
{
    int32_t total = 0, i, j;

    for (i = 0; i < g->count; i++) {
        bool is_counted = false; /* a family's shared instance counts once */
        for (j = 0; j < i && g->groups[i].is_shared && !is_counted; j++)
            is_counted = g->groups[j].is_shared && g->groups[j].family == g->groups[i].family;
        total += is_counted ? 0 : code_of(g, i);
    }
    return total;
}

static bool has_kin(const grouping *g, int32_t index)
{
    int32_t i;

    for (i = 0; i < g->count; i++)
        if (i != index && g->groups[i].family == g->groups[index].family)
            return true;
    return false;
}

/* The group of its own with the least saving for its code among those that have somebody to share with; -1: none. */
static int32_t least_worth(const grouping *g)
{
    int32_t worst = -1, i;
    double  least = 0;

    for (i = 0; i < g->count; i++) {
        const double worth = (double)g->groups[i].saving / code_of(g, i);
        if (g->groups[i].is_shared || !has_kin(g, i) || (worst >= 0 && worth >= least))
            continue;
        worst = i;
        least = worth;
    }
    return worst;
}

/* Sharing with nobody saves nothing. */
static void free_the_lonely(grouping *g)
{
    int32_t i, j;

    for (i = 0; i < g->count; i++) {
        int32_t sharing = 0;
        for (j = 0; j < g->count; j++)
            sharing += g->groups[j].is_shared && g->groups[j].family == g->groups[i].family;
        if (sharing == 1)
            g->groups[i].is_shared = false;
    }
}

static void decide(grouping *g, mote_optimize optimize)
{
    const int32_t budget = g->variant->program->target->code_bytes;
    int32_t       i;

    for (i = 0; i < g->count; i++)
        g->groups[i].is_shared = optimize == MOTE_OPTIMIZE_SIZE || g->groups[i].saving < g->work / SMALL_PART;
    while (optimize == MOTE_OPTIMIZE_SPEED && budget > 0 && total_code(g) > budget && (i = least_worth(g)) >= 0)
        g->groups[i].is_shared = true;
    free_the_lonely(g);
}

static void number_instances(mote_variant *variant, const grouping *g)
{
    int32_t s, i;

    for (s = 0; s < variant->program->step_count; s++) {
        const group *of = &g->groups[g->group_of[s]];
        if (variant->program->steps[s].kernel->is_view)
            continue;
        for (i = 0; i < variant->instance_count; i++) {
            const mote_instance *known = &variant->instances[i];
            const group         *other = &g->groups[g->group_of[known->first_step]];
            if (other == of || (of->is_shared && known->is_shared && other->family == of->family))
                break;
        }
        if (i == variant->instance_count) {
            variant->instances[variant->instance_count++] =
                (mote_instance){variant->program->steps[s].kernel, s, 0, of->is_shared};
            variant->shared_count += of->is_shared;
        }
        variant->instances[i].use_count++;
        variant->instance_of[s] = i;
    }
}

mote_status mote_choose_instances(mote_variant *variant, mote_optimize optimize, mote_arena *arena, mote_error *err)
{
    const int32_t count = variant->program->step_count;
    grouping      g = {.variant = variant};

    variant->instances = MOTE_NEW(arena, mote_instance, count, err);
    variant->instance_of = MOTE_NEW(arena, int32_t, count, err);
    g.groups = MOTE_NEW(arena, group, count, err);
    g.group_of = MOTE_NEW(arena, int32_t, count, err);
    if (!variant->instances || !variant->instance_of || !g.groups || !g.group_of)
        return err->code;
    collect(&g);
    decide(&g, optimize);
    number_instances(variant, &g);
    return MOTE_OK;
}
