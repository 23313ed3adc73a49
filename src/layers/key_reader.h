/* YAML into options structs, as tables of keys say: what specs and boards' files are read with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_KEY_READER_H
#define MOTE_LAYERS_KEY_READER_H

#include "base/yaml.h"
#include "layers/key.h"

/* A map's place in the document. */
typedef struct mote_keys_place {
    const char        *where;  /* "train", "layer dense": after "in" */
    const mote_key    *keys;   /* written into options */
    const char *const *others; /* keys that the caller reads itself; ends with NULL; may be NULL */
} mote_keys_place;

/* Reads every key of map. Unknown keys, wrong types, values out of range, missing required keys are told by line. A null
 * value counts as left out. */
mote_status mote_keys_read(const mote_yaml_reader *reader, const mote_yaml *map, const mote_keys_place *keys, void *options);

/* One value. Its text is "WHERE: KEY ..." on failure. */
mote_status mote_key_read(const mote_yaml_reader *reader, const mote_yaml *value, const mote_key *key, const char *where,
                          void *options);

mote_status mote_yaml_need_map(const mote_yaml_reader *reader, const mote_yaml *node, const char *where);
mote_status mote_yaml_need_text(const mote_yaml_reader *reader, const mote_yaml *node, const char *what);

/* word is none of words: told with the nearest one, or with all. what: "train: unknown loss". */
mote_status mote_yaml_fail_word(const mote_yaml_reader *reader, int line, const char *what, const char *word,
                                const char *const *words, size_t count);

#endif
