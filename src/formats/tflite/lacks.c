/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/lacks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ops/op.h"

#define LIST_OPERATORS "`mote inspect --operators` lists what there is"

/* Its place, or count. */
static int32_t index_of(const mote_lacks *lacks, const char *what)
{
    int32_t i = 0;

    while (i < lacks->count && strcmp(lacks->list[i].what, what) != 0)
        i++;
    return i;
}

/* NULL: there is no room for another. */
static mote_lack *take(mote_lacks *lacks, const char *what)
{
    const int32_t i = index_of(lacks, what);

    if (i < lacks->count)
        return &lacks->list[i];
    if (lacks->count == MOTE_LACKS_MAX)
        return NULL;
    snprintf(lacks->list[lacks->count].what, MOTE_LACK_TEXT, "%s", what);
    return &lacks->list[lacks->count++];
}

void mote_lacks_add(mote_lacks *lacks, const char *format, ...)
{
    char       what[MOTE_LACK_TEXT];
    mote_lack *lack;
    va_list    args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    lack = take(lacks, what);
    if (lack)
        lack->count++;
    else
        lacks->further++;
}

mote_lacks_text mote_lacks_show(const mote_lacks *lacks)
{
    mote_lacks_text shown = {""};
    const size_t    room = sizeof shown.text - sizeof " and others";
    size_t          used = 0;
    int32_t         i;

    for (i = 0; i < lacks->count; i++) {
        char item[MOTE_LACK_TEXT + 32];
        snprintf(item, sizeof item, lacks->list[i].count > 1 ? "%s%s (%d)" : "%s%s", i > 0 ? ", " : "", lacks->list[i].what,
                 lacks->list[i].count);
        if (used + strlen(item) > room)
            break;
        used += (size_t)snprintf(shown.text + used, sizeof shown.text - used, "%s", item);
    }
    if (i < lacks->count || lacks->further > 0)
        snprintf(shown.text + used, sizeof shown.text - used, " and others");
    return shown;
}

/* ---- operators ---- */

/* Operators that tell how a file was made, and what to do about it. */
static const struct {
    const char *names[3];
    const char *advice;
} advices[] = {
    {{"CALL", "STABLEHLO_WHILE"}, "of control flow there are IF and WHILE: convert the model with these"},
    {{"UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN", "LSTM"},
     "of recurrent layers there are UNIDIRECTIONAL_SEQUENCE_LSTM, BIDIRECTIONAL_SEQUENCE_LSTM and SVDF"},
};

static const char *advise(const mote_lacks *lacks)
{
    size_t  i, k;
    int32_t n;

    for (i = 0; i < sizeof advices / sizeof *advices; i++)
        for (k = 0; k < 3 && advices[i].names[k]; k++)
            if (index_of(lacks, advices[i].names[k]) < lacks->count)
                return advices[i].advice;
    for (n = 0; n < lacks->count; n++)
        if (strstr(lacks->list[n].what, "\"Flex"))
            return "\"Flex\" operators are TensorFlow's own: convert the model with TFLITE_BUILTINS only";
    return LIST_OPERATORS;
}

mote_status mote_lacks_fail_operators(const mote_lacks *lacks, mote_error *err)
{
    const bool is_one = lacks->count == 1 && lacks->list[0].count == 1;

    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "operator%s not supported: %s; %s", is_one ? "" : "s",
                     mote_lacks_show(lacks).text, advise(lacks));
}

/* ---- types ---- */

/* Operand 0 is of the one type, and a constant among the others of the other. */
static bool reads(const mote_graph *graph, const mote_node *node, mote_dtype activation, mote_dtype constant)
{
    const mote_tensor *first = mote_node_in(graph, node, 0);
    int32_t            i;

    if (!first || first->dtype != activation)
        return false;
    for (i = 1; i < node->in_count; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (in && in->kind == MOTE_CONST && in->dtype == constant)
            return true;
    }
    return false;
}

static bool touches(const mote_graph *graph, const mote_node *node, mote_dtype dtype)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);

    return (in && in->dtype == dtype) || (out && out->dtype == dtype);
}

static bool is_float16(const mote_graph *graph, const mote_node *node)
{
    return touches(graph, node, MOTE_F16) || reads(graph, node, MOTE_F32, MOTE_F16);
}

static bool is_int16(const mote_graph *graph, const mote_node *node)
{
    return touches(graph, node, MOTE_I16);
}

static bool is_dynamic(const mote_graph *graph, const mote_node *node)
{
    return reads(graph, node, MOTE_F32, MOTE_I8);
}

static bool is_4_bit(const mote_graph *graph, const mote_node *node)
{
    return reads(graph, node, MOTE_F32, MOTE_I4) || reads(graph, node, MOTE_I8, MOTE_I4);
}

static bool is_uint8(const mote_graph *graph, const mote_node *node)
{
    return touches(graph, node, MOTE_U8);
}

/* Kinds of files that TensorFlow's converter makes, by an operator of them that mote has no kernel for. */
static const struct {
    bool (*is_of)(const mote_graph *graph, const mote_node *node);
    const char *name, *advice;
} kinds[] = {
    {is_float16, "a float16 file: float32 activations with float16 weights",
     "convert it as float32, without target_spec.supported_types"},
    {is_4_bit, "a file with 4-bit weights", "convert it with int8 weights and activations, or as float32"},
    {is_dynamic, "a dynamic-range file: float32 activations with int8 weights",
     "convert it with a representative_dataset to full int8, or as float32, without optimizations"},
    {is_int16, "an int16x8 file: int16 activations with int8 weights",
     "convert it with supported_ops TFLITE_BUILTINS_INT8 to int8, or as float32"},
    {is_uint8, "a uint8 file, as TensorFlow 1 quantized", "convert it to int8, or as float32"},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static bool has_kernel(const mote_graph *graph, const mote_node *node)
{
    mote_error ignored = {0};

    return !mote_node_out(graph, node, 0) || mote_op_find_row(graph, node, &ignored);
}

static int32_t kind_of(const mote_graph *graph, const mote_node *node)
{
    int32_t i = 0;

    while (i < KIND_COUNT && !kinds[i].is_of(graph, node))
        i++;
    return i;
}

mote_status mote_lacks_explain_types(const mote_graph *graph, mote_error *err)
{
    mote_lacks lacks = {0};
    int32_t    i, kind = KIND_COUNT;

    for (i = 0; i < graph->node_count; i++) {
        const mote_node *node = &graph->nodes[i];
        if (has_kernel(graph, node))
            continue;
        mote_lacks_add(&lacks, "%s %s", mote_op_kind_name(node->op), mote_op_show_types(graph, node).text);
        if (kind_of(graph, node) < kind)
            kind = kind_of(graph, node);
    }
    if (err->code != MOTE_ERR_UNSUPPORTED || lacks.count == 0)
        return err->code;
    mote_error_clear(err);
    if (kind < KIND_COUNT)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s; no kernel takes %s: %s", kinds[kind].name,
                         mote_lacks_show(&lacks).text, kinds[kind].advice);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "no kernel takes %s; " LIST_OPERATORS, mote_lacks_show(&lacks).text);
}
