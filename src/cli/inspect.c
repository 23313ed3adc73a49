/* mote inspect: a model file, a spec before it is trained, the operators, the chips, the boards.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/inspect.h"

/* ---- loading ---- */

/* A spec without model.input takes its shape from the data; with it, the data need not be there. But where they are, the
 * model gets the recipe that training will give it. */
static mote_status build_from_spec(cli_inspecting *in, mote_error *err)
{
    const mote_spec *spec;

    MOTE_TRY(mote_spec_load(&in->spec, in->path, err));
    spec = in->spec;
    in->chip = spec->deploy.chip ? mote_chip_find(spec->deploy.chip) : NULL;
    if ((spec->data.path || spec->data.files || spec->data.is_sine) &&
        mote_spec_load_data(&in->set, spec, &in->no_recipe) != MOTE_OK)
        in->set = NULL;
    MOTE_TRY(mote_fail_if_memory(err, &in->no_recipe));
    if (!in->set && !mote_spec_gives_shapes(spec))
        return in->no_recipe.code != MOTE_OK ? mote_fail(err, in->no_recipe.code, "%s", in->no_recipe.text)
                                             : mote_spec_load_data(&in->set, spec, err);
    MOTE_TRY(mote_spec_build_model(&in->model, spec, in->set, err));
    if (!in->set)
        return MOTE_OK;
    MOTE_TRY(mote_spec_take_validation(spec, in->set, err)); /* those samples do not calibrate */
    mote_train_recipe(in->model, in->set, &spec->train, &in->no_recipe);
    return mote_fail_if_memory(err, &in->no_recipe);
}

static mote_status load(cli_inspecting *in, const cli_args *args, mote_error *err)
{
    struct stat status;

    if (mote_spec_is_name(in->path))
        return build_from_spec(in, err);
    MOTE_TRY(cli_load_model(&in->model, args, in->path, err));
    in->file_bytes = stat(in->path, &status) == 0 ? (size_t)status.st_size : 0;
    return MOTE_OK;
}

const mote_quantize_options *cli_inspect_quantization_of(const cli_inspecting *in)
{
    static const mote_quantize_options defaults = {0};

    return in && in->spec ? &in->spec->convert.options : &defaults;
}

const char *cli_inspect_scheme(const cli_inspecting *in)
{
    return mote_scheme_name(cli_inspect_quantization_of(in)->scheme);
}

/* The spec's own samples: other data only lend their ranges, which change no size. */
static const mote_dataset_split *calibration_of(const cli_inspecting *in)
{
    const mote_split_id id = in->spec ? in->spec->convert.calibration_split : MOTE_SPLIT_TRAIN;

    return in->set && in->set->split[id].count > 0 ? &in->set->split[id] : NULL;
}

/* For chips that run these kernels. The quantized form is another way that the model may go: that it has none is no failure.
 */
static mote_status inspect_for(cli_inspecting *in, const char *kernels, mote_error *err)
{
    mote_inspect_options options = {.kernels = kernels};

    if (in->spec)
        options.keeps_constant_channels = in->spec->deploy.options.keeps_constant_channels;
    if (mote_inspect(&in->is, in->model, &options, err) != MOTE_OK)
        return mote_context(err, "%s", in->path);
    options.quantize = cli_inspect_quantization_of(in);
    options.calibration = calibration_of(in);
    if (!mote_model_is_quantized(in->model) && mote_model_input_count(in->model) == 1)
        mote_inspect(&in->quantized, in->model, &options, &in->no_quantized);
    return mote_fail_if_memory(err, &in->no_quantized);
}

bool cli_inspect_knows_recipe(const cli_inspecting *in)
{
    return in->set && in->no_recipe.code == MOTE_OK;
}

bool cli_inspect_wants_quantized(const cli_inspecting *in)
{
    return in->spec && in->spec->convert.is_quantized;
}

bool cli_inspect_is_deployed_quantized(const cli_inspecting *in)
{
    return cli_inspect_wants_quantized(in) && in->quantized.layer_count > 0;
}

const mote_inspection *cli_inspect_deployed(const cli_inspecting *in)
{
    return cli_inspect_is_deployed_quantized(in) ? &in->quantized : &in->is;
}

bool cli_inspect_may_fit(const mote_memory_info *memory, const mote_chip *chip)
{
    const size_t in_ram = memory->arena_bytes + (chip->has_constants_in_ram ? memory->constant_bytes : 0);

    return memory->constant_bytes <= chip->flash_bytes && in_ram <= chip->ram_bytes;
}

/* ---- chips ---- */

/* Chips that run the same kernels share the inspection. */
static mote_status fit_kernels(cli_chip_fit *fits, int count, const cli_inspecting *in, int first, mote_error *err)
{
    const char    *kernels = fits[first].chip->kernels;
    cli_inspecting of = {.path = in->path, .spec = in->spec, .model = in->model};
    int            i;

    inspect_for(&of, kernels, err);
    for (i = first; err->code == MOTE_OK && i < count; i++) {
        if (strcmp(fits[i].chip->kernels, kernels) != 0)
            continue;
        fits[i].has_real = !of.is.memory_failure;
        fits[i].has_quantized = of.quantized.layer_count > 0 && !of.quantized.memory_failure;
        fits[i].real = fits[i].has_real && cli_inspect_may_fit(&of.is.memory, fits[i].chip);
        fits[i].quantized = fits[i].has_quantized && cli_inspect_may_fit(&of.quantized.memory, fits[i].chip);
    }
    mote_inspection_free(&of.is);
    mote_inspection_free(&of.quantized);
    return err->code;
}

int cli_inspect_fit_chips(cli_chip_fit *fits, const cli_inspecting *in, mote_error *err)
{
    const int count = mote_chip_count() < CLI_CHIPS_MAX ? mote_chip_count() : CLI_CHIPS_MAX;
    int       i, k;

    for (i = 0; i < count; i++)
        fits[i] = (cli_chip_fit){.chip = mote_chip_at(i)};
    for (i = 0; in && i < count; i++) {
        for (k = 0; k < i && strcmp(fits[k].chip->kernels, fits[i].chip->kernels) != 0;)
            k++;
        if (k == i && fit_kernels(fits, count, in, i, err) != MOTE_OK)
            break;
    }
    return count;
}

/* ---- boards ---- */

/* --board goes before what the spec says. */
static mote_status take_boards(cli_inspecting *in, const cli_args *args, mote_error *err)
{
    const char *name = cli_value(args, "board");

    if (!name && in->spec)
        name = in->spec->deploy.board;
    if (!name && !cli_has(args, "boards"))
        return MOTE_OK;
    MOTE_TRY(mote_boards_load(&in->boards, err));
    if (name)
        in->board = mote_boards_find(in->boards, name, err);
    return err->code;
}

/* The plan that is shown is the one of the chip; else the board's. */
static const char *kernels_of(const cli_inspecting *in)
{
    return in->chip ? in->chip->kernels : in->board ? in->board->kernels : NULL;
}

/* ---- the command ---- */

/* As they would stand in the spec. */
static mote_status print_layers(const cli_inspecting *in, mote_error *err)
{
    char *text = NULL;

    if (!in->spec)
        mote_fail(err, MOTE_ERR_USAGE, "--layers prints those of a spec with model.architecture; %s is a model",
                  mote_show_string(in->path).text);
    else if (mote_spec_print_layers(&text, in->spec, in->set, err) == MOTE_OK)
        fputs(text, stdout);
    free(text);
    return err->code;
}

/* A board that is asked for is the whole answer; one that the spec names comes behind the rest. */
static mote_status print(const cli_inspecting *in, const cli_args *args, mote_error *err)
{
    const cli_inspect_asked asked = {cli_has(args, "chips"), cli_has(args, "boards")};

    if (cli_has(args, "layers"))
        return print_layers(in, err);
    if (cli_has(args, "json"))
        return cli_inspect_print_json(in, asked, err);
    if (asked.boards)
        return cli_inspect_print_boards(in, err);
    if (cli_value(args, "board"))
        return cli_inspect_print_board(in, err);
    MOTE_TRY(cli_inspect_print_tables(in, err));
    if (in->board) {
        puts("");
        MOTE_TRY(cli_inspect_print_board(in, err));
    }
    if (!asked.chips)
        return MOTE_OK;
    puts("");
    return cli_inspect_print_chips(in, err);
}

static mote_status inspect_model(const cli_args *args, mote_error *err)
{
    const char    *plot = cli_value(args, "plot");
    cli_inspecting in = {.path = args->positional[0]};

    if (cli_check_read(args, in.path, err) == MOTE_OK && load(&in, args, err) == MOTE_OK &&
        take_boards(&in, args, err) == MOTE_OK && inspect_for(&in, kernels_of(&in), err) == MOTE_OK &&
        (!plot || mote_inspection_save_chart(&in.is, plot, err) == MOTE_OK))
        print(&in, args, err);
    mote_boards_destroy(in.boards);
    mote_inspection_free(&in.is);
    mote_inspection_free(&in.quantized);
    mote_model_destroy(in.model);
    mote_dataset_destroy(in.set);
    mote_spec_destroy(in.spec);
    return err->code;
}

/* The boards, or one, without a model. */
static mote_status show_boards(const cli_args *args, mote_error *err)
{
    cli_inspecting in = {0};

    if (take_boards(&in, args, err) == MOTE_OK && cli_has(args, "json"))
        cli_print_json(in.board ? cli_inspect_json_board(&in, err) : cli_inspect_json_boards(&in, err), err);
    else if (err->code == MOTE_OK)
        in.board ? cli_inspect_print_board(&in, err) : cli_inspect_print_boards(&in, err);
    mote_boards_destroy(in.boards);
    return err->code;
}

static mote_status run_inspect(const cli_args *args, mote_error *err)
{
    const bool json = cli_has(args, "json");

    if (cli_has(args, "board") && cli_has(args, "boards"))
        return mote_fail(err, MOTE_ERR_USAGE, "--board is one of --boards; leave one out");
    if (cli_has(args, "plot") && (cli_has(args, "operators") || !args->positional[0]))
        return mote_fail(err, MOTE_ERR_USAGE, "--plot draws a model or a spec; name it, without --operators");
    if (cli_has(args, "layers") && (cli_has(args, "operators") || cli_has(args, "json") || !args->positional[0]))
        return mote_fail(err, MOTE_ERR_USAGE, "--layers prints those of a spec; name it, without --operators and --json");
    if (cli_has(args, "operators"))
        return json ? cli_print_json(cli_inspect_json_operators(), err) : cli_inspect_print_operators(err);
    if (args->positional[0])
        return inspect_model(args, err);
    if (cli_has(args, "chips"))
        return json ? cli_print_json(cli_inspect_json_chips(NULL, err), err) : cli_inspect_print_chips(NULL, err);
    if (cli_has(args, "boards") || cli_value(args, "board"))
        return show_boards(args, err);
    return mote_fail(err, MOTE_ERR_USAGE, "name a model or a spec; or --operators, --boards or --chips");
}

const cli_command cli_inspect = {
    .name = "inspect",
    .operands = "MODEL|SPEC.yaml [--board NAME]",
    .summary = "layers, sizes, memory plan, and what it fits",
    .examples = "  mote inspect mnist_int8.tflite\n"
                "  mote inspect mnist.yaml --board esp32dev   before training\n"
                "  mote inspect mnist_int8.tflite --boards    all boards\n"
                "  mote inspect --operators                   what models may contain\n",
    .positional_min = 0,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"board", 'b', "NAME", "whether it fits this board; without a model: what the board has"},
            {"boards", 0, NULL, "the same of all boards; without a model: which boards there are"},
            {"chips", 0, NULL, "which emulated chips it fits; without a model: which there are"},
            {"plot", 'p', "NET.svg|NET.png", "also draw the network: layers, shapes, types, parameters"},
            {"layers", 0, NULL, "of a spec with an architecture: its section model with all layers, to be changed"},
            {"operators", 0, NULL, "the operators and their types, instead of a model"},
            CLI_INPUT_SHAPE_ROW,
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_inspect,
};
