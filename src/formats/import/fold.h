/* Arithmetic on known values; each function gives the call's output 0.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IMPORT_FOLD_H
#define MOTE_FORMATS_IMPORT_FOLD_H

#include "formats/import/import.h"

typedef enum mote_fold_pair {
    MOTE_FOLD_ADD,
    MOTE_FOLD_SUB,
    MOTE_FOLD_MUL,
    MOTE_FOLD_DIV,
    MOTE_FOLD_MOD,
    MOTE_FOLD_POW,
    MOTE_FOLD_MIN,
    MOTE_FOLD_MAX,
    MOTE_FOLD_EQUAL,
    MOTE_FOLD_LESS,
    MOTE_FOLD_LESS_EQUAL,
    MOTE_FOLD_GREATER,
    MOTE_FOLD_GREATER_EQUAL,
    MOTE_FOLD_AND,
    MOTE_FOLD_OR,
    MOTE_FOLD_XOR
} mote_fold_pair;

typedef enum mote_fold_single {
    MOTE_FOLD_NEG,
    MOTE_FOLD_ABS,
    MOTE_FOLD_FLOOR,
    MOTE_FOLD_CEIL,
    MOTE_FOLD_SQRT,
    MOTE_FOLD_NOT,
    MOTE_FOLD_SIGN,
    MOTE_FOLD_RECIPROCAL,
    MOTE_FOLD_EXP,
    MOTE_FOLD_LOG
} mote_fold_single;

typedef enum mote_fold_reduce {
    MOTE_FOLD_REDUCE_SUM,
    MOTE_FOLD_REDUCE_PROD,
    MOTE_FOLD_REDUCE_MIN,
    MOTE_FOLD_REDUCE_MAX
} mote_fold_reduce;

/* An operator whose operands, all known, give known outputs. */
typedef struct mote_import_fold_row {
    const char *name;
    void (*fold)(mote_import_call *c, int32_t kind);
    int32_t kind;
    bool (*applies)(const mote_import_call *c); /* NULL: always */
} mote_import_fold_row;

/* As mote_import_fold, by another table than the format's. */
bool mote_import_fold_by(mote_import_call *c, const mote_import_fold_row *row);

void mote_import_fold_pairs(mote_import_call *c, int32_t kind);  /* mote_fold_pair; operands repeat */
void mote_import_fold_single(mote_import_call *c, int32_t kind); /* mote_fold_single */
void mote_import_fold_where(mote_import_call *c, int32_t kind);
void mote_import_fold_non_zero(mote_import_call *c, int32_t kind);
void mote_import_fold_cast_to(mote_import_call *c, mote_dtype to);
void mote_import_fold_reduce_over(mote_import_call *c, mote_fold_reduce kind, uint32_t axes, bool keeps);

#endif
