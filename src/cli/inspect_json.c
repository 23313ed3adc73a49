/* mote inspect --json. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/inspect.h"

json_t *cli_inspect_json_chips(const cli_inspecting *in, mote_error *err)
{
    cli_chip_fit fits[CLI_CHIPS_MAX];
    const int    count = cli_inspect_fit_chips(fits, in, err);
    json_t      *list = json_array();
    char         as_quantized[48];
    int          i;

    snprintf(as_quantized, sizeof as_quantized, "fits_as_%s", cli_inspect_scheme(in));
    for (i = 0; i < count; i++) {
        const mote_chip *chip = fits[i].chip;
        json_t *row = json_pack("{ss ss sI sI}", "chip", chip->name, "description", chip->description, "flash_bytes",
                                (json_int_t)chip->flash_bytes, "ram_bytes", (json_int_t)chip->ram_bytes);
        if (fits[i].has_real)
            mote_json_set(&row, "fits", json_boolean(fits[i].real));
        if (fits[i].has_quantized)
            mote_json_set(&row, as_quantized, json_boolean(fits[i].quantized));
        mote_json_append(&list, row);
    }
    return list;
}

static json_t *json_ends(const mote_model *model, bool is_input)
{
    int32_t count = is_input ? mote_model_input_count(model) : mote_model_output_count(model), i;
    json_t *list = json_array();

    for (i = 0; i < count; i++) {
        mote_tensor_info t = is_input ? mote_model_input(model, i) : mote_model_output(model, i);
        mote_json_append(&list, cli_json_tensor(&t));
    }
    return list;
}

static json_t *json_weights(const mote_weights_info *w)
{
    json_t *object = json_object(), *shape = json_array();
    int32_t i;

    for (i = 0; i < w->rank; i++)
        mote_json_append(&shape, json_integer(w->dim[i]));
    mote_json_set(&object, "dtype", json_string(mote_dtype_name(w->dtype)));
    mote_json_set(&object, "shape", shape);
    mote_json_set(&object, "bytes", json_integer((json_int_t)w->bytes));
    if (w->scale_count > 0) {
        mote_json_set(&object, "scale_count", json_integer(w->scale_count));
        mote_json_set(&object, "axis", w->axis < 0 ? json_null() : json_integer(w->axis));
        mote_json_set(&object, "scale_min", mote_json_number((double)w->scale_min));
        mote_json_set(&object, "scale_max", mote_json_number((double)w->scale_max));
        mote_json_set(&object, "zero_point_min", json_integer(w->zero_point_min));
        mote_json_set(&object, "zero_point_max", json_integer(w->zero_point_max));
    }
    return object;
}

static json_t *json_channels(const mote_channel_list *list)
{
    json_t *array = json_array();
    int32_t i;

    for (i = 0; i < list->count; i++)
        mote_json_append(&array, json_integer(list->channels[i]));
    return array;
}

static json_t *json_range(const mote_range_info *range)
{
    json_t *object =
        json_pack("{sI sI sI si sb}", "low", (json_int_t)range->sum_low, "high", (json_int_t)range->sum_high, "most",
                  (json_int_t)range->sum_most, "bits", range->sum_bits, "may_overflow", range->sum_bits > 32);

    if (range->channel_count > 0) {
        mote_json_set(&object, "always_lowest", json_channels(&range->lowest));
        mote_json_set(&object, "always_highest", json_channels(&range->highest));
    }
    return object;
}

/* Names of tensors: each is a layer's, or one of the model's inputs. */
static json_t *json_operands(const mote_layer_info *layer)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < layer->input_count; i++)
        mote_json_append(&list, mote_json_text(layer->inputs[i].tensor.name));
    return list;
}

static json_t *json_layers(const mote_inspection *is)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < is->layer_count; i++) {
        const mote_layer_info *layer = &is->layers[i];
        json_t                *row = cli_json_tensor(&layer->output);
        mote_json_set(&row, "operator", json_string(layer->op));
        mote_json_set(&row, "inputs", json_operands(layer));
        mote_json_set(&row, "activation", layer->activation[0] ? json_string(layer->activation) : json_null());
        mote_json_set(&row, "parameters", json_integer((json_int_t)layer->parameters));
        mote_json_set(&row, "parameter_bytes", json_integer((json_int_t)layer->parameter_bytes));
        mote_json_set(&row, "weights", layer->weights.rank > 0 ? json_weights(&layer->weights) : json_null());
        mote_json_set(&row, "macs", json_integer((json_int_t)layer->macs));
        if (layer->range.is_known)
            mote_json_set(&row, "sums", json_range(&layer->range));
        mote_json_append(&list, row);
    }
    return list;
}

static json_t *json_places(const mote_memory_info *memory)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < memory->place_count; i++) {
        const mote_place_info *place = &memory->places[i];
        json_t                *row =
            json_pack("{so sI sI si si}", "tensor", mote_json_text(place->name), "offset", (json_int_t)place->offset,
                      "bytes", (json_int_t)place->bytes, "first_step", place->first_step, "last_step", place->last_step);
        mote_json_set(&row, "shares", mote_json_text(place->shares));
        mote_json_set(&row, "runs_over", mote_json_text(place->runs_over));
        if (place->runs_over) {
            mote_json_set(&row, "distance", json_integer((json_int_t)place->distance));
            mote_json_set(&row, "distance_min", json_integer((json_int_t)place->distance_min));
        }
        mote_json_append(&list, row);
    }
    return list;
}

static void add_sizes(json_t **object, const mote_inspection *is)
{
    mote_json_set(object, "tflite_bytes", json_integer((json_int_t)is->tflite_bytes));
    if (is->memory_failure) {
        mote_json_set(object, "memory_failure", mote_json_text(is->memory_failure));
        return;
    }
    mote_json_set(object, "arena_bytes", json_integer((json_int_t)is->memory.arena_bytes));
    mote_json_set(object, "arena_bound_bytes", json_integer((json_int_t)is->memory.bound_bytes));
    mote_json_set(object, "arena_peak_step", json_integer(is->memory.peak_step));
    mote_json_set(object, "constant_bytes", json_integer((json_int_t)is->memory.constant_bytes));
}

/* What a build of the spec will say in its summary.json, section by section, and how sure that is. */
static json_t *json_build(const cli_inspecting *in)
{
    const mote_inspection *is = cli_inspect_deployed(in);
    const char            *target = in->spec->deploy.options.target;
    json_t                *object = json_object(), *firmware;

    mote_json_set(&object, "float32",
                  json_pack("{sI sb}", "file_bytes", (json_int_t)in->is.tflite_bytes, "is_exact",
                            cli_inspect_knows_recipe(in) && !in->spec->train.pruning));
    if (cli_inspect_is_deployed_quantized(in))
        mote_json_set(&object, cli_inspect_scheme(in), /* equal zero points are stored once, and only training tells them */
                      json_pack("{sI sb ss ss}", "file_bytes", (json_int_t)is->tflite_bytes, "is_exact", false, "io",
                                mote_dtype_name(cli_inspect_quantization_of(in)->io), "granularity",
                                mote_quantize_is_per_tensor(cli_inspect_quantization_of(in)) ? "tensor" : "channel"));
    if (is->memory_failure || (cli_inspect_wants_quantized(in) && !cli_inspect_is_deployed_quantized(in)) ||
        (target && strcmp(target, "array") == 0)) /* which is compiled by others */
        return object;
    firmware =
        json_pack("{ss so sI sI sI}", "kernels", is->kernels, "chip", in->chip ? json_string(in->chip->name) : json_null(),
                  "arena_bytes", (json_int_t)is->memory.arena_bytes, "arena_bound_bytes", (json_int_t)is->memory.bound_bytes,
                  "constant_bytes", (json_int_t)is->memory.constant_bytes);
    if (in->chip)
        mote_json_set(&firmware, "fits", json_boolean(cli_inspect_may_fit(&is->memory, in->chip)));
    mote_json_set(&firmware, "is_exact",
                  json_boolean(!in->spec->train.pruning && (!cli_inspect_is_deployed_quantized(in) ||
                                                            in->spec->deploy.options.keeps_constant_channels)));
    mote_json_set(&object, "firmware", firmware);
    return object;
}

mote_status cli_inspect_print_json(const cli_inspecting *in, cli_inspect_asked asked, mote_error *err)
{
    const mote_inspection *is = &in->is;
    json_t                *object = json_object(), *quantized, *recipe = cli_json_recipe(in->model, err);

    mote_json_set(&object, "name", mote_json_text(is->name));
    mote_json_set(&object, "quantized", json_boolean(mote_model_is_quantized(in->model)));
    mote_json_set(&object, "parameters", json_integer((json_int_t)is->parameters));
    mote_json_set(&object, "weight_bytes", json_integer((json_int_t)is->parameter_bytes));
    mote_json_set(&object, "macs", json_integer((json_int_t)is->macs));
    if (!in->spec)
        mote_json_set(&object, "file_bytes", json_integer((json_int_t)in->file_bytes));
    add_sizes(&object, is);
    mote_json_set(&object, "operators_left_out", json_integer(is->left_out_count));
    if (mote_model_is_quantized(in->model))
        mote_json_set(&object, "constant_channels", cli_json_pruned(&is->pruning));
    mote_json_set(&object, "recipe", recipe);
    mote_json_set(&object, "inputs", json_ends(in->model, true));
    mote_json_set(&object, "outputs", json_ends(in->model, false));
    if (mote_model_note_count(in->model) > 0)
        mote_json_set(&object, "notes", cli_json_notes(in->model));
    mote_json_set(&object, "layers", json_layers(is));
    mote_json_set(&object, "memory", json_places(&is->memory));
    if (in->quantized.layer_count > 0) {
        quantized = json_object();
        add_sizes(&quantized, &in->quantized);
        mote_json_set(&object, cli_inspect_scheme(in), quantized);
    }
    if (in->spec)
        mote_json_set(&object, "build", json_build(in));
    if (asked.chips)
        mote_json_set(&object, "chips", cli_inspect_json_chips(in, err));
    if (asked.boards)
        mote_json_set(&object, "boards", cli_inspect_json_boards(in, err));
    if (in->board)
        mote_json_set(&object, "board", cli_inspect_json_board(in, err));
    if (err->code == MOTE_OK)
        return cli_print_json(object, err);
    json_decref(object);
    return err->code;
}

/* ---- operators ---- */

static json_t *json_row(mote_operator_row row)
{
    json_t *inputs = json_array();
    int32_t i;

    for (i = 0; i < row.in_count; i++)
        mote_json_append(&inputs, json_string(row.in[i]));
    return json_pack("{so ss si si si}", "inputs", inputs, "output", row.out, "version_min", row.version_min, "version_max",
                     row.version_max, "kernels", row.kernel_count);
}

json_t *cli_inspect_json_operators(void)
{
    json_t *list = json_array();
    int32_t i, r;

    for (i = 0; i < mote_operator_count(); i++) {
        mote_operator_info op = mote_operator_at(i);
        json_t            *rows = json_array();
        for (r = 0; r < op.row_count; r++)
            mote_json_append(&rows, json_row(mote_operator_row_at(i, r)));
        mote_json_append(&list, json_pack("{ss sb sb sb so}", "operator", op.name, "trains", op.trains, "int8", op.quantizes,
                                          "fuses_activation", op.fuses_activation, "rows", rows));
    }
    return list;
}
