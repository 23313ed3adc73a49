/* What convolutions and pooling share: how far the window reaches, how many outputs it has, where padding goes.
 *   reach = (kernel - 1) * dilation + 1
 *   SAME:  out = ceil(in / stride), padding = max((out - 1) * stride + reach - in, 0), the odd one at the end
 *   VALID: out = floor((in - reach) / stride) + 1, no padding
 * Source: TensorFlow Lite's ComputePaddingHeightWidth (kernels/padding.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_WINDOW_H
#define MRT_OPS_WINDOW_H

#include "../attributes.h"
#include "../kernels/window.h"
#include "../op.h"

/* One direction. */
typedef struct mrt_axis {
    int32_t in, kernel, stride, dilation;
    int32_t out, before; /* results */
    int64_t padded;      /* the input with its padding */
} mrt_axis;

/* name: of the size, "height" or "width". */
static MRT_COLD mrt_reason mrt_resolve_axis(mrt_call *c, const char *name, int32_t padding, mrt_axis *axis)
{
    int64_t reach, added;

    (void)name;
    MRT_REQUIRE(c, axis->kernel >= 1 && axis->stride >= 1 && axis->dilation >= 1, OPTIONS,
                "window %d, stride %d, dilation %d along the %s: all must be at least 1", (int)axis->kernel,
                (int)axis->stride, (int)axis->dilation, name);
    reach = ((int64_t)axis->kernel - 1) * axis->dilation + 1;
    MRT_REQUIRE(c, reach + axis->in + axis->stride <= INT32_MAX, SIZE, "a window that reaches over %lld is too large",
                (long long)reach);
    axis->before = 0;
    axis->padded = axis->in;
    if (padding == MRT_PADDING_VALID) {
        MRT_REQUIRE(c, reach <= axis->in, SHAPE,
                    "the window's %s is %lld, the input's only %d; use SAME padding or a smaller window", name,
                    (long long)reach, (int)axis->in);
        axis->out = (axis->in - (int32_t)reach) / axis->stride + 1;
        return MRT_REASON_NONE;
    }
    axis->out = (axis->in - 1) / axis->stride + 1;
    added = ((int64_t)axis->out - 1) * axis->stride + reach - axis->in;
    if (added > 0) {
        axis->before = (int32_t)added / 2;
        axis->padded += added;
    }
    return MRT_REASON_NONE;
}

/* window: kernel, strides and dilations are given. For operand 0 [N, H, W, C], fills in the rest. The kernels count in 31
 * bits over the padded input. */
static MRT_COLD mrt_reason mrt_resolve_window(mrt_call *c, int32_t padding, int32_t out_c, mrt_window *window)
{
    const mrt_tensor *in = &c->in[0];
    mrt_axis          h, w;

    MRT_REQUIRE(c, in->rank == 4, SHAPE, "input has shape %s, [N,H,W,C] expected", MRT_SHAPE(in));
    MRT_REQUIRE(c, in->count > 0, SHAPE, "input %s is empty", MRT_SHAPE(in));
    h.in = in->dim[1];
    h.kernel = window->kernel_h;
    h.stride = window->stride_h;
    h.dilation = window->dilation_h;
    w.in = in->dim[2];
    w.kernel = window->kernel_w;
    w.stride = window->stride_w;
    w.dilation = window->dilation_w;
    MRT_TRY(mrt_resolve_axis(c, "height", padding, &h));
    MRT_TRY(mrt_resolve_axis(c, "width", padding, &w));
    MRT_REQUIRE(c, h.padded <= INT32_MAX / w.padded && h.padded * w.padded <= INT32_MAX / in->dim[3], SIZE,
                "the padded input of %lld x %lld x %d values is too large", (long long)h.padded, (long long)w.padded,
                (int)in->dim[3]);
    window->batch = in->dim[0];
    window->in_h = h.in;
    window->in_w = w.in;
    window->in_c = in->dim[3];
    window->out_h = h.out;
    window->out_w = w.out;
    window->out_c = out_c;
    window->pad_top = h.before;
    window->pad_left = w.before;
    return MRT_REASON_NONE;
}

/* Output 0 is [N, out_h, out_w, out_c]. */
static MRT_COLD mrt_reason mrt_set_window_shape(mrt_call *c, const mrt_window *window)
{
    int32_t dim[4];

    dim[0] = window->batch;
    dim[1] = window->out_h;
    dim[2] = window->out_w;
    dim[3] = window->out_c;
    return mrt_set_shape(c, 0, c->in[0].type, 4, dim);
}

/* ---- overlap ----
 * Before position r is read, all of the positions before it are written, and `early` values of its own. So in[0] must lie
 * above out by at least
 *
 *     max over r of  r * out_c + early - first(r)        r = (b * out_h + oy) * out_w + ox
 *
 * values, where first(r) is the first value of r's window. Both are sums of a part of b, one of oy and one of ox; so the
 * maximum is the sum of three, each over one direction. */
#if defined(MRT_SENTENCES)
/* max over k of k * out_step - max(k * stride - before, 0) * in_step: from either side of the padding it is linear in k, so
 * that the ends will do. */
static MRT_UNUSED int64_t mrt_overlap_along(int64_t out, int64_t stride, int64_t before, int64_t out_step, int64_t in_step)
{
    const int64_t padded_last = before > 0 ? (before - 1) / stride : -1, inside = padded_last + 1, last = out - 1;
    int64_t       most = (padded_last < last ? padded_last : last) * out_step;

    if (inside <= last) {
        const int64_t at_first = inside * out_step - (inside * stride - before) * in_step;
        const int64_t at_last = last * out_step - (last * stride - before) * in_step;
        most = padded_last >= 0 && most > at_first ? most : at_first;
        most = most > at_last ? most : at_last;
    }
    return most;
}

/* In bytes, for values of value_bytes in and out: of a kernel that writes positions in their order and has read a
 * position's whole window before it writes to that position, or goes on as if: channel i of the output needs only channels
 * i and up of the input. `early`: how many values of a position it writes before, and still reads the window from its
 * beginning (out_c - 1 where each output channel is a sum of its own over all input channels). Exact where the window is
 * dense; where it is dilated and padded, up to a dilation more than needed. */
static MRT_UNUSED ptrdiff_t mrt_window_overlap(const mrt_window *w, size_t value_bytes, int32_t early)
{
    const int64_t out_row = (int64_t)w->out_w * w->out_c, in_row = (int64_t)w->in_w * w->in_c;
    const int64_t growth = w->out_h * out_row - w->in_h * in_row; /* of one image */
    int64_t       values = early;

    values += mrt_overlap_along(w->out_w, w->stride_w, w->pad_left, w->out_c, w->in_c);
    values += mrt_overlap_along(w->out_h, w->stride_h, w->pad_top, out_row, in_row);
    values += growth > 0 ? (w->batch - 1) * growth : 0;
    return (ptrdiff_t)values * (ptrdiff_t)value_bytes;
}
#endif

#endif
