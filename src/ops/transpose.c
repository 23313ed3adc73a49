/* TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/strides.h"
#include "ops/wishes.h"
#include "runtime/ops/transpose.h"

/* ---- TRANSPOSE in training ---- */

/* Axis i of the output is the input's axis that the list names. */
static mote_strides strides_of_transpose(const mote_call *call)
{
    const int32_t *order = mote_node_in(call->graph, call->node, 1)->data;
    mote_strides   in = {0}, s = {0};
    int32_t        i;

    mote_strides_of_tensor(&in, mote_node_in(call->graph, call->node, 0), call->batch);
    s.rank = in.rank;
    for (i = s.rank - 1; i >= 0; i--) {
        s.size[i] = in.size[order[i]];
        s.from[i] = in.from[order[i]];
        s.to[i] = i == s.rank - 1 ? 1 : s.to[i + 1] * s.size[i + 1];
    }
    return s;
}

static void forward_transpose(const mote_call *call)
{
    const mote_strides s = strides_of_transpose(call);

    mote_strides_copy(&s, call->in[0], call->out[0]);
}

static void backward_transpose(const mote_call *call)
{
    const mote_strides s = mote_strides_turned(strides_of_transpose(call));

    if (call->grad_in[0])
        mote_strides_copy(&s, call->grad_out[0], call->grad_in[0]);
}

/* ---- TILE in training: each axis is two, of which the outer one repeats ---- */

static mote_strides strides_of_tile(const mote_call *call)
{
    const mote_tensor *input = mote_node_in(call->graph, call->node, 0), *times = mote_node_in(call->graph, call->node, 1);
    mote_strides       in = {0}, s = {0};
    size_t             step = 1;
    int32_t            i;

    mote_strides_of_tensor(&in, input, call->batch);
    s.rank = 2 * in.rank;
    for (i = in.rank - 1; i >= 0; i--) {
        const size_t repeats = (size_t)((const int32_t *)times->data)[i];
        s.size[2 * i + 1] = in.size[i];
        s.from[2 * i + 1] = in.from[i];
        s.to[2 * i + 1] = step;
        s.size[2 * i] = repeats;
        s.to[2 * i] = step * in.size[i];
        step *= in.size[i] * repeats;
    }
    return s;
}

static void forward_tile(const mote_call *call)
{
    const mote_strides s = strides_of_tile(call);

    mote_strides_copy(&s, call->in[0], call->out[0]);
}

static void backward_tile(const mote_call *call)
{
    const mote_strides s = mote_strides_turned(strides_of_tile(call));

    if (!call->grad_in[0])
        return;
    memset(call->grad_in[0], 0, mote_call_count(call) * sizeof(float));
    mote_strides_add(&s, call->grad_out[0], call->grad_in[0]);
}

static void quantize_shapes(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_transpose = {.description = &mrt_operator_transpose,
                                   .quantize = mote_quantize_moved,
                                   .forward = forward_transpose,
                                   .backward = backward_transpose};
const mote_op mote_op_reverse_v2 = {.description = &mrt_operator_reverse_v2, .quantize = mote_quantize_moved};
const mote_op mote_op_tile = {
    .description = &mrt_operator_tile, .quantize = mote_quantize_moved, .forward = forward_tile, .backward = backward_tile};
const mote_op mote_op_broadcast_to = {.description = &mrt_operator_broadcast_to, .quantize = mote_quantize_moved};
const mote_op mote_op_broadcast_args = {.description = &mrt_operator_broadcast_args, .quantize = quantize_shapes};
