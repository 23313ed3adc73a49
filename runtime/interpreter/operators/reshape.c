/* RESHAPE: x, shape (int32, may be absent) -> the same values in another shape. Nothing moves: the output is a view.
 *
 * A constant shape operand says the output's shape, with -1 for what is left over; without one the output's own counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../build.h"
#include "../operators.h"

static mrt_reason mrt_reshape_check_operand(mrt_build *b)
{
    const mrt_tensor *shape = &b->in[1];
    mrt_vector        values;
    int32_t           dim[MRT_RANK_MAX], open = -1, i;
    uint64_t          known = 1;

    if (shape->type != MRT_I32 || shape->rank != 1 || shape->dim[0] > MRT_RANK_MAX)
        return MRT_REASON_SHAPE;
    values.at = shape->data;
    values.count = shape->count;
    for (i = 0; i < shape->dim[0]; i++) {
        dim[i] = (int32_t)mrt_element(&b->m->r, &values, (uint32_t)i);
        if (dim[i] < -1 || (dim[i] == -1 && open >= 0))
            return MRT_REASON_SHAPE;
        if (dim[i] == -1)
            open = i;
        else if (known <= INT32_MAX || dim[i] == 0) /* else it is too large for anything, unless a 0 follows */
            known *= (uint32_t)dim[i];
    }
    if (open >= 0 && known > 0 && b->in[0].count % known == 0)
        dim[open] = (int32_t)(b->in[0].count / known);
    return mrt_check_shape(b, shape->dim[0], dim); /* a -1 that stays is no shape */
}

static MRT_COLD mrt_reason mrt_reshape_check(mrt_build *b)
{
    if (b->in[0].kind == MRT_CONST)
        return MRT_REASON_CONSTANT;
    if (mrt_operand(b, 1) && b->in[1].kind == MRT_CONST)
        MRT_TRY(mrt_reshape_check_operand(b));
    b->is_view = 1;
    return b->in[0].count == b->out.count ? MRT_REASON_NONE : MRT_REASON_SHAPE;
}

static const mrt_operator_row mrt_reshape_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, NULL, NULL},   {MRT_F32, {MRT_F32, MRT_I32}, NULL, NULL},
    {MRT_U8, {MRT_U8, MRT_I32}, NULL, NULL},   {MRT_I16, {MRT_I16, MRT_I32}, NULL, NULL},
    {MRT_I32, {MRT_I32, MRT_I32}, NULL, NULL},
};

MRT_API_DATA const mrt_operator mrt_operator_reshape = {22, 1, 0, 1, 2, 5, mrt_reshape_check, mrt_reshape_rows};
