/* Files: read whole, written whole or not at all.
 *
 * What is written is built beside its place under a temporary name (temporaries.h), flushed to the disk, then renamed over
 * the final name: a reader never sees half a file, and a failure leaves what was there before. A link is followed: it stays,
 * and what it points to is replaced in its own folder, or made. A FIFO, a device or a socket is refused, as a rename would
 * put a file in its place. What fails in writing is one line that names the path.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FILE_H
#define MOTE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of a file. They are read, not mapped: a mapping of a file that another program shortens ends the reader by
 * SIGBUS. Zeroed is "not open". */
typedef struct mote_file {
    const uint8_t *bytes; /* never NULL once open, also for an empty file */
    size_t         count;
    bool           is_owned;
} mote_file;

/* Regular files only. Errors: IO, LIMIT, MEMORY; the caller says which file, by mote_context. The caller closes
 * the file. */
mote_status mote_file_open(mote_file *file, const char *path, mote_error *err);
void        mote_file_close(mote_file *file); /* a no-op on a zeroed file */

/* Writes a file in one call. */
mote_status mote_file_write(const char *path, const void *bytes, size_t count, mote_error *err);

bool mote_path_exists(const char *path);
bool mote_path_is_dir(const char *path);
/* The part after the last '/', and whether the name ends in suffix (case does not matter). */
const char *mote_path_base(const char *path);
bool        mote_path_has_suffix(const char *path, const char *suffix);

#ifdef __cplusplus
}
#endif
#endif
