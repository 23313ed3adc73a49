/* The four functions that gcc calls on its own, so that no C library is needed. Copies of whole aligned words go word by
 * word. The empty asm keeps gcc from making a call of memcpy out of memcpy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "string.h"

#include <stdint.h>

#define KEEP_LOOP() __asm volatile("" ::: "memory")

typedef uint32_t __attribute__((may_alias)) any_word;

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t       *t = to;
    const uint8_t *f = from;

    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0)
        for (; count >= 4; count -= 4, t += 4, f += 4) {
            *(any_word *)t = *(const any_word *)f;
            KEEP_LOOP();
        }
    for (; count > 0; count--) {
        *t++ = *f++;
        KEEP_LOOP();
    }
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    uint8_t       *t = to;
    const uint8_t *f = from;

    if (t <= f || t >= f + count)
        return memcpy(to, from, count);
    while (count-- > 0) {
        t[count] = f[count];
        KEEP_LOOP();
    }
    return to;
}

void *memset(void *to, int value, size_t count)
{
    uint8_t *t = to;

    for (; count > 0 && ((uintptr_t)t & 3u) != 0; count--)
        *t++ = (uint8_t)value;
    for (; count >= 4; count -= 4, t += 4) {
        *(any_word *)t = (uint8_t)value * 0x01010101u;
        KEEP_LOOP();
    }
    for (; count > 0; count--) {
        *t++ = (uint8_t)value;
        KEEP_LOOP();
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
    const uint8_t *p = a, *q = b;

    for (; count > 0; count--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}
