/* NAME.h: what a firmware programmer reads and includes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"

static const mote_tensor *end_tensor(const mote_emitter *e, bool is_input, int32_t index)
{
    const mote_graph *graph = &e->model->graphs[0];

    return &graph->tensors[is_input ? graph->inputs[index] : graph->outputs[index]];
}

static void emit_end_constants(const mote_emitter *e, bool is_input, int32_t index, mote_text *out)
{
    const mote_tensor *tensor = end_tensor(e, is_input, index);
    const char        *kind = is_input ? "INPUT" : "OUTPUT";
    int32_t            i;

    mote_text_printf(out, "/* %s %d \"", is_input ? "input" : "output", index);
    mote_emit_comment(
        out,
        mote_show_string(is_input ? mote_model_input(e->model, index).name : mote_model_output(e->model, index).name).text);
    mote_text_printf(out, "\": %s %s */\n", mote_dtype_name(tensor->dtype), mote_shape_show(tensor).text);
    mote_text_printf(out, "#define %s_%s_%d_SIZE %zu\n", e->upper, kind, index, mote_tensor_count(tensor));
    mote_text_printf(out, "#define %s_%s_%d_BYTES %zu\n", e->upper, kind, index, mote_tensor_bytes(tensor));
    mote_text_printf(out, "#define %s_%s_%d_RANK %d\n", e->upper, kind, index, tensor->rank);
    mote_text_printf(out, "#define %s_%s_%d_SHAPE {", e->upper, kind, index);
    for (i = 0; i < tensor->rank; i++)
        mote_text_printf(out, "%s%d", i ? ", " : "", tensor->dim[i]);
    mote_text_puts(out, tensor->rank ? "}\n" : "1}\n");
    if (tensor->quant) {
        mote_text_printf(out, "#define %s_%s_%d_SCALE ", e->upper, kind, index);
        mote_emit_f32(out, tensor->quant->scale[0]);
        mote_text_printf(out, "\n#define %s_%s_%d_ZERO_POINT %s%d%s\n", e->upper, kind, index,
                         tensor->quant->zero_point[0] < 0 ? "(" : "", tensor->quant->zero_point[0],
                         tensor->quant->zero_point[0] < 0 ? ")" : "");
    }
    mote_text_puts(out, "\n");
}

/* ---- outputs that no input changes ---- */

int32_t mote_constant_output(const mote_emitter *e, int32_t index)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           first = 0;

    if (graph->tensors[graph->outputs[index]].kind != MOTE_CONST)
        return -1;
    while (graph->outputs[first] != graph->outputs[index])
        first++;
    return first;
}

static void emit_constant_head(const mote_emitter *e, int32_t index, mote_text *out)
{
    mote_text_printf(out, "const %s %s_output_%d_values[%s_OUTPUT_%d_SIZE]",
                     mote_dtype_c_name(end_tensor(e, false, index)->dtype), e->name, index, e->upper, index);
}

static void emit_constant_declarations(const mote_emitter *e, mote_text *out)
{
    int32_t i;

    for (i = 0; i < e->model->graphs[0].output_count; i++)
        if (mote_constant_output(e, i) == i) {
            mote_text_printf(out, "/* Output %d is the same for every input, and before an invoke, too. */\nextern ", i);
            emit_constant_head(e, i, out);
            mote_text_puts(out, ";\n");
        }
}

void mote_emit_constant_outputs(const mote_emitter *e, mote_text *out)
{
    int32_t i;

    for (i = 0; i < e->model->graphs[0].output_count; i++)
        if (mote_constant_output(e, i) == i) {
            const mote_tensor *tensor = end_tensor(e, false, i);
            mote_text_puts(out, "\n");
            emit_constant_head(e, i, out);
            mote_text_puts(out, " = ");
            mote_emit_values(out, tensor->data, tensor->dtype, mote_tensor_count(tensor));
            mote_text_puts(out, ";\n");
        }
}

/* ---- where inputs and outputs are ---- */

/* Which region it is in depends on the variant. */
static void emit_accessor_return(const mote_emitter *e, bool is_input, int32_t index, mote_text *out)
{
    const char *type = mote_dtype_c_name(end_tensor(e, is_input, index)->dtype), *constant = is_input ? "" : "const ";
    const char *kind = is_input ? "INPUT" : "OUTPUT";

    mote_text_printf(out, "    return (%s%s *)(%svoid *)(arena->", constant, type, constant);
    if (mote_emits_regions(e))
        mote_text_printf(out, "%s_%s_%d_REGION->", e->upper, kind, index);
    mote_text_printf(out, "bytes + %s_%s_%d_OFFSET);\n", e->upper, kind, index);
}

static void emit_accessor_body(const mote_emitter *e, bool is_input, int32_t index, mote_text *out)
{
    const int32_t values = is_input ? -1 : mote_constant_output(e, index);

    if (values >= 0)
        mote_text_printf(out, "    (void)arena;\n    return %s_output_%d_values;\n", e->name, values);
    else
        emit_accessor_return(e, is_input, index, out);
}

static void emit_accessor(const mote_emitter *e, bool is_input, int32_t index, mote_text *out)
{
    const mote_tensor *tensor = end_tensor(e, is_input, index);
    const char        *type = mote_dtype_c_name(tensor->dtype), *constant = is_input ? "" : "const ";
    const char        *kind = is_input ? "input" : "output";

    mote_text_printf(out, "static inline %s%s *%s_%s_%d(%s%s_arena *arena)\n{\n", constant, type, e->name, kind, index,
                     constant, e->name);
    emit_accessor_body(e, is_input, index, out);
    mote_text_puts(out, "}\n");
    if (index == 0)
        mote_text_printf(out, "static inline %s%s *%s_%s(%s%s_arena *arena)\n{\n    return %s_%s_0(arena);\n}\n", constant,
                         type, e->name, kind, constant, e->name, e->name, kind);
}

void mote_emit_named_accessor(const mote_emitter *e, bool is_input, int32_t index, mote_text *out)
{
    const char             *type = mote_dtype_c_name(end_tensor(e, is_input, index)->dtype);
    const char             *constant = is_input ? "" : "const ", *kind = is_input ? "input" : "output";
    const mote_end_suffixes all = mote_emit_suffixes(e, is_input, index);
    int                     i;

    for (i = 0; i < all.count; i++)
        if (all.suffix[i].text[0] && !all.suffix[i].is_number)
            mote_text_printf(out, "static inline %s%s *%s_%s%s(%s%s_arena *arena)\n{\n    return %s_%s_%d(arena);\n}\n",
                             constant, type, e->name, kind, all.suffix[i].text, constant, e->name, e->name, kind, index);
}

static void emit_end_place(const mote_emitter *e, const mote_program *program, bool is_input, int32_t index, mote_text *out)
{
    const mote_graph        *graph = &e->model->graphs[0];
    const mote_id            id = is_input ? graph->inputs[index] : graph->outputs[index];
    const mote_emitted_place place = mote_emit_place(e, program, mote_plan_place(program, id)->offset);
    const char              *kind = is_input ? "INPUT" : "OUTPUT";

    if (place.region)
        mote_text_printf(out, "#define %s_%s_%d_REGION %s\n", e->upper, kind, index, place.region);
    mote_text_printf(out, "#define %s_%s_%d_OFFSET %zu\n", e->upper, kind, index, place.offset);
}

/* What differs between the variants: the arena's size, and where inputs and outputs lie in it. */
static void emit_places(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           i;

    mote_emit_region_sizes(e, variant, out);
    mote_text_printf(out, "#define %s_ARENA_BYTES %zu\n", e->upper, mote_emitted_bytes(variant->program));
    for (i = 0; i < graph->input_count; i++)
        emit_end_place(e, variant->program, true, i, out);
    for (i = 0; i < graph->output_count; i++)
        if (mote_constant_output(e, i) < 0)
            emit_end_place(e, variant->program, false, i, out);
}

static size_t largest_array(const mote_program *program)
{
    size_t  most = 0;
    int32_t s, i;

    for (s = 0; s < program->step_count; s++) {
        const mote_prepared *prepared = &program->steps[s].prepared;
        for (i = 0; i < prepared->array_count; i++) {
            const size_t bytes = mote_const_array_bytes(&prepared->arrays[i]);
            most = bytes > most ? bytes : most;
        }
    }
    return most;
}

static size_t largest_region(const mote_program *program)
{
    size_t  most = 0;
    int32_t i;

    for (i = 0; i < program->region_count; i++)
        most = program->regions[i].bytes > most ? program->regions[i].bytes : most;
    return most;
}

/* One clear line in place of what the compiler would say. */
static void emit_limit(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    const size_t limit = variant->program->target->object_bytes, array = largest_array(variant->program);
    const size_t arena = largest_region(variant->program);
    const bool   is_arena = arena > limit;

    if (limit > 0 && (is_arena || array > limit))
        mote_text_printf(out, "#error \"%s: its %s has %zu bytes, and a compiler for %s allows %zu in one object\"\n",
                         e->name, is_arena ? "arena" : "largest array of weights", is_arena ? arena : array,
                         variant->program->target->name, limit);
}

static void emit_chips(const mote_emitter *e, mote_text *out)
{
    int32_t v;

    if (e->variant_count > 1)
        mote_text_puts(out, "/* Which kernels: as the compiler says what it compiles for. */\n");
    for (v = 0; v < e->variant_count; v++) {
        const char *condition = e->variants[v].program->target->condition;
        if (e->variant_count > 1) {
            if (v + 1 < e->variant_count)
                mote_text_printf(out, "%s %s\n", v == 0 ? "#if" : "#elif", condition);
            else
                mote_text_puts(out, "#else\n");
            mote_text_printf(out, "#define %s_CHIP %d /* %s */\n", e->upper, v, e->variants[v].program->target->name);
        }
        emit_limit(e, &e->variants[v], out);
        emit_places(e, &e->variants[v], out);
    }
    mote_text_puts(out, e->variant_count > 1 ? "#endif\n\n" : "\n");
}

/* The arena's, whichever chip it is for. */
static size_t widest_align(const mote_emitter *e)
{
    size_t  align = 0;
    int32_t v;

    for (v = 0; v < e->variant_count; v++)
        if (e->variants[v].program->align_bytes > align)
            align = e->variants[v].program->align_bytes;
    return align;
}

/* ---- preparing ---- */

bool mote_emits_quantize(const mote_emitter *e, int32_t input)
{
    const mote_tensor *in = end_tensor(e, true, input);
    long long          min, max;

    return in->quant && mote_dtype_limits(in->dtype, &min, &max) && mote_dtype_bits(in->dtype) <= 16;
}

/* NULL: nobody says how this input is prepared. */
static const mote_preparation *preparation_of(const mote_emitter *e, int32_t input)
{
    return input < MOTE_FEATURES_MAX && e->model->recipe.input[input].is_prepared
               ? &e->model->recipe.input[input].preparation
               : NULL;
}

bool mote_emits_prepare(const mote_emitter *e, int32_t input)
{
    return preparation_of(e, input) && (end_tensor(e, true, input)->dtype == MOTE_F32 || mote_emits_quantize(e, input));
}

/* "the first input", or "input \"left\"" where there are several. */
static void put_whose(const mote_emitter *e, bool is_input, const mote_end_suffix *suffix, mote_text *out)
{
    const char *kind = is_input ? "input" : "output";

    if (!suffix->text[0]) {
        mote_text_printf(out, "the first %s", kind);
        return;
    }
    mote_text_printf(out, "%s \"", kind);
    mote_emit_comment(out, mote_show_string(is_input ? mote_model_input(e->model, suffix->index).name
                                                     : mote_model_output(e->model, suffix->index).name)
                               .text);
    mote_text_puts(out, "\"");
}

/* A number, or an initializer of several on a logical line. */
static void emit_per_channel(const float *values, int count, mote_text *out)
{
    int c;

    mote_text_puts(out, count > 1 ? "{" : "");
    for (c = 0; c < count; c++) {
        mote_text_puts(out, c == 0 ? "" : c % 6 == 0 ? ", \\\n    " : ", ");
        mote_emit_f32(out, values[c]);
    }
    mote_text_puts(out, count > 1 ? "}" : "");
}

static void emit_prepare_macros(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    static const float      zero = 0.0f, one = 1.0f;
    const mote_preparation *prep = preparation_of(e, suffix->index);
    const int               channels = prep && prep->channels > 0 ? prep->channels : 1;
    const bool              emits = mote_emits_prepare(e, suffix->index);
    const char             *upper = suffix->upper;

    if (!prep)
        return;
    if (suffix->text[0]) {
        mote_text_puts(out, "/* Of ");
        put_whose(e, true, suffix, out);
        mote_text_puts(out, ". */\n");
    } else {
        mote_text_printf(
            out,
            "/* How the training prepared raw samples: (raw / scale + offset - mean) / std, in float32, one operation\n"
            " * after the other. Inputs must be prepared like that%s%s%s. */\n",
            emits ? ": " : "", emits ? e->name : "", emits ? "_prepare_input does it" : "");
    }
    mote_text_printf(out, "#define %s_PREPARE%s_SCALE ", e->upper, upper);
    mote_emit_f32(out, prep->scale != 0 ? prep->scale : 1.0f);
    mote_text_printf(out, "\n#define %s_PREPARE%s_OFFSET ", e->upper, upper);
    mote_emit_f32(out, prep->offset);
    mote_text_printf(out, "\n#define %s_PREPARE%s_CHANNELS %d%s\n#define %s_PREPARE%s_MEAN ", e->upper, upper, channels,
                     channels > 1 ? " /* element i has mean and std i % channels */" : "", e->upper, upper);
    emit_per_channel(prep->channels > 0 ? prep->mean : &zero, channels, out);
    mote_text_printf(out, "\n#define %s_PREPARE%s_STD ", e->upper, upper);
    emit_per_channel(prep->channels > 0 ? prep->std : &one, channels, out);
    mote_text_puts(out, "\n\n");
}

static void put_written(const mote_emitter *e, int32_t index, const char *suffix, mote_text *out)
{
    if (mote_emits_prepare(e, index))
        mote_text_printf(
            out,
            " *     ... write %s_input%s(&arena)[i] = %s_prepare_input%s(raw[i], i), i = 0 .. %s_INPUT_%d_SIZE - 1 "
            "...\n",
            e->name, suffix, e->name, suffix, e->upper, index);
    else
        mote_text_printf(out, " *     ... write %s_input%s(&arena)[0 .. %s_INPUT_%d_SIZE - 1] ...\n", e->name, suffix,
                         e->upper, index);
}

/* Each by its last name: its own where there are several, else the short one. */
static const char *last_name(const mote_end_suffixes *all)
{
    return all->suffix[all->count - 1].text;
}

void mote_emit_usage(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    mrt_picture       picture;
    int32_t           i;

    for (i = 0; i < graph->input_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, true, i);
        put_written(e, i, last_name(&all), out);
        if (mote_emits_picture(e, i, &picture))
            mote_text_printf(
                out, " *     ... or take a frame: %s_take_rgb565_be%s(&arena, pixels, width, height, 0) or its kin ...\n",
                e->name, last_name(&all));
    }
    mote_text_printf(out, " *     %s_invoke(&arena);\n", e->name);
    for (i = 0; i < graph->output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        mote_text_printf(out, " *     ... read %s_output%s(&arena)[0 .. %s_OUTPUT_%d_SIZE - 1] ...\n", e->name,
                         last_name(&all), e->upper, i);
    }
    mote_text_printf(
        out,
        " *\n"
        " * Inputs are used up by an invoke: write them before each. No globals, no allocation; one arena a caller.\n"
        " */\n#ifndef %s_H\n#define %s_H\n\n#include <stdint.h>\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
        e->upper, e->upper);
}

static void emit_prepare_declaration(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    if (!mote_emits_prepare(e, suffix->index))
        return;
    mote_text_puts(out, "/* A raw number as element `index` of ");
    put_whose(e, true, suffix, out);
    mote_text_printf(out, " stores it: prepared as in training%s.\n * 0 <= index < %s_INPUT_%d_SIZE. */\n",
                     mote_emits_quantize(e, suffix->index) ? ", and quantized" : "", e->upper, suffix->index);
    mote_text_printf(out, "%s %s_prepare_input%s(float raw, int32_t index);\n",
                     mote_dtype_c_name(end_tensor(e, true, suffix->index)->dtype), e->name, suffix->text);
}

static void emit_prepare(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const mote_preparation *prep = preparation_of(e, suffix->index);
    const bool  is_per_channel = prep && prep->channels > 1, is_quantized = mote_emits_quantize(e, suffix->index);
    const char *at = is_per_channel ? "[index % channels]" : "", *upper = suffix->upper;

    if (!mote_emits_prepare(e, suffix->index))
        return;
    mote_text_printf(out, "%s %s_prepare_input%s(float raw, int32_t index)\n{\n",
                     mote_dtype_c_name(end_tensor(e, true, suffix->index)->dtype), e->name, suffix->text);
    if (is_per_channel)
        mote_text_printf(out,
                         "    static const MRT_FLASH float mean[] = %s_PREPARE%s_MEAN;\n"
                         "    static const MRT_FLASH float std[] = %s_PREPARE%s_STD;\n"
                         "    const int32_t                channels = %s_PREPARE%s_CHANNELS;\n",
                         e->upper, upper, e->upper, upper, e->upper, upper);
    else
        mote_text_printf(out, "    const float mean = %s_PREPARE%s_MEAN, std = %s_PREPARE%s_STD;\n", e->upper, upper,
                         e->upper, upper);
    mote_text_printf(out,
                     "    float real = raw / %s_PREPARE%s_SCALE;\n\n%s    real = real + %s_PREPARE%s_OFFSET;\n"
                     "    real = (real - mean%s) / std%s;\n    return ",
                     e->upper, upper, is_per_channel ? "" : "    (void)index;\n", e->upper, upper, at, at);
    if (is_quantized)
        mote_text_printf(out, "%s_quantize_input%s(real);\n}\n\n", e->name, suffix->text);
    else
        mote_text_puts(out, "real;\n}\n\n");
}

void mote_emit_prepare(const mote_emitter *e, mote_text *out)
{
    int32_t i;
    int     k;

    for (i = 0; i < e->model->graphs[0].input_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, true, i);
        for (k = 0; k < all.count; k++)
            emit_prepare(e, &all.suffix[k], out);
    }
}

static void emit_quantizer(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const mote_tensor *in = end_tensor(e, true, suffix->index);
    long long          zero, min, max;

    if (!mote_emits_quantize(e, suffix->index))
        return;
    zero = in->quant->zero_point[0];
    mote_dtype_limits(in->dtype, &min, &max);
    mote_text_puts(out, "/* A real number as ");
    put_whose(e, true, suffix, out);
    mote_text_printf(out,
                     " stores it: to nearest, halves away from zero, clamped. */\n"
                     "static inline %s %s_quantize_input%s(float real)\n{\n"
                     "    const float scaled = real / %s_INPUT_%d_SCALE;\n"
                     "    int32_t     whole;\n    float       rest;\n\n"
                     "    if (!(scaled > %lld.0f))\n        return %lld;\n"
                     "    if (!(scaled < %lld.0f))\n        return %lld;\n"
                     "    whole = (int32_t)scaled;\n    rest = scaled - (float)whole;\n"
                     "    whole += (rest >= 0.5f) - (rest <= -0.5f) + %s_INPUT_%d_ZERO_POINT;\n"
                     "    return (%s)(whole < %lld ? %lld : whole > %lld ? %lld : whole);\n}\n",
                     mote_dtype_c_name(in->dtype), e->name, suffix->text, e->upper, suffix->index, min - zero, min,
                     max - zero, max, e->upper, suffix->index, mote_dtype_c_name(in->dtype), min, min, max, max);
}

static void emit_dequantizer(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const mote_tensor *result = end_tensor(e, false, suffix->index);

    if (!result->quant)
        return;
    mote_text_puts(out, "/* The real number that an element of ");
    put_whose(e, false, suffix, out);
    mote_text_printf(out,
                     " stands for. */\n"
                     "static inline float %s_dequantize_output%s(%s stored)\n{\n"
                     "    return %s_OUTPUT_%d_SCALE * (float)((int32_t)stored - %s_OUTPUT_%d_ZERO_POINT);\n}\n",
                     e->name, suffix->text, mote_dtype_c_name(result->dtype), e->upper, suffix->index, e->upper,
                     suffix->index);
}

static void emit_argmax_declaration(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    if (mote_emits_single(e, suffix->index)) {
        mote_text_puts(out, "/* Which of two classes ");
        put_whose(e, false, suffix, out);
        mote_text_puts(out, "'s number tells: 0 or 1. */\n");
    } else {
        mote_text_printf(out, "/* The index of %s", suffix->text[0] ? "the largest element of " : "");
        put_whose(e, false, suffix, out);
        mote_text_printf(out, "%s; the first of equals. */\n", suffix->text[0] ? "" : "'s largest element");
    }
    mote_text_printf(out, "int32_t %s_argmax%s(const %s_arena *arena);\n", e->name, suffix->text, e->name);
}

void mote_emit_conversions(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           i;
    int               k;

    for (i = 0; i < graph->input_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, true, i);
        for (k = 0; k < all.count; k++) {
            emit_quantizer(e, &all.suffix[k], out);
            emit_prepare_declaration(e, &all.suffix[k], out);
        }
        mote_emit_picture_declarations(e, i, out);
    }
    for (i = 0; i < graph->output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        for (k = 0; k < all.count; k++) {
            emit_dequantizer(e, &all.suffix[k], out);
            emit_argmax_declaration(e, &all.suffix[k], out);
            mote_emit_probability_declaration(e, &all.suffix[k], out);
        }
    }
}

static void emit_label_declaration(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const int32_t count = mote_model_label_count(e->model, suffix->index);

    if (suffix->text[0] && count == 0)
        return;
    mote_text_printf(out, "#define %s_LABEL%s_COUNT %d\n", e->upper, suffix->upper, count);
    if (count == 0)
        return;
    mote_text_puts(out, "/* The name of a class of ");
    put_whose(e, false, suffix, out);
    mote_text_printf(out, "; 0 <= index < %s_LABEL%s_COUNT. */\nconst char *%s_label%s(int32_t index);\n", e->upper,
                     suffix->upper, e->name, suffix->text);
}

void mote_emit_labels(const mote_emitter *e, mote_text *out)
{
    int32_t i;
    int     k;

    for (i = 0; i < e->model->graphs[0].output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        for (k = 0; k < all.count; k++)
            emit_label_declaration(e, &all.suffix[k], out);
    }
}

void mote_emit_ends(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           i;
    int               k;

    for (i = 0; i < graph->input_count; i++)
        emit_end_constants(e, true, i, out);
    for (i = 0; i < graph->output_count; i++)
        emit_end_constants(e, false, i, out);
    for (i = 0; i < graph->input_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, true, i);
        for (k = 0; k < all.count; k++)
            emit_prepare_macros(e, &all.suffix[k], out);
    }
}

void mote_emit_header(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    bool              resets = mote_program_has_state(e->variants[0].program);
    int32_t           i;

    mote_text_printf(out, "/* %s: a neural network. Generated by mote %s: change the model, not this file.\n *\n", e->name,
                     MOTE_VERSION);
    mote_emit_memory_usage(e, out);
    mote_emit_usage(e, out);
    mote_text_printf(out, "#define %s_INPUT_COUNT %d\n#define %s_OUTPUT_COUNT %d\n#define %s_HAS_STATE %d\n", e->upper,
                     graph->input_count, e->upper, graph->output_count, e->upper, resets);
    emit_chips(e, out);
    mote_emit_ends(e, out);
    mote_emit_arena(e, widest_align(e), out);
    mote_text_printf(out, "void %s_invoke(%s_arena *arena);\n", e->name, e->name);
    if (resets)
        mote_text_printf(out,
                         "/* Before the first invoke, and to forget what came before. */\nvoid %s_reset(%s_arena *arena);\n",
                         e->name, e->name);
    mote_text_puts(out, "\n");
    emit_constant_declarations(e, out);
    for (i = 0; i < graph->input_count; i++)
        emit_accessor(e, true, i, out);
    for (i = 0; i < graph->output_count; i++)
        emit_accessor(e, false, i, out);
    for (i = 0; i < graph->input_count; i++)
        mote_emit_named_accessor(e, true, i, out);
    for (i = 0; i < graph->output_count; i++)
        mote_emit_named_accessor(e, false, i, out);
    mote_text_puts(out, "\n");
    mote_emit_conversions(e, out);
    mote_text_puts(out, "\n");
    mote_emit_labels(e, out);
    mote_text_puts(out, "\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
}
