/* Gathering: stored samples to prepared float32.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_GATHER_H
#define MOTE_DATA_GATHER_H

#include <mote/dataset.h>

#include "base/arena.h"

typedef struct mote_gather_plan mote_gather_plan;

/* count elements (whole samples) at `in` to `out`. */
typedef void (*mote_gather_function)(const mote_gather_plan *plan, const void *in, size_t count, float *out);

struct mote_gather_plan {
    mote_preparation     preparation;
    mote_dtype           dtype;
    size_t               element_bytes;
    mote_gather_function run;
    /* Bytes without mean and std: x * high + x * low + offset, bit for bit x / scale + offset (checked for all 256). */
    float high, low, offset;
    /* Bytes with mean and std: [channels][256]. */
    const float *table;
};

/* Chooses how; tables come from the arena. preparation's arrays must outlive the plan. */
mote_status mote_gather_plan_init(mote_gather_plan *plan, const mote_preparation *preparation, mote_dtype dtype,
                                  mote_arena *arena, mote_error *err);

/* The plain formula for any dtype: what every faster way equals bit for bit. */
void mote_gather_plain(const mote_gather_plan *plan, const void *in, size_t count, float *out);

#endif
