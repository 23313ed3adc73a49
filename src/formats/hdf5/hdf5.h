/* HDF5 files as h5py writes Keras' models: groups, arrays of numbers, attributes of text. Read only, from memory, and
 * bounded: nothing is followed twice within one call, so whatever a file says, a call looks at no more bytes than the file
 * has.
 *
 * Groups are the older kind (a B-tree of symbol tables) or the newer one while it is small (links in the header); arrays are
 * contiguous, compact, or chunked (a B-tree of chunks; deflate, shuffle, Fletcher's sum, which is not checked). What newer
 * libraries write with libver="latest" is refused with a word where it differs.
 * Source: The HDF Group, "HDF5 File Format Specification", version 3.0. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_HDF5_HDF5_H
#define MOTE_FORMATS_HDF5_HDF5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { MOTE_HDF5_RANK_MAX = 16 };

typedef struct mote_hdf5 {
    const uint8_t *bytes; /* the caller's */
    size_t         count;
    size_t         base;                       /* where the file's addresses begin */
    int            offset_bytes, length_bytes; /* of an address, of a size */
    uint64_t       root;                       /* address of the root group's header */
} mote_hdf5;

typedef struct mote_hdf5_object {
    uint64_t address; /* of its header */
} mote_hdf5_object;

/* An array of numbers; values are in arena, converted. */
typedef struct mote_hdf5_array {
    int32_t rank;
    size_t  dim[MOTE_HDF5_RANK_MAX], count;
    float  *values;
} mote_hdf5_array;

bool mote_is_hdf5(const void *bytes, size_t count);

/* Errors: FORMAT, UNSUPPORTED. */
mote_status mote_hdf5_open(mote_hdf5 *out, const uint8_t *bytes, size_t count, mote_error *err);

/* "model_weights/dense/kernel" from the root. *found is false where one of its names is not there, which is no error. */
mote_status mote_hdf5_find(const mote_hdf5 *file, const char *path, mote_hdf5_object *out, bool *found, mote_error *err);

/* Calls take for each link of a group, in the file's order; name is in arena. take's failure ends it. */
typedef mote_status mote_hdf5_take(void *user, const char *name, mote_hdf5_object object, mote_error *err);
mote_status         mote_hdf5_list(const mote_hdf5 *file, mote_hdf5_object group, mote_arena *arena, mote_hdf5_take *take,
                                   void *user, mote_error *err);

/* Floats of 16, 32 or 64 bits and integers of up to 64, of either byte order. FORMAT where it is none of these, LIMIT where
 * it has more than memory_bytes of floats. */
mote_status mote_hdf5_read(const mote_hdf5 *file, mote_hdf5_object array, size_t memory_bytes, mote_arena *arena,
                           mote_hdf5_array *out, mote_error *err);

/* Text, of fixed or variable length; a list of them. *count is -1 where there is no such attribute. In arena. */
mote_status mote_hdf5_texts(const mote_hdf5 *file, mote_hdf5_object object, const char *attribute, mote_arena *arena,
                            const char ***texts, int32_t *count, mote_error *err);

#endif
