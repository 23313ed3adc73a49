/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- classes ---- */

static bool is_single(const mote_model *model, int output)
{
    return mote_model_label_count(model, output) == 2 && mote_model_output(model, output).count == 1;
}

bool cli_names_classes(const mote_model *model, int output)
{
    const int32_t labels = mote_model_label_count(model, output);

    return is_single(model, output) || (labels > 1 && (size_t)labels == mote_model_output(model, output).count);
}

const char *cli_score_name(const mote_model *model, int output)
{
    return mote_model_answers(model, output) == MOTE_ANSWERS_NUMBERS ? "logit" : "probability";
}

/* Best first; of equals the first. */
static int compare_scores(const void *a, const void *b)
{
    const cli_class_score *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* What one sample's answer says of a class. A single number is the second class's; the first has what is left. */
static double score_of(const mote_model *model, int output, const float *answer, bool is_one_number, int32_t class_index)
{
    if (!is_one_number)
        return (double)answer[class_index];
    if (class_index > 0)
        return (double)answer[0];
    return mote_model_answers(model, output) == MOTE_ANSWERS_NUMBERS ? -(double)answer[0] : 1 - (double)answer[0];
}

void cli_rank_classes(cli_class_score *scores, const mote_model *model, int output, const float *answer)
{
    const int32_t count = mote_model_label_count(model, output);
    int32_t       i;

    for (i = 0; i < count; i++)
        scores[i] = (cli_class_score){i, (float)score_of(model, output, answer, is_single(model, output), i)};
    qsort(scores, (size_t)count, sizeof *scores, compare_scores);
}

/* ---- one row ---- */

typedef enum right_kind { RIGHT_UNKNOWN, RIGHT, WRONG } right_kind;

/* Texts live in the arena that the row was made in. */
typedef struct row {
    const char *name, *truth, *predicted;
    double      score; /* of classes: what predicted has; of numbers: the largest error. NaN: none */
    right_kind  is_right;
} row;

/* What the answers are compared with; NULL: nobody knows. */
static const mote_dataset_target *truth_of(const cli_answers *a)
{
    const int output = a->answers->output;

    return a->split && output < a->split->set->target_count && a->split->set->target[output].kind != MOTE_TARGETS_NONE
               ? &a->split->set->target[output]
               : NULL;
}

static bool has_truth(const cli_answers *a)
{
    return truth_of(a) != NULL;
}

static const int32_t *labels_of(const cli_answers *a)
{
    return has_truth(a) ? a->split->labels[a->answers->output] : NULL;
}

/* Numbers are compared as numbers, and so are whole numbers under a regression. */
static bool are_classes(const cli_answers *a)
{
    if (!mote_answers_are_classes(a->answers))
        return false;
    return cli_names_classes(a->model, a->answers->output) ||
           mote_model_answers(a->model, a->answers->output) == MOTE_ANSWERS_PROBABILITIES || labels_of(a);
}

static const char *class_text(const cli_answers *a, int32_t label, mote_arena *arena, mote_error *err)
{
    const char                *own = mote_model_label(a->model, a->answers->output, label);
    const mote_dataset_target *truth = truth_of(a);

    if (own)
        return own;
    if (truth && truth->class_names && label < truth->class_count)
        return truth->class_names[label];
    return mote_arena_printf(arena, err, "%d", (int)label);
}

/* "0.25" or "0.25 -1.5 3 ..." */
static const char *numbers_text(const float *values, size_t count, mote_arena *arena, mote_error *err)
{
    enum { SHOWN = 4 };
    mote_text   text = {0};
    const char *copy = NULL;
    size_t      i;

    for (i = 0; i < count && i < SHOWN; i++)
        mote_text_printf(&text, i ? " %.6g" : "%.6g", (double)values[i]);
    if (count > SHOWN)
        mote_text_puts(&text, " ...");
    if (mote_text_status(&text, err) == MOTE_OK)
        copy = mote_arena_strdup(arena, text.bytes, err);
    mote_text_free(&text);
    return copy;
}

static void fill_class(row *r, const cli_answers *a, size_t sample, mote_arena *arena, mote_error *err)
{
    const mote_answers *p = a->answers;
    const int32_t      *labels = labels_of(a), label = mote_answer_class(p, sample);

    r->predicted = class_text(a, label, arena, err);
    r->score = score_of(a->model, p->output, p->real + sample * p->width, p->width == 1, label);
    if (!labels)
        return;
    r->truth = class_text(a, labels[sample], arena, err);
    r->is_right = labels[sample] == label ? RIGHT : WRONG;
}

static void fill_numbers(row *r, const cli_answers *a, size_t sample, mote_arena *arena, mote_error *err)
{
    const mote_answers *p = a->answers;
    const size_t        width = has_truth(a) ? truth_of(a)->width : 0;
    float              *wanted = MOTE_NEW(arena, float, width, err);
    size_t              i;

    r->predicted = numbers_text(p->real + sample * p->width, p->width, arena, err);
    r->score = NAN;
    if (!wanted || width != p->width)
        return;
    mote_dataset_gather_values(a->split, p->output, mote_dataset_in_row(sample, 1), wanted);
    r->truth = numbers_text(wanted, width, arena, err);
    for (i = 0, r->score = 0; i < width; i++)
        r->score = fmax(r->score, fabs((double)p->real[sample * width + i] - (double)wanted[i]));
}

static mote_status make_row(row *r, const cli_answers *a, size_t sample, mote_arena *arena, mote_error *err)
{
    *r = (row){.name = a->names ? a->names[sample] : mote_arena_printf(arena, err, "%zu", sample)};
    if (are_classes(a))
        fill_class(r, a, sample, arena, err);
    else
        fill_numbers(r, a, sample, arena, err);
    return err->code;
}

static size_t count_right(const cli_answers *a)
{
    size_t right = 0, i;

    for (i = 0; i < a->answers->count; i++)
        right += mote_answer_class(a->answers, i) == labels_of(a)[i];
    return right;
}

/* ---- the table ---- */

static mote_status fill_table(cli_table *table, const cli_answers *a, size_t shown, mote_error *err)
{
    mote_arena arena = {0};
    row        r;
    size_t     i;

    for (i = 0; i < shown && make_row(&r, a, i, &arena, err) == MOTE_OK; i++) {
        cli_cell(table, "%s", r.name);
        if (has_truth(a))
            cli_cell(table, "%s", r.truth ? r.truth : "");
        cli_cell(table, "%s", r.predicted);
        if (are_classes(a) || has_truth(a))
            cli_cell(table, isnan(r.score) ? "" : "%.6f", r.score);
        if (are_classes(a) && has_truth(a))
            cli_cell(table, "%s", r.is_right == WRONG ? "wrong" : r.is_right == RIGHT ? "right" : "");
    }
    mote_arena_destroy(&arena);
    return err->code;
}

mote_status cli_answers_print(const cli_answers *a, mote_error *err)
{
    enum { SHOWN_MAX = 100 };
    const size_t count = a->answers->count, shown = count < SHOWN_MAX ? count : SHOWN_MAX;
    const char  *headings[5];
    cli_table    table = {.headings = headings};

    headings[table.column_count++] = a->names ? "file" : "sample";
    if (has_truth(a))
        headings[table.column_count++] = "true";
    headings[table.column_count++] =
        cli_names_classes(a->model, a->answers->output) && !has_truth(a) ? "class" : "predicted";
    if (are_classes(a))
        headings[table.column_count++] = cli_score_name(a->model, a->answers->output);
    else if (has_truth(a))
        headings[table.column_count++] = "error";
    if (are_classes(a) && has_truth(a))
        headings[table.column_count++] = "";
    fill_table(&table, a, shown, err);
    MOTE_TRY(cli_table_print(&table, err));
    if (shown < count)
        printf("and %zu more; --output answers.csv writes all\n", count - shown);
    if (are_classes(a) && labels_of(a))
        printf("%zu of %zu right\n", count_right(a), count);
    return MOTE_OK;
}

/* ---- JSON ---- */

static json_t *json_values(const mote_answers *p, size_t sample)
{
    json_t *list = json_array();
    size_t  i;

    for (i = 0; i < p->width; i++)
        mote_json_append(&list, mote_json_number((double)p->real[sample * p->width + i]));
    return list;
}

static json_t *json_row(const cli_answers *a, size_t sample, const row *r)
{
    json_t *object = json_object();

    mote_json_set(&object, a->names ? "file" : "sample",
                  a->names ? mote_json_text(r->name) : json_integer((json_int_t)sample));
    if (r->truth)
        mote_json_set(&object, "true", mote_json_text(r->truth));
    mote_json_set(&object, "predicted", mote_json_text(r->predicted));
    if (!isnan(r->score))
        mote_json_set(&object, are_classes(a) ? cli_score_name(a->model, a->answers->output) : "error",
                      mote_json_number(r->score));
    if (r->is_right != RIGHT_UNKNOWN)
        mote_json_set(&object, "right", json_boolean(r->is_right == RIGHT));
    mote_json_set(&object, "values", json_values(a->answers, sample));
    return object;
}

json_t *cli_answers_json(const cli_answers *a, mote_error *err)
{
    json_t *list = json_array();
    size_t  i;

    for (i = 0; i < a->answers->count && err->code == MOTE_OK; i++) {
        mote_arena arena = {0};
        row        r;
        if (make_row(&r, a, i, &arena, err) == MOTE_OK)
            mote_json_append(&list, json_row(a, i, &r));
        mote_arena_destroy(&arena);
    }
    if (err->code == MOTE_OK)
        return list;
    json_decref(list);
    return NULL;
}

/* ---- files ---- */

static void put_head(mote_text *text, const cli_answers *a, mote_arena *arena, mote_error *err)
{
    size_t i;

    mote_text_puts(text, a->names ? "file" : "sample");
    if (has_truth(a))
        mote_text_puts(text, ",true");
    mote_text_puts(text, ",predicted");
    if (are_classes(a))
        mote_text_printf(text, ",%s", cli_score_name(a->model, a->answers->output));
    else if (has_truth(a))
        mote_text_puts(text, ",error");
    if (are_classes(a) && has_truth(a))
        mote_text_puts(text, ",right");
    for (i = 0; i < a->answers->width; i++) {
        const bool  is_class = are_classes(a) && a->answers->width > 1;
        const char *name = is_class ? class_text(a, (int32_t)i, arena, err) : mote_arena_printf(arena, err, "value_%zu", i);
        mote_text_puts(text, ",");
        mote_text_put_csv(text, name ? name : "");
    }
    mote_text_puts(text, "\n");
}

static void put_row(mote_text *text, const cli_answers *a, size_t sample, const row *r)
{
    const mote_answers *p = a->answers;
    size_t              i;

    mote_text_put_csv(text, r->name);
    if (has_truth(a)) {
        mote_text_puts(text, ",");
        mote_text_put_csv(text, r->truth ? r->truth : "");
    }
    mote_text_puts(text, ",");
    mote_text_put_csv(text, r->predicted);
    if (are_classes(a) || has_truth(a))
        mote_text_printf(text, isnan(r->score) ? "," : ",%.9g", r->score);
    if (are_classes(a) && has_truth(a))
        mote_text_puts(text, r->is_right == RIGHT ? ",1" : r->is_right == WRONG ? ",0" : ",");
    for (i = 0; i < p->width; i++)
        mote_text_printf(text, ",%.9g", (double)p->real[sample * p->width + i]);
    mote_text_puts(text, "\n");
}

static mote_status save_csv(const cli_answers *a, const char *path, mote_error *err)
{
    mote_text  text = {0};
    mote_arena arena = {0};
    row        r;
    size_t     i;

    put_head(&text, a, &arena, err);
    for (i = 0; i < a->answers->count && make_row(&r, a, i, &arena, err) == MOTE_OK; i++)
        put_row(&text, a, i, &r);
    if (err->code == MOTE_OK && mote_text_status(&text, err) == MOTE_OK)
        mote_file_write(path, text.bytes, text.count, err);
    mote_text_free(&text);
    mote_arena_destroy(&arena);
    return err->code;
}

static mote_status save_json(const cli_answers *a, const char *path, mote_error *err)
{
    json_t *list = cli_answers_json(a, err);
    char   *text = err->code == MOTE_OK ? mote_json_print(list, JSON_INDENT(2), err) : NULL;

    if (text)
        mote_file_write(path, text, strlen(text), err);
    free(text);
    return err->code;
}

static mote_status save_grid(const cli_answers *a, const char *path, mote_error *err)
{
    const char     **labels;
    mote_answer_grid grid = {.split = a->split, .answers = a->answers, .title = mote_model_name(a->model)};
    mote_arena       arena = {0};
    int32_t          i;

    grid.label_count = mote_model_label_count(a->model, a->answers->output);
    labels = MOTE_NEW(&arena, const char *, grid.label_count, err);
    for (i = 0; labels && i < grid.label_count; i++)
        labels[i] = mote_model_label(a->model, a->answers->output, i);
    grid.labels = labels;
    if (labels)
        mote_answer_grid_save(&grid, path, err);
    mote_arena_destroy(&arena);
    return err->code;
}

typedef struct saver {
    const char *suffix;
    mote_status (*save)(const cli_answers *a, const char *path, mote_error *err);
} saver;

static const saver savers[] = {{".csv", save_csv}, {".json", save_json}, {".png", save_grid}, {".svg", save_grid}};

static const saver *find_saver(const char *path)
{
    size_t i;

    for (i = 0; i < sizeof savers / sizeof *savers; i++)
        if (mote_path_has_suffix(path, savers[i].suffix))
            return &savers[i];
    return NULL;
}

bool cli_answers_can_save(const char *path)
{
    return find_saver(path) != NULL;
}

mote_status cli_answers_check(const char *path, const mote_dataset *set, mote_error *err)
{
    const saver *to = find_saver(path);

    if (!to)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: answers are written as .csv, .json, .png, .svg, .npy, .npz or .bin",
                         path);
    if (to->save == save_grid && !set)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: a grid is drawn of pictures or of a data set", path);
    if (to->save == save_grid && !mote_dataset_has_pictures(set))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: its samples are no pictures, so there is nothing to draw", path);
    return MOTE_OK;
}

mote_status cli_answers_save(const cli_answers *a, const char *path, mote_error *err)
{
    MOTE_TRY(cli_answers_check(path, a->split ? a->split->set : NULL, err));
    return find_saver(path)->save(a, path, err);
}
