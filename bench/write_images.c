/* Random images of bytes with random labels, as a folder of .npy files: what the speed of training on images is measured
 * with, since it does not depend on what they show.
 *
 *     write_images FOLDER COUNT SIZE CLASSES [WIDTH CHANNELS]
 *                                                   writes x_train.npy [COUNT, SIZE, SIZE, 3] and y_train.npy [COUNT]
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <mote/mote.h>

#include "base/file.h"
#include "base/random.h"

static mote_status write_random(const char *folder, const char *name, mote_array *array, int limit, mote_error *err)
{
    const mote_random_key random = mote_random_make(1, MOTE_RANDOM_TEST, (uint32_t)limit, 0);
    uint8_t              *bytes = array->bytes;
    char                  path[512];
    size_t                i;

    for (i = 0; i < array->count; i++)
        bytes[i] = (uint8_t)(mote_random_unit_f32(random, i) * (float)limit);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return mote_npy_save(array, path, err);
}

int main(int argc, char **argv)
{
    mote_array images = {0}, labels = {0};
    mote_error err = {0};

    if (argc != 5 && argc != 7) {
        fprintf(stderr, "usage: write_images FOLDER COUNT SIZE CLASSES [WIDTH CHANNELS]\n");
        return 2;
    }
    const int64_t count = atol(argv[2]), size = atol(argv[3]);
    const int64_t width = argc > 5 ? atol(argv[5]) : size, channels = argc > 5 ? atol(argv[6]) : 3;
    if (mote_make_dirs(argv[1], &err) == MOTE_OK &&
        mote_array_create(&images, MOTE_U8, 4, (int64_t[]){count, size, width, channels}, &err) == MOTE_OK &&
        mote_array_create(&labels, MOTE_U8, 1, &count, &err) == MOTE_OK &&
        write_random(argv[1], "x_train.npy", &images, 256, &err) == MOTE_OK)
        write_random(argv[1], "y_train.npy", &labels, atoi(argv[4]), &err);
    if (err.code != MOTE_OK)
        fprintf(stderr, "write_images: %s\n", err.text);
    mote_array_free(&images);
    mote_array_free(&labels);
    return err.code != MOTE_OK;
}
