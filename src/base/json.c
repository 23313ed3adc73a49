/* SPDX-License-Identifier: Apache-2.0 */
#define MOTE_JSON_ADDS
#include "base/json.h"

#include <math.h>

#include "base/text.h"

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

/* The bytes of the character at p, 0 when it is none (RFC 3629: nothing too long, no surrogate, nothing over U+10FFFF). */
static size_t utf8_bytes(const unsigned char *p)
{
    const size_t count = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    size_t       i;

    for (i = 1; i < count; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return count;
}

bool mote_json_can_hold(const char *text)
{
    size_t bytes;

    for (; *text; text += bytes)
        if ((bytes = utf8_bytes((const unsigned char *)text)) == 0)
            return false;
    return true;
}

json_t *mote_json_text(const char *text)
{
    if (!text)
        return json_null();
    return json_string(mote_json_can_hold(text) ? text : mote_show_string(text).text);
}

char *mote_json_print(json_t *value, size_t flags, mote_error *err)
{
    char *text = value ? json_dumps(value, flags | JSON_REAL_PRECISION(FLOAT_DIGITS)) : NULL;

    json_decref(value);
    if (!text)
        mote_fail(err, MOTE_ERR_LIMIT, "out of memory");
    return text;
}
