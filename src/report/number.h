/* Numbers in pictures; those in text are in <mote/text.h>.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_NUMBER_H
#define MOTE_REPORT_NUMBER_H

#include <mote/text.h>

/* A coordinate with at most two decimals and no trailing zeros; clamped to +-1e7, so that any point has a short text. */
void mote_put_coordinate(mote_text *text, double value);

#endif
