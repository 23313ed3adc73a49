/* Files that would be replaced by what is made of them: an --output that is an input, by whatever names, is refused before
 * anything is written. What is not there yet cannot be lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <mote/spec.h>

#include "cli/cli.h"

/* NAME=FILE names FILE, as in `mote run`; else NULL. */
static const char *behind_name(const char *given)
{
    const char *equals = strchr(given, '=');

    return equals && equals[1] ? equals + 1 : NULL;
}

/* ---- what is read ---- */

static bool is_same_file(const char *output, const char *input)
{
    const char *named = behind_name(input);
    struct stat a, b;

    if (stat(output, &a) != 0 || !S_ISREG(a.st_mode))
        return false;
    if (stat(input, &b) != 0 && (!named || stat(named, &b) != 0))
        return false;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool is_in_data_set(const char *output, const char *path)
{
    return mote_dataset_reads(path, output);
}

/* ---- what is written ---- */

static bool is_output(const cli_option *option)
{
    return strcmp(option->name, "output") == 0 || strcmp(option->name, "plot") == 0;
}

typedef bool (*is_lost_if)(const char *output, const char *input);

/* source: what the input is to the command, in the message. */
static mote_status check(const cli_args *args, const char *input, is_lost_if is_lost, const char *source, mote_error *err)
{
    int row, i;

    for (row = 0; args->command->options[row].name; row++)
        for (i = 0; is_output(&args->command->options[row]) && i < args->value_count[row]; i++) {
            const char *given = args->values[row][i], *named = behind_name(given);
            if (is_lost(given, input) || (named && is_lost(named, input)))
                return mote_fail(err, MOTE_ERR_USAGE, "--%s %s would replace what %s; name another file",
                                 args->command->options[row].name, mote_show_string(given).text, source);
        }
    return MOTE_OK;
}

mote_status cli_check_outputs(const cli_args *args, mote_error *err)
{
    char source[64];
    int  row, i;

    for (i = 0; i < args->positional_count; i++)
        MOTE_TRY(check(args, args->positional[i], is_same_file, "is read", err));
    for (row = 0; args->command->options[row].name; row++) {
        snprintf(source, sizeof source, "--%s reads", args->command->options[row].name);
        for (i = 0; !is_output(&args->command->options[row]) && i < args->value_count[row]; i++)
            MOTE_TRY(check(args, args->values[row][i], is_same_file, source, err));
    }
    return MOTE_OK;
}

static mote_status check_data(const cli_args *args, const char *path, mote_error *err)
{
    char source[MOTE_SHOWN_TEXT + 32];

    snprintf(source, sizeof source, "is read from %s", mote_show_string(path).text);
    MOTE_TRY(check(args, path, is_same_file, source, err));
    return check(args, path, is_in_data_set, source, err);
}

/* What is wrong with a spec is told by whoever reads it next. */
static mote_status check_spec(const cli_args *args, const char *path, mote_error *err)
{
    mote_error failure = {0};
    mote_spec *spec;
    int        i;

    if (mote_spec_load(&spec, path, &failure) != MOTE_OK)
        return mote_fail_if_memory(err, &failure);
    if (spec->data.path)
        check_data(args, spec->data.path, err);
    if (spec->data.options.targets_path)
        check_data(args, spec->data.options.targets_path, err);
    for (i = 0; i < spec->data.file_count; i++)
        check_data(args, spec->data.files[i].path, err);
    mote_spec_destroy(spec);
    return err->code;
}

static bool writes_files(const cli_args *args)
{
    int row;

    for (row = 0; args->command->options[row].name; row++)
        if (is_output(&args->command->options[row]) && args->value_count[row] > 0)
            return true;
    return false;
}

mote_status cli_check_read(const cli_args *args, const char *path, mote_error *err)
{
    if (!writes_files(args))
        return MOTE_OK;
    MOTE_TRY(check_data(args, path, err));
    if (mote_spec_is_name(path))
        return check_spec(args, path, err);
    return MOTE_OK;
}
