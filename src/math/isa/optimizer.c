/* Optimizer steps over one flat buffer, as Keras 3 writes them (keras/src/optimizers).
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"

void ISA(sgd_step)(sgd_options *options, size_t count, float *w, float *g, float *velocity)
{
    const float lr = options->lr, momentum = options->momentum;

    for (ptrdiff_t i = 0, left = (ptrdiff_t)count; left > 0; i += LANES, left -= LANES) {
        vf step = load_up_to(g + i, left) * -lr;
        if (momentum != 0) {
            vf v = fma_(set1(momentum), load_up_to(velocity + i, left), step);
            store_up_to(velocity + i, v, left);
            step = options->nesterov ? fma_(set1(momentum), v, step) : v;
        }
        store_up_to(w + i, load_up_to(w + i, left) + step, left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(rmsprop_step)(rmsprop_options *options, size_t count, float *w, float *g, float *v, float *momentum_buffer,
                       float *mean_g)
{
    const float rho = (float)options->rho, rest = (float)(1.0 - options->rho), momentum = options->momentum;

    for (ptrdiff_t i = 0, left = (ptrdiff_t)count; left > 0; i += LANES, left -= LANES) {
        vf gradient = load_up_to(g + i, left), step;
        vf square = fma_(gradient * gradient, set1(rest), load_up_to(v + i, left) * rho), under = square;
        store_up_to(v + i, square, left);
        if (options->centered) {
            vf mean = fma_(gradient, set1(rest), load_up_to(mean_g + i, left) * rho);
            store_up_to(mean_g + i, mean, left);
            under = square - mean * mean;
        }
        step = gradient * options->lr / sqrt_(under + options->epsilon);
        if (momentum != 0) {
            step = fma_(set1(momentum), load_up_to(momentum_buffer + i, left), step);
            store_up_to(momentum_buffer + i, step, left);
        }
        store_up_to(w + i, load_up_to(w + i, left) - step, left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

/* beta^step by squaring: the C library's pow differs between machines. */
static double power(double base, uint64_t exponent)
{
    double result = 1;

    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1)
            result *= base;
    return result;
}

void ISA(adam_step)(adam_options *options, size_t count, float *w, float *g, float *m, float *v)
{
    const float unbias1 = 1.0f - (float)power((double)(float)options->beta1, options->step);
    const float unbias2 = 1.0f - (float)power((double)(float)options->beta2, options->step);
    const float alpha = options->lr * __builtin_sqrtf(unbias2) / unbias1; /* in float32, as Keras has it */
    const vf    rest1 = set1((float)(1.0 - options->beta1)), rest2 = set1((float)(1.0 - options->beta2));

    for (ptrdiff_t i = 0, left = (ptrdiff_t)count; left > 0; i += LANES, left -= LANES) {
        vf gradient = load_up_to(g + i, left), first = load_up_to(m + i, left), second = load_up_to(v + i, left);
        first = fma_(gradient - first, rest1, first);
        second = fma_(gradient * gradient - second, rest2, second);
        store_up_to(m + i, first, left);
        store_up_to(v + i, second, left);
        store_up_to(w + i, load_up_to(w + i, left) - first * alpha / (sqrt_(second) + options->epsilon), left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(amsgrad_step)(adam_options *options, size_t count, float *w, float *g, float *m, float *v, float *top)
{
    const float unbias1 = 1.0f - (float)power((double)(float)options->beta1, options->step);
    const float unbias2 = 1.0f - (float)power((double)(float)options->beta2, options->step);
    const float alpha = options->lr * __builtin_sqrtf(unbias2) / unbias1;
    const vf    rest1 = set1((float)(1.0 - options->beta1)), rest2 = set1((float)(1.0 - options->beta2));

    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), first = load_up_to(m + i, left), second = load_up_to(v + i, left), most;
        first = fma_(gradient - first, rest1, first);
        second = fma_(gradient * gradient - second, rest2, second);
        most = max_(load_up_to(top + i, left), second);
        store_up_to(m + i, first, left);
        store_up_to(v + i, second, left);
        store_up_to(top + i, most, left);
        store_up_to(w + i, load_up_to(w + i, left) - first * alpha / (sqrt_(most) + options->epsilon), left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(nadam_step)(adam_options *options, size_t count, float *w, float *g, float *m, float *v, float *product)
{
    const float beta1 = (float)options->beta1, beta2 = (float)options->beta2;
    const float now = beta1 * (1.0f - 0.5f * (float)power((double)0.96f, options->step));
    const float next = beta1 * (1.0f - 0.5f * (float)power((double)0.96f, options->step + 1));
    const float unbias2 = 1.0f - (float)power((double)beta2, options->step), rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;
    float       left_now, left_next;

    *product *= now;
    left_now = 1.0f - *product;
    left_next = 1.0f - *product * next;
    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), first = load_up_to(m + i, left), second = load_up_to(v + i, left), hat;
        first = fma_(gradient - first, set1(rest1), first);
        second = fma_(gradient * gradient - second, set1(rest2), second);
        hat = first * next / left_next + gradient * (1.0f - now) / left_now;
        store_up_to(m + i, first, left);
        store_up_to(v + i, second, left);
        store_up_to(w + i, load_up_to(w + i, left) - hat * options->lr / (sqrt_(second / unbias2) + options->epsilon), left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

INLINE vf magnitude(vf x)
{
    return max_(x, -x);
}

void ISA(adamax_step)(adam_options *options, size_t count, float *w, float *g, float *m, float *u)
{
    const float unbias = 1.0f - (float)power((double)(float)options->beta1, options->step);
    const vf    rest = set1((float)(1.0 - options->beta1)), beta2 = set1((float)options->beta2);

    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), first = load_up_to(m + i, left);
        vf norm = max_(beta2 * load_up_to(u + i, left), magnitude(gradient));
        first = fma_(gradient - first, rest, first);
        store_up_to(m + i, first, left);
        store_up_to(u + i, norm, left);
        store_up_to(w + i, load_up_to(w + i, left) - first * options->lr / ((norm + options->epsilon) * unbias), left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(adagrad_step)(rmsprop_options *options, size_t count, float *w, float *g, float *a)
{
    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), sum = fma_(gradient, gradient, load_up_to(a + i, left));
        store_up_to(a + i, sum, left);
        store_up_to(w + i, load_up_to(w + i, left) - gradient * options->lr / sqrt_(sum + options->epsilon), left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(adadelta_step)(rmsprop_options *options, size_t count, float *w, float *g, float *a, float *b)
{
    const float rho = (float)options->rho, rest = (float)(1.0 - options->rho), epsilon = options->epsilon;

    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), moves = load_up_to(b + i, left), move;
        vf square = fma_(gradient * gradient, set1(rest), load_up_to(a + i, left) * rho);
        move = sqrt_(moves + epsilon) * gradient / sqrt_(square + epsilon);
        store_up_to(a + i, square, left);
        store_up_to(b + i, fma_(move * move, set1(rest), moves * rho), left);
        store_up_to(w + i, load_up_to(w + i, left) - move * options->lr, left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(lion_step)(adam_options *options, size_t count, float *w, float *g, float *m)
{
    const float beta1 = (float)options->beta1, beta2 = (float)options->beta2;

    FOR_VECTORS(i, left, count)
    {
        vf gradient = load_up_to(g + i, left), mean = load_up_to(m + i, left);
        vf toward = mean * beta1 + gradient * (1.0f - beta1);
        vf sign = select_(greater(toward, set1(0)), set1(1), select_(greater(set1(0), toward), set1(-1), toward));
        store_up_to(m + i, mean * beta2 + gradient * (1.0f - beta2), left);
        store_up_to(w + i, load_up_to(w + i, left) - sign * options->lr, left);
        if (options->clears_g)
            store_up_to(g + i, set1(0), left);
    }
}

void ISA(mean_step)(size_t count, float momentum, const float *w, float *mean)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(mean + i, load_up_to(mean + i, left) * momentum + load_up_to(w + i, left) * (1.0f - momentum), left);
    }
}

void ISA(decay)(size_t count, float rate, float lr, float *w)
{
    FOR_VECTORS(i, left, count)
    {
        vf value = load_up_to(w + i, left);
        store_up_to(w + i, value - value * rate * lr, left);
    }
}

void ISA(clip_values)(size_t count, float most, float *g)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(g + i, min_(set1(most), max_(set1(-most), load_up_to(g + i, left))), left);
    }
}
