/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t no_bytes[1] = {0};

mote_status mote_file_open(mote_file *file, const char *path, mote_error *err)
{
    struct stat info;
    int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    void       *memory;

    *file = (mote_file){0};
    if (fd < 0)
        return mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return mote_fail(err, MOTE_ERR_IO, "not a regular file");
    }
    if (info.st_size == 0) {
        close(fd);
        file->bytes = no_bytes;
        return MOTE_OK;
    }
    memory = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        return mote_fail(err, MOTE_ERR_IO, "cannot be mapped: %s", strerror(errno));
    *file = (mote_file){memory, (size_t)info.st_size, true};
    return MOTE_OK;
}

void mote_file_close(mote_file *file)
{
    if (file->is_mapped)
        munmap((void *)(uintptr_t)file->bytes, file->count);
    *file = (mote_file){0};
}

/* "PATH.tmpPID": the same folder, so that rename stays on one file system. */
static char *temporary_name(const char *path)
{
    size_t count = strlen(path) + 32;
    char  *name = malloc(count);

    if (name)
        snprintf(name, count, "%s.tmp%ld", path, (long)getpid());
    return name;
}

static mote_status name_output(char **path, char **temporary, const char *wanted, mote_error *err)
{
    size_t length = strlen(wanted);

    while (length > 1 && wanted[length - 1] == '/')
        length--;
    *path = strndup(wanted, length);
    *temporary = *path ? temporary_name(*path) : NULL;
    return *temporary ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", wanted);
}

static void forget_output(char **path, char **temporary)
{
    free(*path);
    free(*temporary);
    *path = *temporary = NULL;
}

mote_status mote_output_begin(mote_output *output, const char *path, mote_error *err)
{
    *output = (mote_output){0};
    if (mote_path_is_dir(path))
        return mote_fail(err, MOTE_ERR_IO, "%s: is a folder; name a file", path);
    if (name_output(&output->path, &output->temporary, path, err) == MOTE_OK) {
        output->stream = fopen(output->temporary, "wb");
        if (!output->stream)
            mote_fail(err, MOTE_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
    }
    if (!output->stream)
        forget_output(&output->path, &output->temporary);
    return err->code;
}

mote_status mote_output_commit(mote_output *output, mote_error *err)
{
    bool is_good = !ferror(output->stream) && fflush(output->stream) == 0 && fsync(fileno(output->stream)) == 0;
    int  reason = errno;

    if (fclose(output->stream) != 0 && is_good) {
        is_good = false;
        reason = errno;
    }
    output->stream = NULL;
    if (is_good && rename(output->temporary, output->path) != 0) {
        is_good = false;
        reason = errno;
    }
    if (!is_good) {
        mote_fail(err, MOTE_ERR_IO, "%s: cannot be written: %s", output->path, strerror(reason));
        unlink(output->temporary);
    }
    forget_output(&output->path, &output->temporary);
    return is_good ? MOTE_OK : MOTE_ERR_IO;
}

void mote_output_abandon(mote_output *output)
{
    if (output->stream) {
        fclose(output->stream);
        unlink(output->temporary);
        output->stream = NULL;
    }
    forget_output(&output->path, &output->temporary);
}

mote_status mote_file_write(const char *path, const void *bytes, size_t count, mote_error *err)
{
    mote_output output;

    MOTE_TRY(mote_output_begin(&output, path, err));
    if (count > 0)
        fwrite(bytes, 1, count, output.stream); /* commit reports a failure */
    return mote_output_commit(&output, err);
}

mote_status mote_output_dir_begin(mote_output_dir *dir, const char *path, mote_error *err)
{
    *dir = (mote_output_dir){0};
    if (mote_path_exists(path) && !mote_path_is_dir(path))
        return mote_fail(err, MOTE_ERR_IO, "%s: is a file; name a folder", path);
    if (name_output(&dir->path, &dir->temporary, path, err) != MOTE_OK || mote_remove_tree(dir->temporary, err) != MOTE_OK ||
        mote_make_dirs(dir->temporary, err) != MOTE_OK)
        forget_output(&dir->path, &dir->temporary);
    return err->code;
}

mote_status mote_output_dir_commit(mote_output_dir *dir, mote_error *err)
{
    size_t      count = strlen(dir->temporary) + 8;
    char       *old = malloc(count);
    mote_status status = MOTE_OK;

    if (!old) {
        mote_output_dir_abandon(dir);
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    }
    snprintf(old, count, "%s.old", dir->temporary);
    if (rename(dir->path, old) != 0 && errno != ENOENT)
        status = mote_fail(err, MOTE_ERR_IO, "%s: cannot be replaced: %s", dir->path, strerror(errno));
    if (status == MOTE_OK && rename(dir->temporary, dir->path) != 0) {
        status = mote_fail(err, MOTE_ERR_IO, "%s: cannot be written: %s", dir->path, strerror(errno));
        (void)!rename(old, dir->path);
    }
    if (status == MOTE_OK)
        status = mote_remove_tree(old, err);
    else
        mote_remove_tree(dir->temporary, err);
    free(old);
    forget_output(&dir->path, &dir->temporary);
    return status;
}

void mote_output_dir_abandon(mote_output_dir *dir)
{
    mote_error ignored = {0};

    if (dir->temporary)
        mote_remove_tree(dir->temporary, &ignored);
    forget_output(&dir->path, &dir->temporary);
}

char *mote_temporary_dir(mote_arena *arena, const char *prefix, mote_error *err)
{
    const char *root = getenv("TMPDIR");
    char       *folder = mote_arena_printf(arena, err, "%s/%s-XXXXXX", root && root[0] == '/' ? root : "/tmp", prefix);

    if (folder && !mkdtemp(folder)) {
        mote_fail(err, MOTE_ERR_IO, "%s: a temporary folder cannot be made: %s", folder, strerror(errno));
        return NULL;
    }
    return folder;
}

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

static mote_status remove_entries(const char *path, mote_error *err)
{
    DIR           *folder = opendir(path);
    struct dirent *entry;

    if (!folder)
        return mote_fail(err, MOTE_ERR_IO, "%s: cannot be removed: %s", path, strerror(errno));
    while (err->code == MOTE_OK && (entry = readdir(folder)) != NULL) {
        size_t count = strlen(path) + strlen(entry->d_name) + 2;
        char  *name;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        name = malloc(count);
        if (!name) {
            mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
            break;
        }
        snprintf(name, count, "%s/%s", path, entry->d_name);
        mote_remove_tree(name, err);
        free(name);
    }
    closedir(folder);
    return err->code;
}

mote_status mote_remove_tree(const char *path, mote_error *err)
{
    struct stat info;

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        MOTE_TRY(remove_entries(path, err));
        if (rmdir(path) != 0)
            return mote_fail(err, MOTE_ERR_IO, "%s: cannot be removed: %s", path, strerror(errno));
        return MOTE_OK;
    }
    if (unlink(path) != 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: cannot be removed: %s", path, strerror(errno));
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
