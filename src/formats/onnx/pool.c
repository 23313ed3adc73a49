/* Pools. Padding counts for nothing in a maximum, and in a mean only where the file says so.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <string.h>

#include "formats/onnx/operators.h"
#include "formats/onnx/window.h"

/* Outputs along height (0) or width (1); of ceil_mode the last window may begin within the input or the padding before it,
 * and then reaches beyond. */
static int32_t count_outs(const mote_onnx_window *w, int32_t i, bool rounds_up)
{
    const int64_t room = (int64_t)w->in[i] + w->before[i] + w->behind[i] - mote_onnx_reach(w, i);
    int64_t       outs = (room + (rounds_up ? w->stride[i] - 1 : 0)) / w->stride[i] + 1;

    if (room < 0 && !rounds_up)
        return 0;
    if (rounds_up && (outs - 1) * w->stride[i] >= (int64_t)w->in[i] + w->before[i])
        outs--;
    return (int32_t)outs;
}

/* As much padding behind as the windows take: more with ceil_mode, or less, where the last element is left out. */
static bool settle_behind(mote_import_call *c, mote_onnx_window *w, int32_t *outs)
{
    const bool rounds_up = mote_import_int(c, "ceil_mode", 0) != 0;
    int32_t    i;

    for (i = 0; i < 2; i++) {
        int64_t behind;
        outs[i] = count_outs(w, i, rounds_up);
        if (outs[i] < 1) {
            mote_import_wrong(c, "a window of %d over %d elements", w->kernel[i], w->in[i]);
            return false;
        }
        behind = ((int64_t)outs[i] - 1) * w->stride[i] + mote_onnx_reach(w, i) - w->in[i] - w->before[i];
        if (behind > w->behind[i])
            w->behind[i] = (int32_t)behind;
    }
    return true;
}

static mote_id pool(mote_import_call *c, mote_op_kind kind, mote_id x, const mote_onnx_window *w, bool is_same)
{
    mote_import_op op = {.op = kind, .in = &x, .in_count = 1};

    op.as.max_pool_2d.filter_h = w->kernel[0];
    op.as.max_pool_2d.filter_w = w->kernel[1];
    op.as.max_pool_2d.stride_h = w->stride[0];
    op.as.max_pool_2d.stride_w = w->stride[1];
    op.as.max_pool_2d.padding = is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID;
    return mote_import_add(c, &op);
}

/* ---- MaxPool ---- */

/* Elements mirrored at the edge are in the window that reads them already, if the padding is at most half of it: they change
 * no maximum, and, unlike the least number, no range of values. */
static bool may_mirror(const mote_onnx_window *w)
{
    int32_t i;

    for (i = 0; i < 2; i++)
        if (w->before[i] > w->kernel[i] / 2 || w->behind[i] > w->kernel[i] / 2 || w->before[i] > w->in[i] ||
            w->behind[i] > w->in[i] || w->kernel[i] > w->in[i] + w->before[i])
            return false;
    return true;
}

static mote_id padded_for_max(mote_import_call *c, mote_id x, const mote_onnx_window *w)
{
    const int32_t before[] = {0, w->before[0], w->before[1], 0}, behind[] = {0, w->behind[0], w->behind[1], 0};

    if (!mote_onnx_is_padded(w))
        return x;
    if (may_mirror(w))
        return mote_import_pad_mirror(c, x, before, behind, true);
    if (mote_import_tensor_at(c, x)->dtype != MOTE_F32)
        mote_import_refuse(c, "padding of more than half a window, of other numbers than float32");
    return mote_import_pad_with(c, x, before, behind, -FLT_MAX);
}

static void import_max_pool(mote_import_call *c)
{
    mote_onnx_window w;
    int32_t          outs[2];
    bool             is_same;
    mote_id          x;

    if (!mote_onnx_read_window(c, &w, NULL))
        return;
    if (w.dilation[0] != 1 || w.dilation[1] != 1) {
        mote_import_refuse(c, "dilations");
        return;
    }
    is_same = mote_onnx_is_same(&w) && mote_import_int(c, "ceil_mode", 0) == 0;
    if (!settle_behind(c, &w, outs))
        return;
    x = mote_onnx_image(c);
    mote_onnx_give_image(
        c, pool(c, MOTE_OP_MAX_POOL_2D, is_same ? x : padded_for_max(c, x, &w), &w, is_same && mote_onnx_is_padded(&w)));
}

/* ---- AveragePool ---- */

/* How many elements each window has that are counted: by how much a mean over all of its places must grow. NULL: none has
 * to. asked: the padding behind that the file names, which counts, unlike what ceil_mode adds. */
static float *growth(mote_import_call *c, const mote_onnx_window *w, const int32_t *asked, const int32_t *outs,
                     bool counts_padding)
{
    float  *out = mote_import_take(c, (size_t)outs[0] * (size_t)outs[1], sizeof *out);
    bool    is_needed = false;
    int32_t y[2], i, k;

    for (y[0] = 0; out && y[0] < outs[0]; y[0]++)
        for (y[1] = 0; y[1] < outs[1]; y[1]++) {
            int32_t counted[2] = {0, 0};
            for (i = 0; i < 2; i++)
                for (k = 0; k < w->kernel[i]; k++) {
                    const int64_t at = (int64_t)y[i] * w->stride[i] + (int64_t)k * w->dilation[i] - w->before[i];
                    counted[i] += counts_padding ? at < w->in[i] + asked[i] : at >= 0 && at < w->in[i];
                }
            out[(size_t)y[0] * (size_t)outs[1] + (size_t)y[1]] =
                (float)(w->kernel[0] * w->kernel[1]) / (float)(counted[0] * counted[1]);
            is_needed |= counted[0] * counted[1] != w->kernel[0] * w->kernel[1];
        }
    return is_needed ? out : NULL;
}

/* The mean of each channel by itself, as a convolution: of windows with gaps. */
static mote_id dilated_mean(mote_import_call *c, mote_id x, const mote_onnx_window *w)
{
    const int32_t  channels = mote_import_tensor_at(c, x)->dim[3], taps = w->kernel[0] * w->kernel[1];
    const int32_t  dim[] = {1, w->kernel[0], w->kernel[1], channels};
    float         *weights = mote_import_take(c, (size_t)channels * (size_t)taps, sizeof *weights);
    mote_import_op op = {.op = MOTE_OP_DEPTHWISE_CONV_2D, .in_count = 2};
    mote_id        in[2];
    int32_t        i;

    for (i = 0; weights && i < channels * taps; i++)
        weights[i] = 1.0f / (float)taps;
    in[0] = x;
    in[1] = weights ? mote_import_const(c, MOTE_F32, 4, dim, weights) : MOTE_NONE;
    op.in = in;
    op.as.depthwise_conv_2d = (mrt_conv_attributes){.stride_h = w->stride[0],
                                                    .stride_w = w->stride[1],
                                                    .dilation_h = w->dilation[0],
                                                    .dilation_w = w->dilation[1],
                                                    .depth_multiplier = 1};
    return mote_import_add(c, &op);
}

static mote_id mean_of_padded(mote_import_call *c, const mote_onnx_window *w, const int32_t *asked, const int32_t *outs,
                              bool counts_padding)
{
    const int32_t before[] = {0, w->before[0], w->before[1], 0}, behind[] = {0, w->behind[0], w->behind[1], 0};
    const int32_t dim[] = {1, outs[0], outs[1], 1};
    const float  *by = growth(c, w, asked, outs, counts_padding);
    mote_id       x = mote_onnx_image(c);

    if (mote_onnx_is_padded(w))
        x = mote_import_pad_zero(c, x, before, behind);
    x = w->dilation[0] == 1 && w->dilation[1] == 1 ? pool(c, MOTE_OP_AVERAGE_POOL_2D, x, w, false) : dilated_mean(c, x, w);
    return by ? mote_import_binary(c, MOTE_OP_MUL, x, mote_import_const(c, MOTE_F32, 4, dim, by)) : x;
}

static void import_average_pool(mote_import_call *c)
{
    const bool       counts_padding = mote_import_int(c, "count_include_pad", 0) != 0;
    mote_onnx_window w;
    int32_t          outs[2], asked[2];
    bool             is_same;

    if (!mote_onnx_read_window(c, &w, NULL))
        return;
    is_same = mote_onnx_is_same(&w) && mote_import_int(c, "ceil_mode", 0) == 0 && !counts_padding && w.dilation[0] == 1 &&
              w.dilation[1] == 1;
    memcpy(asked, w.behind, sizeof asked);
    if (!settle_behind(c, &w, outs))
        return;
    if (is_same)
        mote_onnx_give_image(c, pool(c, MOTE_OP_AVERAGE_POOL_2D, mote_onnx_image(c), &w, mote_onnx_is_padded(&w)));
    else
        mote_onnx_give_image(c, mean_of_padded(c, &w, asked, outs, counts_padding));
}

/* ---- over the whole image ---- */

static void import_global(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_common_order(c, 0, 1, x->shape.rank);

    if (x->shape.rank < 3)
        mote_import_wrong(c, "an image of %d dimensions", x->shape.rank - 2);
    else
        mote_import_give(c, 0,
                         mote_import_reduce(c, (mote_op_kind)c->row->kind, mote_import_as(c, x, &order),
                                            mote_import_turned(&order, ((1u << x->shape.rank) - 1u) & ~3u), true),
                         order.axis);
}

const mote_import_row mote_onnx_pools[] = {{"MaxPool", MOTE_IMPORT_IMAGE, 1, 1, 1, import_max_pool, 0},
                                           {"AveragePool", MOTE_IMPORT_IMAGE, 1, 1, 1, import_average_pool, 0},
                                           {"GlobalAveragePool", MOTE_IMPORT_IMAGE, 1, 1, 1, import_global, MOTE_OP_MEAN},
                                           {"GlobalMaxPool", MOTE_IMPORT_IMAGE, 1, 1, 1, import_global, MOTE_OP_REDUCE_MAX},
                                           {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
