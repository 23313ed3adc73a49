/* What keras/write.h writes: weights in Keras' layouts at the places where Keras looks, and its configuration. That Keras
 * loads it and answers the same is for tests/golden/check_keras_out.py.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <zip.h>

#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/layers.h>
#include <mote/train.h>

#include "base/file.h"
#include "base/json.h"
#include "formats/hdf5/hdf5.h"
#include "formats/keras/write.h"
#include "layers/layer.h"

#define FOLDER "build/tests/keras_write"

/* ---- networks ---- */

static mote_model *finish(mote_builder *builder, const mote_layer_id *outputs, int count)
{
    mote_error  err = {0};
    mote_model *model = NULL;

    if (mote_builder_finish(&model, builder, outputs, count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_builder *begin(const char *name)
{
    mote_error    err = {0};
    mote_builder *builder = mote_builder_create(&(mote_builder_options){.seed = 3, .name = name}, &err);

    assert_non_null(builder);
    return builder;
}

/* A chain of every layer that has one input. */
static mote_model *chain(void)
{
    mote_builder *b = begin("chain");
    mote_layer_id x = mote_layer_input(b, 3, (int[]){8, 8, 3});

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 4,
                                                 .kernel_size = {3, 2},
                                                 .padding = MOTE_PADDING_SAME,
                                                 .activation = MOTE_ACTIVATION_RELU6,
                                                 .bias_initializer = MOTE_INITIALIZER_RANDOM_NORMAL});
    x = mote_layer_depthwise_conv2d(b, x, &(mote_depthwise_conv2d_options){.kernel_size = {2, 3}, .depth_multiplier = 2});
    x = mote_layer_batch_normalization(b, x, &(mote_batch_normalization_options){.scale = MOTE_SWITCH_OFF});
    x = mote_layer_leaky_relu(b, x, &(mote_leaky_relu_options){.negative_slope = 0.1f});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_average_pooling2d(b, x, &(mote_pooling2d_options){.strides = {1}});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_TANH});
    x = mote_layer_global_average_pooling2d(b, x, NULL);
    x = mote_layer_reshape(b, x, &(mote_reshape_options){.target_shape = {2, {2, -1}}});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.1f});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 5, .activation = MOTE_ACTIVATION_SOFTMAX});
    return finish(b, &x, 1);
}

/* Layers are made in another order than the one in which Keras lists them. */
static mote_model *ends(void)
{
    mote_builder *b = begin("ends");
    mote_layer_id left = mote_layer_named_input(b, "left", 1, (int[]){4});
    mote_layer_id right = mote_layer_named_input(b, "right", 1, (int[]){3});
    mote_layer_id near = mote_layer_dense(b, left, &(mote_dense_options){.name = "near", .units = 5});
    mote_layer_id far = mote_layer_dense(b, right, &(mote_dense_options){.name = "a far/one", .units = 5});
    mote_layer_id further = mote_layer_dense(b, far, &(mote_dense_options){.name = "a_far_one", .units = 5});
    mote_layer_id sum = mote_layer_add(b, (mote_layer_id[]){near, further, far}, 3, NULL);
    mote_layer_id both = mote_layer_concatenate(b, (mote_layer_id[]){near, sum}, 2, &(mote_concatenate_options){.axis = 1});
    mote_layer_id price = mote_layer_dense(b, both, &(mote_dense_options){.name = "price", .units = 1});
    mote_layer_id kind = mote_layer_dense(b, far, &(mote_dense_options){.name = "_kind", .units = 2});

    return finish(b, (mote_layer_id[]){kind, price}, 2);
}

static mote_model *trained(void)
{
    mote_error         err = {0};
    mote_builder      *b = begin("sine");
    mote_layer_id      x = mote_layer_input(b, 1, (int[]){1});
    mote_dataset      *set;
    mote_training     *training;
    mote_model        *model;
    mote_train_options options = {.loss = MOTE_LOSS_MSE,
                                  .metrics = MOTE_METRIC_MAE,
                                  .optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .learning_rate = 0.01f}};

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    model = finish(b, &x, 1);
    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 50}, &err), MOTE_OK);
    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_training_destroy(training);
    mote_dataset_destroy(set);
    return model;
}

/* ---- files ---- */

typedef struct written {
    mote_text keras, h5;
    zip_t    *archive;
    char     *weights_bytes;
    mote_hdf5 weights, old; /* model.weights.h5; .h5 */
} written;

/* NULL where there is no such member; the caller frees it. */
static char *read_member(const written *w, const char *name, size_t *count)
{
    zip_stat_t  stat;
    zip_file_t *member;
    char       *bytes;

    if (zip_stat(w->archive, name, 0, &stat) != 0)
        return NULL;
    assert_int_equal(stat.comp_method, ZIP_CM_STORE);
    assert_non_null(bytes = calloc(stat.size + 1, 1));
    assert_non_null(member = zip_fopen(w->archive, name, 0));
    assert_int_equal(zip_fread(member, bytes, stat.size), stat.size);
    zip_fclose(member);
    *count = stat.size;
    return bytes;
}

static written write_both(const mote_model *model)
{
    mote_error err = {0};
    written    w = {.archive = NULL};
    size_t     count = 0;

    if (mote_keras_write(&w.keras, model, &err) != MOTE_OK || mote_keras_write_h5(&w.h5, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    w.archive = zip_open_from_source(zip_source_buffer_create(w.keras.bytes, w.keras.count, 0, NULL), ZIP_RDONLY, NULL);
    assert_non_null(w.archive);
    assert_non_null(w.weights_bytes = read_member(&w, "model.weights.h5", &count));
    assert_int_equal(mote_hdf5_open(&w.weights, (const uint8_t *)w.weights_bytes, count, &err), MOTE_OK);
    assert_int_equal(mote_hdf5_open(&w.old, (const uint8_t *)w.h5.bytes, w.h5.count, &err), MOTE_OK);
    return w;
}

static void free_written(written *w)
{
    zip_discard(w->archive);
    free(w->weights_bytes);
    mote_text_free(&w->keras);
    mote_text_free(&w->h5);
}

static json_t *config_of(const written *w)
{
    size_t  count = 0;
    char   *text = read_member(w, "config.json", &count);
    json_t *config = json_loads(text, 0, NULL);

    free(text);
    assert_non_null(config);
    return config;
}

/* The member at a path of keys and, for arrays, numbers. */
static json_t *at(json_t *value, const char *path)
{
    char key[64];

    while (*path && value) {
        const size_t length = strcspn(path, "/");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10)) : json_object_get(value, key);
        path += length + (path[length] == '/');
    }
    return value;
}

static void assert_json(json_t *root, const char *path, const char *wanted)
{
    mote_error err = {0};
    char      *text = mote_json_print(json_incref(at(root, path)), JSON_COMPACT | JSON_ENCODE_ANY, &err);

    if (strcmp(text, wanted) != 0)
        fail_msg("%s: %s", path, text);
    free(text);
}

/* ---- weights ---- */

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

static mote_hdf5_array read_array(const mote_hdf5 *file, const char *path, mote_arena *arena)
{
    mote_error       err = {0};
    mote_hdf5_object object;
    mote_hdf5_array  array = {0};
    bool             found;

    assert_int_equal(mote_hdf5_find(file, path, &object, &found, &err), MOTE_OK);
    if (!found || mote_hdf5_read(file, object, 1 << 24, arena, &array, &err) != MOTE_OK)
        fail_msg("%s: %s", path, found ? err.text : "not there");
    return array;
}

/* dense [O,I] is [I,O] there; conv2d OHWI is HWIO; depthwise 1HWO and vectors keep their order. */
static void assert_weight(const mote_model *model, const char *name, const written *w, const char *path, const char *old)
{
    const mote_tensor *tensor = tensor_named(model, name);
    const float       *values = tensor->data;
    const bool         is_moved = tensor->rank > 1 && tensor->dim[0] > 1;
    mote_arena         arena = {0};
    mote_hdf5_array    a = read_array(&w->weights, path, &arena), b = read_array(&w->old, old, &arena);
    const size_t       outer = is_moved ? (size_t)tensor->dim[0] : 1, inner = a.count / outer;
    size_t             o, i;

    assert_int_equal(a.count, mote_tensor_count(tensor));
    assert_int_equal(b.count, a.count);
    assert_int_equal(a.rank, tensor->rank);
    assert_memory_equal(a.values, b.values, a.count * sizeof(float));
    for (o = 0; o < outer; o++)
        for (i = 0; i < inner; i++)
            assert_true(a.values[i * outer + o] == values[o * inner + i]);
    mote_arena_destroy(&arena);
}

static void weights_are_exact_in_keras_layouts(void **state)
{
    mote_model     *model = chain();
    written         w = write_both(model);
    mote_arena      arena = {0};
    mote_hdf5_array kernel;

    (void)state;
    assert_weight(model, "conv2d/kernel", &w, "layers/conv2d/vars/0", "model_weights/conv2d/conv2d/kernel:0");
    assert_weight(model, "conv2d/bias", &w, "layers/conv2d/vars/1", "model_weights/conv2d/conv2d/bias:0");
    assert_weight(model, "depthwise_conv2d/kernel", &w, "layers/depthwise_conv2d/vars/0",
                  "model_weights/depthwise_conv2d/depthwise_conv2d/kernel:0");
    assert_weight(model, "batch_normalization/beta", &w, "layers/batch_normalization/vars/0",
                  "model_weights/batch_normalization/batch_normalization/beta:0");
    assert_weight(model, "batch_normalization/moving_mean", &w, "layers/batch_normalization/vars/1",
                  "model_weights/batch_normalization/batch_normalization/moving_mean:0");
    assert_weight(model, "batch_normalization/moving_variance", &w, "layers/batch_normalization/vars/2",
                  "model_weights/batch_normalization/batch_normalization/moving_variance:0");
    assert_weight(model, "dense/kernel", &w, "layers/dense/vars/0", "model_weights/dense/dense/kernel:0");
    kernel = read_array(&w.weights, "layers/depthwise_conv2d/vars/0", &arena);
    assert_true(kernel.dim[0] == 2 && kernel.dim[1] == 3 && kernel.dim[2] == 4 && kernel.dim[3] == 2);
    kernel = read_array(&w.weights, "layers/conv2d/vars/0", &arena);
    assert_true(kernel.dim[0] == 3 && kernel.dim[1] == 2 && kernel.dim[2] == 3 && kernel.dim[3] == 4);
    mote_arena_destroy(&arena);
    free_written(&w);
    mote_model_destroy(model);
}

/* ---- configuration ---- */

static void a_chain_is_sequential_with_all_arguments(void **state)
{
    mote_model *model = chain();
    written     w = write_both(model);
    json_t     *config = config_of(&w);

    (void)state;
    assert_json(config, "class_name", "\"Sequential\"");
    assert_json(config, "config/layers/0/config/batch_shape", "[null,8,8,3]");
    assert_json(config, "config/layers/1/class_name", "\"Conv2D\"");
    assert_json(config, "config/layers/1/config",
                "{\"name\":\"conv2d\",\"trainable\":true,\"dtype\":\"float32\",\"filters\":4,\"kernel_size\":[3,2],"
                "\"strides\":[1,1],\"padding\":\"same\",\"dilation_rate\":[1,1],\"groups\":1,\"activation\":\"relu6\",\"use_bias\":true,"
                "\"kernel_initializer\":\"glorot_uniform\",\"bias_initializer\":\"random_normal\","
                "\"data_format\":\"channels_last\"}");
    assert_json(config, "config/layers/3/config/scale", "false");
    assert_json(config, "config/layers/3/config/epsilon", "0.001");
    assert_json(config, "config/layers/4/class_name", "\"LeakyReLU\"");
    assert_json(config, "config/layers/4/config/negative_slope", "0.1");
    assert_json(config, "config/layers/5/config/strides", "null");
    assert_json(config, "config/layers/6/config/strides", "[1,1]");
    assert_json(config, "config/layers/9/config/target_shape", "[2,-1]");
    assert_json(config, "config/layers/11/config/rate", "0.1");
    assert_json(config, "config/layers/12/config/activation", "\"softmax\"");
    assert_null(at(config, "config/layers/13"));
    assert_null(at(config, "compile_config"));
    json_decref(config);
    free_written(&w);
    mote_model_destroy(model);
}

/* The order is that of real Keras for this network; names have no '/', and stay apart. */
static void several_ends_are_functional_in_keras_order(void **state)
{
    static const char *const order[] = {"right", "a_far_one_",  "left",   "near", "a_far_one",
                                        "add",   "concatenate", "x_kind", "price"};
    mote_model              *model = ends();
    written                  w = write_both(model);
    json_t                  *config = config_of(&w);
    char                     path[64], wanted[64];
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof order / sizeof *order; i++) {
        snprintf(path, sizeof path, "config/layers/%zu/name", i);
        snprintf(wanted, sizeof wanted, "\"%s\"", order[i]);
        assert_json(config, path, wanted);
    }
    assert_json(config, "class_name", "\"Functional\"");
    assert_json(config, "config/input_layers", "[[\"left\",0,0],[\"right\",0,0]]");
    assert_json(config, "config/output_layers", "[[\"x_kind\",0,0],[\"price\",0,0]]");
    assert_json(config, "config/layers/6/config/axis", "1");
    assert_json(config, "config/layers/6/inbound_nodes/0/args/0/1/config/keras_history", "[\"add\",0,0]");
    assert_weight(model, "near/kernel", &w, "layers/dense_1/vars/0", "model_weights/near/near/kernel:0");
    assert_weight(model, "price/kernel", &w, "layers/dense_4/vars/0", "model_weights/price/price/kernel:0");
    json_decref(config);
    free_written(&w);
    mote_model_destroy(model);
}

static void training_leaves_a_compiled_model_and_its_recipe(void **state)
{
    mote_model  *model = trained();
    written      w = write_both(model);
    json_t      *config = config_of(&w);
    size_t       count = 0;
    char        *recipe = read_member(&w, "assets/mote.recipe", &count);
    mote_error   err = {0};
    mote_arena   arena = {0};
    const char **texts;
    int32_t      found;

    (void)state;
    assert_int_equal(zip_get_num_entries(w.archive, 0), 4);
    assert_json(config, "compile_config/loss", "\"mse\"");
    assert_json(config, "compile_config/metrics", "[\"mae\"]");
    assert_json(config, "compile_config/optimizer/class_name", "\"Adam\"");
    assert_json(config, "compile_config/optimizer/config/learning_rate", "0.01");
    assert_json(config, "compile_config/optimizer/config/beta_2", "0.999");
    assert_non_null(recipe);
    assert_non_null(strstr(recipe, "\"loss\":\"mse\""));
    assert_int_equal(mote_hdf5_texts(&w.old, (mote_hdf5_object){w.old.root}, "mote.recipe", &arena, &texts, &found, &err),
                     MOTE_OK);
    assert_int_equal(found, 1);
    assert_string_equal(texts[0], recipe);
    assert_int_equal(read_array(&w.weights, "optimizer/vars/9", &arena).count, 1); /* the last bias' second slot */
    mote_arena_destroy(&arena);
    free(recipe);
    json_decref(config);
    free_written(&w);
    mote_model_destroy(model);
}

static void every_layer_has_a_class_of_keras(void **state)
{
    int i;

    (void)state;
    for (i = 0; mote_layer_types[i]; i++)
        if (!mote_layer_types[i]->keras_class)
            fail_msg("%s has no keras_class", mote_layer_types[i]->name);
}

/* ---- models ---- */

static void assert_copy_is_the_same(mote_model *model)
{
    mote_error  err = {0};
    mote_model *copy;
    written     a = write_both(model), b;

    assert_int_equal(mote_model_copy(&copy, model, &err), MOTE_OK);
    mote_model_destroy(model); /* nothing of the copy lives in it */
    b = write_both(copy);
    assert_int_equal(a.keras.count, b.keras.count);
    assert_memory_equal(a.keras.bytes, b.keras.bytes, a.keras.count);
    assert_int_equal(a.h5.count, b.h5.count);
    assert_memory_equal(a.h5.bytes, b.h5.bytes, a.h5.count);
    free_written(&a);
    free_written(&b);
    mote_model_destroy(copy);
}

static void a_copy_is_written_as_the_same_bytes(void **state)
{
    (void)state;
    assert_copy_is_the_same(chain());
    assert_copy_is_the_same(ends());
    assert_copy_is_the_same(trained());
}

static void the_suffix_says_what_is_written(void **state)
{
    mote_error  err = {0};
    mote_model *model = chain();
    mote_file   file;
    written     w = write_both(model);

    (void)state;
    assert_int_equal(mote_make_dirs(FOLDER, &err), MOTE_OK);
    assert_int_equal(mote_model_save(model, FOLDER "/m.keras", &err), MOTE_OK);
    assert_int_equal(mote_model_save(model, FOLDER "/m.h5", &err), MOTE_OK);
    assert_int_equal(mote_file_open(&file, FOLDER "/m.keras", &err), MOTE_OK);
    assert_memory_equal(file.bytes, w.keras.bytes, w.keras.count);
    mote_file_close(&file);
    assert_int_equal(mote_file_open(&file, FOLDER "/m.h5", &err), MOTE_OK);
    assert_memory_equal(file.bytes, w.h5.bytes, w.h5.count);
    mote_file_close(&file);
    free_written(&w);
    mote_model_destroy(model);
}

static void what_is_no_network_of_layers_is_refused(void **state)
{
    mote_error  err = {0};
    mote_model *model = chain(), *frozen;

    (void)state;
    assert_int_equal(mote_model_freeze(&frozen, model, &err), MOTE_OK);
    assert_int_equal(mote_model_save(frozen, FOLDER "/no.keras", &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "no.keras: this model is made for inference"));
    assert_non_null(strstr(err.text, "model.keras by `mote train`"));
    err = (mote_error){0};
    model->layer_count--; /* an operator that no layer made */
    assert_int_equal(mote_model_save(model, FOLDER "/no.h5", &err), MOTE_ERR_UNSUPPORTED);
    assert_false(mote_path_exists(FOLDER "/no.keras") || mote_path_exists(FOLDER "/no.h5"));
    mote_model_destroy(frozen);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_exact_in_keras_layouts),
        cmocka_unit_test(a_chain_is_sequential_with_all_arguments),
        cmocka_unit_test(several_ends_are_functional_in_keras_order),
        cmocka_unit_test(training_leaves_a_compiled_model_and_its_recipe),
        cmocka_unit_test(every_layer_has_a_class_of_keras),
        cmocka_unit_test(a_copy_is_written_as_the_same_bytes),
        cmocka_unit_test(the_suffix_says_what_is_written),
        cmocka_unit_test(what_is_no_network_of_layers_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
