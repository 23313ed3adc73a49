/* Compiling a model to C.
 *
 * Target "c": a folder that any C99 compiler builds, with nothing else needed:
 *     NAME.h            sizes, shapes, scales, zero points, labels, and the typed interface
 *     NAME.c            weights and calls; the one file to compile
 *     NAME_selftest.c   golden samples: NAME_selftest() returns how many output bytes differ (0: all is well)
 *     NAME_samples.h    of samples that were given: functions that load one and check the answer
 *     NAME_link.h, .c   the model on a serial line to the host (link.h); firmware that does not call it leaves it out
 *     mote_runtime/     the kernels that the model uses
 * Target "interpreter": the same files and the same interface, with NAME_open in front; but NAME.c has the .tflite as it is,
 *     and mote_runtime/ the interpreter that runs it from there (docs/INTERPRETER.md).
 * Target "array": model.h and model.cc with g_model and g_model_len, the .tflite as bytes, for TensorFlow Lite Micro; of a
 *     name that is given NAME.h and NAME.cc with NAME_model and NAME_model_len, so that a firmware can have several.
 * Targets "arduino" ...: a project that the board's own tools build: the files of target "c" in its folder of sources, with
 *     NAME_check.h and NAME_check.c, which run the self-test, print scores and microseconds; manifests, examples, README.md.
 *     Files of the user's own in the folder stay, and so do changed examples, manifests and pages, which `kept` tells.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPILE_H
#define MOTE_COMPILE_H

#include <stdint.h>

#include <mote/convert.h>
#include <mote/model.h>
#include <mote/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_optimize {
    MOTE_OPTIMIZE_SPEED = 0, /* an instance of a kernel for each distinct shape, until the code grows too large */
    MOTE_OPTIMIZE_SIZE       /* one for each class of shapes, dimensions read at run time */
} mote_optimize;

/* A kind of memory, and how much of it the model may have. */
typedef struct mote_memory_region {
    const char *name;    /* a letter, then letters and digits, at most 23: "dtcm"; generated names have it in lower case */
    size_t      bytes;   /* 0: as many as it takes; of the last region alone */
    uint64_t    room[8]; /* mote.h */
} mote_memory_region;

typedef struct mote_compile_options {
    const char   *target; /* one of mote_compile_target_at; NULL: "c" */
    const char   *name;   /* prefix of all names, at most 50 characters; NULL: mote_compile_name of the model's name */
    mote_optimize optimize;
    const char   *kernels; /* NULL: the code has the kernels of all instruction sets, and the compiler's macros choose; or
                              one: "arm-dsp", "riscv", "avr", "portable" (any C99 compiler) */
    const void         *golden; /* input samples for the self-test, one after the other, all inputs of a sample in a row */
    int32_t             golden_count; /* 0: three samples made by a generator */
    const mote_samples *samples; /* in place of golden: the self-test's, which NAME_samples.h tells of as well, so that a
                                  * firmware has something to show before it has a sensor. Targets "c" and "interpreter" */
    bool        keeps_constant_channels; /* default: target "c" is compiled without them (mote_model_prune_constant) */
    bool        keeps_operators;         /* default: target "c" is compiled with fewer of them (mote_model_optimize) */
    const void *file; /* target "interpreter": the model's own .tflite; NULL: one is written, and where parts of
                       * the file were left out when it was read (operators of constants, unused tensors of unknown types) */
    size_t file_bytes;
    /* [region_count], from fast to slow: the arena is split over them, each tensor within one, what is touched most in the
     * first ones; NAME_arena then points to a NAME_REGION_memory for each. One region alone is no more than a limit. NULL:
     * one block. Compiled code alone: not the targets "interpreter", "array" and "micropython" */
    const mote_memory_region *regions;
    int32_t                   region_count;
    uint64_t                  room[6]; /* mote.h */
} mote_compile_options;

enum { MOTE_COMPILE_NAME = 64, MOTE_COMPILE_REGIONS_MAX = 6 };

/* The model on one kind of chip: its kernels, and so its memory, are its own. */
typedef struct mote_compiled_chips {
    const char *name;                                   /* "arm-dsp" ... */
    size_t      arena_bytes, arena_bound_bytes;         /* bound: no plan could do with less */
    size_t      constant_bytes;                         /* weights, biases, multipliers, tables */
    int32_t     instance_count, shared_count;           /* functions emitted; of these, for several shapes */
    size_t      region_bytes[MOTE_COMPILE_REGIONS_MAX]; /* of arena_bytes, by mote_compile_options.regions */
    bool        exceeds_regions; /* they are too small for these chips, whose compilers are told so by #error */
    size_t      zero_bytes;      /* what constant_bytes lacks of weights that are 0 */
} mote_compiled_chips;

enum { MOTE_COMPILED_CHIPS_MAX = 4, MOTE_COMPILE_KEPT_MAX = 8 };

/* What came of it. */
typedef struct mote_compile_result {
    char                name[MOTE_COMPILE_NAME];
    mote_compiled_chips chips[MOTE_COMPILED_CHIPS_MAX]; /* targets "c" and "interpreter" */
    int32_t             chip_count, step_count;
    mote_prune_result   pruned;                       /* zero unless target "c" pruned a quantized model */
    int32_t             left_out_count;               /* operators that mote_model_optimize left out, for target "c" */
    char                code[MOTE_COMPILE_NAME + 32]; /* the folder of the model's sources below a project's; else "" */
    int32_t             kept_count; /* files of a project that were changed since, and stay; the first ones by name */
    char                kept[MOTE_COMPILE_KEPT_MAX][128];
    uint64_t            room[8]; /* mote.h */
} mote_compile_result;

/* "c", "array", "interpreter", then the projects; NULL past the last one. */
const char *mote_compile_target_at(int index);
/* Whether it is a project: a folder that may have files of its user's. NULL and unknown ones are not. */
bool mote_compile_is_project(const char *target);

/* Writes the folder whole or not at all; an existing folder of that name is replaced only when it holds nothing but what
 * mote generated, by names and marks, down to the last file of mote_runtime: the error names the first that is not. The
 * working directory and a mounted volume keep their place, and get new entries. Of a project each file is written whole or
 * not at all, after all that may be refused. options and result may be NULL. Errors: USAGE (no model or folder, a model in
 * training, a name that C cannot have, an unknown target or optimize, golden_count without golden, a folder with somebody's
 * own files, regions that have no such name or size), IO, LIMIT (with regions: they are too small for all kinds of chips),
 * UNSUPPORTED (an operator or a type that the target has not). */
mote_status mote_compile(mote_compile_result *result, const mote_model *model, const char *folder,
                         const mote_compile_options *options, mote_error *err);

/* What came of it for chips that run these kernels (mote_chip.kernels); NULL or unknown: for any chip. NULL without a
 * result. */
const mote_compiled_chips *mote_compiled_for(const mote_compile_result *result, const char *kernels);

/* A name that mote_compile takes, from any text: "mnist-cnn" -> "mnist_cnn", "" -> "model", "2d" -> "model_2d",
 * "int" -> "int_model", "mote_1" -> "model_mote_1". name has room for MOTE_COMPILE_NAME. */
void mote_compile_name(char *name, const char *from);

/* Whether mote_compile takes the name as it is: a C identifier of at most 50 characters that is no word of C or C++, no
 * header that others include, and begins with none of "mote_" and "mrt_". Errors: USAGE (with another name). */
mote_status mote_compile_check_name(const char *name, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
