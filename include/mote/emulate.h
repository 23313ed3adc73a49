/* Firmware on an emulated chip: a compiled model's folder is built with the chip's own compiler, run instruction by
 * instruction with the given inputs, and measured.
 *
 *     mote_emulate_options options = {.chip = "cortex-m4", .inputs = samples, .input_bytes = sizeof samples};
 *     mote_emulation       run;
 *     if (mote_emulate(&run, "build/sine", "sine", &options, &err) == MOTE_OK)
 *         printf("%llu %s\n", (unsigned long long)run.count, run.chip->count_unit);
 *     mote_emulation_free(&run);
 *
 * Everything is deterministic: the same folder, inputs and tools give the same outputs and the same figures.
 *
 * The firmware is confined: it reads its inputs and tells its outputs over a serial line to this library, and reaches no
 * file, command, process or network of the host. The compiler is not: it reads what the folder's sources include. Both end
 * with all that they started when this process ends, SIGKILL included.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EMULATE_H
#define MOTE_EMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/compile.h>
#include <mote/progress.h>
#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an emulated chip offers. Sizes are those of the real part that the description names. */
typedef struct mote_chip {
    const char *name, *description;
    uint32_t    flash_bytes, ram_bytes;
    const char *count_unit;                   /* what mote_emulation.count counts: "instructions" or "cycles" */
    const char *compiler, *compiler_packages; /* the program, and what apt-get installs it with */
    const char *emulator, *emulator_packages;
    const char *kernels;              /* mote_compile_options.kernels for code that runs nowhere else */
    bool        has_constants_in_ram; /* too: they are copied there at start-up */
    uint64_t    room[7];              /* mote.h */
} mote_chip;

int32_t          mote_chip_count(void);
const mote_chip *mote_chip_at(int32_t index);
const mote_chip *mote_chip_find(const char *name); /* NULL when there is none of that name */
/* MOTE_ERR_IO with what to install, unless the chip's compiler and emulator can be started. */
mote_status mote_chip_check(const mote_chip *chip, mote_error *err);

/* What stands between a core and the flash that its code and the model's constants lie in. Lines of the least recent use
 * are replaced; lines 0: there is no such cache. */
typedef struct mote_cache_shape {
    int32_t lines, line_bytes, ways; /* lines is a multiple of ways */
} mote_cache_shape;

typedef struct mote_flash_cache {
    mote_cache_shape instructions, data;
    bool             is_shared;   /* instructions' cache holds data, too */
    int32_t          miss_cycles; /* that the core waits for a line */
} mote_flash_cache;

typedef struct mote_emulate_options {
    const char             *chip;        /* a name of the table */
    const void             *inputs;      /* the samples one after the other; in a sample all inputs in the model's order */
    size_t                  input_bytes; /* 0: one sample of zeros, which measures and returns its outputs */
    int32_t                 time_limit_seconds; /* for one run of the compiler, and for each sample on the chip; 0: 60 */
    bool                    counts_layers;      /* also, in a second run, what each layer takes on the first sample */
    bool                    counts_cycles;      /* also, in a second run, cycles by the core's timings */
    const mote_flash_cache *flash;              /* [flash_count] also the waits for each of these, in a run each */
    int32_t                 flash_count;
    bool                    counts_start_up; /* also, in two or three further runs, what the model adds to start-up */
    const char             *build_folder;    /* made and kept, with firmware.elf; NULL: a temporary one, removed */
    mote_progress           progress;        /* stage "emulate", in samples */
    uint64_t                room[8];         /* mote.h */
} mote_emulate_options;

/* A section of the firmware: in flash, in RAM, or both (initial values). */
typedef struct mote_firmware_section {
    char     name[80];
    uint32_t bytes;
    bool     is_in_flash, is_in_ram;
} mote_firmware_section;

/* One operator of the model. Texts belong to the emulation. */
typedef struct mote_layer_count {
    int32_t     index;             /* in the model */
    const char *op, *shape, *name; /* "CONV_2D", "[1,28,28,8]" of the output, the layer's or its output's name */
    uint64_t    macs;              /* multiply-accumulates that the compiled code does */
    uint64_t    count;             /* from its call to its return, on the first sample, exactly; 0: nothing runs */
    uint64_t    room[8];           /* mote.h */
} mote_layer_count;

enum { MOTE_EMULATION_SECTIONS = 8 };

typedef struct mote_emulation {
    const mote_chip *chip;
    uint8_t         *outputs; /* [sample_count][sample_output_bytes]; in a sample all outputs in the model's order */
    size_t           output_bytes;
    size_t           sample_count, sample_input_bytes, sample_output_bytes;

    uint64_t count;       /* one invoke on the first sample, from its first instruction to its return, exactly */
    uint32_t flash_bytes; /* the whole firmware: code, constants, initial values. Without emulated inputs */
    uint32_t code_bytes, weight_bytes; /* of it: the model's own functions, and its constants. The rest is start-up, */
                                       /* reading and writing samples, measuring, and what libgcc and libc add */
    uint32_t ram_bytes;                /* .data + .bss of the whole firmware, with the arena, without the stack */
    uint32_t arena_bytes;              /* sizeof(NAME_arena) */
    uint32_t stack_bytes;              /* peak of invoke with all it calls, on the first sample */
    uint32_t harness_stack_bytes;      /* what lay on the stack when it was called: not the model's */
    bool     has_cycles;               /* asked for, and the core's timings are known */
    uint64_t cycles;                   /* one invoke on the first sample, with flash that never waits. Modelled from the */
                                       /* instructions that ran, but for an AVR's, which simavr counts */
    uint64_t   *wait_cycles;           /* [flash_count] more, waiting for flash; NULL unless has_cycles */
    const char *core, *cycles_basis;   /* whose cycles, and where its timings are from; NULL: none are known */
    const char *cycles_error;          /* how far off the model was from published times; NULL: there are none */
    char        cycles_failure[160];   /* why there are none though they were asked for; "": there are */
    char        fault[480];            /* where the chip stopped, if it did; else "" */

    mote_firmware_section sections[MOTE_EMULATION_SECTIONS];
    int32_t               section_count;
    mote_layer_count     *layers; /* [layer_count] in the model's order; none where the folder does not name its layers */
    int32_t               layer_count;
    bool                  has_start_up;            /* counted: asked for, and the chip can */
    uint64_t start_up_count, model_start_up_count; /* setting up RAM, and NAME_reset; of it, because of the model */
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_emulation;

/* Builds dir/NAME.c with the harness for options->chip, checks that it fits, runs it on every sample, then once more to
 * count. name NULL: the folder's only model. NAME.h must declare what `mote compile` writes: NAME_arena, NAME_invoke,
 * NAME_input_N, NAME_output_N, and their sizes. On failure *out holds no outputs, but a fault's text if there is one.
 *
 *   MOTE_ERR_USAGE   no folder, no options, no such chip or model; input_bytes without inputs, or no multiple of a
 *                    sample; stopped by progress
 *   MOTE_ERR_IO      a tool is not installed, a file cannot be read or written, the emulator cannot be confined
 *   MOTE_ERR_LIMIT   flash, RAM or stack of the chip do not suffice (the text names both sizes); the time limit
 *   MOTE_ERR_FORMAT  the code does not compile, or faults on the chip (the text names layer, address and function), or
 *                    writes behind its arena */
mote_status mote_emulate(mote_emulation *out, const char *dir, const char *name, const mote_emulate_options *options,
                         mote_error *err);

/* The same for a model that is no folder yet: compiled for the chip (compile may be NULL; its kernels are the chip's) into a
 * temporary folder, which is removed. */
mote_status mote_emulate_model(mote_emulation *out, const mote_model *model, const mote_compile_options *compile,
                               const mote_emulate_options *options, mote_error *err);

void mote_emulation_free(mote_emulation *run); /* a no-op on a zeroed one */

#ifdef __cplusplus
}
#endif
#endif
