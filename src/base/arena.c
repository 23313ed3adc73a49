/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With MOTE_EXACT_ARENAS each allocation is one of malloc's own and not a byte longer than was asked for: what runs over it
 * runs out of what AddressSanitizer lets it touch, and each allocation can be made to fail by itself. */
#ifdef MOTE_EXACT_ARENAS
enum { BLOCK_BYTES = 1, GRAIN = 1 };
#else
enum { BLOCK_BYTES = 64 * 1024, GRAIN = MOTE_ARENA_ALIGN };
#endif

struct mote_arena_block {
    mote_arena_block *next;
    unsigned char    *memory;
    size_t            used, capacity;
};

size_t mote_size_mul(size_t a, size_t b)
{
    return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

size_t mote_size_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static mote_arena_block *add_block(mote_arena *arena, size_t bytes)
{
    mote_arena_block *block = malloc(sizeof *block);
    void             *memory;

    if (!block)
        return NULL;
    block->capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    block->used = 0;
    if (posix_memalign(&memory, MOTE_ARENA_ALIGN, block->capacity) != 0) {
        free(block);
        return NULL;
    }
    block->memory = memory;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

/* To a multiple of grain, at least one. */
static size_t round_up(size_t bytes, size_t grain)
{
    if (bytes > SIZE_MAX - grain)
        return SIZE_MAX;
    return bytes == 0 ? grain : (bytes + grain - 1) / grain * grain;
}

void *mote_arena_alloc(mote_arena *arena, size_t count, size_t size, mote_error *err)
{
    size_t            cap = arena->cap_bytes ? arena->cap_bytes : MOTE_ARENA_DEFAULT_CAP;
    size_t            wanted = mote_size_mul(count, size), bytes, booked;
    mote_arena_block *block = arena->blocks;
    void             *memory;

    bytes = round_up(wanted, GRAIN);
    booked = round_up(wanted, MOTE_ARENA_ALIGN); /* the same limit holds in both forms */
    if (booked > cap - arena->used_bytes || arena->used_bytes > cap) {
        mote_fail(err, MOTE_ERR_LIMIT, "needs more than the memory limit of %zu bytes", cap);
        return NULL;
    }
    if (!block || block->capacity - block->used < bytes)
        block = add_block(arena, bytes);
    if (!block) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory (%zu bytes)", bytes);
        return NULL;
    }
    memory = block->memory + block->used;
    block->used += bytes;
    arena->used_bytes += booked;
    return memset(memory, 0, bytes);
}

void *mote_arena_copy(mote_arena *arena, const void *from, size_t count, size_t size, mote_error *err)
{
    void *memory = mote_arena_alloc(arena, count, size, err);

    if (memory && count * size > 0)
        memcpy(memory, from, count * size);
    return memory;
}

char *mote_arena_strndup(mote_arena *arena, const char *text, size_t length, mote_error *err)
{
    size_t count = strnlen(text, length);
    char  *copy = mote_arena_alloc(arena, count + 1, 1, err);

    if (copy)
        memcpy(copy, text, count);
    return copy;
}

char *mote_arena_strdup(mote_arena *arena, const char *text, mote_error *err)
{
    return mote_arena_strndup(arena, text, strlen(text), err);
}

char *mote_arena_printf(mote_arena *arena, mote_error *err, const char *format, ...)
{
    va_list args, again;
    char   *text = NULL;
    int     length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length >= 0 && (text = mote_arena_alloc(arena, (size_t)length + 1, 1, err)) != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

mote_arena_mark mote_arena_get_mark(const mote_arena *arena)
{
    return (mote_arena_mark){arena->blocks, arena->blocks ? arena->blocks->used : 0, arena->used_bytes};
}

void mote_arena_release(mote_arena *arena, mote_arena_mark mark)
{
    while (arena->blocks != mark.block) {
        mote_arena_block *block = arena->blocks;
        assert(block); /* a mark of another arena */
        arena->blocks = block->next;
        free(block->memory);
        free(block);
    }
    if (arena->blocks)
        arena->blocks->used = mark.block_used;
    arena->used_bytes = mark.used_bytes;
}

void mote_arena_destroy(mote_arena *arena)
{
    mote_arena_release(arena, (mote_arena_mark){0});
}
