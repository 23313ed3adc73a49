/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/host.h"

#include "ops/convolution.h"
#include "ops/reduce.h"
#include "runtime/kernels/fully_connected.h"

/* ---- what applies ---- */

static bool has_level(const mote_math *math)
{
    return mote_math_select(math->name) != NULL;
}

/* Padding vectors, taps and images must not eat memory where a file asks for odd shapes; 64 KiB always may be. */
static bool is_modest(size_t bytes, size_t plain_bytes)
{
    return bytes <= 65536 || bytes / 16 <= plain_bytes;
}

/* 1x1 over an image of one row: its columns are the rows of the input. */
static mrt_window fully_connected_window(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const int32_t      rows = (int32_t)(mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)w->dim[1]);

    return (mrt_window){.batch = 1,
                        .in_h = 1,
                        .in_w = rows,
                        .in_c = w->dim[1],
                        .out_h = 1,
                        .out_w = rows,
                        .out_c = w->dim[0],
                        .kernel_h = 1,
                        .kernel_w = 1,
                        .stride_h = 1,
                        .stride_w = 1,
                        .dilation_h = 1,
                        .dilation_w = 1};
}

static mrt_window window_of(const mote_graph *graph, const mote_node *node)
{
    return node->op == MOTE_OP_FULLY_CONNECTED ? fully_connected_window(graph, node) : mote_convolution_window(graph, node);
}

static bool is_depthwise(const mote_node *node)
{
    return node->op == MOTE_OP_DEPTHWISE_CONV_2D;
}

static size_t packed_count(const mote_node *node, const mrt_window *window, int32_t lanes)
{
    return is_depthwise(node) ? mote_int8_depthwise_count(window, lanes) : mote_int8_conv_count(window, lanes);
}

static size_t scratch_bytes(const mote_math *math, const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = window_of(graph, node);

    return is_depthwise(node) ? mote_int8_depthwise_scratch(&window, math->lanes) : mote_int8_conv_scratch(&window);
}

/* Every zero point of a convolution's weights is 0; FULLY_CONNECTED's has one, which the packed weights are without. */
static bool has_plain_weights(const mote_graph *graph, const mote_node *node)
{
    const mote_quant *quant = mote_node_in(graph, node, 1)->quant;
    int32_t           o;

    if (!quant || quant->count < 1)
        return false;
    if (node->op == MOTE_OP_FULLY_CONNECTED)
        return quant->count == 1 || quant->zero_point[0] == 0;
    for (o = 0; o < quant->count; o++)
        if (quant->zero_point[o] != 0)
            return false;
    return true;
}

static bool convolution_applies(const mote_math *math, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1);
    const mote_tensor *out = mote_node_out(graph, node, 0);
    mrt_window         window;

    if (!has_level(math) || !has_plain_weights(graph, node) ||
        (node->op == MOTE_OP_CONV_2D && mote_conv_2d_is_grouped(graph, node)))
        return false;
    window = window_of(graph, node);
    return is_modest(mote_size_mul(packed_count(node, &window, math->lanes), sizeof(int16_t)), mote_tensor_bytes(w)) &&
           is_modest(scratch_bytes(math, graph, node), mote_tensor_bytes(in) + mote_tensor_bytes(out));
}

static bool add_applies(const mote_math *math, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *a = mote_node_in(graph, node, 0), *b = mote_node_in(graph, node, 1);
    const size_t       count = mote_tensor_count(mote_node_out(graph, node, 0));

    return has_level(math) && a->kind != MOTE_CONST && b->kind != MOTE_CONST && mote_tensor_count(a) == count &&
           mote_tensor_count(b) == count;
}

/* Below a vector's channels the lanes would stand empty. */
static bool has_wide_end(const mote_math *math, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *out = mote_node_out(graph, node, 0);

    return has_level(math) && out->rank > 0 && out->dim[out->rank - 1] > 1;
}

static bool mean_applies(const mote_math *math, const mote_graph *graph, const mote_node *node)
{
    return has_wide_end(math, graph, node) && mote_reduces_two_runs(graph, node);
}

/* ---- preparing ---- */

/* What both reference parameter structs say about channels. */
typedef struct channel_source {
    const int8_t  *w;
    const int32_t *bias, *mult;
    const int8_t  *shift;
    int32_t        step, w_zero, in_zero;
    int32_t        w_step, tap_step, tap_count; /* from channel to channel, from tap to tap */
} channel_source;

static channel_source take_conv(const mote_node *node, const mrt_conv_i8_params *from, mote_int8_conv *p)
{
    const int32_t taps = from->window.kernel_h * from->window.kernel_w;

    p->in_zero = from->in_zero;
    p->out_zero = from->out_zero;
    p->act_min = from->act_min;
    p->act_max = from->act_max;
    if (is_depthwise(node))
        return (channel_source){from->w, from->bias,    from->mult, from->shift,        from->step,
                                0,       from->in_zero, 1,          from->window.out_c, taps};
    return (channel_source){from->w,
                            from->bias,
                            from->mult,
                            from->shift,
                            from->step,
                            0,
                            from->in_zero,
                            taps * from->window.in_c,
                            1,
                            taps * from->window.in_c};
}

static channel_source take_fully_connected(const mrt_fully_connected_i8_params *from, mote_int8_conv *p)
{
    p->in_zero = from->in_zero;
    p->out_zero = from->out_zero;
    p->act_min = from->act_min;
    p->act_max = from->act_max;
    return (channel_source){from->w,      from->bias,    from->mult,     from->shift, from->step,
                            from->w_zero, from->in_zero, from->in_count, 1,           from->in_count};
}

/* sum (in - zero) w = sum in w - zero sum w, in arithmetic that wraps. */
static uint32_t folded_bias(const channel_source *from, int32_t o)
{
    const int8_t *w = from->w + (size_t)o * (size_t)from->w_step;
    uint32_t      sum = 0;
    int32_t       k;

    for (k = 0; k < from->tap_count; k++)
        sum += (uint32_t)(w[(size_t)k * (size_t)from->tap_step] - from->w_zero);
    return (from->bias ? (uint32_t)from->bias[o] : 0u) - (uint32_t)from->in_zero * sum;
}

static mote_int8_way way_of(const mote_int8_conv *p, const channel_source *from)
{
    int32_t o;

    for (o = 0; o < (from->step ? p->window.out_c : 1); o++)
        if (from->shift[o] >= 0)
            return MOTE_INT8_GENERAL;
    return p->act_min >= p->out_zero ? MOTE_INT8_POSITIVE : MOTE_INT8_SIGNED;
}

static void set_channels(mote_int8_conv *p, const channel_source *from, int32_t lanes, int32_t *channels)
{
    const mote_int8_way way = way_of(p, from);
    int32_t             o;

    for (o = 0; o < p->window.out_c; o++) {
        const mote_int8_constants constants = {folded_bias(from, o), from->mult[o * from->step], from->shift[o * from->step],
                                               p->out_zero};
        mote_int8_set_channel(channels, lanes, o, way, &constants);
    }
    p->way = (int32_t)way;
    p->clamps = p->act_min != -128 || p->act_max != 127;
    p->channels = channels;
}

static mote_status convolution_prepare(const mote_math *math, const mote_graph *graph, const mote_node *node,
                                       mote_prepared *prepared, mote_error *err)
{
    mote_prepared   reference = {.arena = prepared->arena};
    mote_int8_conv *p = mote_prepared_params(prepared, sizeof *p, err);
    channel_source  from;
    int16_t        *w;
    int32_t        *channels;
    size_t          w_count, channel_count;

    if (!p)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    from = node->op == MOTE_OP_FULLY_CONNECTED ? take_fully_connected(reference.params, p)
                                               : take_conv(node, reference.params, p);
    p->window = window_of(graph, node);
    w_count = packed_count(node, &p->window, math->lanes);
    channel_count = mote_int8_channel_count(&p->window, math->lanes);
    w = MOTE_NEW(prepared->arena, int16_t, w_count, err);
    channels = MOTE_NEW(prepared->arena, int32_t, channel_count, err);
    if (!w || !channels)
        return err->code;
    if (is_depthwise(node))
        mote_int8_pack_depthwise(&p->window, math->lanes, from.w, w);
    else
        mote_int8_pack_conv(&p->window, math->lanes, from.w, from.w_zero, w);
    p->w = w;
    set_channels(p, &from, math->lanes, channels);
    MOTE_TRY(mote_prepared_add(prepared, "weights", w, MOTE_I16, w_count, err));
    return mote_prepared_add(prepared, "channels", channels, MOTE_I32, channel_count, err);
}

const mote_field mote_host_convolution_fields[] = {MOTE_FOR_EACH(
    MOTE_FIELD, mote_int8_conv, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
    window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h, window.dilation_w,
    window.pad_top, window.pad_left, in_zero, out_zero, act_min, act_max, way, clamps, w, channels){0}};

static mote_status plain_prepare(const mote_math *math, const mote_graph *graph, const mote_node *node,
                                 mote_prepared *prepared, mote_error *err)
{
    (void)math;
    return mote_described_prepare(graph, node, prepared, err);
}

/* ---- running ---- */

static void run_conv(const mote_math *math, const void *params, const mrt_io *io)
{
    math->conv_i8(params, io->in[0], io->out[0], io->scratch);
}

static void run_depthwise(const mote_math *math, const void *params, const mrt_io *io)
{
    math->depthwise_i8(params, io->in[0], io->out[0], io->scratch);
}

static void run_add(const mote_math *math, const void *params, const mrt_io *io)
{
    math->add_i8(params, io->in[0], io->in[1], io->out[0]);
}

static void run_average_pool(const mote_math *math, const void *params, const mrt_io *io)
{
    math->average_pool_i8(params, io->in[0], io->out[0]);
}

static void run_mean(const mote_math *math, const void *params, const mrt_io *io)
{
    math->mean_i8(params, io->in[0], io->out[0]);
}

const mote_host_kernel mote_host_conv_2d = {convolution_applies, scratch_bytes, convolution_prepare, run_conv};
const mote_host_kernel mote_host_depthwise_conv_2d = {convolution_applies, scratch_bytes, convolution_prepare,
                                                      run_depthwise};
const mote_host_kernel mote_host_fully_connected = {convolution_applies, scratch_bytes, convolution_prepare, run_conv};
const mote_host_kernel mote_host_add = {add_applies, NULL, plain_prepare, run_add};
const mote_host_kernel mote_host_average_pool_2d = {has_wide_end, NULL, plain_prepare, run_average_pool};
const mote_host_kernel mote_host_mean = {mean_applies, NULL, plain_prepare, run_mean};
