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

#if MRT_HAS_DSP

/* clang-format off */

/* A word's two pairs: 9 instructions with its load. */
#define MRT_SPARSE_TWO                              \
    "ldr %[pairs], [%[w]], #4\n\t"                  \
    "uxtab %[in], %[in], %[pairs]\n\t"              \
    "ldrsb %[x], [%[in]]\n\t"                       \
    "uxtab %[in], %[in], %[pairs], ror #16\n\t"     \
    "ldrsb %[y], [%[in]]\n\t"                       \
    "sxtb16 %[pairs], %[pairs], ror #8\n\t"         \
    "smlabb %[acc], %[x], %[pairs], %[acc]\n\t"     \
    "smlabt %[acc], %[y], %[pairs], %[acc]\n\t"

MRT_INLINE uint32_t mrt_sparse_sum_dsp(const int8_t *w, const int8_t *in, int32_t groups)
{
    uint32_t acc = 0, pairs, x, y;

    if (groups == 0)
        return 0;
    __asm__(
    "1:\n\t"
        MRT_SPARSE_TWO
        MRT_SPARSE_TWO
        "subs %[groups], %[groups], #1\n\t"
        "bne 1b"
        : [acc] "+&r"(acc), [pairs] "=&r"(pairs), [x] "=&r"(x), [y] "=&r"(y), [w] "+&r"(w), [in] "+&r"(in),
          [groups] "+&r"(groups)
        :
        : "cc", "memory");
    return acc;
}

/* clang-format on */

#else

MRT_INLINE uint32_t mrt_sparse_two(const int8_t **in, uint32_t pairs, uint32_t acc)
{
    const uint32_t weights = mrt_odd_bytes(pairs);
    const int8_t  *x = *in + (uint8_t)pairs, *y = x + (uint8_t)(pairs >> 16);

    *in = y;
    acc += (uint32_t)(*x * (int16_t)weights);
    return mrt_smlabt((uint32_t)(int32_t)*y, weights, acc);
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

#endif

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
