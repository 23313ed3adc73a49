/* From TRAIN to INFER: the network computes the same with BatchNormalization folded, Dropout gone, activations fused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include "train/network.h"
#include "running.h"

enum { BATCH = 3, RANDOM_NETWORKS = 60 };

/* ---- helpers ---- */

static int count_op(const mote_model *model, mote_op_kind op)
{
    int     count = 0;
    int32_t i;

    for (i = 0; i < model->graphs[0].node_count; i++)
        count += model->graphs[0].nodes[i].op == op;
    return count;
}

static const mote_node *only_node(const mote_model *model, mote_op_kind op)
{
    const mote_node *found = NULL;
    int32_t          i;

    assert_int_equal(count_op(model, op), 1);
    for (i = 0; i < model->graphs[0].node_count; i++)
        if (model->graphs[0].nodes[i].op == op)
            found = &model->graphs[0].nodes[i];
    return found;
}

/* Runs the trained network over a batch as training's own kernels do, and what infer makes of it sample by sample: every
 * output within 1e-5 of the largest. Returns the inference form. */
static mote_model *assert_same_answers(mote_model *trained, uint64_t number)
{
    mote_network        *network;
    mote_network_options options = {.math = mote_math_select("baseline"), .capacity = BATCH};
    mote_network_pass    pass = {.batch = BATCH};
    mote_error           err = {0};
    mote_model          *model = NULL;
    mote_runner         *runner;
    const mote_graph    *graph = &trained->graphs[0];
    size_t               in_count = mote_model_input(trained, 0).count, b, i;
    network_dice         dice = network_dice_of(number + 1000);
    int32_t              o;

    if (mote_network_create(&network, trained, &options, &err) != MOTE_OK ||
        mote_model_freeze(&model, trained, &err) != MOTE_OK)
        fail_msg("network %d: %s", (int)number, err.text);
    assert_int_equal(model->stage, MOTE_STAGE_INFER);
    assert_int_equal(count_op(model, MOTE_OP_BATCH_NORMALIZATION) + count_op(model, MOTE_OP_DROPOUT), 0);
    for (i = 0; i < BATCH * in_count; i++)
        network->value[graph->inputs[0]][i] = roll_between(&dice, -1, 2);
    mote_network_forward(network, &pass);
    runner = network_runner(model, NULL);
    for (b = 0; b < BATCH; b++) {
        memcpy(mote_runner_input(runner, 0), network->value[graph->inputs[0]] + b * in_count, in_count * sizeof(float));
        invoke_model(runner);
        for (o = 0; o < graph->output_count; o++) {
            size_t       count = mote_model_output(model, o).count;
            const float *wanted = network->value[graph->outputs[o]] + b * count, *got = mote_runner_output(runner, o);
            double       largest = 1;
            for (i = 0; i < count; i++)
                largest = fmax(largest, fabs((double)wanted[i]));
            for (i = 0; i < count; i++)
                if (!(fabs((double)wanted[i] - (double)got[i]) <= 1e-5 * largest))
                    fail_msg("network %d, output %d, element %zu: %g, trained %g", (int)number, o, i, (double)got[i],
                             (double)wanted[i]);
        }
    }
    mote_runner_destroy(runner);
    mote_network_destroy(network);
    mote_model_destroy(trained);
    return model;
}

static mote_builder *begin(void)
{
    mote_error err = {0};

    return mote_builder_create(&(mote_builder_options){.seed = 3, .name = "net"}, &err);
}

static mote_model *end(mote_builder *b, mote_layer_id out)
{
    network_dice dice = network_dice_of(17);

    return network_finish(b, &out, 1, &dice);
}

/* ---- folding ---- */

typedef enum weighted { CONV, DEPTHWISE, DENSE } weighted;

static mote_layer_id add_weighted(mote_builder *b, mote_layer_id x, weighted kind, mote_switch use_bias)
{
    if (kind == CONV)
        return mote_layer_conv2d(
            b, x,
            &(mote_conv2d_options){.filters = 5, .kernel_size = {3}, .padding = MOTE_PADDING_SAME, .use_bias = use_bias});
    if (kind == DEPTHWISE)
        return mote_layer_depthwise_conv2d(
            b, x, &(mote_depthwise_conv2d_options){.kernel_size = {3}, .depth_multiplier = 2, .use_bias = use_bias});
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 6, .use_bias = use_bias});
}

static void batch_normalization_goes_into_weights_and_bias_and_relu_is_fused(void **state)
{
    int kind, bias, relu;

    (void)state;
    for (kind = CONV; kind <= DENSE; kind++)
        for (bias = 0; bias < 2; bias++)
            for (relu = 0; relu < 3; relu++) {
                mote_builder *b = begin();
                mote_layer_id x = mote_layer_input(b, kind == DENSE ? 1 : 3, (int[]){6, 5, 3});
                mote_model   *model;
                x = add_weighted(b, x, (weighted)kind, bias ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF);
                x = mote_layer_batch_normalization(b, x, NULL);
                if (relu)
                    x = mote_layer_activation(
                        b, x,
                        &(mote_activation_options){.activation = relu == 1 ? MOTE_ACTIVATION_RELU : MOTE_ACTIVATION_RELU6});
                model = assert_same_answers(end(b, x), (uint64_t)(kind * 8 + bias * 4 + relu));
                assert_int_equal(model->graphs[0].node_count, 1);
                assert_int_equal(model->graphs[0].nodes[0].in_count, 3);
                assert_int_equal(model->graphs[0].nodes[0].activation, relu == 1   ? MRT_ACT_RELU
                                                                       : relu == 2 ? MRT_ACT_RELU6
                                                                                   : MRT_ACT_NONE);
                mote_model_destroy(model);
            }
}

static void two_batch_normalizations_in_a_row_fold_with_dropout_between(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 6});
    mote_model   *model;

    (void)state;
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.5f});
    x = mote_layer_batch_normalization(b, x, NULL);
    model = assert_same_answers(end(b, x), 1);
    assert_int_equal(model->graphs[0].node_count, 1);
    mote_model_destroy(model);
}

/* The layer's own activation lies between: folding would be wrong. */
static void batch_normalization_after_a_fused_activation_becomes_a_depthwise_convolution(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 3, (int[]){6, 5, 3});
    mote_model   *model;

    (void)state;
    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 4, .kernel_size = {3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU6});
    model = assert_same_answers(end(b, x), 2);
    assert_int_equal(model->graphs[0].node_count, 2);
    assert_int_equal(only_node(model, MOTE_OP_DEPTHWISE_CONV_2D)->activation, MRT_ACT_RELU6);
    mote_model_destroy(model);
}

static void batch_normalization_of_any_rank_is_exact(void **state)
{
    static const int ranks[] = {1, 2, 3, 4, 5};
    size_t           i;

    (void)state;
    for (i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        mote_builder *b = begin();
        mote_layer_id x = mote_layer_input(b, ranks[i], (int[]){3, 4, 2, 3, 5});
        mote_model   *model = assert_same_answers(end(b, mote_layer_batch_normalization(b, x, NULL)), 3 + i);
        if (ranks[i] == 3) /* an image */
            only_node(model, MOTE_OP_DEPTHWISE_CONV_2D);
        else {
            only_node(model, MOTE_OP_MUL);
            only_node(model, MOTE_OP_ADD);
        }
        assert_int_equal(model->graphs[0].node_count, ranks[i] == 3 ? 1 : 2);
        mote_model_destroy(model);
    }
}

static void batch_normalization_between_flatten_and_dense_is_exact(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 3, (int[]){4, 4, 2});
    mote_model   *model, *int8;

    (void)state;
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 3, .kernel_size = {3}});
    x = mote_layer_batch_normalization(b, mote_layer_flatten(b, x, NULL), NULL);
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3});
    model = assert_same_answers(end(b, x), 9);
    int8 = network_quantize(model, NULL);
    mote_model_destroy(int8);
    mote_model_destroy(model);
}

static void what_other_layers_read_is_not_folded_into(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 3, (int[]){6, 6, 2}), both[2];
    mote_model   *model;

    (void)state;
    both[0] = x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 3, .kernel_size = {3}});
    both[1] = mote_layer_batch_normalization(b, x, NULL);
    model = assert_same_answers(end(b, mote_layer_add(b, both, 2, NULL)), 10);
    assert_int_equal(model->graphs[0].node_count, 3);
    only_node(model, MOTE_OP_DEPTHWISE_CONV_2D);
    mote_model_destroy(model);
}

static void what_is_an_output_is_not_folded_into_or_fused_over(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 1, (int[]){4}), outputs[3];
    network_dice  dice = network_dice_of(5);
    mote_model   *model;

    (void)state;
    outputs[0] = mote_layer_dense(b, x, &(mote_dense_options){.units = 4});
    outputs[1] = mote_layer_batch_normalization(b, outputs[0], NULL);
    outputs[2] = mote_layer_activation(b, outputs[1], &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    model = assert_same_answers(network_finish(b, outputs, 3, &dice), 11);
    only_node(model, MOTE_OP_RELU);
    mote_model_destroy(model);
}

/* ---- dropping and fusing ---- */

static void dropout_leaves_no_trace_first_last_and_in_between(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_dropout(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dropout_options){.rate = 0.5f});
    mote_model   *model;

    (void)state;
    x = mote_layer_dropout(b, mote_layer_dense(b, x, &(mote_dense_options){.units = 4}),
                           &(mote_dropout_options){.rate = 0.5f});
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.25f});
    model = assert_same_answers(end(b, x), 12);
    assert_int_equal(model->graphs[0].node_count, 1);
    mote_model_destroy(model);
}

static void a_network_of_dropout_alone_hands_its_input_through(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_dropout(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dropout_options){.rate = 0.5f});
    mote_model   *model = assert_same_answers(end(b, x), 13);

    (void)state;
    assert_int_equal(model->graphs[0].node_count, 0);
    mote_model_destroy(model);
}

static void relu_is_fused_only_where_nobody_else_reads_the_sum(void **state)
{
    int shared;

    (void)state;
    for (shared = 0; shared < 2; shared++) {
        mote_builder *b = begin();
        mote_layer_id x = mote_layer_input(b, 1, (int[]){5}), both[2];
        mote_model   *model;
        both[0] = mote_layer_dense(b, x, &(mote_dense_options){.units = 5});
        both[1] = mote_layer_activation(b, both[0], &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
        if (!shared)
            both[0] = x;
        x = mote_layer_add(b, both, 2, NULL);
        x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU6});
        model = assert_same_answers(end(b, x), 14 + (uint64_t)shared);
        assert_int_equal(count_op(model, MOTE_OP_RELU), shared);
        assert_int_equal(only_node(model, MOTE_OP_ADD)->activation, MRT_ACT_RELU6);
        mote_model_destroy(model);
    }
}

static void relu_after_relu_and_after_a_view_stays(void **state)
{
    mote_builder *b = begin();
    mote_layer_id x = mote_layer_input(b, 3, (int[]){3, 3, 2});
    mote_model   *model;

    (void)state;
    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 2, .kernel_size = {2}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU6});
    x = mote_layer_activation(b, mote_layer_flatten(b, x, NULL),
                              &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    model = assert_same_answers(end(b, x), 16);
    only_node(model, MOTE_OP_RELU);
    only_node(model, MOTE_OP_RELU6);
    mote_model_destroy(model);
}

/* ---- all together ---- */

static void random_networks_answer_as_they_were_trained(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < RANDOM_NETWORKS; number++)
        mote_model_destroy(assert_same_answers(network_random(number), number));
}

static void a_model_past_training_is_copied_and_the_trained_one_stays_as_it_was(void **state)
{
    mote_model *trained = network_random(4), *model, *copy;
    mote_error  err = {0};
    int32_t     nodes = trained->graphs[0].node_count;

    (void)state;
    assert_int_equal(mote_model_freeze(&model, trained, &err), MOTE_OK);
    assert_int_equal(trained->graphs[0].node_count, nodes);
    assert_int_equal(trained->stage, MOTE_STAGE_TRAIN);
    assert_int_equal(mote_model_freeze(&copy, model, &err), MOTE_OK);
    assert_int_equal(copy->graphs[0].node_count, model->graphs[0].node_count);
    mote_model_destroy(copy);
    mote_model_destroy(model);
    mote_model_destroy(trained);
}

/* Every allocation fails once: a clean error, nothing leaks (under the sanitizer), nothing crashes. */
static void too_little_memory_is_an_error_at_every_allocation(void **state)
{
    mote_model *trained = network_random(6), *model = NULL;
    size_t      cap;
    bool        done = false;

    (void)state;
    for (cap = 1; !done; cap += 256) {
        mote_error err = {0};
        trained->arena.cap_bytes = cap;
        done = mote_model_freeze(&model, trained, &err) == MOTE_OK;
        assert_int_equal(err.code, done ? MOTE_OK : MOTE_ERR_LIMIT);
        mote_model_destroy(model);
    }
    mote_model_destroy(trained);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_normalization_goes_into_weights_and_bias_and_relu_is_fused),
        cmocka_unit_test(two_batch_normalizations_in_a_row_fold_with_dropout_between),
        cmocka_unit_test(batch_normalization_after_a_fused_activation_becomes_a_depthwise_convolution),
        cmocka_unit_test(batch_normalization_of_any_rank_is_exact),
        cmocka_unit_test(batch_normalization_between_flatten_and_dense_is_exact),
        cmocka_unit_test(what_other_layers_read_is_not_folded_into),
        cmocka_unit_test(what_is_an_output_is_not_folded_into_or_fused_over),
        cmocka_unit_test(dropout_leaves_no_trace_first_last_and_in_between),
        cmocka_unit_test(a_network_of_dropout_alone_hands_its_input_through),
        cmocka_unit_test(relu_is_fused_only_where_nobody_else_reads_the_sum),
        cmocka_unit_test(relu_after_relu_and_after_a_view_stays),
        cmocka_unit_test(random_networks_answer_as_they_were_trained),
        cmocka_unit_test(a_model_past_training_is_copied_and_the_trained_one_stays_as_it_was),
        cmocka_unit_test(too_little_memory_is_an_error_at_every_allocation),
    };
    return cmocka_run_group_tests_name("passes", tests, NULL, NULL);
}
