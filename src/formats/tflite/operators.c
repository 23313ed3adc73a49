/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/operators.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- parts that several options share ---- */

static mote_activation read_activation(const mote_fb_table *options, mote_fb_field field, mote_error *err)
{
    int8_t code = mote_fb_i8(options, field, TFLITE_ACTIVATION_NONE, err);

    if (code == TFLITE_ACTIVATION_RELU)
        return MOTE_ACT_RELU;
    if (code == TFLITE_ACTIVATION_RELU6)
        return MOTE_ACT_RELU6;
    if (code != TFLITE_ACTIVATION_NONE)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "fused activation %d is not supported, only RELU (1) and RELU6 (3) are", code);
    return MOTE_ACT_NONE;
}

static void write_activation(mote_fb_writer *w, mote_fb_field field, mote_activation activation)
{
    static const int8_t codes[] = {[MOTE_ACT_NONE] = TFLITE_ACTIVATION_NONE,
                                   [MOTE_ACT_RELU] = TFLITE_ACTIVATION_RELU,
                                   [MOTE_ACT_RELU6] = TFLITE_ACTIVATION_RELU6};

    mote_fb_set_i8(w, field, codes[activation], TFLITE_ACTIVATION_NONE);
}

/* Only the mode: the four numbers are worked out by the operator. */
static mote_padding read_padding(const mote_fb_table *options, mote_fb_field field, mote_error *err)
{
    int8_t code = mote_fb_i8(options, field, TFLITE_PADDING_SAME, err);

    if (code != TFLITE_PADDING_SAME && code != TFLITE_PADDING_VALID)
        mote_fb_fail(options, field, err, "%d is neither SAME (0) nor VALID (1)", code);
    return (mote_padding){.mode = code == TFLITE_PADDING_SAME ? MOTE_PADDING_SAME : MOTE_PADDING_VALID};
}

static void write_padding(mote_fb_writer *w, mote_fb_field field, const mote_padding *padding)
{
    mote_fb_set_i8(w, field, padding->mode == MOTE_PADDING_SAME ? TFLITE_PADDING_SAME : TFLITE_PADDING_VALID,
                   TFLITE_PADDING_SAME);
}

/* ---- versions ---- */

static mote_dtype type_in(const mote_graph *graph, const mote_node *node)
{
    return mote_node_in(graph, node, 0)->dtype;
}

static int32_t version_1(const mote_graph *graph, const mote_node *node)
{
    (void)graph, (void)node;
    return 1;
}

/* Most operators learned int8 with version 2 and int16 with version 3. */
static int32_t version_int8_2_int16_3(const mote_graph *graph, const mote_node *node)
{
    mote_dtype dtype = type_in(graph, node);

    return dtype == MOTE_I16 ? 3 : dtype == MOTE_I8 ? 2 : 1;
}

/* int8 from the first version on. */
static int32_t version_leaky_relu(const mote_graph *graph, const mote_node *node)
{
    return type_in(graph, node) == MOTE_I16 ? 2 : 1;
}

static int32_t version_quantize(const mote_graph *graph, const mote_node *node)
{
    return mote_node_out(graph, node, 0)->dtype == MOTE_I16 ? 2 : 1;
}

static int32_t version_dequantize(const mote_graph *graph, const mote_node *node)
{
    mote_dtype dtype = type_in(graph, node);

    return dtype == MOTE_I16 || dtype == MOTE_F16 ? 3 : dtype == MOTE_I8 ? 2 : 1;
}

static int32_t version_fully_connected(const mote_graph *graph, const mote_node *node)
{
    if (type_in(graph, node) == MOTE_I16)
        return 7;
    if (!mote_node_in(graph, node, 2))
        return 6;
    if (node->as.fully_connected.keep_num_dims)
        return 5;
    return type_in(graph, node) == MOTE_I8 ? 4 : 1;
}

/* ---- FULLY_CONNECTED ---- */

static mote_status read_fully_connected(const mote_fb_table *options, const mote_graph *graph, mote_node *node,
                                        mote_error *err)
{
    (void)graph;
    node->activation = read_activation(options, fully_connected_activation, err);
    node->as.fully_connected.keep_num_dims = mote_fb_bool(options, fully_connected_keep_num_dims, false, err);
    if (mote_fb_i8(options, fully_connected_weights_format, 0, err) != 0)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "shuffled weights are not supported");
    return err->code;
}

static mote_fb_ref write_fully_connected(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    (void)graph;
    mote_fb_begin(w);
    write_activation(w, fully_connected_activation, node->activation);
    mote_fb_set_bool(w, fully_connected_keep_num_dims, node->as.fully_connected.keep_num_dims, false);
    return mote_fb_end(w);
}

/* ---- CONV_2D, DEPTHWISE_CONV_2D ---- */

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

static int32_t version_conv_2d(const mote_graph *graph, const mote_node *node)
{
    mote_dtype dtype = type_in(graph, node);

    return dtype == MOTE_I16 ? 4 : dtype == MOTE_I8 ? 3 : 1;
}

static mote_status read_conv_2d(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph;
    node->activation = read_activation(options, conv_activation, err);
    node->as.conv_2d = (mote_conv_attrs){.stride_h = mote_fb_i32(options, conv_stride_h, 0, err),
                                         .stride_w = mote_fb_i32(options, conv_stride_w, 0, err),
                                         .dilation_h = mote_fb_i32(options, conv_dilation_h, 1, err),
                                         .dilation_w = mote_fb_i32(options, conv_dilation_w, 1, err),
                                         .padding = read_padding(options, conv_padding, err)};
    return err->code;
}

static mote_fb_ref write_conv_2d(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_conv_attrs *as = &node->as.conv_2d;

    (void)graph;
    mote_fb_begin(w);
    write_activation(w, conv_activation, node->activation);
    write_padding(w, conv_padding, &as->padding);
    mote_fb_set_i32(w, conv_stride_h, as->stride_h, 0);
    mote_fb_set_i32(w, conv_stride_w, as->stride_w, 0);
    mote_fb_set_i32(w, conv_dilation_h, as->dilation_h, 1);
    mote_fb_set_i32(w, conv_dilation_w, as->dilation_w, 1);
    return mote_fb_end(w);
}

static int32_t version_depthwise_conv_2d(const mote_graph *graph, const mote_node *node)
{
    const mote_conv_attrs *as = &node->as.depthwise_conv_2d;
    mote_dtype             dtype = type_in(graph, node);

    if (dtype == MOTE_I16)
        return 5;
    if (dtype == MOTE_I8)
        return 3;
    return as->dilation_h != 1 || as->dilation_w != 1 ? 2 : 1;
}

static mote_status read_depthwise_conv_2d(const mote_fb_table *options, const mote_graph *graph, mote_node *node,
                                          mote_error *err)
{
    (void)graph;
    node->activation = read_activation(options, depthwise_activation, err);
    node->as.depthwise_conv_2d = (mote_conv_attrs){.stride_h = mote_fb_i32(options, depthwise_stride_h, 0, err),
                                                   .stride_w = mote_fb_i32(options, depthwise_stride_w, 0, err),
                                                   .dilation_h = mote_fb_i32(options, depthwise_dilation_h, 1, err),
                                                   .dilation_w = mote_fb_i32(options, depthwise_dilation_w, 1, err),
                                                   .depth_multiplier = mote_fb_i32(options, depthwise_multiplier, 0, err),
                                                   .padding = read_padding(options, depthwise_padding, err)};
    return err->code;
}

static mote_fb_ref write_depthwise_conv_2d(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_conv_attrs *as = &node->as.depthwise_conv_2d;

    (void)graph;
    mote_fb_begin(w);
    write_activation(w, depthwise_activation, node->activation);
    write_padding(w, depthwise_padding, &as->padding);
    mote_fb_set_i32(w, depthwise_stride_h, as->stride_h, 0);
    mote_fb_set_i32(w, depthwise_stride_w, as->stride_w, 0);
    mote_fb_set_i32(w, depthwise_dilation_h, as->dilation_h, 1);
    mote_fb_set_i32(w, depthwise_dilation_w, as->dilation_w, 1);
    mote_fb_set_i32(w, depthwise_multiplier, as->depth_multiplier, 0);
    return mote_fb_end(w);
}

/* ---- MAX_POOL_2D, AVERAGE_POOL_2D ---- */

/* Both operators have one struct of attributes in one place of the union. */
static mote_status read_pool_2d(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph;
    node->activation = read_activation(options, pool_activation, err);
    node->as.max_pool_2d = (mote_pool_attrs){.filter_h = mote_fb_i32(options, pool_filter_h, 0, err),
                                             .filter_w = mote_fb_i32(options, pool_filter_w, 0, err),
                                             .stride_h = mote_fb_i32(options, pool_stride_h, 0, err),
                                             .stride_w = mote_fb_i32(options, pool_stride_w, 0, err),
                                             .padding = read_padding(options, pool_padding, err)};
    return err->code;
}

static mote_fb_ref write_pool_2d(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_pool_attrs *as = &node->as.max_pool_2d;

    (void)graph;
    mote_fb_begin(w);
    write_activation(w, pool_activation, node->activation);
    write_padding(w, pool_padding, &as->padding);
    mote_fb_set_i32(w, pool_filter_h, as->filter_h, 0);
    mote_fb_set_i32(w, pool_filter_w, as->filter_w, 0);
    mote_fb_set_i32(w, pool_stride_h, as->stride_h, 0);
    mote_fb_set_i32(w, pool_stride_w, as->stride_w, 0);
    return mote_fb_end(w);
}

/* ---- MEAN ---- */

static mote_status read_mean(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph; /* the axes are operand 1 */
    node->as.mean.keep_dims = mote_fb_bool(options, reducer_keep_dims, false, err);
    return err->code;
}

static mote_fb_ref write_mean(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    (void)graph;
    mote_fb_begin(w);
    mote_fb_set_bool(w, reducer_keep_dims, node->as.mean.keep_dims, false);
    return mote_fb_end(w);
}

/* Axes that the graph has as attributes only. */
static mote_status make_mean_axes(const mote_graph *graph, const mote_node *node, mote_tensor *out, mote_arena *arena,
                                  mote_error *err)
{
    const mote_reduce_attrs *as = &node->as.mean;

    (void)graph, (void)arena, (void)err;
    *out = (mote_tensor){.name = "axes",
                         .dtype = MOTE_I32,
                         .rank = 1,
                         .dim = {as->axis_count},
                         .kind = MOTE_CONST,
                         .data = (void *)(uintptr_t)as->axis};
    return MOTE_OK;
}

/* ---- ADD ---- */

static mote_status read_add(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph;
    node->activation = read_activation(options, add_activation, err);
    return err->code;
}

/* pot_scale_int16 speaks of int16 alone: false says that scales need not be powers of two. */
static mote_fb_ref write_add(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    mote_fb_begin(w);
    write_activation(w, add_activation, node->activation);
    mote_fb_set_bool(w, add_pot_scale_int16, type_in(graph, node) != MOTE_I16, true);
    return mote_fb_end(w);
}

/* ---- RESHAPE ---- */

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

/* ---- SOFTMAX ---- */

static mote_status read_softmax(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph;
    node->as.softmax.beta = mote_fb_f32(options, softmax_beta, 0, err);
    return err->code;
}

static mote_fb_ref write_softmax(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    (void)graph;
    mote_fb_begin(w);
    mote_fb_set_f32(w, softmax_beta, node->as.softmax.beta, 0);
    return mote_fb_end(w);
}

/* ---- LEAKY_RELU ---- */

static mote_status read_leaky_relu(const mote_fb_table *options, const mote_graph *graph, mote_node *node, mote_error *err)
{
    (void)graph;
    node->as.leaky_relu.alpha = mote_fb_f32(options, leaky_relu_alpha, 0, err);
    return err->code;
}

static mote_fb_ref write_leaky_relu(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    (void)graph;
    mote_fb_begin(w);
    mote_fb_set_f32(w, leaky_relu_alpha, node->as.leaky_relu.alpha, 0);
    return mote_fb_end(w);
}

/* ---- the table ---- */

static const mote_tflite_operator operators[] = {
    {.builtin_code = TFLITE_ADD,
     .kind = MOTE_OP_ADD,
     .options_type = TFLITE_ADD_OPTIONS,
     .read_options = read_add,
     .write_options = write_add,
     .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_AVERAGE_POOL_2D,
     .kind = MOTE_OP_AVERAGE_POOL_2D,
     .options_type = TFLITE_POOL_2D_OPTIONS,
     .read_options = read_pool_2d,
     .write_options = write_pool_2d,
     .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_CONV_2D,
     .kind = MOTE_OP_CONV_2D,
     .options_type = TFLITE_CONV_2D_OPTIONS,
     .read_options = read_conv_2d,
     .write_options = write_conv_2d,
     .version = version_conv_2d,
     .make_operand = make_zero_bias,
     .in_count = 3},
    {.builtin_code = TFLITE_DEPTHWISE_CONV_2D,
     .kind = MOTE_OP_DEPTHWISE_CONV_2D,
     .options_type = TFLITE_DEPTHWISE_CONV_2D_OPTIONS,
     .read_options = read_depthwise_conv_2d,
     .write_options = write_depthwise_conv_2d,
     .version = version_depthwise_conv_2d,
     .make_operand = make_zero_bias,
     .in_count = 3},
    {.builtin_code = TFLITE_DEQUANTIZE, .kind = MOTE_OP_DEQUANTIZE, .version = version_dequantize},
    {.builtin_code = TFLITE_FULLY_CONNECTED,
     .kind = MOTE_OP_FULLY_CONNECTED,
     .options_type = TFLITE_FULLY_CONNECTED_OPTIONS,
     .read_options = read_fully_connected,
     .write_options = write_fully_connected,
     .version = version_fully_connected},
    {.builtin_code = TFLITE_LEAKY_RELU,
     .kind = MOTE_OP_LEAKY_RELU,
     .options_type = TFLITE_LEAKY_RELU_OPTIONS,
     .read_options = read_leaky_relu,
     .write_options = write_leaky_relu,
     .version = version_leaky_relu},
    {.builtin_code = TFLITE_LOGISTIC, .kind = MOTE_OP_LOGISTIC, .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_MAX_POOL_2D,
     .kind = MOTE_OP_MAX_POOL_2D,
     .options_type = TFLITE_POOL_2D_OPTIONS,
     .read_options = read_pool_2d,
     .write_options = write_pool_2d,
     .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_MEAN,
     .kind = MOTE_OP_MEAN,
     .options_type = TFLITE_REDUCER_OPTIONS,
     .read_options = read_mean,
     .write_options = write_mean,
     .version = version_int8_2_int16_3,
     .make_operand = make_mean_axes,
     .in_count = 2},
    {.builtin_code = TFLITE_QUANTIZE, .kind = MOTE_OP_QUANTIZE, .version = version_quantize},
    {.builtin_code = TFLITE_RELU, .kind = MOTE_OP_RELU, .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_RELU6, .kind = MOTE_OP_RELU6, .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_RESHAPE,
     .kind = MOTE_OP_RESHAPE,
     .options_type = TFLITE_RESHAPE_OPTIONS,
     .write_options = write_reshape,
     .version = version_1},
    {.builtin_code = TFLITE_SOFTMAX,
     .kind = MOTE_OP_SOFTMAX,
     .options_type = TFLITE_SOFTMAX_OPTIONS,
     .read_options = read_softmax,
     .write_options = write_softmax,
     .version = version_int8_2_int16_3},
    {.builtin_code = TFLITE_TANH, .kind = MOTE_OP_TANH, .version = version_int8_2_int16_3},
};
enum { OPERATOR_COUNT = sizeof operators / sizeof operators[0] };

const mote_tflite_operator *mote_tflite_operator_find(int32_t builtin_code)
{
    int i;

    for (i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].builtin_code == builtin_code)
            return &operators[i];
    return NULL;
}

const mote_tflite_operator *mote_tflite_operator_of(mote_op_kind kind)
{
    int i;

    for (i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].kind == kind)
            return &operators[i];
    return NULL;
}

/* ---- names of all, by code ---- */

const char *mote_tflite_operator_name(int32_t builtin_code)
{
    /* clang-format off */
    static const char *const names[] = {
        "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE",
        "DEQUANTIZE", "EMBEDDING_LOOKUP", "FLOOR", "FULLY_CONNECTED", "HASHTABLE_LOOKUP", "L2_NORMALIZATION",
        "L2_POOL_2D", "LOCAL_RESPONSE_NORMALIZATION", "LOGISTIC", "LSH_PROJECTION", "LSTM", "MAX_POOL_2D",
        "MUL", "RELU", "RELU_N1_TO_1", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "RNN", "SOFTMAX",
        "SPACE_TO_DEPTH", "SVDF", "TANH", "CONCAT_EMBEDDINGS", "SKIP_GRAM", "CALL", "CUSTOM",
        "EMBEDDING_LOOKUP_SPARSE", "PAD", "UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "BATCH_TO_SPACE_ND",
        "SPACE_TO_BATCH_ND", "TRANSPOSE", "MEAN", "SUB", "DIV", "SQUEEZE", "UNIDIRECTIONAL_SEQUENCE_LSTM",
        "STRIDED_SLICE", "BIDIRECTIONAL_SEQUENCE_RNN", "EXP", "TOPK_V2", "SPLIT", "LOG_SOFTMAX", "DELEGATE",
        "BIDIRECTIONAL_SEQUENCE_LSTM", "CAST", "PRELU", "MAXIMUM", "ARG_MAX", "MINIMUM", "LESS", "NEG", "PADV2",
        "GREATER", "GREATER_EQUAL", "LESS_EQUAL", "SELECT", "SLICE", "SIN", "TRANSPOSE_CONV", "SPARSE_TO_DENSE",
        "TILE", "EXPAND_DIMS", "EQUAL", "NOT_EQUAL", "LOG", "SUM", "SQRT", "RSQRT", "SHAPE", "POW", "ARG_MIN",
        "FAKE_QUANT", "REDUCE_PROD", "REDUCE_MAX", "PACK", "LOGICAL_OR", "ONE_HOT", "LOGICAL_AND",
        "LOGICAL_NOT", "UNPACK", "REDUCE_MIN", "FLOOR_DIV", "REDUCE_ANY", "SQUARE", "ZEROS_LIKE", "FILL",
        "FLOOR_MOD", "RANGE", "RESIZE_NEAREST_NEIGHBOR", "LEAKY_RELU", "SQUARED_DIFFERENCE", "MIRROR_PAD",
        "ABS", "SPLIT_V", "UNIQUE", "CEIL", "REVERSE_V2", "ADD_N", "GATHER_ND", "COS", "WHERE", "RANK", "ELU",
        "REVERSE_SEQUENCE", "MATRIX_DIAG", "QUANTIZE", "MATRIX_SET_DIAG", "ROUND", "HARD_SWISH", "IF", "WHILE",
        "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "SCATTER_ND", "SELECT_V2", "DENSIFY", "SEGMENT_SUM",
        "BATCH_MATMUL", "PLACEHOLDER_FOR_GREATER_OP_CODES", "CUMSUM", "CALL_ONCE", "BROADCAST_TO", "RFFT2D",
        "CONV_3D", "IMAG", "REAL", "COMPLEX_ABS", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT",
        "HASHTABLE_SIZE", "REDUCE_ALL", "CONV_3D_TRANSPOSE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE",
        "BROADCAST_ARGS", "RANDOM_STANDARD_NORMAL", "BUCKETIZE", "RANDOM_UNIFORM", "MULTINOMIAL", "GELU",
        "DYNAMIC_UPDATE_SLICE", "RELU_0_TO_1", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX",
        "UNSORTED_SEGMENT_SUM", "ATAN2", "UNSORTED_SEGMENT_MIN", "SIGN", "BITCAST", "BITWISE_XOR", "RIGHT_SHIFT"
    };
    /* clang-format on */

    return builtin_code >= 0 && (size_t)builtin_code < sizeof names / sizeof names[0] ? names[builtin_code] : NULL;
}
