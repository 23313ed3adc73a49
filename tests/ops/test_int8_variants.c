/* The int8 kernels of runtime/arch where they are close to what they cannot do: which of them apply is stated, and all that
 * do give the reference's bytes. Cases that any values go with are in the operators' tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"

enum { SAMPLES = 24 };

typedef struct variant_case variant_case;

struct variant_case {
    mote_op_kind kind;
    mote_op_case c;
    const char  *kernels; /* that apply besides the reference: each symbol's end, with a space in front */
    void (*change)(const variant_case *v, mote_graph *graph, const mote_node *node);
    int32_t value; /* change's */
};

static mote_tensor *operand(mote_graph *graph, const mote_node *node, int32_t index)
{
    return &graph->tensors[node->in[index]];
}

static mote_tensor *result(mote_graph *graph, const mote_node *node)
{
    return &graph->tensors[node->out[0]];
}

/* ---- running ---- */

static void run(const mote_case_model *built, const mote_kernel *kernel, bool is_packed, mrt_io *io)
{
    mote_fenced   scratch = mote_fenced_create(mote_kernel_scratch(kernel, built->graph, built->node));
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    err = {0};

    assert_int_equal(mote_kernel_prepare(kernel, built->graph, built->node, &prepared, &err), MOTE_OK);
    if (is_packed && kernel->pack)
        assert_int_equal(kernel->pack(built->graph, built->node, &prepared, &err), MOTE_OK);
    io->scratch = scratch.bytes;
    mote_kernel_run(kernel, prepared.params, io);
    mote_fenced_check(&scratch, kernel->symbol);
    mote_fenced_free(&scratch);
    mote_arena_destroy(&arena);
}

static void check_kernel(const variant_case *v, const mote_case_model *built, const mote_kernel *kernel,
                         const mote_kernel *reference)
{
    const size_t count = mote_tensor_count(result(built->graph, built->node));
    mote_fenced  in[2] = {{0}}, got = mote_fenced_create(count), expected = mote_fenced_create(count);
    uint32_t     sample;
    int32_t      i, used = 0;
    mrt_io       io = {.out = {NULL}};

    for (i = 0; i < built->node->in_count && used < 2; i++)
        if (operand(built->graph, built->node, i)->kind == MOTE_ACTIVATION)
            in[used++] = mote_fenced_create(mote_tensor_count(operand(built->graph, built->node, i)));
    for (sample = 0; sample < SAMPLES; sample++) {
        for (i = 0; i < used; i++) {
            mote_case_fill_sample(v->kind, &v->c, operand(built->graph, built->node, i), i, sample, in[i].bytes);
            io.in[i] = in[i].bytes;
        }
        io.out[0] = expected.bytes;
        run(built, reference, false, &io);
        io.out[0] = got.bytes;
        run(built, kernel, true, &io);
        if (memcmp(got.bytes, expected.bytes, count) != 0)
            fail_msg("%s: %s differs in sample %u", v->c.claim, kernel->symbol, sample);
        mote_fenced_check(&got, v->c.claim);
    }
    for (i = 0; i < used; i++)
        mote_fenced_free(&in[i]);
    mote_fenced_free(&got);
    mote_fenced_free(&expected);
}

enum { CHIPS = MOTE_TARGET_PORTABLE | MOTE_TARGET_ARM_DSP | MOTE_TARGET_RISCV };

static void check_variant(const variant_case *v)
{
    const mote_case_build build = {.stage = MOTE_STAGE_QUANTIZED, .in = {MOTE_I8, MOTE_I8, MOTE_I32}, .out = MOTE_I8};
    mote_case_model       built = mote_case_create(v->kind, &v->c, &build);
    mote_error            err = {0};
    const mote_op_row    *row = mote_op_find_row(built.graph, built.node, &err);
    const mote_kernel    *kernel;
    char                  applied[200] = "";

    assert_non_null(row);
    if (v->change)
        v->change(v, built.graph, built.node);
    for (kernel = row->kernels; kernel->symbol; kernel++) {
        if (!mote_kernel_applies(kernel, built.graph, built.node, &err))
            continue;
        check_kernel(v, &built, kernel, row->kernels);
        if (kernel == row->kernels || !(kernel->targets & CHIPS)) /* which of the host's apply depends on the processor */
            continue;
        snprintf(applied + strlen(applied), sizeof applied - strlen(applied), " %s", strstr(kernel->symbol, "_i8_") + 4);
    }
    if (strcmp(applied, v->kernels) != 0)
        fail_msg("%s: kernels%s apply,%s expected", v->c.claim, applied, v->kernels);
    mote_case_destroy(&built);
}

/* ---- FULLY_CONNECTED ---- */

#define ALL_ROWS           " rows rows_8 dsp pairs"
#define UNPAIRED           " rows rows_8 dsp"
#define FEW                " sparse sparse_dsp"
#define DENSE(CLAIM, I, O) .kind = MOTE_OP_FULLY_CONNECTED, .c = {CLAIM, .in = {INPUT(1, I), PARAM(O, I), PARAM(O)}}

static void fill_row(mote_graph *graph, const mote_node *node, int32_t o, int32_t value)
{
    const mote_tensor *w = operand(graph, node, 1);

    memset((int8_t *)w->data + (size_t)o * (size_t)w->dim[1], value, (size_t)w->dim[1]);
}

/* Rows of 127, -127, 127 ... and biases of 0. */
static void change_to_extremes(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    int32_t o;

    (void)v;
    for (o = 0; o < operand(graph, node, 1)->dim[0]; o++)
        fill_row(graph, node, o, o % 2 ? -127 : 127);
    memset(operand(graph, node, 2)->data, 0, mote_tensor_bytes(operand(graph, node, 2)));
}

/* One weight of the last row is -128: with one of -1 below it, it is no halfword. */
static void change_last_weights(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = operand(graph, node, 1);
    int8_t            *last = (int8_t *)w->data + mote_tensor_count(w) - 1;

    *last = -128;
    *(last - w->dim[1]) = (int8_t)v->value;
}

static void change_in_zero(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    operand(graph, node, 0)->quant->zero_point[0] = v->value;
}

static void change_out_zero(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    result(graph, node)->quant->zero_point[0] = v->value;
}

static void change_w_zero(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    operand(graph, node, 1)->quant->zero_point[0] = v->value;
}

/* Every third bias is so large that the output is always the same. */
static void change_to_constants(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    const mote_tensor *bias = operand(graph, node, 2);
    int32_t            o;

    for (o = 0; o < bias->dim[0]; o += 3)
        ((int32_t *)bias->data)[o] = o % 2 ? v->value : -v->value;
}

/* The upper row's sum need not fit where its output is constant. */
static void change_to_extreme_constants(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    int32_t o;

    change_to_extremes(v, graph, node);
    for (o = 1; o < operand(graph, node, 2)->dim[0]; o += 2)
        ((int32_t *)operand(graph, node, 2)->data)[o] = v->value;
}

/* An output so fine that its multiplier is above 1. */
static void change_out_scale(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    (void)v;
    result(graph, node)->quant->scale[0] = 1e-4f;
}

/* All weights of row o but every value-th are 0; the last row has none. */
static void change_to_few(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = operand(graph, node, 1);
    const size_t       count = mote_tensor_count(w);
    int8_t            *values = w->data;
    size_t             i;

    for (i = 0; i < count; i++)
        values[i] = i % (size_t)v->value ? 0 : values[i] ? values[i] : 1;
    fill_row(graph, node, w->dim[0] - 1, 0);
}

static const variant_case dense_cases[] = {
    {DENSE("one weight in two", 400, 8), .kernels = ALL_ROWS, .change = change_to_few, .value = 2},
    {DENSE("one in four", 400, 40), .kernels = ALL_ROWS " sparse", .change = change_to_few, .value = 4},
    {DENSE("one in six", 400, 8), .kernels = ALL_ROWS FEW, .change = change_to_few, .value = 6},
    {DENSE("one in 255", 1100, 9), .kernels = ALL_ROWS FEW, .change = change_to_few, .value = 255},
    {DENSE("one in 256", 1100, 9), .kernels = ALL_ROWS FEW, .change = change_to_few, .value = 256},
    {DENSE("one in 512, with bridges", 1100, 9), .kernels = ALL_ROWS FEW, .change = change_to_few, .value = 512},
    {DENSE("one of everything", 1, 1), .kernels = ALL_ROWS},
    {DENSE("groups of 16 inputs and less", 37, 11), .kernels = ALL_ROWS},
    {DENSE("two groups of 16, eight outputs twice", 32, 16), .kernels = ALL_ROWS},
    {DENSE("three inputs left, nine outputs", 67, 9), .kernels = ALL_ROWS},
    {DENSE("extreme rows that just fit", 516, 6), .kernels = ALL_ROWS, .change = change_to_extremes},
    {DENSE("extreme rows that just do not", 517, 6), .kernels = UNPAIRED, .change = change_to_extremes},
    {DENSE("-128 above -1", 18, 4), .kernels = UNPAIRED, .change = change_last_weights, .value = -1},
    {DENSE("-128 above 0", 18, 4), .kernels = ALL_ROWS, .change = change_last_weights, .value = 0},
    {DENSE("-128 on its own", 18, 5), .kernels = ALL_ROWS, .change = change_last_weights, .value = 5},
    {DENSE("input's zero point -128", 21, 7), .kernels = ALL_ROWS, .change = change_in_zero, .value = -128},
    {DENSE("input's zero point 127", 21, 7), .kernels = ALL_ROWS, .change = change_in_zero, .value = 127},
    {DENSE("output's zero point -128", 21, 7), .kernels = ALL_ROWS, .change = change_out_zero, .value = -128},
    {DENSE("output's zero point 127", 21, 7), .kernels = ALL_ROWS, .change = change_out_zero, .value = 127},
    {DENSE("weights' zero point", 21, 7), .kernels = "", .change = change_w_zero, .value = 3},
    {DENSE("dead outputs", 21, 10), .kernels = ALL_ROWS, .change = change_to_constants, .value = 1 << 30},
    {DENSE("extreme rows of dead outputs", 517, 6), .kernels = ALL_ROWS, .change = change_to_extreme_constants,
     .value = 1 << 30},
    {DENSE("a bias near the end", 21, 10), .kernels = ALL_ROWS, .change = change_to_constants, .value = 2147000000},
    {DENSE("multipliers above 1", 21, 10), .kernels = UNPAIRED, .change = change_out_scale},
    {.kind = MOTE_OP_FULLY_CONNECTED,
     .c = {"rows, no bias, RELU", .in = {INPUT(5, 23), PARAM(6, 23)}, .activation = MRT_ACT_RELU},
     .kernels = ALL_ROWS},
    {0},
};

/* ---- ADD ---- */

#define FAST_ADD   " fast dsp"
#define SUM(CLAIM) .kind = MOTE_OP_ADD, .c = {CLAIM, .in = {INPUT(1, 333), INPUT(1, 333)}}

typedef struct add_scales {
    float a, b, out;
} add_scales;

static const add_scales add_scales_of[] = {
    {0.1f, 0.1f, 0.15f},      /* 0: equal, both multipliers 1/2 */
    {0.1f, 0.0999999f, 0.2f}, /* 1: nearly */
    {0.1f, 0.003f, 0.1f},     /* 2: a is larger */
    {0.003f, 0.1f, 0.1f},     /* 3: b is */
    {1.0f, 1.2e-6f, 1.0f},    /* 4: b is shifted by 19 */
    {1.0f, 4e-7f, 1.0f},      /* 5: b is shifted by 21 */
    {1.0f, 1e-12f, 1.0f},     /* 6: b's multiplier is 0 */
    {0.1f, 0.1f, 0.3f},       /* 7: the output has few values; shifted by 20 */
    {0.1f, 0.1f, 0.5f},       /* 8: by 21 */
    {1.0f, 0.5f, 1e-5f},      /* 9: by 1, and nearly all are clamped */
    {1.0f, 0.5f, 2.1e-6f},    /* 10: by 0 */
};

static void change_scales(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    operand(graph, node, 0)->quant->scale[0] = add_scales_of[v->value].a;
    operand(graph, node, 1)->quant->scale[0] = add_scales_of[v->value].b;
    result(graph, node)->quant->scale[0] = add_scales_of[v->value].out;
}

/* All zero points. */
static void change_zeros(const variant_case *v, mote_graph *graph, const mote_node *node)
{
    operand(graph, node, 0)->quant->zero_point[0] = v->value;
    operand(graph, node, 1)->quant->zero_point[0] = -1 - v->value;
    result(graph, node)->quant->zero_point[0] = v->value;
}

static const variant_case add_variants[] = {
    {SUM("equal scales"), .kernels = FAST_ADD, .change = change_scales, .value = 0},
    {SUM("nearly equal scales"), .kernels = FAST_ADD, .change = change_scales, .value = 1},
    {SUM("the first operand's scale is larger"), .kernels = FAST_ADD, .change = change_scales, .value = 2},
    {SUM("the second one's is"), .kernels = FAST_ADD, .change = change_scales, .value = 3},
    {SUM("an operand shifted by 19"), .kernels = FAST_ADD, .change = change_scales, .value = 4},
    {SUM("an operand shifted by 21"), .kernels = "", .change = change_scales, .value = 5},
    {SUM("an operand of no weight"), .kernels = FAST_ADD, .change = change_scales, .value = 6},
    {SUM("a coarse output"), .kernels = FAST_ADD, .change = change_scales, .value = 7},
    {SUM("a coarser output"), .kernels = "", .change = change_scales, .value = 8},
    {SUM("a fine output"), .kernels = FAST_ADD, .change = change_scales, .value = 9},
    {SUM("a finer output"), .kernels = "", .change = change_scales, .value = 10},
    {SUM("zero points at one end"), .kernels = FAST_ADD, .change = change_zeros, .value = -128},
    {SUM("zero points at the other"), .kernels = FAST_ADD, .change = change_zeros, .value = 127},
    {.kind = MOTE_OP_ADD,
     .c = {"RELU6", .in = {INPUT(1, 5, 5, 3), INPUT(1, 5, 5, 3)}, .activation = MRT_ACT_RELU6},
     .kernels = FAST_ADD},
    {.kind = MOTE_OP_ADD, .c = {"a repeated operand", .in = {INPUT(1, 5, 3), INPUT(1, 1, 3)}}, .kernels = ""},
    {0},
};

/* ---- all ---- */

static void check_variants(const variant_case *v)
{
    for (; v->c.claim; v++)
        check_variant(v);
}

static void fully_connected_variants_know_their_limits(void **state)
{
    (void)state;
    check_variants(dense_cases);
}

static void add_variants_know_their_limits(void **state)
{
    (void)state;
    check_variants(add_variants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fully_connected_variants_know_their_limits),
        cmocka_unit_test(add_variants_know_their_limits),
    };

    return cmocka_run_group_tests_name("int8 variants", tests, NULL, NULL);
}
