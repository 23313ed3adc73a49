/* Mel filter banks of TensorFlow Lite Micro's audio front end, in integers: energies of frequencies are gathered into
 * channels, roots taken, noise subtracted, gain controlled, and logarithms taken. Source:
 * signal/src/{filter_bank,filter_bank_square_root,filter_bank_spectral_subtraction,pcan_argc_fixed,filter_bank_log,
 * square_root_32,square_root_64,log}.cc of tflite-micro. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FILTER_BANK_H
#define MRT_FILTER_BANK_H

#include "../mrt.h"

/* How many bits x takes; 0 for 0. */
MRT_INLINE int32_t mrt_bit_length(uint32_t x)
{
    int32_t length = 0;

    for (; x > 0; x >>= 1)
        length++;
    return length;
}

/* SignalFilterBank: in uint32 [frequencies] -> uint64 [channels]. Bands overlap: band b adds weight * in to channel b - 1
 * and unweight * in to channel b, which there are none of before the first and behind the last. bands [channels + 1, 3]:
 * first frequency, first weight, how many. */
typedef struct mrt_filter_bank_params {
    int32_t                  channels;
    const MRT_FLASH int16_t *bands;
    const MRT_FLASH int16_t *weights, *unweights;
} mrt_filter_bank_params;

MRT_INLINE void mrt_signal_filter_bank_u32(const mrt_filter_bank_params *p, const mrt_io *io)
{
    const uint32_t *in = (const uint32_t *)io->in[0];
    uint64_t       *out = (uint64_t *)io->out[0];
    uint64_t        from_before = 0;
    int32_t         b, i;

    for (b = 0; b <= p->channels; b++) {
        const MRT_FLASH int16_t *band = p->bands + 3 * b;
        uint64_t                 sum = from_before;
        from_before = 0;
        for (i = 0; i < band[2]; i++) {
            const uint64_t energy = in[band[0] + i];
            sum += (uint64_t)(int64_t)p->weights[band[1] + i] * energy;
            from_before += (uint64_t)(int64_t)p->unweights[band[1] + i] * energy;
        }
        if (b > 0)
            out[b - 1] = sum;
    }
}

/* SignalFilterBankSquareRoot: in uint64 [count], bits int32 -> uint32 root(in) >> bits, the root to nearest. A root that
 * would need one bit more than half of the input's 64 (of 32 where those hold it) stays below. bits outside 0 .. 31: 0. */
typedef struct mrt_filter_bank_square_root_params {
    int32_t count;
} mrt_filter_bank_square_root_params;

MRT_INLINE uint32_t mrt_square_root_u64(uint64_t x)
{
    const uint32_t most = x >> 32 ? 0xffffffffu : 0xffffu;
    uint64_t       root = 0, bit = (uint64_t)1 << 62, rest = x;

    for (; bit > 0; bit >>= 2) {
        const uint64_t wanted = root + bit;
        root >>= 1;
        if (rest >= wanted) {
            rest -= wanted;
            root += bit;
        }
    }
    return (uint32_t)root + (rest > root && root != most ? 1u : 0u);
}

MRT_INLINE void mrt_signal_filter_bank_square_root(const mrt_filter_bank_square_root_params *p, const mrt_io *io)
{
    const uint64_t *in = (const uint64_t *)io->in[0];
    const int32_t   bits = *(const int32_t *)io->in[1];
    uint32_t       *out = (uint32_t *)io->out[0];
    int32_t         i;

    for (i = 0; i < p->count; i++)
        out[i] = bits >= 0 && bits <= 31 ? mrt_square_root_u64(in[i]) >> bits : 0;
}

/* SignalFilterBankSpectralSubtraction: in uint32 [count] -> in less an estimate of the noise, but not below `floor` of it;
 * and the estimate, which follows the input slowly:
 *
 *   noise = (in 2^smoothing_bits) smoothing + noise rest        fractions in units of 2^-bits
 *
 * smoothing and rest: [0] of even, [1] of odd channels. clamping: the estimate never exceeds the input. State: noise
 * [count]. */
typedef struct mrt_spectral_subtraction_params {
    int32_t count;
    int32_t smoothing[2], rest[2], floor; /* bits of uint32 */
    int32_t smoothing_bits, bits, clamping;
} mrt_spectral_subtraction_params;

MRT_INLINE void mrt_signal_filter_bank_spectral_subtraction_u32(const mrt_spectral_subtraction_params *p, const mrt_io *io)
{
    const uint32_t *in = (const uint32_t *)io->in[0];
    uint32_t       *out = (uint32_t *)io->out[0], *estimate = (uint32_t *)io->out[1], *noise = (uint32_t *)io->state;
    int32_t         i;

    for (i = 0; i < p->count; i++) {
        const uint32_t signal = in[i] << p->smoothing_bits;
        const uint32_t least = (uint32_t)((uint64_t)in[i] * (uint32_t)p->floor >> p->bits);
        const uint32_t fresh =
            (uint32_t)(((uint64_t)signal * (uint32_t)p->smoothing[i & 1] + (uint64_t)noise[i] * (uint32_t)p->rest[i & 1]) >>
                       p->bits);
        const uint32_t subtracted = fresh < signal ? (signal - fresh) >> p->smoothing_bits : 0;
        out[i] = subtracted > least ? subtracted : least;
        noise[i] = p->clamping && fresh > signal ? signal : fresh;
        estimate[i] = noise[i];
    }
}

/* SignalPCAN: in uint32 [count], noise uint32 [count], gains int16 [125] -> shrink(in * gain(noise) >> shift), uint32, with
 * 6 fractional bits: per-channel amplitude normalization. The output may be in. gain: a table up to 2; then for each power
 * of two a parabola of three numbers, and one that nobody reads. shrink, of a number x with 12 fractional bits: x^2 / 4
 * below 2, x - 1 from there on. */
enum { MRT_PCAN_GAINS = 125, MRT_PCAN_IN_BITS = 12, MRT_PCAN_OUT_BITS = 6 };

typedef struct mrt_pcan_params {
    int32_t count, shift;
} mrt_pcan_params;

MRT_INLINE int16_t mrt_pcan_gain(uint32_t x, const int16_t *gains)
{
    const int32_t  bits = mrt_bit_length(x);
    const int16_t *parabola = gains + 4 * bits - 6;
    uint32_t       part, y;

    if (x <= 2)
        return gains[x];
    part = (bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3ffu;
    y = (uint32_t)((parabola[2] * (int32_t)part) >> 5);
    y = (y + ((uint32_t)(int32_t)parabola[1] << 5)) * part;
    return (int16_t)(((int32_t)(y + (1u << 14)) >> 15) + parabola[0]);
}

MRT_INLINE uint32_t mrt_pcan_shrink(uint32_t x)
{
    if (x < 2u << MRT_PCAN_IN_BITS)
        return (x * x) >> (2 + 2 * MRT_PCAN_IN_BITS - MRT_PCAN_OUT_BITS);
    return (x >> (MRT_PCAN_IN_BITS - MRT_PCAN_OUT_BITS)) - (1u << MRT_PCAN_OUT_BITS);
}

MRT_INLINE void mrt_signal_pcan_u32(const mrt_pcan_params *p, const mrt_io *io)
{
    const uint32_t *in = (const uint32_t *)io->in[0], *noise = (const uint32_t *)io->in[1];
    const int16_t  *gains = (const int16_t *)io->in[2];
    uint32_t       *out = (uint32_t *)io->out[0];
    int32_t         i;

    for (i = 0; i < p->count; i++) {
        const uint32_t gain = (uint32_t)mrt_pcan_gain(noise[i], gains);
        out[i] = mrt_pcan_shrink((uint32_t)((uint64_t)in[i] * gain >> p->shift));
    }
}

/* SignalFilterBankLog: in uint32 [count] -> int16 ln(in 2^bits) scale, at most 32767; 0 for what has no logarithm, or one
 * of 0. The logarithm to base 2 is linear between 128 parts of an octave. */
typedef struct mrt_filter_bank_log_params {
    int32_t count, bits, scale;
} mrt_filter_bank_log_params;

/* ln x with 16 fractional bits, x > 0. */
MRT_INLINE uint32_t mrt_log_u32(uint32_t x)
{
    /* 2^16 (log2(1 + i / 128) - i / 128) to nearest, i = 0 .. 128 */
    static const MRT_FLASH uint16_t bend[130] = {
        0,    224,  442,  654,  861,  1063, 1259, 1450, 1636, 1817, 1992, 2163, 2329, 2490, 2646, 2797, 2944, 3087, 3224,
        3358, 3487, 3611, 3732, 3848, 3960, 4068, 4172, 4272, 4368, 4460, 4549, 4633, 4714, 4791, 4864, 4934, 5001, 5063,
        5123, 5178, 5231, 5280, 5326, 5368, 5408, 5444, 5477, 5507, 5533, 5557, 5578, 5595, 5610, 5622, 5631, 5637, 5640,
        5641, 5638, 5633, 5626, 5615, 5602, 5586, 5568, 5547, 5524, 5498, 5470, 5439, 5406, 5370, 5332, 5291, 5249, 5203,
        5156, 5106, 5054, 5000, 4944, 4885, 4825, 4762, 4697, 4630, 4561, 4490, 4416, 4341, 4264, 4184, 4103, 4020, 3935,
        3848, 3759, 3668, 3575, 3481, 3384, 3286, 3186, 3084, 2981, 2875, 2768, 2659, 2549, 2437, 2323, 2207, 2090, 1971,
        1851, 1729, 1605, 1480, 1353, 1224, 1094, 963,  830,  695,  559,  421,  282,  142,  0,    0};
    const int32_t  octave = mrt_bit_length(x) - 1;
    const uint32_t above = x - ((uint32_t)1 << octave);
    const uint32_t part = octave < 16 ? above << (16 - octave) : above >> (octave - 16); /* of the octave, 16 bits */
    const uint32_t i = part >> 9;
    const int32_t  slope = (int32_t)bend[i + 1] - (int32_t)bend[i];
    const uint32_t bent = (uint32_t)bend[i] + (uint32_t)((slope * (int32_t)(part & 511u)) >> 16);

    return (uint32_t)((45426u * (uint64_t)(((uint32_t)octave << 16) + part + bent) + (1u << 15)) >> 16); /* ln 2 */
}

MRT_INLINE void mrt_signal_filter_bank_log_u32(const mrt_filter_bank_log_params *p, const mrt_io *io)
{
    const uint32_t *in = (const uint32_t *)io->in[0];
    int16_t        *out = (int16_t *)io->out[0];
    int32_t         i;

    for (i = 0; i < p->count; i++) {
        const uint32_t x = in[i] << p->bits;
        const uint32_t y = x > 1 ? ((uint32_t)p->scale * mrt_log_u32(x) + (1u << 15)) >> 16 : 0;
        out[i] = (int16_t)(y < INT16_MAX ? y : INT16_MAX);
    }
}

#endif
