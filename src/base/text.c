/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(mote_text *text, size_t more)
{
    size_t wanted = text->count + more + 1, capacity = text->capacity ? text->capacity : 256;
    char  *bytes;

    if (text->failed || more > SIZE_MAX / 4 - text->count) {
        text->failed = true;
        return false;
    }
    if (wanted <= text->capacity)
        return true;
    while (capacity < wanted)
        capacity *= 2;
    bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void mote_text_add(mote_text *text, const char *bytes, size_t count)
{
    if (!reserve(text, count))
        return;
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = '\0';
}

void mote_text_puts(mote_text *text, const char *string)
{
    mote_text_add(text, string, strlen(string));
}

void mote_text_vprintf(mote_text *text, const char *format, va_list args)
{
    va_list again;
    int     length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0 || !reserve(text, (size_t)length)) {
        text->failed = true;
        return;
    }
    vsnprintf(text->bytes + text->count, (size_t)length + 1, format, args);
    text->count += (size_t)length;
}

void mote_text_printf(mote_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mote_text_vprintf(text, format, args);
    va_end(args);
}

mote_status mote_text_status(const mote_text *text, mote_error *err)
{
    return text->failed ? mote_fail(err, MOTE_ERR_MEMORY, "out of memory while writing text") : MOTE_OK;
}

void mote_text_free(mote_text *text)
{
    free(text->bytes);
    *text = (mote_text){0};
}

mote_shown mote_show(const char *bytes, size_t count)
{
    mote_shown shown = {{0}};
    size_t     used = 0, i;

    for (i = 0; i < count; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (used + 8 > sizeof shown.text) {
            memcpy(shown.text + used, "...", 3);
            break;
        }
        if (c >= 32 && c < 127)
            shown.text[used++] = (char)c;
        else
            used += (size_t)snprintf(shown.text + used, 5, "\\x%02x", c);
    }
    return shown;
}

mote_shown mote_show_string(const char *string)
{
    return string ? mote_show(string, strlen(string)) : mote_show("(none)", 6);
}

enum { WORD_MAX = 48 };

/* Levenshtein distance, two rows; words are short names. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], a_length = strlen(a), b_length = strlen(b), i, j;

    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return SIZE_MAX;
    for (j = 0; j <= b_length; j++)
        row[j] = j;
    for (i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (j = 1; j <= b_length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_length];
}

const char *mote_nearest_word(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t      limit = strlen(word) / 3, best, i;

    best = (limit > 1 ? limit : 1) + 1;
    for (i = 0; i < count; i++) {
        size_t distance = edit_distance(word, candidates[i]);
        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
