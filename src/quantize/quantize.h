/* Quantization in three steps: what values each activation takes (calibrate), which scale each operand gets (assign), a new
 * model in which constants are integers (rewrite). The public face is mote_model_quantize (mote/convert.h).
 *
 *     affine:     scale = (max - min) / (high - low), zero_point = the integer nearest to where real 0 falls; min <= 0 <= max
 *     symmetric:  scale = 2 max|w| / (high - low), zero_point = 0
 *     power of two:  the next power of two that is no less than the symmetric scale
 *
 * with the bounds of the scheme's row (schemes.h): of int8 -128 to 127, and -127 to 127 for weights.
 * Source: Jacob et al. 2018 (arXiv:1712.05877); TensorFlow Lite's 8-bit quantization specification; of powers of two
 * ESP-PPQ's minmax_to_scale_offset (quantization/observer/range.py).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_QUANTIZE_H
#define MOTE_QUANTIZE_QUANTIZE_H

#include <mote/convert.h>

#include "ops/op.h"
#include "quantize/schemes.h"

typedef struct mote_affine {
    float   scale;
    int32_t zero_point;
} mote_affine;

/* The least power of two that is no less than scale, which is above 0; at least 2^-26. */
float mote_power_of_two(double scale);
/* To an integer, as the scheme's constants are. */
double mote_round_for(const mote_scheme_row *scheme, double value);

/* Parameters of activations with values in [min, max], zero included. */
mote_affine mote_affine_of(const mote_scheme_row *scheme, float min, float max);
/* Parameters of an LSTM's cell: int16 around 0, in steps of a power of two. */
mote_affine mote_affine_of_cell(float min, float max);
/* The same for values from low to one step below high, over all that dtype stores: 1/256 and -128 for 0 to 1 as int8. */
mote_affine mote_affine_of_fixed(mote_dtype dtype, bool is_symmetric, float low, float high);

/* Of an output, by its wish; range: its own, affine: of the graph's activations so far. */
mote_affine mote_affine_for(const mote_scheme_row *scheme, const mote_node *node, const mote_quant_want *want,
                            mote_range range, const mote_affine *affine);
/* What goes into a joined tensor is made in its scale at once, where its range is free and no wider than what it goes into
 * (MAXIMUM's output may be the narrower one). From the last node to the first, so that what is joined twice has the widest.
 */
void mote_widen_joined(const mote_graph *graph, mote_range *ranges);
bool mote_range_covers(mote_range outer, mote_range inner);
/* The row whose types the weights of an operator get, which are its operand `operand`. */
const mote_scheme_row *mote_scheme_of_weights(const mote_scheme_row *scheme, mote_op_kind op, int32_t operand);

/* ranges[graph][tensor] as the model has them: of quantization-aware training. */
void mote_take_ranges(mote_range *const *ranges, const mote_model *model);
/* Runs the float model over samples and fills ranges[graph][tensor], for every activation. */
mote_status mote_calibrate(mote_range *const *ranges, const mote_model *model, const mote_dataset_split *samples,
                           const mote_quantize_options *options, mote_error *err);

/* Symmetric weights: scale[c] and out[i] from w, c the index along axis; axis -1: one scale. least_scale[c] (may be NULL)
 * bounds the scales from below, so that a bias fits its type. out: int16 where the scheme's weights are, else int8. */
void mote_quantize_weights(const mote_scheme_row *scheme, const mote_tensor *w, int32_t axis, const float *least_scale,
                           float *scale, void *out);

/* Element c of a bias of int32 or int64. */
int64_t mote_quantize_bias(const mote_scheme_row *scheme, double bias, double scale);
void    mote_store_bias(const mote_tensor *to, int32_t c, int64_t value);

/* Two to a byte, the low half first. */
void mote_pack_int4(const int8_t *values, size_t count, uint8_t *out);

/* How many samples calibration takes, and which they are. */
size_t mote_calibration_count(const mote_dataset_split *samples, const mote_quantize_options *options);
size_t mote_calibration_row(const mote_dataset_split *samples, size_t count, size_t i);

/* A float model that computes the same, up to float rounding, with channels' weights of like size (equalize.c). */
mote_status mote_equalize(mote_model **out, const mote_model *model, mote_error *err);

/* For whoever quantizes one model in many ways: what its operators are to have, and what calibration saw, once. */
typedef struct mote_mixing {
    const mote_scheme_row **rows;      /* [the main graph's node_count], in place of options->layers */
    mote_range            **ranges_of; /* NULL: the first time calibrates */
    mote_arena              arena;     /* of ranges_of */
} mote_mixing;

/* mote_model_quantize; mixing may be NULL. The model's operators are counted as they stand in it. */
mote_status mote_quantize_by(mote_model **out, const mote_model *model, const mote_dataset_split *calibration,
                             const mote_quantize_options *options, mote_mixing *mixing, mote_error *err);

/* A float model of which weights alone are stored otherwise, by a scheme that is_of_weights. */
mote_status mote_quantize_weights_alone(mote_model **out, const mote_model *model, const mote_quantize_options *options,
                                        mote_error *err);

#endif
