/* A hash index: numbers (of a list that the caller has) by the hash of what they stand for, so that finding an equal one
 * does not take a walk through all. Hashes may collide: the caller compares.
 *
 *     for (at = mote_index_first(&index, hash); at >= 0; at = mote_index_next(&index, at))
 *         if (is_equal(list[mote_index_value(&index, at)], wanted)) ...
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_INDEX_H
#define MOTE_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mote_index_entry mote_index_entry;

/* Zeroed is empty. Owns its memory. */
typedef struct mote_index {
    mote_index_entry *entries;
    int32_t          *first, *last; /* [bucket_count]: the chain of a bucket's entries, oldest first; -1: none */
    int32_t           count, bucket_count;
} mote_index;

/* FNV-1a of the bytes, on top of a hash of what comes before them; MOTE_HASH_SEED where nothing does. */
#define MOTE_HASH_SEED 0xcbf29ce484222325u
uint64_t mote_hash_bytes(uint64_t before, const void *bytes, size_t count);

/* False when there is no memory. */
bool mote_index_add(mote_index *index, uint64_t hash, int32_t value);
/* Entries of that hash, in the order in which they were added; -1: no (further) one. */
int32_t mote_index_first(const mote_index *index, uint64_t hash);
int32_t mote_index_next(const mote_index *index, int32_t entry);
int32_t mote_index_value(const mote_index *index, int32_t entry);
void    mote_index_free(mote_index *index); /* a no-op on a zeroed one */

#endif
