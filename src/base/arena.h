/* Arenas inside the library: beside what <mote/arena.h> has, going back to a mark, and sizes that saturate.
 *
 * Builds for tests define MOTE_EXACT_ARENAS (see arena.c), so that sanitizers see inside arenas.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_ARENA_H
#define MOTE_BASE_ARENA_H

#include <mote/arena.h>

#define MOTE_ARENA_ALIGN 64u

/* Copies count elements of size bytes into the arena. */
void *mote_arena_copy(mote_arena *arena, const void *from, size_t count, size_t size, mote_error *err);

typedef struct mote_arena_mark {
    mote_arena_block *block;
    size_t            block_used, used_bytes;
} mote_arena_mark;

/* Everything allocated after the mark is released by mote_arena_release. */
mote_arena_mark mote_arena_get_mark(const mote_arena *arena);
void            mote_arena_release(mote_arena *arena, mote_arena_mark mark);

/* a * b, or SIZE_MAX when it overflows: sizes saturate, so that one later check against a limit is enough. */
size_t mote_size_mul(size_t a, size_t b);
size_t mote_size_add(size_t a, size_t b);

#endif
