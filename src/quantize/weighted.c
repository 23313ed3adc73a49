/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/weighted.h"

#include <string.h>

#include "ops/convolution.h"

static bool is_constant(const mote_tensor *tensor)
{
    return tensor && tensor->kind == MOTE_CONST;
}

static void find_dense(mote_weighted *out, const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);
    const int32_t      rows = (int32_t)(mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)w->dim[1]);

    out->window = (mrt_window){.batch = rows,
                               .in_h = 1,
                               .in_w = 1,
                               .in_c = w->dim[1],
                               .out_h = 1,
                               .out_w = 1,
                               .out_c = w->dim[0],
                               .kernel_h = 1,
                               .kernel_w = 1,
                               .stride_h = 1,
                               .stride_w = 1,
                               .dilation_h = 1,
                               .dilation_w = 1};
    out->depth = w->dim[1];
}

bool mote_weighted_find(mote_weighted *out, const mote_graph *graph, const mote_node *node)
{
    const bool         is_dense = node->op == MOTE_OP_FULLY_CONNECTED, is_depthwise = node->op == MOTE_OP_DEPTHWISE_CONV_2D;
    const mote_tensor *w, *bias;

    *out = (mote_weighted){0};
    if (!is_dense && !is_depthwise && node->op != MOTE_OP_CONV_2D)
        return false;
    w = mote_node_in(graph, node, 1);
    bias = node->in_count > 2 ? mote_node_in(graph, node, 2) : NULL;
    if (!is_constant(w) || (bias && !is_constant(bias)))
        return false;
    if (is_dense) {
        find_dense(out, graph, node);
    } else {
        out->window = mote_convolution_window(graph, node);
        out->depth = is_depthwise ? 1 : w->dim[3];
    }
    out->channels = out->window.out_c;
    out->groups = out->window.in_c / out->depth;
    out->taps = out->window.kernel_h * out->window.kernel_w * out->depth;
    out->channel_step = is_depthwise ? 1 : (size_t)out->taps;
    out->tap_step = is_depthwise ? (size_t)out->channels : 1;
    out->positions = (size_t)out->window.batch * (size_t)out->window.out_h * (size_t)out->window.out_w;
    return true;
}

int32_t mote_weighted_shares(const mote_weighted *layer)
{
    return layer->channels / layer->groups;
}

int32_t mote_weighted_source(const mote_weighted *layer, int32_t c, int32_t k)
{
    return c / mote_weighted_shares(layer) * layer->depth + k % layer->depth;
}

void mote_weighted_patch(const mote_weighted *layer, const float *x, size_t position, int32_t group, float *patch)
{
    const mrt_window *w = &layer->window;
    const size_t   image = (size_t)w->in_h * (size_t)w->in_w * (size_t)w->in_c, area = (size_t)w->out_h * (size_t)w->out_w;
    const int32_t  oy = (int32_t)(position % area) / w->out_w, ox = (int32_t)(position % area) % w->out_w;
    const mrt_taps rows = mrt_window_rows(w, oy), columns = mrt_window_columns(w, ox);
    const size_t   depth = (size_t)layer->depth;
    int32_t        ky, kx;

    memset(patch, 0, (size_t)layer->taps * sizeof *patch);
    x += position / area * image + (size_t)group * depth;
    for (ky = rows.first; ky < rows.end; ky++)
        for (kx = columns.first; kx < columns.end; kx++) {
            const int32_t iy = rows.in + (ky - rows.first) * w->dilation_h,
                          ix = columns.in + (kx - columns.first) * w->dilation_w;
            memcpy(patch + (size_t)(ky * w->kernel_w + kx) * depth,
                   x + ((size_t)iy * (size_t)w->in_w + (size_t)ix) * (size_t)w->in_c, depth * sizeof *patch);
        }
}
