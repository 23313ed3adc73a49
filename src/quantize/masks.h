/* Masks of attention. A score that must not count gets a number like -1e9 added, or put in its place, before SOFTMAX:
 * integers whose steps reach that far would make all other scores 0. What matters is that such scores are far below the
 * others, so masks become MOTE_MASK, and what is masked does not widen the range of what SOFTMAX reads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_MASKS_H
#define MOTE_QUANTIZE_MASKS_H

#include "graph/graph.h"

/* ADD's integers keep scores and this apart: steps of a mask are at most some hundred times a score's. Scores below half of
 * it are masked ones. */
#define MOTE_MASK -1024.0f
/* So far below the least score is what is masked: e^-16 is nothing even of int16's SOFTMAX. */
#define MOTE_MASKED_BELOW 16.0f

typedef enum mote_mask_role {
    MOTE_MASK_NONE = 0,
    MOTE_MASK_SCORES, /* only SOFTMAX reads it */
    MOTE_MASK_TERM    /* what is added to such scores, and read by nobody else */
} mote_mask_role;

/* roles [tensor_count] are zeros before. */
void mote_mask_find(const mote_graph *graph, uint8_t *roles);

/* Constants that are added to scores get MOTE_MASK where they are less. A copy of the model where there are such ones; else
 * *out is NULL. */
mote_status mote_mask_bound(mote_model **out, const mote_model *model, mote_error *err);

#endif
