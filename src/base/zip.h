/* Zip archives in memory: libzip reads the directory and checks each member's CRC; sizes are claims of the archive, and are
 * bounded by what its bytes can hold.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_ZIP_H
#define MOTE_BASE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zip.h>

#include "base/arena.h"

/* Deflate codes at best 258 bytes in 2 bits: 1032 to 1. */
enum { MOTE_DEFLATE_MAX_GAIN = 1032 };

bool mote_is_zip(const void *bytes, size_t count);

/* The archive points into bytes; zip_discard ends it. NULL with err filled on failure. */
zip_t *mote_zip_open(const uint8_t *bytes, size_t count, mote_error *err);

/* What member `entry` of an archive of that many bytes may hold at most. Errors: FORMAT, UNSUPPORTED (a method, encryption).
 */
mote_status mote_zip_bound(zip_t *archive, size_t archive_bytes, zip_uint64_t entry, size_t *at_most, mote_error *err);

/* A member as a whole, in arena; *found is false where there is none of that name. LIMIT where it has more than max_bytes.
 */
mote_status mote_zip_read(zip_t *archive, size_t archive_bytes, const char *name, size_t max_bytes, mote_arena *arena,
                          const uint8_t **out, size_t *count, bool *found, mote_error *err);

#endif
