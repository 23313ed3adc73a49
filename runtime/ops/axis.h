/* Axes and numbers that a file names, and the shapes around an axis. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_AXIS_H
#define MRT_OPS_AXIS_H

#include "../op.h"

/* Operand i holds `count` numbers of int32 or int64. Rows are looked at later. */
static MRT_COLD mrt_reason mrt_check_numbers(mrt_call *c, int32_t i, int32_t count)
{
    const mrt_tensor *in = &c->in[i];

    MRT_REQUIRE(c, (in->type == MRT_I32 || in->type == MRT_I64) && in->count == (uint32_t)count, SHAPE,
                "input %d is %s %s, %d numbers of int32 or int64 expected", (int)i, mrt_type_name(in->type), MRT_SHAPE(in),
                (int)count);
    return MRT_REASON_NONE;
}

/* A constant operand that is a list of `count` such numbers. */
static MRT_COLD mrt_reason mrt_check_list(mrt_call *c, int32_t i, int32_t count)
{
    MRT_TRY(mrt_check_numbers(c, i, count));
    MRT_REQUIRE(c, mrt_is_const(c, i), CONSTANT, "input %d must be a constant", (int)i);
    MRT_REQUIRE(c, c->in[i].rank == 1, SHAPE, "input %d has shape %s, [%d] expected", (int)i, MRT_SHAPE(&c->in[i]),
                (int)count);
    return MRT_REASON_NONE;
}

/* An axis that counts from the front, or below 0 from behind the last. Samples may lie along axis 0 of what has them. */
static MRT_COLD mrt_reason mrt_find_axis(mrt_call *c, int32_t axis, int32_t rank, int32_t is_batched, int32_t *from_front)
{
    MRT_REQUIRE(c, axis >= -rank && axis < rank, OPTIONS, "axis %d, %d to %d expected", (int)axis, (int)-rank,
                (int)rank - 1);
    *from_front = axis < 0 ? axis + rank : axis;
    MRT_REQUIRE(c, !is_batched || *from_front != 0, AXES, "axis 0 counts samples and must stay as it is");
    return MRT_REASON_NONE;
}

/* Operand i is one constant: an axis of a tensor. */
static MRT_COLD mrt_reason mrt_read_axis(mrt_call *c, int32_t i, const mrt_tensor *of, int32_t *axis)
{
    MRT_TRY(mrt_check_numbers(c, i, 1));
    MRT_REQUIRE(c, mrt_is_const(c, i), CONSTANT, "the axis must be a constant");
    return mrt_find_axis(c, mrt_index_at(&c->in[i], 0), of->rank, of->is_batched, axis);
}

/* Elements of axes first .. end - 1. It wraps where another axis has none, and the number means nothing. */
static MRT_UNUSED int32_t mrt_count_axes(const mrt_tensor *tensor, int32_t first, int32_t end)
{
    uint32_t count = 1;

    for (; first < end; first++)
        count *= (uint32_t)tensor->dim[first];
    return (int32_t)count;
}

/* Bytes of an element. */
static MRT_UNUSED int32_t mrt_width(const mrt_tensor *tensor)
{
    return (int32_t)(mrt_type_bits(tensor->type) / 8);
}

#endif
