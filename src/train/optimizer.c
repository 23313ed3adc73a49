/* SPDX-License-Identifier: Apache-2.0 */
#include "train/optimizer.h"

#include <stdio.h>
#include <string.h>

static const char *const names[MOTE_OPTIMIZER_COUNT] = {
    [MOTE_OPTIMIZER_RMSPROP] = "rmsprop", [MOTE_OPTIMIZER_SGD] = "sgd", [MOTE_OPTIMIZER_ADAM] = "adam"};

const char *mote_optimizer_name(mote_optimizer_kind kind)
{
    return (unsigned)kind < MOTE_OPTIMIZER_COUNT ? names[kind] : "(unknown)";
}

mote_optimizer_kind mote_optimizer_find(const char *name)
{
    mote_optimizer_kind kind;

    for (kind = 0; kind < MOTE_OPTIMIZER_COUNT; kind++)
        if (strcmp(names[kind], name) == 0)
            break;
    return kind;
}

static float or_default(float value, float standard)
{
    return value != 0.0f ? value : standard;
}

static double or_default_f64(double value, double standard)
{
    return value != 0.0 ? value : standard;
}

mote_status mote_optimizer_init(mote_optimizer_state *state, const mote_optimizer *options, size_t count, mote_arena *arena,
                                mote_error *err)
{
    mote_optimizer *o = &state->options;

    *state = (mote_optimizer_state){.options = *options};
    o->learning_rate = or_default(o->learning_rate, o->kind == MOTE_OPTIMIZER_SGD ? 0.01f : 0.001f);
    o->epsilon = or_default(o->epsilon, 1e-7f);
    o->rho = or_default_f64(o->rho, 0.9);
    o->beta_1 = or_default_f64(o->beta_1, 0.9);
    o->beta_2 = or_default_f64(o->beta_2, 0.999);
    state->first = MOTE_NEW(arena, float, count, err);
    state->second = MOTE_NEW(arena, float, count, err);
    state->third = MOTE_NEW(arena, float, count, err);
    return err->code;
}

/* Keras lists RMSprop's averages of squares, then momentums, then means, of those that it has. */
static void list_slots(const mote_optimizer_state *state, float **slots)
{
    const mote_optimizer *o = &state->options;
    int                   used = 0;

    slots[used++] = state->first;
    if (o->kind == MOTE_OPTIMIZER_ADAM || (o->kind == MOTE_OPTIMIZER_RMSPROP && o->momentum > 0))
        slots[used++] = state->second;
    slots[used] = state->third;
}

mote_status mote_optimizer_make_memory(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count,
                                       mote_arena *arena, mote_error *err)
{
    int32_t s;

    *memory = (mote_optimizer_memory){.slot_count = mote_optimizer_slots(&state->options)};
    for (s = 0; s < memory->slot_count; s++)
        if (!(memory->slot[s] = MOTE_NEW(arena, float, count, err)))
            return err->code;
    return MOTE_OK;
}

void mote_optimizer_remember(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count)
{
    float  *slots[MOTE_SLOTS_MAX];
    int32_t s;

    list_slots(state, slots);
    for (s = 0; s < memory->slot_count; s++)
        memcpy(memory->slot[s], slots[s], count * sizeof(float));
    memory->step = state->step;
    memory->is_there = true;
}

void mote_optimizer_recall(mote_optimizer_state *state, const mote_optimizer_memory *memory, size_t count)
{
    float  *slots[MOTE_SLOTS_MAX];
    int32_t s;

    list_slots(state, slots);
    for (s = 0; s < memory->slot_count; s++)
        memcpy(slots[s], memory->slot[s], count * sizeof(float));
    state->step = memory->step;
}

mote_status mote_optimizer_keep(mote_optimizer_state *state, mote_kept *kept, size_t count, mote_error *err)
{
    float  *slot[MOTE_SLOTS_MAX] = {NULL};
    char    name[40];
    int32_t i;

    list_slots(state, slot);
    for (i = 0; i < mote_optimizer_slots(&state->options); i++) {
        snprintf(name, sizeof name, "optimizer.%d", (int)i);
        MOTE_TRY(mote_keep(kept, name, MOTE_F32, slot[i], count, err));
    }
    return mote_keep(kept, "optimizer.step", MOTE_U64, &state->step, 1, err);
}

void mote_optimizer_step(mote_optimizer_state *state, const mote_math *math, const mote_params *params, float *grads)
{
    const mote_optimizer *o = &state->options;

    state->step++;
    if (o->kind == MOTE_OPTIMIZER_SGD) {
        const mote_math_sgd sgd = {o->learning_rate, o->momentum, o->nesterov, true};
        math->sgd_step(&sgd, params->count, params->values, grads, state->first);
    } else if (o->kind == MOTE_OPTIMIZER_RMSPROP) {
        const mote_math_rmsprop rmsprop = {o->learning_rate, o->momentum, o->epsilon, o->rho, o->centered, true};
        math->rmsprop_step(&rmsprop, params->count, params->values, grads, state->first, state->second, state->third);
    } else {
        const mote_math_adam adam = {o->learning_rate, o->epsilon, o->beta_1, o->beta_2, state->step, true};
        math->adam_step(&adam, params->count, params->values, grads, state->first, state->second);
    }
}
