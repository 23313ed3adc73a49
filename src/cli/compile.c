/* mote compile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "formats/tflite/tflite.h"

enum { TARGET_C, TARGET_ARRAY, TARGET_INTERPRETER, TARGETS_KNOWN };

static const char *const target_words[] = {"c", "array", "interpreter", "esp-idf", "arduino", "platformio", NULL};

static void print_pruned(const mote_prune_result *p)
{
    if (p->dropped_channels > 0)
        printf("%d of %d channels dropped, which no input changes: %zu of %zu MACs and %zu of %zu bytes of weights left\n",
               p->dropped_channels, p->channels, p->macs_left, p->macs, p->weight_bytes_left, p->weight_bytes);
}

static mote_status print_c(const char *folder, const mote_compile_result *r, mote_error *err)
{
    cli_table table = {.column_count = 5};
    int       i;

    printf("written  %s/%s.h, %s.c, %s_selftest.c, mote_runtime/\n", folder, r->name, r->name, r->name);
    print_pruned(&r->pruned);
    printf("kernels for %d steps; the compiler's macros choose:\n\n", r->step_count);
    cli_cell(&table, "kernels");
    cli_cell(&table, "arena");
    cli_cell(&table, "bound");
    cli_cell(&table, "constants");
    cli_cell(&table, "instances");
    for (i = 0; i < r->chip_count; i++) {
        const mote_compiled_chips *c = &r->chips[i];
        cli_cell(&table, "%s", c->name);
        cli_cell(&table, "%zu", c->arena_bytes);
        cli_cell(&table, "%zu", c->arena_bound_bytes);
        cli_cell(&table, "%zu", c->constant_bytes);
        cli_cell(&table, c->shared_count ? "%d, of these %d for several shapes" : "%d", c->instance_count, c->shared_count);
    }
    return cli_table_print(&table, err);
}

static json_t *json_chips(const mote_compile_result *r)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < r->chip_count; i++) {
        const mote_compiled_chips *c = &r->chips[i];
        mote_json_append(&list, json_pack("{ss sI sI sI si si}", "kernels", c->name, "arena_bytes",
                                          (json_int_t)c->arena_bytes, "arena_bound_bytes", (json_int_t)c->arena_bound_bytes,
                                          "constant_bytes", (json_int_t)c->constant_bytes, "instances", c->instance_count,
                                          "shared_instances", c->shared_count));
    }
    return list;
}

static mote_status print_result(const cli_args *args, int target, const char *folder, const mote_compile_result *r,
                                mote_error *err)
{
    const char *name;

    if (cli_has(args, "json")) {
        const mote_compiled_chips *any = mote_compiled_for(r, NULL);
        return cli_print_json(json_pack("{so ss ss si sI sI sI si so so}", "folder", mote_json_text(folder), "target",
                                        target_words[target], "name", r->name, "steps", r->step_count, "arena_bytes",
                                        (json_int_t)any->arena_bytes, "arena_bound_bytes",
                                        (json_int_t)any->arena_bound_bytes, "constant_bytes",
                                        (json_int_t)any->constant_bytes, "instances", any->instance_count, "chips",
                                        json_chips(r), "constant_channels", cli_json_pruned(&r->pruned)),
                              err);
    }
    if (target != TARGET_ARRAY)
        return print_c(folder, r, err);
    name = cli_value(args, "name");
    printf("written  %s/%s.h, %s.cc: %s_model, %s_model_len\n", folder, name ? name : "model", name ? name : "model",
           name ? name : "g", name ? name : "g");
    return MOTE_OK;
}

mote_status cli_take_tflite(const char *path, mote_compile_options *options, mote_file *file, mote_error *err)
{
    MOTE_TRY(mote_file_open(file, path, err));
    if (mote_tflite_recognise(file->bytes, file->count)) {
        options->file = file->bytes;
        options->file_bytes = file->count;
    }
    return MOTE_OK;
}

static mote_status run_compile(const cli_args *args, mote_error *err)
{
    static const char *const optimize_words[] = {"speed", "size", NULL};
    const char              *folder = cli_value(args, "output"), *path = args->positional[0];
    mote_compile_options     options = {.name = cli_value(args, "name")};
    mote_compile_result      result = {.name = ""};
    mote_file                file = {0};
    mote_model              *model;
    int                      target, optimize;

    MOTE_TRY(cli_choice(args, "target", target_words, TARGET_C, &target, err));
    MOTE_TRY(cli_choice(args, "optimize", optimize_words, 0, &optimize, err));
    if (target >= TARGETS_KNOWN)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "--target %s is not there yet; the folder of --target c builds with any C compiler",
                         target_words[target]);
    if (!folder)
        return mote_fail(err, MOTE_ERR_USAGE, "name the folder to write: -o DIR");
    options.target = target_words[target];
    options.keeps_constant_channels = cli_has(args, "no-prune-constant");
    options.optimize = optimize ? MOTE_OPTIMIZE_SIZE : MOTE_OPTIMIZE_SPEED;
    MOTE_TRY(mote_model_load(&model, path, NULL, err));
    if (target == TARGET_INTERPRETER)
        cli_take_tflite(path, &options, &file, err);
    if (err->code == MOTE_OK && mote_compile(model, folder, &options, &result, err) == MOTE_OK)
        print_result(args, target, folder, &result, err);
    else if (err->code == MOTE_ERR_UNSUPPORTED)
        mote_context(err, "%s", path);
    mote_file_close(&file);
    mote_model_destroy(model);
    return err->code;
}

const cli_command cli_compile = {
    .name = "compile",
    .operands = "MODEL -o DIR",
    .summary = "write a model as plain C",
    .examples = "  mote compile mnist_int8.tflite -o firmware/mnist --name mnist\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --target array\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --target interpreter\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"output", 'o', "DIR", "the folder to write; one that mote wrote is replaced"},
            {"target", 't', "c|interpreter|array",
             "c (default): a folder of C99; interpreter: the .tflite as it is, with what runs it; array: g_model for "
             "TensorFlow Lite Micro"},
            {"name", 'n', "ID", "prefix of all names (the model's name; of an array g, in model.h and model.cc)"},
            {"optimize", 0, "speed|size", "speed (default): a kernel for each shape; size: one for all shapes"},
            {"no-prune-constant", 0, NULL, "keep channels whose values no input can change"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_compile,
};
