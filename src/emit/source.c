/* NAME.c: constants, one function a kernel instance, and the calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"

/* ---- instances ---- */

static bool same_scalars(const mote_step *a, const mote_step *b)
{
    const mote_field *field;

    if (a->kernel != b->kernel)
        return false;
    for (field = a->kernel->fields; field->name; field++) {
        const uint8_t *pa = (const uint8_t *)a->prepared.params + field->offset;
        const uint8_t *pb = (const uint8_t *)b->prepared.params + field->offset;
        if (field->kind == MOTE_FIELD_POINTER) {
            void *va, *vb;
            memcpy(&va, pa, sizeof va);
            memcpy(&vb, pb, sizeof vb);
            if ((va == NULL) != (vb == NULL))
                return false;
        } else if (memcmp(pa, pb, field->bytes) != 0) {
            return false;
        }
    }
    return true;
}

static int32_t find_instance(const mote_emitter *e, const mote_step *step)
{
    int32_t i;

    for (i = 0; i < e->instance_count; i++) {
        const mote_step *first = &e->program->steps[e->instances[i].first_step];
        if (e->optimize == MOTE_OPTIMIZE_SIZE ? first->kernel == step->kernel : same_scalars(first, step))
            return i;
    }
    return -1;
}

mote_status mote_emitter_init(mote_emitter *e, const mote_program *program, const char *name, mote_optimize optimize,
                              mote_arena *arena, mote_error *err)
{
    size_t  i;
    int32_t s;

    *e = (mote_emitter){.program = program, .name = name, .optimize = optimize};
    for (i = 0; name[i] && i + 1 < sizeof e->upper; i++)
        e->upper[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    e->instances = MOTE_NEW(arena, mote_instance, program->step_count, err);
    e->instance_of = MOTE_NEW(arena, int32_t, program->step_count, err);
    if (!e->instances || !e->instance_of)
        return err->code;
    for (s = 0; s < program->step_count; s++) {
        int32_t found;
        if (program->steps[s].kernel->is_view)
            continue;
        found = find_instance(e, &program->steps[s]);
        if (found < 0) {
            found = e->instance_count++;
            e->instances[found] = (mote_instance){program->steps[s].kernel, s, 0};
        }
        e->instances[found].use_count++;
        e->instance_of[s] = found;
    }
    return MOTE_OK;
}

/* ---- constants ---- */

/* The array that a pointer field points to, or NULL for a NULL pointer. */
static const mote_const_array *pointed_array(const mote_step *step, const mote_field *field)
{
    const void *pointer;
    int32_t     i;

    memcpy(&pointer, (const uint8_t *)step->prepared.params + field->offset, sizeof pointer);
    if (!pointer)
        return NULL;
    for (i = 0; i < step->prepared.array_count; i++)
        if (step->prepared.arrays[i].values == pointer)
            return &step->prepared.arrays[i];
    return NULL;
}

static void emit_arrays(const mote_emitter *e, mote_text *out)
{
    int32_t s, i;

    for (s = 0; s < e->program->step_count; s++) {
        const mote_prepared *prepared = &e->program->steps[s].prepared;
        for (i = 0; i < prepared->array_count; i++) {
            const mote_const_array *array = &prepared->arrays[i];
            mote_text_printf(out, "static const MRT_FLASH %s %s_%d_%s[%zu] MRT_ALIGN = ", mote_dtype_c_name(array->dtype),
                             e->name, s, array->role, array->count);
            mote_emit_values(out, array->values, array->dtype, array->count);
            mote_text_puts(out, ";\n");
        }
    }
}

static void emit_scalar(const mote_step *step, const mote_field *field, mote_text *out)
{
    static const mote_dtype integers[] = {[1] = MOTE_I8, [2] = MOTE_I16, [4] = MOTE_I32};
    const uint8_t          *at = (const uint8_t *)step->prepared.params + field->offset;

    mote_emit_value(out, at, field->kind == MOTE_FIELD_FLOAT ? MOTE_F32 : integers[field->bytes], 0);
}

/* Members of a parameter struct; pointers as the step's own arrays, or as arguments of the instance's function. */
static void emit_params(const mote_emitter *e, const mote_step *step, bool pointers_are_arguments, mote_text *out)
{
    const mote_field *field;
    int32_t           s = (int32_t)(step - e->program->steps);

    for (field = step->kernel->fields; field->name; field++) {
        mote_text_printf(out, "        .%s = ", field->name);
        if (field->kind != MOTE_FIELD_POINTER) {
            emit_scalar(step, field, out);
        } else {
            const mote_const_array *array = pointed_array(step, field);
            if (!array)
                mote_text_puts(out, "NULL");
            else if (pointers_are_arguments)
                mote_text_puts(out, field->name);
            else
                mote_text_printf(out, "%s_%d_%s", e->name, s, array->role);
        }
        mote_text_puts(out, ",\n");
    }
}

/* ---- functions ---- */

static const char *operand_type(const mote_emitter *e, mote_id id)
{
    return mote_dtype_c_name(e->program->model->graphs[0].tensors[id].dtype);
}

/* ", const int8_t *in0, int8_t *out0, void *scratch" */
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
    if (step->kernel->scratch)
        mote_text_printf(out, "%s%sscratch", separator, with_types ? "void *" : "");
}

/* Arrays are arguments where several steps share the instance; a single user has them folded in. */
static bool takes_arrays(const mote_emitter *e, const mote_instance *instance)
{
    return e->optimize == MOTE_OPTIMIZE_SPEED && instance->use_count > 1;
}

static void emit_array_arguments(const mote_step *step, mote_text *out)
{
    const mote_field *field;

    for (field = step->kernel->fields; field->name; field++) {
        const mote_const_array *array = field->kind == MOTE_FIELD_POINTER ? pointed_array(step, field) : NULL;
        if (array)
            mote_text_printf(out, "const MRT_FLASH %s *%s, ", mote_dtype_c_name(array->dtype), field->name);
    }
}

static void emit_instance(const mote_emitter *e, int32_t index, mote_text *out)
{
    const mote_instance *instance = &e->instances[index];
    const mote_step     *step = &e->program->steps[instance->first_step];
    const char          *kernel = instance->kernel->symbol;

    mote_text_printf(out, "static MRT_NOINLINE void %s_%s_%d(", e->name, kernel + strlen("mrt_"), index);
    if (e->optimize == MOTE_OPTIMIZE_SIZE)
        mote_text_printf(out, "const MRT_FLASH %s *stored, ", instance->kernel->params);
    else if (takes_arrays(e, instance))
        emit_array_arguments(step, out);
    emit_operand_arguments(e, step, "", true, out);
    mote_text_puts(out, ")\n{\n");
    if (e->optimize == MOTE_OPTIMIZE_SIZE) { /* a copy: kernels take ordinary pointers, and stored may be in flash */
        mote_text_printf(out, "    const %s params = *stored;\n\n", instance->kernel->params);
    } else {
        mote_text_printf(out, "    const %s params = {\n", instance->kernel->params);
        emit_params(e, step, takes_arrays(e, instance), out);
        mote_text_puts(out, "    };\n\n");
    }
    mote_text_printf(out, "    %s(&params", kernel);
    emit_operand_arguments(e, step, ", ", false, out);
    mote_text_puts(out, ");\n}\n\n");
}

static void emit_param_tables(const mote_emitter *e, mote_text *out)
{
    int32_t s;

    for (s = 0; s < e->program->step_count; s++) {
        const mote_step *step = &e->program->steps[s];
        if (step->kernel->is_view)
            continue;
        mote_text_printf(out, "static const MRT_FLASH %s %s_%d_params = {\n", step->kernel->params, e->name, s);
        emit_params(e, step, false, out);
        mote_text_puts(out, "};\n");
    }
    mote_text_puts(out, "\n");
}

static void emit_operand(const mote_emitter *e, mote_id id, bool is_out, const char *separator, mote_text *out)
{
    mote_text_printf(out, "%s(%s%s *)(%svoid *)(at + %zu)", separator, is_out ? "" : "const ", operand_type(e, id),
                     is_out ? "" : "const ", mote_plan_place(e->program, id)->offset);
}

static void emit_call(const mote_emitter *e, int32_t s, mote_text *out)
{
    const mote_step     *step = &e->program->steps[s];
    const mote_instance *instance = &e->instances[e->instance_of[s]];
    const mote_graph    *graph = &e->program->model->graphs[0];
    const mote_field    *field;
    const char          *separator = "";
    int32_t              i;

    mote_text_puts(out, "    /* ");
    mote_emit_comment(out, mote_node_show(graph, &graph->nodes[step->node]).text);
    mote_text_printf(out, " -> %s */\n    %s_%s_%d(", mote_shape_show(&graph->tensors[step->out[0]]).text, e->name,
                     instance->kernel->symbol + strlen("mrt_"), e->instance_of[s]);
    if (e->optimize == MOTE_OPTIMIZE_SIZE) {
        mote_text_printf(out, "&%s_%d_params", e->name, s);
        separator = ", ";
    }
    for (field = step->kernel->fields; takes_arrays(e, instance) && field->name; field++) {
        const mote_const_array *array = field->kind == MOTE_FIELD_POINTER ? pointed_array(step, field) : NULL;
        if (array) {
            mote_text_printf(out, "%s%s_%d_%s", separator, e->name, s, array->role);
            separator = ", ";
        }
    }
    for (i = 0; i < step->in_count; i++, separator = ", ")
        emit_operand(e, step->in[i], false, separator, out);
    for (i = 0; i < step->out_count; i++, separator = ", ")
        emit_operand(e, step->out[i], true, separator, out);
    if (step->kernel->scratch)
        mote_text_printf(out, ", at + %zu", e->program->scratch[s]);
    mote_text_puts(out, ");\n");
}

static void emit_invoke(const mote_emitter *e, mote_text *out)
{
    int32_t s;

    mote_text_printf(out, "void %s_invoke(%s_arena *arena)\n{\n    uint8_t *const at = arena->bytes;\n\n", e->name, e->name);
    for (s = 0; s < e->program->step_count; s++)
        if (!e->program->steps[s].kernel->is_view)
            emit_call(e, s, out);
    mote_text_puts(out, "    (void)at;\n}\n\n");
}

static void emit_reset(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->program->model->graphs[0];
    int32_t           i;
    bool              is_first = true;

    for (i = 0; i < graph->tensor_count; i++) {
        const mote_tensor *tensor = &graph->tensors[i];
        if (tensor->kind != MOTE_STATE)
            continue;
        if (is_first)
            mote_text_printf(out, "void %s_reset(%s_arena *arena)\n{\n    uint32_t i;\n\n", e->name, e->name);
        is_first = false;
        mote_text_printf(out, "    {\n        static const MRT_FLASH uint8_t first[%zu] = ", mote_tensor_bytes(tensor));
        mote_emit_values(out, tensor->data, MOTE_U8, mote_tensor_bytes(tensor));
        mote_text_printf(out,
                         ";\n        for (i = 0; i < %zuu; i++)\n            arena->bytes[%zuu + i] = first[i];\n    }\n",
                         mote_tensor_bytes(tensor), mote_plan_place(e->program, i)->offset);
    }
    if (!is_first)
        mote_text_puts(out, "}\n\n");
}

void mote_emit_argmax(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->program->model->graphs[0];

    mote_text_printf(out,
                     "int32_t %s_argmax(const %s_arena *arena)\n{\n    const %s *values = %s_output_0(arena);\n"
                     "    int32_t best = 0, i;\n\n    for (i = 1; i < %s_OUTPUT_0_SIZE; i++)\n"
                     "        if (values[i] > values[best])\n            best = i;\n    return best;\n}\n",
                     e->name, e->name, operand_type(e, graph->outputs[0]), e->name, e->upper);
}

/* A C string literal: bytes outside plain ASCII as octal, which ends after three digits. */
static void emit_string(mote_text *out, const char *string)
{
    mote_text_puts(out, "\"");
    for (; *string; string++) {
        unsigned char c = (unsigned char)*string;
        if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?')
            mote_text_printf(out, "\\%03o", c);
        else
            mote_text_add(out, string, 1);
    }
    mote_text_puts(out, "\"");
}

void mote_emit_label_table(const mote_emitter *e, mote_text *out)
{
    const mote_recipe *recipe = &e->program->model->recipe;
    int32_t            i;

    if (recipe->label_count == 0)
        return;
    mote_text_printf(out, "\nconst char *%s_label(int32_t index)\n{\n    static const char *const labels[] = {", e->name);
    for (i = 0; i < recipe->label_count; i++) {
        mote_text_puts(out, i ? ", " : "");
        emit_string(out, recipe->labels[i]);
    }
    mote_text_puts(out, "};\n\n    return labels[index];\n}\n");
}

void mote_emit_source(const mote_emitter *e, mote_text *out)
{
    int32_t s, i;

    mote_text_printf(
        out,
        "/* %s: weights and calls. Generated by mote %s, optimized for %s.\n"
        " * The level is set here, so that it does not depend on the project's flags; so is that products and sums are\n"
        " * rounded one by one, as they are on the host. */\n"
        "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#elif defined(__GNUC__)\n"
        "#pragma GCC optimize(\"%s\", \"fp-contract=off\")\n#endif\n\n#include \"%s.h\"\n\n",
        e->name, MOTE_VERSION, e->optimize == MOTE_OPTIMIZE_SIZE ? "size" : "speed",
        e->optimize == MOTE_OPTIMIZE_SIZE ? "Os" : "O2", e->name);
    mote_text_puts(out, "#include \"mote_runtime/mrt.h\"\n");
    for (i = 0; i < e->instance_count; i++) {
        const char *header = e->instances[i].kernel->header;
        for (s = 0; s < i && strcmp(e->instances[s].kernel->header, header) != 0; s++) {
        }
        if (s == i)
            mote_text_printf(out, "#include \"mote_runtime/%s\"\n", header);
    }
    mote_text_puts(out, "\n");
    emit_arrays(e, out);
    mote_text_puts(out, "\n");
    if (e->optimize == MOTE_OPTIMIZE_SIZE)
        emit_param_tables(e, out);
    for (i = 0; i < e->instance_count; i++)
        emit_instance(e, i, out);
    emit_invoke(e, out);
    emit_reset(e, out);
    mote_emit_argmax(e, out);
    mote_emit_label_table(e, out);
}
