/* Whole networks by name and width: each as the list of layers that a spec would have in their place, in the words of specs,
 * so that it is read as any other list, and can be printed and edited. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_ARCHITECTURES_H
#define MOTE_BUILD_ARCHITECTURES_H

#include <mote/layers.h>
#include <mote/text.h>

/* What a spec says of one. A spec's zero is the default, but of dropout, where it is a negative number. */
typedef struct mote_architecture {
    const char *name;       /* NULL: the spec has layers of its own */
    float       alpha;      /* the width: Keras' alpha; 1 */
    float       dropout;    /* below 0: the published one */
    int32_t     classes;    /* 0: those of the data */
    const char *activation; /* of the last layer; NULL: softmax */
    int         line;
} mote_architecture;

/* Names, ending with NULL. */
extern const char *const mote_architecture_names[];

/* A shape that the architecture can have, before the data's is known: names of layers depend on no shape. */
mote_shape mote_architecture_usual_input(const char *name);

/* "- conv2d: {...}\n" a layer, for samples of this shape and so many classes (of an autoencoder any number: it answers what
 * it is given). Errors: USAGE, where the shape is not the architecture's kind or too small. */
mote_status mote_architecture_write(mote_text *out, const mote_architecture *architecture, const mote_shape *input,
                                    int32_t classes, mote_error *err);

#endif
