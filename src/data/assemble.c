/* Raw arrays -> data set: every rule about counts, types, labels and NaN.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/array.h"
#include "data/image.h"
#include "data/raw.h"
#include "data/words.h"

enum { AUTO_CLASS_MAX = 1024, CACHE_BYTES = 256 << 20 };

void mote_raw_set_init(mote_raw_set *raw, const mote_dataset_options *options)
{
    *raw = (mote_raw_set){.feature_count = 1,
                          .target_count = 1,
                          .max_bytes = options->max_bytes ? options->max_bytes : MOTE_ARENA_DEFAULT_CAP,
                          .cache_bytes = options->cache_bytes ? options->cache_bytes : CACHE_BYTES};
    raw->arena.cap_bytes = raw->max_bytes;
}

void mote_raw_set_free(mote_raw_set *raw)
{
    int s, i;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        for (i = 0; i < MOTE_FEATURES_MAX; i++)
            mote_array_free(&raw->split[s].x[i]);
        for (i = 0; i < MOTE_TARGETS_MAX; i++)
            mote_array_free(&raw->split[s].y[i]);
    }
    mote_spills_destroy(raw->spills);
    mote_arena_destroy(&raw->arena);
}

void mote_raw_set_spend(mote_raw_set *raw, const mote_array *array)
{
    size_t bytes = array->count * mote_array_element_bytes(array->dtype);

    raw->max_bytes = raw->max_bytes > bytes ? raw->max_bytes - bytes : 1; /* 0 would mean the default */
}

static mote_status make_room_in_memory(mote_raw_set *raw, mote_array *x, mote_error *err)
{
    MOTE_TRY(mote_array_allocate(x, raw->max_bytes, err));
    mote_raw_set_spend(raw, x);
    return MOTE_OK;
}

/* Half of the memory that is left holds what is being read; the other half is for the next splits. */
static mote_status make_room_on_disk(mote_raw_set *raw, mote_raw_split *split, int feature, size_t bytes, mote_error *err)
{
    mote_array *x = &split->x[feature];
    mote_error  failure = {0};

    raw->cache_bytes /= 2;
    if (mote_spill_create(&raw->spills, bytes, raw->cache_bytes, &failure) == MOTE_OK) {
        split->spill[feature] = raw->spills;
        x->count = mote_array_count(x->rank, x->dim);
        x->bytes = raw->spills->bytes;
        return MOTE_OK;
    }
    if (failure.code != MOTE_ERR_IO || bytes > raw->max_bytes)
        return mote_fail(err, failure.code, "%s", failure.text);
    MOTE_TRY(mote_raw_note(raw, err, "%s; all of them are kept in memory", failure.text));
    return make_room_in_memory(raw, x, err);
}

mote_status mote_raw_make_room(mote_raw_set *raw, mote_raw_split *split, int feature, mote_error *err)
{
    mote_array  *x = &split->x[feature];
    const size_t bytes = mote_size_mul(mote_array_count(x->rank, x->dim), mote_array_element_bytes(x->dtype));

    if (bytes > raw->cache_bytes)
        return make_room_on_disk(raw, split, feature, bytes, err);
    raw->cache_bytes -= bytes;
    return make_room_in_memory(raw, x, err);
}

mote_status mote_raw_put_sample(mote_raw_split *split, int feature, size_t index, const void *sample, mote_error *err)
{
    const mote_array *x = &split->x[feature];
    const size_t      bytes = x->count / (size_t)x->dim[0] * mote_array_element_bytes(x->dtype);

    if (!split->spill[feature])
        memcpy((uint8_t *)x->bytes + index * bytes, sample, bytes);
    else if (!mote_spill_write(split->spill[feature], index * bytes, sample, bytes))
        return mote_fail(err, MOTE_ERR_IO, "the temporary file of samples cannot be written: %s", strerror(errno));
    return MOTE_OK;
}

/* "path: " and the words, into the arena. */
static const char *print_note(mote_arena *arena, const char *path, const char *format, va_list args, mote_error *err)
{
    char text[MOTE_ERROR_TEXT];

    vsnprintf(text, sizeof text, format, args);
    return mote_arena_printf(arena, err, "%s%s%s", path ? path : "", path ? ": " : "", text);
}

static mote_status add_note(mote_notes *notes, mote_arena *arena, const char *path, mote_error *err, const char *format,
                            va_list args)
{
    if (notes->count == MOTE_NOTES_MAX) {
        notes->text[MOTE_NOTES_MAX - 1] = "and more of the kind";
        return MOTE_OK;
    }
    notes->text[notes->count] = print_note(arena, path, format, args, err);
    notes->count += notes->text[notes->count] != NULL;
    return err->code;
}

mote_status mote_raw_note(mote_raw_set *raw, mote_error *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_note(&raw->notes, &raw->arena, raw->path, err, format, args);
    va_end(args);
    return err->code;
}

mote_status mote_dataset_note(mote_dataset *set, mote_error *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_note(&set->state->notes, &set->state->arena, set->state->path, err, format, args);
    va_end(args);
    set->note_count = set->state->notes.count;
    return err->code;
}

/* Where element i of an array stands: "[3, 0, 7]". */
static const char *index_text(const mote_array *array, size_t i, char *text, size_t text_bytes)
{
    int64_t index[MOTE_ARRAY_MAX_RANK];
    size_t  used = 0;
    int     axis;

    for (axis = array->rank - 1; axis >= 0; axis--) {
        index[axis] = (int64_t)(i % (size_t)array->dim[axis]);
        i /= (size_t)array->dim[axis];
    }
    for (axis = 0; axis < array->rank && used + 24 < text_bytes; axis++)
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%lld", axis > 0 ? ", " : "[", (long long)index[axis]);
    snprintf(text + used, text_bytes - used, "]");
    return text;
}

static mote_status not_finite(const mote_array *array, size_t i, const char *name, mote_error *err)
{
    char   place[MOTE_SHAPE_TEXT];
    double value = mote_array_at(array, i);

    index_text(array, i, place, sizeof place);
    if (isfinite(value))
        return mote_fail(err, MOTE_ERR_LIMIT, "%s%s is %g: out of float32's range", name, place, value);
    return mote_fail(err, MOTE_ERR_NUMERIC, "%s%s is %s; remove or replace it", name, place,
                     isnan(value) ? "NaN"
                     : value > 0  ? "infinity"
                                  : "-infinity");
}

static mote_status check_finite(const mote_array *array, const char *name, mote_error *err)
{
    size_t i;

    if (!mote_dtype_is_float(array->dtype))
        return MOTE_OK;
    for (i = 0; i < array->count; i++)
        if (!(fabs(mote_array_at(array, i)) <= (double)FLT_MAX))
            return not_finite(array, i, name, err);
    return MOTE_OK;
}

/* The array as float32: itself, or a converted one in its place. */
static mote_status make_f32(mote_array *array, size_t max_bytes, mote_error *err)
{
    mote_array converted = *array;

    if (array->dtype == MOTE_F32)
        return MOTE_OK;
    converted.dtype = MOTE_F32;
    MOTE_TRY(mote_array_allocate(&converted, max_bytes, err));
    mote_array_to_f32(array, converted.bytes);
    mote_array_free(array);
    *array = converted;
    return MOTE_OK;
}

/* ---- samples ---- */

static bool stays_as_stored(mote_dtype dtype)
{
    return dtype == MOTE_U8 || dtype == MOTE_I8 || dtype == MOTE_I16 || dtype == MOTE_U16 || dtype == MOTE_F32;
}

static mote_status adopt_samples(mote_dataset *set, mote_raw_set *raw, int id, int feature, mote_error *err)
{
    mote_array *from = &raw->split[id].x[feature], *to = &set->state->x[id][feature];
    const char *name = raw->split[id].x_name[feature];
    char        shape[MOTE_SHAPE_TEXT];

    if (from->rank == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is a single number; its first axis must count the samples", name);
    if (from->count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is empty: its shape is %s", name,
                         mote_array_shape_text(from, shape, sizeof shape));
    if ((uint64_t)from->dim[0] > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s has more than 2^31 samples", name);
    MOTE_TRY(check_finite(from, name, err));
    if (from->dtype == MOTE_BOOL)
        from->dtype = MOTE_U8;
    if (!stays_as_stored(from->dtype))
        MOTE_TRY(make_f32(from, raw->max_bytes, err));
    *to = *from;
    *from = (mote_array){0};
    set->state->spill[id][feature] = raw->split[id].spill[feature];
    set->split[id].x[feature] = to->bytes;
    return MOTE_OK;
}

/* A split has all its features, of as many samples each, or none. */
static mote_status adopt_split(mote_dataset *set, mote_raw_set *raw, int id, mote_error *err)
{
    mote_dataset_split   *split = &set->split[id];
    const mote_raw_split *from = &raw->split[id];
    int                   f, there = 0;

    for (f = 0; f < raw->feature_count; f++)
        there += from->x[f].bytes != NULL;
    for (f = 0; there > 0 && f < raw->feature_count; f++) {
        if (!from->x[f].bytes)
            return mote_fail(err, MOTE_ERR_FORMAT, "input \"%s\" has no samples in the %s split, where others have",
                             mote_show_string(set->feature[f].name).text, mote_split_name(split->id));
        MOTE_TRY(adopt_samples(set, raw, id, f, err));
        if (set->state->x[id][f].dim[0] != set->state->x[id][0].dim[0])
            return mote_fail(err, MOTE_ERR_FORMAT, "%s has %lld samples, but %s has %lld", from->x_name[0],
                             (long long)set->state->x[id][0].dim[0], from->x_name[f],
                             (long long)set->state->x[id][f].dim[0]);
    }
    split->count = there > 0 ? (size_t)set->state->x[id][0].dim[0] : 0;
    split->names = set->state->names[id] = from->names;
    return MOTE_OK;
}

/* What a sample is as a picture: its shape may become flat. */
static void remember_picture(mote_dataset_feature *f, mote_dtype stored)
{
    const int64_t channels = f->rank == 3 ? f->dim[2] : 1;

    if (stored != MOTE_U8 || f->rank < 2 || f->rank > 3 || (channels != 1 && channels != 3) || f->dim[0] > INT16_MAX ||
        f->dim[1] > INT16_MAX)
        return;
    f->image_height = (int32_t)f->dim[0];
    f->image_width = (int32_t)f->dim[1];
    f->image_channels = (int32_t)channels;
}

/* The splits agree in type and shape; the first one that is there gives both to the feature. */
static mote_status agree_on_samples(mote_dataset *set, const mote_raw_set *raw, int feature, mote_error *err)
{
    mote_dataset_feature *f = &set->feature[feature];
    const mote_array     *first = NULL;
    const char           *first_name = NULL;
    char                  a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];
    int                   i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_array *x = &set->state->x[i][feature];
        if (!x->bytes)
            continue;
        if (!first) {
            first = x;
            first_name = raw->split[i].x_name[feature];
        } else if (first->rank != x->rank ||
                   memcmp(first->dim + 1, x->dim + 1, (size_t)(x->rank - 1) * sizeof *x->dim) != 0) {
            return mote_fail(err, MOTE_ERR_FORMAT, "%s has shape %s, but %s has %s: all axes but the first must agree",
                             first_name, mote_array_shape_text(first, a, sizeof a), raw->split[i].x_name[feature],
                             mote_array_shape_text(x, b, sizeof b));
        } else if (first->dtype != x->dtype) {
            return mote_fail(err, MOTE_ERR_FORMAT, "%s is %s, but %s is %s: save both in one type", first_name,
                             mote_dtype_name(first->dtype), raw->split[i].x_name[feature], mote_dtype_name(x->dtype));
        }
    }
    if (!first)
        return mote_fail(err, MOTE_ERR_FORMAT, "holds no samples");
    f->dtype = first->dtype;
    f->rank = first->rank - 1;
    memcpy(f->dim, first->dim + 1, (size_t)f->rank * sizeof *f->dim);
    remember_picture(f, first->dtype);
    f->crop = raw->crop;
    f->exif_orientation = raw->exif_orientation;
    f->sample_rate = raw->sample_rate;
    f->width = first->count / (size_t)first->dim[0];
    return MOTE_OK;
}

/* ---- targets ---- */

static bool is_integer_type(mote_dtype dtype)
{
    return !mote_dtype_is_float(dtype);
}

static bool is_one_a_sample(const mote_array *y)
{
    return y->rank >= 1 && y->count == (size_t)y->dim[0];
}

/* [count, k > 1] with one 1 a row, everything else 0. */
static bool is_one_hot(const mote_array *y)
{
    size_t rows, width, row, i;

    if (y->rank != 2 || y->dim[1] < 2)
        return false;
    rows = (size_t)y->dim[0];
    width = (size_t)y->dim[1];
    for (row = 0; row < rows; row++) {
        size_t ones = 0;
        for (i = 0; i < width; i++) {
            double value = mote_array_at(y, row * width + i);
            if (value != 0 && value != 1)
                return false;
            ones += value == 1;
        }
        if (ones != 1)
            return false;
    }
    return true;
}

static bool looks_like_labels(const mote_array *y)
{
    size_t i;

    if (!is_integer_type(y->dtype) || !is_one_a_sample(y))
        return false;
    for (i = 0; i < y->count; i++) {
        double value = mote_array_at(y, i);
        if (value < 0 || value >= AUTO_CLASS_MAX)
            return false;
    }
    return true;
}

static mote_target_kind kind_of_split(const mote_array *y)
{
    return looks_like_labels(y) || is_one_hot(y) ? MOTE_TARGETS_CLASSES : MOTE_TARGETS_VALUES;
}

/* One target of the set: where it stands, and what the options say of it. */
typedef struct adopting {
    mote_dataset        *set;
    mote_raw_set        *raw;
    mote_dataset_target *target;
    int                  index;
    mote_target_kind     wanted;
    int                  class_count;
} adopting;

static bool has_class_names(const adopting *a)
{
    return a->raw->classes[a->index].names != NULL;
}

/* Targets are classes only if those of every split are. */
static mote_status choose_kind(const adopting *a, mote_error *err)
{
    mote_dataset_target *target = a->target;
    int                  i, with = 0, without = -1;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_array *y = &a->raw->split[i].y[a->index];
        if (a->set->split[i].count == 0)
            continue;
        if (!y->bytes) {
            without = i;
            continue;
        }
        with++;
        if (kind_of_split(y) == MOTE_TARGETS_VALUES)
            target->kind = MOTE_TARGETS_VALUES;
        else if (target->kind != MOTE_TARGETS_VALUES)
            target->kind = MOTE_TARGETS_CLASSES;
    }
    if (a->wanted == MOTE_TARGETS_NONE || with == 0)
        target->kind = MOTE_TARGETS_NONE;
    else if (without >= 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has no targets beside it%s%s", a->raw->split[without].x_name[0],
                         a->raw->target_count > 1 ? " for output " : "",
                         a->raw->target_count > 1 ? mote_show_string(target->name).text : "");
    else if (has_class_names(a))
        target->kind = MOTE_TARGETS_CLASSES;
    else if (a->wanted != MOTE_TARGETS_AUTO)
        target->kind = a->wanted;
    if (with == 0 && (a->wanted == MOTE_TARGETS_CLASSES || a->wanted == MOTE_TARGETS_VALUES))
        return mote_fail(err, MOTE_ERR_USAGE, "has no targets");
    return MOTE_OK;
}

static mote_status check_count(const adopting *a, int id, mote_error *err)
{
    const mote_raw_split *split = &a->raw->split[id];
    const mote_array     *y = &split->y[a->index];
    const size_t          samples = a->set->split[id].count;

    if (y->rank == 0 || (size_t)y->dim[0] != samples)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has %zu samples, but %s has %lld targets", split->x_name[0], samples,
                         split->y_name[a->index], y->rank == 0 ? 1LL : (long long)y->dim[0]);
    return MOTE_OK;
}

static mote_status label_at(const mote_array *y, const char *name, size_t i, int class_limit, int32_t *label,
                            mote_error *err)
{
    double value = mote_array_at(y, i);
    char   place[MOTE_SHAPE_TEXT];

    if (value >= 0 && value < class_limit && value == floor(value)) {
        *label = (int32_t)value;
        return MOTE_OK;
    }
    index_text(y, i, place, sizeof place);
    if (value != floor(value))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s%s is %g: a class label must be an integer", name, place, value);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s%s is %.0f: class labels run from 0 to %d", name, place, value,
                     class_limit - 1);
}

static int32_t one_hot_label(const mote_array *y, size_t row)
{
    size_t width = (size_t)y->dim[1], i;

    for (i = 0; i + 1 < width && mote_array_at(y, row * width + i) != 1; i++)
        ;
    return (int32_t)i;
}

/* int32 labels [count] of a split; the target's class_count grows to what they take. */
static mote_status adopt_labels(const adopting *a, int id, int class_limit, mote_error *err)
{
    const mote_array *y = &a->raw->split[id].y[a->index];
    const char       *name = a->raw->split[id].y_name[a->index];
    mote_array       *labels = &a->set->state->labels[id][a->index];
    bool              from_one_hot = !is_one_a_sample(y) && is_one_hot(y);
    int64_t           count = (int64_t)a->set->split[id].count;
    size_t            i;
    int32_t          *out;
    char              shape[MOTE_SHAPE_TEXT];

    if (!is_one_a_sample(y) && !from_one_hot)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has shape %s: class labels are one integer or one one-hot row a sample",
                         name, mote_array_shape_text(y, shape, sizeof shape));
    if (from_one_hot && y->dim[1] > class_limit)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has %lld classes; at most %d were expected", name, (long long)y->dim[1],
                         class_limit);
    *labels = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {count}};
    MOTE_TRY(mote_array_allocate(labels, a->raw->max_bytes, err));
    out = labels->bytes;
    for (i = 0; i < (size_t)count; i++) {
        if (from_one_hot)
            out[i] = one_hot_label(y, i);
        else
            MOTE_TRY(label_at(y, name, i, class_limit, &out[i], err));
        if (out[i] >= a->target->class_count)
            a->target->class_count = out[i] + 1;
    }
    if (from_one_hot && (int)y->dim[1] > a->target->class_count)
        a->target->class_count = (int)y->dim[1];
    a->set->split[id].labels[a->index] = out;
    return MOTE_OK;
}

static mote_status adopt_classes(const adopting *a, mote_error *err)
{
    const mote_class_list *classes = &a->raw->classes[a->index];
    int                    limit = a->class_count > 0 ? a->class_count : MOTE_CLASS_MAX, i;

    if (has_class_names(a) && a->class_count > 0 && a->class_count != classes->count)
        return mote_fail(err, MOTE_ERR_USAGE, "has %d classes, but %d are asked for", classes->count, a->class_count);
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (a->set->split[i].count > 0)
            MOTE_TRY(adopt_labels(a, i, limit, err));
    if (a->class_count > 0)
        a->target->class_count = a->class_count;
    if (has_class_names(a)) {
        a->target->class_names = classes->names;
        a->target->class_count = classes->count;
    }
    a->target->width = 1;
    return MOTE_OK;
}

static mote_status adopt_values(const adopting *a, mote_error *err)
{
    mote_dataset_target *target = a->target;
    const mote_array    *first = NULL;
    int                  i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        mote_array *y = &a->raw->split[i].y[a->index], *values = &a->set->state->values[i][a->index];
        const char *name = a->raw->split[i].y_name[a->index];
        if (a->set->split[i].count == 0)
            continue;
        MOTE_TRY(check_finite(y, name, err));
        MOTE_TRY(make_f32(y, a->raw->max_bytes, err));
        *values = *y;
        *y = (mote_array){0};
        a->set->split[i].values[a->index] = values->bytes;
        if (!first)
            first = values;
        else if (first->rank != values->rank ||
                 memcmp(first->dim + 1, values->dim + 1, (size_t)(first->rank - 1) * sizeof *first->dim) != 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: its targets have another shape than those of the first split", name);
    }
    target->rank = first->rank - 1;
    memcpy(target->dim, first->dim + 1, (size_t)target->rank * sizeof *target->dim);
    target->width = first->count / (size_t)first->dim[0];
    if (target->width == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "its targets are empty");
    return MOTE_OK;
}

static mote_status adopt_target(const adopting *a, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (a->set->split[i].count > 0 && a->raw->split[i].y[a->index].bytes && a->wanted != MOTE_TARGETS_NONE)
            MOTE_TRY(check_count(a, i, err));
    MOTE_TRY(choose_kind(a, err));
    switch (a->target->kind) {
    case MOTE_TARGETS_CLASSES:
        return adopt_classes(a, err);
    case MOTE_TARGETS_VALUES:
        return adopt_values(a, err);
    case MOTE_TARGETS_AUTO:
    case MOTE_TARGETS_NONE:
        break;
    }
    return MOTE_OK;
}

static mote_status adopt_targets(mote_dataset *set, mote_raw_set *raw, const mote_dataset_options *options, mote_error *err)
{
    int t;

    for (t = 0; t < raw->target_count; t++) {
        const mote_target_options *own = t < options->output_count ? &options->outputs[t] : NULL;
        const adopting             a = {.set = set,
                                        .raw = raw,
                                        .target = &set->target[t],
                                        .index = t,
                                        .wanted = own && own->kind != MOTE_TARGETS_AUTO ? own->kind : options->targets,
                                        .class_count = own && own->class_count > 0 ? own->class_count : options->class_count};
        MOTE_TRY(adopt_target(&a, err));
    }
    return MOTE_OK;
}

/* ---- the whole ---- */

/* EMNIST's letters are 1 to 26: what Keras makes 27 outputs of. */
static mote_status note_first_label(mote_dataset *set, int target, mote_error *err)
{
    const mote_dataset_target *t = &set->target[target];
    int32_t                    least = INT32_MAX;
    size_t                     k;
    int                        i;

    if (t->kind != MOTE_TARGETS_CLASSES || t->class_names)
        return MOTE_OK;
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        for (k = 0; k < set->split[i].count; k++)
            least = set->split[i].labels[target][k] < least ? set->split[i].labels[target][k] : least;
    if (least == 0)
        return MOTE_OK;
    set->state->label_note[target] = set->note_count + 1;
    return mote_dataset_note(set, err,
                             "class labels run from %d to %d: a network needs %d outputs, of which class 0 stays unused",
                             (int)least, t->class_count - 1, t->class_count);
}

/* What is said of all inputs, in the form of what is said of one. */
static mote_feature_options said_of_all(const mote_dataset_options *o)
{
    mote_feature_options all = {.scale = o->scale,
                                .offset = o->offset,
                                .standardize = o->standardize,
                                .channels = o->channels,
                                .mean = o->mean,
                                .std = o->std,
                                .rank = o->rank,
                                .flatten = o->flatten};

    memcpy(all.shape, o->shape, sizeof all.shape);
    return all;
}

static bool says_preparation(const mote_feature_options *o)
{
    return o->scale != 0 || o->offset != 0 || o->channels > 0 || o->standardize != MOTE_STANDARDIZE_NONE;
}

/* What holds for one feature: its own preparation and shape, where it says any, else those of all. */
static mote_feature_options said_of(const mote_dataset_options *options, int feature)
{
    mote_feature_options        said = said_of_all(options);
    const mote_feature_options *own = feature < options->input_count ? &options->inputs[feature] : NULL;
    const mote_feature_options  all = said;

    if (!own)
        return said;
    said = *own;
    if (!says_preparation(own)) {
        said.scale = all.scale;
        said.offset = all.offset;
        said.standardize = all.standardize;
        said.channels = all.channels;
        said.mean = all.mean;
        said.std = all.std;
    }
    if (own->rank == 0 && !own->flatten) {
        said.rank = all.rank;
        said.flatten = all.flatten;
        memcpy(said.shape, all.shape, sizeof said.shape);
    }
    return said;
}

static mote_status check_feature_options(const mote_feature_options *options, mote_error *err)
{
    if ((unsigned)options->standardize > MOTE_STANDARDIZE_CHANNELS)
        return mote_fail(err, MOTE_ERR_USAGE, "standardize %d is none that there is", (int)options->standardize);
    if (!isfinite(options->scale) || !isfinite(options->offset))
        return mote_fail(err, MOTE_ERR_USAGE, "scale and offset must be finite numbers");
    if (options->channels > 0 && options->standardize != MOTE_STANDARDIZE_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "standardize finds mean and std itself; leave it or them out");
    if (options->flatten && options->rank != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "flatten and a shape exclude each other");
    if (options->rank < 0 || options->rank > MOTE_ARRAY_MAX_RANK - 1)
        return mote_fail(err, MOTE_ERR_USAGE, "a sample's shape has at most %d axes", MOTE_ARRAY_MAX_RANK - 1);
    return MOTE_OK;
}

static mote_status check_target_options(mote_target_kind kind, int class_count, mote_error *err)
{
    if ((unsigned)kind > MOTE_TARGETS_VALUES)
        return mote_fail(err, MOTE_ERR_USAGE, "targets %d is none that there is", (int)kind);
    if (class_count < 0 || class_count > MOTE_CLASS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "class_count %d is not in 1..%d", class_count, MOTE_CLASS_MAX);
    return MOTE_OK;
}

mote_status mote_dataset_check_options(const mote_dataset_options *options, mote_error *err)
{
    const mote_feature_options all = said_of_all(options);
    int                        i;

    if ((unsigned)options->header > MOTE_HEADER_NO)
        return mote_fail(err, MOTE_ERR_USAGE, "header %d is none that there is", (int)options->header);
    MOTE_TRY(check_feature_options(&all, err));
    MOTE_TRY(check_target_options(options->targets, options->class_count, err));
    if (options->input_count < 0 || options->input_count > MOTE_FEATURES_MAX || options->output_count < 0 ||
        options->output_count > MOTE_TARGETS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d inputs and %d outputs; a data set has at most %d and %d",
                         options->input_count, options->output_count, MOTE_FEATURES_MAX, MOTE_TARGETS_MAX);
    for (i = 0; i < options->input_count; i++)
        MOTE_TRY(check_feature_options(&options->inputs[i], err));
    for (i = 0; i < options->output_count; i++)
        MOTE_TRY(check_target_options(options->outputs[i].kind, options->outputs[i].class_count, err));
    return MOTE_OK;
}

static mote_status reshape_as_asked(mote_dataset *set, int feature, const mote_feature_options *said, mote_error *err)
{
    const int64_t all = -1;

    if (said->flatten)
        return mote_dataset_reshape(set, feature, 1, &all, err);
    return said->rank > 0 ? mote_dataset_reshape(set, feature, said->rank, said->shape, err) : MOTE_OK;
}

static mote_status prepare_as_asked(mote_dataset *set, int feature, const mote_feature_options *said, mote_error *err)
{
    mote_preparation *p = &set->feature[feature].preparation;

    p->scale = said->scale;
    p->offset = said->offset;
    if (said->standardize != MOTE_STANDARDIZE_NONE)
        MOTE_TRY(mote_dataset_standardize(set, feature, said->standardize, err));
    if (said->channels > 0)
        return mote_dataset_prepare(set, feature,
                                    &(mote_preparation){.scale = said->scale,
                                                        .offset = said->offset,
                                                        .channels = said->channels,
                                                        .mean = said->mean,
                                                        .std = said->std},
                                    err);
    return mote_gather_plan_init(&set->state->plan[feature], p, set->feature[feature].dtype, &set->state->arena, err);
}

/* With several, the failure says of which. */
static mote_status about_feature(const mote_dataset *set, int feature, mote_error *err)
{
    if (err->code == MOTE_OK || set->feature_count == 1)
        return err->code;
    return mote_context(err, "input \"%s\"", mote_show_string(set->feature[feature].name).text);
}

/* A source that knows of one array for each is enough for a network with one of each, and only for that. */
static mote_status check_counts(const mote_raw_set *raw, const mote_dataset_options *options, mote_error *err)
{
    if (options->input_count > raw->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "gives one array of samples, and the network has %d inputs; give a .npz or a folder of .npy files "
                         "with an array for each, by its name",
                         options->input_count);
    if (options->output_count > raw->target_count && raw->split[MOTE_SPLIT_TRAIN].y[0].bytes)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "gives one array of targets, and the network has %d outputs; give a .npz or a folder of .npy files "
                         "with an array for each, by its name",
                         options->output_count);
    return MOTE_OK;
}

static mote_status name_ends(mote_dataset *set, mote_raw_set *raw, const mote_dataset_options *options, mote_error *err)
{
    int i;

    MOTE_TRY(check_counts(raw, options, err));
    set->feature_count = raw->feature_count;
    set->target_count = options->output_count > raw->target_count ? options->output_count : raw->target_count;
    raw->target_count = set->target_count;
    for (i = 0; i < set->feature_count; i++)
        set->feature[i].name =
            mote_arena_strdup(&set->state->arena, i < options->input_count ? options->inputs[i].name : "x", err);
    for (i = 0; i < set->target_count; i++)
        set->target[i].name =
            mote_arena_strdup(&set->state->arena, i < options->output_count ? options->outputs[i].name : "y", err);
    return err->code;
}

static void take_facts(mote_dataset *set, const mote_raw_set *raw, const mote_dataset_options *options)
{
    set->source = raw->source;
    set->feature[0].column_names = raw->column_names;
    set->target[0].column_names = raw->target_names;
    set->target[0].column_count = raw->target_column_count;
    set->state->path = raw->path;
    set->state->notes = raw->notes;
    set->state->is_by_class = raw->is_by_class || options->stratify;
    set->state->seed = options->seed;
    set->notes = set->state->notes.text;
    set->note_count = set->state->notes.count;
}

static mote_status adopt_all(mote_dataset *set, mote_raw_set *raw, const mote_dataset_options *options, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        set->split[i] = (mote_dataset_split){.set = set, .id = (mote_split_id)i};
        MOTE_TRY(adopt_split(set, raw, i, err));
    }
    for (i = 0; i < set->feature_count; i++)
        MOTE_TRY(agree_on_samples(set, raw, i, err));
    return adopt_targets(set, raw, options, err);
}

static mote_status split_as_asked(mote_dataset *set, const mote_dataset_options *options, mote_error *err)
{
    if (options->stratify && set->target[0].kind != MOTE_TARGETS_CLASSES)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "stratify takes the same part of every class, and the targets are no classes (target_kind: "
                         "classes makes them such)");
    if (options->test_split != 0)
        MOTE_TRY(mote_dataset_take_test(set, options->test_split, options->seed, err));
    if (options->validation_split == 0)
        return MOTE_OK;
    return options->stratify ? mote_dataset_take_validation(set, options->validation_split, err)
                             : mote_dataset_take_as_folder(set, options->validation_split, options->seed, err);
}

static mote_status fill(mote_dataset *set, mote_raw_set *raw, const mote_dataset_options *options, mote_error *err)
{
    int i;

    MOTE_TRY(mote_dataset_check_options(options, err));
    if (options->crop.kind != MOTE_CROP_NONE && !raw->are_pictures)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "crop takes a part of pictures (" MOTE_IMAGE_KINDS " files), and these samples are none");
    MOTE_TRY(name_ends(set, raw, options, err));
    MOTE_TRY(adopt_all(set, raw, options, err));
    take_facts(set, raw, options);
    for (i = 0; i < set->target_count; i++)
        MOTE_TRY(note_first_label(set, i, err));
    for (i = 0; i < set->feature_count; i++) {
        const mote_feature_options said = said_of(options, i);
        reshape_as_asked(set, i, &said, err);
        MOTE_TRY(about_feature(set, i, err));
    }
    MOTE_TRY(split_as_asked(set, options, err));
    for (i = 0; i < set->feature_count; i++) {
        const mote_feature_options said = said_of(options, i);
        prepare_as_asked(set, i, &said, err);
        MOTE_TRY(about_feature(set, i, err));
    }
    return MOTE_OK;
}

mote_status mote_dataset_assemble(mote_dataset **out, mote_raw_set *raw, const mote_dataset_options *options,
                                  mote_error *err)
{
    mote_dataset *set = calloc(1, sizeof *set);

    *out = NULL;
    if (set)
        set->state = calloc(1, sizeof *set->state);
    if (!set || !set->state) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    } else if (mote_raw_label_words(raw, err) == MOTE_OK) {
        set->state->arena = raw->arena; /* names move without a copy */
        raw->arena = (mote_arena){0};
        set->state->spills = raw->spills;
        raw->spills = NULL;
        fill(set, raw, options, err);
    }
    mote_raw_set_free(raw);
    if (err->code != MOTE_OK)
        mote_dataset_destroy(set);
    else
        *out = set;
    return err->code;
}
