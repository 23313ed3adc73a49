/* Comparisons and logic: two operands of one type -> bool, an operand repeated along axes where it has one element (walk.h).
 * Bools are bytes, 0 or 1; operands' other bytes count as 1. The output may be an operand that has its shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_COMPARE_H
#define MRT_COMPARE_H

#include "rescale.h"
#include "walk.h"

/* What may be the case of two numbers, one bit each: a comparison is the set of cases in which it holds. */
enum { MRT_IS_LESS = 1, MRT_IS_EQUAL = 2, MRT_IS_GREATER = 4, MRT_IS_UNORDERED = 8 };

/* float32, int32, int64: out = the case of a and b is in `holds`. NaN is unordered: only NOT_EQUAL holds there.
 * Source: TensorFlow Lite's reference kernel (reference/comparisons.h). */
typedef struct mrt_compare_params {
    int32_t                  count, rank;
    int32_t                  holds;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_compare_params;

MRT_INLINE uint8_t mrt_holds(int32_t holds, int is_less, int is_greater)
{
    return (holds & (is_less ? MRT_IS_LESS : is_greater ? MRT_IS_GREATER : MRT_IS_EQUAL)) != 0;
}

MRT_INLINE void mrt_compare_f32(const mrt_compare_params *p, const mrt_io *io)
{
    const float *in_a = (const float *)io->in[0], *in_b = (const float *)io->in[1];
    uint8_t     *out = (uint8_t *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const float a = in_a[at.a], b = in_b[at.b];
        if (a <= b || a > b)
            out[at.i] = mrt_holds(p->holds, b > a, a > b);
        else
            out[at.i] = (p->holds & MRT_IS_UNORDERED) != 0;
    }
}

MRT_INLINE void mrt_compare_i32(const mrt_compare_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_holds(p->holds, b[at.b] > a[at.a], a[at.a] > b[at.b]);
}

MRT_INLINE void mrt_compare_i64(const mrt_compare_params *p, const mrt_io *io)
{
    const int64_t *a = (const int64_t *)io->in[0], *b = (const int64_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_holds(p->holds, b[at.b] > a[at.a], a[at.a] > b[at.b]);
}

/* int8 and uint8: the real numbers are compared, in 1/256: rescale((in - zero) 256, mult, shift), mult and shift for the
 * operand's scale, which is below 1. What is closer than that rounds to the same, and is equal. Source: TensorFlow Lite
 * Micro's reference kernel (micro/kernels/comparisons.cc). */
typedef struct mrt_compare_i8_params {
    int32_t                  count, rank;
    int32_t                  holds;
    int32_t                  a_zero, b_zero;
    int32_t                  a_mult, b_mult;
    int32_t                  a_shift, b_shift;
    const MRT_FLASH int32_t *walk;
} mrt_compare_i8_params;

MRT_INLINE void mrt_compare_i8(const mrt_compare_i8_params *p, const mrt_io *io)
{
    const int8_t *in_a = (const int8_t *)io->in[0], *in_b = (const int8_t *)io->in[1];
    uint8_t      *out = (uint8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int32_t a = mrt_rescale((in_a[at.a] - p->a_zero) * 256, p->a_mult, (int)p->a_shift);
        const int32_t b = mrt_rescale((in_b[at.b] - p->b_zero) * 256, p->b_mult, (int)p->b_shift);
        out[at.i] = mrt_holds(p->holds, b > a, a > b);
    }
}

MRT_INLINE void mrt_compare_u8(const mrt_compare_i8_params *p, const mrt_io *io)
{
    const uint8_t *in_a = (const uint8_t *)io->in[0], *in_b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int32_t a = mrt_rescale((in_a[at.a] - p->a_zero) * 256, p->a_mult, (int)p->a_shift);
        const int32_t b = mrt_rescale((in_b[at.b] - p->b_zero) * 256, p->b_mult, (int)p->b_shift);
        out[at.i] = mrt_holds(p->holds, b > a, a > b);
    }
}

/* bool: out = bit 2 a + b of `truth`, the operator's truth table. */
typedef struct mrt_logic_params {
    int32_t                  count, rank;
    int32_t                  truth;
    const MRT_FLASH int32_t *walk;
} mrt_logic_params;

enum { MRT_TRUTH_AND = 8, MRT_TRUTH_OR = 14, MRT_TRUTH_EQUAL = 9, MRT_TRUTH_NOT_EQUAL = 6 };

MRT_INLINE void mrt_logic(const mrt_logic_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)(p->truth >> (2 * (a[at.a] != 0) + (b[at.b] != 0)) & 1);
}

/* bool: out = not in; in, out [count]. */
typedef struct mrt_logical_not_params {
    int32_t count;
} mrt_logical_not_params;

MRT_INLINE void mrt_logical_not(const mrt_logical_not_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = in[i] == 0;
}

#endif
