/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

#include <stdio.h>
#include <string.h>

static mote_layer_id add(const mote_layer_call *call, const mote_node *node, const char *suffix)
{
    return suffix ? mote_layer_inner_node(call, node, suffix) : mote_layer_node(call, node);
}

/* "pads", or "SUFFIX/pads": constants of one layer have names of their own. */
typedef struct const_name {
    char text[64];
} const_name;

static const_name name_const(const char *suffix, const char *name)
{
    const_name full;

    snprintf(full.text, sizeof full.text, "%s%s%s", suffix ? suffix : "", suffix ? "/" : "", name);
    return full;
}

mote_layer_id mote_layer_reshaped(const mote_layer_call *call, mote_layer_id x, int rank, const int32_t *dims,
                                  const char *suffix)
{
    int32_t   shape[MOTE_RANK_MAX] = {-1};
    mote_id   operands[2] = {x, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_RESHAPE, .in = operands, .in_count = 2};

    memcpy(shape + 1, dims, (size_t)rank * sizeof *dims);
    operands[1] = mote_layer_integers(call, name_const(suffix, "shape").text, shape, rank + 1);
    return add(call, &node, suffix);
}

mote_layer_id mote_layer_image_of_sequence(const mote_layer_call *call, mote_layer_id x)
{
    const int32_t *dim = mote_layer_tensor(call, x)->dim;

    return mote_layer_reshaped(call, x, 3, (const int32_t[]){1, dim[1], dim[2]}, "image");
}

mote_layer_id mote_layer_sequence_of_image(const mote_layer_call *call, mote_layer_id x)
{
    return mote_layer_reshaped(call, x, 2, &mote_layer_tensor(call, x)->dim[2], NULL);
}

mote_layer_id mote_layer_padded(const mote_layer_call *call, mote_layer_id x, const int32_t (*pads)[2], const char *suffix)
{
    const int32_t dim[2] = {mote_layer_tensor(call, x)->rank, 2};
    mote_id       operands[2] = {x, mote_layer_integers_of(call, name_const(suffix, "pads").text, 2, dim, pads[0])};

    return add(call, &(mote_node){.op = MOTE_OP_PAD, .in = operands, .in_count = 2}, suffix);
}
