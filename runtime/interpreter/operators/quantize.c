/* QUANTIZE: x of any shape -> the same values in the output's integers (from float32, or from other integers).
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/quantize.h"
#include "../build.h"
#include "../operators.h"

static MRT_COLD mrt_reason mrt_quantize_prepare_f32(mrt_build *b)
{
    mrt_quantize_f32_params p;

    MRT_TRY(mrt_check_scales(b));
    p.count = (int32_t)b->in[0].count;
    p.scale = mrt_scale_of(b->m, &b->out);
    p.zero = mrt_zero_of(b->m, &b->out, 0);
    mrt_type_limits(b->out.type, &p.low, &p.high);
    b->in_place = b->out.type != MRT_I16;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_quantize_prepare_integers(mrt_build *b)
{
    mrt_requantize_params p;

    MRT_TRY(mrt_check_scales(b));
    p.count = (int32_t)b->in[0].count;
    p.in_zero = mrt_zero_of(b->m, &b->in[0], 0);
    p.out_zero = mrt_zero_of(b->m, &b->out, 0);
    mrt_type_limits(b->out.type, &p.low, &p.high);
    mrt_requantize_prepare(&p, mrt_scale_of(b->m, &b->in[0]), mrt_scale_of(b->m, &b->out));
    b->in_place = 1;
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static void mrt_quantize_run_f32_i8(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_i8((const mrt_quantize_f32_params *)params, (const float *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_quantize_run_f32_u8(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_u8((const mrt_quantize_f32_params *)params, (const float *)io->in[0], (uint8_t *)io->out[0]);
}

static void mrt_quantize_run_f32_i16(const void *params, const mrt_io *io)
{
    mrt_quantize_f32_i16((const mrt_quantize_f32_params *)params, (const float *)io->in[0], (int16_t *)io->out[0]);
}

static void mrt_quantize_run_i8_i8(const void *params, const mrt_io *io)
{
    mrt_requantize_i8_i8((const mrt_requantize_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_quantize_run_i8_u8(const void *params, const mrt_io *io)
{
    mrt_requantize_i8_u8((const mrt_requantize_params *)params, (const int8_t *)io->in[0], (uint8_t *)io->out[0]);
}

static void mrt_quantize_run_u8_i8(const void *params, const mrt_io *io)
{
    mrt_requantize_u8_i8((const mrt_requantize_params *)params, (const uint8_t *)io->in[0], (int8_t *)io->out[0]);
}

static const mrt_operator_row mrt_quantize_rows[] = {
    {MRT_I8, {MRT_F32}, mrt_quantize_prepare_f32, mrt_quantize_run_f32_i8},
    {MRT_U8, {MRT_F32}, mrt_quantize_prepare_f32, mrt_quantize_run_f32_u8},
    {MRT_I16, {MRT_F32}, mrt_quantize_prepare_f32, mrt_quantize_run_f32_i16},
    {MRT_I8, {MRT_I8}, mrt_quantize_prepare_integers, mrt_quantize_run_i8_i8},
    {MRT_U8, {MRT_I8}, mrt_quantize_prepare_integers, mrt_quantize_run_i8_u8},
    {MRT_I8, {MRT_U8}, mrt_quantize_prepare_integers, mrt_quantize_run_u8_i8},
};

MRT_API_DATA const mrt_operator mrt_operator_quantize = {114, 3, 0, 1, 1, 6, mrt_check_same, mrt_quantize_rows};
