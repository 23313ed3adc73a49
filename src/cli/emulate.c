/* mote emulate: a model, or a folder that mote compile wrote, as firmware on an emulated chip.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/outputs.h"

typedef struct emulating {
    const char        *path, *chip;
    const char *const *inputs, *const *outputs;
    int            input_count, output_count, timeout_seconds;
    bool           is_json, keeps_constant_channels, is_interpreted, are_prepared;
    cli_regions    memory;
    mote_emulation figures;
    json_t        *warnings; /* an object that has them */
} emulating;

/* ---- a model file: compiled into a temporary folder first ---- */

/* Answers go to files, or are printed above the figures where inputs were given and no files. */
static mote_status hand_over(const emulating *e, const mote_model *model, const mote_samples *inputs, mote_error *err)
{
    const mote_samples outputs = {.count = e->figures.sample_count,
                                  .sample_bytes = e->figures.sample_output_bytes,
                                  .bytes = e->figures.outputs,
                                  .is_joined = inputs->is_joined,
                                  .is_stacked = inputs->is_stacked};

    if (e->output_count > 0 || e->input_count == 0 || e->is_json)
        return mote_samples_save(&outputs, model, e->outputs, e->output_count, err);
    MOTE_TRY(cli_print_outputs(&outputs, model, NULL, err));
    putchar('\n');
    return MOTE_OK;
}

static mote_status compile_and_run(emulating *e, const mote_model *model, const mote_samples *inputs, mote_error *err)
{
    const mote_emulate_options emulate = {.chip = e->chip,
                                          .inputs = inputs->bytes,
                                          .input_bytes = inputs->count * inputs->sample_bytes,
                                          .time_limit_seconds = e->timeout_seconds,
                                          .counts_cycles = true,
                                          .progress = cli_progress()};
    mote_compile_options       compile = {.target = e->is_interpreted ? "interpreter" : "c",
                                          .keeps_constant_channels = e->keeps_constant_channels,
                                          .regions = e->memory.regions,
                                          .region_count = e->memory.count};
    mote_file                  file = {0};

    if (e->is_interpreted)
        cli_take_tflite(e->path, &compile, &file, err);
    if (err->code == MOTE_OK)
        mote_emulate_model(&e->figures, model, &compile, &emulate, err);
    mote_file_close(&file);
    return cli_blame(e->path, err);
}

static mote_status emulate_model(emulating *e, const cli_args *args, mote_error *err)
{
    mote_model  *model = NULL;
    mote_samples inputs = {0};

    if (cli_load_model(&model, args, e->path, err) == MOTE_OK && cli_take_preparation(model, args, true, err) == MOTE_OK &&
        mote_samples_check_outputs(model, e->outputs, e->output_count, err) == MOTE_OK &&
        (e->input_count == 0 ||
         mote_samples_load(&inputs, model, e->inputs, e->input_count,
                           &(mote_samples_options){.are_prepared = e->are_prepared}, err) == MOTE_OK)) {
        cli_print_sample_notes(&inputs);
        cli_json_sample_warnings(&e->warnings, &inputs);
        if (compile_and_run(e, model, &inputs, err) == MOTE_OK)
            hand_over(e, model, &inputs, err);
    }
    mote_samples_free(&inputs);
    mote_model_destroy(model);
    return err->code;
}

/* ---- a folder: raw bytes in and out ---- */

static mote_status check_raw(const emulating *e, mote_error *err)
{
    if (e->input_count > 1 || e->output_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: a compiled folder takes one .bin with all inputs of each sample, in a row", e->path);
    if (e->input_count == 1 && !mote_path_has_suffix(e->inputs[0], ".bin"))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: a compiled folder takes .bin files; give the .tflite for other kinds",
                         e->inputs[0]);
    if (e->output_count == 1 && !mote_path_has_suffix(e->outputs[0], ".bin"))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: a compiled folder gives .bin files; give the .tflite for other kinds",
                         e->outputs[0]);
    return MOTE_OK;
}

static mote_status emulate_folder(emulating *e, mote_error *err)
{
    mote_emulate_options options = {
        .chip = e->chip, .time_limit_seconds = e->timeout_seconds, .counts_cycles = true, .progress = cli_progress()};
    mote_file file = {0};

    MOTE_TRY(check_raw(e, err));
    if (e->input_count == 1 && mote_file_open(&file, e->inputs[0], err) != MOTE_OK)
        return mote_context(err, "%s", e->inputs[0]);
    options.inputs = file.bytes;
    options.input_bytes = file.count;
    if (e->input_count == 1 && file.count == 0)
        mote_fail(err, MOTE_ERR_USAGE, "%s: is empty", e->inputs[0]);
    else if (mote_emulate(&e->figures, e->path, NULL, &options, err) == MOTE_OK && e->output_count == 1)
        mote_file_write(e->outputs[0], e->figures.outputs, e->figures.output_bytes, err);
    mote_file_close(&file);
    return err->code;
}

/* Options that would be passed over. */
static mote_status check_request(const cli_args *args, const emulating *e, mote_error *err)
{
    const bool is_folder = mote_path_is_dir(e->path);

    if (is_folder && e->keeps_constant_channels)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: --no-prune-constant is for models; a folder is compiled already",
                         e->path);
    if (is_folder && e->is_interpreted)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: is compiled already; --interpreter goes with a model", e->path);
    if (is_folder && e->memory.count > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: is compiled already; --memory goes with a model", e->path);
    if (e->is_interpreted && e->keeps_constant_channels)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--no-prune-constant goes with compiled code; --interpreter keeps all channels");
    return cli_check_prepared(args, e->path, err);
}

static json_t *json_all(const emulating *e)
{
    json_t *object = cli_json_emulation(&e->figures);

    mote_json_complete(&object, e->warnings);
    return object;
}

static mote_status run_emulate(const cli_args *args, mote_error *err)
{
    emulating e = {.path = args->positional[0],
                   .chip = cli_value(args, "chip"),
                   .is_json = cli_has(args, "json"),
                   .is_interpreted = cli_has(args, "interpreter"),
                   .are_prepared = cli_has(args, "prepared")};

    if (!e.chip)
        return mote_fail(err, MOTE_ERR_USAGE, "name the chip: --chip NAME; `mote inspect --chips` lists them");
    MOTE_TRY(cli_timeout(args, &e.timeout_seconds, err));
    e.keeps_constant_channels = cli_has(args, "no-prune-constant");
    e.input_count = cli_values(args, "input", &e.inputs);
    e.output_count = cli_values(args, "output", &e.outputs);
    MOTE_TRY(cli_memory(args, &e.memory, err));
    MOTE_TRY(check_request(args, &e, err));
    e.warnings = json_object();
    if (mote_path_is_dir(e.path))
        emulate_folder(&e, err);
    else
        emulate_model(&e, args, err);
    if (err->code == MOTE_OK && cli_has(args, "json"))
        cli_print_json(json_all(&e), err);
    else if (err->code == MOTE_OK)
        cli_print_emulation(&e.figures);
    mote_emulation_free(&e.figures);
    json_decref(e.warnings);
    return err->code;
}

const cli_command cli_emulate = {
    .name = "emulate",
    .operands = "MODEL|DIR --chip NAME",
    .summary = "run the firmware on an emulated chip, and measure it",
    .examples = "  mote emulate mnist_int8.tflite --chip cortex-m4\n"
                "  mote emulate mnist_int8.tflite --chip cortex-m4 --input digit.png\n"
                "  mote emulate mnist_int8.tflite --chip rv32imc --input x.npy --output y.npy --json\n"
                "  mote emulate firmware/mnist --chip cortex-m0 --input x.bin --output y.bin\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"chip", 'c', "NAME", "an emulated chip; `mote inspect --chips` lists them"},
            {"input", 'i', "X",
             ".npy, .bin, .png, .jpg, prepared as in mote run; none: one sample of zeros. For a folder: one .bin"},
            CLI_PREPARATION_OPTIONS,
            {"prepared", 0, NULL, "numbers of .npy are prepared already"},
            {"output", 'o', "Y", ".npy or .bin; none: print the answers. For a folder: one .bin"},
            {"no-prune-constant", 0, NULL, "keep channels whose values no input can change, as in mote compile"},
            {"interpreter", 0, NULL, "run the .tflite from flash, instead of compiled code"},
            CLI_MEMORY_ROW,
            CLI_TIMEOUT_ROW,
            CLI_INPUT_SHAPE_ROW,
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_emulate,
};
