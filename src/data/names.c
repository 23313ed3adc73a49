/* SPDX-License-Identifier: Apache-2.0 */
#include "data/names.h"

#include <string.h>
#include <strings.h>

typedef struct known_word {
    const char *word;
    int         meaning; /* a mote_split_id or a mote_name_role */
} known_word;

static const known_word split_words[] = {
    {"train", MOTE_SPLIT_TRAIN},      {"training", MOTE_SPLIT_TRAIN}, {"validation", MOTE_SPLIT_VALIDATION},
    {"valid", MOTE_SPLIT_VALIDATION}, {"val", MOTE_SPLIT_VALIDATION}, {"dev", MOTE_SPLIT_VALIDATION},
    {"eval", MOTE_SPLIT_VALIDATION},  {"test", MOTE_SPLIT_TEST},      {"testing", MOTE_SPLIT_TEST},
    {"t10k", MOTE_SPLIT_TEST},        {NULL, MOTE_SPLIT_COUNT}};

static const known_word role_words[] = {
    {"x", MOTE_NAME_SAMPLES},      {"image", MOTE_NAME_SAMPLES},   {"images", MOTE_NAME_SAMPLES},
    {"data", MOTE_NAME_SAMPLES},   {"feature", MOTE_NAME_SAMPLES}, {"features", MOTE_NAME_SAMPLES},
    {"input", MOTE_NAME_SAMPLES},  {"inputs", MOTE_NAME_SAMPLES},  {"samples", MOTE_NAME_SAMPLES},
    {"y", MOTE_NAME_TARGETS},      {"label", MOTE_NAME_TARGETS},   {"labels", MOTE_NAME_TARGETS},
    {"target", MOTE_NAME_TARGETS}, {"targets", MOTE_NAME_TARGETS}, {NULL, MOTE_NAME_NONE}};

static const known_word fillers[] = {{"set", true},   {"data", true},   {"dataset", true}, {"images", true},
                                     {"split", true}, {"folder", true}, {NULL, false}};

/* In any capitals; of no word in the list, what its end (NULL) means. */
static int meaning_of(const known_word *list, const char *word, size_t count)
{
    while (list->word && (strlen(list->word) != count || strncasecmp(list->word, word, count) != 0))
        list++;
    return list->meaning;
}

mote_split_id mote_split_of_word(const char *word, size_t count)
{
    return (mote_split_id)meaning_of(split_words, word, count);
}

static mote_name_role role_of_word(const char *word, size_t count)
{
    return (mote_name_role)meaning_of(role_words, word, count);
}

static bool is_small(char letter)
{
    return letter >= 'a' && letter <= 'z';
}

static bool is_capital(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

/* The next word: words end at - _ . and blanks, and before a capital that follows a small letter. false at the end. */
static bool next_word(const char **at, const char **word, size_t *count)
{
    *at += strspn(*at, "-_. /");
    *word = *at;
    while (**at && !strchr("-_. /", **at)) {
        (*at)++;
        if (is_capital(**at) && is_small((*at)[-1]))
            break;
    }
    *count = (size_t)(*at - *word);
    return *count > 0;
}

mote_split_id mote_split_of_folder(const char *name)
{
    mote_split_id found = MOTE_SPLIT_COUNT, split;
    const char   *word;
    size_t        count;

    while (next_word(&name, &word, &count)) {
        split = mote_split_of_word(word, count);
        if (split == MOTE_SPLIT_COUNT && meaning_of(fillers, word, count))
            continue;
        if (split == MOTE_SPLIT_COUNT || found != MOTE_SPLIT_COUNT)
            return MOTE_SPLIT_COUNT;
        found = split;
    }
    return found;
}

/* "xtrain", "trainx": a role of one letter run together with a split. */
static bool take_joined(const char *word, size_t count, mote_name_role *role, mote_split_id *split)
{
    *role = count > 1 ? role_of_word(word, 1) : MOTE_NAME_NONE;
    *split = *role != MOTE_NAME_NONE ? mote_split_of_word(word + 1, count - 1) : MOTE_SPLIT_COUNT;
    if (*split != MOTE_SPLIT_COUNT)
        return true;
    *role = count > 1 ? role_of_word(word + count - 1, 1) : MOTE_NAME_NONE;
    *split = *role != MOTE_NAME_NONE ? mote_split_of_word(word, count - 1) : MOTE_SPLIT_COUNT;
    return *split != MOTE_SPLIT_COUNT;
}

mote_name_role mote_role_of_array(const char *name, mote_split_id *split)
{
    mote_name_role found = MOTE_NAME_NONE, role;
    const char    *word;
    size_t         count;
    mote_split_id  named;

    for (*split = MOTE_SPLIT_COUNT; next_word(&name, &word, &count);) {
        role = role_of_word(word, count);
        named = mote_split_of_word(word, count);
        if (role == MOTE_NAME_NONE && named == MOTE_SPLIT_COUNT && !take_joined(word, count, &role, &named))
            return MOTE_NAME_NONE;
        if ((role != MOTE_NAME_NONE && found != MOTE_NAME_NONE) || (named != MOTE_SPLIT_COUNT && *split != MOTE_SPLIT_COUNT))
            return MOTE_NAME_NONE;
        found = role != MOTE_NAME_NONE ? role : found;
        *split = named != MOTE_SPLIT_COUNT ? named : *split;
    }
    *split = *split != MOTE_SPLIT_COUNT ? *split : MOTE_SPLIT_TRAIN;
    return found;
}
