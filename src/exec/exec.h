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
};

/* The bytes of a tensor; of an activation only between its computation and its last use, unless keeps_all was set. */
void *mote_runner_tensor(const mote_runner *runner, mote_id id);

/* Runs the steps one by one: what comes after step may be looked at in between. */
void mote_runner_step(mote_runner *runner, int32_t step);

#endif
