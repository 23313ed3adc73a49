/* SPDX-License-Identifier: Apache-2.0 */
#include "data/list_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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

/* What file managers leave: archives of macOS hold such a folder beside their content. */
static bool is_hidden(const char *name)
{
    return name[0] == '.' || strcmp(name, "__MACOSX") == 0;
}

mote_status mote_list_folder(mote_name_list *out, mote_arena *arena, const char *path, mote_error *err)
{
    DIR           *folder = opendir(path);
    mote_text      pointers = {0};
    struct dirent *entry;

    *out = (mote_name_list){0};
    if (!folder)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    while (err->code == MOTE_OK && (entry = readdir(folder)) != NULL)
        if (!is_hidden(entry->d_name))
            add_name(&pointers, arena, entry->d_name, err);
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
