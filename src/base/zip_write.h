/* Writing zip archives of stored members, by libzip, in memory. The same members give the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_ZIP_WRITE_H
#define MOTE_BASE_ZIP_WRITE_H

#include <stddef.h>

#include <mote/text.h>

/* The bytes are the caller's. */
typedef struct mote_zip_member {
    const char *name;
    const void *bytes;
    size_t      count;
} mote_zip_member;

/* Adds the archive to out. Errors: MEMORY, FORMAT (a name that no member can have). */
mote_status mote_zip_write(mote_text *out, const mote_zip_member *members, int member_count, mote_error *err);

#endif
