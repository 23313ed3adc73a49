/* Runs a program step after step on one block of memory; real numbers in and out of stored types.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exec/exec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_loop(const mote_program *program)
{
    int32_t s;

    for (s = 0; s < program->step_count; s++)
        if (program->steps[s].control == MRT_CONTROL_LOOP)
            return true;
    return false;
}

/* So that a WHILE that does not end meets a limit. */
static mote_status measure_work(mote_runner *runner, uint64_t limit, mote_error *err)
{
    enum { WORK_OF_STEP = 64 };
    const mote_program *program = runner->program;
    const mote_graph   *graph = &program->model->graphs[0];
    int32_t             s;

    if (!has_loop(program))
        return MOTE_OK;
    runner->work = MOTE_NEW(&runner->arena, uint64_t, program->step_count, err);
    runner->work_limit = limit > 0 ? limit : 10000000000u;
    for (s = 0; runner->work && s < program->step_count; s++)
        runner->work[s] = mote_size_add(mote_op_macs(graph, &graph->nodes[s]),
                                        mote_tensor_count(mote_node_result(graph, &graph->nodes[s])) + WORK_OF_STEP);
    return err->code;
}

static mote_status fill_runner(mote_runner *runner, const mote_model *model, const mote_runner_options *options,
                               mote_error *err)
{
    const mote_plan_options plan = {.align_bytes = 16, .keeps_all = options->keeps_all};
    const mote_target      *target = mote_target_find(options->target ? options->target : "host");

    if (!target)
        return mote_fail(err, MOTE_ERR_USAGE, "target %s does not exist", options->target);
    runner->arena.cap_bytes = options->memory_bytes;
    MOTE_TRY(mote_lower(&runner->program, model, target, err));
    MOTE_TRY(mote_plan(runner->program, &plan, err));
    runner->memory = MOTE_NEW(&runner->arena, uint8_t, runner->program->memory_bytes, err);
    if (!runner->memory)
        return err->code;
    mote_runner_reset(runner);
    return measure_work(runner, options->work_limit, err);
}

mote_status mote_runner_create(mote_runner **out, const mote_model *model, const mote_runner_options *options,
                               mote_error *err)
{
    static const mote_runner_options defaults = {0};
    mote_runner                     *runner = calloc(1, sizeof *runner);

    *out = NULL;
    if (!runner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (fill_runner(runner, model, options ? options : &defaults, err) != MOTE_OK) {
        mote_runner_destroy(runner);
        return err->code;
    }
    *out = runner;
    return MOTE_OK;
}

void mote_runner_destroy(mote_runner *runner)
{
    if (!runner)
        return;
    mote_program_destroy(runner->program);
    mote_arena_destroy(&runner->arena);
    free(runner);
}

void *mote_runner_tensor(const mote_runner *runner, mote_id id)
{
    const mote_tensor *tensor;

    if (id == MOTE_NONE)
        return NULL;
    tensor = &runner->program->model->graphs[0].tensors[id];
    return tensor->kind == MOTE_CONST ? tensor->data : runner->memory + mote_plan_place(runner->program, id)->offset;
}

void *mote_runner_input(mote_runner *runner, int32_t index)
{
    return mote_runner_tensor(runner, runner->program->model->graphs[0].inputs[index]);
}

const void *mote_runner_output(const mote_runner *runner, int32_t index)
{
    return mote_runner_tensor(runner, runner->program->model->graphs[0].outputs[index]);
}

/* Where a mark leads. */
static int32_t follow(const mote_runner *runner, int32_t index)
{
    const mote_step *step = &runner->program->steps[index];
    bool             decides = step->control == MRT_CONTROL_IF || step->control == MRT_CONTROL_LEAVE;

    if (step->control == MRT_CONTROL_LOOP || step->control == MRT_CONTROL_END_IF)
        return index + 1;
    if (decides && *(const uint8_t *)mote_runner_tensor(runner, step->in[0]) != 0)
        return index + 1;
    return step->target;
}

int32_t mote_runner_step(mote_runner *runner, int32_t index)
{
    const mote_step *step = &runner->program->steps[index];
    mrt_io           io;
    int32_t          i;

    if (step->control)
        return follow(runner, index);
    if (step->kernel->is_view)
        return index + 1;
    for (i = 0; i < step->in_count; i++)
        io.in[i] = mote_runner_tensor(runner, step->in[i]);
    for (i = 0; i < step->out_count; i++)
        io.out[i] = mote_runner_tensor(runner, step->out[i]);
    io.scratch = runner->memory + runner->program->scratch[index];
    io.state = runner->memory + runner->program->states[index];
    mote_kernel_run(step->kernel, step->prepared.params, &io);
    return index + 1;
}

static int32_t run_step(mote_runner *runner, int32_t s)
{
    const int32_t next = mote_runner_step(runner, s);

    if (runner->watch)
        runner->watch(runner->watcher, s);
    return next;
}

static mote_status invoke_within_limit(mote_runner *runner, mote_error *err)
{
    const mote_program *program = runner->program;
    uint64_t            left = runner->work_limit;
    int32_t             s;

    for (s = 0; s < program->step_count; s = run_step(runner, s)) {
        if (runner->work[s] > left)
            return mote_fail(err, MOTE_ERR_LIMIT,
                             "%s: a WHILE goes on after %llu operations, the limit; mote_runner_options.work_limit sets it",
                             mote_node_show(&program->model->graphs[0], &program->model->graphs[0].nodes[s]).text,
                             (unsigned long long)runner->work_limit);
        left -= runner->work[s];
    }
    return MOTE_OK;
}

mote_status mote_runner_invoke(mote_runner *runner, mote_error *err)
{
    int32_t s;

    mote_runner_begin(runner);
    if (runner->work)
        return invoke_within_limit(runner, err);
    for (s = 0; s < runner->program->step_count; s = run_step(runner, s)) {
    }
    return MOTE_OK;
}

void mote_runner_reset(mote_runner *runner)
{
    const mote_graph *graph = &runner->program->model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_STATE)
            memcpy(mote_runner_tensor(runner, i), graph->tensors[i].data, mote_tensor_bytes(&graph->tensors[i]));
    for (i = 0; i < runner->program->step_count; i++)
        memset(runner->memory + runner->program->states[i], 0, runner->program->steps[i].prepared.state_bytes);
}

void mote_runner_begin(mote_runner *runner)
{
    if (mote_graph_forgets(&runner->program->model->graphs[0]))
        mote_runner_reset(runner);
}

void mote_runner_set_real(mote_runner *runner, int32_t input, const float *values)
{
    mote_tensor_info info = mote_model_input(runner->program->model, input);

    mote_store_real(&info, values, mote_runner_input(runner, input), info.count);
}

void mote_runner_get_real(const mote_runner *runner, int32_t output, float *values)
{
    mote_tensor_info info = mote_model_output(runner->program->model, output);

    mote_load_real(&info, mote_runner_output(runner, output), values, info.count);
}

static long long quantize_real(const mote_tensor_info *info, float value, long long min, long long max)
{
    const float rounded = info->is_quantized ? roundf(value / info->scale) + (float)info->zero_point : roundf(value);

    if (!(rounded > (float)min))
        return min;
    return rounded < (float)max ? (long long)rounded : max;
}

void mote_store_real(const mote_tensor_info *info, const float *values, void *stored, size_t count)
{
    long long min, max;
    size_t    i;

    mote_dtype_limits(info->dtype, &min, &max);
    for (i = 0; i < count; i++)
        switch (info->dtype) {
        case MOTE_F32:
            ((float *)stored)[i] = values[i];
            break;
        case MOTE_I8:
            ((int8_t *)stored)[i] = (int8_t)quantize_real(info, values[i], min, max);
            break;
        case MOTE_U8:
            ((uint8_t *)stored)[i] = (uint8_t)quantize_real(info, values[i], min, max);
            break;
        case MOTE_I16:
            ((int16_t *)stored)[i] = (int16_t)quantize_real(info, values[i], min, max);
            break;
        case MOTE_I32:
            ((int32_t *)stored)[i] = (int32_t)quantize_real(info, values[i], min, max);
            break;
        default:
            break;
        }
}

static float dequantize(const mote_tensor_info *info, int32_t stored)
{
    return info->is_quantized ? info->scale * (float)(stored - info->zero_point) : (float)stored;
}

void mote_load_real(const mote_tensor_info *info, const void *stored, float *values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        switch (info->dtype) {
        case MOTE_F32:
            values[i] = ((const float *)stored)[i];
            break;
        case MOTE_I8:
            values[i] = dequantize(info, ((const int8_t *)stored)[i]);
            break;
        case MOTE_U8:
            values[i] = dequantize(info, ((const uint8_t *)stored)[i]);
            break;
        case MOTE_I16:
            values[i] = dequantize(info, ((const int16_t *)stored)[i]);
            break;
        case MOTE_I32:
            values[i] = dequantize(info, ((const int32_t *)stored)[i]);
            break;
        default:
            values[i] = 0;
            break;
        }
}
