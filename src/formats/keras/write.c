/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/zip_write.h"
#include "formats/keras/writing.h"
#include "formats/recipe.h"
#include "layers/layer.h"

/* What the files say of their writer: the first version of Keras whose form they have. */
#define KERAS_3 "3.0.0"
#define KERAS_2 "2.15.0"

/* Words that mean something else there. */
static mote_status check_words(const mote_keras_writing *w, mote_error *err)
{
    const mote_key *key;
    int32_t         i;

    for (i = 0; i < w->model->layer_count; i++)
        for (key = w->layers[i].record->type ? w->layers[i].record->type->keys : NULL; key && key->name; key++)
            if (key->words == mote_activation_words || key->words == mote_activation_words + 1)
                if (*(const int *)((const char *)w->layers[i].record->options + key->offset) == MOTE_ACTIVATION_HARD_SIGMOID)
                    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                                     "layer \"%s\": hard_sigmoid is another function in Keras 2, whose words a .h5 has; "
                                     "write a .keras",
                                     mote_show_string(w->layers[i].record->name).text);
    return MOTE_OK;
}

static mote_status begin(mote_keras_writing *w, const mote_model *model, bool is_version_2, mote_error *err)
{
    int32_t i;

    *w = (mote_keras_writing){.model = model, .is_version_2 = is_version_2};
    if (model->stage != MOTE_STAGE_TRAIN)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "this model is made for inference and has no layers to train any more; Keras' files are written "
                         "where a network is trained, as model.keras by `mote train`");
    for (i = 0; is_version_2 && i < model->layer_count; i++)
        if (mote_keras_is_attention(&model->layers[i]))
            return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                             "layer \"%s\": a .h5 in Keras 2's words cannot say what attention is called with; write .keras",
                             mote_show_string(model->layers[i].name).text);
    MOTE_TRY(mote_keras_writing_init(w, err));
    return is_version_2 ? check_words(w, err) : MOTE_OK;
}

/* NULL, and no failure, where there is nothing to say. */
static const char *encode_recipe(mote_keras_writing *w, mote_error *err)
{
    return mote_recipe_is_empty(&w->model->recipe) ? NULL : mote_recipe_encode(&w->model->recipe, &w->arena, err);
}

/* ---- .keras ---- */

static char *print_config(const mote_keras_writing *w, mote_error *err)
{
    json_t *model = mote_keras_model_config(w);

    if (mote_keras_is_compiled(w))
        mote_json_set(&model, "compile_config", mote_keras_compile_config(w));
    return mote_json_print(model, 0, err);
}

static mote_status encode_weights(mote_text *out, mote_keras_writing *w, mote_error *err)
{
    mote_hdf5_tree tree = {.err = err};

    mote_keras_put_weights(w, &tree);
    mote_hdf5_encode(out, &tree);
    mote_hdf5_tree_free(&tree);
    return err->code;
}

/* Keras looks into assets/ as soon as there is a fourth member, whatever it is called. */
static mote_status zip_up(mote_text *out, const char *config, const mote_text *weights, const char *recipe, mote_error *err)
{
    static const char     metadata[] = "{\"keras_version\": \"" KERAS_3 "\"}";
    const mote_zip_member members[] = {
        {"metadata.json", metadata, sizeof metadata - 1},
        {"config.json", config, strlen(config)},
        {"model.weights.h5", weights->bytes, weights->count},
        {"assets/" MOTE_RECIPE_NAME, recipe, recipe ? strlen(recipe) : 0},
    };

    return mote_zip_write(out, members, recipe ? 4 : 3, err);
}

mote_status mote_keras_write(mote_text *out, const mote_model *model, mote_error *err)
{
    mote_keras_writing w;
    mote_text          weights = {0};
    const char        *recipe;
    char              *config = NULL;

    if (begin(&w, model, false, err) == MOTE_OK && encode_weights(&weights, &w, err) == MOTE_OK &&
        (config = print_config(&w, err)) != NULL) {
        recipe = encode_recipe(&w, err);
        if (err->code == MOTE_OK)
            zip_up(out, config, &weights, recipe, err);
    }
    free(config);
    mote_text_free(&weights);
    mote_arena_destroy(&w.arena);
    return err->code;
}

/* ---- .h5 ---- */

static void add_json(mote_hdf5_tree *tree, const char *attribute, json_t *value)
{
    char *text = mote_json_print(value, 0, tree->err);

    if (text)
        mote_hdf5_add_text(tree, NULL, attribute, text);
    free(text);
}

static void add_writer(mote_hdf5_tree *tree, mote_hdf5_entry *entry)
{
    mote_hdf5_add_text(tree, entry, "keras_version", KERAS_2);
    mote_hdf5_add_text(tree, entry, "backend", "tensorflow");
}

mote_status mote_keras_write_h5(mote_text *out, const mote_model *model, mote_error *err)
{
    mote_keras_writing w;
    mote_hdf5_tree     tree = {.err = err};
    const char        *recipe;

    if (begin(&w, model, true, err) == MOTE_OK) {
        mote_keras_put_weights_h5(&w, &tree);
        add_writer(&tree, NULL);
        add_writer(&tree, mote_hdf5_add_group(&tree, NULL, "model_weights"));
        add_json(&tree, "model_config", mote_keras_model_config(&w));
        if (mote_keras_is_compiled(&w))
            add_json(&tree, "training_config", mote_keras_compile_config(&w));
        recipe = encode_recipe(&w, err);
        if (recipe)
            mote_hdf5_add_text(&tree, NULL, MOTE_RECIPE_NAME, recipe);
        mote_hdf5_encode(out, &tree);
    }
    mote_hdf5_tree_free(&tree);
    mote_arena_destroy(&w.arena);
    return err->code;
}
