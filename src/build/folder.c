/* SPDX-License-Identifier: Apache-2.0 */
#include "build/folder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temporary.h"

/* ---- the folder ---- */

/* The length of the longest part of the path that exists. */
static size_t find_existing(const char *path, mote_arena *arena, mote_error *err)
{
    char  *part = mote_arena_strdup(arena, path, err);
    size_t length = part ? strlen(part) : 0;

    while (length > 0 && !mote_path_exists(part)) {
        while (length > 0 && part[length - 1] == '/')
            length--;
        while (length > 0 && part[length - 1] != '/')
            length--;
        part[length] = '\0';
    }
    return length;
}

static mote_status take_lock(mote_run_folder *folder, const char *lock, mote_error *err)
{
    MOTE_TRY(mote_make_dirs(folder->path, err));
    return mote_lock_try(&folder->lock, lock, err);
}

static mote_status wait_for_lock(mote_run_folder *folder, const char *lock, const mote_run_wait *wait, mote_error *err)
{
    const mote_progress_event event = {.stage = "wait", .detail = "for another build in this folder"};
    const struct timespec     pause = {.tv_nsec = 50000000};

    wait->tell(wait->user);
    while (!folder->lock.is_held) {
        if (wait->progress.report && !wait->progress.report(wait->progress.user, &event))
            return mote_fail(err, MOTE_ERR_USAGE, "stopped");
        nanosleep(&pause, NULL);
        MOTE_TRY(take_lock(folder, lock, err)); /* the other one may have removed the folder */
    }
    return MOTE_OK;
}

mote_status mote_run_folder_open(mote_run_folder *folder, const char *path, const mote_run_wait *wait, mote_arena *arena,
                                 mote_error *err)
{
    char *lock, *plots;

    *folder = (mote_run_folder){.path = path};
    if (path[0] == '\0')
        return mote_fail(err, MOTE_ERR_USAGE, "the folder's name is empty; name the folder that everything goes to");
    lock = mote_path_join(arena, path, ".mote-lock", err);
    plots = mote_path_join(arena, path, "plots", err);
    folder->found = find_existing(path, arena, err);
    MOTE_TRY(err->code);
    MOTE_TRY(take_lock(folder, lock, err));
    if (!folder->lock.is_held)
        MOTE_TRY(wait_for_lock(folder, lock, wait, err));
    mote_clear_stale_temporaries(path);
    mote_clear_stale_temporaries(plots);
    return MOTE_OK;
}

void mote_run_folder_close(mote_run_folder *folder)
{
    char   part[4096];
    size_t length = folder->path ? strlen(folder->path) : 0;

    mote_lock_release(&folder->lock);
    if (length >= sizeof part)
        return;
    while (length > folder->found) {
        snprintf(part, sizeof part, "%.*s", (int)length, folder->path);
        if (part[length - 1] != '/' && rmdir(part) != 0)
            return;
        while (length > folder->found && folder->path[length - 1] != '/')
            length--;
        while (length > folder->found && folder->path[length - 1] == '/')
            length--;
    }
}
