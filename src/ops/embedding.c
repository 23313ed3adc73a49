/* EMBEDDING, a table's rows while it is trained: x [...] of whole numbers, table [rows, width] -> [..., width]. A number
 * that is no row gives NaN, so that the loss stops the training. When the model runs, it is CAST and GATHER.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "ops/op.h"

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *x = mote_node_in(graph, node, 0), *table = mote_node_in(graph, node, 1);
    int32_t            dim[MOTE_RANK_MAX], rank;

    if (!x || x->dtype != MOTE_F32 || x->rank < 1 || x->rank >= MOTE_RANK_MAX || !table || table->dtype != MOTE_F32 ||
        table->rank != 2 || table->dim[0] < 1 || table->dim[1] < 1)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "it takes numbers of at most %d dimensions and a table",
                            MOTE_RANK_MAX - 1);
    rank = x->rank;
    memcpy(dim, x->dim, (size_t)rank * sizeof *dim);
    dim[rank] = table->dim[1];
    mote_set_output(graph, node, 0, MOTE_F32, rank + 1, dim);
    return MOTE_OK;
}

/* Towards zero, as a CAST does; -1: there is no such row. */
static int32_t row_of(float x, const mote_tensor *table)
{
    return x > -1.0f && x < (float)table->dim[0] ? (int32_t)x : -1;
}

static void forward(const mote_call *call)
{
    const mote_tensor *table = mote_node_in(call->graph, call->node, 1);
    const size_t       count = mote_call_count(call), width = (size_t)table->dim[1];
    float             *out = call->out[0];
    size_t             i, c;

    for (i = 0; i < count; i++, out += width) {
        const int32_t row = row_of(call->in[0][i], table);
        if (row >= 0)
            memcpy(out, call->in[1] + (size_t)row * width, width * sizeof *out);
        for (c = 0; row < 0 && c < width; c++)
            out[c] = NAN;
    }
}

static void backward(const mote_call *call)
{
    const mote_tensor *table = mote_node_in(call->graph, call->node, 1);
    const size_t       count = mote_call_count(call), width = (size_t)table->dim[1];
    size_t             i;

    if (call->grad_in[0]) /* a whole number has no direction */
        memset(call->grad_in[0], 0, count * sizeof(float));
    for (i = 0; call->grad_in[1] && i < count; i++) {
        const int32_t row = row_of(call->in[0][i], table);
        float        *to = call->grad_in[1] + (size_t)(row < 0 ? 0 : row) * width;
        if (row >= 0)
            call->math->add(width, MOTE_MATH_LINEAR, to, call->grad_out[0] + i * width, to);
    }
}

const mote_op mote_op_embedding = {.in_min = 2, .in_max = 2, .infer = infer, .forward = forward, .backward = backward};
