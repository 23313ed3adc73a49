/* BATCH_MATMUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/described.h"
#include "runtime/kernels/walk.h"
#include "runtime/ops/batch_matmul.h"

/* ---- training: one matrix after the other ---- */

/* One matrix of each, and the way from one to the next. */
typedef struct matrices {
    mrt_matmul_shape shape;
    mrt_walk_axes    walk;
    int32_t          count;
    size_t           a_count, b_count, out_count;
} matrices;

static matrices matrices_of(const mote_call *call)
{
    mote_host_call described;
    matrices       m;
    mrt_tensor     a, b;
    int32_t        b_depth;

    mote_host_call_begin(&described, call->graph, call->node, NULL, &(mote_error){0});
    m.shape = mrt_matmul_shape_of(&described.c, &b_depth);
    a = mrt_matmul_batch(&described.in[0]);
    b = mrt_matmul_batch(&described.in[1]);
    if (a.rank == 0 && a.is_batched)
        m.shape.rows *= call->batch; /* samples are rows of the one matrix */
    mrt_find_walk(&a, &b, call->batch, &m.walk);
    m.a_count = (size_t)m.shape.rows * (size_t)m.shape.depth;
    m.b_count = (size_t)m.shape.depth * (size_t)m.shape.columns;
    m.out_count = (size_t)m.shape.rows * (size_t)m.shape.columns;
    m.count = (int32_t)(described.out[0].count * (described.out[0].is_batched ? (size_t)call->batch : 1) / m.out_count);
    return m;
}

static void multiply(const mrt_matmul_shape *s, const float *a, const float *b, float *y)
{
    int32_t r, c, d;

    memset(y, 0, (size_t)s->rows * (size_t)s->columns * sizeof *y);
    for (r = 0; r < s->rows; r++, y += s->columns)
        for (d = 0; d < s->depth; d++) {
            const float factor = a[(size_t)r * (size_t)s->a_row + (size_t)d * (size_t)s->a_depth];
            for (c = 0; c < s->columns; c++)
                y[c] += factor * b[(size_t)d * (size_t)s->b_depth + (size_t)c * (size_t)s->b_column];
        }
}

/* da += dy b^T, db += a^T dy; NULL: not wanted. */
static void multiply_backward(const mrt_matmul_shape *s, const float *a, const float *b, const float *dy, float *da,
                              float *db)
{
    int32_t r, c, d;

    for (r = 0; r < s->rows; r++, dy += s->columns)
        for (d = 0; d < s->depth; d++) {
            const size_t at = (size_t)r * (size_t)s->a_row + (size_t)d * (size_t)s->a_depth;
            float        sum = 0;
            for (c = 0; c < s->columns; c++) {
                const size_t b_at = (size_t)d * (size_t)s->b_depth + (size_t)c * (size_t)s->b_column;
                if (da)
                    sum += dy[c] * b[b_at];
                if (db)
                    db[b_at] += a[at] * dy[c];
            }
            if (da)
                da[at] += sum;
        }
}

static void forward(const mote_call *call)
{
    const matrices m = matrices_of(call);
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < m.count; mrt_pairs_next(&at, m.walk.axis[0], m.walk.rank))
        multiply(&m.shape, call->in[0] + (size_t)at.a * m.a_count, call->in[1] + (size_t)at.b * m.b_count,
                 call->out[0] + (size_t)at.i * m.out_count);
}

static void backward(const mote_call *call)
{
    const matrices m = matrices_of(call);
    mrt_pair       at;
    int32_t        i;

    for (i = 0; i < 2; i++) {
        const mote_tensor *in = mote_node_in(call->graph, call->node, i);
        if (call->grad_in[i] && in->kind != MOTE_CONST)
            memset(call->grad_in[i], 0, mote_tensor_bytes(in) * (in->is_batched ? (size_t)call->batch : 1));
    }
    for (mrt_pairs_begin(&at); at.i < m.count; mrt_pairs_next(&at, m.walk.axis[0], m.walk.rank)) {
        const size_t a_at = (size_t)at.a * m.a_count, b_at = (size_t)at.b * m.b_count;
        multiply_backward(&m.shape, call->in[0] + a_at, call->in[1] + b_at, call->grad_out[0] + (size_t)at.i * m.out_count,
                          call->grad_in[0] ? call->grad_in[0] + a_at : NULL,
                          call->grad_in[1] ? call->grad_in[1] + b_at : NULL);
    }
}

/* It rescales: operands and output have the ranges that they were seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_RANGE;
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *a = mote_node_in(graph, node, 0);
    const int32_t      depth = a->dim[a->rank - (node->as.batch_matmul.adj_x ? 2 : 1)];

    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), (size_t)depth);
}

const mote_op mote_op_batch_matmul = {
    .description = &mrt_operator_batch_matmul, .quantize = quantize, .forward = forward, .backward = backward, .macs = macs};
