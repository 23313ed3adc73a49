/* The operators' names in NAME.c, for emulators and benches: rows of a macro that firmware sees as nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "emit/emit.h"
#include "graph/control.h"

static bool runs(const mote_graph *graph, const mote_node *node)
{
    mote_error         ignored = {0};
    const mote_op_row *row = mote_op_find_row(graph, node, &ignored);

    return node->op == MOTE_OP_COPY || mote_node_graphs_of(node) || (row && !row->kernels[0].is_view);
}

void mote_emit_layers(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->node_count; i++) {
        const mote_node   *node = &graph->nodes[i];
        const mote_tensor *result = mote_node_result(graph, node);
        const char        *name = node->name ? node->name : result->name;
        mote_text_printf(out, "MRT_LAYER(%d, ", i);
        if (runs(graph, node))
            mote_text_printf(out, "%d, ", i);
        else
            mote_text_puts(out, "none, ");
        mote_text_printf(out, "\"%s\", \"%s\", %zu, ", mote_node_kind_name(node), mote_shape_show(result).text,
                         mote_op_macs(graph, node));
        mote_emit_string(out, name ? name : "");
        mote_text_puts(out, ")\n");
    }
    mote_text_puts(out, "\n");
}
