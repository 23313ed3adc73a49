/* data/: images against TensorFlow's encoders and resizing (tests/golden/gen_data.py), and folders of them.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "image"
#include "files.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

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

/* wide.png is image(7, 12, 3) of gen_data.py. */
static void check_crop(const char *picture, const char *golden_name, const mote_image_options *options)
{
    mote_array image, golden;
    size_t     i;

    assert_works(mote_image_load(&image, picture, options, err));
    assert_works(mote_npy_load(&golden, golden_name, 0, err));
    assert_int_equal(image.count, golden.count);
    for (i = 0; i < image.count; i++) /* half a step of rounding, and float32's own */
        if (!(fabs(mote_array_at(&image, i) - mote_array_at(&golden, i)) <= 0.5001))
            fail_msg("%s: element %zu is %g", golden_name, i, mote_array_at(&image, i));
    mote_array_free(&image);
    mote_array_free(&golden);
}

static void the_middle_equals_keras(void **state)
{
    static const char *const pictures[] = {"rgb", "wide"};
    static const int         sizes[][2] = {{4, 4}, {3, 5}, {9, 4}, {1, 12}, {11, 1}};
    char                     path[100], golden[100];
    size_t                   p, i;
    (void)state;
    for (p = 0; p < 2; p++)
        for (i = 0; i < 5; i++) {
            const mote_image_options options = {
                .height = sizes[i][0], .width = sizes[i][1], .crop = {.kind = MOTE_CROP_CENTER}};
            snprintf(path, sizeof path, GOLDEN "%s.png", pictures[p]);
            snprintf(golden, sizeof golden, GOLDEN "%s_middle_%dx%d.npy", pictures[p], sizes[i][0], sizes[i][1]);
            check_crop(path, golden, &options);
        }
}

static void a_box_equals_tensorflow(void **state)
{
    static const mote_crop boxes[] = {
        {MOTE_CROP_BOX, 1, 2, 5, 7}, {MOTE_CROP_BOX, 6, 11, 1, 1}, {MOTE_CROP_BOX, 0, 0, 7, 12}};
    char       golden[100];
    mote_array image;
    size_t     i;
    (void)state;
    for (i = 0; i < 3; i++) {
        const mote_image_options options = {.height = 4, .width = 3, .crop = boxes[i]};
        snprintf(golden, sizeof golden, GOLDEN "wide_box_%d_%d_%d_%d.npy", boxes[i].top, boxes[i].left, boxes[i].height,
                 boxes[i].width);
        check_crop(GOLDEN "wide.png", golden, &options);
    }
    assert_works(mote_image_load(&image, GOLDEN "wide.png", &(mote_image_options){.crop = boxes[0]}, err));
    assert_int_equal(image.dim[0] * 100 + image.dim[1], 507); /* in its own size */
    for (i = 0; i < image.count; i++)
        assert_int_equal(mote_array_at(&image, i), expected_pixel(1 + (int)i / 21, 2 + (int)i / 3 % 7, (int)i % 3));
    mote_array_free(&image);
}

static void crops_that_cannot_be_are_refused(void **state)
{
    static const mote_crop outside[] = {{MOTE_CROP_BOX, 0, 0, 8, 1},
                                        {MOTE_CROP_BOX, 0, 0, 1, 13},
                                        {MOTE_CROP_BOX, 7, 0, 1, 1},
                                        {MOTE_CROP_BOX, 65536, 65536, 65536, 65536}};
    static const mote_crop impossible[] = {{MOTE_CROP_BOX, -1, 0, 1, 1},        {MOTE_CROP_BOX, 0, -1, 1, 1},
                                           {MOTE_CROP_BOX, 0, 0, 0, 1},         {MOTE_CROP_BOX, 0, 0, 1, 0},
                                           {MOTE_CROP_BOX, INT32_MAX, 0, 1, 1}, {MOTE_CROP_BOX, 0, 0, 1, 65537}};
    mote_array             image;
    size_t                 i;
    (void)state;
    for (i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_fails(mote_image_load(&image, GOLDEN "wide.png", &(mote_image_options){.crop = outside[i]}, err),
                     MOTE_ERR_USAGE, "wide.png: is 7 x 12 pixels (height x width); the crop of");
    for (i = 0; i < sizeof impossible / sizeof *impossible; i++)
        assert_fails(mote_image_load(&image, GOLDEN "wide.png", &(mote_image_options){.crop = impossible[i]}, err),
                     MOTE_ERR_USAGE, "is not supported");
    assert_fails(mote_image_load(&image, GOLDEN "wide.png",
                                 &(mote_image_options){.height = 3, .crop = {.kind = MOTE_CROP_CENTER}}, err),
                 MOTE_ERR_USAGE, "needs the size that the picture becomes");
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
    assert_fails(mote_image_decode(&image, (const uint8_t *)"GIF89a", 6, NULL, err), MOTE_ERR_FORMAT, "damaged GIF");
    assert_fails(mote_image_decode(&image, (const uint8_t *)"II*", 4, NULL, err), MOTE_ERR_UNSUPPORTED, "is no PNG, JPEG");
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
    mote_dataset_options small = {.image_height = 3, .image_width = 4, .image_channels = 1};
    mote_dataset        *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/set/zebra", err));
    assert_works(mote_make_dirs(SCRATCH "/set/ant", err));
    assert_works(mote_make_dirs(SCRATCH "/set/.hidden", err));
    copy_file(GOLDEN "rgb.png", SCRATCH "/set/zebra/2.png");
    copy_file(GOLDEN "rgba.png", SCRATCH "/set/zebra/1.PNG");
    copy_file(GOLDEN "rgb.png", SCRATCH "/set/ant/b.png");
    put_file(SCRATCH "/set/ant/notes.txt", "x", 1);
    assert_works(mote_dataset_load(&set, SCRATCH "/set", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 3);
    assert_int_equal(set->target[0].class_count, 2);
    assert_string_equal(set->target[0].class_names[0], "ant");
    assert_string_equal(set->target[0].class_names[1], "zebra");
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[3]){0, 1, 1}), 12);
    assert_int_equal(set->feature[0].dim[0] * 100 + set->feature[0].dim[1] * 10 + set->feature[0].dim[2], 653);
    assert_int_equal(((const uint8_t *)mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 2))[3 * 5 + 3],
                     expected_pixel(1, 1, 0));
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH "/set", &small, err));
    assert_int_equal(set->feature[0].width, 12);
    mote_dataset_destroy(set);
    copy_file(GOLDEN "grey.png", SCRATCH "/set/zebra/3.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT,
                 "/set/zebra/3.png: is (6, 5, 1) (height, width, channels), but " SCRATCH
                 "/set/ant/b.png is (6, 5, 3); ask for one number of channels");
    copy_file(GOLDEN "rgb.jpg", SCRATCH "/set/zebra/3.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT, "ask for one image size");
    put_file(SCRATCH "/set/zebra/3.png", "hello", 5);
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_UNSUPPORTED,
                 "/set/zebra/3.png: is no PNG, JPEG");
    put_file(SCRATCH "/set/zebra/3.tif", "II", 2);
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_UNSUPPORTED, "3.tif: only PNG, JPEG, BMP");
    assert_works(mote_make_dirs(SCRATCH "/set/empty", err));
    assert_works(mote_remove_tree(SCRATCH "/set/zebra", err));
    assert_fails(mote_dataset_load(&set, SCRATCH "/set", NULL, err), MOTE_ERR_FORMAT,
                 "/set/empty: holds no images (PNG, JPEG");
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
    assert_int_equal(set->target[0].class_count, 16);
    for (i = 1; i < 16; i++)
        assert_true(strcmp(set->target[0].class_names[i - 1], set->target[0].class_names[i]) < 0);
    mote_dataset_destroy(set);
}

static void a_set_says_what_was_taken_of_its_pictures(void **state)
{
    const mote_crop      middle = {.kind = MOTE_CROP_CENTER}, box = {MOTE_CROP_BOX, 1, 2, 5, 3};
    mote_dataset_options options = {.image_height = 4, .image_width = 4, .crop = middle, .known_crop = box};
    mote_dataset        *set;
    mote_array           golden;
    size_t               i;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/cropped/a", err));
    assert_works(mote_make_dirs(SCRATCH "/cropped/b", err));
    copy_file(GOLDEN "wide.png", SCRATCH "/cropped/a/1.png");
    copy_file(GOLDEN "rgb.png", SCRATCH "/cropped/b/1.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/cropped", &options, err));
    assert_memory_equal(&set->feature[0].crop, &middle, sizeof middle); /* what is asked for goes before what is known */
    assert_works(mote_npy_load(&golden, GOLDEN "wide_middle_4x4.npy", 0, err));
    for (i = 0; i < golden.count; i++)
        assert_true(fabs(((const uint8_t *)mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 0))[i] -
                         mote_array_at(&golden, i)) <= 0.5001);
    mote_array_free(&golden);
    mote_dataset_destroy(set);
    options = (mote_dataset_options){.known_crop = box};
    assert_works(mote_dataset_load(&set, SCRATCH "/cropped", &options, err));
    assert_memory_equal(&set->feature[0].crop, &box, sizeof box);
    assert_int_equal(set->feature[0].dim[0] * 10 + set->feature[0].dim[1], 53);
    mote_dataset_destroy(set);
    options.known_crop.height = 6; /* 7 rows and 6 */
    assert_fails(mote_dataset_load(&set, SCRATCH "/cropped", &options, err), MOTE_ERR_USAGE,
                 "/cropped/b/1.png: is 6 x 5 pixels (height x width); the crop of 6 x 3 at row 1, column 2 leads outside");
    options = (mote_dataset_options){.crop = middle};
    assert_fails(mote_dataset_load(&set, SCRATCH "/cropped", &options, err), MOTE_ERR_USAGE, "needs the size");
    assert_fails(mote_dataset_load(&set, GOLDEN "stored.npz", &options, err), MOTE_ERR_USAGE, "these samples are none");
    options = (mote_dataset_options){.known_crop = middle}; /* arrays are as the model takes them */
    assert_works(mote_dataset_load(&set, GOLDEN "stored.npz", &options, err));
    assert_int_equal(set->feature[0].crop.kind, MOTE_CROP_NONE);
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
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count * 10 + set->split[MOTE_SPLIT_TEST].count, 22);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].labels[0][1], 1);
    mote_dataset_destroy(set);
}

/* A folder with one picture. */
static void put_picture(const char *folder, const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_works(mote_make_dirs(folder, err));
    copy_file(GOLDEN "rgb.png", path);
}

static void splits_are_known_by_many_words_in_any_capitals(void **state)
{
    static const struct {
        const char *train, *other;
        int         split;
    } cases[] = {
        {"training", "validation", 1}, {"Train", "Test", 2}, {"TRAINING", "VALID", 1},        {"train", "val", 1},
        {"train", "dev", 1},           {"train", "eval", 1}, {"training_set", "test_set", 2}, {"train", "testing", 2}};
    mote_dataset *set;
    char          path[128];
    size_t        i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const folders[2] = {cases[i].train, cases[i].other};
        int               k;
        for (k = 0; k < 4; k++) {
            snprintf(path, sizeof path, SCRATCH "/words%zu/%s/%c", i, folders[k / 2], 'a' + k % 2);
            put_picture(path, "1.png");
        }
        snprintf(path, sizeof path, SCRATCH "/words%zu", i);
        assert_works(mote_dataset_load(&set, path, NULL, err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 2);
        assert_int_equal(set->split[cases[i].split].count, 2);
        assert_int_equal(set->target[0].class_count, 2);
        mote_dataset_destroy(set);
    }
    put_picture(SCRATCH "/words0/extra/a", "1.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/words0", NULL, err));
    assert_true(has_note(set, "the folder extra is not used: splits are named train, training"));
    mote_dataset_destroy(set);
    put_picture(SCRATCH "/words0/train/a", "1.png");
    put_picture(SCRATCH "/words0/train/b", "1.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/words0", NULL, err), MOTE_ERR_FORMAT, "has both a train");
}

static void a_class_may_be_called_test_and_unknown_splits_are_asked_about(void **state)
{
    mote_dataset *set;
    (void)state;
    put_picture(SCRATCH "/vehicles/test", "1.png");
    put_picture(SCRATCH "/vehicles/train", "1.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/vehicles", NULL, err));
    assert_string_equal(set->target[0].class_names[1], "train");
    mote_dataset_destroy(set);
    put_picture(SCRATCH "/unknown/trn/cat", "1.png");
    put_picture(SCRATCH "/unknown/tst/cat", "1.png");
    put_picture(SCRATCH "/unknown/trn/dog", "1.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/unknown", NULL, err), MOTE_ERR_FORMAT,
                 "both trn and tst hold a folder cat: are they splits? Those are named train, training");
    put_picture(SCRATCH "/outer/inner/cat", "1.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/outer", NULL, err), MOTE_ERR_FORMAT, "holds the folder inner only");
}

static void pictures_inside_a_class_and_under_any_name_belong_to_it(void **state)
{
    mote_dataset *set;
    (void)state;
    put_picture(SCRATCH "/deep/cat/black", "1.png");
    put_picture(SCRATCH "/deep/cat/white/old", "PHOTO"); /* by its content */
    put_picture(SCRATCH "/deep/cat", "2.webp");
    put_picture(SCRATCH "/deep/cat/.hidden", "3.png");
    put_picture(SCRATCH "/deep/dog", "1.PNG");
    put_picture(SCRATCH "/deep/__MACOSX/dog", "1.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/deep", NULL, err));
    assert_int_equal(set->target[0].class_count, 2);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[4]){0, 0, 0, 1}), 16);
    assert_int_equal(set->note_count, 0);
    mote_dataset_destroy(set);
    put_picture(SCRATCH "/deep", "loose.png");
    assert_works(mote_dataset_load(&set, SCRATCH "/deep", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 4);
    assert_true(has_note(set, "1 picture beside the class folders is not used"));
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH "/deep/cat/white/old", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 1);
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_NONE);
    mote_dataset_destroy(set);
}

/* Ten links of a folder to itself make 10^9 paths of nine links each: each folder is entered once. */
static void links_that_go_round_end_and_links_to_nothing_are_named(void **state)
{
    mote_dataset_options skip = {.skip_damaged = true};
    mote_dataset        *set;
    char                 path[128];
    int                  i;
    (void)state;
    put_picture(SCRATCH "/round/cat", "1.png");
    put_picture(SCRATCH "/round/dog", "1.png");
    for (i = 0; i < 10; i++) {
        snprintf(path, sizeof path, SCRATCH "/round/cat/loop%d", i);
        assert_int_equal(symlink(".", path), 0);
        snprintf(path, sizeof path, SCRATCH "/round/%s/up%d", i % 2 ? "dog" : "cat", i);
        assert_int_equal(symlink("..", path), 0);
    }
    assert_int_equal(symlink("nowhere", SCRATCH "/round/dog/notes"), 0);
    assert_int_equal(symlink("../../round/dog/1.png", SCRATCH "/round/cat/linked.png"), 0);
    assert_works(mote_dataset_load(&set, SCRATCH "/round", NULL, err));
    assert_true(has_note(set, "/dog/notes is a link to nothing"));
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[3]){0, 0, 1}), 12);
    mote_dataset_destroy(set);
    assert_int_equal(symlink("nowhere", SCRATCH "/round/dog/2.png"), 0);
    assert_fails(mote_dataset_load(&set, SCRATCH "/round", NULL, err), MOTE_ERR_IO, "/dog/2.png: No such file");
    assert_works(mote_dataset_load(&set, SCRATCH "/round", &skip, err));
    assert_true(has_note(set, "1 damaged picture is left out: dog/2.png"));
    mote_dataset_destroy(set);
}

static void names_of_classes_are_utf_8(void **state)
{
    mote_dataset *set;
    (void)state;
    put_picture(SCRATCH "/latin/caf\xe9", "1.png");
    put_picture(SCRATCH "/latin/tea", "1.png");
    assert_fails(mote_dataset_load(&set, SCRATCH "/latin", NULL, err), MOTE_ERR_FORMAT,
                 "\"caf\\xe9\" is no UTF-8; rename it");
}

static void damaged_pictures_are_named_all_at_once_or_left_out(void **state)
{
    mote_dataset_options skip = {.skip_damaged = true};
    mote_dataset        *set;
    char                 path[128];
    int                  i;
    (void)state;
    put_picture(SCRATCH "/hurt/a", "1.png");
    put_picture(SCRATCH "/hurt/b", "1.png");
    put_file(SCRATCH "/hurt/a/0.jpg", "\xff\xd8\xff", 3);
    put_file(SCRATCH "/hurt/b/2.png", "no picture", 10);
    assert_fails(
        mote_dataset_load(&set, SCRATCH "/hurt", NULL, err), MOTE_ERR_FORMAT,
        "/hurt: 2 damaged pictures: a/0.jpg, b/2.png; --skip-damaged, in a spec skip_damaged: true, leaves them out");
    assert_works(mote_dataset_load(&set, SCRATCH "/hurt", &skip, err));
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[2]){0, 1}), 8);
    assert_int_equal(((const uint8_t *)mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 1))[3 * 5 + 3],
                     expected_pixel(1, 1, 0));
    assert_true(has_note(set, "/hurt: 2 damaged pictures are left out: a/0.jpg, b/2.png"));
    mote_dataset_destroy(set);
    for (i = 100; i < 130; i++) {
        snprintf(path, sizeof path, SCRATCH "/hurt/a/%d.png", i);
        put_file(path, "", 0);
    }
    assert_fails(mote_dataset_load(&set, SCRATCH "/hurt", NULL, err), MOTE_ERR_FORMAT,
                 "a/118.png and 12 more; --skip-damaged");
    put_file(SCRATCH "/hurt/b/3.tif", "II", 2);
    put_file(SCRATCH "/hurt/b/4.heic", "....", 4);
    assert_fails(mote_dataset_load(&set, SCRATCH "/hurt", NULL, err), MOTE_ERR_UNSUPPORTED,
                 "/hurt/b/3.tif: only PNG, JPEG, BMP, GIF or WebP is read; convert it and the others (2 such pictures");
    assert_works(mote_dataset_load(&set, SCRATCH "/hurt", &skip, err));
    assert_true(has_note(set, "2 pictures are not PNG, JPEG, BMP, GIF or WebP and left out, b/3.tif first"));
    mote_dataset_destroy(set);
    assert_works(mote_remove_tree(SCRATCH "/hurt/b", err));
    assert_works(mote_remove_tree(SCRATCH "/hurt/a/1.png", err));
    assert_fails(mote_dataset_load(&set, SCRATCH "/hurt", &skip, err), MOTE_ERR_FORMAT, "none of its pictures can be read");
}

static void class_folders_are_drawn_from_for_validation(void **state)
{
    mote_dataset_options options = {.seed = 3, .test_split = 0.25};
    mote_dataset        *set;
    char                 folder[64], name[16];
    int                  i;
    (void)state;
    for (i = 0; i < 24; i++) {
        snprintf(folder, sizeof folder, SCRATCH "/draw/%c", 'a' + i % 3);
        snprintf(name, sizeof name, "%d.png", i);
        put_picture(folder, name);
    }
    assert_works(mote_dataset_load(&set, SCRATCH "/draw", &options, err));
    assert_works(mote_dataset_take_validation(set, 0.5, err));
    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_dataset_split *split = &set->split[i];
        int                       counts[3] = {0};
        size_t                    k;
        for (k = 0; k < split->count; k++)
            counts[split->labels[0][k]]++;
        assert_int_equal(split->count, i == MOTE_SPLIT_TEST ? 6 : 9);
        assert_true(counts[0] == counts[1] && counts[1] == counts[2]);
    }
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_pixels_are_exact),
        cmocka_unit_test(colours_become_grey_and_grey_becomes_colours),
        cmocka_unit_test(jpeg_pixels_are_near),
        cmocka_unit_test(resizing_equals_tensorflow_rounded),
        cmocka_unit_test(the_middle_equals_keras),
        cmocka_unit_test(a_box_equals_tensorflow),
        cmocka_unit_test(crops_that_cannot_be_are_refused),
        cmocka_unit_test(a_set_says_what_was_taken_of_its_pictures),
        cmocka_unit_test(an_image_cut_at_every_byte_is_refused),
        cmocka_unit_test(absurd_sizes_are_refused_before_memory_is_taken),
        cmocka_unit_test(a_folder_of_class_folders_is_a_data_set),
        cmocka_unit_test(classes_are_in_the_order_of_their_names_not_of_the_disk),
        cmocka_unit_test(folders_named_train_and_test_are_splits),
        cmocka_unit_test(splits_are_known_by_many_words_in_any_capitals),
        cmocka_unit_test(a_class_may_be_called_test_and_unknown_splits_are_asked_about),
        cmocka_unit_test(pictures_inside_a_class_and_under_any_name_belong_to_it),
        cmocka_unit_test(links_that_go_round_end_and_links_to_nothing_are_named),
        cmocka_unit_test(names_of_classes_are_utf_8),
        cmocka_unit_test(damaged_pictures_are_named_all_at_once_or_left_out),
        cmocka_unit_test(class_folders_are_drawn_from_for_validation),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
