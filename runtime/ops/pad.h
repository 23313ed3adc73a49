/* PAD, PADV2, MIRROR_PAD: in [...], paddings [rank, 2] (how many elements before and behind, along each axis) -> out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_PAD_H
#define MRT_OPS_PAD_H

#include "../attributes.h"
#include "../kernels/pad.h"
#include "part.h"

MRT_FIELDS(mrt_pad_params, part.rank, part.bytes, part.count, part.first, part.start_count, part.start_bytes, part.walk,
           part.starts, whole, fill);
MRT_FIELDS(mrt_padv2_params, part.rank, part.bytes, part.count, part.first, part.start_count, part.start_bytes, part.walk,
           part.starts, whole, width);
MRT_FIELDS(mrt_mirror_pad_params, rank, bytes, count, edge, padding_bytes, walk);
MRT_KERNEL(mrt_pad, mrt_pad_params, "kernels/pad.h");
MRT_KERNEL(mrt_padv2, mrt_padv2_params, "kernels/pad.h");
MRT_KERNEL(mrt_mirror_pad, mrt_mirror_pad_params, "kernels/pad.h");

/* ---- paddings that are constants ---- */

static MRT_COLD mrt_reason mrt_pad_axis(mrt_call *c, int32_t d, int32_t most, int32_t *before, int32_t *size)
{
    const mrt_tensor *in = &c->in[0];
    const int32_t     behind = mrt_index_at(&c->in[1], 2 * (uint32_t)d + 1);

    *before = mrt_index_at(&c->in[1], 2 * (uint32_t)d);
    MRT_REQUIRE(c, *before >= 0 && behind >= 0 && *before <= most && behind <= most, OPTIONS,
                "padding %d and %d of dimension %d, 0 to %d expected", (int)*before, (int)behind, (int)d, (int)most);
    MRT_REQUIRE(c, (int64_t)in->dim[d] + *before + behind <= INT32_MAX, SIZE, "dimension %d is too large", (int)d);
    MRT_REQUIRE(c, !in->is_batched || d > 0 || (*before == 0 && behind == 0), AXES,
                "axis 0 counts samples and cannot be padded");
    *size = in->dim[d] + *before + behind;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pad_check(mrt_call *c)
{
    MRT_TRY(mrt_check_numbers(c, 1, 2 * c->in[0].rank));
    MRT_REQUIRE(c, mrt_is_const(c, 1), CONSTANT, "paddings must be constants");
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pad_shape(mrt_call *c)
{
    int32_t dim[MRT_RANK_MAX], before, d;

    MRT_TRY(mrt_pad_check(c));
    for (d = 0; d < c->in[0].rank; d++)
        MRT_TRY(mrt_pad_axis(c, d, INT32_MAX, &before, &dim[d]));
    return mrt_set_shape(c, 0, c->in[0].type, c->in[0].rank, dim);
}

/* The input as a part of the output. */
static MRT_COLD mrt_reason mrt_pad_take(mrt_call *c, mrt_part *part, int32_t *whole)
{
    mrt_part_axes axes;
    int32_t       size, d;

    for (d = 0; d < c->in[0].rank; d++) {
        MRT_TRY(mrt_pad_axis(c, d, INT32_MAX, &axes.begin[d], &size));
        mrt_part_set(&axes, d, axes.begin[d], c->in[0].dim[d]);
    }
    mrt_take_part(c, &c->out[0], &axes, part);
    *whole = (int32_t)c->out[0].bytes;
    return MRT_REASON_NONE;
}

/* ---- PAD ---- */

static MRT_COLD mrt_reason mrt_pad_prepare(mrt_call *c)
{
    const mrt_tensor *out = &c->out[0];
    mrt_pad_params    p;

    MRT_TRY(mrt_pad_take(c, &p.part, &p.whole));
    p.fill = out->type == MRT_I8 || out->type == MRT_U8 ? (int32_t)((uint32_t)mrt_zero(out) & 255u) : 0;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_pad_rows[] = {{MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 5, MRT_WITH(mrt_pad_prepare, mrt_pad)},
                                       {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 3, 5, MRT_WITH(mrt_pad_prepare, mrt_pad)},
                                       {MRT_BOOL, {MRT_BOOL, MRT_INDEX}, 2, 5, 5, MRT_WITH(mrt_pad_prepare, mrt_pad)},
                                       {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 5, MRT_WITH(mrt_pad_prepare, mrt_pad)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_pad = {34, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_pad_shape, mrt_pad_rows};

/* ---- PADV2: a third operand is the value ---- */

static MRT_COLD mrt_reason mrt_padv2_shape(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[2].count == 1, SHAPE, "the value is %s, one number expected", MRT_SHAPE(&c->in[2]));
    return mrt_pad_shape(c);
}

/* Of 8 bits the value must mean the same in the output. */
static MRT_COLD mrt_reason mrt_padv2_check(mrt_call *c)
{
    const mrt_tensor *value = &c->in[2], *out = &c->out[0];
    const float       a = mrt_scale(value), b = mrt_scale(out);

    MRT_REQUIRE(c, (out->type != MRT_I8 && out->type != MRT_U8) || (a >= b && a <= b && mrt_zero(value) == mrt_zero(out)),
                SCALES, "the value has scale %.9g and zero point %d, the output %.9g and %d; they must be equal", (double)a,
                (int)mrt_zero(value), (double)b, (int)mrt_zero(out));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_padv2_prepare(mrt_call *c)
{
    mrt_padv2_params p;

    MRT_TRY(mrt_padv2_check(c));
    MRT_TRY(mrt_pad_take(c, &p.part, &p.whole));
    p.width = mrt_width(&c->out[0]);
    c->by_number = 1;
    c->constants = 5;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_padv2_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX, MRT_I8}, 3, 2, 5, MRT_WITH(mrt_padv2_prepare, mrt_padv2)},
    {MRT_I16, {MRT_I16, MRT_INDEX, MRT_I16}, 3, 3, 5, MRT_WITH(mrt_padv2_prepare, mrt_padv2)},
    {MRT_BOOL, {MRT_BOOL, MRT_INDEX, MRT_BOOL}, 3, 5, 5, MRT_WITH(mrt_padv2_prepare, mrt_padv2)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX, MRT_AS_FIRST}, 3, 1, 5, MRT_WITH(mrt_padv2_prepare, mrt_padv2)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_padv2 = {
    60, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_padv2_shape, mrt_padv2_rows};

/* ---- MIRROR_PAD: what lies at the edges again. Computed paddings are said by the output's stored shape ---- */

static const mrt_attribute mrt_mirror_pad_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_mode_attributes, mode, 0, 0)};

/* How far the first element that is repeated is from the edge: REFLECT leaves the edge itself out. */
static int32_t mrt_mirror_pad_edge(const mrt_call *c)
{
    return ((const mrt_mode_attributes *)c->attributes)->mode == 0 ? 1 : 0;
}

static MRT_COLD mrt_reason mrt_mirror_pad_axis(mrt_call *c, int32_t d, int32_t *before, int32_t *size)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];

    if (mrt_is_const(c, 1))
        return mrt_pad_axis(c, d, mrt_max_i32(in->dim[d] - mrt_mirror_pad_edge(c), 0), before, size);
    MRT_REQUIRE(c, out->rank == in->rank && (out->dim[d] == in->dim[d] || (in->dim[d] > 0 && out->dim[d] > in->dim[d])),
                CONSTANT, "paddings are computed, and %s cannot become %s by any", MRT_SHAPE(in), MRT_SHAPE(out));
    MRT_REQUIRE(c, !in->is_batched || d > 0 || out->dim[d] == in->dim[d], AXES,
                "axis 0 counts samples and cannot be padded");
    *before = 0;
    *size = out->dim[d];
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mirror_pad_shape(mrt_call *c)
{
    const int32_t mode = ((const mrt_mode_attributes *)c->attributes)->mode;
    int32_t       dim[MRT_RANK_MAX], before, d;

    MRT_REQUIRE(c, mode == 0 || mode == 1, OPTIONS, "mode %d, 0 (REFLECT) or 1 (SYMMETRIC) expected", (int)mode);
    MRT_TRY(mrt_check_numbers(c, 1, 2 * c->in[0].rank));
    for (d = 0; d < c->in[0].rank; d++)
        MRT_TRY(mrt_mirror_pad_axis(c, d, &before, &dim[d]));
    return mrt_set_shape(c, 0, c->in[0].type, c->in[0].rank, dim);
}

/* Axes behind the last that is padded are part of each run. */
static MRT_COLD int32_t mrt_mirror_pad_rank(const mrt_call *c)
{
    int32_t rank = c->in[0].rank;

    while (mrt_is_const(c, 1) && rank > 0 && c->in[0].dim[rank - 1] == c->out[0].dim[rank - 1])
        rank--;
    return rank;
}

static MRT_COLD mrt_reason mrt_mirror_pad_prepare(mrt_call *c)
{
    const mrt_tensor     *in = &c->in[0];
    mrt_mirror_pad_params p;
    int32_t               step[MRT_RANK_MAX], before, size, *array = NULL, d;

    p.rank = c->out[0].count > 0 ? mrt_mirror_pad_rank(c) : 0;
    p.edge = mrt_mirror_pad_edge(c);
    p.padding_bytes = mrt_is_const(c, 1) ? 0 : mrt_width(&c->in[1]);
    p.bytes = mrt_width(in);
    p.count = c->out[0].count > 0 ? 1 : 0;
    if (p.rank > 0)
        array = (int32_t *)c->side->take(c, "walk", MRT_I32, 4 * (size_t)p.rank);
    if (p.count > 0)
        mrt_find_steps(in, step);
    for (d = 0; d < in->rank && p.count > 0; d++) {
        MRT_TRY(mrt_mirror_pad_axis(c, d, &before, &size));
        if (d >= p.rank) {
            p.bytes *= size;
            continue;
        }
        p.count *= size;
        if (array) {
            array[4 * d] = size;
            array[4 * d + 1] = before;
            array[4 * d + 2] = in->dim[d];
            array[4 * d + 3] = step[d];
        }
    }
    p.walk = array;
    c->by_number = 1;
    c->constants = 1;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_mirror_pad_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_mirror_pad_prepare, mrt_mirror_pad)},
    {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 3, 3, MRT_WITH(mrt_mirror_pad_prepare, mrt_mirror_pad)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_mirror_pad_prepare, mrt_mirror_pad)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_mirror_pad = {
    100, 77, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_mirror_pad_fields), mrt_mirror_pad_shape, mrt_mirror_pad_rows};

#endif
