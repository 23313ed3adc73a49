/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"

/* Both operators' member of the union is the same struct. */
static mote_conv_attrs *attrs_of(mote_node *node)
{
    return node->op == MOTE_OP_CONV_2D ? &node->as.conv_2d : &node->as.depthwise_conv_2d;
}

static mote_conv_attrs attrs(const mote_node *node)
{
    return node->op == MOTE_OP_CONV_2D ? node->as.conv_2d : node->as.depthwise_conv_2d;
}

static mote_window window_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    mote_conv_attrs    as = attrs(node);

    return (mote_window){w->dim[1], w->dim[2], as.stride_h, as.stride_w, as.dilation_h, as.dilation_w};
}

mrt_window mote_convolution_window(const mote_graph *graph, const mote_node *node)
{
    mote_conv_attrs as = attrs(node);
    mote_window     window = window_of(graph, node);

    return mote_window_prepare(graph, node, &window, &as.padding);
}

/* ---- shapes ---- */

mote_status mote_convolution_infer(mote_graph *graph, mote_node *node, int32_t out_c, mote_error *err)
{
    const mote_tensor *w = mote_node_in(graph, node, 1), *bias = mote_node_in(graph, node, 2);
    mote_window        window = window_of(graph, node);

    if (w->kind == MOTE_ACTIVATION || (bias && bias->kind == MOTE_ACTIVATION))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "weights and bias must be constants");
    if (mote_tensor_count(w) == 0)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "weights %s are empty", mote_shape_show(w).text);
    if (bias && mote_tensor_count(bias) != (size_t)out_c)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "bias has shape %s, [%d] expected",
                            mote_shape_show(bias).text, out_c);
    return mote_window_infer(graph, node, &window, &attrs_of(node)->padding, out_c, err);
}

size_t mote_convolution_macs(const mote_graph *graph, const mote_node *node, int32_t macs_per_tap)
{
    mote_window window = window_of(graph, node);

    return mote_window_macs(graph, node, &window, macs_per_tap);
}

ptrdiff_t mote_convolution_overlap(const mote_graph *graph, const mote_node *node, int32_t early)
{
    mrt_window window = mote_convolution_window(graph, node);

    return mote_window_overlap(&window, (size_t)mote_dtype_bits(mote_node_in(graph, node, 0)->dtype) / 8, early);
}

/* ---- training ---- */

mote_math_conv mote_convolution_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mrt_window window = mote_convolution_window(graph, node);

    return (mote_math_conv){.n = batch * window.batch,
                            .in_h = window.in_h,
                            .in_w = window.in_w,
                            .in_c = window.in_c,
                            .out_h = window.out_h,
                            .out_w = window.out_w,
                            .out_c = window.out_c,
                            .kernel_h = window.kernel_h,
                            .kernel_w = window.kernel_w,
                            .stride_h = window.stride_h,
                            .stride_w = window.stride_w,
                            .dilation_h = window.dilation_h,
                            .dilation_w = window.dilation_w,
                            .pad_top = window.pad_top,
                            .pad_left = window.pad_left,
                            .activation = mote_math_activation_of(node->activation)};
}

mote_math_grads mote_convolution_grads(const mote_call *call)
{
    return (mote_math_grads){.x = call->in[0],
                             .w = call->in[1],
                             .y = call->out[0],
                             .dy = call->grad_out[0],
                             .dx = call->grad_in[0],
                             .dw = call->grad_in[1],
                             .db = call->node->in_count > 2 ? call->grad_in[2] : NULL};
}

/* ---- quantization ---- */

void mote_convolution_quantize(const mote_node *node, int32_t channel_axis, mote_quant_want *want)
{
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = channel_axis};
    if (node->in_count > 2)
        want[2].rule = MOTE_QUANT_BIAS;
}

/* ---- kernels ---- */

static mote_status check_scales(const mote_graph *graph, const mote_node *node, int32_t channel_axis, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1);
    const mote_tensor *out = mote_node_out(graph, node, 0);
    int32_t            o;

    MOTE_TRY(mote_op_check_scale(graph, node, in, err));
    MOTE_TRY(mote_op_check_scale(graph, node, out, err));
    if (!w->quant)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "int8 weights without scales");
    if (w->quant->count != 1 && w->quant->axis != channel_axis)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "weights have scales along dimension %d, %d expected",
                            w->quant->axis, channel_axis);
    for (o = 0; o < w->quant->count; o++)
        if (w->quant->zero_point[o] != 0)
            return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "weights have zero point %d, 0 expected",
                                w->quant->zero_point[o]);
    return MOTE_OK;
}

mote_status mote_convolution_prepare_i8(const mote_graph *graph, const mote_node *node, int32_t channel_axis,
                                        mote_prepared *prepared, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1),
                      *bias = mote_node_in(graph, node, 2);
    const mote_tensor  *out = mote_node_out(graph, node, 0);
    mrt_conv_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);
    mrt_conv_i8_scales  scales;
    int32_t            *mult;
    int8_t             *shift;

    if (!p)
        return err->code;
    MOTE_TRY(check_scales(graph, node, channel_axis, err));
    scales = (mrt_conv_i8_scales){mote_scale_of(in), mote_scale_of(out), w->quant->scale, w->quant->count,
                                  (mrt_activation)node->activation};
    mult = MOTE_NEW(prepared->arena, int32_t, scales.w_scale_count, err);
    shift = MOTE_NEW(prepared->arena, int8_t, scales.w_scale_count, err);
    if (!mult || !shift)
        return err->code;
    p->window = mote_convolution_window(graph, node);
    p->in_zero = mote_zero_of(in);
    p->out_zero = mote_zero_of(out);
    p->w = w->data;
    p->bias = bias ? bias->data : NULL;
    mrt_conv_i8_prepare(p, &scales, mult, shift);
    MOTE_TRY(mote_prepared_add(prepared, "weights", p->w, MOTE_I8, mote_tensor_count(w), err));
    if (bias)
        MOTE_TRY(mote_prepared_add(prepared, "bias", p->bias, MOTE_I32, mote_tensor_count(bias), err));
    MOTE_TRY(mote_prepared_add(prepared, "mult", mult, MOTE_I32, (size_t)scales.w_scale_count, err));
    return mote_prepared_add(prepared, "shift", shift, MOTE_I8, (size_t)scales.w_scale_count, err);
}

mote_status mote_convolution_prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                         mote_error *err)
{
    const mote_tensor   *w = mote_node_in(graph, node, 1), *bias = mote_node_in(graph, node, 2);
    mrt_conv_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->window = mote_convolution_window(graph, node);
    mote_activation_range_f32(node->activation, &p->act_min, &p->act_max);
    p->w = w->data;
    p->bias = bias ? bias->data : NULL;
    if (bias)
        MOTE_TRY(mote_prepared_add(prepared, "bias", p->bias, MOTE_F32, mote_tensor_count(bias), err));
    return mote_prepared_add(prepared, "weights", p->w, MOTE_F32, mote_tensor_count(w), err);
}

/* sum (in - zero) w = sum in w - zero sum w: the second part goes into the bias, exactly, in wrapping arithmetic. With
 * padding it would differ from position to position, as taps outside the input take no part. */
mote_status mote_convolution_fold_i8(const mote_node *node, const mote_convolution_weights *weights, mote_prepared *prepared,
                                     mote_error *err)
{
    mrt_conv_i8_params *p = prepared->params;
    mote_conv_attrs     as = attrs(node);
    int32_t            *bias, o, k;

    if (p->in_zero == 0 || as.padding.top || as.padding.bottom || as.padding.left || as.padding.right)
        return MOTE_OK;
    bias = MOTE_NEW(prepared->arena, int32_t, p->window.out_c, err);
    if (!bias)
        return err->code;
    for (o = 0; o < p->window.out_c; o++) {
        int64_t sum = 0;
        for (k = 0; k < weights->tap_count; k++)
            sum += p->w[(size_t)o * (size_t)weights->channel_step + (size_t)k * (size_t)weights->tap_step];
        bias[o] = (int32_t)((p->bias ? (uint32_t)p->bias[o] : 0u) - (uint32_t)p->in_zero * (uint32_t)sum);
    }
    if (p->bias)
        mote_prepared_replace(prepared, "bias", bias, MOTE_I32, (size_t)p->window.out_c);
    else
        MOTE_TRY(mote_prepared_add(prepared, "bias", bias, MOTE_I32, (size_t)p->window.out_c, err));
    p->bias = bias;
    p->in_zero = 0;
    return MOTE_OK;
}

/* ---- kernels of runtime/arch ---- */

mote_status mote_convolution_channels(const mrt_conv_i8_params *p, const mote_convolution_weights *weights, bool folds_zero,
                                      mote_prepared *prepared, mrt_output *output, const int32_t **channels, mote_error *err)
{
    const mrt_fold fold = {.count = p->window.out_c,
                           .channel_step = weights->channel_step,
                           .tap_step = weights->tap_step,
                           .tap_count = weights->tap_count,
                           .w = p->w,
                           .bias = p->bias,
                           .mult = p->mult,
                           .shift = p->shift,
                           .mult_step = p->step,
                           .in_zero = p->in_zero,
                           .folds_zero = folds_zero};

    *output = (mrt_output){.zero = p->out_zero, .act_min = p->act_min, .act_max = p->act_max};
    return mote_channels_prepare(&fold, prepared, output, channels, err);
}

const mote_field mote_convolution_fields_i8[] = {
    MOTE_WINDOW_FIELDS(mrt_conv_i8_params),
    MOTE_FIELD(mrt_conv_i8_params, in_zero),
    MOTE_FIELD(mrt_conv_i8_params, out_zero),
    MOTE_FIELD(mrt_conv_i8_params, act_min),
    MOTE_FIELD(mrt_conv_i8_params, act_max),
    MOTE_FIELD(mrt_conv_i8_params, step),
    MOTE_FIELD(mrt_conv_i8_params, w),
    MOTE_FIELD(mrt_conv_i8_params, bias),
    MOTE_FIELD(mrt_conv_i8_params, mult),
    MOTE_FIELD(mrt_conv_i8_params, shift),
    {0},
};

const mote_field mote_convolution_fields_f32[] = {
    MOTE_WINDOW_FIELDS(mrt_conv_f32_params),  MOTE_FIELD(mrt_conv_f32_params, act_min),
    MOTE_FIELD(mrt_conv_f32_params, act_max), MOTE_FIELD(mrt_conv_f32_params, w),
    MOTE_FIELD(mrt_conv_f32_params, bias),    {0},
};
