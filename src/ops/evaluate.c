/* Computing an operator on the host when the model is made: all its operands are constants, and so its outputs become.
 * One operand counts as computed meanwhile, as kernels want it, since parameters hold the others: the first that may be.
 * The shape that FILL fills may not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "graph/control.h"
#include "ops/op.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Pools take a value for each place of their window, which they count as no multiplication. */
static size_t work_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    size_t             taps = 1;

    if (node->op == MOTE_OP_MAX_POOL_2D || node->op == MOTE_OP_AVERAGE_POOL_2D)
        taps = least((size_t)node->as.max_pool_2d.filter_h, (size_t)in->dim[1]) *
               least((size_t)node->as.max_pool_2d.filter_w, (size_t)in->dim[2]);
    return mote_size_add(mote_size_add(mote_tensor_count(in), mote_size_mul(mote_tensor_count(out), taps)),
                         mote_op_macs(graph, node));
}

/* Into `data` of each output; a view's bytes are copied. */
static void run(const mote_graph *graph, const mote_node *node, const mote_kernel *kernel, const mote_prepared *prepared,
                void *const *data, void *scratch)
{
    mrt_io  io = {.scratch = scratch};
    mote_id ids[MOTE_NODE_IN_MAX];
    int32_t i, count;

    if (kernel->is_view) {
        memcpy(data[0], mote_node_in(graph, node, 0)->data, mote_tensor_bytes(mote_node_out(graph, node, 0)));
        return;
    }
    count = mote_op_list_operands(graph, node, prepared, ids);
    for (i = 0; i < count; i++)
        io.in[i] = ids[i] == MOTE_NONE ? NULL : graph->tensors[ids[i]].data;
    for (i = 0; i < node->out_count; i++)
        io.out[i] = data[i];
    kernel->run(prepared->params, &io);
}

static mote_status new_data(const mote_graph *graph, const mote_node *node, mote_arena *arena, void **data, mote_error *err)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (!(data[i] = mote_arena_alloc(arena, mote_tensor_bytes(mote_node_out(graph, node, i)), 1, err)))
            return err->code;
    return MOTE_OK;
}

static mote_status compute(mote_graph *graph, const mote_node *node, const mote_op_row *row, mote_arena *arena,
                           mote_error *err)
{
    const mote_kernel *kernel = mote_op_choose_kernel(row, MOTE_TARGET_REFERENCE, graph, node, err);
    mote_arena         temporary = {.cap_bytes = arena->cap_bytes};
    mote_prepared      prepared = {.arena = &temporary};
    void              *data[MOTE_NODE_OUT_MAX], *scratch = NULL;
    int32_t            i;

    if (kernel && new_data(graph, node, arena, data, err) == MOTE_OK && kernel->scratch)
        scratch = mote_arena_alloc(&temporary, kernel->scratch(graph, node), 1, err);
    if (kernel && err->code == MOTE_OK && (kernel->is_view || kernel->prepare(graph, node, &prepared, err) == MOTE_OK)) {
        if (prepared.state_bytes > 0)
            mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                         "reads nothing but constants, and answers differently each time: it needs a computed input");
        else
            run(graph, node, kernel, &prepared, data, scratch);
        for (i = 0; i < node->out_count && err->code == MOTE_OK; i++) {
            graph->tensors[node->out[i]].data = data[i];
            graph->tensors[node->out[i]].kind = MOTE_CONST;
        }
    }
    mote_arena_destroy(&temporary);
    return err->code;
}

static mote_status evaluate(mote_model *model, mote_graph *graph, mote_node *node, size_t *work, mote_error *err)
{
    const mote_op_row *row;
    size_t             needed;

    MOTE_TRY(mote_op_verify_node(model, graph, node, err));
    if (!(row = mote_op_find_row(graph, node, err)))
        return err->code;
    needed = work_of(graph, node);
    if (needed > *work)
        return mote_op_fail(graph, node, MOTE_ERR_LIMIT, err,
                            "reads nothing but constants, which take too long to compute here; compute it when the model is "
                            "made");
    *work -= needed;
    return compute(graph, node, row, &model->arena, err);
}

bool mote_op_reads_constants_only(const mote_graph *graph, const mote_node *node)
{
    int32_t i, count = 0;

    if (node->in_count == 0 || !mote_node_in(graph, node, 0) || mote_node_graphs_of(node))
        return false;
    if (node->op == MOTE_OP_SHAPE || node->op == MOTE_OP_RANK)
        return true; /* which do not look at values */
    for (i = 0; i < node->in_count; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (in && in->kind != MOTE_CONST)
            return false;
        count += in != NULL;
    }
    return count > 0;
}

/* Leaves the outputs as they were stored. */
static bool is_right(mote_model *model, mote_graph *graph, mote_node *node)
{
    mote_tensor stored[MOTE_NODE_OUT_MAX];
    mote_error  ignored = {0};
    mote_status status;
    int32_t     i;

    for (i = 0; i < node->out_count; i++)
        stored[i] = graph->tensors[node->out[i]];
    status = mote_op_verify_node(model, graph, node, &ignored);
    for (i = 0; i < node->out_count; i++)
        graph->tensors[node->out[i]] = stored[i];
    return status == MOTE_OK;
}

/* The operand that counts as computed: the first with which the operator is right; operand 0 where there is none. */
static mote_id find_computed(mote_model *model, mote_graph *graph, mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++) {
        mote_tensor     *in = node->in[i] == MOTE_NONE ? NULL : &graph->tensors[node->in[i]];
        mote_tensor_kind kind;
        bool             found;
        if (!in)
            continue;
        kind = in->kind;
        in->kind = MOTE_ACTIVATION;
        found = is_right(model, graph, node);
        in->kind = kind;
        if (found)
            return node->in[i];
    }
    return node->in[0];
}

mote_status mote_op_evaluate(mote_model *model, mote_graph *graph, mote_node *node, size_t *work, mote_error *err)
{
    const mote_id          computed = find_computed(model, graph, node);
    const mote_tensor_kind kind = graph->tensors[computed].kind;

    graph->tensors[computed].kind = MOTE_ACTIVATION;
    evaluate(model, graph, node, work, err);
    graph->tensors[computed].kind = kind;
    return err->code;
}
