/* Layers that mote has of its own: what the file says becomes the layer's options, by its table of keys, and the layer adds
 * itself, as in a spec. Channels first are turned around it; an activation that it does not know follows it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

/* ---- options ---- */

/* [3, 3], [[1, 2], [3, 4]], 3 */
static void read_numbers(mote_keras_call *k, const mote_key *key, json_t *value, mote_numbers *out)
{
    size_t i;

    if (!json_is_array(value)) {
        if (out->count < key->most)
            out->values[out->count++] = mote_keras_whole(k, value, key->name);
        else
            MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s has more than %d numbers", key->name, (int)key->most);
        return;
    }
    for (i = 0; i < json_array_size(value) && !mote_keras_failed(k); i++)
        read_numbers(k, key, json_array_get(value, i), out);
}

static void check_number(mote_keras_call *k, const mote_key *key, double value)
{
    mote_error problem = {0};

    if (!mote_keras_failed(k) && value == 0 && key->standard != 0)
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%s is 0, which is not possible", key->name);
    else if (!mote_keras_failed(k) && mote_key_check_number(key, value, &problem) != MOTE_OK)
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%s", problem.text);
}

/* One number may stand in a list. */
static void read_ints(mote_keras_call *k, const mote_key *key, int32_t count, int32_t *out)
{
    const int32_t given = mote_keras_ints(k, key->name, out, count);
    int32_t       i;

    if (!mote_keras_failed(k) && given != 1 && given != count)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s has %d numbers, %d expected", key->name, (int)given, (int)count);
    for (i = given; i < count; i++)
        out[i] = out[0];
    for (i = 0; i < count; i++)
        check_number(k, key, out[i]);
}

/* False: an activation that the layers of mote have not. */
static bool read_word(mote_keras_call *k, const mote_key *key, json_t *value, int *out)
{
    const mote_word *word = json_is_string(value) ? mote_word_find(key->words, json_string_value(value)) : NULL;

    if (key->words == mote_switch_words)
        *out = mote_keras_flag(k, key->name, true) ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF;
    else if (word)
        *out = word->value;
    else if (key->words == mote_activation_words)
        return false;
    else if (key->words != mote_initializer_words) /* what weights began as does not matter any more */
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%s %s is unknown; %s are possible", key->name,
                        json_is_string(value) ? mote_show_string(json_string_value(value)).text : "of that kind",
                        mote_words_show(key->words).text);
    return true;
}

/* What of it the layer does not do itself stays in the file's words: false. */
static bool read_key(mote_keras_call *k, const mote_key *key, json_t *value, void *member)
{
    mote_numbers *numbers = member;
    int32_t       i;

    switch (key->kind) {
    case MOTE_KEY_INT:
        if (key->words)
            return read_word(k, key, value, member);
        read_ints(k, key, 1, member);
        break;
    case MOTE_KEY_PAIR:
        read_ints(k, key, 2, member);
        break;
    case MOTE_KEY_NUMBERS:
        read_numbers(k, key, value, numbers);
        for (i = 0; i < numbers->count && !mote_keras_failed(k); i++)
            if (numbers->values[i] != 0 || key->min > 0)
                check_number(k, key, numbers->values[i]);
        break;
    case MOTE_KEY_FLOAT:
        *(float *)member = (float)mote_keras_number(k, key->name, key->standard);
        check_number(k, key, *(float *)member);
        break;
    default:
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%s cannot be read", key->name);
    }
    return true;
}

/* ---- the layer ---- */

/* Others follow: only the last of a layer is called as the layer. */
static void rename_inner(mote_keras_call *k, mote_id x)
{
    mote_graph *graph = mote_builder_graph(k->base.builder);

    if (!mote_keras_failed(k))
        graph->tensors[x].name =
            mote_arena_printf(&k->base.builder->model->arena, &k->base.builder->err, "%s/own", k->base.name);
}

static mote_id add_layer(mote_keras_call *k, const mote_layer_type *type, void *options, mote_id x)
{
    mote_weight_source   *source = &k->reader->source;
    const mote_layer_call call = {.builder = k->base.builder, .name = k->base.name, .in = &x, .in_count = 1};
    mote_error            problem = {0};
    mote_id               out;

    mote_keys_set_defaults(type->keys, options);
    if (!mote_keras_failed(k) && mote_keys_check(type->keys, options, &problem) != MOTE_OK)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s", problem.text);
    if (mote_keras_failed(k))
        return MOTE_NO_LAYER;
    source->is_frozen = !mote_keras_flag(k, "trainable", true);
    out = type->add(&call, options);
    source->is_frozen = false;
    return out;
}

mote_id mote_keras_own(mote_keras_call *k, const mote_layer_type *type, mote_id x)
{
    void           *options = mote_arena_alloc(&k->reader->arena, 1, type->options_bytes, &k->base.builder->err);
    const int32_t   rank = type->is_image ? 4 : type->is_sequence ? 3 : 0;
    const mote_key *key, *later = NULL;

    if (rank > 0 && !mote_keras_failed(k) && mote_keras_tensor(k, x)->rank != rank)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has %d dimensions, %d expected, the batch included",
                        (int)mote_keras_tensor(k, x)->rank, (int)rank);
    for (key = type->keys; options && key->name && !mote_keras_failed(k); key++) {
        json_t *value = mote_keras_get(k, key->name);
        if (value && !read_key(k, key, value, (char *)options + key->offset))
            later = key;
    }
    x = add_layer(k, type, options, x);
    if (!later || mote_keras_failed(k))
        return x;
    rename_inner(k, x);
    return mote_keras_activate(k, later->name, x);
}

mote_id mote_keras_own_but(mote_keras_call *k, const mote_layer_type *type, mote_id x, const char *key, json_t *value)
{
    json_t *said = k->config, *changed = json_copy(said);

    mote_json_set(&changed, key, value);
    k->config = changed;
    if (changed)
        x = mote_keras_own(k, type, x);
    else
        mote_fail(&k->base.builder->err, MOTE_ERR_MEMORY, "out of memory");
    k->config = said;
    json_decref(changed);
    return x;
}

/* Softmax is over the last axis, wherever channels are. */
static void refuse_softmax(mote_keras_call *k)
{
    const char *activation = json_string_value(mote_keras_get(k, "activation"));

    if (activation && strstr(activation, "softmax") && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "activation %s with channels_first is not supported", activation);
}

void mote_keras_add_own(mote_keras_call *k, const mote_layer_type *type)
{
    const bool is_first = mote_keras_is_channels_first(k);
    mote_id    x = mote_keras_own(k, type, mote_keras_to_last(k, MOTE_KERAS_IN(k), is_first));

    if (is_first) {
        refuse_softmax(k);
        rename_inner(k, x);
    }
    mote_keras_return(k, mote_keras_to_first(k, x, is_first));
}

/* ---- those that there is no more to say of ---- */

#define OWN(layer)                                                                                                          \
    MOTE_KERAS_FUNCTION(layer)                                                                                              \
    {                                                                                                                       \
        mote_keras_add_own(k, &mote_layer_type_##layer);                                                                    \
    }
OWN(max_pooling1d)
OWN(max_pooling2d)
OWN(average_pooling1d)
OWN(average_pooling2d)
OWN(zero_padding1d)
OWN(zero_padding2d)
OWN(cropping1d)
OWN(cropping2d)
OWN(up_sampling1d)
OWN(up_sampling2d)
