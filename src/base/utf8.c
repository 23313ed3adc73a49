/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

size_t mote_utf8_length(const char *at, size_t left, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)at;
    const size_t         length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    size_t               i;

    if (length == 0 || length > left)
        return 0;
    *code = length > 1 ? p[0] & (0x7fu >> length) : p[0];
    for (i = 1; i < length; i++) {
        if (p[i] >> 6 != 2)
            return 0;
        *code = *code << 6 | (p[i] & 0x3fu);
    }
    if ((length == 2 && *code < 0x80) || (length == 3 && *code < 0x800) || (length == 4 && *code < 0x10000) ||
        *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
        return 0;
    return length;
}

bool mote_is_utf8(const char *text, size_t count)
{
    size_t   i, length;
    uint32_t code;

    for (i = 0; i < count; i += length)
        if ((length = mote_utf8_length(text + i, count - i, &code)) == 0)
            return false;
    return true;
}
