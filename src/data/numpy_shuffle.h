/* The order that NumPy's legacy generator gives: numpy.random.RandomState(seed).shuffle, which Keras shuffles a folder's
 * files by before it splits them. mote's own draws come from base/random.h; this one is for the same files as Keras'.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_NUMPY_SHUFFLE_H
#define MOTE_DATA_NUMPY_SHUFFLE_H

#include <stdint.h>

/* Shuffles items[0..count). */
void mote_numpy_shuffle(uint32_t seed, uint32_t *items, uint32_t count);

#endif
