/* mote inspect --json. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/inspect.h"

json_t *cli_inspect_json_chips(const cli_inspecting *in, mote_error *err)
{
    cli_chip_fit fits[CLI_CHIPS_MAX];
    const int    count = cli_inspect_fit_chips(fits, in, err);
    json_t      *list = json_array();
    int          i;

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

/* What a build of the spec will say in its summary.json, section by section, and how sure that is. */
static json_t *json_build(const cli_inspecting *in)
{
    const mote_inspection *is = cli_inspect_deployed(in);
    const char            *target = in->spec->deploy.options.target;
    json_t                *object = json_object(), *firmware;

    json_object_set_new(
        object, "float32",
        json_pack("{sI sb}", "file_bytes", (json_int_t)in->is.tflite_bytes, "is_exact", cli_inspect_knows_recipe(in)));
    if (cli_inspect_is_deployed_as_int8(in))
        json_object_set_new(object, "int8", /* equal zero points are stored once, and only training tells them */
                            json_pack("{sI sb ss ss}", "file_bytes", (json_int_t)is->tflite_bytes, "is_exact", false, "io",
                                      mote_dtype_name(cli_inspect_quantization_of(in)->io), "granularity",
                                      cli_inspect_quantization_of(in)->is_per_tensor ? "tensor" : "channel"));
    if (is->memory_failure || (cli_inspect_wants_int8(in) && !cli_inspect_is_deployed_as_int8(in)) ||
        (target && strcmp(target, "array") == 0)) /* which is compiled by others */
        return object;
    firmware =
        json_pack("{ss so sI sI sI}", "kernels", is->kernels, "chip", in->chip ? json_string(in->chip->name) : json_null(),
                  "arena_bytes", (json_int_t)is->memory.arena_bytes, "arena_bound_bytes", (json_int_t)is->memory.bound_bytes,
                  "constant_bytes", (json_int_t)is->memory.constant_bytes);
    if (in->chip)
        json_object_set_new(firmware, "fits", json_boolean(cli_inspect_may_fit(&is->memory, in->chip)));
    json_object_set_new(
        firmware, "is_exact",
        json_boolean(!cli_inspect_is_deployed_as_int8(in) || in->spec->deploy.options.keeps_constant_channels));
    json_object_set_new(object, "firmware", firmware);
    return object;
}

mote_status cli_inspect_print_json(const cli_inspecting *in, bool with_boards, mote_error *err)
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
        json_object_set_new(object, "boards", cli_inspect_json_chips(in, err));
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
        json_array_append_new(inputs, json_string(mote_dtype_name(row.in[i])));
    return json_pack("{so ss si si si}", "inputs", inputs, "output", mote_dtype_name(row.out), "version_min",
                     row.version_min, "version_max", row.version_max, "kernels", row.kernel_count);
}

json_t *cli_inspect_json_operators(void)
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
