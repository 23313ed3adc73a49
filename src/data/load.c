/* What a path is, and the sources that are named arrays: folders of IDX or .npy files, .npz archives, single files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/raw.h"

/* ---- IDX folders ---- */

static const struct {
    const char   *prefix;
    mote_split_id split;
} idx_splits[] = {{"train", MOTE_TRAIN}, {"t10k", MOTE_TEST}, {"test", MOTE_TEST}};

enum { IDX_SPLIT_COUNT = sizeof idx_splits / sizeof *idx_splits };

/* The name under which a part ("images-idx3") is there, plain before packed; NULL when it is not. */
static char *find_idx(mote_arena *arena, const char *folder, const char *prefix, const char *part, mote_error *err)
{
    static const char *const endings[] = {"", ".gz"};
    static const char        separators[] = {'-', '.'};
    size_t                   i, j;

    for (i = 0; i < 2; i++)
        for (j = 0; j < 2; j++) {
            char *path = mote_arena_printf(arena, err, "%s/%s-%s%cidx%s-ubyte%s", folder, prefix, part, separators[j],
                                           strcmp(part, "images") == 0 ? "3" : "1", endings[i]);
            if (!path || mote_path_exists(path))
                return path;
        }
    return NULL;
}

bool mote_is_idx_folder(const char *path)
{
    mote_arena scratch = {0};
    mote_error ignored = {0};
    bool       is_one = false;
    size_t     i;

    for (i = 0; i < IDX_SPLIT_COUNT && !is_one; i++)
        is_one = find_idx(&scratch, path, idx_splits[i].prefix, "images", &ignored) != NULL;
    mote_arena_destroy(&scratch);
    return is_one;
}

static mote_status read_idx_split(mote_raw_set *raw, mote_raw_split *split, const char *folder, const char *prefix,
                                  mote_error *err)
{
    char *images = find_idx(&raw->arena, folder, prefix, "images", err);
    char *labels = find_idx(&raw->arena, folder, prefix, "labels", err);

    if (!images || err->code != MOTE_OK)
        return err->code;
    if (!labels)
        return mote_fail(err, MOTE_ERR_IO, "%s: the labels are missing: %s-labels-idx1-ubyte, plain or .gz", folder, prefix);
    split->x_name = mote_path_base(images);
    split->y_name = mote_path_base(labels);
    MOTE_TRY(mote_idx_load(&split->x, images, raw->max_bytes, err));
    mote_raw_set_spend(raw, &split->x);
    MOTE_TRY(mote_idx_load(&split->y, labels, raw->max_bytes, err));
    mote_raw_set_spend(raw, &split->y);
    return MOTE_OK;
}

mote_status mote_raw_read_idx_folder(mote_raw_set *raw, const char *path, mote_error *err)
{
    size_t i;

    raw->source = "IDX files";
    for (i = 0; i < IDX_SPLIT_COUNT; i++) {
        mote_raw_split *split = &raw->split[idx_splits[i].split];
        if (!split->x.bytes)
            MOTE_TRY(read_idx_split(raw, split, path, idx_splits[i].prefix, err));
    }
    return MOTE_OK;
}

/* ---- arrays by name: .npz, or a folder of .npy ---- */

static const struct {
    const char   *x, *y;
    mote_split_id split;
} named_splits[] = {{"x_train", "y_train", MOTE_TRAIN},
                    {"x_val", "y_val", MOTE_VALIDATION},
                    {"x_test", "y_test", MOTE_TEST},
                    {"x", "y", MOTE_TRAIN}};

enum { NAMED_SPLIT_COUNT = sizeof named_splits / sizeof *named_splits };

/* Where arrays come from by name. */
typedef struct array_store {
    mote_npz   *npz;    /* or */
    const char *folder; /* of .npy files */
} array_store;

static char *npy_path(mote_arena *arena, const char *folder, const char *name, mote_error *err)
{
    return mote_arena_printf(arena, err, "%s/%s.npy", folder, name);
}

static bool has_array(const array_store *store, const char *name)
{
    mote_arena scratch = {0};
    mote_error ignored = {0};
    char      *path;
    bool       is_there;

    if (store->npz)
        return mote_npz_find(store->npz, name) >= 0;
    path = npy_path(&scratch, store->folder, name, &ignored);
    is_there = path && mote_path_exists(path);
    mote_arena_destroy(&scratch);
    return is_there;
}

static mote_status read_array(mote_raw_set *raw, mote_array *out, const array_store *store, const char *name,
                              mote_error *err)
{
    char *path;

    if (store->npz) {
        MOTE_TRY(mote_npz_load(out, store->npz, name, raw->max_bytes, err));
    } else {
        path = npy_path(&raw->arena, store->folder, name, err);
        if (!path)
            return err->code;
        MOTE_TRY(mote_npy_load(out, path, raw->max_bytes, err));
    }
    mote_raw_set_spend(raw, out);
    return MOTE_OK;
}

static mote_status read_named(mote_raw_set *raw, const array_store *store, mote_error *err)
{
    size_t i;

    for (i = 0; i < NAMED_SPLIT_COUNT; i++) {
        mote_raw_split *split = &raw->split[named_splits[i].split];
        if (split->x.bytes || !has_array(store, named_splits[i].x))
            continue;
        split->x_name = named_splits[i].x;
        split->y_name = named_splits[i].y;
        MOTE_TRY(read_array(raw, &split->x, store, split->x_name, err));
        if (has_array(store, split->y_name))
            MOTE_TRY(read_array(raw, &split->y, store, split->y_name, err));
    }
    return MOTE_OK;
}

bool mote_is_npy_folder(const char *path)
{
    array_store store = {.folder = path};
    size_t      i;

    for (i = 0; i < NAMED_SPLIT_COUNT; i++)
        if (has_array(&store, named_splits[i].x))
            return true;
    return false;
}

mote_status mote_raw_read_npy_folder(mote_raw_set *raw, const char *path, mote_error *err)
{
    array_store store = {.folder = path};

    raw->source = "NumPy files";
    return read_named(raw, &store, err);
}

static bool has_samples(const mote_raw_set *raw)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (raw->split[i].x.bytes)
            return true;
    return false;
}

static mote_status read_open_npz(mote_raw_set *raw, mote_npz *npz, const char *path, mote_error *err)
{
    array_store     store = {.npz = npz};
    mote_raw_split *split = &raw->split[MOTE_TRAIN];

    MOTE_TRY(read_named(raw, &store, err));
    if (has_samples(raw))
        return MOTE_OK;
    if (mote_npz_count(npz) != 1)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: holds neither x_train, nor x_test, nor x, nor one array alone", path);
    split->x_name = mote_arena_strdup(&raw->arena, mote_show_string(mote_npz_name(npz, 0)).text, err);
    return split->x_name ? read_array(raw, &split->x, &store, mote_npz_name(npz, 0), err) : err->code;
}

mote_status mote_raw_read_npz(mote_raw_set *raw, const char *path, mote_error *err)
{
    mote_npz *npz;

    raw->source = "NumPy archive";
    MOTE_TRY(mote_npz_open(&npz, path, err));
    read_open_npz(raw, npz, path, err);
    mote_npz_close(npz);
    return err->code;
}

/* ---- single files ---- */

static mote_status read_npy(mote_raw_set *raw, const char *path, const char *targets_path, mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_TRAIN];

    raw->source = "NumPy file";
    split->x_name = "x";
    split->y_name = "y";
    MOTE_TRY(mote_npy_load(&split->x, path, raw->max_bytes, err));
    mote_raw_set_spend(raw, &split->x);
    return targets_path ? mote_array_load(&split->y, targets_path, NULL, raw->max_bytes, err) : MOTE_OK;
}

static mote_status read_idx_file(mote_raw_set *raw, const char *path, mote_error *err)
{
    raw->source = "IDX file";
    raw->split[MOTE_TRAIN].x_name = "x";
    return mote_idx_load(&raw->split[MOTE_TRAIN].x, path, raw->max_bytes, err);
}

static mote_status read_file(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    mote_file file;
    bool      is_npy, is_zip, is_idx;

    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    is_npy = mote_is_npy(file.bytes, file.count);
    is_zip = mote_is_zip(file.bytes, file.count);
    is_idx = mote_is_idx(file.bytes, file.count) || mote_is_gzip(file.bytes, file.count);
    mote_file_close(&file);
    if (is_npy)
        return read_npy(raw, path, options->targets_path, err);
    if (is_zip)
        return mote_raw_read_npz(raw, path, err);
    if (mote_path_has_suffix(path, ".csv") || mote_path_has_suffix(path, ".tsv") || mote_path_has_suffix(path, ".txt"))
        return mote_raw_read_csv(raw, path, options, err);
    if (is_idx)
        return read_idx_file(raw, path, err);
    if (mote_path_has_suffix(path, ".npy") || mote_path_has_suffix(path, ".npz"))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: is not what its name says: neither NumPy's magic nor a zip archive",
                         path);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "%s: is not a kind of data set that mote knows; it reads .npz, .npy, .csv, IDX files, and folders of "
                     "IDX files, of .npy files or of class folders of images",
                     path);
}

static mote_status read_any(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    if (!mote_path_is_dir(path))
        return read_file(raw, path, options, err);
    if (mote_is_idx_folder(path))
        return mote_raw_read_idx_folder(raw, path, err);
    if (mote_is_npy_folder(path))
        return mote_raw_read_npy_folder(raw, path, err);
    return mote_raw_read_images(raw, path, options, err);
}

mote_status mote_dataset_load(mote_dataset **out, const char *path, const mote_data_options *options, mote_error *err)
{
    const mote_data_options plain = {0};
    mote_raw_set            raw;

    *out = NULL;
    if (!options)
        options = &plain;
    mote_raw_set_init(&raw, options);
    if (read_any(&raw, path, options, err) != MOTE_OK) {
        mote_raw_set_free(&raw);
        return err->code;
    }
    return mote_dataset_assemble(out, &raw, options, err) == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}
