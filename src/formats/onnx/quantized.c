/* Quantized operators. QuantizeLinear and DequantizeLinear are QUANTIZE and DEQUANTIZE; of known values they are worked out.
 * QLinearConv and its like are what they stand for: real operators between the two. What of that can be computed with
 * integers is found when the whole graph is there (qdq.c). SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/operators.h"

/* ---- scales ---- */

/* One scale and zero point, or one each along an axis. */
typedef struct scales {
    const float *scale;
    int64_t     *zero; /* [count] */
    int32_t      count, axis;
} scales;

/* axis: along which several scales lie. */
static bool read_scales(mote_import_call *c, const mote_import_value *x, int32_t scale, int32_t zero, int64_t axis,
                        scales *out)
{
    const mote_import_value *z = mote_import_in(c, zero), *s = mote_import_in(c, scale);
    int32_t                  i;

    if (!s || !s->known || (z && !z->known)) {
        mote_import_refuse(c, "scale and zero point must be constants");
        return false;
    }
    out->scale = mote_import_floats(c, scale);
    out->count = (int32_t)mote_import_count(&s->shape);
    out->axis = out->count == 1 ? 0 : mote_import_axis(c, axis, x->shape.rank);
    if (mote_import_failed(c) || s->shape.rank > 1 || mote_import_int(c, "block_size", 0) != 0) {
        mote_import_refuse(c, "scales of blocks");
        return false;
    }
    if ((out->count != 1 && out->count != x->shape.dim[out->axis]) ||
        (z && mote_import_count(&z->shape) != (size_t)out->count)) {
        mote_import_wrong(c, "%d scales along an axis of %d", out->count, x->shape.dim[out->axis]);
        return false;
    }
    out->zero = mote_import_take(c, (size_t)out->count, sizeof *out->zero);
    for (i = 0; out->zero && i < out->count; i++) {
        out->zero[i] = z ? mote_import_integer_at(z, (size_t)i) : 0;
        if (!(out->scale[i] > 0) || !isfinite(out->scale[i]))
            mote_import_wrong(c, "scale %g", (double)out->scale[i]);
    }
    return !mote_import_failed(c);
}

static mote_quant *quant_of(mote_import_call *c, const scales *s)
{
    const int32_t zero = (int32_t)s->zero[0];

    return mote_import_failed(c) ? NULL : mote_quant_create(c->im->model, -1, 1, s->scale, &zero, c->err);
}

/* The index along the axis of element i. */
static size_t index_along(const mote_import_shape *shape, int32_t axis, size_t i)
{
    int32_t k;

    for (k = shape->rank - 1; k > axis; k--)
        i /= (size_t)shape->dim[k];
    return i % (size_t)shape->dim[axis];
}

static size_t scale_of(const scales *s, const mote_import_shape *shape, size_t i)
{
    return s->count == 1 ? 0 : index_along(shape, s->axis, i);
}

/* ---- DequantizeLinear ---- */

static bool is_symmetric(const scales *s)
{
    int32_t i;

    for (i = 0; i < s->count; i++)
        if (s->zero[i] != 0)
            return false;
    return true;
}

static void dequantize_known(mote_import_call *c, const mote_import_value *x, const scales *s, mote_import_value *out)
{
    const size_t count = mote_import_count(&x->shape);
    float       *to = mote_import_take(c, count, sizeof *to);
    size_t       i;

    for (i = 0; to && i < count; i++) {
        const size_t k = scale_of(s, &x->shape, i);
        to[i] = (float)(mote_import_integer_at(x, i) - s->zero[k]) * s->scale[k];
    }
    out->known = to;
    out->shape = out->held = x->shape;
    if (is_symmetric(s) && (x->dtype == MOTE_I8 || x->dtype == MOTE_I16)) {
        out->scales = s->scale;
        out->scale_count = s->count;
        out->scaled_from = x->dtype;
    }
}

/* A tensor of integers learns here what they stand for. */
static mote_id with_scales(mote_import_call *c, mote_id x, mote_quant *quant)
{
    mote_tensor *tensor = mote_import_failed(c) ? NULL : &c->im->graph->tensors[x];

    if (!tensor || !quant)
        return MOTE_NONE;
    if (!tensor->quant)
        tensor->quant = quant;
    if (tensor->quant->scale[0] == quant->scale[0] && tensor->quant->zero_point[0] == quant->zero_point[0])
        return x;
    mote_import_refuse(c, "its operand has another scale already");
    return MOTE_NONE;
}

static mote_id dequantize(mote_import_call *c, mote_id x, const scales *s)
{
    const mote_dtype dtype = mote_import_tensor_at(c, x)->dtype;

    if (s->count != 1) {
        mote_import_refuse(c, "several scales of what is computed");
        return MOTE_NONE;
    }
    if (dtype == MOTE_I32 || (dtype == MOTE_I16 && s->zero[0] != 0)) /* a .tflite's int16 lies around 0 */
        return mote_import_with(c, MOTE_OP_MUL,
                                mote_import_with(c, MOTE_OP_SUB, mote_import_cast(c, x, MOTE_F32), (float)s->zero[0]),
                                s->scale[0]);
    return mote_import_unary(c, MOTE_OP_DEQUANTIZE, with_scales(c, x, quant_of(c, s)));
}

/* Operand x, with scale and zero point behind it, as floats: a value of its own. */
static mote_import_value *dequantized_along(mote_import_call *c, int32_t x, int32_t scale, int32_t zero, int64_t axis)
{
    const mote_import_value *value = mote_import_in(c, x);
    mote_import_value       *out = mote_import_take(c, 1, sizeof *out);
    scales                   s;
    int32_t                  k;

    if (!value || !out || !read_scales(c, value, scale, zero, axis, &s))
        return NULL;
    out->name = value->name;
    out->dtype = MOTE_F32;
    out->id = MOTE_NONE;
    out->uses = 1;
    for (k = 0; k < MOTE_RANK_MAX; k++)
        out->order[k] = k;
    if (value->known)
        dequantize_known(c, value, &s, out);
    else {
        out->shape = value->shape;
        out->held = value->held;
        memcpy(out->order, value->order, sizeof out->order);
        out->id = dequantize(c, value->id, &s);
    }
    return mote_import_failed(c) ? NULL : out;
}

static mote_import_value *dequantized(mote_import_call *c, int32_t x, int32_t scale, int32_t zero)
{
    return dequantized_along(c, x, scale, zero, 0);
}

static void import_dequantize(mote_import_call *c)
{
    const mote_import_value *made = dequantized_along(c, 0, 1, 2, mote_import_int(c, "axis", 1));
    mote_import_value       *out = mote_import_out(c, 0);

    if (!made || !out)
        return;
    if (made->known) {
        mote_import_give_known(c, 0, MOTE_F32, &made->shape, made->known);
        out->scales = made->scales;
        out->scale_count = made->scale_count;
        out->scaled_from = made->scaled_from;
    } else
        mote_import_give_like(c, 0, made->id);
}

/* ---- QuantizeLinear ---- */

static void quantize_known(mote_import_call *c, const mote_import_value *x, const scales *s, mote_dtype dtype)
{
    const size_t count = mote_import_count(&x->shape);
    uint8_t     *to = mote_import_take(c, count, 1);
    long long    low, high;
    size_t       i;

    if ((dtype != MOTE_I8 && dtype != MOTE_U8) || x->dtype != MOTE_F32) {
        mote_import_refuse(c, "a constant from %s to %s", mote_dtype_name(x->dtype), mote_dtype_name(dtype));
        return;
    }
    mote_dtype_limits(dtype, &low, &high);
    for (i = 0; to && i < count; i++) {
        const size_t k = scale_of(s, &x->shape, i);
        const double q = nearbyint((double)(((const float *)x->known)[i] / s->scale[k])) + (double)s->zero[k];
        to[i] = (uint8_t)(int)fmax((double)low, fmin((double)high, q));
    }
    mote_import_give_known(c, 0, dtype, &x->shape, to);
}

static mote_id quantize(mote_import_call *c, mote_id x, const scales *s, mote_dtype dtype)
{
    if (s->count != 1) {
        mote_import_refuse(c, "several scales of what is computed");
        return MOTE_NONE;
    }
    return mote_import_add(
        c, &(mote_import_op){.op = MOTE_OP_QUANTIZE, .in = &x, .in_count = 1, .dtype = dtype, .quant = quant_of(c, s)});
}

static mote_dtype type_of_zero(mote_import_call *c, int32_t zero)
{
    const mote_import_value *z = mote_import_in(c, zero);
    const int32_t            said = mote_import_small(c, "output_dtype", 0);

    return z ? z->dtype : said ? mote_onnx_dtype(said) : MOTE_U8;
}

static void import_quantize(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_dtype         dtype = type_of_zero(c, 2);
    scales                   s;

    if (dtype != MOTE_I8 && dtype != MOTE_U8 && dtype != MOTE_I16) {
        mote_import_refuse(c, "to other integers than int8, uint8 and int16");
        return;
    }
    if (!read_scales(c, x, 1, 2, mote_import_int(c, "axis", 1), &s))
        return;
    if (x->known)
        quantize_known(c, x, &s, dtype);
    else
        mote_import_give_like(c, 0, quantize(c, mote_import_as_held(c, 0), &s, dtype));
}

/* ---- operators with scales of their own ---- */

/* Imports the node as the operator of that name, with other operands; the result is a value of its own. */
static mote_import_value *import_as(mote_import_call *c, const char *name, mote_import_value **in, int32_t in_count)
{
    mote_import_value *out = mote_import_take(c, 1, sizeof *out);
    mote_import_call   part = *c;

    if (!out)
        return NULL;
    *out = (mote_import_value){.name = c->node->out[0], .dtype = MOTE_DTYPE_COUNT, .id = MOTE_NONE, .uses = 1};
    part.in = in;
    part.in_count = in_count;
    part.row = mote_onnx_find_row(name);
    part.result = out;
    part.row->import(&part);
    c->made = part.made;
    return mote_import_failed(c) || out->id == MOTE_NONE ? NULL : out;
}

static void give_quantized(mote_import_call *c, const mote_import_value *y, int32_t scale, int32_t zero)
{
    const mote_dtype dtype = type_of_zero(c, zero);
    scales           s;

    if (!y || !read_scales(c, y, scale, zero, 0, &s))
        return;
    mote_import_give(c, 0, quantize(c, y->id, &s, dtype), y->order);
}

/* The bias counts in the input's scale times the weights'. */
static mote_import_value *dequantized_bias(mote_import_call *c, int32_t i, int32_t x_scale, int32_t w_scale)
{
    const mote_import_value *b = mote_import_in(c, i);
    const float             *x = mote_import_floats(c, x_scale), *w = mote_import_floats(c, w_scale);
    const int32_t            count = (int32_t)(b ? mote_import_count(&b->shape) : 0),
                  scale_count = (int32_t)mote_import_count(&mote_import_in(c, w_scale)->shape);
    mote_import_value *out = mote_import_take(c, 1, sizeof *out);
    float             *to = mote_import_take(c, (size_t)count, sizeof *to);
    int32_t            k;

    if (!b || !out || !to || !x || !w)
        return NULL;
    if (!b->known || (scale_count != 1 && scale_count != count)) {
        mote_import_refuse(c, "the bias must be constants");
        return NULL;
    }
    for (k = 0; k < count; k++)
        to[k] = (float)mote_import_integer_at(b, (size_t)k) * x[0] * w[scale_count == 1 ? 0 : k];
    *out = (mote_import_value){
        .name = b->name, .dtype = MOTE_F32, .id = MOTE_NONE, .known = to, .shape = b->shape, .held = b->shape};
    return out;
}

static void import_qlinear_conv(mote_import_call *c)
{
    mote_import_value *in[3] = {dequantized(c, 0, 1, 2), NULL, NULL};

    in[1] = mote_import_failed(c) ? NULL : dequantized_along(c, 3, 4, 5, 0);
    if (!mote_import_failed(c) && mote_import_in(c, 8))
        in[2] = dequantized_bias(c, 8, 1, 4);
    if (!mote_import_failed(c))
        give_quantized(c, import_as(c, "Conv", in, in[2] ? 3 : 2), 6, 7);
}

static void import_qlinear_matmul(mote_import_call *c)
{
    mote_import_value *in[2] = {dequantized(c, 0, 1, 2), NULL};

    in[1] = mote_import_failed(c) ? NULL : dequantized_along(c, 3, 4, 5, -1);
    if (!mote_import_failed(c))
        give_quantized(c, import_as(c, "MatMul", in, 2), 6, 7);
}

/* ---- ONNX Runtime's own, of the domain com.microsoft ---- */

/* QLinearAdd, QLinearMul: two operands, each with scale and zero point, and the result's. */
static void import_qlinear_pair(mote_import_call *c)
{
    mote_import_value *in[2] = {dequantized(c, 0, 1, 2), NULL};

    in[1] = mote_import_failed(c) ? NULL : dequantized(c, 3, 4, 5);
    if (!mote_import_failed(c))
        give_quantized(c, import_as(c, c->row->name + strlen("QLinear"), in, 2), 6, 7);
}

/* Of one operand. */
static void import_qlinear_single(mote_import_call *c)
{
    mote_import_value *in[1] = {dequantized(c, 0, 1, 2)};

    if (mote_import_int(c, "channels_last", 0) != 0)
        mote_import_refuse(c, "channels_last");
    if (!mote_import_failed(c))
        give_quantized(c, import_as(c, c->row->name + strlen("QLinear"), in, 1), 3, 4);
}

static void import_qgemm(mote_import_call *c)
{
    mote_import_value *in[3] = {dequantized(c, 0, 1, 2), NULL, NULL}, *y;

    in[1] = mote_import_failed(c) ? NULL : dequantized_along(c, 3, 4, 5, mote_import_int(c, "transB", 0) ? 0 : 1);
    if (!mote_import_failed(c) && mote_import_in(c, 6))
        in[2] = dequantized_bias(c, 6, 1, 4);
    y = mote_import_failed(c) ? NULL : import_as(c, "Gemm", in, in[2] ? 3 : 2);
    if (y && mote_import_in(c, 7))
        give_quantized(c, y, 7, 8);
    else if (y)
        mote_import_give(c, 0, y->id, y->order);
}

/* The result's scale and zero point, then three operands for each part. */
static void import_qlinear_concat(mote_import_call *c)
{
    mote_import_value *in[MOTE_NODE_IN_MAX];
    int32_t            i, count = (c->in_count - 2) / 3;

    if (c->in_count != 2 + 3 * count || count > MOTE_NODE_IN_MAX) {
        mote_import_wrong(c, "%d operands", c->in_count);
        return;
    }
    for (i = 0; i < count && !mote_import_failed(c); i++)
        in[i] = dequantized(c, 2 + 3 * i, 3 + 3 * i, 4 + 3 * i);
    if (!mote_import_failed(c))
        give_quantized(c, import_as(c, "Concat", in, count), 0, 1);
}

const mote_import_row mote_onnx_microsoft[] = {
    {"QLinearAdd", MOTE_IMPORT_FILE, 7, 8, 1, import_qlinear_pair, 0},
    {"QLinearMul", MOTE_IMPORT_FILE, 7, 8, 1, import_qlinear_pair, 0},
    {"QLinearSigmoid", MOTE_IMPORT_FILE, 4, 5, 1, import_qlinear_single, 0},
    {"QLinearLeakyRelu", MOTE_IMPORT_FILE, 4, 5, 1, import_qlinear_single, 0},
    {"QLinearSoftmax", MOTE_IMPORT_FILE, 4, 5, 1, import_qlinear_single, 0},
    {"QLinearAveragePool", MOTE_IMPORT_FILE, 4, 5, 1, import_qlinear_single, 0},
    {"QLinearGlobalAveragePool", MOTE_IMPORT_FILE, 4, 5, 1, import_qlinear_single, 0},
    {"QLinearConcat", MOTE_IMPORT_FILE, 5, 2 + 3 * MOTE_NODE_IN_MAX, 1, import_qlinear_concat, 0},
    {"QGemm", MOTE_IMPORT_FILE, 6, 9, 1, import_qgemm, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};

const mote_import_row mote_onnx_quantized[] = {{"QuantizeLinear", MOTE_IMPORT_ANY, 2, 3, 1, import_quantize, 0},
                                               {"DequantizeLinear", MOTE_IMPORT_ANY, 2, 3, 1, import_dequantize, 0},
                                               {"QLinearConv", MOTE_IMPORT_IMAGE, 8, 9, 1, import_qlinear_conv, 0},
                                               {"QLinearMatMul", MOTE_IMPORT_FILE, 8, 8, 1, import_qlinear_matmul, 0},
                                               {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
