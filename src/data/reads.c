/* Which files a data set is read from. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <mote/file.h>

#include "base/arena.h"
#include "base/file.h"
#include "data/image.h"
#include "data/raw.h"
#include "data/wav.h"

static bool is_same_file(const char *path, const struct stat *file)
{
    struct stat info;

    return stat(path, &info) == 0 && info.st_dev == file->st_dev && info.st_ino == file->st_ino;
}

/* How the real path of a file goes on behind that of a folder which holds it, at any depth; NULL: it lies elsewhere. */
static const char *find_below(const char *file, const char *folder)
{
    const size_t length = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return file + 1;
    return strncmp(file, folder, length) == 0 && file[length] == '/' ? file + length + 1 : NULL;
}

/* Of a folder of pictures or sounds that is any such, as its bytes say; of one of arrays a .npy that lies right in it, of
 * one of IDX files one of their names. */
static bool is_sample(const char *file, const char *below, const char *folder)
{
    mote_error ignored = {0};
    mote_file  start;
    bool       is_one;

    if (mote_is_idx_folder(folder))
        return !strchr(below, '/') && mote_is_idx_name(below);
    if (mote_is_npy_folder(folder, &(mote_dataset_options){0}))
        return !strchr(below, '/') && mote_path_has_suffix(file, ".npy");
    if (mote_file_open_start(&start, file, MOTE_START_BYTES, &ignored) != MOTE_OK)
        return false;
    is_one = mote_is_image(start.bytes, start.count) || mote_is_wav(start.bytes, start.count);
    mote_file_close(&start);
    return is_one;
}

/* The real paths, as links are written through. */
static bool folder_reads(const char *path, const char *given)
{
    char       *file = realpath(given, NULL), *folder = realpath(path, NULL);
    const char *below = file && folder ? find_below(file, folder) : NULL;
    const bool  reads = below && is_sample(file, below, folder);

    free(file);
    free(folder);
    return reads;
}

bool mote_dataset_reads(const char *path, const char *file)
{
    mote_arena  arena = {0};
    mote_error  ignored = {0};
    struct stat info;
    const char *root;
    bool        reads = false;

    if (!path || !file || stat(file, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    root = mote_dataset_root(&arena, path, &ignored);
    if (root)
        reads = mote_path_is_dir(root) ? folder_reads(root, file) : is_same_file(root, &info);
    mote_arena_destroy(&arena);
    return reads;
}
