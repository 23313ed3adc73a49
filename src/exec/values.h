/* Whether the values that reach a model are those that it was made for: what whoever gives it new data is warned of.
 *
 * What it was made for is the range that its recipe has from training, else the one that calibration left in the scale of
 * its input. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EXEC_VALUES_H
#define MOTE_EXEC_VALUES_H

#include "graph/graph.h"

/* Zeroed but for `expected` (mote_values_begin). */
typedef struct mote_values {
    struct {
        double min, max;
        bool   is_known;
    } expected;
    double min, max;      /* seen */
    size_t count, beyond; /* seen; of them further out than a tenth of what is expected */
    size_t samples;       /* that they were of: the caller's to count */
} mote_values;

mote_values mote_values_begin(const mote_model *model, int32_t input);
void        mote_values_add(mote_values *values, const float *real, size_t count); /* as they reach the network */

/* What is strange about them, or "": "reach the model as 0 to 255, and ...". */
typedef struct mote_values_text {
    char text[280];
} mote_values_text;
mote_values_text mote_values_tell(const mote_values *values);

#endif
