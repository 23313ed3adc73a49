/* PNG through libspng.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>

#include "data/pixels.h"
#include "runtime/prepare/picture.h"

#if MOTE_HAVE_IMAGES
#include <spng.h>

enum { CHUNK_MAX = 8 << 20, DEFLATE_GAIN = 1032, RGBA = 4 };

/* One bit a pixel, deflated at best 1032 to 1. */
enum { PIXELS_PER_BYTE = 8 * DEFLATE_GAIN };

static mote_status failed(int reason, mote_error *err)
{
    return mote_fail(err, reason == SPNG_EMEM ? MOTE_ERR_LIMIT : MOTE_ERR_FORMAT, "damaged PNG image: %s",
                     spng_strerror(reason));
}

/* In place: every pixel needs at most the room it had. */
static void keep_channels(uint8_t *bytes, size_t pixels, int channels, bool is_grey)
{
    size_t i;

    for (i = 0; i < pixels; i++) {
        const uint8_t *in = bytes + i * RGBA;
        uint8_t       *out = bytes + i * (size_t)channels;
        uint8_t        r = in[0], g = in[1], b = in[2];
        if (channels == 1) {
            out[0] = is_grey ? r : mrt_grey(r, g, b);
        } else {
            out[0] = r;
            out[1] = g;
            out[2] = b;
        }
    }
}

static mote_status decode_rgba(mote_pixels *out, spng_ctx *context, mote_error *err)
{
    size_t bytes;
    int    reason = spng_decoded_image_size(context, SPNG_FMT_RGBA8, &bytes);

    if (reason != 0)
        return failed(reason, err);
    out->bytes = malloc(bytes);
    if (!out->bytes)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    reason = spng_decode_image(context, out->bytes, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    if (reason == 0)
        reason = spng_decode_chunks(context); /* to the end chunk: a cut file is damaged, all rows or not */
    return reason == 0 ? MOTE_OK : failed(reason, err);
}

static mote_status read_image(mote_pixels *out, spng_ctx *context, const uint8_t *bytes, size_t count, int channels,
                              mote_error *err)
{
    struct spng_ihdr header;
    bool             is_grey;
    int              reason;

    spng_set_crc_action(context, SPNG_CRC_ERROR, SPNG_CRC_ERROR);
    spng_set_image_limits(context, MOTE_IMAGE_MAX_SIDE, MOTE_IMAGE_MAX_SIDE);
    spng_set_chunk_limits(context, CHUNK_MAX, CHUNK_MAX);
    if ((reason = spng_set_png_buffer(context, bytes, count)) != 0 || (reason = spng_get_ihdr(context, &header)) != 0)
        return failed(reason, err);
    MOTE_TRY(mote_pixels_check_size(header.height, header.width, count, PIXELS_PER_BYTE, err));
    MOTE_TRY(decode_rgba(out, context, err));
    is_grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    out->height = (int)header.height;
    out->width = (int)header.width;
    out->channels = channels ? channels : is_grey ? 1 : 3;
    if (out->channels != RGBA)
        keep_channels(out->bytes, (size_t)header.height * header.width, out->channels, is_grey);
    return MOTE_OK;
}

mote_status mote_png_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    spng_ctx *context = spng_ctx_new(0);

    *out = (mote_pixels){0};
    if (!context)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (read_image(out, context, bytes, count, channels, err) != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    spng_ctx_free(context);
    return err->code;
}

#else

mote_status mote_png_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    (void)out, (void)bytes, (void)count, (void)channels;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "this mote reads no images; install libspng-dev and libjpeg-dev and build it again");
}

#endif
