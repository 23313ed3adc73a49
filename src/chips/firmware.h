/* Building a compiled model's folder into firmware: the chip's start-up, the harness and the model, compiled with the
 * chip's own compiler in a build folder, linked, and measured by its symbols.
 *
 * The firmware that is measured knows of no hooks. Two others can be linked beside it, for the same chip: one whose model
 * tells each step (mote_firmware_hook), one that counts start-up (mote_firmware_start). SPDX-License-Identifier: Apache-2.0
 */
#ifndef MOTE_CHIPS_FIRMWARE_H
#define MOTE_CHIPS_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/emulate.h>

#include "base/arena.h"

enum { MOTE_FIRMWARE_TENSORS = 32 }; /* most inputs, and outputs, of a model */

/* What the generated header says, as the chip's compiler understands it. */
typedef struct mote_firmware_model {
    uint32_t input_count, output_count;
    uint32_t arena_bytes, has_state;
    uint32_t input_bytes, output_bytes; /* of one sample, all together */
} mote_firmware_model;

typedef struct mote_firmware_layer {
    int32_t     index, step; /* in the model; as marks name it, -1: never runs */
    const char *op, *shape, *name;
    uint64_t    macs;
} mote_firmware_layer;

typedef struct mote_firmware {
    const struct mote_chip_row *row;
    mote_arena                 *arena;        /* owns all strings */
    const char                 *folder;       /* build folder, absolute */
    const char                 *model_folder; /* absolute */
    const char                 *model_folder_shown;
    const char                 *name, *upper_name; /* of the model */
    int                         time_limit_seconds;
    const char                 *elf_path; /* what was linked last */
    const char                 *harness, *object;
    uint32_t                    linked_bytes; /* flash of what was linked last, without samples */
    mote_firmware_model         model;
    uint32_t                    flash_bytes, ram_bytes, code_bytes, weight_bytes;
    mote_firmware_section       sections[MOTE_EMULATION_SECTIONS];
    int                         section_count;
    mote_firmware_layer        *layers; /* sorted by index; filled by mote_firmware_hook */
    int32_t                     layer_count;
    uint32_t frame_bytes; /* largest stack frame of the model's own functions: a lower bound of the stack */
    uint32_t stack_bytes; /* an upper bound of it: mote_stack_bound; filled by mote_firmware_build_alone */
} mote_firmware;

/* Fills firmware->model and the sizes, and leaves firmware->elf_path behind; the fields above are given.
 * Errors: IO, LIMIT (time), FORMAT: the compiler's first error, or a header that does not hold what it must. */
mote_status mote_firmware_build(mote_firmware *firmware, mote_error *err);

/* The model and what it calls, linked without parts and without running start-up: fills code_bytes (all that is no constant
 * of the model), weight_bytes, flash_bytes and stack_bytes alone. Errors as mote_firmware_build. */
mote_status mote_firmware_build_alone(mote_firmware *firmware, mote_error *err);

/* Compiles the model with its hooks, reads its layers, and links it as hooked.elf with harness_layers.c; runs then give
 * marks. A source without MRT_STEP and MRT_LAYER has no layers; that is no error. */
mote_status mote_firmware_hook(mote_firmware *firmware, mote_error *err);

/* Links start.elf, whose report's model count is that of one part of start-up. */
typedef enum mote_firmware_start_part {
    MOTE_START_MEMORY_ALONE, /* setting up RAM, without a model */
    MOTE_START_MEMORY,       /* ... with it */
    MOTE_START_RESET         /* NAME_reset */
} mote_firmware_start_part;
mote_status mote_firmware_start(mote_firmware *firmware, mote_firmware_start_part part, mote_error *err);

/* The rows of an object file's MRT_LAYER (parts/hook.h): firmware->layers. FORMAT where they are not such rows. */
mote_status mote_firmware_read_layers(mote_firmware *firmware, const char *object, mote_error *err);

/* The layer of a step, or NULL. */
const mote_firmware_layer *mote_firmware_layer_find(const mote_firmware *firmware, uint32_t step);

/* Links again with a flag for the parts (e.g. "-DSAMPLE_BYTES=100"); sizes stay those of mote_firmware_build. */
mote_status mote_firmware_link(mote_firmware *firmware, const char *flag, mote_error *err);

/* MOTE_ERR_LIMIT unless flash and RAM of the chip suffice, with the least of a stack. */
mote_status mote_firmware_check_fit(const mote_firmware *firmware, mote_error *err);

/* "0x00001234 in sine_invoke". */
const char *mote_firmware_place(const mote_firmware *firmware, uint32_t address, mote_error *err);

#endif
