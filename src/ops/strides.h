/* Moving and adding up elements by steps along axes, in training: what transposes, repeats and sums.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_STRIDES_H
#define MOTE_OPS_STRIDES_H

#include "ops/op.h"

enum { MOTE_STRIDES_RANK_MAX = 2 * MOTE_RANK_MAX };

/* Axes, outermost first: so many elements, and how far each is from the next one where it comes from and where it goes. */
typedef struct mote_strides {
    size_t  size[MOTE_STRIDES_RANK_MAX], from[MOTE_STRIDES_RANK_MAX], to[MOTE_STRIDES_RANK_MAX];
    int32_t rank;
} mote_strides;

/* rank, size and from of a tensor as it lies; batch multiplies dim[0] where that counts samples. */
void mote_strides_of_tensor(mote_strides *strides, const mote_tensor *tensor, int32_t batch);

/* The way back. */
mote_strides mote_strides_turned(mote_strides strides);

void mote_strides_copy(const mote_strides *strides, const float *from, float *to); /* to = from */
void mote_strides_add(const mote_strides *strides, const float *from, float *to);  /* to += from, in the axes' order */

#endif
