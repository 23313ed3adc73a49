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

static void run_sample(mote_runner *runner, const uint8_t *input, uint8_t *output)
{
    const mote_graph *graph = &runner->program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->input_count; i++) {
        size_t bytes = mote_tensor_bytes(&graph->tensors[graph->inputs[i]]);
        memcpy(mote_runner_input(runner, i), input, bytes);
        input += bytes;
    }
    mote_runner_invoke(runner);
    for (i = 0; i < graph->output_count; i++) {
        size_t bytes = mote_tensor_bytes(&graph->tensors[graph->outputs[i]]);
        memcpy(output, mote_runner_output(runner, i), bytes);
        output += bytes;
    }
}

static void emit_copy(const mote_emitter *e, bool is_input, size_t total, mote_text *out)
{
    const mote_graph *graph = &e->program->model->graphs[0];
    const char       *kind = is_input ? "INPUT" : "OUTPUT", *lower = is_input ? "input" : "output";
    int32_t           count = is_input ? graph->input_count : graph->output_count, i;
    size_t            offset = 0;

    for (i = 0; i < count; i++) {
        if (is_input)
            mote_text_printf(out,
                             "        for (i = 0; i < %s_%s_%d_BYTES; i++)\n"
                             "            ((uint8_t *)%s_%s_%d(arena))[i] = inputs[(uint32_t)s * %zuu + %zuu + i];\n",
                             e->upper, kind, i, e->name, lower, i, total, offset);
        else
            mote_text_printf(
                out,
                "        for (i = 0; i < %s_%s_%d_BYTES; i++)\n"
                "            wrong += ((const uint8_t *)%s_%s_%d(arena))[i] != outputs[(uint32_t)s * %zuu + %zuu + i];\n",
                e->upper, kind, i, e->name, lower, i, total, offset);
        offset += mote_tensor_bytes(&graph->tensors[is_input ? graph->inputs[i] : graph->outputs[i]]);
    }
}

static void emit_text(const mote_emitter *e, const uint8_t *inputs, const uint8_t *outputs, int32_t count, size_t in_bytes,
                      size_t out_bytes, mote_text *out)
{
    mote_text_printf(
        out,
        "/* Golden samples of %s, as the host computed them. Returns how many output bytes differ: 0 is right. */\n"
        "#include \"%s.h\"\n#include \"mote_runtime/mrt.h\"\n\n#define SAMPLES %d\n\n",
        e->name, e->name, count);
    mote_text_puts(out, "static const MRT_FLASH uint8_t inputs[] MRT_ALIGN = ");
    mote_emit_values(out, inputs, MOTE_U8, in_bytes * (size_t)count);
    mote_text_puts(out, ";\nstatic const MRT_FLASH uint8_t outputs[] MRT_ALIGN = ");
    mote_emit_values(out, outputs, MOTE_U8, out_bytes * (size_t)count);
    mote_text_printf(out,
                     ";\n\nint32_t %s_selftest(%s_arena *arena);\n\nint32_t %s_selftest(%s_arena *arena)\n{\n"
                     "    int32_t  wrong = 0, s;\n    uint32_t i;\n\n    for (s = 0; s < SAMPLES; s++) {\n",
                     e->name, e->name, e->name, e->name);
    emit_copy(e, true, in_bytes, out);
    mote_text_printf(out, "        %s_invoke(arena);\n", e->name);
    emit_copy(e, false, out_bytes, out);
    mote_text_printf(
        out,
        "    }\n    return wrong;\n}\n\n#ifdef MOTE_SELFTEST_MAIN\nint main(void)\n{\n    static %s_arena arena;\n\n"
        "    return %s_selftest(&arena) != 0;\n}\n#endif\n",
        e->name, e->name);
}

mote_status mote_emit_selftest(const mote_emitter *e, const void *inputs, int32_t sample_count, mote_text *out,
                               mote_error *err)
{
    const mote_graph *graph = &e->program->model->graphs[0];
    size_t            in_bytes = ends_bytes(graph, graph->inputs, graph->input_count);
    size_t            out_bytes = ends_bytes(graph, graph->outputs, graph->output_count);
    mote_arena        scratch = {0};
    mote_runner      *runner = NULL;
    uint8_t          *outputs = MOTE_NEW(&scratch, uint8_t, mote_size_mul(out_bytes, (size_t)sample_count), err);
    int32_t           s;

    if (outputs && mote_runner_create(&runner, e->program->model, NULL, err) == MOTE_OK) {
        for (s = 0; s < sample_count; s++)
            run_sample(runner, (const uint8_t *)inputs + (size_t)s * in_bytes, outputs + (size_t)s * out_bytes);
        emit_text(e, inputs, outputs, sample_count, in_bytes, out_bytes, out);
    }
    mote_runner_destroy(runner);
    mote_arena_destroy(&scratch);
    return err->code;
}
