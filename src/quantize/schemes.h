/* The ways to quantize, one row each: which types activations, weights and biases become, and within which bounds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_SCHEMES_H
#define MOTE_QUANTIZE_SCHEMES_H

#include <mote/convert.h>

typedef struct mote_scheme_row {
    const char *name;
    bool        is_of_weights; /* activations stay float32, and nothing is calibrated */

    bool is_power_of_two; /* all scales are 2^k: shifts instead of products; integers are rounded half up, as ESP-DL does */
    bool is_per_tensor;   /* weights have one scale a layer, where nothing else is asked for */

    mote_dtype activations;
    bool       is_symmetric; /* their zero point is 0 */
    int32_t    low, high;    /* what they are stored as */

    mote_dtype weights;
    int32_t    weight_low, weight_limit; /* they are stored as weight_low to weight_limit, at zero point 0 */
    /* Whose weights those operators get that have no kernel for these; without a meaning where all have. */
    mote_scheme else_weights;

    mote_dtype bias;
    double     bias_limit; /* so that adding the products to one cannot leave what the kernels add in */

    /* Its place on the way from coarse to fine, on which layers of one model may stand apart: from 1. 0: it mixes with none.
     */
    int32_t fineness;

    mote_dtype ios[4]; /* what inputs and outputs may be */
    int32_t    io_count;
} mote_scheme_row;

extern const mote_scheme_row mote_schemes[MOTE_SCHEME_COUNT];
/* What layers have that stay as they are, in a model of another scheme. */
extern const mote_scheme_row mote_scheme_real;

/* The row of this fineness; NULL: there is none. */
const mote_scheme_row *mote_scheme_of_fineness(int32_t fineness);
/* The row that a layer gets. */
const mote_scheme_row *mote_scheme_of_layer(const mote_layer_scheme *layer);

#endif
