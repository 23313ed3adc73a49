/* Values of a document into members of an options struct, as a table of keys says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers/key_reader.h"
#include "layers/layer.h"

enum { NUMBER_LENGTH_MAX = 40, WORDS_MAX = 64 };

/* ---- words ---- */

mote_status mote_yaml_fail_word(const mote_yaml_reader *reader, int line, const char *what, const char *word,
                                const char *const *words, size_t count)
{
    const char *nearest = mote_nearest_word(word, words, count);
    char        all[320] = "";
    size_t      used = 0, i;

    if (nearest)
        return mote_yaml_fail(reader, line, "%s \"%s\"; did you mean \"%s\"?", what, mote_show_string(word).text, nearest);
    for (i = 0; i < count && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    return mote_yaml_fail(reader, line, "%s \"%s\"; possible: %s", what, mote_show_string(word).text, all);
}

static size_t list_words(const mote_word *words, const char **out)
{
    size_t count = 0;

    for (; words->word && count < WORDS_MAX; words++)
        out[count++] = words->word;
    return count;
}

/* ---- single values ---- */

/* One value on its way: what its message needs. */
typedef struct slot {
    const mote_yaml_reader *reader;
    const mote_key         *key;
    const char             *where;
} slot;

static mote_status fail_value(const slot *s, const mote_yaml *value, const char *wanted)
{
    if (value->kind == MOTE_YAML_TEXT)
        return mote_yaml_fail(s->reader, value->line, "%s: %s is \"%s\"; %s expected", s->where, s->key->name,
                              mote_show_string(value->text).text, wanted);
    return mote_yaml_fail(s->reader, value->line, "%s: %s is a %s; %s expected", s->where, s->key->name,
                          value->kind == MOTE_YAML_LIST ? "list" : "map", wanted);
}

/* Decimal numbers only: no hexadecimal, no infinity. */
static bool parse_number(const mote_yaml *value, double *number)
{
    return value->kind == MOTE_YAML_TEXT && !value->is_quoted && strlen(value->text) <= NUMBER_LENGTH_MAX &&
           mote_parse_number(value->text, number) && isfinite(*number);
}

static mote_status check_range(const slot *s, const mote_yaml *value, double number)
{
    mote_error problem = {0};
    const bool has_no_zero = s->key->standard != 0 && s->key->min < 0 && s->key->kind == MOTE_KEY_INT;

    if (number == 0 && has_no_zero) /* it would become the default */
        return mote_yaml_fail(s->reader, value->line, "%s: %s is 0, which is not possible", s->where, s->key->name);
    if (mote_key_check_number(s->key, number, &problem) == MOTE_OK)
        return MOTE_OK;
    return mote_yaml_fail(s->reader, value->line, "%s: %s", s->where, problem.text);
}

static mote_status read_number(const slot *s, const mote_yaml *value, double *number)
{
    if (!parse_number(value, number))
        return fail_value(s, value, "a number");
    return check_range(s, value, *number);
}

static mote_status read_whole(const slot *s, const mote_yaml *value, double *number)
{
    if (!parse_number(value, number) || *number != floor(*number))
        return fail_value(s, value, "a whole number");
    return check_range(s, value, *number);
}

static mote_status read_int(const slot *s, const mote_yaml *value, int *member)
{
    double number = 0;

    MOTE_TRY(read_whole(s, value, &number));
    *member = (int)number;
    return MOTE_OK;
}

/* Exactly, up to 2^64 - 1: a double holds whole numbers to 2^53 only. */
static mote_status read_u64(const slot *s, const mote_yaml *value, uint64_t *member)
{
    char *end;

    if (value->kind != MOTE_YAML_TEXT || value->is_quoted || value->text[0] == '\0' ||
        strspn(value->text, "0123456789") != strlen(value->text))
        return fail_value(s, value, "a whole number, 0 or more,");
    errno = 0;
    *member = strtoull(value->text, &end, 10);
    if (errno != 0)
        return fail_value(s, value, "a number below 2^64");
    return s->key->max > 0 ? check_range(s, value, (double)*member) : MOTE_OK;
}

static mote_status read_pair(const slot *s, const mote_yaml *value, int *pair)
{
    if (value->kind == MOTE_YAML_LIST && value->count == 2) {
        MOTE_TRY(read_int(s, value->first, &pair[0]));
        return read_int(s, value->first->next, &pair[1]);
    }
    if (value->kind != MOTE_YAML_TEXT)
        return fail_value(s, value, "a whole number, or two as in [3, 3],");
    MOTE_TRY(read_int(s, value, &pair[0]));
    pair[1] = pair[0];
    return MOTE_OK;
}

/* One, a list of them, or a list of two pairs. */
static mote_status read_numbers(const slot *s, const mote_yaml *value, mote_numbers *numbers)
{
    const char      *wanted = s->key->in_pairs    ? "a whole number, two, or two pairs as in [[1, 2], [3, 4]],"
                              : s->key->most == 1 ? "a whole number"
                                                  : "a whole number or a list of them";
    const mote_yaml *item;
    mote_numbers     read = {0};

    if (value->kind == MOTE_YAML_TEXT) {
        MOTE_TRY(read_int(s, value, &read.values[0]));
        read.count = 1;
    } else if (value->kind != MOTE_YAML_LIST || value->count < 1 || value->count > (s->key->in_pairs ? 2 : s->key->most)) {
        return fail_value(s, value, wanted);
    }
    for (item = value->kind == MOTE_YAML_LIST ? value->first : NULL; item; item = item->next) {
        if (item->kind == MOTE_YAML_LIST && s->key->in_pairs && item->count == 2 && value->count == 2 &&
            read.count % 2 == 0) {
            MOTE_TRY(read_int(s, item->first, &read.values[read.count++]));
            MOTE_TRY(read_int(s, item->first->next, &read.values[read.count++]));
        } else if (item->kind == MOTE_YAML_TEXT && read.count < 2 + !s->key->in_pairs * MOTE_RANK_MAX) {
            MOTE_TRY(read_int(s, item, &read.values[read.count++]));
        } else {
            return fail_value(s, value, wanted);
        }
    }
    if (s->key->in_pairs && read.count == 3)
        return fail_value(s, value, wanted);
    *numbers = read;
    return MOTE_OK;
}

/* One, or a list of them. */
static mote_status read_floats(const slot *s, const mote_yaml *value, mote_floats *floats)
{
    const mote_yaml *item = value->kind == MOTE_YAML_LIST ? value->first : value;
    double           number = 0;

    if (value->kind == MOTE_YAML_MAP || (value->kind == MOTE_YAML_LIST && value->count < 1))
        return fail_value(s, value, "a number or a list of them");
    if (value->kind == MOTE_YAML_LIST && value->count > MOTE_FLOATS_MAX)
        return mote_yaml_fail(s->reader, value->line, "%s: %s has %d numbers; at most %d are possible", s->where,
                              s->key->name, value->count, MOTE_FLOATS_MAX);
    for (floats->count = 0; item; item = value->kind == MOTE_YAML_LIST ? item->next : NULL) {
        MOTE_TRY(read_number(s, item, &number));
        floats->values[floats->count++] = (float)number;
    }
    return MOTE_OK;
}

static mote_status read_shape(const slot *s, const mote_yaml *value, mote_shape *shape)
{
    const mote_yaml *item;
    mote_shape       read = {0};
    int              open_count = 0;

    if (value->kind == MOTE_YAML_TEXT && !mote_yaml_is_null(value))
        return fail_value(s, value, "a list as in [28, 28, 1]");
    if (value->kind != MOTE_YAML_LIST || value->count < 1 || value->count > 7)
        return fail_value(s, value, "a list of 1 to 7 numbers");
    for (item = value->first; item; item = item->next) {
        MOTE_TRY(read_int(s, item, &read.dims[read.rank]));
        if (read.dims[read.rank] == 0)
            return mote_yaml_fail(s->reader, item->line, "%s: %s has a dimension of 0", s->where, s->key->name);
        open_count += read.dims[read.rank] == -1;
        read.rank++;
    }
    if (open_count > 1)
        return mote_yaml_fail(s->reader, value->line, "%s: %s has more than one -1", s->where, s->key->name);
    *shape = read;
    return MOTE_OK;
}

static mote_status read_bool(const slot *s, const mote_yaml *value, bool *member)
{
    const bool is_word = value->kind == MOTE_YAML_TEXT && !value->is_quoted;

    if (!is_word || (strcmp(value->text, "true") != 0 && strcmp(value->text, "false") != 0))
        return fail_value(s, value, "true or false");
    *member = value->text[0] == 't';
    return MOTE_OK;
}

static mote_status read_switch(const slot *s, const mote_yaml *value, int *member)
{
    bool is_on = false;

    MOTE_TRY(read_bool(s, value, &is_on));
    *member = is_on ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF;
    return MOTE_OK;
}

static mote_status read_word(const slot *s, const mote_yaml *value, const mote_word **word)
{
    const char *words[WORDS_MAX];
    char        what[96];

    if (value->kind != MOTE_YAML_TEXT)
        return fail_value(s, value, mote_words_show(s->key->words).text);
    if ((*word = mote_word_find(s->key->words, value->text)) != NULL)
        return MOTE_OK;
    snprintf(what, sizeof what, "%s: unknown %s", s->where, s->key->name);
    return mote_yaml_fail_word(s->reader, value->line, what, value->text, words, list_words(s->key->words, words));
}

static mote_status read_text(const slot *s, const mote_yaml *value, const char **member)
{
    const mote_word *word = NULL;

    if (s->key->words)
        MOTE_TRY(read_word(s, value, &word));
    if (value->kind != MOTE_YAML_TEXT || value->text[0] == '\0')
        return fail_value(s, value, "a text");
    *member = value->text;
    return MOTE_OK;
}

/* layer: {lstm: {units: 8}}, or {lstm: 8}. */
static mote_status read_layer(const slot *s, const mote_yaml *value, mote_inner_layer *inner)
{
    const mote_yaml       *given = value->kind == MOTE_YAML_MAP && value->count == 1 ? value->first : NULL;
    const mote_layer_type *type;
    const char            *words[WORDS_MAX];
    char                   where[64];

    if (!given)
        return fail_value(s, value, "a layer, as in {lstm: {units: 8}}");
    if (!mote_word_find(s->key->words, given->key)) {
        snprintf(where, sizeof where, "%s: unknown %s", s->where, s->key->name);
        return mote_yaml_fail_word(s->reader, given->key_line, where, given->key, words, list_words(s->key->words, words));
    }
    type = mote_layer_type_find(given->key);
    inner->type = type->name;
    snprintf(where, sizeof where, "layer %s", type->name);
    if (given->kind != MOTE_YAML_MAP)
        return mote_key_read(s->reader, given, type->keys, where, &inner->as);
    return mote_keys_read(s->reader, given, &(mote_keys_place){where, type->keys, NULL}, &inner->as);
}

/* l2, {l2: 0.01}, or {l1_l2: {l1: 0.01, l2: 0.02}}; 0.01 where no number is given, as in Keras. */
static mote_status read_regularizer(const slot *s, const mote_yaml *value, mote_regularizer *out)
{
    static const char     expected[] = "l1, l2 or l1_l2, as in {l2: 0.01} or {l1_l2: {l1: 0.01, l2: 0.01}}";
    static const mote_key keys[] = {MOTE_KEY("l1", mote_regularizer, l1, .min = 0, .max = 1e6),
                                    MOTE_KEY("l2", mote_regularizer, l2, .min = 0, .max = 1e6),
                                    {0}};
    const mote_yaml      *first = value->kind == MOTE_YAML_MAP && value->count == 1 ? value->first : NULL;
    const char           *name = value->kind == MOTE_YAML_TEXT ? value->text : first ? first->key : "";
    const bool            is_both = strcmp(name, "l1_l2") == 0;

    if (!is_both && !mote_key_find(keys, name))
        return fail_value(s, value, expected);
    *out = (mote_regularizer){.l1 = is_both || strcmp(name, "l1") == 0 ? 0.01f : 0,
                              .l2 = is_both || strcmp(name, "l2") == 0 ? 0.01f : 0};
    if (!first || mote_yaml_is_null(first))
        return MOTE_OK;
    if (first->kind == MOTE_YAML_MAP)
        return mote_keys_read(s->reader, first, &(mote_keys_place){s->key->name, keys, NULL}, out);
    return is_both ? fail_value(s, value, expected)
                   : mote_key_read(s->reader, first, mote_key_find(keys, name), s->key->name, out);
}

mote_status mote_key_read(const mote_yaml_reader *reader, const mote_yaml *value, const mote_key *key, const char *where,
                          void *options)
{
    const slot       s = {reader, key, where};
    void            *member = (char *)options + key->offset;
    const mote_word *word = NULL;
    double           number = 0;

    switch (key->kind) {
    case MOTE_KEY_INT:
        if (!key->words)
            return read_int(&s, value, member);
        if (key->words == mote_switch_words)
            return read_switch(&s, value, member);
        MOTE_TRY(read_word(&s, value, &word));
        *(int *)member = word->value;
        return MOTE_OK;
    case MOTE_KEY_PAIR:
        return read_pair(&s, value, member);
    case MOTE_KEY_NUMBERS:
        return read_numbers(&s, value, member);
    case MOTE_KEY_FLOATS:
        return read_floats(&s, value, member);
    case MOTE_KEY_SHAPE:
        return read_shape(&s, value, member);
    case MOTE_KEY_U64:
        return read_u64(&s, value, member);
    case MOTE_KEY_FLOAT:
        MOTE_TRY(read_number(&s, value, &number));
        *(float *)member = (float)number;
        return MOTE_OK;
    case MOTE_KEY_DOUBLE:
        return read_number(&s, value, member);
    case MOTE_KEY_BOOL:
        return read_bool(&s, value, member);
    case MOTE_KEY_REGULARIZER:
        return read_regularizer(&s, value, member);
    case MOTE_KEY_TEXT:
        return read_text(&s, value, member);
    case MOTE_KEY_LAYER:
        return read_layer(&s, value, member);
    }
    return MOTE_OK;
}

/* ---- maps ---- */

static bool is_other(const mote_keys_place *keys, const char *name)
{
    const char *const *other;

    for (other = keys->others; other && *other; other++)
        if (strcmp(*other, name) == 0)
            return true;
    return false;
}

static mote_status fail_missing(const mote_yaml_reader *reader, int line, const mote_keys_place *keys, const mote_key *key)
{
    if (key->words)
        return mote_yaml_fail(reader, line, "%s: %s is missing; it is one of: %s", keys->where, key->name,
                              mote_words_show(key->words).text);
    return mote_yaml_fail(reader, line, "%s: %s is missing", keys->where, key->name);
}

static mote_status fail_unknown(const mote_yaml_reader *reader, const mote_yaml *node, const mote_keys_place *keys)
{
    const char        *words[WORDS_MAX], *nearest;
    const mote_key    *key;
    const char *const *other;
    size_t             count = 0, used = 0, i;
    char               all[320] = "nothing";

    for (key = keys->keys; key->name && count < WORDS_MAX; key++)
        words[count++] = key->name;
    for (other = keys->others; other && *other && count < WORDS_MAX; other++)
        words[count++] = *other;
    nearest = mote_nearest_word(node->key, words, count);
    if (nearest)
        return mote_yaml_fail(reader, node->key_line, "unknown key \"%s\" in %s; did you mean \"%s\"?",
                              mote_show_string(node->key).text, keys->where, nearest);
    for (i = 0; i < count && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    return mote_yaml_fail(reader, node->key_line, "unknown key \"%s\" in %s; it takes %s", mote_show_string(node->key).text,
                          keys->where, all);
}

mote_status mote_keys_read(const mote_yaml_reader *reader, const mote_yaml *map, const mote_keys_place *keys, void *options)
{
    const mote_yaml *node;
    const mote_key  *key;

    for (node = map->first; node; node = node->next) {
        key = mote_key_find(keys->keys, node->key);
        if (!key && !is_other(keys, node->key))
            return fail_unknown(reader, node, keys);
        if (key && !mote_yaml_is_null(node))
            MOTE_TRY(mote_key_read(reader, node, key, keys->where, options));
    }
    for (key = keys->keys; key->name; key++) {
        node = mote_yaml_find(map, key->name);
        if (key->is_required && (!node || mote_yaml_is_null(node)))
            return fail_missing(reader, node ? node->key_line : map->line, keys, key);
    }
    return MOTE_OK;
}

mote_status mote_yaml_need_map(const mote_yaml_reader *reader, const mote_yaml *node, const char *where)
{
    if (node->kind == MOTE_YAML_MAP)
        return MOTE_OK;
    return mote_yaml_fail(reader, node->line, "%s must have keys, as in %s: {key: value}", where, where);
}

mote_status mote_yaml_need_text(const mote_yaml_reader *reader, const mote_yaml *node, const char *what)
{
    if (node->kind == MOTE_YAML_TEXT && node->text[0] != '\0')
        return MOTE_OK;
    return mote_yaml_fail(reader, node->line, "%s must be a word", what);
}
