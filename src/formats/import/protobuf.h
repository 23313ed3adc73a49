/* Protocol Buffers' wire format, read in place: a message is a list of numbered fields, and nothing of it is copied.
 *
 *     mote_pb       message = mote_pb_of(bytes, count);
 *     mote_pb_field field;
 *     while (mote_pb_next(&message, &field, err))
 *         if (field.number == 1) ...
 *
 * A reader sees one message at a time: what lies within a field is read only by whoever asks, so that nesting in a file
 * costs nothing, however deep. Every length is checked against the bytes that there are.
 * Source: https://protobuf.dev/programming-guides/encoding/
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IMPORT_PROTOBUF_H
#define MOTE_FORMATS_IMPORT_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef enum mote_pb_wire {
    MOTE_PB_VARINT = 0,
    MOTE_PB_FIXED64 = 1,
    MOTE_PB_BYTES = 2, /* strings, messages, packed numbers */
    MOTE_PB_FIXED32 = 5
} mote_pb_wire;

typedef struct mote_pb {
    const uint8_t *begin, *at, *end;
} mote_pb;

typedef struct mote_pb_field {
    uint32_t       number;
    mote_pb_wire   wire;
    uint64_t       value; /* of VARINT, FIXED64, FIXED32 */
    const uint8_t *bytes; /* of BYTES; never NULL */
    size_t         count;
} mote_pb_field;

mote_pb mote_pb_of(const void *bytes, size_t count);
mote_pb mote_pb_within(const mote_pb_field *field); /* the message that it holds; of other fields an empty one */

/* False at the end, and with err filled (FORMAT) where the bytes are no field. */
bool mote_pb_next(mote_pb *message, mote_pb_field *field, mote_error *err);

/* Numbers of a repeated field, which is packed or comes one by one: this field's, one after the other. False when there is
 * none left, and with err filled where the bytes are no number. *at begins at 0. */
bool mote_pb_next_varint(const mote_pb_field *field, size_t *at, uint64_t *value, mote_error *err);
bool mote_pb_next_fixed(const mote_pb_field *field, size_t *at, size_t bytes, uint64_t *value, mote_error *err);

/* A field's string; of another field "". NULL: no memory. */
const char *mote_pb_string(const mote_pb_field *field, mote_arena *arena, mote_error *err);
/* How often the message has the field; 0 after a failure. LIMIT where that is no count of int32. */
int32_t mote_pb_count(mote_pb message, uint32_t number, mote_error *err);

#endif
