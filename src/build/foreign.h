/* What somebody says of a model that was trained elsewhere, and what its file says: how samples are prepared.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_FOREIGN_H
#define MOTE_BUILD_FOREIGN_H

#include "graph/graph.h"

/* Whether options say how samples are prepared, and what. */
bool             mote_says_preparation(const mote_dataset_options *options);
mote_preparation mote_said_preparation(const mote_dataset_options *options);

/* They make the same numbers of all samples. */
bool mote_same_preparation(const mote_preparation *a, const mote_preparation *b);

/* "stored / 255", "(stored / 255 - mean) / std" */
typedef struct mote_preparation_text {
    char text[128];
} mote_preparation_text;
mote_preparation_text mote_show_preparation(const mote_preparation *p);

/* mean and std of several channels go by the last axis, so that many must it have: of an input, or of the samples as they
 * are stored (stored_last; 0: not known). A flat input takes any that divide it. MOTE_ERR_USAGE. */
mote_status mote_check_channels(const mote_tensor_info *in, const mote_preparation *p, int64_t stored_last, mote_error *err);

#endif
