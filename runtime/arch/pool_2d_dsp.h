/* MAX_POOL_2D and AVERAGE_POOL_2D, int8, with Arm's DSP instructions: four channels a word. See kernels/pool_2d.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_POOL_2D_DSP_H
#define MRT_ARCH_POOL_2D_DSP_H

#include "arm_dsp/dsp.h"
#include "pool_2d_four.h"

MRT_INLINE void mrt_max_pool_2d_i8_word(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_patch *patch, const int8_t *in,
                                        int8_t *out)
{
    uint32_t greatest = mrt_repeat_byte(p->act_min);
    int32_t  row, column;

    for (row = 0; row < patch->rows; row++) {
        const int8_t *x = in + row * patch->in_row;
        for (column = 0; column < patch->columns; column++, x += p->window.in_c)
            greatest = mrt_greater_bytes(greatest, mrt_load_word(x));
    }
    if (p->act_max < 127)
        greatest = mrt_lesser_bytes(greatest, mrt_repeat_byte(p->act_max));
    mrt_store_word(out, greatest);
}

/* Sums of two channels share a word: a window has at most MRT_POOL_2D_DSP_WINDOW values. */
enum { MRT_POOL_2D_DSP_WINDOW = 256 };

MRT_INLINE void mrt_average_pool_2d_i8_word(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_patch *patch, const int8_t *in,
                                            int8_t *out)
{
    uint32_t           even = 0, odd = 0;
    mrt_pool_2d_values values;
    int32_t            row, column;

    for (row = 0; row < patch->rows; row++) {
        const int8_t *x = in + row * patch->in_row;
        for (column = 0; column < patch->columns; column++, x += p->window.in_c) {
            const uint32_t word = mrt_load_word(x);
            even = mrt_even_bytes_plus(even, word);
            odd = mrt_odd_bytes_plus(odd, word);
        }
    }
    values.a = (int16_t)even;
    values.b = (int16_t)odd;
    values.c = (int32_t)even >> 16;
    values.d = (int32_t)odd >> 16;
    values = mrt_pool_2d_means(&values, patch->rows * patch->columns);
    mrt_pool_2d_store(p, &values, out);
}

MRT_INLINE void mrt_max_pool_2d_i8_dsp(const mrt_pool_2d_i8_params *p, const int8_t *in,
                                       int8_t *out){MRT_POOL_2D_FOURS(mrt_max_pool_2d_i8_word, mrt_max_pool_2d_i8_at)}

MRT_INLINE void mrt_average_pool_2d_i8_dsp(const mrt_pool_2d_i8_params *p, const int8_t *in, int8_t *out)
{
    MRT_POOL_2D_FOURS(mrt_average_pool_2d_i8_word, mrt_average_pool_2d_i8_at)
}

#endif
