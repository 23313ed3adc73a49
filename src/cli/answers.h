/* What a model answered, sample by sample: the file, what it is, what the model takes it for, and how sure it is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_ANSWERS_H
#define MOTE_CLI_ANSWERS_H

#include "cli/cli.h"

typedef struct cli_answers {
    const mote_model         *model;
    const mote_answers       *answers; /* of one output */
    const char *const        *names;   /* [count]; NULL: samples are numbered */
    const mote_dataset_split *split;   /* the samples, and what they are; NULL: nobody knows */
} cli_answers;

typedef struct cli_class_score {
    int32_t index;
    float   score;
} cli_class_score;

/* Whether a model's output says a class by name: a number a label, or one sigmoid or logit for two labels. */
bool cli_names_classes(const mote_model *model, int output);
/* The scores of all labels from one sample's answer, best first: scores[label count]. */
void cli_rank_classes(cli_class_score *scores, const mote_model *model, int output, const float *answer);
/* What a score is: "probability", or "logit" where no softmax or sigmoid made one of it. */
const char *cli_score_name(const mote_model *model, int output);

/* Of a model with several outputs the output's name is in front of all. */

/* A row a sample, the first of them where there are many, and how many are right. */
mote_status cli_answers_print(const cli_answers *answers, mote_error *err);
/* All rows: [{"file" or "sample", "true", "predicted", "probability" ..., "right", "values"}]; NULL and err on failure. */
json_t *cli_answers_json(const cli_answers *answers, mote_error *err);
/* .csv and .json: all rows; .png and .svg: a grid of pictures, mistakes first. cli_answers_check refuses beforehand what
 * cli_answers_save could not write of this set (NULL: of answers to files). */
bool        cli_answers_can_save(const char *path);
mote_status cli_answers_check(const char *path, const mote_dataset *set, mote_error *err);
mote_status cli_answers_save(const cli_answers *answers, const char *path, mote_error *err);

#endif
