/* What a file asks for and mote lacks, told in one message: all of it, each thing once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_LACKS_H
#define MOTE_FORMATS_TFLITE_LACKS_H

#include "graph/graph.h"

enum { MOTE_LACKS_MAX = 32, MOTE_LACK_TEXT = 160 };

typedef struct mote_lack {
    char    what[MOTE_LACK_TEXT];
    int32_t count;
} mote_lack;

/* Zeroed is empty. Things beyond the most are only counted. */
typedef struct mote_lacks {
    mote_lack list[MOTE_LACKS_MAX];
    int32_t   count, further;
} mote_lacks;

void mote_lacks_add(mote_lacks *lacks, const char *format, ...) MOTE_PRINTF(2, 3);

/* "MUL, SUB (2), EXP", as much of it as fits */
typedef struct mote_lacks_text {
    char text[320];
} mote_lacks_text;
mote_lacks_text mote_lacks_show(const mote_lacks *lacks);

/* The message for operators that mote has not, with what can be done where a kind of them is known. */
mote_status mote_lacks_fail_operators(const mote_lacks *lacks, mote_error *err);

/* Where reading failed because operators have no kernel for their types: puts all of them, and what kind of file it is
 * (float16
 * ...), in place of err's text. Leaves err as it is where that is not the reason. */
mote_status mote_lacks_explain_types(const mote_graph *graph, mote_error *err);

#endif
