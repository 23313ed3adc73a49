/* Numbers, texts and parameters as C writes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "emit/emit.h"

void mote_emit_f32(mote_text *out, float value)
{
    char text[40];

    if (!isfinite(value)) { /* a weight may be; C99 has no literal for it that is a constant everywhere */
        mote_text_puts(out, isnan(value) ? "(0.0f / 0.0f)" : value > 0 ? "(1.0f / 0.0f)" : "(-1.0f / 0.0f)");
        return;
    }
    mote_format(text, sizeof text, "%.9g", (double)value);
    mote_text_puts(out, text);
    mote_text_puts(out, strpbrk(text, ".e") ? "f" : ".0f");
}

static void emit_f64(mote_text *out, double value)
{
    char text[40];

    mote_format(text, sizeof text, "%.17g", value);
    mote_text_puts(out, text);
    mote_text_puts(out, strpbrk(text, ".e") ? "" : ".0");
}

/* The least value of a signed type is not one constant: the minus is applied to a number that is too large. */
static void emit_integer(mote_text *out, long long value, long long least, const char *suffix)
{
    if (value == least)
        mote_text_printf(out, "(%lld%s - 1)", value + 1, suffix);
    else
        mote_text_printf(out, "%lld%s", value, suffix);
}

static void emit_value(mote_text *out, const void *values, mote_dtype dtype, size_t index)
{
    switch (dtype) {
    case MOTE_F32:
        mote_emit_f32(out, ((const float *)values)[index]);
        break;
    case MOTE_F64:
        emit_f64(out, ((const double *)values)[index]);
        break;
    case MOTE_I8:
        mote_text_printf(out, "%d", ((const int8_t *)values)[index]);
        break;
    case MOTE_U8:
    case MOTE_BOOL:
        mote_text_printf(out, "%u", ((const uint8_t *)values)[index]);
        break;
    case MOTE_I16: /* int may have 16 bits */
        emit_integer(out, ((const int16_t *)values)[index], INT16_MIN, "");
        break;
    case MOTE_U16:
    case MOTE_F16: /* its bits */
        mote_text_printf(out, "%uu", ((const uint16_t *)values)[index]);
        break;
    case MOTE_I32:
        emit_integer(out, ((const int32_t *)values)[index], INT32_MIN, "");
        break;
    case MOTE_U32:
        mote_text_printf(out, "%uu", ((const uint32_t *)values)[index]);
        break;
    case MOTE_I64:
        emit_integer(out, ((const int64_t *)values)[index], INT64_MIN, "LL");
        break;
    case MOTE_U64:
        mote_text_printf(out, "%lluULL", (unsigned long long)((const uint64_t *)values)[index]);
        break;
    default:
        assert(false && "compile refuses constants of this type");
    }
}

void mote_emit_values(mote_text *out, const void *values, mote_dtype dtype, size_t count)
{
    size_t line_start = out->count, i;

    mote_text_puts(out, "{");
    for (i = 0; i < count; i++) {
        if (i > 0)
            mote_text_puts(out, ",");
        if (out->count - line_start > 108) {
            mote_text_puts(out, "\n    ");
            line_start = out->count;
        } else if (i > 0) {
            mote_text_puts(out, " ");
        }
        emit_value(out, values, dtype, i);
    }
    mote_text_puts(out, "}");
}

void mote_emit_field(mote_text *out, const mote_field *field, const void *params)
{
    const uint8_t *at = (const uint8_t *)params + field->offset;

    if (field->count > 1)
        mote_emit_values(out, at, field->dtype, field->count);
    else
        emit_value(out, at, field->dtype, 0);
}

void mote_emit_comment(mote_text *out, const char *text)
{
    for (; *text; text++) {
        mote_text_add(out, text, 1);
        if ((text[0] == '*' && text[1] == '/') || (text[0] == '/' && text[1] == '*') || (text[0] == '?' && text[1] == '?'))
            mote_text_puts(out, " ");
    }
}

/* A C string literal: bytes outside plain ASCII as octal, which ends after three digits. */
void mote_emit_string(mote_text *out, const char *string)
{
    mote_text_puts(out, "\"");
    for (; *string; string++) {
        unsigned char c = (unsigned char)*string;
        if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?')
            mote_text_printf(out, "\\%03o", c);
        else
            mote_text_add(out, string, 1);
    }
    mote_text_puts(out, "\"");
}
