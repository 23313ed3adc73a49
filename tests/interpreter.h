/* The interpreter beside the host: one file, both open it or neither does, and the answers are the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_INTERPRETER_H
#define MOTE_TESTS_INTERPRETER_H

#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include <mote/run.h>

#include "formats/tflite/tflite.h"
#include "runtime/interpreter/operators.h"
#include "running.h"

#define INTERPRETER_UNUSED __attribute__((unused)) static

static const mrt_operator *const interpreter_operators[] = {
#define OP(KIND, name, attributes, header) &mrt_operator_##name,
#define TRAINING_OP(KIND, name, attributes)
#define PROGRAM_OP(KIND, name, attributes)
#include "runtime/operators.def"
#undef OP
};
enum { INTERPRETER_OPERATOR_COUNT = sizeof interpreter_operators / sizeof *interpreter_operators };

enum { INTERPRETER_GUARD_BYTES = 64, INTERPRETER_GUARD = 0xa5 };

/* An opened file in an arena of exactly the bytes that it asks for, between guards. */
typedef struct interpreter_run {
    uint8_t         *file, *block;
    size_t           arena_bytes, guarded;
    mrt_interpreter *net;
    mrt_failure      why;
    mrt_status       status;
} interpreter_run;

/* A copy of exactly that length, so that a sanitizer sees a step too far; at a multiple of 16. */
INTERPRETER_UNUSED uint8_t *interpreter_copy(const void *bytes, size_t count)
{
    uint8_t *copy = malloc(count ? count : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    return copy;
}

/* Whether an arena of one byte fewer is refused. */
static void interpreter_check_small(const interpreter_run *run, const mrt_file *file)
{
    mrt_interpreter *net;
    mrt_failure      why;
    uint8_t         *arena = aligned_alloc(16, (run->arena_bytes + 15) / 16 * 16);
    assert_non_null(arena);
    assert_int_equal(mrt_interpreter_open(&net, file, interpreter_operators, INTERPRETER_OPERATOR_COUNT, arena,
                                          run->arena_bytes - 1, &why),
                     MRT_ERR_LIMIT);
    assert_int_equal(why.reason, MRT_REASON_ARENA);
    assert_null(net);
    free(arena);
}

/* Opens a file that is not copied. arena_limit 0: none. */
INTERPRETER_UNUSED interpreter_run interpreter_open(const uint8_t *bytes, size_t count, uint64_t work_limit,
                                                    size_t arena_limit)
{
    const mrt_file  file = {bytes, count, work_limit};
    interpreter_run run = {.file = NULL};
    mrt_failure     again;
    run.status = mrt_interpreter_bytes(&file, interpreter_operators, INTERPRETER_OPERATOR_COUNT, &run.arena_bytes, &run.why);
    assert_int_equal(run.status == MRT_OK, run.why.reason == MRT_REASON_NONE);
    if (run.status != MRT_OK) {
        assert_int_equal(run.arena_bytes, 0);
        return run;
    }
    if (arena_limit && run.arena_bytes > arena_limit) {
        run.status = MRT_ERR_LIMIT;
        run.why.reason = MRT_REASON_ARENA;
        return run;
    }
    run.guarded = (run.arena_bytes + 15) / 16 * 16 + 2 * INTERPRETER_GUARD_BYTES;
    run.block = aligned_alloc(16, run.guarded);
    assert_non_null(run.block);
    memset(run.block, INTERPRETER_GUARD, run.guarded);
    interpreter_check_small(&run, &file);
    assert_int_equal(mrt_interpreter_open(&run.net, &file, interpreter_operators, INTERPRETER_OPERATOR_COUNT,
                                          run.block + INTERPRETER_GUARD_BYTES, run.arena_bytes, &again),
                     MRT_OK);
    assert_non_null(run.net);
    return run;
}

INTERPRETER_UNUSED void interpreter_check_guards(const interpreter_run *run, const char *what)
{
    const uint8_t *end = run->block + INTERPRETER_GUARD_BYTES + run->arena_bytes;
    size_t         i;
    for (i = 0; i < INTERPRETER_GUARD_BYTES; i++)
        if (run->block[i] != INTERPRETER_GUARD)
            fail_msg("%s: byte %d of the arena was written to", what, (int)i - INTERPRETER_GUARD_BYTES);
    for (; end < run->block + run->guarded; end++)
        if (*end != INTERPRETER_GUARD)
            fail_msg("%s: a byte behind the arena was written to", what);
}

INTERPRETER_UNUSED void interpreter_close(interpreter_run *run)
{
    free(run->block);
    free(run->file);
    *run = (interpreter_run){.file = NULL};
}

/* A number that looks random, of a type. */
static void interpreter_fill(const mrt_end *end, uint32_t *x)
{
    size_t i;
    for (i = 0; i < end->bytes; i++) {
        *x = *x * 1664525u + 1013904223u;
        ((uint8_t *)end->data)[i] = (uint8_t)(*x >> 24);
    }
    for (i = 0; end->type == MRT_F32 && i < end->bytes / 4; i++)
        ((float *)end->data)[i] = (float)((uint8_t *)end->data)[4 * i] / 32.0f - 4.0f;
}

/* Inputs like the interpreter's own; then both run, and all outputs are compared. */
static void interpreter_compare_sample(interpreter_run *run, mote_runner *runner, const mote_model *model, uint32_t *x,
                                       const char *what)
{
    mrt_end end;
    int32_t i;
    for (i = 0; i < mrt_interpreter_input_count(run->net); i++) {
        mrt_interpreter_input(run->net, i, &end);
        assert_int_equal(end.bytes, mote_model_input(model, i).bytes);
        interpreter_fill(&end, x);
        memcpy(mote_runner_input(runner, i), end.data, end.bytes);
    }
    mrt_interpreter_invoke(run->net);
    invoke_model(runner);
    for (i = 0; i < mrt_interpreter_output_count(run->net); i++) {
        mrt_interpreter_output(run->net, i, &end);
        assert_int_equal(end.bytes, mote_model_output(model, i).bytes);
        if (memcmp(end.data, mote_runner_output(runner, i), end.bytes) != 0)
            fail_msg("%s: output %d differs from the host's", what, i);
    }
    interpreter_check_guards(run, what);
}

INTERPRETER_UNUSED void interpreter_compare(interpreter_run *run, const mote_model *model, int samples, const char *what)
{
    mote_runner *runner;
    mote_error   err = {0};
    uint32_t     x = 1;
    int          s;
    assert_int_equal(mrt_interpreter_input_count(run->net), mote_model_input_count(model));
    assert_int_equal(mrt_interpreter_output_count(run->net), mote_model_output_count(model));
    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: the interpreter opens it, the host does not: %s", what, err.text);
    for (s = 0; s < samples; s++)
        interpreter_compare_sample(run, runner, model, &x, what);
    mote_runner_destroy(runner);
}

#endif
