/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zip.h"

#include "base/text.h"

bool mote_is_zip(const void *bytes, size_t count)
{
    const uint8_t *b = bytes;

    return count >= 4 && b[0] == 'P' && b[1] == 'K' &&
           ((b[2] == 3 && b[3] == 4) || (b[2] == 5 && b[3] == 6)); /* a member, or an empty archive */
}

zip_t *mote_zip_open(const uint8_t *bytes, size_t count, mote_error *err)
{
    zip_error_t   reason;
    zip_source_t *source;
    zip_t        *archive;

    zip_error_init(&reason);
    source = zip_source_buffer_create(bytes, count, 0, &reason);
    archive = source ? zip_open_from_source(source, ZIP_RDONLY, &reason) : NULL;
    if (!archive) {
        mote_fail(err, MOTE_ERR_FORMAT, "truncated or damaged zip archive: %s", zip_error_strerror(&reason));
        zip_source_free(source);
    }
    zip_error_fini(&reason);
    return archive;
}

mote_status mote_zip_bound(zip_t *archive, size_t archive_bytes, zip_uint64_t entry, size_t *at_most, mote_error *err)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t         stat;
    bool               is_stored;
    size_t             justified;

    if (zip_stat_index(archive, entry, 0, &stat) != 0 || (stat.valid & needed) != needed)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged: %s", zip_strerror(archive));
    is_stored = stat.comp_method == ZIP_CM_STORE;
    if (!is_stored && stat.comp_method != ZIP_CM_DEFLATE)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "zip compression method %d is not read, but 0 (stored) and 8 (deflate) are", stat.comp_method);
    if (stat.encryption_method != ZIP_EM_NONE)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "the zip archive is encrypted");
    if (stat.comp_size > archive_bytes)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated or damaged: claims %llu compressed bytes in a file of %zu",
                         (unsigned long long)stat.comp_size, archive_bytes);
    justified = mote_size_mul((size_t)stat.comp_size, is_stored ? 1 : MOTE_DEFLATE_MAX_GAIN);
    if (stat.size > justified)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged: claims %llu bytes, but %llu compressed ones hold at most %zu",
                         (unsigned long long)stat.size, (unsigned long long)stat.comp_size, justified);
    *at_most = (size_t)stat.size;
    return MOTE_OK;
}

static mote_status read_whole(zip_t *archive, zip_uint64_t entry, uint8_t *to, size_t count, mote_error *err)
{
    zip_file_t *member = zip_fopen_index(archive, entry, 0);
    size_t      got = 0;
    zip_int64_t part = 1;

    if (!member)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged: %s", zip_strerror(archive));
    for (; part > 0; got += (size_t)(part > 0 ? part : 0)) /* to its end, so that its CRC is checked */
        part = zip_fread(member, got < count ? to + got : to + count, got < count ? count - got : 1);
    if (part < 0 || got != count)
        mote_fail(err, MOTE_ERR_FORMAT, "damaged: %s", part < 0 ? zip_file_strerror(member) : "a member of another size");
    zip_fclose(member);
    return err->code;
}

mote_status mote_zip_read(zip_t *archive, size_t archive_bytes, const char *name, size_t max_bytes, mote_arena *arena,
                          const uint8_t **out, size_t *count, bool *found, mote_error *err)
{
    const zip_int64_t entry = zip_name_locate(archive, name, ZIP_FL_ENC_RAW);
    uint8_t          *bytes;

    *found = entry >= 0;
    if (!*found)
        return MOTE_OK;
    if (mote_zip_bound(archive, archive_bytes, (zip_uint64_t)entry, count, err) != MOTE_OK)
        return mote_context(err, "%s", name);
    if (*count > max_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: %zu bytes, more than %zu", name, *count, max_bytes);
    bytes = mote_arena_alloc(arena, *count + 1, 1, err); /* and one that tells a member of more bytes */
    if (!bytes)
        return err->code;
    *out = bytes;
    return read_whole(archive, (zip_uint64_t)entry, bytes, *count, err) == MOTE_OK ? MOTE_OK : mote_context(err, "%s", name);
}
