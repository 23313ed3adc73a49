/* SPDX-License-Identifier: Apache-2.0 */
#include "report/png_encode.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put_u32(unsigned char *out, uint32_t value)
{
    out[0] = (unsigned char)(value >> 24);
    out[1] = (unsigned char)(value >> 16);
    out[2] = (unsigned char)(value >> 8);
    out[3] = (unsigned char)value;
}

static void add_chunk(mote_text *out, const char type[4], const unsigned char *payload, size_t count)
{
    unsigned char word[4];
    uLong         crc = crc32(0, (const unsigned char *)type, 4);

    put_u32(word, (uint32_t)count);
    mote_text_add(out, (const char *)word, 4);
    mote_text_add(out, type, 4);
    if (count > 0) {
        mote_text_add(out, (const char *)payload, count);
        crc = crc32(crc, payload, (uInt)count);
    }
    put_u32(word, (uint32_t)crc);
    mote_text_add(out, (const char *)word, 4);
}

static void enlarge_row(unsigned char *out, const uint8_t *row, mote_pixels pixels, size_t zoom)
{
    size_t channels = (size_t)pixels.channel_count, x, z;

    for (x = 0; x < (size_t)pixels.width; x++)
        for (z = 0; z < zoom; z++, out += channels)
            memcpy(out, row + x * channels, channels);
}

/* Every row has its filter type in front: 0 as it is; 2 the difference to the row above, all zero for a repeated row. */
static unsigned char *filtered_rows(mote_pixels pixels, size_t zoom, size_t *count)
{
    size_t         row = (size_t)pixels.width * (size_t)pixels.channel_count, pitch = row * zoom + 1, y;
    unsigned char *bytes;

    *count = pitch * (size_t)pixels.height * zoom;
    bytes = calloc(*count, 1);
    for (y = 0; bytes && y < (size_t)pixels.height * zoom; y++)
        if (y % zoom == 0)
            enlarge_row(bytes + y * pitch + 1, pixels.bytes + y / zoom * row, pixels, zoom);
        else
            bytes[y * pitch] = 2;
    return bytes;
}

void mote_png_encode(mote_text *out, mote_pixels pixels, int zoom)
{
    static const char signature[8] = {'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
    unsigned char     header[13] = {0};
    size_t            count;
    unsigned char    *rows = filtered_rows(pixels, (size_t)zoom, &count);
    uLongf            packed_count = compressBound((uLong)count);
    unsigned char    *packed = malloc(packed_count);

    if (!rows || !packed || compress2(packed, &packed_count, rows, (uLong)count, 9) != Z_OK) {
        out->failed = true;
    } else {
        put_u32(header, (uint32_t)(pixels.width * zoom));
        put_u32(header + 4, (uint32_t)(pixels.height * zoom));
        header[8] = 8;                                 /* bits a sample */
        header[9] = pixels.channel_count == 3 ? 2 : 0; /* colour type */
        mote_text_add(out, signature, sizeof signature);
        add_chunk(out, "IHDR", header, sizeof header);
        add_chunk(out, "IDAT", packed, packed_count);
        add_chunk(out, "IEND", NULL, 0);
    }
    free(rows);
    free(packed);
}

void mote_base64_encode(mote_text *out, const char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t            i;

    for (i = 0; i < count; i += 3) {
        size_t   left = count - i;
        uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
        char     four[4];
        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
        if (left > 2)
            group |= (uint32_t)(unsigned char)bytes[i + 2];
        four[0] = digits[group >> 18];
        four[1] = digits[group >> 12 & 63];
        four[2] = left > 1 ? digits[group >> 6 & 63] : '=';
        four[3] = left > 2 ? digits[group & 63] : '=';
        mote_text_add(out, four, 4);
    }
}
