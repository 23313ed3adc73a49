/* The file's beginning, objects' headers and their messages. SPDX-License-Identifier: Apache-2.0 */
#include "formats/hdf5/bytes.h"

static const uint8_t signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

mote_status mote_hdf5_damaged(mote_error *err, const char *what)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "damaged HDF5 file: %s", what);
}

bool mote_hdf5_reader_at(mote_hdf5_reader *r, const mote_hdf5 *file, uint64_t address)
{
    const size_t room = file->count - file->base;

    if (address >= room)
        return false;
    *r =
        (mote_hdf5_reader){.file = file, .at = file->bytes + file->base + (size_t)address, .end = file->bytes + file->count};
    return true;
}

bool mote_hdf5_span(mote_hdf5_reader *r, const mote_hdf5 *file, uint64_t address, uint64_t bytes)
{
    if (!mote_hdf5_reader_at(r, file, address) || bytes > (uint64_t)(r->end - r->at))
        return false;
    r->end = r->at + (size_t)bytes;
    return true;
}

bool mote_hdf5_spend(size_t *work, size_t bytes)
{
    if (bytes > *work)
        return false;
    *work -= bytes;
    return true;
}

/* ---- the beginning ---- */

/* Where the signature is: at 0, or at a power of two from 512 on, behind what a user put there. SIZE_MAX: nowhere. */
static size_t find_signature(const uint8_t *bytes, size_t count)
{
    size_t at;

    for (at = 0; count >= sizeof signature && at <= count - sizeof signature; at = at ? 2 * at : 512)
        if (memcmp(bytes + at, signature, sizeof signature) == 0)
            return at;
    return SIZE_MAX;
}

bool mote_is_hdf5(const void *bytes, size_t count)
{
    return find_signature(bytes, count) != SIZE_MAX;
}

static mote_status read_superblock(mote_hdf5 *f, mote_hdf5_reader *r, mote_error *err)
{
    const int version = (int)mote_hdf5_take_number(r, 1);

    if (version > 3)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "HDF5 superblock version %d is newer than mote reads (3)", version);
    if (version < 2)
        mote_hdf5_skip(r, 4);
    f->offset_bytes = (int)mote_hdf5_take_number(r, 1);
    f->length_bytes = (int)mote_hdf5_take_number(r, 1);
    if (f->offset_bytes < 2 || f->offset_bytes > 8 || f->length_bytes < 2 || f->length_bytes > 8)
        return mote_hdf5_damaged(err, "its addresses have no possible size");
    if (version < 2)
        mote_hdf5_skip(r, version == 0 ? 9 : 13); /* reserved, the K of trees, flags */
    else
        mote_hdf5_skip(r, 1);
    mote_hdf5_take_address(r); /* base: the superblock's own place, which is known */
    mote_hdf5_skip(r, 2 * (size_t)f->offset_bytes);
    if (version < 2)
        mote_hdf5_skip(r, 2 * (size_t)f->offset_bytes); /* the driver's block; the root's name */
    f->root = mote_hdf5_take_address(r);
    return r->is_short ? mote_hdf5_damaged(err, "it ends within its superblock") : MOTE_OK;
}

mote_status mote_hdf5_open(mote_hdf5 *out, const uint8_t *bytes, size_t count, mote_error *err)
{
    const size_t     at = find_signature(bytes, count);
    mote_hdf5_reader r = {.file = out};

    *out = (mote_hdf5){.bytes = bytes, .count = count};
    if (at == SIZE_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "no HDF5 file");
    out->base = at;
    r.at = bytes + at + sizeof signature;
    r.end = bytes + count;
    return read_superblock(out, &r, err);
}

/* ---- headers ---- */

typedef struct walk {
    const mote_hdf5   *file;
    mote_hdf5_message *take;
    void              *user;
    size_t             work;
    bool               is_new, has_order, is_done; /* is_new: version 2 */
    uint64_t           next, next_bytes;           /* the continuation that was met last */
} walk;

static mote_status take_message(walk *w, mote_hdf5_reader *block, mote_error *err)
{
    const int        type = (int)mote_hdf5_take_number(block, w->is_new ? 1 : 2);
    const size_t     bytes = (size_t)mote_hdf5_take_number(block, 2);
    const int        flags = (int)mote_hdf5_take_number(block, 1);
    mote_hdf5_reader body = *block;

    mote_hdf5_skip(block, w->is_new ? (w->has_order ? 2 : 0) : 3);
    body.at = block->at;
    mote_hdf5_skip(block, bytes);
    body.end = block->at;
    if (block->is_short)
        return mote_hdf5_damaged(err, "a header's message is longer than its header");
    if (flags & 2) /* shared: it stands elsewhere */
        return type == MOTE_HDF5_DATATYPE || type == MOTE_HDF5_DATASPACE
                   ? mote_fail(err, MOTE_ERR_UNSUPPORTED, "HDF5 file with shared datatypes, which mote does not read")
                   : MOTE_OK;
    if (type == MOTE_HDF5_CONTINUATION) {
        w->next = mote_hdf5_take_address(&body);
        w->next_bytes = mote_hdf5_take_length(&body);
        return body.is_short ? mote_hdf5_damaged(err, "a header goes on nowhere") : MOTE_OK;
    }
    return w->take(w->user, type, body, &w->is_done, err);
}

static mote_status take_block(walk *w, mote_hdf5_reader block, mote_error *err)
{
    const ptrdiff_t least = w->is_new ? 4 + (w->has_order ? 2 : 0) : 8;

    if (!mote_hdf5_spend(&w->work, (size_t)(block.end - block.at)))
        return mote_hdf5_damaged(err, "a header goes on in a circle");
    while (!w->is_done && block.end - block.at >= least)
        MOTE_TRY(take_message(w, &block, err));
    return MOTE_OK;
}

static mote_status take_rest(walk *w, mote_error *err)
{
    while (!w->is_done && w->next_bytes > 0) {
        mote_hdf5_reader block;
        if (!mote_hdf5_span(&block, w->file, w->next, w->next_bytes))
            return mote_hdf5_damaged(err, "a header goes on outside the file");
        w->next_bytes = 0;
        if (w->is_new) {
            if (block.end - block.at < 8 || memcmp(block.at, "OCHK", 4) != 0)
                return mote_hdf5_damaged(err, "a header goes on where there is none");
            block.at += 4;
            block.end -= 4;
        }
        MOTE_TRY(take_block(w, block, err));
    }
    return MOTE_OK;
}

/* Version 1: 16 bytes, then the messages of the first block. */
static mote_status walk_old(walk *w, mote_hdf5_reader r, mote_error *err)
{
    size_t bytes;

    mote_hdf5_skip(&r, 8); /* version, number of messages, references */
    bytes = (size_t)mote_hdf5_take_number(&r, 4);
    mote_hdf5_skip(&r, 4);
    if (r.is_short || bytes > (size_t)(r.end - r.at))
        return mote_hdf5_damaged(err, "an object's header is longer than the file");
    r.end = r.at + bytes;
    MOTE_TRY(take_block(w, r, err));
    return take_rest(w, err);
}

static mote_status walk_new(walk *w, mote_hdf5_reader r, mote_error *err)
{
    int    flags;
    size_t bytes;

    mote_hdf5_skip(&r, 5); /* "OHDR", version */
    flags = (int)mote_hdf5_take_number(&r, 1);
    mote_hdf5_skip(&r, (flags & 0x20 ? 16u : 0u) + (flags & 0x10 ? 4u : 0u));
    bytes = (size_t)mote_hdf5_take_number(&r, 1 << (flags & 3));
    if (r.is_short || bytes > (size_t)(r.end - r.at))
        return mote_hdf5_damaged(err, "an object's header is longer than the file");
    r.end = r.at + bytes;
    w->is_new = true;
    w->has_order = flags & 4;
    MOTE_TRY(take_block(w, r, err));
    return take_rest(w, err);
}

mote_status mote_hdf5_each_message(const mote_hdf5 *file, uint64_t address, mote_hdf5_message *take, void *user,
                                   mote_error *err)
{
    walk             w = {.file = file, .take = take, .user = user, .work = file->count};
    mote_hdf5_reader r;

    if (!mote_hdf5_reader_at(&r, file, address) || r.end - r.at < 16)
        return mote_hdf5_damaged(err, "an object lies outside the file");
    if (memcmp(r.at, "OHDR", 4) == 0)
        return walk_new(&w, r, err);
    if (r.at[0] != 1)
        return mote_hdf5_damaged(err, "there is no object where one should be");
    return walk_old(&w, r, err);
}

/* ---- types and shapes ---- */

bool mote_hdf5_read_type(mote_hdf5_type *out, mote_hdf5_reader body)
{
    enum { VARIABLE = 9 };
    const int class = (int)mote_hdf5_take_number(&body, 1) & 15;
    const int bits = (int)mote_hdf5_take_number(&body, 3);

    *out = (mote_hdf5_type){.kind = MOTE_HDF5_OTHER, .bytes = (size_t)mote_hdf5_take_number(&body, 4)};
    if (class == MOTE_HDF5_INTEGER || class == MOTE_HDF5_FLOAT || class == MOTE_HDF5_TEXT)
        out->kind = (mote_hdf5_class) class;
    out->is_big_endian = bits & 1;
    out->is_signed = class == MOTE_HDF5_INTEGER && (bits & 8);
    if (class == VARIABLE && (bits & 15) == 1) {
        out->kind = MOTE_HDF5_TEXT;
        out->is_variable = true;
    }
    return !body.is_short && out->bytes > 0;
}

bool mote_hdf5_read_shape(mote_hdf5_shape *out, mote_hdf5_reader body)
{
    const int version = (int)mote_hdf5_take_number(&body, 1), rank = (int)mote_hdf5_take_number(&body, 1);
    int       i;

    *out = (mote_hdf5_shape){.rank = rank, .count = 1};
    mote_hdf5_skip(&body, 1);
    if (version == 1)
        mote_hdf5_skip(&body, 5);
    else if (mote_hdf5_take_number(&body, 1) == 2) /* no elements at all */
        out->count = 0;
    if (rank > MOTE_HDF5_RANK_MAX || version < 1 || version > 2)
        return false;
    for (i = 0; i < rank; i++) {
        out->dim[i] = (size_t)mote_hdf5_take_length(&body);
        out->count = mote_size_mul(out->count, out->dim[i]);
    }
    return !body.is_short;
}
