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
    return !recipe->is_prepared && recipe->label_count == 0;
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

static bool put_all(json_t *object, const mote_recipe *recipe)
{
    const mote_preparation *preparation = &recipe->preparation;
    json_t                 *labels;
    int32_t                 i;

    if (recipe->is_prepared) {
        if (!put(object, "scale", json_real(preparation->scale != 0 ? (double)preparation->scale : 1.0)) ||
            !put(object, "offset", json_real((double)preparation->offset)))
            return false;
        if (preparation->channels > 0 && (!put_floats(object, "mean", preparation->mean, preparation->channels) ||
                                          !put_floats(object, "std", preparation->std, preparation->channels)))
            return false;
    }
    if (recipe->label_count == 0)
        return true;
    if (!put(object, "labels", labels = json_array()))
        return false;
    for (i = 0; i < recipe->label_count; i++)
        if (json_array_append_new(labels, json_string(recipe->labels[i])) != 0)
            return false;
    return true;
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

static mote_status read_labels(mote_recipe *out, const json_t *array, mote_arena *arena, mote_error *err)
{
    size_t       count = json_array_size(array), i;
    const char **labels;

    if (!array)
        return MOTE_OK;
    if (!json_is_array(array) || count > ENTRIES_MAX)
        return mote_fail(err, MOTE_ERR_FORMAT, "\"labels\" must be a list of at most %d names", ENTRIES_MAX);
    labels = MOTE_NEW(arena, const char *, count, err);
    for (i = 0; labels && i < count; i++) {
        const char *label = json_string_value(json_array_get(array, i));
        if (!label)
            return mote_fail(err, MOTE_ERR_FORMAT, "\"labels\" entry %zu is no text", i);
        if (!(labels[i] = mote_arena_strdup(arena, label, err)))
            return err->code;
    }
    out->labels = count > 0 ? labels : NULL;
    out->label_count = (int32_t)count;
    return err->code;
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
    else if (read_preparation(out, object, arena, err) == MOTE_OK)
        read_labels(out, json_object_get(object, "labels"), arena, err);
    json_decref(object);
    return err->code;
}
