/* data/: PNG and JPEG images against TensorFlow's encoders and resizing (tests/golden/gen_data.py), and folders of them.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "image"
#include "files.h"

#include <math.h>
#include <stdlib.h>

#include <mote/dataset.h>
#include <mote/image.h>

#include "data/image.h"

#define GOLDEN "tests/golden/data/"

/* gen_data.py's image(). */
static int expected_pixel(int64_t y, int64_t x, int64_t c)
{
    return (int)((40 * y + 9 * x + 70 * c) % 256);
}

static void check_png(const char *path, int wanted, int channels)
{
    mote_image_options options = {.channels = wanted};
    mote_array         image;
    const uint8_t     *pixel;
    int64_t            y, x, c;

    assert_works(mote_image_load(&image, path, &options, err));
    assert_int_equal(image.dtype, MOTE_U8);
    assert_int_equal(image.dim[0] * 100 + image.dim[1] * 10 + image.dim[2], 650 + channels);
    pixel = image.bytes;
    for (y = 0; y < 6; y++)
        for (x = 0; x < 5; x++)
            for (c = 0; c < channels; c++)
                assert_int_equal(*pixel++, expected_pixel(y, x, c));
    mote_array_free(&image);
}

static void png_pixels_are_exact(void **state)
{
    (void)state;
    check_png(GOLDEN "rgb.png", 0, 3);
    check_png(GOLDEN "rgb.png", 3, 3);
    check_png(GOLDEN "grey.png", 0, 1);
    check_png(GOLDEN "rgba.png", 0, 3); /* alpha dropped, as tf.io.decode_png(channels=3) does */
    check_png(GOLDEN "rgba.png", 4, 4);
}

static void colours_become_grey_and_grey_becomes_colours(void **state)
{
    mote_image_options one = {.channels = 1}, three = {.channels = 3}, four = {.channels = 4};
    mote_array         image;
    int                r = expected_pixel(2, 3, 0), g = expected_pixel(2, 3, 1), b = expected_pixel(2, 3, 2);
    const uint8_t     *pixel;
    (void)state;
    assert_works(mote_image_load(&image, GOLDEN "rgb.png", &one, err));
    assert_int_equal(((uint8_t *)image.bytes)[2 * 5 + 3], lrint(0.299 * r + 0.587 * g + 0.114 * b));
    mote_array_free(&image);
    assert_works(mote_image_load(&image, GOLDEN "grey.png", &three, err));
    pixel = (const uint8_t *)image.bytes + (2 * 5 + 3) * 3;
    assert_true(pixel[0] == r && pixel[1] == r && pixel[2] == r);
    mote_array_free(&image);
    assert_works(mote_image_load(&image, GOLDEN "rgb.png", &four, err));
    assert_int_equal(((uint8_t *)image.bytes)[3], 255);
    mote_array_free(&image);
}

/* JPEG loses: a smooth image at quality 95 stays within 4 of 255. */
static void jpeg_pixels_are_near(void **state)
{
    static const char *const files[] = {GOLDEN "rgb.jpg", GOLDEN "progressive.jpg", GOLDEN "grey.jpg"};
    mote_array               image;
    size_t                   i;
    int64_t                  y, x, c;
    (void)state;
    for (i = 0; i < 3; i++) {
        assert_works(mote_image_load(&image, files[i], NULL, err));
        assert_int_equal(image.dim[0] * 100 + image.dim[1], 1616);
        assert_int_equal(image.dim[2], i == 2 ? 1 : 3);
        for (y = 0; y < 16; y++)
            for (x = 0; x < 16; x++)
                for (c = 0; c < image.dim[2]; c++) {
                    int wanted = (int)(c == 0 ? 8 * y + 20 : c == 1 ? 8 * x + 20 : 4 * (x + y) + 30);
                    int got = ((const uint8_t *)image.bytes)[(y * 16 + x) * image.dim[2] + c];
                    assert_true(abs(got - wanted) <= 4);
                }
        mote_array_free(&image);
    }
}

static void resizing_equals_tensorflow_rounded(void **state)
{
    static const int sizes[][2] = {{3, 4}, {12, 10}, {7, 3}};
    char             path[100];
    size_t           i, j;
    (void)state;
    for (i = 0; i < 3; i++) {
        mote_image_options options = {.height = sizes[i][0], .width = sizes[i][1]};
        mote_array         image, golden;
        snprintf(path, sizeof path, GOLDEN "resized_%dx%d.npy", sizes[i][0], sizes[i][1]);
        assert_works(mote_image_load(&image, GOLDEN "rgb.png", &options, err));
        assert_works(mote_npy_load(&golden, path, 0, err));
        assert_int_equal(image.count, golden.count);
        for (j = 0; j < image.count; j++) /* half a step of rounding, and float32's own */
            assert_true(fabs(mote_array_at(&image, j) - mote_array_at(&golden, j)) <= 0.5001);
        mote_array_free(&image);
        mote_array_free(&golden);
    }
}

static void an_image_cut_at_every_byte_is_refused(void **state)
{
    static const char *const files[] = {GOLDEN "rgb.png", GOLDEN "grey.png", GOLDEN "rgb.jpg", GOLDEN "progressive.jpg"};
    mote_file                file;
    size_t                   i, count;
    (void)state;
    for (i = 0; i < 4; i++) {
        assert_works(mote_file_open(&file, files[i], err));
        /* the last 4 bytes of a PNG are the checksum of the empty end chunk, which libspng does not read */
        for (count = 0; count < file.count - (i < 2 ? 4 : 0); count++) {
            mote_array image = {0};
            mote_error failure = {0};
            uint8_t   *cut = malloc(count + 1);
            memcpy(cut, file.bytes, count);
            cut = realloc(cut, count ? count : 1);
            if (mote_image_decode(&image, cut, count, NULL, &failure) == MOTE_OK)
                fail_msg("%s cut at %zu was read", files[i], count);
            mote_array_free(&image);
            free(cut);
        }
        mote_file_close(&file);
    }
}

static void absurd_sizes_are_refused_before_memory_is_taken(void **state)
{
    mote_image_options two = {.channels = 2}, large = {.height = 16384, .width = 16384};
    mote_array         image = {0};
    mote_file          file;
    uint8_t           *copy;
    (void)state;
    assert_works(mote_file_open(&file, GOLDEN "rgb.jpg", err));
    copy = malloc(file.count);
    memcpy(copy, file.bytes, file.count);
    size_t i;
    for (i = 0; i + 9 < file.count && !(copy[i] == 0xff && copy[i + 1] == 0xc0); i++)
        ;
    memcpy(copy + i + 5, "\x3f\xff\x3f\xff", 4); /* height and width in the frame header */
    assert_fails(mote_image_decode(&image, copy, file.count, NULL, err), MOTE_ERR_LIMIT, "claims 16383x16383 pixels");
    memcpy(copy + i + 5, "\x0f\xff\x0f\xff", 4);
    assert_fails(mote_image_decode(&image, copy, file.count, NULL, err), MOTE_ERR_FORMAT, "cannot hold 4095x4095 pixels");
    assert_fails(mote_image_decode(&image, file.bytes, file.count, &two, err), MOTE_ERR_USAGE, "1, 3 or 4 channels");
    assert_fails(mote_image_decode(&image, file.bytes, file.count, &large, err), MOTE_ERR_USAGE, "16384 x 16384");
    assert_fails(mote_image_decode(&image, (const uint8_t *)"GIF89a", 6, NULL, err), MOTE_ERR_UNSUPPORTED, "neither");
    free(copy);
    mote_file_close(&file);
}

/* ---- folders ---- */

static void copy_file(const char *from, const char *to)
{
    mote_file file;

    assert_works(mote_file_open(&file, from, err));
    put_file(to, file.bytes, file.count);
    mote_file_close(&file);
}

static void a_folder_of_class_folders_is_a_data_set(void **state)
{
    mote_data_options small = {.image_height = 3, .image_width = 4, .image_channels = 1};
    mote_dataset     *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/set/zebra", err));
    assert_works(mote_make_dirs(SCRATCH "/set/ant", err));
    assert_works(mote_make_dirs(SCRATCH "/set/.hidden", err));
    copy_file(GOLDEN "rgb.png", SCRATCH "/set/zebra/2.png");
    copy_file(GOLDEN "rgba.png", SCRATCH "/set/zebra/1.PNG");
    copy_file(GOLDEN "rgb.png", SCRATCH "/set/ant/b.png");
    put_file(SCRATCH "/set/ant/notes.txt", "x", 1);
    assert_works(mote_dataset_load(&set, SCRATCH "/set", NULL, err));
    assert_int_equal(set->split[MOTE_TRAIN].count, 3);
    assert_int_equal(set->class_count, 2);
    assert_string_equal(set->class_names[0], "ant");
    assert_string_equal(set->class_names[1], "zebra");
    assert_memory_equal(set->split[MOTE_TRAIN].labels, ((int32_t[3]){0, 1, 1}), 12);
    assert_int_equal(set->dim[0] * 100 + set->dim[1] * 10 + set->dim[2], 653);
    assert_int_equal(((const uint8_t *)mote_data_sample(&set->split[MOTE_TRAIN], 2))[3 * 5 + 3], expected_pixel(1, 1, 0));
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH "/set", &small, err));
    assert_int_equal(set->sample_count, 12);
    mote_dataset_destroy(set);
    copy_file(GOLDEN "grey.png", SCRATCH "/set/zebra/3.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT,
                 "/set/zebra/3.png: is (6, 5, 1) (height, width, channels), but " SCRATCH
                 "/set/ant/b.png is (6, 5, 3); ask for one number of channels");
    copy_file(GOLDEN "rgb.jpg", SCRATCH "/set/zebra/3.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT, "ask for one image size");
    put_file(SCRATCH "/set/zebra/3.png", "hello", 5);
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_UNSUPPORTED, "/set/zebra/3.png: is neither");
    put_file(SCRATCH "/set/zebra/3.bmp", "BM", 2);
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_UNSUPPORTED, "3.bmp: only PNG and JPEG");
    assert_works(mote_make_dirs(SCRATCH "/set/empty", err));
    assert_works(mote_remove_tree(SCRATCH "/set/zebra", err));
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT, "/set/empty: holds no PNG or JPEG");
}

static void classes_are_in_the_order_of_their_names_not_of_the_disk(void **state)
{
    static const char letters[] = "qwertyuiopasdfgh";
    mote_dataset     *set;
    char              path[200];
    int               i;
    (void)state;
    for (i = 0; letters[i]; i++) {
        snprintf(path, sizeof path, SCRATCH "/many/%c", letters[i]);
        assert_works(mote_make_dirs(path, err));
        snprintf(path, sizeof path, SCRATCH "/many/%c/1.png", letters[i]);
        copy_file(GOLDEN "grey.png", path);
    }
    assert_works(mote_dataset_load(&set, SCRATCH "/many", NULL, err));
    assert_int_equal(set->class_count, 16);
    for (i = 1; i < 16; i++)
        assert_true(strcmp(set->class_names[i - 1], set->class_names[i]) < 0);
    mote_dataset_destroy(set);
}

static void folders_named_train_and_test_are_splits(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/two/train/a", err));
    assert_works(mote_make_dirs(SCRATCH "/two/train/b", err));
    assert_works(mote_make_dirs(SCRATCH "/two/test/b", err));
    copy_file(GOLDEN "rgb.png", SCRATCH "/two/train/a/1.png");
    copy_file(GOLDEN "rgb.png", SCRATCH "/two/train/b/1.png");
    copy_file(GOLDEN "rgb.png", SCRATCH "/two/test/b/1.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/two", NULL, err), MOTE_ERR_FORMAT, "/two/test: has other class folders");
    assert_works(mote_make_dirs(SCRATCH "/two/test/a", err));
    copy_file(GOLDEN "rgb.png", SCRATCH "/two/test/a/1.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/two", NULL, err));
    assert_int_equal(set->split[MOTE_TRAIN].count * 10 + set->split[MOTE_TEST].count, 22);
    assert_int_equal(set->split[MOTE_TEST].labels[1], 1);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_pixels_are_exact),
        cmocka_unit_test(colours_become_grey_and_grey_becomes_colours),
        cmocka_unit_test(jpeg_pixels_are_near),
        cmocka_unit_test(resizing_equals_tensorflow_rounded),
        cmocka_unit_test(an_image_cut_at_every_byte_is_refused),
        cmocka_unit_test(absurd_sizes_are_refused_before_memory_is_taken),
        cmocka_unit_test(a_folder_of_class_folders_is_a_data_set),
        cmocka_unit_test(classes_are_in_the_order_of_their_names_not_of_the_disk),
        cmocka_unit_test(folders_named_train_and_test_are_splits),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
