/* mote compile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

enum { TARGET_C, TARGET_ARRAY, TARGETS_KNOWN };

static mote_status print_c(const char *folder, const mote_compile_result *r, mote_error *err)
{
    cli_table table = {.column_count = 2};

    cli_cell(&table, "written");
    cli_cell(&table, "%s/%s.h, %s.c, %s_selftest.c, mote_runtime/", folder, r->name, r->name, r->name);
    cli_cell(&table, "arena");
    cli_cell(&table, "%zu bytes (no plan needs fewer than %zu)", r->arena_bytes, r->arena_bound_bytes);
    cli_cell(&table, "constants");
    cli_cell(&table, "%zu bytes", r->constant_bytes);
    if (r->pruned.dropped_channels > 0) {
        cli_cell(&table, "channels");
        cli_cell(&table, "%d of %d dropped: no input changes them", r->pruned.dropped_channels, r->pruned.channels);
        cli_cell(&table, "MACs");
        cli_cell(&table, "%zu of %zu left", r->pruned.macs_left, r->pruned.macs);
        cli_cell(&table, "weights");
        cli_cell(&table, "%zu of %zu bytes left", r->pruned.weight_bytes_left, r->pruned.weight_bytes);
    }
    cli_cell(&table, "kernels");
    cli_cell(&table, "%d instances for %d steps", r->instance_count, r->step_count);
    return cli_table_print(&table, err);
}

static mote_status print_result(const cli_args *args, int target, const char *folder, const mote_compile_result *r,
                                mote_error *err)
{
    if (cli_has(args, "json"))
        return cli_print_json(json_pack("{ss ss ss sI sI sI si si so}", "folder", folder, "target",
                                        target == TARGET_C ? "c" : "array", "name", r->name, "arena_bytes",
                                        (json_int_t)r->arena_bytes, "arena_bound_bytes", (json_int_t)r->arena_bound_bytes,
                                        "constant_bytes", (json_int_t)r->constant_bytes, "instances", r->instance_count,
                                        "steps", r->step_count, "constant_channels", cli_json_pruned(&r->pruned)),
                              err);
    if (target == TARGET_C)
        return print_c(folder, r, err);
    printf("written  %s/model.h, model.cc: g_model, g_model_len\n", folder);
    return MOTE_OK;
}

static mote_status run_compile(const cli_args *args, mote_error *err)
{
    static const char *const targets[] = {"c", "array", "esp-idf", "arduino", "platformio", NULL};
    static const char *const optimize_words[] = {"speed", "size", NULL};
    const char              *folder = cli_value(args, "output"), *path = args->positional[0];
    mote_compile_options     options = {.name = cli_value(args, "name")};
    mote_compile_result      result = {.name = ""};
    mote_model              *model;
    int                      target, optimize;

    MOTE_TRY(cli_choice(args, "target", targets, TARGET_C, &target, err));
    MOTE_TRY(cli_choice(args, "optimize", optimize_words, 0, &optimize, err));
    if (target >= TARGETS_KNOWN)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "--target %s is not there yet; the folder of --target c builds with any C compiler",
                         targets[target]);
    if (!folder)
        return mote_fail(err, MOTE_ERR_USAGE, "name the folder to write: -o DIR");
    options.target = targets[target];
    options.keeps_constant_channels = cli_has(args, "no-prune-constant");
    options.optimize = optimize ? MOTE_OPTIMIZE_SIZE : MOTE_OPTIMIZE_SPEED;
    MOTE_TRY(mote_model_load(&model, path, NULL, err));
    if (mote_compile(model, folder, &options, &result, err) == MOTE_OK)
        print_result(args, target, folder, &result, err);
    else if (err->code == MOTE_ERR_UNSUPPORTED)
        mote_context(err, "%s", path);
    mote_model_destroy(model);
    return err->code;
}

const cli_command cli_compile = {
    .name = "compile",
    .operands = "MODEL -o DIR",
    .summary = "write a model as plain C",
    .examples = "  mote compile mnist_int8.tflite -o firmware/mnist --name mnist\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --target array\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"output", 'o', "DIR", "the folder to write; one that mote wrote is replaced"},
            {"target", 't', "c|array", "c (default): a folder of C99; array: g_model for TensorFlow Lite Micro"},
            {"name", 'n', "ID", "prefix of all names (the model's name)"},
            {"optimize", 0, "speed|size", "speed (default): a kernel for each shape; size: one for all shapes"},
            {"no-prune-constant", 0, NULL, "keep channels whose values no input can change"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_compile,
};
