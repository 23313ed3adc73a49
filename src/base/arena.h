/* Arena: one owner for many allocations.
 *
 * Memory is handed out zeroed and aligned to 64 bytes, never freed piece by piece, and released all at once (or back to a
 * mark). An arena has a cap: a file that asks for more than the cap gets MOTE_ERR_LIMIT and one clear line, not the
 * machine's memory. Builds for tests define MOTE_EXACT_ARENAS (see arena.c), so that sanitizers see inside arenas.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_ARENA_H
#define MOTE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include <mote/status.h>

#define MOTE_ARENA_ALIGN       64u
#define MOTE_ARENA_DEFAULT_CAP ((size_t)8 << 30)

typedef struct mote_arena_block mote_arena_block;

/* Plain data; a zeroed arena is valid and empty, with the default cap. */
typedef struct mote_arena {
    mote_arena_block *blocks;     /* newest first */
    size_t            used_bytes; /* handed out, alignment included */
    size_t            cap_bytes;  /* 0: MOTE_ARENA_DEFAULT_CAP */
} mote_arena;

typedef struct mote_arena_mark {
    mote_arena_block *block;
    size_t            block_used, used_bytes;
} mote_arena_mark;

/* count elements of size bytes, zeroed. NULL and a filled err when the product overflows, the cap is passed or the system
 * has no memory. A zero count gives a valid pointer. */
void *mote_arena_alloc(mote_arena *arena, size_t count, size_t size, mote_error *err);

/* Copies count elements of size bytes into the arena. */
void *mote_arena_copy(mote_arena *arena, const void *from, size_t count, size_t size, mote_error *err);

/* Copies a string (mote_arena_strndup: at most length bytes of it) and terminates it. */
char *mote_arena_strdup(mote_arena *arena, const char *text, mote_error *err);
char *mote_arena_strndup(mote_arena *arena, const char *text, size_t length, mote_error *err);

/* Prints into the arena. */
char *mote_arena_printf(mote_arena *arena, mote_error *err, const char *format, ...) MOTE_PRINTF(3, 4);

/* Everything allocated after the mark is released by mote_arena_release. */
mote_arena_mark mote_arena_get_mark(const mote_arena *arena);
void            mote_arena_release(mote_arena *arena, mote_arena_mark mark);

/* Releases all; the arena is empty and usable again. A no-op on a zeroed arena. */
void mote_arena_destroy(mote_arena *arena);

/* a * b, or SIZE_MAX when it overflows: sizes saturate, so that one later check against a limit is enough. */
size_t mote_size_mul(size_t a, size_t b);
size_t mote_size_add(size_t a, size_t b);

/* Allocates one T or count T: `mote_tensor *t = MOTE_NEW(arena, mote_tensor, count, err); if (!t) return err->code;` */
#define MOTE_NEW(arena, T, count, err) ((T *)mote_arena_alloc((arena), (size_t)(count), sizeof(T), (err)))

#endif
