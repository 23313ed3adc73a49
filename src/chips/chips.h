/* The table of emulated chips: a row says what a chip is, how to compile for it, how to start its emulator and what its
 * counter counts. A further chip is one row; a further family is its folder of parts/, a row of shared facts and, if its
 * emulator is a new one, a runner.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_CHIPS_H
#define MOTE_CHIPS_CHIPS_H

#include <mote/emulate.h>

#include "chips/runner.h"

enum { MOTE_CHIP_WORDS = 16, MOTE_CHIP_PARTS = 12, MOTE_CHIP_FAULTS = 16 };

/* What the chips of one instruction set share. Lists end with NULL. */
typedef struct mote_chip_family {
    const char        *parts[MOTE_CHIP_PARTS]; /* below src/chips/parts/: headers, sources, and the linker script (.ld) */
    const char        *compile_flags[MOTE_CHIP_WORDS]; /* for every source */
    const char        *link_flags[MOTE_CHIP_WORDS];    /* after the objects */
    uint32_t           minimal_stack_bytes;            /* what the harness itself needs */
    int                count_bits;                     /* width of the counter that harness_count.ticks is a reading of */
    int                wrap_cost;                      /* what counting a wrap adds to the count */
    int                empty_cost;                     /* what port_empty itself takes */
    const char        *library;                        /* the part that stands for a C library; NULL: there is one */
    bool               has_library_in_rom;  /* what it would bring is on the real chip, and no part of a program */
    uint32_t           library_stack_bytes; /* most that functions of libgcc and libc were seen to take: chips.c */
    bool               counts_start_up;     /* has a port_set_up_memory */
    const char *const *faults;              /* [MOTE_CHIP_FAULTS] names by the cause that the port reports; NULL: none */
    mote_run          *run;
} mote_chip_family;

typedef struct mote_chip_row {
    mote_chip               chip;
    const mote_chip_family *family;
    const struct mote_core *core; /* timing/cores.h; NULL: not known, or counted by the emulator */
    const char             *compile_flags[MOTE_CHIP_WORDS];
    const char             *emulator_arguments[MOTE_CHIP_WORDS]; /* which machine, and its clock */
    uint32_t                code_origin, ram_origin;             /* 0 where the toolchain's own linker script knows */
    const char             *uart; /* below src/chips/parts/: what drives the serial line; NULL: the family's port does */
    uint32_t                uart_origin;
    uint32_t                inputs_origin; /* 16 MB of the board's RAM that is none of the chip's */
    uint32_t                counter_hz;    /* 0: the counter counts count_unit; else see mote_count_units */
} mote_chip_row;

extern const mote_chip_row mote_chip_rows[];

/* As mote_chip_check, without the emulator. */
mote_status mote_chip_check_compiler(const mote_chip *chip, mote_error *err);
/* USAGE where no chip is named, or inputs have bytes but no place. */
mote_status mote_emulate_check(const mote_emulate_options *options, mote_error *err);
/* mote_emulate with the folder's name for messages: NULL where it is temporary and the caller knows a better one. */
mote_status mote_emulate_folder(const char *dir, const char *shown, const char *name, const mote_emulate_options *options,
                                mote_emulation *out, mote_error *err);

/* What is said of a temporary folder, whose name means nothing to who reads it: "temporary folder in /tmp: inputs: No space
 * left on device". */
void mote_hide_temporary(mote_error *err, const char *folder);

const mote_chip_row *mote_chip_row_find(const char *name, mote_error *err);
#endif
