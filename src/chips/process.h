/* Starting another program and waiting for it: no shell, no inherited input, a time limit, what it prints captured,
 * nothing of it left when it or this process ends.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_PROCESS_H
#define MOTE_CHIPS_PROCESS_H

#include <stdbool.h>

#include <mote/status.h>

#include "base/text.h"

typedef enum mote_process_take {
    MOTE_PROCESS_GO_ON,
    MOTE_PROCESS_STEP, /* a piece of the work is done: the time limit begins anew */
    MOTE_PROCESS_STOP  /* nothing sensible will follow: the program is ended, which is no error of mote_process_run */
} mote_process_take;

typedef enum mote_process_stream { MOTE_PROCESS_OUT, MOTE_PROCESS_ERR } mote_process_stream;

typedef struct mote_process {
    const char *const  *arguments; /* [0] is the program, found through PATH; NULL ends */
    const char         *folder;    /* where it runs, and leaves what is temporary */
    int                 time_limit_seconds;
    size_t              output_limit; /* bytes of one stream; more ends the program with MOTE_ERR_LIMIT. 0: 1 MiB */
    size_t              memory_limit; /* bytes of address space that it and each of its children may have; 0: any number */
    bool                is_confined;  /* it may change nothing, and reach no network and no other process (confine.h) */
    mote_process_stream taken;        /* the stream that take gets as it comes, instead of the result */
    mote_process_take (*take)(void *user, const char *bytes, size_t count); /* NULL: the result gets both */
    bool (*tick)(void *user); /* called every tenth of a second or so; false stops the program. NULL: none */
    void *user;
} mote_process;

typedef struct mote_process_result {
    int       exit_status; /* -1 when a signal ended it */
    int       signal;
    mote_text out, err; /* owned: mote_process_result_free */
} mote_process_result;

/* Runs to the end. A program that fails is MOTE_OK with its exit_status. Result is valid (to be freed) in every case.
 * Whatever ends this process, SIGKILL too, ends the program and all that it started.
 * Errors: IO (cannot be started, or confined), LIMIT (time or output), USAGE "stopped" (tick said so). */
mote_status mote_process_run(const mote_process *process, mote_process_result *result, mote_error *err);
void        mote_process_result_free(mote_process_result *result);

/* Whether an absolute folder of PATH has an executable file of this name: it is found whatever folder a process runs in. */
bool mote_process_exists(const char *program);

#endif
