/* Folders that a walk has entered, by what they are, whatever they are called: links make a tree a graph, with circles and
 * many ways to one place. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_SEEN_FOLDERS_H
#define MOTE_DATA_SEEN_FOLDERS_H

#include <sys/stat.h>

#include "base/arena.h"

/* Zeroed is empty; mote_arena_destroy(&seen.arena) releases it. */
typedef struct mote_seen_folders {
    struct mote_seen_folder *table; /* an open hash table, at most half full */
    size_t                   count, capacity;
    mote_arena               arena;
} mote_seen_folders;

/* Whether it is new, and adds it. */
mote_status mote_seen_folders_add(mote_seen_folders *seen, const struct stat *folder, bool *is_new, mote_error *err);

#endif
