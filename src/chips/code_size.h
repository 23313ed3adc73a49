/* What a model's code takes on a chip, without running it: compiled with the chip's compiler and linked alone, without
 * start-up, harness or samples, so that what is left is the model's own functions and what they call in libgcc and libc.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_CODE_SIZE_H
#define MOTE_CHIPS_CODE_SIZE_H

#include <mote/emulate.h>

#include "chips/elf.h"

typedef struct mote_code_size {
    uint32_t code_bytes;  /* instructions, and the constants of libraries; the model's own constants are not in it */
    uint32_t stack_bytes; /* see mote_stack_bound; with what calls of libraries take at most */
} mote_code_size;

/* model as mote_compile takes it; compile's kernels are what is measured. Errors: those of mote_compile, IO where the
 * compiler is not installed, LIMIT and FORMAT where it refuses the code. */
mote_status mote_code_size_measure(mote_code_size *out, const mote_model *model, const mote_compile_options *compile,
                                   const mote_chip *chip, int time_limit_seconds, mote_error *err);

/* The most stack that a call of the function can take: the longest way through the object's functions that its relocations
 * allow, by the frames that gcc's -fstack-usage tells (frames: text of the .su file, ended by 0). The object has a section a
 * function. library_bytes is added where a way ends in a function of another object. FORMAT: no such function, or a cycle.
 */
typedef struct mote_stack_question {
    const mote_elf *object;
    const char     *frames, *function;
    uint32_t        library_bytes;
} mote_stack_question;
mote_status mote_stack_bound(uint32_t *out, const mote_stack_question *question, mote_error *err);

#endif
