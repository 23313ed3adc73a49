/* The files of one sort (pictures, sounds) below a folder, each once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_WALK_H
#define MOTE_DATA_WALK_H

#include "base/arena.h"
#include "base/text.h"
#include "data/list_folder.h"
#include "data/seen_folders.h"

typedef struct mote_media mote_media; /* class_folders.h: what a file of the sort is */

typedef struct mote_walk {
    const mote_media *media;
    mote_arena       *arena;
    mote_seen_folders seen;
    mote_text         files;   /* pointers to paths, in the order found */
    size_t            foreign; /* files of the sort, of kinds that are not read */
    char             *first_foreign;
    size_t            dangling; /* links to nothing that are none of the sort by their names */
    char             *first_dangling;
} mote_walk;

/* Whether a folder is entered for the first time; afterwards it is passed over wherever a link leads to it. */
mote_status mote_walk_enter(mote_walk *w, const char *folder, bool *is_new, mote_error *err);

/* Of a folder that was entered: adds the files in it and in the folders inside it, sorted by name in each: by content, and
 * what has the name of one, damaged files and links to nothing among them. */
mote_status mote_walk_folder(mote_walk *w, const char *folder, mote_error *err);
void        mote_walk_free(mote_walk *w);

/* What stands in a folder itself: sorted names of folders (links to them, too), and how many files of the sort. */
mote_status mote_look_into(mote_name_list *folders, size_t *files, const mote_media *media, mote_arena *arena,
                           const char *path, mote_error *err);

/* Whether the first file of either sort below a folder is a sound, not a picture; folders come after files. */
mote_status mote_holds_sounds(bool *are_sounds, const char *path, mote_error *err);

#endif
