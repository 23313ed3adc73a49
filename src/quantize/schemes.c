/* The table of schemes. Sources: TensorFlow Lite's 8-bit quantization specification, and its converter's for 16-bit
 * activations with 8-bit weights; of powers of two ESP-PPQ 1.3.12 (quantization/quantizer/EspdlQuantizer.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
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
                          .fineness = 2,
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
                             .fineness = 3,
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
                          .fineness = 1,
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

const mote_scheme_row mote_scheme_real = {.name = "float32",
                                          .activations = MOTE_F32,
                                          .weights = MOTE_F32,
                                          .bias = MOTE_F32,
                                          .fineness = 4,
                                          .ios = {MOTE_F32},
                                          .io_count = 1};

const mote_scheme_row *mote_scheme_of_fineness(int32_t fineness)
{
    int32_t i;

    for (i = 0; i < MOTE_SCHEME_COUNT; i++)
        if (fineness > 0 && mote_schemes[i].fineness == fineness)
            return &mote_schemes[i];
    return fineness == mote_scheme_real.fineness ? &mote_scheme_real : NULL;
}

const mote_scheme_row *mote_scheme_of_layer(const mote_layer_scheme *layer)
{
    return layer->is_real ? &mote_scheme_real : &mote_schemes[layer->scheme];
}

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

/* "int4, int8, int16x8 or float32", from coarse to fine. */
static const char *list_mixing(char *text, size_t room)
{
    const mote_scheme_row *row;
    size_t                 used = 0;
    int32_t                i;

    text[0] = '\0';
    for (i = 1; (row = mote_scheme_of_fineness(i)) != NULL && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s",
                                 i == 1                           ? ""
                                 : mote_scheme_of_fineness(i + 1) ? ", "
                                                                  : " or ",
                                 row->name);
    return text;
}

mote_status mote_layer_scheme_parse(mote_layer_scheme *out, const char *text, mote_error *err)
{
    const char            *colon = strchr(text, ':');
    const mote_scheme_row *row;
    char                   known[80];
    int32_t                i;

    *out = (mote_layer_scheme){.pattern = colon ? colon + 1 : ""};
    if (!colon || !colon[1])
        return mote_fail(err, MOTE_ERR_USAGE, "\"%s\": say which layers are kept as what: int16x8:conv_*, float32:SOFTMAX",
                         mote_show_string(text).text);
    for (i = 1; (row = mote_scheme_of_fineness(i)) != NULL; i++)
        if (strlen(row->name) == (size_t)(colon - text) && strncmp(row->name, text, (size_t)(colon - text)) == 0) {
            out->is_real = row == &mote_scheme_real;
            out->scheme = out->is_real ? MOTE_SCHEME_INT8 : (mote_scheme)(row - mote_schemes);
            return MOTE_OK;
        }
    return mote_fail(err, MOTE_ERR_USAGE, "\"%s\": layers are kept as %s", mote_show_string(text).text,
                     list_mixing(known, sizeof known));
}

static mote_status check_layers(const mote_quantize_options *options, mote_error *err)
{
    char    known[80];
    int32_t i;

    if (options->layer_count > 0 && mote_schemes[options->scheme].fineness == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "no layer of %s can have a scheme of its own; layers mix that are of %s",
                         mote_schemes[options->scheme].name, list_mixing(known, sizeof known));
    for (i = 0; i < options->layer_count; i++) {
        const mote_layer_scheme *layer = &options->layers[i];
        if (!layer->pattern || !layer->pattern[0])
            return mote_fail(err, MOTE_ERR_USAGE, "a scheme for no layers: give a pattern");
        if (!layer->is_real && (!mote_scheme_name(layer->scheme) || mote_schemes[layer->scheme].fineness == 0))
            return mote_fail(err, MOTE_ERR_USAGE, "\"%s\": layers are kept as %s", mote_show_string(layer->pattern).text,
                             list_mixing(known, sizeof known));
    }
    return MOTE_OK;
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
    MOTE_TRY(check_refinements(options, err));
    return check_layers(options, err);
}
