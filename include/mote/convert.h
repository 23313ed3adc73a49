/* From a trained model to one for inference, and from float to integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CONVERT_H
#define MOTE_CONVERT_H

#include <stdint.h>

#include <mote/dataset.h>
#include <mote/model.h>
#include <mote/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What numbers become. */
typedef enum mote_scheme {
    MOTE_SCHEME_INT8 = 0, /* int8 activations and weights, int32 biases */
    MOTE_SCHEME_INT16X8,  /* int16 activations around 0, int8 weights, int64 biases: for what int8 is too coarse for */
    /* Weights alone are stored in fewer bits, where that makes a file smaller; everything is computed with real numbers. */
    MOTE_SCHEME_FLOAT16, /* weights of 16 bits: half of the file, and answers that hardly differ */
    MOTE_SCHEME_DYNAMIC, /* weights of 8 bits ("dynamic range"): products of integers, where such a kernel is */
    /* int8 activations, int4 weights of convolutions and dense layers (int8 where an operator has no kernel for them): an
     * eighth of the file. Without training for it (quantization-aware) it costs accuracy. */
    MOTE_SCHEME_INT4,
    /* ESP-DL's: all scales are powers of two and all zero points 0, one scale for all weights of a layer unless
     * is_per_channel. int8, or int16 for activations and weights both, with int64 biases, which mote alone runs. */
    MOTE_SCHEME_POW2_INT8,
    MOTE_SCHEME_POW2_INT16,
    MOTE_SCHEME_COUNT
} mote_scheme;

/* "int8", "int16x8", "float16", "dynamic", "int4", "pow2-int8", "pow2-int16"; NULL for a number that is no scheme's. */
const char *mote_scheme_name(mote_scheme scheme);
/* False: no scheme has that name. */
bool mote_scheme_find(mote_scheme *out, const char *name);
/* Whether it needs calibration samples. */
bool mote_scheme_is_calibrated(mote_scheme scheme);

/* Which range of an activation's values integers stand for: the wider it is, the coarser are its steps. */
typedef enum mote_calibration_method {
    MOTE_CALIBRATE_MINMAX = 0, /* all that was seen */
    MOTE_CALIBRATE_AVERAGE,    /* the mean over samples of each one's least and greatest value */
    MOTE_CALIBRATE_PERCENTILE, /* all but a share of the values */
    MOTE_CALIBRATE_ENTROPY,    /* the least Kullback-Leibler divergence between values and integers */
    MOTE_CALIBRATE_MSE,        /* the least squared error, of cutting off and of rounding together */
    MOTE_CALIBRATE_COUNT
} mote_calibration_method;

/* How weights become integers. */
typedef enum mote_rounding {
    MOTE_ROUND_NEAREST = 0, /* each the nearest one */
    MOTE_ROUND_ADAPTIVE,    /* the one below or above, so that layers' answers differ least over the calibration samples */
    MOTE_ROUND_COUNT
} mote_rounding;

/* Layers that get a scheme of their own. */
typedef struct mote_layer_scheme {
    /* What a layer is called: by its name, its output's, or its operator's (CONV_2D); * stands for any letters, ? for one.
     */
    const char *pattern;
    bool        is_real; /* it stays float32; else it gets */
    mote_scheme scheme;  /* this one: INT8, INT16X8 or INT4 */
    uint64_t    room[4]; /* mote.h */
} mote_layer_scheme;

typedef struct mote_quantize_options {
    mote_scheme scheme;
    bool        is_per_tensor;  /* one scale for all weights of a layer; default: one per output channel */
    bool        is_per_channel; /* that, too, where the scheme has one scale for all (powers of two) */
    mote_dtype  io; /* type of inputs and outputs: MOTE_F32 (default), MOTE_I8 or MOTE_U8; MOTE_I16 where activations are */
    int32_t     samples; /* calibration samples, spread evenly over the split; 0: 100 */
    mote_progress           progress;
    mote_calibration_method method;
    double                  percentile; /* of PERCENTILE: how many of a hundred values are in the range; 0: 99.99 */
    /* Three ways to lose less, each by itself; schemes that store weights alone have none of them. */
    bool          is_equalized;  /* channels of neighbouring layers get weights of like size first */
    bool          corrects_bias; /* each layer gives in the mean over the calibration samples what it gave before */
    mote_rounding rounding;
    /* Where several patterns are a layer's, the last counts. What only moves values goes with the layer that made them. */
    const mote_layer_scheme *layers;
    int32_t                  layer_count;
    uint64_t                 room[3]; /* mote.h */
} mote_quantize_options;

/* "int16x8:conv_*", "float32:SOFTMAX": as the command line and specs have it. pattern is within text. */
mote_status mote_layer_scheme_parse(mote_layer_scheme *out, const char *text, mote_error *err);

/* Whether all weights of a layer get one scale: as the options say, else as the scheme has it. */
bool mote_quantize_is_per_tensor(const mote_quantize_options *options);

/* What mote_model_quantize would refuse whatever the model: USAGE (no scheme, method or rounding, an io that the scheme has
 * not, samples < 0, a percentile beyond 100, scales both for a layer and for each channel, equalization and what needs
 * samples with a scheme that takes none, layers with a scheme that does not mix with this one). */
mote_status mote_quantize_check(const mote_quantize_options *options, mote_error *err);

/* What cannot be right about the samples that calibration would take, "" where nothing is seen: fewer than ten different
 * ones, or those of the test split, which tells the accuracy. Their values are judged where data are opened. */
typedef struct mote_calibration_text {
    char text[280];
} mote_calibration_text;
mote_calibration_text mote_calibration_tell(const mote_dataset_split *calibration, const mote_quantize_options *options);

/* The form of a trained model that runs: BatchNormalization folded into the layer before it, Dropout left out, activations
 * fused. A model that is past training is copied. The result computes the same, up to float rounding. */
mote_status mote_model_freeze(mote_model **out, const mote_model *trained, mote_error *err);

/* Integers throughout, as TensorFlow's converter does it: activations affine, in the range that options->method takes of
 * what calibration samples show (zero included; around 0 with int16x8), weights symmetric, biases in the scale of the
 * products. model is a float model at inference (int8 weights of a dynamic-range file are taken as the real numbers that
 * they stand for); calibration has a feature for each of its inputs. options->layers are computed by their own schemes, with
 * QUANTIZE and DEQUANTIZE where two meet. Errors: USAGE (no model, one that is not float at inference, no samples, wrong
 * shape, another io, a pattern that is no layer's), UNSUPPORTED (an operator without a form of these types: named), NUMERIC
 * (infinity or NaN). options may be NULL.
 *
 * A model that was trained quantized (mote_train_quantize) has its ranges: calibration NULL takes those.
 *
 * The schemes that store weights alone take no calibration (NULL is right), keep inputs and outputs float32, and give a
 * model that is at inference still. */
mote_status mote_model_quantize(mote_model **out, const mote_model *model, const mote_dataset_split *calibration,
                                const mote_quantize_options *options, mote_error *err);
/* Whether a float model at inference knows what values its tensors take, so that it is quantized without samples. */
bool mote_model_has_ranges(const mote_model *model);

/* What a pass of mote_model_optimize did: one operator went. Its texts are there during the call only. */
typedef struct mote_change {
    const char *pass;         /* "fold_padding"; docs/PASSES.md says what each does */
    const char *op;           /* "PAD" */
    unsigned    number;       /* the operator's in the file that the model was read from */
    const char *tensor;       /* the name of what it computed */
    const char *why;          /* what became of it: "done by operator 4 (CONV_2D)" */
    size_t      tensor_bytes; /* that an invoke writes no more; 0 where the operator moved nothing */
    uint64_t    room[8];      /* mote.h */
} mote_change;

typedef struct mote_optimize_options {
    void (*explain)(void *user, const mote_change *change); /* called for each change; NULL: silent */
    void    *user;
    uint64_t room[8]; /* mote.h */
} mote_optimize_options;

/* The same model with fewer operators: constants computed, padding done by the convolution behind it, activations fused,
 * conversions that change nothing, repeated and unread operators left out (docs/PASSES.md). Inputs and outputs keep names,
 * order, types and scales, and every byte of every answer stays the same, of floats, too. Where nothing can go, the result
 * is a copy. options may be NULL. Errors: USAGE (no model, a model in training), LIMIT, MEMORY. */
mote_status mote_model_optimize(mote_model **out, const mote_model *model, const mote_optimize_options *options,
                                mote_error *err);

/* What became of a name. */
typedef enum mote_fate {
    MOTE_FATE_KEPT = 0, /* a tensor has it */
    MOTE_FATE_SAME,     /* another tensor has the same numbers: the name was that of a view, or of what was left out */
    MOTE_FATE_FUSED,    /* what it named is a part of the operator that computes another tensor */
    MOTE_FATE_CONSTANT, /* it is computed already */
    MOTE_FATE_GONE      /* nobody reads it */
} mote_fate;

const char *mote_fate_name(mote_fate fate); /* "kept", "same as", "fused into", "constant", "left out" */

typedef struct mote_name_row {
    const char *source; /* what the file calls it */
    const char *ours;   /* the tensor that it is, or that it became a part of; NULL: none */
    mote_fate   fate;
    uint64_t    room[4]; /* mote.h */
} mote_name_row;

typedef struct mote_name_map {
    mote_name_row     *rows; /* in the file's order */
    int32_t            count;
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_name_map;

/* What became of each name of from's file in `to`, which passes and quantizing made of it: the layers of a Keras file, the
 * values of an ONNX file, the tensors that a .tflite computes. */
mote_status mote_model_map_names(mote_name_map *out, const mote_model *from, const mote_model *to, mote_error *err);
void        mote_name_map_free(mote_name_map *map); /* a no-op on a zeroed one */

typedef struct mote_prune_options {
    int32_t  multiple; /* channels stay in multiples of this, where there are so many: kernels take them by fours. 0: 4 */
    uint64_t room[8];  /* mote.h */
} mote_prune_options;

/* What pruning found and did. Channels are those that convolutions and dense layers compute. */
typedef struct mote_prune_result {
    int32_t  channels, constant_channels; /* constant: no input changes it */
    int32_t  dropped_channels;            /* constant ones that can go, and those that only they had read */
    size_t   macs, macs_left;             /* of one sample */
    size_t   weight_bytes, weight_bytes_left;
    uint64_t room[8]; /* mote.h */
} mote_prune_result;

/* A quantized model without the channels that no input can change: their values go into the biases of the layers that read
 * them. Inputs and outputs stay as they are, and every output byte is the same for every input; channels that are read at
 * the border of padding stay. A float model is copied. options and result may be NULL. */
mote_status mote_model_prune_constant(mote_model **out, const mote_model *model, const mote_prune_options *options,
                                      mote_prune_result *result, mote_error *err);

typedef struct mote_cluster_options {
    int32_t  values;  /* of a channel's weights, 2 to 127; 0: 16. An index has as many bits as they need */
    uint64_t room[8]; /* mote.h */
} mote_cluster_options;

typedef struct mote_cluster_result {
    int32_t  layers;                          /* that have tables; others would not be smaller */
    size_t   weight_bytes, weight_bytes_left; /* of all layers; left: indices and tables */
    uint64_t room[8];                         /* mote.h */
} mote_cluster_result;

/* An int8 model whose weights have few values. A .tflite that is written of it holds indices and tables, of which
 * TFLM_DECODE makes weights again: TensorFlow Lite Micro and mote read that. options and result may be NULL. Errors: USAGE
 * (a model that is not quantized), LIMIT. */
mote_status mote_model_cluster(mote_model **out, const mote_model *model, const mote_cluster_options *options,
                               mote_cluster_result *result, mote_error *err);

/* A float model without the channels that are 0, as all of their weights are: what training by MOTE_PRUNE_CHANNELS leaves,
 * or another program's. Answers change by no more than the rounding of sums that have fewer terms. A quantized model is
 * copied: mote_model_prune_constant is for those. options and result may be NULL. */
mote_status mote_model_drop_zero_channels(mote_model **out, const mote_model *model, const mote_prune_options *options,
                                          mote_prune_result *result, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
