/* Starting another program and waiting for it: no shell, no inherited input, a time limit, what it prints captured.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_PROCESS_H
#define MOTE_CHIPS_PROCESS_H

#include <stdbool.h>

#include <mote/status.h>

#include "base/text.h"

typedef struct mote_process {
    const char *const *arguments; /* [0] is the program, found through PATH; NULL ends */
    const char        *folder;    /* where it runs */
    int                time_limit_seconds;
    size_t             output_limit; /* bytes of stdout kept; more ends the program with MOTE_ERR_LIMIT. 0: 1 MiB */
    bool (*tick)(void *user);        /* called every tenth of a second or so; false stops the program. NULL: none */
    void *user;
} mote_process;

typedef struct mote_process_result {
    int       exit_status; /* -1 when a signal ended it */
    int       signal;
    mote_text out, err; /* owned: mote_process_result_free */
} mote_process_result;

/* Runs to the end. A program that fails is MOTE_OK with its exit_status. Result is valid (to be freed) in every case.
 * Errors: IO (cannot be started), LIMIT (time or output), USAGE "stopped" (tick said so). */
mote_status mote_process_run(const mote_process *process, mote_process_result *result, mote_error *err);
void        mote_process_result_free(mote_process_result *result);

/* Whether PATH leads to an executable file of this name. */
bool mote_process_exists(const char *program);

#endif
