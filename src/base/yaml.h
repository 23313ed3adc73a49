/* A YAML document as a small tree of texts, lists and maps, each with its line. Only what a spec needs: anchors, aliases,
 * tags, several documents and keys that are not plain words are refused, and so is what is larger than any spec.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_YAML_H
#define MOTE_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

enum { MOTE_YAML_BYTES_MAX = 1 << 20, MOTE_YAML_DEPTH_MAX = 12, MOTE_YAML_NODES_MAX = 20000, MOTE_YAML_KEYS_MAX = 64 };

typedef enum mote_yaml_kind { MOTE_YAML_TEXT, MOTE_YAML_LIST, MOTE_YAML_MAP } mote_yaml_kind;

typedef struct mote_yaml {
    mote_yaml_kind    kind;
    int               line; /* from 1; of a map's value: where the value stands */
    const char       *key;  /* in a map, else NULL */
    int               key_line;
    const char       *text;      /* TEXT; without quotes */
    bool              is_quoted; /* TEXT: a word, whatever it looks like */
    struct mote_yaml *first, *next;
    int               count; /* LIST, MAP */
} mote_yaml;

/* What reading a document needs; path is what messages begin with. */
typedef struct mote_yaml_reader {
    const char *path;
    mote_arena *arena; /* takes the tree */
    mote_error *err;
} mote_yaml_reader;

/* *out is a MAP. An empty document is an empty one. */
mote_status mote_yaml_read(mote_yaml **out, const mote_yaml_reader *reader, const char *bytes, size_t count);

/* "PATH:LINE: text" */
mote_status mote_yaml_fail(const mote_yaml_reader *reader, int line, const char *format, ...) MOTE_PRINTF(3, 4);

const mote_yaml *mote_yaml_find(const mote_yaml *map, const char *key); /* NULL when there is none */
bool             mote_yaml_is_null(const mote_yaml *node);              /* nothing, ~ or null */

/* One line, keys sorted: the same for documents that differ in comments, spaces and style only. */
void mote_yaml_write(mote_text *text, const mote_yaml *node);

#endif
