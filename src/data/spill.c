/* SPDX-License-Identifier: Apache-2.0 */
#include "data/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/temporary.h"
#include "base/text.h"

/* Open for reading and writing, without a name, and of nobody else's eyes before it lost that; or -1. */
static int open_nameless(const char *folder, mote_error *err)
{
    mote_temporary *temporary;
    int             fd;

    if (mote_temporary_create(&temporary, folder, "mote-samples", MOTE_TEMPORARY_PRIVATE_FOLDER, err) != MOTE_OK)
        return -1;
    fd = openat(temporary->fd, "samples", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
    mote_temporary_remove(temporary);
    return fd;
}

/* 0, or errno. */
static int map_file(mote_spill *spill)
{
    const int reason = posix_fallocate(spill->fd, 0, (off_t)spill->byte_count);
    void     *bytes;

    if (reason != 0)
        return reason;
    bytes = mmap(NULL, spill->byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, spill->fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    spill->bytes = bytes;
    return 0;
}

static mote_status map_in(mote_spill *spill, const char *folder, mote_error *err)
{
    mote_error failure = {0};
    int        reason;

    if (spill->byte_count == 0 || spill->byte_count > INT64_MAX / 2)
        return mote_fail(err, MOTE_ERR_LIMIT, "%zu bytes of samples are no size that a file can have", spill->byte_count);
    spill->fd = open_nameless(folder, &failure);
    if (spill->fd >= 0 && (reason = map_file(spill)) != 0) {
        close(spill->fd);
        mote_fail(&failure, MOTE_ERR_IO, "%s", strerror(reason));
    }
    if (failure.code == MOTE_OK)
        return MOTE_OK;
    return mote_fail(err, failure.code,
                     "the samples take %zu MB, more than is kept in memory, and %s has no room for them: %s; set TMPDIR to "
                     "a folder that has, or take more memory (in a spec data: {cache: 2GB}) or smaller samples",
                     spill->byte_count / 1000000, mote_show_string(folder).text, failure.text);
}

mote_status mote_spill_create(mote_spill **list, size_t byte_count, size_t resident_bytes, mote_error *err)
{
    mote_spill *spill = calloc(1, sizeof *spill);

    if (!spill)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    spill->byte_count = byte_count;
    spill->resident_bytes = resident_bytes;
    if (map_in(spill, mote_temporary_large_root(), err) != MOTE_OK) {
        free(spill);
        return err->code;
    }
    spill->next = *list;
    *list = spill;
    return MOTE_OK;
}

void mote_spills_destroy(mote_spill *list)
{
    while (list) {
        mote_spill *next = list->next;
        munmap(list->bytes, list->byte_count);
        close(list->fd);
        free(list);
        list = next;
    }
}

bool mote_spill_read(const mote_spill *spill, size_t offset, void *to, size_t count)
{
    size_t  done = 0;
    ssize_t got;

    while (done < count) {
        got = pread(spill->fd, (uint8_t *)to + done, count - done, (off_t)(offset + done));
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

bool mote_spill_write(const mote_spill *spill, size_t offset, const void *from, size_t count)
{
    size_t  done = 0;
    ssize_t put;

    while (done < count) {
        put = pwrite(spill->fd, (const uint8_t *)from + done, count - done, (off_t)(offset + done));
        if (put <= 0 && !(put < 0 && errno == EINTR))
            return false;
        done += put > 0 ? (size_t)put : 0;
    }
    return true;
}

void mote_spill_expect(const mote_spill *spill, size_t offset, size_t count)
{
    (void)posix_fadvise(spill->fd, (off_t)offset, (off_t)count, POSIX_FADV_WILLNEED);
}

/* The first access to a page maps those around it, too, up to so many bytes of it: what the system read in one piece. */
enum { AROUND_BYTES = 2 << 20 };

/* Of a shared mapping of a file MADV_DONTNEED forgets pages, not what was written into them. */
void mote_spill_touch(mote_spill *spill, size_t bytes)
{
    const size_t mapped = bytes + AROUND_BYTES;

    if (!spill || atomic_fetch_add(&spill->touched, mapped) + mapped <= spill->resident_bytes)
        return;
    atomic_store(&spill->touched, 0);
    (void)madvise(spill->bytes, spill->byte_count, MADV_DONTNEED);
}
