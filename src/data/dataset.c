/* What is done to a data set once it is there: shapes, splits, statistics.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/dataset.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "data/raw.h"

static const char *const split_names[MOTE_SPLIT_COUNT] = {"train", "validation", "test"};

const char *mote_split_name(mote_split_id split)
{
    return (unsigned)split < MOTE_SPLIT_COUNT ? split_names[split] : "";
}

mote_split_id mote_split_find(const char *name)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT && (!name || strcmp(name, split_names[i]) != 0); i++)
        ;
    return (mote_split_id)i;
}

bool mote_dataset_has_targets(const mote_dataset *set)
{
    int t;

    for (t = 0; t < set->target_count; t++)
        if (set->target[t].kind != MOTE_TARGETS_NONE)
            return true;
    return false;
}

static void free_arrays(struct mote_dataset_state *state)
{
    int s, i;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        for (i = 0; i < MOTE_FEATURES_MAX; i++)
            mote_array_free(&state->x[s][i]);
        for (i = 0; i < MOTE_TARGETS_MAX; i++) {
            mote_array_free(&state->values[s][i]);
            mote_array_free(&state->labels[s][i]);
        }
    }
}

void mote_dataset_destroy(mote_dataset *set)
{
    if (!set)
        return;
    if (set->state) {
        free_arrays(set->state);
        mote_spills_destroy(set->state->spills);
        mote_arena_destroy(&set->state->arena);
    }
    free(set->state);
    free(set);
}

mote_status mote_dataset_view(mote_dataset **out, const mote_dataset *set, mote_error *err)
{
    mote_dataset              *view = malloc(sizeof *view);
    struct mote_dataset_state *state = calloc(1, sizeof *state);
    int                        s;

    *out = NULL;
    if (!view || !state) {
        free(view);
        free(state);
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    }
    state->path = set->state->path;
    state->notes = set->state->notes;
    memcpy(state->label_note, set->state->label_note, sizeof state->label_note);
    state->is_by_class = set->state->is_by_class;
    state->seed = set->state->seed;
    memcpy(state->plan, set->state->plan, sizeof state->plan);
    memcpy(state->spill, set->state->spill, sizeof state->spill);
    state->is_view = true;
    *view = *set;
    view->state = state;
    view->notes = state->notes.text;
    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        view->split[s].set = view;
        state->order[s] = set->state->order[s];
    }
    *out = view;
    return MOTE_OK;
}

static mote_status check_feature(const mote_dataset *set, int feature, mote_error *err)
{
    if (feature >= 0 && feature < set->feature_count)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "feature %d does not exist; the data has %d", feature, set->feature_count);
}

mote_status mote_dataset_check_target(const mote_dataset *set, int target, mote_error *err)
{
    if (target >= 0 && target < set->target_count)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE, "target %d does not exist; the data has %d", target, set->target_count);
}

/* Works out the one -1. false when nothing fits. */
static bool resolve_shape(size_t count, int rank, const int64_t *dim, int64_t *resolved)
{
    size_t known = 1;
    int    i, open = -1;

    for (i = 0; i < rank; i++) {
        if (dim[i] == 0 || dim[i] < -1 || (dim[i] == -1 && open >= 0))
            return false;
        resolved[i] = dim[i];
        if (dim[i] == -1)
            open = i;
        else
            known = mote_size_mul(known, (size_t)dim[i]);
    }
    if (open >= 0 && count % known == 0) {
        resolved[open] = (int64_t)(count / known);
        return true;
    }
    return open < 0 && known == count;
}

mote_status mote_dataset_reshape(mote_dataset *set, int32_t feature, int32_t rank, const int64_t *dim, mote_error *err)
{
    int64_t               resolved[MOTE_ARRAY_MAX_RANK - 1] = {0};
    char                  a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];
    mote_dataset_feature *f;

    MOTE_TRY(check_feature(set, feature, err));
    f = &set->feature[feature];
    if (rank < 0 || rank > MOTE_ARRAY_MAX_RANK - 1 || (rank > 0 && !dim))
        return mote_fail(err, MOTE_ERR_USAGE, "a sample's shape has at most %d axes", MOTE_ARRAY_MAX_RANK - 1);
    if (!resolve_shape(f->width, rank, dim, resolved))
        return mote_fail(err, MOTE_ERR_USAGE, "samples of shape %s (%zu elements) cannot take the shape %s",
                         mote_dim_text(f->rank, f->dim, a, sizeof a), f->width, mote_dim_text(rank, dim, b, sizeof b));
    f->rank = rank;
    memcpy(f->dim, resolved, sizeof resolved);
    return MOTE_OK;
}

/* One sample [C, rest] to [rest, C]. */
static void turn(uint8_t *sample, uint8_t *room, size_t channels, size_t rest, size_t element)
{
    size_t c, i;

    memcpy(room, sample, channels * rest * element);
    for (c = 0; c < channels; c++)
        for (i = 0; i < rest; i++)
            memcpy(sample + (i * channels + c) * element, room + (c * rest + i) * element, element);
}

mote_status mote_dataset_turn(mote_dataset *set, int32_t feature, mote_error *err)
{
    mote_dataset_feature *f = &set->feature[feature];
    const size_t          element = mote_array_element_bytes(f->dtype), channels = (size_t)f->dim[0];
    mote_arena            scratch = {0};
    uint8_t              *room = MOTE_NEW(&scratch, uint8_t, mote_size_mul(f->width, element), err);
    int64_t               first = f->dim[0];
    size_t                i;
    int                   s;

    for (s = 0; room && s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count; i++) {
            turn((uint8_t *)(uintptr_t)set->split[s].x[feature] + i * f->width * element, room, channels,
                 f->width / channels, element);
            mote_spill_touch(set->state->spill[s][feature], f->width * element);
        }
    mote_arena_destroy(&scratch);
    MOTE_TRY(err->code);
    memmove(f->dim, f->dim + 1, (size_t)(f->rank - 1) * sizeof *f->dim);
    f->dim[f->rank - 1] = first;
    return MOTE_OK;
}

static mote_status check_preparation(const mote_dataset_feature *f, const mote_preparation *p, mote_error *err)
{
    int c;

    if (!isfinite(p->scale) || !isfinite(p->offset))
        return mote_fail(err, MOTE_ERR_USAGE, "scale and offset must be finite numbers");
    if (p->channels > 0 && (!p->mean || !p->std))
        return mote_fail(err, MOTE_ERR_USAGE, "a preparation with channels needs both mean and std");
    if (p->channels < 0 || (p->channels > 0 && f->width % (size_t)p->channels != 0))
        return mote_fail(err, MOTE_ERR_USAGE, "mean and std of %d channels do not fit samples of %zu elements", p->channels,
                         f->width);
    for (c = 0; c < p->channels; c++)
        if (!isfinite(p->mean[c]) || !isfinite(p->std[c]) || !(p->std[c] > 0))
            return mote_fail(err, MOTE_ERR_USAGE, "mean %g and std %g of channel %d: both must be finite, std above 0",
                             (double)p->mean[c], (double)p->std[c], c);
    return MOTE_OK;
}

mote_status mote_dataset_prepare(mote_dataset *set, int32_t feature, const mote_preparation *preparation, mote_error *err)
{
    mote_arena      *arena = &set->state->arena;
    mote_preparation own = *preparation;
    mote_gather_plan plan = {0};

    MOTE_TRY(check_feature(set, feature, err));
    MOTE_TRY(check_preparation(&set->feature[feature], preparation, err));
    if (own.channels > 0) {
        own.mean = mote_arena_copy(arena, preparation->mean, (size_t)own.channels, sizeof(float), err);
        own.std = mote_arena_copy(arena, preparation->std, (size_t)own.channels, sizeof(float), err);
        MOTE_TRY(err->code);
    }
    MOTE_TRY(mote_gather_plan_init(&plan, &own, set->feature[feature].dtype, arena, err));
    set->feature[feature].preparation = own;
    set->state->plan[feature] = plan;
    return MOTE_OK;
}

/* ---- statistics ---- */

typedef struct moments {
    double min, max, sum, squares; /* squares: of the distances from the mean, in the second pass */
    size_t count;
} moments;

/* Numbers to measure, and where they lie, if it is not in memory. */
typedef struct measured {
    mote_array  array;
    mote_spill *spill;
} measured;

static measured stored_samples(const mote_dataset_split *split, int feature)
{
    const mote_dataset_feature *f = &split->set->feature[feature];

    return (measured){{.dtype = f->dtype, .count = split->count * f->width, .bytes = (void *)(uintptr_t)split->x[feature]},
                      split->set->state->spill[split->id][feature]};
}

/* Every so many elements, what was read is said. */
static void touch(const measured *in, size_t before, size_t now)
{
    enum { STRIDE = 1 << 16 };

    if (in->spill && before / STRIDE != now / STRIDE)
        mote_spill_touch(in->spill, STRIDE * mote_array_element_bytes(in->array.dtype));
}

/* Mean and variance of elements start, start + step, ...: two passes, in double. */
static moments measure(const measured *in, size_t start, size_t step)
{
    moments m = {.min = INFINITY, .max = -INFINITY};
    size_t  i;
    double  mean;

    for (i = start; i < in->array.count; i += step) {
        double value = mote_array_at(&in->array, i);
        m.min = value < m.min ? value : m.min;
        m.max = value > m.max ? value : m.max;
        m.sum += value;
        m.count++;
        touch(in, i, i + step);
    }
    mean = m.sum / (double)m.count;
    for (i = start; i < in->array.count; i += step) {
        double distance = mote_array_at(&in->array, i) - mean;
        m.squares += distance * distance;
        touch(in, i, i + step);
    }
    return m;
}

mote_status mote_dataset_standardize(mote_dataset *set, int feature, mote_standardize how, mote_error *err)
{
    const mote_dataset_feature *f = &set->feature[feature];
    mote_preparation           *p = &set->feature[feature].preparation;
    const measured              x = stored_samples(&set->split[MOTE_SPLIT_TRAIN], feature);
    size_t channels = how == MOTE_STANDARDIZE_CHANNELS && f->rank > 0 ? (size_t)f->dim[f->rank - 1] : 1, c;
    double scale = p->scale != 0 ? (double)p->scale : 1;
    float *mean = MOTE_NEW(&set->state->arena, float, channels, err);
    float *std = MOTE_NEW(&set->state->arena, float, channels, err);

    if (!mean || !std)
        return err->code;
    if (x.array.count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "has no training samples to take a mean and standard deviation from");
    for (c = 0; c < channels; c++) {
        moments m = measure(&x, c, channels);
        double  deviation = sqrt(m.squares / (double)m.count) / fabs(scale);
        mean[c] = (float)(m.sum / (double)m.count / scale + (double)p->offset);
        std[c] = (float)deviation > 0 ? (float)deviation : 1; /* a constant column stays finite */
    }
    p->channels = (int)channels;
    p->mean = mean;
    p->std = std;
    return MOTE_OK;
}

static mote_status count_classes(mote_target_summary *out, mote_dataset *set, int target, const mote_dataset_split *split,
                                 mote_error *err)
{
    size_t *counts = MOTE_NEW(&set->state->arena, size_t, set->target[target].class_count, err);
    size_t  i;

    if (!counts)
        return err->code;
    for (i = 0; i < split->count; i++)
        counts[split->labels[target][i]]++;
    out->class_counts = counts;
    return MOTE_OK;
}

static void describe_values(mote_target_summary *out, const mote_dataset_split *split, int target)
{
    measured values = {.array = {.dtype = MOTE_F32, .count = split->count * split->set->target[target].width}};
    moments  m;

    values.array.bytes = (void *)(uintptr_t)split->values[target];
    m = measure(&values, 0, 1);
    out->min = m.min;
    out->max = m.max;
    out->mean = m.sum / (double)m.count;
}

static mote_feature_summary describe_feature(const mote_dataset_split *split, int feature)
{
    const measured x = stored_samples(split, feature);
    const moments  m = measure(&x, 0, 1);

    return (mote_feature_summary){m.min, m.max, m.sum / (double)m.count, sqrt(m.squares / (double)m.count)};
}

static mote_status describe_split(mote_split_summary *summary, mote_dataset *set, const mote_dataset_split *split,
                                  mote_error *err)
{
    int f, t;

    summary->count = split->count;
    for (f = 0; split->count > 0 && f < set->feature_count; f++)
        summary->feature[f] = describe_feature(split, f);
    for (t = 0; t < set->target_count; t++)
        if (set->target[t].kind == MOTE_TARGETS_CLASSES)
            MOTE_TRY(count_classes(&summary->target[t], set, t, split, err));
        else if (set->target[t].kind == MOTE_TARGETS_VALUES && split->count > 0)
            describe_values(&summary->target[t], split, t);
    return MOTE_OK;
}

static size_t array_bytes(const mote_array *array)
{
    return array->count * mote_array_element_bytes(array->dtype);
}

static size_t memory_of(const struct mote_dataset_state *state)
{
    size_t bytes = 0;
    int    s, i;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        for (i = 0; i < MOTE_FEATURES_MAX; i++)
            bytes += state->x[s][i].owner ? array_bytes(&state->x[s][i]) : 0;
        for (i = 0; i < MOTE_TARGETS_MAX; i++)
            bytes += array_bytes(&state->labels[s][i]) + array_bytes(&state->values[s][i]);
    }
    return bytes;
}

mote_status mote_dataset_describe(mote_dataset_summary *out, mote_dataset *set, mote_error *err)
{
    mote_dataset_summary summary = {.memory_bytes = memory_of(set->state)};
    const mote_spill    *spill;
    int                  i;

    for (spill = set->state->spills; spill; spill = spill->next)
        summary.disk_bytes += spill->byte_count;
    for (i = 0; i < set->feature_count; i++)
        summary.sample_bytes += set->feature[i].width * mote_array_element_bytes(set->feature[i].dtype);
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        MOTE_TRY(describe_split(&summary.split[i], set, &set->split[i], err));
    *out = summary;
    return MOTE_OK;
}
