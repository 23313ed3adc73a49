/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/onnx_file.h"

#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "base/text.h"
#include "formats/import/protobuf.h"
#include "formats/onnx/schema.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw data are copied as the file has them: little-endian");

typedef struct parser {
    mote_arena  *arena;
    const char  *folder;
    mote_file   *external; /* the file with constants that was read last */
    const char **external_path;
    size_t       cap_most;
} parser;

/* ---- types ---- */

static const struct {
    const char *name;
    mote_dtype  dtype;
} types[] = {
    [ONNX_FLOAT] = {"FLOAT", MOTE_F32},        [ONNX_UINT8] = {"UINT8", MOTE_U8},
    [ONNX_INT8] = {"INT8", MOTE_I8},           [ONNX_UINT16] = {"UINT16", MOTE_U16},
    [ONNX_INT16] = {"INT16", MOTE_I16},        [ONNX_INT32] = {"INT32", MOTE_I32},
    [ONNX_INT64] = {"INT64", MOTE_I64},        [ONNX_STRING] = {"STRING", MOTE_DTYPE_COUNT},
    [ONNX_BOOL] = {"BOOL", MOTE_BOOL},         [ONNX_FLOAT16] = {"FLOAT16", MOTE_F16},
    [ONNX_DOUBLE] = {"DOUBLE", MOTE_F64},      [ONNX_UINT32] = {"UINT32", MOTE_U32},
    [ONNX_UINT64] = {"UINT64", MOTE_U64},      [14] = {"COMPLEX64", MOTE_DTYPE_COUNT},
    [15] = {"COMPLEX128", MOTE_DTYPE_COUNT},   [16] = {"BFLOAT16", MOTE_DTYPE_COUNT},
    [17] = {"FLOAT8E4M3FN", MOTE_DTYPE_COUNT}, [18] = {"FLOAT8E4M3FNUZ", MOTE_DTYPE_COUNT},
    [19] = {"FLOAT8E5M2", MOTE_DTYPE_COUNT},   [20] = {"FLOAT8E5M2FNUZ", MOTE_DTYPE_COUNT},
    [21] = {"UINT4", MOTE_DTYPE_COUNT},        [22] = {"INT4", MOTE_DTYPE_COUNT},
    [23] = {"FLOAT4E2M1", MOTE_DTYPE_COUNT},
};
enum { TYPE_COUNT = sizeof types / sizeof *types };

const char *mote_onnx_type_name(int32_t type)
{
    return type > 0 && type < TYPE_COUNT ? types[type].name : "of no known type";
}

mote_dtype mote_onnx_dtype(int32_t type)
{
    return type > 0 && type < TYPE_COUNT ? types[type].dtype : MOTE_DTYPE_COUNT;
}

int32_t mote_onnx_type_of(mote_dtype dtype)
{
    int32_t i = 1;

    while (i < TYPE_COUNT && types[i].dtype != dtype)
        i++;
    return i;
}

bool mote_is_onnx(const void *bytes, size_t count)
{
    return bytes && strcmp(mote_file_kind_of(bytes, count)->name, MOTE_KIND_ONNX) == 0;
}

/* ---- constants ---- */

typedef struct tensor_parts {
    mote_pb       message;
    mote_pb_field raw;
    bool          has_raw, is_external;
} tensor_parts;

static mote_status read_dims(mote_import_tensor *tensor, const mote_pb_field *field, mote_error *err)
{
    uint64_t value;
    size_t   at = 0;

    while (mote_pb_next_varint(field, &at, &value, err)) {
        if (value > INT32_MAX)
            return mote_fail(err, MOTE_ERR_FORMAT, "a dimension of %lld", (long long)value);
        if (tensor->rank == MOTE_RANK_MAX)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "more than %d dimensions", MOTE_RANK_MAX);
        tensor->dim[tensor->rank++] = (int32_t)value;
    }
    return err->code;
}

/* The name first: messages tell it. */
static mote_status read_tensor_name(const parser *p, mote_import_tensor *tensor, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    tensor->name = "";
    while (mote_pb_next(&message, &field, err))
        if (field.number == TENSOR_NAME)
            tensor->name = mote_pb_string(&field, p->arena, err);
    return err->code;
}

static mote_status read_tensor_head(mote_import_tensor *tensor, tensor_parts *parts, mote_error *err)
{
    mote_pb       message = parts->message;
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err)) {
        if (field.number == TENSOR_DIMS)
            MOTE_TRY(read_dims(tensor, &field, err));
        else if (field.number == TENSOR_TYPE)
            tensor->file_type = (int32_t)field.value;
        else if (field.number == TENSOR_SEGMENT)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "it comes in segments");
        else if (field.number == TENSOR_LOCATION)
            parts->is_external = field.value == ONNX_EXTERNAL;
        else if (field.number == TENSOR_RAW && field.wire == MOTE_PB_BYTES) {
            parts->raw = field;
            parts->has_raw = true;
        }
    }
    return err->code;
}

static size_t count_of(const mote_import_tensor *tensor)
{
    size_t  count = 1;
    int32_t i;

    for (i = 0; i < tensor->rank; i++)
        count = mote_size_mul(count, (size_t)tensor->dim[i]);
    return count;
}

static size_t width_of(mote_dtype dtype)
{
    return (size_t)mote_dtype_bits(dtype) / 8;
}

/* The field that holds values of the type where they are not raw, and how wide they are there (0: varints). */
static uint32_t typed_field(int32_t type, size_t *fixed_bytes)
{
    *fixed_bytes = type == ONNX_FLOAT ? 4 : type == ONNX_DOUBLE ? 8 : 0;
    switch (type) {
    case ONNX_FLOAT:
        return TENSOR_FLOATS;
    case ONNX_DOUBLE:
        return TENSOR_DOUBLES;
    case ONNX_INT64:
        return TENSOR_INT64S;
    case ONNX_UINT32:
    case ONNX_UINT64:
        return TENSOR_UINT64S;
    default:
        return TENSOR_INT32S;
    }
}

/* Values one by one, each at least a byte of the file. */
static mote_status read_typed(const parser *p, mote_import_tensor *tensor, mote_pb message, size_t count, mote_error *err)
{
    size_t         fixed, width = width_of(tensor->dtype), found = 0, at;
    const uint32_t number = typed_field(tensor->file_type, &fixed);
    uint8_t       *values;
    mote_pb_field  field;
    uint64_t       value;

    if (count > (size_t)(message.end - message.begin))
        return mote_fail(err, MOTE_ERR_FORMAT, "%zu values are said to be in %zu bytes", count,
                         (size_t)(message.end - message.begin));
    if (!(values = mote_arena_alloc(p->arena, count, width, err)))
        return err->code;
    while (mote_pb_next(&message, &field, err))
        for (at = 0; field.number == number && (fixed ? mote_pb_next_fixed(&field, &at, fixed, &value, err)
                                                      : mote_pb_next_varint(&field, &at, &value, err));) {
            if (found < count)
                memcpy(values + found * width, &value, width);
            found++;
        }
    MOTE_TRY(err->code);
    if (found != count)
        return mote_fail(err, MOTE_ERR_FORMAT, "it has %zu values, its shape %zu", found, count);
    tensor->values = values;
    return MOTE_OK;
}

typedef struct external_place {
    const char *location;
    uint64_t    offset, length;
    bool        has_length;
} external_place;

static mote_status read_decimal(const char *text, uint64_t *out, mote_error *err)
{
    *out = 0;
    if (*text == '\0')
        return mote_fail(err, MOTE_ERR_FORMAT, "external data: a place without digits");
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || *out > (UINT64_MAX - 9) / 10)
            return mote_fail(err, MOTE_ERR_FORMAT, "external data: a place that is no number");
        *out = *out * 10 + (uint64_t)(*text - '0');
    }
    return MOTE_OK;
}

static mote_status read_external_entry(const parser *p, external_place *place, mote_pb entry, mote_error *err)
{
    const char   *key = "", *value = "";
    mote_pb_field field;

    while (mote_pb_next(&entry, &field, err))
        if (field.number == ENTRY_KEY)
            key = mote_pb_string(&field, p->arena, err);
        else if (field.number == ENTRY_VALUE)
            value = mote_pb_string(&field, p->arena, err);
    MOTE_TRY(err->code);
    if (strcmp(key, "location") == 0)
        place->location = value;
    else if (strcmp(key, "offset") == 0)
        return read_decimal(value, &place->offset, err);
    else if (strcmp(key, "length") == 0) {
        place->has_length = true;
        return read_decimal(value, &place->length, err);
    }
    return MOTE_OK;
}

/* Beside the model or below it, and nowhere else: the name comes from the file. */
static bool leads_out(const char *path)
{
    const char *part = path;

    if (path[0] == '/' || path[0] == '\\' || strchr(path, ':') || strchr(path, '\\'))
        return true;
    for (;;) {
        const size_t length = strcspn(part, "/");
        if (length == 2 && part[0] == '.' && part[1] == '.')
            return true;
        if (part[length] == '\0')
            return false;
        part += length + 1;
    }
}

/* Constants mostly lie in one file: it stays open for the next. */
static mote_status open_external(const parser *p, const char *location, mote_error *err)
{
    const char *path;

    if (*p->external_path && strcmp(*p->external_path, location) == 0)
        return MOTE_OK;
    mote_file_close(p->external);
    *p->external = (mote_file){0};
    *p->external_path = NULL;
    if (!(path = mote_path_join(p->arena, p->folder, location, err)) || mote_file_open(p->external, path, err) != MOTE_OK)
        return err->code;
    *p->external_path = location;
    p->arena->cap_bytes = mote_size_add(p->arena->cap_bytes, mote_size_mul(p->external->count, 4));
    if (p->arena->cap_bytes > p->cap_most)
        p->arena->cap_bytes = p->cap_most;
    return MOTE_OK;
}

static mote_status take_external(const parser *p, mote_import_tensor *tensor, const external_place *place, size_t bytes,
                                 mote_error *err)
{
    mote_file *file = p->external;

    if (open_external(p, place->location, err) == MOTE_OK) {
        if (place->offset > file->count || bytes > file->count - place->offset)
            mote_fail(err, MOTE_ERR_FORMAT, "%zu bytes from byte %llu on of a file of %zu", bytes,
                      (unsigned long long)place->offset, file->count);
        else
            tensor->values = mote_arena_copy(p->arena, file->bytes + place->offset, bytes, 1, err);
    }
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "external data %s", mote_show_string(place->location).text);
}

static mote_status read_external(const parser *p, mote_import_tensor *tensor, mote_pb message, size_t bytes, mote_error *err)
{
    external_place place = {.location = ""};
    mote_pb_field  field;

    while (mote_pb_next(&message, &field, err))
        if (field.number == TENSOR_EXTERNAL)
            MOTE_TRY(read_external_entry(p, &place, mote_pb_within(&field), err));
    MOTE_TRY(err->code);
    if (place.location[0] == '\0')
        return mote_fail(err, MOTE_ERR_FORMAT, "external data without a location");
    if (leads_out(place.location))
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "external data %s: only files beside the model, or in folders there, are "
                         "read",
                         mote_show_string(place.location).text);
    if (!p->folder)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "its data lie in another file, %s, and the model comes from memory",
                         mote_show_string(place.location).text);
    if (place.has_length && place.length != bytes)
        return mote_fail(err, MOTE_ERR_FORMAT, "external data of %llu bytes, its shape takes %zu",
                         (unsigned long long)place.length, bytes);
    return take_external(p, tensor, &place, bytes, err);
}

static mote_status check_bools(const mote_import_tensor *tensor, size_t count, mote_error *err)
{
    const uint8_t *values = tensor->values;
    size_t         i;

    for (i = 0; tensor->dtype == MOTE_BOOL && i < count; i++)
        if (values[i] > 1)
            return mote_fail(err, MOTE_ERR_FORMAT, "truth value %zu is %d", i, values[i]);
    return MOTE_OK;
}

static mote_status read_values(const parser *p, mote_import_tensor *tensor, const tensor_parts *parts, mote_error *err)
{
    const size_t count = count_of(tensor), bytes = mote_size_mul(count, width_of(tensor->dtype));

    if (bytes > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "larger than 2 GiB");
    if (parts->is_external)
        MOTE_TRY(read_external(p, tensor, parts->message, bytes, err));
    else if (!parts->has_raw)
        MOTE_TRY(read_typed(p, tensor, parts->message, count, err));
    else if (parts->raw.count != bytes)
        return mote_fail(err, MOTE_ERR_FORMAT, "it has %zu bytes, %zu values of %s take %zu", parts->raw.count, count,
                         mote_dtype_name(tensor->dtype), bytes);
    else
        tensor->values = mote_arena_copy(p->arena, parts->raw.bytes, bytes, 1, err);
    MOTE_TRY(err->code);
    return check_bools(tensor, count, err);
}

static mote_status read_tensor(const parser *p, mote_import_tensor *tensor, mote_pb message, mote_error *err)
{
    tensor_parts parts = {.message = message};

    if (read_tensor_name(p, tensor, message, err) == MOTE_OK && read_tensor_head(tensor, &parts, err) == MOTE_OK) {
        tensor->dtype = mote_onnx_dtype(tensor->file_type);
        if (tensor->dtype != MOTE_DTYPE_COUNT)
            read_values(p, tensor, &parts, err);
    }
    return err->code == MOTE_OK
               ? MOTE_OK
               : mote_context(err, "constant \"%s\"", mote_show_string(tensor->name ? tensor->name : "").text);
}

/* ---- attributes ---- */

static size_t count_numbers(mote_pb message, uint32_t number, size_t fixed, mote_error *err)
{
    mote_pb_field field;
    uint64_t      value;
    size_t        count = 0, at;

    while (mote_pb_next(&message, &field, err))
        for (at = 0; field.number == number && (fixed ? mote_pb_next_fixed(&field, &at, fixed, &value, err)
                                                      : mote_pb_next_varint(&field, &at, &value, err));)
            count++;
    return count;
}

static mote_status read_lists(const parser *p, mote_import_attribute *out, mote_pb message, mote_error *err)
{
    const size_t floats = count_numbers(message, ATTRIBUTE_FLOATS, 4, err),
                 ints = count_numbers(message, ATTRIBUTE_INTS, 0, err);
    const int32_t strings = mote_pb_count(message, ATTRIBUTE_STRINGS, err);
    float        *f = MOTE_NEW(p->arena, float, floats, err);
    int64_t      *n = MOTE_NEW(p->arena, int64_t, ints, err);
    mote_pb_field field;
    uint64_t      value;
    size_t        at;

    out->strings = MOTE_NEW(p->arena, const char *, strings, err);
    MOTE_TRY(err->code);
    if (floats > INT32_MAX || ints > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "a list of more than 2^31 numbers");
    while (mote_pb_next(&message, &field, err))
        if (field.number == ATTRIBUTE_FLOATS)
            for (at = 0; mote_pb_next_fixed(&field, &at, 4, &value, err);)
                memcpy(&f[out->float_count++], &value, 4);
        else if (field.number == ATTRIBUTE_INTS)
            for (at = 0; mote_pb_next_varint(&field, &at, &value, err);)
                n[out->int_count++] = (int64_t)value;
        else if (field.number == ATTRIBUTE_STRINGS)
            out->strings[out->string_count++] = mote_pb_string(&field, p->arena, err);
    out->floats = f;
    out->ints = n;
    return err->code;
}

static mote_status read_attribute_field(const parser *p, mote_import_attribute *out, const mote_pb_field *field,
                                        mote_error *err)
{
    switch (field->number) {
    case ATTRIBUTE_NAME:
        out->name = mote_pb_string(field, p->arena, err);
        return err->code;
    case ATTRIBUTE_F:
        memcpy(&out->f, &field->value, sizeof out->f);
        return MOTE_OK;
    case ATTRIBUTE_I:
        out->i = (int64_t)field->value;
        return MOTE_OK;
    case ATTRIBUTE_S:
        out->s = mote_pb_string(field, p->arena, err);
        return err->code;
    case ATTRIBUTE_T:
        out->t = MOTE_NEW(p->arena, mote_import_tensor, 1, err);
        return out->t ? read_tensor(p, out->t, mote_pb_within(field), err) : err->code;
    case ATTRIBUTE_G:
        out->has_graph = true;
        return MOTE_OK;
    default:
        return MOTE_OK;
    }
}

static mote_status read_attribute(const parser *p, mote_import_attribute *out, mote_pb message, mote_error *err)
{
    const mote_pb whole = message;
    mote_pb_field field;

    *out = (mote_import_attribute){.name = "", .s = ""};
    while (mote_pb_next(&message, &field, err))
        if (read_attribute_field(p, out, &field, err) != MOTE_OK)
            break;
    return err->code == MOTE_OK && read_lists(p, out, whole, err) == MOTE_OK
               ? MOTE_OK
               : mote_context(err, "attribute \"%s\"", mote_show_string(out->name).text);
}

/* ---- nodes ---- */

static mote_status read_node(const parser *p, mote_import_node *node, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    *node = (mote_import_node){.name = "", .type = "", .domain = ""};
    node->in = MOTE_NEW(p->arena, const char *, mote_pb_count(message, NODE_INPUT, err), err);
    node->out = MOTE_NEW(p->arena, const char *, mote_pb_count(message, NODE_OUTPUT, err), err);
    node->attributes = MOTE_NEW(p->arena, mote_import_attribute, mote_pb_count(message, NODE_ATTRIBUTE, err), err);
    MOTE_TRY(err->code);
    while (mote_pb_next(&message, &field, err))
        if (field.number == NODE_INPUT)
            node->in[node->in_count++] = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_OUTPUT)
            node->out[node->out_count++] = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_NAME)
            node->name = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_TYPE)
            node->type = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_DOMAIN)
            node->domain = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_ATTRIBUTE)
            MOTE_TRY(read_attribute(p, &node->attributes[node->attribute_count++], mote_pb_within(&field), err));
    return err->code;
}

/* ---- inputs and outputs ---- */

static mote_status read_dim(const parser *p, mote_import_end *end, mote_pb message, mote_error *err)
{
    const int32_t axis = end->rank;
    mote_pb_field field;

    if (axis == MOTE_RANK_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "more than %d dimensions", MOTE_RANK_MAX);
    end->dim[axis] = -1;
    end->dim_param[axis] = "";
    end->rank++;
    while (mote_pb_next(&message, &field, err))
        if (field.number == DIM_PARAM)
            end->dim_param[axis] = mote_pb_string(&field, p->arena, err);
        else if (field.number == DIM_VALUE && field.value <= INT32_MAX)
            end->dim[axis] = (int32_t)field.value;
        else if (field.number == DIM_VALUE && (int64_t)field.value != -1)
            return mote_fail(err, MOTE_ERR_FORMAT, "dimension %d is %lld", axis, (long long)field.value);
    return err->code;
}

static mote_status read_shape(const parser *p, mote_import_end *end, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    end->has_shape = true;
    end->rank = 0;
    while (mote_pb_next(&message, &field, err))
        if (field.number == SHAPE_DIM)
            MOTE_TRY(read_dim(p, end, mote_pb_within(&field), err));
    return err->code;
}

static mote_status read_tensor_type(const parser *p, mote_import_end *end, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err))
        if (field.number == TENSOR_TYPE_ELEMENT)
            end->file_type = (int32_t)field.value;
        else if (field.number == TENSOR_TYPE_SHAPE)
            MOTE_TRY(read_shape(p, end, mote_pb_within(&field), err));
    end->dtype = mote_onnx_dtype(end->file_type);
    return err->code;
}

static mote_status read_type(const parser *p, mote_import_end *end, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err))
        if (field.number == TYPE_TENSOR)
            MOTE_TRY(read_tensor_type(p, end, mote_pb_within(&field), err));
    return err->code;
}

static mote_status read_end(const parser *p, mote_import_end *end, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    *end = (mote_import_end){.name = "", .dtype = MOTE_DTYPE_COUNT};
    while (mote_pb_next(&message, &field, err))
        if (field.number == VALUE_NAME)
            end->name = mote_pb_string(&field, p->arena, err);
        else if (field.number == VALUE_TYPE && read_type(p, end, mote_pb_within(&field), err) != MOTE_OK)
            break;
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "\"%s\"", mote_show_string(end->name).text);
}

/* ---- the graph ---- */

static mote_status read_graph_field(const parser *p, mote_import_file *out, const mote_pb_field *field, mote_error *err)
{
    const mote_pb within = mote_pb_within(field);

    switch (field->number) {
    case GRAPH_NODE:
        if (read_node(p, &out->nodes[out->node_count++], within, err) != MOTE_OK)
            return mote_context(err, "node %d", out->node_count - 1);
        return MOTE_OK;
    case GRAPH_NAME:
        out->graph_name = mote_pb_string(field, p->arena, err);
        return err->code;
    case GRAPH_INITIALIZER:
        return read_tensor(p, &out->initializers[out->initializer_count++], within, err);
    case GRAPH_INPUT:
        return read_end(p, &out->inputs[out->input_count++], within, err) == MOTE_OK ? MOTE_OK : mote_context(err, "input");
    case GRAPH_OUTPUT:
        return read_end(p, &out->outputs[out->output_count++], within, err) == MOTE_OK ? MOTE_OK
                                                                                       : mote_context(err, "output");
    case GRAPH_SPARSE_INITIALIZER:
        out->has_sparse = true;
        return MOTE_OK;
    default:
        return MOTE_OK;
    }
}

static mote_status read_graph(const parser *p, mote_import_file *out, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    if (out->nodes)
        return mote_fail(err, MOTE_ERR_FORMAT, "two graphs");
    out->nodes = MOTE_NEW(p->arena, mote_import_node, mote_pb_count(message, GRAPH_NODE, err), err);
    out->initializers = MOTE_NEW(p->arena, mote_import_tensor, mote_pb_count(message, GRAPH_INITIALIZER, err), err);
    out->inputs = MOTE_NEW(p->arena, mote_import_end, mote_pb_count(message, GRAPH_INPUT, err), err);
    out->outputs = MOTE_NEW(p->arena, mote_import_end, mote_pb_count(message, GRAPH_OUTPUT, err), err);
    MOTE_TRY(err->code);
    while (mote_pb_next(&message, &field, err))
        MOTE_TRY(read_graph_field(p, out, &field, err));
    return err->code;
}

static mote_status read_opset(const parser *p, mote_import_file *out, mote_pb message, mote_error *err)
{
    const char   *domain = "";
    int64_t       version = 0;
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err))
        if (field.number == OPSET_DOMAIN)
            domain = mote_pb_string(&field, p->arena, err);
        else if (field.number == OPSET_VERSION)
            version = (int64_t)field.value;
    MOTE_TRY(err->code);
    if (domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0)
        out->opset = version;
    return MOTE_OK;
}

static mote_status read_model_field(const parser *p, mote_import_file *out, const mote_pb_field *field, mote_error *err)
{
    switch (field->number) {
    case MODEL_IR_VERSION:
        out->ir_version = (int64_t)field->value;
        return MOTE_OK;
    case MODEL_PRODUCER:
        out->producer = mote_pb_string(field, p->arena, err);
        return err->code;
    case MODEL_GRAPH:
        return read_graph(p, out, mote_pb_within(field), err);
    case MODEL_OPSET:
        return read_opset(p, out, mote_pb_within(field), err);
    case MODEL_FUNCTIONS:
        out->has_functions = true;
        return MOTE_OK;
    default:
        return MOTE_OK;
    }
}

mote_status mote_onnx_file_read(mote_import_file *out, const uint8_t *bytes, size_t count, const char *folder,
                                size_t cap_most, mote_arena *arena, mote_error *err)
{
    mote_file     external = {0};
    const char   *external_path = NULL;
    const parser  p = {arena, folder, &external, &external_path, cap_most};
    mote_pb       message = mote_pb_of(bytes, count);
    mote_pb_field field;

    *out = (mote_import_file){.producer = "", .graph_name = ""};
    while (mote_pb_next(&message, &field, err) && read_model_field(&p, out, &field, err) == MOTE_OK)
        ;
    mote_file_close(&external);
    MOTE_TRY(err->code);
    if (!out->nodes)
        return mote_fail(err, MOTE_ERR_FORMAT, "an ONNX model without a graph");
    return MOTE_OK;
}
