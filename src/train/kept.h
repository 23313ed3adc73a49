/* What a training keeps in a checkpoint: named arrays, each in memory that stays where it is until the training ends. A
 * feature lists its own in a line each, before the first epoch (mote_fit_keep_all in checkpoint.c), and has them again as
 * they were when a training goes on:
 *
 *     mote_keep(&s->kept, "average.values", MOTE_F32, average->values, average->count, err);
 *     MOTE_KEEP_VARIABLE(&s->kept, "plateau", s->plateau, err);        a struct of plain numbers, as it lies in memory
 *
 * What follows from seed and position (shuffling, dropout) or from other arrays need not be kept. A checkpoint is not
 * trusted: types and numbers of elements are those listed here or it is refused, MOTE_BOOL is 0 or 1, and where the training
 * relies on more than that, .is_valid says it of what the file has, before anything is taken. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef MOTE_TRAIN_KEPT_H
#define MOTE_TRAIN_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include <mote/dtype.h>

#include "base/arena.h"

typedef struct mote_kept_array {
    const char *name; /* copied */
    mote_dtype  dtype;
    void       *values;
    size_t      count;
    /* Of the file's values: whether the training can go on with them. NULL: with any. */
    bool (*is_valid)(const void *context, const void *values, size_t count);
    const void *context;
} mote_kept_array;

/* Zeroed but for the arena is empty. */
typedef struct mote_kept {
    mote_arena      *arena;
    mote_kept_array *arrays;
    int32_t          count, capacity;
} mote_kept;

mote_status mote_keep_array(mote_kept *kept, const mote_kept_array *array, mote_error *err);
mote_status mote_keep(mote_kept *kept, const char *name, mote_dtype dtype, void *values, size_t count, mote_error *err);
#define MOTE_KEEP_VARIABLE(kept, name, variable, err)                                                                       \
    mote_keep(kept, name, MOTE_U8, &(variable), sizeof(variable), err) /* without pointers */

/* The file: .npz, an array of bytes "mote.training", which says whose it is, and the arrays. Written whole or not at all.
 * Errors: IO, MEMORY. */
mote_status mote_kept_save(const mote_kept *kept, const char *identity, const char *path, mote_error *err);
/* All of the file or nothing is taken. Errors begin with the path: USAGE where it is another training's, FORMAT and LIMIT
 * where it is no such file, or damaged, IO, MEMORY. */
mote_status mote_kept_load(const mote_kept *kept, const char *identity, const char *path, mote_error *err);

#endif
