/* Attributes of text. SPDX-License-Identifier: Apache-2.0 */
#include "formats/hdf5/bytes.h"

typedef struct search {
    const mote_hdf5 *file;
    const char      *name;
    mote_arena      *arena;
    const char     **texts;
    int32_t          count; /* -1: not found yet */
} search;

/* Object `index` of a collection of the global heap. */
static mote_status text_of_heap(const search *s, uint64_t address, uint64_t index, size_t bytes, const char **out,
                                mote_error *err)
{
    mote_hdf5_reader r;
    uint64_t         size;

    *out = "";
    if (bytes == 0)
        return MOTE_OK;
    if (!mote_hdf5_reader_at(&r, s->file, address) || r.end - r.at < 8 || memcmp(r.at, "GCOL", 4) != 0)
        return mote_hdf5_damaged(err, "an attribute's text lies outside the file");
    mote_hdf5_skip(&r, 8);
    size = mote_hdf5_take_length(&r);
    if (!mote_hdf5_span(&r, s->file, address, size))
        return mote_hdf5_damaged(err, "an attribute's text lies outside the file");
    mote_hdf5_skip(&r, 8 + (size_t)s->file->length_bytes);
    while (!r.is_short && r.at < r.end) {
        const uint64_t id = mote_hdf5_take_number(&r, 2);
        uint64_t       length;
        mote_hdf5_skip(&r, 6);
        length = mote_hdf5_take_length(&r);
        if (id == 0 || r.is_short || length > (uint64_t)(r.end - r.at))
            break;
        if (id == index) {
            *out = mote_arena_strndup(s->arena, (const char *)r.at, bytes < length ? bytes : (size_t)length, err);
            return err->code;
        }
        mote_hdf5_skip(&r, ((size_t)length + 7) / 8 * 8);
    }
    return mote_hdf5_damaged(err, "an attribute's text is not where it should be");
}

static mote_status take_text(search *s, const mote_hdf5_type *type, mote_hdf5_reader *r, const char **out, mote_error *err)
{
    const uint8_t *at = r->at;
    size_t         bytes;
    uint64_t       address;

    if (!type->is_variable) {
        mote_hdf5_skip(r, type->bytes);
        *out = r->is_short ? NULL : mote_arena_strndup(s->arena, (const char *)at, type->bytes, err);
        return r->is_short ? mote_hdf5_damaged(err, "an attribute is cut off") : err->code;
    }
    bytes = (size_t)mote_hdf5_take_number(r, 4);
    address = mote_hdf5_take_address(r);
    return text_of_heap(s, address, mote_hdf5_take_number(r, 4), bytes, out, err);
}

static mote_status take_texts(search *s, const mote_hdf5_type *type, const mote_hdf5_shape *shape, mote_hdf5_reader *r,
                              mote_error *err)
{
    size_t i;

    if (shape->count == 0) { /* an empty list of Python has no type, and is stored as one of numbers */
        s->count = 0;
        return MOTE_OK;
    }
    if (type->kind != MOTE_HDF5_TEXT)
        return mote_fail(err, MOTE_ERR_FORMAT, "attribute %s is no text", s->name);
    if (shape->count > (size_t)(r->end - r->at) / type->bytes)
        return mote_hdf5_damaged(err, "an attribute is cut off");
    s->texts = MOTE_NEW(s->arena, const char *, shape->count + 1, err);
    for (i = 0; s->texts && i < shape->count; i++)
        MOTE_TRY(take_text(s, type, r, &s->texts[i], err));
    s->count = (int32_t)shape->count;
    return err->code;
}

/* A part of a message, of `bytes`, which version 1 pads to eight. */
static mote_hdf5_reader part_of(mote_hdf5_reader *body, size_t bytes, int version)
{
    mote_hdf5_reader part = *body;

    mote_hdf5_skip(body, bytes);
    part.end = body->at;
    if (version == 1)
        mote_hdf5_skip(body, (8 - bytes % 8) % 8);
    return part;
}

static mote_status take_attribute(void *user, int type, mote_hdf5_reader body, bool *is_done, mote_error *err)
{
    search          *s = user;
    mote_hdf5_reader name, described, shaped;
    mote_hdf5_type   element;
    mote_hdf5_shape  shape;
    size_t           name_bytes, type_bytes, shape_bytes;
    int              version;

    if (type != MOTE_HDF5_ATTRIBUTE)
        return MOTE_OK;
    version = (int)mote_hdf5_take_number(&body, 1);
    mote_hdf5_skip(&body, 1);
    name_bytes = (size_t)mote_hdf5_take_number(&body, 2);
    type_bytes = (size_t)mote_hdf5_take_number(&body, 2);
    shape_bytes = (size_t)mote_hdf5_take_number(&body, 2);
    mote_hdf5_skip(&body, version == 3 ? 1 : 0);
    name = part_of(&body, name_bytes, version);
    described = part_of(&body, type_bytes, version);
    shaped = part_of(&body, shape_bytes, version);
    if (body.is_short || version < 1 || version > 3)
        return mote_hdf5_damaged(err, "an attribute is cut off");
    if (name_bytes == 0 || strlen(s->name) + 1 != name_bytes || memcmp(name.at, s->name, name_bytes) != 0)
        return MOTE_OK;
    *is_done = true;
    if (!mote_hdf5_read_type(&element, described) || !mote_hdf5_read_shape(&shape, shaped))
        return mote_hdf5_damaged(err, "an attribute without a type");
    return take_texts(s, &element, &shape, &body, err);
}

mote_status mote_hdf5_texts(const mote_hdf5 *file, mote_hdf5_object object, const char *attribute, mote_arena *arena,
                            const char ***texts, int32_t *count, mote_error *err)
{
    search s = {.file = file, .name = attribute, .arena = arena, .count = -1};

    mote_hdf5_each_message(file, object.address, take_attribute, &s, err);
    *texts = s.texts;
    *count = err->code == MOTE_OK ? s.count : -1;
    return err->code;
}
