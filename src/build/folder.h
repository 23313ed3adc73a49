/* The folder of a run: one build at a time has it, and clears what killed ones left.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_FOLDER_H
#define MOTE_BUILD_FOLDER_H

#include <mote/progress.h>

#include "base/arena.h"
#include "base/lock.h"

typedef struct mote_run_folder {
    const char *path;
    size_t      found; /* so many bytes of the path name a folder that was there before */
    mote_lock   lock;
} mote_run_folder;

/* How a build waits for another one. */
typedef struct mote_run_wait {
    void (*tell)(void *user); /* called once, before waiting */
    void               *user;
    const mote_progress progress; /* may stop it */
} mote_run_wait;

/* Makes the folder and takes its lock; waits as long as another build has it. path must outlive the folder. */
mote_status mote_run_folder_open(mote_run_folder *folder, const char *path, const mote_run_wait *wait, mote_arena *arena,
                                 mote_error *err);

/* Gives the lock up. Folders that open made and that are still empty go. A no-op on a zeroed folder. */
void mote_run_folder_close(mote_run_folder *folder);

#endif
