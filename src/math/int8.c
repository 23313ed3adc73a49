/* Layouts of the int8 kernels, the same for every level but for the number of lanes. SPDX-License-Identifier: Apache-2.0 */
#include "math/int8.h"

#include <string.h>

#include "base/arena.h"

int64_t mote_int8_staged_h(const mrt_window *window)
{
    return ((int64_t)window->out_h - 1) * window->stride_h + ((int64_t)window->kernel_h - 1) * window->dilation_h + 1;
}

int64_t mote_int8_staged_w(const mrt_window *window)
{
    return ((int64_t)window->out_w - 1) * window->stride_w + ((int64_t)window->kernel_w - 1) * window->dilation_w + 1;
}

static size_t vectors_of(const mrt_window *window, int32_t lanes)
{
    return ((size_t)window->out_c + (size_t)lanes - 1) / (size_t)lanes;
}

size_t mote_int8_conv_count(const mrt_window *window, int32_t lanes)
{
    const mote_int8_runs runs = mote_int8_runs_of(window);
    const size_t taps = mote_size_mul((size_t)runs.pairs, mote_size_mul((size_t)window->kernel_h, (size_t)runs.runs));

    return mote_size_mul(taps, mote_size_mul(vectors_of(window, lanes), 2 * (size_t)lanes));
}

size_t mote_int8_depthwise_count(const mrt_window *window, int32_t lanes)
{
    const size_t pairs = mote_size_mul((size_t)window->kernel_h, ((size_t)window->kernel_w + 1) / 2);

    return mote_size_mul(pairs, mote_size_mul(vectors_of(window, lanes), 2 * (size_t)lanes));
}

size_t mote_int8_channel_count(const mrt_window *window, int32_t lanes)
{
    return vectors_of(window, lanes) * MOTE_INT8_CHANNEL_ARRAYS * (size_t)lanes;
}

/* One channel's run: value after value, a panel's vectors of pairs apart. */
static void pack_run(const int8_t *w, int32_t length, int32_t w_zero, int16_t *out, size_t step)
{
    int32_t i;

    for (i = 0; i < length; i++)
        out[(size_t)(i / 2) * step + (size_t)(i % 2)] = (int16_t)(w[i] - w_zero);
}

/* [panel][tap row][run][pair][vector of the panel][lane][2] */
void mote_int8_pack_conv(const mrt_window *window, int32_t lanes, const int8_t *w, int32_t w_zero, int16_t *out)
{
    const mote_int8_runs runs = mote_int8_runs_of(window);
    const size_t         vectors = vectors_of(window, lanes), pair = 2 * (size_t)lanes;
    const size_t         run_count = (size_t)window->kernel_h * (size_t)runs.runs, pairs = (size_t)runs.pairs;
    size_t               o, r;

    for (o = 0; o < (size_t)window->out_c; o++) {
        const size_t v = o / (size_t)lanes, first = v - v % MOTE_INT8_PANEL;
        const size_t wide = vectors - first < MOTE_INT8_PANEL ? vectors - first : MOTE_INT8_PANEL;
        int16_t     *lane = out + first * run_count * pairs * pair + (v - first) * pair + o % (size_t)lanes * 2;
        for (r = 0; r < run_count; r++, w += runs.length)
            pack_run(w, runs.length, w_zero, lane + r * pairs * wide * pair, wide * pair);
    }
}

/* [vector][tap row][pair of taps][lane][2] */
void mote_int8_pack_depthwise(const mrt_window *window, int32_t lanes, const int8_t *w, int16_t *out)
{
    const size_t pair = 2 * (size_t)lanes, pairs = ((size_t)window->kernel_w + 1) / 2;
    size_t       o, y, x;

    for (y = 0; y < (size_t)window->kernel_h; y++)
        for (x = 0; x < (size_t)window->kernel_w; x++)
            for (o = 0; o < (size_t)window->out_c; o++) {
                const size_t row = o / (size_t)lanes * (size_t)window->kernel_h + y;
                out[(row * pairs + x / 2) * pair + o % (size_t)lanes * 2 + x % 2] = *w++;
            }
}

static void set_general(int32_t *arrays, int32_t lanes, const mote_int8_constants *constants)
{
    const int32_t left = constants->shift > 0 ? constants->shift : 0, right = constants->shift < 0 ? -constants->shift : 0;

    arrays[MOTE_INT8_BIAS * lanes] = (int32_t)constants->bias;
    arrays[MOTE_INT8_LEFT * lanes] = (int32_t)1 << left;
    arrays[MOTE_INT8_RIGHT * lanes] = right;
    arrays[MOTE_INT8_MASK * lanes] = (int32_t)(((uint32_t)1 << right) - 1u);
}

/* The same for low and high halves, but that a high half's result stays in it: it is shifted by 32 less. */
static void set_one_step(int32_t *vector, int32_t lanes, int32_t lane, mote_int8_way way,
                         const mote_int8_constants *constants)
{
    const uint16_t one = 1;
    const bool     is_low = lane % 2 == (*(const uint8_t *)&one == 1 ? 0 : 1);
    const int32_t  right = -constants->shift;
    const uint64_t shift = (uint64_t)(is_low ? 31 + right : right - 1);
    uint64_t       add = ((uint64_t)1 << 62) + ((uint64_t)1 << 30) + ((uint64_t)1 << (30 + right));
    int32_t       *pair = vector + lane / 2 * 2;

    add -= ((uint64_t)(uint32_t)constants->mult << 31) + (way == MOTE_INT8_SIGNED ? (uint64_t)1 << 31 : 0);
    vector[MOTE_INT8_BIAS * lanes + lane] = (int32_t)(constants->bias + 0x80000000u);
    vector[MOTE_INT8_MINUS * lanes + lane] = (int32_t)(((uint32_t)1 << (31 - right)) - (uint32_t)constants->zero);
    memcpy(pair + (is_low ? MOTE_INT8_ADD_LOW : MOTE_INT8_ADD_HIGH) * lanes, &add, sizeof add);
    memcpy(pair + (is_low ? MOTE_INT8_SHIFT_LOW : MOTE_INT8_SHIFT_HIGH) * lanes, &shift, sizeof shift);
    if (!is_low)
        vector[MOTE_INT8_MULT_HIGH * lanes + (lane ^ 1)] = constants->mult;
}

void mote_int8_set_channel(int32_t *out, int32_t lanes, int32_t o, mote_int8_way way, const mote_int8_constants *constants)
{
    int32_t *vector = out + (size_t)(o / lanes) * MOTE_INT8_CHANNEL_ARRAYS * (size_t)lanes;

    vector[MOTE_INT8_MULT * lanes + o % lanes] = constants->mult;
    if (way == MOTE_INT8_GENERAL)
        set_general(vector + o % lanes, lanes, constants);
    else
        set_one_step(vector, lanes, o % lanes, way, constants);
}

/* The last pair of an odd run reads one value past the image; 64 for alignment. */
size_t mote_int8_conv_scratch(const mrt_window *window)
{
    const size_t positions = mote_size_mul((size_t)mote_int8_staged_h(window), (size_t)mote_int8_staged_w(window));
    const size_t bytes = mote_size_mul(mote_size_mul(positions, (size_t)window->in_c), sizeof(int16_t));

    return bytes > SIZE_MAX / 2 ? SIZE_MAX : bytes + 128;
}

/* The rows that one output row reads, in pairs, and one row as it comes. */
size_t mote_int8_depthwise_scratch(const mrt_window *window, int32_t lanes)
{
    const size_t channels = vectors_of(window, lanes) * (size_t)lanes;
    const size_t rows = ((size_t)window->kernel_h - 1) * (size_t)window->dilation_h + 1;
    const size_t row = mote_size_mul((size_t)mote_int8_staged_w(window) + (size_t)window->dilation_w, channels);
    const size_t bytes = mote_size_mul(row, mote_size_mul(rows, 2 * sizeof(int16_t)) + 1);

    return bytes > SIZE_MAX / 2 ? SIZE_MAX : bytes + 128;
}
