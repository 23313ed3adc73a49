/* NAME_link.h and NAME_link.c, and what NAME.c has for them: the model on a line to the host (runtime/link/link.h). They
 * stand apart, so that firmware that does not call them has nothing of them. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"

void mote_emit_link_header(const mote_emitter *e, uint32_t identity, mote_text *out)
{
    mote_text_printf(
        out,
        "/* %s_link: answers `mote run --on serial:...` and `mote compare serial:...` (docs/SERIAL.md). Generated "
        "by mote " MOTE_VERSION ".\n *\n"
        " *     static mrt_link link;   // zeroed\n"
        " *     link.port = port;       // a struct of functions: how a byte is read, bytes are written, the time\n"
        " *     for (;;)\n"
        " *         %s_link_serve(&link, &arena);\n"
        " *\n"
        " * While a request arrives, the arena's inputs hold what has arrived. */\n"
        "#ifndef %s_LINK_H\n#define %s_LINK_H\n\n#include \"%s.h\"\n#include \"mote_runtime/link/link.h\"\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
        e->name, e->name, e->upper, e->upper, e->name);
    mote_text_printf(out,
                     "/* Which model this is: the host knows it by this number, whatever it is compiled for. */\n"
                     "#define %s_IDENTITY 0x%08xu\n\n"
                     "/* Takes what has arrived and answers it, at most one request; returns at once when nothing has. */\n"
                     "void %s_link_serve(mrt_link *link, %s_arena *arena);\n\n#ifdef __cplusplus\n}\n#endif\n#endif\n",
                     e->upper, (unsigned)identity, e->name, e->name);
}

static void emit_sizes(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    const int32_t     count = graph->input_count + graph->output_count;
    int32_t           i;

    mote_text_printf(out, "static uint32_t %s_link_bytes(uint16_t end)\n{\n    switch (end) {\n", e->name);
    for (i = 0; i < count; i++) {
        const bool is_input = i < graph->input_count;
        if (i + 1 < count)
            mote_text_printf(out, "    case %d:\n", i);
        else
            mote_text_puts(out, "    default:\n");
        mote_text_printf(out, "        return %s_%s_%d_BYTES;\n", e->upper, is_input ? "INPUT" : "OUTPUT",
                         is_input ? i : i - graph->input_count);
    }
    mote_text_puts(out, "    }\n}\n\n");
}

/* NAME_link_input or NAME_link_output: where the index-th one is. */
static void emit_places(const mote_emitter *e, bool is_input, mote_text *out)
{
    const int32_t count = is_input ? e->model->graphs[0].input_count : e->model->graphs[0].output_count;
    const char   *constant = is_input ? "" : "const ", *kind = is_input ? "input" : "output";
    int32_t       i;

    mote_text_printf(out, "static %suint8_t *%s_link_%s(void *arena, uint16_t index)\n{\n    switch (index) {\n", constant,
                     e->name, kind);
    for (i = 0; i < count; i++) {
        if (i + 1 < count)
            mote_text_printf(out, "    case %d:\n", i);
        else
            mote_text_puts(out, "    default:\n");
        mote_text_printf(out, "        return (%suint8_t *)(%svoid *)%s_%s_%d((%s%s_arena *)arena);\n", constant, constant,
                         e->name, kind, i, constant, e->name);
    }
    mote_text_puts(out, "    }\n}\n\n");
}

/* ---- layers: of programs that run straight through, built with MRT_LINK_LAYERS ---- */

/* 0: it cannot be told layer by layer. The interpreter has no variants. */
static int32_t count_layers(const mote_emitter *e)
{
    const int32_t count = e->variant_count > 0 ? mote_program_straight_steps(e->variants[0].program) : 0;
    int32_t       v;

    for (v = 1; v < e->variant_count; v++)
        if (mote_program_straight_steps(e->variants[v].program) != count)
            return 0;
    return count <= UINT16_MAX ? count : 0;
}

void mote_emit_link_hook(const mote_emitter *e, mote_text *out)
{
    if (count_layers(e) > 0)
        mote_text_printf(out,
                         "#if defined(MRT_LINK_LAYERS) && !defined(MRT_STEP)\n#include <stdint.h>\n"
                         "void %s_link_step(const uint8_t *at, int32_t step);\n"
                         "#define MRT_STEP(step) %s_link_step(%s, step)\n"
                         "#define MRT_LAYER(index, step, op, shape, macs, name)\n#endif\n\n",
                         e->name, e->name, mote_emits_regions(e) ? "(const uint8_t *)(const void *)arena" : "at");
}

static void emit_layer(const mote_emitter *e, const mote_program *program, const mote_step *step, mote_text *out)
{
    int32_t i;

    mote_text_printf(out, "    case %d:\n", step->node);
    for (i = 0; i < step->out_count; i++) {
        const mote_emitted_place place = mote_emit_place(e, program, mote_plan_place(program, step->out[i])->offset);
        mote_text_printf(out, "        crc = mrt_link_crc(crc, %s + %zu, %zu);\n", place.region ? place.bytes : place.at,
                         place.offset, mote_tensor_bytes(&e->model->graphs[0].tensors[step->out[i]]));
    }
    mote_text_puts(out, "        break;\n");
}

static void emit_layers(const mote_emitter *e, mote_text *out)
{
    int32_t v, s;

    mote_text_printf(out,
                     "#if defined(MRT_LINK_LAYERS)\nstatic uint32_t %s_link_layer(const uint8_t *at, int32_t step, uint32_t "
                     "crc)\n{\n",
                     e->name);
    if (mote_emits_regions(e)) /* `at` is where the arena is, which knows where the regions are */
        mote_text_printf(out, "    const %s_arena *const arena = (const %s_arena *)(const void *)at;\n\n", e->name, e->name);
    mote_text_puts(out, "    switch (step) {\n");
    for (v = 0; v < e->variant_count; v++) {
        if (e->variant_count > 1)
            mote_text_printf(out, "#if %s_CHIP == %d\n", e->upper, v);
        for (s = 0; s < e->variants[v].program->step_count; s++)
            if (!e->variants[v].program->steps[s].kernel->is_view)
                emit_layer(e, e->variants[v].program, &e->variants[v].program->steps[s], out);
        if (e->variant_count > 1)
            mote_text_puts(out, "#endif\n");
    }
    mote_text_puts(out, "    default:\n        break;\n    }\n    return crc;\n}\n\n");
}

static void emit_watch(const mote_emitter *e, mote_text *out)
{
    mote_text_printf(out,
                     "static mrt_link *%s_link_watching;\n\n"
                     "void %s_link_step(const uint8_t *at, int32_t step);\n"
                     "void %s_link_step(const uint8_t *at, int32_t step)\n{\n    if (%s_link_watching)\n"
                     "        mrt_link_step(%s_link_watching, %s_link_layer, at, step);\n}\n\n",
                     e->name, e->name, e->name, e->name, e->name, e->name);
    mote_text_printf(out,
                     "static void %s_link_watch(mrt_link *link, void *arena)\n{\n    %s_link_watching = link;\n"
                     "    %s_invoke((%s_arena *)arena);\n    %s_link_watching = NULL;\n}\n#endif\n\n",
                     e->name, e->name, e->name, e->name, e->name);
}

/* ---- calls ---- */

static void emit_calls(const mote_emitter *e, mote_text *out)
{
    mote_text_printf(out,
                     "static void %s_link_invoke(void *arena)\n{\n    %s_invoke((%s_arena *)arena);\n}\n\n"
                     "#if %s_HAS_STATE\nstatic void %s_link_reset(void *arena)\n{\n    %s_reset((%s_arena *)arena);\n}\n"
                     "#else\n#define %s_link_reset NULL\n#endif\n\n",
                     e->name, e->name, e->name, e->upper, e->name, e->name, e->name, e->name);
}

static void emit_serve(const mote_emitter *e, bool has_state, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    const int32_t     layers = count_layers(e);

    mote_text_printf(out,
                     "void %s_link_serve(mrt_link *link, %s_arena *arena)\n{\n    const mrt_link_model model = {\n"
                     "        .name = %s_link_name,\n        .identity = %s_IDENTITY,\n        .name_bytes = %zu,\n"
                     "        .input_count = %d,\n        .output_count = %d,\n",
                     e->name, e->name, e->name, e->upper, strlen(e->name), graph->input_count, graph->output_count);
    mote_text_printf(out,
                     "        .end_bytes = %s_link_bytes,\n        .input = %s_link_input,\n"
                     "        .output = %s_link_output,\n        .invoke = %s_link_invoke,\n"
                     "        .reset = %s_link_reset,\n        .has_state = %d,\n",
                     e->name, e->name, e->name, e->name, e->name, has_state);
    if (layers > 0)
        mote_text_printf(out,
                         "#if defined(MRT_LINK_LAYERS)\n        .layer_count = %d,\n        .watch = %s_link_watch,\n"
                         "        .layer = %s_link_layer,\n#endif\n",
                         layers, e->name, e->name);
    mote_text_puts(out, "    };\n\n    mrt_link_serve(link, &model, arena);\n}\n");
}

void mote_emit_link_source(const mote_emitter *e, bool has_state, mote_text *out)
{
    mote_text_printf(out,
                     "/* %s_link: the model on a line to the host. Generated by mote " MOTE_VERSION ". */\n"
                     "#include \"%s_link.h\"\n\nstatic const MRT_FLASH char %s_link_name[] = \"%s\";\n\n",
                     e->name, e->name, e->name, e->name);
    emit_sizes(e, out);
    emit_places(e, true, out);
    emit_places(e, false, out);
    emit_calls(e, out);
    if (count_layers(e) > 0) {
        emit_layers(e, out);
        emit_watch(e, out);
    }
    emit_serve(e, has_state, out);
}
