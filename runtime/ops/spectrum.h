/* SignalFftAutoScale: int16 [n] -> the same, scaled, and by how many bits. SignalEnergy: int16 [2 n], complex numbers ->
 * their energies, uint32 [n]. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SPECTRUM_H
#define MRT_OPS_SPECTRUM_H

#include "../attributes.h"
#include "../kernels/spectrum.h"
#include "../op.h"

MRT_FIELDS(mrt_fft_auto_scale_params, count);
MRT_FIELDS(mrt_energy_params, count, first, end);
MRT_KERNEL(mrt_signal_fft_auto_scale_i16, mrt_fft_auto_scale_params, "kernels/spectrum.h");
MRT_KERNEL(mrt_signal_energy_i16, mrt_energy_params, "kernels/spectrum.h");

static const char *const mrt_signal_fft_auto_scale_names[] = {"SignalFftAutoScale"};

static MRT_COLD mrt_reason mrt_signal_fft_auto_scale_shape(mrt_call *c)
{
    static const int32_t none[1] = {0};

    MRT_REQUIRE(c, c->in[0].rank == 1, SHAPE, "input %s: [n] expected", MRT_SHAPE(&c->in[0]));
    MRT_TRY(mrt_set_further_shape(c, 1, MRT_I32, 0, none));
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_signal_fft_auto_scale_prepare(mrt_call *c)
{
    mrt_fft_auto_scale_params p;

    p.count = (int32_t)c->in[0].count;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_fft_auto_scale_rows[] = {
    {MRT_I16 | MRT_REST, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_fft_auto_scale_prepare, mrt_signal_fft_auto_scale_i16)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_fft_auto_scale = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    2,
    2,
    MRT_CUSTOM_WITHOUT(mrt_signal_fft_auto_scale_names),
    mrt_signal_fft_auto_scale_shape,
    mrt_signal_fft_auto_scale_rows};

static const char *const   mrt_signal_energy_names[] = {"SignalEnergy", "start_index", "end_index"};
static const mrt_attribute mrt_signal_energy_fields[] = {MRT_ATTRIBUTE(I32, mrt_energy_attributes, start_index, 1, 0),
                                                         MRT_ATTRIBUTE(I32, mrt_energy_attributes, end_index, 2, 0)};

static MRT_COLD mrt_reason mrt_signal_energy_shape(mrt_call *c)
{
    const mrt_energy_attributes *as = (const mrt_energy_attributes *)c->attributes;
    const mrt_tensor            *in = &c->in[0];
    int32_t                      dim[1];

    MRT_REQUIRE(c, in->rank == 1 && in->dim[0] % 2 == 0 && !in->is_batched, SHAPE,
                "input %s: [2 n], n complex numbers, expected", MRT_SHAPE(in));
    MRT_REQUIRE(c, as->start_index >= 0 && as->start_index <= as->end_index && as->end_index <= in->dim[0] / 2, OPTIONS,
                "start_index %d and end_index %d of %d complex numbers", (int)as->start_index, (int)as->end_index,
                (int)(in->dim[0] / 2));
    dim[0] = in->dim[0] / 2;
    return mrt_set_shape(c, 0, MRT_U32, 1, dim);
}

static MRT_COLD mrt_reason mrt_signal_energy_prepare(mrt_call *c)
{
    const mrt_energy_attributes *as = (const mrt_energy_attributes *)c->attributes;
    mrt_energy_params            p;

    p.count = (int32_t)c->in[0].count / 2;
    p.first = as->start_index;
    p.end = as->end_index;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_energy_rows[] = {
    {MRT_U32, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_energy_prepare, mrt_signal_energy_i16)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_energy = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    1,
    1,
    MRT_CUSTOM(mrt_signal_energy_names, mrt_signal_energy_fields),
    mrt_signal_energy_shape,
    mrt_signal_energy_rows};

#endif
