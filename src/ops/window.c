/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/window.h"

/* One direction of a window. */
typedef struct mote_window_axis {
    const char *name; /* of the size: "height", "width" */
    int32_t     in, kernel, stride, dilation;
    int32_t     out, before, after; /* results */
} mote_window_axis;

static mote_status resolve_axis(const mote_graph *graph, const mote_node *node, mote_padding_mode mode,
                                mote_window_axis *axis, mote_error *err)
{
    int64_t reach, padding;

    if (axis->kernel < 1 || axis->stride < 1 || axis->dilation < 1)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err,
                            "window %d, stride %d, dilation %d along the %s: all must be at least 1", axis->kernel,
                            axis->stride, axis->dilation, axis->name);
    reach = ((int64_t)axis->kernel - 1) * axis->dilation + 1;
    if (reach + axis->in + axis->stride > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "a window that reaches over %lld is too large",
                            (long long)reach);
    if (mode == MOTE_PADDING_VALID) {
        if (reach > axis->in)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err,
                                "the window's %s is %lld, the input's only %d; use SAME padding or a smaller window",
                                axis->name, (long long)reach, axis->in);
        axis->out = (int32_t)((axis->in - reach) / axis->stride + 1);
        axis->before = axis->after = 0;
        return MOTE_OK;
    }
    axis->out = (axis->in - 1) / axis->stride + 1;
    padding = ((int64_t)axis->out - 1) * axis->stride + reach - axis->in;
    padding = padding > 0 ? padding : 0;
    axis->before = (int32_t)(padding / 2);
    axis->after = (int32_t)(padding - padding / 2);
    return MOTE_OK;
}

/* The kernels count in 31 bits: over the padded input, and over the output's bytes. */
static mote_status check_sizes(const mote_graph *graph, const mote_node *node, const mote_window_axis *h,
                               const mote_window_axis *w, int32_t out_c, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);
    size_t             out = mote_size_mul((size_t)mote_dtype_bits(in->dtype) / 8, (size_t)in->dim[0]);
    size_t             padded_h = (size_t)h->in + (size_t)h->before + (size_t)h->after,
           padded_w = (size_t)w->in + (size_t)w->before + (size_t)w->after,
           padded = mote_size_mul(mote_size_mul(padded_h, padded_w), (size_t)in->dim[3]);

    out = mote_size_mul(mote_size_mul(out, (size_t)h->out), mote_size_mul((size_t)w->out, (size_t)out_c));
    if (padded > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "the padded input of %zu x %zu x %d values is too large",
                            padded_h, padded_w, in->dim[3]);
    if (out > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err, "the output of %d x %d x %d x %d values is larger than 2 GiB",
                            in->dim[0], h->out, w->out, out_c);
    return MOTE_OK;
}

mote_status mote_window_infer(mote_graph *graph, mote_node *node, const mote_window *window, mote_padding *padding,
                              int32_t out_c, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);
    mote_window_axis   h, w;

    if (in->rank != 4)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input has shape %s, [N,H,W,C] expected",
                            mote_shape_show(in).text);
    if (mote_tensor_count(in) == 0)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s is empty", mote_shape_show(in).text);
    h = (mote_window_axis){"height", in->dim[1], window->kernel_h, window->stride_h, window->dilation_h, 0, 0, 0};
    w = (mote_window_axis){"width", in->dim[2], window->kernel_w, window->stride_w, window->dilation_w, 0, 0, 0};
    MOTE_TRY(resolve_axis(graph, node, padding->mode, &h, err));
    MOTE_TRY(resolve_axis(graph, node, padding->mode, &w, err));
    MOTE_TRY(check_sizes(graph, node, &h, &w, out_c, err));
    padding->top = h.before;
    padding->bottom = h.after;
    padding->left = w.before;
    padding->right = w.after;
    mote_set_output(graph, node, 0, in->dtype, 4, (const int32_t[]){in->dim[0], h.out, w.out, out_c});
    return MOTE_OK;
}

mrt_window mote_window_prepare(const mote_graph *graph, const mote_node *node, const mote_window *window,
                               const mote_padding *padding)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);

    return (mrt_window){.batch = in->dim[0],
                        .in_h = in->dim[1],
                        .in_w = in->dim[2],
                        .in_c = in->dim[3],
                        .out_h = out->dim[1],
                        .out_w = out->dim[2],
                        .out_c = out->dim[3],
                        .kernel_h = window->kernel_h,
                        .kernel_w = window->kernel_w,
                        .stride_h = window->stride_h,
                        .stride_w = window->stride_w,
                        .dilation_h = window->dilation_h,
                        .dilation_w = window->dilation_w,
                        .pad_top = padding->top,
                        .pad_left = padding->left};
}

size_t mote_window_macs(const mote_graph *graph, const mote_node *node, const mote_window *window, int32_t macs_per_tap)
{
    size_t taps = mote_size_mul((size_t)window->kernel_h, (size_t)window->kernel_w);

    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), mote_size_mul(taps, (size_t)macs_per_tap));
}

/* ---- overlap ----
 * Before position r is read, all of the positions before it are written, and `early` values of its own. So in[0] must lie
 * above out by at least
 *
 *     max over r of  r * out_c + early - first(r)        r = (b * out_h + oy) * out_w + ox
 *
 * values, where first(r) is the first value of r's window. Both are sums of a part of b, one of oy and one of ox; so the
 * maximum is the sum of three, each over one direction. */

/* max over k of k * out_step - max(k * stride - before, 0) * in_step: from either side of the padding it is linear in k, so
 * that the ends will do. */
static int64_t overlap_along(int64_t out, int64_t stride, int64_t before, int64_t out_step, int64_t in_step)
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

ptrdiff_t mote_window_overlap(const mrt_window *window, size_t value_bytes, int32_t early)
{
    const mrt_window *w = window;
    const int64_t     out_row = (int64_t)w->out_w * w->out_c, in_row = (int64_t)w->in_w * w->in_c;
    const int64_t     growth = w->out_h * out_row - w->in_h * in_row; /* of one image */
    int64_t           values = early;

    values += overlap_along(w->out_w, w->stride_w, w->pad_left, w->out_c, w->in_c);
    values += overlap_along(w->out_h, w->stride_h, w->pad_top, out_row, in_row);
    values += growth > 0 ? (w->batch - 1) * growth : 0;
    return (ptrdiff_t)values * (ptrdiff_t)value_bytes;
}
