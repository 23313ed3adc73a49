/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"
#include "project/project.h"

static const char list_name[] = ".mote-files";

typedef struct known_file {
    const char     *path; /* below the folder */
    mote_sha256_hex sha256;
} known_file;

typedef struct file_list {
    known_file *files;
    int32_t     count, capacity;
} file_list;

typedef struct merge {
    const char      *made, *folder, *code;
    mote_arena      *arena;
    mote_kept_files *kept;
    file_list        before, after; /* what mote wrote the last time; what was made now */
    bool            *is_kept;       /* [after.count] */
} merge;

/* ---- lists of files ---- */

static mote_status add_file(merge *m, file_list *list, const char *path, mote_sha256_hex sha256, mote_error *err)
{
    if (list->count == list->capacity) {
        const int32_t capacity = list->capacity ? 2 * list->capacity : 64;
        known_file   *files = MOTE_NEW(m->arena, known_file, capacity, err);
        if (!files)
            return err->code;
        if (list->count > 0)
            memcpy(files, list->files, (size_t)list->count * sizeof *files);
        list->files = files;
        list->capacity = capacity;
    }
    list->files[list->count++] = (known_file){path, sha256};
    return MOTE_OK;
}

static known_file *find_file(const file_list *list, const char *path)
{
    int32_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->files[i].path, path) == 0)
            return &list->files[i];
    return NULL;
}

static mote_status hash_file(mote_sha256_hex *out, const char *path, mote_error *err)
{
    mote_file   file = {0};
    mote_sha256 hash;

    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    mote_sha256_begin(&hash);
    mote_sha256_add(&hash, file.bytes, file.count);
    *out = mote_sha256_end(&hash);
    mote_file_close(&file);
    return MOTE_OK;
}

static bool is_same(const mote_sha256_hex *a, const mote_sha256_hex *b)
{
    return strcmp(a->text, b->text) == 0;
}

static mote_status list_made(merge *m, const char *below, mote_error *err);

static mote_status list_entry(merge *m, const char *below, const char *name, mote_error *err)
{
    char           *path = *below ? mote_path_join(m->arena, below, name, err) : mote_arena_strdup(m->arena, name, err);
    char           *whole = path ? mote_path_join(m->arena, m->made, path, err) : NULL;
    mote_sha256_hex sha256;

    if (!whole)
        return err->code;
    if (mote_path_is_dir(whole))
        return list_made(m, path, err);
    MOTE_TRY(hash_file(&sha256, whole, err));
    return add_file(m, &m->after, path, sha256, err);
}

/* All files below made, in order of their names. */
static mote_status list_made(merge *m, const char *below, mote_error *err)
{
    char *folder = *below ? mote_path_join(m->arena, m->made, below, err) : mote_arena_strdup(m->arena, m->made, err);
    struct dirent **entries;
    int             count = folder ? scandir(folder, &entries, NULL, alphasort) : -1, i;

    if (count < 0)
        return err->code != MOTE_OK ? err->code : mote_fail(err, MOTE_ERR_IO, "%s: %s", folder, strerror(errno));
    for (i = 0; i < count; i++) {
        if (err->code == MOTE_OK && strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            list_entry(m, below, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

/* The list lies in somebody else's folder: a path that leaves it is none of mote's. */
static bool stays_below(const char *path)
{
    return path[0] != '\0' && path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../");
}

/* "HASH  PATH" a line. One that is damaged, or of another kind, makes its file somebody else's, which is safe. */
static mote_status read_line(merge *m, const char *line, size_t length, mote_error *err)
{
    mote_sha256_hex sha256 = {""};
    char           *path;

    if (length < 67 || line[64] != ' ' || line[65] != ' ')
        return MOTE_OK;
    memcpy(sha256.text, line, 64);
    path = mote_arena_strndup(m->arena, line + 66, length - 66, err);
    if (!path || !stays_below(path))
        return err->code;
    return add_file(m, &m->before, path, sha256, err);
}

static mote_status read_list(merge *m, mote_error *err)
{
    char      *path = mote_path_join(m->arena, m->folder, list_name, err);
    mote_file  file = {0};
    mote_error ignored = {0};
    size_t     at, length;

    if (!path || mote_file_open(&file, path, &ignored) != MOTE_OK)
        return err->code;
    for (at = 0; at < file.count && err->code == MOTE_OK; at += length + 1) {
        const char *line = (const char *)file.bytes + at, *end = memchr(line, '\n', file.count - at);
        length = end ? (size_t)(end - line) : file.count - at;
        read_line(m, line, length, err);
    }
    mote_file_close(&file);
    return err->code;
}

static mote_status write_list(merge *m, mote_error *err)
{
    char     *path = mote_path_join(m->arena, m->folder, list_name, err);
    mote_text text = {0};
    int32_t   i;

    for (i = 0; path && i < m->after.count; i++) {
        const known_file *file = &m->after.files[i], *before = find_file(&m->before, file->path);
        if (!m->is_kept[i])
            mote_text_printf(&text, "%s  %s\n", file->sha256.text, file->path);
        else if (before) /* mote's again, should its user take the change back */
            mote_text_printf(&text, "%s  %s\n", before->sha256.text, before->path);
    }
    if (path && mote_text_status(&text, err) == MOTE_OK)
        mote_file_write(path, text.bytes, text.count, err);
    mote_text_free(&text);
    return err->code;
}

/* ---- what to do, before anything is done ---- */

static bool is_below(const char *path, const char *folder)
{
    const size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static mote_status keep(merge *m, int32_t i, const char *there, mote_error *err)
{
    if (is_below(m->after.files[i].path, m->code))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s is not as mote wrote it, and must fit the other sources there; move it away, or delete it",
                         there);
    m->is_kept[i] = true;
    if (m->kept->count < MOTE_COMPILE_KEPT_MAX)
        m->kept->path[m->kept->count] = mote_arena_strdup(m->arena, m->after.files[i].path, err);
    m->kept->count++;
    return err->code;
}

static mote_status decide(merge *m, int32_t i, mote_error *err)
{
    const known_file *file = &m->after.files[i], *before = find_file(&m->before, file->path);
    char             *there = mote_path_join(m->arena, m->folder, file->path, err);
    struct stat       info;
    mote_sha256_hex   now;

    if (!there)
        return err->code;
    if (lstat(there, &info) != 0)
        return MOTE_OK;
    if (S_ISDIR(info.st_mode))
        return mote_fail(err, MOTE_ERR_USAGE, "%s is a folder, where a file has to be written; move it away", there);
    MOTE_TRY(hash_file(&now, there, err));
    if ((before && is_same(&before->sha256, &now)) || is_same(&file->sha256, &now))
        return MOTE_OK;
    return keep(m, i, there, err);
}

/* ---- doing it ---- */

static mote_status make_folder_of(const merge *m, const char *path, mote_error *err)
{
    char *there = mote_path_join(m->arena, m->folder, path, err);

    if (!there)
        return err->code;
    there[mote_path_base(there) - there - 1] = '\0';
    return mote_make_dirs(there, err);
}

static mote_status copy_file(const merge *m, const char *path, mote_error *err)
{
    char     *from = mote_path_join(m->arena, m->made, path, err), *to = mote_path_join(m->arena, m->folder, path, err);
    mote_file file = {0};

    if (!from || !to)
        return err->code;
    if (mote_file_open(&file, from, err) != MOTE_OK)
        return mote_context(err, "%s", from);
    mote_file_write(to, file.bytes, file.count, err);
    mote_file_close(&file);
    return err->code;
}

/* What mote wrote the last time and makes no more, and folders that this leaves empty. */
static mote_status remove_stale(const merge *m, const known_file *file, mote_error *err)
{
    char           *there = mote_path_join(m->arena, m->folder, file->path, err);
    mote_sha256_hex now;
    mote_error      ignored = {0};
    size_t          length;

    if (!there)
        return err->code;
    if (find_file(&m->after, file->path) || hash_file(&now, there, &ignored) != MOTE_OK || !is_same(&now, &file->sha256) ||
        unlink(there) != 0)
        return MOTE_OK;
    for (;;) {
        length = (size_t)(mote_path_base(there) - there);
        if (length <= strlen(m->folder) + 1)
            return MOTE_OK;
        there[length - 1] = '\0';
        if (rmdir(there) != 0)
            return MOTE_OK;
    }
}

static mote_status apply(merge *m, mote_error *err)
{
    int32_t i;

    for (i = 0; i < m->after.count; i++)
        MOTE_TRY(make_folder_of(m, m->after.files[i].path, err));
    for (i = 0; i < m->after.count; i++)
        if (!m->is_kept[i])
            MOTE_TRY(copy_file(m, m->after.files[i].path, err));
    for (i = 0; i < m->before.count; i++)
        MOTE_TRY(remove_stale(m, &m->before.files[i], err));
    return write_list(m, err);
}

mote_status mote_project_merge(mote_kept_files *kept, const char *made, const char *folder, const char *code,
                               mote_arena *arena, mote_error *err)
{
    merge   m = {.made = made, .folder = folder, .code = code, .arena = arena, .kept = kept};
    int32_t i;

    *kept = (mote_kept_files){.count = 0};
    MOTE_TRY(list_made(&m, "", err));
    MOTE_TRY(read_list(&m, err));
    m.is_kept = MOTE_NEW(arena, bool, m.after.count, err);
    if (!m.is_kept)
        return err->code;
    for (i = 0; i < m.after.count; i++)
        MOTE_TRY(decide(&m, i, err));
    return apply(&m, err);
}
