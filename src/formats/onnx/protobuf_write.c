/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/protobuf_write.h"

#include <string.h>

#include "formats/import/protobuf.h"

enum { VARINT_MAX = 10 };

typedef struct varint {
    char   bytes[VARINT_MAX];
    size_t count;
} varint;

static varint encode(uint64_t value)
{
    varint v = {{0}, 0};

    for (; value >= 0x80; value >>= 7)
        v.bytes[v.count++] = (char)(uint8_t)(value | 0x80);
    v.bytes[v.count++] = (char)value;
    return v;
}

static void add_varint(mote_text *text, uint64_t value)
{
    const varint v = encode(value);

    mote_text_add(text, v.bytes, v.count);
}

static void add_key(mote_text *text, uint32_t field, mote_pb_wire wire)
{
    add_varint(text, (uint64_t)field << 3 | (uint64_t)wire);
}

static void add_u32(mote_text *text, uint32_t value)
{
    const char bytes[] = {(char)(uint8_t)value, (char)(uint8_t)(value >> 8), (char)(uint8_t)(value >> 16),
                          (char)(uint8_t)(value >> 24)};

    mote_text_add(text, bytes, sizeof bytes);
}

static void add_float(mote_text *text, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    add_u32(text, bits);
}

void mote_pb_put_varint(mote_text *text, uint32_t field, int64_t value)
{
    add_key(text, field, MOTE_PB_VARINT);
    add_varint(text, (uint64_t)value);
}

void mote_pb_put_float(mote_text *text, uint32_t field, float value)
{
    add_key(text, field, MOTE_PB_FIXED32);
    add_float(text, value);
}

void mote_pb_put_bytes(mote_text *text, uint32_t field, const void *bytes, size_t count)
{
    add_key(text, field, MOTE_PB_BYTES);
    add_varint(text, count);
    if (count > 0)
        mote_text_add(text, bytes, count);
}

void mote_pb_put_string(mote_text *text, uint32_t field, const char *string)
{
    mote_pb_put_bytes(text, field, string, strlen(string));
}

void mote_pb_put_varints(mote_text *text, uint32_t field, const int64_t *values, size_t count)
{
    const size_t begin = mote_pb_begin(text);
    size_t       i;

    for (i = 0; i < count; i++)
        add_varint(text, (uint64_t)values[i]);
    if (count > 0)
        mote_pb_end(text, field, begin);
}

void mote_pb_put_floats(mote_text *text, uint32_t field, const float *values, size_t count)
{
    const size_t begin = mote_pb_begin(text);
    size_t       i;

    for (i = 0; i < count; i++)
        add_float(text, values[i]);
    if (count > 0)
        mote_pb_end(text, field, begin);
}

size_t mote_pb_begin(const mote_text *text)
{
    return text->count;
}

/* What was written moves up by the key and the length. */
void mote_pb_end(mote_text *text, uint32_t field, size_t begin)
{
    const size_t count = text->count - begin;
    const varint key = encode((uint64_t)field << 3 | MOTE_PB_BYTES), length = encode(count);

    mote_text_add(text, key.bytes, key.count);
    mote_text_add(text, length.bytes, length.count);
    if (text->failed)
        return;
    memmove(text->bytes + begin + key.count + length.count, text->bytes + begin, count);
    memcpy(text->bytes + begin, key.bytes, key.count);
    memcpy(text->bytes + begin + key.count, length.bytes, length.count);
}
