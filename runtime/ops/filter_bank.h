/* The filter banks of TensorFlow Lite Micro's audio front end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_FILTER_BANK_H
#define MRT_OPS_FILTER_BANK_H

#include "../attributes.h"
#include "../kernels/filter_bank.h"
#include "../op.h"

MRT_FIELDS(mrt_filter_bank_params, channels, bands, weights, unweights);
MRT_FIELDS(mrt_filter_bank_square_root_params, count);
MRT_FIELDS(mrt_spectral_subtraction_params, count, smoothing, rest, floor, smoothing_bits, bits, clamping);
MRT_FIELDS(mrt_pcan_params, count, shift);
MRT_FIELDS(mrt_filter_bank_log_params, count, bits, scale);
MRT_KERNEL(mrt_signal_filter_bank_u32, mrt_filter_bank_params, "kernels/filter_bank.h");
MRT_KERNEL(mrt_signal_filter_bank_square_root, mrt_filter_bank_square_root_params, "kernels/filter_bank.h");
MRT_KERNEL(mrt_signal_filter_bank_spectral_subtraction_u32, mrt_spectral_subtraction_params, "kernels/filter_bank.h");
MRT_KERNEL(mrt_signal_pcan_u32, mrt_pcan_params, "kernels/filter_bank.h");
MRT_KERNEL(mrt_signal_filter_bank_log_u32, mrt_filter_bank_log_params, "kernels/filter_bank.h");

/* A list, and not of samples. */
static MRT_COLD mrt_reason mrt_check_band_list(mrt_call *c, int32_t i)
{
    MRT_REQUIRE(c, c->in[i].rank == 1 && !c->in[i].is_batched, SHAPE, "operand %d has shape %s, [n] expected", (int)i,
                MRT_SHAPE(&c->in[i]));
    return MRT_REASON_NONE;
}

/* Output 0 is a list as operand 0 is, of its own type. */
static MRT_COLD mrt_reason mrt_shape_as_list(mrt_call *c, mrt_type type)
{
    MRT_TRY(mrt_check_band_list(c, 0));
    return mrt_set_shape(c, 0, type, 1, c->in[0].dim);
}

/* ---- SignalFilterBank ---- */

static const char *const   mrt_signal_filter_bank_names[] = {"SignalFilterBank", "num_channels"};
static const mrt_attribute mrt_signal_filter_bank_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_channels_attributes, num_channels, 1, 0)};

enum { MRT_BANK_WEIGHTS = 1, MRT_BANK_UNWEIGHTS, MRT_BANK_STARTS, MRT_BANK_WEIGHT_STARTS, MRT_BANK_WIDTHS };

static MRT_COLD int32_t mrt_i16_at(const mrt_tensor *tensor, int32_t i)
{
    const uint8_t *at = tensor->data + 2 * (size_t)i;

    return (int16_t)(uint16_t)(at[0] | (uint32_t)at[1] << 8);
}

static MRT_COLD mrt_reason mrt_signal_filter_bank_shape(mrt_call *c)
{
    const int32_t channels = ((const mrt_channels_attributes *)c->attributes)->num_channels;
    int32_t       i;

    MRT_REQUIRE(c, channels >= 1 && channels < INT16_MAX, OPTIONS, "num_channels is %d, 1 to %d expected", (int)channels,
                INT16_MAX - 1);
    MRT_TRY(mrt_check_band_list(c, 0));
    for (i = MRT_BANK_WEIGHTS; i <= MRT_BANK_WIDTHS; i++) {
        MRT_TRY(mrt_check_band_list(c, i));
        MRT_REQUIRE(c, mrt_is_const(c, i) && c->in[i].type == MRT_I16, CONSTANT, "operand %d must be int16 constants",
                    (int)i);
        MRT_REQUIRE(c, i < MRT_BANK_STARTS || c->in[i].dim[0] > channels, SHAPE,
                    "operand %d has shape %s, one more than num_channels %d expected", (int)i, MRT_SHAPE(&c->in[i]),
                    (int)channels);
    }
    return mrt_set_shape(c, 0, MRT_U64, 1, &channels);
}

/* One band: {first frequency, first weight, how many}. */
static MRT_COLD mrt_reason mrt_read_band(mrt_call *c, int32_t b, int32_t *band)
{
    const mrt_tensor *in = c->in;

    band[0] = mrt_i16_at(&in[MRT_BANK_STARTS], b);
    band[1] = mrt_i16_at(&in[MRT_BANK_WEIGHT_STARTS], b);
    band[2] = mrt_max_i32(mrt_i16_at(&in[MRT_BANK_WIDTHS], b), 0);
    MRT_REQUIRE(c, band[2] == 0 || (band[0] >= 0 && band[0] + band[2] <= in[0].dim[0]), OPTIONS,
                "band %d is frequencies %d to %d, of an input of shape %s", (int)b, (int)band[0],
                (int)(band[0] + band[2] - 1), MRT_SHAPE(&in[0]));
    MRT_REQUIRE(c,
                band[2] == 0 || (band[1] >= 0 && band[1] + band[2] <= in[MRT_BANK_WEIGHTS].dim[0] &&
                                 band[1] + band[2] <= in[MRT_BANK_UNWEIGHTS].dim[0]),
                OPTIONS, "band %d takes weights %d to %d, of shape %s", (int)b, (int)band[1], (int)(band[1] + band[2] - 1),
                MRT_SHAPE(&in[MRT_BANK_WEIGHTS]));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_signal_filter_bank_prepare(mrt_call *c)
{
    mrt_filter_bank_params p;
    int16_t               *bands;
    int32_t                band[3], b;

    p.channels = ((const mrt_channels_attributes *)c->attributes)->num_channels;
    bands = (int16_t *)c->side->take(c, "bands", MRT_I16, 3 * ((size_t)p.channels + 1));
    for (b = 0; b <= p.channels; b++) {
        MRT_TRY(mrt_read_band(c, b, band));
        c->work += 2 * (uint32_t)band[2] + 2;
        if (!bands)
            continue;
        bands[3 * b] = (int16_t)band[0];
        bands[3 * b + 1] = (int16_t)band[1];
        bands[3 * b + 2] = (int16_t)band[2];
    }
    p.bands = bands;
    p.weights = (const int16_t *)c->side->constant(c, &c->in[MRT_BANK_WEIGHTS], "weights", 0);
    p.unweights = (const int16_t *)c->side->constant(c, &c->in[MRT_BANK_UNWEIGHTS], "unweights", 0);
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_filter_bank_rows[] = {
    {MRT_U64, {MRT_U32, MRT_I16}, 2, 1, 1, MRT_WITH(mrt_signal_filter_bank_prepare, mrt_signal_filter_bank_u32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_filter_bank = {
    MRT_CUSTOM_CODE,
    0,
    6,
    6,
    1,
    1,
    MRT_CUSTOM(mrt_signal_filter_bank_names, mrt_signal_filter_bank_fields),
    mrt_signal_filter_bank_shape,
    mrt_signal_filter_bank_rows};

/* ---- SignalFilterBankSquareRoot ---- */

static const char *const mrt_signal_filter_bank_square_root_names[] = {"SignalFilterBankSquareRoot"};

static MRT_COLD mrt_reason mrt_signal_filter_bank_square_root_shape(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[1].count == 1 && !c->in[1].is_batched, SHAPE, "scale bits have shape %s, one number expected",
                MRT_SHAPE(&c->in[1]));
    return mrt_shape_as_list(c, MRT_U32);
}

static MRT_COLD mrt_reason mrt_signal_filter_bank_square_root_prepare(mrt_call *c)
{
    mrt_filter_bank_square_root_params p;

    p.count = (int32_t)c->in[0].count;
    c->constants = 3;
    c->work = 64 * (uint64_t)c->in[0].count;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_filter_bank_square_root_rows[] = {
    {MRT_U32,
     {MRT_U64, MRT_I32},
     2,
     1,
     1,
     MRT_WITH(mrt_signal_filter_bank_square_root_prepare, mrt_signal_filter_bank_square_root)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_filter_bank_square_root = {
    MRT_CUSTOM_CODE,
    0,
    2,
    2,
    1,
    1,
    MRT_CUSTOM_WITHOUT(mrt_signal_filter_bank_square_root_names),
    mrt_signal_filter_bank_square_root_shape,
    mrt_signal_filter_bank_square_root_rows};

/* ---- SignalFilterBankSpectralSubtraction ---- */

static const char *const   mrt_signal_filter_bank_spectral_subtraction_names[] = {"SignalFilterBankSpectralSubtraction",
                                                                                  "num_channels",
                                                                                  "smoothing",
                                                                                  "one_minus_smoothing",
                                                                                  "alternate_smoothing",
                                                                                  "alternate_one_minus_smoothing",
                                                                                  "min_signal_remaining",
                                                                                  "smoothing_bits",
                                                                                  "spectral_subtraction_bits",
                                                                                  "clamping"};
static const mrt_attribute mrt_signal_filter_bank_spectral_subtraction_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, num_channels, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, smoothing, 2, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, one_minus_smoothing, 3, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, alternate_smoothing, 4, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, alternate_one_minus_smoothing, 5, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, min_signal_remaining, 6, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, smoothing_bits, 7, 0),
    MRT_ATTRIBUTE(I32, mrt_spectral_subtraction_attributes, spectral_subtraction_bits, 8, 0),
    MRT_ATTRIBUTE(BOOL, mrt_spectral_subtraction_attributes, clamping, 9, 0)};

static MRT_COLD mrt_reason mrt_signal_filter_bank_spectral_subtraction_shape(mrt_call *c)
{
    const mrt_spectral_subtraction_attributes *as = (const mrt_spectral_subtraction_attributes *)c->attributes;

    MRT_TRY(mrt_shape_as_list(c, MRT_U32));
    MRT_REQUIRE(c, c->in[0].dim[0] == as->num_channels, SHAPE, "input %s of num_channels %d", MRT_SHAPE(&c->in[0]),
                (int)as->num_channels);
    MRT_REQUIRE(c,
                as->smoothing_bits >= 0 && as->smoothing_bits <= 31 && as->spectral_subtraction_bits >= 0 &&
                    as->spectral_subtraction_bits <= 63,
                OPTIONS, "smoothing_bits %d and spectral_subtraction_bits %d; 0 to 31 and 0 to 63 expected",
                (int)as->smoothing_bits, (int)as->spectral_subtraction_bits);
    return mrt_set_shape(c, 1, MRT_U32, 1, c->in[0].dim);
}

static MRT_COLD mrt_reason mrt_signal_filter_bank_spectral_subtraction_prepare(mrt_call *c)
{
    const mrt_spectral_subtraction_attributes *as = (const mrt_spectral_subtraction_attributes *)c->attributes;
    mrt_spectral_subtraction_params            p;

    p.count = as->num_channels;
    p.smoothing[0] = as->smoothing;
    p.smoothing[1] = as->alternate_smoothing;
    p.rest[0] = as->one_minus_smoothing;
    p.rest[1] = as->alternate_one_minus_smoothing;
    p.floor = as->min_signal_remaining;
    p.smoothing_bits = as->smoothing_bits;
    p.bits = as->spectral_subtraction_bits;
    p.clamping = as->clamping;
    c->state_bytes = c->in[0].bytes;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_filter_bank_spectral_subtraction_rows[] = {
    {MRT_U32,
     {MRT_U32},
     1,
     1,
     1,
     MRT_WITH(mrt_signal_filter_bank_spectral_subtraction_prepare, mrt_signal_filter_bank_spectral_subtraction_u32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_filter_bank_spectral_subtraction = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    2,
    2,
    MRT_CUSTOM(mrt_signal_filter_bank_spectral_subtraction_names, mrt_signal_filter_bank_spectral_subtraction_fields),
    mrt_signal_filter_bank_spectral_subtraction_shape,
    mrt_signal_filter_bank_spectral_subtraction_rows};

/* ---- SignalPCAN ---- */

static const char *const   mrt_signal_pcan_names[] = {"SignalPCAN", "snr_shift"};
static const mrt_attribute mrt_signal_pcan_fields[] = {MRT_ATTRIBUTE(I32, mrt_shift_attributes, shift, 1, 0)};

static MRT_COLD mrt_reason mrt_signal_pcan_shape(mrt_call *c)
{
    const int32_t shift = ((const mrt_shift_attributes *)c->attributes)->shift;

    MRT_TRY(mrt_check_band_list(c, 1));
    MRT_TRY(mrt_check_band_list(c, 2));
    MRT_REQUIRE(c, c->in[1].type == MRT_U32 && mrt_same_shape(&c->in[0], &c->in[1]), SHAPE,
                "noise of shape %s for an input of shape %s, as uint32", MRT_SHAPE(&c->in[1]), MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, c->in[2].dim[0] >= MRT_PCAN_GAINS, SHAPE, "a table of gains of shape %s, [%d] expected",
                MRT_SHAPE(&c->in[2]), (int)MRT_PCAN_GAINS);
    MRT_REQUIRE(c, shift >= 0 && shift <= 63, OPTIONS, "snr_shift is %d, 0 to 63 expected", (int)shift);
    return mrt_shape_as_list(c, MRT_U32);
}

static MRT_COLD mrt_reason mrt_signal_pcan_prepare(mrt_call *c)
{
    mrt_pcan_params p;

    p.count = (int32_t)c->in[0].count;
    p.shift = ((const mrt_shift_attributes *)c->attributes)->shift;
    c->constants = 7;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_pcan_rows[] = {
    {MRT_U32, {MRT_U32, MRT_U32, MRT_I16}, 3, 1, 1, MRT_WITH(mrt_signal_pcan_prepare, mrt_signal_pcan_u32)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_pcan = {
    MRT_CUSTOM_CODE,     0, 3, 3, 1, 1, MRT_CUSTOM(mrt_signal_pcan_names, mrt_signal_pcan_fields), mrt_signal_pcan_shape,
    mrt_signal_pcan_rows};

/* ---- SignalFilterBankLog ---- */

static const char *const   mrt_signal_filter_bank_log_names[] = {"SignalFilterBankLog", "input_correction_bits",
                                                                 "output_scale"};
static const mrt_attribute mrt_signal_filter_bank_log_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_filter_bank_log_attributes, input_correction_bits, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_filter_bank_log_attributes, output_scale, 2, 0)};

static MRT_COLD mrt_reason mrt_signal_filter_bank_log_shape(mrt_call *c)
{
    const int32_t bits = ((const mrt_filter_bank_log_attributes *)c->attributes)->input_correction_bits;

    MRT_REQUIRE(c, bits >= 0 && bits <= 31, OPTIONS, "input_correction_bits is %d, 0 to 31 expected", (int)bits);
    return mrt_shape_as_list(c, MRT_I16);
}

static MRT_COLD mrt_reason mrt_signal_filter_bank_log_prepare(mrt_call *c)
{
    const mrt_filter_bank_log_attributes *as = (const mrt_filter_bank_log_attributes *)c->attributes;
    mrt_filter_bank_log_params            p;

    p.count = (int32_t)c->in[0].count;
    p.bits = as->input_correction_bits;
    p.scale = as->output_scale;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_signal_filter_bank_log_rows[] = {
    {MRT_I16, {MRT_U32}, 1, 1, 1, MRT_WITH(mrt_signal_filter_bank_log_prepare, mrt_signal_filter_bank_log_u32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_filter_bank_log = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    1,
    1,
    MRT_CUSTOM(mrt_signal_filter_bank_log_names, mrt_signal_filter_bank_log_fields),
    mrt_signal_filter_bank_log_shape,
    mrt_signal_filter_bank_log_rows};

#endif
