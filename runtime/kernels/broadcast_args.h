/* BROADCAST_ARGS: a [A], b [B] are shapes -> out [max(A, B)], the shape that both repeat to. Counted from the last one, and
 * 1 beyond the first, out = b where a is 1, else a. Source: TensorFlow Lite's reference kernel (reference/broadcast_args.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_BROADCAST_ARGS_H
#define MRT_BROADCAST_ARGS_H

#include "../mrt.h"

typedef struct mrt_broadcast_args_params {
    int32_t a_count, b_count, count;
} mrt_broadcast_args_params;

MRT_INLINE void mrt_broadcast_args_i32(const mrt_broadcast_args_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    int32_t        i;

    for (i = 1; i <= p->count; i++) {
        const int32_t x = i <= p->a_count ? a[p->a_count - i] : 1;
        const int32_t y = i <= p->b_count ? b[p->b_count - i] : 1;
        out[p->count - i] = x == 1 ? y : x;
    }
}

MRT_INLINE void mrt_broadcast_args_i64(const mrt_broadcast_args_params *p, const mrt_io *io)
{
    int32_t i;

    for (i = 1; i <= p->count; i++) {
        const int64_t x = i <= p->a_count ? ((const int64_t *)io->in[0])[p->a_count - i] : 1;
        const int64_t y = i <= p->b_count ? ((const int64_t *)io->in[1])[p->b_count - i] : 1;
        ((int64_t *)io->out[0])[p->count - i] = x == 1 ? y : x;
    }
}

#endif
