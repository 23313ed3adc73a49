/* Any int8 function of one int8 value: out[i] = table[in[i] + 128]. May run in place.
 *
 * in, out [count]; table [256], made on the host by running the function's own kernel on all values. Smaller and faster
 * than the arithmetic it stands for where that is an exp or a tanh.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LOOKUP_H
#define MRT_LOOKUP_H

#include "../mrt.h"

typedef struct mrt_lookup_i8_params {
    int32_t                 count;
    const MRT_FLASH int8_t *table;
} mrt_lookup_i8_params;

MRT_INLINE void mrt_lookup_i8(const mrt_lookup_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = p->table[in[i] + 128];
}

#endif
