/* What a model carries of its training: how samples were prepared, what classes are called, what it was trained for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "train/state.h"

/* The extremes of up to some thousand training samples as the network sees them; unknown where preparing leaves float32. */
static mote_status find_range(mote_range *out, const mote_dataset_split *split, int feature, mote_arena *arena,
                              mote_error *err)
{
    enum { LOOKED_AT = 4096 };
    const size_t width = split->set->feature[feature].width;
    float       *sample = MOTE_NEW(arena, float, width, err);
    size_t       i, k;

    for (i = 0; sample && i < split->count; i += split->count / LOOKED_AT + 1) {
        mote_dataset_gather(split, feature, mote_dataset_in_row(i, 1), sample);
        for (k = 0; k < width; k++) {
            out->min = out->is_known && out->min < sample[k] ? out->min : sample[k];
            out->max = out->is_known && out->max > sample[k] ? out->max : sample[k];
            out->is_known = true;
        }
    }
    out->is_known = out->is_known && isfinite(out->min) && isfinite(out->max);
    return err->code;
}

/* Names of columns take room in every file: those of wide tables, a pixel a column, are left out. */
static mote_status take_input(mote_input_recipe *out, mote_fit *s, int index, mote_error *err)
{
    enum { COLUMNS_MAX_KEPT = 256 };
    const mote_dataset_feature *feature = &s->set->feature[index];

    *out = (mote_input_recipe){
        .is_prepared = true, .preparation = feature->preparation, .has_dtype = true, .dtype = feature->dtype};
    if (feature->column_names && feature->width <= COLUMNS_MAX_KEPT) {
        out->columns = feature->column_names;
        out->column_count = (int32_t)feature->width;
    }
    if (feature->rank == 1 && feature->image_height > 0) {
        out->image[0] = feature->image_height;
        out->image[1] = feature->image_width;
        out->image[2] = feature->image_channels;
    }
    out->crop = feature->crop;
    out->exif_orientation = feature->exif_orientation;
    return find_range(&out->range, &s->set->split[MOTE_SPLIT_TRAIN], index, &s->arena, err);
}

static mote_status take_output(mote_output_recipe *out, mote_fit *s, int index, mote_error *err)
{
    const mote_dataset_target *target = &s->set->target[index];
    const char               **labels;
    char                       number[24];
    int                        i;

    *out = (mote_output_recipe){.has_goal = true, .goal = s->output[index].goal};
    out->columns = target->column_names;
    out->column_count = target->column_names ? target->column_count : 0;
    if (target->kind != MOTE_TARGETS_CLASSES)
        return MOTE_OK;
    labels = MOTE_NEW(&s->arena, const char *, target->class_count, err);
    for (i = 0; labels && i < target->class_count; i++) {
        snprintf(number, sizeof number, "%d", i);
        labels[i] = target->class_names ? target->class_names[i] : mote_arena_strdup(&s->arena, number, err);
    }
    out->labels = labels;
    out->label_count = target->class_count;
    return err->code;
}

/* The model carries what somebody with new data must know: how its samples were prepared, what its classes are called, and
 * what it was trained for. */
mote_status mote_fit_take_recipe(mote_fit *s, mote_error *err)
{
    mote_recipe *recipe = MOTE_NEW(&s->arena, mote_recipe, 1, err);
    int          i;

    for (i = 0; recipe && i < s->set->feature_count; i++)
        MOTE_TRY(take_input(&recipe->input[i], s, i, err));
    for (i = 0; recipe && i < s->output_count; i++)
        MOTE_TRY(take_output(&recipe->output[i], s, i, err));
    return err->code == MOTE_OK ? mote_recipe_copy(&s->model->recipe, recipe, &s->model->arena, err) : err->code;
}

mote_status mote_train_recipe(mote_model *model, const mote_dataset *set, const mote_train_options *options, mote_error *err)
{
    mote_fit *s;

    if (!model || !set)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_train_recipe: %s is NULL", model ? "set" : "model");
    s = calloc(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    s->model = model;
    if (options)
        s->options = *options;
    if (mote_dataset_view(&s->set, set, err) == MOTE_OK && mote_fit_set_objectives(s, err) == MOTE_OK &&
        mote_fit_take_targets(s, err) == MOTE_OK)
        mote_fit_take_recipe(s, err);
    mote_training_destroy(&s->public);
    return err->code;
}
