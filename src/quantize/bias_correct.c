/* Bias correction, by what was measured: with w and x the real layer's weights and inputs, q and y those of the integers,
 *
 *     bias'[c] = bias[c] + sum over k of w[c][k] mean(x[k]) - q[c][k] mean(y[k])
 *
 * The sum before the activation has the real layer's mean then, over the calibration samples and all positions. y is what
 * the integers before this layer give, whose biases are corrected already, so that what clipping and rounding did to them
 * counts, too. Real numbers are left to the rounding of the bias itself.
 *
 * Source: Nagel et al. 2019 (arXiv:1906.04721), section 4.2 and appendix D (the empirical form).
 * SPDX-License-Identifier: Apache-2.0 */
#include "quantize/refine.h"

void mote_correct_bias(const mote_refining *r, double *bias)
{
    const mote_weighted *layer = &r->layer;
    const int32_t        shares = mote_weighted_shares(layer);
    int32_t              c, k;

    for (c = 0; c < layer->channels; c++) {
        const double *x = r->real_mean + (size_t)(c / shares) * (size_t)layer->taps;
        const double *y = r->mean + (size_t)(c / shares) * (size_t)layer->taps;
        const double  scale = (double)r->quant->scale[r->quant->count > 1 ? c : 0];
        double        sum = r->bias ? (double)r->bias[c] : 0;
        for (k = 0; k < layer->taps; k++) {
            const size_t at = (size_t)c * layer->channel_step + (size_t)k * layer->tap_step;
            sum += (double)r->w[at] * x[k] - scale * (double)r->q[at] * y[k];
        }
        bias[c] = sum;
    }
}
