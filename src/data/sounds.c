/* WAV files of a folder (class_folders.h) -> raw arrays. All of a set become one array [count, frames, channels] of the type
 * that their samples have in the files.
 *
 * A folder that is laid out as Speech Commands has lists beside its class folders: what they name is for validation and for
 * testing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/class_folders.h"
#include "data/damage.h"
#include "data/wav.h"

/* One file, its class, and the split that a list gives it to. */
typedef struct sound_file {
    const char   *path;
    int32_t       label;
    mote_split_id split;
} sound_file;

/* What is being read of one split. */
typedef struct sound_set {
    const char                 *path; /* of the folder */
    const mote_dataset_options *options;
    mote_raw_set               *raw;
    mote_raw_split             *split;
    mote_array                  first; /* what all must be like: type and shape alone */
    const char                 *first_path;
    size_t                      total, done; /* of this split */
    bool                        has_classes;
    mote_damage                 damage;
} sound_set;

/* ---- what all must agree in ---- */

static mote_status check_rate(sound_set *set, const char *path, int32_t rate, mote_error *err)
{
    if (set->options->sample_rate > 0 && rate != set->options->sample_rate)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: has %d samples a second, and sample_rate is %d; resample it", path,
                         (int)rate, (int)set->options->sample_rate);
    if (set->raw->sample_rate > 0 && rate != set->raw->sample_rate)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: has %d samples a second, where others have %d; resample it", path,
                         (int)rate, (int)set->raw->sample_rate);
    set->raw->sample_rate = rate;
    return MOTE_OK;
}

/* 0: as long as the files are. */
static int64_t wanted_length(const sound_set *set, const mote_array *sound)
{
    if (set->options->sample_length > 0)
        return set->options->sample_length;
    return set->options->known_width / sound->dim[1];
}

static const char *type_text(mote_dtype dtype)
{
    return dtype == MOTE_U8 ? "8 bits" : dtype == MOTE_I16 ? "16 bits" : "more than 16 bits, or floats";
}

static mote_status check_alike(const sound_set *set, const mote_array *sound, const char *path, mote_error *err)
{
    const mote_array *first = &set->first;

    if (sound->dtype != first->dtype)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: its samples have %s, but those of %s %s; convert all to one", path,
                         type_text(sound->dtype), set->first_path, type_text(first->dtype));
    if (sound->dim[1] != first->dim[1])
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: has %d channels, but %s has %d", path, (int)sound->dim[1],
                         set->first_path, (int)first->dim[1]);
    if (wanted_length(set, sound) == 0 && sound->dim[0] != first->dim[0])
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: has %lld samples, but %s has %lld; ask for one length: --length %lld, in a spec length: %lld",
                         path, (long long)sound->dim[0], set->first_path, (long long)first->dim[0], (long long)first->dim[0],
                         (long long)first->dim[0]);
    return MOTE_OK;
}

/* ---- one sound after the other ---- */

static mote_status allocate(sound_set *set, mote_error *err)
{
    mote_raw_split *split = set->split;
    const int64_t   length = wanted_length(set, &set->first);

    split->x[0] = (mote_array){.dtype = set->first.dtype,
                               .rank = 3,
                               .dim = {(int64_t)set->total, length ? length : set->first.dim[0], set->first.dim[1]}};
    MOTE_TRY(mote_array_allocate(&split->x[0], set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->x[0]);
    split->names = MOTE_NEW(&set->raw->arena, const char *, set->total, err);
    if (!split->names || !set->has_classes)
        return err->code;
    split->y[0] = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {(int64_t)set->total}};
    MOTE_TRY(mote_array_allocate(&split->y[0], set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->y[0]);
    return MOTE_OK;
}

static mote_status remember_first(sound_set *set, const mote_array *sound, const char *path, mote_error *err)
{
    set->first = *sound;
    set->first.bytes = NULL;
    set->first.owner = NULL;
    set->first_path = mote_arena_strdup(&set->raw->arena, path, err);
    return set->first_path ? allocate(set, err) : err->code;
}

static void store(sound_set *set, const mote_array *sound)
{
    mote_array  *x = &set->split->x[0];
    const size_t sample = x->count / (size_t)x->dim[0];

    mote_wav_fit(sound, (uint8_t *)x->bytes + set->done * sample * mote_array_element_bytes(x->dtype), sample);
}

static mote_status add_sound(sound_set *set, const sound_file *file, mote_error *err)
{
    mote_error failure = {0};
    mote_array sound;
    int32_t    rate = 0;

    if (mote_wav_load(&sound, &rate, file->path, &failure) != MOTE_OK) {
        if (!mote_is_damage(&failure))
            return mote_fail(err, failure.code, "%s", failure.text);
        mote_damage_add(&set->damage, set->path, file->path, &failure);
        return MOTE_OK;
    }
    if (check_rate(set, file->path, rate, err) == MOTE_OK && !set->first_path)
        remember_first(set, &sound, file->path, err);
    if (err->code == MOTE_OK && check_alike(set, &sound, file->path, err) == MOTE_OK) {
        store(set, &sound);
        if (set->has_classes)
            ((int32_t *)set->split->y[0].bytes)[set->done] = file->label;
        set->split->names[set->done] = mote_arena_strdup(&set->raw->arena, file->path, err);
        set->done++;
    }
    mote_array_free(&sound);
    return err->code;
}

static mote_status read_split(mote_raw_set *raw, const mote_class_files *from, mote_split_id id, const sound_file *files,
                              size_t count, const mote_dataset_options *options, mote_error *err)
{
    sound_set set = {
        .path = from->path, .options = options, .raw = raw, .split = &raw->split[id], .has_classes = from->class_count > 0};
    size_t i;

    set.split->x_name[0] = set.split->y_name[0] = mote_split_name(id);
    for (i = 0; i < count; i++)
        set.total += files[i].split == id;
    for (i = 0; i < count; i++)
        if (files[i].split == id)
            MOTE_TRY(add_sound(&set, &files[i], err));
    MOTE_TRY(mote_damage_report(&set.damage, raw, from->path, "sound", options->skip_damaged, err));
    if (set.total > 0 && set.done == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: none of its WAV files can be read: %s", from->path, set.damage.first);
    mote_array_cut(&set.split->x[0], set.done);
    mote_array_cut(&set.split->y[0], set.done);
    return MOTE_OK;
}

/* ---- lists of Speech Commands ---- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of a text, sorted. */
static mote_status sort_lines(const char ***lines, size_t *count, const char *text, mote_arena *arena, mote_error *err)
{
    size_t room = 1, i;

    for (i = 0; text[i]; i++)
        room += text[i] == '\n';
    *count = 0;
    *lines = MOTE_NEW(arena, const char *, room, err);
    for (; *lines && *text; text += strspn(text, "\r\n")) {
        const size_t length = strcspn(text, "\r\n");
        if (length > 0 && ((*lines)[(*count)++] = mote_arena_strndup(arena, text, length, err)) == NULL)
            return err->code;
        text += length;
    }
    if (*lines)
        qsort(*lines, *count, sizeof **lines, compare_text);
    return err->code;
}

static size_t give_to(sound_file *files, size_t count, const char *folder, mote_split_id split, const char **lines,
                      size_t line_count)
{
    size_t given = 0, i;

    for (i = 0; i < count; i++) {
        const char *inside = mote_path_inside(files[i].path, folder);
        if (line_count > 0 && bsearch(&inside, lines, line_count, sizeof *lines, compare_text)) {
            files[i].split = split;
            given++;
        }
    }
    return given;
}

/* Nothing where there is no such list. */
static mote_status read_list(mote_raw_set *raw, sound_file *files, size_t count, const char *folder, const char *name,
                             mote_split_id split, mote_arena *scratch, mote_error *err)
{
    const char  *path = mote_path_join(scratch, folder, name, err);
    mote_file    file = {0};
    const char **lines = NULL;
    char        *text;
    size_t       line_count = 0;

    if (!path || !mote_path_exists(path))
        return err->code;
    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    text = mote_arena_strndup(scratch, (const char *)file.bytes, file.count, err);
    mote_file_close(&file);
    if (!text)
        return err->code;
    MOTE_TRY(sort_lines(&lines, &line_count, text, scratch, err));
    return mote_raw_note(raw, err, "%s names %zu files for %s, %zu of which are here", name, line_count,
                         mote_split_name(split), give_to(files, count, folder, split, lines, line_count));
}

static mote_status read_lists(mote_raw_set *raw, const mote_class_files *from, sound_file *files, size_t count,
                              mote_arena *scratch, mote_error *err)
{
    if (from->split != MOTE_SPLIT_TRAIN || from->class_count == 0)
        return MOTE_OK;
    MOTE_TRY(read_list(raw, files, count, from->path, "validation_list.txt", MOTE_SPLIT_VALIDATION, scratch, err));
    return read_list(raw, files, count, from->path, "testing_list.txt", MOTE_SPLIT_TEST, scratch, err);
}

/* ---- the folder ---- */

static mote_status list_files(sound_file **out, size_t *count, const mote_class_files *from, mote_arena *scratch,
                              mote_error *err)
{
    const char *const *paths = (const char *const *)(const void *)from->walk->files.bytes;
    size_t             label = 0, i;

    *count = from->walk->files.count / sizeof *paths;
    *out = MOTE_NEW(scratch, sound_file, *count, err);
    for (i = 0; *out && i < *count; i++) {
        while (label < from->class_count && i >= from->class_ends[label])
            label++;
        (*out)[i] = (sound_file){paths[i], (int32_t)label, from->split};
    }
    return err->code;
}

static mote_status read_files(mote_raw_set *raw, const mote_class_files *from, const mote_dataset_options *options,
                              mote_error *err)
{
    mote_arena  scratch = {0};
    sound_file *files;
    size_t      count, i;
    int         id;

    if (list_files(&files, &count, from, &scratch, err) == MOTE_OK &&
        read_lists(raw, from, files, count, &scratch, err) == MOTE_OK)
        for (id = 0; id < MOTE_SPLIT_COUNT && err->code == MOTE_OK; id++) {
            for (i = 0; i < count && (int)files[i].split != id; i++)
                ;
            if (i < count)
                read_split(raw, from, (mote_split_id)id, files, count, options, err);
        }
    mote_arena_destroy(&scratch);
    return err->code;
}

static bool is_foreign_name(const char *name)
{
    static const char *const endings[] = {".mp3", ".flac", ".ogg", ".m4a", ".aac", ".aif", ".aiff", ".opus"};
    size_t                   i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++)
        if (mote_path_has_suffix(name, endings[i]))
            return true;
    return false;
}

const mote_media mote_sounds = {.noun = "sound",
                                .plural = "sounds",
                                .kinds = "WAV",
                                .is_name = mote_is_wav_name,
                                .is_content = mote_is_wav,
                                .is_foreign_name = is_foreign_name,
                                .read = read_files,
                                .left_out = "_background_noise_"};

mote_status mote_raw_read_sounds(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    raw->source = "folder of sounds";
    return mote_class_folders_read(raw, path, &mote_sounds, options, err);
}
