/* Target "array": the .tflite as bytes, and the operators and memory that TensorFlow Lite Micro needs for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "emit/emit.h"
#include "emit/micro.h"

/* MicroMutableOpResolver's functions that are not called after the operator, word by word (micro_mutable_op_resolver.h). */
static const struct {
    const char *op, *function;
} own_names[] = {
    {"BATCH_MATMUL", "BatchMatMul"},
    {"CUMSUM", "CumSum"},
    {"PADV2", "PadV2"},
    {"TFLM_DECODE", "Decode"},
    {"UNIDIRECTIONAL_SEQUENCE_LSTM", "UnidirectionalSequenceLSTM"},
    {"TFLite_Detection_PostProcess", "DetectionPostprocess"},
    {"SignalDelay", "Delay"},
    {"SignalEnergy", "Energy"},
    {"SignalFftAutoScale", "FftAutoScale"},
    {"SignalFilterBank", "FilterBank"},
    {"SignalFilterBankLog", "FilterBankLog"},
    {"SignalFilterBankSquareRoot", "FilterBankSquareRoot"},
    {"SignalFilterBankSpectralSubtraction", "FilterBankSpectralSubtraction"},
    {"SignalFramer", "Framer"},
    {"SignalIrfft", "Irfft"},
    {"SignalOverlapAdd", "OverlapAdd"},
    {"SignalPCAN", "PCAN"},
    {"SignalRfft", "Rfft"},
    {"SignalStacker", "Stacker"},
    {"SignalWindow", "Window"},
};

/* "DEPTHWISE_CONV_2D" -> "DepthwiseConv2D" */
static void put_function(const char *op, mote_text *out)
{
    char   letter[2] = {0, 0};
    bool   begins = true;
    size_t i;

    for (i = 0; i < sizeof own_names / sizeof *own_names; i++)
        if (strcmp(own_names[i].op, op) == 0) {
            mote_text_puts(out, own_names[i].function);
            return;
        }
    for (; *op; op++) {
        letter[0] = begins ? *op : (char)tolower((unsigned char)*op);
        if (*op != '_')
            mote_text_puts(out, letter);
        begins = *op == '_' || isdigit((unsigned char)*op);
    }
}

/* The lines to paste: each operator once, in all graphs. */
static void put_resolver(const mote_model *model, mote_text *out)
{
    bool    is_used[MOTE_OP_COUNT] = {false};
    int32_t g, n, k, count = 0;

    for (g = 0; g < model->graph_count; g++)
        for (n = 0; n < model->graphs[g].node_count; n++)
            is_used[model->graphs[g].nodes[n].op] = true;
    for (k = 0; k < MOTE_OP_COUNT; k++)
        count += is_used[k];
    mote_text_printf(
        out, "/* What it needs of TensorFlow Lite Micro:\n *\n *     static tflite::MicroMutableOpResolver<%d> resolver;\n",
        (int)count);
    for (k = 0; k < MOTE_OP_COUNT; k++)
        if (is_used[k]) {
            mote_text_puts(out, " *     resolver.Add");
            put_function(mote_op_kind_name((mote_op_kind)k), out);
            mote_text_puts(out, "();\n");
        }
}

static void put_tensors(const mote_micro_plan *plan, mote_text *out)
{
    if (plan->offsets)
        mote_text_printf(
            out,
            " * Tensors take %zu bytes of it: the file says where each lies (OfflineMemoryAllocation). The interpreter's\n"
            " * own plan would take %zu.",
            plan->tensor_bytes, plan->greedy_tensor_bytes);
    else
        mote_text_printf(out,
                         " * The file does not say where tensors lie (OfflineMemoryAllocation): %s.\n"
                         " * They take at most %zu bytes.",
                         plan->why, plan->tensor_bytes);
    mote_text_printf(out, " With scratch of CMSIS-NN's kernels for a Cortex-M4 it is at most %zu.\n", plan->head_bytes);
}

/* How large the arena must be, and of what that is made up. */
static void put_arena(const mote_model *model, const mote_micro_plan *plan, mote_text *out)
{
    const mote_micro_arena on_32 = mote_micro_measure(model, plan, 4), on_64 = mote_micro_measure(model, plan, 8);

    mote_text_printf(out,
                     " *\n *     constexpr int kArenaBytes = sizeof(void *) == 4 ? %zu : %zu;\n"
                     " *     alignas(16) static uint8_t arena[kArenaBytes];\n *\n",
                     on_32.bytes, on_64.bytes);
    put_tensors(plan, out);
    mote_text_printf(
        out,
        " * What interpreter and kernels keep is %zu bytes on a 32-bit chip, by their structs and by what kernels kept on\n"
        " * x86-64, where pointers are larger: rather more than it must be.\n",
        on_32.kept_bytes);
    if (on_32.bytes > on_32.kept_bytes + plan->head_bytes + 16)
        mote_text_printf(
            out, " * While it starts it needs %zu bytes in place of the tensors', which arena_used_bytes() does not tell.\n",
            on_32.planning_bytes);
    if (!on_32.is_known)
        mote_text_puts(out,
                       " * Some of its kernels were not measured: for them it is what the largest of all would take.\n");
    mote_text_puts(out, " * Other kernels (Helium's, ESP-NN's) may ask for more scratch; then AllocateTensors() fails.\n");
}

void mote_emit_array_header(const mote_array_names *names, const mote_model *model, const mote_micro_plan *plan,
                            mote_text *out)
{
    mote_text_printf(out,
                     "/* %s: the model as TensorFlow Lite Micro reads it, with tflite::GetModel(%s_model). Generated by "
                     "mote " MOTE_VERSION ". */\n#ifndef %s_H\n#define %s_H\n\n",
                     names->file, names->prefix, names->guard, names->guard);
    put_resolver(model, out);
    put_arena(model, plan, out);
    mote_text_printf(out,
                     " */\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
                     "extern const unsigned char %s_model[];\nextern const int %s_model_len;\n\n"
                     "#ifdef __cplusplus\n}\n#endif\n#endif\n",
                     names->prefix, names->prefix);
}

void mote_emit_array_source(const mote_array_names *names, const mote_text *file, mote_text *out)
{
    mote_text_printf(out,
                     "/* %s: the model's bytes. Generated by mote " MOTE_VERSION
                     ". */\n#include \"%s.h\"\n\n#ifndef __cplusplus\n"
                     "#include <stdalign.h>\n#endif\n\nalignas(16) const unsigned char %s_model[] = ",
                     names->file, names->file, names->prefix);
    mote_emit_values(out, file->bytes, MOTE_U8, file->count);
    mote_text_printf(out, ";\nconst int %s_model_len = %zu;\n", names->prefix, file->count);
}
