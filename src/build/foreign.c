/* SPDX-License-Identifier: Apache-2.0 */
#include "build/foreign.h"

#include <stdio.h>
#include <string.h>

#include <mote/recipe.h>

#include "base/text.h"

bool mote_says_preparation(const mote_dataset_options *o)
{
    return o->scale != 0 || o->offset != 0 || o->channels > 0 || o->standardize != MOTE_STANDARDIZE_NONE;
}

mote_preparation mote_said_preparation(const mote_dataset_options *o)
{
    return (mote_preparation){
        .scale = o->scale, .offset = o->offset, .channels = o->channels, .mean = o->mean, .std = o->std};
}

static float scale_of(const mote_preparation *p)
{
    return p->scale != 0 ? p->scale : 1;
}

static float mean_at(const mote_preparation *p, int32_t i)
{
    return p->channels > 0 ? p->mean[i % p->channels] : 0;
}

static float std_at(const mote_preparation *p, int32_t i)
{
    return p->channels > 0 ? p->std[i % p->channels] : 1;
}

static bool is_equal(float a, float b)
{
    return !(a < b) && !(a > b);
}

bool mote_same_preparation(const mote_preparation *a, const mote_preparation *b)
{
    const int32_t channels = a->channels > b->channels ? a->channels : b->channels;
    int32_t       i;

    if (!is_equal(scale_of(a), scale_of(b)) || !is_equal(a->offset, b->offset))
        return false;
    if (a->channels > 1 && b->channels > 1 && a->channels != b->channels)
        return false;
    for (i = 0; i < channels; i++)
        if (!is_equal(mean_at(a, i), mean_at(b, i)) || !is_equal(std_at(a, i), std_at(b, i)))
            return false;
    return true;
}

mote_preparation_text mote_show_preparation(const mote_preparation *p)
{
    mote_preparation_text out;
    char                  scale[32] = "", offset[32] = "";

    if (!is_equal(scale_of(p), 1))
        snprintf(scale, sizeof scale, " / %.6g", (double)scale_of(p));
    if (!is_equal(p->offset, 0))
        snprintf(offset, sizeof offset, " %c %.6g", p->offset < 0 ? '-' : '+',
                 (double)(p->offset < 0 ? -p->offset : p->offset));
    if (p->channels == 1)
        snprintf(out.text, sizeof out.text, "(stored%s%s - %.6g) / %.6g", scale, offset, (double)p->mean[0],
                 (double)p->std[0]);
    else if (p->channels > 1)
        snprintf(out.text, sizeof out.text, "(stored%s%s - mean) / std of %d channels", scale, offset, (int)p->channels);
    else
        snprintf(out.text, sizeof out.text, "stored%s%s", scale, offset);
    return out;
}

mote_status mote_check_channels(const mote_tensor_info *in, const mote_preparation *p, int64_t stored_last, mote_error *err)
{
    const int32_t first = in->rank > 1 && in->dim[0] == 1 ? 1 : 0, axes = in->rank - first;
    const int32_t last = in->rank > 0 ? in->dim[in->rank - 1] : 1;

    if (p->channels <= 1 || p->channels == last || p->channels == stored_last)
        return MOTE_OK;
    if (axes == 1 && in->count % (size_t)p->channels == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "input \"%s\" is %s: its last axis has %d numbers, and mean and std are %d",
                     mote_show_string(in->name).text, mote_info_shape(in).text, (int)last, (int)p->channels);
}

/* ---- what is said becomes the recipe ---- */

typedef struct saying {
    mote_model                 *model;
    const mote_dataset_options *said;
    bool                        replaces;
} saying;

static mote_status refuse(const char *what, const char *known, mote_error *err)
{
    return mote_fail(err, MOTE_ERR_USAGE,
                     "its file says that %s %s, and the options say otherwise: leave them out; --prepared is for data that "
                     "are prepared already, and converting without --quantize changes what the file says",
                     what, known);
}

/* Real numbers, or what they become: other integers are indices, which nobody prepares. */
static bool can_prepare(const mote_tensor_info *in)
{
    return in->dtype == MOTE_F32 || in->is_quantized;
}

static mote_status set_preparation(const saying *s, int32_t index, mote_error *err)
{
    mote_input_recipe     *recipe = &s->model->recipe.input[index];
    const mote_tensor_info in = mote_model_input(s->model, index);
    mote_preparation       said = mote_said_preparation(s->said);

    if (!can_prepare(&in))
        return MOTE_OK;
    if (recipe->is_prepared && !s->replaces && !mote_same_preparation(&recipe->preparation, &said))
        return refuse("samples are prepared as", mote_show_preparation(&recipe->preparation).text, err);
    MOTE_TRY(mote_check_channels(&in, &said, 0, err));
    if (said.channels > 0) {
        said.mean = mote_arena_copy(&s->model->arena, said.mean, (size_t)said.channels, sizeof(float), err);
        said.std = mote_arena_copy(&s->model->arena, said.std, (size_t)said.channels, sizeof(float), err);
    }
    recipe->is_prepared = err->code == MOTE_OK;
    recipe->preparation = said;
    return err->code;
}

/* Pictures of this size become the input: one with height and width of its own has to agree. */
static mote_status set_image(const saying *s, mote_error *err)
{
    const mote_tensor_info in = mote_model_input(s->model, 0);
    mote_input_recipe     *recipe = &s->model->recipe.input[0];
    const int32_t          first = in.rank > 1 && in.dim[0] == 1 ? 1 : 0, height = s->said->image_height,
                  width = s->said->image_width;
    int32_t channels = s->said->image_channels;
    char    known[48];

    if (channels == 0 && (size_t)height * (size_t)width > 0)
        channels = (int32_t)(in.count / ((size_t)height * (size_t)width));
    if ((channels != 1 && channels != 3) || (size_t)height * (size_t)width * (size_t)channels != in.count ||
        (in.rank - first >= 2 && (in.dim[first] != height || in.dim[first + 1] != width)))
        return mote_fail(err, MOTE_ERR_USAGE, "--image: pictures of %d x %d do not become input \"%s\", which is %s",
                         (int)height, (int)width, mote_show_string(in.name).text, mote_info_shape(&in).text);
    if (in.rank - first != 1)
        return MOTE_OK; /* the input says it */
    snprintf(known, sizeof known, "%dx%dx%d", (int)recipe->image[0], (int)recipe->image[1], (int)recipe->image[2]);
    if (recipe->image[0] > 0 && !s->replaces &&
        (recipe->image[0] != height || recipe->image[1] != width || recipe->image[2] != channels))
        return refuse("pictures are", known, err);
    recipe->image[0] = height;
    recipe->image[1] = width;
    recipe->image[2] = channels;
    return MOTE_OK;
}

static mote_status set_crop(const saying *s, mote_error *err)
{
    mote_input_recipe *recipe = &s->model->recipe.input[0];
    const mote_crop   *said = &s->said->crop, *known = &recipe->crop;
    const bool         are_equal = known->kind == said->kind && known->top == said->top && known->left == said->left &&
                           known->height == said->height && known->width == said->width;

    if (known->kind != MOTE_CROP_NONE && !are_equal && !s->replaces)
        return refuse("pictures are cropped",
                      known->kind == MOTE_CROP_CENTER ? "to their middle"
                      : known->kind == MOTE_CROP_PAD  ? "no, but padded"
                                                      : "to a box",
                      err);
    recipe->crop = *said;
    return MOTE_OK;
}

/* Columns by name; how many last ones is nothing that another table is sure to have. */
static mote_status set_targets(const saying *s, mote_error *err)
{
    mote_output_recipe *recipe = &s->model->recipe.output[0];
    const char        **names;
    int32_t             i;

    for (i = 0; i < recipe->column_count && !s->replaces; i++)
        if (recipe->column_count != s->said->target_count || strcmp(recipe->columns[i], s->said->target_names[i]) != 0)
            return refuse("the first target is", mote_show_string(recipe->columns[0]).text, err);
    names = MOTE_NEW(&s->model->arena, const char *, s->said->target_count, err);
    for (i = 0; names && i < s->said->target_count; i++)
        names[i] = mote_arena_strdup(&s->model->arena, s->said->target_names[i], err);
    recipe->columns = names;
    recipe->column_count = err->code == MOTE_OK ? s->said->target_count : 0;
    return err->code;
}

mote_status mote_model_set_recipe(mote_model *model, const mote_dataset_options *said, bool replaces, mote_error *err)
{
    const saying s = {.model = model, .said = said, .replaces = replaces};
    int32_t      i;

    if (!model || !said)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_model_set_recipe: %s is NULL", model ? "said" : "model");
    for (i = 0; mote_says_preparation(said) && i < mote_model_input_count(model) && i < MOTE_FEATURES_MAX; i++)
        MOTE_TRY(set_preparation(&s, i, err));
    if (said->image_height > 0)
        MOTE_TRY(set_image(&s, err));
    if (said->crop.kind != MOTE_CROP_NONE)
        MOTE_TRY(set_crop(&s, err));
    if (said->exif_orientation)
        model->recipe.input[0].exif_orientation = true;
    return said->target_names ? set_targets(&s, err) : MOTE_OK;
}

/* ---- what data show besides ---- */

static mote_status add_columns(mote_model *model, mote_input_recipe *recipe, const mote_dataset_feature *feature,
                               mote_error *err)
{
    enum { COLUMNS_MAX_KEPT = 256 };
    const char **names;
    size_t       i;

    if (recipe->column_count > 0 || !feature->column_names || feature->width > COLUMNS_MAX_KEPT)
        return MOTE_OK;
    names = MOTE_NEW(&model->arena, const char *, feature->width, err);
    for (i = 0; names && i < feature->width; i++)
        names[i] = mote_arena_strdup(&model->arena, feature->column_names[i], err);
    recipe->columns = names;
    recipe->column_count = err->code == MOTE_OK ? (int32_t)feature->width : 0;
    return err->code;
}

mote_status mote_model_add_to_recipe(mote_model *model, const mote_dataset *set, mote_error *err)
{
    int32_t i;

    if (!model || !set)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_model_add_to_recipe: %s is NULL", model ? "set" : "model");
    for (i = 0; i < set->feature_count && i < MOTE_FEATURES_MAX && i < mote_model_input_count(model); i++) {
        mote_input_recipe *recipe = &model->recipe.input[i];
        if (recipe->is_prepared && !recipe->has_dtype) {
            recipe->has_dtype = true;
            recipe->dtype = set->feature[i].dtype;
        }
        MOTE_TRY(add_columns(model, recipe, &set->feature[i], err));
    }
    return MOTE_OK;
}
