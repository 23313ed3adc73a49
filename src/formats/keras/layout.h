/* Where weights lie in Keras' arrays, of layers of mote's own and of those that a file of Keras brought.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_KERAS_LAYOUT_H
#define MOTE_FORMATS_KERAS_LAYOUT_H

#include "formats/hdf5/hdf5.h"
#include "graph/graph.h"

/* Of weight `weight` of a layer. */
mote_weight_layout mote_keras_layout(const mote_graph *graph, const mote_layer_record *record, int32_t weight);

/* Where weight `weight` of a layer of so many is in a file of Keras 3: which of the layers inside it has it ("cell/", ""
 * where it is the layer's own), and its number there. */
typedef struct mote_weight_place {
    const char *sub;
    int32_t     index;
} mote_weight_place;
mote_weight_place mote_keras_place_weight(const char *class_name, int32_t weight, int32_t count);

/* Whether the file's order of numbers is mote's. */
bool mote_weight_layout_is_plain(const mote_weight_layout *layout);

/* Numbers in mote's order into Keras', and back; each has as many as the layout says. */
void mote_weight_to_keras(const mote_weight_layout *layout, const float *from, float *to);
void mote_weight_from_keras(const mote_weight_layout *layout, const float *from, float *to);

/* Whether an array of the file has that shape. */
bool mote_weight_layout_fits(const mote_weight_layout *layout, const mote_hdf5_array *array);

#endif
