/* BATCH_MATMUL (batch_matmul.h) of float a and int8 b: each row of a is quantized by itself (hybrid.h).
 *
 *   out = scale of the row * b_scale * sum of (q - zero) b
 *
 * scratch  depth values of int8
 * Cannot fail: shapes were checked on the host or at open. Integer sums wrap.
 * Source: LiteRT's reference kernel; but where a has several batch axes larger than 1, that one takes some matrices' scales
 * from other rows. Here each row has its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_BATCH_MATMUL_HYBRID_H
#define MRT_BATCH_MATMUL_HYBRID_H

#include "batch_matmul.h"
#include "hybrid.h"

typedef struct mrt_batch_matmul_hybrid_params {
    mrt_matmul_shape         shape;
    int32_t                  is_asymmetric;
    float                    b_scale;
    const MRT_FLASH int32_t *walk;
} mrt_batch_matmul_hybrid_params;

MRT_INLINE int32_t mrt_batch_matmul_hybrid_sum(const mrt_matmul_shape *s, const int8_t *q, int32_t zero, const int8_t *b)
{
    uint32_t acc = 0;
    int32_t  k;

    for (k = 0; k < s->depth; k++)
        acc += (uint32_t)((q[k] - zero) * b[k * s->b_depth]);
    return (int32_t)acc;
}

MRT_INLINE void mrt_batch_matmul_hybrid(const mrt_batch_matmul_hybrid_params *p, const mrt_io *io)
{
    const mrt_matmul_shape *s = &p->shape;
    int8_t                 *q = (int8_t *)io->scratch;
    float                  *out = (float *)io->out[0];
    mrt_pair                at;
    int32_t                 r, c;

    for (mrt_pairs_begin(&at); at.i < s->count; mrt_pairs_next(&at, p->walk, s->rank)) {
        const float  *a = (const float *)io->in[0] + at.a * mrt_matmul_a_size(s);
        const int8_t *b = (const int8_t *)io->in[1] + at.b * mrt_matmul_b_size(s);
        for (r = 0; r < s->rows; r++) {
            const mrt_hybrid seen = mrt_hybrid_quantize(a + r * s->a_row, s->a_depth, s->depth, p->is_asymmetric, q);
            const float      scale = seen.scale * p->b_scale;
            for (c = 0; c < s->columns; c++)
                *out++ = (float)mrt_batch_matmul_hybrid_sum(s, q, seen.zero, b + c * s->b_column) * scale;
        }
    }
}

#endif
