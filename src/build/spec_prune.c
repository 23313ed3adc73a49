/* train: prune. SPDX-License-Identifier: Apache-2.0 */
#include "build/spec.h"

static const mote_word structure_words[] = {{"weights", MOTE_PRUNE_WEIGHTS}, {"channels", MOTE_PRUNE_CHANNELS}, {NULL, 0}};

/* Shares that TensorFlow's schedules take, too; a zero of the others means their default. */
static const mote_key prune_keys[] = {
    MOTE_KEY("sparsity", mote_train_pruning, sparsity, .min = 1e-6, .max = 0.999999, .is_required = true),
    MOTE_KEY("initial", mote_train_pruning, initial, .min = 0, .max = 0.999999),
    MOTE_KEY("from_epoch", mote_train_pruning, from_epoch, .min = 1, .max = 1000000),
    MOTE_KEY("until_epoch", mote_train_pruning, until_epoch, .min = 1, .max = 1000000),
    MOTE_KEY("frequency", mote_train_pruning, frequency, .min = 1, .max = 1000000000),
    MOTE_KEY("structure", mote_train_pruning, structure, .words = structure_words),
    MOTE_KEY("multiple", mote_train_pruning, multiple, .min = 1, .max = 64),
    {0},
};

static const char *const prune_others[] = {"layers", NULL};

/* A name or a list of them. */
static mote_status read_layers(mote_train_pruning *pruning, const mote_yaml_reader *reader, const mote_yaml *node)
{
    static const char what[] = "prune: layers: a layer's name, or a pattern as conv*";
    const mote_yaml  *item = node;
    const char      **layers;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (node->kind == MOTE_YAML_LIST && !(item = node->first))
        return mote_yaml_fail(reader, node->line, "prune: layers is empty; leave it out for all layers");
    layers = MOTE_NEW(reader->arena, const char *, node->kind == MOTE_YAML_LIST ? node->count : 1, reader->err);
    if (!layers)
        return reader->err->code;
    for (; item; item = node->kind == MOTE_YAML_LIST ? item->next : NULL) {
        MOTE_TRY(mote_yaml_need_text(reader, item, what));
        layers[pruning->layer_count++] = item->text;
    }
    pruning->layers = layers;
    return MOTE_OK;
}

mote_status mote_spec_read_pruning(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    const mote_yaml    *map = mote_yaml_find(train, "prune");
    mote_train_pruning *pruning;

    if (!map || mote_yaml_is_null(map))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, map, "prune"));
    pruning = MOTE_NEW(reader->arena, mote_train_pruning, 1, reader->err);
    if (!pruning)
        return reader->err->code;
    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"prune", prune_keys, prune_others}, pruning));
    MOTE_TRY(read_layers(pruning, reader, mote_yaml_find(map, "layers")));
    spec->train.pruning = pruning;
    return MOTE_OK;
}
