/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"
#include "ops/reduce.h"
#include "ops/wishes.h"
#include "runtime/ops/reduce.h"

/* ---- REDUCE_MAX in training ---- */

/* How to step through one sample. */
typedef struct max_steps {
    int32_t axes[MRT_REDUCE_AXES];
    size_t  in_count, out_count; /* a sample's */
    int32_t samples;
} max_steps;

static max_steps find_steps(const mote_call *call)
{
    const uint32_t axes = mote_reduced_axes(call->graph, call->node);
    mote_host_call host;
    max_steps      steps;

    mote_host_call_begin(&host, call->graph, call->node, NULL, &(mote_error){0});
    mrt_find_reduction(&host.in[0], axes, 0, steps.axes + MRT_REDUCE_KEPT);
    mrt_find_reduction(&host.in[0], axes, 1, steps.axes + MRT_REDUCE_TAKEN);
    steps.in_count = host.in[0].count;
    steps.out_count = host.out[0].count;
    steps.samples = mote_node_in(call->graph, call->node, 0)->is_batched ? call->batch : 1;
    return steps;
}

static void take_maxima(const max_steps *s, const float *x, float *y)
{
    mrt_steps kept, taken;

    mrt_steps_begin(&kept);
    do {
        float most = x[kept.offset];
        mrt_steps_begin(&taken);
        do {
            const float value = x[kept.offset + taken.offset];
            most = value > most ? value : most;
        } while (mrt_steps_next(&taken, s->axes + MRT_REDUCE_TAKEN));
        *y++ = most;
    } while (mrt_steps_next(&kept, s->axes + MRT_REDUCE_KEPT));
}

/* In equal parts to all that are the maximum, as TensorFlow does it. */
static void spread_maxima(const max_steps *s, const float *x, const float *y, const float *dy, float *dx)
{
    mrt_steps kept, taken;

    mrt_steps_begin(&kept);
    do {
        float count = 0, share;
        mrt_steps_begin(&taken);
        do {
            count += x[kept.offset + taken.offset] == *y ? 1.0f : 0.0f;
        } while (mrt_steps_next(&taken, s->axes + MRT_REDUCE_TAKEN));
        share = count > 0 ? *dy / count : 0;
        mrt_steps_begin(&taken);
        do {
            dx[kept.offset + taken.offset] = x[kept.offset + taken.offset] == *y ? share : 0;
        } while (mrt_steps_next(&taken, s->axes + MRT_REDUCE_TAKEN));
        y++, dy++;
    } while (mrt_steps_next(&kept, s->axes + MRT_REDUCE_KEPT));
}

static void max_forward(const mote_call *call)
{
    const max_steps s = find_steps(call);
    size_t          n;

    for (n = 0; n < (size_t)s.samples; n++)
        take_maxima(&s, call->in[0] + n * s.in_count, call->out[0] + n * s.out_count);
}

static void max_backward(const mote_call *call)
{
    const max_steps s = find_steps(call);
    size_t          n;

    for (n = 0; call->grad_in[0] && n < (size_t)s.samples; n++)
        spread_maxima(&s, call->in[0] + n * s.in_count, call->out[0] + n * s.out_count, call->grad_out[0] + n * s.out_count,
                      call->grad_in[0] + n * s.in_count);
}

/* ---- the operators ---- */

const mote_op mote_op_sum = {.description = &mrt_operator_sum, .quantize = mote_quantize_rescaled_along};
const mote_op mote_op_reduce_max = {.description = &mrt_operator_reduce_max,
                                    .quantize = mote_quantize_moved,
                                    .forward = max_forward,
                                    .backward = max_backward};
const mote_op mote_op_reduce_min = {.description = &mrt_operator_reduce_min, .quantize = mote_quantize_moved};
const mote_op mote_op_reduce_prod = {.description = &mrt_operator_reduce_prod};
const mote_op mote_op_reduce_all = {.description = &mrt_operator_reduce_all};
const mote_op mote_op_reduce_any = {.description = &mrt_operator_reduce_any};
