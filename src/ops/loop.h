/* A WHILE that counts, as readers of other programs' models make one of what repeats itself a known number of times:
 *
 *     t, values -> WHILE                 cond: t < steps, or t >= 0 where it counts down
 *                                        body: values -> results; t + 1, or t - 1
 *
 * Between begin and end the caller adds nodes to graphs[body], which sees loop->in[] alone: [0] is t, the others are what
 * was carried, in order. What the body reads and leaves as it is comes back as its own result. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef MOTE_OPS_LOOP_H
#define MOTE_OPS_LOOP_H

#include "ops/op.h"

typedef struct mote_loop {
    const char *name; /* of its nodes and tensors */
    int32_t     steps;
    bool        counts_down; /* t goes from steps - 1 to 0 */
    bool        is_vector;   /* t is [1], no scalar */

    mote_model *model;
    int32_t     outer, cond, body; /* graphs, by number */
    int32_t     count;             /* of carried values, t among them */
    mote_id     given[MOTE_NODE_OUT_MAX], cond_in[MOTE_NODE_OUT_MAX], in[MOTE_NODE_OUT_MAX];
} mote_loop;

/* The rule of all readers: whether a loop has fewer operators than its steps one by one, of so many operators each. Where
 * it has not, they are as fast, and flash has no more code. */
bool mote_loop_is_shorter(int64_t steps, int64_t nodes_a_step);

/* The fields before the gap are given. */
mote_status mote_loop_begin(mote_loop *loop, mote_model *model, int32_t outer, mote_error *err);
/* One more value, a tensor of graphs[outer]; the body sees it as in[count - 1]. */
mote_status mote_loop_carry(mote_loop *loop, mote_id value, mote_error *err);
/* results: of the body, and out: what they are behind the loop, each of loop->count, of which [0] is t's and the loop's. */
mote_status mote_loop_end(const mote_loop *loop, mote_id *results, mote_id *out, mote_error *err);

#endif
