/* Operators that go element by element, and those along the last axis.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/writing.h"

static const char *onnx_name(const mote_ox_call *c)
{
    return mote_ox_find_row(c->node->op)->onnx;
}

static bool is_real(const mote_tensor *tensor)
{
    return tensor->dtype == MOTE_F32 || tensor->quant;
}

/* Kernels that take integers as they are stored say the same as real numbers where all have one scale. */
static void need_one_scale(mote_ox_call *c)
{
    const mote_quant *out = mote_ox_result(c, 0)->quant;
    int32_t           i;

    for (i = 0; i < c->node->in_count; i++) {
        const mote_quant *in = mote_ox_operand(c, i)->quant;
        if (in && out && (in->scale[0] != out->scale[0] || in->zero_point[0] != out->zero_point[0]))
            mote_ox_refuse(c, "it takes integers as they are stored, and their scales differ");
    }
}

/* ---- of one operand ---- */

static void write_unary(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);

    mote_ox_give(c, 0, mote_ox_unary(c, onnx_name(c), mote_ox_in(c, 0, &order)), &order);
}

static void write_rsqrt(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);

    mote_ox_give(c, 0, mote_ox_unary(c, "Reciprocal", mote_ox_unary(c, "Sqrt", mote_ox_in(c, 0, &order))), &order);
}

static void write_square(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *x = mote_ox_in(c, 0, &order);

    mote_ox_give(c, 0, mote_ox_binary(c, "Mul", x, x), &order);
}

static void write_clip(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    const double        low = c->node->op == MOTE_OP_RELU_N1_TO_1 ? -1 : 0, high = c->node->op == MOTE_OP_RELU6 ? 6 : 1;
    const mote_tensor  *x = mote_ox_operand(c, 0);
    mote_ox_value      *out = mote_ox_ternary(c, "Clip", mote_ox_in(c, 0, &order), mote_ox_number_like(c, x, low),
                                              mote_ox_number_like(c, x, high));

    mote_ox_give(c, 0, out, &order);
}

/* uint8 is rescaled, int8 and int16 are not. */
static void write_relu6(mote_ox_call *c)
{
    if (mote_ox_operand(c, 0)->dtype == MOTE_I8 || mote_ox_operand(c, 0)->dtype == MOTE_I16)
        need_one_scale(c);
    write_clip(c);
}

static void write_leaky_relu(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *out = mote_ox_unary(c, "LeakyRelu", mote_ox_in(c, 0, &order));

    mote_ox_set_float(c, "alpha", c->node->as.leaky_relu.alpha);
    mote_ox_give(c, 0, out, &order);
}

static void write_hard_swish(mote_ox_call *c)
{
    mote_ox_need(c, 14);
    write_unary(c);
}

/* As PyTorch writes it before opset 20: 0.5 * x * (1 + erf(x / sqrt(2))), or with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
 */
static void write_gelu(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *x = mote_ox_in(c, 0, &order), *inner;

    if (c->node->as.gelu.approximate) {
        inner = mote_ox_binary(c, "Mul", mote_ox_binary(c, "Mul", x, x), x);
        inner = mote_ox_binary(c, "Add", x, mote_ox_binary(c, "Mul", inner, mote_ox_float(c, 0.044715f)));
        inner = mote_ox_unary(c, "Tanh", mote_ox_binary(c, "Mul", inner, mote_ox_float(c, 0.7978845608f)));
    } else {
        inner = mote_ox_unary(c, "Erf", mote_ox_binary(c, "Div", x, mote_ox_float(c, 1.4142135624f)));
    }
    inner = mote_ox_binary(c, "Mul", x, mote_ox_binary(c, "Add", inner, mote_ox_float(c, 1)));
    mote_ox_give(c, 0, mote_ox_binary(c, "Mul", inner, mote_ox_float(c, 0.5f)), &order);
}

/* Whole numbers that are 2^31 and more, or 2^63, of which no float is the largest: where it reaches that, the largest. */
static mote_ox_value *add_wide_cast(mote_ox_call *c, mote_ox_value *x, mote_dtype dtype)
{
    const bool  is_64 = dtype == MOTE_I64;
    const float end = is_64 ? 9223372036854775808.0f : 2147483648.0f, last = is_64 ? 9223371487098961920.0f : 2147483520.0f;
    const int64_t  most_64 = INT64_MAX;
    const int32_t  most_32 = INT32_MAX;
    mote_ox_value *most = mote_ox_const(c, dtype, 0, NULL, is_64 ? (const void *)&most_64 : (const void *)&most_32);
    mote_ox_value *is_most = mote_ox_binary(c, "GreaterOrEqual", x, mote_ox_float(c, end));

    x = mote_ox_ternary(c, "Clip", x, mote_ox_float(c, -end), mote_ox_float(c, last));
    return mote_ox_ternary(c, "Where", is_most, most, mote_ox_cast(c, x, dtype));
}

/* Real numbers beyond what the integer holds become its least or most, and what is no number 0; ONNX leaves that open. */
static mote_ox_value *add_cast(mote_ox_call *c, mote_ox_value *x, mote_dtype from, mote_dtype to)
{
    const bool  is_signed = to == MOTE_I8 || to == MOTE_I16;
    const float span = to == MOTE_I8 || to == MOTE_U8 ? 256 : 65536, low = is_signed ? -span / 2 : 0;

    if (from != MOTE_F32 || mote_dtype_is_float(to) || to == MOTE_BOOL)
        return mote_ox_cast(c, x, to);
    x = mote_ox_ternary(c, "Where", mote_ox_binary(c, "Equal", x, x), x, mote_ox_float(c, 0));
    if (to == MOTE_I32 || to == MOTE_I64)
        return add_wide_cast(c, x, to);
    if (to == MOTE_U32 || to == MOTE_U64)
        mote_ox_refuse(c, "from float32 to %s", mote_dtype_name(to));
    x = mote_ox_ternary(c, "Clip", x, mote_ox_float(c, low), mote_ox_float(c, low + span - 1));
    return mote_ox_cast(c, x, to);
}

/* TensorFlow Lite converts integers as they are stored. */
static void write_cast(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *x = mote_ox_in_stored(c, 0, &order);

    mote_ox_give_stored(c, 0, add_cast(c, x, mote_ox_operand(c, 0)->dtype, mote_ox_result(c, 0)->dtype), &order);
}

/* ---- constants ---- */

/* A constant of the output's shape, of one value, whose bytes are given. */
static void give_filled(mote_ox_call *c, const void *value)
{
    const mote_tensor *out = mote_ox_result(c, 0);
    const size_t       width = (size_t)mote_dtype_bits(out->dtype) / 8, count = mote_tensor_count(out);
    uint8_t           *bytes = mote_ox_take(c, count, width);
    size_t             i;

    if (out->is_batched)
        mote_ox_refuse(c, "it fills samples, of which there may be any number");
    for (i = 0; bytes && i < count; i++)
        memcpy(bytes + i * width, value, width);
    if (bytes)
        mote_ox_give_stored(c, 0, mote_ox_const(c, out->dtype, out->rank, out->dim, bytes), NULL);
}

static void write_zeros_like(mote_ox_call *c)
{
    const int64_t zero = 0;

    give_filled(c, &zero);
}

static void write_fill(mote_ox_call *c)
{
    const mote_tensor  *value = mote_ox_operand(c, 1), *out = mote_ox_result(c, 0);
    const mote_ox_order ours = mote_ox_ours(out->rank), none = mote_ox_ours(value->rank);

    if (value->kind == MOTE_CONST && value->dtype != MOTE_I4)
        give_filled(c, value->data);
    else
        mote_ox_give_stored(c, 0, mote_ox_binary(c, "Expand", mote_ox_in_stored(c, 1, &none), mote_ox_shape(c, out, &ours)),
                            NULL);
}

/* ---- of two operands ---- */

typedef struct operands {
    mote_ox_order  order;
    mote_ox_value *a, *b;
} operands;

static operands take_two(mote_ox_call *c)
{
    operands o = {.order = mote_ox_common_order(c, 0, 2)};

    o.a = mote_ox_in_repeated(c, 0, &o.order);
    o.b = mote_ox_in_repeated(c, 1, &o.order);
    return o;
}

static void write_binary(mote_ox_call *c)
{
    const operands o = take_two(c);

    mote_ox_give(c, 0, mote_ox_binary(c, onnx_name(c), o.a, o.b), &o.order);
}

/* Whole numbers without scales are not clipped, whatever the fused activation (runtime/kernels/add.h). */
static void write_add(mote_ox_call *c)
{
    const operands o = take_two(c);
    mote_ox_value *sum = mote_ox_binary(c, "Add", o.a, o.b);

    if (is_real(mote_ox_operand(c, 0)))
        mote_ox_give(c, 0, sum, &o.order);
    else
        mote_ox_give_stored(c, 0, sum, &o.order);
}

static void write_extreme(mote_ox_call *c)
{
    need_one_scale(c);
    write_binary(c);
}

/* Integers with scales are compared in steps of 1/256, which nobody sees where one scale is no finer. */
static void check_comparison(mote_ox_call *c)
{
    const mote_quant *a = mote_ox_operand(c, 0)->quant, *b = mote_ox_operand(c, 1)->quant;

    if (a && b && (a->scale[0] != b->scale[0] || a->zero_point[0] != b->zero_point[0] || a->scale[0] < 1.0f / 256))
        mote_ox_refuse(c, "it compares integers whose scales differ, or are below 1/256");
}

static void write_comparison(mote_ox_call *c)
{
    check_comparison(c);
    write_binary(c);
}

static void write_not_equal(mote_ox_call *c)
{
    const operands o = take_two(c);

    check_comparison(c);
    mote_ox_give(c, 0, mote_ox_unary(c, "Not", mote_ox_binary(c, "Equal", o.a, o.b)), &o.order);
}

static void write_squared_difference(mote_ox_call *c)
{
    const operands    o = take_two(c);
    const mote_quant *a = mote_ox_operand(c, 0)->quant, *b = mote_ox_operand(c, 1)->quant,
                     *out = mote_ox_result(c, 0)->quant;
    const float    most = a && b ? 2 * (a->scale[0] > b->scale[0] ? a->scale[0] : b->scale[0]) : 0;
    mote_ox_value *difference = mote_ox_binary(c, "Sub", o.a, o.b);

    if (out && most * most > 16384 * out->scale[0])
        mote_ox_refuse(c, "its scales are so far apart that its integers overflow");
    mote_ox_give(c, 0, mote_ox_binary(c, "Mul", difference, difference), &o.order);
}

static void write_prelu(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);

    if (mote_ox_operand(c, 1)->kind != MOTE_CONST)
        mote_ox_refuse(c, "its slopes are computed");
    mote_ox_give(c, 0, mote_ox_binary(c, "PRelu", mote_ox_in(c, 0, &order), mote_ox_in_repeated(c, 1, &order)), &order);
}

/* Mod of real numbers has the dividend's sign, and FLOOR_MOD the divisor's. */
static mote_ox_value *add_mod(mote_ox_call *c, const operands *o)
{
    const bool     real = is_real(mote_ox_operand(c, 0));
    mote_ox_value *rest = mote_ox_binary(c, "Mod", o->a, o->b), *differs;

    if (!real)
        return rest;
    mote_ox_set_int(c, "fmod", 1);
    differs = mote_ox_binary(c, "Less", mote_ox_binary(c, "Mul", rest, o->b), mote_ox_float(c, 0));
    return mote_ox_ternary(c, "Where", differs, mote_ox_binary(c, "Add", rest, o->b), rest);
}

static void write_floor_mod(mote_ox_call *c)
{
    const operands o = take_two(c);

    mote_ox_give(c, 0, add_mod(c, &o), &o.order);
}

/* Div of whole numbers rounds towards zero: one less where that is up. */
static mote_ox_value *add_floor_div(mote_ox_call *c, const operands *o)
{
    mote_ox_value *zero = mote_ox_number_like(c, mote_ox_operand(c, 0), 0), *quotient = mote_ox_binary(c, "Div", o->a, o->b);
    mote_ox_value *is_whole = mote_ox_binary(c, "Equal", add_mod(c, o), zero), *is_below;

    is_below = mote_ox_binary(c, "Xor", mote_ox_binary(c, "Less", o->a, zero), mote_ox_binary(c, "Less", o->b, zero));
    is_below = mote_ox_binary(c, "And", is_below, mote_ox_unary(c, "Not", is_whole));
    return mote_ox_binary(c, "Sub", quotient, mote_ox_cast(c, is_below, mote_ox_operand(c, 0)->dtype));
}

/* The floor of the exact quotient: where it was rounded to a whole number, the rest is near b if it lies below. */
static mote_ox_value *add_real_floor_div(mote_ox_call *c, const operands *o)
{
    mote_ox_value *quotient = mote_ox_binary(c, "Div", o->a, o->b), *whole = mote_ox_unary(c, "Floor", quotient), *is_up;
    mote_ox_value *half = mote_ox_binary(c, "Mul", mote_ox_unary(c, "Abs", o->b), mote_ox_float(c, 0.5f));

    is_up = mote_ox_binary(c, "Greater", mote_ox_unary(c, "Abs", add_mod(c, o)), half);
    is_up = mote_ox_binary(c, "And", is_up, mote_ox_binary(c, "Equal", quotient, whole));
    return mote_ox_binary(c, "Sub", whole, mote_ox_cast(c, is_up, MOTE_F32));
}

static void write_floor_div(mote_ox_call *c)
{
    const operands o = take_two(c);

    mote_ox_give(c, 0, is_real(mote_ox_operand(c, 0)) ? add_real_floor_div(c, &o) : add_floor_div(c, &o), &o.order);
}

/* Sum takes real numbers only. int8's sum begins a zero point too low (runtime/kernels/add_n.h). */
static void write_add_n(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, c->node->in_count);
    mote_ox_value      *sum = mote_ox_in_repeated(c, 0, &order);
    int32_t             i;

    if (mote_ox_operand(c, 0)->quant && mote_ox_operand(c, 0)->quant->zero_point[0] != 0)
        mote_ox_refuse(c, "TensorFlow Lite's sum of int8 with a zero point is not the real numbers' sum");

    for (i = 1; i < c->node->in_count; i++)
        sum = mote_ox_binary(c, "Add", sum, mote_ox_in_repeated(c, i, &order));
    if (c->node->in_count == 1)
        sum = mote_ox_unary(c, "Identity", sum);
    mote_ox_give(c, 0, sum, &order);
}

/* SELECT's condition may say one thing of each slice along axis 0. */
static mote_ox_value *take_condition(mote_ox_call *c, const mote_ox_order *order)
{
    const mote_tensor *condition = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    int64_t            dim[MOTE_RANK_MAX];
    int32_t            k;

    if (c->node->op != MOTE_OP_SELECT || condition->rank != 1 || out->rank <= 1 || condition->dim[0] == 1)
        return mote_ox_in_repeated(c, 0, order);
    for (k = 0; k < out->rank; k++)
        dim[k] = order->axis[k] == 0 ? -1 : 1;
    return mote_ox_binary(c, "Reshape", mote_ox_in_ours(c, 0), mote_ox_ints(c, dim, (size_t)out->rank));
}

static void write_select(mote_ox_call *c)
{
    const mote_tensor  *out = mote_ox_result(c, 0);
    const mote_ox_order order =
        mote_ox_operand(c, 0)->rank == out->rank ? mote_ox_common_order(c, 0, 3) : mote_ox_ours(out->rank);
    mote_ox_value *condition = take_condition(c, &order), *yes = mote_ox_in_repeated(c, 1, &order),
                  *no = mote_ox_in_repeated(c, 2, &order);

    if (out->dtype != MOTE_BOOL) {
        mote_ox_give(c, 0, mote_ox_ternary(c, "Where", condition, yes, no), &order);
        return;
    }
    yes = mote_ox_binary(c, "And", condition, yes); /* ONNX Runtime's Where takes no truth values */
    no = mote_ox_binary(c, "And", mote_ox_unary(c, "Not", condition), no);
    mote_ox_give(c, 0, mote_ox_binary(c, "Or", yes, no), &order);
}

/* ---- along the last axis ---- */

static void write_softmax(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *x = mote_ox_in(c, 0, &order);

    if (c->node->op == MOTE_OP_SOFTMAX && c->node->as.softmax.beta != 1.0f)
        x = mote_ox_binary(c, "Mul", x, mote_ox_float(c, c->node->as.softmax.beta));
    x = mote_ox_unary(c, onnx_name(c), x);
    mote_ox_set_int(c, "axis", mote_ox_place(&order, order.rank - 1));
    mote_ox_give(c, 0, x, &order);
}

/* The length is at least 1e-6. */
static void write_l2_normalization(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    const int64_t       axis = mote_ox_place(&order, order.rank - 1);
    mote_ox_value      *x = mote_ox_in(c, 0, &order), *length = mote_ox_unary(c, "ReduceL2", x);

    mote_ox_set_ints(c, "axes", &axis, 1);
    mote_ox_set_int(c, "keepdims", 1);
    length = mote_ox_binary(c, "Max", length, mote_ox_float(c, 1e-6f));
    mote_ox_give(c, 0, mote_ox_binary(c, "Div", x, length), &order);
}

/* ---- integers and real numbers ---- */

/* The operand's real numbers are the output's. float16 constants are converted. */
static void write_quantize(mote_ox_call *c)
{
    const mote_ox_order order = mote_ox_common_order(c, 0, 1);
    mote_ox_value      *x = mote_ox_in(c, 0, &order);

    if (mote_ox_operand(c, 0)->dtype == MOTE_F16)
        x = mote_ox_cast(c, x, MOTE_F32);
    mote_ox_give(c, 0, x, &order);
}

const mote_ox_row mote_ox_elementwise[] = {{MOTE_OP_ABS, MOTE_OX_ANY, write_unary, "Abs"},
                                           {MOTE_OP_CEIL, MOTE_OX_ANY, write_unary, "Ceil"},
                                           {MOTE_OP_COS, MOTE_OX_ANY, write_unary, "Cos"},
                                           {MOTE_OP_EXP, MOTE_OX_ANY, write_unary, "Exp"},
                                           {MOTE_OP_FLOOR, MOTE_OX_ANY, write_unary, "Floor"},
                                           {MOTE_OP_LOG, MOTE_OX_ANY, write_unary, "Log"},
                                           {MOTE_OP_NEG, MOTE_OX_ANY, write_unary, "Neg"},
                                           {MOTE_OP_ROUND, MOTE_OX_ANY, write_unary, "Round"},
                                           {MOTE_OP_SIN, MOTE_OX_ANY, write_unary, "Sin"},
                                           {MOTE_OP_SQRT, MOTE_OX_ANY, write_unary, "Sqrt"},
                                           {MOTE_OP_LOGISTIC, MOTE_OX_ANY, write_unary, "Sigmoid"},
                                           {MOTE_OP_TANH, MOTE_OX_ANY, write_unary, "Tanh"},
                                           {MOTE_OP_RELU, MOTE_OX_ANY, write_unary, "Relu"},
                                           {MOTE_OP_ELU, MOTE_OX_ANY, write_unary, "Elu"},
                                           {MOTE_OP_LOGICAL_NOT, MOTE_OX_ANY, write_unary, "Not"},
                                           {MOTE_OP_HARD_SWISH, MOTE_OX_ANY, write_hard_swish, "HardSwish"},
                                           {MOTE_OP_RSQRT, MOTE_OX_ANY, write_rsqrt, NULL},
                                           {MOTE_OP_SQUARE, MOTE_OX_ANY, write_square, NULL},
                                           {MOTE_OP_RELU6, MOTE_OX_ANY, write_relu6, NULL},
                                           {MOTE_OP_RELU_N1_TO_1, MOTE_OX_ANY, write_clip, NULL},
                                           {MOTE_OP_RELU_0_TO_1, MOTE_OX_ANY, write_clip, NULL},
                                           {MOTE_OP_LEAKY_RELU, MOTE_OX_ANY, write_leaky_relu, NULL},
                                           {MOTE_OP_GELU, MOTE_OX_ANY, write_gelu, NULL},
                                           {MOTE_OP_CAST, MOTE_OX_ANY, write_cast, NULL},
                                           {MOTE_OP_ZEROS_LIKE, MOTE_OX_OURS, write_zeros_like, NULL},
                                           {MOTE_OP_FILL, MOTE_OX_OURS, write_fill, NULL},
                                           {MOTE_OP_ADD, MOTE_OX_ANY, write_add, NULL},
                                           {MOTE_OP_SUB, MOTE_OX_ANY, write_binary, "Sub"},
                                           {MOTE_OP_MUL, MOTE_OX_ANY, write_binary, "Mul"},
                                           {MOTE_OP_DIV, MOTE_OX_ANY, write_binary, "Div"},
                                           {MOTE_OP_MAXIMUM, MOTE_OX_ANY, write_extreme, "Max"},
                                           {MOTE_OP_MINIMUM, MOTE_OX_ANY, write_extreme, "Min"},
                                           {MOTE_OP_EQUAL, MOTE_OX_ANY, write_comparison, "Equal"},
                                           {MOTE_OP_GREATER, MOTE_OX_ANY, write_comparison, "Greater"},
                                           {MOTE_OP_GREATER_EQUAL, MOTE_OX_ANY, write_comparison, "GreaterOrEqual"},
                                           {MOTE_OP_LESS, MOTE_OX_ANY, write_comparison, "Less"},
                                           {MOTE_OP_LESS_EQUAL, MOTE_OX_ANY, write_comparison, "LessOrEqual"},
                                           {MOTE_OP_LOGICAL_AND, MOTE_OX_ANY, write_binary, "And"},
                                           {MOTE_OP_LOGICAL_OR, MOTE_OX_ANY, write_binary, "Or"},
                                           {MOTE_OP_NOT_EQUAL, MOTE_OX_ANY, write_not_equal, NULL},
                                           {MOTE_OP_SQUARED_DIFFERENCE, MOTE_OX_ANY, write_squared_difference, NULL},
                                           {MOTE_OP_PRELU, MOTE_OX_ANY, write_prelu, NULL},
                                           {MOTE_OP_FLOOR_DIV, MOTE_OX_ANY, write_floor_div, NULL},
                                           {MOTE_OP_FLOOR_MOD, MOTE_OX_ANY, write_floor_mod, NULL},
                                           {MOTE_OP_ADD_N, MOTE_OX_ANY, write_add_n, NULL},
                                           {MOTE_OP_SELECT, MOTE_OX_ANY, write_select, NULL},
                                           {MOTE_OP_SELECT_V2, MOTE_OX_ANY, write_select, NULL},
                                           {MOTE_OP_SOFTMAX, MOTE_OX_ANY, write_softmax, "Softmax"},
                                           {MOTE_OP_LOG_SOFTMAX, MOTE_OX_ANY, write_softmax, "LogSoftmax"},
                                           {MOTE_OP_L2_NORMALIZATION, MOTE_OX_ANY, write_l2_normalization, NULL},
                                           {MOTE_OP_QUANTIZE, MOTE_OX_ANY, write_quantize, NULL},
                                           {MOTE_OP_DEQUANTIZE, MOTE_OX_ANY, write_quantize, NULL},
                                           {0}};
