/* GROUP_NORMALIZATION, which only training has, in operators that files have:
 *
 *     away = x - mean(x);   y = away * rsqrt(mean(away^2) + epsilon) * gamma + beta
 *
 * with MEAN, SUB, SQUARE, ADD, RSQRT and MUL; groups of channels are an axis of their own, between two reshapes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

/* One of them on its way; what is added stands before the node, which goes. */
typedef struct lowering {
    mote_edit  *edit;
    const char *name; /* the layer's */
    uint32_t    origin;
    bool        is_batched;
    int32_t     at; /* where the next operator goes */
    mote_error *err;
} lowering;

static mote_id add(lowering *l, const mote_node *node, const char *suffix)
{
    mote_graph *graph = l->edit->graph;
    mote_tensor out = {.dtype = MOTE_F32, .kind = MOTE_ACTIVATION, .is_batched = l->is_batched};
    mote_node   one = *node;
    mote_id     id;

    if (l->err->code != MOTE_OK || !(out.name = mote_arena_printf(&l->edit->arena, l->err, "%s/%s", l->name, suffix)))
        return MOTE_NONE;
    id = mote_graph_add_tensor(l->edit->model, graph, &out, l->err);
    one.name = l->name;
    one.origin = l->origin;
    one.out = &id;
    one.out_count = 1;
    if (id == MOTE_NONE || mote_edit_insert(l->edit, l->at, &one, l->err) != MOTE_OK ||
        mote_op_infer(l->edit->model, graph, &graph->nodes[l->at], l->err) != MOTE_OK)
        return MOTE_NONE;
    l->at++;
    return id;
}

static mote_id add_const(lowering *l, const char *suffix, mote_dtype dtype, int32_t rank, const int32_t *dim,
                         const void *values)
{
    const char *name = mote_arena_printf(&l->edit->arena, l->err, "%s/%s", l->name, suffix);

    return name && l->err->code == MOTE_OK ? mote_edit_add_const(l->edit, name, dtype, rank, dim, values, l->err)
                                           : MOTE_NONE;
}

static mote_id unary(lowering *l, mote_op_kind op, mote_id x, const char *suffix)
{
    return add(l, &(mote_node){.op = op, .in = &x, .in_count = 1}, suffix);
}

static mote_id binary(lowering *l, mote_op_kind op, mote_id a, mote_id b, const char *suffix)
{
    mote_id in[2] = {a, b};

    return add(l, &(mote_node){.op = op, .in = in, .in_count = 2}, suffix);
}

static mote_id mean(lowering *l, mote_id x, const mrt_reduce_attributes *along, mote_id axes, const char *suffix)
{
    mote_id in[2] = {x, axes};

    return add(l, &(mote_node){.op = MOTE_OP_MEAN, .in = in, .in_count = 2, .as.mean = *along}, suffix);
}

/* shape: without the batch. */
static mote_id reshape(lowering *l, mote_id x, int32_t rank, const int32_t *dim, const char *suffix)
{
    int32_t shape[MOTE_RANK_MAX] = {l->is_batched ? -1 : l->edit->graph->tensors[x].dim[0]};
    mote_id in[2] = {x, MOTE_NONE};
    char    name[32] = "shape_";

    memcpy(shape + 1, dim, (size_t)rank * sizeof *dim);
    strncat(name, suffix, sizeof name - sizeof "shape_");
    in[1] = add_const(l, name, MOTE_I32, 1, &(int32_t){rank + 1}, shape);
    return add(l, &(mote_node){.op = MOTE_OP_RESHAPE, .in = in, .in_count = 2}, suffix);
}

/* x - mean, times 1 / sqrt(variance + epsilon) of it. */
static mote_id scale_to_one(lowering *l, mote_id x, const mrt_reduce_attributes *along,
                            const mrt_group_normalization_attributes *as)
{
    const mote_id axes = add_const(l, "axes", MOTE_I32, 1, &along->axis_count, along->axis);
    mote_id       away = x, scale;

    if (as->is_centered)
        away = binary(l, MOTE_OP_SUB, x, mean(l, x, along, axes, "mean"), "centered");
    scale = mean(l, unary(l, MOTE_OP_SQUARE, away, "squares"), along, axes, "variance");
    scale = binary(l, MOTE_OP_ADD, scale, add_const(l, "epsilon", MOTE_F32, 0, NULL, &as->epsilon), "above_zero");
    return binary(l, MOTE_OP_MUL, away, unary(l, MOTE_OP_RSQRT, scale, "scale"), "normalized");
}

static mote_id normalize(lowering *l, mote_id x, const mrt_group_normalization_attributes *as)
{
    const mote_tensor     in = l->edit->graph->tensors[x];
    mrt_reduce_attributes along = {.axis_count = as->axes, .keep_dims = 1};
    int32_t               dim[MOTE_RANK_MAX], i;

    for (i = 0; i < as->axes; i++)
        along.axis[i] = in.rank - as->axes + i;
    if (as->axes > 0)
        return scale_to_one(l, x, &along, as);
    for (i = 1; i <= in.rank; i++)
        if (i != in.rank - 1)
            along.axis[along.axis_count++] = i;
    memcpy(dim, in.dim + 1, (size_t)(in.rank - 1) * sizeof *dim);
    dim[in.rank - 2] = as->groups;
    dim[in.rank - 1] = in.dim[in.rank - 1] / as->groups;
    x = scale_to_one(l, reshape(l, x, in.rank, dim, "groups"), &along, as);
    return reshape(l, x, in.rank - 1, in.dim + 1, "joined");
}

/* Behind node n, which is dead then; *n moves on to the last that was added. */
static mote_status lower(mote_edit *edit, int32_t *n, mote_error *err)
{
    const mote_node   norm = edit->graph->nodes[*n];
    const mote_tensor y = edit->graph->tensors[norm.out[0]];
    lowering          l = {.edit = edit,
                           .name = norm.name ? norm.name : "normalization",
                           .origin = norm.origin,
                           .is_batched = y.is_batched,
                           .at = *n + 1,
                           .err = err};
    mote_id           x;

    mote_edit_kill(edit, &edit->graph->nodes[*n]);
    x = normalize(&l, norm.in[0], &norm.as.group_normalization);
    if (norm.in_count > 1 && norm.in[1] != MOTE_NONE)
        x = binary(&l, MOTE_OP_MUL, x, norm.in[1], "scaled");
    if (norm.in_count > 2 && norm.in[2] != MOTE_NONE)
        x = binary(&l, MOTE_OP_ADD, x, norm.in[2], "shifted");
    if (err->code != MOTE_OK)
        return err->code;
    edit->graph->tensors[x].name = y.name;
    edit->graph->tensors[x].origin = y.origin;
    edit->graph->tensors[x].range = y.range;
    mote_edit_redirect(edit, norm.out[0], x);
    *n = l.at - 1;
    return MOTE_OK;
}

mote_status mote_pass_lower_group_normalization(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = 0; n < edit->graph->node_count; n++) {
        const mote_node *node = mote_edit_node(edit, n);
        if (node && node->op == MOTE_OP_GROUP_NORMALIZATION)
            MOTE_TRY(lower(edit, &n, err));
    }
    return MOTE_OK;
}
