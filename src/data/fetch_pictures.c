/* Sets of pictures, which become class folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zip.h"
#include "data/fetch.h"
#include "data/tar.h"

enum { PICTURE_MAX = 16 << 20 };

static mote_status save(const char *folder, const char *kind, const char *name, const void *bytes, size_t count,
                        mote_error *err)
{
    mote_arena  scratch = {0};
    const char *inner = mote_path_join(&scratch, folder, kind, err);
    const char *path = inner ? mote_path_join(&scratch, inner, name, err) : NULL;

    if (path && mote_make_dirs(inner, err) == MOTE_OK)
        mote_file_write(path, bytes, count, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- ELPV: a wheel; labels.csv has "images/cell0001.png  1.0  mono" ---- */

static mote_status save_cell(zip_t *archive, size_t archive_bytes, const char *folder, const char *line, mote_error *err)
{
    mote_arena     scratch = {0};
    const uint8_t *bytes = NULL;
    size_t         count = 0;
    bool           is_there = false;
    char           name[64], member[128];
    double         defect;

    if (sscanf(line, "images/%63[a-z0-9.] %lf", name, &defect) != 2)
        return mote_fail(err, MOTE_ERR_FORMAT, "a line of its labels is damaged: %s", mote_show_string(line).text);
    snprintf(member, sizeof member, "elpv_dataset/data/images/%s", name);
    if (mote_zip_read(archive, archive_bytes, member, PICTURE_MAX, &scratch, &bytes, &count, &is_there, err) == MOTE_OK) {
        if (is_there)
            save(folder, defect > 0.5 ? "defective" : "functional", name, bytes, count, err);
        else
            mote_fail(err, MOTE_ERR_FORMAT, "holds no %s", member);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status save_cells(zip_t *archive, size_t archive_bytes, const char *folder, const char *labels, size_t count,
                              const mote_progress *progress, mote_error *err)
{
    char   line[128];
    size_t at = 0, length;

    while (at < count) {
        const char *end = memchr(labels + at, '\n', count - at);
        length = end ? (size_t)(end - (labels + at)) : count - at;
        snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1), labels + at);
        at += length + 1;
        if (line[0] == '\0')
            continue;
        MOTE_TRY(save_cell(archive, archive_bytes, folder, line, err));
        MOTE_TRY(mote_fetch_report(progress, (int64_t)at, (int64_t)count, "pictures", err));
    }
    return MOTE_OK;
}

mote_status mote_fetch_unpack_elpv(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                   const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_arena     scratch = {0};
    mote_file      file = {0};
    zip_t         *archive = NULL;
    const uint8_t *labels = NULL;
    size_t         count = 0;
    bool           is_there = false;

    (void)set, (void)temporary;
    if (mote_file_open(&file, package_path, err) == MOTE_OK && (archive = mote_zip_open(file.bytes, file.count, err)) &&
        mote_zip_read(archive, file.count, "elpv_dataset/data/labels.csv", PICTURE_MAX, &scratch, &labels, &count, &is_there,
                      err) == MOTE_OK) {
        if (is_there)
            save_cells(archive, file.count, folder, (const char *)labels, count, progress, err);
        else
            mote_fail(err, MOTE_ERR_FORMAT, "holds no labels.csv");
    }
    if (archive)
        zip_discard(archive);
    mote_file_close(&file);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- Open Clip Art: a Debian package; png/CLASS/.../NAME.png ---- */

/* Of its folders those that say what they show. */
static const char *const openclipart_classes[] = {"animals",       "buildings",  "computer", "food",   "people",
                                                  "plants",        "recreation", "tools",    "shapes", "signs_and_symbols",
                                                  "transportation"};

/* NULL: not to be taken. *name: what comes behind the class, with '-' for '/'. */
static const char *class_of(const char *path, char *name, size_t name_bytes)
{
    const char *slash = strchr(path, '/');
    size_t      i, length;

    for (i = 0; slash && i < sizeof openclipart_classes / sizeof *openclipart_classes; i++) {
        length = strlen(openclipart_classes[i]);
        if ((size_t)(slash - path) != length || strncmp(path, openclipart_classes[i], length) != 0)
            continue;
        snprintf(name, name_bytes, "%s", slash + 1);
        for (; *name; name++)
            *name = *name == '/' ? '-' : *name;
        return openclipart_classes[i];
    }
    return NULL;
}

/* Some are drawn for printing, of hundreds of millions of pixels. The sides stand in a PNG's first chunk. */
static bool has_sensible_size(const uint8_t *png, size_t bytes)
{
    enum { SIDES_AT = 16, SIDE_MAX = 4096 };
    uint32_t side[2] = {0, 0};
    int      i;

    for (i = 0; i < 8 && bytes >= SIDES_AT + 8; i++)
        side[i / 4] = side[i / 4] << 8 | png[SIDES_AT + i];
    return side[0] >= 1 && side[0] <= SIDE_MAX && side[1] >= 1 && side[1] <= SIDE_MAX;
}

static mote_status save_drawing(const char *folder, const char *kind, const char *name, mote_source *tar, uint64_t bytes,
                                mote_error *err)
{
    uint8_t *picture = malloc((size_t)bytes);

    if (!picture)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (mote_source_read(tar, picture, (size_t)bytes, name, err) == MOTE_OK && has_sensible_size(picture, (size_t)bytes))
        save(folder, kind, name, picture, (size_t)bytes, err);
    free(picture);
    return err->code;
}

static mote_status save_drawings(const mote_fetchable_set *set, const char *folder, mote_source *tar,
                                 const mote_progress *progress, mote_error *err)
{
    const size_t    prefix = strlen(set->members), all = tar->at_most;
    mote_tar_member member;
    bool            is_end;
    char            name[sizeof member.name];

    for (;;) {
        const char *kind = NULL;
        MOTE_TRY(mote_tar_next(&member, &is_end, tar, err));
        if (is_end)
            return MOTE_OK;
        if (member.is_file && member.bytes > 0 && member.bytes <= PICTURE_MAX &&
            strncmp(member.name, set->members, prefix) == 0 && mote_path_has_suffix(member.name, ".png"))
            kind = class_of(member.name + prefix, name, sizeof name);
        if (kind)
            MOTE_TRY(save_drawing(folder, kind, name, tar, member.bytes, err));
        else
            MOTE_TRY(mote_tar_skip(tar, member.bytes, err));
        MOTE_TRY(mote_tar_skip_padding(tar, &member, err));
        MOTE_TRY(mote_fetch_report(progress, (int64_t)(all - tar->at_most), (int64_t)all, "pictures", err));
    }
}

mote_status mote_fetch_unpack_openclipart(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                          const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_arena       scratch = {0};
    mote_file_source tar = {0};
    const char      *path = mote_fetch_open_deb(set, package_path, temporary, &scratch, progress, err);

    if (path && mote_file_source_open(&tar, path, err) == MOTE_OK)
        save_drawings(set, folder, &tar.source, progress, err);
    mote_file_source_close(&tar);
    mote_arena_destroy(&scratch);
    return err->code;
}
