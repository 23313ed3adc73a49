/* Running a .tflite on the chip, straight from flash: weights stay where they lie in the file, all else lives in one block
 * of memory that the caller gives.
 *
 *     static const mrt_operator *const operators[] = {&mrt_operator_conv_2d, &mrt_operator_softmax};    what to link
 *     static MRT_ALIGN uint8_t arena[20000];
 *
 *     const mrt_file   file = {model, sizeof model, 0};
 *     mrt_interpreter *net;
 *     mrt_failure      why;
 *     if (mrt_interpreter_open(&net, &file, operators, 2, arena, sizeof arena, &why) != MRT_OK) ...
 *     mrt_interpreter_input(net, 0, &in);  ... write in.data ...
 *     mrt_interpreter_invoke(net);         ... read mrt_interpreter_output's data ...
 *
 * The arena holds activations and scratch, planned so that those share places that are never needed together, and behind
 * them each operator's parameters, which are worked out once, at open. How much it takes, mrt_interpreter_bytes says without
 * an arena. Nothing is allocated, nothing is global: any number of interpreters may run, each in its own arena.
 *
 * The file may be hostile: every offset is checked before it is followed, every shape before a kernel sees it. It must stay
 * as it is while the interpreter lives. Names, descriptions and metadata in it are never read.
 *
 * Needs double with 64 bits (so not AVR). Define MRT_ONE_SOURCE, and MRT_API as `static`, where all sources are included
 * into one; MRT_NO_F32 leaves out float kernels, MRT_SMALL the kernels compiled for the most common layers. Opening takes
 * stack for MRT_LIVE_MAX tensors that live at once and MRT_IN_MAX + MRT_OUT_MAX operands: who knows the model may define
 * less. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_H
#define MRT_INTERPRETER_H

#include "../op.h"

#if !defined(MRT_API)
#define MRT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- failures ---- */

/* The first failure, and where: -1 where it is not about an operator, or a tensor. */
typedef struct mrt_failure {
    mrt_reason reason;
    int32_t    operator_index, builtin_code; /* in the file's order; TensorFlow Lite's code */
    int32_t    tensor;
} mrt_failure;

#if !defined(MRT_ONE_SOURCE)
/* A text for a reason: linked only where it is called. */
const char *mrt_reason_text(mrt_reason reason);
#endif

/* ---- opening ---- */

typedef struct mrt_file {
    const uint8_t *bytes; /* best at a multiple of 16: constants that lie askew are copied into the arena */
    size_t         count;
    /* The most work an invoke may be, in multiply-accumulates, or values written where an operator has none; a file with
     * more is refused (MRT_REASON_WORK). 0: no limit. */
    uint64_t work_limit;
} mrt_file;

typedef struct mrt_interpreter mrt_interpreter; /* operators.h has all operators */

/* What a file takes. Activations come first in the arena. */
typedef struct mrt_sizes {
    size_t   arena_bytes; /* all */
    size_t   activation_bytes;
    size_t   bound_bytes;                  /* no plan needs fewer activation_bytes with these kernels */
    uint64_t work;                         /* of an invoke: see mrt_file.work_limit */
    int32_t  step_count;                   /* operators that do something */
    int32_t  live_most, in_most, out_most; /* tensors at once, operands and outputs of one operator: see MRT_LIVE_MAX */
    uint32_t variants;                     /* kernels that it takes: MRT_VARIANTS (variants.h) for that machine */
} mrt_sizes;

/* The arena that the file needs, without having one. On failure *arena_bytes is 0. why may be NULL. */
MRT_API mrt_status mrt_interpreter_bytes(const mrt_file *file, const mrt_operator *const *operators, int32_t count,
                                         size_t *arena_bytes, mrt_failure *why);

/* Whose kernels run: they differ in the scratch that they need. */
typedef enum mrt_arch { MRT_ARCH_PORTABLE = 0, MRT_ARCH_ARM_DSP, MRT_ARCH_RISCV } mrt_arch;

#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
#define MRT_ARCH MRT_ARCH_ARM_DSP
#elif defined(__riscv) && __riscv_xlen == 32 && defined(__riscv_mul)
#define MRT_ARCH MRT_ARCH_RISCV
#else
#define MRT_ARCH MRT_ARCH_PORTABLE
#endif

typedef struct mrt_machine {
    uint32_t pointer_bytes;
    mrt_arch arch;
} mrt_machine;

/* The same in more detail, for another machine than this one: a 64-bit host tells what a 32-bit chip will need (a few bytes
 * more, at most). Constants are taken to be aligned as they are here. */
MRT_API mrt_status mrt_interpreter_measure(const mrt_file *file, const mrt_operator *const *operators, int32_t count,
                                           mrt_machine machine, mrt_sizes *sizes, mrt_failure *why);

/* Checks the file, plans, prepares every operator and resets. The arena begins at a multiple of 16; one byte fewer than
 * mrt_interpreter_bytes says is refused. file's bytes and the arena must stay; the structs and the list need not. On failure
 * *out is NULL. why may be NULL. */
MRT_API mrt_status mrt_interpreter_open(mrt_interpreter **out, const mrt_file *file, const mrt_operator *const *operators,
                                        int32_t count, void *arena, size_t arena_bytes, mrt_failure *why);

/* ---- running ---- */

/* Inputs may be written over: give them anew before each invoke. ERR_LIMIT: a WHILE goes on beyond the file's work_limit;
 * else it never fails. */
MRT_API mrt_status mrt_interpreter_invoke(mrt_interpreter *interpreter);

/* State tensors to their first values; open has done so once. */
MRT_API void mrt_interpreter_reset(mrt_interpreter *interpreter);

/* An input or output. An open batch is 1. */
typedef struct mrt_end {
    void    *data; /* in the arena; of an output that is a constant in the file, aligned as it is there */
    size_t   bytes;
    mrt_type type;
    int32_t  rank, dim[MRT_RANK_MAX];
    int32_t  is_quantized; /* real = scale * (stored - zero_point) */
    float    scale;
    int32_t  zero_point;
} mrt_end;

MRT_API int32_t mrt_interpreter_input_count(const mrt_interpreter *interpreter);
MRT_API int32_t mrt_interpreter_output_count(const mrt_interpreter *interpreter);
/* 0 <= index < count. */
MRT_API void mrt_interpreter_input(const mrt_interpreter *interpreter, int32_t index, mrt_end *out);
MRT_API void mrt_interpreter_output(const mrt_interpreter *interpreter, int32_t index, mrt_end *out);
/* Only where it lies. */
MRT_API void       *mrt_interpreter_input_data(mrt_interpreter *interpreter, int32_t index);
MRT_API const void *mrt_interpreter_output_data(const mrt_interpreter *interpreter, int32_t index);

#ifdef __cplusplus
}
#endif
#endif
