/* Target "interpreter": NAME.h as for compiled code, but NAME.c has the .tflite as it is, and the interpreter with just the
 * operators that the model uses.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/emit.h"
#include "runtime/interpreter/model.h"
#include "runtime/interpreter/operators.h"
#include "runtime/interpreter/variables.h"

const mote_interpreted_machine mote_interpreted_machines[MOTE_INTERPRETED_MACHINES] = {
    {NULL, "UINTPTR_MAX > 0xffffffffu", 8, MRT_ARCH_PORTABLE},
    {"arm-dsp", "defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)", 4, MRT_ARCH_ARM_DSP},
    {"riscv", "defined(__riscv) && __riscv_xlen == 32 && defined(__riscv_mul)", 4, MRT_ARCH_RISCV},
    {"portable", NULL, 4, MRT_ARCH_PORTABLE},
};

/* ---- what the model needs ---- */

typedef struct interpreter_operator {
    const char         *name, *header;
    const mrt_operator *operator;
} interpreter_operator;

/* By kind; those of training have none. */
static const interpreter_operator all_operators[MOTE_OP_COUNT] = {
#define OP(KIND, name, attributes, header) [MOTE_OP_##KIND] = {#name, header, &mrt_operator_##name},
#define TRAINING_OP(KIND, name, attributes)
#define PROGRAM_OP(KIND, name, attributes)
#include "runtime/operators.def"
#undef OP
};

static mote_status mark_operator(mote_interpreted *in, const mote_graph *graph, const mote_node *node, mote_error *err)
{
    if (!all_operators[node->op].operator)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "the interpreter has no such operator");
    in->uses[node->op] = true;
    return MOTE_OK;
}

static int list_operators(const mote_interpreted *in, const mrt_operator **list)
{
    int count = 0, i;

    for (i = 0; i < MOTE_OP_COUNT; i++)
        if (in->uses[i])
            list[count++] = all_operators[i].operator;
    return count;
}

static mote_status explain(const mrt_failure *why, mrt_status status, const mote_graph *graph, mote_error *err)
{
    const mote_status code = status == MRT_ERR_LIMIT    ? MOTE_ERR_LIMIT
                             : status == MRT_ERR_FORMAT ? MOTE_ERR_FORMAT
                                                        : MOTE_ERR_UNSUPPORTED;

    if (why->operator_index >= 0 && why->operator_index < graph->node_count &&
        mote_ops[graph->nodes[why->operator_index].op]->description->builtin_code == why->builtin_code)
        return mote_op_fail(graph, &graph->nodes[why->operator_index], code, err, "the interpreter says: %s",
                            mrt_reason_text(why->reason));
    if (why->operator_index >= 0) /* behind a CALL_ONCE, which is no node */
        return mote_fail(err, code, "operator %d of the file (code %d): the interpreter says: %s", (int)why->operator_index,
                         (int)why->builtin_code, mrt_reason_text(why->reason));
    return mote_fail(err, code, "the interpreter says: %s", mrt_reason_text(why->reason));
}

/* Operators of the file that are nodes of the graph: CALL_ONCE is none. */
static int32_t count_steps(mrt_model *m)
{
    int32_t  count = 0;
    mrt_node node;
    uint32_t i;

    for (i = 0; i < m->operators.count; i++)
        count += mrt_model_node(m, i, &node) == MRT_REASON_NONE && node.builtin_code != MRT_CODE_CALL_ONCE;
    return count;
}

bool mote_interpreted_takes_file(const mote_interpreted *in, const mote_model *model)
{
    enum { WIDEST = 8 };
    const mrt_file file = {in->file, in->file_bytes, 0};
    mrt_model      m;
    mrt_tensor     tensor;
    uint32_t       i;

    if (mrt_model_open(&m, &file) != MRT_REASON_NONE)
        return true; /* measuring says why not */
    if (count_steps(&m) != model->graphs[0].node_count)
        return false;
    for (i = 0; i < m.outputs.count; i++)
        if (mrt_model_tensor(&m, mrt_element(&m.r, &m.outputs, i), &tensor) == MRT_REASON_NONE && tensor.kind == MRT_CONST &&
            (size_t)(tensor.data - in->file) % WIDEST != 0)
            return false;
    return true;
}

mote_status mote_interpreted_measure(mote_interpreted *in, const mote_model *model, mote_error *err)
{
    const mote_graph   *graph = &model->graphs[0];
    const mrt_operator *list[MOTE_OP_COUNT];
    const mrt_file      file = {in->file, in->file_bytes, 0};
    mrt_failure         why;
    mrt_status          status;
    int32_t             g, i, count;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].node_count; i++)
            MOTE_TRY(mark_operator(in, &model->graphs[g], &model->graphs[g].nodes[i], err));
    count = list_operators(in, list);
    for (i = 0; i < MOTE_INTERPRETED_MACHINES; i++) {
        const mrt_machine machine = {(uint32_t)mote_interpreted_machines[i].pointer_bytes,
                                     (mrt_arch)mote_interpreted_machines[i].arch};
        mrt_sizes         sizes;
        status = mrt_interpreter_measure(&file, list, count, machine, &sizes, &why);
        if (status != MRT_OK)
            return explain(&why, status, graph, err);
        in->arena_bytes[i] = sizes.arena_bytes;
        in->arena_bound_bytes[i] = sizes.arena_bytes - sizes.activation_bytes + sizes.bound_bytes;
        in->step_count = sizes.step_count;
        in->live_most = sizes.live_most;
        in->variants[i] = sizes.variants;
        in->in_most = sizes.in_most;
        in->out_most = sizes.out_most;
    }
    return MOTE_OK;
}

/* ---- NAME.h ---- */

/* "#if" or "#elif" with the machine's condition, "#else" for the last. */
static void emit_machine(int index, mote_text *out)
{
    const char *condition = mote_interpreted_machines[index].condition;

    if (condition)
        mote_text_printf(out, "%s %s\n", index == 0 ? "#if" : "#elif", condition);
    else
        mote_text_puts(out, "#else\n");
}

static void emit_arena(const mote_emitter *e, const mote_interpreted *in, mote_text *out)
{
    int i;

    mote_text_puts(out, "/* Activations, scratch and each operator's parameters: by what the compiler compiles for. */\n");
    for (i = 0; i < MOTE_INTERPRETED_MACHINES; i++) {
        emit_machine(i, out);
        mote_text_printf(out, "#define %s_ARENA_BYTES %zu\n", e->upper, in->arena_bytes[i]);
    }
    mote_text_printf(out,
                     "#endif\n\ntypedef struct %s_arena {\n    uint8_t bytes[%s_ARENA_BYTES]\n#if defined(__GNUC__)\n"
                     "        __attribute__((aligned(16)))\n#endif\n        ;\n    void *interpreter; /* NULL: not open */\n"
                     "} %s_arena;\n\n",
                     e->name, e->upper, e->name);
}

static void emit_accessor(const mote_emitter *e, const mote_tensor *tensor, bool is_input, int32_t index, mote_text *out)
{
    const char *type = mote_dtype_c_name(tensor->dtype), *constant = is_input ? "" : "const ";
    const char *kind = is_input ? "input" : "output";

    mote_text_printf(out, "static inline %s%s *%s_%s_%d(%s%s_arena *arena)\n{\n    return (%s%s *)%s_%s_at(arena, %d);\n}\n",
                     constant, type, e->name, kind, index, constant, e->name, constant, type, e->name, kind, index);
    if (index == 0)
        mote_text_printf(out, "static inline %s%s *%s_%s(%s%s_arena *arena)\n{\n    return %s_%s_0(arena);\n}\n", constant,
                         type, e->name, kind, constant, e->name, e->name, kind);
}

static void emit_functions(const mote_emitter *e, const mote_graph *graph, mote_text *out)
{
    int32_t i;

    mote_text_printf(
        out,
        "/* Reads the model and prepares every operator; before all else. 0, or why not (mrt_reason of\n"
        " * mote_runtime/interpreter/interpreter.h): then invoke does nothing, inputs and outputs are NULL. */\n"
        "int %s_open(%s_arena *arena);\n"
        "/* The same: opens, or forgets what came before. */\nvoid %s_reset(%s_arena *arena);\n"
        "void %s_invoke(%s_arena *arena);\n"
        "void *%s_input_at(%s_arena *arena, int32_t index);\n"
        "const void *%s_output_at(const %s_arena *arena, int32_t index);\n\n",
        e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name);
    for (i = 0; i < graph->input_count; i++)
        emit_accessor(e, &graph->tensors[graph->inputs[i]], true, i, out);
    for (i = 0; i < graph->output_count; i++)
        emit_accessor(e, &graph->tensors[graph->outputs[i]], false, i, out);
    for (i = 0; i < graph->input_count; i++)
        mote_emit_named_accessor(e, true, i, out);
    for (i = 0; i < graph->output_count; i++)
        mote_emit_named_accessor(e, false, i, out);
    mote_text_puts(out, "\n");
}

void mote_emit_interpreter_header(const mote_emitter *e, const mote_interpreted *in, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];

    mote_text_printf(
        out,
        "/* %s: a neural network, run by an interpreter. Generated by mote %s: change the model, not this file.\n"
        " *\n"
        " *     static %s_arena arena;                 // all the memory it uses\n"
        " *     if (%s_open(&arena) != 0) ...          // once\n",
        e->name, MOTE_VERSION, e->name, e->name);
    mote_emit_usage(e, out);
    mote_text_printf(out, "#define %s_INPUT_COUNT %d\n#define %s_OUTPUT_COUNT %d\n", e->upper, graph->input_count, e->upper,
                     graph->output_count);
    mote_text_printf(out, "#define %s_HAS_STATE 1 /* %s_reset comes before the first invoke */\n", e->upper, e->name);
    mote_text_printf(out, "#define %s_MODEL_BYTES %zu\n\n", e->upper, in->file_bytes);
    mote_emit_ends(e, out);
    emit_arena(e, in, out);
    emit_functions(e, graph, out);
    mote_emit_conversions(e, out);
    mote_text_puts(out, "\n");
    mote_emit_labels(e, out);
    mote_text_puts(out, "\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* ---- NAME.c ---- */

/* Kernels may read a few bytes behind the last weights. */
enum { FILE_PADDING = 16 };

static void emit_file(const mote_emitter *e, const mote_interpreted *in, mote_text *out)
{
    mote_text padded = {0};
    char      zeros[FILE_PADDING] = {0};

    mote_text_add(&padded, (const char *)in->file, in->file_bytes);
    mote_text_add(&padded, zeros, sizeof zeros);
    mote_text_printf(out, "/* The .tflite, and %d zeros: kernels may read a little further than the last weight. */\n",
                     FILE_PADDING);
    mote_text_printf(out, "static const uint8_t %s_model[] MRT_ALIGN = ", e->name);
    mote_emit_values(out, padded.bytes, MOTE_U8, padded.failed ? 0 : padded.count);
    mote_text_puts(out, ";\n\n");
    out->failed = out->failed || padded.failed;
    mote_text_free(&padded);
}

static void emit_open(const mote_emitter *e, const mote_interpreted *in, mote_text *out)
{
    const char *separator = "";
    int         count = 0, i;

    mote_text_printf(out, "static const mrt_operator *const %s_operators[] = {", e->name);
    for (i = 0; i < MOTE_OP_COUNT; i++)
        if (in->uses[i]) {
            mote_text_printf(out, "%s\n    &mrt_operator_%s", separator, all_operators[i].name);
            separator = ",";
            count++;
        }
    if (count == 0) /* C has no array of nothing */
        mote_text_puts(out, "NULL");
    mote_text_printf(out,
                     "};\n\nint %s_open(%s_arena *arena)\n{\n"
                     "    const mrt_file   file = {%s_model, sizeof %s_model, 0};\n"
                     "    mrt_interpreter *net;\n    mrt_failure      why;\n\n"
                     "    mrt_interpreter_open(&net, &file, %s_operators, %d, arena->bytes, sizeof arena->bytes, &why);\n"
                     "    arena->interpreter = net;\n    return (int)why.reason;\n}\n\n"
                     "void %s_reset(%s_arena *arena)\n{\n    %s_open(arena);\n}\n\n",
                     e->name, e->name, e->name, e->name, e->name, count, e->name, e->name, e->name);
}

static void emit_calls(const mote_emitter *e, mote_text *out)
{
    mote_text_printf(
        out,
        "void %s_invoke(%s_arena *arena)\n{\n    if (!arena->interpreter)\n        return;\n%s"
        "    mrt_interpreter_invoke((mrt_interpreter *)arena->interpreter);\n}\n\n",
        e->name, e->name,
        mote_graph_forgets(&e->model->graphs[0])
            ? "    mrt_interpreter_reset((mrt_interpreter *)arena->interpreter); /* samples know nothing of others */\n"
            : "");
    mote_text_printf(
        out,
        "void *%s_input_at(%s_arena *arena, int32_t index)\n{\n"
        "    return arena->interpreter ? mrt_interpreter_input_data((mrt_interpreter *)arena->interpreter, index)\n"
        "                              : NULL;\n}\n\n",
        e->name, e->name);
    mote_text_printf(out,
                     "const void *%s_output_at(const %s_arena *arena, int32_t index)\n{\n"
                     "    return arena->interpreter\n"
                     "               ? mrt_interpreter_output_data((const mrt_interpreter *)arena->interpreter, index)\n"
                     "               : NULL;\n}\n\n",
                     e->name, e->name);
}

static mote_status emit_includes(const mote_interpreted *in, const char *folder, mote_text *out, mote_error *err)
{
    const char *paths[MOTE_OP_COUNT + 1] = {"runtime/interpreter/interpreter.c"};
    mote_arena  scratch = {0};
    int32_t     count = 1, i;

    for (i = 0; i < MOTE_OP_COUNT && err->code == MOTE_OK; i++)
        if (in->uses[i])
            paths[count++] = mote_arena_printf(&scratch, err, "runtime/ops/%s", all_operators[i].header);
    if (err->code == MOTE_OK)
        mote_emit_runtime_files(paths, count, folder, out, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static bool is_custom(const mote_graph *graph, const mote_node *node)
{
    (void)graph;
    return mote_ops[node->op]->description->names != NULL;
}

/* Whether that holds for any node of any graph. */
static bool has_any(const mote_model *model, bool (*holds)(const mote_graph *graph, const mote_node *node))
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].node_count; i++)
            if (holds(&model->graphs[g], &model->graphs[g].nodes[i]))
                return true;
    return false;
}

/* The kernel that a row names, and the one that is taken in its place where the row's own is not for such a node. */
enum { KERNELS_OF_NODE = 2 };

static void find_kernels(const mote_graph *graph, const mote_node *node, const char **symbols)
{
    mote_error         ignored = {0};
    const mote_op_row *row = mote_op_find_row(graph, node, &ignored);
    const mote_kernel *chosen = row ? mote_op_choose_kernel(row, MOTE_TARGET_PORTABLE, graph, node, &ignored) : NULL;

    symbols[0] = row && !row->kernels->is_view ? row->kernels->symbol : NULL;
    symbols[1] = chosen && !chosen->is_view ? chosen->symbol : NULL;
}

/* Kernels that were named already. */
typedef struct kept_kernels {
    const char **symbols;
    int32_t      count;
} kept_kernels;

static void keep_kernel(kept_kernels *kept, const char *symbol, mote_text *out)
{
    int32_t known = 0;

    while (symbol && known < kept->count && strcmp(kept->symbols[known], symbol) != 0)
        known++;
    if (!symbol || known < kept->count)
        return;
    kept->symbols[kept->count++] = symbol;
    mote_text_printf(out, "#define MRT_KEEP_%s 0, 0,\n", symbol);
}

/* Kernels that the model's types take: runtime/op.h says how the others are left out. */
static mote_status emit_kept_kernels(const mote_model *model, mote_text *out, mote_error *err)
{
    mote_arena   scratch = {0};
    kept_kernels kept = {0};
    size_t       nodes = 0;
    int32_t      g, i, k;

    for (g = 0; g < model->graph_count; g++)
        nodes += (size_t)model->graphs[g].node_count;
    kept.symbols = MOTE_NEW(&scratch, const char *, KERNELS_OF_NODE *nodes + 1, err);
    mote_text_puts(out, "/* The kernels of its types. */\n#define MRT_ONLY\n");
    for (g = 0; kept.symbols && g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].node_count; i++) {
            const char *symbols[KERNELS_OF_NODE];
            find_kernels(&model->graphs[g], &model->graphs[g].nodes[i], symbols);
            for (k = 0; k < KERNELS_OF_NODE; k++)
                keep_kernel(&kept, symbols[k], out);
        }
    mote_text_puts(out, "\n");
    mote_arena_destroy(&scratch);
    return err->code;
}

static void emit_variants(const mote_interpreted *in, mote_text *out)
{
    int i;

    mote_text_puts(out, "/* Of the kernels that are compiled once more for common layers, those that it takes. */\n");
    for (i = 0; i < MOTE_INTERPRETED_MACHINES; i++) {
        emit_machine(i, out);
        mote_text_printf(out, "#define MRT_VARIANTS 0x%xu\n", (unsigned)in->variants[i]);
    }
    mote_text_puts(out, "#endif\n\n");
}

/* Arrays of one element would make compilers warn of loops over them. */
static int at_least_2(int32_t count)
{
    return count > 2 ? count : 2;
}

mote_status mote_emit_interpreter_source(const mote_emitter *e, const mote_interpreted *in, const char *folder,
                                         mote_text *out, mote_error *err)
{
    mote_text_printf(
        out,
        "/* %s: the model as it is, and the interpreter with the operators that it uses. Generated by mote %s.\n"
        " * The level is set here, so that it does not depend on the project's flags; so is that products and sums are\n"
        " * rounded one by one, as they are on the host. */\n"
        "#if defined(__AVR__)\n#error \"the interpreter needs a double with 64 bits: mote compile --target c\"\n#endif\n"
        "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#elif defined(__GNUC__)\n"
        "#pragma GCC optimize(\"O2\", \"fp-contract=off\", \"no-schedule-insns\")\n#endif\n\n#include \"%s.h\"\n\n"
        "/* All of it in this one source, with no name that others see. */\n"
        "#define MRT_ONE_SOURCE\n#define MRT_TRUSTED /* this very file was opened when it was compiled */\n%s%s%s%s#if "
        "defined(__GNUC__)\n#define MRT_API static __attribute__((unused, cold))\n#else\n"
        "#define MRT_API static\n#endif\n/* As many as this model needs at once. */\n#define MRT_LIVE_MAX %d\n#define "
        "MRT_IN_MAX   %d\n"
        "#define MRT_OUT_MAX  %d\n\n",
        e->name, MOTE_VERSION, e->name, e->optimize == MOTE_OPTIMIZE_SIZE ? "#define MRT_SMALL\n" : "",
        in->uses[MOTE_OP_VAR_HANDLE] ? "" : "#define MRT_NO_VARIABLES\n",
        in->uses[MOTE_OP_IF] || in->uses[MOTE_OP_WHILE] ? "" : "#define MRT_NO_CONTROL\n",
        has_any(e->model, is_custom) ? "" : "#define MRT_NO_CUSTOM\n", at_least_2(in->live_most), at_least_2(in->in_most),
        at_least_2(in->out_most));
    MOTE_TRY(emit_kept_kernels(e->model, out, err));
    emit_variants(in, out);
    MOTE_TRY(emit_includes(in, folder, out, err));
    mote_text_puts(out, "\n");
    mote_emit_layers(e, out);
    emit_file(e, in, out);
    emit_open(e, in, out);
    emit_calls(e, out);
    mote_emit_prepare(e, out);
    mote_emit_pictures(e, out);
    mote_emit_probabilities(e, out);
    mote_emit_argmax(e, out);
    mote_emit_label_table(e, out);
    return err->code;
}
