/* IDX, the format of MNIST: 0 0 TYPE RANK, RANK dimensions of four bytes, the elements; all big-endian.
 * Source: LeCun, "The MNIST database of handwritten digits".
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "data/array.h"

static const struct {
    uint8_t    code;
    mote_dtype dtype;
} types[] = {{0x08, MOTE_U8}, {0x09, MOTE_I8}, {0x0B, MOTE_I16}, {0x0C, MOTE_I32}, {0x0D, MOTE_F32}, {0x0E, MOTE_F64}};

enum { TYPE_COUNT = sizeof types / sizeof *types, START_BYTES = 4 };

static bool find_type(uint8_t code, mote_dtype *dtype)
{
    size_t i;

    for (i = 0; i < TYPE_COUNT; i++)
        if (types[i].code == code) {
            *dtype = types[i].dtype;
            return true;
        }
    return false;
}

bool mote_is_idx(const uint8_t *bytes, size_t count)
{
    mote_dtype dtype;

    return count >= START_BYTES && bytes[0] == 0 && bytes[1] == 0 && find_type(bytes[2], &dtype);
}

static mote_status read_header(mote_array *array, mote_source *source, mote_error *err)
{
    uint8_t start[START_BYTES], dims[4 * MOTE_ARRAY_MAX_RANK], *at = dims;
    int     i;

    MOTE_TRY(mote_source_read(source, start, sizeof start, "the header", err));
    if (start[0] != 0 || start[1] != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "not an IDX file: it begins with %02x %02x, not with two zero bytes",
                         start[0], start[1]);
    if (!find_type(start[2], &array->dtype))
        return mote_fail(err, MOTE_ERR_FORMAT, "not an IDX file: there is no element type %02x", start[2]);
    if (start[3] > MOTE_ARRAY_MAX_RANK)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "has %d dimensions; at most %d are supported", start[3],
                         MOTE_ARRAY_MAX_RANK);
    array->rank = start[3];
    MOTE_TRY(mote_source_read(source, dims, (size_t)array->rank * 4, "the dimensions", err));
    for (i = 0; i < array->rank; i++, at += 4)
        array->dim[i] = (int64_t)((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]);
    return MOTE_OK;
}

mote_status mote_idx_read(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err)
{
    mote_array array = {0};
    size_t     element_bytes, bytes;

    MOTE_TRY(read_header(&array, source, err));
    element_bytes = mote_array_element_bytes(array.dtype);
    bytes = mote_size_mul(mote_array_count(array.rank, array.dim), element_bytes);
    MOTE_TRY(mote_source_expect(source, bytes, err));
    MOTE_TRY(mote_array_allocate(&array, max_bytes, err));
    if (mote_source_read(source, array.bytes, bytes, "the elements", err) != MOTE_OK ||
        mote_source_finish(source, err) != MOTE_OK) {
        mote_array_free(&array);
        return err->code;
    }
    if (mote_is_little_endian())
        mote_swap_bytes(array.bytes, array.count, element_bytes);
    *out = array;
    return MOTE_OK;
}
