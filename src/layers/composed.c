/* Activations that no operator of TensorFlow Lite computes, put together of several. Neither they nor their slopes overflow,
 * and at 0 they have the slope that Keras gives them. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "layers/parts.h"

/* One being put together; its output is "NAME/suffix", suffix NULL: the layer's own. */
typedef struct composition {
    const mote_layer_call *call;
    const char            *suffix;
} composition;

typedef struct part_name {
    char text[64];
} part_name;

static part_name name_part(const composition *c, const char *word)
{
    part_name name;

    snprintf(name.text, sizeof name.text, "%s%s%s", c->suffix ? c->suffix : "", c->suffix ? "/" : "", word);
    return name;
}

/* An operator on the way, and the last one. b may be MOTE_NONE. */
static mote_layer_id part(const composition *c, mote_op_kind op, mote_layer_id a, mote_layer_id b, const char *word)
{
    return mote_layer_part(c->call, op, a, b, name_part(c, word).text);
}

static mote_layer_id last(const composition *c, mote_op_kind op, mote_layer_id a, mote_layer_id b)
{
    return mote_layer_part(c->call, op, a, b, c->suffix);
}

static mote_id number(const composition *c, const char *word, double value)
{
    return mote_layer_number(c->call, name_part(c, word).text, value);
}

/* The less of scale e and scale alpha e, e being ELU's answer: alpha is over 1, and where both are 0 the first counts. */
static mote_layer_id selu(const composition *c, mote_layer_id x)
{
    const double  alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
    mote_layer_id e = part(c, MOTE_OP_ELU, x, MOTE_NONE, "elu"), above, below;

    above = part(c, MOTE_OP_MUL, e, number(c, "scale", scale), "above");
    below = part(c, MOTE_OP_MUL, e, number(c, "scale_alpha", scale * alpha), "below");
    return last(c, MOTE_OP_MINIMUM, above, below);
}

static mote_layer_id silu(const composition *c, mote_layer_id x)
{
    return last(c, MOTE_OP_MUL, x, part(c, MOTE_OP_LOGISTIC, x, MOTE_NONE, "sigmoid"));
}

/* relu6(x + 3) / 6 */
static mote_layer_id hard_sigmoid(const composition *c, mote_layer_id x)
{
    mote_id       operands[2] = {x, number(c, "three", 3)};
    mote_node     sum = {.op = MOTE_OP_ADD, .in = operands, .in_count = 2, .activation = MRT_ACT_RELU6};
    mote_layer_id ramp = mote_layer_inner_node(c->call, &sum, name_part(c, "ramp").text);

    return last(c, MOTE_OP_MUL, ramp, number(c, "sixth", 1.0 / 6));
}

/* log(1 + e^x) as -log(sigmoid(-x)), which a large x would make infinite: there it is x, the greater of the two anyway. */
static mote_layer_id softplus_as(const composition *c, mote_layer_id x, const char *word)
{
    mote_layer_id y = part(c, MOTE_OP_NEG, x, MOTE_NONE, "negative");

    y = part(c, MOTE_OP_MAXIMUM, y, number(c, "least", -80), "bounded");
    y = part(c, MOTE_OP_LOG, part(c, MOTE_OP_LOGISTIC, y, MOTE_NONE, "sigmoid"), MOTE_NONE, "log");
    y = part(c, MOTE_OP_NEG, y, MOTE_NONE, "positive");
    return word ? part(c, MOTE_OP_MAXIMUM, x, y, word) : last(c, MOTE_OP_MAXIMUM, x, y);
}

static mote_layer_id softsign(const composition *c, mote_layer_id x)
{
    mote_layer_id size = part(c, MOTE_OP_ABS, x, MOTE_NONE, "abs");

    return last(c, MOTE_OP_DIV, x, part(c, MOTE_OP_ADD, size, number(c, "one", 1), "sum"));
}

static mote_layer_id mish(const composition *c, mote_layer_id x)
{
    mote_layer_id y = part(c, MOTE_OP_TANH, softplus_as(c, x, "softplus"), MOTE_NONE, "tanh");

    return last(c, MOTE_OP_MUL, x, y);
}

static mote_layer_id leaky_relu(const composition *c, mote_layer_id x)
{
    mote_node node = {.op = MOTE_OP_LEAKY_RELU, .in = &x, .in_count = 1, .as.leaky_relu.alpha = 0.2f};

    return c->suffix ? mote_layer_inner_node(c->call, &node, c->suffix) : mote_layer_node(c->call, &node);
}

mote_layer_id mote_layer_composed(const mote_layer_call *call, mote_layer_id x, mote_activation activation,
                                  const char *suffix)
{
    const composition c = {call, suffix};

    switch (activation) {
    case MOTE_ACTIVATION_SELU:
        return selu(&c, x);
    case MOTE_ACTIVATION_SILU:
        return silu(&c, x);
    case MOTE_ACTIVATION_HARD_SIGMOID:
        return hard_sigmoid(&c, x);
    case MOTE_ACTIVATION_SOFTPLUS:
        return softplus_as(&c, x, NULL);
    case MOTE_ACTIVATION_SOFTSIGN:
        return softsign(&c, x);
    case MOTE_ACTIVATION_MISH:
        return mish(&c, x);
    default:
        return leaky_relu(&c, x);
    }
}
