/* SPDX-License-Identifier: Apache-2.0 */
#include "data/walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/image.h"

typedef enum entry_kind { ENTRY_OTHER, ENTRY_FOLDER, ENTRY_PICTURE, ENTRY_FOREIGN, ENTRY_DANGLING } entry_kind;

static bool is_foreign_name(const char *name)
{
    static const char *const endings[] = {".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".avif", ".ppm", ".pgm"};
    size_t                   i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++)
        if (mote_path_has_suffix(name, endings[i]))
            return true;
    return false;
}

/* PNG or JPEG, as the first bytes say. */
static bool holds_image(const char *path)
{
    uint8_t start[8];
    FILE   *file = fopen(path, "rb");
    size_t  count = file ? fread(start, 1, sizeof start, file) : 0;

    if (file)
        fclose(file);
    return mote_is_image(start, count);
}

static entry_kind find_kind(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return mote_is_image_name(path) ? ENTRY_PICTURE : ENTRY_DANGLING;
    if (S_ISDIR(info.st_mode))
        return ENTRY_FOLDER;
    if (mote_is_image_name(path))
        return ENTRY_PICTURE;
    if (S_ISREG(info.st_mode) && holds_image(path))
        return ENTRY_PICTURE;
    return is_foreign_name(path) ? ENTRY_FOREIGN : ENTRY_OTHER;
}

mote_status mote_walk_enter(mote_walk *w, const char *folder, bool *is_new, mote_error *err)
{
    struct stat info;

    if (stat(folder, &info) != 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", folder, strerror(errno));
    return mote_seen_folders_add(&w->seen, &info, is_new, err);
}

static mote_status add_picture(mote_walk *w, char *path, mote_error *err)
{
    mote_text_add(&w->pictures, (const char *)&path, sizeof path);
    return mote_text_status(&w->pictures, err);
}

static void remember(size_t *count, char **first, char *path)
{
    *first = *count > 0 ? *first : path;
    (*count)++;
}

static mote_status add_entry(mote_walk *w, char *path, mote_error *err)
{
    bool is_new = false;

    switch (find_kind(path)) {
    case ENTRY_FOLDER:
        MOTE_TRY(mote_walk_enter(w, path, &is_new, err));
        return is_new ? mote_walk_folder(w, path, err) : MOTE_OK;
    case ENTRY_PICTURE:
        return add_picture(w, path, err);
    case ENTRY_FOREIGN:
        remember(&w->foreign, &w->first_foreign, path);
        break;
    case ENTRY_DANGLING:
        remember(&w->dangling, &w->first_dangling, path);
        break;
    case ENTRY_OTHER:
        break;
    }
    return MOTE_OK;
}

mote_status mote_walk_folder(mote_walk *w, const char *folder, mote_error *err)
{
    mote_name_list list;
    size_t         i;

    MOTE_TRY(mote_list_folder(&list, w->arena, folder, err));
    for (i = 0; i < list.count; i++) {
        char *path = mote_path_join(w->arena, folder, list.names[i], err);
        if (!path)
            return err->code;
        MOTE_TRY(add_entry(w, path, err));
    }
    return MOTE_OK;
}

void mote_walk_free(mote_walk *w)
{
    mote_arena_destroy(&w->seen.arena);
    mote_text_free(&w->pictures);
}

mote_status mote_look_into(mote_name_list *folders, size_t *pictures, mote_arena *arena, const char *path, mote_error *err)
{
    mote_name_list all;
    size_t         i;

    *folders = (mote_name_list){0};
    *pictures = 0;
    MOTE_TRY(mote_list_folder(&all, arena, path, err));
    folders->names = all.names;
    for (i = 0; i < all.count; i++) {
        char      *inside = mote_path_join(arena, path, all.names[i], err);
        entry_kind kind = inside ? find_kind(inside) : ENTRY_OTHER;
        if (!inside)
            return err->code;
        *pictures += kind == ENTRY_PICTURE;
        if (kind == ENTRY_FOLDER)
            folders->names[folders->count++] = all.names[i];
    }
    return MOTE_OK;
}
