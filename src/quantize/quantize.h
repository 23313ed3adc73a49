/* Quantization in three steps: what values each activation takes (calibrate), which scale each operand gets (assign), a new
 * model in which constants are integers (rewrite). The public face is mote_model_quantize (mote/convert.h).
 *
 *     affine:     scale = (max - min) / 255, zero_point = the integer nearest to where real 0 falls; min <= 0 <= max
 *     symmetric:  scale = max|w| / 127, zero_point = 0
 *
 * Source: Jacob et al. 2018 (arXiv:1712.05877); TensorFlow Lite's 8-bit quantization specification.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_QUANTIZE_H
#define MOTE_QUANTIZE_QUANTIZE_H

#include <mote/convert.h>

#include "ops/op.h"

typedef struct mote_affine {
    float   scale;
    int32_t zero_point;
} mote_affine;

/* int8 parameters for values in [min, max], zero included. */
mote_affine mote_affine_of(float min, float max);

/* Runs the float model over samples and fills ranges[tensor], for every activation. */
mote_status mote_calibrate(mote_range *ranges, const mote_model *model, const mote_dataset_split *samples,
                           const mote_quantize_options *options, mote_error *err);

/* Symmetric int8 weights: scale[c] and out[i] from w, c the index along axis; axis -1: one scale. least_scale[c] (may be
 * NULL) bounds the scales from below, so that a bias fits its int32. */
void mote_quantize_weights(const mote_tensor *w, int32_t axis, const float *least_scale, float *scale, int8_t *out);

#endif
