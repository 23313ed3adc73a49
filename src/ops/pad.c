/* PAD, PADV2, MIRROR_PAD.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/wishes.h"
#include "runtime/ops/pad.h"

/* ---- PAD in training ---- */

static int64_t before_axis(const mote_call *call, int32_t axis)
{
    const mote_tensor *paddings = mote_node_in(call->graph, call->node, 1);

    return paddings->dtype == MOTE_I64 ? ((const int64_t *)paddings->data)[2 * axis]
                                       : ((const int32_t *)paddings->data)[2 * axis];
}

/* Calls move for each run of values along the last axis: where it begins in the input, where in the output. */
static void each_run(const mote_call *call, void (*move)(const mote_call *call, size_t in, size_t out, size_t count))
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, 0), *out = mote_node_out(call->graph, call->node, 0);
    const int32_t      last = in->rank - 1;
    const size_t       width = (size_t)in->dim[last], runs = mote_call_count(call) / width;
    size_t             run;
    int32_t            axis;

    for (run = 0; run < runs; run++) {
        size_t left = run, place = (size_t)before_axis(call, last), step = (size_t)out->dim[last];
        for (axis = last - 1; axis >= 0; axis--) {
            const size_t size = axis == 0 ? SIZE_MAX : (size_t)in->dim[axis]; /* the first one counts samples */
            place += (left % size + (size_t)before_axis(call, axis)) * step;
            left /= size;
            step *= (size_t)out->dim[axis];
        }
        move(call, run * width, place, width);
    }
}

static void copy_out(const mote_call *call, size_t in, size_t out, size_t count)
{
    memcpy(call->out[0] + out, call->in[0] + in, count * sizeof(float));
}

static void copy_back(const mote_call *call, size_t in, size_t out, size_t count)
{
    memcpy(call->grad_in[0] + in, call->grad_out[0] + out, count * sizeof(float));
}

static void forward(const mote_call *call)
{
    const mote_tensor *out = mote_node_out(call->graph, call->node, 0);

    memset(call->out[0], 0, (size_t)(out->is_batched ? call->batch : 1) * mote_tensor_bytes(out));
    each_run(call, copy_out);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        each_run(call, copy_back);
}

/* ---- quantization ---- */

/* What is written into the padding lies in the output beside what is moved. */
static void quantize_padv2(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    mote_quantize_joined(graph, node, want);
    want[1].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_pad = {
    .description = &mrt_operator_pad, .quantize = mote_quantize_moved, .forward = forward, .backward = backward};
const mote_op mote_op_padv2 = {.description = &mrt_operator_padv2, .quantize = quantize_padv2};
const mote_op mote_op_mirror_pad = {.description = &mrt_operator_mirror_pad, .quantize = mote_quantize_moved};
