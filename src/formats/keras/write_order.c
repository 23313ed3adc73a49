/* Which layers there are, in what order, under which names. Files find weights by the place of a layer among those of its
 * class, so the order has to be the one in which Keras lists a loaded model's layers: farthest from the outputs first, and
 * among equals as a walk from the outputs back to the inputs meets them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "formats/keras/writing.h"
#include "layers/layer.h"

/* ---- order ---- */

/* "layer x (LSTM)": one that has operators and no record of how it came about. */
static mote_status fail_unrecorded(const mote_keras_writing *w, mote_error *err)
{
    const mote_graph *graph = &w->model->graphs[0];
    int32_t           n, i;

    for (n = 0; n < graph->node_count; n++) {
        const char *name = graph->nodes[n].name ? graph->nodes[n].name : "";
        for (i = 0; i < w->model->layer_count && strcmp(w->model->layers[i].name, name) != 0; i++)
            ;
        if (i == w->model->layer_count)
            return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                             "Keras' files hold layers, and %s came from none that mote can write",
                             mote_node_show(graph, &graph->nodes[n]).text);
    }
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "Keras' files hold layers, and not all of this network came from layers that "
                     "mote can write");
}

/* Every operator must have come from a layer, and every layer must read whole layers: a file of layers cannot say another
 * network. */
static mote_status check_records(const mote_keras_writing *w, mote_error *err)
{
    const mote_graph *graph = &w->model->graphs[0];
    int32_t           nodes = 0, i, k;
    bool              is_whole = w->model->graph_count == 1;

    for (i = 0; i < graph->output_count; i++)
        is_whole = is_whole && w->by_tensor[graph->outputs[i]] >= 0;
    for (i = 0; i < w->model->layer_count; i++) {
        const mote_layer_record *record = &w->model->layers[i];
        nodes += record->node_count;
        is_whole = is_whole && record->weight_count <= MOTE_LAYER_WEIGHTS_MAX;
        for (k = 0; k < record->in_count; k++)
            is_whole = is_whole && w->by_tensor[record->in[k]] >= 0;
    }
    return is_whole && nodes == graph->node_count ? MOTE_OK : fail_unrecorded(w, err);
}

/* Layers stand in topological order, so that readers of a tensor have their depth when its maker asks. */
static void find_depths(mote_keras_writing *w)
{
    int32_t i, k;

    for (i = w->model->layer_count - 1; i >= 0; i--) {
        const mote_layer_record *record = w->layers[i].record;
        for (k = 0; k < record->in_count; k++) {
            mote_keras_written *before = &w->layers[w->by_tensor[record->in[k]]];
            if (before->depth <= w->layers[i].depth)
                before->depth = w->layers[i].depth + 1;
        }
    }
}

static int32_t count_reads(const mote_keras_writing *w)
{
    int32_t count = w->model->graphs[0].output_count, i;

    for (i = 0; i < w->model->layer_count; i++)
        count += w->model->layers[i].in_count;
    return count;
}

/* Depth first, each layer before what it reads. */
static mote_status find_turns(mote_keras_writing *w, mote_error *err)
{
    const mote_graph *graph = &w->model->graphs[0];
    mote_id          *stack = MOTE_NEW(&w->arena, mote_id, count_reads(w), err);
    int32_t           waiting = 0, turn = 0, i;

    for (i = graph->output_count - 1; stack && i >= 0; i--)
        stack[waiting++] = graph->outputs[i];
    while (waiting > 0) {
        mote_keras_written *layer = &w->layers[w->by_tensor[stack[--waiting]]];
        if (layer->turn > 0)
            continue;
        layer->turn = ++turn;
        for (i = layer->record->in_count - 1; i >= 0; i--)
            stack[waiting++] = layer->record->in[i];
    }
    return err->code;
}

static int compare_places(const void *a, const void *b)
{
    const mote_keras_written *x = a, *y = b;

    if (x->depth != y->depth)
        return x->depth > y->depth ? -1 : 1;
    return (x->turn > y->turn) - (x->turn < y->turn);
}

static mote_status sort_layers(mote_keras_writing *w, mote_error *err)
{
    const int32_t count = w->model->layer_count, tensors = w->model->graphs[0].tensor_count;
    int32_t       i;

    w->layers = MOTE_NEW(&w->arena, mote_keras_written, count, err);
    w->by_tensor = MOTE_NEW(&w->arena, int32_t, tensors, err);
    MOTE_TRY(err->code);
    for (i = 0; i < tensors; i++)
        w->by_tensor[i] = -1;
    for (i = 0; i < count; i++) {
        w->layers[i].record = &w->model->layers[i];
        w->by_tensor[w->model->layers[i].out] = i;
    }
    MOTE_TRY(check_records(w, err));
    find_depths(w);
    MOTE_TRY(find_turns(w, err));
    qsort(w->layers, (size_t)count, sizeof *w->layers, compare_places);
    for (i = 0; i < count; i++)
        w->by_tensor[w->layers[i].record->out] = i;
    return MOTE_OK;
}

bool mote_keras_is_attention(const mote_layer_record *record)
{
    return record->keras ? strcmp(record->keras->class_name, "MultiHeadAttention") == 0
                         : record->type == &mote_layer_type_multi_head_attention;
}

/* One input, one output, and each layer reads the one before it alone. */
static bool is_chain(const mote_keras_writing *w)
{
    const mote_graph *graph = &w->model->graphs[0];
    const int32_t     count = w->model->layer_count;
    int32_t           i;

    for (i = 1; i < count; i++)
        if (w->layers[i].record->in_count != 1 || mote_keras_is_attention(w->layers[i].record) ||
            (w->layers[i].record->keras && w->layers[i].record->keras->is_inferring) ||
            w->layers[i].record->in[0] != w->layers[i - 1].record->out)
            return false;
    return graph->input_count == 1 && graph->output_count == 1 && count > 1 &&
           graph->outputs[0] == w->layers[count - 1].record->out;
}

/* ---- names ---- */

/* What TensorFlow takes for a name's scope; on it Keras 2 and 3 alike refuse others, when a layer is called or before. */
static bool is_allowed(unsigned char c, bool is_first)
{
    return c < 128 && (isalnum(c) || c == '.' || (!is_first && (c == '_' || c == '-')));
}

/* HDF5 takes "." for the group itself. */
static char *make_name(mote_keras_writing *w, const char *from, mote_error *err)
{
    const bool begins_well = is_allowed((unsigned char)from[0], true) && from[strspn(from, ".")] != '\0';
    char      *name = mote_arena_printf(&w->arena, err, "%s%s", begins_well ? "" : "x", from);
    size_t     i;

    for (i = 0; name && name[i]; i++)
        if (!is_allowed((unsigned char)name[i], i == 0))
            name[i] = '_';
    return name;
}

static bool is_taken(const mote_keras_writing *w, const char *name)
{
    int32_t i;

    for (i = 0; i < w->model->layer_count; i++)
        if (w->layers[i].name && strcmp(w->layers[i].name, name) == 0)
            return true;
    return false;
}

/* Those that Keras takes keep their names; the others get what is left. */
static mote_status name_layers(mote_keras_writing *w, mote_error *err)
{
    const char **wanted = MOTE_NEW(&w->arena, const char *, w->model->layer_count, err);
    int32_t      i;

    for (i = 0; wanted && i < w->model->layer_count; i++) {
        if (!(wanted[i] = make_name(w, w->layers[i].record->name, err)))
            return err->code;
        if (strcmp(wanted[i], w->layers[i].record->name) == 0)
            w->layers[i].name = wanted[i];
    }
    for (i = 0; wanted && i < w->model->layer_count; i++) {
        while (!w->layers[i].name && is_taken(w, wanted[i]))
            if (!(wanted[i] = mote_arena_printf(&w->arena, err, "%s_", wanted[i])))
                return err->code;
        w->layers[i].name = wanted[i];
    }
    return err->code;
}

bool mote_keras_is_input(const mote_layer_record *record)
{
    return !record->type && !record->keras;
}

bool mote_keras_is_frozen(const mote_keras_writing *w, const mote_layer_record *record)
{
    const mote_graph *graph = &w->model->graphs[0];
    int32_t           i;

    for (i = 0; i < record->weight_count; i++)
        if (graph->tensors[record->weight[i]].is_frozen)
            return true;
    for (i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].op == MOTE_OP_BATCH_NORMALIZATION && graph->nodes[i].as.batch_normalization.is_frozen &&
            strcmp(graph->nodes[i].name, record->name) == 0)
            return true;
    return false;
}

/* As Keras does it: an underscore before each capital that begins or ends a word of small letters. LeakyReLU is leaky_re_lu.
 */
static char *snake_case(mote_keras_writing *w, const char *class_name, mote_error *err)
{
    char  *snake = mote_arena_alloc(&w->arena, 2 * strlen(class_name) + 1, 1, err), *at = snake;
    size_t i;

    for (i = 0; snake && class_name[i]; i++) {
        const unsigned char c = (unsigned char)class_name[i];
        if (i > 0 && isupper(c) && (islower((unsigned char)class_name[i - 1]) || islower((unsigned char)class_name[i + 1])))
            *at++ = '_';
        *at++ = (char)tolower(c);
    }
    return snake;
}

/* Layers of a class before this one. */
static int32_t count_alike(const mote_keras_writing *w, int32_t index)
{
    int32_t count = 0, i;

    for (i = 0; i < index; i++)
        count += strcmp(w->layers[i].class_name, w->layers[index].class_name) == 0;
    return count;
}

static mote_status place_layer(mote_keras_writing *w, int32_t index, mote_error *err)
{
    mote_keras_written *layer = &w->layers[index];
    int32_t             before;
    const char         *snake;

    layer->class_name = layer->record->keras  ? layer->record->keras->class_name
                        : layer->record->type ? layer->record->type->keras_class
                                              : "InputLayer";
    before = count_alike(w, index);
    snake = snake_case(w, layer->class_name, err);
    layer->path = !snake || before == 0 ? snake : mote_arena_printf(&w->arena, err, "%s_%d", snake, (int)before);
    return err->code;
}

mote_status mote_keras_writing_init(mote_keras_writing *w, mote_error *err)
{
    int32_t i;

    MOTE_TRY(sort_layers(w, err));
    w->is_sequential = is_chain(w);
    MOTE_TRY(name_layers(w, err));
    for (i = 0; i < w->model->layer_count; i++)
        MOTE_TRY(place_layer(w, i, err));
    w->name = make_name(w, w->model->name[0] ? w->model->name : "mote", err);
    return err->code;
}
