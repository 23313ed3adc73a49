/* The sections `train`, `convert` and `deploy`. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <mote/boards.h>
#include <mote/emulate.h>

#include "build/spec.h"
#include "layers/goals.h"

/* ---- train ---- */

typedef struct train_section {
    mote_train_options options;
    mote_switch        shuffle;
    const char        *quantize;
} train_section;

static const mote_word isa_words[] = {{"baseline", 0}, {"avx2", 0}, {"avx512", 0}, {NULL, 0}};

static const mote_key train_keys[] = {
    MOTE_KEY("batch_size", train_section, options.batch_size, .min = 1, .max = 1048576),
    MOTE_KEY("epochs", train_section, options.epochs, .min = 1, .max = 1000000),
    MOTE_KEY("validation_split", train_section, options.validation_split, .min = 0, .max = 0.999999),
    MOTE_KEY("shuffle", train_section, shuffle, .words = mote_switch_words),
    MOTE_KEY("seed", train_section, options.seed),
    MOTE_KEY("threads", train_section, options.threads, .min = 1, .max = 1024),
    MOTE_KEY("isa", train_section, options.isa, .words = isa_words),
    MOTE_KEY("quantize", train_section, quantize),
    MOTE_KEY("from_epoch", train_section, options.quantize.from_epoch, .min = 1, .max = 1000000),
    {0},
};

static const char *const train_others[] = {
    "loss",          "from_logits",    "loss_weights",      "optimizer",    "metrics",      "start",   "freeze",     "prune",
    "learning_rate", "early_stopping", "reduce_on_plateau", "best_weights", "class_weight", "augment", "checkpoint", NULL};

/* ---- what is asked of each output ---- */

/* The names are filled in when the model's are known. */
typedef struct goal_reader {
    const mote_yaml_reader *yaml;
    const char *const      *names; /* [count]: the network's outputs */
    mote_goal              *goals; /* [count] */
    int                     count;
} goal_reader;

static const mote_key loss_key = {.name = "loss"}; /* read_loss reads it */
static const mote_key logits_key = MOTE_KEY("from_logits", mote_goal, from_logits);
static const mote_key weight_key = MOTE_KEY("loss_weights", mote_goal, weight, .min = 1e-30, .max = 1e30);

/* A word, or a map of one with its arguments: huber, or {huber: {delta: 2}}. */
static mote_status name_of(const mote_yaml_reader *reader, const mote_yaml *node, const char *what, const char **name,
                           const mote_yaml **arguments)
{
    const mote_yaml *first = node->kind == MOTE_YAML_MAP ? node->first : NULL;

    *name = node->kind == MOTE_YAML_TEXT ? node->text : first ? first->key : NULL;
    *arguments = first && !mote_yaml_is_null(first) ? first : NULL;
    if (!*name || node->count > 1)
        return mote_yaml_fail(reader, node->line, "train: %s: a name is expected, or one with its arguments, as in %s", what,
                              strcmp(what, "loss") == 0 ? "{huber: {delta: 2}}" : "{top_k_categorical_accuracy: {k: 3}}");
    return *arguments ? mote_yaml_need_map(reader, *arguments, *name) : MOTE_OK;
}

static mote_status read_loss(const mote_yaml_reader *reader, const mote_yaml *node, mote_goal *goal)
{
    const char      *names[2 * MOTE_LOSS_COUNT], *name;
    const mote_yaml *arguments;
    int              i, count = 0;

    MOTE_TRY(name_of(reader, node, "loss", &name, &arguments));
    goal->loss = mote_loss_find(name);
    for (i = 0; i < MOTE_LOSS_COUNT; i++) {
        names[count++] = mote_loss_types[i].name;
        if (i < 2)
            names[count++] = mote_loss_types[i].alias;
    }
    if (goal->loss == MOTE_LOSS_COUNT)
        return mote_yaml_fail_word(reader, node->line, "train: unknown loss", name, names, (size_t)count);
    return arguments
               ? mote_keys_read(reader, arguments, &(mote_keys_place){name, mote_loss_types[goal->loss].keys, NULL}, goal)
               : MOTE_OK;
}

static mote_status read_metric(const mote_yaml_reader *reader, const mote_yaml *node, mote_goal *goal)
{
    const char      *names[64], *name;
    const mote_yaml *arguments;
    unsigned         metric;
    size_t           count = 0;

    MOTE_TRY(name_of(reader, node, "metrics", &name, &arguments));
    for (; mote_metric_types[count].name; count++)
        names[count] = mote_metric_types[count].name;
    metric = mote_metric_find(name);
    if (metric == 0)
        return mote_yaml_fail_word(reader, node->line, "train: unknown metrics", name, names, count);
    goal->metrics |= metric;
    return arguments ? mote_keys_read(reader, arguments,
                                      &(mote_keys_place){name, mote_metric_type_of((mote_metric)metric)->keys, NULL}, goal)
                     : MOTE_OK;
}

static mote_status read_metrics(const mote_yaml_reader *reader, const mote_yaml *node, mote_goal *goal)
{
    const mote_yaml *item;

    if (node->kind != MOTE_YAML_LIST)
        return read_metric(reader, node, goal);
    for (item = node->first; item; item = item->next)
        MOTE_TRY(read_metric(reader, item, goal));
    return MOTE_OK;
}

/* One output's part of a key. */
static mote_status read_part(const goal_reader *r, const mote_yaml *node, const mote_key *key, mote_goal *goal)
{
    return key == &loss_key ? read_loss(r->yaml, node, goal)
           : key            ? mote_key_read(r->yaml, node, key, "train", goal)
                            : read_metrics(r->yaml, node, goal);
}

static int find_name(const goal_reader *r, const char *name)
{
    int i;

    for (i = 0; i < r->count; i++)
        if (strcmp(r->names[i], name) == 0)
            return i;
    return -1;
}

static mote_status read_by_name(const goal_reader *r, const mote_yaml *map, const char *what, const mote_key *key)
{
    const mote_yaml *item;
    char             about[64];

    snprintf(about, sizeof about, "train: %s: no output of the network", what);
    for (item = map->first; item; item = item->next) {
        const int output = find_name(r, item->key);
        if (output < 0)
            return mote_yaml_fail_word(r->yaml, item->key_line, about, item->key, r->names, (size_t)r->count);
        MOTE_TRY(read_part(r, item, key, &r->goals[output]));
    }
    return MOTE_OK;
}

/* In the order of the outputs, as Keras has it, too. */
static mote_status read_by_order(const goal_reader *r, const mote_yaml *list, const char *what, const mote_key *key)
{
    const mote_yaml *item;
    int              output = 0;

    if (list->count != r->count)
        return mote_yaml_fail(r->yaml, list->line, "train: %s: %d are given, the network has %d outputs", what, list->count,
                              r->count);
    for (item = list->first; item; item = item->next)
        MOTE_TRY(read_part(r, item, key, &r->goals[output++]));
    return MOTE_OK;
}

/* {huber: {delta: 2}}, and no output is called huber. */
static bool is_one_with_arguments(const goal_reader *r, const mote_yaml *map, const mote_key *key)
{
    if (map->count != 1 || find_name(r, map->first->key) >= 0)
        return false;
    return key == &loss_key ? mote_loss_find(map->first->key) != MOTE_LOSS_COUNT
                            : !key && mote_metric_find(map->first->key) != 0;
}

/* A word for all outputs; a map by their names, or a list in their order. A list of metrics is one output's. key NULL:
 * metrics. */
static mote_status read_asked(const goal_reader *r, const mote_yaml *node, const char *what, const mote_key *key)
{
    int i;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (node->kind == MOTE_YAML_MAP && node->count > 0 && !is_one_with_arguments(r, node, key))
        return read_by_name(r, node, what, key);
    if (node->kind == MOTE_YAML_LIST && (key || r->count > 1))
        return read_by_order(r, node, what, key);
    for (i = 0; i < r->count; i++)
        MOTE_TRY(read_part(r, node, key, &r->goals[i]));
    return MOTE_OK;
}

typedef struct losses_text {
    char text[640];
} losses_text;

static losses_text show_losses(void)
{
    losses_text shown = {{0}};
    size_t      used = 0;
    int         i;

    for (i = 0; i < MOTE_LOSS_COUNT && used < sizeof shown.text; i++)
        used += (size_t)snprintf(shown.text + used, sizeof shown.text - used, "%s%s%s%s", i ? ", " : "",
                                 mote_loss_types[i].name, i < 2 ? ", " : "", i < 2 ? mote_loss_types[i].alias : "");
    return shown;
}

static mote_status read_losses(const goal_reader *r, const mote_yaml *train)
{
    const mote_yaml *loss = mote_yaml_find(train, "loss");
    int              i;

    if (!loss || mote_yaml_is_null(loss))
        return mote_yaml_fail(r->yaml, train->line, "train: loss is missing; it is one of: %s", show_losses().text);
    for (i = 0; i < r->count; i++)
        r->goals[i].loss = MOTE_LOSS_COUNT;
    MOTE_TRY(read_asked(r, loss, "loss", &loss_key));
    for (i = 0; i < r->count; i++)
        if (r->goals[i].loss == MOTE_LOSS_COUNT)
            return mote_yaml_fail(r->yaml, loss->line, "train: loss: output %s has none",
                                  mote_show_string(r->names[i]).text);
    return MOTE_OK;
}

static mote_status read_goals(const goal_reader *r, const mote_yaml *train)
{
    MOTE_TRY(read_losses(r, train));
    MOTE_TRY(read_asked(r, mote_yaml_find(train, "from_logits"), "from_logits", &logits_key));
    MOTE_TRY(read_asked(r, mote_yaml_find(train, "loss_weights"), "loss_weights", &weight_key));
    return read_asked(r, mote_yaml_find(train, "metrics"), "metrics", NULL);
}

/* More than the options of a training with one output say by themselves. */
static bool has_arguments(const mote_goal *goal)
{
    return goal->weight != 0 || goal->label_smoothing != 0 || goal->delta != 0 || goal->alpha != 0 || goal->gamma != 0 ||
           goal->apply_class_balancing || goal->top_k != 0 || goal->threshold != 0;
}

mote_status mote_spec_settle_train(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root)
{
    const int         count = spec->state->output_count;
    const mote_yaml  *train = mote_yaml_find(root, "train");
    const char       *names[MOTE_TARGETS_MAX];
    mote_goal         goals[MOTE_TARGETS_MAX] = {{0}};
    const goal_reader r = {reader, names, goals, count};
    mote_output_goal *outputs;
    int               i;

    if (!train)
        return MOTE_OK;
    for (i = 0; i < count; i++)
        names[i] = mote_spec_output_name(spec, i);
    MOTE_TRY(read_goals(&r, train));
    spec->train.loss = goals[0].loss;
    spec->train.from_logits = goals[0].from_logits;
    spec->train.metrics = goals[0].metrics;
    if (count == 1 && !has_arguments(&goals[0]))
        return MOTE_OK;
    outputs = MOTE_NEW(reader->arena, mote_output_goal, count, reader->err);
    for (i = 0; outputs && i < count; i++)
        outputs[i] = (mote_output_goal){names[i], goals[i]};
    spec->train.outputs = outputs;
    spec->train.output_count = count;
    return reader->err->code;
}

/* ---- quantize ---- */

/* "none", or a scheme's name. */
static mote_status find_scheme(mote_scheme *scheme, bool *is_there, const mote_yaml_reader *reader, const mote_yaml *node,
                               const char *about)
{
    const char *names[1 + MOTE_SCHEME_COUNT] = {"none"};
    int         i;

    *is_there = false;
    if (strcmp(node->text, names[0]) == 0)
        return MOTE_OK;
    if ((*is_there = mote_scheme_find(scheme, node->text)))
        return MOTE_OK;
    for (i = 0; i < MOTE_SCHEME_COUNT; i++)
        names[1 + i] = mote_scheme_name((mote_scheme)i);
    return mote_yaml_fail_word(reader, node->line, about, node->text, names, 1 + MOTE_SCHEME_COUNT);
}

/* Training by a scheme, which the model then is converted by, unless the section convert says otherwise. */
static mote_status read_quantize(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const mote_yaml     *scheme = mote_yaml_find(map, "quantize"), *from = mote_yaml_find(map, "from_epoch");
    mote_train_quantize *quantize = &spec->train.quantize;
    const int32_t        epochs = spec->train.epochs > 0 ? spec->train.epochs : 1;

    if (scheme && !mote_yaml_is_null(scheme))
        MOTE_TRY(find_scheme(&quantize->scheme, &quantize->is_on, reader, scheme, "train: unknown quantize"));
    if (quantize->from_epoch > 0 && !quantize->is_on)
        return mote_yaml_fail(reader, from->key_line, "train: from_epoch goes with quantize, as in quantize: int8");
    if (quantize->from_epoch > epochs)
        return mote_yaml_fail(reader, from->line, "train: from_epoch is %d, and there are %d epochs",
                              (int)quantize->from_epoch, (int)epochs);
    if (!quantize->is_on)
        return MOTE_OK;
    if (!mote_scheme_is_calibrated(quantize->scheme))
        return mote_yaml_fail(reader, scheme->line,
                              "train: quantize: %s keeps activations real: there is nothing to train for; convert by it",
                              mote_scheme_name(quantize->scheme));
    if (spec->state->start.path && quantize->from_epoch == 0)
        quantize->from_epoch = 1;
    spec->convert.is_quantized = true;
    spec->convert.options.scheme = quantize->scheme;
    return MOTE_OK;
}

/* ---- the section ---- */

mote_status mote_spec_read_train(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    train_section section = {0};

    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"train", train_keys, train_others}, &section));
    section.options.keeps_order = section.shuffle == MOTE_SWITCH_OFF;
    spec->train = section.options;
    MOTE_TRY(mote_spec_read_optimizer(spec, reader, map));
    MOTE_TRY(mote_spec_read_control(spec, reader, map));
    MOTE_TRY(mote_spec_read_pruning(spec, reader, map));
    MOTE_TRY(mote_spec_read_checkpoint(spec, reader, map));
    MOTE_TRY(mote_spec_read_augment(spec, reader, map));
    MOTE_TRY(mote_spec_read_start(spec, reader, map));
    return read_quantize(spec, reader, map);
}

/* ---- convert ---- */

typedef struct convert_section {
    const char *quantize;
    mote_dtype  io;
    int         granularity, method, rounding;
    bool        equalize, correct_bias;
    double      max_drop;
    size_t      max_bytes;
    const char *finest;
} convert_section;

/* calibrate: {samples: 100, split: validation, data: other.npz} */
typedef struct calibrate_section {
    int           samples;
    mote_split_id split;
    const char   *data;
} calibrate_section;

static const mote_word split_words[] = {
    {"train", MOTE_SPLIT_TRAIN}, {"validation", MOTE_SPLIT_VALIDATION}, {"test", MOTE_SPLIT_TEST}, {NULL, 0}};

static const mote_key calibrate_keys[] = {
    MOTE_KEY("samples", calibrate_section, samples, .min = 1, .max = 1000000),
    MOTE_KEY("split", calibrate_section, split, .words = split_words),
    MOTE_KEY("data", calibrate_section, data),
    {0},
};

static const mote_word io_words[] = {
    {"float32", MOTE_F32}, {"int8", MOTE_I8}, {"uint8", MOTE_U8}, {"int16", MOTE_I16}, {NULL, 0}};
static const mote_word finest_words[] = {{"int8", 0}, {"int16x8", 0}, {"float32", 0}, {NULL, 0}};
static const mote_word granularity_words[] = {{"channel", 0}, {"tensor", 1}, {NULL, 0}};
static const mote_word method_words[] = {
    {"minmax", MOTE_CALIBRATE_MINMAX},   {"average", MOTE_CALIBRATE_AVERAGE}, {"percentile", MOTE_CALIBRATE_PERCENTILE},
    {"entropy", MOTE_CALIBRATE_ENTROPY}, {"mse", MOTE_CALIBRATE_MSE},         {NULL, 0}};
static const mote_word rounding_words[] = {{"nearest", MOTE_ROUND_NEAREST}, {"adaptive", MOTE_ROUND_ADAPTIVE}, {NULL, 0}};

static const mote_key convert_keys[] = {
    MOTE_KEY("quantize", convert_section, quantize),
    MOTE_KEY("io", convert_section, io, .words = io_words),
    MOTE_KEY("granularity", convert_section, granularity, .words = granularity_words),
    MOTE_KEY("method", convert_section, method, .words = method_words),
    MOTE_KEY("equalize", convert_section, equalize),
    MOTE_KEY("correct_bias", convert_section, correct_bias),
    MOTE_KEY("rounding", convert_section, rounding, .words = rounding_words),
    MOTE_KEY("max_drop", convert_section, max_drop, .min = 0, .max = 100),
    MOTE_KEY("max_bytes", convert_section, max_bytes, .min = 1),
    MOTE_KEY("finest", convert_section, finest, .words = finest_words),
    {0},
};

static const char *const convert_others[] = {"calibrate", "keep", NULL};

/* A number of samples alone, or a map. */
static mote_status read_calibrate(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *node)
{
    static const mote_key number = MOTE_KEY("calibrate", calibrate_section, samples, .min = 1, .max = 1000000);
    calibrate_section     section = {.split = MOTE_SPLIT_TRAIN};

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (spec->convert.is_quantized && !mote_scheme_is_calibrated(spec->convert.options.scheme))
        return mote_yaml_fail(reader, node->line, "convert: calibrate: %s stores weights in fewer bits and needs no samples",
                              mote_scheme_name(spec->convert.options.scheme));
    if (node->kind == MOTE_YAML_MAP)
        MOTE_TRY(mote_keys_read(reader, node, &(mote_keys_place){"calibrate", calibrate_keys, NULL}, &section));
    else
        MOTE_TRY(mote_key_read(reader, node, &number, "convert", &section));
    spec->convert.options.samples = section.samples;
    spec->convert.calibration_split = section.split;
    spec->convert.calibration_data = section.data;
    return MOTE_OK;
}

static mote_status read_layer(mote_layer_scheme *out, const mote_yaml_reader *reader, const mote_yaml *node)
{
    mote_error why = {0};

    MOTE_TRY(mote_yaml_need_text(reader, node, "convert: keep: layers and what they are, as int16x8:conv_*"));
    if (mote_layer_scheme_parse(out, node->text, &why) != MOTE_OK)
        return mote_yaml_fail(reader, node->line, "convert: keep: %s", why.text);
    return MOTE_OK;
}

/* keep: float32:SOFTMAX, or a list of such. */
static mote_status read_layers(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *node)
{
    mote_layer_scheme *layers;
    const mote_yaml   *item;
    int32_t            count = 0;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    layers = MOTE_NEW(reader->arena, mote_layer_scheme, node->count + 1, reader->err);
    if (!layers)
        return reader->err->code;
    if (node->kind != MOTE_YAML_LIST)
        MOTE_TRY(read_layer(&layers[count++], reader, node));
    for (item = node->kind == MOTE_YAML_LIST ? node->first : NULL; item; item = item->next)
        MOTE_TRY(read_layer(&layers[count++], reader, item));
    spec->convert.options.layers = layers;
    spec->convert.options.layer_count = count;
    return MOTE_OK;
}

/* What raises and lowers layers. */
static mote_status read_mixing(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map,
                               const convert_section *section)
{
    static const char *const goals[] = {"keep", "max_drop", "max_bytes", "finest"};
    size_t                   i;

    MOTE_TRY(read_layers(spec, reader, mote_yaml_find(map, "keep")));
    spec->convert.has_max_drop = mote_yaml_find(map, "max_drop") != NULL;
    spec->convert.max_drop = section->max_drop;
    spec->convert.max_bytes = section->max_bytes;
    spec->convert.finest = section->finest;
    for (i = 0; i < sizeof goals / sizeof *goals; i++)
        if (mote_yaml_find(map, goals[i]) &&
            !(spec->convert.is_quantized && mote_scheme_is_calibrated(spec->convert.options.scheme)))
            return mote_yaml_fail(reader, mote_yaml_find(map, goals[i])->line,
                                  "convert: %s goes with quantize: int8, int16x8 or int4", goals[i]);
    return MOTE_OK;
}

/* What training has seen is not looked for again. */
static mote_status check_ranges(const mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    static const char *const keys[] = {"calibrate", "method"};
    size_t                   i;

    for (i = 0; spec->train.quantize.is_on && i < sizeof keys / sizeof *keys; i++)
        if (mote_yaml_find(map, keys[i]) && !mote_yaml_is_null(mote_yaml_find(map, keys[i])))
            return mote_yaml_fail(reader, mote_yaml_find(map, keys[i])->key_line,
                                  "convert: %s: training finds the ranges (train: quantize); leave it out", keys[i]);
    return MOTE_OK;
}

mote_status mote_spec_read_convert(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const mote_yaml       *quantize = mote_yaml_find(map, "quantize");
    mote_quantize_options *options = &spec->convert.options;
    convert_section        section = {0};
    mote_error             why = {0};

    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"convert", convert_keys, convert_others}, &section));
    if (quantize && !mote_yaml_is_null(quantize))
        MOTE_TRY(find_scheme(&options->scheme, &spec->convert.is_quantized, reader, quantize, "convert: unknown quantize"));
    if (!spec->convert.is_quantized && section.io != MOTE_F32)
        return mote_yaml_fail(reader, mote_yaml_find(map, "io")->line,
                              "convert: io is an integer type, but nothing is quantized; add quantize: int8");
    if (!spec->convert.is_quantized && (section.equalize || section.correct_bias || section.rounding))
        return mote_yaml_fail(reader, map->line,
                              "convert: equalize, correct_bias and rounding go with quantize; add quantize: int8");
    options->is_per_tensor = spec->train.quantize.is_per_tensor = section.granularity == 1;
    options->is_per_channel = section.granularity == 0 && mote_yaml_find(map, "granularity");
    options->io = section.io;
    options->method = (mote_calibration_method)section.method;
    options->is_equalized = section.equalize;
    options->corrects_bias = section.correct_bias;
    options->rounding = (mote_rounding)section.rounding;
    MOTE_TRY(read_mixing(spec, reader, map, &section));
    if (mote_quantize_check(options, &why) != MOTE_OK)
        return mote_yaml_fail(reader, (quantize ? quantize : mote_yaml_find(map, "io"))->line, "convert: %s", why.text);
    MOTE_TRY(check_ranges(spec, reader, map));
    return read_calibrate(spec, reader, mote_yaml_find(map, "calibrate"));
}

/* ---- deploy ---- */

typedef struct deploy_section {
    const char   *target, *chip, *board, *name;
    mote_optimize optimize;
    bool          prune_constant;
    int32_t       samples;
} deploy_section;

static const mote_word optimize_words[] = {{"speed", MOTE_OPTIMIZE_SPEED}, {"size", MOTE_OPTIMIZE_SIZE}, {NULL, 0}};

static const mote_key deploy_keys[] = {
    MOTE_KEY("target", deploy_section, target),
    MOTE_KEY("chip", deploy_section, chip),
    MOTE_KEY("board", deploy_section, board),
    MOTE_KEY("optimize", deploy_section, optimize, .words = optimize_words),
    MOTE_KEY("prune_constant", deploy_section, prune_constant),
    MOTE_KEY("samples", deploy_section, samples, .min = 1, .max = 1000),
    MOTE_KEY("name", deploy_section, name),
    {0},
};

enum { CHIPS_MAX = 64, TARGETS_MAX = 32 };

/* All of `mote compile`. */
static mote_status check_target(const mote_yaml_reader *reader, const mote_yaml *target)
{
    const char *names[TARGETS_MAX], *name;
    int         i;

    if (!target || mote_yaml_is_null(target))
        return MOTE_OK;
    for (i = 0; (name = mote_compile_target_at(i)) != NULL && i < TARGETS_MAX; i++) {
        if (strcmp(name, target->text) == 0)
            return MOTE_OK;
        names[i] = name;
    }
    return mote_yaml_fail_word(reader, target->line, "deploy: unknown target", target->text, names, (size_t)i);
}

static mote_status check_chip(const mote_yaml_reader *reader, const mote_yaml *chip)
{
    const char *names[CHIPS_MAX];
    int         i;

    if (!chip || mote_yaml_is_null(chip) || mote_chip_find(chip->text))
        return MOTE_OK;
    for (i = 0; i < mote_chip_count() && i < CHIPS_MAX; i++)
        names[i] = mote_chip_at(i)->name;
    return mote_yaml_fail_word(reader, chip->line, "deploy: unknown chip", chip->text, names, (size_t)i);
}

/* An alias becomes the board's id. */
static mote_status find_board(const char **id, const mote_yaml_reader *reader, const mote_yaml *node)
{
    mote_boards      *boards;
    const mote_board *board;
    mote_error        why = {0};

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    MOTE_TRY(mote_boards_load(&boards, reader->err));
    board = mote_boards_find(boards, node->text, &why);
    *id = board ? mote_arena_strdup(reader->arena, board->id, reader->err) : NULL;
    mote_boards_destroy(boards);
    MOTE_TRY(mote_fail_if_memory(reader->err, &why));
    return board ? reader->err->code : mote_yaml_fail(reader, node->line, "deploy: %s", why.text);
}

static mote_status check_name(const mote_yaml_reader *reader, const mote_yaml *name)
{
    mote_error why = {0};

    if (!name || mote_yaml_is_null(name) || mote_compile_check_name(name->text, &why) == MOTE_OK)
        return MOTE_OK;
    return mote_yaml_fail(reader, name->line, "deploy: %s", why.text);
}

mote_status mote_spec_read_deploy(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    deploy_section section = {.prune_constant = true};

    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"deploy", deploy_keys, NULL}, &section));
    MOTE_TRY(check_target(reader, mote_yaml_find(map, "target")));
    MOTE_TRY(check_chip(reader, mote_yaml_find(map, "chip")));
    MOTE_TRY(find_board(&section.board, reader, mote_yaml_find(map, "board")));
    MOTE_TRY(check_name(reader, mote_yaml_find(map, "name")));
    if (section.samples > 0 && section.target && strcmp(section.target, "array") == 0)
        return mote_yaml_fail(reader, mote_yaml_find(map, "samples")->line,
                              "deploy: samples go with target c; an array has no code");
    spec->deploy.chip = section.chip;
    spec->deploy.board = section.board;
    spec->deploy.sample_count = section.samples;
    spec->deploy.options = (mote_compile_options){.target = section.target,
                                                  .name = section.name,
                                                  .optimize = section.optimize,
                                                  .keeps_constant_channels = !section.prune_constant};
    return MOTE_OK;
}
