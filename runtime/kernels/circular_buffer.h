/* CIRCULAR_BUFFER, int8: in [depth] -> the last `slots` inputs, the oldest first [slots, depth]; and, where there is such an
 * output, whether this is one of every `cycles` invokes. Inputs that did not come yet are zeros, where TensorFlow Lite Micro
 * has what was in its memory. State: int32 invokes since the last of every `cycles` [1], then int8 [slots, depth].
 * Source: tensorflow/lite/micro/kernels/circular_buffer.cc. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CIRCULAR_BUFFER_H
#define MRT_CIRCULAR_BUFFER_H

#include "../mrt.h"

typedef struct mrt_circular_buffer_params {
    int32_t slots, depth, cycles;
    int32_t has_valid;
} mrt_circular_buffer_params;

MRT_INLINE void mrt_circular_buffer_i8(const mrt_circular_buffer_params *p, const mrt_io *io)
{
    int32_t      *came = (int32_t *)io->state;
    uint8_t      *held = (uint8_t *)io->state + sizeof *came;
    const int32_t kept = (p->slots - 1) * p->depth;

    mrt_copy(held, held + p->depth, (size_t)kept);
    mrt_copy(held + kept, io->in[0], (size_t)p->depth);
    mrt_copy(io->out[0], held, (size_t)(kept + p->depth));
    *came = *came + 1 == p->cycles ? 0 : *came + 1;
    if (p->has_valid)
        *(uint8_t *)io->out[1] = *came == 0;
}

#endif
