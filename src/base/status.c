/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mote/status.h>

#include "base/text.h"

/* A message is one line that steers no terminal, whatever was put into it. */
static void set_text(mote_error *err, const char *text)
{
    mote_clean_line(err->text, sizeof err->text, text);
}

mote_status mote_fail(mote_error *err, mote_status code, const char *format, ...)
{
    char    text[2 * MOTE_ERROR_TEXT]; /* so that what is cut is cut between characters */
    va_list args;

    if (err->code != MOTE_OK)
        return err->code;
    err->code = code;
    va_start(args, format);
    mote_format_list(text, sizeof text, format, args);
    va_end(args);
    set_text(err, text);
    return code;
}

mote_status mote_context(mote_error *err, const char *format, ...)
{
    char    text[3 * MOTE_ERROR_TEXT];
    size_t  used;
    va_list args;

    va_start(args, format);
    mote_format_list(text, 2 * MOTE_ERROR_TEXT, format, args);
    va_end(args);
    used = strlen(text);
    snprintf(text + used, sizeof text - used, ": %s", err->text);
    set_text(err, text);
    return err->code;
}

mote_status mote_fail_if_memory(mote_error *err, const mote_error *failure)
{
    return failure->code == MOTE_ERR_MEMORY ? mote_fail(err, failure->code, "%s", failure->text) : err->code;
}

void mote_error_clear(mote_error *err)
{
    err->code = MOTE_OK;
    err->text[0] = '\0';
}
