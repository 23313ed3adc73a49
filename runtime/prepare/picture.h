/* Frames as cameras give them -> pictures of a model's size, element by element, without a buffer. The host's reader of
 * PNG and JPEG files resizes and greys by these very functions, so a chip sees what training saw.
 *
 *     frame --pixel()--> bytes of a channel, 0..255 --bilinear--> one byte an element [height, width, channels] --store()-->
 *
 * float32 arithmetic, one operation after the other: results are the same wherever products are not fused into sums.
 * No allocation, no C library. Frames of any size: what is computed at run time never leads outside.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PICTURE_H
#define MRT_PICTURE_H

#include "../mrt.h"

typedef struct mrt_frame {
    const uint8_t *pixels;
    int32_t        width, height; /* at least 1 */
    int32_t        stride;        /* bytes from a row's begin to the next one's; may be negative */
} mrt_frame;

typedef struct mrt_picture {
    int32_t height, width, channels;
} mrt_picture;

/* One channel of one pixel: 0 <= x < width, 0 <= y < height. */
typedef uint8_t (*mrt_pixel)(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel);

/* Takes element `index` of the picture, a byte; `channel` is its place in the last axis. */
typedef void (*mrt_store)(void *to, int32_t index, int32_t channel, uint8_t byte);

/* ---- one byte an element ---- */

/* 0.299 R + 0.587 G + 0.114 B, to nearest. */
MRT_INLINE uint8_t mrt_grey(uint8_t r, uint8_t g, uint8_t b)
{
    return (uint8_t)((19595ul * r + 38470ul * g + 7471ul * b + 32768ul) >> 16);
}

MRT_INLINE const uint8_t *mrt_frame_at(const mrt_frame *frame, int32_t y, int32_t x, int32_t pixel_bytes)
{
    return frame->pixels + (ptrdiff_t)y * frame->stride + (ptrdiff_t)x * pixel_bytes;
}

MRT_INLINE uint8_t mrt_pixel_grey8(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    (void)channel; /* all colours of a grey pixel are its grey */
    return *mrt_frame_at(frame, y, x, 1);
}

/* Three bytes: red, green, blue. */
MRT_INLINE uint8_t mrt_pixel_rgb888(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    return mrt_frame_at(frame, y, x, 3)[channel];
}

MRT_INLINE uint8_t mrt_pixel_rgb888_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const uint8_t *at = mrt_frame_at(frame, y, x, 3);

    (void)channel;
    return mrt_grey(at[0], at[1], at[2]);
}

/* Three bytes: blue, green, red. */
MRT_INLINE uint8_t mrt_pixel_bgr888(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    return mrt_pixel_rgb888(frame, x, y, 2 - channel);
}

MRT_INLINE uint8_t mrt_pixel_bgr888_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const uint8_t *at = mrt_frame_at(frame, y, x, 3);

    (void)channel;
    return mrt_grey(at[2], at[1], at[0]);
}

/* ---- 16 bits: 5 of red, 6 of green, 5 of blue; the upper ones fill the lower, so that white is 255 ---- */

MRT_INLINE uint8_t mrt_colour_565(uint16_t pixel, int32_t channel)
{
    const unsigned five = channel == 0 ? pixel >> 11 : pixel & 31u, six = (pixel >> 5) & 63u;

    return (uint8_t)(channel == 1 ? six << 2 | six >> 4 : five << 3 | five >> 2);
}

MRT_INLINE uint8_t mrt_grey_565(uint16_t pixel)
{
    return mrt_grey(mrt_colour_565(pixel, 0), mrt_colour_565(pixel, 1), mrt_colour_565(pixel, 2));
}

/* The byte with red first. */
MRT_INLINE uint16_t mrt_read_565_be(const mrt_frame *frame, int32_t x, int32_t y)
{
    const uint8_t *at = mrt_frame_at(frame, y, x, 2);

    return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

MRT_INLINE uint16_t mrt_read_565_le(const mrt_frame *frame, int32_t x, int32_t y)
{
    const uint8_t *at = mrt_frame_at(frame, y, x, 2);

    return (uint16_t)((unsigned)at[1] << 8 | at[0]);
}

MRT_INLINE uint8_t mrt_pixel_rgb565_be(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    return mrt_colour_565(mrt_read_565_be(frame, x, y), channel);
}

MRT_INLINE uint8_t mrt_pixel_rgb565_be_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    (void)channel;
    return mrt_grey_565(mrt_read_565_be(frame, x, y));
}

MRT_INLINE uint8_t mrt_pixel_rgb565_le(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    return mrt_colour_565(mrt_read_565_le(frame, x, y), channel);
}

MRT_INLINE uint8_t mrt_pixel_rgb565_le_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    (void)channel;
    return mrt_grey_565(mrt_read_565_le(frame, x, y));
}

/* ---- YUV 4:2:2: two pixels in four bytes share U and V. A row of odd width ends in a whole group ---- */

/* JPEG's colours (BT.601, 0..255), in libjpeg's fixed point. */
MRT_INLINE uint8_t mrt_colour_yuv(uint8_t y, uint8_t u, uint8_t v, int32_t channel)
{
    const int32_t blue = (int32_t)u - 128, red = (int32_t)v - 128;
    const int32_t more = channel == 0   ? (91881 * red + 32768) >> 16
                         : channel == 1 ? (-22554 * blue - 46802 * red + 32768) >> 16
                                        : (116130 * blue + 32768) >> 16;

    return (uint8_t)mrt_clamp_i32((int32_t)y + more, 0, 255);
}

/* Y U Y V. */
MRT_INLINE uint8_t mrt_pixel_yuyv_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    (void)channel;
    return *mrt_frame_at(frame, y, x, 2);
}

MRT_INLINE uint8_t mrt_pixel_yuyv(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const uint8_t *group = mrt_frame_at(frame, y, x >> 1, 4);

    return mrt_colour_yuv(group[(x & 1) * 2], group[1], group[3], channel);
}

/* U Y V Y. */
MRT_INLINE uint8_t mrt_pixel_uyvy_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    (void)channel;
    return mrt_frame_at(frame, y, x, 2)[1];
}

MRT_INLINE uint8_t mrt_pixel_uyvy(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const uint8_t *group = mrt_frame_at(frame, y, x >> 1, 4);

    return mrt_colour_yuv(group[(x & 1) * 2 + 1], group[0], group[2], channel);
}

/* ---- resizing: tf.image.resize(method="bilinear", antialias=False), rounded to the nearest byte ---- */

/* Where an output pixel's centre falls between two input pixels. */
typedef struct mrt_span {
    int32_t low, high;
    float   part; /* of high */
} mrt_span;

MRT_INLINE mrt_span mrt_place_between(int32_t out, int32_t out_count, int32_t in_count)
{
    const float at = ((float)out + 0.5f) * ((float)in_count / (float)out_count) - 0.5f;
    mrt_span    s;

    s.low = at < 0.0f ? -1 : (int32_t)at; /* at > -1 */
    s.part = at - (float)s.low;
    s.high = mrt_clamp_i32(s.low + 1, 0, in_count - 1);
    s.low = mrt_clamp_i32(s.low, 0, in_count - 1);
    return s;
}

/* To nearest, halves to even; of -0.5 < x < 255.5. */
MRT_INLINE uint8_t mrt_nearest_byte(float x)
{
    const int32_t whole = (int32_t)x;
    const float   rest = x - (float)whole;

    return (uint8_t)(whole + (rest > 0.5f || (rest == 0.5f && (whole & 1))));
}

MRT_INLINE uint8_t mrt_blend(const mrt_frame *frame, mrt_pixel pixel, mrt_span y, mrt_span x, int32_t channel)
{
    const float top = (float)pixel(frame, x.low, y.low, channel), bottom = (float)pixel(frame, x.low, y.high, channel);
    const float upper = top + ((float)pixel(frame, x.high, y.low, channel) - top) * x.part;
    const float lower = bottom + ((float)pixel(frame, x.high, y.high, channel) - bottom) * x.part;

    return mrt_nearest_byte(upper + (lower - upper) * y.part);
}

/* A pixel whose centre lies on another's is that one: what blending would give, without its sums. */
MRT_INLINE uint8_t mrt_resized(const mrt_frame *frame, mrt_pixel pixel, mrt_span y, mrt_span x, int32_t channel)
{
    return y.part == 0.0f && x.part == 0.0f ? pixel(frame, x.low, y.low, channel) : mrt_blend(frame, pixel, y, x, channel);
}

/* The frame, stretched to the picture's size. Nothing is stored where the frame has no pixels. */
MRT_INLINE void mrt_take_picture(const mrt_frame *frame, mrt_pixel pixel, const mrt_picture *as, mrt_store store, void *to)
{
    int32_t index = 0, y, x, c;

    if (frame->width < 1 || frame->height < 1)
        return;
    for (y = 0; y < as->height; y++) {
        const mrt_span rows = mrt_place_between(y, as->height, frame->height);
        for (x = 0; x < as->width; x++) {
            const mrt_span columns = mrt_place_between(x, as->width, frame->width);
            for (c = 0; c < as->channels; c++)
                store(to, index++, c, mrt_resized(frame, pixel, rows, columns, c));
        }
    }
}

#endif
