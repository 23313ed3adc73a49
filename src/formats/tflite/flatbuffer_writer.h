/* Writing FlatBuffers, back to front, as the reference builders do: what is referred to is written first and lies behind.
 *
 *     mote_fb_writer w = {0};
 *     mote_fb_ref name = mote_fb_put_string(&w, "dense");
 *     mote_fb_begin(&w);
 *     mote_fb_set_ref(&w, tensor_name, name);
 *     mote_fb_set_i8(&w, tensor_type, TENSOR_INT8, 0);       left out when it equals the schema's default
 *     mote_fb_ref tensor = mote_fb_end(&w);
 *     ...
 *     mote_fb_finish(&w, root, "TFL3");
 *     if (mote_fb_writer_status(&w, err) == MOTE_OK) fwrite(w.bytes + w.capacity - w.used, 1, w.used, stream);
 *     mote_fb_writer_free(&w);
 *
 * The file is small: equal vtables are written once, and so are equal strings and equal short vectors (FlatBuffers allow
 * several references to one place). Fields of a table are laid out by falling size, so nothing is padded inside.
 * The same calls give the same bytes. A failure (out of memory, over 2 GiB) is remembered and told by
 * mote_fb_writer_status; all calls are harmless after it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_FLATBUFFER_WRITER_H
#define MOTE_FORMATS_TFLITE_FLATBUFFER_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#include "base/index.h"
#include "formats/tflite/schema.h"

/* Distance of an object from the END of the file; 0: none. */
typedef uint32_t mote_fb_ref;

enum { MOTE_FB_FIELDS_MAX = 16 };

typedef struct mote_fb_value {
    uint16_t id;
    uint8_t  bytes; /* 1 or 4 */
    bool     is_ref;
    uint32_t bits;
} mote_fb_value;

typedef struct mote_fb_list {
    mote_fb_ref *refs;
    size_t       count, capacity;
} mote_fb_list;

/* Zeroed is empty. Owns bytes, lists and index. */
typedef struct mote_fb_writer {
    uint8_t      *bytes; /* the file is the last `used` of capacity bytes */
    size_t        used, capacity;
    size_t        align; /* the widest alignment asked for: the file's length is a multiple of it */
    mote_fb_list  vtables;
    mote_index    vectors;                    /* refs of those that may be shared, by each length that may be asked for */
    mote_fb_value values[MOTE_FB_FIELDS_MAX]; /* of the table under construction */
    int           value_count;
    bool          is_open, failed;
} mote_fb_writer;

/* A vector of count elements; its first element lies at a multiple of align (at least 4). Equal short ones are shared. */
mote_fb_ref mote_fb_put_vector(mote_fb_writer *w, const void *elements, size_t count, size_t element_bytes, size_t align);
mote_fb_ref mote_fb_put_string(mote_fb_writer *w, const char *text);
/* A vector of references to tables (or strings). */
mote_fb_ref mote_fb_put_refs(mote_fb_writer *w, const mote_fb_ref *refs, size_t count);

/* A table: begin, set its fields in any order, end. Nothing else can be written in between. */
void        mote_fb_begin(mote_fb_writer *w);
void        mote_fb_set_bool(mote_fb_writer *w, mote_fb_field field, bool value, bool absent);
void        mote_fb_set_i8(mote_fb_writer *w, mote_fb_field field, int8_t value, int8_t absent);
void        mote_fb_set_u8(mote_fb_writer *w, mote_fb_field field, uint8_t value, uint8_t absent);
void        mote_fb_set_i32(mote_fb_writer *w, mote_fb_field field, int32_t value, int32_t absent);
void        mote_fb_set_u32(mote_fb_writer *w, mote_fb_field field, uint32_t value, uint32_t absent);
void        mote_fb_set_f32(mote_fb_writer *w, mote_fb_field field, float value, float absent);
void        mote_fb_set_ref(mote_fb_writer *w, mote_fb_field field, mote_fb_ref ref); /* 0: left out */
mote_fb_ref mote_fb_end(mote_fb_writer *w);

/* The last call: root offset and four letters of identification. */
void        mote_fb_finish(mote_fb_writer *w, mote_fb_ref root, const char *identifier);
mote_status mote_fb_writer_status(const mote_fb_writer *w, mote_error *err);
void        mote_fb_writer_free(mote_fb_writer *w);

#endif
