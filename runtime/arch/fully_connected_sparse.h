/* FULLY_CONNECTED, int8, most of whose weights are 0: only the others are stored and multiplied. See
 * fully_connected_channels.h, but for
 *
 * w  of each output, one after the other: how many groups of four there are, the lower byte first; then four pairs a group,
 *    (how far the input is on from the one before, 0 to 255; the weight). The first is counted from input 0. Pairs whose
 *    weight is 0 bridge what is too far apart, and fill the last group, where they stay at the input before.
 *
 * A pair takes two bytes and four to seven instructions, so that this pays where few weights are left.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_SPARSE_H
#define MRT_ARCH_FULLY_CONNECTED_SPARSE_H

#include "arm_dsp/dsp.h"
#include "fully_connected_channels.h"

enum { MRT_SPARSE_GROUP = 4, MRT_SPARSE_HEAD_BYTES = 2, MRT_SPARSE_GROUP_BYTES = 2 * MRT_SPARSE_GROUP };

MRT_INLINE int32_t mrt_sparse_groups(const int8_t *w)
{
    return (uint8_t)w[0] + 256 * (uint8_t)w[1];
}

/* ---- byte by byte ---- */

MRT_INLINE uint32_t mrt_sparse_sum(const int8_t *w, const int8_t *in, int32_t groups)
{
    uint32_t acc = 0;

    for (; groups > 0; groups--, w += MRT_SPARSE_GROUP_BYTES) {
        in += (uint8_t)w[0];
        acc += (uint32_t)(*in * w[1]);
        in += (uint8_t)w[2];
        acc += (uint32_t)(*in * w[3]);
        in += (uint8_t)w[4];
        acc += (uint32_t)(*in * w[5]);
        in += (uint8_t)w[6];
        acc += (uint32_t)(*in * w[7]);
    }
    return acc;
}

MRT_INLINE void mrt_fully_connected_i8_sparse(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const int8_t *w = p->w;
        for (o = 0; o < p->out_count; o++) {
            const int32_t     groups = mrt_sparse_groups(w);
            const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
            *out++ = mrt_output_of(&p->output, &c, mrt_sparse_sum(w + MRT_SPARSE_HEAD_BYTES, in, groups));
            w += MRT_SPARSE_HEAD_BYTES + groups * MRT_SPARSE_GROUP_BYTES;
        }
    }
}

/* ---- a word, two pairs, at a time ---- */

/* Goes on by the word's byte 0; by its byte 2. */
MRT_INLINE const int8_t *mrt_sparse_first(const int8_t *at, uint32_t word)
{
#if MRT_HAS_DSP
    __asm__("uxtab %0, %0, %1" : "+r"(at) : "r"(word));
    return at;
#else
    return at + (uint8_t)word;
#endif
}

MRT_INLINE const int8_t *mrt_sparse_second(const int8_t *at, uint32_t word)
{
#if MRT_HAS_DSP
    __asm__("uxtab %0, %0, %1, ror #16" : "+r"(at) : "r"(word));
    return at;
#else
    return at + (uint8_t)(word >> 16);
#endif
}

MRT_INLINE uint32_t mrt_sparse_two(const int8_t **in, uint32_t word, uint32_t acc)
{
    const uint32_t weights = mrt_odd_bytes(word);
    const int8_t  *first = mrt_sparse_first(*in, word), *second = mrt_sparse_second(first, word);

    *in = second;
    acc += (uint32_t)(*first * (int16_t)weights);
    return mrt_smlabt((uint32_t)(int32_t)*second, weights, acc);
}

MRT_INLINE uint32_t mrt_sparse_sum_dsp(const int8_t *w, const int8_t *in, int32_t groups)
{
    uint32_t acc = 0;

    for (; groups > 0; groups--, w += MRT_SPARSE_GROUP_BYTES) {
        acc = mrt_sparse_two(&in, mrt_load_word(w), acc);
        acc = mrt_sparse_two(&in, mrt_load_word(w + 4), acc);
    }
    return acc;
}

MRT_INLINE void mrt_fully_connected_i8_sparse_dsp(const mrt_fully_connected_channels_params *p, const int8_t *in,
                                                  int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const int8_t *w = p->w;
        for (o = 0; o < p->out_count; o++) {
            const int32_t     groups = mrt_sparse_groups(w);
            const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
            *out++ = mrt_output_of_dsp(&p->output, &c, mrt_sparse_sum_dsp(w + MRT_SPARSE_HEAD_BYTES, in, groups));
            w += MRT_SPARSE_HEAD_BYTES + groups * MRT_SPARSE_GROUP_BYTES;
        }
    }
}

#endif
