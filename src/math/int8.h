/* The int8 kernels that the host runs models with: what the reference kernels of runtime/kernels/ compute, byte for byte,
 * with vectors of int16 products. Which level does it is math.h's table.
 *
 * Weights are laid out for vectors of LANES channels when a model is prepared, widened to int16 in pairs, as the machines'
 * multiply-add takes them: two products of one channel a 32-bit lane. The input's zero point is folded into the bias,
 * exactly, in arithmetic that wraps; so what lies outside the input counts as the zero point.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_INT8_H
#define MOTE_MATH_INT8_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/kernels/add.h"
#include "runtime/kernels/conv_params.h"
#include "runtime/kernels/mean.h"
#include "runtime/kernels/pool_2d.h"

/* What follows the sum (rescale.h), in three ways:
 *
 *   GENERAL     both roundings, one after the other; needed where a channel does not shift right
 *   SIGNED      in one: y = floor(a) and z = floor((y + h) / 2^right), h an integer, is floor((a + h) / 2^right); so
 *
 *                   z = (x * mult + 2^30 + 2^31 h) >> (31 + right),    h = 2^(right-1) - (x < 0 ? 1 : 0)
 *
 *               (it is y < 0 that counts; where x < 0 and y = 0, z is 0 with either h)
 *   POSITIVE    the same with h = 2^(right-1), where negative z are clamped to 0 as in RELU: both h give none above it
 *
 * The latter two reckon without signs: in x + 2^31, and with 2^62 added to the product, which the last subtraction takes off
 * again. 64-bit constants are for the low and the high halves of 64-bit lanes: for every other channel. */
typedef enum mote_int8_way { MOTE_INT8_GENERAL, MOTE_INT8_SIGNED, MOTE_INT8_POSITIVE } mote_int8_way;

/* A vector's constants, an array of `lanes` values each. Channels that fill up the last vector are zero. */
enum mote_int8_channel {
    MOTE_INT8_BIAS, /* but for GENERAL 2^31 more */
    MOTE_INT8_MULT,
    MOTE_INT8_LEFT, /* GENERAL: 2^left, right, 2^right - 1 */
    MOTE_INT8_RIGHT,
    MOTE_INT8_MASK,
    MOTE_INT8_MULT_HIGH = MOTE_INT8_LEFT, /* else: the multipliers of high halves in low ones, */
    MOTE_INT8_ADD_LOW,                    /* what is added to the products, and their shifts: 64 bits each, */
    MOTE_INT8_ADD_HIGH,
    MOTE_INT8_SHIFT_LOW,
    MOTE_INT8_SHIFT_HIGH,
    MOTE_INT8_MINUS, /* and what is then subtracted, less the output's zero point */
    MOTE_INT8_CHANNEL_ARRAYS
};

/* CONV_2D, FULLY_CONNECTED (1x1, its rows being columns of the image) and DEPTHWISE_CONV_2D.
 *
 *   out = clamp(rescale(bias[o] + sum in w) + out_zero, act_min, act_max)
 *
 * w    as mote_int8_pack_conv or mote_int8_pack_depthwise lay it out */
typedef struct mote_int8_conv {
    mrt_window     window;
    int32_t        in_zero, out_zero;
    int32_t        act_min, act_max;
    int32_t        way;    /* mote_int8_way */
    int32_t        clamps; /* act_min and act_max are not int8's own */
    const int16_t *w;
    const int32_t *channels; /* [vectors, MOTE_INT8_CHANNEL_ARRAYS, lanes] */
} mote_int8_conv;

/* CONV_2D's weights come in panels of so many vectors of channels; the last one may have fewer. */
enum { MOTE_INT8_PANEL = 2 };

/* How a row of taps lies in the image: `runs` runs of `length` neighbouring values, `step` apart. */
typedef struct mote_int8_runs {
    int32_t runs, length, pairs;
    int64_t step;
} mote_int8_runs;

static inline mote_int8_runs mote_int8_runs_of(const mrt_window *window)
{
    const int32_t dense = window->dilation_w == 1 || window->kernel_w == 1;
    const int32_t length = dense ? window->kernel_w * window->in_c : window->in_c;

    return (mote_int8_runs){dense ? 1 : window->kernel_w, length, length / 2 + length % 2,
                            (int64_t)window->dilation_w * window->in_c};
}

/* Rows and columns of the input, paddings included, that the outputs read. */
int64_t mote_int8_staged_h(const mrt_window *window);
int64_t mote_int8_staged_w(const mrt_window *window);

/* Values that the packed forms have; SIZE_MAX where that is too many. */
size_t mote_int8_conv_count(const mrt_window *window, int32_t lanes);
size_t mote_int8_depthwise_count(const mrt_window *window, int32_t lanes);
size_t mote_int8_channel_count(const mrt_window *window, int32_t lanes);

/* w: TensorFlow Lite's layout, out: zeroes. Conv takes w_zero off. */
void mote_int8_pack_conv(const mrt_window *window, int32_t lanes, const int8_t *w, int32_t w_zero, int16_t *out);
void mote_int8_pack_depthwise(const mrt_window *window, int32_t lanes, const int8_t *w, int16_t *out);

/* One channel: bias less what the input's zero point makes; mult is not negative; zero: the output's. */
typedef struct mote_int8_constants {
    uint32_t bias;
    int32_t  mult, shift, zero;
} mote_int8_constants;

/* Channel o's place in the arrays, which are zeroes at first. SIGNED and POSITIVE: shift < 0. */
void mote_int8_set_channel(int32_t *out, int32_t lanes, int32_t o, mote_int8_way way, const mote_int8_constants *constants);

/* Scratch of a call, any alignment; SIZE_MAX where that is too much. */
size_t mote_int8_conv_scratch(const mrt_window *window);
size_t mote_int8_depthwise_scratch(const mrt_window *window, int32_t lanes);

#endif
