/* A divided set as files: pictures in class folders as copies of theirs, arrays as .npy files, anything as a list.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/raw.h"

/* ---- pictures ---- */

/* What stands behind "ROOT/CLASS/", with '-' for '/'; the name alone where that is not how the path begins. */
static char *name_in_class(const char *path, const char *root, const char *kind, mote_arena *arena, mote_error *err)
{
    const size_t root_length = strlen(root), kind_length = strlen(kind);
    const char  *rest = strncmp(path, root, root_length) == 0 ? path + root_length + strspn(path + root_length, "/") : path;
    char        *name, *at;

    if (strncmp(rest, kind, kind_length) == 0 && rest[kind_length] == '/')
        rest += kind_length + 1;
    else
        rest = mote_path_base(rest);
    name = mote_arena_strdup(arena, rest, err);
    for (at = name; at && *at; at++)
        *at = *at == '/' ? '-' : *at;
    return name;
}

static mote_status copy_file(const char *from, const char *folder, const char *name, mote_arena *arena, mote_error *err)
{
    const char *to = mote_path_join(arena, folder, name, err);
    mote_file   file = {0}, there = {0};
    mote_error  ignored = {0};

    if (!to || mote_file_open(&file, from, err) != MOTE_OK)
        return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", from);
    if (mote_file_open(&there, to, &ignored) == MOTE_OK)
        mote_fail(err, MOTE_ERR_FORMAT,
                  "%s: another picture of its class would be called %s, too; write a list: -o split.csv", from, name);
    else
        mote_file_write(to, file.bytes, file.count, err);
    mote_file_close(&there);
    mote_file_close(&file);
    return err->code;
}

static mote_status copy_pictures(const mote_dataset_split *split, const char *folder, mote_error *err)
{
    const mote_dataset *set = split->set;
    mote_arena          scratch = {0};
    size_t              i;

    for (i = 0; i < split->count && err->code == MOTE_OK; i++) {
        const mote_arena_mark before = mote_arena_get_mark(&scratch);
        const char           *kind = set->target[0].class_names[split->labels[0][i]];
        const char           *name = name_in_class(split->names[i], set->state->path, kind, &scratch, err);
        const char           *inner = name ? mote_path_join(&scratch, folder, kind, err) : NULL;
        if (inner && mote_make_dirs(inner, err) == MOTE_OK)
            copy_file(split->names[i], inner, name, &scratch, err);
        mote_arena_release(&scratch, before);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- arrays ---- */

static mote_status save_array(const mote_array *array, const char *folder, const char *word, mote_split_id split,
                              mote_error *err)
{
    mote_arena  scratch = {0};
    const char *name = mote_arena_printf(&scratch, err, "%s_%s.npy", word, mote_split_name(split));
    const char *path = name ? mote_path_join(&scratch, folder, name, err) : NULL;

    if (path)
        mote_npy_save(array, path, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_array rows(mote_dtype dtype, size_t count, int rank, const int64_t *dim, const void *bytes)
{
    mote_array array = {.dtype = dtype, .rank = rank + 1, .dim = {(int64_t)count}, .bytes = (void *)(uintptr_t)bytes};

    memcpy(array.dim + 1, dim, (size_t)rank * sizeof *dim);
    array.count = mote_array_count(array.rank, array.dim);
    return array;
}

static mote_status save_arrays(const mote_dataset_split *split, const char *folder, mote_error *err)
{
    const mote_dataset_feature *f = &split->set->feature[0];
    const mote_dataset_target  *t = &split->set->target[0];
    const mote_array            x = rows(f->dtype, split->count, f->rank, f->dim, split->x[0]);
    const mote_array            labels = rows(MOTE_I32, split->count, 0, f->dim, split->labels[0]);
    const mote_array            values = rows(MOTE_F32, split->count, t->rank, t->dim, split->values[0]);

    MOTE_TRY(save_array(&x, folder, "x", split->id, err));
    if (split->labels[0])
        return save_array(&labels, folder, "y", split->id, err);
    return split->values[0] ? save_array(&values, folder, "y", split->id, err) : MOTE_OK;
}

/* ---- either ---- */

static bool is_in_files(const mote_dataset *set)
{
    return set->state->is_by_class && set->state->path && set->target[0].class_names;
}

/* What a folder of arrays would lose without a word. */
static mote_status check_form(const mote_dataset *set, mote_error *err)
{
    if (is_in_files(set))
        return MOTE_OK;
    if (set->feature_count > 1 || set->target_count > 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "has several inputs or targets; write a list: -o split.csv");
    if (set->feature[0].column_names || set->target[0].class_names || set->target[0].column_names)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "is a table with names, which .npy files do not have; write a list: -o split.csv");
    return MOTE_OK;
}

static mote_status save_split(const mote_dataset_split *split, const char *folder, mote_error *err)
{
    mote_arena  scratch = {0};
    const char *inner;

    if (split->count == 0)
        return MOTE_OK;
    if (!is_in_files(split->set))
        return save_arrays(split, folder, err);
    inner = mote_path_join(&scratch, folder, mote_split_name(split->id), err);
    if (inner)
        copy_pictures(split, inner, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_dataset_save_splits(const mote_dataset *set, const char *folder, mote_error *err)
{
    mote_output_dir dir = {0};
    int             s;

    MOTE_TRY(check_form(set, err));
    if (mote_path_is_dir(folder))
        return mote_fail(err, MOTE_ERR_USAGE, "%s is there already; name a new folder", folder);
    MOTE_TRY(mote_output_dir_begin(&dir, folder, err));
    for (s = 0; s < MOTE_SPLIT_COUNT && err->code == MOTE_OK; s++)
        save_split(&set->split[s], dir.temporary, err);
    if (err->code == MOTE_OK)
        mote_output_dir_commit(&dir, err);
    else
        mote_output_dir_abandon(&dir, err);
    return err->code;
}

static void list_sample(mote_text *out, const mote_dataset_split *split, size_t i)
{
    const mote_dataset_target *t = &split->set->target[0];

    mote_text_printf(out, "%s,", mote_split_name(split->id));
    mote_text_put_csv(out, split->names[i]);
    if (split->labels[0] && t->class_names) {
        mote_text_puts(out, ",");
        mote_text_put_csv(out, t->class_names[split->labels[0][i]]);
    } else if (split->labels[0]) {
        mote_text_printf(out, ",%d", split->labels[0][i]);
    }
    mote_text_puts(out, "\n");
}

mote_status mote_dataset_list_splits(const mote_dataset *set, const char *path, mote_error *err)
{
    mote_text out = {0};
    size_t    i;
    int       s;

    mote_text_puts(&out, set->target[0].kind == MOTE_TARGETS_CLASSES ? "split,sample,class\n" : "split,sample\n");
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; set->split[s].names && i < set->split[s].count; i++)
            list_sample(&out, &set->split[s], i);
    if (mote_text_status(&out, err) == MOTE_OK)
        mote_file_write(path, out.bytes, out.count, err);
    mote_text_free(&out);
    return err->code;
}
