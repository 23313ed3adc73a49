/* A recipe as JSON text, the form in which it travels in files:
 *
 *     {"scale": 255.0, "offset": 0.0, "mean": [0.13], "std": [0.31], "dtype": "uint8", "labels": ["0", "1"],
 *      "loss": "mse", "from_logits": true, "metrics": ["mae"], "columns": ["rooms"], "targets": ["price"],
 *      "range": [0.0, 1.0], "image": [28, 28, 1], "crop": "center"}
 *
 * Of several inputs or outputs a list for each, in the model's order, each entry with its part of this:
 *
 *     {"inputs": [{"scale": 255.0, "offset": 0.0}, {}], "outputs": [{"loss": "mse", "weight": 0.5}, {"labels": ["0", "1"]}]}
 *
 * All parts may be missing; scale, offset, mean and std together are the preparation, loss, from_logits and metrics the
 * goal. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_RECIPE_H
#define MOTE_FORMATS_RECIPE_H

#include "graph/graph.h"

#define MOTE_RECIPE_NAME "mote.recipe"

/* Whether there is anything to say. */
bool mote_recipe_is_empty(const mote_recipe *recipe);

/* In the arena; NULL and err on failure. The same recipe gives the same text. */
char *mote_recipe_encode(const mote_recipe *recipe, mote_arena *arena, mote_error *err);

/* Everything is checked and bounded (1 MiB of text, 65,536 labels and channels). MOTE_ERR_FORMAT says what is wrong. */
mote_status mote_recipe_decode(mote_recipe *out, const char *text, size_t count, mote_arena *arena, mote_error *err);

#endif
