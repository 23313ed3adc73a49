/* simple_rnn, lstm, gru, bidirectional: Keras' SimpleRNN, LSTM, GRU, Bidirectional. Each direction is one operator, whose
 * gates' weights lie side by side, as in Keras. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "layers/builder.h"
#include "math/math.h"

static const mote_word function_words[] = {{"linear", MOTE_CELL_LINEAR},
                                           {"tanh", MOTE_CELL_TANH},
                                           {"sigmoid", MOTE_CELL_SIGMOID},
                                           {"relu", MOTE_CELL_RELU},
                                           {NULL, 0}};

static const int32_t curves[] = {[MOTE_CELL_LINEAR] = MOTE_MATH_CURVE_LINEAR,
                                 [MOTE_CELL_TANH] = MOTE_MATH_CURVE_TANH,
                                 [MOTE_CELL_SIGMOID] = MOTE_MATH_CURVE_SIGMOID,
                                 [MOTE_CELL_RELU] = MOTE_MATH_CURVE_RELU};

/* ---- one direction ---- */

/* What all three are. */
typedef struct direction {
    int32_t                  units, gates;
    mrt_recurrent_attributes as;
    bool                     has_bias, forgets_late; /* the forget gate's bias begins at 1 */
    mote_initializer         kernel, recurrent, bias;
    const char              *prefix; /* of the weights' names */
} direction;

static mote_id add_weight(const mote_layer_call *call, const direction *d, const char *name, const mote_weight *like)
{
    char        full[64];
    mote_weight weight = *like;

    snprintf(full, sizeof full, "%s%s", d->prefix, name);
    weight.name = full;
    return mote_layer_weight(call, &weight);
}

static void open_forget_gate(const mote_layer_call *call, mote_id bias, int32_t units)
{
    float  *values = bias == MOTE_NONE ? NULL : mote_builder_graph(call->builder)->tensors[bias].data;
    int32_t i;

    for (i = 0; values && i < units; i++)
        values[units + i] = 1;
}

static mote_id add_bias(const mote_layer_call *call, const direction *d)
{
    const int32_t rows = d->as.cell == MOTE_MATH_GRU && d->as.resets_after ? 2 : 1, count = rows * d->gates * d->units;
    mote_weight   weight = {.rank = 1, .dim = {count}, .initializer = d->bias, .fan_in = count, .fan_out = count};
    mote_id       bias;

    if (rows > 1) { /* Keras has a row for each of them */
        weight.fan_in = rows;
        weight.fan_out = d->gates * d->units;
        weight.keras = (mote_weight_layout){.rank = 2, .dim = {rows, count / rows}, .order = "01"};
    }
    bias = add_weight(call, d, "bias", &weight);
    if (d->forgets_late)
        open_forget_gate(call, bias, d->units);
    return bias;
}

static mote_layer_id add_direction(const mote_layer_call *call, const direction *d, const char *suffix)
{
    const int32_t in_count = mote_layer_channels(call), out_count = d->gates * d->units;
    mote_id       operands[4] = {call->in[0], MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_RECURRENT, .in = operands, .in_count = 4, .as.recurrent = d->as};

    operands[1] = add_weight(
        call, d, "kernel",
        &(mote_weight){
            .rank = 2, .dim = {out_count, in_count}, .initializer = d->kernel, .fan_in = in_count, .fan_out = out_count});
    operands[2] = add_weight(
        call, d, "recurrent_kernel",
        &(mote_weight){
            .rank = 2, .dim = {out_count, d->units}, .initializer = d->recurrent, .fan_in = d->units, .fan_out = out_count});
    if (d->has_bias)
        operands[3] = add_bias(call, d);
    return suffix ? mote_layer_inner_node(call, &node, suffix) : mote_layer_node(call, &node);
}

static bool takes_steps(const mote_layer_call *call)
{
    if (mote_layer_in(call, 0)->rank == 3)
        return true;
    mote_layer_fail(call, MOTE_ERR_USAGE, "takes [time, values], but its input is %s; add a reshape before it",
                    mote_layer_shape(call, 0).text);
    return false;
}

/* The options that all three have. */
#define COMMON(o, KIND, count)                                                                                              \
    .units = (o)->units, .gates = (count), .has_bias = (o)->use_bias == MOTE_SWITCH_ON, .kernel = (o)->kernel_initializer,  \
    .recurrent = (o)->recurrent_initializer, .bias = (o)->bias_initializer, .prefix = "",                                   \
    .as = {.cell = (KIND),                                                                                                  \
           .activation = curves[(o)->activation],                                                                           \
           .returns_sequences = (o)->return_sequences == MOTE_SWITCH_ON,                                                    \
           .goes_backwards = (o)->go_backwards == MOTE_SWITCH_ON,                                                           \
           .dropout = (o)->dropout}

static direction simple_rnn(const mote_simple_rnn_options *o)
{
    return (direction){COMMON(o, MOTE_MATH_RNN, 1)};
}

static direction lstm(const mote_lstm_options *o)
{
    direction d = {COMMON(o, MOTE_MATH_LSTM, 4)};

    d.forgets_late = o->unit_forget_bias == MOTE_SWITCH_ON;
    d.as.recurrent_activation = curves[o->recurrent_activation];
    return d;
}

static direction gru(const mote_gru_options *o)
{
    direction d = {COMMON(o, MOTE_MATH_GRU, 3)};

    d.as.resets_after = o->reset_after == MOTE_SWITCH_ON;
    d.as.recurrent_activation = curves[o->recurrent_activation];
    return d;
}

static mote_layer_id add_alone(const mote_layer_call *call, direction d)
{
    return takes_steps(call) ? add_direction(call, &d, NULL) : MOTE_NO_LAYER;
}

static mote_layer_id add_simple_rnn(const mote_layer_call *call, const void *options)
{
    return add_alone(call, simple_rnn(options));
}

static mote_layer_id add_lstm(const mote_layer_call *call, const void *options)
{
    return add_alone(call, lstm(options));
}

static mote_layer_id add_gru(const mote_layer_call *call, const void *options)
{
    return add_alone(call, gru(options));
}

/* ---- both directions ---- */

/* Whether the inner layer is the one that is added; its kind was checked. */
static direction direction_of(const mote_inner_layer *inner)
{
    const mote_layer_type *type = mote_layer_type_find(inner->type);

    return type == &mote_layer_type_lstm  ? lstm(&inner->as.lstm)
           : type == &mote_layer_type_gru ? gru(&inner->as.gru)
                                          : simple_rnn(&inner->as.simple_rnn);
}

static mote_layer_id merge(const mote_layer_call *call, mote_merge_mode mode, mote_id *both)
{
    mote_node node = {.op = MOTE_OP_ADD, .in = both, .in_count = 2};

    if (both[0] == MOTE_NO_LAYER || both[1] == MOTE_NO_LAYER)
        return MOTE_NO_LAYER;
    if (mode == MOTE_MERGE_CONCAT) {
        node.op = MOTE_OP_CONCATENATION;
        node.as.concatenation.axis = mote_builder_graph(call->builder)->tensors[both[0]].rank - 1;
    }
    return mote_layer_node(call, &node);
}

static mote_layer_id add_bidirectional(const mote_layer_call *call, const void *options)
{
    const mote_bidirectional_options *o = options;
    direction                         d = direction_of(&o->layer);
    mote_id                           both[2];

    if (!takes_steps(call))
        return MOTE_NO_LAYER;
    d.as.keeps_time = 1;
    d.prefix = "forward_";
    if (d.as.goes_backwards)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "its layer must go forwards; the other direction is its copy's");
    both[0] = add_direction(call, &d, "forward");
    d.prefix = "backward_";
    d.as.goes_backwards = 1;
    both[1] = add_direction(call, &d, "backward");
    return merge(call, o->merge_mode, both);
}

/* ---- keys ---- */

#define SWITCH(T, key, value)      MOTE_KEY(#key, T, key, .words = mote_switch_words, .standard = (value))
#define FUNCTION(T, key, value)    MOTE_KEY(#key, T, key, .words = function_words, .standard = (value))
#define INITIALIZER(T, key, value) MOTE_KEY(#key, T, key, .words = mote_initializer_words, .standard = (value))
#define COMMON_KEYS(T)                                                                                                      \
    SWITCH(T, use_bias, MOTE_SWITCH_ON), INITIALIZER(T, kernel_initializer, MOTE_INITIALIZER_GLOROT_UNIFORM),               \
        MOTE_KEY("recurrent_initializer", T, recurrent_initializer, .words = mote_matrix_initializer_words,                 \
                 .standard = MOTE_INITIALIZER_ORTHOGONAL),                                                                  \
        INITIALIZER(T, bias_initializer, MOTE_INITIALIZER_ZEROS), MOTE_KEY("dropout", T, dropout, .min = 0, .max = 0.99),   \
        SWITCH(T, return_sequences, MOTE_SWITCH_OFF), SWITCH(T, go_backwards, MOTE_SWITCH_OFF)
#define UNITS(T) MOTE_KEY("units", T, units, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .is_required = true)

static const mote_key simple_rnn_keys[] = {
    UNITS(mote_simple_rnn_options),
    FUNCTION(mote_simple_rnn_options, activation, MOTE_CELL_TANH),
    COMMON_KEYS(mote_simple_rnn_options),
    {0},
};

static const mote_key lstm_keys[] = {
    UNITS(mote_lstm_options),
    FUNCTION(mote_lstm_options, activation, MOTE_CELL_TANH),
    FUNCTION(mote_lstm_options, recurrent_activation, MOTE_CELL_SIGMOID),
    COMMON_KEYS(mote_lstm_options),
    SWITCH(mote_lstm_options, unit_forget_bias, MOTE_SWITCH_ON),
    {0},
};

static const mote_key gru_keys[] = {
    UNITS(mote_gru_options),
    FUNCTION(mote_gru_options, activation, MOTE_CELL_TANH),
    FUNCTION(mote_gru_options, recurrent_activation, MOTE_CELL_SIGMOID),
    COMMON_KEYS(mote_gru_options),
    SWITCH(mote_gru_options, reset_after, MOTE_SWITCH_ON),
    {0},
};

static const mote_word inner_words[] = {{"lstm", 0}, {"gru", 0}, {"simple_rnn", 0}, {NULL, 0}};
static const mote_word merge_words[] = {{"concat", MOTE_MERGE_CONCAT}, {"sum", MOTE_MERGE_SUM}, {NULL, 0}};

static const mote_key bidirectional_keys[] = {
    MOTE_KEY("layer", mote_bidirectional_options, layer, .words = inner_words, .is_required = true),
    MOTE_KEY("merge_mode", mote_bidirectional_options, merge_mode, .words = merge_words),
    {0},
};

const mote_layer_type mote_layer_type_simple_rnn = {.name = "simple_rnn",
                                                    .keras_class = "SimpleRNN",
                                                    .options_bytes = sizeof(mote_simple_rnn_options),
                                                    .keys = simple_rnn_keys,
                                                    .add = add_simple_rnn};
const mote_layer_type mote_layer_type_lstm = {
    .name = "lstm", .keras_class = "LSTM", .options_bytes = sizeof(mote_lstm_options), .keys = lstm_keys, .add = add_lstm};
const mote_layer_type mote_layer_type_gru = {
    .name = "gru", .keras_class = "GRU", .options_bytes = sizeof(mote_gru_options), .keys = gru_keys, .add = add_gru};
const mote_layer_type mote_layer_type_bidirectional = {.name = "bidirectional",
                                                       .keras_class = "Bidirectional",
                                                       .options_bytes = sizeof(mote_bidirectional_options),
                                                       .keys = bidirectional_keys,
                                                       .add = add_bidirectional};
