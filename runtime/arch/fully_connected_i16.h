/* FULLY_CONNECTED, int16 with int8 weights, four outputs at a time: the bytes of mrt_conv_groups_i16 where that is
 * FULLY_CONNECTED. Parameters are fully_connected_channels.h's, with channel_i16.h's channels; the variants differ in how
 * the sums come:
 *
 *   mrt_fully_connected_i16_rows  plain C, weights as they are
 *   mrt_fully_connected_i16_dsp   Arm DSP: for each four outputs, o to o + 3, and each two inputs, i and i + 1, bytes
 *                                 w[o][i], w[o+1][i], w[o][i+1], w[o+1][i+1], then the same of o + 2 and o + 3
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_I16_H
#define MRT_ARCH_FULLY_CONNECTED_I16_H

#include "channel_i16.h"
#include "fully_connected_channels.h"

MRT_INLINE int16_t mrt_fully_connected_i16_output(const mrt_fully_connected_channels_params *p, int32_t o, uint32_t sum)
{
    const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);

    return mrt_output_i16(&p->output, &c, sum + (uint32_t)c.bias);
}

MRT_INLINE void mrt_fully_connected_i16_store(const mrt_fully_connected_channels_params *p, int32_t o,
                                              const mrt_fully_connected_sums *s, int16_t *out)
{
    out[o] = mrt_fully_connected_i16_output(p, o, s->a);
    if (o + 1 < p->out_count)
        out[o + 1] = mrt_fully_connected_i16_output(p, o + 1, s->b);
    if (o + 2 < p->out_count)
        out[o + 2] = mrt_fully_connected_i16_output(p, o + 2, s->c);
    if (o + 3 < p->out_count)
        out[o + 3] = mrt_fully_connected_i16_output(p, o + 3, s->d);
}

/* ---- plain C ---- */

/* Sums of up to four rows from w on; the first row stands in for those that are missing. */
MRT_INLINE mrt_fully_connected_sums mrt_fully_connected_i16_sums(const int8_t *w, int32_t in_count, int32_t left,
                                                                 const int16_t *in)
{
    const int8_t            *b = left > 1 ? w + in_count : w, *c = left > 2 ? w + 2 * in_count : w;
    const int8_t            *d = left > 3 ? w + 3 * in_count : w;
    mrt_fully_connected_sums s = {0, 0, 0, 0};
    int32_t                  i;

    for (i = 0; i < in_count; i++) {
        const int32_t x = in[i];
        s.a += (uint32_t)(x * w[i]);
        s.b += (uint32_t)(x * b[i]);
        s.c += (uint32_t)(x * c[i]);
        s.d += (uint32_t)(x * d[i]);
    }
    return s;
}

MRT_INLINE void mrt_fully_connected_i16_rows(const mrt_fully_connected_channels_params *p, const int16_t *in, int16_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count)
        for (o = 0; o < p->out_count; o += 4) {
            const mrt_fully_connected_sums s =
                mrt_fully_connected_i16_sums(p->w + o * p->in_count, p->in_count, p->out_count - o, in);
            mrt_fully_connected_i16_store(p, o, &s, out);
        }
}

/* ---- Arm DSP ---- */

/* x: a pair of inputs. */
MRT_INLINE void mrt_fully_connected_i16_pair(mrt_fully_connected_sums *s, const int8_t *w, uint32_t x)
{
    const uint32_t ab = mrt_load_aligned_word(w), cd = mrt_load_aligned_word(w + 4);

    s->a = mrt_smlad(mrt_even_bytes(ab), x, s->a);
    s->b = mrt_smlad(mrt_odd_bytes(ab), x, s->b);
    s->c = mrt_smlad(mrt_even_bytes(cd), x, s->c);
    s->d = mrt_smlad(mrt_odd_bytes(cd), x, s->d);
}

MRT_INLINE uint32_t mrt_load_inputs(const int16_t *in)
{
    return mrt_load_word((const int8_t *)(const void *)in);
}

/* *w moves on to the weights of the next four outputs. */
MRT_INLINE mrt_fully_connected_sums mrt_fully_connected_i16_quad(const int8_t **w, const int16_t *in, int32_t in_count)
{
    mrt_fully_connected_sums s = {0, 0, 0, 0};
    const int8_t            *at = *w;

    for (; in_count >= 4; in_count -= 4, in += 4, at += 16) {
        mrt_fully_connected_i16_pair(&s, at, mrt_load_inputs(in));
        mrt_fully_connected_i16_pair(&s, at + 8, mrt_load_inputs(in + 2));
    }
    for (; in_count >= 2; in_count -= 2, in += 2, at += 8)
        mrt_fully_connected_i16_pair(&s, at, mrt_load_inputs(in));
    if (in_count > 0) {
        mrt_fully_connected_i16_pair(&s, at, (uint16_t)in[0]);
        at += 8;
    }
    *w = at;
    return s;
}

MRT_INLINE void mrt_fully_connected_i16_dsp(const mrt_fully_connected_channels_params *p, const int16_t *in, int16_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        const int8_t *w = p->w;
        for (o = 0; o < p->out_count; o += 4) {
            const mrt_fully_connected_sums s = mrt_fully_connected_i16_quad(&w, in, p->in_count);
            mrt_fully_connected_i16_store(p, o, &s, out);
        }
    }
}

#endif
