/* layers/: shapes, names, defaults and initial values are Keras'. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/array.h>
#include <mote/layers.h>

#include "layers/layer.h"
#include "ops/op.h"

static mote_builder *builder_of(uint64_t seed)
{
    mote_error    err = {0};
    mote_builder *builder = mote_builder_create(&(mote_builder_options){.seed = seed}, &err);

    assert_non_null(builder);
    return builder;
}

static mote_model *finish(mote_builder *builder, mote_layer_id out)
{
    mote_error  err = {0};
    mote_model *model = NULL;

    if (mote_builder_finish(&model, builder, &out, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static const mote_tensor *tensor_named(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    int               i;

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

/* ---- structure ---- */

static void cnn_has_keras_shapes_names_and_fused_relus(void **state)
{
    static const mote_op_kind ops[] = {MOTE_OP_CONV_2D,         MOTE_OP_MAX_POOL_2D, MOTE_OP_CONV_2D,
                                       MOTE_OP_AVERAGE_POOL_2D, MOTE_OP_RESHAPE,     MOTE_OP_DROPOUT,
                                       MOTE_OP_FULLY_CONNECTED, MOTE_OP_SOFTMAX};
    mote_builder             *b = builder_of(1);
    mote_layer_id             x = mote_layer_input(b, 3, (int[]){28, 28, 1});
    mote_model               *model;
    const mote_graph         *graph;
    int                       i;
    (void)state;

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 16, .kernel_size = {3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_conv2d(
        b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {5, 3}, .strides = {2}, .padding = MOTE_PADDING_SAME});
    x = mote_layer_average_pooling2d(b, x, &(mote_pooling2d_options){.pool_size = {3, 2}, .strides = {2, 1}});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.99f}); /* the bound itself, which float rounds up */
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    model = finish(b, x);
    graph = &model->graphs[0];
    assert_int_equal(model->stage, MOTE_STAGE_TRAIN);
    assert_int_equal(graph->node_count, 8);
    for (i = 0; i < 8; i++)
        assert_int_equal(graph->nodes[i].op, ops[i]);
    assert_shape(model, "input", "[1,28,28,1]");
    assert_shape(model, "conv2d/kernel", "[16,3,3,1]");
    assert_shape(model, "conv2d", "[1,26,26,16]");
    assert_shape(model, "max_pooling2d", "[1,13,13,16]");
    assert_shape(model, "conv2d_1/kernel", "[8,5,3,16]");
    assert_shape(model, "conv2d_1", "[1,7,7,8]");
    assert_shape(model, "average_pooling2d", "[1,3,6,8]");
    assert_shape(model, "flatten", "[1,144]");
    assert_shape(model, "dense/kernel", "[10,144]");
    assert_shape(model, "dense/linear", "[1,10]");
    assert_shape(model, "dense", "[1,10]");
    assert_int_equal(graph->nodes[0].activation, MRT_ACT_RELU);
    assert_int_equal(graph->nodes[2].activation, MRT_ACT_NONE);
    assert_int_equal(graph->nodes[1].as.max_pool_2d.stride_h, 2);
    assert_int_equal(graph->nodes[3].as.average_pool_2d.stride_w, 1);
    mote_model_destroy(model);
}

static void every_activation_is_batched_and_origins_are_unique(void **state)
{
    mote_builder     *b = builder_of(1);
    mote_layer_id     x = mote_layer_input(b, 2, (int[]){4, 6}), y;
    mote_model       *model;
    const mote_graph *graph;
    int               i;
    (void)state;

    x = mote_layer_reshape(b, x, &(mote_reshape_options){.target_shape = {3, {2, -1, 3}}});
    y = mote_layer_depthwise_conv2d(b, x,
                                    &(mote_depthwise_conv2d_options){.kernel_size = {3},
                                                                     .padding = MOTE_PADDING_SAME,
                                                                     .activation = MOTE_ACTIVATION_TANH});
    x = mote_layer_add(b, (mote_layer_id[]){x, y, x}, 3, NULL);
    x = mote_layer_concatenate(b, (mote_layer_id[]){x, y}, 2, &(mote_concatenate_options){.axis = 2});
    x = mote_layer_global_average_pooling2d(b, x, NULL);
    model = finish(b, x);
    graph = &model->graphs[0];
    assert_shape(model, "reshape", "[1,2,4,3]");
    assert_shape(model, "add", "[1,2,4,3]");
    assert_shape(model, "concatenate", "[1,2,8,3]");
    assert_shape(model, "global_average_pooling2d", "[1,3]");
    for (i = 0; i < graph->tensor_count; i++) {
        assert_int_equal(graph->tensors[i].origin, i);
        assert_int_equal(graph->tensors[i].is_batched, graph->tensors[i].kind == MOTE_ACTIVATION);
    }
    for (i = 0; i < graph->node_count; i++)
        assert_int_equal(graph->nodes[i].origin, i);
    mote_model_destroy(model);
}

static void trainable_weights_lie_in_params_and_moving_statistics_do_not(void **state)
{
    mote_builder      *b = builder_of(1);
    mote_layer_id      x = mote_layer_input(b, 3, (int[]){6, 6, 3});
    const mote_tensor *gamma, *mean;
    const mote_node   *node;
    mote_model        *model;
    (void)state;

    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_batch_normalization(b, x,
                                       &(mote_batch_normalization_options){.scale = MOTE_SWITCH_OFF, .momentum = 0.9f});
    model = finish(b, x);
    gamma = tensor_named(model, "batch_normalization/gamma");
    mean = tensor_named(model, "batch_normalization/moving_mean");
    assert_true(gamma->is_trainable);
    assert_false(mean->is_trainable);
    assert_in_range((uintptr_t)gamma->data, (uintptr_t)model->params.values,
                    (uintptr_t)(model->params.values + model->params.count - 1));
    assert_float_equal(((const float *)gamma->data)[2], 1.0f, 0);
    assert_float_equal(((const float *)mean->data)[2], 0.0f, 0);
    assert_float_equal(((const float *)tensor_named(model, "batch_normalization/moving_variance")->data)[0], 1.0f, 0);
    node = &model->graphs[0].nodes[0];
    assert_float_equal(node->as.batch_normalization.momentum, 0.99f, 0);
    assert_float_equal(node->as.batch_normalization.epsilon, 0.001f, 0);
    assert_int_equal(model->graphs[0].nodes[1].op, MOTE_OP_RELU);
    assert_int_equal(model->graphs[0].nodes[2].in[1], MOTE_NONE);
    assert_float_equal(model->graphs[0].nodes[2].as.batch_normalization.momentum, 0.9f, 0);
    mote_model_destroy(model);
}

static void default_names_count_as_keras_does_and_avoid_given_ones(void **state)
{
    mote_builder *b = builder_of(1);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){4});
    mote_model   *model;
    (void)state;

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .name = "dense_1"});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .use_bias = MOTE_SWITCH_OFF});
    model = finish(b, x);
    assert_string_equal(model->graphs[0].nodes[0].name, "dense_1");
    assert_string_equal(model->graphs[0].nodes[1].name, "dense");
    assert_string_equal(model->graphs[0].nodes[2].name, "dense_2");
    assert_int_equal(model->graphs[0].nodes[2].in_count, 2);
    mote_model_destroy(model);
}

static void dense_keeps_leading_dimensions(void **state)
{
    mote_builder *b = builder_of(1);
    mote_model   *model;
    (void)state;

    model = finish(b, mote_layer_dense(b, mote_layer_input(b, 2, (int[]){3, 4}), &(mote_dense_options){.units = 5}));
    assert_shape(model, "dense", "[1,3,5]");
    mote_model_destroy(model);
}

static void leaky_relu_keeps_the_shape_and_has_keras_slope(void **state)
{
    mote_builder     *b = builder_of(1);
    mote_layer_id     x = mote_layer_input(b, 3, (int[]){4, 5, 3});
    mote_model       *model;
    const mote_graph *graph;
    (void)state;

    x = mote_layer_leaky_relu(b, x, NULL);
    x = mote_layer_leaky_relu(b, x, &(mote_leaky_relu_options){.negative_slope = 1.5f});
    model = finish(b, x);
    graph = &model->graphs[0];
    assert_int_equal(graph->node_count, 2);
    assert_int_equal(graph->nodes[0].op, MOTE_OP_LEAKY_RELU);
    assert_float_equal(graph->nodes[0].as.leaky_relu.alpha, 0.3f, 0);
    assert_float_equal(graph->nodes[1].as.leaky_relu.alpha, 1.5f, 0);
    assert_shape(model, "leaky_relu", "[1,4,5,3]");
    assert_shape(model, "leaky_relu_1", "[1,4,5,3]");
    mote_model_destroy(model);
}

/* ---- the golden models: every weight in Keras' order, in TensorFlow Lite's layout ---- */

static mote_layer_id make_mlp(mote_builder *b)
{
    mote_layer_id x = mote_layer_input(b, 1, (int[]){20});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id make_cnn(mote_builder *b)
{
    mote_conv2d_options conv = {.filters = 8, .kernel_size = {3}, .activation = MOTE_ACTIVATION_RELU};
    mote_layer_id       x = mote_layer_conv2d(b, mote_layer_input(b, 3, (int[]){12, 12, 1}), &conv);

    x = mote_layer_max_pooling2d(b, x, NULL);
    conv.padding = MOTE_PADDING_SAME;
    x = mote_layer_average_pooling2d(b, mote_layer_conv2d(b, x, &conv), NULL);
    return mote_layer_dense(b, mote_layer_flatten(b, x, NULL),
                            &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id make_resnet(mote_builder *b)
{
    const mote_activation_options relu = {.activation = MOTE_ACTIVATION_RELU};
    const mote_conv2d_options     wide = {
            .filters = 8, .kernel_size = {3}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF};
    const mote_depthwise_conv2d_options deep = {
        .kernel_size = {3}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF};
    const mote_conv2d_options point = {.filters = 8, .kernel_size = {1}, .use_bias = MOTE_SWITCH_OFF};
    mote_layer_id             s = mote_layer_conv2d(b, mote_layer_input(b, 3, (int[]){10, 10, 3}), &wide), x;

    s = mote_layer_activation(b, mote_layer_batch_normalization(b, s, NULL), &relu);
    x = mote_layer_batch_normalization(b, mote_layer_depthwise_conv2d(b, s, &deep), NULL);
    x = mote_layer_conv2d(b, mote_layer_activation(b, x, &relu), &point);
    x = mote_layer_add(b, (mote_layer_id[]){mote_layer_batch_normalization(b, x, NULL), s}, 2, NULL);
    x = mote_layer_global_average_pooling2d(b, mote_layer_activation(b, x, &relu), NULL);
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static void assert_weights_as_in(const char *path, mote_layer_id (*make)(mote_builder *))
{
    mote_builder *b = builder_of(1);
    mote_model   *model = finish(b, make(b));
    mote_error    err = {0};
    mote_npz     *npz;
    int           i, weight = 0;

    assert_int_equal(mote_npz_open(&npz, path, &err), MOTE_OK);
    for (i = 0; i < model->graphs[0].tensor_count; i++) {
        const mote_tensor *tensor = &model->graphs[0].tensors[i];
        mote_array         array;
        char               name[32];
        int                axis;
        if (tensor->kind != MOTE_CONST || tensor->dtype != MOTE_F32)
            continue;
        snprintf(name, sizeof name, "init/%d", weight++);
        assert_int_equal(mote_npz_load(&array, npz, name, 0, &err), MOTE_OK);
        assert_int_equal(array.rank, tensor->rank);
        for (axis = 0; axis < array.rank; axis++)
            assert_int_equal(array.dim[axis], tensor->dim[axis]);
        mote_array_free(&array);
    }
    {
        char name[32];
        snprintf(name, sizeof name, "init/%d", weight);
        assert_int_equal(mote_npz_find(npz, name), -1);
    }
    mote_npz_close(npz);
    mote_model_destroy(model);
}

static void weights_stand_in_keras_order_and_tflite_layout(void **state)
{
    (void)state;
    assert_weights_as_in("tests/golden/trajectory_mlp.npz", make_mlp);
    assert_weights_as_in("tests/golden/trajectory_cnn.npz", make_cnn);
    assert_weights_as_in("tests/golden/trajectory_resnet.npz", make_resnet);
}

/* ---- initial values ---- */

enum { DRAWS = 20000 };

/* Limits, or deviation and cut, of a weight with fan_in 30 and fan_out 70, from Keras' definitions. */
typedef struct distribution {
    mote_initializer initializer;
    double           deviation, largest; /* largest 0: not cut */
} distribution;

static void initializers_have_keras_spread(void **state)
{
    const double       cut = 2 / 0.87962566103423978;
    const distribution distributions[] = {{MOTE_INITIALIZER_GLOROT_UNIFORM, sqrt(2.0 / 100), sqrt(6.0 / 100)},
                                          {MOTE_INITIALIZER_GLOROT_NORMAL, sqrt(2.0 / 100), cut * sqrt(2.0 / 100)},
                                          {MOTE_INITIALIZER_HE_UNIFORM, sqrt(2.0 / 30), sqrt(6.0 / 30)},
                                          {MOTE_INITIALIZER_HE_NORMAL, sqrt(2.0 / 30), cut * sqrt(2.0 / 30)},
                                          {MOTE_INITIALIZER_LECUN_UNIFORM, sqrt(1.0 / 30), sqrt(3.0 / 30)},
                                          {MOTE_INITIALIZER_LECUN_NORMAL, sqrt(1.0 / 30), cut * sqrt(1.0 / 30)},
                                          {MOTE_INITIALIZER_RANDOM_UNIFORM, 0.05 / sqrt(3.0), 0.05},
                                          {MOTE_INITIALIZER_RANDOM_NORMAL, 0.05, 0}};
    static float       values[DRAWS];
    size_t             d, i;
    (void)state;

    for (d = 0; d < sizeof distributions / sizeof *distributions; d++) {
        const distribution *t = &distributions[d];
        double              sum = 0, squares = 0, fourth = 0, largest = 0;
        mote_initialize(&(mote_initialization){t->initializer, 30, 70, 7, 0}, values, DRAWS);
        for (i = 0; i < DRAWS; i++) {
            double v = (double)values[i];
            sum += v;
            squares += v * v;
            fourth += v * v * v * v;
            largest = fmax(largest, fabs(v));
        }
        /* 20,000 draws: five standard errors of mean and deviation */
        assert_float_equal((float)(sum / DRAWS / t->deviation), 0, 0.036f);
        assert_float_equal((float)(sqrt(squares / DRAWS) / t->deviation), 1, 0.025f);
        if (t->largest > 0) {
            assert_true(largest <= t->largest * (1 + 1e-7) && largest > 0.99 * t->largest);
        } else {
            assert_float_equal((float)(fourth / DRAWS / pow(t->deviation, 4)), 3, 0.3f); /* a normal's kurtosis */
        }
    }
}

/* Made once with Python: Philox by its definition, statistics.NormalDist().inv_cdf for the quantiles. */
static void initial_values_are_the_same_everywhere(void **state)
{
    static const float uniform[4] = {0x1.e5243ap-7f, 0x1.c64b40p-3f, -0x1.5bd4a4p-3f, -0x1.75035ep-4f};
    static const float normal[4] = {0x1.5c0b3cp-6f, 0x1.c08ed8p-2f, -0x1.1fe1b6p-2f, -0x1.14d9f8p-3f};
    float              values[4];
    int                i;
    (void)state;

    mote_initialize(&(mote_initialization){MOTE_INITIALIZER_GLOROT_UNIFORM, 30, 70, 1234, 2}, values, 4);
    for (i = 0; i < 4; i++)
        assert_float_equal(values[i], uniform[i], 0);
    mote_initialize(&(mote_initialization){MOTE_INITIALIZER_HE_NORMAL, 30, 70, 1234, 2}, values, 4);
    for (i = 0; i < 4; i++)
        assert_float_equal(values[i], normal[i], 0);
}

static float largest_of(const mote_model *model, const char *name)
{
    const mote_tensor *tensor = tensor_named(model, name);
    const float       *values = tensor->data;
    float              largest = 0;
    size_t             i;

    for (i = 0; i < mote_tensor_count(tensor); i++)
        largest = fmaxf(largest, fabsf(values[i]));
    return largest;
}

static void fans_are_keras(void **state)
{
    mote_builder *b = builder_of(3);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){8, 8, 32});
    mote_model   *model;
    (void)state;

    x = mote_layer_depthwise_conv2d(b, x, &(mote_depthwise_conv2d_options){.kernel_size = {5, 3}, .depth_multiplier = 2});
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 16, .kernel_size = {3, 2}});
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 20});
    model = finish(b, x);
    assert_shape(model, "depthwise_conv2d/kernel", "[1,5,3,64]");
    assert_float_equal(largest_of(model, "depthwise_conv2d/kernel"), sqrt(6.0 / (15 * 32 + 15 * 2)), 0.002);
    assert_float_equal(largest_of(model, "conv2d/kernel"), sqrt(6.0 / (6 * 64 + 6 * 16)), 0.002);
    assert_float_equal(largest_of(model, "dense/kernel"), sqrt(6.0 / (2 * 5 * 16 + 20)), 0.002);
    assert_float_equal(largest_of(model, "dense/bias"), 0, 0);
    mote_model_destroy(model);
}

static void weights_depend_on_the_seed_only(void **state)
{
    mote_model *model[3];
    int         i;
    (void)state;

    for (i = 0; i < 3; i++) {
        mote_builder *b = builder_of(i == 2 ? 6 : 5);
        model[i] = finish(b, make_cnn(b));
    }
    assert_memory_equal(model[0]->params.values, model[1]->params.values, model[0]->params.count * sizeof(float));
    assert_memory_not_equal(model[0]->params.values, model[2]->params.values, model[0]->params.count * sizeof(float));
    /* and on which weight it is: those of two layers of one fan begin with different values */
    assert_float_not_equal(*(const float *)tensor_named(model[0], "conv2d/kernel")->data * sqrtf(72 + 9),
                           *(const float *)tensor_named(model[0], "conv2d_1/kernel")->data * sqrtf(72 + 72), 1e-4f);
    for (i = 0; i < 3; i++)
        mote_model_destroy(model[i]);
}

/* ---- what goes wrong ---- */

static mote_layer_id large_kernel(mote_builder *b, mote_layer_id x)
{
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 16, .kernel_size = {4}, .strides = {2}});
    return mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {5}});
}

static mote_layer_id no_units(mote_builder *b, mote_layer_id x)
{
    return mote_layer_dense(b, x, NULL);
}

static mote_layer_id dense_into_conv(mote_builder *b, mote_layer_id x)
{
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 3});
    return mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {5}});
}

static mote_layer_id uneven_add(mote_builder *b, mote_layer_id x)
{
    return mote_layer_add(b, (mote_layer_id[]){x, mote_layer_max_pooling2d(b, x, NULL)}, 2, NULL);
}

static mote_layer_id uneven_concatenate(mote_builder *b, mote_layer_id x)
{
    return mote_layer_concatenate(b, (mote_layer_id[]){x, mote_layer_max_pooling2d(b, x, NULL)}, 2, NULL);
}

static mote_layer_id concatenated_samples(mote_builder *b, mote_layer_id x)
{
    return mote_layer_concatenate(b, (mote_layer_id[]){x, x}, 2, &(mote_concatenate_options){.axis = -4});
}

static mote_layer_id same_name(mote_builder *b, mote_layer_id x)
{
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.5f, .name = "d"});
    return mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.5f, .name = "d"});
}

static mote_layer_id wrong_reshape(mote_builder *b, mote_layer_id x)
{
    return mote_layer_reshape(b, x, &(mote_reshape_options){.target_shape = {2, {7, -1}}});
}

static mote_layer_id too_large(mote_builder *b, mote_layer_id x)
{
    return mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 1000000});
}

static mote_layer_id dead_end(mote_builder *b, mote_layer_id x)
{
    mote_layer_flatten(b, x, NULL);
    return mote_layer_max_pooling2d(b, x, NULL);
}

static mote_layer_id large_pool(mote_builder *b, mote_layer_id x)
{
    return mote_layer_max_pooling2d(b, x, &(mote_pooling2d_options){.pool_size = {2, 9}});
}

static mote_layer_id strides_and_dilation(mote_builder *b, mote_layer_id x)
{
    return mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){
            .filters = 4, .kernel_size = {3}, .strides = {2}, .dilation_rate = {2}, .padding = MOTE_PADDING_SAME});
}

static mote_layer_id dropout_of_pictures(mote_builder *b, mote_layer_id x)
{
    return mote_layer_spatial_dropout1d(b, x, &(mote_dropout_options){.rate = 0.5f});
}

static mote_layer_id loud_noise(mote_builder *b, mote_layer_id x)
{
    return mote_layer_gaussian_noise(b, x, &(mote_gaussian_noise_options){.stddev = 1.5f});
}

static mote_layer_id certain_dropout(mote_builder *b, mote_layer_id x)
{
    return mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 1});
}

static mote_layer_id rising_leak(mote_builder *b, mote_layer_id x)
{
    return mote_layer_leaky_relu(b, x, &(mote_leaky_relu_options){.negative_slope = -0.5f});
}

static mote_layer_id steep_leak(mote_builder *b, mote_layer_id x)
{
    return mote_layer_leaky_relu(b, x, &(mote_leaky_relu_options){.negative_slope = 101});
}

static mote_layer_id three_subtracted(mote_builder *b, mote_layer_id x)
{
    return mote_layer_subtract(b, (mote_layer_id[]){x, x, x}, 3, NULL);
}

static mote_layer_id uneven_dot(mote_builder *b, mote_layer_id x)
{
    mote_layer_id y = mote_layer_flatten(b, x, NULL);

    return mote_layer_dot(b, (mote_layer_id[]){y, mote_layer_dense(b, y, &(mote_dense_options){.units = 3})}, 2,
                          &(mote_dot_options){.axes = {1, {1}}});
}

static mote_layer_id permuted_twice(mote_builder *b, mote_layer_id x)
{
    return mote_layer_permute(b, x, &(mote_permute_options){.dims = {3, {1, 1, 2}}});
}

static mote_layer_id repeated_image(mote_builder *b, mote_layer_id x)
{
    return mote_layer_repeat_vector(b, x, &(mote_repeat_vector_options){.n = 2});
}

static mote_layer_id mean_alone(mote_builder *b, mote_layer_id x)
{
    return mote_layer_normalization(b, x, &(mote_normalization_options){.mean = {1, {0.5f}}});
}

static mote_layer_id two_scales(mote_builder *b, mote_layer_id x)
{
    return mote_layer_rescaling(b, x, &(mote_rescaling_options){.scale = {2, {0.5f, 1}}});
}

static mote_layer_id softmax_of_the_batch(mote_builder *b, mote_layer_id x)
{
    return mote_layer_softmax(b, x, &(mote_softmax_options){.axis = -4});
}

static mote_layer_id far_axis_shared(mote_builder *b, mote_layer_id x)
{
    return mote_layer_prelu(b, x, &(mote_prelu_options){.shared_axes = {1, {4}}});
}

static mote_layer_id lonely_add(mote_builder *b, mote_layer_id x)
{
    return mote_layer_add(b, &x, 1, NULL);
}

static void mistakes_are_told_in_keras_terms(void **state)
{
    static const struct {
        mote_layer_id (*make)(mote_builder *, mote_layer_id);
        const char *text;
    } mistakes[] = {
        {large_kernel, "layer \"conv2d_1\": kernel [5,5] is larger than its input [3,3,16]; use padding: same or a smaller "
                       "kernel"},
        {no_units, "layer \"dense\": units is 0; 1 to 1048576 are possible"},
        {dense_into_conv, "layer \"conv2d\": takes [height, width, channels], but its input has 1 dimension; add a reshape "
                          "before it"},
        {uneven_add, "layer \"add\": its inputs have different shapes: [8,8,3] and [4,4,3]"},
        {uneven_concatenate, "layer \"concatenate\": its inputs must be alike but along axis 3: [8,8,3] and [4,4,3]"},
        {concatenated_samples, "layer \"concatenate\": axis is 0; 1 to 3 are possible, or -1 to -3"},
        {same_name, "there are two layers \"d\"; give each its own name"},
        {wrong_reshape, "layer \"reshape\": target_shape [7,-1] does not hold the 192 elements of its input [8,8,3]"},
        {too_large, "layer \"dense\": kernel [1000000,192] makes the network larger than 67108864 parameters"},
        {dead_end, "layer \"flatten\": its output leads nowhere"},
        {large_pool, "layer \"max_pooling2d\": pool_size [2,9] is larger than its input [8,8,3]; use padding: same or a "
                     "smaller pool_size"},
        {strides_and_dilation, "layer \"conv2d\": strides and dilation_rate over 1 do not go together"},
        {certain_dropout, "layer \"dropout\": rate is 1; 0 to 0.99 are possible"},
        {dropout_of_pictures, "layer \"spatial_dropout1d\": its input is [8,8,3]; [length, channels] is expected"},
        {loud_noise, "layer \"gaussian_noise\": stddev is 1.5; 0 to 1 are possible"},
        {rising_leak, "layer \"leaky_relu\": negative_slope is -0.5; 1e-07 to 100 are possible"},
        {steep_leak, "layer \"leaky_relu\": negative_slope is 101; 1e-07 to 100 are possible"},
        {three_subtracted, "layer \"subtract\": has 3 inputs, 2 expected"},
        {uneven_dot, "layer \"dot\": its inputs are [192] and [3]; two vectors or two matrices are possible, as long along "
                     "their axes"},
        {permuted_twice, "layer \"permute\": dims must name each of 1 to 3, the axes of its input [8,8,3], once"},
        {repeated_image, "layer \"repeat_vector\": takes a vector, but its input is [8,8,3]; add a flatten before it"},
        {mean_alone, "layer \"normalization\": has a mean and no variance; give both or neither"},
        {two_scales, "layer \"rescaling\": scale has 2 numbers; 1 or 3 are possible"},
        {softmax_of_the_batch, "layer \"softmax\": axis is -4; 1 to 3 are possible, or -1 to -3"},
        {far_axis_shared, "layer \"prelu\": shared_axes has 4; 1 to 3 are possible"},
        {lonely_add, "layer \"add\": has 1 inputs, at least 2 expected"},
    };
    size_t i;
    (void)state;

    for (i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        mote_builder *b = builder_of(1);
        mote_error    err = {0};
        mote_model   *model;
        mote_layer_id out = mistakes[i].make(b, mote_layer_input(b, 3, (int[]){8, 8, 3}));
        assert_int_not_equal(mote_builder_finish(&model, b, &out, 1, &err), MOTE_OK);
        assert_null(model);
        assert_string_equal(err.text, mistakes[i].text);
    }
}

static void first_failure_is_kept(void **state)
{
    mote_builder *b = builder_of(1);
    mote_error    err = {0};
    mote_model   *model;
    mote_layer_id x = mote_layer_input(b, 2, (int[]){4, 0});
    (void)state;

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 4});
    assert_int_equal(x, MOTE_NO_LAYER);
    assert_int_equal(mote_builder_shape(b, x).rank, -1);
    assert_int_equal(mote_builder_finish(&model, b, &x, 1, &err), MOTE_ERR_USAGE);
    assert_string_equal(err.text, "the input has a dimension of 0; 1 to 65536 are possible");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cnn_has_keras_shapes_names_and_fused_relus),
        cmocka_unit_test(every_activation_is_batched_and_origins_are_unique),
        cmocka_unit_test(trainable_weights_lie_in_params_and_moving_statistics_do_not),
        cmocka_unit_test(default_names_count_as_keras_does_and_avoid_given_ones),
        cmocka_unit_test(dense_keeps_leading_dimensions),
        cmocka_unit_test(leaky_relu_keeps_the_shape_and_has_keras_slope),
        cmocka_unit_test(weights_stand_in_keras_order_and_tflite_layout),
        cmocka_unit_test(initializers_have_keras_spread),
        cmocka_unit_test(initial_values_are_the_same_everywhere),
        cmocka_unit_test(fans_are_keras),
        cmocka_unit_test(weights_depend_on_the_seed_only),
        cmocka_unit_test(mistakes_are_told_in_keras_terms),
        cmocka_unit_test(first_failure_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
