/* Activations, by Keras' names, and the layers that are nothing else. What no operator of TensorFlow Lite computes is put
 * together from several, by formulas that do not overflow.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/keras/layer.h"
#include "layers/parts.h"

/* ---- formulas ---- */

static mote_id times(mote_keras_call *k, mote_id x, double factor)
{
    return factor == 1 ? x : mote_keras_binary(k, MOTE_OP_MUL, x, mote_keras_scalar(k, factor));
}

static mote_id plus(mote_keras_call *k, mote_id x, double term)
{
    return term == 0 ? x : mote_keras_binary(k, MOTE_OP_ADD, x, mote_keras_scalar(k, term));
}

static mote_id relu(mote_keras_call *k, mote_id x)
{
    return mote_keras_unary(k, MOTE_OP_RELU, x);
}

static mote_id same(mote_keras_call *k, mote_id x)
{
    (void)k;
    return x;
}

static mote_id leaky_of(mote_keras_call *k, mote_id x, double slope)
{
    return mote_keras_node(
        k, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .in = &x, .in_count = 1, .as.leaky_relu.alpha = (float)slope});
}

/* x where x > 0, factor (exp(x) - 1) elsewhere: ELU's answer has the sign of x. */
static mote_id elu_of(mote_keras_call *k, mote_id x, double factor)
{
    x = mote_keras_unary(k, MOTE_OP_ELU, x);
    return factor == 1 ? x : leaky_of(k, x, factor);
}

static mote_id elu(mote_keras_call *k, mote_id x)
{
    return elu_of(k, x, 1);
}

/* What is to be trained has the form of layers/composed.c, whose slope at 0 is Keras' and whose slope is a number
 * everywhere; what only runs has fewer operators. A call may have several, so their names are told apart. */
static mote_id composed(mote_keras_call *k, mote_id x, mote_activation activation)
{
    char suffix[32];

    snprintf(suffix, sizeof suffix, "activation_%d", (int)k->node_count++);
    return mote_layer_composed(&k->base, x, activation, suffix);
}

static mote_id selu(mote_keras_call *k, mote_id x)
{
    if (!k->reader->is_to_run)
        return composed(k, x, MOTE_ACTIVATION_SELU);
    return times(k, elu_of(k, x, 1.6732632423543772848170429916717), 1.0507009873554804934193349852946);
}

/* log(1 + exp(x)) as max(x, 0) - log(sigmoid(|x|)): nothing overflows. */
static mote_id softplus(mote_keras_call *k, mote_id x)
{
    mote_id s;

    if (!k->reader->is_to_run)
        return composed(k, x, MOTE_ACTIVATION_SOFTPLUS);
    s = mote_keras_unary(k, MOTE_OP_LOGISTIC, mote_keras_unary(k, MOTE_OP_ABS, x));
    return mote_keras_binary(k, MOTE_OP_SUB, relu(k, x), mote_keras_unary(k, MOTE_OP_LOG, s));
}

static mote_id softsign(mote_keras_call *k, mote_id x)
{
    return mote_keras_binary(k, MOTE_OP_DIV, x, plus(k, mote_keras_unary(k, MOTE_OP_ABS, x), 1));
}

static mote_id exponential(mote_keras_call *k, mote_id x)
{
    return mote_keras_unary(k, MOTE_OP_EXP, x);
}

static mote_id silu(mote_keras_call *k, mote_id x)
{
    return mote_keras_binary(k, MOTE_OP_MUL, x, mote_keras_unary(k, MOTE_OP_LOGISTIC, x));
}

static mote_id gelu_as(mote_keras_call *k, mote_id x, bool is_approximate)
{
    return mote_keras_node(k,
                           &(mote_node){.op = MOTE_OP_GELU, .in = &x, .in_count = 1, .as.gelu.approximate = is_approximate});
}

static mote_id gelu(mote_keras_call *k, mote_id x)
{
    return gelu_as(k, x, false);
}

/* x tanh(log(1 + exp(x))): where the exponential is infinite, or the largest number, the tangent is 1 as it should be. */
static mote_id mish(mote_keras_call *k, mote_id x)
{
    mote_id s;

    if (!k->reader->is_to_run)
        return composed(k, x, MOTE_ACTIVATION_MISH);
    s = mote_keras_unary(k, MOTE_OP_LOG, plus(k, mote_keras_unary(k, MOTE_OP_EXP, x), 1));
    return mote_keras_binary(k, MOTE_OP_MUL, x, mote_keras_unary(k, MOTE_OP_TANH, s));
}

static mote_id log_softmax(mote_keras_call *k, mote_id x)
{
    return mote_keras_unary(k, MOTE_OP_LOG_SOFTMAX, x);
}

static mote_id leaky_relu(mote_keras_call *k, mote_id x)
{
    return leaky_of(k, x, 0.2);
}

/* Keras 3: relu6(x + 3) / 6; Keras 2: x / 5 + 1/2 between 0 and 1. */
static mote_id hard_sigmoid(mote_keras_call *k, mote_id x)
{
    if (k->reader->is_version_3)
        return times(k, mote_keras_unary(k, MOTE_OP_RELU6, plus(k, x, 3)), 1.0 / 6);
    return mote_keras_clip(k, plus(k, times(k, x, 0.2), 0.5), 0, 1);
}

static mote_id hard_tanh(mote_keras_call *k, mote_id x)
{
    return mote_keras_clip(k, x, -1, 1);
}

/* log(sigmoid(x)), which is x where the sigmoid is too small for a float, and never more. */
static mote_id log_sigmoid(mote_keras_call *k, mote_id x)
{
    mote_id s = mote_keras_unary(k, MOTE_OP_LOGISTIC, mote_keras_clip(k, x, -80, INFINITY));

    return mote_keras_binary(k, MOTE_OP_MINIMUM, x, mote_keras_unary(k, MOTE_OP_LOG, s));
}

static mote_id tanh_shrink(mote_keras_call *k, mote_id x)
{
    return mote_keras_binary(k, MOTE_OP_SUB, x, mote_keras_unary(k, MOTE_OP_TANH, x));
}

static mote_id soft_shrink(mote_keras_call *k, mote_id x)
{
    return mote_keras_binary(k, MOTE_OP_SUB, x, mote_keras_clip(k, x, -0.5, 0.5));
}

/* x where |x| > 1/2, 0 elsewhere. */
static mote_id hard_shrink(mote_keras_call *k, mote_id x)
{
    mote_id is_above = mote_keras_binary(k, MOTE_OP_GREATER, mote_keras_unary(k, MOTE_OP_ABS, x), mote_keras_scalar(k, 0.5));
    mote_id in[3] = {is_above, x, mote_keras_scalar(k, 0)};

    return mote_keras_node(k, &(mote_node){.op = MOTE_OP_SELECT_V2, .in = in, .in_count = 3});
}

static mote_id squareplus(mote_keras_call *k, mote_id x)
{
    mote_id root = mote_keras_unary(k, MOTE_OP_SQRT, plus(k, mote_keras_unary(k, MOTE_OP_SQUARE, x), 4));

    return times(k, mote_keras_binary(k, MOTE_OP_ADD, x, root), 0.5);
}

/* ((c + 1) / 2)^2 + max(x - 1, 0), c being x between -1 and 1. */
static mote_id sparse_plus(mote_keras_call *k, mote_id x)
{
    mote_id inner = mote_keras_unary(k, MOTE_OP_SQUARE, times(k, plus(k, mote_keras_clip(k, x, -1, 1), 1), 0.5));

    return mote_keras_binary(k, MOTE_OP_ADD, inner, relu(k, plus(k, x, -1)));
}

static mote_id sparse_sigmoid(mote_keras_call *k, mote_id x)
{
    return times(k, plus(k, mote_keras_clip(k, x, -1, 1), 1), 0.5);
}

static mote_id glu(mote_keras_call *k, mote_id x)
{
    mote_id halves[2];

    mote_keras_split(k, x, mote_keras_tensor(k, x)->rank - 1, 2, halves);
    return mote_keras_binary(k, MOTE_OP_MUL, halves[0], mote_keras_unary(k, MOTE_OP_LOGISTIC, halves[1]));
}

static mote_id softmax(mote_keras_call *k, mote_id x)
{
    return mote_keras_softmax(k, x, -1);
}

#define ONE(name, KIND)                                                                                                     \
    static mote_id name(mote_keras_call *k, mote_id x)                                                                      \
    {                                                                                                                       \
        return mote_keras_unary(k, MOTE_OP_##KIND, x);                                                                      \
    }
ONE(relu6, RELU6)
ONE(sigmoid, LOGISTIC)
ONE(hyperbolic_tangent, TANH)
ONE(hard_silu, HARD_SWISH)
#undef ONE

/* ---- the table ---- */

static const struct {
    const char *name;
    mote_id (*add)(mote_keras_call *k, mote_id x);
} activations[] = {
    {"linear", same},
    {"relu", relu},
    {"relu6", relu6},
    {"sigmoid", sigmoid},
    {"tanh", hyperbolic_tangent},
    {"softmax", softmax},
    {"hard_silu", hard_silu},
    {"hard_swish", hard_silu},
    {"celu", elu},
    {"elu", elu},
    {"exponential", exponential},
    {"gelu", gelu},
    {"glu", glu},
    {"hard_shrink", hard_shrink},
    {"hard_sigmoid", hard_sigmoid},
    {"hard_tanh", hard_tanh},
    {"leaky_relu", leaky_relu},
    {"log_sigmoid", log_sigmoid},
    {"log_softmax", log_softmax},
    {"mish", mish},
    {"selu", selu},
    {"silu", silu},
    {"swish", silu},
    {"soft_shrink", soft_shrink},
    {"softplus", softplus},
    {"softsign", softsign},
    {"sparse_plus", sparse_plus},
    {"sparse_sigmoid", sparse_sigmoid},
    {"squareplus", squareplus},
    {"tanh_shrink", tanh_shrink},
};

enum { COUNT = sizeof activations / sizeof *activations };

/* "relu", {"class_name": "function", "config": "relu"}; NULL: a layer, or something else. */
static const char *name_of(mote_keras_call *k, const char *key)
{
    json_t *value = mote_keras_get(k, key);

    if (!value)
        return "linear";
    if (json_is_object(value))
        value = json_object_get(value, "config");
    return json_string_value(value);
}

static int find(const char *name)
{
    int i;

    for (i = 0; name && i < COUNT; i++)
        if (strcmp(activations[i].name, name) == 0)
            return i;
    return -1;
}

mote_id mote_keras_activate_by_name(mote_keras_call *k, const char *name, mote_id x)
{
    const int i = find(name);

    if (i >= 0)
        return activations[i].add(k, x);
    if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "activation %s is not supported", mote_show_string(name).text);
    return x;
}

mote_id mote_keras_activate(mote_keras_call *k, const char *key, mote_id x)
{
    const char *name = name_of(k, key);

    if (!name && json_is_object(mote_keras_get(k, key)))
        return mote_keras_call_inner(k, mote_keras_get(k, key), "", 0, x);
    return mote_keras_activate_by_name(k, name, x);
}

/* ---- layers ---- */

MOTE_KERAS_FUNCTION(activation)
{
    mote_keras_return(k, mote_keras_activate(k, "activation", MOTE_KERAS_IN(k)));
}

static mote_id relu_of(mote_keras_call *k, mote_id x, double slope, double threshold, double max)
{
    mote_id in[3];

    if (threshold == 0 && slope == 0)
        return mote_keras_clip(k, x, 0, max);
    if (threshold == 0 && isinf(max))
        return leaky_of(k, x, slope);
    if (threshold == 0) /* min(x, max) where x >= 0 */
        return leaky_of(k, mote_keras_clip(k, x, -INFINITY, max), slope);
    in[0] = mote_keras_binary(k, MOTE_OP_GREATER, x, mote_keras_scalar(k, threshold));
    in[1] = x;
    in[2] = slope == 0 ? mote_keras_scalar(k, 0) : times(k, plus(k, x, -threshold), slope);
    x = mote_keras_node(k, &(mote_node){.op = MOTE_OP_SELECT_V2, .in = in, .in_count = 3});
    return isinf(max) ? x : mote_keras_clip(k, x, -INFINITY, max);
}

/* Of channels_first: before the turn back, so that the next layer's turn undoes it. Values do not care. */
static mote_id peel(mote_keras_call *k, bool *is_turned)
{
    const mote_id before = mote_keras_before_turn(k, MOTE_KERAS_IN(k));

    *is_turned = before != MOTE_NONE;
    return *is_turned ? before : MOTE_KERAS_IN(k);
}

MOTE_KERAS_FUNCTION(relu)
{
    const double max = mote_keras_get(k, "max_value") ? mote_keras_number(k, "max_value", 0) : INFINITY;
    const double slope = mote_keras_number(k, "negative_slope", 0), threshold = mote_keras_number(k, "threshold", 0);

    bool    is_turned;
    mote_id x = peel(k, &is_turned);

    mote_keras_return(k, mote_keras_to_first(k, relu_of(k, x, slope, threshold, max), is_turned));
}

/* Keras 2 calls the slope alpha. */
MOTE_KERAS_FUNCTION(leaky_relu)
{
    const double slope = mote_keras_number(k, "negative_slope", mote_keras_number(k, "alpha", 0.3));

    mote_keras_return(k, leaky_of(k, MOTE_KERAS_IN(k), slope));
}

MOTE_KERAS_FUNCTION(elu)
{
    mote_keras_return(k, elu_of(k, MOTE_KERAS_IN(k), mote_keras_number(k, "alpha", 1)));
}

MOTE_KERAS_FUNCTION(softmax)
{
    int32_t axes[MOTE_RANK_MAX] = {-1};

    if (mote_keras_ints(k, "axis", axes, MOTE_RANK_MAX) > 1)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "softmax over several axes is not supported");
    mote_keras_return(k, mote_keras_softmax(k, MOTE_KERAS_IN(k), axes[0]));
}

MOTE_KERAS_FUNCTION(prelu)
{
    static const mote_keras_array arrays[] = {{.name = "alpha", .index = 0}};
    const mote_tensor             in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));
    int32_t                       shared[MOTE_RANK_MAX] = {0}, dim[MOTE_RANK_MAX], i;
    const int32_t                 count = mote_keras_ints(k, "shared_axes", shared, MOTE_RANK_MAX);

    if (in.rank > 5) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its input has %d axes, more than 5", (int)in.rank);
        return;
    }
    memcpy(dim, in.dim + 1, sizeof dim - sizeof *dim);
    for (i = 0; i < count; i++)
        dim[mote_keras_axis(k, shared[i], in.rank) - 1] = 1;
    MOTE_KERAS_ARRAYS(k, arrays);
    mote_keras_return(
        k, mote_keras_binary(k, MOTE_OP_PRELU, MOTE_KERAS_IN(k), mote_keras_weight(k, "alpha", in.rank - 1, dim, false)));
}

/* ---- operators of functional graphs ---- */

/* keras.ops.leaky_relu(x, negative_slope=0.2), tf.nn.leaky_relu(features, alpha=0.2) */
static double number_argument(mote_keras_call *k, size_t place, const char *name, double standard)
{
    json_t *value = mote_keras_argument(k, place, name);

    if (!value)
        return standard;
    if (!json_is_number(value))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%s is no number", name);
    return json_number_value(value);
}

MOTE_KERAS_FUNCTION(op_leaky_relu)
{
    const double slope = number_argument(k, 1, "alpha", number_argument(k, 1, "negative_slope", 0.2));

    mote_keras_return(k, leaky_of(k, mote_keras_operand(k, mote_keras_argument(k, 0, "x")), slope));
}

MOTE_KERAS_FUNCTION(op_elu)
{
    mote_id x = mote_keras_operand(k, mote_keras_argument(k, 0, "x"));

    mote_keras_return(k, elu_of(k, x, number_argument(k, 1, "alpha", number_argument(k, 1, "alpha", 1))));
}

MOTE_KERAS_FUNCTION(op_gelu)
{
    mote_id    x = mote_keras_operand(k, mote_keras_argument(k, 0, "x"));
    json_t    *approximate = mote_keras_argument(k, 1, "approximate");
    const bool standard = k->reader->is_version_3;

    mote_keras_return(k, gelu_as(k, x, approximate ? json_is_true(approximate) : standard));
}

MOTE_KERAS_FUNCTION(op_softmax)
{
    mote_id x = mote_keras_operand(k, mote_keras_argument(k, 0, "x"));
    json_t *axis = mote_keras_argument(k, 1, "axis");

    mote_keras_return(k, mote_keras_softmax(k, x, axis ? mote_keras_whole(k, axis, "axis") : -1));
}

/* keras.ops and tf.nn's functions of one argument, by the class' or function's name. */
MOTE_KERAS_FUNCTION(op_activation)
{
    static const char *const names[][2] = {
        {"Relu", "relu"},
        {"nn.relu", "relu"},
        {"Relu6", "relu6"},
        {"nn.relu6", "relu6"},
        {"Sigmoid", "sigmoid"},
        {"math.sigmoid", "sigmoid"},
        {"nn.sigmoid", "sigmoid"},
        {"Softplus", "softplus"},
        {"Silu", "silu"},
        {"nn.silu", "silu"},
        {"nn.softplus", "softplus"},
        {"math.softplus", "softplus"},
        {"Softsign", "softsign"},
        {"nn.softsign", "softsign"},
        {"HardSigmoid", "hard_sigmoid"},
        {"HardSilu", "hard_silu"},
        {"Selu", "selu"},
        {"nn.selu", "selu"},
        {"LogSigmoid", "log_sigmoid"},
        {"LogSoftmax", "log_softmax"},
        {"nn.log_softmax", "log_softmax"},
        {"nn.elu", "elu"},
        {"HardTanh", "hard_tanh"},
        {"TanhShrink", "tanh_shrink"},
        {"SparsePlus", "sparse_plus"},
        {"SparseSigmoid", "sparse_sigmoid"},
        {"Mish", "mish"},
    };
    mote_id x = mote_keras_operand(k, mote_keras_argument(k, 0, "x"));
    size_t  i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], k->layer->type->class_name) == 0)
            mote_keras_return(k, mote_keras_activate_by_name(k, names[i][1], x));
}
