/* Equalization, bias correction and adaptive rounding: each does what it says, on networks where that can be seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include "base/thread.h"
#include "compare/join.h"
#include "quantize/refine.h"
#include "running.h"

static void run(mote_runner *runner, const mote_dataset_split *split, size_t sample, float *y)
{
    float x[4096];

    mote_dataset_gather(split, 0, mote_dataset_in_row(sample, 1), x);
    mote_runner_set_real(runner, 0, x);
    invoke_model(runner);
    mote_runner_get_real(runner, 0, y);
}

/* Sums over samples and outputs: of squares of a's answers, of the differences', and of the differences themselves. */
typedef struct difference {
    double signal, noise, shift, worst;
} difference;

static difference compare(const mote_model *a, const mote_model *b, const mote_dataset_split *split)
{
    mote_runner *ra = network_runner(a, NULL), *rb = network_runner(b, NULL);
    const size_t width = mote_model_output(a, 0).count;
    difference   found = {0};
    float        ya[256], yb[256];
    size_t       s, i;

    assert_true(width <= 256);
    for (s = 0; s < split->count; s++) {
        run(ra, split, s, ya);
        run(rb, split, s, yb);
        for (i = 0; i < width; i++) {
            const double d = (double)yb[i] - (double)ya[i];
            found.signal += (double)ya[i] * (double)ya[i];
            found.noise += d * d;
            found.shift += d;
            found.worst = fmax(found.worst, fabs(d) / fmax(1, fabs((double)ya[i])));
        }
    }
    mote_runner_destroy(ra);
    mote_runner_destroy(rb);
    return found;
}

static double sqnr_db(difference d)
{
    return 10 * log10(d.signal / d.noise);
}

static mote_model *quantize(const mote_model *real, const mote_dataset *set, mote_quantize_options options)
{
    mote_model *made;
    mote_error  err = {0};

    if (mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return made;
}

static mote_model *equalize(const mote_model *real)
{
    mote_model *made;
    mote_error  err = {0};

    if (mote_equalize(&made, real, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return made;
}

/* ---- equalization ---- */

/* Convolution, depthwise, pooling, dense; the first one's channels are of very different size, and the next layer's of the
 * inverse: all count alike. */
static mote_model *uneven_network(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    network_dice  dice = network_dice_of(5);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){8, 8, 2});
    mote_model   *model;
    int32_t       n, k;

    x = mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){
            .filters = 6, .kernel_size = {3}, .padding = MOTE_PADDING_SAME, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_depthwise_conv2d(
        b, x,
        &(mote_depthwise_conv2d_options){.kernel_size = {3}, .depth_multiplier = 2, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 9, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 4});
    model = network_infer(network_finish(b, &x, 1, &dice));
    for (n = 0; n < model->graphs[0].node_count; n++) {
        mote_weighted layer;
        const bool    is_one = mote_weighted_find(&layer, &model->graphs[0], &model->graphs[0].nodes[n]);
        float        *w = is_one ? model->graphs[0].tensors[model->graphs[0].nodes[n].in[1]].data : NULL;
        for (k = 0; is_one && n < 2 && k < layer.channels * layer.taps; k++) {
            const int32_t c = k / layer.taps, first = n == 0 ? c : c / 2;
            w[(size_t)c * layer.channel_step + (size_t)(k % layer.taps) * layer.tap_step] *=
                powf(10, (float)(n == 0 ? first % 4 - 2 : 2 - first % 4));
        }
        for (k = 0; is_one && n == 0 && k < layer.channels; k++)
            ((float *)model->graphs[0].tensors[model->graphs[0].nodes[n].in[2]].data)[k] *= powf(10, (float)(k % 4 - 2));
    }
    return model;
}

static float largest(const mote_model *model, int32_t n, int32_t channel)
{
    mote_weighted layer;
    const float  *w = model->graphs[0].tensors[model->graphs[0].nodes[n].in[1]].data;
    float         most = 0;
    int32_t       k;

    assert_true(mote_weighted_find(&layer, &model->graphs[0], &model->graphs[0].nodes[n]));
    for (k = 0; k < layer.taps; k++)
        most = fmaxf(most, fabsf(w[(size_t)channel * layer.channel_step + (size_t)k * layer.tap_step]));
    return most;
}

static void channels_of_neighbours_become_alike_and_answers_stay(void **state)
{
    mote_model   *real = uneven_network(), *equal = equalize(real);
    mote_dataset *set = network_data(real, 40, 0, 1);
    int32_t       c;

    (void)state;
    assert_true(compare(real, equal, &set->split[MOTE_SPLIT_TRAIN]).worst < 1e-5);
    for (c = 0; c < 6; c++) { /* the depthwise convolution has two channels for each */
        const double first = (double)largest(equal, 0, c),
                     second = (double)fmaxf(largest(equal, 1, 2 * c), largest(equal, 1, 2 * c + 1));
        assert_true(fabs(first - second) < 0.01 * second);
    }
    assert_true(largest(real, 0, 3) > 100 * largest(real, 0, 0));
    assert_true(largest(equal, 0, 3) < 40 * largest(equal, 0, 0));
    mote_dataset_destroy(set);
    mote_model_destroy(equal);
    mote_model_destroy(real);
}

static void random_networks_answer_the_same_when_equalized(void **state)
{
    uint64_t number;
    size_t   changed = 0;

    (void)state;
    for (number = 0; number < 80; number++) {
        mote_model   *real = network_infer(network_random(number)), *equal = equalize(real);
        mote_dataset *set = network_data(real, 10, 0, number);
        int32_t       i;
        const double  worst = compare(real, equal, &set->split[MOTE_SPLIT_TRAIN]).worst;
        if (worst > 1e-5)
            fail_msg("network %d: answers differ by %g", (int)number, worst);
        for (i = 0; i < equal->graphs[0].tensor_count; i++)
            changed += network_name_ends(equal->graphs[0].tensors[i].name, MOTE_EQUALIZED);
        mote_dataset_destroy(set);
        mote_model_destroy(equal);
        mote_model_destroy(real);
    }
    assert_true(changed > 20);
}

static void one_scale_a_layer_loses_less_when_equalized(void **state)
{
    mote_model   *real = uneven_network();
    mote_dataset *set = network_data(real, 100, 0, 2);
    mote_model   *plain = quantize(real, set, (mote_quantize_options){.is_per_tensor = true});
    mote_model   *equal = quantize(real, set, (mote_quantize_options){.is_per_tensor = true, .is_equalized = true});
    const double  before = sqnr_db(compare(real, plain, &set->split[MOTE_SPLIT_TRAIN]));
    const double  after = sqnr_db(compare(real, equal, &set->split[MOTE_SPLIT_TRAIN]));

    (void)state;
    print_message("one scale a layer: %.1f dB, equalized %.1f dB\n", before, after);
    assert_true(after > before + 10);
    mote_model_destroy(equal);
    mote_model_destroy(plain);
    mote_dataset_destroy(set);
    mote_model_destroy(real);
}

/* What lies between equalized layers is another thing, and nobody blames it for being one. */
static void what_was_equalized_is_not_compared(void **state)
{
    mote_model *real = uneven_network(), *equal = equalize(real);
    mote_arena  arena = {0};
    mote_join   join;
    mote_error  err = {0};
    int32_t     i, compared = 0;

    (void)state;
    assert_int_equal(mote_join_tensors(&join, real, equal, &arena, &err), MOTE_OK);
    for (i = 0; i < real->graphs[0].tensor_count; i++)
        if (join.b[i] != MOTE_NONE) {
            assert_false(network_name_ends(equal->graphs[0].tensors[join.b[i]].name, MOTE_EQUALIZED));
            compared++;
        }
    assert_int_equal(compared, 1); /* the output */
    mote_arena_destroy(&arena);
    mote_model_destroy(equal);
    mote_model_destroy(real);
}

/* ---- numbers that can be checked by hand ---- */

/* One dense unit with weights 127, 10.4 and 20.4 and bias 5, which reads (0, v, v): as int8 their scale is 1, and the
 * inputs' range 0 to 255 makes that of the inputs 1, too. */
static mote_model *tiny_network(mote_dataset **set)
{
    static const float v[4] = {0, 255, 100, 45}; /* 100 in the mean */
    mote_error         err = {0};
    mote_builder      *b = mote_builder_create(NULL, &err);
    network_dice       dice = network_dice_of(1);
    mote_layer_id      x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){3}), &(mote_dense_options){.units = 1});
    mote_model        *model = network_infer(network_finish(b, &x, 1, &dice));
    const mote_node   *node = &model->graphs[0].nodes[0];
    float             *samples;
    int                s, i;

    memcpy(model->graphs[0].tensors[node->in[1]].data, (float[]){127, 10.4f, 20.4f}, 3 * sizeof(float));
    memcpy(model->graphs[0].tensors[node->in[2]].data, (float[]){5}, sizeof(float));
    *set = network_data(model, 4, 0, 1);
    samples = (float *)(uintptr_t)(*set)->split[MOTE_SPLIT_TRAIN].x[0];
    for (s = 0; s < 4; s++)
        for (i = 0; i < 3; i++)
            samples[s * 3 + i] = i == 0 ? 0 : v[s];
    return model;
}

static void check_tiny(mote_quantize_options options, const int8_t *weights, int32_t bias)
{
    mote_dataset     *set;
    mote_model       *real = tiny_network(&set), *made = quantize(real, set, options);
    const mote_graph *graph = &made->graphs[0];
    int32_t           n = 0;

    while (graph->nodes[n].op != MOTE_OP_FULLY_CONNECTED)
        n++;
    assert_memory_equal(mote_node_in(graph, &graph->nodes[n], 1)->data, weights, 3);
    assert_int_equal(((const int32_t *)mote_node_in(graph, &graph->nodes[n], 2)->data)[0], bias);
    mote_model_destroy(made);
    mote_model_destroy(real);
    mote_dataset_destroy(set);
}

static void integers_are_those_that_paper_says(void **state)
{
    (void)state;
    check_tiny((mote_quantize_options){0}, (int8_t[]){127, 10, 20}, 5);
    /* (10.4 + 20.4 - 10 - 20) 100 more */
    check_tiny((mote_quantize_options){.corrects_bias = true}, (int8_t[]){127, 10, 20}, 85);
    /* 31 v is nearer to 30.8 v than 30 v is */
    check_tiny((mote_quantize_options){.rounding = MOTE_ROUND_ADAPTIVE}, (int8_t[]){127, 10, 21}, 5);
    check_tiny((mote_quantize_options){.rounding = MOTE_ROUND_ADAPTIVE, .corrects_bias = true}, (int8_t[]){127, 10, 21},
               -15);
}

/* ---- rounding and biases ---- */

/* Inputs that go together: sums of three numbers. */
static void correlate(mote_dataset *set, size_t width)
{
    float *x = (float *)(uintptr_t)set->split[MOTE_SPLIT_TRAIN].x[0];
    size_t s, i;

    for (s = 0; s < set->split[MOTE_SPLIT_TRAIN].count; s++)
        for (i = 3; i < width; i++)
            x[s * width + i] = x[s * width + i % 3] + 0.1f * x[s * width + i];
}

static void check_refined(mote_scheme scheme, double least_gain_db)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    network_dice  dice = network_dice_of(9);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){24});
    mote_model   *real, *plain, *round, *shift, *both;
    mote_dataset *set;
    difference    of[4];

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 32, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .use_bias = MOTE_SWITCH_OFF});
    real = network_infer(network_finish(b, &x, 1, &dice));
    set = network_data(real, 200, 0, 4);
    correlate(set, 24);
    plain = quantize(real, set, (mote_quantize_options){.scheme = scheme});
    round = quantize(real, set, (mote_quantize_options){.scheme = scheme, .rounding = MOTE_ROUND_ADAPTIVE});
    shift = quantize(real, set, (mote_quantize_options){.scheme = scheme, .corrects_bias = true});
    both = quantize(real, set,
                    (mote_quantize_options){.scheme = scheme, .corrects_bias = true, .rounding = MOTE_ROUND_ADAPTIVE});
    of[0] = compare(real, plain, &set->split[MOTE_SPLIT_TRAIN]);
    of[1] = compare(real, round, &set->split[MOTE_SPLIT_TRAIN]);
    of[2] = compare(real, shift, &set->split[MOTE_SPLIT_TRAIN]);
    of[3] = compare(real, both, &set->split[MOTE_SPLIT_TRAIN]);
    print_message("%s: %.1f dB; rounded adaptively %.1f, bias corrected %.1f, both %.1f; shift %.3f, corrected %.3f\n",
                  mote_scheme_name(scheme), sqnr_db(of[0]), sqnr_db(of[1]), sqnr_db(of[2]), sqnr_db(of[3]), of[0].shift,
                  of[2].shift);
    assert_true(sqnr_db(of[1]) > sqnr_db(of[0]) + least_gain_db);
    assert_true(sqnr_db(of[2]) > sqnr_db(of[0]));
    assert_true(sqnr_db(of[3]) > sqnr_db(of[0]) + least_gain_db);
    assert_true(fabs(of[2].shift) < 0.5 * fabs(of[0].shift));
    mote_model_destroy(both);
    mote_model_destroy(shift);
    mote_model_destroy(round);
    mote_model_destroy(plain);
    mote_dataset_destroy(set);
    mote_model_destroy(real);
}

static void refined_networks_lose_less(void **state)
{
    (void)state;
    check_refined(MOTE_SCHEME_INT8, 0.5);
    check_refined(MOTE_SCHEME_INT4, 4);
    check_refined(MOTE_SCHEME_INT16X8, 2);
}

/* A layer of 1,500 inputs, in two blocks, rounded by one thread and by five. */
static void rounding_is_the_same_for_any_number_of_threads(void **state)
{
    enum { IN = 1500, OUT = 6, SEEN = 64 };
    network_dice dice = network_dice_of(2);
    mote_arena   arena = {0};
    mote_error   err = {0};
    float       *w = MOTE_NEW(&arena, float, IN *OUT, &err), *seen = MOTE_NEW(&arena, float, IN *SEEN, &err);
    int8_t      *q[2];
    float        scale[2][OUT];
    int          i, t;

    (void)state;
    for (i = 0; i < IN * OUT; i++)
        w[i] = roll_between(&dice, -1, 1);
    for (i = 0; i < IN * SEEN; i++)
        seen[i] = roll_between(&dice, -1, 2);
    for (t = 0; t < 2; t++) {
        int32_t       zeros[OUT] = {0};
        mote_quant    quant = {.axis = 0, .count = OUT, .scale = scale[t], .zero_point = zeros};
        mote_refining r = {.layer = {.window = {.in_c = IN}, .channels = OUT, .groups = 1, .taps = IN, .depth = IN},
                           .w = w,
                           .limit = 7,
                           .quant = &quant,
                           .in_scale = 1,
                           .seen_count = SEEN};
        r.layer.channel_step = IN;
        r.layer.tap_step = 1;
        r.q = q[t] = MOTE_NEW(&arena, int8_t, IN * OUT, &err);
        r.seen = mote_arena_copy(&arena, seen, IN * SEEN, sizeof *seen, &err);
        for (i = 0; i < OUT; i++)
            scale[t][i] = 1.0f / 7;
        assert_int_equal(mote_pool_create(&r.pool, t ? 5 : 1, &err), MOTE_OK);
        assert_int_equal(mote_round_weights(&r, true, &err), MOTE_OK);
        mote_pool_destroy(r.pool);
    }
    assert_memory_equal(scale[0], scale[1], sizeof scale[0]);
    assert_memory_equal(q[0], q[1], IN * OUT);
    for (i = 0; i < IN * OUT; i++)
        assert_in_range(q[0][i] + 7, 0, 14);
    mote_arena_destroy(&arena);
}

/* All layers and schemes, with all three at once. */
static void random_networks_take_all_of_it(void **state)
{
    static const mote_scheme schemes[] = {MOTE_SCHEME_INT8, MOTE_SCHEME_INT4, MOTE_SCHEME_INT16X8};
    uint64_t                 number;
    double                   plain = 0, refined = 0;

    (void)state;
    for (number = 0; number < 45; number++) {
        mote_model           *real = network_infer(network_random(number)), *made;
        mote_dataset         *set = network_data(real, 60, 0, number);
        mote_quantize_options options = {.scheme = schemes[number % 3], .is_per_tensor = number % 5 == 0};
        difference            d;
        made = quantize(real, set, options);
        d = compare(real, made, &set->split[MOTE_SPLIT_TRAIN]);
        plain += d.noise;
        mote_model_destroy(made);
        options.corrects_bias = options.is_equalized = true;
        options.rounding = MOTE_ROUND_ADAPTIVE;
        made = quantize(real, set, options);
        d = compare(real, made, &set->split[MOTE_SPLIT_TRAIN]);
        refined += d.noise;
        mote_model_destroy(made);
        mote_dataset_destroy(set);
        mote_model_destroy(real);
    }
    print_message("45 networks: noise %.4f, refined %.4f\n", plain, refined);
    assert_true(refined < 0.7 * plain);
}

static void what_does_not_go_together_is_refused(void **state)
{
    static const struct {
        mote_quantize_options options;
        const char           *text;
    } rows[] = {
        {{.scheme = MOTE_SCHEME_DYNAMIC, .is_equalized = true}, "equalization does not go with dynamic, which stores"},
        {{.scheme = MOTE_SCHEME_FLOAT16, .corrects_bias = true}, "bias correction does not go with float16, which stores"},
        {{.scheme = MOTE_SCHEME_DYNAMIC, .rounding = MOTE_ROUND_ADAPTIVE}, "adaptive rounding does not go with dynamic"},
        {{.rounding = MOTE_ROUND_COUNT}, "2 is no way of rounding"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_error err = {0};
        assert_int_equal(mote_quantize_check(&rows[i].options, &err), MOTE_ERR_USAGE);
        assert_non_null(strstr(err.text, rows[i].text));
    }
}

static void samples_that_cannot_be_right_are_told(void **state)
{
    mote_model        *real = uneven_network();
    mote_dataset      *set = network_data(real, 40, 0, 1);
    mote_dataset_split split = set->split[MOTE_SPLIT_TRAIN];
    float             *x = (float *)(uintptr_t)split.x[0];
    const size_t       width = set->feature[0].width;
    int                s;

    (void)state;
    assert_string_equal(mote_calibration_tell(&split, NULL).text, "");
    assert_non_null(
        strstr(mote_calibration_tell(&split, &(mote_quantize_options){.samples = 9}).text, "sees 9 different samples:"));
    assert_string_equal(mote_calibration_tell(&split, &(mote_quantize_options){.samples = 10}).text, "");
    split.id = MOTE_SPLIT_TEST;
    assert_non_null(strstr(mote_calibration_tell(&split, NULL).text, "calibrated on the test split"));
    for (s = 1; s < 40; s++) /* of 40 samples 4 are different */
        memcpy(x + (size_t)s * width, x + (size_t)(s % 4) * width, width * sizeof *x);
    assert_non_null(strstr(mote_calibration_tell(&split, NULL).text, "sees 4 different samples:"));
    assert_string_equal(mote_calibration_tell(NULL, NULL).text, "");
    mote_dataset_destroy(set);
    mote_model_destroy(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_of_neighbours_become_alike_and_answers_stay),
        cmocka_unit_test(random_networks_answer_the_same_when_equalized),
        cmocka_unit_test(one_scale_a_layer_loses_less_when_equalized),
        cmocka_unit_test(what_was_equalized_is_not_compared),
        cmocka_unit_test(integers_are_those_that_paper_says),
        cmocka_unit_test(refined_networks_lose_less),
        cmocka_unit_test(rounding_is_the_same_for_any_number_of_threads),
        cmocka_unit_test(random_networks_take_all_of_it),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(samples_that_cannot_be_right_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
