/* Frames as cameras give them -> pictures of a model's size, element by element, without a buffer. The host's reader of
 * PNG and JPEG files crops, resizes and greys by these very functions, so a chip sees what training saw.
 *
 *     region of a frame --pixel()--> bytes --bilinear--> one byte an element [height, width, channels] --store()-->
 *
 * Integers only, so results are the same everywhere, and chips without an FPU need no floats.
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

/* ---- which region of a frame becomes the picture ---- */

/* Pixels of a frame. They lie in it, or height or width is below 1: there is nothing to take. */
typedef struct mrt_region {
    const mrt_frame *frame;
    int32_t          top, left, height, width;
} mrt_region;

MRT_INLINE mrt_region mrt_region_whole(const mrt_frame *frame)
{
    const mrt_region region = {frame, 0, 0, frame->height, frame->width};

    return region;
}

/* These pixels, 0 <= top, 0 <= left; nothing where the frame does not have them all. */
MRT_INLINE mrt_region mrt_region_box(const mrt_frame *frame, int32_t top, int32_t left, int32_t height, int32_t width)
{
    mrt_region region = {frame, top, left, height, width};

    if (frame->height < top + height || frame->width < left + width)
        region.height = 0;
    return region;
}

/* How much of `side` goes with all of `across` in the ratio as_side : as_across, whole pixels. Quotient and rest are
 * multiplied apart, so that frames of any size that memory holds stay within 32 bits. */
MRT_INLINE int32_t mrt_side_in_ratio(int32_t side, int32_t across, int32_t as_side, int32_t as_across)
{
    const uint32_t x = (uint32_t)across, times = (uint32_t)as_side, by = (uint32_t)as_across;
    const uint32_t in_ratio = x / by * times + x % by * times / by;

    return in_ratio < 1 ? 1 : in_ratio < (uint32_t)side ? (int32_t)in_ratio : side;
}

/* The largest region of the picture's proportions, from the middle: keras.layers.Resizing(crop_to_aspect_ratio=True). */
MRT_INLINE mrt_region mrt_region_middle(const mrt_frame *frame, const mrt_picture *as)
{
    mrt_region region = mrt_region_whole(frame);

    if (region.height < 1 || region.width < 1)
        return region;
    region.height = mrt_side_in_ratio(frame->height, frame->width, as->height, as->width);
    region.width = mrt_side_in_ratio(frame->width, frame->height, as->width, as->height);
    region.top = (frame->height - region.height) / 2;
    region.left = (frame->width - region.width) / 2;
    return region;
}

/* ---- resizing: tf.image.resize(method="bilinear", antialias=False) in whole fractions, rounded to the nearest byte ---- */

/* Weights are 2 * out_count-ths of a pixel: exact. Of pictures with more than MRT_WHOLE_MAX / 2 pixels a side they are
 * rounded down to MRT_WHOLE_MAX-ths, so that sums of four products stay within 32 bits. */
#define MRT_WHOLE_MAX 4096u

/* Of a picture, so that a centre's place times MRT_WHOLE_MAX stays within 32 bits, too. */
#define MRT_PICTURE_SIDE_MAX 16384

MRT_INLINE uint16_t mrt_whole_of(int32_t out_count)
{
    return (uint16_t)mrt_min_i32(2 * out_count, (int32_t)MRT_WHOLE_MAX);
}

/* Of an output pixel, along an axis: `past` of `whole` behind pixel next - 1 of the region. From one to the next it goes
 * without a division. */
typedef struct mrt_centre {
    uint32_t next, past, whole; /* next: 0 .. count */
    uint32_t step, step_past;
    int32_t  begin, count;
} mrt_centre;

/* That of output pixel i lies ((2 i + 1) count - out_count) / (2 out_count) pixels behind the first pixel's. */
MRT_INLINE mrt_centre mrt_centre_first(int32_t begin, int32_t count, int32_t out_count)
{
    const uint32_t in = (uint32_t)count, out = (uint32_t)out_count;
    mrt_centre     w;

    w.whole = 2 * out;
    w.next = (in + out) / w.whole;
    w.past = (in + out) % w.whole;
    w.step = in / out;
    w.step_past = in % out * 2;
    w.begin = begin;
    w.count = count;
    return w;
}

MRT_INLINE void mrt_centre_on(mrt_centre *w)
{
    w->next += w->step;
    w->past += w->step_past;
    if (w->past >= w->whole) {
        w->past -= w->whole;
        w->next++;
    }
}

/* Two pixels around a centre, which is `past` of `whole` behind the first. */
typedef struct mrt_span {
    int32_t  low, high;
    uint16_t past, whole;
} mrt_span;

MRT_INLINE mrt_span mrt_span_at(const mrt_centre *w)
{
    const int32_t next = (int32_t)w->next;
    mrt_span      s;

    s.low = w->begin + (next > 0 ? next - 1 : 0);
    s.high = w->begin + (next < w->count ? next : w->count - 1);
    s.whole = (uint16_t)(w->whole > MRT_WHOLE_MAX ? MRT_WHOLE_MAX : w->whole);
    s.past = (uint16_t)(w->whole > MRT_WHOLE_MAX ? w->past * MRT_WHOLE_MAX / w->whole : w->past);
    return s;
}

/* Divides what is below 256 * by, to a byte: by a multiplication, as small chips have no division. by is even, at most
 * 2^24. */
typedef struct mrt_divisor {
    uint32_t by, inverse, shift;
} mrt_divisor;

#define MRT_INVERSE_BITS 23

MRT_INLINE mrt_divisor mrt_divisor_of(uint32_t by)
{
    mrt_divisor d;

    d.by = by;
    for (d.shift = 0; by > (uint32_t)MRT_WHOLE_MAX << d.shift; d.shift++) {
    }
    d.inverse = ((uint32_t)1 << MRT_INVERSE_BITS) / (((by - 1) >> d.shift) + 1); /* rounded down, as the quotient is */
    return d;
}

/* To nearest, halves to even. The estimate is the quotient or one less: it lacks at most 256 / 2049 for the bits of `by`
 * that were rounded up, 1 / 2049 for those of x that were shifted out, and 1 / 8 for the inverse's own rounding. */
MRT_INLINE uint8_t mrt_nearest_byte(uint32_t x, const mrt_divisor *d)
{
    const uint32_t up = x + d->by / 2;
    uint32_t       whole = (up >> d->shift) * d->inverse >> MRT_INVERSE_BITS, rest = up - whole * d->by;

    if (rest >= d->by) {
        rest -= d->by;
        whole++;
    }
    return (uint8_t)(rest == 0 ? whole & ~1ul : whole);
}

MRT_INLINE uint32_t mrt_between(uint8_t low, uint8_t high, const mrt_span *x)
{
    return (uint32_t)((int32_t)x->whole * low + (int32_t)x->past * (int16_t)(high - low));
}

MRT_INLINE uint8_t mrt_blend(const mrt_frame *frame, mrt_pixel pixel, const mrt_span *y, const mrt_span *x, int32_t channel,
                             const mrt_divisor *area)
{
    const uint32_t upper = mrt_between(pixel(frame, x->low, y->low, channel), pixel(frame, x->high, y->low, channel), x);
    const uint32_t lower = mrt_between(pixel(frame, x->low, y->high, channel), pixel(frame, x->high, y->high, channel), x);

    return mrt_nearest_byte(upper * y->whole + (lower - upper) * y->past, area);
}

/* The region, stretched to the picture's size, sides of 1 .. MRT_PICTURE_SIDE_MAX. Nothing is stored where there
 * is nothing to take. A pixel whose centre lies on another's is that one: what blending would give, without its sums. */
MRT_INLINE void mrt_take_picture(const mrt_region *region, mrt_pixel pixel, const mrt_picture *as, mrt_store store, void *to)
{
    const mrt_centre  left = mrt_centre_first(region->left, region->width, as->width);
    const mrt_divisor area = mrt_divisor_of((uint32_t)mrt_whole_of(as->height) * mrt_whole_of(as->width));
    mrt_centre        down = mrt_centre_first(region->top, region->height, as->height);
    int32_t           index = 0, row, column, c;

    if (region->height < 1 || region->width < 1)
        return;
    for (row = 0; row < as->height; row++, mrt_centre_on(&down)) {
        const mrt_span y = mrt_span_at(&down);
        mrt_centre     right = left;
        for (column = 0; column < as->width; column++, mrt_centre_on(&right)) {
            const mrt_span x = mrt_span_at(&right);
            for (c = 0; c < as->channels; c++)
                store(to, index++, c,
                      y.past == 0 && x.past == 0 ? pixel(region->frame, x.low, y.low, c)
                                                 : mrt_blend(region->frame, pixel, &y, &x, c, &area));
        }
    }
}

#endif
