/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/operators.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "ops/op.h"

/* ---- operands that a file must have ---- */

/* A bias of zeroes: TensorFlow Lite refuses a CONV_2D without bias, and its XNNPACK crashes on a DEPTHWISE_CONV_2D without.
 */
static mote_status make_zero_bias(const mote_graph *graph, const mote_node *node, mote_tensor *out, mote_arena *arena,
                                  mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1);
    mote_quant        *quant = MOTE_NEW(arena, mote_quant, 1, err);
    int32_t            count = mote_node_out(graph, node, 0)->dim[3], i;

    *out = (mote_tensor){.name = "bias",
                         .dtype = in->dtype == MOTE_F32   ? MOTE_F32
                                  : in->dtype == MOTE_I16 ? MOTE_I64
                                                          : MOTE_I32,
                         .rank = 1,
                         .dim = {count},
                         .kind = MOTE_CONST};
    out->data = mote_arena_alloc(arena, mote_tensor_bytes(out), 1, err);
    if (!quant || !out->data || !in->quant || !w->quant)
        return err->code;
    *quant = (mote_quant){w->quant->count > 1 ? 0 : -1, w->quant->count, MOTE_NEW(arena, float, w->quant->count, err),
                          MOTE_NEW(arena, int32_t, w->quant->count, err)};
    if (!quant->scale || !quant->zero_point)
        return err->code;
    for (i = 0; i < quant->count; i++)
        quant->scale[i] = fminf(fmaxf(in->quant->scale[0] * w->quant->scale[i], FLT_MIN), FLT_MAX);
    out->quant = quant;
    return MOTE_OK;
}

/* Axes that the graph has as attributes only. */
static mote_status make_mean_axes(const mote_graph *graph, const mote_node *node, mote_tensor *out, mote_arena *arena,
                                  mote_error *err)
{
    const mrt_reduce_attributes *as = &node->as.mean;

    (void)graph, (void)arena, (void)err;
    *out = (mote_tensor){.name = "axes",
                         .dtype = MOTE_I32,
                         .rank = 1,
                         .dim = {as->axis_count},
                         .kind = MOTE_CONST,
                         .data = (void *)(uintptr_t)as->axis};
    return MOTE_OK;
}

/* ---- options that are not attributes ---- */

/* Where there is no operand that says the new shape, the option does; -1 keeps an open batch open. What is read needs
 * neither: the output has its shape. */
static mote_fb_ref write_reshape(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *out = mote_node_out(graph, node, 0);
    int32_t            dim[MOTE_RANK_MAX];
    mote_fb_ref        shape;

    if (mote_node_in(graph, node, 1))
        return 0;
    memcpy(dim, out->dim, sizeof dim);
    if (out->is_batched && out->rank > 0)
        dim[0] = -1;
    shape = mote_fb_put_vector(w, dim, (size_t)out->rank, sizeof *dim, 4);
    mote_fb_begin(w);
    mote_fb_set_ref(w, reshape_new_shape, shape);
    return mote_fb_end(w);
}

/* Dimensions of 1 that the output does not have; which of several in a row, does not matter. */
static mote_fb_ref write_squeeze(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    int32_t            squeezed[MOTE_RANK_MAX], count = 0, kept = 0, i;
    mote_fb_ref        dims;

    for (i = 0; i < in->rank; i++)
        if (kept < out->rank && in->dim[i] == out->dim[kept])
            kept++;
        else
            squeezed[count++] = i;
    dims = mote_fb_put_vector(w, squeezed, (size_t)count, sizeof *squeezed, 4);
    mote_fb_begin(w);
    mote_fb_set_ref(w, squeeze_squeeze_dims, dims);
    return mote_fb_end(w);
}

/* ---- versions that follow from more than types ---- */

/* Float input and int8 weights with a scale for each channel. */
static bool is_hybrid_by_channel(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return mote_node_in(graph, node, 0)->dtype == MOTE_F32 && w->dtype == MOTE_I8 && w->quant && w->quant->count > 1;
}

static int32_t version_fully_connected(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    if (by_types == MRT_OWN_VERSION)
        return by_types;
    if (mote_node_in(graph, node, 0)->dtype == MOTE_I16)
        return 7;
    if (mote_node_in(graph, node, 1)->dtype == MOTE_I4)
        return by_types;
    if (is_hybrid_by_channel(graph, node))
        return 12;
    if (node->as.fully_connected.asymmetric_quantize_inputs)
        return 9;
    if (!mote_node_in(graph, node, 2))
        return 6;
    return node->as.fully_connected.keep_num_dims ? 5 : by_types;
}

static int32_t version_conv_2d(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    const bool is_grouped = mote_node_in(graph, node, 1)->dim[3] != mote_node_in(graph, node, 0)->dim[3];

    if (is_grouped && by_types < 6)
        return 6;
    return is_hybrid_by_channel(graph, node) ? 5 : by_types;
}

static int32_t version_depthwise_conv_2d(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    const mrt_conv_attributes *as = &node->as.depthwise_conv_2d;

    if (is_hybrid_by_channel(graph, node))
        return 6;
    return by_types == 1 && (as->dilation_h != 1 || as->dilation_w != 1) ? 2 : by_types;
}

/* Runtimes that know of no fused activation refuse this one, rather than pass over it. */
static int32_t version_transpose_conv(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    (void)graph;
    return node->activation != MRT_ACT_NONE && by_types < 4 ? 4 : by_types;
}

static int32_t version_strided_slice(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    const mrt_strided_slice_attributes *as = &node->as.strided_slice;

    (void)graph;
    if (as->offset)
        return 8;
    return as->ellipsis_mask != 0 || as->new_axis_mask != 0 ? 6 : by_types;
}

/* int8 weights with float inputs that are quantized asymmetrically. */
static int32_t version_svdf(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    (void)graph;
    return node->as.svdf.asymmetric_quantize_inputs && by_types < 4 ? 4 : by_types;
}

static int32_t version_batch_matmul(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    (void)graph;
    return node->as.batch_matmul.asymmetric_quantize_inputs ? 4 : by_types;
}

/* Of one direction or of both: their attributes are the same struct. */
static int32_t version_lstm(const mote_graph *graph, const mote_node *node, int32_t by_types)
{
    (void)graph;
    return node->as.unidirectional_sequence_lstm.asymmetric_quantize_inputs && by_types < 3 ? 3 : by_types;
}

/* ---- the table ---- */

static const mote_tflite_operator exceptions[MOTE_OP_COUNT] = {
    [MOTE_OP_CONV_2D] = {.version = version_conv_2d, .make_operand = make_zero_bias, .in_count = 3},
    [MOTE_OP_DEPTHWISE_CONV_2D] = {.version = version_depthwise_conv_2d, .make_operand = make_zero_bias, .in_count = 3},
    [MOTE_OP_TRANSPOSE_CONV] = {.version = version_transpose_conv},
    [MOTE_OP_FULLY_CONNECTED] = {.version = version_fully_connected},
    [MOTE_OP_MEAN] = {.make_operand = make_mean_axes, .in_count = 2},
    [MOTE_OP_RESHAPE] = {.write_options = write_reshape},
    [MOTE_OP_SVDF] = {.version = version_svdf},
    [MOTE_OP_BATCH_MATMUL] = {.version = version_batch_matmul},
    [MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM] = {.version = version_lstm, .in_count = 24},
    [MOTE_OP_BIDIRECTIONAL_SEQUENCE_LSTM] = {.version = version_lstm, .in_count = 48},
    [MOTE_OP_SQUEEZE] = {.write_options = write_squeeze},
    [MOTE_OP_STRIDED_SLICE] = {.version = version_strided_slice},
};

const mote_tflite_operator *mote_tflite_operator_exceptions(mote_op_kind kind)
{
    return &exceptions[kind];
}

static bool is_named(const mrt_operator *description, mote_fb_string custom)
{
    const char *name = description->names ? description->names[0] : "";

    return description->builtin_code != MRT_CUSTOM_CODE ||
           (strlen(name) == custom.count && memcmp(name, custom.text, custom.count) == 0);
}

mote_op_kind mote_tflite_operator_find(int32_t builtin_code, mote_fb_string custom)
{
    mote_op_kind kind;

    for (kind = 0; kind < MOTE_OP_COUNT; kind++)
        if (mote_ops[kind]->description && mote_ops[kind]->description->builtin_code == builtin_code &&
            is_named(mote_ops[kind]->description, custom))
            break;
    return kind;
}

int32_t mote_tflite_operator_version(const mote_graph *graph, const mote_node *node)
{
    mote_error         ignored = {0};
    const mote_op_row *row = mote_op_find_row(graph, node, &ignored);
    const int32_t      by_types = row ? row->version_min : 1;

    return exceptions[node->op].version ? exceptions[node->op].version(graph, node, by_types) : by_types;
}

int32_t mote_tflite_newest_version(mote_op_kind kind)
{
    const mote_op_row *row = mote_op_rows(kind);
    int32_t            newest = 0;

    for (; row->in_count > 0; row++)
        if (row->version_max > newest && row->version_max != MRT_OWN_VERSION)
            newest = row->version_max;
    return newest;
}

bool mote_tflite_reads_version(mote_op_kind kind, int32_t version)
{
    const mote_op_row *row = mote_op_rows(kind);

    for (; version == MRT_OWN_VERSION && row->in_count > 0; row++)
        if (row->version_max == MRT_OWN_VERSION)
            return true;
    return version <= mote_tflite_newest_version(kind);
}

/* ---- names of all, by code ---- */

const char *mote_tflite_operator_name(int32_t builtin_code)
{
    static const char *const names[] = {
#define BUILTIN(code, name, options, key, weights, tflm, litert, version) [code] = #name,
#define CUSTOM(name, key, tflm, litert)
#include "formats/tflite/builtins.def"
#undef CUSTOM
#undef BUILTIN
    };

    return builtin_code >= 0 && (size_t)builtin_code < sizeof names / sizeof names[0] ? names[builtin_code] : NULL;
}
