/* A data set's targets as a model has them: classes by its names for them, whole numbers as numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/raw.h"

/* Where each of the set's classes stands among the model's; -1: it does not. */
static void find_places(int32_t *places, const mote_dataset_target *target, const char *const *labels, int count)
{
    int32_t c, i;

    for (c = 0; c < target->class_count; c++) {
        places[c] = -1;
        for (i = 0; i < count && places[c] < 0; i++)
            if (strcmp(target->class_names[c], labels[i]) == 0)
                places[c] = i;
    }
}

/* "ash, beech, cedar", as many as a line holds. */
typedef struct names_text {
    char text[160];
} names_text;

static names_text show_names(const char *const *names, int count)
{
    names_text shown = {""};
    size_t     used = 0;
    int        i;

    for (i = 0; i < count; i++) {
        mote_shown name = mote_show_string(names[i]);
        if (used + strlen(name.text) + 8 > sizeof shown.text) {
            snprintf(shown.text + used, sizeof shown.text - used, ", ...");
            break;
        }
        used += (size_t)snprintf(shown.text + used, sizeof shown.text - used, "%s%s", i ? ", " : "", name.text);
    }
    return shown;
}

static mote_status renumber(mote_dataset *set, int target, const int32_t *places, const char *const *labels, int count,
                            mote_error *err)
{
    size_t i;
    int    s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            int32_t label = set->split[s].labels[target][i];
            if (places[label] < 0)
                return mote_fail(err, MOTE_ERR_USAGE, "class \"%s\" is none of the model's: %s",
                                 mote_show_string(set->target[target].class_names[label]).text,
                                 show_names(labels, count).text);
        }
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            int32_t *label = (int32_t *)(uintptr_t)&set->split[s].labels[target][i]; /* the set's own memory */
            *label = places[*label];
        }
    return MOTE_OK;
}

static mote_status take_names(mote_dataset *set, int target, const char *const *labels, int count, mote_error *err)
{
    const char **names = MOTE_NEW(&set->state->arena, const char *, count, err);
    int          i;

    for (i = 0; names && i < count; i++)
        if (!(names[i] = mote_arena_strdup(&set->state->arena, labels[i], err)))
            return err->code;
    set->target[target].class_names = names;
    set->target[target].class_count = count;
    return err->code;
}

mote_status mote_dataset_match_classes(mote_dataset *set, int32_t target, const char *const *labels, int32_t count,
                                       mote_error *err)
{
    mote_arena                 scratch = {0};
    const mote_dataset_target *t;
    int32_t                   *places;

    MOTE_TRY(mote_dataset_check_target(set, target, err));
    t = &set->target[target];
    if (t->kind != MOTE_TARGETS_CLASSES || count <= 0)
        return MOTE_OK;
    if (!t->class_names && t->class_count > count)
        return mote_fail(err, MOTE_ERR_USAGE, "has class %d, and the model's classes are 0 to %d: %s", t->class_count - 1,
                         count - 1, show_names(labels, count).text);
    if (t->class_names) {
        places = MOTE_NEW(&scratch, int32_t, t->class_count, err);
        if (places) {
            find_places(places, t, labels, count);
            renumber(set, target, places, labels, count, err);
        }
        mote_arena_destroy(&scratch);
    }
    return err->code == MOTE_OK ? take_names(set, target, labels, count, err) : err->code;
}

/* ---- whole numbers ---- */

/* What was said of labels does not hold for numbers. */
static void drop_label_note(struct mote_dataset_state *state, int target)
{
    mote_notes *notes = &state->notes;
    const int   at = state->label_note[target];
    int         t;

    if (at == 0 || at > notes->count)
        return;
    memmove(&notes->text[at - 1], &notes->text[at], (size_t)(notes->count - at) * sizeof *notes->text);
    notes->count--;
    state->label_note[target] = 0;
    for (t = 0; t < MOTE_TARGETS_MAX; t++)
        state->label_note[t] -= state->label_note[t] > at;
}

static mote_status make_values(mote_dataset *set, int target, int split, mote_error *err)
{
    mote_dataset_split *s = &set->split[split];
    float              *values = MOTE_NEW(&set->state->arena, float, s->count, err);
    size_t              i;

    if (!values)
        return err->code;
    for (i = 0; i < s->count; i++)
        values[i] = (float)s->labels[target][i];
    s->values[target] = values;
    return MOTE_OK;
}

mote_status mote_dataset_take_values(mote_dataset *set, int32_t target, mote_error *err)
{
    mote_dataset_target *t;
    int                  s;

    MOTE_TRY(mote_dataset_check_target(set, target, err));
    t = &set->target[target];
    if (t->kind != MOTE_TARGETS_CLASSES || t->class_names)
        return MOTE_OK;
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        MOTE_TRY(make_values(set, target, s, err));
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        set->split[s].labels[target] = NULL;
    t->kind = MOTE_TARGETS_VALUES;
    t->class_count = 0;
    t->rank = 0;
    t->width = 1;
    drop_label_note(set->state, target);
    set->note_count = set->state->notes.count;
    return MOTE_OK;
}
