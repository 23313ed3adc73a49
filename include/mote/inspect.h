/* What is in a model: layers, parameters, multiplications, sizes, and where each tensor lives at run time.
 *
 *     mote_inspection in;
 *     if (mote_inspect(&in, model, NULL, &err) == MOTE_OK)
 *         printf("%zu parameters, arena %zu bytes\n", in.parameters, in.memory.arena_bytes);
 *     mote_inspection_free(&in);
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_INSPECT_H
#define MOTE_INSPECT_H

#include <stdint.h>

#include <mote/convert.h>
#include <mote/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first of an operator's parameters, which is its weights where it has any. */
typedef struct mote_weights_info {
    mote_dtype dtype;
    int32_t    rank; /* 0: there are none */
    int32_t    dim[MOTE_RANK_MAX];
    size_t     bytes;
    int32_t    scale_count; /* 0: not quantized; 1: one for all; else one a channel, along dimension axis, */
    int32_t    axis;
    float      scale_min, scale_max; /* which lie between these */
    int32_t    zero_point_min, zero_point_max;
    uint64_t   room[8]; /* mote.h */
} mote_weights_info;

/* A tensor that is computed or given: what layers read, and what comes out of the model. */
typedef struct mote_operand_info {
    mote_tensor_info tensor;
    int32_t          layer;   /* that computes it, in the inspection's list; or one of the model's inputs: -1 - its index */
    uint64_t         room[8]; /* mote.h */
} mote_operand_info;
#define MOTE_NO_OPERAND INT32_MIN /* as layer: a constant or a state, which nothing computes */

/* Channels by number, ascending. */
typedef struct mote_channel_list {
    int32_t *channels; /* [count] */
    int32_t  count;
} mote_channel_list;

/* What a layer with int8 weights can compute, whatever comes in: exact, by intervals from the model's inputs on. */
typedef struct mote_range_info {
    bool    is_known;          /* else all is zero */
    int64_t sum_low, sum_high; /* where each of the layer's 32-bit accumulators ends */
    int64_t sum_most;          /* no partial sum is further from 0, in whatever order a kernel adds */
    int32_t sum_bits;          /* that many bits, with the sign's, hold every partial sum; over 32: it may overflow */
    int32_t channel_count;     /* 0: too many channels in the model to follow each */
    /* Channels that always have the lowest value that type and activation allow (behind a relu they never fire), and
     * those that always have the highest. */
    mote_channel_list lowest, highest;
    uint64_t          room[4]; /* mote.h */
} mote_range_info;

/* Texts and arrays belong to the inspection. */
typedef struct mote_layer_info {
    const char        *name;       /* the layer's, or its output's; "" where it has none */
    const char        *op;         /* "CONV_2D" ... */
    const char        *activation; /* the fused one: "", "relu", "relu6" */
    mote_operand_info *inputs;     /* [input_count]: without constants */
    int32_t            input_count;
    mote_tensor_info   output;
    mote_weights_info  weights;
    size_t             parameters, parameter_bytes; /* constants that are numbers, not shapes or axes */
    size_t             macs;                        /* multiply-accumulates of one sample */
    mote_range_info    range;
    uint64_t           room[8]; /* mote.h */
} mote_layer_info;

/* A tensor in the arena, or what a step needs for itself. It lives from first_step to last_step; inputs from -1, outputs to
 * step_count. Step i computes layer i of the inference form. */
typedef struct mote_place_info {
    const char *name; /* NULL: scratch of first_step */
    size_t      offset, bytes;
    int32_t     first_step, last_step;
    const char *shares;    /* the tensor whose place this one takes over: a view, or computed in place; NULL: its own */
    const char *runs_over; /* the operand whose bytes it is written over as soon as they are read; NULL: none */
    size_t      distance, distance_min; /* by how many bytes that operand begins above it, and must begin */
    uint64_t    room[8];                /* mote.h */
} mote_place_info;

/* The plan that `mote compile` emits for chips that run mote_inspect_options.kernels: of the optimized model, a quantized
 * one without its constant channels. */
typedef struct mote_memory_info {
    size_t           arena_bytes, bound_bytes; /* bound: no plan can do with less */
    int32_t          peak_step;                /* the (first) step at which most of it is in use */
    size_t           constant_bytes;           /* weights, biases, multipliers, tables, as compiled code holds them */
    int32_t          step_count;
    mote_place_info *places; /* by offset */
    int32_t          place_count;
    uint64_t         room[8]; /* mote.h */
} mote_memory_info;

typedef struct mote_inspection {
    const char        *name;
    mote_layer_info   *layers;
    int32_t            layer_count;
    mote_tensor_info  *inputs; /* of the model */
    mote_operand_info *outputs;
    int32_t            input_count, output_count;
    size_t             parameters, parameter_bytes, macs;
    size_t             tflite_bytes;   /* the model written as .tflite */
    const char        *kernels;        /* whose plan memory is */
    mote_prune_result  pruning;        /* what `mote compile` leaves out of a quantized model; else zero */
    int32_t            left_out_count; /* operators that `mote compile` does without: see mote_model_optimize */
    mote_memory_info   memory;
    const char        *memory_failure; /* why there is no plan (a type without a kernel ...); NULL: there is one */
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_inspection;

/* Zeroed works. */
typedef struct mote_inspect_options {
    const char *kernels;                 /* whose plan: as mote_compile_options.kernels. NULL: "portable", for any chip */
    bool        keeps_constant_channels; /* as mote_compile_options has it */
    /* Not NULL: the quantized form of a float model with one input, quantized in this way. No channel of it is taken for
     * constant: its values are those of a model that is not trained, or not calibrated. */
    const mote_quantize_options *quantize;
    /* For that; NULL: noise, with which all is right but the scales, and the file to a few bytes: equal zero points are
     * stored once. */
    const mote_dataset_split *calibration;
    uint64_t                  room[8]; /* mote.h */
} mote_inspect_options;

/* A model in training is shown as it trains; its memory and file are those of its inference form. options may be NULL. With
 * options->quantize UNSUPPORTED where an operator has no such form; USAGE when the model is quantized already, or when the
 * kernels do not exist. */
mote_status mote_inspect(mote_inspection *out, const mote_model *model, const mote_inspect_options *options,
                         mote_error *err);

void mote_inspection_free(mote_inspection *inspection); /* a no-op on a zeroed one */

/* The network as a picture (.svg or .png), as Keras' plot_model draws it: a box a layer with its operator, activation, name,
 * shapes, types and parameters, and an arrow for each tensor. Errors as mote_chart_save; LIMIT: more than 4,000 boxes. */
mote_status mote_inspection_save_chart(const mote_inspection *inspection, const char *path, mote_error *err);

/* ---- operators ---- */

/* One combination of operand types that can be executed. */
typedef struct mote_operator_row {
    const char *out, *in[4];              /* mote_dtype_name's; "any", "same" (as operand 0), "int32|int64" */
    int32_t     in_count;                 /* of in[]; the last goes for all operands after it */
    int32_t     version_min, version_max; /* of TensorFlow Lite's operator */
    int32_t     kernel_count;             /* the plain one and its faster variants */
    uint64_t    room[8];                  /* mote.h */
} mote_operator_row;

typedef struct mote_operator_info {
    const char *name;
    bool        trains;           /* has a backward pass */
    bool        quantizes;        /* has an int8 form */
    bool        fuses_activation; /* RELU, RELU6 or RELU_N1_TO_1 can be part of it */
    int32_t     row_count;        /* 0: training only */
    uint64_t    room[8];          /* mote.h */
} mote_operator_info;

int32_t            mote_operator_count(void);
mote_operator_info mote_operator_at(int32_t index);
mote_operator_row  mote_operator_row_at(int32_t index, int32_t row);

#ifdef __cplusplus
}
#endif
#endif
