/* The host's side of runtime/op.h: a node of the graph as a call, and what its description says about it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)MOTE_F32 == MRT_F32 && (int)MOTE_I4 == MRT_I4 && (int)MOTE_I8 == MRT_I8 && (int)MOTE_BOOL == MRT_BOOL,
               "one list of element types");
_Static_assert((int)MOTE_ACTIVATION == MRT_ACTIVATION && (int)MOTE_CONST == MRT_CONST && (int)MOTE_STATE == MRT_STATE,
               "one list of tensors' kinds");

const mote_kernel mote_view_kernels[] = {{.symbol = "view", .targets = MOTE_TARGET_ANY, .is_view = true}, {0}};

/* ---- refusals ---- */

static mote_status status_of(mrt_reason reason)
{
    switch (mrt_status_of(reason)) {
    case MRT_ERR_FORMAT:
        return MOTE_ERR_FORMAT;
    case MRT_ERR_LIMIT:
        return MOTE_ERR_LIMIT;
    default:
        return MOTE_ERR_UNSUPPORTED;
    }
}

static mrt_reason refuse(mrt_call *c, mrt_reason reason, const char *format, ...)
{
    const mote_host_call *call = c->owner;
    char                  text[MOTE_ERROR_TEXT];
    va_list               args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mote_op_fail(call->graph, call->node, status_of(reason), call->err, "%s", text);
    return reason;
}

const char *mrt_type_name(mrt_type type)
{
    return mote_dtype_name((mote_dtype)type);
}

mrt_shape_text mrt_shape_show(const mrt_tensor *tensor)
{
    mrt_shape_text shape = {"["};
    size_t         used = 1;
    int32_t        i;

    for (i = 0; i < tensor->rank; i++)
        used += (size_t)snprintf(shape.text + used, sizeof shape.text - used, "%s%d", i ? "," : "", tensor->dim[i]);
    snprintf(shape.text + used, sizeof shape.text - used, "]");
    return shape;
}

/* ---- memory ---- */

/* What fails is found in err; prepare bears NULL. */
static void *take(mrt_call *c, const char *role, mrt_type type, size_t count)
{
    const mote_host_call *call = c->owner;
    const size_t          bytes = mote_size_mul(count, mrt_type_bits(type) / 8);
    void *array = call->err->code == MOTE_OK ? mote_arena_alloc(call->prepared->arena, bytes, 1, call->err) : NULL;

    if (!array || mote_prepared_add(call->prepared, role, array, (mote_dtype)type, count, call->err) != MOTE_OK)
        return NULL;
    return array;
}

static const void *constant(mrt_call *c, const mrt_tensor *tensor, const char *role, size_t beyond)
{
    const mote_host_call *call = c->owner;
    uint8_t              *longer;

    if (call->err->code != MOTE_OK)
        return NULL;
    if (beyond > 0) {
        longer = take(c, role, tensor->type, tensor->count + beyond * 8 / mrt_type_bits(tensor->type));
        if (longer)
            memcpy(longer, tensor->data, tensor->bytes);
        return longer;
    }
    mote_prepared_add(call->prepared, role, tensor->data, (mote_dtype)tensor->type, tensor->count, call->err);
    return tensor->data;
}

static void store(mrt_call *c, const void *params, size_t bytes, uint32_t pointers)
{
    const mote_host_call *call = c->owner;
    void *stored = call->err->code == MOTE_OK ? mote_prepared_params(call->prepared, bytes, call->err) : NULL;

    (void)pointers;
    if (stored)
        memcpy(stored, params, bytes);
    c->params = stored;
}

static const mrt_side host_side = {take, constant, store, refuse};

/* ---- the call ---- */

static void describe_tensor(mrt_tensor *out, const mote_tensor *tensor)
{
    if (!tensor) {
        *out = (mrt_tensor){.kind = MRT_ABSENT};
        return;
    }
    *out = (mrt_tensor){.type = (mrt_type)tensor->dtype,
                        .kind = (mrt_kind)tensor->kind,
                        .is_batched = tensor->is_batched,
                        .rank = tensor->rank,
                        .data = tensor->data,
                        .zero_bytes = sizeof(int32_t)};
    memcpy(out->dim, tensor->dim, sizeof out->dim);
    mrt_measure(out);
    if (!tensor->quant)
        return;
    out->scales = (const uint8_t *)tensor->quant->scale;
    out->zeros = (const uint8_t *)tensor->quant->zero_point;
    out->scale_count = out->zero_count = (uint32_t)tensor->quant->count;
    out->axis = tensor->quant->axis;
}

void mote_host_call_begin(mote_host_call *call, const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                          mote_error *err)
{
    int32_t i;

    call->graph = graph;
    call->node = node;
    call->prepared = prepared;
    call->err = err;
    call->c = (mrt_call){.side = &host_side,
                         .owner = call,
                         .attributes = &node->as,
                         .activation = node->activation,
                         .in = call->in,
                         .out = call->out,
                         .in_count = node->in_count,
                         .out_count = node->out_count};
    for (i = 0; i < node->in_count; i++)
        describe_tensor(&call->in[i], mote_node_in(graph, node, i));
    for (i = 0; i < node->out_count; i++)
        describe_tensor(&call->out[i], mote_node_out(graph, node, i));
}

/* A description that gives a reason without a sentence. */
static mote_status end(mote_host_call *call, mrt_reason reason)
{
    if (reason != MRT_REASON_NONE && call->err->code == MOTE_OK)
        mote_op_fail(call->graph, call->node, status_of(reason), call->err, "its shapes or options do not go together");
    return call->err->code;
}

mote_status mote_described_infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mrt_operator *description = mote_ops[node->op]->description;
    mote_host_call      call;
    int32_t             i;

    mote_host_call_begin(&call, graph, node, NULL, err);
    MOTE_TRY(end(&call, description->shape(&call.c)));
    MOTE_TRY(end(&call, mrt_check_batch(&call.c)));
    for (i = 0; i < node->out_count; i++) {
        mote_set_output(graph, node, i, (mote_dtype)call.out[i].type, call.out[i].rank, call.out[i].dim);
        graph->tensors[node->out[i]].is_batched = call.out[i].is_batched;
    }
    return MOTE_OK;
}

const mote_op_row *mote_described_row(const mote_graph *graph, const mote_node *node)
{
    const mote_op_row *row;
    mote_host_call     call;
    mote_error         ignored = {0};

    mote_host_call_begin(&call, graph, node, NULL, &ignored);
    for (row = mote_op_rows(node->op); row->in_count > 0; row++)
        if (mrt_row_matches(row, &call.c))
            return row;
    return NULL;
}

/* shape first: it leaves what prepare reads, the work. */
static mote_status prepare(mote_host_call *call, const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                           mote_error *err)
{
    const mote_op_row *row = mote_op_find_row(graph, node, err);

    if (!row)
        return err->code;
    mote_host_call_begin(call, graph, node, prepared, err);
    call->c.is_checking = 1;
    MOTE_TRY(end(call, mote_ops[node->op]->description->shape(&call->c)));
    return row->prepare ? end(call, row->prepare(&call->c)) : MOTE_OK;
}

mote_status mote_described_prepare(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mote_host_call call;

    MOTE_TRY(prepare(&call, graph, node, prepared, err));
    prepared->constants = call.c.constants;
    prepared->by_number = call.c.by_number;
    prepared->state_bytes = call.c.state_bytes;
    return MOTE_OK;
}

/* ---- what prepare says besides parameters ---- */

/* Prepared in an arena that is thrown away: what of it is wanted, is in *call. */
static void ask(mote_host_call *call, const mote_graph *graph, const mote_node *node)
{
    mote_arena    arena = {0};
    mote_prepared prepared = {.arena = &arena};
    mote_error    err = {0};

    memset(&call->c, 0, sizeof call->c);
    prepare(call, graph, node, &prepared, &err);
    mote_arena_destroy(&arena);
}

size_t mote_described_scratch(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;

    ask(&call, graph, node);
    return call.c.scratch_bytes;
}

/* Bits by computed operands, of bits by operands. */
uint32_t mote_described_in_place(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    uint32_t       mask = 0;
    int32_t        i, computed = 0;

    ask(&call, graph, node);
    for (i = 0; i < node->in_count && i < 32; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (in && in->kind != MOTE_CONST)
            mask |= (call.c.in_place >> i & 1u) << computed++;
    }
    return mask;
}

ptrdiff_t mote_described_overlap(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;

    ask(&call, graph, node);
    return call.c.may_overlap ? call.c.overlap : PTRDIFF_MAX;
}
