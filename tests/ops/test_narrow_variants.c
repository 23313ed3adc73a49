/* The kernels of runtime/arch for int16 activations and for int4 weights where they are close to what they cannot do: which
 * of them apply is stated, and all that do give the reference's bytes. Cases that any values go with are in the operators'
 * tables. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "runtime/arch/channel_i16.h"
#include "runtime/kernels/rescale_i64.h"

/* ---- int16's way from a sum to an output ---- */

static void check_output(int32_t x, int16_t mult, int32_t shift)
{
    const mrt_output  output = {.act_min = INT16_MIN, .act_max = INT16_MAX};
    const mrt_channel channel = {.mult = mult * 65536, .shift = -2 - shift};
    const int32_t     expected =
        mrt_clamp_i32(mrt_rescale_i64((uint64_t)(int64_t)x, mult, shift), output.act_min, output.act_max);

    if (mrt_output_i16(&output, &channel, (uint32_t)x) != expected)
        fail_msg("%d by %d, shift %d: %d, %d expected", x, mult, shift, mrt_output_i16(&output, &channel, (uint32_t)x),
                 expected);
}

/* Sums beside every boundary between two outputs of those near 0 and near both ends, and drawn ones. */
static void int16_outputs_are_those_of_64_bits(void **state)
{
    static const int16_t mults[] = {16384, 16385, 20000, 24576, 32766, 32767, 0};
    static const int32_t ends[] = {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX - 1, INT32_MAX};
    mote_random_key      random = mote_random_make(1, MOTE_RANDOM_TEST, 16, 0);
    int32_t              shift, k;
    size_t               m, i;

    (void)state;
    for (m = 0; m < sizeof mults / sizeof *mults; m++)
        for (shift = -31; shift <= -2; shift++) {
            for (i = 0; i < sizeof ends / sizeof *ends; i++)
                check_output(ends[i], mults[m], shift);
            for (k = -300; k <= 300 && mults[m]; k++) { /* x mult / 2^(15 - shift) = k + 1/2 */
                const int64_t half = ((2 * (int64_t)k + 1) * ((int64_t)1 << (14 - shift)) / mults[m]);
                for (i = 0; i < 3; i++)
                    if (half + (int64_t)i - 1 >= INT32_MIN && half + (int64_t)i - 1 <= INT32_MAX)
                        check_output((int32_t)(half + (int64_t)i - 1), mults[m], shift);
            }
            for (i = 0; i < 2000; i++)
                check_output((int32_t)((double)(mote_random_unit_f32(random, i) - 0.5f) * 4294967294.0), mults[m], shift);
        }
}

/* ---- kernels ---- */

typedef struct narrow_case {
    mote_op_case c;
    mote_dtype   in, w, bias;
    uint8_t      weights;    /* each byte */
    int64_t      bias_value; /* each */
    int32_t      kernels;    /* that apply besides the reference */
} narrow_case;

#define DENSE(CLAIM, I, O) .c = {CLAIM, .in = {INPUT(1, I), PARAM(O, I), PARAM(O)}}
#define I16                .in = MOTE_I16, .w = MOTE_I8, .bias = MOTE_I64
#define I4                 .in = MOTE_I8, .w = MOTE_I4, .bias = MOTE_I32

/* 516 * 127 * 32768 = 2^31 - 131072 */
static const narrow_case dense_cases[] = {
    {DENSE("sums that just fit", 516, 6), I16, .weights = 127, .kernels = 2},
    {DENSE("sums that just do not", 517, 6), I16, .weights = 127, .kernels = 0},
    {DENSE("a bias that just fits", 516, 6), I16, .weights = 127, .bias_value = 131071, .kernels = 2},
    {DENSE("a bias that just does not", 516, 6), I16, .weights = 127, .bias_value = 131072, .kernels = 0},
    {DENSE("a negative bias that just fits", 516, 6), I16, .weights = 129, .bias_value = -131072, .kernels = 2},
    {DENSE("a negative bias that just does not", 516, 6), I16, .weights = 129, .bias_value = -131073, .kernels = 0},
    {DENSE("a bias of more than 32 bits", 5, 6), I16, .weights = 1, .bias_value = (int64_t)1 << 40, .kernels = 0},
    {DENSE("lanes that are full", 28, 5), I4, .weights = 0x88, .kernels = 2},
    {DENSE("lanes that are full twice, and a little", 57, 5), I4, .weights = 0x88, .kernels = 2},
    {DENSE("7 above -8", 57, 5), I4, .weights = 0x78, .kernels = 2},
    {DENSE("-8 above 7", 57, 5), I4, .weights = 0x87, .kernels = 2},
    {.c = {0}},
};

enum { SAMPLES = 8, CHIPS = MOTE_TARGET_PORTABLE | MOTE_TARGET_ARM_DSP | MOTE_TARGET_RISCV };

/* Outputs are so coarse that they differ. */
static void change(const narrow_case *n, mote_graph *graph, const mote_node *node)
{
    mote_tensor      *w = &graph->tensors[node->in[1]], *bias = &graph->tensors[node->in[2]];
    const mote_quant *in = graph->tensors[node->in[0]].quant;
    size_t            o;

    memset(w->data, n->weights, mote_tensor_bytes(w));
    for (o = 0; o < mote_tensor_count(bias); o++) {
        if (n->bias == MOTE_I64)
            ((int64_t *)bias->data)[o] = n->bias_value;
        else
            ((int32_t *)bias->data)[o] = (int32_t)n->bias_value;
    }
    for (o = 0; o < (size_t)w->quant->count; o++)
        w->quant->scale[o] = 0.01f;
    graph->tensors[node->out[0]].quant->scale[0] = in->scale[0] * 0.01f * (n->in == MOTE_I16 ? 70000.0f : 9000.0f);
}

/* All lowest, all highest, one after the other, drawn ones. */
static void fill(const narrow_case *n, const mote_tensor *in, uint32_t sample, void *values)
{
    const size_t count = mote_tensor_count(in);
    size_t       i;

    mote_case_fill_sample(MOTE_OP_FULLY_CONNECTED, &n->c, in, 0, sample, values);
    for (i = 0; i < count && sample < 3 && n->in == MOTE_I16; i++)
        ((int16_t *)values)[i] = sample == 0 || (sample == 2 && i % 2) ? INT16_MIN : INT16_MAX;
}

static void run(const mote_case_model *built, const mote_kernel *kernel, bool is_packed, const void *in, mote_fenced *out)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    err = {0};
    mrt_io        io = {.in = {in}, .out = {out->bytes}};

    assert_int_equal(mote_kernel_prepare(kernel, built->graph, built->node, &prepared, &err), MOTE_OK);
    if (is_packed && kernel->pack)
        assert_int_equal(kernel->pack(built->graph, built->node, &prepared, &err), MOTE_OK);
    mote_kernel_run(kernel, prepared.params, &io);
    mote_fenced_check(out, kernel->symbol);
    mote_arena_destroy(&arena);
}

static void check_kernel(const narrow_case *n, const mote_case_model *built, const mote_kernel *kernel,
                         const mote_kernel *reference)
{
    const mote_tensor *in = mote_node_in(built->graph, built->node, 0);
    const size_t       bytes = mote_tensor_bytes(mote_node_out(built->graph, built->node, 0));
    mote_fenced        x = mote_fenced_create(mote_tensor_bytes(in));
    mote_fenced        got = mote_fenced_create(bytes), expected = mote_fenced_create(bytes);
    uint32_t           sample;

    for (sample = 0; sample < SAMPLES; sample++) {
        fill(n, in, sample, x.bytes);
        run(built, reference, false, x.bytes, &expected);
        run(built, kernel, true, x.bytes, &got);
        if (memcmp(got.bytes, expected.bytes, bytes) != 0)
            fail_msg("%s: %s differs in sample %u", n->c.claim, kernel->symbol, sample);
    }
    mote_fenced_free(&x);
    mote_fenced_free(&got);
    mote_fenced_free(&expected);
}

static void check_case(const narrow_case *n)
{
    const mote_case_build build = {
        .stage = MOTE_STAGE_QUANTIZED, .in = {n->in, n->w, n->bias}, .out = n->in, .granularity = MOTE_PER_CHANNEL};
    mote_case_model    built = mote_case_create(MOTE_OP_FULLY_CONNECTED, &n->c, &build);
    mote_error         err = {0};
    const mote_op_row *row = mote_op_find_row(built.graph, built.node, &err);
    const mote_kernel *kernel;
    int32_t            applied = 0;

    assert_non_null(row);
    change(n, built.graph, built.node);
    for (kernel = row->kernels + 1; kernel->symbol; kernel++)
        if ((kernel->targets & CHIPS) && mote_kernel_applies(kernel, built.graph, built.node, &err)) {
            check_kernel(n, &built, kernel, row->kernels);
            applied++;
        }
    if (applied != n->kernels)
        fail_msg("%s: %d kernels apply, %d expected", n->c.claim, (int)applied, (int)n->kernels);
    mote_case_destroy(&built);
}

static void variants_know_their_limits(void **state)
{
    const narrow_case *n;

    (void)state;
    for (n = dense_cases; n->c.claim; n++)
        check_case(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int16_outputs_are_those_of_64_bits),
        cmocka_unit_test(variants_know_their_limits),
    };

    return cmocka_run_group_tests_name("narrow variants", tests, NULL, NULL);
}
