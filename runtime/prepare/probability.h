/* The way out: probabilities of an answer that a network gives as logits, one class at a time, from what lies in the output.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PROBABILITY_H
#define MRT_PROBABILITY_H

#include "../kernels/exp.h"

/* Element `index` of an output as a real number. */
typedef float (*mrt_real)(const void *values, int32_t index);

/* exp(x[index]) / sum_i exp(x[i]), i = 0 .. count - 1, as the float32 kernel of SOFTMAX computes it. */
MRT_INLINE float mrt_softmax_at(mrt_real real, const void *values, int32_t count, int32_t index)
{
    float   largest = real(values, 0), sum = 0.0f;
    int32_t i;

    for (i = 1; i < count; i++)
        largest = real(values, i) > largest ? real(values, i) : largest;
    for (i = 0; i < count; i++)
        sum += mrt_exp_f32(real(values, i) - largest);
    return mrt_exp_f32(real(values, index) - largest) / sum;
}

#endif
