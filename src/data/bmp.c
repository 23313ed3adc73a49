/* BMP, a reader of our own: 1, 4 and 8 bits with a palette, 16 and 32 bits by masks, 24 bits, and run lengths of 4 and 8
 * bits.
 *
 *     "BM", sizes, where the pixels begin | a header of 12, 40 or more bytes | masks | palette | rows, the lowest one first
 *
 * Rows begin at multiples of four bytes. Source: Microsoft's BITMAPFILEHEADER, BITMAPINFOHEADER and BITMAPV5HEADER.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/pixels.h"
#include "runtime/prepare/picture.h"

enum { FILE_HEADER = 14, CORE_HEADER = 12, INFO_HEADER = 40, MASKS_END = 56, PALETTE_MAX = 256 };

/* What BITMAPINFOHEADER's biCompression says. */
enum { BMP_RGB = 0, BMP_RLE8 = 1, BMP_RLE4 = 2, BMP_BITFIELDS = 3, BMP_ALPHABITFIELDS = 6 };

/* A run of 255 pixels takes two bytes; a picture may end early, and what it leaves out is colour 0. */
enum { PIXELS_PER_BYTE_RLE = 1024, PIXELS_PER_BYTE = 8 };

/* One colour of a pixel of 16 or 32 bits. */
typedef struct bmp_mask {
    uint32_t bits;
    int      shift;
    uint32_t largest; /* 0: the pixel has no such colour */
} bmp_mask;

typedef struct bmp {
    const uint8_t *bytes;
    size_t         count;
    uint32_t       header, pixels_at, compression, palette_count;
    int            width, height, bits;
    bool           is_top_down, is_grey;
    bmp_mask       mask[4]; /* red, green, blue, alpha */
    uint8_t        palette[PALETTE_MAX][3];
} bmp;

static uint16_t read_16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t read_32(const uint8_t *at)
{
    return read_16(at) | (uint32_t)read_16(at + 2) << 16;
}

static mote_status truncated(mote_error *err)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "damaged BMP image: it ends too early");
}

/* ---- the header ---- */

static mote_status read_size(bmp *b, uint32_t *height, uint32_t *width, mote_error *err)
{
    const uint8_t *h = b->bytes + FILE_HEADER;
    int32_t        rows;

    if (b->header == CORE_HEADER) {
        *width = read_16(h + 4);
        *height = read_16(h + 6);
        b->bits = read_16(h + 10);
        return MOTE_OK;
    }
    *width = read_32(h + 4);
    rows = (int32_t)read_32(h + 8);
    b->is_top_down = rows < 0;
    *height = rows < 0 ? 0u - (uint32_t)rows : (uint32_t)rows;
    b->bits = read_16(h + 14);
    b->compression = read_32(h + 16);
    b->palette_count = read_32(h + 32);
    if (*width > INT32_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged BMP image: its width is negative");
    return MOTE_OK;
}

static bool is_known(const bmp *b)
{
    switch (b->compression) {
    case BMP_RGB:
        return b->bits == 1 || b->bits == 4 || b->bits == 8 || b->bits == 16 || b->bits == 24 || b->bits == 32;
    case BMP_RLE8:
        return b->bits == 8 && !b->is_top_down;
    case BMP_RLE4:
        return b->bits == 4 && !b->is_top_down;
    case BMP_BITFIELDS:
    case BMP_ALPHABITFIELDS:
        return b->bits == 16 || b->bits == 32;
    default:
        return false;
    }
}

static bool is_rle(const bmp *b)
{
    return b->compression == BMP_RLE8 || b->compression == BMP_RLE4;
}

static mote_status read_header(bmp *b, mote_error *err)
{
    uint32_t height = 0, width = 0;

    if (b->count < FILE_HEADER + CORE_HEADER)
        return truncated(err);
    b->pixels_at = read_32(b->bytes + 10);
    b->header = read_32(b->bytes + FILE_HEADER);
    if (b->header != CORE_HEADER && (b->header < INFO_HEADER || b->header > 1024))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "is a BMP image with a header of %u bytes, which mote does not know",
                         (unsigned)b->header);
    if (b->count - FILE_HEADER < b->header || b->pixels_at > b->count)
        return truncated(err);
    MOTE_TRY(read_size(b, &height, &width, err));
    if (!is_known(b))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "is a BMP image of %d bits and compression %u, which mote does not read; convert it to PNG",
                         b->bits, (unsigned)b->compression);
    MOTE_TRY(mote_pixels_check_size(height, width, b->count, is_rle(b) ? PIXELS_PER_BYTE_RLE : PIXELS_PER_BYTE, err));
    b->height = (int)height;
    b->width = (int)width;
    return MOTE_OK;
}

/* ---- masks and palette ---- */

static void set_mask(bmp_mask *mask, uint32_t bits)
{
    *mask = (bmp_mask){.bits = bits};
    for (; bits != 0 && !(bits & 1); bits >>= 1)
        mask->shift++;
    mask->largest = bits;
}

/* Masks stand in the header's second part, or right behind a header that ends before them. */
static mote_status read_masks(bmp *b, mote_error *err)
{
    static const uint32_t fives[3] = {0x7c00, 0x3e0, 0x1f}, eights[3] = {0xff0000, 0xff00, 0xff};
    const uint8_t        *at = b->bytes + FILE_HEADER + INFO_HEADER;
    const bool            has_masks = b->compression != BMP_RGB;
    const bool            has_alpha = b->header >= MASKS_END || b->compression == BMP_ALPHABITFIELDS;
    int                   c;

    if (has_masks && b->count < FILE_HEADER + INFO_HEADER + (has_alpha ? 16u : 12u))
        return truncated(err);
    for (c = 0; c < 3; c++)
        set_mask(&b->mask[c], has_masks ? read_32(at + 4 * c) : b->bits == 16 ? fives[c] : eights[c]);
    if (has_masks)
        set_mask(&b->mask[3], has_alpha ? read_32(at + 12) : 0);
    else
        set_mask(&b->mask[3], b->bits == 32 ? 0xff000000 : 0); /* TensorFlow takes the fourth byte for alpha, too */
    return MOTE_OK;
}

/* Colours are blue, green, red and, but in the oldest header, a byte of nothing. */
static mote_status read_palette(bmp *b, mote_error *err)
{
    const size_t   entry = b->header == CORE_HEADER ? 3 : 4, most = (size_t)1 << b->bits;
    const size_t   begin = FILE_HEADER + (size_t)b->header;
    const uint8_t *at = b->bytes + begin;
    size_t         colours = b->palette_count > 0 && b->palette_count < most ? b->palette_count : most, i;

    if (b->pixels_at < begin)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged BMP image: its pixels begin inside its header");
    if (colours > (b->pixels_at - begin) / entry)
        colours = (b->pixels_at - begin) / entry; /* as other readers have it: colours that are missing are black */
    b->is_grey = colours > 0;
    for (i = 0; i < colours; i++, at += entry) {
        b->palette[i][0] = at[2];
        b->palette[i][1] = at[1];
        b->palette[i][2] = at[0];
        b->is_grey = b->is_grey && at[0] == at[1] && at[1] == at[2];
    }
    return MOTE_OK;
}

/* ---- pixels ---- */

static void put_pixel(const bmp *b, mote_pixels *out, int row, int x, const uint8_t rgba[4])
{
    const int y = b->is_top_down ? row : b->height - 1 - row;
    uint8_t  *at = out->bytes + ((size_t)y * (size_t)b->width + (size_t)x) * (size_t)out->channels;

    if (out->channels == 1)
        at[0] = b->is_grey ? rgba[0] : mrt_grey(rgba[0], rgba[1], rgba[2]);
    else
        memcpy(at, rgba, (size_t)out->channels);
}

static void put_colour(const bmp *b, mote_pixels *out, int row, int x, int index)
{
    const uint8_t *c = b->palette[index];

    put_pixel(b, out, row, x, (const uint8_t[4]){c[0], c[1], c[2], 255});
}

static uint8_t masked(const bmp_mask *mask, uint32_t pixel, uint8_t without)
{
    const uint32_t value = (pixel & mask->bits) >> mask->shift;

    if (mask->largest == 0)
        return without;
    return (uint8_t)(((uint64_t)value * 255 + mask->largest / 2) / mask->largest);
}

static void put_stored(const bmp *b, mote_pixels *out, int row, int x, const uint8_t *line)
{
    const uint8_t *at = line + (size_t)x * (size_t)b->bits / 8;
    uint32_t       pixel;
    uint8_t        rgba[4];

    if (b->bits <= 8) {
        const int per_byte = 8 / b->bits, shift = 8 - b->bits * (x % per_byte + 1);
        put_colour(b, out, row, x, (*at >> shift) & ((1 << b->bits) - 1));
    } else if (b->bits == 24) {
        put_pixel(b, out, row, x, (const uint8_t[4]){at[2], at[1], at[0], 255});
    } else {
        pixel = b->bits == 16 ? read_16(at) : read_32(at);
        rgba[0] = masked(&b->mask[0], pixel, 0);
        rgba[1] = masked(&b->mask[1], pixel, 0);
        rgba[2] = masked(&b->mask[2], pixel, 0);
        rgba[3] = masked(&b->mask[3], pixel, 255);
        put_pixel(b, out, row, x, rgba);
    }
}

static mote_status read_rows(const bmp *b, mote_pixels *out, mote_error *err)
{
    const size_t line = ((size_t)b->width * (size_t)b->bits + 31) / 32 * 4,
                 used = ((size_t)b->width * (size_t)b->bits + 7) / 8;
    int row, x;

    /* The last row's filling may be missing. */
    if (b->count - b->pixels_at < line * ((size_t)b->height - 1) + used)
        return truncated(err);
    for (row = 0; row < b->height; row++)
        for (x = 0; x < b->width; x++)
            put_stored(b, out, row, x, b->bytes + b->pixels_at + line * (size_t)row);
    return MOTE_OK;
}

/* ---- run lengths ---- */

typedef struct bmp_run {
    const uint8_t *at, *end;
    int            row, x;
} bmp_run;

/* The next pixel of a run; those beyond the picture's right side are dropped. */
static void put_next(const bmp *b, mote_pixels *out, bmp_run *r, int index)
{
    if (r->x < b->width)
        put_colour(b, out, r->row, r->x++, index);
}

static int colour_of_run(const bmp *b, const uint8_t *at, int i)
{
    return b->bits == 8 ? at[i] : i % 2 == 0 ? at[i / 2] >> 4 : at[i / 2] & 15;
}

/* Pixels one by one, filled up to an even number of bytes. */
static mote_status read_literal(const bmp *b, mote_pixels *out, bmp_run *r, int count, mote_error *err)
{
    const int bytes = (count * b->bits + 7) / 8;
    int       i;

    if (r->end - r->at < bytes)
        return truncated(err);
    for (i = 0; i < count; i++)
        put_next(b, out, r, colour_of_run(b, r->at, i));
    r->at += bytes;
    r->at += bytes % 2 == 1 && r->at < r->end;
    return MOTE_OK;
}

static mote_status move_on(const bmp *b, bmp_run *r, mote_error *err)
{
    if (r->end - r->at < 2)
        return truncated(err);
    r->x += r->at[0];
    r->row += r->at[1];
    r->at += 2;
    if (r->x > b->width)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged BMP image: a step leads out of the picture");
    return MOTE_OK;
}

static mote_status read_runs(const bmp *b, mote_pixels *out, mote_error *err)
{
    bmp_run r = {b->bytes + b->pixels_at, b->bytes + b->count, 0, 0};
    int     x, row;

    for (row = 0; row < b->height; row++)
        for (x = 0; x < b->width; x++)
            put_colour(b, out, row, x, 0);
    while (r.row < b->height) {
        if (r.end - r.at < 2)
            return truncated(err);
        const int count = r.at[0], what = r.at[1];
        r.at += 2;
        if (count > 0) {
            const uint8_t *pair = r.at - 1;
            for (x = 0; x < count; x++)
                put_next(b, out, &r, b->bits == 8 ? *pair : x % 2 == 0 ? *pair >> 4 : *pair & 15);
        } else if (what == 0) { /* the row's end */
            r.x = 0;
            r.row++;
        } else if (what == 1) { /* the picture's */
            break;
        } else {
            MOTE_TRY(what == 2 ? move_on(b, &r, err) : read_literal(b, out, &r, what, err));
        }
    }
    return MOTE_OK;
}

/* ---- the whole ---- */

static mote_status read_image(bmp *b, mote_pixels *out, int channels, mote_error *err)
{
    MOTE_TRY(read_header(b, err));
    if (b->bits <= 8)
        MOTE_TRY(read_palette(b, err));
    else if (b->bits != 24)
        MOTE_TRY(read_masks(b, err));
    out->height = b->height;
    out->width = b->width;
    out->channels = channels ? channels : b->is_grey ? 1 : 3;
    out->bytes = malloc((size_t)out->height * (size_t)out->width * (size_t)out->channels);
    if (!out->bytes)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    return is_rle(b) ? read_runs(b, out, err) : read_rows(b, out, err);
}

mote_status mote_bmp_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    bmp b = {.bytes = bytes, .count = count};

    *out = (mote_pixels){0};
    if (read_image(&b, out, channels, err) != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    return err->code;
}
