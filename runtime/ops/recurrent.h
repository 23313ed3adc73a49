/* What operators with a state share: a variable tensor that an operator reads and writes, and that is kept between invokes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_RECURRENT_H
#define MRT_OPS_RECURRENT_H

#include "../attributes.h"
#include "../op.h"

/* Operand i is a variable of count values. */
static MRT_COLD mrt_reason mrt_check_state(mrt_call *c, int32_t i, uint64_t count)
{
    MRT_REQUIRE(c, mrt_has(c, i) && c->in[i].kind == MRT_STATE, CONSTANT, "operand %d must be a variable", (int)i);
    MRT_REQUIRE(c, c->in[i].count == count, SHAPE, "state %s, %llu values expected", MRT_SHAPE(&c->in[i]),
                (unsigned long long)count);
    return MRT_REASON_NONE;
}

/* Operand i is a constant of that shape; cols 0: of rows values. */
static MRT_COLD mrt_reason mrt_check_matrix(mrt_call *c, int32_t i, int32_t rows, int32_t cols)
{
    const mrt_tensor *w = &c->in[i];

    MRT_REQUIRE(c, mrt_is_const(c, i), CONSTANT, "operand %d must be a constant", (int)i);
    MRT_REQUIRE(c, w->rank == (cols > 0 ? 2 : 1) && w->dim[0] == rows && (cols == 0 || w->dim[1] == cols), SHAPE,
                "operand %d has shape %s, [%d,%d] expected", (int)i, MRT_SHAPE(w), (int)rows, (int)cols);
    return MRT_REASON_NONE;
}

/* Operand i has that type. */
static MRT_COLD mrt_reason mrt_check_type(mrt_call *c, int32_t i, mrt_type type)
{
    MRT_REQUIRE(c, c->in[i].type == type, TYPES, "operand %d is %s, %s expected", (int)i, mrt_type_name(c->in[i].type),
                mrt_type_name(type));
    return MRT_REASON_NONE;
}

/* Operand i is int8 with one scale and no zero point. */
static MRT_COLD mrt_reason mrt_check_symmetric(mrt_call *c, int32_t i)
{
    MRT_TRY(mrt_check_scale(c, &c->in[i]));
    MRT_REQUIRE(c, mrt_zero(&c->in[i]) == 0, SCALES, "operand %d has zero point %d, 0 expected", (int)i,
                (int)mrt_zero(&c->in[i]));
    return MRT_REASON_NONE;
}

#endif
