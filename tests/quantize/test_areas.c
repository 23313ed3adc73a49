/* Layers with schemes of their own: which operators go together, what is converted where two schemes meet, and what comes
 * of it. SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <mote/evaluate.h>

#include "exec/exec.h"
#include "quantize/areas.h"
#include "quantize/quantize.h"
#include "running.h"

static mote_layer_id conv(mote_builder *b, mote_layer_id x, const char *name, int size)
{
    return mote_layer_conv2d(b, x,
                             &(mote_conv2d_options){.name = name,
                                                    .filters = 4,
                                                    .kernel_size = {size, size},
                                                    .padding = MOTE_PADDING_SAME,
                                                    .activation = MOTE_ACTIVATION_RELU});
}

/* stem, then left and right, their sum, pool, flatten, head, its softmax. */
static mote_model *make_branches(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    network_dice  dice = network_dice_of(7);
    mote_layer_id stem = conv(b, mote_layer_input(b, 3, (int[]){8, 8, 2}), "stem", 3);
    mote_layer_id both[] = {conv(b, stem, "left", 1), conv(b, stem, "right", 1)};
    mote_layer_id sum = mote_layer_add(b, both, 2, &(mote_add_options){.name = "sum"});
    mote_layer_id pool = mote_layer_max_pooling2d(b, sum, &(mote_pooling2d_options){.name = "pool", .pool_size = {2, 2}});
    mote_layer_id flat = mote_layer_flatten(b, pool, &(mote_flatten_options){.name = "flat"});
    mote_layer_id out =
        mote_layer_dense(b, flat, &(mote_dense_options){.name = "head", .units = 5, .activation = MOTE_ACTIVATION_SOFTMAX});

    return network_infer(network_finish(b, &out, 1, &dice));
}

/* What each layer is kept as; scheme alone: all are of it. */
static mote_model *quantize(const mote_model *real, mote_scheme scheme, mote_dtype io, const char *const *kept,
                            int32_t count)
{
    mote_dataset         *set = network_data(real, 40, 0, 3);
    mote_layer_scheme     layers[8];
    mote_quantize_options options = {.scheme = scheme, .io = io, .layers = layers, .layer_count = count};
    mote_model           *made = NULL;
    mote_error            err = {0};
    int32_t               i;

    for (i = 0; i < count; i++)
        assert_int_equal(mote_layer_scheme_parse(&layers[i], kept[i], &err), MOTE_OK);
    if (mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_dataset_destroy(set);
    return made;
}

static int32_t count_of(const mote_model *model, mote_op_kind op, mote_dtype from, mote_dtype to)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n, count = 0;

    for (n = 0; n < graph->node_count; n++)
        count += graph->nodes[n].op == op && mote_node_in(graph, &graph->nodes[n], 0)->dtype == from &&
                 mote_node_out(graph, &graph->nodes[n], 0)->dtype == to;
    return count;
}

static mote_dtype type_of(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op != MOTE_OP_QUANTIZE && graph->nodes[n].op != MOTE_OP_DEQUANTIZE &&
            strcmp(mote_node_out(graph, &graph->nodes[n], 0)->name, name) == 0)
            return mote_node_out(graph, &graph->nodes[n], 0)->dtype;
    fail_msg("no layer %s", name);
    return MOTE_F32;
}

/* ---- which operators are one layer ---- */

static void what_moves_values_goes_with_what_computed_them(void **state)
{
    mote_model       *real = make_branches();
    const mote_graph *graph = &real->graphs[0];
    int32_t           leader[16], n;
    mote_error        err = {0};

    (void)state;
    assert_in_range(graph->node_count, 7, 16);
    assert_int_equal(mote_areas_find_leaders(leader, graph, &err), MOTE_OK);
    for (n = 0; n < graph->node_count; n++) {
        const mote_op_kind op = graph->nodes[n].op;
        if (op == MOTE_OP_MAX_POOL_2D || op == MOTE_OP_RESHAPE)
            assert_string_equal(mote_area_name(graph, leader[n]), "sum");
        else
            assert_int_equal(leader[n], n);
    }
    mote_model_destroy(real);
}

static void what_moves_an_input_goes_with_its_first_reader(void **state)
{
    mote_error        err = {0};
    mote_builder     *b = mote_builder_create(NULL, &err);
    network_dice      dice = network_dice_of(1);
    mote_layer_id     flat = mote_layer_flatten(b, mote_layer_input(b, 2, (int[]){3, 4}), NULL);
    mote_layer_id     out = mote_layer_dense(b, flat, &(mote_dense_options){.name = "head", .units = 5});
    mote_model       *real = network_infer(network_finish(b, &out, 1, &dice)), *made;
    const mote_graph *graph = &real->graphs[0];
    int32_t           leader[8];

    (void)state;
    assert_int_equal(graph->nodes[0].op, MOTE_OP_RESHAPE);
    assert_int_equal(mote_areas_find_leaders(leader, graph, &err), MOTE_OK);
    assert_int_equal(leader[0], 1);
    made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, (const char *[]){"int16x8:head"}, 1);
    assert_int_equal(count_of(made, MOTE_OP_RESHAPE, MOTE_I16, MOTE_I16), 1);
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_F32, MOTE_I16), 1);
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_F32, MOTE_I8), 0);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

/* ---- where schemes meet ---- */

static void areas_meet_in_one_conversion_that_all_readers_share(void **state)
{
    mote_model *real = make_branches();
    mote_model *made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, (const char *[]){"int16x8:left", "int16x8:right"}, 2);

    (void)state;
    assert_int_equal(type_of(made, "stem"), MOTE_I8);
    assert_int_equal(type_of(made, "left"), MOTE_I16);
    assert_int_equal(type_of(made, "right"), MOTE_I16);
    assert_int_equal(type_of(made, "sum"), MOTE_I8);
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_I8, MOTE_I16), 1);   /* stem, for both */
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_I16, MOTE_I8), 2);   /* left, right, for sum */
    assert_int_equal(count_of(made, MOTE_OP_DEQUANTIZE, MOTE_I8, MOTE_F32), 1); /* the output */
    mote_model_destroy(made);
    made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, (const char *[]){"float32:left", "float32:right", "int16x8:sum"}, 3);
    assert_int_equal(count_of(made, MOTE_OP_DEQUANTIZE, MOTE_I8, MOTE_F32), 2); /* stem, for both; the output */
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_F32, MOTE_I16), 2);
    assert_int_equal(type_of(made, "left"), MOTE_F32);
    assert_int_equal(type_of(made, "sum"), MOTE_I16);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

/* A layer that takes the model's input, or gives its output, in its own type: no rounding to the model's between. */
static void ends_have_the_types_of_the_layers_there(void **state)
{
    mote_model *real = make_branches();
    mote_model *made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, (const char *[]){"float32:stem", "float32:SOFTMAX"}, 2);

    (void)state;
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_F32, MOTE_I8), 1); /* behind stem */
    assert_int_equal(count_of(made, MOTE_OP_DEQUANTIZE, MOTE_I8, MOTE_F32), 1);
    assert_int_equal(type_of(made, "head"), MOTE_F32);
    mote_model_destroy(made);
    made = quantize(real, MOTE_SCHEME_INT8, MOTE_I8, (const char *[]){"float32:stem", "float32:SOFTMAX"}, 2);
    assert_int_equal(mote_model_input(made, 0).dtype, MOTE_I8);
    assert_int_equal(mote_model_output(made, 0).dtype, MOTE_I8);
    mote_model_destroy(made);
    made = quantize(real, MOTE_SCHEME_INT8, MOTE_U8, (const char *[]){"int16x8:*"}, 1);
    assert_int_equal(mote_model_input(made, 0).dtype, MOTE_U8);
    assert_int_equal(mote_model_output(made, 0).dtype, MOTE_U8);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

static void int4_layers_stand_among_int8_ones(void **state)
{
    mote_model *real = make_branches();
    mote_model *made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, (const char *[]){"int4:left"}, 1);
    int32_t     i, small = 0;

    (void)state;
    for (i = 0; i < made->graphs[0].tensor_count; i++)
        small += made->graphs[0].tensors[i].dtype == MOTE_I4;
    assert_int_equal(small, 1);
    assert_int_equal(count_of(made, MOTE_OP_QUANTIZE, MOTE_I8, MOTE_I8), 0);
    mote_model_destroy(made);
    mote_model_destroy(real);
}

/* ---- answers ---- */

static void answer(const mote_model *model, const mote_dataset_split *split, size_t sample, float *y)
{
    mote_runner *runner = network_runner(model, NULL);
    float        x[4096];

    mote_dataset_gather(split, 0, mote_dataset_in_row(sample, 1), x);
    mote_runner_set_real(runner, 0, x);
    invoke_model(runner);
    mote_runner_get_real(runner, 0, y);
    mote_runner_destroy(runner);
}

static double gap_of(const mote_model *a, const mote_model *b, const mote_dataset_split *split)
{
    const size_t width = mote_model_output(a, 0).count;
    double       sum = 0;
    float        ya[64], yb[64];
    size_t       s, i;

    for (s = 0; s < 10; s++) {
        answer(a, split, s, ya);
        answer(b, split, s, yb);
        for (i = 0; i < width; i++)
            sum += fabs((double)ya[i] - (double)yb[i]) / (10 * (double)width);
    }
    return sum;
}

/* Real layers throughout are the float model itself, byte for byte; finer ones answer more nearly. */
static void finer_layers_answer_more_nearly(void **state)
{
    static const char *const kept[] = {"int16x8:*", "float32:*"};
    double                   gaps[3] = {0};
    uint64_t                 number;
    int                      k;

    (void)state;
    for (number = 0; number < 40; number++) {
        mote_model   *real = network_infer(network_random(number));
        mote_dataset *set = network_data(real, 10, 0, number);
        for (k = 0; k < 3; k++) {
            mote_model *made = quantize(real, MOTE_SCHEME_INT8, MOTE_F32, k > 0 ? &kept[k - 1] : NULL, k > 0);
            gaps[k] += gap_of(real, made, &set->split[MOTE_SPLIT_TRAIN]) / 40;
            mote_model_destroy(made);
        }
        mote_dataset_destroy(set);
        mote_model_destroy(real);
    }
    print_message("int8 %.5f, all raised to int16x8 %.5f, all real %g\n", gaps[0], gaps[1], gaps[2]);
    assert_true(gaps[1] < gaps[0] / 2); /* weights have 8 bits still */
    assert_true(gaps[2] == 0);
}

/* Every layer drawn: int4, int8, int16x8 or float32. The answers stay near, whatever meets whatever. */
static void any_mixture_runs_and_answers_nearly_as_in_float(void **state)
{
    static const mote_scheme schemes[] = {MOTE_SCHEME_INT8, MOTE_SCHEME_INT16X8, MOTE_SCHEME_INT4};
    uint64_t                 number;
    double                   worst = 0;

    (void)state;
    for (number = 0; number < 120; number++) {
        mote_model            *real = network_infer(network_random(number)), *made;
        mote_dataset          *set = network_data(real, 40, 0, number);
        network_dice           dice = network_dice_of(number + 1000);
        const mote_scheme_row *rows[64];
        mote_mixing            by = {.rows = rows};
        mote_quantize_options  options = {.scheme = schemes[number % 3]};
        mote_error             err = {0};
        int32_t                n, leader[64];
        double                 gap;
        assert_in_range(real->graphs[0].node_count, 1, 64);
        assert_int_equal(mote_areas_find_leaders(leader, &real->graphs[0], &err), MOTE_OK);
        for (n = 0; n < real->graphs[0].node_count; n++) /* at random, whoever leads: each must do */
            rows[n] = mote_scheme_of_fineness(2 + roll(&dice, 3));
        if (mote_quantize_by(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &by, &err) != MOTE_OK)
            fail_msg("network %d: %s", (int)number, err.text);
        gap = gap_of(real, made, &set->split[MOTE_SPLIT_TRAIN]);
        worst = gap > worst ? gap : worst;
        mote_model_destroy(made);
        mote_arena_destroy(&by.arena);
        mote_dataset_destroy(set);
        mote_model_destroy(real);
    }
    print_message("probabilities differ by at most %.4f in the mean of a network\n", worst);
    assert_true(worst < 0.04); /* as for int8 throughout: test_quantize.c */
}

/* Embeddings that stay real, states, loops: these stay of the model's scheme whatever the others are. */
static void recurrent_networks_mix_as_well(void **state)
{
    static const char *const names[] = {"lstm", "gru", "ids_lstm", "ids_gru"};
    static const mote_scheme schemes[] = {MOTE_SCHEME_INT8, MOTE_SCHEME_INT16X8};
    int                      k;

    (void)state;
    for (k = 0; k < 32; k++) {
        const mote_quantize_options options = {.scheme = schemes[k % 2]};
        network_dice                dice = network_dice_of((uint64_t)k);
        const mote_scheme_row      *rows[256];
        mote_mixing                 by = {.rows = rows};
        mote_model                 *real, *made;
        mote_dataset               *set;
        mote_predictions            a, b;
        mote_comparison             gap;
        mote_error                  err = {0};
        char                        path[120];
        int32_t                     n, leader[256];
        snprintf(path, sizeof path, "tests/golden/recurrent/%s.keras", names[k / 2 % 4]);
        assert_int_equal(mote_model_load(&real, path, NULL, &err), MOTE_OK);
        snprintf(path, sizeof path, "tests/golden/recurrent/%s.npz", names[k / 2 % 4]);
        assert_int_equal(mote_dataset_load(&set, path, NULL, &err), MOTE_OK);
        assert_in_range(real->graphs[0].node_count, 1, 256);
        assert_int_equal(mote_areas_find_leaders(leader, &real->graphs[0], &err), MOTE_OK);
        for (n = 0; n < real->graphs[0].node_count; n++)
            rows[n] = leader[n] == MOTE_NONE ? &mote_schemes[options.scheme] : mote_scheme_of_fineness(2 + roll(&dice, 3));
        if (mote_quantize_by(&made, real, &set->split[MOTE_SPLIT_TRAIN], &options, &by, &err) != MOTE_OK)
            fail_msg("%s, %d: %s", path, k, err.text);
        assert_int_equal(mote_predict(&a, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_OK);
        assert_int_equal(mote_predict(&b, made, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_OK);
        assert_int_equal(mote_compare(&gap, &a.outputs[0], &b.outputs[0], &err), MOTE_OK);
        if (!(gap.mean_abs < 0.05))
            fail_msg("%s, %d: answers differ by %.4f", path, k, gap.mean_abs);
        mote_predictions_free(&a);
        mote_predictions_free(&b);
        mote_model_destroy(made);
        mote_model_destroy(real);
        mote_arena_destroy(&by.arena);
        mote_dataset_destroy(set);
    }
}

/* An operator without an integer form can be kept as it is, and the refusal says so. */
static void what_has_no_integer_form_can_be_kept(void **state)
{
    mote_model             *real = make_branches(), *made;
    mote_graph             *graph = &real->graphs[0];
    mote_dataset           *set = network_data(real, 10, 0, 3);
    const mote_layer_scheme layer = {.pattern = "L2_POOL_2D", .is_real = true};
    mote_error              err = {0};
    int32_t                 n;

    (void)state;
    for (n = 0; graph->nodes[n].op != MOTE_OP_MAX_POOL_2D; n++) {
    }
    graph->nodes[n].op = MOTE_OP_L2_POOL_2D; /* which has the same attributes */
    assert_int_equal(mote_model_verify(real, &err), MOTE_OK);
    assert_int_equal(mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &err), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "has no int8 form; keep it as it is (--keep float32:L2_POOL_2D)"));
    mote_error_clear(&err);
    assert_int_equal(mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN],
                                         &(mote_quantize_options){.layers = &layer, .layer_count = 1}, &err),
                     MOTE_OK);
    assert_int_equal(count_of(made, MOTE_OP_L2_POOL_2D, MOTE_F32, MOTE_F32), 1);
    assert_true(gap_of(real, made, &set->split[MOTE_SPLIT_TRAIN]) < 0.01);
    mote_model_destroy(made);
    mote_dataset_destroy(set);
    mote_model_destroy(real);
}

static void what_calibration_saw_once_serves_again(void **state)
{
    mote_model            *real = make_branches(), *first, *again;
    mote_dataset          *set = network_data(real, 40, 0, 3);
    const mote_scheme_row *rows[16];
    mote_mixing            by = {.rows = rows};
    mote_error             err = {0};
    float                  a[64], b[64];
    int32_t                n;

    (void)state;
    for (n = 0; n < real->graphs[0].node_count; n++)
        rows[n] = &mote_schemes[MOTE_SCHEME_INT8];
    assert_int_equal(mote_quantize_by(&first, real, &set->split[MOTE_SPLIT_TRAIN], NULL, &by, &err), MOTE_OK);
    assert_non_null(by.ranges_of);
    assert_int_equal(mote_quantize_by(&again, real, NULL, NULL, &by, &err), MOTE_OK); /* without samples */
    answer(first, &set->split[MOTE_SPLIT_TRAIN], 0, a);
    answer(again, &set->split[MOTE_SPLIT_TRAIN], 0, b);
    assert_memory_equal(a, b, 5 * sizeof *a);
    mote_model_destroy(first);
    mote_model_destroy(again);
    mote_arena_destroy(&by.arena);
    mote_dataset_destroy(set);
    mote_model_destroy(real);
}

/* ---- what is refused ---- */

static void refuse(const mote_model *real, mote_scheme scheme, mote_layer_scheme layer, const char *text)
{
    mote_dataset *set = network_data(real, 5, 0, 3);
    mote_model   *made;
    mote_error    err = {0};

    assert_int_equal(mote_model_quantize(&made, real, &set->split[MOTE_SPLIT_TRAIN],
                                         &(mote_quantize_options){.scheme = scheme, .layers = &layer, .layer_count = 1},
                                         &err),
                     MOTE_ERR_USAGE);
    assert_null(made);
    if (!strstr(err.text, text))
        fail_msg("%s: not %s", err.text, text);
    mote_dataset_destroy(set);
}

static void layers_that_are_none_are_refused(void **state)
{
    mote_model       *real = make_branches();
    mote_layer_scheme parsed;
    mote_error        err = {0};

    (void)state;
    refuse(real, MOTE_SCHEME_INT8, (mote_layer_scheme){.pattern = "stern", .is_real = true},
           "\"stern\" is no layer of the model");
    refuse(real, MOTE_SCHEME_INT8, (mote_layer_scheme){.pattern = "", .is_real = true}, "a scheme for no layers");
    refuse(real, MOTE_SCHEME_FLOAT16, (mote_layer_scheme){.pattern = "stem", .is_real = true},
           "no layer of float16 can have a scheme of its own");
    refuse(real, MOTE_SCHEME_INT8, (mote_layer_scheme){.pattern = "stem", .scheme = MOTE_SCHEME_DYNAMIC},
           "layers are kept as int4, int8, int16x8 or float32");
    assert_int_equal(mote_layer_scheme_parse(&parsed, "int8", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_layer_scheme_parse(&parsed, "int8:", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_layer_scheme_parse(&parsed, "int:x", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_layer_scheme_parse(&parsed, "float32:a:b", &err), MOTE_OK); /* names have colons */
    assert_true(parsed.is_real);
    assert_string_equal(parsed.pattern, "a:b");
    mote_model_destroy(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moves_values_goes_with_what_computed_them),
        cmocka_unit_test(what_moves_an_input_goes_with_its_first_reader),
        cmocka_unit_test(areas_meet_in_one_conversion_that_all_readers_share),
        cmocka_unit_test(ends_have_the_types_of_the_layers_there),
        cmocka_unit_test(int4_layers_stand_among_int8_ones),
        cmocka_unit_test(finer_layers_answer_more_nearly),
        cmocka_unit_test(any_mixture_runs_and_answers_nearly_as_in_float),
        cmocka_unit_test(recurrent_networks_mix_as_well),
        cmocka_unit_test(what_has_no_integer_form_can_be_kept),
        cmocka_unit_test(what_calibration_saw_once_serves_again),
        cmocka_unit_test(layers_that_are_none_are_refused),
    };
    return cmocka_run_group_tests_name("areas", tests, NULL, NULL);
}
