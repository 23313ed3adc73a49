/* NAME_probability: what an output says of each class, between 0 and 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/train.h>

#include "emit/emit.h"

/* What makes a probability of an element. */
typedef enum making { MADE_NOT = 0, MADE_ALREADY, MADE_BY_SIGMOID, MADE_BY_SOFTMAX } making;

static bool can_be_read(const mote_tensor_info *info)
{
    return info->dtype == MOTE_F32 || (info->is_quantized && mote_dtype_bits(info->dtype) <= 16);
}

static making making_of(const mote_emitter *e, int32_t output)
{
    const mote_tensor_info info = mote_model_output(e->model, output);
    const mote_answer_kind kind = mote_model_answers(e->model, output);
    mote_goal              goal;

    if (!can_be_read(&info))
        return MADE_NOT;
    if (kind == MOTE_ANSWERS_PROBABILITIES || kind == MOTE_ANSWERS_SIGMOIDS)
        return MADE_ALREADY;
    if (kind != MOTE_ANSWERS_NUMBERS || !mote_model_goal(&goal, e->model, output) || !goal.from_logits)
        return MADE_NOT;
    if (goal.loss == MOTE_LOSS_BINARY_CROSSENTROPY)
        return MADE_BY_SIGMOID;
    return (goal.loss == MOTE_LOSS_CATEGORICAL_CROSSENTROPY || goal.loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY) &&
                   (size_t)mote_model_label_count(e->model, output) == info.count
               ? MADE_BY_SOFTMAX
               : MADE_NOT;
}

bool mote_emits_single(const mote_emitter *e, int32_t output)
{
    const mote_tensor_info info = mote_model_output(e->model, output);

    return info.count == 1 && mote_model_label_count(e->model, output) == 2 && can_be_read(&info);
}

float mote_single_threshold(const mote_emitter *e, int32_t output)
{
    mote_goal  goal;
    const bool has_goal = mote_model_goal(&goal, e->model, output);

    return mote_model_answers(e->model, output) == MOTE_ANSWERS_NUMBERS && (!has_goal || goal.from_logits) ? 0.0f : 0.5f;
}

bool mote_emits_probability(const mote_emitter *e, int32_t output)
{
    return making_of(e, output) != MADE_NOT;
}

static void emit_head(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    mote_text_printf(out, "float %s_probability%s(const %s_arena *arena, int32_t index)", e->name, suffix->text, e->name);
}

void mote_emit_probability_declaration(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    static const char *const by[] = {"", "", ", by the sigmoid of its logit", ", by the softmax of its logits"};
    const bool               is_single = mote_emits_single(e, suffix->index);

    if (!mote_emits_probability(e, suffix->index))
        return;
    mote_text_printf(out, "/* How probable class `index` is, 0 to 1%s, as output %d says; 0 <= index < ",
                     by[making_of(e, suffix->index)], suffix->index);
    if (is_single)
        mote_text_puts(out, "2: its number is class 1's. */\n");
    else
        mote_text_printf(out, "%s_OUTPUT_%d_SIZE. */\n", e->upper, suffix->index);
    emit_head(e, suffix, out);
    mote_text_puts(out, ";\n");
}

/* NAME_real_N: an element as a real number. */
static void emit_real(const mote_emitter *e, int32_t output, mote_text *out)
{
    const mote_tensor_info  info = mote_model_output(e->model, output);
    const mote_end_suffixes all = mote_emit_suffixes(e, false, output);
    const char             *type = mote_dtype_c_name(info.dtype);

    mote_text_printf(out, "MRT_INLINE float %s_real_%d(const void *values, int32_t index)\n{\n    return ", e->name, output);
    if (info.is_quantized)
        mote_text_printf(out, "%s_dequantize_output%s(((const %s *)values)[index]);\n}\n\n", e->name, all.suffix[0].text,
                         type);
    else
        mote_text_printf(out, "((const %s *)values)[index];\n}\n\n", type);
}

static void emit_probability(const mote_emitter *e, const mote_end_suffix *suffix, mote_text *out)
{
    const making made = making_of(e, suffix->index);
    const bool   is_single = mote_emits_single(e, suffix->index);
    const char  *index = is_single ? "0" : "index";

    emit_head(e, suffix, out);
    mote_text_printf(out, "\n{\n    const float p = ");
    if (made == MADE_BY_SOFTMAX)
        mote_text_printf(out, "mrt_softmax_at(%s_real_%d, %s_output_%d(arena), %s_OUTPUT_%d_SIZE, index);\n\n", e->name,
                         suffix->index, e->name, suffix->index, e->upper, suffix->index);
    else
        mote_text_printf(out, "%s%s_real_%d(%s_output_%d(arena), %s)%s;\n\n",
                         made == MADE_BY_SIGMOID ? "mrt_logistic_one_f32(" : "", e->name, suffix->index, e->name,
                         suffix->index, index, made == MADE_BY_SIGMOID ? ")" : "");
    mote_text_puts(out, is_single ? "    return index > 0 ? p : 1.0f - p;\n}\n\n" : "    return p;\n}\n\n");
}

static bool needs_real(const mote_emitter *e, int32_t output)
{
    return mote_emits_probability(e, output) || mote_emits_single(e, output);
}

bool mote_emits_probabilities(const mote_emitter *e)
{
    int32_t i;

    for (i = 0; i < e->model->graphs[0].output_count; i++)
        if (needs_real(e, i))
            return true;
    return false;
}

void mote_emit_probabilities(const mote_emitter *e, mote_text *out)
{
    int32_t i;
    int     k;

    if (mote_emits_probabilities(e))
        mote_text_puts(out, "#include \"mote_runtime/prepare/probability.h\"\n\n");
    for (i = 0; i < e->model->graphs[0].output_count; i++) {
        const mote_end_suffixes all = mote_emit_suffixes(e, false, i);
        if (needs_real(e, i))
            emit_real(e, i, out);
        for (k = 0; k < all.count && mote_emits_probability(e, i); k++)
            emit_probability(e, &all.suffix[k], out);
    }
}
