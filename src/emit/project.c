/* What a project's templates (project/project.h) say of a model.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"
#include "project/project.h"

enum { VARIABLES_MAX = 40 };

typedef struct variables {
    const mote_emitter        *e;
    const mote_compile_result *result;
    mote_arena                *arena;
    mote_error                *err;
    mote_variable              list[VARIABLES_MAX + 1];
    int                        count;
} variables;

static void set(variables *v, const char *name, const char *text)
{
    if (v->count == VARIABLES_MAX)
        mote_fail(v->err, MOTE_ERR_LIMIT, "a project has more than %d variables", VARIABLES_MAX);
    else if (text)
        v->list[v->count++] = (mote_variable){name, text};
}

static void set_flag(variables *v, const char *name, bool is_set)
{
    set(v, name, is_set ? "1" : "");
}

static void set_count(variables *v, const char *name, size_t count)
{
    set(v, name, mote_arena_printf(v->arena, v->err, "%zu", count));
}

/* Takes the text over. */
static void set_text(variables *v, const char *name, mote_text *text)
{
    if (mote_text_status(text, v->err) == MOTE_OK)
        set(v, name, mote_arena_strndup(v->arena, text->bytes ? text->bytes : "", text->count, v->err));
    mote_text_free(text);
}

static const mote_tensor *tensor_of(const mote_emitter *e, bool is_input, int32_t index)
{
    const mote_graph *graph = &e->model->graphs[0];

    return &graph->tensors[is_input ? graph->inputs[index] : graph->outputs[index]];
}

static const char *short_name(const mote_emitter *e, bool is_input, int32_t index, mote_end_suffixes *names)
{
    *names = mote_emit_suffixes(e, is_input, index);
    return names->suffix[0].text;
}

/* ---- what goes in and comes out, as C ---- */

/* How the number `value` becomes element i of the first input. */
static const char *storing(const variables *v, const char *value, bool is_raw)
{
    const mote_emitter *e = v->e;
    const mote_tensor  *in = tensor_of(e, true, 0);

    if (is_raw && mote_emits_prepare(e, 0))
        return mote_arena_printf(v->arena, v->err, "%s_prepare_input(%s, i)", e->name, value);
    if (mote_emits_quantize(e, 0))
        return mote_arena_printf(v->arena, v->err, "%s_quantize_input(%s)", e->name, value);
    return in->dtype == MOTE_F32 ? value
                                 : mote_arena_printf(v->arena, v->err, "(%s)%s", mote_dtype_c_name(in->dtype), value);
}

/* Element `at` of an output as a real number. */
static const char *answer(const variables *v, int32_t index, const char *arena, const char *at)
{
    const mote_emitter *e = v->e;
    mote_end_suffixes   names;
    const char         *suffix = short_name(e, false, index, &names);

    if (tensor_of(e, false, index)->quant)
        return mote_arena_printf(v->arena, v->err, "%s_dequantize_output%s(%s_output%s(%s)[%s])", e->name, suffix, e->name,
                                 suffix, arena, at);
    return mote_arena_printf(v->arena, v->err, "(float)%s_output%s(%s)[%s]", e->name, suffix, arena, at);
}

/* For each output a loop that prints its first numbers. */
static void set_scores(variables *v)
{
    enum { SHOWN = 16 };
    mote_text text = {0};
    int32_t   i;

    for (i = 0; i < v->e->model->graphs[0].output_count; i++) {
        const char *value = answer(v, i, "arena", "i");
        if (!value)
            break;
        if (i > 0)
            mote_text_puts(&text, "    PUT(port, \";\");\n");
        mote_text_printf(&text,
                         "    for (i = 0; i < %s_OUTPUT_%d_SIZE && i < %d; i++) {\n        PUT(port, \" \");\n"
                         "        put_real(port, %s);\n    }\n",
                         v->e->upper, i, SHOWN, value);
        if (mote_tensor_count(tensor_of(v->e, false, i)) > SHOWN)
            mote_text_puts(&text, "    PUT(port, \" ...\");\n");
    }
    set_text(v, "scores", &text);
}

/* For each input and output a line of a MicroPython module. */
static void set_objects(variables *v)
{
    const mote_graph *graph = &v->e->model->graphs[0];
    mote_text         takes = {0}, gives = {0};
    int32_t           i;

    for (i = 0; i < graph->input_count; i++)
        mote_text_printf(&takes, "    take(arguments[%d], %s_input_%d(arena), %s_INPUT_%d_BYTES);\n", i, v->e->name, i,
                         v->e->upper, i);
    for (i = 0; i < graph->output_count; i++)
        mote_text_printf(&gives,
                         "    outputs[%d] = mp_obj_new_bytes((const uint8_t *)%s_output_%d(arena), %s_OUTPUT_%d_BYTES);\n",
                         i, v->e->name, i, v->e->upper, i);
    set_text(v, "takes", &takes);
    set_text(v, "gives", &gives);
}

/* ---- what pages say ---- */

static void describe_end(const variables *v, bool is_input, int32_t index, mote_text *out)
{
    const mote_tensor     *tensor = tensor_of(v->e, is_input, index);
    const mote_tensor_info info = is_input ? mote_model_input(v->e->model, index) : mote_model_output(v->e->model, index);

    mote_text_printf(out, "- %s %d `%s`: %s %s", is_input ? "input" : "output", index, mote_show_string(info.name).text,
                     mote_dtype_name(tensor->dtype), mote_shape_show(tensor).text);
    if (info.is_quantized)
        mote_text_printf(out, ", real = %.9g x (stored - %d)", (double)info.scale, info.zero_point);
    mote_text_puts(out, "\n");
}

static void set_ends(variables *v)
{
    const mote_graph *graph = &v->e->model->graphs[0];
    mote_text         ends = {0}, inputs = {0}, outputs = {0};
    mote_end_suffixes names;
    int32_t           i;

    for (i = 0; i < graph->input_count; i++) {
        const char *suffix = short_name(v->e, true, i, &names);
        describe_end(v, true, i, &ends);
        mote_text_printf(&inputs, "/* write %s_input%s(&arena)[0 .. %zu]", v->e->name, suffix,
                         mote_tensor_count(tensor_of(v->e, true, i)) - 1);
        if (mote_emits_prepare(v->e, i))
            mote_text_printf(&inputs, ": %s_prepare_input%s(raw, index) makes each from a raw number", v->e->name, suffix);
        else if (mote_emits_quantize(v->e, i))
            mote_text_printf(&inputs, ": %s_quantize_input%s(real) makes each from a real number", v->e->name, suffix);
        mote_text_puts(&inputs, i + 1 < graph->input_count ? " */\n" : " */");
    }
    for (i = 0; i < graph->output_count; i++) {
        const char *suffix = short_name(v->e, false, i, &names);
        describe_end(v, false, i, &ends);
        mote_text_printf(&outputs, "/* read %s_output%s(&arena)[0 .. %zu]%s%s%s */%s", v->e->name, suffix,
                         mote_tensor_count(tensor_of(v->e, false, i)) - 1, i == 0 ? "; " : "", i == 0 ? v->e->name : "",
                         i == 0 ? "_argmax(&arena) is the largest one" : "", i + 1 < graph->output_count ? "\n" : "");
    }
    set_text(v, "ends", &ends);
    set_text(v, "input_lines", &inputs);
    set_text(v, "output_lines", &outputs);
}

/* ---- an LED that follows the answer ---- */

static bool is_number(const mote_tensor *tensor)
{
    return tensor->dtype == MOTE_F32 || (tensor->quant && mote_dtype_bits(tensor->dtype) <= 16);
}

static bool is_single(const variables *v)
{
    return v->e->model->graphs[0].input_count == 1 && v->e->model->graphs[0].output_count == 1;
}

/* The real numbers that an integer end can be; of floats those of a sine. */
static void set_range(variables *v, bool is_input, const char *low_name, const char *high_name)
{
    const mote_tensor *tensor = tensor_of(v->e, is_input, 0);
    double             low = is_input ? 0 : -1, high = is_input ? 6.2832 : 1;
    long long          least, most;

    if (tensor->dtype != MOTE_F32 && mote_dtype_limits(tensor->dtype, &least, &most)) {
        low = (double)tensor->quant->scale[0] * (double)(least - tensor->quant->zero_point[0]);
        high = (double)tensor->quant->scale[0] * (double)(most - tensor->quant->zero_point[0]);
    }
    set(v, low_name, mote_arena_printf(v->arena, v->err, "%.6g", low));
    set(v, high_name, mote_arena_printf(v->arena, v->err, "%.6g", high));
}

static void set_fading(variables *v)
{
    const bool fades = is_single(v) && mote_tensor_count(tensor_of(v->e, true, 0)) == 1 &&
                       mote_tensor_count(tensor_of(v->e, false, 0)) == 1 && is_number(tensor_of(v->e, true, 0)) &&
                       is_number(tensor_of(v->e, false, 0));

    set_flag(v, "fades", fades);
    if (!fades)
        return;
    set_range(v, true, "fade_low", "fade_high");
    set_range(v, false, "fade_dark", "fade_bright");
    set(v, "fade_store", storing(v, "x", false));
    set(v, "fade_answer", answer(v, 0, "&arena", "0"));
}

/* ---- all ---- */

static void set_sizes(variables *v)
{
    const mote_compiled_chips *any = mote_compiled_for(v->result, "portable"), *avr = mote_compiled_for(v->result, "avr");

    set_count(v, "arena", any->arena_bytes);
    set_count(v, "arena_avr", avr->arena_bytes);
    set_count(v, "constants", any->constant_bytes);
}

/* Where the arena is, in a firmware's source. */
static void set_memory(variables *v)
{
    mote_text text = {0};

    set_flag(v, "regions", mote_emits_regions(v->e));
    mote_emit_memory_lines(v->e, &text);
    set_text(v, "arena_lines", &text);
}

static void set_input(variables *v)
{
    const bool has_one = v->e->model->graphs[0].input_count == 1;

    set_flag(v, "takes_numbers", has_one);
    if (!has_one)
        return;
    set_count(v, "input_size", mote_tensor_count(tensor_of(v->e, true, 0)));
    set(v, "store", storing(v, "value", true));
}

mote_status mote_emit_project(const mote_emitter *emitter, const mote_compile_result *result, const mote_project *project,
                              size_t sample_count, const char *folder, mote_error *err)
{
    mote_arena arena = {0};
    variables  v = {.e = emitter, .result = result, .arena = &arena, .err = err};

    set(&v, "name", emitter->name);
    set(&v, "upper", emitter->upper);
    set(&v, "version", MOTE_VERSION);
    set(&v, "title", emitter->model->name && emitter->model->name[0] ? emitter->model->name : emitter->name);
    set_count(&v, "samples", sample_count);
    set_flag(&v, "has_labels", mote_model_label_count(emitter->model, 0) > 0);
    set_flag(&v, "has_state", mote_program_has_state(emitter->variants[0].program));
    set_sizes(&v);
    set_memory(&v);
    set_scores(&v);
    set_objects(&v);
    set_ends(&v);
    set_input(&v);
    set_fading(&v);
    if (err->code == MOTE_OK)
        mote_project_write(project, folder, v.list, err);
    mote_arena_destroy(&arena);
    return err->code;
}
