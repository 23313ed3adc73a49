/* NAME_selftest.c: golden samples, so that a port can be checked on the real board.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"
#include "emit/samples.h"
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

/* ---- samples ---- */

/* NAME_sample_load, or NAME_sample_check: all bytes of all inputs, or outputs. */
static void emit_walk(const mote_emitter *e, bool is_input, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    const int32_t     count = is_input ? graph->input_count : graph->output_count;
    size_t            offset = 0;
    int32_t           i;

    for (i = 0; i < count; i++) {
        const size_t bytes = mote_tensor_bytes(&graph->tensors[is_input ? graph->inputs[i] : graph->outputs[i]]);
        mote_text_printf(out, "    for (i = 0; i < %s_%s_%d_BYTES; i++)\n", e->upper, is_input ? "INPUT" : "OUTPUT", i);
        if (is_input)
            mote_text_printf(out, "        ((uint8_t *)%s_input_%d(arena))[i] = %s_sample_inputs[sample][%zuu + i];\n",
                             e->name, i, e->name, offset);
        else
            mote_text_printf(out,
                             "        wrong += ((const uint8_t *)%s_output_%d(arena))[i] != "
                             "%s_sample_outputs[sample][%zuu + i];\n",
                             e->name, i, e->name, offset);
        offset += bytes;
    }
}

/* "static " where nobody else needs them. */
static const char *linkage(const emitted_samples *samples)
{
    return samples->has_header ? "" : "static ";
}

static void emit_bytes(const mote_emitter *e, const emitted_samples *samples, const char *what, const uint8_t *bytes,
                       size_t sample_bytes, mote_text *out)
{
    size_t s;

    if (sample_bytes == 0) /* C has no array of nothing */
        return;
    mote_text_printf(out, "%sconst MRT_FLASH uint8_t %s_sample_%s[%zu][%zu] MRT_ALIGN = {", linkage(samples), e->name, what,
                     samples->of->count, sample_bytes);
    for (s = 0; s < samples->of->count; s++) {
        mote_text_puts(out, s ? ",\n    " : "\n    ");
        mote_emit_values(out, bytes + s * sample_bytes, MOTE_U8, sample_bytes);
    }
    mote_text_puts(out, "};\n");
}

/* NAME_check.c has them, too, whether or not there is a header. */
static void emit_access(const mote_emitter *e, const emitted_samples *samples, mote_text *out)
{
    if (!samples->has_header)
        mote_text_printf(
            out,
            "\n/* Sample 0 <= sample < %zu as inputs; after an invoke, how many output bytes are not the host's. */\n"
            "void    %s_sample_load(%s_arena *arena, int32_t sample);\n"
            "int32_t %s_sample_check(const %s_arena *arena, int32_t sample);\n",
            samples->of->count, e->name, e->name, e->name, e->name);
    mote_text_printf(out,
                     "\nvoid %s_sample_load(%s_arena *arena, int32_t sample)\n{\n    uint32_t i;\n\n    (void)arena;\n"
                     "    (void)sample;\n    (void)i;\n",
                     e->name, e->name);
    emit_walk(e, true, out);
    mote_text_printf(out,
                     "}\n\nint32_t %s_sample_check(const %s_arena *arena, int32_t sample)\n{\n    int32_t  wrong = 0;\n"
                     "    uint32_t i;\n\n",
                     e->name, e->name);
    emit_walk(e, false, out);
    mote_text_puts(out, "    return wrong;\n}\n\n");
}

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
        mote_text_printf(
            out,
            "    for (i = 0; i < %d; i++)\n"
            "        wrong += %s_prepare_input%s(%s_golden_raw%s[i], (int32_t)(i %% %d)) != %s_golden_prepared%s[i];\n",
            raw->count, e->name, suffix, e->name, suffix, raw->per_sample, e->name, suffix);
}

/* ---- the file ---- */

static void emit_samples(const mote_emitter *e, const emitted_samples *samples, mote_text *out)
{
    emit_bytes(e, samples, "inputs", samples->of->bytes, samples->of->sample_bytes, out);
    emit_bytes(e, samples, "outputs", samples->outputs, samples->out_bytes, out);
    if (samples->has_header) {
        mote_emit_sample_answers(e, samples, out);
        if (samples->of->raw)
            emit_bytes(e, samples, "raw", samples->of->raw, samples->of->raw_bytes, out);
    }
    emit_access(e, samples, out);
}

/* Raw bytes prepared on the chip are what the host stored, where that is bytes as well. */
static void emit_bytes_check(const mote_emitter *e, const emitted_samples *samples, mote_text *out)
{
    if (!samples->has_header || !samples->of->raw || !mote_emits_prepare(e, 0) ||
        mote_dtype_bits(mote_model_input(e->model, 0).dtype) != 8)
        return;
    mote_text_printf(out,
                     "        for (i = 0; i < %s_INPUT_0_SIZE; i++)\n"
                     "            wrong += (uint8_t)%s_prepare_input((float)%s_sample_raw[s][i], (int32_t)i) != "
                     "%s_sample_inputs[s][i];\n",
                     e->upper, e->name, e->name, e->name);
}

static void emit_text(const mote_emitter *e, const emitted_samples *samples, const raw_samples *raw, mote_text *out)
{
    int32_t i;

    mote_text_printf(out,
                     "/* %s: golden samples, as the host computed them. Generated by mote " MOTE_VERSION ".\n"
                     " * Returns how many output bytes%s differ: 0 is right. */\n"
                     "#include \"%s.h\"\n%s%s%s#include \"mote_runtime/mrt.h\"\n\n",
                     e->name, are_any_prepared(e) ? " and prepared numbers" : "", e->name,
                     samples->has_header ? "#include \"" : "", samples->has_header ? e->name : "",
                     samples->has_header ? "_samples.h\"\n" : "");
    emit_samples(e, samples, out);
    for (i = 0; i < e->model->graphs[0].input_count; i++)
        emit_raw(e, &raw[i], out);
    mote_text_printf(
        out,
        "int32_t %s_selftest(%s_arena *arena);\n\nint32_t %s_selftest(%s_arena *arena)\n{\n"
        "    int32_t  wrong = 0, s;\n    uint32_t i;\n\n    (void)i;\n#if %s_HAS_STATE\n    %s_reset(arena);\n"
        "#endif\n    for (s = 0; s < %zu; s++) {\n        %s_sample_load(arena, s);\n        %s_invoke(arena);\n"
        "        wrong += %s_sample_check(arena, s);\n",
        e->name, e->name, e->name, e->name, e->upper, e->name, samples->of->count, e->name, e->name, e->name);
    emit_bytes_check(e, samples, out);
    mote_text_puts(out, "    }\n");
    for (i = 0; i < e->model->graphs[0].input_count; i++)
        emit_raw_check(e, &raw[i], out);
    mote_text_puts(out, "    return wrong;\n}\n\n#ifdef MOTE_SELFTEST_MAIN\nint main(void)\n{\n");
    mote_emit_static_memory(e, "    ", out);
    mote_text_printf(out, "\n    return %s_selftest(&arena) != 0;\n}\n#endif\n", e->name);
}

static mote_status run_all(emitted_samples *samples, const mote_model *model, mote_error *err)
{
    mote_runner *runner = NULL;
    size_t       s;

    if (mote_runner_create(&runner, model, NULL, err) == MOTE_OK)
        for (s = 0; s < samples->of->count && err->code == MOTE_OK; s++)
            run_sample(runner, samples->of->bytes + s * samples->of->sample_bytes, samples->outputs + s * samples->out_bytes,
                       err);
    mote_runner_destroy(runner);
    return err->code;
}

mote_status mote_emit_selftest(const mote_emitter *e, const mote_model *model, const mote_samples *of, mote_text *out,
                               mote_text *header, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    emitted_samples   samples = {
          .of = of, .out_bytes = ends_bytes(graph, graph->outputs, graph->output_count), .has_header = header != NULL};
    mote_arena   scratch = {0};
    raw_samples *raw = MOTE_NEW(&scratch, raw_samples, graph->input_count, err);

    if (of->sample_bytes != ends_bytes(graph, graph->inputs, graph->input_count))
        mote_fail(err, MOTE_ERR_USAGE, "the samples are another model's");
    samples.outputs = MOTE_NEW(&scratch, uint8_t, mote_size_mul(samples.out_bytes, of->count), err);
    if (err->code == MOTE_OK && make_all_raw(raw, e, &scratch, err) == MOTE_OK && run_all(&samples, model, err) == MOTE_OK) {
        emit_text(e, &samples, raw, out);
        if (header)
            mote_emit_samples_header(e, &samples, header);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
