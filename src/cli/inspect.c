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
    const char     *path;
    bool            is_spec;
    size_t          file_bytes; /* 0: a spec */
    mote_model     *model;
    mote_inspection is;
    mote_inspection int8; /* of a float model; else its layer_count is 0 */
    mote_error      no_int8;
} inspecting;

/* ---- loading ---- */

/* A spec without model.input takes its shape from the data; with it, the data need not be there. */
static mote_status build_from_spec(inspecting *in, mote_error *err)
{
    mote_spec    *spec = NULL;
    mote_dataset *set = NULL;

    if (mote_spec_load(&spec, in->path, err) == MOTE_OK &&
        (spec->state->input.rank > 0 || mote_spec_load_data(&set, spec, err) == MOTE_OK))
        mote_spec_build_model(spec, set, &in->model, err);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
    return err->code;
}

static mote_status load(inspecting *in, mote_error *err)
{
    struct stat status;

    in->is_spec = mote_path_has_suffix(in->path, ".yaml") || mote_path_has_suffix(in->path, ".yml");
    if (in->is_spec)
        return build_from_spec(in, err);
    MOTE_TRY(mote_model_load(&in->model, in->path, NULL, err));
    in->file_bytes = stat(in->path, &status) == 0 ? (size_t)status.st_size : 0;
    return MOTE_OK;
}

static mote_status inspect(inspecting *in, mote_error *err)
{
    if (mote_inspect(&in->is, in->model, err) != MOTE_OK)
        return mote_context(err, "%s", in->path);
    if (!mote_model_is_quantized(in->model) && mote_model_input_count(in->model) == 1)
        mote_inspect_int8(&in->int8, in->model, &in->no_int8);
    return MOTE_OK;
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

/* Names of operators and tensors in tables: files' names can be lists of names, all below the same folders. */
typedef struct short_name {
    char text[4 * 32];
} short_name;

enum { NAME_WIDTH = 27 };

/* The first of the listed names; of a long one the end. */
static short_name shorten(const char *name)
{
    const size_t length = strcspn(name, ";"), from = length > NAME_WIDTH ? length - NAME_WIDTH + 2 : 0;
    short_name   out;

    snprintf(out.text, sizeof out.text, "%s%.*s", from ? ".." : "", (int)(length - from), name + from);
    return out;
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
        cli_cell(&table, "%s", shorten(layer->name).text);
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
        cli_cell(table, "in the place of %s", shorten(place->shares).text);
    else if (place->runs_over)
        cli_cell(table, "over %s, %zu below (least %zu)", shorten(place->runs_over).text, place->distance,
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
        cli_cell(&table, "%s", place->name ? shorten(place->name).text : "(scratch)");
        how_cell(&table, place);
    }
    return cli_table_print(&table, err);
}

/* ---- totals ---- */

static void arena_cell(cli_table *table, const mote_memory_info *memory)
{
    if (memory->arena_bytes == memory->bound_bytes)
        cli_cell(table, "%zu bytes (no plan needs fewer), fullest at #%d", memory->arena_bytes, memory->peak_step);
    else
        cli_cell(table, "%zu bytes (no plan needs fewer than %zu), fullest at #%d", memory->arena_bytes, memory->bound_bytes,
                 memory->peak_step);
}

/* Subgraphs that the file can run besides. */
static void left_out_cells(cli_table *table, const mote_model *model)
{
    int32_t i;

    for (i = 0; i < mote_model_left_out_count(model); i++) {
        cli_cell(table, "left out");
        cli_cell(table, "subgraph %d, \"%s\": the first alone is read", i + 1, mote_model_left_out(model, i));
    }
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
    cli_cell(&table, in->is_spec ? ".tflite" : "file");
    cli_cell(&table, "%zu bytes", in->is_spec ? is->tflite_bytes : in->file_bytes);
    if (!is->memory_failure) {
        cli_cell(&table, "arena");
        arena_cell(&table, &is->memory);
        cli_cell(&table, "constants");
        cli_cell(&table, "%zu bytes in compiled code", is->memory.constant_bytes);
    }
    if (in->int8.layer_count > 0 && !in->int8.memory_failure) {
        cli_cell(&table, "as int8");
        cli_cell(&table, ".tflite %zu, arena %zu, constants %zu bytes", in->int8.tflite_bytes, in->int8.memory.arena_bytes,
                 in->int8.memory.constant_bytes);
    } else if (in->no_int8.code != MOTE_OK) {
        cli_cell(&table, "as int8");
        cli_cell(&table, "%s", in->no_int8.text);
    }
    left_out_cells(&table, in->model);
    return cli_table_print(&table, err);
}

static mote_status print_tables(const inspecting *in, mote_error *err)
{
    cli_progress_end();
    MOTE_TRY(print_ends(in, err));
    puts("");
    MOTE_TRY(print_layers(&in->is, err));
    puts("");
    if (is_quantized(&in->is)) {
        MOTE_TRY(print_quantization(&in->is, err));
        puts("");
    }
    MOTE_TRY(print_totals(in, err));
    puts("");
    if (in->is.memory_failure) {
        printf("no memory plan: %s\n", in->is.memory_failure);
        return MOTE_OK;
    }
    return print_places(&in->is.memory, err);
}

/* ---- chips ---- */

/* Whether constants and arena alone fit; the firmware's code comes on top. */
static bool may_fit(const mote_memory_info *memory, const mote_chip *chip)
{
    return memory->constant_bytes <= chip->flash_bytes && memory->arena_bytes <= chip->ram_bytes;
}

static mote_status print_chips(const inspecting *in, mote_error *err)
{
    static const char *const headings[] = {"chip", "what it is", "flash", "RAM", "fits", "as int8"};
    const bool               has_model = in && !in->is.memory_failure;
    const bool               has_int8 = has_model && in->int8.layer_count > 0 && !in->int8.memory_failure;
    cli_table                table = {.headings = headings, .column_count = has_int8 ? 6 : has_model ? 5 : 4};
    int                      i;

    for (i = 0; i < mote_chip_count(); i++) {
        const mote_chip *chip = mote_chip_at(i);
        cli_cell(&table, "%s", chip->name);
        cli_cell(&table, "%s", chip->description);
        cli_cell(&table, "%u KiB", chip->flash_bytes / 1024);
        cli_cell(&table, "%u KiB", chip->ram_bytes / 1024);
        if (has_model)
            cli_cell(&table, "%s", may_fit(&in->is.memory, chip) ? "yes" : "no");
        if (has_int8)
            cli_cell(&table, "%s", may_fit(&in->int8.memory, chip) ? "yes" : "no");
    }
    MOTE_TRY(cli_table_print(&table, err));
    if (has_model)
        puts("by constants and arena alone; `mote emulate MODEL --chip NAME` measures the whole firmware");
    return MOTE_OK;
}

static json_t *json_chips(const inspecting *in)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < mote_chip_count(); i++) {
        const mote_chip *chip = mote_chip_at(i);
        json_t *row = json_pack("{ss ss sI sI}", "chip", chip->name, "description", chip->description, "flash_bytes",
                                (json_int_t)chip->flash_bytes, "ram_bytes", (json_int_t)chip->ram_bytes);
        if (in && !in->is.memory_failure)
            json_object_set_new(row, "fits", json_boolean(may_fit(&in->is.memory, chip)));
        if (in && in->int8.layer_count > 0 && !in->int8.memory_failure)
            json_object_set_new(row, "fits_as_int8", json_boolean(may_fit(&in->int8.memory, chip)));
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

static json_t *json_layers(const mote_inspection *is)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info *layer = &is->layers[i];
        json_t                *row = cli_json_tensor(&layer->output);
        json_object_set_new(row, "operator", json_string(layer->op));
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

static mote_status print_json(const inspecting *in, bool with_boards, mote_error *err)
{
    const mote_inspection *is = &in->is;
    json_t                *object = json_object(), *int8;

    json_object_set_new(object, "name", cli_json_text(is->name));
    json_object_set_new(object, "quantized", json_boolean(mote_model_is_quantized(in->model)));
    json_object_set_new(object, "parameters", json_integer((json_int_t)is->parameters));
    json_object_set_new(object, "weight_bytes", json_integer((json_int_t)is->parameter_bytes));
    json_object_set_new(object, "macs", json_integer((json_int_t)is->macs));
    if (!in->is_spec)
        json_object_set_new(object, "file_bytes", json_integer((json_int_t)in->file_bytes));
    add_sizes(object, is);
    if (mote_model_is_quantized(in->model))
        json_object_set_new(object, "constant_channels", cli_json_pruned(&is->pruning));
    json_object_set_new(object, "inputs", json_ends(in->model, true));
    json_object_set_new(object, "outputs", json_ends(in->model, false));
    json_object_set_new(object, "layers", json_layers(is));
    json_object_set_new(object, "memory", json_places(&is->memory));
    if (in->int8.layer_count > 0) {
        int8 = json_object();
        add_sizes(int8, &in->int8);
        json_object_set_new(object, "int8", int8);
    }
    if (with_boards)
        json_object_set_new(object, "boards", json_chips(in));
    return cli_print_json(object, err);
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
    const bool with_boards = cli_has(args, "boards");
    inspecting in = {.path = args->positional[0]};

    if (load(&in, err) == MOTE_OK && inspect(&in, err) == MOTE_OK) {
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
        return json ? cli_print_json(json_chips(NULL), err) : print_chips(NULL, err);
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
            {"operators", 0, NULL, "the operators and their types, instead of a model"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_inspect,
};
