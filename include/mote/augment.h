/* Augmentation: training samples are changed at random, anew in each epoch, so that a network sees more of them than there
 * are. Validation, tests and calibration see samples as they are.
 *
 *     const mote_augment_step steps[] = {{.kind = MOTE_AUGMENT_FLIP, .flip = MOTE_FLIP_HORIZONTAL},
 *                                        {.kind = MOTE_AUGMENT_ROTATION, .factor = {-0.05f, 0.05f}}};
 *     const mote_train_augment augment = {.steps = steps, .step_count = 2};
 *     mote_train_options options = {.augment = &augment, .epochs = 20};
 *
 * Steps on pictures have the names, ranges and arithmetic of Keras 3's preprocessing layers; given the same drawn numbers
 * they make the same pictures. What is drawn for a sample is a function of the seed, the training's step and the sample's
 * place in its batch, so the bytes are the same for any number of threads. Spec and meaning of each: docs/SPEC.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_AUGMENT_H
#define MOTE_AUGMENT_H

#include <stdint.h>

#include <mote/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order in which a spec's map runs them. "Pictures" have height, width and channels; "any" is any shape. */
typedef enum mote_augment_kind {
    MOTE_AUGMENT_FLIP = 0,    /* pictures: RandomFlip */
    MOTE_AUGMENT_TRANSLATION, /* pictures: RandomTranslation; height and width are shares of the picture, down and right */
    MOTE_AUGMENT_ROTATION,    /* pictures: RandomRotation; factor 1 is a whole turn */
    MOTE_AUGMENT_ZOOM,        /* pictures: RandomZoom; height and width, above 0 zooms out; without has_width as height */
    MOTE_AUGMENT_CROP,        /* pictures: padded by so many pixels on each side, then cropped anywhere to the old size */
    MOTE_AUGMENT_BRIGHTNESS,  /* pictures: RandomBrightness; factor is a share of the range of values */
    MOTE_AUGMENT_CONTRAST,    /* pictures: RandomContrast; times 1 - factor.low to 1 + factor.high */
    MOTE_AUGMENT_SATURATION,  /* colour pictures: RandomSaturation; 0.5 changes nothing, 0 is grey */
    MOTE_AUGMENT_HUE,         /* colour pictures: RandomHue; 1 is half a turn */
    MOTE_AUGMENT_ERASING,     /* pictures: RandomErasing; a rectangle of `scale` of the area, with probability factor */
    MOTE_AUGMENT_TIME_SHIFT,  /* any: along the first axis, by a share of its length, in whole steps */
    MOTE_AUGMENT_SCALING,     /* any: the whole sample times a number of factor */
    MOTE_AUGMENT_NOISE,       /* any: each element plus Gaussian noise of this stddev */
    MOTE_AUGMENT_MIX_UP,      /* any, last: MixUp; samples and targets w a + (1 - w) b, w of Beta(alpha, alpha) */
    MOTE_AUGMENT_COUNT
} mote_augment_kind;

typedef enum mote_flip { MOTE_FLIP_BOTH = 0, MOTE_FLIP_HORIZONTAL, MOTE_FLIP_VERTICAL } mote_flip;

/* What lies outside: of a row abcd */
typedef enum mote_fill_mode {
    MOTE_FILL_REFLECT = 0, /* dcba|abcd|dcba */
    MOTE_FILL_CONSTANT,    /* fill_value */
    MOTE_FILL_NEAREST,     /* aaaa|abcd|dddd */
    MOTE_FILL_WRAP         /* abcd|abcd|abcd */
} mote_fill_mode;

/* A number is drawn uniformly from low to high. */
typedef struct mote_augment_range {
    float low, high;
} mote_augment_range;

/* Members that a kind does not name are not read. */
typedef struct mote_augment_step {
    mote_augment_kind  kind;
    const char        *input; /* of a network with several: whose samples are changed. MIX_UP mixes those of all */
    mote_flip          flip;
    mote_augment_range factor;
    mote_augment_range height, width;
    bool               has_width;
    int32_t            padding;     /* CROP: pixels */
    mote_fill_mode     fill_mode;   /* TRANSLATION, ROTATION, ZOOM, CROP, TIME_SHIFT */
    float              fill_value;  /* pictures: as `scale` and `offset` of the data leave values, before mean and std */
    bool               has_fill;    /* ERASING: fill_value instead of noise */
    mote_augment_range scale;       /* ERASING: of the picture's area */
    mote_augment_range value_range; /* BRIGHTNESS to ERASING: of pictures before mean and std; {0}: that of bytes */
    float              stddev;      /* NOISE: in the units that the network sees */
    float              alpha;       /* MIX_UP */
    uint64_t           room[4];     /* mote.h */
} mote_augment_step;

typedef struct mote_train_augment {
    const mote_augment_step *steps; /* [step_count], at most MOTE_AUGMENT_STEPS_MAX, in this order */
    int32_t                  step_count;
    uint64_t                 room[4]; /* mote.h */
} mote_train_augment;

enum { MOTE_AUGMENT_STEPS_MAX = 32 };

/* A step with Keras' defaults, where zero is none. */
mote_augment_step mote_augment_step_default(mote_augment_kind kind);

const char *mote_augment_name(mote_augment_kind kind); /* "random_flip" ... */

/* What training with these steps shows the network of a set's training samples: `count` of them, prepared, each changed
 * `times` times; sample s in its form t is x[(s * times + t)][the feature's width]. x is one feature's, and MIX_UP is left
 * out. Errors: USAGE (as mote_train), MEMORY. */
typedef struct mote_augment_show {
    int32_t         feature;
    const uint32_t *samples; /* [count]: of the training split */
    size_t          count, times;
    uint64_t        seed;
    uint64_t        room[4]; /* mote.h */
} mote_augment_show;
mote_status mote_augment_samples(float *x, const mote_dataset *set, const mote_train_augment *augment,
                                 const mote_augment_show *show, mote_error *err);

/* The same as a picture (.svg or .png): a row a sample, first as it is; samples that are no pictures as lines. At most 64
 * samples and 16 forms. */
mote_status mote_augment_save_grid(const mote_dataset *set, const mote_train_augment *augment, const mote_augment_show *show,
                                   const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
