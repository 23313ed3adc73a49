/* mote compile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* As mote_compile_target_at numbers them; what comes behind is a project. */
enum { TARGET_C, TARGET_ARRAY, TARGET_INTERPRETER, TARGETS_OF_FILES, TARGETS_MAX = 32 };

static void print_left_out(const mote_compile_result *r)
{
    if (r->left_out_count > 0)
        printf("%d operators left out, which change no byte (mote convert --explain names them)\n", r->left_out_count);
}

static void print_pruned(const mote_prune_result *p)
{
    if (p->dropped_channels > 0)
        printf("%d of %d channels dropped, which no input changes: %zu of %zu MACs and %zu of %zu bytes of weights left\n",
               p->dropped_channels, p->channels, p->macs_left, p->macs, p->weight_bytes_left, p->weight_bytes);
}

static void print_zeros(const mote_compile_result *r)
{
    int i;

    for (i = 0; i < r->chip_count; i++)
        if (r->chips[i].zero_bytes > 0)
            printf("%s: %zu bytes less of constants, as weights that are 0 are left out\n", r->chips[i].name,
                   r->chips[i].zero_bytes);
}

static mote_status print_sizes(const cli_regions *memory, const mote_compile_result *r, mote_error *err)
{
    const int regions = memory->count > 1 ? memory->count : 0;
    cli_table table = {.column_count = 5 + regions};
    int       i, k;

    cli_cell(&table, "kernels");
    cli_cell(&table, "arena");
    for (k = 0; k < regions; k++)
        cli_cell(&table, "%s", memory->regions[k].name);
    cli_cell(&table, "bound");
    cli_cell(&table, "constants");
    cli_cell(&table, "instances");
    for (i = 0; i < r->chip_count; i++) {
        const mote_compiled_chips *c = &r->chips[i];
        cli_cell(&table, "%s", c->name);
        cli_cell(&table, "%zu%s", c->arena_bytes, c->exceeds_regions ? ", too large" : "");
        for (k = 0; k < regions; k++)
            cli_cell(&table, "%zu", c->region_bytes[k]);
        cli_cell(&table, "%zu", c->arena_bound_bytes);
        cli_cell(&table, "%zu", c->constant_bytes);
        cli_cell(&table, c->shared_count ? "%d, of these %d for several shapes" : "%d", c->instance_count, c->shared_count);
    }
    return cli_table_print(&table, err);
}

static mote_status print_c(const cli_args *args, const char *folder, int target, const cli_regions *memory,
                           const mote_compile_result *r, mote_error *err)
{
    int i;

    if (target >= TARGETS_OF_FILES)
        printf("written  %s: begin with its README.md\n", folder);
    else
        cli_print_line(9, "written  %s/%s.h, %s.c, %s_link.h, %s_link.c, %s_selftest.c, %s%smote_runtime/", folder, r->name,
                       r->name, r->name, r->name, r->name, cli_has(args, "sample") ? r->name : "",
                       cli_has(args, "sample") ? "_samples.h, " : "");
    for (i = 0; i < r->kept_count && i < MOTE_COMPILE_KEPT_MAX; i++)
        printf("kept     %s/%s, which you changed; delete it to have the new one\n", folder, r->kept[i]);
    if (r->kept_count > MOTE_COMPILE_KEPT_MAX)
        printf("kept     %d more\n", r->kept_count - MOTE_COMPILE_KEPT_MAX);
    print_left_out(r);
    print_pruned(&r->pruned);
    print_zeros(r);
    printf("kernels for %d steps; the compiler's macros choose:\n\n", r->step_count);
    return print_sizes(memory, r, err);
}

/* What stands in front of "_model": TensorFlow Lite Micro's examples have g_model in model.cc. */
static const char *array_prefix(const cli_args *args)
{
    return cli_has(args, "name") ? cli_value(args, "name") : "g";
}

static mote_status print_array(const cli_args *args, const char *folder)
{
    const char *file = cli_has(args, "name") ? cli_value(args, "name") : "model", *prefix = array_prefix(args);

    printf("written  %s/%s.h, %s.cc: %s_model, %s_model_len\n", folder, file, file, prefix, prefix);
    return MOTE_OK;
}

/* A key is always there; null: the target computes no such thing. */
static void set_count(json_t **object, const char *key, bool is_computed, size_t count)
{
    mote_json_set(object, key, is_computed ? json_integer((json_int_t)count) : json_null());
}

/* Compiled, not interpreted. */
static bool has_code(int target)
{
    return target == TARGET_C || target >= TARGETS_OF_FILES;
}

/* Only where there is more than one. */
static void set_regions(json_t **object, const cli_regions *memory, const mote_compiled_chips *c)
{
    json_t *list = memory->count > 1 ? json_array() : NULL;
    int     i;

    for (i = 0; list && i < memory->count; i++)
        mote_json_append(&list, json_pack("{so sI}", "name", mote_json_text(memory->regions[i].name), "bytes",
                                          (json_int_t)c->region_bytes[i]));
    if (memory->count > 0)
        mote_json_set(object, "fits_memory", json_boolean(!c->exceeds_regions));
    if (memory->count > 1)
        mote_json_set(object, "memory", list);
}

static void set_sizes(json_t **object, int target, const mote_compiled_chips *c)
{
    set_count(object, "arena_bytes", target != TARGET_ARRAY, c->arena_bytes);
    set_count(object, "arena_bound_bytes", target != TARGET_ARRAY, c->arena_bound_bytes);
    set_count(object, "constant_bytes", target != TARGET_ARRAY, c->constant_bytes);
    set_count(object, "zero_bytes_left_out", has_code(target), c->zero_bytes);
    set_count(object, "instances", has_code(target), (size_t)c->instance_count);
}

static json_t *json_chips(int target, const cli_regions *memory, const mote_compile_result *r)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < r->chip_count; i++) {
        json_t *chips = json_pack("{ss}", "kernels", r->chips[i].name);
        set_sizes(&chips, target, &r->chips[i]);
        set_regions(&chips, memory, &r->chips[i]);
        set_count(&chips, "shared_instances", has_code(target), (size_t)r->chips[i].shared_count);
        mote_json_append(&list, chips);
    }
    return list;
}

static json_t *json_kept(const mote_compile_result *r)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < r->kept_count && i < MOTE_COMPILE_KEPT_MAX; i++)
        mote_json_append(&list, mote_json_text(r->kept[i]));
    return list;
}

static mote_status print_json(const cli_args *args, int target, const char *folder, const cli_regions *memory,
                              const mote_compile_result *r, mote_error *err)
{
    json_t *object = json_pack("{so ss ss}", "folder", mote_json_text(folder), "target", mote_compile_target_at(target),
                               "name", target == TARGET_ARRAY ? array_prefix(args) : r->name);

    set_count(&object, "steps", target != TARGET_ARRAY, (size_t)r->step_count);
    set_sizes(&object, target, mote_compiled_for(r, NULL));
    mote_json_set(&object, "chips", json_chips(target, memory, r));
    set_count(&object, "operators_left_out", has_code(target), (size_t)r->left_out_count);
    if (target >= TARGETS_OF_FILES)
        mote_json_set(&object, "kept", json_kept(r));
    mote_json_set(&object, "constant_channels", has_code(target) ? cli_json_pruned(&r->pruned) : json_null());
    return cli_print_json(object, err);
}

static mote_status print_result(const cli_args *args, int target, const char *folder, const cli_regions *memory,
                                const mote_compile_result *r, mote_error *err)
{
    if (cli_has(args, "json"))
        return print_json(args, target, folder, memory, r, err);
    return target == TARGET_ARRAY ? print_array(args, folder) : print_c(args, folder, target, memory, r, err);
}

mote_status cli_take_tflite(const char *path, mote_compile_options *options, mote_file *file, mote_error *err)
{
    MOTE_TRY(mote_file_open(file, path, err));
    if (mote_is_tflite(file->bytes, file->count)) {
        options->file = file->bytes;
        options->file_bytes = file->count;
    }
    return MOTE_OK;
}

/* What the target would pass over. The interpreter's kernels may be the small ones; its model stays as it is. */
static mote_status check_target(const cli_args *args, int target, mote_error *err)
{
    if (!has_code(target) && cli_has(args, "no-prune-constant"))
        return mote_fail(err, MOTE_ERR_USAGE, "--no-prune-constant does not go with --target %s, which keeps all channels",
                         mote_compile_target_at(target));
    if (!has_code(target) && cli_has(args, "keep-operators"))
        return mote_fail(err, MOTE_ERR_USAGE, "--keep-operators does not go with --target %s, which keeps all of them",
                         mote_compile_target_at(target));
    if (!has_code(target) && cli_has(args, "board"))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--board does not go with --target %s: what is told of boards is of compiled code",
                         mote_compile_target_at(target));
    if (cli_has(args, "board") && cli_has(args, "memory"))
        return mote_fail(err, MOTE_ERR_USAGE, "--board says what memory there is; leave --memory out");
    if (target == TARGET_ARRAY && cli_has(args, "sample"))
        return mote_fail(err, MOTE_ERR_USAGE, "--sample does not go with --target array, which has no code");
    if (target == TARGET_ARRAY && cli_has(args, "optimize"))
        return mote_fail(err, MOTE_ERR_USAGE, "--optimize goes with --target c or interpreter; an array has no code");
    return MOTE_OK;
}

static void list_targets(const char **words)
{
    int i;

    for (i = 0; i + 1 < TARGETS_MAX && mote_compile_target_at(i); i++)
        words[i] = mote_compile_target_at(i);
    words[i] = NULL;
}

static mote_status load_samples(mote_samples *out, mote_compile_options *options, const mote_model *model,
                                const cli_args *args, mote_error *err)
{
    const char *const *files = NULL;
    const int          count = cli_values(args, "sample", &files);

    options->samples = out;
    return mote_samples_load(out, model, files, count, NULL, err);
}

/* ---- a board ---- */

/* Its regions, where the arena has to be split over them. What fits in no way is refused. */
static mote_status take_board(mote_fit *fit, cli_regions *memory, const mote_boards *boards, const cli_args *args,
                              const mote_model *model, const mote_compile_options *options, mote_error *err)
{
    const mote_fit_options how = {.optimize = options->optimize,
                                  .inspect.keeps_constant_channels = options->keeps_constant_channels,
                                  .leaves_ways = true};
    const mote_board      *board = mote_boards_find(boards, cli_value(args, "board"), err);
    int                    i;

    MOTE_TRY(mote_board_fit(fit, model, board, &how, err));
    if (fit->answer == MOTE_FIT_NO)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s", fit->verdict);
    memory->count = mote_fit_regions(fit, memory->regions);
    for (i = 0; i < memory->count; i++) { /* which outlive the fit */
        snprintf(memory->names[i], sizeof memory->names[i], "%s", memory->regions[i].name);
        memory->regions[i].name = memory->names[i];
    }
    return MOTE_OK;
}

/* Compiles for the board of --board, if there is one. */
static mote_status compile(mote_compile_result *result, const cli_args *args, const mote_model *model, const char *folder,
                           mote_compile_options *options, cli_regions *memory, mote_error *err)
{
    mote_boards *boards = NULL;
    mote_fit     fit = {0};

    if (cli_has(args, "board") && mote_boards_load(&boards, err) == MOTE_OK)
        take_board(&fit, memory, boards, args, model, options, err);
    cli_progress_end();
    options->regions = memory->regions;
    options->region_count = memory->count;
    if (err->code == MOTE_OK)
        mote_compile(result, model, folder, options, err);
    if (err->code == MOTE_OK && boards && !cli_has(args, "json"))
        cli_print_line(9, "board    %s", fit.verdict);
    mote_boards_destroy(boards);
    return err->code;
}

static mote_status run_compile(const cli_args *args, mote_error *err)
{
    static const char *const optimize_words[] = {"speed", "size", NULL};
    const char              *folder = cli_value(args, "output"), *path = args->positional[0];
    mote_compile_options     options = {.name = cli_value(args, "name")};
    mote_compile_result      result = {.name = ""};
    mote_file                file = {0};
    mote_samples             samples = {0};
    cli_regions              memory;
    mote_model              *model;
    const char              *words[TARGETS_MAX];
    int                      target, optimize;

    list_targets(words);
    MOTE_TRY(cli_choice(args, "target", words, TARGET_C, &target, err));
    MOTE_TRY(cli_choice(args, "optimize", optimize_words, 0, &optimize, err));
    MOTE_TRY(check_target(args, target, err));
    if (!folder)
        return mote_fail(err, MOTE_ERR_USAGE, "name the folder to write: -o DIR");
    options.target = mote_compile_target_at(target);
    options.keeps_constant_channels = cli_has(args, "no-prune-constant");
    options.keeps_operators = cli_has(args, "keep-operators");
    MOTE_TRY(cli_memory(args, &memory, err));
    options.optimize = optimize ? MOTE_OPTIMIZE_SIZE : MOTE_OPTIMIZE_SPEED;
    MOTE_TRY(cli_load_model(&model, args, path, err));
    if (target == TARGET_INTERPRETER)
        cli_take_tflite(path, &options, &file, err);
    if (err->code == MOTE_OK && cli_has(args, "sample"))
        load_samples(&samples, &options, model, args, err);
    if (err->code == MOTE_OK && compile(&result, args, model, folder, &options, &memory, err) == MOTE_OK)
        print_result(args, target, folder, &memory, &result, err);
    else if (err->code == MOTE_ERR_UNSUPPORTED)
        mote_context(err, "%s", path);
    mote_samples_free(&samples);
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
                "  mote compile mnist_int8.tflite -o firmware/mnist --target interpreter\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --sample seven.png --sample two.png\n"
                "  mote compile mnist_int8.tflite -o mnist --target arduino\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --memory dtcm=65536,sram\n"
                "  mote compile mnist_int8.tflite -o firmware/mnist --board esp32cam\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"output", 'o', "DIR", "the folder to write; one that mote wrote is replaced"},
            {"target", 't', "NAME",
             "c (default): a folder of C99; interpreter: the .tflite as it is, with what runs it; array: g_model for "
             "TensorFlow Lite Micro; or a project: arduino, platformio, esp-idf, zephyr, pico-sdk, micropython, cmake"},
            {"sample", 's', "X",
             "a sample for the self-test and NAME_samples.h: .npy, .bin, .png or .jpg, as mote run takes it; again for "
             "more"},
            {"name", 'n', "ID", "prefix of all names (the model's name; of an array g, in model.h and model.cc)"},
            {"optimize", 0, "speed|size", "speed (default): a kernel for each shape; size: one for all shapes"},
            {"no-prune-constant", 0, NULL, "keep channels whose values no input can change"},
            CLI_MEMORY_ROW,
            {"board", 'b', "NAME",
             "the board it is for: what does not fit is refused; what fits only so is split over its memory"},
            {"keep-operators", 0, NULL, "keep operators that could go without changing a byte (docs/PASSES.md)"},
            CLI_INPUT_SHAPE_ROW,
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_compile,
};
