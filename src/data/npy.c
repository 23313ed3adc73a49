/* .npy: "\x93NUMPY", version, header length, a Python dictionary as text, then the elements.
 * Source: NumPy's numpy/lib/format.py. The dictionary's keys may come in any order; the writer's own layout is
 * the one NumPy writes: version 1, padded with spaces so that the elements begin at a multiple of 64.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "data/array.h"

enum { MAGIC_BYTES = 6, HEADER_MAX = 64 * 1024, DESCR_MAX = 8 };

static const char magic[MAGIC_BYTES + 1] = "\x93NUMPY";

typedef struct npy_header {
    char       descr[DESCR_MAX]; /* "<f4" */
    bool       has_descr, has_order, has_shape;
    bool       is_fortran, is_swapped;
    bool       wants_text;
    mote_array array; /* dtype, rank, dim */
} npy_header;

typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_space(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(cursor *c, char wanted)
{
    skip_space(c);
    if (c->at >= c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t count = strlen(word);

    skip_space(c);
    if ((size_t)(c->end - c->at) < count || memcmp(c->at, word, count) != 0)
        return false;
    c->at += count;
    return true;
}

/* 'text' or "text" without escapes: no key or type of ours needs one. */
static bool take_string(cursor *c, const char **text, size_t *count)
{
    char quote;

    skip_space(c);
    if (c->at >= c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    quote = *c->at++;
    *text = c->at;
    while (c->at < c->end && *c->at != quote && *c->at != '\\')
        c->at++;
    if (c->at >= c->end || *c->at != quote)
        return false;
    *count = (size_t)(c->at++ - *text);
    return true;
}

static mote_status malformed(const cursor *c, const char *wanted, mote_error *err)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "not a valid .npy header: %s expected at \"%s\"", wanted,
                     mote_show(c->at, (size_t)(c->end - c->at) < 20 ? (size_t)(c->end - c->at) : 20).text);
}

static mote_status read_dim(cursor *c, int64_t *dim, mote_error *err)
{
    skip_space(c);
    if (c->at >= c->end || *c->at < '0' || *c->at > '9')
        return malformed(c, "a dimension", err);
    for (*dim = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (*dim > (INT64_MAX - 9) / 10)
            return mote_fail(err, MOTE_ERR_LIMIT, "a dimension is larger than 2^63");
        *dim = *dim * 10 + (*c->at - '0');
    }
    (void)(c->at < c->end && *c->at == 'L' && c->at++); /* Python 2 wrote 3L */
    return MOTE_OK;
}

static mote_status read_shape(cursor *c, npy_header *header, mote_error *err)
{
    mote_array *array = &header->array;

    if (!take(c, '('))
        return malformed(c, "(", err);
    for (array->rank = 0; !take(c, ')'); array->rank++) {
        if (array->rank == MOTE_ARRAY_MAX_RANK)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "has more than %d dimensions", MOTE_ARRAY_MAX_RANK);
        MOTE_TRY(read_dim(c, &array->dim[array->rank], err));
        if (take(c, ','))
            continue;
        if (!take(c, ')'))
            return malformed(c, ", or )", err);
        array->rank++;
        break;
    }
    header->has_shape = true;
    return MOTE_OK;
}

static mote_status read_descr(cursor *c, npy_header *header, mote_error *err)
{
    const char *text;
    size_t      count;

    skip_space(c);
    if (c->at < c->end && *c->at == '[')
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "structured elements are not supported; save each field by itself");
    if (!take_string(c, &text, &count))
        return malformed(c, "a type in quotes", err);
    if (count >= DESCR_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "element type \"%s\" is not supported", mote_show(text, count).text);
    memcpy(header->descr, text, count);
    header->has_descr = true;
    return MOTE_OK;
}

static mote_status read_order(cursor *c, npy_header *header, mote_error *err)
{
    header->is_fortran = take_word(c, "True");
    if (!header->is_fortran && !take_word(c, "False"))
        return malformed(c, "True or False", err);
    header->has_order = true;
    return MOTE_OK;
}

static mote_status read_entry(cursor *c, npy_header *header, mote_error *err)
{
    const char *key;
    size_t      count;

    if (!take_string(c, &key, &count))
        return malformed(c, "a key in quotes", err);
    if (!take(c, ':'))
        return malformed(c, ":", err);
    if (count == 5 && memcmp(key, "descr", 5) == 0 && !header->has_descr)
        return read_descr(c, header, err);
    if (count == 13 && memcmp(key, "fortran_order", 13) == 0 && !header->has_order)
        return read_order(c, header, err);
    if (count == 5 && memcmp(key, "shape", 5) == 0 && !header->has_shape)
        return read_shape(c, header, err);
    return mote_fail(err, MOTE_ERR_FORMAT, "not a valid .npy header: unknown or repeated key \"%s\"",
                     mote_show(key, count).text);
}

static const struct {
    char       name[3];
    mote_dtype dtype;
} types[] = {{"f4", MOTE_F32}, {"f2", MOTE_F16}, {"f8", MOTE_F64}, {"i1", MOTE_I8},  {"u1", MOTE_U8},  {"i2", MOTE_I16},
             {"u2", MOTE_U16}, {"i4", MOTE_I32}, {"u4", MOTE_U32}, {"i8", MOTE_I64}, {"u8", MOTE_U64}, {"b1", MOTE_BOOL}};

enum { TYPE_COUNT = sizeof types / sizeof *types };

/* "<U5": text of five letters, four bytes each; "S5": five bytes. Letters become one more axis. */
static mote_status resolve_text(npy_header *header, mote_error *err)
{
    mote_array *array = &header->array;
    const char *digits = header->descr + 2;
    const int   width = header->descr[0] != '\0' && (header->descr[1] == 'U' || header->descr[1] == 'S') ? atoi(digits) : 0;

    if (width < 1 || strspn(digits, "0123456789") != strlen(digits))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "element type \"%s\" is no text", mote_show_string(header->descr).text);
    if (array->rank == MOTE_ARRAY_MAX_RANK || (header->is_fortran && array->rank > 1))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "its text has %d dimensions; save one word a sample", array->rank);
    array->dtype = header->descr[1] == 'U' ? MOTE_U32 : MOTE_U8;
    array->dim[array->rank++] = width;
    header->is_fortran = false;
    header->is_swapped = mote_is_little_endian() ? header->descr[0] == '>' : header->descr[0] == '<';
    return MOTE_OK;
}

/* "<f4": byte order ('|' and '=' say: does not matter, the writer's own), kind, bytes. */
static mote_status resolve_type(npy_header *header, mote_error *err)
{
    char   order = header->descr[0];
    size_t i;

    if (header->descr[0] != '\0' && header->descr[1] == 'O')
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "holds Python objects; save an array of numbers, or of text: array.astype(str)");
    for (i = 0; i < TYPE_COUNT; i++)
        if (strchr("<>|=", order) && order != '\0' && strcmp(header->descr + 1, types[i].name) == 0) {
            header->array.dtype = types[i].dtype;
            header->is_swapped = mote_is_little_endian() ? order == '>' : order == '<';
            return MOTE_OK;
        }
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "element type \"%s\" is not supported; use bool, int, uint or float",
                     mote_show_string(header->descr).text);
}

static mote_status parse_header(npy_header *header, const char *text, size_t count, mote_error *err)
{
    cursor c = {text, text + count};

    if (!take(&c, '{'))
        return malformed(&c, "{", err);
    while (!take(&c, '}')) {
        MOTE_TRY(read_entry(&c, header, err));
        if (take(&c, ','))
            continue;
        if (!take(&c, '}'))
            return malformed(&c, ", or }", err);
        break;
    }
    skip_space(&c);
    if (c.at != c.end)
        return malformed(&c, "the end", err);
    if (!header->has_descr || !header->has_order || !header->has_shape)
        return mote_fail(err, MOTE_ERR_FORMAT, "not a valid .npy header: %s is missing",
                         !header->has_descr   ? "descr"
                         : !header->has_order ? "fortran_order"
                                              : "shape");
    return header->wants_text ? resolve_text(header, err) : resolve_type(header, err);
}

/* How long the header's text is: 2 bytes in version 1, 4 in versions 2 and 3. */
static mote_status read_header_length(mote_source *source, size_t *count, mote_error *err)
{
    uint8_t start[MAGIC_BYTES + 2], length[4] = {0};

    MOTE_TRY(mote_source_read(source, start, sizeof start, "the header", err));
    if (!mote_is_npy(start, sizeof start))
        return mote_fail(err, MOTE_ERR_FORMAT, "not a .npy file: it does not begin with \\x93NUMPY");
    if (start[6] < 1 || start[6] > 3)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, ".npy version %d.%d is not supported; versions 1 to 3 are", start[6],
                         start[7]);
    MOTE_TRY(mote_source_read(source, length, start[6] == 1 ? 2 : 4, "the header", err));
    *count = length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 | (size_t)length[3] << 24;
    if (*count > HEADER_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "its header of %zu bytes is longer than the limit of %d", *count, HEADER_MAX);
    return MOTE_OK;
}

static mote_status read_header(npy_header *header, mote_source *source, mote_error *err)
{
    size_t count = 0;
    char  *text;

    MOTE_TRY(read_header_length(source, &count, err));
    text = malloc(count + 1);
    if (!text)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (mote_source_read(source, text, count, "the header", err) == MOTE_OK)
        parse_header(header, text, count, err);
    free(text);
    return err->code;
}

/* From the first axis fastest to the last axis fastest. Walks the output in order, with one counter an axis. */
static void transpose(mote_array *to, const mote_array *from, size_t element_bytes)
{
    size_t         stride[MOTE_ARRAY_MAX_RANK], step = element_bytes, i;
    int64_t        index[MOTE_ARRAY_MAX_RANK] = {0};
    const uint8_t *in = from->bytes;
    uint8_t       *out = to->bytes;
    int            axis;

    for (axis = 0; axis < from->rank; axis++) {
        stride[axis] = step;
        step *= (size_t)from->dim[axis];
    }
    for (i = 0; i < from->count; i++, out += element_bytes) {
        memcpy(out, in, element_bytes);
        for (axis = from->rank - 1; axis >= 0; axis--) {
            in += stride[axis];
            if (++index[axis] < from->dim[axis])
                break;
            in -= stride[axis] * (size_t)from->dim[axis];
            index[axis] = 0;
        }
    }
}

static mote_status to_c_order(mote_array *array, size_t max_bytes, mote_error *err)
{
    mote_array ordered = *array;

    MOTE_TRY(mote_array_allocate(&ordered, max_bytes, err));
    transpose(&ordered, array, mote_array_element_bytes(array->dtype));
    mote_array_free(array);
    *array = ordered;
    return MOTE_OK;
}

/* Any byte but 0 is true to NumPy; ours are 0 and 1. */
static void normalize_bools(mote_array *array)
{
    uint8_t *bytes = array->bytes;
    size_t   i;

    for (i = 0; i < array->count; i++)
        bytes[i] = bytes[i] != 0;
}

/* What the header claims against what may come. */
static mote_status expect_elements(const npy_header *header, const mote_source *source, size_t *bytes, mote_error *err)
{
    const mote_array *array = &header->array;

    *bytes = mote_size_mul(mote_array_count(array->rank, array->dim), mote_array_element_bytes(array->dtype));
    return mote_source_expect(source, *bytes, err);
}

static mote_status read_only_header(mote_array *out, mote_source *source, bool wants_text, mote_error *err)
{
    npy_header header = {.wants_text = wants_text};
    size_t     bytes;

    MOTE_TRY(read_header(&header, source, err));
    MOTE_TRY(expect_elements(&header, source, &bytes, err));
    *out = header.array;
    out->count = mote_array_count(out->rank, out->dim);
    return MOTE_OK;
}

mote_status mote_npy_read_header(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err)
{
    (void)max_bytes;
    return read_only_header(out, source, false, err);
}

mote_status mote_npy_read_text_header(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err)
{
    (void)max_bytes;
    return read_only_header(out, source, true, err);
}

static mote_status read_elements(mote_array *out, mote_source *source, bool wants_text, size_t max_bytes, mote_error *err)
{
    npy_header  header = {.wants_text = wants_text};
    mote_array *array = &header.array;
    size_t      element_bytes, bytes;

    MOTE_TRY(read_header(&header, source, err));
    MOTE_TRY(expect_elements(&header, source, &bytes, err));
    element_bytes = mote_array_element_bytes(array->dtype);
    MOTE_TRY(mote_array_allocate(array, max_bytes, err));
    if (mote_source_read(source, array->bytes, bytes, "the elements", err) != MOTE_OK ||
        mote_source_finish(source, err) != MOTE_OK)
        goto failed;
    if (header.is_swapped)
        mote_swap_bytes(array->bytes, array->count, element_bytes);
    if (array->dtype == MOTE_BOOL)
        normalize_bools(array);
    if (header.is_fortran && array->rank > 1 && to_c_order(array, max_bytes, err) != MOTE_OK)
        goto failed;
    *out = *array;
    return MOTE_OK;
failed:
    mote_array_free(array);
    return err->code;
}

mote_status mote_npy_read(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err)
{
    return read_elements(out, source, false, max_bytes, err);
}

mote_status mote_npy_read_text(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err)
{
    return read_elements(out, source, true, max_bytes, err);
}

bool mote_is_npy(const uint8_t *bytes, size_t count)
{
    return count >= MAGIC_BYTES && memcmp(bytes, magic, MAGIC_BYTES) == 0;
}

mote_status mote_npy_load(mote_array *out, const char *path, size_t max_bytes, mote_error *err)
{
    return mote_array_read_file(out, path, mote_npy_read, max_bytes, err);
}

static const char *type_name(mote_dtype dtype)
{
    size_t i;

    for (i = 0; i < TYPE_COUNT; i++)
        if (types[i].dtype == dtype)
            return types[i].name;
    return NULL;
}

/* Eight dimensions of 19 digits keep the text below 256 bytes. */
static void put_header(const mote_array *array, mote_text *out)
{
    enum { PREFIX = MAGIC_BYTES + 4 };
    char   text[320], shape[256];
    int    used = snprintf(text, sizeof text - 64, "{'descr': '%c%s', 'fortran_order': False, 'shape': %s, }",
                        mote_array_element_bytes(array->dtype) == 1 ? '|' : '<', type_name(array->dtype),
                           mote_array_shape_text(array, shape, sizeof shape));
    size_t total = ((size_t)used + PREFIX + 1 + 63) / 64 * 64, count = total - PREFIX;
    char   numbers[4] = {1, 0, (char)(count & 255), (char)(count >> 8)}; /* version 1.0; the text's length */

    memset(text + used, ' ', count - (size_t)used);
    text[count - 1] = '\n';
    mote_text_add(out, (const char *)magic, MAGIC_BYTES);
    mote_text_add(out, numbers, sizeof numbers);
    mote_text_add(out, text, count);
}

static void put_elements(const mote_array *array, mote_text *out)
{
    size_t  element_bytes = mote_array_element_bytes(array->dtype), i;
    uint8_t swapped[8];

    if (mote_is_little_endian() || element_bytes == 1) {
        mote_text_add(out, (const char *)array->bytes, mote_size_mul(element_bytes, array->count));
        return;
    }
    for (i = 0; i < array->count; i++) {
        memcpy(swapped, (const uint8_t *)array->bytes + i * element_bytes, element_bytes);
        mote_swap_bytes(swapped, 1, element_bytes);
        mote_text_add(out, (const char *)swapped, element_bytes);
    }
}

bool mote_npy_can_hold(mote_dtype dtype)
{
    return type_name(dtype) != NULL;
}

void mote_npy_put(const mote_array *array, mote_text *out)
{
    put_header(array, out);
    put_elements(array, out);
}

mote_status mote_npy_save(const mote_array *array, const char *path, mote_error *err)
{
    mote_text file = {0};

    if (!mote_npy_can_hold(array->dtype))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: .npy has no element type %s", path, mote_dtype_name(array->dtype));
    mote_npy_put(array, &file);
    if (mote_text_status(&file, err) == MOTE_OK)
        mote_file_write(path, file.bytes, file.count, err);
    else
        mote_context(err, "%s", path);
    mote_text_free(&file);
    return err->code;
}
