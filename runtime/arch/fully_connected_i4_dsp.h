/* FULLY_CONNECTED, int8 with int4 weights, with Arm's DSP instructions: see fully_connected_channels.h and
 * arm_dsp/fully_connected_tile_i4.h, which has the weights' layout.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_I4_DSP_H
#define MRT_ARCH_FULLY_CONNECTED_I4_DSP_H

#include "arm_dsp/fully_connected_tile_i4.h"
#include "fully_connected_dsp.h"

/* The sums of four outputs; *w moves on to those of the next four. */
MRT_INLINE mrt_quad_sums mrt_fully_connected_quad_i4(const int8_t **w, const int8_t *in, int32_t in_count)
{
    mrt_quad_sums s = {0, 0, 0, 0};
    const int8_t *at = *w;
    int32_t       left = in_count & 15;

    if (in_count > left)
        at = mrt_quad_i4_tile(&s, at, in, in_count - left);
    for (in += in_count - left; left > 0; left -= 4, in += 4)
        at = mrt_quad_i4_group(&s, at, left >= 4 ? mrt_load_word(in) : mrt_load_bytes(in, left));
    *w = at;
    return s;
}

/* p->output.is_fast, and w as mrt_quad_i4_group wants it, for a multiple of 4 outputs and a multiple of 4 inputs. */
MRT_INLINE void mrt_fully_connected_i4_dsp(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const uint32_t           total = mrt_total_of_bytes(in, p->in_count);
        const MRT_FLASH int32_t *entry = p->channels;
        const int8_t            *w = p->w;
        for (o = p->out_count; o > 0; o -= 4, entry += 4 * MRT_CHANNEL_WORDS) {
            const mrt_quad_sums s = mrt_fully_connected_quad_i4(&w, in, p->in_count);
            *out++ = mrt_fully_connected_quad_output(&p->output, entry, mrt_i4_first_twice(s.x));
            if (o > 1)
                *out++ = mrt_fully_connected_quad_output(&p->output, entry + MRT_CHANNEL_WORDS,
                                                         mrt_i4_second_twice(s.x, s.y, total));
            if (o > 2)
                *out++ = mrt_fully_connected_quad_output(&p->output, entry + 2 * MRT_CHANNEL_WORDS, mrt_i4_first_twice(s.z));
            if (o > 3)
                *out++ = mrt_fully_connected_quad_output(&p->output, entry + 3 * MRT_CHANNEL_WORDS,
                                                         mrt_i4_second_twice(s.z, s.u, total));
        }
    }
}

#endif
