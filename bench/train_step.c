/* Microseconds of one training step (forward, loss, backward, optimizer) of five small networks, on random data.
 *
 *     cc -O2 -std=gnu11 -Isrc -Iinclude bench/train_step.c build/libmote.a -lpthread -lm -o build/train_step
 *     build/train_step [LEVEL] [THREADS] [NAME]
 *
 * The inputs imitate images: four of five values are zero in the two MNIST networks, as in MNIST itself; "dense" variants
 * have none. The best of many rounds is printed: on a shared machine it is the figure that repeats.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/math.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef enum { DENSE, CONV, DEPTHWISE, MAX_POOL, NORM, GLOBAL_AVERAGE } kind;

typedef struct layer {
    kind kind;
    int  units, kernel, stride, pad; /* pad: SAME */
    int  activation;
} layer;

enum { LAYERS_MAX = 64 };

typedef struct state {
    layer           as;
    mote_math_dense dense;
    mote_math_conv  conv;
    mote_math_pool  pool;
    mote_math_norm  norm;
    size_t          w, b, in, out; /* offsets of weights; floats of x and y */
    float          *y, *dy, *mean, *variance, *inv_std;
    void           *saved;
} state;

typedef struct network {
    const char *name;
    int         batch, height, width, channels;
    float       zeros; /* share of the input */
    bool        is_adam, is_regression;
    layer       layers[LAYERS_MAX];
} network;

static const mote_math *math;
static mote_pool       *pool;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *floats(size_t count)
{
    float *p = aligned_alloc(64, (count * sizeof(float) + 127) / 64 * 64);

    if (!p)
        exit(1);
    memset(p, 0, count * sizeof(float));
    return p;
}

static int out_size(int in, const layer *l)
{
    return l->pad ? (in + l->stride - 1) / l->stride : (in - l->kernel) / l->stride + 1;
}

static int pad_before(int in, int out, const layer *l)
{
    int all = (out - 1) * l->stride + l->kernel - in;

    return l->pad && all > 0 ? all / 2 : 0;
}

/* Fills the states; returns how many layers there are. *weights: floats of all parameters. */
static int build(const network *net, state *s, size_t *weights, size_t *scratch)
{
    int h = net->height, w = net->width, c = net->channels, count = 0;

    *weights = *scratch = 0;
    for (; net->layers[count].units || net->layers[count].kind; count++, s++) {
        const layer *l = &net->layers[count];
        int          out_h, out_w, units;
        size_t       need = 0, params = 0, biases = (size_t)l->units;
        *s = (state){.as = *l, .in = (size_t)net->batch * (size_t)(h * w * c)};
        if (l->kind == DENSE) {
            s->dense = (mote_math_dense){net->batch, h * w * c, l->units, (mote_math_activation)l->activation};
            params = (size_t)(h * w * c * l->units);
            out_h = out_w = 1;
            units = l->units;
            need = math->dense_scratch(&s->dense);
        } else if (l->kind == NORM) {
            s->norm = (mote_math_norm){(size_t)net->batch * (size_t)(h * w), c, 1e-3f};
            out_h = h, out_w = w, units = c;
            params = biases = (size_t)c;
            s->mean = floats((size_t)c), s->variance = floats((size_t)c), s->inv_std = floats((size_t)c);
            need = math->batch_norm_scratch(&s->norm);
        } else if (l->kind == GLOBAL_AVERAGE) {
            s->pool = (mote_math_pool){.n = net->batch, .in_h = h, .in_w = w, .channels = c};
            out_h = out_w = 1, units = c;
        } else {
            out_h = out_size(h, l), out_w = out_size(w, l);
            units = l->kind == CONV ? l->units : c;
            s->conv = (mote_math_conv){net->batch,
                                       h,
                                       w,
                                       c,
                                       out_h,
                                       out_w,
                                       units,
                                       l->kernel,
                                       l->kernel,
                                       l->stride,
                                       l->stride,
                                       1,
                                       1,
                                       pad_before(h, out_h, l),
                                       pad_before(w, out_w, l),
                                       (mote_math_activation)l->activation};
            s->pool = (mote_math_pool){net->batch, h, w, c, out_h, out_w, l->kernel, l->kernel, l->stride, l->stride, 0, 0};
            params = (size_t)(l->kernel * l->kernel * units) * (l->kind == CONV ? (size_t)c : 1);
            biases = (size_t)units;
            if (l->kind == MAX_POOL) {
                params = biases = 0;
                s->saved = malloc(math->max_pool_saved(&s->pool));
            } else
                need = l->kind == CONV ? math->conv2d_scratch(&s->conv) : math->depthwise_scratch(&s->conv);
        }
        s->w = *weights;
        s->b = s->w + params;
        *weights = s->b + biases;
        *scratch = need > *scratch ? need : *scratch;
        h = out_h, w = out_w, c = units;
        s->out = (size_t)net->batch * (size_t)(h * w * c);
        s->y = floats(s->out);
        s->dy = floats(s->out);
    }
    return count;
}

static void forward(const state *s, const float *x, const float *w, mote_math_work work)
{
    switch (s->as.kind) {
    case DENSE:
        math->dense_forward(&s->dense, x, w + s->w, w + s->b, s->y, work);
        break;
    case CONV:
        math->conv2d_forward(&s->conv, x, w + s->w, w + s->b, s->y, work);
        break;
    case DEPTHWISE:
        math->depthwise_forward(&s->conv, x, w + s->w, w + s->b, s->y, work);
        break;
    case MAX_POOL:
        math->max_pool_forward(&s->pool, x, s->y, s->saved, pool);
        break;
    case NORM:
        math->batch_norm_train(&s->norm, x, w + s->w, w + s->b, s->y, s->mean, s->variance, s->inv_std, work);
        if (s->as.activation)
            math->activation_forward(s->out, (mote_math_activation)s->as.activation, s->y, s->y);
        break;
    case GLOBAL_AVERAGE:
        math->global_average_forward(s->pool.n, s->pool.in_h * s->pool.in_w, s->pool.channels, x, s->y);
        break;
    }
}

static void backward(const state *s, const float *x, float *dx, const float *w, float *g, mote_math_work work)
{
    mote_math_grads grads = {.x = x, .w = w + s->w, .y = s->y, .dy = s->dy, .dx = dx, .dw = g + s->w, .db = g + s->b};

    switch (s->as.kind) {
    case DENSE:
        math->dense_backward(&s->dense, &grads, work);
        break;
    case CONV:
        math->conv2d_backward(&s->conv, &grads, work);
        break;
    case DEPTHWISE:
        math->depthwise_backward(&s->conv, &grads, work);
        break;
    case MAX_POOL:
        math->max_pool_backward(&s->pool, s->saved, s->dy, dx, false, pool);
        break;
    case NORM:
        if (s->as.activation)
            math->activation_backward(s->out, (mote_math_activation)s->as.activation, s->y, s->dy, s->dy, false);
        math->batch_norm_backward(&s->norm, x, w + s->w, s->mean, s->inv_std, s->dy, dx, false, g + s->w, g + s->b, work);
        break;
    case GLOBAL_AVERAGE:
        math->global_average_backward(s->pool.n, s->pool.in_h * s->pool.in_w, s->pool.channels, s->dy, dx, false);
        break;
    }
}

/* Keeps the least. */
static void note(double *least, double seconds)
{
    *least = *least == 0 || seconds < *least ? seconds : *least;
}

static const char *const kind_names[] = {"dense", "conv", "depthwise", "max_pool", "norm", "global"};

static void measure(const network *net, bool is_detailed)
{
    state    s[LAYERS_MAX];
    size_t   weights, scratch, i, slots;
    int      count = build(net, s, &weights, &scratch), k, round;
    float   *x = floats(s[0].in), *w = floats(weights), *g = floats(weights), *m = floats(weights), *v = floats(weights);
    state   *last = &s[count - 1];
    float   *target = floats(last->out);
    int32_t *labels = calloc((size_t)net->batch, sizeof *labels);
    mote_math_work work = {pool, floats(scratch / sizeof(float) + 16)};
    double         best = 1e9, start, used[2][LAYERS_MAX] = {{0}}, begin = now(), update = 0, t;
    uint64_t       step = 0;

    mote_random_fill_f32(mote_random_make(1, MOTE_RANDOM_TEST, 0, 0), 0, 1, x, s[0].in);
    for (i = 0; i < s[0].in; i++)
        if (mote_random_unit_f32(mote_random_make(2, MOTE_RANDOM_TEST, 0, 0), i) < net->zeros)
            x[i] = 0;
    for (k = 0; k < count; k++) {
        slots = s[k].b - s[k].w;
        float limit =
            2.45f / __builtin_sqrtf((float)(slots ? (k && s[k].as.kind == DENSE
                                                         ? s[k].dense.in
                                                         : (int)(slots / (size_t)(s[k].as.units ? s[k].as.units : 1)))
                                                  : 1));
        if (s[k].as.kind == NORM)
            for (i = 0; i < slots; i++)
                w[s[k].w + i] = 1;
        else
            mote_random_fill_f32(mote_random_make(3, MOTE_RANDOM_TEST, (uint32_t)k, 0), -limit, limit, w + s[k].w, slots);
    }
    for (i = 0; i < (size_t)net->batch; i++)
        labels[i] = (int32_t)(i % 10);
    for (round = 0; round < 100000 && (round < 5 || now() - begin < 1.5); round++) {
        int inner = best < 1e-4 ? 100 : 1;
        start = now();
        for (int repeat = 0; repeat < inner; repeat++) {
            for (k = 0; k < count; k++) {
                t = now();
                forward(&s[k], k ? s[k - 1].y : x, w, work);
                note(&used[0][k], now() - t);
            }
            if (net->is_regression)
                math->mean_squared_error((size_t)net->batch, last->dense.out, 1.0f / (float)net->batch, last->y, target,
                                         last->dy);
            else
                math->softmax_cross_entropy_labels((size_t)net->batch, last->dense.out, 1.0f / (float)net->batch, last->y,
                                                   labels, last->dy);
            for (k = count - 1; k >= 0; k--) {
                t = now();
                backward(&s[k], k ? s[k - 1].y : x, k ? s[k - 1].dy : NULL, w, g, work);
                note(&used[1][k], now() - t);
            }
            t = now();
            if (net->is_adam)
                math->adam_step(
                    &(mote_math_adam){
                        .lr = 1e-5f, .beta1 = .9f, .beta2 = .999f, .epsilon = 1e-7f, .step = ++step, .clears_g = true},
                    weights, w, g, m, v);
            else
                math->rmsprop_step(&(mote_math_rmsprop){.lr = 1e-5f, .rho = .9f, .epsilon = 1e-7f, .clears_g = true},
                                   weights, w, g, v, NULL, NULL);
            note(&update, now() - t);
        }
        t = (now() - start) / inner;
        best = t < best ? t : best;
    }
    printf("%-28s %10.1f us\n", net->name, best * 1e6);
    if (is_detailed) {
        for (k = 0; k < count; k++)
            printf("    %-12s %9.1f forward %9.1f backward\n", kind_names[s[k].as.kind], used[0][k] * 1e6, used[1][k] * 1e6);
        printf("    update       %9.1f\n", update * 1e6);
    }
}

#define MNIST_CNN                                                                                                           \
    {                                                                                                                       \
        {CONV, 16, 3, 1, 0, 1}, {MAX_POOL, 0, 2, 2, 0, 0}, {CONV, 16, 3, 1, 0, 1}, {MAX_POOL, 0, 2, 2, 0, 0},               \
        {                                                                                                                   \
            DENSE, 10, 0, 0, 0, 0                                                                                           \
        }                                                                                                                   \
    }
#define MLP                                                                                                                 \
    {                                                                                                                       \
        {DENSE, 64, 0, 0, 0, 1}, {DENSE, 64, 0, 0, 0, 1},                                                                   \
        {                                                                                                                   \
            DENSE, 10, 0, 0, 0, 0                                                                                           \
        }                                                                                                                   \
    }
#define BLOCK(in, out, stride)                                                                                              \
    {DEPTHWISE, in, 3, stride, 1, 0}, {NORM, 0, 0, 0, 0, 2}, {CONV, out, 1, 1, 0, 0},                                       \
    {                                                                                                                       \
        NORM, 0, 0, 0, 0, 2                                                                                                 \
    }

static const network networks[] = {
    {"sine 1-16-16-1 b16",
     16,
     1,
     1,
     1,
     0,
     false,
     true,
     {{DENSE, 16, 0, 0, 0, 1}, {DENSE, 16, 0, 0, 0, 1}, {DENSE, 1, 0, 0, 0, 0}}},
    {"mlp 784-64-64-10 b64", 64, 1, 1, 784, 0.8f, false, false, MLP},
    {"mlp, dense input", 64, 1, 1, 784, 0, false, false, MLP},
    {"cnn 28x28 16-16 b64", 64, 28, 28, 1, 0.8f, true, false, MNIST_CNN},
    {"cnn, dense input", 64, 28, 28, 1, 0, true, false, MNIST_CNN},
    {"60x60x3 4 x conv 16 b32",
     32,
     60,
     60,
     3,
     0,
     true,
     false,
     {{CONV, 16, 3, 1, 0, 1},
      {MAX_POOL, 0, 2, 2, 0, 0},
      {CONV, 16, 3, 1, 0, 1},
      {MAX_POOL, 0, 2, 2, 0, 0},
      {CONV, 16, 3, 1, 0, 1},
      {MAX_POOL, 0, 2, 2, 0, 0},
      {CONV, 16, 3, 1, 0, 1},
      {DENSE, 10, 0, 0, 0, 0}}},
    {"mobilenet 96x96 b32",
     32,
     96,
     96,
     3,
     0,
     true,
     false,
     {{CONV, 8, 3, 2, 1, 0},
      {NORM, 0, 0, 0, 0, 2},
      BLOCK(8, 16, 1),
      BLOCK(16, 32, 2),
      BLOCK(32, 32, 1),
      BLOCK(32, 64, 2),
      BLOCK(64, 64, 1),
      BLOCK(64, 128, 2),
      BLOCK(128, 128, 1),
      {GLOBAL_AVERAGE, 0, 0, 0, 0, 0},
      {DENSE, 10, 0, 0, 0, 0}}},
    {"resnet8 32x32, 3x3 16-64 b32",
     32,
     32,
     32,
     3,
     0,
     true,
     false,
     {{CONV, 16, 3, 1, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 16, 3, 1, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 16, 3, 1, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 32, 3, 2, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 32, 3, 1, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 64, 3, 2, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {CONV, 64, 3, 1, 1, 0},
      {NORM, 0, 0, 0, 0, 1},
      {GLOBAL_AVERAGE, 0, 0, 0, 0, 0},
      {DENSE, 10, 0, 0, 0, 0}}},
};

int main(int count, char **arguments)
{
    mote_error err = {0};

    math = mote_math_select(count > 1 && strcmp(arguments[1], "best") != 0 ? arguments[1] : NULL);
    if (!math || mote_pool_create(&pool, count > 2 ? atoi(arguments[2]) : 1, &err) != MOTE_OK)
        return 1;
    printf("%s, %d thread(s)\n", math->name, mote_pool_thread_count(pool));
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if (count <= 3 || strstr(networks[i].name, arguments[3]))
            measure(&networks[i], count > 3);
    mote_pool_destroy(pool);
    return 0;
}
