/* What a path is, and the sources that are named arrays: folders of .npy files, .npz archives, single files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/kind.h"
#include "base/text.h"
#include "data/array.h"
#include "data/names.h"
#include "data/raw.h"

/* ---- arrays by name: .npz, or a folder of .npy ---- */

/* Arrays and their names, without ".npy". */
typedef struct array_store {
    mote_npz    *npz;    /* or */
    const char  *folder; /* of .npy files */
    const char **names;
    size_t       count;
} array_store;

/* Where arrays go: their places in the store. -1: not there. */
typedef struct array_places {
    int samples[MOTE_SPLIT_COUNT], targets[MOTE_SPLIT_COUNT];
} array_places;

static mote_status store_npz(array_store *store, mote_arena *arena, mote_npz *npz, mote_error *err)
{
    *store = (array_store){.npz = npz};
    store->names = MOTE_NEW(arena, const char *, mote_npz_count(npz) + 1, err);
    for (; store->names && store->count < (size_t)mote_npz_count(npz); store->count++)
        store->names[store->count] = mote_npz_name(npz, (int)store->count);
    return err->code;
}

static mote_status store_folder(array_store *store, mote_arena *arena, const char *folder, mote_error *err)
{
    mote_name_list list;
    size_t         i;

    *store = (array_store){.folder = folder};
    MOTE_TRY(mote_list_folder(&list, arena, folder, err));
    store->names = MOTE_NEW(arena, const char *, list.count + 1, err);
    for (i = 0; store->names && i < list.count; i++) {
        if (!mote_path_has_suffix(list.names[i], ".npy"))
            continue;
        list.names[i][strlen(list.names[i]) - 4] = '\0';
        store->names[store->count++] = list.names[i];
    }
    return err->code;
}

static mote_status place_arrays(array_places *places, const array_store *store, mote_error *err)
{
    mote_split_id split = MOTE_TRAIN;
    int           i, *place;

    memset(places, 0xff, sizeof *places); /* -1 in each */
    for (i = 0; i < (int)store->count; i++) {
        mote_name_role role = mote_role_of_array(store->names[i], &split);
        if (role == MOTE_NAME_NONE)
            continue;
        place = role == MOTE_NAME_SAMPLES ? &places->samples[split] : &places->targets[split];
        if (*place >= 0)
            return mote_fail(err, MOTE_ERR_USAGE, "both %s and %s may be the %s of the %s split; rename or remove one",
                             mote_show_string(store->names[*place]).text, mote_show_string(store->names[i]).text,
                             role == MOTE_NAME_SAMPLES ? "samples" : "targets", mote_split_name(split));
        *place = i;
    }
    return MOTE_OK;
}

static bool has_samples(const array_places *places)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT && places->samples[i] < 0; i++)
        ;
    return i < MOTE_SPLIT_COUNT;
}

static mote_status read_array(mote_raw_set *raw, mote_array *out, const array_store *store, int place, mote_error *err)
{
    char *path;

    if (store->npz) {
        MOTE_TRY(mote_npz_load(out, store->npz, store->names[place], raw->max_bytes, err));
    } else {
        path = mote_arena_printf(&raw->arena, err, "%s/%s.npy", store->folder, store->names[place]);
        if (!path)
            return err->code;
        MOTE_TRY(mote_npy_load(out, path, raw->max_bytes, err));
    }
    mote_raw_set_spend(raw, out);
    return MOTE_OK;
}

static bool is_used(const array_places *places, int place)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (places->samples[i] == place || (places->samples[i] >= 0 && places->targets[i] == place))
            return true;
    return false;
}

/* "a, b" of the arrays that are not used, or of all (places NULL). */
static mote_status show_arrays(mote_shown *out, const array_store *store, const array_places *places, mote_error *err)
{
    mote_text text = {0};
    int       i;

    for (i = 0; i < (int)store->count && text.count < MOTE_SHOWN_TEXT; i++)
        if (!places || !is_used(places, i))
            mote_text_printf(&text, "%s%s", text.count > 0 ? ", " : "", store->names[i]);
    *out = mote_show(text.bytes ? text.bytes : "", text.count);
    mote_text_status(&text, err);
    mote_text_free(&text);
    return err->code;
}

static mote_status note_unused(mote_raw_set *raw, const array_store *store, const array_places *places, mote_error *err)
{
    mote_shown unused;

    MOTE_TRY(show_arrays(&unused, store, places, err));
    if (unused.text[0] == '\0')
        return MOTE_OK;
    return mote_raw_note(raw, err, "not used, by their names: %s (samples are x_train, x_val, x_test, targets y_...)",
                         unused.text);
}

/* The names are borrowed from the store: they go to the raw set for messages. */
static mote_status read_placed(mote_raw_set *raw, const array_store *store, const array_places *places, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        mote_raw_split *split = &raw->split[i];
        const int       x = places->samples[i], y = places->targets[i];
        if (x < 0)
            continue;
        split->x_name = mote_arena_strdup(&raw->arena, mote_show_string(store->names[x]).text, err);
        split->y_name = mote_arena_strdup(&raw->arena, y < 0 ? "y" : mote_show_string(store->names[y]).text, err);
        MOTE_TRY(err->code);
        MOTE_TRY(read_array(raw, &split->x, store, x, err));
        if (y >= 0)
            MOTE_TRY(read_array(raw, &split->y, store, y, err));
    }
    return note_unused(raw, store, places, err);
}

static bool is_npy_folder(const char *path)
{
    mote_arena   scratch = {0};
    mote_error   ignored = {0};
    array_store  store;
    array_places places;
    bool         is_one = store_folder(&store, &scratch, path, &ignored) == MOTE_OK &&
                  (place_arrays(&places, &store, &ignored) != MOTE_OK || has_samples(&places));

    mote_arena_destroy(&scratch);
    return is_one;
}

static mote_status read_npy_folder(mote_raw_set *raw, const char *path, mote_error *err)
{
    array_store  store;
    array_places places;

    raw->source = "NumPy files";
    MOTE_TRY(store_folder(&store, &raw->arena, path, err));
    if (place_arrays(&places, &store, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    return read_placed(raw, &store, &places, err);
}

static mote_status read_open_npz(mote_raw_set *raw, mote_npz *npz, const char *path, mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_TRAIN];
    array_store     store;
    array_places    places;
    mote_shown      all;

    MOTE_TRY(store_npz(&store, &raw->arena, npz, err));
    if (place_arrays(&places, &store, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    if (has_samples(&places))
        return read_placed(raw, &store, &places, err);
    MOTE_TRY(show_arrays(&all, &store, NULL, err));
    if (store.count != 1)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: holds neither x_train, nor x_test, nor x, nor one array alone; its arrays: %s", path,
                         store.count > 0 ? all.text : "none");
    split->x_name = mote_arena_strdup(&raw->arena, mote_show_string(store.names[0]).text, err);
    return split->x_name ? read_array(raw, &split->x, &store, 0, err) : err->code;
}

static mote_status read_npz(mote_raw_set *raw, const char *path, mote_error *err)
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
    return mote_array_read_file(&raw->split[MOTE_TRAIN].x, path, mote_idx_read, raw->max_bytes, err);
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

static mote_status read_file(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    file_kind kind = KIND_UNKNOWN;

    MOTE_TRY(find_kind(&kind, path, err));
    switch (kind) {
    case KIND_NPY:
        return read_npy(raw, path, options->targets_path, err);
    case KIND_ZIP:
        if (is_table_name(path) || mote_path_has_suffix(path, ".xlsx"))
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: is a zip archive or a workbook, not text; save the table as CSV",
                             path);
        return read_npz(raw, path, err);
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
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "%s: is not a kind of data set that mote knows; it reads .npz, .npy, .csv, IDX files, and folders of "
                     "IDX files, of .npy files or of class folders of images (a table, packed or not, needs .csv, .tsv, "
                     ".txt, .data or .dat in its name)",
                     path);
}

static mote_status read_any(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    if (mote_is_idx_folder(path))
        return mote_raw_read_idx_folder(raw, path, err);
    if (!mote_path_is_dir(path))
        return read_file(raw, path, options, err);
    if (is_npy_folder(path))
        return read_npy_folder(raw, path, err);
    return mote_raw_read_images(raw, path, options, err);
}

mote_status mote_dataset_load(mote_dataset **out, const char *path, const mote_data_options *options, mote_error *err)
{
    const mote_data_options plain = {0};
    mote_raw_set            raw;

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

mote_status mote_dataset_load_pictures(mote_dataset **out, const char *const *paths, int count,
                                       const mote_data_options *options, mote_error *err)
{
    const mote_data_options plain = {0};
    mote_raw_set            raw;

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
