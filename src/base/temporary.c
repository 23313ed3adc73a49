/* SPDX-License-Identifier: Apache-2.0 */
#include "base/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RANDOM_LETTERS = 10, ATTEMPTS = 100 };

#define MARK    ".mote-tmp-"
#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"

/* Taken for each change, and for good by mote_cleanup_temporaries. */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static mote_temporary *registry;

/* ---- removing ---- */

/* Takes fd over. */
static int empty_folder(int fd)
{
    DIR           *folder = fdopendir(fd);
    struct dirent *entry;
    int            reason = 0;

    if (!folder) {
        reason = errno;
        close(fd);
        return reason;
    }
    while (reason == 0 && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            reason = mote_remove_at(dirfd(folder), entry->d_name);
    closedir(folder);
    return reason;
}

int mote_remove_at(int folder_fd, const char *name)
{
    int fd, reason;

    if (unlinkat(folder_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    reason = errno;
    fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOTDIR ? reason : errno == ENOENT ? 0 : errno;
    reason = empty_folder(fd);
    if (reason == 0 && unlinkat(folder_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        reason = errno;
    return reason;
}

/* ---- names and locks ---- */

bool mote_is_temporary_name(const char *name)
{
    const size_t length = strlen(name), tail = strlen(MARK) + RANDOM_LETTERS;
    const char  *mark;

    if (length < tail)
        return false;
    mark = name + length - tail;
    return strncmp(mark, MARK, strlen(MARK)) == 0 && strspn(mark + strlen(MARK), LETTERS) == RANDOM_LETTERS;
}

static int lock(int fd, int operation)
{
    while (flock(fd, operation) != 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

/* A letter more likely than another does no harm: nobody can guess ten. */
static int add_random_letters(char *to)
{
    uint8_t bytes[RANDOM_LETTERS];
    int     i;

    if (getentropy(bytes, sizeof bytes) != 0)
        return errno;
    for (i = 0; i < RANDOM_LETTERS; i++)
        to[i] = LETTERS[bytes[i] % (sizeof LETTERS - 1)];
    to[RANDOM_LETTERS] = '\0';
    return 0;
}

/* A descriptor of a file or folder that was not there before, or -1. */
static int make_new(const char *path, mote_temporary_kind kind)
{
    int fd, reason;

    if (kind == MOTE_TEMPORARY_FILE)
        return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (mkdir(path, kind == MOTE_TEMPORARY_FOLDER ? 0777 : 0700) != 0)
        return -1;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) { /* under a umask that shuts out ourselves */
        reason = errno;
        rmdir(path);
        errno = reason;
    }
    return fd;
}

/* Between making and locking, another process may take it for a dead one's and remove it: then it is made anew. A file
 * system without locks makes it for an owner that never dies, which is safe. */
static int make_locked(char *path, char *letters, mote_temporary_kind kind, int *fd)
{
    struct stat info;
    int         attempt, reason = 0;

    for (attempt = 0; attempt < ATTEMPTS; attempt++) {
        if ((reason = add_random_letters(letters)) != 0)
            return reason;
        *fd = make_new(path, kind);
        if (*fd >= 0)
            (void)lock(*fd, LOCK_EX);
        if (*fd >= 0 && lstat(path, &info) == 0)
            return 0;
        reason = errno;
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        if (reason != EEXIST && reason != ENOENT)
            return reason;
    }
    return reason;
}

static mote_temporary *allocate(const char *folder, const char *stem)
{
    size_t          count = strlen(folder) + strlen(stem) + strlen(MARK) + RANDOM_LETTERS + 2;
    mote_temporary *temporary = calloc(1, sizeof *temporary);

    if (!temporary)
        return NULL;
    temporary->path = malloc(count);
    if (!temporary->path) {
        free(temporary);
        return NULL;
    }
    temporary->fd = -1;
    snprintf(temporary->path, count, "%s%s%s" MARK, folder, folder[strlen(folder) - 1] == '/' ? "" : "/", stem);
    return temporary;
}

static void release(mote_temporary *temporary)
{
    if (temporary->fd >= 0)
        close(temporary->fd);
    free(temporary->path);
    free(temporary);
}

/* ---- what the dead left ---- */

/* Only what this user made, and not through a link. The lock is held while it is removed, so that of two processes one does.
 */
static void clear_if_stale(int folder_fd, const char *name)
{
    struct stat info;
    int         fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fstat(fd, &info) == 0 && info.st_uid == geteuid() && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) &&
        lock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)mote_remove_at(folder_fd, name);
    close(fd);
}

static void clear_folder(const char *folder)
{
    DIR           *listed = opendir(folder);
    struct dirent *entry;

    while (listed && (entry = readdir(listed)) != NULL)
        if (mote_is_temporary_name(entry->d_name))
            clear_if_stale(dirfd(listed), entry->d_name);
    if (listed)
        closedir(listed);
}

const char *mote_temporary_root(void)
{
    const char *root = getenv("TMPDIR");

    return root && root[0] == '/' ? root : "/tmp";
}

const char *mote_temporary_large_root(void)
{
    const char *root = getenv("TMPDIR");

    if (root && root[0] == '/')
        return root;
    return access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
}

void mote_clear_stale_temporaries(const char *folder)
{
    clear_folder(folder);
    clear_folder(mote_temporary_root());
}

/* Once for all the outputs that go into the same folder one after the other. */
static void clear_before_first(const char *folder)
{
    static dev_t cleared_device; /* under registry_lock */
    static ino_t cleared_inode;
    struct stat  info;

    if (stat(folder, &info) != 0 || (info.st_dev == cleared_device && info.st_ino == cleared_inode))
        return;
    clear_folder(folder);
    cleared_device = info.st_dev;
    cleared_inode = info.st_ino;
}

/* ---- the registry ---- */

static void unlist(const mote_temporary *temporary)
{
    mote_temporary **at = &registry;

    while (*at && *at != temporary)
        at = &(*at)->next;
    if (*at)
        *at = temporary->next;
}

mote_status mote_temporary_create(mote_temporary **out, const char *folder, const char *stem, mote_temporary_kind kind,
                                  mote_error *err)
{
    mote_temporary *temporary = allocate(folder, stem);
    int             reason;

    *out = NULL;
    if (!temporary)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    pthread_mutex_lock(&registry_lock);
    clear_before_first(folder);
    reason = make_locked(temporary->path, temporary->path + strlen(temporary->path), kind, &temporary->fd);
    if (reason == 0) {
        temporary->next = registry;
        registry = temporary;
        *out = temporary;
    }
    pthread_mutex_unlock(&registry_lock);
    if (reason == 0)
        return MOTE_OK;
    release(temporary);
    return mote_fail(err, MOTE_ERR_IO, "%s", strerror(reason));
}

int mote_temporary_publish(mote_temporary *temporary, const char *path)
{
    int reason = 0;

    pthread_mutex_lock(&registry_lock);
    if (rename(temporary->path, path) != 0)
        reason = errno;
    else
        unlist(temporary);
    pthread_mutex_unlock(&registry_lock);
    if (reason == 0)
        release(temporary);
    return reason;
}

void mote_temporary_remove(mote_temporary *temporary)
{
    if (!temporary)
        return;
    (void)mote_remove_at(AT_FDCWD, temporary->path);
    pthread_mutex_lock(&registry_lock);
    unlist(temporary);
    pthread_mutex_unlock(&registry_lock);
    release(temporary);
}

void mote_temporary_forget(const char *path)
{
    mote_temporary *found;

    pthread_mutex_lock(&registry_lock);
    found = registry;
    while (found && strcmp(found->path, path) != 0)
        found = found->next;
    if (found)
        unlist(found);
    pthread_mutex_unlock(&registry_lock);
    if (found)
        release(found);
}

void mote_temporaries_hold(void)
{
    pthread_mutex_lock(&registry_lock);
}

void mote_temporaries_release(void)
{
    pthread_mutex_unlock(&registry_lock);
}

/* A child that dies a moment later may still write into a folder: again until it is gone. */
static void remove_for_good(const char *path)
{
    const struct timespec pause = {0, 10 * 1000 * 1000};
    int                   attempt;

    for (attempt = 0; mote_remove_at(AT_FDCWD, path) != 0 && attempt < ATTEMPTS; attempt++)
        nanosleep(&pause, NULL);
}

void mote_cleanup_temporaries(void)
{
    const mote_temporary *at;

    pthread_mutex_lock(&registry_lock); /* and never unlocked: nothing is made or published from now on */
    for (at = registry; at; at = at->next)
        remove_for_good(at->path);
}
