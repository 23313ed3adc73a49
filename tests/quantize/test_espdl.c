/* Powers of two: ESP-PPQ's exponents, integers and answers for the same networks and samples (tests/golden/gen_espdl.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/array.h>

#include "quantize/quantize.h"
#include "running.h"

/* ---- scales ---- */

static void a_scale_is_the_next_power_of_two(void **state)
{
    static const struct {
        double scale;
        int    exponent;
    } rows[] = {{1, 0},        {1.0000001, 1},    {0.9999999, 0}, {0.5, -1},    {0.50001, 0},   {3, 2},
                {4, 2},        {1.0 / 127.5, -6}, {1e-8, -26},    {1e-12, -26}, {0x1p-26, -26}, {0x1.0001p-26, -25},
                {65536.5, 17}, {0x1p-20, -20}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mote_power_of_two(rows[i].scale) != ldexpf(1.0f, rows[i].exponent))
            fail_msg("%.9g gives %.9g, 2^%d expected", rows[i].scale, (double)mote_power_of_two(rows[i].scale),
                     rows[i].exponent);
}

/* The largest value that has 127.5 steps is rounded up and cut off at 127; with the lowest integer used, -128 is there. */
static void the_range_ends_half_a_step_beyond_the_integers(void **state)
{
    const mote_scheme_row *scheme = &mote_schemes[MOTE_SCHEME_POW2_INT8];
    float                  values[] = {127.5f / 128, -127.5f / 128, -0.5f / 128, 0.5f / 128, -1.5f / 128};
    const mote_tensor      w = {.dtype = MOTE_F32, .rank = 1, .dim = {5}, .data = values};
    static const int8_t    wanted[] = {127, -127, 0, 1, -1};
    int8_t                 out[5];
    float                  scale;

    (void)state;
    mote_quantize_weights(scheme, &w, -1, NULL, &scale, out);
    assert_true(scale == 0x1p-7f);
    assert_memory_equal(out, wanted, sizeof wanted);
    values[0] = nextafterf(values[0], 1);
    mote_quantize_weights(scheme, &w, -1, NULL, &scale, out);
    assert_true(scale == 0x1p-6f);
    assert_true(mote_affine_of(scheme, -127.5f / 128, 0.1f).scale == 0x1p-7f);
    assert_true(mote_affine_of(scheme, -0.1f, nextafterf(127.5f / 128, 1)).scale == 0x1p-6f);
    assert_true(mote_affine_of(&mote_schemes[MOTE_SCHEME_POW2_INT16], 0, 32767.5f).scale == 1.0f);
    assert_true(mote_affine_of(scheme, 0, 0).scale == 1.0f);
}

/* ---- ESP-PPQ ---- */

typedef struct golden {
    mote_npz     *npz;
    mote_dataset *samples;
    mote_model   *real, *made;
    const char   *net, *target;
} golden;

static golden open_golden(const char *net, const char *target, const mote_quantize_options *options)
{
    golden      g = {.net = net, .target = target};
    mote_model *read;
    mote_error  err = {0};
    char        path[80];

    snprintf(path, sizeof path, "tests/golden/espdl/%s.npz", net);
    if (mote_npz_open(&g.npz, path, &err) != MOTE_OK || mote_dataset_load(&g.samples, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    snprintf(path, sizeof path, "tests/golden/espdl/%s.onnx", net);
    if (mote_model_load(&read, path, NULL, &err) != MOTE_OK || mote_model_optimize(&g.real, read, NULL, &err) != MOTE_OK ||
        mote_model_quantize(&g.made, g.real, &g.samples->split[MOTE_SPLIT_TRAIN], options, &err) != MOTE_OK)
        fail_msg("%s: %s", path, err.text);
    mote_model_destroy(read);
    return g;
}

static void close_golden(golden *g)
{
    mote_model_destroy(g->made);
    mote_model_destroy(g->real);
    mote_dataset_destroy(g->samples);
    mote_npz_close(g->npz);
}

static mote_array load_array(const golden *g, const char *what)
{
    mote_array array;
    mote_error err = {0};
    char       key[80];

    snprintf(key, sizeof key, "%s/%s", g->target, what);
    if (mote_npz_load(&array, g->npz, key, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return array;
}

/* AVERAGE_POOL_2D's result has its input's scale: TensorFlow Lite's kernels know no other. A RESHAPE has the name of what
 * reads it. */
static bool is_another(const mote_graph *graph, mote_id id)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if ((graph->nodes[n].op == MOTE_OP_AVERAGE_POOL_2D || graph->nodes[n].op == MOTE_OP_RESHAPE) &&
            graph->nodes[n].out[0] == id)
            return true;
    return false;
}

static void check_exponents(const golden *g, const mote_tensor *ours, const char *name)
{
    mote_array theirs;
    char       what[60];
    int32_t    c;

    snprintf(what, sizeof what, "e/%s", name);
    theirs = load_array(g, what);
    assert_int_equal(ours->quant->count, theirs.dim[0]);
    for (c = 0; c < ours->quant->count; c++) {
        if (ours->quant->scale[c] != ldexpf(1.0f, (int)mote_array_at(&theirs, (size_t)c)))
            fail_msg("%s, %s: scale %d of %s is %.9g, ESP-PPQ's 2^%g", g->net, g->target, c, name,
                     (double)ours->quant->scale[c], mote_array_at(&theirs, (size_t)c));
        assert_int_equal(ours->quant->zero_point[c], 0);
    }
    mote_array_free(&theirs);
}

static int64_t integer_at(const mote_tensor *tensor, size_t i)
{
    return tensor->dtype == MOTE_I8    ? ((const int8_t *)tensor->data)[i]
           : tensor->dtype == MOTE_I16 ? ((const int16_t *)tensor->data)[i]
           : tensor->dtype == MOTE_I64 ? ((const int64_t *)tensor->data)[i]
                                       : ((const int32_t *)tensor->data)[i];
}

static void check_integers(const golden *g, const mote_tensor *ours, const char *name)
{
    mote_array theirs;
    char       what[60];
    size_t     i;

    snprintf(what, sizeof what, "q/%s", name);
    theirs = load_array(g, what);
    assert_int_equal(theirs.count, mote_tensor_count(ours));
    for (i = 0; i < theirs.count; i++)
        if (integer_at(ours, i) != (int64_t)mote_array_at(&theirs, i))
            fail_msg("%s, %s: %s[%zu] is %lld, ESP-PPQ's %.0f", g->net, g->target, name, i, (long long)integer_at(ours, i),
                     mote_array_at(&theirs, i));
    mote_array_free(&theirs);
}

/* Weights and bias of each layer, which is called so in the file. */
static void check_constants(const golden *g, const char *layers)
{
    const mote_graph *graph = &g->made->graphs[0];
    char              name[24];
    int32_t           n, i;

    for (n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].in_count < 3)
            continue;
        for (i = 1; i < 3; i++) {
            snprintf(name, sizeof name, "%c_%.2s", i == 1 ? 'w' : 'b', layers);
            name[strcspn(name, " ")] = '\0';
            check_exponents(g, mote_node_in(graph, &graph->nodes[n], i), name);
            check_integers(g, mote_node_in(graph, &graph->nodes[n], i), name);
        }
        layers += 2 + (layers[2] == ' ');
    }
    assert_int_equal(strlen(layers), 0);
}

/* As many as that. */
static void check_activations(const golden *g, int32_t count)
{
    const mote_graph *graph = &g->made->graphs[0];
    int32_t           id;
    char              key[80];

    for (id = 0; id < graph->tensor_count; id++) {
        const mote_tensor *ours = &graph->tensors[id];
        snprintf(key, sizeof key, "%s/e/%s", g->target, ours->name);
        if (ours->kind == MOTE_CONST || mote_npz_find(g->npz, key) < 0 || is_another(graph, id))
            continue;
        check_exponents(g, ours, ours->name);
        count--;
    }
    assert_int_equal(count, 0);
}

static void check_answers(const golden *g, double most)
{
    mote_runner *runner = network_runner(g->made, NULL);
    mote_array   theirs = load_array(g, "y");
    const size_t width = (size_t)theirs.dim[1];
    double       worst = 0, gap;
    float        x[512], y[8];
    size_t       s, i;

    for (s = 0; s < (size_t)theirs.dim[0]; s++) {
        mote_dataset_gather(&g->samples->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(s, 1), x);
        mote_runner_set_real(runner, 0, x);
        invoke_model(runner);
        mote_runner_get_real(runner, 0, y);
        for (i = 0; i < width; i++) {
            gap = fabs((double)y[i] / (double)mote_model_output(g->made, 0).scale - mote_array_at(&theirs, s * width + i));
            worst = gap > worst ? gap : worst;
        }
    }
    print_message("%s, %s: at most %g steps from ESP-PPQ's answers\n", g->net, g->target, worst);
    assert_true(worst <= most);
    mote_array_free(&theirs);
    mote_runner_destroy(runner);
}

typedef struct network {
    const char *name, *layers; /* two letters each */
    int32_t     activations;
} network;

static const network products = {"products", "c1 d1 c2 h1 y ", 7}, layers = {"layers", "c1 d1 c2 y ", 9};

static void check(const network *net, const char *target, const mote_quantize_options *options, double most)
{
    golden g = open_golden(net->name, target, options);

    check_constants(&g, net->layers);
    check_activations(&g, net->activations);
    check_answers(&g, most);
    close_golden(&g);
}

static const mote_quantize_options int8 = {.scheme = MOTE_SCHEME_POW2_INT8, .io = MOTE_I8};
static const mote_quantize_options int16 = {.scheme = MOTE_SCHEME_POW2_INT16, .io = MOTE_I16};
static const mote_quantize_options by_channel = {.scheme = MOTE_SCHEME_POW2_INT8, .io = MOTE_I8, .is_per_channel = true};

/* Sums of products alone: of int16 nothing is lost, so that every integer is theirs. int8 is rounded twice (rescale.h). */
static void products_are_esp_ppqs(void **state)
{
    (void)state;
    check(&products, "s3_8", &int8, 2);
    check(&products, "s3_16", &int16, 0);
    check(&products, "p4_8", &by_channel, 2);
}

/* ESP-DL's sum brings its operands to the result's scale first, and its pool has a scale of its own. */
static void all_layers_have_esp_ppqs_exponents(void **state)
{
    (void)state;
    check(&layers, "s3_8", &int8, 4);
    check(&layers, "s3_16", &int16, 3);
    check(&layers, "p4_8", &by_channel, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scale_is_the_next_power_of_two),
        cmocka_unit_test(the_range_ends_half_a_step_beyond_the_integers),
        cmocka_unit_test(products_are_esp_ppqs),
        cmocka_unit_test(all_layers_have_esp_ppqs_exponents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
