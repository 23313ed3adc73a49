/* Arguments of layers, typed. What a file says otherwise than Keras would is refused with the layer's name and the key's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/keras/layer.h"

bool mote_keras_failed(const mote_keras_call *k)
{
    return k->base.builder->err.code != MOTE_OK;
}

json_t *mote_keras_get(const mote_keras_call *k, const char *key)
{
    json_t *value = json_object_get(k->config, key);

    return json_is_null(value) ? NULL : value;
}

static void fail_kind(mote_keras_call *k, const char *key, const char *wanted)
{
    MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s is no %s", key, wanted);
}

int32_t mote_keras_whole(mote_keras_call *k, json_t *value, const char *what)
{
    const double number = json_is_number(value) ? json_number_value(value) : NAN;

    if (number >= INT32_MIN && number <= INT32_MAX && number == floor(number))
        return (int32_t)number;
    fail_kind(k, what, "whole number of 32 bits");
    return 0;
}

int32_t mote_keras_int(mote_keras_call *k, const char *key, int32_t standard, int32_t min, int32_t max)
{
    json_t *value = mote_keras_get(k, key);
    int32_t number;

    if (!value && standard != MOTE_KERAS_REQUIRED)
        return standard;
    number = mote_keras_whole(k, value, key);
    if (!mote_keras_failed(k) && (number < min || number > max))
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%s is %d; %d to %d are possible", key, (int)number, (int)min, (int)max);
    return number < min ? min : number > max ? max : number;
}

double mote_keras_number(mote_keras_call *k, const char *key, double standard)
{
    json_t *value = mote_keras_get(k, key);

    if (!value)
        return standard;
    if (!json_is_number(value) || !isfinite((float)json_number_value(value)))
        fail_kind(k, key, "number");
    return json_number_value(value);
}

bool mote_keras_flag(mote_keras_call *k, const char *key, bool standard)
{
    json_t *value = mote_keras_get(k, key);

    if (!value)
        return standard;
    if (!json_is_boolean(value) && !json_is_integer(value))
        fail_kind(k, key, "truth value");
    return json_is_true(value) || (json_is_integer(value) && json_integer_value(value) != 0);
}

const char *mote_keras_text(mote_keras_call *k, const char *key, const char *standard)
{
    json_t *value = mote_keras_get(k, key);

    if (!value)
        return standard;
    if (!json_is_string(value))
        fail_kind(k, key, "text");
    return json_is_string(value) ? json_string_value(value) : standard ? standard : "";
}

int32_t mote_keras_ints(mote_keras_call *k, const char *key, int32_t *out, int32_t max)
{
    json_t *value = mote_keras_get(k, key);
    size_t  i;

    if (!value)
        return 0;
    if (!json_is_array(value)) {
        out[0] = mote_keras_whole(k, value, key);
        return 1;
    }
    if (json_array_size(value) > (size_t)max) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s has %zu numbers, more than %d", key, json_array_size(value), (int)max);
        return 0;
    }
    for (i = 0; i < json_array_size(value); i++)
        out[i] = mote_keras_whole(k, json_array_get(value, i), key);
    return (int32_t)json_array_size(value);
}

void mote_keras_sizes(mote_keras_call *k, const char *key, int32_t n, int32_t *out, int32_t standard)
{
    int32_t given[4] = {0}, count = mote_keras_ints(k, key, given, 4), i;

    if (count == 0 && !mote_keras_get(k, key) && standard > 0) {
        given[0] = standard;
        count = 1;
    }
    if (!mote_keras_failed(k) && count != 1 && count != n)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s has %d numbers, %d expected", key, (int)count, (int)n);
    for (i = 0; i < n; i++) {
        out[i] = count == 1 ? given[0] : given[i];
        if (!mote_keras_failed(k) && (out[i] < 1 || out[i] > MOTE_LAYER_SIZE_MAX))
            MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%s is %d; 1 to %d are possible", key, (int)out[i], MOTE_LAYER_SIZE_MAX);
        if (mote_keras_failed(k))
            out[i] = 1;
    }
}

/* ---- arrays of numbers ---- */

/* The shape by the first element at each depth; false: too deep. */
static bool measure(json_t *value, mote_tensor *out)
{
    for (; json_is_array(value); value = json_array_get(value, 0)) {
        if (out->rank == MOTE_RANK_MAX)
            return false;
        out->dim[out->rank++] = (int32_t)json_array_size(value);
    }
    return true;
}

static bool fill(json_t *value, const mote_tensor *shape, int32_t depth, float **at)
{
    size_t i;

    if (depth == shape->rank) {
        if (!json_is_number(value) && !json_is_boolean(value))
            return false;
        *(*at)++ = json_is_number(value) ? (float)json_number_value(value) : json_is_true(value) ? 1.0f : 0.0f;
        return true;
    }
    if (!json_is_array(value) || json_array_size(value) != (size_t)shape->dim[depth])
        return false;
    for (i = 0; i < json_array_size(value); i++)
        if (!fill(json_array_get(value, i), shape, depth + 1, at))
            return false;
    return true;
}

static bool is_whole(json_t *value)
{
    return json_is_array(value) ? is_whole(json_array_get(value, 0)) : json_is_integer(value);
}

/* The elements of a list are as many as the file has bytes for; a list of empty lists has none. */
bool mote_keras_numbers(mote_keras_call *k, json_t *value, mote_tensor *out)
{
    const char *class_name = json_string_value(json_object_get(value, "class_name"));
    json_t     *inner = json_object_get(value, "config");
    float      *at;

    if (class_name && (strcmp(class_name, "__numpy__") == 0 || strcmp(class_name, "__tensor__") == 0))
        value = json_object_get(inner, "value");
    *out = (mote_tensor){.dtype = is_whole(value) ? MOTE_I32 : MOTE_F32, .kind = MOTE_CONST};
    if (!value || json_is_string(value) || json_is_object(value) || json_is_null(value) || !measure(value, out) ||
        mote_tensor_count(out) > k->reader->weights.count)
        return false;
    at = MOTE_NEW(&k->reader->arena, float, mote_tensor_count(out) + 1, &k->base.builder->err);
    out->data = at;
    return at && fill(value, out, 0, &at);
}

/* ---- what several layers have ---- */

bool mote_keras_is_channels_first(mote_keras_call *k)
{
    return strcmp(mote_keras_text(k, "data_format", "channels_last"), "channels_first") == 0;
}

void mote_keras_refuse_other(mote_keras_call *k, const char *key, const char *only)
{
    json_t *value = mote_keras_get(k, key);
    char   *shown;

    if (!value || json_is_false(value) || (json_is_number(value) && json_number_value(value) == 0) ||
        (only && json_is_string(value) && strcmp(json_string_value(value), only) == 0))
        return;
    shown = mote_json_print(json_incref(value), JSON_ENCODE_ANY | JSON_COMPACT, &k->base.builder->err);
    if (shown)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%s %s is not supported", key, mote_show_string(shown).text);
    free(shown);
}

int32_t mote_keras_axis(mote_keras_call *k, int32_t axis, int32_t rank)
{
    const int32_t found = axis < 0 ? axis + rank : axis;

    if (found > 0 && found < rank)
        return found;
    if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "axis is %d; its input has %d axes, and axis 0 counts samples", (int)axis,
                        (int)rank);
    return rank - 1;
}
