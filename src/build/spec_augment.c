/* train: augment. A map's steps run in the order of this file's table, a list's in their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "build/spec.h"

static const mote_word flip_words[] = {{"horizontal_and_vertical", MOTE_FLIP_BOTH},
                                       {"horizontal", MOTE_FLIP_HORIZONTAL},
                                       {"vertical", MOTE_FLIP_VERTICAL},
                                       {NULL, 0}};
static const mote_word fill_words[] = {{"reflect", MOTE_FILL_REFLECT},
                                       {"constant", MOTE_FILL_CONSTANT},
                                       {"nearest", MOTE_FILL_NEAREST},
                                       {"wrap", MOTE_FILL_WRAP},
                                       {NULL, 0}};

/* ---- keys of each step ---- */

#define INPUT      MOTE_KEY("input", mote_augment_step, input)
#define FILL_MODE  MOTE_KEY("fill_mode", mote_augment_step, fill_mode, .words = fill_words)
#define FILL_VALUE MOTE_KEY("fill_value", mote_augment_step, fill_value, .min = -1e6, .max = 1e6)

static const mote_key flip_keys[] = {MOTE_KEY("mode", mote_augment_step, flip, .words = flip_words), INPUT, {0}};
static const mote_key moved_keys[] = {FILL_MODE, FILL_VALUE, INPUT, {0}};
static const mote_key crop_keys[] = {
    MOTE_KEY("padding", mote_augment_step, padding, .min = 1, .max = 4096, .is_required = true),
    FILL_MODE,
    FILL_VALUE,
    INPUT,
    {0}};
static const mote_key coloured_keys[] = {INPUT, {0}};
static const mote_key erasing_keys[] = {FILL_VALUE, INPUT, {0}};
static const mote_key noise_keys[] = {
    MOTE_KEY("stddev", mote_augment_step, stddev, .min = 1e-9, .max = 1e6, .is_required = true), INPUT, {0}};
static const mote_key mix_keys[] = {MOTE_KEY("alpha", mote_augment_step, alpha, .min = 0.01, .max = 32), {0}};

/* A key whose value is two numbers, or one: from -x to x, from 0 to x, from 1 - x to 1 + x. */
typedef enum one_number { AROUND_ZERO, FROM_ZERO, AROUND_ONE, NO_NUMBER } one_number;

typedef struct range_key {
    const char *name;
    size_t      offset;
    one_number  one;
    double      min, max;
    bool        is_required;
} range_key;

#define RANGE(name, member, one, min, max, required)                                                                        \
    {                                                                                                                       \
        name, offsetof(mote_augment_step, member), one, min, max, required                                                  \
    }

static const range_key turned_ranges[] = {RANGE("factor", factor, AROUND_ZERO, -1, 1, true), {0}};
static const range_key moved_ranges[] = {
    RANGE("height_factor", height, AROUND_ZERO, -1, 1, true), RANGE("width_factor", width, AROUND_ZERO, -1, 1, true), {0}};
static const range_key zoomed_ranges[] = {RANGE("height_factor", height, AROUND_ZERO, -0.999, 1, true),
                                          RANGE("width_factor", width, AROUND_ZERO, -0.999, 1, false),
                                          {0}};
static const range_key bright_ranges[] = {
    RANGE("factor", factor, AROUND_ZERO, -1, 1, true), RANGE("value_range", value_range, NO_NUMBER, -1e6, 1e6, false), {0}};
static const range_key coloured_ranges[] = {
    RANGE("factor", factor, FROM_ZERO, 0, 1, true), RANGE("value_range", value_range, NO_NUMBER, -1e6, 1e6, false), {0}};
static const range_key erasing_ranges[] = {RANGE("factor", factor, FROM_ZERO, 0, 1, false),
                                           RANGE("scale", scale, FROM_ZERO, 0, 1, false),
                                           RANGE("value_range", value_range, NO_NUMBER, -1e6, 1e6, false),
                                           {0}};
static const range_key scaling_ranges[] = {RANGE("factor", factor, AROUND_ONE, -1e6, 1e6, true), {0}};
static const range_key no_ranges[] = {{0}};

enum { RANGES_MAX = 3 };

typedef struct step_row {
    const mote_key  *keys;
    const range_key *ranges;
} step_row;

static const step_row rows[MOTE_AUGMENT_COUNT] = {
    [MOTE_AUGMENT_FLIP] = {flip_keys, no_ranges},
    [MOTE_AUGMENT_TRANSLATION] = {moved_keys, moved_ranges},
    [MOTE_AUGMENT_ROTATION] = {moved_keys, turned_ranges},
    [MOTE_AUGMENT_ZOOM] = {moved_keys, zoomed_ranges},
    [MOTE_AUGMENT_CROP] = {crop_keys, no_ranges},
    [MOTE_AUGMENT_BRIGHTNESS] = {coloured_keys, bright_ranges},
    [MOTE_AUGMENT_CONTRAST] = {coloured_keys, coloured_ranges},
    [MOTE_AUGMENT_SATURATION] = {coloured_keys, coloured_ranges},
    [MOTE_AUGMENT_HUE] = {coloured_keys, coloured_ranges},
    [MOTE_AUGMENT_ERASING] = {erasing_keys, erasing_ranges},
    [MOTE_AUGMENT_TIME_SHIFT] = {moved_keys, turned_ranges},
    [MOTE_AUGMENT_SCALING] = {coloured_keys, scaling_ranges},
    [MOTE_AUGMENT_NOISE] = {noise_keys, no_ranges},
    [MOTE_AUGMENT_MIX_UP] = {mix_keys, no_ranges},
};

/* ---- reading ---- */

typedef struct step_reader {
    const mote_yaml_reader *yaml;
    const char             *where; /* the step's name */
    mote_augment_step      *step;
} step_reader;

static mote_augment_range *range_at(const step_reader *r, const range_key *key)
{
    return (mote_augment_range *)((char *)r->step + key->offset);
}

static mote_status read_number(const step_reader *r, const mote_yaml *node, const range_key *key, float *out)
{
    const mote_key number = {.name = key->name, .kind = MOTE_KEY_FLOAT, .min = key->min, .max = key->max};

    return mote_key_read(r->yaml, node, &number, r->where, out);
}

static mote_augment_range widen(one_number one, float x)
{
    const float size = x < 0 ? -x : x;

    if (one == AROUND_ONE)
        return (mote_augment_range){1 - size, 1 + size};
    return (mote_augment_range){one == AROUND_ZERO ? -size : 0, size};
}

/* As Keras has it, two numbers in any order. */
static mote_status read_range(const step_reader *r, const mote_yaml *node, const range_key *key)
{
    mote_augment_range *range = range_at(r, key), read = {0, 0};

    if (node->kind == MOTE_YAML_TEXT && key->one != NO_NUMBER) {
        MOTE_TRY(read_number(r, node, key, &read.low));
        *range = widen(key->one, read.low);
        return MOTE_OK;
    }
    if (node->kind != MOTE_YAML_LIST || node->count != 2)
        return mote_yaml_fail(r->yaml, node->line, "%s: %s: %stwo numbers are expected, as in [%s]", r->where, key->name,
                              key->one == NO_NUMBER ? "" : "a number or ", key->min < 0 ? "-0.1, 0.2" : "0.1, 0.2");
    MOTE_TRY(read_number(r, node->first, key, &read.low));
    MOTE_TRY(read_number(r, node->first->next, key, &read.high));
    *range = read.low <= read.high ? read : (mote_augment_range){read.high, read.low};
    if (key->one == NO_NUMBER && !(range->low < range->high))
        return mote_yaml_fail(r->yaml, node->line, "%s: %s: two different numbers are expected", r->where, key->name);
    return MOTE_OK;
}

/* `random_rotation: 0.1`: the step's first argument; of a translation both. */
static mote_status read_short(const step_reader *r, const mote_yaml *value)
{
    const step_row *row = &rows[r->step->kind];

    if (!row->ranges->name)
        return mote_key_read(r->yaml, value, &row->keys[0], r->where, r->step);
    MOTE_TRY(read_range(r, value, &row->ranges[0]));
    r->step->width = r->step->height;
    return MOTE_OK;
}

static mote_status read_arguments(const step_reader *r, const mote_yaml *value)
{
    const step_row  *row = &rows[r->step->kind];
    const char      *others[RANGES_MAX + 1] = {NULL};
    const mote_yaml *given;
    int              i;

    for (i = 0; row->ranges[i].name; i++)
        others[i] = row->ranges[i].name;
    MOTE_TRY(mote_keys_read(r->yaml, value, &(mote_keys_place){r->where, row->keys, others}, r->step));
    for (i = 0; row->ranges[i].name; i++) {
        given = mote_yaml_find(value, row->ranges[i].name);
        if (given && !mote_yaml_is_null(given))
            MOTE_TRY(read_range(r, given, &row->ranges[i]));
        else if (row->ranges[i].is_required)
            return mote_yaml_fail(r->yaml, value->line, "%s: %s is missing", r->where, row->ranges[i].name);
    }
    given = mote_yaml_find(value, "width_factor");
    r->step->has_width = given && !mote_yaml_is_null(given);
    given = mote_yaml_find(value, "fill_value");
    r->step->has_fill = given && !mote_yaml_is_null(given);
    return MOTE_OK;
}

static mote_status read_step(const mote_yaml_reader *reader, const char *name, int line, const mote_yaml *value,
                             mote_augment_step *step)
{
    const char *names[MOTE_AUGMENT_COUNT];
    step_reader r = {reader, name, step};
    int         kind;

    for (kind = 0; kind < MOTE_AUGMENT_COUNT; kind++)
        names[kind] = mote_augment_name((mote_augment_kind)kind);
    for (kind = 0; kind < MOTE_AUGMENT_COUNT && strcmp(name, names[kind]) != 0; kind++)
        ;
    if (kind == MOTE_AUGMENT_COUNT)
        return mote_yaml_fail_word(reader, line, "augment: unknown step", name, names, MOTE_AUGMENT_COUNT);
    *step = mote_augment_step_default((mote_augment_kind)kind);
    if (value && value->kind != MOTE_YAML_MAP && !mote_yaml_is_null(value))
        return read_short(&r, value);
    return read_arguments(&r,
                          value && value->kind == MOTE_YAML_MAP ? value : &(mote_yaml){.kind = MOTE_YAML_MAP, .line = line});
}

static mote_status read_list(mote_augment_step *steps, const mote_yaml_reader *reader, const mote_yaml *list)
{
    const mote_yaml *item;
    int              i = 0;

    for (item = list->first; item; item = item->next, i++) {
        const mote_yaml *value = item->kind == MOTE_YAML_MAP && item->count == 1 ? item->first : NULL;
        if (!value && item->kind != MOTE_YAML_TEXT)
            return mote_yaml_fail(reader, item->line, "augment: one step is expected, as in - random_rotation: 0.1");
        MOTE_TRY(read_step(reader, value ? value->key : item->text, value ? value->key_line : item->line, value, &steps[i]));
    }
    return MOTE_OK;
}

static mote_status read_map(mote_augment_step *steps, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const mote_yaml *item;
    int              count = 0, i;

    for (item = map->first; item; item = item->next) {
        mote_augment_step step;
        MOTE_TRY(read_step(reader, item->key, item->key_line, item, &step));
        for (i = count++; i > 0 && steps[i - 1].kind > step.kind; i--)
            steps[i] = steps[i - 1];
        steps[i] = step;
    }
    return MOTE_OK;
}

mote_status mote_spec_read_augment(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    const mote_yaml    *node = mote_yaml_find(train, "augment");
    mote_train_augment *augment;
    mote_augment_step  *steps;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (node->kind == MOTE_YAML_TEXT || node->count == 0 || node->count > MOTE_AUGMENT_STEPS_MAX)
        return mote_yaml_fail(reader, node->line, "augment: 1 to %d steps are expected, as in {random_flip: horizontal}",
                              MOTE_AUGMENT_STEPS_MAX);
    augment = MOTE_NEW(reader->arena, mote_train_augment, 1, reader->err);
    steps = MOTE_NEW(reader->arena, mote_augment_step, node->count, reader->err);
    if (!augment || !steps)
        return reader->err->code;
    MOTE_TRY(node->kind == MOTE_YAML_LIST ? read_list(steps, reader, node) : read_map(steps, reader, node));
    *augment = (mote_train_augment){.steps = steps, .step_count = node->count};
    spec->train.augment = augment;
    return MOTE_OK;
}
