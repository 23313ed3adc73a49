/* Field numbers are those of TensorFlow Lite's schema, version 3: src/formats/tflite/schema.h names them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

enum { MRT_MODEL_VERSION = 0, MRT_MODEL_CODES = 1, MRT_MODEL_SUBGRAPHS = 2, MRT_MODEL_BUFFERS = 4 };
enum { MRT_CODE_OLD_BUILTIN = 0, MRT_CODE_CUSTOM = 1, MRT_CODE_VERSION = 2, MRT_CODE_BUILTIN = 3 };
enum { MRT_BUFFER_DATA = 0, MRT_BUFFER_OFFSET = 1, MRT_BUFFER_SIZE = 2 };
enum {
    MRT_TENSOR_SHAPE = 0,
    MRT_TENSOR_TYPE = 1,
    MRT_TENSOR_BUFFER = 2,
    MRT_TENSOR_QUANTIZATION = 4,
    MRT_TENSOR_IS_VARIABLE = 5,
    MRT_TENSOR_SPARSITY = 6,
    MRT_TENSOR_SIGNATURE = 7,
    MRT_TENSOR_EXTERNAL = 10
};
enum { MRT_QUANT_SCALE = 2, MRT_QUANT_ZERO = 3, MRT_QUANT_DETAILS = 4, MRT_QUANT_AXIS = 6 };
enum {
    MRT_NODE_CODE = 0,
    MRT_NODE_IN = 1,
    MRT_NODE_OUT = 2,
    MRT_NODE_OPTIONS_TYPE = 3,
    MRT_NODE_OPTIONS = 4,
    MRT_NODE_CUSTOM_OPTIONS = 5
};

/* ---- the whole ---- */

static int mrt_is_tflite(const mrt_file *file)
{
    return file->count >= 8 && file->bytes[4] == 'T' && file->bytes[5] == 'F' && file->bytes[6] == 'L' &&
           file->bytes[7] == '3';
}

MRT_API mrt_reason mrt_model_open(mrt_model *m, const mrt_file *file)
{
    mrt_table root;
    uint32_t  version;

    if (file->count > INT32_MAX)
        return MRT_REASON_SIZE;
    if (!mrt_is_tflite(file))
        return MRT_REASON_NOT_TFLITE;
    m->r.bytes = file->bytes;
    m->r.count = (uint32_t)file->count;
    m->r.is_bad = 0;
    m->scales_checked = 0;
    root = mrt_read_root(&m->r);
    version = mrt_read_field(&m->r, &root, MRT_MODEL_VERSION, 4, 0);
    m->buffers = mrt_read_vector(&m->r, &root, MRT_MODEL_BUFFERS, 4);
    m->codes = mrt_read_vector(&m->r, &root, MRT_MODEL_CODES, 4);
    m->subgraphs = mrt_read_vector(&m->r, &root, MRT_MODEL_SUBGRAPHS, 4);
    if (m->r.is_bad)
        return MRT_REASON_BROKEN;
    if (version != 3)
        return MRT_REASON_SCHEMA;
    return mrt_model_enter(m, 0);
}

MRT_API mrt_reason mrt_model_enter(mrt_model *m, uint32_t index)
{
    mrt_table subgraph;

    if (index >= m->subgraphs.count)
        return MRT_REASON_BROKEN;
    subgraph = mrt_element_table(&m->r, &m->subgraphs, index);
    m->tensors = mrt_read_vector(&m->r, &subgraph, MRT_GRAPH_TENSORS, 4);
    m->inputs = mrt_read_vector(&m->r, &subgraph, MRT_GRAPH_INPUTS, 4);
    m->outputs = mrt_read_vector(&m->r, &subgraph, MRT_GRAPH_OUTPUTS, 4);
    m->operators = mrt_read_vector(&m->r, &subgraph, MRT_GRAPH_OPERATORS, 4);
    return m->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_NONE;
}

/* ---- tensors ---- */

static mrt_reason mrt_tensor_shape(mrt_model *m, const mrt_table *table, mrt_tensor *out)
{
    const mrt_vector shape = mrt_read_vector(&m->r, table, MRT_TENSOR_SHAPE, 4),
                     signature = mrt_read_vector(&m->r, table, MRT_TENSOR_SIGNATURE, 4);
    uint32_t i;

    if (shape.count > MRT_RANK_MAX)
        return MRT_REASON_RANK;
    if (signature.count > 0 && signature.count != shape.count)
        return MRT_REASON_SHAPE;
    out->rank = (int32_t)shape.count;
    out->is_batched = out->is_open = 0;
    for (i = 0; i < shape.count; i++) {
        out->dim[i] = (int32_t)mrt_element(&m->r, &shape, i);
        if (i > 0 && out->dim[i] < 0)
            return MRT_REASON_OPEN_SHAPE;
        if (out->dim[i] < 0 || (signature.count > 0 && (int32_t)mrt_element(&m->r, &signature, i) < 0)) {
            if (i > 0) {
                out->is_open = 1;
                continue;
            }
            out->is_batched = 1;
            out->dim[0] = 1;
        }
    }
    return MRT_REASON_NONE;
}

static mrt_reason mrt_tensor_quantization(mrt_model *m, const mrt_table *table, mrt_tensor *out)
{
    const mrt_table quantization = mrt_read_table(&m->r, table, MRT_TENSOR_QUANTIZATION);
    mrt_vector      scales, zeros;
    int32_t         low, high;

    if (mrt_read_field(&m->r, &quantization, MRT_QUANT_DETAILS, 1, 0) != 0)
        return MRT_REASON_FEATURE;
    scales = mrt_read_vector(&m->r, &quantization, MRT_QUANT_SCALE, 4);
    zeros = mrt_read_vector(&m->r, &quantization, MRT_QUANT_ZERO, 8);
    out->axis = (int32_t)mrt_read_field(&m->r, &quantization, MRT_QUANT_AXIS, 4, 0);
    if (out->rank == 1)
        out->axis = 0; /* whatever it says: there is no other, and no reader of a bias looks */
    if (!mrt_type_limits(out->type, &low, &high) || scales.count == 0)
        scales.count = zeros.count = 0;
    out->scales = m->r.bytes + scales.at;
    out->scale_count = scales.count;
    out->zeros = m->r.bytes + zeros.at;
    out->zero_count = zeros.count;
    out->zero_bytes = 8;
    return MRT_REASON_NONE;
}

/* In the table, or, of large files, behind all tables. */
static mrt_reason mrt_buffer_bytes(mrt_model *m, uint32_t index, mrt_vector *bytes)
{
    const mrt_table buffer = mrt_element_table(&m->r, &m->buffers, index);
    const uint32_t  at = mrt_read_field(&m->r, &buffer, MRT_BUFFER_OFFSET, 8, 0);

    if (at <= 1) {
        *bytes = mrt_read_vector(&m->r, &buffer, MRT_BUFFER_DATA, 1);
        return MRT_REASON_NONE;
    }
    bytes->at = at;
    bytes->count = mrt_read_field(&m->r, &buffer, MRT_BUFFER_SIZE, 8, 0);
    return at <= m->r.count && bytes->count <= m->r.count - at ? MRT_REASON_NONE : MRT_REASON_BUFFER;
}

static mrt_reason mrt_tensor_value(mrt_model *m, const mrt_table *table, mrt_tensor *out)
{
    const uint32_t index = mrt_read_field(&m->r, table, MRT_TENSOR_BUFFER, 4, 0);
    const uint32_t is_variable = mrt_read_field(&m->r, table, MRT_TENSOR_IS_VARIABLE, 1, 0);
    mrt_vector     bytes;

    if (mrt_read_field(&m->r, table, MRT_TENSOR_EXTERNAL, 4, 0) != 0)
        return MRT_REASON_FEATURE;
    if (index >= m->buffers.count && (index > 0 || m->buffers.count > 0)) /* a file without constants may have none */
        return MRT_REASON_BUFFER;
    bytes.at = bytes.count = 0;
    if (index < m->buffers.count)
        MRT_TRY(mrt_buffer_bytes(m, index, &bytes));
    out->kind = is_variable ? MRT_STATE : bytes.count > 0 ? MRT_CONST : MRT_ACTIVATION;
    out->data = m->r.bytes + bytes.at;
    if (out->kind != MRT_ACTIVATION)
        out->is_batched = out->is_open = 0;
    if (is_variable && bytes.count > 0)
        return MRT_REASON_FEATURE;
    return out->kind == MRT_CONST && bytes.count < out->bytes ? MRT_REASON_BUFFER : MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_model_tensor(mrt_model *m, uint32_t index, mrt_tensor *out)
{
    const mrt_table table = mrt_element_table(&m->r, &m->tensors, index);
    mrt_reason      reason;

    out->type = (mrt_type)mrt_read_field(&m->r, &table, MRT_TENSOR_TYPE, 1, MRT_F32);
    if (out->type == MRT_RESOURCE) {
        out->kind = MRT_ACTIVATION;
        out->rank = out->is_batched = out->is_open = 0;
        out->count = out->bytes = out->scale_count = out->zero_count = 0;
        return m->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_NONE;
    }
    if (mrt_type_bits(out->type) == 0)
        return MRT_REASON_TYPE;
    if (mrt_has_field(&m->r, &table, MRT_TENSOR_SPARSITY))
        return MRT_REASON_FEATURE;
    if ((reason = mrt_tensor_shape(m, &table, out)) != MRT_REASON_NONE ||
        (reason = mrt_measure(out) ? MRT_REASON_NONE : MRT_REASON_SIZE) != MRT_REASON_NONE ||
        (reason = mrt_tensor_quantization(m, &table, out)) != MRT_REASON_NONE ||
        (reason = mrt_tensor_value(m, &table, out)) != MRT_REASON_NONE)
        return m->r.is_bad ? MRT_REASON_BROKEN : reason;
    return m->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_NONE;
}

MRT_API int mrt_model_is_plain(mrt_model *m, uint32_t index)
{
    const mrt_table table = mrt_element_table(&m->r, &m->tensors, index);

    return mrt_type_bits((mrt_type)mrt_read_field(&m->r, &table, MRT_TENSOR_TYPE, 1, MRT_F32)) < 64 &&
           mrt_read_field(&m->r, &table, MRT_TENSOR_IS_VARIABLE, 1, 0) == 0;
}

/* ---- quantization ---- */

static int mrt_is_positive(float scale)
{
    return scale > 0.0f && scale <= MRT_F32_MAX;
}

/* Zero points have 64 bits in the file. */
static int mrt_is_zero_point(const mrt_tensor *tensor, uint32_t index)
{
    const uint8_t *at = tensor->zeros + 8 * (size_t)index;
    const int32_t  zero = (int32_t)mrt_load_u32(at);
    int32_t        low = 0, high = 0;

    mrt_type_limits(tensor->type, &low, &high);
    return mrt_load_u32(at + 4) == (zero < 0 ? 0xffffffffu : 0u) && zero >= low && zero <= high;
}

MRT_API mrt_reason mrt_check_quantization(mrt_model *m, const mrt_tensor *tensor)
{
    const uint32_t count = tensor->scale_count;
    uint32_t       i;

    if (count == 0)
        return MRT_REASON_NONE;
    if (tensor->zero_count > 1 && tensor->zero_count != count)
        return MRT_REASON_QUANTIZATION;
    if (count > 1 && (tensor->axis < 0 || tensor->axis >= tensor->rank || (uint32_t)tensor->dim[tensor->axis] != count))
        return MRT_REASON_QUANTIZATION;
    m->scales_checked += count; /* parts of a file may be shared: four bytes can name a million scales again */
    if (m->scales_checked > 0x40000000u || m->scales_checked / 2 > m->r.count)
        return MRT_REASON_TOO_MANY;
    for (i = 0; i < count; i++)
        if (!mrt_is_positive(mrt_scale_at(tensor, i)) || (i < tensor->zero_count && !mrt_is_zero_point(tensor, i)))
            return MRT_REASON_QUANTIZATION;
    return MRT_REASON_NONE;
}

/* ---- operators ---- */

static int mrt_are_tensors(const mrt_model *m, const mrt_vector *ids)
{
    uint32_t i;

    for (i = 0; i < ids->count; i++) {
        const int32_t id = (int32_t)mrt_element(&m->r, ids, i);
        if (id < -1 || (id >= 0 && (uint32_t)id >= m->tensors.count))
            return 0;
    }
    return 1;
}

static void mrt_node_code(mrt_model *m, uint32_t index, mrt_node *out)
{
    const mrt_table code = mrt_element_table(&m->r, &m->codes, index);
    const int32_t   old_code = (int8_t)mrt_read_field(&m->r, &code, MRT_CODE_OLD_BUILTIN, 1, 0);

    out->builtin_code = (int32_t)mrt_read_field(&m->r, &code, MRT_CODE_BUILTIN, 4, 0);
    out->version = (int32_t)mrt_read_field(&m->r, &code, MRT_CODE_VERSION, 4, 1);
    if (out->builtin_code < old_code)
        out->builtin_code = old_code;
#if !defined(MRT_NO_CUSTOM)
    out->custom_code = mrt_read_vector(&m->r, &code, MRT_CODE_CUSTOM, 1);
#endif
}

MRT_API mrt_reason mrt_model_node(mrt_model *m, uint32_t index, mrt_node *out)
{
    const mrt_table table = mrt_element_table(&m->r, &m->operators, index);
    const uint32_t  code = mrt_read_field(&m->r, &table, MRT_NODE_CODE, 4, 0);

    out->builtin_code = -1;
    if (code >= m->codes.count)
        return m->r.is_bad ? MRT_REASON_BROKEN : MRT_REASON_OPERATOR;
    mrt_node_code(m, code, out);
    out->in = mrt_read_vector(&m->r, &table, MRT_NODE_IN, 4);
    out->out = mrt_read_vector(&m->r, &table, MRT_NODE_OUT, 4);
    out->options_type = mrt_read_field(&m->r, &table, MRT_NODE_OPTIONS_TYPE, 1, 0);
    out->options = mrt_read_table(&m->r, &table, MRT_NODE_OPTIONS);
#if !defined(MRT_NO_CUSTOM)
    out->custom_options = mrt_read_vector(&m->r, &table, MRT_NODE_CUSTOM_OPTIONS, 1);
#endif
    if (m->r.is_bad)
        return MRT_REASON_BROKEN;
    if (out->in.count > MRT_NODE_IN_MAX || out->out.count > MRT_NODE_IN_MAX)
        return MRT_REASON_OPERAND_COUNT;
    if (!mrt_are_tensors(m, &out->in) || !mrt_are_tensors(m, &out->out))
        return MRT_REASON_OPERAND;
    while (out->in.count > 0 && (int32_t)mrt_element(&m->r, &out->in, out->in.count - 1) == -1)
        out->in.count--;
    return MRT_REASON_NONE;
}

static int mrt_list_has(const mrt_model *m, const mrt_vector *ids, uint32_t tensor)
{
    uint32_t i;

    for (i = 0; i < ids->count && i < MRT_NODE_IN_MAX; i++)
        if (mrt_element(&m->r, ids, i) == tensor)
            return 1;
    return 0;
}

/* Only the list of operands, which is all that a search looks at. */
static mrt_vector mrt_node_operands(mrt_model *m, uint32_t index, uint32_t field)
{
    const mrt_table table = mrt_element_table(&m->r, &m->operators, index);

    return mrt_read_vector(&m->r, &table, field, 4);
}

MRT_API int32_t mrt_model_producer(mrt_model *m, uint32_t tensor)
{
    uint32_t i;

    for (i = 0; i < m->operators.count; i++) {
        const mrt_vector out = mrt_node_operands(m, i, MRT_NODE_OUT);
        if (mrt_list_has(m, &out, tensor))
            return (int32_t)i;
    }
    return -1;
}

MRT_API int32_t mrt_model_last_use(mrt_model *m, uint32_t tensor)
{
    uint32_t i;

    for (i = 0; i < m->outputs.count; i++)
        if (mrt_element(&m->r, &m->outputs, i) == tensor)
            return (int32_t)m->operators.count;
    for (i = m->operators.count; i-- > 0;) {
        const mrt_vector in = mrt_node_operands(m, i, MRT_NODE_IN);
        if (mrt_list_has(m, &in, tensor))
            return (int32_t)i;
    }
    return -1;
}
