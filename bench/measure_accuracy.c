/* What a model keeps of its accuracy in each scheme, by each method of calibration and each way to lose less: a table in
 * Markdown. bench/accuracy runs it.
 *
 *     measure_accuracy MODEL DATA DRAWS SAMPLES WAYS [FOLDER]
 *
 * MODEL is a float model for inference. It is quantized DRAWS times, each time with 100 other samples of DATA's training
 * split: of draw d those at d 117 + i (n - 600) / 100, where n is how many there are. Answers to the first SAMPLES test
 * samples (0: all) are compared. WAYS: how many of the ways, columns of the table (0: all). A cell has the mean over the
 * draws of the accuracy in per cent (without labels: of how many answers name the class that the float model names), and of
 * how far probabilities are from the float model's. FOLDER has what another converter made of the same model with the same
 * samples, as SCHEME_DRAW.tflite. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mote/mote.h>

typedef struct measuring {
    const char        *folder;
    const mote_model  *real;
    mote_dataset      *set;
    mote_dataset_split test;
    int                draws, ways;
    size_t             limit;
    mote_predictions   reference;
    bool               has_labels;
} measuring;

typedef struct figures {
    double accuracy, distance, least; /* in per cent; means over draws, and the least accuracy */
} figures;

static const struct scheme_row {
    const char           *name, *file;
    mote_quantize_options options;
} schemes[] = {
    {"int8", "int8", {.scheme = MOTE_SCHEME_INT8}},
    {"int8, a scale a layer", "int8-tensor", {.scheme = MOTE_SCHEME_INT8, .is_per_tensor = true}},
    {"int16x8", "int16x8", {.scheme = MOTE_SCHEME_INT16X8}},
    {"int4", "int4", {.scheme = MOTE_SCHEME_INT4}},
    {"int4, a scale a layer", "int4-tensor", {.scheme = MOTE_SCHEME_INT4, .is_per_tensor = true}},
    {"pow2-int8", "pow2-int8", {.scheme = MOTE_SCHEME_POW2_INT8}},
    {"pow2-int16", "pow2-int16", {.scheme = MOTE_SCHEME_POW2_INT16}},
    {"dynamic", "dynamic", {.scheme = MOTE_SCHEME_DYNAMIC}},
    {"float16", "float16", {.scheme = MOTE_SCHEME_FLOAT16}},
};

static const struct way {
    const char           *name;
    mote_quantize_options options;
} ways[] = {
    {"as it is", {0}},
    {"average", {.method = MOTE_CALIBRATE_AVERAGE}},
    {"percentile", {.method = MOTE_CALIBRATE_PERCENTILE}},
    {"entropy", {.method = MOTE_CALIBRATE_ENTROPY}},
    {"mse", {.method = MOTE_CALIBRATE_MSE}},
    {"equalize", {.is_equalized = true}},
    {"bias", {.corrects_bias = true}},
    {"adaptive", {.rounding = MOTE_ROUND_ADAPTIVE}},
    {"bias, adaptive", {.corrects_bias = true, .rounding = MOTE_ROUND_ADAPTIVE}},
    {"all three", {.is_equalized = true, .corrects_bias = true, .rounding = MOTE_ROUND_ADAPTIVE}},
};

enum { SCHEMES = sizeof schemes / sizeof *schemes, WAYS = sizeof ways / sizeof *ways };

static bool is_right(const measuring *m, const mote_answers *answers, size_t sample)
{
    const int32_t found = mote_answer_class(answers, sample);

    return found == (m->has_labels ? m->test.labels[0][sample] : mote_answer_class(&m->reference.outputs[0], sample));
}

/* Adds a model's figures to the cell. */
static mote_status judge(const measuring *m, const mote_model *model, figures *cell, mote_error *err)
{
    const mote_predict_options options = {.limit = m->limit};
    mote_predictions           found;
    const mote_answers        *a, *b = &m->reference.outputs[0];
    double                     right = 0, distance = 0;
    size_t                     s, i;

    if (mote_predict(&found, model, &m->test, &options, err) != MOTE_OK)
        return err->code;
    a = &found.outputs[0];
    for (s = 0; s < a->count; s++) {
        right += is_right(m, a, s);
        for (i = 0; i < a->width; i++)
            distance += fabs((double)a->real[s * a->width + i] - (double)b->real[s * b->width + i]);
    }
    right *= 100 / (double)a->count;
    cell->accuracy += right / m->draws;
    cell->distance += 100 * distance / (double)(a->count * a->width) / m->draws;
    cell->least = right < cell->least ? right : cell->least;
    mote_predictions_free(&found);
    return MOTE_OK;
}

/* The training split from a sample of its own on: the samples that calibration takes of it are others in each draw. */
static mote_dataset_split draw(const measuring *m, int d)
{
    enum { STEP = 117, LEFT = 600 };
    static const size_t bytes[] = {[MOTE_F32] = 4, [MOTE_U8] = 1, [MOTE_I8] = 1, [MOTE_I16] = 2, [MOTE_U16] = 2};
    mote_dataset_split  part = m->set->split[MOTE_SPLIT_TRAIN];

    if (part.count < 2 * LEFT)
        return part;
    part.x[0] = (const char *)part.x[0] + (size_t)(d * STEP) * m->set->feature[0].width * bytes[m->set->feature[0].dtype];
    part.count -= LEFT;
    return part;
}

static mote_status measure_way(const measuring *m, const struct scheme_row *scheme, const struct way *way, figures *cell,
                               mote_error *err)
{
    mote_quantize_options options = way->options;
    mote_model           *made;
    int                   d;

    options.scheme = scheme->options.scheme;
    options.is_per_tensor = scheme->options.is_per_tensor;
    for (d = 0; d < m->draws; d++) {
        const mote_dataset_split samples = draw(m, d);
        if (mote_model_quantize(&made, m->real, mote_scheme_is_calibrated(options.scheme) ? &samples : NULL, &options,
                                err) != MOTE_OK)
            return err->code;
        judge(m, made, cell, err);
        mote_model_destroy(made);
        if (err->code != MOTE_OK)
            return err->code;
    }
    return MOTE_OK;
}

static mote_status measure_other(const measuring *m, const struct scheme_row *scheme, figures *cell, mote_error *err)
{
    char        path[512];
    mote_model *made;
    int         d;

    for (d = 0; d < m->draws; d++) {
        snprintf(path, sizeof path, "%s/%s_%d.tflite", m->folder, scheme->file, d);
        if (mote_model_load(&made, path, NULL, err) != MOTE_OK)
            return err->code;
        judge(m, made, cell, err);
        mote_model_destroy(made);
        if (err->code != MOTE_OK)
            return err->code;
    }
    return MOTE_OK;
}

static void print_cell(const figures *cell, bool is_there)
{
    if (is_there)
        printf(" %.2f (%.3f) |", cell->accuracy, cell->distance);
    else
        printf(" |");
    fflush(stdout);
}

static mote_status measure_scheme(const measuring *m, const struct scheme_row *scheme, mote_error *err)
{
    mote_error lacks = {0};
    int        w;

    printf("| %s |", scheme->name);
    for (w = 0; w < m->ways; w++) {
        figures    found = {.least = 100};
        const bool applies = w == 0 || mote_scheme_is_calibrated(scheme->options.scheme);
        const bool is_there = applies && measure_way(m, scheme, &ways[w], &found, err) == MOTE_OK;
        if (err->code == MOTE_ERR_UNSUPPORTED || err->code == MOTE_ERR_USAGE) /* a way that the scheme has not */
            *err = (mote_error){0};
        MOTE_TRY(err->code);
        print_cell(&found, is_there);
    }
    if (m->folder) {
        figures found = {.least = 100};
        measure_other(m, scheme, &found, &lacks);
        print_cell(&found, lacks.code == MOTE_OK);
    }
    printf("\n");
    return MOTE_OK;
}

static mote_status measure_all(const measuring *m, mote_error *err)
{
    figures float32 = {.least = 100};
    int     i;

    MOTE_TRY(judge(m, m->real, &float32, err));
    float32.accuracy *= m->draws; /* there is but one */
    printf("%s %.2f %%\n\n| |", m->has_labels ? "float32:" : "float32 names the class that it names:", float32.accuracy);
    for (i = 0; i < m->ways; i++)
        printf(" %s |", ways[i].name);
    printf("%s\n|---|", m->folder ? " TensorFlow |" : "");
    for (i = 0; i < m->ways + (m->folder != NULL); i++)
        printf("---|");
    printf("\n");
    for (i = 0; i < SCHEMES; i++)
        MOTE_TRY(measure_scheme(m, &schemes[i], err));
    return MOTE_OK;
}

static mote_status measure(measuring *m, const char *data, mote_error *err)
{
    const mote_dataset_request request = {.path = data, .model = m->real};
    const mote_predict_options options = {.limit = m->limit};

    MOTE_TRY(mote_dataset_open(&m->set, &request, err));
    m->test = m->set->split[MOTE_SPLIT_TEST].count > 0 ? m->set->split[MOTE_SPLIT_TEST] : m->set->split[MOTE_SPLIT_TRAIN];
    m->has_labels = m->test.labels[0] != NULL;
    MOTE_TRY(mote_predict(&m->reference, m->real, &m->test, &options, err));
    return measure_all(m, err);
}

int main(int argc, char **argv)
{
    mote_model *loaded = NULL, *real = NULL;
    mote_error  err = {0};
    measuring   m = {0};

    if (argc < 6) {
        fprintf(stderr, "usage: measure_accuracy MODEL DATA DRAWS SAMPLES WAYS [FOLDER]\n");
        return 2;
    }
    m.draws = atoi(argv[3]);
    m.limit = (size_t)atol(argv[4]);
    m.ways = atoi(argv[5]) > 0 && atoi(argv[5]) < WAYS ? atoi(argv[5]) : WAYS;
    m.folder = argc > 6 ? argv[6] : NULL;
    if (mote_model_load(&loaded, argv[1], NULL, &err) == MOTE_OK &&
        mote_model_optimize(&real, loaded, NULL, &err) == MOTE_OK) {
        m.real = real;
        measure(&m, argv[2], &err);
    }
    mote_predictions_free(&m.reference);
    mote_dataset_destroy(m.set);
    mote_model_destroy(real);
    mote_model_destroy(loaded);
    if (err.code != MOTE_OK)
        fprintf(stderr, "measure_accuracy: %s\n", err.text);
    return err.code == MOTE_OK ? 0 : 1;
}
