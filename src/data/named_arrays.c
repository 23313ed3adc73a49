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
    mote_npz                *npz;    /* or */
    const char              *folder; /* of .npy files, or */
    const mote_dataset_file *files;
    const char             **names;
    size_t                   count;
} array_store;

/* Where arrays go: their places in the store. -1: not there. */
typedef struct array_places {
    int samples[MOTE_SPLIT_COUNT][MOTE_FEATURES_MAX], targets[MOTE_SPLIT_COUNT][MOTE_TARGETS_MAX];
    int feature_count, target_count;
} array_places;

/* What one array is. */
typedef struct array_role {
    mote_name_role role;
    mote_split_id  split;
    int            index; /* of the feature or target */
} array_role;

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

/* ---- roles ---- */

/* An input's or output's own name, beside x_ or y_ perhaps. */
static bool is_name_of(const char *name, size_t count, const char *end, char letter)
{
    const size_t length = strlen(end);

    if (count == length + 2 && name[0] == letter && strchr("-_.", name[1])) {
        name += 2;
        count -= 2;
    }
    return count == length && count > 0 && memcmp(name, end, length) == 0;
}

static array_role role_among(const char *name, size_t count, mote_split_id split, const mote_dataset_options *o)
{
    int i;

    for (i = 0; i < o->input_count; i++)
        if (is_name_of(name, count, o->inputs[i].name, 'x'))
            return (array_role){MOTE_NAME_SAMPLES, split, i};
    for (i = 0; i < o->output_count; i++)
        if (is_name_of(name, count, o->outputs[i].name, 'y'))
            return (array_role){MOTE_NAME_TARGETS, split, i};
    return (array_role){.role = MOTE_NAME_NONE};
}

/* "left", "left_train", "train-left": a name of the network's, alone or beside the word of a split. */
static array_role role_by_name(const char *name, const mote_dataset_options *o)
{
    static const char between[] = "-_. /";
    const size_t      length = strlen(name);
    array_role        found = role_among(name, length, MOTE_SPLIT_TRAIN, o);
    size_t            i;

    for (i = 1; found.role == MOTE_NAME_NONE && i + 1 < length; i++) {
        if (!strchr(between, name[i]))
            continue;
        if (mote_split_of_word(name + i + 1, length - i - 1) != MOTE_SPLIT_COUNT)
            found = role_among(name, i, mote_split_of_word(name + i + 1, length - i - 1), o);
        else if (mote_split_of_word(name, i) != MOTE_SPLIT_COUNT)
            found = role_among(name + i + 1, length - i - 1, mote_split_of_word(name, i), o);
    }
    return found;
}

/* Names of the network's first; x and y and their kin where there is but one for them. */
static array_role role_of(const char *name, const mote_dataset_options *o)
{
    array_role role = role_by_name(name, o);

    if (role.role != MOTE_NAME_NONE)
        return role;
    role.role = mote_role_of_array(name, &role.split);
    if ((role.role == MOTE_NAME_SAMPLES && o->input_count > 1) || (role.role == MOTE_NAME_TARGETS && o->output_count > 1))
        role.role = MOTE_NAME_NONE;
    return role;
}

static int *place_of(array_places *places, array_role role)
{
    return role.role == MOTE_NAME_SAMPLES ? &places->samples[role.split][role.index]
                                          : &places->targets[role.split][role.index];
}

static mote_status place_arrays(array_places *places, const array_store *store, const mote_dataset_options *o,
                                mote_error *err)
{
    int i;

    memset(places, 0xff, sizeof *places); /* -1 in each */
    places->feature_count = o->input_count > 0 ? o->input_count : 1;
    places->target_count = o->output_count > 0 ? o->output_count : 1;
    for (i = 0; i < (int)store->count; i++) {
        const array_role role = role_of(store->names[i], o);
        int             *place;
        if (role.role == MOTE_NAME_NONE)
            continue;
        place = place_of(places, role);
        if (*place >= 0)
            return mote_fail(err, MOTE_ERR_USAGE, "both %s and %s may be the %s of the %s split; rename or remove one",
                             mote_show_string(store->names[*place]).text, mote_show_string(store->names[i]).text,
                             role.role == MOTE_NAME_SAMPLES ? "samples" : "targets", mote_split_name(role.split));
        *place = i;
    }
    return MOTE_OK;
}

static bool has_samples(const array_places *places)
{
    int s, f;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (f = 0; f < places->feature_count; f++)
            if (places->samples[s][f] >= 0)
                return true;
    return false;
}

static bool split_has_samples(const array_places *places, int split)
{
    int f;

    for (f = 0; f < places->feature_count && places->samples[split][f] < 0; f++)
        ;
    return f < places->feature_count;
}

/* ---- reading ---- */

static mote_status read_with(mote_raw_set *raw, mote_array *out, const array_store *store, int place,
                             mote_array_reader *read, mote_error *err)
{
    char *path;

    if (store->npz)
        return mote_npz_load_with(out, store->npz, store->names[place], read, raw->max_bytes, err);
    if (store->files)
        return mote_array_load_with(out, store->files[place].path, NULL, read, raw->max_bytes, err);
    path = mote_arena_printf(&raw->arena, err, "%s/%s.npy", store->folder, store->names[place]);
    return path ? mote_array_read_file(out, path, read, raw->max_bytes, err) : err->code;
}

static mote_status read_array(mote_raw_set *raw, mote_array *out, const array_store *store, int place, mote_error *err)
{
    MOTE_TRY(read_with(raw, out, store, place, mote_npy_read, err));
    mote_raw_set_spend(raw, out);
    return MOTE_OK;
}

/* Targets may be words. */
static mote_status read_labels(mote_raw_set *raw, mote_array *out, bool *is_text, const array_store *store, int place,
                               mote_error *err)
{
    mote_error not_text = {0};
    mote_array header;

    *is_text = read_with(raw, &header, store, place, mote_npy_read_text_header, &not_text) == MOTE_OK;
    if (!*is_text)
        return read_array(raw, out, store, place, err);
    MOTE_TRY(read_with(raw, out, store, place, mote_npy_read_text, err));
    mote_raw_set_spend(raw, out);
    return MOTE_OK;
}

static bool is_used(const array_places *places, int place)
{
    int s, i;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        for (i = 0; i < places->feature_count; i++)
            if (places->samples[s][i] == place)
                return true;
        for (i = 0; i < places->target_count; i++)
            if (split_has_samples(places, s) && places->targets[s][i] == place)
                return true;
    }
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

/* "left, right" */
static void show_ends(mote_text *text, const mote_dataset_options *o)
{
    int i;

    for (i = 0; i < o->input_count; i++)
        mote_text_printf(text, "%s%s", i > 0 ? ", " : "", mote_show_string(o->inputs[i].name).text);
    mote_text_puts(text, o->output_count > 0 ? "; targets: " : "");
    for (i = 0; i < o->output_count; i++)
        mote_text_printf(text, "%s%s", i > 0 ? ", " : "", mote_show_string(o->outputs[i].name).text);
}

/* Names of the network's, where it has several; else the usual ones. */
static mote_status show_wanted(mote_shown *out, const mote_dataset_options *o, mote_error *err)
{
    mote_text text = {0};

    if (o->input_count > 1 || o->output_count > 1)
        show_ends(&text, o);
    else
        mote_text_puts(&text, "x_train, x_val, x_test; targets y_...");
    if (mote_text_status(&text, err) == MOTE_OK)
        *out = mote_show(text.bytes, text.count);
    mote_text_free(&text);
    return err->code;
}

static mote_status note_unused(mote_raw_set *raw, const array_store *store, const array_places *places,
                               const mote_dataset_options *options, mote_error *err)
{
    mote_shown unused, wanted;

    MOTE_TRY(show_arrays(&unused, store, places, err));
    if (unused.text[0] == '\0')
        return MOTE_OK;
    if (options->input_count <= 1 && options->output_count <= 1)
        return mote_raw_note(raw, err, "not used, by their names: %s (samples are x_train, x_val, x_test, targets y_...)",
                             unused.text);
    MOTE_TRY(show_wanted(&wanted, options, err));
    return mote_raw_note(raw, err, "not used, by their names: %s (samples: %s)", unused.text, wanted.text);
}

/* is_text NULL: samples, which are no words. */
static mote_status read_one(mote_raw_set *raw, mote_array *out, const char **name, bool *is_text, const array_store *store,
                            int place, mote_error *err)
{
    *name = mote_arena_strdup(&raw->arena, place < 0 ? "y" : mote_show_string(store->names[place]).text, err);
    MOTE_TRY(err->code);
    if (place < 0)
        return MOTE_OK;
    return is_text ? read_labels(raw, out, is_text, store, place, err) : read_array(raw, out, store, place, err);
}

/* The names are borrowed from the store: they go to the raw set for messages. Targets without samples are no split. */
static mote_status read_placed(mote_raw_set *raw, const array_store *store, const array_places *places,
                               const mote_dataset_options *options, mote_error *err)
{
    int s, i;

    raw->feature_count = places->feature_count;
    raw->target_count = places->target_count;
    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        mote_raw_split *split = &raw->split[s];
        if (!split_has_samples(places, s))
            continue;
        for (i = 0; i < places->feature_count; i++)
            MOTE_TRY(read_one(raw, &split->x[i], &split->x_name[i], NULL, store, places->samples[s][i], err));
        for (i = 0; i < places->target_count; i++)
            MOTE_TRY(read_one(raw, &split->y[i], &split->y_name[i], &split->is_text[i], store, places->targets[s][i], err));
    }
    return note_unused(raw, store, places, options, err);
}

bool mote_is_npy_folder(const char *path, const mote_dataset_options *options)
{
    mote_arena   scratch = {0};
    mote_error   ignored = {0};
    array_store  store;
    array_places places;
    bool         is_one = store_folder(&store, &scratch, path, &ignored) == MOTE_OK &&
                  (place_arrays(&places, &store, options, &ignored) != MOTE_OK || has_samples(&places));

    mote_arena_destroy(&scratch);
    return is_one;
}

mote_status mote_raw_read_npy_folder(mote_raw_set *raw, const char *path, const mote_dataset_options *options,
                                     mote_error *err)
{
    array_store  store;
    array_places places;

    raw->source = "NumPy files";
    MOTE_TRY(mote_dataset_check_options(options, err));
    MOTE_TRY(store_folder(&store, &raw->arena, path, err));
    if (place_arrays(&places, &store, options, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    return read_placed(raw, &store, &places, options, err);
}

/* None of its arrays has a name that says what it is. */
static mote_status refuse_names(const array_store *store, const char *path, const mote_dataset_options *options,
                                mote_error *err)
{
    mote_shown all, wanted;

    MOTE_TRY(show_arrays(&all, store, NULL, err));
    if (options->input_count <= 1)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: holds neither x_train, nor x_test, nor x, nor one array alone; its arrays: %s", path,
                         store->count > 0 ? all.text : "none");
    MOTE_TRY(show_wanted(&wanted, options, err));
    return mote_fail(err, MOTE_ERR_FORMAT, "%s: holds no array of an input's name (%s); its arrays: %s", path, wanted.text,
                     store->count > 0 ? all.text : "none");
}

static mote_status read_open_npz(mote_raw_set *raw, mote_npz *npz, const char *path, const mote_dataset_options *options,
                                 mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_SPLIT_TRAIN];
    array_store     store;
    array_places    places;

    MOTE_TRY(store_npz(&store, &raw->arena, npz, err));
    if (place_arrays(&places, &store, options, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    if (has_samples(&places))
        return read_placed(raw, &store, &places, options, err);
    if (store.count != 1 || options->input_count > 1)
        return refuse_names(&store, path, options, err);
    split->x_name[0] = mote_arena_strdup(&raw->arena, mote_show_string(store.names[0]).text, err);
    return split->x_name[0] ? read_array(raw, &split->x[0], &store, 0, err) : err->code;
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

mote_status mote_raw_read_npz(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    mote_npz *npz;

    raw->source = "NumPy archive";
    MOTE_TRY(mote_dataset_check_options(options, err));
    MOTE_TRY(mote_npz_open(&npz, path, err));
    if (mote_npz_count(npz) > 0 || refuse_other_archive(path, err) == MOTE_OK)
        read_open_npz(raw, npz, path, options, err);
    mote_npz_close(npz);
    return err->code;
}

/* A name that says nothing is a mistake here: somebody wrote it for this purpose. */
static mote_status check_used(const array_store *store, const array_places *places, const mote_dataset_options *options,
                              mote_error *err)
{
    mote_shown wanted;
    int        i;

    for (i = 0; i < (int)store->count && is_used(places, i); i++)
        ;
    if (i == (int)store->count)
        return MOTE_OK;
    MOTE_TRY(show_wanted(&wanted, options, err));
    return mote_fail(err, MOTE_ERR_USAGE, "%s=%s: no such name among %s", mote_show_string(store->names[i]).text,
                     store->files[i].path, wanted.text);
}

mote_status mote_raw_read_named_files(mote_raw_set *raw, const mote_dataset_file *files, int count,
                                      const mote_dataset_options *options, mote_error *err)
{
    array_store  store = {.files = files, .names = MOTE_NEW(&raw->arena, const char *, count, err)};
    array_places places;

    raw->source = "NumPy files";
    MOTE_TRY(err->code);
    MOTE_TRY(mote_dataset_check_options(options, err));
    for (; store.count < (size_t)count; store.count++)
        store.names[store.count] = files[store.count].name;
    MOTE_TRY(place_arrays(&places, &store, options, err));
    MOTE_TRY(check_used(&store, &places, options, err));
    return read_placed(raw, &store, &places, options, err);
}
