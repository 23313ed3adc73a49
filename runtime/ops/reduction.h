/* Reductions: which axes an operator is to reduce, what shape that leaves, and how to step through it.
 *
 * Operand 0 is reduced; operand 1 says the axes, an int32 constant, or absent: the attributes' own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_REDUCTION_H
#define MRT_OPS_REDUCTION_H

#include "../attributes.h"
#include "../kernels/reduce.h"
#include "../op.h"

static MRT_UNUSED const mrt_attribute mrt_reduction_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

/* Bit i: axis i is reduced. */
static MRT_COLD mrt_reason mrt_reduced_axes(mrt_call *c, uint32_t *axes)
{
    const mrt_reduce_attributes *as = (const mrt_reduce_attributes *)c->attributes;
    const int32_t                has_operand = mrt_has(c, 1), rank = c->in[0].rank;
    uint32_t                     count, i;

    *axes = 0;
    MRT_REQUIRE(c, !has_operand || (mrt_is_const(c, 1) && c->in[1].type == MRT_I32), CONSTANT,
                "axes must be int32 constants");
    MRT_REQUIRE(c, has_operand || (as->axis_count >= 0 && as->axis_count <= MRT_RANK_MAX), OPTIONS,
                "%d axes, at most %d expected", (int)as->axis_count, (int)MRT_RANK_MAX);
    count = has_operand ? c->in[1].count : (uint32_t)as->axis_count;
    for (i = 0; i < count; i++) {
        const int32_t axis = has_operand ? mrt_index_at(&c->in[1], i) : as->axis[i];
        const int32_t from_front = axis < 0 ? axis + rank : axis;
        MRT_REQUIRE(c, axis >= -rank && from_front < rank, OPTIONS, "axis %d of an input of shape %s", (int)axis,
                    MRT_SHAPE(&c->in[0]));
        *axes |= 1u << from_front;
    }
    MRT_REQUIRE(c, !c->in[0].is_batched || !(*axes & 1u), AXES, "axis 0 counts samples and cannot be reduced");
    return MRT_REASON_NONE;
}

/* Output 0 is operand 0 without these axes, or with 1 there. */
static MRT_COLD mrt_reason mrt_reduced_shape(mrt_call *c, uint32_t axes)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], rank = 0, i;

    for (i = 0; i < in->rank; i++)
        if (!(axes >> i & 1u))
            dim[rank++] = in->dim[i];
        else if (((const mrt_reduce_attributes *)c->attributes)->keep_dims)
            dim[rank++] = 1;
    return mrt_set_shape(c, 0, in->type, rank, dim);
}

/* shape of all reductions. */
static MRT_COLD mrt_reason mrt_reduction_shape(mrt_call *c)
{
    uint32_t axes;

    MRT_REQUIRE(c, c->in[0].count > 0, SHAPE, "input %s is empty", MRT_SHAPE(&c->in[0]));
    MRT_TRY(mrt_reduced_axes(c, &axes));
    c->work = c->in[0].count;
    return mrt_reduced_shape(c, axes);
}

/* {size, step} of the axes that stay, or are reduced, innermost last: kernels/reduce.h. Of eight axes that alternate at most
 * four are of a kind. */
static MRT_COLD void mrt_find_reduction(const mrt_tensor *in, uint32_t axes, uint32_t is_taken, int32_t *steps)
{
    int32_t used = MRT_REDUCE_DEPTH, step = 1, goes_on = 0, i;

    for (i = 0; i < MRT_REDUCE_DEPTH; i++) {
        steps[2 * i] = 1;
        steps[2 * i + 1] = 0;
    }
    for (i = in->rank - 1; i >= 0; i--) {
        if (in->dim[i] == 1)
            continue;
        if ((axes >> i & 1u) != is_taken) {
            goes_on = 0;
        } else if (goes_on) {
            steps[2 * used] *= in->dim[i];
        } else {
            used--;
            steps[2 * used] = in->dim[i];
            steps[2 * used + 1] = step;
            goes_on = 1;
        }
        step *= in->dim[i];
    }
}

/* As an array that lasts; NULL while only counting. */
static MRT_COLD const int32_t *mrt_take_reduction(mrt_call *c, uint32_t axes)
{
    int32_t *steps = (int32_t *)c->side->take(c, "axes", MRT_I32, MRT_REDUCE_AXES);

    if (steps) {
        mrt_find_reduction(&c->in[0], axes, 0, steps + MRT_REDUCE_KEPT);
        mrt_find_reduction(&c->in[0], axes, 1, steps + MRT_REDUCE_TAKEN);
    }
    return steps;
}

#endif
