/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/reduce.h"
#include "ops/strides.h"
#include "ops/wishes.h"
#include "runtime/ops/reduce.h"

/* ---- SUM in training ---- */

/* Steps in the input, and in the output, where reduced axes stay. */
static mote_strides strides_of(const mote_call *call)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, 0);
    const uint32_t     axes = mote_reduced_axes(call->graph, call->node);
    mote_strides       s = {.rank = in->rank};
    size_t             step = 1;
    int32_t            i;

    mote_strides_of_tensor(&s, in, call->batch);
    for (i = in->rank - 1; i >= 0; i--) {
        s.to[i] = axes >> i & 1u ? 0 : step;
        step *= axes >> i & 1u ? 1 : s.size[i];
    }
    return s;
}

static void forward_sum(const mote_call *call)
{
    const mote_strides s = strides_of(call);
    const mote_tensor *out = mote_node_out(call->graph, call->node, 0);

    memset(call->out[0], 0, mote_tensor_bytes(out) * (out->is_batched ? (size_t)call->batch : 1));
    mote_strides_add(&s, call->in[0], call->out[0]);
}

static void backward_sum(const mote_call *call)
{
    const mote_strides s = mote_strides_turned(strides_of(call));

    if (call->grad_in[0])
        mote_strides_copy(&s, call->grad_out[0], call->grad_in[0]);
}

const mote_op mote_op_sum = {.description = &mrt_operator_sum,
                             .quantize = mote_quantize_rescaled_along,
                             .forward = forward_sum,
                             .backward = backward_sum};
const mote_op mote_op_reduce_max = {.description = &mrt_operator_reduce_max, .quantize = mote_quantize_moved};
const mote_op mote_op_reduce_min = {.description = &mrt_operator_reduce_min, .quantize = mote_quantize_moved};
const mote_op mote_op_reduce_prod = {.description = &mrt_operator_reduce_prod};
const mote_op mote_op_reduce_all = {.description = &mrt_operator_reduce_all};
const mote_op mote_op_reduce_any = {.description = &mrt_operator_reduce_any};
