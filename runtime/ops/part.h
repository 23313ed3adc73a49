/* What operators that take a part out of a tensor, or put one in, share: which runs of bytes it has (kernels/part.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_PART_H
#define MRT_OPS_PART_H

#include "../kernels/slice.h"
#include "axis.h"

MRT_FIELDS(mrt_part, rank, bytes, count, first, start_count, start_bytes, walk, starts);
MRT_KERNEL(mrt_slice, mrt_part, "kernels/slice.h");

/* Of each axis of the whole: which elements are the part. */
typedef struct mrt_part_axes {
    int32_t begin[MRT_RANK_MAX], count[MRT_RANK_MAX], stride[MRT_RANK_MAX];
} mrt_part_axes;

/* All of an axis. */
static MRT_UNUSED void mrt_part_set(mrt_part_axes *axes, int32_t d, int32_t begin, int32_t count)
{
    axes->begin[d] = begin;
    axes->count[d] = count;
    axes->stride[d] = 1;
}

/* Bytes from one element of each axis to the next; of a tensor that is not empty. */
static MRT_COLD void mrt_find_steps(const mrt_tensor *tensor, int32_t *step)
{
    int32_t d, bytes = mrt_width(tensor);

    for (d = tensor->rank - 1; d >= 0; d--) {
        step[d] = bytes;
        bytes *= tensor->dim[d];
    }
}

typedef struct mrt_part_walk {
    int32_t rank, axis[MRT_RANK_MAX][2];
} mrt_part_walk;

/* Longest runs, fewest axes: what lies side by side becomes one run, neighbouring axes that step alike become one. */
static MRT_COLD void mrt_find_runs(const mrt_tensor *whole, const mrt_part_axes *axes, mrt_part *part, mrt_part_walk *walk)
{
    int32_t step[MRT_RANK_MAX], used = MRT_RANK_MAX, d;

    part->bytes = mrt_width(whole);
    part->count = 1;
    part->first = 0;
    walk->rank = 0;
    for (d = 0; d < whole->rank; d++)
        if (axes->count[d] == 0)
            part->count = 0;
    if (part->count == 0)
        return;
    mrt_find_steps(whole, step);
    for (d = whole->rank - 1; d >= 0; d--) {
        const int32_t count = axes->count[d];
        part->first += axes->begin[d] * step[d];
        if (count == 1)
            continue;
        step[d] *= axes->stride[d];
        if (used == MRT_RANK_MAX && step[d] == part->bytes) {
            part->bytes *= count;
            continue;
        }
        part->count *= count;
        if (used < MRT_RANK_MAX && step[d] == walk->axis[used][0] * walk->axis[used][1]) {
            walk->axis[used][0] *= count;
            continue;
        }
        used--;
        walk->axis[used][0] = count;
        walk->axis[used][1] = step[d];
    }
    walk->rank = MRT_RANK_MAX - used;
    for (d = 0; d < walk->rank; d++) {
        walk->axis[d][0] = walk->axis[used + d][0];
        walk->axis[d][1] = walk->axis[used + d][1];
    }
}

/* The part's parameters; its starts are no operand's. */
static MRT_COLD void mrt_take_part(mrt_call *c, const mrt_tensor *whole, const mrt_part_axes *axes, mrt_part *part)
{
    mrt_part_walk walk;
    int32_t      *array = NULL, d;

    mrt_find_runs(whole, axes, part, &walk);
    part->rank = walk.rank;
    part->start_count = part->start_bytes = 0;
    part->starts = NULL;
    if (walk.rank > 0)
        array = (int32_t *)c->side->take(c, "walk", MRT_I32, 2 * (size_t)walk.rank);
    for (d = 0; array && d < 2 * walk.rank; d++)
        array[d] = walk.axis[d / 2][d % 2];
    part->walk = array;
}

/* Operand i says at run time where the part begins. */
static MRT_COLD void mrt_take_starts(mrt_call *c, const mrt_tensor *whole, const mrt_part_axes *axes, int32_t i,
                                     mrt_part *part)
{
    int32_t step[MRT_RANK_MAX], *array, d;

    if (part->count == 0 || whole->rank == 0)
        return;
    mrt_find_steps(whole, step);
    part->start_count = whole->rank;
    part->start_bytes = mrt_width(&c->in[i]);
    array = (int32_t *)c->side->take(c, "starts", MRT_I32, 2 * (size_t)whole->rank);
    for (d = 0; array && d < whole->rank; d++) {
        array[2 * d] = whole->dim[d] - axes->count[d];
        array[2 * d + 1] = step[d];
    }
    part->starts = array;
}

#endif
