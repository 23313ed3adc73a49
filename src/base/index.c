/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"

#include <stdlib.h>

struct mote_index_entry {
    uint64_t hash;
    int32_t  value, next; /* in its bucket; -1: the last */
};

enum { BUCKETS_AT_FIRST = 64 };

uint64_t mote_hash_bytes(uint64_t before, const void *bytes, size_t count)
{
    const uint8_t *byte = bytes;
    size_t         i;

    for (i = 0; i < count; i++)
        before = (before ^ byte[i]) * 0x100000001b3u;
    return before;
}

static size_t bucket_of(const mote_index *index, uint64_t hash)
{
    return (hash ^ hash >> 32) & (uint64_t)(index->bucket_count - 1);
}

static void chain(mote_index *index, int32_t entry)
{
    const size_t bucket = bucket_of(index, index->entries[entry].hash);

    if (index->first[bucket] < 0)
        index->first[bucket] = entry;
    else
        index->entries[index->last[bucket]].next = entry;
    index->last[bucket] = entry;
    index->entries[entry].next = -1;
}

/* As many buckets as there is room for entries. */
static bool grow(mote_index *index)
{
    const int32_t     wider = index->bucket_count > 0 ? 2 * index->bucket_count : BUCKETS_AT_FIRST;
    mote_index_entry *entries = realloc(index->entries, (size_t)wider * sizeof *entries);
    int32_t          *buckets, i;

    if (!entries)
        return false;
    index->entries = entries;
    if (!(buckets = malloc(2 * (size_t)wider * sizeof *buckets)))
        return false;
    free(index->first);
    index->first = buckets;
    index->last = buckets + wider;
    index->bucket_count = wider;
    for (i = 0; i < wider; i++)
        index->first[i] = -1;
    for (i = 0; i < index->count; i++)
        chain(index, i);
    return true;
}

bool mote_index_add(mote_index *index, uint64_t hash, int32_t value)
{
    if (index->count == INT32_MAX / 2 || (index->count == index->bucket_count && !grow(index)))
        return false;
    index->entries[index->count] = (mote_index_entry){.hash = hash, .value = value};
    chain(index, index->count++);
    return true;
}

static int32_t find_from(const mote_index *index, int32_t entry, uint64_t hash)
{
    while (entry >= 0 && index->entries[entry].hash != hash)
        entry = index->entries[entry].next;
    return entry;
}

int32_t mote_index_first(const mote_index *index, uint64_t hash)
{
    return index->count > 0 ? find_from(index, index->first[bucket_of(index, hash)], hash) : -1;
}

int32_t mote_index_next(const mote_index *index, int32_t entry)
{
    return find_from(index, index->entries[entry].next, index->entries[entry].hash);
}

int32_t mote_index_value(const mote_index *index, int32_t entry)
{
    return index->entries[entry].value;
}

void mote_index_free(mote_index *index)
{
    free(index->entries);
    free(index->first);
    *index = (mote_index){0};
}
