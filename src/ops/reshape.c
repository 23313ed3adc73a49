/* RESHAPE: the same values in another shape: x, shape (int32, may be absent) -> y. Nothing moves: the output is a view.
 *
 * A constant shape operand says the output's shape, with -1 for what is left over; without one the output's own counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/op.h"

/* ---- shapes ---- */

/* -1 becomes what is left over of count. */
static mote_status read_shape(const mote_graph *graph, const mote_node *node, const mote_tensor *shape, int32_t *dim,
                              mote_error *err)
{
    const int32_t *values = shape->data;
    const size_t   count = mote_tensor_count(mote_node_in(graph, node, 0));
    size_t         known = 1;
    int32_t        open = -1, i;

    for (i = 0; i < shape->dim[0]; i++) {
        dim[i] = values[i];
        if (dim[i] < -1 || (dim[i] == -1 && open >= 0))
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "dimension %d of the new shape is %d", i, dim[i]);
        if (dim[i] == -1)
            open = i;
        else
            known = mote_size_mul(known, (size_t)dim[i]);
    }
    if (open >= 0 && known > 0 && count % known == 0 && count / known <= INT32_MAX)
        dim[open] = (int32_t)(count / known);
    return MOTE_OK; /* a -1 that stays is found when elements are counted */
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *shape = mote_node_in(graph, node, 1);
    mote_tensor        out = *mote_node_out(graph, node, 0);
    int32_t            i;

    if (shape && shape->kind == MOTE_CONST) {
        if (shape->dtype != MOTE_I32 || shape->rank != 1 || shape->dim[0] > MOTE_RANK_MAX)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "the new shape is %s %s, int32 [0..%d] expected",
                                mote_dtype_name(shape->dtype), mote_shape_show(shape).text, MOTE_RANK_MAX);
        out.rank = shape->dim[0];
        MOTE_TRY(read_shape(graph, node, shape, out.dim, err));
    }
    for (i = 0; i < out.rank; i++)
        if (out.dim[i] < 0)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%s does not divide into %s", mote_shape_show(in).text,
                                mote_shape_show(&out).text);
    if (mote_tensor_count(&out) != mote_tensor_count(in))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%s cannot become %s: they have different counts",
                            mote_shape_show(in).text, mote_shape_show(&out).text);
    mote_set_output(graph, node, 0, in->dtype, out.rank, out.dim);
    return MOTE_OK;
}

/* ---- training ---- */

static size_t byte_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0)) * sizeof(float);
}

static void forward(const mote_call *call)
{
    if (call->out[0] != call->in[0])
        memcpy(call->out[0], call->in[0], byte_count(call));
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0] && call->grad_in[0] != call->grad_out[0])
        memcpy(call->grad_in[0], call->grad_out[0], byte_count(call));
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    if (node->in_count > 1)
        want[1].rule = MOTE_QUANT_KEEP;
    want[node->in_count].rule = MOTE_QUANT_SAME;
}

/* ---- the operator ---- */

static const mote_kernel kernels[] = {
    {.symbol = "view", .targets = MOTE_TARGET_ANY, .is_view = true},
    {0},
};

#define ROW(type)                                                                                                           \
    {                                                                                                                       \
        .out = type, .in = {type, MOTE_I32}, .in_count = 2, .version_min = 1, .version_max = 1, .kernels = kernels          \
    }

static const mote_op_row rows[] = {ROW(MOTE_I8), ROW(MOTE_F32), ROW(MOTE_U8), ROW(MOTE_I16), ROW(MOTE_I32), {0}};

const mote_op mote_op_reshape = {
    .in_min = 1,
    .in_max = 2,
    .out_count = 1,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
