/* Random numbers by counter: the k-th number of a stream is a pure function of (key, k), so results depend neither on the
 * number of threads nor on the order in which parts of the work run.
 * Generator: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_RANDOM_H
#define MOTE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What the stream is for keeps streams apart that share a seed. */
typedef enum mote_random_use {
    MOTE_RANDOM_INIT = 1, /* initial weights; a: parameter tensor */
    MOTE_RANDOM_SHUFFLE,  /* order of samples; a: epoch */
    MOTE_RANDOM_DROPOUT,  /* a: which one in the network, b: step */
    MOTE_RANDOM_DATA,     /* generated data and splits */
    MOTE_RANDOM_TEST,
    MOTE_RANDOM_AUGMENT /* a: step of augmentation and sample of the batch, b: step of training */
} mote_random_use;

typedef struct mote_random_key {
    uint32_t word[4]; /* two words of Philox key, two of the counter's upper half */
} mote_random_key;

mote_random_key mote_random_make(uint64_t seed, mote_random_use use, uint32_t a, uint32_t b);

/* The four 32-bit words at a position of the stream. */
typedef struct mote_random_block {
    uint32_t word[4];
} mote_random_block;
mote_random_block mote_random_at(mote_random_key key, uint64_t position);

uint32_t mote_random_u32(mote_random_key key, uint64_t index);      /* uniform over 2^32 */
float    mote_random_unit_f32(mote_random_key key, uint64_t index); /* uniform in [0, 1), 24 bits */
double   mote_random_unit_f64(mote_random_key key, uint64_t index); /* uniform in [0, 1), 53 bits */
/* out[i] uniform in [low, high) for i < count. */
void mote_random_fill_f32(mote_random_key key, float low, float high, float *out, size_t count);
/* A permutation of 0..count-1 (Fisher-Yates), the same for the same key. */
void mote_random_permutation(mote_random_key key, uint32_t *out, uint32_t count);

#endif
