/* The table of schemes. Sources: TensorFlow Lite's 8-bit quantization specification, and its converter's for 16-bit
 * activations with 8-bit weights; of powers of two ESP-PPQ 1.3.12 (quantization/quantizer/EspdlQuantizer.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "quantize/schemes.h"

/* Biases stay well inside int32, so that adding the products cannot overflow; int64 ones, too, as TensorFlow's converter has
 * it. Where products are of 30 bits, that would be too little: ESP-DL keeps 40 bits. */
#define BIAS_MOST            1073741824.0
#define BIAS_MOST_OF_40_BITS 549755813887.0

const mote_scheme_row mote_schemes[MOTE_SCHEME_COUNT] = {
    [MOTE_SCHEME_INT8] = {.name = "int8",
                          .activations = MOTE_I8,
                          .low = -128,
                          .high = 127,
                          .weights = MOTE_I8,
                          .weight_low = -127,
                          .weight_limit = 127,
                          .bias = MOTE_I32,
                          .bias_limit = BIAS_MOST,
                          .ios = {MOTE_F32, MOTE_I8, MOTE_U8},
                          .io_count = 3},
    [MOTE_SCHEME_INT16X8] = {.name = "int16x8",
                             .activations = MOTE_I16,
                             .is_symmetric = true,
                             .low = -32767,
                             .high = 32767,
                             .weights = MOTE_I8,
                             .weight_low = -127,
                             .weight_limit = 127,
                             .bias = MOTE_I64,
                             .bias_limit = BIAS_MOST,
                             .ios = {MOTE_F32, MOTE_I16},
                             .io_count = 2},
    [MOTE_SCHEME_FLOAT16] = {.name = "float16",
                             .is_of_weights = true,
                             .activations = MOTE_F32,
                             .weights = MOTE_F16,
                             .ios = {MOTE_F32},
                             .io_count = 1},
    [MOTE_SCHEME_DYNAMIC] = {.name = "dynamic",
                             .is_of_weights = true,
                             .activations = MOTE_F32,
                             .weights = MOTE_I8,
                             .weight_low = -127,
                             .weight_limit = 127,
                             .ios = {MOTE_F32},
                             .io_count = 1},
    [MOTE_SCHEME_INT4] = {.name = "int4",
                          .activations = MOTE_I8,
                          .low = -128,
                          .high = 127,
                          .weights = MOTE_I4,
                          .weight_low = -7,
                          .weight_limit = 7,
                          .else_weights = MOTE_SCHEME_INT8,
                          .bias = MOTE_I32,
                          .bias_limit = BIAS_MOST,
                          .ios = {MOTE_F32, MOTE_I8, MOTE_U8},
                          .io_count = 3},
    [MOTE_SCHEME_POW2_INT8] = {.name = "pow2-int8",
                               .is_power_of_two = true,
                               .is_per_tensor = true,
                               .activations = MOTE_I8,
                               .is_symmetric = true,
                               .low = -128,
                               .high = 127,
                               .weights = MOTE_I8,
                               .weight_low = -128,
                               .weight_limit = 127,
                               .bias = MOTE_I32,
                               .bias_limit = BIAS_MOST,
                               .ios = {MOTE_F32, MOTE_I8},
                               .io_count = 2},
    [MOTE_SCHEME_POW2_INT16] = {.name = "pow2-int16",
                                .is_power_of_two = true,
                                .is_per_tensor = true,
                                .activations = MOTE_I16,
                                .is_symmetric = true,
                                .low = -32768,
                                .high = 32767,
                                .weights = MOTE_I16,
                                .weight_low = -32768,
                                .weight_limit = 32767,
                                .else_weights = MOTE_SCHEME_POW2_INT8,
                                .bias = MOTE_I64,
                                .bias_limit = BIAS_MOST_OF_40_BITS,
                                .ios = {MOTE_F32, MOTE_I16},
                                .io_count = 2},
};

const char *mote_scheme_name(mote_scheme scheme)
{
    return (unsigned)scheme < MOTE_SCHEME_COUNT ? mote_schemes[scheme].name : NULL;
}

bool mote_scheme_find(mote_scheme *out, const char *name)
{
    int i;

    for (i = 0; i < MOTE_SCHEME_COUNT; i++) {
        *out = (mote_scheme)i;
        if (strcmp(name, mote_schemes[i].name) == 0)
            return true;
    }
    return false;
}

bool mote_scheme_is_calibrated(mote_scheme scheme)
{
    return (unsigned)scheme < MOTE_SCHEME_COUNT && !mote_schemes[scheme].is_of_weights;
}

bool mote_quantize_is_per_tensor(const mote_quantize_options *options)
{
    return options->is_per_tensor || (mote_schemes[options->scheme].is_per_tensor && !options->is_per_channel);
}

static bool has_io(const mote_scheme_row *scheme, mote_dtype io)
{
    int32_t i;

    for (i = 0; i < scheme->io_count; i++)
        if (scheme->ios[i] == io)
            return true;
    return false;
}

static mote_status fail_io(const mote_scheme_row *scheme, mote_dtype io, mote_error *err)
{
    char    known[80];
    size_t  used = 0;
    int32_t i;

    for (i = 0; i < scheme->io_count; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", mote_dtype_name(scheme->ios[i]));
    return mote_fail(err, MOTE_ERR_USAGE, "io %s does not go with %s, which has %s",
                     (unsigned)io < MOTE_DTYPE_COUNT ? mote_dtype_name(io) : "(no type)", scheme->name, known);
}

/* They change what is calibrated, or need what calibration sees. */
static mote_status check_refinements(const mote_quantize_options *options, mote_error *err)
{
    if ((unsigned)options->rounding >= MOTE_ROUND_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "%d is no way of rounding", (int)options->rounding);
    if (mote_schemes[options->scheme].weights == MOTE_I16 &&
        (options->corrects_bias || options->rounding != MOTE_ROUND_NEAREST))
        return mote_fail(err, MOTE_ERR_USAGE, "%s does not go with %s, whose weights have 16 bits",
                         options->corrects_bias ? "bias correction" : "adaptive rounding",
                         mote_scheme_name(options->scheme));
    if (mote_scheme_is_calibrated(options->scheme) ||
        !(options->is_equalized || options->corrects_bias || options->rounding != MOTE_ROUND_NEAREST))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s does not go with %s, which stores weights alone and takes no samples",
                     options->is_equalized    ? "equalization"
                     : options->corrects_bias ? "bias correction"
                                              : "adaptive rounding",
                     mote_scheme_name(options->scheme));
}

mote_status mote_quantize_check(const mote_quantize_options *options, mote_error *err)
{
    if (!mote_scheme_name(options->scheme))
        return mote_fail(err, MOTE_ERR_USAGE, "%d is no scheme's number", (int)options->scheme);
    if (!has_io(&mote_schemes[options->scheme], options->io))
        return fail_io(&mote_schemes[options->scheme], options->io, err);
    if (options->is_per_tensor && options->is_per_channel)
        return mote_fail(err, MOTE_ERR_USAGE, "one scale for a layer's weights, or one a channel: not both");
    if ((unsigned)options->method >= MOTE_CALIBRATE_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "%d is no calibration method's number", (int)options->method);
    if (!(options->percentile >= 0 && options->percentile <= 100))
        return mote_fail(err, MOTE_ERR_USAGE, "a percentile of %g; it is 0 to 100", options->percentile);
    if (options->samples < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%d calibration samples; 0 takes 100", options->samples);
    return check_refinements(options, err);
}
