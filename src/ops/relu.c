/* RELU and RELU6: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/relu.h"

static mrt_activation activation_of(const mote_node *node)
{
    return node->op == MOTE_OP_RELU ? MRT_ACT_RELU : MRT_ACT_RELU6;
}

/* ---- training ---- */

enum { PART = 1 << 14 }; /* elements that a thread takes at once */

static size_t part_count(const mote_call *call, size_t begin)
{
    return mote_call_count(call) - begin < PART ? mote_call_count(call) - begin : PART;
}

static void forward_part(void *context, int part)
{
    const mote_call *call = context;
    const size_t     begin = (size_t)part * PART;

    call->math->activation_forward(part_count(call, begin), mote_math_activation_of(activation_of(call->node)),
                                   call->in[0] + begin, call->out[0] + begin);
}

static void backward_part(void *context, int part)
{
    const mote_call *call = context;
    const size_t     begin = (size_t)part * PART;

    call->math->activation_backward(part_count(call, begin), mote_math_activation_of(activation_of(call->node)),
                                    call->out[0] + begin, call->grad_out[0] + begin, call->grad_in[0] + begin, false);
}

static void run_parts(const mote_call *call, mote_task task)
{
    mote_pool_run(call->pool, task, (void *)(uintptr_t)call, (int)((mote_call_count(call) + PART - 1) / PART));
}

static void forward(const mote_call *call)
{
    run_parts(call, forward_part);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        run_parts(call, backward_part);
}

/* ---- quantization ---- */

/* RELU rescales, so its output has the range that it was seen to have. */
static void quantize_relu(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_RANGE;
}

/* The reference RELU6 does not rescale: with two scales its answers would be wrong. */
static void quantize_relu6(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_SAME;
}

/* ---- the operators ---- */

const mote_op mote_op_relu = {
    .description = &mrt_operator_relu,
    .quantize = quantize_relu,
    .forward = forward,
    .backward = backward,
};

const mote_op mote_op_relu6 = {
    .description = &mrt_operator_relu6,
    .quantize = quantize_relu6,
    .forward = forward,
    .backward = backward,
};
