/* base/: errors, arenas, files, text, random numbers, threads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "base/thread.h"

static void first_failure_is_kept_and_context_goes_in_front(void **state)
{
    mote_error err = {0};
    (void)state;
    assert_int_equal(mote_fail(&err, MOTE_ERR_FORMAT, "bad\n%d", 7), MOTE_ERR_FORMAT);
    assert_int_equal(mote_fail(&err, MOTE_ERR_IO, "later"), MOTE_ERR_FORMAT);
    assert_int_equal(mote_context(&err, "file %s", "x"), MOTE_ERR_FORMAT);
    assert_string_equal(err.text, "file x: bad 7");
}

static void arena_gives_zeroed_aligned_memory_and_keeps_its_cap(void **state)
{
    mote_arena      arena = {.cap_bytes = 1 << 20};
    mote_error      err = {0};
    mote_arena_mark mark;
    size_t          i, before;
    (void)state;
    for (i = 1; i < 2000; i += 77) {
        unsigned char *p = mote_arena_alloc(&arena, i, 3, &err);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % MOTE_ARENA_ALIGN, 0);
        assert_int_equal(p[0] | p[i * 3 - 1], 0);
        memset(p, 0xff, i * 3);
    }
    before = arena.used_bytes;
    mark = mote_arena_get_mark(&arena);
    assert_non_null(mote_arena_alloc(&arena, 500000, 1, &err));
    mote_arena_release(&arena, mark);
    assert_int_equal(arena.used_bytes, before);
    assert_null(mote_arena_alloc(&arena, SIZE_MAX / 2, 4, &err));
    assert_int_equal(err.code, MOTE_ERR_LIMIT);
    mote_error_clear(&err);
    assert_null(mote_arena_alloc(&arena, 1 << 20, 1, &err));
    mote_arena_destroy(&arena);
}

static void output_appears_whole_or_not_at_all(void **state)
{
    mote_error  err = {0};
    mote_output output;
    mote_file   file;
    (void)state;
    assert_int_equal(mote_file_write("build/tests/out.bin", "one", 3, &err), MOTE_OK);
    assert_int_equal(mote_output_begin(&output, "build/tests/out.bin", &err), MOTE_OK);
    fputs("two", output.stream);
    mote_output_abandon(&output);
    assert_int_equal(mote_file_open(&file, "build/tests/out.bin", &err), MOTE_OK);
    assert_int_equal(file.count, 3);
    assert_memory_equal(file.bytes, "one", 3);
    mote_file_close(&file);
    assert_int_equal(mote_file_write("/dev/full/x", "a", 1, &err), MOTE_ERR_IO);
    unlink("build/tests/out.bin");
}

static void output_folder_replaces_the_old_one(void **state)
{
    mote_error      err = {0};
    mote_output_dir dir;
    char            path[200];
    int             round;
    (void)state;
    for (round = 0; round < 2; round++) {
        assert_int_equal(mote_output_dir_begin(&dir, "build/tests/folder/", &err), MOTE_OK);
        snprintf(path, sizeof path, "%s/file%d", dir.temporary, round);
        assert_int_equal(mote_file_write(path, "x", 1, &err), MOTE_OK);
        assert_int_equal(mote_output_dir_commit(&dir, &err), MOTE_OK);
    }
    assert_false(mote_path_exists("build/tests/folder/file0"));
    assert_true(mote_path_exists("build/tests/folder/file1"));
    assert_int_equal(mote_remove_tree("build/tests/folder", &err), MOTE_OK);
    assert_false(mote_path_exists("build/tests/folder"));
}

static void shown_text_is_escaped_and_cut(void **state)
{
    char long_text[500];
    (void)state;
    assert_string_equal(mote_show("a\n\x80z", 4).text, "a\\x0a\\x80z");
    memset(long_text, 'q', sizeof long_text);
    assert_true(strlen(mote_show(long_text, sizeof long_text).text) < MOTE_SHOWN_TEXT);
}

static void assert_cleaned(const char *string, const char *wanted)
{
    mote_error err = {0};
    mote_text  text = {0};
    char       line[100];

    mote_clean_line(line, sizeof line, string);
    assert_string_equal(line, wanted);
    mote_fail(&err, MOTE_ERR_IO, "%s", string);
    assert_string_equal(err.text, wanted);
    mote_text_add_escaped(&text, string, strlen(string));
    assert_string_equal(text.bytes, wanted);
    mote_text_free(&text);
}

static void nothing_in_a_message_steers_a_terminal(void **state)
{
    (void)state;
    assert_cleaned("gr\xc3\xbcn \xe7\x8c\xab \xf0\x9f\x90\x88", "gr\xc3\xbcn \xe7\x8c\xab \xf0\x9f\x90\x88");
    assert_cleaned("\x1b]0;owned\a", "\\x1b]0;owned\\x07");
    assert_cleaned("a\x9b"
                   "31m\xff",
                   "a\\x9b31m\\xff"); /* no UTF-8: an 8-bit terminal's CSI */
    assert_cleaned("a\xc2\x9b"
                   "31m\x7f",
                   "a\\u009b31m\\u007f");                                /* the same in UTF-8, and delete */
    assert_cleaned("\xc0\x9b\xed\xa0\x80", "\\xc0\\x9b\\xed\\xa0\\x80"); /* too long a form; half a pair of UTF-16 */
    assert_cleaned("a\xe2\x80\xae"
                   "b",
                   "a\\u202eb");              /* right to left from here */
    assert_cleaned("\xe2\x82", "\\xe2\\x82"); /* cut */
}

static void long_messages_are_cut_between_characters(void **state)
{
    char       text[2000] = "", line[10];
    mote_error err = {0};
    int        i;
    (void)state;
    for (i = 0; i < 400; i++)
        strcat(text, "\xe7\x8c\xab");
    mote_fail(&err, MOTE_ERR_IO, "%s", text);
    assert_int_equal(strlen(err.text), 510); /* 169 of three bytes and the dots; one more would not fit */
    assert_string_equal(err.text + 504, "\xe7\x8c\xab...");
    mote_clean_line(line, sizeof line, "123456789");
    assert_string_equal(line, "123456789");
    mote_clean_line(line, sizeof line, "1234567890");
    assert_string_equal(line, "123456...");
}

static void numbers_are_read_whole_or_refused(void **state)
{
    static const char *const wrong[] = {"", " 1", "1 ", "0x10", "inf", "nan", "1,5", "1e", "--1", "1.2.3"};
    double                   number;
    size_t                   i;
    (void)state;
    assert_true(mote_parse_number("-12.5e-1", &number) && number == -1.25);
    assert_true(mote_parse_number(".5", &number) && number == 0.5);
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(mote_parse_number(wrong[i], &number));
}

static void letters_that_changed_places_are_one_error(void **state)
{
    static const char *const words[] = {"build", "train", "run"};
    (void)state;
    assert_string_equal(mote_nearest_word("trian", words, 3), "train");
    assert_string_equal(mote_nearest_word("biuld", words, 3), "build");
    assert_string_equal(mote_nearest_word("rnu", words, 3), "run");
    assert_null(mote_nearest_word("brain stem", words, 3));
}

static void nearest_word_finds_a_typo_and_nothing_far(void **state)
{
    static const char *const words[] = {"units", "activation", "kernel_size"};
    (void)state;
    assert_string_equal(mote_nearest_word("activaton", words, 3), "activation");
    assert_string_equal(mote_nearest_word("unit", words, 3), "units");
    assert_null(mote_nearest_word("banana", words, 3));
}

/* Known answers of Philox4x32-10, published with Random123 (kat_vectors): all-zero and all-one counter and key. */
static void philox_gives_its_published_answers(void **state)
{
    mote_random_key   zero = {{0, 0, 0, 0}}, ones = {{~0u, ~0u, ~0u, ~0u}};
    mote_random_block block;
    (void)state;
    block = mote_random_at(zero, 0);
    assert_int_equal(block.word[0], 0x6627e8d5u);
    assert_int_equal(block.word[1], 0xe169c58du);
    assert_int_equal(block.word[2], 0xbc57ac4cu);
    assert_int_equal(block.word[3], 0x9b00dbd8u);
    block = mote_random_at(ones, UINT64_MAX);
    assert_int_equal(block.word[0], 0x408f276du);
    assert_int_equal(block.word[1], 0x41c83b0eu);
    assert_int_equal(block.word[2], 0xa20bc7c6u);
    assert_int_equal(block.word[3], 0x6d5451fdu);
}

static void permutation_holds_each_index_once(void **state)
{
    uint32_t order[1000], moved = 0, i;
    bool     seen[1000] = {false};
    (void)state;
    mote_random_permutation(mote_random_make(1, MOTE_RANDOM_SHUFFLE, 0, 0), order, 1000);
    for (i = 0; i < 1000; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
        moved += order[i] != i;
    }
    assert_true(moved > 900);
}

static void square_task(void *context, int task)
{
    ((int *)context)[task] = task * task;
}

static void pool_runs_every_task_once(void **state)
{
    mote_pool *pool;
    mote_error err = {0};
    int        out[100], round, i;
    (void)state;
    assert_int_equal(mote_pool_create(&pool, 3, &err), MOTE_OK);
    for (round = 0; round < 200; round++) {
        memset(out, 0xff, sizeof out);
        mote_pool_run(pool, square_task, out, 100);
        for (i = 0; i < 100; i++)
            assert_int_equal(out[i], i * i);
    }
    mote_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_is_kept_and_context_goes_in_front),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory_and_keeps_its_cap),
        cmocka_unit_test(output_appears_whole_or_not_at_all),
        cmocka_unit_test(output_folder_replaces_the_old_one),
        cmocka_unit_test(shown_text_is_escaped_and_cut),
        cmocka_unit_test(nothing_in_a_message_steers_a_terminal),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(numbers_are_read_whole_or_refused),
        cmocka_unit_test(letters_that_changed_places_are_one_error),
        cmocka_unit_test(nearest_word_finds_a_typo_and_nothing_far),
        cmocka_unit_test(philox_gives_its_published_answers),
        cmocka_unit_test(permutation_holds_each_index_once),
        cmocka_unit_test(pool_runs_every_task_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
