/* Which samples are worth showing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPARE_PICK_H
#define MOTE_COMPARE_PICK_H

#include <stdint.h>

#include "base/arena.h"

/* What is known of each sample. */
typedef struct mote_pick_from {
    size_t         count;
    const int32_t *labels;   /* [count], each in 0..class_count-1 */
    const bool    *is_right; /* [count] */
    int32_t        class_count;
} mote_pick_from;

/* Mistakes first, then right ones; of both as many classes as there is room for, each class in the order of the samples.
 * picked[limit]; *count is how many there are. */
mote_status mote_pick_samples(size_t *picked, size_t limit, size_t *count, const mote_pick_from *from, mote_error *err);

#endif
