/* UTF-8, checked (RFC 3629).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_UTF8_H
#define MOTE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at `at`, of which `left` > 0 bytes are there, and its code; 0 when they are no UTF-8. */
size_t mote_utf8_length(const char *at, size_t left, uint32_t *code);
bool   mote_is_utf8(const char *text, size_t count);

#endif
