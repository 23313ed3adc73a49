/* The kernels of runtime/arch read a table of channels in place of bias, multipliers and shifts; their other parameters come
 * from the reference's. They need symmetric weights, which all but the oldest files have.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/channels.h"
#include "ops/host.h"
#include "ops/sparse.h"
#include "runtime/arch/fully_connected_dsp.h"
#include "runtime/arch/fully_connected_rows.h"
#include "runtime/arch/fully_connected_rows_8.h"
#include "runtime/arch/fully_connected_sparse.h"
#include "runtime/ops/fully_connected.h"

/* ---- the reference ---- */

/* sum (in - zero) w = sum in w - zero sum w: the second part goes into the bias, exactly, in wrapping arithmetic. */
static mote_status pack(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_fully_connected_i8_params *p = prepared->params;
    int32_t                       *bias, o, i;

    (void)graph, (void)node;
    if (p->in_zero == 0 || p->w_zero != 0)
        return MOTE_OK;
    bias = MOTE_NEW(prepared->arena, int32_t, p->out_count, err);
    if (!bias)
        return err->code;
    for (o = 0; o < p->out_count; o++) {
        int64_t sum = 0;
        for (i = 0; i < p->in_count; i++)
            sum += p->w[(size_t)o * (size_t)p->in_count + (size_t)i];
        bias[o] = (int32_t)((p->bias ? (uint32_t)p->bias[o] : 0u) - (uint32_t)p->in_zero * (uint32_t)sum);
    }
    if (p->bias)
        mote_prepared_replace(prepared, "bias", bias, MOTE_I32, (size_t)p->out_count);
    else
        MOTE_TRY(mote_prepared_add(prepared, "bias", bias, MOTE_I32, (size_t)p->out_count, err));
    p->bias = bias;
    p->in_zero = 0;
    return MOTE_OK;
}

/* ---- weights as they are ---- */

static bool is_symmetric(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mote_zero_of(mote_node_in(graph, node, 1)) == 0;
}

static mrt_fold fold_of(const mrt_fully_connected_i8_params *p)
{
    return (mrt_fold){.count = p->out_count,
                      .channel_step = p->in_count,
                      .tap_step = 1,
                      .tap_count = p->in_count,
                      .w = p->w,
                      .bias = p->bias,
                      .mult = p->mult,
                      .shift = p->shift,
                      .mult_step = p->step,
                      .in_zero = p->in_zero,
                      .folds_zero = true};
}

/* All but the array of weights. */
static mote_status prepare_channels(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_prepared                        reference = {.arena = prepared->arena};
    mrt_fully_connected_channels_params *p = mote_prepared_params(prepared, sizeof *p, err);
    const mrt_fully_connected_i8_params *from;
    mrt_fold                             fold;

    if (!p)
        return err->code;
    MOTE_TRY(mote_described_prepare(graph, node, &reference, err));
    from = reference.params;
    fold = fold_of(from);
    p->rows = from->rows;
    p->in_count = from->in_count;
    p->out_count = from->out_count;
    p->output = (mrt_output){.zero = from->out_zero, .act_min = from->act_min, .act_max = from->act_max};
    p->w = from->w;
    return mote_channels_prepare(&fold, prepared, &p->output, &p->channels, err);
}

static mote_status prepare_rows(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mrt_fully_connected_channels_params *p;

    MOTE_TRY(prepare_channels(graph, node, prepared, err));
    p = prepared->params;
    return mote_prepared_add(prepared, "weights", p->w, MOTE_I8, mote_tensor_count(mote_node_in(graph, node, 1)), err);
}

static void run_rows(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows(params, io->in[0], io->out[0]);
}

static void run_rows_8(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows_8(params, io->in[0], io->out[0]);
}

static void run_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_dsp(params, io->in[0], io->out[0]);
}

/* ---- weights in pairs ---- */

/* Weight i of output o, a multiple of 2, in the lower byte and of output o + 1 above it. There are zeros beyond the last
 * output and the last input. */
static int32_t pair_of(const mrt_fully_connected_channels_params *p, int32_t o, int32_t i)
{
    const int8_t *w = p->w + (size_t)o * (size_t)p->in_count + i;

    if (i >= p->in_count || o >= p->out_count)
        return 0;
    return w[0] + 256 * (o + 1 < p->out_count ? w[p->in_count] : 0);
}

/* The upper output's sum, whatever the input, must stay below 2^23, unless nobody asks for it as the output is constant. */
static bool upper_fits(const mrt_fully_connected_channels_params *p, int32_t o)
{
    const int8_t *w = p->w + (size_t)o * (size_t)p->in_count;
    int64_t       most = 0;
    int32_t       i;

    if (o >= p->out_count || p->channels[o * MRT_CHANNEL_WORDS] == 0)
        return true;
    for (i = 0; i < p->in_count; i++)
        most += 128 * (w[i] < 0 ? -w[i] : w[i]);
    return most < 1 << 23;
}

static bool pairs_fit(const mrt_fully_connected_channels_params *p)
{
    int32_t o, i;

    for (o = 0; o < p->out_count; o += 2) {
        if (!upper_fits(p, o + 1))
            return false;
        for (i = 0; i < p->in_count; i++)
            if (pair_of(p, o, i) < INT16_MIN || pair_of(p, o, i) > INT16_MAX)
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

    if (is_symmetric(graph, node, err) && prepare_channels(graph, node, &prepared, &failure) == MOTE_OK) {
        const mrt_fully_connected_channels_params *p = prepared.params;
        does = p->output.is_fast && pairs_fit(p);
    }
    mote_arena_destroy(&arena);
    if (failure.code == MOTE_ERR_MEMORY)
        mote_fail(err, failure.code, "%s", failure.text);
    return does;
}

/* One group: 4 outputs from o on, 4 inputs from i on. */
static int8_t *pack_group(const mrt_fully_connected_channels_params *p, int32_t o, int32_t i, int8_t *packed)
{
    static const struct {
        int32_t o, i;
    } order[] = {{0, 0}, {0, 2}, {2, 0}, {2, 2}, {0, 1}, {0, 3}, {2, 1}, {2, 3}};
    size_t k;

    for (k = 0; k < sizeof order / sizeof *order; k++) {
        const uint32_t pair = (uint32_t)pair_of(p, o + order[k].o, i + order[k].i);
        *packed++ = (int8_t)(uint8_t)pair;
        *packed++ = (int8_t)(uint8_t)(pair >> 8);
    }
    return packed;
}

static mote_status prepare_pairs(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_fully_connected_channels_params *p;
    size_t                               bytes;
    int8_t                              *packed, *at;
    int32_t                              o, i;

    MOTE_TRY(prepare_channels(graph, node, prepared, err));
    p = prepared->params;
    bytes = mote_size_mul(((size_t)p->out_count + 3) / 4 * 4, ((size_t)p->in_count + 3) / 4 * 4);
    packed = at = MOTE_NEW(prepared->arena, int8_t, bytes, err);
    if (!packed)
        return err->code;
    for (o = 0; o < p->out_count; o += 4)
        for (i = 0; i < p->in_count; i += 4)
            at = pack_group(p, o, i, at);
    p->w = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

static void run_pairs(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_pairs(params, io->in[0], io->out[0]);
}

/* ---- few weights that are not 0 ---- */

/* Whether packed they take at most so many percent of the bytes. Two bytes a weight that is not 0: at 60 % a kernel that
 * takes 3.4 instructions a weight loses to six a pair, at 45 % one of 1.2 to four and a quarter. */
static bool is_sparse(const mote_graph *graph, const mote_node *node, size_t percent)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const size_t       bytes = mote_zero_of(w) == 0 ? mote_sparse_bytes(w->data, w->dim[0], w->dim[1]) : SIZE_MAX;

    return bytes <= SIZE_MAX / 100 && bytes * 100 <= mote_tensor_count(w) * percent;
}

static bool applies_sparse(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    enum { PERCENT = 60 };

    (void)err;
    return is_sparse(graph, node, PERCENT);
}

static bool applies_sparse_dsp(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    enum { PERCENT = 45 };

    (void)err;
    return is_sparse(graph, node, PERCENT);
}

static mote_status prepare_sparse(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_fully_connected_channels_params *p;
    size_t                               bytes;
    int8_t                              *packed;

    MOTE_TRY(prepare_channels(graph, node, prepared, err));
    p = prepared->params;
    bytes = mote_sparse_bytes(p->w, p->out_count, p->in_count);
    packed = MOTE_NEW(prepared->arena, int8_t, bytes, err);
    if (!packed)
        return err->code;
    mote_sparse_pack(packed, p->w, p->out_count, p->in_count);
    p->w = packed;
    return mote_prepared_add(prepared, "weights", packed, MOTE_I8, bytes, err);
}

static void run_sparse(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_sparse(params, io->in[0], io->out[0]);
}

static void run_sparse_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_sparse_dsp(params, io->in[0], io->out[0]);
}

/* ---- all ---- */

const mote_field mote_channels_fields[] = {
    MOTE_FIELD(mrt_fully_connected_channels_params, rows),
    MOTE_FIELD(mrt_fully_connected_channels_params, in_count),
    MOTE_FIELD(mrt_fully_connected_channels_params, out_count),
    MOTE_OUTPUT_FIELDS(mrt_fully_connected_channels_params),
    MOTE_FIELD(mrt_fully_connected_channels_params, w),
    MOTE_FIELD(mrt_fully_connected_channels_params, channels),
    {0},
};

#define CHANNELS                                                                                                            \
    .params = "mrt_fully_connected_channels_params", .param_bytes = sizeof(mrt_fully_connected_channels_params),            \
    .fields = mote_channels_fields

const mote_kernel mrt_fully_connected_i8_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_fully_connected_i8, mrt_fully_connected_i8_params, "kernels/fully_connected.h",
                           mrt_fully_connected_i8_run),
     .pack = pack},
    {.symbol = "mrt_fully_connected_i8_rows",
     .header = "arch/fully_connected_rows.h",
     .targets = MOTE_TARGET_PORTABLE,
     CHANNELS,
     .applies = is_symmetric,
     .prepare = prepare_rows,
     .run = run_rows},
    {.symbol = "mrt_fully_connected_i8_rows_8",
     .code_bytes = 1300,
     .shared_code_bytes = 1500,
     .header = "arch/fully_connected_rows_8.h",
     .targets = MOTE_TARGET_RISCV,
     CHANNELS,
     .applies = is_symmetric,
     .prepare = prepare_rows,
     .run = run_rows_8},
    {.symbol = "mrt_fully_connected_i8_dsp",
     .code_bytes = 500,
     .shared_code_bytes = 700,
     .header = "arch/fully_connected_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     CHANNELS,
     .applies = is_symmetric,
     .prepare = prepare_rows,
     .run = run_dsp},
    {.symbol = "mrt_fully_connected_i8_pairs",
     .needs_registers = true,
     .code_bytes = 560,
     .shared_code_bytes = 800,
     .header = "arch/fully_connected_dsp.h",
     .targets = MOTE_TARGET_ARM_DSP,
     CHANNELS,
     .applies = applies_pairs,
     .prepare = prepare_pairs,
     .run = run_pairs},
    {.symbol = "mrt_fully_connected_i8_sparse",
     .header = "arch/fully_connected_sparse.h",
     .targets = MOTE_TARGET_PORTABLE | MOTE_TARGET_RISCV,
     .leaves_out_zeros = true,
     CHANNELS,
     .applies = applies_sparse,
     .prepare = prepare_sparse,
     .run = run_sparse},
    {.symbol = "mrt_fully_connected_i8_sparse_dsp",
     .header = "arch/fully_connected_sparse.h",
     .targets = MOTE_TARGET_ARM_DSP,
     .leaves_out_zeros = true,
     CHANNELS,
     .applies = applies_sparse_dsp,
     .prepare = prepare_sparse,
     .run = run_sparse_dsp},
    MOTE_HOST_KERNELS("mote_host_fully_connected_i8", mote_int8_conv, mote_host_convolution_fields, NULL,
                      &mote_host_fully_connected),
    {0},
};
