/* Members of an archive that become files under their own names, each with its known SHA-256.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "data/fetch.h"
#include "data/tar.h"

enum { PART_BYTES = 64 * 1024 };

bool mote_fetch_is_there(const char *folder, const mote_known_file *known)
{
    mote_arena  scratch = {0};
    mote_error  ignored = {0};
    mote_file   file = {0};
    mote_sha256 hash;
    char       *path = mote_path_join(&scratch, folder, known->name, &ignored);
    bool        is_right = false;

    if (path && mote_file_open(&file, path, &ignored) == MOTE_OK && file.count == known->bytes) {
        mote_sha256_begin(&hash);
        mote_sha256_add(&hash, file.bytes, file.count);
        is_right = strcmp(mote_sha256_end(&hash).text, known->sha256) == 0;
    }
    mote_file_close(&file);
    mote_arena_destroy(&scratch);
    return is_right;
}

static mote_status copy_member(FILE *to, mote_source *source, const mote_known_file *known, mote_error *err)
{
    uint8_t         part[PART_BYTES];
    uint64_t        left = known->bytes;
    mote_sha256     hash;
    mote_sha256_hex hex;

    mote_sha256_begin(&hash);
    while (left > 0) {
        size_t count = left < sizeof part ? (size_t)left : sizeof part;
        MOTE_TRY(mote_source_read(source, part, count, known->name, err));
        mote_sha256_add(&hash, part, count);
        fwrite(part, 1, count, to); /* commit reports a failure */
        left -= count;
    }
    hex = mote_sha256_end(&hash);
    if (strcmp(hex.text, known->sha256) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is not the file that mote knows: its SHA-256 is %s, not %s", known->name,
                         hex.text, known->sha256);
    return MOTE_OK;
}

static mote_status unpack_member(const char *folder, mote_source *source, const mote_tar_member *member,
                                 const mote_known_file *known, mote_error *err)
{
    mote_arena  scratch = {0};
    mote_output output;
    char       *path = mote_path_join(&scratch, folder, known->name, err);

    if (path && member->bytes != known->bytes)
        mote_fail(err, MOTE_ERR_FORMAT, "%s has %llu bytes in this package; %llu were expected", known->name,
                  (unsigned long long)member->bytes, (unsigned long long)known->bytes);
    else if (path && mote_output_begin(&output, path, err) == MOTE_OK) {
        if (copy_member(output.stream, source, known, err) == MOTE_OK)
            mote_output_commit(&output, err);
        else
            mote_output_abandon(&output);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static const mote_known_file *find_known(const mote_fetchable_set *set, const mote_tar_member *member)
{
    const size_t prefix = strlen(set->members);
    int          i;

    if (!member->is_file || strncmp(member->name, set->members, prefix) != 0)
        return NULL;
    for (i = 0; i < set->file_count; i++)
        if (strcmp(member->name + prefix, set->files[i].name) == 0)
            return &set->files[i];
    return NULL;
}

static mote_status unpack(const mote_fetchable_set *set, const char *folder, mote_source *source,
                          const mote_progress *progress, mote_error *err)
{
    mote_tar_member member;
    bool            is_end;
    int             done = 0;

    MOTE_TRY(mote_tar_next(&member, &is_end, source, err));
    while (!is_end && done < set->file_count) {
        const mote_known_file *known = find_known(set, &member);
        if (known) {
            MOTE_TRY(mote_fetch_report(progress, done, set->file_count, known->name, err));
            MOTE_TRY(unpack_member(folder, source, &member, known, err));
            done++;
        } else {
            MOTE_TRY(mote_tar_skip(source, member.bytes, err));
        }
        MOTE_TRY(mote_tar_skip_padding(source, &member, err));
        MOTE_TRY(mote_tar_next(&member, &is_end, source, err));
    }
    if (done < set->file_count)
        return mote_fail(err, MOTE_ERR_FORMAT, "holds %d of %s's %d files; it is not %s", done, set->said.title,
                         set->file_count, set->file);
    return mote_fetch_report(progress, done, set->file_count, NULL, err);
}

mote_status mote_fetch_unpack_tgz(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                  const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_file        file;
    mote_gzip_source gzip = {0};

    (void)temporary;
    if (mote_file_open(&file, package_path, err) == MOTE_OK &&
        mote_gzip_source_open(&gzip, file.bytes, file.count, err) == MOTE_OK)
        unpack(set, folder, &gzip.source, progress, err);
    mote_gzip_source_close(&gzip);
    mote_file_close(&file);
    return err->code;
}

char *mote_fetch_open_deb(const mote_fetchable_set *set, const char *package_path, const char *temporary, mote_arena *arena,
                          const mote_progress *progress, mote_error *err)
{
    const char *const        arguments[] = {"dpkg-deb", "--fsys-tarfile", package_path, NULL};
    const mote_fetch_program program = {"dpkg-deb", "apt install dpkg", arguments, "data.tar", "dpkg-deb: error"};
    char                    *path = mote_path_join(arena, temporary, "data.tar", err);

    return path && mote_fetch_run(set, &program, temporary, progress, err) == MOTE_OK ? path : NULL;
}

mote_status mote_fetch_unpack_deb(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                  const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_arena       scratch = {0};
    mote_file_source tar = {0};
    const char      *path = mote_fetch_open_deb(set, package_path, temporary, &scratch, progress, err);

    if (path && mote_file_source_open(&tar, path, err) == MOTE_OK)
        unpack(set, folder, &tar.source, progress, err);
    mote_file_source_close(&tar);
    mote_arena_destroy(&scratch);
    return err->code;
}
