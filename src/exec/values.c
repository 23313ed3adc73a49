/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what is expected ---- */

static const mote_node *quantizer_of(const mote_graph *graph, mote_id id)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_QUANTIZE && graph->nodes[n].in[0] == id)
            return &graph->nodes[n];
    return NULL;
}

mote_values mote_values_begin(const mote_model *model, int32_t input)
{
    const mote_graph  *graph = &model->graphs[0];
    const mote_tensor *tensor = &graph->tensors[graph->inputs[input]];
    const mote_node   *first = quantizer_of(graph, graph->inputs[input]);
    const mote_range   known = input < MOTE_FEATURES_MAX ? model->recipe.input[input].range : (mote_range){0};
    mote_values        values = {.min = INFINITY, .max = -INFINITY};
    long long          low, high;

    if (known.is_known) {
        values.expected.min = (double)known.min;
        values.expected.max = (double)known.max;
        values.expected.is_known = true;
        return values;
    }
    if (tensor->dtype == MOTE_F32 && first) /* quantized behind a float32 input */
        tensor = &graph->tensors[first->out[0]];
    if (!tensor->quant || !mote_dtype_limits(tensor->dtype, &low, &high))
        return values;
    values.expected.min = (double)tensor->quant->scale[0] * (double)(low - tensor->quant->zero_point[0]);
    values.expected.max = (double)tensor->quant->scale[0] * (double)(high - tensor->quant->zero_point[0]);
    values.expected.is_known = true;
    return values;
}

/* ---- what is seen ---- */

void mote_values_add(mote_values *v, const float *first, const float *real, size_t width)
{
    const double margin = (v->expected.max - v->expected.min) / 10;
    size_t       i;

    for (i = 0; i < width; i++) {
        const double x = (double)real[i];
        v->min = x < v->min ? x : v->min;
        v->max = x > v->max ? x : v->max;
        v->beyond += v->expected.is_known && (x > v->expected.max + margin || x < v->expected.min - margin);
    }
    v->count += width;
    v->samples++;
    v->are_different = v->are_different || memcmp(first, real, width * sizeof *real) != 0;
}

/* ---- the verdict ---- */

/* A range and a half beyond: other data, or another preparation. */
static bool are_far(const mote_values *v, double width)
{
    return v->max > v->expected.max + 1.5 * width || v->min < v->expected.min - 1.5 * width;
}

/* Of a few samples, or numbers, nothing can be said: a picture may be black. */
static bool are_enough(const mote_values *v)
{
    return v->samples >= 4 && v->count >= 16;
}

mote_values_text mote_values_tell(const mote_values *v)
{
    enum { MOST_BEYOND = 5, MANY = 16 }; /* a fifth */
    const double     width = v->expected.is_known ? v->expected.max - v->expected.min : 0;
    mote_values_text out = {""};

    if (v->count == 0 || !(v->min <= v->max))
        return out;
    if (width > 0 && (are_far(v, width) || (are_enough(v) && v->max - v->min < width / 30 && v->max > v->min)))
        snprintf(
            out.text, sizeof out.text,
            "reach the model as %.4g to %.4g, and the model was made for %.4g to %.4g; are scale and offset those of its "
            "training?",
            v->min, v->max, v->expected.min, v->expected.max);
    else if (width > 0 && v->beyond > v->count / MOST_BEYOND && are_enough(v))
        snprintf(
            out.text, sizeof out.text,
            "reach the model as %.4g to %.4g, %.0f %% of them beyond the %.4g to %.4g that it was made for; are scale and "
            "offset those of its training?",
            v->min, v->max, 100 * (double)v->beyond / (double)v->count, v->expected.min, v->expected.max);
    else if (v->samples >= MANY && !v->are_different)
        snprintf(out.text, sizeof out.text, "are the same in all samples, %.4g to %.4g", v->min, v->max);
    return out;
}
