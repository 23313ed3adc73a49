/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SLICE_H
#define MRT_OPS_SLICE_H

#include "../attributes.h"
#include "../kernels/slice.h"
#include "part.h"

MRT_FIELDS(mrt_dynamic_update_slice_params, part.rank, part.bytes, part.count, part.first, part.start_count,
           part.start_bytes, part.walk, part.starts, whole);
MRT_KERNEL(mrt_dynamic_update_slice, mrt_dynamic_update_slice_params, "kernels/slice.h");

/* ---- SLICE: in, begin [rank], size [rank] (-1: all that is left) -> out ---- */

/* Where it is not known here how large the part is, the output's stored shape says. */
static MRT_COLD mrt_reason mrt_slice_stored(mrt_call *c, int32_t d, int32_t *size)
{
    MRT_REQUIRE(c, c->out[0].rank == c->in[0].rank, CONSTANT,
                "begin or size is computed, and output %s does not say how "
                "large it is",
                MRT_SHAPE(&c->out[0]));
    *size = c->out[0].dim[d];
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_slice_axis(mrt_call *c, int32_t d, mrt_part_axes *axes)
{
    const mrt_tensor *in = &c->in[0];
    const int32_t     begin = mrt_is_const(c, 1) ? mrt_index_at(&c->in[1], (uint32_t)d) : 0;
    const int32_t     wanted = mrt_is_const(c, 2) ? mrt_index_at(&c->in[2], (uint32_t)d) : -1;
    int32_t           size = wanted;

    MRT_REQUIRE(c, begin >= 0 && begin <= in->dim[d], OPTIONS, "begin %d of dimension %d, which is %d", (int)begin, (int)d,
                (int)in->dim[d]);
    if (wanted == -1 && mrt_is_const(c, 1) && mrt_is_const(c, 2))
        size = in->dim[d] - begin;
    else if (wanted == -1)
        MRT_TRY(mrt_slice_stored(c, d, &size));
    MRT_REQUIRE(c, size >= 0 && size <= in->dim[d] - begin, OPTIONS, "size %d from begin %d on in dimension %d, which is %d",
                (int)size, (int)begin, (int)d, (int)in->dim[d]);
    MRT_REQUIRE(c, !in->is_batched || d > 0 || (wanted == -1 && begin == 0), AXES,
                "axis 0 counts samples: its begin must be 0, its size -1");
    mrt_part_set(axes, d, begin, size);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_slice_axes(mrt_call *c, mrt_part_axes *axes)
{
    int32_t d;

    MRT_TRY(mrt_check_numbers(c, 1, c->in[0].rank));
    MRT_TRY(mrt_check_numbers(c, 2, c->in[0].rank));
    for (d = 0; d < c->in[0].rank; d++)
        MRT_TRY(mrt_slice_axis(c, d, axes));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_slice_shape(mrt_call *c)
{
    mrt_part_axes axes;

    MRT_TRY(mrt_slice_axes(c, &axes));
    return mrt_set_shape(c, 0, c->in[0].type, c->in[0].rank, axes.count);
}

static MRT_COLD mrt_reason mrt_slice_prepare(mrt_call *c)
{
    mrt_part_axes axes;
    mrt_part      p;

    MRT_TRY(mrt_slice_axes(c, &axes));
    mrt_take_part(c, &c->in[0], &axes, &p);
    if (!mrt_is_const(c, 1))
        mrt_take_starts(c, &c->in[0], &axes, 1, &p);
    c->by_number = 1;
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_slice_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 7, MRT_WITH(mrt_slice_prepare, mrt_slice)},
    {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 4, 7, MRT_WITH(mrt_slice_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 7, MRT_WITH(mrt_slice_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_slice = {
    65, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_slice_shape, mrt_slice_rows};

/* ---- STRIDED_SLICE: in, begin [n], end [n], strides [n] -> out; number i is about one axis, unless a mask says else ----
 */

static const mrt_attribute mrt_strided_slice_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, begin_mask, 0, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, end_mask, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, ellipsis_mask, 2, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, new_axis_mask, 3, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, shrink_axis_mask, 4, 0),
    MRT_ATTRIBUTE(BOOL, mrt_strided_slice_attributes, offset, 5, 0)};

/* Every axis of the input, and every new one. */
enum { MRT_STRIDED_SLICE_MAX = 2 * MRT_RANK_MAX };

typedef struct mrt_strided_slice {
    mrt_part_axes axes;
    int32_t       used;                    /* axes of the input so far */
    int32_t       rank, dim[MRT_RANK_MAX]; /* the output's so far */
} mrt_strided_slice;

static int mrt_strided_slice_has(int32_t mask, int32_t i)
{
    return (int)((uint32_t)mask >> i & 1u);
}

static MRT_COLD mrt_reason mrt_strided_slice_keep(mrt_call *c, mrt_strided_slice *s, int32_t size)
{
    MRT_REQUIRE(c, s->rank < MRT_RANK_MAX, RANK, "an output of more than %d dimensions", (int)MRT_RANK_MAX);
    s->dim[s->rank++] = size;
    return MRT_REASON_NONE;
}

/* The next `count` axes as they are. */
static MRT_COLD mrt_reason mrt_strided_slice_all(mrt_call *c, mrt_strided_slice *s, int32_t count)
{
    for (; count > 0; count--, s->used++) {
        mrt_part_set(&s->axes, s->used, 0, c->in[0].dim[s->used]);
        MRT_TRY(mrt_strided_slice_keep(c, s, c->in[0].dim[s->used]));
    }
    return MRT_REASON_NONE;
}

/* A place along an axis: negative ones count from its end, those beyond it stop there. */
static MRT_COLD int32_t mrt_strided_slice_place(int64_t place, int32_t size, int32_t stride)
{
    const int32_t low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;

    if (place < 0)
        place += size;
    return place < low ? low : place > high ? high : (int32_t)place;
}

/* How many steps there are from begin to before end. */
static MRT_COLD int32_t mrt_strided_slice_count(int32_t begin, int32_t end, int32_t stride)
{
    const int64_t way = stride > 0 ? (int64_t)end - begin : (int64_t)begin - end;
    const int64_t step = stride > 0 ? stride : -(int64_t)stride;

    return way <= 0 ? 0 : (int32_t)((way + step - 1) / step);
}

/* Source: TensorFlow Lite's kernels/internal/strided_slice_logic.h. */
static MRT_COLD mrt_reason mrt_strided_slice_axis(mrt_call *c, mrt_strided_slice *s, int32_t i)
{
    const mrt_strided_slice_attributes *as = (const mrt_strided_slice_attributes *)c->attributes;
    const int32_t                       d = s->used++, size = d < c->in[0].rank ? c->in[0].dim[d] : 0,
                  stride = mrt_index_at(&c->in[3], (uint32_t)i);
    const int takes_first = mrt_strided_slice_has(as->begin_mask, i), takes_last = mrt_strided_slice_has(as->end_mask, i);
    int32_t   begin, end;

    MRT_REQUIRE(c, d < c->in[0].rank, SHAPE, "more numbers than input %s has dimensions", MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, stride != 0, OPTIONS, "stride %d is 0", (int)i);
    begin = mrt_strided_slice_place(mrt_index_at(&c->in[1], (uint32_t)i), size, stride);
    if (takes_first)
        begin = stride > 0 ? 0 : size - 1;
    s->axes.begin[d] = begin;
    s->axes.stride[d] = stride;
    s->axes.count[d] = 1;
    MRT_REQUIRE(c, !c->in[0].is_batched || d > 0 || (begin == 0 && takes_last && stride == 1), AXES,
                "axis 0 counts samples and must be taken as a whole: from 0 on, with its end masked");
    if (mrt_strided_slice_has(as->shrink_axis_mask, i)) {
        MRT_REQUIRE(c, stride > 0 && begin < size, OPTIONS,
                    "begin %d with stride %d takes no element of dimension %d, which is %d", (int)begin, (int)stride, (int)d,
                    (int)size);
        MRT_REQUIRE(c, !c->in[0].is_batched || d > 0, AXES, "axis 0 counts samples and must stay");
        return MRT_REASON_NONE;
    }
    end = mrt_strided_slice_place((int64_t)mrt_index_at(&c->in[2], (uint32_t)i) + (as->offset ? begin : 0), size, stride);
    if (takes_last)
        end = stride > 0 ? size : -1;
    s->axes.count[d] = size > 0 ? mrt_strided_slice_count(begin, end, stride) : 0;
    return mrt_strided_slice_keep(c, s, s->axes.count[d]);
}

/* Axes that number i and those behind it are about, ellipses not counted. */
static MRT_COLD int32_t mrt_strided_slice_claimed(const mrt_strided_slice_attributes *as, int32_t i, int32_t count)
{
    int32_t claimed = 0;

    for (; i < count; i++)
        claimed += !mrt_strided_slice_has(as->new_axis_mask, i) && !mrt_strided_slice_has(as->ellipsis_mask, i);
    return claimed;
}

static MRT_COLD mrt_reason mrt_strided_slice_number(mrt_call *c, mrt_strided_slice *s, int32_t i, int32_t count)
{
    const mrt_strided_slice_attributes *as = (const mrt_strided_slice_attributes *)c->attributes;

    if (mrt_strided_slice_has(as->ellipsis_mask, i))
        return mrt_strided_slice_all(c, s, c->in[0].rank - s->used - mrt_strided_slice_claimed(as, i, count));
    if (!mrt_strided_slice_has(as->new_axis_mask, i))
        return mrt_strided_slice_axis(c, s, i);
    MRT_REQUIRE(c, !c->in[0].is_batched || s->used > 0, AXES, "axis 0 counts samples and must stay the first");
    return mrt_strided_slice_keep(c, s, 1);
}

static MRT_COLD mrt_reason mrt_strided_slice_read(mrt_call *c, mrt_strided_slice *s)
{
    const uint32_t ellipses = (uint32_t)((const mrt_strided_slice_attributes *)c->attributes)->ellipsis_mask;
    const int32_t  count =
        (int32_t)(c->in[1].count < MRT_STRIDED_SLICE_MAX ? c->in[1].count : (uint32_t)MRT_STRIDED_SLICE_MAX);
    int32_t i;

    for (i = 1; i < 4; i++) {
        MRT_TRY(mrt_check_numbers(c, i, count));
        MRT_REQUIRE(c, mrt_is_const(c, i), CONSTANT, "begin, end and strides must be constants");
    }
    MRT_REQUIRE(c, (ellipses & (ellipses - 1)) == 0, OPTIONS, "more than one ellipsis (mask %u)", (unsigned)ellipses);
    s->used = s->rank = 0;
    for (i = 0; i < count; i++)
        MRT_TRY(mrt_strided_slice_number(c, s, i, count));
    return mrt_strided_slice_all(c, s, c->in[0].rank - s->used);
}

static MRT_COLD mrt_reason mrt_strided_slice_shape(mrt_call *c)
{
    mrt_strided_slice s;

    MRT_TRY(mrt_strided_slice_read(c, &s));
    return mrt_set_shape(c, 0, c->in[0].type, s.rank, s.dim);
}

static MRT_COLD mrt_reason mrt_strided_slice_prepare(mrt_call *c)
{
    mrt_strided_slice s;
    mrt_part          p;
    int32_t           d;

    MRT_TRY(mrt_strided_slice_read(c, &s));
    mrt_take_part(c, &c->in[0], &s.axes, &p);
    c->by_number = 1;
    c->constants = 1;
    c->in_place = 1;
    for (d = 0; d < c->in[0].rank; d++)
        if (s.axes.stride[d] < 0)
            c->in_place = 0;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_strided_slice_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 8, MRT_WITH(mrt_strided_slice_prepare, mrt_slice)},
    {MRT_BOOL, {MRT_BOOL, MRT_INDEX}, 2, 3, 8, MRT_WITH(mrt_strided_slice_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 8, MRT_WITH(mrt_strided_slice_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_strided_slice = {
    45, 32, 4, 4, 1, 1, MRT_ATTRIBUTES(mrt_strided_slice_fields), mrt_strided_slice_shape, mrt_strided_slice_rows};

/* ---- DYNAMIC_UPDATE_SLICE: in, update, starts [rank] -> out, like in ---- */

static MRT_COLD mrt_reason mrt_dynamic_update_slice_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *update = &c->in[1];
    int32_t           d;

    MRT_REQUIRE(c, update->rank == in->rank, SHAPE, "update %s does not fit into %s", MRT_SHAPE(update), MRT_SHAPE(in));
    for (d = 0; d < in->rank; d++)
        MRT_REQUIRE(c, update->dim[d] <= in->dim[d], SHAPE, "update %s does not fit into %s", MRT_SHAPE(update),
                    MRT_SHAPE(in));
    MRT_TRY(mrt_check_numbers(c, 2, in->rank));
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_dynamic_update_slice_prepare(mrt_call *c)
{
    mrt_dynamic_update_slice_params p;
    mrt_part_axes                   axes;
    int32_t                         d;

    for (d = 0; d < c->in[1].rank; d++)
        mrt_part_set(&axes, d, 0, c->in[1].dim[d]);
    mrt_take_part(c, &c->in[0], &axes, &p.part);
    mrt_take_starts(c, &c->in[0], &axes, 2, &p.part);
    p.whole = (int32_t)c->in[0].bytes;
    c->by_number = 1;
    c->constants = 7;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_dynamic_update_slice_rows[] = {
    {MRT_I16, {MRT_I16, MRT_I16, MRT_INDEX}, 3, 4, 6, MRT_WITH(mrt_dynamic_update_slice_prepare, mrt_dynamic_update_slice)},
    {MRT_AS_FIRST,
     {MRT_ANY, MRT_AS_FIRST, MRT_I32},
     3,
     1,
     6,
     MRT_WITH(mrt_dynamic_update_slice_prepare, mrt_dynamic_update_slice)},
    {MRT_AS_FIRST,
     {MRT_ANY, MRT_AS_FIRST, MRT_I64},
     3,
     2,
     6,
     MRT_WITH(mrt_dynamic_update_slice_prepare, mrt_dynamic_update_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_dynamic_update_slice = {
    151, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_dynamic_update_slice_shape, mrt_dynamic_update_slice_rows};

#endif
