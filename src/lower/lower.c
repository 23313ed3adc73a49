/* The targets, and how each node of a model becomes a step: its kernel chosen, its parameters prepared.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lower/lower.h"

#include <stdlib.h>
#include <string.h>

#include "graph/control.h"
#include "passes/passes.h"
#include "runtime/ops/variable.h"

enum {
    HOST_AVX2 = MOTE_TARGET_HOST | MOTE_TARGET_HOST_AVX2,
    HOST_ALL = HOST_AVX2 | MOTE_TARGET_HOST_AVX512,
};

const mote_target mote_target_host = {.name = "host", .kernels = (mote_target_mask)HOST_ALL};
const mote_target mote_target_host_baseline = {.name = "host-baseline", .kernels = MOTE_TARGET_HOST};
const mote_target mote_target_host_avx2 = {.name = "host-avx2", .kernels = (mote_target_mask)HOST_AVX2};
const mote_target mote_target_reference = {.name = "reference", .kernels = MOTE_TARGET_REFERENCE};
const mote_target mote_target_portable = {
    .name = "portable", .kernels = MOTE_TARGET_PORTABLE, .is_packed = true, .code_bytes = 8192};
const mote_target mote_target_arm_dsp = {.name = "arm-dsp",
                                         .kernels = MOTE_TARGET_PORTABLE | MOTE_TARGET_ARM_DSP,
                                         .is_packed = true,
                                         .condition = "defined(__ARM_FEATURE_DSP) && defined(__GNUC__)",
                                         .code_bytes = 9060};
const mote_target mote_target_riscv = {.name = "riscv",
                                       .kernels = MOTE_TARGET_PORTABLE | MOTE_TARGET_RISCV,
                                       .is_packed = true,
                                       .condition = "defined(__riscv) && __riscv_xlen == 32 && defined(__riscv_mul)",
                                       .code_bytes = 32768};
const mote_target mote_target_avr = {.name = "avr",
                                     .kernels = MOTE_TARGET_AVR,
                                     .is_packed = true,
                                     .condition = "defined(__AVR__)",
                                     .code_bytes = 8192,
                                     .object_bytes = 32767};

const mote_target *mote_target_find(const char *name)
{
    static const mote_target *const all[] = {
        &mote_target_host,     &mote_target_host_baseline, &mote_target_host_avx2, &mote_target_reference,
        &mote_target_portable, &mote_target_arm_dsp,       &mote_target_riscv,     &mote_target_avr};
    size_t i;

    for (i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

static bool is_computed(const mote_graph *graph, mote_id id)
{
    return id != MOTE_NONE && graph->tensors[id].kind != MOTE_CONST;
}

/* After prepare, which says what comes. Constants that do are arrays of the step's. */
static mote_status list_operands(mote_program *program, mote_step *step, const mote_graph *graph, const mote_node *node,
                                 mote_error *err)
{
    int32_t i;

    step->in = MOTE_NEW(&program->arena, mote_id, node->in_count, err);
    if (!step->in)
        return err->code;
    step->in_count = mote_op_list_operands(graph, node, &step->prepared, step->in);
    step->out = node->out;
    step->out_count = node->out_count;
    step->first = MOTE_NONE;
    for (i = step->in_count - 1; i >= 0; i--)
        if (is_computed(graph, step->in[i]))
            step->first = step->in[i];
    if (step->first == MOTE_NONE && node->in_count > 0)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "reads nothing but constants; compute it when the model is made");
    for (i = 0; i < step->in_count; i++)
        if (step->in[i] != MOTE_NONE && !is_computed(graph, step->in[i]))
            MOTE_TRY(mote_prepared_add_operand(&step->prepared, i, &graph->tensors[step->in[i]], err));
    return MOTE_OK;
}

/* mask: by computed operands. */
static void allow_in_place(mote_step *step, const mote_graph *graph, uint32_t mask)
{
    int32_t i, computed = 0;

    for (i = 0; i < step->in_count && i < 32; i++)
        if (is_computed(graph, step->in[i]))
            step->in_place |= (mask >> computed++ & 1u) << i;
}

static void describe_overlap(mote_step *step, const mote_graph *graph, const mote_node *node)
{
    const mote_kernel *kernel = step->kernel;
    const ptrdiff_t    distance = kernel->overlap ? kernel->overlap(graph, node) : PTRDIFF_MAX;

    allow_in_place(step, graph, kernel->in_place ? kernel->in_place(graph, node) : 0);
    step->may_overlap = distance < PTRDIFF_MAX;
    step->overlap = step->may_overlap && distance > 0 ? (size_t)distance : 0;
}

/* Marks run nothing; what they decide by is their only operand. */
static const mote_kernel control_kernel = {.symbol = "control", .targets = MOTE_TARGET_ANY, .is_view = true};

static mote_status lower_control(mote_step *step, const mote_node *node)
{
    step->kernel = &control_kernel;
    step->control = (mrt_control)node->as.control.what;
    step->target = node->as.control.target;
    step->in = node->in;
    step->in_count = node->in_count;
    step->first = node->in_count > 0 ? node->in[0] : MOTE_NONE;
    return MOTE_OK;
}

static mote_status lower_copy(mote_step *step, const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mrt_variable_params *params;

    step->kernel = mrt_copy_value_kernels;
    if (!(params = mote_prepared_params(&step->prepared, sizeof *params, err)))
        return err->code;
    params->bytes = (int32_t)mote_tensor_bytes(&graph->tensors[node->out[0]]);
    step->in = node->in;
    step->out = node->out;
    step->in_count = step->out_count = 1;
    step->first = is_computed(graph, node->in[0]) ? node->in[0] : MOTE_NONE;
    return step->first == MOTE_NONE ? mote_prepared_add_operand(&step->prepared, 0, &graph->tensors[node->in[0]], err)
                                    : MOTE_OK;
}

static mote_status lower_node(mote_program *program, mote_step *step, int32_t index, mote_error *err)
{
    const mote_graph  *graph = &program->model->graphs[0];
    const mote_node   *node = &graph->nodes[index];
    const mote_op_row *row;

    step->node = index;
    step->prepared.arena = &program->arena;
    if (node->op == MOTE_OP_CONTROL)
        return lower_control(step, node);
    if (node->op == MOTE_OP_COPY)
        return lower_copy(step, graph, node, err);
    if (!(row = mote_op_find_row(graph, node, err)))
        return err->code;
    step->kernel = mote_op_choose_kernel(row, program->target->kernels, graph, node, err);
    if (!step->kernel)
        return err->code;
    if (step->kernel->is_view)
        return list_operands(program, step, graph, node, err);
    MOTE_TRY(mote_kernel_prepare(step->kernel, graph, node, &step->prepared, err));
    if (program->target->is_packed && step->kernel->pack)
        MOTE_TRY(step->kernel->pack(graph, node, &step->prepared, err));
    MOTE_TRY(list_operands(program, step, graph, node, err));
    step->scratch_bytes = mote_kernel_scratch(step->kernel, graph, node);
    describe_overlap(step, graph, node);
    return MOTE_OK;
}

static mote_status lower_nodes(mote_program *program, mote_error *err)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           i, loop = -1;

    program->steps = MOTE_NEW(&program->arena, mote_step, graph->node_count, err);
    program->places = MOTE_NEW(&program->arena, mote_place, graph->tensor_count, err);
    program->scratch = MOTE_NEW(&program->arena, size_t, graph->node_count, err);
    program->states = MOTE_NEW(&program->arena, size_t, graph->node_count, err);
    if (!program->steps || !program->places || !program->scratch || !program->states)
        return err->code;
    for (i = 0; i < graph->node_count; i++) {
        mote_step *step = &program->steps[program->step_count++];
        MOTE_TRY(lower_node(program, step, i, err));
        step->loop = loop;
        if (step->control == MRT_CONTROL_LOOP)
            loop = i;
        else if (step->control == MRT_CONTROL_REPEAT)
            loop = program->steps[loop].loop;
    }
    return MOTE_OK;
}

static mote_status flatten(mote_program *program, mote_error *err)
{
    if (!mote_model_has_control(program->model))
        return MOTE_OK;
    MOTE_TRY(mote_model_flatten(&program->flat, program->model, NULL, err));
    program->model = program->flat;
    return MOTE_OK;
}

mote_status mote_lower(mote_program **out, const mote_model *model, const mote_target *target, mote_error *err)
{
    mote_program *program = calloc(1, sizeof *program);

    *out = NULL;
    if (!program)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    program->arena.cap_bytes = model->arena.cap_bytes;
    program->model = model;
    program->target = target;
    if (model->stage == MOTE_STAGE_TRAIN)
        mote_fail(err, MOTE_ERR_USAGE, "a model in training cannot be executed; take its inference form");
    else if (flatten(program, err) == MOTE_OK)
        lower_nodes(program, err);
    if (err->code != MOTE_OK) {
        mote_program_destroy(program);
        return err->code;
    }
    *out = program;
    return MOTE_OK;
}

void mote_program_destroy(mote_program *program)
{
    if (!program)
        return;
    mote_model_destroy(program->flat);
    mote_arena_destroy(&program->arena);
    free(program);
}

bool mote_program_has_state(const mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE && mote_tensor_bytes(&graph->tensors[i]) > 0)
            return true;
    for (i = 0; i < program->step_count; i++)
        if (program->steps[i].prepared.state_bytes > 0)
            return true;
    return false;
}

int32_t mote_program_straight_steps(const mote_program *program)
{
    int32_t count = 0, s;

    for (s = 0; s < program->step_count; s++) {
        if (program->steps[s].control)
            return 0;
        count += !program->steps[s].kernel->is_view;
    }
    return count;
}

/* Of outputs that are constants, each tensor once. */
static size_t constant_output_bytes(const mote_graph *graph)
{
    size_t  bytes = 0;
    int32_t i, first;

    for (i = 0; i < graph->output_count; i++) {
        for (first = 0; graph->outputs[first] != graph->outputs[i]; first++) {
        }
        if (first == i && graph->tensors[graph->outputs[i]].kind == MOTE_CONST)
            bytes += mote_tensor_bytes(&graph->tensors[graph->outputs[i]]);
    }
    return bytes;
}

size_t mote_program_constant_bytes(const mote_program *program)
{
    size_t  bytes = constant_output_bytes(&program->model->graphs[0]);
    int32_t s, i;

    for (s = 0; s < program->step_count; s++) {
        const mote_prepared *prepared = &program->steps[s].prepared;
        for (i = 0; i < prepared->array_count; i++)
            bytes += mote_const_array_bytes(&prepared->arrays[i]);
    }
    return bytes;
}

size_t mote_program_zero_bytes(const mote_program *program)
{
    const mote_graph *graph = &program->model->graphs[0];
    size_t            bytes = 0;
    int32_t           s, i;

    for (s = 0; s < program->step_count; s++) {
        const mote_step *step = &program->steps[s];
        if (!step->kernel || !step->kernel->leaves_out_zeros)
            continue;
        bytes += mote_tensor_bytes(mote_node_in(graph, &graph->nodes[step->node], 1));
        for (i = 0; i < step->prepared.array_count; i++)
            if (strcmp(step->prepared.arrays[i].role, "weights") == 0)
                bytes -= mote_const_array_bytes(&step->prepared.arrays[i]);
    }
    return bytes;
}
