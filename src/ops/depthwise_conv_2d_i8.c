/* The kernels of runtime/arch work on one channel's plane (plane.h): their parameters come from the reference's, with the
 * channels' table in place of bias, multipliers and shifts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"
#include "ops/host.h"
#include "runtime/arch/depthwise_conv_2d_bytes.h"
#include "runtime/arch/depthwise_conv_2d_dsp.h"
#include "runtime/ops/depthwise_conv_2d.h"

static mote_convolution_weights weights_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return (mote_convolution_weights){.channel_step = 1, .tap_step = w->dim[3], .tap_count = w->dim[1] * w->dim[2]};
}

/* ---- the reference ---- */

static mote_status pack(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_convolution_weights weights = weights_of(graph, node);

    return mote_convolution_fold_i8(&weights, prepared, err);
}

/* ---- planes ---- */

/* What an output row costs in units of one output: its beginning is worth about one. */
static int64_t cost_of(int32_t rows, int32_t columns, int32_t unit)
{
    return (int64_t)rows * ((columns + unit - 1) / unit * unit + 1);
}

bool mote_plane_is_transposed(const mrt_window *window, int32_t unit)
{
    return cost_of(window->out_w, window->out_h, unit) < cost_of(window->out_h, window->out_w, unit);
}

static mote_status prepare_plane(const mote_graph *graph, const mote_node *node, int32_t unit, mote_prepared *prepared,
                                 mote_error *err)
{
    mote_convolution_weights    weights = weights_of(graph, node);
    mote_prepared               reference = {.arena = prepared->arena};
    mrt_depthwise_plane_params *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_conv_i8_params   *from;

    if (!p)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    from = reference.params;
    p->window = from->window;
    p->in_zero = from->in_zero;
    p->is_transposed = mote_plane_is_transposed(&p->window, unit);
    p->w = from->w;
    MOTE_TRY(mote_convolution_channels(from, &weights, true, prepared, &p->output, &p->channels, err));
    return mote_prepared_add(prepared, "weights", p->w, MOTE_I8, mote_tensor_count(mote_node_in(graph, node, 1)), err);
}

/* The plane's size in 64 bits: the runtime's own function may be asked only when it is small. */
bool mote_plane_fits(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mrt_window w = mote_convolution_window(graph, node);
    const int64_t    rows = (int64_t)(w.out_h + 3) * w.stride_h + (int64_t)w.kernel_h * w.dilation_h;
    const int64_t    columns = (int64_t)(w.out_w + 3) * w.stride_w + (int64_t)w.kernel_w * w.dilation_w;

    (void)err;
    return rows < MOTE_PLANE_BYTES_MAX && columns < MOTE_PLANE_BYTES_MAX && 2 * rows * columns <= 2 * MOTE_PLANE_BYTES_MAX;
}

/* See plane.h. Samples after the first must not have been written over. */
uint32_t mote_plane_in_place(const mote_graph *graph, const mote_node *node)
{
    const mrt_window w = mote_convolution_window(graph, node);

    return w.in_c == w.out_c && (int64_t)w.out_h * w.out_w <= (int64_t)w.in_h * w.in_w;
}

static mote_status prepare_bytes(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_BYTES_UNIT, prepared, err);
}

static size_t scratch_bytes(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_bytes_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_BYTES_UNIT));
}

static void run_bytes(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8_bytes(params, io->in[0], io->out[0], io->scratch);
}

static mote_status prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_DSP_UNIT, prepared, err);
}

static size_t scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_dsp_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_DSP_UNIT));
}

static void run_dsp(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8_dsp(params, io->in[0], io->out[0], io->scratch);
}

/* ---- all ---- */

const mote_field mote_plane_fields[] = {
    MOTE_FIELD(mrt_depthwise_plane_params, window.batch),
    MOTE_FIELD(mrt_depthwise_plane_params, window.in_h),
    MOTE_FIELD(mrt_depthwise_plane_params, window.in_w),
    MOTE_FIELD(mrt_depthwise_plane_params, window.in_c),
    MOTE_FIELD(mrt_depthwise_plane_params, window.out_h),
    MOTE_FIELD(mrt_depthwise_plane_params, window.out_w),
    MOTE_FIELD(mrt_depthwise_plane_params, window.out_c),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.kernel_h),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.kernel_w),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.stride_h),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.stride_w),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.dilation_h),
    MOTE_DECIDING_FIELD(mrt_depthwise_plane_params, window.dilation_w),
    MOTE_FIELD(mrt_depthwise_plane_params, window.pad_top),
    MOTE_FIELD(mrt_depthwise_plane_params, window.pad_left),
    MOTE_OUTPUT_FIELDS(mrt_depthwise_plane_params),
    MOTE_FIELD(mrt_depthwise_plane_params, in_zero),
    MOTE_FIELD(mrt_depthwise_plane_params, is_transposed),
    MOTE_FIELD(mrt_depthwise_plane_params, w),
    MOTE_FIELD(mrt_depthwise_plane_params, channels),
    {0},
};

#define PLANE                                                                                                               \
    .params = "mrt_depthwise_plane_params", .param_bytes = sizeof(mrt_depthwise_plane_params), .fields = mote_plane_fields, \
    .applies = mote_plane_fits, .in_place = mote_plane_in_place

const mote_kernel mrt_depthwise_conv_2d_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_depthwise_conv_2d_i8, mrt_conv_i8_params, "kernels/depthwise_conv_2d.h",
                           mrt_depthwise_conv_2d_i8_run),
     .pack = pack},
    {.symbol = "mrt_depthwise_conv_2d_i8_bytes",
     .header = "arch/depthwise_conv_2d_bytes.h",
     .targets = MOTE_TARGET_PORTABLE,
     PLANE,
     .code_bytes = 700,
     .shared_code_bytes = 1400,
     .saved_per_output = 9,
     .scratch = scratch_bytes,
     .prepare = prepare_bytes,
     .run = run_bytes},
    {.symbol = "mrt_depthwise_conv_2d_i8_dsp",
     .header = "arch/depthwise_conv_2d_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     PLANE,
     .code_bytes = 470,
     .shared_code_bytes = 1040,
     .saved_per_output = 9,
     .scratch = scratch_dsp,
     .prepare = prepare_dsp,
     .run = run_dsp},
    MOTE_HOST_KERNELS("mote_host_depthwise_conv_2d_i8", mote_int8_conv, mote_host_convolution_fields, NULL,
                      &mote_host_depthwise_conv_2d),
    {0},
};
