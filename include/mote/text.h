/* Text for people and for files: a growing buffer, numbers, and what came from files made fit to be shown. The command line
 * writes its results with these.
 *
 * Numbers are written with '.' as the decimal point, whatever the locale of the program that uses the library.
 *
 * One style for all that people read:
 *   counts, bytes        whole; in text as they are (58800), so that they can be copied, in pictures grouped (58,800)
 *   accuracies, shares   percent with two decimals: 90.70 %
 *   losses, errors       four decimals: 0.3049; three digits where those would show nothing: 3.21e-05
 *   measured reals       up to six digits (%.6g); scales up to nine, which read back to the same float
 * JSON and CSV hold shares as they are (0.907), and enough digits to read back the value.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TEXT_H
#define MOTE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows as needed; on failure (out of memory) it stays as it is and remembers, and mote_text_status says so once at the
 * end. Zeroed is empty. Owns its bytes. */
typedef struct mote_text {
    char  *bytes; /* NUL-terminated once anything was added; else NULL */
    size_t count, capacity;
    bool   failed;
} mote_text;

void mote_text_add(mote_text *text, const char *bytes, size_t count);
void mote_text_puts(mote_text *text, const char *string);
void mote_text_printf(mote_text *text, const char *format, ...) MOTE_PRINTF(2, 3);
void mote_text_vprintf(mote_text *text, const char *format, va_list args);
/* A field of a CSV row (RFC 4180): with a comma, a quote or a line end it stands in quotes, quotes inside are doubled. */
void        mote_text_put_csv(mote_text *text, const char *field);
mote_status mote_text_status(const mote_text *text, mote_error *err);
void        mote_text_free(mote_text *text);

/* snprintf without the locale. mote_text_printf is without it, too. */
int mote_format(char *out, size_t size, const char *format, ...) MOTE_PRINTF(3, 4);
int mote_format_list(char *out, size_t size, const char *format, va_list args);
/* The string fit for one line of a terminal: UTF-8 stays, line ends and tabs become blanks, and whatever else could steer a
 * terminal stands as \xNN or \uNNNN, and bytes that are not UTF-8 as \xNN. Cut with "..." where it is longer than size - 1,
 * which is at least 3. */
void mote_clean_line(char *out, size_t size, const char *string);
/* The same for whole texts, in which lines and tabs stay; JSON stays JSON. bytes[count] is a NUL. */
void mote_text_add_escaped(mote_text *text, const char *bytes, size_t count);

enum { MOTE_SHOWN_TEXT = 80 };
typedef struct mote_shown {
    char text[MOTE_SHOWN_TEXT];
} mote_shown;
/* Bytes from a file made fit for a message: as mote_clean_line, but line ends and tabs as \xNN, and shorter.
 * Used in place: mote_fail(err, ..., "tensor %s", mote_show(name, n).text). */
mote_shown mote_show(const char *bytes, size_t count);
mote_shown mote_show_string(const char *string); /* NULL shows as "(none)" */

/* The candidate nearest to word, or NULL: at most a third of its length, at least 1, of letters added, left out, wrong, or
 * changed places with the next. */
const char *mote_nearest_word(const char *word, const char *const *candidates, size_t count);

/* ---- numbers ---- */

enum { MOTE_NUMBER_TEXT = 40 };

typedef struct mote_number {
    char text[MOTE_NUMBER_TEXT];
} mote_number;

/* The fewest digits that read back to the same double; "nan", "inf", "-inf". */
mote_number mote_number_shortest(double value);

/* For people: thousands grouped (12,345), a true minus sign, exactly `decimals` digits after the point, an exponent when
 * the number is too long for that. */
mote_number mote_number_grouped(double value, int32_t decimals);

/* For people: integers in full, else three significant digits. */
mote_number mote_number_rounded(double value);

/* For people: "90.70 %" of 0.907. */
mote_number mote_number_percent(double share);

/* For people: a metric by its Keras name; "accuracy" is a share. */
mote_number mote_number_metric(const char *name, double value);

/* "512 B", "64 KiB", "22.5 KiB", "1.2 MiB". */
mote_number mote_number_bytes(double bytes);

#ifdef __cplusplus
}
#endif
#endif
