/* RESHAPE: x, shape (int32, may be absent) -> the same values in another shape. Nothing moves: the output is a view.
 *
 * A constant shape operand says the output's shape, with -1 for what is left over; without one the output's own counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_RESHAPE_H
#define MRT_OPS_RESHAPE_H

#include "../op.h"

/* -1 becomes what is left over of the input's values. */
static MRT_COLD mrt_reason mrt_reshape_read(mrt_call *c, int32_t *dim)
{
    const mrt_tensor *shape = &c->in[1];
    uint64_t          known = 1;
    int32_t           open = -1, i;

    for (i = 0; i < (int32_t)shape->count; i++) {
        dim[i] = mrt_index_at(shape, (uint32_t)i);
        MRT_REQUIRE(c, dim[i] >= -1 && (dim[i] != -1 || open < 0), SHAPE, "dimension %d of the new shape is %d", (int)i,
                    (int)dim[i]);
        if (dim[i] == -1)
            open = i;
        else if (known <= INT32_MAX || dim[i] == 0) /* else it is too large for anything, unless a 0 follows */
            known *= (uint32_t)dim[i];
    }
    if (open >= 0 && known > 0 && c->in[0].count % known == 0)
        dim[open] = (int32_t)(c->in[0].count / known);
    return MRT_REASON_NONE; /* a -1 that stays is found when elements are counted */
}

static MRT_COLD mrt_reason mrt_reshape_shape(mrt_call *c)
{
    mrt_tensor made = c->out[0];
    int32_t    i;

    MRT_REQUIRE(c, !mrt_is_const(c, 0) || !mrt_has(c, 1) || mrt_is_const(c, 1), CONSTANT,
                "the new shape of a constant must be a constant");
    if (mrt_is_const(c, 1)) {
        MRT_REQUIRE(c, c->in[1].type == MRT_I32 && c->in[1].rank == 1 && c->in[1].dim[0] <= MRT_RANK_MAX, SHAPE,
                    "the new shape is %s %s, int32 [0..%d] expected", mrt_type_name(c->in[1].type), MRT_SHAPE(&c->in[1]),
                    (int)MRT_RANK_MAX);
        made.rank = c->in[1].dim[0];
        MRT_TRY(mrt_reshape_read(c, made.dim));
    }
    made.type = c->in[0].type;
    for (i = 0; i < made.rank; i++)
        MRT_REQUIRE(c, made.dim[i] >= 0, SHAPE, "%s does not divide into %s", MRT_SHAPE(&c->in[0]), MRT_SHAPE(&made));
    MRT_REQUIRE(c, mrt_measure(&made) && made.count == c->in[0].count, SHAPE,
                "%s cannot become %s: they have different counts", MRT_SHAPE(&c->in[0]), MRT_SHAPE(&made));
    return mrt_set_shape(c, 0, made.type, made.rank, made.dim);
}

static const mrt_row mrt_reshape_rows[] = {{MRT_AS_FIRST, {MRT_ANY, MRT_I32}, 2, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reshape = {
    22, 17, 1, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_reshape_shape, mrt_reshape_rows};

#endif
