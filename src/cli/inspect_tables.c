/* mote inspect: tables. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/inspect.h"

/* ---- scales ---- */

static bool is_power(double scale)
{
    int exponent;

    return !(frexp(scale, &exponent) > 0.5);
}

/* Whether all scales are powers of two, as the pow2 schemes make them: they are shown as such then. */
static bool has_powers(const cli_inspecting *in)
{
    const int32_t ends = mote_model_input_count(in->model), outputs = mote_model_output_count(in->model);
    bool          has = true;
    int32_t       i;

    for (i = 0; i < ends + outputs; i++)
        has &= is_power((double)(i < ends ? mote_model_input(in->model, i) : mote_model_output(in->model, i - ends)).scale);
    for (i = 0; i < in->is.layer_count; i++)
        has &= is_power((double)in->is.layers[i].output.scale) && is_power((double)in->is.layers[i].weights.scale_min) &&
               is_power((double)in->is.layers[i].weights.scale_max);
    return has;
}

typedef struct scale_text {
    char text[40];
} scale_text;

/* 2^-7, or by the format. */
static scale_text show_scale(const cli_inspecting *in, const char *format, double scale)
{
    scale_text shown;
    int        exponent;

    frexp(scale, &exponent);
    if (has_powers(in))
        snprintf(shown.text, sizeof shown.text, "2^%d", exponent - 1);
    else
        snprintf(shown.text, sizeof shown.text, format, scale);
    return shown;
}

/* ---- the table of layers ---- */

static mote_status print_ends(const cli_inspecting *in, mote_error *err)
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
        cli_cell(&table, "%s", t.is_quantized ? show_scale(in, "%.9g", (double)t.scale).text : "");
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

static void scales_cell(cli_table *table, const cli_inspecting *in, double least, double greatest)
{
    if (least < greatest)
        cli_cell(table, "%s .. %s", show_scale(in, "%.4g", least).text, show_scale(in, "%.4g", greatest).text);
    else
        cli_cell(table, "%s", show_scale(in, "%.4g", least).text);
}

/* Least and greatest as one text: "0.01", "0.01 .. 0.5". */
static void range_cell(cli_table *table, double least, double greatest)
{
    if (least < greatest)
        cli_cell(table, "%.4g .. %.4g", least, greatest);
    else
        cli_cell(table, "%.4g", least);
}

static mote_status print_quantization(const cli_inspecting *in, mote_error *err)
{
    const mote_inspection   *is = &in->is;
    static const char *const headings[] = {"#",       "operator", "output's scale", "zero point",
                                           "weights", "scales",   "between",        "zero points"};
    cli_table                table = {.headings = headings, .column_count = 8};
    int32_t                  i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info   *layer = &is->layers[i];
        const mote_weights_info *w = &layer->weights;
        cli_cell(&table, "%d", i);
        cli_cell(&table, "%s", layer->op);
        cli_cell(&table, "%s", layer->output.is_quantized ? show_scale(in, "%.9g", (double)layer->output.scale).text : "");
        cli_cell(&table, layer->output.is_quantized ? "%d" : "", layer->output.zero_point);
        cli_cell(&table, "%s", w->rank > 0 ? mote_dtype_name(w->dtype) : "");
        cli_cell(&table, w->scale_count > 0 ? "%d" : "", w->scale_count);
        if (w->scale_count == 0) {
            cli_cell(&table, "%s", "");
            cli_cell(&table, "%s", "");
            continue;
        }
        scales_cell(&table, in, (double)w->scale_min, (double)w->scale_max);
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

static void quantized_cells(cli_table *table, const cli_inspecting *in)
{
    const mote_quantize_options *how = cli_inspect_quantization_of(in);

    if (in->quantized.layer_count > 0 && !in->quantized.memory_failure) {
        cli_cell(table, "as %s", cli_inspect_scheme(in));
        cli_cell(table, ".tflite %zu, arena %zu, constants %zu bytes", in->quantized.tflite_bytes,
                 in->quantized.memory.arena_bytes, in->quantized.memory.constant_bytes);
        if (!mote_scheme_is_calibrated(how->scheme))
            return;
        cli_cell(table, "%s", "");
        cli_cell(table, "inputs and outputs %s, a scale for each %s", mote_dtype_name(how->io),
                 mote_quantize_is_per_tensor(how) ? "tensor" : "channel");
    } else if (in->no_quantized.code != MOTE_OK) {
        cli_cell(table, "as %s", cli_inspect_scheme(in));
        cli_cell(table, "%s", in->no_quantized.text);
    }
}

static void deployed_cells(cli_table *table, const cli_inspecting *in)
{
    const mote_inspection *is = cli_inspect_deployed(in);

    cli_cell(table, "deployed");
    if (cli_inspect_wants_quantized(in) && !cli_inspect_is_deployed_quantized(in)) {
        cli_cell(table, "not: the spec asks for %s", cli_inspect_scheme(in));
        return;
    }
    cli_cell(table, "%s, for %s%s%s", is == &in->quantized ? cli_inspect_scheme(in) : "float32",
             in->chip ? in->chip->name : "any chip", in->chip && !is->memory_failure ? ": constants and arena " : "",
             !in->chip || is->memory_failure              ? ""
             : cli_inspect_may_fit(&is->memory, in->chip) ? "fit"
                                                          : "do not fit");
}

/* "3 of 64 of #1 CONV_2D: 0, 5, 9". */
static void channels_cell(cli_table *table, const char *what, const mote_inspection *is, int32_t index,
                          const mote_channel_list *list)
{
    enum { SHOWN = 8 };
    char    text[SHOWN * 13];
    size_t  used = 0;
    int32_t i;

    if (list->count == 0)
        return;
    for (i = 0; i < list->count && i < SHOWN; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? ", " : "", (int)list->channels[i]);
    cli_cell(table, "%s", what);
    cli_cell(table, "%d of %d channels of #%d: %s%s", list->count, is->layers[index].range.channel_count, index, text,
             list->count > SHOWN ? ", ..." : "");
}

/* Its lowest value is 0. */
static bool is_relu(const mote_layer_info *layer)
{
    return strcmp(layer->activation, "relu") == 0 || strcmp(layer->activation, "relu6") == 0;
}

/* What can be said of an int8 model whatever comes in. */
static void range_cells(cli_table *table, const mote_inspection *is)
{
    int32_t i, widest = -1;

    for (i = 0; i < is->layer_count; i++)
        if (is->layers[i].range.is_known && (widest < 0 || is->layers[i].range.sum_most > is->layers[widest].range.sum_most))
            widest = i;
    if (widest < 0)
        return;
    cli_cell(table, "accumulators");
    cli_cell(table, "%d of 32 bits at most, at #%d: %s", is->layers[widest].range.sum_bits, widest,
             is->layers[widest].range.sum_bits > 32 ? "a sum may overflow" : "no sum can overflow");
    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info *layer = &is->layers[i];
        channels_cell(table, is_relu(layer) ? "never fire" : "always lowest", is, i, &layer->range.lowest);
        channels_cell(table, "always highest", is, i, &layer->range.highest);
    }
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

/* What reading the file took. */
static void note_cells(cli_table *table, const mote_model *model)
{
    int32_t i;

    for (i = 0; i < mote_model_note_count(model); i++) {
        cli_cell(table, "note");
        cli_cell(table, "%s", mote_model_note(model, i));
    }
}

static mote_status print_totals(const cli_inspecting *in, mote_error *err)
{
    const mote_inspection *is = &in->is;
    cli_table              table = {.column_count = 2};

    cli_cell(&table, "parameters");
    cli_cell(&table, "%zu (%zu bytes)", is->parameters, is->parameter_bytes);
    cli_cell(&table, "MACs");
    cli_cell(&table, "%zu", is->macs);
    if (is->left_out_count > 0) {
        cli_cell(&table, "operators");
        cli_cell(&table, "%d; compiled without %d", is->layer_count, is->left_out_count);
    }
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
    range_cells(&table, is);
    cli_cell(&table, in->spec ? ".tflite" : "file");
    cli_cell(&table, "%zu bytes", in->spec ? is->tflite_bytes : in->file_bytes);
    if (!is->memory_failure)
        arena_cells(&table, &is->memory);
    quantized_cells(&table, in);
    if (in->spec)
        deployed_cells(&table, in);
    left_out_cells(&table, in->model);
    note_cells(&table, in->model);
    return cli_table_print(&table, err);
}

/* Sizes are those of the very files that a build writes, but for what only training can tell. */
static void print_caveats(const cli_inspecting *in)
{
    if (in->spec && !cli_inspect_knows_recipe(in))
        cli_print_line(0,
                       "about: .tflite files grow by the recipe (preparation, class names), which only data that fit the "
                       "network can tell%s%s",
                       in->no_recipe.code != MOTE_OK ? ": " : "", in->no_recipe.code != MOTE_OK ? in->no_recipe.text : "");
    if (cli_inspect_is_deployed_quantized(in) && mote_scheme_is_calibrated(cli_inspect_quantization_of(in)->scheme))
        cli_print_line(0, "about: the %s .tflite, as equal zero points take their 16 bytes once", cli_inspect_scheme(in));
    if (cli_inspect_is_deployed_quantized(in) && !in->spec->deploy.options.keeps_constant_channels)
        cli_print_line(0,
                       "at most: channels that training leaves constant are not compiled, which saves memory and constants");
}

mote_status cli_inspect_print_tables(const cli_inspecting *in, mote_error *err)
{
    cli_progress_end();
    MOTE_TRY(print_ends(in, err));
    puts("");
    MOTE_TRY(cli_print_recipe(in->model, err));
    MOTE_TRY(print_layers(&in->is, err));
    puts("");
    if (is_quantized(&in->is)) {
        MOTE_TRY(print_quantization(in, err));
        puts("");
    }
    MOTE_TRY(print_totals(in, err));
    print_caveats(in);
    puts("");
    if (cli_inspect_deployed(in)->memory_failure) {
        cli_print_line(0, "no memory plan: %s", cli_inspect_deployed(in)->memory_failure);
        return MOTE_OK;
    }
    if (in->spec)
        cli_print_line(0, "memory of the %s form; # counts its operators",
                       cli_inspect_is_deployed_quantized(in) ? cli_inspect_scheme(in) : "inference");
    return print_places(&cli_inspect_deployed(in)->memory, err);
}

/* ---- chips and operators ---- */

mote_status cli_inspect_print_chips(const cli_inspecting *in, mote_error *err)
{
    char              as_quantized[32];
    const char *const headings[] = {"chip", "what it is", "flash", "RAM", "fits", as_quantized};
    cli_chip_fit      fits[CLI_CHIPS_MAX];
    const int         count = cli_inspect_fit_chips(fits, in, err);
    const bool        has_real = fits[0].has_real, has_quantized = has_real && fits[0].has_quantized;
    cli_table         table = {.headings = headings, .column_count = has_quantized ? 6 : has_real ? 5 : 4};
    int               i;

    MOTE_TRY(err->code);
    snprintf(as_quantized, sizeof as_quantized, "as %s", cli_inspect_scheme(in));
    for (i = 0; i < count; i++) {
        const mote_chip *chip = fits[i].chip;
        cli_cell(&table, "%s", chip->name);
        cli_cell(&table, "%s", chip->description);
        cli_cell(&table, "%u KiB", chip->flash_bytes / 1024);
        cli_cell(&table, "%u KiB", chip->ram_bytes / 1024);
        if (has_real)
            cli_cell(&table, "%s", fits[i].real ? "yes" : "no");
        if (has_quantized)
            cli_cell(&table, "%s", fits[i].quantized ? "yes" : "no");
    }
    MOTE_TRY(cli_table_print(&table, err));
    if (has_real)
        cli_print_line(0, "by constants and arena alone; `mote emulate MODEL --chip NAME` measures the whole firmware");
    return MOTE_OK;
}

static const char *row_text(mote_operator_row row, char *text, size_t text_bytes)
{
    size_t  used = 0;
    int32_t i;

    text[0] = '\0';
    for (i = 0; i < row.in_count && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", i ? ", " : "", row.in[i]);
    if (used < text_bytes)
        snprintf(text + used, text_bytes - used, " -> %s", row.out);
    return text;
}

mote_status cli_inspect_print_operators(mote_error *err)
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
