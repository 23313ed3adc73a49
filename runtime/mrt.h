/* The dialect that all runtime code is written in: C99, freestanding, no allocation, no I/O, no writable globals.
 *
 *   MRT_INLINE   kernels are always inlined, so that constant parameters specialise them (a plain `static inline` with two
 *                callers is not, and the specialisation is silently lost)
 *   MRT_COLD     of functions that run when a model is opened, not when it is invoked
 *   MRT_FLASH    qualifies constants that must stay in flash. On AVR plain `const` data lands in RAM; everywhere else the
 *                word means nothing. `const MRT_FLASH int8_t *w` is read like any pointer
 *   MRT_ALIGN    arrays begin at a multiple of 16 bytes, so that wide loads of any chip are aligned
 *   MRT_STEP     stands before each step of a compiled model, MRT_LAYER once for each operator in the source: nothing,
 *                unless who measures the model defines them beforehand (src/chips/parts/hook.h)
 *
 * Integer sums run in uint32_t: they wrap, as defined, whatever a hostile file holds. Right shifts of negative numbers are
 * arithmetic (every compiler mote supports; checked below).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_H
#define MRT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MRT_INLINE   static inline __attribute__((always_inline, unused))
#define MRT_NOINLINE __attribute__((noinline))
#define MRT_UNUSED   __attribute__((unused))
#define MRT_ALIGN    __attribute__((aligned(16)))
#else
#define MRT_INLINE static inline
#define MRT_NOINLINE
#define MRT_UNUSED
#define MRT_ALIGN
#endif

/* Of a function that needs every register: it has no loops that count in LR, as GCC makes them for cores with MVE. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__ARM_FEATURE_MVE)
#define MRT_PLAIN_LOOPS __attribute__((optimize("no-branch-count-reg")))
#else
#define MRT_PLAIN_LOOPS
#endif

/* Runs when a model is opened, not when it is invoked: small is better than fast, and once is enough. */
#if defined(__GNUC__)
#define MRT_COLD __attribute__((cold, noinline, unused))
#else
#define MRT_COLD
#endif

#if defined(__FLASH) && !defined(__cplusplus) && !defined(__STRICT_ANSI__) /* -std=c99 does not know the word */
#define MRT_FLASH __flash
#else
#define MRT_FLASH
#endif

#if !defined(MRT_STEP)
#define MRT_STEP(step) ((void)(step))
#define MRT_LAYER(index, step, op, shape, macs, name)
#endif

#define MRT_F32_MAX 3.40282347e38f

typedef char mrt_right_shift_is_arithmetic[(-5 >> 1) == -3 ? 1 : -1];

/* How many operands a call has at most. Who knows his models may define less: calls take that much stack. */
#if !defined(MRT_IN_MAX)
#define MRT_IN_MAX 64
#endif
#if !defined(MRT_OUT_MAX)
#define MRT_OUT_MAX 16
#endif

/* Operands of one kernel call. A kernel of runtime/ops finds each at its operator's own number, constants that it asked for
 * (mrt_call.constants) among them; the others, which are named by their types (MRT_KERNEL_1), find activations in order. */
typedef struct mrt_io {
    const void *in[MRT_IN_MAX];
    void       *out[MRT_OUT_MAX];
    void       *scratch;
    void       *state; /* the operator's own memory, from invoke to invoke: zeros at first (mrt_call.state_bytes) */
} mrt_io;

/* Bytes that may be at any place. */
MRT_INLINE void mrt_copy(void *to, const void *from, size_t bytes)
{
    uint8_t       *out = (uint8_t *)to;
    const uint8_t *in = (const uint8_t *)from;

    while (bytes-- > 0)
        *out++ = *in++;
}

MRT_INLINE int32_t mrt_min_i32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

MRT_INLINE int32_t mrt_max_i32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

MRT_INLINE int32_t mrt_clamp_i32(int32_t x, int32_t low, int32_t high)
{
    return mrt_max_i32(low, mrt_min_i32(x, high));
}

MRT_INLINE float mrt_clamp_f32(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

#endif
