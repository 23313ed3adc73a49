/* A bound of the stack from an object file. With a section a function, each relocation from one section into another is a
 * call, a jump, or an address that is taken: all count as calls, so that the bound holds for those, too.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "chips/code_size.h"

typedef struct edge {
    uint32_t from, to; /* sections; to 0: another object */
} edge;

typedef struct call_graph {
    const mote_elf *elf;
    uint32_t       *frame;    /* [section]: the largest of its functions' */
    uint32_t       *depth;    /* [section]: of the longest way from it, once known */
    uint8_t        *state;    /* [section]: NEW, OPEN, DONE */
    bool           *has_code; /* [section]: a function lies there */
    edge           *edges;    /* [edge_count], by from */
    size_t          edge_count;
    uint32_t        library_bytes;
} call_graph;

enum { NEW, OPEN, DONE };

/* "FILE:LINE:COLUMN:NAME <tab> BYTES <tab> static": gcc leaves the number off a clone's name ("f.constprop" for
 * f.constprop.0). */
static uint32_t frame_of(const char *frames, const char *symbol)
{
    const char *line, *next;
    uint32_t    most = 0;

    for (line = frames; *line; line = next) {
        const char *tab = line + strcspn(line, "\t\n"), *name = tab;
        size_t      length;
        next = line + strcspn(line, "\n");
        next += *next == '\n';
        while (name > line && name[-1] != ':')
            name--;
        length = (size_t)(tab - name);
        if (*tab == '\t' && strncmp(symbol, name, length) == 0 && (symbol[length] == '\0' || symbol[length] == '.')) {
            const unsigned long bytes = strtoul(tab + 1, NULL, 10);
            most = bytes > most && bytes <= INT32_MAX ? (uint32_t)bytes : most;
        }
    }
    return most;
}

static void take_functions(call_graph *g, const char *frames)
{
    uint32_t i;

    for (i = 0; i < g->elf->symbol_count; i++) {
        const mote_elf_symbol symbol = mote_elf_symbol_at(g->elf, i);
        uint32_t              frame;
        if (symbol.kind != MOTE_ELF_FUNCTION || symbol.section == 0)
            continue;
        frame = frame_of(frames, symbol.name);
        g->has_code[symbol.section] = true;
        if (frame > g->frame[symbol.section])
            g->frame[symbol.section] = frame;
    }
}

/* Without edges: counts them. */
static size_t list_edges(const call_graph *g, edge *edges)
{
    mote_elf_relocation r;
    size_t              count = 0;
    uint32_t            table, i;

    for (table = 0; table < g->elf->section_count; table++)
        for (i = 0; mote_elf_relocation_at(g->elf, table, i, &r); i++) {
            const mote_elf_symbol to = mote_elf_symbol_at(g->elf, r.symbol);
            if (!g->has_code[r.section] || to.section == r.section || (to.section != 0 && !g->has_code[to.section]) ||
                (to.section == 0 && to.name[0] == '\0'))
                continue;
            if (edges)
                edges[count] = (edge){r.section, to.section};
            count++;
        }
    return count;
}

static int by_from(const void *a, const void *b)
{
    const edge *x = a, *y = b;

    return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->to > y->to) - (x->to < y->to);
}

static size_t first_edge(const call_graph *g, uint32_t from)
{
    size_t low = 0, high = g->edge_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (g->edges[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The call graph of compiled code is a few functions deep, and a cycle ends where it closes. */
static mote_status find_depth(call_graph *g, uint32_t section, mote_error *err)
{
    uint32_t most = 0;
    size_t   e;

    if (g->state[section] == DONE)
        return MOTE_OK;
    if (g->state[section] == OPEN)
        return mote_fail(err, MOTE_ERR_FORMAT, "its functions call themselves, so that its stack has no bound");
    g->state[section] = OPEN;
    for (e = first_edge(g, section); e < g->edge_count && g->edges[e].from == section; e++) {
        const uint32_t to = g->edges[e].to;
        if (to != 0)
            MOTE_TRY(find_depth(g, to, err));
        if ((to ? g->depth[to] : g->library_bytes) > most)
            most = to ? g->depth[to] : g->library_bytes;
    }
    g->depth[section] = g->frame[section] + most;
    g->state[section] = DONE;
    return MOTE_OK;
}

static mote_status find_bound(call_graph *g, uint32_t *out, const mote_stack_question *q, mote_arena *arena, mote_error *err)
{
    const uint32_t  count = q->object->section_count;
    mote_elf_symbol entry;

    g->frame = MOTE_NEW(arena, uint32_t, count, err);
    g->depth = MOTE_NEW(arena, uint32_t, count, err);
    g->state = MOTE_NEW(arena, uint8_t, count, err);
    g->has_code = MOTE_NEW(arena, bool, count, err);
    MOTE_TRY(err->code);
    take_functions(g, q->frames);
    g->edges = MOTE_NEW(arena, edge, list_edges(g, NULL) + 1, err);
    MOTE_TRY(err->code);
    g->edge_count = list_edges(g, g->edges);
    qsort(g->edges, g->edge_count, sizeof *g->edges, by_from);
    if (!mote_elf_find_symbol(q->object, q->function, &entry))
        return mote_fail(err, MOTE_ERR_FORMAT, "it has no function %s", q->function);
    MOTE_TRY(find_depth(g, entry.section, err));
    *out = g->depth[entry.section];
    return MOTE_OK;
}

mote_status mote_stack_bound(uint32_t *out, const mote_stack_question *question, mote_error *err)
{
    call_graph g = {.elf = question->object, .library_bytes = question->library_bytes};
    mote_arena arena = {0};

    find_bound(&g, out, question, &arena, err);
    mote_arena_destroy(&arena);
    return err->code;
}
