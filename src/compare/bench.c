/* Two runners of one model take turns, so that whatever else the machine does meets both, and the median of many short
 * measurements counts. One is one invoke, or as many as make the clock's own steps small.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/bench.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exec/exec.h"

enum { ENGINES = 2, RUNS_MIN = 11, RUNS_MAX = 10000 };

static const double batch_us = 20, layers_share = 0.3;

static const char *const targets[ENGINES] = {"host", "reference"};

typedef struct benching {
    mote_bench       *out;
    const mote_model *model;
    const uint8_t    *sample; /* NULL: zeros */
    double            seconds;
    mote_runner      *runners[ENGINES];
    double           *times[ENGINES]; /* [layer_count + 1][RUNS_MAX] in use one after the other */
    mote_error       *err;            /* of an inference */
} benching;

static double now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

/* An invoke may write over its inputs, so that each measurement begins with new ones. */
static void set_inputs(const benching *b, mote_runner *runner)
{
    const uint8_t *from = b->sample;
    int32_t        i;

    for (i = 0; i < mote_model_input_count(b->model); i++) {
        const size_t bytes = mote_model_input(b->model, i).bytes;
        if (from)
            memcpy(mote_runner_input(runner, i), from, bytes);
        else
            memset(mote_runner_input(runner, i), 0, bytes);
        from = from ? from + bytes : NULL;
    }
}

/* ---- whole inferences ---- */

static double time_batch(const benching *b, mote_runner *runner, size_t batch)
{
    double start;
    size_t i;

    set_inputs(b, runner);
    start = now_us();
    for (i = 0; i < batch; i++)
        mote_runner_invoke(runner, b->err);
    return (now_us() - start) / (double)batch;
}

static size_t choose_batch(const benching *b, mote_runner *runner)
{
    double least;
    int    i;

    least = time_batch(b, runner, 1); /* the first run fills the caches */
    for (i = 0; i < 3; i++) {
        double us = time_batch(b, runner, 1);
        least = us < least ? us : least;
    }
    return least >= batch_us ? 1 : (size_t)(batch_us / (least > 0.01 ? least : 0.01)) + 1;
}

static void time_inferences(benching *b)
{
    const double end = now_us() + 1e6 * b->seconds * (1 - layers_share);
    size_t       batch[ENGINES], runs;
    int          e;

    for (e = 0; e < ENGINES; e++)
        batch[e] = choose_batch(b, b->runners[e]);
    for (runs = 0; b->err->code == MOTE_OK && (runs < RUNS_MIN || (runs < RUNS_MAX && now_us() < end)); runs++)
        for (e = 0; e < ENGINES; e++)
            b->times[e][runs] = time_batch(b, b->runners[e], batch[e]);
    if (b->err->code != MOTE_OK)
        return;
    b->out->us = median(b->times[0], runs);
    b->out->reference_us = median(b->times[1], runs);
    b->out->runs = runs;
}

/* ---- layer by layer ---- */

static void time_steps(const benching *b, mote_runner *runner, double *times)
{
    double  start, end;
    int32_t s, next;

    set_inputs(b, runner);
    mote_runner_begin(runner);
    memset(times, 0, (size_t)b->out->layer_count * sizeof *times);
    for (s = 0; s < runner->program->step_count; s = next) {
        start = now_us();
        next = mote_runner_step(runner, s);
        end = now_us();
        times[runner->program->steps[s].node] += end - start;
    }
    start = now_us(); /* nothing between two readings: what they take themselves */
    times[b->out->layer_count] = now_us() - start;
}

/* The median of one layer over the runs, rows of layer_count + 1 being one run. */
static double layer_median(const benching *b, int engine, size_t runs, int32_t layer, double *column)
{
    const size_t width = (size_t)b->out->layer_count + 1;
    size_t       r;

    for (r = 0; r < runs; r++)
        column[r] = b->times[engine][r * width + (size_t)layer];
    return median(column, runs);
}

static void take_layers(benching *b, size_t runs, double *column)
{
    int32_t i, e;

    for (i = 0; i < b->out->layer_count; i++)
        for (e = 0; e < ENGINES; e++) {
            double *out = e == 0 ? &b->out->layers[i].us : &b->out->layers[i].reference_us;
            double  us = layer_median(b, e, runs, i, column) - layer_median(b, e, runs, b->out->layer_count, column);
            *out = us > 0 ? us : 0;
        }
}

static void time_layers(benching *b, size_t runs_max, double *column)
{
    const double end = now_us() + 1e6 * b->seconds * layers_share;
    const size_t width = (size_t)b->out->layer_count + 1;
    size_t       runs;
    int          e;

    for (runs = 0; runs < RUNS_MIN || (runs < runs_max && now_us() < end); runs++)
        for (e = 0; e < ENGINES; e++)
            time_steps(b, b->runners[e], b->times[e] + runs * width);
    take_layers(b, runs, column);
}

/* ---- all of it ---- */

/* Of the program: bodies of IF and WHILE are there. */
static mote_status describe_layers(benching *b, mote_error *err)
{
    const mote_graph *graph = &b->runners[0]->program->model->graphs[0];
    mote_bench       *out = b->out;
    int32_t           i;

    out->layers = MOTE_NEW(out->owner, mote_bench_layer, graph->node_count, err);
    for (i = 0; out->layers && i < graph->node_count; i++) {
        const mote_node   *node = &graph->nodes[i];
        const mote_tensor *result = mote_node_result(graph, node);
        mote_bench_layer  *layer = &out->layers[i];
        layer->op = mote_node_kind_name(node);
        layer->shape = mote_arena_strdup(out->owner, mote_shape_show(result).text, err);
        layer->name = mote_arena_strdup(out->owner, node->name ? node->name : result->name, err);
        layer->macs = mote_op_macs(graph, node);
        out->macs = mote_size_add(out->macs, layer->macs);
    }
    out->layer_count = graph->node_count;
    return err->code;
}

static mote_status create_runners(benching *b, mote_error *err)
{
    int e;

    for (e = 0; e < ENGINES; e++)
        MOTE_TRY(mote_runner_create(&b->runners[e], b->model, &(mote_runner_options){.target = targets[e]}, err));
    return MOTE_OK;
}

static mote_status measure(benching *b, mote_error *err)
{
    enum { LAYER_RUNS_MAX = 501 };
    mote_arena scratch = {0};
    size_t     layer_runs = LAYER_RUNS_MAX, width, count;
    double    *column;
    int        e;

    MOTE_TRY(create_runners(b, err));
    MOTE_TRY(describe_layers(b, err));
    width = (size_t)b->out->layer_count + 1;
    count = mote_size_mul(width, layer_runs);
    count = count > RUNS_MAX ? count : RUNS_MAX;
    column = MOTE_NEW(&scratch, double, RUNS_MAX, err);
    for (e = 0; e < ENGINES && column; e++)
        b->times[e] = MOTE_NEW(&scratch, double, count, err);
    if (err->code == MOTE_OK)
        time_inferences(b);
    if (err->code == MOTE_OK)
        time_layers(b, layer_runs, column);
    mote_arena_destroy(&scratch);
    return err->code;
}

static size_t sample_bytes(const mote_model *model)
{
    size_t  bytes = 0;
    int32_t i;

    for (i = 0; i < mote_model_input_count(model); i++)
        bytes = mote_size_add(bytes, mote_model_input(model, i).bytes);
    return bytes;
}

mote_status mote_bench_run(mote_bench *out, const mote_model *model, const mote_bench_options *options, mote_error *err)
{
    const mote_samples *inputs = options ? options->inputs : NULL;
    benching b = {.out = out, .model = model, .seconds = options && options->seconds > 0 ? options->seconds : 1, .err = err};
    int      e;

    *out = (mote_bench){0};
    if (!model)
        return mote_fail(err, MOTE_ERR_USAGE, "a bench takes a model");
    if (inputs && inputs->count > 0 && inputs->sample_bytes != sample_bytes(model))
        return mote_fail(err, MOTE_ERR_USAGE, "a sample has %zu bytes, the model takes %zu", inputs->sample_bytes,
                         sample_bytes(model));
    b.sample = inputs && inputs->count > 0 ? inputs->bytes : NULL;
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    measure(&b, err);
    for (e = 0; e < ENGINES; e++)
        mote_runner_destroy(b.runners[e]);
    if (err->code != MOTE_OK)
        mote_bench_free(out);
    return err->code;
}

void mote_bench_free(mote_bench *bench)
{
    if (bench->owner)
        mote_arena_destroy(bench->owner);
    free(bench->owner);
    *bench = (mote_bench){0};
}
