/* WebP through libwebp; of an animation the first frame, in black where it is smaller than the picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/pixels.h"
#include "runtime/prepare/picture.h"

#if MOTE_HAVE_WEBP
#include <webp/decode.h>
#include <webp/demux.h>

enum { RGBA = 4 };

/* A lossless picture of one colour takes some twenty bytes, whatever its size: only the limits hold. */
enum { PIXELS_PER_BYTE = MOTE_IMAGE_MAX_PIXELS };

static mote_status damaged(mote_error *err)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "damaged WebP image");
}

/* One frame into the picture at (left, top); libwebp writes what it has decoded of a cut one before it fails. */
static mote_status decode_frame(mote_pixels *out, const WebPIterator *frame, mote_error *err)
{
    const size_t stride = (size_t)out->width * RGBA;
    uint8_t     *at;

    if (frame->x_offset < 0 || frame->y_offset < 0 || frame->x_offset + frame->width > out->width ||
        frame->y_offset + frame->height > out->height)
        return damaged(err);
    at = out->bytes + (size_t)frame->y_offset * stride + (size_t)frame->x_offset * RGBA;
    if (!WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size, at,
                            stride * (size_t)(frame->height - 1) + (size_t)frame->width * RGBA, (int)stride))
        return damaged(err);
    return MOTE_OK;
}

/* In place: every pixel needs at most the room it had. Alpha is dropped, not blended. */
static void keep_channels(mote_pixels *out, int channels)
{
    const size_t pixels = (size_t)out->height * (size_t)out->width;
    size_t       i;

    out->channels = channels;
    for (i = 0; channels != RGBA && i < pixels; i++) {
        const uint8_t *in = out->bytes + i * RGBA;
        const uint8_t  r = in[0], g = in[1], b = in[2];
        uint8_t       *to = out->bytes + i * (size_t)channels;
        if (channels == 1) {
            to[0] = mrt_grey(r, g, b);
        } else {
            to[0] = r;
            to[1] = g;
            to[2] = b;
        }
    }
}

static mote_status read_image(mote_pixels *out, WebPDemuxer *demuxer, size_t count, int channels, mote_error *err)
{
    const uint32_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT),
                   width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    WebPIterator frame;

    MOTE_TRY(mote_pixels_check_size(height, width, count, PIXELS_PER_BYTE, err));
    if (!WebPDemuxGetFrame(demuxer, 1, &frame))
        return damaged(err);
    out->height = (int)height;
    out->width = (int)width;
    out->bytes = calloc((size_t)height * width, RGBA);
    if (!out->bytes)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    else
        decode_frame(out, &frame, err);
    WebPDemuxReleaseIterator(&frame);
    if (err->code == MOTE_OK)
        keep_channels(out, channels ? channels : 3);
    return err->code;
}

mote_status mote_webp_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    const WebPData data = {bytes, count};
    WebPDemuxer   *demuxer = WebPDemux(&data);

    *out = (mote_pixels){0};
    if (!demuxer)
        return damaged(err);
    if (read_image(out, demuxer, count, channels, err) != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    WebPDemuxDelete(demuxer);
    return err->code;
}

#else

mote_status mote_webp_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    (void)out, (void)bytes, (void)count, (void)channels;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "this mote reads no WebP images; install libwebp-dev and build it again");
}

#endif
