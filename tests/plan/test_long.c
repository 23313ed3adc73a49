/* Models of 100,000 operators: every step from file to plan and instances takes time in proportion to them. What takes it in
 * their square does not end before the alarm.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/inspect.h>

#include "emit/emit.h"
#include "exec/exec.h"
#include "formats/tflite/tflite.h"
#include "plan/place.h"
#include "running.h"

enum { LONG = 100000, WIDE = 12000, WIDTH = 4, SECONDS = 300 };

/* ---- graphs ---- */

typedef struct maker {
    mote_model *model;
    mote_graph *graph;
    mote_error  err;
} maker;

static maker make(mote_stage stage)
{
    maker m = {0};

    assert_int_equal(mote_model_create(&m.model, stage, 0, &m.err), MOTE_OK);
    m.graph = &m.model->graphs[0];
    return m;
}

/* scale 0: float32 */
static mote_id add_value(maker *m, float scale)
{
    char        name[32];
    mote_tensor tensor = {.name = name, .dtype = scale > 0 ? MOTE_I8 : MOTE_F32, .rank = 2, .dim = {1, WIDTH}};

    snprintf(name, sizeof name, "value %d", m->graph->tensor_count);
    if (scale > 0)
        tensor.quant = mote_quant_create(m->model, -1, 1, &scale, NULL, &m->err);
    return mote_graph_add_tensor(m->model, m->graph, &tensor, &m->err);
}

static mote_id add_step(maker *m, mote_op_kind op, mote_id a, mote_id b, float scale)
{
    mote_id   in[] = {a, b}, out[] = {add_value(m, scale)};
    mote_node node = {.op = op, .in = in, .in_count = b == MOTE_NONE ? 1 : 2, .out = out, .out_count = 1};

    if (op == MOTE_OP_LEAKY_RELU)
        node.as.leaky_relu.alpha = 0.5f;
    assert_non_null(mote_graph_add_node(m->model, m->graph, &node, &m->err));
    return out[0];
}

static mote_model *finish(maker *m, mote_id in, mote_id out)
{
    mote_graph_set_inputs(m->model, m->graph, &in, 1, &m->err);
    mote_graph_set_outputs(m->model, m->graph, &out, 1, &m->err);
    if (mote_model_verify(m->model, &m->err) != MOTE_OK)
        fail_msg("%s", m->err.text);
    return m->model;
}

/* x -> LEAKY_RELU -> LEAKY_RELU ...; of int8, hardly two steps have the same scales. */
static mote_model *make_chain(int32_t length, bool is_int8)
{
    maker   m = make(is_int8 ? MOTE_STAGE_QUANTIZED : MOTE_STAGE_INFER);
    mote_id in = add_value(&m, is_int8 ? 0.1f : 0.0f), x = in;
    int32_t i;

    for (i = 0; i < length; i++)
        x = add_step(&m, MOTE_OP_LEAKY_RELU, x, MOTE_NONE, is_int8 ? 0.05f + 1e-5f * (float)(i * 7919LL % 10007) : 0.0f);
    return finish(&m, in, x);
}

/* Each layer reads what the one before it made, and none works in place: two buffers by turns. */
static mote_model *make_dense(int32_t length)
{
    static const float   weights[WIDTH * WIDTH] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    static const int32_t dim[] = {WIDTH, WIDTH};
    maker                m = make(MOTE_STAGE_INFER);
    mote_id              in = add_value(&m, 0), x = in, w;
    int32_t              i;

    w = mote_graph_add_const(m.model, m.graph, "weights", MOTE_F32, 2, dim, weights, &m.err);
    for (i = 0; i < length; i++)
        x = add_step(&m, MOTE_OP_FULLY_CONNECTED, x, w, 0);
    return finish(&m, in, x);
}

/* Half of the operators make values that all live until the other half adds them up. */
static mote_model *make_wide(int32_t width)
{
    maker    m = make(MOTE_STAGE_INFER);
    mote_id *values = calloc((size_t)width, sizeof *values), in = add_value(&m, 0), sum;
    int32_t  i;

    assert_non_null(values);
    for (i = 0; i < width; i++)
        values[i] = add_step(&m, MOTE_OP_LEAKY_RELU, in, MOTE_NONE, 0);
    sum = values[0];
    for (i = 1; i < width; i++)
        sum = add_step(&m, MOTE_OP_ADD, sum, values[i], 0);
    free(values);
    return finish(&m, in, sum);
}

/* A model of its own file. */
static mote_model *through_a_file(mote_model *model)
{
    mote_text   file = {0};
    mote_error  err = {0};
    mote_model *again;

    assert_int_equal(mote_tflite_write(&file, model, &err), MOTE_OK);
    if (mote_tflite_read(&again, (const uint8_t *)file.bytes, file.count, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_text_free(&file);
    mote_model_destroy(model);
    return again;
}

static mote_program *plan(const mote_model *model, bool keeps_all)
{
    mote_program *program;
    mote_error    err = {0};

    if (mote_lower(&program, model, &mote_target_portable, &err) != MOTE_OK ||
        mote_plan(program, &(mote_plan_options){.keeps_all = keeps_all}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return program;
}

static void check_plan(const mote_model *model, bool keeps_all, size_t memory)
{
    mote_program *program = plan(model, keeps_all);
    mote_error    err = {0};

    if (mote_plan_verify(program, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(program->memory_bytes, memory);
    assert_int_equal(program->lower_bound, memory);
    mote_program_destroy(program);
}

/* The fast region is full, and the rest lies in the other one, though not all blocks were tried. */
static void check_split(const mote_model *model, size_t fast)
{
    const size_t  limits[] = {fast, SIZE_MAX};
    mote_program *program;
    mote_error    err = {0};

    if (mote_lower(&program, model, &mote_target_portable, &err) != MOTE_OK ||
        mote_plan(program, &(mote_plan_options){.region_bytes = limits, .region_count = 2}, &err) != MOTE_OK ||
        mote_plan_verify(program, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(program->regions[0].bytes, fast);
    assert_true(program->memory_bytes <= program->lower_bound + program->lower_bound / 2);
    mote_program_destroy(program);
}

/* ---- tests ---- */

static void a_long_chain_is_inspected_and_run(void **state)
{
    const float     in[WIDTH] = {0, 1, 2, 3};
    float           out[WIDTH];
    mote_model     *model = through_a_file(make_chain(LONG, false));
    mote_inspection inspection;
    mote_runner    *runner;
    mote_error      err = {0};

    (void)state;
    assert_int_equal(mote_inspect(&inspection, model, NULL, &err), MOTE_OK);
    assert_null(inspection.memory_failure);
    assert_int_equal(inspection.layer_count, LONG);
    assert_int_equal(inspection.memory.arena_bytes, 2 * sizeof in); /* the caller's input is not written over */
    assert_int_equal(inspection.memory.peak_step, 0);
    mote_inspection_free(&inspection);
    assert_int_equal(mote_runner_create(&runner, model, NULL, &err), MOTE_OK);
    memcpy(mote_runner_input(runner, 0), in, sizeof in);
    invoke_model(runner);
    memcpy(out, mote_runner_output(runner, 0), sizeof out);
    assert_memory_equal(out, in, sizeof in); /* LEAKY_RELU leaves what is not negative as it is */
    mote_runner_destroy(runner);
    mote_model_destroy(model);
}

static void long_and_wide_graphs_are_planned_and_none_overlaps(void **state)
{
    mote_model *dense = make_dense(LONG), *wide = make_wide(WIDE);

    (void)state;
    check_plan(dense, false, 2 * WIDTH * sizeof(float));
    check_plan(wide, false, (WIDE + 1) * WIDTH * sizeof(float)); /* the input and all values */
    check_plan(wide, true, 2 * WIDE * WIDTH * sizeof(float));
    check_split(dense, WIDTH * sizeof(float));
    check_split(wide, WIDE / 2 * WIDTH * sizeof(float));
    mote_model_destroy(dense);
    mote_model_destroy(wide);
}

static void many_different_steps_find_their_instances(void **state)
{
    mote_model   *model = make_chain(LONG, true);
    mote_variant  variant = {.program = plan(model, false)};
    mote_arena    arena = {0};
    mote_error    err = {0};
    mote_optimize optimize;
    int32_t       i, uses;

    (void)state;
    for (optimize = MOTE_OPTIMIZE_SPEED; optimize <= MOTE_OPTIMIZE_SIZE; optimize++) {
        variant = (mote_variant){.program = variant.program};
        assert_int_equal(mote_choose_instances(&variant, optimize, &arena, &err), MOTE_OK);
        for (i = uses = 0; i < variant.instance_count; i++)
            uses += variant.instances[i].use_count;
        assert_int_equal(uses, LONG);
        assert_int_equal(variant.instance_count, 1); /* so many do not fit the budget: all share */
        assert_int_equal(variant.shared_count, 1);
    }
    mote_arena_destroy(&arena);
    mote_program_destroy(variant.program);
    mote_model_destroy(model);
}

/* Blocks of any size that live for any time, more than first fit looks at: apart, and not far above the bound. */
static void many_blocks_of_any_size_are_apart(void **state)
{
    enum { BLOCKS = 12000, LIFE_MAX = 40 };
    network_dice dice = network_dice_of(16);
    mote_block  *blocks = calloc(BLOCKS, sizeof *blocks);
    mote_span   *spans = calloc(BLOCKS, sizeof *spans);
    mote_placing placing = {.blocks = blocks, .count = BLOCKS, .step_count = BLOCKS, .align = 8};
    mote_error   err = {0};
    int32_t      i, k;

    (void)state;
    assert_non_null(blocks);
    assert_non_null(spans);
    for (i = 0; i < BLOCKS; i++) {
        k = i + roll(&dice, i % 100 ? LIFE_MAX : BLOCKS - i);
        spans[i] = (mote_span){(size_t)roll(&dice, 1000), i, k < BLOCKS ? k : BLOCKS};
        blocks[i] = (mote_block){.spans = &spans[i], .span_count = 1, .runs_over = MOTE_NONE};
    }
    assert_int_equal(mote_place_blocks(&placing, &err), MOTE_OK);
    for (i = 0; i < BLOCKS; i++)
        for (k = i + 1; k < BLOCKS && k <= spans[i].last_step; k++)
            assert_true(spans[i].bytes == 0 || spans[k].bytes == 0 ||
                        blocks[i].offset >= blocks[k].offset + spans[k].bytes ||
                        blocks[k].offset >= blocks[i].offset + spans[i].bytes);
    assert_true(placing.memory_bytes >= placing.lower_bound);
    assert_true(placing.memory_bytes <= placing.lower_bound + placing.lower_bound / 2);
    free(blocks);
    free(spans);
}

/* Bytes in use at a step, by looking at each. */
static size_t live_bytes(const mote_program *program, int32_t step)
{
    bool   *is_live = calloc(program->memory_bytes + 1, sizeof *is_live);
    size_t  live = 0, k;
    int32_t i;

    assert_non_null(is_live);
    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        const mote_place *own = &program->places[i];
        if (own->is_placed && own->first_step <= step && step <= own->last_step)
            memset(&is_live[mote_plan_place(program, i)->offset], true, own->bytes);
    }
    memset(&is_live[program->scratch[step]], true, program->steps[step].scratch_bytes);
    for (k = 0; k < program->memory_bytes; k++)
        live += is_live[k];
    free(is_live);
    return live;
}

static void the_peak_is_the_first_step_at_which_most_is_in_use(void **state)
{
    mote_error err = {0};
    uint64_t   number;

    (void)state;
    for (number = 1; number < 40; number++) {
        mote_model   *model = network_infer(network_random(number));
        mote_program *program = plan(model, false);
        size_t        most = 0;
        int32_t       s, peak = 0;
        for (s = 0; s < program->step_count; s++)
            if (live_bytes(program, s) > most) {
                most = live_bytes(program, s);
                peak = s;
            }
        assert_int_equal(mote_plan_peak_step(program, &err), peak);
        mote_program_destroy(program);
        mote_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_chain_is_inspected_and_run),
        cmocka_unit_test(long_and_wide_graphs_are_planned_and_none_overlaps),
        cmocka_unit_test(many_different_steps_find_their_instances),
        cmocka_unit_test(many_blocks_of_any_size_are_apart),
        cmocka_unit_test(the_peak_is_the_first_step_at_which_most_is_in_use),
    };
    alarm(SECONDS);
    return cmocka_run_group_tests_name("long", tests, NULL, NULL);
}
