/* int8 operators with int4 weights: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED. The reference is one for all three
 * (kernels/conv_groups.h); the kernels of runtime/arch take what those of int8 weights take, with weights laid out in half
 * the bytes. They need weights with zero points of 0. SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"
#include "runtime/arch/conv_2d_i4_dsp.h"
#include "runtime/arch/conv_2d_i4_lanes.h"
#include "runtime/arch/depthwise_conv_2d_i4_bytes.h"
#include "runtime/arch/depthwise_conv_2d_i4_dsp.h"
#include "runtime/arch/fully_connected_i4_dsp.h"
#include "runtime/arch/fully_connected_i4_lanes.h"
#include "runtime/ops/conv_groups.h"

/* ---- the reference's parameters, with weights in bytes ---- */

static int8_t weight_at(const uint8_t *packed, size_t i)
{
    const int8_t byte = (int8_t)packed[i / 2];

    return i % 2 ? (int8_t)(byte >> 4) : mrt_low_nibble(byte);
}

static mote_status unpack(const mote_graph *graph, const mote_node *node, const uint8_t *packed, mote_arena *arena,
                          const int8_t **out, mote_error *err)
{
    const size_t count = mote_tensor_count(mote_node_in(graph, node, 1));
    int8_t      *w = MOTE_NEW(arena, int8_t, count, err);
    size_t       i;

    if (!w)
        return err->code;
    for (i = 0; i < count; i++)
        w[i] = weight_at(packed, i);
    *out = w;
    return MOTE_OK;
}

/* As int8's, FULLY_CONNECTED as a convolution. */
static mote_status take(const mote_graph *graph, const mote_node *node, mote_arena *arena, mrt_conv_i8_params *out,
                        mote_error *err)
{
    mote_prepared                    reference = {.arena = arena};
    const mrt_conv_groups_i4_params *from;

    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    from = reference.params;
    *out = (mrt_conv_i8_params){.window = from->window,
                                .in_zero = from->in_zero,
                                .out_zero = from->out_zero,
                                .act_min = from->act_min,
                                .act_max = from->act_max,
                                .step = from->step,
                                .bias = from->bias,
                                .mult = from->mult,
                                .shift = from->shift};
    return unpack(graph, node, from->w, arena, &out->w, err);
}

/* Of CONV_2D and FULLY_CONNECTED. */
static mote_convolution_weights rows_of(const mrt_window *window)
{
    const int32_t depth = mrt_conv_2d_depth(window);

    return (mote_convolution_weights){.channel_step = depth, .tap_step = 1, .tap_count = depth};
}

/* ---- weights ---- */

/* Weight k of channel o, 0 beyond the last ones. */
static int32_t value_at(const mrt_window *window, const int8_t *w, int32_t o, int32_t k)
{
    const int32_t depth = mrt_conv_2d_depth(window);

    return o < window->out_c && k < depth ? w[(size_t)o * (size_t)depth + (size_t)k] : 0;
}

/* Two channels in a byte: see arm_dsp/conv_tile_i4.h. */
static int8_t byte_at(const mrt_window *window, const int8_t *w, int32_t o, int32_t k)
{
    return (int8_t)(16 * value_at(window, w, o, k) + value_at(window, w, o + 1, k) + 8);
}

/* The tiles' sums are doubled, which the fast way wants. */
static bool suits_dsp(const mrt_window *window, const mrt_output *output)
{
    return output->is_fast && mrt_conv_2d_depth(window) <= MRT_I4_DEPTH_MAX;
}

/* For CONV_2D: channel pair by channel pair, depth padded to whole pairs of groups. */
static mote_status pack_pairs(const mrt_window *window, const int8_t *w, mote_prepared *prepared, const int8_t **out,
                              mote_error *err)
{
    const int32_t depth = mrt_conv_2d_padded_depth(window, MRT_PANEL_PAIRS);
    const size_t  bytes = mote_size_mul(((size_t)window->out_c + 1) / 2, (size_t)depth);
    int8_t       *packed = MOTE_NEW(prepared->arena, int8_t, bytes, err), *to = packed;
    int32_t       o, k;

    if (!packed)
        return err->code;
    for (o = 0; o < window->out_c; o += 2)
        for (k = 0; k < depth; k++)
            *to++ = byte_at(window, w, o, k);
    *out = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

/* Bytes of weights for each four channels, of which each group of 4 values has 8. */
static size_t fours_bytes(const mrt_window *window)
{
    return mote_size_mul(((size_t)window->out_c + 3) / 4, ((size_t)mrt_conv_2d_depth(window) + 3) / 4 * 8);
}

/* For FULLY_CONNECTED: four channels, group by group. */
static mote_status pack_quads(const mrt_window *window, const int8_t *w, mote_prepared *prepared, const int8_t **out,
                              mote_error *err)
{
    const size_t bytes = fours_bytes(window);
    int8_t      *packed = MOTE_NEW(prepared->arena, int8_t, bytes, err), *to = packed;
    int32_t      o, k, i;

    if (!packed)
        return err->code;
    for (o = 0; o < window->out_c; o += 4)
        for (k = 0; k < mrt_conv_2d_depth(window); k += 4)
            for (i = 0; i < 8; i++)
                *to++ = byte_at(window, w, o + i / 4 * 2, k + i % 4);
    *out = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

/* See runtime/arch/lanes.h. */
static int8_t *pack_lanes_of(const mrt_window *window, const int8_t *w, int32_t o, int32_t k, int8_t *to)
{
    uint32_t word = 0;
    int32_t  i;

    for (i = 0; i < 4; i++) {
        word |= (uint32_t)(value_at(window, w, o, k + i) + 8) << (4 * i);
        word |= (uint32_t)(value_at(window, w, o + 1, k + i) + 8) << (16 + 4 * i);
    }
    for (i = 0; i < 4; i++)
        *to++ = (int8_t)(uint8_t)(word >> (8 * i));
    return to;
}

static mote_status pack_lanes(const mrt_window *window, const int8_t *w, mote_prepared *prepared, const int8_t **out,
                              mote_error *err)
{
    const size_t bytes = fours_bytes(window);
    int8_t      *packed = MOTE_NEW(prepared->arena, int8_t, bytes, err), *to = packed;
    int32_t      o, k;

    if (!packed)
        return err->code;
    for (o = 0; o < window->out_c; o += 4)
        for (k = 0; k < mrt_conv_2d_depth(window); k += 4) {
            to = pack_lanes_of(window, w, o, k, to);
            to = pack_lanes_of(window, w, o + 2, k, to);
        }
    *out = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

/* ---- CONV_2D ---- */

/* All but the weights, which p has in bytes. */
static mote_status prepare_tiled(const mote_graph *graph, const mote_node *node, bool folds_zero, mote_prepared *prepared,
                                 mote_error *err)
{
    mrt_conv_2d_tiled_params *p = mote_prepared_params(prepared, sizeof *p, err);
    mote_convolution_weights  weights;
    mrt_conv_i8_params        from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    p->window = from.window;
    p->patches = (int32_t)mrt_conv_2d_patches_of(&p->window);
    p->in_zero = from.in_zero;
    p->w = from.w;
    weights = rows_of(&p->window);
    return mote_convolution_channels(&from, &weights, folds_zero, prepared, &p->output, &p->channels, err);
}

static bool is_plain(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return !mote_conv_2d_is_grouped(graph, node);
}

static bool conv_applies_dsp(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    failure = {0};
    bool          does = false;

    if (is_plain(graph, node, err) && prepare_tiled(graph, node, false, &prepared, &failure) == MOTE_OK) {
        const mrt_conv_2d_tiled_params *p = prepared.params;
        does = suits_dsp(&p->window, &p->output);
    }
    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

static mote_status conv_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_conv_2d_tiled_params *p;

    MOTE_TRY(prepare_tiled(graph, node, false, prepared, err));
    p = prepared->params;
    return pack_pairs(&p->window, p->w, prepared, &p->w, err);
}

static mote_status conv_prepare_lanes(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                      mote_error *err)
{
    mrt_conv_2d_tiled_params *p;

    MOTE_TRY(prepare_tiled(graph, node, true, prepared, err));
    p = prepared->params;
    return pack_lanes(&p->window, p->w, prepared, &p->w, err);
}

static size_t conv_scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS);
}

static size_t conv_scratch_lanes(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_BYTES, MRT_4X4_POSITIONS);
}

static void conv_run_dsp(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i4_dsp(params, io->in[0], io->out[0], io->scratch);
}

static void conv_run_lanes(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i4_lanes(params, io->in[0], io->out[0], io->scratch);
}

#define REFERENCE                                                                                                           \
    MOTE_REFERENCE_KERNEL(mrt_conv_groups_i4, mrt_conv_groups_i4_params, "kernels/conv_groups.h", mrt_conv_groups_i4_run)
#define TILED                                                                                                               \
    .params = "mrt_conv_2d_tiled_params", .param_bytes = sizeof(mrt_conv_2d_tiled_params), .fields = mote_tiled_fields,     \
    .overlap = mote_conv_2d_overlap

const mote_kernel mrt_conv_2d_i4_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_conv_2d_i4_lanes",
     .header = "arch/conv_2d_i4_lanes.h",
     .targets = MOTE_TARGET_PORTABLE,
     TILED,
     .applies = is_plain,
     .code_bytes = 1950,
     .shared_code_bytes = 2350,
     .scratch = conv_scratch_lanes,
     .prepare = conv_prepare_lanes,
     .run = conv_run_lanes},
    {.symbol = "mrt_conv_2d_i4_dsp",
     .header = "arch/conv_2d_i4_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     TILED,
     .applies = conv_applies_dsp,
     .code_bytes = 1050,
     .shared_code_bytes = 1340,
     .scratch = conv_scratch_dsp,
     .prepare = conv_prepare_dsp,
     .run = conv_run_dsp},
    {0},
};

/* ---- DEPTHWISE_CONV_2D ---- */

/* The bytes that weights become must not take more memory than a plane may. */
static bool depthwise_applies(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    return mote_plane_fits(graph, node, err) &&
           mote_tensor_count(mote_node_in(graph, node, 1)) <= (size_t)MOTE_PLANE_BYTES_MAX;
}

static mote_status prepare_plane(const mote_graph *graph, const mote_node *node, int32_t unit, mote_prepared *prepared,
                                 mote_error *err)
{
    const mote_tensor          *w = mote_node_in(graph, node, 1);
    mote_convolution_weights    weights = {.channel_step = 1, .tap_step = w->dim[3], .tap_count = w->dim[1] * w->dim[2]};
    mrt_depthwise_plane_params *p = mote_prepared_params(prepared, sizeof *p, err);
    mrt_conv_i8_params          from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    p->window = from.window;
    p->in_zero = from.in_zero;
    p->is_transposed = mote_plane_is_transposed(&p->window, unit);
    p->w = w->data;
    MOTE_TRY(mote_convolution_channels(&from, &weights, true, prepared, &p->output, &p->channels, err));
    return mote_prepared_add(prepared, "weights", p->w, MOTE_I8, (mote_tensor_count(w) + 1) / 2, err);
}

static mote_status depthwise_prepare_bytes(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                           mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_BYTES_UNIT, prepared, err);
}

static mote_status depthwise_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                         mote_error *err)
{
    return prepare_plane(graph, node, MRT_DEPTHWISE_DSP_UNIT, prepared, err);
}

static size_t depthwise_scratch_bytes(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_i4_bytes_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_BYTES_UNIT));
}

static size_t depthwise_scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    const mrt_window window = mote_convolution_window(graph, node);

    return (size_t)mrt_depthwise_i4_dsp_scratch(&window, mote_plane_is_transposed(&window, MRT_DEPTHWISE_DSP_UNIT));
}

static void depthwise_run_bytes(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i4_bytes(params, io->in[0], io->out[0], io->scratch);
}

static void depthwise_run_dsp(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i4_dsp(params, io->in[0], io->out[0], io->scratch);
}

#define PLANE                                                                                                               \
    .params = "mrt_depthwise_plane_params", .param_bytes = sizeof(mrt_depthwise_plane_params), .fields = mote_plane_fields, \
    .applies = depthwise_applies, .in_place = mote_plane_in_place

const mote_kernel mrt_depthwise_conv_2d_i4_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_depthwise_conv_2d_i4_bytes",
     .header = "arch/depthwise_conv_2d_i4_bytes.h",
     .targets = MOTE_TARGET_PORTABLE,
     PLANE,
     .code_bytes = 760,
     .shared_code_bytes = 1460,
     .saved_per_output = 9,
     .scratch = depthwise_scratch_bytes,
     .prepare = depthwise_prepare_bytes,
     .run = depthwise_run_bytes},
    {.symbol = "mrt_depthwise_conv_2d_i4_dsp",
     .header = "arch/depthwise_conv_2d_i4_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     PLANE,
     .code_bytes = 530,
     .shared_code_bytes = 1100,
     .saved_per_output = 9,
     .scratch = depthwise_scratch_dsp,
     .prepare = depthwise_prepare_dsp,
     .run = depthwise_run_dsp},
    {0},
};

/* ---- FULLY_CONNECTED ---- */

static bool is_symmetric(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mote_zero_of(mote_node_in(graph, node, 1)) == 0;
}

/* All but the weights, which p has in bytes. */
static mote_status prepare_dense(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mrt_window *window,
                                 mote_error *err)
{
    mrt_fully_connected_channels_params *p = mote_prepared_params(prepared, sizeof *p, err);
    mote_convolution_weights             weights;
    mrt_conv_i8_params                   from;

    if (!p)
        return err->code;
    MOTE_TRY(take(graph, node, prepared->arena, &from, err));
    *window = from.window;
    p->rows = window->in_w;
    p->in_count = window->in_c;
    p->out_count = window->out_c;
    p->w = from.w;
    weights = rows_of(window);
    return mote_convolution_channels(&from, &weights, true, prepared, &p->output, &p->channels, err);
}

static bool dense_applies_dsp(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    failure = {0};
    mrt_window    window;
    bool          does = false;

    if (is_symmetric(graph, node, err) && prepare_dense(graph, node, &prepared, &window, &failure) == MOTE_OK) {
        const mrt_fully_connected_channels_params *p = prepared.params;
        does = suits_dsp(&window, &p->output);
    }
    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

static mote_status dense_prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                     mote_error *err)
{
    mrt_fully_connected_channels_params *p;
    mrt_window                           window;

    MOTE_TRY(prepare_dense(graph, node, prepared, &window, err));
    p = prepared->params;
    return pack_quads(&window, p->w, prepared, &p->w, err);
}

static mote_status dense_prepare_lanes(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                       mote_error *err)
{
    mrt_fully_connected_channels_params *p;
    mrt_window                           window;

    MOTE_TRY(prepare_dense(graph, node, prepared, &window, err));
    p = prepared->params;
    return pack_lanes(&window, p->w, prepared, &p->w, err);
}

static void dense_run_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i4_dsp(params, io->in[0], io->out[0]);
}

static void dense_run_lanes(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i4_lanes(params, io->in[0], io->out[0]);
}

#define CHANNELS                                                                                                            \
    .params = "mrt_fully_connected_channels_params", .param_bytes = sizeof(mrt_fully_connected_channels_params),            \
    .fields = mote_channels_fields

const mote_kernel mrt_fully_connected_i4_kernels[] = {
    {REFERENCE},
    {.symbol = "mrt_fully_connected_i4_lanes",
     .header = "arch/fully_connected_i4_lanes.h",
     .targets = MOTE_TARGET_PORTABLE,
     CHANNELS,
     .code_bytes = 880,
     .shared_code_bytes = 1000,
     .applies = is_symmetric,
     .prepare = dense_prepare_lanes,
     .run = dense_run_lanes},
    {.symbol = "mrt_fully_connected_i4_dsp",
     .needs_registers = true,
     .code_bytes = 560,
     .shared_code_bytes = 800,
     .header = "arch/fully_connected_i4_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     CHANNELS,
     .applies = dense_applies_dsp,
     .prepare = dense_prepare_dsp,
     .run = dense_run_dsp},
    {0},
};
