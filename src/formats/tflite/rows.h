/* Rows of lists: TensorFlow's converter writes list[i] = item, as loops have it that keep what every round gives, as
 *
 *     CONCATENATION(SLICE(list, 0, i), item, SLICE(list, i + 1, all that is left))
 *
 * whose slices have sizes that the file does not tell.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_ROWS_H
#define MOTE_FORMATS_TFLITE_ROWS_H

#include "graph/graph.h"

/* Each of them becomes a DYNAMIC_UPDATE_SLICE. The graph is as it was read: nodes and tensors exist, and nothing of them was
 * verified. Returns how many there were; -1 with err: no memory. */
int32_t mote_tflite_write_rows(mote_model *model, mote_graph *graph, mote_error *err);

#endif
