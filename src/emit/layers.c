/* The operators' names in NAME.c, for emulators and benches: rows of a macro that firmware sees as nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "emit/emit.h"

void mote_emit_layers(const mote_emitter *e, mote_text *out)
{
    const mote_graph *graph = &e->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->node_count; i++) {
        const mote_node   *node = &graph->nodes[i];
        const mote_tensor *result = mote_node_out(graph, node, 0);
        const char        *name = node->name ? node->name : result->name;
        mote_text_printf(out, "MRT_LAYER(%d, \"%s\", \"%s\", %zu, ", i, mote_op_kind_name(node->op),
                         mote_shape_show(result).text, mote_op_macs(graph, node));
        mote_emit_string(out, name ? name : "");
        mote_text_puts(out, ")\n");
    }
    mote_text_puts(out, "\n");
}
