/* Convolutions. ONNX pads each edge by itself; here a window knows VALID and SAME, so that other paddings become a PAD in
 * front (which passes/ fold where they can). One dimension is an image of one row. Weights are permuted here, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"
#include "formats/onnx/window.h"

/* ---- windows ---- */

static int32_t at_or(mote_import_list list, int32_t i, int32_t standard)
{
    return list.count > i ? (int32_t)list.n[i] : standard;
}

static bool is_small_list(mote_import_list list, int32_t least)
{
    int32_t i;

    for (i = 0; i < list.count; i++)
        if (list.n[i] < least || list.n[i] > 1 << 20)
            return false;
    return true;
}

static void pad_automatically(mote_import_call *c, mote_onnx_window *w)
{
    const char *how = mote_import_string(c, "auto_pad", "NOTSET");
    int32_t     i;

    if (strcmp(how, "NOTSET") == 0)
        return;
    if (strcmp(how, "VALID") != 0 && strcmp(how, "SAME_UPPER") != 0 && strcmp(how, "SAME_LOWER") != 0) {
        mote_import_refuse(c, "auto_pad \"%s\"", mote_show_string(how).text);
        return;
    }
    for (i = 0; i < 2; i++) {
        const int64_t outs = (w->in[i] + w->stride[i] - 1) / w->stride[i],
                      all = (outs - 1) * w->stride[i] + mote_onnx_reach(w, i) - w->in[i], needed = all > 0 ? all : 0;
        w->before[i] = how[0] == 'V' ? 0 : (int32_t)(how[5] == 'L' ? needed - needed / 2 : needed / 2);
        w->behind[i] = how[0] == 'V' ? 0 : (int32_t)(needed - w->before[i]);
    }
}

int64_t mote_onnx_reach(const mote_onnx_window *w, int32_t i)
{
    return ((int64_t)w->kernel[i] - 1) * w->dilation[i] + 1;
}

/* kernel: of the weights, where the attribute does not say it. Of one dimension the first of the two is 1. */
bool mote_onnx_read_window(mote_import_call *c, mote_onnx_window *w, const int32_t *kernel)
{
    const mote_import_shape *shape = &mote_import_in(c, 0)->shape;
    const mote_import_list   kernels = mote_import_ints(c, "kernel_shape"), strides = mote_import_ints(c, "strides"),
                           dilations = mote_import_ints(c, "dilations"), pads = mote_import_ints(c, "pads");
    const int32_t axes = shape->rank - 2;
    int32_t       i;

    *w = (mote_onnx_window){.in = {1, 1}, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    if (axes < 1 || axes > 2) {
        mote_import_refuse(c, "images of %d dimensions; of 1 and 2 there are operators", axes);
        return false;
    }
    if ((kernels.count >= 0 && kernels.count != axes) || (strides.count > 0 && strides.count != axes) ||
        (dilations.count > 0 && dilations.count != axes) || (pads.count > 0 && pads.count != 2 * axes) ||
        !is_small_list(kernels, 1) || !is_small_list(strides, 1) || !is_small_list(dilations, 1) ||
        !is_small_list(pads, 0) || (kernels.count < 0 && !kernel)) {
        mote_import_wrong(c, "kernel_shape, strides, dilations and pads do not go together, or are out of range");
        return false;
    }
    for (i = 0; i < axes; i++) {
        const int32_t k = 2 - axes + i;
        w->in[k] = shape->dim[2 + i];
        w->kernel[k] = kernel ? kernel[i] : at_or(kernels, i, 1);
        w->stride[k] = at_or(strides, i, 1);
        w->dilation[k] = at_or(dilations, i, 1);
        w->before[k] = at_or(pads, i, 0);
        w->behind[k] = at_or(pads, i + axes, 0);
        if (kernel && kernels.count >= 0 && kernels.n[i] != kernel[i])
            mote_import_wrong(c, "kernel_shape says %lld, the weights have %d", (long long)kernels.n[i], kernel[i]);
    }
    pad_automatically(c, w);
    return !mote_import_failed(c);
}

/* Whether SAME, which puts the odd element behind, does what the paddings say. */
bool mote_onnx_is_same(const mote_onnx_window *w)
{
    int32_t i;

    for (i = 0; i < 2; i++) {
        const int64_t outs = (w->in[i] + w->stride[i] - 1) / w->stride[i],
                      all = (outs - 1) * w->stride[i] + mote_onnx_reach(w, i) - w->in[i], needed = all > 0 ? all : 0,
                      padded = (int64_t)w->in[i] + w->before[i] + w->behind[i];
        if (w->before[i] != needed / 2 || padded < mote_onnx_reach(w, i) ||
            (padded - mote_onnx_reach(w, i)) / w->stride[i] + 1 != outs)
            return false;
    }
    return true;
}

bool mote_onnx_is_padded(const mote_onnx_window *w)
{
    return w->before[0] > 0 || w->before[1] > 0 || w->behind[0] > 0 || w->behind[1] > 0;
}

/* Operand 0 as [N, H, W, C]; of one dimension H is 1. */
mote_id mote_onnx_image(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_channels_last(x->shape.rank);
    const mote_id            id = mote_import_as(c, x, &order);
    const int32_t            dim[] = {x->shape.dim[0], 1, x->shape.dim[2], x->shape.dim[1]};

    return x->shape.rank == 3 ? mote_import_reshape(c, id, 4, dim) : id;
}

/* Output 0 from [N, H, W, C], in as many dimensions as operand 0 has. */
void mote_onnx_give_image(mote_import_call *c, mote_id id)
{
    const mote_import_order order = mote_import_channels_last(mote_import_in(c, 0)->shape.rank);
    const mote_tensor      *tensor = mote_import_tensor_at(c, id);
    const int32_t           dim[] = {tensor->dim[0], tensor->dim[2], tensor->dim[3]};

    mote_import_give(c, 0, order.rank == 3 ? mote_import_reshape(c, id, 3, dim) : id, order.axis);
}

/* ---- Conv ---- */

/* Weights of the file, [outs, ins, kernel_h, kernel_w]. */
typedef struct weights {
    const float *values;
    int32_t      outs, ins, kernel[2];
} weights;

/* The file has [outs, ins, ...], or of a transposed convolution [ins, outs, ...]. */
static bool read_weights(mote_import_call *c, weights *w)
{
    const mote_import_shape *shape = &mote_import_in(c, 1)->shape;
    const int32_t            axes = mote_import_in(c, 0)->shape.rank - 2;

    w->values = mote_import_floats(c, 1);
    if (!w->values)
        return false;
    if (shape->rank != axes + 2 || mote_import_count(shape) == 0) {
        mote_import_wrong(c, "weights of %d dimensions, the input has %d", shape->rank, axes + 2);
        return false;
    }
    w->outs = shape->dim[0];
    w->ins = shape->dim[1];
    w->kernel[0] = axes == 2 ? shape->dim[2] : 1;
    w->kernel[1] = shape->dim[axes + 1];
    return true;
}

/* [outs, kernel_h, kernel_w, ins]; depthwise [1, kernel_h, kernel_w, outs]. */
static mote_id turned_weights(mote_import_call *c, const weights *w, bool is_depthwise)
{
    const int32_t taps = w->kernel[0] * w->kernel[1];
    const int32_t dim[] = {is_depthwise ? 1 : w->outs, w->kernel[0], w->kernel[1], is_depthwise ? w->outs : w->ins};
    float        *to = mote_import_take(c, (size_t)w->outs * (size_t)w->ins * (size_t)taps, sizeof *to);
    int32_t       o, i, t;

    for (o = 0; to && o < w->outs; o++)
        for (i = 0; i < w->ins; i++)
            for (t = 0; t < taps; t++)
                to[is_depthwise ? (size_t)t * (size_t)w->outs + (size_t)o
                                : ((size_t)o * (size_t)taps + (size_t)t) * (size_t)w->ins + (size_t)i] =
                    w->values[((size_t)o * (size_t)w->ins + (size_t)i) * (size_t)taps + (size_t)t];
    return to ? mote_import_const(c, MOTE_F32, 4, dim, to) : MOTE_NONE;
}

/* MOTE_NONE: there is none. */
static mote_id bias_of(mote_import_call *c, int32_t outs)
{
    const mote_import_value *value = mote_import_in(c, 2);
    const float             *bias = value ? mote_import_floats(c, 2) : NULL;

    if (!bias)
        return MOTE_NONE;
    if (mote_import_count(&value->shape) != (size_t)outs) {
        mote_import_wrong(c, "a bias of %zu values, %d outputs", mote_import_count(&value->shape), outs);
        return MOTE_NONE;
    }
    return mote_import_const(c, MOTE_F32, 1, &outs, bias);
}

static void set_window(mote_attrs *as, const mote_onnx_window *w, bool is_same)
{
    as->conv_2d.stride_h = w->stride[0];
    as->conv_2d.stride_w = w->stride[1];
    as->conv_2d.dilation_h = w->dilation[0];
    as->conv_2d.dilation_w = w->dilation[1];
    as->conv_2d.padding = is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID;
}

static mote_id padded(mote_import_call *c, mote_id x, const mote_onnx_window *w)
{
    const int32_t before[] = {0, w->before[0], w->before[1], 0}, behind[] = {0, w->behind[0], w->behind[1], 0};

    return mote_onnx_is_padded(w) ? mote_import_pad_zero(c, x, before, behind) : x;
}

static void import_conv(mote_import_call *c)
{
    const int32_t    axes = mote_import_in(c, 0)->shape.rank - 2, group = mote_import_small(c, "group", 1);
    const int32_t    ins = axes >= 1 ? mote_import_in(c, 0)->shape.dim[1] : 0;
    mote_onnx_window window;
    weights          w;
    bool             is_same, is_depthwise;
    mote_import_op   op = {.in_count = 3};
    mote_id          in[3];

    if (axes < 1 || axes > 2) {
        mote_import_refuse(c, "a convolution over %d dimensions; over 1 and 2 there are operators", axes);
        return;
    }
    if (!read_weights(c, &w) || !mote_onnx_read_window(c, &window, w.kernel + 2 - axes))
        return;
    if (group < 1 || (int64_t)w.ins * group != ins || w.outs % group != 0) {
        mote_import_wrong(c, "%d channels, %d groups, and weights of %d channels for %d outputs", ins, group, w.ins, w.outs);
        return;
    }
    is_same = mote_onnx_is_same(&window);
    is_depthwise = group > 1 && w.ins == 1;
    in[0] = mote_onnx_image(c);
    if (!is_same)
        in[0] = padded(c, in[0], &window);
    in[1] = turned_weights(c, &w, is_depthwise);
    mote_import_keep_scales(c, in[1], 1);
    in[2] = bias_of(c, w.outs);
    op.op = is_depthwise ? MOTE_OP_DEPTHWISE_CONV_2D : MOTE_OP_CONV_2D;
    op.in = in;
    set_window(&op.as, &window, is_same && mote_onnx_is_padded(&window));
    if (is_depthwise)
        op.as.depthwise_conv_2d.depth_multiplier = w.outs / group;
    mote_onnx_give_image(c, mote_import_add(c, &op));
}

/* ---- ConvTranspose ---- */

typedef struct transposed {
    weights          w; /* outs: of one group */
    mote_onnx_window window;
    int32_t          group, full[2], out[2]; /* full: without what is cut off */
} transposed;

/* Weights of one group: the file has [ins, outs, kernel]; dilated ones get zeros between. */
static mote_id transposed_weights(mote_import_call *c, const transposed *t, int32_t g)
{
    const int32_t ins = t->w.ins, outs = t->w.outs, *kernel = t->w.kernel, *dilation = t->window.dilation;
    const int32_t dim[] = {outs, (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1, ins};
    float        *to = mote_import_take(
               c, mote_size_mul(mote_size_mul((size_t)dim[0], (size_t)dim[1]), mote_size_mul((size_t)dim[2], (size_t)dim[3])),
               sizeof *to);
    int32_t o, i, y, x;

    for (i = 0; to && i < ins; i++)
        for (o = 0; o < outs; o++)
            for (y = 0; y < kernel[0]; y++)
                for (x = 0; x < kernel[1]; x++)
                    to[(((size_t)o * (size_t)dim[1] + (size_t)(y * dilation[0])) * (size_t)dim[2] +
                        (size_t)(x * dilation[1])) *
                           (size_t)ins +
                       (size_t)i] =
                        t->w.values[((((size_t)g * (size_t)ins + (size_t)i) * (size_t)outs + (size_t)o) * (size_t)kernel[0] +
                                     (size_t)y) *
                                        (size_t)kernel[1] +
                                    (size_t)x];
    return to ? mote_import_const(c, MOTE_F32, 4, dim, to) : MOTE_NONE;
}

/* Padding that is asked for, or follows from the output's shape. */
static void find_transposed_size(mote_import_call *c, transposed *t)
{
    const mote_import_list added = mote_import_ints(c, "output_padding"), shape = mote_import_ints(c, "output_shape");
    const char            *how = mote_import_string(c, "auto_pad", "NOTSET");
    const int32_t          axes = mote_import_in(c, 0)->shape.rank - 2;
    mote_onnx_window      *w = &t->window;
    int32_t                i;

    if (!is_small_list(added, 0) || !is_small_list(shape, 1) || (added.count > 0 && added.count != axes) ||
        (shape.count > 0 && shape.count < axes)) {
        mote_import_wrong(c, "output_padding and output_shape do not fit");
        return;
    }
    for (i = 0; i < 2; i++) {
        const int32_t k = i - (2 - axes), more = k >= 0 ? at_or(added, k, 0) : 0;
        const int64_t full = ((int64_t)w->in[i] - 1) * w->stride[i] + mote_onnx_reach(w, i) + more;
        int64_t       out = full - w->before[i] - w->behind[i], cut;
        if (k >= 0 && shape.count > 0)
            out = shape.n[shape.count - axes + k];
        else if (strncmp(how, "SAME", 4) == 0)
            out = (int64_t)w->in[i] * w->stride[i];
        cut = full - out;
        if (shape.count > 0 || strncmp(how, "SAME", 4) == 0) {
            const int64_t all = cut > 0 ? cut : 0;
            w->before[i] = (int32_t)(strcmp(how, "SAME_UPPER") == 0 ? all / 2 : all - all / 2);
            w->behind[i] = (int32_t)(cut - w->before[i]);
        }
        if (full > 1 << 24 || out < 1) {
            mote_import_refuse(c, "an output of %lld elements along an axis", (long long)out);
            return;
        }
        t->full[i] = (int32_t)full;
        t->out[i] = (int32_t)out;
    }
}

/* Whether TRANSPOSE_CONV can leave out itself what is cut off: it takes SAME's part in front. */
static bool cuts_same(const transposed *t)
{
    int32_t i;

    for (i = 0; i < 2; i++) {
        const int64_t reach = mote_onnx_reach(&t->window, i), stride = t->window.stride[i];
        const int64_t all = ((int64_t)t->window.in[i] - 1) * stride + reach - t->out[i], needed = all > 0 ? all : 0;
        if ((t->out[i] + stride - 1) / stride != t->window.in[i] || needed / 2 != t->window.before[i])
            return false;
    }
    return true;
}

static mote_id transposed_group(mote_import_call *c, const transposed *t, mote_id x, int32_t g, mote_id bias)
{
    const int32_t *size = cuts_same(t) ? t->out : t->full;
    const int32_t  most_h = (t->window.in[0] - 1) * t->window.stride[0] + (int32_t)mote_onnx_reach(&t->window, 0);
    const int32_t  most_w = (t->window.in[1] - 1) * t->window.stride[1] + (int32_t)mote_onnx_reach(&t->window, 1);
    const int32_t  dim[] = {mote_import_tensor_at(c, x)->dim[0], size[0], size[1], t->w.outs};
    const mote_id  in[] = {mote_import_const_ints(c, dim, 4), transposed_weights(c, t, g), x, bias};
    mote_import_op op = {.op = MOTE_OP_TRANSPOSE_CONV, .in = in, .in_count = 4};

    if (!cuts_same(t) && (t->full[0] - most_h >= t->window.stride[0] || t->full[1] - most_w >= t->window.stride[1])) {
        mote_import_refuse(c, "output_padding of a whole stride");
        return MOTE_NONE;
    }
    if (t->group == 1)
        mote_import_keep_scales(c, in[1], 1);
    op.as.transpose_conv.stride_h = t->window.stride[0];
    op.as.transpose_conv.stride_w = t->window.stride[1];
    op.as.transpose_conv.padding = cuts_same(t) ? MRT_PADDING_SAME : MRT_PADDING_VALID;
    return mote_import_add(c, &op);
}

static mote_id channels_of(mote_import_call *c, mote_id x, int32_t first, int32_t count)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    const int32_t      begin[] = {0, 0, 0, first}, size[] = {tensor->dim[0], tensor->dim[1], tensor->dim[2], count};

    return mote_import_slice(c, x, begin, size);
}

/* Each group by itself; a bias of its own each. */
static mote_id transposed_groups(mote_import_call *c, const transposed *t, mote_id x)
{
    const float *bias = mote_import_in(c, 2) ? mote_import_floats(c, 2) : NULL;
    mote_id      part[MOTE_NODE_IN_MAX];
    int32_t      g;

    for (g = 0; g < t->group && !mote_import_failed(c); g++)
        part[g] = transposed_group(c, t, t->group == 1 ? x : channels_of(c, x, g * t->w.ins, t->w.ins), g,
                                   bias ? mote_import_const(c, MOTE_F32, 1, &t->w.outs, bias + (size_t)g * (size_t)t->w.outs)
                                        : MOTE_NONE);
    return mote_import_failed(c) ? MOTE_NONE : mote_import_concat(c, part, t->group, 3);
}

static void import_conv_transpose(mote_import_call *c)
{
    const int32_t            axes = mote_import_in(c, 0)->shape.rank - 2;
    const mote_import_value *bias = mote_import_in(c, 2);
    transposed               t = {.group = mote_import_small(c, "group", 1)};
    int32_t                  begin[4] = {0}, size[4];
    const char              *how = mote_import_string(c, "auto_pad", "NOTSET");
    mote_id                  x;
    int32_t                  ins;

    if (axes < 1 || axes > 2) {
        mote_import_refuse(c, "a convolution over %d dimensions; over 1 and 2 there are operators", axes);
        return;
    }
    if (!read_weights(c, &t.w) || !mote_onnx_read_window(c, &t.window, t.w.kernel + 2 - axes))
        return;
    ins = t.w.outs;
    t.w.outs = t.w.ins;
    if (strncmp(how, "SAME", 4) == 0)
        memset(t.window.before, 0, sizeof t.window.before); /* the rule is another one here */
    if (t.group < 1 || t.group > MOTE_NODE_IN_MAX || ins != mote_import_in(c, 0)->shape.dim[1] || ins % t.group != 0 ||
        (bias && mote_import_count(&bias->shape) != (size_t)t.w.outs * (size_t)t.group)) {
        mote_import_refuse(c, "%d groups, weights of %d channels, an input of %d, or a bias of another length", t.group, ins,
                           mote_import_in(c, 0)->shape.dim[1]);
        return;
    }
    t.w.ins = ins / t.group;
    find_transposed_size(c, &t);
    if (mote_import_failed(c))
        return;
    x = transposed_groups(c, &t, mote_onnx_image(c));
    if (!mote_import_failed(c) && !cuts_same(&t)) {
        const mote_tensor *tensor = mote_import_tensor_at(c, x);
        int32_t            none[4] = {0}, behind[4] = {0}, i;
        memcpy(size, tensor->dim, sizeof size);
        for (i = 0; i < 2; i++) {
            begin[1 + i] = t.window.before[i];
            behind[1 + i] = t.out[i] + t.window.before[i] - t.full[i];
            behind[1 + i] = behind[1 + i] > 0 ? behind[1 + i] : 0;
            size[1 + i] = t.out[i];
        }
        if (behind[1] > 0 || behind[2] > 0) {
            if (bias)
                mote_import_refuse(c, "an output_shape beyond what the windows reach, with a bias");
            x = mote_import_pad_zero(c, x, none, behind);
        }
        x = mote_import_slice(c, x, begin, size);
    }
    mote_onnx_give_image(c, x);
}

const mote_import_row mote_onnx_convolutions[] = {{"Conv", MOTE_IMPORT_IMAGE, 2, 3, 1, import_conv, 0},
                                                  {"ConvTranspose", MOTE_IMPORT_IMAGE, 2, 3, 1, import_conv_transpose, 0},
                                                  {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
