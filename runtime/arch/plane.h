/* DEPTHWISE_CONV_2D, int8, a channel at a time: the channel is copied into a plane of its own in scratch, with its padding,
 * where its values are neighbours; then nothing needs clipping. This file has what the variants share.
 *
 *     for each input channel:  copy it into the plane
 *         for each of its output channels:  sums over the plane, requantize, store
 *
 * A channel is read whole before any of its outputs is written, and outputs of channel c lie where inputs of channel c were:
 * with depth multiplier 1 the output may be the input's own memory.
 * is_transposed: the plane's rows are the image's columns; better where those are longer.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_PLANE_H
#define MRT_ARCH_PLANE_H

#include "../kernels/window.h"
#include "channel.h"

typedef struct mrt_depthwise_plane_params {
    mrt_window               window;
    mrt_output               output;
    int32_t                  in_zero, is_transposed;
    const MRT_FLASH int8_t  *w;        /* [1, kernel_h, kernel_w, out_c] */
    const MRT_FLASH int32_t *channels; /* [out_c, MRT_CHANNEL_WORDS], the zero point folded into the bias */
} mrt_depthwise_plane_params;

/* One axis of the window, with the steps that it means in memory. */
typedef struct mrt_plane_axis {
    int32_t in, out, kernel, stride, dilation, pad; /* sizes in positions */
    int32_t in_step, out_step, w_step;              /* to the next position, in bytes */
} mrt_plane_axis;

typedef struct mrt_plane {
    mrt_plane_axis row, column; /* row: from one row of the plane to the next */
    int32_t        rows, pitch; /* what of the input, with its padding, is in the plane; pitch: values from row to row */
    int32_t        copied_rows, copied_columns;
} mrt_plane;

MRT_INLINE mrt_plane_axis mrt_plane_vertical(const mrt_window *window)
{
    mrt_plane_axis axis;

    axis.in = window->in_h;
    axis.out = window->out_h;
    axis.kernel = window->kernel_h;
    axis.stride = window->stride_h;
    axis.dilation = window->dilation_h;
    axis.pad = window->pad_top;
    axis.in_step = window->in_w * window->in_c;
    axis.out_step = window->out_w * window->out_c;
    axis.w_step = window->kernel_w * window->out_c;
    return axis;
}

MRT_INLINE mrt_plane_axis mrt_plane_horizontal(const mrt_window *window)
{
    mrt_plane_axis axis;

    axis.in = window->in_w;
    axis.out = window->out_w;
    axis.kernel = window->kernel_w;
    axis.stride = window->stride_w;
    axis.dilation = window->dilation_w;
    axis.pad = window->pad_left;
    axis.in_step = window->in_c;
    axis.out_step = window->out_c;
    axis.w_step = window->out_c;
    return axis;
}

/* unit: so many outputs of a row are computed at once, beyond its end too. */
MRT_INLINE mrt_plane mrt_plane_of(const mrt_window *window, int32_t is_transposed, int32_t unit)
{
    mrt_plane plane;
    int32_t   columns;

    plane.row = is_transposed ? mrt_plane_horizontal(window) : mrt_plane_vertical(window);
    plane.column = is_transposed ? mrt_plane_vertical(window) : mrt_plane_horizontal(window);
    columns = (plane.column.out + unit - 1) / unit * unit;
    plane.rows = (plane.row.out - 1) * plane.row.stride + (plane.row.kernel - 1) * plane.row.dilation + 1;
    plane.pitch = (columns - 1) * plane.column.stride + (plane.column.kernel - 1) * plane.column.dilation + 1;
    plane.pitch = (plane.pitch + 1) & ~1;
    plane.copied_rows = mrt_min_i32(plane.row.in, plane.rows - plane.row.pad);
    plane.copied_columns = mrt_min_i32(plane.column.in, plane.pitch - plane.column.pad);
    return plane;
}

/* NAME(plane, in, values): one channel of `in` comes into the plane's middle. */
#define MRT_PLANE_COPY(NAME, IN, VALUE)                                                                                     \
    MRT_INLINE void NAME(const mrt_plane *plane, const IN *in, VALUE *values)                                               \
    {                                                                                                                       \
        int32_t row, i;                                                                                                     \
                                                                                                                            \
        values += plane->row.pad * plane->pitch + plane->column.pad;                                                        \
        for (row = 0; row < plane->copied_rows; row++, in += plane->row.in_step, values += plane->pitch) {                  \
            const IN *from = in;                                                                                            \
            VALUE    *to = values;                                                                                          \
            for (i = plane->copied_columns; i >= 4; i -= 4, to += 4, from += 4 * plane->column.in_step) {                   \
                to[0] = from[0];                                                                                            \
                to[1] = from[plane->column.in_step];                                                                        \
                to[2] = from[2 * plane->column.in_step];                                                                    \
                to[3] = from[3 * plane->column.in_step];                                                                    \
            }                                                                                                               \
            for (; i > 0; i--, from += plane->column.in_step)                                                               \
                *to++ = *from;                                                                                              \
        }                                                                                                                   \
    }

/* 3 x 3 without dilation has its own inner loops. */
MRT_INLINE int mrt_plane_is_3x3(const mrt_window *window)
{
    return window->kernel_h == 3 && window->kernel_w == 3 && window->dilation_h == 1 && window->dilation_w == 1;
}

#endif
