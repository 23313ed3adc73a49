/* A folder of IDX files: MNIST and its relatives. A name is
 *
 *     emnist-letters-train-images-idx3-ubyte.gz       FAMILY - SPLIT - PART - idxRANK - ubyte
 *
 * of which only the part and one of the last two must be there; '.', '_' and '-' all part words. Files of one family are one
 * data set; FOLDER/FAMILY names one of several. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/list_folder.h"
#include "data/names.h"
#include "data/raw.h"

typedef struct idx_name {
    const char   *file;   /* its name in the folder */
    char         *prefix; /* in front of the part: "emnist-letters-train" */
    char         *family; /* that without the split: "emnist-letters"; may be empty */
    mote_split_id split;
    bool          is_images, is_packed;
} idx_name;

typedef struct idx_folder {
    mote_arena *arena;
    const char *path;          /* of the folder */
    const char *wanted_family; /* NULL: there must be only one */
    idx_name   *names;
    size_t      count;
} idx_folder;

/* ---- names ---- */

static bool is_separator(char letter)
{
    return letter == '-' || letter == '.' || letter == '_';
}

static size_t trim_separators(const char *name, size_t count)
{
    while (count > 0 && is_separator(name[count - 1]))
        count--;
    return count;
}

/* Cuts word off the end, with the separators in front of it. */
static bool cut_end(const char *name, size_t *count, const char *word)
{
    const size_t length = strlen(word);

    if (*count < length || strncasecmp(name + *count - length, word, length) != 0)
        return false;
    *count = trim_separators(name, *count - length);
    return true;
}

static bool cut_rank(const char *name, size_t *count)
{
    size_t without_digit = *count;

    if (*count == 0 || name[*count - 1] < '1' || name[*count - 1] > '9')
        return false;
    without_digit--;
    if (!cut_end(name, &without_digit, "idx"))
        return false;
    *count = without_digit;
    return true;
}

/* The split that a word of the prefix names; that word is taken out of family. */
static mote_split_id take_split(char *family)
{
    mote_split_id found;
    char         *word = family, *next;
    size_t        count;

    for (; *word; word = next) {
        for (count = 0; word[count] && !is_separator(word[count]); count++)
            ;
        next = word + count + (word[count] != '\0');
        found = mote_split_of_word(word, count);
        if (found == MOTE_SPLIT_COUNT)
            continue;
        memmove(word, next, strlen(next) + 1);
        family[trim_separators(family, strlen(family))] = '\0';
        return found;
    }
    return MOTE_SPLIT_TRAIN;
}

static bool cut_part(const char *file, size_t *count, bool *is_images)
{
    *is_images = cut_end(file, count, "images") || cut_end(file, count, "image");
    return *is_images || cut_end(file, count, "labels") || cut_end(file, count, "label");
}

/* false: the name is none of an IDX file. */
static bool parse_name(idx_name *out, const char *file, mote_arena *arena, mote_error *err)
{
    size_t count = strlen(file);
    bool   has_ubyte, has_rank;

    *out = (idx_name){.file = file};
    out->is_packed = cut_end(file, &count, ".gz");
    has_ubyte = cut_end(file, &count, "ubyte");
    has_rank = cut_rank(file, &count);
    if ((!has_ubyte && !has_rank) || !cut_part(file, &count, &out->is_images))
        return false;
    out->prefix = mote_arena_strndup(arena, file, count, err);
    out->family = mote_arena_strndup(arena, file, count, err);
    if (!out->prefix || !out->family)
        return false;
    out->split = take_split(out->family);
    return true;
}

bool mote_is_idx_name(const char *file)
{
    mote_arena arena = {0};
    mote_error ignored = {0};
    idx_name   name;
    const bool is_one = parse_name(&name, file, &arena, &ignored);

    mote_arena_destroy(&arena);
    return is_one;
}

static mote_status list_names(idx_folder *f, mote_error *err)
{
    mote_name_list list;
    size_t         i;

    MOTE_TRY(mote_list_folder(&list, f->arena, f->path, err));
    f->names = MOTE_NEW(f->arena, idx_name, list.count + 1, err);
    for (i = 0; f->names && i < list.count && err->code == MOTE_OK; i++)
        f->count += parse_name(&f->names[f->count], list.names[i], f->arena, err);
    return err->code;
}

/* ---- which folder, which family ---- */

/* path, or of FOLDER/FAMILY, which does not exist, the folder. */
static const char *folder_of(mote_arena *arena, const char *path, mote_error *err)
{
    const char  *base = mote_path_base(path);
    const size_t above = (size_t)(base - path);

    if (mote_path_exists(path) || *base == '\0')
        return path;
    return above == 0 ? "." : mote_arena_strndup(arena, path, above > 1 ? above - 1 : 1, err);
}

static mote_status open_folder(idx_folder *f, mote_arena *arena, const char *path, mote_error *err)
{
    *f = (idx_folder){.arena = arena, .path = folder_of(arena, path, err)};
    if (f->path != path)
        f->wanted_family = mote_path_base(path);
    return f->path && mote_path_is_dir(f->path) ? list_names(f, err) : err->code;
}

static bool is_wanted(const idx_folder *f, const idx_name *name)
{
    return !f->wanted_family || strcasecmp(f->wanted_family, name->family) == 0;
}

static const idx_name *first_wanted(const idx_folder *f)
{
    size_t i;

    for (i = 0; i < f->count; i++)
        if (is_wanted(f, &f->names[i]))
            return &f->names[i];
    return NULL;
}

bool mote_is_idx_folder(const char *path)
{
    mote_arena scratch = {0};
    mote_error ignored = {0};
    idx_folder folder;
    bool       is_one = open_folder(&folder, &scratch, path, &ignored) == MOTE_OK && first_wanted(&folder);

    mote_arena_destroy(&scratch);
    return is_one;
}

const char *mote_dataset_root(mote_arena *arena, const char *path, mote_error *err)
{
    return mote_is_idx_folder(path) ? folder_of(arena, path, err) : path;
}

static mote_status choose_family(idx_folder *f, mote_error *err)
{
    const idx_name *first = first_wanted(f);
    size_t          i;

    for (i = 0; i < f->count; i++)
        if (is_wanted(f, &f->names[i]) && strcasecmp(first->family, f->names[i].family) != 0)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "%s: holds files of several data sets, \"%s\" and \"%s\" among them; name one as %s/%s",
                             f->path, mote_show_string(first->family).text, mote_show_string(f->names[i].family).text,
                             f->path, *first->family ? first->family : f->names[i].family);
    f->wanted_family = first->family;
    return MOTE_OK;
}

/* ---- reading ---- */

/* The file of one part of a split; of two that differ in packing only, the plain one. */
static mote_status find_part(const idx_name **out, const idx_folder *f, mote_split_id split, bool is_images, mote_error *err)
{
    const idx_name *found = NULL;
    size_t          i;

    for (i = 0; i < f->count; i++) {
        const idx_name *name = &f->names[i];
        if (!is_wanted(f, name) || name->split != split || name->is_images != is_images)
            continue;
        if (found && strcmp(found->prefix, name->prefix) != 0)
            return mote_fail(err, MOTE_ERR_USAGE, "%s: both %s and %s are the %s split; leave one", f->path,
                             mote_show_string(found->file).text, mote_show_string(name->file).text, mote_split_name(split));
        if (!found || (found->is_packed && !name->is_packed))
            found = name;
    }
    *out = found;
    return MOTE_OK;
}

static mote_status load_part(mote_raw_set *raw, mote_array *out, const idx_folder *f, const idx_name *name, mote_error *err)
{
    char *path = mote_path_join(f->arena, f->path, name->file, err);

    if (!path)
        return err->code;
    MOTE_TRY(mote_array_read_file(out, path, mote_idx_read, raw->max_bytes, err));
    mote_raw_set_spend(raw, out);
    return MOTE_OK;
}

static mote_status read_split(mote_raw_set *raw, const idx_folder *f, mote_split_id id, mote_error *err)
{
    mote_raw_split *split = &raw->split[id];
    const idx_name *images, *labels;

    MOTE_TRY(find_part(&images, f, id, true, err));
    MOTE_TRY(find_part(&labels, f, id, false, err));
    if (!images && !labels)
        return MOTE_OK;
    if (!images || !labels)
        return mote_fail(err, MOTE_ERR_IO, "%s: the %s are missing: %s%s%s-ubyte, plain or .gz", f->path,
                         images ? "labels" : "images", images ? images->prefix : labels->prefix,
                         *(images ? images->prefix : labels->prefix) ? "-" : "", images ? "labels-idx1" : "images-idx3");
    split->x_name[0] = images->file;
    split->y_name[0] = labels->file;
    MOTE_TRY(load_part(raw, &split->x[0], f, images, err));
    return load_part(raw, &split->y[0], f, labels, err);
}

mote_status mote_raw_read_idx_folder(mote_raw_set *raw, const char *path, mote_error *err)
{
    idx_folder folder;
    int        i;

    raw->source = "IDX files";
    MOTE_TRY(open_folder(&folder, &raw->arena, path, err));
    MOTE_TRY(choose_family(&folder, err));
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        MOTE_TRY(read_split(raw, &folder, (mote_split_id)i, err));
    return MOTE_OK;
}
