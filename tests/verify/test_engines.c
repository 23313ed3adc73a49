/* The table of what other engines have: formats/tflite/builtins.def and options.def.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "formats/tflite/operators.h"
#include "ops/op.h"
#include "verify/engines.h"

static void combinations_name_key_weights_and_output(void **state)
{
    (void)state;
    assert_true(mote_builtin_takes("f32 i8", TFLITE_INT8, -1, TFLITE_INT8));
    assert_false(mote_builtin_takes("f32 i8", TFLITE_INT16, -1, TFLITE_INT16));
    assert_false(mote_builtin_takes("f32 i8", TFLITE_UINT8, -1, TFLITE_UINT8));
    assert_false(mote_builtin_takes("", TFLITE_INT8, -1, TFLITE_INT8));
    assert_true(mote_builtin_takes("f32 i16", TFLITE_INT16, TFLITE_INT8, -1)); /* weights of int16 kernels are int8 */
    assert_false(mote_builtin_takes("f32 i16", TFLITE_INT16, TFLITE_INT16, -1));
    assert_false(mote_builtin_takes("f32 i8", TFLITE_FLOAT32, TFLITE_INT8, -1));
    assert_true(mote_builtin_takes("f32 f32*i8/u8", TFLITE_FLOAT32, TFLITE_UINT8, -1));
    assert_true(mote_builtin_takes("i8/u8>f32 f32>i16", TFLITE_UINT8, -1, TFLITE_FLOAT32));
    assert_false(mote_builtin_takes("i8/u8>f32 f32>i16", TFLITE_UINT8, -1, TFLITE_INT16));
    assert_true(mote_builtin_takes("any", TFLITE_STRING, -1, -1));
    assert_true(mote_builtin_takes("any>i32", TFLITE_STRING, -1, TFLITE_INT32));
    assert_false(mote_builtin_takes("any>i32", TFLITE_STRING, -1, TFLITE_INT64));
}

/* The options table of each operator that mote has is the one that its own description names. */
static void options_are_those_that_descriptions_name(void **state)
{
    mote_op_kind kind;

    (void)state;
    for (kind = 0; kind < MOTE_OP_COUNT; kind++) {
        const mrt_operator *description = mote_ops[kind]->description;
        const mote_builtin *builtin;
        int                 i;
        if (!description || description->names)
            continue;
        builtin = mote_builtin_find(description->builtin_code, (mote_fb_string){"", 0});
        assert_non_null(builtin);
        assert_string_equal(builtin->name, mote_op_kind_name(kind));
        if (description->attribute_count > 0 && builtin->options->number != description->options_type)
            fail_msg("%s: options %d, %d expected", builtin->name, builtin->options->number, description->options_type);
        for (i = 0; i < description->attribute_count; i++)
            if (description->attributes[i].field >= mote_options_count(builtin->options))
                fail_msg("%s has no field %d", builtin->options->name, description->attributes[i].field);
    }
}

/* What mote has of custom operators, TensorFlow Lite Micro has, too. */
static void custom_operators_are_known(void **state)
{
    mote_op_kind kind;

    (void)state;
    for (kind = 0; kind < MOTE_OP_COUNT; kind++) {
        const mrt_operator *description = mote_ops[kind]->description;
        const char         *name = description && description->names ? description->names[0] : NULL;
        if (name && !mote_builtin_find(MRT_CUSTOM_CODE, (mote_fb_string){name, (uint32_t)strlen(name)}))
            fail_msg("%s is not in builtins.def", name);
    }
    assert_null(mote_builtin_find(MRT_CUSTOM_CODE, (mote_fb_string){"Frobnicate", 10}));
}

static void fields_have_names_and_a_count(void **state)
{
    const mote_options_table *conv = mote_options_find(1, 1), *dilate = mote_options_find(2, 18);

    (void)state;
    assert_string_equal(conv->name, "Conv2DOptions");
    assert_string_equal(mote_options_field(conv, 3).text, "fused_activation_function");
    assert_string_equal(mote_options_field(mote_options_find(1, 15), 0).text, ""); /* used no more */
    assert_string_equal(mote_options_field(conv, 99).text, "");
    assert_int_equal(mote_options_count(conv), 7);
    assert_int_equal(mote_options_count(dilate), 0);
    assert_null(mote_options_find(1, 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(combinations_name_key_weights_and_output),
        cmocka_unit_test(options_are_those_that_descriptions_name),
        cmocka_unit_test(custom_operators_are_known),
        cmocka_unit_test(fields_have_names_and_a_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
