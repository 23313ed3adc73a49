/* What image decoders give, and the limits that they keep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_PIXELS_H
#define MOTE_DATA_PIXELS_H

#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

enum { MOTE_IMAGE_MAX_SIDE = 16384, MOTE_IMAGE_MAX_PIXELS = 1 << 25 };

/* A decoded image of 1, 3 or 4 channels; pixels from malloc, the holder's to free. */
typedef struct mote_pixels {
    uint8_t *bytes; /* [height, width, channels] */
    int      height, width, channels;
} mote_pixels;

/* channels wanted: 0 (as the file has it: 1 or 3), 1, 3 or 4. */
mote_status mote_png_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);
mote_status mote_jpeg_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);
mote_status mote_bmp_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);
mote_status mote_gif_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);
mote_status mote_webp_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);

/* Refuses sizes beyond the limits, and those that so few bytes cannot hold (pixels a byte at best). */
mote_status mote_pixels_check_size(uint32_t height, uint32_t width, size_t bytes, size_t pixels_per_byte, mote_error *err);

#endif
