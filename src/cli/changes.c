/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/changes.h"

#include <stdio.h>
#include <string.h>

static mote_change *add_place(cli_changes *c)
{
    const int    capacity = c->capacity ? 2 * c->capacity : 16;
    mote_change *longer;

    if (c->count == c->capacity) {
        if (!(longer = MOTE_NEW(&c->arena, mote_change, capacity, &c->failure)))
            return NULL;
        if (c->count > 0)
            memcpy(longer, c->list, (size_t)c->count * sizeof *longer);
        c->list = longer;
        c->capacity = capacity;
    }
    return &c->list[c->count++];
}

/* Names of passes and operators are constants; the others belong to the model. */
void cli_changes_add(void *user, const mote_change *change)
{
    cli_changes *c = user;
    mote_change  copy = *change, *place;

    copy.tensor = mote_arena_strdup(&c->arena, change->tensor, &c->failure);
    copy.why = mote_arena_strdup(&c->arena, change->why, &c->failure);
    if (c->failure.code != MOTE_OK || !(place = add_place(c)))
        return;
    *place = copy;
    c->tensor_bytes += change->tensor_bytes;
}

static mote_status tell_failure(const cli_changes *c, mote_error *err)
{
    return c->failure.code == MOTE_OK ? MOTE_OK : mote_fail(err, c->failure.code, "%s", c->failure.text);
}

mote_status cli_changes_print(const cli_changes *c, mote_error *err)
{
    static const char *const headings[] = {"pass", "operator", "", "output", "bytes", "why"};
    cli_table                table = {.headings = headings, .column_count = 6};
    int                      i;

    MOTE_TRY(tell_failure(c, err));
    for (i = 0; i < c->count; i++) {
        const mote_change *change = &c->list[i];
        cli_cell(&table, "%s", change->pass);
        cli_cell(&table, "%u", change->number);
        cli_cell(&table, "%s", change->op);
        cli_cell(&table, "%s", mote_show_string(change->tensor).text);
        cli_cell(&table, "%zu", change->tensor_bytes);
        cli_cell(&table, "%s", change->why);
    }
    if (c->count > 0) {
        MOTE_TRY(cli_table_print(&table, err));
        printf("\n");
    }
    cli_print_line(2, "%d operators left out; an invoke writes %zu bytes less", c->count, c->tensor_bytes);
    return MOTE_OK;
}

json_t *cli_changes_json(const cli_changes *c)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < c->count; i++) {
        const mote_change *change = &c->list[i];
        mote_json_append(&list, json_pack("{ss ss si so sI ss}", "pass", change->pass, "operator", change->op, "number",
                                          (int)change->number, "output", mote_json_text(change->tensor), "bytes",
                                          (json_int_t)change->tensor_bytes, "why", change->why));
    }
    return list;
}

void cli_changes_free(cli_changes *c)
{
    mote_arena_destroy(&c->arena);
    *c = (cli_changes){0};
}
