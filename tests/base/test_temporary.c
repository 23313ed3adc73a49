/* base/temporary.h and what file.h makes of it: names that cannot be guessed, locks that tell the living from the dead,
 * folders replaced wherever they lie. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temporary.h"

#define ROOT "build/tests/temporary"

static int set_up(void **state)
{
    mote_error err = {0};
    (void)state;
    return mote_remove_tree(ROOT, &err) == MOTE_OK && mote_make_dirs(ROOT, &err) == MOTE_OK ? 0 : -1;
}

static int count_entries(const char *folder)
{
    struct dirent **entries;
    int             count = scandir(folder, &entries, NULL, NULL), i;

    assert_true(count >= 2);
    for (i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2;
}

static void write_file(const char *path, const char *text)
{
    mote_error err = {0};

    assert_int_equal(mote_file_write(path, text, strlen(text), &err), MOTE_OK);
}

static void assert_holds(const char *path, const char *text)
{
    mote_error err = {0};
    mote_file  file;

    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    assert_int_equal(file.count, strlen(text));
    assert_memory_equal(file.bytes, text, file.count);
    mote_file_close(&file);
}

static int mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(lstat(path, &info), 0);
    return (int)(info.st_mode & 07777);
}

/* ---- temporaries ---- */

static void names_are_new_each_time_and_recognised(void **state)
{
    mote_error      err = {0};
    mote_temporary *a, *b;
    (void)state;
    assert_int_equal(mote_temporary_create(&a, ROOT, "", MOTE_TEMPORARY_FILE, &err), MOTE_OK);
    assert_int_equal(mote_temporary_create(&b, ROOT, "stem", MOTE_TEMPORARY_FOLDER, &err), MOTE_OK);
    assert_true(mote_is_temporary_name(mote_path_base(a->path)));
    assert_true(mote_is_temporary_name(mote_path_base(b->path)));
    assert_int_not_equal(strcmp(a->path + strlen(a->path) - 10, b->path + strlen(b->path) - 10), 0);
    assert_false(mote_is_temporary_name("weights.mote-tmp-backup"));
    assert_false(mote_is_temporary_name("model.tflite.tmp1234567890"));
    assert_false(mote_is_temporary_name("x.mote-tmp-ABCDEFGHIJ"));
    mote_temporary_remove(a);
    mote_temporary_remove(b);
    assert_int_equal(count_entries(ROOT), 0);
}

static void modes_are_the_umask_s(void **state)
{
    const mode_t    old = umask(027);
    mote_error      err = {0};
    mote_output_dir dir;
    (void)state;
    write_file(ROOT "/file", "x");
    assert_int_equal(mote_output_dir_begin(&dir, ROOT "/folder", &err), MOTE_OK);
    assert_int_equal(mote_output_dir_commit(&dir, &err), MOTE_OK);
    umask(old);
    assert_int_equal(mode_of(ROOT "/file"), 0640);
    assert_int_equal(mode_of(ROOT "/folder"), 0750);
}

/* A process that makes a file and a folder with something in it, says so, and waits until it is killed. */
static pid_t start_owner(void)
{
    int   ready[2];
    pid_t owner;
    char  byte;

    assert_int_equal(pipe(ready), 0);
    owner = fork();
    if (owner == 0) {
        mote_error      err = {0};
        mote_temporary *temporary;
        mote_output_dir dir;
        char            path[200];
        if (mote_temporary_create(&temporary, ROOT, "", MOTE_TEMPORARY_FILE, &err) != MOTE_OK ||
            mote_output_dir_begin(&dir, ROOT "/new", &err) != MOTE_OK)
            _exit(1);
        snprintf(path, sizeof path, "%s/inside", dir.temporary);
        if (mote_file_write(path, "x", 1, &err) != MOTE_OK || write(ready[1], "", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return owner;
}

static void only_what_the_dead_left_is_cleared(void **state)
{
    pid_t owner = start_owner();
    (void)state;
    write_file(ROOT "/mine", "mine");
    assert_int_equal(symlink("mine", ROOT "/link.mote-tmp-abcdefghij"), 0);
    mote_clear_stale_temporaries(ROOT);
    assert_int_equal(count_entries(ROOT), 4);
    kill(owner, SIGKILL);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    mote_clear_stale_temporaries(ROOT);
    assert_int_equal(count_entries(ROOT), 2);
    assert_holds(ROOT "/mine", "mine");
}

static void an_output_clears_its_folder_first(void **state)
{
    pid_t owner = start_owner();
    (void)state;
    kill(owner, SIGKILL);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    write_file("build/tests/elsewhere", "x"); /* outputs that follow one another clear their folder once */
    write_file(ROOT "/out", "x");
    assert_int_equal(count_entries(ROOT), 1);
}

static void cleanup_removes_all_of_the_process(void **state)
{
    pid_t child = fork();
    int   ending;
    (void)state;
    if (child == 0) {
        mote_error      err = {0};
        mote_output     output;
        mote_output_dir dir;
        mote_arena      arena = {0};
        char            path[200];
        setenv("TMPDIR", ROOT, 1); /* not absolute: /tmp is taken */
        if (mote_output_begin(&output, ROOT "/out", &err) != MOTE_OK ||
            mote_output_dir_begin(&dir, ROOT "/folder", &err) != MOTE_OK || !mote_temporary_dir(&arena, "mote-test", &err))
            _exit(1);
        snprintf(path, sizeof path, "%s/deep/er", dir.temporary);
        mote_make_dirs(path, &err);
        mote_cleanup_temporaries();
        _exit(err.code == MOTE_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &ending, 0), child);
    assert_int_equal(ending, 0);
    assert_int_equal(count_entries(ROOT), 0);
}

static void a_removed_folder_is_forgotten(void **state)
{
    mote_error err = {0};
    mote_arena arena = {0};
    int        i;
    (void)state;
    for (i = 0; i < 3000; i++) { /* more than a process may have files open */
        char *folder = mote_temporary_dir(&arena, "mote-test", &err);
        assert_non_null(folder);
        assert_int_equal(mode_of(folder), 0700);
        assert_int_equal(mote_remove_tree(folder, &err), MOTE_OK);
    }
    mote_arena_destroy(&arena);
}

/* ---- outputs ---- */

static void links_are_followed(void **state)
{
    mote_error      err = {0};
    mote_output_dir dir;
    (void)state;
    mote_make_dirs(ROOT "/there", &err);
    write_file(ROOT "/there/file", "old");
    assert_int_equal(symlink("there/file", ROOT "/link"), 0);
    assert_int_equal(symlink("there/none", ROOT "/new"), 0);
    assert_int_equal(symlink("there", ROOT "/folder"), 0);
    assert_int_equal(symlink("loop", ROOT "/loop"), 0);
    write_file(ROOT "/link", "new");
    write_file(ROOT "/new", "made");
    assert_holds(ROOT "/there/file", "new");
    assert_holds(ROOT "/there/none", "made");
    assert_int_equal(mote_file_write(ROOT "/loop", "x", 1, &err), MOTE_ERR_IO);
    mote_error_clear(&err);
    assert_int_equal(mote_output_dir_begin(&dir, ROOT "/folder", &err), MOTE_OK);
    assert_int_equal(mote_output_dir_commit(&dir, &err), MOTE_OK);
    assert_int_equal(count_entries(ROOT "/there"), 0);
    assert_int_equal(mode_of(ROOT "/folder"), 0777); /* of a link */
}

static void what_is_no_file_is_refused(void **state)
{
    mote_error err = {0};
    (void)state;
    assert_int_equal(mkfifo(ROOT "/fifo", 0600), 0);
    assert_int_equal(mote_file_write(ROOT "/fifo", "x", 1, &err), MOTE_ERR_IO);
    assert_non_null(strstr(err.text, "is a FIFO"));
    mote_error_clear(&err);
    assert_int_equal(mote_file_write("/dev/null", "x", 1, &err), MOTE_ERR_IO);
    assert_non_null(strstr(err.text, "is a device"));
    mote_error_clear(&err);
    assert_int_equal(mote_file_write("", "x", 1, &err), MOTE_ERR_USAGE);
    assert_int_equal(count_entries(ROOT), 1);
}

static void the_working_directory_stays_and_its_entries_are_replaced(void **state)
{
    mote_error      err = {0};
    mote_output_dir dir;
    struct stat     before, after;
    char            path[4096], *top = getcwd(NULL, 0);
    (void)state;
    write_file(ROOT "/old", "old");
    assert_int_equal(chdir(ROOT), 0);
    assert_int_equal(stat(".", &before), 0);
    assert_int_equal(mote_output_dir_begin(&dir, ".", &err), MOTE_OK);
    snprintf(path, sizeof path, "%s/new", dir.temporary);
    write_file(path, "new");
    assert_int_equal(mote_output_dir_commit(&dir, &err), MOTE_OK);
    assert_holds("new", "new");
    assert_int_equal(count_entries("."), 1);
    assert_int_equal(stat(top, &after), 0);
    assert_int_equal(chdir(top), 0);
    assert_int_equal(stat(ROOT, &after), 0);
    assert_true(before.st_ino == after.st_ino);
    free(top);
}

enum { CLEARED_FILES = 2000 };

static void *clean_up(void *unused)
{
    mote_cleanup_temporaries();
    _exit(0);
    return unused;
}

static void name_cleared_file(char *path, size_t bytes, const mote_output_dir *dir, int index)
{
    snprintf(path, bytes, "%s/%d", dir->temporary, index);
}

/* Whether one of the files is gone already. */
static bool is_clearing(const mote_output_dir *dir)
{
    char path[200];
    int  i;

    for (i = 0; i < CLEARED_FILES; i++) {
        name_cleared_file(path, sizeof path, dir, i);
        if (access(path, F_OK) != 0)
            return true;
    }
    return false;
}

/* A process that ends, as after a signal, while another thread of it commits. */
static void commit_while_clearing(void)
{
    mote_error      err = {0};
    mote_output_dir dir;
    pthread_t       thread;
    char            path[200];
    int             i;

    if (mote_output_dir_begin(&dir, ROOT "/folder", &err) != MOTE_OK)
        _exit(1);
    for (i = 0; i < CLEARED_FILES; i++) {
        name_cleared_file(path, sizeof path, &dir, i);
        close(open(path, O_WRONLY | O_CREAT, 0600));
    }
    if (pthread_create(&thread, NULL, clean_up, NULL) != 0)
        _exit(1);
    while (!is_clearing(&dir)) {
    }
    mote_output_dir_commit(&dir, &err);
    pause();
}

static void an_end_amid_a_commit_leaves_the_old_folder(void **state)
{
    mote_error err = {0};
    pid_t      child;
    int        ending;
    (void)state;
    mote_make_dirs(ROOT "/folder", &err);
    write_file(ROOT "/folder/old", "old");
    child = fork();
    if (child == 0)
        commit_while_clearing();
    assert_int_equal(waitpid(child, &ending, 0), child);
    assert_true(WIFEXITED(ending) && WEXITSTATUS(ending) == 0);
    assert_holds(ROOT "/folder/old", "old");
    assert_int_equal(count_entries(ROOT "/folder"), 1);
    assert_int_equal(count_entries(ROOT), 1);
}

/* On a failure the name that the user gave is told, and nothing stays. */
static void an_abandoned_folder_leaves_nothing(void **state)
{
    mote_error      err = {0};
    mote_output_dir dir;
    char            path[200];
    (void)state;
    assert_int_equal(mote_output_dir_begin(&dir, ROOT "/above/folder", &err), MOTE_OK);
    snprintf(path, sizeof path, "%s/no/such/file", dir.temporary);
    assert_int_equal(mote_file_write(path, "x", 1, &err), MOTE_ERR_IO);
    mote_output_dir_abandon(&dir, &err);
    assert_non_null(strstr(err.text, ROOT "/above/folder/no/such/file"));
    assert_null(strstr(err.text, "mote-tmp"));
    assert_int_equal(count_entries(ROOT), 0);
}

static void trees_are_removed_whatever_failed_before(void **state)
{
    mote_error err = {MOTE_ERR_IO, "before"};
    mote_error made = {0};
    (void)state;
    mote_make_dirs(ROOT "/a/b/c", &made);
    write_file(ROOT "/a/b/file", "x");
    assert_int_equal(symlink("/", ROOT "/a/root"), 0);
    assert_int_equal(mote_remove_tree(ROOT "/a", &err), MOTE_OK);
    assert_false(mote_path_exists(ROOT "/a"));
    assert_string_equal(err.text, "before");
    assert_true(mote_path_exists("/usr"));
}

/* ---- reading ---- */

static void bytes_stay_when_the_file_is_shortened(void **state)
{
    enum { COUNT = 1 << 20 };
    mote_error err = {0};
    mote_file  file;
    char      *text = calloc(COUNT + 1, 1);
    size_t     i, sum = 0;
    (void)state;
    memset(text, 'a', COUNT);
    write_file(ROOT "/file", text);
    assert_int_equal(mote_file_open(&file, ROOT "/file", &err), MOTE_OK);
    assert_int_equal(truncate(ROOT "/file", 0), 0);
    for (i = 0; i < file.count; i++)
        sum += file.bytes[i];
    assert_int_equal(sum, (size_t)COUNT * 'a');
    mote_file_close(&file);
    free(text);
}

static void a_file_shortened_while_it_is_read_is_an_error(void **state)
{
    mote_error       err = {0};
    mote_file_reader reader;
    char             bytes[8];
    (void)state;
    write_file(ROOT "/file", "12345678");
    assert_int_equal(mote_file_reader_open(&reader, ROOT "/file", &err), MOTE_OK);
    assert_int_equal(mote_file_reader_read(&reader, bytes, 4, &err), MOTE_OK);
    assert_int_equal(truncate(ROOT "/file", 6), 0);
    assert_int_equal(mote_file_reader_read(&reader, bytes, 4, &err), MOTE_ERR_IO);
    mote_file_reader_close(&reader);
}

static void the_beginning_of_a_file_is_enough_to_know_it(void **state)
{
    mote_error err = {0};
    mote_file  file;
    (void)state;
    write_file(ROOT "/file", "12345678");
    assert_int_equal(mote_file_open_start(&file, ROOT "/file", 3, &err), MOTE_OK);
    assert_int_equal(file.count, 3);
    mote_file_close(&file);
    assert_int_equal(mote_file_open_start(&file, ROOT "/file", 300, &err), MOTE_OK);
    assert_int_equal(file.count, 8);
    mote_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(names_are_new_each_time_and_recognised, set_up),
        cmocka_unit_test_setup(modes_are_the_umask_s, set_up),
        cmocka_unit_test_setup(only_what_the_dead_left_is_cleared, set_up),
        cmocka_unit_test_setup(an_output_clears_its_folder_first, set_up),
        cmocka_unit_test_setup(cleanup_removes_all_of_the_process, set_up),
        cmocka_unit_test_setup(a_removed_folder_is_forgotten, set_up),
        cmocka_unit_test_setup(links_are_followed, set_up),
        cmocka_unit_test_setup(what_is_no_file_is_refused, set_up),
        cmocka_unit_test_setup(the_working_directory_stays_and_its_entries_are_replaced, set_up),
        cmocka_unit_test_setup(an_end_amid_a_commit_leaves_the_old_folder, set_up),
        cmocka_unit_test_setup(an_abandoned_folder_leaves_nothing, set_up),
        cmocka_unit_test_setup(trees_are_removed_whatever_failed_before, set_up),
        cmocka_unit_test_setup(bytes_stay_when_the_file_is_shortened, set_up),
        cmocka_unit_test_setup(a_file_shortened_while_it_is_read_is_an_error, set_up),
        cmocka_unit_test_setup(the_beginning_of_a_file_is_enough_to_know_it, set_up),
    };
    return cmocka_run_group_tests_name("temporary", tests, NULL, NULL);
}
