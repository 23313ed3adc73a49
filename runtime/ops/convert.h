/* CAST: x -> the same numbers in the output's type. ZEROS_LIKE: x -> zeros of its type and shape.
 * FILL: shape (int32 or int64 constant), value (of rank 0) -> that value everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONVERT_H
#define MRT_OPS_CONVERT_H

#include "../attributes.h"
#include "../kernels/convert.h"
#include "../op.h"

MRT_FIELDS(mrt_cast_params, count, from.bytes, from.is_signed, from.is_bool, to.bytes, to.is_signed, to.is_bool);
MRT_FIELDS(mrt_zeros_params, bytes);
MRT_FIELDS(mrt_fill_params, count, bytes);
MRT_KERNEL(mrt_cast_integers, mrt_cast_params, "kernels/convert.h");
MRT_KERNEL(mrt_cast_to_f32, mrt_cast_params, "kernels/convert.h");
MRT_KERNEL(mrt_cast_from_f32, mrt_cast_params, "kernels/convert.h");
MRT_KERNEL(mrt_zeros, mrt_zeros_params, "kernels/convert.h");
MRT_KERNEL(mrt_fill, mrt_fill_params, "kernels/convert.h");

/* ---- CAST ---- */

static const mrt_attribute mrt_cast_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_cast_attributes, in_type, 0, 0),
                                                MRT_ATTRIBUTE(BYTE, mrt_cast_attributes, out_type, 1, 0)};

static MRT_COLD int mrt_cast_is_integer(mrt_type type)
{
    return type == MRT_I8 || type == MRT_U8 || type == MRT_I16 || type == MRT_I32 || type == MRT_U32 || type == MRT_I64 ||
           type == MRT_BOOL;
}

/* The operands' types say all: files may leave the attributes out, and TensorFlow Lite does not look at them. */
static MRT_COLD mrt_reason mrt_cast_shape(mrt_call *c)
{
    const mrt_type from = c->in[0].type, to = c->out[0].type;

    MRT_REQUIRE(c,
                (mrt_cast_is_integer(from) && (mrt_cast_is_integer(to) || to == MRT_F32)) ||
                    (from == MRT_F32 && mrt_cast_is_integer(to)),
                TYPES, "from %s to %s; it converts float32, int8, uint8, int16, int32, uint32, int64 and bool",
                mrt_type_name(from), mrt_type_name(to));
    return mrt_shape_as_first_of_own_type(c);
}

static MRT_COLD void mrt_cast_describe(mrt_type type, mrt_cast_type *as)
{
    as->bytes = (int32_t)(mrt_type_bits(type) / 8);
    as->is_signed = type != MRT_U8 && type != MRT_U32 && type != MRT_BOOL;
    as->is_bool = type == MRT_BOOL;
}

static MRT_COLD mrt_reason mrt_cast_prepare(mrt_call *c)
{
    const mrt_type  from = c->in[0].type, to = c->out[0].type;
    mrt_cast_params p;

    p.count = (int32_t)c->in[0].count;
    mrt_cast_describe(from, &p.from);
    mrt_cast_describe(to, &p.to);
    /* Compilers take other types than bytes to be apart, unless they differ in their sign only. */
    c->in_place = p.to.bytes == 1 || (p.to.bytes == p.from.bytes && from != MRT_F32 && to != MRT_F32);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

/* The version that a file states grows with the types, whichever side they are on. */
static const mrt_row mrt_cast_rows[] = {{MRT_I8, {MRT_F32}, 1, 3, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_from_f32)},
                                        {MRT_U32, {MRT_F32}, 1, 2, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_from_f32)},
                                        {MRT_ANY, {MRT_F32}, 1, 1, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_from_f32)},
                                        {MRT_F32, {MRT_I8}, 1, 3, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_to_f32)},
                                        {MRT_F32, {MRT_U32}, 1, 2, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_to_f32)},
                                        {MRT_F32, {MRT_ANY}, 1, 1, 8, MRT_FLOATS(mrt_cast_prepare, mrt_cast_to_f32)},
                                        {MRT_I8, {MRT_ANY}, 1, 3, 8, MRT_WITH(mrt_cast_prepare, mrt_cast_integers)},
                                        {MRT_ANY, {MRT_I8}, 1, 3, 8, MRT_WITH(mrt_cast_prepare, mrt_cast_integers)},
                                        {MRT_U32, {MRT_ANY}, 1, 2, 8, MRT_WITH(mrt_cast_prepare, mrt_cast_integers)},
                                        {MRT_ANY, {MRT_U32}, 1, 2, 8, MRT_WITH(mrt_cast_prepare, mrt_cast_integers)},
                                        {MRT_ANY, {MRT_ANY}, 1, 1, 8, MRT_WITH(mrt_cast_prepare, mrt_cast_integers)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cast = {
    53, 37, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_cast_fields), mrt_cast_shape, mrt_cast_rows};

/* ---- ZEROS_LIKE ---- */

/* Zero bytes, whatever the zero point is: so does TensorFlow Lite Micro. */
static MRT_COLD mrt_reason mrt_zeros_like_prepare(mrt_call *c)
{
    mrt_zeros_params p;

    p.bytes = (int32_t)c->out[0].bytes;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_zeros_like_rows[] = {
    {MRT_AS_FIRST, {MRT_ANY}, 1, 1, 1, MRT_WITH(mrt_zeros_like_prepare, mrt_zeros)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_zeros_like = {
    93, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_zeros_like_rows};

/* ---- FILL ---- */

static MRT_COLD mrt_reason mrt_fill_shape(mrt_call *c)
{
    const mrt_tensor *shape = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_REQUIRE(c, mrt_is_const(c, 0) && (shape->type == MRT_I32 || shape->type == MRT_I64), CONSTANT,
                "the shape to fill must be an int32 or int64 constant");
    MRT_REQUIRE(c, shape->rank == 1 && shape->dim[0] <= MRT_RANK_MAX, SHAPE,
                "the shape to fill is given as %s, [0..%d] expected", MRT_SHAPE(shape), (int)MRT_RANK_MAX);
    MRT_REQUIRE(c, c->in[1].rank == 0, SHAPE, "the value to fill with is %s, one value of rank 0 expected",
                MRT_SHAPE(&c->in[1]));
    for (i = 0; i < shape->dim[0]; i++) {
        dim[i] = mrt_index_at(shape, (uint32_t)i);
        MRT_REQUIRE(c, dim[i] >= 0, SHAPE, "dimension %d of the shape to fill is %d", (int)i, (int)dim[i]);
    }
    return mrt_set_shape(c, 0, c->in[1].type, shape->dim[0], dim);
}

static MRT_COLD mrt_reason mrt_fill_prepare(mrt_call *c)
{
    mrt_fill_params p;

    p.count = (int32_t)c->out[0].count;
    p.bytes = (int32_t)(mrt_type_bits(c->out[0].type) / 8);
    c->constants = 2;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_fill_rows[] = {{MRT_F32, {MRT_INDEX, MRT_F32}, 2, 1, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_I8, {MRT_INDEX, MRT_I8}, 2, 3, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_I16, {MRT_INDEX, MRT_I16}, 2, 3, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_I32, {MRT_INDEX, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_I64, {MRT_INDEX, MRT_I64}, 2, 1, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_BOOL, {MRT_INDEX, MRT_BOOL}, 2, 2, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        {MRT_U8, {MRT_INDEX, MRT_U8}, 2, 1, 4, MRT_WITH(mrt_fill_prepare, mrt_fill)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_fill = {94,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_fill_shape,
                                                          mrt_fill_rows};

#endif
