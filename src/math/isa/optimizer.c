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
