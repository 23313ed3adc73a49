/* Reductions over any set of axes: each output is what becomes of the values that differ from it along the reduced axes
 * only.
 *
 *   out[k] = f(in[offset(k) + offset(t)] for all places t of the reduced axes, in the input's order)
 *
 * `axes` says how to step: {size, step} for four axes that stay, then for four that are reduced, outermost first, steps
 * counted in elements. Neighbouring axes that are alike are one, and of eight axes at most four of a kind then remain; what
 * is not needed has size 1. MRT_REDUCE_KEPT and MRT_REDUCE_TAKEN are where the two begin.
 *
 *     mrt_steps_begin(&kept);
 *     do {
 *         mrt_steps_begin(&taken);
 *         do { acc += in[kept.offset + taken.offset]; } while (mrt_steps_next(&taken, axes + MRT_REDUCE_TAKEN));
 *         *out++ = acc;
 *     } while (mrt_steps_next(&kept, axes + MRT_REDUCE_KEPT));
 *
 * out may begin at or below in: output k is written after all that it reads, and output k + 1 reads nothing before value k
 * + 1. Cannot fail: shapes were checked on the host or at open, no axis is empty. No scratch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_REDUCE_H
#define MRT_REDUCE_H

#include "../mrt.h"

enum {
    MRT_REDUCE_DEPTH = 4,
    MRT_REDUCE_KEPT = 0,
    MRT_REDUCE_TAKEN = 2 * MRT_REDUCE_DEPTH,
    MRT_REDUCE_AXES = 4 * MRT_REDUCE_DEPTH
};

/* Where one is among the places of four axes. */
typedef struct mrt_steps {
    int32_t at[MRT_REDUCE_DEPTH];
    int32_t offset;
} mrt_steps;

MRT_INLINE void mrt_steps_begin(mrt_steps *steps)
{
    int32_t d;

    for (d = 0; d < MRT_REDUCE_DEPTH; d++)
        steps->at[d] = 0;
    steps->offset = 0;
}

/* To the next place; 0: there is none, and steps are at the first again. */
MRT_INLINE int mrt_steps_next(mrt_steps *steps, const MRT_FLASH int32_t *axes)
{
    int32_t d;

    for (d = MRT_REDUCE_DEPTH - 1; d >= 0; d--) {
        const int32_t size = axes[2 * d], step = axes[2 * d + 1];
        steps->offset += step;
        if (++steps->at[d] < size)
            return 1;
        steps->at[d] = 0;
        steps->offset -= size * step;
    }
    return 0;
}

/* All but sums and means (mean.h): nothing but the axes. Integers that are numbers have the output's scale. */
typedef struct mrt_reduce_params {
    const MRT_FLASH int32_t *axes;
} mrt_reduce_params;

/* Of type T: acc begins with FIRST and becomes NEXT (of acc and x) at each value. */
#define MRT_REDUCE(T, FIRST, NEXT)                                                                                          \
    const T  *in = (const T *)io->in[0];                                                                                    \
    T        *out = (T *)io->out[0];                                                                                        \
    mrt_steps kept, taken;                                                                                                  \
                                                                                                                            \
    mrt_steps_begin(&kept);                                                                                                 \
    do {                                                                                                                    \
        T acc = FIRST;                                                                                                      \
        mrt_steps_begin(&taken);                                                                                            \
        do {                                                                                                                \
            const T x = in[kept.offset + taken.offset];                                                                     \
            acc = NEXT;                                                                                                     \
        } while (mrt_steps_next(&taken, p->axes + MRT_REDUCE_TAKEN));                                                       \
        *out++ = acc;                                                                                                       \
    } while (mrt_steps_next(&kept, p->axes + MRT_REDUCE_KEPT))

/* REDUCE_MAX and REDUCE_MIN. Floats begin as the reference does: NaN never counts.
 * Source: TensorFlow Lite's ReduceGeneric (reference/reduce.h). */
MRT_INLINE void mrt_reduce_max_f32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(float, -MRT_F32_MAX, x > acc ? x : acc);
}

MRT_INLINE void mrt_reduce_min_f32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(float, MRT_F32_MAX, x < acc ? x : acc);
}

MRT_INLINE void mrt_reduce_max_i8(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int8_t, INT8_MIN, x > acc ? x : acc);
}

MRT_INLINE void mrt_reduce_min_i8(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int8_t, INT8_MAX, x < acc ? x : acc);
}

MRT_INLINE void mrt_reduce_max_u8(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(uint8_t, 0, x > acc ? x : acc);
}

MRT_INLINE void mrt_reduce_min_u8(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(uint8_t, UINT8_MAX, x < acc ? x : acc);
}

MRT_INLINE void mrt_reduce_max_i16(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int16_t, INT16_MIN, x > acc ? x : acc);
}

MRT_INLINE void mrt_reduce_min_i16(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int16_t, INT16_MAX, x < acc ? x : acc);
}

MRT_INLINE void mrt_reduce_max_i32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int32_t, INT32_MIN, x > acc ? x : acc);
}

MRT_INLINE void mrt_reduce_min_i32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int32_t, INT32_MAX, x < acc ? x : acc);
}

/* REDUCE_PROD, and SUM of int32, which wrap. */
MRT_INLINE void mrt_reduce_prod_f32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(float, 1.0f, x *acc);
}

MRT_INLINE void mrt_reduce_prod_i32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int32_t, 1, (int32_t)((uint32_t)x * (uint32_t)acc));
}

MRT_INLINE void mrt_reduce_sum_i32(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(int32_t, 0, (int32_t)((uint32_t)x + (uint32_t)acc));
}

/* REDUCE_ALL and REDUCE_ANY: truth values, one byte each. */
MRT_INLINE void mrt_reduce_all_bool(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(uint8_t, 1, x != 0 && acc != 0 ? 1 : 0);
}

MRT_INLINE void mrt_reduce_any_bool(const mrt_reduce_params *p, const mrt_io *io)
{
    MRT_REDUCE(uint8_t, 0, x != 0 || acc != 0 ? 1 : 0);
}

#undef MRT_REDUCE

#endif
