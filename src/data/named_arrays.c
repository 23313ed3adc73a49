/* Sources that are named arrays: .npz archives and folders of .npy files. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "base/text.h"
#include "data/array.h"
#include "data/list_folder.h"
#include "data/names.h"
#include "data/raw.h"

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

bool mote_is_npy_folder(const char *path)
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

mote_status mote_raw_read_npy_folder(mote_raw_set *raw, const char *path, mote_error *err)
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

/* An archive's members are listed at its end, which a look at its beginning does not show. */
static mote_status refuse_other_archive(const char *path, mote_error *err)
{
    mote_file file;

    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    mote_file_kind_check(file.bytes, file.count, MOTE_WANTED_DATA, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

mote_status mote_raw_read_npz(mote_raw_set *raw, const char *path, mote_error *err)
{
    mote_npz *npz;

    raw->source = "NumPy archive";
    MOTE_TRY(mote_npz_open(&npz, path, err));
    if (mote_npz_count(npz) > 0 || refuse_other_archive(path, err) == MOTE_OK)
        read_open_npz(raw, npz, path, err);
    mote_npz_close(npz);
    return err->code;
}
