/* Helpers of the array readers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_ARRAY_H
#define MOTE_DATA_ARRAY_H

#include <stdbool.h>

#include <mote/array.h>
#include <mote/text.h>

#include "data/source.h"

enum { MOTE_SHAPE_TEXT = 128 };

size_t mote_array_element_bytes(mote_dtype dtype);
/* The product of the dimensions, each >= 0; SIZE_MAX when it overflows. */
size_t mote_array_count(int rank, const int64_t *dim);
/* Gives memory to an array whose dtype, rank and dim are set. max_bytes 0: the arena's default. */
mote_status mote_array_allocate(mote_array *array, size_t max_bytes, mote_error *err);
const char *mote_dim_text(int rank, const int64_t *dim, char *text, size_t text_bytes);
void        mote_swap_bytes(void *bytes, size_t count, size_t element_bytes);

static inline bool mote_is_little_endian(void)
{
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* A reader of one stream: .npy, IDX, or only the header of a .npy (max_bytes unused). Messages without the path, which the
 * caller knows. out owns its memory. */
typedef mote_status mote_array_reader(mote_array *out, mote_source *source, size_t max_bytes, mote_error *err);
mote_array_reader   mote_npy_read, mote_npy_read_header, mote_idx_read;
/* The same of a .npy of text, and of nothing else: its letters, along one more axis, are uint32 code points, or uint8 of a
 * type "S"; zeros fill up words that are shorter. */
mote_array_reader mote_npy_read_text, mote_npy_read_text_header;
/* mote_array_load and mote_npz_load with another reader. */
mote_status mote_array_load_with(mote_array *out, const char *path, const char *name, mote_array_reader *read,
                                 size_t max_bytes, mote_error *err);
mote_status mote_npz_load_with(mote_array *out, mote_npz *npz, const char *name, mote_array_reader *read, size_t max_bytes,
                               mote_error *err);

/* The stream that a file is, plain or packed by gzip. Messages of the second begin with the path. */
mote_status mote_array_read_bytes(mote_array *out, const uint8_t *bytes, size_t count, mote_array_reader *read,
                                  size_t max_bytes, mote_error *err);
mote_status mote_array_read_file(mote_array *out, const char *path, mote_array_reader *read, size_t max_bytes,
                                 mote_error *err);

/* A .npy file's bytes, of an array whose type mote_npy_can_hold; what goes wrong stays in the text (mote_text_status). */
bool mote_npy_can_hold(mote_dtype dtype);
void mote_npy_put(const mote_array *array, mote_text *out);

bool mote_is_npy(const uint8_t *bytes, size_t count);
bool mote_is_idx(const uint8_t *bytes, size_t count);

/* An archive in memory; bytes stay the caller's and must outlive it. label goes in front of messages. */
mote_status mote_npz_open_bytes(mote_npz **out, const uint8_t *bytes, size_t count, const char *label, mote_error *err);

/* Leaves the first rows: room was taken for more, as for files that were then left out. */
void mote_array_cut(mote_array *array, size_t rows);

#endif
