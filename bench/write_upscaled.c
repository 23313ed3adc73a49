/* MNIST's digits as large as image networks want them: bilinear, a folder of .npy files. What networks of MobileNet's kind
 * are trained and measured on where no photographs can be had.
 *
 *     write_upscaled MNIST FOLDER SIZE TRAIN TEST    the first TRAIN and TEST images as x_train.npy [TRAIN, SIZE, SIZE, 1],
 *                                                    y_train.npy [TRAIN], x_test.npy and y_test.npy
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <mote/mote.h>

#include "base/file.h"

enum { SIDE = 28 };

static float pixel(const uint8_t *image, int y, int x)
{
    y = y < 0 ? 0 : y >= SIDE ? SIDE - 1 : y;
    x = x < 0 ? 0 : x >= SIDE ? SIDE - 1 : x;
    return (float)image[y * SIDE + x];
}

/* Pixels' middles lie on each other's middles. */
static void upscale(const uint8_t *image, int size, uint8_t *out)
{
    int y, x;

    for (y = 0; y < size; y++)
        for (x = 0; x < size; x++) {
            const float fy = ((float)y + 0.5f) * SIDE / (float)size - 0.5f,
                        fx = ((float)x + 0.5f) * SIDE / (float)size - 0.5f;
            const int   y0 = (int)(fy + 1) - 1, x0 = (int)(fx + 1) - 1;
            const float v = fy - (float)y0, u = fx - (float)x0;
            out[y * size + x] = (uint8_t)(0.5f + (1 - v) * ((1 - u) * pixel(image, y0, x0) + u * pixel(image, y0, x0 + 1)) +
                                          v * ((1 - u) * pixel(image, y0 + 1, x0) + u * pixel(image, y0 + 1, x0 + 1)));
        }
}

static mote_status write_split(const mote_dataset_split *split, const char *folder, const char *name, int size, int count,
                               mote_error *err)
{
    const int64_t shape[] = {count, size, size, 1}, labels_shape[] = {count};
    mote_array    images = {0}, labels = {0};
    char          path[512];
    int           i;

    if ((size_t)count > split->count)
        return mote_fail(err, MOTE_ERR_USAGE, "there are %zu %s images", split->count, name);
    if (mote_array_create(&images, MOTE_U8, 4, shape, err) == MOTE_OK &&
        mote_array_create(&labels, MOTE_U8, 1, labels_shape, err) == MOTE_OK) {
        for (i = 0; i < count; i++) {
            upscale(mote_dataset_sample(split, 0, (size_t)i), size,
                    (uint8_t *)images.bytes + (size_t)i * (size_t)(size * size));
            ((uint8_t *)labels.bytes)[i] = (uint8_t)split->labels[0][i];
        }
        snprintf(path, sizeof path, "%s/x_%s.npy", folder, name);
        mote_npy_save(&images, path, err);
        snprintf(path, sizeof path, "%s/y_%s.npy", folder, name);
        if (err->code == MOTE_OK)
            mote_npy_save(&labels, path, err);
    }
    mote_array_free(&images);
    mote_array_free(&labels);
    return err->code;
}

int main(int argc, char **argv)
{
    mote_dataset *set = NULL;
    mote_error    err = {0};

    if (argc != 6) {
        fprintf(stderr, "usage: write_upscaled MNIST FOLDER SIZE TRAIN TEST\n");
        return 2;
    }
    if (mote_make_dirs(argv[2], &err) == MOTE_OK && mote_dataset_load(&set, argv[1], NULL, &err) == MOTE_OK &&
        write_split(&set->split[MOTE_SPLIT_TRAIN], argv[2], "train", atoi(argv[3]), atoi(argv[4]), &err) == MOTE_OK)
        write_split(&set->split[MOTE_SPLIT_TEST], argv[2], "test", atoi(argv[3]), atoi(argv[5]), &err);
    mote_dataset_destroy(set);
    if (err.code != MOTE_OK)
        fprintf(stderr, "write_upscaled: %s\n", err.text);
    return err.code == MOTE_OK ? 0 : 1;
}
