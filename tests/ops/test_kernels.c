/* Every kernel of every operator, on every case: the reference kernel before and after packing and each faster one give the
 * same bytes (floats: 1e-5 of the largest value); the float kernel gives what training's forward pass gives; nothing is
 * written outside outputs and scratch; a kernel that works in place gives the same in place, and one that declares how far
 * its output may run over its input gives the same at just that distance; the table of its parameters' fields covers them,
 * and the arrays they point to are all listed. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

enum { SAMPLES = 6, DRAWN = 200 };
#define TOLERANCE 1e-5
#define CUT_OFF   16.0 /* how large sums are at least that a fused activation cuts off */

/* How often a kernel of the operator ran at its declared distance, and how often it would have gone wrong one value nearer.
 */
typedef struct overlap_tally {
    int declared, tight;
} overlap_tally;

static overlap_tally tallies[MOTE_OP_COUNT];

/* One case in one row's types. */
typedef struct kernel_test {
    mote_op_kind        kind;
    const mote_op_case *c;
    const mote_op_row  *row;
    mote_case_model     built;
    const mote_kernel  *first_kernel; /* that applies: the others must agree with it */
    int32_t             first_input;  /* the operand that is io.in[0] */
    mote_fenced         in[MOTE_CASE_OPERANDS], out, reference;
    mote_arena          arena;
} kernel_test;

static const mote_tensor *in_of(const kernel_test *t, int32_t index)
{
    return mote_node_in(t->built.graph, t->built.node, index);
}

static const mote_tensor *out_of(const kernel_test *t)
{
    return mote_node_out(t->built.graph, t->built.node, 0);
}

/* ---- comparing ---- */

static void check_floats(const kernel_test *t, const float *got, const float *expected, const char *what)
{
    size_t count = mote_tensor_count(out_of(t)), k;
    double most = t->c->activation == MRT_ACT_NONE ? 1 : CUT_OFF;

    for (k = 0; k < count; k++)
        most = fmax(most, fabs((double)expected[k]));
    for (k = 0; k < count; k++)
        if (!(fabs((double)got[k] - (double)expected[k]) <= TOLERANCE * most))
            fail_msg("%s: %s: value %zu is %.9g, %.9g expected", t->c->claim, what, k, (double)got[k], (double)expected[k]);
}

static void check_output(const kernel_test *t, const mote_fenced *out, const char *what)
{
    const uint8_t *got = out->bytes, *expected = t->reference.bytes;
    size_t         k;

    if (t->row->out == MOTE_F32) {
        check_floats(t, out->bytes, t->reference.bytes, what);
        return;
    }
    for (k = 0; k < t->out.count; k++)
        if (got[k] != expected[k])
            fail_msg("%s: %s: byte %zu is %d, %d expected", t->c->claim, what, k, got[k], expected[k]);
}

/* ---- running ---- */

static mote_prepared prepare(kernel_test *t, const mote_kernel *kernel, bool is_packed)
{
    mote_prepared prepared = {.arena = &t->arena};
    mote_error    err = {0};

    if (mote_kernel_prepare(kernel, t->built.graph, t->built.node, &prepared, &err) != MOTE_OK ||
        (is_packed && kernel->pack && kernel->pack(t->built.graph, t->built.node, &prepared, &err) != MOTE_OK))
        fail_msg("%s: %s", t->c->claim, err.text);
    return prepared;
}

/* Where one operand and the output lie: apart, in one buffer, or in parts of `whole`. The other operands are in t->in. */
typedef struct layout {
    int32_t            operand;
    const mote_fenced *in, *out, *whole;
} layout;

static const void *bytes_of(const kernel_test *t, mote_id id, layout at)
{
    int32_t i = 0;

    while (t->built.node->in[i] != id)
        i++;
    if (in_of(t, i)->kind == MOTE_CONST)
        return in_of(t, i)->data;
    return i == at.operand ? at.in->bytes : t->in[i].bytes;
}

static void run(kernel_test *t, const mote_kernel *kernel, const mote_prepared *prepared, layout at)
{
    mote_fenced scratch = mote_fenced_create(mote_kernel_scratch(kernel, t->built.graph, t->built.node));
    mrt_io      io = {.out = {at.out->bytes}, .scratch = scratch.bytes};
    mote_id     ids[MOTE_NODE_IN_MAX];
    int32_t     count = mote_op_list_operands(t->built.graph, t->built.node, prepared, ids), i;

    memset(scratch.bytes, 0x5c, scratch.count);
    for (i = 0; i < count; i++)
        io.in[i] = ids[i] == MOTE_NONE ? NULL : bytes_of(t, ids[i], at);
    mote_kernel_run(kernel, prepared->params, &io);
    mote_fenced_check(&scratch, t->c->claim);
    mote_fenced_check(at.whole, t->c->claim);
    for (i = 0; i < t->built.node->in_count; i++)
        if (t->in[i].block)
            mote_fenced_check(&t->in[i], t->c->claim);
    mote_fenced_free(&scratch);
}

static void check_inputs_are_kept(const kernel_test *t, const mote_fenced *before)
{
    if (memcmp(before->bytes, t->in[t->first_input].bytes, t->in[t->first_input].count) != 0)
        fail_msg("%s: the kernel wrote to its input", t->c->claim);
}

static void run_in_place(kernel_test *t, const mote_kernel *kernel, const mote_prepared *prepared, int32_t operand)
{
    mote_fenced both = mote_fenced_create(t->in[operand].count);

    assert_true(t->in[operand].count >= t->out.count);
    memcpy(both.bytes, t->in[operand].bytes, both.count);
    run(t, kernel, prepared, (layout){operand, &both, &both, &both});
    check_output(t, &(mote_fenced){.bytes = both.bytes, .count = t->out.count}, "in place");
    mote_fenced_free(&both);
}

/* Input and output in one buffer, the input `distance` bytes above the output (or below), and at a multiple of 4, where
 * plans put it; the buffer receives the output. */
static mote_fenced run_at_distance(kernel_test *t, const mote_kernel *kernel, const mote_prepared *prepared,
                                   ptrdiff_t distance)
{
    const mote_fenced *given = &t->in[t->first_input];
    const size_t       above = distance > 0 ? (size_t)distance : 0, in_at = (above + 3) / 4 * 4;
    const size_t       out_at = in_at - above + (distance < 0 ? (size_t)-distance : 0);
    const size_t       in_end = in_at + given->count, out_end = out_at + t->out.count;
    mote_fenced        whole = mote_fenced_create(in_end > out_end ? in_end : out_end), in = whole, out = whole;

    in.bytes = (uint8_t *)whole.bytes + in_at;
    out.bytes = (uint8_t *)whole.bytes + out_at;
    memcpy(in.bytes, given->bytes, given->count);
    run(t, kernel, prepared, (layout){t->first_input, &in, &out, &whole});
    memmove(whole.bytes, out.bytes, t->out.count);
    return whole;
}

/* At the declared distance the output is right; one value less must be wrong in some case of the operator (main). */
static void run_overlapped(kernel_test *t, const mote_kernel *kernel, const mote_prepared *prepared)
{
    const ptrdiff_t   declared = kernel->overlap(t->built.graph, t->built.node);
    const ptrdiff_t   value = mote_dtype_bits(t->row->out) / 8;
    overlap_tally    *tally = &tallies[t->kind];
    const mote_fenced at = run_at_distance(t, kernel, prepared, declared);
    const mote_fenced nearer = run_at_distance(t, kernel, prepared, declared - value);

    assert_int_equal(declared % value, 0);
    check_output(t, &(mote_fenced){.bytes = at.bytes, .count = t->out.count}, "overlapped");
    tally->declared++;
    tally->tight += memcmp(nearer.bytes, t->reference.bytes, t->out.count) != 0;
    mote_fenced_free(&(mote_fenced){.block = at.block});
    mote_fenced_free(&(mote_fenced){.block = nearer.block});
}

/* The operand that is io.in[1]. */
static int32_t second_input(const kernel_test *t)
{
    int32_t i = t->first_input + 1;

    while (!t->in[i].block)
        i++;
    return i;
}

static void run_kernel(kernel_test *t, const mote_kernel *kernel, bool is_packed)
{
    const mote_prepared prepared = prepare(t, kernel, is_packed);
    mote_fenced         before = mote_fenced_create(t->in[t->first_input].count);
    uint32_t            in_place;

    memcpy(before.bytes, t->in[t->first_input].bytes, before.count);
    memset(t->out.bytes, 0x33, t->out.count);
    run(t, kernel, &prepared, (layout){t->first_input, &t->in[t->first_input], &t->out, &t->out});
    check_inputs_are_kept(t, &before);
    mote_fenced_free(&before);
    if (kernel == t->first_kernel && !is_packed)
        memcpy(t->reference.bytes, t->out.bytes, t->out.count);
    check_output(t, &t->out, is_packed ? "packed" : kernel->symbol);
    in_place = kernel->in_place ? kernel->in_place(t->built.graph, t->built.node) : 0;
    if (in_place & 1u)
        run_in_place(t, kernel, &prepared, t->first_input);
    if (in_place & 2u)
        run_in_place(t, kernel, &prepared, second_input(t));
    if (kernel->overlap && kernel->overlap(t->built.graph, t->built.node) < PTRDIFF_MAX)
        run_overlapped(t, kernel, &prepared);
}

static void check_view(const kernel_test *t)
{
    assert_null(t->row->kernels[0].prepare);
    assert_null(t->row->kernels[0].run);
    assert_int_equal(mote_tensor_bytes(in_of(t, t->first_input)), mote_tensor_bytes(out_of(t)));
}

static bool applies(const kernel_test *t, const mote_kernel *kernel)
{
    return mote_kernel_applies(kernel, t->built.graph, t->built.node, &(mote_error){0});
}

static void run_variants(kernel_test *t)
{
    const mote_kernel *kernel = t->row->kernels;

    if (kernel->is_view) {
        check_view(t);
        return;
    }
    for (t->first_kernel = NULL; kernel->symbol; kernel++) {
        if (!applies(t, kernel))
            continue;
        if (!t->first_kernel)
            t->first_kernel = kernel;
        run_kernel(t, kernel, false);
        run_kernel(t, kernel, true);
    }
    assert_non_null(t->first_kernel);
}

/* ---- against training ---- */

static void check_forward(kernel_test *t, const mote_math *math)
{
    const mote_op *op = mote_ops[t->kind];
    mote_fenced    saved = mote_fenced_create(op->saved ? op->saved(t->built.graph, t->built.node, 1) : 0);
    mote_fenced    scratch = mote_fenced_create(op->scratch ? op->scratch(math, t->built.graph, t->built.node, 1) : 0);
    const float   *in[MOTE_CASE_OPERANDS] = {0};
    float         *out[1] = {t->out.bytes};
    mote_call      call = {.graph = t->built.graph,
                           .node = t->built.node,
                           .batch = 1,
                           .math = math,
                           .key = mote_case_key(t->kind, t->c, 80),
                           .in = in,
                           .out = out,
                           .saved = saved.bytes,
                           .scratch = scratch.bytes};
    int32_t        i;

    for (i = 0; i < t->built.node->in_count; i++)
        if (in_of(t, i) && in_of(t, i)->dtype == MOTE_F32)
            in[i] = in_of(t, i)->data ? in_of(t, i)->data : t->in[i].bytes;
    op->forward(&call);
    mote_fenced_check(&t->out, t->c->claim);
    check_output(t, &t->out, math->name);
    mote_fenced_free(&saved);
    mote_fenced_free(&scratch);
}

/* Weights of int8 with float activations are not trained. */
static bool is_float_row(const mote_op_row *row)
{
    return row->out == MOTE_F32 && row->in[0] == MOTE_F32 && (row->in_count < 2 || row->in[1] != MOTE_I8);
}

static void check_training(kernel_test *t)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    size_t                   i;

    if (!is_float_row(t->row) || !mote_ops[t->kind]->forward || t->row->kernels->is_view ||
        t->c->activation == MRT_ACT_RELU_N1_TO_1) /* no layer has it */
        return;
    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (mote_math_select(levels[i]))
            check_forward(t, mote_math_select(levels[i]));
}

/* ---- descriptions ---- */

static void check_pointer(const kernel_test *t, const mote_prepared *prepared, const mote_field *field)
{
    const void *pointer;

    memcpy(&pointer, (const uint8_t *)prepared->params + field->offset, sizeof pointer);
    if (pointer && !mote_prepared_array(prepared, field))
        fail_msg("%s: parameter %s points to an array that is not listed", t->c->claim, field->name);
}

/* What no field names is padding: fewer bytes than the member behind it, or the widest one, is aligned to. */
static void check_fields(kernel_test *t, const mote_kernel *kernel, bool is_packed)
{
    const mote_prepared prepared = prepare(t, kernel, is_packed);
    const mote_field   *field;
    size_t              named = 0, widest = 1;

    for (field = kernel->fields; field->name; field++) {
        if (field->offset < named || field->offset - named >= field->bytes)
            fail_msg("%s: the fields of %s leave out a member before %s", t->c->claim, kernel->params, field->name);
        named = field->offset + field->bytes * field->count;
        widest = field->bytes > widest ? field->bytes : widest;
        if (field->is_pointer)
            check_pointer(t, &prepared, field);
    }
    if (kernel->param_bytes - named >= widest)
        fail_msg("%s: the fields of %s leave out its last member", t->c->claim, kernel->params);
}

static void check_descriptions(kernel_test *t)
{
    const mote_kernel *kernel;

    for (kernel = t->row->kernels; kernel->symbol && !kernel->is_view; kernel++)
        if (applies(t, kernel)) {
            check_fields(t, kernel, false);
            check_fields(t, kernel, true);
        }
}

/* ---- cases ---- */

static void check_samples(kernel_test *t)
{
    uint32_t sample;
    int32_t  i;

    for (i = t->built.node->in_count - 1; i >= 0; i--)
        if (in_of(t, i) && in_of(t, i)->kind == MOTE_ACTIVATION) {
            t->in[i] = mote_fenced_create(mote_tensor_bytes(in_of(t, i)));
            t->first_input = i;
        }
    t->out = mote_fenced_create(mote_tensor_bytes(out_of(t)));
    t->reference = mote_fenced_create(t->out.count);
    for (sample = 0; sample < SAMPLES; sample++) {
        for (i = 0; i < t->built.node->in_count; i++)
            if (t->in[i].block)
                mote_case_fill_sample(t->kind, t->c, in_of(t, i), i, sample, t->in[i].bytes);
        run_variants(t);
        check_training(t);
    }
    for (i = 0; i < t->built.node->in_count; i++)
        mote_fenced_free(&t->in[i]);
    mote_fenced_free(&t->out);
    mote_fenced_free(&t->reference);
}

/* Whether a row before the case's own agrees with it in all operands that there are. */
static bool has_earlier_row(const kernel_test *t)
{
    const mote_op_row *row = mote_op_rows(t->kind);
    bool               agrees = false;
    int32_t            i;

    for (; row < t->row && !agrees; row++) {
        agrees = row->out == t->row->out;
        for (i = 0; i < t->built.node->in_count; i++)
            agrees = agrees && (!in_of(t, i) || (i < row->in_count && row->in[i] == (uint8_t)in_of(t, i)->dtype));
    }
    return agrees;
}

static void check_row(mote_op_kind kind, const mote_op_case *c, const mote_op_row *row, mote_granularity granularity)
{
    mote_case_build build = mote_case_build_of(row, granularity);
    kernel_test     t = {.kind = kind, .c = c, .row = row};
    mote_error      err = {0};

    t.built = mote_case_create(kind, c, &build);
    if (mote_op_find_row(t.built.graph, t.built.node, &err) == row) {
        check_descriptions(&t);
        check_samples(&t);
    } else { /* rows that differ in an operand that the case leaves out: the first of them takes it */
        assert_true(has_earlier_row(&t));
    }
    mote_arena_destroy(&t.arena);
    mote_case_destroy(&t.built);
}

static void check_kernels(mote_op_kind kind, const mote_op_case *c)
{
    const mote_op_row *row = mote_op_rows(kind);

    for (; row->in_count > 0; row++) {
        if (row->out >= MRT_ANY) /* a class of types, which only move: golden cases have them all */
            continue;
        check_row(kind, c, row, MOTE_PER_CHANNEL);
        check_row(kind, c, row, MOTE_PER_TENSOR);
    }
}

/* A distance that no case needs would hide one that is too large in all of them. */
static int count_loose_overlaps(void)
{
    int kind, loose = 0;

    for (kind = 0; kind < MOTE_OP_COUNT; kind++)
        if (tallies[kind].declared > 0 && tallies[kind].tight == 0) {
            print_error("%s: no case needs the distance that its kernels declare\n", mote_op_kind_name((mote_op_kind)kind));
            loose++;
        }
    return loose;
}

int main(void)
{
    const int failures = mote_case_run_all("kernels agree", check_kernels, DRAWN);

    return failures + count_loose_overlaps();
}
