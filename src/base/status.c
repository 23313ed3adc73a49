/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mote/status.h>

/* A message is one line whatever was put into it. */
static void flatten_lines(char *text)
{
    for (; *text; text++)
        if (*text == '\n' || *text == '\r')
            *text = ' ';
}

mote_status mote_fail(mote_error *err, mote_status code, const char *format, ...)
{
    va_list args;

    if (err->code != MOTE_OK)
        return err->code;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    flatten_lines(err->text);
    return code;
}

/* Adds as much as there is room for. */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);

    while (*more && used + 1 < size)
        text[used++] = *more++;
    text[used] = '\0';
}

mote_status mote_context(mote_error *err, const char *format, ...)
{
    char    text[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    append(text, sizeof text, ": ");
    append(text, sizeof text, err->text);
    memcpy(err->text, text, sizeof text);
    flatten_lines(err->text);
    return err->code;
}

void mote_error_clear(mote_error *err)
{
    err->code = MOTE_OK;
    err->text[0] = '\0';
}
