/* Writing .npz: each array a stored member, as np.savez writes them. The file is written whole or not at all; the same
 * arrays give the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "base/zip_write.h"
#include "data/array.h"

/* One array as a member. */
typedef struct packed {
    mote_text name, file;
} packed;

static mote_status pack(packed *out, const mote_named_array *from, mote_error *err)
{
    if (!mote_npy_can_hold(from->array.dtype))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: .npy has no element type %s", mote_show_string(from->name).text,
                         mote_dtype_name(from->array.dtype));
    mote_text_printf(&out->name, "%s.npy", from->name);
    mote_npy_put(&from->array, &out->file);
    MOTE_TRY(mote_text_status(&out->name, err));
    return mote_text_status(&out->file, err);
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
        members[i] =
            (mote_zip_member){arrays_packed[i].name.bytes, arrays_packed[i].file.bytes, arrays_packed[i].file.count};
    }
    if (err->code != MOTE_OK)
        mote_context(err, "%s", path);
    else
        write_members(path, members, count, err);
    for (i = 0; arrays_packed && i < count; i++) {
        mote_text_free(&arrays_packed[i].name);
        mote_text_free(&arrays_packed[i].file);
    }
    free(arrays_packed);
    free(members);
    return err->code;
}
