/* How DATA is to be read, where no spec says it: the words are those of a spec's section data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

/* 28x28, 28x28x1, 28,28,1 or [28, 28, 1]. */
static bool parse_image(const char *text, int *sizes)
{
    char *end;
    long  size;
    int   count = 0;

    text += strspn(text, "[ ");
    for (; count < 3; text = end + 1) {
        errno = 0;
        size = strtol(text, &end, 10);
        if (end == text || errno != 0 || size < 1 || size > 65536)
            return false;
        sizes[count++] = (int)size;
        end += strspn(end, " ]");
        if (*end != 'x' && *end != 'X' && *end != ',')
            break;
    }
    return *end == '\0' && count >= 2;
}

static mote_status read_image(mote_data_options *out, const cli_args *args, mote_error *err)
{
    const char *text = cli_value(args, "image");
    int         sizes[3] = {0};

    if (!text)
        return MOTE_OK;
    if (!parse_image(text, sizes) || (sizes[2] != 0 && sizes[2] != 1 && sizes[2] != 3))
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "--image %s: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS is expected, with 1 or 3 channels, as in 32x32x3",
            mote_show_string(text).text);
    out->image_height = sizes[0];
    out->image_width = sizes[1];
    out->image_channels = sizes[2];
    return MOTE_OK;
}

/* "a,b" adds the names a and b. */
static mote_status add_names(mote_data_options *out, const char **names, const char *text, mote_arena *arena,
                             mote_error *err)
{
    for (; *text; text += strspn(text, ",")) {
        const size_t count = strcspn(text, ",");
        if ((names[out->target_count++] = mote_arena_strndup(arena, text, count, err)) == NULL)
            return err->code;
        text += count;
    }
    return MOTE_OK;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 6;
}

static mote_status read_targets(mote_data_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    const char *const *values;
    const int          count = cli_values(args, "targets", &values);
    const char       **names;
    size_t             letters = 1;
    int                i;

    if (count == 0)
        return MOTE_OK;
    if (count == 1 && is_number(values[0]) && atoi(values[0]) > 0) {
        out->target_count = atoi(values[0]);
        return MOTE_OK;
    }
    if (count == 1 && mote_path_has_suffix(values[0], ".npy")) {
        out->targets_path = values[0];
        return MOTE_OK;
    }
    for (i = 0; i < count; i++)
        letters += strlen(values[i]) + 1; /* at least as many as there are names */
    names = MOTE_NEW(arena, const char *, letters, err);
    for (i = 0; names && i < count && err->code == MOTE_OK; i++)
        add_names(out, names, values[i], arena, err);
    out->target_names = names;
    return err->code;
}

mote_status cli_read_data_options(mote_data_options *out, const cli_args *args, mote_arena *arena, mote_error *err)
{
    static const char *const kinds[] = {"auto", "none", "classes", "values", NULL}, *const headers[] = {"auto", "true",
                                                                                                        "false", NULL};
    int kind = 0, header = 0;

    *out = (mote_data_options){.skip_damaged = cli_has(args, "skip-damaged")};
    MOTE_TRY(read_image(out, args, err));
    MOTE_TRY(read_targets(out, args, arena, err));
    MOTE_TRY(cli_choice(args, "target-kind", kinds, 0, &kind, err));
    MOTE_TRY(cli_choice(args, "header", headers, 0, &header, err));
    out->targets = (mote_target_kind)kind;
    out->header = (mote_header)header;
    return MOTE_OK;
}

void cli_print_notes(const mote_dataset *set)
{
    int i;

    for (i = 0; i < set->note_count; i++)
        fprintf(stderr, "mote: note: %s\n", set->notes[i]);
}
