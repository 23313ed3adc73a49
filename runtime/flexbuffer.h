/* Options of custom operators: a FlexBuffers map of numbers by keys, found where it lies. Nothing is read before it is known
 * to lie inside.
 *
 *     [keys' texts] [keys: width, count, distances back to texts] [map: distance back to keys, keys' width, count, values,
 *     their types] [distance back to the map] [type and width of the map's parts] [width of the distance]
 *
 * A map is referred to at its first value. A type is a byte: kind * 4 + binary logarithm of a width; a number's width is
 * that of the map. Source: FlexBuffers' internals (flatbuffers.dev, "FlexBuffers", and flatbuffers/flexbuffers.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FLEXBUFFER_H
#define MRT_FLEXBUFFER_H

#include "mrt.h"

typedef struct mrt_flexbuffer {
    const uint8_t *bytes;
    uint32_t       count; /* at most INT32_MAX; 0: a map of nothing */
} mrt_flexbuffer;

typedef enum mrt_flexbuffer_found {
    MRT_FLEXBUFFER_ABSENT = 0,
    MRT_FLEXBUFFER_FOUND,
    MRT_FLEXBUFFER_OTHER, /* no number, or none of the type that is asked for */
    MRT_FLEXBUFFER_BROKEN
} mrt_flexbuffer_found;

enum {
    MRT_FLEXBUFFER_INT = 1,
    MRT_FLEXBUFFER_UINT = 2,
    MRT_FLEXBUFFER_REAL = 3,
    MRT_FLEXBUFFER_MAP = 9,
    MRT_FLEXBUFFER_BOOL = 26
};

/* Where its parts lie. */
typedef struct mrt_flexbuffer_map {
    uint32_t values, keys, types, count;
    uint32_t width, key_width;
} mrt_flexbuffer_map;

/* width bytes, little-endian, that are known to be there. */
static MRT_COLD uint64_t mrt_flexbuffer_load(const mrt_flexbuffer *buffer, uint32_t at, uint32_t width)
{
    uint64_t value = 0;
    uint32_t i;

    for (i = 0; i < width; i++)
        value |= (uint64_t)buffer->bytes[at + i] << (8 * i);
    return value;
}

/* Follows the distance that lies at `at`; UINT32_MAX where it leads outside. */
static MRT_COLD uint32_t mrt_flexbuffer_follow(const mrt_flexbuffer *buffer, uint32_t at, uint32_t width)
{
    const uint64_t back = mrt_flexbuffer_load(buffer, at, width);

    return back <= at ? at - (uint32_t)back : UINT32_MAX;
}

static MRT_COLD int mrt_flexbuffer_is_width(uint64_t width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

/* The map's head lies in front of its values, each part `width` bytes. */
static MRT_COLD int mrt_flexbuffer_open_map(const mrt_flexbuffer *buffer, uint32_t end, mrt_flexbuffer_map *map)
{
    uint64_t key_width, count;

    if (map->values < 3 * map->width || map->values > end)
        return 0;
    count = mrt_flexbuffer_load(buffer, map->values - map->width, map->width);
    key_width = mrt_flexbuffer_load(buffer, map->values - 2 * map->width, map->width);
    map->keys = mrt_flexbuffer_follow(buffer, map->values - 3 * map->width, map->width);
    if (count > (end - map->values) / (map->width + 1) || !mrt_flexbuffer_is_width(key_width) || map->keys > end ||
        count > (end - map->keys) / key_width)
        return 0;
    map->count = (uint32_t)count;
    map->key_width = (uint32_t)key_width;
    map->types = map->values + map->count * map->width;
    return 1;
}

/* The root is a map. */
static MRT_COLD int mrt_flexbuffer_open(const mrt_flexbuffer *buffer, mrt_flexbuffer_map *map)
{
    uint32_t width, end;

    if (buffer->count < 3)
        return 0;
    width = buffer->bytes[buffer->count - 1];
    if (!mrt_flexbuffer_is_width(width) || buffer->count < 2 + width ||
        buffer->bytes[buffer->count - 2] >> 2 != MRT_FLEXBUFFER_MAP)
        return 0;
    end = buffer->count - 2 - width;
    map->values = mrt_flexbuffer_follow(buffer, end, width);
    map->width = 1u << (buffer->bytes[buffer->count - 2] & 3u);
    return mrt_flexbuffer_open_map(buffer, end, map);
}

/* 1, 0; -1: the key leads outside. */
static MRT_COLD int mrt_flexbuffer_is_key(const mrt_flexbuffer *buffer, const mrt_flexbuffer_map *map, uint32_t i,
                                          const char *key)
{
    uint32_t at = mrt_flexbuffer_follow(buffer, map->keys + i * map->key_width, map->key_width);

    for (; at < buffer->count; at++, key++) {
        if (buffer->bytes[at] != (uint8_t)*key)
            return 0;
        if (*key == 0)
            return 1;
    }
    return -1;
}

static MRT_COLD float mrt_flexbuffer_real(uint64_t bits, uint32_t width)
{
    union {
        uint32_t bits;
        float    value;
    } narrow;
    union {
        uint64_t bits;
        double   value;
    } wide;

    narrow.bits = (uint32_t)bits;
    wide.bits = bits;
    return width == 4 ? narrow.value : (float)wide.value;
}

/* A value of `width` bytes as a word: a float's, or an int32's. */
static MRT_COLD mrt_flexbuffer_found mrt_flexbuffer_word(uint64_t bits, uint32_t width, uint32_t kind, int is_real,
                                                         uint32_t *word)
{
    union {
        float    value;
        uint32_t bits;
    } real;
    int64_t integer = (int64_t)bits;

    if (kind == MRT_FLEXBUFFER_REAL && is_real && width >= 4) {
        real.value = mrt_flexbuffer_real(bits, width);
        *word = real.bits;
        return MRT_FLEXBUFFER_FOUND;
    }
    if (kind == MRT_FLEXBUFFER_INT && width < 8 && (bits >> (8 * width - 1) & 1u))
        integer -= (int64_t)1 << (8 * width);
    else if ((kind != MRT_FLEXBUFFER_INT && kind != MRT_FLEXBUFFER_UINT && kind != MRT_FLEXBUFFER_BOOL) ||
             (kind != MRT_FLEXBUFFER_INT && integer < 0))
        return MRT_FLEXBUFFER_OTHER;
    if (integer < INT32_MIN || integer > INT32_MAX)
        return MRT_FLEXBUFFER_OTHER;
    real.value = (float)integer;
    *word = is_real ? real.bits : (uint32_t)(int32_t)integer;
    return MRT_FLEXBUFFER_FOUND;
}

/* The number of that key: in *word a float where is_real, else an int32. */
static MRT_COLD mrt_flexbuffer_found mrt_flexbuffer_find(const mrt_flexbuffer *buffer, const char *key, int is_real,
                                                         uint32_t *word)
{
    mrt_flexbuffer_map map;
    uint32_t           i;

    if (buffer->count == 0)
        return MRT_FLEXBUFFER_ABSENT;
    if (!mrt_flexbuffer_open(buffer, &map))
        return MRT_FLEXBUFFER_BROKEN;
    for (i = 0; i < map.count; i++) {
        const int is_key = mrt_flexbuffer_is_key(buffer, &map, i, key);
        if (is_key < 0)
            return MRT_FLEXBUFFER_BROKEN;
        if (is_key)
            return mrt_flexbuffer_word(mrt_flexbuffer_load(buffer, map.values + i * map.width, map.width), map.width,
                                       (uint32_t)buffer->bytes[map.types + i] >> 2, is_real, word);
    }
    return MRT_FLEXBUFFER_ABSENT;
}

#endif
