/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/engines.h"

#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

/* ---- tables ---- */

enum {
#define OPTIONS(member, number, name, fields) OPTIONS_##name,
#include "formats/tflite/options.def"
#undef OPTIONS
    OPTIONS_COUNT
};

static const mote_options_table options_tables[OPTIONS_COUNT] = {
#define OPTIONS(member, number, name, fields) {#name, member, number, fields},
#include "formats/tflite/options.def"
#undef OPTIONS
};

static const mote_builtin builtins[] = {
#define BUILTIN(code, name, options, key, weights, tflm, litert, version)                                                   \
    [code] = {#name, &options_tables[OPTIONS_##options], key, weights, tflm, litert, version},
#define CUSTOM(name, key, tflm, litert)
#include "formats/tflite/builtins.def"
#undef CUSTOM
#undef BUILTIN
};

static const mote_builtin customs[] = {
#define BUILTIN(code, name, options, key, weights, tflm, litert, version)
#define CUSTOM(name, key, tflm, litert) {name, &options_tables[OPTIONS_NoOptions], key, -1, tflm, litert, sizeof litert > 1},
#include "formats/tflite/builtins.def"
#undef CUSTOM
#undef BUILTIN
};

static const mote_builtin *find_custom(mote_fb_string name)
{
    size_t i;

    for (i = 0; i < sizeof customs / sizeof *customs; i++)
        if (strlen(customs[i].name) == name.count && memcmp(customs[i].name, name.text, name.count) == 0)
            return &customs[i];
    return NULL;
}

const mote_builtin *mote_builtin_find(int32_t code, mote_fb_string custom)
{
    if (code == MRT_CUSTOM_CODE)
        return find_custom(custom);
    return code >= 0 && (size_t)code < sizeof builtins / sizeof *builtins ? &builtins[code] : NULL;
}

const mote_options_table *mote_options_find(uint8_t member, uint8_t number)
{
    int i;

    for (i = 0; i < OPTIONS_COUNT; i++)
        if (options_tables[i].member == member && options_tables[i].number == number)
            return &options_tables[i];
    return NULL;
}

/* ---- fields ---- */

/* The word behind `skipped` others; NULL: there are not so many. */
static const char *word_at(const char *words, uint32_t skipped)
{
    for (; skipped > 0 && words; skipped--)
        words = (words = strchr(words, ' ')) ? words + 1 : NULL;
    return words && *words ? words : NULL;
}

uint32_t mote_options_count(const mote_options_table *table)
{
    uint32_t count = 0;

    while (word_at(table->fields, count))
        count++;
    return count;
}

mote_field_name mote_options_field(const mote_options_table *table, uint32_t id)
{
    const char     *word = word_at(table->fields, id);
    mote_field_name name = {""};

    if (word && *word != '-')
        snprintf(name.text, sizeof name.text, "%.*s", (int)strcspn(word, " "), word);
    return name;
}

/* ---- types ---- */

static const struct {
    const char *word;
    int8_t      type;
} type_words[] = {{"f32", TFLITE_FLOAT32}, {"f16", TFLITE_FLOAT16}, {"f64", TFLITE_FLOAT64}, {"i8", TFLITE_INT8},
                  {"u8", TFLITE_UINT8},    {"i16", TFLITE_INT16},   {"u16", TFLITE_UINT16},  {"i32", TFLITE_INT32},
                  {"u32", TFLITE_UINT32},  {"i64", TFLITE_INT64},   {"u64", TFLITE_UINT64},  {"bool", TFLITE_BOOL},
                  {"i4", TFLITE_INT4}};

static bool is_word_of(const char *word, size_t length, int8_t type)
{
    size_t i;

    if (length == 3 && memcmp(word, "any", 3) == 0)
        return true;
    for (i = 0; i < sizeof type_words / sizeof *type_words; i++)
        if (type_words[i].type == type)
            return strlen(type_words[i].word) == length && memcmp(type_words[i].word, word, length) == 0;
    return false;
}

/* Whether one of "f32/i8" is the type; *end: behind them. */
static bool alternatives_have(const char *words, int8_t type, const char **end)
{
    bool found = false;

    for (;; words++) {
        const size_t length = strcspn(words, "/*> ");
        found = found || is_word_of(words, length, type);
        words += length;
        if (*words != '/')
            break;
    }
    *end = words;
    return found;
}

static bool combination_takes(const char *word, int8_t key, int8_t weights, int8_t out)
{
    const int8_t implied = key == TFLITE_INT16 ? TFLITE_INT8 : key;
    bool         takes = alternatives_have(word, key, &word);

    if (*word == '*')
        takes = alternatives_have(word + 1, weights, &word) && takes;
    else
        takes = takes && (weights < 0 || weights == implied);
    if (*word == '>')
        takes = alternatives_have(word + 1, out, &word) && takes;
    return takes;
}

bool mote_builtin_takes(const char *combinations, int8_t key, int8_t weights, int8_t out)
{
    const char *word = combinations;

    for (; word && *word; word = (word = strchr(word, ' ')) ? word + 1 : NULL)
        if (combination_takes(word, key, weights, out))
            return true;
    return false;
}
