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

/* What a pass told of the operator that computed it; NULL: no pass left it out. */
static const char *told_of(const cli_changes *changes, const mote_name_row *row)
{
    int i;

    for (i = 0; row->fate != MOTE_FATE_KEPT && i < changes->count; i++)
        if (strcmp(changes->list[i].tensor, row->source) == 0)
            return changes->list[i].why;
    return NULL;
}

/* A converter's list of names: the first is enough. */
static void first_name_cell(cli_table *table, const char *name)
{
    cli_cell(table, "%s", mote_show(name, strcspn(name, ";")).text);
}

mote_status cli_names_print(const mote_name_map *names, const cli_changes *changes, mote_error *err)
{
    static const char *const headings[] = {"name in the file", "", "in what was written"};
    cli_table                table = {.headings = headings, .column_count = 3};
    int                      i, kept = 0;

    for (i = 0; i < names->count; i++) {
        const mote_name_row *row = &names->rows[i];
        const char          *told = told_of(changes, row);
        const bool           is_named = row->fate == MOTE_FATE_SAME || row->fate == MOTE_FATE_FUSED;
        first_name_cell(&table, row->source);
        if (told && (row->fate == MOTE_FATE_GONE || (row->fate == MOTE_FATE_FUSED && strncmp(told, "done by ", 8) != 0))) {
            cli_cell(&table, "%s", told); /* the pass knows more */
            cli_cell(&table, "%s", "");
        } else {
            cli_cell(&table, "%s", mote_fate_name(row->fate));
            first_name_cell(&table, is_named ? row->ours : "");
        }
        kept += row->fate == MOTE_FATE_KEPT;
    }
    if (names->count > 0) {
        puts("");
        MOTE_TRY(cli_table_print(&table, err));
        puts("");
    }
    cli_print_line(2, "%d of %d names kept", kept, (int)names->count);
    return MOTE_OK;
}

json_t *cli_names_json(const mote_name_map *names, const cli_changes *changes)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < names->count; i++) {
        const mote_name_row *row = &names->rows[i];
        const char          *told = told_of(changes, row);
        json_t *object = json_pack("{so ss so}", "source", mote_json_text(row->source), "fate", mote_fate_name(row->fate),
                                   "ours", row->ours ? mote_json_text(row->ours) : json_null());
        if (told)
            mote_json_set(&object, "why", json_string(told));
        mote_json_append(&list, object);
    }
    return list;
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
