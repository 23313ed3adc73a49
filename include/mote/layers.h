/* Keras' layers: a network is built by adding one after the other.
 *
 *     mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1}, &err);
 *     mote_layer_id x = mote_layer_input(b, 3, (int32_t[]){28, 28, 1});
 *     x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 16, .kernel_size = {3}});
 *     x = mote_layer_flatten(b, x, NULL);
 *     x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
 *     if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK) ...
 *
 * Names, arguments, defaults, shapes and initial values are Keras 3's; a zero in an options struct means Keras' default. A
 * number outside its range is refused, never changed. What a layer's arguments may be stands in one table a layer, at the
 * end of its file in src/layers/; `mote build` checks a spec against the same tables.
 *
 * The first failure is kept, and every call after it returns MOTE_NO_LAYER: only mote_builder_finish needs a check. Messages
 * speak in Keras' terms: layer "conv2d_1": kernel [5,5] is larger than its input [3,3,16]; use padding: same or a smaller
 * kernel.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_H
#define MOTE_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#include <mote/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t mote_layer_id; /* a layer's output */
#define MOTE_NO_LAYER ((mote_layer_id)-1)

typedef struct mote_builder mote_builder;

typedef struct mote_builder_options {
    uint64_t    seed;           /* of the initial values: the same seed gives the same weights on every machine */
    size_t      max_parameters; /* more are refused before memory is taken; 0: 64 million */
    const char *name;           /* of the model; NULL: "" */
    uint64_t    room[8];        /* mote.h */
} mote_builder_options;

/* NULL with err filled when out of memory. options may be NULL. */
mote_builder *mote_builder_create(const mote_builder_options *options, mote_error *err);

/* Makes the model: stage TRAIN, weights initialized. The caller destroys it. The builder is gone in both cases. Errors: the
 * first failure of any call before; USAGE when there is no output. */
mote_status mote_builder_finish(mote_model **out, mote_builder *builder, const mote_layer_id *outputs, int32_t output_count,
                                mote_error *err);
void        mote_builder_abandon(mote_builder *builder); /* instead of finish; NULL is fine */

/* A shape without the batch. */
typedef struct mote_shape {
    int32_t rank;
    int32_t dims[MOTE_RANK_MAX - 1];
} mote_shape;

/* Whole numbers; count 0: none are given. */
typedef struct mote_numbers {
    int32_t count;
    int32_t values[MOTE_RANK_MAX - 1];
} mote_numbers;

/* Real numbers; count 0: none are given. */
enum { MOTE_FLOATS_MAX = 1024 };
typedef struct mote_floats {
    int32_t count;
    float   values[MOTE_FLOATS_MAX];
} mote_floats;

/* The shape of one sample at this point; rank -1 after a failure. */
mote_shape mote_builder_shape(const mote_builder *builder, mote_layer_id id);

/* ---- words ---- */

typedef enum mote_switch { MOTE_SWITCH_DEFAULT = 0, MOTE_SWITCH_ON, MOTE_SWITCH_OFF } mote_switch;

/* causal, of sequences alone: as many steps of zeros before the first one as an output reaches back. */
typedef enum mote_padding { MOTE_PADDING_VALID = 0, MOTE_PADDING_SAME, MOTE_PADDING_CAUSAL } mote_padding;

typedef enum mote_activation {
    MOTE_ACTIVATION_LINEAR = 0,
    MOTE_ACTIVATION_RELU,
    MOTE_ACTIVATION_RELU6,
    MOTE_ACTIVATION_SIGMOID,
    MOTE_ACTIVATION_TANH,
    MOTE_ACTIVATION_SOFTMAX,    /* over the last axis */
    MOTE_ACTIVATION_HARD_SWISH, /* hard_silu */
    MOTE_ACTIVATION_ELU,        /* x, and e^x - 1 below 0 */
    MOTE_ACTIVATION_SELU,
    MOTE_ACTIVATION_GELU,         /* by the error function */
    MOTE_ACTIVATION_SILU,         /* swish: x sigmoid(x) */
    MOTE_ACTIVATION_HARD_SIGMOID, /* relu6(x + 3) / 6 */
    MOTE_ACTIVATION_SOFTPLUS,     /* log(1 + e^x) */
    MOTE_ACTIVATION_SOFTSIGN,     /* x / (1 + |x|) */
    MOTE_ACTIVATION_EXPONENTIAL,
    MOTE_ACTIVATION_LOG_SOFTMAX, /* over the last axis */
    MOTE_ACTIVATION_MISH,        /* x tanh(softplus(x)) */
    MOTE_ACTIVATION_LEAKY_RELU   /* with a slope of 0.2 below 0; the layer leaky_relu has another default */
} mote_activation;

/* Random ones depend on the seed, on which parameter it is (they are counted as they are made) and on the element.
 * fan_in and fan_out, for kernels of Keras' shapes: dense [in, out]; conv2d [h, w, in, out]: h w in and h w out;
 * depthwise_conv2d [h, w, in, multiplier]: h w in and h w multiplier. */
typedef enum mote_initializer {
    MOTE_INITIALIZER_DEFAULT = 0,
    MOTE_INITIALIZER_ZEROS,
    MOTE_INITIALIZER_ONES,
    MOTE_INITIALIZER_GLOROT_UNIFORM, /* +- sqrt(6 / (fan_in + fan_out)) */
    MOTE_INITIALIZER_GLOROT_NORMAL, /* deviation sqrt(2 / (fan_in + fan_out)), cut at two deviations, as are all _NORMAL of a
                                       fan */
    MOTE_INITIALIZER_HE_UNIFORM,    /* +- sqrt(6 / fan_in) */
    MOTE_INITIALIZER_HE_NORMAL,     /* deviation sqrt(2 / fan_in) */
    MOTE_INITIALIZER_LECUN_UNIFORM, /* +- sqrt(3 / fan_in) */
    MOTE_INITIALIZER_LECUN_NORMAL,  /* deviation sqrt(1 / fan_in) */
    MOTE_INITIALIZER_RANDOM_UNIFORM, /* +- 0.05 */
    MOTE_INITIALIZER_RANDOM_NORMAL,  /* deviation 0.05, not cut */
    MOTE_INITIALIZER_ORTHOGONAL /* of two dimensions: rows, or columns if there are fewer, at right angles, of length 1 */
} mote_initializer;

/* What the gates and the state of a recurrent layer go through. */
typedef enum mote_cell_function {
    MOTE_CELL_DEFAULT = 0, /* Keras' */
    MOTE_CELL_LINEAR,
    MOTE_CELL_TANH,
    MOTE_CELL_SIGMOID,
    MOTE_CELL_RELU
} mote_cell_function;

/* ---- layers ----
 * name: NULL for Keras' default (dense, dense_1 ...). Two numbers are [height, width]; {3} means {3, 3}. options may be NULL
 * where no member is required. Shapes are given without the batch. */

/* The network's input: 1 to 7 dimensions. */
mote_layer_id mote_layer_input(mote_builder *builder, int32_t rank, const int32_t *dims);
/* One input of several. A network with several inputs or outputs is known by the names of these and of its last layers. */
mote_layer_id mote_layer_named_input(mote_builder *builder, const char *name, int32_t rank, const int32_t *dims);

/* Added to the loss of training: l1 times the sum of a weight's magnitudes, and l2 times that of its squares. Zero: none. */
typedef struct mote_regularizer {
    float l1, l2;
} mote_regularizer;

/* [..., in] -> [..., units]: activation(x kernel + bias). Weights "NAME/kernel" [units, in], "NAME/bias" [units]. */
typedef struct mote_dense_options {
    const char      *name;
    int32_t          units; /* required */
    mote_activation  activation;
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    mote_regularizer kernel_regularizer, bias_regularizer;
    uint64_t         room[6]; /* mote.h */
} mote_dense_options;
mote_layer_id mote_layer_dense(mote_builder *builder, mote_layer_id x, const mote_dense_options *options);

/* [h, w, in] -> [h', w', filters]. valid: h' = ceil((h - dilation (kernel - 1)) / stride); same: h' = ceil(h / stride).
 * Weights "NAME/kernel" [filters, kernel h, kernel w, in], "NAME/bias" [filters]. */
typedef struct mote_conv2d_options {
    const char      *name;
    int32_t          filters;        /* required */
    int32_t          kernel_size[2]; /* required */
    int32_t          strides[2];     /* 1 */
    mote_padding     padding;
    int32_t          dilation_rate[2]; /* 1; strides and dilation over 1 do not go together */
    mote_activation  activation;
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    int32_t groups; /* 1; each sees its part of the channels and makes its part of the filters: kernel [.., in / groups] */
    mote_regularizer kernel_regularizer, bias_regularizer;
    uint64_t         room[6]; /* mote.h */
} mote_conv2d_options;
mote_layer_id mote_layer_conv2d(mote_builder *builder, mote_layer_id x, const mote_conv2d_options *options);

/* [h, w, in] -> [h', w', in depth_multiplier]; output channel i depth_multiplier + m. h', w' as conv2d's.
 * Weights "NAME/kernel" [1, kernel h, kernel w, in depth_multiplier], "NAME/bias". */
typedef struct mote_depthwise_conv2d_options {
    const char      *name;
    int32_t          kernel_size[2]; /* required */
    int32_t          strides[2];     /* 1; Keras wants both equal */
    mote_padding     padding;
    int32_t          depth_multiplier; /* 1 */
    int32_t          dilation_rate[2]; /* 1 */
    mote_activation  activation;
    mote_switch      use_bias;              /* on */
    mote_initializer depthwise_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;      /* zeros */
    mote_regularizer depthwise_regularizer, bias_regularizer;
    uint64_t         room[6]; /* mote.h */
} mote_depthwise_conv2d_options;
mote_layer_id mote_layer_depthwise_conv2d(mote_builder *builder, mote_layer_id x,
                                          const mote_depthwise_conv2d_options *options);

/* [steps, in] -> [steps', filters]; steps' as conv2d's h', with padding causal ceil(steps / strides). Operators are those of
 * an image of height 1. Weights "NAME/kernel" [filters, 1, kernel, in / groups], "NAME/bias". */
typedef struct mote_conv1d_options {
    const char      *name;
    int32_t          filters;       /* required */
    int32_t          kernel_size;   /* required */
    int32_t          strides;       /* 1 */
    mote_padding     padding;       /* causal, too */
    int32_t          dilation_rate; /* 1 */
    int32_t          groups;        /* 1 */
    mote_activation  activation;
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    uint64_t         room[8];            /* mote.h */
} mote_conv1d_options;
mote_layer_id mote_layer_conv1d(mote_builder *builder, mote_layer_id x, const mote_conv1d_options *options);

/* [steps, in] -> [steps', in depth_multiplier]. Weights "NAME/kernel" [1, 1, kernel, in depth_multiplier], "NAME/bias". */
typedef struct mote_depthwise_conv1d_options {
    const char      *name;
    int32_t          kernel_size; /* required */
    int32_t          strides;     /* 1 */
    mote_padding     padding;
    int32_t          depth_multiplier; /* 1 */
    int32_t          dilation_rate;    /* 1 */
    mote_activation  activation;
    mote_switch      use_bias;              /* on */
    mote_initializer depthwise_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;      /* zeros */
    uint64_t         room[8];               /* mote.h */
} mote_depthwise_conv1d_options;
mote_layer_id mote_layer_depthwise_conv1d(mote_builder *builder, mote_layer_id x,
                                          const mote_depthwise_conv1d_options *options);

/* depthwise_conv1d without bias or activation, then a convolution over one step to `filters` channels. Weights
 * "NAME/depthwise_kernel", "NAME/pointwise_kernel" [filters, 1, 1, in depth_multiplier], "NAME/bias" [filters]. */
typedef struct mote_separable_conv1d_options {
    const char      *name;
    int32_t          filters;          /* required */
    int32_t          kernel_size;      /* required */
    int32_t          strides;          /* 1 */
    mote_padding     padding;          /* causal, too */
    int32_t          dilation_rate;    /* 1 */
    int32_t          depth_multiplier; /* 1 */
    mote_activation  activation;
    mote_switch      use_bias;              /* on */
    mote_initializer depthwise_initializer; /* glorot_uniform */
    mote_initializer pointwise_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;      /* zeros */
    uint64_t         room[8];               /* mote.h */
} mote_separable_conv1d_options;
mote_layer_id mote_layer_separable_conv1d(mote_builder *builder, mote_layer_id x,
                                          const mote_separable_conv1d_options *options);

/* The same of images: [h, w, in] -> [h', w', filters]. */
typedef struct mote_separable_conv2d_options {
    const char      *name;
    int32_t          filters;        /* required */
    int32_t          kernel_size[2]; /* required */
    int32_t          strides[2];     /* 1; Keras wants both equal */
    mote_padding     padding;
    int32_t          dilation_rate[2]; /* 1 */
    int32_t          depth_multiplier; /* 1 */
    mote_activation  activation;
    mote_switch      use_bias;              /* on */
    mote_initializer depthwise_initializer; /* glorot_uniform */
    mote_initializer pointwise_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;      /* zeros */
    uint64_t         room[8];               /* mote.h */
} mote_separable_conv2d_options;
mote_layer_id mote_layer_separable_conv2d(mote_builder *builder, mote_layer_id x,
                                          const mote_separable_conv2d_options *options);

/* [steps, in] -> [steps', filters]: what takes a gradient back through a conv1d of these arguments. same: steps' = steps
 * strides; valid: steps strides + max(kernel - strides, 0); with output_padding p: (steps - 1) strides + kernel + p, and
 * with same 2 floor(kernel / 2) less. Weights "NAME/kernel" [filters, 1, kernel, in], "NAME/bias" [filters]. */
typedef struct mote_conv1d_transpose_options {
    const char      *name;
    int32_t          filters;     /* required */
    int32_t          kernel_size; /* required */
    int32_t          strides;     /* 1 */
    mote_padding     padding;
    mote_numbers     output_padding; /* one, 0 and more, below strides; none */
    mote_activation  activation;
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    uint64_t         room[8];            /* mote.h */
} mote_conv1d_transpose_options;
mote_layer_id mote_layer_conv1d_transpose(mote_builder *builder, mote_layer_id x,
                                          const mote_conv1d_transpose_options *options);

/* The same of images: [h, w, in] -> [h', w', filters]. */
typedef struct mote_conv2d_transpose_options {
    const char      *name;
    int32_t          filters;        /* required */
    int32_t          kernel_size[2]; /* required */
    int32_t          strides[2];     /* 1 */
    mote_padding     padding;
    mote_numbers     output_padding; /* one or two; none */
    mote_activation  activation;
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    uint64_t         room[8];            /* mote.h */
} mote_conv2d_transpose_options;
mote_layer_id mote_layer_conv2d_transpose(mote_builder *builder, mote_layer_id x,
                                          const mote_conv2d_transpose_options *options);

/* [..., c] -> the same: gamma (x - mean) / sqrt(variance + epsilon) + beta per channel c. Training takes mean and variance
 * from the batch and moves "NAME/moving_mean", "NAME/moving_variance" by 1 - momentum; otherwise those two are taken. */
typedef struct mote_batch_normalization_options {
    const char      *name;
    float            momentum;          /* 0.99 */
    float            epsilon;           /* 0.001 */
    mote_switch      center;            /* on: beta is trained; off: it stays 0 */
    mote_switch      scale;             /* on: gamma is trained; off: it stays 1 */
    mote_initializer beta_initializer;  /* zeros */
    mote_initializer gamma_initializer; /* ones */
    uint64_t         room[8];           /* mote.h */
} mote_batch_normalization_options;
mote_layer_id mote_layer_batch_normalization(mote_builder *builder, mote_layer_id x,
                                             const mote_batch_normalization_options *options);

/* [h, w, c] -> [h', w', c]; h', w' as conv2d's. */
typedef struct mote_pooling2d_options {
    const char  *name;
    int32_t      pool_size[2]; /* 2 */
    int32_t      strides[2];   /* pool_size */
    mote_padding padding;
    uint64_t     room[8]; /* mote.h */
} mote_pooling2d_options;
mote_layer_id mote_layer_max_pooling2d(mote_builder *builder, mote_layer_id x, const mote_pooling2d_options *options);
mote_layer_id mote_layer_average_pooling2d(mote_builder *builder, mote_layer_id x, const mote_pooling2d_options *options);

/* [steps, c] -> [steps', c]. */
typedef struct mote_pooling1d_options {
    const char  *name;
    int32_t      pool_size; /* 2 */
    int32_t      strides;   /* pool_size */
    mote_padding padding;
    uint64_t     room[8]; /* mote.h */
} mote_pooling1d_options;
mote_layer_id mote_layer_max_pooling1d(mote_builder *builder, mote_layer_id x, const mote_pooling1d_options *options);
mote_layer_id mote_layer_average_pooling1d(mote_builder *builder, mote_layer_id x, const mote_pooling1d_options *options);

/* [h, w, c] -> [c], or [1, 1, c] with keepdims. A maximum's gradient goes in equal parts to those that are it. */
typedef struct mote_global_pooling2d_options {
    const char *name;
    mote_switch keepdims; /* off */
    uint64_t    room[8];  /* mote.h */
} mote_global_pooling2d_options;
mote_layer_id mote_layer_global_average_pooling2d(mote_builder *builder, mote_layer_id x,
                                                  const mote_global_pooling2d_options *options);
mote_layer_id mote_layer_global_max_pooling2d(mote_builder *builder, mote_layer_id x,
                                              const mote_global_pooling2d_options *options);

/* [steps, c] -> [c], or [1, c] with keepdims. */
typedef struct mote_global_pooling1d_options {
    const char *name;
    mote_switch keepdims; /* off */
    uint64_t    room[8];  /* mote.h */
} mote_global_pooling1d_options;
mote_layer_id mote_layer_global_average_pooling1d(mote_builder *builder, mote_layer_id x,
                                                  const mote_global_pooling1d_options *options);
mote_layer_id mote_layer_global_max_pooling1d(mote_builder *builder, mote_layer_id x,
                                              const mote_global_pooling1d_options *options);

/* [steps, c] -> [before + steps + after, c]. padding: one number for both, or {before, after}. */
typedef struct mote_zero_padding1d_options {
    const char  *name;
    mote_numbers padding; /* 1 */
    uint64_t     room[8]; /* mote.h */
} mote_zero_padding1d_options;
mote_layer_id mote_layer_zero_padding1d(mote_builder *builder, mote_layer_id x, const mote_zero_padding1d_options *options);

/* [h, w, c] -> [top + h + bottom, left + w + right, c]. padding: one number for all, {rows, columns}, or {top, bottom, left,
 * right}, which a spec says as [[top, bottom], [left, right]]. */
typedef struct mote_zero_padding2d_options {
    const char  *name;
    mote_numbers padding; /* 1 */
    uint64_t     room[8]; /* mote.h */
} mote_zero_padding2d_options;
mote_layer_id mote_layer_zero_padding2d(mote_builder *builder, mote_layer_id x, const mote_zero_padding2d_options *options);

/* What zero_padding adds is taken off. */
typedef struct mote_cropping1d_options {
    const char  *name;
    mote_numbers cropping; /* 1 */
    uint64_t     room[8];  /* mote.h */
} mote_cropping1d_options;
mote_layer_id mote_layer_cropping1d(mote_builder *builder, mote_layer_id x, const mote_cropping1d_options *options);

typedef struct mote_cropping2d_options {
    const char  *name;
    mote_numbers cropping; /* 0 */
    uint64_t     room[8];  /* mote.h */
} mote_cropping2d_options;
mote_layer_id mote_layer_cropping2d(mote_builder *builder, mote_layer_id x, const mote_cropping2d_options *options);

/* [steps, c] -> [steps size, c]: each step so many times. */
typedef struct mote_up_sampling1d_options {
    const char *name;
    int32_t     size;    /* 2 */
    uint64_t    room[8]; /* mote.h */
} mote_up_sampling1d_options;
mote_layer_id mote_layer_up_sampling1d(mote_builder *builder, mote_layer_id x, const mote_up_sampling1d_options *options);

typedef enum mote_interpolation { MOTE_INTERPOLATION_NEAREST = 0, MOTE_INTERPOLATION_BILINEAR } mote_interpolation;

/* [h, w, c] -> [h size[0], w size[1], c]. */
typedef struct mote_up_sampling2d_options {
    const char        *name;
    int32_t            size[2]; /* 2 */
    mote_interpolation interpolation;
    uint64_t           room[8]; /* mote.h */
} mote_up_sampling2d_options;
mote_layer_id mote_layer_up_sampling2d(mote_builder *builder, mote_layer_id x, const mote_up_sampling2d_options *options);

/* The same shape: gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of each sample's values along
 * `axis`. Weights "NAME/gamma" and "NAME/beta", of these axes' shape. */
typedef struct mote_layer_normalization_options {
    const char      *name;
    mote_numbers     axis;              /* -1; several must be the last ones */
    float            epsilon;           /* 0.001 */
    mote_switch      center;            /* on: beta is trained; off: it stays 0 */
    mote_switch      scale;             /* on: gamma is trained; off: it stays 1 */
    mote_initializer beta_initializer;  /* zeros */
    mote_initializer gamma_initializer; /* ones */
    uint64_t         room[8];           /* mote.h */
} mote_layer_normalization_options;
mote_layer_id mote_layer_layer_normalization(mote_builder *builder, mote_layer_id x,
                                             const mote_layer_normalization_options *options);

/* The same shape: gamma x / sqrt(mean of x^2 + epsilon), along `axis`. Weight "NAME/gamma". */
typedef struct mote_rms_normalization_options {
    const char  *name;
    mote_numbers axis;    /* -1; several must be the last ones */
    float        epsilon; /* 1e-6 */
    uint64_t     room[8]; /* mote.h */
} mote_rms_normalization_options;
mote_layer_id mote_layer_rms_normalization(mote_builder *builder, mote_layer_id x,
                                           const mote_rms_normalization_options *options);

/* [..., c] -> the same: channels in `groups`, mean and variance of each sample's values in one. Weights "NAME/gamma" [c],
 * "NAME/beta" [c]. */
typedef struct mote_group_normalization_options {
    const char      *name;
    int32_t          groups;            /* 32; -1: each channel is one */
    int32_t          axis;              /* -1, the last */
    float            epsilon;           /* 0.001 */
    mote_switch      center;            /* on */
    mote_switch      scale;             /* on */
    mote_initializer beta_initializer;  /* zeros */
    mote_initializer gamma_initializer; /* ones */
    uint64_t         room[8];           /* mote.h */
} mote_group_normalization_options;
mote_layer_id mote_layer_group_normalization(mote_builder *builder, mote_layer_id x,
                                             const mote_group_normalization_options *options);

/* [...] -> [product of all]. */
typedef struct mote_flatten_options {
    const char *name;
    uint64_t    room[8]; /* mote.h */
} mote_flatten_options;
mote_layer_id mote_layer_flatten(mote_builder *builder, mote_layer_id x, const mote_flatten_options *options);

/* [...] -> target_shape, of as many elements; one of them may be -1. */
typedef struct mote_reshape_options {
    const char *name;
    mote_shape  target_shape; /* required */
    uint64_t    room[8];      /* mote.h */
} mote_reshape_options;
mote_layer_id mote_layer_reshape(mote_builder *builder, mote_layer_id x, const mote_reshape_options *options);

/* Training sets each element to 0 with probability rate and divides the others by 1 - rate; otherwise nothing. */
typedef struct mote_dropout_options {
    const char *name;
    float       rate;    /* required; 0 to 0.99 */
    uint64_t    room[8]; /* mote.h */
} mote_dropout_options;
mote_layer_id mote_layer_dropout(mote_builder *builder, mote_layer_id x, const mote_dropout_options *options);
/* Whole channels at once: of [length, channels], of [height, width, channels]. */
mote_layer_id mote_layer_spatial_dropout1d(mote_builder *builder, mote_layer_id x, const mote_dropout_options *options);
mote_layer_id mote_layer_spatial_dropout2d(mote_builder *builder, mote_layer_id x, const mote_dropout_options *options);
/* Behind SELU: elements take SELU's lowest value instead of 0, and mean and variance stay. */
mote_layer_id mote_layer_alpha_dropout(mote_builder *builder, mote_layer_id x, const mote_dropout_options *options);
/* Each element times a normal number around 1, of deviation sqrt(rate / (1 - rate)). */
mote_layer_id mote_layer_gaussian_dropout(mote_builder *builder, mote_layer_id x, const mote_dropout_options *options);

/* Each element plus a normal number around 0, in training alone. */
typedef struct mote_gaussian_noise_options {
    const char *name;
    float       stddev;  /* required; 0 to 1 */
    uint64_t    room[8]; /* mote.h */
} mote_gaussian_noise_options;
mote_layer_id mote_layer_gaussian_noise(mote_builder *builder, mote_layer_id x, const mote_gaussian_noise_options *options);

/* An activation of its own, after batch normalization or add. */
typedef struct mote_activation_options {
    const char     *name;
    mote_activation activation; /* required; not linear */
    uint64_t        room[8];    /* mote.h */
} mote_activation_options;
mote_layer_id mote_layer_activation(mote_builder *builder, mote_layer_id x, const mote_activation_options *options);

/* [...] -> the same: x where x >= 0, negative_slope x elsewhere. */
typedef struct mote_leaky_relu_options {
    const char *name;
    float       negative_slope; /* 0.3; over 0, at most 100 */
    uint64_t    room[8];        /* mote.h */
} mote_leaky_relu_options;
mote_layer_id mote_layer_leaky_relu(mote_builder *builder, mote_layer_id x, const mote_leaky_relu_options *options);

/* [...] -> the same: x where x > 0, alpha (e^x - 1) elsewhere. */
typedef struct mote_elu_options {
    const char *name;
    float       alpha;   /* 1; over 0 */
    uint64_t    room[8]; /* mote.h */
} mote_elu_options;
mote_layer_id mote_layer_elu(mote_builder *builder, mote_layer_id x, const mote_elu_options *options);

/* [...] -> the same: x where x > threshold, at most max_value; negative_slope (x - threshold) elsewhere. */
typedef struct mote_relu_options {
    const char *name;
    float       max_value;      /* none; over 0 */
    float       negative_slope; /* 0 */
    float       threshold;      /* 0; not below */
    uint64_t    room[8];        /* mote.h */
} mote_relu_options;
mote_layer_id mote_layer_relu(mote_builder *builder, mote_layer_id x, const mote_relu_options *options);

/* [...] -> the same: x where x > 0, alpha x elsewhere. Weight "NAME/alpha" of the input's shape, 1 along shared axes. */
typedef struct mote_prelu_options {
    const char      *name;
    mote_initializer alpha_initializer; /* zeros */
    mote_numbers     shared_axes;       /* none; 1 is the first axis of a sample */
    uint64_t         room[8];           /* mote.h */
} mote_prelu_options;
mote_layer_id mote_layer_prelu(mote_builder *builder, mote_layer_id x, const mote_prelu_options *options);

/* [...] -> the same, along one axis. */
typedef struct mote_softmax_options {
    const char *name;
    int32_t     axis;    /* -1, the last; axis 0 is the batch's */
    uint64_t    room[8]; /* mote.h */
} mote_softmax_options;
mote_layer_id mote_layer_softmax(mote_builder *builder, mote_layer_id x, const mote_softmax_options *options);

/* [...] -> the same: scale x + offset. Each is one number, or one for each of the last axis. */
typedef struct mote_rescaling_options {
    const char *name;
    mote_floats scale;   /* required */
    mote_floats offset;  /* 0 */
    uint64_t    room[8]; /* mote.h */
} mote_rescaling_options;
mote_layer_id mote_layer_rescaling(mote_builder *builder, mote_layer_id x, const mote_rescaling_options *options);

/* [...] -> the same: (x - mean) / max(sqrt(variance), 1e-7), each one number or one for each of the axis. Where they are
 * not given, training takes them from its samples before the first epoch, as Keras' adapt does. */
typedef struct mote_normalization_options {
    const char *name;
    int32_t     axis;           /* -1, the last; axis 0 is the batch's */
    mote_floats mean, variance; /* both or neither */
    uint64_t    room[8];        /* mote.h */
} mote_normalization_options;
mote_layer_id mote_layer_normalization(mote_builder *builder, mote_layer_id x, const mote_normalization_options *options);

/* [...] -> the same, of length 1 along an axis. */
typedef struct mote_unit_normalization_options {
    const char *name;
    int32_t     axis;    /* -1, the last; axis 0 is the batch's */
    uint64_t    room[8]; /* mote.h */
} mote_unit_normalization_options;
mote_layer_id mote_layer_unit_normalization(mote_builder *builder, mote_layer_id x,
                                            const mote_unit_normalization_options *options);

/* [...] -> its axes in another order: axis i is the input's axis dims[i - 1], both counted from 1. */
typedef struct mote_permute_options {
    const char *name;
    mote_shape  dims;    /* required: each axis once */
    uint64_t    room[8]; /* mote.h */
} mote_permute_options;
mote_layer_id mote_layer_permute(mote_builder *builder, mote_layer_id x, const mote_permute_options *options);

/* [c] -> [n, c] */
typedef struct mote_repeat_vector_options {
    const char *name;
    int32_t     n;       /* required */
    uint64_t    room[8]; /* mote.h */
} mote_repeat_vector_options;
mote_layer_id mote_layer_repeat_vector(mote_builder *builder, mote_layer_id x, const mote_repeat_vector_options *options);

/* [time, in] -> [units], the last step's answer, or [time, units] with return_sequences. Of the functions linear, relu,
 * sigmoid and tanh; a zero in the struct, linear, means Keras' default. Weights "NAME/kernel" [units, in],
 * "NAME/recurrent_kernel" [units, units], "NAME/bias" [units]. dropout: what comes in is set to 0 in training, the same for
 * all steps of a sample. */
typedef struct mote_simple_rnn_options {
    const char        *name;
    int32_t            units;                 /* required */
    mote_cell_function activation;            /* tanh */
    mote_switch        use_bias;              /* on */
    mote_initializer   kernel_initializer;    /* glorot_uniform */
    mote_initializer   recurrent_initializer; /* orthogonal */
    mote_initializer   bias_initializer;      /* zeros */
    float              dropout;               /* 0 to 0.99 */
    mote_switch        return_sequences;      /* off */
    mote_switch        go_backwards;          /* off; on: from the last step to the first */
    uint64_t           room[8];               /* mote.h */
} mote_simple_rnn_options;
mote_layer_id mote_layer_simple_rnn(mote_builder *builder, mote_layer_id x, const mote_simple_rnn_options *options);

/* The same with four gates, side by side: input, forget, candidate, output. "NAME/kernel" [4 units, in] and so on. */
typedef struct mote_lstm_options {
    const char        *name;
    int32_t            units;                 /* required */
    mote_cell_function activation;            /* tanh */
    mote_cell_function recurrent_activation;  /* sigmoid */
    mote_switch        use_bias;              /* on */
    mote_switch        unit_forget_bias;      /* on: the forget gate's bias begins at 1 */
    mote_initializer   kernel_initializer;    /* glorot_uniform */
    mote_initializer   recurrent_initializer; /* orthogonal */
    mote_initializer   bias_initializer;      /* zeros */
    float              dropout;               /* 0 to 0.99 */
    mote_switch        return_sequences;      /* off */
    mote_switch        go_backwards;          /* off */
    uint64_t           room[8];               /* mote.h */
} mote_lstm_options;
mote_layer_id mote_layer_lstm(mote_builder *builder, mote_layer_id x, const mote_lstm_options *options);

/* The same with three gates: update, reset, candidate. With reset_after the reset gate is applied behind the recurrent
 * product, which has a bias of its own: "NAME/bias" [6 units], what comes in first. */
typedef struct mote_gru_options {
    const char        *name;
    int32_t            units;                 /* required */
    mote_cell_function activation;            /* tanh */
    mote_cell_function recurrent_activation;  /* sigmoid */
    mote_switch        use_bias;              /* on */
    mote_switch        reset_after;           /* on */
    mote_initializer   kernel_initializer;    /* glorot_uniform */
    mote_initializer   recurrent_initializer; /* orthogonal */
    mote_initializer   bias_initializer;      /* zeros */
    float              dropout;               /* 0 to 0.99 */
    mote_switch        return_sequences;      /* off */
    mote_switch        go_backwards;          /* off */
    uint64_t           room[8];               /* mote.h */
} mote_gru_options;
mote_layer_id mote_layer_gru(mote_builder *builder, mote_layer_id x, const mote_gru_options *options);

/* A layer inside another one; its name and its room are not looked at. */
typedef struct mote_inner_layer {
    const char *type; /* "lstm": which of these it is */
    union {
        mote_lstm_options       lstm;
        mote_gru_options        gru;
        mote_simple_rnn_options simple_rnn;
        mote_dense_options      dense;
    } as;
} mote_inner_layer;

/* A recurrent layer from the first step to the last, and one with weights of its own from the last to the first; its
 * sequences stand in the order of time. Weights "NAME/forward_kernel" ..., "NAME/backward_kernel" ... */
typedef enum mote_merge_mode { MOTE_MERGE_CONCAT = 0, MOTE_MERGE_SUM } mote_merge_mode;
typedef struct mote_bidirectional_options {
    const char      *name;
    mote_inner_layer layer; /* required: lstm, gru or simple_rnn */
    mote_merge_mode  merge_mode;
    uint64_t         room[8]; /* mote.h */
} mote_bidirectional_options;
mote_layer_id mote_layer_bidirectional(mote_builder *builder, mote_layer_id x, const mote_bidirectional_options *options);

/* [time, ...]: the layer on every step by itself. */
typedef struct mote_time_distributed_options {
    const char      *name;
    mote_inner_layer layer;   /* required: dense */
    uint64_t         room[8]; /* mote.h */
} mote_time_distributed_options;
mote_layer_id mote_layer_time_distributed(mote_builder *builder, mote_layer_id x,
                                          const mote_time_distributed_options *options);

/* [...] of whole numbers 0 to input_dim - 1 -> [..., output_dim]: rows of a table, which is trained. What lies outside
 * makes the loss of a training not a number. Weight "NAME/embeddings" [input_dim, output_dim]. */
typedef struct mote_embedding_options {
    const char      *name;
    int32_t          input_dim, output_dim;  /* required */
    mote_initializer embeddings_initializer; /* random_uniform */
    uint64_t         room[8];                /* mote.h */
} mote_embedding_options;
mote_layer_id mote_layer_embedding(mote_builder *builder, mote_layer_id x, const mote_embedding_options *options);

/* [time, channels] and, as the second input, [time', channels'] of values and keys, or the first again -> [time, channels].
 * Weights "NAME/query_kernel" [num_heads key_dim, channels], "NAME/query_bias", key, value, and
 * "NAME/output_kernel" [channels, num_heads value_dim]. */
typedef struct mote_multi_head_attention_options {
    const char      *name;
    int32_t          num_heads;          /* required */
    int32_t          key_dim;            /* required: of one head */
    int32_t          value_dim;          /* key_dim */
    mote_switch      use_bias;           /* on */
    mote_initializer kernel_initializer; /* glorot_uniform */
    mote_initializer bias_initializer;   /* zeros */
    uint64_t         room[8];            /* mote.h */
} mote_multi_head_attention_options;
mote_layer_id mote_layer_multi_head_attention(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                              const mote_multi_head_attention_options *options);

/* Two or more, from left to right; an input repeats along axes in which it has one element, and one of fewer axes gets such
 * axes in front. Two of subtract. Of average the sum divided by how many there are. */
typedef struct mote_merge_options {
    const char *name;
    uint64_t    room[8]; /* mote.h */
} mote_merge_options;
typedef mote_merge_options mote_add_options;
mote_layer_id              mote_layer_add(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                          const mote_merge_options *options);
mote_layer_id              mote_layer_subtract(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                               const mote_merge_options *options);
mote_layer_id              mote_layer_multiply(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                               const mote_merge_options *options);
mote_layer_id              mote_layer_maximum(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                              const mote_merge_options *options);
mote_layer_id              mote_layer_minimum(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                              const mote_merge_options *options);
mote_layer_id              mote_layer_average(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                              const mote_merge_options *options);

/* Two vectors [n] -> [1], or two matrices -> all pairs: the sums of products along an axis of each. */
typedef struct mote_dot_options {
    const char  *name;
    mote_numbers axes;      /* required: one for both, or one each; axis 0 is the batch's */
    mote_switch  normalize; /* off; on: each is of length 1 along its axis first */
    uint64_t     room[8];   /* mote.h */
} mote_dot_options;
mote_layer_id mote_layer_dot(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                             const mote_dot_options *options);

/* Two or more side by side along an axis, equal along all others. */
typedef struct mote_concatenate_options {
    const char *name;
    int32_t     axis;    /* -1, the last; axis 0 is the batch's, so 1 is the first of a sample */
    uint64_t    room[8]; /* mote.h */
} mote_concatenate_options;
mote_layer_id mote_layer_concatenate(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                                     const mote_concatenate_options *options);

#ifdef __cplusplus
}
#endif
#endif
