/* What golden data does not hold: ADD with repeated and constant operands, SOFTMAX beyond where the reference stops.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cases.h"
#include "runtime/kernels/softmax.h"

/* ---- ADD ---- */

enum { OUT_COUNT = 4 * 5 * 3 };

/* b of a shape, and where in it element i of an output [1,4,5,3] finds its operand. */
typedef struct repeated {
    mote_case_operand b;
    int32_t           step[3];
} repeated;

static const repeated repeats[] = {
    {INPUT(1), {0, 0, 0}},          {PARAM(1), {0, 0, 0}},    {PARAM(3), {0, 0, 1}},          {INPUT(1, 1, 5, 3), {0, 3, 1}},
    {INPUT(1, 4, 1, 3), {3, 0, 1}}, {PARAM(5, 1), {0, 1, 0}}, {INPUT(1, 4, 1, 1), {1, 0, 0}}, {PARAM(4, 5, 3), {15, 3, 1}},
};

static const mote_case_operand image = INPUT(1, 4, 5, 3);

static void set_quant(mote_case_model *built, mote_id id, float scale, int32_t zero_point)
{
    mote_error err = {0};

    built->graph->tensors[id].quant = mote_quant_create(built->model, -1, 1, &scale, &zero_point, &err);
    assert_non_null(built->graph->tensors[id].quant);
}

/* a + b in int8 by every kernel that applies. a is an image; b's values are given, in its own shape. */
static void add_i8(const mote_case_operand *b, bool is_swapped, const int8_t *a_values, const int8_t *b_values, int8_t *out)
{
    const mote_case_build build = {.stage = MOTE_STAGE_QUANTIZED, .in = {MOTE_I8, MOTE_I8}, .out = MOTE_I8};
    const mote_op_case    c = {"repeated", .in = {is_swapped ? *b : image, is_swapped ? image : *b}};
    mote_case_model       built = mote_case_create(MOTE_OP_ADD, &c, &build);
    const int32_t         b_at = is_swapped ? 0 : 1;
    mote_tensor          *b_tensor = &built.graph->tensors[built.node->in[b_at]];
    const mote_kernel    *kernel = mote_op_rows(MOTE_OP_ADD)[0].kernels;
    mote_error            err = {0};
    mrt_io                io = {.in = {a_values, b_values}, .out = {out}};
    int8_t                first[OUT_COUNT];

    set_quant(&built, built.node->in[1 - b_at], 0.05f, 4);
    set_quant(&built, built.node->in[b_at], 0.031f, -17);
    set_quant(&built, built.node->out[0], 0.07f, -3);
    if (b_tensor->kind == MOTE_CONST)
        memcpy(b_tensor->data, b_values, mote_tensor_count(b_tensor));
    else if (is_swapped)
        io = (mrt_io){.in = {b_values, a_values}, .out = {out}};
    for (; kernel->symbol; kernel++) {
        mote_prepared prepared = {.arena = &built.model->arena};
        if (!mote_kernel_applies(kernel, built.graph, built.node, &err))
            continue;
        assert_int_equal(mote_kernel_prepare(kernel, built.graph, built.node, &prepared, &err), MOTE_OK);
        mote_kernel_run(kernel, prepared.params, &io);
        if (kernel != mote_op_rows(MOTE_OP_ADD)[0].kernels)
            assert_memory_equal(out, first, OUT_COUNT);
        memcpy(first, out, OUT_COUNT);
    }
    mote_case_destroy(&built);
}

static void a_repeated_operand_counts_as_its_copies(void **state)
{
    int8_t a[OUT_COUNT], b[OUT_COUNT], copies[OUT_COUNT], got[OUT_COUNT], expected[OUT_COUNT];
    size_t r;
    int    swapped, y, x, c;

    (void)state;
    mote_case_fill(MOTE_I8, mote_random_make(1, MOTE_RANDOM_TEST, 0, 0), a, OUT_COUNT);
    mote_case_fill(MOTE_I8, mote_random_make(1, MOTE_RANDOM_TEST, 1, 0), b, OUT_COUNT);
    for (r = 0; r < sizeof repeats / sizeof repeats[0]; r++)
        for (swapped = 0; swapped < 2; swapped++) {
            const int32_t *step = repeats[r].step;
            for (y = 0; y < 4; y++)
                for (x = 0; x < 5; x++)
                    for (c = 0; c < 3; c++)
                        copies[(y * 5 + x) * 3 + c] = b[y * step[0] + x * step[1] + c * step[2]];
            add_i8(&repeats[r].b, swapped, a, b, got);
            add_i8(&image, swapped, a, copies, expected);
            assert_memory_equal(got, expected, OUT_COUNT);
        }
}

/* Scales of powers of two leave one rounding, which can be said in one line. */
static void add_of_equal_scales_is_a_rounded_sum(void **state)
{
    const mote_case_build build = {.stage = MOTE_STAGE_QUANTIZED, .in = {MOTE_I8, MOTE_I8}, .out = MOTE_I8};
    const mote_op_case    c = {"sum", .in = {INPUT(1, 1), INPUT(1, 1)}};
    mote_case_model       built = mote_case_create(MOTE_OP_ADD, &c, &build);
    const mote_kernel    *kernel = mote_op_rows(MOTE_OP_ADD)[0].kernels;
    mote_prepared         prepared = {.arena = &built.model->arena};
    mote_error            err = {0};
    int8_t                a, b, out;
    int                   i, k;

    (void)state;
    set_quant(&built, built.node->in[0], 0.25f, 5);
    set_quant(&built, built.node->in[1], 0.25f, -7);
    set_quant(&built, built.node->out[0], 0.5f, -1);
    assert_int_equal(mote_kernel_prepare(kernel, built.graph, built.node, &prepared, &err), MOTE_OK);
    for (i = -128; i < 128; i++)
        for (k = -128; k < 128; k++) {
            const int sum = (i - 5) + (k + 7), half = (sum + (sum >= 0 ? 1 : -1)) / 2 - 1;
            a = (int8_t)i;
            b = (int8_t)k;
            mote_kernel_run(kernel, prepared.params, &(mrt_io){.in = {&a, &b}, .out = {&out}});
            assert_int_equal(out, half < -128 ? -128 : half > 127 ? 127 : half);
        }
    mote_case_destroy(&built);
}

/* ---- SOFTMAX ---- */

static void softmax_of_equal_values_shares_256_steps(void **state)
{
    static const struct {
        int32_t classes;
        int8_t  expected;
    } shares[] = {{1, 127}, {2, 0}, {4, -64}, {64, -124}, {256, -127}, {511, -127}, {512, -128}, {600, -128}, {20000, -128}};
    static int8_t in[20000], out[20000];
    size_t        i;
    int32_t       k;

    (void)state;
    for (i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        mrt_softmax_i8_params p = {.rows = 1, .depth = shares[i].classes};
        mrt_softmax_i8_prepare(&p, 0.05f, 1.0f);
        mrt_softmax_i8(&p, in, out);
        for (k = 0; k < p.depth; k++)
            assert_int_equal(out[k], shares[i].expected);
    }
}

/* 8192 exps of 1 are 2^32 in Q12.19: a sum that wrapped would be that of the last value alone. */
static void softmax_of_too_many_values_does_not_wrap(void **state)
{
    static int8_t         in[8193], out[8193];
    mrt_softmax_i8_params p = {.rows = 1, .depth = 8193};

    (void)state;
    mrt_softmax_i8_prepare(&p, 0.05f, 1.0f);
    mrt_softmax_i8(&p, in, out);
    assert_int_equal(out[0], -128);
    assert_int_equal(out[8192], -128);
}

/* ---- RELU6 ---- */

static void relu6_keeps_its_input_s_scale(void **state)
{
    mote_quant_want want[2] = {{.rule = MOTE_QUANT_RANGE}};

    (void)state;
    mote_op_relu6.quantize(NULL, NULL, want);
    assert_int_equal(want[1].rule, MOTE_QUANT_SAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_operand_counts_as_its_copies),
        cmocka_unit_test(add_of_equal_scales_is_a_rounded_sum),
        cmocka_unit_test(softmax_of_equal_values_shares_256_steps),
        cmocka_unit_test(softmax_of_too_many_values_does_not_wrap),
        cmocka_unit_test(relu6_keeps_its_input_s_scale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
