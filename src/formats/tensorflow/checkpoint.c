/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/checkpoint.h"

#include <string.h>

#include "base/text.h"
#include "formats/import/protobuf.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/types.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are copied as the file has them: little-endian");

enum { FOOTER_BYTES = 48, TRAILER_BYTES = 5, KEY_BYTES_MAX = 4096, ENTRIES_MAX = 1 << 20, SHARDS_MAX = 1 << 16 };

/* ---- checksums ---- */

/* CRC-32 with Castagnoli's polynomial, as the files have it: turned and shifted, so that checksums of checksums differ. */
static uint32_t masked_crc32c(const uint8_t *bytes, size_t count)
{
    uint32_t table[256], crc = 0xffffffffu;
    uint32_t i, bit;
    size_t   k;

    for (i = 0; i < 256; i++)
        for (table[i] = i, bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82f63b78u : 0);
    for (k = 0; k < count; k++)
        crc = table[(crc ^ bytes[k]) & 0xff] ^ crc >> 8;
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/* ---- blocks ---- */

typedef struct block {
    const uint8_t *at, *end; /* of its entries */
} block;

/* Numbers of 7 bits a byte, as protocol buffers have them. */
static bool read_number(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    int shift;

    for (*value = 0, shift = 0; *at < end && shift < 64; shift += 7) {
        const uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7fu) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static uint32_t load_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static mote_status fail_table(const char *what, mote_error *err)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "%s: the index of the checkpoint is cut or damaged", what);
}

/* handle: where the block lies, and how long it is. */
static mote_status open_block(block *out, const uint8_t *bytes, size_t count, const uint8_t **handle, const uint8_t *end,
                              mote_error *err)
{
    uint64_t offset, size, restarts;

    if (!read_number(handle, end, &offset) || !read_number(handle, end, &size) || offset > count || size > count - offset ||
        count - offset - size < TRAILER_BYTES || size < 4)
        return fail_table("a block that lies outside of the file", err);
    bytes += offset;
    if (bytes[size] != 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "its blocks are compressed; save the model again");
    if (masked_crc32c(bytes, (size_t)size + 1) != load_32(bytes + size + 1))
        return fail_table("a block whose checksum is wrong", err);
    restarts = load_32(bytes + size - 4);
    if (restarts > (size - 4) / 4)
        return fail_table("a block of more restarts than it has room for", err);
    *out = (block){bytes, bytes + size - 4 - 4 * restarts};
    return MOTE_OK;
}

typedef struct key {
    size_t count;
    char   bytes[KEY_BYTES_MAX + 1];
} key;

/* The next entry: its key, which begins as the one before does, and where its value lies. */
static mote_status next_entry(block *b, key *k, const uint8_t **value, size_t *value_count, mote_error *err)
{
    uint64_t shared, own, length;

    if (!read_number(&b->at, b->end, &shared) || !read_number(&b->at, b->end, &own) ||
        !read_number(&b->at, b->end, &length) || shared > k->count || own > (size_t)(b->end - b->at) ||
        length > (size_t)(b->end - b->at) - own)
        return fail_table("an entry that lies outside of its block", err);
    if (shared + own > KEY_BYTES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "a name of more than %d bytes", KEY_BYTES_MAX);
    memcpy(k->bytes + shared, b->at, (size_t)own);
    k->count = (size_t)(shared + own);
    k->bytes[k->count] = '\0';
    *value = b->at + own;
    *value_count = (size_t)length;
    b->at = *value + length;
    return MOTE_OK;
}

/* ---- entries ---- */

static mote_status read_header(mote_tf_checkpoint *out, mote_pb message, mote_error *err)
{
    mote_pb_field field;

    while (mote_pb_next(&message, &field, err)) {
        if (field.number == HEADER_SHARDS && (field.value < 1 || field.value > SHARDS_MAX))
            return mote_fail(err, MOTE_ERR_FORMAT, "%lld data files", (long long)field.value);
        if (field.number == HEADER_SHARDS)
            out->shards = (int32_t)field.value;
        if (field.number == HEADER_ENDIANNESS && field.value != 0)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "its tensors are big-endian");
    }
    return err->code;
}

static mote_status read_entry(mote_tf_entry *out, mote_pb message, mote_error *err)
{
    mote_pb_field field;
    bool          has_rank;

    while (mote_pb_next(&message, &field, err))
        switch (field.number) {
        case BUNDLE_TYPE:
            out->file_type = (int32_t)field.value;
            break;
        case BUNDLE_SHAPE:
            MOTE_TRY(mote_tf_read_shape(mote_pb_within(&field), &out->rank, out->dim, &has_rank, err));
            break;
        case BUNDLE_SHARD:
            out->shard = field.value < SHARDS_MAX ? (int32_t)field.value : SHARDS_MAX;
            break;
        case BUNDLE_OFFSET:
            out->offset = field.value;
            break;
        case BUNDLE_SIZE:
            out->size = field.value;
            break;
        case BUNDLE_CRC:
            out->crc = (uint32_t)field.value;
            break;
        case BUNDLE_SLICES:
            out->is_sliced = true;
            break;
        default:
            break;
        }
    out->dtype = mote_tf_dtype(out->file_type);
    return err->code;
}

static mote_status make_room(mote_tf_checkpoint *out, int32_t *capacity, mote_arena *arena, mote_error *err)
{
    const int32_t  more = *capacity > 0 ? 2 * *capacity : 64;
    mote_tf_entry *entries;

    if (out->count < *capacity)
        return MOTE_OK;
    if (out->count >= ENTRIES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than %d tensors", ENTRIES_MAX);
    if (!(entries = MOTE_NEW(arena, mote_tf_entry, more, err)))
        return err->code;
    if (out->count > 0)
        memcpy(entries, out->entries, (size_t)out->count * sizeof *entries);
    out->entries = entries;
    *capacity = more;
    return MOTE_OK;
}

static mote_status add_entry(mote_tf_checkpoint *out, int32_t *capacity, const key *k, mote_pb value, mote_arena *arena,
                             mote_error *err)
{
    mote_tf_entry *entry;

    if (k->count == 0)
        return read_header(out, value, err);
    if (memchr(k->bytes, '\0', k->count))
        return MOTE_OK; /* a part of a tensor that is stored in parts */
    MOTE_TRY(make_room(out, capacity, arena, err));
    entry = &out->entries[out->count];
    *entry = (mote_tf_entry){.key = mote_arena_strndup(arena, k->bytes, k->count, err)};
    if (!entry->key || read_entry(entry, value, err) != MOTE_OK)
        return mote_context(err, "tensor \"%s\"", mote_show_string(k->bytes).text);
    if (!mote_index_add(&out->by_key, mote_hash_bytes(MOTE_HASH_SEED, k->bytes, k->count), out->count))
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    out->count++;
    return MOTE_OK;
}

static mote_status read_blocks(mote_tf_checkpoint *out, block index, const uint8_t *bytes, size_t count, key *of_index,
                               key *of_data, mote_arena *arena, mote_error *err)
{
    const uint8_t *value, *of_entry;
    size_t         value_count, entry_count;
    int32_t        capacity = 0;
    block          data;

    while (index.at < index.end) {
        MOTE_TRY(next_entry(&index, of_index, &value, &value_count, err));
        MOTE_TRY(open_block(&data, bytes, count, &value, value + value_count, err));
        of_data->count = 0;
        while (data.at < data.end) {
            MOTE_TRY(next_entry(&data, of_data, &of_entry, &entry_count, err));
            MOTE_TRY(add_entry(out, &capacity, of_data, mote_pb_of(of_entry, entry_count), arena, err));
        }
    }
    return MOTE_OK;
}

mote_status mote_tf_checkpoint_read(mote_tf_checkpoint *out, const uint8_t *bytes, size_t count, mote_arena *arena,
                                    mote_error *err)
{
    static const uint8_t magic[] = {0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb};
    const uint8_t       *end = bytes + count, *handle;
    uint64_t             skipped;
    block                index;
    key                 *keys = MOTE_NEW(arena, key, 2, err);

    if (!keys)
        return err->code;
    out->shards = 1;
    if (count < FOOTER_BYTES || memcmp(end - sizeof magic, magic, sizeof magic) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "this is no index of a checkpoint, or it is cut");
    handle = end - FOOTER_BYTES;
    if (!read_number(&handle, end, &skipped) || !read_number(&handle, end, &skipped))
        return fail_table("a footer without the places of blocks", err);
    MOTE_TRY(open_block(&index, bytes, count, &handle, end, err));
    return read_blocks(out, index, bytes, count, &keys[0], &keys[1], arena, err);
}

void mote_tf_checkpoint_close(mote_tf_checkpoint *checkpoint)
{
    mote_index_free(&checkpoint->by_key);
    mote_file_close(&checkpoint->file);
}

const mote_tf_entry *mote_tf_checkpoint_find(const mote_tf_checkpoint *checkpoint, const char *name)
{
    const uint64_t hash = mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name));
    int32_t        at;

    if (checkpoint->count == 0)
        return NULL;
    for (at = mote_index_first(&checkpoint->by_key, hash); at >= 0; at = mote_index_next(&checkpoint->by_key, at))
        if (strcmp(checkpoint->entries[mote_index_value(&checkpoint->by_key, at)].key, name) == 0)
            return &checkpoint->entries[mote_index_value(&checkpoint->by_key, at)];
    return NULL;
}

/* ---- contents ---- */

static mote_status open_shard(mote_tf_checkpoint *checkpoint, int32_t shard, mote_arena *arena, mote_error *err)
{
    const char *path;

    if (checkpoint->open_shard == shard + 1)
        return MOTE_OK;
    mote_file_close(&checkpoint->file);
    checkpoint->open_shard = 0;
    if (shard >= checkpoint->shards)
        return mote_fail(err, MOTE_ERR_FORMAT, "it lies in data file %d, of %d", shard, checkpoint->shards);
    if (!checkpoint->path)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "there are no data files");
    path = mote_arena_printf(arena, err, "%s.data-%05d-of-%05d", checkpoint->path, shard, checkpoint->shards);
    if (!path || mote_file_open(&checkpoint->file, path, err) != MOTE_OK)
        return err->code;
    checkpoint->open_shard = shard + 1;
    return MOTE_OK;
}

const void *mote_tf_checkpoint_load(mote_tf_checkpoint *checkpoint, const mote_tf_entry *entry, mote_arena *arena,
                                    mote_error *err)
{
    const mote_file *file = &checkpoint->file;
    size_t           count = entry->dtype == MOTE_DTYPE_COUNT ? 0 : (size_t)mote_dtype_bits(entry->dtype) / 8;
    int32_t          i;

    for (i = 0; i < entry->rank; i++)
        count = mote_size_mul(count, (size_t)(entry->dim[i] < 0 ? 0 : entry->dim[i]));
    if (entry->is_sliced)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "it is stored in parts, as partitioned variables are");
    else if (entry->dtype == MOTE_DTYPE_COUNT)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "elements of type %s are not supported", mote_tf_type_name(entry->file_type));
    else if (count != entry->size)
        mote_fail(err, MOTE_ERR_FORMAT, "it has %llu bytes, its shape says %zu", (unsigned long long)entry->size, count);
    if (err->code != MOTE_OK || open_shard(checkpoint, entry->shard, arena, err) != MOTE_OK)
        return NULL;
    if (entry->offset > file->count || count > file->count - entry->offset)
        mote_fail(err, MOTE_ERR_FORMAT, "it lies outside of its data file, which is cut or another model's");
    else if (masked_crc32c((const uint8_t *)file->bytes + entry->offset, count) != entry->crc)
        mote_fail(err, MOTE_ERR_FORMAT, "its checksum is wrong: its data file is damaged or another model's");
    return err->code == MOTE_OK ? mote_arena_copy(arena, (const uint8_t *)file->bytes + entry->offset, count, 1, err) : NULL;
}
