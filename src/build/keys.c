/* SPDX-License-Identifier: Apache-2.0 */
#include "build/keys.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sha256.h"
#include "build/spec.h"
#include "data/list_folder.h"
#include "data/raw.h"
#include "data/seen_folders.h"
#include "math/math.h"

static void add_text(mote_sha256 *hash, const char *text)
{
    mote_sha256_add(hash, text, strlen(text) + 1); /* its end, too: "a" "b" is not "ab" */
}

/* ---- the data's files ---- */

typedef struct data_walk {
    mote_sha256      *hash;
    mote_seen_folders seen;
    mote_arena        scratch;
} data_walk;

static mote_status add_path(data_walk *walk, const char *path, bool is_root, mote_error *err);

static mote_status add_folder(data_walk *walk, const char *path, mote_error *err)
{
    const mote_arena_mark before = mote_arena_get_mark(&walk->scratch);
    mote_name_list        list;
    size_t                i;

    mote_list_folder(&list, &walk->scratch, path, err);
    for (i = 0; i < list.count && err->code == MOTE_OK; i++) {
        char *inside = mote_path_join(&walk->scratch, path, list.names[i], err);
        if (inside)
            add_path(walk, inside, false, err);
    }
    mote_arena_release(&walk->scratch, before);
    return err->code;
}

static mote_status add_path(data_walk *walk, const char *path, bool is_root, mote_error *err)
{
    struct stat info;
    char        line[96];
    bool        is_new = false;

    add_text(walk->hash, path);
    if (stat(path, &info) != 0) /* a link to nowhere among the data: that there is one is all there is to know */
        return !is_root ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        MOTE_TRY(mote_seen_folders_add(&walk->seen, &info, &is_new, err));
        return is_new ? add_folder(walk, path, err) : MOTE_OK;
    }
    snprintf(line, sizeof line, "%lld %lld.%09ld", (long long)info.st_size, (long long)info.st_mtim.tv_sec,
             info.st_mtim.tv_nsec);
    add_text(walk->hash, line);
    return MOTE_OK;
}

static void add_data_path(data_walk *walk, const char *path, mote_error *err)
{
    const char *root = mote_dataset_root(&walk->scratch, path, err);

    if (root)
        add_path(walk, root, true, err);
}

static mote_status end_walk(data_walk *walk, const mote_spec *spec, mote_error *err)
{
    mote_arena_destroy(&walk->seen.arena);
    mote_arena_destroy(&walk->scratch);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s: data (paths are taken from the folder that mote runs in)", spec->path);
    return MOTE_OK;
}

/* Those of a spec's data set, of its targets where they have a file of their own, and of arrays that have. */
static mote_status add_data(mote_sha256 *hash, const mote_spec *spec, const mote_spec_data *data, mote_error *err)
{
    data_walk walk = {.hash = hash};
    int       i;

    if (data->path)
        add_data_path(&walk, data->path, err);
    if (data->options.targets_path && err->code == MOTE_OK)
        add_path(&walk, data->options.targets_path, true, err);
    for (i = 0; i < data->file_count && err->code == MOTE_OK; i++)
        add_path(&walk, data->files[i].path, true, err);
    return end_walk(&walk, spec, err);
}

/* The set that calibrates, which may be a spec that names another. */
static mote_status add_calibration(mote_sha256 *hash, const mote_spec *spec, mote_error *err)
{
    const char *path = spec->convert.calibration_data;
    mote_spec  *other = NULL;

    MOTE_TRY(add_data(hash, spec, &(mote_spec_data){.path = path}, err));
    if (!path || !mote_spec_is_name(path))
        return MOTE_OK;
    if (mote_spec_load(&other, path, err) == MOTE_OK)
        add_data(hash, other, &other->data, err);
    mote_spec_destroy(other);
    return err->code;
}

/* ---- what training begins with ---- */

/* A file by what it holds, wherever it was copied from; of a folder names, sizes and times. */
static mote_status add_start(mote_sha256 *hash, const mote_spec *spec, mote_error *err)
{
    const char *path = spec->state->start.path;
    mote_file   file = {0};
    data_walk   walk = {.hash = hash};

    if (!path)
        return MOTE_OK;
    if (mote_path_is_dir(path)) {
        add_path(&walk, path, true, err);
        mote_arena_destroy(&walk.seen.arena);
        mote_arena_destroy(&walk.scratch);
        return err->code;
    }
    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s:%d: start: %s", spec->path, spec->state->start.line, path);
    mote_sha256_add(hash, file.bytes, file.count);
    mote_file_close(&file);
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
    if (spec->train.quantize.is_on)
        add_text(hash, spec->train.quantize.is_per_tensor ? "a scale a tensor" : "a scale a channel"); /* convert says so */
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
    MOTE_TRY(add_start(&hash, spec, err));
    MOTE_TRY(add_data(&hash, spec, &spec->data, err));
    hex = mote_sha256_end(&hash);
    memcpy(out->train, hex.text, sizeof hex.text);
    mote_sha256_begin(&hash);
    add_text(&hash, out->train);
    MOTE_TRY(add_calibration(&hash, spec, err));
    hex = mote_sha256_end(&hash);
    chain(out->convert, hex.text, mote_spec_section_text(spec, "convert"));
    chain(out->deploy, out->convert, mote_spec_section_text(spec, "deploy"));
    return MOTE_OK;
}
