/* Progress: long work tells how far it is through a callback that the caller gives; the library never prints.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PROGRESS_H
#define MOTE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mote_progress_event {
    const char *stage;       /* "train", "calibrate", "emulate" ... */
    int64_t     done, total; /* in the stage's own unit, done at most total; total 0: unknown */
    const char *detail;      /* one short line, e.g. "epoch 3/10 loss 0.12", or NULL */
    bool        is_mark;     /* worth a line of its own in a log, and never left out: an epoch has ended */
    uint64_t    room[8];     /* mote.h */
} mote_progress_event;

/* Zeroed means silent. Called from the thread that called the library; returning false asks the work to stop, which ends
 * it with MOTE_ERR_USAGE "stopped". */
typedef struct mote_progress {
    bool (*report)(void *user, const mote_progress_event *event);
    void *user;
} mote_progress;

#endif
