/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/recipe.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_BYTES_MAX = 1 << 20, ENTRIES_MAX = 65536, FLOAT_DIGITS = 9 };

bool mote_recipe_is_empty(const mote_recipe *recipe)
{
    return !recipe->is_prepared && !recipe->has_dtype && !recipe->has_goal && recipe->label_count == 0 &&
           recipe->column_count == 0 && recipe->target_count == 0 && !recipe->inputs.is_known;
}

/* ---- writing ---- */

/* Takes the reference to value, also when it fails. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static bool put_floats(json_t *object, const char *key, const float *values, int count)
{
    json_t *array = json_array();
    int     i;

    for (i = 0; i < count; i++)
        if (json_array_append_new(array, json_real((double)values[i])) != 0) {
            json_decref(array);
            return false;
        }
    return put(object, key, array);
}

/* Nothing where there are no names. */
static bool put_names(json_t *object, const char *key, const char *const *names, int32_t count)
{
    json_t *list = count > 0 ? json_array() : NULL;
    int32_t i;

    for (i = 0; i < count; i++)
        if (json_array_append_new(list, json_string(names[i])) != 0) {
            json_decref(list);
            return false;
        }
    return count == 0 || put(object, key, list);
}

static bool put_preparation(json_t *object, const mote_preparation *p)
{
    return put(object, "scale", json_real(p->scale != 0 ? (double)p->scale : 1.0)) &&
           put(object, "offset", json_real((double)p->offset)) &&
           (p->channels == 0 ||
            (put_floats(object, "mean", p->mean, p->channels) && put_floats(object, "std", p->std, p->channels)));
}

static bool put_goal(json_t *object, const mote_goal *goal)
{
    static const mote_metric metrics[] = {MOTE_METRIC_ACCURACY, MOTE_METRIC_MAE, MOTE_METRIC_MSE};
    const char              *names[sizeof metrics / sizeof *metrics];
    int32_t                  count = 0;
    size_t                   i;

    for (i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (goal->metrics & metrics[i])
            names[count++] = mote_metric_name(metrics[i]);
    return put(object, "loss", json_string(mote_loss_name(goal->loss))) &&
           (!goal->from_logits || put(object, "from_logits", json_true())) && put_names(object, "metrics", names, count);
}

static bool put_range(json_t *object, const char *key, const mote_range *range)
{
    const float ends[2] = {range->min, range->max};

    return !range->is_known || put_floats(object, key, ends, 2);
}

static bool put_all(json_t *object, const mote_recipe *recipe)
{
    return (!recipe->is_prepared || put_preparation(object, &recipe->preparation)) &&
           (!recipe->has_dtype || put(object, "dtype", json_string(mote_dtype_name(recipe->dtype)))) &&
           put_names(object, "labels", recipe->labels, recipe->label_count) &&
           (!recipe->has_goal || put_goal(object, &recipe->goal)) &&
           put_names(object, "columns", recipe->columns, recipe->column_count) &&
           put_names(object, "targets", recipe->targets, recipe->target_count) &&
           put_range(object, "range", &recipe->inputs);
}

char *mote_recipe_encode(const mote_recipe *recipe, mote_arena *arena, mote_error *err)
{
    json_t *object = json_object();
    char   *text =
        object && put_all(object, recipe) ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(FLOAT_DIGITS)) : NULL;
    char *copy = text ? mote_arena_strdup(arena, text, err) : NULL;

    if (!text)
        mote_fail(err, MOTE_ERR_FORMAT,
                  "the recipe cannot be written: a number that is not finite, or a label that is no UTF-8");
    free(text);
    json_decref(object);
    return copy;
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

static mote_status read_preparation(mote_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
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

/* A loss or metric that this version does not know is passed over: evaluation then goes by the targets. */
static mote_status read_goal(mote_recipe *out, const json_t *object, mote_error *err)
{
    const json_t *loss = json_object_get(object, "loss"), *metrics = json_object_get(object, "metrics"),
                 *from_logits = json_object_get(object, "from_logits");
    size_t i;

    if (!loss)
        return MOTE_OK;
    if (!json_is_string(loss) || (from_logits && !json_is_boolean(from_logits)) || (metrics && !json_is_array(metrics)))
        return mote_fail(err, MOTE_ERR_FORMAT, "\"loss\" must be a name, \"from_logits\" true or false, \"metrics\" a list");
    out->goal.loss = mote_loss_find(json_string_value(loss));
    out->goal.from_logits = json_is_true(from_logits);
    for (i = 0; i < json_array_size(metrics); i++) {
        const char *name = json_string_value(json_array_get(metrics, i));
        out->goal.metrics |= name ? mote_metric_find(name) : 0;
    }
    out->has_goal = out->goal.loss != MOTE_LOSS_COUNT;
    if (!out->has_goal)
        out->goal = (mote_goal){0};
    return MOTE_OK;
}

static mote_status read_dtype(mote_recipe *out, const json_t *dtype, mote_error *err)
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

static mote_status read_range(mote_recipe *out, const json_t *range, mote_error *err)
{
    if (!range)
        return MOTE_OK;
    if (!json_is_array(range) || json_array_size(range) != 2)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"range\" must be two numbers");
    MOTE_TRY(read_float(json_array_get(range, 0), "range", &out->inputs.min, err));
    MOTE_TRY(read_float(json_array_get(range, 1), "range", &out->inputs.max, err));
    out->inputs.is_known = out->inputs.min <= out->inputs.max;
    return MOTE_OK;
}

static mote_status read_all(mote_recipe *out, const json_t *object, mote_arena *arena, mote_error *err)
{
    MOTE_TRY(read_preparation(out, object, arena, err));
    MOTE_TRY(read_dtype(out, json_object_get(object, "dtype"), err));
    MOTE_TRY(read_names(json_object_get(object, "labels"), "labels", &out->labels, &out->label_count, arena, err));
    MOTE_TRY(read_goal(out, object, err));
    MOTE_TRY(read_names(json_object_get(object, "columns"), "columns", &out->columns, &out->column_count, arena, err));
    MOTE_TRY(read_names(json_object_get(object, "targets"), "targets", &out->targets, &out->target_count, arena, err));
    return read_range(out, json_object_get(object, "range"), err);
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
