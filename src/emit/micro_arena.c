/* How large an arena TensorFlow Lite Micro needs. Sizes of its structs follow from their members and a pointer's size. What
 * kernels keep was measured where pointers have 64 bits (micro_kernels.def); with 32 it is less, so that the sum is enough.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "emit/micro.h"
#include "ops/op.h"

enum { ALIGN = 16, REQUESTS_A_NODE = 12, BIAS = 2 };

static size_t align_up(size_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* ---- kernels ---- */

typedef struct measured {
    const char *op, *type; /* of the first operand; "int4": of any; "": all are alike */
    size_t      options, kept, kept_quarters, scratch, scratch_quarters, output_quarters;
    int32_t     requests;
} measured;

static const measured kernels[] = {
#define KERNEL(op, type, options, kept, kept_quarters, scratch, scratch_quarters, output_quarters, requests)                \
    {op, type, options, kept, kept_quarters, scratch, scratch_quarters, output_quarters, requests},
#include "emit/micro_kernels.def"
#undef KERNEL
};

static const char *type_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *first = NULL;
    int32_t            i;

    for (i = 0; i < node->in_count; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (in && in->dtype == MOTE_I4)
            return "int4";
        first = first ? first : in;
    }
    return first ? mote_dtype_name(first->dtype) : "";
}

static void raise(size_t *most, size_t value)
{
    *most = *most > value ? *most : value;
}

static void raise_all(measured *most, const measured *k)
{
    raise(&most->options, k->options);
    raise(&most->kept, k->kept);
    raise(&most->kept_quarters, k->kept_quarters);
    raise(&most->scratch, k->scratch);
    raise(&most->scratch_quarters, k->scratch_quarters);
    raise(&most->output_quarters, k->output_quarters);
    most->requests = most->requests > k->requests ? most->requests : k->requests;
}

/* The row of an operator and type; of one that has none, the most of each number over all rows. */
static measured find_measured(const char *op, const char *type, bool *is_known)
{
    measured most = {.op = op, .type = type};
    size_t   i;

    *is_known = true;
    for (i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (strcmp(kernels[i].op, op) == 0 && (!kernels[i].type[0] || strcmp(kernels[i].type, type) == 0))
            return kernels[i];
    *is_known = false;
    for (i = 0; i < sizeof kernels / sizeof *kernels; i++)
        raise_all(&most, &kernels[i]);
    return most;
}

static size_t count_elements(const mote_graph *graph, const mote_id *ids, int32_t count)
{
    size_t  sum = 0;
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] != MOTE_NONE)
            sum += mote_tensor_count(&graph->tensors[ids[i]]);
    return sum;
}

static bool is_convolution(const mote_node *node)
{
    return node->op == MOTE_OP_CONV_2D || node->op == MOTE_OP_DEPTHWISE_CONV_2D || node->op == MOTE_OP_TRANSPOSE_CONV;
}

/* Multipliers and shifts: 4 bytes an output channel each. Convolutions have them of one scale and of floats, too. */
static size_t channel_bytes(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *out = mote_node_out(graph, node, 0), *weights = mote_node_in(graph, node, 1);

    if (!out || out->rank == 0 || (!is_convolution(node) && node->op != MOTE_OP_FULLY_CONNECTED))
        return 0;
    return is_convolution(node) || (weights && weights->quant && weights->quant->count > 1)
               ? 2 * align_up(4 * (size_t)out->dim[out->rank - 1])
               : 0;
}

/* CMSIS-NN's for a core with DSP instructions: two columns of a convolution's window, or a depthwise one, in 16 bits; sums
 * of an average. Where it needs less for some shapes, this is more. */
static size_t cmsis_scratch(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *weights = mote_node_in(graph, node, 1);
    size_t             window;

    if (!in || in->dtype != MOTE_I8 || in->rank != 4)
        return 0;
    if (node->op == MOTE_OP_AVERAGE_POOL_2D)
        return 4 * (size_t)in->dim[3];
    if (!weights || weights->rank != 4 || (node->op != MOTE_OP_CONV_2D && node->op != MOTE_OP_DEPTHWISE_CONV_2D))
        return 0;
    window = (size_t)weights->dim[1] * (size_t)weights->dim[2];
    if (node->op == MOTE_OP_DEPTHWISE_CONV_2D)
        return 2 * window * (size_t)in->dim[3];
    return window == 1 && node->as.conv_2d.stride_h == 1 && node->as.conv_2d.stride_w == 1
               ? 0
               : 4 * ((window * (size_t)weights->dim[3] + 3) / 4 * 4);
}

mote_micro_kernel mote_micro_kernel_of(const mote_graph *graph, const mote_node *node)
{
    mote_micro_kernel kernel;
    const char       *name = mote_op_kind_name(node->op);
    const measured    most = find_measured(name, type_of(graph, node), &kernel.is_known);
    const size_t      outputs = count_elements(graph, node->out, node->out_count);
    const size_t      elements = outputs + count_elements(graph, node->in, node->in_count);
    const size_t      cmsis = cmsis_scratch(graph, node);

    kernel.options_bytes = most.options;
    kernel.kept_bytes = most.kept + elements * most.kept_quarters / 4 + channel_bytes(graph, node);
    kernel.scratch_bytes = most.scratch + (elements * most.scratch_quarters + outputs * most.output_quarters) / 4;
    kernel.cmsis_scratch_bytes = kernel.scratch_bytes > cmsis ? kernel.scratch_bytes : cmsis;
    kernel.requests = most.requests > 0 || cmsis == 0 ? most.requests : 1;
    return kernel;
}

/* ---- structs ---- */

typedef struct layout {
    size_t pointer;
    size_t base;                       /* allocators, planner, lists of one subgraph */
    size_t eval_tensor, node;          /* TfLiteEvalTensor, NodeAndRegistration */
    size_t tensor, quantization;       /* TfLiteTensor, TfLiteAffineQuantization */
    size_t request, life, requirement; /* while planning: ScratchBufferRequest, AllocationInfo, all of a buffer's */
} layout;

static const layout of_32 = {4, 160, 12, 32, 40, 12, 12, 24, 40};
static const layout of_64 = {8, 488, 24, 64, 64, 24, 16, 32, 40};

/* Inputs or outputs: a list, and of each a tensor with its quantization. */
static size_t end_bytes(const layout *l, const mote_graph *graph, const mote_id *ids, int32_t count)
{
    size_t  sum = count > 0 ? align_up(l->pointer * (size_t)count) : 0;
    int32_t i;

    for (i = 0; i < count; i++) {
        const mote_quant *quant = graph->tensors[ids[i]].quant;
        sum += l->tensor + (quant ? l->quantization + 4 + 4 * (size_t)quant->count : 0);
        sum = (sum + l->pointer - 1) / l->pointer * l->pointer;
    }
    return sum;
}

/* While a kernel prepares itself it looks at its operands as whole tensors: most kernels twice, a convolution at its bias
 * once more. */
static size_t preparing_bytes(const layout *l, const mote_graph *graph, const mote_node *node)
{
    size_t  sum = 0;
    int32_t i;

    for (i = 0; i < node->in_count + node->out_count; i++) {
        const mote_id     id = i < node->in_count ? node->in[i] : node->out[i - node->in_count];
        const mote_quant *quant = id == MOTE_NONE ? NULL : graph->tensors[id].quant;
        const size_t      looks = node->op == MOTE_OP_FULLY_CONNECTED ? 1 : is_convolution(node) && i == BIAS ? 3 : 2;
        sum += looks * (l->tensor + (quant ? l->quantization + 8 + 4 * (size_t)quant->count : 0));
    }
    return sum;
}

typedef struct sums {
    size_t  tensors, nodes, options, kept, states, preparing;
    int32_t subgraphs, variables;
    bool    is_known;
} sums;

static void add_graph(sums *s, const layout *l, const mote_graph *graph)
{
    int32_t i;

    for (i = 0; i < graph->node_count; i++) {
        const mote_micro_kernel kernel = mote_micro_kernel_of(graph, &graph->nodes[i]);
        const size_t            preparing = preparing_bytes(l, graph, &graph->nodes[i]);
        s->options += (kernel.options_bytes + l->pointer - 1) / l->pointer * l->pointer;
        s->kept += align_up(kernel.kept_bytes);
        s->is_known = s->is_known && kernel.is_known;
        s->preparing = s->preparing > preparing ? s->preparing : preparing;
    }
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE) {
            s->states += align_up(mote_tensor_bytes(&graph->tensors[i]));
            s->variables += graph->tensors[i].variable != NULL;
        }
    s->nodes += (size_t)graph->node_count;
}

/* A variable with a first value has two operators and two tensors more, in a subgraph that CALL_ONCE runs. */
static sums add_up(const mote_model *model, const mote_micro_plan *plan, const layout *l)
{
    sums    s = {.tensors = (size_t)plan->tensor_count, .is_known = true, .subgraphs = model->graph_count};
    int32_t g;

    for (g = 0; g < model->graph_count; g++) {
        add_graph(&s, l, &model->graphs[g]);
        s.tensors += g > 0 ? (size_t)model->graphs[g].tensor_count + (size_t)model->graphs[g].node_count : 0;
    }
    if (s.variables > 0) {
        s.tensors += 2 * (size_t)s.variables;
        s.nodes += 2 * (size_t)s.variables + 1;
        s.options += (2 * (size_t)s.variables + 1) * 16;
        s.kept += (size_t)s.variables * (ALIGN + 2 * l->pointer);
        s.subgraphs++;
    }
    return s;
}

mote_micro_arena mote_micro_measure(const mote_model *model, const mote_micro_plan *plan, int32_t pointer_bytes)
{
    const layout     *l = pointer_bytes == 4 ? &of_32 : &of_64;
    const mote_graph *graph = &model->graphs[0];
    const sums        s = add_up(model, plan, l);
    const size_t      requests = (size_t)plan->request_count, subgraphs = (size_t)s.subgraphs;
    size_t            before_ends, preparing;
    mote_micro_arena  out = {.is_known = s.is_known};

    before_ends =
        align_up(l->base + (subgraphs - 1) * 2 * l->pointer + l->eval_tensor * s.tensors + l->node * s.nodes + s.options) +
        s.kept + s.states + l->pointer * requests;
    out.kept_bytes = align_up(before_ends) + end_bytes(l, graph, graph->inputs, graph->input_count);
    out.kept_bytes = align_up(out.kept_bytes) + end_bytes(l, graph, graph->outputs, graph->output_count);
    out.planning_bytes =
        align_up(l->request * (requests + REQUESTS_A_NODE) + l->pointer * subgraphs + l->life * (s.tensors + requests)) +
        l->requirement * ((size_t)plan->buffer_count + requests);
    preparing = l->request * (requests + REQUESTS_A_NODE) + s.preparing;
    out.planning_bytes = (out.planning_bytes > preparing ? out.planning_bytes : preparing) + ALIGN; /* both ends aligned */
    out.bytes = out.kept_bytes + (pointer_bytes == 4 ? plan->head_bytes : plan->reference_bytes);
    if (out.bytes < before_ends + out.planning_bytes)
        out.bytes = before_ends + out.planning_bytes;
    out.bytes = align_up(out.bytes);
    return out;
}
