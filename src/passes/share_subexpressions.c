/* An operator that computes what an earlier one has computed goes: the same operator of the same operands, attributes and
 * activation, whose outputs are alike in type, shape and scales. Constants are the same when their bytes are. Operators with
 * states, or that read variables, which may change in between, are never the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

/* An open-addressed set of nodes or tensors, by index. */
typedef struct slots {
    int32_t *entry; /* 1 + index; 0: free */
    uint32_t mask;
} slots;

static bool make_slots(slots *s, mote_arena *arena, int32_t count, mote_error *err)
{
    s->mask = 15;
    while (s->mask < 2 * (uint32_t)count)
        s->mask = 2 * s->mask + 1;
    s->entry = MOTE_NEW(arena, int32_t, (size_t)s->mask + 1, err);
    return s->entry != NULL;
}

/* FNV-1a. */
static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    size_t         i;

    for (i = 0; i < count; i++)
        hash = (hash ^ at[i]) * 16777619u;
    return hash;
}

enum { HASH_START = (int)2166136261u };

/* ---- constants ---- */

static bool same_constant(const mote_tensor *a, const mote_tensor *b)
{
    return mote_same_tensor(a, b) && memcmp(a->data, b->data, mote_tensor_bytes(a)) == 0;
}

static mote_id find_first(const mote_graph *graph, const slots *s, mote_id id)
{
    const mote_tensor *tensor = &graph->tensors[id];
    uint32_t           hash = hash_bytes((uint32_t)HASH_START, &tensor->dtype, sizeof tensor->dtype), at;

    hash = hash_bytes(hash, tensor->dim, (size_t)tensor->rank * sizeof *tensor->dim);
    hash = hash_bytes(hash, tensor->data, mote_tensor_bytes(tensor));
    for (at = hash & s->mask; s->entry[at]; at = (at + 1) & s->mask)
        if (same_constant(&graph->tensors[s->entry[at] - 1], tensor))
            return s->entry[at] - 1;
    s->entry[at] = id + 1;
    return id;
}

/* first[id]: the first constant that is the same; of other tensors themselves. */
static mote_id *find_constants(const mote_graph *graph, mote_arena *arena, mote_error *err)
{
    mote_id *first = MOTE_NEW(arena, mote_id, graph->tensor_count, err);
    slots    s;
    mote_id  id;

    if (!first || !make_slots(&s, arena, graph->tensor_count, err))
        return NULL;
    for (id = 0; id < graph->tensor_count; id++)
        first[id] = graph->tensors[id].kind == MOTE_CONST ? find_first(graph, &s, id) : id;
    return first;
}

/* ---- nodes ---- */

static mote_id operand(const mote_node *node, int32_t i, const mote_id *first)
{
    return node->in[i] == MOTE_NONE ? MOTE_NONE : first[node->in[i]];
}

static uint32_t hash_node(const mote_node *node, const mote_id *first)
{
    uint32_t hash = hash_bytes((uint32_t)HASH_START, &node->op, sizeof node->op);
    int32_t  i;

    for (i = 0; i < node->in_count; i++) {
        const mote_id id = operand(node, i, first);
        hash = hash_bytes(hash, &id, sizeof id);
    }
    return hash_bytes(hash, &node->as, sizeof node->as);
}

static bool same_node(const mote_graph *graph, const mote_node *a, const mote_node *b, const mote_id *first)
{
    int32_t i;

    if (a->op != b->op || a->in_count != b->in_count || a->out_count != b->out_count || a->activation != b->activation ||
        a->option_bytes != b->option_bytes || memcmp(&a->as, &b->as, sizeof a->as) != 0 ||
        (a->option_bytes > 0 && memcmp(a->options, b->options, a->option_bytes) != 0))
        return false;
    for (i = 0; i < a->in_count; i++)
        if (operand(a, i, first) != operand(b, i, first))
            return false;
    for (i = 0; i < a->out_count; i++)
        if (!mote_same_tensor(mote_node_out(graph, a, i), mote_node_out(graph, b, i)))
            return false;
    return true;
}

/* The earlier node that is the same, or NULL; then this one is remembered. */
static const mote_node *find_same(const mote_graph *graph, const slots *s, const mote_node *node, const mote_id *first)
{
    uint32_t at;

    for (at = hash_node(node, first) & s->mask; s->entry[at]; at = (at + 1) & s->mask)
        if (same_node(graph, &graph->nodes[s->entry[at] - 1], node, first))
            return &graph->nodes[s->entry[at] - 1];
    s->entry[at] = (int32_t)(node - graph->nodes) + 1;
    return NULL;
}

static bool has_end(const mote_edit *edit, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (mote_edit_is_output(edit, node->out[i]))
            return true;
    return false;
}

static void share(mote_edit *edit, const mote_node *earlier, mote_node *node)
{
    const mote_node_text why = mote_done_by(earlier);
    int32_t              i;

    if (node->out_count == 1) {
        mote_edit_bypass(edit, node, earlier->out[0], why.text);
        return;
    }
    if (has_end(edit, node))
        return;
    mote_edit_tell(edit, node, why.text);
    mote_edit_kill(edit, node);
    for (i = 0; i < node->out_count; i++)
        mote_edit_redirect(edit, node->out[i], earlier->out[i]);
}

mote_status mote_pass_share_subexpressions(mote_edit *edit, mote_error *err)
{
    mote_arena     arena = {.cap_bytes = edit->arena.cap_bytes};
    const mote_id *first = find_constants(edit->graph, &arena, err);
    slots          s;
    int32_t        n;

    if (first && make_slots(&s, &arena, edit->graph->node_count, err))
        for (n = 0; n < edit->graph->node_count && err->code == MOTE_OK; n++) {
            mote_node       *node = mote_edit_node(edit, n);
            const mote_node *earlier = node ? find_same(edit->graph, &s, node, first) : NULL;
            if (earlier && mote_edit_is_pure(edit, node, err))
                share(edit, earlier, node);
        }
    mote_arena_destroy(&arena);
    return err->code;
}
