/* What an output's answer is called: NAME_argmax and NAME_label, with their table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "emit/emit.h"

/* A number that tells two classes apart: the second where a probability is above a half, a logit above 0. */
static void emit_single(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    mote_text_printf(
        out, "int32_t %s_argmax%s(const %s_arena *arena)\n{\n    return %s_real_%d(%s_output_%d(arena), 0) > %s;\n}\n",
        e->name, suffix->text, e->name, e->name, suffix->index, e->name, suffix->index,
        mote_single_threshold(e, suffix->index) > 0 ? "0.5f" : "0.0f");
}

static void emit_argmax(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    mote_text_printf(out,
                     "int32_t %s_argmax%s(const %s_arena *arena)\n{\n    const %s *values = %s_output_%d(arena);\n"
                     "    int32_t best = 0, i;\n\n    for (i = 1; i < %s_OUTPUT_%d_SIZE; i++)\n"
                     "        if (values[i] > values[best])\n            best = i;\n    return best;\n}\n",
                     e->name, suffix->text, e->name, mote_dtype_c_name(mote_model_output(e->model, suffix->index).dtype),
                     e->name, suffix->index, e->upper, suffix->index);
}

void mote_emit_argmax(const mote_emitter *e, mote_text *out)
{
    int32_t i;
    int     k;

    for (i = 0; i < e->model->graphs[0].output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        for (k = 0; k < all.count; k++)
            (mote_emits_single(e, i) ? emit_single : emit_argmax)(e, &all.suffix[k], out);
    }
}

static void emit_label_table(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const int32_t count = mote_model_label_count(e->model, suffix->index);
    int32_t       i;

    if (count == 0)
        return;
    mote_text_printf(out, "\nconst char *%s_label%s(int32_t index)\n{\n    static const char *const labels[] = {", e->name,
                     suffix->text);
    for (i = 0; i < count; i++) {
        mote_text_puts(out, i ? ", " : "");
        mote_emit_string(out, mote_model_label(e->model, suffix->index, i));
    }
    mote_text_puts(out, "};\n\n    return labels[index];\n}\n");
}

void mote_emit_label_table(const mote_emitter *e, mote_text *out)
{
    int32_t i;
    int     k;

    for (i = 0; i < e->model->graphs[0].output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        for (k = 0; k < all.count; k++)
            emit_label_table(e, &all.suffix[k], out);
    }
}
