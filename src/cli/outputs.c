/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"

/* ---- classes ---- */

/* All classes of one sample, best first. */
static mote_status print_ranking(const mote_answers *p, const mote_model *model, mote_error *err)
{
    enum { SHOWN_MAX = 20 };
    const char      *headings[] = {"class", cli_score_name(model, p->output)};
    cli_table        table = {.headings = headings, .column_count = 2};
    int32_t          count = mote_model_label_count(model, p->output), i;
    cli_class_score *scores = calloc((size_t)count, sizeof *scores);

    if (!scores)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    cli_rank_classes(scores, model, p->output, p->real);
    for (i = 0; i < count && i < SHOWN_MAX; i++) {
        cli_cell(&table, "%s", mote_model_label(model, p->output, scores[i].index));
        cli_cell(&table, "%.6f", (double)scores[i].score);
    }
    free(scores);
    MOTE_TRY(cli_table_print(&table, err));
    if (count > SHOWN_MAX)
        printf("and %d more\n", count - SHOWN_MAX);
    return MOTE_OK;
}

static mote_status print_classes(const mote_answers *answers, const mote_model *model, const char *const *names,
                                 mote_error *err)
{
    if (answers->count == 1)
        return print_ranking(answers, model, err);
    return cli_answers_print(&(cli_answers){.model = model, .answers = answers, .names = names}, err);
}

/* ---- numbers ---- */

static float real_at(const mote_tensor_info *info, const mote_array *array, size_t i)
{
    float real;

    if (!info->is_quantized)
        return (float)mote_array_at(array, i);
    mote_load_real(info, (const uint8_t *)array->bytes + i * (info->bytes / info->count), &real, 1);
    return real;
}

static mote_status print_numbers(const mote_samples *outputs, const mote_model *model, int32_t index, mote_error *err)
{
    enum { SHOWN_MAX = 256, A_LINE = 8 };
    const mote_tensor_info info = mote_model_output(model, index);
    mote_array             array;
    char                   shape[128];
    size_t                 i;

    MOTE_TRY(mote_samples_output(&array, outputs, model, index, err));
    printf("%s: %s %s\n", mote_show_string(info.name).text, mote_dtype_name(info.dtype),
           mote_array_shape_text(&array, shape, sizeof shape));
    for (i = 0; i < array.count && i < SHOWN_MAX; i++)
        printf("%s%.7g%s", i % A_LINE ? " " : "  ", (double)real_at(&info, &array, i),
               i % A_LINE == A_LINE - 1 || i + 1 == array.count ? "\n" : "");
    if (array.count > SHOWN_MAX)
        printf("  and %zu more; --output FILE writes all\n", array.count - SHOWN_MAX);
    mote_array_free(&array);
    return MOTE_OK;
}

/* Outputs that name classes by these; others as numbers, below their names. */
static mote_status print_all(const mote_samples *outputs, const mote_predictions *p, const mote_model *model,
                             const char *const *names, mote_error *err)
{
    int i;

    for (i = 0; i < p->output_count; i++)
        if (!cli_names_classes(model, i)) {
            MOTE_TRY(print_numbers(outputs, model, i, err));
        } else {
            if (p->output_count > 1)
                printf("%s:\n", mote_show_string(p->outputs[i].name).text);
            MOTE_TRY(print_classes(&p->outputs[i], model, names, err));
        }
    return MOTE_OK;
}

mote_status cli_print_outputs(const mote_samples *outputs, const mote_model *model, const char *const *names,
                              mote_error *err)
{
    mote_predictions p;

    cli_progress_end();
    MOTE_TRY(mote_predictions_of_samples(&p, model, outputs, err));
    print_all(outputs, &p, model, names, err);
    mote_predictions_free(&p);
    return err->code;
}

/* ---- JSON ---- */

static json_t *json_output(const mote_samples *outputs, const mote_model *model, int32_t index, mote_error *err)
{
    const mote_tensor_info info = mote_model_output(model, index);
    json_t                *object, *shape, *values, *real;
    mote_array             array;
    size_t                 i;
    int                    k;

    if (mote_samples_output(&array, outputs, model, index, err) != MOTE_OK)
        return NULL;
    object = cli_json_tensor(&info);
    shape = json_array();
    values = json_array();
    real = json_array();
    for (k = 0; k < array.rank; k++)
        mote_json_append(&shape, json_integer(array.dim[k]));
    for (i = 0; i < array.count; i++) {
        double value = mote_array_at(&array, i);
        mote_json_append(&values,
                         mote_dtype_is_float(info.dtype) ? mote_json_number(value) : json_integer((json_int_t)value));
        if (info.is_quantized)
            mote_json_append(&real, mote_json_number((double)real_at(&info, &array, i)));
    }
    mote_json_set(&object, "shape", shape);
    mote_json_set(&object, "values", values);
    if (info.is_quantized)
        mote_json_set(&object, "real", real);
    else
        json_decref(real);
    mote_array_free(&array);
    return object;
}

static json_t *json_classes(const mote_answers *p, const mote_model *model, mote_error *err)
{
    const int32_t    count = mote_model_label_count(model, p->output);
    cli_class_score *scores = calloc((size_t)count, sizeof *scores);
    json_t          *samples = json_array();
    size_t           s;
    int32_t          i;

    if (!scores)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    for (s = 0; scores && s < p->count; s++) {
        json_t *sample = json_array();
        cli_rank_classes(scores, model, p->output, p->real + s * p->width);
        for (i = 0; i < count; i++)
            mote_json_append(
                &sample, json_pack("{so so}", "label", mote_json_text(mote_model_label(model, p->output, scores[i].index)),
                                   cli_score_name(model, p->output), mote_json_number((double)scores[i].score)));
        mote_json_append(&samples, sample);
    }
    free(scores);
    return samples;
}

/* Of one output "classes" stands beside it, of several in each. */
static void put_outputs(json_t **object, const mote_samples *outputs, const mote_predictions *p, const mote_model *model,
                        mote_error *err)
{
    const bool are_many = p->output_count > 1;
    json_t    *list = json_array();
    int        i;

    for (i = 0; i < p->output_count && err->code == MOTE_OK; i++) {
        json_t *output = json_output(outputs, model, i, err);
        if (are_many && err->code == MOTE_OK && cli_names_classes(model, i))
            mote_json_set(&output, "classes", json_classes(&p->outputs[i], model, err));
        mote_json_append(&list, output);
    }
    mote_json_set(object, "outputs", list);
    if (!are_many && cli_names_classes(model, 0))
        mote_json_set(object, "classes", json_classes(&p->outputs[0], model, err));
}

json_t *cli_json_outputs(const mote_samples *outputs, const mote_model *model, mote_error *err)
{
    json_t          *object = json_object();
    mote_predictions p;

    mote_json_set(&object, "samples", json_integer((json_int_t)outputs->count));
    if (mote_predictions_of_samples(&p, model, outputs, err) == MOTE_OK)
        put_outputs(&object, outputs, &p, model, err);
    mote_predictions_free(&p);
    if (err->code == MOTE_OK)
        return object;
    json_decref(object);
    return NULL;
}
