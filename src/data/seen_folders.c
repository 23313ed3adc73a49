/* SPDX-License-Identifier: Apache-2.0 */
#include "data/seen_folders.h"

enum { CAPACITY_FIRST = 256 };

typedef struct mote_seen_folder {
    dev_t device;
    ino_t inode;
    bool  is_taken;
} seen_folder;

static seen_folder *find_place(seen_folder *table, size_t capacity, dev_t device, ino_t inode)
{
    size_t i = ((size_t)inode * 2654435761u + (size_t)device) & (capacity - 1);

    while (table[i].is_taken && (table[i].inode != inode || table[i].device != device))
        i = (i + 1) & (capacity - 1);
    return &table[i];
}

static mote_status grow(mote_seen_folders *seen, mote_error *err)
{
    const size_t capacity = seen->capacity ? 2 * seen->capacity : CAPACITY_FIRST;
    seen_folder *table = MOTE_NEW(&seen->arena, seen_folder, capacity, err);
    size_t       i;

    if (!table)
        return err->code;
    for (i = 0; i < seen->capacity; i++)
        if (seen->table[i].is_taken)
            *find_place(table, capacity, seen->table[i].device, seen->table[i].inode) = seen->table[i];
    seen->table = table;
    seen->capacity = capacity;
    return MOTE_OK;
}

mote_status mote_seen_folders_add(mote_seen_folders *seen, const struct stat *folder, bool *is_new, mote_error *err)
{
    seen_folder *place;

    if (2 * (seen->count + 1) > seen->capacity)
        MOTE_TRY(grow(seen, err));
    place = find_place(seen->table, seen->capacity, folder->st_dev, folder->st_ino);
    *is_new = !place->is_taken;
    seen->count += *is_new;
    *place = (seen_folder){folder->st_dev, folder->st_ino, true};
    return MOTE_OK;
}
