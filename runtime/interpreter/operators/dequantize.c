/* DEQUANTIZE: integers of any shape -> the real numbers that they stand for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/quantize.h"
#include "../build.h"
#include "../operators.h"

static MRT_COLD mrt_reason mrt_dequantize_prepare(mrt_build *b)
{
    mrt_dequantize_params p;

    MRT_TRY(mrt_check_scales(b));
    p.count = (int32_t)b->in[0].count;
    p.scale = mrt_scale_of(b->m, &b->in[0]);
    p.zero = mrt_zero_of(b->m, &b->in[0], 0);
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static void mrt_dequantize_run_i8(const void *params, const mrt_io *io)
{
    mrt_dequantize_i8((const mrt_dequantize_params *)params, (const int8_t *)io->in[0], (float *)io->out[0]);
}

static void mrt_dequantize_run_u8(const void *params, const mrt_io *io)
{
    mrt_dequantize_u8((const mrt_dequantize_params *)params, (const uint8_t *)io->in[0], (float *)io->out[0]);
}

static void mrt_dequantize_run_i16(const void *params, const mrt_io *io)
{
    mrt_dequantize_i16((const mrt_dequantize_params *)params, (const int16_t *)io->in[0], (float *)io->out[0]);
}

static const mrt_operator_row mrt_dequantize_rows[] = {
    {MRT_F32, {MRT_I8}, mrt_dequantize_prepare, mrt_dequantize_run_i8},
    {MRT_F32, {MRT_U8}, mrt_dequantize_prepare, mrt_dequantize_run_u8},
    {MRT_F32, {MRT_I16}, mrt_dequantize_prepare, mrt_dequantize_run_i16},
};

MRT_API_DATA const mrt_operator mrt_operator_dequantize = {6, 6, 0, 1, 1, 3, mrt_check_same, mrt_dequantize_rows};
