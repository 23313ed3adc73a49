/* model.architecture: names, shapes and parameters are those of Keras and of MLPerf Tiny; what is printed is what is built;
 * what cannot be is refused. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "build/spec.h"

static mote_spec *parsed(const char *text)
{
    mote_error err = {0};
    mote_spec *spec;

    if (mote_spec_parse(&spec, "x.yaml", text, strlen(text), &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return spec;
}

static mote_model *built(const mote_spec *spec, const mote_dataset *set)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_spec_build_model(&model, spec, set, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static size_t count_of_layer(const mote_model *model, const mote_layer_record *layer)
{
    size_t count = 0;
    int    i;

    for (i = 0; i < layer->weight_count; i++)
        count += mote_tensor_count(&model->graphs[0].tensors[layer->weight[i]]);
    return count;
}

static size_t count_of_model(const mote_model *model)
{
    size_t  count = 0;
    int32_t i;

    for (i = 0; i < model->layer_count; i++)
        count += count_of_layer(model, &model->layers[i]);
    return count;
}

/* ---- Keras ---- */

static const mote_layer_record *find_layer(const mote_model *model, const char *name)
{
    int32_t i;

    for (i = 0; i < model->layer_count; i++)
        if (strcmp(model->layers[i].name, name) == 0)
            return &model->layers[i];
    fail_msg("there is no layer %s", name);
    return NULL;
}

/* "48x48x8" */
static void show_shape(char out[64], const mote_tensor *tensor)
{
    size_t used = 0;
    int    i;

    for (i = 1; i < tensor->rank; i++)
        used += (size_t)snprintf(out + used, 64 - used, "%s%d", i > 1 ? "x" : "", (int)tensor->dim[i]);
}

static mote_model *begin(const char *line)
{
    char        name[32], alpha[16], text[300];
    int         height, width, channels, classes;
    size_t      parameters;
    mote_spec  *spec;
    mote_model *model;

    assert_int_equal(
        sscanf(line, "# %31s %15s %d %d %d %d %zu", name, alpha, &height, &width, &channels, &classes, &parameters), 7);
    snprintf(text, sizeof text, "model: {architecture: %s, alpha: %s, input: [%d, %d, %d], classes: %d}\n", name, alpha,
             height, width, channels, classes);
    spec = parsed(text);
    model = built(spec, NULL);
    if (count_of_model(model) != parameters)
        fail_msg("%s: %zu parameters", line, count_of_model(model));
    mote_spec_destroy(spec);
    return model;
}

static void compare(const mote_model *model, const char *line)
{
    char                     name[64], shape[64], ours[64];
    size_t                   parameters;
    const mote_layer_record *layer;

    assert_int_equal(sscanf(line, "%63s %63s %zu", name, shape, &parameters), 3);
    layer = find_layer(model, name);
    show_shape(ours, &model->graphs[0].tensors[layer->out]);
    if (strcmp(ours, shape) != 0 || count_of_layer(model, layer) != parameters)
        fail_msg("%s is %s with %zu parameters, in Keras %s with %zu", name, ours, count_of_layer(model, layer), shape,
                 parameters);
}

static void mobilenets_are_those_of_keras(void **state)
{
    mote_model *model = NULL;
    FILE       *file = fopen("tests/golden/architectures.txt", "r");
    char        line[200];
    int         networks = 0, layers = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') {
            assert_true(!model || model->layer_count == layers + 1); /* the input is one */
            mote_model_destroy(model);
            model = begin(line);
            networks++;
            layers = 0;
            continue;
        }
        compare(model, line);
        layers++;
    }
    assert_int_equal(networks, 9);
    assert_int_equal(model->layer_count, layers + 1);
    mote_model_destroy(model);
    fclose(file);
}

/* ---- MLPerf Tiny: parameters as its reference models print them ---- */

static void the_four_of_mlperf_tiny_have_their_parameters(void **state)
{
    static const struct {
        const char *model;
        size_t      parameters;
    } cases[] = {
        {"{architecture: mobilenet_v1_tiny, alpha: 0.25, input: [96, 96, 3], classes: 2}", 221794},
        {"{architecture: resnet8, input: [32, 32, 3], classes: 10}", 78666},
        {"{architecture: ds_cnn, input: [49, 10, 1], classes: 12}", 24908},
        {"{architecture: autoencoder, input: [640]}", 269992},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        char        text[200];
        mote_spec  *spec;
        mote_model *model;
        snprintf(text, sizeof text, "model: %s\n", cases[i].model);
        spec = parsed(text);
        model = built(spec, NULL);
        if (count_of_model(model) != cases[i].parameters)
            fail_msg("%s: %zu parameters", cases[i].model, count_of_model(model));
        mote_model_destroy(model);
        mote_spec_destroy(spec);
    }
}

/* ---- printed ---- */

static void what_is_printed_builds_the_same_network(void **state)
{
    static const char *const heads[] = {"architecture: mobilenet_v1, alpha: 0.3, dropout: 0",
                                        "architecture: mobilenet_v1_tiny, alpha: 0.1",
                                        "architecture: mobilenet_v2, alpha: 0.2, classifier_activation: linear",
                                        "architecture: resnet8, alpha: 2", "architecture: ds_cnn, alpha: 0.5"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof heads / sizeof *heads; i++) {
        mote_error  err = {0};
        mote_text   text = {0};
        mote_spec  *spec, *again;
        mote_model *model, *other;
        char       *layers;
        int32_t     k;
        mote_text_printf(&text, "model: {input: [33, 40, 3], classes: 4, %s}\n", heads[i]);
        spec = parsed(text.bytes);
        model = built(spec, NULL);
        if (mote_spec_print_layers(&layers, spec, NULL, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        mote_text_free(&text);
        again = parsed(layers);
        other = built(again, NULL);
        assert_int_equal(model->layer_count, other->layer_count);
        for (k = 0; k < model->layer_count; k++)
            assert_string_equal(model->layers[k].name, other->layers[k].name);
        assert_int_equal(model->params.count, other->params.count);
        assert_memory_equal(model->params.values, other->params.values, model->params.count * sizeof(float));
        free(layers);
        mote_text_free(&text);
        mote_model_destroy(model);
        mote_model_destroy(other);
        mote_spec_destroy(spec);
        mote_spec_destroy(again);
    }
}

/* ---- the data's shape and classes ---- */

static void shape_and_classes_come_from_the_data(void **state)
{
    mote_error    err = {0};
    mote_spec    *spec = parsed("data: {path: examples/mnist/subset, scale: 255}\n"
                                   "model: {architecture: resnet8, alpha: 0.25, input: [28, 28, 1]}\n"
                                   "train: {loss: categorical_crossentropy}\n");
    mote_dataset *set;
    mote_model   *model;

    (void)state;
    if (mote_spec_load_data(&set, spec, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    model = built(spec, set);
    assert_int_equal(model->graphs[0].tensors[model->graphs[0].outputs[0]].dim[1], 10);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
}

static void tcn_sees_all_steps_before_and_none_after(void **state)
{
    mote_spec  *spec = parsed("model: {architecture: tcn, input: [50, 3], classes: 4, alpha: 0.5}\n");
    mote_model *model = built(spec, NULL);

    (void)state;
    assert_int_equal(find_layer(model, "block_3_conv_2")->weight_count, 2);
    assert_int_equal(model->graphs[0].tensors[find_layer(model, "block_3")->out].dim[1], 50);
    assert_int_equal(model->graphs[0].tensors[find_layer(model, "block_3")->out].dim[2], 16);
    mote_model_destroy(model);
    mote_spec_destroy(spec);
}

/* ---- refusals ---- */

static void what_cannot_be_is_refused_by_line(void **state)
{
    static const struct {
        const char *model, *says;
    } cases[] = {
        {"{architecture: mobilenet_v3, input: [96, 96, 3]}",
         "x.yaml:1: model: unknown architecture \"mobilenet_v3\"; did you"},
        {"{alpha: 0.5, layers: [dense: 1], input: [3]}", "alpha goes with architecture"},
        {"{architecture: resnet8, layers: [dense: 1]}", "model: layers does not go with architecture"},
        {"{architecture: resnet8, inputs: [a, b]}", "model: inputs does not go with architecture"},
        {"{architecture: resnet8, classifier_activation: softmix, input: [32, 32, 3]}", "unknown classifier_activation"},
        {"{architecture: resnet8, input: [32, 32], classes: 3}", "x.yaml:1: model: resnet8 takes pictures"},
        {"{architecture: mobilenet_v2, input: [16, 96, 3], classes: 3}", "of 32 by 32 or more"},
        {"{architecture: resnet8, input: [32, 32, 3]}", "classes is missing"},
        {"{architecture: tcn, input: [32, 32, 3], classes: 3}", "tcn takes [steps, channels]"},
        {"{input: [3]}", "layers is missing, or a name in their place"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_error  err = {0};
        char        text[200];
        mote_spec  *spec;
        mote_model *model = NULL;
        snprintf(text, sizeof text, "model: %s\n", cases[i].model);
        if (mote_spec_parse(&spec, "x.yaml", text, strlen(text), &err) == MOTE_OK)
            mote_spec_build_model(&model, spec, NULL, &err);
        if (err.code != MOTE_ERR_USAGE || !strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].model, err.text);
        mote_model_destroy(model);
        mote_spec_destroy(spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mobilenets_are_those_of_keras),
        cmocka_unit_test(the_four_of_mlperf_tiny_have_their_parameters),
        cmocka_unit_test(what_is_printed_builds_the_same_network),
        cmocka_unit_test(shape_and_classes_come_from_the_data),
        cmocka_unit_test(tcn_sees_all_steps_before_and_none_after),
        cmocka_unit_test(what_cannot_be_is_refused_by_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
