/* The gradient of a network's first Conv2D, whose images have few channels and whose dx nobody wants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/conv2d.h"

/* dw^T and db of a first layer (few input channels, no dx): the mask, the sums over positions and the bias in one pass over
 * dy and y, which are read once and copied nowhere. G kernel rows of R taps x channels, one vector of output channels. */
INLINE void narrow_tile(const int G, const int R, const bool is_full, const conv_job *job, ptrdiff_t image, const float *x,
                        ptrdiff_t row_floats, ptrdiff_t ky, ptrdiff_t c, conv_scratch *own)
{
    conv_shape     *s = job->shape;
    const ptrdiff_t out_c = s->out_c, step = (ptrdiff_t)s->stride_w * s->in_c, tap_row = s->dilation_h * row_floats;
    const int       lanes = is_full ? LANES : (int)(out_c - c);
    const float    *dy = job->grads.dy + image * positions_of(s) * out_c + c, *y = job->grads.y;
    float          *dw = own->dw + ky * R * out_c + c;
    vf              acc[27], bias = set1(0);

    y = s->activation != MOTE_MATH_LINEAR ? y + image * positions_of(s) * out_c + c : dy;
    UNROLL for (int t = 0; t < G * R; t++) acc[t] = is_full ? load(dw + t * out_c) : load_part(dw + t * out_c, lanes);
    for (ptrdiff_t oy = 0; oy < s->out_h; oy++) {
        const float *from = x + (oy * s->stride_h + ky * s->dilation_h) * row_floats;
        for (ptrdiff_t ox = 0; ox < s->out_w; ox++, from += step, dy += out_c, y += out_c) {
            vf g = is_full ? load(dy) : load_part(dy, lanes);
            g = mask_gradient(g, is_full ? load(y) : load_part(y, lanes), s->activation);
            bias += g;
            UNROLL for (int t = 0; t < G * R; t++) acc[t] = fma_(set1(from[t / R * tap_row + t % R]), g, acc[t]);
        }
    }
    UNROLL for (int t = 0; t < G * R; t++)
    {
        if (is_full)
            store(dw + t * out_c, acc[t]);
        else
            store_part(dw + t * out_c, acc[t], lanes);
    }
    if (ky == 0)
        store_up_to(own->db + c, load_up_to(own->db + c, lanes) + bias, lanes);
}

#define NARROW(G, R)                                                                                                        \
    static void narrow_##G##_##R(const conv_job *job, ptrdiff_t image, const float *x, ptrdiff_t row_floats, ptrdiff_t ky,  \
                                 ptrdiff_t c, conv_scratch *own)                                                            \
    {                                                                                                                       \
        if (job->shape->out_c - c >= LANES)                                                                                 \
            narrow_tile(G, R, true, job, image, x, row_floats, ky, c, own);                                                 \
        else                                                                                                                \
            narrow_tile(G, R, false, job, image, x, row_floats, ky, c, own);                                                \
    }
NARROW(3, 3)
#if defined(MOTE_ISA_avx512)
NARROW(3, 9)
enum { ROWS_OF_9 = 3 };
#define narrow_of_9 narrow_3_9
#else
NARROW(1, 9)
enum { ROWS_OF_9 = 1 };
#define narrow_of_9 narrow_1_9
#endif

void ISA(conv2d_first_layer_image)(const conv_job *job, ptrdiff_t image, conv_scratch *own)
{
    conv_shape  *s = job->shape;
    padded       layout;
    const float *x = ISA(conv2d_input_image)(job, job->grads.x, image, own->in, &layout);
    ptrdiff_t    row_floats = layout.width * s->in_c;

    for (ptrdiff_t c = 0; c < s->out_c; c += LANES)
        if (s->in_c == 1)
            narrow_3_3(job, image, x, row_floats, 0, c, own);
        else
            for (ptrdiff_t ky = 0; ky < 3; ky += ROWS_OF_9)
                narrow_of_9(job, image, x, row_floats, ky, c, own);
}
