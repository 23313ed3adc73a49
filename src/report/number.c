/* SPDX-License-Identifier: Apache-2.0 */
#include "report/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MINUS "\xe2\x88\x92" /* U+2212 */

mote_number mote_number_shortest(double value)
{
    mote_number number = {{0}};
    double      back;
    int         digits;

    if (isnan(value)) /* printf may show its sign */
        snprintf(number.text, sizeof number.text, "nan");
    else if (value == floor(value) && fabs(value) < 1e15)
        snprintf(number.text, sizeof number.text, "%.0f", value);
    else
        for (digits = 1; digits <= 17; digits++) { /* to the last one for infinity */
            mote_format(number.text, sizeof number.text, "%.*g", digits, value);
            if (mote_parse_number(number.text, &back) && back == value)
                break;
        }
    return number;
}

/* Takes "-12345.50" to "-12,345.50" with a true minus sign. */
static mote_number group_thousands(const char *plain)
{
    mote_number number = {{0}};
    const char *digits = plain + (plain[0] == '-');
    size_t      whole = strspn(digits, "0123456789"), used = 0, i;

    if (plain[0] == '-') {
        memcpy(number.text, MINUS, 3);
        used = 3;
    }
    for (i = 0; digits[i] != '\0' && used + 2 < sizeof number.text; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            number.text[used++] = ',';
        number.text[used++] = digits[i];
    }
    return number;
}

/* An exponent without its padding: "1e-05" becomes "1e-5", "1e+07" becomes "1e7". */
static mote_number tidy_exponent(const char *plain)
{
    mote_number number = {{0}};
    const char *e = strchr(plain, 'e');
    int         mantissa = e ? (int)(e - plain) : (int)strlen(plain), skip = plain[0] == '-';

    snprintf(number.text, sizeof number.text, "%s%.*s", skip ? MINUS : "", mantissa - skip, plain + skip);
    if (e) {
        long power = strtol(e + 1, NULL, 10);
        snprintf(number.text + strlen(number.text), sizeof number.text - strlen(number.text), "e%s%ld",
                 power < 0 ? MINUS : "", labs(power));
    }
    return number;
}

mote_number mote_number_grouped(double value, int32_t decimals)
{
    char plain[64];

    if (!isfinite(value) || fabs(value) >= 1e12 || decimals > 9) {
        mote_format(plain, sizeof plain, "%.5g", value);
        return tidy_exponent(plain);
    }
    mote_format(plain, sizeof plain, "%.*f", decimals > 0 ? decimals : 0, value);
    return group_thousands(strspn(plain, "-0.") == strlen(plain) && plain[0] == '-' ? plain + 1 : plain);
}

mote_number mote_number_rounded(double value)
{
    char   plain[64];
    double size = fabs(value);

    if (size < 1e9 && value == floor(value))
        return mote_number_grouped(value, 0);
    if (size >= 1000 && size < 1e9)
        return mote_number_grouped(value, 0);
    mote_format(plain, sizeof plain, "%.3g", value);
    return tidy_exponent(plain);
}

mote_number mote_number_percent(double share)
{
    mote_number number = {{0}};

    mote_format(number.text, sizeof number.text, "%.2f %%", 100 * share);
    return number;
}

/* Also an output's: "kind_accuracy". */
static bool is_accuracy(const char *name)
{
    static const char word[] = "accuracy";
    const size_t      length = strlen(name), end = sizeof word - 1;

    return length >= end && strcmp(name + length - end, word) == 0 && (length == end || name[length - end - 1] == '_');
}

mote_number mote_number_metric(const char *name, double value)
{
    const bool  is_tiny = value != 0 && fabs(value) < 0.001, is_huge = fabs(value) >= 1e6;
    mote_number number = {{0}};
    char        plain[64];

    if (is_accuracy(name))
        return mote_number_percent(value);
    mote_format(plain, sizeof plain, is_tiny ? "%.3g" : is_huge ? "%.6g" : "%.4f", value);
    snprintf(number.text, sizeof number.text, "%.39s", plain);
    return number;
}

mote_number mote_number_bytes(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    mote_number              number = {{0}}, amount;
    int                      unit = 0;

    while (bytes >= 1024 && unit < 4) {
        bytes /= 1024;
        unit++;
    }
    amount = mote_number_grouped(bytes, bytes == floor(bytes) ? 0 : bytes < 10 ? 2 : 1);
    snprintf(number.text, sizeof number.text, "%.30s %s", amount.text, units[unit]);
    return number;
}

void mote_put_coordinate(mote_text *text, double value)
{
    enum { FACTOR = 100 };
    double bounded = value < -1e7 ? -1e7 : value > 1e7 ? 1e7 : isnan(value) ? 0 : value;
    long   hundredths = lround(bounded * FACTOR), whole, rest;

    if (hundredths < 0) {
        mote_text_puts(text, "-");
        hundredths = -hundredths;
    }
    whole = hundredths / FACTOR;
    rest = hundredths % FACTOR;
    if (rest == 0)
        mote_text_printf(text, "%ld", whole);
    else if (rest % 10 == 0)
        mote_text_printf(text, "%ld.%ld", whole, rest / 10);
    else
        mote_text_printf(text, "%ld.%02ld", whole, rest);
}
