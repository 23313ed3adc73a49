/* mote inspect: a model file, a spec before it is trained, the operators, the chips.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "build/spec.h"
#include "cli/cli.h"

typedef struct inspecting {
    const char      *path;
    size_t           file_bytes; /* 0: a spec */
    mote_spec       *spec;       /* NULL: a model file */
    mote_dataset    *set;        /* the spec's, where it is there */
    mote_error       no_recipe;  /* why the model has no recipe yet: the data are not there, or do not fit it */
    mote_model      *model;
    const mote_chip *chip; /* the spec's; else NULL */
    mote_inspection  is;
    mote_inspection  int8; /* of a float model; else its layer_count is 0 */
    mote_error       no_int8;
} inspecting;

/* ---- loading ---- */

/* A spec without model.input takes its shape from the data; with it, the data need not be there. But where they are, the
 * model gets the recipe that training will give it. */
static mote_status build_from_spec(inspecting *in, mote_error *err)
{
    const mote_spec *spec;

    MOTE_TRY(mote_spec_load(&in->spec, in->path, err));
    spec = in->spec;
    in->chip = spec->deploy.chip ? mote_chip_find(spec->deploy.chip) : NULL;
    if ((spec->data.path || spec->data.is_sine) && mote_spec_load_data(&in->set, spec, &in->no_recipe) != MOTE_OK)
        in->set = NULL;
    if (!in->set && spec->state->input.rank == 0)
        return in->no_recipe.code != MOTE_OK ? mote_fail(err, in->no_recipe.code, "%s", in->no_recipe.text)
                                             : mote_spec_load_data(&in->set, spec, err);
    MOTE_TRY(mote_spec_build_model(spec, in->set, &in->model, err));
    if (!in->set)
        return MOTE_OK;
    if (spec->train.validation_split > 0) /* those samples do not calibrate */
        MOTE_TRY(mote_dataset_take_validation(in->set, spec->train.validation_split, err));
    mote_train_recipe(in->model, in->set, &spec->train, &in->no_recipe);
    return MOTE_OK;
}

static mote_status load(inspecting *in, mote_error *err)
{
    struct stat status;

    if (mote_path_has_suffix(in->path, ".yaml") || mote_path_has_suffix(in->path, ".yml"))
        return build_from_spec(in, err);
    MOTE_TRY(mote_model_load(&in->model, in->path, NULL, err));
    in->file_bytes = stat(in->path, &status) == 0 ? (size_t)status.st_size : 0;
    return MOTE_OK;
}

/* How a float model becomes int8: as the spec says, or as `mote convert --quantize int8` does it by itself. */
static const mote_quantize_options *quantization_of(const inspecting *in)
{
    static const mote_quantize_options defaults = {0};

    return in->spec ? &in->spec->convert.options : &defaults;
}

/* For chips that run these kernels. The int8 form is another way that the model may go: that it has none is no failure,
 * unless the spec asks for it. */
static mote_status inspect_for(inspecting *in, const char *kernels, mote_error *err)
{
    mote_inspect_options options = {.kernels = kernels};

    if (in->spec)
        options.keeps_constant_channels = in->spec->deploy.options.keeps_constant_channels;
    if (mote_inspect(&in->is, in->model, &options, err) != MOTE_OK)
        return mote_context(err, "%s", in->path);
    options.quantize = quantization_of(in);
    options.calibration = in->set && in->set->split[MOTE_TRAIN].count > 0 ? &in->set->split[MOTE_TRAIN] : NULL;
    if (!mote_model_is_quantized(in->model) && mote_model_input_count(in->model) == 1)
        mote_inspect(&in->int8, in->model, &options, &in->no_int8);
    return MOTE_OK;
}

static bool knows_recipe(const inspecting *in)
{
    return in->set && in->no_recipe.code == MOTE_OK;
}

static bool is_deployed_as_int8(const inspecting *in)
{
    return in->spec && in->spec->convert.quantize == MOTE_QUANTIZE_INT8 && in->int8.layer_count > 0;
}

/* What a build of the spec deploys; of a file, what it holds. */
static const mote_inspection *deployed(const inspecting *in)
{
    return is_deployed_as_int8(in) ? &in->int8 : &in->is;
}

static mote_status inspect(inspecting *in, mote_error *err)
{
    MOTE_TRY(inspect_for(in, in->chip ? in->chip->kernels : NULL, err));
    if (in->spec && in->spec->convert.quantize == MOTE_QUANTIZE_INT8 && in->no_int8.code != MOTE_OK)
        return mote_fail(err, in->no_int8.code, "%s: %s", in->path, in->no_int8.text);
    return MOTE_OK;
}

/* Whether constants and arena alone fit; the firmware's code comes on top. */
static bool may_fit(const mote_memory_info *memory, const mote_chip *chip)
{
    return memory->constant_bytes <= chip->flash_bytes && memory->arena_bytes <= chip->ram_bytes;
}

/* ---- the table ---- */

static mote_status print_ends(const inspecting *in, mote_error *err)
{
    static const char *const headings[] = {"", "name", "type", "shape", "scale", "zero point"};
    cli_table                table = {.headings = headings, .column_count = 6};
    int32_t                  inputs = mote_model_input_count(in->model), outputs = mote_model_output_count(in->model), i;

    for (i = 0; i < inputs + outputs; i++) {
        mote_tensor_info t = i < inputs ? mote_model_input(in->model, i) : mote_model_output(in->model, i - inputs);
        cli_cell(&table, "%s", i < inputs ? "input" : "output");
        cli_cell(&table, "%s", t.name);
        cli_cell(&table, "%s", mote_dtype_name(t.dtype));
        cli_cell(&table, "%s", cli_show_shape(&t).text);
        cli_cell(&table, t.is_quantized ? "%.9g" : "", (double)t.scale);
        cli_cell(&table, t.is_quantized ? "%d" : "", t.zero_point);
    }
    return cli_table_print(&table, err);
}

/* Files' names can be lists of names; the first one is enough. */
static int first_name(const char *name)
{
    return (int)strcspn(name, ";");
}

static cli_shape show_weights_shape(const mote_weights_info *weights)
{
    mote_tensor_info as_tensor = {.rank = weights->rank};

    memcpy(as_tensor.dim, weights->dim, sizeof as_tensor.dim);
    return weights->rank > 0 ? cli_show_shape(&as_tensor) : (cli_shape){""};
}

static mote_status print_layers(const mote_inspection *is, mote_error *err)
{
    static const char *const headings[] = {"#",          "operator", "output", "type", "weights",
                                           "parameters", "bytes",    "MACs",   "layer"};
    cli_table                table = {.headings = headings, .column_count = 9};
    int32_t                  i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info *layer = &is->layers[i];
        cli_cell(&table, "%d", i);
        cli_cell(&table, "%s%s%s", layer->op, layer->activation[0] ? " + " : "", layer->activation);
        cli_cell(&table, "%s", cli_show_shape(&layer->output).text);
        cli_cell(&table, "%s", mote_dtype_name(layer->output.dtype));
        cli_cell(&table, "%s", show_weights_shape(&layer->weights).text);
        cli_cell(&table, layer->parameters ? "%zu" : "", layer->parameters);
        cli_cell(&table, layer->parameters ? "%zu" : "", layer->parameter_bytes);
        cli_cell(&table, layer->macs ? "%zu" : "", layer->macs);
        cli_cell(&table, "%.*s", first_name(layer->name), layer->name);
    }
    return cli_table_print(&table, err);
}

/* ---- quantization ---- */

static bool is_quantized(const mote_inspection *is)
{
    int32_t i;

    for (i = 0; i < is->layer_count; i++)
        if (is->layers[i].output.is_quantized || is->layers[i].weights.scale_count > 0)
            return true;
    return false;
}

/* Least and greatest as one text: "0.01", "0.01 .. 0.5". */
static void range_cell(cli_table *table, double least, double greatest)
{
    if (least < greatest)
        cli_cell(table, "%.4g .. %.4g", least, greatest);
    else
        cli_cell(table, "%.4g", least);
}

static mote_status print_quantization(const mote_inspection *is, mote_error *err)
{
    static const char *const headings[] = {"#",       "operator", "output's scale", "zero point",
                                           "weights", "scales",   "between",        "zero points"};
    cli_table                table = {.headings = headings, .column_count = 8};
    int32_t                  i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info   *layer = &is->layers[i];
        const mote_weights_info *w = &layer->weights;
        cli_cell(&table, "%d", i);
        cli_cell(&table, "%s", layer->op);
        cli_cell(&table, layer->output.is_quantized ? "%.9g" : "", (double)layer->output.scale);
        cli_cell(&table, layer->output.is_quantized ? "%d" : "", layer->output.zero_point);
        cli_cell(&table, "%s", w->rank > 0 ? mote_dtype_name(w->dtype) : "");
        cli_cell(&table, w->scale_count > 0 ? "%d" : "", w->scale_count);
        if (w->scale_count == 0) {
            cli_cell(&table, "%s", "");
            cli_cell(&table, "%s", "");
            continue;
        }
        range_cell(&table, (double)w->scale_min, (double)w->scale_max);
        range_cell(&table, w->zero_point_min, w->zero_point_max);
    }
    return cli_table_print(&table, err);
}

/* ---- memory ---- */

static void how_cell(cli_table *table, const mote_place_info *place)
{
    if (place->shares)
        cli_cell(table, "in the place of %.*s", first_name(place->shares), place->shares);
    else if (place->runs_over)
        cli_cell(table, "over %.*s, %zu below (least %zu)", first_name(place->runs_over), place->runs_over, place->distance,
                 place->distance_min);
    else
        cli_cell(table, "%s", "");
}

static mote_status print_places(const mote_memory_info *memory, mote_error *err)
{
    static const char *const headings[] = {"offset", "end", "bytes", "live at #", "tensor", ""};
    cli_table                table = {.headings = headings, .column_count = 6};
    int32_t                  i;

    for (i = 0; i < memory->place_count; i++) {
        const mote_place_info *place = &memory->places[i];
        cli_cell(&table, "%zu", place->offset);
        cli_cell(&table, "%zu", place->offset + place->bytes);
        cli_cell(&table, "%zu", place->bytes);
        cli_cell(&table, "%d..%d", place->first_step, place->last_step);
        if (place->name)
            cli_cell(&table, "%.*s", first_name(place->name), place->name);
        else
            cli_cell(&table, "(scratch)");
        how_cell(&table, place);
    }
    return cli_table_print(&table, err);
}

/* ---- totals ---- */

static void arena_cells(cli_table *table, const mote_memory_info *memory)
{
    cli_cell(table, "arena");
    if (memory->arena_bytes == memory->bound_bytes)
        cli_cell(table, "%zu bytes (no plan needs fewer), fullest at #%d", memory->arena_bytes, memory->peak_step);
    else
        cli_cell(table, "%zu bytes (no plan needs under %zu), fullest at #%d", memory->arena_bytes, memory->bound_bytes,
                 memory->peak_step);
    cli_cell(table, "constants");
    cli_cell(table, "%zu bytes in compiled code", memory->constant_bytes);
}

static void int8_cells(cli_table *table, const inspecting *in)
{
    const mote_quantize_options *how = quantization_of(in);

    if (in->int8.layer_count > 0 && !in->int8.memory_failure) {
        cli_cell(table, "as int8");
        cli_cell(table, ".tflite %zu, arena %zu, constants %zu bytes", in->int8.tflite_bytes, in->int8.memory.arena_bytes,
                 in->int8.memory.constant_bytes);
        cli_cell(table, "%s", "");
        cli_cell(table, "inputs and outputs %s, a scale for each %s", mote_dtype_name(how->io),
                 how->is_per_tensor ? "tensor" : "channel");
    } else if (in->no_int8.code != MOTE_OK) {
        cli_cell(table, "as int8");
        cli_cell(table, "%s", in->no_int8.text);
    }
}

static void deployed_cells(cli_table *table, const inspecting *in)
{
    const mote_inspection *is = deployed(in);

    cli_cell(table, "deployed");
    cli_cell(table, "%s, for %s%s%s", is == &in->int8 ? "int8" : "float32", in->chip ? in->chip->name : "any chip",
             in->chip && !is->memory_failure ? ": constants and arena " : "",
             !in->chip || is->memory_failure  ? ""
             : may_fit(&is->memory, in->chip) ? "fit"
                                              : "do not fit");
}

static mote_status print_totals(const inspecting *in, mote_error *err)
{
    const mote_inspection *is = &in->is;
    cli_table              table = {.column_count = 2};

    cli_cell(&table, "parameters");
    cli_cell(&table, "%zu (%zu bytes)", is->parameters, is->parameter_bytes);
    cli_cell(&table, "MACs");
    cli_cell(&table, "%zu", is->macs);
    if (mote_model_is_quantized(in->model)) {
        cli_cell(&table, "constant channels");
        cli_cell(&table, "%d of %d; compiled without %d", is->pruning.constant_channels, is->pruning.channels,
                 is->pruning.dropped_channels);
    }
    if (is->pruning.dropped_channels > 0) {
        cli_cell(&table, "MACs left");
        cli_cell(&table, "%zu", is->pruning.macs_left);
        cli_cell(&table, "weights left");
        cli_cell(&table, "%zu of %zu bytes", is->pruning.weight_bytes_left, is->pruning.weight_bytes);
    }
    cli_cell(&table, in->spec ? ".tflite" : "file");
    cli_cell(&table, "%zu bytes", in->spec ? is->tflite_bytes : in->file_bytes);
    if (!is->memory_failure)
        arena_cells(&table, &is->memory);
    int8_cells(&table, in);
    if (in->spec)
        deployed_cells(&table, in);
    return cli_table_print(&table, err);
}

/* Sizes are those of the very files that a build writes, but for what only training can tell. */
static void print_caveats(const inspecting *in)
{
    if (in->spec && !knows_recipe(in))
        cli_print_line(0,
                       "about: .tflite files grow by the recipe (preparation, class names), which only data that fit the "
                       "network can tell%s%s",
                       in->no_recipe.code != MOTE_OK ? ": " : "", in->no_recipe.code != MOTE_OK ? in->no_recipe.text : "");
    if (is_deployed_as_int8(in))
        cli_print_line(0, "about: the int8 .tflite, as equal zero points take their 16 bytes once");
    if (is_deployed_as_int8(in) && !in->spec->deploy.options.keeps_constant_channels)
        cli_print_line(0,
                       "at most: channels that training leaves constant are not compiled, which saves memory and constants");
}

static mote_status print_tables(const inspecting *in, mote_error *err)
{
    cli_progress_end();
    MOTE_TRY(print_ends(in, err));
    puts("");
    MOTE_TRY(cli_print_recipe(&in->model->recipe, in->set ? in->set->column_names : NULL, err));
    MOTE_TRY(print_layers(&in->is, err));
    puts("");
    if (is_quantized(&in->is)) {
        MOTE_TRY(print_quantization(&in->is, err));
        puts("");
    }
    MOTE_TRY(print_totals(in, err));
    print_caveats(in);
    puts("");
    if (deployed(in)->memory_failure) {
        cli_print_line(0, "no memory plan: %s", deployed(in)->memory_failure);
        return MOTE_OK;
    }
    return print_places(&deployed(in)->memory, err);
}

/* ---- chips ---- */

/* On one chip. Kernels need memory of their own, so each kind of chip has a plan of its own. */
typedef struct chip_fit {
    const mote_chip *chip;
    bool             has_real, has_int8, real, int8;
} chip_fit;

enum { CHIPS_MAX = 64 };

/* Chips that run the same kernels share the inspection. */
static mote_status fit_kernels(chip_fit *fits, int count, const inspecting *in, int first, mote_error *err)
{
    const char *kernels = fits[first].chip->kernels;
    inspecting  of = {.path = in->path, .spec = in->spec, .model = in->model};
    int         i;

    inspect_for(&of, kernels, err);
    for (i = first; err->code == MOTE_OK && i < count; i++) {
        if (strcmp(fits[i].chip->kernels, kernels) != 0)
            continue;
        fits[i].has_real = !of.is.memory_failure;
        fits[i].has_int8 = of.int8.layer_count > 0 && !of.int8.memory_failure;
        fits[i].real = fits[i].has_real && may_fit(&of.is.memory, fits[i].chip);
        fits[i].int8 = fits[i].has_int8 && may_fit(&of.int8.memory, fits[i].chip);
    }
    mote_inspection_free(&of.is);
    mote_inspection_free(&of.int8);
    return err->code;
}

/* in NULL: the chips alone. Returns how many there are. */
static int fit_chips(chip_fit *fits, const inspecting *in, mote_error *err)
{
    const int count = mote_chip_count() < CHIPS_MAX ? mote_chip_count() : CHIPS_MAX;
    int       i, k;

    for (i = 0; i < count; i++)
        fits[i] = (chip_fit){.chip = mote_chip_at(i)};
    for (i = 0; in && i < count; i++) {
        for (k = 0; k < i && strcmp(fits[k].chip->kernels, fits[i].chip->kernels) != 0;)
            k++;
        if (k == i && fit_kernels(fits, count, in, i, err) != MOTE_OK)
            break;
    }
    return count;
}

static mote_status print_chips(const inspecting *in, mote_error *err)
{
    static const char *const headings[] = {"chip", "what it is", "flash", "RAM", "fits", "as int8"};
    chip_fit                 fits[CHIPS_MAX];
    const int                count = fit_chips(fits, in, err);
    const bool               has_real = fits[0].has_real, has_int8 = has_real && fits[0].has_int8;
    cli_table                table = {.headings = headings, .column_count = has_int8 ? 6 : has_real ? 5 : 4};
    int                      i;

    MOTE_TRY(err->code);
    for (i = 0; i < count; i++) {
        const mote_chip *chip = fits[i].chip;
        cli_cell(&table, "%s", chip->name);
        cli_cell(&table, "%s", chip->description);
        cli_cell(&table, "%u KiB", chip->flash_bytes / 1024);
        cli_cell(&table, "%u KiB", chip->ram_bytes / 1024);
        if (has_real)
            cli_cell(&table, "%s", fits[i].real ? "yes" : "no");
        if (has_int8)
            cli_cell(&table, "%s", fits[i].int8 ? "yes" : "no");
    }
    MOTE_TRY(cli_table_print(&table, err));
    if (has_real)
        cli_print_line(0, "by constants and arena alone; `mote emulate MODEL --chip NAME` measures the whole firmware");
    return MOTE_OK;
}

static json_t *json_chips(const inspecting *in, mote_error *err)
{
    chip_fit  fits[CHIPS_MAX];
    const int count = fit_chips(fits, in, err);
    json_t   *list = json_array();
    int       i;

    for (i = 0; i < count; i++) {
        const mote_chip *chip = fits[i].chip;
        json_t *row = json_pack("{ss ss sI sI}", "chip", chip->name, "description", chip->description, "flash_bytes",
                                (json_int_t)chip->flash_bytes, "ram_bytes", (json_int_t)chip->ram_bytes);
        if (fits[i].has_real)
            json_object_set_new(row, "fits", json_boolean(fits[i].real));
        if (fits[i].has_int8)
            json_object_set_new(row, "fits_as_int8", json_boolean(fits[i].int8));
        json_array_append_new(list, row);
    }
    return list;
}

/* ---- JSON ---- */

static json_t *json_ends(const mote_model *model, bool is_input)
{
    int32_t count = is_input ? mote_model_input_count(model) : mote_model_output_count(model), i;
    json_t *list = json_array();

    for (i = 0; i < count; i++) {
        mote_tensor_info t = is_input ? mote_model_input(model, i) : mote_model_output(model, i);
        json_array_append_new(list, cli_json_tensor(&t));
    }
    return list;
}

static json_t *json_weights(const mote_weights_info *w)
{
    json_t *object = json_object(), *shape = json_array();
    int32_t i;

    for (i = 0; i < w->rank; i++)
        json_array_append_new(shape, json_integer(w->dim[i]));
    json_object_set_new(object, "dtype", json_string(mote_dtype_name(w->dtype)));
    json_object_set_new(object, "shape", shape);
    json_object_set_new(object, "bytes", json_integer((json_int_t)w->bytes));
    if (w->scale_count > 0) {
        json_object_set_new(object, "scale_count", json_integer(w->scale_count));
        json_object_set_new(object, "axis", w->axis < 0 ? json_null() : json_integer(w->axis));
        json_object_set_new(object, "scale_min", cli_json_number((double)w->scale_min));
        json_object_set_new(object, "scale_max", cli_json_number((double)w->scale_max));
        json_object_set_new(object, "zero_point_min", json_integer(w->zero_point_min));
        json_object_set_new(object, "zero_point_max", json_integer(w->zero_point_max));
    }
    return object;
}

/* Names of tensors: each is a layer's, or one of the model's inputs. */
static json_t *json_operands(const mote_layer_info *layer)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < layer->input_count; i++)
        json_array_append_new(list, cli_json_text(layer->inputs[i].tensor.name));
    return list;
}

static json_t *json_layers(const mote_inspection *is)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info *layer = &is->layers[i];
        json_t                *row = cli_json_tensor(&layer->output);
        json_object_set_new(row, "operator", json_string(layer->op));
        json_object_set_new(row, "inputs", json_operands(layer));
        json_object_set_new(row, "activation", layer->activation[0] ? json_string(layer->activation) : json_null());
        json_object_set_new(row, "parameters", json_integer((json_int_t)layer->parameters));
        json_object_set_new(row, "parameter_bytes", json_integer((json_int_t)layer->parameter_bytes));
        json_object_set_new(row, "weights", layer->weights.rank > 0 ? json_weights(&layer->weights) : json_null());
        json_object_set_new(row, "macs", json_integer((json_int_t)layer->macs));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *text_or_null(const char *text)
{
    return text ? cli_json_text(text) : json_null();
}

static json_t *json_places(const mote_memory_info *memory)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < memory->place_count; i++) {
        const mote_place_info *place = &memory->places[i];
        json_t                *row =
            json_pack("{so sI sI si si}", "tensor", text_or_null(place->name), "offset", (json_int_t)place->offset, "bytes",
                      (json_int_t)place->bytes, "first_step", place->first_step, "last_step", place->last_step);
        json_object_set_new(row, "shares", text_or_null(place->shares));
        json_object_set_new(row, "runs_over", text_or_null(place->runs_over));
        if (place->runs_over) {
            json_object_set_new(row, "distance", json_integer((json_int_t)place->distance));
            json_object_set_new(row, "distance_min", json_integer((json_int_t)place->distance_min));
        }
        json_array_append_new(list, row);
    }
    return list;
}

static void add_sizes(json_t *object, const mote_inspection *is)
{
    json_object_set_new(object, "tflite_bytes", json_integer((json_int_t)is->tflite_bytes));
    if (is->memory_failure) {
        json_object_set_new(object, "memory_failure", cli_json_text(is->memory_failure));
        return;
    }
    json_object_set_new(object, "arena_bytes", json_integer((json_int_t)is->memory.arena_bytes));
    json_object_set_new(object, "arena_bound_bytes", json_integer((json_int_t)is->memory.bound_bytes));
    json_object_set_new(object, "arena_peak_step", json_integer(is->memory.peak_step));
    json_object_set_new(object, "constant_bytes", json_integer((json_int_t)is->memory.constant_bytes));
}

static json_t *json_columns(const mote_dataset *set)
{
    json_t *list = json_array();
    size_t  i;

    for (i = 0; i < set->sample_count; i++)
        json_array_append_new(list, cli_json_text(set->column_names[i]));
    return list;
}

/* What a build of the spec will say in its summary.json, section by section, and how sure that is. */
static json_t *json_build(const inspecting *in)
{
    const mote_inspection *is = deployed(in);
    const char            *target = in->spec->deploy.options.target;
    json_t                *object = json_object(), *firmware;

    json_object_set_new(object, "float32",
                        json_pack("{sI sb}", "file_bytes", (json_int_t)in->is.tflite_bytes, "is_exact", knows_recipe(in)));
    if (is_deployed_as_int8(in))
        json_object_set_new(object, "int8", /* equal zero points are stored once, and only training tells them */
                            json_pack("{sI sb ss ss}", "file_bytes", (json_int_t)is->tflite_bytes, "is_exact", false, "io",
                                      mote_dtype_name(quantization_of(in)->io), "granularity",
                                      quantization_of(in)->is_per_tensor ? "tensor" : "channel"));
    if (is->memory_failure || (target && strcmp(target, "array") == 0)) /* which is compiled by others */
        return object;
    firmware =
        json_pack("{ss so sI sI sI}", "kernels", is->kernels, "chip", in->chip ? json_string(in->chip->name) : json_null(),
                  "arena_bytes", (json_int_t)is->memory.arena_bytes, "arena_bound_bytes", (json_int_t)is->memory.bound_bytes,
                  "constant_bytes", (json_int_t)is->memory.constant_bytes);
    if (in->chip)
        json_object_set_new(firmware, "fits", json_boolean(may_fit(&is->memory, in->chip)));
    json_object_set_new(firmware, "is_exact",
                        json_boolean(!is_deployed_as_int8(in) || in->spec->deploy.options.keeps_constant_channels));
    json_object_set_new(object, "firmware", firmware);
    return object;
}

static mote_status print_json(const inspecting *in, bool with_boards, mote_error *err)
{
    const mote_inspection *is = &in->is;
    json_t                *object = json_object(), *int8, *recipe = cli_json_recipe(&in->model->recipe, err);

    json_object_set_new(object, "name", cli_json_text(is->name));
    json_object_set_new(object, "quantized", json_boolean(mote_model_is_quantized(in->model)));
    json_object_set_new(object, "parameters", json_integer((json_int_t)is->parameters));
    json_object_set_new(object, "weight_bytes", json_integer((json_int_t)is->parameter_bytes));
    json_object_set_new(object, "macs", json_integer((json_int_t)is->macs));
    if (!in->spec)
        json_object_set_new(object, "file_bytes", json_integer((json_int_t)in->file_bytes));
    add_sizes(object, is);
    if (mote_model_is_quantized(in->model))
        json_object_set_new(object, "constant_channels", cli_json_pruned(&is->pruning));
    json_object_set_new(object, "recipe", recipe);
    if (in->set && in->set->column_names)
        json_object_set_new(object, "columns", json_columns(in->set));
    json_object_set_new(object, "inputs", json_ends(in->model, true));
    json_object_set_new(object, "outputs", json_ends(in->model, false));
    json_object_set_new(object, "layers", json_layers(is));
    json_object_set_new(object, "memory", json_places(&is->memory));
    if (in->int8.layer_count > 0) {
        int8 = json_object();
        add_sizes(int8, &in->int8);
        json_object_set_new(object, "int8", int8);
    }
    if (in->spec)
        json_object_set_new(object, "build", json_build(in));
    if (with_boards)
        json_object_set_new(object, "boards", json_chips(in, err));
    if (err->code == MOTE_OK)
        return cli_print_json(object, err);
    json_decref(object);
    return err->code;
}

/* ---- operators ---- */

static const char *row_text(mote_operator_row row, char *text, size_t text_bytes)
{
    size_t  used = 0;
    int32_t i;

    text[0] = '\0';
    for (i = 0; i < row.in_count && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", i ? ", " : "", mote_dtype_name(row.in[i]));
    if (used < text_bytes)
        snprintf(text + used, text_bytes - used, " -> %s", mote_dtype_name(row.out));
    return text;
}

static mote_status print_operators(mote_error *err)
{
    static const char *const headings[] = {"operator", "types", "versions", "kernels", "trains", "int8"};
    cli_table                table = {.headings = headings, .column_count = 6};
    char                     text[128];
    int32_t                  i, r;

    for (i = 0; i < mote_operator_count(); i++) {
        mote_operator_info op = mote_operator_at(i);
        for (r = 0; r < (op.row_count ? op.row_count : 1); r++) {
            mote_operator_row row = op.row_count ? mote_operator_row_at(i, r) : (mote_operator_row){0};
            cli_cell(&table, "%s", r ? "" : op.name);
            cli_cell(&table, "%s", op.row_count ? row_text(row, text, sizeof text) : "training only");
            cli_cell(&table, op.row_count ? "%d..%d" : "", row.version_min, row.version_max);
            cli_cell(&table, op.row_count ? "%d" : "", row.kernel_count);
            cli_cell(&table, "%s", r ? "" : op.trains ? "yes" : "no");
            cli_cell(&table, "%s", r ? "" : op.quantizes ? "yes" : "no");
        }
    }
    return cli_table_print(&table, err);
}

static json_t *json_row(mote_operator_row row)
{
    json_t *inputs = json_array();
    int32_t i;

    for (i = 0; i < row.in_count; i++)
        json_array_append_new(inputs, json_string(mote_dtype_name(row.in[i])));
    return json_pack("{so ss si si si}", "inputs", inputs, "output", mote_dtype_name(row.out), "version_min",
                     row.version_min, "version_max", row.version_max, "kernels", row.kernel_count);
}

static json_t *json_operators(void)
{
    json_t *list = json_array();
    int32_t i, r;

    for (i = 0; i < mote_operator_count(); i++) {
        mote_operator_info op = mote_operator_at(i);
        json_t            *rows = json_array();
        for (r = 0; r < op.row_count; r++)
            json_array_append_new(rows, json_row(mote_operator_row_at(i, r)));
        json_array_append_new(list, json_pack("{ss sb sb sb so}", "operator", op.name, "trains", op.trains, "int8",
                                              op.quantizes, "fuses_activation", op.fuses_activation, "rows", rows));
    }
    return list;
}

/* ---- the command ---- */

static mote_status inspect_model(const cli_args *args, mote_error *err)
{
    const bool  with_boards = cli_has(args, "boards");
    const char *plot = cli_value(args, "plot");
    inspecting  in = {.path = args->positional[0]};

    if (load(&in, err) == MOTE_OK && inspect(&in, err) == MOTE_OK &&
        (!plot || mote_inspection_save_chart(&in.is, plot, err) == MOTE_OK)) {
        if (cli_has(args, "json")) {
            print_json(&in, with_boards, err);
        } else if (print_tables(&in, err) == MOTE_OK && with_boards) {
            puts("");
            print_chips(&in, err);
        }
    }
    mote_inspection_free(&in.is);
    mote_inspection_free(&in.int8);
    mote_model_destroy(in.model);
    mote_dataset_destroy(in.set);
    mote_spec_destroy(in.spec);
    return err->code;
}

static mote_status run_inspect(const cli_args *args, mote_error *err)
{
    const bool json = cli_has(args, "json");

    if (cli_has(args, "operators"))
        return json ? cli_print_json(json_operators(), err) : print_operators(err);
    if (args->positional[0])
        return inspect_model(args, err);
    if (cli_has(args, "boards"))
        return json ? cli_print_json(json_chips(NULL, err), err) : print_chips(NULL, err);
    return mote_fail(err, MOTE_ERR_USAGE, "name a model or a spec; or --operators, or --boards");
}

const cli_command cli_inspect = {
    .name = "inspect",
    .operands = "MODEL|SPEC.yaml [--boards]",
    .summary = "layers, sizes, memory plan, and what it fits",
    .examples = "  mote inspect mnist_int8.tflite\n"
                "  mote inspect mnist.yaml --boards       before training\n"
                "  mote inspect --operators               what models may contain\n",
    .positional_min = 0,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"boards", 'b', NULL, "which chips it fits; without a model: which chips there are"},
            {"plot", 'p', "NET.svg|NET.png", "also draw the network: layers, shapes, types, parameters"},
            {"operators", 0, NULL, "the operators and their types, instead of a model"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_inspect,
};
