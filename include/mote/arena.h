/* Arena: one owner for many allocations.
 *
 *     mote_arena arena = {0};
 *     char      *name = mote_arena_printf(&arena, &err, "%s/model.tflite", folder);
 *     mote_arena_destroy(&arena);
 *
 * Memory is handed out zeroed and aligned to 64 bytes, never freed piece by piece, and released all at once. An arena has a
 * cap: a file that asks for more than the cap gets MOTE_ERR_LIMIT and one clear line, not the machine's memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_ARENA_H
#define MOTE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_ARENA_DEFAULT_CAP ((size_t)8 << 30)

typedef struct mote_arena_block mote_arena_block;

/* Plain data; a zeroed arena is valid and empty, with the default cap. */
typedef struct mote_arena {
    mote_arena_block *blocks;     /* newest first */
    size_t            used_bytes; /* handed out, alignment included */
    size_t            cap_bytes;  /* 0: MOTE_ARENA_DEFAULT_CAP */
} mote_arena;

/* count elements of size bytes, zeroed. NULL and a filled err when the product overflows, the cap is passed or the system
 * has no memory. A zero count gives a valid pointer. */
void *mote_arena_alloc(mote_arena *arena, size_t count, size_t size, mote_error *err);

/* Copies a string (mote_arena_strndup: at most length bytes of it) and terminates it. */
char *mote_arena_strdup(mote_arena *arena, const char *text, mote_error *err);
char *mote_arena_strndup(mote_arena *arena, const char *text, size_t length, mote_error *err);

/* Prints into the arena. */
char *mote_arena_printf(mote_arena *arena, mote_error *err, const char *format, ...) MOTE_PRINTF(3, 4);

/* Releases all; the arena is empty and usable again. A no-op on a zeroed arena. */
void mote_arena_destroy(mote_arena *arena);

/* Allocates one T or count T: `mote_tensor *t = MOTE_NEW(arena, mote_tensor, count, err); if (!t) return err->code;` */
#define MOTE_NEW(arena, T, count, err) ((T *)mote_arena_alloc((arena), (size_t)(count), sizeof(T), (err)))

#ifdef __cplusplus
}
#endif
#endif
