/* Links of groups. SPDX-License-Identifier: Apache-2.0 */
#include "formats/hdf5/bytes.h"

/* One listing. want: the only name that is of interest; NULL: all are. */
typedef struct listing {
    const mote_hdf5 *file;
    const char      *want;
    size_t           want_bytes;
    mote_arena      *arena;
    mote_hdf5_take  *take;
    void            *user;
    size_t           work;
    uint64_t         heap_at, heap_bytes; /* of the names */
    bool             is_found;
    mote_hdf5_object found;
} listing;

static mote_status take_link(listing *l, const uint8_t *name, size_t bytes, uint64_t address, mote_error *err)
{
    const char *text;

    if (l->want) {
        if (bytes == l->want_bytes && memcmp(name, l->want, bytes) == 0) {
            l->is_found = true;
            l->found.address = address;
        }
        return MOTE_OK;
    }
    text = mote_arena_strndup(l->arena, (const char *)name, bytes, err);
    return text ? l->take(l->user, text, (mote_hdf5_object){address}, err) : err->code;
}

/* ---- the newer kind: links in the header ---- */

static mote_status take_link_message(listing *l, mote_hdf5_reader body, mote_error *err)
{
    const int      version = (int)mote_hdf5_take_number(&body, 1), flags = (int)mote_hdf5_take_number(&body, 1);
    int            type = 0;
    size_t         bytes;
    const uint8_t *name;

    if (flags & 8)
        type = (int)mote_hdf5_take_number(&body, 1);
    mote_hdf5_skip(&body, (flags & 4 ? 8u : 0u) + (flags & 16 ? 1u : 0u));
    bytes = (size_t)mote_hdf5_take_number(&body, 1 << (flags & 3));
    name = body.at;
    mote_hdf5_skip(&body, bytes);
    if (body.is_short || version != 1)
        return mote_hdf5_damaged(err, "a link without a name");
    if (type != 0) /* a soft one, or to another file: what it leads to is not this file's */
        return MOTE_OK;
    return take_link(l, name, bytes, mote_hdf5_take_address(&body), err);
}

static mote_status check_link_info(const listing *l, mote_hdf5_reader body, mote_error *err)
{
    const int flags = (int)(mote_hdf5_take_number(&body, 2) >> 8);
    uint64_t  heap;

    mote_hdf5_skip(&body, flags & 1 ? 8 : 0);
    heap = mote_hdf5_take_address(&body);
    if (body.is_short || mote_hdf5_is_nowhere(l->file, heap))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "HDF5 file with a large group of the newer kind; save it anew without libver=\"latest\"");
}

/* ---- the older kind: a B-tree of symbol tables, and a heap of names ---- */

static mote_status open_heap(listing *l, uint64_t address, mote_error *err)
{
    mote_hdf5_reader r;

    if (!mote_hdf5_reader_at(&r, l->file, address) || r.end - r.at < 8 || memcmp(r.at, "HEAP", 4) != 0)
        return mote_hdf5_damaged(err, "a group has no names");
    mote_hdf5_skip(&r, 8);
    l->heap_bytes = mote_hdf5_take_length(&r);
    mote_hdf5_take_length(&r); /* the first free one */
    l->heap_at = mote_hdf5_take_address(&r);
    return r.is_short ? mote_hdf5_damaged(err, "a group has no names") : MOTE_OK;
}

static mote_status take_symbol(listing *l, mote_hdf5_reader *r, mote_error *err)
{
    const uint64_t   name = mote_hdf5_take_address(r), address = mote_hdf5_take_address(r);
    mote_hdf5_reader text;
    const uint8_t   *end;

    mote_hdf5_skip(r, 24); /* what a cache might hold */
    if (r->is_short || name >= l->heap_bytes || !mote_hdf5_span(&text, l->file, l->heap_at, l->heap_bytes))
        return mote_hdf5_damaged(err, "a link without a name");
    text.at += (size_t)name;
    end = memchr(text.at, 0, (size_t)(text.end - text.at));
    if (!end)
        return mote_hdf5_damaged(err, "a link's name has no end");
    return take_link(l, text.at, (size_t)(end - text.at), address, err);
}

static mote_status take_symbols(listing *l, mote_hdf5_reader r, mote_error *err)
{
    const size_t each = 2 * (size_t)l->file->offset_bytes + 24;
    size_t       count, i;

    mote_hdf5_skip(&r, 6); /* "SNOD", version */
    count = (size_t)mote_hdf5_take_number(&r, 2);
    if (!mote_hdf5_spend(&l->work, 8 + count * each))
        return mote_hdf5_damaged(err, "a group goes in a circle");
    for (i = 0; i < count && !l->is_found; i++)
        MOTE_TRY(take_symbol(l, &r, err));
    return MOTE_OK;
}

/* A node names `count` children, each between two keys. Depth is bounded by what the walk may spend, and by the stack. */
static mote_status take_tree(listing *l, uint64_t address, int depth, mote_error *err)
{
    enum { DEPTH_MAX = 24 };
    mote_hdf5_reader r;
    size_t           count, i;

    if (depth > DEPTH_MAX || !mote_hdf5_reader_at(&r, l->file, address) || r.end - r.at < 8)
        return mote_hdf5_damaged(err, "a group's tree leads outside the file");
    if (memcmp(r.at, "SNOD", 4) == 0)
        return take_symbols(l, r, err);
    if (memcmp(r.at, "TREE", 4) != 0 || r.at[4] != 0)
        return mote_hdf5_damaged(err, "a group's tree leads to something else");
    mote_hdf5_skip(&r, 6);
    count = (size_t)mote_hdf5_take_number(&r, 2);
    mote_hdf5_skip(&r, 2 * (size_t)l->file->offset_bytes); /* left and right */
    if (!mote_hdf5_spend(&l->work, 24 + count * (size_t)(l->file->length_bytes + l->file->offset_bytes)))
        return mote_hdf5_damaged(err, "a group goes in a circle");
    for (i = 0; i < count && !l->is_found; i++) {
        mote_hdf5_take_length(&r); /* the key */
        MOTE_TRY(take_tree(l, mote_hdf5_take_address(&r), depth + 1, err));
    }
    return r.is_short ? mote_hdf5_damaged(err, "a group's tree is cut off") : MOTE_OK;
}

static mote_status take_symbol_table(listing *l, mote_hdf5_reader body, mote_error *err)
{
    const uint64_t tree = mote_hdf5_take_address(&body), heap = mote_hdf5_take_address(&body);

    if (body.is_short)
        return mote_hdf5_damaged(err, "a group is cut off");
    MOTE_TRY(open_heap(l, heap, err));
    return take_tree(l, tree, 0, err);
}

/* ---- public ---- */

static mote_status take_group_message(void *user, int type, mote_hdf5_reader body, bool *is_done, mote_error *err)
{
    listing *l = user;

    if (type == MOTE_HDF5_SYMBOL_TABLE)
        take_symbol_table(l, body, err);
    else if (type == MOTE_HDF5_LINK)
        take_link_message(l, body, err);
    else if (type == MOTE_HDF5_LINK_INFO)
        check_link_info(l, body, err);
    *is_done = l->is_found;
    return err->code;
}

mote_status mote_hdf5_list(const mote_hdf5 *file, mote_hdf5_object group, mote_arena *arena, mote_hdf5_take *take,
                           void *user, mote_error *err)
{
    listing l = {.file = file, .arena = arena, .take = take, .user = user, .work = file->count};

    return mote_hdf5_each_message(file, group.address, take_group_message, &l, err);
}

mote_status mote_hdf5_find(const mote_hdf5 *file, const char *path, mote_hdf5_object *out, bool *found, mote_error *err)
{
    const char *name = path;

    *out = (mote_hdf5_object){file->root};
    *found = true;
    while (*name && *found) {
        const size_t bytes = strcspn(name, "/");
        listing      l = {.file = file, .want = name, .want_bytes = bytes, .work = file->count};
        if (bytes > 0) {
            MOTE_TRY(mote_hdf5_each_message(file, out->address, take_group_message, &l, err));
            *found = l.is_found;
            *out = l.found;
        }
        name += bytes + (name[bytes] == '/');
    }
    return MOTE_OK;
}
