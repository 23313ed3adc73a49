/* The window that convolutions and pooling slide over an image: which of its taps lie inside the input.
 *
 *     row(oy, ky) = oy * stride_h - pad_top + ky * dilation_h, columns alike
 *
 * Padding is no data: taps outside the input are left out, by clipping the range of taps once for each output position.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_WINDOW_H
#define MRT_WINDOW_H

#include "../mrt.h"

/* in [batch, in_h, in_w, in_c], out [batch, out_h, out_w, out_c]. in_h plus the window's reach fits in 31 bits, in_w too. */
typedef struct mrt_window {
    int32_t batch, in_h, in_w, in_c, out_h, out_w, out_c;
    int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    int32_t pad_top, pad_left;
} mrt_window;

/* Taps first <= k < end lie inside; tap `first` reads input row (column) `in`. */
typedef struct mrt_taps {
    int32_t first, end, in;
} mrt_taps;

/* start: where tap 0 reads; size: the input's. */
MRT_INLINE mrt_taps mrt_clip_taps(int32_t start, int32_t dilation, int32_t kernel, int32_t size)
{
    mrt_taps taps;

    taps.first = start < 0 ? (dilation - 1 - start) / dilation : 0;
    taps.end = start < size ? mrt_min_i32(kernel, (size - 1 - start) / dilation + 1) : 0;
    taps.in = start + taps.first * dilation;
    return taps;
}

MRT_INLINE mrt_taps mrt_window_rows(const mrt_window *window, int32_t oy)
{
    return mrt_clip_taps(oy * window->stride_h - window->pad_top, window->dilation_h, window->kernel_h, window->in_h);
}

MRT_INLINE mrt_taps mrt_window_columns(const mrt_window *window, int32_t ox)
{
    return mrt_clip_taps(ox * window->stride_w - window->pad_left, window->dilation_w, window->kernel_w, window->in_w);
}

#endif
