/* SPDX-License-Identifier: Apache-2.0 */
#include "project/project.h"

#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"

static const mote_project projects[] = {
    {"arduino", "src"},   {"platformio", "lib/NAME/src"}, {"esp-idf", "src"}, {"zephyr", "src"},
    {"pico-sdk", "NAME"}, {"micropython", "NAME"},        {"cmake", "NAME"},  {NULL, NULL},
};

const mote_project *mote_project_at(int index)
{
    return index >= 0 && index < (int)(sizeof projects / sizeof *projects) - 1 ? &projects[index] : NULL;
}

const mote_project *mote_project_find(const char *name)
{
    const mote_project *project;
    int                 i;

    for (i = 0; (project = mote_project_at(i)) != NULL; i++)
        if (strcmp(project->name, name) == 0)
            return project;
    return NULL;
}

void mote_project_path(char *out, size_t bytes, const char *path, const char *name)
{
    size_t used = 0;

    while (*path && used + 1 < bytes) {
        if (strncmp(path, "NAME", 4) == 0) {
            used += (size_t)snprintf(out + used, bytes - used, "%s", name);
            path += 4;
        } else {
            out[used++] = *path++;
        }
    }
    out[used < bytes ? used : bytes - 1] = '\0';
}

typedef struct project_writer {
    const char          *folder, *name;
    const mote_variable *variables;
    mote_arena           arena;
} project_writer;

static mote_status write_expanded(project_writer *w, const char *path, const mote_text *text, mote_error *err)
{
    char *parent = mote_arena_strndup(&w->arena, path, (size_t)(mote_path_base(path) - path - 1), err);

    if (!parent)
        return err->code;
    MOTE_TRY(mote_make_dirs(parent, err));
    return mote_file_write(path, text->bytes, text->count, err);
}

/* below: the file's path in the project, as the templates have it. A template of which nothing is left is no file. */
static mote_status write_file(project_writer *w, const mote_embedded_file *file, const char *below, mote_error *err)
{
    char      named[512];
    char     *path;
    mote_text text = {0};

    mote_project_path(named, sizeof named, below, w->name);
    path = mote_path_join(&w->arena, w->folder, named, err);
    if (path && mote_template_expand(&text, file->path, file->text, w->variables, err) == MOTE_OK &&
        mote_text_status(&text, err) == MOTE_OK && text.count > 0)
        write_expanded(w, path, &text, err);
    mote_text_free(&text);
    return err->code;
}

/* All files of a folder of templates/, to the folder `to` of the project. */
static mote_status write_files(project_writer *w, const char *kind, const char *to, mote_error *err)
{
    const mote_embedded_file *file;
    char                      prefix[64], below[512];

    snprintf(prefix, sizeof prefix, "templates/%s/", kind);
    for (file = mote_embedded_files; file->path && err->code == MOTE_OK; file++) {
        if (strncmp(file->path, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(below, sizeof below, "%s%s%s", to, *to ? "/" : "", file->path + strlen(prefix));
        write_file(w, file, below, err);
    }
    return err->code;
}

mote_status mote_project_write(const mote_project *project, const char *folder, const mote_variable *variables,
                               mote_error *err)
{
    project_writer w = {.folder = folder, .name = mote_variable_find(variables, "name", 4), .variables = variables};

    if (write_files(&w, project->name, "", err) == MOTE_OK)
        write_files(&w, "common", project->code, err);
    mote_arena_destroy(&w.arena);
    return err->code;
}
