/* Which layer first goes wrong, and why, in words. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPARE_VERDICT_H
#define MOTE_COMPARE_VERDICT_H

#include <mote/evaluate.h>

#include "graph/graph.h"

/* What a pair of tensors showed, channel by channel: of the last axis. Sums run over all samples. */
typedef struct mote_layer_sums {
    mote_id a, b;
    double  absolute, square, signal, product, signal_b;
    size_t  count, beyond; /* values of a that b's integers do not reach */
    float   low, high;     /* of a */
    int32_t channels;
    double *channel_square, *channel_signal; /* [channels] */
    float  *channel_most;                    /* [channels] */
} mote_layer_sums;

/* Everything but the names. scratch [channels of the widest]. */
void mote_layer_take_sums(mote_layer_difference *out, const mote_layer_sums *sums, double *scratch);

/* Fills in the verdict of the layer of b that first goes wrong; all others' are "". scratch as above. */
void mote_layers_judge(mote_layer_difference *layers, const mote_layer_sums *sums, int32_t count, const mote_model *b,
                       double *scratch);

#endif
