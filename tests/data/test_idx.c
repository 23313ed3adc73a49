/* data/: IDX files, plain and packed, whole and damaged, and folders of them.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "idx"
#include "files.h"

#include <stdlib.h>

#include <mote/dataset.h>

#include "data/array.h"

/* An IDX file in memory: header and the bytes that follow. */
static mote_text make_idx(int type, int rank, const uint32_t *dim, const void *bytes, size_t count)
{
    const char start[4] = {0, 0, (char)type, (char)rank};
    mote_text  text = {0};
    int        i;

    mote_text_add(&text, start, 4);
    for (i = 0; i < rank; i++)
        add_big_endian(&text, dim[i]);
    mote_text_add(&text, bytes, count);
    return text;
}

static mote_text make_images(uint32_t count)
{
    uint8_t  pixels[64 * 6];
    uint32_t dim[3] = {count, 2, 3};
    size_t   i;

    for (i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 5);
    return make_idx(0x08, 3, dim, pixels, (size_t)count * 6);
}

static mote_text make_labels(uint32_t count)
{
    uint8_t  labels[64];
    uint32_t i;

    for (i = 0; i < count; i++)
        labels[i] = (uint8_t)(i % 4);
    return make_idx(0x08, 1, &count, labels, count);
}

static mote_status read_text(mote_array *out, const mote_text *text, mote_error *err)
{
    *out = (mote_array){0};
    return mote_array_read_bytes(out, (const uint8_t *)text->bytes, text->count, mote_idx_read, 1 << 20, err);
}

static void every_element_type_is_read_big_endian(void **state)
{
    static const struct {
        int         type;
        mote_dtype  dtype;
        size_t      count;
        const char *bytes; /* of 1, -2 (254 for unsigned) */
        double      second;
    } cases[] = {
        {0x08, MOTE_U8, 2, "\x01\xfe", 254},
        {0x09, MOTE_I8, 2, "\x01\xfe", -2},
        {0x0B, MOTE_I16, 4, "\0\x01\xff\xfe", -2},
        {0x0C, MOTE_I32, 8, "\0\0\0\x01\xff\xff\xff\xfe", -2},
        {0x0D, MOTE_F32, 8, "\x3f\x80\0\0\xc0\0\0\0", -2},
        {0x0E, MOTE_F64, 16, "\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", -2},
    };
    const uint32_t two = 2;
    mote_array     array;
    size_t         i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_text text = make_idx(cases[i].type, 1, &two, cases[i].bytes, cases[i].count);
        assert_works(read_text(&array, &text, err));
        assert_int_equal(array.dtype, cases[i].dtype);
        assert_true(mote_array_at(&array, 0) == 1 && mote_array_at(&array, 1) == cases[i].second);
        mote_array_free(&array);
        mote_text_free(&text);
    }
}

static void a_file_cut_at_every_byte_is_refused_plain_and_packed(void **state)
{
    mote_text  plain = make_images(3), packed = gzip(&plain);
    mote_text *whole[2] = {&plain, &packed};
    mote_array array;
    size_t     i, count;
    (void)state;
    for (i = 0; i < 2; i++) {
        for (count = 0; count < whole[i]->count; count++) {
            mote_text part = {.bytes = malloc(count + 1), .count = count};
            memcpy(part.bytes, whole[i]->bytes, count);
            part.bytes = realloc(part.bytes, count ? count : 1);
            assert_fails(read_text(&array, &part, err), MOTE_ERR_FORMAT, "");
            free(part.bytes);
        }
        assert_works(read_text(&array, whole[i], err));
        mote_array_free(&array);
    }
    mote_text_free(&plain);
    mote_text_free(&packed);
}

static void wrong_headers_and_absurd_dimensions_are_refused(void **state)
{
    const uint32_t huge[4] = {~0u, ~0u, ~0u, ~0u}, more[1] = {7}, fewer[1] = {5}, nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 6};
    struct {
        mote_text   text;
        mote_status status;
        const char *words;
    } cases[] = {
        {make_idx(0x08, 4, huge, "abcdef", 6), MOTE_ERR_FORMAT, "claims"},
        {make_idx(0x0E, 2, huge, "abcdef", 6), MOTE_ERR_FORMAT, "claims"},
        {make_idx(0x08, 1, more, "abcdef", 6), MOTE_ERR_FORMAT, "claims 7 bytes"},
        {make_idx(0x08, 1, fewer, "abcdef", 6), MOTE_ERR_FORMAT, "goes on"},
        {make_idx(0x08, 9, nine, "abcdef", 6), MOTE_ERR_UNSUPPORTED, "9 dimensions"},
        {make_idx(0x0A, 1, more, "abcdefg", 7), MOTE_ERR_FORMAT, "element type 0a"},
    };
    mote_array array;
    mote_text  text = {0};
    size_t     i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_fails(read_text(&array, &cases[i].text, err), cases[i].status, cases[i].words);
        mote_text_free(&cases[i].text);
    }
    mote_text_add(&text, "\1\0\x08\1\0\0\0\1a", 9);
    assert_fails(read_text(&array, &text, err), MOTE_ERR_FORMAT, "begins with 01 00");
    mote_text_free(&text);
}

static void a_packed_file_with_a_wrong_checksum_is_refused(void **state)
{
    mote_text  plain = make_images(3), packed = gzip(&plain);
    mote_array array;
    (void)state;
    packed.bytes[packed.count - 8] ^= 1;
    assert_fails(read_text(&array, &packed, err), MOTE_ERR_FORMAT, "damaged gzip stream");
    mote_text_free(&plain);
    mote_text_free(&packed);
}

/* 1032 to 1 is what deflate reaches; a header may claim no more than that. */
static void a_packed_header_that_claims_more_than_deflate_can_hold_is_refused(void **state)
{
    const uint32_t claim = 1u << 20;
    mote_text      plain = make_idx(0x08, 1, &claim, "", 0), packed = gzip(&plain);
    mote_array     array;
    (void)state;
    assert_fails(read_text(&array, &packed, err), MOTE_ERR_FORMAT, "holds at most");
    mote_text_free(&plain);
    mote_text_free(&packed);
}

static void put_text(const char *path, mote_text text)
{
    put_file(path, text.bytes, text.count);
    mote_text_free(&text);
}

static void put_packed(const char *path, mote_text text)
{
    put_text(path, gzip(&text));
    mote_text_free(&text);
}

static void folders_are_read_under_all_their_names(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/mixed", err));
    put_text(SCRATCH "/mixed/train-images-idx3-ubyte", make_images(8));
    put_packed(SCRATCH "/mixed/train-labels-idx1-ubyte.gz", make_labels(8));
    put_packed(SCRATCH "/mixed/t10k-images.idx3-ubyte.gz", make_images(5));
    put_text(SCRATCH "/mixed/t10k-labels.idx1-ubyte", make_labels(5));
    assert_works(mote_dataset_load(&set, SCRATCH "/mixed", NULL, err));
    assert_string_equal(set->source, "IDX files");
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 8);
    assert_int_equal(set->split[MOTE_SPLIT_VALIDATION].count, 0);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 5);
    assert_int_equal(set->feature[0].dtype, MOTE_U8);
    assert_int_equal(set->feature[0].rank * 100 + set->feature[0].dim[0] * 10 + set->feature[0].dim[1], 223);
    assert_int_equal(set->target[0].class_count, 4);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].labels[0][3], 3);
    assert_int_equal(*((const uint8_t *)mote_dataset_sample(&set->split[MOTE_SPLIT_TRAIN], 0, 2)), 60);
    mote_dataset_destroy(set);
}

static void put_pair(const char *folder, const char *prefix, const char *ending, uint32_t count)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%simages%s", folder, prefix, ending);
    put_text(path, make_images(count));
    snprintf(path, sizeof path, "%s/%slabels%s", folder, prefix, ending);
    if (strchr(ending, '3'))
        *strrchr(path, '3') = '1';
    put_text(path, make_labels(count));
}

static void relatives_of_mnist_are_read_under_their_own_names(void **state)
{
    static const struct {
        const char *prefix, *ending;
        int         split;
    } cases[] = {{"emnist-letters-train-", "-idx3-ubyte", MOTE_SPLIT_TRAIN},
                 {"emnist-letters-test-", "-idx3-ubyte", MOTE_SPLIT_TEST},
                 {"", "-idx3-ubyte", MOTE_SPLIT_TRAIN},
                 {"train-", ".idx3-ubyte", MOTE_SPLIT_TRAIN},
                 {"val-", "-idx3-ubyte", MOTE_SPLIT_VALIDATION},
                 {"Training_", ".IDX3", MOTE_SPLIT_TRAIN},
                 {"kmnist.validation.", "-ubyte", MOTE_SPLIT_VALIDATION},
                 {"t10k-", "-idx3-ubyte", MOTE_SPLIT_TEST}};
    mote_dataset *set;
    char          folder[64];
    size_t        i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(folder, sizeof folder, SCRATCH "/relative%zu", i);
        assert_works(mote_make_dirs(folder, err));
        put_pair(folder, cases[i].prefix, cases[i].ending, 8);
        assert_works(mote_dataset_load(&set, folder, NULL, err));
        assert_string_equal(set->source, "IDX files");
        assert_int_equal(set->split[cases[i].split].count, 8);
        assert_int_equal(set->target[0].class_count, 4);
        mote_dataset_destroy(set);
    }
}

static void of_several_families_one_is_named(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/emnist", err));
    put_pair(SCRATCH "/emnist", "emnist-letters-train-", "-idx3-ubyte", 8);
    put_pair(SCRATCH "/emnist", "emnist-digits-train-", "-idx3-ubyte", 6);
    put_pair(SCRATCH "/emnist", "emnist-digits-test-", "-idx3-ubyte", 5);
    assert_fails(mote_dataset_load(&set, SCRATCH "/emnist", NULL, err), MOTE_ERR_USAGE,
                 "\"emnist-digits\" and \"emnist-letters\" among them; name one as " SCRATCH "/emnist/emnist-digits");
    assert_works(mote_dataset_load(&set, SCRATCH "/emnist/emnist-digits", NULL, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count * 10 + set->split[MOTE_SPLIT_TEST].count, 65);
    mote_dataset_destroy(set);
    assert_fails(mote_dataset_load(&set, SCRATCH "/emnist/emnist-other", NULL, err), MOTE_ERR_IO, "No such file");
    put_pair(SCRATCH "/emnist", "emnist-digits-t10k-", "-idx3-ubyte", 5);
    assert_fails(mote_dataset_load(&set, SCRATCH "/emnist/emnist-digits", NULL, err), MOTE_ERR_USAGE, "are the test split");
}

static void counts_that_differ_and_missing_labels_are_named(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(mote_make_dirs(SCRATCH "/bad", err));
    put_text(SCRATCH "/bad/train-images-idx3-ubyte", make_images(8));
    assert_fails(mote_dataset_load(&set, SCRATCH "/bad", NULL, err), MOTE_ERR_IO, "labels are missing: train-labels");
    put_text(SCRATCH "/bad/train-labels-idx1-ubyte", make_labels(7));
    assert_fails(mote_dataset_load(&set, SCRATCH "/bad", NULL, err), MOTE_ERR_FORMAT,
                 SCRATCH "/bad: train-images-idx3-ubyte has 8 samples, but train-labels-idx1-ubyte has 7 targets");
    put_file(SCRATCH "/bad/train-labels-idx1-ubyte", "\0\0\x08", 3);
    assert_fails(mote_dataset_load(&set, SCRATCH "/bad", NULL, err), MOTE_ERR_FORMAT,
                 SCRATCH "/bad/train-labels-idx1-ubyte: truncated");
    assert_null(set);
}

static void the_committed_part_of_mnist_is_mnist(void **state)
{
    static const int32_t first_labels[10] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
    mote_dataset_options options = {.scale = 255};
    mote_dataset_summary summary;
    mote_dataset        *set;
    float                x[2 * 784];
    double               sum = 0;
    size_t               i;
    (void)state;
    assert_works(mote_dataset_load(&set, "examples/mnist/subset", &options, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 5000);
    assert_int_equal(set->split[MOTE_SPLIT_TEST].count, 1000);
    assert_int_equal(set->target[0].class_count, 10);
    assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], first_labels, sizeof first_labels);
    mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, 2), x);
    for (i = 0; i < 784; i++)
        sum += (double)x[i];
    assert_true(sum * 255 > 27524.9 && sum * 255 < 27525.1); /* the pixels of the first 5 sum up to 27525 */
    assert_works(mote_dataset_describe(&summary, set, err));
    assert_true(summary.split[MOTE_SPLIT_TRAIN].feature[0].max == 255 &&
                summary.split[MOTE_SPLIT_TRAIN].feature[0].min == 0);
    assert_int_equal(summary.split[MOTE_SPLIT_TEST].target[0].class_counts[0], 85);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_type_is_read_big_endian),
        cmocka_unit_test(a_file_cut_at_every_byte_is_refused_plain_and_packed),
        cmocka_unit_test(wrong_headers_and_absurd_dimensions_are_refused),
        cmocka_unit_test(a_packed_file_with_a_wrong_checksum_is_refused),
        cmocka_unit_test(a_packed_header_that_claims_more_than_deflate_can_hold_is_refused),
        cmocka_unit_test(folders_are_read_under_all_their_names),
        cmocka_unit_test(relatives_of_mnist_are_read_under_their_own_names),
        cmocka_unit_test(of_several_families_one_is_named),
        cmocka_unit_test(counts_that_differ_and_missing_labels_are_named),
        cmocka_unit_test(the_committed_part_of_mnist_is_mnist),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
