/* Clustering: so few values a channel and no more, the nearest of them for each weight; files hold tables, and are read as
 * the same weights. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mote/mote.h>

#include "formats/tflite/tflite.h"
#include "graph/graph.h"

enum { I8_VALUES = 256 };

/* A convolution, a dense layer, and two that are too small for tables. */
static mote_model *network(bool is_per_tensor)
{
    const mote_quantize_options options = {.samples = 20, .is_per_tensor = is_per_tensor};
    mote_error                  err = {0};
    mote_builder               *b = mote_builder_create(&(mote_builder_options){.seed = 4}, &err);
    mote_layer_id               x = mote_layer_input(b, 3, (int[]){28, 28, 1});
    mote_dataset               *set;
    mote_model                 *model = NULL, *real = NULL, *quantized = NULL;

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {3, 3}, .strides = {4, 4}});
    x = mote_layer_depthwise_conv2d(b, x, &(mote_depthwise_conv2d_options){.kernel_size = {3, 3}});
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 32, .kernel_size = {3, 3}});
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 10});
    if (mote_dataset_load(&set, "examples/mnist/subset", &(mote_dataset_options){.scale = 255}, &err) != MOTE_OK ||
        mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK || mote_model_freeze(&real, model, &err) != MOTE_OK ||
        mote_model_quantize(&quantized, real, &set->split[MOTE_SPLIT_TRAIN], &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_dataset_destroy(set);
    mote_model_destroy(model);
    mote_model_destroy(real);
    return quantized;
}

static mote_model *load(const char *path)
{
    mote_model *model;
    mote_error  err = {0};

    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_model *cluster(const mote_model *model, int32_t values, mote_cluster_result *result)
{
    const mote_cluster_options options = {.values = values};
    mote_model                *out;
    mote_error                 err = {0};

    if (mote_model_cluster(&out, model, &options, result, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return out;
}

/* Values in a channel, along axis 0 or the last one. */
static int count_values(const mote_tensor *w, size_t channel)
{
    const size_t channels = (size_t)w->quant->count, run = mote_tensor_count(w) / channels;
    const bool   is_last = channels > 1 && w->quant->axis != 0;
    bool         occurs[I8_VALUES] = {false};
    int          found = 0;
    size_t       i;

    for (i = 0; i < run; i++)
        occurs[((const int8_t *)w->data)[is_last ? i * channels + channel : channel * run + i] + 128] = true;
    for (i = 0; i < I8_VALUES; i++)
        found += occurs[i];
    return found;
}

static void check_tensor(const mote_tensor *before, const mote_tensor *after, int32_t values)
{
    size_t c;

    if (after->table_values == 0) {
        assert_memory_equal(before->data, after->data, mote_tensor_bytes(before));
        return;
    }
    assert_int_equal(after->table_values, values);
    for (c = 0; c < (size_t)after->quant->count; c++)
        assert_true(count_values(after, c) <= values);
}

static size_t file_bytes(const mote_model *model)
{
    mote_text  file = {0};
    mote_error err = {0};
    size_t     bytes;

    if (mote_tflite_write(&file, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    bytes = file.count;
    mote_text_free(&file);
    return bytes;
}

/* Read from a file that was written of it. */
static mote_model *through_file(const mote_model *model)
{
    static const char path[] = "build/tests/cluster.tflite";
    mote_error        err = {0};
    mote_model       *again;

    if (mote_model_save(model, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    again = load(path);
    unlink(path);
    return again;
}

static const mote_tensor *weights_of(const mote_model *model, int32_t node)
{
    const mote_graph *graph = &model->graphs[0];

    return mote_node_in(graph, &graph->nodes[node], 1);
}

static bool has_weights(const mote_model *model, int32_t n)
{
    const mote_op_kind op = model->graphs[0].nodes[n].op;

    return op == MOTE_OP_CONV_2D || op == MOTE_OP_DEPTHWISE_CONV_2D || op == MOTE_OP_FULLY_CONNECTED;
}

static void check(bool is_per_tensor, int32_t values, int32_t layers)
{
    mote_cluster_result result;
    mote_model         *model = network(is_per_tensor), *few = cluster(model, values, &result), *again = through_file(few);
    int32_t             n;

    assert_int_equal(result.layers, layers);
    assert_true(layers == 0 || file_bytes(few) < file_bytes(model));
    assert_int_equal(file_bytes(few), file_bytes(again));
    assert_int_equal(again->graphs[0].node_count, model->graphs[0].node_count);
    for (n = 0; n < model->graphs[0].node_count; n++) {
        if (!has_weights(model, n))
            continue;
        check_tensor(weights_of(model, n), weights_of(few, n), values);
        assert_int_equal(weights_of(few, n)->table_values, weights_of(again, n)->table_values);
        assert_memory_equal(weights_of(few, n)->data, weights_of(again, n)->data, mote_tensor_bytes(weights_of(few, n)));
    }
    mote_model_destroy(model);
    mote_model_destroy(few);
    mote_model_destroy(again);
}

static void files_have_tables_and_are_read_as_the_same_weights(void **state)
{
    (void)state;
    check(false, 16, 2);
    check(true, 16, 2);
    check(false, 5, 2);
    check(true, 2, 2);
}

static void what_would_not_be_smaller_stays(void **state)
{
    (void)state;
    check(false, 127, 0);
}

/* The nearest of two values, which k-means leaves in the middle of each heap. */
static void weights_become_the_mean_of_their_heap(void **state)
{
    static const int8_t wanted[] = {-99, 50};
    mote_cluster_result result;
    mote_model         *model = network(true), *few;
    const mote_tensor  *w;
    int8_t             *values;
    size_t              i;
    int32_t             n = model->graphs[0].node_count - 1;

    (void)state;
    while (!has_weights(model, n))
        n--;
    w = weights_of(model, n);
    values = w->data;
    for (i = 0; i < mote_tensor_count(w); i++)
        values[i] = (int8_t)(i % 2 ? 49 + 2 * (int)(i / 2 % 2) : -100 + 2 * (int)(i / 2 % 2));
    few = cluster(model, 2, &result);
    for (i = 0; i < mote_tensor_count(w); i++)
        assert_int_equal(((const int8_t *)weights_of(few, n)->data)[i], wanted[i % 2]);
    mote_model_destroy(model);
    mote_model_destroy(few);
}

static void what_has_no_int8_weights_is_refused(void **state)
{
    static const char path[] = "tests/golden/names/cnn3.tflite";
    mote_model       *model = load(path), *few;
    mote_error        err = {0};

    (void)state;
    assert_int_equal(mote_model_cluster(&few, model, NULL, NULL, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "quantize it"));
    mote_model_destroy(model);
    model = network(false);
    err = (mote_error){0};
    assert_int_equal(mote_model_cluster(&few, model, &(mote_cluster_options){.values = 128}, NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_have_tables_and_are_read_as_the_same_weights),
        cmocka_unit_test(what_would_not_be_smaller_stays),
        cmocka_unit_test(weights_become_the_mean_of_their_heap),
        cmocka_unit_test(what_has_no_int8_weights_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
