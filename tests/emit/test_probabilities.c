/* NAME_probability and NAME_argmax: of softmax, sigmoids and logits, real and quantized, in both targets and on emulated
 * chips; and where an answer is no probability there is no such function.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/probabilities"
#include "wrapping.h"

#include <math.h>

#include <mote/evaluate.h>
#include <mote/train.h>

#include "graph/graph.h"
#include "runtime/prepare/probability.h"

enum { WIDTH = 4, SAMPLES = 40, CLASSES_MAX = 3 };

typedef struct answering {
    const char     *label, *target;
    int             units, labels;
    mote_activation activation;
    mote_loss       loss;
    bool            from_logits;
    mote_dtype      io;
} answering;

#define SPARSE MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY
#define BINARY MOTE_LOSS_BINARY_CROSSENTROPY

static const answering models[] = {
    {"softmax_i8", "c", 3, 3, MOTE_ACTIVATION_SOFTMAX, SPARSE, false, MOTE_I8},
    {"logits_i8", "c", 3, 3, MOTE_ACTIVATION_LINEAR, SPARSE, true, MOTE_I8},
    {"single_logit_i8", "c", 1, 2, MOTE_ACTIVATION_LINEAR, BINARY, true, MOTE_I8},
    {"softmax_f32", "c", 3, 3, MOTE_ACTIVATION_SOFTMAX, SPARSE, false, MOTE_F32},
    {"logits_f32", "c", 3, 3, MOTE_ACTIVATION_LINEAR, SPARSE, true, MOTE_F32},
    {"sigmoids_u8", "c", 3, 0, MOTE_ACTIVATION_SIGMOID, BINARY, false, MOTE_U8},
    {"single_i8", "c", 1, 2, MOTE_ACTIVATION_SIGMOID, BINARY, false, MOTE_I8},
    {"single_f32", "c", 1, 2, MOTE_ACTIVATION_SIGMOID, BINARY, false, MOTE_F32},
    {"interpreted", "interpreter", 3, 3, MOTE_ACTIVATION_LINEAR, SPARSE, true, MOTE_I8},
};
enum { MODELS = sizeof models / sizeof *models, ON_CHIPS = 3 };

static mote_model *make_model(const answering *as)
{
    static const char *const labels[] = {"ash", "beech", "cedar"};
    mote_error               err = {0};
    mote_builder            *b = mote_builder_create(&(mote_builder_options){.seed = 4, .name = "net"}, &err);
    network_dice             dice = network_dice_of(29);
    mote_layer_id            x = mote_layer_input(b, 1, (int[]){WIDTH});
    mote_model              *real, *model;
    mote_recipe              recipe = {.output = {{.labels = labels,
                                                   .label_count = as->labels,
                                                   .has_goal = true,
                                                   .goal = {.loss = as->loss, .from_logits = as->from_logits}}}};

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = as->units, .activation = as->activation});
    real = network_infer(network_finish(b, &x, 1, &dice));
    model = as->io == MOTE_F32 ? real : network_quantize(real, &(mote_quantize_options){.io = as->io});
    if (model != real)
        mote_model_destroy(real);
    mote_recipe_copy(&model->recipe, &recipe, &model->arena, &err);
    assert_int_equal(err.code, MOTE_OK);
    return model;
}

/* ---- what has to come ---- */

static float real_at(const void *values, int32_t index)
{
    return ((const float *)values)[index];
}

/* Where it is more than what mote run prints, it is near what double gives. */
static float near(float x, double wanted)
{
    if (!(fabs((double)x - wanted) < 1e-6))
        fail_msg("%g, %g expected", (double)x, wanted);
    return x;
}

static float expected_probability(const answering *as, const float *real, int32_t index)
{
    double sum = 0;
    float  p = as->units == 1 ? real[0] : real[index];
    int    i;

    if (as->from_logits && as->units > 1) {
        for (i = 0; i < as->units; i++)
            sum += exp((double)real[i]);
        return near(mrt_softmax_at(real_at, real, as->units, index), exp((double)real[index]) / sum);
    }
    if (as->from_logits)
        p = near(mrt_logistic_one_f32(p), 1 / (1 + exp(-(double)p)));
    return as->units == 1 && index == 0 ? 1.0f - p : p;
}

static int32_t expected_class(const answering *as, const float *real)
{
    int32_t best = 0, i;

    if (as->units == 1)
        return real[0] > (as->from_logits ? 0.0f : 0.5f);
    for (i = 1; i < as->units; i++)
        best = real[i] > real[best] ? i : best;
    return best;
}

typedef struct answer {
    float   probability[CLASSES_MAX];
    int32_t best;
} answer;

/* Each sample's input as it is stored, and the answer. */
typedef struct answer_samples {
    uint8_t inputs[SAMPLES * WIDTH * sizeof(float)];
    answer  answers[SAMPLES];
} answer_samples;

static wrapped_samples make_samples(answer_samples *out, const mote_model *model, const answering *as)
{
    const mote_tensor_info in = mote_model_input(model, 0);
    mote_runner           *runner = network_runner(model, NULL);
    network_dice           dice = network_dice_of(11);
    int                    classes = as->units == 1 ? 2 : as->units, s, i;

    for (s = 0; s < SAMPLES; s++) {
        float real[CLASSES_MAX];
        network_fill_input(&in, &dice, out->inputs + (size_t)s * in.bytes);
        memcpy(mote_runner_input(runner, 0), out->inputs + (size_t)s * in.bytes, in.bytes);
        invoke_model(runner);
        mote_runner_get_real(runner, 0, real);
        out->answers[s] = (answer){.best = expected_class(as, real)};
        for (i = 0; i < classes; i++)
            out->answers[s].probability[i] = expected_probability(as, real, i);
    }
    mote_runner_destroy(runner);
    return (wrapped_samples){out->inputs, (const uint8_t *)out->answers, SAMPLES, in.bytes, sizeof out->answers[0]};
}

static void answer_of_net(const compiled *c, const wrapped_samples *s, const answering *as)
{
    char text[600];

    snprintf(
        text, sizeof text,
        "%s    float p[3] = {0, 0, 0};\n    int32_t i, best;\n    mrt_copy(net_input(&a->net), in, NET_INPUT_0_BYTES);\n"
        "    net_invoke(&a->net);\n    for (i = 0; i < %d; i++)\n        p[i] = net_probability(&a->net, i);\n"
        "    best = net_argmax(&a->net);\n    mrt_copy(out, p, sizeof p);\n    mrt_copy(out + 12, &best, 4);\n",
        strcmp(as->target, "c") == 0 ? "" : "    if (net_open(&a->net) != 0)\n        return;\n",
        as->units == 1 ? 2 : as->units);
    wrap(c, s, text);
}

/* ---- tests ---- */

static void are_right(const answering *as, size_t wrong, const char *where)
{
    if (wrong < SAMPLES)
        fail_msg("%s on %s: sample %zu has other probabilities, or another class", as->label, where, wrong);
}

static void probabilities_are_what_the_host_has(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc", "atmega328p"};
    static answer_samples    answers;
    size_t                   k;
    int                      m;

    (void)state;
    for (m = 0; m < MODELS; m++) {
        const answering      *as = &models[m];
        mote_model           *model = make_model(as);
        compiled              c = compile(model, as->label, &(mote_compile_options){.target = as->target, .name = "net"});
        const wrapped_samples s = make_samples(&answers, model, as);
        if (m >= 1 && m <= 2)
            compiles_everywhere(&c);
        answer_of_net(&c, &s, as);
        for (k = 0; m < ON_CHIPS && k < sizeof chips / sizeof *chips; k++)
            are_right(as, wrong_on_chip(&c, &s, chips[k]), chips[k]);
        are_right(as, wrong_on_this_machine(&c, &s, "-O2 -march=native"), "this machine");
        mote_model_destroy(model);
    }
}

/* Values, and numbers of which nobody said that they are logits. */
static void numbers_are_no_probabilities(void **state)
{
    answering as = models[1];
    int       i;

    (void)state;
    for (i = 0; i < 2; i++) {
        mote_model *model;
        compiled    c;
        as.from_logits = i == 1;
        as.loss = i == 1 ? MOTE_LOSS_MSE : SPARSE;
        model = make_model(&as);
        c = compile(model, "numbers", NULL);
        run("! grep -q probability %s/net.h %s/net.c", c.folder, c.folder);
        mote_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_are_what_the_host_has),
        cmocka_unit_test(numbers_are_no_probabilities),
    };

    return cmocka_run_group_tests_name("probabilities", tests, find_compilers, NULL);
}
