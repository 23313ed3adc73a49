/* BATCH_MATMUL: a [..., rows, depth], b [..., depth, columns] -> out [..., rows, columns]; adj_x says that a's matrices are
 * stored transposed, adj_y that b's are. Batch axes of size 1 repeat, as NumPy does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BATCH_MATMUL_H
#define MRT_OPS_BATCH_MATMUL_H

#include "../attributes.h"
#include "../kernels/batch_matmul.h"
#include "../kernels/batch_matmul_hybrid.h"
#include "broadcast.h"

#define MRT_MATMUL_FIELDS                                                                                                   \
    shape.count, shape.rank, shape.rows, shape.columns, shape.depth, shape.a_row, shape.a_depth, shape.b_depth,             \
        shape.b_column

MRT_FIELDS(mrt_batch_matmul_i8_params, MRT_MATMUL_FIELDS, a_zero, b_zero, out_zero, mult, shift, walk);
MRT_FIELDS(mrt_batch_matmul_i16_params, MRT_MATMUL_FIELDS, mult, shift, walk);
MRT_FIELDS(mrt_batch_matmul_f32_params, MRT_MATMUL_FIELDS, walk);
MRT_FIELDS(mrt_batch_matmul_hybrid_params, MRT_MATMUL_FIELDS, is_asymmetric, b_scale, walk);
MRT_KERNEL(mrt_batch_matmul_i8, mrt_batch_matmul_i8_params, "kernels/batch_matmul.h");
MRT_KERNEL(mrt_batch_matmul_i16, mrt_batch_matmul_i16_params, "kernels/batch_matmul.h");
MRT_KERNEL(mrt_batch_matmul_f32, mrt_batch_matmul_f32_params, "kernels/batch_matmul.h");
MRT_KERNEL(mrt_batch_matmul_hybrid, mrt_batch_matmul_hybrid_params, "kernels/batch_matmul_hybrid.h");

static const mrt_attribute mrt_batch_matmul_fields[] = {
    MRT_ATTRIBUTE(BOOL, mrt_batch_matmul_attributes, adj_x, 0, 0),
    MRT_ATTRIBUTE(BOOL, mrt_batch_matmul_attributes, adj_y, 1, 0),
    MRT_ATTRIBUTE(BOOL, mrt_batch_matmul_attributes, asymmetric_quantize_inputs, 2, 0)};

/* An operand's batch axes alone: as many elements as it has matrices. */
static MRT_COLD mrt_tensor mrt_matmul_batch(const mrt_tensor *tensor)
{
    mrt_tensor batch = *tensor;

    batch.rank -= 2;
    return batch;
}

/* One matrix of each; count, rank and walk are left out. Ranks are at least 2. */
static MRT_COLD mrt_matmul_shape mrt_matmul_shape_of(const mrt_call *c, int32_t *b_depth)
{
    const mrt_batch_matmul_attributes *as = (const mrt_batch_matmul_attributes *)c->attributes;
    const int32_t    a_rows = mrt_size_from_last(&c->in[0], 1), a_columns = mrt_size_from_last(&c->in[0], 0);
    const int32_t    b_rows = mrt_size_from_last(&c->in[1], 1), b_columns = mrt_size_from_last(&c->in[1], 0);
    mrt_matmul_shape shape;

    shape.count = shape.rank = 0;
    shape.rows = as->adj_x ? a_columns : a_rows;
    shape.depth = as->adj_x ? a_rows : a_columns;
    shape.columns = as->adj_y ? b_rows : b_columns;
    shape.a_row = as->adj_x ? 1 : a_columns;
    shape.a_depth = as->adj_x ? a_columns : 1;
    shape.b_column = as->adj_y ? b_columns : 1;
    shape.b_depth = as->adj_y ? 1 : b_columns;
    *b_depth = as->adj_y ? b_columns : b_rows;
    return shape;
}

/* Samples are batch axes, or the rows of a, where that is one matrix. */
static MRT_COLD mrt_reason mrt_matmul_check_samples(mrt_call *c, int32_t rank, const int32_t *dim)
{
    const mrt_batch_matmul_attributes *as = (const mrt_batch_matmul_attributes *)c->attributes;
    const mrt_tensor                  *a = &c->in[0], *b = &c->in[1];

    MRT_REQUIRE(c, !b->is_batched || b->rank > 2, AXES, "axis 0 of %s counts samples and cannot be multiplied along",
                MRT_SHAPE(b));
    MRT_REQUIRE(c, !a->is_batched || a->rank > 2 || !as->adj_x, AXES,
                "axis 0 of %s counts samples and cannot be summed over", MRT_SHAPE(a));
    MRT_REQUIRE(c, mrt_keeps_samples(a, rank, dim) && mrt_keeps_samples(b, rank, dim), AXES,
                "%s with %s would mix samples: an operand repeats along the batch", MRT_SHAPE(b), MRT_SHAPE(a));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_batch_matmul_shape(mrt_call *c)
{
    const mrt_tensor *a = &c->in[0], *b = &c->in[1];
    const int32_t     rank = mrt_max_i32(a->rank, b->rank);
    mrt_matmul_shape  shape;
    int32_t           dim[MRT_RANK_MAX], b_depth, i;

    MRT_REQUIRE(c, a->rank >= 2 && b->rank >= 2 && a->count > 0 && b->count > 0, SHAPE,
                "operands have shapes %s and %s, matrices expected", MRT_SHAPE(a), MRT_SHAPE(b));
    shape = mrt_matmul_shape_of(c, &b_depth);
    MRT_REQUIRE(c, shape.depth == b_depth, SHAPE, "%s does not go with %s: %d and %d values would be multiplied",
                MRT_SHAPE(b), MRT_SHAPE(a), (int)shape.depth, (int)b_depth);
    for (i = 2; i < rank; i++) {
        const int32_t a_size = mrt_size_from_last(a, i), b_size = mrt_size_from_last(b, i);
        MRT_REQUIRE(c, a_size == b_size || a_size == 1 || b_size == 1, SHAPE, "%s does not go with %s", MRT_SHAPE(b),
                    MRT_SHAPE(a));
        dim[rank - 1 - i] = a_size == 1 ? b_size : a_size;
    }
    dim[rank - 2] = shape.rows;
    dim[rank - 1] = shape.columns;
    MRT_TRY(mrt_matmul_check_samples(c, rank, dim));
    MRT_TRY(mrt_set_shape(c, 0, a->type, rank, dim));
    c->work = (uint64_t)c->out[0].count * (uint32_t)shape.depth;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_matmul_shape mrt_begin_matmul(mrt_call *c, const MRT_FLASH int32_t **walk)
{
    const mrt_tensor a = mrt_matmul_batch(&c->in[0]), b = mrt_matmul_batch(&c->in[1]);
    int32_t          b_depth;
    mrt_matmul_shape shape = mrt_matmul_shape_of(c, &b_depth);

    shape.count = (int32_t)c->out[0].count / (shape.rows * shape.columns);
    *walk = mrt_take_walk(c, &a, &b, &shape.rank);
    c->constants = 3;
    return shape;
}

static MRT_COLD void mrt_matmul_multiplier(const mrt_call *c, int32_t *mult, int32_t *shift)
{
    const double product = (double)mrt_scale(&c->in[0]) * (double)mrt_scale(&c->in[1]);

    mrt_quantize_multiplier(product / (double)mrt_scale(&c->out[0]), mult, shift);
}

static MRT_COLD mrt_reason mrt_batch_matmul_prepare_i8(mrt_call *c)
{
    mrt_batch_matmul_i8_params p;

    MRT_TRY(mrt_check_scales(c));
    p.shape = mrt_begin_matmul(c, &p.walk);
    p.a_zero = mrt_zero(&c->in[0]);
    p.b_zero = mrt_zero(&c->in[1]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_matmul_multiplier(c, &p.mult, &p.shift);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_batch_matmul_prepare_i16(mrt_call *c)
{
    mrt_batch_matmul_i16_params p;
    int32_t                     mult;

    MRT_TRY(mrt_check_scales(c));
    MRT_REQUIRE(c, mrt_zero(&c->in[0]) == 0 && mrt_zero(&c->in[1]) == 0 && mrt_zero(&c->out[0]) == 0, SCALES,
                "int16 operands and output must have zero point 0");
    p.shape = mrt_begin_matmul(c, &p.walk);
    mrt_matmul_multiplier(c, &mult, &p.shift);
    MRT_REQUIRE(c, p.shift <= MRT_RESCALE_I64_SHIFT_MAX, SCALES, "output scale %g is too fine for input scales %g and %g",
                (double)mrt_scale(&c->out[0]), (double)mrt_scale(&c->in[0]), (double)mrt_scale(&c->in[1]));
    p.mult = mrt_upper_multiplier(mult);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_batch_matmul_prepare_f32(mrt_call *c)
{
    mrt_batch_matmul_f32_params p;

    p.shape = mrt_begin_matmul(c, &p.walk);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_batch_matmul_prepare_hybrid(mrt_call *c)
{
    mrt_batch_matmul_hybrid_params p;

    MRT_TRY(mrt_check_scale(c, &c->in[1]));
    MRT_REQUIRE(c, mrt_zero(&c->in[1]) == 0, SCALES, "zero point %d: int8 beside real numbers has 0",
                (int)mrt_zero(&c->in[1]));
    p.shape = mrt_begin_matmul(c, &p.walk);
    p.is_asymmetric = ((const mrt_batch_matmul_attributes *)c->attributes)->asymmetric_quantize_inputs;
    p.b_scale = mrt_scale(&c->in[1]);
    c->scratch_bytes = (uint32_t)p.shape.depth;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_batch_matmul_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 4, MRT_WITH(mrt_batch_matmul_prepare_i8, mrt_batch_matmul_i8)},
    {MRT_I16, {MRT_I16}, 1, 3, 4, MRT_WITH(mrt_batch_matmul_prepare_i16, mrt_batch_matmul_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 4, MRT_FLOATS(mrt_batch_matmul_prepare_f32, mrt_batch_matmul_f32)},
    MRT_LINE_OF(mrt_batch_matmul_hybrid,
                {MRT_F32, {MRT_F32, MRT_I8}, 2, 1, 4, MRT_FLOATS(mrt_batch_matmul_prepare_hybrid, mrt_batch_matmul_hybrid)})
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_batch_matmul = {
    126, 101, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_batch_matmul_fields), mrt_batch_matmul_shape, mrt_batch_matmul_rows};

#endif
