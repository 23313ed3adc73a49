/* data/: .npy and .npz against files that NumPy wrote (tests/golden/gen_data.py), and against damaged ones.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "npy"
#include "files.h"

#include <math.h>
#include <stdlib.h>

#include <mote/array.h>

#include "data/array.h"

#define GOLDEN "tests/golden/data/"

static const mote_dtype all_types[] = {MOTE_BOOL, MOTE_I8,  MOTE_U8,  MOTE_I16, MOTE_U16, MOTE_I32,
                                       MOTE_U32,  MOTE_I64, MOTE_U64, MOTE_F16, MOTE_F32, MOTE_F64};

enum { TYPE_COUNT = sizeof all_types / sizeof *all_types };

/* gen_data.py's values(). */
static double expected_value(mote_dtype dtype, size_t i)
{
    if (dtype == MOTE_BOOL)
        return i % 3 > 0;
    return (double)(7 * i % 23) - (mote_dtype_name(dtype)[0] == 'u' ? 0 : 5);
}

static void check_values(const mote_array *array)
{
    size_t i;

    for (i = 0; i < array->count; i++)
        if (mote_array_at(array, i) != expected_value(array->dtype, i))
            fail_msg("element %zu of a %s array is %g", i, mote_dtype_name(array->dtype), mote_array_at(array, i));
}

static mote_status read_bytes(mote_array *out, const void *bytes, size_t count, mote_error *err)
{
    mote_memory_source memory;

    *out = (mote_array){0};
    mote_memory_source_init(&memory, bytes, count);
    return mote_npy_read(out, &memory.source, 1 << 20, err);
}

/* A version 1 file from its header's text and payload_bytes zero bytes. */
static mote_status read_header(mote_array *out, const char *header, size_t payload_bytes, mote_error *err)
{
    mote_text   text = {0};
    size_t      count = strlen(header), i;
    char        length[2] = {(char)count, (char)(count >> 8)};
    mote_status status;

    mote_text_add(&text, "\x93NUMPY\1\0", 8);
    mote_text_add(&text, length, 2);
    mote_text_add(&text, header, count);
    for (i = 0; i < payload_bytes; i++)
        mote_text_add(&text, "", 1);
    status = read_bytes(out, text.bytes, text.count, err);
    mote_text_free(&text);
    return status;
}

static void every_type_and_byte_order_of_numpy_is_read(void **state)
{
    static const char *const orders[] = {"little", "big"};
    mote_array               array;
    char                     path[100];
    size_t                   i, j;
    (void)state;
    for (i = 0; i < TYPE_COUNT; i++)
        for (j = 0; j < 2; j++) {
            snprintf(path, sizeof path, GOLDEN "%s_%s.npy", orders[j], mote_dtype_name(all_types[i]));
            assert_works(mote_npy_load(&array, path, 0, err));
            assert_int_equal(array.dtype, all_types[i]);
            assert_int_equal(array.rank, 3);
            assert_int_equal(array.count, 24);
            assert_int_equal(array.dim[0] * 100 + array.dim[1] * 10 + array.dim[2], 234);
            assert_int_equal((uintptr_t)array.bytes % 64, 0);
            check_values(&array);
            mote_array_free(&array);
        }
}

static void fortran_order_scalars_empty_arrays_and_versions_are_read(void **state)
{
    static const char *const names[] = {"fortran", "fortran_big", "version_2", "version_3", "scalar", "empty"};
    mote_array               array;
    char                     path[100];
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.npy", names[i]);
        assert_works(mote_npy_load(&array, path, 0, err));
        check_values(&array);
        assert_non_null(array.bytes);
        if (strcmp(names[i], "scalar") == 0)
            assert_int_equal(array.rank * 10 + (int)array.count, 1);
        if (strcmp(names[i], "empty") == 0)
            assert_int_equal(array.rank * 10 + (int)array.count, 30);
        mote_array_free(&array);
    }
}

static void halves_have_their_exact_values(void **state)
{
    static const struct {
        uint16_t bits;
        float    value;
    } known[] = {{0x0000, 0}, {0x0001, 0x1p-24f}, {0x03ff, 0x3ffp-24f}, {0x0400, 0x1p-14f},
                 {0x3c00, 1}, {0xc000, -2},       {0x7bff, 65504},      {0x3555, 0x1.554p-2f}};
    uint16_t   bits[8];
    mote_array array = {.dtype = MOTE_F16, .rank = 1, .dim = {8}, .count = 8, .bytes = bits};
    float      out[8];
    size_t     i;
    (void)state;
    for (i = 0; i < 8; i++)
        bits[i] = known[i].bits;
    mote_array_to_f32(&array, out);
    for (i = 0; i < 8; i++)
        assert_true(out[i] == known[i].value);
    bits[0] = 0x7c00;
    bits[1] = 0x7e00;
    assert_true(isinf(mote_array_at(&array, 0)));
    assert_true(isnan(mote_array_at(&array, 1)));
}

/* What NumPy wrote, read and written again, is the same file byte for byte. */
static void a_little_endian_file_of_numpy_is_written_back_identically(void **state)
{
    mote_file  before, after;
    mote_array array;
    char       path[100];
    size_t     i;
    (void)state;
    for (i = 0; i < TYPE_COUNT + 2; i++) {
        if (i < TYPE_COUNT)
            snprintf(path, sizeof path, GOLDEN "little_%s.npy", mote_dtype_name(all_types[i]));
        else
            snprintf(path, sizeof path, GOLDEN "%s.npy", i == TYPE_COUNT ? "scalar" : "empty");
        assert_works(mote_npy_load(&array, path, 0, err));
        assert_works(mote_npy_save(&array, SCRATCH "/again.npy", err));
        assert_works(mote_file_open(&before, path, err));
        assert_works(mote_file_open(&after, SCRATCH "/again.npy", err));
        assert_int_equal(before.count, after.count);
        assert_memory_equal(before.bytes, after.bytes, after.count);
        mote_file_close(&before);
        mote_file_close(&after);
        mote_array_free(&array);
    }
}

static void a_file_cut_at_every_byte_is_refused(void **state)
{
    static const char *const names[] = {"little_int16", "fortran_big", "version_2", "scalar"};
    mote_file                file;
    mote_array               array;
    char                     path[100], *cut;
    size_t                   i, count;
    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.npy", names[i]);
        assert_works(mote_file_open(&file, path, err));
        for (count = 0; count < file.count; count++) {
            cut = malloc(count + 1); /* the sanitizer sees a read beyond it */
            memcpy(cut, file.bytes, count);
            cut = realloc(cut, count ? count : 1);
            assert_fails(read_bytes(&array, cut, count, err), MOTE_ERR_FORMAT, "");
            free(cut);
        }
        mote_file_close(&file);
    }
}

static void headers_are_read_in_any_order_and_refused_when_wrong(void **state)
{
    static const struct {
        const char *header;
        mote_status status;
        const char *words;
    } cases[] = {
        {"{\"shape\":(2 ,3L,), 'fortran_order' : False,'descr':'=f4'}  \n", MOTE_OK, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", MOTE_OK, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", MOTE_ERR_FORMAT, "a dimension"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6 6), }", MOTE_ERR_FORMAT, ", or )"},
        {"{'descr': '<f4', 'fortran_order': False, }", MOTE_ERR_FORMAT, "shape is missing"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", MOTE_ERR_FORMAT, "repeated key"},
        {"{'descr': '<f4', 'fortran_order': 1, 'shape': (6,)}", MOTE_ERR_FORMAT, "True or False"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (6,)}", MOTE_ERR_UNSUPPORTED, "Python objects"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", MOTE_ERR_UNSUPPORTED, "<c8"},
        {"{'descr': '<U6', 'fortran_order': False, 'shape': (1,)}", MOTE_ERR_UNSUPPORTED, "<U6"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1,)}", MOTE_ERR_UNSUPPORTED, "element type"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", MOTE_ERR_UNSUPPORTED, "structured"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6)}", MOTE_ERR_UNSUPPORTED, "8 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (7,)}", MOTE_ERR_FORMAT, "claims 28 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", MOTE_ERR_FORMAT, "goes on"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", MOTE_ERR_FORMAT, "claims"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", MOTE_ERR_FORMAT, "claims"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", MOTE_ERR_LIMIT, "2^63"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x", MOTE_ERR_FORMAT, "the end"},
        {"", MOTE_ERR_FORMAT, "{ expected"},
    };
    mote_array array;
    size_t     i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].status != MOTE_OK) {
            assert_fails(read_header(&array, cases[i].header, 24, err), cases[i].status, cases[i].words);
            continue;
        }
        assert_works(read_header(&array, cases[i].header, 24, err));
        assert_int_equal(array.count, 6);
        mote_array_free(&array);
    }
    assert_fails(read_bytes(&array, "\x93NUMPZ\1\0\0\0", 10, err), MOTE_ERR_FORMAT, "not a .npy file");
    assert_fails(read_bytes(&array, "\x93NUMPY\4\0\0\0", 10, err), MOTE_ERR_UNSUPPORTED, "version 4.0");
    assert_fails(read_bytes(&array, "\x93NUMPY\2\0\0\0\0\x7f", 12, err), MOTE_ERR_LIMIT, "header");
}

static void an_array_beyond_the_memory_limit_is_refused(void **state)
{
    mote_array array;
    (void)state;
    assert_fails(mote_npy_load(&array, GOLDEN "little_float64.npy", 100, err), MOTE_ERR_LIMIT, "memory limit");
    assert_null(array.bytes);
}

static void npz_members_are_listed_and_read(void **state)
{
    static const char *const files[] = {GOLDEN "stored.npz", GOLDEN "deflated.npz"};
    mote_npz                *npz;
    mote_array               array;
    size_t                   i;
    (void)state;
    for (i = 0; i < 2; i++) {
        assert_works(mote_npz_open(&npz, files[i], err));
        assert_int_equal(mote_npz_count(npz), 4);
        assert_string_equal(mote_npz_name(npz, 0), "x_train");
        assert_int_equal(mote_npz_find(npz, "y_test"), 3);
        assert_int_equal(mote_npz_find(npz, "y_test.npy"), -1);
        assert_works(mote_npz_load(&array, npz, "x_train", 0, err));
        mote_npz_close(npz);
        assert_int_equal(array.count, 160);
        check_values(&array);
        mote_array_free(&array);
        assert_works(mote_array_load(&array, files[i], "y_train", 0, err));
        assert_int_equal(array.dtype, MOTE_I64);
        mote_array_free(&array);
        assert_fails(mote_array_load(&array, files[i], NULL, 0, err), MOTE_ERR_USAGE, "x_train, y_train, x_test, y_test");
        assert_fails(mote_array_load(&array, files[i], "z", 0, err), MOTE_ERR_USAGE, "no array \"z\"");
        assert_fails(mote_array_load(&array, files[i], "x_train", 64, err), MOTE_ERR_LIMIT, "memory limit");
    }
}

static mote_status open_and_read(const uint8_t *bytes, size_t count, mote_error *err)
{
    mote_array array = {0};
    mote_npz  *npz;
    int        i;

    MOTE_TRY(mote_npz_open_bytes(&npz, bytes, count, "cut.npz", err));
    for (i = 0; i < mote_npz_count(npz) && err->code == MOTE_OK; i++) {
        mote_npz_load(&array, npz, mote_npz_name(npz, i), 1 << 20, err);
        mote_array_free(&array);
    }
    mote_npz_close(npz);
    return err->code;
}

static void an_npz_cut_at_every_byte_is_refused(void **state)
{
    mote_file file;
    char     *cut;
    size_t    count;
    (void)state;
    assert_works(mote_file_open(&file, GOLDEN "deflated.npz", err));
    for (count = 1; count < file.count; count++) {
        cut = malloc(count);
        memcpy(cut, file.bytes, count);
        assert_fails(open_and_read((uint8_t *)cut, count, err), MOTE_ERR_FORMAT, "cut.npz: ");
        free(cut);
    }
    assert_works(open_and_read(file.bytes, file.count, err));
    mote_file_close(&file);
}

/* The central directory's size of the first member, where ZIP has it: 24 bytes behind "PK\1\2". */
static uint8_t *find_uncompressed_size(uint8_t *bytes, size_t count)
{
    size_t i;

    for (i = 0; i + 28 < count; i++)
        if (memcmp(bytes + i, "PK\1\2", 4) == 0)
            return bytes + i + 24;
    return NULL;
}

static void a_member_that_claims_more_than_deflate_can_gain_is_refused(void **state)
{
    mote_file file;
    uint8_t  *copy, *size;
    (void)state;
    assert_works(mote_file_open(&file, GOLDEN "deflated.npz", err));
    copy = malloc(file.count);
    memcpy(copy, file.bytes, file.count);
    size = find_uncompressed_size(copy, file.count);
    assert_non_null(size);
    memcpy(size, "\0\0\0\x70", 4);
    assert_fails(open_and_read(copy, file.count, err), MOTE_ERR_FORMAT, "compressed ones hold at most");
    free(copy);
    mote_file_close(&file);
}

static void a_missing_file_is_one_line_with_its_path(void **state)
{
    mote_array array;
    (void)state;
    assert_fails(mote_npy_load(&array, SCRATCH "/none.npy", 0, err), MOTE_ERR_IO, SCRATCH "/none.npy: No such file");
    assert_fails(mote_array_load(&array, SCRATCH, NULL, 0, err), MOTE_ERR_IO, "not a regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_byte_order_of_numpy_is_read),
        cmocka_unit_test(fortran_order_scalars_empty_arrays_and_versions_are_read),
        cmocka_unit_test(halves_have_their_exact_values),
        cmocka_unit_test(a_little_endian_file_of_numpy_is_written_back_identically),
        cmocka_unit_test(a_file_cut_at_every_byte_is_refused),
        cmocka_unit_test(headers_are_read_in_any_order_and_refused_when_wrong),
        cmocka_unit_test(an_array_beyond_the_memory_limit_is_refused),
        cmocka_unit_test(npz_members_are_listed_and_read),
        cmocka_unit_test(an_npz_cut_at_every_byte_is_refused),
        cmocka_unit_test(a_member_that_claims_more_than_deflate_can_gain_is_refused),
        cmocka_unit_test(a_missing_file_is_one_line_with_its_path),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
