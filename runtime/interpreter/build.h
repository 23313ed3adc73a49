/* What an operator of the interpreter is made of. Everything about one lies in operators/NAME.c:
 *
 *     check     shapes, options and operands, as the host's src/ops/NAME.c has them
 *     rows      one a combination of types, each with
 *         prepare   checks scales, fills the kernel's parameters by the kernel's own prepare and stores them; says what
 *                   scratch the kernel needs and which operands its output may replace
 *         run       calls the kernel
 *
 * Both are called several times: to measure, to plan, and at last to fill memory. mrt_take then returns NULL while nothing
 * is to be filled; all else must be the same each time. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_BUILD_H
#define MRT_INTERPRETER_BUILD_H

#include "../kernels/rescale.h"
#include "model.h"

#if !defined(MRT_API_DATA)
#define MRT_API_DATA
#endif

#if defined(__AVR__)
typedef int mrt_activation; /* nothing is prepared there */
#endif

enum { MRT_BUILD_IN_MAX = 3, MRT_STEP_IN_MAX = 2 };

/* Memory that lasts as long as the interpreter, and some that is free while it is opened. at NULL: only counted. */
typedef struct mrt_memory {
    uint8_t    *at, *work;
    size_t      used, work_used, work_most; /* work_used: by the operator at hand */
    mrt_machine machine;                    /* that is counted for; blocks begin at multiples of its pointers' size */
    int         is_full;
} mrt_memory;

/* Runs when a file is opened: small is better than fast. */
#if defined(__GNUC__)
#define MRT_COLD __attribute__((cold))
#else
#define MRT_COLD
#endif

typedef void mrt_run_function(const void *params, const mrt_io *io);

typedef struct mrt_build {
    mrt_model     *m;
    mrt_memory    *memory;
    mrt_node       node;
    mrt_tensor     in[MRT_BUILD_IN_MAX], out;
    int32_t        in_count, has_in; /* has_in: bit i where operand i is there */
    mrt_activation activation;       /* the fused one, once mrt_fused_activation has read it */
    /* results */
    const void       *params;
    mrt_run_function *run; /* the row's, unless prepare chose another */
    uint32_t          scratch_bytes;
    uint32_t          in_place; /* bit i: out may be in[i], where that is computed and not needed any more */
    int               is_view;  /* out is in[0]'s bytes, nothing runs */
    uint64_t          work;     /* an invoke's; as many as there are values where check leaves it 0 */
} mrt_build;

typedef struct mrt_operator_row {
    uint8_t out, in[MRT_BUILD_IN_MAX]; /* mrt_type; in: of operands that are there */
    mrt_reason (*prepare)(mrt_build *b);
    mrt_run_function *run;
} mrt_operator_row;

struct mrt_operator {
    int32_t builtin_code, version_max;
    uint8_t options_type; /* of TensorFlow Lite's union BuiltinOptions; 0: options are not looked at */
    uint8_t in_min, in_max, row_count;
    mrt_reason (*check)(mrt_build *b);
    const mrt_operator_row *rows;
};

#define MRT_ROWS(rows) (uint8_t)(sizeof(rows) / sizeof *(rows))

#define MRT_TRY(call)                                                                                                       \
    do {                                                                                                                    \
        const mrt_reason reason_ = (call);                                                                                  \
        if (reason_ != MRT_REASON_NONE)                                                                                     \
            return reason_;                                                                                                 \
    } while (0)

/* Operand i, or NULL where it is left out. */
MRT_INLINE const mrt_tensor *mrt_operand(const mrt_build *b, int32_t i)
{
    return (uint32_t)b->has_in >> i & 1u ? &b->in[i] : NULL;
}

/* ---- options and shapes ---- */

MRT_API uint32_t   mrt_option(mrt_build *b, uint32_t field, uint32_t bytes, uint32_t absent);
MRT_API float      mrt_option_f32(mrt_build *b, uint32_t field);
MRT_API mrt_reason mrt_fused_activation(mrt_build *b, uint32_t field);

/* Whether out has that shape. */
MRT_API mrt_reason mrt_check_shape(const mrt_build *b, int32_t rank, const int32_t *dim);
/* check for operators whose output is like operand 0. */
MRT_API mrt_reason mrt_check_same(mrt_build *b);
/* Weights [operand 1] and bias [operand 2, may be absent] are constants; the bias has out_c values. */
MRT_API mrt_reason mrt_check_weights(const mrt_build *b, int32_t out_c);

/* ---- scales ---- */

/* Integers have one scale, the zero point was checked with the file; then all operands and the output. */
MRT_API mrt_reason mrt_check_scale(const mrt_tensor *tensor);
MRT_API mrt_reason mrt_check_scales(const mrt_build *b);
/* The same, and the output has just that scale and zero point. */
MRT_API mrt_reason mrt_check_fixed(const mrt_build *b, float scale, int32_t zero_point);

/* Clamps of a fused activation for float kernels. */
MRT_API void mrt_activation_range_f32(mrt_activation activation, float *act_min, float *act_max);

/* ---- memory ---- */

/* Lasting memory with room for so many pointers among its bytes; NULL while only counting. */
MRT_API void *mrt_take(mrt_memory *memory, size_t bytes, uint32_t pointers);
/* Memory for the time of one prepare: the activations are not there yet. */
MRT_API void *mrt_take_work(mrt_memory *memory, size_t bytes);
/* Stores a parameter struct with so many pointers in it: b->params. */
MRT_API void mrt_store(mrt_build *b, const void *params, size_t bytes, uint32_t pointers);
/* Values of the file, at a multiple of their width: where they lie, or a copy (NULL while only counting). The second: one
 * that is there in prepare only. */
MRT_API const void *mrt_constant(mrt_build *b, uint32_t at, uint32_t bytes, uint32_t width);
MRT_API const void *mrt_constant_for_prepare(mrt_build *b, uint32_t at, uint32_t bytes, uint32_t width);
MRT_API const void *mrt_constant_operand(mrt_build *b, int32_t i, uint32_t width);
/* Bytes of the file after which as many as `beyond` may be read. */
MRT_API const int8_t *mrt_constant_bytes(mrt_build *b, int32_t i, uint32_t beyond);

/* The kernels to prepare for. Only a 64-bit host prepares for others than its own. */
MRT_INLINE mrt_arch mrt_arch_of(const mrt_build *b)
{
#if UINTPTR_MAX > 0xffffffffu
    return b->memory->machine.arch;
#else
    (void)b;
    return MRT_ARCH;
#endif
}

#endif
