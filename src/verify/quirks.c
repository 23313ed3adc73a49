/* What engines are known to do with operators that they take: refusing at run time, crashing, answering otherwise than
 * meant. Seen with the engines that tests/golden/requirements.txt pins; tests/golden/check_verify.py looks again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "verify/verifier.h"

typedef bool quirk_condition(mote_verifier *v, const mote_seen_operator *op);

/* ---- conditions ---- */

static bool has_type(mote_verifier *v, const mote_seen_operator *op, int8_t type)
{
    const mote_seen_tensor *first = mote_seen_operand(v, &op->inputs, 0);

    return first && first->type == type;
}

static bool is_i8(mote_verifier *v, const mote_seen_operator *op)
{
    return has_type(v, op, TFLITE_INT8);
}

static bool is_i16(mote_verifier *v, const mote_seen_operator *op)
{
    return has_type(v, op, TFLITE_INT16);
}

static bool is_small_integer(mote_verifier *v, const mote_seen_operator *op)
{
    return is_i8(v, op) || is_i16(v, op);
}

static float scale_of(const mote_seen_tensor *tensor)
{
    return tensor && tensor->scale.count > 0 ? mote_fb_element_f32(&tensor->scale, 0) : 1;
}

static int64_t zero_of(const mote_seen_tensor *tensor)
{
    return tensor && tensor->zero_point.count > 0 ? mote_fb_element_i64(&tensor->zero_point, 0) : 0;
}

static bool rescales(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *in = mote_seen_operand(v, &op->inputs, 0), *out = mote_seen_operand(v, &op->outputs, 0);

    return (is_i8(v, op) || is_i16(v, op)) && (scale_of(in) != scale_of(out) || zero_of(in) != zero_of(out));
}

/* The activation is field 0 of AddOptions. */
static bool is_i32_with_activation(mote_verifier *v, const mote_seen_operator *op)
{
    static const mote_fb_field activation = {0, "fused_activation_function"};
    mote_error                 ignored = {0};

    return has_type(v, op, TFLITE_INT32) && mote_fb_i8(&op->options, activation, 0, &ignored) != 0;
}

static bool is_i8_with_zero_point(mote_verifier *v, const mote_seen_operator *op)
{
    return is_i8(v, op) && zero_of(mote_seen_operand(v, &op->inputs, 0)) != 0;
}

static bool has_two_operands(mote_verifier *v, const mote_seen_operator *op)
{
    (void)v;
    return op->inputs.count == 2;
}

/* Operand 2 is there, and is none. */
static bool leaves_bias_out(mote_verifier *v, const mote_seen_operator *op)
{
    return op->inputs.count > 2 && !mote_seen_operand(v, &op->inputs, 2);
}

static bool lacks_bias_of_svdf(mote_verifier *v, const mote_seen_operator *op)
{
    return !mote_seen_operand(v, &op->inputs, 3);
}

static bool has_i64_indices(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *indices = mote_seen_operand(v, &op->inputs, 1);

    return indices && indices->type == TFLITE_INT64;
}

static int32_t option_i32(const mote_seen_operator *op, uint16_t field)
{
    const mote_fb_field at = {field, ""};
    mote_error          ignored = {0};

    return mote_fb_i32(&op->options, at, 0, &ignored);
}

/* Fields 2, 3 and 5 of StridedSliceOptions. */
static bool slices_oddly(mote_verifier *v, const mote_seen_operator *op)
{
    static const mote_fb_field offset = {5, "offset"};
    const mote_seen_tensor    *in = mote_seen_operand(v, &op->inputs, 0), *begin = mote_seen_operand(v, &op->inputs, 1);
    mote_error                 ignored = {0};

    return option_i32(op, 2) != 0 || option_i32(op, 3) != 0 || mote_fb_bool(&op->options, offset, false, &ignored) ||
           (in && begin && (in->rank > 4 || mote_seen_count(begin) < (size_t)in->rank));
}

/* Field 1 of SVDFOptions. */
static bool is_i8_without_relu(mote_verifier *v, const mote_seen_operator *op)
{
    static const mote_fb_field activation = {1, "fused_activation_function"};
    mote_error                 ignored = {0};

    return is_i8(v, op) && mote_fb_i8(&op->options, activation, 0, &ignored) != MRT_ACT_RELU;
}

static bool is_i16_with_zero_point(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *in = mote_seen_operand(v, &op->inputs, 0), *out = mote_seen_operand(v, &op->outputs, 0);

    return is_i16(v, op) && out && out->type == TFLITE_INT16 && (zero_of(in) != 0 || zero_of(out) != 0);
}

static bool takes_i16_with_zero_point(mote_verifier *v, const mote_seen_operator *op)
{
    return is_i16(v, op) && zero_of(mote_seen_operand(v, &op->inputs, 0)) != 0;
}

/* Field 6 of Conv2DOptions; 0, float32's number, says nothing. */
static int8_t bias_type_option(const mote_seen_operator *op)
{
    static const mote_fb_field field = {6, "quantized_bias_type"};
    mote_error                 ignored = {0};

    return mote_fb_i8(&op->options, field, 0, &ignored);
}

static bool has_i32_bias_unsaid(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *bias = mote_seen_operand(v, &op->inputs, 2);

    return is_i16(v, op) && bias && bias->type == TFLITE_INT32 && bias_type_option(op) == 0;
}

static bool contradicts_bias_type(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *bias = mote_seen_operand(v, &op->inputs, 2);

    return is_i16(v, op) && bias && bias_type_option(op) != 0 && bias_type_option(op) != bias->type;
}

static bool has_i8_state(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *state = mote_seen_operand(v, &op->inputs, 4);

    return state && state->type == TFLITE_INT8;
}

static bool has_i4_weights_per_channel(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *w = mote_seen_operand(v, &op->inputs, 1);

    return w && w->type == TFLITE_INT4 && w->scale.count > 1;
}

/* Nothing in front of it gives a variable a value. Of a further subgraph nobody knows what ran before. */
static bool reads_before_all_else(mote_verifier *v, const mote_seen_operator *op)
{
    mote_seen_operator before;
    uint32_t           i;

    if (v->subgraph != 0)
        return false;
    for (i = 0; i < (uint32_t)op->index && mote_may_spend(v, 1); i++)
        if (mote_verify_read_operator(v, i, false, &before) &&
            (strcmp(before.name, "CALL_ONCE") == 0 || strcmp(before.name, "ASSIGN_VARIABLE") == 0))
            return false;
    return true;
}

/* Operands 1 (coupled where it is left out), 9 to 11, 16 and 17, 20 to 23. */
static bool is_more_than_a_basic_lstm(mote_verifier *v, const mote_seen_operator *op)
{
    static const uint8_t further[] = {9, 10, 11, 16, 17, 20, 21, 22, 23};
    size_t               i;

    for (i = 0; i < sizeof further; i++)
        if (mote_seen_operand(v, &op->inputs, further[i]))
            return true;
    return !mote_seen_operand(v, &op->inputs, 1);
}

static bool lacks_intermediates(mote_verifier *v, const mote_seen_operator *op)
{
    enum { WANTED = 5 };
    mote_error ignored = {0};

    return is_small_integer(v, op) && mote_fb_vector_at(&op->table, operator_intermediates, 4, &ignored).count != WANTED;
}

static bool lacks_bias_of_depthwise(mote_verifier *v, const mote_seen_operator *op)
{
    return !is_i16(v, op) && op->inputs.count == 2;
}

static bool has_i4_weights_with_zero_point(mote_verifier *v, const mote_seen_operator *op)
{
    const mote_seen_tensor *w = mote_seen_operand(v, &op->inputs, 1);

    return w && w->type == TFLITE_INT4 && zero_of(w) != 0;
}

/* ---- the table ---- */

#define GIVE_BIAS "give the operator a bias of zeros"
#define HARMLESS  "nothing, unless the last bit matters"

static const struct {
    mote_engine      engine;
    const char      *name;
    quirk_condition *condition;
    mote_severity    severity;
    const char      *reason, *advice;
} quirks[] = {
    {MOTE_ENGINE_TFLM, "SVDF", lacks_bias_of_svdf, MOTE_SEVERITY_ERROR, "without a bias it crashes", GIVE_BIAS},
    {MOTE_ENGINE_TFLM, "GATHER", has_i64_indices, MOTE_SEVERITY_ERROR, "indices of int64 are refused",
     "give it indices of int32"},
    {MOTE_ENGINE_TFLM, "GATHER_ND", has_i64_indices, MOTE_SEVERITY_ERROR, "indices of int64 are refused",
     "give it indices of int32"},
    {MOTE_ENGINE_TFLM, "STRIDED_SLICE", slices_oddly, MOTE_SEVERITY_ERROR,
     "it takes at most 4 dimensions with an index for each, and passes over ellipsis_mask, new_axis_mask and offset",
     "slice without them, and RESHAPE"},
    {MOTE_ENGINE_TFLM, "DEPTHWISE_CONV_2D", leaves_bias_out, MOTE_SEVERITY_ERROR,
     "a bias that is left out as -1 makes it crash", "give the operator two operands, or a bias of zeros"},
    {MOTE_ENGINE_TFLM, "UNIDIRECTIONAL_SEQUENCE_LSTM", is_more_than_a_basic_lstm, MOTE_SEVERITY_ERROR,
     "peepholes, projection, layer norms and coupled gates are refused", "train a plain LSTM"},
    {MOTE_ENGINE_TFLM, "GREATER", is_i16, MOTE_SEVERITY_WARNING,
     "its int16 kernel reads parameters that nothing sets, and is always false", "use LESS with its operands exchanged"},
    {MOTE_ENGINE_TFLM, "RELU6", rescales, MOTE_SEVERITY_WARNING,
     "its kernel does not convert from the input's scale and zero point to the output's",
     "quantize the model so that both are the same, or fuse the activation"},
    {MOTE_ENGINE_TFLM, "ADD", is_i32_with_activation, MOTE_SEVERITY_WARNING, "its int32 kernel ignores the fused activation",
     "put the activation into an operator of its own"},
    {MOTE_ENGINE_TFLM, "SPACE_TO_BATCH_ND", is_i8_with_zero_point, MOTE_SEVERITY_WARNING,
     "its int8 kernel pads with 0, and not with the zero point", "pad with PAD before it"},
    {MOTE_ENGINE_TFLM, "FULLY_CONNECTED", has_i4_weights_per_channel, MOTE_SEVERITY_ERROR,
     "int4 weights with a scale for each channel are refused", "quantize the weights with one scale"},
    {MOTE_ENGINE_TFLM, "FULLY_CONNECTED", is_i8, MOTE_SEVERITY_NOTE,
     "its int8 kernel rounds twice: some values differ from LiteRT's by 1", HARMLESS},
    {MOTE_ENGINE_TFLM, "FULLY_CONNECTED", is_i16, MOTE_SEVERITY_NOTE,
     "its int16 kernel cuts multipliers to 16 bits: every tenth value differs from LiteRT's by 1", HARMLESS},
    {MOTE_ENGINE_LITERT, "CONV_2D", has_two_operands, MOTE_SEVERITY_ERROR, "it is refused without a bias", GIVE_BIAS},
    {MOTE_ENGINE_LITERT, "CONV_2D", leaves_bias_out, MOTE_SEVERITY_ERROR, "it is refused without a bias", GIVE_BIAS},
    {MOTE_ENGINE_LITERT, "DEPTHWISE_CONV_2D", leaves_bias_out, MOTE_SEVERITY_ERROR,
     "a bias that is left out as -1 is refused", GIVE_BIAS},
    {MOTE_ENGINE_LITERT, "SVDF", is_i8_without_relu, MOTE_SEVERITY_ERROR, "its int8 kernel is refused without RELU",
     "put the activation into an operator of its own"},
    {MOTE_ENGINE_LITERT, "QUANTIZE", is_i16_with_zero_point, MOTE_SEVERITY_ERROR,
     "from int16 to int16 zero points are refused", "quantize int16 with zero point 0"},
    {MOTE_ENGINE_LITERT, "DEQUANTIZE", takes_i16_with_zero_point, MOTE_SEVERITY_ERROR, "int16 with a zero point is refused",
     "quantize int16 with zero point 0"},
    {MOTE_ENGINE_LITERT, "READ_VARIABLE", reads_before_all_else, MOTE_SEVERITY_ERROR,
     "it fails where the variable has no value yet", "give the variable its first value by CALL_ONCE"},
    {MOTE_ENGINE_LITERT, "UNIDIRECTIONAL_SEQUENCE_LSTM", lacks_intermediates, MOTE_SEVERITY_ERROR,
     "its quantized kernel is refused without five intermediate tensors", "convert it with them"},
    {MOTE_ENGINE_LITERT, "DEPTHWISE_CONV_2D", lacks_bias_of_depthwise, MOTE_SEVERITY_ERROR, "without a bias it crashes",
     GIVE_BIAS},
    {MOTE_ENGINE_LITERT, "FULLY_CONNECTED", has_i4_weights_with_zero_point, MOTE_SEVERITY_ERROR,
     "int4 weights with a zero point are refused", "quantize weights with zero point 0"},
    {MOTE_ENGINE_LITERT, "CONV_2D", has_i32_bias_unsaid, MOTE_SEVERITY_WARNING,
     "its int16 kernel reads the int32 bias as int64, since quantized_bias_type does not say int32",
     "set quantized_bias_type, or use a bias of int64"},
    {MOTE_ENGINE_LITERT, "CONV_2D", contradicts_bias_type, MOTE_SEVERITY_ERROR,
     "quantized_bias_type is another than the bias' type", "set it to the bias' type"},
    {MOTE_ENGINE_LITERT, "RSQRT", is_i16, MOTE_SEVERITY_WARNING, "its int16 kernel is wrong by thousands",
     "use int8, or float32"},
    {MOTE_ENGINE_LITERT, "SVDF", has_i8_state, MOTE_SEVERITY_WARNING, "it reads the int8 state as int16",
     "use a state of int16"},
};

enum { QUIRK_COUNT = sizeof quirks / sizeof *quirks };
_Static_assert(QUIRK_COUNT <= 64, "mote_verifier.noted has a bit for each");

static bool is_new(mote_verifier *v, int i)
{
    const bool was_told = v->noted >> i & 1;

    v->noted |= (uint64_t)1 << i;
    return !was_told || quirks[i].severity != MOTE_SEVERITY_NOTE;
}

void mote_verify_quirks(mote_verifier *v, const mote_seen_operator *op)
{
    int i;

    for (i = 0; i < QUIRK_COUNT; i++)
        if (quirks[i].engine == v->engine && strcmp(quirks[i].name, op->name) == 0 && quirks[i].condition(v, op) &&
            is_new(v, i))
            mote_tell_as(v, MOTE_FINDING_QUIRK, quirks[i].severity, quirks[i].advice, mote_spot_operator(v, op, NULL), "%s",
                         quirks[i].reason);
}
