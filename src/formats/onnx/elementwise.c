/* Operators on one element at a time, or on pairs of them that repeat: any order of axes will do.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "formats/onnx/operators.h"

/* ---- one operand ---- */

static void import_unary(mote_import_call *c)
{
    mote_import_give_like(c, 0, mote_import_unary(c, (mote_op_kind)c->row->kind, mote_import_as_held(c, 0)));
}

static void import_leaky_relu(mote_import_call *c)
{
    const mote_id  x = mote_import_as_held(c, 0);
    mote_import_op op = {.op = MOTE_OP_LEAKY_RELU, .in = &x, .in_count = 1};

    op.as.leaky_relu.alpha = mote_import_float(c, "alpha", 0.01f);
    mote_import_give_like(c, 0, mote_import_add(c, &op));
}

static void import_gelu(mote_import_call *c)
{
    const mote_id  x = mote_import_as_held(c, 0);
    mote_import_op op = {.op = MOTE_OP_GELU, .in = &x, .in_count = 1};

    op.as.gelu.approximate = strcmp(mote_import_string(c, "approximate", "none"), "tanh") == 0;
    mote_import_give_like(c, 0, mote_import_add(c, &op));
}

/* alpha * (exp(min(x, 0) / scale) - 1) + max(x, 0) */
static mote_id elu_of(mote_import_call *c, mote_id x, float alpha, float scale)
{
    mote_id low = mote_import_with(c, MOTE_OP_MINIMUM, x, 0);

    if (scale != 1)
        low = mote_import_with(c, MOTE_OP_DIV, low, scale);
    low = mote_import_unary(c, MOTE_OP_ELU, low);
    if (alpha != 1)
        low = mote_import_with(c, MOTE_OP_MUL, low, alpha);
    return mote_import_binary(c, MOTE_OP_ADD, low, mote_import_unary(c, MOTE_OP_RELU, x));
}

static void import_elu(mote_import_call *c)
{
    const float   alpha = mote_import_float(c, "alpha", 1);
    const mote_id x = mote_import_as_held(c, 0);

    mote_import_give_like(c, 0, alpha == 1 ? mote_import_unary(c, MOTE_OP_ELU, x) : elu_of(c, x, alpha, 1));
}

static void import_celu(mote_import_call *c)
{
    const float alpha = mote_import_float(c, "alpha", 1);

    mote_import_give_like(c, 0, elu_of(c, mote_import_as_held(c, 0), alpha, alpha));
}

static void import_selu(mote_import_call *c)
{
    const float   alpha = mote_import_float(c, "alpha", 1.67326319217681884765625f);
    const float   gamma = mote_import_float(c, "gamma", 1.05070102214813232421875f);
    const mote_id y = elu_of(c, mote_import_as_held(c, 0), alpha, 1);

    mote_import_give_like(c, 0, mote_import_with(c, MOTE_OP_MUL, y, gamma));
}

/* log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)): nothing overflows. */
static mote_id softplus_of(mote_import_call *c, mote_id x)
{
    mote_id y = mote_import_unary(c, MOTE_OP_NEG, mote_import_unary(c, MOTE_OP_ABS, x));

    y = mote_import_with(c, MOTE_OP_ADD, mote_import_unary(c, MOTE_OP_EXP, y), 1);
    return mote_import_binary(c, MOTE_OP_ADD, mote_import_unary(c, MOTE_OP_LOG, y), mote_import_unary(c, MOTE_OP_RELU, x));
}

static void import_softplus(mote_import_call *c)
{
    mote_import_give_like(c, 0, softplus_of(c, mote_import_as_held(c, 0)));
}

static void import_mish(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0), y = mote_import_unary(c, MOTE_OP_TANH, softplus_of(c, x));

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_MUL, x, y));
}

static void import_swish(mote_import_call *c)
{
    const float alpha = mote_import_float(c, "alpha", 1);
    mote_id     x = mote_import_as_held(c, 0), y = x;

    if (alpha != 1)
        y = mote_import_with(c, MOTE_OP_MUL, x, alpha);
    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_MUL, x, mote_import_unary(c, MOTE_OP_LOGISTIC, y)));
}

static void import_softsign(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0),
                  y = mote_import_with(c, MOTE_OP_ADD, mote_import_unary(c, MOTE_OP_ABS, x), 1);

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_DIV, x, y));
}

static void import_reciprocal(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0);

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_DIV, mote_import_const_float(c, 1), x));
}

static mote_id truth_as_number(mote_import_call *c, mote_op_kind compare, mote_id x, float with)
{
    return mote_import_cast(c, mote_import_with(c, compare, x, with), MOTE_F32);
}

static void import_sign(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0);
    const mote_id above = truth_as_number(c, MOTE_OP_GREATER, x, 0), below = truth_as_number(c, MOTE_OP_LESS, x, 0);

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_SUB, above, below));
}

static void import_hard_sigmoid(mote_import_call *c)
{
    const float alpha = mote_import_float(c, "alpha", 0.2f), beta = mote_import_float(c, "beta", 0.5f);
    mote_id     x = mote_import_with(c, MOTE_OP_MUL, mote_import_as_held(c, 0), alpha);

    mote_import_give_like(c, 0, mote_import_unary(c, MOTE_OP_RELU_0_TO_1, mote_import_with(c, MOTE_OP_ADD, x, beta)));
}

static void import_thresholded_relu(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0);
    const mote_id above = mote_import_with(c, MOTE_OP_GREATER, x, mote_import_float(c, "alpha", 1));

    mote_import_give_like(c, 0, mote_import_select(c, above, x, mote_import_const_float(c, 0)));
}

/* x - bias above lambda, x + bias below -lambda, else 0. */
static void import_shrink(mote_import_call *c)
{
    const float   lambda = mote_import_float(c, "lambd", 0.5f), bias = mote_import_float(c, "bias", 0);
    const mote_id x = mote_import_as_held(c, 0);
    mote_id       y = mote_import_select(c, mote_import_with(c, MOTE_OP_LESS, x, -lambda),
                                         mote_import_with(c, MOTE_OP_ADD, x, bias), mote_import_const_float(c, 0));

    y = mote_import_select(c, mote_import_with(c, MOTE_OP_GREATER, x, lambda), mote_import_with(c, MOTE_OP_SUB, x, bias), y);
    mote_import_give_like(c, 0, y);
}

/* gelu(y) + gelu(-y) = y erf(y / sqrt(2)); divided by y, which is kept away from 0. */
static void import_erf(mote_import_call *c)
{
    const mote_id x = mote_import_with(c, MOTE_OP_MUL, mote_import_as_held(c, 0), 1.41421356237309504880f);
    const mote_id is_small = mote_import_with(c, MOTE_OP_LESS, mote_import_unary(c, MOTE_OP_ABS, x), 1e-7f);
    const mote_id y = mote_import_select(c, is_small, mote_import_const_float(c, 1e-7f), x);
    const mote_id g = mote_import_binary(c, MOTE_OP_ADD, mote_import_unary(c, MOTE_OP_GELU, y),
                                         mote_import_unary(c, MOTE_OP_GELU, mote_import_unary(c, MOTE_OP_NEG, y)));

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_DIV, g, y));
}

/* ---- made of others ---- */

static void import_tan(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0);

    mote_import_give_like(
        c, 0,
        mote_import_binary(c, MOTE_OP_DIV, mote_import_unary(c, MOTE_OP_SIN, x), mote_import_unary(c, MOTE_OP_COS, x)));
}

/* (exp(x) + exp(-x)) / 2, or of sinh their difference. */
static void import_hyperbolic(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0), up = mote_import_unary(c, MOTE_OP_EXP, x);
    const mote_id down = mote_import_unary(c, MOTE_OP_EXP, mote_import_unary(c, MOTE_OP_NEG, x));

    mote_import_give_like(
        c, 0, mote_import_with(c, MOTE_OP_MUL, mote_import_binary(c, (mote_op_kind)c->row->kind, up, down), 0.5f));
}

/* log(x + sqrt(x^2 + 1)), of acosh - 1; of asinh by |x|, as nothing is left of the difference else. */
static void import_area(mote_import_call *c)
{
    const bool    is_odd = c->row->kind != 0;
    const mote_id x = mote_import_as_held(c, 0), size = is_odd ? mote_import_unary(c, MOTE_OP_ABS, x) : x;
    mote_id       y = mote_import_with(c, MOTE_OP_ADD, mote_import_square(c, size), is_odd ? 1.0f : -1.0f);

    y = mote_import_binary(c, MOTE_OP_ADD, size, mote_import_unary(c, MOTE_OP_SQRT, y));
    y = mote_import_unary(c, MOTE_OP_LOG, y);
    if (is_odd)
        y = mote_import_select(c, mote_import_with(c, MOTE_OP_LESS, x, 0), mote_import_unary(c, MOTE_OP_NEG, y), y);
    mote_import_give_like(c, 0, y);
}

/* log((1 + x) / (1 - x)) / 2 */
static void import_atanh(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0), one = mote_import_const_float(c, 1);
    mote_id       y = mote_import_binary(c, MOTE_OP_SUB, one, x);

    y = mote_import_binary(c, MOTE_OP_DIV, mote_import_binary(c, MOTE_OP_ADD, one, x), y);
    mote_import_give_like(c, 0, mote_import_with(c, MOTE_OP_MUL, mote_import_unary(c, MOTE_OP_LOG, y), 0.5f));
}

static void import_is_nan(mote_import_call *c)
{
    const mote_id x = mote_import_as_held(c, 0);

    mote_import_give_like(c, 0, mote_import_binary(c, MOTE_OP_NOT_EQUAL, x, x));
}

static void import_is_inf(mote_import_call *c)
{
    const bool above = mote_import_int(c, "detect_positive", 1) != 0, below = mote_import_int(c, "detect_negative", 1) != 0;
    const mote_id x = mote_import_as_held(c, 0);

    if (!above && !below)
        mote_import_refuse(c, "it detects nothing");
    else if (above && below)
        mote_import_give_like(c, 0, mote_import_with(c, MOTE_OP_GREATER, mote_import_unary(c, MOTE_OP_ABS, x), FLT_MAX));
    else
        mote_import_give_like(c, 0,
                              mote_import_with(c, above ? MOTE_OP_GREATER : MOTE_OP_LESS, x, above ? FLT_MAX : -FLT_MAX));
}

static void import_identity(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);

    if (x->known)
        mote_import_give_known(c, 0, x->dtype, &x->shape, x->known);
    else
        mote_import_give_view(c, 0, x, &x->shape, &x->held, x->order);
}

static void import_dropout(mote_import_call *c)
{
    const mote_import_value *training = mote_import_in(c, 2), *ratio = mote_import_in(c, 1);

    if (training && !(training->known && mote_import_integer_at(training, 0) == 0) &&
        !(ratio && ratio->known && mote_import_number_at(ratio, 0) == 0))
        mote_import_refuse(c, "it is in training mode");
    import_identity(c);
}

/* ---- Clip ---- */

static bool read_bound(mote_import_call *c, int32_t i, const char *name, double *bound)
{
    const mote_import_value *value = mote_import_in(c, i);

    if (mote_import_has(c, name))
        *bound = (double)mote_import_float(c, name, 0);
    else if (value && value->known && mote_import_count(&value->shape) == 1)
        *bound = mote_import_number_at(value, 0);
    return !value || value->known;
}

static mote_id fused_clip(mote_import_call *c, mote_id x, double low, double high)
{
    const mote_op_kind kind = low == 0 && high >= (double)FLT_MAX ? MOTE_OP_RELU
                              : low == 0 && high == 6             ? MOTE_OP_RELU6
                              : low == -1 && high == 1            ? MOTE_OP_RELU_N1_TO_1
                              : low == 0 && high == 1             ? MOTE_OP_RELU_0_TO_1
                                                                  : MOTE_OP_COUNT;

    return kind == MOTE_OP_COUNT ? MOTE_NONE : mote_import_unary(c, kind, x);
}

/* A bound that is an operand may have another type than float32. */
static mote_id bound_of(mote_import_call *c, int32_t i, double bound)
{
    const mote_import_value *value = mote_import_in(c, i);

    return value ? mote_import_as_file(c, value) : mote_import_const_float(c, (float)bound);
}

static void import_clip(mote_import_call *c)
{
    double     low = -INFINITY, high = INFINITY;
    const bool low_known = read_bound(c, 1, "min", &low), high_known = read_bound(c, 2, "max", &high);
    mote_id    x = mote_import_as_held(c, 0), y = MOTE_NONE;

    if (low_known && high_known && !mote_import_failed(c) && mote_import_tensor_at(c, x)->dtype == MOTE_F32)
        y = fused_clip(c, x, low, high);
    if (y == MOTE_NONE) {
        y = x;
        if (!low_known || low > -INFINITY)
            y = mote_import_binary(c, MOTE_OP_MAXIMUM, y, bound_of(c, 1, low));
        if (!high_known || high < INFINITY)
            y = mote_import_binary(c, MOTE_OP_MINIMUM, y, bound_of(c, 2, high));
    }
    if (y == x && !mote_import_failed(c))
        import_identity(c);
    else
        mote_import_give_like(c, 0, y);
}

/* ---- types ---- */

static void cast_to(mote_import_call *c, mote_dtype to)
{
    const mote_import_value *x = mote_import_in(c, 0);

    if (x->dtype == to)
        import_identity(c);
    else
        mote_import_give_like(c, 0, mote_import_cast(c, mote_import_as_held(c, 0), to));
}

/* What numbers out of range become is nobody's rule, so constants are left to the kernel as well. */
static void import_cast(mote_import_call *c)
{
    const int32_t    to = mote_import_small(c, "to", 0);
    const mote_dtype dtype = mote_onnx_dtype(to);

    if (dtype == MOTE_DTYPE_COUNT || dtype == MOTE_F16)
        mote_import_refuse(c, "to %s", mote_onnx_type_name(to));
    else
        cast_to(c, dtype);
}

static void import_cast_like(mote_import_call *c)
{
    const mote_dtype dtype = mote_import_in(c, 1)->dtype;

    if (dtype == MOTE_DTYPE_COUNT || dtype == MOTE_F16)
        mote_import_refuse(c, "to a type that is not supported");
    else
        cast_to(c, dtype);
}

/* ---- several operands ---- */

static mote_import_order order_of_all(const mote_import_call *c)
{
    return mote_import_common_order(c, 0, c->in_count, mote_import_highest_rank(c));
}

/* Values of one each along an axis of the other operand, which are added behind what that node computes. */
static const float *as_bias(mote_import_call *c, int32_t i, int32_t channels, int32_t along)
{
    const mote_import_value *value = mote_import_in(c, i);
    const int32_t            axis = value->shape.rank - (mote_import_in(c, 1 - i)->shape.rank - along);
    int32_t                  k;

    if (!value->known || value->dtype != MOTE_F32 || axis < 0 || axis >= value->shape.rank ||
        value->shape.rank > mote_import_in(c, 1 - i)->shape.rank)
        return NULL;
    for (k = 0; k < value->shape.rank; k++)
        if (value->shape.dim[k] != (k == axis ? channels : 1))
            return NULL;
    return value->known;
}

/* Added to the bias that the node has, if that is known; NULL: it is not. */
static const float *plus_own_bias(mote_import_call *c, const mote_node *maker, const float *bias, int32_t channels)
{
    const mote_tensor *own = mote_node_in(c->im->graph, maker, 2);
    float             *sum;
    int32_t            i;

    if (!own)
        return bias;
    if (own->kind != MOTE_CONST || own->dtype != MOTE_F32 || mote_tensor_count(own) != (size_t)channels ||
        !(sum = mote_import_take(c, (size_t)channels, sizeof *sum)))
        return NULL;
    for (i = 0; i < channels; i++)
        sum[i] = ((const float *)own->data)[i] + bias[i];
    return sum;
}

/* An Add of constants behind a convolution or a dense layer becomes its bias, or a part of it. */
static bool fuse_bias(mote_import_call *c, int32_t i)
{
    const mote_import_value *x = mote_import_in(c, 1 - i);
    mote_node               *maker = mote_import_sole_maker(c, x);
    const mote_tensor       *made = maker ? mote_import_tensor_at(c, maker->out[0]) : NULL;
    const int32_t            last = made && made->rank > 0 ? x->order[made->rank - 1] : -1;
    const float             *bias;
    mote_id                  ids[3];

    if (!maker || maker->activation != MRT_ACT_NONE || maker->in_count < 2 || maker->in_count > 3 || made->rank < 1 ||
        (maker->op != MOTE_OP_FULLY_CONNECTED && maker->op != MOTE_OP_CONV_2D && maker->op != MOTE_OP_DEPTHWISE_CONV_2D))
        return false;
    bias = as_bias(c, i, made->dim[made->rank - 1], last);
    bias = bias ? plus_own_bias(c, maker, bias, made->dim[made->rank - 1]) : NULL;
    if (!bias)
        return false;
    ids[0] = maker->in[0];
    ids[1] = maker->in[1];
    ids[2] = mote_import_const(c, MOTE_F32, 1, &made->dim[made->rank - 1], bias);
    if (mote_import_failed(c) || !(maker->in = mote_arena_copy(&c->im->model->arena, ids, 3, sizeof *ids, c->err)))
        return true;
    maker->in_count = 3;
    c->is_fused = true;
    mote_import_give_like(c, 0, x->id);
    if (i == 0) { /* give_like goes by operand 0 */
        mote_import_value *y = mote_import_out(c, 0);
        mote_import_give(c, 0, x->id, x->order);
        y->shape = x->shape;
        y->held = x->held;
    }
    return true;
}

/* Kernels take integers of 8 and 16 bits for real numbers with scales; without scales they are computed with 32. */
static mote_id widened(mote_import_call *c, int32_t i, const mote_import_order *order)
{
    const mote_id    id = mote_import_as_operand(c, mote_import_in(c, i), order);
    const mote_dtype dtype = mote_import_tensor_at(c, id)->dtype;

    return dtype == MOTE_I8 || dtype == MOTE_U8 || dtype == MOTE_I16 ? mote_import_cast(c, id, MOTE_I32) : id;
}

static void import_pairs(mote_import_call *c, mote_op_kind kind)
{
    const mote_import_order order = order_of_all(c);
    const mote_dtype        dtype = mote_import_in(c, 0)->dtype;
    mote_id                 y = widened(c, 0, &order);
    int32_t                 i;

    for (i = 1; i < c->in_count; i++)
        y = mote_import_binary(c, kind, y, widened(c, i, &order));
    if (c->in_count == 1) {
        import_identity(c);
        return;
    }
    if (!mote_import_failed(c) && mote_import_tensor_at(c, y)->dtype == MOTE_I32)
        y = mote_import_cast(c, y, dtype);
    mote_import_give_ranked(c, 0, y, &order);
}

/* The same of a product by constants, which goes into the weights. */
static bool fuse_scale(mote_import_call *c, int32_t i)
{
    const mote_import_value *x = mote_import_in(c, 1 - i);
    const mote_node         *maker = mote_import_sole_maker(c, x);
    const int32_t            last = maker && x->shape.rank > 0 ? x->order[x->shape.rank - 1] : -1;
    const float             *scale = last >= 0 ? as_bias(c, i, x->shape.dim[last], last) : NULL;

    return scale && mote_onnx_scale_maker(c, x, last, scale);
}

static void import_binary(mote_import_call *c)
{
    if (c->row->kind == MOTE_OP_MUL && c->in_count == 2 && (fuse_scale(c, 1) || fuse_scale(c, 0)))
        return;
    if (c->row->kind == MOTE_OP_ADD && c->in_count == 2 && (fuse_bias(c, 1) || fuse_bias(c, 0)))
        return;
    import_pairs(c, (mote_op_kind)c->row->kind);
}

/* Whole numbers are divided towards zero, which is what kernels do. */
static void import_mean(mote_import_call *c)
{
    const mote_import_order order = order_of_all(c);
    mote_id                 y = mote_import_as_operand(c, mote_import_in(c, 0), &order);
    int32_t                 i;

    for (i = 1; i < c->in_count; i++)
        y = mote_import_binary(c, MOTE_OP_ADD, y, mote_import_as_operand(c, mote_import_in(c, i), &order));
    mote_import_give_ranked(c, 0, mote_import_with(c, MOTE_OP_DIV, y, (float)c->in_count), &order);
}

static void import_where(mote_import_call *c)
{
    const mote_import_order order = order_of_all(c);
    const mote_id           condition = mote_import_as_operand(c, mote_import_in(c, 0), &order);
    const mote_id           a = mote_import_as_operand(c, mote_import_in(c, 1), &order);

    mote_import_give_ranked(
        c, 0, mote_import_select(c, condition, a, mote_import_as_operand(c, mote_import_in(c, 2), &order)), &order);
}

/* Slopes repeat as in ONNX; each of a channel's values has the same one. */
static void import_prelu(mote_import_call *c)
{
    const mote_import_order order = mote_import_common_order(c, 0, 1, mote_import_in(c, 0)->shape.rank);
    const mote_id           x = mote_import_as(c, mote_import_in(c, 0), &order);

    mote_import_give(c, 0, mote_import_binary(c, MOTE_OP_PRELU, x, mote_import_as_operand(c, mote_import_in(c, 1), &order)),
                     order.axis);
}

static void import_mod(mote_import_call *c)
{
    if (mote_import_int(c, "fmod", 0) != 0)
        mote_import_refuse(c, "fmod, whose sign is the dividend's");
    else
        import_pairs(c, MOTE_OP_FLOOR_MOD);
}

static mote_id power_of(mote_import_call *c, mote_id x, double power)
{
    mote_id y;
    int32_t i;

    if (power == 2)
        return mote_import_square(c, x);
    if (power == 0.5)
        return mote_import_unary(c, MOTE_OP_SQRT, x);
    if (power == -0.5)
        return mote_import_unary(c, MOTE_OP_RSQRT, x);
    if (power == -1)
        return mote_import_binary(c, MOTE_OP_DIV, mote_import_const_float(c, 1), x);
    if (power != floor(power) || power < 1 || power > 8) {
        mote_import_refuse(c, "to the power of %g: 1 to 8, 0.5, -0.5 and -1 are read", power);
        return MOTE_NONE;
    }
    for (y = x, i = 1; i < (int32_t)power; i++)
        y = mote_import_binary(c, MOTE_OP_MUL, y, x);
    return y;
}

static void import_pow(mote_import_call *c)
{
    const mote_import_value *power = mote_import_in(c, 1);

    if (!power->known || mote_import_count(&power->shape) != 1 || power->shape.rank > mote_import_in(c, 0)->shape.rank)
        mote_import_refuse(c, "the power must be one constant number");
    else if (mote_import_number_at(power, 0) == 1)
        import_identity(c);
    else
        mote_import_give_like(c, 0, power_of(c, mote_import_as_held(c, 0), mote_import_number_at(power, 0)));
}

const mote_import_row mote_onnx_elementwise[] = {
    {"Abs", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_ABS},
    {"Ceil", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_CEIL},
    {"Cos", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_COS},
    {"Exp", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_EXP},
    {"Floor", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_FLOOR},
    {"HardSwish", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_HARD_SWISH},
    {"Log", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_LOG},
    {"Neg", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_NEG},
    {"Not", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_LOGICAL_NOT},
    {"Relu", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_RELU},
    {"Round", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_ROUND},
    {"Sigmoid", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_LOGISTIC},
    {"Sin", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_SIN},
    {"Sqrt", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_SQRT},
    {"Tanh", MOTE_IMPORT_ANY, 1, 1, 1, import_unary, MOTE_OP_TANH},
    {"LeakyRelu", MOTE_IMPORT_ANY, 1, 1, 1, import_leaky_relu, 0},
    {"Gelu", MOTE_IMPORT_ANY, 1, 1, 1, import_gelu, 0},
    {"Elu", MOTE_IMPORT_ANY, 1, 1, 1, import_elu, 0},
    {"Celu", MOTE_IMPORT_ANY, 1, 1, 1, import_celu, 0},
    {"Selu", MOTE_IMPORT_ANY, 1, 1, 1, import_selu, 0},
    {"Softplus", MOTE_IMPORT_ANY, 1, 1, 1, import_softplus, 0},
    {"Softsign", MOTE_IMPORT_ANY, 1, 1, 1, import_softsign, 0},
    {"Mish", MOTE_IMPORT_ANY, 1, 1, 1, import_mish, 0},
    {"Swish", MOTE_IMPORT_ANY, 1, 1, 1, import_swish, 0},
    {"Reciprocal", MOTE_IMPORT_ANY, 1, 1, 1, import_reciprocal, 0},
    {"Sign", MOTE_IMPORT_ANY, 1, 1, 1, import_sign, 0},
    {"HardSigmoid", MOTE_IMPORT_ANY, 1, 1, 1, import_hard_sigmoid, 0},
    {"ThresholdedRelu", MOTE_IMPORT_ANY, 1, 1, 1, import_thresholded_relu, 0},
    {"Shrink", MOTE_IMPORT_ANY, 1, 1, 1, import_shrink, 0},
    {"Tan", MOTE_IMPORT_ANY, 1, 1, 1, import_tan, 0},
    {"Sinh", MOTE_IMPORT_ANY, 1, 1, 1, import_hyperbolic, MOTE_OP_SUB},
    {"Cosh", MOTE_IMPORT_ANY, 1, 1, 1, import_hyperbolic, MOTE_OP_ADD},
    {"Asinh", MOTE_IMPORT_ANY, 1, 1, 1, import_area, 1},
    {"Acosh", MOTE_IMPORT_ANY, 1, 1, 1, import_area, 0},
    {"Atanh", MOTE_IMPORT_ANY, 1, 1, 1, import_atanh, 0},
    {"IsNaN", MOTE_IMPORT_ANY, 1, 1, 1, import_is_nan, 0},
    {"IsInf", MOTE_IMPORT_ANY, 1, 1, 1, import_is_inf, 0},
    {"Erf", MOTE_IMPORT_ANY, 1, 1, 1, import_erf, 0},
    {"Identity", MOTE_IMPORT_ANY, 1, 1, 1, import_identity, 0},
    {"Dropout", MOTE_IMPORT_ANY, 1, 3, 1, import_dropout, 0},
    {"Clip", MOTE_IMPORT_ANY, 1, 3, 1, import_clip, 0},
    {"Cast", MOTE_IMPORT_ANY, 1, 1, 1, import_cast, 0},
    {"CastLike", MOTE_IMPORT_ANY, 2, 2, 1, import_cast_like, 0},
    {"Add", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_ADD},
    {"Sub", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_SUB},
    {"Mul", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_MUL},
    {"Div", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_DIV},
    {"Max", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_binary, MOTE_OP_MAXIMUM},
    {"Min", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_binary, MOTE_OP_MINIMUM},
    {"Sum", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_binary, MOTE_OP_ADD},
    {"Mean", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_mean, 0},
    {"Equal", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_EQUAL},
    {"Greater", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_GREATER},
    {"GreaterOrEqual", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_GREATER_EQUAL},
    {"Less", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_LESS},
    {"LessOrEqual", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_LESS_EQUAL},
    {"And", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_LOGICAL_AND},
    {"Or", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_LOGICAL_OR},
    {"Xor", MOTE_IMPORT_ANY, 2, 2, 1, import_binary, MOTE_OP_NOT_EQUAL},
    {"Mod", MOTE_IMPORT_ANY, 2, 2, 1, import_mod, 0},
    {"Pow", MOTE_IMPORT_ANY, 2, 2, 1, import_pow, 0},
    {"PRelu", MOTE_IMPORT_ANY, 2, 2, 1, import_prelu, 0},
    {"Where", MOTE_IMPORT_ANY, 3, 3, 1, import_where, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
