/* A folder of class folders of JPEG files: what the reading of many pictures is measured with. Each shows soft stripes whose
 * slope and colour are those of its class, under noise, so that a file has about the size of a photograph's.
 *
 *     write_jpegs FOLDER COUNT SIZE CLASSES       writes FOLDER/class0/000000.jpg ...: COUNT files of SIZE x SIZE x 3
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <mote/mote.h>

#include "base/file.h"
#include "base/random.h"

enum { QUALITY = 85 };

static uint8_t pixel(mote_random_key random, int kind, int y, int x, int channel, int size)
{
    const float  phase = mote_random_unit_f32(random, 0) * 6.2831853f;
    const float  slope = 0.2f + 0.1f * (float)kind;
    const size_t place = 1 + (size_t)((y * size + x) * 3 + channel);
    const float  stripe = sinf(phase + slope * (float)x + (float)(channel + kind) * 0.05f * (float)y);

    return (uint8_t)(128 + 80 * stripe + 40 * (mote_random_unit_f32(random, place) - 0.5f));
}

static void compress(FILE *file, uint8_t *row, mote_random_key random, int kind, int size)
{
    struct jpeg_compress_struct encoder = {0};
    struct jpeg_error_mgr       errors;
    int                         y, x, c;

    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_stdio_dest(&encoder, file);
    encoder.image_width = encoder.image_height = (JDIMENSION)size;
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, QUALITY, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    for (y = 0; y < size; y++) {
        for (x = 0; x < size; x++)
            for (c = 0; c < 3; c++)
                row[x * 3 + c] = pixel(random, kind, y, x, c, size);
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
}

static mote_status write_one(const char *folder, int index, int kind, int size, uint8_t *row, mote_error *err)
{
    char  path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/class%d", folder, kind);
    MOTE_TRY(mote_make_dirs(path, err));
    snprintf(path, sizeof path, "%s/class%d/%06d.jpg", folder, kind, index);
    file = fopen(path, "wb");
    if (!file)
        return mote_fail(err, MOTE_ERR_IO, "%s cannot be written", path);
    compress(file, row, mote_random_make(1, MOTE_RANDOM_TEST, (uint32_t)index, 0), kind, size);
    return fclose(file) == 0 ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s cannot be written", path);
}

int main(int argc, char **argv)
{
    mote_error err = {0};
    uint8_t   *row;
    int        count, size, classes, i;

    if (argc != 5 || (size = atoi(argv[3])) < 1 || (classes = atoi(argv[4])) < 1) {
        fprintf(stderr, "usage: write_jpegs FOLDER COUNT SIZE CLASSES\n");
        return 2;
    }
    count = atoi(argv[2]);
    row = malloc((size_t)size * 3);
    for (i = 0; row && i < count && err.code == MOTE_OK; i++)
        write_one(argv[1], i, i % classes, size, row, &err);
    free(row);
    if (err.code != MOTE_OK)
        fprintf(stderr, "write_jpegs: %s\n", err.text);
    return err.code != MOTE_OK;
}
