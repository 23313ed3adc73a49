/* UTF-8 made safe to draw, and how wide it will be.
 *
 * Charts are laid out before any font is known (an SVG meets its font in the reader's browser), so widths come from one
 * table: DejaVu Sans, the widest of the usual sans-serif fonts. Helvetica, Arial and their like then need a little less
 * room than was kept for them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_FONT_H
#define MOTE_REPORT_FONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Appends the string as valid UTF-8; with for_xml, <>&"' become entities. */
void mote_utf8_add_clean(mote_text *text, const char *string, bool for_xml);

/* In the unit of size (pixels). */
double mote_text_width(const char *string, double size, bool is_bold);

enum { MOTE_FITTED_TEXT = 200 };
typedef struct mote_fitted {
    char text[MOTE_FITTED_TEXT];
} mote_fitted;
/* The string, or as much of its beginning as fits into width with an ellipsis; "" when not even three letters fit. */
mote_fitted mote_text_fit(const char *string, double size, bool is_bold, double width);

#endif
