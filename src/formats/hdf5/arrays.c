/* Arrays of numbers. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <zlib.h>

#include "formats/hdf5/bytes.h"

enum { FILTERS_MAX = 4, DEFLATE = 1, SHUFFLE = 2, FLETCHER32 = 3 };

typedef struct array {
    const mote_hdf5 *file;
    mote_hdf5_type   type;
    mote_hdf5_shape  shape;
    bool             has_type, has_shape, has_layout;
    const uint8_t   *bytes; /* contiguous or compact ones; NULL: none were stored, all are zeros */
    size_t           byte_count;
    bool             is_chunked;
    uint64_t         tree; /* of chunks */
    size_t           chunk[MOTE_HDF5_RANK_MAX], chunk_bytes;
    int              filters[FILTERS_MAX], filter_count;
    size_t           work;
} array;

/* ---- the header ---- */

static mote_status read_chunked(array *a, mote_hdf5_reader *body, mote_error *err)
{
    const int rank = (int)mote_hdf5_take_number(body, 1) - 1;
    int       i;

    a->is_chunked = true;
    a->tree = mote_hdf5_take_address(body);
    a->chunk_bytes = 1;
    if (rank < 1 || rank > MOTE_HDF5_RANK_MAX)
        return mote_hdf5_damaged(err, "an array's chunks have no shape");
    for (i = 0; i <= rank; i++) { /* the last one is an element's size */
        const size_t dim = (size_t)mote_hdf5_take_number(body, 4);
        if (i < rank)
            a->chunk[i] = dim;
        a->chunk_bytes = mote_size_mul(a->chunk_bytes, dim);
    }
    if (body->is_short || a->chunk_bytes == 0)
        return mote_hdf5_damaged(err, "an array's chunks have no shape");
    return MOTE_OK;
}

static mote_status read_layout(array *a, mote_hdf5_reader body, mote_error *err)
{
    const int        version = (int)mote_hdf5_take_number(&body, 1), class = (int)mote_hdf5_take_number(&body, 1);
    mote_hdf5_reader span;
    uint64_t         address, bytes;

    a->has_layout = true;
    if (version < 3 || version > 4 || class > 2 || (version == 4 && class == 2))
        return mote_fail(
            err, MOTE_ERR_UNSUPPORTED,
            "HDF5 array in layout %d of version %d, which mote does not read; save it anew with h5py's defaults", class,
            version);
    if (class == 2)
        return read_chunked(a, &body, err);
    if (class == 0) {
        a->byte_count = (size_t)mote_hdf5_take_number(&body, 2);
        a->bytes = body.at;
        mote_hdf5_skip(&body, a->byte_count);
        return body.is_short ? mote_hdf5_damaged(err, "an array is cut off") : MOTE_OK;
    }
    address = mote_hdf5_take_address(&body);
    bytes = mote_hdf5_take_length(&body);
    if (body.is_short || (!mote_hdf5_is_nowhere(a->file, address) && !mote_hdf5_span(&span, a->file, address, bytes)))
        return mote_hdf5_damaged(err, "an array lies outside the file");
    a->byte_count = (size_t)bytes;
    a->bytes = mote_hdf5_is_nowhere(a->file, address) ? NULL : span.at;
    return MOTE_OK;
}

static mote_status read_filters(array *a, mote_hdf5_reader body, mote_error *err)
{
    const int version = (int)mote_hdf5_take_number(&body, 1), count = (int)mote_hdf5_take_number(&body, 1);
    int       i;

    if (version == 1)
        mote_hdf5_skip(&body, 6);
    for (i = 0; i < count && !body.is_short; i++) {
        const int id = (int)mote_hdf5_take_number(&body, 2);
        size_t    name = version == 1 || id >= 256 ? (size_t)mote_hdf5_take_number(&body, 2) : 0, values;
        mote_hdf5_skip(&body, 2); /* flags */
        values = (size_t)mote_hdf5_take_number(&body, 2);
        mote_hdf5_skip(&body, version == 1 ? (name + 7) / 8 * 8 : name);
        mote_hdf5_skip(&body, 4 * (values + (version == 1 ? values % 2 : 0)));
        if (id < DEFLATE || id > FLETCHER32 || i >= FILTERS_MAX)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "HDF5 array behind filter %d, which mote does not read", id);
        a->filters[a->filter_count++] = id;
    }
    return body.is_short ? mote_hdf5_damaged(err, "an array's filters are cut off") : MOTE_OK;
}

static mote_status take_array_message(void *user, int type, mote_hdf5_reader body, bool *is_done, mote_error *err)
{
    array *a = user;

    (void)is_done;
    switch (type) {
    case MOTE_HDF5_DATASPACE:
        a->has_shape = mote_hdf5_read_shape(&a->shape, body);
        return a->has_shape ? MOTE_OK : mote_hdf5_damaged(err, "an array without a shape");
    case MOTE_HDF5_DATATYPE:
        a->has_type = mote_hdf5_read_type(&a->type, body);
        return a->has_type ? MOTE_OK : mote_hdf5_damaged(err, "an array without a type");
    case MOTE_HDF5_LAYOUT:
        return read_layout(a, body, err);
    case MOTE_HDF5_FILTERS:
        return read_filters(a, body, err);
    default:
        return MOTE_OK;
    }
}

/* ---- chunks ---- */

static void unshuffle(uint8_t *to, const uint8_t *from, size_t bytes, size_t element)
{
    const size_t count = bytes / element;
    size_t       i, k;

    for (k = 0; k < element; k++)
        for (i = 0; i < count; i++)
            to[i * element + k] = from[k * count + i];
    memcpy(to + count * element, from + count * element, bytes - count * element);
}

/* Undoes the filters, the last one first; mask names those that were left out. *bytes is of chunk_bytes then. */
static mote_status unfilter(const array *a, uint32_t mask, const uint8_t *from, size_t count, uint8_t *bytes, uint8_t *other,
                            mote_error *err)
{
    int i;

    for (i = a->filter_count - 1; i >= 0; i--) {
        uLongf got = (uLongf)a->chunk_bytes;
        if (mask & 1u << i)
            continue;
        if (a->filters[i] == FLETCHER32) {
            count -= count >= 4 ? 4 : count;
            continue;
        }
        if (a->filters[i] == DEFLATE) {
            if (uncompress(other, &got, from, (uLong)count) != Z_OK)
                return mote_hdf5_damaged(err, "a compressed chunk is none");
            count = got;
        } else {
            if (count > a->chunk_bytes)
                return mote_hdf5_damaged(err, "a chunk is too long");
            unshuffle(other, from, count, a->type.bytes);
        }
        memcpy(bytes, other, count);
        from = bytes;
    }
    if (count != a->chunk_bytes)
        return mote_hdf5_damaged(err, "a chunk has another size than its shape");
    if (from != bytes)
        memcpy(bytes, from, count);
    return MOTE_OK;
}

/* A chunk's rows into the whole array; what is over its edge is left out. */
static void place_chunk(const array *a, const size_t *at, const uint8_t *chunk, uint8_t *whole)
{
    const int32_t last = a->shape.rank - 1;
    size_t        row[MOTE_HDF5_RANK_MAX] = {0}, from = 0;
    const size_t  width = at[last] >= a->shape.dim[last]                   ? 0
                          : a->shape.dim[last] - at[last] < a->chunk[last] ? a->shape.dim[last] - at[last]
                                                                           : a->chunk[last];
    int32_t       d;

    for (;;) {
        size_t to = 0;
        bool   is_inside = width > 0;
        for (d = 0; d <= last; d++) {
            is_inside &= at[d] + row[d] < a->shape.dim[d];
            to = to * a->shape.dim[d] + at[d] + row[d];
        }
        if (is_inside)
            memcpy(whole + to * a->type.bytes, chunk + from, width * a->type.bytes);
        from += a->chunk[last] * a->type.bytes;
        for (d = last - 1; d >= 0 && ++row[d] == a->chunk[d]; d--)
            row[d] = 0;
        if (d < 0)
            return;
    }
}

typedef struct chunk_work {
    uint8_t *whole, *bytes, *other;
} chunk_work;

static mote_status take_chunks(array *a, uint64_t address, int depth, const chunk_work *to, mote_error *err)
{
    enum { DEPTH_MAX = 24 };
    mote_hdf5_reader r, data;
    size_t           count, i;
    int              level, d;

    if (depth > DEPTH_MAX || !mote_hdf5_reader_at(&r, a->file, address) || r.end - r.at < 8 ||
        memcmp(r.at, "TREE", 4) != 0 || r.at[4] != 1)
        return mote_hdf5_damaged(err, "an array's chunks lie outside the file");
    level = r.at[5];
    mote_hdf5_skip(&r, 6);
    count = (size_t)mote_hdf5_take_number(&r, 2);
    mote_hdf5_skip(&r, 2 * (size_t)a->file->offset_bytes);
    for (i = 0; i < count; i++) {
        const size_t   bytes = (size_t)mote_hdf5_take_number(&r, 4);
        const uint32_t mask = (uint32_t)mote_hdf5_take_number(&r, 4);
        size_t         at[MOTE_HDF5_RANK_MAX];
        uint64_t       child;
        for (d = 0; d < a->shape.rank; d++)
            at[d] = (size_t)mote_hdf5_take_number(&r, 8);
        mote_hdf5_skip(&r, 8);
        child = mote_hdf5_take_address(&r);
        if (r.is_short || !mote_hdf5_spend(&a->work, 24 + bytes))
            return mote_hdf5_damaged(err, "an array's chunks are cut off, or go in a circle");
        if (level > 0) {
            MOTE_TRY(take_chunks(a, child, depth + 1, to, err));
            continue;
        }
        for (d = 0; d < a->shape.rank; d++)
            if (at[d] >= a->shape.dim[d])
                return mote_hdf5_damaged(err, "a chunk lies outside its array");
        if (!mote_hdf5_span(&data, a->file, child, bytes))
            return mote_hdf5_damaged(err, "a chunk lies outside the file");
        MOTE_TRY(unfilter(a, mask, data.at, bytes, to->bytes, to->other, err));
        place_chunk(a, at, to->bytes, to->whole);
    }
    return MOTE_OK;
}

/* A chunk holds at most what the array does, but for what is over its edges. */
static mote_status read_chunks(array *a, mote_arena *arena, mote_error *err)
{
    const size_t whole = mote_size_mul(a->shape.count, a->type.bytes);
    size_t       bytes = a->type.bytes;
    chunk_work   to;
    int32_t      d;

    for (d = 0; d < a->shape.rank; d++) {
        if (a->chunk[d] == 0 || a->chunk[d] > 4096 + 2 * a->shape.dim[d])
            return mote_hdf5_damaged(err, "an array's chunks have no possible shape");
        bytes = mote_size_mul(bytes, a->chunk[d]);
    }
    if (a->shape.rank == 0 || bytes != a->chunk_bytes || bytes > mote_size_add(16 << 20, mote_size_mul(whole, 8)))
        return mote_hdf5_damaged(err, "an array's chunks have another shape than it");
    to = (chunk_work){MOTE_NEW(arena, uint8_t, whole, err), MOTE_NEW(arena, uint8_t, bytes, err),
                      MOTE_NEW(arena, uint8_t, bytes, err)};
    if (err->code != MOTE_OK)
        return err->code;
    a->bytes = to.whole;
    a->byte_count = whole;
    return mote_hdf5_is_nowhere(a->file, a->tree) ? MOTE_OK : take_chunks(a, a->tree, 0, &to, err);
}

/* ---- numbers ---- */

static uint64_t bits_of(const mote_hdf5_type *type, const uint8_t *p)
{
    uint64_t bits = 0;
    size_t   i;

    for (i = 0; i < type->bytes; i++)
        bits |= (uint64_t)p[type->is_big_endian ? type->bytes - 1 - i : i] << (8 * i);
    return bits;
}

static float half_of(uint64_t bits)
{
    const int   exponent = (int)(bits >> 10) & 31;
    const int   mantissa = (int)bits & 1023;
    const float size = exponent == 31 ? (mantissa ? NAN : INFINITY)
                       : exponent     ? ldexpf((float)(1024 + mantissa), exponent - 25)
                                      : ldexpf((float)mantissa, -24);

    return bits & 0x8000 ? -size : size;
}

static float number_of(const mote_hdf5_type *type, const uint8_t *p)
{
    const uint64_t bits = bits_of(type, p);
    const uint32_t low = (uint32_t)bits;
    float          f;
    double         d;

    if (type->kind == MOTE_HDF5_INTEGER) {
        const int spare = 64 - 8 * (int)type->bytes;
        return type->is_signed ? (float)((int64_t)(bits << spare) >> spare) : (float)bits;
    }
    if (type->bytes == 2)
        return half_of(bits);
    if (type->bytes == 8) {
        memcpy(&d, &bits, sizeof d);
        return (float)d;
    }
    memcpy(&f, &low, sizeof f);
    return f;
}

static mote_status check_numbers(const mote_hdf5_type *type, mote_error *err)
{
    const bool is_integer = type->kind == MOTE_HDF5_INTEGER && type->bytes <= 8;
    const bool is_float = type->kind == MOTE_HDF5_FLOAT && (type->bytes == 2 || type->bytes == 4 || type->bytes == 8);

    return is_integer || is_float ? MOTE_OK : mote_fail(err, MOTE_ERR_FORMAT, "an array of something else than numbers");
}

mote_status mote_hdf5_read(const mote_hdf5 *file, mote_hdf5_object object, size_t memory_bytes, mote_arena *arena,
                           mote_hdf5_array *out, mote_error *err)
{
    array   a = {.file = file, .work = file->count};
    size_t  i;
    int32_t d;

    MOTE_TRY(mote_hdf5_each_message(file, object.address, take_array_message, &a, err));
    if (!a.has_type || !a.has_shape || !a.has_layout)
        return mote_fail(err, MOTE_ERR_FORMAT, "is no array");
    MOTE_TRY(check_numbers(&a.type, err));
    if (mote_size_mul(a.shape.count, sizeof(double)) > memory_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT, "an array of %zu numbers, more than there is memory for", a.shape.count);
    if (a.is_chunked)
        MOTE_TRY(read_chunks(&a, arena, err));
    if (a.bytes && a.byte_count != a.shape.count * a.type.bytes)
        return mote_hdf5_damaged(err, "an array has another size than its shape");
    *out = (mote_hdf5_array){.rank = a.shape.rank, .count = a.shape.count};
    for (d = 0; d < a.shape.rank; d++)
        out->dim[d] = a.shape.dim[d];
    out->values = MOTE_NEW(arena, float, a.shape.count + 1, err);
    for (i = 0; a.bytes && out->values && i < a.shape.count; i++)
        out->values[i] = number_of(&a.type, a.bytes + i * a.type.bytes);
    return err->code;
}
