/* Which tensor of one model is which of another.
 *
 * Both come from one network, but not by one way: a .keras calls what a layer computes by the layer's name, `dense_1`;
 * TensorFlow's converter by all that it made one operator of, `sequential/dense_1/Relu;sequential/dense_1/BiasAdd`, where
 * Keras 3 has put a number behind each name (`functional_1/conv_1/Relu` is layer `conv`). Joined are, in this order:
 *
 *     equal names                         what mote converted keeps its names
 *     the models' outputs                 by mote_match_outputs, whatever their tensors are called
 *     a layer and a path through it       of all that the path names the last one; of several paths the last
 *     what two joined operators read      of one kind, where only one operand of each is left: the sum before a SIGMOID
 *
 * and only tensors with as many elements. Each is joined once. What a converter computes without a layer's bias, which it
 * has put into the next layer's, is not that layer's output any more, and is not joined. SPDX-License-Identifier: Apache-2.0
 */
#ifndef MOTE_COMPARE_JOIN_H
#define MOTE_COMPARE_JOIN_H

#include "graph/graph.h"

typedef struct mote_join {
    mote_id *b; /* [a's tensor_count]: what each tensor of a is in b; MOTE_NONE: nothing */
    int32_t  count;
} mote_join;

/* Of the main graphs, in the arena. Outputs of operators only: inputs and constants are not joined. */
mote_status mote_join_tensors(mote_join *out, const mote_model *a, const mote_model *b, mote_arena *arena, mote_error *err);

/* Elements of the tensor as it was before channels were dropped. */
size_t mote_join_full_count(const mote_tensor *tensor);

#endif
