/* DEPTHWISE_CONV_2D, int16 with int8 weights, a channel at a time (plane.h): the bytes of mrt_conv_groups_i16. What the
 * variants share: the plane of int16, any window, and the walk over channels. channels: channel_i16.h's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_PLANE_I16_H
#define MRT_ARCH_PLANE_I16_H

#include "channel_i16.h"
#include "plane.h"

/* Two halfwords beyond the plane are read. */
MRT_INLINE int32_t mrt_plane_i16_count(const mrt_plane *plane)
{
    return plane->rows * plane->pitch + 2;
}

/* The plane, then the weights of one channel. */
MRT_INLINE int32_t mrt_plane_i16_scratch(const mrt_window *window, int32_t is_transposed, int32_t unit)
{
    const mrt_plane plane = mrt_plane_of(window, is_transposed, unit);

    return 2 * (mrt_plane_i16_count(&plane) + window->kernel_h * window->kernel_w);
}

MRT_PLANE_COPY(mrt_plane_copy_i16, int16_t, int16_t)

/* weights: of the channel, in a row. */
MRT_INLINE uint32_t mrt_plane_i16_sum(const mrt_plane *plane, const int16_t *values, const int16_t *weights)
{
    uint32_t sum = 0;
    int32_t  ky, kx;

    for (ky = 0; ky < plane->row.kernel; ky++, values += plane->row.dilation * plane->pitch)
        for (kx = 0; kx < plane->column.kernel; kx++)
            sum += (uint32_t)(values[kx * plane->column.dilation] * *weights++);
    return sum;
}

/* Any window. */
MRT_INLINE void mrt_depthwise_any_i16(const mrt_depthwise_plane_params *p, const mrt_plane *plane, const int16_t *values,
                                      int16_t *weights, int32_t o, int16_t *out)
{
    const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    int32_t           row, i, ky, kx;

    for (ky = 0, i = 0; ky < plane->row.kernel; ky++)
        for (kx = 0; kx < plane->column.kernel; kx++)
            weights[i++] = p->w[o + ky * plane->row.w_step + kx * plane->column.w_step];
    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step)
        for (i = 0; i < plane->column.out; i++)
            out[i * plane->column.out_step] = mrt_output_i16(
                &p->output, &c, (uint32_t)c.bias + mrt_plane_i16_sum(plane, values + i * plane->column.stride, weights));
}

/* One channel of a 3 x 3 window without dilation: a variant's own. */
typedef void mrt_depthwise_3x3_i16(const mrt_depthwise_plane_params *p, const mrt_plane *plane, const int16_t *values,
                                   int32_t o, int16_t *out);

MRT_INLINE void mrt_depthwise_planes_i16(const mrt_depthwise_plane_params *p, int32_t unit, mrt_depthwise_3x3_i16 *run_3x3,
                                         const int16_t *in, int16_t *out, void *scratch)
{
    const mrt_window *window = &p->window;
    const mrt_plane   plane = mrt_plane_of(window, p->is_transposed, unit);
    const int32_t     count = mrt_plane_i16_count(&plane), multiplier = window->out_c / window->in_c;
    int16_t *const    values = (int16_t *)scratch;
    int32_t           b, i, o;

    for (i = 0; i < count; i++)
        values[i] = 0;
    for (b = 0; b < window->batch; b++) {
        for (i = 0; i < window->in_c; i++) {
            mrt_plane_copy_i16(&plane, in + i, values);
            for (o = i * multiplier; o < (i + 1) * multiplier; o++)
                if (mrt_plane_is_3x3(window))
                    run_3x3(p, &plane, values, o, out + o);
                else
                    mrt_depthwise_any_i16(p, &plane, values, values + count, o, out + o);
        }
        in += window->in_h * window->in_w * window->in_c;
        out += window->out_h * window->out_w * window->out_c;
    }
}

#endif
