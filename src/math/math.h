/* The kernels of training (float32) and of running models on the host (int8): one table of functions per instruction-set
 * level.
 *
 *     const mote_math *math = mote_math_select(NULL);                  // the best this processor has
 *     mote_math_dense  shape = {.rows = 64, .in = 784, .out = 10};
 *     void            *scratch = ... math->dense_scratch(&shape) bytes, aligned to 64 ...
 *     math->dense_forward(&shape, x, w, b, y, (mote_math_work){pool, scratch});
 *
 * Layouts are TensorFlow Lite's, always: activations NHWC, dense weights [O,I], conv weights OHWI, depthwise weights
 * [1,H,W,O] with O = I * multiplier. All arrays are dense float32 and need no alignment beyond a float's.
 *
 * Nothing here allocates, fails or checks: shapes were checked by the caller, every dimension is at least 1 (a count may
 * be 0) and one image (height x width x channels, paddings included) has fewer than 2^31 elements. Outputs do not overlap
 * inputs unless a comment says "may be"; scratch overlaps nothing, needs no contents, and holds nothing after the call.
 *
 * Gradients: dw, db, dgamma, dbeta are ADDED to. dx is written, or added to where `adds` is set. dy is never written.
 *
 * Determinism: the same inputs give the same bytes at one level for any number of threads, NULL pool included: a thread
 * owns output elements, or one of a number of shards that depends on the shape only, summed in their order. Sums over k
 * run in ascending k into one accumulator an element, fused multiply-add at avx2 and avx512, multiply then add at
 * baseline; levels therefore differ in the last bits. Products with a factor that is exactly zero may be left out, so an
 * infinite or NaN factor meeting a zero does not always show. Otherwise NaN goes through, except where noted.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_MATH_H
#define MOTE_MATH_MATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "base/thread.h"
#include "math/int8.h"

typedef enum mote_math_activation {
    MOTE_MATH_LINEAR = 0, /* y = x */
    MOTE_MATH_RELU,       /* y = max(x, 0); gradient passes where y > 0 */
    MOTE_MATH_RELU6       /* y = min(max(x, 0), 6); gradient passes where 0 < y < 6 */
} mote_math_activation;

/* y = a op b. Of those with a kink: the greater of two equal ones is a; prelu has no slope at 0, as Keras. */
typedef enum mote_math_pairing {
    MOTE_MATH_SUM = 0,
    MOTE_MATH_PRODUCT,
    MOTE_MATH_DIFFERENCE,
    MOTE_MATH_QUOTIENT,
    MOTE_MATH_MAXIMUM,
    MOTE_MATH_MINIMUM,
    MOTE_MATH_PRELU /* a where it is not negative, else a b */
} mote_math_pairing;

/* Two operands of `count` results each, of which one may be a single number that all share. */
typedef struct mote_math_pairs {
    mote_math_pairing op;
    size_t            count;
    bool              a_repeats, b_repeats;
} mote_math_pairs;

/* y = f(x), with the slope of the right formula everywhere; |x| has none at 0. */
typedef enum mote_math_function {
    MOTE_MATH_EXP = 0,
    MOTE_MATH_LOG,
    MOTE_MATH_ABS,
    MOTE_MATH_NEG,
    MOTE_MATH_SQUARE,
    MOTE_MATH_SQRT,
    MOTE_MATH_RSQRT,
    MOTE_MATH_ELU,      /* x, and e^x - 1 below 0: at most 4 ulp */
    MOTE_MATH_GELU,     /* x / 2 (1 + erf(x / sqrt 2)); erf within 2e-7 */
    MOTE_MATH_GELU_TANH /* x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
} mote_math_function;

/* What a call may use besides its operands. pool may be NULL; scratch may be NULL where the ..._scratch function gives 0. */
typedef struct mote_math_work {
    mote_pool *pool;
    void      *scratch; /* aligned to 64 bytes */
} mote_math_work;

/* y[rows,out] = activation(x[rows,in] w[out,in]^T + b[out]) */
typedef struct mote_math_dense {
    int32_t              rows, in, out;
    mote_math_activation activation;
} mote_math_dense;

/* Conv2D:          x [n, in_h, in_w, in_c], w [out_c, kernel_h, kernel_w, in_c],  y [n, out_h, out_w, out_c]
 * DepthwiseConv2D: x the same,              w [1, kernel_h, kernel_w, out_c],     out_c a multiple of in_c; output channel
 *                  o reads input channel o / (out_c / in_c)
 * Input row of output row oy and tap ky: oy * stride_h + ky * dilation_h - pad_top; columns alike. What lies outside the
 * input counts as zero; the paddings at the bottom and at the right are what out_h and out_w leave over, never less than
 * zero: an output may not use fewer rows than it needs nor lie wholly past the input. */
typedef struct mote_math_conv {
    int32_t              n, in_h, in_w, in_c, out_h, out_w, out_c;
    int32_t              kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    int32_t              pad_top, pad_left;
    mote_math_activation activation;
} mote_math_conv;

/* MaxPool2D, AveragePool2D: x [n, in_h, in_w, channels], y [n, out_h, out_w, channels]. Window elements outside the input
 * do not take part (an average divides by those inside); every window has at least one inside. */
typedef struct mote_math_pool {
    int32_t n, in_h, in_w, channels, out_h, out_w;
    int32_t kernel_h, kernel_w, stride_h, stride_w;
    int32_t pad_top, pad_left;
} mote_math_pool;

/* Operands of a layer's backward pass: dense, conv2d, depthwise. */
typedef struct mote_math_grads {
    const float *x, *w;   /* as in forward; x may be NULL when dw is, w when dx is */
    const float *y;       /* forward's output; read only where the activation is not MOTE_MATH_LINEAR */
    const float *dy;      /* gradient of y, before the activation's own mask */
    float       *dx;      /* NULL: not wanted */
    bool         dx_adds; /* dx += instead of dx = */
    float       *dw, *db; /* added to; NULL: not wanted */
} mote_math_grads;

/* x, y [rows, channels]: batch normalization over all axes but the last.
 *   y = (x - mean) * inv_std * gamma + beta,   inv_std = 1 / sqrt(variance + epsilon)
 * gamma and beta may be NULL (1 and 0). Source: Ioffe and Szegedy 2015 (arXiv:1502.03167). */
typedef struct mote_math_norm {
    size_t  rows;
    int32_t channels;
    float   epsilon;
} mote_math_norm;

/* x, y [rows, positions, groups, width]: each row's values of one group are normalized together, gamma and beta [groups,
 * width], which may be NULL:
 *   y = (x - mean) * inv_std * gamma + beta,   inv_std = 1 / sqrt(mean of (x - mean)^2 + epsilon)
 * Layer normalization has one group and one position. Without is_centered the mean counts as 0.
 * Sources: Ba et al. 2016 (arXiv:1607.06450), Wu and He 2018 (arXiv:1803.08494), Zhang and Sennrich 2019
 * (arXiv:1910.07467). */
typedef struct mote_math_group_norm {
    size_t  rows;
    int32_t positions, groups, width;
    float   epsilon;
    bool    is_centered;
} mote_math_group_norm;

/* A function of one number, as recurrent layers have them; derivatives are found from its value. */
typedef enum mote_math_curve {
    MOTE_MATH_CURVE_LINEAR = 0,
    MOTE_MATH_CURVE_TANH,
    MOTE_MATH_CURVE_SIGMOID,
    MOTE_MATH_CURVE_RELU,
    MOTE_MATH_CURVE_COUNT
} mote_math_curve;

/* Recurrent layers over all steps, states zero before the first. G gates lie side by side, in Keras' order:
 *   RNN   h = f(x W + h R + b)
 *   LSTM  i, f, g, o of x W + h R + b:  c = s(f) c + s(i) f(g);  h = s(o) f(c)
 *   GRU   z, r = s(x W + h R + b);  n = f(x W + b + r (h R + b')), or f(x W + b + (r h) R);  h = z h + (1 - z) n
 * x [n, steps, in], w [G units, in], r [G units, units], b [G units], or [2, G units] where a GRU resets after its product
 * (b'); y [n, steps, units], or [n, units]: the last step's. */
typedef enum mote_math_cell { MOTE_MATH_RNN = 0, MOTE_MATH_GRU, MOTE_MATH_LSTM, MOTE_MATH_CELL_COUNT } mote_math_cell;

typedef struct mote_math_recurrent {
    int32_t         n, steps, in, units;
    mote_math_cell  cell;
    mote_math_curve state, gate; /* f and s */
    bool            returns_sequences, goes_backwards;
    bool            keeps_time; /* y's steps are x's, where it goes backwards; else in the order in which they were made */
    bool            resets_after;
    float           dropout; /* 0: none; else x times one mask [n, in] for all steps, a function of key */
    mote_random_key key;
} mote_math_recurrent;

/* Attention of several heads, which lie side by side in the last axis: q [n, queries, heads width], k [n, keys, heads
 * width], v [n, keys, heads values], y [n, queries, heads values] = softmax(q k^T / sqrt(width)) v, for each sample and
 * head. */
typedef struct mote_math_attention {
    int32_t n, queries, keys, heads, width, values;
} mote_math_attention;

/* Real numbers that stored integers stand for: scale * q, q from low to high (the zero point is taken off already). */
typedef struct mote_math_fake {
    float scale;
    float low, high; /* whole numbers, low <= 0 <= high */
} mote_math_fake;

/* Optimizers over one flat buffer, as Keras 3 defines them. All arrays hold `count` floats; clears_g sets g to zero
 * after use, ready for the next step's adding. */
typedef struct mote_math_sgd { /* velocity may be NULL when momentum is 0 */
    float lr, momentum;        /* Keras: 0.01, 0 */
    bool  nesterov, clears_g;
} mote_math_sgd;

typedef struct mote_math_rmsprop { /* momentum_buffer may be NULL when momentum is 0, mean_g unless centered */
    float  lr, momentum, epsilon;  /* Keras: 1e-3, 0, 1e-7 */
    double rho;                    /* 0.9; a double, as 1 - rho is rounded to float32 only after subtracting */
    bool   centered, clears_g;
} mote_math_rmsprop;

typedef struct mote_math_adam {
    float    lr, epsilon;  /* Keras: 1e-3, 1e-7 */
    double   beta1, beta2; /* 0.9, 0.999; doubles, as for rmsprop */
    uint64_t step;         /* counts from 1 */
    bool     clears_g;
} mote_math_adam;

/* Losses beside the cross-entropies and errors below, by Keras' names. An element's: huber, hinge, squared_hinge, log_cosh,
 * poisson, percentage, logarithmic, kl_divergence (its sum over a row), binary_focal. A row's: the others. */
typedef enum mote_math_loss_kind {
    MOTE_MATH_HUBER,
    MOTE_MATH_HINGE, /* targets -1 and 1 */
    MOTE_MATH_SQUARED_HINGE,
    MOTE_MATH_LOG_COSH,
    MOTE_MATH_POISSON,
    MOTE_MATH_PERCENTAGE,
    MOTE_MATH_LOGARITHMIC,
    MOTE_MATH_KL_DIVERGENCE,
    MOTE_MATH_BINARY_FOCAL,
    MOTE_MATH_CATEGORICAL_HINGE,
    MOTE_MATH_CATEGORICAL_FOCAL,
    MOTE_MATH_COSINE_SIMILARITY
} mote_math_loss_kind;

typedef struct mote_math_loss {
    mote_math_loss_kind kind;
    bool                at_logits;    /* focal: x is what a sigmoid or softmax would read */
    bool                is_balanced;  /* binary_focal: alpha for ones, 1 - alpha for zeros */
    float               delta;        /* huber */
    float               alpha, gamma; /* focal */
} mote_math_loss;

typedef struct mote_math {
    const char *name; /* "baseline", "avx2", "avx512" */

    /* ---- Layers. One scratch size serves forward and backward. ---- */
    size_t (*dense_scratch)(const mote_math_dense *shape);
    void (*dense_forward)(const mote_math_dense *shape, const float *x, const float *w, const float *b /* or NULL */,
                          float *y, mote_math_work work);
    void (*dense_backward)(const mote_math_dense *shape, const mote_math_grads *grads, mote_math_work work);

    size_t (*conv2d_scratch)(const mote_math_conv *shape);
    void (*conv2d_forward)(const mote_math_conv *shape, const float *x, const float *w, const float *b, float *y,
                           mote_math_work work);
    void (*conv2d_backward)(const mote_math_conv *shape, const mote_math_grads *grads, mote_math_work work);

    size_t (*depthwise_scratch)(const mote_math_conv *shape);
    void (*depthwise_forward)(const mote_math_conv *shape, const float *x, const float *w, const float *b, float *y,
                              mote_math_work work);
    void (*depthwise_backward)(const mote_math_conv *shape, const mote_math_grads *grads, mote_math_work work);

    /* ---- Pooling. saved: where each maximum came from (the first of equals; a NaN counts as lower than anything unless it
     * comes first), max_pool_saved bytes, any alignment; NULL in forward when there will be no backward. ---- */
    size_t (*max_pool_saved)(const mote_math_pool *shape);
    void (*max_pool_forward)(const mote_math_pool *shape, const float *x, float *y, void *saved, mote_pool *pool);
    void (*max_pool_backward)(const mote_math_pool *shape, const void *saved, const float *dy, float *dx, bool adds,
                              mote_pool *pool);
    void (*average_pool_forward)(const mote_math_pool *shape, const float *x, float *y, mote_pool *pool);
    void (*average_pool_backward)(const mote_math_pool *shape, const float *dy, float *dx, bool adds, mote_pool *pool);
    /* x [n, positions, channels], y [n, channels]: the mean over positions (GlobalAveragePooling2D, Mean over H and W) */
    void (*global_average_forward)(int32_t n, int32_t positions, int32_t channels, const float *x, float *y);
    void (*global_average_backward)(int32_t n, int32_t positions, int32_t channels, const float *dy, float *dx, bool adds);

    /* ---- Batch normalization. Sums run in blocks of rows, the blocks in double. ----
     * train writes y (which may be x), and the batch's mean, biased variance and inv_std [channels]; backward wants the
     * x, mean and inv_std of forward; dx may be dy when it is not added to. */
    size_t (*batch_norm_scratch)(const mote_math_norm *shape);
    void (*batch_norm_train)(const mote_math_norm *shape, const float *x, const float *gamma, const float *beta, float *y,
                             float *mean, float *variance, float *inv_std, mote_math_work work);
    void (*batch_norm_infer)(const mote_math_norm *shape, const float *x, const float *gamma, const float *beta, float *y,
                             const float *mean, const float *variance, mote_math_work work);
    void (*batch_norm_backward)(const mote_math_norm *shape, const float *x, const float *gamma, const float *mean,
                                const float *inv_std, const float *dy, float *dx /* or NULL */, bool adds,
                                float *dgamma /* or NULL */, float *dbeta /* or NULL */, mote_math_work work);

    /* ---- Group normalization: mean and inv_std [rows, groups] may be NULL in forward when there will be no backward; dx
     * may be dy when it is not added to, dgamma and dbeta are added to. ---- */
    size_t (*group_norm_scratch)(const mote_math_group_norm *shape);
    void (*group_norm_forward)(const mote_math_group_norm *shape, const float *x, const float *gamma, const float *beta,
                               float *y, float *mean, float *inv_std, mote_math_work work);
    void (*group_norm_backward)(const mote_math_group_norm *shape, const float *x, const float *gamma, const float *mean,
                                const float *inv_std, const float *dy, float *dx /* or NULL */, bool adds,
                                float *dgamma /* or NULL */, float *dbeta /* or NULL */, mote_math_work work);

    /* ---- Recurrent layers. saved: recurrent_saved bytes, from forward to backward. ---- */
    size_t (*recurrent_saved)(const mote_math_recurrent *shape);
    size_t (*recurrent_scratch)(const mote_math_recurrent *shape);
    void (*recurrent_forward)(const mote_math_recurrent *shape, const float *x, const float *w, const float *r,
                              const float *b /* or NULL */, float *y, void *saved, mote_math_work work);
    void (*recurrent_backward)(const mote_math_recurrent *shape, const float *w, const float *r, const float *dy,
                               float *dx /* or NULL */, float *dw /* or NULL */, float *dr /* or NULL */,
                               float *db /* or NULL */, const void *saved, mote_math_work work);

    /* ---- Attention: saved has the weights, [n, heads, queries, keys]. ---- */
    size_t (*attention_scratch)(const mote_math_attention *shape);
    void (*attention_forward)(const mote_math_attention *shape, const float *q, const float *k, const float *v, float *y,
                              float *saved, mote_math_work work);
    void (*attention_backward)(const mote_math_attention *shape, const float *q, const float *k, const float *v,
                               const float *saved, const float *dy, float *dq /* or NULL */, float *dk /* or NULL */,
                               float *dv /* or NULL */, mote_math_work work);

    /* ---- Elementwise over count floats; an output may be one of the inputs. Backward takes forward's OUTPUT y (leaky_relu
     * too: alpha > 0) and writes dx = dy * f'(y), or adds it; dx may be dy. ---- */
    void (*add)(size_t count, mote_math_activation activation, const float *a, const float *b, float *y);
    void (*multiply)(size_t count, const float *a, const float *b, float *y, bool adds); /* y = a * b or y += a * b */
    void (*scale)(size_t count, float factor, const float *x, float *y);                 /* y = factor * x */
    void (*axpy)(size_t count, float factor, const float *x, float *y);                  /* y += factor * x */
    void (*bias_add)(size_t rows, int32_t channels, const float *x, const float *b, float *y);
    void (*bias_grad)(size_t rows, int32_t channels, const float *dy, float *db); /* db += sum of rows */
    void (*activation_forward)(size_t count, mote_math_activation activation, const float *x, float *y);
    void (*activation_backward)(size_t count, mote_math_activation activation, const float *y, const float *dy, float *dx,
                                bool adds);
    void (*leaky_relu_forward)(size_t count, float alpha, const float *x, float *y);
    void (*leaky_relu_backward)(size_t count, float alpha, const float *y, const float *dy, float *dx, bool adds);
    /* exp: at most 1.5 ulp, results below 2^-126 included, +inf above 88.73. log: 1.5 ulp; 0 gives -inf, negative NaN.
     * sigmoid: 2.5 ulp. tanh: 1.5 ulp. None uses the C library, so every machine gives the same bytes at one level. */
    void (*exp)(size_t count, const float *x, float *y);
    void (*log)(size_t count, const float *x, float *y);
    void (*sigmoid_forward)(size_t count, const float *x, float *y);
    void (*sigmoid_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds);
    void (*tanh_forward)(size_t count, const float *x, float *y);
    void (*tanh_backward)(size_t count, const float *y, const float *dy, float *dx, bool adds);
    /* softmax(beta * x) over each row of x [rows, classes]; TensorFlow Lite's beta, 1 elsewhere. */
    void (*softmax_forward)(size_t rows, int32_t classes, float beta, const float *x, float *y);
    void (*softmax_backward)(size_t rows, int32_t classes, float beta, const float *y, const float *dy, float *dx,
                             bool adds);
    /* x - log(sum of e^x) over each row. */
    void (*log_softmax_forward)(size_t rows, int32_t classes, const float *x, float *y);
    void (*log_softmax_backward)(size_t rows, int32_t classes, const float *y, const float *dy, float *dx);
    /* One operand's gradient (0: a's, 1: b's), written, or added where `adds` is set. One that repeats is one number, to
     * which the sum over its repetitions is added. */
    void (*pairs_forward)(const mote_math_pairs *pairs, const float *a, const float *b, float *y);
    void (*pairs_backward)(const mote_math_pairs *pairs, int operand, const float *a, const float *b, const float *dy,
                           float *dx, bool adds);
    void (*function_forward)(mote_math_function function, size_t count, const float *x, float *y);
    void (*function_backward)(mote_math_function function, size_t count, const float *x, const float *y, const float *dy,
                              float *dx); /* dx is written, and may be dy */
    /* Inverted dropout: element i is kept, times 1 / (1 - rate), where mote_random_unit_f32(key, i) >= rate, else 0. The
     * mask is a function of (key, i) only, so the same call on dy with the same key is the backward pass. 0 <= rate < 1. */
    void (*dropout)(size_t count, float rate, mote_random_key key, const float *x, float *y, bool adds);
    /* y = x + n, or x * (1 + n), where n is normal around 0: the quantile of mote_random_unit_f32(key, i) + 2^-25, times
     * stddev, as much a function of (key, i). y may be x. */
    void (*gaussian)(size_t count, bool multiplies, float stddev, mote_random_key key, const float *x, float *y, bool adds);

    /* ---- Fake quantization: y = scale * clamp(round(x / scale), low, high), halves away from zero; y may be x. Backward is
     * straight through: dx = dy where rounding alone moved x, 0 where it was cut off; dx may be dy. widen makes [*min, *max]
     * hold all of x, NaN left out. ---- */
    void (*fake_quantize)(const mote_math_fake *fake, size_t count, const float *x, float *y);
    void (*fake_quantize_backward)(const mote_math_fake *fake, size_t count, const float *x, const float *dy, float *dx);
    void (*widen)(size_t count, const float *x, float *min, float *max);

    /* ---- Losses, as Keras defines them: the mean over the last axis (cross-entropies over classes: the sum), then the mean
     * over rows. Each returns the SUM over rows (divide by rows for the mean) and writes dx = scale * d(sum)/dx; give
     * scale = 1 / rows for the mean's gradient. dx may be NULL, and may be x. Labels lie in 0 .. classes - 1.
     * The probability forms clip to [1e-7, 1 - 1e-7], as Keras does, and pass no gradient through what was clipped. ---- */
    double (*softmax_cross_entropy)(size_t rows, int32_t classes, float scale, const float *logits, const float *targets,
                                    float *dx);
    double (*softmax_cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *logits,
                                           const int32_t *labels, float *dx);
    /* Keras 3: one-hot divides by the row's sum, then clips; labels clip, then divide by the sum of what was clipped. */
    double (*cross_entropy)(size_t rows, int32_t classes, float scale, const float *probabilities, const float *targets,
                            float *dx);
    double (*cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *probabilities,
                                   const int32_t *labels, float *dx);
    double (*sigmoid_cross_entropy)(size_t rows, int32_t columns, float scale, const float *logits, const float *targets,
                                    float *dx);
    double (*binary_cross_entropy)(size_t rows, int32_t columns, float scale, const float *probabilities,
                                   const float *targets, float *dx);
    double (*mean_squared_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets, float *dx);
    double (*mean_absolute_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets,
                                  float *dx);
    /* l1 sum |w| + l2 sum w^2; its gradient is added to g unless that is NULL. */
    double (*penalty)(size_t count, float l1, float l2, const float *w, float *g);
    double (*loss)(const mote_math_loss *loss, size_t rows, int32_t columns, float scale, const float *x,
                   const float *targets, float *dx);

    /* ---- Optimizers.
     * sgd:     momentum 0: w -= lr g. Else v = momentum v - lr g; w += v, or with nesterov w += momentum v - lr g.
     * rmsprop: v = rho v + (1 - rho) g^2; centered: m = rho m + (1 - rho) g, d = v - m^2 + eps, else d = v + eps;
     *          u = lr g / sqrt(d); momentum > 0: b = momentum b + u, w -= b; else w -= u.
     * adam:    m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); w -= alpha m / (sqrt(v) + eps),
     *          alpha = lr sqrt(1 - beta2^step) / (1 - beta1^step).
     * amsgrad:  adam, with top = max(top, v) under the root.
     * nadam:    m and v as adam's; u_t = beta1 (1 - 0.96^step / 2); *product *= u_t, and with p = *product
     *           w -= lr (u_(t+1) m / (1 - p u_(t+1)) + (1 - u_t) g / (1 - p)) / (sqrt(v / (1 - beta2^step)) + eps).
     * adamax:   m as adam's; u = max(beta2 u, |g|); w -= lr m / ((1 - beta1^step) (u + eps)).
     * adagrad:  a += g^2; w -= lr g / sqrt(a + eps).
     * adadelta: a = rho a + (1 - rho) g^2; d = g sqrt(b + eps) / sqrt(a + eps); b = rho b + (1 - rho) d^2; w -= lr d.
     * lion:     w -= lr sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g.
     * mean:     mean = momentum mean + (1 - momentum) w. decay: w -= w rate lr. ---- */
    void (*sgd_step)(const mote_math_sgd *options, size_t count, float *w, float *g, float *velocity);
    void (*rmsprop_step)(const mote_math_rmsprop *options, size_t count, float *w, float *g, float *v,
                         float *momentum_buffer, float *mean_g);
    void (*adam_step)(const mote_math_adam *options, size_t count, float *w, float *g, float *m, float *v);
    void (*amsgrad_step)(const mote_math_adam *options, size_t count, float *w, float *g, float *m, float *v, float *top);
    void (*nadam_step)(const mote_math_adam *options, size_t count, float *w, float *g, float *m, float *v, float *product);
    void (*adamax_step)(const mote_math_adam *options, size_t count, float *w, float *g, float *m, float *u);
    void (*adagrad_step)(const mote_math_rmsprop *options, size_t count, float *w, float *g, float *a);
    void (*adadelta_step)(const mote_math_rmsprop *options, size_t count, float *w, float *g, float *a, float *b);
    void (*lion_step)(const mote_math_adam *options, size_t count, float *w, float *g, float *m);
    void (*mean_step)(size_t count, float momentum, const float *w, float *mean);
    void (*decay)(size_t count, float rate, float lr, float *w);
    void (*clip_values)(size_t count, float most, float *g); /* into [-most, most] */

    /* ---- Sums in double, in blocks: for norms and metrics. ---- */
    double (*sum)(size_t count, const float *x);
    double (*sum_of_squares)(size_t count, const float *x);

    /* ---- int8, for models that are run: the bytes of the reference kernels of runtime/kernels/, at every level. ---- */
    int32_t lanes; /* of a vector: how weights and channels' constants are laid out */
    void (*conv_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch);
    void (*depthwise_i8)(const mote_int8_conv *p, const int8_t *in, int8_t *out, void *scratch);
    void (*add_i8)(const mrt_add_i8_params *p, const int8_t *a, const int8_t *b,
                   int8_t *out); /* rank 0; out may be a or b */
    void (*average_pool_i8)(const mrt_pool_2d_i8_params *p, const int8_t *in, int8_t *out);
    void (*mean_i8)(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out);
} mote_math;

/* The table for "baseline", "avx2" or "avx512"; NULL asks for the best this processor has. NULL is returned for a name that
 * is unknown or a level that the processor lacks; with NULL as the name it never fails. */
const mote_math *mote_math_select(const char *isa_or_null);

/* The levels themselves, which the processor may lack; the last two are there on x86-64 only. */
extern const mote_math mote_math_table_baseline, mote_math_table_avx2, mote_math_table_avx512;

#endif
