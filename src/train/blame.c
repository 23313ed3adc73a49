/* Where a training left the reals. The values of the pass that failed still lie in the network, each layer's in a place of
 * its own, so they are looked through in the order in which they were computed: samples, then of each layer its weights and
 * what it made of them. Weights that are not finite came by an update, whose gradient went from the loss to the front: the
 * last layer that it reached as no number is where it began.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "train/state.h"

#define WHAT_TO_DO "try a smaller learning_rate or scale the data"

static bool are_finite(const float *values, size_t count)
{
    size_t i;

    for (i = 0; values && i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* Of real numbers alone: others have no infinity. */
static bool is_finite_tensor(const mote_fit *s, mote_id id, size_t batch)
{
    const mote_tensor *tensor = &s->model->graphs[0].tensors[id];
    const size_t       count = mote_tensor_count(tensor) * (tensor->is_batched ? batch : 1);

    return tensor->dtype != MOTE_F32 ||
           (are_finite(s->network->value[id], count) && (!s->network->raw || are_finite(s->network->raw[id], count)));
}

static const mote_tensor *trained_operand(const mote_fit *s, const mote_node *node, int32_t operand)
{
    const mote_tensor *w = node->in[operand] == MOTE_NONE ? NULL : &s->model->graphs[0].tensors[node->in[operand]];

    return w && w->is_trainable ? w : NULL;
}

static bool has_finite_weights(const mote_fit *s, const mote_node *node)
{
    const mote_tensor *w;
    int32_t            i;

    for (i = 0; i < node->in_count; i++)
        if ((w = trained_operand(s, node, i)) != NULL && !are_finite(w->data, mote_tensor_count(w)))
            return false;
    return true;
}

/* What the optimizer remembers of gradients: not finite once one was not. */
static bool had_finite_gradients(const mote_fit *s, const mote_node *node)
{
    const mote_tensor *w;
    int32_t            i;

    for (i = 0; i < node->in_count; i++)
        if (s->optimizer.slot[0] && (w = trained_operand(s, node, i)) != NULL &&
            !are_finite(s->optimizer.slot[0] + ((const float *)w->data - s->model->params.values), mote_tensor_count(w)))
            return false;
    return true;
}

static const mote_node *find_gradient(const mote_fit *s)
{
    const mote_graph *graph = &s->model->graphs[0];
    int32_t           n = graph->node_count - 1;

    while (n >= 0 && had_finite_gradients(s, &graph->nodes[n]))
        n--;
    return n >= 0 ? &graph->nodes[n] : NULL;
}

static mote_status blame_update(const mote_fit *s, const mote_node *node, const char *before, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    const mote_node  *from = find_gradient(s);
    const char       *optimizer = mote_optimizer_name(s->optimizer.options.kind);
    const unsigned    update = (unsigned)s->optimizer.step;

    if (update == 0)
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "%s: weights of %s are infinite or NaN from the beginning; look at the file "
                         "that training starts with",
                         before, mote_node_show(graph, node).text);
    if (from)
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "%s: %s's update %u made weights infinite or NaN, by a gradient that became so in %s; " WHAT_TO_DO,
                         before, optimizer, update, mote_node_show(graph, from).text);
    return mote_fail(err, MOTE_ERR_NUMERIC, "%s: %s's update %u made weights of %s infinite or NaN; " WHAT_TO_DO, before,
                     optimizer, update, mote_node_show(graph, node).text);
}

static bool is_computed(const mote_fit *s, int32_t n)
{
    return !s->network->nodes[n].is_view && !s->network->nodes[n].is_skipped;
}

static float largest_weight(const mote_fit *s, const mote_node *node)
{
    const mote_tensor *w;
    float              largest = 0;
    int32_t            i;
    size_t             k;

    for (i = 0; i < node->in_count; i++)
        for (k = 0; (w = trained_operand(s, node, i)) != NULL && k < mote_tensor_count(w); k++)
            largest = fmaxf(largest, fabsf(((const float *)w->data)[k]));
    return largest;
}

/* With weights, how large they have become: a training that leaves the reals mostly grew towards it. */
static mote_status blame_values(const mote_fit *s, const mote_node *node, const char *before, mote_error *err)
{
    const float largest = largest_weight(s, node);
    char        reach[60] = "";

    if (largest > 0)
        snprintf(reach, sizeof reach, ", with weights up to %.3g", (double)largest);
    return mote_fail(err, MOTE_ERR_NUMERIC, "%s: %s is the first whose values are infinite or NaN%s; " WHAT_TO_DO, before,
                     mote_node_show(&s->model->graphs[0], node).text, reach);
}

mote_status mote_fit_blame(const mote_fit *s, size_t batch, const char *before, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    int32_t           i, n;

    for (i = 0; i < graph->input_count; i++)
        if (!is_finite_tensor(s, graph->inputs[i], batch))
            return mote_fail(err, MOTE_ERR_NUMERIC, "%s: samples of input %s are infinite or NaN; look at the data", before,
                             mote_show_string(graph->tensors[graph->inputs[i]].name).text);
    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        if (!has_finite_weights(s, node))
            return blame_update(s, node, before, err);
        for (i = 0; is_computed(s, n) && i < node->out_count; i++)
            if (!is_finite_tensor(s, node->out[i], batch))
                return blame_values(s, node, before, err);
    }
    return mote_fail(err, MOTE_ERR_NUMERIC,
                     "%s: all layers' values are numbers, and the loss of them and the targets is none; " WHAT_TO_DO,
                     before);
}
