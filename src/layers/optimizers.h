/* Optimizers and schedules of learning rates as data: a row has Keras' names, arguments and defaults, and what an optimizer
 * remembers. Specs, `.keras` files and training read the same rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_OPTIMIZERS_H
#define MOTE_LAYERS_OPTIMIZERS_H

#include <mote/train.h>

#include "graph/graph.h"
#include "layers/key.h"

/* When an optimizer has an array. */
typedef enum mote_slot_need {
    MOTE_SLOT_NONE = 0,
    MOTE_SLOT_ALWAYS,
    MOTE_SLOT_MOMENTUM,
    MOTE_SLOT_CENTERED,
    MOTE_SLOT_AMSGRAD,
    MOTE_SLOT_EMA
} mote_slot_need;

/* An array of an optimizer, as long as the weights. In Keras' files the arrays of a slot follow each other, weight by
 * weight; those of slots that are beside the one before stand in turn. */
typedef struct mote_slot {
    mote_slot_need need;
    bool           is_beside;
} mote_slot;

enum { MOTE_OWN_SLOTS = 3, MOTE_SLOT_OF_MEAN = 3 }; /* the mean of the weights is every optimizer's, and Keras' first */

typedef struct mote_optimizer_type {
    const char     *name, *keras_class; /* "adamw", "AdamW" */
    float           learning_rate;      /* when none is given */
    const mote_key *keys;               /* its arguments in the order of Keras' configuration */
    const mote_key *more;               /* those that `.keras` files have where they are not zero; weight_decay is first */
    mote_slot       slots[MOTE_OWN_SLOTS];
    bool            has_product; /* Nadam's product of momentums, behind the slots */
} mote_optimizer_type;

/* [MOTE_OPTIMIZER_COUNT] */
extern const mote_optimizer_type mote_optimizer_types[];

enum { MOTE_OPTIMIZER_KEYS_MAX = 24 };
/* All arguments in one table that ends with {0}; out has room for MOTE_OPTIMIZER_KEYS_MAX. */
void mote_optimizer_list_keys(mote_optimizer_kind kind, mote_key *out);

/* Zeros become Keras' defaults. */
void mote_optimizer_complete(mote_optimizer *optimizer);

/* The arrays that an optimizer of these arguments has, in the order of Keras' files. */
typedef struct mote_slot_list {
    int32_t count;
    int32_t place[MOTE_SLOTS_MAX];     /* which of its slots, or MOTE_SLOT_OF_MEAN */
    bool    is_beside[MOTE_SLOTS_MAX]; /* of the one before */
} mote_slot_list;
mote_slot_list mote_optimizer_list_slots(const mote_optimizer *optimizer);

/* Where in a file the array of a slot is that belongs to a weight, counting from the first of all slots' arrays. */
int32_t mote_slot_place(const mote_slot_list *slots, int32_t slot, int32_t weight, int32_t weight_count);

typedef struct mote_schedule_type {
    const char     *name, *keras_class; /* "cosine_decay", "CosineDecay" */
    const mote_key *keys;               /* of mote_schedule; those of piecewise_constant_decay are lists, and not here */
} mote_schedule_type;

/* [MOTE_SCHEDULE_COUNT] */
extern const mote_schedule_type mote_schedule_types[];

/* Zeros become Keras' defaults; decay_steps of 0 those that are left of a training. */
void mote_schedule_complete(mote_schedule *schedule, uint64_t training_steps);

#endif
