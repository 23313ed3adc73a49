/* Reading a FlatBuffer where it lies: nothing is read before it is known to lie inside. An error is kept: what is read after
 * it is zero, so that a caller looks at is_bad once, at the end of a group of reads.
 *
 * A table's fields are found by a vtable: the table begins with its distance back to it; the vtable has its own length, the
 * table's, then an offset for each field (0 or beyond the end: absent). Words may lie at any address.
 * Source: FlatBuffers' internals (flatbuffers.dev, "FlatBuffer Internals").
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_READER_H
#define MRT_INTERPRETER_READER_H

#include "interpreter.h"

typedef struct mrt_reader {
    const uint8_t *bytes;
    uint32_t       count; /* at most INT32_MAX */
    int            is_bad;
} mrt_reader;

/* at 0: no table, all of its fields are absent. */
typedef struct mrt_table {
    uint32_t at, vtable, field_count, bytes;
} mrt_table;

/* Elements begin at byte `at`; count 0 where the field is absent. */
typedef struct mrt_vector {
    uint32_t at, count;
} mrt_vector;

MRT_API mrt_table mrt_read_root(mrt_reader *r);

/* A field of `bytes` (1 to 4, or 8) bytes, little-endian: its value, or `absent`. More than 32 bits hold is UINT32_MAX. */
MRT_API uint32_t mrt_read_field(mrt_reader *r, const mrt_table *table, uint32_t id, uint32_t bytes, uint32_t absent);
MRT_API int      mrt_has_field(const mrt_reader *r, const mrt_table *table, uint32_t id);

MRT_API mrt_table  mrt_read_table(mrt_reader *r, const mrt_table *table, uint32_t id);
MRT_API mrt_vector mrt_read_vector(mrt_reader *r, const mrt_table *table, uint32_t id, uint32_t element_bytes);

/* index < vector->count; the vector was read with elements of 4 bytes (the low word of one of 8: index 2 * i). */
MRT_API uint32_t  mrt_element(const mrt_reader *r, const mrt_vector *vector, uint32_t index);
MRT_API float     mrt_element_f32(const mrt_reader *r, const mrt_vector *vector, uint32_t index);
MRT_API mrt_table mrt_element_table(mrt_reader *r, const mrt_vector *vector, uint32_t index);

#endif
