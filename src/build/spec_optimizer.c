/* train: optimizer, learning_rate, early_stopping, reduce_on_plateau, best_weights. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "build/spec.h"
#include "layers/optimizers.h"

enum { VALUES_MAX = 1024 };

/* ---- a map of one name: {cosine_decay: {...}} ---- */

/* The name of a word, or of a map's only member, whose map goes to arguments (NULL: none). */
static mote_status read_named(const mote_yaml_reader *reader, const mote_yaml *node, const char *expected, const char **name,
                              const mote_yaml **arguments)
{
    const mote_yaml *first = node->kind == MOTE_YAML_MAP ? node->first : NULL;

    *name = node->kind == MOTE_YAML_TEXT ? node->text : first ? first->key : NULL;
    *arguments = first && !mote_yaml_is_null(first) ? first : NULL;
    if (!*name || node->count > 1)
        return mote_yaml_fail(reader, node->line, "%s", expected);
    return *arguments ? mote_yaml_need_map(reader, *arguments, *name) : MOTE_OK;
}

/* ---- learning_rate ---- */

static mote_status read_numbers(const mote_yaml_reader *reader, const mote_yaml *list, const mote_key *key, double *out,
                                int32_t *count)
{
    const mote_yaml *item;

    if (list->kind != MOTE_YAML_LIST || list->count < 1 || list->count > VALUES_MAX)
        return mote_yaml_fail(reader, list->line,
                              "piecewise_constant_decay: %s is a list of numbers, as in [1000, "
                              "2000]",
                              key->name);
    for (item = list->first, *count = 0; item; item = item->next)
        MOTE_TRY(mote_key_read(reader, item, key, "piecewise_constant_decay", &out[(*count)++]));
    return MOTE_OK;
}

static mote_status read_pieces(const mote_yaml_reader *reader, const mote_yaml *map, mote_schedule *schedule)
{
    static const char *const others[] = {"boundaries", "values", NULL};
    static const mote_key    boundary = {.name = "boundaries", .kind = MOTE_KEY_DOUBLE, .min = 0, .max = 1e15};
    static const mote_key    value = {.name = "values", .kind = MOTE_KEY_DOUBLE, .min = 0, .max = 1e6};
    double                  *numbers = MOTE_NEW(reader->arena, double, VALUES_MAX, reader->err);
    uint64_t                *boundaries = MOTE_NEW(reader->arena, uint64_t, VALUES_MAX, reader->err);
    float                   *values = MOTE_NEW(reader->arena, float, VALUES_MAX, reader->err);
    int32_t                  count = 0, i;

    MOTE_TRY(reader->err->code);
    MOTE_TRY(mote_keys_read(reader, map,
                            &(mote_keys_place){"piecewise_constant_decay", mote_schedule_types[schedule->kind].keys, others},
                            schedule));
    MOTE_TRY(read_numbers(reader, mote_yaml_find(map, "boundaries") ? mote_yaml_find(map, "boundaries") : map, &boundary,
                          numbers, &schedule->boundary_count));
    for (i = 0; i < schedule->boundary_count; i++)
        boundaries[i] = (uint64_t)numbers[i];
    for (i = 0; i < schedule->boundary_count; i++)
        if ((double)boundaries[i] != numbers[i] || (i > 0 && boundaries[i] <= boundaries[i - 1]))
            return mote_yaml_fail(reader, map->line, "piecewise_constant_decay: boundaries are whole steps that rise");
    MOTE_TRY(
        read_numbers(reader, mote_yaml_find(map, "values") ? mote_yaml_find(map, "values") : map, &value, numbers, &count));
    for (i = 0; i < count; i++)
        values[i] = (float)numbers[i];
    if (count != schedule->boundary_count + 1)
        return mote_yaml_fail(reader, map->line,
                              "piecewise_constant_decay: %d boundaries have %d values between and around them; "
                              "%d are given",
                              (int)schedule->boundary_count, (int)schedule->boundary_count + 1, (int)count);
    schedule->boundaries = boundaries;
    schedule->values = values;
    return MOTE_OK;
}

static mote_status read_schedule(const mote_yaml_reader *reader, const mote_yaml *node, mote_optimizer *optimizer)
{
    const char      *names[MOTE_SCHEDULE_COUNT], *name;
    const mote_yaml *arguments;
    mote_schedule   *schedule = MOTE_NEW(reader->arena, mote_schedule, 1, reader->err);
    int              i;

    MOTE_TRY(reader->err->code);
    MOTE_TRY(
        read_named(reader, node,
                   "learning_rate: a number is expected, or a schedule, as in {cosine_decay: {initial_learning_rate: 0.01}}",
                   &name, &arguments));
    for (i = 0; i < MOTE_SCHEDULE_COUNT; i++) {
        names[i] = mote_schedule_types[i].name;
        if (strcmp(names[i], name) == 0)
            break;
    }
    if (i == MOTE_SCHEDULE_COUNT)
        return mote_yaml_fail_word(reader, node->line, "learning_rate: unknown schedule", name, names, MOTE_SCHEDULE_COUNT);
    if (!arguments)
        return mote_yaml_fail(reader, node->line, "learning_rate: %s needs arguments", name);
    schedule->kind = (mote_schedule_kind)i;
    optimizer->schedule = schedule;
    if (schedule->kind == MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY)
        return read_pieces(reader, arguments, schedule);
    MOTE_TRY(mote_keys_read(reader, arguments, &(mote_keys_place){name, mote_schedule_types[i].keys, NULL}, schedule));
    if (schedule->initial_learning_rate == 0 && !(schedule->warmup_target > 0))
        return mote_yaml_fail(reader, arguments->line,
                              "%s: initial_learning_rate is 0, and nothing would be learned; only below a warmup_target of "
                              "cosine_decay it may be",
                              name);
    if (schedule->warmup_steps > 0 && !(schedule->warmup_target > 0))
        return mote_yaml_fail(reader, arguments->line, "%s: warmup_steps go with a warmup_target", name);
    return MOTE_OK;
}

static mote_status read_rate(const mote_yaml_reader *reader, const mote_yaml *node, const char *where,
                             mote_optimizer *optimizer)
{
    static const mote_key key = MOTE_KEY("learning_rate", mote_optimizer, learning_rate, .min = 1e-12, .max = 1e6);

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    return node->kind == MOTE_YAML_MAP ? read_schedule(reader, node, optimizer)
                                       : mote_key_read(reader, node, &key, where, optimizer);
}

/* ---- optimizer: adam, or optimizer: {adam: {learning_rate: 0.01}} ---- */

static mote_status read_optimizer(const mote_yaml_reader *reader, const mote_yaml *node, mote_optimizer *optimizer)
{
    static const char *const others[] = {"learning_rate", NULL};
    const char              *names[MOTE_OPTIMIZER_COUNT], *name;
    const mote_yaml         *arguments;
    mote_key                 keys[MOTE_OPTIMIZER_KEYS_MAX];
    int                      i;

    MOTE_TRY(read_named(reader, node, "optimizer: one is expected, as in adam or {adam: {learning_rate: 0.01}}", &name,
                        &arguments));
    for (i = 0; i < MOTE_OPTIMIZER_COUNT; i++)
        names[i] = mote_optimizer_types[i].name;
    optimizer->kind = mote_optimizer_find(name);
    if (optimizer->kind == MOTE_OPTIMIZER_COUNT)
        return mote_yaml_fail_word(reader, node->line, "train: unknown optimizer", name, names, MOTE_OPTIMIZER_COUNT);
    if (!arguments)
        return MOTE_OK;
    mote_optimizer_list_keys(optimizer->kind, keys);
    MOTE_TRY(mote_keys_read(reader, arguments, &(mote_keys_place){name, keys, others}, optimizer));
    return read_rate(reader, mote_yaml_find(arguments, "learning_rate"), name, optimizer);
}

mote_status mote_spec_read_optimizer(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    const mote_yaml *node = mote_yaml_find(train, "optimizer"), *rate = mote_yaml_find(train, "learning_rate");
    mote_optimizer  *o = &spec->train.optimizer;

    if (node && !mote_yaml_is_null(node))
        MOTE_TRY(read_optimizer(reader, node, o));
    if (rate && !mote_yaml_is_null(rate) && (o->learning_rate > 0 || o->schedule))
        return mote_yaml_fail(reader, rate->key_line, "train: learning_rate is given here and in optimizer; leave one out");
    return read_rate(reader, rate, "train", o);
}

/* ---- early_stopping, reduce_on_plateau, best_weights ---- */

static const mote_word mode_words[] = {
    {"auto", MOTE_MONITOR_AUTO}, {"min", MOTE_MONITOR_MIN}, {"max", MOTE_MONITOR_MAX}, {NULL, 0}};

static const mote_key stopping_keys[] = {
    MOTE_KEY("monitor", mote_early_stopping, monitor),
    MOTE_KEY("patience", mote_early_stopping, patience, .min = 0, .max = 1000000),
    MOTE_KEY("min_delta", mote_early_stopping, min_delta, .min = -1e300, .max = 1e300),
    MOTE_KEY("mode", mote_early_stopping, mode, .words = mode_words),
    MOTE_KEY("baseline", mote_early_stopping, baseline, .min = -1e300, .max = 1e300),
    MOTE_KEY("restore_best_weights", mote_early_stopping, restore_best_weights),
    MOTE_KEY("start_from_epoch", mote_early_stopping, start_from_epoch, .min = 0, .max = 1000000),
    {0},
};

static const mote_key plateau_keys[] = {
    MOTE_KEY("monitor", mote_reduce_on_plateau, monitor),
    MOTE_KEY("factor", mote_reduce_on_plateau, factor, .min = 1e-12, .max = 0.999999),
    MOTE_KEY("patience", mote_reduce_on_plateau, patience, .min = 1, .max = 1000000),
    MOTE_KEY("min_delta", mote_reduce_on_plateau, min_delta, .min = -1e300, .max = 1e300),
    MOTE_KEY("cooldown", mote_reduce_on_plateau, cooldown, .min = 0, .max = 1000000),
    MOTE_KEY("min_lr", mote_reduce_on_plateau, min_lr, .min = 0, .max = 1e6),
    MOTE_KEY("mode", mote_reduce_on_plateau, mode, .words = mode_words),
    {0},
};

static mote_status read_stopping(const mote_yaml_reader *reader, const mote_yaml *map, mote_train_control *control)
{
    mote_early_stopping *stopping;

    if (!map || mote_yaml_is_null(map))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, map, "early_stopping"));
    stopping = MOTE_NEW(reader->arena, mote_early_stopping, 1, reader->err);
    MOTE_TRY(reader->err->code);
    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"early_stopping", stopping_keys, NULL}, stopping));
    stopping->has_baseline = mote_yaml_find(map, "baseline") && !mote_yaml_is_null(mote_yaml_find(map, "baseline"));
    control->early_stopping = stopping;
    return MOTE_OK;
}

static mote_status read_plateau(const mote_yaml_reader *reader, const mote_yaml *map, mote_train_control *control)
{
    mote_reduce_on_plateau *plateau;

    if (!map || mote_yaml_is_null(map))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, map, "reduce_on_plateau"));
    plateau = MOTE_NEW(reader->arena, mote_reduce_on_plateau, 1, reader->err);
    MOTE_TRY(reader->err->code);
    control->reduce_on_plateau = plateau;
    return mote_keys_read(reader, map, &(mote_keys_place){"reduce_on_plateau", plateau_keys, NULL}, plateau);
}

/* true, or what is monitored; with early_stopping true means its monitor. */
static mote_status read_best(const mote_yaml_reader *reader, const mote_yaml *node, mote_train_control *control)
{
    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_text(reader, node, "train: best_weights: true, or a column of the history as val_accuracy"));
    if (strcmp(node->text, "false") == 0)
        return MOTE_OK;
    if (strcmp(node->text, "true") != 0)
        control->best_weights = node->text;
    else if (control->early_stopping && control->early_stopping->monitor)
        control->best_weights = control->early_stopping->monitor;
    else
        control->best_weights = "val_loss";
    return MOTE_OK;
}

/* balanced, or {0: 1.0, cat: 2.5}. */
static mote_status read_class_weight(const mote_yaml_reader *reader, const mote_yaml *node, mote_train_control *control)
{
    static const mote_key key = {.name = "class_weight", .kind = MOTE_KEY_FLOAT, .min = 0, .max = 1e30};
    const mote_yaml      *item;
    const char          **names;
    float                *weights;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    control->balances_classes = node->kind == MOTE_YAML_TEXT && strcmp(node->text, "balanced") == 0;
    if (control->balances_classes)
        return MOTE_OK;
    if (node->kind != MOTE_YAML_MAP || node->count < 1)
        return mote_yaml_fail(reader, node->line,
                              "train: class_weight is balanced, or weights of classes, as in {0: 1, 1: 2.5} or {cat: 2.5}");
    names = MOTE_NEW(reader->arena, const char *, node->count, reader->err);
    weights = MOTE_NEW(reader->arena, float, node->count, reader->err);
    MOTE_TRY(reader->err->code);
    for (item = node->first; item; item = item->next) {
        names[control->class_weight_count] = item->key;
        MOTE_TRY(mote_key_read(reader, item, &key, "train", &weights[control->class_weight_count++]));
    }
    control->class_weight_names = names;
    control->class_weight = weights;
    return MOTE_OK;
}

mote_status mote_spec_read_control(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    mote_train_control *control = MOTE_NEW(reader->arena, mote_train_control, 1, reader->err);

    MOTE_TRY(reader->err->code);
    MOTE_TRY(read_stopping(reader, mote_yaml_find(train, "early_stopping"), control));
    MOTE_TRY(read_plateau(reader, mote_yaml_find(train, "reduce_on_plateau"), control));
    MOTE_TRY(read_best(reader, mote_yaml_find(train, "best_weights"), control));
    MOTE_TRY(read_class_weight(reader, mote_yaml_find(train, "class_weight"), control));
    spec->train.control = control;
    return MOTE_OK;
}
