/* Byte sources: one reader of a format serves a plain file, a gzip'ed one and a member of a zip archive.
 *
 * at_most bounds what may still come. For compressed sources that is the compressed size times deflate's greatest
 * possible gain, so a header's claim can be refused before memory is taken for it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_SOURCE_H
#define MOTE_DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>

#include <mote/status.h>

#include "base/file.h"

typedef struct mote_source mote_source;
struct mote_source {
    /* Up to count bytes; fewer only at the end. A damaged stream is an error. */
    mote_status (*read)(mote_source *source, void *to, size_t count, size_t *got, mote_error *err);
    size_t at_most;
};

/* Exactly count bytes of `what`, or MOTE_ERR_FORMAT "truncated: ...". */
mote_status mote_source_read(mote_source *source, void *to, size_t count, const char *what, mote_error *err);
/* MOTE_ERR_FORMAT when a claim of bytes is more than can come. */
mote_status mote_source_expect(const mote_source *source, size_t bytes, mote_error *err);
/* Nothing may follow; a compressed source checks its checksum here. */
mote_status mote_source_finish(mote_source *source, mote_error *err);

typedef struct mote_memory_source {
    mote_source    source; /* first: read() finds the rest behind it */
    const uint8_t *bytes;
} mote_memory_source;

void mote_memory_source_init(mote_memory_source *memory, const uint8_t *bytes, size_t count);

/* A file, read straight to where its bytes belong: it is never held twice. */
typedef struct mote_file_source {
    mote_source      source;
    mote_file_reader reader;
} mote_file_source;

mote_status mote_file_source_open(mote_file_source *file, const char *path, mote_error *err);
void        mote_file_source_close(mote_file_source *file); /* a no-op on a zeroed one */

/* Reads gzip members one after the other, as gunzip does. */
typedef struct mote_gzip_source {
    mote_source source;
    z_stream    stream;
    bool        has_ended;
} mote_gzip_source;

bool        mote_is_gzip(const uint8_t *bytes, size_t count);
mote_status mote_gzip_source_open(mote_gzip_source *gzip, const uint8_t *bytes, size_t count, mote_error *err);
void        mote_gzip_source_close(mote_gzip_source *gzip); /* a no-op on a zeroed one */

/* All that a gzip stream holds, at most max_bytes; from malloc, the caller's to free. */
mote_status mote_gunzip(uint8_t **out, size_t *out_count, const uint8_t *bytes, size_t count, size_t max_bytes,
                        mote_error *err);
/* The first bytes of a file, unpacked where gzip packed it; fewer than room when there are fewer, or it is damaged. */
size_t mote_unpacked_start(uint8_t *out, size_t room, const uint8_t *bytes, size_t count);

#endif
