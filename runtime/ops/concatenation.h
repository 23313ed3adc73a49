/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V: tensors side by side become one, and one becomes several.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONCATENATION_H
#define MRT_OPS_CONCATENATION_H

#include "../attributes.h"
#include "../kernels/concatenation.h"
#include "part.h"

MRT_FIELDS(mrt_parts_params, outer, count, bytes);
MRT_KERNEL(mrt_concatenation, mrt_parts_params, "kernels/concatenation.h");
MRT_FIELDS(mrt_parts_u8_params, outer, count, bytes, tables);
MRT_KERNEL(mrt_concatenation_u8, mrt_parts_u8_params, "kernels/concatenation.h");
MRT_KERNEL(mrt_split, mrt_parts_params, "kernels/concatenation.h");

static const mrt_axis_attributes *mrt_axis_attributes_of(const mrt_call *c)
{
    return (const mrt_axis_attributes *)c->attributes;
}

/* Whether an operand has samples along axis 0. */
static MRT_COLD int32_t mrt_any_batched(const mrt_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (mrt_has(c, i) && c->in[i].is_batched)
            return 1;
    return 0;
}

static MRT_COLD mrt_reason mrt_require_all(mrt_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        MRT_REQUIRE(c, mrt_has(c, i), OPERAND_COUNT, "input %d is left out", (int)i);
    return MRT_REASON_NONE;
}

/* The same dimensions but along an axis; -1: along all. */
static MRT_COLD int mrt_same_but(const mrt_tensor *a, const mrt_tensor *b, int32_t axis)
{
    int32_t d;

    for (d = 0; d < a->rank && a->rank == b->rank; d++)
        if (d != axis && a->dim[d] != b->dim[d])
            return 0;
    return a->rank == b->rank;
}

/* How many elements the axes before this one have; 0 of an empty tensor. */
static MRT_COLD int32_t mrt_count_before(const mrt_tensor *tensor, int32_t axis)
{
    return tensor->count > 0 ? mrt_count_axes(tensor, 0, axis) : 0;
}

/* What each part has along an axis before which there are `outer` elements; NULL while only counting. */
static MRT_COLD const int32_t *mrt_take_parts(mrt_call *c, int32_t outer, const mrt_tensor *parts, int32_t count)
{
    int32_t *bytes = (int32_t *)c->side->take(c, "bytes", MRT_I32, (size_t)count), i;

    for (i = 0; bytes && i < count; i++)
        bytes[i] = outer > 0 ? (int32_t)parts[i].bytes / outer : 0;
    return bytes;
}

/* The kernels' parameters: the parts of whole, which has `outer` elements before the axis. */
static MRT_COLD void mrt_store_parts(mrt_call *c, int32_t outer, const mrt_tensor *parts, int32_t count)
{
    mrt_parts_params p;

    p.outer = outer;
    p.count = count;
    p.bytes = mrt_take_parts(c, outer, parts, count);
    c->side->store(c, &p, sizeof p, 1);
}

/* ---- CONCATENATION: tensors alike but for one axis -> all along that axis ---- */

static const mrt_attribute mrt_concatenation_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 0, 0),
                                                         MRT_FUSED_ACTIVATION(1)};

static MRT_COLD mrt_reason mrt_concatenation_shape(mrt_call *c)
{
    mrt_tensor made = c->in[0];
    int64_t    size = 0;
    int32_t    axis, i;

    MRT_REQUIRE(c, c->activation == MRT_ACT_NONE, ACTIVATION, "takes no fused activation");
    MRT_TRY(mrt_require_all(c));
    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, made.rank, mrt_any_batched(c), &axis));
    for (i = 0; i < c->in_count; i++) {
        MRT_REQUIRE(c, mrt_same_but(&c->in[i], &made, axis), SHAPE, "%s does not go beside %s along axis %d",
                    MRT_SHAPE(&c->in[i]), MRT_SHAPE(&c->in[0]), (int)axis);
        size += c->in[i].dim[axis];
    }
    MRT_REQUIRE(c, size <= INT32_MAX, SIZE, "an output of %lld elements along axis %d", (long long)size, (int)axis);
    made.dim[axis] = (int32_t)size;
    return mrt_set_shape(c, 0, made.type, made.rank, made.dim);
}

static MRT_COLD int mrt_same_quantization(const mrt_tensor *a, const mrt_tensor *b)
{
    return mrt_scale(a) >= mrt_scale(b) && mrt_scale(a) <= mrt_scale(b) && mrt_zero(a) == mrt_zero(b);
}

/* Bytes are moved, so integers mean the same on both sides. Micro looks at the scales of 8 bits only, and at zero points. */
static MRT_COLD mrt_reason mrt_concatenation_check(mrt_call *c, const mrt_tensor *in)
{
    const mrt_tensor *out = &c->out[0];

    MRT_REQUIRE(c, in->type == MRT_I8 ? mrt_same_quantization(in, out) : mrt_zero(in) == mrt_zero(out), SCALES,
                "an input has scale %.9g and zero point %d, the output %.9g and %d; they must be equal",
                (double)mrt_scale(in), (int)mrt_zero(in), (double)mrt_scale(out), (int)mrt_zero(out));
    return MRT_REASON_NONE;
}

/* Values are moved where all scales are equal. */
static MRT_COLD mrt_reason mrt_concatenation_prepare_u8(mrt_call *c)
{
    const mrt_tensor   *out = &c->out[0];
    mrt_parts_u8_params p;
    uint8_t            *tables;
    int32_t             axis, all_same = 1, i;

    for (i = 0; i < c->in_count; i++)
        all_same &= mrt_same_quantization(&c->in[i], out);
    if (!all_same)
        MRT_TRY(mrt_check_scales(c));
    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, out->rank, 0, &axis));
    p.outer = mrt_count_before(out, axis);
    p.count = c->in_count;
    p.bytes = mrt_take_parts(c, p.outer, c->in, c->in_count);
    p.tables = tables = all_same ? NULL : (uint8_t *)c->side->take(c, "tables", MRT_U8, 256 * (size_t)c->in_count);
    for (i = 0; tables && i < c->in_count; i++)
        mrt_concatenation_fill_u8(tables + 256 * i, mrt_scale(&c->in[i]), mrt_zero(&c->in[i]), mrt_scale(out),
                                  mrt_zero(out));
    c->constants = UINT64_MAX;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_concatenation_prepare(mrt_call *c)
{
    int32_t axis, i;

    for (i = 0; i < c->in_count; i++)
        MRT_TRY(mrt_concatenation_check(c, &c->in[i]));
    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, c->out[0].rank, 0, &axis));
    c->constants = UINT64_MAX;
    mrt_store_parts(c, mrt_count_before(&c->out[0], axis), c->in, c->in_count);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_concatenation_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 5, MRT_WITH(mrt_concatenation_prepare, mrt_concatenation)},
    {MRT_I16, {MRT_I16}, 1, 3, 5, MRT_WITH(mrt_concatenation_prepare, mrt_concatenation)},
    {MRT_U8, {MRT_U8}, 1, 1, 5, MRT_WITH(mrt_concatenation_prepare_u8, mrt_concatenation_u8)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_AS_FIRST}, 2, 1, 5, MRT_WITH(mrt_concatenation_prepare, mrt_concatenation)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_concatenation = {
    2, 10, 1, 64, 1, 1, MRT_ATTRIBUTES(mrt_concatenation_fields), mrt_concatenation_shape, mrt_concatenation_rows};

/* ---- PACK: tensors of one shape -> the same beside each other along a new axis ---- */

static const mrt_attribute mrt_pack_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0),
                                                MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 1, 0)};

static MRT_COLD mrt_reason mrt_pack_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], axis, i;

    MRT_TRY(mrt_require_all(c));
    MRT_REQUIRE(c, mrt_axis_attributes_of(c)->count == c->in_count, OPTIONS, "%d inputs, values_count is %d",
                (int)c->in_count, (int)mrt_axis_attributes_of(c)->count);
    MRT_REQUIRE(c, in->rank < MRT_RANK_MAX, RANK, "an output of more than %d dimensions", (int)MRT_RANK_MAX);
    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, in->rank + 1, mrt_any_batched(c), &axis));
    for (i = 0; i < c->in_count; i++)
        MRT_REQUIRE(c, mrt_same_shape(&c->in[i], in), SHAPE, "%s does not go beside %s", MRT_SHAPE(&c->in[i]),
                    MRT_SHAPE(in));
    for (i = 0; i <= in->rank; i++)
        dim[i] = i == axis ? c->in_count : in->dim[i < axis ? i : i - 1];
    return mrt_set_shape(c, 0, in->type, in->rank + 1, dim);
}

static MRT_COLD mrt_reason mrt_pack_prepare(mrt_call *c)
{
    int32_t axis;

    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, c->out[0].rank, 0, &axis));
    c->constants = UINT64_MAX;
    mrt_store_parts(c, mrt_count_before(&c->out[0], axis), c->in, c->in_count);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_pack_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 4, MRT_WITH(mrt_pack_prepare, mrt_concatenation)},
    {MRT_I16, {MRT_I16}, 1, 3, 4, MRT_WITH(mrt_pack_prepare, mrt_concatenation)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_AS_FIRST}, 2, 1, 4, MRT_WITH(mrt_pack_prepare, mrt_concatenation)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_pack = {
    83, 59, 1, 64, 1, 1, MRT_ATTRIBUTES(mrt_pack_fields), mrt_pack_shape, mrt_pack_rows};

/* ---- one becomes several ---- */

/* Operand i is cut along the axis into the outputs. */
static MRT_COLD void mrt_store_split(mrt_call *c, int32_t i, int32_t axis)
{
    c->constants = (uint64_t)1 << i;
    c->in_place = 1u << i;
    c->work = c->in[i].count;
    mrt_store_parts(c, mrt_count_before(&c->in[i], axis), c->out, c->out_count);
}

/* An operator that counts its outputs in an option, too. */
static MRT_COLD mrt_reason mrt_check_out_count(mrt_call *c)
{
    MRT_REQUIRE(c, mrt_axis_attributes_of(c)->count == c->out_count, OPTIONS, "%d outputs, its option says %d",
                (int)c->out_count, (int)mrt_axis_attributes_of(c)->count);
    return MRT_REASON_NONE;
}

/* ---- UNPACK: in -> in's elements along an axis, which the outputs do not have any more ---- */

static const mrt_attribute mrt_unpack_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0),
                                                  MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 1, 0)};

static MRT_COLD mrt_reason mrt_unpack_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], axis, rank = 0, i;

    MRT_TRY(mrt_check_out_count(c));
    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, in->rank, in->is_batched, &axis));
    MRT_REQUIRE(c, in->dim[axis] == c->out_count, SHAPE, "axis %d of %s does not become %d outputs", (int)axis,
                MRT_SHAPE(in), (int)c->out_count);
    for (i = 0; i < in->rank; i++)
        if (i != axis)
            dim[rank++] = in->dim[i];
    for (i = 0; i < c->out_count; i++)
        MRT_TRY(mrt_set_shape(c, i, in->type, rank, dim));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_unpack_prepare(mrt_call *c)
{
    int32_t axis;

    MRT_TRY(mrt_find_axis(c, mrt_axis_attributes_of(c)->axis, c->in[0].rank, 0, &axis));
    mrt_store_split(c, 0, axis);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_unpack_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 5, MRT_WITH(mrt_unpack_prepare, mrt_split)},
                                          {MRT_I16, {MRT_I16}, 1, 4, 5, MRT_WITH(mrt_unpack_prepare, mrt_split)},
                                          {MRT_BOOL, {MRT_BOOL}, 1, 3, 5, MRT_WITH(mrt_unpack_prepare, mrt_split)},
                                          {MRT_AS_FIRST, {MRT_ANY}, 1, 1, 5, MRT_WITH(mrt_unpack_prepare, mrt_split)},
                                          MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_unpack = {
    88, 64, 1, 1, 1, 16, MRT_ATTRIBUTES(mrt_unpack_fields), mrt_unpack_shape, mrt_unpack_rows};

/* ---- SPLIT: axis, in -> as many equal parts as there are outputs ---- */

/* Output i is in, but for its size along the axis. */
static MRT_COLD mrt_reason mrt_split_set(mrt_call *c, int32_t i, const mrt_tensor *in, int32_t axis, int32_t size)
{
    mrt_tensor made = *in;

    made.dim[axis] = size;
    return mrt_set_shape(c, i, made.type, made.rank, made.dim);
}

static const mrt_attribute mrt_split_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0)};

static MRT_COLD mrt_reason mrt_split_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[1];
    int32_t           axis, i;

    MRT_TRY(mrt_check_out_count(c));
    MRT_TRY(mrt_read_axis(c, 0, in, &axis));
    MRT_REQUIRE(c, in->dim[axis] % c->out_count == 0, SHAPE, "axis %d of %s does not divide into %d parts", (int)axis,
                MRT_SHAPE(in), (int)c->out_count);
    for (i = 0; i < c->out_count; i++)
        MRT_TRY(mrt_split_set(c, i, in, axis, in->dim[axis] / c->out_count));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_split_prepare(mrt_call *c)
{
    int32_t axis;

    MRT_TRY(mrt_read_axis(c, 0, &c->in[1], &axis));
    mrt_store_split(c, 1, axis);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_split_rows[] = {{MRT_F32, {MRT_I32, MRT_F32}, 2, 1, 4, MRT_WITH(mrt_split_prepare, mrt_split)},
                                         {MRT_U8, {MRT_I32, MRT_U8}, 2, 1, 4, MRT_WITH(mrt_split_prepare, mrt_split)},
                                         {MRT_I8, {MRT_I32, MRT_I8}, 2, 2, 4, MRT_WITH(mrt_split_prepare, mrt_split)},
                                         {MRT_I16, {MRT_I32, MRT_I16}, 2, 4, 4, MRT_WITH(mrt_split_prepare, mrt_split)},
                                         {MRT_I32, {MRT_I32, MRT_I32}, 2, 3, 4, MRT_WITH(mrt_split_prepare, mrt_split)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_split = {
    49, 35, 2, 2, 1, 16, MRT_ATTRIBUTES(mrt_split_fields), mrt_split_shape, mrt_split_rows};

/* ---- SPLIT_V: in, sizes, axis -> parts of these sizes; one of them may be -1, what is left ---- */

static const mrt_attribute mrt_split_v_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0)};

/* Part i as it is said; where sizes are computed the output's stored shape says it. */
static MRT_COLD mrt_reason mrt_split_v_size(mrt_call *c, int32_t i, int32_t axis, int32_t *size)
{
    MRT_REQUIRE(c, mrt_is_const(c, 1) || c->out[i].rank == c->in[0].rank, CONSTANT,
                "sizes are computed, and output %s does not say them", MRT_SHAPE(&c->out[i]));
    *size = mrt_is_const(c, 1) ? mrt_index_at(&c->in[1], (uint32_t)i) : c->out[i].dim[axis];
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_split_v_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           axis, open = -1, size, i;
    int64_t           rest;

    MRT_TRY(mrt_check_out_count(c));
    MRT_TRY(mrt_check_numbers(c, 1, c->out_count));
    MRT_TRY(mrt_read_axis(c, 2, in, &axis));
    rest = in->dim[axis];
    for (i = 0; i < c->out_count; i++) {
        MRT_TRY(mrt_split_v_size(c, i, axis, &size));
        MRT_REQUIRE(c, size >= -1 && (size >= 0 || open < 0), OPTIONS, "size %d is %d", (int)i, (int)size);
        if (size < 0)
            open = i;
        else
            rest -= size;
    }
    MRT_REQUIRE(c, open < 0 ? rest == 0 : rest >= 0, SHAPE, "the sizes do not make up axis %d of %s", (int)axis,
                MRT_SHAPE(in));
    for (i = 0; i < c->out_count; i++) {
        MRT_TRY(mrt_split_v_size(c, i, axis, &size));
        MRT_TRY(mrt_split_set(c, i, in, axis, i == open ? (int32_t)rest : size));
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_split_v_prepare(mrt_call *c)
{
    int32_t axis;

    MRT_TRY(mrt_read_axis(c, 2, &c->in[0], &axis));
    mrt_store_split(c, 0, axis);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_split_v_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 2, MRT_WITH(mrt_split_v_prepare, mrt_split)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 2, MRT_WITH(mrt_split_v_prepare, mrt_split)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_split_v = {
    102, 79, 3, 3, 1, 16, MRT_ATTRIBUTES(mrt_split_v_fields), mrt_split_v_shape, mrt_split_v_rows};

#endif
