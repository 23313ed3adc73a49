/* Aligned text tables for the terminal:
 *
 *     layer             output      params
 *     ----------------  ----------  ------
 *     conv2d (Conv2D)   28 x 28 x 8     80
 *     dense (Dense)     10           7,850
 *
 * Columns whose cells are all numbers (digits, signs, points, commas, a unit after a space) stand at the right.
 *
 * With a width, no line is longer. First long words lose their middle ("model/..tion_4/Relu"); where that is not enough, the
 * table is broken into blocks one below the other, each of which repeats the first column. Without headings the last column
 * goes on in the next line instead: it is prose.
 *
 * Text is appended to a mote_text, which the caller prints and frees.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TABLE_H
#define MOTE_TABLE_H

#include <stdint.h>

#include <mote/text.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_TABLE_COLUMNS_MAX = 32, MOTE_TABLE_CELL_MAX = 600 };

typedef struct mote_table {
    const char *const *headings;     /* [column_count]; NULL: no heading and no rule */
    const char *const *cells;        /* [row_count][column_count], row by row; NULL: empty; all empty: a rule */
    int32_t            column_count; /* at most MOTE_TABLE_COLUMNS_MAX */
    size_t             row_count;
    int32_t            width; /* of the terminal, in letters; 0: any, and nothing is cut but at MOTE_TABLE_CELL_MAX */
} mote_table;

/* How prose is set: its first line begins in a column that something stands before, the others are indented. */
typedef struct mote_wrap {
    int32_t     column, indent;
    int32_t     width; /* of the terminal; 0: any */
    const char *joint; /* at the end of a line that goes on: " \\"; NULL: nothing */
} mote_wrap;

/* Appends prose, cleaned, in lines that end behind a word; without a newline after the last. */
void mote_wrap_put(mote_text *text, const char *prose, mote_wrap wrap);

/* Appends the table, each line ended by a newline and without blanks at its end. Cells are UTF-8, cleaned as mote_clean_line
 * does, and cut after MOTE_TABLE_CELL_MAX letters. Width is counted in letters, East Asian ones as two. */
void mote_table_put(mote_text *text, const mote_table *table);

#ifdef __cplusplus
}
#endif
#endif
