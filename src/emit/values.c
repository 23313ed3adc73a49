/* SPDX-License-Identifier: Apache-2.0 */
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
    snprintf(text, sizeof text, "%.9g", (double)value);
    mote_text_puts(out, text);
    mote_text_puts(out, strpbrk(text, ".e") ? "f" : ".0f");
}

static void emit_value(mote_text *out, const void *values, mote_dtype dtype, size_t index)
{
    switch (dtype) {
    case MOTE_F32:
        mote_emit_f32(out, ((const float *)values)[index]);
        break;
    case MOTE_I8:
        mote_text_printf(out, "%d", ((const int8_t *)values)[index]);
        break;
    case MOTE_U8:
        mote_text_printf(out, "%u", ((const uint8_t *)values)[index]);
        break;
    case MOTE_I16:
        mote_text_printf(out, "%d", ((const int16_t *)values)[index]);
        break;
    case MOTE_U16:
        mote_text_printf(out, "%u", ((const uint16_t *)values)[index]);
        break;
    case MOTE_I32: { /* -2147483648 is not a constant of type int */
        int32_t value = ((const int32_t *)values)[index];
        if (value == INT32_MIN)
            mote_text_puts(out, "-2147483647 - 1");
        else
            mote_text_printf(out, "%d", value);
        break;
    }
    default:
        mote_text_puts(out, "0");
        break;
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
