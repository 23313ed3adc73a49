/* Cases of operators (../cases.h) as C for run_cases.c: parameters, constants, inputs, and what the reference answers on the
 * host.
 *
 *     write_cases TARGET DRAWN_COUNT[:PART/PARTS] [OPERATOR ...]     TARGET: arm-dsp, riscv, portable
 *
 * PART of PARTS: every PARTS-th case, for chips whose flash has no room for all. OPERATOR, CONV_2D for instance: these only,
 * and only with the kernels that are not for every target.
 *
 * Each kernel takes its parameters from a table, or, with CONSTANT_PARAMS defined, has them as constants of its own, as
 * compiled models have.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../cases.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emit/emit.h"
#include "lower/lower.h"
#include "run_cases.h"

typedef struct writer {
    const mote_target *target;
    bool               is_narrow;                 /* the kernels for every target are left out */
    mote_op_kind       kind;                      /* being written */
    uint32_t           part, parts, seen;         /* of the cases seen, each with number % parts == part is written */
    int32_t            input_number, case_number; /* of those written so far */
    size_t             in_max, out_max, scratch_max;
    const mote_kernel *named[128]; /* that have a function */
    int32_t            named_count;
    mote_text          functions, data, table;
} writer;

/* One case in one row's types. */
typedef struct built_case {
    const mote_op_case *c;
    mote_case_model     model;
    const mote_tensor  *in[CASE_INPUTS];
    int32_t             operand[CASE_INPUTS], in_count;
    const mote_tensor  *out;
} built_case;

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "write_cases: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

/* ---- inputs, and what the reference answers ---- */

static void write_array(writer *w, const char *name, int32_t number, mote_dtype dtype, const void *values, size_t count)
{
    mote_text_printf(&w->data, "static const %s %s_%d[] MRT_ALIGN = ", mote_dtype_c_name(dtype), name, number);
    mote_emit_values(&w->data, values, dtype, count);
    mote_text_puts(&w->data, ";\n");
}

static mote_prepared prepare(const built_case *b, const mote_kernel *kernel, bool is_packed, mote_arena *arena)
{
    mote_prepared prepared = {.arena = arena};
    mote_error    err = {0};

    if (kernel->prepare(b->model.graph, b->model.node, &prepared, &err) != MOTE_OK ||
        (is_packed && kernel->pack && kernel->pack(b->model.graph, b->model.node, &prepared, &err) != MOTE_OK))
        give_up(b->c->claim, err.text);
    return prepared;
}

static size_t scratch_of(const built_case *b, const mote_kernel *kernel)
{
    return kernel->scratch ? kernel->scratch(b->model.graph, b->model.node) : 0;
}

static void write_samples(writer *w, const built_case *b, const mote_kernel *reference)
{
    mote_arena          arena = {0};
    const mote_prepared prepared = prepare(b, reference, false, &arena);
    const size_t        out_bytes = mote_tensor_bytes(b->out);
    uint8_t            *in[CASE_INPUTS] = {NULL}, *out = calloc(CASE_SAMPLES, out_bytes);
    void               *scratch = malloc(scratch_of(b, reference) + 1);
    uint32_t            sample;
    int32_t             i;

    for (i = 0; i < b->in_count; i++)
        in[i] = calloc(CASE_SAMPLES, mote_tensor_bytes(b->in[i]));
    for (sample = 0; sample < CASE_SAMPLES; sample++) {
        mrt_io io = {.out = {out + sample * out_bytes}, .scratch = scratch};
        for (i = 0; i < b->in_count; i++) {
            io.in[i] = in[i] + sample * mote_tensor_bytes(b->in[i]);
            mote_case_fill_sample(w->kind, b->c, b->in[i], b->operand[i], sample,
                                  in[i] + sample * mote_tensor_bytes(b->in[i]));
        }
        reference->run(prepared.params, &io);
    }
    w->input_number++;
    for (i = 0; i < b->in_count; i++) {
        write_array(w, i == 0 ? "in0" : "in1", w->input_number, b->in[i]->dtype, in[i],
                    CASE_SAMPLES * mote_tensor_count(b->in[i]));
        w->in_max = mote_tensor_bytes(b->in[i]) > w->in_max ? mote_tensor_bytes(b->in[i]) : w->in_max;
        free(in[i]);
    }
    write_array(w, "out", w->input_number, b->out->dtype, out, CASE_SAMPLES * mote_tensor_count(b->out));
    w->out_max = out_bytes > w->out_max ? out_bytes : w->out_max;
    free(out);
    free(scratch);
    mote_arena_destroy(&arena);
}

/* ---- kernels ---- */

static void write_call(const built_case *b, const mote_kernel *kernel, const char *params, mote_text *out)
{
    int32_t i;

    mote_text_printf(out, "%s(%s", kernel->symbol, params);
    if (kernel->takes_io) {
        mote_text_puts(out, ", io)");
        return;
    }
    for (i = 0; i < b->in_count; i++)
        mote_text_printf(out, ", (const %s *)io->in[%d]", mote_dtype_c_name(b->in[i]->dtype), i);
    mote_text_printf(out, ", (%s *)io->out[0]%s)", mote_dtype_c_name(b->out->dtype), kernel->scratch ? ", io->scratch" : "");
}

/* The function that takes parameters as they come: one a kernel. */
static void write_function(writer *w, const built_case *b, const mote_kernel *kernel)
{
    int32_t i;

    for (i = 0; i < w->named_count; i++)
        if (strcmp(w->named[i]->symbol, kernel->symbol) == 0)
            return;
    if (w->named_count == (int32_t)(sizeof w->named / sizeof w->named[0]))
        give_up(b->c->claim, "too many kernels");
    w->named[w->named_count++] = kernel;
    mote_text_printf(&w->functions,
                     "#include \"runtime/%s\"\n#if !defined(CONSTANT_PARAMS)\n"
                     "static MRT_NOINLINE void run_%s(const void *params, const mrt_io *io)\n{\n    ",
                     kernel->header, kernel->symbol);
    write_call(b, kernel, "params", &w->functions);
    mote_text_puts(&w->functions, ";\n}\n#endif\n");
}

static void write_fields(const mote_kernel *kernel, const mote_prepared *prepared, int32_t number, mote_text *out)
{
    const mote_field *field;

    for (field = kernel->fields; field->name; field++) {
        const mote_const_array *array = field->is_pointer ? mote_prepared_array(prepared, field) : NULL;
        mote_text_printf(out, " .%s = ", field->name);
        if (array)
            mote_text_printf(out, "%s_%d", array->role, number);
        else if (field->is_pointer)
            mote_text_puts(out, "0");
        else
            mote_emit_field(out, field, prepared->params);
        mote_text_puts(out, ",");
    }
}

static void write_row(writer *w, const built_case *b, const mote_kernel *kernel)
{
    const mote_graph *graph = b->model.graph;
    const mote_node  *node = b->model.node;
    const size_t      scratch = scratch_of(b, kernel);
    int32_t           i;

    mote_text_printf(&w->table, "    /* %d: %s: %s */\n    {RUN(%s, %d), {", w->case_number, kernel->symbol, b->c->claim,
                     kernel->symbol, w->case_number);
    for (i = 0; i < CASE_INPUTS; i++)
        mote_text_printf(&w->table, i < b->in_count ? "%sin%d_%d" : "%s0", i ? ", " : "", i, w->input_number);
    mote_text_printf(&w->table, "}, out_%d, {%zu, %zu}, %zu, %zu, ", w->input_number, mote_tensor_bytes(b->in[0]),
                     b->in_count > 1 ? mote_tensor_bytes(b->in[1]) : 0, mote_tensor_bytes(b->out), scratch);
    if (kernel->overlap && kernel->overlap(graph, node) < PTRDIFF_MAX)
        mote_text_printf(&w->table, "%td, ", kernel->overlap(graph, node));
    else
        mote_text_puts(&w->table, "CASE_APART, ");
    mote_text_printf(&w->table, "%d},\n", kernel->in_place ? (int)(kernel->in_place(graph, node) & 3u) : 0);
    w->scratch_max = scratch > w->scratch_max ? scratch : w->scratch_max;
}

static void write_kernel(writer *w, const built_case *b, const mote_kernel *kernel)
{
    mote_arena          arena = {0};
    const mote_prepared prepared = prepare(b, kernel, w->target->is_packed, &arena);
    int32_t             i;

    write_function(w, b, kernel);
    for (i = 0; i < prepared.array_count; i++)
        write_array(w, prepared.arrays[i].role, w->case_number, prepared.arrays[i].dtype, prepared.arrays[i].values,
                    prepared.arrays[i].count);
    mote_text_printf(&w->data, "CASE(%s, %d, (", kernel->params, w->case_number);
    write_call(b, kernel, "&params", &w->data);
    mote_text_puts(&w->data, "),");
    write_fields(kernel, &prepared, w->case_number, &w->data);
    mote_text_puts(&w->data, ")\n");
    write_row(w, b, kernel);
    w->case_number++;
    mote_arena_destroy(&arena);
}

/* ---- cases ---- */

static built_case build(const writer *w, const mote_op_case *c, const mote_op_row *row, mote_granularity granularity)
{
    mote_case_build how = mote_case_build_of(row, granularity);
    built_case      b = {.c = c};
    int32_t         i;

    b.model = mote_case_create(w->kind, c, &how);
    b.out = mote_node_out(b.model.graph, b.model.node, 0);
    for (i = 0; i < b.model.node->in_count; i++) {
        const mote_tensor *in = mote_node_in(b.model.graph, b.model.node, i);
        if (!in || in->kind == MOTE_CONST)
            continue;
        if (b.in_count == CASE_INPUTS)
            give_up(c->claim, "too many inputs");
        b.operand[b.in_count] = i;
        b.in[b.in_count++] = in;
    }
    return b;
}

static bool is_for(const mote_kernel *kernel, mote_target_mask targets, const built_case *b)
{
    return (kernel->targets & targets) &&
           (!kernel->applies || kernel->applies(b->model.graph, b->model.node, &(mote_error){0}));
}

/* Compiled code never takes a kernel when a later one is for any target, too (ADD's, of a constant). */
static bool is_replaced(const mote_kernel *kernel, const built_case *b)
{
    for (kernel++; kernel->symbol; kernel++)
        if (is_for(kernel, MOTE_TARGET_REFERENCE, b))
            return true;
    return false;
}

static void write_case_as(writer *w, const mote_op_case *c, const mote_op_row *row, mote_granularity granularity)
{
    built_case         b = build(w, c, row, granularity);
    const mote_kernel *kernel = row->kernels;

    if (mote_op_find_row(b.model.graph, b.model.node, &(mote_error){0}) != row) { /* without a bias, an earlier one */
        mote_case_destroy(&b.model);
        return;
    }
    write_samples(w, &b, kernel);
    for (; kernel->symbol; kernel++)
        if (is_for(kernel, w->target->kernels, &b) && !is_replaced(kernel, &b) &&
            !(w->is_narrow && kernel->targets == MOTE_TARGET_ANY))
            write_kernel(w, &b, kernel);
    mote_case_destroy(&b.model);
}

static void write_case(writer *w, const mote_op_case *c)
{
    const mote_op_row *row = mote_op_rows(w->kind);

    if (w->seen++ % w->parts != w->part)
        return;
    for (; row->in_count > 0; row++) {
        if (row->kernels->is_view || row->kernels->takes_io) /* the latter: tests/ops/bundle */
            continue;
        write_case_as(w, c, row, MOTE_PER_CHANNEL);
        if (row->in[0] != MOTE_F32)
            write_case_as(w, c, row, MOTE_PER_TENSOR);
    }
}

static void write_file(const writer *w)
{
    printf("/* Written by tests/ops/chip/write_cases. */\n#include \"run_cases.h\"\n%s\n", w->functions.bytes);
    printf("#if defined(CONSTANT_PARAMS)\n"
           "#define CASE(TYPE, N, CALL, ...) static MRT_NOINLINE void run_##N(const void *none, const mrt_io *io) "
           "{ const TYPE params = {__VA_ARGS__}; (void)none; CALL; }\n"
           "#define RUN(KERNEL, N) run_##N, 0\n#else\n"
           "#define CASE(TYPE, N, CALL, ...) static const TYPE params_##N = {__VA_ARGS__};\n"
           "#define RUN(KERNEL, N) run_##KERNEL, &params_##N\n#endif\n");
    printf("%s\nenum { IN_BYTES_MAX = %zu, OUT_BYTES_MAX = %zu, SCRATCH_BYTES_MAX = %zu };\n\n"
           "static const chip_case cases[] = {\n%s};\n",
           w->data.bytes, w->in_max, w->out_max, w->scratch_max, w->table.bytes);
}

static void write_operator(writer *w, mote_op_kind kind, uint32_t drawn_count)
{
    const mote_op_case *c;
    mote_drawn_case     drawn;
    uint32_t            i;

    w->kind = kind;
    for (c = mote_op_cases[kind]; c && c->claim; c++)
        write_case(w, c);
    for (i = 0; i < drawn_count && mote_case_draw(&drawn, kind, i); i++)
        write_case(w, &drawn.c);
}

static bool is_wanted(mote_op_kind kind, int count, char **names)
{
    int i;

    for (i = 0; i < count; i++)
        if (strcmp(mote_op_kind_name(kind), names[i]) == 0)
            return true;
    return count == 0;
}

int main(int argc, char **argv)
{
    writer   w = {.target = argc >= 3 ? mote_target_find(argv[1]) : NULL, .is_narrow = argc > 3, .part = 1, .parts = 1};
    uint32_t drawn = 0;
    int      kind;

    if (!w.target || sscanf(argv[2], "%" SCNu32 ":%" SCNu32 "/%" SCNu32, &drawn, &w.part, &w.parts) < 1 || w.part < 1 ||
        w.part > w.parts)
        give_up("usage", "write_cases TARGET DRAWN_COUNT[:PART/PARTS] [OPERATOR ...]");
    w.part--;
    for (kind = 0; kind < MOTE_OP_COUNT; kind++)
        if (is_wanted((mote_op_kind)kind, argc - 3, argv + 3))
            write_operator(&w, (mote_op_kind)kind, drawn);
    if (w.case_number == 0)
        give_up("operators", "they have no cases");
    write_file(&w);
    mote_text_free(&w.functions);
    mote_text_free(&w.data);
    mote_text_free(&w.table);
    return EXIT_SUCCESS;
}
