/* SPDX-License-Identifier: Apache-2.0 */
#include "train/network.h"

#include <stdlib.h>
#include <string.h>

#include "graph/control.h"
#include "lower/lower.h"

static bool is_view(const mote_node *node)
{
    return mote_op_is_view(node->op);
}

/* Of floats, but for what is computed of whole numbers where nothing is trained. */
static float *new_batch(mote_network *network, const mote_tensor *tensor, mote_error *err)
{
    size_t samples = tensor->is_batched ? (size_t)network->capacity : 1;

    return mote_arena_alloc(&network->arena, samples, mote_tensor_bytes(tensor), err);
}

static mote_status allocate_values(mote_network *network, mote_error *err)
{
    const mote_graph *graph = &network->model->graphs[0];
    int32_t           i, n;

    network->value = MOTE_NEW(&network->arena, float *, graph->tensor_count, err);
    if (!network->value)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST) {
            float *fake = network->fake ? mote_fake_constant(network->fake, i) : NULL;
            network->value[i] = fake ? fake : graph->tensors[i].data;
        }
    for (i = 0; i < graph->input_count; i++)
        if (!(network->value[graph->inputs[i]] = new_batch(network, &graph->tensors[graph->inputs[i]], err)))
            return err->code;
    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        if (is_view(node)) {
            network->value[node->out[0]] = network->value[node->in[0]];
            continue;
        }
        for (i = 0; i < node->out_count; i++)
            if (!(network->value[node->out[i]] = new_batch(network, &graph->tensors[node->out[i]], err)))
                return err->code;
    }
    return MOTE_OK;
}

/* A tensor wants a gradient when it is trained, or computed from something that is. */
static mote_status allocate_grads(mote_network *network, mote_error *err)
{
    const mote_graph *graph = &network->model->graphs[0];
    int32_t           n, i;

    network->grad = MOTE_NEW(&network->arena, float *, graph->tensor_count, err);
    network->param_grads = MOTE_NEW(&network->arena, float, network->model->params.count, err);
    if (!network->grad || !network->param_grads)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable)
            network->grad[i] = network->param_grads + ((float *)graph->tensors[i].data - network->model->params.values);
    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        for (i = 0; i < node->in_count; i++)
            network->nodes[n].has_backward |= node->in[i] != MOTE_NONE && network->grad[node->in[i]] != NULL;
        if (!network->nodes[n].has_backward)
            continue;
        if (is_view(node)) {
            network->grad[node->out[0]] = network->grad[node->in[0]];
            continue;
        }
        for (i = 0; i < node->out_count; i++)
            if (graph->tensors[node->out[i]].dtype == MOTE_F32 && /* what is no number has no slope */
                !(network->grad[node->out[i]] = new_batch(network, &graph->tensors[node->out[i]], err)))
                return err->code;
    }
    return MOTE_OK;
}

typedef struct operand_lists {
    const float **in, **grad_out;
    float       **out, **grad_in;
} operand_lists;

static mote_status new_lists(mote_network *network, const mote_node *node, operand_lists *lists, mote_error *err)
{
    lists->in = MOTE_NEW(&network->arena, const float *, node->in_count, err);
    lists->grad_in = MOTE_NEW(&network->arena, float *, node->in_count, err);
    lists->out = MOTE_NEW(&network->arena, float *, node->out_count, err);
    lists->grad_out = MOTE_NEW(&network->arena, const float *, node->out_count, err);
    return lists->in && lists->grad_in && lists->out && lists->grad_out ? MOTE_OK : err->code;
}

/* Where operand i's gradient goes: its own buffer for the first writer (backward runs from the last node to the first),
 * a part of its own that is added afterwards for the others. */
static mote_status set_grad_in(mote_network *network, int32_t n, int32_t i, float **slot, bool *is_written, mote_error *err)
{
    const mote_graph  *graph = &network->model->graphs[0];
    mote_network_node *state = &network->nodes[n];
    mote_id            id = graph->nodes[n].in[i];
    float             *grad = id == MOTE_NONE ? NULL : network->grad[id];
    int32_t            k;

    *slot = grad;
    if (!grad || graph->tensors[id].kind != MOTE_ACTIVATION)
        return MOTE_OK;
    for (k = 0; k < graph->tensor_count; k++)
        if (is_written[k] && network->grad[k] == grad)
            break;
    is_written[id] = true;
    if (k == graph->tensor_count)
        return MOTE_OK;
    if (state->add_count == (int32_t)(sizeof state->adds / sizeof *state->adds))
        return mote_op_fail(graph, &graph->nodes[n], MOTE_ERR_UNSUPPORTED, err, "has too many inputs that others read, too");
    if (!(*slot = new_batch(network, &graph->tensors[id], err)))
        return err->code;
    state->adds[state->add_count++] = (mote_grad_add){*slot, grad, mote_tensor_count(&graph->tensors[id])};
    return MOTE_OK;
}

/* ---- operators that training does not have ---- */

static mote_status prepare_kernel(mote_network_kernel *k, const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mote_op_row *row = mote_op_find_row(graph, node, err);

    if (!row || !(k->kernel = mote_op_choose_kernel(row, mote_target_host.kernels, graph, node, err)))
        return err->code;
    if (k->kernel->is_view)
        return MOTE_OK;
    MOTE_TRY(mote_kernel_prepare(k->kernel, graph, node, &k->prepared, err));
    if (k->prepared.state_bytes > 0)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "has a state; it cannot be part of a training");
    k->in_count = mote_op_list_operands(graph, node, &k->prepared, k->in);
    k->scratch = mote_arena_alloc(k->prepared.arena, mote_kernel_scratch(k->kernel, graph, node), 1, err);
    return err->code;
}

static bool has_state(const mote_graph *graph, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE && graph->tensors[node->in[i]].kind == MOTE_STATE)
            return true;
    return false;
}

static mote_status link_kernel(mote_network *network, int32_t n, mote_error *err)
{
    const mote_graph  *graph = &network->model->graphs[0];
    const mote_node   *node = &graph->nodes[n];
    mote_network_node *state = &network->nodes[n];

    if (has_state(graph, node) || mote_node_graphs_of(node))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "cannot be part of a training");
    if (!(state->kernel = MOTE_NEW(&network->arena, mote_network_kernel, 1, err)))
        return err->code;
    state->kernel->prepared.arena = &network->arena;
    state->call.node = node;
    return prepare_kernel(state->kernel, graph, node, err);
}

/* Sample s of a tensor. */
static void *sample_of(const mote_network *network, mote_id id, int32_t s)
{
    const mote_tensor *tensor = id == MOTE_NONE ? NULL : &network->model->graphs[0].tensors[id];

    if (!tensor)
        return NULL;
    return (char *)network->value[id] + (tensor->is_batched ? (size_t)s * mote_tensor_bytes(tensor) : 0);
}

static void run_kernel(const mote_network *network, const mote_network_node *state, int32_t batch)
{
    const mote_network_kernel *k = state->kernel;
    const mote_node           *node = state->call.node;
    mrt_io                     io = {.scratch = k->scratch};
    int32_t                    s, i;

    for (s = 0; s < batch; s++) {
        if (k->kernel->is_view) {
            memcpy(sample_of(network, node->out[0], s), sample_of(network, node->in[0], s),
                   mote_tensor_bytes(&network->model->graphs[0].tensors[node->out[0]]));
            continue;
        }
        for (i = 0; i < k->in_count; i++)
            io.in[i] = sample_of(network, k->in[i], s);
        for (i = 0; i < node->out_count; i++)
            io.out[i] = sample_of(network, node->out[i], s);
        mote_kernel_run(k->kernel, k->prepared.params, &io);
    }
}

/* What trains has forward and backward; what only runs, and cannot otherwise, its kernel. */
static bool needs_kernel(const mote_node *node, bool has_backward)
{
    return !has_backward && (!mote_ops[node->op]->forward || node->activation == MRT_ACT_RELU_N1_TO_1);
}

/* What is computed of samples counts them, too. */
static bool keeps_samples(const mote_graph *graph, const mote_node *node)
{
    bool    is_batched = false;
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        is_batched |= node->in[i] != MOTE_NONE && graph->tensors[node->in[i]].is_batched;
    return !is_batched || graph->tensors[node->out[0]].is_batched;
}

static mote_status check_trainable(const mote_graph *graph, const mote_node *node, bool has_backward, mote_error *err)
{
    if (!keeps_samples(graph, node))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "cannot be trained, as its first axis counts no samples any more");
    if (node->activation == MRT_ACT_RELU_N1_TO_1)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "cannot be trained with RELU_N1_TO_1; freeze the layers up to it");
    if (!mote_ops[node->op]->forward || (has_backward && !mote_ops[node->op]->backward))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "cannot be trained; freeze the layers up to it");
    return MOTE_OK;
}

/* What the node writes: where that is quantized, a buffer of its own. */
static mote_status choose_out(mote_network *network, mote_id id, float **out, mote_error *err)
{
    *out = network->value[id];
    if (!network->fake || !mote_fake_has(network->fake, id))
        return MOTE_OK;
    *out = network->raw[id] = new_batch(network, &network->model->graphs[0].tensors[id], err);
    return err->code;
}

static mote_status link_node(mote_network *network, int32_t n, bool *is_written, mote_error *err)
{
    const mote_graph  *graph = &network->model->graphs[0];
    const mote_node   *node = &graph->nodes[n];
    mote_network_node *state = &network->nodes[n];
    operand_lists      lists;
    int32_t            i;

    if ((state->is_view = is_view(node)) || state->is_skipped)
        return MOTE_OK;
    if (needs_kernel(node, state->has_backward))
        return link_kernel(network, n, err);
    MOTE_TRY(check_trainable(graph, node, state->has_backward, err));
    MOTE_TRY(new_lists(network, node, &lists, err));
    for (i = 0; i < node->in_count; i++) {
        lists.in[i] = node->in[i] == MOTE_NONE ? NULL : network->value[node->in[i]];
        MOTE_TRY(set_grad_in(network, n, i, &lists.grad_in[i], is_written, err));
    }
    for (i = 0; i < node->out_count; i++) {
        MOTE_TRY(choose_out(network, node->out[i], &lists.out[i], err));
        lists.grad_out[i] = network->grad[node->out[i]];
    }
    state->call = (mote_call){.graph = graph,
                              .node = node,
                              .math = network->math,
                              .pool = network->pool,
                              .in = lists.in,
                              .out = lists.out,
                              .grad_out = lists.grad_out,
                              .grad_in = lists.grad_in};
    if (mote_ops[node->op]->saved) {
        state->call.saved = MOTE_NEW(&network->arena, char, mote_ops[node->op]->saved(graph, node, network->capacity), err);
        if (!state->call.saved)
            return err->code;
    }
    return MOTE_OK;
}

/* One scratch serves all nodes, as they run one after the other. */
static mote_status share_scratch(mote_network *network, mote_error *err)
{
    const mote_graph *graph = &network->model->graphs[0];
    size_t            most = 0;
    void             *scratch;
    int32_t           n;

    for (n = 0; n < graph->node_count; n++) {
        const mote_op *op = mote_ops[graph->nodes[n].op];
        size_t         bytes = op->scratch ? op->scratch(network->math, graph, &graph->nodes[n], network->capacity) : 0;
        most = bytes > most ? bytes : most;
    }
    scratch = MOTE_NEW(&network->arena, char, most, err);
    for (n = 0; n < graph->node_count; n++)
        network->nodes[n].call.scratch = scratch;
    return err->code;
}

static bool draws(const mote_node *node)
{
    return node->op == MOTE_OP_DROPOUT || (node->op == MOTE_OP_RECURRENT && node->as.recurrent.dropout > 0);
}

/* Counted among their like, so that a network draws the same however its other layers are cut into operators. */
static void number_dropouts(mote_network *network)
{
    const mote_graph *graph = &network->model->graphs[0];
    uint32_t          count = 0;
    int32_t           n;

    for (n = 0; n < graph->node_count; n++)
        network->nodes[n].dropout = draws(&graph->nodes[n]) ? count++ : 0;
}

static mote_status build(mote_network *network, const mote_network_options *options, mote_error *err)
{
    const mote_graph *graph = &network->model->graphs[0];
    bool             *is_written = MOTE_NEW(&network->arena, bool, graph->tensor_count, err);
    int32_t           n;

    network->nodes = MOTE_NEW(&network->arena, mote_network_node, graph->node_count, err);
    if (!is_written || !network->nodes)
        return err->code;
    for (n = 0; n < options->place_count; n++) {
        is_written[options->places[n].scores] = true;
        if (options->places[n].skipped != MOTE_NONE)
            network->nodes[options->places[n].skipped].is_skipped = true;
    }
    MOTE_TRY(allocate_values(network, err));
    if (network->fake && !(network->raw = mote_arena_copy(&network->arena, network->value, (size_t)graph->tensor_count,
                                                          sizeof *network->value, err)))
        return err->code;
    MOTE_TRY(allocate_grads(network, err));
    for (n = graph->node_count - 1; n >= 0; n--)
        MOTE_TRY(link_node(network, n, is_written, err));
    number_dropouts(network);
    return share_scratch(network, err);
}

mote_status mote_network_create(mote_network **out, mote_model *model, const mote_network_options *options, mote_error *err)
{
    mote_network *network = calloc(1, sizeof *network);

    *out = NULL;
    if (!network)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    network->arena.cap_bytes = model->arena.cap_bytes;
    network->model = model;
    network->math = options->math;
    network->pool = options->pool;
    network->capacity = options->capacity;
    network->fake = options->fake;
    if (build(network, options, err) != MOTE_OK) {
        mote_network_destroy(network);
        return err->code;
    }
    *out = network;
    return MOTE_OK;
}

void mote_network_destroy(mote_network *network)
{
    if (!network)
        return;
    mote_arena_destroy(&network->arena);
    free(network);
}

static void set_pass(mote_network_node *state, const mote_network_pass *pass)
{
    state->call.batch = pass->batch;
    state->call.is_training = pass->is_training;
    state->call.key = mote_random_make(pass->seed, MOTE_RANDOM_DROPOUT, state->dropout, pass->step);
}

static size_t count_of(const mote_network *network, mote_id id, const mote_network_pass *pass)
{
    const mote_tensor *tensor = &network->model->graphs[0].tensors[id];

    return mote_tensor_count(tensor) * (tensor->is_batched ? (size_t)pass->batch : 1);
}

static void fake_all(mote_network *network, const mote_id *ids, int32_t count, const mote_network_pass *pass)
{
    int32_t i;

    for (i = 0; network->fake && i < count; i++)
        if (mote_fake_has(network->fake, ids[i]))
            mote_fake_activation(network->fake, ids[i], count_of(network, ids[i], pass), network->raw[ids[i]],
                                 network->value[ids[i]], pass->is_training);
}

static void begin_fake(mote_network *network, const mote_network_pass *pass)
{
    const mote_graph *graph = &network->model->graphs[0];

    if (!network->fake)
        return;
    mote_fake_begin(network->fake);
    fake_all(network, graph->inputs, graph->input_count, pass);
}

/* Gradients at what readers have become those at what was computed. */
static void fake_grads(mote_network *network, const mote_node *node, const mote_network_pass *pass)
{
    int32_t i;

    for (i = 0; network->fake && i < node->out_count; i++) {
        const mote_id id = node->out[i];
        if (network->grad[id] && mote_fake_has(network->fake, id))
            mote_fake_backward(network->fake, id, count_of(network, id, pass), network->raw[id], network->grad[id]);
    }
}

void mote_network_forward(mote_network *network, const mote_network_pass *pass)
{
    int32_t n;

    begin_fake(network, pass);
    for (n = 0; n < network->model->graphs[0].node_count; n++) {
        mote_network_node *state = &network->nodes[n];
        if (state->is_view || state->is_skipped)
            continue;
        set_pass(state, pass);
        if (state->kernel)
            run_kernel(network, state, pass->batch);
        else
            mote_ops[state->call.node->op]->forward(&state->call);
        fake_all(network, state->call.node->out, state->call.node->out_count, pass);
    }
    if (network->fake)
        mote_fake_end(network->fake, pass->is_training);
}

void mote_network_backward(mote_network *network, const mote_network_pass *pass)
{
    int32_t n, i;

    for (n = network->model->graphs[0].node_count - 1; n >= 0; n--) {
        mote_network_node *state = &network->nodes[n];
        if (state->is_view || state->is_skipped || !state->has_backward)
            continue;
        set_pass(state, pass);
        fake_grads(network, state->call.node, pass);
        mote_ops[state->call.node->op]->backward(&state->call);
        for (i = 0; i < state->add_count; i++)
            network->math->axpy(state->adds[i].count * (size_t)pass->batch, 1.0f, state->adds[i].part, state->adds[i].sum);
    }
}
