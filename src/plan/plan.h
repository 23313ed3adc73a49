/* Planning memory: where each tensor and each step's scratch lie in one block, so that nothing overlaps while both live.
 *
 *     offset
 *       ^   +-------+
 *       |   |   a   |+-----+          a and c are never live together: they share
 *       |   +-------+|  b  |+-----+
 *       |            +-----+|  c  |
 *       +--------------------------> step
 *
 * A view, and an output that a kernel computes in place, take their input's place. Where an input is read for the last time,
 * the output may be written over what the kernel has read already, as far as it declares (mote_kernel.overlap):
 *
 *     offset
 *       ^   +--in---+
 *       |   |   +--out--+             the output begins at least `overlap` bytes below its input, which it eats up
 *       |   +---|       |
 *       |       +-------+
 *       +--------------------> step
 *
 * Inputs live until they are last read, outputs from where they are computed to the end; so after an invoke only the outputs
 * can be relied on. A graph's own inputs are written over only after their last step, or by a QUANTIZE or DEQUANTIZE that
 * is their last.
 *
 * Memory may be of several regions, from fast to slow: split.h says what goes where. In the plan they follow each other in
 * one block, and each place lies within one of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PLAN_PLAN_H
#define MOTE_PLAN_PLAN_H

#include "lower/lower.h"

typedef struct mote_plan_options {
    size_t        align_bytes;  /* every offset is a multiple; 0: 4, or 8 where elements have 64 bits */
    bool          keeps_all;    /* every tensor its own place, also after its last use: for looking inside */
    const size_t *region_bytes; /* [region_count]: what each region has, the fast ones first; SIZE_MAX: any number */
    int32_t       region_count; /* at most MOTE_REGIONS_MAX; 0: one, that has any number */
} mote_plan_options;

/* Fills program->places, scratch, memory_bytes, regions, align_bytes and lower_bound. options may be NULL.
 * lower_bound is proved for this choice of who shares: memory_bytes that equals it is the optimum, which nearly all networks
 * reach (place.h). Over several regions it is what one would take at least. Errors: LIMIT (no memory is that large; the
 * regions are too small). */
mote_status mote_plan(mote_program *program, const mote_plan_options *options, mote_error *err);

/* Checks that no two live places (scratch too) overlap, but for what kernels declare, and all lie inside of one region; what
 * planning must guarantee. */
mote_status mote_plan_verify(const mote_program *program, mote_error *err);

/* The (first) step at which most of the block is in use. */
int32_t mote_plan_peak_step(const mote_program *program, mote_error *err);

/* The place that holds a tensor's bytes, shares followed. */
const mote_place *mote_plan_place(const mote_program *program, mote_id id);

/* The region in which an offset of the block lies. */
int32_t mote_plan_region(const mote_program *program, size_t offset);

#endif
