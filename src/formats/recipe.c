/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/recipe.h>

#include "base/json.h"
#include "base/text.h"
#include "layers/goals.h"

enum { TEXT_BYTES_MAX = 1 << 20, ENTRIES_MAX = 65536 };

static bool input_is_empty(const mote_input_recipe *r)
{
    return !r->is_prepared && !r->has_dtype && r->column_count == 0 && r->image[0] == 0 && r->crop.kind == MOTE_CROP_NONE &&
           !r->exif_orientation && !r->range.is_known;
}

static bool output_is_empty(const mote_output_recipe *r)
{
    return !r->has_goal && r->label_count == 0 && r->column_count == 0;
}

/* How many inputs (outputs) something is said of, up to the last of them. */
static int count_inputs(const mote_recipe *recipe)
{
    int count = MOTE_FEATURES_MAX;

    while (count > 0 && input_is_empty(&recipe->input[count - 1]))
        count--;
    return count;
}

static int count_outputs(const mote_recipe *recipe)
{
    int count = MOTE_TARGETS_MAX;

    while (count > 0 && output_is_empty(&recipe->output[count - 1]))
        count--;
    return count;
}

bool mote_recipe_is_empty(const mote_recipe *recipe)
{
    return count_inputs(recipe) == 0 && count_outputs(recipe) == 0;
}

/* ---- writing ---- */

static json_t *list_floats(const float *values, int count)
{
    json_t *array = json_array();
    int     i;

    for (i = 0; i < count; i++)
        mote_json_append(&array, json_real((double)values[i]));
    return array;
}

/* Nothing where there are no names. */
static void put_names(json_t **object, const char *key, const char *const *names, int32_t count)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < count; i++)
        mote_json_append(&list, json_string(names[i]));
    if (count > 0)
        mote_json_set(object, key, list);
    else
        json_decref(list);
}

static void put_preparation(json_t **object, const mote_preparation *p)
{
    mote_json_set(object, "scale", json_real(p->scale != 0 ? (double)p->scale : 1.0));
    mote_json_set(object, "offset", json_real((double)p->offset));
    if (p->channels == 0)
        return;
    mote_json_set(object, "mean", list_floats(p->mean, p->channels));
    mote_json_set(object, "std", list_floats(p->std, p->channels));
}

/* An argument of a loss or metric, where it is not the default. */
static void put_argument(json_t **object, const mote_key *key, const mote_goal *goal)
{
    const void *member = (const char *)goal + key->offset;

    if (key->kind == MOTE_KEY_FLOAT && *(const float *)member != 0)
        mote_json_set(object, key->name, json_real((double)*(const float *)member));
    else if (key->kind == MOTE_KEY_INT && *(const int *)member != 0)
        mote_json_set(object, key->name, json_integer(*(const int *)member));
    else if (key->kind == MOTE_KEY_BOOL && *(const bool *)member)
        mote_json_set(object, key->name, json_true());
}

static void put_goal(json_t **object, const mote_goal *goal)
{
    const mote_metric_type *type;
    const mote_key         *key;
    const char             *names[32];
    int32_t                 count = 0;

    for (type = mote_metric_types; type->name; type++)
        if (goal->metrics & type->metric)
            names[count++] = type->name;
    mote_json_set(object, "loss", json_string(mote_loss_name(goal->loss)));
    if (goal->from_logits)
        mote_json_set(object, "from_logits", json_true());
    if (goal->weight != 0 && goal->weight != 1)
        mote_json_set(object, "weight", json_real((double)goal->weight));
    put_names(object, "metrics", names, count);
    for (key = mote_goal_keys; key->name; key++)
        put_argument(object, key, goal);
}

static json_t *list_integers(const int32_t *values, int count)
{
    json_t *array = json_array();
    int     i;

    for (i = 0; i < count; i++)
        mote_json_append(&array, json_integer(values[i]));
    return array;
}

static json_t *crop_value(const mote_crop *crop)
{
    const int32_t box[] = {crop->top, crop->left, crop->height, crop->width};

    return crop->kind == MOTE_CROP_CENTER ? json_string("center")
           : crop->kind == MOTE_CROP_PAD  ? json_string("pad")
                                          : list_integers(box, 4);
}

static void put_input(json_t **object, const mote_input_recipe *recipe)
{
    if (recipe->is_prepared)
        put_preparation(object, &recipe->preparation);
    if (recipe->has_dtype)
        mote_json_set(object, "dtype", json_string(mote_dtype_name(recipe->dtype)));
    if (recipe->image[0] > 0)
        mote_json_set(object, "image", list_integers(recipe->image, 3));
    if (recipe->crop.kind != MOTE_CROP_NONE)
        mote_json_set(object, "crop", crop_value(&recipe->crop));
    if (recipe->exif_orientation)
        mote_json_set(object, "exif_orientation", json_true());
}

static void put_range(json_t **object, const mote_range *range)
{
    if (range->is_known)
        mote_json_set(object, "range", list_floats((const float[]){range->min, range->max}, 2));
}

/* One input and one output are one flat object. */
static json_t *put_single(const mote_input_recipe *in, const mote_output_recipe *out)
{
    json_t *object = json_object();

    put_input(&object, in);
    put_names(&object, "labels", out->labels, out->label_count);
    if (out->has_goal)
        put_goal(&object, &out->goal);
    put_names(&object, "columns", in->columns, in->column_count);
    put_names(&object, "targets", out->columns, out->column_count);
    put_range(&object, &in->range);
    return object;
}

static json_t *put_all(const mote_recipe *recipe)
{
    static const mote_input_recipe  no_input = {0};
    static const mote_output_recipe no_output = {0};
    const int                       inputs = count_inputs(recipe), outputs = count_outputs(recipe);
    json_t                         *object, *ins, *outs;
    int                             i;

    if (inputs <= 1 && outputs <= 1)
        return put_single(&recipe->input[0], &recipe->output[0]);
    object = json_object();
    ins = json_array();
    outs = json_array();
    for (i = 0; i < inputs; i++)
        mote_json_append(&ins, put_single(&recipe->input[i], &no_output));
    for (i = 0; i < outputs; i++)
        mote_json_append(&outs, put_single(&no_input, &recipe->output[i]));
    mote_json_set(&object, "inputs", ins);
    mote_json_set(&object, "outputs", outs);
    return object;
}

static mote_status check_names(const char *const *names, int32_t count, mote_error *err)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (!mote_json_can_hold(names[i]))
            return mote_fail(err, MOTE_ERR_FORMAT, "the recipe cannot be written: \"%s\" is no UTF-8",
                             mote_show_string(names[i]).text);
    return MOTE_OK;
}

static mote_status check_input(const mote_input_recipe *recipe, mote_error *err)
{
    const mote_preparation *p = &recipe->preparation;
    bool                    is_finite = isfinite(p->scale) && isfinite(p->offset);
    int32_t                 i;

    for (i = 0; i < p->channels; i++)
        is_finite = is_finite && isfinite(p->mean[i]) && isfinite(p->std[i]);
    if (recipe->is_prepared && !is_finite)
        return mote_fail(err, MOTE_ERR_FORMAT, "the recipe cannot be written: a number is not finite");
    if (recipe->range.is_known && !(isfinite(recipe->range.min) && isfinite(recipe->range.max)))
        return mote_fail(err, MOTE_ERR_FORMAT, "the recipe cannot be written: the range of its inputs is not finite");
    return check_names(recipe->columns, recipe->column_count, err);
}

static mote_status check_output(const mote_output_recipe *recipe, mote_error *err)
{
    if (recipe->has_goal && !isfinite(recipe->goal.weight))
        return mote_fail(err, MOTE_ERR_FORMAT, "the recipe cannot be written: a weight is not finite");
    MOTE_TRY(check_names(recipe->labels, recipe->label_count, err));
    return check_names(recipe->columns, recipe->column_count, err);
}

static mote_status check(const mote_recipe *recipe, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_FEATURES_MAX; i++)
        MOTE_TRY(check_input(&recipe->input[i], err));
    for (i = 0; i < MOTE_TARGETS_MAX; i++)
        MOTE_TRY(check_output(&recipe->output[i], err));
    return MOTE_OK;
}

char *mote_recipe_encode(const mote_recipe *recipe, mote_arena *arena, mote_error *err)
{
    char *text, *copy;

    if (check(recipe, err) != MOTE_OK)
        return NULL;
    text = mote_json_print(put_all(recipe), JSON_COMPACT, err);
    copy = text ? mote_arena_strdup(arena, text, err) : NULL;
    free(text);
    return copy;
}

char *mote_model_recipe_json(const mote_model *model, mote_error *err)
{
    json_t *recipe;

    if (!model) {
        mote_fail(err, MOTE_ERR_USAGE, "no model whose recipe to tell");
        return NULL;
    }
    if (check(&model->recipe, err) != MOTE_OK)
        return NULL;
    recipe = mote_recipe_is_empty(&model->recipe) ? json_null() : put_all(&model->recipe);
    return mote_json_print(recipe, JSON_COMPACT | JSON_ENCODE_ANY, err);
}

/* ---- reading ---- */

static mote_status read_float(const json_t *value, const char *key, float *out, mote_error *err)
{
    double number = json_number_value(value);

    if (!json_is_number(value) || !isfinite((float)number))
        return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" is not a number of float32's range", key);
    *out = (float)number;
    return MOTE_OK;
}

static mote_status read_floats(const json_t *array, const char *key, int count, const float **out, mote_arena *arena,
                               mote_error *err)
{
    float *values = MOTE_NEW(arena, float, count, err);
    int    i;

    if (!values)
        return err->code;
    for (i = 0; i < count; i++)
        MOTE_TRY(read_float(json_array_get(array, (size_t)i), key, &values[i], err));
    *out = values;
    return MOTE_OK;
}

static mote_status read_channels(mote_preparation *out, const json_t *mean, const json_t *std, mote_arena *arena,
                                 mote_error *err)
{
    size_t count = json_array_size(mean);
    int    i;

    if (!json_is_array(mean) || !json_is_array(std) || count != json_array_size(std) || count < 1 || count > ENTRIES_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"mean\" and \"std\" must be lists of one length");
    out->channels = (int)count;
    MOTE_TRY(read_floats(mean, "mean", out->channels, &out->mean, arena, err));
    MOTE_TRY(read_floats(std, "std", out->channels, &out->std, arena, err));
    for (i = 0; i < out->channels; i++)
        if (!(out->std[i] > 0))
            return mote_fail(err, MOTE_ERR_FORMAT, "\"std\" holds %g; it divides and must be positive", (double)out->std[i]);
    return MOTE_OK;
}

static mote_status read_preparation(mote_input_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
{
    const json_t *scale = json_object_get(object, "scale"), *offset = json_object_get(object, "offset"),
                 *mean = json_object_get(object, "mean"), *std = json_object_get(object, "std");

    if (scale) {
        MOTE_TRY(read_float(scale, "scale", &out->preparation.scale, err));
        if (out->preparation.scale == 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "\"scale\" is 0; it divides");
    }
    if (offset)
        MOTE_TRY(read_float(offset, "offset", &out->preparation.offset, err));
    if (mean || std)
        MOTE_TRY(read_channels(&out->preparation, mean, std, arena, err));
    out->is_prepared = scale || offset || mean;
    return MOTE_OK;
}

static mote_status read_names(const json_t *array, const char *key, const char *const **names, int32_t *name_count,
                              mote_arena *arena, mote_error *err)
{
    size_t       count = json_array_size(array), i;
    const char **read;

    if (!array)
        return MOTE_OK;
    if (!json_is_array(array) || count > ENTRIES_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" must be a list of at most %d names", key, ENTRIES_MAX);
    read = MOTE_NEW(arena, const char *, count, err);
    for (i = 0; read && i < count; i++) {
        const char *name = json_string_value(json_array_get(array, i));
        if (!name)
            return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" entry %zu is no text", key, i);
        if (!(read[i] = mote_arena_strdup(arena, name, err)))
            return err->code;
    }
    *names = count > 0 ? read : NULL;
    *name_count = (int32_t)count;
    return err->code;
}

static mote_status read_goal_arguments(mote_goal *goal, const json_t *object, mote_error *err)
{
    const mote_key *key;

    for (key = mote_goal_keys; key->name; key++) {
        const json_t *value = json_object_get(object, key->name);
        void         *member = (char *)goal + key->offset;
        if (!value)
            continue;
        if (key->kind == MOTE_KEY_BOOL) {
            *(bool *)member = json_is_true(value);
            continue;
        }
        if (!json_is_number(value) || mote_key_check_number(key, json_number_value(value), err) != MOTE_OK)
            return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" is not a number from %g to %g", key->name, key->min, key->max);
        if (key->kind == MOTE_KEY_FLOAT)
            *(float *)member = (float)json_number_value(value);
        else
            *(int *)member = (int)json_number_value(value);
    }
    return MOTE_OK;
}

/* A loss or metric that this version does not know is passed over: evaluation then goes by the targets. */
static mote_status read_goal(mote_output_recipe *out, const json_t *object, mote_error *err)
{
    const json_t *loss = json_object_get(object, "loss"), *metrics = json_object_get(object, "metrics"),
                 *from_logits = json_object_get(object, "from_logits"), *weight = json_object_get(object, "weight");
    size_t i;

    if (!loss)
        return MOTE_OK;
    if (!json_is_string(loss) || (from_logits && !json_is_boolean(from_logits)) || (metrics && !json_is_array(metrics)))
        return mote_fail(err, MOTE_ERR_FORMAT, "\"loss\" must be a name, \"from_logits\" true or false, \"metrics\" a list");
    out->goal.loss = mote_loss_find(json_string_value(loss));
    out->goal.from_logits = json_is_true(from_logits);
    if (weight)
        MOTE_TRY(read_float(weight, "weight", &out->goal.weight, err));
    if (out->goal.weight < 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"weight\" is %g; a loss counts more than nothing",
                         (double)out->goal.weight);
    for (i = 0; i < json_array_size(metrics); i++) {
        const char *name = json_string_value(json_array_get(metrics, i));
        out->goal.metrics |= name ? mote_metric_find(name) : 0;
    }
    MOTE_TRY(read_goal_arguments(&out->goal, object, err));
    out->has_goal = out->goal.loss != MOTE_LOSS_COUNT;
    if (!out->has_goal)
        out->goal = (mote_goal){0};
    return MOTE_OK;
}

static mote_status read_dtype(mote_input_recipe *out, const json_t *dtype, mote_error *err)
{
    if (!dtype)
        return MOTE_OK;
    if (!json_is_string(dtype))
        return mote_fail(err, MOTE_ERR_FORMAT, "\"dtype\" is no text");
    out->dtype = mote_dtype_find(json_string_value(dtype));
    out->has_dtype = out->dtype != MOTE_DTYPE_COUNT;
    if (!out->has_dtype)
        out->dtype = MOTE_F32;
    return MOTE_OK;
}

static mote_status read_range(mote_input_recipe *out, const json_t *range, mote_error *err)
{
    if (!range)
        return MOTE_OK;
    if (!json_is_array(range) || json_array_size(range) != 2)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"range\" must be two numbers");
    MOTE_TRY(read_float(json_array_get(range, 0), "range", &out->range.min, err));
    MOTE_TRY(read_float(json_array_get(range, 1), "range", &out->range.max, err));
    out->range.is_known = out->range.min <= out->range.max;
    return MOTE_OK;
}

static mote_status read_image(mote_input_recipe *out, const json_t *image, mote_error *err)
{
    int i;

    if (!image)
        return MOTE_OK;
    for (i = 0; i < 3; i++) {
        const json_int_t side = json_integer_value(json_array_get(image, (size_t)i));
        if (json_array_size(image) != 3 || side < 1 || side > ENTRIES_MAX || (i == 2 && side != 1 && side != 3))
            return mote_fail(err, MOTE_ERR_FORMAT, "\"image\" must be height, width and channels, 1 or 3");
        out->image[i] = (int32_t)side;
    }
    return MOTE_OK;
}

/* What this version does not know is refused: a picture that is cropped otherwise is another input. */
static mote_status read_crop(mote_input_recipe *out, const json_t *crop, mote_error *err)
{
    int32_t *const box[] = {&out->crop.top, &out->crop.left, &out->crop.height, &out->crop.width};
    int            i;

    if (!crop)
        return MOTE_OK;
    if (json_is_string(crop) && strcmp(json_string_value(crop), "center") == 0) {
        out->crop.kind = MOTE_CROP_CENTER;
        return MOTE_OK;
    }
    if (json_is_string(crop) && strcmp(json_string_value(crop), "pad") == 0) {
        out->crop.kind = MOTE_CROP_PAD;
        return MOTE_OK;
    }
    for (i = 0; i < 4; i++) {
        const json_t    *item = json_array_get(crop, (size_t)i);
        const json_int_t number = json_integer_value(item);
        if (json_array_size(crop) != 4 || !json_is_integer(item) || number < i / 2 || number > ENTRIES_MAX)
            return mote_fail(err, MOTE_ERR_FORMAT,
                             "\"crop\" must be \"center\", \"pad\", or top, left, height and width in pixels, at most %d",
                             ENTRIES_MAX);
        *box[i] = (int32_t)number;
    }
    out->crop.kind = MOTE_CROP_BOX;
    return MOTE_OK;
}

static mote_status read_input(mote_input_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
{
    MOTE_TRY(read_preparation(out, object, arena, err));
    MOTE_TRY(read_dtype(out, json_object_get(object, "dtype"), err));
    MOTE_TRY(read_image(out, json_object_get(object, "image"), err));
    MOTE_TRY(read_crop(out, json_object_get(object, "crop"), err));
    out->exif_orientation = json_is_true(json_object_get(object, "exif_orientation"));
    MOTE_TRY(read_names(json_object_get(object, "columns"), "columns", &out->columns, &out->column_count, arena, err));
    return read_range(out, json_object_get(object, "range"), err);
}

static mote_status read_output(mote_output_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
{
    MOTE_TRY(read_names(json_object_get(object, "labels"), "labels", &out->labels, &out->label_count, arena, err));
    MOTE_TRY(read_goal(out, object, err));
    return read_names(json_object_get(object, "targets"), "targets", &out->columns, &out->column_count, arena, err);
}

/* A list of objects; absent: none. */
static mote_status check_list(const json_t *list, const char *key, size_t most, mote_error *err)
{
    size_t i;

    if (list && (!json_is_array(list) || json_array_size(list) > most))
        return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" must be a list of at most %zu objects", key, most);
    for (i = 0; i < json_array_size(list); i++)
        if (!json_is_object(json_array_get(list, i)))
            return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" entry %zu is no object", key, i);
    return MOTE_OK;
}

static mote_status read_all(mote_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
{
    const json_t *inputs = json_object_get(object, "inputs"), *outputs = json_object_get(object, "outputs");
    size_t        i;

    if (!inputs && !outputs) {
        MOTE_TRY(read_input(&out->input[0], object, arena, err));
        return read_output(&out->output[0], object, arena, err);
    }
    MOTE_TRY(check_list(inputs, "inputs", MOTE_FEATURES_MAX, err));
    MOTE_TRY(check_list(outputs, "outputs", MOTE_TARGETS_MAX, err));
    for (i = 0; i < json_array_size(inputs); i++)
        MOTE_TRY(read_input(&out->input[i], json_array_get(inputs, i), arena, err));
    for (i = 0; i < json_array_size(outputs); i++)
        MOTE_TRY(read_output(&out->output[i], json_array_get(outputs, i), arena, err));
    return MOTE_OK;
}

mote_status mote_recipe_decode(mote_recipe *out, const char *text, size_t count, mote_arena *arena, mote_error *err)
{
    json_error_t where;
    json_t      *object;

    *out = (mote_recipe){0};
    if (count > TEXT_BYTES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%zu bytes, at most %d are read", count, TEXT_BYTES_MAX);
    object = json_loadb(text, count, JSON_REJECT_DUPLICATES, &where);
    if (!object)
        return mote_fail(err, MOTE_ERR_FORMAT, "line %d: %s", where.line, mote_show_string(where.text).text);
    if (!json_is_object(object))
        mote_fail(err, MOTE_ERR_FORMAT, "not a JSON object");
    else
        read_all(out, object, arena, err);
    json_decref(object);
    return err->code;
}
