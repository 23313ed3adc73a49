/* What calibration samples make better in a model of integers that is there already: weights rounded to what layers answer
 * (round.c), biases that take back the mean of what rounding and cutting off change (bias_correct.c).
 *
 * Layer after layer, in the order in which they run: what a layer reads is what the integers before it give, refined
 * already. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_REFINE_H
#define MOTE_QUANTIZE_REFINE_H

#include "quantize/quantize.h"
#include "quantize/weighted.h"

/* A layer of the main graph, as it was and as it is. */
typedef struct mote_quantized_layer {
    int32_t                from, to; /* nodes */
    const mote_scheme_row *scheme;   /* of its weights */
} mote_quantized_layer;

typedef struct mote_refining {
    mote_model            *to;
    const mote_model      *from;
    mote_weighted          layer;
    mote_node             *node;     /* of `to` */
    const float           *w;        /* real ones */
    const float           *bias;     /* NULL: it has none */
    const mote_scheme_row *scheme;   /* of its weights */
    int32_t                limit;    /* integers are -limit to limit */
    int8_t                *q;        /* [as w]: the integers, one to a byte */
    mote_quant            *quant;    /* of the weights in `to` */
    double                 in_scale; /* of what it reads */
    const double *real_mean; /* [groups, taps]: what channels multiply in the real model, in the mean; NULL: not wanted */
    double       *mean;      /* the same, of what the integers before the layer give */
    float        *seen;      /* [groups, taps, seen_count]: some of that; NULL: not wanted */
    size_t        seen_count;
    mote_pool    *pool;
} mote_refining;

/* The integers become those whose products differ least from the real weights', over what was seen: each is one of the two
 * beside its real number. With is_centered the difference's mean does not count: a bias takes it back. Weights of four bits
 * may get smaller scales. */
mote_status mote_round_weights(mote_refining *r, bool is_centered, mote_error *err);

/* Real biases with which the layer gives in the mean what the real one gives: bias[channels] from r->bias, or from 0. */
void mote_correct_bias(const mote_refining *r, double *bias);

/* layers: in the order of `to`. */
mote_status mote_refine(mote_model *to, const mote_model *from, const mote_quantized_layer *layers, int32_t count,
                        const mote_dataset_split *samples, const mote_quantize_options *options, mote_error *err);

#endif
