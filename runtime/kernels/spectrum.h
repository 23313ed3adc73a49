/* Around a Fourier transform in int16: scaling its input, and the energy of its output.
 * Source: signal/src/{fft_auto_scale,max_abs,energy}.cc of tflite-micro. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SPECTRUM_H
#define MRT_SPECTRUM_H

#include "../mrt.h"

/* SignalFftAutoScale, int16: in [count] -> in 2^bits, and bits: the most that keep all values. -32768 counts as the least
 * of magnitudes, until a larger one comes after it. The output may be in. */
typedef struct mrt_fft_auto_scale_params {
    int32_t count;
} mrt_fft_auto_scale_params;

MRT_INLINE int32_t mrt_auto_scale_bits(int32_t largest)
{
    int32_t bits = 0;

    while (largest > 0 && largest < 1 << 14) {
        largest *= 2;
        bits++;
    }
    return bits;
}

MRT_INLINE int16_t mrt_larger_magnitude_i16(int32_t x, int16_t largest)
{
    return (int16_t)(x > largest ? x : -x > largest ? -x : largest);
}

MRT_INLINE void mrt_signal_fft_auto_scale_i16(const mrt_fft_auto_scale_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0], largest = 0;
    int32_t        bits, i;

    for (i = 0; i < p->count; i++)
        largest = mrt_larger_magnitude_i16(in[i], largest);
    bits = mrt_auto_scale_bits(largest);
    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)(uint16_t)((uint32_t)(int32_t)in[i] << bits);
    *(int32_t *)io->out[1] = bits;
}

/* SignalEnergy: in int16 [count, 2], complex -> re^2 + im^2, uint32 [count]; 0 outside first .. end - 1, where TensorFlow
 * Lite Micro leaves what was in its memory. */
typedef struct mrt_energy_params {
    int32_t count, first, end;
} mrt_energy_params;

MRT_INLINE void mrt_signal_energy_i16(const mrt_energy_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    uint32_t      *out = (uint32_t *)io->out[0];
    int32_t        i;

    for (i = 0; i < p->count; i++) {
        const int32_t re = in[2 * i], im = in[2 * i + 1];
        out[i] = i >= p->first && i < p->end ? (uint32_t)(re * re) + (uint32_t)(im * im) : 0;
    }
}

#endif
