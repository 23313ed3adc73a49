/* What pruning saved, for a build's summary. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_PRUNED_H
#define MOTE_BUILD_PRUNED_H

#include <mote/build.h>

#include "graph/graph.h"

/* The trained model ready to run, as mote_model_freeze makes it, without the channels that training made zero. What pruning
 * came to goes into the summary; without pruning nothing does. */
mote_status mote_pruned_freeze(mote_model **out, const mote_model *trained, const mote_train_pruning *pruning,
                               const mote_pruned *pruned, mote_summary *summary, mote_error *err);

/* One line for people; what saves nothing is told as a warning. */
typedef struct mote_pruned_text {
    char text[320];
} mote_pruned_text;
mote_pruned_text mote_pruned_show(const mote_summary *summary);
/* When the code is there: what its zeros saved. "": there is nothing to tell. */
mote_pruned_text mote_pruned_show_code(const mote_summary *summary);

#endif
