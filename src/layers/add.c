/* add: Keras' Add, from left to right. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    mote_id   operands[2] = {call->in[0], MOTE_NONE};
    mote_node node = {.op = MOTE_OP_ADD, .in = operands, .in_count = 2};
    char      suffix[16];
    int       i;

    (void)options;
    for (i = 1; i < call->in_count; i++)
        if (!mote_tensor_same_shape(mote_layer_in(call, 0), mote_layer_in(call, i)))
            return mote_layer_fail(call, MOTE_ERR_USAGE, "its inputs have different shapes: %s and %s",
                                   mote_layer_shape(call, 0).text, mote_layer_shape(call, i).text);
    for (i = 1; i < call->in_count - 1; i++) {
        operands[1] = call->in[i];
        snprintf(suffix, sizeof suffix, "sum_%d", i);
        operands[0] = mote_layer_inner_node(call, &node, suffix);
    }
    operands[1] = call->in[i];
    return mote_layer_node(call, &node);
}

static const mote_key keys[] = {{0}};

const mote_layer_type mote_layer_type_add = {
    .name = "add", .keras_class = "Add", .options_bytes = sizeof(mote_add_options), .keys = keys, .in_min = 2, .add = add};
