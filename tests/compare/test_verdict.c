/* Networks that are spoiled in one way each, and the sentence that names it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/evaluate.h>

enum { UNITS = 12, LAYERS_MAX = 64 };

/* 6 numbers -> dense 12, relu -> dense 12 with that activation -> dense 4. */
static mote_model *make_net(mote_activation activation)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    network_dice  dice = network_dice_of(11);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){6});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = UNITS, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = UNITS, .activation = activation});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 4});
    return network_infer(network_finish(b, &x, 1, &dice));
}

/* The weights of the dense layer with that number: [units, inputs]. */
static float *weights_of(mote_model *model, int number)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_FULLY_CONNECTED && number-- == 0)
            return graph->tensors[graph->nodes[n].in[1]].data;
    fail();
    return NULL;
}

/* All verdicts, which are one at most; "" where nothing goes wrong. */
static const char *verdict_of(const mote_model *real, const mote_model *small, const mote_dataset *set)
{
    static mote_layer_difference layers[LAYERS_MAX];
    const char                  *found = "";
    mote_error                   err = {0};
    int32_t                      count, i;

    if (mote_compare_layers(layers, LAYERS_MAX, &count, real, small, &set->split[MOTE_SPLIT_TRAIN], 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < count; i++)
        if (layers[i].verdict[0]) {
            assert_string_equal(found, "");
            found = layers[i].verdict;
        }
    return found;
}

static void expect(const mote_model *real, const mote_quantize_options *how, const char *layer, const char *why)
{
    mote_dataset *set = network_data(real, 60, 0, 9);
    mote_model   *small = network_quantize(real, how);
    const char   *verdict = verdict_of(real, small, set);

    if ((why[0] == '\0') != (verdict[0] == '\0') || strncmp(verdict, layer, strlen(layer)) != 0 || !strstr(verdict, why))
        fail_msg("\"%s\" was said, \"%s ... %s\" expected", verdict, layer, why);
    mote_model_destroy(small);
    mote_dataset_destroy(set);
}

static void a_sound_network_is_not_blamed(void **state)
{
    static const mote_activation activations[] = {MOTE_ACTIVATION_RELU, MOTE_ACTIVATION_SIGMOID, MOTE_ACTIVATION_TANH};
    size_t                       i;

    (void)state;
    for (i = 0; i < 3; i++) {
        mote_model *real = make_net(activations[i]);
        expect(real, &(mote_quantize_options){0}, "", "");
        mote_model_destroy(real);
    }
}

/* Drawn ones of all kinds of layers. */
static void random_networks_are_hardly_blamed(void **state)
{
    uint64_t number;
    int      blamed = 0;

    (void)state;
    for (number = 0; number < 30; number++) {
        mote_model   *real = network_infer(network_random(number));
        mote_dataset *set = network_data(real, 60, 0, 9);
        mote_error    err = {0};
        mote_model   *small = NULL;
        const char   *verdict;
        mote_model_quantize(&small, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err);
        assert_non_null(small);
        verdict = verdict_of(real, small, set);
        blamed += verdict[0] != '\0';
        if (verdict[0])
            print_message("network %d: %s\n", (int)number, verdict);
        mote_model_destroy(small);
        mote_model_destroy(real);
        mote_dataset_destroy(set);
    }
    assert_true(blamed <= 2);
}

static void one_scale_for_channels_of_many_sizes_is_named(void **state)
{
    mote_model *real = make_net(MOTE_ACTIVATION_RELU);
    float      *w = weights_of(real, 1);
    int         i;

    (void)state;
    for (i = 0; i < UNITS; i++)
        w[3 * UNITS + i] *= 1000;
    expect(real, &(mote_quantize_options){.is_per_tensor = true}, "dense_1", "use --granularity channel");
    expect(real, &(mote_quantize_options){0}, "dense_1", "its channel 3 is ");
    mote_model_destroy(real);
}

static void a_range_that_calibration_did_not_see_is_named(void **state)
{
    mote_error    err = {0};
    mote_model   *real = make_net(MOTE_ACTIVATION_RELU), *small;
    mote_dataset *set = network_data(real, 60, 0, 9), *narrow = network_data(real, 60, 0, 9);
    const char   *verdict;
    size_t        i;

    (void)state;
    for (i = 0; i < narrow->split[MOTE_SPLIT_TRAIN].count * narrow->feature[0].width; i++)
        ((float *)narrow->split[MOTE_SPLIT_TRAIN].x[0])[i] *= 0.05f;
    assert_int_equal(mote_model_quantize(&small, real, &narrow->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_OK);
    verdict = verdict_of(real, small, set);
    assert_non_null(strstr(verdict, "the range that calibration saw; calibrate on data like these"));
    assert_memory_equal(verdict, "dense (", 7);
    mote_model_destroy(small);
    mote_model_destroy(real);
    mote_dataset_destroy(set);
    mote_dataset_destroy(narrow);
}

static void an_activation_that_saturates_is_named(void **state)
{
    mote_model *real = make_net(MOTE_ACTIVATION_SIGMOID);
    float      *w = weights_of(real, 1);
    int         i;

    (void)state;
    for (i = 0; i < UNITS * UNITS; i++)
        w[i] *= 1000;
    expect(real, &(mote_quantize_options){0}, "dense_1", "LOGISTIC changes within a few units of 0");
    mote_model_destroy(real);
}

static void four_bits_are_named(void **state)
{
    mote_model *real = make_net(MOTE_ACTIVATION_RELU);

    (void)state;
    expect(real, &(mote_quantize_options){.scheme = MOTE_SCHEME_INT4}, "dense", "its weights have 4 bits");
    mote_model_destroy(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sound_network_is_not_blamed),
                                       cmocka_unit_test(random_networks_are_hardly_blamed),
                                       cmocka_unit_test(one_scale_for_channels_of_many_sizes_is_named),
                                       cmocka_unit_test(a_range_that_calibration_did_not_see_is_named),
                                       cmocka_unit_test(an_activation_that_saturates_is_named),
                                       cmocka_unit_test(four_bits_are_named)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
