/* The runtime headers that a model needs, and no others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "emit/emit.h"

enum { HEADERS_MAX = 128 };

typedef struct header_list {
    const mote_embedded_file *files[HEADERS_MAX];
    int                       count;
} header_list;

/* "runtime/kernels/" + "../mrt.h" -> "runtime/mrt.h" */
static void resolve(char *out, size_t size, const char *from, const char *target, size_t target_length)
{
    size_t folder = (size_t)(mote_path_base(from) - from);

    while (target_length > 3 && strncmp(target, "../", 3) == 0) {
        target += 3;
        target_length -= 3;
        while (folder > 1 && from[--folder - 1] != '/') {
        }
    }
    snprintf(out, size, "%.*s%.*s", (int)folder, from, (int)target_length, target);
}

static mote_status add_header(header_list *list, const char *path, mote_error *err);

/* What a header of the interpreter declares stands in the source beside it, if there is one. */
static mote_status add_source_of(header_list *list, const mote_embedded_file *header, mote_error *err)
{
    const size_t length = strlen(header->path);
    char         source[256];

    if (strncmp(header->path, "runtime/interpreter/", 20) != 0 || header->path[length - 1] != 'h')
        return MOTE_OK;
    snprintf(source, sizeof source, "%.*sc", (int)length - 1, header->path);
    return mote_embedded_find(source) ? add_header(list, source, err) : MOTE_OK;
}

static mote_status add_header(header_list *list, const char *path, mote_error *err)
{
    const mote_embedded_file *file = mote_embedded_find(path);
    const char               *at;
    char                      included[256];
    int                       i;

    for (i = 0; i < list->count; i++)
        if (list->files[i] == file)
            return MOTE_OK;
    if (!file || list->count == HEADERS_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "this build of mote lacks %s", path);
    list->files[list->count++] = file;
    for (at = file->text; (at = strstr(at, "#include \"")) != NULL;) {
        const char *begin = at + strlen("#include \""), *end = strchr(begin, '"');
        if (!end)
            break;
        resolve(included, sizeof included, path, begin, (size_t)(end - begin));
        MOTE_TRY(add_header(list, included, err));
        at = end;
    }
    return add_source_of(list, file, err);
}

static mote_status write_header(const mote_embedded_file *file, const char *folder, mote_arena *scratch, mote_error *err)
{
    const char *below = file->path + strlen("runtime/");
    char       *path = mote_arena_printf(scratch, err, "%s/mote_runtime/%s", folder, below);
    char       *parent = path ? mote_arena_strndup(scratch, path, (size_t)(mote_path_base(path) - path - 1), err) : NULL;

    if (!parent)
        return err->code;
    MOTE_TRY(mote_make_dirs(parent, err));
    return mote_file_write(path, file->text, file->count, err);
}

static mote_status add_headers_of(header_list *list, const mote_program *program, mote_error *err)
{
    char    path[256];
    int32_t i;

    for (i = 0; i < program->step_count; i++) {
        if (program->steps[i].kernel->is_view)
            continue;
        snprintf(path, sizeof path, "runtime/%s", program->steps[i].kernel->header);
        MOTE_TRY(add_header(list, path, err));
    }
    return MOTE_OK;
}

mote_status mote_emit_runtime(const mote_emitter *emitter, const char *folder, mote_error *err)
{
    header_list list = {.count = 0};
    mote_arena  scratch = {0};
    int32_t     i;

    add_header(&list, "runtime/mrt.h", err);
    for (i = 0; i < emitter->variant_count && err->code == MOTE_OK; i++)
        add_headers_of(&list, emitter->variants[i].program, err);
    for (i = 0; i < list.count && err->code == MOTE_OK; i++)
        write_header(list.files[i], folder, &scratch, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static bool is_among(const char *path, const char *const *paths, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (strcmp(paths[i], path) == 0)
            return true;
    return false;
}

mote_status mote_emit_runtime_files(const char *const *paths, int32_t count, const char *folder, mote_text *includes,
                                    mote_error *err)
{
    header_list list = {.count = 0};
    mote_arena  scratch = {0};
    int         i;

    for (i = 0; i < count; i++)
        MOTE_TRY(add_header(&list, paths[i], err));
    for (i = 0; i < list.count && err->code == MOTE_OK; i++) {
        write_header(list.files[i], folder, &scratch, err);
        if (includes && (mote_path_has_suffix(list.files[i]->path, ".c") || is_among(list.files[i]->path, paths, count)))
            mote_text_printf(includes, "#include \"mote_runtime/%s\"\n", list.files[i]->path + strlen("runtime/"));
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
