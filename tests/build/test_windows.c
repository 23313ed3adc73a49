/* Convolutions, pooling, margins, up-sampling and normalizations of samples against Keras (tests/golden/windows.npz and
 * windows_steps.npz, made by gen_windows.py), from a spec's text to gradients: answers and gradients within 1e-5 of the
 * largest value at every instruction-set level; after a hundred steps weights within 1e-5 of Keras', and the same bytes for
 * any number of threads. Weights go through the layouts that `.keras` files are written in.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/mote.h>

#include "build/spec.h"
#include "formats/keras/layout.h"
#include "train/network.h"
#include "train/optimizer.h"

enum { STEPS = 100, STEP_BATCH = 8, CASE_COUNT_MIN = 90 };
#define TOLERANCE 1e-5
#define DISTANCE  1e-5 /* Keras' own float32 and float64 runs are up to 1e-6 apart */

/* ---- golden data ---- */

static mote_npz *open_npz(const char *path)
{
    mote_npz  *npz;
    mote_error err = {0};

    if (mote_npz_open(&npz, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return npz;
}

static mote_array load(mote_npz *npz, const char *first, const char *second)
{
    mote_array out = {0};
    mote_error err = {0};
    char       name[160];

    snprintf(name, sizeof name, "%s/%s", first, second);
    if (mote_npz_load(&out, npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    return out;
}

static mote_model *build_model(mote_npz *npz, const char *name)
{
    mote_array  text = load(npz, name, "spec");
    mote_spec  *spec;
    mote_model *model = NULL;
    mote_error  err = {0};

    if (mote_spec_parse(&spec, name, text.bytes, text.count, &err) != MOTE_OK ||
        mote_spec_build_model(&model, spec, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    mote_spec_destroy(spec);
    mote_array_free(&text);
    return model;
}

static mote_tensor *weight_of(mote_model *model, const mote_layer_record *layer, int32_t i)
{
    return &model->graphs[0].tensors[layer->weight[i]];
}

/* Array "FIRST/SECOND" becomes weight i of the layer. */
static void take_weight(mote_model *model, const mote_layer_record *layer, int32_t i, mote_npz *npz, const char *first,
                        const char *second)
{
    const mote_weight_layout layout = mote_keras_layout(&model->graphs[0], layer, i);
    mote_array               array = load(npz, first, second);

    assert_int_equal(array.count, mote_tensor_count(weight_of(model, layer, i)));
    mote_weight_from_keras(&layout, array.bytes, weight_of(model, layer, i)->data);
    mote_array_free(&array);
}

/* ---- one layer ---- */

static void check_values(mote_npz *npz, const char *name, const char *array, const float *got, size_t count)
{
    mote_array   expected = load(npz, name, array);
    const float *values = expected.bytes;
    double       most = 1;
    size_t       i;

    assert_int_equal(expected.count, count);
    for (i = 0; i < count; i++)
        most = fmax(most, fabs((double)values[i]));
    for (i = 0; i < count; i++)
        if (!(fabs((double)got[i] - (double)values[i]) <= TOLERANCE * most))
            fail_msg("%s/%s: value %zu is %.9g, %.9g expected", name, array, i, (double)got[i], (double)values[i]);
    mote_array_free(&expected);
}

static void check_weights(mote_npz *npz, const char *name, mote_model *model, const mote_layer_record *layer,
                          const mote_network *network)
{
    char    array[16];
    int32_t i;

    for (i = 0; i < layer->weight_count; i++) {
        const mote_weight_layout layout = mote_keras_layout(&model->graphs[0], layer, i);
        const size_t             count = mote_tensor_count(weight_of(model, layer, i));
        float                   *turned = calloc(count, sizeof *turned);
        mote_weight_to_keras(&layout, network->grad[layer->weight[i]], turned);
        snprintf(array, sizeof array, "g%d", (int)i);
        check_values(npz, name, array, turned, count);
        free(turned);
    }
}

/* The layer stands behind a dense one of the unit matrix, so that the gradient of its input is wanted. */
static void set_unit(mote_model *model)
{
    const mote_tensor *kernel = weight_of(model, &model->layers[1], 0);
    int32_t            i;

    memset(kernel->data, 0, mote_tensor_bytes(kernel));
    for (i = 0; i < kernel->dim[0]; i++)
        ((float *)kernel->data)[i * kernel->dim[1] + i] = 1;
}

static void check_case(mote_npz *npz, const char *name, const mote_math *math)
{
    mote_model              *model = build_model(npz, name);
    const mote_layer_record *layer = &model->layers[2];
    const mote_id            out = model->graphs[0].outputs[0];
    mote_array               x = load(npz, name, "x"), gy = load(npz, name, "gy");
    const mote_score_place   place = {.scores = out, .skipped = MOTE_NONE};
    mote_network_options     options = {.math = math, .capacity = (int32_t)x.dim[0], .places = &place, .place_count = 1};
    mote_network_pass        pass = {.batch = (int32_t)x.dim[0], .is_training = true};
    mote_network            *network;
    mote_error               err = {0};
    char                     array[16];
    int32_t                  i;

    assert_int_equal(model->layer_count, 3);
    set_unit(model);
    for (i = 0; i < layer->weight_count; i++) {
        snprintf(array, sizeof array, "w%d", (int)i);
        take_weight(model, layer, i, npz, name, array);
    }
    if (mote_network_create(&network, model, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    memcpy(network->value[model->graphs[0].inputs[0]], x.bytes, x.count * sizeof(float));
    mote_network_forward(network, &pass);
    check_values(npz, name, "y", network->value[out], gy.count);
    memcpy(network->grad[out], gy.bytes, gy.count * sizeof(float));
    mote_network_backward(network, &pass);
    check_values(npz, name, "gx", network->grad[layer->in[0]], x.count);
    check_weights(npz, name, model, layer, network);
    mote_network_destroy(network);
    mote_array_free(&x);
    mote_array_free(&gy);
    mote_model_destroy(model);
}

static void layers_answer_and_learn_as_keras_do(void **state)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    mote_npz                *npz = open_npz("tests/golden/windows.npz");
    size_t                   level;
    int                      count = 0, i;

    (void)state;
    for (i = 0; i < mote_npz_count(npz); i++) {
        const char *array = mote_npz_name(npz, i), *slash = strchr(array, '/');
        char        name[96];
        if (strcmp(slash, "/spec") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(slash - array), array);
        for (level = 0; level < sizeof levels / sizeof *levels; level++)
            if (mote_math_select(levels[level]))
                check_case(npz, name, mote_math_select(levels[level]));
        count++;
    }
    assert_true(count >= CASE_COUNT_MIN);
    mote_npz_close(npz);
}

/* ---- a hundred steps ---- */

typedef struct steps {
    mote_npz        *npz;
    const char      *name;
    mote_optimizer   optimizer;
    mote_pool       *pool;
    const mote_math *math;
} steps;

/* "unet/w", "fine/0" */
static void name_arrays(const steps *s, const char *what, const mote_layer_record *layer, int32_t i, char *first,
                        char *second)
{
    snprintf(first, 64, "%s/%s", s->name, what);
    snprintf(second, 64, "%s/%d", layer->name, (int)i);
}

static mote_model *begin_network(const steps *s)
{
    mote_model *model = build_model(s->npz, s->name);
    char        first[64], second[64];
    int32_t     l, i;

    for (l = 0; l < model->layer_count; l++)
        for (i = 0; i < model->layers[l].weight_count; i++) {
            name_arrays(s, "w", &model->layers[l], i, first, second);
            take_weight(model, &model->layers[l], i, s->npz, first, second);
        }
    return model;
}

static double distance(const steps *s, mote_model *model, const char *optimizer)
{
    mote_model *keras = build_model(s->npz, s->name);
    double      gap = 0, size = 0;
    char        first[64], second[64];
    int32_t     l, i;
    size_t      k;

    for (l = 0; l < model->layer_count; l++)
        for (i = 0; i < model->layers[l].weight_count; i++) {
            const mote_layer_record *layer = &model->layers[l];
            const float             *w = weight_of(model, layer, i)->data, *wanted;
            name_arrays(s, optimizer, layer, i, first, second);
            take_weight(keras, &keras->layers[l], i, s->npz, first, second);
            wanted = weight_of(keras, &keras->layers[l], i)->data;
            for (k = 0; k < mote_tensor_count(weight_of(model, layer, i)); k++) {
                gap += ((double)w[k] - (double)wanted[k]) * ((double)w[k] - (double)wanted[k]);
                size += (double)wanted[k] * (double)wanted[k];
            }
        }
    mote_model_destroy(keras);
    return sqrt(gap / size);
}

static void gather(const mote_array *from, const int32_t *batch, float *to)
{
    const size_t each = from->count / (size_t)from->dim[0];
    int32_t      i;

    for (i = 0; i < STEP_BATCH; i++)
        memcpy(to + (size_t)i * each, (const float *)from->bytes + (size_t)batch[i] * each, each * sizeof *to);
}

static void train(const steps *s, mote_model *model)
{
    mote_array x = load(s->npz, s->name, "x"), y = load(s->npz, s->name, "y"), batches = load(s->npz, s->name, "batches");
    const mote_tensor         *out = &model->graphs[0].tensors[model->graphs[0].outputs[0]];
    const mote_score_place     place = {.scores = model->graphs[0].outputs[0], .skipped = MOTE_NONE};
    const mote_network_options options = {
        .math = s->math, .pool = s->pool, .capacity = STEP_BATCH, .places = &place, .place_count = 1};
    const mote_network_pass pass = {.batch = STEP_BATCH, .is_training = true};
    const int32_t           columns = out->dim[out->rank - 1];
    const size_t            count = mote_tensor_count(out) * STEP_BATCH, rows = count / (size_t)columns;
    float                  *targets = calloc(count, sizeof *targets);
    mote_arena              arena = {0};
    mote_error              err = {0};
    mote_network           *network;
    mote_optimizer_state    optimizer;
    int                     step;

    if (mote_network_create(&network, model, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", s->name, err.text);
    assert_int_equal(mote_optimizer_init(&optimizer, &s->optimizer, model->params.count, &arena, &err), MOTE_OK);
    for (step = 0; step < STEPS; step++) {
        const int32_t *batch = (const int32_t *)batches.bytes + step * STEP_BATCH;
        gather(&x, batch, network->value[model->graphs[0].inputs[0]]);
        gather(&y, batch, targets);
        mote_network_forward(network, &pass);
        s->math->mean_squared_error(rows, columns, 1.0f / (float)rows, network->value[place.scores], targets,
                                    network->grad[place.scores]);
        mote_network_backward(network, &pass);
        mote_optimizer_step(&optimizer, s->math, &model->params, network->param_grads);
    }
    free(targets);
    mote_network_destroy(network);
    mote_arena_destroy(&arena);
    mote_array_free(&x);
    mote_array_free(&y);
    mote_array_free(&batches);
}

static void check_network(mote_npz *npz, const char *name, const char *optimizer, const mote_math *math)
{
    steps       s = {.npz = npz, .name = name, .math = math};
    mote_model *one, *three;
    mote_error  err = {0};
    double      gap;

    s.optimizer.kind = strcmp(optimizer, "adam") == 0 ? MOTE_OPTIMIZER_ADAM : MOTE_OPTIMIZER_SGD;
    s.optimizer.learning_rate = s.optimizer.kind == MOTE_OPTIMIZER_ADAM ? 0.001f : 0.05f;
    train(&s, one = begin_network(&s));
    assert_int_equal(mote_pool_create(&s.pool, 3, &err), MOTE_OK);
    train(&s, three = begin_network(&s));
    mote_pool_destroy(s.pool);
    assert_memory_equal(one->params.values, three->params.values, one->params.count * sizeof(float));
    gap = distance(&s, one, optimizer);
    print_message("%s, %s, %s: %.2e\n", name, optimizer, math->name, gap);
    assert_true(gap <= DISTANCE);
    mote_model_destroy(one);
    mote_model_destroy(three);
}

static void hundred_steps_end_at_keras_weights(void **state)
{
    static const char *const names[] = {"unet", "tcn", "series"}, *const levels[] = {"baseline", "avx2", "avx512"};
    mote_npz *npz = open_npz("tests/golden/windows_steps.npz");
    size_t    n, l;

    (void)state;
    for (l = 0; l < sizeof levels / sizeof *levels; l++)
        for (n = 0; mote_math_select(levels[l]) && n < sizeof names / sizeof *names; n++) {
            check_network(npz, names[n], "sgd", mote_math_select(levels[l]));
            check_network(npz, names[n], "adam", mote_math_select(levels[l]));
        }
    mote_npz_close(npz);
}

/* ---- what is refused ---- */

static void try_layer(const char *layer, const char *says)
{
    mote_spec  *spec = NULL;
    mote_model *model = NULL;
    mote_error  err = {0};
    char        text[256];

    snprintf(text, sizeof text, "model: {input: [4, 3], layers: [%s]}\n", layer);
    if (mote_spec_parse(&spec, "x.yaml", text, strlen(text), &err) == MOTE_OK &&
        mote_spec_build_model(&model, spec, NULL, &err) == MOTE_OK)
        fail_msg("%s is taken", layer);
    if (!strstr(err.text, says))
        fail_msg("%s: %s", layer, err.text);
    mote_spec_destroy(spec);
}

static void mistakes_are_told_in_one_line(void **state)
{
    static const char *const mistakes[][2] = {
        {"{conv1d: {filters: 4, kernel_size: 9}}", "kernel [9] is larger than its input [4,3]; use padding: same"},
        {"{conv1d: {filters: 4, kernel_size: 1, groups: 2}}", "2 groups do not divide 3 channels and 4 filters"},
        {"{separable_conv1d: {filters: 4, kernel_size: 3, padding: causal}}", "unknown padding \"causal\""},
        {"{conv1d_transpose: {filters: 4, kernel_size: 3, strides: 2, output_padding: 2}}",
         "output_padding 2 is not below strides, which are 2"},
        {"{max_pooling1d: 9}", "pool_size 9 is larger than its input [4,3]"},
        {"{cropping1d: [2, 2]}", "cropping leaves nothing of 4 steps"},
        {"{zero_padding1d: [1, 2, 3]}", "padding is a list; a whole number or a list of them expected"},
        {"{zero_padding2d: 1}", "takes [height, width, channels], but its input has 2 dimensions"},
        {"flatten, {conv1d: {filters: 2, kernel_size: 1}}", "takes [steps, channels], but its input has 1 dimension"},
        {"group_normalization", "32 groups do not divide 3 channels"},
        {"{group_normalization: 0}", "groups is 0, which is not possible"},
        {"{layer_normalization: 1}", "axes that are not the last ones are not supported"},
        {"{layer_normalization: [0, 1]}", "axis is 0; 1 to 2 are possible, or -1 to -2"},
        {"{up_sampling1d: 0}", "size is 0; 1 to 4096 are possible"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        try_layer(mistakes[i][0], mistakes[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told_in_one_line),
        cmocka_unit_test(layers_answer_and_learn_as_keras_do),
        cmocka_unit_test(hundred_steps_end_at_keras_weights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
