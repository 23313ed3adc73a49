/* SPDX-License-Identifier: Apache-2.0 */
#include "build/keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sha256.h"
#include "data/raw.h"
#include "math/math.h"

enum { DEPTH_MAX = 8 };

static void add_text(mote_sha256 *hash, const char *text)
{
    mote_sha256_add(hash, text, strlen(text) + 1); /* its end, too: "a" "b" is not "ab" */
}

static mote_status add_path(mote_sha256 *hash, const char *path, int depth, mote_arena *scratch, mote_error *err);

static mote_status add_folder(mote_sha256 *hash, const char *path, int depth, mote_arena *scratch, mote_error *err)
{
    struct dirent **entries;
    int             count = scandir(path, &entries, NULL, alphasort), i;

    if (count < 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    for (i = 0; i < count; i++) {
        char *inside = entries[i]->d_name[0] == '.' ? NULL : mote_path_join(scratch, path, entries[i]->d_name, err);
        if (inside && err->code == MOTE_OK)
            add_path(hash, inside, depth + 1, scratch, err);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

static mote_status add_path(mote_sha256 *hash, const char *path, int depth, mote_arena *scratch, mote_error *err)
{
    struct stat info;
    char        line[96];

    if (stat(path, &info) != 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    add_text(hash, path);
    if (S_ISDIR(info.st_mode))
        return depth < DEPTH_MAX ? add_folder(hash, path, depth, scratch, err) : MOTE_OK;
    snprintf(line, sizeof line, "%lld %lld.%09ld", (long long)info.st_size, (long long)info.st_mtim.tv_sec,
             info.st_mtim.tv_nsec);
    add_text(hash, line);
    return MOTE_OK;
}

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
    mote_arena      scratch = {0};
    mote_sha256     hash;
    mote_sha256_hex hex;
    const char     *root;

    mote_sha256_begin(&hash);
    add_train(&hash, spec);
    if (spec->data.path && (root = mote_data_root(&scratch, spec->data.path, err)) != NULL)
        add_path(&hash, root, 0, &scratch, err);
    if (spec->data.options.targets_path && err->code == MOTE_OK)
        add_path(&hash, spec->data.options.targets_path, 0, &scratch, err);
    mote_arena_destroy(&scratch);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s: data (paths are taken from the folder that mote runs in)", spec->path);
    hex = mote_sha256_end(&hash);
    memcpy(out->train, hex.text, sizeof hex.text);
    chain(out->convert, out->train, mote_spec_section_text(spec, "convert"));
    chain(out->deploy, out->convert, mote_spec_section_text(spec, "deploy"));
    return err->code;
}
