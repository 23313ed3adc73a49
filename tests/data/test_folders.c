/* data/: what Keras, TensorFlow, Pillow and pandas make of folders, pictures, sounds and tables
 * (tests/golden/gen_pictures.py, gen_folders.py). SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "folders"
#include "files.h"

#include <math.h>
#include <stdlib.h>

#include <mote/dataset.h>
#include <mote/image.h>

#include "data/exif.h"
#include "data/image.h"
#include "data/numpy_shuffle.h"
#include "data/wav.h"

#define GOLDEN   "tests/golden/folders/"
#define PICTURES "tests/golden/data/"

static void copy_file(const char *from, const char *to)
{
    mote_file file;

    assert_works(mote_file_open(&file, from, err));
    put_file(to, file.bytes, file.count);
    mote_file_close(&file);
}

/* ---- pictures ---- */

static void check_picture(const char *name, const mote_image_options *options, double within)
{
    char       path[120];
    mote_array image, golden;
    size_t     i;

    snprintf(path, sizeof path, GOLDEN "%s", name);
    assert_works(mote_image_load(&image, path, options, err));
    snprintf(path, sizeof path, GOLDEN "%s.npy", name);
    assert_works(mote_npy_load(&golden, path, 0, err));
    assert_int_equal(image.dim[0], golden.dim[0]);
    assert_int_equal(image.dim[1], golden.dim[1]);
    assert_int_equal(image.count, golden.count);
    for (i = 0; i < image.count; i++)
        if (!(fabs(mote_array_at(&image, i) - mote_array_at(&golden, i)) <= within))
            fail_msg("%s: element %zu is %g, not %g", name, i, mote_array_at(&image, i), mote_array_at(&golden, i));
    mote_array_free(&image);
    mote_array_free(&golden);
}

static void bmp_gif_and_webp_pixels_are_exact(void **state)
{
    static const char *const names[] = {"rgb.bmp",       "grey.bmp",   "palette8.bmp", "palette4.bmp",   "upside.bmp",
                                        "bits.bmp",      "rle8.bmp",   "two.gif",      "interlaced.gif", "small.gif",
                                        "lossless.webp", "lossy.webp", "two.webp"};
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++)
        check_picture(names[i], NULL, 0);
    check_picture("transparent.gif", NULL, 0);
    check_picture("555.bmp", NULL, 1); /* Pillow rounds 5 bits down; these are to nearest, as a camera's are */
    check_picture("565.bmp", NULL, 1);
    check_picture("rgba.bmp", &(mote_image_options){.channels = 4}, 0);
}

static void every_kind_becomes_grey_and_takes_alpha(void **state)
{
    static const char *const names[] = {"rgb.bmp", "palette8.bmp", "two.gif", "lossless.webp"};
    char                     path[120];
    mote_array               three, one, four;
    size_t                   i, p;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, GOLDEN "%s", names[i]);
        assert_works(mote_image_load(&three, path, &(mote_image_options){.channels = 3}, err));
        assert_works(mote_image_load(&one, path, &(mote_image_options){.channels = 1}, err));
        assert_works(mote_image_load(&four, path, &(mote_image_options){.channels = 4}, err));
        for (p = 0; p < one.count; p++) {
            const uint8_t *rgb = (const uint8_t *)three.bytes + 3 * p, *rgba = (const uint8_t *)four.bytes + 4 * p;
            assert_int_equal(((uint8_t *)one.bytes)[p], lrint(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
            assert_memory_equal(rgb, rgba, 3);
            assert_int_equal(rgba[3], 255);
        }
        mote_array_free(&three);
        mote_array_free(&one);
        mote_array_free(&four);
    }
}

/* Pillow decodes with the same library, turned or not; both lose nothing more. */
static void exif_turns_a_jpeg_as_pillow_does(void **state)
{
    const mote_image_options upright = {.exif_orientation = true};
    char                     name[32], path[64];
    mote_array               first, image;
    int                      i;
    (void)state;
    assert_works(mote_image_load(&first, GOLDEN "turned1.jpg", NULL, err));
    for (i = 1; i <= 8; i++) {
        snprintf(name, sizeof name, "turned%d.jpg", i);
        snprintf(path, sizeof path, GOLDEN "%s", name);
        check_picture(name, &upright, 1);
        assert_int_equal(mote_image_orientation(path), i);
        assert_works(mote_image_load(&image, path, NULL, err)); /* as stored, as TensorFlow has it */
        assert_memory_equal(image.bytes, first.bytes, first.count);
        mote_array_free(&image);
    }
    mote_array_free(&first);
}

static void exif_that_makes_no_sense_turns_nothing(void **state)
{
    mote_file file;
    uint8_t   bytes[400];
    size_t    i, k;
    (void)state;
    assert_works(mote_file_open(&file, GOLDEN "turned6.jpg", err));
    assert_int_equal(mote_exif_orientation(file.bytes, file.count), 6);
    for (i = 0; i < sizeof bytes; i++) { /* cut, and hurt at every byte: an answer in any case */
        memcpy(bytes, file.bytes, sizeof bytes);
        bytes[i] ^= 0xff;
        k = (size_t)mote_exif_orientation(bytes, sizeof bytes);
        assert_true(k >= 1 && k <= 8);
        k = (size_t)mote_exif_orientation(file.bytes, i);
        assert_true(k == 1 || k == 6);
    }
    mote_file_close(&file);
}

static void letterboxes_equal_keras(void **state)
{
    static const char *const pictures[] = {"rgb", "wide"};
    static const int         sizes[][2] = {{4, 4}, {3, 5}, {9, 4}, {1, 12}, {11, 1}, {13, 29}};
    char                     path[100];
    mote_array               image, golden;
    size_t                   p, i, k;
    (void)state;
    for (p = 0; p < 2; p++)
        for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const mote_image_options options = {
                .height = sizes[i][0], .width = sizes[i][1], .crop = {.kind = MOTE_CROP_PAD}};
            snprintf(path, sizeof path, PICTURES "%s.png", pictures[p]);
            assert_works(mote_image_load(&image, path, &options, err));
            snprintf(path, sizeof path, GOLDEN "%s_pad_%dx%d.npy", pictures[p], sizes[i][0], sizes[i][1]);
            assert_works(mote_npy_load(&golden, path, 0, err));
            assert_int_equal(image.count, golden.count);
            for (k = 0; k < image.count; k++) /* half a step of rounding, and float32's own */
                if (!(fabs(mote_array_at(&image, k) - mote_array_at(&golden, k)) <= 0.5001))
                    fail_msg("%s: element %zu is %g, not %g", path, k, mote_array_at(&image, k), mote_array_at(&golden, k));
            mote_array_free(&image);
            mote_array_free(&golden);
        }
}

static void a_picture_cut_at_any_byte_is_refused_or_whole(void **state)
{
    static const char *const names[] = {"rgb.bmp", "rle8.bmp",      "palette4.bmp", "565.bmp",
                                        "two.gif", "lossless.webp", "lossy.webp",   "two.webp"};
    char                     path[100];
    mote_array               image;
    mote_file                file;
    size_t                   n, count;
    (void)state;
    for (n = 0; n < sizeof names / sizeof *names; n++) {
        snprintf(path, sizeof path, GOLDEN "%s", names[n]);
        assert_works(mote_file_open(&file, path, err));
        for (count = 0; count < file.count; count++) {
            mote_error err = {0};
            if (mote_image_decode(&image, file.bytes, count, NULL, &err) == MOTE_OK) {
                assert_true(strcmp(names[n], "two.gif") == 0 || strcmp(names[n], "two.webp") == 0 || count + 4 > file.count);
                mote_array_free(&image);
            }
        }
        mote_file_close(&file);
    }
}

static void pictures_that_lie_on_a_side_are_told(void **state)
{
    mote_dataset_options upright = {.exif_orientation = true};
    mote_dataset        *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/phone/a", err));
    copy_file(GOLDEN "turned1.jpg", SCRATCH "/phone/a/1.jpg");
    copy_file(GOLDEN "turned3.jpg", SCRATCH "/phone/a/2.jpg");
    assert_works(mote_dataset_load(&set, SCRATCH "/phone", NULL, err));
    assert_int_equal(set->note_count, 1);
    assert_non_null(strstr(set->notes[0], "1 picture lies on a side, or mirrored, by EXIF's orientation"));
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, SCRATCH "/phone", &upright, err));
    assert_int_equal(set->note_count, 0);
    assert_true(set->feature[0].exif_orientation);
    assert_memory_not_equal(mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 0),
                            mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 1), set->feature[0].width);
    mote_dataset_destroy(set);
}

/* ---- which files ---- */

static void the_shuffle_is_numpys(void **state)
{
    mote_npz  *npz;
    mote_array golden;
    uint32_t   items[1000], i;
    int32_t    k;
    (void)state;
    assert_works(mote_npz_open(&npz, GOLDEN "shuffles.npz", err));
    assert_true(mote_npz_count(npz) == 6);
    for (k = 0; k < mote_npz_count(npz); k++) {
        assert_works(mote_npz_load(&golden, npz, mote_npz_name(npz, k), 0, err));
        for (i = 0; i < golden.count; i++)
            items[i] = i;
        mote_numpy_shuffle((uint32_t)strtoul(mote_npz_name(npz, k), NULL, 10), items, (uint32_t)golden.count);
        for (i = 0; i < golden.count; i++)
            assert_int_equal(items[i], (int)mote_array_at(&golden, i));
        mote_array_free(&golden);
    }
    mote_npz_close(npz);
}

/* One case of splits.txt: its files, in Keras' order, those for validation behind those for training. */
typedef struct split_case {
    unsigned long long seed;
    double             fraction;
    const char        *classes[4];
    int                class_count;
    char               words[64];
    char               name[40][64];
    int                label[40];
    size_t             count, validation;
} split_case;

static bool next_case(split_case *c, const char **at)
{
    char line[128];
    int  used = 0;

    *c = (split_case){0};
    if (sscanf(*at, "# %llu %lf%63[^\n]", &c->seed, &c->fraction, c->words) < 2)
        return false;
    for (char *word = strtok(c->words + 1, ","); word; word = strtok(NULL, ","))
        c->classes[c->class_count++] = word;
    *at = strchr(*at, '\n') + 1;
    while ((**at == ' ' || **at == '+') && sscanf(*at, "%127[^\n]%n", line, &used) == 1) {
        c->validation += line[0] == '+';
        c->label[c->count] = line[1] - '0';
        snprintf(c->name[c->count++], sizeof c->name[0], "%.60s", line + 3);
        *at += used + 1;
    }
    return true;
}

static void make_files(const split_case *c)
{
    char path[200];

    for (size_t i = 0; i < c->count; i++) {
        snprintf(path, sizeof path, SCRATCH "/keras/%s", c->name[i]);
        *strrchr(path, '/') = '\0';
        assert_works(mote_make_dirs(path, err));
        snprintf(path, sizeof path, SCRATCH "/keras/%s", c->name[i]);
        copy_file(PICTURES "rgb.png", path);
    }
}

static void check_split(const split_case *c)
{
    const mote_dataset_options options = {
        .validation_split = c->fraction, .seed = c->seed, .class_names = c->classes, .class_name_count = c->class_count};
    mote_dataset *set;
    size_t        i, kept = c->count - c->validation;

    assert_works(mote_dataset_load(&set, SCRATCH "/keras", &options, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, kept);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, c->validation);
    for (i = 0; i < c->count; i++) {
        const mote_dataset_split *split = &set->split[i < kept ? MOTE_SPLIT_TRAIN : MOTE_SPLIT_VALIDATION];
        const size_t              k = i < kept ? i : i - kept;
        assert_string_equal(split->names[k] + strlen(SCRATCH "/keras/"), c->name[i]);
        assert_int_equal(split->labels[0][k], c->label[i]);
    }
    mote_dataset_destroy(set);
}

static void the_same_seed_picks_the_files_that_keras_picks(void **state)
{
    mote_file   file;
    mote_text   text = {0};
    const char *at;
    split_case *c = malloc(sizeof *c);
    int         cases = 0;
    (void)state;
    assert_works(mote_file_open(&file, GOLDEN "splits.txt", err));
    mote_text_printf(&text, "%.*s", (int)file.count, (const char *)file.bytes);
    for (at = text.bytes; next_case(c, &at); cases++) {
        if (cases == 0)
            make_files(c);
        check_split(c);
    }
    assert_int_equal(cases, 5);
    mote_text_free(&text);
    mote_file_close(&file);
    free(c);
}

static void class_names_choose_and_order(void **state)
{
    static const char *const names[] = {"b", "nobody"}, *const twice[] = {"b", "b"};
    mote_dataset_options options = {.class_names = names, .class_name_count = 2};
    mote_dataset        *set;
    (void)state;
    assert_fails(mote_dataset_load(&set, SCRATCH "/keras", &options, err), MOTE_ERR_USAGE, "has no class folder \"nobody\"");
    options.class_names = twice;
    assert_fails(mote_dataset_load(&set, SCRATCH "/keras", &options, err), MOTE_ERR_USAGE, "has \"b\" twice");
    options = (mote_dataset_options){.validation_split = 0.01, .seed = 1};
    assert_fails(mote_dataset_load(&set, SCRATCH "/keras", &options, err), MOTE_ERR_USAGE, "leaves none of 17 samples");
    options = (mote_dataset_options){.validation_split = 0.2, .seed = 1ull << 32};
    assert_fails(mote_dataset_load(&set, SCRATCH "/keras", &options, err), MOTE_ERR_USAGE, "at most 4294967295");
}

/* ---- strata ---- */

static void put_labels(const char *path)
{
    mote_text text = {0};
    int       i;

    mote_text_puts(&text, "a,b,kind\n");
    for (i = 0; i < 100; i++) /* one in ten is rare, and they stand together */
        mote_text_printf(&text, "%d.5,%d.25,%s\n", i, i, i < 10 ? "rare" : "common");
    put_file(path, text.bytes, text.count);
    mote_text_free(&text);
}

static size_t count_of(const mote_dataset *set, mote_split_id split, int32_t label)
{
    size_t found = 0, i;

    for (i = 0; i < set->split[split].count; i++)
        found += set->split[split].labels[0][i] == label;
    return found;
}

static void strata_keep_the_part_of_each_class(void **state)
{
    mote_dataset_options options = {.test_split = 0.2, .validation_split = 0.25, .stratify = true, .seed = 3};
    mote_dataset        *set;
    (void)state;
    put_labels(SCRATCH "/rare.csv");
    assert_works(mote_dataset_load(&set, SCRATCH "/rare.csv", &options, err));
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 20);
    assert_int_equal(count_of(set, MOTE_SPLIT_TEST, 1), 2);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 20);
    assert_int_equal(count_of(set, MOTE_SPLIT_VALIDATION, 1), 2);
    assert_int_equal(count_of(set, MOTE_SPLIT_TRAIN, 1), 6);
    mote_dataset_destroy(set);
    options = (mote_dataset_options){.stratify = true};
    assert_works(mote_dataset_load(&set, SCRATCH "/rare.csv", &options, err));
    assert_works(mote_dataset_take_validation(set, 0.3, err)); /* train: {validation_split: 0.3} */
    assert_int_equal(count_of(set, MOTE_SPLIT_VALIDATION, 1), 3);
    mote_dataset_destroy(set);
    options.targets = MOTE_TARGETS_VALUES;
    put_file(SCRATCH "/values.csv", "1.5,2.5\n2.5,3.5\n3.5,4.5\n", 24);
    assert_fails(mote_dataset_load(&set, SCRATCH "/values.csv", &options, err), MOTE_ERR_USAGE,
                 "stratify takes the same part of every class");
}

/* ---- sounds ---- */

static void wav_samples_are_as_in_the_file(void **state)
{
    static const struct {
        const char *name;
        mote_dtype  dtype;
    } cases[] = {
        {"mono8", MOTE_U8}, {"mono24", MOTE_F32}, {"mono32", MOTE_F32}, {"float32", MOTE_F32}, {"float64", MOTE_F32}};
    char       path[64];
    mote_file  file;
    mote_array sound, golden;
    int32_t    rate;
    size_t     i, k;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.wav", cases[i].name);
        assert_works(mote_file_open(&file, path, err));
        assert_works(mote_wav_decode(&sound, &rate, file.bytes, file.count, err));
        snprintf(path, sizeof path, GOLDEN "%s.npy", cases[i].name);
        assert_works(mote_npy_load(&golden, path, 0, err));
        assert_int_equal(rate, 8000);
        assert_int_equal(sound.dtype, cases[i].dtype);
        assert_int_equal(sound.dim[0], golden.dim[0]);
        assert_int_equal(sound.dim[1], 1);
        for (k = 0; k < sound.count; k++)
            assert_true(mote_array_at(&sound, k) == mote_array_at(&golden, k));
        for (k = 0; k < file.count; k++) { /* cut at any byte */
            mote_error err = {0};
            mote_array cut;
            if (mote_wav_decode(&cut, &rate, file.bytes, k, &err) == MOTE_OK)
                fail_msg("%s: a file of %zu bytes was read", cases[i].name, k);
        }
        mote_array_free(&sound);
        mote_array_free(&golden);
        mote_file_close(&file);
    }
}

/* Prepared by scale: 32768 they are TensorFlow's floats, bit for bit. */
static void check_sounds(const char *name, int32_t length)
{
    const mote_dataset_options options = {.sample_length = length, .scale = 32768};
    char                       path[64], to[100];
    mote_dataset              *set;
    mote_array                 golden;
    float                      x[100];
    size_t                     i;

    assert_works(mote_remove_tree(SCRATCH "/sounds", err));
    assert_works(mote_make_dirs(SCRATCH "/sounds/no", err));
    snprintf(path, sizeof path, GOLDEN "%s.wav", name);
    snprintf(to, sizeof to, SCRATCH "/sounds/no/1.wav");
    copy_file(path, to);
    assert_works(mote_dataset_load(&set, SCRATCH "/sounds", &options, err));
    snprintf(path, sizeof path, GOLDEN "%s_%s.npy", name, length == 0 ? "all" : length == 6 ? "6" : "25");
    assert_works(mote_npy_load(&golden, path, 0, err));
    assert_int_equal(set->feature[0].dtype, MOTE_I16);
    assert_int_equal(set->feature[0].rank, 2);
    assert_int_equal(set->feature[0].dim[0], golden.dim[0]);
    assert_int_equal(set->feature[0].dim[1], golden.dim[1]);
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 1), x);
    for (i = 0; i < golden.count; i++)
        assert_true(x[i] == (float)mote_array_at(&golden, i));
    mote_array_free(&golden);
    mote_dataset_destroy(set);
}

static void sounds_are_cropped_and_padded_as_keras_does(void **state)
{
    static const int32_t lengths[] = {0, 6, 25};
    size_t               i;
    (void)state;
    for (i = 0; i < 3; i++) {
        check_sounds("mono16", lengths[i]);
        check_sounds("stereo16", lengths[i]);
    }
}

/* Of 8 bits without a sign silence is 128. */
static void silence_of_8_bits_is_128(void **state)
{
    mote_dataset  *set;
    const uint8_t *x;
    size_t         i;
    (void)state;
    assert_works(mote_remove_tree(SCRATCH "/quiet", err));
    assert_works(mote_make_dirs(SCRATCH "/quiet/a", err));
    copy_file(GOLDEN "mono8.wav", SCRATCH "/quiet/a/1.wav");
    assert_works(mote_dataset_load(&set, SCRATCH "/quiet", &(mote_dataset_options){.sample_length = 25}, err));
    x = mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 0);
    for (i = 0; i < 25; i++)
        assert_int_equal(x[i], i < 20 ? i * 31 % 256 : 128);
    mote_dataset_destroy(set);
}

static void put_speech_commands(void)
{
    static const char *const files[] = {"yes/1.wav", "yes/2.wav", "yes/3.wav", "no/1.wav", "no/2.wav", "no/3.wav"};
    char                     path[120];
    size_t                   i;

    assert_works(mote_make_dirs(SCRATCH "/speech/yes", err));
    assert_works(mote_make_dirs(SCRATCH "/speech/no", err));
    assert_works(mote_make_dirs(SCRATCH "/speech/_background_noise_", err));
    copy_file(GOLDEN "stereo16.wav", SCRATCH "/speech/_background_noise_/rain.wav");
    for (i = 0; i < 6; i++) {
        snprintf(path, sizeof path, SCRATCH "/speech/%s", files[i]);
        copy_file(GOLDEN "mono16.wav", path);
    }
}

static void speech_commands_lists_are_splits(void **state)
{
    mote_dataset *set;
    (void)state;
    put_speech_commands();
    assert_works(mote_dataset_load(&set, SCRATCH "/speech", NULL, err));
    assert_int_equal(set->target[0].class_count, 2);
    assert_string_equal(set->target[0].class_names[0], "no");
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 6);
    assert_int_equal(set->feature[0].sample_rate, 8000);
    mote_dataset_destroy(set);
    put_file(SCRATCH "/speech/testing_list.txt", "yes/2.wav\r\nno/3.wav\r\n", 21);
    put_file(SCRATCH "/speech/validation_list.txt", "no/1.wav\ngone/7.wav\n", 20);
    assert_works(mote_dataset_load(&set, SCRATCH "/speech", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 3);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 1);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 2);
    assert_non_null(strstr(set->split[MOTE_SPLIT_TEST].names[0], "no/3.wav"));
    assert_int_equal(set->split[MOTE_SPLIT_TEST].labels[0][0], 0);
    mote_dataset_destroy(set);
}

static void sounds_that_do_not_agree_are_refused(void **state)
{
    mote_dataset_options rate = {.sample_rate = 16000}, length = {.sample_length = 5}, skip = {.skip_damaged = true};
    mote_dataset        *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/odd/a", err));
    copy_file(GOLDEN "mono16.wav", SCRATCH "/odd/a/1.wav");
    assert_fails(mote_dataset_load(&set, SCRATCH "/odd", &rate, err), MOTE_ERR_FORMAT,
                 "/a/1.wav: has 8000 samples a second, and sample_rate is 16000");
    copy_file(GOLDEN "stereo16.wav", SCRATCH "/odd/a/2.wav");
    assert_fails(mote_dataset_load(&set, SCRATCH "/odd", NULL, err), MOTE_ERR_FORMAT, "/a/2.wav: has 2 channels, but ");
    copy_file(GOLDEN "mono24.wav", SCRATCH "/odd/a/2.wav");
    assert_fails(mote_dataset_load(&set, SCRATCH "/odd", NULL, err), MOTE_ERR_FORMAT, "convert all to one");
    put_file(SCRATCH "/odd/a/2.wav", "RIFF....WAVEdata", 16);
    assert_fails(mote_dataset_load(&set, SCRATCH "/odd", &length, err), MOTE_ERR_FORMAT, "/a/2.wav: damaged WAV file");
    assert_works(mote_dataset_load(&set, SCRATCH "/odd", &skip, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 1);
    assert_non_null(strstr(set->notes[0], "1 damaged sound is left out: a/2.wav"));
    mote_dataset_destroy(set);
    put_file(SCRATCH "/odd/a/3.mp3", "ID3", 3);
    assert_fails(mote_dataset_load(&set, SCRATCH "/odd", &length, err), MOTE_ERR_UNSUPPORTED, "3.mp3: only WAV is read");
}

/* ---- words ---- */

static void check_labels(const mote_dataset *set)
{
    static const char *const names[] = {"cat", "cow", "dog", "gr\xc3\xb6\xc3\x9f\x65r"};
    const int32_t            labels[8] = {2, 0, 3, 0, 1, 2, 2, 0};
    int                      i;

    assert_int_equal(set->target[0].kind, MOTE_TARGETS_CLASSES);
    assert_int_equal(set->target[0].class_count, 4);
    for (i = 0; i < 4; i++)
        assert_string_equal(set->target[0].class_names[i], names[i]);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], labels, sizeof labels);
}

static void labels_of_numpy_may_be_words(void **state)
{
    static const char *const files[] = {"words", "words_big", "words_bytes", "words_column"};
    mote_dataset            *set;
    mote_array               x;
    char                     path[64];
    int                      i;
    (void)state;
    assert_works(mote_array_create(&x, MOTE_U8, 2, (int64_t[2]){8, 3}, err));
    assert_works(mote_make_dirs(SCRATCH "/words", err));
    assert_works(mote_npy_save(&x, SCRATCH "/words/x.npy", err));
    mote_array_free(&x);
    for (i = 0; i < 4; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.npy", files[i]);
        assert_works(mote_dataset_load(&set, SCRATCH "/words/x.npy", &(mote_dataset_options){.targets_path = path}, err));
        check_labels(set);
        mote_dataset_destroy(set);
    }
    copy_file(GOLDEN "words.npy", SCRATCH "/words/y.npy");
    assert_works(mote_dataset_load(&set, SCRATCH "/words", NULL, err));
    check_labels(set);
    mote_dataset_destroy(set);
    assert_works(mote_dataset_load(&set, GOLDEN "words.npz", NULL, err)); /* "ant" is a class of the test split alone */
    assert_int_equal(set->target[0].class_count, 5);
    assert_string_equal(set->target[0].class_names[0], "ant");
    assert_memory_equal(set->split[MOTE_SPLIT_TEST].labels[0], ((int32_t[2]){2, 0}), 8);
    mote_dataset_destroy(set);
    assert_fails(mote_dataset_load(&set, GOLDEN "words.npy", NULL, err), MOTE_ERR_UNSUPPORTED, "is not supported; use bool");
}

/* ---- tables ---- */

static void check_table(const char *path, bool has_comma)
{
    static const char *const colour = "colour";
    mote_dataset_options     options = {.categories = &colour, .category_count = 1};
    mote_dataset            *set;
    mote_npz                *npz;
    mote_array               x, y;
    size_t                   i;

    assert_works(mote_dataset_load(&set, path, &options, err));
    assert_works(mote_npz_open(&npz, GOLDEN "categories.npz", err));
    assert_works(mote_npz_load(&x, npz, "x", 0, err));
    assert_works(mote_npz_load(&y, npz, "y", 0, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 5);
    assert_int_equal(set->feature[0].width, 6);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].x[0], x.bytes, x.count * 4);
    for (i = 0; i < 5; i++)
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].labels[0][i], (int)mote_array_at(&y, i));
    assert_string_equal(set->feature[0].column_names[0], "size");
    assert_string_equal(set->feature[0].column_names[1], has_comma ? "colour=blue, light" : "colour=blue; light");
    assert_string_equal(set->feature[0].column_names[2], "colour=dark \"red\"");
    assert_string_equal(set->feature[0].column_names[3], "colour=red");
    assert_string_equal(set->feature[0].column_names[4], "colour=two\r\nlines");
    assert_string_equal(set->feature[0].column_names[5], "weight");
    assert_string_equal(set->target[0].class_names[0], "cup");
    mote_array_free(&x);
    mote_array_free(&y);
    mote_npz_close(npz);
    mote_dataset_destroy(set);
}

static void categories_are_one_hot_as_pandas_has_them(void **state)
{
    (void)state;
    check_table(GOLDEN "categories.csv", true);
    check_table(GOLDEN "categories.tsv", false);
}

/* A table for a model finds its words by the model's names of inputs. */
static void a_model_knows_its_categories(void **state)
{
    static const char *const known[] = {"colour=red", "size", "colour=blue"}, *const targets[] = {"kind"};
    mote_dataset_options options = {
        .known_columns = known, .known_column_count = 3, .known_targets = targets, .known_target_count = 1};
    const float   wanted[] = {0, 1.5f, 1, 1, 2.5f, 0};
    mote_dataset *set;
    (void)state;
    put_file(SCRATCH "/new.csv", "colour,kind,size\nblue,cup,1.5\nred,mug,2.5\n", 41);
    assert_works(mote_dataset_load(&set, SCRATCH "/new.csv", &options, err));
    assert_int_equal(set->feature[0].width, 3);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].x[0], wanted, sizeof wanted);
    assert_int_equal(set->note_count, 0);
    mote_dataset_destroy(set);
    put_file(SCRATCH "/new.csv", "colour,kind,size\npink,cup,1.5\nred,mug,2.5\n", 41);
    assert_fails(mote_dataset_load(&set, SCRATCH "/new.csv", &options, err), MOTE_ERR_FORMAT,
                 "new.csv:2:1: column 1 (colour): \"pink\" is none of the words");
}

static void check_refused(const char *text, const mote_dataset_options *options, const char *wanted)
{
    mote_dataset *set;

    put_file(SCRATCH "/bad.csv", text, strlen(text));
    assert_fails(mote_dataset_load(&set, SCRATCH "/bad.csv", options, err), err->code, wanted);
}

static void dates_are_refused_in_a_sentence(void **state)
{
    static const char *const day = "day", *const kind = "kind", *const gone = "dya";
    mote_dataset_options days = {.categories = &day, .category_count = 1}, kinds = days, lost = days, classes = {0};
    mote_dataset        *set;
    (void)state;
    kinds.categories = &kind;
    lost.categories = &gone;
    check_refused("day,kind\n2024-01-31,1\n2024-02-01,2\n", NULL, "is not a number; it is a date or a time: write numbers");
    check_refused("size,at,kind\n1.5,31.1.24 12:30,1\n2.5,1.2.24 7:05,2\n", NULL, "it is a date or a time");
    check_refused("size,at,kind\n1.5,12:30:05,1\n2.5,7:05:00,2\n", NULL, "it is a date or a time");
    check_refused("size,day\n1.5,2024-01-31\n2.5,2024-02-01\n", NULL, "the target column holds dates or times");
    check_refused("day,kind\n2024-01-31,1\n2024-02-01,2\n", &days, "is a date or a time, not a category");
    check_refused("day,kind\nmonday,1\n,2\n", &days, "column 1 (day) is empty");
    check_refused("day,kind\nmonday,a\nfriday,b\n", &kinds, "\"kind\" is a target");
    check_refused("day,kind\nmonday,a\nfriday,b\n", &lost, "has no column \"dya\"; did you mean \"day\"?");
    put_file(SCRATCH "/dates.csv", "size,day\n1.5,2024-01-31\n2.5,2024-02-01\n", 39);
    classes.targets = MOTE_TARGETS_CLASSES;
    assert_works(mote_dataset_load(&set, SCRATCH "/dates.csv", &classes, err));
    assert_int_equal(set->target[0].class_count, 2);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bmp_gif_and_webp_pixels_are_exact),
        cmocka_unit_test(every_kind_becomes_grey_and_takes_alpha),
        cmocka_unit_test(exif_turns_a_jpeg_as_pillow_does),
        cmocka_unit_test(exif_that_makes_no_sense_turns_nothing),
        cmocka_unit_test(letterboxes_equal_keras),
        cmocka_unit_test(a_picture_cut_at_any_byte_is_refused_or_whole),
        cmocka_unit_test(pictures_that_lie_on_a_side_are_told),
        cmocka_unit_test(the_shuffle_is_numpys),
        cmocka_unit_test(the_same_seed_picks_the_files_that_keras_picks),
        cmocka_unit_test(class_names_choose_and_order),
        cmocka_unit_test(strata_keep_the_part_of_each_class),
        cmocka_unit_test(wav_samples_are_as_in_the_file),
        cmocka_unit_test(sounds_are_cropped_and_padded_as_keras_does),
        cmocka_unit_test(silence_of_8_bits_is_128),
        cmocka_unit_test(speech_commands_lists_are_splits),
        cmocka_unit_test(sounds_that_do_not_agree_are_refused),
        cmocka_unit_test(labels_of_numpy_may_be_words),
        cmocka_unit_test(categories_are_one_hot_as_pandas_has_them),
        cmocka_unit_test(a_model_knows_its_categories),
        cmocka_unit_test(dates_are_refused_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
