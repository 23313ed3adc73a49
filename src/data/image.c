/* One image: which decoder, how large, resized.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "data/array.h"
#include "data/pixels.h"

bool mote_is_image_name(const char *name)
{
    return mote_path_has_suffix(name, ".png") || mote_path_has_suffix(name, ".jpg") || mote_path_has_suffix(name, ".jpeg");
}

/* Where an output pixel's centre falls between two input pixels. */
typedef struct span {
    int   low, high;
    float part; /* of high */
} span;

static span place_between(int out, int out_count, int in_count)
{
    float at = ((float)out + 0.5f) * ((float)in_count / (float)out_count) - 0.5f, low = floorf(at);
    span  s = {(int)low, (int)low + 1, at - low};

    s.low = s.low < 0 ? 0 : s.low;
    s.high = s.high > in_count - 1 ? in_count - 1 : s.high;
    return s;
}

static uint8_t blend(const mote_pixels *in, span y, span x, int c)
{
    const uint8_t *top = in->bytes + (size_t)y.low * (size_t)in->width * (size_t)in->channels;
    const uint8_t *bottom = in->bytes + (size_t)y.high * (size_t)in->width * (size_t)in->channels;
    int            left = x.low * in->channels + c, right = x.high * in->channels + c;
    float          upper = (float)top[left] + ((float)top[right] - (float)top[left]) * x.part;
    float          lower = (float)bottom[left] + ((float)bottom[right] - (float)bottom[left]) * x.part;

    return (uint8_t)lrintf(upper + (lower - upper) * y.part);
}

/* tf.image.resize(method="bilinear", antialias=False): half-pixel centres. */
static void resize(const mote_pixels *in, mote_array *out)
{
    int      height = (int)out->dim[0], width = (int)out->dim[1], y, x, c;
    uint8_t *to = out->bytes;

    for (y = 0; y < height; y++) {
        span rows = place_between(y, height, in->height);
        for (x = 0; x < width; x++) {
            span columns = place_between(x, width, in->width);
            for (c = 0; c < in->channels; c++)
                *to++ = blend(in, rows, columns, c);
        }
    }
}

static mote_status check_options(const mote_image_options *options, mote_error *err)
{
    if (options->height < 0 || options->width < 0 || options->height > MOTE_IMAGE_MAX_SIDE ||
        options->width > MOTE_IMAGE_MAX_SIDE || (int64_t)options->height * options->width > MOTE_IMAGE_MAX_PIXELS)
        return mote_fail(err, MOTE_ERR_USAGE, "an image size of %d x %d is not supported", options->height, options->width);
    if (options->channels < 0 || options->channels > 4 || options->channels == 2)
        return mote_fail(err, MOTE_ERR_USAGE, "an image has 1, 3 or 4 channels, not %d", options->channels);
    return MOTE_OK;
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

bool mote_is_image(const uint8_t *bytes, size_t count)
{
    return is_png(bytes, count) || is_jpeg(bytes, count);
}

static mote_status decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    if (is_png(bytes, count))
        return mote_png_decode(out, bytes, count, channels, err);
    if (is_jpeg(bytes, count))
        return mote_jpeg_decode(out, bytes, count, channels, err);
    MOTE_TRY(mote_file_kind_check(bytes, count, MOTE_WANTED_DATA, err));
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "is neither a PNG nor a JPEG image; convert it to one of them");
}

mote_status mote_image_decode(mote_array *out, const uint8_t *bytes, size_t count, const mote_image_options *options,
                              mote_error *err)
{
    mote_image_options o = options ? *options : (mote_image_options){0};
    mote_pixels        pixels = {0};
    int64_t            dim[3];

    MOTE_TRY(check_options(&o, err));
    MOTE_TRY(decode(&pixels, bytes, count, o.channels, err));
    dim[0] = o.height ? o.height : pixels.height;
    dim[1] = o.width ? o.width : pixels.width;
    dim[2] = pixels.channels;
    if (mote_array_create(out, MOTE_U8, 3, dim, err) == MOTE_OK) {
        if (dim[0] == pixels.height && dim[1] == pixels.width)
            memcpy(out->bytes, pixels.bytes, out->count);
        else
            resize(&pixels, out);
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
