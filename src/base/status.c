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

mote_status mote_context(mote_error *err, const char *format, ...)
{
    char    where[MOTE_ERROR_TEXT], text[MOTE_ERROR_TEXT];
    va_list args;
    int     length;

    va_start(args, format);
    length = vsnprintf(where, sizeof where, format, args);
    va_end(args);
    if (length < 0 || length >= (int)sizeof where)
        length = (int)strlen(where);
    memcpy(text, err->text, sizeof text);
    snprintf(err->text, sizeof err->text, "%s: ", where);
    if ((size_t)length + 2 < sizeof err->text)
        snprintf(err->text + length + 2, sizeof err->text - (size_t)length - 2, "%s", text);
    flatten_lines(err->text);
    return err->code;
}

void mote_error_clear(mote_error *err)
{
    err->code = MOTE_OK;
    err->text[0] = '\0';
}
