/* QUANTIZE: x of any shape -> the same values in the output's integers (from float32, or from other integers).
 * DEQUANTIZE: integers -> float32. What the output is, its own type and scale say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/quantize.h"

#include "ops/op.h"

/* ---- shapes ---- */

static mote_status infer_quantize(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);

    if (mote_dtype_is_float(out->dtype))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "output is %s, an integer type expected",
                            mote_dtype_name(out->dtype));
    mote_set_output(graph, node, 0, out->dtype, in->rank, in->dim);
    return MOTE_OK;
}

static mote_status infer_dequantize(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);

    (void)err;
    mote_set_output(graph, node, 0, MOTE_F32, in->rank, in->dim);
    return MOTE_OK;
}

static int32_t value_count(const mote_graph *graph, const mote_node *node)
{
    return (int32_t)mote_tensor_count(mote_node_in(graph, node, 0));
}

static void limits_of(const mote_tensor *tensor, int32_t *low, int32_t *high)
{
    long long min = 0, max = 0;

    mote_dtype_limits(tensor->dtype, &min, &max);
    *low = (int32_t)min;
    *high = (int32_t)max;
}

/* ---- kernels: float32 -> integers ---- */

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor       *out = mote_node_out(graph, node, 0);
    mrt_quantize_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = value_count(graph, node);
    p->scale = mote_scale_of(out);
    p->zero = mote_zero_of(out);
    limits_of(out, &p->low, &p->high);
    return MOTE_OK;
}

static void run_f32_i8(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_i8(params, io->in[0], io->out[0]);
}

static void run_f32_u8(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_u8(params, io->in[0], io->out[0]);
}

static void run_f32_i16(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_i16(params, io->in[0], io->out[0]);
}

/* A byte takes the place of the first of its number's four, which were read. int16 may not stand where floats are read:
 * compilers take the two to be apart. */
static bool becomes_bytes(const mote_graph *graph, const mote_node *node)
{
    return mote_dtype_bits(mote_node_out(graph, node, 0)->dtype) == 8;
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_quantize_f32_params, count), MOTE_FIELD(mrt_quantize_f32_params, scale),
    MOTE_FIELD(mrt_quantize_f32_params, zero),  MOTE_FIELD(mrt_quantize_f32_params, low),
    MOTE_FIELD(mrt_quantize_f32_params, high),  {0},
};

/* ---- kernels: integers -> integers ---- */

static mote_status prepare_requantize(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                      mote_error *err)
{
    const mote_tensor     *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    mrt_requantize_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = value_count(graph, node);
    p->in_zero = mote_zero_of(in);
    p->out_zero = mote_zero_of(out);
    limits_of(out, &p->low, &p->high);
    mrt_requantize_prepare(p, mote_scale_of(in), mote_scale_of(out));
    return MOTE_OK;
}

static void run_i8_i8(const void *params, const mrt_io *io)
{
    mrt_requantize_i8_i8(params, io->in[0], io->out[0]);
}

static void run_i8_u8(const void *params, const mrt_io *io)
{
    mrt_requantize_i8_u8(params, io->in[0], io->out[0]);
}

static void run_u8_i8(const void *params, const mrt_io *io)
{
    mrt_requantize_u8_i8(params, io->in[0], io->out[0]);
}

static const mote_field fields_requantize[] = {
    MOTE_FIELD(mrt_requantize_params, count),    MOTE_FIELD(mrt_requantize_params, in_zero),
    MOTE_FIELD(mrt_requantize_params, out_zero), MOTE_FIELD(mrt_requantize_params, mult),
    MOTE_FIELD(mrt_requantize_params, shift),    MOTE_FIELD(mrt_requantize_params, low),
    MOTE_FIELD(mrt_requantize_params, high),     {0},
};

/* ---- kernels: integers -> float32 ---- */

static mote_status prepare_dequantize(const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                                      mote_error *err)
{
    const mote_tensor     *in = mote_node_in(graph, node, 0);
    mrt_dequantize_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scales(graph, node, err));
    p->count = value_count(graph, node);
    p->scale = mote_scale_of(in);
    p->zero = mote_zero_of(in);
    return MOTE_OK;
}

/* Four bytes are written for each that is read, the last of them just above the next: bytes may stand where floats are
 * written, int16 may not. */
static ptrdiff_t overlap_dequantize(const mote_graph *graph, const mote_node *node)
{
    return (3 * ((ptrdiff_t)value_count(graph, node) - 1) + 3) / 4 * 4;
}

static void run_dequantize_i8(const void *params, const mrt_io *io)
{
    mrt_dequantize_i8(params, io->in[0], io->out[0]);
}

static void run_dequantize_u8(const void *params, const mrt_io *io)
{
    mrt_dequantize_u8(params, io->in[0], io->out[0]);
}

static void run_dequantize_i16(const void *params, const mrt_io *io)
{
    mrt_dequantize_i16(params, io->in[0], io->out[0]);
}

static const mote_field fields_dequantize[] = {
    MOTE_FIELD(mrt_dequantize_params, count),
    MOTE_FIELD(mrt_dequantize_params, scale),
    MOTE_FIELD(mrt_dequantize_params, zero),
    {0},
};

/* ---- the operators ---- */

#define KERNELS_F32(type)                                                                                                   \
    {                                                                                                                       \
        {.symbol = "mrt_quantize_f32_" #type,                                                                               \
         .params = "mrt_quantize_f32_params",                                                                               \
         .header = "kernels/quantize.h",                                                                                    \
         .targets = MOTE_TARGET_ANY,                                                                                        \
         .param_bytes = sizeof(mrt_quantize_f32_params),                                                                    \
         .fields = fields_f32,                                                                                              \
         .in_place = becomes_bytes,                                                                                         \
         .prepare = prepare_f32,                                                                                            \
         .run = run_f32_##type},                                                                                            \
            {0},                                                                                                            \
    }

#define KERNELS_REQUANTIZE(from, to)                                                                                        \
    {                                                                                                                       \
        {.symbol = "mrt_requantize_" #from "_" #to,                                                                         \
         .params = "mrt_requantize_params",                                                                                 \
         .header = "kernels/quantize.h",                                                                                    \
         .targets = MOTE_TARGET_ANY,                                                                                        \
         .param_bytes = sizeof(mrt_requantize_params),                                                                      \
         .fields = fields_requantize,                                                                                       \
         .in_place = mote_op_always,                                                                                        \
         .prepare = prepare_requantize,                                                                                     \
         .run = run_##from##_##to},                                                                                         \
            {0},                                                                                                            \
    }

#define KERNELS_DEQUANTIZE(type, OVERLAP)                                                                                   \
    {                                                                                                                       \
        {.symbol = "mrt_dequantize_" #type,                                                                                 \
         .params = "mrt_dequantize_params",                                                                                 \
         .header = "kernels/quantize.h",                                                                                    \
         .targets = MOTE_TARGET_ANY,                                                                                        \
         .param_bytes = sizeof(mrt_dequantize_params),                                                                      \
         .fields = fields_dequantize,                                                                                       \
         .overlap = OVERLAP,                                                                                                \
         .prepare = prepare_dequantize,                                                                                     \
         .run = run_dequantize_##type},                                                                                     \
            {0},                                                                                                            \
    }

static const mote_kernel kernels_f32_i8[] = KERNELS_F32(i8);
static const mote_kernel kernels_f32_u8[] = KERNELS_F32(u8);
static const mote_kernel kernels_f32_i16[] = KERNELS_F32(i16);
static const mote_kernel kernels_i8_i8[] = KERNELS_REQUANTIZE(i8, i8);
static const mote_kernel kernels_i8_u8[] = KERNELS_REQUANTIZE(i8, u8);
static const mote_kernel kernels_u8_i8[] = KERNELS_REQUANTIZE(u8, i8);
static const mote_kernel kernels_dequantize_i8[] = KERNELS_DEQUANTIZE(i8, overlap_dequantize);
static const mote_kernel kernels_dequantize_u8[] = KERNELS_DEQUANTIZE(u8, overlap_dequantize);
static const mote_kernel kernels_dequantize_i16[] = KERNELS_DEQUANTIZE(i16, NULL);

static const mote_op_row rows_quantize[] = {
    {.out = MOTE_I8, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32_i8},
    {.out = MOTE_U8, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32_u8},
    {.out = MOTE_I16, .in = {MOTE_F32}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_f32_i16},
    {.out = MOTE_I8, .in = {MOTE_I8}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_i8_i8},
    {.out = MOTE_U8, .in = {MOTE_I8}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_i8_u8},
    {.out = MOTE_I8, .in = {MOTE_U8}, .in_count = 1, .version_min = 1, .version_max = 3, .kernels = kernels_u8_i8},
    {0},
};

static const mote_op_row rows_dequantize[] = {
    {.out = MOTE_F32, .in = {MOTE_I8}, .in_count = 1, .version_min = 1, .version_max = 6, .kernels = kernels_dequantize_i8},
    {.out = MOTE_F32, .in = {MOTE_U8}, .in_count = 1, .version_min = 1, .version_max = 6, .kernels = kernels_dequantize_u8},
    {.out = MOTE_F32,
     .in = {MOTE_I16},
     .in_count = 1,
     .version_min = 1,
     .version_max = 6,
     .kernels = kernels_dequantize_i16},
    {0},
};

const mote_op mote_op_quantize = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_quantize,
    .infer = infer_quantize,
};

const mote_op mote_op_dequantize = {
    .in_min = 1,
    .in_max = 1,
    .out_count = 1,
    .rows = rows_dequantize,
    .infer = infer_dequantize,
};
