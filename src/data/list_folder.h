/* What stands in a folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_LIST_FOLDER_H
#define MOTE_DATA_LIST_FOLDER_H

#include "base/arena.h"

/* Sorted names of a folder's entries; hidden ones are left out. */
typedef struct mote_name_list {
    char **names;
    size_t count;
} mote_name_list;
mote_status mote_list_folder(mote_name_list *out, mote_arena *arena, const char *path, mote_error *err);

#endif
