/* JPEG through libjpeg, whose errors come back by longjmp: all that must survive one stands in jpeg_job.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/pixels.h"

#if MOTE_HAVE_IMAGES
#include <setjmp.h>

#include <jpeglib.h>

#include <jerror.h>

/* A progressive file may repeat scans without end, each over the whole image. */
enum { SCANS_MAX = 64 };

/* One bit a block of 8x8 at best; twice that for progressive files' runs of empty blocks. */
enum { PIXELS_PER_BYTE = 1024 };

typedef struct jpeg_job {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr         errors;
    struct jpeg_progress_mgr      progress;
    jmp_buf                       failed;
    mote_error                   *err;
    mote_pixels                  *out;
} jpeg_job;

static void fail_job(j_common_ptr decoder)
{
    jpeg_job *job = decoder->client_data;
    char      text[JMSG_LENGTH_MAX];

    decoder->err->format_message(decoder, text);
    mote_fail(job->err, MOTE_ERR_FORMAT, "damaged JPEG image: %s", text);
    longjmp(job->failed, 1);
}

/* libjpeg fills what is missing with grey and warns; to us an image with missing parts is damaged. */
static void hear_message(j_common_ptr decoder, int level)
{
    int code = decoder->err->msg_code;

    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR)
        fail_job(decoder);
}

static void say_nothing(j_common_ptr decoder)
{
    (void)decoder;
}

static void watch_scans(j_common_ptr decoder)
{
    jpeg_job *job = decoder->client_data;

    if (job->decoder.input_scan_number > SCANS_MAX) {
        mote_fail(job->err, MOTE_ERR_LIMIT, "the JPEG image has more than %d scans", SCANS_MAX);
        longjmp(job->failed, 1);
    }
}

static bool choose_colours(jpeg_job *job, int channels)
{
    struct jpeg_decompress_struct *decoder = &job->decoder;
    bool                           is_grey = decoder->jpeg_color_space == JCS_GRAYSCALE;

    if (decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK) {
        mote_fail(job->err, MOTE_ERR_UNSUPPORTED, "CMYK images are not supported; convert it to RGB");
        return false;
    }
    job->out->channels = channels ? channels : is_grey ? 1 : 3;
    decoder->out_color_space = job->out->channels == 1 ? JCS_GRAYSCALE : job->out->channels == 3 ? JCS_RGB : JCS_EXT_RGBA;
    decoder->dct_method = JDCT_ISLOW;
    return true;
}

static void read_lines(jpeg_job *job)
{
    size_t   line_bytes = (size_t)job->out->width * (size_t)job->out->channels;
    JSAMPROW line;

    while (job->decoder.output_scanline < job->decoder.output_height) {
        line = job->out->bytes + job->decoder.output_scanline * line_bytes;
        jpeg_read_scanlines(&job->decoder, &line, 1);
    }
}

/* Below setjmp: may be left at any call. */
static void run_job(jpeg_job *job, const uint8_t *bytes, size_t count, int channels)
{
    struct jpeg_decompress_struct *decoder = &job->decoder;

    jpeg_mem_src(decoder, bytes, count);
    jpeg_read_header(decoder, TRUE);
    if (mote_pixels_check_size(decoder->image_height, decoder->image_width, count, PIXELS_PER_BYTE, job->err) != MOTE_OK ||
        !choose_colours(job, channels))
        return;
    job->out->height = (int)decoder->image_height;
    job->out->width = (int)decoder->image_width;
    job->out->bytes = malloc((size_t)job->out->height * (size_t)job->out->width * (size_t)job->out->channels);
    if (!job->out->bytes) {
        mote_fail(job->err, MOTE_ERR_MEMORY, "out of memory");
        return;
    }
    jpeg_start_decompress(decoder);
    read_lines(job);
    jpeg_finish_decompress(decoder);
}

mote_status mote_jpeg_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    jpeg_job *job = calloc(1, sizeof *job);

    *out = (mote_pixels){0};
    if (!job)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    job->err = err;
    job->out = out;
    job->decoder.err = jpeg_std_error(&job->errors);
    job->decoder.client_data = job;
    job->errors.error_exit = fail_job;
    job->errors.emit_message = hear_message;
    job->errors.output_message = say_nothing;
    if (setjmp(job->failed) == 0) {
        jpeg_create_decompress(&job->decoder);
        job->decoder.client_data = job;
        job->progress.progress_monitor = watch_scans;
        job->decoder.progress = &job->progress;
        run_job(job, bytes, count, channels);
    }
    jpeg_destroy_decompress(&job->decoder);
    free(job);
    if (err->code != MOTE_OK) {
        free(out->bytes);
        out->bytes = NULL;
    }
    return err->code;
}

#else

mote_status mote_jpeg_decode(mote_pixels *out, const uint8_t *bytes, size_t count, int channels, mote_error *err)
{
    (void)bytes, (void)count;
    return mote_png_decode(out, NULL, 0, channels, err);
}

#endif
