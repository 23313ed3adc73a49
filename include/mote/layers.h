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

/* The shape of one sample at this point; rank -1 after a failure. */
mote_shape mote_builder_shape(const mote_builder *builder, mote_layer_id id);

/* ---- words ---- */

typedef enum mote_switch { MOTE_SWITCH_DEFAULT = 0, MOTE_SWITCH_ON, MOTE_SWITCH_OFF } mote_switch;

typedef enum mote_padding { MOTE_PADDING_VALID = 0, MOTE_PADDING_SAME } mote_padding;

typedef enum mote_activation {
    MOTE_ACTIVATION_LINEAR = 0,
    MOTE_ACTIVATION_RELU,
    MOTE_ACTIVATION_RELU6,
    MOTE_ACTIVATION_SIGMOID,
    MOTE_ACTIVATION_TANH,
    MOTE_ACTIVATION_SOFTMAX, /* over the last axis */
    MOTE_ACTIVATION_HARD_SWISH
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
    MOTE_INITIALIZER_RANDOM_NORMAL   /* deviation 0.05, not cut */
} mote_initializer;

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

/* [h, w, c] -> [c], or [1, 1, c] with keepdims. */
typedef struct mote_global_pooling2d_options {
    const char *name;
    mote_switch keepdims; /* off */
    uint64_t    room[8];  /* mote.h */
} mote_global_pooling2d_options;
mote_layer_id mote_layer_global_average_pooling2d(mote_builder *builder, mote_layer_id x,
                                                  const mote_global_pooling2d_options *options);

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

/* The sum of two or more of one shape, from left to right. */
typedef struct mote_add_options {
    const char *name;
    uint64_t    room[8]; /* mote.h */
} mote_add_options;
mote_layer_id mote_layer_add(mote_builder *builder, const mote_layer_id *inputs, int32_t input_count,
                             const mote_add_options *options);

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
