/* Variables: values that outlive an invoke, as operators read and write them. Bytes are copied, whatever they are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_VARIABLE_H
#define MRT_VARIABLE_H

#include "../mrt.h"

typedef struct mrt_variable_params {
    int32_t bytes;
} mrt_variable_params;

/* out = the variable, in[0] */
MRT_INLINE void mrt_copy_value(const mrt_variable_params *p, const mrt_io *io)
{
    mrt_copy(io->out[0], io->in[0], (size_t)p->bytes);
}

/* the variable, in[0], = in[1] */
MRT_INLINE void mrt_assign_variable(const mrt_variable_params *p, const mrt_io *io)
{
    mrt_copy((void *)(uintptr_t)io->in[0], io->in[1], (size_t)p->bytes);
}

#endif
