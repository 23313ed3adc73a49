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

void mote_dataset_destroy(mote_dataset *set)
{
    int i;

    if (!set)
        return;
    for (i = 0; set->state && i < MOTE_SPLIT_COUNT; i++) {
        mote_array_free(&set->state->x[i]);
        mote_array_free(&set->state->values[i]);
        mote_array_free(&set->state->labels[i]);
    }
    if (set->state)
        mote_arena_destroy(&set->state->arena);
    free(set->state);
    free(set);
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

mote_status mote_dataset_reshape(mote_dataset *set, int rank, const int64_t *dim, mote_error *err)
{
    int64_t resolved[MOTE_ARRAY_MAX_RANK - 1] = {0};
    char    a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];

    if (rank < 0 || rank > MOTE_ARRAY_MAX_RANK - 1 || (rank > 0 && !dim))
        return mote_fail(err, MOTE_ERR_USAGE, "a sample's shape has at most %d axes", MOTE_ARRAY_MAX_RANK - 1);
    if (!resolve_shape(set->sample_count, rank, dim, resolved))
        return mote_fail(err, MOTE_ERR_USAGE, "samples of shape %s (%zu elements) cannot take the shape %s",
                         mote_dim_text(set->rank, set->dim, a, sizeof a), set->sample_count,
                         mote_dim_text(rank, dim, b, sizeof b));
    set->rank = rank;
    memcpy(set->dim, resolved, sizeof resolved);
    return MOTE_OK;
}

static mote_status check_preparation(const mote_dataset *set, const mote_preparation *p, mote_error *err)
{
    int c;

    if (!isfinite(p->scale) || !isfinite(p->offset))
        return mote_fail(err, MOTE_ERR_USAGE, "scale and offset must be finite numbers");
    if (p->channels > 0 && (!p->mean || !p->std))
        return mote_fail(err, MOTE_ERR_USAGE, "a preparation with channels needs both mean and std");
    if (p->channels < 0 || (p->channels > 0 && set->sample_count % (size_t)p->channels != 0))
        return mote_fail(err, MOTE_ERR_USAGE, "mean and std of %d channels do not fit samples of %zu elements", p->channels,
                         set->sample_count);
    for (c = 0; c < p->channels; c++)
        if (!isfinite(p->mean[c]) || !isfinite(p->std[c]) || !(p->std[c] > 0))
            return mote_fail(err, MOTE_ERR_USAGE, "mean %g and std %g of channel %d: both must be finite, std above 0",
                             (double)p->mean[c], (double)p->std[c], c);
    return MOTE_OK;
}

mote_status mote_dataset_prepare(mote_dataset *set, const mote_preparation *preparation, mote_error *err)
{
    mote_arena      *arena = &set->state->arena;
    mote_preparation own = *preparation;
    mote_gather_plan plan = {0};

    MOTE_TRY(check_preparation(set, preparation, err));
    if (own.channels > 0) {
        own.mean = mote_arena_copy(arena, preparation->mean, (size_t)own.channels, sizeof(float), err);
        own.std = mote_arena_copy(arena, preparation->std, (size_t)own.channels, sizeof(float), err);
        MOTE_TRY(err->code);
    }
    MOTE_TRY(mote_gather_plan_init(&plan, &own, set->dtype, arena, err));
    set->preparation = own;
    set->state->plan = plan;
    return MOTE_OK;
}

/* ---- statistics ---- */

typedef struct moments {
    double min, max, sum, squares; /* squares: of the distances from the mean, in the second pass */
    size_t count;
} moments;

static mote_array as_array(const mote_dataset *set, const mote_data_split *split)
{
    return (mote_array){
        .dtype = set->dtype, .count = split->count * set->sample_count, .bytes = (void *)(uintptr_t)split->x};
}

/* Mean and variance of elements start, start + step, ...: two passes, in double. */
static moments measure(const mote_array *array, size_t start, size_t step)
{
    moments m = {.min = INFINITY, .max = -INFINITY};
    size_t  i;
    double  mean;

    for (i = start; i < array->count; i += step) {
        double value = mote_array_at(array, i);
        m.min = value < m.min ? value : m.min;
        m.max = value > m.max ? value : m.max;
        m.sum += value;
        m.count++;
    }
    mean = m.sum / (double)m.count;
    for (i = start; i < array->count; i += step) {
        double distance = mote_array_at(array, i) - mean;
        m.squares += distance * distance;
    }
    return m;
}

mote_status mote_dataset_standardize(mote_dataset *set, mote_standardize how, mote_error *err)
{
    mote_preparation *p = &set->preparation;
    mote_array        x = as_array(set, &set->split[MOTE_TRAIN]);
    size_t            channels = how == MOTE_STANDARDIZE_CHANNELS && set->rank > 0 ? (size_t)set->dim[set->rank - 1] : 1, c;
    double            scale = p->scale != 0 ? (double)p->scale : 1;
    float            *mean = MOTE_NEW(&set->state->arena, float, channels, err);
    float            *std = MOTE_NEW(&set->state->arena, float, channels, err);

    if (!mean || !std)
        return err->code;
    if (x.count == 0)
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

static mote_status count_classes(mote_split_summary *summary, mote_dataset *set, const mote_data_split *split,
                                 mote_error *err)
{
    size_t *counts = MOTE_NEW(&set->state->arena, size_t, set->class_count, err);
    size_t  i;

    if (!counts)
        return err->code;
    for (i = 0; i < split->count; i++)
        counts[split->labels[i]]++;
    summary->class_counts = counts;
    return MOTE_OK;
}

static void describe_values(mote_split_summary *summary, const mote_dataset *set, const mote_data_split *split)
{
    mote_array values = {.dtype = MOTE_F32, .count = split->count * set->target_width};
    moments    m;

    values.bytes = (void *)(uintptr_t)split->values;
    m = measure(&values, 0, 1);
    summary->target_min = m.min;
    summary->target_max = m.max;
    summary->target_mean = m.sum / (double)m.count;
}

static mote_status describe_split(mote_split_summary *summary, mote_dataset *set, const mote_data_split *split,
                                  mote_error *err)
{
    mote_array x = as_array(set, split);
    moments    m;

    summary->count = split->count;
    if (split->count > 0) {
        m = measure(&x, 0, 1);
        summary->min = m.min;
        summary->max = m.max;
        summary->mean = m.sum / (double)m.count;
        summary->std = sqrt(m.squares / (double)m.count);
        if (set->targets == MOTE_TARGETS_VALUES)
            describe_values(summary, set, split);
    }
    return set->targets == MOTE_TARGETS_CLASSES ? count_classes(summary, set, split, err) : MOTE_OK;
}

mote_status mote_dataset_describe(mote_data_summary *out, mote_dataset *set, mote_error *err)
{
    mote_data_summary summary = {.sample_bytes = set->sample_count * mote_array_element_bytes(set->dtype)};
    int               i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const struct mote_dataset_state *state = set->state;
        const mote_array                *arrays[3] = {&state->x[i], &state->labels[i], &state->values[i]};
        int                              j;
        for (j = 0; j < 3; j++)
            summary.memory_bytes += arrays[j]->count * mote_array_element_bytes(arrays[j]->dtype);
        MOTE_TRY(describe_split(&summary.split[i], set, &set->split[i], err));
    }
    *out = summary;
    return MOTE_OK;
}
