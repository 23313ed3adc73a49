/* JSON that is whole or not at all: jansson's values (<jansson.h>), put together so that a lack of memory cannot go unseen.
 *
 * A value that could not be made is NULL, and whatever takes NULL becomes NULL itself: an object that lacks a key and an
 * array that lacks an element do not exist. Who builds looks at nothing; who prints asks once. jansson's own functions
 * that add to objects and arrays answer with a number that is easily left unread; with MOTE_JSON_STRICT defined before this
 * header is included they cannot be named.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_JSON_H
#define MOTE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_t;

/* Add value, which is taken over, and replace what the key had. Without value or memory the whole *object or *array is
 * released and becomes NULL: it must not be part of another one yet. */
void mote_json_set(struct json_t **object, const char *key, struct json_t *value);
void mote_json_append(struct json_t **array, struct json_t *value);
/* Takes over *object's missing keys from another object. */
void mote_json_complete(struct json_t **object, struct json_t *other);

/* NaN and infinity, which JSON has not, become null; bytes that are not UTF-8 are escaped; no text is null. */
struct json_t *mote_json_number(double value);
struct json_t *mote_json_text(const char *text);
bool           mote_json_can_hold(const char *text); /* is it UTF-8? */

/* The text of value, which is released; the caller frees it. NULL and MOTE_ERR_MEMORY where memory was lacking, now or
 * while value was built. flags are jansson's; numbers that are not whole have 9 digits, a float's. */
char *mote_json_print(struct json_t *value, size_t flags, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif

#ifdef MOTE_JSON_STRICT
#include <jansson.h>
#pragma GCC poison json_object_set json_object_set_new json_object_set_nocheck               json_object_set_new_nocheck
#pragma GCC poison json_array_append json_array_append_new json_array_set json_array_set_new json_array_insert
#pragma GCC poison json_array_insert_new json_object_update json_object_update_missing       json_dumps
#endif
