/* SPDX-License-Identifier: Apache-2.0 */
#include "data/walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/class_folders.h"

typedef enum entry_kind { ENTRY_OTHER, ENTRY_FOLDER, ENTRY_FILE, ENTRY_FOREIGN, ENTRY_DANGLING } entry_kind;

static bool holds(const mote_media *media, const char *path)
{
    uint8_t start[18];
    FILE   *file = fopen(path, "rb");
    size_t  count = file ? fread(start, 1, sizeof start, file) : 0;

    if (file)
        fclose(file);
    return media->is_content(start, count);
}

static entry_kind find_kind(const mote_media *media, const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return media->is_name(path) ? ENTRY_FILE : ENTRY_DANGLING;
    if (S_ISDIR(info.st_mode))
        return ENTRY_FOLDER;
    if (media->is_name(path))
        return ENTRY_FILE;
    if (S_ISREG(info.st_mode) && holds(media, path))
        return ENTRY_FILE;
    return media->is_foreign_name(path) ? ENTRY_FOREIGN : ENTRY_OTHER;
}

mote_status mote_walk_enter(mote_walk *w, const char *folder, bool *is_new, mote_error *err)
{
    struct stat info;

    if (stat(folder, &info) != 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", folder, strerror(errno));
    return mote_seen_folders_add(&w->seen, &info, is_new, err);
}

static mote_status add_file(mote_walk *w, char *path, mote_error *err)
{
    mote_text_add(&w->files, (const char *)&path, sizeof path);
    return mote_text_status(&w->files, err);
}

static void remember(size_t *count, char **first, char *path)
{
    *first = *count > 0 ? *first : path;
    (*count)++;
}

static mote_status add_entry(mote_walk *w, char *path, mote_error *err)
{
    bool is_new = false;

    switch (find_kind(w->media, path)) {
    case ENTRY_FOLDER:
        MOTE_TRY(mote_walk_enter(w, path, &is_new, err));
        return is_new ? mote_walk_folder(w, path, err) : MOTE_OK;
    case ENTRY_FILE:
        return add_file(w, path, err);
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
    mote_text_free(&w->files);
}

mote_status mote_look_into(mote_name_list *folders, size_t *files, const mote_media *media, mote_arena *arena,
                           const char *path, mote_error *err)
{
    mote_name_list all;
    size_t         i;

    *folders = (mote_name_list){0};
    *files = 0;
    MOTE_TRY(mote_list_folder(&all, arena, path, err));
    folders->names = all.names;
    for (i = 0; i < all.count; i++) {
        char      *inside = mote_path_join(arena, path, all.names[i], err);
        entry_kind kind = inside ? find_kind(media, inside) : ENTRY_OTHER;
        if (!inside)
            return err->code;
        *files += kind == ENTRY_FILE;
        if (kind == ENTRY_FOLDER)
            folders->names[folders->count++] = all.names[i];
    }
    return MOTE_OK;
}

/* ---- which sort ---- */

/* The first file that is of either: ENTRY_FILE in *found; what it is in *are_sounds. */
static mote_status find_first(mote_walk *w, const char *folder, bool *is_found, bool *are_sounds, mote_error *err)
{
    mote_name_list list;
    bool           is_new = false;
    size_t         i;
    int            folders;

    MOTE_TRY(mote_walk_enter(w, folder, &is_new, err));
    if (!is_new)
        return MOTE_OK;
    MOTE_TRY(mote_list_folder(&list, w->arena, folder, err));
    for (folders = 0; folders < 2; folders++)
        for (i = 0; i < list.count && !*is_found; i++) {
            const char *path = mote_path_join(w->arena, folder, list.names[i], err);
            if (!path)
                return err->code;
            const entry_kind kind = find_kind(&mote_sounds, path);
            if (folders && kind == ENTRY_FOLDER) {
                MOTE_TRY(find_first(w, path, is_found, are_sounds, err));
            } else if (!folders && kind != ENTRY_FOLDER) {
                *are_sounds = kind == ENTRY_FILE;
                *is_found = *are_sounds || find_kind(&mote_pictures, path) == ENTRY_FILE;
            }
        }
    return MOTE_OK;
}

mote_status mote_holds_sounds(bool *are_sounds, const char *path, mote_error *err)
{
    mote_arena arena = {0};
    mote_walk  walk = {.arena = &arena};
    bool       is_found = false;

    *are_sounds = false;
    find_first(&walk, path, &is_found, are_sounds, err);
    *are_sounds = *are_sounds && is_found;
    mote_walk_free(&walk);
    mote_arena_destroy(&arena);
    return err->code;
}
