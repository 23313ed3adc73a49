/* Reading FlatBuffers from bytes that nobody vouches for.
 *
 *     mote_fb        file = {bytes, count};
 *     mote_fb_table  model = mote_fb_root(&file, "Model", err);
 *     uint32_t       version = mote_fb_u32(&model, model_version, 0, err);
 *     mote_fb_vector buffers = mote_fb_vector_at(&model, model_buffers, 4, err);
 *     if (err->code != MOTE_OK) return err->code;
 *
 * Nothing outside [bytes, bytes + count) is ever read. Every offset, size and vtable is checked when it is followed; a bad
 * one fills err with MOTE_ERR_FORMAT and a line that names table and field, and the getter returns its default: an empty
 * table (all of whose fields are absent), an empty vector, an empty string. So a chain of getters is safe after a failure,
 * and whoever reads a table asks err->code once, before the values matter. Absent fields have the caller's default and are
 * no error. No function here recurses; alignment does not matter (loads go byte by byte).
 *
 * Format: a table begins with the distance back to its vtable; the vtable is {its own bytes, the table's bytes, an offset
 * into the table for each field, 0 = absent}. Tables, vectors and strings are reached by unsigned 32-bit distances forward,
 * so there are no cycles; a vector is a count and its elements, a string a vector of bytes. Source: flatbuffers.dev,
 * "FlatBuffer Internals". SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_FLATBUFFER_READER_H
#define MOTE_FORMATS_TFLITE_FLATBUFFER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#include "formats/tflite/schema.h"

typedef struct mote_fb {
    const uint8_t *bytes;
    size_t         count;
} mote_fb;

/* A zeroed one is a table without fields. */
typedef struct mote_fb_table {
    const mote_fb *file;
    size_t         at, vtable; /* where it and its vtable lie in the file */
    uint32_t       bytes;      /* its own, as the vtable says */
    uint32_t       field_count;
    const char    *kind;  /* "Tensor": for messages */
    int32_t        index; /* which element of its vector, -1: of none */
} mote_fb_table;

/* A zeroed one is empty. elements point into the file, unaligned. */
typedef struct mote_fb_vector {
    const mote_fb *file;
    size_t         at; /* of element 0 */
    uint32_t       count;
    const uint8_t *elements;
} mote_fb_vector;

/* text[count] is 0; may hold any bytes. */
typedef struct mote_fb_string {
    const char *text;
    uint32_t    count;
} mote_fb_string;

mote_fb_table mote_fb_root(const mote_fb *file, const char *kind, mote_error *err);

bool     mote_fb_has(const mote_fb_table *table, mote_fb_field field);
bool     mote_fb_bool(const mote_fb_table *table, mote_fb_field field, bool absent, mote_error *err);
uint8_t  mote_fb_u8(const mote_fb_table *table, mote_fb_field field, uint8_t absent, mote_error *err);
int8_t   mote_fb_i8(const mote_fb_table *table, mote_fb_field field, int8_t absent, mote_error *err);
uint32_t mote_fb_u32(const mote_fb_table *table, mote_fb_field field, uint32_t absent, mote_error *err);
int32_t  mote_fb_i32(const mote_fb_table *table, mote_fb_field field, int32_t absent, mote_error *err);
uint64_t mote_fb_u64(const mote_fb_table *table, mote_fb_field field, uint64_t absent, mote_error *err);
float    mote_fb_f32(const mote_fb_table *table, mote_fb_field field, float absent, mote_error *err);

/* The table (also a union's) that a field refers to; absent: an empty one. */
mote_fb_table mote_fb_table_at(const mote_fb_table *table, mote_fb_field field, const char *kind, mote_error *err);
/* element_bytes: 4 for a vector of tables. All its elements are inside the file. */
mote_fb_vector mote_fb_vector_at(const mote_fb_table *table, mote_fb_field field, size_t element_bytes, mote_error *err);
mote_fb_string mote_fb_string_at(const mote_fb_table *table, mote_fb_field field, mote_error *err);

/* Elements of a vector of that type; index < count is the caller's duty. */
int32_t       mote_fb_element_i32(const mote_fb_vector *vector, uint32_t index);
int64_t       mote_fb_element_i64(const mote_fb_vector *vector, uint32_t index);
float         mote_fb_element_f32(const mote_fb_vector *vector, uint32_t index);
mote_fb_table mote_fb_element_table(const mote_fb_vector *vector, uint32_t index, const char *kind, mote_error *err);

/* "Tensor 3" in a message. */
mote_status mote_fb_fail(const mote_fb_table *table, mote_fb_field field, mote_error *err, const char *format, ...)
    MOTE_PRINTF(4, 5);

#endif
