/* A folder of class folders of images -> raw arrays. Names are sorted bytewise, so the order of samples and classes does not
 * depend on the file system. All images of a set become one uint8 array [count, height, width, channels].
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/image.h"
#include "data/raw.h"

typedef struct name_list {
    char **names; /* sorted; full paths are folder/name */
    size_t count;
} name_list;

typedef struct image_set {
    const char        *path; /* of the folder of class folders */
    const name_list   *classes;
    mote_image_options options;
    mote_raw_set      *raw;
    mote_raw_split    *split;
    size_t             done;
    const char        *first_image; /* whose size all must have */
} image_set;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static mote_status add_name(mote_text *pointers, mote_arena *arena, const char *name, mote_error *err)
{
    char *copy = mote_arena_strdup(arena, name, err);

    if (!copy)
        return err->code;
    mote_text_add(pointers, (const char *)&copy, sizeof copy);
    return mote_text_status(pointers, err);
}

/* The entries that wanted accepts; hidden ones are passed over. */
static mote_status list_folder(name_list *out, mote_arena *arena, const char *path,
                               mote_status (*wanted)(const char *path, const char *name, bool *is_wanted, mote_error *err),
                               mote_error *err)
{
    DIR           *folder = opendir(path);
    mote_text      pointers = {0};
    struct dirent *entry;
    bool           is_wanted;

    *out = (name_list){0};
    if (!folder)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    while (err->code == MOTE_OK && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (wanted(path, entry->d_name, &is_wanted, err) == MOTE_OK && is_wanted)
            add_name(&pointers, arena, entry->d_name, err);
    }
    closedir(folder);
    if (err->code == MOTE_OK && pointers.count > 0) {
        out->count = pointers.count / sizeof(char *);
        out->names = mote_arena_copy(arena, pointers.bytes, out->count, sizeof(char *), err);
        if (out->names)
            qsort(out->names, out->count, sizeof(char *), compare_names);
    }
    mote_text_free(&pointers);
    return err->code;
}

static mote_status want_folder(const char *path, const char *name, bool *is_wanted, mote_error *err)
{
    mote_arena scratch = {0};
    char      *joined = mote_path_join(&scratch, path, name, err);

    *is_wanted = joined && mote_path_is_dir(joined);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* Text files and the like are passed over; an image that we cannot read is not, or the set would be smaller in silence. */
static mote_status want_image(const char *path, const char *name, bool *is_wanted, mote_error *err)
{
    static const char *const foreign[] = {".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".avif", ".ppm", ".pgm"};
    size_t                   i;

    *is_wanted = mote_is_image_name(name);
    for (i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (mote_path_has_suffix(name, foreign[i]))
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s/%s: only PNG and JPEG images are read; convert it", path,
                             mote_show_string(name).text);
    return MOTE_OK;
}

static mote_status allocate_set(image_set *set, const mote_array *first, size_t count, mote_error *err)
{
    mote_raw_split *split = set->split;

    split->x =
        (mote_array){.dtype = MOTE_U8, .rank = 4, .dim = {(int64_t)count, first->dim[0], first->dim[1], first->dim[2]}};
    MOTE_TRY(mote_array_allocate(&split->x, set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->x);
    split->y = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {(int64_t)count}};
    MOTE_TRY(mote_array_allocate(&split->y, set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->y);
    return MOTE_OK;
}

static mote_status check_same_size(const image_set *set, const mote_array *image, mote_error *err)
{
    const int64_t *all = set->split->x.dim + 1;
    char           a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];

    if (memcmp(image->dim, all, 3 * sizeof *all) == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_FORMAT, "is %s (height, width, channels), but %s is %s; ask for one %s",
                     mote_array_shape_text(image, a, sizeof a), set->first_image, mote_dim_text(3, all, b, sizeof b),
                     memcmp(image->dim, all, 2 * sizeof *all) == 0 ? "number of channels" : "image size");
}

static mote_status add_image(image_set *set, const char *path, size_t total, int32_t label, mote_error *err)
{
    mote_raw_split *split = set->split;
    mote_array      image;

    MOTE_TRY(mote_image_load(&image, path, &set->options, err));
    if (!split->x.bytes) {
        set->first_image = mote_arena_strdup(&set->raw->arena, path, err);
        if (set->first_image)
            allocate_set(set, &image, total, err);
    }
    if (err->code == MOTE_OK && check_same_size(set, &image, err) != MOTE_OK)
        mote_context(err, "%s", path);
    if (err->code == MOTE_OK) {
        memcpy((uint8_t *)split->x.bytes + set->done * image.count, image.bytes, image.count);
        ((int32_t *)split->y.bytes)[set->done++] = label;
    }
    mote_array_free(&image);
    return err->code;
}

static mote_status list_images(const image_set *set, name_list *lists, size_t *total, mote_arena *scratch, mote_error *err)
{
    size_t i;

    *total = 0;
    for (i = 0; i < set->classes->count; i++) {
        char *folder = mote_path_join(scratch, set->path, set->classes->names[i], err);
        if (!folder)
            return err->code;
        MOTE_TRY(list_folder(&lists[i], scratch, folder, want_image, err));
        if (lists[i].count == 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: holds no PNG or JPEG images; each folder is a class", folder);
        *total += lists[i].count;
    }
    return MOTE_OK;
}

static mote_status read_listed(image_set *set, mote_arena *scratch, mote_error *err)
{
    name_list *lists = MOTE_NEW(scratch, name_list, set->classes->count, err);
    size_t     total, i, j;

    if (!lists)
        return err->code;
    MOTE_TRY(list_images(set, lists, &total, scratch, err));
    for (i = 0; i < set->classes->count; i++)
        for (j = 0; j < lists[i].count; j++) {
            mote_arena_mark mark = mote_arena_get_mark(scratch);
            char *path = mote_arena_printf(scratch, err, "%s/%s/%s", set->path, set->classes->names[i], lists[i].names[j]);
            if (!path)
                return err->code;
            MOTE_TRY(add_image(set, path, total, (int32_t)i, err));
            mote_arena_release(scratch, mark);
        }
    return MOTE_OK;
}

static mote_status read_split(mote_raw_set *raw, mote_split_id id, const char *path, const name_list *classes,
                              const mote_data_options *options, mote_error *err)
{
    mote_arena scratch = {0};
    image_set  set = {.path = path, .classes = classes, .raw = raw, .split = &raw->split[id]};

    set.options = (mote_image_options){options->image_height, options->image_width, options->image_channels};
    set.split->x_name = set.split->y_name = mote_split_name(id);
    read_listed(&set, &scratch, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static const struct {
    const char   *folder;
    mote_split_id split;
} split_folders[] = {{"train", MOTE_TRAIN}, {"validation", MOTE_VALIDATION}, {"val", MOTE_VALIDATION}, {"test", MOTE_TEST}};

enum { SPLIT_FOLDER_COUNT = sizeof split_folders / sizeof *split_folders };

static bool has_name(const name_list *list, const char *name)
{
    return bsearch(&name, list->names, list->count, sizeof *list->names, compare_names) != NULL;
}

/* train/ beside at least one other split, and nothing else: then each is a set of class folders. */
static bool is_split_in_folders(const name_list *list)
{
    size_t known = 0, i;

    for (i = 0; i < SPLIT_FOLDER_COUNT; i++)
        known += has_name(list, split_folders[i].folder);
    return known >= 2 && known == list->count && has_name(list, "train");
}

static mote_status check_same_classes(const name_list *a, const name_list *b, const char *path, mote_error *err)
{
    size_t i;

    for (i = 0; i < a->count; i++)
        if (i >= b->count || strcmp(a->names[i], b->names[i]) != 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: has other class folders than the training set: \"%s\" is missing",
                             path, mote_show_string(a->names[i]).text);
    if (b->count > a->count)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: has a class folder \"%s\" that the training set lacks", path,
                         mote_show_string(b->names[a->count]).text);
    return MOTE_OK;
}

static mote_status read_splits(mote_raw_set *raw, const char *path, const name_list *folders, name_list *classes,
                               const mote_data_options *options, mote_error *err)
{
    size_t i;

    for (i = 0; i < SPLIT_FOLDER_COUNT; i++) {
        mote_split_id id = split_folders[i].split;
        name_list     found;
        char         *below;
        if (!has_name(folders, split_folders[i].folder))
            continue;
        if (raw->split[id].x.bytes)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: has both a validation and a val folder", path);
        below = mote_path_join(&raw->arena, path, split_folders[i].folder, err);
        if (!below)
            return err->code;
        MOTE_TRY(list_folder(&found, &raw->arena, below, want_folder, err));
        if (id == MOTE_TRAIN)
            *classes = found;
        MOTE_TRY(check_same_classes(classes, &found, below, err));
        MOTE_TRY(read_split(raw, id, below, classes, options, err));
    }
    return MOTE_OK;
}

mote_status mote_raw_read_images(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    name_list folders, classes;

    raw->source = "folder of images";
    MOTE_TRY(list_folder(&folders, &raw->arena, path, want_folder, err));
    if (folders.count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: is no data set: it holds neither IDX files, nor x_train.npy or x.npy, nor class folders",
                         path);
    classes = folders;
    if (is_split_in_folders(&folders))
        MOTE_TRY(read_splits(raw, path, &folders, &classes, options, err));
    else
        MOTE_TRY(read_split(raw, MOTE_TRAIN, path, &classes, options, err));
    raw->class_names = (const char *const *)classes.names;
    raw->class_count = (int)classes.count;
    return MOTE_OK;
}
