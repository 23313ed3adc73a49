/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/pairs.h"

#include <string.h>

#include "ops/described.h"
#include "runtime/kernels/walk.h"
#include "runtime/ops/broadcast.h"

static size_t out_count(const mote_call *call)
{
    const mote_tensor *out = mote_node_out(call->graph, call->node, 0);

    return mote_tensor_count(out) * (out->is_batched ? (size_t)call->batch : 1);
}

static mrt_walk_axes walk_of(const mote_call *call)
{
    mote_host_call described;
    mrt_walk_axes  walk;

    mote_host_call_begin(&described, call->graph, call->node, NULL, &(mote_error){0});
    mrt_find_walk(&described.in[0], &described.in[1], call->batch, &walk);
    return walk;
}

/* The walk's innermost axis is a run for the kernels of math/: there each operand goes on or stays. */
typedef struct runs {
    mote_math_pairs shape;
    int32_t         outer; /* the walk's axes around it */
} runs;

static runs runs_of(const mote_call *call, const mrt_walk_axes *walk, mote_math_pairing op)
{
    runs r = {.shape = {.op = op, .count = out_count(call)}};

    if (walk->rank == 0)
        return r;
    r.outer = walk->rank - 1;
    r.shape.count = (size_t)walk->axis[r.outer][0];
    r.shape.a_repeats = walk->axis[r.outer][1] == 0;
    r.shape.b_repeats = walk->axis[r.outer][2] == 0;
    return r;
}

/* To the next run; false: that was the last one. */
static bool next_run(mrt_pair *at, const mrt_walk_axes *walk, const runs *r)
{
    int32_t d;

    at->i += (int32_t)r->shape.count;
    for (d = r->outer - 1; d >= 0; d--) {
        const int32_t *axis = walk->axis[d];
        at->a += axis[1];
        at->b += axis[2];
        if (++at->at[d] < axis[0])
            return true;
        at->at[d] = 0;
        at->a -= axis[0] * axis[1];
        at->b -= axis[0] * axis[2];
    }
    return false;
}

void mote_pairs_forward(const mote_call *call, mote_math_pairing op)
{
    const mrt_walk_axes        walk = walk_of(call);
    const runs                 r = runs_of(call, &walk, op);
    const mote_math_activation activation = mote_math_activation_of(call->node->activation);
    mrt_pair                   at;

    mrt_pairs_begin(&at);
    do
        call->math->pairs_forward(&r.shape, call->in[0] + at.a, call->in[1] + at.b, call->out[0] + at.i);
    while (next_run(&at, &walk, &r));
    if (activation != MOTE_MATH_LINEAR)
        call->math->activation_forward(out_count(call), activation, call->out[0], call->out[0]);
}

static void backward_of(const mote_call *call, const mrt_walk_axes *walk, const runs *r, int operand, const float *dy)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);
    const size_t       count = mote_tensor_count(in) * (in->is_batched ? (size_t)call->batch : 1);
    const bool         is_once = count == out_count(call), adds = !is_once || in->kind == MOTE_CONST;
    float             *dx = call->grad_in[operand];
    mrt_pair           at;

    if (in->kind != MOTE_CONST && !is_once)
        memset(dx, 0, count * sizeof *dx);
    mrt_pairs_begin(&at);
    do
        call->math->pairs_backward(&r->shape, operand, call->in[0] + at.a, call->in[1] + at.b, dy + at.i,
                                   dx + (operand == 0 ? at.a : at.b), adds);
    while (next_run(&at, walk, r));
}

void mote_pairs_backward(const mote_call *call, mote_math_pairing op)
{
    const mrt_walk_axes        walk = walk_of(call);
    const runs                 r = runs_of(call, &walk, op);
    const mote_math_activation activation = mote_math_activation_of(call->node->activation);
    const float               *dy = call->grad_out[0];
    int                        i;

    if (activation != MOTE_MATH_LINEAR) {
        call->math->activation_backward(out_count(call), activation, call->out[0], dy, call->scratch, false);
        dy = call->scratch;
    }
    for (i = 0; i < 2; i++)
        if (call->grad_in[i])
            backward_of(call, &walk, &r, i, dy);
}

size_t mote_pairs_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    (void)math;
    return node->activation == MRT_ACT_NONE
               ? 0
               : mote_tensor_bytes(mote_node_out(graph, node, 0)) * (size_t)(batch < 1 ? 1 : batch);
}
