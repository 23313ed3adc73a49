/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

#include <stdio.h>
#include <string.h>

#include "layers/builder.h"

static mote_layer_id add(const mote_layer_call *call, const mote_node *node, const char *suffix)
{
    return suffix ? mote_layer_inner_node(call, node, suffix) : mote_layer_node(call, node);
}

/* "pads", or "SUFFIX/pads": constants of one layer have names of their own. */
typedef struct const_name {
    char text[64];
} const_name;

static const_name name_const(const char *suffix, const char *name)
{
    const_name full;

    snprintf(full.text, sizeof full.text, "%s%s%s", suffix ? suffix : "", suffix ? "/" : "", name);
    return full;
}

mote_layer_id mote_layer_reshaped(const mote_layer_call *call, mote_layer_id x, int rank, const int32_t *dims,
                                  const char *suffix)
{
    int32_t   shape[MOTE_RANK_MAX] = {-1};
    mote_id   operands[2] = {x, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_RESHAPE, .in = operands, .in_count = 2};

    memcpy(shape + 1, dims, (size_t)rank * sizeof *dims);
    operands[1] = mote_layer_integers(call, name_const(suffix, "shape").text, shape, rank + 1);
    return add(call, &node, suffix);
}

mote_layer_id mote_layer_image_of_sequence(const mote_layer_call *call, mote_layer_id x)
{
    const int32_t *dim = mote_layer_tensor(call, x)->dim;

    return mote_layer_reshaped(call, x, 3, (const int32_t[]){1, dim[1], dim[2]}, "image");
}

mote_layer_id mote_layer_sequence_of_image(const mote_layer_call *call, mote_layer_id x)
{
    return mote_layer_reshaped(call, x, 2, &mote_layer_tensor(call, x)->dim[2], NULL);
}

mote_layer_id mote_layer_padded(const mote_layer_call *call, mote_layer_id x, const int32_t (*pads)[2], const char *suffix)
{
    const int32_t dim[2] = {mote_layer_tensor(call, x)->rank, 2};
    mote_id       operands[2] = {x, mote_layer_integers_of(call, name_const(suffix, "pads").text, 2, dim, pads[0])};

    return add(call, &(mote_node){.op = MOTE_OP_PAD, .in = operands, .in_count = 2}, suffix);
}

mote_layer_id mote_layer_part(const mote_layer_call *call, mote_op_kind op, mote_layer_id a, mote_layer_id b,
                              const char *suffix)
{
    mote_id operands[2] = {a, b};

    return add(call, &(mote_node){.op = op, .in = operands, .in_count = 2}, suffix);
}

mote_id mote_layer_reals(const mote_layer_call *call, const char *name, int32_t rank, const int32_t *dim,
                         const float *values)
{
    mote_builder *builder = call->builder;
    const char   *full_name = mote_arena_printf(&builder->model->arena, &builder->err, "%s/%s", call->name, name);
    mote_id       id;

    if (builder->err.code != MOTE_OK)
        return MOTE_NONE;
    id = mote_graph_add_const(builder->model, mote_builder_graph(builder), full_name, MOTE_F32, rank, dim, values,
                              &builder->err);
    if (id != MOTE_NONE)
        mote_builder_graph(builder)->tensors[id].origin = (uint32_t)id;
    return id;
}

mote_id mote_layer_number(const mote_layer_call *call, const char *name, double value)
{
    const float real = (float)value;

    return mote_layer_reals(call, name, 0, NULL, &real);
}

mote_layer_id mote_layer_turned(const mote_layer_call *call, mote_layer_id x, const int32_t *order, const char *suffix)
{
    const int32_t rank = mote_layer_tensor(call, x)->rank;

    return mote_layer_part(call, MOTE_OP_TRANSPOSE, x,
                           mote_layer_integers(call, name_const(suffix, "order").text, order, rank), suffix);
}

mote_layer_id mote_layer_summed(const mote_layer_call *call, mote_layer_id x, int32_t axis, const char *suffix)
{
    mote_id operands[2] = {x, mote_layer_integers(call, name_const(suffix, "axis").text, &axis, 1)};

    return add(call, &(mote_node){.op = MOTE_OP_SUM, .in = operands, .in_count = 2, .as.sum.keep_dims = 1}, suffix);
}

/* Over the last axis there is an operator, which divides by 1e-6 at least. */
mote_layer_id mote_layer_normalized(const mote_layer_call *call, mote_layer_id x, int32_t axis, double epsilon,
                                    const char *suffix)
{
    mote_layer_id factor;

    if (axis == mote_layer_tensor(call, x)->rank - 1)
        return mote_layer_part(call, MOTE_OP_L2_NORMALIZATION, x, MOTE_NONE, suffix);
    factor = mote_layer_part(call, MOTE_OP_SQUARE, x, MOTE_NONE, name_const(suffix, "square").text);
    factor = mote_layer_summed(call, factor, axis, name_const(suffix, "sum").text);
    factor = mote_layer_part(call, MOTE_OP_RSQRT, factor, MOTE_NONE, name_const(suffix, "rsqrt").text);
    factor =
        mote_layer_part(call, MOTE_OP_MINIMUM, factor, mote_layer_number(call, name_const(suffix, "most").text, 1 / epsilon),
                        name_const(suffix, "factor").text);
    return mote_layer_part(call, MOTE_OP_MUL, x, factor, suffix);
}

int32_t mote_layer_axis(const mote_layer_call *call, mote_layer_id x, int32_t axis)
{
    const int32_t rank = mote_layer_tensor(call, x)->rank, at = axis < 0 ? axis + rank : axis;

    if (at >= 1 && at < rank)
        return at;
    mote_layer_fail(call, MOTE_ERR_USAGE, "axis is %d; 1 to %d are possible, or -1 to -%d", (int)axis, (int)rank - 1,
                    (int)rank - 1);
    return 0;
}
