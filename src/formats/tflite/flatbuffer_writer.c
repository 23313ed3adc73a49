/* Everything is placed by its distance from the end, which never changes while the file grows to the front.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/flatbuffer_writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { OFFSET_BYTES = 4, SHARED_BYTES_MAX = 1024 };
#define FILE_BYTES_MAX ((size_t)INT32_MAX - 64)

/* ---- room ---- */

static bool grow(mote_fb_writer *w, size_t more)
{
    size_t   capacity = w->capacity ? w->capacity : 4096;
    uint8_t *bytes;

    if (w->failed || more > FILE_BYTES_MAX - w->used) {
        w->failed = true;
        return false;
    }
    while (capacity - w->used < more)
        capacity *= 2;
    if (capacity == w->capacity)
        return true;
    bytes = malloc(capacity);
    if (!bytes) {
        w->failed = true;
        return false;
    }
    if (w->used > 0)
        memcpy(bytes + capacity - w->used, w->bytes + w->capacity - w->used, w->used);
    free(w->bytes);
    w->bytes = bytes;
    w->capacity = capacity;
    return true;
}

/* The byte at a distance from the end. */
static uint8_t *at(const mote_fb_writer *w, size_t ref)
{
    return w->bytes + w->capacity - ref;
}

/* Room for `bytes` in front, so that its byte `aligned_part` lies at a multiple of align in the finished file (whose
 * length is a multiple of every alignment); zeroes fill the gap behind. False on failure. */
static bool claim(mote_fb_writer *w, size_t bytes, size_t aligned_part, size_t align)
{
    size_t end = w->used + bytes - aligned_part;
    size_t padding = (align - end % align) % align;

    if (bytes > FILE_BYTES_MAX || !grow(w, bytes + padding))
        return false;
    w->used += bytes + padding;
    memset(at(w, w->used), 0, bytes + padding);
    if (w->align < align)
        w->align = align;
    return true;
}

static void store_u16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static void store_u32(uint8_t *p, uint32_t value)
{
    store_u16(p, value);
    store_u16(p + 2, value >> 16);
}

static bool remember(mote_fb_writer *w, mote_fb_list *list, mote_fb_ref ref)
{
    if (list->count == list->capacity) {
        size_t       capacity = list->capacity ? list->capacity * 2 : 64;
        mote_fb_ref *refs = realloc(list->refs, capacity * sizeof *refs);
        if (!refs) {
            w->failed = true;
            return false;
        }
        list->refs = refs;
        list->capacity = capacity;
    }
    list->refs[list->count++] = ref;
    return true;
}

/* ---- vectors ---- */

static uint64_t hash_vector(size_t count, const void *elements, size_t bytes)
{
    return mote_hash_bytes(mote_hash_bytes(MOTE_HASH_SEED, &count, sizeof count), elements, bytes);
}

/* The same bytes at the same alignment, written before; or 0. Alignment is part of the question: elements of 8 bytes must
 * not share a place that only suits 4. */
static mote_fb_ref find_vector(const mote_fb_writer *w, const void *elements, size_t count, size_t bytes, size_t align)
{
    uint8_t length[OFFSET_BYTES];
    int32_t i;

    store_u32(length, (uint32_t)count);
    for (i = mote_index_first(&w->vectors, hash_vector(count, elements, bytes)); i >= 0;
         i = mote_index_next(&w->vectors, i)) {
        mote_fb_ref ref = (mote_fb_ref)mote_index_value(&w->vectors, i);
        if (ref >= OFFSET_BYTES + bytes && (ref - OFFSET_BYTES) % align == 0 &&
            memcmp(at(w, ref), length, OFFSET_BYTES) == 0 &&
            (bytes == 0 || memcmp(at(w, ref) + OFFSET_BYTES, elements, bytes) == 0))
            return ref;
    }
    return 0;
}

/* A vector is found by all that can be read in its place: as many elements of any width, or a string with its end. What lies
 * behind it belongs to that, too: it never changes. */
static bool remember_vector(mote_fb_writer *w, mote_fb_ref ref, size_t count)
{
    const size_t lengths[] = {count, count + 1, 4 * count, 8 * count};
    size_t       i;

    for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        if (lengths[i] > SHARED_BYTES_MAX || OFFSET_BYTES + lengths[i] > ref)
            continue;
        if (!mote_index_add(&w->vectors, hash_vector(count, at(w, ref) + OFFSET_BYTES, lengths[i]), (int32_t)ref)) {
            w->failed = true;
            return false;
        }
    }
    return true;
}

/* bytes may count more than the elements: a string's terminator. */
static mote_fb_ref put_bytes(mote_fb_writer *w, const void *elements, size_t count, size_t bytes, size_t align)
{
    assert(!w->is_open);
    if (!claim(w, OFFSET_BYTES + bytes, OFFSET_BYTES, align))
        return 0;
    store_u32(at(w, w->used), (uint32_t)count);
    if (bytes > 0)
        memcpy(at(w, w->used) + OFFSET_BYTES, elements, bytes);
    return (mote_fb_ref)w->used;
}

mote_fb_ref mote_fb_put_vector(mote_fb_writer *w, const void *elements, size_t count, size_t element_bytes, size_t align)
{
    size_t      bytes = count * element_bytes;
    mote_fb_ref ref;

    if (count > FILE_BYTES_MAX / element_bytes) {
        w->failed = true;
        return 0;
    }
    if (align < OFFSET_BYTES)
        align = OFFSET_BYTES;
    if (bytes > SHARED_BYTES_MAX || w->failed)
        return put_bytes(w, elements, count, bytes, align);
    ref = find_vector(w, elements, count, bytes, align);
    if (ref)
        return ref;
    ref = put_bytes(w, elements, count, bytes, align);
    return ref && remember_vector(w, ref, count) ? ref : 0;
}

mote_fb_ref mote_fb_put_string(mote_fb_writer *w, const char *text)
{
    size_t      count = strlen(text);
    mote_fb_ref ref;

    if (w->failed)
        return 0;
    /* Compared with its terminator, so that a vector of the same bytes is not taken for it. */
    ref = count < SHARED_BYTES_MAX ? find_vector(w, text, count, count + 1, OFFSET_BYTES) : 0;
    if (ref)
        return ref;
    ref = put_bytes(w, text, count, count + 1, OFFSET_BYTES);
    return ref && count < SHARED_BYTES_MAX && !remember_vector(w, ref, count) ? 0 : ref;
}

mote_fb_ref mote_fb_put_refs(mote_fb_writer *w, const mote_fb_ref *refs, size_t count)
{
    size_t i;

    assert(!w->is_open);
    if (count > FILE_BYTES_MAX / OFFSET_BYTES || !claim(w, OFFSET_BYTES + count * OFFSET_BYTES, 0, OFFSET_BYTES)) {
        w->failed = true;
        return 0;
    }
    store_u32(at(w, w->used), (uint32_t)count);
    for (i = 0; i < count; i++) {
        size_t place = w->used - OFFSET_BYTES - i * OFFSET_BYTES;
        assert(refs[i] != 0 && refs[i] < place);
        store_u32(at(w, place), (uint32_t)(place - refs[i]));
    }
    return (mote_fb_ref)w->used;
}

/* ---- tables ---- */

void mote_fb_begin(mote_fb_writer *w)
{
    assert(!w->is_open);
    w->is_open = true;
    w->value_count = 0;
}

static void set(mote_fb_writer *w, mote_fb_value value)
{
    assert(w->is_open && w->value_count < MOTE_FB_FIELDS_MAX && value.id < MOTE_FB_FIELDS_MAX);
    w->values[w->value_count++] = value;
}

void mote_fb_set_bool(mote_fb_writer *w, mote_fb_field field, bool value, bool absent)
{
    mote_fb_set_u8(w, field, value, absent);
}

void mote_fb_set_i8(mote_fb_writer *w, mote_fb_field field, int8_t value, int8_t absent)
{
    mote_fb_set_u8(w, field, (uint8_t)value, (uint8_t)absent);
}

void mote_fb_set_u8(mote_fb_writer *w, mote_fb_field field, uint8_t value, uint8_t absent)
{
    if (value != absent)
        set(w, (mote_fb_value){field.id, 1, false, value});
}

void mote_fb_set_i32(mote_fb_writer *w, mote_fb_field field, int32_t value, int32_t absent)
{
    mote_fb_set_u32(w, field, (uint32_t)value, (uint32_t)absent);
}

void mote_fb_set_u32(mote_fb_writer *w, mote_fb_field field, uint32_t value, uint32_t absent)
{
    if (value != absent)
        set(w, (mote_fb_value){field.id, 4, false, value});
}

void mote_fb_set_f32(mote_fb_writer *w, mote_fb_field field, float value, float absent)
{
    uint32_t bits, absent_bits;

    memcpy(&bits, &value, sizeof bits);
    memcpy(&absent_bits, &absent, sizeof absent_bits);
    mote_fb_set_u32(w, field, bits, absent_bits);
}

void mote_fb_set_ref(mote_fb_writer *w, mote_fb_field field, mote_fb_ref ref)
{
    if (ref != 0)
        set(w, (mote_fb_value){field.id, OFFSET_BYTES, true, ref});
}

/* A vtable of count fields in 16-bit words: its bytes, the table's bytes, the fields' offsets. */
typedef struct vtable {
    uint8_t bytes[4 + 2 * MOTE_FB_FIELDS_MAX];
    size_t  count;
} vtable;

/* Lays the fields out by falling size behind the vtable's offset. */
static vtable lay_out(const mote_fb_writer *w, uint32_t *table_bytes)
{
    vtable   out = {.count = 4};
    uint32_t offset = OFFSET_BYTES;
    int      bytes, i;

    for (bytes = 4; bytes >= 1; bytes -= 3)
        for (i = 0; i < w->value_count; i++) {
            size_t slot = 4 + 2 * (size_t)w->values[i].id;
            if (w->values[i].bytes != bytes)
                continue;
            store_u16(out.bytes + slot, offset);
            offset += (uint32_t)bytes;
            if (out.count < slot + 2)
                out.count = slot + 2;
        }
    store_u16(out.bytes, (uint32_t)out.count);
    store_u16(out.bytes + 2, offset);
    *table_bytes = offset;
    return out;
}

static uint32_t offset_of(const vtable *layout, uint16_t id)
{
    const uint8_t *p = layout->bytes + 4 + 2 * (size_t)id;

    return p[0] | (uint32_t)p[1] << 8;
}

/* Equal vtables are one. 0 on failure. */
static mote_fb_ref place_vtable(mote_fb_writer *w, const vtable *layout)
{
    size_t i;

    for (i = 0; i < w->vtables.count; i++) {
        mote_fb_ref ref = w->vtables.refs[i];
        if (ref >= layout->count && memcmp(at(w, ref), layout->bytes, layout->count) == 0)
            return ref;
    }
    if (!claim(w, layout->count, 0, 2))
        return 0;
    memcpy(at(w, w->used), layout->bytes, layout->count);
    return remember(w, &w->vtables, (mote_fb_ref)w->used) ? (mote_fb_ref)w->used : 0;
}

mote_fb_ref mote_fb_end(mote_fb_writer *w)
{
    uint32_t    table_bytes;
    vtable      layout = lay_out(w, &table_bytes);
    mote_fb_ref table, vtable_ref;
    int         i;

    assert(w->is_open);
    w->is_open = false;
    if (!claim(w, table_bytes, 0, OFFSET_BYTES))
        return 0;
    table = (mote_fb_ref)w->used;
    for (i = 0; i < w->value_count; i++) {
        const mote_fb_value *value = &w->values[i];
        uint32_t             place = table - offset_of(&layout, value->id);
        if (value->bytes == 1)
            *at(w, place) = (uint8_t)value->bits;
        else
            store_u32(at(w, place), value->is_ref ? place - value->bits : value->bits);
    }
    vtable_ref = place_vtable(w, &layout);
    if (!vtable_ref)
        return 0;
    store_u32(at(w, table), vtable_ref - table); /* the distance back: negative for a vtable that lies behind */
    return table;
}

/* ---- the end ---- */

void mote_fb_finish(mote_fb_writer *w, mote_fb_ref root, const char *identifier)
{
    size_t head = OFFSET_BYTES + strlen(identifier);

    if (!claim(w, head, 0, w->align ? w->align : OFFSET_BYTES))
        return;
    memcpy(at(w, w->used) + OFFSET_BYTES, identifier, strlen(identifier));
    store_u32(at(w, w->used), (uint32_t)w->used - root);
}

mote_status mote_fb_writer_status(const mote_fb_writer *w, mote_error *err)
{
    return w->failed ? mote_fail(err, MOTE_ERR_MEMORY, "out of memory, or the file would pass 2 GiB") : MOTE_OK;
}

void mote_fb_writer_free(mote_fb_writer *w)
{
    free(w->bytes);
    free(w->vtables.refs);
    mote_index_free(&w->vectors);
    *w = (mote_fb_writer){0};
}
