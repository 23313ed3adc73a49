/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/wishes.h"
#include "runtime/ops/concatenation.h"

/* ---- CONCATENATION in training ---- */

/* How a tensor lies about the axis: so many rows, of so many numbers each. A batch is in the rows, as no layer joins
 * samples. */
typedef struct rows {
    size_t count, width;
} rows;

static rows rows_of(const mote_call *call, const mote_tensor *tensor)
{
    const int32_t axis = call->node->as.concatenation.axis;
    rows          r = {(size_t)call->batch, 1};
    int32_t       i;

    for (i = 1; i < tensor->rank; i++)
        if (i < (axis < 0 ? axis + tensor->rank : axis))
            r.count *= (size_t)tensor->dim[i];
        else
            r.width *= (size_t)tensor->dim[i];
    return r;
}

static void forward(const mote_call *call)
{
    const size_t whole = rows_of(call, mote_node_out(call->graph, call->node, 0)).width;
    size_t       first = 0, k;
    int32_t      i;

    for (i = 0; i < call->node->in_count; i++) {
        const rows r = rows_of(call, mote_node_in(call->graph, call->node, i));
        for (k = 0; k < r.count; k++)
            memcpy(call->out[0] + k * whole + first, call->in[i] + k * r.width, r.width * sizeof(float));
        first += r.width;
    }
}

static void backward(const mote_call *call)
{
    const size_t whole = rows_of(call, mote_node_out(call->graph, call->node, 0)).width;
    size_t       first = 0, k;
    int32_t      i;

    for (i = 0; i < call->node->in_count; i++) {
        const rows r = rows_of(call, mote_node_in(call->graph, call->node, i));
        for (k = 0; call->grad_in[i] && k < r.count; k++)
            memcpy(call->grad_in[i] + k * r.width, call->grad_out[0] + k * whole + first, r.width * sizeof(float));
        first += r.width;
    }
}

/* ---- quantization ---- */

/* Operand 0 is the axis: outputs have operand 1's scale. */
static void quantize_split(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    want[0].rule = MOTE_QUANT_KEEP;
    for (i = 0; i < node->out_count; i++)
        want[node->in_count + i] = (mote_quant_want){.rule = MOTE_QUANT_SAME, .of = 1};
}

const mote_op mote_op_concatenation = {
    .description = &mrt_operator_concatenation, .quantize = mote_quantize_joined, .forward = forward, .backward = backward};
const mote_op mote_op_pack = {.description = &mrt_operator_pack, .quantize = mote_quantize_joined};
const mote_op mote_op_unpack = {.description = &mrt_operator_unpack, .quantize = mote_quantize_moved};
const mote_op mote_op_split = {.description = &mrt_operator_split, .quantize = quantize_split};
const mote_op mote_op_split_v = {.description = &mrt_operator_split_v, .quantize = mote_quantize_moved};
