/* Which range of values is worth its integers: what lies outside is cut off, what lies inside is rounded to steps.
 *
 * A histogram counts the values of a tensor over a range that is known before (calibration's first pass finds it). Ranges
 * that come out contain 0, as mote_affine_of wants it, and lie within the range seen.
 *
 * Sources: percentile and entropy as in Migacz, "8-bit inference with TensorRT" (GTC 2017), and Wu et al. 2020
 * (arXiv:2004.09602); least squares as in Banner et al. 2019 (arXiv:1810.05723), here over the counts rather than over a
 * fitted distribution. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_HISTOGRAM_H
#define MOTE_QUANTIZE_HISTOGRAM_H

#include "quantize/quantize.h"

enum { MOTE_HISTOGRAM_BINS = 2048 };

typedef struct mote_histogram {
    mote_range range; /* zero is in it */
    uint64_t   bins[MOTE_HISTOGRAM_BINS];
    uint64_t   count; /* of all */
} mote_histogram;

/* seen: from the first pass. */
void mote_histogram_begin(mote_histogram *histogram, mote_range seen);
void mote_histogram_add(mote_histogram *histogram, const float *values, size_t count);

/* The share `outside` of the values (0.0001) is cut off, half of it at each end; an end at 0 loses nothing. */
mote_range mote_histogram_percentile(const mote_histogram *histogram, double outside);
/* The range with the least sum of squared errors, of cutting off and of rounding together. */
mote_range mote_histogram_mse(const mote_histogram *histogram, const mote_scheme_row *scheme);
/* The range whose integers keep most of what is known of the values: the least Kullback-Leibler divergence between the
 * values and their integers. All of it where steps are finer than bins (int16). */
mote_range mote_histogram_entropy(const mote_histogram *histogram, const mote_scheme_row *scheme);

#endif
