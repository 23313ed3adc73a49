/* The table of operators, and what all operators share.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "graph/control.h"
#include "ops/described.h"

const mote_op *const mote_ops[MOTE_OP_COUNT] = {
#define OP(KIND, name, attributes, header) [MOTE_OP_##KIND] = &mote_op_##name,
#include "runtime/operators.def"
#undef OP
};

const mote_op_row *mote_op_rows(mote_op_kind kind)
{
    static const mote_op_row none[] = {{0}};

    return mote_ops[kind]->description ? mote_ops[kind]->description->rows : none;
}

bool mote_op_is_view(mote_op_kind kind)
{
    const mote_op_row *row = mote_op_rows(kind);

    return row->kernels && row->kernels->is_view;
}

mote_op_counts mote_op_count_operands(mote_op_kind kind)
{
    const mote_op      *op = mote_ops[kind];
    const mrt_operator *d = op->description;

    return d ? (mote_op_counts){d->in_min, d->in_max, d->out_min, d->out_max}
             : (mote_op_counts){op->in_min, op->in_max, 1, 1};
}

bool mote_op_fuses_activation(mote_op_kind kind)
{
    const mrt_operator *d = mote_ops[kind]->description;
    int                 i;

    for (i = 0; d && i < d->attribute_count; i++)
        if (d->attributes[i].kind == MRT_ATTRIBUTE_ACTIVATION)
            return true;
    return false;
}

mote_types_text mote_op_show_types(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *out = mote_node_out(graph, node, 0);
    mote_types_text    types;
    int                used = snprintf(types.text, sizeof types.text, "(");
    int32_t            i;

    for (i = 0; i < node->in_count && used < 120; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        used += snprintf(types.text + used, sizeof types.text - (size_t)used, "%s%s", i ? ", " : "",
                         in ? mote_dtype_name(in->dtype) : "none");
    }
    snprintf(types.text + used, sizeof types.text - (size_t)used, ") to %s", out ? mote_dtype_name(out->dtype) : "none");
    return types;
}

const mote_op_row *mote_op_find_row(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mote_op_row *row = mote_described_row(graph, node);

    if (row)
        return row;
    mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                 "no kernel takes %s; `mote inspect --operators` lists what there is", mote_op_show_types(graph, node).text);
    return NULL;
}

bool mote_kernel_applies(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node, mote_error *err)
{
    if (kernel->host)
        return kernel->host->applies(kernel->math, graph, node);
    return !kernel->applies || kernel->applies(graph, node, err);
}

size_t mote_kernel_scratch(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node)
{
    if (kernel->host)
        return kernel->host->scratch ? kernel->host->scratch(kernel->math, graph, node) : 0;
    return kernel->scratch ? kernel->scratch(graph, node) : 0;
}

mote_status mote_kernel_prepare(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node,
                                mote_prepared *prepared, mote_error *err)
{
    if (kernel->host)
        return kernel->host->prepare(kernel->math, graph, node, prepared, err);
    return kernel->prepare(graph, node, prepared, err);
}

void mote_kernel_run(const mote_kernel *kernel, const void *params, const mrt_io *io)
{
    if (kernel->host)
        kernel->host->run(kernel->math, params, io);
    else
        kernel->run(params, io);
}

const mote_kernel *mote_op_choose_kernel(const mote_op_row *row, mote_target_mask targets, const mote_graph *graph,
                                         const mote_node *node, mote_error *err)
{
    const mote_kernel *chosen = &row->kernels[0], *kernel;

    for (kernel = chosen; kernel->symbol; kernel++)
        if ((kernel->targets & targets) && mote_kernel_applies(kernel, graph, node, err))
            chosen = kernel;
    return err->code == MOTE_OK ? chosen : NULL;
}

size_t mote_op_macs(const mote_graph *graph, const mote_node *node)
{
    return mote_ops[node->op]->macs ? mote_ops[node->op]->macs(graph, node) : 0;
}

static mote_status check_operands(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mote_op_counts counts = mote_op_count_operands(node->op);
    int32_t              i;

    if (node->in_count < counts.in_min || node->in_count > counts.in_max)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%d inputs, %d to %d expected", node->in_count, counts.in_min,
                            counts.in_max);
    if (node->out_count < counts.out_min || node->out_count > counts.out_max)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%d outputs, %d to %d expected", node->out_count,
                            counts.out_min, counts.out_max);
    for (i = 0; i < counts.in_min; i++)
        if (!mote_node_in(graph, node, i))
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %d is left out, but it is not optional", i);
    if (node->activation != MRT_ACT_NONE && !mote_op_fuses_activation(node->op))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "takes no fused activation");
    return MOTE_OK;
}

mote_status mote_op_infer(mote_model *model, mote_graph *graph, mote_node *node, mote_error *err)
{
    MOTE_TRY(check_operands(graph, node, err));
    if (mote_ops[node->op]->description)
        return mote_described_infer(graph, node, err);
    if (model->stage != MOTE_STAGE_TRAIN)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "belongs to training only");
    MOTE_TRY(mote_ops[node->op]->infer(graph, node, err));
    graph->tensors[node->out[0]].is_batched = mote_node_in(graph, node, 0)->is_batched;
    return MOTE_OK;
}

/* infer writes into the stored output; what stood there before must have agreed. */
mote_status mote_op_verify_node(mote_model *model, mote_graph *graph, mote_node *node, mote_error *err)
{
    mote_tensor stored[MOTE_NODE_OUT_MAX];
    int32_t     i;

    for (i = 0; i < node->out_count; i++)
        stored[i] = graph->tensors[node->out[i]];
    MOTE_TRY(mote_op_infer(model, graph, node, err));
    for (i = 0; i < node->out_count; i++) {
        const mote_tensor *out = &graph->tensors[node->out[i]];
        if (!mote_tensor_same_shape(out, &stored[i]))
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "output %d has shape %s, %s expected", i,
                                mote_shape_show(&stored[i]).text, mote_shape_show(out).text);
        if (out->dtype != stored[i].dtype)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "output %d is %s, %s expected", i,
                                mote_dtype_name(stored[i].dtype), mote_dtype_name(out->dtype));
    }
    return MOTE_OK;
}

static mote_status verify_graph(mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t i;

    MOTE_TRY(mote_graph_verify(model, graph, err));
    for (i = 0; i < graph->node_count; i++) {
        if (graph->nodes[i].in_count > MOTE_NODE_IN_MAX || graph->nodes[i].out_count > MOTE_NODE_OUT_MAX)
            return mote_op_fail(graph, &graph->nodes[i], MOTE_ERR_LIMIT, err, "too many operands");
        MOTE_TRY(mote_op_verify_node(model, graph, &graph->nodes[i], err));
        if (model->stage != MOTE_STAGE_TRAIN && !mote_op_find_row(graph, &graph->nodes[i], err))
            return err->code;
    }
    return MOTE_OK;
}

mote_status mote_model_verify(mote_model *model, mote_error *err)
{
    int32_t g;

    for (g = 0; g < model->graph_count; g++)
        if (verify_graph(model, &model->graphs[g], err) != MOTE_OK)
            return g > 0 ? mote_context(err, "subgraph %d", g) : err->code;
    return mote_control_verify(model, err);
}

void *mote_prepared_params(mote_prepared *prepared, size_t bytes, mote_error *err)
{
    return prepared->params = mote_arena_alloc(prepared->arena, bytes, 1, err);
}

mote_status mote_prepared_add(mote_prepared *prepared, const char *role, const void *values, mote_dtype dtype, size_t count,
                              mote_error *err)
{
    mote_const_array *more;
    int32_t           capacity;

    if (!values)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (prepared->array_count == prepared->array_capacity) {
        capacity = prepared->array_capacity ? 2 * prepared->array_capacity : 4;
        if (!(more = MOTE_NEW(prepared->arena, mote_const_array, capacity, err)))
            return err->code;
        if (prepared->array_count > 0)
            memcpy(more, prepared->arrays, (size_t)prepared->array_count * sizeof *more);
        prepared->arrays = more;
        prepared->array_capacity = capacity;
    }
    prepared->arrays[prepared->array_count++] =
        (mote_const_array){.role = role, .values = values, .dtype = dtype, .count = count};
    return MOTE_OK;
}

mote_status mote_prepared_add_operand(mote_prepared *prepared, int32_t place, const mote_tensor *tensor, mote_error *err)
{
    const char *role = mote_arena_printf(prepared->arena, err, "in%d", place);

    if (!role)
        return err->code;
    MOTE_TRY(mote_prepared_add(prepared, role, tensor->data, tensor->dtype, mote_tensor_count(tensor), err));
    prepared->arrays[prepared->array_count - 1].is_operand = true;
    return MOTE_OK;
}

size_t mote_const_array_bytes(const mote_const_array *array)
{
    return (array->count * (size_t)mote_dtype_bits(array->dtype) + 7) / 8; /* two int4 make a byte */
}

const mote_const_array *mote_prepared_array(const mote_prepared *prepared, const mote_field *field)
{
    const void *pointer;
    int32_t     i;

    memcpy(&pointer, (const uint8_t *)prepared->params + field->offset, sizeof pointer);
    for (i = 0; pointer && i < prepared->array_count; i++)
        if (prepared->arrays[i].values == pointer)
            return &prepared->arrays[i];
    return NULL;
}

static bool comes(const mote_graph *graph, const mote_node *node, const mote_prepared *prepared, int32_t i)
{
    const mote_tensor *in = mote_node_in(graph, node, i);

    return in && (in->kind != MOTE_CONST || (i < 64 && prepared->constants >> i & 1u));
}

int32_t mote_op_list_operands(const mote_graph *graph, const mote_node *node, const mote_prepared *prepared, mote_id *ids)
{
    int32_t i, count = 0;

    for (i = 0; i < node->in_count; i++)
        if (comes(graph, node, prepared, i))
            ids[count++] = node->in[i];
        else if (prepared->by_number)
            ids[count++] = MOTE_NONE;
    return count;
}

void mote_prepared_replace(mote_prepared *prepared, const char *role, const void *values, mote_dtype dtype, size_t count)
{
    int32_t i;

    for (i = 0; i < prepared->array_count; i++)
        if (strcmp(prepared->arrays[i].role, role) == 0)
            prepared->arrays[i] = (mote_const_array){.role = role, .values = values, .dtype = dtype, .count = count};
}

float mote_scale_of(const mote_tensor *tensor)
{
    return tensor->quant ? tensor->quant->scale[0] : 1.0f;
}

int32_t mote_zero_of(const mote_tensor *tensor)
{
    return tensor->quant ? tensor->quant->zero_point[0] : 0;
}

mote_math_activation mote_math_activation_of(mrt_activation activation)
{
    return activation == MRT_ACT_RELU ? MOTE_MATH_RELU : activation == MRT_ACT_RELU6 ? MOTE_MATH_RELU6 : MOTE_MATH_LINEAR;
}

mote_status mote_op_fail(const mote_graph *graph, const mote_node *node, mote_status code, mote_error *err,
                         const char *format, ...)
{
    char    text[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return mote_fail(err, code, "%s: %s", mote_node_show(graph, node).text, text);
}

void mote_set_output(mote_graph *graph, const mote_node *node, int32_t index, mote_dtype dtype, int32_t rank,
                     const int32_t *dim)
{
    mote_tensor *out = &graph->tensors[node->out[index]];
    int32_t      i;

    out->dtype = dtype;
    out->rank = rank;
    for (i = 0; i < rank; i++)
        out->dim[i] = dim[i];
}

mote_status mote_op_infer_same(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);

    (void)err;
    mote_set_output(graph, node, 0, in->dtype, in->rank, in->dim);
    return MOTE_OK;
}

size_t mote_call_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));
}
