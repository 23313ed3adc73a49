/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR: in [N, H, W, C], size [2] (constant: height, width) -> out [N, height, width,
 * C]. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_RESIZE_H
#define MRT_OPS_RESIZE_H

#include "../attributes.h"
#include "../kernels/resize.h"
#include "../op.h"

MRT_FIELDS(mrt_resize_nearest_params, shape.batch, shape.in_h, shape.in_w, shape.in_c, shape.out_h, shape.out_w, pixel_bytes,
           rows, columns);
MRT_FIELDS(mrt_resize_bilinear_i8_params, shape.batch, shape.in_h, shape.in_w, shape.in_c, shape.out_h, shape.out_w, rows,
           columns);
MRT_FIELDS(mrt_resize_bilinear_f32_params, shape.batch, shape.in_h, shape.in_w, shape.in_c, shape.out_h, shape.out_w, rows,
           columns, row_parts, column_parts);
MRT_KERNEL(mrt_resize_nearest, mrt_resize_nearest_params, "kernels/resize.h");
MRT_KERNEL(mrt_resize_bilinear_i8, mrt_resize_bilinear_i8_params, "kernels/resize.h");
MRT_KERNEL(mrt_resize_bilinear_u8, mrt_resize_bilinear_f32_params, "kernels/resize.h");
MRT_KERNEL(mrt_resize_bilinear_f32, mrt_resize_bilinear_f32_params, "kernels/resize.h");

static const mrt_attribute mrt_resize_bilinear_fields[] = {
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, align_corners, 2, 0),
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, half_pixel_centers, 3, 0)};

static const mrt_attribute mrt_resize_nearest_neighbor_fields[] = {
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, align_corners, 0, 0),
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, half_pixel_centers, 1, 0)};

static MRT_COLD mrt_reason mrt_resize_check_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *size = &c->in[1];
    int32_t           dim[4], i;

    MRT_REQUIRE(c, in->rank == 4, SHAPE, "input has shape %s, [N,H,W,C] expected", MRT_SHAPE(in));
    MRT_REQUIRE(c, in->count > 0, SHAPE, "input %s is empty", MRT_SHAPE(in));
    MRT_REQUIRE(c, mrt_is_const(c, 1) && size->type == MRT_I32 && size->count == 2, CONSTANT,
                "height and width must be a constant of two int32");
    dim[0] = in->dim[0];
    dim[3] = in->dim[3];
    for (i = 0; i < 2; i++) {
        dim[1 + i] = mrt_index_at(size, (uint32_t)i);
        MRT_REQUIRE(c, dim[1 + i] >= 1, SHAPE, "the new %s is %d, at least 1 expected", i == 0 ? "height" : "width",
                    (int)dim[1 + i]);
    }
    return mrt_set_shape(c, 0, in->type, 4, dim);
}

static MRT_COLD mrt_reason mrt_resize_bilinear_shape(mrt_call *c)
{
    const mrt_resize_attributes *as = (const mrt_resize_attributes *)c->attributes;

    MRT_REQUIRE(c, !as->align_corners || !as->half_pixel_centers, OPTIONS,
                "align_corners and half_pixel_centers do not go together");
    MRT_TRY(mrt_resize_check_shape(c));
    c->work = 4 * (uint64_t)c->out[0].count;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_resize_shape mrt_resize_shape_of(const mrt_call *c)
{
    mrt_resize_shape shape;

    shape.batch = c->in[0].dim[0];
    shape.in_h = c->in[0].dim[1];
    shape.in_w = c->in[0].dim[2];
    shape.in_c = c->in[0].dim[3];
    shape.out_h = c->out[0].dim[1];
    shape.out_w = c->out[0].dim[2];
    return shape;
}

/* How many input rows (columns) one of the output is. */
static MRT_COLD float mrt_resize_scale(const mrt_resize_attributes *as, int32_t in, int32_t out)
{
    if (as->align_corners && out > 1)
        return (float)(in - 1) / (float)(out - 1);
    return (float)in / (float)out;
}

/* ---- RESIZE_NEAREST_NEIGHBOR ---- */

/* x is not negative. Rounded to nearest with corners aligned, else cut off; halves go away from zero, without the error that
 * adding a half to the number below a half would make. */
static MRT_COLD int32_t mrt_resize_whole(float x, int32_t rounds, int32_t most)
{
    int32_t whole;

    if (x >= (float)most)
        return most;
    whole = (int32_t)x;
    return rounds && x - (float)whole >= 0.5f ? whole + 1 : whole;
}

static MRT_COLD const int32_t *mrt_take_nearest(mrt_call *c, const char *role, int32_t in, int32_t out)
{
    const mrt_resize_attributes *as = (const mrt_resize_attributes *)c->attributes;
    const float                  scale = mrt_resize_scale(as, in, out), offset = as->half_pixel_centers ? 0.5f : 0.0f;
    int32_t                     *table = (int32_t *)c->side->take(c, role, MRT_I32, (size_t)out), i;

    for (i = 0; table && i < out; i++)
        table[i] = mrt_resize_whole(((float)i + offset) * scale, as->align_corners, in - 1);
    return table;
}

static MRT_COLD mrt_reason mrt_resize_nearest_prepare(mrt_call *c)
{
    mrt_resize_nearest_params p;

    p.shape = mrt_resize_shape_of(c);
    p.pixel_bytes = p.shape.in_c * (int32_t)(mrt_type_bits(c->in[0].type) / 8);
    p.rows = mrt_take_nearest(c, "rows", p.shape.in_h, p.shape.out_h);
    p.columns = mrt_take_nearest(c, "columns", p.shape.in_w, p.shape.out_w);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* ---- RESIZE_BILINEAR ---- */

/* mrt_resize_scale in 1/1024, to nearest. */
static MRT_COLD int64_t mrt_resize_scale_1024(const mrt_resize_attributes *as, int32_t in, int32_t out)
{
    if (as->align_corners && out > 1)
        return ((int64_t)1024 * (in - 1) + (out - 1) / 2) / (out - 1);
    return ((int64_t)1024 * in + out / 2) / out;
}

/* {row above, row below, part of the way} for each output row. Rounding could lead beyond the last row: it stops there. */
static MRT_COLD const int32_t *mrt_take_parts_1024(mrt_call *c, const char *role, int32_t in, int32_t out)
{
    const mrt_resize_attributes *as = (const mrt_resize_attributes *)c->attributes;
    const int64_t                scale = mrt_resize_scale_1024(as, in, out);
    int32_t                     *table = (int32_t *)c->side->take(c, role, MRT_I32, 3 * (size_t)out), i;

    for (i = 0; table && i < out; i++) {
        const int64_t at = i * scale + (as->half_pixel_centers ? scale / 2 - 512 : 0);
        const int64_t low = at < 0 ? 0 : at / 1024;
        const int     is_beyond = low >= in;
        table[3 * i] = is_beyond ? in - 1 : (int32_t)low;
        table[3 * i + 1] = at < 0 ? 0 : (at + 1023) / 1024 >= in ? in - 1 : (int32_t)((at + 1023) / 1024);
        table[3 * i + 2] = is_beyond ? 0 : (int32_t)(at - 1024 * low);
    }
    return table;
}

static MRT_COLD mrt_reason mrt_resize_bilinear_prepare_i8(mrt_call *c)
{
    mrt_resize_bilinear_i8_params p;

    p.shape = mrt_resize_shape_of(c);
    p.rows = mrt_take_parts_1024(c, "rows", p.shape.in_h, p.shape.out_h);
    p.columns = mrt_take_parts_1024(c, "columns", p.shape.in_w, p.shape.out_w);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* The same in floats: {row above, row below} in rows, part of the way in parts. Either may be NULL. */
static MRT_COLD void mrt_fill_parts(const mrt_resize_attributes *as, int32_t in, int32_t out, int32_t *rows, float *parts)
{
    const float scale = mrt_resize_scale(as, in, out);
    int32_t     i;

    for (i = 0; rows && parts && i < out; i++) {
        const float   at = as->half_pixel_centers ? ((float)i + 0.5f) * scale - 0.5f : (float)i * scale;
        const int32_t low = at < 0.0f ? 0 : mrt_resize_whole(at, 0, in - 1);
        rows[2 * i] = low;
        rows[2 * i + 1] = mrt_min_i32(at > (float)low ? low + 1 : low, in - 1);
        parts[i] = at - (float)low;
    }
}

static MRT_COLD mrt_reason mrt_resize_bilinear_prepare_f32(mrt_call *c)
{
    const mrt_resize_attributes   *as = (const mrt_resize_attributes *)c->attributes;
    mrt_resize_bilinear_f32_params p;
    int32_t                       *rows, *columns;
    float                         *row_parts, *column_parts;

    p.shape = mrt_resize_shape_of(c);
    rows = (int32_t *)c->side->take(c, "rows", MRT_I32, 2 * (size_t)p.shape.out_h);
    columns = (int32_t *)c->side->take(c, "columns", MRT_I32, 2 * (size_t)p.shape.out_w);
    row_parts = (float *)c->side->take(c, "row_parts", MRT_F32, (size_t)p.shape.out_h);
    column_parts = (float *)c->side->take(c, "column_parts", MRT_F32, (size_t)p.shape.out_w);
    mrt_fill_parts(as, p.shape.in_h, p.shape.out_h, rows, row_parts);
    mrt_fill_parts(as, p.shape.in_w, p.shape.out_w, columns, column_parts);
    p.rows = rows;
    p.columns = columns;
    p.row_parts = row_parts;
    p.column_parts = column_parts;
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_resize_bilinear_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 4, MRT_WITH(mrt_resize_bilinear_prepare_i8, mrt_resize_bilinear_i8)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 4, MRT_FLOATS(mrt_resize_bilinear_prepare_f32, mrt_resize_bilinear_f32)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_resize_bilinear_prepare_f32, mrt_resize_bilinear_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_resize_nearest_neighbor_rows[] = {
    {MRT_AS_FIRST, {MRT_ANY, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_resize_nearest_prepare, mrt_resize_nearest)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_resize_bilinear = {
    23, 15, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_resize_bilinear_fields), mrt_resize_bilinear_shape, mrt_resize_bilinear_rows};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_resize_nearest_neighbor = {
    97,
    74,
    2,
    2,
    1,
    1,
    MRT_ATTRIBUTES(mrt_resize_nearest_neighbor_fields),
    mrt_resize_check_shape,
    mrt_resize_nearest_neighbor_rows};

#endif
