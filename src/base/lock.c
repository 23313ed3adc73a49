/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever held the lock before has removed its file: a lock on that one excludes nobody who comes now. */
static bool is_file_of(int fd, const char *path)
{
    struct stat opened, named;

    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

mote_status mote_lock_try(mote_lock *lock, const char *path, mote_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

    *lock = (mote_lock){.path = path};
    if (fd < 0 && errno == ENOENT)
        return MOTE_OK;
    if (fd < 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        if (is_file_of(fd, path)) {
            lock->is_held = true;
            lock->fd = fd;
            return MOTE_OK;
        }
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
        mote_fail(err, MOTE_ERR_IO, "%s: cannot be locked: %s", path, strerror(errno));
    }
    close(fd);
    return err->code;
}

void mote_lock_release(mote_lock *lock)
{
    if (!lock->is_held)
        return;
    unlink(lock->path); /* before others can have the lock */
    close(lock->fd);
    *lock = (mote_lock){0};
}
