/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/described.h"
#include "ops/wishes.h"
#include "runtime/ops/slice.h"

/* ---- training: runs of values side by side, of each sample alike ---- */

typedef struct sample_part {
    mrt_part part; /* its walk is `walk` */
    int32_t  walk[2 * MRT_RANK_MAX];
    size_t   in_count, out_count; /* of one sample */
} sample_part;

static void set_walk(const mrt_call *c, const mrt_part_axes *axes, sample_part *out)
{
    mrt_part_walk walk;
    int32_t       d;

    mrt_find_runs(&c->in[0], axes, &out->part, &walk);
    out->part.rank = walk.rank;
    out->part.start_count = out->part.start_bytes = 0;
    out->part.starts = NULL;
    for (d = 0; d < 2 * walk.rank; d++)
        out->walk[d] = walk.axis[d / 2][d % 2];
    out->in_count = c->in[0].count;
    out->out_count = c->out[0].count;
}

/* Shapes were checked: this cannot fail. */
static void find_part(const mote_call *call, sample_part *out)
{
    mote_host_call    host;
    mrt_strided_slice strided;
    mrt_part_axes     axes;

    mote_host_call_begin(&host, call->graph, call->node, NULL, &(mote_error){0});
    if (call->node->op == MOTE_OP_SLICE) {
        mrt_slice_axes(&host.c, &axes);
        set_walk(&host.c, &axes, out);
    } else {
        mrt_strided_slice_read(&host.c, &strided);
        set_walk(&host.c, &strided.axes, out);
    }
    out->part.walk = out->walk;
}

static int32_t sample_count(const mote_call *call)
{
    return mote_node_in(call->graph, call->node, 0)->is_batched ? call->batch : 1;
}

static void forward(const mote_call *call)
{
    sample_part p;
    mrt_part_at run;
    int32_t     n, i;

    find_part(call, &p);
    for (n = 0; n < sample_count(call); n++) {
        const char *from = (const char *)(call->in[0] + (size_t)n * p.in_count);
        char       *to = (char *)(call->out[0] + (size_t)n * p.out_count);
        mrt_part_begin(&p.part, NULL, &run);
        for (i = 0; i < p.part.count; i++, to += p.part.bytes, mrt_part_next(&p.part, &run))
            memcpy(to, from + run.offset, (size_t)p.part.bytes);
    }
}

/* What was not taken has no gradient. */
static void backward(const mote_call *call)
{
    sample_part p;
    mrt_part_at run;
    int32_t     n, i;

    if (!call->grad_in[0])
        return;
    find_part(call, &p);
    memset(call->grad_in[0], 0, (size_t)sample_count(call) * p.in_count * sizeof(float));
    for (n = 0; n < sample_count(call); n++) {
        const char *from = (const char *)(call->grad_out[0] + (size_t)n * p.out_count);
        char       *to = (char *)(call->grad_in[0] + (size_t)n * p.in_count);
        mrt_part_begin(&p.part, NULL, &run);
        for (i = 0; i < p.part.count; i++, from += p.part.bytes, mrt_part_next(&p.part, &run))
            memcpy(to + run.offset, from, (size_t)p.part.bytes);
    }
}

const mote_op mote_op_slice = {
    .description = &mrt_operator_slice, .quantize = mote_quantize_moved, .forward = forward, .backward = backward};
const mote_op mote_op_strided_slice = {
    .description = &mrt_operator_strided_slice, .quantize = mote_quantize_moved, .forward = forward, .backward = backward};
/* What is written over and what is written have one scale; operand 2 is a place. */
static void quantize_update(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = MOTE_QUANT_JOINED;
    want[2].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_dynamic_update_slice = {.description = &mrt_operator_dynamic_update_slice,
                                              .quantize = quantize_update};
