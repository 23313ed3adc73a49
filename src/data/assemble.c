/* Raw arrays -> data set: every rule about counts, types, labels and NaN.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/array.h"
#include "data/raw.h"

enum { AUTO_CLASS_MAX = 1024 };

void mote_raw_set_init(mote_raw_set *raw, const mote_data_options *options)
{
    *raw = (mote_raw_set){.max_bytes = options->max_bytes ? options->max_bytes : MOTE_ARENA_DEFAULT_CAP};
    raw->arena.cap_bytes = raw->max_bytes;
}

void mote_raw_set_free(mote_raw_set *raw)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        mote_array_free(&raw->split[i].x);
        mote_array_free(&raw->split[i].y);
    }
    mote_arena_destroy(&raw->arena);
}

void mote_raw_set_spend(mote_raw_set *raw, const mote_array *array)
{
    size_t bytes = array->count * mote_array_element_bytes(array->dtype);

    raw->max_bytes = raw->max_bytes > bytes ? raw->max_bytes - bytes : 1; /* 0 would mean the default */
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

static mote_status adopt_samples(mote_dataset *set, mote_raw_set *raw, int id, mote_error *err)
{
    mote_raw_split *from = &raw->split[id];
    char            shape[MOTE_SHAPE_TEXT];

    if (from->x.rank == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is a single number; its first axis must count the samples", from->x_name);
    if (from->x.count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s is empty: its shape is %s", from->x_name,
                         mote_array_shape_text(&from->x, shape, sizeof shape));
    if ((uint64_t)from->x.dim[0] > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s has more than 2^31 samples", from->x_name);
    MOTE_TRY(check_finite(&from->x, from->x_name, err));
    if (from->x.dtype == MOTE_BOOL)
        from->x.dtype = MOTE_U8;
    if (!stays_as_stored(from->x.dtype))
        MOTE_TRY(make_f32(&from->x, raw->max_bytes, err));
    set->state->x[id] = from->x;
    from->x = (mote_array){0};
    set->split[id].x = set->state->x[id].bytes;
    set->split[id].count = (size_t)set->state->x[id].dim[0];
    set->split[id].names = set->state->names[id] = from->names;
    return MOTE_OK;
}

/* The splits agree in type and shape; the first one that is there gives both to the set. */
static mote_status agree_on_samples(mote_dataset *set, const mote_raw_set *raw, mote_error *err)
{
    const mote_array *first = NULL;
    const char       *first_name = NULL;
    char              a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];
    int               i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_array *x = &set->state->x[i];
        if (!x->bytes)
            continue;
        if (!first) {
            first = x;
            first_name = raw->split[i].x_name;
        } else if (first->rank != x->rank ||
                   memcmp(first->dim + 1, x->dim + 1, (size_t)(x->rank - 1) * sizeof *x->dim) != 0) {
            return mote_fail(err, MOTE_ERR_FORMAT, "%s has shape %s, but %s has %s: all axes but the first must agree",
                             first_name, mote_array_shape_text(first, a, sizeof a), raw->split[i].x_name,
                             mote_array_shape_text(x, b, sizeof b));
        } else if (first->dtype != x->dtype) {
            return mote_fail(err, MOTE_ERR_FORMAT, "%s is %s, but %s is %s: save both in one type", first_name,
                             mote_dtype_name(first->dtype), raw->split[i].x_name, mote_dtype_name(x->dtype));
        }
    }
    if (!first)
        return mote_fail(err, MOTE_ERR_FORMAT, "holds no samples");
    set->dtype = first->dtype;
    set->rank = first->rank - 1;
    memcpy(set->dim, first->dim + 1, (size_t)set->rank * sizeof *set->dim);
    set->sample_count = first->count / (size_t)first->dim[0];
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

/* Targets are classes only if those of every split are. */
static mote_status choose_kind(mote_dataset *set, const mote_raw_set *raw, mote_target_kind wanted, mote_error *err)
{
    int i, with = 0, without = -1;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_raw_split *split = &raw->split[i];
        if (set->split[i].count == 0)
            continue;
        if (!split->y.bytes) {
            without = i;
            continue;
        }
        with++;
        if (kind_of_split(&split->y) == MOTE_TARGETS_VALUES)
            set->targets = MOTE_TARGETS_VALUES;
        else if (set->targets != MOTE_TARGETS_VALUES)
            set->targets = MOTE_TARGETS_CLASSES;
    }
    if (wanted == MOTE_TARGETS_NONE || with == 0)
        set->targets = MOTE_TARGETS_NONE;
    else if (without >= 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has no targets beside it", raw->split[without].x_name);
    else if (raw->class_names)
        set->targets = MOTE_TARGETS_CLASSES;
    else if (wanted != MOTE_TARGETS_AUTO)
        set->targets = wanted;
    if (with == 0 && (wanted == MOTE_TARGETS_CLASSES || wanted == MOTE_TARGETS_VALUES))
        return mote_fail(err, MOTE_ERR_USAGE, "has no targets");
    return MOTE_OK;
}

static mote_status check_count(const mote_raw_split *split, size_t samples, mote_error *err)
{
    if (split->y.rank == 0 || (size_t)split->y.dim[0] != samples)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has %zu samples, but %s has %lld targets", split->x_name, samples,
                         split->y_name, split->y.rank == 0 ? 1LL : (long long)split->y.dim[0]);
    return MOTE_OK;
}

static mote_status label_at(const mote_raw_split *split, size_t i, int class_limit, int32_t *label, mote_error *err)
{
    double value = mote_array_at(&split->y, i);
    char   place[MOTE_SHAPE_TEXT];

    if (value >= 0 && value < class_limit && value == floor(value)) {
        *label = (int32_t)value;
        return MOTE_OK;
    }
    index_text(&split->y, i, place, sizeof place);
    if (value != floor(value))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s%s is %g: a class label must be an integer", split->y_name, place, value);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s%s is %.0f: class labels run from 0 to %d", split->y_name, place, value,
                     class_limit - 1);
}

static int32_t one_hot_label(const mote_array *y, size_t row)
{
    size_t width = (size_t)y->dim[1], i;

    for (i = 0; i + 1 < width && mote_array_at(y, row * width + i) != 1; i++)
        ;
    return (int32_t)i;
}

/* int32 labels [count] of a split; *largest grows to the largest. */
static mote_status adopt_labels(mote_dataset *set, const mote_raw_set *raw, int id, int class_limit, mote_error *err)
{
    const mote_raw_split *split = &raw->split[id];
    mote_array           *labels = &set->state->labels[id];
    bool                  from_one_hot = !is_one_a_sample(&split->y) && is_one_hot(&split->y);
    int64_t               count = (int64_t)set->split[id].count;
    size_t                i;
    int32_t              *out;
    char                  shape[MOTE_SHAPE_TEXT];

    if (!is_one_a_sample(&split->y) && !from_one_hot)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has shape %s: class labels are one integer or one one-hot row a sample",
                         split->y_name, mote_array_shape_text(&split->y, shape, sizeof shape));
    if (from_one_hot && split->y.dim[1] > class_limit)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s has %lld classes; at most %d were expected", split->y_name,
                         (long long)split->y.dim[1], class_limit);
    *labels = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {count}};
    MOTE_TRY(mote_array_allocate(labels, raw->max_bytes, err));
    out = labels->bytes;
    for (i = 0; i < (size_t)count; i++) {
        if (from_one_hot)
            out[i] = one_hot_label(&split->y, i);
        else
            MOTE_TRY(label_at(split, i, class_limit, &out[i], err));
        if (out[i] >= set->class_count)
            set->class_count = out[i] + 1;
    }
    if (from_one_hot && (int)split->y.dim[1] > set->class_count)
        set->class_count = (int)split->y.dim[1];
    set->split[id].labels = out;
    return MOTE_OK;
}

static mote_status adopt_classes(mote_dataset *set, const mote_raw_set *raw, int wanted, mote_error *err)
{
    int limit = wanted > 0 ? wanted : MOTE_CLASS_MAX, i;

    if (raw->class_names && wanted > 0 && wanted != raw->class_count)
        return mote_fail(err, MOTE_ERR_USAGE, "has %d classes, but %d are asked for", raw->class_count, wanted);
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (set->split[i].count > 0)
            MOTE_TRY(adopt_labels(set, raw, i, limit, err));
    if (wanted > 0)
        set->class_count = wanted;
    if (raw->class_names) {
        set->class_names = raw->class_names;
        set->class_count = raw->class_count;
    }
    set->target_width = 1;
    return MOTE_OK;
}

static mote_status adopt_values(mote_dataset *set, mote_raw_set *raw, mote_error *err)
{
    const mote_array *first = NULL;
    int               i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        mote_raw_split *split = &raw->split[i];
        mote_array     *values = &set->state->values[i];
        if (set->split[i].count == 0)
            continue;
        MOTE_TRY(check_finite(&split->y, split->y_name, err));
        MOTE_TRY(make_f32(&split->y, raw->max_bytes, err));
        *values = split->y;
        split->y = (mote_array){0};
        set->split[i].values = values->bytes;
        if (!first)
            first = values;
        else if (first->rank != values->rank ||
                 memcmp(first->dim + 1, values->dim + 1, (size_t)(first->rank - 1) * sizeof *first->dim) != 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: its targets have another shape than those of the first split",
                             split->y_name);
    }
    set->target_rank = first->rank - 1;
    memcpy(set->target_dim, first->dim + 1, (size_t)set->target_rank * sizeof *set->target_dim);
    set->target_width = first->count / (size_t)first->dim[0];
    if (set->target_width == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "its targets are empty");
    return MOTE_OK;
}

static mote_status adopt_targets(mote_dataset *set, mote_raw_set *raw, const mote_data_options *options, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (set->split[i].count > 0 && raw->split[i].y.bytes && options->targets != MOTE_TARGETS_NONE)
            MOTE_TRY(check_count(&raw->split[i], set->split[i].count, err));
    MOTE_TRY(choose_kind(set, raw, options->targets, err));
    switch (set->targets) {
    case MOTE_TARGETS_CLASSES:
        return adopt_classes(set, raw, options->class_count, err);
    case MOTE_TARGETS_VALUES:
        return adopt_values(set, raw, err);
    case MOTE_TARGETS_AUTO:
    case MOTE_TARGETS_NONE:
        break;
    }
    return MOTE_OK;
}

/* ---- the whole ---- */

/* EMNIST's letters are 1 to 26: what Keras makes 27 outputs of. */
static mote_status note_first_label(mote_dataset *set, mote_error *err)
{
    int32_t least = INT32_MAX;
    size_t  k;
    int     i;

    if (set->targets != MOTE_TARGETS_CLASSES || set->class_names)
        return MOTE_OK;
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        for (k = 0; k < set->split[i].count; k++)
            least = set->split[i].labels[k] < least ? set->split[i].labels[k] : least;
    if (least == 0)
        return MOTE_OK;
    set->state->label_note = set->note_count + 1;
    return mote_dataset_note(set, err,
                             "class labels run from %d to %d: a network needs %d outputs, of which class 0 stays unused",
                             (int)least, set->class_count - 1, set->class_count);
}

static mote_status check_enumerators(const mote_data_options *options, mote_error *err)
{
    if ((unsigned)options->targets > MOTE_TARGETS_VALUES || (unsigned)options->standardize > MOTE_STANDARDIZE_CHANNELS ||
        (unsigned)options->header > MOTE_HEADER_NO)
        return mote_fail(err, MOTE_ERR_USAGE, "targets %d, standardize %d or header %d is none that there is",
                         (int)options->targets, (int)options->standardize, (int)options->header);
    return MOTE_OK;
}

static mote_status check_options(const mote_data_options *options, mote_error *err)
{
    MOTE_TRY(check_enumerators(options, err));
    if (!isfinite(options->scale) || !isfinite(options->offset))
        return mote_fail(err, MOTE_ERR_USAGE, "scale and offset must be finite numbers");
    if (options->channels > 0 && options->standardize != MOTE_STANDARDIZE_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "standardize finds mean and std itself; leave it or them out");
    if (options->flatten && options->rank != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "flatten and a shape exclude each other");
    if (options->class_count < 0 || options->class_count > MOTE_CLASS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "class_count %d is not in 1..%d", options->class_count, MOTE_CLASS_MAX);
    if (options->rank < 0 || options->rank > MOTE_ARRAY_MAX_RANK - 1)
        return mote_fail(err, MOTE_ERR_USAGE, "a sample's shape has at most %d axes", MOTE_ARRAY_MAX_RANK - 1);
    return MOTE_OK;
}

static mote_status reshape_as_asked(mote_dataset *set, const mote_data_options *options, mote_error *err)
{
    const int64_t all = -1;

    if (options->flatten)
        return mote_dataset_reshape(set, 1, &all, err);
    return options->rank > 0 ? mote_dataset_reshape(set, options->rank, options->shape, err) : MOTE_OK;
}

static mote_status fill(mote_dataset *set, mote_raw_set *raw, const mote_data_options *options, mote_error *err)
{
    int i;

    MOTE_TRY(check_options(options, err));
    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        set->split[i] = (mote_data_split){.set = set, .id = (mote_split_id)i};
        if (raw->split[i].x.bytes)
            MOTE_TRY(adopt_samples(set, raw, i, err));
    }
    MOTE_TRY(agree_on_samples(set, raw, err));
    MOTE_TRY(adopt_targets(set, raw, options, err));
    set->source = raw->source;
    set->column_names = raw->column_names;
    set->target_names = raw->target_names;
    set->target_count = raw->target_count;
    set->state->path = raw->path;
    set->state->notes = raw->notes;
    set->state->is_by_class = raw->is_by_class;
    set->state->seed = options->seed;
    set->notes = set->state->notes.text;
    set->note_count = set->state->notes.count;
    MOTE_TRY(note_first_label(set, err));
    MOTE_TRY(reshape_as_asked(set, options, err));
    if (options->test_split != 0)
        MOTE_TRY(mote_dataset_take_test(set, options->test_split, options->seed, err));
    set->preparation.scale = options->scale;
    set->preparation.offset = options->offset;
    if (options->standardize != MOTE_STANDARDIZE_NONE)
        MOTE_TRY(mote_dataset_standardize(set, options->standardize, err));
    if (options->channels > 0)
        return mote_dataset_prepare(
            set, &(mote_preparation){options->scale, options->offset, options->channels, options->mean, options->std}, err);
    return mote_gather_plan_init(&set->state->plan, &set->preparation, set->dtype, &set->state->arena, err);
}

mote_status mote_dataset_assemble(mote_dataset **out, mote_raw_set *raw, const mote_data_options *options, mote_error *err)
{
    mote_dataset *set = calloc(1, sizeof *set);

    *out = NULL;
    if (set)
        set->state = calloc(1, sizeof *set->state);
    if (!set || !set->state) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    } else {
        set->state->arena = raw->arena; /* names move without a copy */
        raw->arena = (mote_arena){0};
        fill(set, raw, options, err);
    }
    mote_raw_set_free(raw);
    if (err->code != MOTE_OK)
        mote_dataset_destroy(set);
    else
        *out = set;
    return err->code;
}
