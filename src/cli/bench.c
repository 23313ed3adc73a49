/* mote bench: what an inference costs, on an emulated chip or on this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

typedef struct benching {
    mote_file            file; /* the .tflite of an interpreted model */
    const char          *path;
    const char *const   *inputs;
    int                  input_count;
    bool                 shows_layers, is_json, is_interpreted;
    mote_compile_options compile;
    mote_emulate_options emulate;
    mote_emulation       chip;
    mote_bench           host;
    uint64_t             macs; /* of the model; of its compiled code where that is all there is */
    bool                 has_macs;
    bool                 are_prepared;
    json_t              *warnings; /* an object that has them */
} benching;

/* ---- chip: text ---- */

static void cell_ratio(cli_table *table, double a, double b)
{
    cli_cell(table, b > 0 ? "%.2f" : "", b > 0 ? a / b : 0);
}

static uint64_t sum_layers(const mote_emulation *e)
{
    uint64_t sum = 0;
    int32_t  i;

    for (i = 0; i < e->layer_count; i++)
        sum += e->layers[i].count;
    return sum;
}

/* May be below zero by some instructions: between hooks the compiler lays out calls a little differently. */
static long long rest_of(const mote_emulation *e)
{
    return (long long)e->count - (long long)sum_layers(e);
}

static mote_status print_chip_layers(const mote_emulation *e, mote_error *err)
{
    const char *const headings[] = {"", "operator", "output", "MACs", e->chip->count_unit, "per MAC", "share", "name"};
    cli_table         table = {.headings = headings, .column_count = 8};
    int32_t           i;

    for (i = 0; i < e->layer_count; i++) {
        const mote_layer_count *layer = &e->layers[i];
        cli_cell(&table, "%d", layer->index);
        cli_cell(&table, "%s", layer->op);
        cli_cell(&table, "%s", layer->shape);
        cli_cell(&table, "%llu", (unsigned long long)layer->macs);
        cli_cell(&table, "%llu", (unsigned long long)layer->count);
        cell_ratio(&table, (double)layer->count, (double)layer->macs);
        cli_cell(&table, "%s", mote_number_percent((double)layer->count / (double)e->count).text);
        cli_cell(&table, "%s", mote_show_string(layer->name).text);
    }
    cli_cell(&table, "%s", "");
    cli_cell(&table, "calling them");
    cli_cell(&table, "%s", "");
    cli_cell(&table, "%s", "");
    cli_cell(&table, "%lld", rest_of(e));
    for (i = 5; i < 8; i++)
        cli_cell(&table, "%s", "");
    return cli_table_print(&table, err);
}

static void print_sections(const mote_emulation *e)
{
    int i;

    for (i = 0; i < e->section_count; i++) {
        const mote_firmware_section *section = &e->sections[i];
        printf("  %-12s %u bytes in %s\n", section->name, section->bytes,
               !section->is_in_ram    ? "flash"
               : section->is_in_flash ? "flash and RAM"
                                      : "RAM");
    }
}

static void print_start_up(const mote_emulation *e)
{
    if (e->has_start_up)
        cli_print_line(15, "start-up       %llu %s to set up RAM and reset; of these the model adds %llu",
                       (unsigned long long)e->start_up_count, e->chip->count_unit,
                       (unsigned long long)e->model_start_up_count);
    else
        puts("start-up       not counted on this chip");
}

static mote_status print_chip(const benching *b, mote_error *err)
{
    const mote_emulation *e = &b->chip;

    cli_progress_end();
    printf("chip           %s: %s\n", e->chip->name, e->chip->description);
    cli_print_counts(e);
    if (b->has_macs && b->macs > 0)
        printf("MACs           %llu: %.2f %s each\n", (unsigned long long)b->macs, (double)e->count / (double)b->macs,
               e->chip->count_unit);
    cli_print_line(15, "flash          %u bytes: model code %u, constants %u, the rest %u start-up, measuring and libraries",
                   e->flash_bytes, e->code_bytes, e->weight_bytes, e->flash_bytes - e->code_bytes - e->weight_bytes);
    print_sections(e);
    printf("RAM            %u bytes (.data + .bss), of it the arena %u\n", e->ram_bytes, e->arena_bytes);
    printf("stack          %u bytes\n", e->stack_bytes);
    print_start_up(e);
    if (!b->shows_layers)
        return MOTE_OK;
    if (e->layer_count == 0) {
        puts("\nthe folder does not name its layers");
        return MOTE_OK;
    }
    puts("");
    return print_chip_layers(e, err);
}

/* ---- chip: JSON ---- */

static json_t *json_ratio(double a, double b)
{
    return b > 0 ? mote_json_number(a / b) : json_null();
}

static json_t *json_chip_layers(const mote_emulation *e)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < e->layer_count; i++) {
        const mote_layer_count *layer = &e->layers[i];
        json_t *row = json_pack("{si so ss ss sI sn}", "index", layer->index, "name", mote_json_text(layer->name), "op",
                                layer->op, "shape", layer->shape, "macs", (json_int_t)layer->macs, "instructions");
        mote_json_set(&row, e->chip->count_unit, json_integer((json_int_t)layer->count));
        mote_json_set(&row, "share", json_ratio((double)layer->count, (double)e->count));
        mote_json_append(&list, row);
    }
    return list;
}

static json_t *json_sections(const mote_emulation *e)
{
    json_t *object = json_object();
    int     i;

    for (i = 0; i < e->section_count; i++)
        mote_json_set(&object, e->sections[i].name, json_integer(e->sections[i].bytes));
    return object;
}

static mote_status print_chip_json(const benching *b, mote_error *err)
{
    const mote_emulation *e = &b->chip;
    json_t               *object = cli_json_emulation(e);

    mote_json_set(&object, "macs", b->has_macs ? json_integer((json_int_t)b->macs) : json_null());
    mote_json_set(&object, "count_per_mac", json_ratio((double)e->count, b->has_macs ? (double)b->macs : 0));
    mote_json_set(&object, "other_flash_bytes", json_integer((json_int_t)e->flash_bytes - e->code_bytes - e->weight_bytes));
    mote_json_set(&object, "sections", json_sections(e));
    mote_json_set(&object, "start_up_count", e->has_start_up ? json_integer((json_int_t)e->start_up_count) : json_null());
    mote_json_set(&object, "model_start_up_count",
                  e->has_start_up ? json_integer((json_int_t)e->model_start_up_count) : json_null());
    mote_json_set(&object, "layers", json_chip_layers(e));
    mote_json_set(&object, "calls_count", e->layer_count > 0 ? json_integer((json_int_t)rest_of(e)) : json_null());
    mote_json_complete(&object, b->warnings);
    return cli_print_json(object, err);
}

/* ---- chip ---- */

static mote_status emulate_folder(benching *b, mote_error *err)
{
    mote_file file = {0};
    int32_t   i;

    if (b->input_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: a compiled folder takes one .bin with all inputs of each sample, in a row", b->path);
    if (b->input_count == 1 && mote_file_open(&file, b->inputs[0], err) != MOTE_OK)
        return mote_context(err, "%s", b->inputs[0]);
    b->emulate.inputs = file.bytes;
    b->emulate.input_bytes = file.count;
    mote_emulate(&b->chip, b->path, NULL, &b->emulate, err);
    mote_file_close(&file);
    for (i = 0; i < b->chip.layer_count; i++)
        b->macs += b->chip.layers[i].macs;
    b->has_macs = b->chip.layer_count > 0;
    return err->code;
}

static mote_status count_macs(benching *b, const mote_model *model, mote_error *err)
{
    mote_inspection is;

    MOTE_TRY(mote_inspect(&is, model, NULL, err));
    b->macs = is.macs;
    b->has_macs = true;
    mote_inspection_free(&is);
    return MOTE_OK;
}

/* Only the first sample: what is measured is an inference. */
static mote_status bench_model(benching *b, const mote_model *model, const mote_samples *inputs, mote_error *err)
{
    if (!b->emulate.chip) {
        mote_bench_run(&b->host, model, &(mote_bench_options){.inputs = inputs}, err);
        return cli_blame(b->path, err);
    }
    b->emulate.inputs = inputs->bytes;
    b->emulate.input_bytes = inputs->count > 0 ? inputs->sample_bytes : 0;
    MOTE_TRY(count_macs(b, model, err));
    if (b->is_interpreted) {
        b->compile.target = "interpreter";
        MOTE_TRY(cli_take_tflite(b->path, &b->compile, &b->file, err));
    }
    mote_emulate_model(&b->chip, model, &b->compile, &b->emulate, err);
    return cli_blame(b->path, err);
}

static mote_status bench_file(benching *b, const cli_args *args, mote_error *err)
{
    mote_model  *model = NULL;
    mote_samples inputs = {0};

    if (cli_load_model(&model, args, b->path, err) == MOTE_OK && cli_take_preparation(model, args, true, err) == MOTE_OK &&
        (b->input_count == 0 ||
         mote_samples_load(&inputs, model, b->inputs, b->input_count,
                           &(mote_samples_options){.are_prepared = b->are_prepared}, err) == MOTE_OK)) {
        cli_print_sample_notes(&inputs);
        cli_json_sample_warnings(&b->warnings, &inputs);
        bench_model(b, model, &inputs, err);
    }
    mote_samples_free(&inputs);
    mote_file_close(&b->file);
    mote_model_destroy(model);
    return err->code;
}

/* ---- host ---- */

static mote_status print_host_layers(const mote_bench *h, mote_error *err)
{
    static const char *const headings[] = {"", "operator", "output", "MACs", "us", "reference", "ratio", "name"};
    cli_table                table = {.headings = headings, .column_count = 8};
    int32_t                  i;

    for (i = 0; i < h->layer_count; i++) {
        const mote_bench_layer *layer = &h->layers[i];
        cli_cell(&table, "%d", i);
        cli_cell(&table, "%s", layer->op);
        cli_cell(&table, "%s", layer->shape);
        cli_cell(&table, "%zu", layer->macs);
        cli_cell(&table, "%.2f", layer->us);
        cli_cell(&table, "%.2f", layer->reference_us);
        cell_ratio(&table, layer->reference_us, layer->us);
        cli_cell(&table, "%s", mote_show_string(layer->name).text);
    }
    return cli_table_print(&table, err);
}

static mote_status print_host(const benching *b, mote_error *err)
{
    const mote_bench *h = &b->host;
    cli_table         table = {.column_count = 2};

    cli_cell(&table, "this machine");
    cli_cell(&table, "%.2f us an inference, one thread (median of %zu)", h->us, h->runs);
    cli_cell(&table, "reference");
    cli_cell(&table, "%.2f us with the plain reference kernels: %.2f times", h->reference_us, h->reference_us / h->us);
    if (h->macs > 0) {
        cli_cell(&table, "MACs");
        cli_cell(&table, "%zu: %.2f a nanosecond", h->macs, (double)h->macs / h->us / 1000);
    }
    MOTE_TRY(cli_table_print(&table, err));
    if (!b->shows_layers)
        return MOTE_OK;
    puts("");
    return print_host_layers(h, err);
}

static mote_status print_host_json(const benching *b, mote_error *err)
{
    const mote_bench *h = &b->host;
    json_t           *object, *list = json_array();
    int32_t           i;

    for (i = 0; i < h->layer_count; i++) {
        const mote_bench_layer *layer = &h->layers[i];
        mote_json_append(&list, json_pack("{si so ss ss sI so so}", "index", i, "name", mote_json_text(layer->name), "op",
                                          layer->op, "shape", layer->shape, "macs", (json_int_t)layer->macs, "microseconds",
                                          mote_json_number(layer->us), "reference_microseconds",
                                          mote_json_number(layer->reference_us)));
    }
    object = json_pack("{so so so sI sI so}", "microseconds", mote_json_number(h->us), "reference_microseconds",
                       mote_json_number(h->reference_us), "ratio", mote_json_number(h->reference_us / h->us), "runs",
                       (json_int_t)h->runs, "macs", (json_int_t)h->macs, "layers", list);
    mote_json_complete(&object, b->warnings);
    return cli_print_json(object, err);
}

/* ---- the command ---- */

static mote_status check_request(const cli_args *args, const benching *b, mote_error *err)
{
    static const char *const compiling[] = {"optimize", "interpreter", "no-prune-constant"};
    size_t                   i;

    for (i = 0; i < sizeof compiling / sizeof *compiling; i++) {
        if (cli_has(args, compiling[i]) && !b->emulate.chip)
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with --chip NAME", compiling[i]);
        if (cli_has(args, compiling[i]) && mote_path_is_dir(b->path))
            return mote_fail(err, MOTE_ERR_USAGE, "%s: is compiled already; --%s goes with a .tflite", b->path,
                             compiling[i]);
    }
    if (cli_has(args, "timeout") && !b->emulate.chip)
        return mote_fail(err, MOTE_ERR_USAGE, "--timeout goes with --chip NAME");
    if (b->is_interpreted && cli_has(args, "no-prune-constant"))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--no-prune-constant goes with compiled code; --interpreter keeps all channels");
    if (mote_path_is_dir(b->path) && !b->emulate.chip)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: a compiled folder is measured on a chip: --chip NAME", b->path);
    return cli_check_prepared(args, b->path, err);
}

static mote_status print_bench(const benching *b, mote_error *err)
{
    if (b->emulate.chip)
        return b->is_json ? print_chip_json(b, err) : print_chip(b, err);
    return b->is_json ? print_host_json(b, err) : print_host(b, err);
}

static mote_status run_bench(const cli_args *args, mote_error *err)
{
    static const char *const optimize_words[] = {"speed", "size", NULL};
    benching                 b = {.path = args->positional[0],
                                  .shows_layers = cli_has(args, "layers"),
                                  .is_json = cli_has(args, "json"),
                                  .is_interpreted = cli_has(args, "interpreter"),
                                  .emulate = {.chip = cli_value(args, "chip"), .progress = cli_progress()}};
    int                      optimize;

    MOTE_TRY(cli_choice(args, "optimize", optimize_words, 0, &optimize, err));
    MOTE_TRY(check_request(args, &b, err));
    MOTE_TRY(cli_timeout(args, &b.emulate.time_limit_seconds, err));
    b.compile.optimize = optimize ? MOTE_OPTIMIZE_SIZE : MOTE_OPTIMIZE_SPEED;
    b.compile.keeps_constant_channels = cli_has(args, "no-prune-constant");
    b.emulate.counts_layers = b.shows_layers || b.is_json || mote_path_is_dir(b.path);
    b.emulate.counts_start_up = b.emulate.counts_cycles = true;
    b.input_count = cli_values(args, "input", &b.inputs);
    b.are_prepared = cli_has(args, "prepared");
    b.warnings = json_object();
    if ((mote_path_is_dir(b.path) ? emulate_folder(&b, err) : bench_file(&b, args, err)) == MOTE_OK)
        print_bench(&b, err);
    mote_emulation_free(&b.chip);
    mote_bench_free(&b.host);
    json_decref(b.warnings);
    return err->code;
}

const cli_command cli_bench = {
    .name = "bench",
    .operands = "MODEL|DIR [--chip NAME] [--layers]",
    .summary = "what an inference costs, on a chip or here",
    .examples = "  mote bench mnist_int8.tflite                             microseconds on this machine\n"
                "  mote bench mnist_int8.tflite --chip cortex-m4 --layers   instructions, flash, RAM, stack\n"
                "  mote bench mnist_int8.tflite --chip rv32imc --optimize size --json\n"
                "  mote bench firmware/mnist --chip cortex-m0 --layers\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"chip", 'c', "NAME", "an emulated chip (`mote inspect --chips` lists them); none: this machine"},
            {"layers", 'l', NULL, "each layer's share"},
            {"input", 'i', "X",
             ".npy, .bin, .png, .jpg, prepared as in mote run; the first sample counts; none: zeros. For a folder: one "
             ".bin"},
            CLI_PREPARATION_OPTIONS,
            {"prepared", 0, NULL, "numbers of .npy are prepared already"},
            {"optimize", 0, "speed|size", "what to compile for, as in mote compile"},
            {"interpreter", 0, NULL, "run the .tflite from flash, instead of compiled code"},
            {"no-prune-constant", 0, NULL, "keep channels whose values no input can change, as in mote compile"},
            CLI_TIMEOUT_ROW,
            CLI_INPUT_SHAPE_ROW,
            {"json", 0, NULL, "print JSON, with the layers"},
            {0},
        },
    .run = run_bench,
};
