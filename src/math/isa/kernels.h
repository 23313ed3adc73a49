/* What the files of isa/ share. Each is compiled once per level; ISA(name) gives a symbol its level's own name.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_KERNELS_H
#define MOTE_MATH_ISA_KERNELS_H

#include "math/isa/vector.h"
#include "math/math.h"

#define ISA_PASTE2(name, level) mote_math_##name##_##level
#define ISA_PASTE(name, level)  ISA_PASTE2(name, level)
#define ISA(name)               ISA_PASTE(name, MOTE_ISA)

typedef const mote_math_dense   dense_shape;
typedef const mote_math_conv    conv_shape;
typedef const mote_math_pool    pool_shape;
typedef const mote_math_norm    norm_shape;
typedef mote_math_activation    activation_kind;
typedef const mote_math_grads   grads_in;
typedef const mote_math_sgd     sgd_options;
typedef const mote_math_rmsprop rmsprop_options;
typedef const mote_math_adam    adam_options;
typedef const mote_math_fake    fake_options;

/* The prototypes of a table's functions, with this level's names. */
size_t ISA(dense_scratch)(dense_shape *shape);
void   ISA(dense_forward)(dense_shape *shape, const float *x, const float *w, const float *b, float *y, mote_math_work work);
void   ISA(dense_backward)(dense_shape *shape, grads_in *grads, mote_math_work work);
size_t ISA(conv2d_scratch)(conv_shape *shape);
void   ISA(conv2d_forward)(conv_shape *shape, const float *x, const float *w, const float *b, float *y, mote_math_work work);
void   ISA(conv2d_backward)(conv_shape *shape, grads_in *grads, mote_math_work work);
size_t ISA(depthwise_scratch)(conv_shape *shape);
void   ISA(depthwise_forward)(conv_shape *shape, const float *x, const float *w, const float *b, float *y,
                            mote_math_work work);
void   ISA(depthwise_backward)(conv_shape *shape, grads_in *grads, mote_math_work work);
size_t ISA(max_pool_saved)(pool_shape *shape);
void   ISA(max_pool_forward)(pool_shape *shape, const float *x, float *y, void *saved, mote_pool *pool);
void   ISA(max_pool_backward)(pool_shape *shape, const void *saved, const float *dy, float *dx, bool adds, mote_pool *pool);
void   ISA(average_pool_forward)(pool_shape *shape, const float *x, float *y, mote_pool *pool);
void   ISA(average_pool_backward)(pool_shape *shape, const float *dy, float *dx, bool adds, mote_pool *pool);
void   ISA(global_average_forward)(int32_t n, int32_t positions, int32_t channels, const float *x, float *y);
void   ISA(global_average_backward)(int32_t n, int32_t positions, int32_t channels, const float *dy, float *dx, bool adds);
size_t ISA(batch_norm_scratch)(norm_shape *shape);
void   ISA(batch_norm_train)(norm_shape *shape, const float *x, const float *gamma, const float *beta, float *y, float *mean,
                           float *variance, float *inv_std, mote_math_work work);
void   ISA(batch_norm_infer)(norm_shape *shape, const float *x, const float *gamma, const float *beta, float *y,
                           const float *mean, const float *variance, mote_math_work work);
void ISA(batch_norm_backward)(norm_shape *shape, const float *x, const float *gamma, const float *mean, const float *inv_std,
                              const float *dy, float *dx, bool adds, float *dgamma, float *dbeta, mote_math_work work);
void ISA(add)(size_t count, activation_kind activation, const float *a, const float *b, float *y);
void ISA(multiply)(size_t count, const float *a, const float *b, float *y, bool adds);
void ISA(scale)(size_t count, float factor, const float *x, float *y);
void ISA(axpy)(size_t count, float factor, const float *x, float *y);
void ISA(bias_add)(size_t rows, int32_t channels, const float *x, const float *b, float *y);
void ISA(bias_grad)(size_t rows, int32_t channels, const float *dy, float *db);
void ISA(activation_forward)(size_t count, activation_kind activation, const float *x, float *y);
void ISA(activation_backward)(size_t count, activation_kind activation, const float *y, const float *dy, float *dx,
                              bool adds);
void ISA(leaky_relu_forward)(size_t count, float alpha, const float *x, float *y);
void ISA(leaky_relu_backward)(size_t count, float alpha, const float *y, const float *dy, float *dx, bool adds);
void ISA(exp)(size_t count, const float *x, float *y);
void ISA(log)(size_t count, const float *x, float *y);
void ISA(sigmoid_forward)(size_t count, const float *x, float *y);
void ISA(sigmoid_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds);
void ISA(tanh_forward)(size_t count, const float *x, float *y);
void ISA(tanh_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds);
void ISA(softmax_forward)(size_t rows, int32_t classes, float beta, const float *x, float *y);
void ISA(softmax_backward)(size_t rows, int32_t classes, float beta, const float *y, const float *dy, float *dx, bool adds);
void ISA(dropout)(size_t count, float rate, mote_random_key key, const float *x, float *y, bool adds);
void ISA(fake_quantize)(fake_options *fake, size_t count, const float *x, float *y);
void ISA(fake_quantize_backward)(fake_options *fake, size_t count, const float *x, const float *dy, float *dx);
void ISA(widen)(size_t count, const float *x, float *min, float *max);
double ISA(softmax_cross_entropy)(size_t rows, int32_t classes, float scale, const float *logits, const float *targets,
                                  float *dx);
double ISA(softmax_cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *logits,
                                         const int32_t *labels, float *dx);
double ISA(cross_entropy)(size_t rows, int32_t classes, float scale, const float *p, const float *targets, float *dx);
double ISA(cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *p, const int32_t *labels,
                                 float *dx);
double ISA(sigmoid_cross_entropy)(size_t rows, int32_t columns, float scale, const float *logits, const float *targets,
                                  float *dx);
double ISA(binary_cross_entropy)(size_t rows, int32_t columns, float scale, const float *p, const float *targets, float *dx);
double ISA(mean_squared_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets, float *dx);
double ISA(mean_absolute_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets, float *dx);
void   ISA(sgd_step)(sgd_options *options, size_t count, float *w, float *g, float *velocity);
void ISA(rmsprop_step)(rmsprop_options *options, size_t count, float *w, float *g, float *v, float *momentum, float *mean_g);
void ISA(adam_step)(adam_options *options, size_t count, float *w, float *g, float *m, float *v);
double ISA(sum)(size_t count, const float *x);
double ISA(sum_of_squares)(size_t count, const float *x);
void   ISA(conv_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch);
void   ISA(depthwise_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch);
void   ISA(add_i8)(const mrt_add_i8_params *p, const int8_t *a, const int8_t *b, int8_t *out);
void   ISA(average_pool_i8)(const mrt_pool_2d_i8_params *p, const int8_t *in, int8_t *out);
void   ISA(mean_i8)(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out);

/* Multiply-adds from which a job is worth several threads (some 20 microseconds), and from which sums of gradients are worth
 * being cut into shards, which are added up afterwards. Shards depend on the shape alone, so that sums do. */
enum { WORK_WORTH_THREADS = 1000000, WORK_WORTH_SHARDS = 4000000, SHARDS_MAX = 8 };

INLINE mote_pool *pool_if_worth(mote_pool *pool, double multiply_adds)
{
    return multiply_adds >= WORK_WORTH_THREADS ? pool : NULL;
}

INLINE vf apply_activation(vf x, activation_kind activation)
{
    if (activation == MOTE_MATH_LINEAR)
        return x;
    x = max_(set1(0), x);
    return activation == MOTE_MATH_RELU6 ? min_(set1(6), x) : x;
}

/* dy where the activation that gave y lets the gradient pass, else 0. */
INLINE vf mask_gradient(vf dy, vf y, activation_kind activation)
{
    if (activation == MOTE_MATH_LINEAR)
        return dy;
    dy = select_(greater(y, set1(0)), dy, set1(0));
    return activation == MOTE_MATH_RELU6 ? select_(greater(set1(6), y), dy, set1(0)) : dy;
}

/* Scratch is cut from the front, in cache lines. */
INLINE size_t scratch_floats(ptrdiff_t count)
{
    return ((size_t)count * sizeof(float) + 63) / 64 * 64;
}

#endif
