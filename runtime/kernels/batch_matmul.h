/* BATCH_MATMUL: out[n,r,c] = sum over k of a[n,r,k] * b[n,k,c], for many matrices n; either operand's matrices may repeat
 * along batch axes (walk.h, which here counts in whole matrices).
 *
 * Rows and columns are found by steps, so that a transposed operand stays as it is: a[n,r,k] lies a_row r + a_depth k behind
 * the matrix's first value, b[n,k,c] b_depth k + b_column c. out is apart from both. Cannot fail: shapes were checked on the
 * host or at open. No scratch.
 * Source: TensorFlow Lite Micro's reference kernel (internal/reference/batch_matmul.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_BATCH_MATMUL_H
#define MRT_BATCH_MATMUL_H

#include "rescale_i64.h"
#include "walk.h"

typedef struct mrt_matmul_shape {
    int32_t count, rank; /* of output matrices; of walk */
    int32_t rows, columns, depth;
    int32_t a_row, a_depth, b_depth, b_column;
} mrt_matmul_shape;

/* Values of one matrix of a, and of b. */
MRT_INLINE int32_t mrt_matmul_a_size(const mrt_matmul_shape *s)
{
    return s->rows * s->depth;
}

MRT_INLINE int32_t mrt_matmul_b_size(const mrt_matmul_shape *s)
{
    return s->depth * s->columns;
}

/* int8: out = clamp(rescale(sum of (a - a_zero) (b - b_zero), mult, shift) + out_zero, -128, 127); the sum wraps. */
typedef struct mrt_batch_matmul_i8_params {
    mrt_matmul_shape         shape;
    int32_t                  a_zero, b_zero, out_zero;
    int32_t                  mult, shift;
    const MRT_FLASH int32_t *walk;
} mrt_batch_matmul_i8_params;

MRT_INLINE int8_t mrt_batch_matmul_i8_at(const mrt_batch_matmul_i8_params *p, const int8_t *a, const int8_t *b)
{
    uint32_t acc = 0;
    int32_t  k, y;

    for (k = 0; k < p->shape.depth; k++)
        acc += (uint32_t)((a[k * p->shape.a_depth] - p->a_zero) * (b[k * p->shape.b_depth] - p->b_zero));
    y = mrt_rescale((int32_t)acc, p->mult, (int)p->shift);
    return (int8_t)mrt_clamp_i32((int32_t)((uint32_t)y + (uint32_t)p->out_zero), -128, 127);
}

MRT_INLINE void mrt_batch_matmul_i8(const mrt_batch_matmul_i8_params *p, const mrt_io *io)
{
    const mrt_matmul_shape *s = &p->shape;
    int8_t                 *out = (int8_t *)io->out[0];
    mrt_pair                at;
    int32_t                 r, c;

    for (mrt_pairs_begin(&at); at.i < s->count; mrt_pairs_next(&at, p->walk, s->rank)) {
        const int8_t *a = (const int8_t *)io->in[0] + at.a * mrt_matmul_a_size(s);
        const int8_t *b = (const int8_t *)io->in[1] + at.b * mrt_matmul_b_size(s);
        for (r = 0; r < s->rows; r++)
            for (c = 0; c < s->columns; c++)
                *out++ = mrt_batch_matmul_i8_at(p, a + r * s->a_row, b + c * s->b_column);
    }
}

/* int16, all zero points 0: out = clamp(rescale(sum of a b, mult, shift), -32768, 32767) in 64 bits; mult has 16. */
typedef struct mrt_batch_matmul_i16_params {
    mrt_matmul_shape         shape;
    int32_t                  mult, shift;
    const MRT_FLASH int32_t *walk;
} mrt_batch_matmul_i16_params;

MRT_INLINE int16_t mrt_batch_matmul_i16_at(const mrt_batch_matmul_i16_params *p, const int16_t *a, const int16_t *b)
{
    uint64_t acc = 0;
    int32_t  k;

    for (k = 0; k < p->shape.depth; k++)
        acc += (uint64_t)(int64_t)((int32_t)a[k * p->shape.a_depth] * b[k * p->shape.b_depth]);
    return (int16_t)mrt_clamp_i32(mrt_rescale_i64(acc, p->mult, (int)p->shift), INT16_MIN, INT16_MAX);
}

MRT_INLINE void mrt_batch_matmul_i16(const mrt_batch_matmul_i16_params *p, const mrt_io *io)
{
    const mrt_matmul_shape *s = &p->shape;
    int16_t                *out = (int16_t *)io->out[0];
    mrt_pair                at;
    int32_t                 r, c;

    for (mrt_pairs_begin(&at); at.i < s->count; mrt_pairs_next(&at, p->walk, s->rank)) {
        const int16_t *a = (const int16_t *)io->in[0] + at.a * mrt_matmul_a_size(s);
        const int16_t *b = (const int16_t *)io->in[1] + at.b * mrt_matmul_b_size(s);
        for (r = 0; r < s->rows; r++)
            for (c = 0; c < s->columns; c++)
                *out++ = mrt_batch_matmul_i16_at(p, a + r * s->a_row, b + c * s->b_column);
    }
}

typedef struct mrt_batch_matmul_f32_params {
    mrt_matmul_shape         shape;
    const MRT_FLASH int32_t *walk;
} mrt_batch_matmul_f32_params;

MRT_INLINE float mrt_batch_matmul_f32_at(const mrt_matmul_shape *s, const float *a, const float *b)
{
    float   acc = 0.0f;
    int32_t k;

    for (k = 0; k < s->depth; k++)
        acc += a[k * s->a_depth] * b[k * s->b_depth];
    return acc;
}

MRT_INLINE void mrt_batch_matmul_f32(const mrt_batch_matmul_f32_params *p, const mrt_io *io)
{
    const mrt_matmul_shape *s = &p->shape;
    float                  *out = (float *)io->out[0];
    mrt_pair                at;
    int32_t                 r, c;

    for (mrt_pairs_begin(&at); at.i < s->count; mrt_pairs_next(&at, p->walk, s->rank)) {
        const float *a = (const float *)io->in[0] + at.a * mrt_matmul_a_size(s);
        const float *b = (const float *)io->in[1] + at.b * mrt_matmul_b_size(s);
        for (r = 0; r < s->rows; r++)
            for (c = 0; c < s->columns; c++)
                *out++ = mrt_batch_matmul_f32_at(s, a + r * s->a_row, b + c * s->b_column);
    }
}

#endif
