/* What is done with a model that a fuzzed file gave: it is checked, written as .tflite; what was written reads as the same
 * file; small models are lowered and run, as they are, optimized, and without their constant channels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_FUZZ_MODEL_H
#define MOTE_TESTS_FUZZ_MODEL_H

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <mote/convert.h>
#include <mote/run.h>

#include "formats/formats.h"
#include "ops/op.h"

typedef mote_status fuzz_reader(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                mote_error *err);

enum { MACS_MAX = 1 << 20, ELEMENTS_MAX = 1 << 20 };

/* A claim that does not hold is a finding. */
static void claim(int holds)
{
    if (!holds)
        abort();
}

static void write_back(const mote_model *model)
{
    mote_text   first = {0}, second = {0};
    mote_error  err = {0};
    mote_model *again;

    if (mote_tflite_write(&first, model, &err) == MOTE_OK) {
        claim(mote_tflite_read(&again, (const uint8_t *)first.bytes, first.count, 0, &err) == MOTE_OK);
        claim(mote_tflite_write(&second, again, &err) == MOTE_OK);
        claim(first.count == second.count && memcmp(first.bytes, second.bytes, first.count) == 0);
        mote_model_destroy(again);
    }
    mote_text_free(&first);
    mote_text_free(&second);
}

/* Whether running it takes no time to speak of. */
static int is_small(const mote_model *model)
{
    size_t  macs = 0, elements = 0;
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++) {
        const mote_graph *graph = &model->graphs[g];
        for (i = 0; i < graph->node_count; i++)
            macs = mote_size_add(macs, mote_op_macs(graph, &graph->nodes[i]));
        for (i = 0; i < graph->tensor_count; i++)
            elements = mote_size_add(elements, mote_tensor_count(&graph->tensors[i]));
    }
    return macs <= MACS_MAX && elements <= ELEMENTS_MAX;
}

/* NULL: the model cannot be run, or does not end. The caller destroys it. */
static mote_runner *run(const mote_model *model)
{
    mote_runner_options options = {.memory_bytes = FUZZ_MAX_BYTES, .work_limit = 1 << 20};
    mote_runner        *runner;
    mote_error          err = {0};
    int32_t             i;

    if (mote_runner_create(&runner, model, &options, &err) != MOTE_OK)
        return NULL;
    for (i = 0; i < mote_model_input_count(model); i++)
        memset(mote_runner_input(runner, i), 0x5a, mote_model_input(model, i).bytes);
    if (mote_runner_invoke(runner, &err) == MOTE_OK)
        return runner;
    claim(err.code == MOTE_ERR_LIMIT);
    mote_runner_destroy(runner);
    return NULL;
}

/* What a pass made of the model answers as it did. */
static void compare(mote_model *made, const mote_runner *whole)
{
    mote_runner *runner = whole ? run(made) : NULL;
    int32_t      i;

    claim(!whole || runner);
    for (i = 0; runner && i < mote_model_output_count(made); i++)
        claim(memcmp(mote_runner_output(whole, i), mote_runner_output(runner, i), mote_model_output(made, i).bytes) == 0);
    mote_runner_destroy(runner);
    mote_model_destroy(made);
}

static void prune(const mote_model *model, const mote_runner *whole)
{
    mote_model *pruned;
    mote_error  err = {0};

    if (mote_model_prune_constant(&pruned, model, &(mote_prune_options){.multiple = 1}, NULL, &err) == MOTE_OK)
        compare(pruned, whole);
    else
        claim(err.code == MOTE_ERR_LIMIT);
}

static void optimize(const mote_model *model, const mote_runner *whole)
{
    mote_model *lean;
    mote_error  err = {0};

    if (mote_model_optimize(&lean, model, NULL, &err) == MOTE_OK) {
        write_back(lean);
        compare(lean, whole);
    } else
        claim(err.code == MOTE_ERR_LIMIT);
}

/* Reads, writes, runs. */
static void fuzz_model(fuzz_reader *read, const uint8_t *bytes, size_t count)
{
    mote_load_options options = {.memory_bytes = FUZZ_MAX_BYTES};
    mote_model       *model;
    mote_error        err = {0};

    if (read(&model, bytes, count, &options, &err) != MOTE_OK) {
        claim(err.code != MOTE_OK && err.text[0] != '\0');
        return;
    }
    write_back(model);
    if (is_small(model)) {
        mote_runner *runner = run(model);
        prune(model, runner);
        optimize(model, runner);
        mote_runner_destroy(runner);
    }
    mote_model_destroy(model);
}

#endif
