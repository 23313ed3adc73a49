/* A grid of samples with what they are and what a model answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/answers.h>
#include <mote/chart.h>

#include <stdio.h>

#include "base/arena.h"
#include "compare/pick.h"
#include "report/picture.h"

enum { COLUMNS = 5 };

/* Bytes in two axes are a picture. Other numbers in two axes may be anything, and in one axis they may be the columns of a
 * table: those must at least be large enough to show something. */
mote_picture_shape mote_picture_shape_of(const mote_dataset_feature *set)
{
    const int                least = set->dtype == MOTE_U8 ? 2 : 8;
    const mote_picture_shape none = {0};
    mote_picture_shape       shape = {.channels = set->rank == 3 ? (int)set->dim[2] : 1};

    if (set->width > 1 << 20 || set->column_names || set->rank < 1 || set->rank > 3 ||
        (shape.channels != 1 && shape.channels != 3))
        return none;
    if (set->rank > 1) {
        shape.height = (int)set->dim[0];
        shape.width = (int)set->dim[1];
    } else { /* a flattened square */
        while ((size_t)shape.height * (size_t)shape.height < set->width)
            shape.height++;
        shape.width = shape.height;
    }
    if (shape.height < least || shape.width < least ||
        (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels != set->width)
        return none;
    return shape;
}

bool mote_dataset_has_pictures(const mote_dataset *set)
{
    return mote_picture_shape_of(&set->feature[0]).height > 0;
}

static double stored_value(const mote_dataset_split *split, size_t sample, size_t i)
{
    const mote_array array = {.dtype = split->set->feature[0].dtype,
                              .count = split->set->feature[0].width,
                              .bytes = (void *)(uintptr_t)mote_dataset_sample(split, 0, sample)};

    return mote_array_at(&array, i);
}

/* Black and white: 0 and 1, or 0 and 255, where the samples lie within; else their smallest and largest number. */
typedef struct grey_range {
    float low, high;
} grey_range;

static grey_range range_of(const mote_answer_grid *g, const size_t *picked, size_t count)
{
    grey_range range = {0, 0};
    size_t     i, k;

    for (i = 0; i < count; i++)
        for (k = 0; k < g->split->set->feature[0].width; k++) {
            float value = (float)stored_value(g->split, picked[i], k);
            range.low = value < range.low ? value : range.low;
            range.high = value > range.high ? value : range.high;
        }
    if (range.low >= 0 && range.high <= 255 && g->split->set->feature[0].dtype != MOTE_U8)
        range.high = range.high <= 1 ? 1 : 255;
    return g->split->set->feature[0].dtype == MOTE_U8 ? (grey_range){0, 255} : range;
}

static const uint8_t *pixels_of(const mote_answer_grid *g, size_t sample, grey_range range, mote_arena *scratch,
                                mote_error *err)
{
    uint8_t *pixels = MOTE_NEW(scratch, uint8_t, g->split->set->feature[0].width, err);
    float    scale = range.high > range.low ? 255 / (range.high - range.low) : 0;
    size_t   k;

    for (k = 0; pixels && k < g->split->set->feature[0].width; k++)
        pixels[k] = (uint8_t)(((float)stored_value(g->split, sample, k) - range.low) * scale + 0.5f);
    return pixels;
}

/* ---- what they are called ---- */

/* What the answers are compared with; NULL: nothing. */
static const mote_dataset_target *target_of(const mote_answer_grid *g)
{
    const mote_dataset *set = g->split->set;

    return g->answers->output < set->target_count ? &set->target[g->answers->output] : NULL;
}

static const int32_t *labels_of(const mote_answer_grid *g)
{
    return target_of(g) ? g->split->labels[g->answers->output] : NULL;
}

static const char *answer_text(const mote_answer_grid *g, size_t sample, mote_arena *arena, mote_error *err)
{
    const mote_dataset_target *target = target_of(g);
    int32_t                    answer;

    if (!mote_answers_are_classes(g->answers))
        return mote_arena_printf(arena, err, "%.4g", (double)g->answers->real[sample * g->answers->width]);
    answer = mote_answer_class(g->answers, sample);
    if (answer < g->label_count)
        return g->labels[answer];
    if (target && target->class_names && answer < target->class_count)
        return target->class_names[answer];
    return mote_arena_printf(arena, err, "%d", (int)answer);
}

static const char *truth_text(const mote_answer_grid *g, size_t sample, mote_arena *arena, mote_error *err)
{
    const mote_dataset_target *target = target_of(g);
    const float               *values = target ? g->split->values[g->answers->output] : NULL;
    const int32_t             *labels = labels_of(g);

    if (values)
        return mote_arena_printf(arena, err, "%.4g", (double)values[sample * target->width]);
    if (!labels)
        return NULL;
    return target->class_names ? target->class_names[labels[sample]]
                               : mote_arena_printf(arena, err, "%d", (int)labels[sample]);
}

/* ---- which ---- */

static void take_in_row(size_t *picked, size_t limit, size_t *count, size_t all)
{
    for (*count = 0; *count < limit && *count < all; ++*count)
        picked[*count] = *count * (all / (limit < all ? limit : all));
}

static mote_status pick(size_t *picked, size_t limit, size_t *count, const mote_answer_grid *g, mote_arena *scratch,
                        mote_error *err)
{
    const mote_answers *p = g->answers;
    const int32_t      *labels = labels_of(g);
    bool               *is_right = MOTE_NEW(scratch, bool, p->count, err);
    mote_pick_from      from = {p->count, labels, is_right, labels ? target_of(g)->class_count : 0};
    size_t              i;

    if (!is_right)
        return err->code;
    if (!labels || !mote_answers_are_classes(p)) {
        take_in_row(picked, limit, count, p->count);
        return MOTE_OK;
    }
    for (i = 0; i < p->count; i++)
        is_right[i] = mote_answer_class(p, i) == labels[i];
    return mote_pick_samples(picked, limit, count, &from, err);
}

/* ---- the chart ---- */

static mote_status fill(mote_chart_image *image, const mote_answer_grid *g, size_t sample, grey_range range,
                        mote_arena *scratch, mote_error *err)
{
    const mote_picture_shape shape = mote_picture_shape_of(&g->split->set->feature[0]);
    const char              *answer = answer_text(g, sample, scratch, err);

    *image = (mote_chart_image){.pixels = pixels_of(g, sample, range, scratch, err),
                                .width = shape.width,
                                .height = shape.height,
                                .channel_count = shape.channels};
    image->label = truth_text(g, sample, scratch, err);
    image->predicted = image->label ? answer : NULL;
    image->label = image->label ? image->label : answer; /* where nobody knows what it is */
    return err->code;
}

static mote_status draw(const mote_answer_grid *g, size_t limit, const char *path, mote_arena *scratch, mote_error *err)
{
    mote_chart_image *images = MOTE_NEW(scratch, mote_chart_image, limit, err);
    size_t           *picked = MOTE_NEW(scratch, size_t, limit, err), count = 0, i;
    mote_chart        chart = {.kind = MOTE_CHART_IMAGES, .title = g->title, .samples = images, .column_count = COLUMNS};
    grey_range        range;

    if (!images || !picked)
        return err->code;
    MOTE_TRY(pick(picked, limit, &count, g, scratch, err));
    range = range_of(g, picked, count);
    for (i = 0; i < count; i++)
        MOTE_TRY(fill(&images[i], g, picked[i], range, scratch, err));
    chart.sample_count = (int)count;
    return mote_chart_save(&chart, path, err);
}

mote_status mote_answer_grid_save(const mote_answer_grid *grid, const char *path, mote_error *err)
{
    mote_arena scratch = {0};

    if (!mote_dataset_has_pictures(grid->split->set))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: its samples are no pictures, so there is nothing to draw", path);
    draw(grid, grid->count > 0 ? (size_t)grid->count : MOTE_ANSWER_GRID_COUNT, path, &scratch, err);
    mote_arena_destroy(&scratch);
    return err->code;
}
