/* int16 operators with int8 weights and int64 biases: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED. The reference is one for
 * all three (kernels/conv_groups.h) and sums in 64 bits; the kernels of runtime/arch sum in 32, where the weights of every
 * channel show that this is enough. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "ops/convolution.h"
#include "runtime/arch/conv_2d_i16_4x4.h"
#include "runtime/arch/conv_2d_i16_dsp.h"
#include "runtime/arch/depthwise_conv_2d_i16_dsp.h"
#include "runtime/arch/depthwise_conv_2d_i16_plain.h"
#include "runtime/arch/fully_connected_i16.h"
#include "runtime/ops/conv_groups.h"

/* ---- what all share ---- */

static mote_status take(const mote_graph *graph, const mote_node *node, mote_arena *arena,
                        const mrt_conv_groups_i16_params **out, mote_error *err)
{
    mote_prepared reference = {.arena = arena};

    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    *out = reference.params;
    return MOTE_OK;
}

/* Weight k of a channel stands at o * channel_step + k * tap_step. */
static mote_convolution_weights weights_of(const mote_node *node, const mrt_window *window)
{
    const int32_t depth = window->kernel_h * window->kernel_w * window->in_c;

    if (node->op == MOTE_OP_DEPTHWISE_CONV_2D)
        return (mote_convolution_weights){
            .channel_step = 1, .tap_step = window->out_c, .tap_count = window->kernel_h * window->kernel_w};
    return (mote_convolution_weights){.channel_step = depth, .tap_step = 1, .tap_count = depth};
}

/* Whatever the input is, the sum with its bias fits into 32 bits, and the multiplier into the short way of channel_i16.h. */
static bool channel_fits(const mrt_conv_groups_i16_params *p, const mote_convolution_weights *weights, int32_t o)
{
    const int32_t shift = p->shift[o * p->step];
    const int64_t bias = p->bias ? p->bias[o] : 0;
    int64_t       most = 0;
    int32_t       k;

    for (k = 0; k < weights->tap_count; k++)
        most += abs(p->w[(size_t)o * (size_t)weights->channel_step + (size_t)k * (size_t)weights->tap_step]);
    most *= -(int64_t)INT16_MIN;
    return shift <= -2 && shift >= -31 && bias >= INT32_MIN + most && bias <= INT32_MAX - most;
}

/* Bytes of images are counted in 32 bits. */
static bool is_modest(const mote_graph *graph, const mote_node *node, const mote_convolution_weights *weights)
{
    return weights->tap_count <= 1 << 24 && mote_tensor_bytes(mote_node_in(graph, node, 0)) <= INT32_MAX;
}

static bool fits(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mrt_conv_groups_i16_params *p;
    mote_arena                        arena = {0};
    mote_error                        failure = {0};
    bool                              does = false;
    int32_t                           o;

    if (take(graph, node, &arena, &p, &failure) == MOTE_OK) {
        const mote_convolution_weights weights = weights_of(node, &p->window);
        does = is_modest(graph, node, &weights);
        for (o = 0; o < p->window.out_c && does; o++)
            does = channel_fits(p, &weights, o);
    }
    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

static void fold_channel(const mrt_conv_groups_i16_params *p, int32_t o, int32_t *entry)
{
    entry[0] = p->mult[o * p->step] * 65536;
    entry[1] = p->bias ? (int32_t)p->bias[o] : 0;
    entry[2] = (-2 - p->shift[o * p->step]) * 65536;
}

static mote_status fold(const mrt_conv_groups_i16_params *p, mote_prepared *prepared, mrt_output *output,
                        const int32_t **channels, mote_error *err)
{
    const int32_t out_c = p->window.out_c;
    const int32_t padded = (out_c + MRT_CHANNELS_MULTIPLE - 1) / MRT_CHANNELS_MULTIPLE * MRT_CHANNELS_MULTIPLE;
    const size_t  words = mote_size_mul((size_t)padded, MRT_CHANNEL_WORDS);
    int32_t      *table = MOTE_NEW(prepared->arena, int32_t, words, err), o;

    if (!table)
        return err->code;
    for (o = 0; o < out_c; o++)
        fold_channel(p, o, table + o * MRT_CHANNEL_WORDS);
    *output = (mrt_output){.act_min = p->act_min, .act_max = p->act_max, .is_fast = 1};
    *channels = table;
    return mote_prepared_add(prepared, "channels", table, MOTE_I32, words, err);
}

static mote_status add_weights(const mote_graph *graph, const mote_node *node, const int8_t *w, mote_prepared *prepared,
                               mote_error *err)
{
    return mote_prepared_add(prepared, "weights", w, MOTE_I8, mote_tensor_count(mote_node_in(graph, node, 1)), err);
}

/* Weight k of channel o of rows of `depth` weights, 0 beyond the last ones. */
static int8_t value_at(const int8_t *w, int32_t out_c, int32_t depth, int32_t o, int32_t k)
{
    return o < out_c && k < depth ? w[(size_t)o * (size_t)depth + (size_t)k] : 0;
}

#define REFERENCE                                                                                                           \
    MOTE_REFERENCE_KERNEL(mrt_conv_groups_i16, mrt_conv_groups_i16_params, "kernels/conv_groups.h", mrt_conv_groups_i16_run)

/* ---- CONV_2D ---- */

/* Channels of bytes: see conv_2d_i16_tiled.h. */
static mrt_window byte_window(const mote_graph *graph, const mote_node *node)
{
    mrt_window window = mote_convolution_window(graph, node);

    window.in_c *= 2;
    return window;
}

static bool conv_applies(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    return !mote_conv_2d_is_grouped(graph, node) && fits(graph, node, err);
}

/* All but the array of weights. */
static mote_status prepare_tiled(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_conv_2d_tiled_params         *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_conv_groups_i16_params *from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    p->window = byte_window(graph, node);
    p->patches = (int32_t)mrt_conv_2d_patches_of(&p->window);
    p->w = from->w;
    return fold(from, prepared, &p->output, &p->channels, err);
}

static mote_status conv_prepare_4x4(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    MOTE_TRY(prepare_tiled(graph, node, prepared, err));
    return add_weights(graph, node, ((const mrt_conv_2d_tiled_params *)prepared->params)->w, prepared, err);
}

/* See arm_dsp/conv_tile_i16.h. */
static mote_status conv_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_conv_2d_tiled_params *p;
    int32_t                   out_c, depth, padded, o, k;
    size_t                    bytes;
    int8_t                   *packed, *to;

    MOTE_TRY(prepare_tiled(graph, node, prepared, err));
    p = prepared->params;
    out_c = p->window.out_c;
    depth = mrt_conv_2d_i16_depth(&p->window);
    padded = mrt_conv_2d_i16_padded_depth(&p->window, MRT_I16_DSP_UNIT);
    bytes = mote_size_mul(((size_t)out_c + 1) / 2 * 2, (size_t)padded);
    packed = to = MOTE_NEW(prepared->arena, int8_t, bytes, err);
    if (!packed)
        return err->code;
    for (o = 0; o < out_c; o += 2)
        for (k = 0; k < padded; k++) {
            *to++ = value_at(p->w, out_c, depth, o, k);
            *to++ = value_at(p->w, out_c, depth, o + 1, k);
        }
    p->w = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

static size_t conv_scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = byte_window(graph, node);

    return (size_t)mrt_conv_2d_i16_scratch(&window, MRT_I16_DSP_UNIT, MRT_I16_DSP_POSITIONS);
}

static size_t conv_scratch_4x4(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = byte_window(graph, node);

    return (size_t)mrt_conv_2d_i16_scratch(&window, MRT_I16_4X4_UNIT, MRT_I16_4X4_POSITIONS);
}

static void conv_run_dsp(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i16_dsp(params, io->in[0], io->out[0], io->scratch);
}

static void conv_run_4x4(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i16_4x4(params, io->in[0], io->out[0], io->scratch);
}

#define TILED                                                                                                               \
    .params = "mrt_conv_2d_tiled_params", .param_bytes = sizeof(mrt_conv_2d_tiled_params), .fields = mote_tiled_fields,     \
    .overlap = mote_conv_2d_overlap, .applies = conv_applies

const mote_kernel mrt_conv_2d_i16_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_conv_2d_i16_4x4",
     .header = "arch/conv_2d_i16_4x4.h",
     .targets = MOTE_TARGET_RISCV,
     TILED,
     .code_bytes = 2400,
     .shared_code_bytes = 2950,
     .scratch = conv_scratch_4x4,
     .prepare = conv_prepare_4x4,
     .run = conv_run_4x4},
    {.symbol = "mrt_conv_2d_i16_dsp",
     .header = "arch/conv_2d_i16_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     TILED,
     .code_bytes = 760,
     .shared_code_bytes = 1040,
     .scratch = conv_scratch_dsp,
     .prepare = conv_prepare_dsp,
     .run = conv_run_dsp},
    {0},
};

/* ---- DEPTHWISE_CONV_2D ---- */

static bool depthwise_applies(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    return mote_plane_fits(graph, node, err) && fits(graph, node, err);
}

static mote_status prepare_plane(const mote_graph *graph, const mote_node *node, int32_t unit, mote_prepared *prepared,
                                 mote_error *err)
{
    mrt_depthwise_plane_params       *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_conv_groups_i16_params *from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    p->window = from->window;
    p->is_transposed = mote_plane_is_transposed(&p->window, unit);
    p->w = from->w;
    MOTE_TRY(fold(from, prepared, &p->output, &p->channels, err));
    return add_weights(graph, node, p->w, prepared, err);
}

static mote_status depthwise_prepare_plain(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                           mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_BYTES_UNIT, prepared, err);
}

static mote_status depthwise_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                         mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_DSP_UNIT, prepared, err);
}

static size_t depthwise_scratch_plain(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_i16_plain_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_BYTES_UNIT));
}

static size_t depthwise_scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_i16_dsp_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_DSP_UNIT));
}

static void depthwise_run_plain(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i16_plain(params, io->in[0], io->out[0], io->scratch);
}

static void depthwise_run_dsp(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i16_dsp(params, io->in[0], io->out[0], io->scratch);
}

#define PLANE                                                                                                               \
    .params = "mrt_depthwise_plane_params", .param_bytes = sizeof(mrt_depthwise_plane_params), .fields = mote_plane_fields, \
    .applies = depthwise_applies, .in_place = mote_plane_in_place

const mote_kernel mrt_depthwise_conv_2d_i16_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_depthwise_conv_2d_i16_plain",
     .header = "arch/depthwise_conv_2d_i16_plain.h",
     .targets = MOTE_TARGET_PORTABLE,
     PLANE,
     .code_bytes = 700,
     .shared_code_bytes = 1400,
     .saved_per_output = 9,
     .scratch = depthwise_scratch_plain,
     .prepare = depthwise_prepare_plain,
     .run = depthwise_run_plain},
    {.symbol = "mrt_depthwise_conv_2d_i16_dsp",
     .header = "arch/depthwise_conv_2d_i16_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     PLANE,
     .code_bytes = 470,
     .shared_code_bytes = 1040,
     .saved_per_output = 9,
     .scratch = depthwise_scratch_dsp,
     .prepare = depthwise_prepare_dsp,
     .run = depthwise_run_dsp},
    {0},
};

/* ---- FULLY_CONNECTED ---- */

/* All but the array of weights. */
static mote_status prepare_dense(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_fully_connected_channels_params *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_conv_groups_i16_params    *from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    p->rows = from->window.in_w;
    p->in_count = from->window.in_c;
    p->out_count = from->window.out_c;
    p->w = from->w;
    return fold(from, prepared, &p->output, &p->channels, err);
}

static mote_status dense_prepare_rows(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                      mote_error *err)
{
    MOTE_TRY(prepare_dense(graph, node, prepared, err));
    return add_weights(graph, node, ((const mrt_fully_connected_channels_params *)prepared->params)->w, prepared, err);
}

/* See fully_connected_i16.h. */
static mote_status dense_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                     mote_error *err)
{
    mrt_fully_connected_channels_params *p;
    size_t                               bytes;
    int8_t                              *packed, *to;
    int32_t                              o, k, i;

    MOTE_TRY(prepare_dense(graph, node, prepared, err));
    p = prepared->params;
    bytes = mote_size_mul(((size_t)p->out_count + 3) / 4 * 4, ((size_t)p->in_count + 1) / 2 * 2);
    packed = to = MOTE_NEW(prepared->arena, int8_t, bytes, err);
    if (!packed)
        return err->code;
    for (o = 0; o < p->out_count; o += 4)
        for (k = 0; k < p->in_count; k += 2)
            for (i = 0; i < 8; i++)
                *to++ = value_at(p->w, p->out_count, p->in_count, o + i / 4 * 2 + i % 2, k + i / 2 % 2);
    p->w = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

static void dense_run_rows(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i16_rows(params, io->in[0], io->out[0]);
}

static void dense_run_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i16_dsp(params, io->in[0], io->out[0]);
}

#define CHANNELS                                                                                                            \
    .params = "mrt_fully_connected_channels_params", .param_bytes = sizeof(mrt_fully_connected_channels_params),            \
    .fields = mote_channels_fields, .header = "arch/fully_connected_i16.h", .applies = fits, .code_bytes = 400,             \
    .shared_code_bytes = 500

const mote_kernel mrt_fully_connected_i16_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_fully_connected_i16_rows",
     .targets = MOTE_TARGET_PORTABLE,
     CHANNELS,
     .prepare = dense_prepare_rows,
     .run = dense_run_rows},
    {.symbol = "mrt_fully_connected_i16_dsp",
     .targets = MOTE_TARGET_ARM_DSP,
     CHANNELS,
     .prepare = dense_prepare_dsp,
     .run = dense_run_dsp},
    {0},
};
