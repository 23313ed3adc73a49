/* SVDF.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/svdf.h"

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const size_t weights = mote_tensor_count(mote_node_in(graph, node, MRT_SVDF_WEIGHTS));

    return mote_size_mul((size_t)mote_node_in(graph, node, 0)->dim[0],
                         weights + mote_tensor_count(mote_node_in(graph, node, MRT_SVDF_TIME)));
}

const mote_op mote_op_svdf = {.description = &mrt_operator_svdf, .macs = macs};
