/* DEPTHWISE_CONV_2D, int8 with int4 weights, with Arm's DSP instructions: all weights become bytes in scratch, once, as
 * there are few of them and each is used for a whole plane; then as depthwise_conv_2d_dsp.h. p->w: int4, two to a byte.
 * scratch: mrt_depthwise_i4_dsp_scratch bytes, aligned to 4. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DEPTHWISE_CONV_2D_I4_DSP_H
#define MRT_ARCH_DEPTHWISE_CONV_2D_I4_DSP_H

#include "depthwise_conv_2d_dsp.h"
#include "nibbles.h"

/* The planes' scratch, then the weights. */
MRT_INLINE int32_t mrt_depthwise_i4_dsp_scratch(const mrt_window *window, int32_t is_transposed)
{
    return mrt_depthwise_dsp_scratch(window, is_transposed) + window->kernel_h * window->kernel_w * window->out_c;
}

MRT_INLINE void mrt_depthwise_conv_2d_i4_dsp(const mrt_depthwise_plane_params *p, const int8_t *in, int8_t *out,
                                             void *scratch)
{
    int8_t *const w = (int8_t *)scratch + mrt_depthwise_dsp_scratch(&p->window, p->is_transposed);

    mrt_nibbles_unpack(p->w, p->window.kernel_h * p->window.kernel_w * p->window.out_c, w);
    mrt_depthwise_planes_dsp(p, w, in, out, scratch);
}

#endif
