/* Words for numbers: labels of text, categories.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_WORDS_H
#define MOTE_DATA_WORDS_H

#include "data/raw.h"

/* The distinct ones of words, sorted bytewise; copies in arena, the work in scratch. More than `most` are MOTE_ERR_LIMIT, in
 * words that go on from what holds them: "holds 70000 different words; ...". */
mote_status mote_words_sort(mote_class_list *out, const char *const *words, size_t count, size_t most, mote_arena *arena,
                            mote_arena *scratch, mote_error *err);
/* Its place in a sorted list, or -1. */
int32_t mote_words_find(const mote_class_list *sorted, const char *word);

/* Targets that are letters (mote_npy_read_text) become labels, and their distinct words, over all splits, class names. */
mote_status mote_raw_label_words(mote_raw_set *raw, mote_error *err);

#endif
