/* Operators on images, which ONNX has channels second: convolutions, pools, resizing, blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/writing.h"
#include "ops/op.h"

static const mote_ox_order image = {4, {0, 3, 1, 2}};

/* ---- windows ---- */

/* What SAME adds along one axis, the odd one behind. */
static void find_padding(int32_t padding, int32_t in, int32_t out, int32_t stride, int32_t reach, int64_t *before,
                         int64_t *after)
{
    const int64_t added = padding == MRT_PADDING_SAME ? ((int64_t)out - 1) * stride + reach - in : 0;

    *before = added > 0 ? added / 2 : 0;
    *after = added > 0 ? added - *before : 0;
}

/* Of the last node, for operand 0. */
static void set_window(mote_ox_call *c, int32_t padding, const int32_t *kernel, const int32_t *stride,
                       const int32_t *dilation)
{
    const mote_tensor *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    int64_t            pads[4], size[2], step[2], apart[2];
    int32_t            k;

    for (k = 0; k < 2; k++) {
        size[k] = kernel[k];
        step[k] = stride[k];
        apart[k] = dilation[k];
        find_padding(padding, in->dim[1 + k], out->dim[1 + k], stride[k], (kernel[k] - 1) * dilation[k] + 1, &pads[k],
                     &pads[2 + k]);
    }
    mote_ox_set_ints(c, "kernel_shape", size, 2);
    mote_ox_set_ints(c, "strides", step, 2);
    mote_ox_set_ints(c, "pads", pads, 4);
    if (dilation[0] != 1 || dilation[1] != 1)
        mote_ox_set_ints(c, "dilations", apart, 2);
}

/* ---- convolutions ---- */

/* int8 weights with real activations: TensorFlow Lite quantizes those as they come, which is another answer. */
static bool is_hybrid(mote_ox_call *c, int32_t in, int32_t weights)
{
    if (mote_ox_operand(c, in)->dtype != MOTE_F32 || mote_ox_operand(c, weights)->dtype == MOTE_F32)
        return false;
    mote_ox_refuse(c, "its weights are integers and its input is real; convert the float model instead");
    return true;
}

static void write_conv(mote_ox_call *c)
{
    const mrt_conv_attributes *as = &c->node->as.conv_2d;
    const mote_tensor         *x = mote_ox_operand(c, 0), *w = mote_ox_operand(c, 1);
    const bool                 is_depthwise = c->node->op == MOTE_OP_DEPTHWISE_CONV_2D;
    const mote_ox_order        order = {4, {is_depthwise ? 3 : 0, is_depthwise ? 0 : 3, 1, 2}};
    mote_ox_value             *in[3], *out;

    if (is_hybrid(c, 0, 1))
        return;
    in[0] = mote_ox_in(c, 0, &image);
    in[1] = mote_ox_in(c, 1, &order);
    in[2] = mote_ox_in_bias(c, 2, 0, 1);
    out = mote_ox_add(c, "Conv", in, 3);
    set_window(c, as->padding, &w->dim[1], (const int32_t[]){as->stride_h, as->stride_w},
               (const int32_t[]){as->dilation_h, as->dilation_w});
    mote_ox_set_int(c, "group", is_depthwise ? x->dim[3] : x->dim[3] / w->dim[3]);
    mote_ox_give(c, 0, out, &image);
}

/* Its padding is what the convolution from out to in would add; out may reach further than the window does. */
static bool set_spread(mote_ox_call *c)
{
    const mrt_conv_attributes *as = &c->node->as.transpose_conv;
    const mote_tensor         *w = mote_ox_operand(c, 1), *in = mote_ox_operand(c, 2), *out = mote_ox_result(c, 0);
    const int32_t              strides[2] = {as->stride_h, as->stride_w};
    int64_t                    pads[4], beyond[2], size[2], step[2];
    int32_t                    k;

    for (k = 0; k < 2; k++) {
        const int32_t size_in = in->dim[1 + k], size_out = out->dim[1 + k], stride = strides[k];
        const int64_t reached = ((int64_t)size_in - 1) * stride + w->dim[1 + k];
        find_padding(as->padding, size_out, (size_out - 1) / stride + 1, stride, w->dim[1 + k], &pads[k], &pads[2 + k]);
        pads[2 + k] = reached - pads[k] - size_out;
        beyond[k] = pads[2 + k] < 0 ? -pads[2 + k] : 0;
        pads[2 + k] = pads[2 + k] < 0 ? 0 : pads[2 + k];
        size[k] = w->dim[1 + k];
        step[k] = stride;
        if (beyond[k] >= stride)
            mote_ox_refuse(c, "its output reaches a whole stride beyond its window");
    }
    mote_ox_set_ints(c, "kernel_shape", size, 2);
    mote_ox_set_ints(c, "strides", step, 2);
    mote_ox_set_ints(c, "pads", pads, 4);
    if (beyond[0] > 0 || beyond[1] > 0)
        mote_ox_set_ints(c, "output_padding", beyond, 2);
    return !mote_ox_failed(c);
}

static void write_transpose_conv(mote_ox_call *c)
{
    static const mote_ox_order order = {4, {3, 0, 1, 2}};
    mote_ox_value             *in[3], *out;

    if (is_hybrid(c, 2, 1))
        return;
    in[0] = mote_ox_in(c, 2, &image);
    in[1] = mote_ox_in(c, 1, &order);
    in[2] = mote_ox_in_bias(c, 3, 2, 1);
    out = mote_ox_add(c, "ConvTranspose", in, 3);
    if (!mote_ox_failed(c) && set_spread(c))
        mote_ox_give(c, 0, out, &image);
}

/* ---- pools ---- */

static void set_pool(mote_ox_call *c)
{
    const mrt_pool_attributes *as = &c->node->as.max_pool_2d;

    if (!mote_ox_failed(c))
        set_window(c, as->padding, (const int32_t[]){as->filter_h, as->filter_w},
                   (const int32_t[]){as->stride_h, as->stride_w}, (const int32_t[]){1, 1});
}

static void write_pool(mote_ox_call *c)
{
    mote_ox_value *out = mote_ox_unary(c, mote_ox_find_row(c->node->op)->onnx, mote_ox_in(c, 0, &image));

    set_pool(c);
    mote_ox_give(c, 0, out, &image);
}

/* The root of the mean of squares. */
static void write_l2_pool(mote_ox_call *c)
{
    mote_ox_value *x = mote_ox_in(c, 0, &image), *out = mote_ox_unary(c, "AveragePool", mote_ox_binary(c, "Mul", x, x));

    set_pool(c);
    mote_ox_give(c, 0, mote_ox_unary(c, "Sqrt", out), &image);
}

/* ---- resizing ---- */

static const char *coordinates_of(const mote_ox_call *c)
{
    const mrt_resize_attributes *as = &c->node->as.resize_bilinear;

    return as->align_corners ? "align_corners" : as->half_pixel_centers ? "half_pixel" : "asymmetric";
}

/* The factor that makes `out` of `in`, rounded down as Resize does. */
static float factor_of(int32_t in, int32_t out)
{
    float factor = (float)((double)out / in);

    while (floorf(factor * (float)in) < (float)out)
        factor = nextafterf(factor, INFINITY);
    return factor;
}

/* Sizes say it exactly, but an open batch has none: then factors. */
static mote_ox_value *add_resize(mote_ox_call *c, mote_ox_value *x)
{
    const mote_tensor *in = mote_ox_operand(c, 0), *out = mote_ox_result(c, 0);
    const int64_t      sizes[] = {out->dim[0], out->dim[3], out->dim[1], out->dim[2]};
    const float        factors[] = {1, 1, factor_of(in->dim[1], out->dim[1]), factor_of(in->dim[2], out->dim[2])};
    const int32_t      four = 4;

    if (out->is_batched)
        return mote_ox_ternary(c, "Resize", x, NULL, mote_ox_const(c, MOTE_F32, 1, &four, factors));
    return mote_ox_add(c, "Resize", (mote_ox_value *[]){x, NULL, NULL, mote_ox_ints(c, sizes, 4)}, 4);
}

static void write_resize_bilinear(mote_ox_call *c)
{
    mote_ox_value *out = add_resize(c, mote_ox_in(c, 0, &image));

    mote_ox_set_string(c, "mode", "linear");
    mote_ox_set_string(c, "coordinate_transformation_mode", coordinates_of(c));
    mote_ox_give(c, 0, out, &image);
}

/* TensorFlow Lite takes floor((x + 0.5) * scale) with half pixels, round(x * scale) with aligned corners, else floor. */
static void write_resize_nearest(mote_ox_call *c)
{
    const mrt_resize_attributes *as = &c->node->as.resize_nearest_neighbor;
    mote_ox_value               *out;

    if (as->align_corners && as->half_pixel_centers)
        mote_ox_refuse(c, "corners are aligned and pixels are half");
    out = add_resize(c, mote_ox_in(c, 0, &image));
    mote_ox_set_string(c, "mode", "nearest");
    mote_ox_set_string(c, "coordinate_transformation_mode", coordinates_of(c));
    mote_ox_set_string(c, "nearest_mode", as->align_corners || as->half_pixel_centers ? "round_prefer_ceil" : "floor");
    mote_ox_give(c, 0, out, &image);
}

/* ---- blocks ---- */

static void write_depth(mote_ox_call *c)
{
    const char    *type = mote_ox_find_row(c->node->op)->onnx;
    mote_ox_value *out = mote_ox_unary(c, type, mote_ox_in(c, 0, &image));

    mote_ox_set_int(c, "blocksize", c->node->as.space_to_depth.block_size);
    mote_ox_give(c, 0, out, &image);
}

const mote_ox_row mote_ox_images[] = {{MOTE_OP_CONV_2D, MOTE_OX_IMAGE, write_conv, NULL},
                                      {MOTE_OP_DEPTHWISE_CONV_2D, MOTE_OX_IMAGE, write_conv, NULL},
                                      {MOTE_OP_TRANSPOSE_CONV, MOTE_OX_IMAGE, write_transpose_conv, NULL},
                                      {MOTE_OP_MAX_POOL_2D, MOTE_OX_IMAGE, write_pool, "MaxPool"},
                                      {MOTE_OP_AVERAGE_POOL_2D, MOTE_OX_IMAGE, write_pool, "AveragePool"},
                                      {MOTE_OP_L2_POOL_2D, MOTE_OX_IMAGE, write_l2_pool, NULL},
                                      {MOTE_OP_RESIZE_BILINEAR, MOTE_OX_IMAGE, write_resize_bilinear, NULL},
                                      {MOTE_OP_RESIZE_NEAREST_NEIGHBOR, MOTE_OX_IMAGE, write_resize_nearest, NULL},
                                      {MOTE_OP_SPACE_TO_DEPTH, MOTE_OX_IMAGE, write_depth, "SpaceToDepth"},
                                      {MOTE_OP_DEPTH_TO_SPACE, MOTE_OX_IMAGE, write_depth, "DepthToSpace"},
                                      {0}};
