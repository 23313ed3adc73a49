/* The section `model`: a list of layers into layers to be built. Names are settled here, so that `inputs` and `outputs` are
 * resolved, and told by line, before anything is built.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <mote/emulate.h>

#include "build/spec.h"
#include "layers/builder.h"

#define INPUT_NAME "input"

enum { LAYER_TYPES_MAX = MOTE_LAYER_TYPE_COUNT };

/* The section while it is read. */
typedef struct model_reader {
    const mote_yaml_reader *yaml;
    mote_spec              *spec;
    struct mote_spec_state *state;
} model_reader;

/* ---- names ---- */

static int find_layer(const struct mote_spec_state *state, const char *name, int count)
{
    int i;

    for (i = 0; i < count; i++)
        if (state->layers[i].name && strcmp(state->layers[i].name, name) == 0)
            return i;
    return -1;
}

static int find_input(const struct mote_spec_state *state, const char *name)
{
    int i;

    for (i = 0; i < state->input_count; i++)
        if (strcmp(state->inputs[i].name, name) == 0)
            return i;
    return -1;
}

static mote_status check_name(const model_reader *r, const char *name, int line)
{
    const struct mote_spec_state *state = r->state;
    const int                     twin = find_layer(state, name, state->layer_count);

    if (strlen(name) > 100)
        return mote_yaml_fail(r->yaml, line, "a layer's name has at most 100 characters");
    if (find_input(state, name) >= 0)
        return mote_yaml_fail(r->yaml, line, "\"%s\" is the network's input; give the layer another name",
                              mote_show_string(name).text);
    if (twin >= 0)
        return mote_yaml_fail(r->yaml, line, "there are two layers \"%s\"; the first is on line %d",
                              mote_show_string(name).text, state->layers[twin].line);
    if (mote_spec_body_has(state, name))
        return mote_yaml_fail(r->yaml, line, "\"%s\" is a layer of %s; give the new layer another name",
                              mote_show_string(name).text, mote_show_string(state->start.path).text);
    return MOTE_OK;
}

static const char *free_name(const model_reader *r, const char *base, int *number)
{
    char name[128];

    do {
        if (*number == 0)
            snprintf(name, sizeof name, "%s", base);
        else
            snprintf(name, sizeof name, "%s_%d", base, *number);
        ++*number;
    } while (find_layer(r->state, name, r->state->layer_count) >= 0 || find_input(r->state, name) >= 0 ||
             mote_spec_body_has(r->state, name));
    return mote_arena_strdup(&r->state->arena, name, r->yaml->err);
}

/* Keras': dense, dense_1, dense_2 ...; those that the spec gives are passed over. */
static mote_status set_default_names(const model_reader *r)
{
    struct mote_spec_state *state = r->state;
    int                     numbers[LAYER_TYPES_MAX] = {0}, i, type;

    for (i = 0; i < state->layer_count; i++) {
        mote_spec_layer *layer = &state->layers[i];
        for (type = 0; mote_layer_types[type] != layer->type; type++)
            ;
        if (!layer->name && !(layer->name = free_name(r, layer->type->name, &numbers[type])))
            return r->yaml->err->code;
    }
    return MOTE_OK;
}

/* ---- layers ---- */

static mote_status fail_unknown_layer(const model_reader *r, const char *name, int line)
{
    const char *names[LAYER_TYPES_MAX];
    size_t      count = 0;

    if (mote_word_find(mote_activation_words, name))
        return mote_yaml_fail(r->yaml, line, "unknown layer \"%s\"; write activation: %s", name, name);
    while (mote_layer_types[count] && count < LAYER_TYPES_MAX) {
        names[count] = mote_layer_types[count]->name;
        count++;
    }
    return mote_yaml_fail_word(r->yaml, line, "unknown layer", name, names, count);
}

/* `- dropout: 0.5` gives the layer's first argument. */
static mote_status read_shorthand(const model_reader *r, const mote_yaml *value, mote_spec_layer *layer, const char *where)
{
    const mote_key *first = layer->type->keys, *key;

    if (!first->name)
        return mote_yaml_fail(r->yaml, value->line, "%s takes no arguments but name and inputs", where);
    MOTE_TRY(mote_key_read(r->yaml, value, first, where, layer->options));
    for (key = first + 1; key->name; key++)
        if (key->is_required)
            return mote_yaml_fail(r->yaml, value->line, "%s: %s is missing", where, key->name);
    return MOTE_OK;
}

static mote_status read_arguments(const model_reader *r, const mote_yaml *value, mote_spec_layer *layer)
{
    static const char *const common[] = {"name", "inputs", NULL};
    const mote_yaml          nothing = {.kind = MOTE_YAML_MAP, .line = layer->line}, *name;
    char                     where[64];

    snprintf(where, sizeof where, "layer %s", layer->type->name);
    if (value && !mote_yaml_is_null(value) && value->kind != MOTE_YAML_MAP)
        return read_shorthand(r, value, layer, where);
    if (!value || value->kind != MOTE_YAML_MAP)
        value = &nothing;
    MOTE_TRY(mote_keys_read(r->yaml, value, &(mote_keys_place){where, layer->type->keys, common}, layer->options));
    if ((name = mote_yaml_find(value, "name")) != NULL) {
        MOTE_TRY(mote_yaml_need_text(r->yaml, name, "a layer's name"));
        MOTE_TRY(check_name(r, name->text, name->line));
        layer->name = name->text;
    }
    return MOTE_OK;
}

static mote_status check_item(const model_reader *r, const mote_yaml *item)
{
    if (item->kind == MOTE_YAML_LIST || (item->kind == MOTE_YAML_TEXT && mote_yaml_is_null(item)) ||
        (item->kind == MOTE_YAML_MAP && item->count == 0))
        return mote_yaml_fail(r->yaml, item->line, "a layer is expected, as in - dense: {units: 10}");
    if (item->kind == MOTE_YAML_MAP && item->count > 1)
        return mote_yaml_fail(r->yaml, item->first->next->key_line,
                              "\"%s\" stands beside layer %s; write its arguments in braces or indent them deeper",
                              mote_show_string(item->first->next->key).text, mote_show_string(item->first->key).text);
    return MOTE_OK;
}

static mote_status read_layer(const model_reader *r, const mote_yaml *item, mote_spec_layer *layer)
{
    const mote_yaml *value = item->kind == MOTE_YAML_MAP ? item->first : NULL;
    const char      *type;

    MOTE_TRY(check_item(r, item));
    type = value ? value->key : item->text;
    layer->line = value ? value->key_line : item->line;
    layer->type = mote_layer_type_find(type);
    if (!layer->type)
        return fail_unknown_layer(r, type, layer->line);
    layer->options = mote_arena_alloc(&r->state->arena, 1, layer->type->options_bytes, r->yaml->err);
    if (!layer->options)
        return r->yaml->err->code;
    return read_arguments(r, value, layer);
}

/* ---- references ---- */

/* A word or a list of words: names of the first `count` layers, or the network's input where that is possible. */
typedef struct references {
    const char *what; /* "inputs" */
    int         count;
    bool        takes_input;
    int        *indices;
    int         index_count;
} references;

static mote_status resolve_one(const model_reader *r, const mote_yaml *node, references *refs)
{
    const struct mote_spec_state *state = r->state;
    int                           index, input, body;

    if (node->kind != MOTE_YAML_TEXT || node->text[0] == '\0')
        return mote_yaml_fail(r->yaml, node->line, "%s: a layer's name is expected", refs->what);
    index = find_layer(state, node->text, refs->count);
    input = refs->takes_input ? find_input(state, node->text) : -1;
    if (index < 0 && input < 0 && refs->takes_input &&
        (body = mote_spec_body_reference(r->spec, node->text, r->yaml->err)) > 0) {
        refs->indices[refs->index_count++] = body;
        return MOTE_OK;
    }
    MOTE_TRY(r->yaml->err->code);
    if (index < 0 && input < 0) {
        if (find_layer(state, node->text, state->layer_count) >= 0)
            return mote_yaml_fail(r->yaml, node->line, "%s: layer \"%s\" comes only later", refs->what,
                                  mote_show_string(node->text).text);
        return mote_yaml_fail(r->yaml, node->line, "%s: there is no layer \"%s\"%s", refs->what,
                              mote_show_string(node->text).text, refs->takes_input ? " before this one" : "");
    }
    refs->indices[refs->index_count++] = index < 0 ? -1 - input : index;
    return MOTE_OK;
}

static mote_status resolve(const model_reader *r, const mote_yaml *node, references *refs)
{
    const mote_yaml *item;

    if (node->kind == MOTE_YAML_MAP || (node->kind == MOTE_YAML_LIST && node->count == 0))
        return mote_yaml_fail(r->yaml, node->line, "%s: a layer's name is expected, or a list of them", refs->what);
    if (node->kind == MOTE_YAML_LIST && node->count > MOTE_NODE_IN_MAX)
        return mote_yaml_fail(r->yaml, node->line, "%s: at most %d are possible", refs->what, MOTE_NODE_IN_MAX);
    refs->indices = MOTE_NEW(&r->state->arena, int, node->kind == MOTE_YAML_LIST ? node->count : 1, r->yaml->err);
    if (!refs->indices)
        return r->yaml->err->code;
    if (node->kind == MOTE_YAML_TEXT)
        return resolve_one(r, node, refs);
    for (item = node->first; item; item = item->next)
        MOTE_TRY(resolve_one(r, item, refs));
    return MOTE_OK;
}

/* Without `inputs` a layer follows the one before it. */
static mote_status read_inputs(const model_reader *r, const mote_yaml *item, int index)
{
    mote_spec_layer *layer = &r->state->layers[index];
    const bool       has_arguments = item->kind == MOTE_YAML_MAP && item->first->kind == MOTE_YAML_MAP;
    const mote_yaml *given = has_arguments ? mote_yaml_find(item->first, "inputs") : NULL;
    const char      *first = r->state->start.is_body ? r->state->start.ends[0] : r->state->inputs[0].name;
    const mote_yaml  follows = {.kind = MOTE_YAML_TEXT, .text = index > 0 ? layer[-1].name : first};
    references       refs = {.what = "inputs", .count = index, .takes_input = true};

    if (!given && index == 0 && r->state->input_count > 1 && !r->state->start.is_body)
        return mote_yaml_fail(r->yaml, layer->line,
                              "the network has several inputs; say which this layer takes, as in "
                              "inputs: %s",
                              mote_show_string(r->state->inputs[0].name).text);
    MOTE_TRY(resolve(r, given ? given : &follows, &refs));
    layer->inputs = refs.indices;
    layer->input_count = refs.index_count;
    if (layer->type->in_min == 0 && layer->input_count != 1)
        return mote_yaml_fail(r->yaml, given->line, "layer %s takes one input", layer->type->name);
    if (layer->input_count < layer->type->in_min)
        return mote_yaml_fail(r->yaml, layer->line, "layer %s needs inputs: [a, b]", layer->type->name);
    return MOTE_OK;
}

static mote_status read_outputs(const model_reader *r, const mote_yaml *model)
{
    struct mote_spec_state *state = r->state;
    const mote_yaml        *given = mote_yaml_find(model, "outputs");
    const mote_yaml         last = {.kind = MOTE_YAML_TEXT, .text = state->layers[state->layer_count - 1].name};
    references              refs = {.what = "outputs", .count = state->layer_count};

    MOTE_TRY(resolve(r, given ? given : &last, &refs));
    state->outputs = refs.indices;
    state->output_count = refs.index_count;
    return MOTE_OK;
}

/* ---- the section ---- */

static mote_status read_layers(const model_reader *r, const mote_yaml *list)
{
    struct mote_spec_state *state = r->state;
    const mote_yaml        *item;
    int                     index = 0;

    if (list->kind != MOTE_YAML_LIST || list->count == 0)
        return mote_yaml_fail(r->yaml, list->line, "layers must be a list, each line as in - dense: {units: 10}");
    if (list->count > MOTE_SPEC_LAYERS_MAX)
        return mote_yaml_fail(r->yaml, list->line, "%d layers; at most %d are possible", list->count, MOTE_SPEC_LAYERS_MAX);
    state->layers = MOTE_NEW(&state->arena, mote_spec_layer, list->count, r->yaml->err);
    if (!state->layers)
        return r->yaml->err->code;
    for (item = list->first; item; item = item->next) {
        MOTE_TRY(read_layer(r, item, &state->layers[state->layer_count]));
        state->layer_count++;
    }
    MOTE_TRY(set_default_names(r));
    for (item = list->first; item; item = item->next)
        MOTE_TRY(read_inputs(r, item, index++));
    return MOTE_OK;
}

/* ---- architectures ---- */

static const mote_key architecture_keys[] = {
    MOTE_KEY("architecture", struct mote_spec_state, architecture.name),
    MOTE_KEY("alpha", struct mote_spec_state, architecture.alpha, .min = 0.01, .max = 10, .standard = 1),
    MOTE_KEY("dropout", struct mote_spec_state, architecture.dropout, .min = 0, .max = 0.99),
    MOTE_KEY("classes", struct mote_spec_state, architecture.classes, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX),
    MOTE_KEY("classifier_activation", struct mote_spec_state, architecture.activation),
    {0},
};

/* The architecture's list is read as if it stood in the spec; its lines are all the one that names it. */
static mote_status read_architecture(const model_reader *r, const mote_shape *input, int32_t classes)
{
    struct mote_spec_state *state = r->state;
    mote_text               text = {0};
    mote_yaml              *root = NULL;
    int                     i;

    mote_text_puts(&text, "layers:\n");
    if (mote_architecture_write(&text, &state->architecture, input, classes, r->yaml->err) == MOTE_OK)
        mote_yaml_read(&root, r->yaml, text.bytes, text.count);
    mote_text_free(&text);
    MOTE_TRY(r->yaml->err->code);
    state->layer_count = 0;
    MOTE_TRY(read_layers(r, mote_yaml_find(root, "layers")));
    for (i = 0; i < state->layer_count; i++)
        state->layers[i].line = state->architecture.line;
    return MOTE_OK;
}

static mote_status check_architecture(const model_reader *r, const mote_yaml *map)
{
    static const char *const without[] = {"layers", "inputs", "start", "until"};
    const mote_architecture *of = &r->state->architecture;
    const mote_yaml         *name = mote_yaml_find(map, "architecture"), *other;
    size_t                   count = 0, i;

    while (mote_architecture_names[count] && strcmp(mote_architecture_names[count], of->name) != 0)
        count++;
    if (!mote_architecture_names[count])
        return mote_yaml_fail_word(r->yaml, name->line, "model: unknown architecture", of->name, mote_architecture_names,
                                   count);
    for (i = 0; i < sizeof without / sizeof *without; i++)
        if ((other = mote_yaml_find(map, without[i])) != NULL)
            return mote_yaml_fail(
                r->yaml, other->key_line,
                "model: %s does not go with architecture; mote inspect %s --layers prints its layers, to be "
                "written here and changed",
                without[i], mote_show_string(r->yaml->path).text);
    if (of->activation && strcmp(of->activation, "linear") != 0 && !mote_word_find(mote_activation_words, of->activation))
        return mote_yaml_fail(r->yaml, mote_yaml_find(map, "classifier_activation")->line,
                              "model: unknown classifier_activation \"%s\"", mote_show_string(of->activation).text);
    return MOTE_OK;
}

/* Names of layers depend on neither shape nor classes, which are the data's: they are known when the network is built. */
static mote_status take_architecture(const model_reader *r, const mote_yaml *map)
{
    struct mote_spec_state *state = r->state;
    const mote_yaml        *dropout = mote_yaml_find(map, "dropout"), *name = mote_yaml_find(map, "architecture");
    mote_shape              usual;
    size_t                  i;

    for (i = 1; !state->architecture.name && architecture_keys[i].name; i++)
        if (mote_yaml_find(map, architecture_keys[i].name))
            return mote_yaml_fail(r->yaml, mote_yaml_find(map, architecture_keys[i].name)->key_line,
                                  "model: %s goes with architecture, as in architecture: mobilenet_v1",
                                  architecture_keys[i].name);
    if (!state->architecture.name)
        return MOTE_OK;
    state->architecture.line = name->line;
    if (!dropout || mote_yaml_is_null(dropout))
        state->architecture.dropout = -1;
    if (state->architecture.alpha == 0)
        state->architecture.alpha = 1;
    MOTE_TRY(check_architecture(r, map));
    usual = mote_architecture_usual_input(state->architecture.name);
    return read_architecture(r, &usual, state->architecture.classes > 0 ? state->architecture.classes : 2);
}

/* ---- inputs ---- */

static mote_status add_input(const model_reader *r, const char *name, int line, const mote_yaml *shape)
{
    const mote_key   key = MOTE_KEY(name, mote_spec_input, shape, .min = 1, .max = 65536);
    mote_spec_input *input = &r->state->inputs[r->state->input_count];

    if (r->state->input_count == MOTE_FEATURES_MAX)
        return mote_yaml_fail(r->yaml, line, "model: inputs: at most %d are possible", MOTE_FEATURES_MAX);
    if (strlen(name) > 100 || name[0] == '\0')
        return mote_yaml_fail(r->yaml, line, "model: inputs: a name has 1 to 100 characters");
    if (find_input(r->state, name) >= 0)
        return mote_yaml_fail(r->yaml, line, "model: inputs: there are two \"%s\"", mote_show_string(name).text);
    input->name = name;
    input->line = line;
    r->state->input_count++;
    return shape && !mote_yaml_is_null(shape) ? mote_key_read(r->yaml, shape, &key, "model", input) : MOTE_OK;
}

/* inputs: {left: [3], right: [2]}, or inputs: [left, right] in the shapes of the data. */
static mote_status read_named_inputs(const model_reader *r, const mote_yaml *inputs)
{
    const mote_yaml *item;

    if (inputs->kind == MOTE_YAML_TEXT || inputs->count == 0)
        return mote_yaml_fail(r->yaml, inputs->line,
                              "model: inputs: names are expected, with shapes or without, as in {left: [3], right: [2]}");
    for (item = inputs->first; item; item = item->next) {
        const bool has_shape = inputs->kind == MOTE_YAML_MAP;
        if (!has_shape)
            MOTE_TRY(mote_yaml_need_text(r->yaml, item, "an input's name"));
        MOTE_TRY(add_input(r, has_shape ? item->key : item->text, has_shape ? item->key_line : item->line,
                           has_shape ? item : NULL));
    }
    return MOTE_OK;
}

static mote_status read_network_inputs(const model_reader *r, const mote_yaml *map)
{
    const mote_yaml *input = mote_yaml_find(map, "input"), *inputs = mote_yaml_find(map, "inputs");

    if (input && inputs)
        return mote_yaml_fail(r->yaml, inputs->key_line, "model: input is the one without a name; leave one of the two out");
    if (inputs)
        return read_named_inputs(r, inputs);
    return add_input(r, INPUT_NAME, input ? input->line : map->line, input);
}

mote_status mote_spec_read_model(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    static const char *const others[] = {"input", "inputs", "layers", "outputs", "start", "until", NULL};
    const model_reader       r = {reader, spec, spec->state};
    const mote_yaml         *layers = mote_yaml_find(map, "layers");

    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"model", architecture_keys, others}, spec->state));
    if (!layers && !spec->state->architecture.name)
        return mote_yaml_fail(reader, map->line,
                              "model: layers is missing, or a name in their place, as in architecture: "
                              "mobilenet_v2");
    MOTE_TRY(mote_spec_read_body(spec, reader, map));
    if (!spec->state->start.is_body)
        MOTE_TRY(read_network_inputs(&r, map));
    MOTE_TRY(take_architecture(&r, map));
    if (!spec->state->architecture.name)
        MOTE_TRY(read_layers(&r, layers));
    return read_outputs(&r, map);
}

const char *mote_spec_output_name(const mote_spec *spec, int index)
{
    if (spec->state->start.is_whole)
        return mote_model_output(spec->state->start.model, index).name;
    return spec->state->layers[spec->state->outputs[index]].name;
}

/* ---- building ---- */

static mote_status choose_input(const mote_spec *spec, const mote_dataset *set, int index, mote_shape *out, mote_error *err)
{
    const mote_spec_input      *input = &spec->state->inputs[index];
    const mote_dataset_feature *feature = set ? &set->feature[index] : NULL;
    const bool                  are_many = spec->state->input_count > 1;
    const char                 *name = are_many ? input->name : INPUT_NAME;
    size_t                      count = 1;
    int                         i;

    *out = input->shape;
    if (out->rank == 0 && !set)
        return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: model: %s%s is missing, and there is no data to take it from",
                         spec->path, input->line, are_many ? "the shape of " : "", mote_show_string(name).text);
    if (out->rank == 0) {
        out->rank = feature->rank > 0 ? feature->rank : 1;
        for (out->dims[0] = 1, i = 0; i < feature->rank; i++)
            out->dims[i] = feature->dim[i] > INT32_MAX ? INT32_MAX : (int)feature->dim[i]; /* the builder refuses it */
        return MOTE_OK;
    }
    for (i = 0; i < out->rank; i++)
        count = mote_size_mul(count, (size_t)out->dims[i]);
    if (feature && count != feature->width)
        return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: model: %s has %zu elements, but a sample of the data has %zu",
                         spec->path, input->line, mote_show_string(name).text, count, feature->width);
    return MOTE_OK;
}

/* As many as the data have; what the data's numbers are, the spec has to say. */
static mote_status choose_classes(const mote_spec *spec, const mote_dataset *set, int32_t *out, mote_error *err)
{
    const mote_architecture   *of = &spec->state->architecture;
    const mote_dataset_target *target = set ? &set->target[0] : NULL;

    *out = of->classes;
    if (of->classes > 0 || strcmp(of->name, "autoencoder") == 0)
        return MOTE_OK;
    if (!target || target->kind == MOTE_TARGETS_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: model: classes is missing, and there are no targets to count",
                         spec->path, of->line);
    *out = target->kind == MOTE_TARGETS_CLASSES ? target->class_count : (int32_t)target->width;
    if (target->kind == MOTE_TARGETS_VALUES && !of->activation)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s:%d: model: the targets are numbers, no classes; say what the last layer ends in, as in "
                         "classifier_activation: linear",
                         spec->path, of->line);
    return MOTE_OK;
}

/* The architecture in the shape of the data: the same layers by the same names, with other numbers. */
static mote_status settle_architecture(const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    mote_spec              held = *spec;
    const mote_yaml_reader reader = {spec->path, &spec->state->arena, err};
    const model_reader     r = {&reader, &held, spec->state};
    mote_shape             input;
    int32_t                classes;

    if (!spec->state->architecture.name)
        return MOTE_OK;
    MOTE_TRY(choose_input(spec, set, 0, &input, err));
    MOTE_TRY(choose_classes(spec, set, &classes, err));
    if (read_architecture(&r, &input, classes) != MOTE_OK)
        return mote_context(err, "%s:%d", spec->path, spec->state->architecture.line);
    return MOTE_OK;
}

/* As a section, one layer a line. */
static void print_section(mote_text *out, const mote_shape *input, const char *layers)
{
    int i;

    mote_text_puts(out, "model:\n  input: [");
    for (i = 0; i < input->rank; i++)
        mote_text_printf(out, "%s%d", i > 0 ? ", " : "", (int)input->dims[i]);
    mote_text_puts(out, "]\n  layers:\n");
    while (*layers) {
        const size_t length = strcspn(layers, "\n") + 1;
        mote_text_puts(out, "    ");
        mote_text_add(out, layers, length);
        layers += length;
    }
}

mote_status mote_spec_print_layers(char **out, const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    mote_text  layers = {0}, section = {0};
    mote_shape input;
    int32_t    classes;

    *out = NULL;
    if (!spec->state->architecture.name)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: the layers stand in it: model has no architecture", spec->path);
    MOTE_TRY(choose_input(spec, set, 0, &input, err));
    MOTE_TRY(choose_classes(spec, set, &classes, err));
    if (mote_architecture_write(&layers, &spec->state->architecture, &input, classes, err) == MOTE_OK) {
        print_section(&section, &input, layers.bytes);
        if (mote_text_status(&section, err) == MOTE_OK && !(*out = strdup(section.bytes)))
            mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    }
    mote_text_free(&layers);
    mote_text_free(&section);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s:%d", spec->path, spec->state->architecture.line);
}

static mote_status fail_at(const mote_spec *spec, int line, mote_builder *builder, mote_error *err)
{
    mote_model *none;

    mote_builder_finish(&none, builder, NULL, 0, err);
    return mote_context(err, "%s:%d", spec->path, line);
}

/* The network while it is built: ids of inputs and of the layers so far. */
typedef struct building {
    mote_layer_id input[MOTE_FEATURES_MAX], layer[MOTE_SPEC_LAYERS_MAX], end[MOTE_SPEC_ENDS_MAX];
} building;

static mote_layer_id id_of(const building *b, int reference)
{
    if (reference >= MOTE_SPEC_BODY)
        return b->end[reference - MOTE_SPEC_BODY];
    return reference < 0 ? b->input[-1 - reference] : b->layer[reference];
}

static mote_layer_id add_layer(mote_builder *builder, const mote_spec_layer *layer, const building *b)
{
    mote_layer_id in[MOTE_NODE_IN_MAX];
    int           i;

    for (i = 0; i < layer->input_count; i++)
        in[i] = id_of(b, layer->inputs[i]);
    *(const char **)layer->options = layer->name;
    return mote_builder_add(builder, layer->type, in, layer->input_count, layer->options);
}

static mote_status check_feature_count(const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    if (!set || set->feature_count == spec->state->input_count)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "%s:%d: model: the network has %d inputs, the data feed %d", spec->path,
                     spec->state->inputs[0].line, spec->state->input_count, set->feature_count);
}

bool mote_spec_gives_shapes(const mote_spec *spec)
{
    const struct mote_spec_state *state = spec->state;
    int                           i;

    for (i = 0; i < state->input_count; i++)
        if (state->inputs[i].shape.rank == 0)
            return false;
    return true;
}

/* The inputs and what stands before the spec's layers. */
static mote_status begin_network(mote_builder **out, building *b, const mote_spec *spec, const mote_dataset *set,
                                 mote_error *err)
{
    const struct mote_spec_state *state = spec->state;
    const mote_builder_options    options = {
           .seed = spec->train.seed, .max_parameters = spec->max_parameters, .name = spec->name};
    mote_shape inputs[MOTE_FEATURES_MAX];
    int        i;

    for (i = 0; i < state->input_count; i++)
        MOTE_TRY(choose_input(spec, set, i, &inputs[i], err));
    if (state->start.is_body)
        return mote_spec_begin_body(out, spec, &options, b->end, err);
    if (!(*out = mote_builder_create(&options, err)))
        return err->code;
    for (i = 0; i < state->input_count; i++) {
        b->input[i] = mote_layer_named_input(*out, state->inputs[i].name, inputs[i].rank, inputs[i].dims);
        if (b->input[i] == MOTE_NO_LAYER)
            return fail_at(spec, state->inputs[i].line, *out, err);
    }
    return MOTE_OK;
}

static mote_status build_network(mote_model **out, const mote_spec *spec, const mote_dataset *set, int32_t *body_nodes,
                                 mote_error *err)
{
    const struct mote_spec_state *state = spec->state;
    mote_layer_id                 outputs[MOTE_NODE_IN_MAX];
    building                      b;
    mote_builder                 *builder;
    int                           i;

    MOTE_TRY(settle_architecture(spec, set, err));
    MOTE_TRY(begin_network(&builder, &b, spec, set, err));
    *body_nodes = builder->model->graphs[0].node_count;
    for (i = 0; i < state->layer_count; i++) {
        b.layer[i] = add_layer(builder, &state->layers[i], &b);
        if (b.layer[i] == MOTE_NO_LAYER)
            return fail_at(spec, state->layers[i].line, builder, err);
    }
    for (i = 0; i < state->output_count; i++)
        outputs[i] = id_of(&b, state->outputs[i]);
    if (mote_builder_finish(out, builder, outputs, state->output_count, err) != MOTE_OK)
        return mote_context(err, "%s", spec->path);
    return MOTE_OK;
}

/* A file's whole network takes the data as they are, where they fit. */
static mote_status take_whole(mote_model **out, const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    mote_shape ignored;
    int        i;

    for (i = 0; i < spec->state->input_count; i++)
        MOTE_TRY(choose_input(spec, set, i, &ignored, err));
    return mote_spec_copy_whole(out, spec, err);
}

mote_status mote_spec_build_model(mote_model **out, const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    int32_t body_nodes = 0;

    *out = NULL;
    MOTE_TRY(check_feature_count(spec, set, err));
    MOTE_TRY(spec->state->start.is_whole ? take_whole(out, spec, set, err)
                                         : build_network(out, spec, set, &body_nodes, err));
    if (mote_spec_settle_start(*out, spec, body_nodes, err) == MOTE_OK)
        return MOTE_OK;
    mote_model_destroy(*out);
    *out = NULL;
    return mote_context(err, "%s:%d", spec->path, spec->state->start.line);
}

mote_inspect_options mote_spec_deployed(const mote_spec *spec)
{
    const mote_chip *chip = spec->deploy.chip ? mote_chip_find(spec->deploy.chip) : NULL;

    return (mote_inspect_options){.kernels = chip ? chip->kernels : NULL,
                                  .keeps_constant_channels = spec->deploy.options.keeps_constant_channels,
                                  .quantize = spec->convert.is_quantized ? &spec->convert.options : NULL};
}
