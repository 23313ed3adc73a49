/* FULLY_CONNECTED, int8, with Arm's DSP instructions: see fully_connected_channels.h, arm_dsp/fully_connected_tiles.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_DSP_H
#define MRT_ARCH_FULLY_CONNECTED_DSP_H

#include "arm_dsp/fully_connected_tiles.h"
#include "fully_connected_channels.h"

/* ---- weights in pairs ---- */

/* The last 1 to 3 inputs as a word; the rest of it is 0. */
MRT_INLINE uint32_t mrt_load_bytes(const int8_t *at, int32_t count)
{
    uint32_t word = (uint8_t)at[0];

    if (count > 1)
        word |= (uint32_t)(uint8_t)at[1] << 8;
    if (count > 2)
        word |= (uint32_t)(uint8_t)at[2] << 16;
    return word;
}

/* The sums of four outputs; *w moves on to those of the next four. */
MRT_INLINE mrt_quad_sums mrt_fully_connected_quad(const int8_t **w, const int8_t *in, int32_t in_count)
{
    mrt_quad_sums s = {0, 0, 0, 0};
    const int8_t *at = *w;
    int32_t       left = in_count & 15;

    if (in_count > left)
        at = mrt_quad_tile(&s, at, in, in_count - left);
    for (in += in_count - left; left > 0; left -= 4, in += 4)
        at = mrt_quad_group(&s, at, left >= 4 ? mrt_load_word(in) : mrt_load_bytes(in, left));
    *w = at;
    return s;
}

/* twice: the doubled sum. */
MRT_INLINE int8_t mrt_fully_connected_quad_output(const mrt_output *output, const MRT_FLASH int32_t *entry, uint32_t twice)
{
    const mrt_channel c = mrt_channel_at(entry);

    return mrt_output_of_doubled(output, &c, twice + ((uint32_t)c.bias << 1));
}

/* y - x is a multiple of 256. */
MRT_INLINE uint32_t mrt_quad_upper_twice(uint32_t x, uint32_t y)
{
    return (uint32_t)((int32_t)(y - x) >> 7);
}

/* p->output.is_fast, and w as mrt_quad_group wants it, for a multiple of 4 outputs and a multiple of 4 inputs. */
MRT_INLINE void mrt_fully_connected_i8_pairs(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const MRT_FLASH int32_t *entry = p->channels;
        const int8_t            *w = p->w;
        for (o = p->out_count; o > 0; o -= 4, entry += 4 * MRT_CHANNEL_WORDS) {
            const mrt_quad_sums s = mrt_fully_connected_quad(&w, in, p->in_count);
            *out++ = mrt_fully_connected_quad_output(&p->output, entry, s.x << 1);
            if (o > 1)
                *out++ =
                    mrt_fully_connected_quad_output(&p->output, entry + MRT_CHANNEL_WORDS, mrt_quad_upper_twice(s.x, s.y));
            if (o > 2)
                *out++ = mrt_fully_connected_quad_output(&p->output, entry + 2 * MRT_CHANNEL_WORDS, s.z << 1);
            if (o > 3)
                *out++ = mrt_fully_connected_quad_output(&p->output, entry + 3 * MRT_CHANNEL_WORDS,
                                                         mrt_quad_upper_twice(s.z, s.u));
        }
    }
}

/* ---- weights as they are ---- */

MRT_INLINE mrt_dot_sums mrt_fully_connected_dot(const int8_t *w, int32_t pitch, const int8_t *in, int32_t in_count)
{
    const int32_t whole = in_count & ~7;
    mrt_dot_sums  s = {0, 0, 0, 0};
    int32_t       i;

    if (whole > 0)
        mrt_dot_tile(&s, w, pitch, in, whole);
    for (i = whole; i < in_count; i++) {
        const int32_t x = in[i];
        s.a += (uint32_t)(x * w[i]);
        s.b += (uint32_t)(x * w[i + pitch]);
        s.c += (uint32_t)(x * w[i + 2 * pitch]);
        s.d += (uint32_t)(x * w[i + 3 * pitch]);
    }
    return s;
}

MRT_INLINE int8_t mrt_fully_connected_dsp_output(const mrt_output *output, const MRT_FLASH int32_t *entry, uint32_t sum)
{
    const mrt_channel c = mrt_channel_at(entry);

    return mrt_output_of_dsp(output, &c, sum);
}

/* Four outputs at a time: the last four overlap with those before them. Of less than four, one. */
MRT_INLINE void mrt_fully_connected_i8_dsp(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    const int32_t count = p->out_count < 4 ? 1 : 4, pitch = p->out_count < 4 ? 0 : p->in_count;
    int32_t       b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count)
        for (o = 0; o < p->out_count; o += count) {
            const int32_t            at = mrt_min_i32(o, p->out_count - count);
            const MRT_FLASH int32_t *entry = p->channels + at * MRT_CHANNEL_WORDS;
            const mrt_dot_sums       s = mrt_fully_connected_dot(p->w + at * p->in_count, pitch, in, p->in_count);
            out[at] = mrt_fully_connected_dsp_output(&p->output, entry, s.a);
            if (count == 1)
                continue;
            out[at + 1] = mrt_fully_connected_dsp_output(&p->output, entry + MRT_CHANNEL_WORDS, s.b);
            out[at + 2] = mrt_fully_connected_dsp_output(&p->output, entry + 2 * MRT_CHANNEL_WORDS, s.c);
            out[at + 3] = mrt_fully_connected_dsp_output(&p->output, entry + 3 * MRT_CHANNEL_WORDS, s.d);
        }
}

#endif
