/* Operands of different shapes: an operand repeats along axes in which it has one element, as NumPy does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BROADCAST_H
#define MRT_OPS_BROADCAST_H

#include "../op.h"

/* Size along an axis counted from the last one; 1 beyond the first. */
static MRT_UNUSED int32_t mrt_size_from_last(const mrt_tensor *tensor, int32_t from_last)
{
    return from_last < tensor->rank ? tensor->dim[tensor->rank - 1 - from_last] : 1;
}

/* An open batch multiplies dim[0]: that axis can neither be repeated nor stand in another's middle. */
static MRT_UNUSED int mrt_keeps_samples(const mrt_tensor *in, int32_t rank, const int32_t *dim)
{
    return !in->is_batched || (in->rank == rank && dim[0] == in->dim[0]);
}

/* Output 0 has the shape that all operands repeat to, and the given type. */
static MRT_COLD mrt_reason mrt_broadcast_shape(mrt_call *c, mrt_type type)
{
    int32_t dim[MRT_RANK_MAX], rank = 0, i, k;

    for (k = 0; k < c->in_count; k++)
        rank = mrt_max_i32(rank, c->in[k].rank);
    for (i = 0; i < rank; i++) {
        int32_t *size = &dim[rank - 1 - i];
        *size = 1;
        for (k = 0; k < c->in_count; k++) {
            const int32_t own = mrt_size_from_last(&c->in[k], i);
            MRT_REQUIRE(c, own == *size || own == 1 || *size == 1, SHAPE, "%s does not go with %s", MRT_SHAPE(&c->in[k]),
                        MRT_SHAPE(&c->in[0]));
            *size = own == 1 ? *size : own;
        }
    }
    for (k = 0; k < c->in_count; k++)
        MRT_REQUIRE(c, mrt_keeps_samples(&c->in[k], rank, dim), AXES,
                    "%s with %s would mix samples: an operand repeats along the batch", MRT_SHAPE(&c->in[c->in_count - 1]),
                    MRT_SHAPE(&c->in[0]));
    return mrt_set_shape(c, 0, type, rank, dim);
}

/* ---- the walk: {size, a's step, b's step} for each axis, outermost first ---- */

typedef struct mrt_walk_axes {
    int32_t rank;                  /* 0: element by element */
    int32_t axis[MRT_RANK_MAX][3]; /* [rank] of them */
} mrt_walk_axes;

/* Neighbouring axes that step alike become one. batch multiplies dim[0] of batched operands (in training). */
static MRT_COLD void mrt_find_walk(const mrt_tensor *a, const mrt_tensor *b, int32_t batch, mrt_walk_axes *walk)
{
    const int32_t rank = mrt_max_i32(a->rank, b->rank);
    int32_t       axis[MRT_RANK_MAX][3], a_count = 1, b_count = 1, used = MRT_RANK_MAX, i;

    for (i = 0; i < rank; i++) {
        const int32_t a_size = mrt_size_from_last(a, i) * (a->is_batched && i == a->rank - 1 ? batch : 1);
        const int32_t b_size = mrt_size_from_last(b, i) * (b->is_batched && i == b->rank - 1 ? batch : 1);
        const int32_t size = a_size == 1 ? b_size : a_size;
        const int32_t a_step = a_size == 1 ? 0 : a_count, b_step = b_size == 1 ? 0 : b_count;
        if (size == 1)
            continue;
        if (used < MRT_RANK_MAX && a_step == axis[used][0] * axis[used][1] && b_step == axis[used][0] * axis[used][2]) {
            axis[used][0] *= size; /* goes on where the axis inside it ends */
        } else {
            used--;
            axis[used][0] = size;
            axis[used][1] = a_step;
            axis[used][2] = b_step;
        }
        a_count *= a_size;
        b_count *= b_size;
    }
    walk->rank = MRT_RANK_MAX - used;
    for (i = 0; i < 3 * walk->rank; i++)
        walk->axis[i / 3][i % 3] = axis[used + i / 3][i % 3];
    if (walk->rank == 1 && walk->axis[0][1] == 1 && walk->axis[0][2] == 1)
        walk->rank = 0;
}

/* The walk as an array that lasts; NULL where element goes with element, or while only counting. */
static MRT_COLD const int32_t *mrt_take_walk(mrt_call *c, const mrt_tensor *a, const mrt_tensor *b, int32_t *rank)
{
    mrt_walk_axes walk;
    int32_t      *array, i;

    mrt_find_walk(a, b, 1, &walk);
    *rank = walk.rank;
    if (walk.rank == 0)
        return NULL;
    array = (int32_t *)c->side->take(c, "walk", MRT_I32, 3 * (size_t)walk.rank);
    for (i = 0; array && i < 3 * walk.rank; i++)
        array[i] = walk.axis[i / 3][i % 3];
    return array;
}

/* An operand may be written over when it is computed and not repeated; then its elements are read in the output's order. */
static MRT_UNUSED uint32_t mrt_elementwise_in_place(const mrt_call *c)
{
    return (c->in[0].count == c->out[0].count ? 1u : 0u) | (c->in[1].count == c->out[0].count ? 2u : 0u);
}

/* What parameters of a kernel over pairs (kernels/walk.h) begin with. A constant operand comes like a computed one, and the
 * output may replace an operand that is not repeated. */
static MRT_COLD void mrt_begin_pairs(mrt_call *c, int32_t *count, int32_t *rank, const MRT_FLASH int32_t **walk)
{
    *count = (int32_t)c->out[0].count;
    *walk = mrt_take_walk(c, &c->in[0], &c->in[1], rank);
    c->constants = 3;
    c->in_place = mrt_elementwise_in_place(c);
}

#endif
