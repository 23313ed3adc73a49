/* A folder of class folders of images -> raw arrays. Names are sorted bytewise, so the order of samples and classes does not
 * depend on the file system. All images of a set become one uint8 array [count, height, width, channels].
 *
 * What a folder is, from what it holds: folders named for splits, each a set of class folders; else class folders; else
 * pictures alone, samples without targets.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "data/array.h"
#include "data/decoder.h"
#include "data/image.h"
#include "data/names.h"
#include "data/raw.h"
#include "data/walk.h"

enum { NAMED_MAX = 20, NAMES_BYTES = 240 };

/* What could not be read: names for the message, and why the first could not. */
typedef struct damage {
    size_t      count, named;
    char        names[NAMES_BYTES];
    mote_status first_code;
    char        first[MOTE_ERROR_TEXT]; /* its path and reason */
} damage;

typedef struct image_set {
    const char                 *path; /* of the folder of class folders */
    const mote_dataset_options *options;
    mote_raw_set               *raw;
    mote_raw_split             *split;
    mote_arena                  scratch;
    mote_walk                   walk;
    size_t                     *class_ends; /* [class_count]: places in the walk's pictures */
    size_t                      class_count;
    mote_decoder               *decoder;
    size_t                      done;
    const char                 *first_image; /* whose size all must have */
    damage                      damage;
} image_set;

/* ---- what cannot be read ---- */

/* Inside the set's folder. */
static const char *short_path(const image_set *set, const char *path)
{
    return path + strlen(set->path) + (path[strlen(set->path)] == '/');
}

static void add_damage(image_set *set, const char *path, mote_error *failure)
{
    damage          *d = &set->damage;
    const mote_shown name = mote_show_string(short_path(set, path));
    const size_t     used = strlen(d->names);

    if (d->count++ == 0) {
        d->first_code = failure->code;
        memcpy(d->first, failure->text, sizeof d->first);
    }
    if (d->named < NAMED_MAX && used + strlen(name.text) + 3 < sizeof d->names) {
        snprintf(d->names + used, sizeof d->names - used, "%s%s", used > 0 ? ", " : "", name.text);
        d->named++;
    }
    mote_error_clear(failure);
}

/* "a/1.png, b/2.png and 7 more" */
static const char *show_damage(const damage *d, char *text, size_t text_bytes)
{
    if (d->named < d->count)
        snprintf(text, text_bytes, "%s%s%zu more", d->names, d->named > 0 ? " and " : "", d->count - d->named);
    else
        snprintf(text, text_bytes, "%s", d->names);
    return text;
}

static mote_status report_damage(image_set *set, mote_error *err)
{
    const damage *d = &set->damage;
    char          names[NAMES_BYTES + 32];

    if (d->count == 0)
        return MOTE_OK;
    show_damage(d, names, sizeof names);
    if (set->options->skip_damaged)
        return mote_raw_note(set->raw, err, "%zu damaged picture%s %s left out: %s", d->count, d->count == 1 ? "" : "s",
                             d->count == 1 ? "is" : "are", names);
    if (d->count == 1)
        return mote_fail(err, d->first_code, "%s; --skip-damaged, in a spec skip_damaged: true, leaves it out", d->first);
    return mote_fail(err, d->first_code,
                     "%s: %zu damaged pictures: %s; --skip-damaged, in a spec skip_damaged: true, leaves them out (%s)",
                     set->path, d->count, names, d->first);
}

/* ---- one image after the other ---- */

static void begin(mote_raw_set *raw, const char *source, const mote_dataset_options *options)
{
    raw->source = source;
    raw->are_pictures = true;
    raw->crop = options->crop.kind != MOTE_CROP_NONE ? options->crop : options->known_crop;
}

static mote_status allocate_set(image_set *set, const mote_array *first, size_t count, mote_error *err)
{
    mote_raw_split *split = set->split;

    split->x[0] =
        (mote_array){.dtype = MOTE_U8, .rank = 4, .dim = {(int64_t)count, first->dim[0], first->dim[1], first->dim[2]}};
    MOTE_TRY(mote_raw_make_room(set->raw, split, 0, err));
    if (set->class_count == 0)
        return MOTE_OK;
    split->y[0] = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {(int64_t)count}};
    MOTE_TRY(mote_array_allocate(&split->y[0], set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->y[0]);
    return MOTE_OK;
}

static mote_status check_same_size(const image_set *set, const mote_array *image, const char *path, mote_error *err)
{
    const int64_t *all = set->split->x[0].dim + 1;
    char           a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];

    if (memcmp(image->dim, all, 3 * sizeof *all) == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_FORMAT,
                     "%s: is %s (height, width, channels), but %s is %s; ask for one %s: --image %dx%dx%d, "
                     "in a spec image: [%d, %d, %d]",
                     path, mote_array_shape_text(image, a, sizeof a), set->first_image, mote_dim_text(3, all, b, sizeof b),
                     memcmp(image->dim, all, 2 * sizeof *all) == 0 ? "number of channels" : "image size", (int)all[0],
                     (int)all[1], (int)all[2], (int)all[0], (int)all[1], (int)all[2]);
}

/* A picture that claims too many pixels is damaged; one for which the memory is missing is not. */
static bool is_damage(const mote_error *failure)
{
    return failure->code == MOTE_ERR_FORMAT || failure->code == MOTE_ERR_UNSUPPORTED || failure->code == MOTE_ERR_IO ||
           failure->code == MOTE_ERR_LIMIT;
}

static mote_status add_image(image_set *set, const char *path, size_t total, int32_t label, mote_error *err)
{
    mote_raw_split *split = set->split;
    mote_array      image;
    mote_error      failure = {0};

    if (mote_decoder_next(set->decoder, &image, &failure) != MOTE_OK) {
        if (!is_damage(&failure))
            return mote_fail(err, failure.code, "%s", failure.text);
        add_damage(set, path, &failure);
        return MOTE_OK;
    }
    if (!split->x[0].bytes) {
        set->first_image = mote_arena_strdup(&set->raw->arena, path, err);
        if (set->first_image)
            allocate_set(set, &image, total, err);
    }
    if (err->code == MOTE_OK && check_same_size(set, &image, path, err) == MOTE_OK &&
        mote_raw_put_sample(split, 0, set->done, image.bytes, err) == MOTE_OK) {
        if (split->y[0].bytes)
            ((int32_t *)split->y[0].bytes)[set->done] = label;
        split->names[set->done] = mote_arena_strdup(&set->raw->arena, path, err);
        set->done++;
    }
    mote_array_free(&image);
    return err->code;
}

/* Room was taken for the pictures that were left out, too. */
static void cut_to(mote_array *array, size_t count)
{
    if (!array->bytes || array->dim[0] == 0)
        return;
    array->count = array->count / (size_t)array->dim[0] * count;
    array->dim[0] = (int64_t)count;
}

static mote_status add_images(image_set *set, const char *const *paths, size_t total, mote_error *err)
{
    size_t label = 0, i;

    for (i = 0; i < total; i++) {
        while (label < set->class_count && i >= set->class_ends[label])
            label++;
        MOTE_TRY(add_image(set, paths[i], total, (int32_t)label, err));
    }
    return MOTE_OK;
}

static mote_status read_pictures(image_set *set, mote_error *err)
{
    const mote_image_options wanted = {.height = set->options->image_height,
                                       .width = set->options->image_width,
                                       .channels = set->options->image_channels,
                                       .crop = set->raw->crop};
    const char *const       *paths = (const char *const *)(const void *)set->walk.pictures.bytes;
    const size_t             total = set->walk.pictures.count / sizeof *paths;

    set->split->names = MOTE_NEW(&set->raw->arena, const char *, total, err);
    if (set->split->names && mote_decoder_create(&set->decoder, paths, total, &wanted, err) == MOTE_OK)
        add_images(set, paths, total, err);
    mote_decoder_destroy(set->decoder);
    MOTE_TRY(err->code);
    MOTE_TRY(report_damage(set, err));
    if (set->done == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: none of its pictures can be read: %s", set->path,
                         set->damage.count > 0 ? set->damage.first : "none is PNG or JPEG");
    cut_to(&set->split->x[0], set->done);
    cut_to(&set->split->y[0], set->done);
    return MOTE_OK;
}

/* ---- listing ---- */

/* Text files and the like are passed over; an image that we cannot read is not, or the set would be smaller in silence. */
static mote_status report_walk(image_set *set, mote_error *err)
{
    const mote_walk *w = &set->walk;
    const char      *name = w->foreign > 0 ? mote_path_base(w->first_foreign) : "";

    if (w->dangling > 0)
        MOTE_TRY(mote_raw_note(set->raw, err, "%s is a link to nothing%s", mote_show_string(w->first_dangling).text,
                               w->dangling > 1 ? ", and so are others" : ""));
    if (w->foreign == 0)
        return MOTE_OK;
    if (set->options->skip_damaged)
        return mote_raw_note(set->raw, err, "%zu picture%s neither PNG nor JPEG and left out, %s first", w->foreign,
                             w->foreign == 1 ? " is" : "s are", mote_show_string(short_path(set, w->first_foreign)).text);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "%.*s%s: only PNG and JPEG images are read; convert it%s (%zu such picture%s; --skip-damaged, in a "
                     "spec skip_damaged: true, leaves %s out)",
                     (int)(name - w->first_foreign), w->first_foreign, mote_show_string(name).text,
                     w->foreign == 1 ? "" : " and the others", w->foreign, w->foreign == 1 ? "" : "s",
                     w->foreign == 1 ? "it" : "them");
}

static mote_status check_class_name(const char *path, const char *name, mote_error *err)
{
    if (mote_is_utf8(name, strlen(name)))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_FORMAT, "%s: the name of the class folder \"%s\" is no UTF-8; rename it", path,
                     mote_show_string(name).text);
}

/* Before any is walked: a link inside one class to another, or to the folder of all, leads nowhere then. */
static mote_status enter_all(image_set *set, char **folders, const mote_name_list *classes, mote_error *err)
{
    bool   is_new = false;
    size_t i;

    MOTE_TRY(mote_walk_enter(&set->walk, set->path, &is_new, err));
    for (i = 0; i < classes->count; i++) {
        MOTE_TRY(check_class_name(set->path, classes->names[i], err));
        if ((folders[i] = mote_path_join(&set->scratch, set->path, classes->names[i], err)) == NULL)
            return err->code;
        MOTE_TRY(mote_walk_enter(&set->walk, folders[i], &is_new, err));
        if (!is_new)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: is a link to another class folder, or to the folder of all",
                             folders[i]);
    }
    return MOTE_OK;
}

static mote_status walk_class(image_set *set, const char *folder, size_t *end, mote_error *err)
{
    const size_t before = set->walk.pictures.count + set->walk.foreign;

    MOTE_TRY(mote_walk_folder(&set->walk, folder, err));
    if (set->walk.pictures.count + set->walk.foreign == before)
        return mote_fail(
            err, MOTE_ERR_FORMAT,
            "%s: holds no PNG or JPEG images; each folder is a class (those of splits are named " MOTE_SPLIT_WORDS ")",
            folder);
    *end = set->walk.pictures.count / sizeof(char *);
    return MOTE_OK;
}

static mote_status read_classes(image_set *set, const mote_name_list *classes, mote_error *err)
{
    char **folders = MOTE_NEW(&set->scratch, char *, classes->count, err);
    size_t i;

    set->class_ends = MOTE_NEW(&set->scratch, size_t, classes->count, err);
    if (!folders || !set->class_ends)
        return err->code;
    set->class_count = classes->count;
    MOTE_TRY(enter_all(set, folders, classes, err));
    for (i = 0; i < classes->count; i++)
        MOTE_TRY(walk_class(set, folders[i], &set->class_ends[i], err));
    MOTE_TRY(report_walk(set, err));
    return read_pictures(set, err);
}

static mote_status read_loose(image_set *set, mote_error *err)
{
    bool is_new;

    MOTE_TRY(mote_walk_enter(&set->walk, set->path, &is_new, err));
    MOTE_TRY(mote_walk_folder(&set->walk, set->path, err));
    MOTE_TRY(report_walk(set, err));
    return read_pictures(set, err);
}

/* classes NULL: pictures alone. */
static mote_status read_split(mote_raw_set *raw, mote_split_id id, const char *path, const mote_name_list *classes,
                              const mote_dataset_options *options, mote_error *err)
{
    image_set set = {.path = path, .options = options, .raw = raw, .split = &raw->split[id]};

    set.walk.arena = &set.scratch;
    set.split->x_name[0] = set.split->y_name[0] = mote_split_name(id);
    if (classes)
        read_classes(&set, classes, err);
    else
        read_loose(&set, err);
    mote_walk_free(&set.walk);
    mote_arena_destroy(&set.scratch);
    return err->code;
}

mote_status mote_raw_read_pictures(mote_raw_set *raw, const char *const *paths, size_t count,
                                   const mote_dataset_options *options, mote_error *err)
{
    image_set set = {.path = "the pictures given", .options = options, .raw = raw, .split = &raw->split[MOTE_SPLIT_TEST]};

    begin(raw, "pictures", options);
    set.walk.arena = &set.scratch;
    set.split->x_name[0] = set.split->y_name[0] = mote_split_name(MOTE_SPLIT_TEST);
    mote_text_add(&set.walk.pictures, (const char *)paths, count * sizeof *paths);
    if (mote_text_status(&set.walk.pictures, err) == MOTE_OK)
        read_pictures(&set, err);
    mote_walk_free(&set.walk);
    mote_arena_destroy(&set.scratch);
    return err->code;
}

/* ---- folders of splits ---- */

/* One folder inside the data set's, and what it holds. */
typedef struct inner_folder {
    const char    *name, *path;
    mote_split_id  split; /* as its name says; MOTE_SPLIT_COUNT: none */
    mote_name_list folders;
    size_t         pictures;
} inner_folder;

typedef struct outer_folder {
    const char   *path;
    inner_folder *inner;
    size_t        count, pictures;
} outer_folder;

static mote_status look(outer_folder *out, mote_arena *arena, const char *path, mote_error *err)
{
    mote_name_list folders;
    size_t         i;

    *out = (outer_folder){.path = path};
    MOTE_TRY(mote_look_into(&folders, &out->pictures, arena, path, err));
    out->inner = MOTE_NEW(arena, inner_folder, folders.count + 1, err);
    for (i = 0; out->inner && i < folders.count; i++) {
        inner_folder *inner = &out->inner[i];
        inner->name = folders.names[i];
        inner->split = mote_split_of_folder(inner->name);
        if ((inner->path = mote_path_join(arena, path, inner->name, err)) == NULL)
            return err->code;
        MOTE_TRY(mote_look_into(&inner->folders, &inner->pictures, arena, inner->path, err));
        out->count++;
    }
    return err->code;
}

/* Named for a split, and holding class folders: a class may be called "test". */
static bool is_split(const inner_folder *inner)
{
    return inner->split != MOTE_SPLIT_COUNT && inner->pictures == 0 && inner->folders.count > 0;
}

static size_t count_splits(const outer_folder *outer)
{
    size_t found = 0, i;

    for (i = 0; i < outer->count; i++)
        found += is_split(&outer->inner[i]);
    return found;
}

static mote_status check_same_classes(const mote_name_list *a, const mote_name_list *b, const char *path, mote_error *err)
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

/* The classes are those of the first split that there is. */
static const mote_name_list *first_classes(const outer_folder *outer)
{
    const inner_folder *first = NULL;
    size_t              i;

    for (i = 0; i < outer->count; i++)
        if (is_split(&outer->inner[i]) && (!first || outer->inner[i].split < first->split))
            first = &outer->inner[i];
    return &first->folders;
}

static mote_status read_splits(mote_raw_set *raw, const outer_folder *outer, const mote_name_list *classes,
                               const mote_dataset_options *options, mote_error *err)
{
    const char *taken[MOTE_SPLIT_COUNT] = {NULL};
    size_t      i;

    for (i = 0; i < outer->count; i++) {
        const inner_folder *inner = &outer->inner[i];
        if (!is_split(inner)) {
            MOTE_TRY(mote_raw_note(raw, err, "the folder %s is not used: splits are named " MOTE_SPLIT_WORDS,
                                   mote_show_string(inner->name).text));
            continue;
        }
        if (taken[inner->split])
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: has both a %s and a %s folder", outer->path, taken[inner->split],
                             inner->name);
        taken[inner->split] = inner->name;
        MOTE_TRY(check_same_classes(classes, &inner->folders, inner->path, err));
        MOTE_TRY(read_split(raw, inner->split, inner->path, classes, options, err));
    }
    return MOTE_OK;
}

/* ---- folders that look like splits under names that say nothing ---- */

static const char *shared_name(const mote_name_list *a, const mote_name_list *b)
{
    size_t i, j;

    for (i = 0; i < a->count; i++)
        for (j = 0; j < b->count; j++)
            if (strcmp(a->names[i], b->names[j]) == 0)
                return a->names[i];
    return NULL;
}

/* Folders without pictures of their own that hold folders of the same names would make classes of the splits. */
static mote_status check_classes(const outer_folder *outer, mote_error *err)
{
    const inner_folder *a = outer->inner;
    const char         *shared;
    size_t              i;

    for (i = 0; i < outer->count; i++)
        if (outer->inner[i].pictures > 0)
            return MOTE_OK;
    if (outer->count == 1 && a->folders.count > 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: holds the folder %s only, which holds folders itself; name that one",
                         outer->path, mote_show_string(a->name).text);
    for (i = 1; i < outer->count; i++)
        if ((shared = shared_name(&a->folders, &outer->inner[i].folders)) != NULL)
            return mote_fail(err, MOTE_ERR_FORMAT,
                             "%s: both %s and %s hold a folder %s: are they splits? Those are named " MOTE_SPLIT_WORDS,
                             outer->path, mote_show_string(a->name).text, mote_show_string(outer->inner[i].name).text,
                             mote_show_string(shared).text);
    return MOTE_OK;
}

static mote_status name_inner(mote_name_list *out, const outer_folder *outer, mote_arena *arena, mote_error *err)
{
    out->names = MOTE_NEW(arena, char *, outer->count, err);
    for (out->count = 0; out->names && out->count < outer->count; out->count++)
        out->names[out->count] = mote_arena_strdup(arena, outer->inner[out->count].name, err);
    return err->code;
}

static mote_status read_outer(mote_raw_set *raw, const outer_folder *outer, mote_name_list *classes,
                              const mote_dataset_options *options, mote_error *err)
{
    if (outer->count > 0 && outer->pictures > 0)
        MOTE_TRY(mote_raw_note(raw, err, "%zu picture%s beside the class folders %s not used", outer->pictures,
                               outer->pictures == 1 ? "" : "s", outer->pictures == 1 ? "is" : "are"));
    if (count_splits(outer) > 0) {
        *classes = *first_classes(outer);
        return read_splits(raw, outer, classes, options, err);
    }
    MOTE_TRY(check_classes(outer, err));
    MOTE_TRY(name_inner(classes, outer, &raw->arena, err));
    return read_split(raw, MOTE_SPLIT_TRAIN, outer->path, classes, options, err);
}

mote_status mote_raw_read_images(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    mote_name_list classes = {0};
    outer_folder   outer;

    begin(raw, "folder of images", options);
    MOTE_TRY(look(&outer, &raw->arena, path, err));
    if (outer.count == 0 && outer.pictures > 0)
        return read_split(raw, MOTE_SPLIT_TRAIN, path, NULL, options, err);
    if (outer.count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: is no data set: it holds neither IDX files (train-images-idx3-ubyte), nor x_train.npy or "
                         "x.npy, nor class folders of images",
                         path);
    MOTE_TRY(read_outer(raw, &outer, &classes, options, err));
    raw->class_names = (const char *const *)classes.names;
    raw->class_count = (int)classes.count;
    raw->is_by_class = true;
    return MOTE_OK;
}
