/* What the names of folders, files and arrays say: which split, and samples or targets. One list of words for all sources.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_NAMES_H
#define MOTE_DATA_NAMES_H

#include <mote/dataset.h>

/* For messages: the words of splits, as a reader should write them. */
#define MOTE_SPLIT_WORDS "train, training, validation, valid, val, dev, eval, test, testing"

typedef enum mote_name_role { MOTE_NAME_NONE = 0, MOTE_NAME_SAMPLES, MOTE_NAME_TARGETS } mote_name_role;

/* The split that a word stands for, in any capitals; MOTE_SPLIT_COUNT: none. */
mote_split_id mote_split_of_word(const char *word, size_t count);

/* The split that a folder's name stands for: one such word, and else only "set", "data" and the like ("test_set"). */
mote_split_id mote_split_of_folder(const char *name);

/* An array's name ("x_train", "testLabels", "X"): what it holds, and of which split (none named: MOTE_SPLIT_TRAIN). */
mote_name_role mote_role_of_array(const char *name, mote_split_id *split);

#endif
