/* Running a planned program on the host. The public face is mote/run.h; other rooms may look at every tensor.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EXEC_EXEC_H
#define MOTE_EXEC_EXEC_H

#include <mote/run.h>

#include "plan/plan.h"

struct mote_runner {
    mote_arena    arena;
    mote_program *program;
    uint8_t      *memory;
    uint64_t     *work; /* of each step; NULL: nothing can go on for ever */
    uint64_t      work_limit;
    void (*watch)(void *watcher, int32_t step); /* called after each step of an invoke; NULL: nobody watches */
    void *watcher;
};

/* The bytes of a tensor; of an activation only between its computation and its last use, unless keeps_all was set. */
void *mote_runner_tensor(const mote_runner *runner, mote_id id);

/* Before the first step of an invoke: states back to their first values where the model forgets (mote_graph_forgets). */
void mote_runner_begin(mote_runner *runner);

/* Runs one step, and returns the number of the next; step_count: there is none. */
int32_t mote_runner_step(mote_runner *runner, int32_t step);

#endif
