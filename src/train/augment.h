/* Augmentation from inside: steps made ready for a set's features, what is drawn for a sample, and what that does to it.
 * Drawing and doing are apart, so that what is done can be held against Keras with the same drawn numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_AUGMENT_H
#define MOTE_TRAIN_AUGMENT_H

#include <mote/augment.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/thread.h"
#include "graph/graph.h"
#include "math/math.h"

/* ---- one step on one sample ---- */

/* Samples [height, width, channels]; without pictures [length of the first axis, 1, the rest]. */
typedef struct mote_augment_shape {
    int32_t height, width, channels;
} mote_augment_shape;

/* What is drawn, by kind:
 *
 *   FLIP         1: flipped
 *   TRANSLATION  down, right, in pixels          CROP        the same, whole
 *   ROTATION     degrees
 *   ZOOM         of the height, of the width
 *   BRIGHTNESS   what is added                   CONTRAST    what the distance from the mean is multiplied by
 *   SATURATION   what it is multiplied by        HUE         what is added; 1 is a whole turn
 *   ERASING      1: erased; left, right, top, bottom in pixels
 *   TIME_SHIFT   in whole steps, to later        SCALING     the factor */
enum { MOTE_AUGMENT_DRAWN_MAX = 5 };
typedef struct mote_augment_drawn {
    float value[MOTE_AUGMENT_DRAWN_MAX];
} mote_augment_drawn;

/* key is the sample's own at this step. */
mote_augment_drawn mote_augment_draw(const mote_augment_step *step, mote_augment_shape shape, mote_random_key key);

/* The sample at `from`, changed, to `to`, which does not overlap it. noise is what ERASING fills with, [elements of a
 * sample], standard normal; NULL: fill_value. NOISE and MIX_UP are no such steps. */
void mote_augment_apply(const mote_augment_step *step, mote_augment_shape shape, const mote_augment_drawn *drawn,
                        const float *noise, const float *from, float *to);

/* A number of Beta(alpha, alpha), 0 < alpha <= 32. */
double mote_augment_beta(double alpha, mote_random_key key);

/* ---- a batch ---- */

typedef struct mote_augmenter mote_augmenter;

typedef struct mote_augmenter_options {
    const mote_train_augment *augment; /* NULL: nothing is changed */
    const mote_dataset       *set;
    const mote_model         *model; /* whose input i feature i feeds; NULL: shapes are those of the set */
    const mote_math          *math;
    size_t                    batch; /* at most so many samples at once */
    uint64_t                  seed;
} mote_augmenter_options;

/* NULL where nothing is changed. Checks all steps: USAGE, with a sentence. Memory comes from the arena. */
mote_status mote_augmenter_create(mote_augmenter **out, const mote_augmenter_options *options, mote_arena *arena,
                                  mote_error *err);

/* The prepared batch of a training's step. */
typedef struct mote_augment_batch {
    size_t        count;
    uint32_t      step;
    float *const *x; /* [features], each [count, width] */
} mote_augment_batch;

/* Changes the samples in place. augmenter NULL does nothing. Allocates nothing. */
void mote_augmenter_run(mote_augmenter *augmenter, mote_pool *pool, const mote_augment_batch *batch);

/* Targets mixed as the samples were: reals[count, width]. Nothing without MIX_UP. */
void mote_augmenter_mix_targets(mote_augmenter *augmenter, const mote_augment_batch *batch, float *reals, size_t width);
bool mote_augmenter_mixes(const mote_augmenter *augmenter);

#endif
