/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"

void mote_quantize_rescaled(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node, (void)want; /* what is not said is MOTE_QUANT_RANGE */
}

void mote_quantize_rescaled_along(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    for (i = 1; i < node->in_count; i++)
        want[i].rule = MOTE_QUANT_KEEP;
}

void mote_quantize_joined(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    for (i = 0; i < node->in_count; i++)
        want[i].rule = MOTE_QUANT_JOINED;
}

void mote_quantize_moved(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    mote_quantize_rescaled_along(graph, node, want);
    for (i = 0; i < node->out_count; i++)
        want[node->in_count + i].rule = MOTE_QUANT_SAME;
}
