/* SPEC.yaml as a whole: reads the file, hands each section to its reader. SPDX-License-Identifier: Apache-2.0 */
#include "build/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/kind.h"

typedef struct section_row {
    const char *name;
    mote_status (*read)(mote_spec *, const mote_yaml_reader *, const mote_yaml *);
    bool is_required;
} section_row;

static const section_row sections[] = {
    {"data", mote_spec_read_data, false},     {"model", mote_spec_read_model, true},
    {"train", mote_spec_read_train, false},   {"convert", mote_spec_read_convert, false},
    {"deploy", mote_spec_read_deploy, false},
};

enum { SECTION_COUNT = sizeof sections / sizeof sections[0] };

static const mote_key    top_keys[] = {MOTE_KEY("name", mote_spec, name), {0}};
static const char *const top_others[] = {"data", "model", "train", "convert", "deploy", NULL};

/* ---- the name: that of a folder below runs/ ---- */

static mote_status check_name(const mote_yaml_reader *reader, const mote_yaml *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    if (!name || mote_yaml_is_null(name) ||
        (strspn(name->text, allowed) == strlen(name->text) && strlen(name->text) <= 60 && name->text[0] != '.' &&
         name->text[0] != '-'))
        return MOTE_OK;
    return mote_yaml_fail(reader, name->line,
                          "name \"%s\": 1 to 60 letters, digits, '_', '-' and '.' are possible, beginning with a letter, "
                          "digit or '_'",
                          mote_show_string(name->text).text);
}

/* The file's own name is a run's as well, and more names are in use there: any letters, also spaces. What would leave runs/,
 * hide or pass for an option is not taken. */
static mote_status check_file_name(const mote_spec *spec, mote_error *err)
{
    const char *c;

    for (c = spec->name; (unsigned char)*c >= ' ' && *c != 0x7f; c++)
        ;
    if (*c == '\0' && c - spec->name <= 60 && spec->name[0] != '.' && spec->name[0] != '-')
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE,
                     "%s: the file's name gives no name for a run; add a line, as in name: model, or rename the file",
                     mote_show_string(spec->path).text);
}

bool mote_spec_is_name(const char *path)
{
    return mote_path_has_suffix(path, ".yaml") || mote_path_has_suffix(path, ".yml");
}

static const char *name_of_file(mote_arena *arena, const char *path, mote_error *err)
{
    const char *base = mote_path_base(path);
    size_t      length = strlen(base);

    if (mote_path_has_suffix(base, ".yaml"))
        length -= 5;
    else if (mote_path_has_suffix(base, ".yml"))
        length -= 4;
    return length > 0 ? mote_arena_strndup(arena, base, length, err) : "model";
}

/* ---- sections ---- */

/* How often checkpoints are written changes nothing of what is trained: a training goes on when only that was changed. */
static const mote_yaml *without_checkpoint(const mote_yaml *map, mote_arena *arena, mote_error *err)
{
    mote_yaml       *copies = MOTE_NEW(arena, mote_yaml, map->count + 1, err), *last = copies;
    const mote_yaml *item;

    if (!copies)
        return NULL;
    *copies = *map;
    copies->first = NULL;
    copies->count = 0;
    for (item = map->first; item; item = item->next) {
        if (strcmp(item->key, "checkpoint") == 0)
            continue;
        last[1] = *item;
        last[1].next = NULL;
        *(last == copies ? &copies->first : &last->next) = last + 1;
        last++;
        copies->count++;
    }
    return copies;
}

static mote_status keep_text(struct mote_spec_state *state, const char *section, const mote_yaml *value, mote_error *err)
{
    mote_spec_section_line *line = &state->sections[state->section_count];
    mote_text               text = {0};

    if (strcmp(section, "train") == 0 && !(value = without_checkpoint(value, &state->arena, err)))
        return err->code;
    mote_yaml_write(&text, value);
    if (mote_text_status(&text, err) == MOTE_OK)
        line->text = mote_arena_strdup(&state->arena, text.bytes, err);
    mote_text_free(&text);
    line->name = section;
    state->section_count++;
    return err->code;
}

static mote_status read_section(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root,
                                const section_row *section)
{
    const mote_yaml *value = mote_yaml_find(root, section->name);

    if (!value && section->is_required)
        return mote_spec_read_whole(spec, reader, root);
    if (!value)
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, value, section->name));
    MOTE_TRY(section->read(spec, reader, value));
    return keep_text(spec->state, section->name, value, reader->err);
}

static mote_status read_all(mote_spec *spec, const char *bytes, size_t count, mote_error *err)
{
    const mote_yaml_reader reader = {spec->path, &spec->state->arena, err};
    mote_yaml             *root;
    int                    i;

    MOTE_TRY(mote_yaml_read(&root, &reader, bytes, count));
    MOTE_TRY(mote_keys_read(&reader, root, &(mote_keys_place){"the spec", top_keys, top_others}, spec));
    MOTE_TRY(check_name(&reader, mote_yaml_find(root, "name")));
    spec->state->sections = MOTE_NEW(&spec->state->arena, mote_spec_section_line, SECTION_COUNT, err);
    if (!spec->state->sections)
        return err->code;
    MOTE_TRY(check_file_name(spec, err));
    spec->folder = mote_arena_printf(&spec->state->arena, err, "runs/%s", spec->name);
    spec->has_train = mote_yaml_find(root, "train") != NULL;
    for (i = 0; i < SECTION_COUNT && err->code == MOTE_OK; i++)
        read_section(spec, &reader, root, &sections[i]);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_spec_settle_data(spec, &reader, root));
    return mote_spec_settle_train(spec, &reader, root);
}

/* ---- life ---- */

static mote_spec *create(const char *path, mote_error *err)
{
    mote_spec *spec = calloc(1, sizeof *spec);

    if (spec && (spec->state = calloc(1, sizeof *spec->state)) != NULL) {
        spec->path = mote_arena_strdup(&spec->state->arena, path, err);
        spec->name = spec->path ? name_of_file(&spec->state->arena, path, err) : NULL;
        if (spec->name)
            return spec;
    }
    mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    mote_spec_destroy(spec);
    return NULL;
}

void mote_spec_destroy(mote_spec *spec)
{
    if (!spec)
        return;
    if (spec->state) {
        mote_model_destroy(spec->state->start.model);
        mote_arena_destroy(&spec->state->arena);
    }
    free(spec->state);
    free(spec);
}

mote_status mote_spec_parse(mote_spec **out, const char *path, const char *bytes, size_t count, mote_error *err)
{
    mote_spec *spec = create(path, err);

    *out = NULL;
    if (!spec)
        return err->code;
    if (read_all(spec, bytes, count, err) != MOTE_OK) {
        mote_spec_destroy(spec);
        return err->code;
    }
    *out = spec;
    return MOTE_OK;
}

mote_status mote_spec_load(mote_spec **out, const char *path, mote_error *err)
{
    mote_file file = {0};

    *out = NULL;
    if (mote_path_is_dir(path))
        mote_folder_kind_refuse(path, MOTE_WANTED_SPEC, err);
    else if (mote_file_open(&file, path, err) == MOTE_OK)
        mote_file_kind_check(file.bytes, file.count, MOTE_WANTED_SPEC, err);
    if (err->code != MOTE_OK) {
        mote_file_close(&file);
        return mote_context(err, "%s", path);
    }
    mote_spec_parse(out, path, (const char *)file.bytes, file.count, err);
    mote_file_close(&file);
    return err->code;
}

const char *mote_spec_section_text(const mote_spec *spec, const char *section)
{
    int i;

    for (i = 0; i < spec->state->section_count; i++)
        if (strcmp(spec->state->sections[i].name, section) == 0)
            return spec->state->sections[i].text;
    return "";
}
