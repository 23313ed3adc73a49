/* Numbers as text, with '.' as the decimal point whatever the locale of the program that uses the library.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_NUMBER_H
#define MOTE_REPORT_NUMBER_H

#include "base/text.h"

enum { MOTE_NUMBER_TEXT = 40 };

typedef struct mote_number {
    char text[MOTE_NUMBER_TEXT];
} mote_number;

/* The fewest digits that read back to the same double; "nan", "inf", "-inf". */
mote_number mote_number_shortest(double value);

/* For people: thousands grouped (12,345), a true minus sign, exactly `decimals` digits after the point, an exponent when
 * the number is too long for that. */
mote_number mote_number_grouped(double value, int decimals);

/* For people: integers in full, else three significant digits. */
mote_number mote_number_rounded(double value);

/* "512 B", "64 KiB", "22.5 KiB", "1.2 MiB". */
mote_number mote_number_bytes(double bytes);

/* A coordinate with at most two decimals and no trailing zeros; clamped to +-1e7, so that any point has a short text. */
void mote_put_coordinate(mote_text *text, double value);

#endif
