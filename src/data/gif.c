/* The first frame of a GIF through giflib, line by line: what follows it is never decoded, however long. A frame that is
 * smaller than the picture lies in black, and so is what is transparent, as TensorFlow has it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/pixels.h"
#include "runtime/prepare/picture.h"

#if MOTE_HAVE_GIF
#include <gif_lib.h>

/* A code of at most 12 bits stands for at most 4,096 pixels. */
enum { PIXELS_PER_BYTE = 4096 };

typedef struct gif_job {
    GifFileType   *file;
    const uint8_t *at, *end;
    size_t         count;
    int            transparent; /* a colour, or -1 */
    int            channels;
    mote_pixels   *out;
} gif_job;

static int read_bytes(GifFileType *file, GifByteType *to, int count)
{
    gif_job     *job = file->UserData;
    const size_t left = (size_t)(job->end - job->at), got = (size_t)count < left ? (size_t)count : left;

    memcpy(to, job->at, got);
    job->at += got;
    return (int)got;
}

static mote_status failed(int reason, mote_error *err)
{
    const char *text = GifErrorString(reason);

    return mote_fail(err, MOTE_ERR_FORMAT, "damaged GIF image: %s", text ? text : "it ends too early");
}

/* Of a graphic control extension; others are passed over. */
static mote_status read_extension(gif_job *job, mote_error *err)
{
    GraphicsControlBlock control;
    GifByteType         *block = NULL;
    int                  code = 0;

    if (DGifGetExtension(job->file, &code, &block) == GIF_ERROR)
        return failed(job->file->Error, err);
    if (block && code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4 &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        job->transparent = control.TransparentColor;
    while (block)
        if (DGifGetExtensionNext(job->file, &block) == GIF_ERROR)
            return failed(job->file->Error, err);
    return MOTE_OK;
}

static mote_status find_frame(gif_job *job, mote_error *err)
{
    GifRecordType kind = UNDEFINED_RECORD_TYPE;

    for (;;) {
        if (DGifGetRecordType(job->file, &kind) == GIF_ERROR)
            return failed(job->file->Error, err);
        if (kind == IMAGE_DESC_RECORD_TYPE)
            break;
        if (kind == TERMINATE_RECORD_TYPE)
            return mote_fail(err, MOTE_ERR_FORMAT, "damaged GIF image: it has no frame");
        if (kind == EXTENSION_RECORD_TYPE)
            MOTE_TRY(read_extension(job, err));
    }
    return DGifGetImageHeader(job->file) == GIF_ERROR ? failed(job->file->Error, err) : MOTE_OK;
}

static mote_status put_line(const gif_job *job, const ColorMapObject *map, const uint8_t *line, int row, mote_error *err)
{
    const GifImageDesc *frame = &job->file->Image;
    const mote_pixels  *out = job->out;
    int                 x;

    for (x = 0; x < frame->Width; x++) {
        const int y = frame->Top + row, column = frame->Left + x;
        uint8_t  *at;
        if (line[x] == job->transparent || y >= out->height || column >= out->width)
            continue;
        if (line[x] >= map->ColorCount)
            return mote_fail(err, MOTE_ERR_FORMAT, "damaged GIF image: it has no colour %d", line[x]);
        at = out->bytes + ((size_t)y * (size_t)out->width + (size_t)column) * (size_t)out->channels;
        const GifColorType *c = &map->Colors[line[x]];
        const uint8_t       rgba[4] = {c->Red, c->Green, c->Blue, 255};
        if (out->channels == 1)
            at[0] = mrt_grey(rgba[0], rgba[1], rgba[2]);
        else
            memcpy(at, rgba, (size_t)out->channels);
    }
    return MOTE_OK;
}

/* Lines of an interlaced frame come in four passes. */
static mote_status read_lines(const gif_job *job, const ColorMapObject *map, uint8_t *line, mote_error *err)
{
    static const int begin[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    const bool       is_interlaced = job->file->Image.Interlace;
    int              pass, row;

    for (pass = 0; pass < (is_interlaced ? 4 : 1); pass++)
        for (row = is_interlaced ? begin[pass] : 0; row < job->file->Image.Height; row += is_interlaced ? step[pass] : 1) {
            if (DGifGetLine(job->file, line, job->file->Image.Width) == GIF_ERROR)
                return failed(job->file->Error, err);
            MOTE_TRY(put_line(job, map, line, row, err));
        }
    return MOTE_OK;
}

static mote_status read_frame(gif_job *job, mote_error *err)
{
    const ColorMapObject *map = job->file->Image.ColorMap ? job->file->Image.ColorMap : job->file->SColorMap;
    mote_pixels          *out = job->out;
    uint8_t              *line;

    if (!map)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged GIF image: it has no colours");
    MOTE_TRY(mote_pixels_check_size((uint32_t)job->file->Image.Height, (uint32_t)job->file->Image.Width, job->count,
                                    PIXELS_PER_BYTE, err));
    MOTE_TRY(
        mote_pixels_check_size((uint32_t)job->file->SHeight, (uint32_t)job->file->SWidth, job->count, PIXELS_PER_BYTE, err));
    out->height = job->file->SHeight;
    out->width = job->file->SWidth;
    out->channels = job->channels ? job->channels : 3;
    out->bytes = calloc((size_t)out->height * (size_t)out->width, (size_t)out->channels);
    line = malloc((size_t)job->file->Image.Width);
    if (out->bytes && line)
        read_lines(job, map, line, err);
    else
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    free(line);
    return err->code;
}

mote_status mote_gif_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    gif_job job = {.at = bytes, .end = bytes + count, .count = count, .transparent = -1, .channels = channels, .out = out};
    int     reason = 0;

    *out = (mote_pixels){0};
    job.file = DGifOpen(&job, read_bytes, &reason);
    if (!job.file)
        return failed(reason, err);
    if (find_frame(&job, err) == MOTE_OK)
        read_frame(&job, err);
    DGifCloseFile(job.file, &reason);
    if (err->code != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    return err->code;
}

#else

mote_status mote_gif_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    (void)out, (void)bytes, (void)count, (void)channels;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "this mote reads no GIF images; install libgif-dev and build it again");
}

#endif
