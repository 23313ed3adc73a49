/* What is decided from epoch to epoch: when training stops, which epoch's weights stay, when the learning rate falls. As
 * Keras' EarlyStopping and ReduceLROnPlateau have it.
 *
 * All that it keeps between epochs is mote_fit_control; what of it is in checkpoints mote_fit_keep_control says. (What lives
 * between steps is the optimizer's.)
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_CONTROL_H
#define MOTE_TRAIN_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/graph.h"

/* A column of the history, and the best that it has been. */
typedef struct mote_monitor {
    int     column; /* 0: none */
    bool    rises;  /* more is better */
    double  min_delta;
    bool    has_best;
    double  best;
    int32_t wait; /* epochs that were no better */
} mote_monitor;

typedef struct mote_fit_control {
    mote_monitor stopping, plateau;
    int32_t      first_epoch;   /* of `stopping`, counting from 0: those before are not looked at */
    int32_t      cooldown;      /* of `plateau`: epochs that do not count yet */
    int32_t      best_epoch;    /* counting from 1; 0: none */
    int32_t      stopped_epoch; /* the last one, where it was stopped */
    bool         stops, keeps_best;
    bool         has_best_values;
    size_t       best_count;
    float       *best_values; /* [best_count]: parameters, then all other constants of the network */
    mote_range  *best_ranges; /* [tensors]: of quantized training, with those weights; NULL: it is none */
} mote_fit_control;

#endif
