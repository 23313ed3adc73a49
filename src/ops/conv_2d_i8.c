/* The kernels of runtime/arch work on a panel of patches (conv_2d_tiled.h): their parameters come from the reference's, with
 * the channels' table in place of bias, multipliers and shifts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/convolution.h"
#include "ops/host.h"
#include "runtime/arch/conv_2d_2x3.h"
#include "runtime/arch/conv_2d_4x4.h"
#include "runtime/arch/conv_2d_dsp.h"
#include "runtime/ops/conv_2d.h"

static mote_convolution_weights weights_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const int32_t      depth = w->dim[1] * w->dim[2] * w->dim[3];

    return (mote_convolution_weights){.channel_step = depth, .tap_step = 1, .tap_count = depth};
}

/* ---- the reference ---- */

static mote_status pack(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_convolution_weights weights = weights_of(graph, node);

    return mote_convolution_fold_i8(&weights, prepared, err);
}

/* ---- panels ---- */

static bool is_plain(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return !mote_conv_2d_is_grouped(graph, node);
}

static mote_status prepare_tiled(const mote_graph *graph, const mote_node *node, bool folds_zero, mote_prepared *prepared,
                                 mote_error *err)
{
    mote_convolution_weights  weights = weights_of(graph, node);
    mote_prepared             reference = {.arena = prepared->arena};
    mrt_conv_2d_tiled_params *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_conv_i8_params *from;

    if (!p)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    from = reference.params;
    p->window = from->window;
    p->patches = (int32_t)mrt_conv_2d_patches_of(&p->window);
    p->in_zero = from->in_zero;
    p->w = from->w;
    return mote_convolution_channels(from, &weights, folds_zero, prepared, &p->output, &p->channels, err);
}

static mote_status prepare_rows(const mote_graph *graph, const mote_node *node, bool folds_zero, mote_prepared *prepared,
                                mote_error *err)
{
    const mrt_conv_2d_tiled_params *p;

    MOTE_TRY(prepare_tiled(graph, node, folds_zero, prepared, err));
    p = prepared->params;
    return mote_prepared_add(prepared, "weights", p->w, MOTE_I8, mote_tensor_count(mote_node_in(graph, node, 1)), err);
}

static mote_status prepare_bytes(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    return prepare_rows(graph, node, true, prepared, err);
}

static size_t scratch_2x3(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_BYTES, MRT_2X3_POSITIONS);
}

static void run_2x3(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_2x3(params, io->in[0], io->out[0], io->scratch);
}

static size_t scratch_4x4(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_BYTES, MRT_4X4_POSITIONS);
}

static void run_4x4(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_4x4(params, io->in[0], io->out[0], io->scratch);
}

/* ---- Arm DSP, weights as they are: up to 7 values behind the last channel are read ---- */

enum { WEIGHTS_READ_BEYOND = 8 };

static mote_status prepare_dsp(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const size_t              count = mote_tensor_count(mote_node_in(graph, node, 1));
    mrt_conv_2d_tiled_params *p;
    int8_t                   *longer;

    MOTE_TRY(prepare_tiled(graph, node, false, prepared, err));
    longer = MOTE_NEW(prepared->arena, int8_t, count + WEIGHTS_READ_BEYOND, err);
    if (!longer)
        return err->code;
    p = prepared->params;
    memcpy(longer, p->w, count);
    p->w = longer;
    return mote_prepared_add(prepared, "weights", longer, MOTE_I8, count + WEIGHTS_READ_BEYOND, err);
}

static size_t scratch_dsp(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_PAIRS, MRT_DSP_POSITIONS);
}

static void run_dsp(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_dsp(params, io->in[0], io->out[0], io->scratch);
}

/* ---- Arm DSP, weights in pairs ---- */

/* Weight k of the lower channel and of the upper one in one halfword; above out_c and depth there are zeros. */
static int32_t pair_of(const mrt_conv_2d_tiled_params *p, int32_t o, int32_t k)
{
    const int32_t depth = mrt_conv_2d_depth(&p->window);
    const int32_t upper = o + 1 < p->window.out_c && k < depth ? p->w[(o + 1) * depth + k] : 0;

    return (k < depth ? p->w[o * depth + k] : 0) + 256 * upper;
}

/* Every pair fits into a halfword, and the upper channel's sum, whatever the input, into 24 bits: a channel that is always
 * the same does not need its sum. */
static bool pairs_fit(const mrt_conv_2d_tiled_params *p)
{
    const int32_t depth = mrt_conv_2d_depth(&p->window);
    mrt_fold      fold = {.channel_step = depth, .tap_step = 1, .tap_count = depth, .w = p->w, .in_zero = p->in_zero};
    int32_t       o, k;

    for (o = 0; o + 1 < p->window.out_c; o += 2) {
        const mrt_sum_range range = mrt_fold_range(&fold, o + 1);
        const bool          is_constant = p->channels[(o + 1) * MRT_CHANNEL_WORDS] == 0;
        if (!is_constant && (range.low <= -(1 << 23) || range.high >= 1 << 23))
            return false;
        for (k = 0; k < depth; k++)
            if (pair_of(p, o, k) < INT16_MIN || pair_of(p, o, k) > INT16_MAX)
                return false;
    }
    return true;
}

static bool applies_pairs(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    failure = {0};
    bool          does = false;

    if (is_plain(graph, node, err) && prepare_tiled(graph, node, false, &prepared, &failure) == MOTE_OK) {
        const mrt_conv_2d_tiled_params *p = prepared.params;
        does = p->output.is_fast && pairs_fit(p);
    }
    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

/* For each group of 4 values: values 0 and 2, then 1 and 3. */
static void pack_pairs(const mrt_conv_2d_tiled_params *p, int8_t *packed)
{
    static const int32_t order[] = {0, 2, 1, 3};
    const int32_t        depth = mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_PAIRS);
    int32_t              o, k;

    for (o = 0; o < p->window.out_c; o += 2)
        for (k = 0; k < depth; k++) {
            const int32_t pair = pair_of(p, o, (k & ~3) + order[k & 3]);
            *packed++ = (int8_t)(uint8_t)pair;
            *packed++ = (int8_t)(uint8_t)((uint32_t)pair >> 8);
        }
}

static mote_status prepare_pairs(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_conv_2d_tiled_params *p;
    int8_t                   *packed;
    size_t                    bytes;

    MOTE_TRY(prepare_tiled(graph, node, false, prepared, err));
    p = prepared->params;
    bytes =
        mote_size_mul(((size_t)p->window.out_c + 1) / 2 * 2, (size_t)mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_PAIRS));
    packed = MOTE_NEW(prepared->arena, int8_t, bytes, err);
    if (!packed)
        return err->code;
    pack_pairs(p, packed);
    p->w = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

static size_t scratch_pairs(const mote_graph *graph, const mote_node *node)
{
    return mote_conv_2d_scratch(graph, node, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS);
}

static void run_pairs(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_pairs(params, io->in[0], io->out[0], io->scratch);
}

/* ---- all ---- */

const mote_field mote_tiled_fields[] = {
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.batch),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.in_h),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.in_w),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.in_c),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.out_h),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.out_w),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.out_c),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.kernel_h),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.kernel_w),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.stride_h),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.stride_w),
    MOTE_DECIDING_FIELD(mrt_conv_2d_tiled_params, window.dilation_h),
    MOTE_DECIDING_FIELD(mrt_conv_2d_tiled_params, window.dilation_w),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.pad_top),
    MOTE_FIELD(mrt_conv_2d_tiled_params, window.pad_left),
    MOTE_OUTPUT_FIELDS(mrt_conv_2d_tiled_params),
    MOTE_DECIDING_FIELD(mrt_conv_2d_tiled_params, patches),
    MOTE_FIELD(mrt_conv_2d_tiled_params, in_zero),
    MOTE_FIELD(mrt_conv_2d_tiled_params, w),
    MOTE_FIELD(mrt_conv_2d_tiled_params, channels),
    {0},
};

#define TILED                                                                                                               \
    .params = "mrt_conv_2d_tiled_params", .param_bytes = sizeof(mrt_conv_2d_tiled_params), .fields = mote_tiled_fields,     \
    .overlap = mote_conv_2d_overlap

const mote_kernel mrt_conv_2d_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_conv_2d_i8, mrt_conv_i8_params, "kernels/conv_2d.h", mrt_conv_2d_i8_run), .pack = pack},
    {.symbol = "mrt_conv_2d_i8_2x3",
     .header = "arch/conv_2d_2x3.h",
     .targets = MOTE_TARGET_PORTABLE,
     TILED,
     .applies = is_plain,
     .code_bytes = 800,
     .shared_code_bytes = 1100,
     .scratch = scratch_2x3,
     .prepare = prepare_bytes,
     .run = run_2x3},
    {.symbol = "mrt_conv_2d_i8_4x4",
     .header = "arch/conv_2d_4x4.h",
     .targets = MOTE_TARGET_RISCV,
     TILED,
     .applies = is_plain,
     .code_bytes = 2100,
     .shared_code_bytes = 2500,
     .scratch = scratch_4x4,
     .prepare = prepare_bytes,
     .run = run_4x4},
    {.symbol = "mrt_conv_2d_i8_dsp",
     .header = "arch/conv_2d_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     TILED,
     .applies = is_plain,
     .code_bytes = 800,
     .shared_code_bytes = 1100,
     .scratch = scratch_dsp,
     .prepare = prepare_dsp,
     .run = run_dsp},
    {.symbol = "mrt_conv_2d_i8_pairs",
     .header = "arch/conv_2d_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     TILED,
     .applies = applies_pairs,
     .code_bytes = 860,
     .shared_code_bytes = 1150,
     .scratch = scratch_pairs,
     .prepare = prepare_pairs,
     .run = run_pairs},
    MOTE_HOST_KERNELS("mote_host_conv_2d_i8", mote_int8_conv, mote_host_convolution_fields, NULL, &mote_host_conv_2d),
    {MOTE_CONV_2D_GROUPED(i8)},
    {0},
};
