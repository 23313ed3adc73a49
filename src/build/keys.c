/* SPDX-License-Identifier: Apache-2.0 */
#include "build/keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sha256.h"
#include "data/raw.h"
#include "math/math.h"

enum { DEPTH_MAX = 32, VISITED_FIRST = 256 };

static void add_text(mote_sha256 *hash, const char *text)
{
    mote_sha256_add(hash, text, strlen(text) + 1); /* its end, too: "a" "b" is not "ab" */
}

/* ---- the data's files ---- */

/* A folder by what it is, whatever it is called: links make a tree a graph, with circles and many ways to one place. */
typedef struct folder_id {
    dev_t device;
    ino_t inode;
    bool  is_taken;
} folder_id;

typedef struct data_walk {
    mote_sha256 *hash;
    folder_id   *visited; /* an open hash table, at most half full */
    size_t       visited_count, capacity;
    mote_arena   table, scratch;
} data_walk;

static folder_id *find_folder(folder_id *table, size_t capacity, const struct stat *info)
{
    size_t i = ((size_t)info->st_ino * 2654435761u + (size_t)info->st_dev) & (capacity - 1);

    while (table[i].is_taken && (table[i].inode != info->st_ino || table[i].device != info->st_dev))
        i = (i + 1) & (capacity - 1);
    return &table[i];
}

static mote_status grow_table(data_walk *walk, mote_error *err)
{
    size_t     capacity = walk->capacity ? 2 * walk->capacity : VISITED_FIRST, i;
    folder_id *table = MOTE_NEW(&walk->table, folder_id, capacity, err);

    if (!table)
        return err->code;
    for (i = 0; i < walk->capacity; i++)
        if (walk->visited[i].is_taken) {
            const struct stat info = {.st_dev = walk->visited[i].device, .st_ino = walk->visited[i].inode};
            *find_folder(table, capacity, &info) = walk->visited[i];
        }
    walk->visited = table;
    walk->capacity = capacity;
    return MOTE_OK;
}

static mote_status visit(data_walk *walk, const struct stat *info, bool *is_new, mote_error *err)
{
    folder_id *place;

    if (2 * (walk->visited_count + 1) > walk->capacity)
        MOTE_TRY(grow_table(walk, err));
    place = find_folder(walk->visited, walk->capacity, info);
    *is_new = !place->is_taken;
    walk->visited_count += *is_new;
    *place = (folder_id){info->st_dev, info->st_ino, true};
    return MOTE_OK;
}

static mote_status add_path(data_walk *walk, const char *path, int depth, mote_error *err);

static mote_status add_folder(data_walk *walk, const char *path, int depth, mote_error *err)
{
    struct dirent **entries;
    int             count = scandir(path, &entries, NULL, alphasort), i;

    if (count < 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    for (i = 0; i < count; i++) {
        const mote_arena_mark before = mote_arena_get_mark(&walk->scratch);
        char *inside = entries[i]->d_name[0] == '.' ? NULL : mote_path_join(&walk->scratch, path, entries[i]->d_name, err);
        if (inside && err->code == MOTE_OK)
            add_path(walk, inside, depth + 1, err);
        mote_arena_release(&walk->scratch, before);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

static mote_status add_path(data_walk *walk, const char *path, int depth, mote_error *err)
{
    struct stat info;
    char        line[96];
    bool        is_new = false;

    add_text(walk->hash, path);
    if (stat(path, &info) != 0) /* a link to nowhere among the data: that there is one is all there is to know */
        return depth > 0 ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        MOTE_TRY(visit(walk, &info, &is_new, err));
        return is_new && depth < DEPTH_MAX ? add_folder(walk, path, depth, err) : MOTE_OK;
    }
    snprintf(line, sizeof line, "%lld %lld.%09ld", (long long)info.st_size, (long long)info.st_mtim.tv_sec,
             info.st_mtim.tv_nsec);
    add_text(walk->hash, line);
    return MOTE_OK;
}

/* Those of a data set, and of its targets where they have a file of their own; both may be NULL. */
static mote_status add_data(mote_sha256 *hash, const mote_spec *spec, const char *path, const char *targets, mote_error *err)
{
    data_walk   walk = {.hash = hash};
    const char *root;

    if (path && (root = mote_data_root(&walk.table, path, err)) != NULL)
        add_path(&walk, root, 0, err);
    if (targets && err->code == MOTE_OK)
        add_path(&walk, targets, 0, err);
    mote_arena_destroy(&walk.table);
    mote_arena_destroy(&walk.scratch);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s: data (paths are taken from the folder that mote runs in)", spec->path);
    return MOTE_OK;
}

/* ---- keys ---- */

static void add_train(mote_sha256 *hash, const mote_spec *spec)
{
    const mote_math *math = mote_math_select(spec->train.isa);
    char             numbers[64];

    snprintf(numbers, sizeof numbers, "seed %llu", (unsigned long long)spec->train.seed);
    add_text(hash, "mote " MOTE_VERSION);
    add_text(hash, math ? math->name : "");
    add_text(hash, spec->name);
    add_text(hash, mote_spec_section_text(spec, "data"));
    add_text(hash, mote_spec_section_text(spec, "model"));
    add_text(hash, mote_spec_section_text(spec, "train"));
    add_text(hash, numbers); /* may come from the command line */
}

/* The key of the stage before, then the stage's own section. */
static void chain(char *out, const char *before, const char *section)
{
    mote_sha256     hash;
    mote_sha256_hex hex;

    mote_sha256_begin(&hash);
    add_text(&hash, before);
    add_text(&hash, section);
    hex = mote_sha256_end(&hash);
    memcpy(out, hex.text, sizeof hex.text);
}

mote_status mote_build_keys_find(mote_build_keys *out, const mote_spec *spec, mote_error *err)
{
    mote_sha256     hash;
    mote_sha256_hex hex;

    mote_sha256_begin(&hash);
    add_train(&hash, spec);
    MOTE_TRY(add_data(&hash, spec, spec->data.path, spec->data.options.targets_path, err));
    hex = mote_sha256_end(&hash);
    memcpy(out->train, hex.text, sizeof hex.text);
    mote_sha256_begin(&hash);
    add_text(&hash, out->train);
    MOTE_TRY(add_data(&hash, spec, spec->convert.calibration_data, NULL, err));
    hex = mote_sha256_end(&hash);
    chain(out->convert, hex.text, mote_spec_section_text(spec, "convert"));
    chain(out->deploy, out->convert, mote_spec_section_text(spec, "deploy"));
    return MOTE_OK;
}
