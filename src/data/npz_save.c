/* Writing .npz: each array a stored member, as np.savez writes them. libzip makes the archive in memory, so that the file is
 * written whole or not at all; the same arrays give the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"

/* One member: libzip reads its bytes only when the archive is closed. */
typedef struct packed {
    char  *bytes;
    size_t count;
} packed;

static mote_status pack(packed *out, const mote_named_array *from, mote_error *err)
{
    FILE *stream;
    bool  failed;

    if (!mote_npy_can_hold(from->array.dtype))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: .npy has no element type %s", mote_show_string(from->name).text,
                         mote_dtype_name(from->array.dtype));
    stream = open_memstream(&out->bytes, &out->count);
    if (!stream)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    mote_npy_put(&from->array, stream);
    failed = ferror(stream) != 0;
    return fclose(stream) == 0 && !failed ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

static mote_status add_member(zip_t *archive, const char *name, const packed *member, mote_error *err)
{
    enum { FIRST_OF_JANUARY_1980 = 0x21 };
    char         *file = NULL;
    size_t        count;
    FILE         *stream = open_memstream(&file, &count);
    zip_source_t *source = zip_source_buffer(archive, member->bytes, member->count, 0);
    zip_int64_t   index = -1;

    if (stream) {
        fprintf(stream, "%s.npy", name);
        if (fclose(stream) == 0 && source)
            index = zip_file_add(archive, file, source, 0);
    }
    free(file);
    if (index < 0)
        zip_source_free(source);
    if (index < 0 || zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, (zip_uint64_t)index, 0, FIRST_OF_JANUARY_1980, 0) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "an archive cannot hold an array named \"%s\"", mote_show_string(name).text);
    return MOTE_OK;
}

static mote_status write_target(zip_source_t *target, const char *path, mote_error *err)
{
    mote_output output;
    char        part[65536];
    zip_int64_t got;

    MOTE_TRY(mote_output_begin(&output, path, err));
    if (zip_source_open(target) != 0) {
        mote_output_abandon(&output);
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    }
    while ((got = zip_source_read(target, part, sizeof part)) > 0)
        fwrite(part, 1, (size_t)got, output.stream);
    zip_source_close(target);
    return mote_output_commit(&output, err);
}

/* The target has a reference of its own, so that it outlives the archive. */
static mote_status archive_all(zip_source_t *target, const packed *members, const mote_named_array *arrays, int count,
                               mote_error *err)
{
    zip_t *archive;
    int    i;

    zip_source_keep(target);
    archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    if (!archive) {
        zip_source_free(target);
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    }
    for (i = 0; i < count && err->code == MOTE_OK; i++)
        add_member(archive, arrays[i].name, &members[i], err);
    if (err->code == MOTE_OK && zip_close(archive) == 0)
        return MOTE_OK;
    zip_discard(archive);
    return err->code != MOTE_OK ? err->code : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

mote_status mote_npz_save(const mote_named_array *arrays, int32_t count, const char *path, mote_error *err)
{
    packed       *members = calloc((size_t)count + 1, sizeof *members);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
    int           i;

    for (i = 0; members && i < count && err->code == MOTE_OK; i++)
        pack(&members[i], &arrays[i], err);
    if (!members || !target)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (err->code == MOTE_OK)
        archive_all(target, members, arrays, count, err);
    if (err->code != MOTE_OK)
        mote_context(err, "%s", path);
    else
        write_target(target, path, err);
    zip_source_free(target);
    for (i = 0; members && i < count; i++)
        free(members[i].bytes);
    free(members);
    return err->code;
}
