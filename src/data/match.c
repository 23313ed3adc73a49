/* A data set's targets as a model has them: classes by its names for them, whole numbers as numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/raw.h"

/* Where each of the set's classes stands among the model's; -1: it does not. */
static void find_places(int32_t *places, const mote_dataset *set, const char *const *labels, int count)
{
    int32_t c, i;

    for (c = 0; c < set->class_count; c++) {
        places[c] = -1;
        for (i = 0; i < count && places[c] < 0; i++)
            if (strcmp(set->class_names[c], labels[i]) == 0)
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

static mote_status renumber(mote_dataset *set, const int32_t *places, const char *const *labels, int count, mote_error *err)
{
    size_t i;
    int    s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            int32_t label = set->split[s].labels[i];
            if (places[label] < 0)
                return mote_fail(err, MOTE_ERR_USAGE, "class \"%s\" is none of the model's: %s",
                                 mote_show_string(set->class_names[label]).text, show_names(labels, count).text);
        }
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            int32_t *label = (int32_t *)(uintptr_t)&set->split[s].labels[i]; /* the set's own memory */
            *label = places[*label];
        }
    return MOTE_OK;
}

static mote_status take_names(mote_dataset *set, const char *const *labels, int count, mote_error *err)
{
    const char **names = MOTE_NEW(&set->state->arena, const char *, count, err);
    int          i;

    for (i = 0; names && i < count; i++)
        if (!(names[i] = mote_arena_strdup(&set->state->arena, labels[i], err)))
            return err->code;
    set->class_names = names;
    set->class_count = count;
    return err->code;
}

mote_status mote_dataset_match_classes(mote_dataset *set, const char *const *labels, int count, mote_error *err)
{
    mote_arena scratch = {0};
    int32_t   *places;

    if (set->targets != MOTE_TARGETS_CLASSES || count <= 0)
        return MOTE_OK;
    if (!set->class_names && set->class_count > count)
        return mote_fail(err, MOTE_ERR_USAGE, "has class %d, and the model's classes are 0 to %d: %s", set->class_count - 1,
                         count - 1, show_names(labels, count).text);
    if (set->class_names) {
        places = MOTE_NEW(&scratch, int32_t, set->class_count, err);
        if (places) {
            find_places(places, set, labels, count);
            renumber(set, places, labels, count, err);
        }
        mote_arena_destroy(&scratch);
    }
    return err->code == MOTE_OK ? take_names(set, labels, count, err) : err->code;
}

/* ---- whole numbers ---- */

/* What was said of labels does not hold for numbers. */
static void drop_label_note(struct mote_dataset_state *state)
{
    mote_notes *notes = &state->notes;
    const int   at = state->label_note;

    if (at == 0 || at > notes->count)
        return;
    memmove(&notes->text[at - 1], &notes->text[at], (size_t)(notes->count - at) * sizeof *notes->text);
    notes->count--;
    state->label_note = 0;
}

static mote_status make_values(mote_dataset *set, int split, mote_error *err)
{
    mote_data_split *s = &set->split[split];
    float           *values = MOTE_NEW(&set->state->arena, float, s->count, err);
    size_t           i;

    if (!values)
        return err->code;
    for (i = 0; i < s->count; i++)
        values[i] = (float)s->labels[i];
    s->values = values;
    return MOTE_OK;
}

mote_status mote_dataset_take_values(mote_dataset *set, mote_error *err)
{
    int s;

    if (set->targets != MOTE_TARGETS_CLASSES || set->class_names)
        return MOTE_OK;
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        MOTE_TRY(make_values(set, s, err));
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        set->split[s].labels = NULL;
    set->targets = MOTE_TARGETS_VALUES;
    set->class_count = 0;
    set->target_rank = 0;
    set->target_width = 1;
    drop_label_note(set->state);
    set->note_count = set->state->notes.count;
    return MOTE_OK;
}
