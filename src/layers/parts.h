/* What layers are put together of besides operators of their own. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_PARTS_H
#define MOTE_LAYERS_PARTS_H

#include "layers/layer.h"

/* x in another shape, without the batch. Its output is "NAME/suffix"; suffix NULL: the layer's own. */
mote_layer_id mote_layer_reshaped(const mote_layer_call *call, mote_layer_id x, int rank, const int32_t *dims,
                                  const char *suffix);

/* A sequence [steps, channels] as an image of height 1, and such an image as a sequence, which is the layer's output. */
mote_layer_id mote_layer_image_of_sequence(const mote_layer_call *call, mote_layer_id x);
mote_layer_id mote_layer_sequence_of_image(const mote_layer_call *call, mote_layer_id x);

/* Zeros around an image or a sequence: before and after each axis, the batch's among them. */
mote_layer_id mote_layer_padded(const mote_layer_call *call, mote_layer_id x, const int32_t (*pads)[2], const char *suffix);

/* A node with an activation, as mote_layer_activated_node, but its output is "NAME/suffix". */
mote_layer_id mote_layer_inner_activated_node(const mote_layer_call *call, const mote_node *node, mote_activation activation,
                                              const char *suffix);

#endif
