/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ops/op.h"
#include "quantize/areas.h"

/* ---- layers ---- */

static bool is_real(const mote_tensor *tensor)
{
    return tensor && tensor->dtype == MOTE_F32;
}

static bool has_scheme(const mote_graph *graph, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (is_real(mote_node_in(graph, node, i)))
            return node->op != MOTE_OP_WHILE;
    for (i = 0; i < node->out_count; i++)
        if (is_real(mote_node_out(graph, node, i)))
            return node->op != MOTE_OP_WHILE;
    return false;
}

/* The operand whose scale the outputs have; MOTE_NONE: they have their own. */
static mote_id moved_operand(const mote_graph *graph, const mote_node *node)
{
    mote_quant_want want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};

    if (!mote_ops[node->op]->quantize || node->out_count == 0)
        return MOTE_NONE;
    mote_ops[node->op]->quantize(graph, node, want);
    return want[node->in_count].rule == MOTE_QUANT_SAME ? node->in[want[node->in_count].of] : MOTE_NONE;
}

/* by[id]: the operator that computes a tensor. */
static void find_makers(int32_t *by, const mote_graph *graph)
{
    int32_t n, i;

    for (i = 0; i < graph->tensor_count; i++)
        by[i] = MOTE_NONE;
    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] != MOTE_NONE)
                by[graph->nodes[n].out[i]] = n;
}

/* The first layer behind those that n leads; MOTE_NONE: none. */
static int32_t first_reader(const mote_graph *graph, const int32_t *leader, const int32_t *by, int32_t n)
{
    int32_t k, i;

    for (k = n + 1; k < graph->node_count; k++)
        for (i = 0; leader[k] != n && leader[k] != MOTE_NONE && i < graph->nodes[k].in_count; i++) {
            const mote_id id = graph->nodes[k].in[i];
            if (id != MOTE_NONE && by[id] != MOTE_NONE && leader[by[id]] == n)
                return k;
        }
    return MOTE_NONE;
}

static void follow_makers(int32_t *leader, const mote_graph *graph, const int32_t *by)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++) {
        const mote_id moved = moved_operand(graph, &graph->nodes[n]);
        const int32_t maker = moved == MOTE_NONE ? MOTE_NONE : by[moved];

        leader[n] = has_scheme(graph, &graph->nodes[n]) ? n : MOTE_NONE;
        if (leader[n] == n && maker != MOTE_NONE && leader[maker] != MOTE_NONE)
            leader[n] = leader[maker];
    }
}

/* What still leads itself and moves moves an input. */
static void follow_readers(int32_t *leader, const mote_graph *graph, const int32_t *by)
{
    int32_t n, k, reader;

    for (n = graph->node_count - 1; n >= 0; n--) {
        if (leader[n] != n || moved_operand(graph, &graph->nodes[n]) == MOTE_NONE)
            continue;
        reader = first_reader(graph, leader, by, n);
        for (k = n; reader != MOTE_NONE && k < graph->node_count; k++)
            if (leader[k] == n)
                leader[k] = leader[reader];
    }
}

mote_status mote_areas_find_leaders(int32_t *leader, const mote_graph *graph, mote_error *err)
{
    mote_arena scratch = {0};
    int32_t   *by = MOTE_NEW(&scratch, int32_t, graph->tensor_count, err);

    if (by) {
        find_makers(by, graph);
        follow_makers(leader, graph, by);
        follow_readers(leader, graph, by);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- names ---- */

const char *mote_area_name(const mote_graph *graph, int32_t n)
{
    const mote_node *node = &graph->nodes[n];

    return node->name && node->name[0] ? node->name
           : node->out_count > 0       ? mote_node_out(graph, node, 0)->name
                                       : mote_node_kind_name(node);
}

/* A converter's list of names counts as a whole, and by its first. */
static bool matches_name(const char *pattern, const char *name)
{
    char first[256];

    if (!name || name[0] == '\0')
        return false;
    snprintf(first, sizeof first, "%.*s", (int)(strcspn(name, ";") % sizeof first), name);
    return fnmatch(pattern, name, 0) == 0 || fnmatch(pattern, first, 0) == 0;
}

bool mote_area_matches(const mote_graph *graph, int32_t n, const char *pattern)
{
    const mote_node *node = &graph->nodes[n];
    int32_t          i;

    if (matches_name(pattern, node->name) || matches_name(pattern, mote_node_kind_name(node)))
        return true;
    for (i = 0; i < node->out_count; i++)
        if (mote_node_out(graph, node, i) && matches_name(pattern, mote_node_out(graph, node, i)->name))
            return true;
    return false;
}

/* ---- what is said of them ---- */

static mote_status assign_layer(const mote_scheme_row **rows, const int32_t *leader, const mote_graph *graph,
                                const mote_layer_scheme *layer, mote_error *err)
{
    int32_t n, found = 0, fixed = MOTE_NONE;

    for (n = 0; n < graph->node_count; n++) {
        if (!mote_area_matches(graph, n, layer->pattern))
            continue;
        if (leader[n] == MOTE_NONE)
            fixed = n;
        else
            rows[leader[n]] = mote_scheme_of_layer(layer);
        found += leader[n] != MOTE_NONE;
    }
    if (found > 0)
        return MOTE_OK;
    if (fixed != MOTE_NONE)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "\"%s\": %s has no scheme of its own: loops have the model's, and what is no "
                         "real number has none",
                         mote_show_string(layer->pattern).text, mote_node_show(graph, &graph->nodes[fixed]).text);
    return mote_fail(err, MOTE_ERR_USAGE, "\"%s\" is no layer of the model; mote inspect lists them",
                     mote_show_string(layer->pattern).text);
}

mote_status mote_areas_assign(const mote_scheme_row **rows, const mote_graph *graph, const mote_quantize_options *options,
                              mote_error *err)
{
    mote_arena scratch = {0};
    int32_t   *leader = MOTE_NEW(&scratch, int32_t, graph->node_count, err);
    int32_t    n, i;

    for (n = 0; n < graph->node_count; n++)
        rows[n] = &mote_schemes[options->scheme];
    if (leader)
        mote_areas_find_leaders(leader, graph, err);
    for (i = 0; i < options->layer_count && err->code == MOTE_OK; i++)
        assign_layer(rows, leader, graph, &options->layers[i], err);
    for (n = 0; err->code == MOTE_OK && n < graph->node_count; n++)
        if (leader[n] != MOTE_NONE)
            rows[n] = rows[leader[n]];
    mote_arena_destroy(&scratch);
    return err->code;
}
