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

/* An operator of one operand, or two (b, or MOTE_NONE), that has no attributes. */
mote_layer_id mote_layer_part(const mote_layer_call *call, mote_op_kind op, mote_layer_id a, mote_layer_id b,
                              const char *suffix);

/* A constant operand "NAME/name", of real numbers; and one of a single number, which repeats. */
mote_id mote_layer_reals(const mote_layer_call *call, const char *name, int32_t rank, const int32_t *dim,
                         const float *values);
mote_id mote_layer_number(const mote_layer_call *call, const char *name, double value);

/* Axes in another order, the batch's first among them; and sums along one axis, which stays with one element. */
mote_layer_id mote_layer_turned(const mote_layer_call *call, mote_layer_id x, const int32_t *order, const char *suffix);
mote_layer_id mote_layer_summed(const mote_layer_call *call, mote_layer_id x, int32_t axis, const char *suffix);

/* x of length 1 along an axis, divided by `epsilon` at least. */
mote_layer_id mote_layer_normalized(const mote_layer_call *call, mote_layer_id x, int32_t axis, double epsilon,
                                    const char *suffix);

/* The axis as it counts, from 1 on; 0 after failing. Keras counts the batch's as axis 0, along which nothing is mixed. */
int32_t mote_layer_axis(const mote_layer_call *call, mote_layer_id x, int32_t axis);

/* An activation that several operators compute (composed.c). */
mote_layer_id mote_layer_composed(const mote_layer_call *call, mote_layer_id x, mote_activation activation,
                                  const char *suffix);

/* A node with an activation, as mote_layer_activated_node, but its output is "NAME/suffix". */
mote_layer_id mote_layer_inner_activated_node(const mote_layer_call *call, const mote_node *node, mote_activation activation,
                                              const char *suffix);

#endif
