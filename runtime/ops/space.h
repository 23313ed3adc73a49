/* Operators that take images [N, H, W, C] apart into blocks, or put them together:
 *
 *   SPACE_TO_BATCH_ND  x, block, paddings -> x padded; pixels of equal place in their blocks become a sample of their own
 *   BATCH_TO_SPACE_ND  x, block, crops -> the other way round
 *   SPACE_TO_DEPTH     a block's pixels become one pixel's channels
 *   DEPTH_TO_SPACE     the other way round
 *
 * The first two also take [N, H, C], with blocks along H only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SPACE_H
#define MRT_OPS_SPACE_H

#include "../attributes.h"
#include "../kernels/space.h"
#include "move.h"

MRT_FIELDS(mrt_space_params, samples, space_h, space_w, blocks_h, blocks_w, block_h, block_w, top, left, run, fill);
MRT_KERNEL(mrt_space_to_batch, mrt_space_params, "kernels/space.h");
MRT_KERNEL(mrt_batch_to_space, mrt_space_params, "kernels/space.h");

/* ---- SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND ---- */

/* Operands 1 and 2 by axis: H, W. */
typedef struct mrt_blocks {
    int32_t axes, size[2], before[2], after[2];
    int32_t count; /* pixels of a block */
} mrt_blocks;

static MRT_COLD mrt_reason mrt_read_blocks(mrt_call *c, mrt_blocks *blocks)
{
    const mrt_tensor *margins = &c->in[2];
    const int32_t     axes = c->in[0].rank - 2;
    int64_t           count = 1;
    int32_t           i;

    MRT_REQUIRE(c, axes == 1 || axes == 2, RANK, "input %s, 3 or 4 dimensions expected", MRT_SHAPE(&c->in[0]));
    MRT_TRY(mrt_check_list(c, 1, axes));
    MRT_REQUIRE(c, mrt_is_const(c, 2) && (margins->type == MRT_I32 || margins->type == MRT_I64), CONSTANT,
                "paddings and crops must be constants, int32 or int64");
    MRT_REQUIRE(c, margins->rank == 2 && margins->dim[0] == axes && margins->dim[1] == 2, SHAPE,
                "paddings or crops have shape %s, [%d,2] expected", MRT_SHAPE(margins), (int)axes);
    blocks->axes = axes;
    for (i = 0; i < 2; i++) {
        blocks->size[i] = i < axes ? mrt_index_at(&c->in[1], (uint32_t)i) : 1;
        blocks->before[i] = i < axes ? mrt_index_at(margins, 2 * (uint32_t)i) : 0;
        blocks->after[i] = i < axes ? mrt_index_at(margins, 2 * (uint32_t)i + 1) : 0;
        count *= blocks->size[i];
        MRT_REQUIRE(c, blocks->size[i] >= 1 && count <= INT32_MAX, OPTIONS,
                    "blocks of size %d; at least 1, and no more than an int32 counts expected", (int)blocks->size[i]);
        MRT_REQUIRE(c, blocks->before[i] >= 0 && blocks->after[i] >= 0, OPTIONS,
                    "paddings or crops of %d and %d, at least 0 expected", (int)blocks->before[i], (int)blocks->after[i]);
    }
    blocks->count = (int32_t)count;
    MRT_REQUIRE(c, !c->in[0].is_batched || count == 1, AXES,
                "axis 0 counts samples and cannot hold blocks; give the model a batch of fixed size");
    return MRT_REASON_NONE;
}

/* H, or W, which is 1 where there is none. */
static MRT_UNUSED int32_t mrt_image_size(const mrt_tensor *image, int32_t i)
{
    return i < image->rank - 2 ? image->dim[1 + i] : 1;
}

static MRT_COLD mrt_reason mrt_space_to_batch_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_blocks        blocks;
    int32_t           dim[4], i;

    MRT_TRY(mrt_read_blocks(c, &blocks));
    MRT_REQUIRE(c, (int64_t)in->dim[0] * blocks.count <= INT32_MAX, SIZE, "%s has too many blocks", MRT_SHAPE(in));
    dim[0] = in->dim[0] * blocks.count;
    for (i = 0; i < blocks.axes; i++) {
        const int64_t padded = (int64_t)in->dim[1 + i] + blocks.before[i] + blocks.after[i];
        MRT_REQUIRE(c, padded <= INT32_MAX && padded % blocks.size[i] == 0, SHAPE,
                    "axis %d of %s, padded by %d and %d, does not divide into blocks of %d", 1 + (int)i, MRT_SHAPE(in),
                    (int)blocks.before[i], (int)blocks.after[i], (int)blocks.size[i]);
        dim[1 + i] = (int32_t)(padded / blocks.size[i]);
    }
    dim[in->rank - 1] = in->dim[in->rank - 1];
    return mrt_set_shape(c, 0, in->type, in->rank, dim);
}

static MRT_COLD mrt_reason mrt_batch_to_space_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_blocks        blocks;
    int32_t           dim[4], i;

    MRT_TRY(mrt_read_blocks(c, &blocks));
    MRT_REQUIRE(c, in->dim[0] % blocks.count == 0, SHAPE, "the first axis of %s does not divide into blocks of %d",
                MRT_SHAPE(in), (int)blocks.count);
    dim[0] = in->dim[0] / blocks.count;
    for (i = 0; i < blocks.axes; i++) {
        const int64_t whole = (int64_t)in->dim[1 + i] * blocks.size[i];
        const int64_t left = whole - blocks.before[i] - blocks.after[i];
        MRT_REQUIRE(c, whole <= INT32_MAX && left >= 0, SHAPE, "crops of %d and %d along axis %d of %s in blocks of %d",
                    (int)blocks.before[i], (int)blocks.after[i], 1 + (int)i, MRT_SHAPE(in), (int)blocks.size[i]);
        dim[1 + i] = (int32_t)left;
    }
    dim[in->rank - 1] = in->dim[in->rank - 1];
    return mrt_set_shape(c, 0, in->type, in->rank, dim);
}

static MRT_COLD mrt_reason mrt_space_store(mrt_call *c, const mrt_tensor *space, const mrt_tensor *batched)
{
    mrt_blocks       blocks;
    mrt_space_params p;

    MRT_TRY(mrt_read_blocks(c, &blocks));
    p.samples = c->out[0].count > 0 ? space->dim[0] : 0;
    p.space_h = mrt_image_size(space, 0);
    p.space_w = mrt_image_size(space, 1);
    p.blocks_h = mrt_image_size(batched, 0);
    p.blocks_w = mrt_image_size(batched, 1);
    p.block_h = blocks.size[0];
    p.block_w = blocks.size[1];
    p.top = blocks.before[0];
    p.left = blocks.before[1];
    p.run = (int32_t)(c->out[0].count > 0 ? (uint32_t)space->dim[space->rank - 1] * (mrt_type_bits(space->type) / 8) : 0);
    p.fill = space->type == MRT_U8 ? mrt_zero(space) : 0;
    c->constants = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_space_to_batch_prepare(mrt_call *c)
{
    return mrt_space_store(c, &c->in[0], &c->out[0]);
}

static MRT_COLD mrt_reason mrt_batch_to_space_prepare(mrt_call *c)
{
    return mrt_space_store(c, &c->out[0], &c->in[0]);
}

static const mrt_row mrt_space_to_batch_nd_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 4, MRT_WITH(mrt_space_to_batch_prepare, mrt_space_to_batch)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_space_to_batch_prepare, mrt_space_to_batch)},
    {MRT_I32, {MRT_I32}, 1, 1, 4, MRT_WITH(mrt_space_to_batch_prepare, mrt_space_to_batch)},
    {MRT_I64, {MRT_I64, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_space_to_batch_prepare, mrt_space_to_batch)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_space_to_batch_prepare, mrt_space_to_batch)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_space_to_batch_nd = {
    38, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_space_to_batch_shape, mrt_space_to_batch_nd_rows};

static const mrt_row mrt_batch_to_space_nd_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 4, MRT_WITH(mrt_batch_to_space_prepare, mrt_batch_to_space)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 4, 4, MRT_WITH(mrt_batch_to_space_prepare, mrt_batch_to_space)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_batch_to_space_prepare, mrt_batch_to_space)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_batch_to_space_nd = {
    37, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_batch_to_space_shape, mrt_batch_to_space_nd_rows};

/* ---- SPACE_TO_DEPTH, DEPTH_TO_SPACE ---- */

static const mrt_attribute mrt_block_fields[] = {MRT_ATTRIBUTE(I32, mrt_block_attributes, block_size, 0, 0)};

static MRT_UNUSED int32_t mrt_block_size(const mrt_call *c)
{
    return ((const mrt_block_attributes *)c->attributes)->block_size;
}

/* What all need: an image with pixels. */
static MRT_COLD mrt_reason mrt_check_block(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[0].rank == 4 && c->in[0].count > 0, SHAPE, "input %s, [N,H,W,C] expected", MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, mrt_block_size(c) >= 1, OPTIONS, "block_size is %d, at least 1 expected", (int)mrt_block_size(c));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_space_to_depth_shape(mrt_call *c)
{
    const int32_t *in = c->in[0].dim, block = mrt_block_size(c);
    int32_t        dim[4];

    MRT_TRY(mrt_check_block(c));
    MRT_REQUIRE(c, in[1] % block == 0 && in[2] % block == 0, SHAPE, "%s does not divide into blocks of %d x %d",
                MRT_SHAPE(&c->in[0]), (int)block, (int)block);
    dim[0] = in[0];
    dim[1] = in[1] / block;
    dim[2] = in[2] / block;
    dim[3] = in[3] * block * block; /* block divides H and W, and H W C is at most INT32_MAX */
    return mrt_set_shape(c, 0, c->in[0].type, 4, dim);
}

static MRT_COLD mrt_reason mrt_space_to_depth_prepare(mrt_call *c)
{
    const int32_t *in = c->in[0].dim, *out = c->out[0].dim, block = mrt_block_size(c);
    mrt_moves      moves = {0, 0, {{0, 0}}};

    mrt_moves_add(&moves, in[0], in[1] * in[2] * in[3]);
    mrt_moves_add(&moves, out[1], block * in[2] * in[3]);
    mrt_moves_add(&moves, out[2], block * in[3]);
    mrt_moves_add(&moves, block, in[2] * in[3]);
    mrt_moves_add(&moves, block, in[3]);
    mrt_moves_add(&moves, in[3], 1);
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_space_to_depth_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_space_to_depth_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY}, 1, 1, 2, MRT_WITH(mrt_space_to_depth_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_space_to_depth = {
    26, 19, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_block_fields), mrt_space_to_depth_shape, mrt_space_to_depth_rows};

static MRT_COLD mrt_reason mrt_depth_to_space_shape(mrt_call *c)
{
    const int32_t *in = c->in[0].dim, block = mrt_block_size(c);
    int32_t        dim[4];

    MRT_TRY(mrt_check_block(c));
    MRT_REQUIRE(c, in[3] % ((int64_t)block * block) == 0, SHAPE, "the channels of %s do not divide into blocks of %d x %d",
                MRT_SHAPE(&c->in[0]), (int)block, (int)block);
    dim[0] = in[0];
    dim[1] = in[1] * block; /* block divides C, and H W C is at most INT32_MAX */
    dim[2] = in[2] * block;
    dim[3] = in[3] / (block * block);
    return mrt_set_shape(c, 0, c->in[0].type, 4, dim);
}

static MRT_COLD mrt_reason mrt_depth_to_space_prepare(mrt_call *c)
{
    const int32_t *in = c->in[0].dim, *out = c->out[0].dim, block = mrt_block_size(c);
    mrt_moves      moves = {0, 0, {{0, 0}}};

    mrt_moves_add(&moves, in[0], in[1] * in[2] * in[3]);
    mrt_moves_add(&moves, in[1], in[2] * in[3]);
    mrt_moves_add(&moves, block, block * out[3]);
    mrt_moves_add(&moves, in[2], in[3]);
    mrt_moves_add(&moves, block, out[3]);
    mrt_moves_add(&moves, out[3], 1);
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_depth_to_space_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_depth_to_space_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY}, 1, 1, 2, MRT_WITH(mrt_depth_to_space_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_depth_to_space = {
    5, 94, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_block_fields), mrt_depth_to_space_shape, mrt_depth_to_space_rows};

#endif
