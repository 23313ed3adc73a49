/* From a .tflite to a graph. Every number of the file is checked before it is used; memory is bounded by what the file can
 * justify, because parts of a FlatBuffer may be shared: 4 bytes of file can name a large tensor again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "formats/recipe.h"
#include "formats/tflite/lacks.h"
#include "formats/tflite/operators.h"
#include "formats/tflite/rows.h"
#include "formats/tflite/stored.h"
#include "formats/tflite/tables.h"
#include "formats/tflite/tflite.h"
#include "formats/tflite/types.h"
#include "formats/tflite/variables.h"
#include "graph/control.h"
#include "runtime/interpreter/variables.h"
#include "ops/op.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "constants are copied as the file has them: little-endian");

/* A tensor takes about 300 bytes in memory, an operator 500, and at least 30 in a file that is not made to hurt. */
enum { MEMORY_PER_FILE_BYTE = 32, MEMORY_AT_LEAST = 16 << 20 };

/* How many operations may be spent on computing constants. */
enum { CONSTANT_WORK_MAX = 1 << 28 };

/* What IF and WHILE hand on to a graph that they run. */
typedef struct handed {
    const char **variable; /* of each of its inputs: the variable whose handle it is; NULL: a value */
    int32_t      count;
    bool         is_known; /* an operator that runs it was read */
} handed;

typedef struct reader {
    mote_fb                  file;
    mote_model              *model;
    mote_graph              *graph; /* that is being read */
    mote_fb_table            root, subgraph;
    mote_fb_vector           buffers, codes, tensors, subgraphs;
    int32_t                  variable_count;
    const mote_load_options *options;         /* NULL for bodies: their shapes are their callers' */
    bool                     has_fixed_batch; /* the options say what it is */
    int32_t                 *file_index;      /* of each of the model's graphs: the subgraph's in the file */
    handed                  *handed;          /* of each of the model's graphs */
    const handed            *given;           /* to this one */
    const char             **variable;        /* of each tensor: the variable whose handle it is; NULL: none's */
    /* Of each tensor: it has an open dimension besides the batch; its value was worked out here. */
    bool *is_open, *is_folded;
} reader;

bool mote_is_tflite(const void *bytes, size_t count)
{
    return bytes && count >= 8 && memcmp((const uint8_t *)bytes + 4, TFLITE_IDENTIFIER, 4) == 0;
}

static char *copy_string(reader *r, mote_fb_string string, mote_error *err)
{
    return mote_arena_strndup(&r->model->arena, string.text, string.count, err);
}

/* ---- buffers ---- */

/* The bytes of a buffer; empty when it has none. */
static mote_status find_buffer(const reader *r, uint32_t index, mote_fb_vector *out, mote_error *err)
{
    mote_fb_table buffer;
    uint64_t      offset, size;

    *out = (mote_fb_vector){0};
    if (index == 0 && r->buffers.count == 0)
        return MOTE_OK; /* a file without constants may have no buffers at all */
    if (index >= r->buffers.count)
        return mote_fail(err, MOTE_ERR_FORMAT, "buffer %u of %u", index, r->buffers.count);
    buffer = mote_fb_element_table(&r->buffers, index, "Buffer", err);
    offset = mote_fb_u64(&buffer, buffer_offset, 0, err);
    size = mote_fb_u64(&buffer, buffer_size, 0, err);
    if (offset <= 1 || err->code != MOTE_OK) {
        *out = mote_fb_vector_at(&buffer, buffer_data, 1, err);
        return err->code;
    }
    if (offset > r->file.count || size > r->file.count - offset || size > UINT32_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "buffer %u: %llu bytes at byte %llu of a file of %zu", index,
                         (unsigned long long)size, (unsigned long long)offset, r->file.count);
    out->elements = r->file.bytes + offset;
    out->count = (uint32_t)size;
    return MOTE_OK;
}

/* ---- tensors ---- */

static bool is_input(const reader *r, mote_id id)
{
    int32_t i;

    for (i = 0; i < r->graph->input_count; i++)
        if (r->graph->inputs[i] == id)
            return true;
    return false;
}

/* ---- shapes of inputs that the caller gives ---- */

static const char *tensor_name_of(const reader *r, mote_id id, mote_fb_string *out)
{
    mote_error    ignored = {0};
    mote_fb_table table = mote_fb_element_table(&r->tensors, (uint32_t)id, "Tensor", &ignored);

    *out = mote_fb_string_at(&table, tensor_name, &ignored);
    return out->text;
}

static bool is_called(const reader *r, int32_t input, const char *name)
{
    const char *const *names = r->model->signature.inputs;
    mote_fb_string     own;

    if (!name)
        return r->graph->input_count == 1;
    if (names && names[input] && strcmp(names[input], name) == 0)
        return true;
    return tensor_name_of(r, r->graph->inputs[input], &own) && own.count == strlen(name) &&
           memcmp(own.text, name, own.count) == 0;
}

/* Of the input, which the file has at place `input`; NULL: the caller says nothing. */
static const mote_input_shape *given_shape(const reader *r, int32_t input)
{
    int32_t i;

    for (i = 0; r->options && i < r->options->shape_count; i++)
        if (is_called(r, input, r->options->shapes[i].name))
            return &r->options->shapes[i];
    return NULL;
}

static const mote_input_shape *given_shape_of(const reader *r, mote_id id)
{
    int32_t i;

    for (i = 0; i < r->graph->input_count; i++)
        if (r->graph->inputs[i] == id)
            return given_shape(r, i);
    return NULL;
}

/* Each shape is some input's. */
static mote_status check_given(reader *r, mote_error *err)
{
    int32_t i, k;

    for (k = 0; r->options && k < r->options->shape_count; k++) {
        const mote_input_shape *shape = &r->options->shapes[k];
        for (i = 0; i < r->graph->input_count; i++)
            if (r->graph->inputs[i] >= 0 && (uint32_t)r->graph->inputs[i] < r->tensors.count && is_called(r, i, shape->name))
                break;
        if (i == r->graph->input_count)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "a shape for input %s, which the model does not have; `mote inspect` names "
                             "its inputs",
                             shape->name ? mote_show_string(shape->name).text : "(none named)");
        r->has_fixed_batch = true;
    }
    return MOTE_OK;
}

/* A dimension that the file leaves open; others must be as the file has them. */
static mote_status take_given(mote_tensor *tensor, const mote_input_shape *shape, int32_t axis, int32_t dim, bool is_open,
                              mote_error *err)
{
    if (shape->rank != tensor->rank)
        return mote_fail(err, MOTE_ERR_USAGE, "it has %d dimensions, and a shape of %d was given", tensor->rank,
                         shape->rank);
    if (shape->dim[axis] < 1 || (!is_open && shape->dim[axis] != dim))
        return mote_fail(err, MOTE_ERR_USAGE, "dimension %d is %d in the file, and %d was given", axis, dim,
                         shape->dim[axis]);
    tensor->dim[axis] = shape->dim[axis];
    return MOTE_OK;
}

/* What an operator computes has the shape that follows from its inputs; a model's own input must say it. */
static mote_status read_dim(reader *r, mote_tensor *tensor, int32_t axis, int32_t dim, bool is_open, mote_error *err)
{
    const bool is_batch = axis == 0 && !r->has_fixed_batch;

    tensor->dim[axis] = is_open && dim < 0 ? 1 : dim;
    if (!is_open)
        return MOTE_OK;
    if (dim < -1 && axis > 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "dimension %d is %d", axis, dim);
    if (!is_batch && is_input(r, (mote_id)tensor->origin))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "dimension %d is open; only the batch (dimension 0) may be: give the input's shape, as in "
                         "--input-shape 1,16,8",
                         axis);
    if (is_batch) {
        tensor->is_batched = true;
        tensor->dim[0] = 1;
    } else
        r->is_open[tensor->origin] = r->model->differs = true;
    return MOTE_OK;
}

static mote_status read_shape(reader *r, mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    mote_fb_vector shape = mote_fb_vector_at(table, tensor_shape, 4, err),
                   signature = mote_fb_vector_at(table, tensor_shape_signature, 4, err);
    const mote_input_shape *given = given_shape_of(r, (mote_id)tensor->origin);
    uint32_t                i;

    MOTE_TRY(err->code);
    if (shape.count > MOTE_RANK_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%u dimensions, at most %d are supported", shape.count, MOTE_RANK_MAX);
    if (signature.count > 0 && signature.count != shape.count)
        return mote_fail(err, MOTE_ERR_FORMAT, "a shape of %u dimensions and a signature of %u", shape.count,
                         signature.count);
    tensor->rank = (int32_t)shape.count;
    r->model->differs |= given != NULL;
    r->is_open[tensor->origin] = r->has_fixed_batch; /* converters forget to say of some that they follow from the inputs */
    for (i = 0; i < shape.count; i++) {
        const int32_t dim = mote_fb_element_i32(&shape, i);
        const bool    is_open = dim < 0 || (signature.count > 0 && mote_fb_element_i32(&signature, i) < 0);
        MOTE_TRY(given ? take_given(tensor, given, (int32_t)i, dim, is_open, err)
                       : read_dim(r, tensor, (int32_t)i, dim, is_open, err));
    }
    return MOTE_OK;
}

static mote_status check_zero_point(mote_dtype dtype, int64_t zero_point, mote_error *err)
{
    long long min, max;

    mote_dtype_limits(dtype, &min, &max);
    if (zero_point < min || zero_point > max || zero_point < INT32_MIN || zero_point > INT32_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "zero point %lld is outside %s", (long long)zero_point,
                         mote_dtype_name(dtype));
    return MOTE_OK;
}

/* Scales are one for the tensor or one for each index along an axis; mote_graph_verify checks that they fit the shape. */
static mote_status read_scales(reader *r, mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    mote_fb_vector scale = mote_fb_vector_at(table, quantization_scale, 4, err),
                   zero_point = mote_fb_vector_at(table, quantization_zero_point, 8, err);
    int32_t     axis = mote_fb_i32(table, quantization_dimension, 0, err);
    mote_quant *quant;
    uint32_t    i;

    MOTE_TRY(err->code);
    if (scale.count == 0 || mote_dtype_is_float(tensor->dtype))
        return MOTE_OK;
    if (zero_point.count > 1 && zero_point.count != scale.count)
        return mote_fail(err, MOTE_ERR_FORMAT, "%u scales and %u zero points", scale.count, zero_point.count);
    if (scale.count > 1 && tensor->rank == 1 && (uint32_t)tensor->dim[0] == scale.count)
        axis = 0; /* whatever it says: there is no other, and no reader of a bias looks */
    if (scale.count > 1 && (axis < 0 || axis >= tensor->rank || (uint32_t)tensor->dim[axis] != scale.count))
        return mote_fail(err, MOTE_ERR_FORMAT, "%u scales along axis %d of shape %s", scale.count, axis,
                         mote_shape_show(tensor).text);
    quant = mote_quant_create(r->model, scale.count == 1 ? -1 : axis, (int32_t)scale.count, NULL, NULL, err);
    if (!quant)
        return err->code;
    for (i = 0; i < scale.count; i++) {
        int64_t zero = zero_point.count > 0 ? mote_fb_element_i64(&zero_point, zero_point.count > 1 ? i : 0) : 0;
        MOTE_TRY(check_zero_point(tensor->dtype, zero, err));
        quant->scale[i] = mote_fb_element_f32(&scale, i);
        quant->zero_point[i] = (int32_t)zero;
    }
    tensor->quant = quant;
    return MOTE_OK;
}

/* Of a real tensor: what values it takes, as quantization-aware training has left it. */
static mote_status read_range(mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    const mote_fb_vector scale = mote_fb_vector_at(table, quantization_scale, 4, err);
    mote_fb_vector       min, max;
    mote_range           range = {.is_known = true};

    if (tensor->dtype != MOTE_F32 || scale.count != 0) /* what integers once stood for is nothing that is read */
        return err->code;
    min = mote_fb_vector_at(table, quantization_min, 4, err);
    max = mote_fb_vector_at(table, quantization_max, 4, err);
    MOTE_TRY(err->code);
    if (min.count != 1 || max.count != 1)
        return MOTE_OK;
    range.min = mote_fb_element_f32(&min, 0);
    range.max = mote_fb_element_f32(&max, 0);
    if (!isfinite(range.min) || !isfinite(range.max) || range.min > range.max)
        return mote_fail(err, MOTE_ERR_FORMAT, "a range from %g to %g", (double)range.min, (double)range.max);
    tensor->range = range;
    return MOTE_OK;
}

static mote_status read_quantization(reader *r, mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    mote_fb_table quantization = mote_fb_table_at(table, tensor_quantization, "QuantizationParameters", err);

    if (mote_fb_u8(&quantization, quantization_details_type, 0, err) != 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "a quantization other than scale and zero point");
    MOTE_TRY(read_range(tensor, &quantization, err));
    return read_scales(r, tensor, &quantization, err);
}

/* A variable begins as TensorFlow Lite resets it: every byte the zero point. */
static mote_status make_state(reader *r, mote_tensor *tensor, mote_error *err)
{
    size_t bytes = mote_tensor_bytes(tensor);

    tensor->kind = MOTE_STATE;
    tensor->data = mote_arena_alloc(&r->model->arena, bytes, 1, err);
    if (tensor->data && tensor->dtype == MOTE_I8 && tensor->quant)
        memset(tensor->data, tensor->quant->zero_point[0], bytes);
    return err->code;
}

static mote_status read_value(reader *r, mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    uint32_t       index = mote_fb_u32(table, tensor_buffer, 0, err);
    bool           is_variable = mote_fb_bool(table, tensor_is_variable, false, err);
    mote_fb_vector buffer;

    if (mote_fb_u32(table, tensor_external_buffer, 0, err) != 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "its data lie in another file");
    MOTE_TRY(find_buffer(r, index, &buffer, err));
    if (is_variable && buffer.count > 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "a variable with a first value of its own");
    if (is_variable)
        return make_state(r, tensor, err);
    if (buffer.count == 0)
        return MOTE_OK;
    if (buffer.count < mote_tensor_bytes(tensor)) /* more is padding, and none of the tensor's */
        return mote_fail(err, MOTE_ERR_FORMAT, "buffer %u holds %u bytes, %s%s takes %zu", index, buffer.count,
                         mote_dtype_name(tensor->dtype), mote_shape_show(tensor).text, mote_tensor_bytes(tensor));
    tensor->kind = MOTE_CONST;
    tensor->data = mote_arena_copy(&r->model->arena, buffer.elements, mote_tensor_bytes(tensor), 1, err);
    return err->code;
}

static mote_status read_tensor_table(reader *r, mote_tensor *tensor, const mote_fb_table *table, mote_error *err)
{
    int8_t type = mote_fb_i8(table, tensor_type, TFLITE_FLOAT32, err);

    MOTE_TRY(err->code);
    tensor->dtype = mote_tflite_type_read(type);
    if (mote_fb_has(table, tensor_sparsity))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "sparse tensors are not supported");
    MOTE_TRY(read_shape(r, tensor, table, err));
    MOTE_TRY(read_quantization(r, tensor, table, err));
    MOTE_TRY(read_value(r, tensor, table, err));
    tensor->is_batched = tensor->is_batched && tensor->kind == MOTE_ACTIVATION;
    return MOTE_OK;
}

/* ---- operators ---- */

typedef struct operator_code {
    int32_t        builtin, version;
    mote_fb_string custom;
} operator_code;

static mote_status read_code(const reader *r, uint32_t index, operator_code *out, mote_error *err)
{
    mote_fb_table table;
    int32_t       old_code;

    if (index >= r->codes.count)
        return mote_fail(err, MOTE_ERR_FORMAT, "operator code %u of %u", index, r->codes.count);
    table = mote_fb_element_table(&r->codes, index, "OperatorCode", err);
    old_code = mote_fb_i8(&table, operator_code_deprecated, 0, err);
    out->builtin = mote_fb_i32(&table, operator_code_builtin, 0, err);
    if (out->builtin < old_code)
        out->builtin = old_code;
    out->version = mote_fb_i32(&table, operator_code_version, 1, err);
    out->custom = mote_fb_string_at(&table, operator_code_custom, err);
    return err->code;
}

static void add_if_lacking(mote_lacks *lacks, const operator_code *code)
{
    const mote_op_kind kind = mote_tflite_operator_find(code->builtin, code->custom);

    if (kind == MOTE_OP_COUNT && code->builtin == MRT_CUSTOM_CODE)
        mote_lacks_add(lacks, "custom operator \"%s\"", mote_show(code->custom.text, code->custom.count).text);
    else if ((kind == MOTE_OP_COUNT || mote_tflite_newest_version(kind) == 0) && mote_tflite_operator_name(code->builtin))
        mote_lacks_add(lacks, "%s", mote_tflite_operator_name(code->builtin));
    else if (kind == MOTE_OP_COUNT)
        mote_lacks_add(lacks, "builtin code %d, which is newer than what mote knows", code->builtin);
    else if (!mote_tflite_reads_version(kind, code->version))
        mote_lacks_add(lacks, "%s in version %d (up to %d there is)", mote_op_kind_name(kind), code->version,
                       mote_tflite_newest_version(kind));
}

/* All operators that mote lacks, in one message. */
static mote_status check_operators(const reader *r, const mote_fb_vector *operators, mote_error *err)
{
    mote_lacks lacks = {0};
    uint32_t   i;

    for (i = 0; i < operators->count; i++) {
        mote_fb_table table = mote_fb_element_table(operators, i, "Operator", err);
        operator_code code = {0};
        if (read_code(r, mote_fb_u32(&table, operator_opcode_index, 0, err), &code, err) != MOTE_OK)
            return mote_context(err, "operator %u", i);
        add_if_lacking(&lacks, &code);
    }
    return lacks.count > 0 ? mote_lacks_fail_operators(&lacks, err) : MOTE_OK;
}

/* Operands by tensor index; ids[0..count-1] must have room for `most`. A -1 is an operand left out. */
static mote_status read_operands(const reader *r, const mote_fb_table *table, mote_fb_field field, mote_id *ids,
                                 int32_t most, int32_t *count, mote_error *err)
{
    mote_fb_vector vector = mote_fb_vector_at(table, field, 4, err);
    uint32_t       i;

    MOTE_TRY(err->code);
    if (vector.count > (uint32_t)most)
        return mote_fail(err, MOTE_ERR_LIMIT, "%u %s, at most %d are supported", vector.count, field.name, most);
    for (i = 0; i < vector.count; i++) {
        ids[i] = mote_fb_element_i32(&vector, i);
        if (ids[i] < MOTE_NONE || ids[i] >= (int64_t)r->tensors.count)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: tensor %d of %u", field.name, ids[i], r->tensors.count);
    }
    *count = (int32_t)vector.count;
    return MOTE_OK;
}

/* A variable's name stands in for its node's, until tensors are there. */
static mote_status read_options(reader *r, const mote_fb_table *table, mote_node *node, mote_error *err)
{
    const mrt_operator *description = mote_ops[node->op]->description;
    uint8_t             type = mote_fb_u8(table, operator_options_type, TFLITE_NO_OPTIONS, err);
    mote_fb_table       options = mote_fb_table_at(table, operator_options, "options of Operator", err);
    mote_fb_vector      custom = mote_fb_vector_at(table, operator_custom_options, 1, err);

    MOTE_TRY(err->code);
    if (node->op == MOTE_OP_VAR_HANDLE)
        return (node->name = mote_tflite_variable_name(&options, &r->model->arena, err)) ? MOTE_OK : err->code;
    if (description->names)
        return mote_tflite_read_custom_options(&custom, node, err);
    if (description->attribute_count == 0)
        return MOTE_OK;
    if (type != description->options_type && type != TFLITE_NO_OPTIONS)
        return mote_fail(err, MOTE_ERR_FORMAT, "options of type %d, %d expected", type, description->options_type);
    if (type == TFLITE_NO_OPTIONS)
        options = (mote_fb_table){.kind = options.kind, .index = options.index};
    return mote_tflite_read_options(&options, node, err);
}

/* check_operators was there before: mote has the operator. */
static mote_status read_node_table(reader *r, mote_node *node, const mote_fb_table *table, mote_error *err)
{
    uint32_t      index = mote_fb_u32(table, operator_opcode_index, 0, err);
    operator_code code = {0};

    MOTE_TRY(read_code(r, index, &code, err));
    node->op = mote_tflite_operator_find(code.builtin, code.custom);
    r->variable_count += node->op == MOTE_OP_VAR_HANDLE;
    if (r->variable_count > MRT_VARIABLES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than %d variables", MRT_VARIABLES_MAX);
    if (code.version < 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "version %d", code.version);
    MOTE_TRY(read_operands(r, table, operator_inputs, node->in, MOTE_NODE_IN_MAX, &node->in_count, err));
    MOTE_TRY(read_operands(r, table, operator_outputs, node->out, MOTE_NODE_OUT_MAX, &node->out_count, err));
    while (node->in_count > 0 && node->in[node->in_count - 1] == MOTE_NONE)
        node->in_count--; /* left out at the end: the same as not there */
    return read_options(r, table, node, err);
}

static mote_status read_node(reader *r, const mote_fb_vector *operators, uint32_t index, mote_error *err)
{
    mote_fb_table table = mote_fb_element_table(operators, index, "Operator", err);
    mote_id       in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    mote_node     node = {.origin = index, .in = in, .out = out, .op = MOTE_OP_COUNT};

    MOTE_TRY(err->code);
    if (read_node_table(r, &node, &table, err) != MOTE_OK && node.op == MOTE_OP_COUNT)
        return mote_context(err, "operator %u", index);
    if (err->code != MOTE_OK)
        return mote_context(err, "operator %u (%s)", index, mote_op_kind_name(node.op));
    return mote_graph_add_node(r->model, r->graph, &node, err) ? MOTE_OK : err->code;
}

static mote_status read_nodes(reader *r, mote_error *err)
{
    mote_fb_vector operators = mote_fb_vector_at(&r->subgraph, subgraph_operators, 4, err);
    uint32_t       i;

    MOTE_TRY(err->code);
    MOTE_TRY(check_operators(r, &operators, err));
    for (i = 0; i < operators.count; i++)
        MOTE_TRY(read_node(r, &operators, i, err));
    return err->code;
}

/* The model's graph for a subgraph of the file that an operator runs; it is read later. Below 0 with err filled. */
static int32_t find_body(reader *r, int32_t file_index, mote_error *err)
{
    mote_model *model = r->model;
    int32_t     g;

    if (file_index < 1 || file_index >= (int64_t)r->subgraphs.count) {
        mote_fail(err, MOTE_ERR_FORMAT, "it runs subgraph %d of %u", file_index, r->subgraphs.count);
        return -1;
    }
    for (g = 1; g < model->graph_count; g++)
        if (r->file_index[g] == file_index)
            return g;
    if (g == MOTE_GRAPHS_MAX) {
        mote_fail(err, MOTE_ERR_LIMIT, "more than %d subgraphs", MOTE_GRAPHS_MAX);
        return -1;
    }
    r->file_index[g] = file_index;
    return mote_model_add_graph(model, err) ? g : -1;
}

/* Subgraphs that operators of graph `index` run become graphs of the model. Adding one moves them. */
static mote_status find_bodies(reader *r, int32_t index, mote_error *err)
{
    int32_t n, i;

    for (n = 0; n < r->model->graphs[index].node_count; n++) {
        int32_t *called = mote_node_graphs(&r->model->graphs[index].nodes[n]);
        for (i = 0; called && i < 2; i++)
            if ((called[i] = find_body(r, called[i], err)) < 0)
                return mote_context(err, "%s",
                                    mote_node_show(&r->model->graphs[index], &r->model->graphs[index].nodes[n]).text);
    }
    r->graph = &r->model->graphs[index];
    return MOTE_OK;
}

/* ---- the graph's ends ---- */

static mote_status read_ends(reader *r, mote_error *err)
{
    mote_fb_vector inputs = mote_fb_vector_at(&r->subgraph, subgraph_inputs, 4, err),
                   outputs = mote_fb_vector_at(&r->subgraph, subgraph_outputs, 4, err);
    mote_id *ids;
    uint32_t i;

    MOTE_TRY(err->code);
    ids = MOTE_NEW(&r->model->arena, mote_id, (size_t)inputs.count + outputs.count, err);
    if (!ids)
        return err->code;
    for (i = 0; i < inputs.count; i++)
        ids[i] = mote_fb_element_i32(&inputs, i);
    for (i = 0; i < outputs.count; i++)
        ids[inputs.count + i] = mote_fb_element_i32(&outputs, i);
    MOTE_TRY(mote_graph_set_inputs(r->model, r->graph, ids, (int32_t)inputs.count, err));
    return mote_graph_set_outputs(r->model, r->graph, ids + inputs.count, (int32_t)outputs.count, err);
}

/* ---- which tensors are used ---- */

static void mark(bool *marks, int64_t count, const mote_id *ids, int32_t id_count)
{
    int32_t i;

    for (i = 0; i < id_count; i++)
        if (ids[i] >= 0 && ids[i] < count)
            marks[ids[i]] = true;
}

static void mark_used(const reader *r, bool *is_used)
{
    const mote_graph *graph = r->graph;
    int32_t           i;

    mark(is_used, r->tensors.count, graph->inputs, graph->input_count);
    mark(is_used, r->tensors.count, graph->outputs, graph->output_count);
    for (i = 0; i < graph->node_count; i++) {
        mark(is_used, r->tensors.count, graph->nodes[i].in, graph->nodes[i].in_count);
        mark(is_used, r->tensors.count, graph->nodes[i].out, graph->nodes[i].out_count);
    }
}

static void add_type_name(mote_lacks *lacks, int8_t type)
{
    if (mote_tflite_type_name(type))
        mote_lacks_add(lacks, "%s", mote_tflite_type_name(type));
    else
        mote_lacks_add(lacks, "number %d, which is no type that mote knows", type);
}

/* VAR_HANDLE makes handles; whoever runs the graph hands some on; WHILE gives back those that it takes. */
static mote_status find_handles(reader *r, mote_error *err)
{
    enum { HANDLES_MAX = 1024 }; /* what is done for each looks at all operators */
    int32_t n, i, count = 0;

    for (i = 0; r->given && i < r->graph->input_count && i < r->given->count; i++)
        if (r->graph->inputs[i] >= 0 && (uint32_t)r->graph->inputs[i] < r->tensors.count)
            r->variable[r->graph->inputs[i]] = r->given->variable[i];
    for (n = 0; n < r->graph->node_count; n++) {
        const mote_node *node = &r->graph->nodes[n];
        if (node->op == MOTE_OP_VAR_HANDLE && node->out_count > 0 && node->out[0] >= 0)
            r->variable[node->out[0]] = node->name;
        for (i = 0; node->op == MOTE_OP_WHILE && i < node->in_count && i < node->out_count; i++)
            if (node->in[i] >= 0 && node->out[i] >= 0) {
                r->variable[node->out[i]] = r->variable[node->in[i]];
                count += r->variable[node->in[i]] != NULL;
            }
    }
    return count <= HANDLES_MAX ? MOTE_OK
                                : mote_fail(err, MOTE_ERR_LIMIT, "loops give back more than %d variables", HANDLES_MAX);
}

/* A variable's handle is a resource in the file. */
static bool is_handle(const reader *r, uint32_t id)
{
    mote_error    ignored = {0};
    mote_fb_table table = mote_fb_element_table(&r->tensors, id, "Tensor", &ignored);

    return r->variable[id] && mote_fb_i8(&table, tensor_type, TFLITE_FLOAT32, &ignored) == TFLITE_RESOURCE;
}

/* All types that mote lacks, in one message. */
static mote_status check_types(reader *r, const bool *is_used, mote_error *err)
{
    mote_lacks lacks = {0};
    uint32_t   i, first = 0;

    for (i = 0; i < r->tensors.count; i++) {
        mote_fb_table table = mote_fb_element_table(&r->tensors, i, "Tensor", err);
        int8_t        type = mote_fb_i8(&table, tensor_type, TFLITE_FLOAT32, err);
        MOTE_TRY(err->code);
        if (!is_used[i] || mote_tflite_type_read(type) != MOTE_DTYPE_COUNT || is_handle(r, i))
            continue;
        first = lacks.count == 0 ? i : first;
        add_type_name(&lacks, type);
    }
    if (lacks.count == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "element types that are not supported: %s; the first is tensor %u's",
                     mote_lacks_show(&lacks).text, first);
}

/* Whoever reads every tensor of the file has no reason to refuse this one. */
static bool is_plain(const mote_fb_table *table, mote_error *err)
{
    return mote_tflite_type_read(mote_fb_i8(table, tensor_type, TFLITE_FLOAT32, err)) != MOTE_DTYPE_COUNT &&
           mote_fb_vector_at(table, tensor_shape, 4, err).count <= MOTE_RANK_MAX &&
           mote_fb_u32(table, tensor_buffer, 0, err) == 0 && !mote_fb_has(table, tensor_sparsity);
}

/* What nothing uses may be of any type and shape; it keeps its number, as a constant of no elements. */
static mote_status read_tensor(reader *r, uint32_t index, bool is_used, mote_error *err)
{
    mote_fb_table  table = mote_fb_element_table(&r->tensors, index, "Tensor", err);
    mote_fb_string name = mote_fb_string_at(&table, tensor_name, err);
    mote_tensor    tensor = {.origin = index};

    MOTE_TRY(err->code);
    if (!is_used) {
        tensor = (mote_tensor){.origin = index, .rank = 1, .dim = {0}};
        r->model->differs |= !is_plain(&table, err);
    } else if (is_handle(r, index)) {
        tensor = (mote_tensor){.origin = index, .rank = 1, .dim = {0}, .variable = r->variable[index]};
    } else if (read_tensor_table(r, &tensor, &table, err) != MOTE_OK)
        return mote_context(err, "tensor %u (%s)", index, mote_show(name.text, name.count).text);
    if (err->code != MOTE_OK || !(tensor.name = copy_string(r, name, err)) ||
        mote_graph_add_tensor(r->model, r->graph, &tensor, err) == MOTE_NONE)
        return err->code;
    return MOTE_OK;
}

static mote_status read_tensors(reader *r, mote_error *err)
{
    bool    *is_used = MOTE_NEW(&r->model->arena, bool, r->tensors.count, err);
    uint32_t i;

    r->variable = MOTE_NEW(&r->model->arena, const char *, r->tensors.count, err);
    r->is_open = MOTE_NEW(&r->model->arena, bool, r->tensors.count, err);
    r->is_folded = MOTE_NEW(&r->model->arena, bool, r->tensors.count, err);
    if (err->code != MOTE_OK)
        return err->code;
    mark_used(r, is_used);
    MOTE_TRY(find_handles(r, err));
    MOTE_TRY(check_types(r, is_used, err));
    for (i = 0; i < r->tensors.count; i++)
        MOTE_TRY(read_tensor(r, i, is_used[i], err));
    return err->code;
}

/* ---- the whole graph ---- */

/* A constant of no elements has an empty buffer, like a tensor that is computed; but nothing computes it. */
static mote_status settle_empty_constants(reader *r, mote_error *err)
{
    mote_graph *graph = r->graph;
    bool       *is_made = MOTE_NEW(&r->model->arena, bool, graph->tensor_count, err);
    int32_t     i;

    if (!is_made)
        return err->code;
    mark(is_made, graph->tensor_count, graph->inputs, graph->input_count);
    for (i = 0; i < graph->node_count; i++)
        mark(is_made, graph->tensor_count, graph->nodes[i].out, graph->nodes[i].out_count);
    for (i = 0; i < graph->tensor_count; i++) {
        mote_tensor *tensor = &graph->tensors[i];
        if (is_made[i] || tensor->kind != MOTE_ACTIVATION || mote_tensor_count(tensor) != 0)
            continue;
        tensor->kind = MOTE_CONST;
        if (!(tensor->data = mote_arena_alloc(&r->model->arena, 0, 1, err)))
            return err->code;
    }
    return MOTE_OK;
}

static mote_stage stage_of(const mote_model *model)
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].tensor_count; i++)
            if (model->graphs[g].tensors[i].kind == MOTE_ACTIVATION && model->graphs[g].tensors[i].quant)
                return MOTE_STAGE_QUANTIZED;
    return MOTE_STAGE_INFER;
}

/* ---- the model ---- */

static mote_status read_metadata_entry(reader *r, const mote_fb_table *table, mote_error *err)
{
    mote_model    *model = r->model;
    mote_blob     *blob = &model->metadata[model->metadata_count];
    mote_fb_vector bytes;

    blob->name = copy_string(r, mote_fb_string_at(table, metadata_name, err), err);
    MOTE_TRY(find_buffer(r, mote_fb_u32(table, metadata_buffer, 0, err), &bytes, err));
    if (strcmp(blob->name, MOTE_RECIPE_NAME) == 0)
        return mote_recipe_decode(&model->recipe, bytes.count > 0 ? (const char *)bytes.elements : "", bytes.count,
                                  &model->arena, err);
    blob->bytes = mote_arena_copy(&model->arena, bytes.elements, bytes.count, 1, err);
    blob->count = bytes.count;
    model->metadata_count++;
    return err->code;
}

static mote_status read_metadata(reader *r, mote_error *err)
{
    mote_fb_vector entries = mote_fb_vector_at(&r->root, model_metadata, 4, err);
    uint32_t       i;

    MOTE_TRY(err->code);
    if (entries.count == 0)
        return MOTE_OK;
    r->model->metadata = MOTE_NEW(&r->model->arena, mote_blob, entries.count, err);
    for (i = 0; r->model->metadata && i < entries.count; i++) {
        mote_fb_table table = mote_fb_element_table(&entries, i, "Metadata", err);
        if (read_metadata_entry(r, &table, err) != MOTE_OK)
            return mote_context(err, "metadata %u", i);
    }
    return err->code;
}

static mote_status open_model(reader *r, mote_error *err)
{
    uint32_t version;

    r->root = mote_fb_root(&r->file, "Model", err);
    version = mote_fb_u32(&r->root, model_version, 0, err);
    r->buffers = mote_fb_vector_at(&r->root, model_buffers, 4, err);
    r->codes = mote_fb_vector_at(&r->root, model_operator_codes, 4, err);
    r->subgraphs = mote_fb_vector_at(&r->root, model_subgraphs, 4, err);
    MOTE_TRY(err->code);
    if (version != TFLITE_SCHEMA_VERSION)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "schema version %u, only %u is supported", version,
                         TFLITE_SCHEMA_VERSION);
    if (r->subgraphs.count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "no subgraph");
    r->subgraph = mote_fb_element_table(&r->subgraphs, 0, "SubGraph", err);
    r->tensors = mote_fb_vector_at(&r->subgraph, subgraph_tensors, 4, err);
    if (r->tensors.count > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%u tensors", r->tensors.count);
    return err->code;
}

/* ---- other subgraphs ---- */

/* What a signature calls a subgraph; else its own name. Damage there does not concern what is run: then it has none. */
static mote_status name_subgraph(reader *r, uint32_t index, const char **out, mote_error *err)
{
    mote_error     damage = {0};
    mote_fb_vector signatures = mote_fb_vector_at(&r->root, model_signatures, 4, &damage);
    mote_fb_table  table = mote_fb_element_table(&r->subgraphs, index, "SubGraph", &damage);
    mote_fb_string name = mote_fb_string_at(&table, subgraph_name, &damage);
    uint32_t       i;

    for (i = 0; damage.code == MOTE_OK && i < signatures.count; i++) {
        mote_fb_table signature = mote_fb_element_table(&signatures, i, "SignatureDef", &damage);
        if (mote_fb_u32(&signature, signature_subgraph, 0, &damage) == index && mote_fb_has(&signature, signature_key)) {
            name = mote_fb_string_at(&signature, signature_key, &damage);
            break;
        }
    }
    *out = damage.code == MOTE_OK ? copy_string(r, name, err) : "";
    return err->code;
}

static bool is_left_out(const reader *r, uint32_t file_index)
{
    int32_t g;

    for (g = 0; g < r->model->graph_count; g++)
        if (r->file_index[g] == (int32_t)file_index)
            return false;
    return true;
}

/* Subgraph 0 is run, as TensorFlow Lite Micro does, with those that it runs; the others are named, as far as anybody reads
 * that. */
static mote_status name_left_out(reader *r, mote_error *err)
{
    enum { NAMED_MAX = 16 };
    const char **names = MOTE_NEW(&r->model->arena, const char *, NAMED_MAX, err);
    int32_t      named = 0;
    uint32_t     i;

    for (i = 1; names && i < r->subgraphs.count && named < NAMED_MAX; i++)
        if (is_left_out(r, i))
            MOTE_TRY(name_subgraph(r, i, &names[named++], err));
    r->model->left_out = names;
    r->model->left_out_count = named;
    return err->code;
}

/* ---- the signature ---- */

/* Names of ends by their tensors; the first of two names for one. Of a tensor that is named twice as an output the second
 * place takes the second name. */
static const char *const *read_end_names(reader *r, const mote_fb_vector *maps, const mote_id *ids, int32_t count,
                                         mote_error *err)
{
    const char **names = MOTE_NEW(&r->model->arena, const char *, count, err);
    uint32_t     m;
    int32_t      i;

    for (m = 0; names && err->code == MOTE_OK && m < maps->count; m++) {
        const mote_fb_table  map = mote_fb_element_table(maps, m, "TensorMap", err);
        const mote_fb_string name = mote_fb_string_at(&map, tensor_map_name, err);
        const uint32_t       id = mote_fb_u32(&map, tensor_map_index, 0, err);
        for (i = 0; i < count && (names[i] || ids[i] < 0 || (uint32_t)ids[i] != id); i++)
            ;
        if (i < count && name.count > 0 && name.text[0] != '\0')
            names[i] = copy_string(r, name, err);
    }
    return names;
}

static mote_status read_signature_of(reader *r, const mote_fb_table *table, mote_error *err)
{
    const mote_fb_vector inputs = mote_fb_vector_at(table, signature_inputs, 4, err);
    const mote_fb_vector outputs = mote_fb_vector_at(table, signature_outputs, 4, err);
    mote_signature       read = {.key = copy_string(r, mote_fb_string_at(table, signature_key, err), err)};

    read.inputs = read_end_names(r, &inputs, r->graph->inputs, r->graph->input_count, err);
    read.outputs = read_end_names(r, &outputs, r->graph->outputs, r->graph->output_count, err);
    if (err->code == MOTE_OK)
        r->model->signature = read;
    return err->code;
}

/* The main graph's first one. What runs a model never looks at it, so damage there does not refuse the file: then the
 * tensors' own names are all that there are. */
static mote_status read_signature(reader *r, mote_error *err)
{
    mote_error     damage = {0};
    mote_fb_vector signatures = mote_fb_vector_at(&r->root, model_signatures, 4, &damage);
    uint32_t       i;

    for (i = 0; damage.code == MOTE_OK && i < signatures.count; i++) {
        const mote_fb_table table = mote_fb_element_table(&signatures, i, "SignatureDef", &damage);
        if (mote_fb_u32(&table, signature_subgraph, 0, &damage) == 0) {
            read_signature_of(r, &table, &damage);
            break;
        }
    }
    return damage.code == MOTE_ERR_MEMORY || damage.code == MOTE_ERR_LIMIT ? mote_fail(err, damage.code, "%s", damage.text)
                                                                           : MOTE_OK;
}

/* ---- operators that read constants only ---- */

static bool has_open_output(const reader *r, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (r->is_open[node->out[i]])
            return true;
    return false;
}

/* A shape that was worked out for one sample becomes one for any number of them: 1 in front is -1, what is left over. */
static mote_status open_reshape(reader *r, const mote_node *node, mote_error *err)
{
    mote_tensor *shape =
        node->op == MOTE_OP_RESHAPE && node->in_count > 1 && node->in[0] != MOTE_NONE && node->in[1] != MOTE_NONE
            ? &r->graph->tensors[node->in[1]]
            : NULL;
    int32_t *dim;
    int32_t  i;

    if (!shape || !r->is_folded[node->in[1]] || !r->graph->tensors[node->in[0]].is_batched || shape->dtype != MOTE_I32)
        return MOTE_OK;
    for (dim = shape->data, i = 0; i < (int32_t)mote_tensor_count(shape); i++)
        if (dim[i] == -1 || (i == 0 && dim[i] != 1))
            return MOTE_OK;
    shape->data = dim = mote_arena_copy(&r->model->arena, dim, mote_tensor_count(shape), sizeof *dim, err);
    if (dim && mote_tensor_count(shape) > 0)
        dim[0] = -1;
    return err->code;
}

/* The axes that a SQUEEZE drops, a bit each; 0: all of 1. Its description goes by the stored shape, which is not known yet.
 */
static uint32_t squeezed_axes(const reader *r, const mote_node *node, int32_t rank, mote_error *err)
{
    mote_fb_vector operators = mote_fb_vector_at(&r->subgraph, subgraph_operators, 4, err);
    mote_fb_table  table = mote_fb_element_table(&operators, node->origin, "Operator", err);
    mote_fb_table  options = mote_fb_table_at(&table, operator_options, "SqueezeOptions", err);
    mote_fb_vector dims = mote_fb_vector_at(&options, squeeze_dims, 4, err);
    uint32_t       mask = 0, i;

    for (i = 0; i < dims.count; i++) {
        const int64_t axis = mote_fb_element_i32(&dims, i);
        if (axis >= -rank && axis < rank)
            mask |= 1u << (axis < 0 ? axis + rank : axis);
    }
    return mask;
}

static mote_status open_squeeze(reader *r, const mote_node *node, mote_error *err)
{
    const mote_tensor *in = node->op == MOTE_OP_SQUEEZE ? mote_node_in(r->graph, node, 0) : NULL;
    const uint32_t     axes = in && has_open_output(r, node) ? squeezed_axes(r, node, in->rank, err) : 0;
    mote_tensor       *out;
    int32_t            i;

    if (!in || err->code != MOTE_OK || !has_open_output(r, node))
        return err->code;
    out = &r->graph->tensors[node->out[0]];
    out->rank = 0;
    for (i = 0; i < in->rank; i++)
        if (in->dim[i] != 1 || (axes != 0 && !(axes >> i & 1u)))
            out->dim[out->rank++] = in->dim[i];
    return MOTE_OK;
}

static mote_status settle_node(reader *r, mote_node *node, size_t *work, mote_error *err)
{
    int32_t i;

    MOTE_TRY(open_squeeze(r, node, err));

    if (mote_op_reads_constants_only(r->graph, node)) {
        MOTE_TRY(has_open_output(r, node) ? mote_op_infer(r->model, r->graph, node, err) : MOTE_OK);
        MOTE_TRY(mote_op_evaluate(r->model, r->graph, node, work, err));
        mote_tflite_note_stored(r->graph, node);
        mote_tflite_note_tables(r->graph, node);
        for (i = 0; i < node->out_count; i++)
            r->is_folded[node->out[i]] = true;
        return MOTE_OK;
    }
    MOTE_TRY(open_reshape(r, node, err));
    return has_open_output(r, node) ? mote_op_infer(r->model, r->graph, node, err) : MOTE_OK;
}

static bool is_folded(const reader *r, const mote_node *node)
{
    return node->out_count > 0 && r->is_folded[node->out[0]];
}

/* Operators that read constants only, or shapes only, are computed here, once; what reads their outputs sees constants.
 * Shapes that the file leaves open follow on the way. */
static mote_status fold_constants(reader *r, mote_error *err)
{
    mote_graph *graph = r->graph;
    size_t      work = CONSTANT_WORK_MAX;
    int32_t     i, kept = 0;

    for (i = 0; i < graph->node_count; i++)
        MOTE_TRY(settle_node(r, &graph->nodes[i], &work, err));
    for (i = 0; i < graph->node_count; i++)
        if (!is_folded(r, &graph->nodes[i]))
            graph->nodes[kept++] = graph->nodes[i];
    r->model->differs |= kept < graph->node_count;
    graph->node_count = kept;
    return MOTE_OK;
}

/* Structure first: folding trusts it. */
static mote_status settle(reader *r, mote_error *err)
{
    const int32_t rows = mote_tflite_write_rows(r->model, r->graph, err);

    MOTE_TRY(err->code);
    r->model->differs |= rows > 0;
    MOTE_TRY(mote_graph_verify(r->model, r->graph, err));
    return fold_constants(r, err);
}

/* ---- variables ---- */

static mote_status init_from(reader *r, uint32_t index, mote_error *err);

/* Nodes of VAR_HANDLE have had the variables' names. */
static mote_status settle_variables(reader *r, mote_error *err)
{
    int32_t n;

    for (n = 0; n < r->graph->node_count; n++)
        if (r->graph->nodes[n].op == MOTE_OP_VAR_HANDLE)
            r->graph->nodes[n].name = NULL;
    return mote_tflite_settle_variables(r->model, r->graph, err);
}

/* What the file names as inputs and outputs may be no tensor. */
static const char *variable_of(const mote_graph *graph, mote_id id)
{
    return id < 0 || id >= graph->tensor_count ? NULL : graph->tensors[id].variable;
}

static bool is_same_variable(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

/* Which handles go in; every operator that runs the graph has to hand on the same ones. */
static mote_status hand_to(reader *r, const mote_node *node, int32_t called, int32_t skipped, mote_error *err)
{
    handed       *given = &r->handed[called];
    const int32_t count = node->in_count - skipped;
    int32_t       i;
    bool          same = !given->is_known || given->count == count;

    if (!given->is_known) {
        *given = (handed){
            .variable = MOTE_NEW(&r->model->arena, const char *, (size_t)count, err), .count = count, .is_known = true};
        MOTE_TRY(err->code);
        for (i = 0; i < count; i++)
            given->variable[i] = variable_of(r->graph, node->in[i + skipped]);
    }
    for (i = 0; same && i < count; i++)
        same = is_same_variable(given->variable[i], variable_of(r->graph, node->in[i + skipped]));
    return same ? MOTE_OK
                : mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: subgraph %d gets handles of other variables elsewhere",
                            mote_node_show(r->graph, node).text, r->file_index[called]);
}

static int32_t without_handles(const mote_graph *graph, mote_id *ids, int32_t count)
{
    int32_t i, kept = 0;

    for (i = 0; i < count; i++)
        if (!variable_of(graph, ids[i]))
            ids[kept++] = ids[i];
    return kept;
}

/* Handles go in by the variables' names, and as values no more. */
static mote_status hand_on(reader *r, mote_error *err)
{
    int32_t n, i;

    for (n = 0; n < r->graph->node_count; n++) {
        mote_node     *node = &r->graph->nodes[n];
        const int32_t *called = mote_node_graphs_of(node), skipped = node->op == MOTE_OP_IF;
        if (!called || node->in_count < skipped)
            continue;
        for (i = 0; i < 2; i++)
            MOTE_TRY(hand_to(r, node, called[i], skipped, err));
        node->in_count = without_handles(r->graph, node->in, node->in_count);
        node->out_count = without_handles(r->graph, node->out, node->out_count);
    }
    return MOTE_OK;
}

/* A loop's handles come out where they went in. */
static bool comes_out(const reader *r, int32_t output)
{
    const char *name = variable_of(r->graph, r->graph->outputs[output]);

    return !name || (r->given && output < r->given->count && is_same_variable(name, r->given->variable[output]));
}

static mote_status take_handles(reader *r, mote_error *err)
{
    mote_graph *graph = r->graph;
    int32_t     i;

    if (!r->given || !r->given->is_known)
        return MOTE_OK;
    for (i = 0; i < graph->output_count; i++)
        if (!comes_out(r, i))
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "output %d is another variable's handle than input %d", i, i);
    graph->output_count = without_handles(graph, graph->outputs, graph->output_count);
    graph->input_count = without_handles(graph, graph->inputs, graph->input_count);
    return MOTE_OK;
}

/* Of the main graph, when all graphs are there, whose variables it gives their first values. */
static mote_status call_once(reader *r, mote_error *err)
{
    mote_graph *graph = &r->model->graphs[0];
    int32_t     n, kept = 0, calls = 0;

    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        if (node->op != MOTE_OP_CALL_ONCE)
            graph->nodes[kept++] = *node;
        else if (++calls > MRT_CALL_ONCE_MAX)
            return mote_fail(err, MOTE_ERR_LIMIT, "more than %d CALL_ONCE", MRT_CALL_ONCE_MAX);
        else if (init_from(r, (uint32_t)node->as.call_once.init_subgraph_index, err) != MOTE_OK)
            return mote_context(err, "CALL_ONCE of subgraph %d", node->as.call_once.init_subgraph_index);
    }
    graph->node_count = kept;
    return MOTE_OK;
}

/* The file's other subgraph, read as a graph of its own. */
static mote_status read_init_graph(reader *init, const reader *r, uint32_t index, mote_error *err)
{
    *init = (reader){.file = r->file, .root = r->root, .buffers = r->buffers, .codes = r->codes, .subgraphs = r->subgraphs};
    if (index == 0 || index >= r->subgraphs.count)
        return mote_fail(err, MOTE_ERR_FORMAT, "there are %u subgraphs", r->subgraphs.count);
    init->subgraph = mote_fb_element_table(&r->subgraphs, index, "SubGraph", err);
    init->tensors = mote_fb_vector_at(&init->subgraph, subgraph_tensors, 4, err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_model_create(&init->model, MOTE_STAGE_INFER, r->model->arena.cap_bytes, err));
    init->graph = &init->model->graphs[0];
    MOTE_TRY(read_nodes(init, err));
    if (init->graph->node_count > MRT_INIT_OPERATORS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d operators to give variables their first values; at most %d",
                         init->graph->node_count, MRT_INIT_OPERATORS_MAX);
    MOTE_TRY(read_ends(init, err));
    MOTE_TRY(read_tensors(init, err));
    return mote_tflite_settle_variables(init->model, init->graph, err);
}

/* state: NULL where the graph does not know the variable. */
static mote_status set_first_value(reader *r, mote_tensor *state, const mote_tensor *value, mote_error *err)
{
    if (!state)
        return MOTE_OK;
    if (state->dtype != value->dtype || !mote_tensor_same_shape(state, value))
        return mote_fail(err, MOTE_ERR_FORMAT, "variable %s is %s%s, and is given %s%s",
                         mote_show_string(state->variable).text, mote_dtype_name(state->dtype), mote_shape_show(state).text,
                         mote_dtype_name(value->dtype), mote_shape_show(value).text);
    state->data = mote_arena_copy(&r->model->arena, value->data, mote_tensor_bytes(value), 1, err);
    return err->code;
}

static mote_status init_variable(reader *r, const mote_graph *from, const mote_node *node, mote_error *err)
{
    const mote_tensor *handle = mote_node_in(from, node, 0), *value = mote_node_in(from, node, 1);
    int32_t            g;

    if (!handle || !handle->variable || !value || value->kind != MOTE_CONST)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "it assigns what is no constant");
    for (g = 0; g < r->model->graph_count; g++)
        MOTE_TRY(set_first_value(r, mote_tflite_find_variable(&r->model->graphs[g], handle->variable), value, err));
    return MOTE_OK;
}

static mote_status init_all(reader *r, const mote_graph *from, mote_error *err)
{
    int32_t n;

    for (n = 0; n < from->node_count; n++)
        if (from->nodes[n].op == MOTE_OP_ASSIGN_VARIABLE)
            MOTE_TRY(init_variable(r, from, &from->nodes[n], err));
        else if (from->nodes[n].op != MOTE_OP_VAR_HANDLE)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s does more than to assign constants",
                             mote_node_show(from, &from->nodes[n]).text);
    return MOTE_OK;
}

/* The first values that a subgraph gives variables, once. */
static mote_status init_from(reader *r, uint32_t index, mote_error *err)
{
    reader init;

    init.model = NULL;
    if (read_init_graph(&init, r, index, err) == MOTE_OK)
        init_all(r, init.graph, err);
    mote_model_destroy(init.model);
    return err->code;
}

/* r->graph, which is graph `index` of the model. */
static mote_status read_graph(reader *r, int32_t index, mote_error *err)
{
    MOTE_TRY(read_nodes(r, err));
    MOTE_TRY(find_bodies(r, index, err));
    MOTE_TRY(read_ends(r, err));
    if (index == 0)
        MOTE_TRY(read_signature(r, err));
    MOTE_TRY(check_given(r, err));
    MOTE_TRY(read_tensors(r, err));
    MOTE_TRY(settle_empty_constants(r, err));
    MOTE_TRY(hand_on(r, err));
    MOTE_TRY(take_handles(r, err));
    MOTE_TRY(settle_variables(r, err));
    return settle(r, err) == MOTE_OK ? MOTE_OK : mote_lacks_explain_types(r->graph, err);
}

static mote_status read_body(const reader *r, int32_t index, mote_error *err)
{
    reader body = {.file = r->file,
                   .model = r->model,
                   .graph = &r->model->graphs[index],
                   .root = r->root,
                   .buffers = r->buffers,
                   .codes = r->codes,
                   .subgraphs = r->subgraphs,
                   .has_fixed_batch = r->has_fixed_batch,
                   .file_index = r->file_index,
                   .handed = r->handed,
                   .given = &r->handed[index]};

    body.subgraph = mote_fb_element_table(&r->subgraphs, (uint32_t)r->file_index[index], "SubGraph", err);
    body.tensors = mote_fb_vector_at(&body.subgraph, subgraph_tensors, 4, err);
    MOTE_TRY(err->code);
    return read_graph(&body, index, err);
}

/* The main graph, and then those that it runs: each may add more of them. */
static mote_status read_graphs(reader *r, mote_error *err)
{
    int32_t g;

    r->file_index = MOTE_NEW(&r->model->arena, int32_t, MOTE_GRAPHS_MAX, err);
    r->handed = MOTE_NEW(&r->model->arena, handed, MOTE_GRAPHS_MAX, err);
    if (err->code != MOTE_OK)
        return err->code;
    MOTE_TRY(read_graph(r, 0, err));
    for (g = 1; g < r->model->graph_count; g++)
        if (read_body(r, g, err) != MOTE_OK)
            return mote_context(err, "subgraph %d", r->file_index[g]);
    return MOTE_OK;
}

static mote_status read_model(reader *r, mote_error *err)
{
    MOTE_TRY(open_model(r, err));
    r->model->name = copy_string(r, mote_fb_string_at(&r->subgraph, subgraph_name, err), err);
    r->model->description = copy_string(r, mote_fb_string_at(&r->root, model_description, err), err);
    MOTE_TRY(err->code);
    MOTE_TRY(read_graphs(r, err));
    MOTE_TRY(call_once(r, err));
    MOTE_TRY(read_metadata(r, err));
    MOTE_TRY(name_left_out(r, err));
    r->model->stage = stage_of(r->model);
    return mote_model_verify(r->model, err) == MOTE_OK ? MOTE_OK : mote_lacks_explain_types(&r->model->graphs[0], err);
}

mote_status mote_tflite_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                             mote_error *err)
{
    const size_t memory_cap_bytes = options ? options->memory_bytes : 0;
    size_t       justified = mote_size_add(mote_size_mul(count, MEMORY_PER_FILE_BYTE), MEMORY_AT_LEAST);
    size_t       cap = memory_cap_bytes ? memory_cap_bytes : MOTE_ARENA_DEFAULT_CAP;
    reader       r = {.file = {bytes, count}, .options = options};

    *out = NULL;
    if (!mote_is_tflite(bytes, count))
        return mote_fail(err, MOTE_ERR_FORMAT, "not a .tflite file: \"" TFLITE_IDENTIFIER "\" is missing at byte 4");
    MOTE_TRY(mote_model_create(&r.model, MOTE_STAGE_INFER, justified < cap ? justified : cap, err));
    r.graph = &r.model->graphs[0];
    if (read_model(&r, err) != MOTE_OK) {
        mote_model_destroy(r.model);
        return err->code;
    }
    r.model->arena.cap_bytes = memory_cap_bytes; /* what later steps may add is the caller's to bound */
    *out = r.model;
    return MOTE_OK;
}
