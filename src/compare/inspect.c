/* What is in a model, for people: its layers, its sizes, and the memory plan of its compiled form.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/inspect.h>

#include <stdlib.h>
#include <string.h>

#include <mote/convert.h>

#include "base/random.h"
#include "base/text.h"
#include "compare/inspected.h"
#include "compare/ranges.h"
#include "data/raw.h"
#include "formats/tflite/tflite.h"
#include "graph/control.h"
#include "passes/passes.h"
#include "plan/plan.h"

/* ---- layers ---- */

/* Shapes and axes are constants, too, but nobody learned them. */
static bool is_parameter(const mote_tensor *tensor)
{
    return tensor && tensor->kind == MOTE_CONST && (mote_dtype_is_float(tensor->dtype) || tensor->quant);
}

static const char *activation_name(mrt_activation activation)
{
    return activation == MRT_ACT_RELU           ? "relu"
           : activation == MRT_ACT_RELU6        ? "relu6"
           : activation == MRT_ACT_RELU_N1_TO_1 ? "relu_n1_to_1"
                                                : "";
}

static mote_tensor_info describe_tensor(const mote_tensor *tensor, const char *name)
{
    mote_tensor_info info = {.name = name,
                             .dtype = tensor->dtype,
                             .rank = tensor->rank,
                             .is_batched = tensor->is_batched,
                             .is_quantized = tensor->quant != NULL,
                             .count = mote_tensor_count(tensor),
                             .bytes = mote_tensor_bytes(tensor)};

    memcpy(info.dim, tensor->dim, sizeof info.dim);
    if (tensor->quant) {
        info.scale = tensor->quant->scale[0];
        info.zero_point = tensor->quant->zero_point[0];
    }
    return info;
}

static mote_weights_info describe_weights(const mote_tensor *tensor)
{
    mote_weights_info info = {.dtype = tensor->dtype, .rank = tensor->rank, .bytes = mote_tensor_bytes(tensor)};
    const mote_quant *quant = tensor->quant;
    int32_t           c;

    memcpy(info.dim, tensor->dim, sizeof info.dim);
    if (!quant)
        return info;
    info.scale_count = quant->count;
    info.axis = quant->axis;
    info.scale_min = info.scale_max = quant->scale[0];
    info.zero_point_min = info.zero_point_max = quant->zero_point[0];
    for (c = 1; c < quant->count; c++) {
        info.scale_min = quant->scale[c] < info.scale_min ? quant->scale[c] : info.scale_min;
        info.scale_max = quant->scale[c] > info.scale_max ? quant->scale[c] : info.scale_max;
        info.zero_point_min = quant->zero_point[c] < info.zero_point_min ? quant->zero_point[c] : info.zero_point_min;
        info.zero_point_max = quant->zero_point[c] > info.zero_point_max ? quant->zero_point[c] : info.zero_point_max;
    }
    return info;
}

/* What describing the layers one after the other needs to know of those before. */
typedef struct describing {
    const mote_graph *graph;
    bool             *is_counted; /* [tensor]: a constant that several layers share is counted where it is used first */
    int32_t          *layer;      /* [tensor]: see mote_operand_info */
    mote_arena       *arena;
} describing;

static mote_operand_info describe_operand(const describing *d, mote_id id, mote_error *err)
{
    const mote_tensor *tensor = &d->graph->tensors[id];

    return (mote_operand_info){.tensor = describe_tensor(tensor, mote_arena_strdup(d->arena, tensor->name, err)),
                               .layer = d->layer[id]};
}

static void describe_operands(mote_layer_info *out, const describing *d, const mote_node *node, mote_error *err)
{
    int32_t i;

    out->inputs = MOTE_NEW(d->arena, mote_operand_info, node->in_count, err);
    for (i = 0; out->inputs && i < node->in_count; i++) {
        const mote_tensor *in = mote_node_in(d->graph, node, i);
        if (in && in->kind == MOTE_ACTIVATION)
            out->inputs[out->input_count++] = describe_operand(d, node->in[i], err);
    }
    for (i = 0; i < node->out_count; i++)
        if (node->out[i] != MOTE_NONE)
            d->layer[node->out[i]] = (int32_t)(node - d->graph->nodes);
}

static mote_status describe_layer(mote_layer_info *out, const describing *d, const mote_node *node, mote_error *err)
{
    const mote_graph  *graph = d->graph;
    mote_arena        *arena = d->arena;
    const mote_tensor *result = mote_node_result(graph, node);
    int32_t            i;

    describe_operands(out, d, node, err);
    out->op = mote_node_kind_name(node);
    out->activation = activation_name(node->activation);
    out->name = mote_arena_strdup(arena, node->name ? node->name : result->name, err);
    out->output = describe_tensor(result, out->name);
    out->macs = mote_op_macs(graph, node);
    for (i = 0; i < node->in_count; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (!is_parameter(in))
            continue;
        if (out->weights.rank == 0)
            out->weights = describe_weights(in);
        if (d->is_counted[node->in[i]])
            continue;
        d->is_counted[node->in[i]] = true;
        out->parameters = mote_size_add(out->parameters, mote_tensor_count(in));
        out->parameter_bytes = mote_size_add(out->parameter_bytes, mote_tensor_bytes(in));
    }
    return err->code;
}

static void describe_inputs(mote_inspection *out, const describing *d, mote_error *err)
{
    int32_t i;

    out->inputs = MOTE_NEW(out->owner, mote_tensor_info, d->graph->input_count, err);
    out->input_count = d->graph->input_count;
    for (i = 0; err->code == MOTE_OK && i < out->input_count; i++) {
        d->layer[d->graph->inputs[i]] = -1 - i;
        out->inputs[i] = describe_operand(d, d->graph->inputs[i], err).tensor;
    }
}

static void describe_outputs(mote_inspection *out, const describing *d, mote_error *err)
{
    int32_t i;

    out->outputs = MOTE_NEW(out->owner, mote_operand_info, d->graph->output_count, err);
    out->output_count = d->graph->output_count;
    for (i = 0; err->code == MOTE_OK && i < out->output_count; i++)
        out->outputs[i] = describe_operand(d, d->graph->outputs[i], err);
}

static mote_status describe_layers(mote_inspection *out, const mote_graph *graph, mote_error *err)
{
    const describing d = {graph, MOTE_NEW(out->owner, bool, graph->tensor_count, err),
                          MOTE_NEW(out->owner, int32_t, graph->tensor_count, err), out->owner};
    int32_t          i;

    for (i = 0; err->code == MOTE_OK && i < graph->tensor_count; i++)
        d.layer[i] = MOTE_NO_OPERAND; /* a constant that is an output */
    if (err->code == MOTE_OK)
        describe_inputs(out, &d, err);
    out->layers = MOTE_NEW(out->owner, mote_layer_info, graph->node_count, err);
    out->layer_count = graph->node_count;
    for (i = 0; err->code == MOTE_OK && i < graph->node_count; i++) {
        mote_layer_info *layer = &out->layers[i];
        describe_layer(layer, &d, &graph->nodes[i], err);
        out->parameters = mote_size_add(out->parameters, layer->parameters);
        out->parameter_bytes = mote_size_add(out->parameter_bytes, layer->parameter_bytes);
        out->macs = mote_size_add(out->macs, layer->macs);
    }
    if (err->code == MOTE_OK)
        describe_outputs(out, &d, err);
    return err->code;
}

/* ---- memory ---- */

static int by_offset(const void *a, const void *b)
{
    const mote_place_info *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->first_step > y->first_step) - (x->first_step < y->first_step);
}

/* Only where the two really overlap: some may, and do not. */
static void describe_overlap(mote_place_info *out, const mote_program *program, const mote_place *own, const char **names)
{
    const mote_place *under;

    if (own->runs_over == MOTE_NONE)
        return;
    under = mote_plan_place(program, own->runs_over);
    if (under->offset < out->offset || under->offset >= out->offset + out->bytes)
        return;
    out->runs_over = names[own->runs_over];
    out->distance = under->offset - out->offset;
    out->distance_min = program->steps[own->first_step].overlap;
}

static void describe_place(mote_place_info *out, const mote_program *program, mote_id id, const char **names)
{
    const mote_place *own = &program->places[id], *place = mote_plan_place(program, id);

    out->name = names[id];
    out->offset = place->offset;
    out->bytes = own->bytes;
    out->first_step = own->first_step;
    out->last_step = own->last_step;
    out->shares = own->shares == MOTE_NONE ? NULL : names[own->shares];
    describe_overlap(out, program, own, names);
}

static void describe_scratch(mote_memory_info *memory, const mote_program *program)
{
    int32_t s;

    for (s = 0; s < program->step_count; s++)
        if (program->steps[s].scratch_bytes > 0)
            memory->places[memory->place_count++] = (mote_place_info){
                .offset = program->scratch[s], .bytes = program->steps[s].scratch_bytes, .first_step = s, .last_step = s};
}

static mote_status describe_places(mote_inspection *out, const mote_program *program, mote_error *err)
{
    const mote_graph *graph = &program->model->graphs[0];
    mote_memory_info *memory = &out->memory;
    const char      **names = MOTE_NEW(out->owner, const char *, graph->tensor_count, err);
    int32_t           i;

    memory->places = MOTE_NEW(out->owner, mote_place_info, graph->tensor_count + program->step_count, err);
    for (i = 0; err->code == MOTE_OK && i < graph->tensor_count; i++)
        names[i] = mote_arena_strdup(out->owner, graph->tensors[i].name, err);
    for (i = 0; err->code == MOTE_OK && i < graph->tensor_count; i++)
        if (program->places[i].is_placed)
            describe_place(&memory->places[memory->place_count++], program, i, names);
    if (err->code != MOTE_OK)
        return err->code;
    describe_scratch(memory, program);
    qsort(memory->places, (size_t)memory->place_count, sizeof *memory->places, by_offset);
    memory->peak_step = mote_plan_peak_step(program, err);
    return err->code;
}

/* What cannot be lowered is still worth looking at: its reason stands in place of the plan. */
static mote_status describe_memory(mote_inspection *out, const mote_model *model, const mote_target *target, mote_error *err)
{
    mote_program *program = NULL;
    mote_error    failure = {0};

    if (mote_lower(&program, model, target, &failure) == MOTE_OK && mote_plan(program, NULL, &failure) == MOTE_OK) {
        out->memory.arena_bytes = program->memory_bytes;
        out->memory.bound_bytes = program->lower_bound;
        out->memory.step_count = program->step_count;
        out->memory.constant_bytes = mote_program_constant_bytes(program);
        describe_places(out, program, err);
    } else if (mote_fail_if_memory(err, &failure) == MOTE_OK) {
        out->memory_failure = mote_arena_strdup(out->owner, failure.text, err);
    }
    mote_program_destroy(program);
    return err->code;
}

static mote_status measure_file(mote_inspection *out, const mote_model *model, mote_error *err)
{
    mote_text file = {0};

    mote_tflite_write(&file, model, err);
    out->tflite_bytes = file.count;
    mote_text_free(&file);
    return err->code;
}

/* ---- the whole ---- */

/* With IF and WHILE, the operators of what they run are there, too. */
static mote_status describe_program(mote_inspection *out, const mote_model *model, mote_error *err)
{
    mote_model *flat = NULL;

    if (mote_model_has_control(model))
        MOTE_TRY(mote_model_flatten(&flat, model, NULL, err));
    if (describe_layers(out, flat ? &flat->graphs[0] : &model->graphs[0], err) == MOTE_OK && !flat)
        mote_describe_ranges(out, &model->graphs[0], err); /* a loop's values come back to operators before it */
    mote_model_destroy(flat);
    return err->code;
}

static mote_status inspect(mote_inspection *out, const mote_model *model, const mote_inspect_options *options,
                           mote_error *err)
{
    const mote_target   *target = options->kernels ? mote_target_find(options->kernels) : &mote_target_portable;
    const mote_code_form form = {.keeps_constant_channels = options->keeps_constant_channels};
    mote_model          *compiled = NULL;

    if (!target || !target->is_packed)
        return mote_fail(err, MOTE_ERR_USAGE, "kernels \"%s\" do not exist", mote_show_string(options->kernels).text);
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    out->name = mote_arena_strdup(out->owner, model->name, err);
    out->kernels = target->name;
    MOTE_TRY(describe_program(out, model, err));
    MOTE_TRY(mote_model_for_code(&compiled, model, &form, &out->pruning, &out->left_out_count, err));
    if (describe_memory(out, compiled, target, err) == MOTE_OK)
        measure_file(out, model->stage == MOTE_STAGE_TRAIN ? compiled : model, err);
    mote_model_destroy(compiled);
    return err->code;
}

/* ---- as int8 ---- */

/* One sample of noise in the shape of the model's inputs. Zeros would give all tensors one scale, and kernels that are only
 * right for that. */
static mote_status fill_noise(mote_raw_set *raw, const mote_model *model, mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_SPLIT_TRAIN];
    int             i;

    raw->source = "noise";
    raw->feature_count = mote_model_input_count(model);
    if (raw->feature_count > MOTE_FEATURES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d inputs; at most %d can be calibrated", raw->feature_count,
                         MOTE_FEATURES_MAX);
    for (i = 0; i < raw->feature_count; i++) {
        const mote_tensor_info in = mote_model_input(model, i);
        const int64_t          dim[2] = {1, (int64_t)in.count};
        split->x_name[i] = "x";
        MOTE_TRY(mote_array_create(&split->x[i], MOTE_F32, 2, dim, err));
        mote_random_fill_f32(mote_random_make(0, MOTE_RANDOM_DATA, (uint32_t)i, 0), -1, 1, (float *)split->x[i].bytes,
                             in.count);
    }
    return MOTE_OK;
}

static mote_status make_noise(mote_dataset **out, const mote_model *model, mote_error *err)
{
    const mote_dataset_options plain = {.targets = MOTE_TARGETS_NONE};
    mote_raw_set               raw;

    mote_raw_set_init(&raw, &plain);
    if (fill_noise(&raw, model, err) == MOTE_OK)
        return mote_dataset_assemble(out, &raw, &plain, err);
    mote_raw_set_free(&raw);
    return err->code;
}

static mote_status quantize(mote_model **out, const mote_model *model, const mote_inspect_options *options, mote_error *err)
{
    mote_quantize_options     how = *options->quantize;
    const mote_dataset_split *samples = options->calibration;
    mote_model               *inference = NULL;
    mote_dataset             *noise = NULL;

    mote_model_freeze(&inference, model, err);
    samples = mote_scheme_is_calibrated(how.scheme) ? samples : NULL;
    if (err->code == MOTE_OK && mote_scheme_is_calibrated(how.scheme) && !samples &&
        make_noise(&noise, inference, err) == MOTE_OK) {
        samples = &noise->split[MOTE_SPLIT_TRAIN];
        how.samples = 1;
    }
    if (err->code == MOTE_OK)
        mote_model_quantize(out, inference, samples, &how, err);
    mote_dataset_destroy(noise);
    mote_model_destroy(inference);
    return err->code;
}

static mote_status inspect_quantized(mote_inspection *out, const mote_model *model, mote_inspect_options options,
                                     mote_error *err)
{
    mote_model *quantized = NULL;

    if (mote_model_is_quantized(model))
        return mote_fail(err, MOTE_ERR_USAGE, "the model is quantized already");
    options.keeps_constant_channels = true;
    if (quantize(&quantized, model, &options, err) == MOTE_OK)
        inspect(out, quantized, &options, err);
    mote_model_destroy(quantized);
    return err->code;
}

/* ---- before training ---- */

/* Initial values are equal in many places (biases of zeros), and files hold equal constants once: so that sizes are those
 * after training, each trainable value gets some noise. */
static mote_status make_as_trained(mote_model **out, const mote_model *model, mote_error *err)
{
    const mote_random_key key = mote_random_make(0, MOTE_RANDOM_DATA, 1, 0);
    size_t                i;

    MOTE_TRY(mote_model_copy(out, model, err));
    for (i = 0; i < (*out)->params.count; i++)
        (*out)->params.values[i] += 0.2f * mote_random_unit_f32(key, i) - 0.1f;
    return MOTE_OK;
}

mote_status mote_inspected_model(mote_model **out, const mote_model *model, const mote_inspect_options *options,
                                 mote_error *err)
{
    mote_model *trained = NULL;

    *out = NULL;
    if (model->stage == MOTE_STAGE_TRAIN && make_as_trained(&trained, model, err) == MOTE_OK)
        model = trained;
    if (err->code == MOTE_OK && options->quantize)
        quantize(out, model, options, err);
    else if (err->code == MOTE_OK && trained)
        mote_model_freeze(out, trained, err);
    else if (err->code == MOTE_OK)
        mote_model_copy(out, model, err);
    mote_model_destroy(trained);
    return err->code;
}

static mote_status split(bool *fits, size_t *taken, const mote_model *compiled, const mote_inspect_options *options,
                         const mote_plan_options *plan, mote_error *err)
{
    mote_program *program = NULL;
    mote_error    failure = {0};
    int32_t       i;

    *fits = mote_lower(&program, compiled, mote_target_find(options->kernels), &failure) == MOTE_OK &&
            mote_plan(program, plan, &failure) == MOTE_OK;
    for (i = 0; *fits && i < plan->region_count; i++)
        taken[i] = program->regions[i].bytes;
    mote_program_destroy(program);
    return mote_fail_if_memory(err, &failure);
}

mote_status mote_inspected_split(bool *fits, size_t *taken, const mote_model *model, const mote_inspect_options *options,
                                 const size_t *limits, int32_t count, mote_error *err)
{
    const mote_code_form    form = {.keeps_constant_channels = options->keeps_constant_channels};
    const mote_plan_options plan = {.region_bytes = limits, .region_count = count};
    mote_prune_result       pruned;
    mote_model             *compiled = NULL;
    int32_t                 left_out;

    *fits = false;
    MOTE_TRY(mote_model_for_code(&compiled, model, &form, &pruned, &left_out, err));
    split(fits, taken, compiled, options, &plan, err);
    mote_model_destroy(compiled);
    return err->code;
}

mote_status mote_inspect(mote_inspection *out, const mote_model *model, const mote_inspect_options *options, mote_error *err)
{
    static const mote_inspect_options defaults = {0};
    const mote_inspect_options       *o = options ? options : &defaults;
    mote_model                       *trained = NULL;

    *out = (mote_inspection){0};
    if (model->stage == MOTE_STAGE_TRAIN && make_as_trained(&trained, model, err) == MOTE_OK)
        model = trained;
    if (err->code == MOTE_OK && o->quantize)
        inspect_quantized(out, model, *o, err);
    else if (err->code == MOTE_OK)
        inspect(out, model, o, err);
    mote_model_destroy(trained);
    if (err->code != MOTE_OK)
        mote_inspection_free(out);
    return err->code;
}

void mote_inspection_free(mote_inspection *inspection)
{
    if (inspection->owner)
        mote_arena_destroy(inspection->owner);
    free(inspection->owner);
    *inspection = (mote_inspection){0};
}

/* ---- operators ---- */

_Static_assert(MOTE_OP_COPY == MOTE_OP_CONTROL + 1 && MOTE_OP_COPY == MOTE_OP_COUNT - 1,
               "what stands in programs only comes last, and is no operator of a model");

int32_t mote_operator_count(void)
{
    return MOTE_OP_CONTROL;
}

mote_operator_info mote_operator_at(int32_t index)
{
    const mote_op     *op = mote_ops[index];
    mote_operator_info info = {.name = mote_op_kind_name((mote_op_kind)index),
                               .trains = op->backward != NULL,
                               .quantizes = op->quantize != NULL,
                               .fuses_activation = mote_op_fuses_activation((mote_op_kind)index)};

    while (mote_op_rows((mote_op_kind)index)[info.row_count].in_count > 0)
        info.row_count++;
    return info;
}

/* Of a row, where it may be a class of types. */
static const char *type_name(uint8_t type)
{
    type &= MRT_REST - 1;
    return type == MRT_ANY        ? "any"
           : type == MRT_AS_FIRST ? "same"
           : type == MRT_INDEX    ? "int32|int64"
                                  : mote_dtype_name((mote_dtype)type);
}

mote_operator_row mote_operator_row_at(int32_t index, int32_t row)
{
    const mote_op_row *from = &mote_op_rows((mote_op_kind)index)[row];
    mote_operator_row  out = {.out = type_name(from->out),
                              .in_count = from->in_count,
                              .version_min = from->version_min,
                              .version_max = from->version_max};
    int32_t            i;

    for (i = 0; i < from->in_count; i++)
        out.in[i] = type_name(from->in[i]);
    while (from->kernels[out.kernel_count].symbol)
        out.kernel_count++;
    return out;
}
