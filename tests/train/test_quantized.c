/* Training that is quantized: rounding and gradients value by value, and that what was trained answers as its integers do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include "quantize/quantize.h"
#include "runtime/kernels/quantize.h"
#include "train/network.h"

static const char *const levels[] = {"baseline", "avx2", "avx512"};
enum { LEVELS = sizeof levels / sizeof *levels };

/* ---- values ---- */

static void halves_round_away_from_zero_and_ends_cut_off(void **state)
{
    static const float x[] = {0,     0.24f,     0.25f, -0.25f, 0.75f, -0.75f, 1,    1.24f,
                              1.25f, -0.99999f, 63.5f, 64,     -64,   -64.4f, 1e9f, -1e9f},
                       y[] = {0, 0, 0.5f, -0.5f, 1, -1, 1, 1, 1.5f, -1, 63.5f, 63.5f, -64, -64, 63.5f, -64};
    enum { COUNT = sizeof x / sizeof *x };
    size_t l, i;

    (void)state;
    for (l = 0; l < LEVELS; l++) {
        const mote_math *math = mote_math_select(levels[l]);
        float            got[COUNT], infinite[3] = {NAN, INFINITY, -INFINITY};
        if (!math)
            continue;
        math->fake_quantize(&(mote_math_fake){0.5f, -128, 127}, COUNT, x, got);
        for (i = 0; i < COUNT; i++)
            if (got[i] != y[i])
                fail_msg("%s: %g becomes %g, not %g", levels[l], (double)x[i], (double)got[i], (double)y[i]);
        math->fake_quantize(&(mote_math_fake){0.5f, -128, 127}, 3, infinite, got);
        assert_true(isnan(got[0]) && got[1] == 63.5f && got[2] == -64);
    }
}

/* The operator that quantizes a model's inputs rounds the same, bit by bit. */
static void values_are_those_of_the_quantize_operator(void **state)
{
    enum { COUNT = 4099 };
    static float x[COUNT], y[COUNT];
    network_dice dice = network_dice_of(3);
    size_t       l, i;

    (void)state;
    for (l = 0; l < LEVELS * 8; l++) {
        const mote_math  *math = mote_math_select(levels[l % LEVELS]);
        const mote_affine a =
            mote_affine_of(&mote_schemes[MOTE_SCHEME_INT8], roll_between(&dice, -2, 0.1f), roll_between(&dice, 0, 3));
        if (!math)
            continue;
        for (i = 0; i < COUNT; i++) /* every second one lies between two steps */
            x[i] = i % 2 ? ((float)(roll(&dice, 300) - 150) + 0.5f) * a.scale : roll_between(&dice, -4, 4);
        math->fake_quantize(&(mote_math_fake){a.scale, (float)(-128 - a.zero_point), (float)(127 - a.zero_point)}, COUNT, x,
                            y);
        for (i = 0; i < COUNT; i++) {
            const mrt_quantize_f32_params p = {.count = 1, .scale = a.scale, .zero = a.zero_point, .low = -128, .high = 127};
            const float                   wanted = (float)(mrt_quantize_one_f32(&p, x[i]) - a.zero_point) * a.scale;
            if (y[i] != wanted)
                fail_msg("%s: %.9g in steps of %.9g becomes %.9g, not %.9g", math->name, (double)x[i], (double)a.scale,
                         (double)y[i], (double)wanted);
        }
    }
}

static void gradients_pass_straight_but_where_values_are_cut_off(void **state)
{
    static const float x[] = {0, 0.3f, 2.5f, 2.74f, 2.76f, -1, -1.24f, -1.26f, 100, -100},
                       wanted[] = {1, 2, 3, 4, 0, 6, 7, 0, 0, 0};
    enum { COUNT = sizeof x / sizeof *x };
    size_t l, i;

    (void)state;
    for (l = 0; l < LEVELS; l++) {
        const mote_math *math = mote_math_select(levels[l]);
        float            g[COUNT];
        if (!math)
            continue;
        for (i = 0; i < COUNT; i++)
            g[i] = (float)(i + 1);
        math->fake_quantize_backward(&(mote_math_fake){0.5f, -2, 5}, COUNT, x, g, g);
        for (i = 0; i < COUNT; i++)
            if (g[i] != wanted[i])
                fail_msg("%s: the gradient at %g is %g, not %g", levels[l], (double)x[i], (double)g[i], (double)wanted[i]);
    }
}

static void a_range_holds_all_of_any_count(void **state)
{
    float  x[40];
    size_t l, count, i;

    (void)state;
    for (l = 0; l < LEVELS; l++)
        for (count = 1; count <= 40; count++) {
            const mote_math *math = mote_math_select(levels[l]);
            float            min = 10, max = 10;
            if (!math)
                continue;
            for (i = 0; i < count; i++)
                x[i] = 5.0f + (float)((i * 7) % 40);
            x[count - 1] = 80;
            if (count > 1)
                x[0] = 3;
            math->widen(count, x, &min, &max);
            assert_true(max == 80 && min == (count > 1 ? 3 : 10));
        }
}

/* ---- whole networks ---- */

static mote_status try_train(mote_model *model, const mote_dataset *set, mote_train_options options, mote_error *err)
{
    mote_training *training;

    options.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
    options.optimizer.kind = MOTE_OPTIMIZER_ADAM;
    options.metrics = MOTE_METRIC_ACCURACY;
    mote_train(&training, model, set, &options, err);
    mote_training_destroy(training);
    return err->code;
}

static void train(mote_model *model, const mote_dataset *set, mote_train_options options)
{
    mote_error err = {0};

    if (try_train(model, set, options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

/* The network in training, as it is evaluated there. */
typedef struct trained_graph {
    mote_fake    *fake;
    mote_network *network;
} trained_graph;

static trained_graph open_trained(mote_model *model, const mote_train_quantize *quantize)
{
    mote_network_options options = {.math = mote_math_select(NULL), .capacity = 1};
    trained_graph        graph;
    mote_error           err = {0};

    if (mote_fake_create(&graph.fake, model, quantize, options.math, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    options.fake = graph.fake;
    assert_int_equal(mote_network_create(&graph.network, model, &options, &err), MOTE_OK);
    return graph;
}

static void close_trained(trained_graph graph)
{
    mote_network_destroy(graph.network);
    mote_fake_destroy(graph.fake);
}

typedef struct agreement {
    size_t values, beyond_a_step, samples, other_class;
} agreement;

static int largest(const float *values, size_t count)
{
    size_t i, best = 0;

    for (i = 1; i < count; i++)
        best = values[i] > values[best] ? i : best;
    return (int)best;
}

static void compare(agreement *sums, mote_model *model, const mote_model *integers, const mote_train_quantize *quantize,
                    const mote_dataset_split *split)
{
    const mote_graph       *graph = &model->graphs[0];
    const trained_graph     trained = open_trained(model, quantize);
    mote_runner            *runner = network_runner(integers, NULL);
    const size_t            width = mote_model_output(integers, 0).count;
    const mote_network_pass pass = {.batch = 1};
    const double            step = quantize->scheme == MOTE_SCHEME_INT16X8 ? 1.0 / 32768 : 1.0 / 256;
    float                  *x = trained.network->value[graph->inputs[0]], y[64];
    const float            *wanted = trained.network->value[graph->outputs[0]];
    size_t                  s, i;

    assert_true(width <= 64);
    for (s = 0; s < split->count; s++) {
        mote_dataset_gather(split, 0, mote_dataset_in_row(s, 1), x);
        mote_runner_set_real(runner, 0, x);
        mote_network_forward(trained.network, &pass);
        invoke_model(runner);
        mote_runner_get_real(runner, 0, y);
        for (i = 0; i < width; i++)
            sums->beyond_a_step += fabs((double)y[i] - (double)wanted[i]) > 1.001 * step;
        sums->values += width;
        sums->other_class += largest(y, width) != largest(wanted, width);
    }
    sums->samples += split->count;
    mote_runner_destroy(runner);
    close_trained(trained);
}

static mote_model *integers_of(const mote_model *model, const mote_train_quantize *quantize)
{
    const mote_quantize_options options = {.scheme = quantize->scheme, .is_per_tensor = quantize->is_per_tensor};
    mote_model                 *real, *integers;
    mote_error                  err = {0};

    if (mote_model_freeze(&real, model, &err) != MOTE_OK ||
        mote_model_quantize(&integers, real, NULL, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(real);
    return integers;
}

/* The MNIST images that lie in the repository. */
static mote_dataset *digits(void)
{
    mote_dataset_options options = {.scale = 255, .rank = 3, .shape = {28, 28, 1}};
    mote_dataset        *set;
    mote_error           err = {0};

    if (mote_dataset_load(&set, "examples/mnist/subset", &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

static mote_layer_id normalized(mote_builder *b, mote_layer_id x, mote_activation activation)
{
    x = mote_layer_batch_normalization(b, x, &(mote_batch_normalization_options){.momentum = 0.9f});
    return mote_layer_activation(b, x, &(mote_activation_options){.activation = activation});
}

/* Convolutions with normalization, a shortcut, joined branches. */
static mote_model *convolutional(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 5, .name = "convolutional"}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){28, 28, 1}), both[2];
    mote_model   *model;

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 6, .kernel_size = {3}, .strides = {2}});
    both[0] = x = normalized(b, x, MOTE_ACTIVATION_RELU);
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 6, .kernel_size = {3}, .padding = MOTE_PADDING_SAME});
    both[1] = mote_layer_batch_normalization(b, x, &(mote_batch_normalization_options){.momentum = 0.9f});
    x = mote_layer_add(b, both, 2, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    both[0] = mote_layer_max_pooling2d(b, x, NULL);
    both[1] = mote_layer_average_pooling2d(b, x, NULL);
    x = mote_layer_concatenate(b, both, 2, NULL);
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.1f});
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL),
                         &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_model *depthwise(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 6, .name = "depthwise"}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){28, 28, 1});
    mote_model   *model;
    int           i;

    x = mote_layer_conv2d(
        b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {3}, .strides = {2}, .use_bias = MOTE_SWITCH_OFF});
    x = normalized(b, x, MOTE_ACTIVATION_RELU6);
    for (i = 0; i < 2; i++) {
        x = mote_layer_depthwise_conv2d(
            b, x,
            &(mote_depthwise_conv2d_options){.kernel_size = {3}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF});
        x = normalized(b, x, MOTE_ACTIVATION_RELU6);
        x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {1}, .strides = {1 + i}});
        x = normalized(b, x, MOTE_ACTIVATION_RELU6);
    }
    x = mote_layer_dense(b, mote_layer_global_average_pooling2d(b, x, NULL),
                         &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* At most a thousandth of the values off by more than a step, and the same classes. */
static void check_agreement(const char *name, const agreement *sums)
{
    print_message("%s: %zu of %zu values beyond a step, %zu of %zu classes differ\n", name, sums->beyond_a_step,
                  sums->values, sums->other_class, sums->samples);
    assert_true((double)sums->beyond_a_step <= 0.001 * (double)sums->values);
    assert_true((double)sums->other_class <= 0.001 * (double)sums->samples);
}

static void integers_answer_as_the_network_in_training(void **state)
{
    static const struct {
        const char *name;
        mote_model *(*make)(void);
        mote_scheme scheme;
        bool        is_per_tensor;
    } cases[] = {
        {"convolutional int8", convolutional, MOTE_SCHEME_INT8, false},
        {"convolutional int8, a scale a tensor", convolutional, MOTE_SCHEME_INT8, true},
        {"convolutional int4", convolutional, MOTE_SCHEME_INT4, false},
        {"depthwise int8", depthwise, MOTE_SCHEME_INT8, false},
        {"depthwise int4", depthwise, MOTE_SCHEME_INT4, false},
    };
    mote_dataset *set = digits();
    size_t        i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mote_train_quantize quantize = {
            .is_on = true, .scheme = cases[i].scheme, .is_per_tensor = cases[i].is_per_tensor, .from_epoch = 2};
        mote_model *model = cases[i].make(), *integers;
        agreement   sums = {0};
        train(model, set, (mote_train_options){.epochs = 2, .batch_size = 50, .quantize = quantize});
        integers = integers_of(model, &quantize);
        compare(&sums, model, integers, &quantize, &set->split[MOTE_SPLIT_TEST]);
        check_agreement(cases[i].name, &sums);
        mote_model_destroy(integers);
        mote_model_destroy(model);
    }
    mote_dataset_destroy(set);
}

/* Of random networks those that fold. */
static void random_networks_answer_as_in_training(void **state)
{
    agreement sums = {0};
    int       refused = 0;
    uint64_t  number;

    (void)state;
    for (number = 0; number < 60; number++) {
        const mote_train_quantize quantize = {.is_on = true, .from_epoch = 1, .is_per_tensor = number % 3 == 2};
        mote_model               *model = network_random(number), *integers;
        mote_dataset             *set = network_data(model, 64, (int)mote_model_output(model, 0).count, number);
        mote_error                err = {0};
        if (try_train(model, set, (mote_train_options){.epochs = 3, .batch_size = 8, .quantize = quantize}, &err) !=
            MOTE_OK) {
            if (err.code != MOTE_ERR_UNSUPPORTED || !strstr(err.text, "batch_normalization right behind"))
                fail_msg("network %d: %s", (int)number, err.text);
            refused++;
        } else {
            integers = integers_of(model, &quantize);
            compare(&sums, model, integers, &quantize, &set->split[MOTE_SPLIT_TRAIN]);
            mote_model_destroy(integers);
        }
        mote_dataset_destroy(set);
        mote_model_destroy(model);
    }
    print_message("%d of 60 networks refused\n", refused);
    assert_in_range(refused, 1, 40);
    check_agreement("random", &sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_round_away_from_zero_and_ends_cut_off),
        cmocka_unit_test(values_are_those_of_the_quantize_operator),
        cmocka_unit_test(gradients_pass_straight_but_where_values_are_cut_off),
        cmocka_unit_test(a_range_holds_all_of_any_count),
        cmocka_unit_test(integers_answer_as_the_network_in_training),
        cmocka_unit_test(random_networks_answer_as_in_training),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
