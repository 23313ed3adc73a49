/* SPDX-License-Identifier: Apache-2.0 */
#define MOTE_JSON_ADDS
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

enum { FLOAT_DIGITS = 9 }; /* a float32 survives the way through nine digits */

static void keep_if(json_t **value, int failure)
{
    if (failure == 0)
        return;
    json_decref(*value);
    *value = NULL;
}

void mote_json_set(json_t **object, const char *key, json_t *value)
{
    keep_if(object, json_object_set_new(*object, key, value));
}

void mote_json_append(json_t **array, json_t *value)
{
    keep_if(array, json_array_append_new(*array, value));
}

void mote_json_complete(json_t **object, json_t *other)
{
    const char *key;
    json_t     *value;

    if (!other)
        keep_if(object, -1);
    json_object_foreach(other, key, value) if (!json_object_get(*object, key))
        mote_json_set(object, key, json_incref(value));
}

json_t *mote_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

bool mote_json_can_hold(const char *text)
{
    return mote_is_utf8(text, strlen(text));
}

json_t *mote_json_text(const char *text)
{
    if (!text)
        return json_null();
    return json_string(mote_json_can_hold(text) ? text : mote_show_string(text).text);
}

static int add_text(const char *bytes, size_t count, void *text)
{
    mote_text_add(text, bytes, count);
    return 0;
}

/* Not json_dumps: where it cannot take the memory for an object's key, it goes on without. */
char *mote_json_print(json_t *value, size_t flags, mote_error *err)
{
    mote_text text = {.failed = !value};

    if (value && json_dump_callback(value, add_text, &text, flags | JSON_REAL_PRECISION(FLOAT_DIGITS)) != 0)
        text.failed = true;
    json_decref(value);
    if (mote_text_status(&text, err) == MOTE_OK)
        return text.bytes;
    mote_text_free(&text);
    return NULL;
}
