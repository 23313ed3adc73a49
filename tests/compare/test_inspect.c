/* compare/: what a model consists of, checked against figures worked out by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/compile.h>
#include <mote/convert.h>
#include <mote/inspect.h>
#include <mote/layers.h>

static mote_error *err = &(mote_error){0};

static const mote_quantize_options int8_ends = {.io = MOTE_I8};
static const mote_inspect_options  as_int8 = {.quantize = &int8_ends};

/* [8,8,1] -> conv 3x3, 4 filters -> batch normalization -> flatten -> dense 10, softmax. */
static mote_model *make_model(void)
{
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "small"}, err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){8, 8, 1});
    mote_model   *model;

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {3, 3}});
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return model;
}

static const mote_layer_info *find_layer(const mote_inspection *in, const char *op)
{
    int32_t i;

    for (i = 0; i < in->layer_count; i++)
        if (strcmp(in->layers[i].op, op) == 0)
            return &in->layers[i];
    fail_msg("no layer %s", op);
    return NULL;
}

static void layers_have_their_parameters_and_multiplications(void **state)
{
    mote_model     *model = make_model();
    mote_inspection in;

    (void)state;
    assert_int_equal(mote_inspect(&in, model, NULL, err), MOTE_OK);
    assert_int_equal(find_layer(&in, "CONV_2D")->parameters, 3 * 3 * 4 + 4);
    assert_int_equal(find_layer(&in, "CONV_2D")->macs, 6 * 6 * 4 * 9);
    assert_int_equal(find_layer(&in, "BATCH_NORMALIZATION")->parameters, 4 * 4);
    assert_int_equal(find_layer(&in, "FULLY_CONNECTED")->parameters, 144 * 10 + 10);
    assert_int_equal(find_layer(&in, "FULLY_CONNECTED")->macs, 144 * 10);
    assert_int_equal(in.parameters, 40 + 16 + 1450);
    assert_int_equal(in.parameter_bytes, 4 * in.parameters);
    assert_int_equal(in.macs, 1296 + 1440);
    assert_null(in.memory_failure);
    assert_string_equal(in.name, "small");
    mote_inspection_free(&in);
    mote_model_destroy(model);
}

static void the_plan_is_that_of_the_inference_form(void **state)
{
    mote_model     *trained = make_model(), *model;
    mote_inspection of_trained, in;
    int32_t         i;

    (void)state;
    assert_int_equal(mote_model_freeze(&model, trained, err), MOTE_OK);
    assert_int_equal(mote_inspect(&of_trained, trained, NULL, err), MOTE_OK);
    mote_model_destroy(trained); /* nothing in an inspection points into its model */
    assert_int_equal(mote_inspect(&in, model, NULL, err), MOTE_OK);
    mote_model_destroy(model);
    assert_int_equal(of_trained.memory.arena_bytes, in.memory.arena_bytes);
    assert_int_equal(of_trained.tflite_bytes, in.tflite_bytes);
    assert_int_equal(in.memory.bound_bytes, (64 + 144) * 4); /* the convolution's input and output */
    assert_true(in.memory.arena_bytes >= in.memory.bound_bytes);
    for (i = 0; i < in.memory.place_count; i++) {
        assert_true(in.memory.places[i].offset + in.memory.places[i].bytes <= in.memory.arena_bytes);
        assert_true(i == 0 || in.memory.places[i - 1].offset <= in.memory.places[i].offset);
        assert_true(strlen(in.memory.places[i].name) > 0);
    }
    mote_inspection_free(&of_trained);
    mote_inspection_free(&in);
}

/* Of a step, padded to the alignment. */
static size_t scratch_bytes(const mote_inspection *in, int32_t step)
{
    int32_t i;

    for (i = 0; i < in->memory.place_count; i++)
        if (!in->memory.places[i].name && in->memory.places[i].first_step == step)
            return (in->memory.places[i].bytes + 3) / 4 * 4;
    return 0;
}

static void the_int8_form_has_int8_sizes(void **state)
{
    mote_model     *trained = make_model(), *model;
    mote_inspection real, in;

    (void)state;
    assert_int_equal(mote_model_freeze(&model, trained, err), MOTE_OK);
    assert_int_equal(mote_inspect(&real, model, NULL, err), MOTE_OK);
    assert_int_equal(mote_inspect(&in, trained, &as_int8, err), MOTE_OK);
    assert_int_equal(in.parameters, real.parameters);
    assert_int_equal(in.parameter_bytes, 36 + 4 * 4 + 1440 + 4 * 10); /* weights a byte, biases four */
    assert_int_equal(in.memory.bound_bytes, 64 + 144 + scratch_bytes(&in, 0));
    assert_true(in.tflite_bytes < real.tflite_bytes);
    mote_inspection_free(&in);
    mote_inspection_free(&real);
    mote_model_destroy(model);
    mote_model_destroy(trained);
}

static const mote_place_info *find_place(const mote_inspection *in, const char *name)
{
    int32_t i;

    for (i = 0; i < in->memory.place_count; i++)
        if (in->memory.places[i].name && strcmp(in->memory.places[i].name, name) == 0)
            return &in->memory.places[i];
    fail_msg("no tensor %s in the plan", name);
    return NULL;
}

static void weights_have_their_shapes_and_scales(void **state)
{
    mote_model            *model = make_model();
    mote_inspection        in;
    const mote_layer_info *conv, *softmax;

    (void)state;
    assert_int_equal(mote_inspect(&in, model, &as_int8, err), MOTE_OK);
    conv = find_layer(&in, "CONV_2D");
    assert_int_equal(conv->weights.rank, 4);
    assert_memory_equal(conv->weights.dim, ((int32_t[]){4, 3, 3, 1}), 4 * sizeof(int32_t));
    assert_int_equal(conv->weights.dtype, MOTE_I8);
    assert_int_equal(conv->weights.bytes, 36);
    assert_int_equal(conv->weights.scale_count, 4);
    assert_int_equal(conv->weights.axis, 0);
    assert_true(0 < conv->weights.scale_min && conv->weights.scale_min < conv->weights.scale_max);
    assert_int_equal(conv->weights.zero_point_min, 0);
    assert_int_equal(conv->weights.zero_point_max, 0);
    softmax = find_layer(&in, "SOFTMAX");
    assert_int_equal(softmax->weights.rank, 0);
    assert_float_equal(softmax->output.scale, 1.0f / 256, 0);
    mote_inspection_free(&in);
    mote_model_destroy(model);
}

/* [8,8,1] -> three convolutions 3x3, SAME, 4 filters. */
static void the_plan_tells_what_is_written_over_what(void **state)
{
    const mote_conv2d_options conv = {.filters = 4, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME};
    mote_builder             *b = mote_builder_create(&(mote_builder_options){.seed = 1}, err);
    mote_layer_id             x = mote_layer_input(b, 3, (int[]){8, 8, 1});
    const size_t              least = (9 * 4 + 3) * sizeof(float), image = 8 * 8 * 4 * sizeof(float);
    const mote_place_info    *last;
    mote_model               *model;
    mote_inspection           in;
    int                       i;

    (void)state;
    for (i = 0; i < 3; i++)
        x = mote_layer_conv2d(b, x, &conv);
    assert_int_equal(mote_builder_finish(&model, b, &x, 1, err), MOTE_OK);
    assert_int_equal(mote_inspect(&in, model, NULL, err), MOTE_OK);
    assert_int_equal(in.memory.arena_bytes, image + 2 * least);
    assert_int_equal(in.memory.bound_bytes, image + 2 * least);
    assert_int_equal(in.memory.peak_step, 0); /* the input and the first image */
    last = find_place(&in, in.layers[2].name);
    assert_string_equal(last->runs_over, in.layers[1].name);
    assert_int_equal(last->distance_min, least);
    assert_int_equal(last->distance, least);
    assert_null(find_place(&in, in.layers[0].name)->runs_over); /* the caller's input stays as it is */
    mote_inspection_free(&in);
    mote_model_destroy(model);
}

/* One truth: what is said before is what compiling gives. */
static void the_plan_of_each_kind_of_chip_is_what_compiling_gives(void **state)
{
    mote_model         *trained = make_model(), *model;
    mote_compile_result compiled;
    mote_inspection     in;
    int                 i;

    (void)state;
    assert_int_equal(mote_model_freeze(&model, trained, err), MOTE_OK);
    if (mote_compile(&compiled, model, "build/tests/inspected", NULL, err) != MOTE_OK)
        fail_msg("%s", err->text);
    assert_true(compiled.chip_count > 1);
    for (i = 0; i < compiled.chip_count; i++) {
        const mote_inspect_options options = {.kernels = compiled.chips[i].name};
        assert_int_equal(mote_inspect(&in, trained, &options, err), MOTE_OK);
        assert_string_equal(in.kernels, compiled.chips[i].name);
        assert_int_equal(in.memory.arena_bytes, compiled.chips[i].arena_bytes);
        assert_int_equal(in.memory.bound_bytes, compiled.chips[i].arena_bound_bytes);
        assert_int_equal(in.memory.constant_bytes, compiled.chips[i].constant_bytes);
        mote_inspection_free(&in);
    }
    mote_model_destroy(model);
    mote_model_destroy(trained);
}

static void the_int8_form_has_the_ends_asked_for(void **state)
{
    static const mote_quantize_options float_ends = {.io = MOTE_F32};
    mote_model                        *model = make_model();
    mote_inspection                    with_float, with_int8;

    (void)state;
    assert_int_equal(mote_inspect(&with_int8, model, &as_int8, err), MOTE_OK);
    assert_int_equal(mote_inspect(&with_float, model, &(mote_inspect_options){.quantize = &float_ends}, err), MOTE_OK);
    assert_int_equal(with_int8.inputs[0].dtype, MOTE_I8);
    assert_int_equal(with_float.inputs[0].dtype, MOTE_F32);
    assert_int_equal(with_float.layer_count, with_int8.layer_count + 2); /* QUANTIZE and DEQUANTIZE */
    assert_true(with_float.memory.arena_bytes >= 64 * 4); /* the input, which becomes bytes in its own place */
    assert_true(with_float.tflite_bytes > with_int8.tflite_bytes);
    mote_inspection_free(&with_float);
    mote_inspection_free(&with_int8);
    mote_model_destroy(model);
}

static void wrong_requests_are_refused(void **state)
{
    const mote_inspect_options no_kernels = {.kernels = "z80"}, of_the_host = {.kernels = "host"};
    mote_model                *model = make_model();
    mote_error                 failure = {0};
    mote_inspection            in;

    (void)state;
    assert_int_equal(mote_inspect(&in, model, &no_kernels, &failure), MOTE_ERR_USAGE);
    assert_non_null(strstr(failure.text, "z80"));
    failure = (mote_error){0};
    assert_int_equal(mote_inspect(&in, model, &of_the_host, &failure), MOTE_ERR_USAGE); /* which compiled code never has */
    mote_inspection_free(&in);                                                          /* a no-op after a failure */
    mote_model_destroy(model);
}

static void every_operator_is_listed_with_its_rows(void **state)
{
    int32_t i, r;

    (void)state;
    assert_true(mote_operator_count() > 10);
    for (i = 0; i < mote_operator_count(); i++) {
        const mote_operator_info op = mote_operator_at(i);
        assert_non_null(op.name);
        assert_true(op.row_count > 0 || op.trains);
        for (r = 0; r < op.row_count; r++) {
            const mote_operator_row row = mote_operator_row_at(i, r);
            assert_true(row.kernel_count >= 1 && row.in_count >= 1 && row.version_min <= row.version_max);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_their_parameters_and_multiplications),
        cmocka_unit_test(the_plan_is_that_of_the_inference_form),
        cmocka_unit_test(the_int8_form_has_int8_sizes),
        cmocka_unit_test(weights_have_their_shapes_and_scales),
        cmocka_unit_test(the_plan_tells_what_is_written_over_what),
        cmocka_unit_test(the_plan_of_each_kind_of_chip_is_what_compiling_gives),
        cmocka_unit_test(the_int8_form_has_the_ends_asked_for),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(every_operator_is_listed_with_its_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
