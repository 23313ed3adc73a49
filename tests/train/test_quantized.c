/* Training that is quantized: rounding and gradients value by value, and that what was trained answers as its integers do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include "formats/formats.h"
#include "formats/tflite/tflite.h"
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
    mote_model                 *real = NULL, *integers = NULL;
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

/* ---- training as a whole ---- */

static void check_same_training(const mote_model *a, const mote_model *b)
{
    int32_t i;

    assert_memory_equal(a->params.values, b->params.values, a->params.count * sizeof *a->params.values);
    for (i = 0; i < a->graphs[0].tensor_count; i++)
        assert_memory_equal(&a->graphs[0].tensors[i].range.min, &b->graphs[0].tensors[i].range.min, 2 * sizeof(float));
}

static void threads_give_the_same_bytes(void **state)
{
    mote_train_options options = {.epochs = 2, .batch_size = 100, .quantize = {.is_on = true, .from_epoch = 1}};
    mote_dataset      *set = digits();
    mote_model        *one = convolutional(), *three = convolutional();

    (void)state;
    options.validation_split = 0.2;
    train(one, set, options);
    options.threads = 3;
    train(three, set, options);
    check_same_training(one, three);
    mote_model_destroy(one);
    mote_model_destroy(three);
    mote_dataset_destroy(set);
}

static mote_training *train_digits(mote_model *model, const mote_dataset *set, mote_train_options options)
{
    mote_training *training;
    mote_error     err = {0};

    options.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
    options.metrics = MOTE_METRIC_ACCURACY;
    options.batch_size = 100;
    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return training;
}

/* The epochs before are those of a training that is not quantized; and what begins as trained is quantized at once. */
static void quantizing_begins_with_its_epoch(void **state)
{
    mote_dataset  *set = digits();
    mote_model    *plain = depthwise(), *late = depthwise();
    mote_training *real = train_digits(plain, set, (mote_train_options){.epochs = 4});
    mote_training *half = train_digits(late, set, (mote_train_options){.epochs = 4, .quantize = {.is_on = true}}), *on;
    int            epoch;

    (void)state;
    assert_int_equal(real->quantized_from, 0);
    assert_int_equal(half->quantized_from, 3);
    for (epoch = 0; epoch < 4; epoch++)
        assert_true((real->history.columns[1][epoch] == half->history.columns[1][epoch]) == (epoch < 2));
    on = train_digits(plain, set, (mote_train_options){.epochs = 4, .quantize = {.is_on = true}});
    assert_int_equal(on->quantized_from, 1);
    assert_true(on->history.columns[1][0] < real->history.columns[1][2]);
    mote_training_destroy(on);
    on = train_digits(plain, set, (mote_train_options){.epochs = 1});
    assert_false(plain->graphs[0].tensors[plain->graphs[0].inputs[0]].range.is_known); /* they hold no more */
    mote_training_destroy(on);
    mote_training_destroy(real);
    mote_training_destroy(half);
    mote_model_destroy(plain);
    mote_model_destroy(late);
    mote_dataset_destroy(set);
}

static mote_model *normalized_twice(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){28, 28, 1});
    mote_model   *model;

    x = mote_layer_batch_normalization(b, mote_layer_flatten(b, x, NULL), NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static void what_cannot_be_trained_quantized_is_refused(void **state)
{
    static const struct {
        const char *told;
        mote_model *(*make)(void);
        mote_train_quantize quantize;
    } cases[] = {
        {"from_epoch is -1", depthwise, {.is_on = true, .from_epoch = -1}},
        {"would begin with epoch 4, and there are 3", depthwise, {.is_on = true, .from_epoch = 4}},
        {"cannot be quantized as float16", depthwise, {.is_on = true, .scheme = MOTE_SCHEME_FLOAT16}},
        {"cannot be quantized as dynamic", depthwise, {.is_on = true, .scheme = MOTE_SCHEME_DYNAMIC}},
        {"cannot be quantized as no scheme", depthwise, {.is_on = true, .scheme = (mote_scheme)99}},
        {"wants batch_normalization right behind a convolution", normalized_twice, {.is_on = true}},
    };
    mote_dataset *set = digits();
    size_t        i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_model *model = cases[i].make();
        mote_error  err = {0};
        try_train(model, set, (mote_train_options){.epochs = 3, .quantize = cases[i].quantize}, &err);
        if (err.code == MOTE_OK || !strstr(err.text, cases[i].told))
            fail_msg("\"%s\" instead of \"%s\"", err.text, cases[i].told);
        mote_model_destroy(model);
    }
    mote_dataset_destroy(set);
}

/* ---- ranges on their way ---- */

static void without_ranges_samples_are_needed(void **state)
{
    mote_model *model = network_infer(network_random(2)), *integers;
    mote_graph *graph = &model->graphs[0];
    mote_error  err = {0};

    (void)state;
    assert_false(mote_model_has_ranges(model));
    assert_int_equal(mote_model_quantize(&integers, model, NULL, NULL, &err), MOTE_ERR_USAGE);
    assert_string_equal(err.text, "quantizing needs calibration samples; give some with --calibrate");
    graph->tensors[graph->inputs[0]].range = (mote_range){-1, 1, true};
    err = (mote_error){0};
    assert_int_equal(mote_model_quantize(&integers, model, NULL, NULL, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "no calibration sample runs it"));
    graph->tensors[graph->inputs[0]].range.is_known = false;
    graph->tensors[graph->outputs[0]].range = (mote_range){0, 1, true};
    err = (mote_error){0};
    assert_int_equal(mote_model_quantize(&integers, model, NULL, NULL, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "input input has no range"));
    mote_model_destroy(model);
}

static mote_text written(const mote_model *model)
{
    mote_text  file = {0};
    mote_error err = {0};

    if (mote_tflite_write(&file, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return file;
}

/* The least value's place in the file: a vector of one. */
static uint8_t *find_float(const mote_text *file, float value)
{
    size_t i;

    for (i = 0; i + sizeof value <= file->count; i += 4)
        if (memcmp(file->bytes + i, &value, sizeof value) == 0)
            return (uint8_t *)file->bytes + i;
    fail_msg("%g is not in the file", (double)value);
    return NULL;
}

static void files_carry_the_ranges(void **state)
{
    const mote_train_quantize quantize = {.is_on = true, .from_epoch = 1};
    const float               bad[] = {NAN, INFINITY, 1e30f};
    mote_dataset             *set = digits();
    mote_model               *model = convolutional(), *real, *read, *integers = NULL, *others;
    mote_error                err = {0};
    mote_text                 file, again, one, other;
    float                     least;
    size_t                    i;

    (void)state;
    train(model, set, (mote_train_options){.batch_size = 100, .quantize = quantize});
    integers = integers_of(model, &quantize);
    assert_int_equal(mote_model_freeze(&real, model, &err), MOTE_OK);
    file = written(real);
    assert_int_equal(mote_model_read(&read, (const uint8_t *)file.bytes, file.count, NULL, &err), MOTE_OK);
    again = written(read);
    assert_int_equal(again.count, file.count);
    assert_memory_equal(again.bytes, file.bytes, file.count);
    assert_true(mote_model_has_ranges(read));
    assert_int_equal(mote_model_quantize(&others, read, NULL, NULL, &err), MOTE_OK);
    one = written(integers);
    other = written(others);
    assert_int_equal(one.count, other.count);
    assert_memory_equal(one.bytes, other.bytes, one.count);
    mote_model_destroy(read);
    least = real->graphs[0].tensors[real->graphs[0].nodes[real->graphs[0].node_count - 1].in[0]].range.min;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        memcpy(find_float(&file, least), &bad[i], sizeof least);
        err = (mote_error){0};
        assert_int_equal(mote_model_read(&read, (const uint8_t *)file.bytes, file.count, NULL, &err), MOTE_ERR_FORMAT);
        assert_non_null(strstr(err.text, "a range from "));
        least = bad[i];
    }
    mote_text_free(&file);
    mote_text_free(&again);
    mote_text_free(&one);
    mote_text_free(&other);
    mote_model_destroy(integers);
    mote_model_destroy(others);
    mote_model_destroy(real);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
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
        cmocka_unit_test(threads_give_the_same_bytes),
        cmocka_unit_test(quantizing_begins_with_its_epoch),
        cmocka_unit_test(what_cannot_be_trained_quantized_is_refused),
        cmocka_unit_test(without_ranges_samples_are_needed),
        cmocka_unit_test(files_carry_the_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
