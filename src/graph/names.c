/* What became of the names of a file: from a model as it was read to what passes and quantizing made of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <mote/convert.h>

#include "base/index.h"
#include "graph/graph.h"

const char *mote_fate_name(mote_fate fate)
{
    static const char *const names[] = {"kept", "same as", "fused into", "constant", "left out"};

    return (unsigned)fate < sizeof names / sizeof *names ? names[fate] : "";
}

/* ---- what readers tell ---- */

mote_status mote_model_add_source(mote_model *model, const mote_name_row *row, mote_error *err)
{
    const int32_t  capacity = model->source_capacity ? 2 * model->source_capacity : 32;
    mote_name_row *longer;

    if (model->source_count == model->source_capacity) {
        if (!(longer = MOTE_NEW(&model->arena, mote_name_row, capacity, err)))
            return err->code;
        if (model->source_count > 0)
            memcpy(longer, model->sources, (size_t)model->source_count * sizeof *longer);
        model->sources = longer;
        model->source_capacity = capacity;
    }
    model->sources[model->source_count++] = *row;
    return MOTE_OK;
}

/* ---- where each tensor went ---- */

typedef struct mapping {
    const mote_graph *from, *to;
    mote_index        by_name;  /* of `to`: all tensors */
    mote_id          *kept;     /* [from's tensor_count]: the tensor of `to` with its name; MOTE_NONE: there is none */
    mote_id          *same;     /* of `to`, with the same numbers in the same order */
    mote_id          *consumer; /* of `to`: what it became a part of */
} mapping;

static uint64_t hash_of(const char *name)
{
    return mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name));
}

static mote_status index_names(mapping *m, mote_error *err)
{
    mote_id id;

    for (id = 0; id < m->to->tensor_count; id++)
        if (m->to->tensors[id].name[0] && !mote_index_add(&m->by_name, hash_of(m->to->tensors[id].name), id))
            return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    return MOTE_OK;
}

static mote_id find_kept(const mapping *m, const mote_tensor *tensor)
{
    int32_t at;

    for (at = mote_index_first(&m->by_name, hash_of(tensor->name)); at >= 0; at = mote_index_next(&m->by_name, at)) {
        const mote_id      id = mote_index_value(&m->by_name, at);
        const mote_tensor *found = &m->to->tensors[id];
        if (strcmp(found->name, tensor->name) == 0 && mote_tensor_count(found) == mote_tensor_count(tensor))
            return id;
    }
    return MOTE_NONE;
}

/* Operators that a pass may drop whose outputs are their inputs' numbers, in the same order. */
static bool hands_on(const mote_node *node)
{
    static const mote_op_kind kinds[] = {MOTE_OP_RESHAPE, MOTE_OP_SQUEEZE,  MOTE_OP_EXPAND_DIMS,
                                         MOTE_OP_DROPOUT, MOTE_OP_QUANTIZE, MOTE_OP_DEQUANTIZE};
    size_t                    i;

    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (node->op == kinds[i] && node->in_count > 0 && node->in[0] != MOTE_NONE)
            return true;
    return false;
}

/* Forward: nodes stand in topological order. */
static void follow_views(mapping *m)
{
    int32_t n;

    for (n = 0; n < m->from->node_count; n++) {
        const mote_node *node = &m->from->nodes[n];
        if (node->out_count == 1 && node->out[0] != MOTE_NONE && m->same[node->out[0]] == MOTE_NONE && hands_on(node))
            m->same[node->out[0]] = m->same[node->in[0]];
    }
}

/* Backward, so that of several readers the first one counts. */
static void follow_readers(mapping *m)
{
    int32_t n, i;

    for (n = m->from->node_count - 1; n >= 0; n--) {
        const mote_node *node = &m->from->nodes[n];
        const mote_id    out = node->out_count > 0 ? node->out[0] : MOTE_NONE;
        const mote_id    into = out == MOTE_NONE ? MOTE_NONE : m->kept[out] != MOTE_NONE ? m->kept[out] : m->consumer[out];
        for (i = 0; into != MOTE_NONE && i < node->in_count; i++)
            if (node->in[i] != MOTE_NONE)
                m->consumer[node->in[i]] = into;
    }
}

static mote_status begin(mapping *m, const mote_model *from, const mote_model *to, mote_arena *arena, mote_error *err)
{
    mote_id id;

    *m = (mapping){.from = &from->graphs[0], .to = &to->graphs[0]};
    m->kept = MOTE_NEW(arena, mote_id, m->from->tensor_count, err);
    m->same = MOTE_NEW(arena, mote_id, m->from->tensor_count, err);
    m->consumer = MOTE_NEW(arena, mote_id, m->from->tensor_count, err);
    if (err->code != MOTE_OK || index_names(m, err) != MOTE_OK)
        return err->code;
    for (id = 0; id < m->from->tensor_count; id++) {
        m->kept[id] = m->same[id] = find_kept(m, &m->from->tensors[id]);
        m->consumer[id] = MOTE_NONE;
    }
    follow_views(m);
    follow_readers(m);
    return MOTE_OK;
}

static mote_name_row fate_of(const mapping *m, mote_id id)
{
    const mote_id kept = m->kept[id], same = m->same[id], consumer = m->consumer[id];

    if (kept != MOTE_NONE && m->to->tensors[kept].kind == MOTE_CONST)
        return (mote_name_row){.ours = m->to->tensors[kept].name, .fate = MOTE_FATE_CONSTANT};
    if (kept != MOTE_NONE)
        return (mote_name_row){.ours = m->to->tensors[kept].name, .fate = MOTE_FATE_KEPT};
    if (same != MOTE_NONE)
        return (mote_name_row){.ours = m->to->tensors[same].name, .fate = MOTE_FATE_SAME};
    if (consumer != MOTE_NONE)
        return (mote_name_row){.ours = m->to->tensors[consumer].name, .fate = MOTE_FATE_FUSED};
    return (mote_name_row){.fate = MOTE_FATE_GONE};
}

/* ---- the map ---- */

static mote_status add_row(mote_name_map *out, const char *source, const mote_name_row *row, mote_error *err)
{
    mote_name_row *to = &out->rows[out->count++];

    *to = (mote_name_row){.source = mote_arena_strdup(out->owner, source, err), .fate = row->fate};
    if (row->ours)
        to->ours = mote_arena_strdup(out->owner, row->ours, err);
    return err->code;
}

/* What the reader made of it, and then what passes did. */
static mote_name_row combine(const mote_name_row *read, mote_name_row passed)
{
    if (passed.ours && passed.fate != MOTE_FATE_CONSTANT && read->fate > passed.fate)
        passed.fate = read->fate;
    return passed;
}

static mote_id find_tensor(const mote_graph *graph, const mote_index *by_name, const char *name)
{
    int32_t at;

    for (at = mote_index_first(by_name, hash_of(name)); at >= 0; at = mote_index_next(by_name, at))
        if (strcmp(graph->tensors[mote_index_value(by_name, at)].name, name) == 0)
            return mote_index_value(by_name, at);
    return MOTE_NONE;
}

static mote_status map_sources(mote_name_map *out, const mapping *m, const mote_model *from, mote_error *err)
{
    const mote_name_row gone = {.fate = MOTE_FATE_GONE};
    mote_index          by_name = {0};
    mote_id             id;
    int32_t             i;

    for (id = 0; id < m->from->tensor_count && err->code == MOTE_OK; id++)
        if (!mote_index_add(&by_name, hash_of(m->from->tensors[id].name), id))
            mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    for (i = 0; i < from->source_count && err->code == MOTE_OK; i++) {
        const mote_name_row *read = &from->sources[i];
        mote_name_row        row = *read;
        if (read->ours) {
            id = find_tensor(m->from, &by_name, read->ours);
            row = id == MOTE_NONE ? gone : combine(read, fate_of(m, id));
        }
        add_row(out, read->source, &row, err);
    }
    mote_index_free(&by_name);
    return err->code;
}

static mote_status map_tensors(mote_name_map *out, const mapping *m, mote_error *err)
{
    int32_t n, i;

    for (n = 0; n < m->from->node_count; n++)
        for (i = 0; i < m->from->nodes[n].out_count; i++) {
            const mote_id       id = m->from->nodes[n].out[i];
            const mote_name_row row = id == MOTE_NONE ? (mote_name_row){0} : fate_of(m, id);
            if (id != MOTE_NONE && m->from->tensors[id].name[0])
                MOTE_TRY(add_row(out, m->from->tensors[id].name, &row, err));
        }
    return MOTE_OK;
}

static mote_status map_all(mote_name_map *out, const mote_model *from, const mote_model *to, mote_error *err)
{
    mote_arena scratch = {0};
    mapping    m = {0};
    size_t     most = (size_t)from->source_count;
    int32_t    n;

    for (n = 0; n < from->graphs[0].node_count; n++)
        most += (size_t)from->graphs[0].nodes[n].out_count;
    if ((out->rows = MOTE_NEW(out->owner, mote_name_row, most, err)) != NULL &&
        begin(&m, from, to, &scratch, err) == MOTE_OK)
        from->source_count > 0 ? map_sources(out, &m, from, err) : map_tensors(out, &m, err);
    mote_index_free(&m.by_name);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_model_map_names(mote_name_map *out, const mote_model *from, const mote_model *to, mote_error *err)
{
    *out = (mote_name_map){0};
    if (!from || !to)
        return mote_fail(err, MOTE_ERR_USAGE, "no model %s", from ? "that names lead to" : "whose names to follow");
    if (!(out->owner = calloc(1, sizeof *out->owner)))
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (map_all(out, from, to, err) != MOTE_OK)
        mote_name_map_free(out);
    return err->code;
}

void mote_name_map_free(mote_name_map *map)
{
    if (map->owner)
        mote_arena_destroy(map->owner);
    free(map->owner);
    *map = (mote_name_map){0};
}

mote_status mote_model_follow_sources(mote_model *to, const mote_model *from, mote_error *err)
{
    mote_name_map map;
    int32_t       i;

    MOTE_TRY(mote_model_map_names(&map, from, to, err));
    for (i = 0; from->source_count > 0 && i < map.count && err->code == MOTE_OK; i++) {
        mote_name_row row = {.source = mote_arena_strdup(&to->arena, map.rows[i].source, err), .fate = map.rows[i].fate};
        if (map.rows[i].ours)
            row.ours = mote_arena_strdup(&to->arena, map.rows[i].ours, err);
        if (err->code == MOTE_OK)
            mote_model_add_source(to, &row, err);
    }
    mote_name_map_free(&map);
    return err->code;
}
