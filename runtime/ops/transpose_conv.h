/* TRANSPOSE_CONV: shape [4], weights [O, kernel_h, kernel_w, I], in [N, H, W, I], bias [O] or absent -> out of that shape,
 * [N, out_h, out_w, O]. Padding is that of the convolution which leads from out to in. A constant shape operand says the
 * output's shape; without one the output's own counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_TRANSPOSE_CONV_H
#define MRT_OPS_TRANSPOSE_CONV_H

#include "../kernels/transpose_conv.h"
#include "../kernels/transpose_conv_hybrid.h"
#include "conv_hybrid.h"

MRT_FIELDS(mrt_transpose_conv_i16_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_transpose_conv_i16_bias32_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h,
           window.out_w, window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_transpose_conv_hybrid_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max, step, w, bias, scale);
MRT_KERNEL(mrt_transpose_conv_i8, mrt_conv_i8_params, "kernels/transpose_conv.h");
MRT_KERNEL(mrt_transpose_conv_u8, mrt_conv_groups_u8_params, "kernels/transpose_conv.h");
MRT_KERNEL(mrt_transpose_conv_i16, mrt_transpose_conv_i16_params, "kernels/transpose_conv.h");
MRT_KERNEL(mrt_transpose_conv_i16_bias32, mrt_transpose_conv_i16_bias32_params, "kernels/transpose_conv.h");
MRT_KERNEL(mrt_transpose_conv_f32, mrt_conv_f32_params, "kernels/transpose_conv.h");
MRT_KERNEL(mrt_transpose_conv_hybrid, mrt_transpose_conv_hybrid_params, "kernels/transpose_conv_hybrid.h");

static const mrt_attribute mrt_transpose_conv_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_conv_attributes, padding, 0, 0), MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_h, 2, 0), MRT_FUSED_ACTIVATION(3),
    MRT_ATTRIBUTE_OF_CALL(IGNORED, "quantized_bias_type", 4, 0)};

enum { MRT_TRANSPOSE_CONV_CHANNEL_AXIS = 0 };

/* The call with its operands in a convolution's order: input, weights, bias. */
typedef struct mrt_transposed_call {
    mrt_call   c;
    mrt_tensor in[3];
} mrt_transposed_call;

static MRT_COLD void mrt_transpose_conv_reorder(const mrt_call *c, mrt_transposed_call *call)
{
    call->c = *c;
    call->in[0] = c->in[2];
    call->in[1] = c->in[1];
    if (mrt_has(c, 3))
        call->in[2] = c->in[3];
    call->c.in = call->in;
    call->c.in_count = mrt_has(c, 3) ? 3 : 2;
}

/* Output 0's shape: height and width are given, the rest follows. */
static MRT_COLD mrt_reason mrt_transpose_conv_out_shape(mrt_call *c, int32_t *dim)
{
    const mrt_tensor *shape = &c->in[0], *in = &c->in[2];
    int32_t           i;

    if (mrt_is_const(c, 0))
        MRT_REQUIRE(c, shape->type == MRT_I32 && shape->count == 4, SHAPE, "the output's shape is %s %s, int32 [4] expected",
                    mrt_type_name(shape->type), MRT_SHAPE(shape));
    else
        MRT_REQUIRE(c, c->out[0].rank == 4, SHAPE, "output has shape %s, [N,H,W,C] expected", MRT_SHAPE(&c->out[0]));
    for (i = 0; i < 4; i++)
        dim[i] = mrt_is_const(c, 0) ? mrt_index_at(shape, (uint32_t)i) : c->out[0].dim[i];
    MRT_REQUIRE(c, dim[0] == in->dim[0] && dim[1] >= 1 && dim[2] >= 1 && dim[3] == c->in[1].dim[0], SHAPE,
                "an output of shape [%d,%d,%d,%d] does not go with input %s and weights %s", (int)dim[0], (int)dim[1],
                (int)dim[2], (int)dim[3], MRT_SHAPE(in), MRT_SHAPE(&c->in[1]));
    return MRT_REASON_NONE;
}

/* Operands have 4 dimensions, none empty; dim: the output's. */
static MRT_COLD mrt_reason mrt_transpose_conv_window(mrt_call *c, const int32_t *dim, mrt_window *window)
{
    const mrt_conv_attributes *as = (const mrt_conv_attributes *)c->attributes;
    const mrt_tensor          *w = &c->in[1], *in = &c->in[2];
    mrt_axis                   y, x;

    y.in = dim[1];
    x.in = dim[2];
    y.kernel = w->dim[1];
    x.kernel = w->dim[2];
    y.stride = as->stride_h;
    x.stride = as->stride_w;
    y.dilation = x.dilation = 1;
    MRT_TRY(mrt_resolve_axis(c, "height", as->padding, &y));
    MRT_TRY(mrt_resolve_axis(c, "width", as->padding, &x));
    window->batch = in->dim[0];
    window->in_h = in->dim[1];
    window->in_w = in->dim[2];
    window->in_c = in->dim[3];
    window->out_h = dim[1];
    window->out_w = dim[2];
    window->out_c = dim[3];
    window->kernel_h = y.kernel;
    window->kernel_w = x.kernel;
    window->stride_h = y.stride;
    window->stride_w = x.stride;
    window->dilation_h = window->dilation_w = 1;
    window->pad_top = y.before;
    window->pad_left = x.before;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_shape(mrt_call *c)
{
    const mrt_tensor   *w = &c->in[1], *in = &c->in[2];
    mrt_transposed_call call;
    mrt_window          window;
    int32_t             dim[4];

    MRT_REQUIRE(c, in->rank == 4 && w->rank == 4, SHAPE, "input %s and weights %s must have 4 dimensions", MRT_SHAPE(in),
                MRT_SHAPE(w));
    MRT_REQUIRE(c, in->count > 0 && w->count > 0, SHAPE, "input %s or weights %s are empty", MRT_SHAPE(in), MRT_SHAPE(w));
    MRT_REQUIRE(c, in->dim[3] == w->dim[3], SHAPE, "input has %d channels, weights %d", (int)in->dim[3], (int)w->dim[3]);
    mrt_transpose_conv_reorder(c, &call);
    MRT_TRY(mrt_check_weights(&call.c, w->dim[0]));
    MRT_TRY(mrt_transpose_conv_out_shape(c, dim));
    MRT_TRY(mrt_transpose_conv_window(c, dim, &window));
    MRT_TRY(mrt_set_shape(c, 0, in->type, 4, dim));
    c->work = (uint64_t)in->count * (uint64_t)window.kernel_h * (uint64_t)window.kernel_w * (uint64_t)window.out_c;
    return MRT_REASON_NONE;
}

/* Only the input comes to the kernel as an operand, whatever is constant. */
static MRT_COLD void mrt_transpose_conv_begin(mrt_call *c, mrt_transposed_call *call)
{
    mrt_transpose_conv_reorder(c, call);
    c->by_number = 1;
    c->constants = 4;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_i8(mrt_call *c)
{
    const mrt_tensor   *w = &c->in[1];
    mrt_transposed_call call;
    mrt_conv_i8_params  p;
    int32_t            *mult;
    int8_t             *shift;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_convolution_check_scales(&call.c, MRT_TRANSPOSE_CONV_CHANNEL_AXIS));
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &p.window));
    p.in_zero = mrt_zero(&c->in[2]);
    p.out_zero = mrt_zero(&c->out[0]);
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int32_t *)mrt_groups_bias(&call.c);
    p.mult = mult = (int32_t *)c->side->take(c, "mult", MRT_I32, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    mrt_fill_multipliers(&call.c, mult, shift);
    p.step = w->scale_count > 1;
    mrt_activation_range(c->activation, mrt_scale(&c->out[0]), p.out_zero, -128, 127, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_u8(mrt_call *c)
{
    mrt_transposed_call       call;
    mrt_grouping              grouping;
    mrt_conv_groups_u8_params p;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &grouping.window));
    grouping.groups.depth = grouping.groups.outs = grouping.groups.w_out = grouping.groups.w_tap = 0;
    MRT_TRY(mrt_groups_fill_u8(&call.c, &grouping, &p));
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_i16(mrt_call *c)
{
    const mrt_tensor             *w = &c->in[1];
    mrt_transposed_call           call;
    mrt_transpose_conv_i16_params p;
    int16_t                      *mult;
    int8_t                       *shift;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_groups_check_i16(&call.c, MRT_TRANSPOSE_CONV_CHANNEL_AXIS));
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &p.window));
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int64_t *)mrt_groups_bias(&call.c);
    p.mult = mult = (int16_t *)c->side->take(c, "mult", MRT_I16, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    MRT_TRY(mrt_groups_fill_upper(&call.c, mult, shift));
    p.step = w->scale_count > 1;
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_i16_bias32(mrt_call *c)
{
    const mrt_tensor                    *w = &c->in[1];
    mrt_transposed_call                  call;
    mrt_transpose_conv_i16_bias32_params p;
    int32_t                             *mult;
    int8_t                              *shift;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_groups_check_i16(&call.c, MRT_TRANSPOSE_CONV_CHANNEL_AXIS));
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &p.window));
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int32_t *)mrt_groups_bias(&call.c);
    p.mult = mult = (int32_t *)c->side->take(c, "mult", MRT_I32, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    mrt_fill_multipliers(&call.c, mult, shift);
    p.step = w->scale_count > 1;
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_f32(mrt_call *c)
{
    mrt_transposed_call call;
    mrt_conv_f32_params p;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &p.window));
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.w = (const float *)c->side->constant(c, &c->in[1], "weights", 0);
    p.bias = (const float *)mrt_groups_bias(&call.c);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_transpose_conv_prepare_hybrid(mrt_call *c)
{
    mrt_transposed_call              call;
    mrt_transpose_conv_hybrid_params p;

    mrt_transpose_conv_begin(c, &call);
    MRT_TRY(mrt_hybrid_check_weights(&call.c, MRT_TRANSPOSE_CONV_CHANNEL_AXIS));
    MRT_TRY(mrt_transpose_conv_window(c, c->out[0].dim, &p.window));
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.step = c->in[1].scale_count > 1;
    p.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    p.bias = (const float *)mrt_groups_bias(&call.c);
    p.scale = mrt_hybrid_scales(&call.c);
    c->scratch_bytes = (uint32_t)(p.window.in_h * p.window.in_w * p.window.in_c);
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_transpose_conv_rows[] = {
    {MRT_I8, {MRT_I32, MRT_I8, MRT_I8, MRT_I32}, 4, 2, 5, MRT_WITH(mrt_transpose_conv_prepare_i8, mrt_transpose_conv_i8)},
    {MRT_I16,
     {MRT_I32, MRT_I8, MRT_I16, MRT_I64},
     4,
     3,
     5,
     MRT_WITH(mrt_transpose_conv_prepare_i16, mrt_transpose_conv_i16)},
    {MRT_I16,
     {MRT_I32, MRT_I8, MRT_I16, MRT_I32},
     4,
     3,
     5,
     MRT_WITH(mrt_transpose_conv_prepare_i16_bias32, mrt_transpose_conv_i16_bias32)},
    {MRT_F32,
     {MRT_I32, MRT_F32, MRT_F32, MRT_F32},
     4,
     1,
     5,
     MRT_FLOATS(mrt_transpose_conv_prepare_f32, mrt_transpose_conv_f32)},
    {MRT_U8, {MRT_I32, MRT_U8, MRT_U8, MRT_I32}, 4, 1, 5, MRT_WITH(mrt_transpose_conv_prepare_u8, mrt_transpose_conv_u8)},
    MRT_LINE_OF(mrt_transpose_conv_hybrid, {MRT_F32,
                                            {MRT_I32, MRT_I8, MRT_F32, MRT_F32},
                                            4,
                                            2,
                                            5,
                                            MRT_FLOATS(mrt_transpose_conv_prepare_hybrid, mrt_transpose_conv_hybrid)})
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_transpose_conv = {
    67, 49, 3, 4, 1, 1, MRT_ATTRIBUTES(mrt_transpose_conv_fields), mrt_transpose_conv_shape, mrt_transpose_conv_rows};

#endif
