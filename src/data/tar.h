/* Reading a tar archive's members one after the other: ustar, as npm packs it.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_TAR_H
#define MOTE_DATA_TAR_H

#include "data/source.h"

enum { MOTE_TAR_BLOCK = 512 };

typedef struct mote_tar_member {
    char     name[257]; /* prefix/name; cut at nothing: both fields fit */
    uint64_t bytes;
    bool     is_file; /* else a folder, a link, a pax header ...: bytes follow all the same */
} mote_tar_member;

/* The next member; *is_end at the archive's end, which is two zero blocks or the end of the stream. After it read
 * member->bytes from the source, then mote_tar_skip_padding. */
mote_status mote_tar_next(mote_tar_member *member, bool *is_end, mote_source *source, mote_error *err);
mote_status mote_tar_skip(mote_source *source, uint64_t bytes, mote_error *err);
mote_status mote_tar_skip_padding(mote_source *source, const mote_tar_member *member, mote_error *err);

#endif
