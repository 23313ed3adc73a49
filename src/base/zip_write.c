/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zip_write.h"

#include <zip.h>

#include "base/text.h"

/* libzip reads a member's bytes only when the archive is closed. */
static mote_status add_member(zip_t *archive, const mote_zip_member *member, mote_error *err)
{
    enum { FIRST_OF_JANUARY_1980 = 0x21 };
    zip_source_t *source = zip_source_buffer(archive, member->bytes, member->count, 0);
    zip_int64_t   index = source ? zip_file_add(archive, member->name, source, 0) : -1;

    if (index < 0)
        zip_source_free(source);
    if (index < 0 || zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, (zip_uint64_t)index, 0, FIRST_OF_JANUARY_1980, 0) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "an archive cannot hold a member named \"%s\"",
                         mote_show_string(member->name).text);
    return MOTE_OK;
}

/* The target has a reference of its own, so that it outlives the archive. */
static mote_status archive_all(zip_source_t *target, const mote_zip_member *members, int count, mote_error *err)
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
        add_member(archive, &members[i], err);
    if (err->code == MOTE_OK && zip_close(archive) == 0)
        return MOTE_OK;
    zip_discard(archive);
    return err->code != MOTE_OK ? err->code : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

static mote_status copy_to(mote_text *out, zip_source_t *target, mote_error *err)
{
    char        part[65536];
    zip_int64_t got;

    if (zip_source_open(target) != 0)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    while ((got = zip_source_read(target, part, sizeof part)) > 0)
        mote_text_add(out, part, (size_t)got);
    zip_source_close(target);
    return got < 0 ? mote_fail(err, MOTE_ERR_MEMORY, "out of memory") : mote_text_status(out, err);
}

mote_status mote_zip_write(mote_text *out, const mote_zip_member *members, int member_count, mote_error *err)
{
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);

    if (!target)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (archive_all(target, members, member_count, err) == MOTE_OK)
        copy_to(out, target, err);
    zip_source_free(target);
    return err->code;
}
