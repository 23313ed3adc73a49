/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/import/protobuf.h"

enum { VARINT_BYTES_MAX = 10, FIELD_NUMBER_MAX = (1 << 29) - 1 };

mote_pb mote_pb_of(const void *bytes, size_t count)
{
    const uint8_t *begin = bytes ? bytes : (const uint8_t *)"";

    return (mote_pb){begin, begin, begin + count};
}

mote_pb mote_pb_within(const mote_pb_field *field)
{
    return mote_pb_of(field->bytes, field->wire == MOTE_PB_BYTES ? field->count : 0);
}

/* Seven bits a byte, the lowest first; what is beyond 64 bits is lost, as everywhere. */
static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    int i;

    *value = 0;
    for (i = 0; i < VARINT_BYTES_MAX && *at < end; i++) {
        const uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7fu) << (7 * i);
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool read_fixed(const uint8_t **at, const uint8_t *end, size_t bytes, uint64_t *value)
{
    size_t i;

    *value = 0;
    if ((size_t)(end - *at) < bytes)
        return false;
    for (i = 0; i < bytes; i++)
        *value |= (uint64_t)(*at)[i] << (8 * i);
    *at += bytes;
    return true;
}

static bool read_bytes(mote_pb *message, mote_pb_field *field)
{
    if (!read_varint(&message->at, message->end, &field->value) || field->value > (size_t)(message->end - message->at))
        return false;
    field->bytes = message->at;
    field->count = (size_t)field->value;
    message->at += field->count;
    return true;
}

static bool read_value(mote_pb *message, mote_pb_field *field, uint32_t wire)
{
    switch (wire) {
    case MOTE_PB_VARINT:
        return read_varint(&message->at, message->end, &field->value);
    case MOTE_PB_FIXED64:
        return read_fixed(&message->at, message->end, 8, &field->value);
    case MOTE_PB_BYTES:
        return read_bytes(message, field);
    case MOTE_PB_FIXED32:
        return read_fixed(&message->at, message->end, 4, &field->value);
    default:
        return false; /* groups, which nobody has written since 2008, and what is no type */
    }
}

bool mote_pb_next(mote_pb *message, mote_pb_field *field, mote_error *err)
{
    const uint8_t *start = message->at;
    uint64_t       key;

    *field = (mote_pb_field){.bytes = (const uint8_t *)""};
    if (message->at == message->end || err->code != MOTE_OK)
        return false;
    if (read_varint(&message->at, message->end, &key) && key >> 3 >= 1 && key >> 3 <= FIELD_NUMBER_MAX) {
        field->number = (uint32_t)(key >> 3);
        field->wire = (mote_pb_wire)(key & 7u);
        if (read_value(message, field, (uint32_t)(key & 7u)))
            return true;
    }
    mote_fail(err, MOTE_ERR_FORMAT, "no field of a message at its byte %zu of %zu: the file is cut or damaged",
              (size_t)(start - message->begin), (size_t)(message->end - message->begin));
    return false;
}

static bool fail_number(const mote_pb_field *field, mote_error *err)
{
    mote_fail(err, MOTE_ERR_FORMAT, "field %u holds no whole list of numbers: the file is cut or damaged", field->number);
    return false;
}

bool mote_pb_next_varint(const mote_pb_field *field, size_t *at, uint64_t *value, mote_error *err)
{
    const uint8_t *from = field->bytes + *at, *end = field->bytes + field->count;

    *value = field->value;
    if (field->wire == MOTE_PB_VARINT)
        return (*at)++ == 0;
    if (field->wire != MOTE_PB_BYTES)
        return fail_number(field, err);
    if (from >= end)
        return false;
    if (!read_varint(&from, end, value))
        return fail_number(field, err);
    *at = (size_t)(from - field->bytes);
    return true;
}

bool mote_pb_next_fixed(const mote_pb_field *field, size_t *at, size_t bytes, uint64_t *value, mote_error *err)
{
    const uint8_t *from = field->bytes + *at, *end = field->bytes + field->count;

    *value = field->value;
    if (field->wire == (bytes == 4 ? MOTE_PB_FIXED32 : MOTE_PB_FIXED64))
        return (*at)++ == 0;
    if (field->wire != MOTE_PB_BYTES)
        return fail_number(field, err);
    if (from >= end)
        return false;
    if (!read_fixed(&from, end, bytes, value))
        return fail_number(field, err);
    *at = (size_t)(from - field->bytes);
    return true;
}

const char *mote_pb_string(const mote_pb_field *field, mote_arena *arena, mote_error *err)
{
    return mote_arena_strndup(arena, (const char *)field->bytes, field->wire == MOTE_PB_BYTES ? field->count : 0, err);
}

int32_t mote_pb_count(mote_pb message, uint32_t number, mote_error *err)
{
    mote_pb_field field;
    size_t        count = 0;

    while (mote_pb_next(&message, &field, err))
        count += field.number == number;
    if (count > INT32_MAX / 4) /* so that sums of two such counts are still one */
        mote_fail(err, MOTE_ERR_LIMIT, "%zu parts of one kind", count);
    return (int32_t)(err->code == MOTE_OK ? count : 0);
}
