/* Text inside the library: beside what <mote/text.h> has, numbers from files and UTF-8 letter by letter.
 *
 * Here and nowhere else are printf and strtod used for what files hold: with '.', whatever the locale.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_TEXT_H
#define MOTE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/text.h>

/* The whole string as a decimal number ("1", "-0.5", ".5", "1e-3"): no blanks, no hexadecimal, no "inf"; but infinity where
 * it is too large for a double. */
bool mote_parse_number(const char *string, double *number);

/* The next code point, moving *cursor behind it; 0 at the end. Malformed bytes, control characters and what XML 1.0 does
 * not allow come out as U+FFFD. */
uint32_t mote_utf8_next(const char **cursor);

#endif
