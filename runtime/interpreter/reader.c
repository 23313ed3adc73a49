/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

enum { MRT_OFFSET_BYTES = 4, MRT_VTABLE_HEADER_BYTES = 4 };

/* ---- loads: the caller has checked that the bytes are there ---- */

static uint32_t mrt_load(const mrt_reader *r, uint32_t at, uint32_t bytes)
{
    uint32_t value = 0, i;

    for (i = 0; i < bytes; i++)
        value |= (uint32_t)r->bytes[at + i] << (8 * i);
    return value;
}

/* Of the sizes that are most, in as few loads as the chip can. */
static uint32_t mrt_read_half(const mrt_reader *r, uint32_t at)
{
    return r->bytes[at] | (uint32_t)r->bytes[at + 1] << 8;
}

static uint32_t mrt_read_whole(const mrt_reader *r, uint32_t at)
{
    return mrt_load_u32(r->bytes + at);
}

static int mrt_is_inside(const mrt_reader *r, uint32_t at, uint32_t bytes)
{
#if defined(MRT_TRUSTED)
    (void)r, (void)at, (void)bytes;
    return 1;
#else
    return at <= r->count && bytes <= r->count - at;
#endif
}

/* ---- tables ---- */

static const mrt_table mrt_no_table = {0, 0, 0, 0};

static mrt_table mrt_bad_table(mrt_reader *r)
{
    r->is_bad = 1;
    return mrt_no_table;
}

static mrt_table mrt_open_table(mrt_reader *r, uint32_t at)
{
    mrt_table table;
    int32_t   back;
    uint32_t  vtable_bytes;

    if (!mrt_is_inside(r, at, MRT_OFFSET_BYTES))
        return mrt_bad_table(r);
    back = (int32_t)mrt_read_whole(r, at);
    if (back > 0 ? (uint32_t)back > at : 0u - (uint32_t)back > r->count - at)
        return mrt_bad_table(r);
    table.at = at;
    table.vtable = at - (uint32_t)back;
    if (!mrt_is_inside(r, table.vtable, MRT_VTABLE_HEADER_BYTES))
        return mrt_bad_table(r);
    vtable_bytes = mrt_read_half(r, table.vtable);
    table.bytes = mrt_read_half(r, table.vtable + 2);
    if (vtable_bytes < MRT_VTABLE_HEADER_BYTES || vtable_bytes % 2 != 0 || !mrt_is_inside(r, table.vtable, vtable_bytes) ||
        table.bytes < MRT_OFFSET_BYTES || !mrt_is_inside(r, at, table.bytes))
        return mrt_bad_table(r);
    table.field_count = (vtable_bytes - MRT_VTABLE_HEADER_BYTES) / 2;
    return table;
}

MRT_API mrt_table mrt_read_root(mrt_reader *r)
{
    return mrt_is_inside(r, 0, MRT_OFFSET_BYTES) ? mrt_open_table(r, mrt_read_whole(r, 0)) : mrt_bad_table(r);
}

/* The field's first byte in the table; 0: absent. */
static uint32_t mrt_field_offset(const mrt_reader *r, const mrt_table *table, uint32_t id)
{
    return id < table->field_count ? mrt_read_half(r, table->vtable + MRT_VTABLE_HEADER_BYTES + 2 * id) : 0;
}

MRT_API int mrt_has_field(const mrt_reader *r, const mrt_table *table, uint32_t id)
{
    return mrt_field_offset(r, table, id) != 0;
}

/* Where the field lies in the file; 0: absent, or broken. */
static uint32_t mrt_find_field(mrt_reader *r, const mrt_table *table, uint32_t id, uint32_t bytes)
{
    const uint32_t offset = mrt_field_offset(r, table, id);

    if (offset == 0)
        return 0;
    if (offset < MRT_OFFSET_BYTES || offset > table->bytes || bytes > table->bytes - offset) {
        r->is_bad = 1;
        return 0;
    }
    return table->at + offset;
}

MRT_API uint32_t mrt_read_field(mrt_reader *r, const mrt_table *table, uint32_t id, uint32_t bytes, uint32_t absent)
{
    const uint32_t at = mrt_find_field(r, table, id, bytes);

    if (at == 0)
        return absent;
    if (bytes > 4 && mrt_read_whole(r, at + 4) != 0)
        return UINT32_MAX;
    return mrt_load(r, at, bytes > 4 ? 4 : bytes);
}

/* ---- what a field refers to ---- */

/* Where it lies; 0: absent, or broken. Nothing can lie at byte 0, where the root's offset is. */
static uint32_t mrt_follow(mrt_reader *r, const mrt_table *table, uint32_t id)
{
    const uint32_t at = mrt_find_field(r, table, id, MRT_OFFSET_BYTES);
    uint32_t       offset;

    if (at == 0)
        return 0;
    offset = mrt_read_whole(r, at);
    if (offset == 0 || offset > r->count - at || r->count - at - offset < MRT_OFFSET_BYTES) {
        r->is_bad = 1;
        return 0;
    }
    return at + offset;
}

MRT_API mrt_table mrt_read_table(mrt_reader *r, const mrt_table *table, uint32_t id)
{
    const uint32_t at = mrt_follow(r, table, id);

    return at ? mrt_open_table(r, at) : mrt_no_table;
}

MRT_API mrt_vector mrt_read_vector(mrt_reader *r, const mrt_table *table, uint32_t id, uint32_t element_bytes)
{
    const uint32_t at = mrt_follow(r, table, id);
    mrt_vector     vector = {0, 0};
    uint32_t       count;

    if (at == 0)
        return vector;
    count = mrt_read_whole(r, at);
    if (count > (r->count - at - MRT_OFFSET_BYTES) / element_bytes) {
        r->is_bad = 1;
        return vector;
    }
    vector.at = at + MRT_OFFSET_BYTES;
    vector.count = count;
    return vector;
}

/* ---- elements ---- */

MRT_API uint32_t mrt_element(const mrt_reader *r, const mrt_vector *vector, uint32_t index)
{
    return mrt_read_whole(r, vector->at + 4 * index);
}

MRT_API float mrt_element_f32(const mrt_reader *r, const mrt_vector *vector, uint32_t index)
{
    union {
        uint32_t bits;
        float    value;
    } word;

    word.bits = mrt_element(r, vector, index);
    return word.value;
}

MRT_API mrt_table mrt_element_table(mrt_reader *r, const mrt_vector *vector, uint32_t index)
{
    const uint32_t at = vector->at + 4 * index, offset = mrt_read_whole(r, at);

    return offset <= r->count - at ? mrt_open_table(r, at + offset) : mrt_bad_table(r);
}
