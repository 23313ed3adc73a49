/* From an inspection to the picture of its network. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include <mote/inspect.h>
#include <mote/text.h>

#include "graph/graph.h"
#include "report/chart.h"

/* What has learned parameters, what joins several tensors, all else, and the ends. */
enum { COLOUR_WEIGHTS = 0x1f5f9e, COLOUR_JOIN = 0xe3a21a, COLOUR_PLAIN = 0x5b6770, COLOUR_END = 0x2f7d5b };

enum { INPUT_ROWS_MAX = 4, ROWS_MAX = INPUT_ROWS_MAX + 4, NAME_MAX_CHARS = 48 };

typedef struct drawing {
    const mote_inspection *in;
    mote_chart_node       *nodes; /* the model's inputs, its layers, its outputs */
    int                    node_count;
    mote_arena             arena;
    mote_error            *err;
} drawing;

/* A box whose rows and arrows are being filled in. */
typedef struct box {
    mote_chart_node node;
    mote_chart_row *rows;
    int            *from;
} box;

static const char *print(drawing *d, const char *format, ...) MOTE_PRINTF(2, 3);

static const char *print(drawing *d, const char *format, ...)
{
    mote_text   text = {0};
    const char *copy = "";
    va_list     args;

    va_start(args, format);
    mote_text_vprintf(&text, format, args);
    va_end(args);
    if (mote_text_status(&text, d->err) == MOTE_OK && text.bytes)
        copy = mote_arena_strdup(&d->arena, text.bytes, d->err);
    mote_text_free(&text);
    return copy;
}

/* Files' names can be lists of names, all below the same folders: the first one, and of a long one the end. */
static const char *name_text(drawing *d, const char *name)
{
    const size_t length = strcspn(name, ";"), from = length > NAME_MAX_CHARS ? length - NAME_MAX_CHARS + 2 : 0;

    return print(d, "%s%.*s", from > 0 ? ".." : "", (int)(length - from), name + from);
}

static box begin_box(drawing *d, const char *title, int from_max)
{
    box b = {.node = {.title = title},
             .rows = MOTE_NEW(&d->arena, mote_chart_row, ROWS_MAX, d->err),
             .from = MOTE_NEW(&d->arena, int, from_max, d->err)};

    b.node.rows = b.rows;
    b.node.from = b.from;
    return b;
}

static void add_row(drawing *d, box *b, const char *label, const char *value, const char *note)
{
    if (d->err->code == MOTE_OK)
        b->rows[b->node.row_count++] = (mote_chart_row){label, value, note};
}

static void add_tensor(drawing *d, box *b, const char *label, const mote_tensor_info *tensor)
{
    add_row(d, b, label, print(d, "%s", mote_info_shape(tensor).text), mote_dtype_name(tensor->dtype));
}

static void add_arrow(drawing *d, box *b, const mote_operand_info *operand)
{
    if (d->err->code == MOTE_OK && operand->layer != MOTE_NO_OPERAND)
        b->from[b->node.from_count++] = operand->layer < 0 ? -1 - operand->layer : d->in->input_count + operand->layer;
}

static void end_box(drawing *d, const box *b)
{
    if (d->err->code == MOTE_OK)
        d->nodes[d->node_count++] = b->node;
}

static void add_quantization(drawing *d, box *b, const mote_tensor_info *tensor)
{
    if (tensor->is_quantized)
        add_row(d, b, "scale",
                print(d, "%s, zero point %d", mote_number_rounded((double)tensor->scale).text, tensor->zero_point), NULL);
}

static void add_end(drawing *d, const char *title, const mote_tensor_info *tensor, const mote_operand_info *from)
{
    box b = begin_box(d, title, 1);

    b.node.name = name_text(d, tensor->name);
    b.node.colour = COLOUR_END;
    add_tensor(d, &b, "shape", tensor);
    add_quantization(d, &b, tensor);
    if (from)
        add_arrow(d, &b, from);
    end_box(d, &b);
}

static const char *parameters_text(drawing *d, size_t count)
{
    return print(d, "%s parameter%s", mote_number_grouped((double)count, 0).text, count == 1 ? "" : "s");
}

static void add_weights(drawing *d, box *b, const mote_layer_info *layer)
{
    mote_tensor_info weights = {.rank = layer->weights.rank};

    memcpy(weights.dim, layer->weights.dim, sizeof weights.dim);
    if (layer->weights.rank > 0)
        add_row(d, b, "weights", print(d, "%s", mote_info_shape(&weights).text), mote_dtype_name(layer->weights.dtype));
    if (layer->parameters > 0)
        add_row(d, b, "", parameters_text(d, layer->parameters), NULL);
}

static void add_layer(drawing *d, const mote_layer_info *layer)
{
    box     b = begin_box(d, layer->op, layer->input_count);
    int32_t i;

    b.node.name = name_text(d, layer->name);
    if (layer->activation[0])
        b.node.note = print(d, "+ %s", layer->activation);
    b.node.colour = layer->parameters > 0 ? COLOUR_WEIGHTS : layer->input_count > 1 ? COLOUR_JOIN : COLOUR_PLAIN;
    for (i = 0; i < layer->input_count; i++) {
        add_arrow(d, &b, &layer->inputs[i]);
        if (i < INPUT_ROWS_MAX)
            add_tensor(d, &b, i == 0 ? "in" : "", &layer->inputs[i].tensor);
    }
    if (i > INPUT_ROWS_MAX)
        add_row(d, &b, "", print(d, "and %d more", i - INPUT_ROWS_MAX), NULL);
    add_tensor(d, &b, "out", &layer->output);
    add_weights(d, &b, layer);
    end_box(d, &b);
}

static void add_nodes(drawing *d)
{
    const mote_inspection *in = d->in;
    int32_t                i;

    d->nodes = MOTE_NEW(&d->arena, mote_chart_node, in->input_count + in->layer_count + in->output_count, d->err);
    for (i = 0; d->err->code == MOTE_OK && i < in->input_count; i++)
        add_end(d, "input", &in->inputs[i], NULL);
    for (i = 0; d->err->code == MOTE_OK && i < in->layer_count; i++)
        add_layer(d, &in->layers[i]);
    for (i = 0; d->err->code == MOTE_OK && i < in->output_count; i++)
        add_end(d, "output", &in->outputs[i].tensor, &in->outputs[i]);
}

static const char *subtitle_text(drawing *d)
{
    const mote_inspection *in = d->in;

    return print(d, "%d operator%s, %s, %s multiply-accumulates", in->layer_count, in->layer_count == 1 ? "" : "s",
                 parameters_text(d, in->parameters), mote_number_grouped((double)in->macs, 0).text);
}

mote_status mote_inspection_save_chart(const mote_inspection *inspection, const char *path, mote_error *err)
{
    drawing    d = {.in = inspection, .err = err};
    mote_chart chart = {.kind = MOTE_CHART_NETWORK, .title = inspection->name};

    add_nodes(&d);
    chart.subtitle = subtitle_text(&d);
    chart.nodes = d.nodes;
    chart.node_count = d.node_count;
    if (err->code == MOTE_OK)
        mote_chart_save(&chart, path, err);
    mote_arena_destroy(&d.arena);
    return err->code;
}
