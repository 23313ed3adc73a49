/* NAME_selftest.c: golden samples, so that a port can be checked on the real board.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"
#include "exec/exec.h"

static size_t ends_bytes(const mote_graph *graph, const mote_id *ids, int32_t count)
{
    size_t  bytes = 0;
    int32_t i;

    for (i = 0; i < count; i++)
        bytes += mote_tensor_bytes(&graph->tensors[ids[i]]);
    return bytes;
}

static mote_status run_sample(mote_runner *runner, const uint8_t *input, uint8_t *output, mote_error *err)
{
    const mote_graph *graph = &runner->program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->input_count; i++) {
        size_t bytes = mote_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        memcpy(mote_runner_input(runner, i), input, bytes);
        input += bytes;
    }
    MOTE_TRY(mote_runner_invoke(runner, err));
    for (i = 0; i < graph->output_count; i++) {
        size_t bytes = mote_tensor_bytes(&graph->tensors[graph->outputs[i]]);
        memcpy(output, mote_runner_output(runner, i), bytes);
        output += bytes;
    }
    return MOTE_OK;
}

static void emit_copy(const mote_emitter *e, bool is_input, size_t total, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    const char       *kind = is_input ? "INPUT" : "OUTPUT", *lower = is_input ? "input" : "output";
    int32_t           count = is_input ? graph->input_count : graph->output_count, i;
    size_t            offset = 0;

    for (i = 0; i < count; i++) {
        if (is_input)
            mote_text_printf(
                out,
                "    for (i = 0; i < %s_%s_%d_BYTES; i++)\n"
                "        ((uint8_t *)%s_%s_%d(arena))[i] = %s_golden_inputs[(uint32_t)sample * %zuu + %zuu + i];\n",
                e->upper, kind, i, e->name, lower, i, e->name, total, offset);
        else
            mote_text_printf(
                out,
                "    for (i = 0; i < %s_%s_%d_BYTES; i++)\n"
                "        wrong += ((const uint8_t *)%s_%s_%d(arena))[i] != %s_golden_outputs[(uint32_t)sample * "
                "%zuu + %zuu + i];\n",
                e->upper, kind, i, e->name, lower, i, e->name, total, offset);
        offset += mote_tensor_bytes(&graph->tensors[is_input ? graph->inputs[i] : graph->outputs[i]]);
    }
}

typedef struct golden_samples {
    const uint8_t *inputs;
    uint8_t       *outputs;
    int32_t        count;
    size_t         in_bytes, out_bytes; /* of a sample */
} golden_samples;

/* ---- raw numbers ---- */

/* Raw numbers that prepared lie within three deviations, for the first elements of the input (of several samples, where it
 * has few), and what the host makes of them. */
typedef struct raw_samples {
    int32_t         input;
    mote_end_suffix suffix;            /* of the input's names */
    int32_t         count, per_sample; /* count 0: nothing is prepared */
    float          *raw;
    uint8_t        *stored; /* [count] of the input's type */
} raw_samples;

enum { RAW_LEAST = 64, RAW_MOST = 256 };

static float raw_number(const mote_preparation *prep, int32_t i, int32_t element)
{
    const float spread = (float)(i * 37 % 100) * 0.06f - 3.0f;
    const int   c = prep->channels > 0 ? element % prep->channels : 0;
    const float real = prep->channels > 0 ? spread * prep->std[c] + prep->mean[c] : spread;

    return (real - prep->offset) * (prep->scale != 0 ? prep->scale : 1.0f);
}

static void prepare_raw(raw_samples *out, const mote_emitter *e, float *real)
{
    const mote_preparation *prep = &e->model->recipe.input[out->input].preparation;
    const mote_tensor_info  info = mote_model_input(e->model, out->input);
    int32_t                 i;

    for (i = 0; i < out->count; i++)
        out->raw[i] = raw_number(prep, i, i % out->per_sample);
    for (i = 0; i < out->count; i += out->per_sample) {
        const mote_array sample = {.dtype = MOTE_F32, .bytes = out->raw + i, .count = (size_t)out->per_sample};
        mote_preparation_apply(prep, &sample, real + i);
    }
    mote_store_real(&info, real, out->stored, (size_t)out->count);
}

static mote_status make_raw(raw_samples *out, const mote_emitter *e, mote_arena *arena, mote_error *err)
{
    const size_t size = mote_model_input(e->model, out->input).count;
    float       *real;

    if (!mote_emits_prepare(e, out->input))
        return MOTE_OK;
    out->per_sample = size < RAW_MOST ? (int32_t)size : RAW_MOST;
    out->count = (RAW_LEAST + out->per_sample - 1) / out->per_sample * out->per_sample;
    out->raw = MOTE_NEW(arena, float, out->count, err);
    out->stored = MOTE_NEW(arena, uint8_t, (size_t)out->count * sizeof *real, err);
    real = MOTE_NEW(arena, float, out->count, err);
    if (err->code == MOTE_OK)
        prepare_raw(out, e, real);
    return err->code;
}

/* Of every input, by the last of its names. */
static mote_status make_all_raw(raw_samples *all, const mote_emitter *e, mote_arena *arena, mote_error *err)
{
    int32_t i;

    for (i = 0; i < e->model->graphs[0].input_count; i++) {
        const mote_end_suffixes names = mote_emit_suffixes(e, true, i);
        all[i].input = i;
        all[i].suffix = names.suffix[names.count - 1];
        MOTE_TRY(make_raw(&all[i], e, arena, err));
    }
    return MOTE_OK;
}

static bool are_any_prepared(const mote_emitter *e)
{
    int32_t i;

    for (i = 0; i < e->model->graphs[0].input_count && !mote_emits_prepare(e, i); i++)
        ;
    return i < e->model->graphs[0].input_count;
}

static void emit_raw(const mote_emitter *e, const raw_samples *raw, mote_text *out)
{
    const mote_dtype dtype = e->model->graphs[0].tensors[e->model->graphs[0].inputs[raw->input]].dtype;
    const char      *suffix = raw->suffix.text;

    if (raw->count == 0)
        return;
    mote_text_printf(out,
                     "/* Raw numbers, and how the host prepares them for elements 0 .. %d of the input. */\n"
                     "static const MRT_FLASH float %s_golden_raw%s[] = ",
                     raw->per_sample - 1, e->name, suffix);
    mote_emit_values(out, raw->raw, MOTE_F32, (size_t)raw->count);
    mote_text_printf(out, ";\nstatic const MRT_FLASH %s %s_golden_prepared%s[] = ", mote_dtype_c_name(dtype), e->name,
                     suffix);
    mote_emit_values(out, raw->stored, dtype, (size_t)raw->count);
    mote_text_puts(out, ";\n\n");
}

static void emit_raw_check(const mote_emitter *e, const raw_samples *raw, mote_text *out)
{
    const char *suffix = raw->suffix.text;

    if (raw->count > 0)
        mote_text_printf(out,
                         "    for (i = 0; i < %d; i++)\n"
                         "        wrong += %s_prepare_input%s(%s_golden_raw%s[i], i %% %d) != %s_golden_prepared%s[i];\n",
                         raw->count, e->name, suffix, e->name, suffix, raw->per_sample, e->name, suffix);
}

/* ---- the file ---- */

static void emit_text(const mote_emitter *e, const golden_samples *golden, const raw_samples *raw, mote_text *out)
{
    int32_t i;

    mote_text_printf(out,
                     "/* %s: golden samples, as the host computed them. Generated by mote " MOTE_VERSION ".\n"
                     " * Returns how many output bytes%s differ: 0 is right. */\n"
                     "#include \"%s.h\"\n#include \"mote_runtime/mrt.h\"\n\n"
                     "static const MRT_FLASH uint8_t %s_golden_inputs[] MRT_ALIGN = ",
                     e->name, are_any_prepared(e) ? " and prepared numbers" : "", e->name, e->name);
    mote_emit_values(out, golden->inputs, MOTE_U8, golden->in_bytes * (size_t)golden->count);
    mote_text_printf(out, ";\nstatic const MRT_FLASH uint8_t %s_golden_outputs[] MRT_ALIGN = ", e->name);
    mote_emit_values(out, golden->outputs, MOTE_U8, golden->out_bytes * (size_t)golden->count);
    mote_text_puts(out, ";\n\n");
    for (i = 0; i < e->model->graphs[0].input_count; i++)
        emit_raw(e, &raw[i], out);
    mote_text_printf(out,
                     "/* Sample 0 <= sample < %d as inputs; after an invoke, how many output bytes are not the host's. */\n"
                     "void    %s_selftest_load(%s_arena *arena, int32_t sample);\n"
                     "int32_t %s_selftest_compare(const %s_arena *arena, int32_t sample);\n"
                     "int32_t %s_selftest(%s_arena *arena);\n\n"
                     "void %s_selftest_load(%s_arena *arena, int32_t sample)\n{\n%s",
                     golden->count, e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name,
                     e->model->graphs[0].input_count > 0 ? "    uint32_t i;\n\n" : "    (void)arena;\n    (void)sample;\n");
    emit_copy(e, true, golden->in_bytes, out);
    mote_text_printf(out,
                     "}\n\nint32_t %s_selftest_compare(const %s_arena *arena, int32_t sample)\n{\n"
                     "    int32_t  wrong = 0;\n    uint32_t i;\n\n",
                     e->name, e->name);
    emit_copy(e, false, golden->out_bytes, out);
    mote_text_printf(out,
                     "    return wrong;\n}\n\nint32_t %s_selftest(%s_arena *arena)\n{\n"
                     "    int32_t wrong = 0, s;\n%s\n#if %s_HAS_STATE\n    %s_reset(arena);\n#endif\n"
                     "    for (s = 0; s < %d; s++) {\n        %s_selftest_load(arena, s);\n        %s_invoke(arena);\n"
                     "        wrong += %s_selftest_compare(arena, s);\n    }\n",
                     e->name, e->name, are_any_prepared(e) ? "    int32_t i;\n" : "", e->upper, e->name, golden->count,
                     e->name, e->name, e->name);
    for (i = 0; i < e->model->graphs[0].input_count; i++)
        emit_raw_check(e, &raw[i], out);
    mote_text_printf(out,
                     "    return wrong;\n}\n\n#ifdef MOTE_SELFTEST_MAIN\nint main(void)\n{\n    static %s_arena arena;\n\n"
                     "    return %s_selftest(&arena) != 0;\n}\n#endif\n",
                     e->name, e->name);
}

mote_status mote_emit_selftest(const mote_emitter *e, const mote_model *model, const void *inputs, int32_t sample_count,
                               mote_text *out, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    golden_samples    golden = {.inputs = inputs,
                                .count = sample_count,
                                .in_bytes = ends_bytes(graph, graph->inputs, graph->input_count),
                                .out_bytes = ends_bytes(graph, graph->outputs, graph->output_count)};
    mote_arena        scratch = {0};
    raw_samples      *raw = MOTE_NEW(&scratch, raw_samples, graph->input_count, err);
    mote_runner      *runner = NULL;
    int32_t           s;

    golden.outputs = MOTE_NEW(&scratch, uint8_t, mote_size_mul(golden.out_bytes, (size_t)sample_count), err);
    if (golden.outputs && raw && make_all_raw(raw, e, &scratch, err) == MOTE_OK &&
        mote_runner_create(&runner, model, NULL, err) == MOTE_OK) {
        for (s = 0; s < sample_count && err->code == MOTE_OK; s++)
            run_sample(runner, golden.inputs + (size_t)s * golden.in_bytes, golden.outputs + (size_t)s * golden.out_bytes,
                       err);
        emit_text(e, &golden, raw, out);
    }
    mote_runner_destroy(runner);
    mote_arena_destroy(&scratch);
    return err->code;
}
