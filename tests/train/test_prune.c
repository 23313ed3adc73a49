/* Pruning while training: the share and the weights are those of TensorFlow's toolkit; what was pruned stays 0 to the end,
 * the same for any number of threads; channels that are 0 leave the model, and its answers stay. SPDX-License-Identifier:
 * Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "data/raw.h"
#include "graph/graph.h"
#include "train/prune.h"

/* ---- TensorFlow's ---- */

static mote_array load(mote_npz *npz, const char *name)
{
    mote_array array;
    mote_error err = {0};

    if (mote_npz_load(&array, npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return array;
}

static mote_npz *open_golden(void)
{
    mote_npz  *npz;
    mote_error err = {0};

    assert_int_equal(mote_npz_open(&npz, "tests/golden/pruning.npz", &err), MOTE_OK);
    return npz;
}

static void the_share_rises_as_tensorflows_does(void **state)
{
    mote_npz *npz = open_golden();
    char      name[40];
    int       s;
    size_t    i;

    (void)state;
    for (s = 0; s < 4; s++) {
        mote_array   plan, step, share;
        const float *p, *wanted;
        snprintf(name, sizeof name, "schedule%d/plan", s);
        plan = load(npz, name);
        snprintf(name, sizeof name, "schedule%d/step", s);
        step = load(npz, name);
        snprintf(name, sizeof name, "schedule%d/share", s);
        share = load(npz, name);
        p = plan.bytes;
        wanted = share.bytes;
        for (i = 0; i < step.count; i++) {
            const int32_t at = ((const int32_t *)step.bytes)[i];
            const double  got = mote_pruning_share((double)p[0], (double)p[1], (uint64_t)p[2], (uint64_t)p[3], (uint64_t)at);
            if (!(fabs(got - (double)wanted[i]) < 1e-6)) /* theirs is float32 */
                fail_msg("schedule %d, step %d: %.8f, %.8f expected", s, at, got, (double)wanted[i]);
        }
        mote_array_free(&plan);
        mote_array_free(&step);
        mote_array_free(&share);
    }
    mote_npz_close(npz);
}

/* ---- networks ---- */

static mote_dataset *sine(void)
{
    mote_dataset *set;
    mote_error    err = {0};

    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 200, .seed = 1}, &err), MOTE_OK);
    return set;
}

static mote_dataset *digits(void)
{
    mote_dataset *set;
    mote_error    err = {0};

    if (mote_dataset_load(&set, "examples/mnist/subset", &(mote_dataset_options){.scale = 255}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    set->split[MOTE_SPLIT_TRAIN].count = 600;
    return set;
}

static mote_model *finish(mote_builder *b, mote_layer_id x)
{
    mote_model *model;
    mote_error  err = {0};

    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* 1 -> first 12 -> golden 31 -> last 1 */
static mote_model *chain(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){1});

    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "first", .units = 12, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "golden", .units = 31, .activation = MOTE_ACTIVATION_TANH});
    return finish(b, mote_layer_dense(b, x, &(mote_dense_options){.name = "last", .units = 1}));
}

/* A normalization, a depthwise convolution and a sum of branches stand behind convolutions. */
static mote_model *pictures(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 5}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){28, 28, 1}), side;

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.name = "stem", .filters = 16, .kernel_size = {3, 3}, .strides = {2, 2}});
    x = mote_layer_batch_normalization(b, x, &(mote_batch_normalization_options){.name = "norm"});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_depthwise_conv2d(b, x,
                                    &(mote_depthwise_conv2d_options){.kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME});
    x = mote_layer_max_pooling2d(b, x, &(mote_pooling2d_options){.pool_size = {2, 2}});
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.name = "body", .filters = 8, .kernel_size = {1, 1}});
    side = mote_layer_conv2d(b, x, &(mote_conv2d_options){.name = "side", .filters = 8, .kernel_size = {1, 1}});
    x = mote_layer_add(b, (mote_layer_id[]){x, side}, 2, NULL);
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "wide", .units = 24, .activation = MOTE_ACTIVATION_RELU});
    return finish(b, mote_layer_dense(b, x, &(mote_dense_options){.name = "classes", .units = 10}));
}

static const mote_tensor *kernel_of(const mote_model *model, const char *layer)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].name && strcmp(graph->nodes[n].name, layer) == 0)
            return mote_node_in(graph, &graph->nodes[n], 1);
    fail_msg("no layer %s", layer);
    return NULL;
}

static size_t count_zeros(const mote_tensor *w)
{
    const float *values = w->data;
    size_t       zeros = 0, i;

    for (i = 0; i < mote_tensor_count(w); i++)
        zeros += values[i] == 0.0f;
    return zeros;
}

static mote_pruned train(mote_model *model, const mote_dataset *set, const mote_train_options *options)
{
    mote_training *training;
    mote_pruned    pruned;
    mote_error     err = {0};

    if (mote_train(&training, model, set, options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    pruned = training->pruned;
    mote_training_destroy(training);
    return pruned;
}

/* ---- weights ---- */

/* Nothing is learned, so that what is chosen are the weights that were given. */
static void the_least_weights_go_as_with_tensorflow(void **state)
{
    const char *const golden = "golden";
    mote_npz         *npz = open_golden();
    mote_array        weights = load(npz, "masks/weights"), share = load(npz, "masks/share"), kept = load(npz, "masks/kept");
    mote_dataset     *set = sine();
    size_t            s, i;

    (void)state;
    for (s = 0; s < share.count; s++) {
        const mote_train_pruning pruning = {
            .sparsity = (double)((const float *)share.bytes)[s], .layers = &golden, .layer_count = 1};
        const mote_train_options options = {.optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 1e-30f},
                                            .pruning = &pruning};
        mote_model              *model = chain();
        float                   *w = kernel_of(model, golden)->data;
        const float             *given = weights.bytes;
        memcpy(w, given, weights.count * sizeof *w);
        train(model, set, &options);
        for (i = 0; i < weights.count; i++) {
            const bool is_kept = ((const uint8_t *)kept.bytes)[s * weights.count + i];
            if (w[i] != (is_kept ? given[i] : 0.0f))
                fail_msg("share %g, weight %zu: %g of %g", pruning.sparsity, i, (double)w[i], (double)given[i]);
        }
        assert_int_equal(count_zeros(kernel_of(model, "first")), 0);
        mote_model_destroy(model);
    }
    mote_dataset_destroy(set);
    mote_array_free(&weights);
    mote_array_free(&share);
    mote_array_free(&kept);
    mote_npz_close(npz);
}

/* Also after the last choice, while an optimizer with momentum goes on. */
static void what_is_pruned_stays_zero_for_any_number_of_threads(void **state)
{
    const mote_train_pruning pruning = {.sparsity = 0.8, .initial = 0.2, .from_epoch = 2, .until_epoch = 3, .frequency = 2};
    mote_train_options       options = {.optimizer = {.kind = MOTE_OPTIMIZER_ADAM},
                                        .loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        .from_logits = true,
                                        .epochs = 4,
                                        .pruning = &pruning};
    mote_dataset            *set = digits();
    mote_model              *one = pictures(), *three = pictures();
    mote_pruned              pruned = train(one, set, &options);

    (void)state;
    options.threads = 3;
    train(three, set, &options);
    assert_memory_equal(one->params.values, three->params.values, one->params.count * sizeof(float));
    assert_int_equal(pruned.layers, 5);
    assert_int_equal(pruned.channels, 0);
    assert_int_equal(count_zeros(kernel_of(one, "stem")), 16 * 9 - (int)rint(16 * 9 * 0.2));
    assert_true(fabs((double)pruned.zeros / (double)pruned.weights - 0.8) < 0.01);
    mote_model_destroy(one);
    mote_model_destroy(three);
    mote_dataset_destroy(set);
}

/* ---- channels ---- */

static void compare_answers(const mote_model *a, const mote_model *b, const mote_dataset *set)
{
    mote_predictions x, y;
    mote_error       err = {0};
    mote_comparison  gap;

    if (mote_predict(&x, a, &set->split[MOTE_SPLIT_TEST], NULL, &err) != MOTE_OK ||
        mote_predict(&y, b, &set->split[MOTE_SPLIT_TEST], NULL, &err) != MOTE_OK ||
        mote_compare(&gap, &x.outputs[0], &y.outputs[0], &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(gap.max_abs < 1e-5);
    mote_predictions_free(&x);
    mote_predictions_free(&y);
}

/* The branches' channels meet in ADD, and classes are the output: those three stay whole. */
static void channels_that_are_zero_leave_the_model(void **state)
{
    const mote_train_pruning pruning = {.sparsity = 0.5, .structure = MOTE_PRUNE_CHANNELS};
    const mote_train_options options = {
        .loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, .from_logits = true, .epochs = 4, .pruning = &pruning};
    mote_dataset     *set = digits();
    mote_model       *model = pictures(), *whole = NULL, *narrow = NULL;
    mote_pruned       pruned = train(model, set, &options);
    mote_prune_result result;
    mote_error        err = {0};

    (void)state;
    assert_int_equal(pruned.layers, 2);
    assert_int_equal(pruned.channels, 16 + 24);
    assert_int_equal(pruned.dropped_channels, 8 + 12);
    if (mote_model_freeze(&whole, model, &err) != MOTE_OK ||
        mote_model_drop_zero_channels(&narrow, whole, NULL, &result, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(kernel_of(whole, "stem")->dim[0], 16);
    assert_int_equal(kernel_of(narrow, "stem")->dim[0], 8);
    assert_int_equal(kernel_of(narrow, "body")->dim[0], 8);
    assert_int_equal(kernel_of(narrow, "body")->dim[3], 8);
    assert_int_equal(kernel_of(narrow, "wide")->dim[0], 12);
    assert_int_equal(kernel_of(narrow, "classes")->dim[1], 12);
    assert_true(result.macs_left < result.macs && result.weight_bytes_left < result.weight_bytes);
    compare_answers(whole, narrow, set);
    mote_model_destroy(model);
    mote_model_destroy(whole);
    mote_model_destroy(narrow);
    mote_dataset_destroy(set);
}

/* ---- what is refused ---- */

static void what_cannot_be_pruned_is_refused_by_name(void **state)
{
    static const char *const nobody[] = {"nobody"}, *const output[] = {"classes"}, *const branch[] = {"body"};
    static const struct {
        const char        *named;
        mote_train_pruning pruning;
    } cases[] = {
        {"sparsity is 0", {.sparsity = 0}},
        {"sparsity is 1", {.sparsity = 1}},
        {"sparsity is", {.sparsity = (double)NAN}},
        {"initial is 0.9", {.sparsity = 0.5, .initial = 0.9}},
        {"from_epoch is 3", {.sparsity = 0.5, .from_epoch = 3}},
        {"until_epoch is 1", {.sparsity = 0.5, .from_epoch = 2, .until_epoch = 1}},
        {"structure 7", {.sparsity = 0.5, .structure = (mote_prune_structure)7}},
        {"called \"nobody\"", {.sparsity = 0.5, .layers = nobody, .layer_count = 1}},
        {"an output of the network",
         {.sparsity = 0.5, .structure = MOTE_PRUNE_CHANNELS, .layers = output, .layer_count = 1}},
        {"meet others", {.sparsity = 0.5, .structure = MOTE_PRUNE_CHANNELS, .layers = branch, .layer_count = 1}},
        {"no layer has channels", {.sparsity = 0.5, .structure = MOTE_PRUNE_CHANNELS, .multiple = 64}},
    };
    mote_dataset *set = digits();
    size_t        i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mote_train_options options = {
            .loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, .epochs = 2, .pruning = &cases[i].pruning};
        mote_model    *model = pictures();
        mote_training *training;
        mote_error     err = {0};
        if (mote_train(&training, model, set, &options, &err) != MOTE_ERR_USAGE || !strstr(err.text, cases[i].named))
            fail_msg("%s: status %d, \"%s\"", cases[i].named, (int)err.code, err.text);
        mote_model_destroy(model);
    }
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_rises_as_tensorflows_does),
        cmocka_unit_test(the_least_weights_go_as_with_tensorflow),
        cmocka_unit_test(what_is_pruned_stays_zero_for_any_number_of_threads),
        cmocka_unit_test(channels_that_are_zero_leave_the_model),
        cmocka_unit_test(what_cannot_be_pruned_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
