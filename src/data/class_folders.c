/* SPDX-License-Identifier: Apache-2.0 */
#include "data/class_folders.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "data/names.h"

typedef struct folder_set {
    const char                 *path; /* of the folder of class folders */
    const mote_dataset_options *options;
    mote_raw_set               *raw;
    mote_split_id               split;
    mote_arena                  scratch;
    mote_walk                   walk;
    size_t                     *class_ends; /* [class_count]: places in the walk's files */
    size_t                      class_count;
} folder_set;

/* ---- listing ---- */

/* Inside the set's folder. */
static const char *short_path(const folder_set *set, const char *path)
{
    return path + strlen(set->path) + (path[strlen(set->path)] == '/');
}

/* Text files and the like are passed over; an image that we cannot read is not, or the set would be smaller in silence. */
static mote_status report_walk(folder_set *set, mote_error *err)
{
    const mote_walk *w = &set->walk;
    const char      *name = w->foreign > 0 ? mote_path_base(w->first_foreign) : "";

    if (w->dangling > 0)
        MOTE_TRY(mote_raw_note(set->raw, err, "%s is a link to nothing%s", mote_show_string(w->first_dangling).text,
                               w->dangling > 1 ? ", and so are others" : ""));
    if (w->foreign == 0)
        return MOTE_OK;
    if (set->options->skip_damaged)
        return mote_raw_note(set->raw, err, "%zu %s%s not %s and left out, %s first", w->foreign, w->media->noun,
                             w->foreign == 1 ? " is" : "s are", w->media->kinds,
                             mote_show_string(short_path(set, w->first_foreign)).text);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "%.*s%s: only %s is read; convert it%s (%zu such %s%s; --skip-damaged, in a spec skip_damaged: true, "
                     "leaves %s out)",
                     (int)(name - w->first_foreign), w->first_foreign, mote_show_string(name).text, w->media->kinds,
                     w->foreign == 1 ? "" : " and the others", w->foreign, w->media->noun, w->foreign == 1 ? "" : "s",
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
static mote_status enter_all(folder_set *set, char **folders, const mote_name_list *classes, mote_error *err)
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

static mote_status walk_class(folder_set *set, const char *folder, size_t *end, mote_error *err)
{
    const size_t before = set->walk.files.count + set->walk.foreign;

    MOTE_TRY(mote_walk_folder(&set->walk, folder, err));
    if (set->walk.files.count + set->walk.foreign == before)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: holds no %s (%s); each folder is a class (those of splits are named " MOTE_SPLIT_WORDS ")",
                         folder, set->walk.media->plural, set->walk.media->kinds);
    *end = set->walk.files.count / sizeof(char *);
    return MOTE_OK;
}

static mote_status read_set(folder_set *set, mote_error *err)
{
    const mote_class_files files = {set->path, set->split, &set->walk, set->class_ends, set->class_count};

    return set->walk.media->read(set->raw, &files, set->options, err);
}

static mote_status read_classes(folder_set *set, const mote_name_list *classes, mote_error *err)
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
    return read_set(set, err);
}

static mote_status read_loose(folder_set *set, mote_error *err)
{
    bool is_new;

    MOTE_TRY(mote_walk_enter(&set->walk, set->path, &is_new, err));
    MOTE_TRY(mote_walk_folder(&set->walk, set->path, err));
    MOTE_TRY(report_walk(set, err));
    return read_set(set, err);
}

/* classes NULL: files alone. */
static mote_status read_split(mote_raw_set *raw, const mote_media *media, mote_split_id id, const char *path,
                              const mote_name_list *classes, const mote_dataset_options *options, mote_error *err)
{
    folder_set set = {.path = path, .options = options, .raw = raw, .split = id};

    set.walk.arena = &set.scratch;
    set.walk.media = media;
    if (classes)
        read_classes(&set, classes, err);
    else
        read_loose(&set, err);
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
    size_t         files;
} inner_folder;

typedef struct outer_folder {
    const char       *path;
    const mote_media *media;
    inner_folder     *inner;
    size_t            count, files;
} outer_folder;

/* What stands beside classes without being one. */
static void leave_out(mote_name_list *folders, const char *name)
{
    size_t kept = 0, i;

    for (i = 0; i < folders->count; i++)
        if (strcmp(folders->names[i], name) != 0)
            folders->names[kept++] = folders->names[i];
    folders->count = kept;
}

static mote_status look_into(mote_name_list *folders, size_t *files, const mote_media *media, mote_arena *arena,
                             const char *path, mote_error *err)
{
    MOTE_TRY(mote_look_into(folders, files, media, arena, path, err));
    if (media->left_out)
        leave_out(folders, media->left_out);
    return MOTE_OK;
}

static mote_status look(outer_folder *out, const mote_media *media, mote_arena *arena, const char *path, mote_error *err)
{
    mote_name_list folders;
    size_t         i;

    *out = (outer_folder){.path = path, .media = media};
    MOTE_TRY(look_into(&folders, &out->files, out->media, arena, path, err));
    out->inner = MOTE_NEW(arena, inner_folder, folders.count + 1, err);
    for (i = 0; out->inner && i < folders.count; i++) {
        inner_folder *inner = &out->inner[i];
        inner->name = folders.names[i];
        inner->split = mote_split_of_folder(inner->name);
        if ((inner->path = mote_path_join(arena, path, inner->name, err)) == NULL)
            return err->code;
        MOTE_TRY(look_into(&inner->folders, &inner->files, out->media, arena, inner->path, err));
        out->count++;
    }
    return err->code;
}

/* Named for a split, and holding class folders: a class may be called "test". */
static bool is_split(const inner_folder *inner)
{
    return inner->split != MOTE_SPLIT_COUNT && inner->files == 0 && inner->folders.count > 0;
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

static bool has_name(const mote_name_list *list, const char *name)
{
    size_t i;

    for (i = 0; i < list->count && strcmp(list->names[i], name) != 0; i++)
        ;
    return i < list->count;
}

/* Those that are asked for, in their order; each must be there. */
static mote_status choose_classes(mote_name_list *classes, mote_raw_set *raw, const char *path,
                                  const mote_dataset_options *options, mote_error *err)
{
    const mote_name_list all = *classes;
    char               **names = MOTE_NEW(&raw->arena, char *, options->class_name_count, err);
    int                  i, j;

    for (i = 0; names && i < options->class_name_count; i++) {
        const char *name = options->class_names[i];
        for (j = 0; j < i; j++)
            if (strcmp(options->class_names[j], name) == 0)
                return mote_fail(err, MOTE_ERR_USAGE, "%s: class_names has \"%s\" twice", path, mote_show_string(name).text);
        if (!has_name(&all, name))
            return mote_fail(err, MOTE_ERR_USAGE, "%s: has no class folder \"%s\", which class_names asks for", path,
                             mote_show_string(name).text);
        if ((names[i] = mote_arena_strdup(&raw->arena, name, err)) == NULL)
            return err->code;
    }
    if (!names)
        return err->code;
    *classes = (mote_name_list){names, (size_t)options->class_name_count};
    for (i = 0; i < (int)all.count; i++)
        if (!has_name(classes, all.names[i]))
            MOTE_TRY(mote_raw_note(raw, err, "the class folder %s is none of class_names: it is left out",
                                   mote_show_string(all.names[i]).text));
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
        MOTE_TRY(check_same_classes(first_classes(outer), &inner->folders, inner->path, err));
        MOTE_TRY(read_split(raw, outer->media, inner->split, inner->path, classes, options, err));
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

/* Folders without files of their own that hold folders of the same names would make classes of the splits. */
static mote_status check_classes(const outer_folder *outer, mote_error *err)
{
    const inner_folder *a = outer->inner;
    const char         *shared;
    size_t              i;

    for (i = 0; i < outer->count; i++)
        if (outer->inner[i].files > 0)
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
    if (outer->count > 0 && outer->files > 0)
        MOTE_TRY(mote_raw_note(raw, err, "%zu %s%s beside the class folders %s not used", outer->files, outer->media->noun,
                               outer->files == 1 ? "" : "s", outer->files == 1 ? "is" : "are"));
    if (count_splits(outer) > 0) {
        *classes = *first_classes(outer);
        if (options->class_name_count > 0)
            MOTE_TRY(choose_classes(classes, raw, outer->path, options, err));
        return read_splits(raw, outer, classes, options, err);
    }
    MOTE_TRY(check_classes(outer, err));
    MOTE_TRY(name_inner(classes, outer, &raw->arena, err));
    if (options->class_name_count > 0)
        MOTE_TRY(choose_classes(classes, raw, outer->path, options, err));
    return read_split(raw, outer->media, MOTE_SPLIT_TRAIN, outer->path, classes, options, err);
}

mote_status mote_class_folders_read(mote_raw_set *raw, const char *path, const mote_media *media,
                                    const mote_dataset_options *options, mote_error *err)
{
    mote_name_list classes = {0};
    outer_folder   outer;

    MOTE_TRY(look(&outer, media, &raw->arena, path, err));
    if (outer.count == 0 && outer.files > 0)
        return read_split(raw, media, MOTE_SPLIT_TRAIN, path, NULL, options, err);
    if (outer.count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "%s: is no data set: it holds neither IDX files (train-images-idx3-ubyte), nor x_train.npy or "
                         "x.npy, nor class folders of images or WAV files",
                         path);
    MOTE_TRY(read_outer(raw, &outer, &classes, options, err));
    raw->classes[0] = (mote_class_list){(const char *const *)classes.names, (int)classes.count};
    raw->is_by_class = true;
    return MOTE_OK;
}
