/* The dot products that kernels are built on, by instruction set; all give the same sums, wrapping in 32 bits.
 *
 *   mrt_dot_i8(in, w, count, acc)            acc + sum_i in[i] * w[i]
 *   mrt_dot4_i8(in, w, pitch, count, acc)    the same for four rows of weights, w, w + pitch ...: one load of in for four
 *
 * A compiler that announces Arm's DSP instructions gets arch/arm_dsp/, every other the portable twin.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DOT_H
#define MRT_ARCH_DOT_H

#if defined(__ARM_FEATURE_SIMD32) && defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
#include "arm_dsp/dot.h"
#else
#include "portable/dot.h"
#endif

#endif
