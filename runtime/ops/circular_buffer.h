/* CIRCULAR_BUFFER: [n, 1, w, c] -> the last inputs [n, slots, w, c], and whether this is one of every `cycles_max` invokes.
 * It makes convolutions over time of those that see one step each.
 *
 * Without that second output TensorFlow Lite Micro ends the invoke here when it is not one of them: refused.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CIRCULAR_BUFFER_H
#define MRT_OPS_CIRCULAR_BUFFER_H

#include "../attributes.h"
#include "../kernels/circular_buffer.h"
#include "../op.h"

MRT_FIELDS(mrt_circular_buffer_params, slots, depth, cycles, has_valid);
MRT_KERNEL(mrt_circular_buffer_i8, mrt_circular_buffer_params, "kernels/circular_buffer.h");

static const char *const   mrt_circular_buffer_names[] = {"CIRCULAR_BUFFER", "cycles_max"};
static const mrt_attribute mrt_circular_buffer_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_circular_buffer_attributes, cycles_max, 1, 0)};

/* Files that do not say it are known to TensorFlow Lite Micro by their number of slots. */
static MRT_COLD int32_t mrt_circular_buffer_cycles(const mrt_call *c)
{
    const int32_t cycles = ((const mrt_circular_buffer_attributes *)c->attributes)->cycles_max, slots = c->out[0].dim[1];

    if (cycles > 0)
        return cycles;
    return slots == 5 || slots == 13 || slots == 25 ? 1 : 2;
}

/* The output's own slots count: nothing else says them. */
static MRT_COLD mrt_reason mrt_circular_buffer_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    int32_t           dim[4];

    MRT_REQUIRE(c, in->rank == 4 && in->dim[0] == 1 && in->dim[1] == 1 && in->count >= 1 && !in->is_batched, SHAPE,
                "input %s: [1, 1, w, c] expected, without a batch", MRT_SHAPE(in));
    MRT_REQUIRE(c, out->rank == 4 && out->dim[1] >= 1 && out->dim[1] <= (INT32_MAX - 64) / (int32_t)in->count, SHAPE,
                "output %s: [1, slots, w, c] expected", MRT_SHAPE(out));
    MRT_REQUIRE(c, c->out_count == 2 || mrt_circular_buffer_cycles(c) == 1, OPTIONS,
                "cycles_max %d ends an invoke early, which is not supported; give the operator its second output, valid",
                (int)mrt_circular_buffer_cycles(c));
    dim[0] = 1;
    dim[1] = out->dim[1];
    dim[2] = in->dim[2];
    dim[3] = in->dim[3];
    if (c->out_count == 2) {
        MRT_REQUIRE(c, c->out[1].count == 1, SHAPE, "output 1 has shape %s, one truth value expected",
                    MRT_SHAPE(&c->out[1]));
        MRT_TRY(mrt_set_further_shape(c, 1, MRT_BOOL, c->out[1].rank, c->out[1].dim));
    }
    return mrt_set_shape(c, 0, in->type, 4, dim);
}

static MRT_COLD mrt_reason mrt_circular_buffer_prepare(mrt_call *c)
{
    mrt_circular_buffer_params p;

    p.slots = c->out[0].dim[1];
    p.depth = (int32_t)c->in[0].count;
    p.cycles = mrt_circular_buffer_cycles(c);
    p.has_valid = c->out_count == 2;
    c->state_bytes = (uint32_t)sizeof(int32_t) + c->out[0].bytes;
    c->work = 2 * (uint64_t)c->out[0].count;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_circular_buffer_rows[] = {
    {MRT_I8 | MRT_REST, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_circular_buffer_prepare, mrt_circular_buffer_i8)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_circular_buffer = {
    MRT_CUSTOM_CODE,
    0,
    1,
    1,
    1,
    2,
    MRT_CUSTOM(mrt_circular_buffer_names, mrt_circular_buffer_fields),
    mrt_circular_buffer_shape,
    mrt_circular_buffer_rows};

#endif
