/* SPDX-License-Identifier: Apache-2.0 */
#include "build/outputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char *const plot_names[] = {"history.svg", "history.png", "confusion.svg", "confusion.png",   "samples.svg",
                                         "samples.png", "data.svg",    "data.png",      "predictions.svg", "predictions.png",
                                         NULL};

/* ---- kinds ---- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* "arduino/src/kws.c": a project stands in a folder of its target's name. */
static bool is_of_project(const char *path)
{
    char         target[32];
    const size_t length = strcspn(path, "/");

    if (path[length] == '\0' || length >= sizeof target)
        return false;
    snprintf(target, sizeof target, "%.*s", (int)length, path);
    return mote_compile_is_project(target);
}

void mote_quantized_file(char out[MOTE_QUANTIZED_FILE_BYTES], const char *scheme)
{
    snprintf(out, MOTE_QUANTIZED_FILE_BYTES, "model_%s.tflite", scheme);
}

static bool is_quantized_model(const char *path)
{
    char name[MOTE_QUANTIZED_FILE_BYTES];
    int  i;

    for (i = 0; i < MOTE_SCHEME_COUNT; i++) {
        mote_quantized_file(name, mote_scheme_name((mote_scheme)i));
        if (strcmp(path, name) == 0)
            return true;
    }
    return false;
}

/* COUNT: nothing that a build writes. */
static mote_output_kind kind_of(const char *path)
{
    if (begins(path, "plots/"))
        return !is_among(path + 6, plot_names) ? MOTE_OUTPUT_KIND_COUNT
               : begins(path + 6, "history.")  ? MOTE_OUTPUT_HISTORY_PLOT
                                               : MOTE_OUTPUT_ANSWER_PLOT;
    if (begins(path, "firmware/") || is_of_project(path))
        return strstr(path, "..") || strstr(path, "//") ? MOTE_OUTPUT_KIND_COUNT : MOTE_OUTPUT_FIRMWARE;
    if (strcmp(path, "history.csv") == 0 || strcmp(path, "history.json") == 0)
        return MOTE_OUTPUT_HISTORY;
    if (is_quantized_model(path))
        return MOTE_OUTPUT_QUANTIZED;
    return strcmp(path, "model.tflite") == 0 || strcmp(path, "model.keras") == 0 ? MOTE_OUTPUT_MODEL
                                                                                 : MOTE_OUTPUT_KIND_COUNT;
}

/* ---- files ---- */

static mote_status hash_file(mote_sha256_hex *out, const mote_outputs *outputs, const char *path, mote_error *err)
{
    mote_arena  scratch = {0};
    char       *whole = mote_path_join(&scratch, outputs->folder, path, err);
    mote_sha256 hash;
    mote_file   file;

    if (whole && mote_file_open(&file, whole, err) == MOTE_OK) {
        mote_sha256_begin(&hash);
        mote_sha256_add(&hash, file.bytes, file.count);
        *out = mote_sha256_end(&hash);
        mote_file_close(&file);
    } else if (whole) {
        mote_context(err, "%s", whole);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* The place of path among the files, or where it belongs. */
static size_t place_of(const mote_outputs *outputs, const char *path)
{
    size_t i = 0;

    while (i < outputs->count && strcmp(outputs->files[i].path, path) < 0)
        i++;
    return i;
}

const mote_output_file *mote_outputs_find(const mote_outputs *outputs, const char *path)
{
    size_t at = place_of(outputs, path);

    return at < outputs->count && strcmp(outputs->files[at].path, path) == 0 ? &outputs->files[at] : NULL;
}

/* A file that is missing or no file any more is lost; where memory is lacking, nobody knows. */
static mote_status check_file(bool *is_whole, const mote_outputs *outputs, const mote_output_file *file, mote_error *err)
{
    mote_error      reason = {0};
    mote_sha256_hex now;

    *is_whole = hash_file(&now, outputs, file->path, &reason) == MOTE_OK && strcmp(now.text, file->sha256.text) == 0;
    if (reason.code != MOTE_OK && reason.code != MOTE_ERR_IO)
        return mote_fail(err, reason.code, "%s", reason.text);
    return MOTE_OK;
}

/* ---- the list ---- */

static mote_status grow(mote_outputs *outputs, mote_error *err)
{
    size_t            capacity = outputs->capacity ? 2 * outputs->capacity : 64;
    mote_output_file *files;

    if (outputs->count < outputs->capacity)
        return MOTE_OK;
    files = MOTE_NEW(&outputs->arena, mote_output_file, capacity, err);
    if (!files)
        return err->code;
    if (outputs->count > 0)
        memcpy(files, outputs->files, outputs->count * sizeof *files);
    outputs->files = files;
    outputs->capacity = capacity;
    return MOTE_OK;
}

static mote_status put(mote_outputs *outputs, const char *path, const mote_sha256_hex *sha256, mote_error *err)
{
    size_t at = place_of(outputs, path);
    char  *copy;

    if (at < outputs->count && strcmp(outputs->files[at].path, path) == 0) {
        outputs->files[at].sha256 = *sha256;
        return MOTE_OK;
    }
    MOTE_TRY(grow(outputs, err));
    copy = mote_arena_strdup(&outputs->arena, path, err);
    if (!copy)
        return err->code;
    memmove(outputs->files + at + 1, outputs->files + at, (outputs->count - at) * sizeof *outputs->files);
    outputs->files[at] = (mote_output_file){copy, *sha256};
    outputs->count++;
    return MOTE_OK;
}

mote_status mote_outputs_add(mote_outputs *outputs, const char *path, mote_error *err)
{
    mote_sha256_hex sha256;

    MOTE_TRY(hash_file(&sha256, outputs, path, err));
    return put(outputs, path, &sha256, err);
}

static mote_status add_entry(mote_outputs *outputs, const char *path, const char *name, mote_error *err)
{
    char *inside = mote_path_join(&outputs->arena, path, name, err);
    char *whole = inside ? mote_path_join(&outputs->arena, outputs->folder, inside, err) : NULL;

    if (!whole)
        return err->code;
    return mote_path_is_dir(whole) ? mote_outputs_add_folder(outputs, inside, err) : mote_outputs_add(outputs, inside, err);
}

mote_status mote_outputs_add_folder(mote_outputs *outputs, const char *path, mote_error *err)
{
    char          *whole = mote_path_join(&outputs->arena, outputs->folder, path, err);
    DIR           *folder = whole ? opendir(whole) : NULL;
    struct dirent *entry;

    if (!folder)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    while (err->code == MOTE_OK && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            add_entry(outputs, path, entry->d_name, err);
    closedir(folder);
    return err->code;
}

mote_status mote_outputs_list(mote_outputs *outputs, const char *path, const char *sha256, mote_error *err)
{
    mote_sha256_hex known = {""};

    if (kind_of(path) == MOTE_OUTPUT_KIND_COUNT || strlen(sha256) + 1 != sizeof known.text)
        return MOTE_OK;
    memcpy(known.text, sha256, sizeof known.text);
    return put(outputs, path, &known, err);
}

/* ---- by kind ---- */

mote_status mote_outputs_find_lost(mote_lost_outputs *lost, const mote_outputs *outputs, mote_output_kind kind,
                                   mote_error *err)
{
    size_t i;

    *lost = (mote_lost_outputs){0};
    for (i = 0; i < outputs->count; i++) {
        const mote_output_file *file = &outputs->files[i];
        bool                    is_whole;
        if (kind_of(file->path) != kind)
            continue;
        lost->listed++;
        MOTE_TRY(check_file(&is_whole, outputs, file, err));
        if (is_whole)
            continue;
        lost->first = lost->first ? lost->first : file->path;
        lost->count++;
    }
    return MOTE_OK;
}

void mote_outputs_forget(mote_outputs *outputs, mote_output_kind kind)
{
    size_t kept = 0, i;

    for (i = 0; i < outputs->count; i++)
        if (kind_of(outputs->files[i].path) != kind)
            outputs->files[kept++] = outputs->files[i];
    outputs->count = kept;
}

/* Those of path that begin behind `below`. */
static void remove_empty_folders(char *path, const char *below)
{
    char *end;

    while ((end = strrchr(path, '/')) != NULL && end > below) {
        *end = '\0';
        if (rmdir(path) != 0)
            return;
    }
}

/* What cannot be removed is found when its place is written to. */
static mote_status remove_file(bool *is_gone, const mote_outputs *outputs, const mote_output_file *file, mote_error *err)
{
    mote_arena scratch = {0};
    char      *path = mote_path_join(&scratch, outputs->folder, file->path, err);

    *is_gone = path && (unlink(path) == 0 || errno == ENOENT);
    if (*is_gone)
        remove_empty_folders(path, path + strlen(path) - strlen(file->path));
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status remove_files(mote_outputs *outputs, mote_output_kind kind, bool whole_ones, mote_error *err)
{
    size_t kept = 0, i;

    for (i = 0; i < outputs->count; i++) {
        const mote_output_file file = outputs->files[i];
        bool                   is_whole = false, is_gone = false;
        if (kind_of(file.path) == kind && check_file(&is_whole, outputs, &file, err) == MOTE_OK && is_whole == whole_ones)
            remove_file(&is_gone, outputs, &file, err);
        if (!is_gone)
            outputs->files[kept++] = file;
    }
    outputs->count = kept;
    return err->code;
}

mote_status mote_outputs_remove_whole(mote_outputs *outputs, mote_output_kind kind, mote_error *err)
{
    return remove_files(outputs, kind, true, err);
}

mote_status mote_outputs_remove_lost(mote_outputs *outputs, mote_output_kind kind, mote_error *err)
{
    return remove_files(outputs, kind, false, err);
}
