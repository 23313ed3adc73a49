/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/saved_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "formats/import/protobuf.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/types.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw data are copied as the file has them: little-endian");

typedef struct parser {
    mote_tf_file *file;
    mote_arena   *arena;
} parser;

/* ---- pieces ---- */

/* The strings of a message's field. */
static const char **read_strings(const parser *p, mote_pb message, uint32_t number, int32_t *count, mote_error *err)
{
    const char  **out = MOTE_NEW(p->arena, const char *, mote_pb_count(message, number, err), err);
    mote_pb_field field;

    *count = 0;
    while (out && mote_pb_next(&message, &field, err))
        if (field.number == number && (out[(*count)++] = mote_pb_string(&field, p->arena, err)) == NULL)
            return NULL;
    return err->code == MOTE_OK ? out : NULL;
}

/* ---- constants ---- */

typedef struct numbers {
    mote_pb  message;
    uint32_t field;
    size_t   wire_bytes; /* 0: varints */
} numbers;

static numbers field_of(mote_pb message, int32_t type)
{
    switch (type) {
    case 1:
        return (numbers){message, TENSOR_FLOATS, 4};
    case 2:
        return (numbers){message, TENSOR_DOUBLES, 8};
    case 9:
        return (numbers){message, TENSOR_INT64S, 0};
    case 10:
        return (numbers){message, TENSOR_BOOLS, 0};
    case 19:
        return (numbers){message, TENSOR_HALFS, 0};
    case 22:
        return (numbers){message, TENSOR_UINT32S, 0};
    case 23:
        return (numbers){message, TENSOR_UINT64S, 0};
    default:
        return (numbers){message, TENSOR_INTS, 0};
    }
}

/* One number each; the last one is that of all elements behind it. */
static mote_status fill_numbers(uint8_t *to, size_t count, size_t width, numbers from, mote_error *err)
{
    mote_pb_field field;
    uint64_t      value = 0;
    size_t        at, given = 0;

    while (mote_pb_next(&from.message, &field, err)) {
        if (field.number != from.field)
            continue;
        at = 0;
        while (from.wire_bytes ? mote_pb_next_fixed(&field, &at, from.wire_bytes, &value, err)
                               : mote_pb_next_varint(&field, &at, &value, err)) {
            if (given == count)
                return mote_fail(err, MOTE_ERR_FORMAT, "a constant has more numbers than its shape says");
            memcpy(to + given++ * width, &value, width);
        }
    }
    for (; given > 0 && given < count; given++)
        memcpy(to + given * width, to + (given - 1) * width, width);
    return err->code;
}

static mote_status read_values(const parser *p, mote_import_tensor *out, mote_pb message, const mote_pb_field *content,
                               mote_error *err)
{
    const size_t width = (size_t)mote_dtype_bits(out->dtype) / 8;
    size_t       count = 1;
    uint8_t     *to;
    int32_t      i;

    for (i = 0; i < out->rank; i++)
        count = mote_size_mul(count, (size_t)out->dim[i]);
    if (content->count > 0 && content->count != mote_size_mul(count, width))
        return mote_fail(err, MOTE_ERR_FORMAT, "a constant of %zu bytes, its shape says %zu elements", content->count,
                         count);
    if (!(to = mote_arena_alloc(p->arena, count, width, err)))
        return err->code;
    out->values = to;
    if (content->count > 0)
        memcpy(to, content->bytes, content->count);
    else if (count > 0)
        MOTE_TRY(fill_numbers(to, count, width, field_of(message, out->file_type), err));
    return MOTE_OK;
}

static mote_status read_tensor(const parser *p, mote_import_attribute *a, mote_pb message, mote_error *err)
{
    mote_import_tensor *out = MOTE_NEW(p->arena, mote_import_tensor, 1, err);
    mote_pb_field       field, content = {.bytes = (const uint8_t *)""};
    mote_pb             rest = message;
    bool                has_rank = true;
    int32_t             i;

    if (!out)
        return err->code;
    out->name = "";
    a->t = out;
    while (mote_pb_next(&rest, &field, err)) {
        if (field.number == TENSOR_TYPE)
            out->file_type = (int32_t)field.value;
        else if (field.number == TENSOR_SHAPE)
            MOTE_TRY(mote_tf_read_shape(mote_pb_within(&field), &out->rank, out->dim, &has_rank, err));
        else if (field.number == TENSOR_CONTENT && field.wire == MOTE_PB_BYTES)
            content = field;
    }
    out->dtype = mote_tf_dtype(out->file_type);
    for (i = 0; i < out->rank; i++)
        if (out->dim[i] < 0 || !has_rank)
            return mote_fail(err, MOTE_ERR_FORMAT, "a constant whose shape is open");
    MOTE_TRY(err->code);
    if (out->file_type == TENSORFLOW_STRING)
        a->strings = read_strings(p, message, TENSOR_STRINGS, &a->string_count, err);
    else if (out->dtype != MOTE_DTYPE_COUNT)
        MOTE_TRY(read_values(p, out, message, &content, err));
    return err->code;
}

/* ---- attributes ---- */

static mote_status read_list_numbers(const parser *p, mote_import_attribute *a, mote_pb message, int32_t count,
                                     mote_error *err)
{
    float        *floats = MOTE_NEW(p->arena, float, count, err);
    int64_t      *ints = MOTE_NEW(p->arena, int64_t, count, err);
    mote_pb_field field;
    uint64_t      value;
    size_t        at;
    uint32_t      bits;

    if (!floats || !ints)
        return err->code;
    a->floats = floats;
    a->ints = ints;
    while (mote_pb_next(&message, &field, err)) {
        at = 0;
        while (field.number == ATTR_F && mote_pb_next_fixed(&field, &at, 4, &value, err)) {
            bits = (uint32_t)value;
            memcpy(&floats[a->float_count++], &bits, sizeof bits);
        }
        while ((field.number == ATTR_I || field.number == ATTR_B || field.number == ATTR_TYPE) &&
               mote_pb_next_varint(&field, &at, &value, err))
            ints[a->int_count++] = (int64_t)value;
    }
    return err->code;
}

/* How many numbers a list may have: one a byte. */
static int32_t most_numbers(mote_pb message, mote_error *err)
{
    mote_pb_field field;
    size_t        count = 0;

    while (mote_pb_next(&message, &field, err))
        if (field.number == ATTR_I || field.number == ATTR_B || field.number == ATTR_TYPE || field.number == ATTR_F)
            count += field.wire == MOTE_PB_BYTES ? field.count : 1;
    return count > INT32_MAX / 16 ? INT32_MAX / 16 : (int32_t)count;
}

static mote_status read_list(const parser *p, mote_import_attribute *a, mote_pb message, mote_error *err)
{
    a->strings = read_strings(p, message, ATTR_S, &a->string_count, err);
    return a->strings ? read_list_numbers(p, a, message, most_numbers(message, err), err) : err->code;
}

static mote_status read_shape(const parser *p, mote_import_attribute *a, mote_pb message, mote_error *err)
{
    int32_t  rank, dim[MOTE_RANK_MAX], i;
    bool     has_rank;
    int64_t *ints = MOTE_NEW(p->arena, int64_t, MOTE_RANK_MAX, err);

    if (!ints || mote_tf_read_shape(message, &rank, dim, &has_rank, err) != MOTE_OK)
        return err->code;
    for (i = 0; i < rank; i++)
        ints[i] = dim[i];
    a->ints = ints;
    a->int_count = has_rank ? rank : -1;
    return MOTE_OK;
}

static mote_status read_value(const parser *p, mote_import_attribute *a, mote_pb message, mote_error *err)
{
    mote_pb_field field, within;
    mote_pb       function;
    uint32_t      bits;

    while (mote_pb_next(&message, &field, err))
        switch (field.number) {
        case ATTR_S:
            a->s = mote_pb_string(&field, p->arena, err);
            break;
        case ATTR_I:
        case ATTR_B:
        case ATTR_TYPE:
            a->i = (int64_t)field.value;
            break;
        case ATTR_F:
            bits = (uint32_t)field.value;
            memcpy(&a->f, &bits, sizeof bits);
            break;
        case ATTR_SHAPE:
            MOTE_TRY(read_shape(p, a, mote_pb_within(&field), err));
            break;
        case ATTR_TENSOR:
            MOTE_TRY(read_tensor(p, a, mote_pb_within(&field), err));
            break;
        case ATTR_LIST:
            MOTE_TRY(read_list(p, a, mote_pb_within(&field), err));
            break;
        case ATTR_FUNC:
            function = mote_pb_within(&field);
            while (mote_pb_next(&function, &within, err))
                if (within.number == FUNC_NAME)
                    a->s = mote_pb_string(&within, p->arena, err);
            break;
        default:
            break;
        }
    if (err->code == MOTE_OK && !a->s)
        a->s = "";
    return err->code;
}

/* A map's entry: what is what it says, and how it is called. */
static const char *read_entry(const parser *p, mote_pb message, mote_pb *value, mote_error *err)
{
    const char   *key = "";
    mote_pb_field field;

    *value = mote_pb_of("", 0);
    while (key && mote_pb_next(&message, &field, err)) {
        if (field.number == ENTRY_KEY)
            key = mote_pb_string(&field, p->arena, err);
        else if (field.number == ENTRY_VALUE)
            *value = mote_pb_within(&field);
    }
    return err->code == MOTE_OK ? key : NULL;
}

/* ---- nodes ---- */

static mote_status read_attributes(const parser *p, mote_tf_node *node, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    mote_pb       value;

    node->attributes = MOTE_NEW(p->arena, mote_import_attribute, mote_pb_count(message, NODE_ATTR, err), err);
    if (!node->attributes)
        return err->code;
    while (mote_pb_next(&message, &field, err)) {
        mote_import_attribute *a = &node->attributes[node->attribute_count];
        if (field.number != NODE_ATTR)
            continue;
        if (!(a->name = read_entry(p, mote_pb_within(&field), &value, err)))
            return err->code;
        if (a->name[0] == '_')
            continue; /* notes for the runtime */
        if (read_value(p, a, value, err) != MOTE_OK)
            return mote_context(err, "attribute %s", mote_show_string(a->name).text);
        node->attribute_count++;
    }
    return err->code;
}

static mote_status read_node(const parser *p, mote_tf_node *node, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    mote_pb       rest = message;

    node->name = node->op = "";
    while (mote_pb_next(&rest, &field, err)) {
        if (field.number == NODE_NAME)
            node->name = mote_pb_string(&field, p->arena, err);
        else if (field.number == NODE_OP)
            node->op = mote_pb_string(&field, p->arena, err);
    }
    MOTE_TRY(err->code);
    if (!(node->in = read_strings(p, message, NODE_INPUT, &node->in_count, err)) ||
        read_attributes(p, node, message, err) != MOTE_OK)
        return mote_context(err, "node \"%s\" (%s)", mote_show_string(node->name).text, mote_show_string(node->op).text);
    return MOTE_OK;
}

static uint64_t hash_node(const mote_tf_file *file, const mote_tf_function *of, const char *name, size_t length)
{
    const uint64_t number = (uint64_t)(of - file->functions);

    return mote_hash_bytes(mote_hash_bytes(MOTE_HASH_SEED, &number, sizeof number), name, length);
}

static mote_status read_nodes(const parser *p, mote_tf_function *of, mote_pb message, uint32_t number, mote_error *err)
{
    mote_tf_file *file = p->file;
    mote_pb_field field;

    of->first = file->node_count;
    while (mote_pb_next(&message, &field, err)) {
        mote_tf_node *node = &file->nodes[file->node_count];
        if (field.number != number)
            continue;
        MOTE_TRY(read_node(p, node, mote_pb_within(&field), err));
        if (mote_tf_find_node(file, of, node->name, strlen(node->name)) >= 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "there are two nodes \"%s\"", mote_show_string(node->name).text);
        if (!mote_index_add(&file->nodes_by_name, hash_node(file, of, node->name, strlen(node->name)), file->node_count))
            return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
        file->node_count++;
        of->count++;
    }
    return err->code;
}

/* ---- functions ---- */

static const char **read_args(const parser *p, mote_pb message, uint32_t number, int32_t *count, mote_error *err)
{
    const char  **out = MOTE_NEW(p->arena, const char *, mote_pb_count(message, number, err), err);
    mote_pb_field field, within;
    mote_pb       arg;

    *count = 0;
    while (out && mote_pb_next(&message, &field, err)) {
        if (field.number != number)
            continue;
        out[*count] = "";
        arg = mote_pb_within(&field);
        while (mote_pb_next(&arg, &within, err))
            if (within.number == ARG_NAME)
                out[*count] = mote_pb_string(&within, p->arena, err);
        if (err->code != MOTE_OK)
            return NULL;
        ++*count;
    }
    return out;
}

static mote_status read_signature_of(const parser *p, mote_tf_function *of, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    mote_pb       rest = message;

    of->name = "";
    while (mote_pb_next(&rest, &field, err))
        if (field.number == OP_NAME)
            of->name = mote_pb_string(&field, p->arena, err);
    MOTE_TRY(err->code);
    of->args = read_args(p, message, OP_INPUT_ARG, &of->arg_count, err);
    of->outs = read_args(p, message, OP_OUTPUT_ARG, &of->out_count, err);
    return err->code;
}

/* What the outputs are, in their order. */
static mote_status read_rets(const parser *p, mote_tf_function *of, mote_pb message, mote_error *err)
{
    mote_pb_field field, within;
    mote_pb       entry;
    int32_t       i;

    if (!(of->rets = MOTE_NEW(p->arena, const char *, of->out_count, err)))
        return err->code;
    while (mote_pb_next(&message, &field, err)) {
        const char *key = "", *ret = "";
        if (field.number != FUNCTION_RET)
            continue;
        entry = mote_pb_within(&field);
        while (mote_pb_next(&entry, &within, err)) {
            if (within.number == ENTRY_KEY)
                key = mote_pb_string(&within, p->arena, err);
            else if (within.number == ENTRY_VALUE)
                ret = mote_pb_string(&within, p->arena, err);
        }
        for (i = 0; err->code == MOTE_OK && i < of->out_count; i++)
            if (strcmp(of->outs[i], key) == 0)
                of->rets[i] = ret;
    }
    for (i = 0; err->code == MOTE_OK && i < of->out_count; i++)
        if (!of->rets[i])
            return mote_fail(err, MOTE_ERR_FORMAT, "output \"%s\" is not said", mote_show_string(of->outs[i]).text);
    return err->code;
}

static mote_status read_function(const parser *p, mote_tf_function *of, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    mote_pb       rest = message;

    of->name = "";
    while (mote_pb_next(&rest, &field, err))
        if (field.number == FUNCTION_SIGNATURE)
            MOTE_TRY(read_signature_of(p, of, mote_pb_within(&field), err));
    if (err->code != MOTE_OK || read_rets(p, of, message, err) != MOTE_OK ||
        read_nodes(p, of, message, FUNCTION_NODE, err) != MOTE_OK)
        return mote_context(err, "function \"%s\"", mote_show_string(of->name).text);
    return MOTE_OK;
}

static mote_status read_library(const parser *p, mote_pb message, mote_error *err)
{
    mote_tf_file *file = p->file;
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err)) {
        mote_tf_function *of = &file->functions[file->function_count];
        if (field.number != LIBRARY_FUNCTION)
            continue;
        file->function_count++;
        MOTE_TRY(read_function(p, of, mote_pb_within(&field), err));
        if (!mote_index_add(&file->functions_by_name, mote_hash_bytes(MOTE_HASH_SEED, of->name, strlen(of->name)),
                            file->function_count - 1))
            return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    }
    return err->code;
}

/* All nodes and functions that a graph and its library have. */
static mote_status count_parts(mote_pb graph, int32_t *nodes, int32_t *functions, mote_error *err)
{
    mote_pb_field field, within;
    mote_pb       library;

    *nodes = mote_pb_count(graph, GRAPH_NODE, err);
    *functions = 1;
    while (mote_pb_next(&graph, &field, err)) {
        if (field.number != GRAPH_LIBRARY)
            continue;
        library = mote_pb_within(&field);
        while (mote_pb_next(&library, &within, err))
            if (within.number == LIBRARY_FUNCTION) {
                ++*functions;
                *nodes += mote_pb_count(mote_pb_within(&within), FUNCTION_NODE, err);
            }
        if (*nodes > INT32_MAX / 4)
            return mote_fail(err, MOTE_ERR_LIMIT, "too many nodes");
    }
    return err->code;
}

static mote_status read_graph(const parser *p, mote_pb graph, mote_error *err)
{
    mote_tf_file *file = p->file;
    mote_pb_field field;
    int32_t       nodes, functions;

    if (file->functions)
        return mote_fail(err, MOTE_ERR_FORMAT, "two graphs in one");
    MOTE_TRY(count_parts(graph, &nodes, &functions, err));
    file->nodes = MOTE_NEW(p->arena, mote_tf_node, nodes, err);
    file->functions = MOTE_NEW(p->arena, mote_tf_function, functions, err);
    if (!file->nodes || !file->functions)
        return err->code;
    file->functions[0].name = "";
    file->function_count = 1;
    MOTE_TRY(read_nodes(p, &file->functions[0], graph, GRAPH_NODE, err));
    while (mote_pb_next(&graph, &field, err))
        if (field.number == GRAPH_LIBRARY)
            MOTE_TRY(read_library(p, mote_pb_within(&field), err));
    return err->code;
}

/* ---- signatures ---- */

static mote_status read_end(const parser *p, mote_tf_end *out, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    int32_t       i;

    out->tensor = "";
    out->end = (mote_import_end){.name = out->key, .dtype = MOTE_DTYPE_COUNT};
    for (i = 0; i < MOTE_RANK_MAX; i++)
        out->end.dim_param[i] = "";
    while (mote_pb_next(&message, &field, err)) {
        if (field.number == INFO_NAME)
            out->tensor = mote_pb_string(&field, p->arena, err);
        else if (field.number == INFO_TYPE)
            out->end.file_type = (int32_t)field.value;
        else if (field.number == INFO_SHAPE)
            MOTE_TRY(mote_tf_read_shape(mote_pb_within(&field), &out->end.rank, out->end.dim, &out->end.has_shape, err));
    }
    out->end.dtype = mote_tf_dtype(out->end.file_type);
    if (out->end.rank > 0 && out->end.dim[0] < 0)
        out->end.dim_param[0] = "batch"; /* the file has no names for dimensions; this one counts samples */
    return err->code;
}

/* By name, numbers in them by their value: output_2 before output_10. */
static int compare_ends(const void *left, const void *right)
{
    const char *a = ((const mote_tf_end *)left)->key, *b = ((const mote_tf_end *)right)->key;

    for (;; a++, b++) {
        const size_t digits_a = strspn(a, "0123456789"), digits_b = strspn(b, "0123456789");
        if (digits_a > 0 && digits_b > 0 && digits_a != digits_b)
            return digits_a < digits_b ? -1 : 1;
        if (*a != *b)
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        if (*a == '\0')
            return 0;
    }
}

static mote_tf_end *read_ends(const parser *p, mote_pb message, uint32_t number, int32_t *count, mote_error *err)
{
    mote_tf_end  *out = MOTE_NEW(p->arena, mote_tf_end, mote_pb_count(message, number, err), err);
    mote_pb_field field;
    mote_pb       value;

    *count = 0;
    while (out && mote_pb_next(&message, &field, err)) {
        if (field.number != number)
            continue;
        if (!(out[*count].key = read_entry(p, mote_pb_within(&field), &value, err)) ||
            read_end(p, &out[*count], value, err) != MOTE_OK)
            return NULL;
        ++*count;
    }
    if (out && *count > 1)
        qsort(out, (size_t)*count, sizeof *out, compare_ends);
    return out;
}

static mote_status read_signatures(const parser *p, mote_pb meta, mote_error *err)
{
    mote_tf_file *file = p->file;
    mote_pb_field field;
    mote_pb       value;

    file->signatures = MOTE_NEW(p->arena, mote_tf_signature, mote_pb_count(meta, META_SIGNATURE, err), err);
    while (file->signatures && mote_pb_next(&meta, &field, err)) {
        mote_tf_signature *s = &file->signatures[file->signature_count];
        if (field.number != META_SIGNATURE)
            continue;
        if (!(s->name = read_entry(p, mote_pb_within(&field), &value, err)) ||
            !(s->inputs = read_ends(p, value, SIGNATURE_INPUTS, &s->input_count, err)) ||
            !(s->outputs = read_ends(p, value, SIGNATURE_OUTPUTS, &s->output_count, err)))
            return err->code;
        file->signature_count++;
    }
    return err->code;
}

/* ---- the file ---- */

static bool is_for_serving(mote_pb meta, mote_error *err)
{
    mote_pb_field field, within;
    mote_pb       info;

    while (mote_pb_next(&meta, &field, err)) {
        if (field.number != META_INFO)
            continue;
        info = mote_pb_within(&field);
        while (mote_pb_next(&info, &within, err))
            if (within.number == INFO_TAGS && within.wire == MOTE_PB_BYTES && within.count == 5 &&
                memcmp(within.bytes, "serve", 5) == 0)
                return true;
    }
    return false;
}

/* That for serving; else the first. */
static bool find_meta(mote_pb message, mote_pb *out, mote_error *err)
{
    mote_pb_field field;
    bool          found = false;

    while (mote_pb_next(&message, &field, err)) {
        if (field.number != SAVED_META_GRAPH)
            continue;
        if (!found)
            *out = mote_pb_within(&field);
        found = true;
        if (is_for_serving(mote_pb_within(&field), err)) {
            *out = mote_pb_within(&field);
            break;
        }
    }
    return found && err->code == MOTE_OK;
}

mote_status mote_tf_file_read(mote_tf_file *out, const uint8_t *bytes, size_t count, bool is_frozen, mote_arena *arena,
                              mote_error *err)
{
    const parser  p = {out, arena};
    mote_pb       meta, message;
    mote_pb_field field;

    if (is_frozen)
        return read_graph(&p, mote_pb_of(bytes, count), err);
    if (!find_meta(mote_pb_of(bytes, count), &meta, err))
        return err->code != MOTE_OK ? err->code : mote_fail(err, MOTE_ERR_FORMAT, "a SavedModel without a graph");
    message = meta;
    while (mote_pb_next(&message, &field, err))
        if (field.number == META_GRAPH_DEF)
            MOTE_TRY(read_graph(&p, mote_pb_within(&field), err));
    MOTE_TRY(read_signatures(&p, meta, err));
    return out->functions ? MOTE_OK : mote_fail(err, MOTE_ERR_FORMAT, "a SavedModel without a graph");
}

void mote_tf_file_close(mote_tf_file *file)
{
    mote_index_free(&file->nodes_by_name);
    mote_index_free(&file->functions_by_name);
}

int32_t mote_tf_find_node(const mote_tf_file *file, const mote_tf_function *of, const char *name, size_t length)
{
    int32_t at = mote_index_first(&file->nodes_by_name, hash_node(file, of, name, length));

    for (; at >= 0; at = mote_index_next(&file->nodes_by_name, at)) {
        const int32_t n = mote_index_value(&file->nodes_by_name, at);
        if (n >= of->first && n < of->first + of->count && strncmp(file->nodes[n].name, name, length) == 0 &&
            file->nodes[n].name[length] == '\0')
            return n;
    }
    return -1;
}

int32_t mote_tf_find_function(const mote_tf_file *file, const char *name)
{
    int32_t at = mote_index_first(&file->functions_by_name, mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name)));

    for (; at >= 0; at = mote_index_next(&file->functions_by_name, at))
        if (strcmp(file->functions[mote_index_value(&file->functions_by_name, at)].name, name) == 0)
            return mote_index_value(&file->functions_by_name, at);
    return -1;
}

const mote_import_attribute *mote_tf_attribute(const mote_tf_node *node, const char *name)
{
    int32_t i;

    for (i = 0; i < node->attribute_count; i++)
        if (strcmp(node->attributes[i].name, name) == 0)
            return &node->attributes[i];
    return NULL;
}
