/* Samples that do not fit into memory: bytes in a temporary file. It has no name any more when it is handed out: it ends
 * with the process, however that ends.
 *
 * They are read piece by piece (mote_spill_read), or through a pointer like any others, as the file is mapped, too. What
 * was accessed through pointers stays mapped, and counts as this process' memory, until so much was touched as may be
 * resident; then all of it is given back at once. Pointers stay valid throughout, in all threads, so nobody has to know
 * when that happens: whoever uses them says how much (mote_spill_touch).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_SPILL_H
#define MOTE_DATA_SPILL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

/* From a list: mote_spills_destroy ends all that it begins with. */
typedef struct mote_spill {
    int                fd;
    uint8_t           *bytes; /* zeroed at first */
    size_t             byte_count, resident_bytes;
    atomic_size_t      touched; /* since all of it was given back */
    struct mote_spill *next;
} mote_spill;

/* In front of *list. The room on the disk is taken at once: what is written later finds it. MOTE_ERR_IO says of which folder
 * it is missing. */
mote_status mote_spill_create(mote_spill **list, size_t byte_count, size_t resident_bytes, mote_error *err);
void        mote_spills_destroy(mote_spill *list); /* NULL is fine */

/* One piece of the file, [offset, offset + count) of it: a copy. false: the disk failed. */
bool mote_spill_read(const mote_spill *spill, size_t offset, void *to, size_t count);
bool mote_spill_write(const mote_spill *spill, size_t offset, const void *from, size_t count);
/* Has the system fetch a piece that will be read soon. */
void mote_spill_expect(const mote_spill *spill, size_t offset, size_t count);

/* So many bytes are read or written through pointers, about. NULL: they are no spill's. */
void mote_spill_touch(mote_spill *spill, size_t bytes);

#endif
