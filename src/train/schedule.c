/* Learning rates that follow the steps, with Keras' arithmetic: float32 but for the powers and the cosine, which are
 * computed in double and rounded. They are not the C library's, which differs between machines. SPDX-License-Identifier:
 * Apache-2.0 */
#include <math.h>

#include <mote/train.h>

#define PI  3.14159265358979323846
#define LN2 0.693147180559945309417

/* x in [0, pi / 4]: the terms end below 1e-16. */
static double short_cosine(double x)
{
    const double square = x * x;
    double       term = 1, sum = 1;
    int          k;

    for (k = 1; k < 10; k++)
        sum += term *= -square / ((2 * k - 1) * (2 * k));
    return sum;
}

/* x in [0, pi]: cos x = 2 cos^2(x / 2) - 1, twice. */
static double cosine(double x)
{
    const double quarter = short_cosine(x / 4), half = 2 * quarter * quarter - 1;

    return 2 * half * half - 1;
}

/* x > 0: of the mantissa m, ln m = 2 atanh((m - 1) / (m + 1)). */
static double logarithm(double x)
{
    int          exponent, k;
    const double mantissa = frexp(x, &exponent) * 2, part = (mantissa - 1) / (mantissa + 1), square = part * part;
    double       power = part, sum = 0;

    for (k = 0; k < 20; k++, power *= square)
        sum += power / (2 * k + 1);
    return 2 * sum + (exponent - 1) * LN2;
}

static double exponential(double x)
{
    const double whole = floor(x / LN2 + 0.5), rest = x - whole * LN2;
    double       term = 1, sum = 1;
    int          k;

    for (k = 1; k < 18; k++)
        sum += term *= rest / k;
    return whole < -1022 ? 0 : whole > 1023 ? INFINITY : ldexp(sum, (int)whole);
}

static float power_of(float base, float exponent)
{
    if (exponent == 0)
        return 1;
    return base > 0 ? (float)exponential((double)exponent * logarithm((double)base)) : 0;
}

/* ---- the schedules ---- */

/* Of parts of decay_steps: how many are over. */
static float parts_over(const mote_schedule *s, float step)
{
    const float parts = step / (float)s->decay_steps;

    return s->staircase ? floorf(parts) : parts;
}

static float exponential_decay(const mote_schedule *s, float step)
{
    return s->initial_learning_rate * power_of((float)s->decay_rate, parts_over(s, step));
}

static float inverse_time_decay(const mote_schedule *s, float step)
{
    return s->initial_learning_rate / (1.0f + (float)s->decay_rate * parts_over(s, step));
}

/* From 1 down to alpha. */
static float cosine_share(const mote_schedule *s, float part, float height)
{
    const float cosine_decayed = 0.5f * height * (1.0f + (float)cosine((double)((float)PI * part)));

    return (float)(1.0 - s->alpha) * cosine_decayed + (float)s->alpha;
}

static float cosine_decay(const mote_schedule *s, float step)
{
    const float steps = (float)s->decay_steps, warmup = s->warmup_target > 0 ? (float)s->warmup_steps : 0;
    const float top = s->warmup_target > 0 ? s->warmup_target : s->initial_learning_rate;

    step = step < steps + warmup ? step : steps + warmup;
    if (step < warmup)
        return (s->warmup_target - s->initial_learning_rate) * (step / warmup) + s->initial_learning_rate;
    return top * cosine_share(s, (step - warmup) / steps, 1);
}

/* Parts that become longer by t_mul and lower by m_mul. */
static float cosine_decay_restarts(const mote_schedule *s, float step)
{
    const float t_mul = (float)s->t_mul;
    float       part = step / (float)s->decay_steps, restarts, before;

    if (t_mul == 1) {
        restarts = floorf(part);
        part -= restarts;
    } else {
        restarts = floorf((float)logarithm((double)(1.0f - part * (1.0f - t_mul))) / (float)logarithm((double)t_mul));
        before = (1.0f - power_of(t_mul, restarts)) / (1.0f - t_mul);
        part = (part - before) / power_of(t_mul, restarts);
    }
    part = part > 1 ? 1 : part < 0 ? 0 : part;
    return s->initial_learning_rate * cosine_share(s, part, power_of((float)s->m_mul, restarts));
}

static float polynomial_decay(const mote_schedule *s, float step)
{
    const float end = s->end_learning_rate;
    float       steps = (float)s->decay_steps;

    if (s->cycle)
        steps *= step == 0 ? 1.0f : ceilf(step / steps);
    else
        step = step < steps ? step : steps;
    return (s->initial_learning_rate - end) * power_of(1.0f - step / steps, (float)s->power) + end;
}

static float piecewise_constant(const mote_schedule *s, uint64_t step)
{
    int32_t i = 0;

    while (i < s->boundary_count && step > s->boundaries[i])
        i++;
    return s->values[i];
}

float mote_schedule_at(const mote_schedule *s, uint64_t step)
{
    switch (s->kind) {
    case MOTE_SCHEDULE_EXPONENTIAL_DECAY:
        return exponential_decay(s, (float)step);
    case MOTE_SCHEDULE_COSINE_DECAY:
        return cosine_decay(s, (float)step);
    case MOTE_SCHEDULE_COSINE_DECAY_RESTARTS:
        return cosine_decay_restarts(s, (float)step);
    case MOTE_SCHEDULE_POLYNOMIAL_DECAY:
        return polynomial_decay(s, (float)step);
    case MOTE_SCHEDULE_INVERSE_TIME_DECAY:
        return inverse_time_decay(s, (float)step);
    default:
        return piecewise_constant(s, step);
    }
}
