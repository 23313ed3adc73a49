/* SPDX-License-Identifier: Apache-2.0 */
#include "report/font.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */

static void add_code_point(mote_text *text, uint32_t code)
{
    char   bytes[4];
    size_t count;

    if (code < 0x80) {
        bytes[0] = (char)code;
        count = 1;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        count = 2;
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        count = 3;
    } else {
        bytes[0] = (char)(0xf0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
        count = 4;
    }
    if (count > 1)
        bytes[count - 1] = (char)(0x80 | (code & 0x3f));
    mote_text_add(text, bytes, count);
}

static const char *entity_of(uint32_t code)
{
    switch (code) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void mote_utf8_add_clean(mote_text *text, const char *string, bool for_xml)
{
    uint32_t code;

    while ((code = mote_utf8_next(&string)) != 0) {
        const char *entity = for_xml ? entity_of(code) : NULL;
        if (entity)
            mote_text_puts(text, entity);
        else
            add_code_point(text, code);
    }
}

/* Advance widths of U+0020..U+007E in thousandths of the font size. */
static const uint16_t ascii_widths[95] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390,  390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685,  611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
    634, 278, 278, 579, 278, 974, 634, 612, 635,  635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
};

static double width_of(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return ascii_widths[code - 0x20] * 0.001;
    if (code >= 0x300 && code < 0x370) /* combining marks */
        return 0;
    if (code < 0x370)
        return 0.65;
    return code < 0x1100 ? 0.8 : 1; /* other scripts; symbols and East Asian letters take a full square */
}

double mote_text_width(const char *string, double size, bool is_bold)
{
    double   width = 0;
    uint32_t code;

    while ((code = mote_utf8_next(&string)) != 0)
        width += width_of(code);
    return width * size * (is_bold ? 1.12 : 1);
}

mote_fitted mote_text_fit(const char *string, double size, bool is_bold, double width)
{
    mote_fitted fitted = {{0}};
    double      unit = size * (is_bold ? 1.12 : 1), used = 0, room = width / unit - 1; /* the ellipsis is 1 wide */
    const char *cursor = string, *before = string;
    int         letters = 0;

    if (strlen(string) < sizeof fitted.text && mote_text_width(string, size, is_bold) <= width) {
        memcpy(fitted.text, string, strlen(string));
        return fitted;
    }
    for (;;) {
        uint32_t code = mote_utf8_next(&cursor);
        used += width_of(code);
        if (code == 0 || used > room || (size_t)(cursor - string) + sizeof ELLIPSIS > sizeof fitted.text)
            break;
        before = cursor;
        letters++;
    }
    if (letters >= 3) {
        memcpy(fitted.text, string, (size_t)(before - string));
        memcpy(fitted.text + (before - string), ELLIPSIS, sizeof ELLIPSIS);
    }
    return fitted;
}
