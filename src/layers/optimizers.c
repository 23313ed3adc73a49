/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/optimizers.h"

#include <string.h>

/* ---- arguments ---- */

/* A zero would mean the default, so those that may be zero have it as their default. */
#define NUMBER(member, low, high)       MOTE_KEY(#member, mote_optimizer, member, .min = low, .max = high)
#define USUAL(member, low, high, usual) MOTE_KEY(#member, mote_optimizer, member, .min = low, .max = high, .standard = usual)
#define TRUTH(member)                   MOTE_KEY(#member, mote_optimizer, member)
#define SHARE(member, usual)            USUAL(member, 1e-6, 0.9999999, usual)
#define EPSILON                         USUAL(epsilon, 1e-30, 1, 1e-7)
/* clang-format off */
#define CLIPPING_AND_MEAN                                                                                                   \
    NUMBER(clipnorm, 1e-30, 1e30), NUMBER(global_clipnorm, 1e-30, 1e30), NUMBER(clipvalue, 1e-30, 1e30), TRUTH(use_ema),     \
    NUMBER(ema_momentum, 1e-6, 0.9999999), NUMBER(ema_overwrite_frequency, 1, 1000000000)
/* clang-format on */

static const mote_key sgd_keys[] = {NUMBER(momentum, 0, 1), TRUTH(nesterov), {0}};
static const mote_key rmsprop_keys[] = {NUMBER(momentum, 0, 1), EPSILON, SHARE(rho, 0.9), TRUTH(centered), {0}};
static const mote_key adam_keys[] = {SHARE(beta_1, 0.9), SHARE(beta_2, 0.999), EPSILON, {0}};
static const mote_key adagrad_keys[] = {USUAL(initial_accumulator_value, 1e-30, 1e30, 0.1), EPSILON, {0}};
static const mote_key adadelta_keys[] = {SHARE(rho, 0.95), EPSILON, {0}};
static const mote_key lion_keys[] = {SHARE(beta_1, 0.9), SHARE(beta_2, 0.99), {0}};

static const mote_key more_keys[] = {NUMBER(weight_decay, 0, 1e6), CLIPPING_AND_MEAN, {0}};
static const mote_key adam_more[] = {NUMBER(weight_decay, 0, 1e6), TRUTH(amsgrad), CLIPPING_AND_MEAN, {0}};
static const mote_key adamw_more[] = {USUAL(weight_decay, 1e-30, 1e6, 0.004), TRUTH(amsgrad), CLIPPING_AND_MEAN, {0}};

/* ---- optimizers ---- */

#define ONE                                                                                                                 \
    {                                                                                                                       \
        MOTE_SLOT_ALWAYS, false                                                                                             \
    }
#define TWO                                                                                                                 \
    ONE,                                                                                                                    \
    {                                                                                                                       \
        MOTE_SLOT_ALWAYS, true                                                                                              \
    }

const mote_optimizer_type mote_optimizer_types[MOTE_OPTIMIZER_COUNT] = {
    [MOTE_OPTIMIZER_RMSPROP] = {"rmsprop",
                                "RMSprop",
                                0.001f,
                                rmsprop_keys,
                                more_keys,
                                {ONE, {MOTE_SLOT_MOMENTUM, false}, {MOTE_SLOT_CENTERED, false}},
                                false},
    [MOTE_OPTIMIZER_SGD] = {"sgd", "SGD", 0.01f, sgd_keys, more_keys, {{MOTE_SLOT_MOMENTUM, false}}, false},
    [MOTE_OPTIMIZER_ADAM] = {"adam", "Adam", 0.001f, adam_keys, adam_more, {TWO, {MOTE_SLOT_AMSGRAD, false}}, false},
    [MOTE_OPTIMIZER_ADAMW] = {"adamw", "AdamW", 0.001f, adam_keys, adamw_more, {TWO, {MOTE_SLOT_AMSGRAD, false}}, false},
    [MOTE_OPTIMIZER_NADAM] = {"nadam", "Nadam", 0.001f, adam_keys, more_keys, {TWO}, true},
    [MOTE_OPTIMIZER_ADAMAX] = {"adamax", "Adamax", 0.001f, adam_keys, more_keys, {TWO}, false},
    [MOTE_OPTIMIZER_ADAGRAD] = {"adagrad", "Adagrad", 0.001f, adagrad_keys, more_keys, {ONE}, false},
    [MOTE_OPTIMIZER_ADADELTA] = {"adadelta", "Adadelta", 0.001f, adadelta_keys, more_keys, {TWO}, false},
    [MOTE_OPTIMIZER_LION] = {"lion", "Lion", 0.001f, lion_keys, more_keys, {ONE}, false},
};

const char *mote_optimizer_name(mote_optimizer_kind kind)
{
    return (unsigned)kind < MOTE_OPTIMIZER_COUNT ? mote_optimizer_types[kind].name : "(unknown)";
}

mote_optimizer_kind mote_optimizer_find(const char *name)
{
    mote_optimizer_kind kind;

    for (kind = 0; kind < MOTE_OPTIMIZER_COUNT; kind++)
        if (strcmp(mote_optimizer_types[kind].name, name) == 0)
            break;
    return kind;
}

static int32_t add_keys(mote_key *out, const mote_key *keys)
{
    int32_t count = 0;

    for (; keys[count].name; count++)
        out[count] = keys[count];
    return count;
}

void mote_optimizer_list_keys(mote_optimizer_kind kind, mote_key *out)
{
    int32_t count = add_keys(out, mote_optimizer_types[kind].keys);

    count += add_keys(out + count, mote_optimizer_types[kind].more);
    out[count] = (mote_key){0};
}

void mote_optimizer_complete(mote_optimizer *o)
{
    const mote_optimizer_type *type = &mote_optimizer_types[o->kind];

    o->learning_rate = o->learning_rate != 0.0f ? o->learning_rate : type->learning_rate;
    mote_keys_set_defaults(type->keys, o);
    mote_keys_set_defaults(type->more, o);
    if (o->use_ema && o->ema_momentum == 0.0f)
        o->ema_momentum = 0.99f;
}

/* ---- what they remember ---- */

static bool is_needed(const mote_optimizer *o, mote_slot_need need)
{
    switch (need) {
    case MOTE_SLOT_ALWAYS:
        return true;
    case MOTE_SLOT_MOMENTUM:
        return o->momentum > 0;
    case MOTE_SLOT_CENTERED:
        return o->centered;
    case MOTE_SLOT_AMSGRAD:
        return o->amsgrad;
    case MOTE_SLOT_EMA:
        return o->use_ema;
    default:
        return false;
    }
}

mote_slot_list mote_optimizer_list_slots(const mote_optimizer *optimizer)
{
    const mote_optimizer_type *type = &mote_optimizer_types[optimizer->kind];
    mote_slot_list             list = {0};
    int32_t                    i;

    if (is_needed(optimizer, MOTE_SLOT_EMA))
        list.place[list.count++] = MOTE_SLOT_OF_MEAN;
    for (i = 0; i < MOTE_OWN_SLOTS; i++)
        if (is_needed(optimizer, type->slots[i].need)) {
            list.is_beside[list.count] = type->slots[i].is_beside;
            list.place[list.count++] = i;
        }
    return list;
}

int32_t mote_slot_place(const mote_slot_list *slots, int32_t slot, int32_t weight, int32_t weight_count)
{
    int32_t first = slot, width = 1;

    while (slots->is_beside[first])
        first--;
    while (first + width < slots->count && slots->is_beside[first + width])
        width++;
    return first * weight_count + weight * width + slot - first;
}

/* ---- schedules ---- */

#define RATE_KEY(member, low) MOTE_KEY(#member, mote_schedule, member, .min = low, .max = 1e6)
#define BEGINNING                                                                                                           \
    MOTE_KEY("initial_learning_rate", mote_schedule, initial_learning_rate, .min = 0, .max = 1e6, .is_required = true)
#define STEPS(key) MOTE_KEY(key, mote_schedule, decay_steps, .min = 1, .max = 1e15)

static const mote_key decay_keys[] = {
    BEGINNING,
    STEPS("decay_steps"),
    MOTE_KEY("decay_rate", mote_schedule, decay_rate, .min = 1e-30, .max = 1e6, .is_required = true),
    MOTE_KEY("staircase", mote_schedule, staircase),
    {0}};
static const mote_key cosine_keys[] = {BEGINNING,
                                       STEPS("decay_steps"),
                                       MOTE_KEY("alpha", mote_schedule, alpha, .min = 0, .max = 1e6),
                                       RATE_KEY(warmup_target, 0),
                                       MOTE_KEY("warmup_steps", mote_schedule, warmup_steps, .min = 0, .max = 1e15),
                                       {0}};
static const mote_key restart_keys[] = {BEGINNING,
                                        STEPS("first_decay_steps"),
                                        MOTE_KEY("t_mul", mote_schedule, t_mul, .min = 1, .max = 1e6, .standard = 2),
                                        MOTE_KEY("m_mul", mote_schedule, m_mul, .min = 1e-6, .max = 1e6, .standard = 1),
                                        MOTE_KEY("alpha", mote_schedule, alpha, .min = 0, .max = 1e6),
                                        {0}};
static const mote_key polynomial_keys[] = {
    BEGINNING,
    STEPS("decay_steps"),
    MOTE_KEY("end_learning_rate", mote_schedule, end_learning_rate, .min = 1e-12, .max = 1e6, .standard = 0.0001),
    MOTE_KEY("power", mote_schedule, power, .min = 1e-6, .max = 1e6, .standard = 1),
    MOTE_KEY("cycle", mote_schedule, cycle),
    {0}};
static const mote_key no_keys[] = {{0}};

const mote_schedule_type mote_schedule_types[MOTE_SCHEDULE_COUNT] = {
    [MOTE_SCHEDULE_EXPONENTIAL_DECAY] = {"exponential_decay", "ExponentialDecay", decay_keys},
    [MOTE_SCHEDULE_COSINE_DECAY] = {"cosine_decay", "CosineDecay", cosine_keys},
    [MOTE_SCHEDULE_COSINE_DECAY_RESTARTS] = {"cosine_decay_restarts", "CosineDecayRestarts", restart_keys},
    [MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY] = {"piecewise_constant_decay", "PiecewiseConstantDecay", no_keys},
    [MOTE_SCHEDULE_POLYNOMIAL_DECAY] = {"polynomial_decay", "PolynomialDecay", polynomial_keys},
    [MOTE_SCHEDULE_INVERSE_TIME_DECAY] = {"inverse_time_decay", "InverseTimeDecay", decay_keys},
};

const char *mote_schedule_name(mote_schedule_kind kind)
{
    return (unsigned)kind < MOTE_SCHEDULE_COUNT ? mote_schedule_types[kind].name : "(unknown)";
}

void mote_schedule_complete(mote_schedule *s, uint64_t training_steps)
{
    const uint64_t warmup = s->warmup_target > 0 ? s->warmup_steps : 0;

    mote_keys_set_defaults(mote_schedule_types[s->kind].keys, s);
    if (s->decay_steps == 0)
        s->decay_steps = training_steps > warmup ? training_steps - warmup : 1;
}
