/* .npz: a zip archive whose members are .npy files. libzip reads the archive's directory and checks each member's CRC.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/zip.h"
#include "data/array.h"

enum { ENTRY_MAX = 65536 };

struct mote_npz {
    mote_arena   arena; /* the names */
    mote_file    file;  /* closed when the bytes are the caller's */
    size_t       bytes; /* of the whole archive */
    zip_t       *archive;
    const char  *label;
    int          count;
    char       **names;   /* as np.load has them, without ".npy" */
    zip_int64_t *entries; /* place in the archive */
};

/* One member, being read. */
typedef struct zip_source_state {
    mote_source source;
    zip_file_t *member;
} zip_source_state;

static mote_status read_member(mote_source *source, void *to, size_t count, size_t *got, mote_error *err)
{
    zip_source_state *state = (zip_source_state *)source;
    zip_int64_t       part;

    for (*got = 0; *got < count; *got += (size_t)part) {
        part = zip_fread(state->member, (char *)to + *got, count - *got);
        if (part < 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "damaged: %s", zip_file_strerror(state->member));
        if (part == 0)
            break;
    }
    source->at_most = source->at_most > *got ? source->at_most - *got : 0;
    return MOTE_OK;
}

static mote_status list_entries(mote_npz *npz, mote_error *err)
{
    zip_int64_t total = zip_get_num_entries(npz->archive, 0), i;

    if (total > ENTRY_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "holds %lld files; the limit is %d", (long long)total, ENTRY_MAX);
    npz->names = MOTE_NEW(&npz->arena, char *, total, err);
    npz->entries = MOTE_NEW(&npz->arena, zip_int64_t, total, err);
    for (i = 0; err->code == MOTE_OK && i < total; i++) {
        const char *name = zip_get_name(npz->archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (!name || !mote_path_has_suffix(name, ".npy"))
            continue;
        npz->entries[npz->count] = i;
        npz->names[npz->count] = mote_arena_strndup(&npz->arena, name, strlen(name) - 4, err);
        npz->count++;
    }
    return err->code;
}

static mote_status open_archive(mote_npz *npz, const uint8_t *bytes, size_t count, mote_error *err)
{
    npz->bytes = count;
    if (!mote_is_zip(bytes, count)) /* libzip searches the whole file for an archive; we do not */
        return mote_fail(err, MOTE_ERR_FORMAT, "not a .npz file: it does not begin as a zip archive does");
    npz->archive = mote_zip_open(bytes, count, err);
    return err->code == MOTE_OK ? list_entries(npz, err) : err->code;
}

static mote_npz *new_npz(const char *label, mote_error *err)
{
    mote_npz *npz = calloc(1, sizeof *npz);

    if (!npz)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    else if ((npz->label = mote_arena_strdup(&npz->arena, label, err)) == NULL) {
        free(npz);
        npz = NULL;
    }
    return npz;
}

mote_status mote_npz_open_bytes(mote_npz **out, const uint8_t *bytes, size_t count, const char *label, mote_error *err)
{
    mote_npz *npz = new_npz(label, err);

    *out = NULL;
    if (!npz || open_archive(npz, bytes, count, err) != MOTE_OK) {
        mote_npz_close(npz);
        return mote_context(err, "%s", label);
    }
    *out = npz;
    return MOTE_OK;
}

mote_status mote_npz_open(mote_npz **out, const char *path, mote_error *err)
{
    mote_npz *npz = new_npz(path, err);

    *out = NULL;
    if (!npz || mote_file_open(&npz->file, path, err) != MOTE_OK ||
        open_archive(npz, npz->file.bytes, npz->file.count, err) != MOTE_OK) {
        mote_npz_close(npz);
        return mote_context(err, "%s", path);
    }
    *out = npz;
    return MOTE_OK;
}

void mote_npz_close(mote_npz *npz)
{
    if (!npz)
        return;
    if (npz->archive)
        zip_discard(npz->archive);
    mote_file_close(&npz->file);
    mote_arena_destroy(&npz->arena);
    free(npz);
}

int32_t mote_npz_count(const mote_npz *npz)
{
    return npz->count;
}

const char *mote_npz_name(const mote_npz *npz, int32_t index)
{
    return index >= 0 && index < npz->count ? npz->names[index] : NULL;
}

int32_t mote_npz_find(const mote_npz *npz, const char *name)
{
    int i;

    for (i = 0; i < npz->count; i++)
        if (strcmp(npz->names[i], name) == 0)
            return i;
    return -1;
}

static mote_status load_entry(mote_array *out, mote_npz *npz, zip_uint64_t entry, mote_array_reader *read, size_t max_bytes,
                              mote_error *err)
{
    zip_source_state state = {.source = {.read = read_member}};

    MOTE_TRY(mote_zip_bound(npz->archive, npz->bytes, entry, &state.source.at_most, err));
    state.member = zip_fopen_index(npz->archive, entry, 0);
    if (!state.member)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged: %s", zip_strerror(npz->archive));
    read(out, &state.source, max_bytes, err);
    zip_fclose(state.member);
    return err->code;
}

/* "x_train, y_train" for messages, cut when long. */
static mote_shown show_names(const mote_npz *npz)
{
    mote_text  text = {0};
    mote_shown shown;
    int        i;

    for (i = 0; i < npz->count && text.count < MOTE_SHOWN_TEXT; i++)
        mote_text_printf(&text, "%s%s", i > 0 ? ", " : "", npz->names[i]);
    shown = mote_show(text.bytes ? text.bytes : "none", text.bytes ? text.count : 4);
    mote_text_free(&text);
    return shown;
}

mote_status mote_npz_load_with(mote_array *out, mote_npz *npz, const char *name, mote_array_reader *read, size_t max_bytes,
                               mote_error *err)
{
    int index = mote_npz_find(npz, name);

    *out = (mote_array){0};
    if (index < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: has no array \"%s\"; its arrays: %s", npz->label,
                         mote_show_string(name).text, show_names(npz).text);
    if (load_entry(out, npz, (zip_uint64_t)npz->entries[index], read, max_bytes, err) != MOTE_OK)
        return mote_context(err, "%s: %s", npz->label, mote_show_string(name).text);
    return MOTE_OK;
}

mote_status mote_npz_load(mote_array *out, mote_npz *npz, const char *name, size_t max_bytes, mote_error *err)
{
    return mote_npz_load_with(out, npz, name, mote_npy_read, max_bytes, err);
}

static mote_status read_named_or_only(mote_array *out, const char *path, const char *name, mote_array_reader *read,
                                      size_t max_bytes, mote_error *err)
{
    mote_npz *npz;

    MOTE_TRY(mote_npz_open(&npz, path, err));
    if (name || npz->count == 1)
        mote_npz_load_with(out, npz, name ? name : npz->names[0], read, max_bytes, err);
    else
        mote_fail(err, MOTE_ERR_USAGE, "%s: name one of its arrays: %s", path, show_names(npz).text);
    mote_npz_close(npz);
    return err->code;
}

mote_status mote_array_load_with(mote_array *out, const char *path, const char *name, mote_array_reader *read,
                                 size_t max_bytes, mote_error *err)
{
    mote_file file;
    bool      is_zip;

    *out = (mote_array){0};
    if (mote_file_open_start(&file, path, MOTE_START_BYTES, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    is_zip = mote_is_zip(file.bytes, file.count);
    mote_file_close(&file);
    return is_zip ? read_named_or_only(out, path, name, read, max_bytes, err)
                  : mote_array_read_file(out, path, read, max_bytes, err);
}

mote_status mote_array_load(mote_array *out, const char *path, const char *name, size_t max_bytes, mote_error *err)
{
    return mote_array_load_with(out, path, name, mote_npy_read, max_bytes, err);
}

mote_status mote_array_peek(mote_array *out, const char *path, const char *name, mote_error *err)
{
    return mote_array_load_with(out, path, name, mote_npy_read_header, 0, err);
}
