/* DROPOUT and its like: in training each element becomes noisy as mrt_noise says; otherwise y = x. What is drawn is a
 * function of the call's key and the element's (or channel's) index only, so backward asks again and nothing is saved.
 * Sources: Srivastava et al. 2014 (JMLR 15), inverted as in Keras; Klambauer et al. 2017 (arXiv:1706.02515) for ALPHA.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "ops/op.h"

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mrt_dropout_attributes *a = &node->as.dropout;

    if (!(a->rate >= 0.0f && a->rate < 1.0f))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "rate is %g, at least 0 and below 1 expected",
                            (double)a->rate);
    if (!(a->stddev >= 0.0f && a->stddev <= 100.0f))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "stddev is %g, 0 to 100 expected", (double)a->stddev);
    if (a->noise < MRT_NOISE_DROPOUT || a->noise > MRT_NOISE_SUM)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "there is no noise %d", (int)a->noise);
    return mote_op_infer_same(graph, node, err);
}

/* ---- whole channels ---- */

/* A block of one sample's channels at a time: what each is multiplied by, then all its positions. */
static void drop_channels(const mote_call *call, const float *from, float *to)
{
    enum { BLOCK = 64 };
    const mote_tensor *in = mote_node_in(call->graph, call->node, 0);
    const size_t       channels = (size_t)in->dim[in->rank - 1], positions = mote_tensor_count(in) / channels;
    const float        rate = call->node->as.dropout.rate, keep = 1.0f / (1.0f - rate);
    size_t             n, first, p, c;

    for (n = 0; n < (size_t)call->batch; n++, from += positions * channels, to += positions * channels)
        for (first = 0; first < channels; first += BLOCK) {
            const size_t count = channels - first < BLOCK ? channels - first : BLOCK;
            float        factor[BLOCK];
            for (c = 0; c < count; c++)
                factor[c] = mote_random_unit_f32(call->key, n * channels + first + c) >= rate ? keep : 0.0f;
            for (p = 0; p < positions; p++)
                for (c = 0; c < count; c++)
                    to[p * channels + first + c] = from[p * channels + first + c] * factor[c];
        }
}

/* ---- ALPHA: a * (kept ? x : low) + b ---- */

static void drop_to_low(const mote_call *call, size_t count, const float *from, float *to, bool is_gradient)
{
    const double rate = (double)call->node->as.dropout.rate, low = -1.6732632423543772 * 1.0507009873554805;
    const double a = 1 / sqrt((1 - rate) * (1 + rate * low * low)), b = -a * low * rate;
    const float  factor = (float)a, added = is_gradient ? 0 : (float)b, dropped = is_gradient ? 0 : (float)(a * low + b);
    size_t       i;

    for (i = 0; i < count; i++)
        to[i] = mote_random_unit_f32(call->key, i) >= (float)rate ? factor * from[i] + added : dropped;
}

/* ---- all of them ---- */

static void pass(const mote_call *call, const float *from, float *to, bool is_gradient)
{
    const mrt_dropout_attributes *a = &call->node->as.dropout;
    const size_t                  count = (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));

    if (call->is_training && a->noise == MRT_NOISE_DROPOUT)
        call->math->dropout(count, a->rate, call->key, from, to, false);
    else if (call->is_training && a->noise == MRT_NOISE_CHANNELS)
        drop_channels(call, from, to);
    else if (call->is_training && a->noise == MRT_NOISE_ALPHA)
        drop_to_low(call, count, from, to, is_gradient);
    else if (call->is_training && (a->noise == MRT_NOISE_PRODUCT || !is_gradient))
        call->math->gaussian(count, a->noise == MRT_NOISE_PRODUCT, a->stddev, call->key, from, to, false);
    else if (to != from)
        memcpy(to, from, count * sizeof *to);
}

static void forward(const mote_call *call)
{
    pass(call, call->in[0], call->out[0], false);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        pass(call, call->grad_out[0], call->grad_in[0], true);
}

const mote_op mote_op_dropout = {
    .in_min = 1,
    .in_max = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
