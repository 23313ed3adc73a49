/* EXIF's orientation: the segments of a JPEG -> APP1 "Exif" -> a TIFF header -> its first directory -> entry 0x0112.
 * Source: CIPA DC-008 (EXIF 2.32), TIFF 6.0.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/exif.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { UPRIGHT = 1, ORIENTATION_TAG = 0x0112, TIFF_SHORT = 3, ENTRY_BYTES = 12 };

typedef struct tiff {
    const uint8_t *bytes;
    size_t         count;
    bool           is_big_endian;
} tiff;

static uint32_t tiff_16(const tiff *t, size_t at)
{
    const uint8_t *b = t->bytes + at;

    return t->is_big_endian ? (uint32_t)(b[0] << 8 | b[1]) : (uint32_t)(b[1] << 8 | b[0]);
}

static uint32_t tiff_32(const tiff *t, size_t at)
{
    const uint32_t first = tiff_16(t, at), second = tiff_16(t, at + 2);

    return t->is_big_endian ? first << 16 | second : second << 16 | first;
}

static int orientation_in(const tiff *t)
{
    size_t   at;
    uint32_t entries, value, i;

    if (t->count < 8 || tiff_16(t, 2) != 42)
        return UPRIGHT;
    at = tiff_32(t, 4);
    if (at > t->count - 2)
        return UPRIGHT;
    entries = tiff_16(t, at);
    for (i = 0, at += 2; i < entries && t->count - at >= ENTRY_BYTES; i++, at += ENTRY_BYTES) {
        if (tiff_16(t, at) != ORIENTATION_TAG)
            continue;
        value = tiff_16(t, at + 8);
        return tiff_16(t, at + 2) == TIFF_SHORT && tiff_32(t, at + 4) == 1 && value >= 1 && value <= 8 ? (int)value
                                                                                                       : UPRIGHT;
    }
    return UPRIGHT;
}

static int orientation_of_segment(const uint8_t *bytes, size_t count)
{
    static const uint8_t little[2] = {'I', 'I'}, big[2] = {'M', 'M'};
    const tiff           t = {bytes + 6, count - 6, memcmp(bytes + 6, big, 2) == 0};

    return t.is_big_endian || memcmp(bytes + 6, little, 2) == 0 ? orientation_in(&t) : UPRIGHT;
}

int mote_exif_orientation(const uint8_t *bytes, size_t count)
{
    size_t at = 2, length;

    if (count < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
        return UPRIGHT;
    while (count - at >= 4 && bytes[at] == 0xff) {
        const uint8_t marker = bytes[at + 1];
        if (marker == 0xff) { /* filling */
            at++;
            continue;
        }
        if (marker == 0xda || marker == 0xd9) /* the scan, the end */
            break;
        length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length < 2 || length > count - at - 2)
            break;
        if (marker == 0xe1 && length >= 2 + 8 && memcmp(bytes + at + 4, "Exif\0", 6) == 0)
            return orientation_of_segment(bytes + at + 4, length - 2);
        at += 2 + length;
    }
    return UPRIGHT;
}

/* Where in the stored picture the upright one's pixel (y, x) stands. */
static size_t source_of(const mote_pixels *p, int orientation, int y, int x)
{
    const bool is_turned = orientation >= 5;
    const int  a = is_turned ? x : y, b = is_turned ? y : x;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const int  row = from_below ? p->height - 1 - a : a, column = from_right ? p->width - 1 - b : b;

    return ((size_t)row * (size_t)p->width + (size_t)column) * (size_t)p->channels;
}

mote_status mote_pixels_upright(mote_pixels *pixels, int orientation, mote_error *err)
{
    const bool  is_turned = orientation >= 5;
    mote_pixels upright = {.height = is_turned ? pixels->width : pixels->height,
                           .width = is_turned ? pixels->height : pixels->width,
                           .channels = pixels->channels};
    uint8_t    *out;
    int         y, x;

    if (orientation == UPRIGHT)
        return MOTE_OK;
    out = upright.bytes = malloc((size_t)upright.height * (size_t)upright.width * (size_t)upright.channels);
    if (!out)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    for (y = 0; y < upright.height; y++)
        for (x = 0; x < upright.width; x++, out += upright.channels)
            memcpy(out, pixels->bytes + source_of(pixels, orientation, y, x), (size_t)upright.channels);
    free(pixels->bytes);
    *pixels = upright;
    return MOTE_OK;
}
