/* Layers of sequences against Keras: what they answer, and the gradient of each weight, for every option, at every level of
 * instructions, and the same bytes for any number of threads; networks come from the specs in the golden file
 * (tests/golden/gen_sequences.py). Frozen, each answers the same by other operators. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "train/network.h"

enum { WEIGHTS_MAX = 16 };
#define SPEC      "build/tests/sequences.yaml"
#define TOLERANCE 1e-5 /* of the largest value: Keras' own float32 and float64 runs are as far apart */

static mote_array load(mote_npz *npz, const char *name, const char *what)
{
    mote_error err = {0};
    mote_array out = {0};
    char       full[96];

    snprintf(full, sizeof full, "%s/%s", name, what);
    if (mote_npz_load(&out, npz, full, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return out;
}

static mote_model *make_model(mote_npz *npz, const char *name)
{
    mote_array  text = load(npz, name, "model");
    mote_error  err = {0};
    mote_model *model = NULL;
    mote_spec  *spec = NULL;
    FILE       *file;

    assert_int_equal(mote_make_dirs("build/tests", &err), MOTE_OK);
    assert_non_null(file = fopen(SPEC, "w"));
    assert_int_equal(fwrite(text.bytes, 1, text.count, file), text.count);
    fclose(file);
    if (mote_spec_load(&spec, SPEC, &err) != MOTE_OK || mote_spec_build_model(&model, spec, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    mote_spec_destroy(spec);
    mote_array_free(&text);
    return model;
}

static int list_weights(const mote_model *model, mote_id *out)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;
    int               count = 0;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable && count < WEIGHTS_MAX)
            out[count++] = i;
    return count;
}

static void set_weights(mote_model *model, mote_npz *npz, const char *name)
{
    mote_id ids[WEIGHTS_MAX];
    int     count = list_weights(model, ids), i;
    char    what[32];

    for (i = 0; i < count; i++) {
        const mote_tensor *tensor = &model->graphs[0].tensors[ids[i]];
        mote_array         values;
        snprintf(what, sizeof what, "weights/%d", i);
        values = load(npz, name, what);
        if (values.count != mote_tensor_count(tensor) || (tensor->rank == 2 && values.dim[0] != tensor->dim[0]))
            fail_msg("%s: weight %d has another shape", name, i);
        memcpy(tensor->data, values.bytes, values.count * sizeof(float));
        mote_array_free(&values);
    }
}

static void check_close(const char *name, const char *what, const float *values, const mote_array *wanted)
{
    const float *keras = wanted->bytes;
    double       most = 0, gap = 0;
    size_t       i;

    for (i = 0; i < wanted->count; i++) {
        const double off = fabs((double)values[i] - (double)keras[i]);
        most = fabs((double)keras[i]) > most ? fabs((double)keras[i]) : most;
        gap = off > gap || isnan(off) ? off : gap;
    }
    if (!(gap <= TOLERANCE * (most > 1 ? most : 1)))
        fail_msg("%s: %s is %g off of at most %g", name, what, gap, most);
}

/* What the network answers, and each gradient, added to nothing. */
static void run(mote_model *model, mote_npz *npz, const char *name, const mote_math *math, mote_pool *pool, float *y,
                float *grads)
{
    mote_array                 x = load(npz, name, "x"), gy = load(npz, name, "gy");
    const mote_network_options options = {.math = math, .pool = pool, .capacity = (int32_t)x.dim[0] + 1};
    const mote_network_pass    pass = {.batch = (int32_t)x.dim[0], .is_training = true};
    const mote_graph          *graph = &model->graphs[0];
    mote_network              *network;
    mote_error                 err = {0};

    if (mote_network_create(&network, model, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    memcpy(network->value[graph->inputs[0]], x.bytes, x.count * sizeof(float));
    mote_network_forward(network, &pass);
    memcpy(y, network->value[graph->outputs[0]], gy.count * sizeof(float));
    memcpy(network->grad[graph->outputs[0]], gy.bytes, gy.count * sizeof(float));
    mote_network_backward(network, &pass);
    memcpy(grads, network->param_grads, model->params.count * sizeof(float));
    mote_network_destroy(network);
    mote_array_free(&x);
    mote_array_free(&gy);
}

static void check_gradients(const mote_model *model, mote_npz *npz, const char *name, const float *grads)
{
    mote_id ids[WEIGHTS_MAX];
    int     count = list_weights(model, ids), i;
    char    what[32];

    for (i = 0; i < count; i++) {
        mote_array wanted;
        snprintf(what, sizeof what, "grads/%d", i);
        wanted = load(npz, name, what);
        check_close(name, model->graphs[0].tensors[ids[i]].name,
                    grads + ((float *)model->graphs[0].tensors[ids[i]].data - model->params.values), &wanted);
        mote_array_free(&wanted);
    }
}

static void check_level(mote_model *model, mote_npz *npz, const char *name, const char *level)
{
    const mote_math *math = mote_math_select(level);
    mote_array       y = load(npz, name, "y");
    mote_error       err = {0};
    mote_pool       *pool;
    float           *answers[2], *grads[2];
    int              i;

    if (!math) {
        print_message("this processor lacks %s: not run\n", level);
        mote_array_free(&y);
        return;
    }
    assert_int_equal(mote_pool_create(&pool, 3, &err), MOTE_OK);
    for (i = 0; i < 2; i++) {
        answers[i] = calloc(y.count, sizeof(float));
        grads[i] = calloc(model->params.count, sizeof(float));
        run(model, npz, name, math, i ? pool : NULL, answers[i], grads[i]);
    }
    mote_pool_destroy(pool);
    check_close(name, "the answer", answers[0], &y);
    check_gradients(model, npz, name, grads[0]);
    assert_memory_equal(answers[0], answers[1], y.count * sizeof(float));
    assert_memory_equal(grads[0], grads[1], model->params.count * sizeof(float));
    for (i = 0; i < 2; i++) {
        free(answers[i]);
        free(grads[i]);
    }
    mote_array_free(&y);
}

/* As it runs when it was trained. */
static void check_frozen(const mote_model *trained, mote_npz *npz, const char *name)
{
    mote_array   x = load(npz, name, "x"), y = load(npz, name, "y");
    mote_error   err = {0};
    mote_model  *model;
    mote_runner *runner;
    float       *answers = calloc(y.count, sizeof(float));
    const size_t samples = (size_t)x.dim[0], in = x.count / samples, out = y.count / samples;
    size_t       s;

    if (mote_model_freeze(&model, trained, &err) != MOTE_OK || mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    for (s = 0; s < samples; s++) {
        memcpy(mote_runner_input(runner, 0), (const float *)x.bytes + s * in, in * sizeof(float));
        if (mote_runner_invoke(runner, &err) != MOTE_OK)
            fail_msg("%s: %s", name, err.text);
        memcpy(answers + s * out, mote_runner_output(runner, 0), out * sizeof(float));
    }
    check_close(name, "the frozen answer", answers, &y);
    mote_runner_destroy(runner);
    mote_model_destroy(model);
    free(answers);
    mote_array_free(&x);
    mote_array_free(&y);
}

static void check_case(mote_npz *npz, const char *name)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    mote_model              *model = make_model(npz, name);
    size_t                   l;

    set_weights(model, npz, name);
    for (l = 0; l < sizeof levels / sizeof *levels; l++)
        check_level(model, npz, name, levels[l]);
    check_frozen(model, npz, name);
    mote_model_destroy(model);
}

static void layers_of_sequences_have_keras_gradients(void **state)
{
    mote_error err = {0};
    mote_npz  *npz;
    mote_array names = {0};
    char      *text, *end;
    int        count = 0;

    (void)state;
    if (mote_npz_open(&npz, "tests/golden/sequences.npz", &err) != MOTE_OK ||
        mote_npz_load(&names, npz, "names", 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    text = names.bytes;
    while (text < (char *)names.bytes + names.count && (end = memchr(text, '\n', names.count)) != NULL) {
        *end = '\0';
        check_case(npz, text);
        count++;
        text = end + 1;
    }
    print_message("%d layers\n", count);
    assert_true(count > 40);
    mote_array_free(&names);
    mote_npz_close(npz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layers_of_sequences_have_keras_gradients)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
