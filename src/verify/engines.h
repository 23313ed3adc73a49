/* What TensorFlow Lite Micro and LiteRT have of each operator: formats/tflite/builtins.def as a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_VERIFY_ENGINES_H
#define MOTE_VERIFY_ENGINES_H

#include "formats/tflite/flatbuffer_reader.h"

/* A table of options of schema.fbs. */
typedef struct mote_options_table {
    const char *name;   /* "Conv2DOptions" */
    uint8_t     member; /* of the union builtin_options (1) or builtin_options_2 (2) */
    uint8_t     number; /* in the union */
    const char *fields; /* by number, divided by blanks; "-": not used any more */
} mote_options_table;

typedef struct mote_builtin {
    const char               *name; /* of a custom operator its code */
    const mote_options_table *options;
    int8_t      key, weights;   /* operands whose types name a combination; key -1: the output, weights -1: none */
    const char *tflm, *litert;  /* the combinations; "": none; "any": whatever its types are */
    int32_t     litert_version; /* the newest; 0: there is none of it */
} mote_builtin;

/* NULL: neither engine nor schema knows it. */
const mote_builtin *mote_builtin_find(int32_t code, mote_fb_string custom);

/* By union and number; NULL: there is none. */
const mote_options_table *mote_options_find(uint8_t member, uint8_t number);
/* How many fields a table has, and the name of one: "" where it is used no more, and beyond. */
uint32_t mote_options_count(const mote_options_table *table);

typedef struct mote_field_name {
    char text[48];
} mote_field_name;
mote_field_name mote_options_field(const mote_options_table *table, uint32_t id);

/* Whether the combinations have key, weights and output; types are schema.fbs' numbers, -1: there is no such operand. */
bool mote_builtin_takes(const char *combinations, int8_t key, int8_t weights, int8_t out);

#endif
