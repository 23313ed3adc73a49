/* Losses and metrics as data: Keras' names, classes and arguments. Specs, files, recipes and training read the same rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_GOALS_H
#define MOTE_LAYERS_GOALS_H

#include <mote/train.h>

#include "layers/key.h"

/* What a loss compares. */
typedef enum mote_loss_family {
    MOTE_LOSS_OF_NUMBERS = 0, /* any numbers; classes by their numbers, or one-hot */
    MOTE_LOSS_OF_BINARIES,    /* numbers from 0 to 1, each by itself */
    MOTE_LOSS_OF_CLASSES,     /* shares of one whole: one-hot rows */
    MOTE_LOSS_OF_SIGNS        /* 0 and 1, or -1 and 1 */
} mote_loss_family;

typedef struct mote_loss_type {
    const char      *name, *alias, *keras_class; /* "mse", "mean_squared_error", "MeanSquaredError" */
    mote_loss_family family;
    bool             takes_logits; /* from_logits is an argument */
    bool             is_of_rows;   /* of a whole row of numbers, not of each number */
    const mote_key  *keys;         /* its arguments in mote_goal */
} mote_loss_type;

/* [MOTE_LOSS_COUNT] */
extern const mote_loss_type mote_loss_types[];

typedef struct mote_metric_type {
    const char     *name, *alias, *keras_class;
    mote_metric     metric;
    bool            rises;            /* more is better */
    bool            compares_numbers; /* element by element, with the answers as they are */
    const mote_key *keys;
} mote_metric_type;

/* In the order in which they are shown; ends with a NULL name. */
extern const mote_metric_type mote_metric_types[];
const mote_metric_type       *mote_metric_type_of(mote_metric metric); /* NULL: none, or several */

/* Arguments of all losses and metrics, once each, as they travel in recipes. */
extern const mote_key mote_goal_keys[];

#endif
