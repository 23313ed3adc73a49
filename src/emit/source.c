/* NAME.c: constants, one function a kernel instance, and the calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"

/* ---- conditions ---- */

static uint32_t all_variants(const mote_emitter *e)
{
    return (1u << e->variant_count) - 1u;
}

/* "#if NAME_CHIP == 1 || NAME_CHIP == 2" for the variants whose bit is set in mask; nothing when all are. */
static void emit_condition(const mote_emitter *e, uint32_t mask, mote_text *out)
{
    const char *separator = "#if ";
    int32_t     v;

    if (mask == all_variants(e))
        return;
    for (v = 0; v < e->variant_count; v++)
        if (mask & 1u << v) {
            mote_text_printf(out, "%s%s_CHIP == %d", separator, e->upper, v);
            separator = " || ";
        }
    mote_text_puts(out, "\n");
}

static void emit_condition_end(const mote_emitter *e, uint32_t mask, mote_text *out)
{
    if (mask != all_variants(e))
        mote_text_puts(out, "#endif\n");
}

/* ---- constants ---- */

static const mote_const_array *find_array(const mote_step *step, const char *role)
{
    int32_t i;

    for (i = 0; i < step->prepared.array_count; i++)
        if (strcmp(step->prepared.arrays[i].role, role) == 0)
            return &step->prepared.arrays[i];
    return NULL;
}

static bool same_array(const mote_const_array *a, const mote_const_array *b)
{
    return a && b && a->dtype == b->dtype && a->count == b->count &&
           memcmp(a->values, b->values, mote_const_array_bytes(a)) == 0;
}

/* The variants whose step s has the very array that variant v has; 0 where a variant before v has it, too. */
static uint32_t sharers_of(const mote_emitter *e, int32_t v, int32_t s, const mote_const_array *array)
{
    uint32_t mask = 0;
    int32_t  i;

    for (i = 0; i < e->variant_count; i++)
        if (same_array(array, find_array(&e->variants[i].program->steps[s], array->role)))
            mask |= 1u << i;
    return mask & ((1u << v) - 1u) ? 0 : mask;
}

/* C has no array of nothing. Operands lie where kernels read activations, in RAM on an AVR. */
static void emit_array(const mote_emitter *e, int32_t s, const mote_const_array *array, mote_text *out)
{
    mote_text_printf(out, "static const %s%s %s_%d_%s[%zu] MRT_ALIGN = ", array->is_operand ? "" : "MRT_FLASH ",
                     mote_dtype_c_name(array->dtype), e->name, s, array->role, array->count > 0 ? array->count : 1);
    if (array->count > 0)
        mote_emit_values(out, array->values, array->dtype, array->count);
    else
        mote_text_puts(out, "{0}");
    mote_text_puts(out, ";\n");
}

/* Each array once, for all variants that have it. */
static void emit_arrays(const mote_emitter *e, mote_text *out)
{
    int32_t s, v, i;

    for (s = 0; s < e->variants[0].program->step_count; s++)
        for (v = 0; v < e->variant_count; v++) {
            const mote_prepared *prepared = &e->variants[v].program->steps[s].prepared;
            for (i = 0; i < prepared->array_count; i++) {
                const mote_const_array *array = &prepared->arrays[i];
                const uint32_t          mask = sharers_of(e, v, s, array);
                if (mask == 0)
                    continue;
                emit_condition(e, mask, out);
                emit_array(e, s, array, out);
                emit_condition_end(e, mask, out);
            }
        }
}

/* Where arrays in an initializer come from. */
typedef enum array_names { ARRAYS_OF_STEP, ARRAYS_AS_ARGUMENTS } array_names;

static int32_t index_of(const mote_variant *variant, const mote_step *step)
{
    return (int32_t)(step - variant->program->steps);
}

static void emit_pointer(const mote_emitter *e, const mote_variant *variant, const mote_step *step, const mote_field *field,
                         array_names names, mote_text *out)
{
    const mote_const_array *array = mote_prepared_array(&step->prepared, field);

    if (!array)
        mote_text_puts(out, "NULL");
    else if (names == ARRAYS_AS_ARGUMENTS)
        mote_text_puts(out, field->name);
    else
        mote_text_printf(out, "%s_%d_%s", e->name, index_of(variant, step), array->role);
}

/* Members of a parameter struct. */
static void emit_params(const mote_emitter *e, const mote_variant *variant, const mote_step *step, array_names names,
                        mote_text *out)
{
    const mote_field *field;

    for (field = step->kernel->fields; field->name; field++) {
        mote_text_printf(out, "        .%s = ", field->name);
        if (field->is_pointer)
            emit_pointer(e, variant, step, field, names, out);
        else
            mote_emit_field(out, field, step->prepared.params);
        mote_text_puts(out, ",\n");
    }
}

/* ---- functions ---- */

/* "void" for an operand that does not come. */
static const char *operand_type(const mote_emitter *e, mote_id id)
{
    return id == MOTE_NONE ? "void" : mote_dtype_c_name(e->model->graphs[0].tensors[id].dtype);
}

static bool has_scratch(const mote_step *step)
{
    return step->kernel->takes_io ? step->scratch_bytes > 0 : step->kernel->scratch != NULL;
}

static bool keeps_state(const mote_step *step)
{
    return step->prepared.state_bytes > 0;
}

/* ", const int8_t *in0, int8_t *out0, void *scratch, void *state" */
static void emit_operand_arguments(const mote_emitter *e, const mote_step *step, const char *separator, bool with_types,
                                   mote_text *out)
{
    int32_t i;

    for (i = 0; i < step->in_count; i++, separator = ", ")
        if (with_types)
            mote_text_printf(out, "%sconst %s *in%d", separator, operand_type(e, step->in[i]), i);
        else
            mote_text_printf(out, "%sin%d", separator, i);
    for (i = 0; i < step->out_count; i++, separator = ", ")
        if (with_types)
            mote_text_printf(out, "%s%s *out%d", separator, operand_type(e, step->out[i]), i);
        else
            mote_text_printf(out, "%sout%d", separator, i);
    if (has_scratch(step))
        mote_text_printf(out, "%s%sscratch", separator, with_types ? "void *" : "");
    if (keeps_state(step))
        mote_text_printf(out, "%s%sstate", ", ", with_types ? "void *" : "");
}

/* Kernels of runtime/ops take their operands in a struct, which no compiler leaves there. */
static void emit_io(const mote_step *step, mote_text *out)
{
    int32_t i;

    for (i = 0; i < step->in_count; i++)
        mote_text_printf(out, "    io.in[%d] = in%d;\n", i, i);
    for (i = 0; i < step->out_count; i++)
        mote_text_printf(out, "    io.out[%d] = out%d;\n", i, i);
    mote_text_printf(out, "    io.scratch = %s;\n", has_scratch(step) ? "scratch" : "NULL");
    if (keeps_state(step))
        mote_text_puts(out, "    io.state = state;\n");
}

static void emit_kernel_call(const mote_emitter *e, const mote_step *step, mote_text *out)
{
    if (step->kernel->takes_io) {
        emit_io(step, out);
        mote_text_printf(out, "    %s(&params, &io);\n}\n\n", step->kernel->symbol);
        return;
    }
    mote_text_printf(out, "    %s(&params", step->kernel->symbol);
    emit_operand_arguments(e, step, ", ", false, out);
    mote_text_puts(out, ");\n}\n\n");
}

/* Arrays are arguments where several steps use an own instance; a single user has them folded in. */
static bool takes_arrays(const mote_instance *instance)
{
    return !instance->is_shared && instance->use_count > 1;
}

static void emit_array_arguments(const mote_step *step, mote_text *out)
{
    const mote_field *field;

    for (field = step->kernel->fields; field->name; field++) {
        const mote_const_array *array = field->is_pointer ? mote_prepared_array(&step->prepared, field) : NULL;
        if (array)
            mote_text_printf(out, "const MRT_FLASH %s *%s, ", mote_dtype_c_name(array->dtype), field->name);
    }
}

/* A shared instance works on a copy of the stored parameters, of which it knows what decides: the copy costs nothing where
 * parameters are read once, and on AVR the stored ones are not in the address space that kernels read. */
static void emit_shared_params(const mote_step *step, mote_text *out)
{
    const mote_field *field;

    mote_text_printf(out, "    %s params = *stored;\n%s\n", step->kernel->params,
                     step->kernel->takes_io ? "    mrt_io io;\n" : "");
    for (field = step->kernel->fields; field->name; field++)
        if (field->decides) {
            mote_text_printf(out, "    params.%s = ", field->name);
            mote_emit_field(out, field, step->prepared.params);
            mote_text_puts(out, ";\n");
        }
}

static void emit_instance(const mote_emitter *e, const mote_variant *variant, int32_t index, mote_text *out)
{
    const mote_instance *instance = &variant->instances[index];
    const mote_step     *step = &variant->program->steps[instance->first_step];
    const char          *kernel = instance->kernel->symbol;

    mote_text_printf(out, "static MRT_NOINLINE %svoid %s_%s_%d(",
                     instance->is_shared && instance->kernel->needs_registers ? "MRT_PLAIN_LOOPS " : "", e->name,
                     kernel + strlen("mrt_"), index);
    if (instance->is_shared)
        mote_text_printf(out, "const MRT_FLASH %s *stored, ", instance->kernel->params);
    else if (takes_arrays(instance))
        emit_array_arguments(step, out);
    emit_operand_arguments(e, step, "", true, out);
    mote_text_puts(out, ")\n{\n");
    if (instance->is_shared) {
        emit_shared_params(step, out);
    } else {
        mote_text_printf(out, "    const %s params = {\n", instance->kernel->params);
        emit_params(e, variant, step, takes_arrays(instance) ? ARRAYS_AS_ARGUMENTS : ARRAYS_OF_STEP, out);
        mote_text_printf(out, "    };\n%s\n", instance->kernel->takes_io ? "    mrt_io io;\n" : "");
    }
    emit_kernel_call(e, step, out);
}

/* Of the steps that share their instance. */
static void emit_param_tables(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    int32_t s;

    for (s = 0; s < variant->program->step_count; s++) {
        const mote_step *step = &variant->program->steps[s];
        if (step->kernel->is_view || !variant->instances[variant->instance_of[s]].is_shared)
            continue;
        mote_text_printf(out, "static const MRT_FLASH %s %s_%d_params = {\n", step->kernel->params, e->name, s);
        emit_params(e, variant, step, ARRAYS_OF_STEP, out);
        mote_text_puts(out, "};\n\n");
    }
}

/* Of step s, at a place: a constant is an array of its own. */
static void emit_operand(const mote_emitter *e, const mote_variant *variant, int32_t s, int32_t index, const char *separator,
                         mote_text *out)
{
    const mote_id      id = variant->program->steps[s].in[index];
    mote_emitted_place place;

    if (id == MOTE_NONE) {
        mote_text_printf(out, "%sNULL", separator);
    } else if (e->model->graphs[0].tensors[id].kind == MOTE_CONST) {
        mote_text_printf(out, "%s%s_%d_in%d", separator, e->name, s, index);
    } else {
        place = mote_emit_place(e, variant->program, mote_plan_place(variant->program, id)->offset);
        mote_text_printf(out, "%s(const %s *)(const void *)(%s + %zu)", separator, operand_type(e, id), place.at,
                         place.offset);
    }
}

static void emit_output(const mote_emitter *e, const mote_variant *variant, mote_id id, const char *separator,
                        mote_text *out)
{
    const mote_emitted_place place = mote_emit_place(e, variant->program, mote_plan_place(variant->program, id)->offset);

    mote_text_printf(out, "%s(%s *)(void *)(%s + %zu)", separator, operand_type(e, id), place.at, place.offset);
}

/* Scratch, or a state. */
static void emit_own_memory(const mote_emitter *e, const mote_variant *variant, size_t offset, mote_text *out)
{
    const mote_emitted_place place = mote_emit_place(e, variant->program, offset);

    mote_text_printf(out, ", %s + %zu", place.at, place.offset);
}

/* depth: how many blocks of control flow it stands in. */
static void emit_call(const mote_emitter *e, const mote_variant *variant, int32_t s, int32_t depth, mote_text *out)
{
    const mote_step     *step = &variant->program->steps[s];
    const mote_instance *instance = &variant->instances[variant->instance_of[s]];
    const mote_graph    *graph = &e->model->graphs[0];
    const mote_field    *field;
    const char          *separator = "";
    const int            indent = 4 * (depth + 1);
    int32_t              i;

    mote_text_printf(out, "%*s/* ", indent, "");
    mote_emit_comment(out, mote_node_show(graph, &graph->nodes[step->node]).text);
    mote_text_printf(out, " -> %s */\n%*sMRT_STEP(%d);\n%*s%s_%s_%d(",
                     mote_shape_show(mote_node_result(graph, &graph->nodes[step->node])).text, indent, "", step->node,
                     indent, "", e->name, instance->kernel->symbol + strlen("mrt_"), variant->instance_of[s]);
    if (instance->is_shared) {
        mote_text_printf(out, "&%s_%d_params", e->name, s);
        separator = ", ";
    }
    for (field = step->kernel->fields; takes_arrays(instance) && field->name; field++) {
        const mote_const_array *array = field->is_pointer ? mote_prepared_array(&step->prepared, field) : NULL;
        if (array) {
            mote_text_printf(out, "%s%s_%d_%s", separator, e->name, s, array->role);
            separator = ", ";
        }
    }
    for (i = 0; i < step->in_count; i++, separator = ", ")
        emit_operand(e, variant, s, i, separator, out);
    for (i = 0; i < step->out_count; i++, separator = ", ")
        emit_output(e, variant, step->out[i], separator, out);
    if (has_scratch(step))
        emit_own_memory(e, variant, variant->program->scratch[s], out);
    if (keeps_state(step))
        emit_own_memory(e, variant, variant->program->states[s], out);
    mote_text_puts(out, ");\n");
}

/* A constant has no place in the arena. */
static void emit_truth(const mote_emitter *e, const mote_variant *variant, mote_id id, mote_text *out)
{
    const mote_tensor *tensor = &e->model->graphs[0].tensors[id];
    mote_emitted_place place;

    if (tensor->kind == MOTE_CONST) {
        mote_text_puts(out, *(const uint8_t *)tensor->data ? "1" : "0");
        return;
    }
    place = mote_emit_place(e, variant->program, mote_plan_place(variant->program, id)->offset);
    mote_text_printf(out, "%s[%zu]", place.at, place.offset);
}

/* Marks become C's own if and loop. Returns how many blocks are open behind it. */
static int32_t emit_control(const mote_emitter *e, const mote_variant *variant, const mote_step *step, int32_t depth,
                            mote_text *out)
{
    const bool closes =
        step->control == MRT_CONTROL_ELSE || step->control == MRT_CONTROL_END_IF || step->control == MRT_CONTROL_REPEAT;
    const int indent = 4 * (depth + 1 - closes);

    switch (step->control) {
    case MRT_CONTROL_IF:
        mote_text_printf(out, "%*sif (", indent, "");
        emit_truth(e, variant, step->in[0], out);
        mote_text_printf(out, ") { /* operator %d */\n", step->node);
        return depth + 1;
    case MRT_CONTROL_ELSE:
        mote_text_printf(out, "%*s} else {\n", indent, "");
        return depth;
    case MRT_CONTROL_LOOP:
        mote_text_printf(out, "%*sfor (;;) { /* operator %d */\n", indent, "", step->node);
        return depth + 1;
    case MRT_CONTROL_LEAVE:
        mote_text_printf(out, "%*sif (!", indent, "");
        emit_truth(e, variant, step->in[0], out);
        mote_text_printf(out, ")\n%*sbreak;\n", indent + 4, "");
        return depth;
    default:
        mote_text_printf(out, "%*s}\n", indent, "");
        return depth - 1;
    }
}

static void emit_invoke(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    int32_t s, depth = 0;

    mote_text_printf(out, "void %s_invoke(%s_arena *arena)\n{\n", e->name, e->name);
    mote_emit_bases(e, variant->program, out);
    if (mote_graph_forgets(&e->model->graphs[0]))
        mote_text_printf(out, "    %s_reset(arena); /* a sample knows nothing of the one before */\n", e->name);
    for (s = 0; s < variant->program->step_count; s++) {
        const mote_step *step = &variant->program->steps[s];
        if (step->control)
            depth = emit_control(e, variant, step, depth, out);
        else if (!step->kernel->is_view)
            emit_call(e, variant, s, depth, out);
    }
    mote_emit_bases_end(e, variant->program, out);
    mote_text_puts(out, "}\n");
}

static void emit_first_values(const mote_tensor *tensor, const mote_emitted_place *place, mote_text *out)
{
    mote_text_printf(out, "    {\n        static const MRT_FLASH uint8_t first[%zu] = ", mote_tensor_bytes(tensor));
    mote_emit_values(out, tensor->data, MOTE_U8, mote_tensor_bytes(tensor));
    mote_text_printf(out, ";\n        for (i = 0; i < %zuu; i++)\n            %s[%zuu + i] = first[i];\n    }\n",
                     mote_tensor_bytes(tensor), place->bytes, place->offset);
}

/* State tensors to their first values, the states of steps to zero. */
static void emit_reset(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    const mote_program *program = variant->program;
    const mote_graph   *graph = &e->model->graphs[0];
    int32_t             i;

    if (!mote_program_has_state(program))
        return;
    mote_text_printf(out, "\nvoid %s_reset(%s_arena *arena)\n{\n    uint32_t i;\n\n", e->name, e->name);
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE && mote_tensor_bytes(&graph->tensors[i]) > 0) {
            const mote_emitted_place place = mote_emit_place(e, program, mote_plan_place(program, i)->offset);
            emit_first_values(&graph->tensors[i], &place, out);
        }
    for (i = 0; i < program->step_count; i++)
        if (keeps_state(&program->steps[i])) {
            const mote_emitted_place place = mote_emit_place(e, program, program->states[i]);
            mote_text_printf(out, "    for (i = 0; i < %zuu; i++)\n        %s[%zuu + i] = 0;\n",
                             program->steps[i].prepared.state_bytes, place.bytes, place.offset);
        }
    mote_text_puts(out, "}\n");
}

/* The headers of the variant's kernels, each once. */
static void emit_includes(const mote_variant *variant, mote_text *out)
{
    int32_t i, j;

    for (i = 0; i < variant->instance_count; i++) {
        const char *header = variant->instances[i].kernel->header;
        for (j = 0; j < i && strcmp(variant->instances[j].kernel->header, header) != 0; j++) {
        }
        if (j == i)
            mote_text_printf(out, "#include \"mote_runtime/%s\"\n", header);
    }
}

static void emit_variant(const mote_emitter *e, int32_t v, mote_text *out)
{
    const mote_variant *variant = &e->variants[v];
    int32_t             i;

    mote_text_puts(out, "\n");
    emit_condition(e, 1u << v, out);
    emit_includes(variant, out);
    mote_text_puts(out, "\n");
    emit_param_tables(e, variant, out);
    for (i = 0; i < variant->instance_count; i++)
        emit_instance(e, variant, i, out);
    emit_invoke(e, variant, out);
    emit_reset(e, variant, out);
    emit_condition_end(e, 1u << v, out);
}

void mote_emit_source(const mote_emitter *e, mote_text *out)
{
    int32_t v;

    mote_text_printf(
        out,
        "/* %s: weights and calls. Generated by mote %s, optimized for %s.\n"
        " * The level is set here, so that it does not depend on the project's flags; so is that products and sums are\n"
        " * rounded one by one, as they are on the host. */\n"
        "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#elif defined(__GNUC__)\n"
        "#pragma GCC optimize(\"%s\", \"fp-contract=off\", \"no-schedule-insns\", "
        "\"omit-frame-pointer\")\n#endif\n\n#include \"%s.h\"\n\n",
        e->name, MOTE_VERSION, e->optimize == MOTE_OPTIMIZE_SIZE ? "size" : "speed",
        e->optimize == MOTE_OPTIMIZE_SIZE ? "Os" : "O2", e->name);
    mote_emit_link_hook(e, out);
    mote_text_puts(out, "#include \"mote_runtime/mrt.h\"\n\n");
    mote_emit_layers(e, out);
    emit_arrays(e, out);
    mote_emit_constant_outputs(e, out);
    for (v = 0; v < e->variant_count; v++)
        emit_variant(e, v, out);
    mote_text_puts(out, "\n");
    mote_emit_prepare(e, out);
    mote_emit_pictures(e, out);
    mote_emit_probabilities(e, out);
    mote_emit_argmax(e, out);
    mote_emit_label_table(e, out);
}
