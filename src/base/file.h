/* Files and folders inside the library; whole files are in <mote/file.h>.
 *
 * An output is built beside its place under a temporary name (temporary.h), flushed to the disk, then renamed over the final
 * name: a reader never sees half a file, and a failure leaves what was there before. A link as output is followed: it stays,
 * and what it points to is replaced in its own folder, or made. A FIFO, a device or a socket is refused, as a rename would
 * put a file in its place. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_FILE_H
#define MOTE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mote/file.h>

#include "base/arena.h"
#include "base/temporary.h"

/* At most max_bytes of a regular file from its beginning; MOTE_START_BYTES of them tell what a file is. Formats that need a
 * file once, from front to back, have mote_file_source (data/source.h) and never hold it whole. */
enum { MOTE_START_BYTES = 4096 };
mote_status mote_file_open_start(mote_file *file, const char *path, size_t max_bytes, mote_error *err);

/* Reads a file from front to back, piece by piece. Zeroed is "not open". */
typedef struct mote_file_reader {
    int    descriptor; /* plus one */
    size_t bytes_left;
} mote_file_reader;

mote_status mote_file_reader_open(mote_file_reader *reader, const char *path, mote_error *err); /* regular files only */
mote_status mote_file_reader_read(mote_file_reader *reader, void *to, size_t count, mote_error *err); /* all of count */
void        mote_file_reader_close(mote_file_reader *reader); /* a no-op on a zeroed one */

/* An output under construction: write to .stream with stdio, then commit or abandon. Zeroed is "not open". */
typedef struct mote_output {
    FILE           *stream;
    char           *path; /* owned; with links followed */
    mote_temporary *temporary;
} mote_output;

mote_status mote_output_begin(mote_output *output, const char *path, mote_error *err);
/* Flushes, syncs and renames; any write error since begin is found here. Closes in both cases. */
mote_status mote_output_commit(mote_output *output, mote_error *err);
void        mote_output_abandon(mote_output *output); /* removes the temporary; a no-op after commit */

/* The same for a folder: begin makes a temporary sibling (its name is .temporary), commit exchanges it with the old folder
 * in one step and removes that; abandon removes the temporary tree.
 *
 * A folder that cannot be renamed (where a volume is mounted, the working directory, one whose parent may not be written,
 * one in a file system without exchange) stays, and its entries are exchanged instead: each by a rename, once all of the new
 * ones are whole. If one fails, all are put back. */
typedef struct mote_output_dir {
    char           *path;      /* owned; with links followed */
    const char     *temporary; /* write files below it */
    mote_temporary *registered;
} mote_output_dir;

mote_status mote_output_dir_begin(mote_output_dir *dir, const char *path, mote_error *err);
mote_status mote_output_dir_commit(mote_output_dir *dir, mote_error *err);
/* In what err tells of files below the temporary, the final name takes its place. */
void mote_output_dir_abandon(mote_output_dir *dir, mote_error *err);

/* A new empty folder below $TMPDIR, or /tmp, its name begun with prefix; the name lies in the arena, the caller removes the
 * folder with mote_remove_tree. NULL and err on failure. */
char       *mote_temporary_dir(mote_arena *arena, const char *prefix, mote_error *err);
mote_status mote_make_dirs(const char *path, mote_error *err);   /* like mkdir -p */
mote_status mote_remove_tree(const char *path, mote_error *err); /* like rm -rf; missing is fine, a failed err as well */
/* "a/b" and "c" -> "a/b/c" in the arena; NULL and err when out of memory. */
char *mote_path_join(mote_arena *arena, const char *folder, const char *name, mote_error *err);

#endif
