/* Cycles of an invoke: the blocks of instructions that ran, as a plugin of QEMU's counts them (plugin/blocks.c), and the
 * core's timings (timing/cores.h). SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_CYCLES_H
#define MOTE_CHIPS_CYCLES_H

#include <mote/emulate.h>

#include "chips/runner.h"

/* Fills out->cycles and what belongs to it, in out->owner, by further runs of the job's first sample; out->count is filled.
 * What is amiss with the emulator's plugins is told in out->cycles_failure, and is no error.
 * Errors: USAGE (a cache that is none, stopped), IO, MEMORY. */
mote_status mote_cycles_take(mote_emulation *out, const mote_job *job, const mote_emulate_options *options, mote_error *err);

#endif
