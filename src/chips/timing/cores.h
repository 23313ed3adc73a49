/* Cores by their published timings, and the cycles that blocks of instructions take on them while memory never waits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_TIMING_CORES_H
#define MOTE_CHIPS_TIMING_CORES_H

#include "chips/timing/insn.h"

typedef struct mote_core {
    const char       *name, *basis; /* where the figures are from */
    const char       *error;        /* of the model against published times (docs/BOARDS.md); NULL: none are known */
    mote_insn_decode *decode;
    int32_t           cycles[MOTE_INSN_KINDS]; /* of one alone; of a branch, when it is not taken */
    int32_t           jump[MOTE_INSN_KINDS];   /* added when it is taken */
    int32_t           jump_from_memory;        /* ... of a load that writes the program counter */
    int32_t           at_once;                 /* registers that a move of many moves in a cycle, besides `cycles` */
    int32_t load_after_memory; /* of a load or store that follows a load and does not need it; 0: as cycles has it */
    int32_t load_use, multiply_use, float_use; /* waits when the next instruction needs the result */
    bool    pairs;                             /* two neighbours at once: see can_pair in cores.c */
} mote_core;

extern const mote_core mote_core_cortex_m0, mote_core_cortex_m0plus, mote_core_cortex_m3, mote_core_cortex_m4,
    mote_core_cortex_m33, mote_core_cortex_m7, mote_core_rv32imc, mote_core_rv32imafc;

typedef struct mote_block_cycles {
    uint64_t run, jump; /* each time; and more each time that it is left by a jump */
} mote_block_cycles;

/* Of `count` instructions at code, which has room bytes; false where they are cut off. */
bool mote_core_time(mote_block_cycles *out, const mote_core *core, const uint8_t *code, size_t room, uint64_t count);

#endif
