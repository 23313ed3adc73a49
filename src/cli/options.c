/* Reading options' values.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static int row_of(const cli_args *args, const char *option)
{
    int i;

    for (i = 0; args->command->options[i].name; i++)
        if (strcmp(args->command->options[i].name, option) == 0)
            return i;
    return -1;
}

int cli_values(const cli_args *args, const char *option, const char *const **values)
{
    int row = row_of(args, option);

    if (row < 0)
        return 0;
    *values = args->values[row];
    return args->value_count[row];
}

const char *cli_value(const cli_args *args, const char *option)
{
    const char *const *values;
    int                count = cli_values(args, option, &values);

    return count > 0 ? values[count - 1] : NULL;
}

bool cli_has(const cli_args *args, const char *option)
{
    return cli_value(args, option) != NULL;
}

mote_status cli_integer(const cli_args *args, const char *option, long long min, long long max, long long fallback,
                        long long *out, mote_error *err)
{
    const char *text = cli_value(args, option);
    char       *end;

    *out = fallback;
    if (!text)
        return MOTE_OK;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *out < min || *out > max)
        return mote_fail(err, MOTE_ERR_USAGE, "--%s %s: a whole number from %lld to %lld is expected", option,
                         mote_show_string(text).text, min, max);
    return MOTE_OK;
}

mote_status cli_timeout(const cli_args *args, int *seconds, mote_error *err)
{
    enum { DAY = 24 * 60 * 60 };
    long long value;

    MOTE_TRY(cli_integer(args, "timeout", 1, DAY, 0, &value, err));
    *seconds = (int)value;
    return MOTE_OK;
}

mote_status cli_choice(const cli_args *args, const char *option, const char *const *words, int fallback, int *out,
                       mote_error *err)
{
    const char *text = cli_value(args, option), *nearest;
    char        list[200] = "";
    int         i;

    *out = fallback;
    if (!text)
        return MOTE_OK;
    for (i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return MOTE_OK;
        }
        strncat(list, i ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, words[i], sizeof list - strlen(list) - 1);
    }
    nearest = mote_nearest_word(text, words, (size_t)i);
    return mote_fail(err, MOTE_ERR_USAGE, "--%s %s is not one of: %s%s%s%s", option, mote_show_string(text).text, list,
                     nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

mote_status cli_check_prepared(const cli_args *args, const char *path, mote_error *err)
{
    static const char *const preparing[] = {"prepared", "scale", "offset", "mean", "std", "image", "crop"};
    size_t                   i;

    for (i = 0; i < sizeof preparing / sizeof *preparing; i++) {
        if (!cli_has(args, preparing[i]))
            continue;
        if (mote_path_is_dir(path))
            return mote_fail(err, MOTE_ERR_USAGE, "%s: a compiled folder takes .bin files as they are; leave --%s out", path,
                             preparing[i]);
        if (!cli_has(args, "input"))
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with --input X", preparing[i]);
        if (i > 0 && i < 5 && cli_has(args, "prepared"))
            return mote_fail(err, MOTE_ERR_USAGE, "--prepared says that nothing is to be prepared; leave --%s out",
                             preparing[i]);
    }
    return MOTE_OK;
}

/* ---- a model ---- */

/* "NAME=1,16,8" or "1,16,8"; the name is copied. */
static mote_status read_input_shape(mote_input_shape *out, const char *text, mote_arena *arena, mote_error *err)
{
    const char *equals = strrchr(text, '='), *at = equals ? equals + 1 : text;
    char       *end;

    *out = (mote_input_shape){0};
    if (equals && !(out->name = mote_arena_strndup(arena, text, (size_t)(equals - text), err)))
        return err->code;
    for (;; at = end + 1) {
        const long dim = strtol(at, &end, 10);
        if (end == at || dim < 1 || dim > INT32_MAX || (*end && *end != ',') || out->rank == 8)
            return mote_fail(err, MOTE_ERR_USAGE, "--input-shape %s: dimensions from 1 up are expected, as in x=1,16,8",
                             mote_show_string(text).text);
        out->dim[out->rank++] = (int32_t)dim;
        if (!*end)
            return MOTE_OK;
    }
}

static mote_status load_model(mote_model **out, const cli_args *args, const char *path, const mote_load_options *how,
                              mote_error *err)
{
    mote_arena         arena = {0};
    const char *const *texts;
    const int          count = cli_values(args, "input-shape", &texts);
    mote_input_shape  *shapes = MOTE_NEW(&arena, mote_input_shape, count, err);
    mote_load_options  options = *how;
    int                i;

    options.shapes = shapes;
    options.shape_count = count;
    options.signature = cli_value(args, "signature");

    *out = NULL;
    for (i = 0; shapes && i < count && err->code == MOTE_OK; i++)
        read_input_shape(&shapes[i], texts[i], &arena, err);
    if (err->code == MOTE_OK)
        mote_model_load(out, path, &options, err);
    mote_arena_destroy(&arena);
    return err->code;
}

mote_status cli_load_model(mote_model **out, const cli_args *args, const char *path, mote_error *err)
{
    return load_model(out, args, path, &(mote_load_options){0}, err);
}

mote_status cli_load_model_for(mote_model **out, const cli_args *args, const char *path, const char *to, mote_error *err)
{
    const size_t count = strlen(to);
    const bool   is_onnx = count > 5 && strcmp(to + count - 5, ".onnx") == 0;

    return load_model(out, args, path, &(mote_load_options){.has_no_loops = is_onnx || cli_has(args, "unroll")}, err);
}

mote_status cli_load_layers(mote_model **out, const cli_args *args, const char *path, mote_error *err)
{
    return load_model(out, args, path, &(mote_load_options){.to_train = true}, err);
}
