/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/keras.h"

#include <string.h>

#include <mote/convert.h>

#include "base/zip.h"
#include "formats/keras/layer.h"
#include "ops/op.h"

enum {
    MEMORY_AT_LEAST = 64 << 20,
    MEMORY_PER_FILE_BYTE = 64, /* arrays may be deflated, and lie in memory as read and as turned */
    CONFIG_BYTES_MAX = 64 << 20,
    WEIGHTS_BYTES_MAX = 1 << 30
};

/* ---- what it is ---- */

/* The name of a member stands in the archive's directory, too, uncompressed. */
static bool has_config(const uint8_t *bytes, size_t count)
{
    static const char name[] = "config.json";
    const size_t      length = sizeof name - 1, entry = 46;
    size_t            at;

    for (at = count > (64 << 20) ? count - (64 << 20) : 0; at + entry + length <= count; at++) {
        const uint8_t *found = memchr(bytes + at, 'P', count - at - entry - length + 1);
        if (!found)
            return false;
        at = (size_t)(found - bytes);
        if (memcmp(found, "PK\1\2", 4) == 0 && found[28] == length && found[29] == 0 &&
            memcmp(found + entry, name, length) == 0)
            return true;
    }
    return false;
}

bool mote_is_keras(const void *bytes, size_t count)
{
    return mote_is_hdf5(bytes, count) || (mote_is_zip(bytes, count) && has_config(bytes, count));
}

/* ---- config.json and model.weights.h5 ---- */

static json_t *parse(const char *text, size_t count, const char *what, mote_error *err)
{
    json_error_t problem;
    json_t      *root = json_loadb(text, count, JSON_ALLOW_NUL, &problem);

    if (!root)
        mote_fail(err, json_error_code(&problem) == json_error_out_of_memory ? MOTE_ERR_MEMORY : MOTE_ERR_FORMAT,
                  "%s is no JSON: line %d: %s", what, problem.line, mote_show_string(problem.text).text);
    return root;
}

static void note_version(mote_keras_reader *r, const char *version)
{
    r->is_version_3 = version && version[0] >= '3' && version[0] <= '9';
}

static mote_status read_metadata(mote_keras_reader *r, zip_t *archive, size_t archive_bytes, mote_error *err)
{
    const uint8_t *text;
    size_t         count;
    bool           found;
    json_t        *metadata;

    note_version(r, "3");
    MOTE_TRY(
        mote_zip_read(archive, archive_bytes, "metadata.json", CONFIG_BYTES_MAX, &r->arena, &text, &count, &found, err));
    if (!found)
        return MOTE_OK;
    if (!(metadata = parse((const char *)text, count, "metadata.json", err)))
        return err->code;
    note_version(r, json_string_value(json_object_get(metadata, "keras_version")));
    json_decref(metadata);
    return r->is_version_3 ? MOTE_OK
                           : mote_fail(err, MOTE_ERR_UNSUPPORTED,
                                       "a .keras file of Keras 2; load it there and save it as .h5, which mote reads");
}

static mote_status read_members(mote_keras_reader *r, zip_t *archive, size_t archive_bytes, mote_error *err)
{
    const uint8_t *config, *weights;
    size_t         config_bytes, weight_bytes;
    bool           found;

    MOTE_TRY(read_metadata(r, archive, archive_bytes, err));
    MOTE_TRY(mote_zip_read(archive, archive_bytes, "config.json", CONFIG_BYTES_MAX, &r->arena, &config, &config_bytes,
                           &found, err));
    if (!found)
        return mote_fail(err, MOTE_ERR_FORMAT, "the archive has no config.json");
    if (!(r->root = parse((const char *)config, config_bytes, "config.json", err)))
        return err->code;
    MOTE_TRY(mote_zip_read(archive, archive_bytes, "model.weights.h5", WEIGHTS_BYTES_MAX, &r->arena, &weights, &weight_bytes,
                           &found, err));
    if (!found)
        return mote_fail(err, MOTE_ERR_FORMAT, "the archive has no model.weights.h5");
    if (mote_hdf5_open(&r->weights, weights, weight_bytes, err) != MOTE_OK)
        return mote_context(err, "model.weights.h5");
    return MOTE_OK;
}

static mote_status read_archive(mote_keras_reader *r, const uint8_t *bytes, size_t count, mote_error *err)
{
    zip_t *archive = mote_zip_open(bytes, count, err);

    if (!archive)
        return err->code;
    read_members(r, archive, count, err);
    zip_discard(archive);
    return err->code;
}

static mote_status read_h5(mote_keras_reader *r, const uint8_t *bytes, size_t count, mote_error *err)
{
    const mote_hdf5_object root = {0};
    const char           **texts;
    mote_hdf5_object       top = root;
    bool                   found;
    int32_t                text_count;

    r->is_h5 = true;
    MOTE_TRY(mote_hdf5_open(&r->weights, bytes, count, err));
    MOTE_TRY(mote_hdf5_find(&r->weights, "", &top, &found, err));
    MOTE_TRY(mote_hdf5_texts(&r->weights, top, "keras_version", &r->arena, &texts, &text_count, err));
    note_version(r, text_count == 1 ? texts[0] : NULL);
    MOTE_TRY(mote_hdf5_texts(&r->weights, top, "model_config", &r->arena, &texts, &text_count, err));
    if (text_count != 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "an HDF5 file without the attribute model_config: weights alone, or no model of Keras; save the "
                         "whole model with model.save(\"model.keras\")");
    r->root = parse(texts[0], strlen(texts[0]), "model_config", err);
    return err->code;
}

/* ---- the model ---- */

static mote_status build(mote_keras_reader *r, mote_model **out, mote_error *err)
{
    mote_builder *builder = r->builder;

    r->builder = NULL;
    if (builder->err.code == MOTE_OK)
        return mote_builder_finish(out, builder, r->out.ids, r->out.count, err);
    mote_fail(err, builder->err.code, "%s", builder->err.text);
    mote_builder_abandon(builder);
    return err->code;
}

/* NULL for those that Keras counts itself ("sequential_3"): a file is better called by its own name. */
static const char *given_name(const char *name)
{
    static const char *const counted[] = {"sequential", "functional", "model"};
    size_t                   i, length;

    for (i = 0; name && i < sizeof counted / sizeof *counted; i++) {
        length = strlen(counted[i]);
        if (strncmp(name, counted[i], length) == 0 && name[length + strspn(name + length, "_0123456789")] == '\0')
            return NULL;
    }
    return name;
}

static mote_status read_into_builder(mote_keras_reader *r, mote_model **out, size_t cap, mote_error *err)
{
    const char *name = given_name(json_string_value(json_object_get(json_object_get(r->root, "config"), "name")));

    if (!(r->builder = mote_builder_create(&(mote_builder_options){.name = name}, err)))
        return err->code;
    r->builder->model->arena.cap_bytes = cap;
    r->builder->source = &r->source;
    mote_keras_build(r, r->root);
    return build(r, out, err);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static mote_status read_model(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                              bool is_to_run, mote_error *err)
{
    const size_t      given = options && options->memory_bytes ? options->memory_bytes : MOTE_ARENA_DEFAULT_CAP;
    const size_t      cap = smaller(given, mote_size_add(mote_size_mul(count, MEMORY_PER_FILE_BYTE), MEMORY_AT_LEAST));
    mote_keras_reader r = {
        .source = {mote_keras_weight_find, mote_keras_weight_fill}, .is_to_run = is_to_run, .options = options};

    *out = NULL;
    r.arena.cap_bytes = cap;
    if (!(r.made = json_array()))
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (mote_is_hdf5(bytes, count))
        read_h5(&r, bytes, count, err);
    else
        read_archive(&r, bytes, count, err);
    if (err->code == MOTE_OK)
        read_into_builder(&r, out, cap, err);
    json_decref(r.root);
    json_decref(r.made);
    mote_text_free(&r.lacks);
    mote_arena_destroy(&r.arena);
    if (*out)
        (*out)->arena.cap_bytes = given; /* what later steps may add is the caller's to bound */
    return err->code;
}

mote_status mote_keras_read_trained(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                    mote_error *err)
{
    return read_model(out, bytes, count, options, false, err);
}

mote_status mote_keras_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err)
{
    mote_model *trained;

    *out = NULL;
    MOTE_TRY(read_model(&trained, bytes, count, options, true, err));
    if (mote_model_freeze(out, trained, err) == MOTE_OK &&
        (mote_model_follow_sources(*out, trained, err) != MOTE_OK || mote_model_verify(*out, err) != MOTE_OK)) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    mote_model_destroy(trained);
    return err->code;
}
