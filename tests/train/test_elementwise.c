/* Small networks around every element-wise layer and activation (tests/golden/elementwise.npz, made by gen_elementwise.py):
 * answers and gradients are Keras', a hundred steps end at Keras' weights, for any number of threads at the same bytes; and
 * what a .keras or .h5 of the network brings back for training is the same network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "train/network.h"
#include "train/optimizer.h"

enum { STEPS = 100, BATCH = 16, SAMPLES = 48, CASES = 72 };
#define FOLDER    "build/tests/elementwise"
#define TOLERANCE 1e-5 /* of the largest value: float32's, with room to spare */

typedef struct golden {
    mote_npz   *npz;
    const char *name;
    mote_array  x, y;
} golden;

static mote_array load(const golden *g, const char *first, const char *second)
{
    mote_array out = {0};
    mote_error err = {0};
    char       name[160];

    snprintf(name, sizeof name, "%s/%s%s", g->name, first, second);
    if (mote_npz_load(&out, g->npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return out;
}

/* ---- the network ---- */

static mote_model *build(const golden *g, mote_error *err)
{
    mote_array  text = load(g, "spec", "");
    mote_spec  *spec = NULL;
    mote_model *model = NULL;

    assert_int_equal(mote_file_write(FOLDER "/spec.yaml", text.bytes, text.count, err), MOTE_OK);
    if (mote_spec_load(&spec, FOLDER "/spec.yaml", err) != MOTE_OK ||
        mote_spec_build_model(&model, spec, NULL, err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err->text);
    mote_spec_destroy(spec);
    mote_array_free(&text);
    return model;
}

static void set_weights(const golden *g, mote_model *model)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable) {
            mote_array init = load(g, "init/", graph->tensors[i].name);
            assert_int_equal(init.count, mote_tensor_count(&graph->tensors[i]));
            memcpy(graph->tensors[i].data, init.bytes, init.count * sizeof(float));
            mote_array_free(&init);
        }
}

/* ---- comparing ---- */

static void check(const golden *g, const char *first, const char *second, const float *got, size_t count)
{
    mote_array   expected = load(g, first, second);
    const float *values = expected.bytes;
    double       most = 1;
    size_t       i;

    assert_int_equal(expected.count, count);
    for (i = 0; i < count; i++)
        most = fmax(most, fabs((double)values[i]));
    for (i = 0; i < count; i++)
        if (!(fabs((double)got[i] - (double)values[i]) <= TOLERANCE * most))
            fail_msg("%s: %s%s: value %zu is %.9g, %.9g expected", g->name, first, second, i, (double)got[i],
                     (double)values[i]);
    mote_array_free(&expected);
}

/* ||w - w_keras|| / ||w_keras|| over all weights. */
static double distance(const golden *g, const mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    double            gap = 0, size = 0;
    int32_t           i;
    size_t            k;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable) {
            mote_array   wanted = load(g, "final/", graph->tensors[i].name);
            const float *w = graph->tensors[i].data, *keras = wanted.bytes;
            for (k = 0; k < wanted.count; k++) {
                gap += ((double)w[k] - (double)keras[k]) * ((double)w[k] - (double)keras[k]);
                size += (double)keras[k] * (double)keras[k];
            }
            mote_array_free(&wanted);
        }
    return sqrt(gap / size);
}

/* ---- training ---- */

/* A network that is about to take steps. */
typedef struct run {
    const golden    *g;
    mote_model      *model;
    mote_network    *network;
    mote_score_place place;
    const mote_math *math;
} run;

static void begin(run *r, mote_pool *pool, mote_error *err)
{
    mote_network_options options = {.math = r->math, .pool = pool, .capacity = BATCH, .place_count = 1};

    r->place = (mote_score_place){.scores = r->model->graphs[0].outputs[0], .skipped = MOTE_NONE};
    options.places = &r->place;
    if (mote_network_create(&r->network, r->model, &options, err) != MOTE_OK)
        fail_msg("%s: %s", r->g->name, err->text);
}

/* Forward, mean squared error, backward. */
static double pass(run *r, int step)
{
    const mote_network_pass p = {.batch = BATCH, .is_training = true};
    const size_t            first = (size_t)(step * BATCH % SAMPLES), x_each = r->g->x.count / SAMPLES;
    const float            *y = (const float *)r->g->y.bytes + first * 2;
    double                  loss;

    memcpy(r->network->value[r->model->graphs[0].inputs[0]], (const float *)r->g->x.bytes + first * x_each,
           BATCH * x_each * sizeof(float));
    mote_network_forward(r->network, &p);
    loss = r->math->mean_squared_error(BATCH, 2, 1.0f / BATCH, r->network->value[r->place.scores], y,
                                       r->network->grad[r->place.scores]);
    memset(r->network->param_grads, 0, r->model->params.count * sizeof(float));
    mote_network_backward(r->network, &p);
    return loss / BATCH;
}

static void check_first_pass(run *r)
{
    const mote_graph *graph = &r->model->graphs[0];
    int32_t           i;

    pass(r, 0);
    check(r->g, "out", "", r->network->value[r->place.scores], BATCH * 2);
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable)
            check(r->g, "grad/", graph->tensors[i].name, r->network->grad[i], mote_tensor_count(&graph->tensors[i]));
}

static void take_steps(run *r, mote_error *err)
{
    mote_array           losses = load(r->g, "loss", ""), rate = load(r->g, "rate", "");
    const mote_optimizer kind = {
        .kind = MOTE_OPTIMIZER_SGD, .learning_rate = (float)mote_array_at(&rate, 0), .momentum = 0.9f};
    mote_optimizer_state optimizer;
    mote_arena           arena = {0};
    int                  step;

    assert_int_equal(mote_optimizer_init(&optimizer, &kind, r->model->params.count, &arena, err), MOTE_OK);
    for (step = 0; step < STEPS; step++) {
        const double loss = pass(r, step), wanted = mote_array_at(&losses, (size_t)step);
        if (!(fabs(loss - wanted) <= 1e-4 * fmax(1, wanted)))
            fail_msg("%s, %s: the loss of step %d is %.9g, %.9g expected", r->g->name, r->math->name, step, loss, wanted);
        mote_optimizer_step(&optimizer, r->math, &r->model->params, r->network->param_grads);
    }
    mote_arena_destroy(&arena);
    mote_array_free(&losses);
    mote_array_free(&rate);
}

static double train(const golden *g, const mote_math *math, float *weights, int threads)
{
    mote_error err = {0};
    mote_pool *pool = NULL;
    run        r = {.g = g, .math = math, .model = build(g, &err)};
    double     gap;

    set_weights(g, r.model);
    assert_int_equal(mote_pool_create(&pool, threads, &err), MOTE_OK);
    begin(&r, pool, &err);
    check_first_pass(&r);
    take_steps(&r, &err);
    gap = distance(g, r.model);
    memcpy(weights, r.model->params.values, r.model->params.count * sizeof(float));
    mote_network_destroy(r.network);
    mote_pool_destroy(pool);
    mote_model_destroy(r.model);
    return gap;
}

/* ---- files of Keras ---- */

static void check_file(const golden *g, const mote_model *model, const char *path)
{
    const mote_load_options options = {.to_train = true};
    mote_error              err = {0};
    run                     r = {.g = g, .math = mote_math_select(NULL)};

    if (mote_model_save(model, path, &err) != MOTE_OK || mote_model_load(&r.model, path, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", g->name, err.text);
    assert_int_equal(r.model->stage, MOTE_STAGE_TRAIN);
    begin(&r, NULL, &err);
    check_first_pass(&r);
    mote_network_destroy(r.network);
    if (mote_model_save(r.model, path, &err) != MOTE_OK) /* it is layers, and can be written again */
        fail_msg("%s: %s", g->name, err.text);
    mote_model_destroy(r.model);
}

static void check_files(const golden *g)
{
    mote_error  err = {0};
    mote_model *model = build(g, &err);

    set_weights(g, model);
    check_file(g, model, FOLDER "/net.keras");
    if (strcmp(g->name, "activation_hard_sigmoid") != 0 && strcmp(g->name, "activation_of_map") != 0) {
        check_file(g, model, FOLDER "/net.h5");
    } else {
        assert_int_equal(mote_model_save(model, FOLDER "/net.h5", &err), MOTE_ERR_UNSUPPORTED);
        assert_non_null(
            strstr(err.text, "hard_sigmoid is another function in Keras 2, whose words a .h5 has; write a .keras"));
    }
    mote_model_destroy(model);
}

/* ---- all cases ---- */

typedef void (*case_check)(const golden *g);

static int for_each_case(case_check check_case)
{
    golden     g = {0};
    mote_error err = {0};
    char       name[96];
    int        count = 0, i;

    assert_int_equal(mote_make_dirs(FOLDER, &err), MOTE_OK);
    if (mote_npz_open(&g.npz, "tests/golden/elementwise.npz", &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < mote_npz_count(g.npz); i++) {
        const char *array = mote_npz_name(g.npz, i), *slash = strchr(array, '/');
        if (strcmp(slash, "/spec") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(slash - array), array);
        g.name = name;
        g.x = load(&g, "x", "");
        g.y = load(&g, "y", "");
        check_case(&g);
        mote_array_free(&g.x);
        mote_array_free(&g.y);
        count++;
    }
    mote_npz_close(g.npz);
    return count;
}

static void check_training(const golden *g)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    static float             one[4096], three[4096];
    size_t                   l;

    for (l = 0; l < sizeof levels / sizeof *levels; l++) {
        const mote_math *math = mote_math_select(levels[l]);
        double           gap;
        if (!math)
            continue;
        gap = train(g, math, one, 1);
        if (!(gap <= 1e-5)) /* Keras' own float32 and float64 runs are up to 5e-6 apart */
            fail_msg("%s, %s: after %d steps the weights are %.2e from Keras'", g->name, levels[l], STEPS, gap);
        train(g, math, three, 3);
        assert_memory_equal(one, three, sizeof one);
    }
}

static void layers_train_as_keras_does(void **state)
{
    (void)state;
    assert_int_equal(for_each_case(check_training), CASES);
}

static void files_of_keras_bring_the_layers_back(void **state)
{
    (void)state;
    assert_int_equal(for_each_case(check_files), CASES);
}

/* ---- numbers that training finds ---- */

enum { ROWS = 90, CHANNELS = 3 };

static void fill_rows(float *x)
{
    int i;

    for (i = 0; i < ROWS * 4 * CHANNELS; i++)
        x[i] = 1000.0f * (float)(i % CHANNELS) + (float)(i * 7 % 23) / 8;
}

/* Of one channel of the first `count` rows, as numpy's mean and var. */
static double mean_of(const float *x, int count, int channel, double around, int power)
{
    double sum = 0;
    int    i;

    for (i = channel; i < count * 4 * CHANNELS; i += CHANNELS)
        sum += power == 1 ? (double)x[i] : ((double)x[i] - around) * ((double)x[i] - around);
    return sum / (count * 4);
}

static void normalization_takes_mean_and_variance_of_what_is_trained_on(void **state)
{
    static float             x[ROWS * 4 * CHANNELS], y[ROWS], seen[ROWS * 4 * CHANNELS];
    const mote_train_options options = {.loss = MOTE_LOSS_MSE, .epochs = 1};
    mote_array               array = {.dtype = MOTE_F32, .rank = 3, .dim = {ROWS, 4, CHANNELS}, .bytes = x};
    mote_error               err = {0};
    mote_dataset            *set;
    mote_training           *training;
    mote_model              *model;
    mote_builder            *b = mote_builder_create(NULL, &err);
    mote_layer_id            in = mote_layer_input(b, 2, (int[]){4, CHANNELS}), out;
    int                      count, c;

    (void)state;
    fill_rows(x);
    assert_int_equal(mote_make_dirs(FOLDER "/set", &err), MOTE_OK);
    array.count = sizeof x / sizeof *x;
    assert_int_equal(mote_npy_save(&array, FOLDER "/set/x.npy", &err), MOTE_OK);
    array = (mote_array){.dtype = MOTE_F32, .rank = 2, .dim = {ROWS, 1}, .bytes = y, .count = ROWS};
    assert_int_equal(mote_npy_save(&array, FOLDER "/set/y.npy", &err), MOTE_OK);
    if (mote_dataset_load(&set, FOLDER "/set", NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_dataset_take_validation(set, 0.1, &err), MOTE_OK); /* those rows are not trained on */
    count = (int)set->split[MOTE_SPLIT_TRAIN].count;
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, (size_t)count), seen);
    out = mote_layer_normalization(b, in, NULL);
    out = mote_layer_dense(b, mote_layer_flatten(b, out, NULL), &(mote_dense_options){.units = 1});
    if (mote_builder_finish(&model, b, &out, 1, &err) != MOTE_OK ||
        mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (c = 0; c < CHANNELS; c++) {
        const mote_normalization_options *o = model->layers[1].options;
        const double                      mean = mean_of(seen, count, c, 0, 1);
        const double                      variance = mean_of(seen, count, c, mean, 2);
        if (!(fabs((double)o->mean.values[c] - mean) <= 1e-7 * fabs(mean) + 1e-7 &&
              fabs((double)o->variance.values[c] - variance) <= 1e-6 * variance))
            fail_msg("channel %d: %.9g and %.9g, %.9g and %.9g expected", c, (double)o->mean.values[c],
                     (double)o->variance.values[c], mean, variance);
    }
    mote_training_destroy(training);
    mote_dataset_destroy(set);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_train_as_keras_does),
        cmocka_unit_test(files_of_keras_bring_the_layers_back),
        cmocka_unit_test(normalization_takes_mean_and_variance_of_what_is_trained_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
