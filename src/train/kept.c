/* SPDX-License-Identifier: Apache-2.0 */
#include "train/kept.h"

#include <stdlib.h>
#include <string.h>

#include <mote/array.h>

#include "base/text.h"
#include "data/array.h"

enum { FIRST_CAPACITY = 16, IDENTITY_MAX = 4096, ROUNDING = 4096 /* of what memory an array takes */ };

#define IDENTITY "mote.training"

/* ---- the list ---- */

static mote_status grow(mote_kept *kept, mote_error *err)
{
    const int32_t    wanted = kept->capacity ? 2 * kept->capacity : FIRST_CAPACITY;
    mote_kept_array *more = MOTE_NEW(kept->arena, mote_kept_array, wanted, err);

    if (!more)
        return err->code;
    if (kept->count > 0)
        memcpy(more, kept->arrays, (size_t)kept->count * sizeof *more);
    kept->arrays = more;
    kept->capacity = wanted;
    return MOTE_OK;
}

mote_status mote_keep_array(mote_kept *kept, const mote_kept_array *array, mote_error *err)
{
    mote_kept_array *added;

    if (kept->count == kept->capacity)
        MOTE_TRY(grow(kept, err));
    added = &kept->arrays[kept->count++];
    *added = *array;
    added->name = mote_arena_strdup(kept->arena, array->name, err);
    return err->code;
}

mote_status mote_keep(mote_kept *kept, const char *name, mote_dtype dtype, void *values, size_t count, mote_error *err)
{
    return mote_keep_array(kept, &(mote_kept_array){.name = name, .dtype = dtype, .values = values, .count = count}, err);
}

/* ---- writing ---- */

/* bytes stay the caller's; they are only read. */
static mote_named_array as_file(const char *name, mote_dtype dtype, const void *bytes, size_t count)
{
    return (mote_named_array){
        name, {.dtype = dtype, .rank = 1, .dim = {(int64_t)count}, .count = count, .bytes = (void *)(uintptr_t)bytes}};
}

mote_status mote_kept_save(const mote_kept *kept, const char *identity, const char *path, mote_error *err)
{
    mote_named_array *arrays = calloc((size_t)kept->count + 1, sizeof *arrays);
    int32_t           i;

    if (!arrays)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    arrays[0] = as_file(IDENTITY, MOTE_U8, identity, strlen(identity));
    for (i = 0; i < kept->count; i++) {
        const mote_kept_array *k = &kept->arrays[i];
        arrays[1 + i] = as_file(k->name, k->dtype, k->values, k->count);
    }
    mote_npz_save(arrays, kept->count + 1, path, err);
    free(arrays);
    return err->code;
}

/* ---- reading ---- */

typedef struct kept_file {
    mote_npz   *npz;
    const char *path;
} kept_file;

static size_t bytes_of(const mote_kept_array *k)
{
    return mote_size_mul(k->count, mote_array_element_bytes(k->dtype));
}

static mote_status load_array(mote_array *out, const kept_file *file, const char *name, size_t max_bytes, mote_error *err)
{
    if (mote_npz_find(file->npz, name) < 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: it is no checkpoint of this training: it has no array \"%s\"",
                         file->path, mote_show_string(name).text);
    return mote_npz_load(out, file->npz, name, mote_size_add(max_bytes, ROUNDING), err);
}

static mote_status check_identity(const kept_file *file, const char *identity, mote_error *err)
{
    mote_array own = {0};

    if (load_array(&own, file, IDENTITY, IDENTITY_MAX, err) == MOTE_OK &&
        (own.dtype != MOTE_U8 || own.count != strlen(identity) || memcmp(own.bytes, identity, own.count) != 0))
        mote_fail(err, MOTE_ERR_USAGE,
                  "%s: it is of another training: the network, the data, the section train, the seed, the processor's "
                  "instructions or mote's version differ",
                  file->path);
    mote_array_free(&own);
    return err->code;
}

static mote_status load_one(mote_array *out, const kept_file *file, const mote_kept_array *k, mote_error *err)
{
    MOTE_TRY(load_array(out, file, k->name, bytes_of(k), err));
    if (out->dtype != k->dtype || out->count != k->count || (k->is_valid && !k->is_valid(k->context, out->bytes, k->count)))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: damaged: its array \"%s\" is not one that this training can have",
                         file->path, mote_show_string(k->name).text);
    return MOTE_OK;
}

static mote_status load_all(mote_array *arrays, const mote_kept *kept, const char *identity, const kept_file *file,
                            mote_error *err)
{
    int32_t i;

    MOTE_TRY(check_identity(file, identity, err));
    for (i = 0; i < kept->count; i++)
        MOTE_TRY(load_one(&arrays[i], file, &kept->arrays[i], err));
    for (i = 0; i < kept->count; i++)
        if (kept->arrays[i].count > 0)
            memcpy(kept->arrays[i].values, arrays[i].bytes, bytes_of(&kept->arrays[i]));
    return MOTE_OK;
}

mote_status mote_kept_load(const mote_kept *kept, const char *identity, const char *path, mote_error *err)
{
    mote_array *arrays = calloc((size_t)kept->count + 1, sizeof *arrays);
    kept_file   file = {.path = path};
    int32_t     i;

    if (!arrays)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    if (mote_npz_open(&file.npz, path, err) == MOTE_OK)
        load_all(arrays, kept, identity, &file, err);
    for (i = 0; i < kept->count; i++)
        mote_array_free(&arrays[i]);
    mote_npz_close(file.npz);
    free(arrays);
    return err->code;
}
