/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/flatbuffer_reader.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { OFFSET_BYTES = 4, VTABLE_HEADER_BYTES = 4 };

/* ---- loads: the caller has checked that the bytes are there ---- */

static uint16_t load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t load_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t load_u64(const uint8_t *p)
{
    return load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static float load_f32(const uint8_t *p)
{
    uint32_t bits = load_u32(p);
    float    value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_inside(const mote_fb *file, size_t at, size_t bytes)
{
    return at <= file->count && bytes <= file->count - at;
}

/* ---- messages ---- */

mote_status mote_fb_fail(const mote_fb_table *table, mote_fb_field field, mote_error *err, const char *format, ...)
{
    char    text[MOTE_ERROR_TEXT], index[16] = "";
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (table->index >= 0)
        snprintf(index, sizeof index, " %d", table->index);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s%s, field \"%s\": %s", table->kind ? table->kind : "table", index, field.name,
                     text);
}

static mote_fb_table bad_table(const char *kind, int32_t index, const char *what, size_t at, mote_error *err)
{
    if (index >= 0)
        mote_fail(err, MOTE_ERR_FORMAT, "%s %d: %s (byte %zu)", kind, index, what, at);
    else
        mote_fail(err, MOTE_ERR_FORMAT, "%s: %s (byte %zu)", kind, what, at);
    return (mote_fb_table){.kind = kind, .index = index};
}

/* ---- tables ---- */

/* Opens the table at a place in the file. */
static mote_fb_table open_table(const mote_fb *file, size_t at, const char *kind, int32_t index, mote_error *err)
{
    mote_fb_table table = {.file = file, .at = at, .kind = kind, .index = index};
    int64_t       vtable;
    uint32_t      vtable_bytes;

    if (!is_inside(file, at, OFFSET_BYTES))
        return bad_table(kind, index, "lies outside the file", at, err);
    vtable = (int64_t)at - (int32_t)load_u32(file->bytes + at);
    if (vtable < 0 || !is_inside(file, (size_t)vtable, VTABLE_HEADER_BYTES))
        return bad_table(kind, index, "its vtable lies outside the file", at, err);
    table.vtable = (size_t)vtable;
    vtable_bytes = load_u16(file->bytes + table.vtable);
    table.bytes = load_u16(file->bytes + table.vtable + 2);
    if (vtable_bytes < VTABLE_HEADER_BYTES || vtable_bytes % 2 != 0 || !is_inside(file, table.vtable, vtable_bytes))
        return bad_table(kind, index, "its vtable runs past the end of the file", at, err);
    if (table.bytes < OFFSET_BYTES || !is_inside(file, at, table.bytes))
        return bad_table(kind, index, "runs past the end of the file", at, err);
    table.field_count = (vtable_bytes - VTABLE_HEADER_BYTES) / 2;
    return table;
}

mote_fb_table mote_fb_root(const mote_fb *file, const char *kind, mote_error *err)
{
    if (!is_inside(file, 0, OFFSET_BYTES))
        return bad_table(kind, -1, "the file is too short", file->count, err);
    return open_table(file, load_u32(file->bytes), kind, -1, err);
}

/* The field's first byte in the table, or 0 when it is absent. */
static uint32_t field_offset(const mote_fb_table *table, mote_fb_field field)
{
    if (field.id >= table->field_count)
        return 0;
    return load_u16(table->file->bytes + table->vtable + VTABLE_HEADER_BYTES + 2 * (size_t)field.id);
}

bool mote_fb_has(const mote_fb_table *table, mote_fb_field field)
{
    return field_offset(table, field) != 0;
}

/* The field's bytes, or NULL when it is absent or broken (then err is filled). */
static const uint8_t *find_scalar(const mote_fb_table *table, mote_fb_field field, size_t bytes, mote_error *err)
{
    uint32_t offset = field_offset(table, field);

    if (offset == 0)
        return NULL;
    if (offset < OFFSET_BYTES || offset > table->bytes || bytes > table->bytes - offset) {
        mote_fb_fail(table, field, err, "lies outside its table");
        return NULL;
    }
    return table->file->bytes + table->at + offset;
}

bool mote_fb_bool(const mote_fb_table *table, mote_fb_field field, bool absent, mote_error *err)
{
    return mote_fb_u8(table, field, absent, err) != 0;
}

uint8_t mote_fb_u8(const mote_fb_table *table, mote_fb_field field, uint8_t absent, mote_error *err)
{
    const uint8_t *p = find_scalar(table, field, 1, err);

    return p ? p[0] : absent;
}

int8_t mote_fb_i8(const mote_fb_table *table, mote_fb_field field, int8_t absent, mote_error *err)
{
    return (int8_t)mote_fb_u8(table, field, (uint8_t)absent, err);
}

uint32_t mote_fb_u32(const mote_fb_table *table, mote_fb_field field, uint32_t absent, mote_error *err)
{
    const uint8_t *p = find_scalar(table, field, 4, err);

    return p ? load_u32(p) : absent;
}

int32_t mote_fb_i32(const mote_fb_table *table, mote_fb_field field, int32_t absent, mote_error *err)
{
    return (int32_t)mote_fb_u32(table, field, (uint32_t)absent, err);
}

uint64_t mote_fb_u64(const mote_fb_table *table, mote_fb_field field, uint64_t absent, mote_error *err)
{
    const uint8_t *p = find_scalar(table, field, 8, err);

    return p ? load_u64(p) : absent;
}

float mote_fb_f32(const mote_fb_table *table, mote_fb_field field, float absent, mote_error *err)
{
    const uint8_t *p = find_scalar(table, field, 4, err);

    return p ? load_f32(p) : absent;
}

/* ---- what a field refers to ---- */

/* Where it lies, or 0 when the field is absent or broken: nothing can lie at byte 0, where the root's offset is. */
static size_t follow(const mote_fb_table *table, mote_fb_field field, mote_error *err)
{
    const uint8_t *p = find_scalar(table, field, OFFSET_BYTES, err);
    size_t         target;

    if (!p)
        return 0;
    target = (size_t)(p - table->file->bytes) + load_u32(p);
    if (load_u32(p) == 0 || !is_inside(table->file, target, OFFSET_BYTES)) {
        mote_fb_fail(table, field, err, "points to byte %zu of %zu", target, table->file->count);
        return 0;
    }
    return target;
}

mote_fb_table mote_fb_table_at(const mote_fb_table *table, mote_fb_field field, const char *kind, mote_error *err)
{
    size_t at = follow(table, field, err);

    return at ? open_table(table->file, at, kind, table->index, err) : (mote_fb_table){.kind = kind, .index = table->index};
}

mote_fb_vector mote_fb_vector_at(const mote_fb_table *table, mote_fb_field field, size_t element_bytes, mote_error *err)
{
    size_t         at = follow(table, field, err);
    mote_fb_vector vector = {0};
    uint32_t       count;

    if (!at)
        return vector;
    count = load_u32(table->file->bytes + at);
    if (count > (table->file->count - at - OFFSET_BYTES) / element_bytes) {
        mote_fb_fail(table, field, err, "%u elements at byte %zu run past the end of the file", count, at);
        return vector;
    }
    return (mote_fb_vector){table->file, at + OFFSET_BYTES, count, table->file->bytes + at + OFFSET_BYTES};
}

mote_fb_string mote_fb_string_at(const mote_fb_table *table, mote_fb_field field, mote_error *err)
{
    mote_fb_vector vector = mote_fb_vector_at(table, field, 1, err);

    if (vector.count == 0)
        return (mote_fb_string){"", 0};
    if (!is_inside(vector.file, vector.at, (size_t)vector.count + 1) || vector.elements[vector.count] != 0) {
        mote_fb_fail(table, field, err, "a text without its end");
        return (mote_fb_string){"", 0};
    }
    return (mote_fb_string){(const char *)vector.elements, vector.count};
}

/* ---- elements ---- */

int32_t mote_fb_element_i32(const mote_fb_vector *vector, uint32_t index)
{
    assert(index < vector->count);
    return (int32_t)load_u32(vector->elements + (size_t)index * 4);
}

int64_t mote_fb_element_i64(const mote_fb_vector *vector, uint32_t index)
{
    assert(index < vector->count);
    return (int64_t)load_u64(vector->elements + (size_t)index * 8);
}

float mote_fb_element_f32(const mote_fb_vector *vector, uint32_t index)
{
    assert(index < vector->count);
    return load_f32(vector->elements + (size_t)index * 4);
}

mote_fb_table mote_fb_element_table(const mote_fb_vector *vector, uint32_t index, const char *kind, mote_error *err)
{
    size_t at = vector->at + (size_t)index * OFFSET_BYTES;

    assert(index < vector->count);
    return open_table(vector->file, at + load_u32(vector->file->bytes + at), kind, (int32_t)index, err);
}
