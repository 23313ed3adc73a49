/* Writing .npz: each array a stored member, as np.savez writes them. The file is written whole or not at all; the same
 * arrays give the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "base/zip_write.h"
#include "data/array.h"

/* One array as a member. */
typedef struct packed {
    char  *name, *bytes;
    size_t count;
} packed;

static mote_status pack(packed *out, const mote_named_array *from, mote_error *err)
{
    FILE  *stream;
    size_t name_bytes;
    bool   failed;

    if (!mote_npy_can_hold(from->array.dtype))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: .npy has no element type %s", mote_show_string(from->name).text,
                         mote_dtype_name(from->array.dtype));
    stream = open_memstream(&out->name, &name_bytes);
    failed = !stream || fprintf(stream, "%s.npy", from->name) < 0;
    failed = (stream && fclose(stream) != 0) || failed;
    stream = failed ? NULL : open_memstream(&out->bytes, &out->count);
    if (!stream)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    mote_npy_put(&from->array, stream);
    failed = ferror(stream) != 0;
    return fclose(stream) == 0 && !failed ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
}

static mote_status write_members(const char *path, const mote_zip_member *members, int count, mote_error *err)
{
    mote_text archive = {0};

    if (mote_zip_write(&archive, members, count, err) == MOTE_OK)
        mote_file_write(path, archive.bytes, archive.count, err);
    else
        mote_context(err, "%s", path);
    mote_text_free(&archive);
    return err->code;
}

mote_status mote_npz_save(const mote_named_array *arrays, int32_t count, const char *path, mote_error *err)
{
    packed          *arrays_packed = calloc((size_t)count + 1, sizeof *arrays_packed);
    mote_zip_member *members = calloc((size_t)count + 1, sizeof *members);
    int              i;

    if (!arrays_packed || !members)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    for (i = 0; i < count && err->code == MOTE_OK; i++) {
        pack(&arrays_packed[i], &arrays[i], err);
        members[i] = (mote_zip_member){arrays_packed[i].name, arrays_packed[i].bytes, arrays_packed[i].count};
    }
    if (err->code != MOTE_OK)
        mote_context(err, "%s", path);
    else
        write_members(path, members, count, err);
    for (i = 0; arrays_packed && i < count; i++) {
        free(arrays_packed[i].name);
        free(arrays_packed[i].bytes);
    }
    free(arrays_packed);
    free(members);
    return err->code;
}
