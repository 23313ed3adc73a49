/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"

#include "ops/described.h"

/* Shapes were checked: this cannot fail. */
mrt_window mote_convolution_window(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    mrt_window     window = {0};

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_convolution_window(&call.c, mote_node_out(graph, node, 0)->dim[3], &window);
    return window;
}

bool mote_conv_2d_is_grouped(const mote_graph *graph, const mote_node *node)
{
    return mote_node_in(graph, node, 1)->dim[3] != mote_node_in(graph, node, 0)->dim[3];
}

bool mote_applies_to_groups(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mote_conv_2d_is_grouped(graph, node);
}

size_t mote_convolution_macs(const mote_graph *graph, const mote_node *node, int32_t macs_per_tap)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const size_t       taps = mote_size_mul((size_t)w->dim[1], (size_t)w->dim[2]);

    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), mote_size_mul(taps, (size_t)macs_per_tap));
}

ptrdiff_t mote_convolution_overlap(const mote_graph *graph, const mote_node *node, int32_t early)
{
    mrt_window window = mote_convolution_window(graph, node);

    return mrt_window_overlap(&window, (size_t)mote_dtype_bits(mote_node_in(graph, node, 0)->dtype) / 8, early);
}

ptrdiff_t mote_conv_2d_overlap(const mote_graph *graph, const mote_node *node)
{
    return mote_convolution_overlap(graph, node, 0);
}

size_t mote_conv_2d_scratch(const mote_graph *graph, const mote_node *node, mrt_panel_format format, int32_t positions)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_conv_2d_scratch(&window, format, positions);
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
        want[2] = (mote_quant_want){.rule = MOTE_QUANT_BIAS, .input = 0, .weights = 1};
}

/* ---- kernels ---- */

/* A tap of the first or the last position lies outside the input. */
static bool is_padded(const mrt_window *w)
{
    const int64_t reach_h = (int64_t)(w->out_h - 1) * w->stride_h + (int64_t)(w->kernel_h - 1) * w->dilation_h + 1;
    const int64_t reach_w = (int64_t)(w->out_w - 1) * w->stride_w + (int64_t)(w->kernel_w - 1) * w->dilation_w + 1;

    return w->pad_top > 0 || w->pad_left > 0 || reach_h > w->in_h || reach_w > w->in_w;
}

/* sum (in - zero) w = sum in w - zero sum w: the second part goes into the bias, exactly, in wrapping arithmetic. With
 * padding it would differ from position to position, as taps outside the input take no part. */
mote_status mote_convolution_fold_i8(const mote_convolution_weights *weights, mote_prepared *prepared, mote_error *err)
{
    mrt_conv_i8_params *p = prepared->params;
    int32_t            *bias, o, k;

    if (p->in_zero == 0 || is_padded(&p->window))
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
