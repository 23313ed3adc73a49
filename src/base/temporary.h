/* Files and folders under temporary names: made, locked, forgotten, and cleared when their owner died. The manual of names
 * and locks is <mote/temporaries.h>; file.h has the outputs made of them.
 *
 * The list of what lives is the library's one piece of state that belongs to the process: files do, too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_TEMPORARY_H
#define MOTE_BASE_TEMPORARY_H

#include <stdbool.h>

#include <mote/status.h>
#include <mote/temporaries.h>

typedef struct mote_temporary {
    char                  *path;
    int                    fd; /* holds the lock; of a file: open for writing */
    struct mote_temporary *next;
} mote_temporary;

typedef enum mote_temporary_kind {
    MOTE_TEMPORARY_FILE,          /* 0666 less the umask */
    MOTE_TEMPORARY_FOLDER,        /* 0777 less the umask */
    MOTE_TEMPORARY_PRIVATE_FOLDER /* 0700 */
} mote_temporary_kind;

/* A new one in this folder, its name begun with stem ("": a hidden name). It never was there before and is no link. */
mote_status mote_temporary_create(mote_temporary **out, const char *folder, const char *stem, mote_temporary_kind kind,
                                  mote_error *err);
/* Renames it and forgets it: now it is somebody's. errno, or 0; on failure it remains what it was. */
int mote_temporary_publish(mote_temporary *temporary, const char *path);
/* Removes and forgets it. NULL is fine. */
void mote_temporary_remove(mote_temporary *temporary);
/* Forgets the one of this path, if it is one; what has it by name only calls this. */
void mote_temporary_forget(const char *path);

/* Between the two mote_cleanup_temporaries waits: for changes of several steps. Nothing is made or published in between. */
void mote_temporaries_hold(void);
void mote_temporaries_release(void);

bool mote_is_temporary_name(const char *name);
/* Removes what dead processes left in this folder (not in those inside it) and in the temporary root; what cannot be removed
 * stays. Whoever makes a temporary clears its folder first; this is for work that may find nothing to write. */
void mote_clear_stale_temporaries(const char *folder);

const char *mote_temporary_root(void); /* $TMPDIR where it is absolute, else /tmp */
/* For what may be larger than memory: $TMPDIR, else /var/tmp, which lies on a disk where /tmp is memory. */
const char *mote_temporary_large_root(void);

/* Like rm -rf, never through links: errno, or 0, which a missing one gives as well. */
int mote_remove_at(int folder_fd, const char *name);

#endif
