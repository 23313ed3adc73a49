/* The int8 kernels that the host runs models with: what the reference kernels of runtime/kernels/ compute, byte for byte,
 * with vectors of int16 products. Which level does it is math.h's table.
 *
 * Weights are laid out for vectors of LANES channels when a model is prepared, widened to int16 in pairs, as the machines'
 * multiply-add takes them: two products of one channel a 32-bit lane. The input's zero point is folded into the bias,
 * exactly, in arithmetic that wraps; so what lies outside the input counts as the zero point. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef MOTE_MATH_INT8_H
#define MOTE_MATH_INT8_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/kernels/add.h"
#include "runtime/kernels/conv_params.h"
#include "runtime/kernels/mean.h"
#include "runtime/kernels/pool_2d.h"

/* What follows the sum, an array of `lanes` values each, vector of channels after vector: bias, multiplier, 2^left,
 * right, 2^right - 1 (rescale.h). Channels that fill up the last vector are zero. */
enum mote_int8_channel {
    MOTE_INT8_BIAS,
    MOTE_INT8_MULT,
    MOTE_INT8_LEFT,
    MOTE_INT8_RIGHT,
    MOTE_INT8_MASK,
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
    int32_t        shifts_left; /* some channel does */
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

/* Channel o's constants; acc: bias less what the input's zero point makes. out: zeroes at first. */
void mote_int8_set_channel(int32_t *out, int32_t lanes, int32_t o, uint32_t acc, int32_t mult, int32_t shift);

/* Scratch of a call, any alignment; SIZE_MAX where that is too much. */
size_t mote_int8_conv_scratch(const mrt_window *window);
size_t mote_int8_depthwise_scratch(const mrt_window *window, int32_t lanes);

#endif
