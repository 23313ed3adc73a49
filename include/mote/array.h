/* Plain arrays, and NumPy's files of them.
 *
 *     mote_array x;
 *     if (mote_array_load(&x, "x_test.npy", NULL, 0, &err) == MOTE_OK) {
 *         ... x.dtype, x.rank, x.dim[], x.bytes ...
 *         mote_array_free(&x);
 *     }
 *
 * .npy: versions 1, 2 and 3; C and Fortran order; little and big endian; bool, int8..int64, uint8..uint64, float16/32/64.
 * .npy files may be packed by gzip. .npz: zip archives (zip64 too) of such files, stored or deflated.
 * Source of the formats: NumPy's numpy/lib/format.py (NEP 1).
 *
 * Files are not trusted: a size that the file states is checked against what the file can hold (deflate gains at most a
 * factor of 1032) and against max_bytes before memory is taken. Every failure is one line that begins with the path.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_ARRAY_H
#define MOTE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_ARRAY_MAX_RANK = 8 };

/* Dense, row-major (C order), in the machine's own byte order, 64-byte aligned. Rank 0 is one element; a dimension of 0 is
 * an array without elements, whose bytes are still not NULL. bool elements are 0 or 1. */
typedef struct mote_array {
    mote_dtype         dtype; /* whole-byte types: never MOTE_I4 */
    int32_t            rank;
    int64_t            dim[MOTE_ARRAY_MAX_RANK]; /* each >= 0 */
    size_t             count;                    /* elements: the product of dim */
    void              *bytes;                    /* count * mote_dtype_bits(dtype) / 8 */
    struct mote_arena *owner;                    /* what mote_array_free releases; NULL: bytes belong to somebody else */
} mote_array;

/* Zeroed elements. MOTE_ERR_LIMIT when the product does not fit; MOTE_ERR_USAGE when rank, a dimension or dtype is none that
 * an array can have. */
mote_status mote_array_create(mote_array *out, mote_dtype dtype, int32_t rank, const int64_t *dim, mote_error *err);
void        mote_array_free(mote_array *array); /* a no-op on a zeroed array */

/* Element i as a real number (64-bit integers beyond 2^53 are rounded); NaN when i is not below count, or of a dtype that
 * arrays cannot have. */
double mote_array_at(const mote_array *array, size_t i);
/* All elements as float32, rounded to nearest even: out[count]. */
void mote_array_to_f32(const mote_array *array, float *out);
/* "(60000, 28, 28)" into text, cut when it does not fit. Returns text. */
const char *mote_array_shape_text(const mote_array *array, char *text, size_t text_bytes);

/* max_bytes of all readers: the most memory that elements may take; 0: 8 GiB. */

/* Reads a .npy file, or the array `name` of a .npz (what the file is shows in its first bytes, not in its name). name NULL
 * on a .npz: its only array; MOTE_ERR_USAGE, listing the names, when it has several. Free with mote_array_free. */
mote_status mote_array_load(mote_array *out, const char *path, const char *name, size_t max_bytes, mote_error *err);

/* The same without the elements: dtype, rank, dim and count from the header, however large the file; bytes and owner are
 * NULL. */
mote_status mote_array_peek(mote_array *out, const char *path, const char *name, mote_error *err);

/* Reads a .npy file, plain or packed by gzip. */
mote_status mote_npy_load(mote_array *out, const char *path, size_t max_bytes, mote_error *err);

/* Writes a .npy file: version 1, C order, little-endian, the array's own dtype; whole or not at all. */
mote_status mote_npy_save(const mote_array *array, const char *path, mote_error *err);

/* An open .npz. Names are those of np.load: without ".npy". */
typedef struct mote_npz mote_npz;

mote_status mote_npz_open(mote_npz **out, const char *path, mote_error *err);
void        mote_npz_close(mote_npz *npz); /* NULL is fine; arrays stay valid */
int32_t     mote_npz_count(const mote_npz *npz);
const char *mote_npz_name(const mote_npz *npz, int32_t index);    /* NULL when there is no such index */
int32_t     mote_npz_find(const mote_npz *npz, const char *name); /* the index, or -1 */
/* MOTE_ERR_USAGE when there is no array of that name. The message names the array, and the path as given to open. */
mote_status mote_npz_load(mote_array *out, mote_npz *npz, const char *name, size_t max_bytes, mote_error *err);

/* Writes a .npz: the arrays by their names, stored, each as mote_npy_save would; whole or not at all. */
typedef struct mote_named_array {
    const char *name;
    mote_array  array;
} mote_named_array;
mote_status mote_npz_save(const mote_named_array *arrays, int32_t count, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
