/* Axes that a file names, and the shapes around one. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_AXIS_H
#define MRT_OPS_AXIS_H

#include "../op.h"

/* Negative ones count from the last. */
static MRT_COLD mrt_reason mrt_find_axis(mrt_call *c, const mrt_tensor *tensor, int32_t axis, int32_t *from_front)
{
    *from_front = axis < 0 ? axis + tensor->rank : axis;
    MRT_REQUIRE(c, axis >= -tensor->rank && *from_front < tensor->rank, OPTIONS, "axis %d, the input %s has axes %d..%d",
                (int)axis, MRT_SHAPE(tensor), -(int)tensor->rank, (int)tensor->rank - 1);
    return MRT_REASON_NONE;
}

/* The axis of operand 0 that operand 1 says, one constant number. */
static MRT_COLD mrt_reason mrt_axis_operand(mrt_call *c, int32_t *axis)
{
    MRT_REQUIRE(c, mrt_is_const(c, 1), CONSTANT, "the axis must be a constant");
    MRT_REQUIRE(c, c->in[1].type == MRT_I32 || c->in[1].type == MRT_I64, TYPES, "the axis is %s, int32 or int64 expected",
                mrt_type_name(c->in[1].type));
    MRT_REQUIRE(c, c->in[1].count == 1, SHAPE, "the axis has shape %s, one number expected", MRT_SHAPE(&c->in[1]));
    return mrt_find_axis(c, &c->in[0], mrt_index_at(&c->in[1], 0), axis);
}

/* A constant operand that is a list of integers, `count` of them. */
static MRT_COLD mrt_reason mrt_check_list(mrt_call *c, int32_t i, int32_t count)
{
    const mrt_tensor *list = &c->in[i];

    MRT_REQUIRE(c, mrt_is_const(c, i), CONSTANT, "input %d must be a constant", (int)i);
    MRT_REQUIRE(c, list->type == MRT_I32 || list->type == MRT_I64, TYPES, "input %d is %s, int32 or int64 expected", (int)i,
                mrt_type_name(list->type));
    MRT_REQUIRE(c, list->rank == 1 && list->dim[0] == count, SHAPE, "input %d has shape %s, [%d] expected", (int)i,
                MRT_SHAPE(list), (int)count);
    return MRT_REASON_NONE;
}

/* Elements of axes first .. end - 1. It wraps where another axis has none, and the number means nothing. */
static MRT_UNUSED int32_t mrt_count_axes(const mrt_tensor *tensor, int32_t first, int32_t end)
{
    uint32_t count = 1;

    for (; first < end; first++)
        count *= (uint32_t)tensor->dim[first];
    return (int32_t)count;
}

static MRT_UNUSED int32_t mrt_element_bytes(const mrt_tensor *tensor)
{
    return (int32_t)(mrt_type_bits(tensor->type) / 8);
}

#endif
