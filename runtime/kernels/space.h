/* SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND over images [N, H, W, run], run in bytes; without an axis W it is 1.
 *
 * Sample (s * block_w + t) * N + n of the batched image has the pixels of sample n that lie at (s, t) in their blocks.
 * Source: TensorFlow Lite's reference kernels (reference/space_to_batch_nd.h, batch_to_space_nd.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SPACE_H
#define MRT_SPACE_H

#include "../mrt.h"

/* space: the image before blocks are taken apart; blocks: the batched one. top, left: how far the grid of blocks begins
 * outside the image (padding), or the image inside the grid (crops). */
typedef struct mrt_space_params {
    int32_t samples; /* N of the image in space */
    int32_t space_h, space_w, blocks_h, blocks_w;
    int32_t block_h, block_w, top, left;
    int32_t run;
    int32_t fill; /* byte of the padding */
} mrt_space_params;

/* TensorFlow Lite Micro does not write the padding, which its memory holds as 0 at first; so int8 is padded with 0, whatever
 * the zero point. uint8, which it has not, is LiteRT's: padded with the zero point. */
MRT_INLINE void mrt_space_to_batch(const mrt_space_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *out = (uint8_t *)io->out[0];
    int32_t        b, n, y, x, i;

    for (b = 0; b < p->block_h * p->block_w; b++)
        for (n = 0; n < p->samples; n++)
            for (y = 0; y < p->blocks_h; y++)
                for (x = 0; x < p->blocks_w; x++, out += p->run) {
                    const int32_t in_y = y * p->block_h + b / p->block_w - p->top;
                    const int32_t in_x = x * p->block_w + b % p->block_w - p->left;
                    if (in_y >= 0 && in_y < p->space_h && in_x >= 0 && in_x < p->space_w)
                        mrt_copy(out, in + (size_t)((n * p->space_h + in_y) * p->space_w + in_x) * (size_t)p->run,
                                 (size_t)p->run);
                    else
                        for (i = 0; i < p->run; i++)
                            out[i] = (uint8_t)p->fill;
                }
}

MRT_INLINE void mrt_batch_to_space(const mrt_space_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *out = (uint8_t *)io->out[0];
    int32_t        n, y, x;

    for (n = 0; n < p->samples; n++)
        for (y = p->top; y < p->top + p->space_h; y++)
            for (x = p->left; x < p->left + p->space_w; x++, out += p->run) {
                const int32_t b = y % p->block_h * p->block_w + x % p->block_w;
                const int32_t row = (b * p->samples + n) * p->blocks_h + y / p->block_h;
                mrt_copy(out, in + (size_t)(row * p->blocks_w + x / p->block_w) * (size_t)p->run, (size_t)p->run);
            }
}

#endif
