/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

/* One direction. */
typedef struct mrt_axis {
    int32_t in, kernel, stride, dilation;
    int32_t out, before;
    int64_t padded; /* the input with its padding */
} mrt_axis;

static mrt_reason mrt_resolve_axis(mrt_axis *axis, uint32_t mode)
{
    int64_t reach, padding;

    if (axis->kernel < 1 || axis->stride < 1 || axis->dilation < 1)
        return MRT_REASON_OPTIONS;
    reach = ((int64_t)axis->kernel - 1) * axis->dilation + 1;
    if (reach + axis->in + axis->stride > INT32_MAX)
        return MRT_REASON_SIZE;
    axis->before = 0;
    axis->padded = axis->in;
    if (mode == MRT_PADDING_VALID) {
        if (reach > axis->in)
            return MRT_REASON_SHAPE;
        axis->out = (axis->in - (int32_t)reach) / axis->stride + 1;
        return MRT_REASON_NONE;
    }
    axis->out = (axis->in - 1) / axis->stride + 1;
    padding = ((int64_t)axis->out - 1) * axis->stride + reach - axis->in;
    if (padding > 0) {
        axis->before = (int32_t)padding / 2;
        axis->padded += padding;
    }
    return MRT_REASON_NONE;
}

/* The kernels count in 31 bits: over the padded input; the output's bytes are its tensor's, which were checked. */
static int mrt_is_countable(const mrt_axis *h, const mrt_axis *w, int32_t channels)
{
    return h->padded <= INT32_MAX / w->padded && h->padded * w->padded <= INT32_MAX / channels;
}

MRT_API mrt_reason mrt_resolve_window(const mrt_build *b, uint32_t padding, int32_t out_c, mrt_window *window)
{
    const mrt_tensor *in = &b->in[0];
    mrt_axis          h, w;
    int32_t           shape[4];

    if (padding > MRT_PADDING_VALID)
        return MRT_REASON_OPTIONS;
    if (in->rank != 4 || in->count == 0)
        return MRT_REASON_SHAPE;
    h.in = in->dim[1];
    h.kernel = window->kernel_h;
    h.stride = window->stride_h;
    h.dilation = window->dilation_h;
    w.in = in->dim[2];
    w.kernel = window->kernel_w;
    w.stride = window->stride_w;
    w.dilation = window->dilation_w;
    MRT_TRY(mrt_resolve_axis(&h, padding));
    MRT_TRY(mrt_resolve_axis(&w, padding));
    if (!mrt_is_countable(&h, &w, in->dim[3]))
        return MRT_REASON_SIZE;
    window->batch = shape[0] = in->dim[0];
    window->in_h = h.in;
    window->in_w = w.in;
    window->in_c = in->dim[3];
    window->out_h = shape[1] = h.out;
    window->out_w = shape[2] = w.out;
    window->out_c = shape[3] = out_c;
    window->pad_top = h.before;
    window->pad_left = w.before;
    return mrt_check_shape(b, 4, shape);
}
