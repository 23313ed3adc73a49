/* A lock that one holder at a time has, over processes and threads: flock on a file, which the kernel gives up when the
 * process ends, however it ends. Containers that share the folder share the lock, as they share the kernel.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_LOCK_H
#define MOTE_BASE_LOCK_H

#include <stdbool.h>

#include <mote/status.h>

typedef struct mote_lock {
    bool        is_held;
    int         fd;
    const char *path; /* the caller's */
} mote_lock;

/* Makes the file where it is missing; does not wait: is_held tells. Not held either, and no error, when the folder is not
 * there: its last holder may have removed it just now. Zeroed is "not held". */
mote_status mote_lock_try(mote_lock *lock, const char *path, mote_error *err);
void        mote_lock_release(mote_lock *lock); /* removes the file; a no-op when not held */

#endif
