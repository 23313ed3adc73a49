/* SPDX-License-Identifier: Apache-2.0 */
#include "project/template.h"

#include <string.h>

typedef struct expansion {
    const char          *path;
    const mote_variable *variables;
    mote_text           *out;
    int                  depth, out_depth; /* of parts; of the outermost that is left out, 0: none is */
    int                  line;
} expansion;

const char *mote_variable_find(const mote_variable *variables, const char *name, size_t length)
{
    for (; variables->name; variables++)
        if (strlen(variables->name) == length && memcmp(variables->name, name, length) == 0)
            return variables->text;
    return NULL;
}

static mote_status fail(const expansion *e, const char *what, const char *text, size_t length, mote_error *err)
{
    return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: %s: %.*s", e->path, e->line, what, (int)length, text);
}

/* How long the name between two @ is; 0: this @ is a plain one. */
static size_t name_length(const char *at, const char *end)
{
    const char *c = at + 1;

    while (c < end && ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_'))
        c++;
    return c < end && *c == '@' ? (size_t)(c - at - 1) : 0;
}

static mote_status expand_line(const expansion *e, const char *line, const char *end, mote_error *err)
{
    const char *begin = line, *at, *found;
    size_t      length;

    for (at = line; at < end; at++) {
        if (*at != '@' || (length = name_length(at, end)) == 0)
            continue;
        found = mote_variable_find(e->variables, at + 1, length);
        if (!found)
            return fail(e, "there is no variable", at + 1, length, err);
        mote_text_printf(e->out, "%.*s%s", (int)(at - begin), begin, found);
        at += length + 1;
        begin = at + 1;
    }
    mote_text_printf(e->out, "%.*s", (int)(end - begin), begin);
    return MOTE_OK;
}

/* "@if name@" is word "if" and the name; false: the line is no such. */
static bool is_directive(const char *line, const char *end, const char *word, const char **name, size_t *length)
{
    const size_t begin = strlen(word);

    if ((size_t)(end - line) < begin + 2 || line[0] != '@' || memcmp(line + 1, word, begin) != 0 || end[-1] != '@')
        return false;
    *name = line + 1 + begin;
    *length = (size_t)(end - 1 - *name);
    return true;
}

static mote_status begin_part(expansion *e, const char *name, size_t length, bool stays_where_set, mote_error *err)
{
    const char *found = mote_variable_find(e->variables, name, length);

    if (!found)
        return fail(e, "there is no variable", name, length, err);
    e->depth++;
    if (e->out_depth == 0 && (found[0] != '\0') != stays_where_set)
        e->out_depth = e->depth;
    return MOTE_OK;
}

/* line to end, without its newline, which ends at next. */
static mote_status take_line(expansion *e, const char *line, const char *end, const char *next, mote_error *err)
{
    const char *name;
    size_t      length;

    e->line++;
    if (is_directive(line, end, "if ", &name, &length))
        return begin_part(e, name, length, true, err);
    if (is_directive(line, end, "unless ", &name, &length))
        return begin_part(e, name, length, false, err);
    if (is_directive(line, end, "end", &name, &length) && length == 0) {
        if (e->depth == 0)
            return fail(e, "no part has begun", "@end@", 5, err);
        if (e->out_depth == e->depth)
            e->out_depth = 0;
        e->depth--;
        return MOTE_OK;
    }
    return e->out_depth > 0 ? MOTE_OK : expand_line(e, line, next, err);
}

mote_status mote_template_expand(mote_text *out, const char *path, const char *text, const mote_variable *variables,
                                 mote_error *err)
{
    expansion e = {.path = path, .variables = variables, .out = out};

    while (*text) {
        const size_t length = strcspn(text, "\n");
        const char  *end = text + length, *next = *end ? end + 1 : end;
        MOTE_TRY(take_line(&e, text, end, next, err));
        text = next;
    }
    if (e.depth > 0)
        return fail(&e, "a part does not end", "@end@ is missing", 16, err);
    return MOTE_OK;
}
