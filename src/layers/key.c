/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/key.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "layers/layer.h"

const mote_word mote_switch_words[] = {{"true", MOTE_SWITCH_ON}, {"false", MOTE_SWITCH_OFF}, {NULL, 0}};

const mote_key *mote_key_find(const mote_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

const mote_word *mote_word_find(const mote_word *words, const char *word)
{
    for (; words->word; words++)
        if (strcmp(words->word, word) == 0)
            return words;
    return NULL;
}

mote_words_text mote_words_show(const mote_word *words)
{
    mote_words_text shown = {{0}};
    size_t          used = 0;
    int             i;

    for (i = 0; words[i].word && used < sizeof shown.text; i++)
        used += (size_t)snprintf(shown.text + used, sizeof shown.text - used, "%s%s", i ? ", " : "", words[i].word);
    return shown;
}

/* ---- layers inside layers ---- */

static const mote_layer_type *inner_type(const mote_key *key, const mote_inner_layer *inner)
{
    return inner->type && mote_word_find(key->words, inner->type) ? mote_layer_type_find(inner->type) : NULL;
}

/* Of an unknown one nothing: checks will tell. The type's own text outlives the caller's. */
static void set_inner_defaults(const mote_key *key, mote_inner_layer *inner)
{
    const mote_layer_type *type = inner_type(key, inner);

    if (!type)
        return;
    inner->type = type->name;
    mote_keys_set_defaults(type->keys, &inner->as);
}

static mote_status check_inner(const mote_key *key, const mote_inner_layer *inner, mote_error *err)
{
    const mote_layer_type *type = inner_type(key, inner);

    if (!type)
        return mote_fail(err, MOTE_ERR_USAGE, "%s is none of %s", key->name, mote_words_show(key->words).text);
    return mote_keys_check(type->keys, &inner->as, err);
}

/* ---- defaults ---- */

static void set_pair(int *pair, int standard)
{
    if (pair[0] == 0 && pair[1] == 0)
        pair[0] = standard;
    if (pair[1] == 0)
        pair[1] = pair[0];
}

static void set_default(const mote_key *key, void *member)
{
    switch (key->kind) {
    case MOTE_KEY_INT:
        if (*(int *)member == 0)
            *(int *)member = (int)key->standard;
        break;
    case MOTE_KEY_PAIR:
        set_pair(member, (int)key->standard);
        break;
    case MOTE_KEY_NUMBERS:
        if (((mote_numbers *)member)->count == 0 && (key->standard != 0 || key->in_pairs))
            *(mote_numbers *)member = (mote_numbers){1, {(int32_t)key->standard}};
        break;
    case MOTE_KEY_FLOATS:
        if (((mote_floats *)member)->count == 0 && !key->may_lack && !key->is_required) {
            ((mote_floats *)member)->count = 1;
            ((mote_floats *)member)->values[0] = (float)key->standard;
        }
        break;
    case MOTE_KEY_U64:
        if (*(uint64_t *)member == 0)
            *(uint64_t *)member = (uint64_t)key->standard;
        break;
    case MOTE_KEY_FLOAT:
        if (*(float *)member == 0)
            *(float *)member = (float)key->standard;
        break;
    case MOTE_KEY_DOUBLE:
        if (*(double *)member == 0)
            *(double *)member = key->standard;
        break;
    case MOTE_KEY_LAYER:
        set_inner_defaults(key, member);
        break;
    case MOTE_KEY_SHAPE:
    case MOTE_KEY_BOOL:
    case MOTE_KEY_REGULARIZER:
    case MOTE_KEY_TEXT:
        break;
    }
}

void mote_keys_set_defaults(const mote_key *keys, void *options)
{
    for (; keys->name; keys++)
        set_default(keys, (char *)options + keys->offset);
}

/* ---- checks ---- */

mote_status mote_key_check_number(const mote_key *key, double value, mote_error *err)
{
    if (isfinite(value) && value >= key->min && value <= key->max)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s is %.10g; %.10g to %.10g are possible", key->name, value, key->min, key->max);
}

/* A zero where there is no default says that nothing was given. */
static mote_status check_option(const mote_key *key, double value, mote_error *err)
{
    if (value == 0 && key->standard == 0 && !key->is_required)
        return MOTE_OK;
    return mote_key_check_number(key, value, err);
}

static mote_status check_shape(const mote_key *key, const mote_shape *shape, mote_error *err)
{
    int i, open_count = 0;

    if (shape->rank < 0 || shape->rank > 7 || (shape->rank == 0 && key->is_required))
        return mote_fail(err, MOTE_ERR_USAGE, "%s has %d dimensions; 1 to 7 are possible", key->name, shape->rank);
    for (i = 0; i < shape->rank; i++) {
        MOTE_TRY(mote_key_check_number(key, shape->dims[i], err));
        open_count += shape->dims[i] == -1;
        if (shape->dims[i] == 0)
            return mote_fail(err, MOTE_ERR_USAGE, "%s has a dimension of 0", key->name);
    }
    if (open_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "%s has more than one -1", key->name);
    return MOTE_OK;
}

static mote_status check_numbers(const mote_key *key, const mote_numbers *numbers, mote_error *err)
{
    int32_t i;

    if (numbers->count < 0 || numbers->count > key->most || (key->in_pairs && numbers->count == 3))
        return mote_fail(err, MOTE_ERR_USAGE, "%s has %d numbers; %s are possible", key->name, (int)numbers->count,
                         key->in_pairs    ? "one, two or four"
                         : key->most == 1 ? "one"
                                          : "a few");
    for (i = 0; i < numbers->count; i++)
        MOTE_TRY(mote_key_check_number(key, numbers->values[i], err));
    return MOTE_OK;
}

static mote_status check_floats(const mote_key *key, const mote_floats *floats, mote_error *err)
{
    int32_t i;

    if (floats->count < 0 || floats->count > MOTE_FLOATS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "%s has %d numbers; 1 to %d are possible", key->name, (int)floats->count,
                         MOTE_FLOATS_MAX);
    if (floats->count == 0 && key->is_required)
        return mote_fail(err, MOTE_ERR_USAGE, "%s is missing", key->name);
    for (i = 0; i < floats->count; i++)
        MOTE_TRY(mote_key_check_number(key, (double)floats->values[i], err));
    return MOTE_OK;
}

static mote_status check_word(const mote_key *key, int value, mote_error *err)
{
    const mote_word *word;

    for (word = key->words; word->word; word++)
        if (word->value == value)
            return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s is none of %s", key->name, mote_words_show(key->words).text);
}

/* A bound that was rounded to float is still that bound: 0.99f is not beyond 0.99. */
static double unrounded(const mote_key *key, float value)
{
    return value == (float)key->min ? key->min : value == (float)key->max ? key->max : (double)value;
}

static mote_status check_regularizer(const mote_key *key, const mote_regularizer *r, mote_error *err)
{
    if (r->l1 >= 0 && r->l1 <= 1e6f && r->l2 >= 0 && r->l2 <= 1e6f)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s is l1 %g, l2 %g; 0 to 1e+06 are possible", key->name, (double)r->l1,
                     (double)r->l2);
}

static mote_status check_member(const mote_key *key, const void *member, mote_error *err)
{
    switch (key->kind) {
    case MOTE_KEY_INT:
        return key->words ? check_word(key, *(const int *)member, err) : check_option(key, *(const int *)member, err);
    case MOTE_KEY_PAIR:
        MOTE_TRY(check_option(key, ((const int *)member)[0], err));
        return check_option(key, ((const int *)member)[1], err);
    case MOTE_KEY_NUMBERS:
        return check_numbers(key, member, err);
    case MOTE_KEY_FLOATS:
        return check_floats(key, member, err);
    case MOTE_KEY_SHAPE:
        return check_shape(key, member, err);
    case MOTE_KEY_U64:
        return key->max > 0 ? check_option(key, (double)*(const uint64_t *)member, err) : MOTE_OK;
    case MOTE_KEY_FLOAT:
        return check_option(key, unrounded(key, *(const float *)member), err);
    case MOTE_KEY_DOUBLE:
        return check_option(key, *(const double *)member, err);
    case MOTE_KEY_LAYER:
        return check_inner(key, member, err);
    case MOTE_KEY_REGULARIZER:
        return check_regularizer(key, member, err);
    case MOTE_KEY_BOOL:
    case MOTE_KEY_TEXT:
        break;
    }
    return MOTE_OK;
}

mote_status mote_keys_check(const mote_key *keys, const void *options, mote_error *err)
{
    for (; keys->name; keys++)
        MOTE_TRY(check_member(keys, (const char *)options + keys->offset, err));
    return MOTE_OK;
}
