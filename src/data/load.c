/* What a path is, and so who reads it; single arrays are read here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/kind.h"
#include "base/text.h"
#include "base/zip.h"
#include "data/array.h"
#include "data/raw.h"
#include "data/walk.h"

/* ---- single files ---- */

/* They may be words. */
static mote_status read_targets(mote_raw_set *raw, mote_raw_split *split, const char *path, mote_error *err)
{
    mote_error not_text = {0};
    mote_array header;

    split->is_text[0] = mote_array_load_with(&header, path, NULL, mote_npy_read_text_header, 0, &not_text) == MOTE_OK;
    return mote_array_load_with(&split->y[0], path, NULL, split->is_text[0] ? mote_npy_read_text : mote_npy_read,
                                raw->max_bytes, err);
}

static mote_status read_npy(mote_raw_set *raw, const char *path, const char *targets_path, mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_SPLIT_TRAIN];

    raw->source = "NumPy file";
    split->x_name[0] = "x";
    split->y_name[0] = "y";
    MOTE_TRY(mote_npy_load(&split->x[0], path, raw->max_bytes, err));
    mote_raw_set_spend(raw, &split->x[0]);
    return targets_path ? read_targets(raw, split, targets_path, err) : MOTE_OK;
}

static mote_status read_idx_file(mote_raw_set *raw, const char *path, mote_error *err)
{
    raw->source = "IDX file";
    raw->split[MOTE_SPLIT_TRAIN].x_name[0] = "x";
    return mote_array_read_file(&raw->split[MOTE_SPLIT_TRAIN].x[0], path, mote_idx_read, raw->max_bytes, err);
}

/* ".csv", also in front of ".gz". */
static bool is_table_name(const char *path)
{
    static const char *const endings[] = {".csv", ".tsv", ".txt", ".data", ".dat"};
    const size_t             all = strlen(path), count = mote_path_has_suffix(path, ".gz") ? all - 3 : all;
    size_t                   i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t length = strlen(endings[i]);
        if (count > length && strncasecmp(path + count - length, endings[i], length) == 0)
            return true;
    }
    return false;
}

typedef enum file_kind { KIND_NPY, KIND_ZIP, KIND_IDX, KIND_TABLE, KIND_WRONG_NUMPY, KIND_UNKNOWN } file_kind;

/* What a file is shows in its first bytes; text has none that tell, so a table needs its name. */
static mote_status find_kind(file_kind *kind, const char *path, mote_error *err)
{
    mote_file file;
    uint8_t   start[32];
    size_t    count;
    bool      is_zip;

    if (mote_file_open_start(&file, path, MOTE_START_BYTES, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    count = mote_unpacked_start(start, sizeof start, file.bytes, file.count);
    is_zip = mote_is_zip(file.bytes, file.count);
    mote_file_kind_check(file.bytes, file.count, MOTE_WANTED_DATA, err);
    mote_file_close(&file);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", path);
    *kind = mote_is_npy(start, count)                                                  ? KIND_NPY
            : is_zip                                                                   ? KIND_ZIP
            : mote_is_idx(start, count)                                                ? KIND_IDX
            : is_table_name(path)                                                      ? KIND_TABLE
            : mote_path_has_suffix(path, ".npy") || mote_path_has_suffix(path, ".npz") ? KIND_WRONG_NUMPY
                                                                                       : KIND_UNKNOWN;
    return MOTE_OK;
}

/* Only an array leaves open where its targets are: other sources that pass them over would train on the wrong ones. */
static mote_status refuse_targets(const char *path, const mote_dataset_options *o, mote_error *err)
{
    if (!o->targets_path)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s: targets in a file of their own (%s) go with a .npy file of samples", path,
                     o->targets_path);
}

static mote_status read_file(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    file_kind kind = KIND_UNKNOWN;

    MOTE_TRY(find_kind(&kind, path, err));
    if (kind != KIND_NPY)
        MOTE_TRY(refuse_targets(path, options, err));
    switch (kind) {
    case KIND_NPY:
        return read_npy(raw, path, options->targets_path, err);
    case KIND_ZIP:
        if (is_table_name(path) || mote_path_has_suffix(path, ".xlsx"))
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: is a zip archive or a workbook, not text; save the table as CSV",
                             path);
        return mote_raw_read_npz(raw, path, options, err);
    case KIND_IDX:
        return read_idx_file(raw, path, err);
    case KIND_TABLE:
        return mote_raw_read_csv(raw, path, options, err);
    case KIND_WRONG_NUMPY:
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: is not what its name says: neither NumPy's magic nor a zip archive",
                         path);
    case KIND_UNKNOWN:
        break;
    }
    return mote_fail(
        err, MOTE_ERR_UNSUPPORTED,
        "%s: is not a kind of data set that mote knows; it reads .npz, .npy, .csv, IDX files, and folders of "
        "IDX files, of .npy files or of class folders of images or WAV files (a table, packed or not, needs .csv, .tsv, "
        ".txt, .data or .dat in its name)",
        path);
}

static mote_status read_folder(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    bool are_sounds = false;

    MOTE_TRY(refuse_targets(path, options, err));
    if (mote_is_idx_folder(path))
        return mote_raw_read_idx_folder(raw, path, err);
    if (mote_is_npy_folder(path, options))
        return mote_raw_read_npy_folder(raw, path, options, err);
    MOTE_TRY(mote_holds_sounds(&are_sounds, path, err));
    return are_sounds ? mote_raw_read_sounds(raw, path, options, err) : mote_raw_read_images(raw, path, options, err);
}

static mote_status read_any(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    if (mote_is_idx_folder(path) || mote_path_is_dir(path))
        return read_folder(raw, path, options, err);
    return read_file(raw, path, options, err);
}

mote_status mote_dataset_load(mote_dataset **out, const char *path, const mote_dataset_options *options, mote_error *err)
{
    const mote_dataset_options plain = {0};
    mote_raw_set               raw;

    *out = NULL;
    if (!path || *path == '\0')
        return mote_fail(err, MOTE_ERR_USAGE, "a data set needs a path");
    if (!options)
        options = &plain;
    mote_raw_set_init(&raw, options);
    raw.path = mote_arena_strdup(&raw.arena, path, err);
    if (!raw.path || read_any(&raw, path, options, err) != MOTE_OK) {
        mote_raw_set_free(&raw);
        return err->code;
    }
    return mote_dataset_assemble(out, &raw, options, err) == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

mote_status mote_dataset_load_files(mote_dataset **out, const mote_dataset_file *files, int32_t count,
                                    const mote_dataset_options *options, mote_error *err)
{
    const mote_dataset_options plain = {0};
    mote_raw_set               raw;

    *out = NULL;
    if (!files || count < 1)
        return mote_fail(err, MOTE_ERR_USAGE, "no files are named");
    options = options ? options : &plain;
    mote_raw_set_init(&raw, options);
    raw.path = mote_arena_strdup(&raw.arena, files[0].path, err);
    if (!raw.path || mote_raw_read_named_files(&raw, files, count, options, err) != MOTE_OK) {
        mote_raw_set_free(&raw);
        return err->code;
    }
    return mote_dataset_assemble(out, &raw, options, err) == MOTE_OK ? MOTE_OK : mote_context(err, "%s", files[0].path);
}

mote_status mote_dataset_load_pictures(mote_dataset **out, const char *const *paths, int32_t count,
                                       const mote_dataset_options *options, mote_error *err)
{
    const mote_dataset_options plain = {0};
    mote_raw_set               raw;

    *out = NULL;
    if (!paths || count < 1)
        return mote_fail(err, MOTE_ERR_USAGE, "no pictures are named");
    options = options ? options : &plain;
    mote_raw_set_init(&raw, options);
    if (mote_raw_read_pictures(&raw, paths, (size_t)count, options, err) != MOTE_OK) {
        mote_raw_set_free(&raw);
        return err->code;
    }
    return mote_dataset_assemble(out, &raw, options, err);
}
