/* Text: a growing buffer, escaping what came from files, and the nearest word for "did you mean".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_TEXT_H
#define MOTE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <mote/status.h>

/* Grows as needed; on failure (out of memory) it stays as it is and remembers, and mote_text_status says so once at the
 * end. Zeroed is empty. Owns its bytes. */
typedef struct mote_text {
    char  *bytes; /* NUL-terminated once anything was added; else NULL */
    size_t count, capacity;
    bool   failed;
} mote_text;

void        mote_text_add(mote_text *text, const char *bytes, size_t count);
void        mote_text_puts(mote_text *text, const char *string);
void        mote_text_printf(mote_text *text, const char *format, ...) MOTE_PRINTF(2, 3);
void        mote_text_vprintf(mote_text *text, const char *format, va_list args);
mote_status mote_text_status(const mote_text *text, mote_error *err);
void        mote_text_free(mote_text *text);

enum { MOTE_SHOWN_TEXT = 80 };
typedef struct mote_shown {
    char text[MOTE_SHOWN_TEXT];
} mote_shown;
/* Bytes from a file made fit for a message: control and non-ASCII bytes as \xNN, cut with "..." when long.
 * Used in place: mote_fail(err, ..., "tensor %s", mote_show(name, n).text). */
mote_shown mote_show(const char *bytes, size_t count);
mote_shown mote_show_string(const char *string); /* NULL shows as "(none)" */

/* The candidate nearest to word (edit distance at most a third of its length, at least 1), or NULL. */
const char *mote_nearest_word(const char *word, const char *const *candidates, size_t count);

#endif
