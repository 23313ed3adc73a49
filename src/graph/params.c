/* What of a model is trained: the flat parameter buffer, and which layers are left as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "graph/graph.h"

/* Parts of the flat buffer begin at whole cache lines, as vector kernels like them. */
enum { PARAM_ALIGN = 16 };

/* ---- the flat buffer ---- */

static size_t padded(const mote_tensor *tensor)
{
    return (mote_tensor_count(tensor) + PARAM_ALIGN - 1) / PARAM_ALIGN * PARAM_ALIGN;
}

static bool lies_in(const mote_params *params, const mote_tensor *tensor)
{
    const float *data = tensor->data;

    return params->values && data >= params->values && data < params->values + params->count;
}

/* What the optimizer remembers of a weight goes with it to its place in the new buffer. */
static void move_memory(mote_optimizer_memory *to, size_t at, const mote_model *model, const mote_tensor *tensor)
{
    const size_t from = lies_in(&model->params, tensor) ? (size_t)((float *)tensor->data - model->params.values) : 0;
    int32_t      s;

    to->is_there = to->is_there && lies_in(&model->params, tensor);
    for (s = 0; to->is_there && s < to->slot_count; s++)
        memcpy(to->slot[s] + at, model->memory.slot[s] + from, mote_tensor_bytes(tensor));
}

static mote_status new_memory(mote_optimizer_memory *out, mote_model *model, size_t count, mote_error *err)
{
    int32_t s;

    *out = model->memory;
    for (s = 0; out->is_there && s < out->slot_count; s++)
        if (!(out->slot[s] = MOTE_NEW(&model->arena, float, count, err)))
            return err->code;
    return MOTE_OK;
}

mote_status mote_model_gather_params(mote_model *model, mote_error *err)
{
    mote_graph           *graph = &model->graphs[0];
    mote_params           params = {0};
    mote_optimizer_memory memory;
    size_t                at = 0;
    int32_t               i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable)
            params.count += padded(&graph->tensors[i]);
    if (!(params.values = MOTE_NEW(&model->arena, float, params.count, err)))
        return err->code;
    MOTE_TRY(new_memory(&memory, model, params.count, err));
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable) {
            move_memory(&memory, at, model, &graph->tensors[i]);
            at += padded(&graph->tensors[i]);
        }
    at = 0;
    for (i = 0; i < graph->tensor_count; i++) {
        mote_tensor *tensor = &graph->tensors[i];
        if (!tensor->is_trainable)
            continue;
        memcpy(params.values + at, tensor->data, mote_tensor_bytes(tensor));
        tensor->data = params.values + at;
        at += padded(tensor);
    }
    model->params = params;
    model->memory = memory.is_there ? memory : (mote_optimizer_memory){0};
    return MOTE_OK;
}

/* ---- layers that are left as they are ---- */

enum { NAME_BYTES = 256 };

/* The layer's name alone: what stands behind a colon numbers its calls. */
static void layer_name(char *out, const mote_node *node)
{
    const char  *name = node->name ? node->name : "", *call = strstr(name, ":call_");
    const size_t length = call ? (size_t)(call - name) : strlen(name);

    snprintf(out, NAME_BYTES, "%.*s", (int)(length < NAME_BYTES ? length : NAME_BYTES - 1), name);
}

bool mote_node_is_layer(const mote_node *node, const char *pattern)
{
    char  name[NAME_BYTES];
    char *slash;

    layer_name(name, node);
    if (name[0] == '\0')
        return false;
    if (fnmatch(pattern, name, 0) == 0)
        return true;
    while ((slash = strrchr(name, '/')) != NULL) {
        *slash = '\0';
        if (fnmatch(pattern, name, 0) == 0)
            return true;
    }
    return false;
}

static void set_frozen(mote_graph *graph, mote_node *node, bool is_frozen)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++) {
        mote_tensor *in = node->in[i] == MOTE_NONE ? NULL : &graph->tensors[node->in[i]];
        if (!in || !(in->is_trainable || in->is_frozen))
            continue;
        in->is_trainable = !is_frozen;
        in->is_frozen = is_frozen;
    }
    if (node->op == MOTE_OP_BATCH_NORMALIZATION)
        node->as.batch_normalization.is_frozen = is_frozen;
}

/* "conv2d, dense": each layer once, in the order in which they run. */
static void list_layers(mote_text *out, const mote_graph *graph)
{
    enum { SHOWN_BYTES = 320 };
    char    name[NAME_BYTES], before[NAME_BYTES] = "";
    int32_t n;

    for (n = 0; n < graph->node_count; n++) {
        layer_name(name, &graph->nodes[n]);
        if (name[0] == '\0' || strcmp(name, before) == 0)
            continue;
        if (out->count > SHOWN_BYTES) {
            mote_text_printf(out, " ...");
            return;
        }
        mote_text_printf(out, "%s%s", out->count > 0 ? ", " : "", mote_show_string(name).text);
        memcpy(before, name, sizeof before);
    }
}

mote_status mote_model_list_layers(mote_text *out, const mote_model *model, mote_error *err)
{
    list_layers(out, &model->graphs[0]);
    return mote_text_status(out, err);
}

/* Of several operators the last one is the layer's output. */
mote_id mote_model_find_layer(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    char              own[NAME_BYTES];
    int32_t           i;

    for (i = graph->node_count - 1; i >= 0; i--) {
        layer_name(own, &graph->nodes[i]);
        if (own[0] && strcmp(own, name) == 0)
            return graph->nodes[i].out[0];
    }
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_ACTIVATION && strcmp(graph->tensors[i].name, name) == 0)
            return i;
    return MOTE_NONE;
}

static mote_status fail_unmatched(const mote_model *model, const char *pattern, mote_error *err)
{
    mote_text layers = {0};

    if (mote_model_list_layers(&layers, model, err) == MOTE_OK)
        mote_fail(err, MOTE_ERR_USAGE, "freeze: no layer is called \"%s\"; there are %s", mote_show_string(pattern).text,
                  layers.count > 0 ? layers.bytes : "none that have a name");
    mote_text_free(&layers);
    return err->code;
}

mote_status mote_model_set_frozen(mote_model *model, const char *const *patterns, int32_t count, int32_t nodes,
                                  mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     n, p;

    for (n = 0; n < graph->node_count; n++)
        set_frozen(graph, &graph->nodes[n], false);
    for (n = 0; n < nodes; n++)
        set_frozen(graph, &graph->nodes[n], true);
    for (p = 0; p < count; p++) {
        bool is_met = false;
        for (n = 0; n < graph->node_count; n++)
            if (mote_node_is_layer(&graph->nodes[n], patterns[p])) {
                set_frozen(graph, &graph->nodes[n], true);
                is_met = true;
            }
        if (!is_met)
            return fail_unmatched(model, patterns[p], err);
    }
    return mote_model_gather_params(model, err);
}
