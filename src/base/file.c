/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t no_bytes[1] = {0};

/* ---- reading ---- */

/* A descriptor to read from, or -1. */
static int open_regular(const char *path, struct stat *info, mote_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for a FIFO's other end */

    *info = (struct stat){0};
    if (fd < 0) {
        mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
        return -1;
    }
    if (fstat(fd, info) != 0 || !S_ISREG(info->st_mode)) {
        close(fd);
        mote_fail(err, MOTE_ERR_IO, "%snot a regular file", S_ISDIR(info->st_mode) ? "a folder, " : "");
        return -1;
    }
    return fd;
}

static mote_status fail_changing(mote_error *err)
{
    return mote_fail(err, MOTE_ERR_IO, "is changed by another program while it is read; try again");
}

/* Exactly count bytes. */
static mote_status read_bytes(int fd, uint8_t *to, size_t count, mote_error *err)
{
    while (count > 0) {
        ssize_t got = read(fd, to, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mote_fail(err, MOTE_ERR_IO, "cannot be read: %s", strerror(errno));
        if (got == 0)
            return fail_changing(err);
        to += got;
        count -= (size_t)got;
    }
    return MOTE_OK;
}

static bool is_unchanged(int fd, const struct stat *before)
{
    struct stat now;

    return fstat(fd, &now) == 0 && now.st_size == before->st_size && now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

mote_status mote_file_open_start(mote_file *file, const char *path, size_t max_bytes, mote_error *err)
{
    struct stat info;
    int         fd = open_regular(path, &info, err);
    size_t      count;
    uint8_t    *bytes;

    *file = (mote_file){0};
    if (fd < 0)
        return err->code;
    count = (uint64_t)info.st_size < max_bytes ? (size_t)info.st_size : max_bytes;
    if (count == 0) {
        *file = (mote_file){no_bytes, 0, false};
    } else if (!(bytes = malloc(count))) {
        mote_fail(err, MOTE_ERR_MEMORY, "no memory for its %zu bytes", count);
    } else {
        *file = (mote_file){bytes, count, true};
        if (read_bytes(fd, bytes, count, err) == MOTE_OK && !is_unchanged(fd, &info))
            fail_changing(err);
        if (err->code != MOTE_OK)
            mote_file_close(file);
    }
    close(fd);
    return err->code;
}

mote_status mote_file_open(mote_file *file, const char *path, mote_error *err)
{
    return mote_file_open_start(file, path, SIZE_MAX, err);
}

void mote_file_close(mote_file *file)
{
    if (file->is_owned)
        free((void *)(uintptr_t)file->bytes);
    *file = (mote_file){0};
}

mote_status mote_file_reader_open(mote_file_reader *reader, const char *path, mote_error *err)
{
    struct stat info;
    int         fd = open_regular(path, &info, err);

    *reader = (mote_file_reader){fd + 1, (size_t)info.st_size};
    return err->code;
}

mote_status mote_file_reader_read(mote_file_reader *reader, void *to, size_t count, mote_error *err)
{
    if (count > reader->bytes_left)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated: %zu bytes are missing", count - reader->bytes_left);
    MOTE_TRY(read_bytes(reader->descriptor - 1, to, count, err));
    reader->bytes_left -= count;
    return MOTE_OK;
}

void mote_file_reader_close(mote_file_reader *reader)
{
    if (reader->descriptor > 0)
        close(reader->descriptor - 1);
    *reader = (mote_file_reader){0};
}

/* ---- where an output goes ---- */

/* "a/b" -> "a", "b" -> ".", "/b" -> "/"; NULL: out of memory. */
static char *parent_of(const char *path)
{
    size_t length = (size_t)(mote_path_base(path) - path);

    if (length == 0)
        return strdup(".");
    return strndup(path, length > 1 ? length - 1 : 1);
}

/* What a link says, seen from the folder that it lies in; NULL when it cannot be read. Takes path over. */
static char *follow_link(char *path)
{
    char    target[PATH_MAX], *joined = NULL;
    ssize_t length = readlink(path, target, sizeof target - 1);
    size_t  folder = (size_t)(mote_path_base(path) - path);

    if (length > 0) {
        target[length] = '\0';
        if (target[0] == '/')
            folder = 0;
        joined = malloc(folder + (size_t)length + 1);
    }
    if (joined) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, target, (size_t)length + 1);
    }
    free(path);
    return joined;
}

/* The place itself: without slashes at the end, links followed, whether or not there is something at their end. */
static char *find_place(const char *wanted, mote_error *err)
{
    enum { LINKS_MAX = 40 };
    struct stat info;
    size_t      length = strlen(wanted);
    char       *path;
    int         links = 0;

    if (length == 0) {
        mote_fail(err, MOTE_ERR_USAGE, "the name of the output is empty");
        return NULL;
    }
    while (length > 1 && wanted[length - 1] == '/')
        length--;
    path = strndup(wanted, length);
    while (path && lstat(path, &info) == 0 && S_ISLNK(info.st_mode) && links++ < LINKS_MAX)
        path = follow_link(path);
    if (path && links <= LINKS_MAX)
        return path;
    mote_fail(err, MOTE_ERR_IO, "%s: is a link that cannot be followed", wanted);
    free(path);
    return NULL;
}

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode) ? "folder" : S_ISFIFO(mode) ? "FIFO" : S_ISSOCK(mode) ? "socket" : "device";
}

/* ---- files ---- */

static mote_status open_stream(mote_output *output, mote_error *err)
{
    const int fd = fcntl(output->temporary->fd, F_DUPFD_CLOEXEC, 0); /* the lock remains when the stream is closed */

    output->stream = fd < 0 ? NULL : fdopen(fd, "wb");
    if (output->stream)
        return MOTE_OK;
    mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return err->code;
}

static mote_status begin_beside(mote_output *output, mote_error *err)
{
    char *folder = parent_of(output->path);

    if (!folder)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    else if (mote_temporary_create(&output->temporary, folder, "", MOTE_TEMPORARY_FILE, err) == MOTE_OK)
        open_stream(output, err);
    free(folder);
    return err->code;
}

mote_status mote_output_begin(mote_output *output, const char *path, mote_error *err)
{
    struct stat info;

    *output = (mote_output){0};
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return mote_fail(err, MOTE_ERR_IO, "%s: is a %s; name a file", path, kind_of(info.st_mode));
    output->path = find_place(path, err);
    if (output->path && begin_beside(output, err) != MOTE_OK)
        mote_context(err, "%s: cannot be written", path);
    if (err->code != MOTE_OK)
        mote_output_abandon(output);
    return err->code;
}

/* errno of what failed, or 0. A stream remembers that a write failed, not why: that is what errno has since then. */
static int finish_stream(mote_output *output)
{
    const int last = errno;
    int       reason = 0;

    if (fflush(output->stream) != 0 || fsync(fileno(output->stream)) != 0)
        reason = errno;
    else if (ferror(output->stream))
        reason = last ? last : EIO;
    if (fclose(output->stream) != 0 && reason == 0)
        reason = errno;
    output->stream = NULL;
    return reason;
}

mote_status mote_output_commit(mote_output *output, mote_error *err)
{
    int reason = finish_stream(output);

    if (reason == 0)
        reason = mote_temporary_publish(output->temporary, output->path);
    if (reason == 0)
        output->temporary = NULL;
    else
        mote_fail(err, MOTE_ERR_IO, "%s: cannot be written: %s", output->path, strerror(reason));
    mote_output_abandon(output);
    return reason == 0 ? MOTE_OK : MOTE_ERR_IO;
}

void mote_output_abandon(mote_output *output)
{
    if (output->stream)
        fclose(output->stream);
    mote_temporary_remove(output->temporary);
    free(output->path);
    *output = (mote_output){0};
}

mote_status mote_file_write(const char *path, const void *bytes, size_t count, mote_error *err)
{
    mote_output output;

    MOTE_TRY(mote_output_begin(&output, path, err));
    if (count > 0)
        fwrite(bytes, 1, count, output.stream); /* commit reports a failure */
    return mote_output_commit(&output, err);
}

/* ---- folders ---- */

static bool is_mounted(const char *path, const char *parent)
{
    struct stat  info, above;
    struct statx more;

    if (stat(path, &info) != 0 || stat(parent, &above) != 0)
        return false;
    if (info.st_dev != above.st_dev || info.st_ino == above.st_ino) /* the root folder is its own parent */
        return true;
    return statx(AT_FDCWD, path, 0, 0, &more) == 0 && (more.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Renaming the working directory away would leave the user's shell in a folder that is no more. */
static bool is_working_directory(const char *path)
{
    struct stat info, here;

    return stat(path, &info) == 0 && stat(".", &here) == 0 && info.st_dev == here.st_dev && info.st_ino == here.st_ino;
}

static bool must_stay(const char *path, const char *parent)
{
    return mote_path_is_dir(path) && (is_mounted(path, parent) || is_working_directory(path) || access(parent, W_OK) != 0);
}

/* A folder that is there by its own name, not as ".". */
static char *find_folder(const char *wanted, mote_error *err)
{
    char *path = find_place(wanted, err), *real = path && mote_path_is_dir(path) ? realpath(path, NULL) : NULL;

    if (real) {
        free(path);
        path = real;
    }
    return path;
}

/* Where the temporary lies: in the folder itself where that must stay, else in the nearest folder above that is there. Those
 * between are made when there is something to put into them. NULL: out of memory. */
static char *find_temporary_place(const char *path)
{
    char *place = parent_of(path), *above;

    if (place && must_stay(path, place)) {
        free(place);
        return strdup(path);
    }
    while (place && !mote_path_exists(place)) {
        above = parent_of(place);
        free(place);
        place = above;
    }
    return place;
}

mote_status mote_output_dir_begin(mote_output_dir *dir, const char *path, mote_error *err)
{
    char *place;

    *dir = (mote_output_dir){0};
    if (mote_path_exists(path) && !mote_path_is_dir(path))
        return mote_fail(err, MOTE_ERR_IO, "%s: is a file; name a folder", path);
    dir->path = find_folder(path, err);
    place = dir->path ? find_temporary_place(dir->path) : NULL;
    if (dir->path && !place)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    else if (place && mote_temporary_create(&dir->registered, place, "", MOTE_TEMPORARY_FOLDER, err) != MOTE_OK)
        mote_context(err, "%s: cannot be written", path);
    free(place);
    if (err->code == MOTE_OK)
        dir->temporary = dir->registered->path;
    else
        mote_output_dir_abandon(dir, err);
    return err->code;
}

/* Renames all entries of one folder into another, except temporaries. errno, or 0. */
static int move_entries(const char *from, const char *to)
{
    struct dirent **entries;
    int             count = scandir(from, &entries, NULL, NULL), reason = count < 0 ? errno : 0, i;
    int             from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int             to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (reason == 0 && (from_fd < 0 || to_fd < 0))
        reason = errno;
    for (i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (reason == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !mote_is_temporary_name(name) &&
            renameat(from_fd, name, to_fd, name) != 0)
            reason = errno;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (from_fd >= 0)
        close(from_fd);
    if (to_fd >= 0)
        close(to_fd);
    return reason;
}

/* The old entries go into a temporary of their own, the new ones take their place; on failure all go back. errno, or 0. */
static int exchange_entries(const mote_output_dir *dir, mote_error *err)
{
    mote_temporary *old;
    int             reason;

    if (mote_temporary_create(&old, dir->path, "", MOTE_TEMPORARY_PRIVATE_FOLDER, err) != MOTE_OK)
        return EACCES;
    mote_temporaries_hold();
    reason = move_entries(dir->path, old->path);
    if (reason == 0 && (reason = move_entries(dir->temporary, dir->path)) != 0)
        (void)move_entries(dir->path, dir->temporary);
    if (reason != 0)
        (void)move_entries(old->path, dir->path);
    mote_temporaries_release();
    mote_temporary_remove(old);
    return reason;
}

/* Held: a clearing that has begun with the new folder would go on with the old one under its name. */
static int exchange(const mote_output_dir *dir, mote_error *err)
{
    bool is_done;

    mote_temporaries_hold();
    is_done = renameat2(AT_FDCWD, dir->temporary, AT_FDCWD, dir->path, RENAME_EXCHANGE) == 0;
    mote_temporaries_release();
    return is_done ? 0 : exchange_entries(dir, err);
}

static mote_status publish(mote_output_dir *dir, mote_error *err)
{
    char *parent = parent_of(dir->path);
    int   reason;

    if (!parent)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    mote_make_dirs(parent, err);
    free(parent);
    if (err->code != MOTE_OK)
        return err->code;
    reason = mote_path_is_dir(dir->path) ? EEXIST : mote_temporary_publish(dir->registered, dir->path);
    if (reason == 0)
        dir->registered = NULL;
    else if (reason == EEXIST || reason == ENOTEMPTY) /* perhaps since a moment ago, by another process */
        reason = exchange(dir, err);
    if (reason == 0)
        return MOTE_OK;
    mote_fail(err, MOTE_ERR_IO, "%s", strerror(reason));
    return mote_context(err, "%s: cannot be replaced", dir->path);
}

/* After an exchange the temporary's name is the old folder's, and goes with it. */
mote_status mote_output_dir_commit(mote_output_dir *dir, mote_error *err)
{
    publish(dir, err);
    mote_output_dir_abandon(dir, err);
    return err->code;
}

/* The user knows the folder by its final name. */
static void show_final_name(const mote_output_dir *dir, mote_error *err)
{
    const char *found = strstr(err->text, dir->temporary);
    char        text[MOTE_ERROR_TEXT];

    if (!found)
        return;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(found - err->text), err->text, dir->path, found + strlen(dir->temporary));
    memcpy(err->text, text, sizeof text);
}

void mote_output_dir_abandon(mote_output_dir *dir, mote_error *err)
{
    if (dir->temporary && err->code != MOTE_OK)
        show_final_name(dir, err);
    mote_temporary_remove(dir->registered);
    free(dir->path);
    *dir = (mote_output_dir){0};
}

char *mote_temporary_dir(mote_arena *arena, const char *prefix, mote_error *err)
{
    const char     *root = mote_temporary_root();
    mote_temporary *temporary;
    char           *folder;

    if (mote_temporary_create(&temporary, root, prefix, MOTE_TEMPORARY_PRIVATE_FOLDER, err) != MOTE_OK) {
        mote_context(err, "%s: a temporary folder cannot be made", root);
        return NULL;
    }
    folder = mote_arena_strdup(arena, temporary->path, err);
    if (!folder)
        mote_temporary_remove(temporary);
    return folder;
}

/* ---- paths ---- */

mote_status mote_make_dirs(const char *path, mote_error *err)
{
    char  *copy = strdup(path);
    size_t i;

    if (!copy)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    for (i = 1; copy[0] != '\0'; i++) {
        char end = copy[i];
        if (end != '/' && end != '\0')
            continue;
        copy[i] = '\0';
        if (mkdir(copy, 0777) != 0 && !(errno == EEXIST && mote_path_is_dir(copy))) {
            mote_fail(err, MOTE_ERR_IO, "%s: cannot make this folder: %s", copy, strerror(errno));
            break;
        }
        copy[i] = end;
        if (end == '\0')
            break;
    }
    free(copy);
    return err->code;
}

mote_status mote_remove_tree(const char *path, mote_error *err)
{
    int reason = mote_remove_at(AT_FDCWD, path);

    if (reason != 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: cannot be removed: %s", path, strerror(reason));
    mote_temporary_forget(path);
    return MOTE_OK;
}

bool mote_path_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

bool mote_path_is_dir(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *mote_path_join(mote_arena *arena, const char *folder, const char *name, mote_error *err)
{
    size_t length = strlen(folder);

    return mote_arena_printf(arena, err, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name);
}

const char *mote_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool mote_path_has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), wanted = strlen(suffix);

    return length >= wanted && strcasecmp(path + length - wanted, suffix) == 0;
}
