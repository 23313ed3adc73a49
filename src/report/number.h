/* Numbers as text, with '.' as the decimal point whatever the locale of the program that uses the library.
 *
 * One style for all that people read:
 *   counts, bytes        whole; in text as they are (58800), so that they can be copied, in pictures grouped (58,800)
 *   accuracies, shares   percent with two decimals: 90.70 %
 *   losses, errors       four decimals: 0.3049; three digits where those would show nothing: 3.21e-05
 *   measured reals       up to six digits (%.6g); scales up to nine, which read back to the same float
 * JSON and CSV hold shares as they are (0.907), and enough digits to read back the value.
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

/* For people: "90.70 %" of 0.907. */
mote_number mote_number_percent(double share);

/* For people: a metric by its Keras name; "accuracy" is a share. */
mote_number mote_number_metric(const char *name, double value);

/* "512 B", "64 KiB", "22.5 KiB", "1.2 MiB". */
mote_number mote_number_bytes(double bytes);

/* A coordinate with at most two decimals and no trailing zeros; clamped to +-1e7, so that any point has a short text. */
void mote_put_coordinate(mote_text *text, double value);

#endif
