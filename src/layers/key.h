/* Keys: the members of an options struct as data. One row has a key's name, type, range, default and place; what reads specs
 * and what checks options given in C walk the same rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_KEY_H
#define MOTE_LAYERS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/layers.h>
#include <mote/status.h>

typedef enum mote_key_kind {
    MOTE_KEY_INT,         /* int, or an enum; with words: by its words */
    MOTE_KEY_PAIR,        /* int[2]: one number for both, or [height, width] */
    MOTE_KEY_NUMBERS,     /* mote_numbers: one or a list; without a standard there may be none */
    MOTE_KEY_FLOATS,      /* mote_floats: one or a list */
    MOTE_KEY_SHAPE,       /* mote_shape; min may be -1: one dimension to be worked out */
    MOTE_KEY_U64,         /* size_t or uint64_t; without a max any */
    MOTE_KEY_FLOAT,       /* float */
    MOTE_KEY_DOUBLE,      /* double */
    MOTE_KEY_BOOL,        /* bool */
    MOTE_KEY_REGULARIZER, /* mote_regularizer */
    MOTE_KEY_TEXT,        /* const char *; any words given are those allowed */
    MOTE_KEY_LAYER        /* mote_inner_layer; words: which layers it may be */
} mote_key_kind;

typedef struct mote_word {
    const char *word;
    int         value;
} mote_word;

/* min and max are of the numeric kinds, both allowed; a pair's and a shape's are of each number. */
typedef struct mote_key {
    const char      *name;
    mote_key_kind    kind;
    size_t           offset;
    double           min, max;
    double           standard; /* what a zero becomes; 0: it stays */
    const mote_word *words;    /* ends with a NULL word */
    bool             is_required;
    bool             may_lack; /* of real numbers: there may be none, Keras' None */
    int32_t          most;     /* of numbers: so many */
    bool             in_pairs; /* of numbers: four of them are [[1, 2], [3, 4]] */
} mote_key;

extern const mote_word mote_switch_words[]; /* of a mote_switch: true, false */

/* A row: MOTE_KEY("units", mote_dense_options, units, .min = 1, .max = 4096, .is_required = true). Tables end with {0}. The
 * kind is the member's own, so that no row can say another; a member of any other type does not compile. An enum without
 * negative values has the type unsigned int, and size_t is uint64_t, on all hosts that mote runs on. */
#define MOTE_KEY(key, T, ...) MOTE_KEY_ROW(T, __VA_ARGS__, .name = key)
#define MOTE_KEY_ROW(T, member, ...)                                                                                        \
    {                                                                                                                       \
        .offset = offsetof(T, member), .kind = MOTE_KEY_KIND(T, member), __VA_ARGS__                                        \
    }

/* clang-format off */
#define MOTE_KEY_KIND(T, member)                                                                                            \
    _Generic(&((T *)0)->member,                                                                                             \
             int *: MOTE_KEY_INT, unsigned *: MOTE_KEY_INT, int(*)[2]: MOTE_KEY_PAIR, mote_shape *: MOTE_KEY_SHAPE,          \
             mote_numbers *: MOTE_KEY_NUMBERS, mote_floats *: MOTE_KEY_FLOATS,                                                                              \
             mote_regularizer *: MOTE_KEY_REGULARIZER,                                                                       \
             uint64_t *: MOTE_KEY_U64, float *: MOTE_KEY_FLOAT, double *: MOTE_KEY_DOUBLE, bool *: MOTE_KEY_BOOL,            \
             const char **: MOTE_KEY_TEXT, mote_inner_layer *: MOTE_KEY_LAYER)
/* clang-format on */

const mote_key *mote_key_find(const mote_key *keys, const char *name);

/* Zero members become their defaults; a pair's second number its first. */
void mote_keys_set_defaults(const mote_key *keys, void *options);

/* Numbers in range, words known, required ones there. The message begins with the key's name. */
mote_status mote_keys_check(const mote_key *keys, const void *options, mote_error *err);

/* value is outside the key's range. "units is 0; 1 to 1048576 are possible" */
mote_status mote_key_check_number(const mote_key *key, double value, mote_error *err);

/* "valid, same" */
typedef struct mote_words_text {
    char text[256];
} mote_words_text;
mote_words_text mote_words_show(const mote_word *words);

/* NULL when there is none. */
const mote_word *mote_word_find(const mote_word *words, const char *word);

#endif
