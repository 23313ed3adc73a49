/* A data set's samples as a model's inputs: feature i is input i.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPARE_FEED_H
#define MOTE_COMPARE_FEED_H

#include <mote/dataset.h>

#include "exec/exec.h"

/* Errors: USAGE where the samples do not fit the model, or the split is empty. */
mote_status mote_feed_check(const mote_model *model, const mote_dataset_split *split, mote_error *err);

/* Elements of the widest feature: the room that gathering one sample takes. */
size_t mote_feed_width(const mote_dataset *set);

/* Prepares a sample and writes it into the runner's inputs. room: mote_feed_width numbers. */
void mote_feed_runner(mote_runner *runner, const mote_dataset_split *split, size_t sample, float *room);

/* The first samples as the model stores them, all inputs of each in a row: what firmware is given. In the arena; NULL and
 * err on failure. */
uint8_t *mote_feed_store(const mote_model *model, const mote_dataset_split *split, size_t count, size_t *sample_bytes,
                         mote_arena *arena, mote_error *err);

#endif
