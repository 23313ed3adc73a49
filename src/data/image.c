/* One image: which decoder, what of it, how large.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "data/array.h"
#include "data/exif.h"
#include "data/pixels.h"
#include "runtime/prepare/picture.h"

bool mote_is_image_name(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"};
    size_t                   i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++)
        if (mote_path_has_suffix(name, endings[i]))
            return true;
    return false;
}

/* Black beyond the frame: there a letterbox has its bars. */
static uint8_t padded_grey(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const bool is_inside = x >= 0 && y >= 0 && x < frame->width && y < frame->height;

    return is_inside ? mrt_pixel_grey8(frame, x, y, channel) : 0;
}

static uint8_t padded_rgb(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const bool is_inside = x >= 0 && y >= 0 && x < frame->width && y < frame->height;

    return is_inside ? mrt_pixel_rgb888(frame, x, y, channel) : 0;
}

static uint8_t padded_rgba(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    const bool is_inside = x >= 0 && y >= 0 && x < frame->width && y < frame->height;

    return is_inside ? mrt_frame_at(frame, y, x, 4)[channel] : 0;
}

static uint8_t rgba_pixel(const mrt_frame *frame, int32_t x, int32_t y, int32_t channel)
{
    return mrt_frame_at(frame, y, x, 4)[channel];
}

static void store_byte(void *to, int32_t index, int32_t channel, uint8_t byte)
{
    (void)channel;
    ((uint8_t *)to)[index] = byte;
}

_Static_assert(MOTE_IMAGE_MAX_SIDE <= MRT_PICTURE_SIDE_MAX, "check_options' sizes are those that picture.h can make");

/* The smallest region of the picture's proportions around the whole frame, as
 * keras.layers.Resizing(pad_to_aspect_ratio=True) has it: as wide a bar on both sides, so an odd pixel is left out. */
static mrt_region region_around(const mrt_frame *frame, const mrt_picture *as)
{
    const int64_t height = (int64_t)frame->width * as->height / as->width,
                  width = (int64_t)frame->height * as->width / as->height;
    const int32_t above = height > frame->height ? (int32_t)(height - frame->height) / 2 : 0;
    const int32_t beside = width > frame->width ? (int32_t)(width - frame->width) / 2 : 0;

    return (mrt_region){frame, -above, -beside, frame->height + 2 * above, frame->width + 2 * beside};
}

static mrt_region region_of(const mrt_frame *frame, const mote_crop *crop, const mrt_picture *as)
{
    if (crop->kind == MOTE_CROP_CENTER)
        return mrt_region_middle(frame, as);
    if (crop->kind == MOTE_CROP_PAD)
        return region_around(frame, as);
    if (crop->kind == MOTE_CROP_BOX)
        return mrt_region_box(frame, crop->top, crop->left, crop->height, crop->width);
    return mrt_region_whole(frame);
}

static void take(const mote_pixels *in, const mote_crop *crop, mote_array *out)
{
    const mrt_frame   frame = {in->bytes, in->width, in->height, in->width * in->channels};
    const mrt_picture as = {(int32_t)out->dim[0], (int32_t)out->dim[1], in->channels};
    const mrt_region  region = region_of(&frame, crop, &as);

    const bool is_padded = crop->kind == MOTE_CROP_PAD;

    if (in->channels == 1)
        mrt_take_picture(&region, is_padded ? padded_grey : mrt_pixel_grey8, &as, store_byte, out->bytes);
    else if (in->channels == 3)
        mrt_take_picture(&region, is_padded ? padded_rgb : mrt_pixel_rgb888, &as, store_byte, out->bytes);
    else
        mrt_take_picture(&region, is_padded ? padded_rgba : rgba_pixel, &as, store_byte, out->bytes);
}

static bool is_within(int32_t x, int32_t least)
{
    return x >= least && x <= MOTE_CROP_MAX;
}

static mote_status check_crop(const mote_image_options *options, mote_error *err)
{
    const mote_crop *crop = &options->crop;

    if ((crop->kind == MOTE_CROP_CENTER || crop->kind == MOTE_CROP_PAD) && (options->height == 0 || options->width == 0))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "a crop from the middle, or a letterbox, needs the size that the picture becomes: --image "
                         "HEIGHTxWIDTH, in a spec "
                         "image: [height, width]");
    if (crop->kind == MOTE_CROP_BOX &&
        (!is_within(crop->top, 0) || !is_within(crop->left, 0) || !is_within(crop->height, 1) || !is_within(crop->width, 1)))
        return mote_fail(err, MOTE_ERR_USAGE, "a crop of %d x %d pixels at row %d, column %d is not supported", crop->height,
                         crop->width, crop->top, crop->left);
    return MOTE_OK;
}

/* A box lies in the picture: what is missing would have to be made up. */
static mote_status check_box(const mote_crop *crop, const mote_pixels *pixels, mote_error *err)
{
    if (crop->kind != MOTE_CROP_BOX ||
        (crop->top + crop->height <= pixels->height && crop->left + crop->width <= pixels->width))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE,
                     "is %d x %d pixels (height x width); the crop of %d x %d at row %d, column %d leads outside",
                     pixels->height, pixels->width, crop->height, crop->width, crop->top, crop->left);
}

static mote_status check_options(const mote_image_options *options, mote_error *err)
{
    if (options->height < 0 || options->width < 0 || options->height > MOTE_IMAGE_MAX_SIDE ||
        options->width > MOTE_IMAGE_MAX_SIDE || (int64_t)options->height * options->width > MOTE_IMAGE_MAX_PIXELS)
        return mote_fail(err, MOTE_ERR_USAGE, "an image size of %d x %d is not supported", options->height, options->width);
    if (options->channels < 0 || options->channels > 4 || options->channels == 2)
        return mote_fail(err, MOTE_ERR_USAGE, "an image has 1, 3 or 4 channels, not %d", options->channels);
    return check_crop(options, err);
}

static bool is_png(const uint8_t *bytes, size_t count)
{
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    return count >= sizeof png && memcmp(bytes, png, sizeof png) == 0;
}

static bool is_jpeg(const uint8_t *bytes, size_t count)
{
    return count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

static bool is_bmp(const uint8_t *bytes, size_t count)
{
    return count >= 18 && bytes[0] == 'B' && bytes[1] == 'M' && bytes[15] < 5 && bytes[16] == 0 && bytes[17] == 0;
}

static bool is_gif(const uint8_t *bytes, size_t count)
{
    return count >= 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0);
}

static bool is_webp(const uint8_t *bytes, size_t count)
{
    return count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

/* Each kind of picture: a decoder makes pixels of a file's bytes. */
static const struct image_format {
    bool (*is)(const uint8_t *bytes, size_t count);
    mote_status (*decode)(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err);
} formats[] = {{is_png, mote_png_decode},
               {is_jpeg, mote_jpeg_decode},
               {is_bmp, mote_bmp_decode},
               {is_gif, mote_gif_decode},
               {is_webp, mote_webp_decode}};

static const struct image_format *find_format(const uint8_t *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is(bytes, count))
            return &formats[i];
    return NULL;
}

bool mote_is_image(const uint8_t *bytes, size_t count)
{
    return find_format(bytes, count) != NULL;
}

static mote_status decode(mote_pixels *out, const uint8_t *bytes, size_t count, const mote_image_options *o, mote_error *err)
{
    const struct image_format *format = find_format(bytes, count);

    if (!format) {
        MOTE_TRY(mote_file_kind_check(bytes, count, MOTE_WANTED_DATA, err));
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "is no " MOTE_IMAGE_KINDS " image; convert it to one of them");
    }
    MOTE_TRY(format->decode(out, bytes, count, o->channels, err));
    if (o->exif_orientation && mote_pixels_upright(out, mote_exif_orientation(bytes, count), err) != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    return err->code;
}

int mote_image_orientation(const char *path)
{
    mote_error ignored = {0};
    mote_file  start = {0};
    int        orientation = 1;

    if (mote_file_open_start(&start, path, 65536, &ignored) == MOTE_OK)
        orientation = mote_exif_orientation(start.bytes, start.count);
    mote_file_close(&start);
    return orientation;
}

mote_status mote_image_decode(mote_array *out, const uint8_t *bytes, size_t count, const mote_image_options *options,
                              mote_error *err)
{
    mote_image_options o = options ? *options : (mote_image_options){0};
    mote_pixels        pixels = {0};
    int64_t            dim[3];

    MOTE_TRY(check_options(&o, err));
    MOTE_TRY(decode(&pixels, bytes, count, &o, err));
    dim[0] = o.height ? o.height : o.crop.kind == MOTE_CROP_BOX ? o.crop.height : pixels.height;
    dim[1] = o.width ? o.width : o.crop.kind == MOTE_CROP_BOX ? o.crop.width : pixels.width;
    dim[2] = pixels.channels;
    if (check_box(&o.crop, &pixels, err) == MOTE_OK && mote_array_create(out, MOTE_U8, 3, dim, err) == MOTE_OK) {
        if (o.crop.kind != MOTE_CROP_BOX && dim[0] == pixels.height && dim[1] == pixels.width)
            memcpy(out->bytes, pixels.bytes, out->count);
        else
            take(&pixels, &o.crop, out);
    }
    free(pixels.bytes);
    return err->code;
}

mote_status mote_image_load(mote_array *out, const char *path, const mote_image_options *options, mote_error *err)
{
    mote_file file;

    *out = (mote_array){0};
    if (mote_file_open(&file, path, err) == MOTE_OK)
        mote_image_decode(out, file.bytes, file.count, options, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}
