/* Plain arrays: their memory, and their elements as real numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/array.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/kind.h"
#include "data/array.h"
#include "data/half.h"

size_t mote_array_element_bytes(mote_dtype dtype)
{
    return (size_t)mote_dtype_bits(dtype) / 8;
}

size_t mote_array_count(int rank, const int64_t *dim)
{
    bool   has_zero = false;
    size_t count = 1;
    int    i;

    for (i = 0; i < rank; i++) {
        has_zero = has_zero || dim[i] == 0;
        count = mote_size_mul(count, (uint64_t)dim[i] < SIZE_MAX ? (size_t)dim[i] : SIZE_MAX);
    }
    return has_zero ? 0 : count;
}

mote_status mote_array_allocate(mote_array *array, size_t max_bytes, mote_error *err)
{
    mote_arena *owner = calloc(1, sizeof *owner);

    if (!owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    owner->cap_bytes = max_bytes;
    array->count = mote_array_count(array->rank, array->dim);
    array->bytes = mote_arena_alloc(owner, array->count, mote_array_element_bytes(array->dtype), err);
    array->owner = owner;
    if (!array->bytes)
        mote_array_free(array);
    return err->code;
}

mote_status mote_array_create(mote_array *out, mote_dtype dtype, int32_t rank, const int64_t *dim, mote_error *err)
{
    mote_array array = {.dtype = dtype, .rank = rank};
    int        i;

    *out = (mote_array){0};
    if (rank < 0 || rank > MOTE_ARRAY_MAX_RANK || (rank > 0 && !dim))
        return mote_fail(err, MOTE_ERR_USAGE, "an array has 0 to %d dimensions, not %d", MOTE_ARRAY_MAX_RANK, rank);
    if ((unsigned)dtype >= MOTE_DTYPE_COUNT || dtype == MOTE_I4)
        return mote_fail(err, MOTE_ERR_USAGE, "an array has no elements of type %d", (int)dtype);
    for (i = 0; i < rank; i++) {
        if (dim[i] < 0)
            return mote_fail(err, MOTE_ERR_USAGE, "dimension %d of the array is %lld", i, (long long)dim[i]);
        array.dim[i] = dim[i];
    }
    MOTE_TRY(mote_array_allocate(&array, 0, err));
    *out = array;
    return MOTE_OK;
}

void mote_array_free(mote_array *array)
{
    if (array->owner) {
        mote_arena_destroy(array->owner);
        free(array->owner);
    }
    *array = (mote_array){0};
}

double mote_array_at(const mote_array *array, size_t i)
{
    const void *bytes = array->bytes;

    if (i >= array->count)
        return NAN;
    switch (array->dtype) {
    case MOTE_F32:
        return (double)((const float *)bytes)[i];
    case MOTE_F16:
        return (double)mote_half_to_f32(((const uint16_t *)bytes)[i]);
    case MOTE_F64:
        return ((const double *)bytes)[i];
    case MOTE_I8:
        return ((const int8_t *)bytes)[i];
    case MOTE_U8:
    case MOTE_BOOL:
        return ((const uint8_t *)bytes)[i];
    case MOTE_I16:
        return ((const int16_t *)bytes)[i];
    case MOTE_U16:
        return ((const uint16_t *)bytes)[i];
    case MOTE_I32:
        return ((const int32_t *)bytes)[i];
    case MOTE_U32:
        return ((const uint32_t *)bytes)[i];
    case MOTE_I64:
        return (double)((const int64_t *)bytes)[i];
    case MOTE_U64:
        return (double)((const uint64_t *)bytes)[i];
    case MOTE_I4:
    case MOTE_DTYPE_COUNT:
        break;
    }
    return NAN;
}

/* One rounding each: 64-bit integers go to float32 directly, not by way of double. */
void mote_array_to_f32(const mote_array *array, float *out)
{
    size_t i;

    if (array->count == 0)
        return;
    if (array->dtype == MOTE_F32)
        memcpy(out, array->bytes, array->count * sizeof *out);
    else if (array->dtype == MOTE_I64)
        for (i = 0; i < array->count; i++)
            out[i] = (float)((const int64_t *)array->bytes)[i];
    else if (array->dtype == MOTE_U64)
        for (i = 0; i < array->count; i++)
            out[i] = (float)((const uint64_t *)array->bytes)[i];
    else
        for (i = 0; i < array->count; i++)
            out[i] = (float)mote_array_at(array, i);
}

mote_status mote_array_read_bytes(mote_array *out, const uint8_t *bytes, size_t count, mote_array_reader *read,
                                  size_t max_bytes, mote_error *err)
{
    mote_memory_source memory;
    mote_gzip_source   gzip;

    if (!mote_is_gzip(bytes, count)) {
        mote_memory_source_init(&memory, bytes, count);
        return read(out, &memory.source, max_bytes, err);
    }
    if (mote_gzip_source_open(&gzip, bytes, count, err) == MOTE_OK)
        read(out, &gzip.source, max_bytes, err);
    mote_gzip_source_close(&gzip);
    return err->code;
}

mote_status mote_array_read_file(mote_array *out, const char *path, mote_array_reader *read, size_t max_bytes,
                                 mote_error *err)
{
    mote_file_source plain = {0};
    mote_file        file;
    bool             is_packed;

    *out = (mote_array){0};
    if (mote_file_open_start(&file, path, MOTE_START_BYTES, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    is_packed = mote_is_gzip(file.bytes, file.count);
    mote_file_kind_check(file.bytes, file.count, MOTE_WANTED_DATA, err);
    mote_file_close(&file);
    if (err->code == MOTE_OK && is_packed && mote_file_open(&file, path, err) == MOTE_OK)
        mote_array_read_bytes(out, file.bytes, file.count, read, max_bytes, err);
    else if (err->code == MOTE_OK && !is_packed && mote_file_source_open(&plain, path, err) == MOTE_OK)
        read(out, &plain.source, max_bytes, err);
    mote_file_source_close(&plain);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

const char *mote_array_shape_text(const mote_array *array, char *text, size_t text_bytes)
{
    return mote_dim_text(array->rank, array->dim, text, text_bytes);
}

const char *mote_dim_text(int rank, const int64_t *dim, char *text, size_t text_bytes)
{
    size_t used = 0;
    int    i;

    snprintf(text, text_bytes, "(");
    for (i = 0; i < rank && (used = strlen(text)) + 1 < text_bytes; i++)
        snprintf(text + used, text_bytes - used, "%s%lld%s", i > 0 ? ", " : "", (long long)dim[i], rank == 1 ? "," : "");
    used = strlen(text);
    snprintf(text + used, text_bytes - used, ")");
    return text;
}

void mote_swap_bytes(void *bytes, size_t count, size_t element_bytes)
{
    uint8_t *at = bytes;
    size_t   i, j;

    for (i = 0; i < count; i++, at += element_bytes)
        for (j = 0; j < element_bytes / 2; j++) {
            uint8_t kept = at[j];
            at[j] = at[element_bytes - 1 - j];
            at[element_bytes - 1 - j] = kept;
        }
}

void mote_array_cut(mote_array *array, size_t rows)
{
    if (!array->bytes || array->dim[0] == 0)
        return;
    array->count = array->count / (size_t)array->dim[0] * rows;
    array->dim[0] = (int64_t)rows;
}
