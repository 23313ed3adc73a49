/* SPDX-License-Identifier: Apache-2.0 */
#include "train/optimizer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static mote_status start_slot(mote_optimizer_state *state, int32_t place, size_t count, mote_arena *arena, mote_error *err)
{
    float *slot = MOTE_NEW(arena, float, count, err);
    size_t i;

    for (i = 0; slot && state->options.kind == MOTE_OPTIMIZER_ADAGRAD && place == 0 && i < count; i++)
        slot[i] = state->options.initial_accumulator_value;
    state->slot[place] = slot;
    return err->code;
}

mote_status mote_optimizer_init(mote_optimizer_state *state, const mote_optimizer *options, size_t count, mote_arena *arena,
                                mote_error *err)
{
    mote_slot_list slots;
    int32_t        s;

    *state = (mote_optimizer_state){.options = *options, .product = 1};
    mote_optimizer_complete(&state->options);
    slots = mote_optimizer_list_slots(&state->options);
    for (s = 0; s < slots.count; s++)
        MOTE_TRY(start_slot(state, slots.place[s], count, arena, err));
    return MOTE_OK;
}

mote_status mote_optimizer_take_parts(mote_optimizer_state *state, const mote_model *model, mote_arena *arena,
                                      mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    state->parts = MOTE_NEW(arena, mote_param_part, graph->tensor_count, err);
    state->part_count = 0;
    for (i = 0; state->parts && i < graph->tensor_count; i++)
        if (graph->tensors[i].is_trainable)
            state->parts[state->part_count++] = (mote_param_part){
                (size_t)((float *)graph->tensors[i].data - model->params.values), mote_tensor_count(&graph->tensors[i])};
    return err->code;
}

/* ---- what it remembers ---- */

mote_status mote_optimizer_make_memory(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count,
                                       mote_arena *arena, mote_error *err)
{
    int32_t s;

    *memory = (mote_optimizer_memory){.slot_count = mote_optimizer_list_slots(&state->options).count};
    for (s = 0; s < memory->slot_count; s++)
        if (!(memory->slot[s] = MOTE_NEW(arena, float, count, err)))
            return err->code;
    return MOTE_OK;
}

void mote_optimizer_remember(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count)
{
    const mote_slot_list slots = mote_optimizer_list_slots(&state->options);
    int32_t              s;

    for (s = 0; s < memory->slot_count; s++)
        memcpy(memory->slot[s], state->slot[slots.place[s]], count * sizeof(float));
    memory->step = state->step;
    memory->product = state->product;
    memory->is_there = true;
}

void mote_optimizer_recall(mote_optimizer_state *state, const mote_optimizer_memory *memory, size_t count)
{
    const mote_slot_list slots = mote_optimizer_list_slots(&state->options);
    int32_t              s;

    for (s = 0; s < memory->slot_count; s++)
        memcpy(state->slot[slots.place[s]], memory->slot[s], count * sizeof(float));
    state->step = memory->step;
    state->product = memory->product;
}

/* ---- a step ---- */

/* What an optimizer's rule reads and writes. */
typedef struct update {
    mote_optimizer_state *state;
    const mote_math      *math;
    const mote_params    *params;
    float                *grads;
    float                 rate;
} update;

static void step_sgd(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    const mote_math_sgd   sgd = {u->rate, o->momentum, o->nesterov, true};

    u->math->sgd_step(&sgd, u->params->count, u->params->values, u->grads, u->state->slot[0]);
}

static void step_rmsprop(const update *u)
{
    const mote_optimizer   *o = &u->state->options;
    float *const           *slot = u->state->slot;
    const mote_math_rmsprop rmsprop = {u->rate, o->momentum, o->epsilon, o->rho, o->centered, true};

    u->math->rmsprop_step(&rmsprop, u->params->count, u->params->values, u->grads, slot[0], slot[1], slot[2]);
}

static void step_adam(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    float *const         *slot = u->state->slot;
    const mote_math_adam  adam = {u->rate, o->epsilon, o->beta_1, o->beta_2, u->state->step, true};

    if (o->amsgrad)
        u->math->amsgrad_step(&adam, u->params->count, u->params->values, u->grads, slot[0], slot[1], slot[2]);
    else
        u->math->adam_step(&adam, u->params->count, u->params->values, u->grads, slot[0], slot[1]);
}

static void step_nadam(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    const mote_math_adam  adam = {u->rate, o->epsilon, o->beta_1, o->beta_2, u->state->step, true};

    u->math->nadam_step(&adam, u->params->count, u->params->values, u->grads, u->state->slot[0], u->state->slot[1],
                        &u->state->product);
}

static void step_adamax(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    const mote_math_adam  adam = {u->rate, o->epsilon, o->beta_1, o->beta_2, u->state->step, true};

    u->math->adamax_step(&adam, u->params->count, u->params->values, u->grads, u->state->slot[0], u->state->slot[1]);
}

static void step_adagrad(const update *u)
{
    const mote_math_rmsprop adagrad = {.lr = u->rate, .epsilon = u->state->options.epsilon, .clears_g = true};

    u->math->adagrad_step(&adagrad, u->params->count, u->params->values, u->grads, u->state->slot[0]);
}

static void step_adadelta(const update *u)
{
    const mote_optimizer   *o = &u->state->options;
    const mote_math_rmsprop adadelta = {.lr = u->rate, .epsilon = o->epsilon, .rho = o->rho, .clears_g = true};

    u->math->adadelta_step(&adadelta, u->params->count, u->params->values, u->grads, u->state->slot[0], u->state->slot[1]);
}

static void step_lion(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    const mote_math_adam  lion = {.lr = u->rate, .beta1 = o->beta_1, .beta2 = o->beta_2, .clears_g = true};

    u->math->lion_step(&lion, u->params->count, u->params->values, u->grads, u->state->slot[0]);
}

static void (*const rules[MOTE_OPTIMIZER_COUNT])(const update *u) = {
    [MOTE_OPTIMIZER_RMSPROP] = step_rmsprop, [MOTE_OPTIMIZER_SGD] = step_sgd,
    [MOTE_OPTIMIZER_ADAM] = step_adam,       [MOTE_OPTIMIZER_ADAMW] = step_adam,
    [MOTE_OPTIMIZER_NADAM] = step_nadam,     [MOTE_OPTIMIZER_ADAMAX] = step_adamax,
    [MOTE_OPTIMIZER_ADAGRAD] = step_adagrad, [MOTE_OPTIMIZER_ADADELTA] = step_adadelta,
    [MOTE_OPTIMIZER_LION] = step_lion,
};

/* ---- clipping: Keras takes the first of the three that is there ---- */

static float norm_of(const update *u, size_t first, size_t count)
{
    return (float)sqrt(u->math->sum_of_squares(count, u->grads + first));
}

/* g * clipnorm / max(norm, clipnorm). Gradients of no weight, between two of them, are zero. */
static void clip_norms(const update *u, float most)
{
    const mote_param_part whole = {0, u->params->count};
    const int32_t         count = u->state->part_count > 0 ? u->state->part_count : 1;
    int32_t               p;

    for (p = 0; p < count; p++) {
        const mote_param_part part = u->state->part_count > 0 ? u->state->parts[p] : whole;
        const float           norm = norm_of(u, part.first, part.count);
        if (norm > most)
            u->math->scale(part.count, most / norm, u->grads + part.first, u->grads + part.first);
    }
}

static void clip_global(const update *u, float most)
{
    const float norm = norm_of(u, 0, u->params->count);

    if (norm > most)
        u->math->scale(u->params->count, most * (1.0f / norm), u->grads, u->grads);
}

static void clip(const update *u)
{
    const mote_optimizer *o = &u->state->options;

    if (o->clipnorm > 0)
        clip_norms(u, o->clipnorm);
    else if (o->global_clipnorm > 0)
        clip_global(u, o->global_clipnorm);
    else if (o->clipvalue > 0)
        u->math->clip_values(u->params->count, o->clipvalue, u->grads);
}

/* ---- the mean of the weights ---- */

void mote_optimizer_finish(const mote_optimizer_state *state, const mote_params *params)
{
    if (state->options.use_ema && state->step > 0)
        memcpy(params->values, state->slot[MOTE_SLOT_OF_MEAN], params->count * sizeof(float));
}

/* The first step's weights are the first mean. */
static void follow_mean(const update *u)
{
    const mote_optimizer *o = &u->state->options;
    const float           momentum = u->state->step > 1 ? o->ema_momentum : 0;

    u->math->mean_step(u->params->count, momentum, u->params->values, u->state->slot[MOTE_SLOT_OF_MEAN]);
    if (o->ema_overwrite_frequency > 0 && u->state->step % (uint64_t)o->ema_overwrite_frequency == 0)
        mote_optimizer_finish(u->state, u->params);
}

float mote_optimizer_rate(const mote_optimizer_state *state)
{
    const mote_optimizer *o = &state->options;

    return o->schedule ? mote_schedule_at(o->schedule, state->step) : o->learning_rate;
}

mote_status mote_optimizer_keep(mote_optimizer_state *state, mote_kept *kept, size_t count, mote_error *err)
{
    char    name[40];
    int32_t i;

    for (i = 0; i < MOTE_SLOTS_MAX; i++) {
        if (!state->slot[i])
            continue;
        snprintf(name, sizeof name, "optimizer.%d", (int)i);
        MOTE_TRY(mote_keep(kept, name, MOTE_F32, state->slot[i], count, err));
    }
    MOTE_TRY(mote_keep(kept, "optimizer.product", MOTE_F32, &state->product, 1, err));
    MOTE_TRY(mote_keep(kept, "optimizer.learning_rate", MOTE_F32, &state->options.learning_rate, 1, err));
    return mote_keep(kept, "optimizer.step", MOTE_U64, &state->step, 1, err);
}

void mote_optimizer_step(mote_optimizer_state *state, const mote_math *math, const mote_params *params, float *grads)
{
    const update u = {state, math, params, grads, mote_optimizer_rate(state)};

    state->step++;
    clip(&u);
    if (state->options.weight_decay > 0)
        math->decay(params->count, state->options.weight_decay, u.rate, params->values);
    rules[state->options.kind](&u);
    if (state->options.use_ema)
        follow_mean(&u);
}
