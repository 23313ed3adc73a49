/* Conv2D between its files: conv2d.c forward and gradients, conv2d_sparse.c gradients with few elements, conv2d_first.c
 * those of a first layer. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_CONV2D_H
#define MOTE_MATH_ISA_CONV2D_H

#include "math/isa/image.h"

typedef struct conv_job {
    conv_shape     *shape;
    const float    *x, *b;
    float          *y;
    const float    *transposed; /* w^T [taps * in, out] */
    mote_math_grads grads;
    padded          in, out; /* layouts of the padded copies */
    bool            copies_input, is_narrow, may_be_sparse;
    int             shards;
    size_t          shard_bytes;
    char           *shard_scratch;
} conv_job;

/* A shard's scratch. */
typedef struct conv_scratch {
    float     *in, *out, *dw, *db;
    ptrdiff_t *a_segment, *b_segment;
    float     *dx;      /* padded; where the input is padded and gradients may be sparse */
    float     *value;   /* the gradient's elements that are not zero, position by position (room for a vector more) ... */
    int32_t   *weights; /* ... where in w their weights begin, */
    int32_t   *channel; /* ... which output channel they are, */
    int32_t   *window;  /* ... and where in the input their windows begin */
    float     *channel_value; /* [out_c, positions]: the same by output channel */
    int32_t   *channel_window;
    int32_t   *channel_count; /* [out_c] */
} conv_scratch;

INLINE ptrdiff_t taps_of(conv_shape *s)
{
    return (ptrdiff_t)s->kernel_h * s->kernel_w;
}

INLINE ptrdiff_t positions_of(conv_shape *s)
{
    return (ptrdiff_t)s->out_h * s->out_w;
}

/* 3x3 over 1 or 3 channels, no dx. */
INLINE bool is_first_layer(const conv_job *job)
{
    conv_shape *s = job->shape;

    return job->is_narrow && !job->grads.dx && job->grads.dw && s->kernel_h == 3 && s->kernel_w == 3 && s->dilation_w == 1 &&
           (s->in_c == 1 || s->in_c == 3);
}

/* The image with its padding (in `scratch`, whose border is zero already), and how it lies. */
const float *ISA(conv2d_input_image)(const conv_job *job, const float *x, ptrdiff_t image, float *scratch, padded *layout);

/* Whether so few elements of an image's gradient are not zero that lists pay; then dw and db in own, dx where it is wanted.
 */
bool ISA(conv2d_is_sparse)(const conv_job *job, ptrdiff_t image);
void ISA(conv2d_sparse_image)(const conv_job *job, ptrdiff_t image, conv_scratch *own);

/* dw^T and db in own; is_first_layer alone. */
void ISA(conv2d_first_layer_image)(const conv_job *job, ptrdiff_t image, conv_scratch *own);

#endif
