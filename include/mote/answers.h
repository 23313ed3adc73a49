/* What a model answers, to look at: a grid of samples with what they are and what they are taken for.
 *
 *     mote_answer_grid grid = {.split = split, .answers = &predictions.outputs[0], .title = "mnist: test"};
 *     if (mote_answer_grid_save(&grid, "answers.png", &err) != MOTE_OK) ...
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_ANSWERS_H
#define MOTE_ANSWERS_H

#include <stdint.h>

#include <mote/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_ANSWER_GRID_COUNT = 25 };

typedef struct mote_answer_grid {
    const mote_dataset_split *split;
    const mote_answers       *answers; /* of one output to the split's first samples, whose first feature is drawn */
    const char               *title;
    const char *const        *labels; /* the model's; NULL: the set's class names, or numbers */
    int32_t                   label_count;
    int32_t                   count;   /* samples shown; 0: MOTE_ANSWER_GRID_COUNT */
    uint64_t                  room[8]; /* mote.h */
} mote_answer_grid;

/* Whether samples of the first feature look like pictures: of bytes, or large enough, with 1 or 3 channels; a flat square
 * too. */
bool mote_dataset_has_pictures(const mote_dataset *set);

/* Writes a .svg or .png: mistakes first, spread over the classes; without classes samples from all over the split.
 * MOTE_ERR_USAGE where samples are no pictures. */
mote_status mote_answer_grid_save(const mote_answer_grid *grid, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
