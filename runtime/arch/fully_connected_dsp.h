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

/* left: outputs from here on; the first row stands in for those that are missing. */
MRT_INLINE mrt_fully_connected_sums mrt_fully_connected_dot_4(const int8_t *a, int32_t pitch, int32_t left, const int8_t *in)
{
    const int8_t *const end = in + pitch, *const whole = in + (pitch & ~3);
    const int8_t *b = left > 1 ? a + pitch : a, *c = left > 2 ? a + 2 * pitch : a, *d = left > 3 ? a + 3 * pitch : a;
    mrt_fully_connected_sums s = {0, 0, 0, 0};

    for (; in != whole; in += 4, a += 4, b += 4, c += 4, d += 4) {
        const uint32_t word = mrt_load_word(in), even = mrt_even_bytes(word), odd = mrt_odd_bytes(word);
        s.a = mrt_dot_word(even, odd, mrt_load_word(a), s.a);
        s.b = mrt_dot_word(even, odd, mrt_load_word(b), s.b);
        s.c = mrt_dot_word(even, odd, mrt_load_word(c), s.c);
        s.d = mrt_dot_word(even, odd, mrt_load_word(d), s.d);
    }
    for (; in != end; in++) {
        const int32_t x = *in;
        s.a += (uint32_t)(x * *a++);
        s.b += (uint32_t)(x * *b++);
        s.c += (uint32_t)(x * *c++);
        s.d += (uint32_t)(x * *d++);
    }
    return s;
}

MRT_INLINE int8_t mrt_fully_connected_dsp_output(const mrt_output *output, const MRT_FLASH int32_t *entry, uint32_t sum)
{
    const mrt_channel c = mrt_channel_at(entry);

    return mrt_output_of_dsp(output, &c, sum);
}

MRT_INLINE void mrt_fully_connected_i8_dsp(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const MRT_FLASH int32_t *entry = p->channels;
        const int8_t            *w = p->w;
        for (o = p->out_count; o > 0; o -= 4, entry += 4 * MRT_CHANNEL_WORDS, w += 4 * p->in_count) {
            const mrt_fully_connected_sums s = mrt_fully_connected_dot_4(w, p->in_count, o, in);
            *out++ = mrt_fully_connected_dsp_output(&p->output, entry, s.a);
            if (o > 1)
                *out++ = mrt_fully_connected_dsp_output(&p->output, entry + MRT_CHANNEL_WORDS, s.b);
            if (o > 2)
                *out++ = mrt_fully_connected_dsp_output(&p->output, entry + 2 * MRT_CHANNEL_WORDS, s.c);
            if (o > 3)
                *out++ = mrt_fully_connected_dsp_output(&p->output, entry + 3 * MRT_CHANNEL_WORDS, s.d);
        }
    }
}

#endif
