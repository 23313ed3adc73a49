/* What travels with a model for whoever has new data: how each input's samples are prepared, what each output's classes are
 * called and what it was trained for. Training writes it (train.h); a .tflite keeps it as metadata "mote.recipe".
 *
 * mote_samples_load, mote_dataset_open and mote_evaluate follow it by themselves. Class names: mote_model_label; goals:
 * mote_model_goal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_RECIPE_H
#define MOTE_RECIPE_H

#include <mote/dataset.h>
#include <mote/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How stored samples become input `input`; mean and std belong to the model. False, and *out zeroed, where the recipe says
 * nothing of it, or there is no such input. */
bool mote_model_preparation(mote_preparation *out, const mote_model *model, int32_t input);

/* What somebody says of a model that was trained elsewhere becomes its recipe, and travels in its file: scale, offset, mean
 * and std (of all inputs), image (of a flat input), crop and target_names; other options say nothing of a model. What its
 * file says already stays, and is not contradicted: MOTE_ERR_USAGE, unless it is replaced. Mean and std must be as many as
 * the input's last axis has numbers. */
mote_status mote_model_set_recipe(mote_model *model, const mote_dataset_options *said, bool replaces, mote_error *err);

/* And what a set of such samples shows besides: the type in which they are stored, the names of a table's columns. */
mote_status mote_model_add_to_recipe(mote_model *model, const mote_dataset *set, mote_error *err);

/* The whole recipe as JSON, the text that travels; "null" where it is empty. The caller frees it with free(); NULL with err
 * filled on failure. Of one input and output an object:
 *
 *     {"scale": 255.0, "offset": 0.0, "mean": [0.13], "std": [0.31], "dtype": "uint8", "image": [28, 28, 1], "labels": ["0", "1"],
 *      "loss": "mse", "from_logits": true, "metrics": ["mae"], "columns": ["rooms"], "targets": ["price"],
 *      "range": [0.0, 1.0]}
 *
 * of several {"inputs": [...], "outputs": [...]}, each entry with its part of this. All parts may be missing. "image" says
 * which pictures a flat input takes, "crop" what is taken of them: "center", "pad", or [top, left, height, width], and
 * "exif_orientation": true that they are turned first; see image.h. */
char *mote_model_recipe_json(const mote_model *model, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
