/* Layers of sequences: shapes, initial values, and what they refuse. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "graph/graph.h"

static mote_builder *begin(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 7}, &err);

    assert_non_null(b);
    return b;
}

static const mote_tensor *tensor_named(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (strcmp(graph->tensors[i].name, name) == 0)
            return &graph->tensors[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static void assert_shape(const mote_model *model, const char *name, const char *shape)
{
    assert_string_equal(mote_shape_show(tensor_named(model, name)).text, shape);
}

static mote_model *finish(mote_builder *b, mote_layer_id x)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static void layers_have_keras_shapes(void **state)
{
    mote_builder              *b = begin();
    mote_layer_id              x = mote_layer_input(b, 1, (int[]){9});
    mote_bidirectional_options both = {.layer = {.type = "lstm"}};
    mote_model                *model;

    (void)state;
    both.layer.as.lstm = (mote_lstm_options){.units = 4, .return_sequences = MOTE_SWITCH_ON};
    x = mote_layer_embedding(b, x, &(mote_embedding_options){.input_dim = 12, .output_dim = 6});
    x = mote_layer_bidirectional(b, x, &both);
    x = mote_layer_multi_head_attention(b, &x, 1,
                                        &(mote_multi_head_attention_options){.num_heads = 2, .key_dim = 3, .value_dim = 5});
    x = mote_layer_gru(b, x, &(mote_gru_options){.units = 5, .return_sequences = MOTE_SWITCH_ON});
    x = mote_layer_simple_rnn(b, x, &(mote_simple_rnn_options){.units = 3});
    model = finish(b, x);
    assert_shape(model, "embedding", "[1,9,6]");
    assert_shape(model, "embedding/embeddings", "[12,6]");
    assert_shape(model, "bidirectional", "[1,9,8]");
    assert_shape(model, "bidirectional/backward_recurrent_kernel", "[16,4]");
    assert_shape(model, "multi_head_attention", "[1,9,8]");
    assert_shape(model, "multi_head_attention/value_kernel", "[10,8]");
    assert_shape(model, "gru", "[1,9,5]");
    assert_shape(model, "gru/bias", "[30]");
    assert_shape(model, "simple_rnn", "[1,3]");
    mote_model_destroy(model);
}

/* Of a [rows, columns] that is taller than wide columns are at right angles, and of length 1. */
static void assert_orthogonal(const mote_tensor *kernel)
{
    const float *values = kernel->data;
    int32_t      a, b, row;

    for (a = 0; a < kernel->dim[1]; a++)
        for (b = 0; b <= a; b++) {
            double sum = 0;
            for (row = 0; row < kernel->dim[0]; row++)
                sum += (double)values[row * kernel->dim[1] + a] * (double)values[row * kernel->dim[1] + b];
            assert_true(fabs(sum - (a == b)) < 1e-6);
        }
}

static void recurrent_kernels_are_orthogonal_and_forget_gates_open(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 2, (int[]){5, 3});
    mote_model   *model;
    const float  *bias;
    int           i;

    (void)state;
    x = mote_layer_lstm(b, x, &(mote_lstm_options){.units = 12, .return_sequences = MOTE_SWITCH_ON});
    x = mote_layer_lstm(b, x, &(mote_lstm_options){.units = 4, .unit_forget_bias = MOTE_SWITCH_OFF});
    model = finish(b, x);
    assert_orthogonal(tensor_named(model, "lstm/recurrent_kernel"));
    assert_orthogonal(tensor_named(model, "lstm_1/recurrent_kernel"));
    bias = tensor_named(model, "lstm/bias")->data;
    for (i = 0; i < 48; i++)
        assert_true(bias[i] == (i >= 12 && i < 24));
    bias = tensor_named(model, "lstm_1/bias")->data;
    for (i = 0; i < 16; i++)
        assert_true(bias[i] == 0);
    mote_model_destroy(model);
}

/* ---- what goes wrong ---- */

static mote_layer_id of_a_vector(mote_builder *b, mote_layer_id x)
{
    return mote_layer_lstm(b, mote_layer_flatten(b, x, NULL), &(mote_lstm_options){.units = 4});
}

static mote_layer_id no_layer_inside(mote_builder *b, mote_layer_id x)
{
    return mote_layer_bidirectional(b, x, &(mote_bidirectional_options){.layer = {.type = "dense"}});
}

static mote_layer_id no_units_inside(mote_builder *b, mote_layer_id x)
{
    return mote_layer_bidirectional(b, x, &(mote_bidirectional_options){.layer = {.type = "gru"}});
}

static mote_layer_id backwards_inside(mote_builder *b, mote_layer_id x)
{
    mote_bidirectional_options both = {.layer = {.type = "gru"}};

    both.layer.as.gru = (mote_gru_options){.units = 3, .go_backwards = MOTE_SWITCH_ON};
    return mote_layer_bidirectional(b, x, &both);
}

static mote_layer_id three_for_attention(mote_builder *b, mote_layer_id x)
{
    return mote_layer_multi_head_attention(b, (mote_layer_id[]){x, x, x}, 3,
                                           &(mote_multi_head_attention_options){.num_heads = 2, .key_dim = 3});
}

static void mistakes_are_told_in_keras_terms(void **state)
{
    static const struct {
        mote_layer_id (*make)(mote_builder *, mote_layer_id);
        const char *text;
    } mistakes[] = {
        {of_a_vector, "layer \"lstm\": takes [time, values], but its input is [15]; add a reshape before it"},
        {no_layer_inside, "layer \"bidirectional\": layer is none of lstm, gru, simple_rnn"},
        {no_units_inside, "layer \"bidirectional\": units is 0; 1 to 4096 are possible"},
        {backwards_inside, "layer \"bidirectional\": its layer must go forwards; the other direction is its copy's"},
        {three_for_attention, "layer \"multi_head_attention\": has 3 inputs; one or two are possible"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        mote_builder *b = begin();
        mote_error    err = {0};
        mote_model   *model;
        mote_layer_id out = mistakes[i].make(b, mote_layer_input(b, 2, (int[]){5, 3}));
        assert_int_not_equal(mote_builder_finish(&model, b, &out, 1, &err), MOTE_OK);
        assert_string_equal(err.text, mistakes[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_keras_shapes),
        cmocka_unit_test(recurrent_kernels_are_orthogonal_and_forget_gates_open),
        cmocka_unit_test(mistakes_are_told_in_keras_terms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
