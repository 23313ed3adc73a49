/* Files: read whole or mapped, written whole or not at all.
 *
 * An output is built beside its place under a temporary name, flushed to the disk, then renamed over the final name: a
 * reader never sees half a file, and a failure leaves what was there before.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_FILE_H
#define MOTE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

/* A read-only view of a file. Zeroed is "not open". */
typedef struct mote_file {
    const uint8_t *bytes; /* never NULL once open, also for an empty file */
    size_t         count;
    bool           is_mapped;
} mote_file;

mote_status mote_file_open(mote_file *file, const char *path, mote_error *err); /* regular files only */
void        mote_file_close(mote_file *file);                                   /* a no-op on a zeroed file */

/* An output under construction: write to .stream with stdio, then commit or abandon. Zeroed is "not open". */
typedef struct mote_output {
    FILE *stream;
    char *path, *temporary; /* owned */
} mote_output;

mote_status mote_output_begin(mote_output *output, const char *path, mote_error *err);
/* Flushes, syncs and renames; any write error since begin is found here. Closes in both cases. */
mote_status mote_output_commit(mote_output *output, mote_error *err);
void        mote_output_abandon(mote_output *output); /* removes the temporary; a no-op after commit */

/* The whole file in one call. */
mote_status mote_file_write(const char *path, const void *bytes, size_t count, mote_error *err);

/* The same for a folder: begin makes a temporary sibling (its name goes to *temporary), commit moves the old folder away,
 * puts the new one in its place and removes the old; abandon removes the temporary tree. */
typedef struct mote_output_dir {
    char *path, *temporary; /* owned; write files below .temporary */
} mote_output_dir;

mote_status mote_output_dir_begin(mote_output_dir *dir, const char *path, mote_error *err);
mote_status mote_output_dir_commit(mote_output_dir *dir, mote_error *err);
void        mote_output_dir_abandon(mote_output_dir *dir);

/* A new empty folder below $TMPDIR, or /tmp, its name begun with prefix; the name lies in the arena, the caller removes the
 * folder. NULL and err on failure. */
char       *mote_temporary_dir(mote_arena *arena, const char *prefix, mote_error *err);
mote_status mote_make_dirs(const char *path, mote_error *err);   /* like mkdir -p */
mote_status mote_remove_tree(const char *path, mote_error *err); /* like rm -rf; missing is fine */
bool        mote_path_exists(const char *path);
bool        mote_path_is_dir(const char *path);
/* "a/b" and "c" -> "a/b/c" in the arena; NULL and err when out of memory. */
char *mote_path_join(mote_arena *arena, const char *folder, const char *name, mote_error *err);
/* The part after the last '/', and whether the name ends in suffix (case does not matter). */
const char *mote_path_base(const char *path);
bool        mote_path_has_suffix(const char *path, const char *suffix);

#endif
