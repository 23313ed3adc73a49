/* Convolution geometry: zero-padded copies of one image, and the taps that reach an input row.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_IMAGE_H
#define MOTE_MATH_ISA_IMAGE_H

#include "math/isa/kernels.h"

/* A padded image: the original's pixel (0, 0) is at (top, left). Some rows or columns of the original may be cut off. */
typedef struct padded {
    ptrdiff_t height, width, channels, top, left;
} padded;

INLINE ptrdiff_t padded_size(const padded *p)
{
    return p->height * p->width * p->channels;
}

INLINE ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

/* What the windows of a convolution cover; as many channels as asked for. */
INLINE padded covered_input(conv_shape *s, ptrdiff_t channels)
{
    ptrdiff_t height = (ptrdiff_t)(s->out_h - 1) * s->stride_h + (ptrdiff_t)(s->kernel_h - 1) * s->dilation_h + 1;
    ptrdiff_t width = (ptrdiff_t)(s->out_w - 1) * s->stride_w + (ptrdiff_t)(s->kernel_w - 1) * s->dilation_w + 1;

    return (padded){height, width, channels, s->pad_top, s->pad_left};
}

INLINE bool needs_padding(conv_shape *s)
{
    padded p = covered_input(s, s->in_c);

    return s->pad_top != 0 || s->pad_left != 0 || p.height > s->in_h || p.width > s->in_w;
}

/* For the input's gradient: input row iy, in phase py = (iy + pad_top) mod stride, gets tap ky's product with output row
 * u - t, where u = (iy + pad_top) / stride and t = ky * dilation / stride, for the taps whose ky * dilation is py modulo
 * stride. The output's gradient is padded so that every u - t exists. */
INLINE padded covered_output(conv_shape *s)
{
    ptrdiff_t top = (ptrdiff_t)(s->kernel_h - 1) * s->dilation_h / s->stride_h;
    ptrdiff_t left = (ptrdiff_t)(s->kernel_w - 1) * s->dilation_w / s->stride_w;
    ptrdiff_t rows = larger(s->out_h, ((ptrdiff_t)s->in_h - 1 + s->pad_top) / s->stride_h + 1);
    ptrdiff_t columns = larger(s->out_w, ((ptrdiff_t)s->in_w - 1 + s->pad_left) / s->stride_w + 1);

    return (padded){top + rows, left + columns, s->out_c, top, left};
}

/* First input index of a phase. */
INLINE ptrdiff_t phase_begin(ptrdiff_t phase, ptrdiff_t pad, ptrdiff_t stride)
{
    return ((phase - pad) % stride + stride) % stride;
}

/* The size of a shard: images [begin, end). */
INLINE ptrdiff_t shard_begin(ptrdiff_t n, int shard, int shards)
{
    return n * shard / shards;
}

INLINE double conv_outputs(conv_shape *s)
{
    return (double)s->n * s->out_h * s->out_w * s->out_c;
}

#endif
