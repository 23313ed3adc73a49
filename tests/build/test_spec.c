/* build/: specs are read whole, and every mistake is told in one line with its place. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include "build/spec.h"

static mote_status parse(mote_spec **out, const char *text, mote_error *err)
{
    *err = (mote_error){0};
    return mote_spec_parse(out, "x.yaml", text, strlen(text), err);
}

static mote_spec *parsed(const char *text)
{
    mote_error err;
    mote_spec *spec;

    if (parse(&spec, text, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return spec;
}

static mote_spec *loaded(const char *path)
{
    mote_error err = {0};
    mote_spec *spec;

    if (mote_spec_load(&spec, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return spec;
}

static mote_model *built(const mote_spec *spec)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_spec_build_model(&model, spec, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* ---- good specs ---- */

static void design_spec_is_read_as_it_says(void **state)
{
    mote_spec  *spec = parsed("name: mnist\n"
                               "data: {path: data/mnist, scale: 255}\n"
                               "model:\n"
                               "  input: [784]\n"
                               "  layers:\n"
                               "    - dense: {units: 64, activation: relu}\n"
                               "    - dense: {units: 64, activation: relu}\n"
                               "    - dense: {units: 10, activation: softmax}\n"
                               "train: {loss: categorical_crossentropy, optimizer: rmsprop, batch_size: 64, epochs: 10, "
                               "validation_split: 0.2, seed: 1234}\n"
                               "convert: {quantize: int8, calibrate: 100, io: int8}\n"
                               "deploy: {target: c, chip: cortex-m4}\n");
    mote_model *model = built(spec);
    (void)state;

    assert_string_equal(spec->name, "mnist");
    assert_string_equal(spec->data.path, "data/mnist");
    assert_float_equal(spec->data.options.scale, 255, 0);
    assert_int_equal(spec->train.loss, MOTE_LOSS_CATEGORICAL_CROSSENTROPY);
    assert_int_equal(spec->train.optimizer.kind, MOTE_OPTIMIZER_RMSPROP);
    assert_int_equal(spec->train.batch_size, 64);
    assert_int_equal(spec->train.epochs, 10);
    assert_true(spec->train.validation_split == 0.2);
    assert_int_equal(spec->train.seed, 1234);
    assert_false(spec->train.keeps_order);
    assert_true(spec->convert.is_quantized);
    assert_int_equal(spec->convert.options.io, MOTE_I8);
    assert_int_equal(spec->convert.options.samples, 100);
    assert_false(spec->convert.options.is_per_tensor);
    assert_string_equal(spec->deploy.options.target, "c");
    assert_string_equal(spec->deploy.chip, "cortex-m4");
    assert_false(spec->deploy.options.keeps_constant_channels);
    assert_int_equal(model->graphs[0].node_count, 4);
    assert_int_equal(model->params.count, 784 * 64 + 64 + 64 * 64 + 64 + 640 + 16);
    assert_string_equal(model->name, "mnist");
    mote_model_destroy(model);
    mote_spec_destroy(spec);
}

static void every_key_has_its_place(void **state)
{
    mote_spec *spec =
        parsed("data: {path: x.csv, scale: 2, offset: -1.5, standardize: channels, shape: [2, -1], image: [32, 24, 3],\n"
               "       targets: [a, b], target_kind: values, classes: 7, test_split: 0.25, seed: 18446744073709551615}\n"
               "model: {input: [4], layers: [dense: 3]}\n"
               "train: {loss: mse, optimizer: {sgd: {momentum: 0.9, nesterov: true}}, learning_rate: 1e-2, shuffle: false,\n"
               "        metrics: [mae, accuracy], threads: 2, isa: baseline, from_logits: true}\n"
               "convert: {quantize: int8, granularity: tensor, method: minmax, io: uint8}\n"
               "deploy: {target: array, optimize: size, prune_constant: false, name: my_model}\n");
    (void)state;

    assert_string_equal(spec->name, "x");
    assert_float_equal(spec->data.options.offset, -1.5, 0);
    assert_int_equal(spec->data.options.standardize, MOTE_STANDARDIZE_CHANNELS);
    assert_int_equal(spec->data.options.rank, 2);
    assert_int_equal(spec->data.options.shape[1], -1);
    assert_int_equal(spec->data.options.image_width, 24);
    assert_int_equal(spec->data.options.image_channels, 3);
    assert_int_equal(spec->data.options.target_count, 2);
    assert_string_equal(spec->data.options.target_names[1], "b");
    assert_int_equal(spec->data.options.targets, MOTE_TARGETS_VALUES);
    assert_int_equal(spec->data.options.class_count, 7);
    assert_true(spec->data.options.test_split == 0.25);
    assert_true(spec->data.options.seed == UINT64_MAX);
    assert_int_equal(spec->train.optimizer.kind, MOTE_OPTIMIZER_SGD);
    assert_float_equal(spec->train.optimizer.momentum, 0.9f, 0);
    assert_float_equal(spec->train.optimizer.learning_rate, 0.01f, 0);
    assert_true(spec->train.optimizer.nesterov);
    assert_true(spec->train.keeps_order);
    assert_true(spec->train.from_logits);
    assert_int_equal(spec->train.metrics, MOTE_METRIC_MAE | MOTE_METRIC_ACCURACY);
    assert_int_equal(spec->train.threads, 2);
    assert_string_equal(spec->train.isa, "baseline");
    assert_true(spec->convert.options.is_per_tensor);
    assert_int_equal(spec->convert.options.io, MOTE_U8);
    assert_string_equal(spec->deploy.options.name, "my_model");
    assert_int_equal(spec->deploy.options.optimize, MOTE_OPTIMIZE_SIZE);
    assert_true(spec->deploy.options.keeps_constant_channels);
    mote_spec_destroy(spec);
}

static mote_crop parsed_crop(const char *data)
{
    char       text[200];
    mote_spec *spec;
    mote_crop  crop;

    snprintf(text, sizeof text, "data: {path: x, %s}\nmodel: {input: [4], layers: [dense: 3]}\n", data);
    spec = parsed(text);
    crop = spec->data.options.crop;
    mote_spec_destroy(spec);
    return crop;
}

static void a_crop_is_the_middle_or_a_box(void **state)
{
    const mote_crop box = parsed_crop("crop: [1, 0, 65536, 4]"), none = parsed_crop("crop: null");
    (void)state;

    assert_int_equal(parsed_crop("image: [8, 8], crop: center").kind, MOTE_CROP_CENTER);
    assert_int_equal(box.kind, MOTE_CROP_BOX);
    assert_true(box.top == 1 && box.left == 0 && box.height == 65536 && box.width == 4);
    assert_int_equal(none.kind, MOTE_CROP_NONE);
}

/* Layers, an item each: what stands behind the dash in a list. */
static void every_layer_takes_its_arguments(void **state)
{
    mote_spec  *spec = parsed("model:\n"
                               "  input: [12, 12, 2]\n"
                               "  layers:\n"
                               "    - conv2d:\n"
                               "        filters: 4\n"
                               "        kernel_size: [3, 1]\n"
                               "        strides: 2\n"
                               "        padding: same\n"
                               "        use_bias: false\n"
                               "        kernel_initializer: he_normal\n"
                               "    - batch_normalization: {momentum: 0.9, epsilon: 1e-5, center: false}\n"
                               "    - activation: relu6\n"
                               "    - depthwise_conv2d: {kernel_size: 3, depth_multiplier: 2, activation: sigmoid}\n"
                               "    - max_pooling2d: {pool_size: [2, 1], strides: 1}\n"
                               "    - average_pooling2d\n"
                               "    - reshape: [4, -1]\n"
                               "    - flatten: {}\n"
                               "    - dropout: 0.5\n"
                               "    - dense:\n"
                               "        units: 3\n"
                               "        name: last\n");
    mote_model *model = built(spec);
    mote_graph *graph = &model->graphs[0];
    (void)state;

    assert_string_equal(mote_shape_show(mote_node_in(graph, &graph->nodes[0], 1)).text, "[4,3,1,2]");
    assert_int_equal(graph->nodes[0].in_count, 2);
    assert_int_equal(graph->nodes[0].as.conv_2d.stride_w, 2);
    assert_float_equal(graph->nodes[1].as.batch_normalization.epsilon, 1e-5f, 0);
    assert_int_equal(graph->nodes[1].in[2], MOTE_NONE);
    assert_int_equal(graph->nodes[2].op, MOTE_OP_RELU6);
    assert_int_equal(graph->nodes[4].op, MOTE_OP_LOGISTIC);
    assert_int_equal(graph->nodes[5].as.max_pool_2d.filter_w, 1);
    assert_int_equal(graph->nodes[5].as.max_pool_2d.stride_h, 1);
    assert_string_equal(mote_shape_show(mote_node_out(graph, &graph->nodes[7], 0)).text, "[1,4,4]");
    assert_float_equal(graph->nodes[9].as.dropout.rate, 0.5f, 0);
    assert_string_equal(graph->nodes[10].name, "last");
    mote_model_destroy(model);
    mote_spec_destroy(spec);
}

static void residual_network_joins_its_branches(void **state)
{
    mote_spec   *spec = parsed("model:\n"
                                 "  input: [6, 6, 3]\n"
                                 "  layers:\n"
                                 "    - conv2d: {filters: 3, kernel_size: 1, name: trunk}\n"
                                 "    - conv2d: {filters: 3, kernel_size: 3, padding: same}\n"
                                 "    - conv2d: {filters: 3, kernel_size: 3, padding: same, inputs: input}\n"
                                 "    - add: {inputs: [conv2d_1, trunk, conv2d]}\n"
                                 "    - global_average_pooling2d\n"
                                 "    - dense: {units: 2, name: a}\n"
                                 "    - dense: {units: 5, inputs: [global_average_pooling2d]}\n"
                                 "  outputs: [dense, a]\n");
    mote_model  *model = built(spec);
    mote_graph  *graph = &model->graphs[0];
    mote_tensor *outputs[2] = {&graph->tensors[graph->outputs[0]], &graph->tensors[graph->outputs[1]]};
    (void)state;

    assert_int_equal(graph->node_count, 8); /* add of three is two nodes */
    assert_int_equal(graph->nodes[2].in[0], graph->inputs[0]);
    assert_string_equal(graph->tensors[graph->nodes[3].in[0]].name, "conv2d_1");
    assert_string_equal(graph->tensors[graph->nodes[3].in[1]].name, "trunk");
    assert_string_equal(graph->tensors[graph->nodes[4].in[1]].name, "conv2d");
    assert_int_equal(graph->output_count, 2);
    assert_string_equal(mote_shape_show(outputs[0]).text, "[1,5]");
    assert_string_equal(outputs[1]->name, "a");
    mote_model_destroy(model);
    mote_spec_destroy(spec);
}

static void weights_follow_the_seed_of_train(void **state)
{
    mote_spec  *spec = parsed("model: {input: [4], layers: [dense: 3]}\ntrain: {loss: mse, seed: 7}\n");
    mote_model *first = built(spec), *second;
    (void)state;

    spec->train.seed = 8;
    second = built(spec);
    assert_memory_not_equal(first->params.values, second->params.values, 12 * sizeof(float));
    mote_model_destroy(first);
    mote_model_destroy(second);
    mote_spec_destroy(spec);
}

static void canonical_text_ignores_layout_but_not_content(void **state)
{
    static const char *const same[] = {
        "model: {input: [4], layers: [dense: {units: 3, activation: relu}]}\n",
        "# a comment\n\nname: other\nmodel:\n  layers:\n    - dense:\n        activation: relu   # fast\n        units: 3\n"
        "  input:\n  - 4\n",
    };
    static const char *const other = "model: {input: [4], layers: [dense: {units: 4, activation: relu}]}\n";
    const char *const        wanted = "{\"input\": [4], \"layers\": [{\"dense\": {\"activation\": relu, \"units\": 3}}]}";
    mote_spec               *spec;
    size_t                   i;
    (void)state;

    for (i = 0; i < 2; i++) {
        spec = parsed(same[i]);
        assert_string_equal(mote_spec_section_text(spec, "model"), wanted);
        assert_string_equal(mote_spec_section_text(spec, "train"), "");
        mote_spec_destroy(spec);
    }
    spec = parsed(other);
    assert_string_not_equal(mote_spec_section_text(spec, "model"), wanted);
    mote_spec_destroy(spec);
}

static void sine_is_generated_in_the_network_s_shape(void **state)
{
    mote_spec    *spec = parsed("data: {generate: {sine: {samples: 50, noise: 0.1, seed: 3}}}\n"
                                   "model: {input: [1, 1], layers: [flatten, dense: 1]}\n");
    mote_error    err = {0};
    mote_dataset *set;
    mote_model   *model;
    (void)state;

    assert_int_equal(mote_spec_load_data(&set, spec, &err), MOTE_OK);
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 30);
    assert_int_equal(set->feature[0].rank, 2);
    assert_int_equal(mote_spec_build_model(&model, spec, set, &err), MOTE_OK);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
}

static void input_is_taken_from_the_data_where_it_is_left_out(void **state)
{
    mote_spec    *spec = parsed("data: {generate: sine}\nmodel: {layers: [dense: 1]}\n");
    mote_error    err = {0};
    mote_dataset *set;
    mote_model   *model;
    (void)state;

    assert_int_equal(mote_spec_build_model(&model, spec, NULL, &err), MOTE_ERR_USAGE);
    assert_string_equal(err.text, "x.yaml:2: model: input is missing, and there is no data to take it from");
    mote_error_clear(&err);
    assert_int_equal(mote_spec_load_data(&set, spec, &err), MOTE_OK);
    assert_int_equal(mote_spec_build_model(&model, spec, set, &err), MOTE_OK);
    assert_int_equal(mote_model_input(model, 0).dim[1], 1);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
}

static void examples_build(void **state)
{
    static const struct {
        const char *path;
        size_t      parameters; /* trainable, as Keras counts them */
    } examples[] = {
        {"examples/sine/sine.yaml", 321},
        {"examples/sine/sine16.yaml", 49},
        {"examples/sine/sine-adam.yaml", 321},
        {"examples/mnist/mnist.yaml", 55050},
        {"examples/mnist-cnn/mnist-cnn.yaml", 6490},
        {"examples/mnist-resnet/mnist-resnet.yaml", 10306},
        {"examples/motion/motion.yaml", 2692},
    };
    size_t i;
    (void)state;

    for (i = 0; i < sizeof examples / sizeof *examples; i++) {
        mote_spec  *spec = loaded(examples[i].path);
        mote_model *model = built(spec);
        mote_graph *graph = &model->graphs[0];
        size_t      count = 0;
        int         id;
        for (id = 0; id < graph->tensor_count; id++)
            count += graph->tensors[id].is_trainable ? mote_tensor_count(&graph->tensors[id]) : 0;
        assert_int_equal(count, examples[i].parameters);
        mote_model_destroy(model);
        mote_spec_destroy(spec);
    }
}

/* ---- bad specs ---- */

#define LAYERS "model:\n  input: [8, 8, 3]\n  layers:\n"

typedef struct mistake {
    const char *spec, *text;
} mistake;

static const mistake reading_mistakes[] = {
    /* keys */
    {LAYERS "    - dense: {units: 3}\n    - dense: {unit: 4}\n",
     "x.yaml:5: unknown key \"unit\" in layer dense; did you mean \"units\"?"},
    {"nam: a\n" LAYERS "    - dense: 1\n", "x.yaml:1: unknown key \"nam\" in the spec; did you mean \"name\"?"},
    {LAYERS "    - flatten: {axis: 1}\n", "x.yaml:4: unknown key \"axis\" in layer flatten; it takes name, inputs"},
    {LAYERS "    - dense: 1\ntrain:\n  loss: mse\n  batchsize: 3\n",
     "x.yaml:7: unknown key \"batchsize\" in train; did you mean \"batch_size\"?"},
    {LAYERS "    - dense:\n        units: 1\n        units: 2\n",
     "x.yaml:6: the key \"units\" is here twice; the first is on line 5"},
    {"name: a\n", "x.yaml:1: model is missing"},
    {"", "x.yaml:1: model is missing"},
    {"model:\n  input: [3]\n",
     "x.yaml:2: model: layers is missing, or a name in their place, as in architecture: mobilenet_v2"},
    {LAYERS "    - dense: 1\ntrain: {epochs: 2}\n",
     "x.yaml:5: train: loss is missing; it is one of: mse, mean_squared_error, mae, mean_absolute_error, "
     "binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, huber, log_cosh, "
     "mean_absolute_percentage_error, mean_squared_logarithmic_error, poisson, cosine_similarity, kl_divergence, hinge, "
     "squared_hinge, categorical_hinge, binary_focal_crossentropy, categorical_focal_crossentropy"},
    /* layers */
    {LAYERS "    - dnse: {units: 3}\n", "x.yaml:4: unknown layer \"dnse\"; did you mean \"dense\"?"},
    {LAYERS "    - dense: 3\n    - sigmoid\n", "x.yaml:5: unknown layer \"sigmoid\"; write activation: sigmoid"},
    {LAYERS "    - dense: {activation: relu}\n", "x.yaml:4: layer dense: units is missing"},
    {LAYERS "    - dense\n", "x.yaml:4: layer dense: units is missing"},
    {LAYERS "    - conv2d: 3\n", "x.yaml:4: layer conv2d: kernel_size is missing"},
    {LAYERS "    - flatten: 3\n", "x.yaml:4: layer flatten takes no arguments but name and inputs"},
    {LAYERS "    - dense:\n      units: 3\n",
     "x.yaml:5: \"units\" stands beside layer dense; write its arguments in braces or indent them deeper"},
    {LAYERS "    - [dense]\n", "x.yaml:4: a layer is expected, as in - dense: {units: 10}"},
    {LAYERS "    -\n", "x.yaml:4: a layer is expected, as in - dense: {units: 10}"},
    {"model:\n  layers: {dense: 3}\n", "x.yaml:2: layers must be a list, each line as in - dense: {units: 10}"},
    {LAYERS "    - dense: {units: 1, name: a}\n    - dense: {units: 1, name: a}\n",
     "x.yaml:5: there are two layers \"a\"; the first is on line 4"},
    {LAYERS "    - dense: {units: 1, name: input}\n",
     "x.yaml:4: \"input\" is the network's input; give the layer another name"},
    {LAYERS "    - dense: {units: 1, inputs: b}\n", "x.yaml:4: inputs: there is no layer \"b\" before this one"},
    {LAYERS "    - dense: {units: 1, inputs: dense_1}\n    - dense: 1\n",
     "x.yaml:4: inputs: layer \"dense_1\" comes only later"},
    {LAYERS "    - dense: {units: 1, inputs: [input, input]}\n", "x.yaml:4: layer dense takes one input"},
    {LAYERS "    - dense: 1\n    - add\n", "x.yaml:5: layer add needs inputs: [a, b]"},
    {LAYERS "    - dense: 1\n  outputs: dense_1\n", "x.yaml:5: outputs: there is no layer \"dense_1\""},
    /* types and ranges */
    {LAYERS "    - dense: {units: many}\n", "x.yaml:4: layer dense: units is \"many\"; a whole number expected"},
    {LAYERS "    - dense: {units: 2.5}\n", "x.yaml:4: layer dense: units is \"2.5\"; a whole number expected"},
    {LAYERS "    - dense: {units: \"3\"}\n", "x.yaml:4: layer dense: units is \"3\"; a whole number expected"},
    {LAYERS "    - dense: {units: 0x10}\n", "x.yaml:4: layer dense: units is \"0x10\"; a whole number expected"},
    {LAYERS "    - dense: {units: [3]}\n", "x.yaml:4: layer dense: units is a list; a whole number expected"},
    {LAYERS "    - dense: {units: 0}\n", "x.yaml:4: layer dense: units is 0; 1 to 1048576 are possible"},
    {LAYERS "    - dense: {units: 1e30}\n", "x.yaml:4: layer dense: units is 1e+30; 1 to 1048576 are possible"},
    {LAYERS "    - dropout: 1.5\n", "x.yaml:4: layer dropout: rate is 1.5; 0 to 0.99 are possible"},
    {LAYERS "    - conv2d: {filters: 1, kernel_size: [3, 3, 3]}\n",
     "x.yaml:4: layer conv2d: kernel_size is a list; a whole number, or two as in [3, 3], expected"},
    {LAYERS "    - max_pooling2d: {strides: 0}\n", "x.yaml:4: layer max_pooling2d: strides is 0; 1 to 4096 are possible"},
    {LAYERS "    - dense: {units: 1, use_bias: yes}\n",
     "x.yaml:4: layer dense: use_bias is \"yes\"; true or false expected"},
    {LAYERS "    - dense: {units: 1, activation: relu7}\n",
     "x.yaml:4: layer dense: unknown activation \"relu7\"; did you mean \"relu\"?"},
    {LAYERS "    - activation: linear\n",
     "x.yaml:4: layer activation: unknown activation \"linear\"; possible: relu, relu6, sigmoid, tanh, softmax, hard_swish, "
     "elu, selu, gelu, silu, hard_sigmoid, softplus, "
     "softsign, exponential, log_softmax, mish, leaky_relu, swish, hard_silu"},
    {LAYERS "    - reshape: {target_shape: [-1, -1]}\n", "x.yaml:4: layer reshape: target_shape has more than one -1"},
    {"model:\n  input: 784\n  layers: [dense: 1]\n", "x.yaml:2: model: input is \"784\"; a list as in [28, 28, 1] expected"},
    {"model:\n  input: [0]\n  layers: [dense: 1]\n", "x.yaml:2: model: input is 0; 1 to 65536 are possible"},
    /* sections */
    {"name: ../x\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: name \"../x\": 1 to 60 letters, digits, '_', '-' and '.' are possible, beginning with a letter, digit or "
     "'_'"},
    {"train: 3\n" LAYERS "    - dense: 1\n", "x.yaml:1: train must have keys, as in train: {key: value}"},
    {LAYERS "    - dense: 1\ntrain: {loss: msee}\n", "x.yaml:5: train: unknown loss \"msee\"; did you mean \"mse\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, optimizer: adamu}\n",
     "x.yaml:5: train: unknown optimizer \"adamu\"; did you mean \"adam\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, optimizer: {adam: {rho: 0.9}}}\n",
     "x.yaml:5: unknown key \"rho\" in adam; it takes beta_1, beta_2, epsilon, weight_decay, amsgrad, clipnorm, "
     "global_clipnorm, clipvalue, use_ema, ema_momentum, ema_overwrite_frequency, learning_rate"},
    {LAYERS "    - dense: 1\ntrain: {loss: {huber: {delt: 2}}}\n",
     "x.yaml:5: unknown key \"delt\" in huber; did you mean \"delta\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, learning_rate: {cosine: {}}}\n",
     "x.yaml:5: learning_rate: unknown schedule \"cosine\"; possible: exponential_decay, cosine_decay, "
     "cosine_decay_restarts, "
     "piecewise_constant_decay, polynomial_decay, inverse_time_decay"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, learning_rate: {cosine_decay: {decay_steps: 3}}}\n",
     "x.yaml:5: cosine_decay: initial_learning_rate is missing"},
    {LAYERS
     "    - dense: 1\ntrain: {loss: mse, learning_rate: {piecewise_constant_decay: {boundaries: [3], values: [1]}}}\n",
     "x.yaml:5: piecewise_constant_decay: 1 boundaries have 2 values between and around them; 1 are given"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, early_stopping: {patienc: 3}}\n",
     "x.yaml:5: unknown key \"patienc\" in early_stopping; did you mean \"patience\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, class_weight: 3}\n",
     "x.yaml:5: train: class_weight is balanced, or weights of classes, as in {0: 1, 1: 2.5} or {cat: 2.5}"},
    {LAYERS "    - dense: 1\ntrain:\n  loss: mse\n  learning_rate: 1\n  optimizer: {sgd: {learning_rate: 2}}\n",
     "x.yaml:7: train: learning_rate is given here and in optimizer; leave one out"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, metrics: [mae, acuracy]}\n",
     "x.yaml:5: train: unknown metrics \"acuracy\"; did you mean \"accuracy\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, seed: -1}\n",
     "x.yaml:5: train: seed is \"-1\"; a whole number, 0 or more, expected"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int9}\n",
     "x.yaml:5: train: unknown quantize \"int9\"; did you mean \"int8\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: dynamic}\n",
     "x.yaml:5: train: quantize: dynamic keeps activations real: there is nothing to train for; convert by it"},
    {LAYERS "    - dense: 1\ntrain:\n  loss: mse\n  from_epoch: 1\n",
     "x.yaml:7: train: from_epoch goes with quantize, as in quantize: int8"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int8, epochs: 3, from_epoch: 4}\n",
     "x.yaml:5: train: from_epoch is 4, and there are 3 epochs"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int8, from_epoch: 0}\n",
     "x.yaml:5: train: from_epoch is 0; 1 to 1000000 are possible"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: 10 fortnights}\n",
     "x.yaml:5: train: checkpoint: \"10 fortnights\"; how often is expected, as in 1 epoch, 500 steps, 10 minutes; or none"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: 0 epochs}\n",
     "x.yaml:5: train: checkpoint: every 0 epochs; 1 to 1000000000 are possible"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: 99999999999999999999 steps}\n",
     "x.yaml:5: train: checkpoint: every 9223372036854775807 steps; 1 to 1000000000 are possible"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: {ever: 1 epoch}}\n",
     "x.yaml:5: unknown key \"ever\" in checkpoint; did you mean \"every\"?"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: {every: }}\n",
     "x.yaml:5: train: checkpoint: how often is expected, as in 1 epoch, 500 steps, 10 minutes; or none"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, checkpoint: [1]}\n",
     "x.yaml:5: train: checkpoint: how often is expected, as in 1 epoch, 500 steps, 10 minutes; or none"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int8}\nconvert:\n  calibrate: 10\n",
     "x.yaml:7: convert: calibrate: training finds the ranges (train: quantize); leave it out"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int8}\nconvert:\n  method: mse\n",
     "x.yaml:7: convert: method: training finds the ranges (train: quantize); leave it out"},
    {LAYERS "    - dense: 1\ntrain: {loss: mse, quantize: int8}\nconvert: {io: int16}\n",
     "x.yaml:6: convert: io int16 does not go with int8, which has float32, int8, uint8"},
    {LAYERS "    - dense: 1\nconvert: {quantize: ternary}\n",
     "x.yaml:5: convert: unknown quantize \"ternary\"; possible: none, int8, int16x8, float16, dynamic, int4, "
     "pow2-int8, pow2-int16"},
    {LAYERS "    - dense: 1\nconvert:\n  io: int8\n",
     "x.yaml:6: convert: io is an integer type, but nothing is quantized; add quantize: int8"},
    {LAYERS "    - dense: 1\ndeploy: {chip: cortexm4}\n",
     "x.yaml:5: deploy: unknown chip \"cortexm4\"; did you mean \"cortex-m4\"?"},
    {LAYERS "    - dense: 1\ndeploy: {name: 3d}\n", "x.yaml:5: deploy: name \"3d\" is no C identifier"},
    {"data: {scale: 2}\n" LAYERS "    - dense: 1\n", "x.yaml:1: data: path is missing (or generate)"},
    {"data: {generate: waves}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: generate: unknown generator \"waves\"; possible: sine"},
    {"data:\n  generate: sine\n  scale: 2\n" LAYERS "    - dense: 1\n", "x.yaml:3: data: scale does not go with generate"},
    {"data: {path: x, targets: {price: 1}}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: targets: a column, a list of columns, how many last columns, or a .npy file is expected"},
    {"data: {path: x, flatten: true, shape: [3]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: flatten and shape contradict each other; leave one out"},
    {"data: {path: x, image: [3]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: image must be [height, width] or [height, width, channels]"},
    {"data:\n  path: x\n  crop: middle\n" LAYERS "    - dense: 1\n",
     "x.yaml:3: data: crop must be center, pad, or [top, left, height, width] in pixels"},
    {"data: {path: x, crop: [1, 2, 3]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop must be center, pad, or [top, left, height, width] in pixels"},
    {"data: {path: x, crop: {top: 1}}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop must be center, pad, or [top, left, height, width] in pixels"},
    {"data: {path: x, crop: center}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop: center needs image: [height, width], the size that pictures become"},
    {"data: {path: x, crop: [-1, 0, 3, 3]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop: top is -1; 0 to 65536 are possible"},
    {"data: {path: x, crop: [0, 0, 0, 3]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop: height is 0; 1 to 65536 are possible"},
    {"data: {path: x, crop: [0, 0, 3, 99999999999]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop: width is 1e+11; 1 to 65536 are possible"},
    {"data: {path: x, crop: [0, 0, 3, [3]]}\n" LAYERS "    - dense: 1\n",
     "x.yaml:1: data: crop: width is a list; a whole number expected"},
    {"data: {generate: sine, crop: center}\n" LAYERS "    - dense: 1\n", "x.yaml:1: data: crop does not go with generate"},
    /* YAML */
    {"a: &x 1\n", "x.yaml:1: anchors (&name) are not possible in a spec"},
    {"name: a\nb: *x\n", "x.yaml:2: aliases (*name) are not possible in a spec; write the value again"},
    {"name: !!str a\n", "x.yaml:1: tags (!name) are not possible in a spec"},
    {"[a, b]: c\n", "x.yaml:1: a key must be a word"},
    {"- a\n", "x.yaml:1: a spec begins with keys, as in name: x"},
    {"name: a\n---\nname: b\n", "x.yaml:2: a spec is one document; there is a second one"},
    {"name: a\n%  \n", "x.yaml:2: directives (%) are not possible in a spec"},
    {"name: a\n# \x14\n", "x.yaml:2: a byte 0x14, which is no text in UTF-8"},
    {"name: a\n# \xc3\xa4 \xc0\x80\n", "x.yaml:2: a byte 0xc0, which is no text in UTF-8"},
    {"a: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]\n", "x.yaml:1: nested more than 12 deep"},
};

static const mistake building_mistakes[] = {
    {LAYERS "    - max_pooling2d: 3\n    - conv2d: {filters: 2, kernel_size: 5}\n",
     "x.yaml:5: layer \"conv2d\": kernel [5,5] is larger than its input [2,2,3]; use padding: same or a smaller kernel"},
    {LAYERS "    - flatten\n    - conv2d: {filters: 2, kernel_size: 5, name: c}\n",
     "x.yaml:5: layer \"c\": takes [height, width, channels], but its input has 1 dimension; add a reshape before it"},
    {LAYERS "    - max_pooling2d\n    - flatten: {inputs: input}\n",
     "x.yaml: layer \"max_pooling2d\": its output leads nowhere"},
};

static void mistakes_are_told_with_their_line(void **state)
{
    size_t i;
    (void)state;

    for (i = 0; i < sizeof reading_mistakes / sizeof *reading_mistakes; i++) {
        mote_error err;
        mote_spec *spec;
        assert_int_equal(parse(&spec, reading_mistakes[i].spec, &err), MOTE_ERR_USAGE);
        assert_null(spec);
        assert_string_equal(err.text, reading_mistakes[i].text);
    }
}

static void misfitting_layers_are_told_with_their_line(void **state)
{
    size_t i;
    (void)state;

    for (i = 0; i < sizeof building_mistakes / sizeof *building_mistakes; i++) {
        mote_spec  *spec = parsed(building_mistakes[i].spec);
        mote_error  err = {0};
        mote_model *model;
        assert_int_not_equal(mote_spec_build_model(&model, spec, NULL, &err), MOTE_OK);
        assert_null(model);
        assert_string_equal(err.text, building_mistakes[i].text);
        mote_spec_destroy(spec);
    }
}

static void syntax_errors_are_one_line_with_a_number(void **state)
{
    static const mistake mistakes[] = {
        {"name: a\nmodel: {input: [3\n", "x.yaml:3: not valid YAML: "},
        {"name: a\nmodel: }\n", "x.yaml:2: not valid YAML: "},
        {"name: \"a\n", "x.yaml:1: not valid YAML: "},
    };
    size_t i;
    (void)state;

    for (i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        mote_error err;
        mote_spec *spec;
        assert_int_equal(parse(&spec, mistakes[i].spec, &err), MOTE_ERR_USAGE);
        if (strncmp(err.text, mistakes[i].text, strlen(mistakes[i].text)) != 0)
            assert_string_equal(err.text, mistakes[i].text);
        assert_true(strlen(err.text) > strlen(mistakes[i].text));
    }
}

/* head, count times item, tail */
static void assert_refused(const char *head, const char *item, size_t count, const char *text)
{
    const size_t head_length = strlen(head), item_length = strlen(item);
    char        *bytes = malloc(head_length + count * item_length + 1);
    mote_error   err = {0};
    mote_spec   *spec;
    size_t       i;

    assert_non_null(bytes);
    memcpy(bytes, head, head_length + 1);
    for (i = 0; i < count; i++)
        memcpy(bytes + head_length + i * item_length, item, item_length + 1);
    assert_int_not_equal(mote_spec_parse(&spec, "x.yaml", bytes, strlen(bytes), &err), MOTE_OK);
    assert_string_equal(err.text, text);
    free(bytes);
}

static void endless_specs_are_refused(void **state)
{
    (void)state;
    assert_refused("", "a", (1 << 20) + 1, "x.yaml: 1048577 bytes; a spec has at most 1048576");
    assert_refused("model:\n  layers:\n", "  - flatten\n", 1001, "x.yaml:3: 1001 layers; at most 1000 are possible");
    assert_refused("a: [", "1,", 500000, "x.yaml:1: more than 20000 values");
    assert_refused("", "[", 500000, "x.yaml:1: nested more than 12 deep");
    assert_refused("", "{a: ", 250000, "x.yaml:1: nested more than 12 deep");
    assert_refused("", "- ", 500000, "x.yaml:1: nested more than 12 deep");
}

static void too_large_a_network_is_refused_before_memory_is_taken(void **state)
{
    mote_spec  *spec = parsed("model: {input: [65536], layers: [dense: 1048576]}\n");
    mote_error  err = {0};
    mote_model *model;
    (void)state;

    assert_int_equal(mote_spec_build_model(&model, spec, NULL, &err), MOTE_ERR_LIMIT);
    assert_string_equal(err.text, "x.yaml:1: layer \"dense\": kernel [1048576,65536] makes the network larger than 67108864 "
                                  "parameters");
    mote_spec_destroy(spec);
}

static void data_that_does_not_fit_the_input_is_refused(void **state)
{
    mote_spec    *spec = parsed("data: {generate: sine}\nmodel: {input: [2], layers: [dense: 1]}\n");
    mote_error    err = {0};
    mote_dataset *set;
    (void)state;

    assert_int_equal(mote_spec_load_data(&set, spec, &err), MOTE_ERR_USAGE);
    assert_null(set);
    assert_string_equal(err.text, "x.yaml:2: model: input: samples of shape (1,) (1 elements) cannot take the shape (2,)");
    mote_spec_destroy(spec);
}

static void a_missing_file_is_named(void **state)
{
    mote_error err = {0};
    mote_spec *spec;
    (void)state;

    assert_int_equal(mote_spec_load(&spec, "tests/build/none.yaml", &err), MOTE_ERR_IO);
    assert_string_equal(err.text, "tests/build/none.yaml: No such file or directory");
}

/* A file's own name names a run below runs/: it must not lead out of it. */
static void names_of_files_are_looked_at_too(void **state)
{
    static const char        text[] = "model: {input: [4], layers: [flatten]}";
    static const char *const bad[] = {"...yaml", "a/...yaml", "..yml", ".hidden.yaml", "-o.yaml", "a\nb.yaml"};
    static const struct {
        const char *path, *folder;
    } good[] = {{"a/my net.yaml", "runs/my net"}, {"x.yml", "runs/x"}, {".yaml", "runs/model"}, {"a.b", "runs/a.b"}};
    char      *longest = calloc(1, 70);
    mote_spec *spec;
    size_t     i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        mote_error err = {0};
        assert_int_equal(mote_spec_parse(&spec, bad[i], text, strlen(text), &err), MOTE_ERR_USAGE);
        assert_non_null(strstr(err.text, "add a line, as in name: "));
    }
    for (i = 0; i < sizeof good / sizeof *good; i++) {
        mote_error err = {0};
        assert_int_equal(mote_spec_parse(&spec, good[i].path, text, strlen(text), &err), MOTE_OK);
        assert_string_equal(spec->folder, good[i].folder);
        mote_spec_destroy(spec);
    }
    for (i = 60; i < 62; i++) {
        mote_error err = {0};
        memset(longest, 'x', i);
        assert_int_equal(mote_spec_parse(&spec, longest, text, strlen(text), &err), i == 60 ? MOTE_OK : MOTE_ERR_USAGE);
        mote_spec_destroy(spec);
    }
    free(longest);
}

/* How often is no part of what is trained, so nothing is trained anew for it. */
static void checkpoints_are_no_part_of_what_a_section_says(void **state)
{
    static const char *const           often[] = {"",
                                                  ", checkpoint: 10 minutes",
                                                  ", checkpoint: {every: epoch}",
                                                  ", checkpoint: none",
                                                  ", checkpoint: 500 steps",
                                                  ", checkpoint: 2 epochs",
                                                  ", checkpoint: 1 second"};
    static const mote_train_checkpoint wanted[] = {{0},
                                                   {.every_seconds = 600},
                                                   {.every_epochs = 1},
                                                   {.is_off = true},
                                                   {.every_steps = 500},
                                                   {.every_epochs = 2},
                                                   {.every_seconds = 1}};
    size_t                             i;

    (void)state;
    for (i = 0; i < sizeof often / sizeof *often; i++) {
        char                         text[200];
        mote_error                   err = {0};
        mote_spec                   *spec;
        const mote_train_checkpoint *got;
        snprintf(text, sizeof text, LAYERS "    - dense: 1\ntrain: {loss: mse%s, seed: 1}\n", often[i]);
        assert_int_equal(mote_spec_parse(&spec, "x.yaml", text, strlen(text), &err), MOTE_OK);
        assert_string_equal(mote_spec_section_text(spec, "train"), "{\"loss\": mse, \"seed\": 1}");
        got = spec->train.checkpoint;
        assert_true((got == NULL) == (i == 0));
        if (got)
            assert_true(got->is_off == wanted[i].is_off && got->every_epochs == wanted[i].every_epochs &&
                        got->every_steps == wanted[i].every_steps && got->every_seconds == wanted[i].every_seconds);
        mote_spec_destroy(spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_are_no_part_of_what_a_section_says),
        cmocka_unit_test(design_spec_is_read_as_it_says),
        cmocka_unit_test(every_key_has_its_place),
        cmocka_unit_test(a_crop_is_the_middle_or_a_box),
        cmocka_unit_test(every_layer_takes_its_arguments),
        cmocka_unit_test(residual_network_joins_its_branches),
        cmocka_unit_test(weights_follow_the_seed_of_train),
        cmocka_unit_test(canonical_text_ignores_layout_but_not_content),
        cmocka_unit_test(sine_is_generated_in_the_network_s_shape),
        cmocka_unit_test(input_is_taken_from_the_data_where_it_is_left_out),
        cmocka_unit_test(examples_build),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(misfitting_layers_are_told_with_their_line),
        cmocka_unit_test(syntax_errors_are_one_line_with_a_number),
        cmocka_unit_test(endless_specs_are_refused),
        cmocka_unit_test(too_large_a_network_is_refused_before_memory_is_taken),
        cmocka_unit_test(data_that_does_not_fit_the_input_is_refused),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(names_of_files_are_looked_at_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
