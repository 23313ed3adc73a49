/* Schemes that store weights alone: float16 and dynamic. What LiteRT makes of such files is in tests/golden/operators
 * (hybrid operators); here is what becomes of a model, and that files say the same. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/convert.h>
#include <mote/layers.h>
#include <mote/run.h>

#include "base/half.h"
#include "formats/tflite/tflite.h"
#include "graph/graph.h"

#include "runtime/kernels/quantize.h"

static mote_error *err = &(mote_error){0};

enum { SIDE = 8, CLASSES = 10 };

/* ---- numbers of 16 bits ---- */

static void halves_are_what_kernels_read(void **state)
{
    uint32_t half;

    (void)state;
    for (half = 0; half < 1 << 16; half++) {
        const float value = mote_half_value((uint16_t)half), kernel = mrt_dequantize_one_f16((uint16_t)half);
        assert_memory_equal(&value, &kernel, sizeof value);
        if (value == value)
            assert_int_equal(mote_half_of(value), half);
        else
            assert_true(isnan(mote_half_value(mote_half_of(value))));
    }
}

/* Between each half and the next: the nearer one, and in the middle the even one. */
static void halves_are_the_nearest(void **state)
{
    uint32_t half;

    (void)state;
    for (half = 0; half < 0x7bff; half++) {
        const float low = mote_half_value((uint16_t)half), high = mote_half_value((uint16_t)(half + 1));
        const float middle = low + (high - low) / 2;
        assert_int_equal(mote_half_of(middle), half + half % 2);
        assert_int_equal(mote_half_of(nextafterf(middle, 0)), half);
        assert_int_equal(mote_half_of(nextafterf(middle, INFINITY)), half + 1);
        assert_int_equal(mote_half_of(-middle), 0x8000 + half + half % 2);
    }
    assert_int_equal(mote_half_of(65519.996f), 0x7bff);
    assert_int_equal(mote_half_of(65520.0f), 0x7c00);
    assert_int_equal(mote_half_of(1e-30f), 0);
}

/* ---- models ---- */

/* An image through convolutions and dense layers. */
static mote_model *make_net(void)
{
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 3}, err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){SIDE, SIDE, 8});
    mote_model   *trained, *model = NULL;

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 16, .kernel_size = {3, 3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {1, 1}});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 32, .activation = MOTE_ACTIVATION_TANH});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = CLASSES});
    if (mote_builder_finish(&trained, b, &x, 1, err) != MOTE_OK || mote_model_freeze(&model, trained, err) != MOTE_OK)
        fail_msg("%s", err->text);
    mote_model_destroy(trained);
    return model;
}

static mote_model *quantize(const mote_model *model, mote_scheme scheme)
{
    mote_model *out = NULL;

    if (mote_model_quantize(&out, model, NULL, &(mote_quantize_options){.scheme = scheme}, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return out;
}

static mote_model *reload(const mote_model *model, size_t *bytes)
{
    mote_text   file = {0};
    mote_model *out = NULL;

    if (mote_tflite_write(&file, model, err) != MOTE_OK ||
        mote_tflite_read(&out, (const uint8_t *)file.bytes, file.count, NULL, err) != MOTE_OK)
        fail_msg("%s", err->text);
    *bytes = file.count;
    mote_text_free(&file);
    return out;
}

static const mote_tensor *weights_of(const mote_model *model, int32_t rank, int32_t first)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST && graph->tensors[i].rank == rank && graph->tensors[i].dim[0] == first)
            return &graph->tensors[i];
    fail_msg("no constant [%d, ...]", (int)first);
    return NULL;
}

static void answer(const mote_model *model, float *out)
{
    float        in[SIDE * SIDE * 8];
    mote_runner *runner;
    size_t       i;

    for (i = 0; i < sizeof in / sizeof *in; i++)
        in[i] = sinf((float)i);
    if (mote_runner_create(&runner, model, NULL, err) != MOTE_OK)
        fail_msg("%s", err->text);
    memcpy(mote_runner_input(runner, 0), in, sizeof in);
    if (mote_runner_invoke(runner, err) != MOTE_OK)
        fail_msg("%s", err->text);
    memcpy(out, mote_runner_output(runner, 0), CLASSES * sizeof *out);
    mote_runner_destroy(runner);
}

static void answers_are_near(const mote_model *a, const mote_model *b, double tolerance)
{
    float x[CLASSES], y[CLASSES];
    int   i;

    answer(a, x);
    answer(b, y);
    for (i = 0; i < CLASSES; i++)
        if (!(fabs((double)(x[i] - y[i])) <= tolerance))
            fail_msg("%d: %g and %g", i, (double)x[i], (double)y[i]);
}

static void float16_halves_what_is_large(void **state)
{
    mote_model        *real = make_net(), *half = quantize(real, MOTE_SCHEME_FLOAT16), *again, *plain;
    const mote_tensor *dense;
    size_t             bytes, plain_bytes, again_bytes, i;

    (void)state;
    again = reload(half, &bytes);
    plain = reload(real, &plain_bytes);
    assert_true(bytes < plain_bytes * 60 / 100);
    dense = weights_of(again, 2, 32);
    assert_int_equal(dense->dtype, MOTE_F32); /* DEQUANTIZE was computed */
    for (i = 0; i < mote_tensor_count(dense); i++)
        assert_true(((float *)dense->data)[i] == mote_half_value(mote_half_of(((float *)weights_of(real, 2, 32)->data)[i])));
    assert_int_equal(weights_of(again, 2, 32)->stored, MOTE_F16);
    assert_int_equal(weights_of(again, 1, 32)->stored, MOTE_F32); /* a bias of 32 would only get longer */
    answers_are_near(half, again, 0);
    answers_are_near(real, half, 2e-3);
    mote_model_destroy(plain);
    plain = reload(again, &again_bytes);
    assert_int_equal(again_bytes, bytes); /* what was read is written so again */
    mote_model_destroy(plain);
    mote_model_destroy(again);
    mote_model_destroy(half);
    mote_model_destroy(real);
}

static void values_beyond_float16_stay(void **state)
{
    mote_model *real = make_net(), *half;

    (void)state;
    ((float *)weights_of(real, 2, 32)->data)[5] = 70000;
    half = quantize(real, MOTE_SCHEME_FLOAT16);
    assert_int_equal(weights_of(half, 2, 32)->stored, MOTE_F32);
    assert_true(((float *)weights_of(half, 2, 32)->data)[5] == 70000);
    assert_true(((float *)weights_of(half, 2, 32)->data)[6] == ((float *)weights_of(real, 2, 32)->data)[6]);
    assert_int_equal(weights_of(half, 4, 16)->stored, MOTE_F16);
    mote_model_destroy(half);
    mote_model_destroy(real);
}

/* Values changed since they were noted, as a pass may: the file has them as they are. */
static void changed_values_are_written_whole(void **state)
{
    mote_model *real = make_net(), *half = quantize(real, MOTE_SCHEME_FLOAT16), *again;
    size_t      bytes;

    (void)state;
    ((float *)weights_of(half, 2, 32)->data)[0] = 0.1f;
    again = reload(half, &bytes);
    assert_true(((float *)weights_of(again, 2, 32)->data)[0] == 0.1f);
    assert_int_equal(weights_of(again, 2, 32)->stored, MOTE_F32);
    mote_model_destroy(again);
    mote_model_destroy(half);
    mote_model_destroy(real);
}

static void dynamic_has_int8_weights_by_channel(void **state)
{
    mote_model        *real = make_net(), *small = quantize(real, MOTE_SCHEME_DYNAMIC), *again;
    const mote_tensor *dense = weights_of(small, 2, 32), *conv = weights_of(small, 4, 16);
    size_t             bytes;

    (void)state;
    assert_int_equal(dense->dtype, MOTE_I8);
    assert_int_equal(dense->quant->count, 32);
    assert_int_equal(conv->dtype, MOTE_I8);
    assert_int_equal(conv->quant->count, 16);
    assert_int_equal(weights_of(small, 4, 4)->dtype, MOTE_F32); /* 64 weights are not worth it */
    assert_int_equal(weights_of(small, 2, CLASSES)->dtype, MOTE_F32);
    again = reload(small, &bytes);
    answers_are_near(small, again, 0);
    answers_are_near(real, small, 0.05);
    mote_model_destroy(again);
    mote_model_destroy(small);
    small = NULL;
    if (mote_model_quantize(&small, real, NULL,
                            &(mote_quantize_options){.scheme = MOTE_SCHEME_DYNAMIC, .is_per_tensor = true}, err) != MOTE_OK)
        fail_msg("%s", err->text);
    assert_int_equal(weights_of(small, 2, 32)->quant->count, 1);
    mote_model_destroy(small);
    mote_model_destroy(real);
}

static void ends_stay_float32(void **state)
{
    mote_model *real = make_net(), *out;

    (void)state;
    assert_int_equal(
        mote_model_quantize(&out, real, NULL, &(mote_quantize_options){.scheme = MOTE_SCHEME_FLOAT16, .io = MOTE_I8}, err),
        MOTE_ERR_USAGE);
    assert_string_equal(err->text, "io int8 does not go with float16, which has float32");
    *err = (mote_error){0};
    mote_model_destroy(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(halves_are_what_kernels_read),
                                       cmocka_unit_test(halves_are_the_nearest),
                                       cmocka_unit_test(float16_halves_what_is_large),
                                       cmocka_unit_test(values_beyond_float16_stay),
                                       cmocka_unit_test(changed_values_are_written_whole),
                                       cmocka_unit_test(dynamic_has_int8_weights_by_channel),
                                       cmocka_unit_test(ends_stay_float32)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
