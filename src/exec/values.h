/* Whether the values that reach a model are those that it was made for: what whoever gives it new data is warned of.
 *
 * What it was made for is the range that its recipe has from training, else the one that calibration left in the scale of
 * its input. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EXEC_VALUES_H
#define MOTE_EXEC_VALUES_H

#include "graph/graph.h"

typedef struct mote_values {
    struct {
        double min, max;
        bool   is_known;
    } expected;
    double min, max;      /* seen */
    size_t count, beyond; /* seen; of them further out than a tenth of what is expected */
    size_t samples;       /* that they were of */
    bool   are_different; /* not all samples are the same */
} mote_values;

mote_values mote_values_begin(const mote_model *model, int32_t input);
/* One more sample, as it reaches the network, and the first one, with which it is compared. */
void mote_values_add(mote_values *values, const float *first, const float *real, size_t width);

/* What is strange about them, or "": "reach the model as 0 to 255, and ...". */
typedef struct mote_values_text {
    char text[280];
} mote_values_text;
mote_values_text mote_values_tell(const mote_values *values);

#endif
