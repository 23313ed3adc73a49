/* SPDX-License-Identifier: Apache-2.0 */
#include "data/tar.h"

#include <stdio.h>
#include <string.h>

/* Where the fields of a header block stand. */
enum {
    NAME_AT = 0,
    NAME_BYTES = 100,
    SIZE_AT = 124,
    SIZE_BYTES = 12,
    SUM_AT = 148,
    SUM_BYTES = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_BYTES = 155
};

/* Octal digits, ended by a blank, a zero byte or the field's end. */
static bool read_octal(const uint8_t *field, size_t count, uint64_t *value)
{
    size_t i = 0;

    while (i < count && field[i] == ' ')
        i++;
    if (i == count || field[i] < '0' || field[i] > '7')
        return false;
    for (*value = 0; i < count && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value * 8 + (uint64_t)(field[i] - '0');
    return i == count || field[i] == ' ' || field[i] == '\0';
}

/* The sum of all bytes, the checksum's own counted as blanks. */
static bool has_right_sum(const uint8_t *block)
{
    uint64_t claimed, sum = 0;
    size_t   i;

    for (i = 0; i < MOTE_TAR_BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? ' ' : block[i];
    return read_octal(block + SUM_AT, SUM_BYTES, &claimed) && claimed == sum;
}

static bool is_zero(const uint8_t *block)
{
    size_t i;

    for (i = 0; i < MOTE_TAR_BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

mote_status mote_tar_next(mote_tar_member *member, bool *is_end, mote_source *source, mote_error *err)
{
    uint8_t     block[MOTE_TAR_BLOCK];
    const char *name = (const char *)block + NAME_AT, *prefix = (const char *)block + PREFIX_AT;
    size_t      got;

    *member = (mote_tar_member){.is_file = false};
    MOTE_TRY(source->read(source, block, sizeof block, &got, err));
    *is_end = got == 0 || (got == sizeof block && is_zero(block));
    if (*is_end)
        return MOTE_OK;
    if (got < sizeof block)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated tar archive");
    if (!has_right_sum(block) || !read_octal(block + SIZE_AT, SIZE_BYTES, &member->bytes))
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged tar archive: a header's checksum is wrong");
    if (memcmp(block + MAGIC_AT, "ustar", 5) == 0 && prefix[0] != '\0')
        snprintf(member->name, sizeof member->name, "%.*s/%.*s", PREFIX_BYTES, prefix, NAME_BYTES, name);
    else
        snprintf(member->name, sizeof member->name, "%.*s", NAME_BYTES, name);
    member->is_file = block[TYPE_AT] == '0' || block[TYPE_AT] == '\0';
    return MOTE_OK;
}

mote_status mote_tar_skip(mote_source *source, uint64_t bytes, mote_error *err)
{
    uint8_t part[4096];

    while (bytes > 0) {
        size_t count = bytes < sizeof part ? (size_t)bytes : sizeof part;
        MOTE_TRY(mote_source_read(source, part, count, "a member of the tar archive", err));
        bytes -= count;
    }
    return MOTE_OK;
}

mote_status mote_tar_skip_padding(mote_source *source, const mote_tar_member *member, mote_error *err)
{
    return mote_tar_skip(source, (MOTE_TAR_BLOCK - member->bytes % MOTE_TAR_BLOCK) % MOTE_TAR_BLOCK, err);
}
